//! A CNAME beside data, or beside another one: two things at one name that exclude each other (RFC 1034 3.6.2).
//!
//! For a CNAME beside data no question is asked: what the answers had for other reasons hold is read again. Where a spec
//! wants a CNAME, the TXT question at its name shows what was left beside it. Whether an alias is one of several, only
//! the CNAME question shows: it is asked where an alias was followed, at names somebody named.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::places::Owner;
use crate::inquiry::{Dns, Fact, Inquiry, Kind, Rdata, Trouble};
use crate::intent::Intent;
use crate::judge::basis::evidence;
use crate::judge::{Findings, Site, Topic};
use crate::name::Name;
use crate::records::Standard;
use crate::rules::dns as rules;

/// Says where a receiver may get the data, or what stands at the end of a CNAME instead.
pub(super) fn check(
    intent: &Intent,
    places: &[Owner<'_>],
    inquiry: &mut Inquiry<'_>,
    findings: &mut Findings,
) {
    let wanted = intent.wanted.iter().map(|wanted| {
        // Beside a CNAME that is wanted stands text, if anything; a wanted MX is the apex's.
        let kind = match wanted.kind {
            Kind::Mx => Kind::Mx,
            _ => Kind::Txt,
        };
        (&wanted.name, kind, true)
    });
    let looked_at = places.iter().map(|place| (&place.name, Kind::Txt, place.managed));
    let apex = (&intent.domain, Kind::Mx, intent.manages(Standard::Mx));
    several(intent, places, inquiry, findings);
    let mut told: Vec<(&Name, Kind)> = Vec::new();
    for (name, kind, managed) in wanted.chain(looked_at).chain([apex]) {
        if told.contains(&(name, kind)) {
            continue;
        }
        told.push((name, kind));
        let Some(seen) = evidence(inquiry, name, kind) else {
            continue;
        };
        let Some(target) = seen.fact.beside() else {
            continue;
        };
        // Behind an alias it is the alias' end that holds both.
        let holder = seen.chain.last().unwrap_or(name);
        let message = format!(
            "want either data or a CNAME at {holder}, found {kind} records and a CNAME to {target}: which of the two a \
             receiver takes hangs on its resolver, so neither is sure"
        );
        let topic = Topic::new(Site::rrset(name.clone(), kind), managed);
        findings
            .say(&rules::CNAME_BESIDE_DATA, &topic, message)
            .about(target.to_string());
    }
}

/// Several CNAMEs at one name: each resolver follows one of them.
fn several(intent: &Intent, places: &[Owner<'_>], inquiry: &mut Inquiry<'_>, findings: &mut Findings) {
    let is_named = |place: &&Owner<'_>| !place.probed || intent.asked.names().any(|name| *name == place.name);
    let looked_at = places
        .iter()
        .filter(is_named)
        .map(|place| (&place.name, place.managed));
    let wanted = intent.wanted.iter().map(|wanted| (&wanted.name, true));
    let mut told: Vec<&Name> = Vec::new();
    for (name, managed) in wanted.chain(looked_at) {
        if told.contains(&name) {
            continue;
        }
        told.push(name);
        let is_alias =
            |fact: &Arc<Fact>| !fact.chain().is_empty() || fact.trouble() == Some(Trouble::CnameLoop);
        let text = Dns::new(name.clone(), Kind::Txt);
        if !inquiry.fact(&text).is_some_and(is_alias) {
            continue;
        }
        let Some(seen) = evidence(inquiry, name, Kind::Cname) else {
            continue;
        };
        let targets = seen.records.iter().filter_map(|rdata| match rdata {
            Rdata::Cname(target) => Some(target.to_string()),
            _ => None,
        });
        let targets: BTreeSet<String> = targets.collect();
        if targets.len() > 1 {
            let targets: Vec<String> = targets.into_iter().collect();
            let message = format!(
                "want one CNAME, found {}, to {}: which of them a receiver follows hangs on its resolver",
                targets.len(),
                targets.join(" and ")
            );
            let topic = Topic::new(Site::rrset(name.clone(), Kind::Cname), managed);
            findings.say(&rules::SEVERAL_CNAMES, &topic, message);
        }
    }
}
