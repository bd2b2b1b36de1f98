//! Times as a status holds them: whole seconds, and no arithmetic that can fail. Pure.

use jiff::{SignedDuration, Timestamp};

/// `at` in whole seconds, as a status can hold it, not later than `at`.
pub(super) fn floor(at: Timestamp) -> Timestamp {
    Timestamp::from_second(at.as_second()).unwrap_or(at)
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
