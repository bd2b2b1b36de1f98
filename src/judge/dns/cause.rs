//! The wildcard behind an Error: what answers at a name that has no records of its own (RFC 4592 2.2).
//!
//! Whoever reads that a record is missing, malformed or there twice looks for it in the zone, and finds nothing at that
//! name. So the Error itself says which wildcard answered, whichever room found it; identity and severity stay.

use std::collections::BTreeMap;

use super::registrable;
use crate::inquiry::{Inquiry, Kind, Rdata};
use crate::intent::Intent;
use crate::judge::Findings;
use crate::judge::basis::{UsableAnswer, evidence};
use crate::name::Name;
use crate::rules::Severity;

/// The wildcards behind at most this many record sets are looked for.
const MAX_SITES: usize = 8;

/// Names the wildcard in every Error about a record set that is a wildcard's.
pub(super) fn check(intent: &Intent, inquiry: &mut Inquiry<'_>, findings: &mut Findings) {
    let top = registrable(&intent.domain);
    let errors: Vec<(usize, Name, Kind)> = findings
        .iter()
        .enumerate()
        .filter(|(_, finding)| finding.severity == Severity::Error)
        .filter_map(|(at, finding)| Some((at, finding.site.name().clone(), finding.site.kind()?)))
        .filter(|(_, name, _)| !name.as_str().starts_with('*'))
        .collect();
    let mut known: BTreeMap<(Name, Kind), Option<Name>> = BTreeMap::new();
    for (at, name, kind) in errors {
        let site = (name.clone(), kind);
        if known.len() >= MAX_SITES && !known.contains_key(&site) {
            break;
        }
        let wildcard = known
            .entry(site)
            .or_insert_with(|| behind(&name, kind, &top, inquiry));
        let (Some(wildcard), Some(finding)) = (wildcard, findings.get_mut(at)) else {
            continue;
        };
        finding.message = format!(
            "{}; what answers at {name} is the wildcard {wildcard}",
            finding.message
        );
        finding.fix = format!(
            "{} The wildcard {wildcard} answers here as long as {name} has no record of its own: publish one, or take \
             the wildcard away.",
            finding.fix
        );
    }
}

/// The wildcard, no higher than just below `top`, that answers as `name` does: the highest, for what stands at a lower
/// `*` may itself be its answer.
fn behind(name: &Name, kind: Kind, top: &Name, inquiry: &mut Inquiry<'_>) -> Option<Name> {
    let here = evidence(inquiry, name, kind)?;
    if here.records.is_empty() && here.chain.is_empty() {
        return None;
    }
    let mut found = None;
    let mut encloser = name.parent();
    while let Some(above) = encloser.filter(|above| above.is_at_or_below(top)) {
        if let Ok(wildcard) = above.prepend("*")
            && let Some(there) = evidence(inquiry, &wildcard, kind)
            && same(&here, &there)
        {
            found = Some(wildcard);
        }
        encloser = above.parent();
    }
    found
}

/// Whether two answers hold the same: servers turn the order.
fn same(one: &UsableAnswer<'_>, other: &UsableAnswer<'_>) -> bool {
    let sorted = |seen: &UsableAnswer<'_>| {
        let mut records: Vec<Rdata> = seen.records.to_vec();
        records.sort();
        records
    };
    one.chain == other.chain && sorted(one) == sorted(other)
}
