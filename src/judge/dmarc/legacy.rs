//! What receivers that still follow RFC 7489 make of a domain: the public suffix list, no tree walk, no np, no t.
//!
//! RFC 7489 is obsolete since May 2026 and will be followed for years. Its organizational domain is one label more
//! than the longest suffix of the list (3.2); only that and the domain itself are asked (6.6.3); sp applies to every
//! sub-domain; pct enforces in part.

use psl::{Psl, Type};

use super::outcome::DiscoveryOutcome;
use super::walk::texts;
use crate::inquiry::{Dns, Inquiry, Kind, Need};
use crate::name::Name;
use crate::records::dmarc::{Likeness, Policy, Record, TagName, likeness, parse};

/// The embedded public suffix list: the crate's version and the day it was made from the list.
pub const PUBLIC_SUFFIX_LIST: &str = "psl 2.1.247 of 2026-11-05";

/// What receivers of RFC 7489 do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Legacy {
    /// By the public suffix list.
    pub organizational_domain: Name,
    /// How their discovery ends.
    pub outcome: DiscoveryOutcome,
    /// Where the record they find stands.
    pub policy_domain: Option<Name>,
    /// The policy for mail from the domain, `pct=0` counted in; only with [`DiscoveryOutcome::Policy`].
    pub policy: Option<Policy>,
    /// They enforce it on so many percent only, and one level less on the rest (6.6.4).
    pub partial: Option<u8>,
}

/// The longest public suffix of `name`, in labels, and whether a registry (not a private owner) put it on the list.
fn suffix(name: &Name) -> Option<(usize, bool)> {
    let plain = |label: &Vec<u8>| label.iter().all(|octet| !matches!(octet, b'.' | b'\\'));
    if name.as_str().contains('\\') && !name.labels().iter().all(plain) {
        return None; // The list knows no such name; its text would be split at the wrong places.
    }
    let suffix = psl::List.suffix(name.as_str().as_bytes())?;
    let count = suffix.as_bytes().split(|&octet| octet == b'.').count();
    Some((count, suffix.typ() == Some(Type::Icann)))
}

/// Whether a registry registers names below this one, by the list.
pub(super) fn is_registry_suffix(name: &Name) -> bool {
    suffix(name).is_some_and(|(count, registry)| registry && count == name.label_count())
}

/// Whether this is a public suffix of either kind, by the list.
pub(super) fn is_public_suffix(name: &Name) -> bool {
    suffix(name).is_some_and(|(count, _)| count == name.label_count())
        && psl::List
            .suffix(name.as_str().as_bytes())
            .is_some_and(|suffix| suffix.is_known())
}

/// The organizational domain of RFC 7489 3.2.
pub(super) fn organizational_domain(name: &Name) -> Name {
    match suffix(name) {
        Some((count, _)) => name.suffix(count + 1),
        None => name.clone(),
    }
}

/// What receivers of RFC 7489 do with mail from `domain`.
pub(super) fn legacy(domain: &Name, inquiry: &mut Inquiry<'_>) -> Legacy {
    let organizational = organizational_domain(domain);
    let mut legacy = Legacy {
        organizational_domain: organizational.clone(),
        outcome: DiscoveryOutcome::None,
        policy_domain: None,
        policy: None,
        partial: None,
    };
    for place in [domain, &organizational] {
        let Some(records) = records(place, inquiry) else {
            legacy.outcome = DiscoveryOutcome::Unknown;
            break;
        };
        match records.as_slice() {
            [] => {}
            [record] => {
                legacy.policy_domain = Some(place.clone());
                legacy.apply(record, place != domain);
                break;
            }
            _ => break, // Several end the discovery: no DMARC (6.6.3 step 5).
        }
    }
    legacy
}

impl Legacy {
    /// What they make of the record they found.
    fn apply(&mut self, record: &Record, inherited: bool) {
        let Some(policy) = policy(record, inherited) else {
            self.outcome = DiscoveryOutcome::Invalid;
            return;
        };
        self.outcome = DiscoveryOutcome::Policy;
        // Mail that pct leaves out gets the next weaker policy (6.6.4): with pct=0 that is all of it.
        match record.partial() {
            Some(0) => self.policy = Some(policy.lowered()),
            partial => {
                self.policy = Some(policy);
                self.partial = partial.filter(|_| policy != Policy::None);
            }
        }
    }
}

/// The DMARC records at a domain; `None` when that cannot be known.
fn records(domain: &Name, inquiry: &mut Inquiry<'_>) -> Option<Vec<Record>> {
    let Ok(name) = domain.prepend("_dmarc") else {
        return Some(Vec::new());
    };
    let reply = inquiry.ask(Dns::new(name, Kind::Txt), Need::Evidence);
    reply.records()?;
    let texts = texts(reply);
    let records = texts.iter().filter(|text| likeness(text) == Likeness::Dmarc);
    Some(records.map(|text| parse(text)).collect())
}

/// p, or for a sub-domain sp before p; without a valid p, or with an invalid sp, none where rua is valid, else nothing
/// (RFC 7489 6.6.3 step 6).
fn policy(record: &Record, inherited: bool) -> Option<Policy> {
    use crate::records::dmarc::PolicyTag;
    let (p, sp) = (record.policy_tag(TagName::P), record.policy_tag(TagName::Sp));
    if record.is_ambiguous() && p.policy().is_some() && sp != PolicyTag::Invalid {
        return Some(Policy::None); // The weakest of what a receiver may make of a tag that stands there twice.
    }
    match (p, sp) {
        (PolicyTag::Is(_), PolicyTag::Is(policy)) if inherited => Some(policy),
        (PolicyTag::Is(policy), PolicyTag::Is(_) | PolicyTag::Absent) => Some(policy),
        _ => {
            let reported = record.uris(TagName::Rua).iter().any(|uri| uri.problem.is_none());
            reported.then_some(Policy::None)
        }
    }
}
