//! One question on its way: it waits for a place on the wire, is put, and what is heard is remembered and told to all who wait.
//!
//! It needs nobody who asked: whoever gives up costs the others nothing. What was not sent yet when the last one gave up never is.

use std::pin::pin;
use std::sync::Arc;

use jiff::Timestamp;
use tokio::time::{Instant, timeout};

use super::{Book, Inner, Landing, Progress, Put};
use crate::inquiry::{Lane, Trouble};

/// A question on its way; when this is dropped, whatever the reason, nobody waits for it any more.
pub(super) struct Flying<P: Put> {
    pub(super) inner: Arc<Inner<P>>,
    pub(super) question: P::Lane,
    pub(super) floor: Option<Timestamp>,
    pub(super) number: u64,
}

impl<P: Put> Flying<P> {
    /// To its end, or until nobody waits before it was sent.
    pub(super) async fn fly(self, landed: Landing<P::Lane>) {
        let inner = &self.inner;
        let place = tokio::select! {
            biased;
            place = inner.places.take(self.question.destination(), self.question.urgency()) => place,
            () = self.deserted(&landed) => return,
        };
        // So many wait for that stranger that this one had better come back another time.
        let Some(place) = place else {
            let fact = inner.nothing(&self.question, Trouble::Limit);
            self.remove_from(&mut inner.book());
            landed.send_replace(Progress::Landed(fact));
            return;
        };
        landed.send_if_modified(|progress| {
            *progress = Progress::OnTheWire;
            false
        });
        inner.metrics.in_flight.inc();
        let began = Instant::now();
        // Where it stands: what is moved into a timer is copied, and it is large.
        let put = pin!(inner.put.put(&self.question, self.floor));
        let heard = timeout(inner.put.patience(&self.question), put).await;
        let fact = match heard {
            Ok(heard) => inner.fact(heard),
            Err(_) => inner.nothing(&self.question, Trouble::Timeout),
        };
        drop(place);
        inner.metrics.in_flight.dec();
        let outcome = match &fact.outcome {
            Ok(answer) => P::Lane::outcome(answer),
            Err(trouble) => trouble.reason(),
        };
        let (label, took) = (self.question.label(), began.elapsed());
        match self.question.destination() {
            None => inner.metrics.record(label, outcome, took),
            Some(_) => inner.metrics.record_view(label, outcome),
        }
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
    async fn deserted(&self, landed: &Landing<P::Lane>) {
        loop {
            landed.closed().await;
            let mut book = self.inner.book();
            if landed.receiver_count() == 0 {
                self.remove_from(&mut book);
                return;
            }
        }
    }

    fn is_latest(&self, book: &Book<P::Lane>) -> bool {
        let latest = book.flights.get(&self.question);
        latest.is_some_and(|flight| flight.number == self.number)
    }

    fn remove_from(&self, book: &mut Book<P::Lane>) {
        if self.is_latest(book) {
            book.flights.remove(&self.question);
        }
    }
}

impl<P: Put> Drop for Flying<P> {
    fn drop(&mut self) {
        let mut book = self.inner.book();
        self.remove_from(&mut book);
    }
}
