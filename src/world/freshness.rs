//! How old an answer may be for a pass, for a confirmation must not be our own memory of what it confirms; and how closely
//! authorities are looked at.

use std::collections::{BTreeSet, HashMap};

use jiff::Timestamp;

use crate::inquiry::{AnyQuestion, Depth, Kind, Lane};
use crate::name::Name;

/// Which answers may come from memory; by default any whose TTL has not run out.
#[derive(Debug, Clone, Default)]
pub struct Freshness {
    all: Option<Timestamp>,
    some: HashMap<AnyQuestion, Timestamp>,
    depth: Depth,
    held_back: BTreeSet<(Name, Kind)>,
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

    /// The same, with the authorities looked at so closely, where they can be asked.
    #[must_use]
    pub fn at_depth(self, depth: Depth) -> Self {
        Self { depth, ..self }
    }

    /// How closely authorities are to be looked at.
    pub fn depth(&self) -> Depth {
        self.depth
    }

    /// The same, with record sets of which the resolver is not asked before the authorities have what is meant, where
    /// they can be asked.
    #[must_use]
    pub fn holding_back(self, held_back: BTreeSet<(Name, Kind)>) -> Self {
        Self { held_back, ..self }
    }

    /// The record sets of which the resolver is not asked first.
    pub fn held_back(&self) -> &BTreeSet<(Name, Kind)> {
        &self.held_back
    }

    /// No answer to `question` seen before `time` does; the latest such demand counts.
    pub fn require(&mut self, question: impl Into<AnyQuestion>, time: Timestamp) {
        let floor = self.some.entry(question.into()).or_insert(time);
        *floor = time.max(*floor);
    }

    /// The earliest time at which an answer to `question` may have been seen.
    pub fn floor<L: Lane>(&self, question: &L) -> Option<Timestamp> {
        if self.some.is_empty() {
            return self.all;
        }
        let own = self.some.get(&AnyQuestion::from(question.clone()));
        self.all.max(own.copied())
    }
}
