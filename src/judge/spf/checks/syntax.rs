//! Why nobody can read a record, and what everybody reads to the letter although it was hardly meant.

use std::collections::BTreeSet;

use super::saying::say_of_term;
use crate::judge::{Findings, Topic};
use crate::records::odd::{listed, odd_characters};
use crate::records::presentation;
use crate::records::spf::{Modifier, Record, SyntaxError, SyntaxErrorKind, TermKind};
use crate::rules::spf::{record as rules, syntax};
use crate::rules::{Rule, Severity};

/// The rule a term breaks.
pub(super) fn rule_of(kind: SyntaxErrorKind) -> &'static Rule {
    use SyntaxErrorKind as Kind;
    match kind {
        Kind::AllArgument => &syntax::ALL_ARGUMENT,
        Kind::Control => &syntax::CONTROL,
        Kind::Delimiter => &syntax::DELIMITER,
        Kind::DomainEnd => &syntax::DOMAIN_END,
        Kind::DualCidr => &syntax::DUAL_CIDR,
        Kind::DuplicateExplanation => &syntax::DUPLICATE_EXPLANATION,
        Kind::DuplicateRedirect => &syntax::DUPLICATE_REDIRECT,
        Kind::Exists => &syntax::EXISTS,
        Kind::Include => &syntax::INCLUDE_DOMAIN,
        Kind::Ip4 => &syntax::IP4,
        Kind::Ip6 => &syntax::IP6,
        Kind::MacroLetter => &syntax::MACRO_LETTER,
        Kind::Markup => &syntax::MARKUP,
        Kind::Joined | Kind::MissingBlank => &syntax::MISSING_BLANK,
        Kind::Modifier => &syntax::MODIFIER,
        Kind::NonAscii => &syntax::NON_ASCII,
        Kind::Percent => &syntax::PERCENT,
        Kind::Prefix => &syntax::PREFIX,
        Kind::Punctuation => &syntax::PUNCTUATION,
        Kind::Qualifier => &syntax::QUALIFIER,
        Kind::Transformer => &syntax::TRANSFORMER,
        Kind::UnknownMechanism | Kind::Other => &syntax::UNKNOWN_MECHANISM,
        Kind::Url => &syntax::URL,
        Kind::WrongFamily => &syntax::WRONG_FAMILY,
    }
}

/// A blank alone would make terms of the second record that receivers ignore.
const JOINED_FIX: &str = "Take the second record out of this text: a record of another standard is a TXT record of its own at its own name; the terms of a second SPF record belong into the first, with one v=spf1 and one all.";

/// Kinds of which one slip makes many: said once a record.
fn is_one_slip(kind: SyntaxErrorKind) -> bool {
    use SyntaxErrorKind as Kind;
    matches!(
        kind,
        Kind::Control | Kind::Markup | Kind::NonAscii | Kind::Punctuation
    )
}

/// Why the record is a permerror for every sender.
pub(super) fn errors(record: &Record, topic: &Topic, findings: &mut Findings) {
    let end = record
        .all()
        .and_then(|(index, _)| record.terms.get(index))
        .map_or(usize::MAX, |term| term.span.end);
    let errors = record.errors();
    let odd = odd_characters(&record.text);
    let mut told = BTreeSet::new();
    for error in &errors {
        let once = is_one_slip(error.kind);
        if once && !told.insert(error.kind) {
            continue;
        }
        let mut message = format!("permerror for every sender: {}", error.message);
        let alike: Vec<&SyntaxError> = errors.iter().filter(|other| other.kind == error.kind).collect();
        if error.kind == SyntaxErrorKind::NonAscii {
            message = format!("permerror for every sender: want ASCII, found {}", listed(&odd));
        } else if once && alike.len() > 1 {
            message.push_str(&format!(" ({} places)", alike.len()));
        }
        // Modifiers stand where they like; a mechanism behind all was given up, and yet it is read.
        let is_modifier = matches!(
            error.kind,
            SyntaxErrorKind::DuplicateExplanation | SyntaxErrorKind::DuplicateRedirect
        );
        let behind_all = error.span.start >= end && !is_modifier;
        if behind_all {
            message.push_str("; it stands behind all, and is read all the same");
        }
        let rule = rule_of(error.kind);
        let said = findings.say(
            if behind_all { &syntax::BEHIND_ALL } else { rule },
            topic,
            message,
        );
        let term = record.text.get(error.span.clone()).unwrap_or_default();
        said.about(presentation(term));
        let together = if once { alike.as_slice() } else { &[error] };
        said.fix(match error.kind {
            SyntaxErrorKind::Joined => JOINED_FIX.to_owned(),
            SyntaxErrorKind::NonAscii => in_a_labels(&record.text).unwrap_or_else(|| rule.fix.to_owned()),
            _ => mending(record, together).unwrap_or_else(|| rule.fix.to_owned()),
        });
        if error.kind == SyntaxErrorKind::NonAscii {
            said.at_each(odd.iter().map(|one| one.span.clone()));
        } else if once {
            said.at_each(alike.iter().map(|error| error.span.clone()));
        } else {
            said.at(error.span.clone());
        }
    }
}

/// What to write for the names with letters outside ASCII, where nothing else in the text is odd (RFC 8616 4).
fn in_a_labels(text: &[u8]) -> Option<String> {
    let mut written = BTreeSet::new();
    let words = std::str::from_utf8(text).ok()?.split([' ', ':', '=', '/', '@']);
    for word in words.filter(|word| !word.is_ascii()) {
        let is_name = |one: char| one.is_alphanumeric() || matches!(one, '.' | '-' | '_');
        if !word.contains('.') || !word.chars().all(is_name) {
            return None;
        }
        written.insert(format!("{} for {word}", idna::domain_to_ascii(word).ok()?));
    }
    let written: Vec<String> = written.into_iter().collect();
    (!written.is_empty()).then(|| format!("Write names as A-labels: {}.", written.join(", ")))
}

/// What to write in place of what, where that can be told of all of `slips`.
pub(super) fn mending(record: &Record, slips: &[&SyntaxError]) -> Option<String> {
    let one = |slip: &&SyntaxError| {
        let mend = slip.mend.as_ref()?;
        let found = presentation(record.text.get(mend.span.clone())?);
        Some(format!("{} in place of {found}", mend.text))
    };
    let all: Option<Vec<String>> = slips.iter().map(one).collect();
    let all = all.filter(|all| !all.is_empty())?;
    Some(format!("Write {}.", all.join(", and ")))
}

/// What receivers read to the letter, and hardly anybody means; `told` are terms of which the tree said it already.
pub(super) fn slips(record: &Record, told: &[usize], topic: &Topic, findings: &mut Findings) {
    for (index, slip) in slips_by_term(record) {
        if told.contains(&index) {
            continue;
        }
        let message = format!("receivers take this to the letter: {}", slip.message);
        let said = say_of_term(findings, rule_of(slip.kind), topic, (record, index), message);
        said.at_most(Severity::Warning);
        if let Some(fix) = mending(record, &[slip]) {
            said.fix(fix);
        }
        said.at(slip.span.clone());
    }
    for (index, term) in record.terms.iter().enumerate() {
        let TermKind::Modifier(Modifier::Unknown { name, value }) = &term.kind else {
            continue;
        };
        if is_second_version(name, value) {
            let message = format!("{name}={value} stands inside the record, where receivers ignore it");
            say_of_term(findings, &rules::SECOND_VERSION, topic, (record, index), message);
        } else if let Some(other) = Other::of(name, value) {
            let Other { standard, place } = other;
            let message = format!(
                "{name}={value} begins a record of {standard} inside this one: receivers of SPF ignore it, and whoever looks for {standard} does not find it here"
            );
            let said = say_of_term(findings, &rules::SECOND_VERSION, topic, (record, index), message);
            said.fix(format!(
                "Take it out of this record with all behind it, and publish it as a TXT record of its own at {place}."
            ));
        }
    }
}

/// The slips, each with the index of its term.
pub(super) fn slips_by_term(record: &Record) -> Vec<(usize, &SyntaxError)> {
    let index_of = |slip: &SyntaxError| {
        record
            .terms
            .iter()
            .position(|term| term.span.contains(&slip.span.start))
    };
    let slips = record.slips().iter();
    slips
        .filter_map(|slip| index_of(slip).map(|index| (index, slip)))
        .collect()
}

/// Another standard whose record stands inside this one, and where its records stand.
struct Other {
    standard: &'static str,
    place: &'static str,
}

impl Other {
    /// `v=DMARC1`, and what it is glued to another term.
    fn of(name: &str, value: &str) -> Option<Self> {
        const OTHERS: [(&str, &str, &str); 5] = [
            ("dmarc", "DMARC", "_dmarc"),
            ("dkim", "DKIM", "selector._domainkey"),
            ("sts", "MTA-STS", "_mta-sts"),
            ("tlsrpt", "TLS reporting", "_smtp._tls"),
            ("bimi", "BIMI", "default._bimi"),
        ];
        let begins = |word: &str| {
            let start = value.get(..word.len());
            start.is_some_and(|start| start.eq_ignore_ascii_case(word))
        };
        let found = OTHERS
            .into_iter()
            .find(|(word, ..)| name.ends_with('v') && begins(word));
        found.map(|(_, standard, place)| Self { standard, place })
    }
}

/// `v=spf1`, and what it is glued to another term.
fn is_second_version(name: &str, value: &str) -> bool {
    name.ends_with('v')
        && value
            .get(..3)
            .is_some_and(|start| start.eq_ignore_ascii_case("spf"))
}
