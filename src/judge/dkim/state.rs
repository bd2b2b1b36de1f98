//! The state of a wanted selector: exactly what MEANING says of public keys, CNAMEs, any key, and revoked selectors.

use std::sync::Arc;

use super::UNLIKELY_SELECTOR;
use super::answer::{SelectorAnswer, gather, has_key};
use crate::inquiry::{Dns, Inquiry, Kind, Need, Rdata};
use crate::intent::{DkimWant, Intent, ManagedRrset};
use crate::judge::basis::{Basis, Judged};
use crate::judge::{Findings, RecordVerdict, Site, State, Topic, dnssec};
use crate::name::Name;
use crate::records::dkim::{self, Material, NearMiss};
use crate::records::presentation;
use crate::rules;

/// The state of a wanted record.
pub(in crate::judge) fn state(
    intent: &Intent,
    wanted: &ManagedRrset,
    want: &DkimWant,
    inquiry: &mut Inquiry<'_>,
    findings: &mut Findings,
) -> RecordVerdict {
    let mut basis = Basis::default();
    let judged = match want {
        DkimWant::Key(record) | DkimWant::AnyKey(record) => {
            ask(&mut basis, &wanted.name, inquiry).map(|answer| published(record, answer))
        }
        DkimWant::Cname(target) => alias(target, &wanted.name, &mut basis, inquiry),
        DkimWant::Revoked => ask(&mut basis, &wanted.name, inquiry).map(|answer| revoked(answer)),
        DkimWant::WildcardRevoked => wildcard(intent, wanted, &mut basis, inquiry, findings),
    };
    basis.verdict(wanted, judged.unwrap_or_else(Judged::unknown))
}

/// The TXT records the state rests on, read once a pass.
fn ask<'f>(basis: &mut Basis, name: &Name, inquiry: &mut Inquiry<'f>) -> Option<&'f Arc<SelectorAnswer>> {
    basis.ask(inquiry, name, Kind::Txt)?;
    gather(name, Need::Essential, inquiry)
}

/// A key record that must be there.
fn published(wanted: &dkim::DesiredKey, answer: &SelectorAnswer) -> Judged {
    let observed = answer.observed();
    let mut differences = Vec::new();
    if answer.keys.is_empty() {
        match (answer.near_misses.first(), answer.others.len()) {
            (Some((_, why)), _) => differences.push(format!("want a key record, found a near miss: {why}")),
            (None, 0) => differences.push("want a key record, found none".to_owned()),
            (None, _) => differences.push("want a key record, found other text".to_owned()),
        }
        return Judged {
            state: State::Missing,
            observed,
            differences,
        };
    }
    if answer.count() > 1 {
        differences.push(format!(
            "want one TXT record, found {}: verifiers may take any of them",
            answer.count()
        ));
    }
    let compared = answer
        .keys
        .iter()
        .map(|key| dkim::compare(wanted, key).differences);
    differences.extend(compared.min_by_key(Vec::len).unwrap_or_default());
    Judged {
        state: if differences.is_empty() {
            State::InSync
        } else {
            State::Drifted
        },
        observed,
        differences,
    }
}

/// A CNAME whose first hop must be `target`: what stands behind it is the provider's.
fn alias(target: &Name, name: &Name, basis: &mut Basis, inquiry: &mut Inquiry<'_>) -> Option<Judged> {
    let seen = basis.ask(inquiry, name, Kind::Cname)?;
    let mut targets: Vec<&Name> = seen
        .records
        .iter()
        .filter_map(|rdata| match rdata {
            Rdata::Cname(target) => Some(target),
            _ => None,
        })
        .collect();
    targets.dedup();
    if !targets.is_empty() {
        let observed = targets.iter().map(|target| format!("CNAME {target}")).collect();
        let (state, differences) = match targets.as_slice() {
            [found] if *found == target => (State::InSync, Vec::new()),
            [found] => (
                State::Drifted,
                vec![format!("CNAME: want {target}, found {found}")],
            ),
            several => (
                State::Drifted,
                vec![format!("CNAME: want one, {target}, found {}", several.len())],
            ),
        };
        return Some(Judged {
            state,
            observed,
            differences,
        });
    }
    let missing = |observed| Judged {
        state: State::Missing,
        observed,
        differences: vec![format!("CNAME: want {target}, found none")],
    };
    if seen.nxdomain {
        return Some(missing(Vec::new()));
    }
    // No CNAME at a name that exists: the record behind it may have been copied here.
    let answer = ask(basis, name, inquiry)?;
    let observed = answer.observed();
    if answer.keys.is_empty() && answer.near_misses.is_empty() {
        return Some(missing(observed));
    }
    let is_host = |(_, why): &(Vec<u8>, NearMiss)| *why == NearMiss::HostName;
    let found = if answer.near_misses.iter().any(is_host) {
        "a TXT record that holds a host name: enter it as a CNAME"
    } else {
        "a TXT record: copied or flattened; will not follow the provider's rotation"
    };
    Some(Judged {
        state: State::Drifted,
        observed,
        differences: vec![format!("CNAME: want {target}, found {found}")],
    })
}

/// No usable key: an empty `p=`, or nothing at all.
fn revoked(answer: &SelectorAnswer) -> Judged {
    let differences: Vec<String> = answer
        .keys
        .iter()
        .filter(|key| has_key(key))
        .map(|key| format!("p: want it empty or no record, found {}", live(key.material())))
        .collect();
    Judged {
        state: if differences.is_empty() {
            State::InSync
        } else {
            State::Drifted
        },
        observed: answer.observed(),
        differences,
    }
}

/// What stands in a `p` that should be empty.
fn live(material: &Material) -> String {
    match material {
        Material::Key(key) => format!("a live key, {}", key.describe()),
        Material::Malformed(error) => error.to_string(),
        Material::UnknownKind(kind) => format!("a key of type {}", presentation(kind)),
        Material::Missing | Material::Revoked => "none".to_owned(),
    }
}

/// No selector answers with a key: the wildcard says `p=`, or nothing is there.
///
/// The literal `*` owner may itself be synthesised from higher up, and a server may answer it literally, so a label
/// nobody has is asked as well: it shows what verifiers see.
fn wildcard(
    intent: &Intent,
    wanted: &ManagedRrset,
    basis: &mut Basis,
    inquiry: &mut Inquiry<'_>,
    findings: &mut Findings,
) -> Option<Judged> {
    let unlikely = intent
        .domain
        .prepend("_domainkey")
        .ok()?
        .prepend(UNLIKELY_SELECTOR)
        .ok()?;
    let mut observed = Vec::new();
    let mut differences = Vec::new();
    let mut revoked_everywhere = true;
    let literal = Dns::new(wanted.name.clone(), Kind::Txt);
    let fact = inquiry.fact(&literal);
    // Where that alone is not proven, what verifiers see is told by the other.
    let is_left_out = fact.is_some_and(|fact| dnssec::is_nobodys(&literal, &fact.security));
    let answers = if is_left_out {
        inquiry.ask(literal, Need::Detail);
        vec![ask(basis, &unlikely, inquiry)]
    } else if inquiry.is_stood_in(&literal) {
        // The resolver is not to find out yet that nothing is there, and by the other it would.
        vec![ask(basis, &wanted.name, inquiry)]
    } else {
        vec![ask(basis, &wanted.name, inquiry), ask(basis, &unlikely, inquiry)]
    };
    let all_known = answers.iter().all(Option::is_some);
    for answer in answers.into_iter().flatten() {
        revoked_everywhere &= !answer.keys.is_empty();
        for shown in answer.observed() {
            if !observed.contains(&shown) {
                observed.push(shown);
            }
        }
        for difference in revoked(answer).differences {
            let difference = format!("every selector: {difference}");
            if !differences.contains(&difference) {
                differences.push(difference);
            }
        }
    }
    if differences.is_empty() && !revoked_everywhere && all_known {
        let topic = Topic::new(Site::rrset(wanted.name.clone(), Kind::Txt), true);
        let message = "no wildcard revokes the selectors of this parked domain; none has a key, so nothing differs in effect";
        findings
            .say(&rules::dkim::node::WILDCARD, &topic, message)
            .at_most(rules::Severity::Info)
            .fix("Nothing, or publish *._domainkey with an empty p.");
    }
    Some(Judged {
        state: if differences.is_empty() {
            State::InSync
        } else {
            State::Drifted
        },
        observed,
        differences,
    })
}
