//! Where the zone's own servers prove what they say: what the resolver has instead, and where it comes from.

use hickory_proto::op::Message;
use hickory_proto::rr::{Name, RecordType};

use super::copies::{Age, Holds, Lasts, Pair, Seen, Signs, holds};
use super::witnesses::Given;
use crate::inquiry::Security;
use crate::world::dns::authorities::Authorities;
use crate::world::dns::evidence::{Evidence, is_proven};
use crate::world::dns::validate::Validator;

/// What the resolver has.
pub(super) enum Trace {
    /// Asked once more, the same as the servers: it was an accident.
    Same,
    /// What may be a copy of before.
    Old(Lasts),
    /// What was changed, or lacks what was left out.
    Changed {
        /// Whether the like was seen of another answer, too.
        elsewhere: bool,
    },
    /// Nothing, this time, or nothing that tells.
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
            true => self.weigh(evidence, &held).await.security,
            false => self.prove_anew(&held.said, evidence).await.security,
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
        let (fresh, beside) = self.fresh(evidence, (&held, given), authorities).await;
        let pair = |held| own_pair(evidence, held, given).beside(&evidence.zone, &beside);
        let own = pair(&held.said);
        let lacks_signatures = own.lacks_signatures();
        let mut pairs = vec![own];
        let above = evidence.parent.clone().unwrap_or_else(Name::root);
        for (kind, zone, held, given) in [
            (RecordType::DNSKEY, &evidence.zone, &held.keys, &given.keys),
            (RecordType::DS, &above, &held.ds, &given.ds),
        ] {
            if let (Some(held), Some(given)) = (held, given) {
                pairs.push(Pair::new((&evidence.zone, kind), zone, held, given));
            }
        }
        let (sibling, signatures_are_kept_back) =
            tokio::join!(self.sibling(evidence, given, &beside, authorities), async {
                lacks_signatures && self.are_signatures_kept_back(evidence, given, authorities).await
            });
        let signs = Signs {
            fresh,
            sibling,
            signatures_are_kept_back,
            was_new: first.is_some_and(|first| pair(first).age() == Age::New),
        };
        let elsewhere = [signs.fresh, signs.sibling].contains(&Seen::Broken) || signatures_are_kept_back;
        match holds(&pairs, signs) {
            Holds::Old(lasts) => Trace::Old(lasts),
            Holds::Changed => Trace::Changed { elsewhere },
            Holds::Untold => Trace::Nothing,
        }
    }

    /// What an answer of the evidence's zone is worth by the keys that its server gives.
    pub(super) async fn prove_with(
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

/// What is held of the evidence's question, beside what a server gives.
pub(super) fn own_pair<'m>(evidence: &Evidence, held: &'m Message, given: &'m Given) -> Pair<'m> {
    let question = (&evidence.name, evidence.kind);
    Pair::new(question, &evidence.zone, held, &given.said)
}
