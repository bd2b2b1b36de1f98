//! Sees when the clock of the wall was put back, by the clock that never steps.
//!
//! What was remembered is then moved with it: else what was observed before would look younger than it is.

use std::sync::{Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};
use tokio::time::Instant;

/// A clock that is set back by less was only made more exact.
const TOLERANCE: SignedDuration = SignedDuration::from_secs(2);

/// Both clocks at one moment: of the wall, and the one that never steps.
#[derive(Debug)]
pub(super) struct Clocks(Mutex<(Timestamp, Instant)>);

impl Clocks {
    pub(super) fn new(now: Timestamp) -> Self {
        Self(Mutex::new((now, Instant::now())))
    }

    /// By how much the clock of the wall was put back since the last time this was asked.
    ///
    /// `wall` is read while nobody else may ask: a time that was read before another one was noted would look like a
    /// step of its own.
    pub(super) fn put_back(&self, wall: impl FnOnce() -> Timestamp) -> Option<SignedDuration> {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (now, instant) = (wall(), Instant::now());
        let (then, since) = std::mem::replace(&mut *last, (now, instant));
        let passed = SignedDuration::try_from(instant.duration_since(since)).unwrap_or(SignedDuration::MAX);
        let back = passed.saturating_sub(now.duration_since(then));
        (back > TOLERANCE).then_some(back)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::advance;

    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[tokio::test(start_paused = true)]
    async fn a_clock_that_is_put_back_is_noticed_and_by_how_much() {
        let clocks = Clocks::new(at(10_000));
        advance(Duration::from_secs(5)).await;
        assert_eq!(clocks.put_back(|| at(10_005)), None);
        advance(Duration::from_secs(5)).await;
        assert_eq!(clocks.put_back(|| at(10_009)), None, "made more exact");
        advance(Duration::from_secs(5)).await;
        assert_eq!(
            clocks.put_back(|| at(6_414)),
            Some(SignedDuration::from_secs(3600))
        );
        advance(Duration::from_secs(5)).await;
        assert_eq!(clocks.put_back(|| at(6_419)), None, "said once");
        advance(Duration::from_secs(5)).await;
        assert_eq!(
            clocks.put_back(|| at(90_000)),
            None,
            "put forward: all is as old as it looks"
        );
    }
}
