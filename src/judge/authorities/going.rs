//! What every name server has dropped and the resolver still has: it is gone as soon as caches forget it.
//!
//! The servers are the truth of a zone and the resolver is a memory of it; so what they have dropped is drift to come,
//! unless there is doubt that the resolver has it from them: a server that was not heard, a resolver that serves the zone
//! itself or knows a newer version of it, an answer no cache may keep. Where there is doubt nothing is said. Pure.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::meaning::is_ahead;
use super::view::Content;
use super::{UNTOUCHED_SERIAL, shown};
use crate::inquiry::{Dns, Inquiry, Kind, whole_second};
use crate::judge::servers::{ServerState, ServerView, Servers};
use crate::judge::{RecordVerdict, State};

/// What the resolver has and is about to lose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::judge) struct Going {
    /// What the servers hold in its place, where all of them hold the same, or the first of them; none: nothing.
    pub(in crate::judge) values: Vec<String>,
    /// When the resolver that was asked forgets it.
    pub(in crate::judge) forgotten_at: Timestamp,
}

impl Going {
    /// What is going of a record that is as it is meant at the resolver; `None` where nothing is, or nobody can tell.
    pub(in crate::judge) fn of(
        record: &RecordVerdict,
        servers: &Servers,
        inquiry: &Inquiry<'_>,
    ) -> Option<Self> {
        let is_record = !record.is_no_record();
        let is_fine = is_record && record.state == State::InSync && record.resolver.is_none();
        let is_going = is_fine
            && servers.none_is_right()
            && all_were_heard(servers, inquiry)
            && is_a_memory(servers, inquiry);
        Self::told(servers, inquiry).filter(|_| is_going)
    }

    /// What is going of a record set of which nobody says what is meant: what the resolver has, where there is none at any
    /// server any more.
    pub(super) fn of_unmanaged(servers: &Servers, inquiry: &Inquiry<'_>) -> Option<Self> {
        let fact = inquiry.fact(&servers.question()?)?;
        let has_some = fact
            .outcome
            .as_ref()
            .is_ok_and(|answer| !answer.records().is_empty());
        let is_gone = has_some && servers.counting().all(|view| view.values.is_empty());
        let is_going = is_gone && all_were_heard(servers, inquiry) && is_a_memory(servers, inquiry);
        Self::told(servers, inquiry).filter(|_| is_going)
    }

    fn told(servers: &Servers, inquiry: &Inquiry<'_>) -> Option<Self> {
        let held = servers.counting().map(|view| &view.values);
        let something = held.max_by_key(|values| values.len()).cloned();
        Some(Self {
            values: something.unwrap_or_default(),
            forgotten_at: inquiry.fact(&servers.question()?)?.expires_at,
        })
    }

    /// That it is going, in a sentence.
    pub(in crate::judge) fn sentence(&self) -> String {
        let by = whole_second(self.forgotten_at);
        match self.values.as_slice() {
            [] => {
                format!("no name server serves it any more; resolvers forget it, the one asked here by {by}")
            }
            values => {
                let held = shown(values);
                format!(
                    "every name server serves something else by now: {held}; resolvers follow, the one asked here by {by}"
                )
            }
        }
    }
}

/// Whether every server of the zone was heard, and says what it holds. A lame server serves nobody; one that
/// is silent, or cannot be reached from here, may serve it to others.
fn all_were_heard(servers: &Servers, inquiry: &Inquiry<'_>) -> bool {
    let Some(question) = servers.question() else {
        return false;
    };
    let heard: BTreeSet<_> = servers.counting().map(|view| &view.name).collect();
    let is_told = |view: &ServerView| match view.state {
        ServerState::NotAsked | ServerState::NoAddress | ServerState::Unresolved => false,
        ServerState::Silent | ServerState::NoRoute => heard.contains(&view.name),
        ServerState::Lame(_) => true,
        // One whose alias leads to another zone has not said what stands there.
        ServerState::Right | ServerState::Stale | ServerState::Differs => {
            let fact = inquiry.fact(&question.clone().at(view.address));
            fact.is_some_and(|fact| fact.outcome.is_ok())
        }
    };
    servers.left_out.is_nothing()
        && servers.nowhere.iter().all(|nowhere| nowhere.trouble.is_none())
        && servers.counting().next().is_some()
        && servers.views.iter().all(is_told)
}

/// Whether the resolver has its answer from what the servers held before, as far as it can be told.
fn is_a_memory(servers: &Servers, inquiry: &Inquiry<'_>) -> bool {
    let Some(fact) = servers.question().and_then(|question| inquiry.fact(&question)) else {
        return false;
    };
    // A resolver that has a zone of its own says so; what no cache may keep was had just now.
    if fact.source.authoritative || fact.ttl() == 0 || Content::of(fact).is_none() {
        return false;
    }
    let soa = inquiry.fact(&Dns::new(servers.zone.clone(), Kind::Soa));
    let there = soa.and_then(|fact| fact.source.soa.as_ref());
    let there = there.filter(|soa| soa.owner == servers.zone);
    let touched = |serial: &u32| *serial != UNTOUCHED_SERIAL;
    let mut serials = servers
        .counting()
        .filter_map(|view| view.serial.filter(touched))
        .peekable();
    match there {
        Some(soa) if serials.peek().is_some() => !serials.all(|serial| is_ahead(soa.serial, serial)),
        _ => true,
    }
}
