//! What a run notes of its questions: each once, with the strongest need and all the standards it was asked for.
//!
//! The judgement asks the same question often, so noting one that stands here already costs a look-up and nothing else. Rows
//! stand in the order in which they were first asked; they are read in the order of the questions.

use std::borrow::Borrow;
use std::collections::{BTreeSet, HashMap};
use std::hash::BuildHasher;

use foldhash::fast::RandomState;

use super::{Answered, AnyQuestion, Lane, Need, Trouble};
use crate::inquiry::lane::Erased;
use crate::records::Standard;

/// What is noted of a question that was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// The strongest need it was asked with.
    pub need: Need,
    /// The standards it was asked for.
    pub standards: BTreeSet<Standard>,
    /// When a usable answer was had, or why there is none.
    pub outcome: Result<Answered, Trouble>,
}

/// One question.
#[derive(Debug, Clone)]
pub(super) struct Row {
    pub(super) question: AnyQuestion,
    pub(super) need: Need,
    pub(super) standards: Standards,
    pub(super) outcome: Result<Answered, Trouble>,
}

/// Some of the standards.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Standards(u32);

impl Standards {
    pub(super) fn insert(&mut self, standard: Standard) {
        self.0 |= 1 << standard as u32;
    }

    fn to_set(self) -> BTreeSet<Standard> {
        let all = Standard::ALL.iter().copied();
        all.filter(|&standard| self.0 & (1 << standard as u32) != 0)
            .collect()
    }
}

impl Row {
    /// Asked once more.
    pub(super) fn asked(&mut self, need: Need, standard: Standard) {
        self.need = self.need.max(need);
        self.standards.insert(standard);
    }

    /// The same as it is told.
    pub(super) fn told(&self) -> Asked {
        Asked {
            need: self.need,
            standards: self.standards.to_set(),
            outcome: self.outcome,
        }
    }
}

/// So many questions most runs ask: room for them is made at once.
const USUAL: usize = 28;

/// All questions of a run.
#[derive(Debug)]
pub(super) struct Noted {
    rows: Vec<Row>,
    /// Where the first question of each hash stands. Two of one hash are as good as never met; the second is then looked
    /// for among all.
    places: HashMap<u64, usize, RandomState>,
    /// How many of them strangers are asked.
    views: usize,
}

impl Default for Noted {
    fn default() -> Self {
        Self {
            rows: Vec::with_capacity(USUAL),
            places: HashMap::with_capacity_and_hasher(USUAL, RandomState::default()),
            views: 0,
        }
    }
}

impl Noted {
    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    pub(super) fn views(&self) -> usize {
        self.views
    }

    /// Where a question stands.
    pub(super) fn place<L: Lane>(&self, question: &L) -> Option<usize> {
        self.find(question)
    }

    /// The same of a question that has forgotten its lane.
    pub(super) fn place_of(&self, question: &AnyQuestion) -> Option<usize> {
        self.find(question.borrow())
    }

    fn find(&self, question: &(dyn Erased + 'static)) -> Option<usize> {
        let is_it = |row: &Row| {
            let noted: &(dyn Erased + 'static) = row.question.borrow();
            *noted == *question
        };
        let first = *self.places.get(&self.hash(question))?;
        match self.rows.get(first).is_some_and(is_it) {
            true => Some(first),
            false => self.rows.iter().position(is_it),
        }
    }

    fn hash(&self, question: &(dyn Erased + 'static)) -> u64 {
        self.places.hasher().hash_one(question)
    }

    pub(super) fn row_mut(&mut self, place: usize) -> Option<&mut Row> {
        self.rows.get_mut(place)
    }

    pub(super) fn question(&self, place: usize) -> Option<&AnyQuestion> {
        self.rows.get(place).map(|row| &row.question)
    }

    /// Notes a question that does not stand here yet; tells where.
    pub(super) fn push(&mut self, row: Row) -> usize {
        let place = self.rows.len();
        self.views += usize::from(row.question.is_of_a_stranger());
        let hash = self.hash(row.question.borrow());
        self.places.entry(hash).or_insert(place);
        self.rows.push(row);
        place
    }

    /// All of them, whatever their order.
    pub(super) fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// All of them, in the order of the questions.
    pub(super) fn in_order(&self) -> Vec<&Row> {
        let mut rows: Vec<&Row> = self.rows.iter().collect();
        rows.sort_by(|one, other| one.question.cmp(&other.question));
        rows
    }
}
