//! One answer: along its aliases to its end, each part proven (RFC 4035 5.3 and 5.4, RFC 6672 5.3).
//!
//! This reads a message as [`world`](crate::world) does that takes the records out of it: the same names, the same
//! choice among aliases, the same end. What is not read is not proven either.

use std::sync::Arc;

use hickory_proto::op::{Message, ResponseCode};
use hickory_proto::rr::{Name, RData, RecordType};

use super::blame::{blamed, broken, lies_in};
use super::chain::{Stop, Walk};
use super::denial::Denial;
use super::proof::Proof;
use super::sets::{Section, Set, is_at_or_below, is_below, labels};
use super::signature::{Signed, verify};
use super::zones::Keyed;
use super::{Lookup, Proven, Step, name_of};
use crate::inquiry::{Bogus, Broken, Ends, RecordType as Type, Security, Trust, Unproven, Zone};

/// An alias may lead to an alias this often.
const MAX_ALIASES: usize = 16;

/// Zones that may claim to have signed one set.
const MAX_SIGNERS: usize = 3;

pub(super) fn judge(message: &Message, name: &Name, kind: RecordType, walk: Walk<'_>) -> Step {
    let read = Read {
        answers: Section::read(&message.answers),
        authorities: Section::read(&message.authorities),
        denies: message.metadata.response_code == ResponseCode::NXDomain,
        kind,
    };
    let mut answer = Answer {
        read: &read,
        walk,
        open: Vec::new(),
        security: Security::Secure,
        trust: Trust {
            zones: Vec::new(),
            ends: None,
            hashing: Vec::new(),
        },
        ttl: u32::MAX,
    };
    answer.follow(name);
    answer.open.sort();
    answer.open.dedup();
    match answer.open.is_empty() {
        false => Step::Ask(answer.open),
        true => Step::Done(Proven {
            security: answer.security,
            trust: answer.trust,
            ttl: answer.ttl,
        }),
    }
}

/// The message.
struct Read<'m> {
    answers: Section<'m>,
    authorities: Section<'m>,
    denies: bool,
    kind: RecordType,
}

impl Read<'_> {
    /// Where an alias leads; of several the same one that is followed when it is read.
    fn target(&self, name: &Name) -> Option<Name> {
        let set = self.answers.get(name, RecordType::CNAME)?;
        let targets = set.records.iter().filter_map(|record| match &record.data {
            RData::CNAME(target) => Some(&target.0),
            _ => None,
        });
        targets.min_by_key(|target| name_of(target)).cloned()
    }

    fn has_soa(&self, end: &Name) -> bool {
        self.authorities
            .of(RecordType::SOA)
            .any(|set| is_at_or_below(end, set.owner))
    }

    /// The DNAME that made the alias at `name`, where it has no signature of its own.
    fn redirect(&self, name: &Name, target: &Name) -> Option<Name> {
        let alias = self.answers.get(name, RecordType::CNAME)?;
        if !alias.signatures.is_empty() || alias.records.len() != 1 {
            return None;
        }
        let made = |set: &&Set<'_>| {
            let to = set.records.first().and_then(|record| dname(&record.data));
            let to = to.filter(|_| set.records.len() == 1 && is_below(name, set.owner));
            let prefix = name.iter().take(labels(name).saturating_sub(labels(set.owner)));
            let full = to.map(|to| prefix.map(<[u8]>::to_vec).chain(to).collect::<Vec<_>>());
            full.is_some_and(|full| {
                full.len() == labels(target)
                    && full
                        .iter()
                        .zip(target.iter())
                        .all(|(a, b)| a.eq_ignore_ascii_case(b))
            })
        };
        self.answers
            .of(RecordType::DNAME)
            .find(made)
            .map(|set| set.owner.clone())
    }
}

/// What became of it so far.
struct Answer<'r, 'm, 'w> {
    read: &'r Read<'m>,
    walk: Walk<'w>,
    open: Vec<Lookup>,
    security: Security,
    trust: Trust,
    ttl: u32,
}

/// Where a part of the answer was proven.
struct Part {
    zone: Arc<Keyed>,
    signed: Signed,
}

impl<'r, 'm> Answer<'r, 'm, '_> {
    fn follow(&mut self, start: &Name) {
        let read = self.read;
        let mut here = start.clone();
        for step in 0..=MAX_ALIASES {
            let has_data = read.answers.get(&here, read.kind).is_some();
            let alias = match read.kind {
                RecordType::CNAME => None,
                _ => read.target(&here),
            };
            if has_data {
                match self.made_by_redirect(&here) {
                    Some(owner) => self.prove(&owner, RecordType::DNAME),
                    None => self.prove(&here, read.kind),
                }
                if alias.is_some() {
                    self.prove(&here, RecordType::CNAME);
                }
                return;
            }
            let Some(target) = alias else {
                let says_nothing = step > 0 && !read.denies && !read.has_soa(&here);
                if !says_nothing {
                    self.absent(&here);
                }
                return;
            };
            match read.redirect(&here, &target) {
                Some(owner) => self.prove(&owner, RecordType::DNAME),
                None => self.prove(&here, RecordType::CNAME),
            }
            here = target;
        }
    }

    /// The DNAME behind an alias that is itself what was asked for: such an alias has no signature, and is worth what the
    /// DNAME is (RFC 6672 5.3.1).
    fn made_by_redirect(&self, name: &Name) -> Option<Name> {
        if self.read.kind != RecordType::CNAME {
            return None;
        }
        self.read.redirect(name, &self.read.target(name)?)
    }

    /// Proves the set of `kind` at `owner`, and for a wildcard's that nothing nearer exists.
    fn prove(&mut self, owner: &Name, kind: RecordType) {
        let Some(set) = self.read.answers.get(owner, kind) else {
            return;
        };
        let part = match signed_by(&mut self.walk, set) {
            Ok(part) => part,
            Err(stop) => return self.stop(stop),
        };
        let Part { zone, signed } = part;
        self.ttl = self.ttl.min(signed.ttl);
        self.note(&zone.zone, Some(signed.ends));
        let Some(encloser) = signed.encloser else {
            return;
        };
        let proofs = self.proofs(&zone);
        let mut denial = Denial::new(&zone.apex, &proofs.sets);
        let closer = match denial.is_empty() {
            true => {
                Err(proofs.none("a wildcard answers, and nothing says that the name itself does not exist"))
            }
            false => denial
                .no_closer(owner, &encloser, &mut self.walk.budget)
                .map_err(|why| (kind, why)),
        };
        self.conclude(&zone, closer, proofs.ends);
    }

    /// Proves that the end of the answer is not there, or has nothing of the kind.
    fn absent(&mut self, name: &Name) {
        let zone = match self.denier(name) {
            Ok(zone) => zone,
            Err(stop) => return self.stop(stop),
        };
        self.note(&zone.zone, None);
        let proofs = self.proofs(&zone);
        let mut denial = Denial::new(&zone.apex, &proofs.sets);
        let asked = self.read.kind;
        let proof = match (denial.is_empty(), self.read.denies) {
            (true, _) => Err(proofs.none("there is no NSEC or NSEC3 that says so")),
            (false, true) => denial
                .no_name(name, &mut self.walk.budget)
                .map_err(|why| (asked, why)),
            (false, false) => denial
                .no_type(name, asked, &mut self.walk.budget)
                .map_err(|why| (asked, why)),
        };
        match proof {
            Err((kind, why)) => {
                let stop = blamed(&mut self.walk, &lies_in(name, asked), zone, (kind, why));
                self.stop(stop);
            }
            proof => self.conclude(&zone, proof, proofs.ends),
        }
        // How long an absence may be kept is the SOA's to say.
        let soa = self
            .read
            .authorities
            .of(RecordType::SOA)
            .find(|set| is_at_or_below(name, set.owner));
        if let Some(set) = soa {
            match signed_by(&mut self.walk, set) {
                Ok(part) => {
                    self.ttl = self.ttl.min(part.signed.ttl);
                    self.note(&part.zone.zone, Some(part.signed.ends));
                }
                Err(stop) => self.stop(stop),
            }
        }
    }

    /// The zone that signed the proofs of an absence: the lowest that can speak for `name`.
    fn denier(&mut self, name: &Name) -> Result<Arc<Keyed>, Stop> {
        let lies_in = lies_in(name, self.read.kind);
        let kinds = [RecordType::NSEC, RecordType::NSEC3, RecordType::SOA];
        let sets: Vec<&Set<'_>> = kinds
            .iter()
            .flat_map(|kind| self.read.authorities.of(*kind))
            .collect();
        let mut signers: Vec<&Name> = sets
            .iter()
            .flat_map(|set| &set.signatures)
            .map(|signature| &signature.input().signer_name)
            .filter(|signer| is_at_or_below(&lies_in, signer))
            .collect();
        signers.sort_by_key(|signer| std::cmp::Reverse(labels(signer)));
        signers.dedup();
        for signer in signers.into_iter().take(MAX_SIGNERS) {
            let zone = self.walk.signer(signer)?;
            if zone.apex == *signer {
                return Ok(zone);
            }
        }
        // Nobody signed: it may be that nobody has to.
        self.walk.zone_of(&lies_in)
    }

    /// The sets of a zone that prove absence, with good signatures.
    fn proofs(&mut self, zone: &Arc<Keyed>) -> Proofs<'r, 'm> {
        let mut proofs = Proofs {
            sets: Vec::new(),
            fault: None,
            ends: None,
        };
        let (walk, authorities, hashing) = (&mut self.walk, &self.read.authorities, &mut self.trust.hashing);
        for set in authorities
            .of(RecordType::NSEC)
            .chain(authorities.of(RecordType::NSEC3))
            .filter(|set| is_at_or_below(set.owner, &zone.apex))
        {
            match verify(set, &zone.apex, &zone.keys, walk.now, &mut walk.budget) {
                Ok(signed) if signed.encloser.is_none() => {
                    self.ttl = self.ttl.min(signed.ttl);
                    proofs.ends = Ends::first(proofs.ends, Some(signed.ends));
                    let found = set.hashing(&zone.apex).filter(|found| !hashing.contains(found));
                    hashing.extend(found);
                    proofs.sets.push(set);
                }
                // A wildcard cannot speak for itself (CVE-2017-15105).
                Ok(_) => {}
                Err(why) => proofs.fault = proofs.fault.or(Some((set.kind, why))),
            }
        }
        proofs
    }

    fn conclude(
        &mut self,
        zone: &Arc<Keyed>,
        proof: Result<Proof, (RecordType, Broken)>,
        ends: Option<Ends>,
    ) {
        let at = || name_of(&zone.apex);
        let security = match proof {
            Ok(Proof::Whole) => Security::Secure,
            Ok(Proof::OptOut) => Security::Insecure {
                at: at(),
                why: Unproven::OptOut,
            },
            Ok(Proof::Iterations(count)) => Security::Insecure {
                at: at(),
                why: Unproven::Iterations(count),
            },
            Err((kind, why)) => Security::Bogus(Box::new(Bogus {
                at: at(),
                kind: Type(kind.into()),
                why,
            })),
        };
        self.worsen(security);
        self.trust.ends = Ends::first(self.trust.ends, ends);
    }

    fn stop(&mut self, stop: Stop) {
        match stop {
            Stop::Ask(lookups) => self.open.extend(lookups),
            Stop::At(zone) => {
                self.worsen(zone.security.clone());
                self.note(&zone, None);
            }
            Stop::Broken(zone, bogus) => {
                self.worsen(Security::Bogus(Box::new(bogus)));
                self.note(&zone.zone, None);
            }
        }
    }

    fn worsen(&mut self, other: Security) {
        let before = std::mem::take(&mut self.security);
        self.security = before.worst(other);
    }

    fn note(&mut self, zone: &Arc<Zone>, ends: Option<Ends>) {
        if !self.trust.zones.iter().any(|known| known.name == zone.name) {
            self.trust.zones.push(zone.clone());
        }
        self.trust.ends = Ends::first(self.trust.ends, ends);
    }
}

/// The proofs of absence of one zone.
struct Proofs<'r, 'm> {
    sets: Vec<&'r Set<'m>>,
    /// What is wrong with the first that is no proof.
    fault: Option<(RecordType, Broken)>,
    ends: Option<Ends>,
}

impl Proofs<'_, '_> {
    fn none(&self, why: &'static str) -> (RecordType, Broken) {
        let kind = RecordType::NSEC;
        self.fault.clone().unwrap_or((kind, Broken::no_proof(why)))
    }
}

/// The zone that signed a set. A signature names its zone; of several the lowest that has keys counts.
fn signed_by(walk: &mut Walk<'_>, set: &Set<'_>) -> Result<Part, Stop> {
    let lies_in = lies_in(set.owner, set.kind);
    let mut signers: Vec<&Name> = set
        .signatures
        .iter()
        .map(|signature| &signature.input().signer_name)
        .filter(|signer| is_at_or_below(&lies_in, signer))
        .collect();
    signers.sort_by_key(|signer| std::cmp::Reverse(labels(signer)));
    signers.dedup();
    let mut fault = None;
    for signer in signers.into_iter().take(MAX_SIGNERS) {
        let zone = walk.signer(signer)?;
        if zone.apex != *signer {
            continue;
        }
        match verify(set, &zone.apex, &zone.keys, walk.now, &mut walk.budget) {
            Ok(signed) => return Ok(Part { zone, signed }),
            Err(why) => fault = fault.or(Some((zone, why))),
        }
    }
    Err(match fault {
        Some((zone, why)) => blamed(walk, &lies_in, zone, (set.kind, why)),
        // Nobody signed: it may be that nobody has to.
        None => broken(walk.zone_of(&lies_in)?, (set.kind, Broken::NoSignature)),
    })
}

/// The labels of a DNAME's target, which no library reads for us (RFC 6672 2.5: it is not compressed).
fn dname(data: &RData) -> Option<Vec<Vec<u8>>> {
    let RData::Unknown { rdata, .. } = data else {
        return None;
    };
    let mut octets = rdata.anything.as_slice();
    let mut labels = Vec::new();
    loop {
        let (length, rest) = octets.split_first()?;
        if *length == 0 {
            return rest.is_empty().then_some(labels);
        }
        let (label, rest) = rest
            .split_at_checked(usize::from(*length))
            .filter(|_| *length < 64)?;
        labels.push(label.to_vec());
        octets = rest;
    }
}
