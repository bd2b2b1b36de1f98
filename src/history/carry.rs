//! What is known of every managed RRset after a look: its answers read with what was known before. Pure.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};

use super::clock::{LONGEST_SETTLE, ceil, floor, plus};
use super::going::{self, Going};
use super::message::is_answered;
use super::reason::Phase;
use super::record::{Answer, Cause, Record, SHORTEST_CONFIRM, Silence, hold, key};
use super::text::same_values;
use super::turns::{Heard, Kind, Turns, print};
use super::unwritten::Unwritten;
use super::versions::Versions;
use super::wait::Wait;
use crate::intent::Schedule;
use crate::judge::{Finding, RecordVerdict, ResolverSays, State, Verdict};

/// So many other answers of a record that alternates are shown.
const MAX_ALTERNATES: usize = 3;

/// What of the past a look at the records is read with.
pub(super) struct Carry<'a> {
    pub(super) past: &'a [Record],
    /// Entries that were in sync fell to the bounds on a status' size: what is not there was in sync.
    pub(super) dropped_in_sync: bool,
    /// What is known of name servers' versions beyond what is written.
    pub(super) unwritten: &'a Unwritten,
    /// The names of records for which the resolver was waited for in vain.
    pub(super) late: BTreeSet<&'a str>,
    /// The names of records that name servers had dropped and the resolver had.
    pub(super) going: BTreeSet<&'a str>,
    /// The names of records of which the resolver says what no name server says.
    pub(super) alone: BTreeSet<&'a str>,
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
            if let Some(says) = record.resolver.as_ref().filter(|_| record.state.differs()) {
                let (fresh, alone) = self.going(before, record, says, versions, turns);
                of_resolvers.extend(alone);
                return fresh;
            }
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
                turns.forget(Kind::Record.thing(&fresh.key));
            } else if record.state != State::Unknown {
                let (heard, in_turn) = self.in_turn(before, fresh, record, turns);
                unsaid += u32::from(heard.alternates && heard.changed);
                fresh = in_turn;
            }
            fresh
        });
        let records: Vec<Record> = records.collect();
        turns.keep_only(
            Kind::Record,
            records.iter().map(|record| Kind::Record.thing(&record.key)),
        );
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
        let seen = at_the_resolver(record, says);
        let mut fresh = self.one(before, &seen);
        fresh.versions = versions;
        fresh.settle_until = Some(ceil(deadline));
        self.in_turn(before, fresh, &seen, turns).1
    }

    /// Dropped by every name server, and still seen by our resolver; what is to be said where the resolver has it from
    /// elsewhere.
    fn going(
        &self,
        before: Option<&Record>,
        record: &RecordVerdict,
        says: &ResolverSays,
        versions: Versions,
        turns: &mut Turns,
    ) -> (Record, Option<Finding>) {
        let going = Going {
            before: before.filter(|old| old.wants(record)),
            was_going: self.going.contains(record.name().as_str()),
            was_alone: self.alone.contains(record.name().as_str()),
            was_held: versions.held(&says.observed),
            now: self.now,
        };
        let is_alone = going.is_alone(says);
        let seen = match is_alone {
            true => at_the_resolver(record, says),
            false => record.clone(),
        };
        let mut fresh = self.one(before, &seen);
        fresh.versions = versions;
        if !is_alone {
            fresh = going.given_time(fresh, says);
        }
        let (_, fresh) = self.in_turn(before, fresh, &seen, turns);
        (fresh, is_alone.then(|| going::alone(record, says)))
    }

    /// What name servers hold and held, after this look at them.
    fn versions(&self, before: Option<&Record>, record: &RecordVerdict, verdict: &Verdict) -> Versions {
        let written = before.map(|old| old.versions.clone()).unwrap_or_default();
        let mut versions = self.unwritten.or_written(&key(record), &written);
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
        let reason = record.unanswered.map_or("NotAsked", |trouble| trouble.reason());
        let silence = match before.and_then(|old| old.silence.clone()) {
            // Which trouble it is may take turns; whether there was an answer may not.
            Some(old) if is_answered(&old.reason) == is_answered(reason) => old,
            old => Silence {
                reason: reason.to_owned(),
                since: old.map_or_else(|| floor(self.now), |old| old.since),
            },
        };
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
        let thing = Kind::Record.thing(&fresh.key);
        let seen_at = record.seen_at.unwrap_or(self.now).min(self.now);
        let Some(before) = before.filter(|old| old.wants(record)) else {
            turns.forget(thing);
            let heard = turns.note(thing, print(&fresh.answer), seen_at, hold(self.schedule));
            return (heard, fresh);
        };
        if !before.alternates.is_empty() {
            let mut said = vec![print(&before.answer)];
            said.extend(before.alternates.iter().map(print));
            turns.resume(thing, &said, seen_at);
        }
        let heard = turns.note(thing, print(&fresh.answer), seen_at, hold(self.schedule));
        let known = match heard.alternates {
            true => alternating(before, fresh),
            false => fresh,
        };
        (heard, known)
    }
}

/// The record as the resolver has it.
fn at_the_resolver(record: &RecordVerdict, says: &ResolverSays) -> RecordVerdict {
    RecordVerdict {
        state: says.state,
        observed: says.observed.clone(),
        differences: says.differences.clone(),
        ttl: says.ttl,
        seen_at: says.seen_at,
        expires_at: says.expires_at,
        ..record.clone()
    }
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
