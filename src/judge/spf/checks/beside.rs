//! What stands beside the SPF record: other TXT, other types, other names of the domain.

use crate::inquiry::{Inquiry, Kind, Need, Question, Rdata};
use crate::intent::{Intent, Role, What};
use crate::judge::spf::lookup::{Looked, Values, look};
use crate::judge::spf::state::UNLIKELY_LABEL;
use crate::name::Name;
use crate::records::presentation;
use crate::records::spf::{Likeness, Mechanism, Qualifier, Record, likeness, parse};
use crate::rules::Severity;
use crate::rules::spf::{beside, record};

use super::Desk;

/// So many mail hosts of the domain itself are looked at.
const MAX_HOSTS: usize = 8;

/// A plain DNS answer holds so much (RFC 1035 4.2.1).
const PLAIN: usize = 512;

/// An answer with EDNS commonly holds so much without being cut.
const EDNS: usize = 1232;

/// Judges what stands beside `values`, the domain's own TXT.
pub(super) fn check(intent: &Intent, values: &Values<'_>, inquiry: &mut Inquiry<'_>, desk: &mut Desk<'_>) {
    let domain = &intent.domain;
    desk.text.clear(); // None of it is about a part of the SPF record, where that is not said.
    others(values, desk);
    size(domain, values, desk);
    retired_type(domain, inquiry, desk);
    swapped(domain, values, inquiry, desk);
    if values.records.is_empty() && values.near_misses.is_empty() {
        absent(domain, values, inquiry, desk);
    }
    if let [text] = values.records.as_slice() {
        let own = parse(text);
        if own.is_valid() {
            mail_hosts(intent, &own, inquiry, desk);
        }
    }
}

fn others(values: &Values<'_>, desk: &mut Desk<'_>) {
    for text in &values.others {
        if text
            .get(..7)
            .is_some_and(|start| start.eq_ignore_ascii_case(b"spf2.0/"))
        {
            let message = format!("nobody asks for Sender ID any more: {}", presentation(text));
            desk.say(&record::SENDER_ID, None, message);
        }
        if is_dmarc(text) {
            let message = format!(
                "a DMARC record at {}: receivers look for it at _dmarc.{}",
                desk.name, desk.name
            );
            desk.say(&beside::SWAPPED, None, message);
        }
    }
}

fn is_dmarc(text: &[u8]) -> bool {
    text.get(..8)
        .is_some_and(|start| start.eq_ignore_ascii_case(b"v=dmarc1"))
}

/// The size of the answer to the TXT question: header, question, and every record with a compressed name.
fn size(domain: &Name, values: &Values<'_>, desk: &mut Desk<'_>) {
    let near_misses = values.near_misses.iter().map(|(text, _)| text);
    let texts = values.records.iter().chain(&values.others).chain(near_misses);
    let records: usize = texts
        .map(|text| 12 + text.len() + text.len().div_ceil(255).max(1))
        .sum();
    let octets = 12 + domain.wire_len() + 4 + records;
    if values.records.is_empty() || octets <= PLAIN {
        return;
    }
    let severity = if octets > EDNS {
        Severity::Warning
    } else {
        Severity::Info
    };
    let limit = if octets > EDNS { EDNS } else { PLAIN };
    let message =
        format!("all TXT records of {domain} make an answer of about {octets} octets, more than {limit}");
    desk.say_as(&beside::LARGE, severity, None, message);
}

fn retired_type(domain: &Name, inquiry: &mut Inquiry<'_>, desk: &mut Desk<'_>) {
    let reply = inquiry.ask(Question::new(domain.clone(), Kind::Spf), Need::Evidence);
    if reply.records().is_some_and(|records| !records.is_empty()) {
        desk.say(
            &beside::RETIRED_TYPE,
            None,
            format!("{domain} has a record of type SPF (99), which nobody reads"),
        );
    }
}

/// SPF at `_dmarc`; and whether -all acts before the DMARC record there can.
fn swapped(domain: &Name, values: &Values<'_>, inquiry: &mut Inquiry<'_>, desk: &mut Desk<'_>) {
    let Ok(policy) = domain.prepend("_dmarc") else {
        return;
    };
    let Some(records) = inquiry
        .ask(Question::new(policy.clone(), Kind::Txt), Need::Evidence)
        .records()
    else {
        return;
    };
    let texts = records.iter().filter_map(|record| match record {
        Rdata::Txt(txt) => Some(txt.joined()),
        _ => None,
    });
    let mut has_policy = false;
    for text in texts {
        has_policy |= is_dmarc(&text);
        // A wildcard speaks for every name, `_dmarc` among them: nobody put its text there by mistake.
        if likeness(&text) == Likeness::Spf && !is_wildcard(domain, &text, inquiry) {
            let message = format!("an SPF record at {policy}: receivers look for it at {domain}");
            desk.at(&policy).say(&beside::SWAPPED, None, message);
        }
    }
    let [text] = values.records.as_slice() else {
        return;
    };
    let own = parse(text);
    if !own.is_valid() {
        return;
    }
    let all = own.all().filter(|(_, qualifier)| *qualifier == Qualifier::Fail);
    if let Some((index, _)) = all.filter(|(index, _)| has_policy && *index > 0) {
        let span = own.terms.get(index).map(|term| term.span.clone());
        let mut desk = desk.at(domain);
        desk.text.clone_from(text);
        desk.say(
            &record::FAIL_BEFORE_DMARC,
            span,
            "receivers may reject on -all before DKIM and DMARC are looked at",
        );
    }
}

/// Whether any name below `domain` is answered with `text`.
fn is_wildcard(domain: &Name, text: &[u8], inquiry: &mut Inquiry<'_>) -> bool {
    let Ok(probe) = domain.prepend(UNLIKELY_LABEL) else {
        return false;
    };
    match look(inquiry, &probe, Need::Evidence) {
        Looked::Answered(values) => values.records.iter().any(|record| record == text),
        _ => false,
    }
}

/// No SPF record at the domain.
fn absent(domain: &Name, values: &Values<'_>, inquiry: &mut Inquiry<'_>, desk: &mut Desk<'_>) {
    for label in ["_spf", "spf"] {
        let Ok(name) = domain.prepend(label) else { continue };
        if let Looked::Answered(found) = look(inquiry, &name, Need::Evidence)
            && !found.records.is_empty()
        {
            desk.say(
                &beside::ELSEWHERE,
                None,
                format!("an SPF record stands at {name} and none at {domain}"),
            );
            return;
        }
    }
    let why = if values.nxdomain {
        ": the name does not exist"
    } else {
        ""
    };
    desk.say(&beside::NONE, None, format!("{domain} has no SPF record{why}"));
}

/// Mail hosts below the domain: do they have SPF of their own?
fn mail_hosts(intent: &Intent, own: &Record, inquiry: &mut Inquiry<'_>, desk: &mut Desk<'_>) {
    let domain = &intent.domain;
    if matches!(intent.role, Some(Role::Parked)) {
        return;
    }
    let reply = inquiry.ask(Question::new(domain.clone(), Kind::Mx), Need::Evidence);
    let hosts = reply
        .records()
        .unwrap_or_default()
        .iter()
        .filter_map(|record| match record {
            Rdata::Mx { exchange, .. } => Some(exchange),
            _ => None,
        });
    let hosts: Vec<&Name> = hosts
        .filter(|host| *host != domain && host.is_at_or_below(domain))
        .take(MAX_HOSTS)
        .collect();
    let wildcard = intent.wanted.iter().any(|wanted| {
        matches!(wanted.what, What::Spf(_))
            && wanted.name.as_str().strip_prefix("*.") == Some(domain.as_str())
    });
    let sends = own
        .directives()
        .any(|(_, _, mechanism)| matches!(mechanism, Mechanism::Mx { domain: None, .. }));
    for host in hosts {
        let Looked::Answered(values) = look(inquiry, host, Need::Evidence) else {
            continue;
        };
        if !values.records.is_empty() {
            continue;
        }
        let mut desk = desk.at(host);
        if wildcard {
            let message =
                format!("{host} exists, so the wildcard does not answer for it: it has no SPF record");
            desk.say(&beside::WILDCARD_GAP, None, message);
        } else if sends {
            let message = format!("{host} sends mail and has no SPF record for its own name");
            desk.say(&beside::HELO_NAME, None, message);
        } else {
            let message = format!("{host} receives mail, sends none, and has no SPF record");
            desk.say(&beside::NEVER_SENDS, None, message);
        }
    }
}
