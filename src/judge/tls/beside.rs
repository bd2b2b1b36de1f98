//! What a mail server shows beside what DNS says of it: TLSA records (RFC 7672), and the MTA-STS policy (RFC 8461), the one
//! that is wanted and the one that is served, for senders keep to that whoever manages it.
//!
//! It is said by the standards of those records, for it is their promise that is not kept.

use std::collections::BTreeSet;
use std::net::IpAddr;

use super::addresses::AtAddresses;
use super::servers::MailServer;
use super::shaken::Shaken;
use super::tlsa::{Shown, Taken, kinds_without_match};
use super::worth;
use crate::inquiry::{Fact, Inquiry, Offered, Session, Starttls};
use crate::intent::{DaneWant, Intent, What};
use crate::judge::{Findings, RecordSeen, ServedPolicy, Site, Topic, dane, mtasts};
use crate::name::Name;
use crate::records::Standard;
use crate::records::dane::Tlsa;
use crate::records::mtasts::Mode;
use crate::rules::{Rule, Severity, shown as rules};
use crate::transport::{Certificate, Step, Version};

/// All that does not go together, at one server.
pub(super) fn check(
    intent: &Intent,
    server: &MailServer,
    found: &dane::MailHosts,
    promise: Option<&Promise>,
    findings: &mut Findings,
) {
    if let Some(host) = found.hosts.iter().find(|host| host.name == server.host) {
        let topic = Topic::new(Site::Host(server.host.clone()), intent.manages(Standard::Dane));
        at_host(intent, server.as_dane(), host, &topic, findings);
    }
    if let Some(promise) = promise {
        against_policy(server, promise, findings);
    }
}

/// The records of a host, beside what each address of its server shows.
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
    let lacks_tls = without_tls(server, topic, findings);
    let is_taken = against_records(server, &used, &names, topic, findings);
    if lacks_tls || !is_taken || ahead(intent, server, host, &names, topic, findings) {
        return;
    }
    if let Some((_, all)) = host.found() {
        kinds(server, all, topic, findings);
    }
    taken_all_the_same(server, &used, topic, findings);
}

/// Kinds of which no record matches, each told once, with the addresses that show what it does not match.
fn kinds(server: &MailServer, all: &BTreeSet<Tlsa>, topic: &Topic, findings: &mut Findings) {
    let shown: Vec<_> = shown_at(server)
        .map(|(at, shown)| (at, kinds_without_match(all, &shown)))
        .collect();
    let unmet: BTreeSet<&String> = shown.iter().flat_map(|(_, kinds)| kinds).collect();
    for kind in unmet {
        let mut at_addresses = AtAddresses::default();
        for (at, kinds) in &shown {
            let here = kinds
                .contains(kind)
                .then(|| format!("what {} shows", server.host));
            at_addresses.note(*at, here);
        }
        let message = format!(
            "want of each kind a record that matches {}, found none of {kind}: a sender that knows that kind alone does not deliver",
            at_addresses.told().unwrap_or_default()
        );
        findings
            .say(&rules::KIND_WITHOUT_MATCH, topic, message)
            .about(kind);
    }
}

/// Says of certificates that are out of date, or another host's, that senders with DANE take them by their key all the same
/// (RFC 7671 5.1), and that the others may not.
fn taken_all_the_same(server: &MailServer, used: &BTreeSet<Tlsa>, topic: &Topic, findings: &mut Findings) {
    let mut odd = AtAddresses::default();
    for (at, shown) in shown_at(server) {
        let own = used
            .iter()
            .any(|record| record.usage == 3 && shown.matches(record));
        odd.note(at, shown.oddity(&server.host).filter(|_| own));
    }
    if let Some(odd) = odd.told() {
        let message = format!(
            "want a certificate of {} that all senders take, found that {odd}: those with DANE go by its key and deliver, those \
             that keep to MTA-STS do not",
            server.host
        );
        findings.say(&rules::TAKEN_BY_KEY, topic, message);
    }
}

/// Says where TLS is not offered, or offered and never comes about; whether that is so anywhere.
fn without_tls(server: &MailServer, topic: &Topic, findings: &mut Findings) -> bool {
    let (mut with, mut without, mut offers) = (Vec::new(), Vec::new(), true);
    for (address, sessions) in server.by_address() {
        let is_offered = sessions.iter().all(|session| session.offered == Offered::Yes);
        match Shaken::of(&sessions) {
            Shaken::Done | Shaken::Open(..) if is_offered => with.push(address.to_string()),
            Shaken::Untried if is_offered => {}
            _ => {
                without.push(address.to_string());
                offers &= is_offered;
            }
        }
    }
    let host = &server.host;
    let (thing, lack) = match offers {
        true => ("TLS", "that none comes about"),
        false => ("STARTTLS", "no STARTTLS"),
    };
    let (rule, message): (&'static Rule, String) = match (with.as_slice(), without.as_slice()) {
        (_, []) => return false,
        ([], _) => (
            &rules::TLSA_WITHOUT_TLS,
            format!(
                "want TLS at {host}, which has TLSA records, found {lack}: senders with DANE do not deliver"
            ),
        ),
        (with, without) => (
            &rules::SELECTIVE,
            format!(
                "want {thing} at every address of {host}, which has TLSA records, found it at {} and none at {}: senders with \
                 DANE that meet the latter do not deliver",
                with.join(", "),
                without.join(", ")
            ),
        ),
    };
    findings.say(rule, topic, message);
    true
}

/// What a certificate may be for where usage 2 counts (RFC 7672 3.2.2).
pub(super) fn names<'i>(intent: &'i Intent, host: &'i dane::MailHost) -> Vec<&'i Name> {
    let mut names = vec![&host.name, &intent.domain];
    names.extend(&host.alias);
    names
}

/// The certificates of each address that was looked at, where there are some that can be read.
pub(super) fn shown_at(server: &MailServer) -> impl Iterator<Item = (IpAddr, Shown<'_>)> {
    let answered = server.answered();
    answered.filter_map(|(question, fact)| Some((question.address, shown_by(fact)?)))
}

/// The certificates of an answered look, where there are some that can be read.
fn shown_by(fact: &Fact<Starttls>) -> Option<Shown<'_>> {
    let session = fact.outcome.as_ref().ok()?;
    let is_offered = session.offered == Offered::Yes;
    Shown::new(worth::certificates(session), fact.seen_at).filter(|_| is_offered)
}

/// Holds what each address shows against the records; whether all of it is taken.
fn against_records(
    server: &MailServer,
    records: &BTreeSet<Tlsa>,
    names: &[&Name],
    topic: &Topic,
    findings: &mut Findings,
) -> bool {
    let host = &server.host;
    let (mut nowhere, mut anchored) = (AtAddresses::default(), AtAddresses::default());
    let mut by_common_name = AtAddresses::default();
    for (at, shown) in shown_at(server) {
        let taken = shown.taken_by(records, names);
        nowhere.note(at, (taken == Taken::Nowhere).then(|| shown.record().to_string()));
        let is_common = taken == Taken::ByCommonName;
        by_common_name.note(
            at,
            is_common.then(|| "its common name alone is the host's".to_owned()),
        );
        anchored.note(
            at,
            match taken {
                Taken::Anchored(why) => Some(why),
                Taken::Delivers | Taken::ByCommonName | Taken::Nowhere => None,
            },
        );
    }
    if let Some(told) = nowhere.told() {
        let list: Vec<String> = records.iter().map(ToString::to_string).collect();
        let message = format!(
            "want a TLSA record that matches what {host} shows, {told}, found {}: senders with DANE do not deliver",
            list.join(", ")
        );
        let or = match records.iter().any(|record| record.usage == 2) {
            true => "have the server send the certificate of the authority too, which usage 2 needs",
            false => "give the server back the key they are for",
        };
        let missing: Vec<&str> = nowhere.whats().collect();
        findings.say(&rules::NO_MATCH, topic, message).fix(format!(
            "Publish {} at _25._tcp.{host} beside what stands there, and take out what no address shows once it is seen everywhere; \
             or {or}.",
            missing.join(" and ")
        ));
    }
    let told = anchored.told();
    if let Some(why) = &told {
        let message =
            format!("want a certificate of {host} that usage 2 lets senders take, found that {why}");
        findings.say(&rules::ANCHORED_OTHERWISE, topic, message);
    } else if let Some(why) = by_common_name.told() {
        let message = format!(
            "want {host} among the DNS names of its certificate, which usage 2 goes by, found that {why}: some senders take that, \
             others do not deliver"
        );
        let said = findings.say(&rules::ANCHORED_OTHERWISE, topic, message);
        said.at_most(Severity::Warning);
    }
    told.or_else(|| nowhere.told()).is_none()
}

/// Says that the records that are wanted leave out keys that are shown, which those that stand there still let through.
fn ahead(
    intent: &Intent,
    server: &MailServer,
    host: &dane::MailHost,
    names: &[&Name],
    topic: &Topic,
    findings: &mut Findings,
) -> bool {
    let wanted = intent.wanted.iter().find_map(|wanted| match &wanted.what {
        What::Dane(DaneWant::Records(records)) => {
            let is_here = host.places.iter().any(|place| place.name == wanted.name);
            is_here.then_some(records)
        }
        _ => None,
    });
    let Some(wanted) = wanted else { return false };
    let mut left_out = AtAddresses::default();
    for (at, shown) in shown_at(server) {
        let is_in = shown.taken_by(wanted, names) == Taken::Delivers;
        left_out.note(at, (!is_in).then(|| shown.record().to_string()));
    }
    let Some(told) = left_out.told() else { return false };
    let message = format!(
        "want the record of the key that {} shows, {told}, until it shows another, found that the manifest leaves it out: once \
         its records are published, senders with DANE do not deliver",
        host.name
    );
    let records: Vec<&str> = left_out.whats().collect();
    findings.say(&rules::OUT_OF_STEP, topic, message).fix(format!(
        "Add {} to the records of {} until the server has its next key.",
        records.join(" and "),
        host.name
    ));
    true
}

/// A policy that asks for TLS at the mail servers.
pub(super) struct Promise {
    /// The strictest of the modes that are wanted and served.
    mode: Mode,
    is_managed: bool,
}

impl Promise {
    /// What is promised, by the spec and by the policy that senders find, as far as that was fetched.
    pub(super) fn of(intent: &Intent, inquiry: &mut Inquiry<'_>) -> Option<Self> {
        let seen = mtasts::seen(intent, inquiry)?;
        let served = match (seen.record, seen.served) {
            // Without its record nobody comes for the policy.
            (RecordSeen::Id(_), ServedPolicy::Policy(policy)) => Some(policy.mode),
            _ => None,
        };
        let modes = [seen.wanted, served];
        let promises = |one: Mode| modes.contains(&Some(one)).then_some(one);
        Some(Self {
            mode: promises(Mode::Enforce).or_else(|| promises(Mode::Testing))?,
            is_managed: intent.manages(Standard::MtaSts),
        })
    }
}

/// Whether the server shows what a sender asks of it that keeps to the policy.
fn against_policy(server: &MailServer, promise: &Promise, findings: &mut Findings) {
    let mut unmet_at = AtAddresses::default();
    for (address, sessions) in server.by_address() {
        unmet_at.note(address, unmet(&sessions, &server.host));
    }
    let Some(why) = unmet_at.told() else { return };
    let topic = Topic::new(Site::Host(server.host.clone()), promise.is_managed);
    let what = match promise.mode {
        Mode::Enforce => "do not deliver",
        Mode::Testing | Mode::None => "report it, and do not deliver once it is enforced",
    };
    let message = format!(
        "want of {} what the policy promises, found that {why}: senders that keep to MTA-STS {what}",
        server.host
    );
    let said = findings.say(&rules::POLICY_UNMET, &topic, message);
    if promise.mode != Mode::Enforce {
        said.at_most(Severity::Warning);
    }
}

/// What a sender would not take, by all the looks at one address. What was not seen accuses nobody: a server may speak a TLS of
/// today that our own client does not, and its certificate is then seen by nobody, or in part.
fn unmet(sessions: &[&Session], host: &Name) -> Option<String> {
    if sessions.iter().any(|session| session.offered != Offered::Yes) {
        return Some("it offers no TLS".to_owned());
    }
    let certificates = sessions.iter().map(|session| worth::certificates(session));
    let leaf = certificates
        .filter_map(|chain| chain.first())
        .find_map(|leaf| Certificate::from_der(leaf).ok());
    let mut shaken = sessions.iter().filter_map(|session| session.handshake.as_ref());
    let Some(seen) = shaken.find_map(|shaken| shaken.as_ref().ok()) else {
        let steps = sessions.iter().flat_map(|session| &session.steps);
        let mut chosen = steps.filter_map(Step::chosen).map(|(version, _)| version);
        return match Shaken::of(sessions) {
            Shaken::Never(_) => Some("no TLS of today comes about".to_owned()),
            Shaken::Done if chosen.all(|version| version < Version::TLS12) => {
                Some("no TLS of today comes about".to_owned())
            }
            Shaken::Done if leaf.is_some_and(|leaf| !leaf.is_for(host)) => {
                Some("its certificate is for another host".to_owned())
            }
            Shaken::Done | Shaken::Open(..) | Shaken::Untried => None,
        };
    };
    match (&seen.trusted, leaf) {
        (Ok(()), _) => None,
        (Err(_), Some(leaf)) if !leaf.is_for(host) => Some("its certificate is for another host".to_owned()),
        (Err(why), _) => Some(format!("of its certificate, {why}")),
    }
}
