//! Signs of life: whether the watch hears the API server, and whether passes come to their end.
//!
//! Ready means that the caches are filled and not old; alive that something moves. An API server that is gone makes a
//! replica not ready soon and not alive much later: starting anew mends what only this process has got wrong, and costs
//! nothing when there is nobody to talk to. A broken resolver is neither: passes end all the same.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::leadership::Leadership;
use super::link::{Heard, Patience};
use super::tracker::Tracker;

/// The signs.
#[derive(Debug)]
pub(super) struct Pulse {
    heard: Arc<Heard>,
    tracker: Arc<Tracker>,
    leadership: Arc<Leadership>,
    patience: Patience,
    /// A pass may take so long.
    longest_pass: Duration,
    passes: Mutex<Passes>,
}

#[derive(Debug)]
struct Passes {
    /// When each pass under way began.
    running: BTreeMap<u64, Instant>,
    next: u64,
    /// When one began or ended last.
    moved: Instant,
}

/// A pass under way; its end is noted when this is dropped.
pub(super) struct Beat<'a> {
    pulse: &'a Pulse,
    number: u64,
}

impl Pulse {
    /// Nothing has moved yet; `deadline` is how long the questions of one pass may take.
    pub(super) fn new(
        heard: Arc<Heard>,
        tracker: Arc<Tracker>,
        leadership: Arc<Leadership>,
        patience: Patience,
        deadline: Duration,
    ) -> Self {
        Self {
            heard,
            tracker,
            leadership,
            patience,
            // DNS is asked twice where a difference must be confirmed.
            longest_pass: patience.standstill + deadline * 2,
            passes: Mutex::new(Passes {
                running: BTreeMap::new(),
                next: 0,
                moved: Instant::now(),
            }),
        }
    }

    /// A pass begins.
    pub(super) fn beat(&self) -> Beat<'_> {
        let now = Instant::now();
        let mut passes = self.passes();
        let number = passes.next;
        passes.next = passes.next.wrapping_add(1);
        passes.running.insert(number, now);
        passes.moved = now;
        Beat { pulse: self, number }
    }

    /// Why the caches may be old.
    pub(super) fn unheard(&self) -> Result<(), String> {
        self.silent_for(self.patience.unheard)
    }

    /// Why this process had better start anew.
    pub(super) fn standstill(&self) -> Result<(), String> {
        self.silent_for(self.patience.standstill)?;
        if !self.leadership.holds() {
            return Ok(());
        }
        let (oldest, moved) = {
            let passes = self.passes();
            (passes.running.values().min().copied(), passes.moved)
        };
        let waits = |since: Instant| since.elapsed() > self.longest_pass;
        if let Some(began) = oldest.filter(|began| waits(*began)) {
            let seconds = began.elapsed().as_secs();
            return Err(format!(
                "a pass that began {seconds} s ago has not come to its end"
            ));
        }
        let overdue = self.tracker.earliest_due().filter(|due| waits(*due));
        if let Some(due) = overdue.filter(|_| waits(moved)) {
            let seconds = due.elapsed().as_secs();
            return Err(format!(
                "no pass begins, although one has been due for {seconds} s"
            ));
        }
        Ok(())
    }

    fn silent_for(&self, longest: Duration) -> Result<(), String> {
        let silence = self.heard.silence();
        match silence > longest {
            true => Err(format!(
                "the API server has not answered the watch on MailDomains for {} s",
                silence.as_secs()
            )),
            false => Ok(()),
        }
    }

    fn passes(&self) -> MutexGuard<'_, Passes> {
        self.passes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Beat<'_> {
    fn drop(&mut self) {
        let mut passes = self.pulse.passes();
        passes.running.remove(&self.number);
        passes.moved = Instant::now();
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use tokio::time::advance;

    use super::super::object::Watched;
    use super::*;

    struct Body {
        pulse: Pulse,
        heard: Arc<Heard>,
        tracker: Arc<Tracker>,
        object: Watched,
    }

    /// The leader, with one object.
    fn leader() -> Body {
        let (heard, tracker) = (Arc::new(Heard::new()), Arc::<Tracker>::default());
        let leadership = Arc::<Leadership>::default();
        leadership.hold_for_ever();
        let object: Watched =
            serde_json::from_value(json!({"metadata": {"namespace": "n", "name": "a", "uid": "u"}})).unwrap();
        tracker.begin("u");
        Body {
            pulse: Pulse::new(
                heard.clone(),
                tracker.clone(),
                leadership,
                Patience::default(),
                Duration::from_secs(20),
            ),
            heard,
            tracker,
            object,
        }
    }

    const MINUTE: Duration = Duration::from_secs(60);

    #[tokio::test(start_paused = true)]
    async fn a_watch_that_is_not_answered_makes_unready_soon_and_not_alive_later() {
        let body = leader();
        advance(MINUTE).await;
        assert!(body.pulse.unheard().is_ok() && body.pulse.standstill().is_ok());
        advance(MINUTE).await;
        let why = body.pulse.unheard().unwrap_err();
        assert!(why.contains("for 120 s"), "{why}");
        assert!(body.pulse.standstill().is_ok());
        advance(2 * MINUTE).await;
        assert!(body.pulse.standstill().is_err());
        body.heard.note();
        assert!(body.pulse.unheard().is_ok() && body.pulse.standstill().is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn a_pass_that_never_ends_is_a_standstill() {
        let body = leader();
        let beat = body.pulse.beat();
        for (minutes, alive) in [(3, true), (1, false)] {
            advance(minutes * MINUTE).await;
            body.heard.note();
            assert_eq!(body.pulse.standstill().is_ok(), alive);
        }
        drop(beat);
        assert!(body.pulse.standstill().is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn a_pass_that_is_due_and_never_begins_is_a_standstill_and_a_long_queue_is_none() {
        let body = leader();
        body.tracker
            .change(&body.object, |tracked| tracked.due = Some(Instant::now()));
        advance(60 * MINUTE).await;
        body.heard.note();
        // An outage with many objects: all are late, and one pass after the other ends.
        drop(body.pulse.beat());
        assert!(body.pulse.standstill().is_ok());
        advance(4 * MINUTE).await;
        body.heard.note();
        let why = body.pulse.standstill().unwrap_err();
        assert!(why.contains("due for 3840 s"), "{why}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_standby_is_alive_without_any_pass() {
        let body = leader();
        body.pulse.leadership.end();
        body.tracker
            .change(&body.object, |tracked| tracked.due = Some(Instant::now()));
        advance(60 * MINUTE).await;
        body.heard.note();
        assert!(body.pulse.standstill().is_ok());
    }
}
