//! The networks a record names.

use std::net::{Ipv4Addr, Ipv6Addr};

use crate::records::spf::{Addresses, Mechanism, Network4, Network6, Qualifier, Record};
use crate::rules::Severity;
use crate::rules::spf::record as rules;

use super::Desk;

/// So many networks are compared with each other: the largest real record has 126 terms.
const MAX_COMPARED: usize = 256;

/// Judges the addresses of `record`.
pub(super) fn check(record: &Record, desk: &mut Desk<'_>) {
    let end = record.all().map_or(usize::MAX, |(index, _)| index);
    let mut v4: Vec<(Qualifier, Network4)> = Vec::new();
    let mut v6: Vec<(Qualifier, Network6)> = Vec::new();
    for (index, qualifier, mechanism) in record.directives().filter(|(index, _, _)| *index < end) {
        let span = record.terms.get(index).map(|term| term.span.clone());
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
            _ => continue,
        };
        let shown = record.term_text(index);
        if wide && qualifier == Qualifier::Pass {
            desk.say(
                &rules::WIDE,
                span.clone(),
                format!("{shown} is a very wide network"),
            );
        }
        if let Some((what, severity)) = special {
            desk.say_as(
                &rules::SPECIAL,
                severity,
                span.clone(),
                format!("{shown} is {what}: no receiver sees it"),
            );
        }
        if !written {
            desk.say(
                &rules::HOST_BITS,
                span.clone(),
                format!("{shown} means {mechanism}"),
            );
        }
        if inside {
            desk.say(
                &rules::OVERLAP,
                span,
                format!("{shown} lies in a network named before"),
            );
        }
    }
    let passing = Addresses::new(
        v4.iter()
            .filter(|(qualifier, _)| *qualifier == Qualifier::Pass)
            .map(|(_, network)| *network),
        v6.iter()
            .filter(|(qualifier, _)| *qualifier == Qualifier::Pass)
            .map(|(_, network)| *network),
    );
    if passing.is_all_v4() || passing.is_all_v6() {
        let family = if passing.is_all_v4() { "IPv4" } else { "IPv6" };
        desk.say(
            &rules::EVERYBODY,
            None,
            format!("the networks together are every {family} address: anyone may send"),
        );
    }
}

fn special4(network: Network4) -> Option<(&'static str, Severity)> {
    const RANGES: &[(Ipv4Addr, u8, &str, Severity)] = &[
        (Ipv4Addr::new(0, 0, 0, 0), 8, "this network", Severity::Warning),
        (Ipv4Addr::new(10, 0, 0, 0), 8, "private", Severity::Warning),
        (
            Ipv4Addr::new(100, 64, 0, 0),
            10,
            "shared by carriers",
            Severity::Warning,
        ),
        (Ipv4Addr::new(127, 0, 0, 0), 8, "loopback", Severity::Warning),
        (Ipv4Addr::new(169, 254, 0, 0), 16, "link-local", Severity::Warning),
        (Ipv4Addr::new(172, 16, 0, 0), 12, "private", Severity::Warning),
        (
            Ipv4Addr::new(192, 0, 2, 0),
            24,
            "for documentation",
            Severity::Info,
        ),
        (Ipv4Addr::new(192, 168, 0, 0), 16, "private", Severity::Warning),
        (
            Ipv4Addr::new(198, 18, 0, 0),
            15,
            "for benchmarks",
            Severity::Warning,
        ),
        (
            Ipv4Addr::new(198, 51, 100, 0),
            24,
            "for documentation",
            Severity::Info,
        ),
        (
            Ipv4Addr::new(203, 0, 113, 0),
            24,
            "for documentation",
            Severity::Info,
        ),
        (
            Ipv4Addr::new(224, 0, 0, 0),
            3,
            "multicast or reserved",
            Severity::Warning,
        ),
    ];
    let found = RANGES.iter().find(|(address, prefix, _, _)| {
        let range = Network4 {
            address: *address,
            prefix: *prefix,
        };
        network.prefix >= *prefix && range.contains(network.address)
    });
    found.map(|(_, _, what, severity)| (*what, *severity))
}

fn special6(network: Network6) -> Option<(&'static str, Severity)> {
    const RANGES: &[(Ipv6Addr, u8, &str, Severity)] = &[
        (
            Ipv6Addr::UNSPECIFIED,
            96,
            "unspecified, loopback or IPv4-compatible",
            Severity::Warning,
        ),
        (
            Ipv6Addr::new(0, 0, 0, 0, 0, 0xffff, 0, 0),
            96,
            "an IPv4 address in IPv6 clothes",
            Severity::Warning,
        ),
        (
            Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0),
            32,
            "for documentation",
            Severity::Info,
        ),
        (
            Ipv6Addr::new(0xfc00, 0, 0, 0, 0, 0, 0, 0),
            7,
            "private",
            Severity::Warning,
        ),
        (
            Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 0),
            10,
            "link-local",
            Severity::Warning,
        ),
        (
            Ipv6Addr::new(0xff00, 0, 0, 0, 0, 0, 0, 0),
            8,
            "multicast",
            Severity::Warning,
        ),
    ];
    let found = RANGES.iter().find(|(address, prefix, _, _)| {
        let range = Network6 {
            address: *address,
            prefix: *prefix,
        };
        network.prefix >= *prefix && range.contains(network.address)
    });
    found.map(|(_, _, what, severity)| (*what, *severity))
}
