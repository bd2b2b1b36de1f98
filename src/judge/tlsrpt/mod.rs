//! TLS-RPT (RFC 8460): whether the record at `_smtp._tls` sends reports where the manifest says, and whether it can.

use super::basis::{Basis, Judged, UsableAnswer, evidence};
use super::versioned::{Versioned, above, state as state_of};
use super::{Findings, RecordVerdict, Site, Topic};
use crate::inquiry::{Dns, Inquiry, Kind, Need};
use crate::intent::{Intent, ManagedRrset, TLS_RPT};
use crate::records::tlsrpt::{self, Record, UriFault};
use crate::records::{Standard, fields, presentation, quoted};
use crate::rules::{Severity, tlsrpt as rules};

/// What a record is called.
const WHAT: &str = "a TLS-RPT record";

/// Names at which drafts had the record, or which the labels make when they are swapped.
const WRONG_NAMES: [&str; 2] = ["_tls._smtp", "_smtp-tlsrpt"];

/// The state of the wanted record.
pub(super) fn state(wanted: &ManagedRrset, reports: &[String], inquiry: &mut Inquiry<'_>) -> RecordVerdict {
    let mut basis = Basis::default();
    let compare = |text: &[u8]| tlsrpt::compare(reports, &tlsrpt::parse(text));
    let judged = state_of(WHAT, &wanted.name, tlsrpt::likeness, compare, &mut basis, inquiry);
    let judged = judged.unwrap_or_else(Judged::unknown);
    basis.verdict(wanted, judged)
}

/// What is wrong with the domain's TLS-RPT, managed or observed.
pub(super) fn check(intent: &Intent, inquiry: &mut Inquiry<'_>, findings: &mut Findings) {
    let Ok(name) = intent.domain.prepend(TLS_RPT) else {
        return;
    };
    let managed = intent.manages(Standard::TlsRpt);
    let need = if managed { Need::Compliance } else { Need::Evidence };
    let reply = inquiry.ask(Dns::new(name.clone(), Kind::Txt), need);
    let Some(seen) = UsableAnswer::from_reply(reply) else {
        return;
    };
    let topic = Topic::new(Site::rrset(name.clone(), Kind::Txt), managed);
    let found = Versioned::of(&seen, tlsrpt::likeness);
    found.say(WHAT, (&rules::VERSION, &rules::SEVERAL), &topic, findings);
    if let Some(text) = found.one() {
        record(&tlsrpt::parse(text), &topic.text(text), findings);
    }
    let has_none = found.records.is_empty() && found.misses.is_empty();
    match managed {
        true if has_none => elsewhere(intent, &topic, inquiry, findings),
        false if has_none => inherited(intent, &topic, inquiry, findings),
        _ => {}
    }
}

/// What is wrong with the one record.
fn record(record: &Record, topic: &Topic, findings: &mut Findings) {
    for (what, span) in record.problems() {
        let message = format!("want v=TLSRPTv1; rua= and addresses, found {what}");
        let said = findings.say(&rules::SYNTAX, topic, message);
        said.about(what).at(span);
    }
    for fault in &record.fields.faults {
        if fault.kind == fields::FaultKind::BlankBehindVersion {
            let message = format!(
                "want the semicolon right behind the version, found {}: some senders ignore the record",
                fault.kind.as_str()
            );
            let said = findings.say(&rules::SYNTAX, topic, message);
            said.about("version")
                .at_most(Severity::Warning)
                .at(fault.span.clone())
                .fix("Write v=TLSRPTv1; with the semicolon right behind the version.");
        }
    }
    for uri in &record.uris {
        let Some(fault) = tlsrpt::fault(uri) else { continue };
        let rule = match fault {
            UriFault::Scheme | UriFault::Broken(_) => &rules::SCHEME,
            UriFault::Size | UriFault::NotEncoded => &rules::NOT_ENCODED,
        };
        let end = uri.size.as_ref().map_or(uri.span.end, |size| size.start);
        let message = format!(
            "want an address senders can report to, found {}: it {}",
            quoted(record.fields.octets(&(uri.span.start..end))),
            fault.as_str()
        );
        let said = findings.say(rule, topic, message);
        said.about(uri.text.clone()).at(uri.span.clone());
        if let Some(meant) = uri.meant().filter(|_| matches!(fault, UriFault::Broken(_))) {
            said.fix(format!("Write {meant}."));
        }
    }
    for (field, sound) in record.unknown() {
        let shown = presentation(record.fields.octets(&field.span));
        let said = match sound {
            true => {
                let message = format!("want rua alone, found {shown}, which senders ignore");
                findings.say(&rules::UNKNOWN_FIELD, topic, message)
            }
            false => {
                let message = format!(
                    "want rua alone, found {shown}, whose value is none: strict senders read nothing of the record"
                );
                let said = findings.say(&rules::SYNTAX, topic, message);
                said.at_most(Severity::Warning).fix("Remove the field.")
            }
        };
        said.about(presentation(record.fields.octets(&field.name)))
            .at(field.span.clone());
    }
}

/// Whether a domain above has a record, which says nothing of this one.
fn inherited(intent: &Intent, topic: &Topic, inquiry: &mut Inquiry<'_>, findings: &mut Findings) {
    let has_record = |seen: &UsableAnswer<'_>| Versioned::of(seen, tlsrpt::likeness).one().is_some();
    if let Some(above) = above(&intent.domain, TLS_RPT, has_record, inquiry) {
        let message = format!(
            "want a TLS-RPT record of its own for {}, which takes mail, found one of {above} alone: senders do not look there",
            intent.domain
        );
        findings.say(&rules::NOT_INHERITED, topic, message);
    }
}

/// Where the record stands instead, where none is at its name.
fn elsewhere(intent: &Intent, topic: &Topic, inquiry: &mut Inquiry<'_>, findings: &mut Findings) {
    for labels in WRONG_NAMES {
        let Ok(name) = intent.domain.prepend(labels) else {
            continue;
        };
        let Some(seen) = evidence(inquiry, &name, Kind::Txt) else {
            continue;
        };
        // What a wildcard says everywhere stands at no wrong name.
        if !Versioned::of(&seen, tlsrpt::likeness).records.is_empty() {
            let right = topic.site.name();
            let message = format!("want the record at {right}, found it at {name}, where no sender looks");
            findings
                .say(&rules::WRONG_NAME, topic, message)
                .about(labels)
                .fix(format!("Move the record from {name} to {right}."));
        }
    }
}
