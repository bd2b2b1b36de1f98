//! What else a resolver shows of a zone: whether it harms a kind of answers, or holds one old one among good ones.

use std::fmt::Write as _;

use aws_lc_rs::rand;
use hickory_proto::op::{Message, ResponseCode};
use hickory_proto::rr::{Name, RecordType};

use super::copies::{Age, Pair, Seen};
use super::traces::own_pair;
use super::witnesses::Given;
use crate::inquiry::{Broken, Security};
use crate::world::dns::authorities::Authorities;
use crate::world::dns::evidence::{Evidence, is_missing, is_proven};
use crate::world::dns::reading::covered;
use crate::world::dns::validate::Validator;

/// The first of the types for private use, and how many there are (RFC 6895 3.1): no zone has records of one.
const PRIVATE: (u16, u16) = (65_280, 255);

impl Validator {
    /// What becomes of questions that nobody can have asked before, and the answers that are proven. One is about another name;
    /// where that is another kind of answer than the one that is held, one more is of its kind.
    pub(super) async fn fresh(
        &self,
        evidence: &Evidence,
        (held, given): (&Given, &Given),
        authorities: &Authorities,
    ) -> (Seen, Vec<Message>) {
        let another = unheard_of(&evidence.zone).map(|name| (name, evidence.kind));
        let alike = alike(evidence, (&held.said, given));
        let has_alike = alike.is_some();
        let asked = [another, alike].into_iter().flatten();
        let is_harm = |why: &Broken| is_missing(why) || matches!(why, Broken::BadSignature);
        let asked = asked.map(|(name, kind)| async move {
            let message = self.put(&name, kind, true).await.ok()?;
            let security = self.prove_with(&message, (&name, kind), evidence, given).await;
            let seen = match &security {
                // A zone that proves none of its absences shows nothing of the resolver by another.
                Security::Bogus(bogus) if is_harm(&bogus.why) => {
                    // Beside its keys that is not looked for: each question costs some more there.
                    let is_the_zones = !evidence.is_of_keys()
                        && self
                            .is_the_zones((&name, kind), evidence, given, authorities)
                            .await;
                    match is_the_zones {
                        true => Seen::Unknown,
                        false => Seen::Broken,
                    }
                }
                security if is_proven(security) == Some(true) => Seen::Proven,
                _ => Seen::Unknown,
            };
            Some((message, seen))
        });
        let answers = futures::future::join_all(asked).await;
        let of = |answer: &Option<(Message, Seen)>| answer.as_ref().map_or(Seen::Unknown, |(_, seen)| *seen);
        let seen: Vec<Seen> = answers.iter().map(of).collect();
        let wanted = 1 + usize::from(has_alike);
        let sum = match seen.contains(&Seen::Broken) {
            true => Seen::Broken,
            false if seen.len() == wanted && seen.iter().all(|seen| *seen == Seen::Proven) => Seen::Proven,
            false => Seen::Unknown,
        };
        let proven = answers.into_iter().zip(seen).filter_map(|(answer, seen)| {
            let (message, _) = answer.filter(|_| seen == Seen::Proven)?;
            Some(message)
        });
        (sum, proven.collect())
    }

    /// Whether the server does not prove this either.
    async fn is_the_zones(
        &self,
        (name, kind): (&Name, RecordType),
        evidence: &Evidence,
        given: &Given,
        authorities: &Authorities,
    ) -> bool {
        let Some(address) = given.from else { return false };
        let Ok(source) = self.listen(name, kind, address, authorities).await else {
            return false;
        };
        let security = self.prove_with(&source, (name, kind), evidence, given).await;
        is_proven(&security) == Some(false)
    }

    /// What becomes through the resolver of such records as another name of the zone has.
    pub(super) async fn sibling(
        &self,
        evidence: &Evidence,
        given: &Given,
        beside: &[Message],
        authorities: &Authorities,
    ) -> Seen {
        let at_the_apex = evidence.name == evidence.zone;
        let kind = evidence.kind;
        let other = match kind {
            RecordType::DS | RecordType::DNSKEY => None,
            // A domain with mail has texts in two places.
            RecordType::TXT if at_the_apex => evidence.zone.prepend_label("_dmarc").ok(),
            _ => Some(evidence.zone.clone()).filter(|_| !at_the_apex),
        };
        let Some(name) = other else {
            return Seen::Unknown;
        };
        let is_there = |message: &Message| {
            let mut records = message.answers.iter();
            records.any(|record| record.name == name && record.record_type() == kind)
        };
        let Ok(held) = self.put(&name, kind, true).await else {
            return Seen::Unknown;
        };
        match is_proven(&self.prove_with(&held, (&name, kind), evidence, given).await) {
            Some(true) if is_there(&held) => return Seen::Proven,
            Some(false) => {}
            Some(true) | None => return Seen::Unknown,
        }
        let Some(address) = given.from else {
            return Seen::Unknown;
        };
        let Ok(source) = self.listen(&name, kind, address, authorities).await else {
            return Seen::Unknown;
        };
        let is_sound = is_proven(&self.prove_with(&source, (&name, kind), evidence, given).await);
        if is_sound != Some(true) || !is_there(&source) {
            return Seen::Unknown;
        }
        let pair = Pair::new((&name, kind), &evidence.zone, &held, &source);
        match pair.beside(&evidence.zone, beside).age() {
            Age::New => Seen::Broken,
            // Two names that had no such records before, while the zone has called itself the same ever since, are told from
            // somebody who takes all of these records away by nothing.
            Age::Untold if !is_there(&held) => Seen::Broken,
            Age::Old | Age::Untold => Seen::Unknown,
        }
    }

    /// Whether the resolver keeps the signatures that are missing back, too, when they are asked for by themselves, which the
    /// server gives. Nobody asks for them, so no cache has them. That they come does not say that they come with the records.
    pub(super) async fn are_signatures_kept_back(
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
}

/// A question that nobody has ever asked and whose answer is of the kind that is held: from a wildcard, or that there is
/// nothing of a type. `None` where any other name does.
fn alike(evidence: &Evidence, (held, given): (&Message, &Given)) -> Option<(Name, RecordType)> {
    if matches!(evidence.kind, RecordType::DS | RecordType::DNSKEY) {
        return None;
    }
    let pair = own_pair(evidence, held, given);
    if let Some(parent) = pair.wildcards_parent() {
        return Some((unheard_of(&parent)?, evidence.kind));
    }
    let denies = |message: &Message| message.metadata.response_code == ResponseCode::NXDomain;
    let name = pair
        .has_nothing_at()
        .filter(|_| !denies(held) && !denies(&given.said))?;
    let [octet] = octets()?;
    let (first, count) = PRIVATE;
    let kind = RecordType::from(first + u16::from(octet) % count);
    Some((name.clone(), kind))
}

/// A name in the zone that nobody has ever asked for; `None` where none is to be had.
pub(super) fn unheard_of(zone: &Name) -> Option<Name> {
    let octets: [u8; 8] = octets()?;
    let mut label = String::from("zegel-");
    for octet in octets {
        write!(label, "{octet:02x}").ok()?;
    }
    zone.prepend_label(label).ok()
}

fn octets<const COUNT: usize>() -> Option<[u8; COUNT]> {
    let mut octets = [0; COUNT];
    rand::fill(&mut octets).ok()?;
    Some(octets)
}
