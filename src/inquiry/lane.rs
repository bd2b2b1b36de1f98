//! What makes a lane: questions of one kind, and what answers them. A question that has forgotten its lane.
//!
//! Everything about asking is written once over [`Lane`]: the facts of a pass, the list of what is open, and in the
//! world the cache, the questions on their way, the places on the wire and the counts. A lane adds its two types here
//! and one function in the world: how one question is put.

use std::any::{Any, TypeId};
use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::net::IpAddr;
use std::sync::Arc;

use jiff::SignedDuration;

use crate::name::Name;

/// A question of one lane.
pub trait Lane: Clone + Ord + Hash + fmt::Debug + fmt::Display + Send + Sync + 'static {
    /// What a usable answer says: presence or absence, never "no answer".
    type Answer: Clone + Eq + fmt::Debug + Send + Sync + 'static;
    /// Who said it, and how it was come by; there too when nothing usable was said.
    type Source: Clone + Eq + Default + fmt::Debug + Send + Sync + 'static;

    /// The lane's name, as metrics have it: `dns`.
    const NAME: &'static str;

    /// Whether an answer is as good as new for as long as it is kept, however often a domain is looked at: strangers would
    /// be troubled too often otherwise. Its age counts for no staleness then.
    const LASTS: bool = false;

    /// The name the question is about.
    fn name(&self) -> &Name;

    /// What is asked of it, in a word: `TXT`.
    fn label(&self) -> &'static str;

    /// What an answer says, in a word: `Records`.
    fn outcome(answer: &Self::Answer) -> &'static str;

    /// About how many octets an answer takes in memory.
    fn size(answer: Option<&Self::Answer>, source: &Self::Source) -> usize;

    /// How old an answer must be before it is asked anew because somebody wants a second one.
    fn rest(&self) -> SignedDuration {
        SignedDuration::ZERO
    }

    /// The stranger's server that is troubled with it, to be asked politely; `None` for a service of our own.
    fn destination(&self) -> Option<IpAddr> {
        None
    }

    /// Whether it goes before others that wait for the same.
    fn urgency(&self) -> Urgency {
        Urgency::Urgent
    }
}

/// Who goes first of those who wait for the same; the urgent come first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Urgency {
    /// It is wanted often, and is over soon.
    Urgent,
    /// It is wanted seldom, takes long, and waits for all others.
    Patient,
}

/// A question of any lane.
#[derive(Clone)]
pub struct AnyQuestion(Arc<dyn Erased>);

impl AnyQuestion {
    /// The question itself, when it is of lane `L`.
    pub fn of<L: Lane>(&self) -> Option<&L> {
        self.0.as_any().downcast_ref()
    }

    /// The name it is about.
    pub fn name(&self) -> &Name {
        self.0.about()
    }

    /// What is asked of that name, in a word.
    pub fn label(&self) -> &'static str {
        self.0.word()
    }

    /// The name of its lane.
    pub fn lane(&self) -> &'static str {
        self.0.lane()
    }

    /// Whether an answer to it is as good as new for as long as it is kept.
    pub fn lasts(&self) -> bool {
        self.0.lasts()
    }

    /// Whether a stranger's server is troubled with it, rather than a service of our own.
    pub fn is_of_a_stranger(&self) -> bool {
        self.0.is_of_a_stranger()
    }
}

impl<L: Lane> From<L> for AnyQuestion {
    fn from(question: L) -> Self {
        Self(Arc::new(question))
    }
}

/// What is left of a [`Lane`] once its types are forgotten.
pub(super) trait Erased: fmt::Debug + fmt::Display + Send + Sync {
    fn as_any(&self) -> &dyn Any;
    fn about(&self) -> &Name;
    fn word(&self) -> &'static str;
    fn lane(&self) -> &'static str;
    fn is_of_a_stranger(&self) -> bool;
    fn lasts(&self) -> bool;
    fn equals(&self, other: &dyn Erased) -> bool;
    /// The order within a lane, and of the lanes by their names.
    fn order(&self, other: &dyn Erased) -> Ordering;
    fn feed(&self, hasher: &mut dyn Hasher);
}

impl<L: Lane> Erased for L {
    fn as_any(&self) -> &dyn Any {
        self
    }

    fn about(&self) -> &Name {
        self.name()
    }

    fn word(&self) -> &'static str {
        self.label()
    }

    fn lane(&self) -> &'static str {
        L::NAME
    }

    fn is_of_a_stranger(&self) -> bool {
        self.destination().is_some()
    }

    fn lasts(&self) -> bool {
        L::LASTS
    }

    fn equals(&self, other: &dyn Erased) -> bool {
        other.as_any().downcast_ref() == Some(self)
    }

    fn order(&self, other: &dyn Erased) -> Ordering {
        match other.as_any().downcast_ref::<L>() {
            Some(other) => self.cmp(other),
            None => {
                let kinds = TypeId::of::<L>().cmp(&other.as_any().type_id());
                L::NAME.cmp(other.lane()).then(kinds)
            }
        }
    }

    fn feed(&self, mut hasher: &mut dyn Hasher) {
        // Questions of two lanes that hash alike differ none the less.
        self.hash(&mut hasher);
    }
}

impl PartialEq for AnyQuestion {
    fn eq(&self, other: &Self) -> bool {
        self.0.equals(&*other.0)
    }
}

impl<L: Lane> PartialEq<L> for AnyQuestion {
    fn eq(&self, other: &L) -> bool {
        self.of::<L>() == Some(other)
    }
}

impl Eq for AnyQuestion {}

impl PartialOrd for AnyQuestion {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for AnyQuestion {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.order(&*other.0)
    }
}

/// As the question itself hashes that still knows its lane: what is kept by one is found by the other.
impl Hash for AnyQuestion {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.feed(state);
    }
}

impl fmt::Debug for AnyQuestion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&*self.0, f)
    }
}

impl fmt::Display for AnyQuestion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&*self.0, f)
    }
}
