//! When the name servers are believed in the resolver's place.
//!
//! *Before* it is asked: a record that is about to be published is looked for at the servers, and of the resolver only
//! once they have it, for our own question would plant the absence, or the older record, that we then wait for
//! (RFC 2308 5, RFC 8020). *After* it was asked: where every server that answers holds what is meant, it is published,
//! whatever the resolver still remembers; the whole domain is judged by what stands there, and what the resolver says is
//! told beside. Where the servers' word alone counts and none answers, nothing is known. And where every server has dropped
//! what is meant, it is gone, though the resolver still remembers it. Pure.

use super::authorities::{self, Going, Lame, ServerState, ServerView, Servers};
use super::{Findings, RecordVerdict, ResolverSays, State, record_state};
use crate::inquiry::{About, Depth, Facts, Inquiry, Trouble};
use crate::intent::{Intent, ManagedRrset, Observe};
use crate::name::Name;

/// Looks for the records that are held back at the name servers, and sees to it that the resolver is not asked for those
/// they have not got.
pub(super) fn before_the_resolver(intent: &Intent, inquiry: &mut Inquiry<'_>) {
    let held_back = inquiry.held_back();
    if held_back.is_empty() || inquiry.depth() == Depth::Off {
        return;
    }
    let is_held_back =
        |wanted: &&ManagedRrset| held_back.contains(&(wanted.name.clone(), wanted.desired().kind));
    let wanted: Vec<&ManagedRrset> = intent.wanted.iter().filter(is_held_back).collect();
    if wanted.is_empty() {
        return;
    }
    let nothing = Facts::new();
    let blind = wanted.into_iter().map(|wanted| {
        let mut closed = Inquiry::closed(&nothing);
        record_state(intent, wanted, &mut closed, &mut Findings::new())
    });
    let blind: Vec<RecordVerdict> = blind.collect();
    let all = authorities::look(intent, &blind, inquiry, &mut Findings::new());
    let is_open = !inquiry.open().is_empty();
    for record in &blind {
        let Some(about) = about(record, &intent.domain) else {
            continue;
        };
        if is_open {
            // What they say is not known yet.
            inquiry.stand_in(about, None);
            continue;
        }
        let servers = all.iter().find(|servers| servers.site == record.site);
        let Some(servers) = servers.filter(|servers| !servers.are_right()) else {
            continue;
        };
        let not_right = |view: &ServerView| view.state != ServerState::Right;
        if let Some(stands_in) = holder(servers, not_right, inquiry) {
            inquiry.stand_in(about, Some(stands_in));
        }
    }
}

/// Has the name servers answer for records that all of them hold as they are meant and the resolver has not, and for those of
/// which the resolver says what no server does: it may have that from elsewhere, and nothing is missing on its word alone.
/// Where the servers' word alone counts they answer for whatever they were asked. Gives what the resolver says of each. Where
/// there is any, the domain is to be judged again.
pub(super) fn after_the_resolver(
    intent: &Intent,
    records: &[RecordVerdict],
    all: &[Servers],
    inquiry: &mut Inquiry<'_>,
) -> Vec<Option<ResolverSays>> {
    let believed = records.iter().map(|record| {
        let servers = all.iter().find(|servers| servers.site == record.site)?;
        if let Some(trouble) = none_answers(servers).filter(|_| intent.observe == Observe::Authoritative) {
            inquiry.let_nobody_answer(about(record, &intent.domain)?, trouble);
            return Some(ResolverSays::of(record));
        }
        if !are_believed(intent, record, servers, inquiry) {
            return None;
        }
        let is_right = |view: &ServerView| view.state == ServerState::Right;
        let is_newest = |view: &ServerView| !servers.leave_behind(view);
        // By their word alone a version that another has left behind counts for nothing.
        let first = match intent.observe {
            Observe::Authoritative => holder(servers, |view| is_right(view) && is_newest(view), inquiry)
                .or_else(|| holder(servers, is_newest, inquiry)),
            Observe::Both | Observe::Recursive => holder(servers, is_right, inquiry),
        };
        let stands_in = first.or_else(|| holder(servers, |_| true, inquiry))?;
        inquiry.stand_in(about(record, &intent.domain)?, Some(stands_in));
        Some(ResolverSays::of(record))
    });
    believed.collect()
}

/// Whether a record is judged by what its servers hold, and not by what the resolver says.
fn are_believed(intent: &Intent, record: &RecordVerdict, servers: &Servers, inquiry: &Inquiry<'_>) -> bool {
    let is_any_right = servers.counting().any(|view| view.state == ServerState::Right);
    let is_alone = || servers.leave_the_resolver_alone(inquiry);
    // As the servers say: one that is behind takes nothing from what another publishes, and publishes nothing itself.
    let is_published = || {
        let mut right = servers.counting().filter(|view| view.state == ServerState::Right);
        right.any(|view| !servers.leave_behind(view))
    };
    match record.state {
        _ if !all_were_asked(servers) => false,
        State::InSync if record.is_no_record() => false,
        State::InSync => {
            intent.observe == Observe::Authoritative && servers.counting().next().is_some() && !is_published()
        }
        _ if intent.observe == Observe::Authoritative => servers.counting().next().is_some(),
        State::Missing => servers.are_right() || is_alone(),
        state if state.differs() => servers.are_right() || (is_any_right && is_alone()),
        _ => false,
    }
}

/// Whether the turn of every address came.
fn all_were_asked(servers: &Servers) -> bool {
    servers
        .views
        .iter()
        .all(|view| view.state != ServerState::NotAsked)
}

/// What became of asking the servers, where all were asked and none answered as an authority: then nobody has said
/// anything, as far as their word alone counts. Not where none could be reached from here: that is no word of theirs.
fn none_answers(servers: &Servers) -> Option<Trouble> {
    let is_whole = servers.left_out.is_nothing() && all_were_asked(servers);
    let mut troubles = servers.views.iter().filter_map(|view| match view.state {
        ServerState::Lame(Lame::Refused) => Some(Trouble::Refused),
        ServerState::Lame(Lame::ServFail) => Some(Trouble::ServFail),
        ServerState::Lame(_) => Some(Trouble::Lame),
        ServerState::Silent => Some(Trouble::Timeout),
        _ => None,
    });
    let is_mute = is_whole && servers.counting().next().is_none();
    troubles.next().filter(|_| is_mute)
}

/// Notes what the resolver says beside what the name servers hold.
pub(super) fn beside(records: &mut [RecordVerdict], resolver: Vec<Option<ResolverSays>>) {
    for (record, says) in records.iter_mut().zip(resolver) {
        record.resolver = says.filter(|_| record.state == State::InSync);
    }
}

/// Makes a difference of what the resolver still has as it is meant, and no name server has any more.
pub(super) fn going(records: &mut [RecordVerdict], all: &[Servers], inquiry: &Inquiry<'_>) {
    for record in records {
        let servers = all.iter().find(|servers| servers.site == record.site);
        let going = servers.and_then(|servers| Going::of(record, servers, inquiry));
        let Some(going) = going else { continue };
        record.resolver = Some(ResolverSays::of(record));
        // As their word alone would have it; that who asks now may still get it is told beside.
        record.state = match (going.values.is_empty(), record.desired.is_empty()) {
            (true, _) => State::Missing,
            (false, true) => State::Unexpected,
            (false, false) => State::Drifted,
        };
        record.differences = vec![going.sentence()];
        record.observed = going.values;
    }
}

/// The questions that would spoil what is to be found of a record.
fn about(record: &RecordVerdict, domain: &Name) -> Option<About> {
    Some(About::whatever_spoils(record.name(), record.site.kind()?, domain))
}

/// The address of a server in such a state that gave a whole answer: not one whose alias leads elsewhere.
fn holder(
    servers: &Servers,
    fits: impl Fn(&ServerView) -> bool,
    inquiry: &Inquiry<'_>,
) -> Option<std::net::IpAddr> {
    let question = servers.question()?;
    let answers = |address| {
        let there = inquiry.fact(&question.clone().at(address));
        there.is_some_and(|fact| fact.outcome.is_ok())
    };
    let mut addresses = servers
        .counting()
        .filter(|view| fits(view))
        .map(|view| view.address);
    addresses.find(|address| answers(*address))
}
