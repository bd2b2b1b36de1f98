//! The rules about `_domainkey` itself: whether it exists, what historic records stand there, and whether a wildcard
//! answers for every selector.

use super::UNLIKELY_SELECTOR;
use super::check::Survey;
use super::selector::Selector;
use crate::inquiry::{Inquiry, Kind};
use crate::intent::{DkimWant, Intent, What};
use crate::judge::basis::{Seen, evidence};
use crate::judge::{Finding, Findings};
use crate::name::Name;
use crate::records::Standard;
use crate::records::dkim::{self, Record};
use crate::records::presentation;
use crate::rules::Severity;
use crate::rules::dkim as rules;

/// What is wrong at `_domainkey`, and with what answers for every name below it.
pub(super) fn check(
    intent: &Intent,
    surveys: &[Survey<'_>],
    inquiry: &mut Inquiry<'_>,
    findings: &mut Findings,
) {
    let Ok(node) = intent.domain.prepend("_domainkey") else {
        return;
    };
    let managed = intent.manages(Standard::Dkim);
    let Some(seen) = evidence(inquiry, &node, Kind::Txt) else {
        return;
    };
    if seen.nxdomain && seen.chain.is_empty() {
        if let Some(below) = surveys.iter().find(|survey| survey.exists()) {
            let message = format!(
                "want NOERROR for {node}, found NXDOMAIN although {} exists",
                below.name
            );
            findings.push(Finding::new(&rules::node::NODE_DENIED, managed, node, message));
        }
        // Nothing exists below a name that does not (RFC 8020): nothing more to ask.
        return;
    }
    for text in seen.texts().iter().filter(|text| is_domainkeys_policy(text)) {
        let message = format!("found a policy of DomainKeys: {}", shown(text));
        findings.push(
            Finding::new(&rules::node::DOMAINKEYS, managed, node.clone(), message).marking(
                text,
                0..text.len(),
                "historic",
            ),
        );
    }
    let below = |label: &str| node.prepend(label).ok();
    if let Some((name, seen)) =
        below("_adsp").and_then(|name| Some((name.clone(), evidence(inquiry, &name, Kind::Txt)?)))
    {
        for text in seen
            .texts()
            .iter()
            .filter(|text| text.trim_ascii_start().starts_with(b"dkim="))
        {
            let message = format!("found author domain signing practices: {}", shown(text));
            let finding = Finding::new(&rules::node::ADSP, managed, name.clone(), message);
            findings.push(finding.marking(text, 0..text.len(), "historic"));
        }
    }
    if let Some((name, seen)) =
        below("_report").and_then(|name| Some((name.clone(), evidence(inquiry, &name, Kind::Txt)?)))
    {
        reporting(&name, &seen, managed, findings);
    }
    if let Some((name, seen)) =
        below(UNLIKELY_SELECTOR).and_then(|name| Some((name.clone(), evidence(inquiry, &name, Kind::Txt)?)))
    {
        wildcard(intent, &name, &seen, managed, findings);
    }
}

/// A wildcard that answers for a selector nobody has.
fn wildcard(intent: &Intent, name: &Name, seen: &Seen<'_>, managed: bool, findings: &mut Findings) {
    let selector = Selector::read(seen);
    let wanted = intent
        .wanted
        .iter()
        .any(|wanted| wanted.what == What::Dkim(DkimWant::WildcardRevoked));
    let Some(record) = selector.keys.first() else {
        return;
    };
    let every = name
        .parent()
        .and_then(|node| node.prepend("*").ok())
        .unwrap_or_else(|| name.clone());
    let (message, severity) = match (selector.is_live(), wanted) {
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
    findings.push(
        Finding::new(&rules::node::WILDCARD, managed, every, message)
            .milder(severity)
            .marking(&record.text, 0..record.text.len(), "for every selector"),
    );
}

/// `_report._domainkey`: ra, rp, rr and rs (RFC 6651 3.2).
fn reporting(name: &Name, seen: &Seen<'_>, managed: bool, findings: &mut Findings) {
    for text in seen.texts() {
        let record = dkim::parse(&text);
        // What a wildcard or another standard put here is no reporting record.
        if !record
            .tags()
            .any(|tag| matches!(tag.name, b"ra" | b"rp" | b"rr" | b"rs"))
        {
            continue;
        }
        if let Some((span, why)) = reporting_fault(&record) {
            findings.push(
                Finding::new(
                    &rules::node::REPORT_RECORD,
                    managed,
                    name.clone(),
                    format!("want a reporting record, found a malformed one: {why}"),
                )
                .marking(&text, span, why),
            );
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
