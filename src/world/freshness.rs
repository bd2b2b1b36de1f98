//! How old an answer may be for a pass: a confirmation must not be our own memory of what it confirms.

use std::collections::HashMap;

use jiff::Timestamp;

use crate::inquiry::Question;

/// Which answers may come from memory; by default any whose TTL has not run out.
#[derive(Debug, Clone, Default)]
pub struct Freshness {
    all: Option<Timestamp>,
    some: HashMap<Question, Timestamp>,
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
            some: HashMap::new(),
        }
    }

    /// No answer to `question` seen before `time` does; the latest such demand counts.
    pub fn require(&mut self, question: Question, time: Timestamp) {
        let floor = self.some.entry(question).or_insert(time);
        *floor = time.max(*floor);
    }

    /// The earliest time at which an answer to `question` may have been seen.
    pub fn floor(&self, question: &Question) -> Option<Timestamp> {
        self.all.max(self.some.get(question).copied())
    }
}
