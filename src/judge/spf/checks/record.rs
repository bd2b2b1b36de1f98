//! One record, judged by its text alone.

use super::networks;
use super::saying::say_of_term;
use crate::judge::spf::policy::name_of;
use crate::judge::{Findings, Topic};
use crate::records::spf::{DomainSpec, Mechanism, Modifier, Qualifier, Record, TermKind};
use crate::rules::spf::record as rules;

/// So many terms are compared with each other.
const MAX_COMPARED: usize = 256;

/// Judges a record that can be read; `apex` where mail from the domain itself is judged by it.
pub(super) fn check(record: &Record, apex: bool, topic: &Topic, findings: &mut Findings) {
    spelling(record, topic, findings);
    ends(record, apex, topic, findings);
    terms(record, topic, findings);
    networks::check(record, topic, findings);
    modifiers(record, topic, findings);
}

fn spelling(record: &Record, topic: &Topic, findings: &mut Findings) {
    let text = &record.text;
    if !text.starts_with(b"v=spf1") {
        let said = findings.say(&rules::VERSION_CASE, topic, "want v=spf1 in small letters");
        said.at(0..text.len().min(6));
    }
    let double = text.windows(2).position(|pair| pair == b"  ");
    let last = text.len().saturating_sub(1);
    let trailing = text.ends_with(b" ").then_some(last);
    if let Some(at) = double.or(trailing) {
        let said = findings.say(&rules::SPARE_SPACES, topic, "a space more than needed");
        said.at(at..at + 1);
    }
    for (index, term) in record.terms.iter().enumerate() {
        // Small letters are nearly all there is: what needs no word is not made into text.
        let octets = record.text.get(term.span.clone()).unwrap_or_default();
        let mut name = octets.iter().take_while(|octet| !b":/=".contains(octet));
        if !name.any(u8::is_ascii_uppercase) {
            continue;
        }
        let shown = record.term_text(index);
        let name = shown.split([':', '/', '=']).next().unwrap_or_default();
        let (rule, message) = match &term.kind {
            TermKind::Directive { .. } => (
                &rules::MECHANISM_CASE,
                format!("{name} works; want small letters"),
            ),
            TermKind::Modifier(Modifier::Redirect(_) | Modifier::Explanation(_)) => (
                &rules::MODIFIER_CASE,
                format!("{name}= works; want small letters"),
            ),
            TermKind::Modifier(Modifier::Unknown { .. }) | TermKind::Invalid(_) => continue,
        };
        say_of_term(findings, rule, topic, (record, index), message);
    }
}

fn ends(record: &Record, apex: bool, topic: &Topic, findings: &mut Findings) {
    let is_all = |mechanism: &Mechanism| matches!(mechanism, Mechanism::All);
    let alls: Vec<usize> = record
        .directives()
        .filter(|(_, _, mechanism)| is_all(mechanism))
        .map(|(index, _, _)| index)
        .collect();
    if let Some(second) = alls.get(1) {
        let message = format!("all stands {} times; the first decides", alls.len());
        say_of_term(findings, &rules::SEVERAL_ALL, topic, (record, *second), message);
    }
    let Some((all, qualifier)) = record.all() else {
        if apex && record.redirect().is_none() {
            no_end(record, topic, findings);
        }
        return;
    };
    match qualifier {
        Qualifier::Pass => {
            let message = "anyone may send in this domain's name";
            say_of_term(findings, &rules::PASS_ALL, topic, (record, all), message);
        }
        Qualifier::Neutral if apex => {
            let message = "want -all or ~all, found ?all";
            say_of_term(findings, &rules::NEUTRAL_ALL, topic, (record, all), message);
        }
        Qualifier::Neutral | Qualifier::SoftFail | Qualifier::Fail => {}
    }
    if let Some((index, _)) = record.redirect() {
        let message = "receivers ignore this, because all is there";
        say_of_term(
            findings,
            &rules::REDIRECT_AND_ALL,
            topic,
            (record, index),
            message,
        );
    }
    for (index, _, mechanism) in record.directives() {
        if index > all && !is_all(mechanism) {
            let message = format!(
                "{} is never reached: all stands before it",
                record.term_text(index)
            );
            say_of_term(findings, &rules::AFTER_ALL, topic, (record, index), message);
        }
    }
}

fn no_end(record: &Record, topic: &Topic, findings: &mut Findings) {
    // `all=fail`, or `-all` without the blank before it, was to be its end, and is spoken of as the slip it is.
    let is_all = |word: &str| word.trim_start_matches(['-', '~', '?']) == "all";
    let meant_all = |index| {
        let meant = record.meant(index);
        meant.is_some_and(|meant| meant.split(' ').any(is_all))
    };
    if (0..record.terms.len()).any(meant_all) {
        return;
    }
    let message = "want -all or ~all at the end, found neither all nor redirect";
    findings.say(&rules::NO_END, topic, message);
    let include = record
        .directives()
        .find(|(_, _, mechanism)| matches!(mechanism, Mechanism::Include(_)));
    if let Some((index, _, _)) = include {
        let message =
            "the included record's all does not count for this domain, and there is none of its own";
        say_of_term(findings, &rules::INCLUDED_ALL, topic, (record, index), message);
    }
}

fn terms(record: &Record, topic: &Topic, findings: &mut Findings) {
    let end = record.all().map_or(usize::MAX, |(index, _)| index);
    let mut queried: Vec<String> = Vec::new();
    for (index, _, mechanism) in record.directives() {
        let shown = || record.term_text(index);
        if matches!(mechanism, Mechanism::Ptr(_)) {
            let message = format!("{}: the standard says not to use ptr", shown());
            say_of_term(findings, &rules::PTR, topic, (record, index), message);
        }
        if mechanism.queries() && index < end && queried.len() < MAX_COMPARED {
            let canonical = mechanism.to_string();
            if queried.contains(&canonical) {
                let message = format!(
                    "{} stands before: it costs one more of the ten terms and matches nobody new",
                    shown()
                );
                say_of_term(findings, &rules::SAME_TWICE, topic, (record, index), message);
            }
            queried.push(canonical);
        }
    }
    for (index, term) in record.terms.iter().enumerate() {
        let domain = match &term.kind {
            TermKind::Directive { mechanism, .. } => mechanism.domain(),
            TermKind::Modifier(Modifier::Redirect(domain) | Modifier::Explanation(domain)) => Some(domain),
            TermKind::Modifier(Modifier::Unknown { .. }) | TermKind::Invalid(_) => None,
        };
        if let Some(domain) = domain {
            macros(domain, (record, index), topic, findings);
        }
    }
}

fn macros(domain: &DomainSpec, place: (&Record, usize), topic: &Topic, findings: &mut Findings) {
    if let Some(literal) = domain.literal().filter(|literal| name_of(literal).is_none()) {
        let message = format!("{literal} holds an empty label, or one over 63 octets: DNS has no such name");
        say_of_term(findings, &rules::IMPOSSIBLE_NAME, topic, place, message);
    }
    for one in domain.string.macros() {
        let told = match one.letter {
            'p' => Some((
                &rules::MACRO_P,
                format!("{one} costs a PTR lookup in the client's zone"),
            )),
            'h' => Some((
                &rules::HELO_MACRO,
                format!("{one} is whatever the client says in HELO"),
            )),
            's' | 'l' => Some((
                &rules::LOCAL_PART,
                format!("{one} never matches a local part outside ASCII"),
            )),
            _ => None,
        };
        let (record, index) = place;
        let subject = format!("{one} in {}", record.term_text(index));
        if let Some((rule, message)) = told {
            say_of_term(findings, rule, topic, place, message).about(subject.as_str());
        }
        if one.escape {
            let message = format!("{one} escapes its value: want a small letter");
            let said = say_of_term(findings, &rules::ESCAPED_MACRO, topic, place, message);
            said.about(subject);
        }
    }
}

fn modifiers(record: &Record, topic: &Topic, findings: &mut Findings) {
    let fails = record
        .directives()
        .any(|(_, qualifier, _)| qualifier == Qualifier::Fail);
    if let Some((index, _)) = record.explanation().filter(|_| !fails) {
        let message = "no term of this record says fail, so nobody is told";
        say_of_term(
            findings,
            &rules::POINTLESS_EXPLANATION,
            topic,
            (record, index),
            message,
        );
    }
    for (index, term) in record.terms.iter().enumerate() {
        let TermKind::Modifier(Modifier::Unknown { name, value }) = &term.kind else {
            continue;
        };
        if is_mechanism(name) {
            let message = format!(
                "{name}={value} authorizes nobody: with = it is no mechanism but a modifier that nobody knows"
            );
            let said = say_of_term(findings, &rules::LOST_MECHANISM, topic, (record, index), message);
            said.fix(instead_of_lost(record, index, name));
        }
        if let Some(wanted) = wanted_of_report(name, value) {
            let message = format!("{name}: want {wanted}, found {value:?}");
            say_of_term(findings, &rules::REPORT_MODIFIER, topic, (record, index), message);
        }
    }
}

/// Whether a mechanism has this name, in small letters.
fn is_mechanism(name: &str) -> bool {
    ["a", "mx", "ptr", "ip4", "ip6", "include", "exists", "all"].contains(&name)
}

/// What to write instead of a mechanism with an equals sign, so that the record is right then.
fn instead_of_lost(record: &Record, index: usize, name: &str) -> String {
    let found = record.term_text(index);
    let Some(meant) = record.meant(index) else {
        return format!("Remove {found}: it names nothing that {name} can take.");
    };
    if name == "ptr" {
        return format!("Remove {found}: the standard says not to use ptr.");
    }
    let stands =
        |term: &str| (0..record.terms.len()).any(|other| record.term_text(other).eq_ignore_ascii_case(term));
    let all = record.all().map(|(all, _)| (all, record.term_text(all)));
    match all {
        Some((_, all)) if name == "all" => format!("Remove {found}: {all} stands there already."),
        None if name == "all" && index + 1 < record.terms.len() => {
            format!("Remove {found}, and end the record in {meant}.")
        }
        _ if meant.split(' ').all(stands) => format!("Remove {found}: {meant} stands there already."),
        Some((at, all)) if at < index => format!("Write {meant} before {all}, and remove {found}."),
        _ => format!("Write {meant} in place of {found}."),
    }
}

/// What a reporting modifier should hold where it does not (RFC 6652 3).
fn wanted_of_report(name: &str, value: &str) -> Option<&'static str> {
    let part = |part: &str| matches!(part, "all" | "e" | "f" | "s" | "n");
    let (is_right, wanted) = match name {
        "ra" => (
            !value.is_empty() && !value.contains('@'),
            "the local part of an address of this domain",
        ),
        "rp" => (
            value.parse::<u8>().is_ok_and(|percent| percent <= 100),
            "a percentage from 0 to 100",
        ),
        "rr" => (value.split(':').all(part), "all, e, f, s, n with colons between"),
        _ => return None,
    };
    (!is_right).then_some(wanted)
}
