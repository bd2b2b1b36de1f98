//! When to look again: the earliest of what is due. Pure.

use jiff::{SignedDuration, Timestamp};

use super::clock::plus;
use super::{findings, records};
use crate::api::{MailDomainStatus, RecordStatus};
use crate::intent::Schedule;

/// The first retry of a look that left something essential unanswered; doubled each time, up to the interval.
const FIRST_RETRY: SignedDuration = SignedDuration::from_secs(30);
/// Two looks are never closer than this.
const SHORTEST: SignedDuration = SignedDuration::from_secs(1);

/// How long to wait.
pub(super) fn after(
    uid: &str,
    status: &MailDomainStatus,
    schedule: &Schedule,
    valid_until: Option<Timestamp>,
    failures: u32,
    now: Timestamp,
) -> SignedDuration {
    // A deadline that is past already was met by no answer yet: due now, unless none could be had.
    let due = |record: &RecordStatus, deadline: Timestamp| match record.unanswered {
        None => deadline.max(now),
        Some(_) => deadline,
    };
    let settling = status
        .records
        .iter()
        .filter(|record| records::phase(record).is_some())
        .filter_map(|record| Some(due(record, record.settle_until.as_ref()?.0)))
        .filter(|deadline| *deadline >= now);
    let young = status
        .findings
        .iter()
        .filter(|finding| findings::counts(finding))
        .filter_map(|finding| findings::until(finding, schedule.settle_window));
    let stale = status
        .last_observation
        .as_ref()
        .map(|time| plus(time.0, schedule.stale_after));
    let deadline = young
        .chain(stale)
        .chain(valid_until)
        .filter(|deadline| *deadline > now)
        .chain(settling)
        .map(|deadline| deadline.duration_since(now))
        .min();
    let regular = jittered(schedule.interval, uid);
    let retry = (failures > 0).then(|| backoff(failures).min(regular));
    [Some(regular), retry, deadline]
        .into_iter()
        .flatten()
        .min()
        .unwrap_or(regular)
        .max(SHORTEST)
}

/// 30 s after the first failure, doubled after each further one.
fn backoff(failures: u32) -> SignedDuration {
    let doublings = failures.saturating_sub(1).min(16);
    FIRST_RETRY.saturating_mul(1_i32 << doublings)
}

/// The interval, up to a tenth longer or shorter: the same for one object each time, different between objects.
pub(super) fn jittered(interval: SignedDuration, uid: &str) -> SignedDuration {
    // FNV-1a: spreads well enough, and needs no key.
    let hash = uid.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, octet| {
        (hash ^ u64::from(octet)).wrapping_mul(0x0100_0000_01b3)
    });
    let permille = 900 + i64::try_from((hash >> 16) % 201).unwrap_or(0);
    let millis = i64::try_from(interval.as_millis()).unwrap_or(i64::MAX / 2000);
    SignedDuration::from_millis(millis.saturating_mul(permille) / 1000)
}
