//! The rules about `_domainkey` itself: whether it exists, what historic records stand there, and whether a wildcard
//! answers for every selector.

use super::gather::{Decoy, Selector};
use crate::inquiry::{Dns, Inquiry, Kind, Need, Rdata, Reply};
use crate::intent::{DkimWant, Intent, Role, What};
use crate::judge::basis::{UsableAnswer, evidence};
use crate::judge::{Findings, Site, Topic};
use crate::name::Name;
use crate::records::Standard;
use crate::records::dkim::{self, Record};
use crate::records::presentation;
use crate::rules::dkim::node as rules;
use crate::rules::{Rule, Severity};

/// What is wrong at `_domainkey`, and with what answers for every name below it.
pub(super) fn check(
    intent: &Intent,
    selectors: &[Selector<'_>],
    inquiry: &mut Inquiry<'_>,
    findings: &mut Findings,
) {
    let Ok(node) = intent.domain.prepend("_domainkey") else {
        return;
    };
    let managed = intent.manages(Standard::Dkim);
    let question = Dns::new(node.clone(), Kind::Txt);
    let reply = inquiry.ask_about(&question, Need::Evidence);
    if managed && matches!(reply, Reply::Open) && !inquiry.is_stood_in(&question) {
        // Where selectors are managed they are mostly there, and so is this: what it leads to is asked with it, and not after it.
        // Not while the resolver is not to be asked of the node itself: below it, it would find out whether that is there.
        ask_below(intent, &node, inquiry);
    }
    let Some(seen) = UsableAnswer::from_reply(reply) else {
        return;
    };
    let topic = Topic::new(Site::rrset(node.clone(), Kind::Txt), managed);
    if seen.nxdomain && seen.chain.is_empty() {
        if let Some(below) = selectors.iter().find(|selector| selector.exists()) {
            let below = &below.name;
            let message = format!("want NOERROR for {node}, found NXDOMAIN although {below} exists");
            findings.say(&rules::NODE_DENIED, &topic, message);
        } else if !selectors.iter().any(Selector::is_published) && has_mail(intent, inquiry) {
            let message = format!(
                "want a selector with a key, found that {node} does not exist (NXDOMAIN), and so no selector below it"
            );
            findings.say(&rules::NO_DKIM, &topic, message);
        }
        // Nothing exists below a name that does not (RFC 8020): nothing more to ask.
        return;
    }
    if intent.role.is_some() && !managed {
        return;
    }
    for text in seen.texts().iter().filter(|text| is_domainkeys_policy(text)) {
        historic(
            &rules::DOMAINKEYS,
            "a policy of DomainKeys",
            &topic,
            text,
            findings,
        );
    }
    if let Ok(name) = node.prepend("_adsp") {
        let topic = Topic::new(Site::rrset(name.clone(), Kind::Txt), managed);
        let practices = |text: &Vec<u8>| text.trim_ascii_start().starts_with(b"dkim=");
        for text in texts(&name, inquiry).iter().filter(|text| practices(text)) {
            historic(
                &rules::ADSP,
                "author domain signing practices",
                &topic,
                text,
                findings,
            );
        }
    }
    if let Ok(name) = node.prepend("_report") {
        reporting(&name, managed, inquiry, findings);
    }
    wildcard(intent, &node, managed, inquiry, findings);
}

/// Asks for what is looked at where the node exists.
fn ask_below(intent: &Intent, node: &Name, inquiry: &mut Inquiry<'_>) {
    for label in ["_adsp", "_report"] {
        if let Ok(name) = node.prepend(label) {
            evidence(inquiry, &name, Kind::Txt);
        }
    }
    Decoy::ask(&intent.domain, inquiry);
}

/// Whether the domain says that mail goes to it, or the spec that it sends.
fn has_mail(intent: &Intent, inquiry: &mut Inquiry<'_>) -> bool {
    match intent.role {
        Some(Role::SendOnly) => return true,
        Some(role) if !role.sends() => return false,
        Some(_) | None => {}
    }
    let is_host = |rdata: &Rdata| matches!(rdata, Rdata::Mx { exchange, .. } if !exchange.is_root());
    evidence(inquiry, &intent.domain, Kind::Mx).is_some_and(|seen| seen.records.iter().any(is_host))
}

/// The texts at a name nobody manages.
fn texts(name: &Name, inquiry: &mut Inquiry<'_>) -> Vec<Vec<u8>> {
    evidence(inquiry, name, Kind::Txt).map_or_else(Vec::new, |seen| seen.texts())
}

/// A record nobody reads any more.
fn historic(rule: &'static Rule, what: &str, topic: &Topic, text: &[u8], findings: &mut Findings) {
    let message = format!("found {what}: {}", shown(text));
    findings
        .say(rule, &topic.text(text), message)
        .about(shown(text))
        .label("historic");
}

/// A wildcard that answers for a selector nobody has.
fn wildcard(intent: &Intent, node: &Name, managed: bool, inquiry: &mut Inquiry<'_>, findings: &mut Findings) {
    let Some(answer) = Decoy::ask(&intent.domain, inquiry).answer else {
        return;
    };
    let (Some(record), Ok(every)) = (answer.keys.first(), node.prepend("*")) else {
        return;
    };
    let wanted = intent
        .wanted
        .iter()
        .any(|wanted| wanted.what == What::Dkim(DkimWant::WildcardRevoked));
    let (message, severity) = match (answer.is_live(), wanted) {
        (true, _) => (
            "want no key at a selector nobody has, found one for every selector",
            Severity::Warning,
        ),
        (false, true) => return,
        (false, false) => (
            "a wildcard revokes every selector that is not published by itself",
            Severity::Info,
        ),
    };
    let topic = Topic::new(Site::rrset(every, Kind::Txt), managed).text(&record.text);
    findings
        .say(&rules::WILDCARD, &topic, message)
        .at_most(severity)
        .label("for every selector");
}

/// `_report._domainkey`: ra, rp, rr and rs (RFC 6651 3.2).
fn reporting(name: &Name, managed: bool, inquiry: &mut Inquiry<'_>, findings: &mut Findings) {
    for text in texts(name, inquiry) {
        let record = dkim::parse(&text);
        // What a wildcard or another standard put here is no reporting record.
        let reports = |name: &[u8]| matches!(name, b"ra" | b"rp" | b"rr" | b"rs");
        if !record.tags().any(|tag| reports(tag.name)) {
            continue;
        }
        if let Some((span, why)) = reporting_fault(&record) {
            let topic = Topic::new(Site::rrset(name.clone(), Kind::Txt), managed).text(&text);
            let message = format!("want a reporting record, found a malformed one: {why}");
            findings
                .say(&rules::REPORT_RECORD, &topic, message)
                .about(shown(&text))
                .at(span)
                .label(why);
        }
    }
}

fn reporting_fault(record: &Record) -> Option<(crate::records::Span, &'static str)> {
    if let Some(fault) = record.faults().into_iter().next() {
        return Some((fault.span, fault.kind.as_str()));
    }
    record.tags().find_map(|tag| {
        let why = match tag.name {
            b"ra" if tag.value.is_empty() || tag.value.contains(&b'@') => "ra is a local part alone",
            b"rp" if percentage(tag.value).is_none() => "rp is a number from 0 to 100",
            b"rr"
                if tag
                    .value
                    .split(|&octet| octet == b':')
                    .any(|one| one.trim_ascii().is_empty()) =>
            {
                "rr is a list of types"
            }
            _ => return None,
        };
        Some((tag.span, why))
    })
}

fn percentage(value: &[u8]) -> Option<u8> {
    let digits = std::str::from_utf8(value).ok()?;
    let plain = !digits.is_empty() && digits.bytes().all(|octet| octet.is_ascii_digit());
    digits.parse().ok().filter(|&number: &u8| plain && number <= 100)
}

/// `o=~`, `o=-`, alone or with t, r, n (RFC 4870 3.6).
fn is_domainkeys_policy(text: &[u8]) -> bool {
    let record = dkim::parse(text);
    let historic = |name: &[u8]| matches!(name, b"o" | b"t" | b"r" | b"n");
    record.tag("o").is_some() && record.tags().all(|tag| historic(tag.name))
}

fn shown(text: &[u8]) -> String {
    presentation(text.get(..60).unwrap_or(text))
}
