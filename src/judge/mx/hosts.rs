//! The rules about the hosts an MX RRset names.

use std::net::IpAddr;

use super::exchanges::{ExchangeHost, MAX_HOSTS, MailExchanges};
use crate::inquiry::{Inquiry, is_private};
use crate::judge::{Findings, Topic, dns};
use crate::name::Name;
use crate::records::mx::{HostFault, is_address, is_nobody};
use crate::rules::{Rule, Severity, mx as rules};

/// What is wrong with the hosts.
pub(super) fn check(
    domain: &Name,
    scene: &MailExchanges,
    topic: &Topic,
    inquiry: &mut Inquiry<'_>,
    findings: &mut Findings,
) {
    let mut known: Vec<&Name> = Vec::new();
    for (_, host) in scene
        .exchanges
        .iter()
        .flatten()
        .filter(|(_, host)| !host.is_root())
    {
        if known.contains(&host) {
            let message = format!("want each host once, found {host} again");
            findings
                .say(&rules::DUPLICATE, topic, message)
                .about(host.as_str());
        } else {
            known.push(host);
        }
    }
    if !scene.beyond.is_empty() {
        let message = format!(
            "want all hosts of the MX looked at, found {} of them: the addresses and TLSA records of the first {MAX_HOSTS} by preference \
             were looked at, and nothing is known of {} more",
            scene.count(),
            scene.beyond.len()
        );
        findings.say(&rules::BEYOND, topic, message);
    }
    let all_dead = scene.beyond.is_empty() && sound(scene).all(ExchangeHost::is_dead);
    for host in &scene.hosts {
        if let Some(fault) = host.fault {
            misnamed(domain, &host.name, fault, topic, findings);
            continue;
        }
        let alias = host.found().find_map(|found| found.alias.as_ref());
        // That an alias leads nowhere says more than that it is one.
        if let Some(target) = alias.filter(|_| !host.is_dead()) {
            let name = &host.name;
            let message = format!("want a host with addresses of its own, found {name}, a CNAME to {target}");
            let finding = findings.say(&rules::ALIAS, topic, message);
            finding
                .about(name.as_str())
                .fix(format!("Point the MX at {target} itself."));
        }
        if host.is_dead() {
            dead(domain, host, all_dead, topic, inquiry, findings);
        }
        let mut addresses = host.found().flat_map(|found| &found.addresses);
        if let Some(address) = addresses.find(|address| is_unreachable(address)) {
            let message = format!("want a public address of {}, found {address}", host.name);
            findings
                .say(&rules::NOT_PUBLIC, topic, message)
                .about(host.name.as_str());
        }
    }
    if sound(scene).count() == scene.count() {
        as_a_whole(scene, topic, findings);
    }
}

/// The hosts whose names are sound.
fn sound(scene: &MailExchanges) -> impl Iterator<Item = &ExchangeHost> {
    scene.hosts.iter().filter(|host| host.fault.is_none())
}

/// A host whose name is none.
fn misnamed(domain: &Name, host: &Name, fault: HostFault, topic: &Topic, findings: &mut Findings) {
    let null = "publish 0 . alone where the domain takes no mail";
    let (rule, message, fix): (&'static Rule, String, String) = match fault {
        HostFault::Null => (
            &rules::NULL_AS_HOST,
            format!("want the null MX 0 ., found a host named {host}, which senders look for"),
            "Publish 0 . alone when the domain takes no mail; else remove it.".to_owned(),
        ),
        HostFault::Address => (
            &rules::ADDRESS,
            format!("want a host name, found the address {host}"),
            rules::ADDRESS.fix.to_owned(),
        ),
        HostFault::Local => (
            &rules::NOT_PUBLIC,
            format!("want a public host name, found {host}, which is another machine to everybody"),
            format!("Point the MX at a host with a public address, or {null}."),
        ),
        HostFault::OneLabel => (
            &rules::NOT_PUBLIC,
            format!(
                "want a public host name, found {host}, one label alone: the dot behind it ends the name"
            ),
            format!("Write {host}.{domain}. in full where that is meant, or {null}."),
        ),
        HostFault::Endpoint => (
            &rules::HOST_NAME,
            format!("want a host name alone, found a port or scheme with it: {host}"),
            "Write the host's name alone: mail is delivered to port 25 of it.".to_owned(),
        ),
        HostFault::Mailbox => (
            &rules::HOST_NAME,
            format!("want a host name, found the mail address {host}"),
            "Write the name of the host that takes the mail, without what stands before the @.".to_owned(),
        ),
        HostFault::Blank => (
            &rules::HOST_NAME,
            format!("want a host name, found a blank in {host}"),
            "Write preference and host in their own fields.".to_owned(),
        ),
        HostFault::Characters => (
            &rules::HOST_NAME,
            format!("want letters, digits and inner hyphens in a host name, found {host}"),
            rules::HOST_NAME.fix.to_owned(),
        ),
    };
    findings.say(rule, topic, message).about(host.as_str()).fix(fix);
}

/// A host without any address.
fn dead(
    domain: &Name,
    host: &ExchangeHost,
    all_dead: bool,
    topic: &Topic,
    inquiry: &mut Inquiry<'_>,
    findings: &mut Findings,
) {
    let name = &host.name;
    let alias = host.found().find_map(|found| found.alias.as_ref());
    let end = alias.unwrap_or(name);
    let is_nxdomain = host.v4.as_ref().is_some_and(|found| found.nxdomain);
    if let Some(gone) = dns::gone(end, inquiry).filter(|_| is_nxdomain) {
        let message =
            format!("{end} lies in {gone}, which does not exist: whoever registers it receives the mail");
        findings
            .say(&rules::TAKEOVER, topic, message)
            .about(name.as_str());
        return;
    }
    // What a form or a zone file makes of a name without a dot at its end: the domain's own name follows it.
    let labels = name.labels();
    let own = domain.label_count();
    let prefix = match name.is_at_or_below(domain) {
        true => labels.get(..labels.len().saturating_sub(own)).unwrap_or_default(),
        false => &[],
    };
    let (rule, message, fix): (&'static Rule, String, String) = if is_nobody(prefix) {
        (
            &rules::NULL_AS_HOST,
            format!("want the null MX 0 ., found the host {name}, which does not exist"),
            "Publish 0 . alone when the domain takes no mail; else remove it.".to_owned(),
        )
    } else if prefix.len() > 1 && is_address(&prefix.join(&b'.')) {
        (
            &rules::ADDRESS,
            format!("want a host name, found the address at the begin of {name}"),
            rules::ADDRESS.fix.to_owned(),
        )
    } else {
        let meant = Name::from_labels(prefix)
            .ok()
            .filter(|meant| meant.label_count() > 1);
        let fix = match meant {
            Some(meant) => format!(
                "Where {meant} was meant, write a dot at its end; else publish addresses of {name}, or remove the MX."
            ),
            None => rules::NO_ADDRESS.fix.to_owned(),
        };
        let via = alias.map_or(String::new(), |end| format!(" at the end of its CNAME, {end}"));
        (
            &rules::NO_ADDRESS,
            format!("want an address of {name}, found none{via}"),
            fix,
        )
    };
    // With another host that has addresses mail arrives all the same.
    let worst = match all_dead || rule != &rules::NO_ADDRESS {
        true => Severity::Error,
        false => Severity::Warning,
    };
    findings
        .say(rule, topic, message)
        .about(name.as_str())
        .at_most(worst)
        .fix(fix);
}

/// What all hosts together lack.
fn as_a_whole(scene: &MailExchanges, topic: &Topic, findings: &mut Findings) {
    let hosts = &scene.hosts;
    let count =
        |found: &Option<super::exchanges::HostAddresses>| found.as_ref().map(|one| one.addresses.len());
    let v4: Option<usize> = hosts.iter().map(|host| count(&host.v4)).sum();
    let v6: Option<usize> = hosts.iter().map(|host| count(&host.v6)).sum();
    if v6 == Some(0) && v4.is_some_and(|v4| v4 > 0) {
        let message = format!("want an AAAA record at one of {} hosts, found none", hosts.len());
        findings.say(&rules::NO_IPV6, topic, message);
    }
    if let ([host], Some(v4 @ 0..=1), Some(v6 @ 0..=1)) = (hosts.as_slice(), v4, v6)
        && v4 + v6 > 0
    {
        let addresses = match (v4, v6) {
            (1, 1) => "one address of each family",
            _ => "one address",
        };
        let message = format!("{} is the only MX host, with {addresses}", host.name);
        findings.say(&rules::SINGLE, topic, message);
    }
}

/// An address nobody on the internet can reach.
fn is_unreachable(address: &IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => is_private(*address) || v4.octets()[0] == 0,
        IpAddr::V6(v6) => {
            let local = v6.is_loopback() || v6.is_unspecified() || v6.is_unique_local();
            local || v6.to_ipv4_mapped().is_some() || v6.is_unicast_link_local()
        }
    }
}
