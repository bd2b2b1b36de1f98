//! A CNAME beside data: two things at one name that exclude each other (RFC 1034 3.6.2).
//!
//! No question is asked for this alone: what the answers had for other reasons hold is read again. Where a spec wants a
//! CNAME, the TXT question at its name shows what was left beside it.

use super::places::Place;
use crate::inquiry::{Inquiry, Kind};
use crate::intent::Intent;
use crate::judge::basis::evidence;
use crate::judge::{Findings, Site, Topic};
use crate::name::Name;
use crate::records::Standard;
use crate::rules::dns as rules;

/// Says where a receiver may get the data, or what stands at the end of a CNAME instead.
pub(super) fn check(
    intent: &Intent,
    places: &[Place<'_>],
    inquiry: &mut Inquiry<'_>,
    findings: &mut Findings,
) {
    let wanted = intent.wanted.iter().map(|wanted| {
        // Beside a CNAME that is wanted stands text, if anything; a wanted MX is the apex's.
        let kind = match wanted.desired().kind {
            Kind::Mx => Kind::Mx,
            _ => Kind::Txt,
        };
        (&wanted.name, kind, true)
    });
    let looked_at = places.iter().map(|place| (&place.name, Kind::Txt, place.managed));
    let apex = (&intent.domain, Kind::Mx, intent.manages(Standard::Mx));
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
