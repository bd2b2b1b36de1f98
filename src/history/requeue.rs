//! When to look again: the earliest of what is due. Pure.

use jiff::{SignedDuration, Timestamp};

use super::clock::plus;
use super::finding::Known;
use super::known::History;
use super::reason::Phase;
use super::record::Record;
use crate::intent::Schedule;

/// The first retry of a look that left something open that Ready hangs on; doubled each time, up to the interval.
const FIRST_RETRY: SignedDuration = SignedDuration::from_secs(30);
/// Two looks are never closer than this.
const SHORTEST: SignedDuration = SignedDuration::from_secs(1);

/// What decides when to look again.
pub(super) struct Due<'a> {
    pub(super) uid: &'a str,
    pub(super) history: &'a History,
    pub(super) schedule: &'a Schedule,
    /// When what is known turns stale.
    pub(super) stale_at: Option<Timestamp>,
    /// The judgement's own deadline.
    pub(super) valid_until: Option<Timestamp>,
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
        let deadline = [self.stale_at, refresh, self.valid_until]
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
    // FNV-1a: spreads well enough, and needs no key.
    let hash = uid.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, octet| {
        (hash ^ u64::from(octet)).wrapping_mul(0x0100_0000_01b3)
    });
    let permille = 900 + i64::try_from((hash >> 16) % 201).unwrap_or(0);
    let millis = i64::try_from(interval.as_millis()).unwrap_or(i64::MAX / 2000);
    SignedDuration::from_millis(millis.saturating_mul(permille) / 1000)
}
