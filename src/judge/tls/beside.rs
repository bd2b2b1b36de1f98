//! What a mail server shows beside what DNS says of it: TLSA records (RFC 7672), and the MTA-STS policy that is wanted
//! (RFC 8461).
//!
//! It is said by the standards of those records, for it is their promise that is not kept.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use super::servers::MailServer;
use super::tlsa::{Shown, Taken, kinds_without_match};
use super::worth;
use crate::inquiry::{Fact, Kind, Offered, Session, Starttls};
use crate::intent::{DaneWant, Intent, What};
use crate::judge::versioned::mild;
use crate::judge::{Findings, RecordVerdict, Site, Topic, dane};
use crate::name::Name;
use crate::records::Standard;
use crate::records::dane::Tlsa;
use crate::records::mtasts::Mode;
use crate::rules::{Rule, Severity, shown as rules};
use crate::transport::Certificate;

/// All that does not go together, at one server.
pub(super) fn check(intent: &Intent, server: &MailServer, found: &dane::MailHosts, findings: &mut Findings) {
    if let Some(host) = found.hosts.iter().find(|host| host.name == server.host) {
        let topic = Topic::new(Site::Host(server.host.clone()), intent.manages(Standard::Dane));
        at_host(intent, server, host, &topic, findings);
    }
    let mode = intent.wanted.iter().find_map(|wanted| match &wanted.what {
        What::MtaSts(want) => Some(want.policy.mode),
        _ => None,
    });
    if let Some(mode @ (Mode::Enforce | Mode::Testing)) = mode {
        against_policy(server, mode, findings);
    }
}

/// Says of a key that was changed before its record was seen everywhere that some senders still go by the older ones: what
/// the resolver has where the name servers hold something newer.
pub(super) fn late(
    intent: &Intent,
    servers: &[MailServer],
    found: &dane::MailHosts,
    records: &[RecordVerdict],
    findings: &mut Findings,
) {
    let of_tlsa = records
        .iter()
        .filter(|record| record.site.kind() == Some(Kind::Tlsa));
    for (record, says) in of_tlsa.filter_map(|record| Some((record, record.resolver.as_ref()?))) {
        let is_here = |host: &&dane::MailHost| host.places.iter().any(|place| place.name == *record.name());
        let Some(host) = found.hosts.iter().find(is_here) else {
            continue;
        };
        let read = |texts: &[String]| -> BTreeSet<Tlsa> {
            texts.iter().filter_map(|text| Tlsa::parse(text).ok()).collect()
        };
        let (old, new) = (read(&says.observed), read(&record.observed));
        let names = names(intent, host);
        let mut server = servers.iter().filter(|server| server.host == host.name);
        let is_early = |server: &MailServer| {
            let mut shown = server.answered().filter_map(|(_, fact)| shown_by(fact));
            shown.any(|shown| {
                shown.taken_by(&old, &names) != Taken::Delivers
                    && shown.taken_by(&new, &names) == Taken::Delivers
            })
        };
        if old.is_empty() || !server.any(is_early) {
            continue;
        }
        let until = says
            .expires_at
            .map_or_else(String::new, |at| format!(", this one until {at}"));
        let message = format!(
            "want the key of {} changed once its record is seen everywhere, found that the name servers hold the record of the key \
             that is shown, and the resolver older ones without it{until}: senders that ask such a resolver do not deliver",
            host.name
        );
        let topic = Topic::new(Site::Host(host.name.clone()), true);
        findings.say(&rules::OUT_OF_STEP, &topic, message).fix(
            "Give the server the key of before until the older records have run out at all resolvers, or wait: mail is tried again.",
        );
    }
}

/// The records of a host, beside what its server shows: one finding, the worst.
fn at_host(
    intent: &Intent,
    server: &MailServer,
    host: &dane::MailHost,
    topic: &Topic,
    findings: &mut Findings,
) {
    let used = host.effective();
    if used.is_empty() {
        return;
    }
    let names = names(intent, host);
    // Each address may be another machine; the first that fails is told.
    let mut facts = server.answered().map(|(_, fact)| fact);
    let worst = facts.find_map(|fact| against_records(&server.host, &used, &names, fact));
    let worst = worst.map(|said| at_some(server, said));
    let mut shown = server.answered().filter_map(|(_, fact)| shown_by(fact));
    let worst = worst.or_else(|| shown.find_map(|shown| ahead(intent, host, &shown, &names)));
    if let Some((rule, message, fix)) = worst {
        let said = mild(findings.say(rule, topic, message));
        if let Some(fix) = fix {
            said.fix(fix);
        }
        return;
    }
    if let Some((_, all)) = host.found() {
        kinds(server, all, topic, findings);
    }
    taken_all_the_same(server, &used, topic, findings);
}

/// Kinds of which no record matches, each told once, with the addresses that show what it does not match.
fn kinds(server: &MailServer, all: &BTreeSet<Tlsa>, topic: &Topic, findings: &mut Findings) {
    let mut unmet: BTreeMap<String, Vec<IpAddr>> = BTreeMap::new();
    let mut seen = 0;
    for (question, fact) in server.answered() {
        let Some(shown) = shown_by(fact) else { continue };
        seen += 1;
        for kind in kinds_without_match(all, &shown) {
            unmet.entry(kind).or_default().push(question.address);
        }
    }
    for (kind, at) in unmet {
        let addresses: Vec<String> = at.iter().map(ToString::to_string).collect();
        // What is so everywhere needs no address.
        let at = match addresses.len() < seen {
            true => format!(" at {}", addresses.join(", ")),
            false => String::new(),
        };
        let message = format!(
            "want of each kind a record that matches what {} shows{at}, found none of {kind}: a sender that knows that kind alone \
             does not deliver",
            server.host
        );
        mild(findings.say(&rules::KIND_WITHOUT_MATCH, topic, message)).about(kind);
    }
}

/// Says of a certificate that is out of date, or another host's, that senders with DANE take it by its key all the same
/// (RFC 7671 5.1), and that the others may not.
fn taken_all_the_same(server: &MailServer, used: &BTreeSet<Tlsa>, topic: &Topic, findings: &mut Findings) {
    let odd = server.answered().find_map(|(_, fact)| {
        let shown = shown_by(fact)?;
        let own = used
            .iter()
            .any(|record| record.usage == 3 && shown.matches(record));
        shown.oddity(&server.host).filter(|_| own)
    });
    if let Some(odd) = odd {
        let message = format!(
            "want a certificate of {} that all senders take, found that {odd}: those with DANE go by its key and deliver, those \
             that keep to MTA-STS do not",
            server.host
        );
        findings.say(&rules::TAKEN_BY_KEY, topic, message);
    }
}

/// The same said of the host, where it is so at some of its addresses alone.
fn at_some(server: &MailServer, said: Said) -> Said {
    let (rule, ..) = &said;
    let by = |offers: bool| -> Vec<String> {
        let all = server.answered().filter_map(|(question, fact)| {
            let session = fact.outcome.as_ref().ok()?;
            let is = (session.offered == Offered::Yes) == offers;
            is.then(|| question.address.to_string())
        });
        all.collect()
    };
    let (with, without) = (by(true), by(false));
    if *rule != &rules::TLSA_WITHOUT_TLS || with.is_empty() {
        return said;
    }
    let message = format!(
        "want STARTTLS at every address of {}, which has TLSA records, found it at {} and none at {}: senders with DANE that \
         meet the latter do not deliver",
        server.host,
        with.join(", "),
        without.join(", ")
    );
    (&rules::SELECTIVE, message, None)
}

/// What a certificate may be for where usage 2 counts (RFC 7672 3.2.2).
fn names<'i>(intent: &'i Intent, host: &'i dane::MailHost) -> Vec<&'i Name> {
    let mut names = vec![&host.name, &intent.domain];
    names.extend(&host.alias);
    names
}

/// The certificates of an answered look, where there are some that can be read.
fn shown_by(fact: &Fact<Starttls>) -> Option<Shown<'_>> {
    let session = fact.outcome.as_ref().ok()?;
    Shown::new(worth::certificates(session), fact.seen_at)
}

/// The rule, the message, and a fix that fits better.
type Said = (&'static Rule, String, Option<String>);

fn against_records(
    host: &Name,
    records: &BTreeSet<Tlsa>,
    names: &[&Name],
    fact: &Fact<Starttls>,
) -> Option<Said> {
    let session = fact.outcome.as_ref().ok()?;
    if session.offered != Offered::Yes {
        let message = format!(
            "want TLS at {host}, which has TLSA records, found no STARTTLS: senders with DANE do not deliver"
        );
        return Some((&rules::TLSA_WITHOUT_TLS, message, None));
    }
    let shown = shown_by(fact)?;
    match shown.taken_by(records, names) {
        Taken::Delivers => None,
        Taken::Anchored(why) => {
            let message =
                format!("want a certificate of {host} that usage 2 lets senders take, found that {why}");
            Some((&rules::ANCHORED_OTHERWISE, message, None))
        }
        Taken::Nowhere => {
            let record = shown.record();
            let list: Vec<String> = records.iter().map(ToString::to_string).collect();
            let message = format!(
                "want a TLSA record that matches what {host} shows, {record}, found {}: senders with DANE do not deliver",
                list.join(", ")
            );
            let or = match records.iter().any(|record| record.usage == 2) {
                true => "have the server send the certificate of the authority too, which usage 2 needs",
                false => "give the server back the key they are for",
            };
            let fix = format!(
                "Publish {record} at _25._tcp.{host} beside what stands there, and take the others out once it is seen everywhere; \
                 or {or}."
            );
            Some((&rules::NO_MATCH, message, Some(fix)))
        }
    }
}

/// Whether the records that are wanted leave out the key that is shown, which those that stand there still let through.
fn ahead(intent: &Intent, host: &dane::MailHost, shown: &Shown<'_>, names: &[&Name]) -> Option<Said> {
    let wanted = intent.wanted.iter().find_map(|wanted| match &wanted.what {
        What::Dane(DaneWant::Records(records)) => {
            let is_here = host.places.iter().any(|place| place.name == wanted.name);
            is_here.then_some(records)
        }
        _ => None,
    })?;
    if shown.taken_by(wanted, names) == Taken::Delivers {
        return None;
    }
    let record = shown.record();
    let message = format!(
        "want the record of the key that {} shows, {record}, until it shows another, found that the manifest leaves it out: once \
         its records are published, senders with DANE do not deliver",
        host.name
    );
    let fix = format!(
        "Add {record} to the records of {} until the server has its next key.",
        host.name
    );
    Some((&rules::OUT_OF_STEP, message, Some(fix)))
}

/// Whether the server shows what a sender asks of it that keeps to the policy.
fn against_policy(server: &MailServer, mode: Mode, findings: &mut Findings) {
    let unmet = server.answered().find_map(|(_, fact)| {
        fact.outcome
            .as_ref()
            .ok()
            .and_then(|session| unmet(session, &server.host))
    });
    let Some(why) = unmet else { return };
    let topic = Topic::new(Site::Host(server.host.clone()), true);
    let message = format!(
        "want of {} what the policy promises, found that {why}",
        server.host
    );
    let said = findings.say(&rules::POLICY_UNMET, &topic, message);
    if mode == Mode::Testing {
        said.at_most(Severity::Warning);
    }
}

/// What a sender would not take.
fn unmet(session: &Session, host: &Name) -> Option<String> {
    if session.offered != Offered::Yes {
        return Some("it offers no TLS".to_owned());
    }
    let Some(Ok(seen)) = &session.handshake else {
        return Some("no TLS of today comes about".to_owned());
    };
    let leaf = seen
        .chain
        .first()
        .and_then(|leaf| Certificate::from_der(leaf).ok());
    match (&seen.trusted, leaf) {
        (Ok(()), _) => None,
        (Err(_), Some(leaf)) if !leaf.is_for(host) => Some("its certificate is for another host".to_owned()),
        (Err(why), _) => Some(format!("of its certificate, {why}")),
    }
}
