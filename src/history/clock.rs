//! Times as a status holds them: whole seconds, and no arithmetic that can fail. Pure.
//!
//! A clock can be wrong and be set right: a time that was written and lies ahead of now never was. What is said to have
//! happened then happened now at the latest, and a length of time below zero has run out. One alone is written ahead of now,
//! by seconds: that of a change that has to be told from the one before ([`next_change`]).

use jiff::{SignedDuration, Timestamp};

/// No difference settles longer than this, whatever a TTL says.
pub(super) const LONGEST_SETTLE: SignedDuration = SignedDuration::from_hours(48);

/// `at` in whole seconds, as a status can hold it, not later than `at`.
pub(super) fn floor(at: Timestamp) -> Timestamp {
    Timestamp::from_second(at.as_second()).unwrap_or(at)
}

/// Changes that come closer together than a second are told apart for so long.
const CROWDED: SignedDuration = SignedDuration::from_mins(1);

/// When something changes that changed at `last`, in whole seconds: a change is known by its second, so one within the second of
/// the last counts as of the next. What lies further ahead was written by a clock that was wrong.
pub(super) fn next_change(last: Option<Timestamp>, now: Timestamp) -> Timestamp {
    let now = floor(now);
    let crowded = |last: &Timestamp| now <= *last && last.duration_since(now) < CROWDED;
    match last.filter(crowded) {
        Some(last) => plus(last, SignedDuration::from_secs(1)),
        None => now,
    }
}

/// `at` in whole seconds, not earlier than `at`: for deadlines.
pub(super) fn ceil(at: Timestamp) -> Timestamp {
    let floor = floor(at);
    if floor == at {
        return at;
    }
    plus(floor, SignedDuration::from_secs(1))
}

/// `at` and `duration` later, or the end of time.
pub(super) fn plus(at: Timestamp, duration: SignedDuration) -> Timestamp {
    at.checked_add(duration).unwrap_or(Timestamp::MAX)
}

/// `duration` before `at`, or the start of time.
pub(super) fn minus(at: Timestamp, duration: SignedDuration) -> Timestamp {
    at.checked_sub(duration).unwrap_or(Timestamp::MIN)
}

/// When something that was written down happened: not later than now.
pub(super) fn happened(at: Timestamp, now: Timestamp) -> Timestamp {
    at.min(floor(now))
}

/// Whether `at` is less than `length` ago; what lies ahead is not.
pub(super) fn is_within(at: Timestamp, length: SignedDuration, now: Timestamp) -> bool {
    let age = now.duration_since(at);
    !age.is_negative() && age < length
}
