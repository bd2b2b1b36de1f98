//! What is wrong with a zone by the word of its own servers, where a resolver that does harm shows another thing: whoever
//! mends the zone is told what is wrong with it, and nothing that was done to it on the way.
//!
//! An answer is told by what is wrong with it, and not by what is wrong beside it: where the fault that shows is of another
//! question, the zone's keys or the absence of a DS, the servers are asked for the answer itself, too.

use std::sync::Arc;

use hickory_proto::rr::{Name, RecordType};

use super::Asked;
use super::delegations::{Place, Way};
use super::witnesses::{Given, MAX_ADDRESSES, usable};
use crate::dnssec::{Proven, Replies};
use crate::inquiry::{Bogus, Doubt, Security, Zone};
use crate::world::dns::authorities::{Authorities, Reach};
use crate::world::dns::evidence::{Evidence, is_missing, is_proven, name_within};
use crate::world::dns::validate::Validator;

/// What is to be told in place of `shown`, of what several servers of a zone say; `None` where one says the same.
pub(super) fn told(shown: &Bogus, words: Vec<Proven>) -> Option<Box<Proven>> {
    let bogus = |word: &Proven| match &word.security {
        Security::Bogus(bogus) if bogus.at == shown.at => Some((**bogus).clone()),
        _ => None,
    };
    let mut own: Vec<(Bogus, Proven)> = words
        .into_iter()
        .filter_map(|word| Some((bogus(&word)?, word)))
        .collect();
    if own.iter().any(|(own, _)| own == shown) {
        return None;
    }
    own.sort_by_key(|(own, _)| own.why.reason() != shown.why.reason());
    let (_, word) = own.into_iter().next()?;
    Some(Box::new(word))
}

/// Tells what the zone's servers say is wrong, and the chain by their word, in place of what shows through the resolver.
pub(super) fn tell(proven: &mut Proven, shown: &Bogus, word: Proven) {
    let mut zones = word.trust.zones;
    let others = std::mem::take(&mut proven.trust.zones);
    let is_beside = |zone: &Arc<Zone>| !zone.name.is_at_or_below(&shown.at);
    for zone in others.into_iter().filter(is_beside) {
        if zones.iter().all(|known| known.name != zone.name) {
            zones.push(zone);
        }
    }
    proven.trust.zones = zones;
    proven.security = word.security;
}

/// Puts a doubt in place of a fault that is not known to be the zone's, at the zones on the way to an answer as well as at it.
pub(super) fn doubt(proven: &mut Proven, shown: &Bogus, why: Doubt) {
    let doubted = Security::Indeterminate {
        at: shown.at.clone(),
        why,
    };
    for zone in &mut proven.trust.zones {
        *zone = doubted_at(zone, shown, &doubted);
    }
    proven.security = doubted;
}

fn doubted_at(zone: &Arc<Zone>, shown: &Bogus, doubted: &Security) -> Arc<Zone> {
    let parent = zone.parent.as_ref();
    let above = parent.map(|parent| doubted_at(parent, shown, doubted));
    let is_shown = matches!(&zone.security, Security::Bogus(own) if own.at == shown.at);
    let is_same_above = match (&above, parent) {
        (Some(above), Some(parent)) => Arc::ptr_eq(above, parent),
        _ => true,
    };
    if is_same_above && !is_shown {
        return zone.clone();
    }
    let security = match is_shown {
        true => doubted.clone(),
        false => zone.security.clone(),
    };
    Arc::new(Zone {
        parent: above,
        security,
        ..(**zone).clone()
    })
}

/// What the servers of a zone say of the answer that was asked for, where something else stands above it or beside it.
pub(super) enum Own {
    /// It is proven by what each of them that was heard says; what the first of them gave, unless what came is good enough.
    Good(Option<Box<Given>>),
    /// It is not: what is wrong with it.
    Broken(Box<Proven>),
    /// None of them was heard.
    Unheard,
}

impl Validator {
    /// What is said of the answer that was asked for itself, by the word of its zone's servers, where the evidence is another
    /// thing: what proves the answer is asked of each of them, too, unless it is among `own` or known `above`. Where `own` has a DS
    /// that the resolver has not, the zone is the one that this leads to.
    pub(super) async fn own_word(
        &self,
        asked: Asked<'_>,
        (shown, evidence): (&Bogus, &Evidence),
        (above, own): (&Name, Replies),
        authorities: &Authorities,
    ) -> Own {
        if authorities.reach() != Reach::Asked {
            return Own::Unheard;
        }
        let place = match self
            .way(asked, (shown, evidence), (above, own), authorities)
            .await
        {
            Way::Proven => return Own::Good(None),
            Way::At(place) => place,
        };
        let Place { zone, at, above, own } = *place;
        let Some(name) = name_within(&zone, asked.name, asked.message) else {
            return Own::Unheard;
        };
        let hosts = self.hosts(&zone, authorities).await;
        let heard = usable(&hosts.addresses, authorities)
            .take(MAX_ADDRESSES)
            .map(|address| {
                let (own, zone, above) = (own.clone(), &zone, &above);
                async move {
                    let zones = self.zones().above(above);
                    let said = self.listen(name, asked.kind, address, authorities).await.ok()?;
                    let given = |said| Given {
                        said,
                        keys: None,
                        ds: None,
                        from: Some(address),
                    };
                    // What is missing here as well is that, whatever keys this one has.
                    let known = self.prove(&said, name, asked.kind).await;
                    let is_as_shown = matches!(&known.security, Security::Bogus(own) if **own == *shown);
                    if is_as_shown && is_missing(&shown.why) && shown.kind.0 == u16::from(asked.kind) {
                        return Some((known, given(said)));
                    }
                    let ask = |lookup: crate::dnssec::Lookup| async move {
                        let at_the_apex = lookup.name == *zone && lookup.kind == RecordType::DS;
                        match zone.zone_of(&lookup.name) && !at_the_apex {
                            true => self.listen(&lookup.name, lookup.kind, address, authorities).await,
                            false => self.fetch(&lookup).await,
                        }
                    };
                    let question = (name, asked.kind);
                    let proven = self.prove_through(&said, question, &zones, own, ask).await;
                    Some((proven, given(said)))
                }
            });
        let heard = futures::future::join_all(heard).await;
        let mut good = None;
        for (proven, given) in heard.into_iter().flatten() {
            match &proven.security {
                Security::Bogus(bogus) if bogus.at == at => return Own::Broken(Box::new(proven)),
                security if is_proven(security) == Some(true) => good = good.or(Some(Box::new(given))),
                _ => {}
            }
        }
        match good {
            Some(given) => Own::Good(Some(given)),
            None => Own::Unheard,
        }
    }
}
