//! What single name servers say of one record set: types, their groups, and the line people read.
//!
//! Status, JSON, tables and whoever works out when a change is seen everywhere read these; the room of the authorities fills them.
//! Files: `state` (what a server is), `group` (those that say the same, and the line).

mod group;
mod state;

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::time::Duration;

use jiff::Timestamp;

use super::finding::Site;
use crate::inquiry::{Dns, Trouble};
use crate::name::Name;

pub use self::group::{BEYOND, Group, line};
pub use self::state::{Lame, ServerState};

/// What one address of one name server says of a record set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerView {
    /// The server's name, as the delegation has it.
    pub name: Name,
    /// The address that was asked.
    pub address: IpAddr,
    /// What it comes to.
    pub state: ServerState,
    /// What it holds, in presentation format: the values of the standard, or `CNAME target`. Empty: nothing is there,
    /// or it was not asked for the record.
    pub values: Vec<String>,
    /// The original TTL of what it holds, in seconds; of an absence, how long it may be remembered (RFC 2308 5).
    pub ttl: Option<u32>,
    /// The version of the zone it holds.
    pub serial: Option<u32>,
    /// Which of the machines behind the address spoke (RFC 5001).
    pub nsid: Option<String>,
    /// How long the answer took.
    pub rtt: Option<Duration>,
    /// When the answer came.
    pub seen_at: Option<Timestamp>,
    /// What kept it from being right, in a clause.
    pub why: Option<String>,
}

/// What all name servers of a zone say of one record set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Servers {
    /// The record set.
    pub site: Site,
    /// The zone that holds it.
    pub zone: Name,
    /// One entry a name and address, by name and address.
    pub views: Vec<ServerView>,
    /// Names that lead to no address: nobody can be asked there.
    pub nowhere: Vec<Nowhere>,
    /// What lies beyond the bounds and was not asked.
    pub left_out: LeftOut,
    /// That the servers that are right hold nothing, where nothing is meant and so whatever is newest is right.
    pub absence: Option<Absence>,
    /// What the resolver says, where some server is right and none of those that were heard says so.
    pub resolver: Option<Apart>,
}

/// In which way nothing is held (RFC 2308 2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Absence {
    /// No record of the type.
    NoData,
    /// No such name at all.
    NxDomain,
}

impl Absence {
    /// What is said of it, in a clause.
    fn words(self) -> &'static str {
        match self {
            Self::NoData => "that there is no such record",
            Self::NxDomain => "that it does not exist",
        }
    }
}

/// What the resolver says of a record set and no name server does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Apart {
    /// What it has, in presentation format; empty: it says that there is none.
    pub values: Vec<String>,
    /// Until when.
    pub visible: Visible,
}

/// By when what the name servers hold is seen by the resolver that was asked, and what is to be said of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Visible {
    /// The time; `None` where it cannot be known, and where there is nothing to wait for.
    pub by: Option<Timestamp>,
    /// What hangs on it, or why there is none.
    pub why: String,
}

/// A name in the list of name servers that leads to no address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Nowhere {
    /// The name.
    pub name: Name,
    /// Why its addresses are not known; `None` where it is known to have none.
    pub trouble: Option<Trouble>,
}

impl Nowhere {
    /// What it comes to.
    pub fn state(&self) -> ServerState {
        match self.trouble {
            None => ServerState::NoAddress,
            Some(_) => ServerState::Unresolved,
        }
    }

    /// What keeps it from being asked, in a clause.
    pub fn why(&self) -> String {
        match self.trouble {
            None => "neither A nor AAAA stands at this name".to_owned(),
            Some(trouble) => format!("its addresses are not known: {trouble}"),
        }
    }
}

/// How much of a zone's list of servers was not asked.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LeftOut {
    /// Names, sorted.
    pub names: Vec<Name>,
    /// Addresses of names of which some were asked.
    pub addresses: usize,
}

impl LeftOut {
    /// Whether all were asked.
    pub fn is_nothing(&self) -> bool {
        *self == Self::default()
    }
}

impl Servers {
    /// The question they answer, as the resolver is asked it; `None` where it is about no record set.
    pub fn question(&self) -> Option<Dns> {
        Some(Dns::new(self.site.name().clone(), self.site.kind()?))
    }

    /// The views that answered as authorities.
    pub fn counting(&self) -> impl Iterator<Item = &ServerView> {
        self.views.iter().filter(|view| view.state.counts())
    }

    /// Whether at least one server answered, and all that answered are right.
    pub fn are_right(&self) -> bool {
        let mut counting = self.counting().peekable();
        counting.peek().is_some() && counting.all(|view| view.state == ServerState::Right)
    }

    /// Whether at least one server answered, and none that answered is right.
    pub fn none_is_right(&self) -> bool {
        let mut counting = self.counting().peekable();
        counting.peek().is_some() && counting.all(|view| view.state != ServerState::Right)
    }

    /// How many names answered as authorities at one address at least, and at how many of those every such address is
    /// right.
    pub fn names_right(&self) -> (usize, usize) {
        let mut names: BTreeMap<&Name, bool> = BTreeMap::new();
        for view in self.counting() {
            *names.entry(&view.name).or_insert(true) &= view.state == ServerState::Right;
        }
        (names.values().filter(|right| **right).count(), names.len())
    }

    /// How many names there are in all.
    pub fn names(&self) -> usize {
        let asked = self.views.iter().map(|view| &view.name);
        let nowhere = self.nowhere.iter().map(|nowhere| &nowhere.name);
        let all = asked.chain(nowhere).chain(&self.left_out.names);
        all.collect::<BTreeSet<_>>().len()
    }

    /// The servers by what they say: the same state and the same set are one group; the right first, then the largest.
    /// Those whose turn did not come in this look are in none; those beyond the bounds are the last.
    pub fn groups(&self) -> Vec<Group> {
        let mut groups: Vec<(Group, BTreeSet<&Name>)> = Vec::new();
        for view in self
            .views
            .iter()
            .filter(|view| view.state != ServerState::NotAsked)
        {
            let same = |(group, _): &&mut (Group, BTreeSet<&Name>)| {
                let is_alike = group.values == view.values || view.state == ServerState::Right;
                group.state == view.state && is_alike && group.is_intercepted() == is_interception(&view.why)
            };
            match groups.iter_mut().find(same) {
                Some((group, names)) => {
                    names.insert(&view.name);
                    group.addresses += 1;
                    if group.serial != view.serial {
                        group.serial = None;
                    }
                    if group.why != view.why {
                        group.why = group.why.take().or_else(|| view.why.clone());
                    }
                    if group.values.is_empty() {
                        group.values.clone_from(&view.values);
                    }
                }
                None => {
                    let group = Group {
                        state: view.state,
                        names: Vec::new(),
                        addresses: 1,
                        values: view.values.clone(),
                        serial: view.serial,
                        why: view.why.clone(),
                        since: None,
                    };
                    groups.push((group, BTreeSet::from([&view.name])));
                }
            }
        }
        for nowhere in &self.nowhere {
            let same = |(group, _): &&mut (Group, BTreeSet<&Name>)| group.state == nowhere.state();
            match groups.iter_mut().find(same) {
                Some((_, names)) => {
                    names.insert(&nowhere.name);
                }
                None => {
                    let group = Group {
                        state: nowhere.state(),
                        names: Vec::new(),
                        addresses: 0,
                        values: Vec::new(),
                        serial: None,
                        why: Some(nowhere.why()),
                        since: None,
                    };
                    groups.push((group, BTreeSet::from([&nowhere.name])));
                }
            }
        }
        if !self.left_out.is_nothing() {
            let group = Group {
                state: ServerState::NotAsked,
                names: Vec::new(),
                addresses: self.left_out.addresses,
                values: Vec::new(),
                serial: None,
                why: Some(BEYOND.to_owned()),
                since: None,
            };
            groups.push((group, self.left_out.names.iter().collect()));
        }
        let mut groups: Vec<Group> = groups
            .into_iter()
            .map(|(group, names)| Group {
                names: names.into_iter().cloned().collect(),
                ..group
            })
            .collect();
        groups.sort_by(|one, other| {
            let rank = |group: &Group| {
                let is_last = group.state == ServerState::NotAsked;
                (
                    is_last,
                    group.state != ServerState::Right,
                    usize::MAX - group.names.len(),
                )
            };
            let by_size = rank(one).cmp(&rank(other));
            by_size.then_with(|| {
                (one.state, &one.values, &one.names).cmp(&(other.state, &other.values, &other.names))
            })
        });
        groups
    }

    /// `3 of 4 name servers right; ns2.example.net still serves an older version (serial 2026112501)`; `None` when nobody
    /// was asked.
    pub fn line(&self) -> Option<String> {
        group::line_of(&self.groups(), self.absence.map(Absence::words))
    }

    /// The same where there is nothing to hold the servers against but each other.
    pub fn line_among_themselves(&self) -> Option<String> {
        let same = match self.names_right() {
            (1, _) => "something, and there is nothing to hold it against",
            _ => "the same, and there is nothing else to hold it against",
        };
        let says = self.absence.map_or(same, Absence::words);
        group::line_of(&self.groups(), Some(says))
    }
}

/// Why nobody can be asked where something on the way answers for all.
pub(super) const INTERCEPTED: &str =
    "something on the way answers in its place: it recurses and has no authority";

fn is_interception(why: &Option<String>) -> bool {
    why.as_deref() == Some(INTERCEPTED)
}

#[cfg(test)]
mod tests;
