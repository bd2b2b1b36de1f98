//! What of a message answers a question within one zone: the record sets along its aliases, and what proves that something is
//! not there. No socket here.

use hickory_proto::dnssec::rdata::DNSSECRData;
use hickory_proto::op::Message;
use hickory_proto::rr::{Name, RData, Record, RecordType};

use crate::world::dns::reading::covered;

/// An alias is followed this often.
const MAX_ALIASES: usize = 16;

const PROOFS: [RecordType; 3] = [RecordType::SOA, RecordType::NSEC, RecordType::NSEC3];

/// The record sets of a message that answer a question.
pub(super) struct Part<'m> {
    pub(super) sets: Vec<Set<'m>>,
    /// Where the answer ends.
    pub(super) end: End,
}

/// Where an answer ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum End {
    /// With the records that were asked for.
    There,
    /// At a name of the zone which it says has none.
    Absent(Name),
    /// At an alias: of what that leads to it says nothing, or another zone does.
    Beyond,
}

/// A record set with the signatures over it.
pub(super) struct Set<'m> {
    owner: &'m Name,
    pub(super) kind: RecordType,
    records: Vec<&'m Record>,
    signatures: Vec<&'m Record>,
}

impl<'m> Part<'m> {
    /// What `message` says of `kind` at `name`, as far as `zone` says it.
    pub(super) fn of((name, kind): (&Name, RecordType), zone: &Name, message: &'m Message) -> Self {
        let mut part = Self {
            sets: Vec::new(),
            end: End::Beyond,
        };
        let mut here = name.clone();
        for step in 0..=MAX_ALIASES {
            if !zone.zone_of(&here) {
                break;
            }
            let answers = message.answers.iter();
            part.take(answers.filter(|record| {
                let is_redirect = told_of(record) == RecordType::DNAME && record.name.zone_of(&here);
                let is_own = record.name == here && [kind, RecordType::CNAME].contains(&told_of(record));
                zone.zone_of(&record.name) && (is_redirect || is_own)
            }));
            let has = |kind| part.get(&here, kind).is_some_and(|set| !set.records.is_empty());
            if has(kind) {
                part.end = End::There;
                break;
            }
            let Some(target) = part.target(&here) else {
                let says_nothing = step > 0 && soa(message).is_none();
                if !says_nothing {
                    part.end = End::Absent(here);
                }
                break;
            };
            here = target;
        }
        part.take(proofs(zone, message));
        part
    }

    /// What proves in `message` that something is not in `zone`.
    pub(super) fn proofs(zone: &Name, message: &'m Message) -> Self {
        let mut part = Self {
            sets: Vec::new(),
            end: End::Beyond,
        };
        part.take(proofs(zone, message));
        part
    }

    fn take(&mut self, records: impl Iterator<Item = &'m Record>) {
        for record in records {
            let kind = told_of(record);
            let known = self
                .sets
                .iter()
                .position(|set| set.kind == kind && *set.owner == record.name);
            let at = known.unwrap_or_else(|| {
                self.sets.push(Set {
                    owner: &record.name,
                    kind,
                    records: Vec::new(),
                    signatures: Vec::new(),
                });
                self.sets.len() - 1
            });
            let Some(set) = self.sets.get_mut(at) else {
                continue;
            };
            let among = match covered(record) {
                Some(_) => &mut set.signatures,
                None => &mut set.records,
            };
            // It stands in a message once for each part of an answer that it serves.
            if !among.iter().any(|known| known.data == record.data) {
                among.push(record);
            }
        }
    }

    fn target(&self, name: &Name) -> Option<Name> {
        let set = self.get(name, RecordType::CNAME)?;
        set.records.iter().find_map(|record| match &record.data {
            RData::CNAME(target) => Some(target.0.clone()),
            _ => None,
        })
    }

    fn get(&self, owner: &Name, kind: RecordType) -> Option<&Set<'m>> {
        self.sets
            .iter()
            .find(|set| set.kind == kind && set.owner == owner)
    }

    /// The set of the same name and type.
    pub(super) fn twin(&self, of: &Set<'_>) -> Option<&Set<'m>> {
        self.get(of.owner, of.kind)
    }

    /// Whether this set stands here with the same records and the same signatures, whatever their TTLs.
    pub(super) fn has(&self, set: &Set<'_>) -> bool {
        self.twin(set).is_some_and(|own| {
            is_same(&own.records, &set.records) && is_same(&own.signatures, &set.signatures)
        })
    }

    /// For how long a cache may keep it from now on; `None` where it may not: an absence it keeps by its SOA alone (RFC 2308 5).
    pub(super) fn ttl(&self) -> Option<u32> {
        let is_kept = match self.end {
            End::Absent(_) => self.sets.iter().any(|set| set.kind == RecordType::SOA),
            End::There | End::Beyond => true,
        };
        let ttls = self.sets.iter().filter_map(Set::ttl);
        ttls.min().filter(|_| is_kept)
    }

    /// The sets of records that were asked for, or the aliases that lead to them.
    pub(super) fn data(&self) -> impl Iterator<Item = &Set<'m>> {
        self.sets
            .iter()
            .filter(|set| !set.is_proof() && !set.records.is_empty())
    }

    /// The name below which a wildcard stands that made a set here (RFC 4035 5.3.2): its signature counts fewer labels.
    pub(super) fn wildcards_parent(&self) -> Option<Name> {
        self.data().find_map(|set| {
            let labels = set.owner.iter().count();
            let signed = set.inputs().map(|(_, signed)| usize::from(signed)).min()?;
            // The label of the wildcard itself is not counted.
            let is_wildcard = set.owner.is_wildcard();
            (signed < labels - usize::from(is_wildcard)).then(|| set.owner.trim_to(signed))
        })
    }

    /// What another part has and this does not go as far as: what stands behind the alias at which it ends.
    pub(super) fn cut_like(&mut self, other: &Self) {
        if other.end == End::Beyond && self.end != End::Beyond {
            self.sets.retain(|set| other.twin(set).is_some());
            self.end = End::Beyond;
        }
    }
}

impl Set<'_> {
    /// Whether it proves what is not there.
    pub(super) fn is_proof(&self) -> bool {
        PROOFS.contains(&self.kind)
    }

    /// What is left of its TTL; of an SOA how long it lets an absence be kept.
    pub(super) fn ttl(&self) -> Option<u32> {
        let all = self.records.iter().chain(&self.signatures);
        let ttl = all.map(|record| record.ttl).min()?;
        Some(self.minimum().map_or(ttl, |minimum| ttl.min(minimum)))
    }

    /// The TTL it was signed with (RFC 4034 3.1.4).
    pub(super) fn original_ttl(&self) -> Option<u32> {
        let ttl = self.inputs().map(|(ttl, _)| ttl).min()?;
        Some(self.minimum().map_or(ttl, |minimum| ttl.min(minimum)))
    }

    fn minimum(&self) -> Option<u32> {
        self.records.iter().find_map(|record| match &record.data {
            RData::SOA(soa) => Some(soa.minimum),
            _ => None,
        })
    }

    /// The original TTL and the labels by each signature.
    fn inputs(&self) -> impl Iterator<Item = (u32, u8)> {
        self.signatures
            .iter()
            .filter_map(|signature| match &signature.data {
                RData::DNSSEC(DNSSECRData::RRSIG(signature)) => {
                    let input = signature.input();
                    Some((input.original_ttl, input.num_labels))
                }
                _ => None,
            })
    }

    pub(super) fn is_signed(&self) -> bool {
        !self.signatures.is_empty()
    }

    /// Whether the other has one of its signatures, and not its records.
    pub(super) fn is_changed_under_the_signature_of(&self, other: &Set<'_>) -> bool {
        let mut signatures = self.signatures.iter();
        let has_one = signatures.any(|one| other.signatures.iter().any(|own| own.data == one.data));
        has_one && !is_same(&self.records, &other.records)
    }
}

fn is_same(these: &[&Record], those: &[&Record]) -> bool {
    let all_in = |these: &[&Record], those: &[&Record]| {
        these
            .iter()
            .all(|one| those.iter().any(|other| other.data == one.data))
    };
    all_in(these, those) && all_in(those, these)
}

/// The records of the authority section that prove what is not in `zone`; those of a zone below it are not its own.
fn proofs<'m>(zone: &Name, message: &'m Message) -> impl Iterator<Item = &'m Record> {
    let below = soa(message).filter(|owner| *owner != zone && zone.zone_of(owner));
    message.authorities.iter().filter(move |record| {
        PROOFS.contains(&told_of(record))
            && zone.zone_of(&record.name)
            && below.is_none_or(|below| !below.zone_of(&record.name))
    })
}

fn soa(message: &Message) -> Option<&Name> {
    let mut authorities = message.authorities.iter();
    let soa = authorities.find(|record| record.record_type() == RecordType::SOA)?;
    Some(&soa.name)
}

/// The type of the set that a record belongs to: its own, or the one that it signs.
fn told_of(record: &Record) -> RecordType {
    covered(record).unwrap_or_else(|| record.record_type())
}
