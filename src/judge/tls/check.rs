//! The findings about a domain's mail servers: each fault once a host, whatever number of its addresses has it.

use std::collections::BTreeMap;

use super::servers::{MAX_ADDRESSES, MailServer, WithoutTls};
use super::worth::{self, Of, Trait};
use super::{EDITION, beside, issuers, known};
use crate::inquiry::{Inquiry, Kind, Need, Session, Trouble};
use crate::intent::Intent;
use crate::judge::{Findings, Site, Topic, dane};
use crate::records::Standard;
use crate::rules::{Severity, tls as rules};
use crate::transport::{Certificate, Level};

/// All that is wrong with the TLS of the domain's mail servers.
pub(in crate::judge) fn check(intent: &Intent, inquiry: &mut Inquiry<'_>, findings: &mut Findings) {
    let Some(servers) = known(intent, inquiry) else {
        return;
    };
    if servers.all.is_empty() {
        return;
    }
    let managed = intent.manages(Standard::Tls);
    let found = dane::gather(&intent.domain, Need::Evidence, inquiry);
    let promise = beside::Promise::of(intent, inquiry);
    inquiry.on_behalf_of(Standard::Tls);
    if !servers.beyond.is_empty() {
        let (looked, count) = (servers.all.len(), servers.all.len() + servers.beyond.len());
        let message = format!(
            "want the TLS of every mail server seen, found {count} hosts: looked at {looked} of {count}, the first by preference, and not \
             at {}",
            some(&servers.beyond)
        );
        let topic = Topic::new(Site::rrset(intent.domain.clone(), Kind::Mx), managed);
        findings.say(&rules::BEYOND, &topic, message);
    }
    for server in &servers.all {
        let topic = Topic::new(Site::Host(server.host.clone()), managed);
        if !server.beyond.is_empty() {
            let (looked, count) = (MAX_ADDRESSES, MAX_ADDRESSES + server.beyond.len());
            let message = format!(
                "want the TLS of {} seen at every address, found {count} addresses: looked at {looked} of {count}, and not at {}",
                server.host,
                some(&server.beyond)
            );
            findings.say(&rules::BEYOND, &topic, message);
        }
        one(server, &topic, findings);
        if super::wants_all(intent)
            && server.is_half_seen()
            && server.half_seen_for() == Some(Trouble::NoProfile)
        {
            let message = format!(
                "want all of the TLS of {} seen, as its level asks, found that its certificates alone were looked at: whether anything \
                 below the level is taken is not known",
                server.host
            );
            findings.say(&rules::HALF_SEEN, &topic, message);
        }
        issuers::check(server, &topic, inquiry, findings);
        beside::check(intent, server, &found, promise.as_ref(), findings);
    }
}

fn one(server: &MailServer, topic: &Topic, findings: &mut Findings) {
    let host = &server.host;
    let sessions: Vec<&Session> = server.sessions().collect();
    let WithoutTls {
        absent, broken, open, ..
    } = server.without_tls();
    if let Some(found) = absent.told() {
        let message = format!("want STARTTLS at {host}, {found}");
        findings.say(&rules::NO_STARTTLS, topic, message);
    }
    if let Some(words) = broken.told() {
        let message = format!("want TLS at {host}, found that it offers it and none comes about{words}");
        findings.say(&rules::NO_AGREEMENT, topic, message);
    }
    if let Some(words) = open.told() {
        let message =
            format!("want TLS at {host}, found that it offers it and none comes about from here{words}");
        findings.say(&rules::NOT_FINISHED, topic, message);
    }
    // What its other addresses show is worth as much as ever.
    if absent.is_everywhere() || broken.is_everywhere() {
        return;
    }
    if sessions.iter().any(|session| session.injected) {
        let message = format!("want nothing in the clear behind the go-ahead of {host}, found something");
        findings.say(&rules::INJECTED, topic, message);
    }
    if let Some(words) = sessions.iter().find_map(|session| session.cut_short.as_ref()) {
        let message =
            format!("want to see all of the TLS of {host}, found that it wants no more connections: {words}");
        findings.say(&rules::CUT_SHORT, topic, message);
    }
    levels(server, topic, findings);
    certificate(server, topic, findings);
}

/// The first few of many.
fn some<T: ToString>(all: &[T]) -> String {
    let shown: Vec<String> = all.iter().take(MOST_SHOWN).map(ToString::to_string).collect();
    match all.len() - shown.len() {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

/// What is of too low a level, one finding a kind.
fn levels(server: &MailServer, topic: &Topic, findings: &mut Findings) {
    let mut low: BTreeMap<Of, Vec<Trait>> = BTreeMap::new();
    for one in server
        .traits()
        .into_iter()
        .filter(|one| one.level < Level::Sufficient)
    {
        low.entry(one.of).or_default().push(one);
    }
    for (of, traits) in low {
        let message = format!(
            "want {} at {} by {}, found {}",
            of.wanted(),
            server.host,
            EDITION.name,
            some(&traits)
        );
        let is_bad = traits.iter().any(|one| one.level == Level::Insufficient);
        let worst = if is_bad { Severity::Warning } else { Severity::Info };
        findings.say(of.rule(), topic, message).at_most(worst);
    }
}

/// At most this many are named in one message.
const MOST_SHOWN: usize = 6;

/// What is wrong with the server's own certificate: its dates, its names, and only then where it leads.
fn certificate(server: &MailServer, topic: &Topic, findings: &mut Findings) {
    let host = &server.host;
    let mut seen: Vec<&[u8]> = Vec::new();
    for (_, fact) in server.answered() {
        let Ok(session) = &fact.outcome else { continue };
        let Some(leaf) = worth::certificates(session).first() else {
            continue;
        };
        // Several addresses mostly show the same.
        if seen.contains(&leaf.as_slice()) {
            continue;
        }
        seen.push(leaf);
        let Ok(leaf) = Certificate::from_der(leaf) else {
            continue;
        };
        let mut is_told = false;
        if !leaf.is_valid_at(fact.seen_at) {
            let message = match leaf.not_before > fact.seen_at {
                true => format!(
                    "want a certificate of {host} that is valid, found one that begins at {}",
                    leaf.not_before
                ),
                false => format!(
                    "want a certificate of {host} that is valid, found one that ended at {}",
                    leaf.not_after
                ),
            };
            findings.say(&rules::OUT_OF_DATE, topic, message);
            is_told = true;
        }
        if !leaf.is_for(host) {
            let names = match (leaf.dns_names.as_slice(), &leaf.common_name) {
                ([], Some(name)) => format!("one with no DNS name, and the common name {name}"),
                ([], None) => "one with no DNS name".to_owned(),
                (names, _) => {
                    let names: Vec<&str> = names.iter().take(MOST_SHOWN).map(String::as_str).collect();
                    format!("one for {}", names.join(", "))
                }
            };
            let message = format!("want a certificate for {host}, found {names}");
            findings.say(&rules::OTHER_NAME, topic, message);
            is_told = true;
        }
        if let Some(Ok(handshake)) = &session.handshake
            && let Err(why) = &handshake.trusted
            && !is_told
        {
            let message =
                format!("want a certificate of {host} that leads to a public root, found that {why}");
            findings.say(&rules::UNTRUSTED, topic, message);
        }
    }
}
