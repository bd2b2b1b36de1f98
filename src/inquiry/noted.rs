//! What a run notes of its questions: each once, with the strongest need and all the standards it was asked for.
//!
//! The judgement asks the same question often, so noting one that stands here already costs a look-up and nothing else. Rows
//! stand in the order in which they were first asked; they are read in the order of the questions.

use std::borrow::Cow;

use hashbrown::HashTable;

use super::facts::AnyFact;
use super::{Answered, AnyQuestion, Need, Trouble};
use crate::records::{Standard, Standards};

/// What is noted of a question that was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// The strongest need it was asked with.
    pub need: Need,
    /// The standards it was asked for.
    pub standards: Standards,
    /// Those of them of which an Error could hang on it.
    pub weighs: Standards,
    /// When a usable answer was had, or why there is none.
    pub outcome: Result<Answered, Trouble>,
}

/// One question.
#[derive(Debug, Clone)]
pub(super) struct Row<'f> {
    /// Its hash among the facts of the run.
    pub(super) hash: u64,
    /// Lent by the facts where it is known.
    pub(super) question: Cow<'f, AnyQuestion>,
    /// Whether a stranger's server is troubled with it.
    pub(super) is_of_a_stranger: bool,
    /// What answers it where it is put; `None` while nothing does.
    pub(super) fact: Option<&'f (dyn AnyFact + 'static)>,
    pub(super) need: Need,
    pub(super) standards: Standards,
    /// Those of them of which an Error could hang on it.
    pub(super) weighs: Standards,
    /// Why nothing answers it, where nothing does.
    pub(super) trouble: Trouble,
    /// What became of it where another was put in its place.
    pub(super) became: Option<Box<Result<Answered, Trouble>>>,
}

impl Row<'_> {
    /// Asked once more.
    pub(super) fn asked(&mut self, need: Need, standard: Standard) {
        self.need = self.need.max(need);
        self.standards.insert(standard);
        if need >= Need::Compliance {
            self.weighs.insert(standard);
        }
    }

    /// The same as it is told.
    pub(super) fn told(&self) -> Asked {
        Asked {
            need: self.need,
            standards: self.standards,
            weighs: self.weighs,
            outcome: self.outcome(),
        }
    }

    /// When it was answered, or why it was not.
    pub(super) fn outcome(&self) -> Result<Answered, Trouble> {
        match (&self.became, self.fact) {
            (Some(became), _) => **became,
            (None, Some(fact)) => fact.times(),
            (None, None) => Err(self.trouble),
        }
    }
}

/// So many questions most checks ask: room for them is made at once.
const USUAL: usize = 16;

/// All questions of a run.
#[derive(Debug)]
pub(super) struct Noted<'f> {
    rows: Vec<Row<'f>>,
    /// Where each question stands, by its hash.
    places: HashTable<usize>,
    /// How many of them strangers are asked.
    views: usize,
}

impl Default for Noted<'_> {
    fn default() -> Self {
        Self {
            rows: Vec::with_capacity(USUAL),
            places: HashTable::with_capacity(USUAL),
            views: 0,
        }
    }
}

impl<'f> Noted<'f> {
    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    pub(super) fn views(&self) -> usize {
        self.views
    }

    /// Where the question with this hash stands.
    pub(super) fn place<Q: ?Sized>(&self, hash: u64, question: &Q) -> Option<usize>
    where
        AnyQuestion: PartialEq<Q>,
    {
        let is_it = |place: &usize| {
            let row = self.rows.get(*place);
            row.is_some_and(|row| row.hash == hash && *row.question == *question)
        };
        self.places.find(hash, is_it).copied()
    }

    pub(super) fn row_mut(&mut self, place: usize) -> Option<&mut Row<'f>> {
        self.rows.get_mut(place)
    }

    pub(super) fn row(&self, place: usize) -> Option<&Row<'f>> {
        self.rows.get(place)
    }

    /// Notes a question that does not stand here yet; tells where.
    pub(super) fn push(&mut self, row: Row<'f>) -> usize {
        let place = self.rows.len();
        self.views += usize::from(row.is_of_a_stranger);
        let rows = &self.rows;
        let hash_at = |place: &usize| rows.get(*place).map_or(0, |row| row.hash);
        self.places.insert_unique(row.hash, place, hash_at);
        self.rows.push(row);
        place
    }

    /// All of them, whatever their order.
    pub(super) fn rows(&self) -> &[Row<'f>] {
        &self.rows
    }

    /// All of them, in the order of the questions.
    pub(super) fn in_order(&self) -> Vec<&Row<'f>> {
        let mut rows: Vec<&Row<'f>> = self.rows.iter().collect();
        rows.sort_by(|one, other| one.question.cmp(&other.question));
        rows
    }
}
