//! What is known in a pass: facts of all lanes, pinned, and what the judgement has made of them already.

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::fmt;
use std::hash::{BuildHasher, Hash};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use foldhash::fast::RandomState;
use hashbrown::HashTable;

use super::{Answered, AnyQuestion, Approach, Dns, Fact, Lane, Need, Passes, Trouble};
use crate::name::Name;

/// What is known so far in this pass, and what the judgement has made of it already.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    known: HashTable<Known>,
    /// What makes the hash of a question here, and of all that is noted of it in a run: it is worked out once.
    hashes: RandomState,
    /// How many of these strangers answered.
    views: usize,
    approach: Approach,
    passes: Option<Passes>,
    pub(super) memo: Memo,
}

/// An answered question.
#[derive(Debug, Clone)]
pub(super) struct Known {
    hash: u64,
    pub(super) question: AnyQuestion,
    pub(super) fact: Box<dyn AnyFact>,
}

impl Facts {
    /// Nothing known yet, and no authority is looked at.
    pub fn new() -> Self {
        Self::default()
    }

    /// The same, for a pass that goes about the authorities so.
    #[must_use]
    pub fn approaching(self, approach: impl Into<Approach>) -> Self {
        let approach = approach.into();
        Self { approach, ..self }
    }

    /// How this pass goes about the authorities.
    pub fn approach(&self) -> &Approach {
        &self.approach
    }

    /// The same, with what is known of the resolver; `None` where nobody wants to know.
    #[must_use]
    pub fn through(self, passes: Option<Passes>) -> Self {
        Self { passes, ..self }
    }

    /// Notes what is known of the resolver by now.
    pub fn note_passes(&mut self, passes: Option<Passes>) {
        self.passes = passes;
    }

    /// What the resolver makes of DNSSEC; `None` where nothing is validated by choice.
    pub fn passes(&self) -> Option<Passes> {
        self.passes
    }

    /// The fact that answers `question`.
    pub fn get<L: Lane>(&self, question: &L) -> Option<&Arc<Fact<L>>> {
        self.known(self.hash(question), question)?.fact.of()
    }

    /// The hash of a question, by which it is looked for here and among what a run has noted. It is the same whether or
    /// not the question has forgotten its lane; of one that has not it is worked out sooner.
    pub(super) fn hash<Q: Hash + ?Sized>(&self, question: &Q) -> u64 {
        self.hashes.hash_one(question)
    }

    /// The question with this hash as it stands here, and what answers it.
    pub(super) fn known<Q: ?Sized>(&self, hash: u64, question: &Q) -> Option<&Known>
    where
        AnyQuestion: PartialEq<Q>,
    {
        let is_it = |known: &Known| known.hash == hash && known.question == *question;
        self.known.find(hash, is_it)
    }

    fn known_of(&self, question: &AnyQuestion) -> Option<&Known> {
        self.known(self.hash(question), question)
    }

    /// Whether `question` is answered.
    pub fn contains<L: Lane>(&self, question: &L) -> bool {
        self.get(question).is_some()
    }

    /// Pins the answer to a question; the first one stays.
    pub fn insert<L: Lane>(&mut self, question: L, fact: impl Into<Arc<Fact<L>>>) {
        self.insert_asked(&question.into(), fact.into());
    }

    /// The same of a question as it was left open.
    pub(crate) fn insert_asked<L: Lane>(&mut self, question: &AnyQuestion, fact: Arc<Fact<L>>) {
        let hash = self.hash(question);
        if self.known(hash, question).is_some() {
            return;
        }
        self.views += usize::from(question.is_of_a_stranger());
        let known = Known {
            hash,
            question: question.clone(),
            fact: Box::new(fact),
        };
        self.known.insert_unique(hash, known, |known| known.hash);
    }

    /// When a question was answered, or why it was not; `None` while it is open.
    pub(super) fn times(&self, question: &AnyQuestion) -> Option<Result<Answered, Trouble>> {
        self.known_of(question).map(|known| known.fact.times())
    }

    /// How many questions are answered, of all lanes.
    pub fn len(&self) -> usize {
        self.known.len()
    }

    /// How many of them strangers were asked.
    pub fn views(&self) -> usize {
        self.views
    }

    /// Whether no question is answered.
    pub fn is_empty(&self) -> bool {
        self.known.is_empty()
    }

    /// Every answered question of lane `L`.
    pub fn of<L: Lane>(&self) -> impl Iterator<Item = (&L, &Arc<Fact<L>>)> {
        self.known
            .iter()
            .filter_map(|known| known.question.of::<L>().zip(known.fact.of()))
    }

    /// Every answered question to DNS.
    pub fn iter(&self) -> impl Iterator<Item = (&Dns, &Arc<Fact>)> {
        self.of()
    }
}

/// By what is known; what was made of it follows from that.
impl PartialEq for Facts {
    fn eq(&self, other: &Self) -> bool {
        self.known.len() == other.known.len()
            && self.approach == other.approach
            && self.passes == other.passes
            && self.known.iter().all(|known| {
                let of_other = other.known_of(&known.question);
                of_other.is_some_and(|of_other| known.fact.equals(&*of_other.fact))
            })
    }
}

impl Eq for Facts {}

impl<L: Lane> FromIterator<(L, Fact<L>)> for Facts {
    fn from_iter<T: IntoIterator<Item = (L, Fact<L>)>>(facts: T) -> Self {
        let mut known = Self::new();
        for (question, fact) in facts {
            known.insert(question, fact);
        }
        known
    }
}

/// An `Arc<Fact<L>>` of any lane.
pub(super) trait AnyFact: fmt::Debug + Send + Sync {
    fn as_any(&self) -> &dyn Any;
    fn boxed(&self) -> Box<dyn AnyFact>;
    fn equals(&self, other: &dyn AnyFact) -> bool;
    fn times(&self) -> Result<Answered, Trouble>;
}

impl dyn AnyFact {
    /// The fact, where it is of lane `L`.
    pub(super) fn of<L: Lane>(&self) -> Option<&Arc<Fact<L>>> {
        self.as_any().downcast_ref()
    }
}

impl<L: Lane> AnyFact for Arc<Fact<L>> {
    fn as_any(&self) -> &dyn Any {
        self
    }

    fn boxed(&self) -> Box<dyn AnyFact> {
        Box::new(self.clone())
    }

    fn equals(&self, other: &dyn AnyFact) -> bool {
        other.as_any().downcast_ref() == Some(self)
    }

    fn times(&self) -> Result<Answered, Trouble> {
        let (seen_at, expires_at) = (self.seen_at, self.expires_at);
        let answered = Answered { seen_at, expires_at };
        self.trouble().map_or(Ok(answered), Err)
    }
}

impl Clone for Box<dyn AnyFact> {
    fn clone(&self) -> Self {
        (**self).boxed()
    }
}

/// What a wave has worked out to its end, for the next: see [`Inquiry::once`].
#[derive(Default)]
pub(super) struct Memo(Mutex<Remembering>);

type Remembering = HashMap<MemoKey, Remembered, RandomState>;

/// What was worked out, of which name, asked for with which need.
pub(super) type MemoKey = (TypeId, Name, Need);

#[derive(Clone)]
pub(super) struct Remembered {
    pub(super) value: Arc<dyn Any + Send + Sync>,
    pub(super) asked: Arc<[Asking]>,
}

/// A question that was asked for it, with its hash among the facts, and how strongly.
#[derive(Clone)]
pub(super) struct Asking {
    pub(super) hash: u64,
    pub(super) question: AnyQuestion,
    pub(super) need: Need,
}

impl Memo {
    pub(super) fn lock(&self) -> MutexGuard<'_, Remembering> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Clone for Memo {
    fn clone(&self) -> Self {
        Self(Mutex::new(self.lock().clone()))
    }
}

impl fmt::Debug for Memo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Memo").field("len", &self.lock().len()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inquiry::Kind;

    /// Or else what was asked would be asked again.
    #[test]
    fn a_question_hashes_alike_with_its_lane_and_without() {
        let facts = Facts::new();
        for name in ["a.example", "xn--mnchen-3ya.example", "."] {
            for kind in Kind::ALL {
                let asked = Dns::new(name.parse().expect("a name"), kind);
                for asked in [asked.clone(), asked.at([192, 0, 2, 1].into())] {
                    let forgotten = AnyQuestion::from(asked.clone());
                    assert_eq!(facts.hash(&asked), facts.hash(&forgotten), "{asked}");
                    assert_eq!(forgotten, asked);
                }
            }
        }
    }
}
