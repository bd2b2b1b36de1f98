//! What a mail server shows beside what DNS says of it: TLSA records (RFC 7672), and the MTA-STS policy that is wanted
//! (RFC 8461).
//!
//! It is said by the standards of those records, for it is their promise that is not kept. The signatures of a chain under
//! usage 2 are not checked here: a record that matches a certificate of it is taken to match.

use std::collections::BTreeSet;

use super::servers::MailServer;
use super::worth;
use crate::inquiry::{Fact, Offered, Session, Starttls};
use crate::intent::{Intent, What};
use crate::judge::versioned::mild;
use crate::judge::{Findings, Site, Topic, dane};
use crate::name::Name;
use crate::records::Standard;
use crate::records::dane::Tlsa;
use crate::records::mtasts::Mode;
use crate::rules::{Severity, shown as rules};
use crate::transport::Certificate;

/// All that does not go together, at one server.
pub(super) fn check(intent: &Intent, server: &MailServer, found: &dane::MailHosts, findings: &mut Findings) {
    let records = found.hosts.iter().find(|host| host.name == server.host);
    let records = records.map(dane::MailHost::effective).unwrap_or_default();
    if !records.is_empty() {
        let topic = Topic::new(Site::Host(server.host.clone()), intent.manages(Standard::Dane));
        // Each address may be another machine; the first that fails is told.
        let said = server
            .answered()
            .find_map(|(_, fact)| against_records(intent, server, &records, fact));
        if let Some((rule, message, fix)) = said {
            let said = findings.say(rule, &topic, message);
            if let Some(fix) = fix {
                said.fix(fix);
            }
            mild(said);
        }
    }
    let mode = intent.wanted.iter().find_map(|wanted| match &wanted.what {
        What::MtaSts(policy) => Some(policy.mode),
        _ => None,
    });
    if let Some(mode @ (Mode::Enforce | Mode::Testing)) = mode {
        against_policy(server, mode, findings);
    }
}

/// The rule, the message, and a fix that fits better.
type Said = (&'static crate::rules::Rule, String, Option<String>);

fn against_records(
    intent: &Intent,
    server: &MailServer,
    records: &BTreeSet<Tlsa>,
    fact: &Fact<Starttls>,
) -> Option<Said> {
    let host = &server.host;
    let session = fact.outcome.as_ref().ok()?;
    if session.offered != Offered::Yes {
        let message = format!(
            "want TLS at {host}, which has TLSA records, found no STARTTLS: senders with DANE do not deliver"
        );
        return Some((&rules::TLSA_WITHOUT_TLS, message, None));
    }
    let chain: Vec<(&Vec<u8>, Certificate)> = worth::certificates(session)
        .iter()
        .filter_map(|der| Some((der, Certificate::from_der(der).ok()?)))
        .collect();
    let (der, leaf) = chain.first()?;
    let matches =
        |record: &Tlsa, (der, one): &(&Vec<u8>, Certificate)| record.matches(der, &one.public_key_info);
    let of_host = |record: &&Tlsa| record.usage == 3 && matches(record, &(*der, leaf.clone()));
    if records.iter().any(|record| of_host(&record)) {
        return None;
    }
    let of_issuer = |record: &Tlsa| record.usage == 2 && chain.iter().any(|one| matches(record, one));
    if records.iter().any(of_issuer) {
        // The name may be that of the mail domain as well (RFC 7672 3.2.2).
        let is_for = leaf.is_for(host) || leaf.is_for(&intent.domain);
        let why = match (is_for, leaf.is_valid_at(fact.seen_at)) {
            (true, true) => return None,
            (false, _) => "it is for another host".to_owned(),
            (true, false) => format!("it is valid from {} to {}", leaf.not_before, leaf.not_after),
        };
        let message =
            format!("want a certificate of {host} that usage 2 lets senders take, found that {why}");
        return Some((&rules::ANCHORED_OTHERWISE, message, None));
    }
    let shown = Tlsa::of_key(&leaf.public_key_info);
    let list: Vec<String> = records.iter().map(ToString::to_string).collect();
    let message = format!(
        "want a TLSA record that matches what {host} shows, {shown}, found {}: senders with DANE do not deliver",
        list.join(", ")
    );
    let fix = format!(
        "Publish {shown} at _25._tcp.{host} beside what stands there, and take the others out once it is seen everywhere; or give \
         the server back the key they are for."
    );
    Some((&rules::NO_MATCH, message, Some(fix)))
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
