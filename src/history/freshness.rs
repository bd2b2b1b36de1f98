//! What may come from memory, and what must be asked anew. Pure.
//!
//! An answer within its TTL is as good as a new one, with four exceptions: none may be so old that it turns stale
//! before the next look; a second answer must not be our own memory of the first; what differs is asked again each
//! interval, for a person may just have mended it; and another id of MTA-STS says that the file is another.

use jiff::{SignedDuration, Timestamp};

use super::clock::minus;
use super::finding;
use super::known::{History, observed_of, ready_of};
use super::observed::{Observed, Written, manages};
use super::pass::{Before, Remembered};
use crate::api::MailDomainStatus;
use crate::inquiry::AnyQuestion;
use crate::intent::{Intent, Schedule};
use crate::judge::Verdict;
use crate::rules::Severity;

/// The earliest time at which an answer may have been had that is used for this object: older ones do not come from
/// memory, so that none turns stale before the next look.
pub fn oldest_answer(schedule: &Schedule, now: Timestamp) -> Timestamp {
    // The next look is up to a tenth late, and takes its time.
    let until_next_look = schedule.interval.saturating_add(schedule.interval / 5);
    let age = schedule.stale_after.saturating_sub(until_next_look);
    minus(now, age.max(SignedDuration::ZERO))
}

/// When Ready turns Unknown if DNS says nothing more; `None` when it cannot, or already has.
pub fn stale_at(
    before: &Before<'_>,
    intent: &Intent,
    schedule: &Schedule,
    now: Timestamp,
) -> Option<Timestamp> {
    stale_at_of(
        before.status?,
        before.remembered,
        (&intent.digest(), intent),
        schedule,
        now,
    )
}

/// The same of a status and what is remembered beside it, where the intent's digest is known.
pub(super) fn stale_at_of(
    status: &MailDomainStatus,
    remembered: &Remembered,
    (digest, intent): (&str, &Intent),
    schedule: &Schedule,
    now: Timestamp,
) -> Option<Timestamp> {
    let is_green = ready_of(&status.conditions).is_some_and(|(status, _)| status == "True");
    let written = Written {
        intent_digest: status.intent_digest.as_deref(),
        observed: observed_of(status, now),
    };
    if schedule.suspend || !is_green || written.intent_digest != Some(digest) {
        return None;
    }
    known(written, remembered, digest, now).stale_at(schedule, manages(intent))
}

/// What is known of this intent: the status may lag behind what the process remembers.
pub(super) fn known(written: Written<'_>, remembered: &Remembered, digest: &str, now: Timestamp) -> Observed {
    let mut known = Observed::default();
    if written.intent_digest == Some(digest) {
        known = written.observed;
    }
    if remembered.intent_digest == digest {
        // Of this intent the process knows best, and whatever happened to the clock since is in it.
        known = remembered.observed.or(known);
    }
    known.happened(now)
}

/// The questions that must be asked anew although memory has an answer, each with the earliest time its answer may have
/// been had: of differences and Errors whose second answer is due, and of all that differs or alternates once the
/// answer is as old as the interval; and the file of an MTA-STS policy where its record has an id that no fetch stands
/// behind.
///
/// `status` is the status before this pass, `verdict` what memory says.
pub fn questions_to_repeat(
    status: Option<&MailDomainStatus>,
    verdict: &Verdict,
    schedule: &Schedule,
    now: Timestamp,
) -> Vec<(AnyQuestion, Timestamp)> {
    let history = History::read(status, now);
    // The last look was nine tenths of an interval ago, or more.
    let recent = minus(now, schedule.interval.saturating_mul(4) / 5);
    let mut repeat: Vec<(AnyQuestion, Timestamp)> = Vec::new();
    for record in &verdict.records {
        let before = history.records.iter().find(|old| old.is_about(record));
        let before = before.filter(|old| old.wants(record));
        let alternates = before.is_some_and(|old| !old.alternates.is_empty());
        let due = before
            .and_then(|old| old.settle_until)
            .filter(|deadline| record.state.differs() && *deadline <= now);
        let is_on_its_way = record.resolver.is_some();
        let aged = (record.state.differs() || alternates || is_on_its_way).then_some(recent);
        let Some(earliest) = due.max(aged) else { continue };
        let seen_at = record
            .resolver
            .as_ref()
            .map_or(record.seen_at, |says| says.seen_at);
        if seen_at.is_some_and(|seen| seen < earliest) {
            let questions = record.questions.iter().cloned();
            repeat.extend(questions.map(|question| (question, earliest)));
        }
    }
    let errors = verdict.findings.iter().filter_map(|found| {
        let identity = finding::identity(found);
        let before = history.findings.iter().find(|old| old.identity == identity);
        let counts = found.managed && found.severity == Severity::Error;
        counts.then_some((Some(found.rule.standard), before))
    });
    let comes_and_goes = history
        .findings
        .iter()
        .filter(|old| old.counts() && old.alternates_since.is_some())
        .map(|old| (old.standard(), Some(old)));
    for (standard, before) in errors.chain(comes_and_goes) {
        let due = before
            .and_then(|old| old.settle_until)
            .filter(|deadline| *deadline <= now);
        let earliest = due.map_or(recent, |due| due.max(recent));
        for asked in finding::asked_for(standard, verdict) {
            if asked.answered.is_some_and(|answered| answered.seen_at < earliest) {
                repeat.push((asked.question.clone(), earliest));
            }
        }
    }
    repeat.extend(history.policies.to_fetch(verdict));
    repeat.sort();
    repeat.reverse();
    // Of several demands on one question the latest counts.
    repeat.dedup_by(|later, first| later.0 == first.0);
    repeat
}
