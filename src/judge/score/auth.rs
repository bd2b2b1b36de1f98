//! DMARC, DKIM and SPF as Internet.nl tests them.
//!
//! It asks for the organizational domain of the public suffix list where RFC 9989 walks up the tree, takes any answer at
//! `_domainkey` for DKIM, and follows SPF with a count of queries of its own. So a verdict here is the test's, not ours.

use super::hosts::texts;
use super::mark::{Category, Counts, LESS, Mark, Range, Status};
use super::spf::{self, Spf};
use super::{criteria, dmarc_text};
use crate::inquiry::{Inquiry, Trouble};
use crate::name::Name;

/// The category.
pub(super) fn category(domain: &Name, inquiry: &mut Inquiry<'_>) -> Category {
    let dmarc = Dmarc::look(domain, inquiry);
    let spf = Spf::look(domain, inquiry);
    let dkim = dkim(domain, silent(&dmarc, &spf), inquiry);
    let [exists, policy] = dmarc.marks();
    let [spf_exists, spf_policy] = spf.marks();
    Category::of(
        criteria::Group::Auth,
        vec![exists, policy, dkim, spf_exists, spf_policy],
    )
}

/// What the test finds of DMARC.
struct Dmarc {
    /// Where it was found last.
    at: String,
    /// The one record there, how many there are, or why that is not known.
    found: Result<(Option<String>, usize), Trouble>,
    is_inherited: bool,
    policy: Policy,
}

/// What it makes of the policy.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Policy {
    /// There is no record.
    None,
    /// Sufficient.
    Valid,
    /// Sufficient, and this host has not agreed to get the reports.
    External(String),
    /// Sufficient, and whether all hosts have agreed is not known.
    Unagreed(Trouble),
    /// It is none, or none is said.
    Weak(&'static str),
    /// The record does not hold to the grammar.
    Syntax,
}

impl Dmarc {
    fn look(domain: &Name, inquiry: &mut Inquiry<'_>) -> Self {
        let mut at = domain.as_str().to_owned();
        let mut found = record_at(&at, inquiry);
        let is_inherited = matches!(found, Ok((None, 0)));
        if is_inherited {
            at = organizational(&at);
            found = record_at(&at, inquiry);
        }
        let policy = match &found {
            Ok((Some(text), _)) => policy(text, &at, is_inherited, inquiry),
            _ => Policy::None,
        };
        Self {
            at,
            found,
            is_inherited,
            policy,
        }
    }

    /// The record, where there is one.
    fn record(&self) -> Option<&String> {
        self.found.as_ref().ok()?.0.as_ref()
    }

    fn marks(&self) -> [Mark; 2] {
        let (exists, policy) = (&criteria::DMARC, &criteria::DMARC_POLICY);
        let at = &self.at;
        let found = match &self.found {
            Err(why) => {
                let what = format!("_dmarc.{at} TXT");
                return [
                    Mark::unanswered(exists, &what, *why),
                    Mark::unanswered(policy, &what, *why),
                ];
            }
            Ok((Some(text), _)) => Mark::good(exists, format!("{text:?} at _dmarc.{at}")),
            Ok((None, 0)) => Mark::bad(exists, "bad", format!("no record at _dmarc.{at}")),
            Ok((None, count)) => Mark::bad(exists, "bad", format!("{count} records at _dmarc.{at}")),
        };
        let said = match &self.policy {
            Policy::None => Mark::not_tested(policy, "", "no record to judge").counting(Counts::Yes),
            Policy::Valid => Mark::good(policy, "quarantine or reject"),
            Policy::External(host) => Mark::new(
                policy,
                Status::Warning,
                "external",
                policy.points,
                format!("{host} does not say that it takes the reports"),
            ),
            Policy::Unagreed(why) => Mark::unanswered(policy, "whether all take the reports", *why)
                .worth(Range::just(policy.points)),
            Policy::Weak(why) => Mark::new(policy, Status::Failed, "policy", LESS, *why),
            Policy::Syntax => Mark::bad(
                policy,
                "bad",
                "the record does not hold to the grammar of RFC 7489 6.4",
            ),
        };
        [found, said]
    }
}

/// The record below `_dmarc` of a domain, and how many there are.
fn record_at(domain: &str, inquiry: &mut Inquiry<'_>) -> Result<(Option<String>, usize), Trouble> {
    let Ok(name) = format!("_dmarc.{domain}").parse::<Name>() else {
        return Ok((None, 0));
    };
    let found = texts(inquiry, &name)?;
    let records = found.beginning("v=dmarc1");
    Ok(match records.as_slice() {
        [only] => (Some((*only).clone()), 1),
        several => (None, several.len()),
    })
}

fn policy(text: &str, at: &str, is_inherited: bool, inquiry: &mut Inquiry<'_>) -> Policy {
    let Some(read) = dmarc_text::read(text) else {
        return Policy::Syntax;
    };
    let inherited = read.subdomains.as_ref().filter(|_| is_inherited);
    let Some(said) = inherited.or(read.policy.as_ref()).filter(|_| read.says_something) else {
        return Policy::Weak("no policy is said");
    };
    match (said.as_str(), read.is_testing) {
        ("none", _) => return Policy::Weak("the policy is none"),
        ("quarantine", true) => return Policy::Weak("t=y makes quarantine none"),
        _ => {}
    }
    let own = organizational(at);
    let mut unknown = None;
    for host in read.hosts.iter().filter(|host| organizational(host) != own) {
        match agrees(at, host, inquiry) {
            Ok(true) => {}
            Ok(false) => return Policy::External(host.clone()),
            Err(why) => unknown = unknown.or(Some(why)),
        }
    }
    unknown.map_or(Policy::Valid, Policy::Unagreed)
}

/// Whether a host takes reports about `owner`: exactly one record that holds to the grammar.
fn agrees(owner: &str, host: &str, inquiry: &mut Inquiry<'_>) -> Result<bool, Trouble> {
    let Ok(name) = format!("{owner}._report._dmarc.{host}").parse::<Name>() else {
        return Ok(false);
    };
    let found = texts(inquiry, &name)?;
    let sound = found.all.iter().filter(|text| dmarc_text::read(text).is_some());
    Ok(sound.count() == 1)
}

/// The organizational domain by the public suffix list; empty for a public suffix itself.
pub(super) fn organizational(domain: &str) -> String {
    psl::domain_str(domain).unwrap_or_default().to_owned()
}

/// Whether the domain says that it sends no mail, so that no DKIM is asked of it.
fn silent(dmarc: &Dmarc, spf: &Spf) -> Counts {
    let by_dmarc = match (&dmarc.policy, dmarc.record()) {
        (Policy::Valid | Policy::Unagreed(_), Some(text)) if is_silent(text, dmarc.is_inherited) => {
            match dmarc.policy {
                Policy::Valid => Counts::Yes,
                _ => Counts::Perhaps,
            }
        }
        _ if dmarc.found.is_err() => Counts::Perhaps,
        _ => Counts::No,
    };
    let by_spf = match &spf.found {
        Err(_) => Counts::Perhaps,
        Ok(Some(text)) if spf.is_valid() && spf::sends_nothing(text) => Counts::Yes,
        Ok(_) => Counts::No,
    };
    by_dmarc.min(by_spf)
}

/// Whether the text begins as that of a domain without mail does, to the letter.
fn is_silent(text: &str, is_inherited: bool) -> bool {
    let Some(rest) = text.strip_prefix("v=DMARC1;") else {
        return false;
    };
    let rejects = rest.trim_start_matches(' ').starts_with("p=reject");
    match is_inherited {
        false => rejects,
        true => rest.contains("sp=reject") || (rejects && !rest.contains("sp=")),
    }
}

/// DKIM: whether anything stands at or below `_domainkey`.
fn dkim(domain: &Name, silent: Counts, inquiry: &mut Inquiry<'_>) -> Mark {
    let test = &criteria::DKIM;
    let Ok(name) = domain.prepend("_domainkey") else {
        return Mark::bad(test, "bad", "the domain's name is too long for any below it");
    };
    match texts(inquiry, &name) {
        Err(why) => {
            let counts = if silent == Counts::No {
                Counts::Yes
            } else {
                Counts::Perhaps
            };
            Mark::unanswered(test, &format!("{name} TXT"), why).counting(counts)
        }
        Ok(found) if !found.is_denied => {
            Mark::good(test, format!("{name} exists: that is all that is asked"))
        }
        Ok(_) => match silent {
            Counts::Yes => Mark::not_tested(
                test,
                "no-email",
                "SPF and DMARC say that the domain sends no mail",
            ),
            silent => {
                Mark::bad(test, "bad", format!("{name} does not exist (NXDOMAIN)")).counting(match silent {
                    Counts::No => Counts::Yes,
                    _ => Counts::Perhaps,
                })
            }
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_domain_without_mail_says_so_to_the_letter() {
        for (text, own, inherited) in [
            ("v=DMARC1; p=reject", true, true),
            ("v=DMARC1;p=reject; rua=mailto:a@a.nl", true, true),
            ("v=DMARC1; p=reject; sp=none", true, false),
            ("v=DMARC1; p=none; sp=reject", false, true),
            ("v=DMARC1 ; p=reject", false, false),
            ("v=DMARC1; p = reject", false, false),
            ("v=DMARC1; P=reject", false, false),
            ("v=DMARC1; p=quarantine", false, false),
        ] {
            assert_eq!(is_silent(text, false), own, "{text}");
            assert_eq!(is_silent(text, true), inherited, "{text}");
        }
    }

    #[test]
    fn organizations_are_those_of_the_public_suffix_list() {
        for (domain, organization) in [
            ("a.b.nl", "b.nl"),
            ("b.nl", "b.nl"),
            ("a.b.co.uk", "b.co.uk"),
            ("co.uk", ""),
            ("a.github.io", "a.github.io"),
            ("a.b.unknowntld", "b.unknowntld"),
        ] {
            assert_eq!(organizational(domain), organization, "{domain}");
        }
    }
}
