//! How findings of SPF are said: of a name's TXT records, of a term of one record.

use crate::inquiry::Kind;
use crate::judge::{Finding, Findings, Site, Topic};
use crate::name::Name;
use crate::records::Span;
use crate::records::spf::Record;
use crate::rules::Rule;

/// The TXT records of a name.
pub(super) fn topic_at(name: &Name, managed: bool) -> Topic {
    Topic::new(Site::rrset(name.clone(), Kind::Txt), managed)
}

/// Says that `rule` is broken by a term of the topic's record.
pub(super) fn say_of_term<'f>(
    findings: &'f mut Findings,
    rule: &'static Rule,
    topic: &Topic,
    (record, index): (&Record, usize),
    message: impl Into<String>,
) -> &'f mut Finding {
    let said = findings.say(rule, topic, message);
    said.about(record.term_text(index)).at(span_of(record, index))
}

/// Where a term stands; the whole record where there is no such term.
pub(super) fn span_of(record: &Record, index: usize) -> Span {
    let term = record.terms.get(index);
    term.map_or(0..record.text.len(), |term| term.span.clone())
}
