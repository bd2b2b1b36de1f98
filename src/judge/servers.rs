//! What single name servers say of one record set: types, their groups, and the line people read.
//!
//! Status, JSON, tables and whoever works out when a change is seen everywhere read these; the room of the authorities fills them.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::net::IpAddr;
use std::time::Duration;

use jiff::Timestamp;

use super::finding::Site;
use crate::inquiry::Trouble;
use crate::name::Name;

/// What one address of a name server says of a record set, as seen from here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ServerState {
    /// It has authority and holds what is meant.
    Right,
    /// It has authority and holds an older version than others do.
    Stale,
    /// It has authority and holds something else.
    Differs,
    /// It is named for the zone and does not serve it (RFC 9499).
    Lame(Lame),
    /// No answer came: it may be down, or the way to it.
    Silent,
    /// Nothing can be sent to it from here, or nothing that is sent reaches it: never counted against the zone.
    NoRoute,
    /// Its name leads to no address, or to none that is known.
    NoAddress,
    /// It was not asked in this look: others were first, or its serial told enough.
    NotAsked,
}

impl ServerState {
    /// The state a status names, with how a server is lame; `None` of a word of another version.
    pub fn parse(word: &str, lame: Option<&str>) -> Option<Self> {
        let how = Lame::ALL.into_iter().find(|how| Some(how.as_str()) == lame);
        let states = [
            Self::Right,
            Self::Stale,
            Self::Differs,
            Self::Lame(how.unwrap_or(Lame::Unusable)),
            Self::Silent,
            Self::NoRoute,
            Self::NoAddress,
            Self::NotAsked,
        ];
        states.into_iter().find(|state| state.as_str() == word)
    }

    /// The word of status and JSON; how a server is lame is told beside.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Right => "Right",
            Self::Stale => "Stale",
            Self::Differs => "Differs",
            Self::Lame(_) => "Lame",
            Self::Silent => "Silent",
            Self::NoRoute => "NoRoute",
            Self::NoAddress => "NoAddress",
            Self::NotAsked => "NotAsked",
        }
    }

    /// Whether it answered as an authority: only then does it count when all of them are to agree.
    pub fn counts(self) -> bool {
        matches!(self, Self::Right | Self::Stale | Self::Differs)
    }
}

/// In which way a server that is named for a zone does not serve it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Lame {
    /// It answers, without authority.
    NotAuthoritative,
    /// It sends us on, to a zone below or beside.
    Referral,
    /// It sends us back up, to the root or a zone above.
    UpwardReferral,
    /// It refuses (RCODE 5).
    Refused,
    /// It fails (RCODE 2): it has the zone configured and cannot load it, or it expired.
    ServFail,
    /// It answers with the start of authority of another zone.
    WrongZone,
    /// It answers with another error code, or with no DNS message.
    Unusable,
}

impl Lame {
    /// Every way.
    pub const ALL: [Self; 7] = [
        Self::NotAuthoritative,
        Self::Referral,
        Self::UpwardReferral,
        Self::Refused,
        Self::ServFail,
        Self::WrongZone,
        Self::Unusable,
    ];

    /// The word of status and JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NotAuthoritative => "NotAuthoritative",
            Self::Referral => "Referral",
            Self::UpwardReferral => "UpwardReferral",
            Self::Refused => "Refused",
            Self::ServFail => "ServFail",
            Self::WrongZone => "WrongZone",
            Self::Unusable => "Unusable",
        }
    }
}

impl fmt::Display for Lame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotAuthoritative => "answers without authority",
            Self::Referral => "refers to other servers",
            Self::UpwardReferral => "refers back up, to a zone above",
            Self::Refused => "refuses",
            Self::ServFail => "fails (SERVFAIL): it cannot load the zone, or the zone expired",
            Self::WrongZone => "answers for another zone",
            Self::Unusable => "answers with an error code or no DNS message",
        })
    }
}

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
    /// What keeps it from being asked, in a clause.
    pub fn why(&self) -> String {
        match self.trouble {
            None => "neither A nor AAAA stands at this name".to_owned(),
            Some(trouble) => format!("its addresses are not known: {trouble}"),
        }
    }
}

/// How much of a zone's list of servers was not asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LeftOut {
    /// Names.
    pub names: usize,
    /// Addresses of names of which some were asked.
    pub addresses: usize,
}

impl LeftOut {
    /// Whether all were asked.
    pub fn is_nothing(self) -> bool {
        self == Self::default()
    }
}

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

/// So many groups beside the largest are told in one line.
const MOST_GROUPS: usize = 3;

/// So many names stand in one group's part of a line.
const MOST_NAMES: usize = 3;

impl Servers {
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
        asked.chain(nowhere).collect::<BTreeSet<_>>().len()
    }

    /// The servers by what they say: the same state and the same set are one group; the right first, then the largest.
    /// Those that were not asked are in none.
    pub fn groups(&self) -> Vec<Group> {
        let mut groups: Vec<(Group, BTreeSet<&Name>)> = Vec::new();
        for view in self
            .views
            .iter()
            .filter(|view| view.state != ServerState::NotAsked)
        {
            let same = |(group, _): &&mut (Group, BTreeSet<&Name>)| {
                group.state == view.state && (group.values == view.values || view.state == ServerState::Right)
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
            let same = |(group, _): &&mut (Group, BTreeSet<&Name>)| group.state == ServerState::NoAddress;
            match groups.iter_mut().find(same) {
                Some((_, names)) => {
                    names.insert(&nowhere.name);
                }
                None => {
                    let group = Group {
                        state: ServerState::NoAddress,
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
        let mut groups: Vec<Group> = groups
            .into_iter()
            .map(|(group, names)| Group {
                names: names.into_iter().cloned().collect(),
                ..group
            })
            .collect();
        groups.sort_by(|one, other| {
            let rank = |group: &Group| (group.state != ServerState::Right, usize::MAX - group.names.len());
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
        line(&self.groups())
    }
}

/// What groups of servers say, in a line; `None` of none.
pub fn line(groups: &[Group]) -> Option<String> {
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
        (right, counting) if right == counting && counting == all => match all {
            1 => "the name server is right".to_owned(),
            _ => format!("all {all} name servers are right"),
        },
        (right, _) => format!("{right} of {} right", counted(all)),
    };
    for group in wrong.iter().take(MOST_GROUPS) {
        line.push_str("; ");
        line.push_str(&group.clause());
    }
    if let Some(more @ 1..) = wrong.len().checked_sub(MOST_GROUPS) {
        line.push_str(&format!("; {more} more groups of servers say something else"));
    }
    Some(line)
}

impl Group {
    /// What the group does, in a clause: `ns2.example.net still serves the old record (serial 2026112501)`.
    pub fn clause(&self) -> String {
        let one = self.names.len() == 1;
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
            (ServerState::NoRoute, _) => "cannot be reached from here".to_owned(),
            (ServerState::NoAddress, true) => "has no address".to_owned(),
            (ServerState::NoAddress, false) => "have no address".to_owned(),
            (ServerState::NotAsked, true) => "was not asked".to_owned(),
            (ServerState::NotAsked, false) => "were not asked".to_owned(),
        };
        let mut clause = format!("{} {does}", self.shown_names());
        let mut notes = Vec::new();
        if self.addresses > self.names.len() {
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

#[cfg(test)]
mod tests;
