//! The rules about the hosts an MX RRset names.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::inquiry::{Inquiry, Kind, Rdata};
use crate::judge::basis::{Seen, evidence};
use crate::judge::{Finding, Findings, dns};
use crate::name::Name;
use crate::rules::{Rule, Severity, mx as rules};

/// The addresses of at most this many hosts are asked for.
const MAX_HOSTS: usize = 10;

/// Names that mean another machine to everybody, or nothing at all (RFC 6761, RFC 6762, RFC 8375).
const LOCAL: &[&str] = &[
    "localhost",
    "local",
    "localdomain",
    "internal",
    "home.arpa",
    "invalid",
    "lan",
    "test",
];

/// What is wrong with the hosts.
pub(super) fn check(
    domain: &Name,
    exchanges: &[(u16, Name)],
    managed: bool,
    inquiry: &mut Inquiry<'_>,
    findings: &mut Findings,
) {
    let mut say = |rule: &'static Rule, worst: Severity, message: String| {
        findings.push(Finding::new(rule, managed, domain.clone(), message).milder(worst));
    };
    let mut hosts: Vec<&Name> = Vec::new();
    for (_, host) in exchanges.iter().filter(|(_, host)| !host.is_root()) {
        if hosts.contains(&host) {
            say(
                &rules::DUPLICATE,
                Severity::Warning,
                format!("want each host once, found {host} again"),
            );
        } else {
            hosts.push(host);
        }
    }
    let mut looked = Vec::new();
    let mut misnamed = 0;
    for host in hosts.iter().take(MAX_HOSTS) {
        if let Some((rule, message)) = name_fault(host) {
            say(rule, Severity::Error, message);
            misnamed += 1;
            continue;
        }
        let v4 = evidence(inquiry, host, Kind::A);
        let v6 = evidence(inquiry, host, Kind::Aaaa);
        looked.push((*host, v4, v6));
    }
    let dead = |(_, v4, v6): &(&Name, Option<Seen<'_>>, Option<Seen<'_>>)| {
        [v4, v6]
            .iter()
            .all(|seen| seen.is_some_and(|seen| seen.records.is_empty()))
    };
    let all_dead = hosts.len() <= MAX_HOSTS && looked.iter().all(&dead);
    for host in &looked {
        let (name, v4, v6) = host;
        let alias = [v4, v6].into_iter().flatten().find_map(|seen| seen.chain.last());
        if let Some(target) = alias {
            let message = format!("want a host with addresses of its own, found {name}, a CNAME to {target}");
            say(&rules::ALIAS, Severity::Warning, message);
        }
        if dead(host) {
            let end = alias.unwrap_or(name);
            let nxdomain = v4.is_some_and(|seen| seen.nxdomain);
            match dns::gone(end, inquiry).filter(|_| nxdomain) {
                Some(gone) => say(
                    &rules::TAKEOVER,
                    Severity::Error,
                    format!(
                        "{end} lies in {gone}, which does not exist: whoever registers it receives the mail"
                    ),
                ),
                None => {
                    let worst = if all_dead {
                        Severity::Error
                    } else {
                        Severity::Warning
                    };
                    say(
                        &rules::NO_ADDRESS,
                        worst,
                        format!("want an address of {name}, found none"),
                    );
                }
            }
        }
        let addresses = [v4, v6].into_iter().flatten().flat_map(|seen| seen.records);
        if let Some(address) = addresses.filter_map(unreachable).next() {
            say(
                &rules::NOT_PUBLIC,
                Severity::Error,
                format!("want a public address of {name}, found {address}"),
            );
        }
    }
    if misnamed == 0 && hosts.len() <= MAX_HOSTS {
        as_a_whole(&looked, &mut say);
    }
}

/// What all hosts together lack.
fn as_a_whole(
    looked: &[(&Name, Option<Seen<'_>>, Option<Seen<'_>>)],
    say: &mut impl FnMut(&'static Rule, Severity, String),
) {
    let count = |seen: &Option<Seen<'_>>| seen.map(|seen| seen.records.len());
    let v4: Option<usize> = looked.iter().map(|(_, v4, _)| count(v4)).sum();
    let v6: Option<usize> = looked.iter().map(|(_, _, v6)| count(v6)).sum();
    if v6 == Some(0) && v4.is_some_and(|v4| v4 > 0) {
        let message = format!("want an AAAA record at one of {} hosts, found none", looked.len());
        say(&rules::NO_IPV6, Severity::Info, message);
    }
    if let (&[(host, ..)], Some(v4 @ 0..=1), Some(v6 @ 0..=1)) = (looked, v4, v6)
        && v4 + v6 > 0
    {
        let message = format!("{host} is the only MX host, with one address");
        say(&rules::SINGLE, Severity::Info, message);
    }
}

/// What is wrong with a host's name alone.
fn name_fault(host: &Name) -> Option<(&'static Rule, String)> {
    let labels = host.labels();
    let text = host.as_str();
    if text.parse::<Ipv4Addr>().is_ok() || text.contains(':') || text.starts_with('[') {
        return Some((
            &rules::ADDRESS,
            format!("want a host name, found the address {host}"),
        ));
    }
    let is_local = LOCAL
        .iter()
        .any(|local| text == *local || text.ends_with(&format!(".{local}")));
    if is_local || labels.len() == 1 {
        return Some((
            &rules::NOT_PUBLIC,
            format!("want a public host name, found {host}"),
        ));
    }
    let fine = |label: &Vec<u8>| {
        label
            .iter()
            .all(|octet| octet.is_ascii_alphanumeric() || *octet == b'-')
            && !label.starts_with(b"-")
            && !label.ends_with(b"-")
    };
    if !labels.iter().all(fine) {
        let message = format!("want letters, digits and inner hyphens in a host name, found {host}");
        return Some((&rules::HOST_NAME, message));
    }
    None
}

/// An address nobody on the internet can reach.
fn unreachable(rdata: &Rdata) -> Option<IpAddr> {
    match rdata {
        Rdata::A(v4) => {
            let shared = Ipv4Addr::new(100, 64, 0, 0).octets();
            let is_shared = v4.octets()[0] == shared[0] && v4.octets()[1] & 0xc0 == shared[1];
            let private = v4.is_private() || v4.is_loopback() || v4.is_link_local() || is_shared;
            (private || v4.octets()[0] == 0).then_some(IpAddr::V4(*v4))
        }
        Rdata::Aaaa(v6) => {
            let private = v6.is_loopback() || v6.is_unspecified() || v6.is_unique_local();
            let mapped = v6.to_ipv4_mapped().is_some() || *v6 == Ipv6Addr::UNSPECIFIED;
            (private || mapped || v6.is_unicast_link_local()).then_some(IpAddr::V6(*v6))
        }
        _ => None,
    }
}
