//! Places on the wire: how many questions are out at once, and how strangers are treated.
//!
//! Our own resolvers are there for us; a zone's authorities are not. A stranger's address gets one question at a time
//! and a pause between two, however many domains it serves, for operators limit what repeats itself (RRL). Nobody waits
//! long for a stranger: who would have to comes back another time. How long is said by the lane.
//!
//! What is wanted every day and is over soon goes before what is wanted every week and takes long, at one address and in all:
//! those that are patient stand behind the others (`line`), and have half of the places at the most.

mod line;

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Semaphore, SemaphorePermit, oneshot};
use tokio::time::{Instant, sleep_until, timeout};

use self::line::{Line, Ticket};
use crate::inquiry::Urgency;

/// Above this many strangers those who have rested are forgotten.
const STRANGERS: usize = 4096;

/// The places of one lane.
#[derive(Debug)]
pub(super) struct Places {
    all: Semaphore,
    /// Those of them that the patient may have.
    patient: Semaphore,
    turns: Arc<Turns>,
}

/// The turns of strangers, whoever asks them.
#[derive(Debug)]
pub(super) struct Turns {
    pause: Duration,
    /// The longest anybody waits for a stranger's turn.
    wait: Duration,
    strangers: Mutex<HashMap<IpAddr, Stranger>>,
}

/// One stranger.
#[derive(Debug, Default)]
struct Stranger {
    /// Whether somebody has his turn.
    is_asked: bool,
    /// From when on he may be asked again.
    rested: Option<Instant>,
    /// Those who wait for their turn; nobody while he is not asked.
    line: Line<oneshot::Sender<()>>,
}

/// A place; given back when dropped.
#[derive(Debug)]
pub(super) struct Place<'p> {
    // Before the turn: whoever has that next is to find them.
    _permits: [Option<SemaphorePermit<'p>>; 2],
    _turn: Option<Turn>,
}

/// A stranger's turn, or a place in the line for it; the next one's when dropped.
#[derive(Debug)]
pub(super) struct Turn {
    turns: Arc<Turns>,
    stranger: IpAddr,
    ticket: Ticket,
    /// Whether the stranger was asked: then he rests.
    was_asked: bool,
}

impl Turn {
    /// Leaves it to the next one: the stranger has no need to rest.
    fn give_up(mut self) {
        self.was_asked = false;
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let mut strangers = self.turns.strangers();
        let Some(stranger) = strangers.get_mut(&self.stranger) else {
            return;
        };
        if stranger.line.leave(self.ticket) {
            return;
        }
        // He rests from his last message on, not from the first.
        if self.was_asked {
            stranger.rested = Some(Instant::now() + self.turns.pause);
        }
        stranger.pass_on();
    }
}

impl Stranger {
    /// Whether nobody is about to ask him, and he has rested.
    fn is_idle(&self, now: Instant) -> bool {
        !self.is_asked && self.line.is_empty() && self.rested.is_none_or(|rested| rested <= now)
    }

    /// Gives the turn to the first in the line. Whoever is called and is gone by then passes it on himself.
    fn pass_on(&mut self) {
        match self.line.call() {
            Some(next) => {
                let _ = next.send(());
            }
            None => self.is_asked = false,
        }
    }
}

impl Places {
    /// This many places, this pause for a stranger between two questions, and at most so long a wait for his turn.
    pub(super) fn new(at_once: usize, pause: Duration, wait: Duration) -> Self {
        let at_once = at_once.min(Semaphore::MAX_PERMITS);
        Self {
            all: Semaphore::new(at_once),
            patient: Semaphore::new((at_once / 2).max(1)),
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
    pub(super) async fn take(&self, stranger: Option<IpAddr>, urgency: Urgency) -> Option<Place<'_>> {
        // The stranger's turn first: who waits for it must take no place from others.
        let mut turn = self.turn(stranger, urgency).await?;
        // They are never closed; were they, everybody would have a place.
        let patient = match urgency {
            Urgency::Urgent => None,
            Urgency::Patient => match self.patient.try_acquire() {
                Ok(permit) => Some(permit),
                Err(_) => {
                    // Nor must who waits for a place keep others from the stranger, who was not asked.
                    if let Some(turn) = turn {
                        turn.give_up();
                    }
                    let permit = self.patient.acquire().await.ok();
                    turn = self.turn(stranger, urgency).await?;
                    permit
                }
            },
        };
        Some(Place {
            _permits: [patient, self.all.acquire().await.ok()],
            _turn: turn,
        })
    }

    /// The turn of whom it takes one to ask; `None` when too many wait for it.
    #[allow(
        clippy::option_option,
        reason = "that nobody's turn is needed, and that it did not come"
    )]
    async fn turn(&self, stranger: Option<IpAddr>, urgency: Urgency) -> Option<Option<Turn>> {
        match stranger {
            None => Some(None),
            Some(address) => self.turns.take(address, urgency).await.map(Some),
        }
    }
}

impl Turns {
    /// Waits for the turn to ask a stranger; `None` when too many wait for him.
    pub(super) async fn take(self: &Arc<Self>, stranger: IpAddr, urgency: Urgency) -> Option<Turn> {
        timeout(self.wait, self.turn(stranger, urgency)).await.ok()
    }

    /// The turn, once the stranger has rested.
    async fn turn(self: &Arc<Self>, address: IpAddr, urgency: Urgency) -> Turn {
        let (mut turn, mut called) = self.stand(address, urgency);
        loop {
            // Nobody drops it while one is in the line.
            if let Some(called) = called.take() {
                let _ = called.await;
            }
            if let Some(rested) = self.rested(address) {
                sleep_until(rested).await;
            }
            match self.let_past(&turn) {
                Some(again) => called = Some(again),
                None => break,
            }
        }
        turn.was_asked = true;
        turn
    }

    /// A place in the line, and what calls from there; nothing where it is one's turn at once.
    fn stand(self: &Arc<Self>, address: IpAddr, urgency: Urgency) -> (Turn, Option<oneshot::Receiver<()>>) {
        let mut strangers = self.strangers();
        if strangers.len() >= STRANGERS && !strangers.contains_key(&address) {
            let now = Instant::now();
            strangers.retain(|_, stranger| !stranger.is_idle(now));
        }
        let stranger = strangers.entry(address).or_default();
        let ticket = stranger.line.ticket(urgency);
        let called = match std::mem::replace(&mut stranger.is_asked, true) {
            false => None,
            true => {
                let (call, called) = oneshot::channel();
                stranger.line.stand(ticket, call);
                Some(called)
            }
        };
        let turn = Turn {
            turns: self.clone(),
            stranger: address,
            ticket,
            was_asked: false,
        };
        (turn, called)
    }

    fn rested(&self, address: IpAddr) -> Option<Instant> {
        self.strangers().get(&address)?.rested
    }

    /// Gives the turn to somebody who came while the stranger rested and goes first, and stands in the line again.
    fn let_past(&self, turn: &Turn) -> Option<oneshot::Receiver<()>> {
        let mut strangers = self.strangers();
        let stranger = strangers.get_mut(&turn.stranger)?;
        let first = stranger.line.call_before(turn.ticket)?;
        let (call, called) = oneshot::channel();
        stranger.line.stand(turn.ticket, call);
        let _ = first.send(());
        Some(called)
    }

    fn strangers(&self) -> MutexGuard<'_, HashMap<IpAddr, Stranger>> {
        self.strangers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use Urgency::{Patient, Urgent};

    use super::*;

    const WAIT: Duration = Duration::from_secs(3);

    fn stranger(number: u32) -> Option<IpAddr> {
        Some(std::net::Ipv4Addr::from(number).into())
    }

    #[tokio::test]
    async fn a_stranger_gets_one_question_at_a_time_and_a_pause_and_holds_nobody_else_up() {
        let places = Places::new(8, Duration::from_millis(20), WAIT);
        let began = Instant::now();
        let first = places.take(stranger(1), Urgent).await;
        assert!(futures::poll!(Box::pin(places.take(stranger(1), Urgent))).is_pending());
        let _other = places.take(stranger(2), Urgent).await;
        let _own = places.take(None, Urgent).await;
        drop(first);
        for _ in 0..3 {
            places.take(stranger(1), Urgent).await;
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
        let held = [places.take(None, Urgent).await, places.take(None, Urgent).await];
        assert!(futures::poll!(Box::pin(places.take(None, Urgent))).is_pending());
        drop(held);
        places.take(None, Urgent).await;
    }

    #[tokio::test]
    async fn no_more_strangers_are_known_than_there_is_room_for() {
        let places = Places::new(1, Duration::ZERO, WAIT);
        for number in 0..3 * u32::try_from(STRANGERS).unwrap() {
            places.take(stranger(number), Urgent).await;
        }
        let known = places.turns.strangers.lock().unwrap().len();
        assert!(known <= STRANGERS, "{known}");
    }

    /// A look at all of the TLS takes minutes: one at the certificates, of another host at the same address, is not to wait for
    /// all that stand before it.
    #[tokio::test(start_paused = true)]
    async fn the_urgent_go_before_the_patient_that_came_first_and_also_while_the_stranger_rests() {
        let places = Arc::new(Places::new(8, Duration::from_secs(30), Duration::from_secs(600)));
        let order = Arc::new(Mutex::new(Vec::new()));
        let asks = |name: &'static str, urgency: Urgency| {
            let (places, order) = (places.clone(), order.clone());
            tokio::spawn(async move {
                let place = places.take(stranger(1), urgency).await;
                order.lock().unwrap().push(name);
                drop(place);
            })
        };
        let held = places.take(stranger(1), Urgent).await;
        let mut tasks = Vec::new();
        for (name, urgency) in [("a", Patient), ("b", Patient), ("c", Urgent)] {
            tasks.push(asks(name, urgency));
            tokio::task::yield_now().await;
        }
        drop(held);
        // Who comes while the stranger rests is not too late; who gave up in the line costs nobody his turn.
        sleep_until(Instant::now() + Duration::from_secs(40)).await;
        assert_eq!(*order.lock().unwrap(), ["c"]);
        tasks.push(asks("d", Urgent));
        let gone = asks("gone", Urgent);
        tokio::task::yield_now().await;
        gone.abort();
        for task in tasks {
            task.await.unwrap();
        }
        assert_eq!(*order.lock().unwrap(), ["c", "d", "a", "b"]);
    }

    #[tokio::test(start_paused = true)]
    async fn the_patient_leave_half_of_the_places_to_the_others() {
        let places = Places::new(4, Duration::from_secs(30), WAIT);
        let _patient = [
            places.take(stranger(1), Patient).await,
            places.take(stranger(2), Patient).await,
        ];
        assert!(futures::poll!(Box::pin(places.take(stranger(3), Patient))).is_pending());
        let _urgent = [
            places.take(stranger(4), Urgent).await,
            places.take(stranger(5), Urgent).await,
        ];
        assert!(futures::poll!(Box::pin(places.take(stranger(6), Urgent))).is_pending());
        // Who waits for a place keeps nobody from the stranger, who does not rest from what he was not asked.
        let mut waits = Box::pin(places.take(stranger(7), Patient));
        assert!(futures::poll!(waits.as_mut()).is_pending());
        assert!(places.turns.take(stranger(7).unwrap(), Urgent).await.is_some());
        // Of a single place nobody is shut out.
        let one = Places::new(1, Duration::ZERO, WAIT);
        one.take(stranger(1), Patient).await.unwrap();
    }
}
