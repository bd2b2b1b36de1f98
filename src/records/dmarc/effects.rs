//! What a receiver makes of a record: defaults filled, errors handled as RFC 9989 4.7 and 4.10.1 say.
//!
//! RFC 9989 does not say what a duplicate tag means: some receivers take the first, some the last, some refuse the record
//! as they would a DKIM key (RFC 6376 3.2). Nobody may count on more than the weakest of these, so a record in which a tag
//! that counts stands twice asks for nothing. (The findings name the duplicate.)

use std::collections::BTreeSet;

use super::Policy;
use super::parse::Record;
use super::tag::{Tag, TagName, WHITE};
use super::uri::{Uri, parse_list};

/// What p, sp or np says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PolicyTag {
    /// Not there.
    Absent,
    /// There, with a value that is no policy.
    Invalid,
    /// A policy.
    Is(Policy),
}

impl PolicyTag {
    /// The policy, when there is a valid one.
    pub fn policy(self) -> Option<Policy> {
        match self {
            Self::Is(policy) => Some(policy),
            Self::Absent | Self::Invalid => None,
        }
    }
}

/// Whether a receiver applies the record (RFC 9989 4.10.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Application {
    /// As it is written.
    AsWritten,
    /// As p=none: p is missing or invalid, or sp or np is invalid, and rua has a valid URI; or a tag stands there
    /// twice, and the weakest reading of that is none.
    AsNone,
    /// Not at all: the same, without a valid rua.
    Not,
}

/// The tuple of effects by which two records are the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Effects {
    /// p
    pub policy: Policy,
    /// sp, or what follows from p
    pub subdomain: Policy,
    /// np, or what follows from sp or p
    pub nonexistent: Policy,
    /// t=y
    pub testing: bool,
    /// adkim=s
    pub strict_dkim: bool,
    /// aspf=s
    pub strict_spf: bool,
    /// psd
    pub public_suffix: Option<bool>,
    /// rua: comparable URIs
    pub aggregate: BTreeSet<String>,
    /// ruf: comparable URIs
    pub failure: BTreeSet<String>,
    /// fo
    pub options: BTreeSet<&'static str>,
}

impl Record {
    /// What p, sp or np says; of duplicates the weakest counts, an invalid one most of all.
    pub fn policy_tag(&self, tag: TagName) -> PolicyTag {
        let mut weakest = PolicyTag::Absent;
        for one in self.all(tag) {
            let Some(policy) = Policy::parse(self.value(one)) else {
                return PolicyTag::Invalid;
            };
            weakest = match weakest {
                PolicyTag::Is(earlier) => PolicyTag::Is(earlier.min(policy)),
                _ => PolicyTag::Is(policy),
            };
        }
        weakest
    }

    /// The entries of rua or ruf, broken ones too; of other tags none.
    pub fn uris(&self, tag: TagName) -> &[Uri] {
        let read = || {
            self.all(tag)
                .flat_map(|one| parse_list(&self.text, one.value.clone()))
                .collect()
        };
        match tag {
            TagName::Rua => self.followed.aggregate.get(read),
            TagName::Ruf => self.followed.failure.get(read),
            _ => &[],
        }
    }

    /// Whether a receiver applies the record, and how.
    pub fn application(&self) -> Application {
        let usable = self.policy_tag(TagName::P).policy().is_some()
            && self.policy_tag(TagName::Sp) != PolicyTag::Invalid
            && self.policy_tag(TagName::Np) != PolicyTag::Invalid;
        if usable {
            return match self.is_ambiguous() {
                true => Application::AsNone,
                false => Application::AsWritten,
            };
        }
        let reported = self.uris(TagName::Rua).iter().any(|uri| uri.problem.is_none());
        if reported {
            Application::AsNone
        } else {
            Application::Not
        }
    }

    /// Whether a tag that counts stands there twice: nobody can tell what a receiver makes of the record.
    pub fn is_ambiguous(&self) -> bool {
        self.duplicates().any(|tag| tag.tag.counts())
    }

    /// psd: `Some(true)` for y, `Some(false)` for n; duplicates that disagree say nothing.
    pub fn public_suffix(&self) -> Option<bool> {
        let mut said = self.all(TagName::Psd).map(|tag| match self.value(tag) {
            b"y" | b"Y" => Some(true),
            b"n" | b"N" => Some(false),
            _ => None,
        });
        let first = said.next()?;
        said.all(|other| other == first).then_some(first).flatten()
    }

    /// t=y: the policies count one level down.
    pub fn testing(&self) -> bool {
        self.all(TagName::T)
            .any(|tag| self.value(tag).eq_ignore_ascii_case(b"y"))
    }

    /// pct below 100, which receivers that follow RFC 7489 still honour; `None` when absent, 100 or unreadable.
    pub fn partial(&self) -> Option<u8> {
        let percentages = self.all(TagName::Pct).filter_map(|tag| {
            let digits = std::str::from_utf8(self.value(tag)).ok()?;
            let plain = !digits.is_empty() && digits.bytes().all(|octet| octet.is_ascii_digit());
            digits.parse::<u8>().ok().filter(|_| plain)
        });
        percentages.min().filter(|percentage| *percentage < 100)
    }

    /// The failure options; anything invalid among them makes it the default, `0`.
    pub fn failure_options(&self) -> BTreeSet<&'static str> {
        let default = || BTreeSet::from(["0"]);
        let Some(tag) = self.first(TagName::Fo) else {
            return default();
        };
        let mut options = BTreeSet::new();
        for option in self.value(tag).split(|&octet| octet == b':') {
            options.insert(match WHITE.trimmed(option) {
                b"0" => "0",
                b"1" => "1",
                b"d" | b"D" => "d",
                b"s" | b"S" => "s",
                _ => return default(),
            });
        }
        options
    }

    /// What a receiver does; `None` when it applies no DMARC because of this record (RFC 9989 4.10.1).
    ///
    /// Where p is only missing, sp and np still count (4.7: as if p=none stood there); where p, sp or np is invalid, or
    /// a tag stands there twice, the whole record counts as p=none.
    pub fn effects(&self) -> Option<Effects> {
        let (sp, np) = (
            self.policy_tag(TagName::Sp).policy(),
            self.policy_tag(TagName::Np).policy(),
        );
        let (policy, subdomain, nonexistent) = match self.application() {
            Application::Not => return None,
            Application::AsWritten => (
                self.policy_tag(TagName::P).policy().unwrap_or(Policy::None),
                sp,
                np,
            ),
            Application::AsNone if self.only_misses_p() => (Policy::None, sp, np),
            Application::AsNone => (Policy::None, None, None),
        };
        let strict = |tag| {
            let mut values = self
                .all(tag)
                .map(|one: &Tag| self.value(one).eq_ignore_ascii_case(b"s"));
            let first = values.next().unwrap_or(false);
            first && values.all(|strict| strict)
        };
        let set = |tag| {
            let uris = self.uris(tag).iter().filter(|uri| uri.problem.is_none());
            uris.map(|uri| uri.canonical.clone()).collect()
        };
        Some(Effects {
            policy,
            subdomain: subdomain.unwrap_or(policy),
            nonexistent: nonexistent.or(subdomain).unwrap_or(policy),
            testing: self.testing(),
            strict_dkim: strict(TagName::Adkim),
            strict_spf: strict(TagName::Aspf),
            public_suffix: self.public_suffix(),
            aggregate: set(TagName::Rua),
            failure: set(TagName::Ruf),
            options: self.failure_options(),
        })
    }

    /// Whether the missing p is all that is wrong with the policies.
    pub fn only_misses_p(&self) -> bool {
        !self.is_ambiguous()
            && self.policy_tag(TagName::P) == PolicyTag::Absent
            && self.policy_tag(TagName::Sp) != PolicyTag::Invalid
            && self.policy_tag(TagName::Np) != PolicyTag::Invalid
    }
}
