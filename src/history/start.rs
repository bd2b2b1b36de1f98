//! When to look first, for a process that finds an object judged before: after a start, or a change of leaders. Pure.
//!
//! What the status says stands until it is stale, so nothing is lost by waiting a little; ten thousand objects that all
//! ask DNS at once are a storm. Each waits for a moment of its own, the same on every machine. Whoever waits for
//! something, a new spec, a request, a deadline, is looked at when that is due, and what is stale at once.

use jiff::{SignedDuration, Timestamp};

use super::finding::Known;
use super::freshness::known;
use super::known::History;
use super::observed::manages;
use super::pass::Before;
use super::reason::Phase;
use super::record::Record;
use crate::intent::{Intent, Schedule};
use crate::name::spread;

/// First looks are spread over a tenth of the interval, and never over more than this.
const LONGEST_SPREAD: SignedDuration = SignedDuration::from_mins(5);
/// Where something is on its way, unconfirmed or unanswered, over no more than this.
const SPREAD_UNSETTLED: SignedDuration = SignedDuration::from_secs(30);

/// How long the first look at an object may wait; zero where it may not.
pub fn first_look(
    before: &Before<'_>,
    intent: &Intent,
    schedule: &Schedule,
    now: Timestamp,
) -> SignedDuration {
    let history = History::read(before.status, now);
    if history.observed_generation != Some(before.generation) || before.request().is_some() {
        return SignedDuration::ZERO;
    }
    let digest = intent.digest();
    if history.intent_digest.as_deref() != Some(&digest) {
        return SignedDuration::ZERO;
    }
    let observed = known(history.written(), before.remembered, &digest, now);
    let stale_at = observed.stale_at(schedule, manages(intent));
    let Some(stale_at) = stale_at.filter(|at| *at > now) else {
        return SignedDuration::ZERO;
    };
    let records = history.records.iter().filter(|record| record.phase().is_some());
    let findings = history
        .findings
        .iter()
        .filter(|finding| finding.phase() == Some(Phase::Unconfirmed));
    // Before it is stale it is looked at once more: at nine tenths.
    let refresh = stale_at.checked_sub(schedule.stale_after / 10).ok();
    let deadlines = records
        .filter_map(|record: &Record| record.settle_until)
        .chain(findings.filter_map(|finding: &Known| finding.settle_until))
        .chain(refresh)
        .map(|deadline| deadline.duration_since(now).max(SignedDuration::ZERO));
    let is_unsettled = history.records.iter().any(|record| {
        record.silence.is_some() || record.phase().is_some_and(|phase| phase < Phase::Alternating)
    });
    let longest = match is_unsettled {
        true => SPREAD_UNSETTLED,
        false => LONGEST_SPREAD,
    };
    let own = part(longest.min(schedule.interval / 10), before.uid);
    deadlines.chain([own]).min().unwrap_or(own)
}

/// The moment within `window` that belongs to this object.
fn part(window: SignedDuration, uid: &str) -> SignedDuration {
    let millis = i64::try_from(window.as_millis()).unwrap_or(0);
    // The upper bits: the lower ones of FNV-1a depend on few octets.
    let permyriad = i64::try_from((spread(uid) >> 40) % 10_000).unwrap_or(0);
    SignedDuration::from_millis(millis.saturating_mul(permyriad) / 10_000)
}
