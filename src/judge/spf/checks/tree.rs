//! What a record leads to: its includes and redirect, and what they cost.

use std::collections::BTreeSet;

use crate::inquiry::{Inquiry, Kind, Need, Question, Rdata};
use crate::judge::dns;
use crate::judge::spf::analyse::{Analysis, MAX_PROBES, Site, Via, analyse};
use crate::judge::spf::evaluate::{MAX_LOOKUPS, MAX_MX, MAX_VOIDS};
use crate::judge::spf::expand::without_sender;
use crate::judge::spf::lookup::{Looked, look, name_of};
use crate::judge::spf::obstacle::Obstacle;
use crate::judge::spf::probe::Probe;
use crate::judge::spf::state::UNLIKELY_LABEL;
use crate::records::Span;
use crate::records::spf::{Addresses, Mechanism, Qualifier, Record, parse_macro_string};
use crate::rules::spf::{limits, tree as rules};

use super::Desk;

/// So deep a chain is slow.
const DEEP: usize = 5;

/// So many exchanges make `mx` costly.
const MANY_MX: usize = 5;

/// Judges what the domain's own record leads to.
pub(super) fn check(record: &Record, inquiry: &mut Inquiry<'_>, desk: &mut Desk<'_>) {
    let analysis = analyse(desk.name, inquiry, Need::Evidence);
    let span = |top: Option<usize>| {
        top.and_then(|index| record.terms.get(index))
            .map(|term| term.span.clone())
    };
    for site in analysis.sites.iter().filter(|site| site.via != Via::Apex) {
        match &site.obstacle {
            Some(obstacle) => hindered(site, obstacle, span(site.top), inquiry, desk),
            None => reached(site, span(site.top), inquiry, desk),
        }
    }
    if let Some(deepest) = analysis
        .sites
        .iter()
        .max_by_key(|site| site.depth)
        .filter(|site| site.depth >= DEEP)
    {
        let message = format!(
            "{} is {} records away: each level waits for the one above",
            deepest.name, deepest.depth
        );
        desk.say(&limits::DEEP, span(deepest.top), message);
    }
    for probe in &analysis.probes {
        probed(probe, span(probe.top), inquiry, desk);
    }
    if let Some(unprobed) = &analysis.unprobed {
        let message = format!(
            "{} in the record of {} was not looked into, nor was any term after it: {MAX_PROBES} were",
            unprobed.term, unprobed.at
        );
        desk.say(&limits::NOT_EXPLORED, span(unprobed.top), message);
    }
    web_server(&analysis, record, inquiry, desk);
    explanation(record, inquiry, desk);
    counts(&analysis, record, desk);
}

/// An include or redirect that could not be followed.
fn hindered(
    site: &Site,
    obstacle: &Obstacle,
    span: Option<Span>,
    inquiry: &mut Inquiry<'_>,
    desk: &mut Desk<'_>,
) {
    let Site { name, parent, .. } = site;
    let term = if site.via == Via::Include {
        "include"
    } else {
        "redirect"
    };
    let message = format!("{term} of {name} in the record of {parent}: {obstacle}");
    match obstacle {
        Obstacle::Bounds => desk.say(&limits::NOT_EXPLORED, span, message),
        Obstacle::Loop => desk.say(&rules::LOOP, span, message),
        Obstacle::SenderDependent => desk.say(&rules::NOT_FOLLOWED, span, message),
        Obstacle::Missing { nxdomain: true }
            if let Some(free) = name_of(name).and_then(|name| dns::gone(&name, inquiry)) =>
        {
            let message = format!("{message}, nor does {free}: anyone may register it");
            desk.say(&rules::TAKE_OVER, span, message);
        }
        Obstacle::Missing { .. } | Obstacle::Malformed | Obstacle::Several(_) | Obstacle::Syntax(_) => {
            let rule = match (site.via, obstacle) {
                (Via::Redirect, _) => &rules::REDIRECT_MISSING,
                (_, Obstacle::Several(_) | Obstacle::Syntax(_)) => &rules::INCLUDE_BROKEN,
                _ => &rules::INCLUDE_MISSING,
            };
            desk.say(rule, span, message);
        }
        Obstacle::Open | Obstacle::Unanswered(_) => {} // An outage is no fault of the record.
    }
}

/// A record that could be read.
fn reached(site: &Site, span: Option<Span>, inquiry: &mut Inquiry<'_>, desk: &mut Desk<'_>) {
    let Some(record) = &site.record else {
        return;
    };
    let name = &site.name;
    if site.passes && passes_all(record) {
        desk.say(
            &rules::INCLUDE_PASSES_ALL,
            span.clone(),
            format!("{name} lets everybody pass, and so does this record"),
        );
    }
    if site.via == Via::Include && record.explanation().is_some() {
        let message = format!("exp= of {name} is not used for this domain: it is only included");
        desk.say(&rules::UNUSED_EXPLANATION, span.clone(), message);
    }
    if site.via == Via::Redirect {
        let own = record.directives().find(|(_, _, mechanism)| match mechanism {
            Mechanism::A { domain: None, .. } | Mechanism::Mx { domain: None, .. } | Mechanism::Ptr(None) => {
                true
            }
            other => other
                .domain()
                .is_some_and(|domain| domain.string.macros().any(|one| one.letter == 'd')),
        });
        if let Some((index, _, _)) = own {
            let message = format!(
                "{} in the record of {name} means {name}, not {}",
                record.term_text(index),
                desk.name
            );
            desk.say(&rules::REDIRECT_DOMAIN, span.clone(), message);
        }
    }
    if site.via == Via::Include && site.depth == 1 && is_wildcard(name, record, inquiry) {
        desk.say(
            &rules::WILDCARD_TARGET,
            span,
            format!("{name} has its record from a wildcard only"),
        );
    }
}

fn passes_all(record: &Record) -> bool {
    if matches!(record.all(), Some((_, Qualifier::Pass))) {
        return true;
    }
    let end = record.all().map_or(usize::MAX, |(index, _)| index);
    let passing = || {
        record
            .directives()
            .filter(|(index, qualifier, _)| *index < end && *qualifier == Qualifier::Pass)
    };
    let v4 = passing().filter_map(|(_, _, mechanism)| match mechanism {
        Mechanism::Ip4(network) => Some(*network),
        _ => None,
    });
    Addresses::new(v4, []).is_all_v4()
}

/// Whether any name beside `name` has the same record. Names that say they are for SPF are taken at their word.
fn is_wildcard(name: &str, record: &Record, inquiry: &mut Inquiry<'_>) -> bool {
    let first = name.split('.').next().unwrap_or_default();
    let Some(parent) = name_of(name)
        .and_then(|name| name.parent())
        .filter(|parent| parent.label_count() >= 2)
    else {
        return false;
    };
    if first.contains("spf") || first.starts_with('_') {
        return false;
    }
    let Ok(probe) = parent.prepend(UNLIKELY_LABEL) else {
        return false;
    };
    match look(inquiry, &probe, Need::Evidence) {
        Looked::Answered(values) => values.records.contains(&record.text),
        _ => false,
    }
}

fn probed(probe: &Probe, span: Option<Span>, inquiry: &mut Inquiry<'_>, desk: &mut Desk<'_>) {
    let Probe { target, term, at, .. } = probe;
    // Whoever registers the domain chooses the addresses that pass.
    if probe.passes
        && probe.void_v4
        && probe.void_v6
        && let Some(free) = name_of(target).and_then(|name| dns::gone(&name, inquiry))
    {
        let message = format!("{term} in the record of {at}: {free} does not exist: anyone may register it");
        desk.say(&rules::TAKE_OVER, span.clone(), message);
    }
    if probe.mx_count > MAX_MX {
        let message = format!(
            "{target} has {} MX records, at most {MAX_MX} are allowed in one term",
            probe.mx_count
        );
        desk.say(&limits::TOO_MANY_MX, span.clone(), message);
    }
    if at != desk.name.as_str() {
        return; // The rest is for whoever writes that record.
    }
    if (MANY_MX + 1..=MAX_MX).contains(&probe.mx_count) {
        let message = format!("{term} costs one term and {} further queries", probe.mx_count);
        desk.say(&limits::MX_QUERIES, span.clone(), message);
    }
    if probe.null_mx {
        desk.say(
            &rules::NULL_MX,
            span.clone(),
            format!("{target} receives no mail (null MX): {term} matches nobody"),
        );
    }
    if probe.address_without_mx {
        desk.say(
            &rules::NO_IMPLICIT_MX,
            span.clone(),
            format!("{target} has an address and no MX: {term} matches nobody"),
        );
    } else if target == desk.name.as_str() && probe.void_v4 && probe.void_v6 {
        desk.say(
            &rules::OWN_VOID,
            span.clone(),
            format!("{target} has no such record: {term} matches nobody"),
        );
    }
    if let Some(alias) = &probe.alias {
        desk.say(
            &rules::ALIAS,
            span.clone(),
            format!("{target} is an alias of {alias}, which is followed"),
        );
    }
    if probe.only_v6 {
        let rule = if probe.is_exists {
            &rules::EXISTS_IP4
        } else {
            &rules::IP6_ONLY
        };
        desk.say(rule, span, format!("{target} has IPv6 addresses only"));
    }
}

/// A bare `a` where the domain's address is its web site's and no mail exchange's.
fn web_server(analysis: &Analysis, record: &Record, inquiry: &mut Inquiry<'_>, desk: &mut Desk<'_>) {
    let own =
        |probe: &&Probe| probe.target == desk.name.as_str() && probe.at == probe.target && !probe.is_exists;
    let Some(probe) = analysis.probes.iter().filter(own).find(|probe| !probe.is_mx) else {
        return;
    };
    let Ok(www) = desk.name.prepend("www") else {
        return;
    };
    let reply = inquiry.ask(Question::new(www.clone(), Kind::A), Need::Evidence);
    let web: BTreeSet<_> = reply
        .records()
        .unwrap_or_default()
        .iter()
        .filter_map(|record| match record {
            Rdata::A(address) => Some(*address),
            _ => None,
        })
        .collect();
    let mail = analysis.probes.iter().filter(own).filter(|probe| probe.is_mx);
    let mail: BTreeSet<_> = mail
        .flat_map(|probe| &probe.networks)
        .map(|network| network.address)
        .collect();
    let addresses: BTreeSet<_> = probe.networks.iter().map(|network| network.address).collect();
    if !addresses.is_empty() && addresses == web && addresses.is_disjoint(&mail) {
        let span = probe
            .top
            .and_then(|index| record.terms.get(index))
            .map(|term| term.span.clone());
        desk.say(
            &rules::WEB_SERVER,
            span,
            format!("{} authorizes the address of {www}", probe.term),
        );
    }
}

fn explanation(record: &Record, inquiry: &mut Inquiry<'_>, desk: &mut Desk<'_>) {
    let Some((index, target)) = record.explanation() else {
        return;
    };
    let span = record.terms.get(index).map(|term| term.span.clone());
    if record.all().is_none() && record.redirect().is_some() {
        let message = "once the redirect is followed, only the target's own exp= is used";
        desk.say(&rules::UNUSED_EXPLANATION, span.clone(), message);
    }
    let Some(name) = without_sender(target, desk.name.as_str()).and_then(|target| name_of(&target)) else {
        return;
    };
    let Some(records) = inquiry
        .ask(Question::new(name.clone(), Kind::Txt), Need::Evidence)
        .records()
    else {
        return;
    };
    let why = match records {
        [] => "it has no TXT record".to_owned(),
        [Rdata::Txt(txt)] => match parse_macro_string(&txt.joined()) {
            Ok(_) => return,
            Err(error) => error.message,
        },
        many => format!("it has {} TXT records", many.len()),
    };
    desk.say(
        &rules::EXPLANATION_TARGET,
        span,
        format!("the explanation at {name} is not used: {why}"),
    );
}

fn counts(analysis: &Analysis, record: &Record, desk: &mut Desk<'_>) {
    let lookups = analysis.lookups;
    let at_least = if lookups.lower_bound { "at least " } else { "" };
    let costs: Vec<String> = analysis
        .tree
        .terms
        .iter()
        .filter(|term| term.lookups > 0)
        .take(12)
        .map(|term| format!("{} {}", term.term, term.lookups))
        .collect();
    let costs = costs.join(", ");
    if lookups.worst > MAX_LOOKUPS {
        let message = format!(
            "{at_least}{} terms query DNS, at most {MAX_LOOKUPS} are allowed ({costs})",
            lookups.worst
        );
        desk.say(&limits::TOO_MANY, None, message);
        if lookups.best <= MAX_LOOKUPS {
            let message = format!(
                "from {} terms for the luckiest sender to {} for one nothing matches",
                lookups.best, lookups.worst
            );
            desk.say(&limits::ORDER_DECIDES, None, message);
        }
        let redirect = record.redirect().filter(|_| record.all().is_none());
        if let Some((index, target)) = redirect {
            let cost = analysis.tree.terms.last().map_or(0, |term| term.lookups);
            let span = record.terms.get(index).map(|term| term.span.clone());
            let message = format!(
                "{cost} of the {} terms are redirect={target} and what stands behind it",
                lookups.worst
            );
            desk.say(&limits::REDIRECT_COUNTS, span, message);
        }
    } else if lookups.worst + 1 >= MAX_LOOKUPS {
        let message = format!(
            "{at_least}{} of {MAX_LOOKUPS} terms that query DNS are used ({costs})",
            lookups.worst
        );
        desk.say(&limits::NO_HEAD_ROOM, None, message);
    }
    let (v4, v6) = analysis.void_families;
    let names = |wanted: fn(&Probe) -> bool| {
        let names: Vec<&str> = analysis
            .probes
            .iter()
            .filter(|probe| wanted(probe))
            .take(6)
            .map(|probe| probe.term.as_str())
            .collect();
        names.join(", ")
    };
    if v4 > MAX_VOIDS {
        let names = names(|probe| probe.void_v4);
        desk.say(
            &limits::VOIDS,
            None,
            format!("{v4} terms find nothing, at most {MAX_VOIDS} may ({names})"),
        );
    } else if v6 > MAX_VOIDS {
        let names = names(|probe| probe.void_v6);
        let message =
            format!("{v6} terms find nothing for a sender on IPv6, at most {MAX_VOIDS} may ({names})");
        desk.say(&limits::VOIDS_IP6, None, message);
    }
}
