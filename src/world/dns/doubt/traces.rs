//! Where the zone's own servers prove what they say: what the resolver has instead, and where it comes from.

use std::fmt::Write as _;

use aws_lc_rs::rand;
use hickory_proto::op::Message;
use hickory_proto::rr::{Name, RecordType};

use super::copies::{Lasts, Pair, Sibling, Signs, covered, old};
use super::witnesses::Given;
use crate::inquiry::{Broken, Security};
use crate::world::dns::authorities::Authorities;
use crate::world::dns::evidence::{Evidence, is_missing, is_proven};
use crate::world::dns::validate::Validator;

/// What the resolver has.
pub(super) enum Trace {
    /// Asked once more, the same as the servers: it was an accident.
    Same,
    /// What may be a copy of before.
    Old(Lasts),
    /// What was changed, or lacks what was left out.
    Changed,
    /// Nothing, this time.
    Nothing,
}

impl Validator {
    /// What the resolver has where a server of the zone has `given`; `first` is what it said to the evidence's question, where
    /// that was what was asked.
    pub(super) async fn trace(
        &self,
        first: Option<&Message>,
        evidence: &Evidence,
        given: &Given,
        authorities: &Authorities,
    ) -> Trace {
        let Ok(said) = self.put(&evidence.name, evidence.kind, true).await else {
            return Trace::Nothing;
        };
        let beside = |kind, wanted: bool| async move {
            match wanted {
                true => self.put(&evidence.zone, kind, true).await.ok(),
                false => None,
            }
        };
        // What the servers' answer is proven by without is not what is wrong.
        let (keys, ds) = tokio::join!(
            beside(RecordType::DNSKEY, given.keys.is_some()),
            beside(RecordType::DS, given.ds.is_some())
        );
        let held = Given {
            said,
            keys,
            ds,
            from: None,
        };
        let security = match held.keys.is_some() || held.ds.is_some() {
            true => self.weigh(evidence, &held).await,
            false => self.prove_anew(&held.said, evidence).await,
        };
        match is_proven(&security) {
            Some(true) => {
                // What was concluded before is what was wrong.
                self.zones().forget(&evidence.zone);
                self.zones().forget(&evidence.name);
                return Trace::Same;
            }
            Some(false) => {}
            None => return Trace::Nothing,
        }
        let pair = |held| Pair::new(&evidence.name, evidence.kind, held, &given.said);
        let mut pairs = vec![pair(&held.said)];
        for (kind, held, given) in [
            (RecordType::DNSKEY, &held.keys, &given.keys),
            (RecordType::DS, &held.ds, &given.ds),
        ] {
            if let (Some(held), Some(given)) = (held, given) {
                pairs.push(Pair::new(&evidence.zone, kind, held, given));
            }
        }
        let lacks_signatures = pair(&held.said).lacks_signatures();
        let (fresh_is_broken, sibling, signatures_are_kept_back) = tokio::join!(
            self.is_fresh_broken(evidence, given),
            self.sibling(evidence, given, authorities),
            async { lacks_signatures && self.are_signatures_kept_back(evidence, given, authorities).await }
        );
        let signs = Signs {
            fresh_is_broken,
            sibling,
            signatures_are_kept_back,
            was_new: first.is_some_and(|first| pair(first).is_new()),
        };
        old(&pairs, signs).map_or(Trace::Changed, Trace::Old)
    }

    /// Whether the proof is missing or changed of a name that nobody can have asked for before.
    async fn is_fresh_broken(&self, evidence: &Evidence, given: &Given) -> bool {
        let Some(name) = unheard_of(&evidence.zone) else {
            return false;
        };
        let Ok(message) = self.put(&name, evidence.kind, true).await else {
            return false;
        };
        let security = self
            .prove_with(&message, (&name, evidence.kind), evidence, given)
            .await;
        let is_harm = |why: &Broken| is_missing(why) || matches!(why, Broken::BadSignature);
        matches!(security, Security::Bogus(bogus) if is_harm(&bogus.why))
    }

    /// What becomes through the resolver of such records as another name of the zone has.
    async fn sibling(&self, evidence: &Evidence, given: &Given, authorities: &Authorities) -> Sibling {
        let at_the_apex = evidence.name == evidence.zone;
        let kind = evidence.kind;
        let other = match kind {
            RecordType::DS | RecordType::DNSKEY => None,
            // A domain with mail has texts in two places.
            RecordType::TXT if at_the_apex => evidence.zone.prepend_label("_dmarc").ok(),
            _ => Some(evidence.zone.clone()).filter(|_| !at_the_apex),
        };
        let Some(name) = other else {
            return Sibling::Unknown;
        };
        let is_there = |message: &Message| {
            let mut records = message.answers.iter();
            records.any(|record| record.name == name && record.record_type() == kind)
        };
        let Ok(held) = self.put(&name, kind, true).await else {
            return Sibling::Unknown;
        };
        if !is_there(&held) {
            return Sibling::Unknown;
        }
        match is_proven(&self.prove_with(&held, (&name, kind), evidence, given).await) {
            Some(true) => return Sibling::Proven,
            Some(false) => {}
            None => return Sibling::Unknown,
        }
        let Some(address) = given.from else {
            return Sibling::Unknown;
        };
        let Ok(source) = self.listen(&name, kind, address, authorities).await else {
            return Sibling::Unknown;
        };
        let is_sound = is_proven(&self.prove_with(&source, (&name, kind), evidence, given).await);
        match is_sound == Some(true) && Pair::new(&name, kind, &held, &source).is_new() {
            true => Sibling::Broken,
            false => Sibling::Unknown,
        }
    }

    /// Whether the resolver keeps the signatures that are missing back, too, when they are asked for by themselves, which the
    /// server gives. Nobody asks for them, so no cache has them. That they come does not say that they come with the records.
    async fn are_signatures_kept_back(
        &self,
        evidence: &Evidence,
        given: &Given,
        authorities: &Authorities,
    ) -> bool {
        let has = |message: &Message| {
            let mut records = message.answers.iter();
            records.any(|record| record.name == evidence.name && covered(record) == Some(evidence.kind))
        };
        let (name, kind) = (&evidence.name, RecordType::RRSIG);
        let Some(address) = given.from else { return false };
        let Ok(source) = self.listen(name, kind, address, authorities).await else {
            return false;
        };
        has(&source) && self.put(name, kind, true).await.is_ok_and(|held| !has(&held))
    }

    /// What an answer of the evidence's zone is worth by the keys that its server gives.
    async fn prove_with(
        &self,
        message: &Message,
        (name, kind): (&Name, RecordType),
        evidence: &Evidence,
        given: &Given,
    ) -> Security {
        let mut replies = given.replies(evidence);
        replies.retain(|lookup, _| lookup.name == evidence.zone);
        if replies.is_empty() {
            return self.prove(message, name, kind).await.security;
        }
        let zones = self.zones().above(&evidence.zone);
        self.prove_by(message, (name, kind), &zones, replies)
            .await
            .security
    }
}

/// A name in the zone that nobody has ever asked for; `None` where none is to be had.
fn unheard_of(zone: &Name) -> Option<Name> {
    let mut octets = [0; 8];
    rand::fill(&mut octets).ok()?;
    let mut label = String::from("zegel-");
    for octet in octets {
        write!(label, "{octet:02x}").ok()?;
    }
    zone.prepend_label(label).ok()
}
