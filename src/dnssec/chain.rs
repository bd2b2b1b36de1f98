//! The chain of trust, from an anchor down (RFC 4035 5.2): whether a zone begins at a name, and by which keys it signs.
//!
//! A step down needs the DS of the name, answered by the zone above and signed by its keys, and then the keys of the zone
//! itself, signed by one that a DS is for. What lies at a name thus hangs on names above it alone, and every walk ends.
//! What is not known yet is asked for ([`Lookup`]); what was answered is looked at, and remembered in [`Zones`].

use std::collections::HashMap;
use std::sync::Arc;

use hickory_proto::dnssec::rdata::DS;
use hickory_proto::op::{Message, ResponseCode};
use hickory_proto::rr::{Name, RecordType};
use jiff::Timestamp;

use super::anchors::Anchors;
use super::delegation::{
    are_short, beside, delegation_signers, does_not_sign, is_delegated, no_key_fits, shown, usable, zone,
};
use super::denial::Denial;
use super::proof::Below;
use super::sets::{Section, Set, is_at_or_below, is_below, labels, parent};
use super::signature::{Budget, ZoneKey, dnskeys, verify};
use super::zones::{Keyed, Node, Zones};
use super::{Lookup, name_of};
use crate::inquiry::{Bogus, Broken, Doubt, Key, RecordType as Type, Security, Trouble, Unproven, Zone};

/// Questions that one answer may cost.
const MAX_LOOKUPS: usize = 64;

/// Why there is no zone to go on with.
pub(super) enum Stop {
    /// These must be asked first.
    Ask(Vec<Lookup>),
    /// The chain ends here.
    At(Arc<Zone>),
    /// The chain leads to this zone, and what it should have signed is not proven.
    Broken(Arc<Keyed>, Bogus),
}

/// A walk: what is known, and what was answered meanwhile.
pub(super) struct Walk<'w> {
    pub(super) anchors: &'w Anchors,
    pub(super) zones: &'w Zones,
    pub(super) replies: &'w HashMap<Lookup, Result<Message, Trouble>>,
    pub(super) now: Timestamp,
    pub(super) budget: Budget,
}

/// What was found at a name: how long it holds (`None`: a failure), and what it is.
type Found = (Node, Option<u32>);

impl<'w> Walk<'w> {
    /// The zone that `name` lies in, all the way down.
    pub(super) fn zone_of(&mut self, name: &Name) -> Result<Arc<Keyed>, Stop> {
        self.down(name, false)
    }

    /// The same for the name of a signer: it is a zone if anything is, so all it takes is asked at once.
    pub(super) fn signer(&mut self, name: &Name) -> Result<Arc<Keyed>, Stop> {
        self.down(name, true)
    }

    fn down(&mut self, name: &Name, ahead: bool) -> Result<Arc<Keyed>, Stop> {
        let Some(top) = self.anchors.above(name).cloned() else {
            return Err(Stop::At(Arc::new(unanchored())));
        };
        let mut here = match self.node(&top, None) {
            Ok(Node::Zone(zone)) => zone,
            Ok(Node::SameZone) => return Err(Stop::At(Arc::new(unanchored()))),
            Err(lookup) => return Err(self.ask(vec![lookup], &top, name, ahead)),
        };
        for count in labels(&top) + 1..=labels(name) {
            if here.zone.security != Security::Secure {
                break;
            }
            let next = name.trim_to(count);
            match self.node(&next, Some(&here)) {
                Ok(Node::Zone(zone)) => here = zone,
                Ok(Node::SameZone) => {}
                Err(lookup) => return Err(self.ask(vec![lookup], &next, name, ahead)),
            }
        }
        match here.zone.security {
            Security::Secure => Ok(here),
            _ => Err(Stop::At(here.zone.clone())),
        }
    }

    /// Asks for what is missing at `here`; and, where it is sure to be needed, for the rest of the way to `name`.
    fn ask(&self, mut lookups: Vec<Lookup>, here: &Name, name: &Name, ahead: bool) -> Stop {
        if self.replies.len() >= MAX_LOOKUPS {
            let why = Doubt::Limit;
            let at = name_of(here);
            return Stop::At(Arc::new(failed(here, None, Security::Indeterminate { at, why })));
        }
        if ahead {
            for count in labels(here)..=labels(name) {
                let next = name.trim_to(count);
                let mut wanted = vec![];
                if count > labels(here) {
                    wanted.push(Lookup::ds(&next));
                }
                // Between the two it is not known where zones begin.
                if next == *name {
                    wanted.push(Lookup::dnskey(&next));
                }
                lookups.extend(wanted.into_iter().filter(|lookup| {
                    !self.replies.contains_key(lookup) && self.zones.get(&lookup.name, self.now).is_none()
                }));
            }
        }
        lookups.sort();
        lookups.dedup();
        Stop::Ask(lookups)
    }

    /// What lies at `name`, seen from the zone above; at an anchor, seen by itself. An error is what must be asked.
    fn node(&mut self, name: &Name, above: Option<&Arc<Keyed>>) -> Result<Node, Lookup> {
        if let Some(node) = self.zones.get(name, self.now) {
            return Ok(node);
        }
        // An anchor below another is believed as it is.
        let above = above.filter(|_| !self.anchors.has(name));
        let (node, ttl) = match above {
            Some(above) => self.delegation(name, above)?,
            None => self.keys(name, None, &[], None)?,
        };
        self.zones.keep(name, &node, ttl, self.now);
        Ok(node)
    }

    /// What the zone above says of `name`.
    fn delegation(&mut self, name: &Name, above: &Arc<Keyed>) -> Result<Found, Lookup> {
        let message = match self.reply(Lookup::ds(name))? {
            Ok(message) => message,
            Err(trouble) => return Ok(self.unfetched(name, above, trouble)),
        };
        let answers = Section::read(&message.answers);
        if let Some(set) = answers.get(name, RecordType::DS) {
            return match verify(set, &above.apex, &above.keys, self.now, &mut self.budget) {
                Ok(signed) if signed.encloser.is_none() => {
                    let Some(ds) = delegation_signers(set) else {
                        return Ok(broken(name, above, RecordType::DS, Broken::TooMuchWork));
                    };
                    let supported = usable(&ds);
                    if supported.is_empty() {
                        let at = name_of(name);
                        let why = Unproven::UnsupportedAlgorithm;
                        let zone = leaf(name, above, &ds, Security::Insecure { at, why });
                        return Ok((zone, Some(signed.ttl)));
                    }
                    self.keys(name, Some(above), &supported, Some((&ds, signed.ttl)))
                }
                Ok(_) => Ok(broken(
                    name,
                    above,
                    RecordType::DS,
                    Broken::no_proof("a wildcard made its DS"),
                )),
                Err(_) if self_signed(set, name) => Ok(wrong_side(name, above)),
                Err(why) => Ok(broken(name, above, RecordType::DS, why)),
            };
        }
        if let Some(found) = self.alias(name, above, &answers) {
            return Ok(found);
        }
        if message.metadata.response_code == ResponseCode::NXDomain || answers.is_empty() {
            return Ok(self.denied(name, above, message));
        }
        Ok(broken(
            name,
            above,
            RecordType::DS,
            Broken::no_proof("the answer is about other names"),
        ))
    }

    /// An alias at `name`, or a DNAME above it: no zone begins there (RFC 1034 3.6.2, RFC 6672 2.4).
    fn alias(&mut self, name: &Name, above: &Arc<Keyed>, answers: &Section<'_>) -> Option<Found> {
        let redirects = answers
            .of(RecordType::DNAME)
            .filter(|set| is_below(name, set.owner) && is_at_or_below(set.owner, &above.apex));
        let set = redirects
            .last()
            .or_else(|| answers.get(name, RecordType::CNAME))?;
        Some(
            match verify(set, &above.apex, &above.keys, self.now, &mut self.budget) {
                Ok(signed) => (Node::SameZone, Some(signed.ttl)),
                Err(why) => broken(name, above, set.kind, why),
            },
        )
    }

    /// An answer that there is no DS.
    fn denied(&mut self, name: &Name, above: &Arc<Keyed>, message: &Message) -> Found {
        let authorities = Section::read(&message.authorities);
        let (mut sets, mut ttl, mut worst, mut by_child) = (Vec::new(), u32::MAX, None, false);
        for set in authorities
            .of(RecordType::NSEC)
            .chain(authorities.of(RecordType::NSEC3))
        {
            match verify(set, &above.apex, &above.keys, self.now, &mut self.budget) {
                Ok(signed) if signed.encloser.is_none() => {
                    ttl = ttl.min(signed.ttl);
                    sets.push(set);
                }
                Ok(_) => {}
                Err(why) => {
                    by_child |= self_signed(set, name);
                    worst = worst.or(Some((set.kind, why)));
                }
            }
        }
        let child_soa = authorities.get(name, RecordType::SOA).is_some();
        let mut denial = Denial::new(&above.apex, &sets);
        if denial.is_empty() {
            if by_child || (child_soa && worst.is_none()) {
                return wrong_side(name, above);
            }
            // An answer that is signed, and proves nothing, is another thing than one without any signature.
            let is_signed = authorities
                .of(RecordType::SOA)
                .any(|set| !set.signatures.is_empty());
            let lacking = match is_signed {
                true => (
                    RecordType::NSEC,
                    Broken::no_proof("nothing proves that it has no DS"),
                ),
                false => (RecordType::DS, Broken::NoSignature),
            };
            let (kind, why) = worst.unwrap_or(lacking);
            return broken(name, above, kind, why);
        }
        let insecure = |at: &Name, why| {
            let at = name_of(at);
            (leaf(name, above, &[], Security::Insecure { at, why }), Some(ttl))
        };
        match denial.no_ds(name, &mut self.budget) {
            Ok(Below::SameZone) => (Node::SameZone, Some(ttl)),
            Ok(Below::Unsigned) => insecure(name, Unproven::Unsigned),
            Ok(Below::OptOut) => insecure(name, Unproven::OptOut),
            Ok(Below::Iterations(count)) => insecure(&above.apex, Unproven::Iterations(count)),
            Ok(Below::WrongSide) => wrong_side(name, above),
            Err(_) if by_child => wrong_side(name, above),
            Err(why) => broken(name, above, RecordType::DS, why),
        }
    }

    /// The keys of a zone: by its DS, or by an anchor.
    fn keys(
        &mut self,
        name: &Name,
        above: Option<&Arc<Keyed>>,
        usable: &[&DS],
        delegated: Option<(&[&DS], u32)>,
    ) -> Result<Found, Lookup> {
        let all_ds = delegated.map_or(&[][..], |(ds, _)| ds);
        let end = |security, keys: Vec<Key>| {
            let zone = zone(name, above, all_ds, keys, security);
            (Node::Zone(Arc::new(bare(name, zone))), None)
        };
        let bogus = |why, keys| {
            let at = name_of(name);
            let kind = Type(RecordType::DNSKEY.into());
            end(Security::Bogus(Box::new(Bogus { at, kind, why })), keys)
        };
        let message = match self.reply(Lookup::dnskey(name))? {
            Ok(message) => message,
            Err(trouble) => {
                let at = name_of(name);
                let why = Doubt::Unanswered(trouble);
                return Ok(end(Security::Indeterminate { at, why }, Vec::new()));
            }
        };
        let answers = Section::read(&message.answers);
        let Some(set) = answers.get(name, RecordType::DNSKEY) else {
            return Ok(bogus(Broken::NoDnskey, Vec::new()));
        };
        let Some(keys) = dnskeys(set) else {
            return Ok(bogus(Broken::TooMuchWork, Vec::new()));
        };
        let anchored: Vec<ZoneKey> = keys
            .iter()
            .filter(|key| key.may_sign())
            .filter(|key| match above {
                Some(_) => is_delegated(name, key, usable, &keys),
                None => self.anchors.believes(name, key, &keys),
            })
            .cloned()
            .collect();
        let seen: Vec<Key> = keys.iter().map(|key| shown(key, &anchored)).collect();
        if anchored.is_empty() {
            return Ok(bogus(no_key_fits(all_ds, usable, &keys), seen));
        }
        let insecure = || Security::Insecure {
            at: name_of(name),
            why: Unproven::UnsupportedAlgorithm,
        };
        if are_short(&anchored) {
            return Ok(end(insecure(), seen));
        }
        let signed = match verify(set, name, &anchored, self.now, &mut self.budget) {
            Ok(signed) => signed,
            // Nobody else would get anywhere if it were the root's fault.
            Err(Broken::Expired { .. } | Broken::NotYetValid(_)) if name.is_root() => {
                let (at, why) = (name_of(name), Doubt::Clock);
                return Ok(end(Security::Indeterminate { at, why }, seen));
            }
            // None of the signatures is theirs: the others do not count here, whoever made them.
            Err(Broken::NoMatchingKey(_) | Broken::NoSignature) => {
                return Ok(bogus(does_not_sign(&anchored, set), seen));
            }
            Err(why) => return Ok(bogus(why, seen)),
        };
        // Only now: before they are signed anybody could have put them there.
        if are_short(&beside(&anchored, &keys)) {
            return Ok(end(insecure(), seen));
        }
        let mut zone = zone(name, above, all_ds, seen, Security::Secure);
        zone.ends = Some(signed.ends);
        let ttl = delegated.map_or(u32::MAX, |(_, ttl)| ttl).min(signed.ttl);
        let keyed = Keyed {
            apex: name.clone(),
            zone: Arc::new(zone),
            keys: keys.into_iter().filter(ZoneKey::may_sign).collect(),
        };
        Ok((Node::Zone(Arc::new(keyed)), Some(ttl)))
    }

    fn reply(&self, lookup: Lookup) -> Result<Result<&'w Message, Trouble>, Lookup> {
        match self.replies.get(&lookup) {
            Some(Ok(message)) => Ok(Ok(message)),
            Some(Err(trouble)) => Ok(Err(*trouble)),
            None => Err(lookup),
        }
    }

    fn unfetched(&self, name: &Name, above: &Arc<Keyed>, trouble: Trouble) -> Found {
        let at = name_of(name);
        let why = Doubt::Unanswered(trouble);
        (leaf(name, above, &[], Security::Indeterminate { at, why }), None)
    }
}

/// Whether what should be the parent's is signed by the name itself or below it.
fn self_signed(set: &Set<'_>, name: &Name) -> bool {
    set.signatures
        .iter()
        .any(|signature| is_at_or_below(&signature.input().signer_name, name))
}

fn bare(apex: &Name, zone: Zone) -> Keyed {
    Keyed {
        apex: apex.clone(),
        zone: Arc::new(zone),
        keys: Vec::new(),
    }
}

fn leaf(name: &Name, above: &Arc<Keyed>, ds: &[&DS], security: Security) -> Node {
    Node::Zone(Arc::new(bare(
        name,
        zone(name, Some(above), ds, Vec::new(), security),
    )))
}

/// The parent does not prove what it says of `name`: it is the parent that is broken.
fn broken(name: &Name, above: &Arc<Keyed>, kind: RecordType, why: Broken) -> Found {
    let bogus = Bogus {
        at: name_of(&above.apex),
        kind: Type(kind.into()),
        why,
    };
    (leaf(name, above, &[], Security::Bogus(Box::new(bogus))), None)
}

fn wrong_side(name: &Name, above: &Arc<Keyed>) -> Found {
    let at = name_of(name);
    let why = Doubt::WrongSide;
    (leaf(name, above, &[], Security::Indeterminate { at, why }), None)
}

fn failed(name: &Name, above: Option<&Arc<Keyed>>, security: Security) -> Zone {
    zone(name, above, &[], Vec::new(), security)
}

/// Where no anchor is above.
fn unanchored() -> Zone {
    let at = crate::name::Name::root();
    let why = Doubt::NoAnchor;
    zone(
        &Name::root(),
        None,
        &[],
        Vec::new(),
        Security::Indeterminate { at, why },
    )
}

/// The name in whose zone the DS of `name` lies.
pub(super) fn above_cut(name: &Name) -> Name {
    parent(name)
}
