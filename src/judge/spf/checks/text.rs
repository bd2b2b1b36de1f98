//! One record, judged by its text alone.

use crate::judge::spf::lookup::name_of;
use crate::records::spf::{
    DomainSpec, Mechanism, Modifier, Qualifier, Record, SyntaxError, SyntaxErrorKind, TermKind,
};
use crate::rules::spf::{record as rules, syntax};
use crate::rules::{Rule, Severity};

use super::{Desk, networks};

/// So many terms are compared with each other.
const MAX_COMPARED: usize = 256;

/// Judges `record`; `apex` where mail from the domain itself is judged by it.
pub(super) fn check(record: &Record, apex: bool, desk: &mut Desk<'_>) {
    if !record.is_valid() {
        errors(record, desk); // Nobody evaluates it: that, and why, is all there is to say.
        return;
    }
    slips(record, desk);
    spelling(record, desk);
    ends(record, apex, desk);
    terms(record, desk);
    networks::check(record, desk);
    modifiers(record, desk);
}

/// The rule a term breaks.
fn rule_of(kind: SyntaxErrorKind) -> &'static Rule {
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
        Kind::MissingBlank => &syntax::MISSING_BLANK,
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

/// Kinds of which one slip makes many: said once a record.
fn is_one_slip(kind: SyntaxErrorKind) -> bool {
    use SyntaxErrorKind as Kind;
    matches!(
        kind,
        Kind::Control | Kind::Markup | Kind::NonAscii | Kind::Punctuation
    )
}

fn errors(record: &Record, desk: &mut Desk<'_>) {
    let end = record
        .all()
        .and_then(|(index, _)| record.terms.get(index))
        .map_or(usize::MAX, |term| term.span.end);
    let errors = record.errors();
    for (index, error) in errors.iter().enumerate() {
        let alike = |other: &&SyntaxError| other.kind == error.kind;
        let mut message = format!("permerror for every sender: {}", error.message);
        if is_one_slip(error.kind) {
            if errors.iter().take(index).any(|other| alike(&other)) {
                continue;
            }
            let places = errors.iter().filter(alike).count();
            if places > 1 {
                message.push_str(&format!(" ({places} places)"));
            }
        }
        let rule = rule_of(error.kind);
        // Modifiers stand where they like; a mechanism behind all was given up, and yet it is read.
        let is_modifier = matches!(
            error.kind,
            SyntaxErrorKind::DuplicateExplanation | SyntaxErrorKind::DuplicateRedirect
        );
        if error.span.start >= end && !is_modifier {
            message.push_str("; it stands behind all, and is read all the same");
            desk.say_fix(&syntax::BEHIND_ALL, error.span.clone(), message, rule.fix);
        } else {
            desk.say(rule, Some(error.span.clone()), message);
        }
    }
}

/// What receivers read to the letter, and hardly anybody means.
fn slips(record: &Record, desk: &mut Desk<'_>) {
    for slip in record.slips() {
        let message = format!("receivers take this to the letter: {}", slip.message);
        desk.say_as(rule_of(slip.kind), Severity::Warning, Some(slip.span), message);
    }
    for term in &record.terms {
        if let TermKind::Modifier(Modifier::Unknown { name, value }) = &term.kind
            && is_second_version(name, value)
        {
            let message = format!("{name}={value} stands inside the record, where receivers ignore it");
            desk.say(&rules::SECOND_VERSION, Some(term.span.clone()), message);
        }
    }
}

/// `v=spf1`, and what it is glued to another term.
fn is_second_version(name: &str, value: &str) -> bool {
    name.ends_with('v')
        && value
            .get(..3)
            .is_some_and(|start| start.eq_ignore_ascii_case("spf"))
}

fn spelling(record: &Record, desk: &mut Desk<'_>) {
    let text = &record.text;
    if !text.starts_with(b"v=spf1") {
        desk.say(
            &rules::VERSION_CASE,
            Some(0..text.len().min(6)),
            "want v=spf1 in small letters",
        );
    }
    let double = text.windows(2).position(|pair| pair == b"  ");
    let trailing = text
        .len()
        .checked_sub(1)
        .filter(|last| text.get(*last) == Some(&b' '));
    if let Some(at) = double.or(trailing) {
        desk.say(&rules::SPARE_SPACES, Some(at..at + 1), "a space more than needed");
    }
    for (index, term) in record.terms.iter().enumerate() {
        let shown = record.term_text(index);
        let name = shown.split([':', '/', '=']).next().unwrap_or_default();
        if !name.bytes().any(|octet| octet.is_ascii_uppercase()) {
            continue;
        }
        match &term.kind {
            TermKind::Directive { .. } => {
                let message = format!("{name} works; want small letters");
                desk.say(&rules::MECHANISM_CASE, Some(term.span.clone()), message);
            }
            TermKind::Modifier(Modifier::Redirect(_) | Modifier::Explanation(_)) => {
                let message = format!("{name}= works; want small letters");
                desk.say(&rules::MODIFIER_CASE, Some(term.span.clone()), message);
            }
            _ => {}
        }
    }
}

fn ends(record: &Record, apex: bool, desk: &mut Desk<'_>) {
    let span = |index: usize| record.terms.get(index).map(|term| term.span.clone());
    let alls: Vec<usize> = record
        .directives()
        .filter(|(_, _, mechanism)| matches!(mechanism, Mechanism::All))
        .map(|(index, _, _)| index)
        .collect();
    if let Some(second) = alls.get(1) {
        desk.say(
            &rules::SEVERAL_ALL,
            span(*second),
            format!("all stands {} times; the first decides", alls.len()),
        );
    }
    let include = record
        .directives()
        .find(|(_, _, mechanism)| matches!(mechanism, Mechanism::Include(_)));
    match (record.all(), record.redirect()) {
        (Some((all, qualifier)), redirect) => {
            match qualifier {
                Qualifier::Pass => {
                    desk.say(
                        &rules::PASS_ALL,
                        span(all),
                        "anyone may send in this domain's name",
                    );
                }
                Qualifier::Neutral if apex => {
                    desk.say(&rules::NEUTRAL_ALL, span(all), "want -all or ~all, found ?all");
                }
                _ => {}
            }
            if let Some((index, _)) = redirect {
                desk.say(
                    &rules::REDIRECT_AND_ALL,
                    span(index),
                    "receivers ignore this, because all is there",
                );
            }
            for (index, _, mechanism) in record.directives() {
                if index > all && !matches!(mechanism, Mechanism::All) {
                    let message = format!(
                        "{} is never reached: all stands before it",
                        record.term_text(index)
                    );
                    desk.say(&rules::AFTER_ALL, span(index), message);
                }
            }
        }
        (None, None) if apex => {
            desk.say(
                &rules::NO_END,
                None,
                "want -all or ~all at the end, found neither all nor redirect",
            );
            if let Some((index, _, _)) = include {
                let message =
                    "the included record's all does not count for this domain, and there is none of its own";
                desk.say(&rules::INCLUDED_ALL, span(index), message);
            }
        }
        _ => {}
    }
}

fn terms(record: &Record, desk: &mut Desk<'_>) {
    let end = record.all().map_or(usize::MAX, |(index, _)| index);
    let mut queried: Vec<String> = Vec::new();
    for (index, _, mechanism) in record.directives() {
        let span = record.terms.get(index).map(|term| term.span.clone());
        let shown = record.term_text(index);
        if matches!(mechanism, Mechanism::Ptr(_)) {
            desk.say(
                &rules::PTR,
                span.clone(),
                format!("{shown}: the standard says not to use ptr"),
            );
        }
        if mechanism.queries() && index < end && queried.len() < MAX_COMPARED {
            let canonical = mechanism.to_string();
            if queried.contains(&canonical) {
                let message = format!(
                    "{shown} stands before: it costs one more of the ten terms and matches nobody new"
                );
                desk.say(&rules::SAME_TWICE, span, message);
            }
            queried.push(canonical);
        }
    }
    for term in &record.terms {
        let domain = match &term.kind {
            TermKind::Directive { mechanism, .. } => mechanism.domain(),
            TermKind::Modifier(Modifier::Redirect(domain) | Modifier::Explanation(domain)) => Some(domain),
            _ => None,
        };
        if let Some(domain) = domain {
            macros(domain, term.span.clone(), desk);
        }
    }
}

fn macros(domain: &DomainSpec, span: crate::records::Span, desk: &mut Desk<'_>) {
    if let Some(literal) = domain.literal().filter(|literal| name_of(literal).is_none()) {
        let message = format!("{literal} holds an empty label, or one over 63 octets: DNS has no such name");
        desk.say(&rules::IMPOSSIBLE_NAME, Some(span.clone()), message);
    }
    for one in domain.string.macros() {
        let span = Some(span.clone());
        match one.letter {
            'p' => desk.say(
                &rules::MACRO_P,
                span.clone(),
                format!("{one} costs a PTR lookup in the client's zone"),
            ),
            'h' => desk.say(
                &rules::HELO_MACRO,
                span.clone(),
                format!("{one} is whatever the client says in HELO"),
            ),
            's' | 'l' => {
                let message = format!("{one} never matches a local part outside ASCII");
                desk.say(&rules::LOCAL_PART, span.clone(), message);
            }
            _ => {}
        }
        if one.escape {
            desk.say(
                &rules::ESCAPED_MACRO,
                span,
                format!("{one} escapes its value: want a small letter"),
            );
        }
    }
}

fn modifiers(record: &Record, desk: &mut Desk<'_>) {
    let fails = record
        .directives()
        .any(|(_, qualifier, _)| qualifier == Qualifier::Fail);
    if let Some((index, _)) = record.explanation().filter(|_| !fails) {
        let span = record.terms.get(index).map(|term| term.span.clone());
        desk.say(
            &rules::POINTLESS_EXPLANATION,
            span,
            "no term of this record says fail, so nobody is told",
        );
    }
    for term in &record.terms {
        let TermKind::Modifier(Modifier::Unknown { name, value }) = &term.kind else {
            continue;
        };
        let span = Some(term.span.clone());
        if matches!(
            name.as_str(),
            "a" | "mx" | "ptr" | "ip4" | "ip6" | "include" | "exists" | "all"
        ) {
            let message =
                format!("{name}={value} authorizes nobody: the mechanism is written {name}:{value}");
            desk.say(&rules::LOST_MECHANISM, span.clone(), message);
        }
        let wanted = match name.as_str() {
            "ra" if value.is_empty() || value.contains('@') => "the local part of an address of this domain",
            "rp" if value.parse::<u8>().is_ok_and(|percent| percent <= 100) => continue,
            "rp" => "a percentage from 0 to 100",
            "rr" if value
                .split(':')
                .all(|part| matches!(part, "all" | "e" | "f" | "s" | "n")) =>
            {
                continue;
            }
            "rr" => "all, e, f, s, n with colons between",
            _ => continue,
        };
        desk.say(
            &rules::REPORT_MODIFIER,
            span,
            format!("{name}: want {wanted}, found {value:?}"),
        );
    }
}
