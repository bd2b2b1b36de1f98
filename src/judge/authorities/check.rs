//! What is wrong with a zone's servers: a finding a server and kind of fault, for people who can mend it.
//!
//! None is an Error: receivers ask another server when one is lame, and what differs is judged by what the resolver has.
//! Silence may be ours, and is never counted against the zone.

use std::collections::BTreeMap;
use std::net::IpAddr;

use super::zone::{Host, Zone, Zones};
use crate::inquiry::{Dns, Fact, Inquiry, is_private, nobody_at};
use crate::intent::Intent;
use crate::judge::servers::{Apart, Group, LeftOut, ServerState, ServerView, Servers, Visible};
use crate::judge::{Findings, RecordVerdict, Site, Topic};
use crate::name::Name;
use crate::rules::dns as rules;

use super::going::Going;
use super::meaning::is_ahead;
use super::view::Content;
use super::{UNTOUCHED_SERIAL, shown};

/// Says what is wrong.
pub(super) fn check(
    intent: &Intent,
    records: &[RecordVerdict],
    all: &[Servers],
    zones: &Zones,
    inquiry: &Inquiry<'_>,
    findings: &mut Findings,
) {
    let managed = !intent.wanted.is_empty();
    of_zones(all, managed, findings);
    for servers in all {
        of_records(servers, managed, findings);
        let record = records.iter().find(|record| record.site == servers.site);
        of_the_resolver(servers, record, managed, inquiry, findings);
    }
    of_delegations(zones, managed, findings);
    of_ipv6(&intent.domain, zones, managed, findings);
}

/// Servers that do not serve their zone, or do not answer: once for all of a zone that do it in one way.
fn of_zones(all: &[Servers], managed: bool, findings: &mut Findings) {
    let mut faults: BTreeMap<(&Name, ServerState), BTreeMap<&Name, Vec<String>>> = BTreeMap::new();
    for servers in all {
        for view in &servers.views {
            if matches!(view.state, ServerState::Lame(_) | ServerState::Silent) {
                let of_zone = faults.entry((&servers.zone, view.state)).or_default();
                let at = of_zone.entry(&view.name).or_default();
                let address = view.address.to_string();
                if !at.contains(&address) {
                    at.push(address);
                }
            }
        }
    }
    for ((zone, state), servers) in faults {
        let topic = Topic::new(Site::Domain(zone.clone()), managed);
        let at = |(name, addresses): (&&Name, &Vec<String>)| format!("{name} ({})", addresses.join(", "));
        let at: Vec<String> = servers.iter().map(at).collect();
        let (who, at) = (if at.len() == 1 { "it" } else { "each of them" }, at.join(", "));
        let (rule, message) = match state {
            ServerState::Lame(how) => (
                &rules::LAME,
                format!("want an answer with authority for {zone} from {at}, found that {who} {how}"),
            ),
            _ => (
                &rules::SILENT_SERVER,
                format!("want an answer from {at}, found none from here: two datagrams and TCP were tried"),
            ),
        };
        let names: Vec<&str> = servers.keys().map(|name| name.as_str()).collect();
        findings.say(rule, &topic, message).about(names.join(", "));
    }
}

/// Servers that hold another version, or something else, than others do.
fn of_records(servers: &Servers, managed: bool, findings: &mut Findings) {
    // Where none is right the record itself differs, which is said elsewhere; unless they differ among themselves.
    let groups = servers.groups();
    let holding = groups.iter().filter(|group| group.state.counts());
    if holding.count() < 2 {
        return;
    }
    let topic = Topic::new(servers.site.clone(), managed);
    let right = groups.iter().any(|group| group.state == ServerState::Right);
    for (index, group) in groups.iter().filter(|group| group.state.counts()).enumerate() {
        let held = shown(&group.values);
        let names: Vec<&str> = group.names.iter().map(Name::as_str).collect();
        let names = names.join(", ");
        match group.state {
            ServerState::Stale => {
                let why = group
                    .why
                    .as_deref()
                    .map_or(String::new(), |why| format!(" ({why})"));
                let message =
                    format!("want one version at every server, found an older one at {names}{why}: {held}");
                findings.say(&rules::STALE_SERVER, &topic, message).about(names);
            }
            // Where none is right the largest group speaks for the zone.
            ServerState::Differs if right || index > 0 => {
                let what = match group
                    .serial
                    .filter(|serial| is_ahead_of_the_right(*serial, &groups))
                {
                    Some(serial) => format!("something else in a newer version (serial {serial})"),
                    None => "something else".to_owned(),
                };
                let message = format!("want the same at every server, found {what} at {names}: {held}");
                findings.say(&rules::SERVERS_DIFFER, &topic, message).about(names);
            }
            _ => {}
        }
    }
}

/// Whether a version is newer than that of every server that is right: what it holds is on its way to them.
fn is_ahead_of_the_right(serial: u32, groups: &[Group]) -> bool {
    let mut right = groups
        .iter()
        .filter(|group| group.state == ServerState::Right)
        .peekable();
    right.peek().is_some() && right.all(|group| group.serial.is_some_and(|known| is_ahead(serial, known)))
}

/// What the resolver says and no server does.
fn of_the_resolver(
    servers: &Servers,
    record: Option<&RecordVerdict>,
    managed: bool,
    inquiry: &Inquiry<'_>,
    findings: &mut Findings,
) {
    let Some(seen) = said_by_no_server(servers, inquiry) else {
        return;
    };
    let held = shown(&seen.values());
    let topic = Topic::new(servers.site.clone(), managed);
    let going = match record {
        Some(record) => Going::of(record, servers, inquiry),
        None => Going::of_unmanaged(servers, inquiry),
    };
    if let Some(going) = going {
        let message = format!(
            "want what the resolver still has from the name servers of {} too: {held}; found that {}",
            servers.zone,
            going.sentence()
        );
        findings.say(&rules::GOING, &topic, message).about("resolver");
        return;
    }
    let message = format!(
        "want what one of the name servers of {} holds, found from the resolver what none of them does: {held}",
        servers.zone
    );
    findings
        .say(&rules::RESOLVER_ALONE, &topic, message)
        .about("resolver");
}

/// What the resolver says, where none of the servers that were heard says so or may lead there.
fn said_by_no_server(servers: &Servers, inquiry: &Inquiry<'_>) -> Option<Content> {
    let question = servers.question()?;
    let seen = Content::of(inquiry.fact(&question)?)?;
    let is_anyone_heard = servers.counting().any(|view| view.seen_at.is_some());
    let is_alone = is_anyone_heard && !servers.agreeing(&question, &seen, Content::of, inquiry);
    is_alone.then_some(seen)
}

/// The same with until when, where some server is right: for whoever waits for it.
pub(super) fn apart(servers: &Servers, inquiry: &Inquiry<'_>) -> Option<Apart> {
    if servers.none_is_right() {
        return None;
    }
    let seen = said_by_no_server(servers, inquiry)?;
    let fact = inquiry.fact(&servers.question()?).map(|fact| &**fact);
    Some(Apart {
        values: seen.values(),
        visible: Visible::of(Ok(servers), fact, Some(false)),
    })
}

impl Servers {
    /// Whether the resolver says what none of the servers that were heard says, or may lead to.
    pub(in crate::judge) fn leave_the_resolver_alone(&self, inquiry: &Inquiry<'_>) -> bool {
        said_by_no_server(self, inquiry).is_some()
    }

    /// Whether another server holds something else under a serial ahead of this one's; not where that was never touched.
    pub(in crate::judge) fn leave_behind(&self, view: &ServerView) -> bool {
        let Some(own) = view.serial.filter(|serial| *serial != UNTOUCHED_SERIAL) else {
            return false;
        };
        let is_right = |view: &ServerView| view.state == ServerState::Right;
        self.counting()
            .filter(|other| is_right(other) != is_right(view) || other.values != view.values)
            .any(|other| other.serial.is_some_and(|serial| is_ahead(serial, own)))
    }

    /// Whether some server says what the resolver says, or may lead there.
    pub(super) fn agreeing(
        &self,
        question: &Dns,
        seen: &Content,
        of: fn(&Fact) -> Option<Content>,
        inquiry: &Inquiry<'_>,
    ) -> bool {
        self.counting().any(|view| {
            let there = inquiry.fact(&question.clone().at(view.address));
            match there {
                // By its serial alone it holds what the others do.
                None => true,
                Some(fact) => {
                    let held = of(fact).unwrap_or_else(|| Content {
                        chain: fact.chain().to_vec(),
                        end: None,
                    });
                    held.agrees(seen)
                }
            }
        })
    }
}

/// Whether two of the servers of the domain's own zone can be asked over IPv6, where all their addresses are known. Those of
/// a network of somebody's own are nobody else's to ask.
fn of_ipv6(domain: &Name, zones: &Zones, managed: bool, findings: &mut Findings) {
    let holds = |zone: &&Zone| domain.is_at_or_below(&zone.apex);
    let Some(zone) = zones
        .iter()
        .filter(holds)
        .max_by_key(|zone| zone.apex.label_count())
    else {
        return;
    };
    let is_known =
        zone.left_out == LeftOut::default() && zone.hosts.iter().all(|host| host.trouble.is_none());
    let is_outside = |address: IpAddr| !is_private(address) && nobody_at(address).is_none();
    if !is_known || !zone.addresses().any(|(_, address)| is_outside(address)) {
        return;
    }
    let has = |host: &&Host| {
        host.addresses
            .iter()
            .any(|address| address.is_ipv6() && is_outside(*address))
    };
    let with: Vec<&str> = zone
        .hosts
        .iter()
        .filter(has)
        .map(|host| host.name.as_str())
        .collect();
    let found = match with.as_slice() {
        [] => "none".to_owned(),
        [only] => format!("one, at {only}"),
        _ => return,
    };
    let message = format!(
        "want IPv6 addresses at two name servers of {} at least, found {found}",
        zone.apex
    );
    let topic = Topic::new(Site::Domain(zone.apex.clone()), managed);
    findings.say(&rules::FEW_IPV6, &topic, message);
}

/// The delegation, and the names of servers.
fn of_delegations(zones: &Zones, managed: bool, findings: &mut Findings) {
    for zone in zones.iter() {
        let topic = Topic::new(Site::Domain(zone.apex.clone()), managed);
        for (names, where_, not_where) in [
            (&zone.only_above, "the zone above", "the zone itself"),
            (&zone.only_here, "the zone itself", "the zone above"),
        ] {
            if names.is_empty() {
                continue;
            }
            let names: Vec<&str> = names.iter().map(Name::as_str).collect();
            let names = names.join(", ");
            let message = format!(
                "want the same NS above and in {}, found {names} in {where_} and not in {not_where}",
                zone.apex
            );
            findings
                .say(&rules::DELEGATION_DIFFERS, &topic, message)
                .about(names);
        }
        for nowhere in zone.nowhere().filter(|nowhere| nowhere.trouble.is_none()) {
            let message = format!(
                "want a host with addresses in NS, found {} of {}: {}",
                nowhere.name,
                zone.apex,
                nowhere.why()
            );
            findings
                .say(&rules::SERVER_WITHOUT_ADDRESS, &topic, message)
                .about(nowhere.name.to_string());
        }
        for host in &zone.hosts {
            if let Some(target) = &host.alias {
                let message = format!(
                    "want a host with addresses of its own in NS, found {}, an alias of {target}",
                    host.name
                );
                findings
                    .say(&rules::SERVER_IS_ALIAS, &topic, message)
                    .about(host.name.to_string());
            }
        }
    }
}
