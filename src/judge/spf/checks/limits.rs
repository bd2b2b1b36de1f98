//! What an evaluation of the record costs (RFC 7208 4.6.4).

use super::saying::{say_of_term, span_of};
use crate::judge::spf::evaluate::{MAX_LOOKUPS, MAX_VOIDS};
use crate::judge::spf::tree::{Analysis, MAX_PROBES, Probe};
use crate::judge::{Findings, Topic};
use crate::records::spf::Record;
use crate::rules::spf::limits as rules;

/// So deep a chain is slow.
const DEEP: usize = 5;

/// So many terms are told one by one.
const MAX_TOLD: usize = 12;

/// Judges the counts.
pub(super) fn check(analysis: &Analysis, own: &Record, topic: &Topic, findings: &mut Findings) {
    let deepest = analysis.reached.iter().max_by_key(|reached| reached.depth);
    if let Some(deepest) = deepest.filter(|deepest| deepest.depth >= DEEP) {
        let message = format!(
            "{} is {} records away: each level waits for the one above",
            deepest.name, deepest.depth
        );
        let said = findings.say(&rules::DEEP, topic, message);
        said.at(marked(own, deepest.referral.top));
    }
    if let Some(unprobed) = &analysis.unprobed {
        let message = format!(
            "{} in the record of {} was not looked into, nor was any term after it: {MAX_PROBES} were",
            unprobed.term, unprobed.at
        );
        let said = findings.say(&rules::NOT_EXPLORED, topic, message);
        said.at(marked(own, unprobed.top));
    }
    lookups(analysis, own, topic, findings);
    voids(analysis, topic, findings);
}

fn marked(own: &Record, top: Option<usize>) -> crate::records::Span {
    top.map_or(0..own.text.len(), |top| span_of(own, top))
}

fn lookups(analysis: &Analysis, own: &Record, topic: &Topic, findings: &mut Findings) {
    let lookups = analysis.lookups;
    let at_least = if lookups.lower_bound { "at least " } else { "" };
    let costly = analysis.tree.terms.iter().filter(|term| term.lookups > 0);
    let costs: Vec<String> = costly
        .take(MAX_TOLD)
        .map(|term| format!("{} {}", term.term, term.lookups))
        .collect();
    let costs = costs.join(", ");
    if lookups.worst > MAX_LOOKUPS {
        let message = format!(
            "{at_least}{} terms query DNS, at most {MAX_LOOKUPS} are allowed ({costs})",
            lookups.worst
        );
        findings.say(&rules::TOO_MANY, topic, message);
        if lookups.best <= MAX_LOOKUPS {
            let message = format!(
                "from {} terms for the luckiest sender to {} for one nothing matches",
                lookups.best, lookups.worst
            );
            findings.say(&rules::ORDER_DECIDES, topic, message);
        }
        let redirect = own.redirect().filter(|_| own.all().is_none());
        if let Some((index, target)) = redirect {
            let cost = analysis.tree.terms.last().map_or(0, |term| term.lookups);
            let message = format!(
                "{cost} of the {} terms are redirect={target} and what stands behind it",
                lookups.worst
            );
            say_of_term(findings, &rules::REDIRECT_COUNTS, topic, (own, index), message);
        }
    } else if lookups.worst + 1 >= MAX_LOOKUPS {
        let message = format!(
            "{at_least}{} of {MAX_LOOKUPS} terms that query DNS are used ({costs})",
            lookups.worst
        );
        findings.say(&rules::NO_HEAD_ROOM, topic, message);
    }
}

fn voids(analysis: &Analysis, topic: &Topic, findings: &mut Findings) {
    let (v4, v6) = analysis.void_families;
    if v4 > MAX_VOIDS {
        let terms = listed(analysis, |probe| probe.void_v4);
        let message = format!("{v4} terms find nothing, at most {MAX_VOIDS} may ({terms})");
        findings.say(&rules::VOIDS, topic, message);
    } else if v6 > MAX_VOIDS {
        let terms = listed(analysis, |probe| probe.void_v6);
        let message =
            format!("{v6} terms find nothing for a sender on IPv6, at most {MAX_VOIDS} may ({terms})");
        findings.say(&rules::VOIDS_IP6, topic, message);
    }
}

/// The terms that find nothing, and where those of other records stand.
fn listed(analysis: &Analysis, finds_nothing: impl Fn(&Probe) -> bool) -> String {
    let found: Vec<&Probe> = analysis
        .probes
        .iter()
        .filter(|probe| finds_nothing(probe))
        .collect();
    let mut terms: Vec<String> = found
        .iter()
        .take(MAX_TOLD)
        .map(|probe| match probe.at == analysis.domain {
            true => probe.term.clone(),
            false => format!("{} in the record of {}", probe.term, probe.at),
        })
        .collect();
    let more = found.len().saturating_sub(MAX_TOLD);
    if more > 0 {
        terms.push(format!("{more} others"));
    }
    terms.join(", ")
}
