//! What a resolver holds, beside what a server of the zone gives: a copy of before, or something that was changed on the
//! way. No socket here.
//!
//! A cache gives what it has with the TTL that is left of it (RFC 2181 8), and an absence with that of the SOA beside it
//! (RFC 2308 5: without one it keeps none). So what carries its whole TTL was fetched just now, when the servers gave another
//! thing already. What was counted down may be from before; but somebody who changes answers may stand in front of a cache
//! too. He does it by name or by kind, and to whatever he passes on: so a question that nobody can have asked before, another
//! name with records of the same type, and the signatures by themselves tell him from a cache. He cannot sign, either: another
//! record set under the very signature that the servers give is his.

use hickory_proto::dnssec::rdata::DNSSECRData;
use hickory_proto::op::Message;
use hickory_proto::rr::{Name, RData, Record, RecordType};

/// One record set, or the proof that there is none: as the resolver has it, and as a server of the zone gives it.
pub(super) struct Pair<'m> {
    held: Part<'m>,
    given: Part<'m>,
}

/// What was seen through the resolver beside what it holds.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Signs {
    /// A question of the zone that nobody can have asked before got no proof either.
    pub(super) fresh_is_broken: bool,
    /// What became of the records of this type that another name of the zone has.
    pub(super) sibling: Sibling,
    /// The signatures that are missing are missing too when they are asked for by themselves.
    pub(super) signatures_are_kept_back: bool,
    /// The answer that was judged first carried its whole TTL.
    pub(super) was_new: bool,
}

/// What the resolver makes of another name's records.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Sibling {
    /// They are proven.
    Proven,
    /// They are not, and were fetched just now, while the servers prove them.
    Broken,
    /// There are none, or it cannot be told.
    #[default]
    Unknown,
}

/// For how long a copy of before lasts: how much is left of it, and how long any cache may have it, in seconds.
pub(super) type Lasts = (u32, u32);

/// How long what the resolver holds lasts, where it can be a copy of before; `None` where it was changed or left out.
pub(super) fn old(pairs: &[Pair<'_>], signs: Signs) -> Option<Lasts> {
    let differing = || pairs.iter().filter(|pair| pair.differs());
    let mut lasts: Option<Lasts> = None;
    for pair in differing() {
        // What no cache may keep is no copy.
        let left = pair.held.ttl()?;
        let whole = pair.whole().unwrap_or(left).max(left);
        lasts = Some(lasts.map_or((left, whole), |(a, b)| (a.max(left), b.max(whole))));
    }
    let lasts = lasts?;
    let is_harmed =
        signs.fresh_is_broken || signs.signatures_are_kept_back || signs.sibling == Sibling::Broken;
    let looks_new = || signs.was_new || differing().all(Pair::is_new);
    let looks_changed = || differing().any(Pair::is_changed_under_its_signature) || looks_new();
    let is_old = !is_harmed && (signs.sibling == Sibling::Proven || !looks_changed());
    is_old.then_some(lasts)
}

impl<'m> Pair<'m> {
    pub(super) fn new(name: &Name, kind: RecordType, held: &'m Message, given: &'m Message) -> Self {
        Self {
            held: Part::of(name, kind, held),
            given: Part::of(name, kind, given),
        }
    }

    /// Whether what is held carries its whole TTL: no cache has had it for a second.
    pub(super) fn is_new(&self) -> bool {
        self.held.ttl() == self.whole()
    }

    fn differs(&self) -> bool {
        !self.held.is_within(&self.given) || !self.given.is_within(&self.held)
    }

    /// The TTL that the held one had when it was new: its signature tells (RFC 4034 3.1.4), else what is given now.
    fn whole(&self) -> Option<u32> {
        self.held.original_ttl().or_else(|| self.given.ttl())
    }

    /// Whether the records are there and not what is signed, while the servers give both.
    pub(super) fn lacks_signatures(&self) -> bool {
        let has_data = self.held.is_data && self.given.is_data;
        has_data && self.held.signatures().next().is_none() && self.given.signatures().next().is_some()
    }

    fn is_changed_under_its_signature(&self) -> bool {
        let same = |signature: &&Record| self.given.has(signature);
        self.held.signatures().any(|signature| {
            let covered = covered(signature);
            let of =
                |record: &&&Record| Some(record.record_type()) == covered && record.name == signature.name;
            let all_in = |these: &Part<'_>, those: &Part<'_>| {
                these.records.iter().filter(of).all(|one| those.has(one))
            };
            same(&signature) && !(all_in(&self.held, &self.given) && all_in(&self.given, &self.held))
        })
    }
}

/// The records of a message that answer a question, with their signatures.
struct Part<'m> {
    records: Vec<&'m Record>,
    /// They are what was asked for, not the proof that it is not there.
    is_data: bool,
}

impl<'m> Part<'m> {
    fn of(name: &Name, kind: RecordType, message: &'m Message) -> Self {
        let is_of = |kinds: &[RecordType], record: &Record| {
            kinds.contains(&record.record_type()) || covered(record).is_some_and(|kind| kinds.contains(&kind))
        };
        let own = message.answers.iter();
        let own: Vec<_> = own
            .filter(|record| record.name == *name && is_of(&[kind, RecordType::CNAME], record))
            .collect();
        let is_data = own.iter().any(|record| covered(record).is_none());
        let records = match is_data {
            true => own,
            false => {
                let proofs = [RecordType::SOA, RecordType::NSEC, RecordType::NSEC3];
                let authorities = message.authorities.iter();
                authorities.filter(|record| is_of(&proofs, record)).collect()
            }
        };
        Self { records, is_data }
    }

    /// For how long a cache may keep it from now on; `None` where it may not.
    fn ttl(&self) -> Option<u32> {
        let keeps = |record: &&Record| match &record.data {
            RData::SOA(soa) => record.ttl.min(soa.minimum),
            _ => record.ttl,
        };
        let has_soa = || {
            self.records
                .iter()
                .any(|record| record.record_type() == RecordType::SOA)
        };
        let ttl = self.records.iter().copied().map(|record| keeps(&record)).min();
        ttl.filter(|_| self.is_data || has_soa())
    }

    /// The TTL that the records were signed with.
    fn original_ttl(&self) -> Option<u32> {
        let signed = self.signatures().filter_map(|signature| match &signature.data {
            RData::DNSSEC(DNSSECRData::RRSIG(signature)) => Some(signature.input().original_ttl),
            _ => None,
        });
        signed.min().filter(|_| self.is_data)
    }

    fn signatures(&self) -> impl Iterator<Item = &'m Record> {
        let records = self.records.iter().copied();
        records.filter(|record| covered(record).is_some())
    }

    fn has(&self, record: &Record) -> bool {
        let mut records = self.records.iter();
        records.any(|own| own.name == record.name && own.data == record.data)
    }

    fn is_within(&self, other: &Self) -> bool {
        self.is_data == other.is_data && self.records.iter().all(|record| other.has(record))
    }
}

/// The type a signature covers; `None` of what is none.
pub(super) fn covered(record: &Record) -> Option<RecordType> {
    match &record.data {
        RData::DNSSEC(DNSSECRData::RRSIG(signature)) => Some(signature.input().type_covered),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
