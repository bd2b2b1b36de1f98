//! What single name servers said of a record, as the status keeps it: groups, each with since when. Pure.
//!
//! Not every look asks name servers, and one that does may not get to all of them. What was known stays until a look knows
//! better; a server that comes and goes is said once, as whatever takes turns is.

use jiff::Timestamp;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time;

use super::clock::{floor, happened};
use super::record::{Record, hold};
use super::text::cut_values;
use super::turns::{Kind, Turns, print};
use crate::api::ServersStatus;
use crate::inquiry::Depth;
use crate::intent::Schedule;
use crate::judge::authorities::{Group, ServerState, Servers, line};
use crate::judge::{State, Verdict};
use crate::name::Name;

/// So many groups of one record are kept.
const MOST_GROUPS: usize = 8;

/// Notes at each of `records` what its name servers say after this look, read with what was known.
pub(super) fn carry(
    past: &[Record],
    records: &mut [Record],
    verdict: &Verdict,
    schedule: &Schedule,
    turns: &mut Turns,
    now: Timestamp,
) {
    let thing = |record: &Record| Kind::Servers.thing(&(&record.key.name, &record.key.type_));
    for (record, seen) in records.iter_mut().zip(&verdict.records) {
        let before = past.iter().find(|old| old.is_about(seen));
        let before = before.map(|old| old.servers.clone()).unwrap_or_default();
        record.servers = match verdict.servers_of(&seen.site) {
            _ if verdict.depth == Depth::Off => Vec::new(),
            None => before,
            Some(servers) if !before.is_empty() && is_partial(servers) => before,
            Some(servers) => {
                let groups = grouped(servers, &before, now);
                let said: Vec<_> = groups
                    .iter()
                    .map(|group| (group.state, &group.names, &group.values))
                    .collect();
                let heard = turns.note(thing(record), print(&said), now, hold(schedule));
                match heard.alternates && !before.is_empty() {
                    true => before,
                    false => groups,
                }
            }
        };
    }
    turns.keep_only(Kind::Servers, records.iter().map(thing));
}

/// Whether a server was passed over that might say something else.
fn is_partial(servers: &Servers) -> bool {
    servers
        .views
        .iter()
        .any(|view| view.state == ServerState::NotAsked)
}

/// The groups of this look, each since when it was first seen so.
fn grouped(servers: &Servers, before: &[Group], now: Timestamp) -> Vec<Group> {
    let mut groups = servers.groups();
    groups.truncate(MOST_GROUPS);
    for group in &mut groups {
        group.values = match group.state {
            // What is desired stands beside.
            ServerState::Right => Vec::new(),
            _ => cut_values(&group.values),
        };
        // Fewer that say so have said so as long as all of them did.
        let among = |old: &Group| group.names.iter().all(|name| old.names.contains(name));
        let same = |old: &&Group| old.state == group.state && old.values == group.values && among(old);
        let same = before.iter().find(same);
        group.since = Some(same.and_then(|old| old.since).unwrap_or_else(|| floor(now)));
    }
    groups
}

/// The line about the record of which most is to be said, where its servers do not all say the same; `None` where
/// nothing is to be said.
pub(super) fn said(records: &[Record]) -> Option<String> {
    let weight = |record: &&Record| {
        let states = record.servers.iter().map(|group| match group.state {
            ServerState::Stale | ServerState::Differs => 2,
            ServerState::Lame(_) | ServerState::Silent | ServerState::NoAddress => 1,
            ServerState::Right | ServerState::NoRoute | ServerState::Unresolved | ServerState::NotAsked => 0,
        });
        let worst = states.max().unwrap_or(0);
        // That all hold something else is what the record itself says.
        let is_one = record.servers.len() < 2 && record.answer.state != State::InSync;
        if is_one && worst == 2 { 0 } else { worst }
    };
    let speaking = || records.iter().filter(|record| weight(record) > 0);
    // The first of those that weigh most.
    let first = speaking().rev().max_by_key(weight)?;
    let text = line(&first.servers)?;
    let more = speaking().count().saturating_sub(1);
    let others = match more {
        0 => String::new(),
        1 => "; servers of 1 more record differ or do not answer".to_owned(),
        more => format!("; servers of {more} more records differ or do not answer"),
    };
    Some(format!("{} {}: {text}{others}", first.key.name, first.key.type_))
}

/// Reads what a status says; a word of another version is no group.
pub(super) fn read(status: &[ServersStatus], now: Timestamp) -> Vec<Group> {
    let group = |one: &ServersStatus| {
        Some(Group {
            state: ServerState::parse(&one.state, one.lame.as_deref())?,
            names: one
                .names
                .iter()
                .filter_map(|name| name.parse::<Name>().ok())
                .collect(),
            addresses: usize::try_from(one.addresses).unwrap_or(0),
            values: one.observed.clone(),
            serial: one.serial.and_then(|serial| u32::try_from(serial).ok()),
            why: None,
            since: one.since.as_ref().map(|time| happened(time.0, now)),
        })
    };
    status.iter().filter_map(group).collect()
}

/// Writes it.
pub(super) fn write(groups: Vec<Group>) -> Vec<ServersStatus> {
    let group = |group: Group| ServersStatus {
        state: group.state.as_str().to_owned(),
        lame: match group.state {
            ServerState::Lame(how) => Some(how.as_str().to_owned()),
            _ => None,
        },
        names: group.names.iter().map(Name::to_string).collect(),
        addresses: i32::try_from(group.addresses).unwrap_or(i32::MAX),
        observed: group.values,
        serial: group.serial.map(i64::from),
        since: group.since.map(Time),
    };
    groups.into_iter().map(group).collect()
}

/// Takes over what causes no write by itself, where nothing else changed: a version that moved at all servers alike.
pub(super) fn keep_serials(now: &mut [ServersStatus], before: &[ServersStatus]) {
    if now.len() != before.len() {
        return;
    }
    for (now, before) in now.iter_mut().zip(before) {
        now.serial = before.serial;
    }
}
