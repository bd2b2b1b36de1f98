//! The letters of what stands at the domain's `_dmarc`: what was meant as a record and is none, what in a record is no
//! tag, what stands there twice, separators, line ends.

use super::Examination;
use crate::judge::dmarc::outcome::DiscoveryOutcome;
use crate::judge::dmarc::walk::StepAnswer;
use crate::records::dmarc::{
    self, Application, Record, Separator, TagName, VersionFault, WrongSeparator, alias_meant, near_miss,
    parse,
};
use crate::records::tags::{Part, PartKind};
use crate::records::{Span, presentation};
use crate::rules::Severity;
use crate::rules::dmarc::record as rules;

/// A record longer than this is cut by some older programs, in octets.
const LONG: usize = 450;

/// At most so much of a text names it.
const SHOWN: usize = 60;

pub(super) fn check(examination: &mut Examination<'_>) {
    let discovery = examination.discovery.clone();
    let Some(step) = discovery.own() else { return };
    let stands = match &step.found {
        StepAnswer::Record(_) | StepAnswer::Several(_) => "the record there counts without it",
        StepAnswer::Nothing | StepAnswer::Unanswered(_) => "",
    };
    let mut other = stands;
    for text in in_order(&step.texts) {
        if near_missed(examination, text, other) {
            // One record alone may stand there: what was meant as a second has to go, whatever is wrong with it.
            other = "another text there is mended to be the record";
        }
    }
    match &step.found {
        StepAnswer::Several(count) => {
            let place = match step.chain.last() {
                Some(end) => format!(" at {end}, where the CNAME leads"),
                None => String::new(),
            };
            let message =
                format!("want one DMARC record, found {count}{place}: receivers discard all of them");
            examination.say(&rules::SEVERAL_RECORDS, message);
        }
        StepAnswer::Record(record) => {
            line_ends(examination, record);
            foreign(examination, record);
            wrong_separators(examination, record);
            if record.text.len() > LONG {
                let message = format!("the record has {} octets", record.text.len());
                examination.whole(&rules::LONG, record, message);
            }
        }
        StepAnswer::Nothing | StepAnswer::Unanswered(_) => {}
    }
}

/// The texts in an order of their own: servers turn theirs.
pub(super) fn in_order(texts: &[Vec<u8>]) -> Vec<&Vec<u8>> {
    let mut texts: Vec<&Vec<u8>> = texts.iter().collect();
    texts.sort_unstable();
    texts
}

/// The tags of one record, as far as they are none, or stand there twice.
pub(super) fn tags(examination: &mut Examination<'_>, record: &Record) {
    syntax(examination, record, record.wrong_separators());
    duplicates(examination, record);
    unknown(examination, record);
}

/// A fix that ends in the whole text to write, where it can be told and copied.
fn with_text(fix: &str, text: &[u8]) -> String {
    let prints = |text: &Vec<u8>| text.iter().all(|octet| matches!(octet, 0x20..=0x7e));
    match dmarc::whole(text).filter(prints) {
        Some(meant) => {
            let fix = fix.trim_end_matches(['.', ';']);
            format!("{fix}, so that the whole text is: {}", presentation(&meant))
        }
        None => fix.to_owned(),
    }
}

/// What receivers make of a record for a slip of letter in it; `None` where its policy counts all the same.
fn harm(record: &Record) -> Option<&'static str> {
    let meant = record.mended().map(|text| parse(text).application());
    match (record.application(), meant) {
        (now, Some(meant)) if now == meant => None,
        (Application::AsWritten, _) => None,
        (Application::AsNone, _) => Some("receivers act as if it said p=none"),
        (Application::Not, _) => Some("receivers apply no DMARC at all"),
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

/// A text that was meant as a record and is none; whether it is one. Where `other` says that there is a record without
/// it, mending it would make two.
fn near_missed(examination: &mut Examination<'_>, text: &[u8], other: &str) -> bool {
    let Some(miss) = near_miss(text) else { return false };
    let site = examination.topic.site.name().clone();
    let target = alias_meant(text).filter(|_| miss.fault == VersionFault::Alias);
    let (rule, fix) = match (miss.fault, target) {
        (VersionFault::Alias, Some(target)) => {
            let fix = format!("Remove the TXT record and place a CNAME instead: {site}. IN CNAME {target}.");
            (&rules::ALIAS_AS_TEXT, fix)
        }
        (VersionFault::Alias, None) => (&rules::ALIAS_AS_TEXT, rules::ALIAS_AS_TEXT.fix.to_owned()),
        (VersionFault::Before, _) => (&rules::BEFORE_VERSION, with_text(rules::BEFORE_VERSION.fix, text)),
        (VersionFault::Separator, _) => {
            let fix = with_text("Write a semicolon right after v=DMARC1.", text);
            (&rules::SEPARATOR, fix)
        }
        (VersionFault::Version, _) => (&rules::VERSION, with_text(rules::VERSION.fix, text)),
    };
    let before = match miss.fault {
        VersionFault::Before => {
            let before = text.get(miss.span.clone()).unwrap_or_default();
            format!(", found \"{}\"", shown(before))
        }
        _ => String::new(),
    };
    let why = miss.why;
    // Where nothing else applies, this is why: it need not be said a second time that no record is there.
    let effect = match (examination.discovery.outcome, other) {
        (DiscoveryOutcome::None, "") => "; no other applies, so receivers apply no DMARC at all".to_owned(),
        (_, "") => String::new(),
        (_, other) => format!("; {other}"),
    };
    let message = format!("receivers do not take this for a DMARC record: {why}{before}{effect}");
    let topic = examination.topic.text(text);
    let finding = examination.findings.say(rule, &topic, message);
    finding.about(shown(text)).at(miss.span).label(why);
    match other {
        "" => finding.fix(fix),
        _ => finding.at_most(Severity::Warning).fix(
            "Remove this text: one record alone may stand there. What only this text says belongs into that record.",
        ),
    };
    true
}

/// Line ends: no white space to DMARC, so they spoil the name or value they stand in.
fn line_ends(examination: &mut Examination<'_>, record: &Record) {
    let ends: Vec<usize> = record.line_ends().collect();
    if ends.is_empty() {
        return;
    }
    let found = match ends.len() {
        1 => "a line ends within the record".to_owned(),
        count => format!("{count} line ends stand within the record"),
    };
    let effect = harm(record).map_or(String::new(), |harm| format!("; {harm}"));
    let message = format!("{found}: only blanks and tabs may stand around names and values{effect}");
    let fix = with_text("Write the record in one line.", &record.text);
    let finding = examination.whole(&rules::LINE_END, record, message);
    finding
        .at_each(ends.into_iter().map(|at| at..at + 1))
        .label("a line end")
        .fix(fix);
}

/// Another record behind this one, in the same text.
fn foreign(examination: &mut Examination<'_>, record: &Record) {
    let Some((at, what)) = dmarc::foreign(&record.text) else {
        return;
    };
    let behind = record.text.get(at..).unwrap_or_default();
    let domain = &examination.intent.domain;
    let place = match what {
        "an SPF record" => format!("Publish the SPF record as a TXT record of its own at {domain}"),
        "a DKIM key record" => {
            format!("Publish the key as a TXT record of its own at <selector>._domainkey.{domain}")
        }
        "a second DMARC record" => "Keep one of the two records".to_owned(),
        _ => format!("Publish {what} as a TXT record of its own, at the name it is looked for"),
    };
    let effect = harm(record).unwrap_or("receivers read it as a part of this one");
    let message = format!(
        "{what} stands in the text of this one, from {} on: {effect}",
        shown(behind)
    );
    let fix = with_text(&format!("{place}, and take it out of this text."), &record.text);
    let finding = examination.whole(&rules::FOREIGN, record, message);
    finding
        .about(shown(behind))
        .at(at..record.text.len())
        .label(what)
        .fix(fix);
}

/// A separator that is wrong: what belongs there, what stands there, before what, and where else the same is so.
struct WrongSign {
    belongs: Separator,
    found: Vec<u8>,
    /// Nothing at all stands there, not even a blank.
    is_missing: bool,
    after: String,
    marks: Vec<Span>,
}

/// Every kind of wrong separator once: the same sign in place of the same other is one slip, however often it stands
/// there. Mending one can show another, whose places in the text as it stands are not known.
fn wrong_signs(record: &Record) -> Vec<WrongSign> {
    let mut signs: Vec<WrongSign> = Vec::new();
    let mut record = record.clone();
    for round in 0..MAX_ROUNDS {
        for one in record.wrong_separators() {
            let text = |span: &Span| record.text.get(span.clone()).unwrap_or_default();
            let found = text(&one.found).trim_ascii().to_vec();
            let mark = match one.found.is_empty() {
                true => one.after.clone(),
                false => one.found.clone(),
            };
            let same = |sign: &&mut WrongSign| sign.belongs == one.belongs && sign.found == found;
            match signs.iter_mut().find(same) {
                Some(sign) if round == 0 => sign.marks.push(mark),
                Some(_) => {}
                None => signs.push(WrongSign {
                    belongs: one.belongs,
                    found,
                    is_missing: one.found.is_empty(),
                    after: shown(text(&one.after)),
                    marks: Vec::from_iter((round == 0).then_some(mark)),
                }),
            }
        }
        let Some(edited) = dmarc::separated(&record) else {
            break;
        };
        record = parse(&edited);
    }
    signs
}

/// At most so many separators are mended one after another to see what is wrong behind them.
const MAX_ROUNDS: usize = 16;

fn wrong_separators(examination: &mut Examination<'_>, record: &Record) {
    // What line ends, odd blanks and another record do is theirs to say.
    let plain = dmarc::spelled_plainly(record);
    let as_it_stands = record.text.starts_with(&plain.text);
    for sign in wrong_signs(&plain) {
        let (belongs, after) = (sign.belongs.as_str(), &sign.after);
        let found = match sign.found.as_slice() {
            [] if sign.is_missing => "none".to_owned(),
            [] => "a blank".to_owned(),
            b";" => "a semicolon".to_owned(),
            b"," => "a comma".to_owned(),
            b":" => "a colon".to_owned(),
            sign => format!("\"{}\"", shown(sign)),
        };
        let lost = match sign.belongs {
            Separator::Semicolon => "receivers read it as a part of the tag before",
            Separator::Comma | Separator::Scheme => "receivers send no reports there",
            Separator::Colon => "receivers take the default",
            Separator::Equals => "receivers skip the tag",
        };
        // A list that ends too early spoils no policy.
        let harm = harm(record).filter(|_| matches!(sign.belongs, Separator::Semicolon | Separator::Equals));
        let harmed = harm.and_then(|harm| harm.strip_prefix("receivers "));
        let effect = harmed.map_or(String::new(), |harm| format!(", and {harm}"));
        let more = match sign.marks.len() {
            0 | 1 => String::new(),
            count => format!(", and so {} more", count - 1),
        };
        let message = format!(
            "want {belongs} between {}, found {found} before {after}{more}: {lost}{effect}",
            sign.belongs.between()
        );
        let fix = match sign.is_missing {
            true => format!("Write {belongs} before {after}."),
            false => format!("Write {belongs} instead of {found} before {after}."),
        };
        let fix = with_text(&fix, &record.text);
        let severity = if harm.is_some() {
            Severity::Error
        } else {
            Severity::Warning
        };
        let finding = examination.whole(&rules::WRONG_SEPARATOR, record, message);
        finding.at_most(severity).about(after.as_str()).fix(fix);
        match as_it_stands && !sign.marks.is_empty() {
            true => finding.at_each(sign.marks).label(belongs),
            false => finding.without_text(),
        };
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
    // What rua, ruf, the policies and whatever has a default hold, theirs say, the last only of a record that counts.
    let own = match TagName::parse(name) {
        TagName::Rua | TagName::Ruf | TagName::P | TagName::Sp | TagName::Np => true,
        TagName::Adkim | TagName::Aspf | TagName::T | TagName::Psd | TagName::Fo => {
            record.application() != Application::Not
        }
        TagName::Pct | TagName::Rf | TagName::Ri | TagName::V | TagName::Unknown => false,
    };
    let prints = value.iter().all(|octet| matches!(octet, 0x20..=0x7e));
    if !prints && !own {
        let fix = format!("Write the value of {shown} in printing ASCII characters.");
        return Some(("has a value with octets that do not print", fix));
    }
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
