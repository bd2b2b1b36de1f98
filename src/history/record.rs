//! One managed RRset: what this look says, read with what was known of it before. Pure.
//!
//! A record that differs is in one of four phases, and the status alone tells which: `settleUntil` with cause Spec is a
//! difference on its way after the intent changed; `settleUntil` with cause World one that a second answer must repeat;
//! `alternates` with an answer that is in sync, one that is there in one look and gone in the next; and none of these,
//! one that was confirmed.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::reason::Phase;
use super::text::{cut_values, same_values};
use super::versions::Versions;
use crate::intent::{ManagedRrset, Schedule};
use crate::judge::authorities::Group;
use crate::judge::{RecordVerdict, State};

/// A second answer is never asked for sooner than this.
pub(super) const SHORTEST_CONFIRM: SignedDuration = SignedDuration::from_secs(1);

/// What changed when a record began to differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cause {
    /// The desired text.
    Spec,
    /// The world, while the desired text did not.
    World,
}

/// Which RRset, for which standard.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub(super) struct Key {
    pub(super) name: String,
    pub(super) type_: String,
    pub(super) standard: String,
}

/// An answer: what it comes to, and its text.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Answer {
    pub(super) state: State,
    pub(super) observed: Vec<String>,
}

/// That the last look got no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Silence {
    pub(super) reason: String,
    pub(super) since: Timestamp,
}

/// What is known of one managed RRset.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Record {
    pub(super) key: Key,
    pub(super) desired: Vec<String>,
    /// The last answer for this desired text; of a record that alternates, one that differs.
    pub(super) answer: Answer,
    pub(super) differences: Vec<String>,
    /// When it left InSync or its desired text changed.
    pub(super) since: Option<Timestamp>,
    pub(super) cause: Option<Cause>,
    /// Until when a difference may be on its way, or a mistake of one look.
    pub(super) settle_until: Option<Timestamp>,
    pub(super) ttl: Option<i64>,
    pub(super) silence: Option<Silence>,
    /// The other answers of a record that alternates.
    pub(super) alternates: Vec<Answer>,
    /// What name servers hold and held.
    pub(super) versions: Versions,
    /// Which of them say what, as they were last heard.
    pub(super) servers: Vec<Group>,
}

impl Record {
    /// How much a difference counts by now; `None` when there is none.
    pub(super) fn phase(&self) -> Option<Phase> {
        if !self.answer.state.differs() {
            return None;
        }
        if self.is_on_its_way() {
            return Some(Phase::Propagating);
        }
        let is_also_in_sync = self.alternates.iter().any(|answer| answer.state == State::InSync);
        Some(match (is_also_in_sync, self.settle_until, self.cause) {
            (true, _, _) => Phase::Alternating,
            (false, None, _) => Phase::Confirmed,
            (false, Some(_), Some(Cause::Spec)) => Phase::Propagating,
            (false, Some(_), _) => Phase::Unconfirmed,
        })
    }

    /// Whether every name server has it and the resolver has not yet, and is still given time.
    pub(super) fn is_on_its_way(&self) -> bool {
        self.answer.state.differs() && self.settle_until.is_some() && self.versions.published.is_some()
    }

    /// Whether it is on its way, and known by when it is there.
    pub(super) fn is_promised(&self) -> bool {
        let published = self.versions.published.as_ref();
        self.is_on_its_way() && published.is_some_and(|published| published.visible_by.is_some())
    }

    /// Whether a name server holds something else than what is meant.
    pub(super) fn has_another_version(&self) -> bool {
        let mut standing = self
            .versions
            .seen
            .iter()
            .filter(|version| version.gone_at.is_none());
        standing.any(|version| !version.right)
    }

    /// Whether a name server holds what is meant.
    pub(super) fn has_a_right_version(&self) -> bool {
        let mut standing = self
            .versions
            .seen
            .iter()
            .filter(|version| version.gone_at.is_none());
        standing.any(|version| version.right)
    }

    /// Whether it is what `record` speaks of.
    pub(super) fn is_about(&self, record: &RecordVerdict) -> bool {
        self.key == key(record)
    }

    /// Whether it is what is wanted here.
    pub(super) fn is_of(&self, wanted: &ManagedRrset) -> bool {
        self.key.name == wanted.name.as_str()
            && self.key.standard == wanted.standard().as_str()
            // What is published is not made for every record that this one is not.
            && self.key.type_ == wanted.desired().kind.as_str()
    }

    /// Whether the desired text is still the same.
    pub(super) fn wants(&self, record: &RecordVerdict) -> bool {
        self.wants_text(&record.desired)
    }

    /// Whether the desired text is still this.
    pub(super) fn wants_text(&self, desired: &[String]) -> bool {
        same_values(&self.desired, desired)
    }

    /// What a look says of it, without a past.
    pub(super) fn new(record: &RecordVerdict) -> Self {
        let mut observed = record.observed.clone();
        // DNS answers in any order; a status must not change with it.
        observed.sort();
        Self {
            key: key(record),
            desired: cut_values(&record.desired),
            answer: Answer {
                state: record.state,
                observed: cut_values(&observed),
            },
            differences: Vec::new(),
            since: None,
            cause: None,
            settle_until: None,
            ttl: None,
            silence: None,
            alternates: Vec::new(),
            versions: Versions::default(),
            servers: Vec::new(),
        }
    }
}

/// How long one answer must hold before a record, or a finding, alternates no more.
pub(super) fn hold(schedule: &Schedule) -> SignedDuration {
    let looks = schedule.interval.saturating_mul(3);
    looks
        .max(schedule.settle_window)
        .max(SignedDuration::from_mins(10))
}

/// What is known of the versions of `records`, by what they are about.
pub(super) fn versions(records: &[Record]) -> BTreeMap<Key, Versions> {
    let known = records.iter();
    known
        .filter(|record| record.versions != Versions::default())
        .map(|record| (record.key.clone(), record.versions.clone()))
        .collect()
}

/// What a look speaks of.
pub(super) fn key(record: &RecordVerdict) -> Key {
    Key {
        name: record.name().to_string(),
        type_: record.site.type_word(),
        standard: record.standard.as_str().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inquiry::{Facts, Inquiry};
    use crate::intent::Intent;
    use crate::judge::judge;

    #[test]
    fn each_record_is_known_again_by_what_is_wanted_there() {
        for blocks in [
            "spf: {all: Fail}, dkim: {selectors: [{name: a, anyKey: true}, {name: b, cname: b.p.example}, {name: c, state: Revoked}]}, \
             dmarc: {policy: Reject}, tlsRpt: {reports: ['mailto:a@a.nl']}, dnssec: {required: true}, tls: {level: Any}",
            "dmarc: {cname: a.nl.dmarc.example}",
            "dmarc: {cname: a.nl.dmarc.example, atLeast: Reject}",
            "dmarc: {inherit: true}",
        ] {
            let spec = format!("{{domain: a.nl, role: Mail, {blocks}}}");
            let intent = Intent::from_spec(&serde_saphyr::from_str(&spec).unwrap()).unwrap();
            let verdict = judge(
                &intent,
                &mut Inquiry::closed(&Facts::new()),
                Timestamp::UNIX_EPOCH,
            );
            let records: Vec<Record> = verdict.records.iter().map(Record::new).collect();
            assert_eq!(records.len(), intent.wanted.len(), "{blocks}");
            for (at, wanted) in intent.wanted.iter().enumerate() {
                let known = records.iter().position(|record| record.is_of(wanted));
                assert_eq!(known, Some(at), "{blocks}: {}", wanted.path);
            }
        }
    }
}
