//! Places on the wire: how many questions are out at once, and how strangers are treated.
//!
//! Our own resolvers are there for us; a zone's authorities are not. A stranger's address gets one question at a time
//! and a pause between two, however many domains it serves, for operators limit what repeats itself (RRL). Nobody waits
//! long for a stranger: who would have to comes back another time. How long is said by the lane.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedMutexGuard, Semaphore, SemaphorePermit};
use tokio::time::{Instant, sleep_until, timeout};

/// Above this many strangers those who have rested are forgotten.
const STRANGERS: usize = 4096;

/// The places of one lane.
#[derive(Debug)]
pub(super) struct Places {
    all: Semaphore,
    turns: Arc<Turns>,
}

/// The turns of strangers, whoever asks them.
#[derive(Debug)]
pub(super) struct Turns {
    pause: Duration,
    /// The longest anybody waits for a stranger's turn.
    wait: Duration,
    strangers: Mutex<HashMap<IpAddr, Rested>>,
}

/// From when on a stranger may be asked again; whoever asks it holds this.
type Rested = Arc<tokio::sync::Mutex<Option<Instant>>>;

/// A place; given back when dropped.
#[derive(Debug)]
pub(super) struct Place<'p> {
    _turn: Option<Turn>,
    _permit: Option<SemaphorePermit<'p>>,
}

/// A stranger's turn; over when dropped.
#[derive(Debug)]
pub(super) struct Turn {
    rested: OwnedMutexGuard<Option<Instant>>,
    pause: Duration,
}

impl Drop for Turn {
    /// The stranger rests from its last message on, not from the first.
    fn drop(&mut self) {
        *self.rested = Some(Instant::now() + self.pause);
    }
}

impl Places {
    /// This many places, this pause for a stranger between two questions, and at most so long a wait for his turn.
    pub(super) fn new(at_once: usize, pause: Duration, wait: Duration) -> Self {
        Self {
            all: Semaphore::new(at_once.min(Semaphore::MAX_PERMITS)),
            turns: Arc::new(Turns {
                pause,
                wait,
                strangers: Mutex::default(),
            }),
        }
    }

    /// The turns of strangers: for who has a place already, and asks one beside.
    pub(super) fn turns(&self) -> Arc<Turns> {
        self.turns.clone()
    }

    /// Waits for a place to ask `stranger`, or a service of our own; `None` when too many wait for the stranger.
    pub(super) async fn take(&self, stranger: Option<IpAddr>) -> Option<Place<'_>> {
        // The stranger's turn first: who waits for it must take no place from others.
        let turn = match stranger {
            None => None,
            Some(address) => Some(self.turns.take(address).await?),
        };
        Some(Place {
            _turn: turn,
            // It is never closed; were it, everybody would have a place.
            _permit: self.all.acquire().await.ok(),
        })
    }
}

impl Turns {
    /// Waits for the turn to ask a stranger; `None` when too many wait for him.
    pub(super) async fn take(&self, stranger: IpAddr) -> Option<Turn> {
        let rested = timeout(self.wait, self.rested(stranger)).await.ok()?;
        Some(Turn {
            rested,
            pause: self.pause,
        })
    }

    async fn rested(&self, address: IpAddr) -> OwnedMutexGuard<Option<Instant>> {
        let rested = self.of(address).lock_owned().await;
        if let Some(rested) = *rested {
            sleep_until(rested).await;
        }
        rested
    }

    fn of(&self, address: IpAddr) -> Rested {
        let mut strangers = self.strangers.lock().unwrap_or_else(PoisonError::into_inner);
        if strangers.len() >= STRANGERS && !strangers.contains_key(&address) {
            let now = Instant::now();
            let is_busy = |turn: &Rested| {
                turn.try_lock()
                    .map_or(true, |rested| rested.is_some_and(|rested| rested > now))
            };
            strangers.retain(|_, turn| Arc::strong_count(turn) > 1 || is_busy(turn));
        }
        strangers.entry(address).or_default().clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WAIT: Duration = Duration::from_secs(3);

    fn stranger(number: u32) -> Option<IpAddr> {
        Some(std::net::Ipv4Addr::from(number).into())
    }

    #[tokio::test]
    async fn a_stranger_gets_one_question_at_a_time_and_a_pause_and_holds_nobody_else_up() {
        let places = Places::new(8, Duration::from_millis(20), WAIT);
        let began = Instant::now();
        let first = places.take(stranger(1)).await;
        assert!(futures::poll!(Box::pin(places.take(stranger(1)))).is_pending());
        let _other = places.take(stranger(2)).await;
        let _own = places.take(None).await;
        drop(first);
        for _ in 0..3 {
            places.take(stranger(1)).await;
        }
        assert!(
            began.elapsed() >= Duration::from_millis(60),
            "{:?}",
            began.elapsed()
        );
    }

    #[tokio::test]
    async fn our_own_resolver_gets_as_many_as_there_are_places() {
        let places = Places::new(2, Duration::ZERO, WAIT);
        let held = [places.take(None).await, places.take(None).await];
        assert!(futures::poll!(Box::pin(places.take(None))).is_pending());
        drop(held);
        places.take(None).await;
    }

    #[tokio::test]
    async fn no_more_strangers_are_known_than_there_is_room_for() {
        let places = Places::new(1, Duration::ZERO, WAIT);
        for number in 0..3 * u32::try_from(STRANGERS).unwrap() {
            places.take(stranger(number)).await;
        }
        let known = places.turns.strangers.lock().unwrap().len();
        assert!(known <= STRANGERS, "{known}");
    }
}
