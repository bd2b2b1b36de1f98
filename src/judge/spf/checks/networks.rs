//! The networks a record names.

use super::ranges::{special4, special6};
use super::saying::say_of_term;
use crate::judge::{Findings, Topic};
use crate::records::spf::{Addresses, Mechanism, Network4, Network6, Qualifier, Record};
use crate::rules::Severity;
use crate::rules::spf::record as rules;

/// So many networks are compared with each other: the largest real record has 126 terms.
const MAX_COMPARED: usize = 256;

/// Judges the addresses of `record`.
pub(super) fn check(record: &Record, topic: &Topic, findings: &mut Findings) {
    let end = record.all().map_or(usize::MAX, |(index, _)| index);
    let mut v4: Vec<(Qualifier, Network4)> = Vec::new();
    let mut v6: Vec<(Qualifier, Network6)> = Vec::new();
    for (index, qualifier, mechanism) in record.directives().filter(|(index, _, _)| *index < end) {
        let (wide, special, written, inside) = match mechanism {
            Mechanism::Ip4(network) => {
                let inside = v4.iter().any(|(other, wider)| {
                    *other == qualifier && wider.prefix <= network.prefix && wider.contains(network.address)
                });
                if v4.len() < MAX_COMPARED {
                    v4.push((qualifier, *network));
                }
                (
                    network.prefix < 16,
                    special4(*network),
                    network.network() == *network,
                    inside,
                )
            }
            Mechanism::Ip6(network) => {
                let inside = v6.iter().any(|(other, wider)| {
                    *other == qualifier && wider.prefix <= network.prefix && wider.contains(network.address)
                });
                if v6.len() < MAX_COMPARED {
                    v6.push((qualifier, *network));
                }
                (
                    network.prefix < 32,
                    special6(*network),
                    network.network() == *network,
                    inside,
                )
            }
            Mechanism::A { cidr, .. } | Mechanism::Mx { cidr, .. } => {
                if qualifier == Qualifier::Pass && (cidr.v4 < 16 || cidr.v6 < 32) {
                    let shown = record.term_text(index);
                    let message = format!("{shown} is a very wide network around each address that it finds");
                    say_of_term(findings, &rules::WIDE, topic, (record, index), message);
                }
                continue;
            }
            _ => continue,
        };
        let shown = record.term_text(index);
        let place = (record, index);
        if wide && qualifier == Qualifier::Pass {
            let message = format!("{shown} is a very wide network");
            say_of_term(findings, &rules::WIDE, topic, place, message);
        }
        if let Some((what, severity)) = special {
            let message = format!("{shown} is {what}: no receiver sees it");
            let said = say_of_term(findings, &rules::SPECIAL, topic, place, message);
            said.at_most(severity);
        }
        if !written {
            let message = format!("{shown} means {mechanism}");
            say_of_term(findings, &rules::HOST_BITS, topic, place, message);
        }
        if inside {
            let message = format!("{shown} lies in a network named before");
            say_of_term(findings, &rules::OVERLAP, topic, place, message);
        }
    }
    let of = |these: &[Qualifier]| {
        let v4 = v4.iter().filter(|(qualifier, _)| these.contains(qualifier));
        let v6 = v6.iter().filter(|(qualifier, _)| these.contains(qualifier));
        let v6 = Addresses::new([], v6.map(|(_, network)| *network));
        match (
            Addresses::are_all_v4(v4.map(|(_, network)| *network)),
            v6.is_all_v6(),
        ) {
            (true, _) => Some("IPv4"),
            (_, true) => Some("IPv6"),
            _ => None,
        }
    };
    if let Some(family) = of(&[Qualifier::Pass]) {
        let message = format!("the networks together are every {family} address: anyone may send");
        findings.say(&rules::EVERYBODY, topic, message);
        return;
    }
    let neutral = record.directives().find(|(index, qualifier, mechanism)| {
        let is_network = matches!(mechanism, Mechanism::Ip4(_) | Mechanism::Ip6(_));
        *index < end && *qualifier == Qualifier::Neutral && is_network
    });
    if let Some((index, _, _)) = neutral
        && let Some(family) = of(&[Qualifier::Pass, Qualifier::Neutral])
    {
        let shown = record.term_text(index);
        let message = format!(
            "{shown} leaves nobody to fail: with it every {family} address passes or is neutral, in effect ?all"
        );
        let said = say_of_term(findings, &rules::NEUTRAL_ALL, topic, (record, index), message);
        said.fix(format!("Remove {shown}."));
        return;
    }
    nobody(record, end, topic, findings);
}

/// The families of addresses, and what says that all of one are there.
const FAMILIES: [(&str, IsAll); 2] = [("IPv4", Addresses::is_all_v4), ("IPv6", Addresses::is_all_v6)];
type IsAll = fn(&Addresses) -> bool;

/// Networks that are every address together, the last of which fails: nobody behind it passes. Each family by itself.
fn nobody(record: &Record, end: usize, topic: &Topic, findings: &mut Findings) {
    let networks: Vec<(usize, Qualifier, &Mechanism)> = record
        .directives()
        .filter(|(index, _, mechanism)| {
            *index < end && matches!(mechanism, Mechanism::Ip4(_) | Mechanism::Ip6(_))
        })
        .take(MAX_COMPARED)
        .collect();
    let filled = |upto: usize| {
        let before = || networks.iter().take(upto + 1).map(|(_, _, mechanism)| *mechanism);
        let v4 = before().filter_map(|mechanism| match mechanism {
            Mechanism::Ip4(network) => Some(*network),
            _ => None,
        });
        let v6 = before().filter_map(|mechanism| match mechanism {
            Mechanism::Ip6(network) => Some(*network),
            _ => None,
        });
        Addresses::new(v4, v6)
    };
    let mut said = None;
    for (family, is_all) in FAMILIES {
        // Most records fill neither: that is seen at once.
        let is_whole = is_all(&filled(networks.len()));
        let first = (0..networks.len())
            .filter(|_| is_whole)
            .find(|upto| is_all(&filled(*upto)));
        let Some((index, qualifier, _)) = first.and_then(|at| networks.get(at)) else {
            continue;
        };
        if !matches!(qualifier, Qualifier::Fail | Qualifier::SoftFail) || said == Some(*index) {
            continue;
        }
        said = Some(*index);
        let shown = record.term_text(*index);
        let dead: Vec<String> = record
            .directives()
            .filter(|(behind, qualifier, _)| {
                *behind > *index && *behind < end && *qualifier == Qualifier::Pass
            })
            .map(|(behind, _, _)| behind)
            .chain(
                record
                    .redirect()
                    .filter(|_| record.all().is_none())
                    .map(|(behind, _)| behind),
            )
            .map(|behind| record.term_text(behind))
            .collect();
        let (message, severity) = match dead.is_empty() {
            true => (
                format!("{shown} says of every {family} address what all is there for"),
                Severity::Info,
            ),
            false => (
                format!(
                    "{shown} fails every {family} address that nothing before it names: over {family} nobody passes by {}, \
                     which the evaluation does not come to",
                    dead.join(", ")
                ),
                Severity::Warning,
            ),
        };
        let fix = match record.all() {
            Some((_, Qualifier::Fail | Qualifier::SoftFail)) => format!("Remove {shown}."),
            None if record.redirect().is_some() => {
                format!("Remove {shown}: redirect says it of everybody else.")
            }
            _ => {
                let all = if *qualifier == Qualifier::Fail {
                    "-all"
                } else {
                    "~all"
                };
                format!("Remove {shown}, and end the record in {all}.")
            }
        };
        let finding = say_of_term(findings, &rules::NOBODY, topic, (record, *index), message);
        finding.at_most(severity).fix(fix);
    }
}
