//! The sentences of conditions, and the counts. Pure.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};

use super::finding::{self, Known};
use super::known::History;
use super::reason::Phase;
use super::record::{Answer, Record};
use super::servers;
use super::text::cut_octets;
use super::versions::Published;
use crate::api::Summary;
use crate::inquiry::Trouble;
use crate::judge::State;
use crate::records::Standard;
use crate::rules::{self, Severity};

/// So many names stand in one sentence.
const NAMED: usize = 5;
/// A value in a sentence is not longer than this.
const SHOWN_OCTETS: usize = 160;

/// The counts over records and findings.
pub(super) fn summary(records: &[Record], findings: &[Known]) -> Summary {
    let count = |number: usize| i32::try_from(number).unwrap_or(i32::MAX);
    let of_state = |state| {
        count(
            records
                .iter()
                .filter(|record| record.answer.state == state)
                .count(),
        )
    };
    let of_severity = |severity| {
        count(
            findings
                .iter()
                .filter(|finding| finding.severity == severity)
                .count(),
        )
    };
    Summary {
        records: count(records.len()),
        in_sync: of_state(State::InSync),
        drifted: of_state(State::Drifted),
        missing: of_state(State::Missing),
        unexpected: of_state(State::Unexpected),
        unknown: of_state(State::Unknown),
        unanswered: count(silent(records).count()),
        errors: of_severity(Severity::Error),
        managed_errors: count(findings.iter().filter(|finding| finding.counts()).count()),
        warnings: of_severity(Severity::Warning),
        ratio: format!("{}/{}", of_state(State::InSync), records.len()),
    }
}

/// What a green Ready says: the records, and the errors that do not count.
pub(super) fn ready(history: &History, now: Timestamp) -> String {
    let errors: Vec<&Known> = history
        .findings
        .iter()
        .filter(|finding| finding.severity == Severity::Error)
        .collect();
    let mut text = records(history, now);
    if !errors.is_empty() {
        let (of, names) = (counted(errors.len(), "error"), error_names(&errors));
        let whose = match errors.iter().any(|finding| finding.counts()) {
            true => "",
            false => " on what is not managed",
        };
        text.push_str(&format!("; {of}{whose}: {names}"));
    }
    text
}

/// "1 of 5 records differs: _dmarc.voorbeeld.nl; 1 could not be asked".
pub(super) fn records(history: &History, now: Timestamp) -> String {
    let total = total(history);
    let mut differing: Vec<&Record> = history
        .records
        .iter()
        .filter(|record| record.phase().is_some())
        .collect();
    differing.sort_by_key(|record| std::cmp::Reverse(record.phase()));
    let worst = differing.first().and_then(|record| record.phase());
    let all_on_their_way = differing.iter().all(|record| record.is_on_its_way());
    let mut text = match differing.as_slice() {
        [] if total == 0 => "DNS was looked at; no record is managed".to_owned(),
        [] => {
            let in_sync = history.summary.as_ref().map_or(0, |summary| summary.in_sync);
            format!("{in_sync} of {} in sync", counted(total, "record"))
        }
        differing => {
            let verb = match (worst, differing.len()) {
                (Some(Phase::Alternating), 1) => "is answered in two ways in turn",
                (Some(Phase::Alternating), _) => "are answered in two ways in turn, or differ",
                (_, 1) if all_on_their_way => "is on its way",
                (_, _) if all_on_their_way => "are on their way",
                (_, 1) => "differs",
                (_, _) => "differ",
            };
            let names = names(differing.iter().map(|record| record.key.name.as_str()));
            format!(
                "{} of {} {verb}: {names}",
                differing.len(),
                counted(total, "record")
            )
        }
    };
    if worst == Some(Phase::Alternating)
        && let Some(record) = differing.first()
    {
        let answers: Vec<String> = std::iter::once(&record.answer)
            .chain(&record.alternates)
            .map(quoted)
            .collect();
        text.push_str(&format!(" ({})", answers.join(" and ")));
    }
    let going = finding::names_of(&rules::dns::GOING, &history.findings);
    let is_going = |record: &&&Record| going.contains(record.key.name.as_str());
    if let Some(record) = differing.iter().find(is_going) {
        let which = match differing.len() {
            1 => "it",
            _ => record.key.name.as_str(),
        };
        text.push_str(&format!(
            "; every name server dropped {which}, and the resolver still has it"
        ));
    }
    let is_named = differing.len() == 1;
    text.push_str(&published(&history.records, is_named, now));
    if let Some((worst, until)) = settling(&differing) {
        text.push_str(match worst {
            Phase::Propagating => "; may be on its way until ",
            Phase::Unconfirmed | Phase::Alternating | Phase::Confirmed => LOOKED_AT_AGAIN,
        });
        text.push_str(&until);
    }
    if let Some(said) = servers::said(&history.records) {
        text.push_str(&format!("; {said}"));
    }
    text.push_str(&not_asked(&history.records));
    text
}

const LOOKED_AT_AGAIN: &str = "; looked at again by ";

/// What ends an alternation.
pub(super) fn hold(hold: SignedDuration) -> String {
    format!("; settled once one answer has held for {hold:#}")
}

/// "2 errors: SPF-040 at voorbeeld.nl, DMARC-010 at _dmarc.voorbeeld.nl".
pub(super) fn errors(history: &History, worst: Phase) -> String {
    let mut errors: Vec<&Known> = history
        .findings
        .iter()
        .filter(|finding| finding.counts())
        .collect();
    errors.sort_by_key(|finding| std::cmp::Reverse(finding.phase()));
    let (of, names) = (counted(errors.len(), "error"), error_names(&errors));
    let mut text = match (worst, errors.len()) {
        (Phase::Alternating, 1) => format!("{of} comes and goes: {names}"),
        (Phase::Alternating, _) => format!("{of} come and go: {names}"),
        (Phase::Propagating | Phase::Unconfirmed | Phase::Confirmed, _) => format!("{of}: {names}"),
    };
    if worst == Phase::Unconfirmed
        && let Some(until) = errors.iter().filter_map(|finding| finding.settle_until).max()
    {
        text.push_str(&format!("{LOOKED_AT_AGAIN}{until}"));
    }
    text.push_str(&not_asked(&history.records));
    text
}

/// How one standard is: "2 of 2 in sync; 1 error: SPF-040 at voorbeeld.nl".
pub(super) fn standard<'a>(
    records: impl Iterator<Item = &'a Record>,
    errors: &[&Known],
    never_judged: bool,
) -> String {
    let all: Vec<&Record> = records.collect();
    let in_sync = all.iter().filter(|record| record.answer.state == State::InSync);
    let mut text = format!("{} of {} in sync", in_sync.count(), all.len());
    if !errors.is_empty() {
        let of = counted(errors.len(), "error");
        text.push_str(&format!("; {of}: {}", error_names(errors)));
    }
    if never_judged {
        text.push_str("; what its errors hang on was never answered");
    }
    text
}

/// Why nothing is known of this intent yet.
pub(super) fn never_observed(history: &History) -> String {
    let all = &history.records;
    if all.is_empty() {
        return "DNS did not answer".to_owned();
    }
    let silent: Vec<&Record> = silent(all).collect();
    let names = names(silent.iter().map(|record| record.key.name.as_str()));
    let of = counted(all.len(), "record");
    let (number, lack, why) = (silent.len(), lack(&silent), whys(&silent));
    format!("{number} of {of} {lack}: {names}{why}")
}

/// What is lacking of records that are not known: answers, or, where all were had, what they are judged by.
fn lack(silent: &[&Record]) -> &'static str {
    let mut reasons = silent.iter().filter_map(|record| record.silence.as_ref());
    match reasons.all(|silence| is_answered(&silence.reason)) {
        true => "could not be judged",
        false => "could not be asked",
    }
}

/// Whether this word says that all answers were had, and something else is lacking to judge by.
pub(super) fn is_answered(word: &str) -> bool {
    const ANSWERED: [Trouble; 4] = [
        Trouble::NoCertificate,
        Trouble::NotValidated,
        Trouble::Stripped,
        Trouble::Unproven,
    ];
    ANSWERED.iter().any(|trouble| trouble.reason() == word)
}

/// Why records are not known, each reason once: " (NoCertificate, Timeout)".
fn whys(silent: &[&Record]) -> String {
    let reasons = silent.iter().filter_map(|record| record.silence.as_ref());
    let words: BTreeSet<&str> = reasons.map(|silence| silence.reason.as_str()).collect();
    match words.is_empty() {
        true => String::new(),
        false => format!(" ({})", Vec::from_iter(words).join(", ")),
    }
}

/// Since when nothing complete is known.
pub(super) fn stale(history: &History, last: Timestamp) -> String {
    format!(
        "the last complete look rests on answers of {last}{}",
        not_asked(&history.records)
    )
}

/// That it was never known whether there are Errors.
pub(super) fn never_judged(open: &[Standard]) -> String {
    format!(
        "in sync as far as known, but whether receivers meet an error was never answered{}; status.findings say what \
         could not be asked",
        of_standards(open)
    )
}

/// Since when it is not known whether there are Errors.
pub(super) fn stale_judgement(last: Timestamp, open: &[Standard]) -> String {
    format!(
        "whether receivers meet an error was last known by answers of {last}{}",
        of_standards(open)
    )
}

fn of_standards(open: &[Standard]) -> String {
    if open.is_empty() {
        return String::new();
    }
    let words: Vec<&str> = open.iter().map(|standard| standard.as_str()).collect();
    format!(" for {}", words.join(", "))
}

/// All managed records, those that were cut from the status too.
fn total(history: &History) -> usize {
    let counted = history.summary.as_ref().map(|summary| summary.records);
    let counted = counted.and_then(|records| usize::try_from(records).ok());
    counted.unwrap_or(0).max(history.records.len())
}

fn silent(records: &[Record]) -> impl Iterator<Item = &Record> {
    records.iter().filter(|record| record.silence.is_some())
}

/// "; 1 could not be asked (Timeout)".
fn not_asked(records: &[Record]) -> String {
    let silent: Vec<&Record> = silent(records).collect();
    match silent.len() {
        0 => String::new(),
        number => format!("; {number} {}{}", lack(&silent), whys(&silent)),
    }
}

/// The worst phase and its last deadline.
fn settling(differing: &[&Record]) -> Option<(Phase, String)> {
    let worst = differing.first()?.phase()?;
    let last = differing
        .iter()
        .filter(|record| record.phase() == Some(worst) && !record.is_promised())
        .filter_map(|record| record.settle_until)
        .max()?;
    Some((worst, last.to_string()))
}

/// Which records every name server has while resolvers may still hold something older, and by when all see them.
/// `is_named` says whether one that is on its way was named just before.
fn published(records: &[Record], is_named: bool, now: Timestamp) -> String {
    let waits = |record: &&Record| {
        let published = record.versions.published.as_ref();
        let visible_by = published.and_then(|published| published.visible_by);
        record.is_on_its_way()
            || record.answer.state == State::InSync && visible_by.is_some_and(|by| by > now)
    };
    let mut waiting: Vec<&Record> = records.iter().filter(waits).collect();
    // Those of which a time is known, the last first.
    let by = |record: &Record| {
        record
            .versions
            .published
            .as_ref()
            .and_then(|published| published.visible_by)
    };
    waiting.sort_by_key(|record| std::cmp::Reverse(by(record)));
    let Some((first, more)) = waiting.split_first() else {
        return String::new();
    };
    let Some(published) = &first.versions.published else {
        return String::new();
    };
    let others = match more.len() {
        0 => String::new(),
        number => format!("; so {} {number} more", if number == 1 { "is" } else { "are" }),
    };
    let who = match is_named && more.is_empty() && first.is_on_its_way() {
        true => String::new(),
        false => format!("{} is ", first.key.name),
    };
    format!("; {who}{}{others}", sentence(published))
}

/// "published at all 4 name servers since 20:10; resolvers that keep to TTLs have it by 21:40 at the latest".
fn sentence(published: &Published) -> String {
    let all = match (published.servers, published.unheard.is_empty()) {
        (1, true) => "the name server".to_owned(),
        (1, false) => "the name server that answers".to_owned(),
        (number, true) => format!("all {number} name servers"),
        (number, false) => format!("all {number} name servers that answer"),
    };
    let by = match published.visible_by {
        Some(by) => format!("resolvers that keep to TTLs have it by {by} at the latest"),
        None => {
            "how long older answers may live is not known: no name server was seen to hold one".to_owned()
        }
    };
    let unless = match published.unheard.as_slice() {
        [] => String::new(),
        [one] => format!(", if {one}, which was not heard, holds the same"),
        several => format!(", if {}, which were not heard, hold the same", several.join(", ")),
    };
    format!("published at {all} since {}; {by}{unless}", published.since)
}

/// An answer in a sentence.
fn quoted(answer: &Answer) -> String {
    match answer.observed.as_slice() {
        [] => "nothing".to_owned(),
        [one] => format!("{:?}", cut_octets(one, SHOWN_OCTETS)),
        [first, more @ ..] => format!("{:?} and {} more", cut_octets(first, SHOWN_OCTETS), more.len()),
    }
}

fn error_names(errors: &[&Known]) -> String {
    let all: Vec<String> = errors
        .iter()
        .map(|finding| match &finding.identity.record {
            Some(record) => format!("{} at {record}", finding.identity.rule),
            None => finding.identity.rule.clone(),
        })
        .collect();
    names(all.iter().map(String::as_str))
}

/// `1 error`, `2 errors`.
pub(super) fn counted<N: std::fmt::Display + PartialEq + From<u8>>(number: N, thing: &str) -> String {
    match number == N::from(1) {
        true => format!("1 {thing}"),
        false => format!("{number} {thing}s"),
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
