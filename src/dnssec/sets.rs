//! The record sets of a message: what is signed together, with its signatures (RFC 2181 5, RFC 4035 2.2).
//!
//! Of a message only class IN is read, and each section by itself: what an additional section holds proves nothing.

use std::collections::HashMap;

use hickory_proto::dnssec::rdata::{DNSSECRData, RRSIG};
use hickory_proto::rr::{DNSClass, Name, RData, Record, RecordType};

use super::name_of;
use crate::inquiry::Hashing;

/// A record set and the signatures over it.
pub(super) struct Set<'m> {
    pub(super) owner: &'m Name,
    pub(super) kind: RecordType,
    pub(super) records: Vec<&'m Record>,
    pub(super) signatures: Vec<&'m RRSIG>,
}

impl Set<'_> {
    /// How `zone` hashes names, where this is one of its NSEC3.
    pub(super) fn hashing(&self, zone: &Name) -> Option<Hashing> {
        self.records.iter().find_map(|record| match &record.data {
            RData::DNSSEC(DNSSECRData::NSEC3(nsec3)) => Some(Hashing {
                zone: name_of(zone),
                iterations: nsec3.iterations(),
                salt: u8::try_from(nsec3.salt().len()).unwrap_or(u8::MAX),
            }),
            _ => None,
        })
    }
}

/// The sets of one section, in the order in which they came.
pub(super) struct Section<'m> {
    sets: Vec<Set<'m>>,
    by_name: HashMap<(&'m Name, RecordType), usize>,
}

impl<'m> Section<'m> {
    pub(super) fn read(records: &'m [Record]) -> Self {
        let mut section = Self {
            sets: Vec::new(),
            by_name: HashMap::new(),
        };
        for record in records.iter().filter(|record| record.dns_class == DNSClass::IN) {
            match &record.data {
                RData::DNSSEC(DNSSECRData::RRSIG(signature)) => {
                    let kind = signature.input().type_covered;
                    section.set(&record.name, kind, |set| set.signatures.push(signature));
                }
                _ => {
                    section.set(&record.name, record.record_type(), |set| set.records.push(record));
                }
            }
        }
        section
    }

    fn set(&mut self, owner: &'m Name, kind: RecordType, add: impl FnOnce(&mut Set<'m>)) {
        let sets = &mut self.sets;
        let at = *self.by_name.entry((owner, kind)).or_insert_with(|| {
            sets.push(Set {
                owner,
                kind,
                records: Vec::new(),
                signatures: Vec::new(),
            });
            sets.len() - 1
        });
        if let Some(set) = sets.get_mut(at) {
            add(set);
        }
    }

    /// The set of `kind` at `owner`, when it has records.
    pub(super) fn get(&self, owner: &Name, kind: RecordType) -> Option<&Set<'m>> {
        let at = self.by_name.get(&(owner, kind))?;
        self.sets.get(*at).filter(|set| !set.records.is_empty())
    }

    /// Whether it holds no records at all.
    pub(super) fn is_empty(&self) -> bool {
        self.sets.iter().all(|set| set.records.is_empty())
    }

    /// The sets of `kind` that have records.
    pub(super) fn of(&self, kind: RecordType) -> impl Iterator<Item = &Set<'m>> {
        self.sets
            .iter()
            .filter(move |set| set.kind == kind && !set.records.is_empty())
    }
}

/// How many labels a name has, the leftmost `*` counted too.
pub(super) fn labels(name: &Name) -> usize {
    name.iter().count()
}

/// The name above; the root's is the root.
pub(super) fn parent(name: &Name) -> Name {
    name.trim_to(labels(name).saturating_sub(1))
}

/// `name` is `above` or below it.
pub(super) fn is_at_or_below(name: &Name, above: &Name) -> bool {
    above.zone_of(name)
}

/// `name` is below `above`.
pub(super) fn is_below(name: &Name, above: &Name) -> bool {
    labels(name) > labels(above) && above.zone_of(name)
}
