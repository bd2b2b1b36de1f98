//! What a run is told when it asks: nothing yet, why there is no answer, or the answer with the fact behind it.

use std::fmt;
use std::sync::Arc;

use super::{Answer, Dns, Fact, Lane, Rdata, Trouble};

/// What [`Inquiry::ask`](super::Inquiry::ask) says.
pub enum Reply<'f, L: Lane = Dns> {
    /// The question is open: judge on with what is known; this run's verdict is thrown away.
    Open,
    /// The question was asked and no usable answer was had.
    Unanswered(Trouble),
    /// What was answered, and the fact behind it.
    Answered(&'f L::Answer, &'f Arc<Fact<L>>),
}

impl<L: Lane> Clone for Reply<'_, L> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<L: Lane> Copy for Reply<'_, L> {}

impl<L: Lane> fmt::Debug for Reply<'_, L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Open => f.write_str("Open"),
            Self::Unanswered(trouble) => f.debug_tuple("Unanswered").field(trouble).finish(),
            Self::Answered(answer, _) => f.debug_tuple("Answered").field(answer).finish(),
        }
    }
}

impl<'f, L: Lane> Reply<'f, L> {
    pub(super) fn to(fact: &'f Arc<Fact<L>>) -> Self {
        match &fact.outcome {
            Ok(answer) => Self::Answered(answer, fact),
            Err(trouble) => Self::Unanswered(*trouble),
        }
    }

    /// The fact behind an answer that could be used.
    pub fn fact(self) -> Option<&'f Arc<Fact<L>>> {
        match self {
            Self::Answered(_, fact) => Some(fact),
            Self::Open | Self::Unanswered(_) => None,
        }
    }

    /// The answer, when one could be used.
    pub fn answer(self) -> Option<&'f L::Answer> {
        match self {
            Self::Answered(answer, _) => Some(answer),
            Self::Open | Self::Unanswered(_) => None,
        }
    }
}

impl<'f> Reply<'f> {
    /// The records; empty for a proven absence, `None` when nothing usable is known.
    pub fn records(self) -> Option<&'f [Rdata]> {
        self.answer().map(Answer::records)
    }

    /// Whether it is known that the name at the end of the chain does not exist.
    pub fn is_nxdomain(self) -> bool {
        matches!(self, Self::Answered(Answer::NxDomain, _))
    }
}
