//! One question, asked once: what every lane shares, written over the lane.
//!
//! ```text
//! answer ─▶ remembered? ─▶ on its way? ─▶ a place on the wire ─▶ put (the lane's own)
//!                              │                                    │
//!                              └──────────── waits ◀── remembered ◀─┘
//! ```
//!
//! A question is asked once however many domains need it: while it is on its way the others wait for the same
//! answer, and for as long as it holds the answer is remembered. What nobody waits for any more is not sent; what was
//! sent is heard to its end, so that whoever gives up costs nobody else the answer. A lane adds [`Put`]: how one
//! question is put, and for how long it is worth waiting.

mod flying;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use foldhash::fast::RandomState;
use futures::StreamExt;
use futures::stream::FuturesUnordered;
use jiff::{SignedDuration, Timestamp};
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};

use self::flying::Flying;
use super::cache::{Cache, CacheBounds};
use super::places::Places;
use super::{Clock, Freshness, Metrics};
use crate::inquiry::{AnyQuestion, Fact, Lane, Made, Security, Trouble};

/// All that a lane adds: how one of its questions is put.
pub(super) trait Put: Send + Sync + 'static {
    /// The lane whose questions these are.
    type Lane: Lane;

    /// Puts one question, with a place on the wire in hand. What was seen before `floor` is too old: where somebody else
    /// remembers too, he is told.
    fn put(
        &self,
        question: &Self::Lane,
        floor: Option<Timestamp>,
    ) -> impl Future<Output = Heard<Self::Lane>> + Send;

    /// The longest that is worth waiting for.
    fn patience(&self, question: &Self::Lane) -> Duration;

    /// Why a question is not worth putting at all, where that is known beforehand: it goes nowhere and takes no place.
    fn in_vain(&self, _question: &Self::Lane) -> Option<Trouble> {
        None
    }

    /// What is known of who would have answered, where nothing was heard of a question.
    fn silence(&self, _question: &Self::Lane) -> <Self::Lane as Lane>::Source {
        <Self::Lane as Lane>::Source::default()
    }
}

/// What was heard: a fact that has no time yet.
#[derive(Debug)]
pub(super) struct Heard<L: Lane> {
    pub(super) outcome: Result<L::Answer, Trouble>,
    pub(super) security: Security,
    pub(super) source: L::Source,
    /// For how long an answer holds, in seconds; of no meaning for a failure.
    pub(super) ttl: u32,
    /// When it was seen, where somebody else saw it before; `None`: now.
    pub(super) seen_at: Option<Timestamp>,
}

/// One lane at work. Cloning shares the memory, the bounds and the counts.
pub(super) struct Exchange<P: Put> {
    inner: Arc<Inner<P>>,
}

impl<P: Put> Clone for Exchange<P> {
    fn clone(&self) -> Self {
        Self {
            inner: self.inner.clone(),
        }
    }
}

struct Inner<P: Put> {
    put: P,
    places: Places,
    book: Mutex<Book<P::Lane>>,
    bounds: CacheBounds,
    metrics: Metrics,
    clock: Clock,
}

/// What is known and what is on its way.
struct Book<L: Lane> {
    cache: Cache<L>,
    flights: HashMap<L, Flight<L>, RandomState>,
    /// Tells a question asked anew from the one it overtook.
    next_flight: u64,
}

/// A question on its way.
struct Flight<L: Lane> {
    number: u64,
    began: Timestamp,
    landed: Landing<L>,
}

type Landing<L> = watch::Sender<Progress<L>>;

/// How far a question has come.
enum Progress<L: Lane> {
    /// It waits for a place on the wire.
    Waiting,
    /// It was sent.
    OnTheWire,
    /// It is answered, or given up.
    Landed(Arc<Fact<L>>),
}

impl<L: Lane> Progress<L> {
    fn fact(&self) -> Option<&Arc<Fact<L>>> {
        match self {
            Self::Landed(fact) => Some(fact),
            Self::Waiting | Self::OnTheWire => None,
        }
    }
}

/// Where a question's answer is to be had.
enum Found<P: Put> {
    /// It is known, or known to be in vain.
    Remembered(Arc<Fact<P::Lane>>),
    /// Somebody asks it already.
    OnItsWay(watch::Receiver<Progress<P::Lane>>),
    /// It goes out now, in a task that nobody who waits can end.
    Departing(watch::Receiver<Progress<P::Lane>>, Flying<P>, Landing<P::Lane>),
}

/// A question that is answered, or is being answered.
enum Begun<L: Lane> {
    Known(Arc<Fact<L>>),
    OnItsWay(watch::Receiver<Progress<L>>),
}

impl<P: Put> Found<P> {
    /// The same once what is to go out is handed to `depart`, which sees to it that it does.
    fn begun(self, depart: impl FnOnce(Flying<P>, Landing<P::Lane>)) -> Begun<P::Lane> {
        match self {
            Self::Remembered(fact) => Begun::Known(fact),
            Self::OnItsWay(landing) => Begun::OnItsWay(landing),
            Self::Departing(landing, flying, landed) => {
                depart(flying, landed);
                Begun::OnItsWay(landing)
            }
        }
    }
}

impl<P: Put> Exchange<P> {
    pub(super) fn new(put: P, places: Places, bounds: CacheBounds, clock: Clock) -> Self {
        let book = Book {
            cache: Cache::new(bounds),
            flights: HashMap::default(),
            next_flight: 0,
        };
        Self {
            inner: Arc::new(Inner {
                put,
                places,
                book: Mutex::new(book),
                bounds,
                metrics: Metrics::new(P::Lane::NAME),
                clock,
            }),
        }
    }

    /// Who puts the questions.
    pub(super) fn put(&self) -> &P {
        &self.inner.put
    }

    /// What this lane counts about itself.
    pub(super) fn metrics(&self) -> &Metrics {
        &self.inner.metrics
    }

    /// Forgets what failed, and what is on its way and may: an outage is over, and who asks now wants to know it anew.
    pub(super) fn forget_failures(&self) {
        let mut book = self.inner.book();
        book.cache.forget_failures();
        // Who waits for these goes on waiting; nobody else joins them, and they are no longer the latest.
        book.flights.clear();
    }

    /// Forgets what failed, and joins what is on its way all the same: another question beside it would trouble a stranger twice.
    pub(super) fn forget_kept_failures(&self) {
        self.inner.book().cache.forget_failures();
    }

    /// Answers those of `open` that are this lane's, all at once, until `end`.
    ///
    /// All are under way before the first is waited for, so it takes as long as the slowest; one timer is enough for them, and
    /// whoever waits is woken by few of them.
    pub(super) async fn answer<'q>(
        &self,
        open: &'q [AnyQuestion],
        fresh: &Freshness,
        end: Instant,
    ) -> Vec<(&'q AnyQuestion, Arc<Fact<P::Lane>>)> {
        // What goes out goes in one task: each has room of its own, which the system's allocator is slow to find.
        let mut departing: Option<FuturesUnordered<_>> = None;
        let questions = open.iter().filter_map(|any| Some((any, any.of::<P::Lane>()?)));
        let begun: Vec<_> = questions
            .map(|(any, question)| {
                let found = self.find(question, fresh.floor(question));
                let begun = found.begun(|flying, landed| {
                    departing.get_or_insert_default().push(flying.fly(landed));
                });
                (any, question, begun)
            })
            .collect();
        if let Some(departing) = departing {
            tokio::spawn(departing.collect::<()>());
        }
        let mut answered = Vec::with_capacity(begun.len());
        let mut end = pin!(sleep_until(end));
        for (any, question, begun) in begun {
            let fact = match begun {
                Begun::Known(fact) => fact,
                Begun::OnItsWay(landing) => self.land(question, landing, end.as_mut()).await,
            };
            answered.push((any, fact));
        }
        answered
    }

    /// Answers one question, from memory when it is there and not seen before `floor`, however long that takes.
    pub(super) async fn ask(&self, question: &P::Lane, floor: Option<Timestamp>) -> Arc<Fact<P::Lane>> {
        let found = self.find(question, floor);
        let begun = found.begun(|flying, landed| {
            // Not with the book in hand: a runtime that shuts down drops what is spawned, which asks for the book.
            tokio::spawn(flying.fly(landed));
        });
        match begun {
            Begun::Known(fact) => fact,
            Begun::OnItsWay(landing) => self.land(question, landing, std::future::pending()).await,
        }
    }

    /// Waits for a question that is on its way, until `end` at most.
    async fn land(
        &self,
        question: &P::Lane,
        mut landing: watch::Receiver<Progress<P::Lane>>,
        end: impl Future<Output = ()>,
    ) -> Arc<Fact<P::Lane>> {
        let landed = tokio::select! {
            biased;
            landed = landing.wait_for(|progress| progress.fact().is_some()) => {
                landed.ok().and_then(|progress| progress.fact().cloned())
            }
            () = end => None,
        };
        if let Some(fact) = landed {
            return fact;
        }
        let trouble = match *landing.borrow() {
            Progress::Waiting => Trouble::Limit,
            Progress::OnTheWire | Progress::Landed(_) => Trouble::Timeout,
        };
        self.inner.nothing(question, trouble)
    }

    /// Looks a question up among what is known and what is on its way, and books a new one when it is in neither.
    fn find(&self, question: &P::Lane, floor: Option<Timestamp>) -> Found<P> {
        let now = (self.inner.clock)();
        let rest = question.rest();
        let floor = floor.map(|floor| match rest.is_zero() {
            true => floor,
            false => floor.min(now.saturating_sub(rest).unwrap_or(floor)),
        });
        let mut book = self.inner.book();
        if let Some(fact) = book.cache.find(question, floor, now) {
            self.inner.metrics.cache_hits.inc();
            return Found::Remembered(fact.clone());
        }
        match book.flights.get(question) {
            // A floor in the future cannot be met by anything; what is asked from now on comes nearest.
            Some(flight) if floor.is_none_or(|floor| flight.began >= floor.min(now)) => {
                self.inner.metrics.coalesced.inc();
                Found::OnItsWay(flight.landed.subscribe())
            }
            _ => match self.inner.put.in_vain(question) {
                Some(trouble) => Found::Remembered(self.inner.nothing(question, trouble)),
                None => self.book_flight(&mut book, question.clone(), floor, now),
            },
        }
    }

    /// Books a flight; whoever waits may stop waiting.
    fn book_flight(
        &self,
        book: &mut Book<P::Lane>,
        question: P::Lane,
        floor: Option<Timestamp>,
        now: Timestamp,
    ) -> Found<P> {
        let (landed, landing) = watch::channel(Progress::Waiting);
        let number = book.next_flight;
        book.next_flight += 1;
        let flight = Flight {
            number,
            began: now,
            landed: landed.clone(),
        };
        book.flights.insert(question.clone(), flight);
        let flying = Flying {
            inner: self.inner.clone(),
            question,
            floor,
            number,
        };
        Found::Departing(landing, flying, landed)
    }
}

impl<P: Put> Inner<P> {
    fn book(&self) -> MutexGuard<'_, Book<P::Lane>> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// That nothing was heard.
    fn nothing(&self, question: &P::Lane, trouble: Trouble) -> Arc<Fact<P::Lane>> {
        self.fact(Heard {
            outcome: Err(trouble),
            security: Security::NotAsked,
            source: self.put.silence(question),
            ttl: 0,
            seen_at: None,
        })
    }

    /// A fact had now.
    fn fact(&self, heard: Heard<P::Lane>) -> Arc<Fact<P::Lane>> {
        let now = (self.clock)();
        let keep = match heard.outcome {
            Err(_) => self.bounds.failures.min(CacheBounds::LONGEST_FAILURE),
            Ok(_) => SignedDuration::from_secs(heard.ttl.into()).min(self.bounds.longest),
        };
        Arc::new(Fact {
            outcome: heard.outcome,
            security: heard.security,
            source: heard.source,
            seen_at: heard.seen_at.map_or(now, |seen_at| seen_at.min(now)),
            expires_at: now.saturating_add(keep).unwrap_or(Timestamp::MAX),
            made: Made::default(),
        })
    }
}
