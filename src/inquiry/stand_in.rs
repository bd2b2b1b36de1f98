//! Questions to the resolver that an authority answers in a run in the resolver's place, or nobody yet.
//!
//! What is about to be published must not be asked of the resolver: it would remember the absence, and the name's whole
//! branch with it (RFC 2308 5, RFC 8020). And where every name server holds what is meant while the resolver still has
//! an older answer, the servers are believed.

use std::any::Any;
use std::net::IpAddr;

use super::{Dns, Kind, Lane, Trouble, View};
use crate::name::Name;

/// The questions somebody stands in for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum About {
    /// This one alone.
    Question(Name, Kind),
    /// All at this name and at those above it, up to a domain that is not one of them.
    Branch {
        /// The lowest name.
        name: Name,
        /// The domain they lie below.
        domain: Name,
    },
}

impl About {
    /// The questions that could spoil what `question` would find: at the domain's own name, which exists, the question
    /// alone; below it the branch.
    pub fn whatever_spoils(name: &Name, kind: Kind, domain: &Name) -> Self {
        match name == domain {
            true => Self::Question(name.clone(), kind),
            false => Self::Branch {
                name: name.clone(),
                domain: domain.clone(),
            },
        }
    }

    fn covers(&self, question: &Dns) -> bool {
        match self {
            Self::Question(name, kind) => question.name == *name && question.kind == *kind,
            Self::Branch { name, domain } => {
                let asked = &question.name;
                name.is_at_or_below(asked) && asked.is_at_or_below(domain) && asked != domain
            }
        }
    }
}

/// Where a question goes.
pub(super) enum Detour<L> {
    /// Where it is put.
    None,
    /// Nowhere yet.
    Waits,
    /// To somebody else.
    To(L),
    /// To those who were asked already, and of whom none answers.
    Silence(Trouble),
}

/// Who answers in the resolver's place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum StandIn {
    /// Nobody yet.
    Awaited,
    /// An authority.
    Authority(IpAddr),
    /// Nobody: those whose word counts were asked, and this became of it.
    Nobody(Trouble),
}

/// Who stands in for the resolver in a run; the last word on a question counts.
#[derive(Debug, Clone, Default)]
pub(super) struct StandIns(Vec<(About, StandIn)>);

impl StandIns {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn add(&mut self, about: About, who: StandIn) {
        self.0.retain(|(known, _)| *known != about);
        self.0.push((about, who));
    }

    pub(super) fn remove(&mut self, about: &About) {
        self.0.retain(|(known, _)| known != about);
    }

    /// Where `question` goes.
    pub(super) fn detour<L: Lane>(&self, question: &L) -> Detour<L> {
        let asked: Option<&Dns> = (question as &dyn Any).downcast_ref();
        let Some(asked) = asked.filter(|asked| !self.is_empty() && asked.view == View::Recursive) else {
            return Detour::None;
        };
        let known = self.0.iter().rev().find(|(about, _)| about.covers(asked));
        match known {
            None => Detour::None,
            Some((_, StandIn::Awaited)) => Detour::Waits,
            Some((_, StandIn::Nobody(trouble))) => Detour::Silence(*trouble),
            Some((_, StandIn::Authority(address))) => {
                let there = asked.clone().at(*address);
                let there: Option<&L> = (&there as &dyn Any).downcast_ref();
                there.cloned().map_or(Detour::None, Detour::To)
            }
        }
    }
}
