//! When to look again: the earliest of what is due. Pure.

use jiff::{SignedDuration, Timestamp};

use super::clock::{LONGEST_SETTLE, plus};
use super::finding::Known;
use super::known::History;
use super::reason::Phase;
use super::record::Record;
use crate::intent::Schedule;
use crate::judge::Verdict;
use crate::name::spread;

/// The first retry of a look that left something open that Ready hangs on; doubled each time, up to the interval.
const FIRST_RETRY: SignedDuration = SignedDuration::from_secs(30);
/// The pauses between looks at name servers that have not got what is meant; the last is repeated.
const PAUSES: [SignedDuration; 5] = [
    SignedDuration::from_mins(1),
    SignedDuration::from_mins(2),
    SignedDuration::from_mins(5),
    SignedDuration::from_mins(10),
    SignedDuration::from_mins(30),
];
/// Two looks are never closer than this.
const SHORTEST: SignedDuration = SignedDuration::from_secs(1);

/// What decides when to look again.
pub(super) struct Due<'a> {
    pub(super) uid: &'a str,
    pub(super) history: &'a History,
    pub(super) schedule: &'a Schedule,
    /// When what is known turns stale.
    pub(super) stale_at: Option<Timestamp>,
    /// What was found.
    pub(super) verdict: &'a Verdict,
    /// How many looks in a row left something open.
    pub(super) failures: u32,
    pub(super) now: Timestamp,
}

impl Due<'_> {
    /// How long to wait: never longer than the interval and a tenth, whatever the clock did.
    pub(super) fn wait(&self) -> SignedDuration {
        let now = self.now;
        // A deadline that is past already was met by no answer yet: due now, unless none could be had.
        let due = |record: &Record, deadline: Timestamp| match record.silence {
            None => deadline.max(now),
            Some(_) => deadline,
        };
        let records = self
            .history
            .records
            .iter()
            .filter(|record| record.phase().is_some())
            .filter_map(|record| Some(due(record, record.settle_until?)))
            .filter(|deadline| *deadline >= now);
        let findings = self
            .history
            .findings
            .iter()
            .filter(|finding| finding.phase() == Some(Phase::Unconfirmed))
            .filter_map(|finding: &Known| finding.settle_until)
            .map(|deadline| {
                if self.failures > 0 {
                    deadline
                } else {
                    deadline.max(now)
                }
            })
            .filter(|deadline| *deadline >= now);
        // Before it is stale it is looked at once more: at nine tenths.
        let refresh = self
            .stale_at
            .and_then(|at| at.checked_sub(self.schedule.stale_after / 10).ok());
        let deadline = [
            self.stale_at,
            refresh,
            self.verdict.valid_until,
            self.resolver_may_turn(),
            self.servers_may_follow(),
        ]
        .into_iter()
        .flatten()
        .filter(|deadline| *deadline > now)
        .chain(records)
        .chain(findings)
        .map(|deadline| deadline.duration_since(now))
        .min();
        let regular = jittered(self.schedule.interval, self.uid);
        let retry = (self.failures > 0).then(|| backoff(self.failures).min(regular));
        [Some(regular), retry, deadline]
            .into_iter()
            .flatten()
            .min()
            .unwrap_or(regular)
            .max(SHORTEST)
    }

    /// When the answer the resolver holds runs out, of a record that every name server has and it has not.
    fn resolver_may_turn(&self) -> Option<Timestamp> {
        let records = self.history.records.iter().zip(&self.verdict.records);
        let on_its_way = records.filter(|(record, seen)| record.is_on_its_way() && record.is_about(seen));
        let turns = on_its_way.filter_map(|(_, seen)| seen.resolver.as_ref()?.expires_at);
        turns
            .filter(|at| *at > self.now)
            .min()
            .map(|at| plus(at, SHORTEST))
    }

    /// When name servers are asked again that have not got what is meant: soon after the change, then less and less
    /// often. A NOTIFY takes seconds; what takes longer is looked at with patience.
    fn servers_may_follow(&self) -> Option<Timestamp> {
        let asked = self.verdict.records.iter().filter(|seen| {
            let servers = self.verdict.servers_of(&seen.site);
            servers.is_some_and(|servers| servers.counting().next().is_some() && !servers.are_right())
        });
        let waiting = asked.filter_map(|seen| {
            let record = self.history.records.iter().find(|record| record.is_about(seen))?;
            record.phase().filter(|phase| *phase < Phase::Alternating)?;
            record.since
        });
        waiting.filter_map(|since| after_change(since, self.now)).min()
    }
}

/// The next time after `now` at which servers are asked that did not follow a change of `since`.
fn after_change(since: Timestamp, now: Timestamp) -> Option<Timestamp> {
    let mut at = since;
    let last = plus(since, LONGEST_SETTLE);
    let mut pauses = PAUSES.iter();
    let mut pause = SignedDuration::ZERO;
    while at <= now {
        pause = pauses.next().copied().unwrap_or(pause);
        at = plus(at, pause);
        if at > last || pause.is_zero() {
            return None;
        }
    }
    Some(at)
}

/// How long until `deadline`, at least a moment.
pub(super) fn until(deadline: Timestamp, now: Timestamp) -> SignedDuration {
    deadline.max(plus(now, SHORTEST)).duration_since(now)
}

/// 30 s after the first failure, doubled after each further one.
fn backoff(failures: u32) -> SignedDuration {
    let doublings = failures.saturating_sub(1).min(16);
    FIRST_RETRY.saturating_mul(1_i32 << doublings)
}

/// The interval, up to a tenth longer or shorter: the same for one object each time, different between objects.
fn jittered(interval: SignedDuration, uid: &str) -> SignedDuration {
    let permille = 900 + i64::try_from((spread(uid) >> 16) % 201).unwrap_or(0);
    let millis = i64::try_from(interval.as_millis()).unwrap_or(i64::MAX / 2000);
    SignedDuration::from_millis(millis.saturating_mul(permille) / 1000)
}
