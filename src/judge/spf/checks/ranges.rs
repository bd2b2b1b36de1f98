//! Addresses that never send on the Internet (RFC 6890), as data.

use std::net::{Ipv4Addr, Ipv6Addr};

use crate::records::spf::{Network4, Network6};
use crate::rules::Severity;

/// What a range of IPv4 is for, where no host on the Internet sends from it, and how bad it is to name it.
pub(super) fn special4(network: Network4) -> Option<(&'static str, Severity)> {
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

/// The same of IPv6.
pub(super) fn special6(network: Network6) -> Option<(&'static str, Severity)> {
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
