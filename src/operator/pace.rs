//! How fast statuses are written: never faster than the API server takes them in its stride.
//!
//! An outage that turns ten thousand objects stale, and its end, are ten thousand writes each: spread over a minute they
//! are no storm. Waiting is first come, first served, and few wait at once, for passes are bounded in number: an object
//! somebody just edited is not behind the whole fleet.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

/// So many statuses a second, in the long run.
pub(super) const WRITES_A_SECOND: u32 = 200;
/// So many at once, after a rest.
const BURST: u32 = 100;

/// Gives turns.
#[derive(Debug, Default)]
pub(super) struct Pace {
    /// When the turn after the last one given would be, if all were as far apart as they are in the long run.
    next: Mutex<Option<Instant>>,
}

impl Pace {
    /// Waits for one's turn.
    pub(super) async fn turn(&self) {
        let gap = Duration::from_secs(1) / WRITES_A_SECOND;
        let turn = {
            let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
            let now = Instant::now();
            let due = next.map_or(now, |next| next.max(now));
            *next = Some(due + gap);
            // Whoever comes after a rest is up to a burst early.
            due.checked_sub(gap * (BURST - 1)).filter(|turn| *turn > now)
        };
        if let Some(turn) = turn {
            sleep_until(turn).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use futures::StreamExt;

    use super::*;

    /// When each of so many gets its turn, in seconds, when so many wait at once.
    async fn turns(pace: &Pace, many: usize, at_once: usize) -> Vec<f64> {
        let began = Instant::now();
        futures::stream::iter(0..many)
            .map(|_| async move {
                pace.turn().await;
                began.elapsed().as_secs_f64()
            })
            .buffer_unordered(at_once)
            .collect()
            .await
    }

    #[tokio::test(start_paused = true)]
    async fn ten_thousand_writes_take_fifty_seconds_and_no_second_has_more_than_its_share_and_a_burst() {
        let pace = Pace::default();
        let turns = turns(&pace, 10_000, 48).await;
        let last = turns.iter().copied().fold(0.0, f64::max);
        assert!((49.0..51.0).contains(&last), "{last}");
        for second in 0..50 {
            let begin = f64::from(second);
            let here = turns
                .iter()
                .filter(|turn| (begin..begin + 1.0).contains(*turn))
                .count();
            assert!(here <= 301, "second {second}: {here}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn after_a_rest_some_come_at_once() {
        let pace = Pace::default();
        for _ in 0..3 {
            let turns = turns(&pace, 100, 48).await;
            assert!(turns.iter().all(|turn| *turn < 0.01), "{turns:?}");
            tokio::time::advance(Duration::from_secs(10)).await;
        }
    }
}
