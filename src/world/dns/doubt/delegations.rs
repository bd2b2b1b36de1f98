//! What a resolver leaves out or changes of the DS of a zone, and what becomes of an answer with the true one.
//!
//! A DS is the word of the zone above, signed by its keys. Where the resolver has no such thing, two servers of the zone above at most are
//! asked for it, and the walk goes on from there: the answer is proven by it, and the resolver alone is at fault; or what is broken
//! further down is seen, and the servers of that zone are heard as ever. So a broken zone does not hide behind a resolver that
//! takes its DS away. Those of the root are left alone: who takes away the DS of top-level domains passes nothing on.

use hickory_proto::op::Message;
use hickory_proto::rr::{Name, RecordType};

use super::Asked;
use crate::dnssec::{Lookup, Replies};
use crate::inquiry::{Bogus, Security};
use crate::world::dns::authorities::Authorities;
use crate::world::dns::evidence::{Evidence, evidence, is_proven};
use crate::world::dns::validate::Validator;

/// So many zones, each with the DS of the next, are gone down at most: the domain, and what it delegates.
const MAX_CUTS: usize = 4;

/// On the way to each its DS is asked for, and its keys.
const MAX_STEPS: usize = 2 * MAX_CUTS;

/// Where an answer is to be looked at by the word of servers.
pub(super) struct Place {
    /// The zone whose servers are to be heard.
    pub(super) zone: Name,
    /// The same, as it is told.
    pub(super) at: crate::name::Name,
    /// What is known of zones above this name is good.
    pub(super) above: Name,
    /// What is known beside: true DS and keys.
    pub(super) own: Replies,
}

/// What becomes of an answer by what is given of the zones on the way to it.
pub(super) enum Way {
    /// It is proven.
    Proven,
    /// It is not: here its servers tell.
    At(Box<Place>),
}

pub(super) fn ds_of(name: &Name) -> Lookup {
    Lookup {
        name: name.to_lowercase(),
        kind: RecordType::DS,
    }
}

impl Evidence {
    /// Whether it is the DS of a name below its zone.
    fn is_of_a_delegation(&self) -> bool {
        self.kind == RecordType::DS && self.name != self.zone
    }

    /// The name whose DS tells more: the one that it is about, or the domain that it is about below a top-level domain, which holds
    /// nothing but delegations.
    pub(super) fn cut(&self) -> Option<Name> {
        let is_below_a_registry = self.zone.num_labels() == 1 && self.name != self.zone;
        match self.is_of_a_delegation() {
            true => Some(self.name.clone()),
            false => is_below_a_registry.then(|| self.name.trim_to(2)),
        }
    }
}

impl Validator {
    /// Whether an answer is proven by what is given beside, and where not, whose servers are to be heard of it: those of the zone
    /// of the evidence, or of one further down that its true DS leads to.
    pub(super) async fn way(
        &self,
        asked: Asked<'_>,
        (shown, looked_at): (&Bogus, &Evidence),
        (above, own): (&Name, Replies),
        authorities: &Authorities,
    ) -> Way {
        let mut place = Place {
            zone: looked_at.zone.clone(),
            at: shown.at.clone(),
            above: above.clone(),
            own,
        };
        if place.own.is_empty() {
            return Way::At(Box::new(place));
        }
        if let Some(cut) = looked_at.cut().filter(|cut| place.own.contains_key(&ds_of(cut))) {
            place.above = cut;
        }
        let question = (asked.name, asked.kind);
        for _ in 0..MAX_STEPS {
            let zones = self.zones().above(&place.above);
            let proven = self
                .prove_by(asked.message, question, &zones, place.own.clone())
                .await;
            let Security::Bogus(bogus) = &proven.security else {
                match is_proven(&proven.security) {
                    Some(true) => return Way::Proven,
                    _ => break,
                }
            };
            let next = evidence((asked.message, asked.name, asked.kind), &proven, bogus);
            let is_further =
                |next: &Evidence| next.zone != looked_at.zone && looked_at.zone.zone_of(&next.zone);
            let Some(next) = next.filter(is_further) else {
                break;
            };
            place.zone = next.zone.clone();
            place.at = bogus.at.clone();
            // Its servers are heard of the answer itself, unless it may be another's once more.
            let lookup = Lookup {
                name: next.name.to_lowercase(),
                kind: next.kind,
            };
            if place.own.contains_key(&lookup) {
                break;
            }
            let may_delegate = next.is_of_keys() && asked.name.num_labels() > next.zone.num_labels() + 1;
            let given = match (next.is_of_a_delegation(), may_delegate) {
                (true, _) => self.true_ds((&next.name, &next.zone), authorities).await,
                (false, true) => {
                    let keys = (&next.zone, RecordType::DNSKEY);
                    self.one_says(&next.zone, keys, authorities).await
                }
                (false, false) => None,
            };
            match given {
                Some(given) => place.own.insert(lookup, Ok(given)),
                None => break,
            };
        }
        // What a server says is held to keys of its own.
        let keys = Lookup {
            name: place.zone.to_lowercase(),
            kind: RecordType::DNSKEY,
        };
        if place.zone != looked_at.zone {
            place.own.remove(&keys);
        }
        Way::At(Box::new(place))
    }

    /// The DS of a name by the word of the zone above it, as it was heard lately or now; where nobody said anything lately, nobody is
    /// asked again so soon.
    pub(super) async fn true_ds(
        &self,
        (name, zone): (&Name, &Name),
        authorities: &Authorities,
    ) -> Option<Message> {
        if let Some(known) = self.remembered().ds(name, self.now()) {
            return known;
        }
        let ds = self.ds_above((name, zone), authorities).await;
        self.remembered().note_ds(name, ds.clone(), self.now());
        ds
    }
}
