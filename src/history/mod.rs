//! The status: what this pass learnt, read together with what was known before. Pure.
//!
//! [`next`] is a function of the previous status, the verdict, the schedule and the time; nothing else decides what
//! is written, which event is sent and when the object is looked at again. All history lives in the status itself, so
//! a restart forgets nothing: a record that differs carries `settleUntil` while its difference may be on its way or a
//! mistake of one look, and loses it when an answer had after that time confirms the difference. The clock alone
//! condemns nobody, and a record that could not be asked keeps what its last answer said.
//!
//! [`Memory`] is what a status is too coarse for (the exact time of the last complete look, the count of failed ones);
//! losing it costs at most an early retry.

mod bounds;
mod clock;
mod conditions;
mod event;
mod findings;
mod message;
mod ready;
mod records;
mod requeue;
mod text;

use jiff::{SignedDuration, Timestamp};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time;

pub use self::bounds::MAX_STATUS_OCTETS;
use self::clock::floor;
pub use self::event::{Event, recent_event};
use self::ready::Reading;
pub use self::ready::Reason;
pub use self::records::unconfirmed_questions;
pub use self::text::same_text;
use crate::api::MailDomainStatus;
use crate::intent::{Intent, Schedule};
use crate::judge::{RecordVerdict, State, Verdict};

/// The object and what was known of it before this pass.
#[derive(Debug, Clone, Copy)]
pub struct Before<'a> {
    /// The object's uid: spreads the looks of many objects.
    pub uid: &'a str,
    /// The generation this pass read.
    pub generation: i64,
    /// The status this pass read; an undecodable one counts as none.
    pub status: Option<&'a MailDomainStatus>,
    /// What this process remembers.
    pub memory: &'a Memory,
}

/// What a process remembers of one object between two passes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Memory {
    /// The intent the rest speaks of.
    pub intent_digest: String,
    /// When the last complete observation was made: exact where the status' own may lag by half of staleAfter.
    pub last_observation: Option<Timestamp>,
    /// How many looks in a row left an essential question unanswered.
    pub failures: u32,
    /// The largest TTL of each entry of the status' records: it causes no write by itself.
    pub ttls: Vec<Option<i64>>,
}

/// What a pass came to.
#[derive(Debug, Clone, Copy)]
pub enum Outcome<'a> {
    /// An older MailDomain claims the domain; a sentence says so.
    DomainConflict(&'a str),
    /// The object does not parse, or its spec can be no record; a sentence says why.
    InvalidSpec(&'a str),
    /// DNS was asked.
    Judged {
        /// What was judged.
        intent: &'a Intent,
        /// When and how strictly.
        schedule: &'a Schedule,
        /// The outcome.
        verdict: &'a Verdict,
    },
    /// The spec says to stop looking.
    Suspended(&'a Intent),
    /// The first look takes long: nothing is known yet.
    Waiting(&'a Intent),
}

/// What follows from a pass.
#[derive(Debug, Clone, PartialEq)]
pub struct Next {
    /// The status after this pass.
    pub status: MailDomainStatus,
    /// Whether it must be written: something changed that is worth a write.
    pub write: bool,
    /// What to tell people, once the status is written.
    pub event: Option<Event>,
    /// When to look again; `None` means when the object changes.
    pub requeue: Option<SignedDuration>,
    /// What to remember.
    pub memory: Memory,
}

/// What follows from `outcome`, for an object of which `before` was known, at `now`.
pub fn next(before: &Before<'_>, outcome: Outcome<'_>, now: Timestamp) -> Next {
    match outcome {
        Outcome::DomainConflict(why) => unjudged(before, None, &Reading::conflict(why), now),
        Outcome::InvalidSpec(why) => unjudged(before, None, &Reading::invalid(why), now),
        Outcome::Suspended(intent) => suspended(before, intent, now),
        Outcome::Waiting(intent) => unjudged(before, Some(intent), &Reading::progressing(), now),
        Outcome::Judged {
            intent,
            schedule,
            verdict,
        } => judged(before, intent, schedule, verdict, now),
    }
}

/// The spec was not judged: what is known of records stays as history, what is said of them becomes Unknown.
fn unjudged(before: &Before<'_>, intent: Option<&Intent>, reading: &Reading, now: Timestamp) -> Next {
    let mut status = before.status.cloned().unwrap_or_default();
    let standards = match intent {
        Some(intent) => conditions::standards_of_intent(intent),
        None => conditions::standards_of_status(&status),
    };
    status.observed_generation = Some(before.generation);
    status.conditions = conditions::unjudged(&status.conditions, before.generation, reading, &standards, now);
    finish(before, status, None, before.memory.clone(), now)
}

fn suspended(before: &Before<'_>, intent: &Intent, now: Timestamp) -> Next {
    let previous = before.status.cloned().unwrap_or_default();
    let judged_before = previous.intent_digest.as_deref() == Some(&intent.digest())
        && ready::reason_of(&previous).is_some_and(Reason::is_judged);
    let conditions = match judged_before {
        true => conditions::moved(&previous.conditions, before.generation),
        false => {
            let standards = conditions::standards_of_intent(intent);
            let reading = Reading::suspended();
            conditions::unjudged(&previous.conditions, before.generation, &reading, &standards, now)
        }
    };
    let status = MailDomainStatus {
        observed_generation: Some(before.generation),
        conditions: conditions::with_suspended(conditions, &previous.conditions, before.generation, now),
        ..previous
    };
    finish(before, status, None, before.memory.clone(), now)
}

fn judged(
    before: &Before<'_>,
    intent: &Intent,
    schedule: &Schedule,
    verdict: &Verdict,
    now: Timestamp,
) -> Next {
    let mut previous = before.status.cloned().unwrap_or_default();
    if before.memory.ttls.len() == previous.records.len() {
        for (record, seen) in previous.records.iter_mut().zip(&before.memory.ttls) {
            record.ttl = record.ttl.max(*seen);
        }
    }
    let digest = intent.digest();
    let same_intent = previous.intent_digest.as_deref() == Some(digest.as_str());
    let complete = is_complete(verdict);
    let last_observation = match complete {
        true => Some(floor(now)),
        false => {
            // A clock that was wrong keeps nobody green: nothing was observed later than now.
            let written = previous
                .last_observation
                .as_ref()
                .map(|time| time.0.min(floor(now)));
            let remembered = before.memory.last_observation;
            written
                .filter(|_| same_intent)
                .max(remembered.filter(|_| before.memory.intent_digest == digest))
        }
    };
    let records = records::carry(&previous, same_intent, verdict, schedule, now);
    let findings = findings::carry(&previous, intent, verdict, now);
    let mut status = MailDomainStatus {
        observed_generation: Some(before.generation),
        intent_digest: Some(digest.clone()),
        reason: None,
        reason_since: previous.reason_since.clone(),
        last_observation: last_observation.map(Time),
        conditions: Vec::new(),
        summary: Some(message::summary(&records, &findings)),
        records,
        findings,
        truncated: None,
    };
    let readings = ready::read(&previous, &status, verdict, schedule, now);
    status.conditions = conditions::judged(
        &previous.conditions,
        before.generation,
        &readings,
        &status.records,
        now,
    );
    let mut memory = Memory {
        intent_digest: digest,
        ttls: Vec::new(),
        last_observation,
        failures: if complete {
            0
        } else {
            before.memory.failures.saturating_add(1)
        },
    };
    let requeue = requeue::after(
        before.uid,
        &status,
        schedule,
        verdict.valid_until,
        memory.failures,
        now,
    );
    bounds::cut(&mut status);
    memory.ttls = status.records.iter().map(|record| record.ttl).collect();
    Next {
        requeue: Some(requeue),
        ..finish(before, status, Some(schedule), memory, now)
    }
}

/// Whether every managed record, and at least something, was answered.
fn is_complete(verdict: &Verdict) -> bool {
    let heard = verdict.asked.len() > verdict.unanswered.len();
    let known = |record: &RecordVerdict| record.state != State::Unknown;
    verdict.is_complete() && heard && verdict.records.iter().all(known)
}

/// Decides whether the status is worth a write, and which event goes with it.
fn finish(
    before: &Before<'_>,
    status: MailDomainStatus,
    schedule: Option<&Schedule>,
    memory: Memory,
    now: Timestamp,
) -> Next {
    let mut status = status;
    status.reason = ready::ready_of(&status).map(|(_, reason)| reason.to_owned());
    if ready::changed(before.status, &status) {
        status.reason_since = Some(Time(floor(now)));
    }
    bounds::cut_further(&mut status);
    let event = event::of_change(before.status, &status);
    let write = before
        .status
        .is_none_or(|previous| worth_a_write(previous, &status, schedule, now));
    if let (false, Some(previous)) = (write, before.status) {
        status = previous.clone();
    }
    Next {
        status,
        write,
        event: event.filter(|_| write),
        requeue: None,
        memory,
    }
}

/// Whether more changed than what never causes a write by itself: a TTL, and a last observation that is recent enough.
fn worth_a_write(
    previous: &MailDomainStatus,
    status: &MailDomainStatus,
    schedule: Option<&Schedule>,
    now: Timestamp,
) -> bool {
    let mut same = status.clone();
    for (record, before) in same.records.iter_mut().zip(&previous.records) {
        record.ttl = before.ttl;
    }
    if let (Some(schedule), Some(seen), Some(_)) = (
        schedule,
        previous.last_observation.as_ref(),
        same.last_observation.as_ref(),
    ) {
        let age = now.duration_since(seen.0);
        let is_recent = !age.is_negative() && age <= schedule.stale_after / 2;
        if previous.intent_digest == status.intent_digest && is_recent {
            same.last_observation = previous.last_observation.clone();
        }
    }
    let previous = MailDomainStatus {
        conditions: conditions::own(&previous.conditions).cloned().collect(),
        ..previous.clone()
    };
    same != previous
}
