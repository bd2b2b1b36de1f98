//! Until when this replica may write: by our own clock, and asked before each write.

use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::time::Instant;

/// Until when this replica may write. Passes ask before each write, so that one that was held up, as the whole process
/// may have been, writes nothing when its time is over.
#[derive(Debug, Default)]
pub(super) struct Leadership(Mutex<Term>);

#[derive(Debug, Clone, Copy, Default)]
enum Term {
    /// It stands by.
    #[default]
    None,
    /// It leads until then, if nothing happens.
    Until(Instant),
    /// There is nobody else.
    Endless,
}

impl Leadership {
    /// Whether this replica may write now.
    pub(super) fn holds(&self) -> bool {
        match *self.term() {
            Term::None => false,
            Term::Until(end) => Instant::now() < end,
            Term::Endless => true,
        }
    }

    /// There is no other replica.
    pub(super) fn hold_for_ever(&self) {
        *self.term() = Term::Endless;
    }

    pub(super) fn hold_until(&self, end: Instant) {
        *self.term() = Term::Until(end);
    }

    /// It leads no more.
    pub(super) fn end(&self) {
        *self.term() = Term::None;
    }

    fn term(&self) -> MutexGuard<'_, Term> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
