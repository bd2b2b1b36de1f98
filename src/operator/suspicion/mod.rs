//! Fleet-wide suspicion: when a large part of the fleet gets worse at once, the resolver is suspected first.
//!
//! A captive portal, a filter, a resolver that lost its way says of every domain that its records are gone, and says it
//! again whenever it is asked. So bad news are counted over all objects. While they are few each is believed as it comes.
//! Once they are many none is believed before a control was asked: record sets of other objects that were there, the
//! root's name servers, the registries of the domains in question. If the resolver fails it, bad news are
//! held: no status is written by them and no event told; what stood stays, and grows old as in an outage. If it
//! passes, the world really changed: all is written, and one line says of how many.
//!
//! Good news are always believed: nobody can make up what is wanted.
//!
//! Pure: the time is an argument.

mod evidence;

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::Notify;
use tokio::time::Instant;

pub(super) use self::evidence::{Count, Evidence};
use super::claims::Key;
use crate::history::News;
use crate::name::spread;

/// The looks that count are those of this long.
const WINDOW: Duration = Duration::from_hours(1);
/// Fewer objects than this that get worse are never suspicious.
const FEWEST: usize = 10;
/// They are when they are one in so many of all that were looked at,
const ONE_IN: usize = 10;
/// or came among the last so many: a fleet of any size is looked at in another order each time, so that tells soon.
const LATEST: usize = 40;
/// Below this many looks that count no more none is taken out.
const SMALL: usize = 1024;
/// A control that was passed holds for so long.
const TRUST: Duration = Duration::from_mins(1);

/// What is thought of the resolver.
#[derive(Debug, Default)]
pub(super) struct Suspicion {
    inner: Mutex<Inner>,
    /// A control is wanted.
    pub(super) wanted: Notify,
}

#[derive(Debug, Default)]
struct Inner {
    state: State,
    /// The last look at each object, by its uid's hash: when, and whether it had got worse.
    looks: HashMap<u64, (Instant, bool)>,
    /// The same in order; of an object that was looked at again the earlier ones count no more.
    order: VecDeque<(Instant, u64)>,
    worse: usize,
    /// The latest of them, and whether they had got worse.
    latest: VecDeque<(u64, bool)>,
    /// Whose looks were held.
    held: Vec<Key>,
    /// What was heard until then is not believed.
    lied_until: Option<Timestamp>,
    /// When the control was last passed over bad news: what came of one change comes as objects have their turn, now many
    /// at once and now few.
    changed: Option<Instant>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum State {
    /// Nothing is wrong.
    #[default]
    Calm,
    /// Many got worse: the control is on its way. `again` when it was passed before.
    Asking { again: bool },
    /// The control was not passed.
    Suspecting,
    /// The control was passed then, and the news are believed.
    Believing { since: Instant },
}

/// What to do with a look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Advice {
    /// Write what follows from it.
    Believe,
    /// Leave everything as it is.
    Hold,
}

/// What a control changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Change {
    /// The resolver is suspected.
    Suspected {
        /// So many got worse,
        worse: usize,
        /// of so many.
        of: usize,
    },
    /// It passes the control again.
    Cleared,
    /// The world changed.
    Changed {
        /// So many got worse so far,
        worse: usize,
        /// of so many.
        of: usize,
    },
}

impl Suspicion {
    /// What to do with a look at this object that says this.
    pub(super) fn weigh(&self, uid: &str, key: impl FnOnce() -> Key, news: News, now: Instant) -> Advice {
        let mut inner = self.lock();
        let uid = spread(uid);
        let is_worse = match news {
            News::Good => false,
            News::Worse => true,
            // As it was: worse, where that was seen.
            News::Bad => inner.looks.get(&uid).is_some_and(|(_, worse)| *worse),
        };
        inner.note(uid, is_worse, now);
        if news == News::Good {
            return Advice::Believe;
        }
        let many = inner.are_many();
        let asks = match inner.state {
            State::Calm => many.then_some(false),
            State::Believing { .. } if !many => {
                inner.state = State::Calm;
                None
            }
            State::Believing { since } => (now.duration_since(since) >= TRUST).then_some(true),
            State::Asking { .. } | State::Suspecting => {
                inner.held.push(key());
                return Advice::Hold;
            }
        };
        let Some(again) = asks else {
            return Advice::Believe;
        };
        inner.state = State::Asking { again };
        inner.held.push(key());
        self.wanted.notify_one();
        Advice::Hold
    }

    /// Whether the control is to be asked.
    pub(super) fn wants_control(&self) -> bool {
        matches!(self.lock().state, State::Asking { .. } | State::Suspecting)
    }

    /// Takes note of a control at this time: what it changed, and whose looks were held and are due again.
    pub(super) fn conclude(
        &self,
        evidence: &Evidence,
        instant: Instant,
        time: Timestamp,
    ) -> (Option<Change>, Vec<Key>) {
        let mut inner = self.lock();
        let (worse, of) = (inner.worse, inner.looks.len());
        let change = match (inner.state, evidence.is_trustworthy()) {
            (State::Asking { again }, true) => {
                inner.state = State::Believing { since: instant };
                let before = inner.changed.replace(instant);
                let is_same = before.is_some_and(|before| instant.duration_since(before) < WINDOW);
                (!again && !is_same).then_some(Change::Changed { worse, of })
            }
            (State::Asking { .. }, false) => {
                inner.state = State::Suspecting;
                inner.lied_until = Some(time);
                return (Some(Change::Suspected { worse, of }), Vec::new());
            }
            (State::Suspecting, true) => {
                // What was counted was lies.
                *inner = Inner {
                    held: std::mem::take(&mut inner.held),
                    lied_until: Some(time),
                    ..Inner::default()
                };
                Some(Change::Cleared)
            }
            (State::Suspecting, false) => {
                inner.lied_until = Some(time);
                return (None, Vec::new());
            }
            (State::Calm | State::Believing { .. }, _) => None,
        };
        let mut held = std::mem::take(&mut inner.held);
        held.sort();
        held.dedup();
        (change, held)
    }

    /// Whether the resolver is suspected.
    pub(super) fn is_suspected(&self) -> bool {
        self.lock().state == State::Suspecting
    }

    /// How many objects got worse in a change of the world that is believed; 0 without one.
    pub(super) fn changed(&self) -> usize {
        let inner = self.lock();
        match inner.state {
            State::Believing { .. } | State::Asking { again: true } => inner.worse,
            State::Calm | State::Asking { again: false } | State::Suspecting => 0,
        }
    }

    /// Whether the last look at this object says that it got worse.
    pub(super) fn is_worse(&self, uid: &str) -> bool {
        self.lock()
            .looks
            .get(&spread(uid))
            .is_some_and(|(_, worse)| *worse)
    }

    /// Answers had before are not to be believed.
    pub(super) fn lied_until(&self) -> Option<Timestamp> {
        self.lock().lied_until
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    fn note(&mut self, uid: u64, is_worse: bool, now: Instant) {
        while let Some((at, old)) = self.order.front().copied()
            && now.duration_since(at) >= WINDOW
        {
            self.order.pop_front();
            if self.looks.get(&old).is_some_and(|(last, _)| *last == at) {
                self.forget(old);
            }
        }
        self.forget(uid);
        self.looks.insert(uid, (now, is_worse));
        self.order.push_back((now, uid));
        if self.order.len() > 2 * self.looks.len() + SMALL {
            // Who is looked at every few seconds is here once, not once for each look of the hour.
            let looks = &self.looks;
            self.order
                .retain(|(at, uid)| looks.get(uid).is_some_and(|(last, _)| last == at));
        }
        self.worse += usize::from(is_worse);
        self.latest.push_back((uid, is_worse));
        if self.latest.len() > LATEST {
            self.latest.pop_front();
        }
    }

    fn forget(&mut self, uid: u64) {
        if let Some((_, true)) = self.looks.remove(&uid) {
            self.worse = self.worse.saturating_sub(1);
        }
        self.latest.retain(|(latest, _)| *latest != uid);
    }

    fn are_many(&self) -> bool {
        let latest = self.latest.iter().filter(|(_, is_worse)| *is_worse).count();
        latest >= FEWEST || self.worse >= FEWEST && self.worse.saturating_mul(ONE_IN) >= self.looks.len()
    }
}

#[cfg(test)]
mod tests;
