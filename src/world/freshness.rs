//! How old an answer may be for a pass, for a confirmation must not be our own memory of what it confirms; and how the
//! pass goes about the authorities.

use std::collections::HashMap;

use jiff::Timestamp;

use crate::inquiry::{AnyQuestion, Approach, Lane};

/// Which answers may come from memory; by default any whose TTL has not run out.
#[derive(Debug, Clone, Default)]
pub struct Freshness {
    all: Option<Timestamp>,
    some: HashMap<AnyQuestion, Timestamp>,
    approach: Approach,
    /// Whether somebody asked for this look: then even what lasts is asked anew.
    requested: bool,
}

impl Freshness {
    /// Any answer within its TTL does.
    pub fn any() -> Self {
        Self::default()
    }

    /// No answer seen before `floor` does, whatever the question and whatever its TTL.
    pub fn not_before(floor: Timestamp) -> Self {
        Self {
            all: Some(floor),
            ..Self::default()
        }
    }

    /// The same, for a pass that goes about the authorities so, where they can be asked.
    #[must_use]
    pub fn approaching(self, approach: impl Into<Approach>) -> Self {
        let approach = approach.into();
        Self { approach, ..self }
    }

    /// The same, because somebody asked for it: what is kept for long is asked anew as well.
    #[must_use]
    pub fn requested(self, requested: bool) -> Self {
        Self { requested, ..self }
    }

    /// How the pass is to go about the authorities.
    pub fn approach(&self) -> &Approach {
        &self.approach
    }

    /// No answer to `question` seen before `time` does; the latest such demand counts.
    pub fn require(&mut self, question: impl Into<AnyQuestion>, time: Timestamp) {
        let floor = self.some.entry(question.into()).or_insert(time);
        *floor = time.max(*floor);
    }

    /// The earliest time at which an answer to `question` may have been seen.
    pub fn floor<L: Lane>(&self, question: &L) -> Option<Timestamp> {
        let all = self.all.filter(|_| !L::LASTS || self.requested);
        if self.some.is_empty() {
            return all;
        }
        let own = self.some.get(&AnyQuestion::from(question.clone()));
        all.max(own.copied())
    }
}
