//! The state of a wanted SPF record.

use crate::inquiry::{Inquiry, Kind, Need, Question};
use crate::intent::{Intent, ManagedRrset};
use crate::judge::{Excerpt, Finding, Findings, RecordVerdict, Site, State};
use crate::name::Name;
use crate::records::Class;
use crate::records::spf::{Record, compare, parse};
use crate::rules;

use super::lookup::{Looked, Values, look};

/// The label asked below a wildcard's parent: nobody has a reason to publish there.
pub(super) const UNLIKELY_LABEL: &str = "zegel-wildcard-probe";

/// The state of a wanted record.
pub(in crate::judge) fn state(
    _intent: &Intent,
    wanted: &ManagedRrset,
    record: &Record,
    inquiry: &mut Inquiry<'_>,
    findings: &mut Findings,
) -> RecordVerdict {
    let mut verdict = RecordVerdict {
        site: Site::rrset(wanted.name.clone(), Kind::Txt),
        standard: wanted.standard(),
        state: State::InSync,
        desired: wanted.desired().values,
        observed: Vec::new(),
        differences: Vec::new(),
        unanswered: None,
        ttl: None,
        seen_at: None,
        expires_at: None,
        questions: Vec::new(),
    };
    let mut probe = None;
    // The literal answer may itself be synthesised from higher up, so the wildcard is also tried out.
    if let Some(parent) = wanted.name.as_str().strip_prefix("*.") {
        probe = parent
            .parse::<Name>()
            .ok()
            .and_then(|parent| parent.prepend(UNLIKELY_LABEL).ok());
    }
    let mut open = false;
    for name in [Some(&wanted.name), probe.as_ref()].into_iter().flatten() {
        verdict.questions.push(Question::new(name.clone(), Kind::Txt));
        match look(inquiry, name, Need::Essential) {
            Looked::Open => open = true,
            Looked::Unanswered(trouble) => verdict.unanswered = Some(trouble),
            Looked::Answered(values) => {
                let fact = values.fact;
                verdict.ttl = verdict.ttl.max(Some(fact.ttl));
                verdict.seen_at = Some(
                    verdict
                        .seen_at
                        .map_or(fact.seen_at, |seen| seen.min(fact.seen_at)),
                );
                verdict.expires_at = verdict.expires_at.max(Some(fact.expires_at));
                judge_values(wanted, name, record, &values, &mut verdict, findings);
            }
        }
    }
    if (open || verdict.unanswered.is_some()) && !verdict.state.differs() {
        verdict.state = State::Unknown;
    }
    if verdict.state != State::Unknown {
        // A difference that was seen counts, whatever else could not be asked.
        verdict.unanswered = None;
    }
    verdict
}

/// Takes one answer into the verdict.
fn judge_values(
    wanted: &ManagedRrset,
    name: &Name,
    record: &Record,
    values: &Values<'_>,
    verdict: &mut RecordVerdict,
    findings: &mut Findings,
) {
    for value in values.observed() {
        if !verdict.observed.contains(&value) {
            verdict.observed.push(value);
        }
    }
    let at = if *name == wanted.name {
        String::new()
    } else {
        format!("{name}: ")
    };
    let mut differ = |state: State, sentence: String| {
        verdict.state = verdict.state.max(state);
        let sentence = format!("{at}{sentence}");
        if !verdict.differences.contains(&sentence) {
            verdict.differences.push(sentence);
        }
    };
    match values.records.as_slice() {
        [] => differ(State::Missing, missing(name, values)),
        [one] => {
            let comparison = compare(record, &parse(one), &wanted.name);
            for sentence in comparison.differences {
                differ(State::Drifted, sentence);
            }
            if comparison.class == Class::Equivalent {
                findings.push(equivalent(wanted, one, &comparison.notes));
            }
        }
        many => {
            let count = many.len();
            differ(
                State::Drifted,
                format!("want one SPF record, found {count}: receivers give up (permerror)"),
            );
            let right = many
                .iter()
                .any(|text| compare(record, &parse(text), &wanted.name).class < Class::Different);
            if right {
                differ(
                    State::Drifted,
                    "one of them is the wanted one: remove the others".to_owned(),
                );
            }
        }
    }
}

fn missing(name: &Name, values: &Values<'_>) -> String {
    if let Some((_, miss)) = values.near_misses.first() {
        let why = &miss.why;
        return format!("want an SPF record, found a text receivers do not take for one: {why}");
    }
    match (values.fact.chain.first(), values.nxdomain) {
        (Some(target), _) => {
            format!("TXT cannot be placed here: {name} is a CNAME to {target}, where no SPF record stands")
        }
        (None, true) => format!("want an SPF record, but {name} does not exist"),
        (None, false) => "want an SPF record, found none".to_owned(),
    }
}

fn equivalent(wanted: &ManagedRrset, text: &[u8], notes: &[String]) -> Finding {
    let rule = &rules::spf::beside::EQUIVALENT;
    Finding {
        rule,
        severity: rule.severity,
        managed: true,
        site: Site::rrset(wanted.name.clone(), Kind::Txt),
        subject: None,
        message: notes.join("; "),
        fix: rule.fix.to_owned(),
        excerpt: Some(Excerpt {
            text: text.to_vec(),
            span: 0..text.len(),
            label: String::new(),
        }),
    }
}
