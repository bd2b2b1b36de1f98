//! How closely name servers are looked at in the next pass, and of which records the resolver is not asked first. Pure.
//!
//! Many domains hang on few servers, so most looks leave them alone. They are asked about everything where it matters:
//! at the first look, after a change of the spec or of the zone, when somebody asks for a look, and while a server holds
//! something else; and now and then for the version of their zone, which tells whether anything changed.
//!
//! A record that is about to be published is not asked of the resolver before the servers have it: our own question
//! would plant the absence, or the older record, that we then wait for. Not for ever, for what servers say from here may
//! not be what they say elsewhere: to the end of `settleWindow`.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::clock::plus;
use super::finding;
use super::known::History;
use super::pass::Before;
use super::record::{Cause, Record};
use super::rounds::{RETRY, ROUND, round};
use crate::inquiry::{Depth, Kind};
use crate::intent::{Intent, ManagedRrset, Schedule};
use crate::judge::State;
use crate::name::Name;
use crate::rules;

/// How closely the name servers of this object are to be looked at.
pub fn depth(before: &Before<'_>, intent: &Intent, now: Timestamp) -> Depth {
    let history = History::read(before.status, now);
    let rounds = &before.remembered.rounds;
    let is_new = !history.is_of(intent);
    let was_seen = |wanted: &ManagedRrset| {
        let record = history.records.iter().find(|record| record.is_of(wanted));
        record.is_some_and(|record| !record.versions.seen.is_empty())
    };
    let tried = rounds.closely == Some(round(RETRY, before.uid, now));
    let is_unseen = !tried && !intent.wanted.iter().all(was_seen);
    let one_differs = history.records.iter().any(Record::has_another_version);
    if is_new || is_unseen || one_differs || rounds.moved || before.request().is_some() {
        return Depth::Closely;
    }
    let this = round(ROUND, before.uid, now);
    match rounds.serials.is_some_and(|last| last != this) {
        true => Depth::Serials,
        false => Depth::Troubled,
    }
}

/// The record sets of which the resolver is not asked before the name servers have what is meant.
pub fn held_back(
    before: &Before<'_>,
    intent: &Intent,
    schedule: &Schedule,
    now: Timestamp,
) -> BTreeSet<(Name, Kind)> {
    let history = History::read(before.status, now);
    let going = finding::names_of(&rules::dns::GOING, &history.findings);
    let settles = |wanted: &&ManagedRrset| {
        let record = history.records.iter().find(|record| record.is_of(wanted));
        let Some(record) = record.filter(|record| record.wants_text(&wanted.desired().values)) else {
            // Another text is meant since the last look, or there was none: it is about to be published, or stands.
            return true;
        };
        let end = record.since.map(|since| plus(since, schedule.settle_window));
        // Where some servers have it and some lost it, the resolver tells what is met.
        let is_mixed = record.cause == Some(Cause::World) && record.has_a_right_version();
        record.answer.state != State::InSync
            && record.alternates.is_empty()
            && !is_mixed
            // The resolver had it when the servers had not: whether it still has it tells whose it is.
            && !going.contains(wanted.name.as_str())
            && end.is_some_and(|end| now < end)
    };
    let all = intent.wanted.iter().filter(settles);
    all.map(|wanted| (wanted.name.clone(), wanted.desired().kind))
        .collect()
}
