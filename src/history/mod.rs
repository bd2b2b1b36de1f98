//! History: what a pass learnt, read together with what was known before. Pure.
//!
//! [`next`] is a function of the previous status, the verdict, the schedule and the time; nothing else decides what
//! is written, which event is sent and when the object is looked at again. The status before is parsed once, into a
//! history, and the next one is written once. All history lives in the status itself, so a restart forgets nothing: a
//! record that differs carries `settleUntil` while its difference may be on its way or a mistake of one look, and loses
//! it when an answer had after that time confirms the difference; so does an Error finding. The clock alone condemns
//! nobody, and a record that could not be asked keeps what its last answer said.
//!
//! Quiet is part of it: what takes turns is said once, and whatever DNS does, an object is written no more than
//! [`WRITES_AN_HOUR`] times an hour.
//!
//! [`Remembered`] is what a status is too coarse for; losing it costs at most an early retry and a few writes.

mod bounds;
mod budget;
mod carry;
mod clock;
mod closeness;
mod conditions;
mod event;
mod finding;
mod freshness;
mod going;
mod grant;
mod known;
mod message;
mod news;
mod observed;
mod pass;
mod policies;
mod ready;
mod reason;
mod record;
mod request;
mod requeue;
mod rounds;
mod servers;
mod start;
mod text;
mod turns;
mod unwritten;
mod versions;
mod wait;
mod worth;

use std::collections::BTreeSet;

use jiff::Timestamp;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time;

pub use self::bounds::MAX_STATUS_OCTETS;
pub use self::budget::WRITES_AN_HOUR;
use self::clock::next_change;
pub use self::closeness::{depth, held_back};
pub use self::event::{Event, recent_event};
pub use self::freshness::{oldest_answer, questions_to_repeat, stale_at};
pub use self::grant::{GrantState, grant_status};
use self::known::{History, ready_of};
pub use self::news::{News, Proof, news, proof};
pub use self::pass::{Before, Next, Pass, Remembered};
use self::ready::Reading;
pub use self::reason::Reason;
use self::reason::Statement;
pub use self::request::{FLUX_REQUESTED_AT, REQUESTED_AT, Requests};
use self::requeue::Due;
pub use self::start::first_look;
pub use self::text::same_text;
use self::unwritten::Unwritten;
use self::worth::{Worth, worth_of};
use crate::api::MailDomainStatus;
use crate::inquiry::Need;
use crate::intent::{Intent, Schedule};
use crate::judge::Verdict;
use crate::records::Standard;
use crate::rules;

/// What follows from `pass`, for an object of which `before` was known, at `now`.
pub fn next(before: &Before<'_>, pass: Pass<'_>, now: Timestamp) -> Next {
    match pass {
        Pass::DomainConflict(why) => handled(
            unjudged(before, None, &Statement::conflict(why), now),
            before,
            now,
        ),
        Pass::NotGranted(why) => handled(
            unjudged(before, None, &Statement::not_granted(why), now),
            before,
            now,
        ),
        Pass::InvalidSpec(why) => handled(unjudged(before, None, &Statement::invalid(why), now), before, now),
        Pass::Suspended(intent) => end(before, suspended(before, intent, now), None, now),
        Pass::SuspendedInvalid(why) => handled(suspended_invalid(before, why, now), before, now),
        Pass::Waiting(intent) => {
            let history = unjudged(before, Some(intent), &Statement::progressing(), now);
            end(before, history, None, now)
        }
        Pass::Aged { intent, schedule } => aged(before, intent, schedule, now),
        Pass::Judged {
            intent,
            schedule,
            verdict,
        } => judged(before, intent, schedule, verdict, now),
    }
}

/// A pass that could not judge, and answers a request all the same.
fn handled(mut history: History, before: &Before<'_>, now: Timestamp) -> Next {
    echo(&mut history, before);
    let mut next = end(before, history, None, now);
    next.remembered.requests = Some(before.requests.clone());
    next
}

/// The request that was handled leaves a trace.
fn echo(history: &mut History, before: &Before<'_>) {
    if let Some(request) = before.request() {
        history.handled = Some(request.to_owned());
    }
}

/// The spec was not judged: what is known of records stays as history, what is said of them becomes Unknown.
fn unjudged(before: &Before<'_>, intent: Option<&Intent>, statement: &Statement, now: Timestamp) -> History {
    let mut history = History::read(before.status, now);
    let standards = match intent {
        Some(intent) => conditions::standards_of_intent(intent),
        None => conditions::standards_of(&history.conditions),
    };
    history.observed_generation = Some(before.generation);
    history.conditions =
        conditions::unjudged(&history.conditions, before.generation, statement, &standards, now);
    history
}

fn suspended(before: &Before<'_>, intent: &Intent, now: Timestamp) -> History {
    let mut history = History::read(before.status, now);
    let judged_before = history.is_of(intent) && history.reason().is_some_and(Reason::is_judged);
    let previous = std::mem::take(&mut history.conditions);
    let conditions = match judged_before {
        true => conditions::moved(&previous, before.generation),
        false => {
            let standards = conditions::standards_of_intent(intent);
            let statement = Statement::suspended();
            conditions::unjudged(&previous, before.generation, &statement, &standards, now)
        }
    };
    history.observed_generation = Some(before.generation);
    history.conditions = conditions::with_suspended(conditions, &previous, before.generation, now);
    history
}

/// A spec that makes no intent is that, looked at or not.
fn suspended_invalid(before: &Before<'_>, why: &str, now: Timestamp) -> History {
    let previous = History::read(before.status, now).conditions;
    let mut history = unjudged(before, None, &Statement::invalid(why), now);
    let conditions = std::mem::take(&mut history.conditions);
    history.conditions = conditions::with_suspended(conditions, &previous, before.generation, now);
    history
}

/// Only time went by.
fn aged(before: &Before<'_>, intent: &Intent, schedule: &Schedule, now: Timestamp) -> Next {
    let mut history = History::read(before.status, now);
    let digest = intent.digest();
    let unchanged = || Next {
        status: before.status.cloned().unwrap_or_default(),
        write: None,
        event: None,
        requeue: None,
        stale_at: None,
        suppressed: 0,
        remembered: before.remembered.clone(),
    };
    let known = freshness::known(history.written(), before.remembered, &digest, now);
    let stale_at = known.stale_at(schedule, observed::manages(intent));
    let is_same = !schedule.suspend
        && history.intent_digest.as_deref() == Some(&digest)
        && history.observed_generation == Some(before.generation)
        && history.reason().is_some_and(Reason::is_judged);
    match stale_at {
        Some(at) if is_same && at <= now => {}
        Some(at) if is_same => {
            return Next {
                requeue: Some(requeue::until(at, now)),
                ..unchanged()
            };
        }
        Some(_) | None => return unchanged(),
    }
    history.observed = known;
    let reading = Reading {
        schedule,
        manages: observed::manages(intent),
        silent: true,
        open: &[],
        now,
    };
    let statements = reading.read(&history);
    history.conditions = conditions::aged(&history.conditions, before.generation, &statements, now);
    Next {
        // The look itself is due as it was.
        requeue: None,
        ..end(before, history, Some(schedule), now)
    }
}

fn judged(
    before: &Before<'_>,
    intent: &Intent,
    schedule: &Schedule,
    verdict: &Verdict,
    now: Timestamp,
) -> Next {
    let mut past = History::read(before.status, now);
    let mut remembered = before.remembered.clone();
    remembered.rounds.note(verdict, before.uid, now);
    if remembered.ttls.len() == past.records.len() {
        for (record, seen) in past.records.iter_mut().zip(&remembered.ttls) {
            record.ttl = record.ttl.max(*seen);
        }
    }
    let digest = intent.digest();
    let same_intent = past.intent_digest.as_deref() == Some(digest.as_str());
    let manages = observed::manages(intent);
    let known = freshness::known(past.written(), before.remembered, &digest, now);
    let observed = observed::carry(known, intent, verdict, now);
    let (mut records, of_resolvers, records_unsaid) = carry::Carry {
        past: &past.records,
        dropped_in_sync: same_intent && past.truncated.is_some(),
        unwritten: &before.remembered.versions,
        late: finding::names_of(&rules::dns::RESOLVER_HOLDS_OLD, &past.findings),
        going: finding::names_of(&rules::dns::GOING, &past.findings),
        alone: finding::names_of(&rules::dns::RESOLVER_ALONE, &past.findings),
        schedule,
        now,
    }
    .records(verdict, &mut remembered.turns);
    servers::carry(
        &past.records,
        &mut records,
        verdict,
        schedule,
        &mut remembered.turns,
        now,
    );
    let verdict = &wait::with_late_resolvers(verdict, of_resolvers);
    let (verdict, policies) = policies::after(verdict, &past.policies, now);
    let verdict = &*verdict;
    let (findings, findings_unsaid) = finding::Carry {
        past: &past.findings,
        managed_names: past
            .records
            .iter()
            .map(|record| record.key.name.as_str())
            .collect(),
        intent,
        schedule,
        looked_before: past.intent_digest.is_some(),
        requested: before.request().is_some(),
        now,
    }
    .findings(verdict, &mut remembered.turns);
    let mut history = History {
        observed_generation: Some(before.generation),
        intent_digest: Some(digest.clone()),
        reason_since: past.reason_since,
        observed,
        conditions: Vec::new(),
        summary: Some(message::summary(&records, &findings)),
        records,
        findings,
        handled: past.handled.clone(),
        policies,
        truncated: None,
    };
    echo(&mut history, before);
    let open = open(intent, verdict);
    let reading = Reading {
        schedule,
        manages,
        silent: !verdict.unanswered.is_empty(),
        open: &open,
        now,
    };
    let statements = reading.read(&history);
    history.conditions = conditions::judged(&past.conditions, before.generation, &statements, now);
    let is_whole = observed::is_complete(verdict, now) && (!manages || verdict.compliance_is_known());
    remembered.failures = match is_whole {
        true => 0,
        false => remembered.failures.saturating_add(1),
    };
    remembered.intent_digest.clone_from(&digest);
    remembered.observed = observed;
    remembered.requests = Some(before.requests.clone());
    let wait = Due {
        uid: before.uid,
        history: &history,
        schedule,
        stale_at: observed.stale_at(schedule, manages),
        verdict,
        failures: remembered.failures,
        now,
    }
    .wait();
    let versions = record::versions(&history.records);
    let mut status = history.write();
    date(before, &mut status, now);
    let json = bounds::cut(&mut status);
    remembered.ttls = status.records.iter().map(|record| record.ttl).collect();
    let before = Before {
        remembered: &remembered,
        ..*before
    };
    let mut next = finish(&before, (status, json), Some(schedule), now);
    next.remembered.versions = Unwritten::of(versions, known::versions_of(&next.status, now));
    next.suppressed = next
        .suppressed
        .saturating_add(records_unsaid.saturating_add(findings_unsaid));
    next.requeue = Some(next.requeue.map_or(wait, |free| free.min(wait)));
    next.stale_at = freshness::stale_at_of(&next.status, &next.remembered, (&digest, intent), schedule, now);
    next
}

/// The managed standards of which something was not answered that an Error could hang on, and no record's state.
fn open(intent: &Intent, verdict: &Verdict) -> Vec<Standard> {
    let open: BTreeSet<Standard> = verdict
        .unanswered
        .iter()
        .filter(|one| one.managed && one.need == Need::Compliance)
        .flat_map(|one| one.weighs.iter())
        .filter(|standard| intent.manages(*standard) || *standard == Standard::Dns)
        .collect();
    open.into_iter().collect()
}

/// The end of a pass that learnt nothing of DNS.
fn end(before: &Before<'_>, history: History, schedule: Option<&Schedule>, now: Timestamp) -> Next {
    let mut status = history.write();
    date(before, &mut status, now);
    let json = bounds::cut_further(&mut status);
    Next {
        requeue: None,
        ..finish(before, (status, json), schedule, now)
    }
}

/// Says since when Ready is what it is, where that changes.
fn date(before: &Before<'_>, status: &mut MailDomainStatus, now: Timestamp) {
    if before.status.and_then(|status| ready_of(&status.conditions)) != ready_of(&status.conditions) {
        let last = before
            .status
            .and_then(|status| Some(status.reason_since.as_ref()?.0));
        status.reason_since = Some(Time(next_change(last, now)));
    }
}

/// Decides whether the status is worth a write, and which event goes with it.
///
/// `before` holds what is to be remembered after this pass.
fn finish(
    before: &Before<'_>,
    (mut status, json): (MailDomainStatus, String),
    schedule: Option<&Schedule>,
    now: Timestamp,
) -> Next {
    let mut remembered = before.remembered.clone();
    remembered.writes = remembered.writes.recent(now);
    let worth = before
        .status
        .map_or(Worth::News, |previous| worth_of(previous, &status, schedule, now));
    let held = worth == Worth::News
        && before.status.is_some_and(|previous| {
            !budget::is_peoples_doing(previous, &status)
                && !budget::is_bad_news(previous, &status)
                && !remembered.writes.allow()
        });
    let write = worth != Worth::Nothing && !held;
    let requeue = held.then(|| remembered.writes.wait(now)).flatten();
    let event = event::of_change(before.status, &status).filter(|_| write);
    if write {
        let is_peoples = before
            .status
            .is_none_or(|previous| budget::is_peoples_doing(previous, &status));
        if worth == Worth::News && !is_peoples {
            remembered.writes.add(now);
        }
    } else if let Some(previous) = before.status {
        status = previous.clone();
    }
    Next {
        status,
        write: write.then(|| json.into()),
        event,
        requeue,
        stale_at: None,
        suppressed: u32::from(held),
        remembered,
    }
}
