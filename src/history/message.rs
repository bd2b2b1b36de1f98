//! The sentences of conditions, and the counts. Pure.

use super::findings::{counts, severity_of};
use super::records::{Phase, phase, state_of};
use crate::api::{FindingStatus, MailDomainStatus, RecordStatus, Summary};
use crate::judge::State;
use crate::rules::Severity;

/// So many names stand in one sentence.
const NAMED: usize = 5;

/// The counts over records and findings.
pub(super) fn summary(records: &[RecordStatus], findings: &[FindingStatus]) -> Summary {
    let count = |number: usize| i32::try_from(number).unwrap_or(i32::MAX);
    let of_state = |state| count(records.iter().filter(|record| state_of(record) == state).count());
    let of_severity = |severity| {
        let mine =
            |finding: &&FindingStatus| finding.managed == Some(true) && severity_of(finding) == severity;
        count(findings.iter().filter(mine).count())
    };
    Summary {
        records: count(records.len()),
        in_sync: of_state(State::InSync),
        drifted: of_state(State::Drifted),
        missing: of_state(State::Missing),
        unexpected: of_state(State::Unexpected),
        unknown: of_state(State::Unknown),
        unanswered: count(unanswered(records).count()),
        errors: of_severity(Severity::Error),
        warnings: of_severity(Severity::Warning),
        ratio: format!("{}/{}", of_state(State::InSync), records.len()),
    }
}

/// "1 of 5 records differs: _dmarc.voorbeeld.nl; 1 could not be asked".
pub(super) fn records(status: &MailDomainStatus) -> String {
    let all = &status.records;
    let mut differing: Vec<&RecordStatus> = all.iter().filter(|record| phase(record).is_some()).collect();
    differing.sort_by_key(|record| std::cmp::Reverse(phase(record)));
    let mut text = match differing.as_slice() {
        [] if all.is_empty() => "DNS was looked at; no record is managed".to_owned(),
        [] => {
            let in_sync = all
                .iter()
                .filter(|record| state_of(record) == State::InSync)
                .count();
            format!("{in_sync} of {} in sync", counted(all.len(), "record"))
        }
        differing => {
            let verb = if differing.len() == 1 { "differs" } else { "differ" };
            let names = names(differing.iter().map(|record| record.name.as_str()));
            format!(
                "{} of {} {verb}: {names}",
                differing.len(),
                counted(all.len(), "record")
            )
        }
    };
    if let Some((worst, until)) = differing.first().and_then(|worst| settling(worst, &differing)) {
        text.push_str(match worst {
            Phase::Propagating => "; may be on its way until ",
            _ => "; looked at again by ",
        });
        text.push_str(&until);
    }
    text.push_str(&not_asked(all));
    text
}

/// "2 errors: SPF-040 at voorbeeld.nl, DMARC-010 at _dmarc.voorbeeld.nl".
pub(super) fn errors(status: &MailDomainStatus) -> String {
    let errors: Vec<String> = status
        .findings
        .iter()
        .filter(|finding| counts(finding))
        .map(|finding| match &finding.record {
            Some(record) => format!("{} at {record}", finding.rule),
            None => finding.rule.clone(),
        })
        .collect();
    let names = names(errors.iter().map(String::as_str));
    let of = counted(errors.len(), "error");
    format!("{of}: {names}{}", not_asked(&status.records))
}

/// Why nothing is known of this intent yet.
pub(super) fn never_observed(status: &MailDomainStatus) -> String {
    let all = &status.records;
    if all.is_empty() {
        return "DNS did not answer".to_owned();
    }
    let unanswered: Vec<&RecordStatus> = unanswered(all).collect();
    let names = names(unanswered.iter().map(|record| record.name.as_str()));
    let why = unanswered
        .iter()
        .find_map(|record| record.unanswered.as_ref())
        .map(|unanswered| format!(" ({})", unanswered.reason))
        .unwrap_or_default();
    let of = counted(all.len(), "record");
    format!("{} of {of} could not be asked: {names}{why}", unanswered.len())
}

/// Since when nothing complete is known.
pub(super) fn stale(status: &MailDomainStatus) -> String {
    let since = status.last_observation.as_ref().map(|time| time.0.to_string());
    let since = since.unwrap_or_default();
    format!(
        "the last complete look was at {since}{}",
        not_asked(&status.records)
    )
}

fn unanswered(records: &[RecordStatus]) -> impl Iterator<Item = &RecordStatus> {
    records.iter().filter(|record| record.unanswered.is_some())
}

fn not_asked(records: &[RecordStatus]) -> String {
    match unanswered(records).count() {
        0 => String::new(),
        number => format!("; {number} could not be asked"),
    }
}

/// The worst phase and its last deadline.
fn settling(worst: &RecordStatus, differing: &[&RecordStatus]) -> Option<(Phase, String)> {
    let worst = phase(worst)?;
    let last = differing
        .iter()
        .filter(|record| phase(record) == Some(worst))
        .filter_map(|record| record.settle_until.as_ref())
        .map(|time| time.0)
        .max()?;
    Some((worst, last.to_string()))
}

fn counted(number: usize, thing: &str) -> String {
    match number {
        1 => format!("1 {thing}"),
        _ => format!("{number} {thing}s"),
    }
}

fn names<'a>(all: impl Iterator<Item = &'a str>) -> String {
    let all: Vec<&str> = all.collect();
    let (named, rest) = all.split_at(all.len().min(NAMED));
    match rest.len() {
        0 => named.join(", "),
        more => format!("{} and {more} more", named.join(", ")),
    }
}
