//! One managed RRset: what this look says, read with what was known of it before. Pure.
//!
//! A record that differs is in one of four phases, and the status alone tells which: `settleUntil` with cause Spec is a
//! difference on its way after the intent changed; `settleUntil` with cause World one that a second answer must repeat;
//! `alternates` with an answer that is in sync, one that is there in one look and gone in the next; and none of these,
//! one that was confirmed.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};

use super::clock::{LONGEST_SETTLE, ceil, floor, plus};
use super::reason::Phase;
use super::text::{cut_values, same_text};
use super::turns::{Heard, Turns, print};
use super::versions::{Unwritten, Versions};
use super::wait::Wait;
use crate::intent::{ManagedRrset, Schedule};
use crate::judge::authorities::Group;
use crate::judge::{Finding, RecordVerdict, ResolverSays, State, Verdict};

/// A second answer is never asked for sooner than this.
pub(super) const SHORTEST_CONFIRM: SignedDuration = SignedDuration::from_secs(1);
/// So many other answers of a record that alternates are shown.
const MAX_ALTERNATES: usize = 3;

/// What changed when a record began to differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cause {
    /// The desired text.
    Spec,
    /// The world, while the desired text did not.
    World,
}

/// Which RRset, for which standard.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
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
            && self.key.type_ == wanted.desired().kind.as_str()
            && self.key.standard == wanted.standard().as_str()
    }

    /// Whether the desired text is still the same.
    pub(super) fn wants(&self, record: &RecordVerdict) -> bool {
        self.wants_text(&record.desired)
    }

    /// Whether the desired text is still this.
    pub(super) fn wants_text(&self, desired: &[String]) -> bool {
        same_values(&self.desired, desired)
    }

    fn new(record: &RecordVerdict) -> Self {
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

/// What of the past a look at the records is read with.
pub(super) struct Carry<'a> {
    pub(super) past: &'a [Record],
    /// Entries that were in sync fell to the bounds on a status' size: what is not there was in sync.
    pub(super) dropped_in_sync: bool,
    /// What is known of name servers' versions beyond what is written.
    pub(super) unwritten: &'a Unwritten,
    /// The names of records for which the resolver was waited for in vain.
    pub(super) late: BTreeSet<&'a str>,
    pub(super) schedule: &'a Schedule,
    pub(super) now: Timestamp,
}

impl Carry<'_> {
    /// What is known of every managed RRset after this look, what is to be said of resolvers, and how many answers were
    /// left unsaid because they only took turns.
    pub(super) fn records(&self, verdict: &Verdict, turns: &mut Turns) -> (Vec<Record>, Vec<Finding>, u32) {
        let (mut unsaid, mut of_resolvers) = (0, Vec::new());
        let records = verdict.records.iter().map(|record| {
            let before = self.past.iter().find(|old| old.is_about(record));
            let implied = (before.is_none() && self.dropped_in_sync).then(|| in_sync_before(record));
            let before = before.or(implied.as_ref());
            let versions = self.versions(before, record, verdict);
            let wait = Wait {
                set: before.and_then(|old| waiting(old, record, &versions)),
                versions: &versions,
                was_late: self.late.contains(record.name().as_str()),
                schedule: self.schedule,
                now: self.now,
            };
            let late = match &record.resolver {
                None => None,
                Some(says) => match wait.until(says) {
                    Some(deadline) => {
                        return self.on_its_way(before, record, says, deadline, versions.clone(), turns);
                    }
                    None => Some(wait.over(record, says)),
                },
            };
            let mut fresh = self.one(before, record);
            fresh.versions = versions;
            if late.is_some() {
                of_resolvers.extend(late);
                turns.forget(&turn_key(&fresh.key));
            } else if record.state != State::Unknown {
                let (heard, in_turn) = self.in_turn(before, fresh, record, turns);
                unsaid += u32::from(heard.alternates && heard.changed);
                fresh = in_turn;
            }
            fresh
        });
        let records: Vec<Record> = records.collect();
        turns.keep_only(PREFIX, records.iter().map(|record| turn_key(&record.key)));
        (records, of_resolvers, unsaid)
    }

    /// Published at every name server, and not seen by our resolver yet: what it says is what some receivers see.
    fn on_its_way(
        &self,
        before: Option<&Record>,
        record: &RecordVerdict,
        says: &ResolverSays,
        deadline: Timestamp,
        versions: Versions,
        turns: &mut Turns,
    ) -> Record {
        let seen = RecordVerdict {
            state: says.state,
            observed: says.observed.clone(),
            differences: says.differences.clone(),
            ttl: says.ttl,
            seen_at: says.seen_at,
            expires_at: says.expires_at,
            ..record.clone()
        };
        let mut fresh = self.one(before, &seen);
        fresh.versions = versions;
        fresh.settle_until = Some(ceil(deadline));
        self.in_turn(before, fresh, &seen, turns).1
    }

    /// What name servers hold and held, after this look at them.
    fn versions(&self, before: Option<&Record>, record: &RecordVerdict, verdict: &Verdict) -> Versions {
        let written = before.map(|old| old.versions.clone()).unwrap_or_default();
        let mut versions = self.unwritten.or_written(&turn_key(&key(record)), &written);
        let same_desired = before.is_none_or(|old| old.wants(record));
        match verdict.servers_of(&record.site) {
            Some(servers) => versions.look(servers, same_desired, self.now),
            None if same_desired => {}
            // Of what is meant now nothing is known.
            None => versions.mean_another(),
        }
        versions
    }

    fn one(&self, before: Option<&Record>, record: &RecordVerdict) -> Record {
        let same_desired = before.filter(|old| old.wants(record));
        let mut fresh = Record::new(record);
        if record.state == State::Unknown {
            return self.unanswered(fresh, before, same_desired, record);
        }
        fresh.ttl = record.ttl.map(|seconds| {
            let largest = before
                .filter(|old| same_values(&old.answer.observed, &fresh.answer.observed))
                .and_then(|old| old.ttl);
            largest.unwrap_or(0).max(i64::from(seconds))
        });
        if record.state.differs() {
            fresh.differences.clone_from(&record.differences);
            self.differs(&mut fresh, same_desired, record);
        }
        fresh
    }

    /// Nothing was answered: what the last answer said for this desired text stays.
    fn unanswered(
        &self,
        fresh: Record,
        before: Option<&Record>,
        same_desired: Option<&Record>,
        record: &RecordVerdict,
    ) -> Record {
        let silence = before
            .and_then(|old| old.silence.clone())
            .unwrap_or_else(|| Silence {
                reason: record
                    .unanswered
                    .map_or("NotAsked", |trouble| trouble.reason())
                    .to_owned(),
                since: floor(self.now),
            });
        let mut known = same_desired.cloned().unwrap_or_else(|| {
            let mut known = fresh;
            known.since = Some(floor(self.now));
            known.cause = Some(Cause::Spec);
            // The old answer tells how long caches may hold it.
            known.answer.observed = before.map(|old| old.answer.observed.clone()).unwrap_or_default();
            known.ttl = before.and_then(|old| old.ttl);
            known
        });
        known.silence = Some(silence);
        known
    }

    /// An answer was had and it differs: since when, why, and until when it may be a passing thing.
    fn differs(&self, fresh: &mut Record, same_desired: Option<&Record>, record: &RecordVerdict) {
        let now = self.now;
        let window = self.schedule.settle_window;
        let seen_at = record.seen_at.unwrap_or(now).min(now);
        let expires_at = record.expires_at.unwrap_or(seen_at);
        let (since, cause, deadline) = match same_desired {
            Some(old) if old.answer.state.differs() => (
                old.since.unwrap_or(now),
                old.cause.unwrap_or(Cause::World),
                old.settle_until,
            ),
            Some(old) if old.answer.state == State::InSync => {
                let deadline = expires_at
                    .min(plus(seen_at, window))
                    .max(plus(seen_at, SHORTEST_CONFIRM));
                (now, Cause::World, Some(deadline))
            }
            unknown => {
                let since = unknown.and_then(|old| old.since).unwrap_or(floor(now));
                let ttl = SignedDuration::from_secs(fresh.ttl.unwrap_or(0).max(0));
                let deadline = plus(since, window)
                    .max(plus(since, ttl))
                    .max(expires_at)
                    .min(plus(since, LONGEST_SETTLE));
                (since, Cause::Spec, Some(deadline))
            }
        };
        fresh.since = Some(floor(since));
        fresh.cause = Some(cause);
        fresh.settle_until = deadline.map(ceil).filter(|deadline| seen_at < *deadline);
    }

    /// The answer as one of a row of answers: those that only take turns change nothing.
    fn in_turn(
        &self,
        before: Option<&Record>,
        fresh: Record,
        record: &RecordVerdict,
        turns: &mut Turns,
    ) -> (Heard, Record) {
        let key = turn_key(&fresh.key);
        let seen_at = record.seen_at.unwrap_or(self.now).min(self.now);
        let Some(before) = before.filter(|old| old.wants(record)) else {
            turns.forget(&key);
            let heard = turns.note(&key, print(&fresh.answer), seen_at, hold(self.schedule));
            return (heard, fresh);
        };
        if !before.alternates.is_empty() {
            let mut said = vec![print(&before.answer)];
            said.extend(before.alternates.iter().map(print));
            turns.resume(&key, &said, seen_at);
        }
        let heard = turns.note(&key, print(&fresh.answer), seen_at, hold(self.schedule));
        let known = match heard.alternates {
            true => alternating(before, fresh),
            false => fresh,
        };
        (heard, known)
    }
}

/// How long one answer must hold before a record, or a finding, alternates no more.
pub(super) fn hold(schedule: &Schedule) -> SignedDuration {
    let looks = schedule.interval.saturating_mul(3);
    looks
        .max(schedule.settle_window)
        .max(SignedDuration::from_mins(10))
}

/// Two answers in turn: one that differs is shown, the others beside it, and nothing changes while none is new.
fn alternating(before: &Record, fresh: Record) -> Record {
    let versions = fresh.versions.clone();
    let (is_known, was_fine, is_fine) = (
        before.answer == fresh.answer || before.alternates.contains(&fresh.answer),
        before.answer.state == State::InSync,
        fresh.answer.state == State::InSync,
    );
    if was_fine && is_fine {
        // Two spellings of what means the same: the first is shown.
        return Record {
            answer: before.answer.clone(),
            ..fresh
        };
    }
    let mut alternates = before.alternates.clone();
    let (shown, other) = match was_fine {
        true => (fresh, before.answer.clone()),
        false => {
            let settle_until = match is_fine {
                true => before.settle_until,
                false => fresh.settle_until,
            };
            let shown = Record {
                settle_until,
                ttl: before.ttl.max(fresh.ttl),
                silence: None,
                ..before.clone()
            };
            (shown, fresh.answer)
        }
    };
    if !is_known && alternates.len() < MAX_ALTERNATES {
        alternates.push(other);
    }
    let mut shown = Record {
        alternates,
        versions,
        ..shown
    };
    if shown.phase() == Some(Phase::Alternating) {
        shown.settle_until = None;
        shown.cause = Some(Cause::World);
    }
    shown
}

/// What is known of the versions of `records`, by what they are about.
pub(super) fn versions(records: &[Record]) -> BTreeMap<String, Versions> {
    let known = records.iter();
    known
        .map(|record| (turn_key(&record.key), record.versions.clone()))
        .collect()
}

/// What the keys of records begin with.
const PREFIX: &str = "record ";

fn turn_key(key: &Key) -> String {
    format!("{PREFIX}{} {} {}", key.standard, key.name, key.type_)
}

fn key(record: &RecordVerdict) -> Key {
    Key {
        name: record.name().to_string(),
        type_: record.site.type_word(),
        standard: record.standard.as_str().to_owned(),
    }
}

/// Until when the resolver is waited for already, of a record that was on its way in the look before.
fn waiting(before: &Record, record: &RecordVerdict, versions: &Versions) -> Option<Timestamp> {
    let since = |versions: &Versions| versions.published.as_ref().map(|published| published.since);
    let is_same = before.wants(record) && since(&before.versions) == since(versions);
    before.settle_until.filter(|_| is_same && before.is_on_its_way())
}

/// An entry that was in sync and fell to the bounds on a status' size.
fn in_sync_before(record: &RecordVerdict) -> Record {
    let mut implied = Record::new(record);
    implied.answer = Answer {
        state: State::InSync,
        observed: Vec::new(),
    };
    implied
}

fn same_values(old: &[String], new: &[String]) -> bool {
    let new_cut = cut_values(new);
    old.len() == new_cut.len() && old.iter().zip(&new_cut).all(|(old, new)| same_text(old, new))
}
