//! The hosts a record names: what `a`, `mx` and `exists` find.

use std::collections::BTreeSet;

use super::saying::span_of;
use super::syntax::slips_by_term;
use crate::inquiry::{Dns, Inquiry, Kind, Need, Rdata};
use crate::judge::dns;
use crate::judge::spf::evaluate::MAX_MX;
use crate::judge::spf::policy::name_of;
use crate::judge::spf::tree::{Analysis, Probe};
use crate::judge::{Finding, Findings, Topic};
use crate::name::Name;
use crate::records::spf::{Qualifier, Record};
use crate::rules::spf::{limits, tree as rules};
use crate::rules::{Rule, Severity};

/// So many exchanges make `mx` costly.
const MANY_MX: usize = 5;

/// So many addresses of one exchange may be looked at (RFC 7208 4.6.4).
const MAX_ADDRESSES: usize = 10;

/// Judges the terms that were looked into.
pub(super) fn check(
    domain: &Name,
    analysis: &Analysis,
    own: &Record,
    topic: &Topic,
    inquiry: &mut Inquiry<'_>,
    findings: &mut Findings,
) {
    let slips = slips_by_term(own);
    for probe in &analysis.probes {
        if probe.everybody {
            matches_everybody(probe, domain, own, topic, findings);
        }
        let mut say = |rule: &'static Rule, message: String| {
            let said = findings.say(rule, topic, message);
            refine(said, probe, own);
        };
        let is_own = probe.at == domain.as_str();
        if is_own && slips.iter().any(|(index, _)| Some(*index) == probe.top) {
            continue; // What it finds follows from the slip, which is spoken of.
        }
        let is_lost = leads_astray(probe, inquiry, &mut say);
        if is_own {
            of_own_term(probe, domain, is_lost, &mut say); // The rest is for whoever writes that record.
        }
    }
    web_server(domain, analysis, own, topic, inquiry, findings);
}

/// About the term, and where the domain's own record leads to it.
fn refine(said: &mut Finding, probe: &Probe, own: &Record) {
    let span = probe.top.map_or(0..own.text.len(), |top| span_of(own, top));
    let subject = if Some(&probe.term) == probe.top.map(|top| own.term_text(top)).as_ref() {
        probe.term.clone()
    } else {
        format!("{} in the record of {}", probe.term, probe.at)
    };
    said.about(subject).at(span);
}

/// What is wrong wherever in the tree it stands.
///
/// Whether it leads to a domain anybody may register.
fn leads_astray(
    probe: &Probe,
    inquiry: &mut Inquiry<'_>,
    say: &mut impl FnMut(&'static Rule, String),
) -> bool {
    let mut is_lost = false;
    let Probe { target, term, at, .. } = probe;
    // Whoever registers the domain chooses the addresses that pass.
    if probe.passes
        && !probe.nowhere
        && probe.void_v4
        && probe.void_v6
        && let Some(free) = name_of(target).and_then(|name| dns::gone(&name, inquiry))
    {
        let message = format!("{term} in the record of {at}: {free} does not exist: anyone may register it");
        say(&rules::TAKE_OVER, message);
        is_lost = true;
    }
    if probe.mx_count > MAX_MX {
        let message = format!(
            "{target} has {} MX records, at most {MAX_MX} are allowed in one term",
            probe.mx_count
        );
        say(&limits::TOO_MANY_MX, message);
    }
    is_lost
}

/// An `exists` that matches whoever sends: `all` in other words.
fn matches_everybody(probe: &Probe, domain: &Name, own: &Record, topic: &Topic, findings: &mut Findings) {
    let Probe { target, term, at, .. } = probe;
    let is_own = at == domain.as_str();
    let place = if is_own {
        String::new()
    } else {
        format!(" in the record of {at}")
    };
    let found = format!("{term}{place} matches everybody: {target} has an A record, whoever sends");
    if !is_own && !probe.decides {
        // What an included record does not let pass, it only does not match.
        if probe.passes {
            let message = format!("{found}; {at} lets everybody pass, and so does this record");
            let said = findings.say(&rules::INCLUDE_PASSES_ALL, topic, message);
            refine(said, probe, own);
        }
        return;
    }
    let effect = match probe.qualifier {
        Qualifier::Pass if probe.passes => "anyone may send in this domain's name",
        Qualifier::Pass => return,
        Qualifier::Fail => "every sender fails here, and nothing behind it is reached",
        Qualifier::SoftFail => "every sender gets softfail here, and nothing behind it is reached",
        Qualifier::Neutral => "every sender gets neutral here, and nothing behind it is reached",
    };
    let said = findings.say(&rules::EXISTS_EVERYBODY, topic, format!("{found}; {effect}"));
    refine(said, probe, own);
    if probe.qualifier != Qualifier::Pass {
        said.at_most(Severity::Warning);
    }
}

fn of_own_term(probe: &Probe, domain: &Name, told: bool, say: &mut impl FnMut(&'static Rule, String)) {
    let Probe { target, term, .. } = probe;
    if (MANY_MX + 1..=MAX_MX).contains(&probe.mx_count) {
        let message = format!("{term} costs one term and {} further queries", probe.mx_count);
        say(&limits::MX_QUERIES, message);
    }
    let crowded = probe.exchanges.iter().filter_map(|exchange| {
        let (count, family) = match (exchange.v4, exchange.v6) {
            (v4, v6) if v4 >= v6 => (v4, "IPv4"),
            (_, v6) => (v6, "IPv6"),
        };
        let host = &exchange.host;
        (count > MAX_ADDRESSES).then(|| format!("{host} has {count} {family} addresses"))
    });
    let crowded: Vec<String> = crowded.collect();
    if !crowded.is_empty() {
        let message = format!(
            "{}, behind {term}: more than {MAX_ADDRESSES} are a permerror by the letter of the standard, and evaluators differ",
            crowded.join(", ")
        );
        say(&limits::MX_ADDRESSES, message);
    }
    if probe.null_mx {
        let message = format!("{target} receives no mail (null MX): {term} matches nobody");
        say(&rules::NULL_MX, message);
    }
    if probe.address_without_mx {
        let message = format!("{target} has an address and no MX: {term} matches nobody");
        say(&rules::NO_IMPLICIT_MX, message);
    } else if probe.nowhere {
        let message =
            format!("{target} is another machine to everybody, and not asked for: {term} matches nobody");
        say(&rules::OWN_VOID, message);
    } else if !told && !probe.is_exists && !probe.null_mx && probe.void_v4 && probe.void_v6 {
        let what = if probe.is_mx { "MX record" } else { "address" };
        let message = match target == domain.as_str() {
            true => format!("{target} has no such record: {term} matches nobody"),
            false => format!("{target} has no {what}: {term} matches nobody"),
        };
        say(&rules::OWN_VOID, message);
    }
    if let Some(alias) = &probe.alias {
        let message = format!("{target} is an alias of {alias}, which is followed");
        say(&rules::ALIAS, message);
    }
    if probe.only_v6 {
        let rule = if probe.is_exists {
            &rules::EXISTS_IP4
        } else {
            &rules::IP6_ONLY
        };
        say(rule, format!("{target} has IPv6 addresses only"));
    }
}

/// A bare `a` where the domain's address is its web site's and no mail exchange's.
fn web_server(
    domain: &Name,
    analysis: &Analysis,
    own: &Record,
    topic: &Topic,
    inquiry: &mut Inquiry<'_>,
    findings: &mut Findings,
) {
    let is_own =
        |probe: &&Probe| probe.target == domain.as_str() && probe.at == probe.target && !probe.is_exists;
    let Some(probe) = analysis.probes.iter().filter(is_own).find(|probe| !probe.is_mx) else {
        return;
    };
    let Ok(www) = domain.prepend("www") else {
        return;
    };
    let reply = inquiry.ask(Dns::new(www.clone(), Kind::A), Need::Evidence);
    let web = reply.records().unwrap_or_default().iter();
    let web: BTreeSet<_> = web
        .filter_map(|record| match record {
            Rdata::A(address) => Some(*address),
            _ => None,
        })
        .collect();
    let mail = analysis.probes.iter().filter(is_own).filter(|probe| probe.is_mx);
    let mail: BTreeSet<_> = mail
        .flat_map(|probe| &probe.networks)
        .map(|network| network.address)
        .collect();
    let addresses: BTreeSet<_> = probe.networks.iter().map(|network| network.address).collect();
    if !addresses.is_empty() && addresses == web && addresses.is_disjoint(&mail) {
        let message = format!("{} authorizes the address of {www}", probe.term);
        refine(findings.say(&rules::WEB_SERVER, topic, message), probe, own);
    }
}
