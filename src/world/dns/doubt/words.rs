//! What is wrong with a zone by the word of its own servers, where a resolver that does harm shows another thing: whoever
//! mends the zone is told what is wrong with it, and nothing that was done to it on the way.

use hickory_proto::rr::RecordType;

use super::witnesses::{Given, MAX_ADDRESSES, usable};
use super::{Asked, is_of};
use crate::dnssec::Proven;
use crate::inquiry::{Bogus, Security};
use crate::world::dns::authorities::Authorities;
use crate::world::dns::evidence::{Evidence, is_proven, name_within};
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
    let is_within = |name: &crate::name::Name| {
        let wire = crate::world::dns::reading::wire_name;
        match (wire(&shown.at), wire(name)) {
            (Some(zone), Some(name)) => zone.zone_of(&name),
            _ => false,
        }
    };
    let mut zones = word.trust.zones;
    let others = std::mem::take(&mut proven.trust.zones);
    for zone in others.into_iter().filter(|zone| !is_within(&zone.name)) {
        if zones.iter().all(|known| known.name != zone.name) {
            zones.push(zone);
        }
    }
    proven.trust.zones = zones;
    proven.security = word.security;
}

impl Validator {
    /// What is wrong with the answer that was asked for itself, by the word of the zone's servers, where the resolver harms
    /// what stands above it: they prove the evidence, and what proves the answer is asked of each of them, too.
    pub(super) async fn own_fault(
        &self,
        asked: Asked<'_>,
        (shown, evidence): (&Bogus, &Evidence),
        given: &Given,
        authorities: &Authorities,
    ) -> Option<Box<Proven>> {
        if is_of(asked, evidence) {
            return None;
        }
        let zones = self.zones().above(&evidence.zone);
        let own = given.replies(evidence);
        let known = self
            .prove_by(asked.message, (asked.name, asked.kind), &zones, own.clone())
            .await;
        if is_proven(&known.security) == Some(true) {
            return None;
        }
        let name = name_within(&evidence.zone, asked.name, asked.message)?;
        let hosts = self.hosts(&evidence.zone, authorities).await;
        let heard = usable(&hosts.addresses, authorities)
            .take(MAX_ADDRESSES)
            .map(|address| {
                let own = own.clone();
                async move {
                    let zones = self.zones().above(&evidence.zone);
                    let said = self.listen(name, asked.kind, address, authorities).await.ok()?;
                    let ask = |lookup: crate::dnssec::Lookup| async move {
                        let at_the_apex = lookup.name == evidence.zone && lookup.kind == RecordType::DS;
                        match evidence.zone.zone_of(&lookup.name) && !at_the_apex {
                            true => self.listen(&lookup.name, lookup.kind, address, authorities).await,
                            false => self.fetch(&lookup).await,
                        }
                    };
                    let question = (name, asked.kind);
                    Some(self.prove_through(&said, question, &zones, own, ask).await)
                }
            });
        let words: Vec<Proven> = futures::future::join_all(heard)
            .await
            .into_iter()
            .flatten()
            .collect();
        let at_the_zone = |word: &Proven| match &word.security {
            Security::Bogus(bogus) => bogus.at == shown.at,
            _ => false,
        };
        words.into_iter().find(at_the_zone).map(Box::new)
    }
}
