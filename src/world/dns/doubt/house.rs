//! Names that a resolver answers by itself below a domain that is signed: those of a house's own, hosts that it pins to another
//! address, and what it blocks.
//!
//! Such an answer is never signed, and says another thing than the zone's servers, who prove what they say. One that strips says the
//! same as they, and less. So nothing is concluded of the resolver from one such name, as long as a question of the same type that
//! nobody asked before comes back whole: whoever harms answers by kind harms that one, too. The answer itself counts for nothing.

use hickory_proto::op::Message;
use hickory_proto::rr::{RData, RecordType};

use super::Asked;
use super::signs::unheard_of;
use crate::world::dns::authorities::{Authorities, Reach};
use crate::world::dns::evidence::{Evidence, is_proven, name_within, shows_signatures};
use crate::world::dns::validate::Validator;

impl Validator {
    /// Whether the resolver answers by itself for the name that was asked for, as far as that can be told from harm.
    pub(super) async fn is_of_its_own(
        &self,
        asked: Asked<'_>,
        evidence: &Evidence,
        authorities: &Authorities,
    ) -> bool {
        let zone = &evidence.zone;
        if zone.is_root() || shows_signatures(asked.message) || authorities.reach() != Reach::Asked {
            return false;
        }
        let Some(name) = name_within(zone, asked.name, asked.message) else {
            return false;
        };
        let Some(said) = self.one_says(zone, (name, asked.kind), authorities).await else {
            return false;
        };
        if !says_another(asked.message, &said) {
            return false;
        }
        let is_sound = is_proven(&self.prove(&said, name, asked.kind).await.security);
        let Some(unheard) = unheard_of(zone).filter(|_| is_sound == Some(true)) else {
            return false;
        };
        let Ok(fresh) = self.put(&unheard, asked.kind, true).await else {
            return false;
        };
        is_proven(&self.prove(&fresh, &unheard, asked.kind).await.security) == Some(true)
    }
}

/// Whether one message says another thing than the other, not only less of what proves it.
fn says_another(held: &Message, given: &Message) -> bool {
    let data = |message: &Message| -> Vec<RData> {
        let answers = message.answers.iter();
        let data = answers.filter(|record| record.record_type() != RecordType::RRSIG);
        data.map(|record| record.data.clone()).collect()
    };
    let (held_data, given_data) = (data(held), data(given));
    let lacks = |these: &[RData], those: &[RData]| these.iter().any(|one| !those.contains(one));
    held.metadata.response_code != given.metadata.response_code
        || lacks(&held_data, &given_data)
        || lacks(&given_data, &held_data)
}
