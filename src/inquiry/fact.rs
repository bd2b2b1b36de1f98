//! An answered question of any lane: what was said, what it is worth, by whom and when.

use std::any::Any;

use jiff::{RoundMode, Timestamp, TimestampRound, Unit};

use super::made::Made;
use super::{Dns, Lane, Security, Trouble};
use crate::name::Name;

/// What became of a question: an answer, or why there is none, with when it was had and how long it holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact<L: Lane = Dns> {
    /// What was said; an error is no usable answer, a third thing beside presence and absence.
    pub outcome: Result<L::Answer, Trouble>,
    /// What Zegel's own validation says of it.
    pub security: Security,
    /// Who said it, and how it was come by.
    pub source: L::Source,
    /// When the answer came.
    pub seen_at: Timestamp,
    /// Until when it may be used without asking again.
    pub expires_at: Timestamp,
    /// What was made of the answer already.
    pub made: Made,
}

impl<L: Lane> Fact<L> {
    /// What `make` makes of this fact, made once for all who hold it; it may hang on nothing but the fact.
    pub fn once<T: Any + Send + Sync>(&self, make: impl FnOnce(&Self) -> T) -> &T {
        self.made.once(|| make(self))
    }

    /// Why there is no usable answer; `None` when there is one.
    pub fn trouble(&self) -> Option<Trouble> {
        self.outcome.as_ref().err().copied()
    }
}

impl Fact {
    /// The CNAME targets followed from the question's name, in order.
    pub fn chain(&self) -> &[Name] {
        &self.source.chain
    }

    /// The target of a CNAME that stands beside the records at one name.
    pub fn beside(&self) -> Option<&Name> {
        self.source.beside.as_ref()
    }

    /// The remaining TTL, or negative TTL, when the answer came; 0 when unanswered.
    pub fn ttl(&self) -> u32 {
        self.source.ttl
    }
}

/// The times of a usable answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Answered {
    /// When it came.
    pub seen_at: Timestamp,
    /// When its TTL runs out.
    pub expires_at: Timestamp,
}

/// A time as people are told it: to the second, a fraction counted as a whole one, so that what is promised by then holds.
pub fn whole_second(at: Timestamp) -> Timestamp {
    let up = TimestampRound::new().smallest(Unit::Second).mode(RoundMode::Ceil);
    at.round(up).unwrap_or(at)
}
