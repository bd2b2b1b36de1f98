//! What a zone publishes for its parent (RFC 7344, RFC 8078): the keys it has, and the DS it wants.
//!
//! Asked of the zone that the domain lies in alone: keys only where its parent has no DS for it, CDS and CDNSKEY only where
//! it has one.

use std::collections::BTreeSet;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::chain;
use crate::inquiry::{Dns, Inquiry, Kind, Need, Rdata, Security, Zone};
use crate::intent::Intent;
use crate::judge::{Findings, Site, Topic};
use crate::name::Name;
use crate::records::Standard;
use crate::rules::dnssec as rules;

/// A key as a zone publishes it: DNSKEY or CDNSKEY.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::judge) struct PublishedKey {
    flags: u16,
    algorithm: u8,
    /// Its tag (RFC 4034 B).
    pub(super) tag: u16,
}

/// The order to remove the DS (RFC 8078 4).
const DELETE: u8 = 0;

impl PublishedKey {
    /// Reads the presentation format: flags, protocol, algorithm, and the key in base64, which may have blanks in it.
    pub(in crate::judge) fn parse(text: &str) -> Option<Self> {
        let mut words = text.split_ascii_whitespace();
        let (flags, protocol): (u16, u8) = (words.next()?.parse().ok()?, words.next()?.parse().ok()?);
        let algorithm: u8 = words.next()?.parse().ok()?;
        let key = STANDARD.decode(words.collect::<String>()).ok()?;
        let [high, low] = flags.to_be_bytes();
        let octets = [high, low, protocol, algorithm].into_iter().chain(key);
        let sum: u32 = octets
            .enumerate()
            .map(|(place, octet)| u32::from(octet) << if place % 2 == 0 { 8 } else { 0 })
            .fold(0, u32::wrapping_add);
        let folded = sum.wrapping_add(sum >> 16 & 0xFFFF) & 0xFFFF;
        Some(Self {
            flags,
            algorithm,
            tag: u16::try_from(folded).ok()?,
        })
    }

    /// Whether it is one that a DS is meant to be for: a secure entry point (RFC 4034 2.1.1), not revoked (RFC 5011 7).
    pub(super) fn is_entry(self) -> bool {
        self.flags & 0x0181 == 0x0101
    }

    /// Its tag and algorithm, by which a DS names it.
    pub(in crate::judge) fn id(self) -> (u16, u8) {
        (self.tag, self.algorithm)
    }

    /// The tag and the algorithm that a DS or CDS names, from its presentation format.
    pub(in crate::judge) fn of_ds(text: &str) -> Option<(u16, u8)> {
        let mut words = text.split_ascii_whitespace();
        Some((words.next()?.parse().ok()?, words.next()?.parse().ok()?))
    }
}

/// The keys that `zone` has; none while it is open, and where none were had.
pub(super) fn keys(zone: &Name, inquiry: &mut Inquiry<'_>) -> Vec<PublishedKey> {
    let shown = shown(zone, Kind::Dnskey, inquiry);
    shown
        .iter()
        .filter_map(|text| PublishedKey::parse(text))
        .collect()
}

/// The records of a type that is only shown, at the very name.
fn shown(zone: &Name, kind: Kind, inquiry: &mut Inquiry<'_>) -> Vec<String> {
    inquiry.on_behalf_of(Standard::Dnssec);
    let reply = inquiry.ask(Dns::new(zone.clone(), kind), Need::Evidence);
    let own = reply.fact().is_some_and(|fact| fact.chain().is_empty());
    let records = reply.records().filter(|_| own).unwrap_or_default();
    records
        .iter()
        .filter_map(Rdata::text_only)
        .map(str::to_owned)
        .collect()
}

/// Says what is wrong with what the zone asks of its parent.
pub(super) fn check(intent: &Intent, inquiry: &mut Inquiry<'_>, findings: &mut Findings) {
    let Some(zone) = zone(intent, inquiry) else {
        return;
    };
    let by_digest: BTreeSet<(u16, u8)> = shown(&zone.name, Kind::Cds, inquiry)
        .iter()
        .filter_map(|text| PublishedKey::of_ds(text))
        .collect();
    let whole: BTreeSet<(u16, u8)> = shown(&zone.name, Kind::Cdnskey, inquiry)
        .iter()
        .filter_map(|text| PublishedKey::parse(text))
        .map(PublishedKey::id)
        .collect();
    let Some((subject, message)) = fault(&zone, &by_digest, &whole) else {
        return;
    };
    let topic = Topic::new(Site::Domain(zone.name.clone()), intent.manages(Standard::Dnssec));
    findings.say(&rules::SIGNALS, &topic, message).about(subject);
}

/// The nearest signed zone at the domain or above it, below the top-level domains.
fn zone(intent: &Intent, inquiry: &Inquiry<'_>) -> Option<Zone> {
    let facts = chain::all(inquiry);
    let trusts = facts.iter().filter_map(|(_, fact)| fact.source.trust.as_deref());
    let zones = trusts
        .flat_map(|trust| &trust.zones)
        .flat_map(|zone| zone.chain());
    let own = zones.filter(|zone| {
        let ours = intent.domain.is_at_or_below(&zone.name) && zone.name.label_count() > 1;
        // What has no DS is no business of a parent.
        ours && zone.security == Security::Secure && !zone.ds.is_empty()
    });
    own.max_by_key(|zone| zone.name.label_count()).cloned()
}

/// The worst that is wrong, and a word for it that does not change.
fn fault(
    zone: &Zone,
    by_digest: &BTreeSet<(u16, u8)>,
    whole: &BTreeSet<(u16, u8)>,
) -> Option<(&'static str, String)> {
    let name = &zone.name;
    let is_order = |(_, algorithm): &(u16, u8)| *algorithm == DELETE;
    let ordered: Vec<&str> = [("CDS", by_digest), ("CDNSKEY", whole)]
        .into_iter()
        .filter(|(_, set)| set.iter().any(is_order))
        .map(|(kind, _)| kind)
        .collect();
    if !ordered.is_empty() {
        let beside = if by_digest.union(whole).all(is_order) {
            ""
        } else {
            ", beside keys that contradict it"
        };
        let message = format!(
            "want CDS and CDNSKEY of a key of {name}, or none, found the order to remove its DS (algorithm 0 in {}){beside}: \
             a parent that heeds it makes the zone unsigned",
            ordered.join(" and ")
        );
        return Some(("delete", message));
    }
    let own = |(tag, algorithm): &(u16, u8)| {
        let mut keys = zone.keys.iter();
        keys.any(|key| (key.tag, key.algorithm) == (*tag, *algorithm))
    };
    for (kind, set) in [("CDS", by_digest), ("CDNSKEY", whole)] {
        // Keys that come later may stand there too; one at least must carry the zone as it is (RFC 7344 4.1).
        if !set.is_empty() && !set.iter().any(own) {
            let message = format!(
                "want {kind} of a key that {name} has, found {kind} for key {} alone, which it does not have: a parent that \
                 heeds it breaks the chain of trust",
                tags(set)
            );
            return Some(("no key", message));
        }
    }
    if !by_digest.is_empty() && !whole.is_empty() && by_digest != whole {
        let message = format!(
            "want the same keys in CDS and CDNSKEY of {name}, found {} in CDS and {} in CDNSKEY",
            tags(by_digest),
            tags(whole)
        );
        return Some(("differ", message));
    }
    None
}

fn tags(set: &BTreeSet<(u16, u8)>) -> String {
    let tags: Vec<String> = set.iter().map(|(tag, _)| tag.to_string()).collect();
    tags.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The keys and tags of RFC 4034 5.4 and RFC 8080 6.1.
    #[test]
    fn the_tag_of_a_key_is_that_of_the_rfcs() {
        for (text, tag, entry) in [
            (
                "256 3 5 AQOeiiR0GOMYkDshWoSKz9XzfwJr1AYtsmx3TGkJaNXVbfi/2pHm822aJ5iI9BMzNXxeYCmZDRD99WYwYqUSdjMmmAphXdvx\
                 egXd/M5+X7OrzKBaMbCVdFLUUh6DhweJBjEVv5f2wwjM9XzcnOf+EPbtG9DMBmADjFDc2w/rljwvFw==",
                60485,
                false,
            ),
            (
                "257 3 15 l02Woi0iS8Aa25FQkUd9RMzZHJpBoRQwAQEX1SxZJA4=",
                3613,
                true,
            ),
            (
                "385 3 15 l02Woi0iS8Aa25FQkUd9RMzZHJpBoRQwAQEX1SxZJA4=",
                3741,
                false,
            ),
        ] {
            let key = PublishedKey::parse(text).expect(text);
            assert_eq!((key.tag, key.is_entry()), (tag, entry), "{text}");
        }
        for text in ["", "257", "257 3 15", "x 3 15 AA==", "257 3 15 !"] {
            let parsed = PublishedKey::parse(text);
            assert!(parsed.is_none_or(|_| text == "257 3 15"), "{text}: {parsed:?}");
        }
    }
}
