//! What is wrong with the record, and with the host that should serve the policy.

use super::{WHAT, coming, hosts, issuers, missing, policy};
use crate::inquiry::{Dns, Inquiry, Kind, Need};
use crate::intent::{Intent, MTA_STS, TLS_RPT, What};
use crate::judge::basis::{UsableAnswer, evidence};
use crate::judge::versioned::Versioned;
use crate::judge::{Findings, Site, Topic, dane, mx};
use crate::records::mtasts::{self, Mode, Policy, Record};
use crate::records::{Standard, fields, presentation, quoted, tlsrpt};
use crate::rules::{Severity, mtasts as rules};

/// What is wrong with the domain's MTA-STS, managed or observed.
pub(in crate::judge) fn check(intent: &Intent, inquiry: &mut Inquiry<'_>, findings: &mut Findings) {
    let Ok(name) = intent.domain.prepend(MTA_STS) else {
        return;
    };
    let managed = intent.manages(Standard::MtaSts);
    let need = if managed { Need::Compliance } else { Need::Evidence };
    let topic = Topic::new(Site::rrset(name.clone(), Kind::Txt), managed);
    let wanted = intent.wanted.iter().find_map(|wanted| match &wanted.what {
        What::MtaSts(want) => Some(&want.policy),
        _ => None,
    });
    if let Some(policy) = wanted {
        hosts::check(intent, policy, &topic, inquiry, findings);
        of_the_policy(intent, policy, &topic, inquiry, findings);
        if policy.mode == Mode::Testing {
            beside_dane(intent, &topic, inquiry, findings);
        }
    }
    let reply = inquiry.ask(Dns::new(name, Kind::Txt), need);
    let Some(seen) = UsableAnswer::from_reply(reply) else {
        return;
    };
    let found = Versioned::of(&seen, mtasts::likeness);
    found.say(WHAT, (&rules::VERSION, &rules::SEVERAL), &topic, findings);
    if found.records.is_empty() && found.misses.is_empty() {
        missing::check(intent, wanted, &seen, &topic, inquiry, findings);
    }
    let one = found.one();
    let there = match one {
        Some(_) => host(intent, need, &topic, inquiry, Some(&mut *findings)),
        // Before there is a record the file is served already, where all is done in its order.
        None if managed => host(intent, need, &topic, inquiry, None),
        None => false,
    };
    // Without a block nobody's server is troubled, but for who asks, who wants another MX beside it, and who has the mail servers
    // looked at, which the policy makes promises of.
    let is_looked_at =
        managed || intent.role.is_none() || coming::names_hosts(intent) || intent.looks_at_mail_servers();
    if there && is_looked_at {
        if let Some(host) = mtasts::policy_host(&intent.domain).filter(|_| one.is_some()) {
            issuers::check(&host, managed, inquiry, findings);
        }
        let served = policy::check(intent, wanted, need, &topic, inquiry, findings);
        if let Some(served) = served.filter(|_| one.is_some()) {
            coming::check(intent, &served, inquiry, findings);
            leaving(&served, &topic, findings);
        }
    }
    let Some(text) = one else { return };
    record(&mtasts::parse(text), &topic.text(text), findings);
    inquiry.on_behalf_of(Standard::Mx);
    let exchanges = mx::gather(&intent.domain, inquiry);
    inquiry.on_behalf_of(Standard::MtaSts);
    let taken_back = wanted.is_some_and(|policy| policy.mode == Mode::None);
    if exchanges.is_null() && !taken_back {
        let message = "want no MTA-STS where the MX says that no mail is taken, found a record";
        findings.say(&rules::NO_MAIL, &topic, message);
    }
}

/// Says that TLSA records are kept to whatever a policy in testing says.
fn beside_dane(intent: &Intent, topic: &Topic, inquiry: &mut Inquiry<'_>, findings: &mut Findings) {
    let scene = dane::gather(&intent.domain, Need::Evidence, inquiry);
    inquiry.on_behalf_of(Standard::MtaSts);
    let with = scene.hosts.iter().filter(|host| !host.effective().is_empty());
    let with: Vec<&str> = with.map(|host| host.name.as_str()).collect();
    if !with.is_empty() {
        let message = format!(
            "want all that is tried out to be in testing, found TLSA records at {}: senders with DANE keep to those first",
            with.join(", ")
        );
        findings.say(&rules::TESTED_BESIDE_DANE, topic, message);
    }
}

/// Says of a policy that is taken back what one look cannot know.
fn leaving(served: &Policy, topic: &Topic, findings: &mut Findings) {
    if served.mode != Mode::None {
        return;
    }
    let message = "want mode none served until no sender keeps a policy of before, found it served; one look does not know how \
                   long they keep one: leave the record and the file as they are until the longest max_age that was ever \
                   served has passed. Where a controller looks after the domain, its MailDomain remembers it";
    findings
        .say(&rules::kept::LEAVING, topic, message)
        .at_most(Severity::Info);
}

/// What is wrong with the one record.
fn record(record: &Record, topic: &Topic, findings: &mut Findings) {
    for fault in &record.fields.faults {
        if fault.kind == fields::FaultKind::BlankBehindVersion {
            let message = format!(
                "want the semicolon right behind the version, found {}: some senders ignore the record",
                fault.kind.as_str()
            );
            findings.say(&rules::BLANK, topic, message).at(fault.span.clone());
        }
    }
    let mut spoilt = false;
    for (kind, span) in record.problems() {
        spoilt = true;
        let message = format!("want v=STSv1; id= and an id, found {}", kind.as_str());
        let said = findings.say(&rules::SYNTAX, topic, message);
        said.about(kind.as_str()).at(span);
    }
    match record.fields.named("id").next() {
        _ if record.id_is_sound() => {}
        // A slip around it is why it is not read.
        _ if spoilt => {}
        Some(field) => {
            let id = quoted(record.fields.octets(&field.value));
            let message = format!("want an id of 1 to 32 letters and digits, found {id}");
            findings.say(&rules::ID, topic, message).at(field.span.clone());
        }
        None => {
            let message = "want an id, found none: senders cannot tell whether the policy is a new one";
            findings.say(&rules::ID, topic, message);
        }
    }
    if let Some(second) = record.fields.named("id").nth(1) {
        let first = record.id.as_deref().unwrap_or_default();
        let message = format!("want one id, found two: {first} counts");
        findings
            .say(&rules::ID_TWICE, topic, message)
            .at(second.span.clone());
    }
    for (field, sound) in record.unknown() {
        let shown = presentation(record.fields.octets(&field.span));
        let message = match sound {
            true => format!("want id alone, found {shown}, which senders ignore"),
            false => format!(
                "want id alone, found {shown}, whose value is none: strict senders read nothing of the record"
            ),
        };
        findings
            .say(&rules::UNKNOWN_FIELD, topic, message)
            .about(presentation(record.fields.octets(&field.name)))
            .at(field.span.clone());
    }
}

/// Whether the host that serves the policy has an address; that it has none is said where there are findings.
fn host(
    intent: &Intent,
    need: Need,
    topic: &Topic,
    inquiry: &mut Inquiry<'_>,
    findings: Option<&mut Findings>,
) -> bool {
    let Some(host) = mtasts::policy_host(&intent.domain) else {
        return false;
    };
    let mut alias = None;
    for kind in [Kind::A, Kind::Aaaa] {
        let reply = inquiry.ask(Dns::new(host.clone(), kind), need);
        // What was not answered may be an address.
        let Some(seen) = UsableAnswer::from_reply(reply) else {
            return false;
        };
        if !seen.records.is_empty() {
            return true;
        }
        alias = seen.chain.last().cloned();
    }
    let end = alias.map_or(String::new(), |end| format!(" at the end of its CNAME, {end}"));
    let message = format!(
        "want an address of {host}, which serves the policy, found none{end}: senders find no policy, and deliver as if there \
         were none"
    );
    if let Some(findings) = findings {
        findings.say(&rules::NO_HOST, topic, message).about(host.as_str());
    }
    false
}

/// What the policy that is desired shows by itself.
fn of_the_policy(
    intent: &Intent,
    policy: &Policy,
    topic: &Topic,
    inquiry: &mut Inquiry<'_>,
    findings: &mut Findings,
) {
    policy::lasting(policy, topic, findings);
    if policy.mode != Mode::None
        && !intent.manages(Standard::TlsRpt)
        && let Ok(name) = intent.domain.prepend(TLS_RPT)
        && let Some(seen) = evidence(inquiry, &name, Kind::Txt)
        && Versioned::of(&seen, tlsrpt::likeness).records.is_empty()
    {
        let message = format!("want a TLS-RPT record at {name} beside a policy, found none");
        findings.say(&rules::NO_REPORTS, topic, message);
    }
}
