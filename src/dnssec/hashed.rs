//! NSEC3: absence proven by the hashes of names (RFC 5155 7 and 8, RFC 9276).
//!
//! Hashing is work that the answer asks of us, so it is counted; of more than a hundred iterations nothing is hashed at
//! all.

use std::collections::HashMap;

use hickory_proto::dnssec::rdata::NSEC3;
use hickory_proto::rr::{Name, RecordType};

use super::proof::{Below, Proof, Types};
use super::sets::{labels, parent};
use super::signature::{Budget, wildcard};
use crate::inquiry::Broken;

/// More iterations than these are as good as no signature (RFC 9276 3.2 leaves the number open; validators agree on it).
const MAX_ITERATIONS: u16 = 100;

/// The NSEC3 of one zone that go together.
pub(super) struct Hashed<'m> {
    zone: &'m Name,
    records: Vec<(Vec<u8>, &'m NSEC3)>,
    known: HashMap<Name, Vec<u8>>,
}

/// How close a name is to what exists.
struct Closest<'m> {
    encloser: Name,
    /// The record in whose gap the next closer name lies.
    cover: &'m NSEC3,
}

impl<'m> Hashed<'m> {
    pub(super) fn new(zone: &'m Name) -> Self {
        Self {
            zone,
            records: Vec::new(),
            known: HashMap::new(),
        }
    }

    /// Takes a record in, when it is one of this zone and of the same parameters as the others.
    pub(super) fn add(&mut self, owner: &Name, record: &'m NSEC3) {
        let same = self.records.first().is_none_or(|(_, first)| {
            (first.salt(), first.iterations()) == (record.salt(), record.iterations())
        });
        let hash = owner.iter().next().and_then(unwritten);
        if let Some(hash) = hash.filter(|_| same && parent(owner) == *self.zone) {
            self.records.push((hash, record));
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    pub(super) fn no_name(&mut self, name: &Name, budget: &mut Budget) -> Result<Proof, Broken> {
        if let Some(count) = self.too_many() {
            return Ok(Proof::Iterations(count));
        }
        let closest = self
            .closest(name, budget)?
            .ok_or(Broken::no_proof("no NSEC3 says that the name does not exist"))?;
        let star =
            wildcard(&closest.encloser).ok_or(Broken::no_proof("the name has no room for a wildcard"))?;
        let star = self.cover(&star, budget)?;
        star.ok_or(Broken::no_proof(
            "no NSEC3 says that there is no wildcard for the name",
        ))?;
        Ok(closest.proof())
    }

    pub(super) fn no_type(
        &mut self,
        name: &Name,
        kind: RecordType,
        budget: &mut Budget,
    ) -> Result<Proof, Broken> {
        if let Some(count) = self.too_many() {
            return Ok(Proof::Iterations(count));
        }
        if let Some(here) = self.at(name, budget)? {
            let types = Types(here.type_set());
            types.lack(kind, name).map_err(Broken::no_proof)?;
            return Ok(Proof::Whole);
        }
        let missing = Broken::no_proof("no NSEC3 says that the name has no such type");
        let Some(closest) = self.closest(name, budget)? else {
            return Err(missing);
        };
        if let Some(star) = wildcard(&closest.encloser)
            && let Some(there) = self.at(&star, budget)?
        {
            let types = Types(there.type_set());
            types.lack(kind, &star).map_err(Broken::no_proof)?;
            return Ok(closest.proof());
        }
        // What forwarders collate: unsigned data below an unsigned delegation in the span.
        match closest.proof() {
            Proof::OptOut => Ok(Proof::OptOut),
            _ => Err(missing),
        }
    }

    pub(super) fn no_closer(&mut self, next_closer: &Name, budget: &mut Budget) -> Result<Proof, Broken> {
        if let Some(count) = self.too_many() {
            return Ok(Proof::Iterations(count));
        }
        match self.cover(next_closer, budget)? {
            Some(cover) if cover.opt_out() => Ok(Proof::OptOut),
            Some(_) => Ok(Proof::Whole),
            None => Err(Broken::no_proof(
                "a wildcard answers, and no NSEC3 says that the name itself does not exist",
            )),
        }
    }

    pub(super) fn no_ds(&mut self, name: &Name, budget: &mut Budget) -> Result<Below, Broken> {
        if let Some(count) = self.too_many() {
            return Ok(Below::Iterations(count));
        }
        if let Some(here) = self.at(name, budget)? {
            let types = Types(here.type_set());
            return types.below(name).map_err(Broken::no_proof);
        }
        match self.closest(name, budget)? {
            Some(closest) if closest.cover.opt_out() => Ok(Below::OptOut),
            Some(_) => Ok(Below::SameZone),
            None => Err(Broken::no_proof("no NSEC3 says that there is no DS")),
        }
    }

    fn too_many(&self) -> Option<u16> {
        let (_, first) = self.records.first()?;
        Some(first.iterations()).filter(|count| *count > MAX_ITERATIONS)
    }

    /// The closest encloser and the proof that the next closer name does not exist (RFC 5155 8.3).
    fn closest(&mut self, name: &Name, budget: &mut Budget) -> Result<Option<Closest<'m>>, Broken> {
        let mut next_closer = name.clone();
        while labels(&next_closer) > labels(self.zone) {
            let above = parent(&next_closer);
            if let Some(encloser) = self.at(&above, budget)? {
                let types = Types(encloser.type_set());
                // From there on another zone, or another place, answers.
                if types.is_delegation() || types.has(RecordType::DNAME) {
                    return Ok(None);
                }
                let cover = self.cover(&next_closer, budget)?;
                return Ok(cover.map(|cover| Closest {
                    encloser: above,
                    cover,
                }));
            }
            next_closer = above;
        }
        Ok(None)
    }

    fn at(&mut self, name: &Name, budget: &mut Budget) -> Result<Option<&'m NSEC3>, Broken> {
        let hash = self.hash(name, budget)?;
        let found = self.records.iter().find(|(owner, _)| *owner == hash);
        Ok(found.map(|(_, record)| *record))
    }

    fn cover(&mut self, name: &Name, budget: &mut Budget) -> Result<Option<&'m NSEC3>, Broken> {
        let hash = self.hash(name, budget)?;
        let found = self.records.iter().find(|(owner, record)| {
            let next = record.next_hashed_owner_name();
            match owner.as_slice() < next {
                true => *owner < hash && hash.as_slice() < next,
                // The last one leads back to the first.
                false => *owner < hash || hash.as_slice() < next,
            }
        });
        Ok(found.map(|(_, record)| *record))
    }

    fn hash(&mut self, name: &Name, budget: &mut Budget) -> Result<Vec<u8>, Broken> {
        if let Some(hash) = self.known.get(name) {
            return Ok(hash.clone());
        }
        budget.hash()?;
        let Some((_, first)) = self.records.first() else {
            return Ok(Vec::new());
        };
        let hash = first
            .hash_algorithm()
            .hash(first.salt(), name, first.iterations());
        let hash = hash.map_err(|_| Broken::no_proof("the name cannot be hashed"))?;
        self.known.insert(name.clone(), hash.as_ref().to_vec());
        Ok(hash.as_ref().to_vec())
    }
}

impl Closest<'_> {
    fn proof(&self) -> Proof {
        match self.cover.opt_out() {
            true => Proof::OptOut,
            false => Proof::Whole,
        }
    }
}

/// The octets of a hash that a label writes in base 32 with the extended alphabet (RFC 4648 7, RFC 5155 3.3).
fn unwritten(label: &[u8]) -> Option<Vec<u8>> {
    let mut octets = Vec::with_capacity(label.len() * 5 / 8);
    let (mut held, mut bits) = (0_u32, 0_u32);
    for digit in label {
        let value = match digit.to_ascii_lowercase() {
            digit @ b'0'..=b'9' => digit - b'0',
            digit @ b'a'..=b'v' => digit - b'a' + 10,
            _ => return None,
        };
        held = (held << 5 | u32::from(value)) & 0xfff;
        bits += 5;
        if bits >= 8 {
            bits -= 8;
            octets.push(u8::try_from(held >> bits & 0xff).ok()?);
        }
    }
    Some(octets)
}

#[cfg(test)]
mod tests {
    use super::unwritten;

    #[test]
    fn a_hash_is_read_in_either_case_and_nothing_else_is_one() {
        let hash = unwritten(b"0P9MHAVEQVM6T7VBL5LOP2U3T2RP3TOM").expect("a hash");
        assert_eq!(
            Some(&hash),
            unwritten(b"0p9mhaveqvm6t7vbl5lop2u3t2rp3tom").as_ref()
        );
        assert_eq!(
            (hash.len(), hash.first(), hash.last()),
            (20, Some(&0x06), Some(&0x16))
        );
        assert_eq!(unwritten(b"0p9mw"), None);
    }
}
