//! The letters of what stands at the domain's `_dmarc`: what was meant as a record and is none, what in a record is no
//! tag, what stands there twice, separators, line ends.

use super::Examination;
use crate::judge::dmarc::walk::StepAnswer;
use crate::records::dmarc::{Record, Separator, TagName, VersionFault, WrongSeparator, near_miss};
use crate::records::presentation;
use crate::records::tags::{Part, PartKind};
use crate::rules::Severity;
use crate::rules::dmarc::record as rules;

/// A record longer than this is cut by some older programs, in octets.
const LONG: usize = 450;

/// At most so much of a text names it.
const SHOWN: usize = 60;

pub(super) fn check(examination: &mut Examination<'_>) {
    let discovery = examination.discovery.clone();
    let Some(step) = discovery.own() else { return };
    for text in &step.texts {
        near_missed(examination, text);
    }
    match &step.found {
        StepAnswer::Several(count) => {
            let message = format!("want one DMARC record, found {count}: receivers discard all of them");
            examination.say(&rules::SEVERAL_RECORDS, message);
        }
        StepAnswer::Record(record) => {
            let separators = record.wrong_separators();
            line_ends(examination, record);
            wrong_separators(examination, record, &separators);
            syntax(examination, record, &separators);
            duplicates(examination, record);
            unknown(examination, record);
            if record.text.len() > LONG {
                let message = format!("the record has {} octets", record.text.len());
                examination.whole(&rules::LONG, record, message);
            }
        }
        StepAnswer::Nothing | StepAnswer::Unanswered(_) => {}
    }
}

/// Octets as people read them, cut where they go on for long.
fn shown(octets: &[u8]) -> String {
    let text = presentation(octets);
    match text.char_indices().nth(SHOWN) {
        Some((at, _)) => format!("{}…", text.get(..at).unwrap_or_default()),
        None => text,
    }
}

fn near_missed(examination: &mut Examination<'_>, text: &[u8]) {
    let Some(miss) = near_miss(text) else { return };
    let rule = match miss.fault {
        VersionFault::Before => &rules::BEFORE_VERSION,
        VersionFault::Separator => &rules::SEPARATOR,
        VersionFault::Version => &rules::VERSION,
    };
    let before = match miss.fault {
        VersionFault::Before => {
            let before = text.get(miss.span.clone()).unwrap_or_default();
            format!(", found {:?}", shown(before))
        }
        _ => String::new(),
    };
    let why = miss.why;
    let message = format!("receivers do not take this for a DMARC record: {why}{before}");
    let topic = examination.topic.text(text);
    let finding = examination.findings.say(rule, &topic, message);
    finding.about(shown(text)).at(miss.span).label(why);
}

/// Line ends: no white space to DMARC, so they spoil the name or value they stand in.
fn line_ends(examination: &mut Examination<'_>, record: &Record) {
    let Some(first) = record.line_ends().next() else {
        return;
    };
    let message = match record.line_ends().count() {
        1 => {
            "a line ends within the record: only blanks and tabs may stand around names and values".to_owned()
        }
        count => format!(
            "{count} line ends stand within the record: only blanks and tabs may stand around names and values"
        ),
    };
    let finding = examination.whole(&rules::LINE_END, record, message);
    finding.at(first..first + 1).label("a line end");
}

fn wrong_separators(examination: &mut Examination<'_>, record: &Record, separators: &[WrongSeparator]) {
    for one in separators {
        let text = |span: &std::ops::Range<usize>| record.text.get(span.clone()).unwrap_or_default();
        let (belongs, after) = (one.belongs.as_str(), shown(text(&one.after)));
        let found = match text(&one.found) {
            [] => "none".to_owned(),
            sign if sign.iter().all(|octet| matches!(octet, b' ' | b'\t')) => "a blank".to_owned(),
            b";" => "a semicolon".to_owned(),
            b"," => "a comma".to_owned(),
            b":" => "a colon".to_owned(),
            sign => format!("{:?}", shown(sign)),
        };
        let lost = match one.belongs {
            Separator::Semicolon => "receivers read it as a part of the tag before",
            Separator::Comma => "receivers send no reports there",
            Separator::Colon => "receivers take the default",
            Separator::Equals => "receivers skip the tag",
        };
        let message = format!(
            "want {belongs} between {}, found {found} before {after}: {lost}",
            one.belongs.between()
        );
        let fix = match one.found.is_empty() {
            true => format!("Write {belongs} before {after}."),
            false => format!("Write {belongs} instead of {found} before {after}."),
        };
        let mark = match one.found.is_empty() {
            true => one.after.clone(),
            false => one.found.clone(),
        };
        let finding = examination.whole(&rules::WRONG_SEPARATOR, record, message);
        finding.about(after).at(mark).label(belongs).fix(fix);
    }
}

/// What is no tag.
fn syntax(examination: &mut Examination<'_>, record: &Record, separators: &[WrongSeparator]) {
    for part in &record.parts {
        let text = record.text.get(part.span.clone()).unwrap_or_default();
        let named = |one: &WrongSeparator| one.after.start < part.span.end && part.span.start < one.after.end;
        // What another finding names already.
        if separators.iter().any(named) || text.iter().any(|octet| matches!(octet, b'\r' | b'\n')) {
            continue;
        }
        let Some((why, fix)) = fault(record, part) else {
            continue;
        };
        // Of a part that holds nothing, the semicolon before it is marked.
        let mark = match part.span.is_empty() {
            true => part.span.start.saturating_sub(1)..part.span.start.max(1),
            false => part.span.clone(),
        };
        let part = shown(text);
        let message = format!("\"{part}\" between two semicolons {why}");
        let finding = examination.whole(&rules::SYNTAX, record, message);
        finding.about(part).at(mark).label(why).fix(fix);
    }
}

/// Why a part is no tag, and what to do; `None` when it is one, or nothing need be said.
fn fault(record: &Record, part: &Part) -> Option<(&'static str, String)> {
    let text = |span: &std::ops::Range<usize>| record.text.get(span.clone()).unwrap_or_default();
    let (name, value) = match &part.kind {
        PartKind::Trailing => return None,
        PartKind::Empty => return Some(("holds nothing", "Remove one of the two semicolons.".to_owned())),
        PartKind::Malformed => return Some(("has no =", rules::SYNTAX.fix.to_owned())),
        PartKind::Tag { name, value } => (text(name), text(value)),
    };
    let shown = shown(name);
    if name.is_empty() {
        return Some((
            "has no name",
            "Write the tag's name before the =, or remove the part.".to_owned(),
        ));
    }
    if !name.iter().all(u8::is_ascii_alphabetic) {
        let fix = format!("Write a name of letters alone instead of {shown}, or remove the part.");
        return Some(("has a name with other characters than letters", fix));
    }
    if !value.iter().all(|octet| matches!(octet, 0x20..=0x7e)) {
        let fix = format!("Write the value of {shown} in printing ASCII characters.");
        return Some(("has a value with octets that do not print", fix));
    }
    // What rua, ruf and the policies hold, theirs say.
    let own = matches!(
        TagName::parse(name),
        TagName::Rua | TagName::Ruf | TagName::P | TagName::Sp | TagName::Np
    );
    let fix = format!("Remove the empty {shown}=, or give it a value.");
    (value.is_empty() && !own).then_some(("has no value", fix))
}

fn duplicates(examination: &mut Examination<'_>, record: &Record) {
    for tag in record.duplicates() {
        let name = presentation(record.text.get(tag.name.clone()).unwrap_or_default());
        let (severity, effect) = match tag.tag.counts() {
            true => (
                Severity::Error,
                "some receivers take the first, some the last, some none: the policy may count as none",
            ),
            false => (
                Severity::Warning,
                "receivers ignore it, but some may refuse the record",
            ),
        };
        let message = format!("{name} stands there twice: {effect}");
        let finding = examination.tag(&rules::DUPLICATE_TAG, record, tag, message);
        finding.at_most(severity).label("again");
        finding.fix(format!("Keep one {name} and remove the other."));
    }
}

/// Names no RFC knows.
fn unknown(examination: &mut Examination<'_>, record: &Record) {
    for tag in record
        .tags
        .iter()
        .filter(|tag| tag.tag == TagName::Unknown && !tag.duplicate)
    {
        let name = record.text.get(tag.name.clone()).unwrap_or_default();
        if name.is_empty() || !name.iter().all(u8::is_ascii_alphabetic) {
            continue; // It is no name at all, which is said already.
        }
        let text = shown(record.text.get(tag.span.clone()).unwrap_or_default());
        let message = format!("{text}: no such tag, ignored");
        examination.tag(&rules::UNKNOWN_TAG, record, tag, message);
    }
}
