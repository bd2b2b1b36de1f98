//! What a server's answer comes to: by what is wanted of the record, or by what the resolver says of it.
//!
//! What is right is no matter of spelling: the very judgement that reads the resolver's answer reads the server's, over
//! the same facts with that one answer in the resolver's place. Answers that are the same are judged once.

use super::{Content, Said, UNTOUCHED_SERIAL, View};
use crate::inquiry::{Depth, Dns, Fact, Facts, Inquiry, Kind, nobody_at};
use crate::intent::{Intent, ManagedRrset};
use crate::judge::servers::{INTERCEPTED, Lame, ServerState, ServerView};
use crate::judge::{Findings, RecordVerdict, State, record_state};
use crate::name::Name;

/// What a server's answer is held against.
#[derive(Debug, Clone, Copy)]
pub(super) enum Against<'r> {
    /// What is wanted, with what the resolver's answer came to.
    Wanted(&'r RecordVerdict),
    /// The newest version of the zone, as far as serials tell (RFC 1982); where they tell nothing, the resolver's answer,
    /// and where it has none what most servers say.
    Newest,
}

/// What a content comes to.
struct Meaning {
    content: Content,
    is_right: bool,
    values: Vec<String>,
}

/// The views, each with its state.
pub(super) fn judged(
    intent: &Intent,
    against: &Against<'_>,
    name: &Name,
    kind: Kind,
    views: Vec<View>,
    inquiry: &Inquiry<'_>,
) -> Vec<ServerView> {
    let seen = inquiry.fact(&Dns::new(name.clone(), kind));
    let of: fn(&Fact) -> Option<Content> = match against {
        Against::Wanted(_) => Content::of,
        Against::Newest => Content::exact,
    };
    let seen = seen.and_then(|fact| of(fact));
    let mut views = views;
    for view in &mut views {
        if let (Said::Holds(content), Some(fact)) = (&mut view.said, &view.fact) {
            *content = of(fact).unwrap_or_else(|| content.clone());
        }
    }
    let reference = newest(&views)
        .or_else(|| seen.clone())
        .or_else(|| most_common(&views));
    let mut meanings: Vec<Meaning> = Vec::new();
    for view in &views {
        let Said::Holds(content) = &view.said else {
            continue;
        };
        if meanings.iter().any(|known| known.content == *content) {
            continue;
        }
        let (is_right, values) = match against {
            Against::Newest => {
                let is_right = reference.as_ref().is_some_and(|seen| content.agrees(seen));
                (is_right, content.values())
            }
            Against::Wanted(record) => meaning(intent, record, content, seen.as_ref(), view, inquiry),
        };
        meanings.push(Meaning {
            content: content.clone(),
            is_right,
            values,
        });
    }
    views
        .iter()
        .map(|view| state(view, &views, &meanings, against))
        .collect()
}

/// Whether what a server holds is what is wanted, and what of it is shown.
fn meaning(
    intent: &Intent,
    record: &RecordVerdict,
    content: &Content,
    seen: Option<&Content>,
    view: &View,
    inquiry: &Inquiry<'_>,
) -> (bool, Vec<String>) {
    let blind = record.state == State::Unknown;
    if let Some(seen) = seen.filter(|seen| content.agrees(seen) && !blind) {
        let values = match &content.end {
            // What the resolver has where no alias is, it has by another question.
            Some(end) if content == seen && !end.is_empty() => record.observed.clone(),
            _ => content.values(),
        };
        return (record.state == State::InSync, values);
    }
    let wanted = intent.wanted.iter().find(|wanted| is_about(wanted, record));
    let (Some(wanted), Some(fact), Some(_)) = (wanted, &view.fact, &content.end) else {
        return (false, content.values());
    };
    let own = Dns::new(record.name().clone(), wanted.desired().kind);
    let mut facts = Facts::new().approaching(Depth::Off);
    facts.insert(own.clone(), fact.clone());
    // What else stands at the name where it says that no alias is there, only itself could say.
    let is_absent = fact
        .outcome
        .as_ref()
        .is_ok_and(|answer| answer.records().is_empty());
    let says = |question: &Dns| is_absent && question.name == own.name;
    for question in record.questions.iter().filter_map(|question| question.dns()) {
        if let Some(known) = inquiry
            .fact(question)
            .filter(|_| *question != own && !says(question))
        {
            facts.insert(question.clone(), known.clone());
        }
    }
    let there = record_state(intent, wanted, &mut Inquiry::closed(&facts), &mut Findings::new());
    let values = match there.observed.is_empty() {
        true => Vec::new(),
        false => there.observed,
    };
    (there.state == State::InSync, values)
}

fn is_about(wanted: &ManagedRrset, record: &RecordVerdict) -> bool {
    wanted.name == *record.name()
        && wanted.standard() == record.standard
        && record.site.kind() == Some(wanted.desired().kind)
}

/// What the newest version of the zone holds: what all hold who answer, or what is held under a serial ahead of every
/// other. `None` where serials tell nothing: where one is never touched or not known, or two texts stand under one.
fn newest(views: &[View]) -> Option<Content> {
    let mut versions: Vec<(&Content, Option<u32>)> = Vec::new();
    for view in views {
        let Said::Holds(content) = &view.said else {
            continue;
        };
        let serial = view.serial.filter(|serial| *serial != UNTOUCHED_SERIAL);
        match versions.iter_mut().find(|(known, _)| *known == content) {
            // The newest serial under which it is held; one that is not known makes it no older.
            Some((_, known)) => {
                if let Some(serial) =
                    serial.filter(|serial| known.is_none_or(|known| is_ahead(*serial, known)))
                {
                    *known = Some(serial);
                }
            }
            None => versions.push((content, serial)),
        }
    }
    if let [(content, _)] = versions.as_slice() {
        return Some((*content).clone());
    }
    let is_newest = |(content, serial): &&(&Content, Option<u32>)| {
        let mut others = versions.iter().filter(|(other, _)| other != content);
        others.all(|(_, other)| {
            serial
                .zip(*other)
                .is_some_and(|(one, other)| is_ahead(one, other))
        })
    };
    versions
        .iter()
        .find(is_newest)
        .map(|(content, _)| (*content).clone())
}

/// What most servers hold; of two that as many hold, the lesser.
fn most_common(views: &[View]) -> Option<Content> {
    let held = || {
        views.iter().filter_map(|view| match &view.said {
            Said::Holds(content) => Some(content),
            _ => None,
        })
    };
    let count = |one: &Content| held().filter(|other| *other == one).count();
    held()
        .max_by(|one, other| count(one).cmp(&count(other)).then_with(|| other.cmp(one)))
        .cloned()
}

fn state(view: &View, all: &[View], meanings: &[Meaning], against: &Against<'_>) -> ServerView {
    let meaning = match &view.said {
        Said::Holds(content) => meanings.iter().find(|known| known.content == *content),
        _ => None,
    };
    let (state, why) = match (&view.said, meaning) {
        (Said::Holds(_), Some(meaning)) if meaning.is_right => (ServerState::Right, None),
        (Said::Holds(content), _) => match ahead_of(view, content, all) {
            Some(newer) => {
                let behind = view
                    .serial
                    .map(|serial| format!("serial {serial} is behind {newer}"));
                (ServerState::Stale, behind)
            }
            None => (ServerState::Differs, None),
        },
        // All hold one version, and the resolver has what is wanted from one of them.
        (Said::Serves, _) => match against {
            Against::Wanted(record) if record.state == State::InSync => (ServerState::Right, None),
            Against::Wanted(_) | Against::Newest => (ServerState::NotAsked, None),
        },
        (Said::Lame(how), _) => (ServerState::Lame(*how), Some(lame(*how, view))),
        (Said::Silent(trouble), _) => (ServerState::Silent, Some(trouble.to_string())),
        (Said::NoRoute, _) => (ServerState::NoRoute, Some(no_route(view))),
        (Said::NotAsked, _) => (ServerState::NotAsked, None),
        // Others say that the record lies in a zone of its own; this one was asked in the wrong place.
        (Said::Cut(_), _) => (
            ServerState::Lame(Lame::Referral),
            Some(Lame::Referral.to_string()),
        ),
    };
    ServerView {
        name: view.name.clone(),
        address: view.address,
        state,
        values: meaning.map(|meaning| meaning.values.clone()).unwrap_or_default(),
        ttl: view.ttl,
        serial: view.serial,
        nsid: view.nsid.clone(),
        rtt: view.rtt,
        seen_at: view.seen_at,
        why,
    }
}

fn lame(how: Lame, view: &View) -> String {
    match (how, view.rcode) {
        (Lame::ErrorCode, Some(code)) => format!("{how} ({code})"),
        _ => how.to_string(),
    }
}

fn no_route(view: &View) -> String {
    match (nobody_at(view.address), view.recurses, view.address.is_ipv6()) {
        (Some(why), _, _) => why.to_owned(),
        (None, true, _) => INTERCEPTED.to_owned(),
        (None, false, true) => "no IPv6 route leads there from here".to_owned(),
        (None, false, false) => "no route leads there from here".to_owned(),
    }
}

/// The newest version another server holds that is ahead of this one's (RFC 1982) and holds something else.
fn ahead_of(view: &View, content: &Content, all: &[View]) -> Option<u32> {
    let own = view.serial?;
    let mut newest = None;
    for other in all {
        let (Said::Holds(there), Some(serial)) = (&other.said, other.serial) else {
            continue;
        };
        if there != content && is_ahead(serial, newest.unwrap_or(own)) {
            newest = Some(serial);
        }
    }
    newest
}

/// Whether serial `one` comes after `other` (RFC 1982 3.2); where the distance is half the circle nobody can tell.
pub(super) fn is_ahead(one: u32, other: u32) -> bool {
    let distance = one.wrapping_sub(other);
    distance != 0 && distance < 1 << 31
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn serials_are_compared_as_points_on_a_circle() {
        for (one, other, ahead) in [
            (2, 1, true),
            (1, 2, false),
            (1, 1, false),
            (0, u32::MAX, true),
            (u32::MAX, 0, false),
            (1 << 31, 0, false),
            (0, 1 << 31, false),
            ((1 << 31) - 1, 0, true),
        ] {
            assert_eq!(is_ahead(one, other), ahead, "{one} {other}");
        }
    }
}
