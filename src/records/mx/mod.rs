//! The MX record set (RFC 5321 5.1, RFC 7505): compared by what senders do with it.
//!
//! A sender tries the hosts in the order of their preference, those with the same one in any order. The numbers
//! themselves mean nothing, so `1 a, 2 b` is `10 a, 20 b`; nor does a host that is named again further down, for it was
//! tried by then. `host_name` says what is wrong with a host's name before anybody asks for its addresses. Pure.

mod host_name;

use std::collections::BTreeSet;

pub use self::host_name::{HostFault, fault, is_address, is_nobody, is_nowhere};
use super::Comparison;
use crate::name::Name;

/// A preference and the host it is for.
pub type Exchange = (u16, Name);

/// The records as status and tables show them, by preference.
pub fn shown(exchanges: &[Exchange]) -> Vec<String> {
    let mut sorted: Vec<&Exchange> = exchanges.iter().collect();
    sorted.sort();
    let shown = sorted.into_iter();
    shown
        .map(|(preference, host)| format!("{preference} {host}"))
        .collect()
}

/// Compares what is wanted with what was found, by the order in which senders try the hosts.
pub fn compare(wanted: &[Exchange], found: &[Exchange]) -> Comparison {
    let (want, have) = (order(wanted), order(found));
    if want == have {
        return Comparison::equal();
    }
    let rank = |order: &[BTreeSet<Name>], host: &Name| order.iter().position(|group| group.contains(host));
    let preference = |of: &[Exchange], host: &Name| {
        let all = of.iter().filter(|(_, other)| other == host);
        all.map(|(preference, _)| *preference).min().unwrap_or_default()
    };
    let mut differences = Vec::new();
    for host in want.iter().flatten().filter(|host| rank(&have, host).is_none()) {
        let number = preference(wanted, host);
        differences.push(format!("MX: want {number} {host}, found none"));
    }
    for host in have.iter().flatten().filter(|host| rank(&want, host).is_none()) {
        let number = preference(found, host);
        let what = match host.is_root() {
            true => "null MX",
            false => host.as_str(),
        };
        differences.push(format!("MX: want no {what}, found {number} {host}"));
    }
    // Of the hosts both have, those that are tried at another place.
    let common = |order: &[BTreeSet<Name>], other: &[BTreeSet<Name>]| -> Vec<BTreeSet<Name>> {
        let kept = order.iter().map(|group| {
            let shared = group.iter().filter(|host| rank(other, host).is_some());
            shared.cloned().collect::<BTreeSet<Name>>()
        });
        kept.filter(|group| !group.is_empty()).collect()
    };
    let (want_common, have_common) = (common(&want, &have), common(&have, &want));
    if want_common != have_common {
        let list = |order: &[BTreeSet<Name>]| {
            let groups = order.iter().map(|group| {
                let hosts: Vec<&str> = group.iter().map(Name::as_str).collect();
                hosts.join(" and ")
            });
            groups.collect::<Vec<_>>().join(", then ")
        };
        differences.push(format!(
            "MX: want senders to try {}, found that they try {}",
            list(&want_common),
            list(&have_common)
        ));
    }
    Comparison::from_parts(differences, Vec::new())
}

/// The hosts in the order in which they are tried, each where it is tried first.
fn order(exchanges: &[Exchange]) -> Vec<BTreeSet<Name>> {
    let mut sorted: Vec<&Exchange> = exchanges.iter().collect();
    sorted.sort();
    let mut groups: Vec<(u16, BTreeSet<Name>)> = Vec::new();
    let mut known: BTreeSet<&Name> = BTreeSet::new();
    for (preference, host) in sorted {
        if !known.insert(host) {
            continue;
        }
        match groups.last_mut() {
            Some((last, group)) if last == preference => {
                group.insert(host.clone());
            }
            _ => groups.push((*preference, BTreeSet::from([host.clone()]))),
        }
    }
    groups.into_iter().map(|(_, group)| group).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::records::Class;
    use proptest::prelude::*;

    fn exchanges(text: &str) -> Vec<Exchange> {
        let each = text.split(',').map(str::trim).filter(|one| !one.is_empty());
        each.map(|one| {
            let (preference, host) = one.split_once(' ').unwrap();
            (preference.parse().unwrap(), host.parse().unwrap())
        })
        .collect()
    }

    #[test]
    fn what_senders_cannot_tell_apart_is_equal() {
        for (wanted, found) in [
            ("10 a.nl", "10 a.nl"),
            ("10 a.nl, 20 b.nl", "20 b.nl, 10 a.nl"),
            ("10 a.nl, 20 b.nl", "1 A.nl., 2 b.nl"),
            ("10 a.nl, 10 b.nl", "0 a.nl, 0 b.nl"),
            ("10 a.nl, 20 b.nl", "10 a.nl, 20 b.nl, 30 a.nl"),
            ("", ""),
        ] {
            let found = compare(&exchanges(wanted), &exchanges(found));
            assert_eq!(found.class, Class::Equal, "{wanted}: {found:?}");
        }
    }

    #[test]
    fn each_difference_is_named() {
        for (wanted, found, says) in [
            ("10 a.nl", "", &["MX: want 10 a.nl, found none"] as &[&str]),
            (
                "10 a.nl",
                "10 a.nl, 20 b.nl",
                &["MX: want no b.nl, found 20 b.nl"],
            ),
            (
                "10 a.nl",
                "5 b.nl",
                &["MX: want 10 a.nl, found none", "MX: want no b.nl, found 5 b.nl"],
            ),
            (
                "10 a.nl, 20 b.nl",
                "20 a.nl, 10 b.nl",
                &["MX: want senders to try a.nl, then b.nl, found that they try b.nl, then a.nl"],
            ),
            (
                "10 a.nl, 20 b.nl",
                "10 a.nl, 10 b.nl",
                &["MX: want senders to try a.nl, then b.nl, found that they try a.nl and b.nl"],
            ),
            (
                "10 a.nl",
                "0 .",
                &["MX: want 10 a.nl, found none", "MX: want no null MX, found 0 ."],
            ),
            ("10 a.nl", "10 a.nl, 10 .", &["MX: want no null MX, found 10 ."]),
        ] {
            let comparison = compare(&exchanges(wanted), &exchanges(found));
            assert_eq!(comparison.differences, says, "{wanted} and {found}");
        }
    }

    fn some() -> impl Strategy<Value = Vec<Exchange>> {
        let host = prop::sample::select(vec!["a.nl", "b.nl", "c.nl", "d.nl"]);
        let one = (0_u16..4, host).prop_map(|(preference, host)| (preference, host.parse().unwrap()));
        prop::collection::vec(one, 0..6)
    }

    proptest! {
        #[test]
        fn comparing_is_an_equivalence(one in some(), other in some()) {
            prop_assert_eq!(compare(&one, &one).class, Class::Equal);
            prop_assert_eq!(compare(&one, &other).class, compare(&other, &one).class);
            // What differs is always said, and what does not never is.
            let comparison = compare(&one, &other);
            prop_assert_eq!(comparison.differences.is_empty(), comparison.class == Class::Equal);
            // Numbers stretched by anything keep their order.
            let stretched: Vec<Exchange> = one.iter().map(|(number, host)| (number * 7 + 3, host.clone())).collect();
            prop_assert_eq!(compare(&one, &stretched).class, Class::Equal);
        }
    }
}
