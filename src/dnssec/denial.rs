//! What a zone's own NSEC or NSEC3 prove is not there (RFC 4035 5.4, RFC 5155 8, RFC 6840 4, RFC 9276).
//!
//! Only records whose signature was checked get in here, and none that a wildcard made. A record at a delegation speaks
//! for the parent: of the names below, and of all types but DS, it proves nothing.

use hickory_proto::dnssec::rdata::{DNSSECRData, NSEC};
use hickory_proto::rr::{Name, RData, RecordType};

use super::hashed::Hashed;
use super::proof::{Below, Proof, Types};
use super::sets::{Set, is_at_or_below, is_below, labels};
use super::signature::{Budget, wildcard};
use crate::inquiry::Broken;

/// The proofs of one zone.
pub(super) struct Denial<'m> {
    zone: &'m Name,
    plain: Vec<(&'m Name, &'m NSEC)>,
    hashed: Hashed<'m>,
}

impl<'m> Denial<'m> {
    /// Of the sets whose signatures were found good, made by `zone`.
    pub(super) fn new(zone: &'m Name, sets: &[&Set<'m>]) -> Self {
        let mut plain = Vec::new();
        let mut hashed = Hashed::new(zone);
        for set in sets {
            for record in &set.records {
                match &record.data {
                    RData::DNSSEC(DNSSECRData::NSEC(nsec)) => plain.push((&record.name, nsec)),
                    RData::DNSSEC(DNSSECRData::NSEC3(nsec3)) => hashed.add(&record.name, nsec3),
                    _ => {}
                }
            }
        }
        Self { zone, plain, hashed }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.plain.is_empty() && self.hashed.is_empty()
    }

    /// That `name` does not exist, nor a wildcard that would answer for it.
    pub(super) fn no_name(&mut self, name: &Name, budget: &mut Budget) -> Result<Proof, Broken> {
        if self.plain.is_empty() {
            return self.hashed.no_name(name, budget);
        }
        let encloser = self
            .encloser(name)
            .ok_or(Broken::no_proof("no NSEC says that the name does not exist"))?;
        let star = wildcard(&encloser).ok_or(Broken::no_proof("the name has no room for a wildcard"))?;
        match self.cover(&star) {
            Some(_) => Ok(Proof::Whole),
            None => Err(Broken::no_proof(
                "no NSEC says that there is no wildcard for the name",
            )),
        }
    }

    /// That `name` has no `kind`, or the wildcard that answers for it has none.
    pub(super) fn no_type(
        &mut self,
        name: &Name,
        kind: RecordType,
        budget: &mut Budget,
    ) -> Result<Proof, Broken> {
        if self.plain.is_empty() {
            return self.hashed.no_type(name, kind, budget);
        }
        if let Some(types) = self.at(name) {
            types.lack(kind, name).map_err(Broken::no_proof)?;
            return Ok(Proof::Whole);
        }
        if self.is_empty_non_terminal(name) {
            return Ok(Proof::Whole);
        }
        let missing = Broken::no_proof("no NSEC says that the name has no such type");
        let Some(encloser) = self.encloser(name) else {
            return Err(missing);
        };
        let star = wildcard(&encloser).ok_or(Broken::no_proof("the name has no room for a wildcard"))?;
        let types = self.at(&star).ok_or(missing)?;
        types.lack(kind, &star).map_err(Broken::no_proof)?;
        Ok(Proof::Whole)
    }

    /// That nothing between a wildcard's encloser and `name` exists, which would have kept the wildcard from answering.
    pub(super) fn no_closer(
        &mut self,
        name: &Name,
        encloser: &Name,
        budget: &mut Budget,
    ) -> Result<Proof, Broken> {
        let next_closer = name.trim_to(labels(encloser) + 1);
        if self.plain.is_empty() {
            return self.hashed.no_closer(&next_closer, budget);
        }
        match self.cover(&next_closer) {
            Some(nsec) if !is_at_or_below(nsec.next_domain_name(), &next_closer) => Ok(Proof::Whole),
            _ => Err(Broken::no_proof(
                "a wildcard answers, and no NSEC says that the name itself does not exist",
            )),
        }
    }

    /// What lies at `name`, where the answer is that there is no DS.
    pub(super) fn no_ds(&mut self, name: &Name, budget: &mut Budget) -> Result<Below, Broken> {
        if self.plain.is_empty() {
            return self.hashed.no_ds(name, budget);
        }
        if let Some(types) = self.at(name) {
            return types.below(name).map_err(Broken::no_proof);
        }
        match self.cover(name) {
            Some(_) => Ok(Below::SameZone),
            None => Err(Broken::no_proof("no NSEC says that there is no DS")),
        }
    }

    fn at(&self, name: &Name) -> Option<Types<'m>> {
        let found = self.plain.iter().find(|(owner, _)| *owner == name);
        found.map(|(_, nsec)| Types(nsec.type_set()))
    }

    /// The NSEC in whose gap `name` lies.
    fn cover(&self, name: &Name) -> Option<&'m NSEC> {
        let found = self.plain.iter().find(|(owner, nsec)| {
            let next = nsec.next_domain_name();
            let within = match *owner < next {
                true => *owner < name && name < next,
                // The last one leads back to the apex.
                false => *owner < name && next == self.zone,
            };
            let types = Types(nsec.type_set());
            let speaks = !is_below(name, owner) || !(types.is_delegation() || types.has(RecordType::DNAME));
            within && speaks && is_at_or_below(name, self.zone)
        });
        found.map(|(_, nsec)| *nsec)
    }

    /// Whether `name` exists only because of names below it.
    fn is_empty_non_terminal(&self, name: &Name) -> bool {
        self.cover(name)
            .is_some_and(|nsec| is_below(nsec.next_domain_name(), name))
    }

    /// The closest existing name above one that does not exist.
    fn encloser(&self, name: &Name) -> Option<Name> {
        let nsec = self.cover(name)?;
        let next = nsec.next_domain_name();
        if is_at_or_below(next, name) {
            return None;
        }
        let owner = self.plain.iter().find(|(_, one)| std::ptr::eq(*one, nsec))?.0;
        let shared = |other: &Name| {
            let pairs = name.iter().rev().zip(other.iter().rev());
            pairs.take_while(|(a, b)| a.eq_ignore_ascii_case(b)).count()
        };
        Some(name.trim_to(shared(owner).max(shared(next))))
    }
}
