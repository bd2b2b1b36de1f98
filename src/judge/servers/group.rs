//! Servers that say the same, and all groups in the line people read. Pure.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::{ServerState, is_interception};
use crate::name::Name;

/// Servers that say the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// What they come to.
    pub state: ServerState,
    /// Their names, sorted.
    pub names: Vec<Name>,
    /// How many addresses of theirs say so.
    pub addresses: usize,
    /// What they hold.
    pub values: Vec<String>,
    /// The version of the zone they hold, where it is one.
    pub serial: Option<u32>,
    /// What kept them from being right, in a clause.
    pub why: Option<String>,
    /// Since when they say so; only who remembers earlier looks knows.
    pub since: Option<Timestamp>,
}

/// Why some are not asked.
pub const BEYOND: &str = "no more than 13 names and 26 addresses of a zone are";

/// So many groups beside the largest are told in one line.
const MOST_GROUPS: usize = 3;

/// So many names stand in one group's part of a line.
const MOST_NAMES: usize = 3;

/// What groups of servers say, in a line; `None` of none.
pub fn line(groups: &[Group]) -> Option<String> {
    line_of(groups, None)
}

/// The same, where it is known what those that are right say.
pub(super) fn line_of(groups: &[Group], what: Option<&str>) -> Option<String> {
    let named = |groups: &[&Group]| -> BTreeSet<Name> {
        let names = groups.iter().flat_map(|group| group.names.iter().cloned());
        names.collect()
    };
    let of = |states: &dyn Fn(ServerState) -> bool| -> Vec<&Group> {
        groups.iter().filter(|group| states(group.state)).collect()
    };
    let wrong = of(&|state| state != ServerState::Right);
    let all = named(&groups.iter().collect::<Vec<_>>()).len();
    let differing = named(&of(&|state| state.counts() && state != ServerState::Right));
    let right = named(&of(&|state| state == ServerState::Right));
    let right = right.difference(&differing).count();
    let counting = right + differing.len();
    let mut line = match (right, counting) {
        _ if groups.is_empty() => return None,
        (_, 0) => format!("none of {} answers as an authority", counted(all)),
        (right, counting) if right == counting && counting == all => match (all, what) {
            (1, None) => "the name server is right".to_owned(),
            (_, None) => format!("all {all} name servers are right"),
            (1, Some(what)) => format!("the name server says {what}"),
            (_, Some(what)) => format!("all {all} name servers say {what}"),
        },
        (right, _) => match (right, what) {
            (_, None) | (0, _) => format!("{right} of {} right", counted(all)),
            (1, Some(what)) => format!("1 of {} says {what}", counted(all)),
            (_, Some(what)) => format!("{right} of {} say {what}", counted(all)),
        },
    };
    let (beyond, wrong): (Vec<&Group>, Vec<&Group>) = wrong
        .into_iter()
        .partition(|group| group.state == ServerState::NotAsked);
    for group in wrong.iter().take(MOST_GROUPS) {
        line.push_str("; ");
        line.push_str(&group.clause(groups));
    }
    if let Some(more @ 1..) = wrong.len().checked_sub(MOST_GROUPS) {
        line.push_str(&format!("; {more} more groups of servers say something else"));
    }
    for group in beyond {
        line.push_str("; ");
        line.push_str(&group.left_out());
    }
    Some(line)
}

impl Group {
    /// Whether something on the way answers in their place.
    pub(super) fn is_intercepted(&self) -> bool {
        is_interception(&self.why)
    }

    /// What the group does, in a clause: `ns2.example.net still serves the old record (serial 2026112501)`. Where a name is
    /// in another group too, it is addresses that do it.
    fn clause(&self, all: &[Self]) -> String {
        let elsewhere = |name: &Name| {
            let others = all.iter().filter(|other| *other != self);
            others.into_iter().any(|other| other.names.contains(name))
        };
        let is_shared = self.addresses > 0 && self.names.iter().any(elsewhere);
        let one = match is_shared {
            true => self.addresses == 1,
            false => self.names.len() == 1,
        };
        let does = match (self.state, one) {
            (ServerState::Right, true) => "is right".to_owned(),
            (ServerState::Right, false) => "are right".to_owned(),
            (ServerState::Stale, true) => "still serves an older version".to_owned(),
            (ServerState::Stale, false) => "still serve an older version".to_owned(),
            (ServerState::Differs, one) if self.values.is_empty() => match one {
                true => "has no such record".to_owned(),
                false => "have no such record".to_owned(),
            },
            (ServerState::Differs, true) => "holds something else".to_owned(),
            (ServerState::Differs, false) => "hold something else".to_owned(),
            (ServerState::Lame(how), true) => how.to_string(),
            (ServerState::Lame(how), false) => format!("(each of them) {how}"),
            (ServerState::Silent, true) => "does not answer from here".to_owned(),
            (ServerState::Silent, false) => "do not answer from here".to_owned(),
            (ServerState::NoRoute, _) if self.is_intercepted() => {
                "cannot be asked from here: something on the way answers instead".to_owned()
            }
            (ServerState::NoRoute, _) => "cannot be reached from here".to_owned(),
            (ServerState::Unresolved, true) => "has an address that is not known".to_owned(),
            (ServerState::Unresolved, false) => "have addresses that are not known".to_owned(),
            (ServerState::NoAddress, true) => "has no address".to_owned(),
            (ServerState::NoAddress, false) => "have no address".to_owned(),
            (ServerState::NotAsked, true) => "was not asked".to_owned(),
            (ServerState::NotAsked, false) => "were not asked".to_owned(),
        };
        let mut clause = match (is_shared, one) {
            (false, _) => format!("{} {does}", self.shown_names()),
            (true, true) => format!("one address of {} {does}", self.shown_names()),
            (true, false) => format!("{} addresses of {} {does}", self.addresses, self.shown_names()),
        };
        let mut notes = Vec::new();
        if self.addresses > self.names.len() && !is_shared {
            notes.push(format!("{} addresses", self.addresses));
        }
        if let Some(serial) = self.serial.filter(|_| self.state == ServerState::Stale) {
            notes.push(format!("serial {serial}"));
        }
        if !notes.is_empty() {
            clause.push_str(&format!(" ({})", notes.join(", ")));
        }
        if let Some(since) = self.since.filter(|_| self.state != ServerState::Right) {
            clause.push_str(&format!(" since {since}"));
        }
        clause
    }

    /// That it was not asked, being beyond the bounds.
    fn left_out(&self) -> String {
        let addresses = match self.addresses {
            0 => None,
            1 => Some("one more address".to_owned()),
            more => Some(format!("{more} more addresses")),
        };
        let names = (!self.names.is_empty()).then(|| self.shown_names());
        let all: Vec<String> = names.into_iter().chain(addresses).collect();
        let were = match self.names.len() + self.addresses {
            1 => "was",
            _ => "were",
        };
        format!("{} {were} not asked ({BEYOND})", all.join(" and "))
    }

    fn shown_names(&self) -> String {
        let (shown, rest) = self.names.split_at(self.names.len().min(MOST_NAMES));
        let names: Vec<&str> = shown.iter().map(Name::as_str).collect();
        match rest.len() {
            0 => names.join(", "),
            more => format!("{} and {more} more", names.join(", ")),
        }
    }
}

fn counted(servers: usize) -> String {
    match servers {
        1 => "1 name server".to_owned(),
        _ => format!("{servers} name servers"),
    }
}
