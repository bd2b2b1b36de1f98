//! Answers questions: the only sockets. Caches, limits and timeouts live here, and the clock.
//!
//! ```text
//! settle ─▶ judge ─▶ open questions ─▶ ask ─▶ cache ─▶ in flight? ─▶ a place on the wire ─▶ servers
//!   ▲                                   │                                    (validated when told to)
//!   └───────────── facts ◀──────────────┘
//! ```
//!
//! A question is asked once however many domains need it: while it is on its way the others wait for the same
//! answer, and within its TTL the answer is remembered. What nobody waits for any more is not sent; what was sent is
//! heard to its end, so that whoever gives up costs nobody else the answer.

mod cache;
mod config;
mod freshness;
mod health;
mod metrics;
mod reading;
mod validate;
mod wire;

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures::stream::{FuturesUnordered, StreamExt};
use hickory_resolver::proto::op::{Edns, Message, Query};
use jiff::{SignedDuration, Timestamp};
use tokio::sync::{Semaphore, watch};
use tokio::time::{Instant, timeout, timeout_at};

use self::cache::Cache;
pub use self::config::{CacheBounds, Config, ConfigError, DnsArgs, TrustAnchor, parse_resolver};
pub use self::freshness::Freshness;
pub use self::health::Health;
pub use self::metrics::{Metrics, QuestionLabels};
use self::reading::{Step, Trail};
use self::validate::Validator;
use self::wire::Wire;
use crate::inquiry::{Answer, Fact, Facts, Inquiry, MAX_QUESTIONS, MAX_WAVES, Question, Trouble};

/// DNS as it is seen from here. Cloning shares the cache, the bounds and the counts.
#[derive(Clone)]
pub struct World {
    inner: Arc<Inner>,
}

/// Tells the time.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// How a pass ended.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Settled<T> {
    /// What the last run of the judgement said.
    pub verdict: T,
    /// What it knew.
    pub facts: Facts,
    /// How often the judgement was run.
    pub waves: usize,
    /// Whether the bounds on waves, questions or time ended the pass before every question was asked.
    pub hit_limit: bool,
}

struct Inner {
    wire: Wire,
    validator: Option<Validator>,
    places: Semaphore,
    book: Mutex<Book>,
    bounds: CacheBounds,
    metrics: Metrics,
    clock: Clock,
}

/// What is known and what is on its way.
struct Book {
    cache: Cache,
    flights: HashMap<Question, Flight>,
    /// Tells a question asked anew from the one it overtook.
    next_flight: u64,
}

/// A question on its way.
struct Flight {
    number: u64,
    began: Timestamp,
    landed: Landing,
}

type Landing = Arc<watch::Sender<Progress>>;

/// How far a question has come.
#[derive(Debug, Clone)]
enum Progress {
    /// It waits for a place on the wire.
    Waiting,
    /// It was sent.
    OnTheWire,
    /// It is answered, or given up.
    Landed(Fact),
}

impl Progress {
    fn fact(&self) -> Option<&Fact> {
        match self {
            Self::Landed(fact) => Some(fact),
            Self::Waiting | Self::OnTheWire => None,
        }
    }
}

impl World {
    /// A world that asks as `config` says.
    ///
    /// # Errors
    /// When no resolver is given and the system has none.
    pub fn new(config: Config) -> Result<Self, ConfigError> {
        Self::with_clock(config, Arc::new(Timestamp::now))
    }

    /// The same with a clock of one's own, for tests in which an hour must pass at once.
    ///
    /// # Errors
    /// As [`World::new`].
    pub fn with_clock(config: Config, clock: Clock) -> Result<Self, ConfigError> {
        let servers = match config.resolvers.is_empty() {
            true => config::system_resolvers()?,
            false => config.resolvers,
        };
        let wire = Wire::new(&servers, config.timeout, config.attempts.get(), clock.clone());
        let validator = config
            .trust_anchor
            .map(|anchor| Validator::new(wire.clone(), &anchor));
        let inner = Inner {
            wire,
            validator,
            places: Semaphore::new(config.concurrency.get().min(Semaphore::MAX_PERMITS)),
            book: Mutex::new(Book {
                cache: Cache::new(config.cache),
                flights: HashMap::new(),
                next_flight: 0,
            }),
            bounds: config.cache,
            metrics: Metrics::default(),
            clock,
        };
        Ok(Self {
            inner: Arc::new(inner),
        })
    }

    /// The time, for the judgement's `now`.
    pub fn now(&self) -> Timestamp {
        (self.inner.clock)()
    }

    /// What this world counts about itself.
    pub fn metrics(&self) -> &Metrics {
        &self.inner.metrics
    }

    /// Whether the resolvers answer: told by their own pulse and a control question, never by how many domains are
    /// broken. It is as new as the last question that went out.
    pub fn health(&self) -> Health {
        self.inner.wire.health()
    }

    /// Runs `judge` until it has no open question left: one pass.
    ///
    /// Bounds: [`MAX_WAVES`] runs, [`MAX_QUESTIONS`] questions, and `deadline` for all of it. A question that is still
    /// without answer at the deadline is [`Trouble::Timeout`], one that was never asked [`Trouble::Limit`]; then the
    /// judgement is run once more, closed. A fact, once had, stays as it is for the pass.
    pub async fn settle<T>(
        &self,
        deadline: Duration,
        fresh: &Freshness,
        mut judge: impl FnMut(&mut Inquiry<'_>) -> T,
    ) -> Settled<T> {
        let end = Instant::now() + deadline;
        let mut facts = Facts::new();
        let mut waves = 0;
        while waves < MAX_WAVES && Instant::now() < end {
            waves += 1;
            let mut inquiry = Inquiry::new(&facts);
            let verdict = judge(&mut inquiry);
            let mut open = inquiry.open();
            let hit_limit = inquiry.hit_limit();
            if open.is_empty() {
                return Settled {
                    verdict,
                    facts,
                    waves,
                    hit_limit,
                };
            }
            let room = MAX_QUESTIONS.saturating_sub(facts.len());
            if room == 0 {
                break;
            }
            if open.len() > room {
                let needs: HashMap<_, _> = inquiry
                    .asked()
                    .map(|(question, asked)| (question, asked.need))
                    .collect();
                open.sort_by_key(|question| std::cmp::Reverse(needs.get(question).copied()));
                open.truncate(room);
            }
            self.answer(open, fresh, end, &mut facts).await;
        }
        let mut inquiry = Inquiry::closed(&facts);
        let verdict = judge(&mut inquiry);
        let hit_limit = inquiry.hit_limit();
        Settled {
            verdict,
            facts,
            waves: waves + 1,
            hit_limit,
        }
    }

    /// Answers one question, from memory when it is there and not seen before `floor`.
    pub async fn ask(&self, question: &Question, floor: Option<Timestamp>) -> Fact {
        self.ask_until(question, floor, None).await
    }

    /// The same, and no longer than until `end`.
    async fn ask_until(&self, question: &Question, floor: Option<Timestamp>, end: Option<Instant>) -> Fact {
        let (mut landing, departing) = match self.find(question, floor) {
            Found::Remembered(fact) => return fact,
            Found::OnItsWay(landing) => (landing, None),
            Found::Departing(landing, flying, landed) => (landing, Some(flying.fly(landed))),
        };
        // Not with the book in hand: a runtime that shuts down drops what is spawned, which asks for the book.
        if let Some(flying) = departing {
            tokio::spawn(flying);
        }
        let landed = landing.wait_for(|progress| progress.fact().is_some());
        let landed = match end {
            None => landed.await.ok(),
            Some(end) => timeout_at(end, landed).await.ok().and_then(Result::ok),
        };
        if let Some(fact) = landed.and_then(|progress| progress.fact().cloned()) {
            return fact;
        }
        let trouble = match *landing.borrow() {
            Progress::Waiting => Trouble::Limit,
            Progress::OnTheWire | Progress::Landed(_) => Trouble::Timeout,
        };
        self.inner.fact(Answer::Unanswered(trouble), Vec::new(), 0)
    }

    /// Looks a question up among what is known and what is on its way, and books a new one when it is in neither.
    fn find(&self, question: &Question, floor: Option<Timestamp>) -> Found {
        let now = self.now();
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
            _ => self.book_flight(&mut book, question.clone(), now),
        }
    }

    /// Books a flight; whoever waits may stop waiting.
    fn book_flight(&self, book: &mut Book, question: Question, now: Timestamp) -> Found {
        let (landed, landing) = watch::channel(Progress::Waiting);
        let landed = Arc::new(landed);
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
            number,
        };
        Found::Departing(landing, flying, landed)
    }

    /// Answers `open` into `facts`, all at once, until `end`.
    async fn answer(&self, open: Vec<Question>, fresh: &Freshness, end: Instant, facts: &mut Facts) {
        let asked = open.into_iter().map(|question| async move {
            let fact = self.ask_until(&question, fresh.floor(&question), Some(end)).await;
            (question, fact)
        });
        let mut pending: FuturesUnordered<_> = asked.collect();
        while let Some((question, fact)) = pending.next().await {
            facts.insert(question, fact);
        }
    }
}

/// Where a question's answer is to be had.
enum Found {
    /// It is known.
    Remembered(Fact),
    /// Somebody asks it already.
    OnItsWay(watch::Receiver<Progress>),
    /// It goes out now, in a task of its own.
    Departing(watch::Receiver<Progress>, Flying, Landing),
}

impl fmt::Debug for World {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("World").finish_non_exhaustive()
    }
}

impl Inner {
    fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A fact had now.
    fn fact(&self, answer: Answer, chain: Vec<crate::name::Name>, ttl: u32) -> Fact {
        let seen_at = (self.clock)();
        let failed = matches!(answer, Answer::Unanswered(_));
        let keep = match failed {
            true => self.bounds.failures.min(CacheBounds::LONGEST_FAILURE),
            false => SignedDuration::from_secs(ttl.into()).min(self.bounds.longest),
        };
        Fact {
            answer,
            chain,
            ttl: if failed { 0 } else { ttl },
            seen_at,
            expires_at: seen_at.saturating_add(keep).unwrap_or(Timestamp::MAX),
        }
    }

    /// Asks the servers, and asks on where an alias leads out of the answer.
    async fn resolve(&self, question: &Question) -> Fact {
        let mut trail = Trail::new(question.name.clone());
        let answer = loop {
            let message = match self.query(question, &trail).await {
                Ok(message) => message,
                Err(trouble) => break Answer::Unanswered(trouble),
            };
            match trail.follow(question.kind, &message) {
                Step::Answered(answer) => break answer,
                Step::Further => {}
            }
        };
        self.fact(answer, trail.chain, trail.ttl)
    }

    async fn query(&self, question: &Question, trail: &Trail) -> Result<Message, Trouble> {
        let name = reading::wire_name(trail.end()).ok_or(Trouble::Malformed)?;
        let mut query = Message::query();
        query.metadata.recursion_desired = true;
        query.add_query(Query::query(name, reading::record_type(question.kind)));
        let mut edns = Edns::new();
        edns.set_max_payload(wire::UDP_PAYLOAD);
        query.set_edns(edns);
        match &self.validator {
            Some(validator) => validator.ask(query).await,
            None => self.wire.ask(&query).await,
        }
    }
}

/// A question on its way; when this is dropped, whatever the reason, nobody waits for it any more.
struct Flying {
    inner: Arc<Inner>,
    question: Question,
    number: u64,
}

impl Flying {
    async fn fly(self, landed: Landing) {
        let inner = &self.inner;
        let place = tokio::select! {
            biased;
            place = inner.places.acquire() => place,
            () = self.deserted(&landed) => return,
        };
        landed.send_if_modified(|progress| {
            *progress = Progress::OnTheWire;
            false
        });
        inner.metrics.in_flight.inc();
        let began = Instant::now();
        // A chain that leads from server to server gets no more patience than two names would.
        let patience = inner.wire.patience().saturating_mul(2);
        let fact = match timeout(patience, inner.resolve(&self.question)).await {
            Ok(fact) => fact,
            Err(_) => inner.fact(Answer::Unanswered(Trouble::Timeout), Vec::new(), 0),
        };
        drop(place);
        inner.metrics.in_flight.dec();
        inner
            .metrics
            .record(self.question.kind, &fact.answer, began.elapsed());
        let mut book = inner.book();
        // What was overtaken by a later question is older than it looks.
        if self.is_latest(&book) {
            book.cache.keep(self.question.clone(), fact.clone(), fact.seen_at);
        }
        inner
            .metrics
            .cached
            .set(i64::try_from(book.cache.len()).unwrap_or(i64::MAX));
        self.remove_from(&mut book);
        drop(book);
        landed.send_replace(Progress::Landed(fact));
    }

    /// Comes back once nobody waits for this question, and then nobody can join it.
    async fn deserted(&self, landed: &Landing) {
        loop {
            landed.closed().await;
            let mut book = self.inner.book();
            if landed.receiver_count() == 0 {
                self.remove_from(&mut book);
                return;
            }
        }
    }

    fn is_latest(&self, book: &Book) -> bool {
        let latest = book.flights.get(&self.question);
        latest.is_some_and(|flight| flight.number == self.number)
    }

    fn remove_from(&self, book: &mut Book) {
        if self.is_latest(book) {
            book.flights.remove(&self.question);
        }
    }
}

impl Drop for Flying {
    fn drop(&mut self) {
        let mut book = self.inner.book();
        self.remove_from(&mut book);
    }
}
