//! How often an object may be written because of what DNS does. Pure.
//!
//! Whatever DNS does, an object makes no more than [`WRITES_AN_HOUR`] status writes an hour, and no more events than
//! that. Three of them are kept for bad news: what makes Ready worse is always written at once, and it can get worse
//! only three times in a row. What people do (a new spec, a request for a look) is never held back. A change that is
//! held back is written as soon as the hour allows, if it is still so then. A write that only says that it was looked at is
//! no doing of DNS: the schedule asks for one in half of `staleAfter`, and no more.

use jiff::{SignedDuration, Timestamp};

use super::clock::is_within;
use crate::api::MailDomainStatus;

/// No object makes more status writes in an hour because of what DNS does, and no more events.
pub const WRITES_AN_HOUR: usize = 12;
/// From Unknown to Reconciling to Stalled: so often in a row can Ready get worse.
const FOR_BAD_NEWS: usize = 3;
const HOUR: SignedDuration = SignedDuration::from_hours(1);

/// The writes of the last hour.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Writes(Vec<Timestamp>);

impl Writes {
    /// Only those of the hour before `now`.
    pub(super) fn recent(&self, now: Timestamp) -> Self {
        let within = self.0.iter().filter(|at| is_within(**at, HOUR, now));
        Self(within.copied().collect())
    }

    /// Whether a change that is no bad news may be written.
    pub(super) fn allow(&self) -> bool {
        self.0.len() < WRITES_AN_HOUR - FOR_BAD_NEWS
    }

    /// One more.
    pub(super) fn add(&mut self, now: Timestamp) {
        self.0.push(now);
    }

    /// How long until the next change may be written.
    pub(super) fn wait(&self, now: Timestamp) -> Option<SignedDuration> {
        let surplus = self.0.len().checked_sub(WRITES_AN_HOUR - FOR_BAD_NEWS)?;
        let oldest = self.0.get(surplus)?;
        Some(HOUR - now.duration_since(*oldest))
    }
}

/// Whether Ready says something worse than it did.
pub(super) fn is_bad_news(previous: &MailDomainStatus, status: &MailDomainStatus) -> bool {
    weight(status) > weight(previous)
}

/// Whether somebody asked for this write: by an edit, or for a look.
pub(super) fn is_peoples_doing(previous: &MailDomainStatus, status: &MailDomainStatus) -> bool {
    previous.observed_generation != status.observed_generation
        || previous.intent_digest != status.intent_digest
        || previous.last_handled_reconcile_at != status.last_handled_reconcile_at
}

fn weight(status: &MailDomainStatus) -> u8 {
    let says = |type_: &str, value: &str| {
        let mut conditions = status.conditions.iter();
        conditions.any(|condition| condition.type_ == type_ && condition.status == value)
    };
    match (
        says("Ready", "True"),
        says("Ready", "False"),
        says("Stalled", "True"),
    ) {
        (true, _, _) => 0,
        (false, false, _) => 1,
        (false, true, false) => 2,
        (false, true, true) => 3,
    }
}
