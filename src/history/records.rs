//! One managed RRset: what this look says, read with what was known of it before. Pure.
//!
//! A record that differs is in one of three phases, and the status alone tells which: `settleUntil` with cause Spec
//! is a difference on its way after the intent changed, `settleUntil` with cause World one that a second answer must
//! repeat, and no `settleUntil` one that was confirmed.

use jiff::{SignedDuration, Timestamp};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time;

use super::clock::{ceil, floor, plus};
use super::text::{cut_values, same_text};
use crate::api::{MailDomainStatus, RecordStatus, UnansweredStatus};
use crate::inquiry::AnyQuestion;
use crate::intent::Schedule;
use crate::judge::{RecordVerdict, State, Verdict};

/// The desired text changed.
pub(super) const SPEC: &str = "Spec";
/// The world changed while the desired text did not.
pub(super) const WORLD: &str = "World";
/// No difference settles longer than this, whatever a TTL says.
const LONGEST_SETTLE: SignedDuration = SignedDuration::from_hours(48);
/// A second answer is never asked for sooner than this.
const SHORTEST_CONFIRM: SignedDuration = SignedDuration::from_secs(1);

/// How much a known difference counts by now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Phase {
    /// On its way after the intent changed.
    Propagating,
    /// Seen, not yet repeated by a second answer.
    Unconfirmed,
    /// Confirmed.
    Confirmed,
}

/// The phase of a record that differs.
pub(super) fn phase(record: &RecordStatus) -> Option<Phase> {
    if !state_of(record).differs() {
        return None;
    }
    Some(match (&record.settle_until, record.cause.as_deref()) {
        (None, _) => Phase::Confirmed,
        (Some(_), Some(SPEC)) => Phase::Propagating,
        (Some(_), _) => Phase::Unconfirmed,
    })
}

/// The state a status names; a word of another version counts as Unknown.
pub(super) fn state_of(record: &RecordStatus) -> State {
    [State::InSync, State::Unexpected, State::Drifted, State::Missing]
        .into_iter()
        .find(|state| state.as_str() == record.state)
        .unwrap_or(State::Unknown)
}

/// What is known of every managed RRset after this look.
pub(super) fn carry(
    previous: &MailDomainStatus,
    same_intent: bool,
    verdict: &Verdict,
    schedule: &Schedule,
    now: Timestamp,
) -> Vec<RecordStatus> {
    let dropped_in_sync = same_intent && previous.truncated.is_some();
    verdict
        .records
        .iter()
        .map(|record| {
            let before = previous.records.iter().find(|old| is_about(old, record));
            let implied = (before.is_none() && dropped_in_sync).then(|| in_sync_before(record));
            one(before.or(implied.as_ref()), record, schedule, now)
        })
        .collect()
}

/// The questions that must be asked past the cache: their records still differ, by an answer older than the deadline
/// that has passed.
///
/// `previous` is the status before this pass, `verdict` what the cache says.
pub fn unconfirmed_questions(
    previous: Option<&MailDomainStatus>,
    verdict: &Verdict,
    now: Timestamp,
) -> Vec<AnyQuestion> {
    let Some(previous) = previous else {
        return Vec::new();
    };
    let mut questions: Vec<AnyQuestion> = verdict
        .records
        .iter()
        .filter(|record| record.state.differs())
        .filter(|record| {
            previous
                .records
                .iter()
                .filter(|old| is_about(old, record) && same_values(&old.desired, &record.desired))
                .filter_map(|old| old.settle_until.as_ref())
                .any(|deadline| deadline.0 <= now && record.seen_at.is_some_and(|seen| seen < deadline.0))
        })
        .flat_map(|record| record.questions.iter().cloned())
        .collect();
    questions.sort();
    questions.dedup();
    questions
}

fn is_about(status: &RecordStatus, record: &RecordVerdict) -> bool {
    status.name == record.name().as_str()
        && status.type_ == record.site.type_word()
        && status.standard == record.standard.as_str()
}

/// An entry that was in sync and fell to the bounds on a status' size.
fn in_sync_before(record: &RecordVerdict) -> RecordStatus {
    RecordStatus {
        name: record.name().to_string(),
        type_: record.site.type_word(),
        standard: record.standard.as_str().to_owned(),
        state: State::InSync.as_str().to_owned(),
        desired: cut_values(&record.desired),
        ..RecordStatus::default()
    }
}

fn one(
    before: Option<&RecordStatus>,
    record: &RecordVerdict,
    schedule: &Schedule,
    now: Timestamp,
) -> RecordStatus {
    let same_desired = before.filter(|old| same_values(&old.desired, &record.desired));
    let mut status = RecordStatus {
        name: record.name().to_string(),
        type_: record.site.type_word(),
        standard: record.standard.as_str().to_owned(),
        state: record.state.as_str().to_owned(),
        desired: cut_values(&record.desired),
        ..RecordStatus::default()
    };
    if record.state == State::Unknown {
        unanswered(&mut status, before, same_desired, record, now);
        return status;
    }
    let mut observed = record.observed.clone();
    // DNS answers in any order; a status must not change with it.
    observed.sort();
    status.observed = cut_values(&observed);
    status.ttl = record.ttl.map(|seconds| {
        let largest = before
            .filter(|old| same_values(&old.observed, &observed))
            .and_then(|old| old.ttl);
        largest.unwrap_or(0).max(i64::from(seconds))
    });
    if record.state.differs() {
        status.differences = record.differences.clone();
        differs(&mut status, same_desired, record, schedule, now);
    }
    status
}

/// Nothing was answered: what the last answer said for this desired text stays.
fn unanswered(
    status: &mut RecordStatus,
    before: Option<&RecordStatus>,
    same_desired: Option<&RecordStatus>,
    record: &RecordVerdict,
    now: Timestamp,
) {
    match (same_desired, before) {
        (Some(old), _) => *status = old.clone(),
        (None, old) => {
            status.since = Some(Time(floor(now)));
            status.cause = Some(SPEC.to_owned());
            // The old answer tells how long caches may hold it.
            status.observed = old.map(|old| old.observed.clone()).unwrap_or_default();
            status.ttl = old.and_then(|old| old.ttl);
        }
    }
    let since = before.and_then(|old| old.unanswered.as_ref()?.since.clone());
    status.unanswered = Some(UnansweredStatus {
        reason: record
            .unanswered
            .map_or("NotAsked", |trouble| trouble.reason())
            .to_owned(),
        since: Some(since.unwrap_or_else(|| Time(floor(now)))),
    });
}

/// An answer was had and it differs: since when, why, and until when it may be a passing thing.
fn differs(
    status: &mut RecordStatus,
    same_desired: Option<&RecordStatus>,
    record: &RecordVerdict,
    schedule: &Schedule,
    now: Timestamp,
) {
    let seen_at = record.seen_at.unwrap_or(now);
    let expires_at = record.expires_at.unwrap_or(seen_at);
    let known = same_desired.map(|old| (old, state_of(old)));
    let (since, cause, deadline) = match known {
        Some((old, state)) if state.differs() => {
            let since = old.since.as_ref().map_or(now, |since| since.0);
            let deadline = old.settle_until.as_ref().map(|deadline| deadline.0);
            (
                since,
                old.cause.clone().unwrap_or_else(|| WORLD.to_owned()),
                deadline,
            )
        }
        Some((_, State::InSync)) => {
            let deadline = expires_at
                .min(plus(seen_at, schedule.settle_window))
                .max(plus(seen_at, SHORTEST_CONFIRM));
            (now, WORLD.to_owned(), Some(deadline))
        }
        unknown => {
            let since = unknown
                .and_then(|(old, _)| old.since.as_ref())
                .map_or(floor(now), |since| since.0);
            let ttl = SignedDuration::from_secs(status.ttl.unwrap_or(0).max(0));
            let deadline = plus(since, schedule.settle_window)
                .max(plus(since, ttl))
                .max(expires_at)
                .min(plus(since, LONGEST_SETTLE));
            (since, SPEC.to_owned(), Some(deadline))
        }
    };
    status.since = Some(Time(floor(since)));
    status.cause = Some(cause);
    status.settle_until = deadline
        .map(ceil)
        .filter(|deadline| seen_at < *deadline)
        .map(Time);
}

fn same_values(old: &[String], new: &[String]) -> bool {
    let new_cut = cut_values(new);
    old.len() == new_cut.len() && old.iter().zip(&new_cut).all(|(old, new)| same_text(old, new))
}
