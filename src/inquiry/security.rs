//! What Zegel's own DNSSEC validation says of an answer (RFC 4033 5, RFC 4035).
//!
//! | state | what it means | what follows |
//! |---|---|---|
//! | `NotAsked` | nothing was validated: an authority was asked, or the resolver passes no DNSSEC on | nothing |
//! | `Secure` | signatures lead from a trust anchor to all of it, its absences too | it may be relied on |
//! | `Insecure {at, why}` | it is *proven* that no chain of trust leads there | the answer counts, as it does for everybody |
//! | `Bogus {at, kind, why}` | a chain of trust should lead there and is broken, and we can say by what | no usable answer: [`Trouble::Bogus`] |
//! | `Indeterminate {at, why}` | the proof could not be had: nothing is known either way | the answer counts; nobody is accused |
//!
//! `at` is the zone at which it was decided: at the root or a top-level domain that is never the fault of a domain below.
//! The chain itself ([`Trust`](super::Trust)) hangs on [`Source`](super::Source): zones are shared by all answers that lie
//! in them. Pure.

use std::borrow::Cow;
use std::fmt;

use jiff::Timestamp;

use super::{RecordType, Trouble};
use crate::name::Name;

/// How far an answer can be trusted, by what Zegel has proven itself (RFC 4033 5).
///
/// What a resolver says of its own validation is no proof.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Security {
    /// A chain of trust leads from a trust anchor to all of it.
    Secure,
    /// It is proven that no chain of trust leads to it.
    Insecure {
        /// The zone whose delegation, keys or denial ends the chain.
        at: Name,
        /// What ends it.
        why: Unproven,
    },
    /// A chain of trust should lead to it, and does not.
    Bogus(Box<Bogus>),
    /// The proof could not be had.
    Indeterminate {
        /// The name whose DS, keys or signatures could not be had.
        at: Name,
        /// What kept them away.
        why: Doubt,
    },
    /// Nothing was validated.
    #[default]
    NotAsked,
}

/// Why a proof does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bogus {
    /// The zone that should have signed it.
    pub at: Name,
    /// The type of the record set that is not proven.
    pub kind: RecordType,
    /// What is wrong with it.
    pub why: Broken,
}

/// Why it is proven that no chain of trust leads there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Unproven {
    /// The zone is delegated without DS (RFC 4035 5.2).
    Unsigned,
    /// All its DS name algorithms or digests that we do not know (RFC 4035 5.2), or its keys are RSA of fewer than 1024 bits:
    /// for everybody like us it is unsigned.
    UnsupportedAlgorithm,
    /// An NSEC3 with the opt-out flag spans it: an unsigned delegation may be there (RFC 5155 6, 9.2).
    OptOut,
    /// NSEC3 of more iterations than validators take (RFC 9276 3.2).
    Iterations(u16),
}

/// What is wrong with a record set that should be proven.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Broken {
    /// Its signatures ended; the latest of them then (RFC 4034 3.1.5).
    Expired {
        /// When it ended.
        at: Timestamp,
        /// Whether resolvers that allow for wrong clocks still take it: for a tenth of its lifetime, an hour at least.
        tolerated: bool,
    },
    /// Its signatures begin later; the earliest of them then.
    NotYetValid(Timestamp),
    /// A key of that tag is there, and the signature is not its own: the records or the signature were changed.
    BadSignature,
    /// The zone is signed, this is not.
    NoSignature,
    /// Signed in the name of this zone, which is not the one it lies in (RFC 4035 5.3.1).
    WrongSigner(Name),
    /// Signed, by keys that the zone does not publish: their tags.
    NoMatchingKey(Box<[u16]>),
    /// There is a DS, and the zone has no key at all.
    NoDnskey,
    /// There are DS and keys, and none fits: no key has the tag and algorithm of a DS.
    DsMatchesNoKey {
        /// The tags that the DS at the parent name.
        ds: Box<[u16]>,
        /// The tags of the keys the zone has.
        keys: Box<[u16]>,
    },
    /// Keys of the tag and algorithm that the DS name are there, and their digests are others: these tags.
    DigestDiffers(Box<[u16]>),
    /// The keys that a DS or trust anchor is for are there, and none of them signed the set of keys (RFC 4035 5.2).
    KeyDoesNotSign {
        /// Their tags.
        anchored: Box<[u16]>,
        /// The tags of the keys that signed it; none where nobody did.
        signers: Box<[u16]>,
    },
    /// NSEC or NSEC3 do not prove what the answer says: what was missing.
    NoProof(Cow<'static, str>),
    /// More signatures, keys or hashes to check than any honest answer needs (CVE-2023-50387, CVE-2023-50868).
    TooMuchWork,
}

/// Why a proof could not be had.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Doubt {
    /// A DS or DNSKEY that is needed got no usable answer.
    Unanswered(Trouble),
    /// DS were answered with what the child says, not its parent: the resolver asks the wrong side.
    WrongSide,
    /// No trust anchor is at the name or above it.
    NoAnchor,
    /// By our clock the root's own signatures are not valid: our clock is wrong, or the resolver lies about the root.
    Clock,
    /// The resolver does not pass DNSSEC on well enough to say whose fault it is.
    Resolver,
    /// The resolver still holds what the zone gave before: the zone's own servers prove what they give now.
    Outdated,
    /// More DS and DNSKEY than one answer may cost.
    Limit,
}

impl Security {
    /// The worse of two: an answer of several parts is worth what its weakest part is.
    #[must_use]
    pub fn worst(self, other: Self) -> Self {
        if other.rank() > self.rank() { other } else { self }
    }

    fn rank(&self) -> u8 {
        match self {
            Self::Secure => 0,
            Self::Insecure { .. } => 1,
            Self::NotAsked => 2,
            Self::Indeterminate { .. } => 3,
            Self::Bogus(_) => 4,
        }
    }

    /// The state in a word, as in JSON and metric labels.
    pub fn state(&self) -> &'static str {
        match self {
            Self::Secure => "Secure",
            Self::Insecure { .. } => "Insecure",
            Self::Bogus(_) => "Bogus",
            Self::Indeterminate { .. } => "Indeterminate",
            Self::NotAsked => "NotAsked",
        }
    }

    /// Where it was decided; `None` where there is nothing to decide.
    pub fn at(&self) -> Option<&Name> {
        match self {
            Self::Insecure { at, .. } | Self::Indeterminate { at, .. } => Some(at),
            Self::Bogus(bogus) => Some(&bogus.at),
            Self::Secure | Self::NotAsked => None,
        }
    }

    /// Whether it was decided at a domain. At the root and at top-level domains it is the resolver that strips or lies, or
    /// our clock, or everybody's trouble: nothing below is to blame.
    pub fn is_of_a_domain(&self) -> bool {
        self.at().is_some_and(|at| at.label_count() > 1)
    }

    /// The type of the record set that is not proven, where it is bogus.
    pub fn kind(&self) -> Option<RecordType> {
        match self {
            Self::Bogus(bogus) => Some(bogus.kind),
            _ => None,
        }
    }

    /// Why, in a word that does not change: `Expired`, `Unsigned`. `None` where nothing needs a reason.
    pub fn reason(&self) -> Option<&'static str> {
        match self {
            Self::Secure | Self::NotAsked => None,
            Self::Insecure { why, .. } => Some(why.reason()),
            Self::Bogus(bogus) => Some(bogus.why.reason()),
            Self::Indeterminate { why, .. } => Some(why.reason()),
        }
    }

    /// Why, in words for people: `the signature ended 2026-11-20T10:00:00Z`.
    pub fn why(&self) -> Option<String> {
        match self {
            Self::Secure | Self::NotAsked => None,
            Self::Insecure { why, .. } => Some(why.to_string()),
            Self::Bogus(bogus) => Some(bogus.why.to_string()),
            Self::Indeterminate { why, .. } => Some(why.to_string()),
        }
    }
}

/// Where a chain ends and why: `insecure at a.nl: the zone is not signed…`.
impl fmt::Display for Security {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.state().to_lowercase())?;
        if let Some(at) = self.at() {
            write!(f, " at {at}")?;
        }
        if let Some(kind) = self.kind() {
            write!(f, " ({kind})")?;
        }
        match self.why() {
            Some(why) => write!(f, ": {why}"),
            None => Ok(()),
        }
    }
}

impl Unproven {
    /// The reason in a word.
    pub fn reason(self) -> &'static str {
        match self {
            Self::Unsigned => "Unsigned",
            Self::UnsupportedAlgorithm => "UnsupportedAlgorithm",
            Self::OptOut => "OptOut",
            Self::Iterations(_) => "Iterations",
        }
    }
}

impl fmt::Display for Unproven {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unsigned => f.write_str("the zone is not signed: its parent has no DS for it"),
            Self::UnsupportedAlgorithm => f.write_str(
                "its DS lead to no algorithm, digest or size of key that validators like this one take",
            ),
            Self::OptOut => f.write_str(
                "an NSEC3 with opt-out spans it: no signed zone is there, at most an unsigned one",
            ),
            Self::Iterations(count) => {
                write!(
                    f,
                    "its NSEC3 take {count} iterations, more than the 100 that validators take"
                )
            }
        }
    }
}

impl Broken {
    /// What NSEC or NSEC3 do not prove.
    pub fn no_proof(what: &'static str) -> Self {
        Self::NoProof(what.into())
    }

    /// Whether resolvers that allow for wrong clocks still take it.
    pub fn is_tolerated(&self) -> bool {
        matches!(self, Self::Expired { tolerated: true, .. })
    }

    /// The reason in a word.
    pub fn reason(&self) -> &'static str {
        match self {
            Self::Expired { .. } => "Expired",
            Self::NotYetValid(_) => "NotYetValid",
            Self::BadSignature => "BadSignature",
            Self::NoSignature => "NoSignature",
            Self::WrongSigner(_) => "WrongSigner",
            Self::NoMatchingKey(_) => "NoMatchingKey",
            Self::NoDnskey => "NoDnskey",
            Self::DsMatchesNoKey { .. } => "DsMatchesNoKey",
            Self::DigestDiffers(_) => "DigestDiffers",
            Self::KeyDoesNotSign { .. } => "KeyDoesNotSign",
            Self::NoProof(_) => "NoProof",
            Self::TooMuchWork => "TooMuchWork",
        }
    }
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Expired { at, tolerated: false } => write!(f, "the signature ended {at}"),
            Self::Expired { at, tolerated: true } => {
                write!(
                    f,
                    "the signature ended {at}; resolvers that allow for wrong clocks still take it"
                )
            }
            Self::NotYetValid(at) => write!(f, "the signature begins only {at}"),
            Self::BadSignature => f.write_str("the signature does not fit the records"),
            Self::NoSignature => f.write_str("the zone is signed, and this is not"),
            Self::WrongSigner(signer) => write!(
                f,
                "its signatures are in the name of {signer}, which is not the zone it lies in"
            ),
            Self::NoMatchingKey(tags) => {
                write!(f, "signed with {}, which the zone does not publish", Tags(tags))
            }
            Self::NoDnskey => {
                f.write_str("a DS or a trust anchor is there for its keys, and the zone has no DNSKEY")
            }
            Self::DsMatchesNoKey { ds, keys } if ds.is_empty() => {
                write!(
                    f,
                    "no trust anchor is a key of the zone, which has {}",
                    Tags(keys)
                )
            }
            Self::DsMatchesNoKey { ds, keys } if keys.is_empty() => write!(
                f,
                "the parent's DS are for {}, and the zone has no key of a form that validators read",
                Tags(ds)
            ),
            Self::DsMatchesNoKey { ds, keys } => {
                write!(
                    f,
                    "the parent's DS are for {}, and the zone has {}",
                    Tags(ds),
                    Tags(keys)
                )
            }
            Self::DigestDiffers(tags) => {
                write!(
                    f,
                    "the parent's DS are for {}, which the zone has, and their digest differs from that of the zone's key",
                    Tags(tags)
                )
            }
            Self::KeyDoesNotSign { anchored, signers } => {
                write!(
                    f,
                    "a DS or a trust anchor is for {}, which the zone has; but its DNSKEY are ",
                    Tags(anchored)
                )?;
                match signers.is_empty() {
                    true => f.write_str("not signed at all"),
                    false => write!(f, "signed with {} only", Tags(signers)),
                }
            }
            Self::NoProof(what) => f.write_str(what),
            Self::TooMuchWork => {
                f.write_str("there are more signatures, keys or hashes to check than any honest answer needs")
            }
        }
    }
}

/// Key tags as people read them.
struct Tags<'t>(&'t [u16]);

impl fmt::Display for Tags<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut tags = self.0.to_vec();
        tags.sort_unstable();
        tags.dedup();
        f.write_str(if tags.len() == 1 { "key" } else { "keys" })?;
        for (at, tag) in tags.iter().enumerate() {
            write!(f, "{} {tag}", if at == 0 { "" } else { "," })?;
        }
        Ok(())
    }
}

impl Doubt {
    /// The reason in a word.
    pub fn reason(self) -> &'static str {
        match self {
            Self::Unanswered(trouble) => trouble.reason(),
            Self::NoAnchor => "NoAnchor",
            Self::WrongSide => "WrongSide",
            Self::Clock => "Clock",
            Self::Resolver => "Resolver",
            Self::Outdated => "Outdated",
            Self::Limit => "Limit",
        }
    }
}

impl fmt::Display for Doubt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unanswered(trouble) => write!(f, "its DS or DNSKEY could not be had: {trouble}"),
            Self::WrongSide => {
                f.write_str("the resolver answers DS from the zone itself, not from its parent")
            }
            Self::NoAnchor => f.write_str("no trust anchor is above it"),
            Self::Clock => {
                f.write_str("the root's own signatures are not valid by the clock of this machine")
            }
            Self::Resolver => f.write_str(
                "the resolver does not pass DNSSEC on, or not all of it, or it answers for this name by itself",
            ),
            Self::Outdated => f.write_str(
                "the resolver still holds what the zone gave before, and drops it when its TTL has run out; the zone's own \
                 servers prove what they give now",
            ),
            Self::Limit => f.write_str("it takes more DS and DNSKEY than one answer may cost"),
        }
    }
}
