//! What stands beside the SPF record: other TXT, other types, other names of the domain.

use super::saying::{say_of_term, topic_at};
use crate::inquiry::{Dns, Inquiry, Kind, Need, Rdata};
use crate::intent::{Intent, Role, What};
use crate::judge::spf::published::{Values, gather};
use crate::judge::spf::state::UNLIKELY_LABEL;
use crate::judge::{Finding, Findings, Topic};
use crate::name::Name;
use crate::records::foreign::Foreign;
use crate::records::spf::{Mechanism, Qualifier, Record};
use crate::records::{Standard, dmarc, presentation};
use crate::rules::Severity;
use crate::rules::spf::{beside as rules, record as record_rules};

/// So many mail hosts of the domain itself are looked at.
const MAX_HOSTS: usize = 8;

/// A plain DNS answer holds so much (RFC 1035 4.2.1).
const PLAIN: usize = 512;

/// An answer with EDNS commonly holds so much without being cut.
const EDNS: usize = 1232;

/// Judges what stands beside `values`, the domain's own TXT.
pub(super) fn check(intent: &Intent, values: &Values, inquiry: &mut Inquiry<'_>, findings: &mut Findings) {
    let domain = &intent.domain;
    let managed = intent.manages(Standard::Spf);
    let topic = topic_at(domain, managed);
    let own = values.only().filter(|record| record.is_valid());
    others(domain, values, &topic, inquiry, findings);
    size(domain, values, &topic, findings);
    retired_type(domain, &topic, inquiry, findings);
    at_dmarc(domain, values, &topic, inquiry, findings);
    if values.records.is_empty() && values.near_misses.is_empty() {
        absent(domain, values, &topic, inquiry, findings);
    }
    if let Some(own) = own {
        mail_hosts(intent, own, inquiry, findings);
    }
}

fn others(domain: &Name, values: &Values, topic: &Topic, inquiry: &mut Inquiry<'_>, findings: &mut Findings) {
    let mut is_first = true;
    for text in &values.others {
        let shown = presentation(text);
        let sender_id = text.get(..7);
        if sender_id.is_some_and(|start| start.eq_ignore_ascii_case(b"spf2.0/")) {
            let message = format!("nobody asks for Sender ID any more: {shown}");
            findings
                .say(&record_rules::SENDER_ID, topic, message)
                .about(shown);
        } else if is_dmarc(text) {
            let taken = has_dmarc(domain, inquiry) || !is_first;
            is_first = false;
            let place = format!("_dmarc.{domain}");
            let said = swapped("a DMARC record", domain.as_str(), &place, taken, topic, findings);
            said.about(shown);
        }
    }
}

/// A record at a name where nobody looks for it. Moved to where another stands, it would be one too many there.
fn swapped<'f>(
    what: &str,
    here: &str,
    place: &str,
    taken: bool,
    topic: &Topic,
    findings: &'f mut Findings,
) -> &'f mut Finding {
    let message = format!("{what} at {here}: receivers look for it at {place}");
    if taken {
        let message = format!("{message}, where one stands; nobody reads this one");
        let said = findings.say(&rules::SWAPPED, topic, message);
        return said
            .at_most(Severity::Warning)
            .fix(format!("Remove it from {here}: {place} has its record."));
    }
    let said = findings.say(&rules::SWAPPED, topic, message);
    said.fix(format!("Move it from {here} to {place}."))
}

fn has_dmarc(domain: &Name, inquiry: &mut Inquiry<'_>) -> bool {
    let Ok(policy) = domain.prepend("_dmarc") else {
        return false;
    };
    let published = gather(inquiry, &policy, Need::Evidence);
    let has_one = |values: &Values| values.others.iter().any(|text| is_dmarc(text));
    published.values().is_some_and(has_one)
}

fn is_dmarc(text: &[u8]) -> bool {
    dmarc::likeness(text) == dmarc::Likeness::Dmarc
}

/// The size of the answer to the TXT question: header, question, and every record with a compressed name.
fn size(domain: &Name, values: &Values, topic: &Topic, findings: &mut Findings) {
    let records = values.records.iter().map(|record| &record.text);
    let near_misses = values.near_misses.iter().map(|meant| &meant.text);
    let octets: usize = records
        .chain(near_misses)
        .chain(&values.others)
        .map(|text| 12 + text.len() + text.len().div_ceil(255).max(1))
        .sum();
    let octets = 12 + domain.wire_len() + 4 + octets;
    if values.records.is_empty() || octets <= PLAIN {
        return;
    }
    let (limit, severity) = if octets > EDNS {
        (EDNS, Severity::Warning)
    } else {
        (PLAIN, Severity::Info)
    };
    let message =
        format!("all TXT records of {domain} make an answer of about {octets} octets, more than {limit}");
    findings.say(&rules::LARGE, topic, message).at_most(severity);
}

fn retired_type(domain: &Name, topic: &Topic, inquiry: &mut Inquiry<'_>, findings: &mut Findings) {
    let reply = inquiry.ask(Dns::new(domain.clone(), Kind::Spf), Need::Evidence);
    if reply.records().is_some_and(|records| !records.is_empty()) {
        let message = format!("{domain} has a record of type SPF (99), which nobody reads");
        findings.say(&rules::RETIRED_TYPE, topic, message);
    }
}

/// SPF at `_dmarc`; and whether -all acts before the DMARC record there can.
fn at_dmarc(
    domain: &Name,
    values: &Values,
    topic: &Topic,
    inquiry: &mut Inquiry<'_>,
    findings: &mut Findings,
) {
    let own = values.only().filter(|record| record.is_valid());
    let Ok(policy) = domain.prepend("_dmarc") else {
        return;
    };
    let published = gather(inquiry, &policy, Need::Evidence);
    let Some(there) = published.values() else {
        return;
    };
    for record in &there.records {
        // A wildcard speaks for every name, `_dmarc` among them: nobody put its text there by mistake.
        if is_wildcard(domain, record, inquiry) {
            continue;
        }
        let taken = !values.records.is_empty();
        let at_policy = topic_at(&policy, topic.managed);
        let said = swapped(
            "an SPF record",
            policy.as_str(),
            domain.as_str(),
            taken,
            &at_policy,
            findings,
        );
        said.about(presentation(&record.text));
    }
    // What nobody reaches rejects nothing.
    let in_effect_neutral =
        |said: &Finding| said.site == topic.site && said.rule.id == record_rules::NEUTRAL_ALL.id;
    if findings.iter().any(in_effect_neutral) {
        return;
    }
    let Some(own) = own.filter(|_| there.others.iter().any(|text| is_dmarc(text))) else {
        return;
    };
    if let Some((index, Qualifier::Fail)) = own.all().filter(|(index, _)| *index > 0) {
        let message = "receivers may reject on -all before DKIM and DMARC are looked at";
        let topic = topic.text(&own.text);
        say_of_term(
            findings,
            &record_rules::FAIL_BEFORE_DMARC,
            &topic,
            (own, index),
            message,
        );
    }
}

/// Whether any name below `domain` is answered with the same record.
fn is_wildcard(domain: &Name, record: &Record, inquiry: &mut Inquiry<'_>) -> bool {
    let Ok(probe) = domain.prepend(UNLIKELY_LABEL) else {
        return false;
    };
    let published = gather(inquiry, &probe, Need::Evidence);
    let same = |values: &Values| values.records.iter().any(|other| other.text == record.text);
    published.values().is_some_and(same)
}

/// No SPF record at the domain.
fn absent(domain: &Name, values: &Values, topic: &Topic, inquiry: &mut Inquiry<'_>, findings: &mut Findings) {
    for label in ["_spf", "spf"] {
        let Ok(name) = domain.prepend(label) else { continue };
        let published = gather(inquiry, &name, Need::Evidence);
        if published.values().is_some_and(|found| !found.records.is_empty()) {
            let message = format!("an SPF record stands at {name} and none at {domain}");
            findings.say(&rules::ELSEWHERE, topic, message);
            return;
        }
    }
    let foreign = Foreign::first(&values.others);
    let why = match foreign {
        _ if values.nxdomain => ": the name does not exist".to_owned(),
        Some(foreign) => foreign.remark(domain),
        None => String::new(),
    };
    let said = findings.say(&rules::NONE, topic, format!("{domain} has no SPF record{why}"));
    if let Some(foreign) = foreign {
        said.fix(foreign.fix(domain, rules::NONE.fix));
    }
}

/// Mail hosts below the domain: do they have SPF of their own? A host without an address sends no mail.
fn mail_hosts(intent: &Intent, own: &Record, inquiry: &mut Inquiry<'_>, findings: &mut Findings) {
    let domain = &intent.domain;
    if matches!(intent.role, Some(Role::Parked)) {
        return;
    }
    let managed = intent.manages(Standard::Spf);
    let reply = inquiry.ask(Dns::new(domain.clone(), Kind::Mx), Need::Evidence);
    let hosts = reply
        .records()
        .unwrap_or_default()
        .iter()
        .filter_map(|record| match record {
            Rdata::Mx { exchange, .. } => Some(exchange),
            _ => None,
        });
    let below = hosts.filter(|host| *host != domain && host.is_at_or_below(domain));
    let wildcard = intent.wanted.iter().any(|wanted| {
        matches!(wanted.what, What::Spf(_))
            && wanted.name.as_str().strip_prefix("*.") == Some(domain.as_str())
    });
    let sends = own
        .directives()
        .any(|(_, _, mechanism)| matches!(mechanism, Mechanism::Mx { domain: None, .. }));
    for host in below.take(MAX_HOSTS) {
        let has_address = has_address(host, inquiry);
        let published = gather(inquiry, host, Need::Evidence);
        let none = |values: &Values| values.records.is_empty();
        if !has_address || !published.values().is_some_and(none) {
            continue;
        }
        let topic = topic_at(host, managed);
        if wildcard {
            let message =
                format!("{host} exists, so the wildcard does not answer for it: it has no SPF record");
            findings.say(&rules::WILDCARD_GAP, &topic, message);
        } else if sends {
            let message = format!("{host} sends mail and has no SPF record for its own name");
            findings.say(&rules::HELO_NAME, &topic, message);
        } else {
            let message = format!("{host} receives mail, sends none, and has no SPF record");
            findings.say(&rules::NEVER_SENDS, &topic, message);
        }
    }
}

/// Whether the host is known to have an address of either family.
fn has_address(host: &Name, inquiry: &mut Inquiry<'_>) -> bool {
    [Kind::A, Kind::Aaaa].into_iter().any(|kind| {
        let reply = inquiry.ask(Dns::new(host.clone(), kind), Need::Evidence);
        reply.records().is_some_and(|records| !records.is_empty())
    })
}
