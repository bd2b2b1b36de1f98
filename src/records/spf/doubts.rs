//! What a term says although its author hardly meant it, and where a blank may be missing in it.
//!
//! Only that something is odd is found here, not what to write in its place. Pure.

use super::domain_spec::{DomainSpec, Piece};
use super::part::{Part, error, is_mechanism};
use super::record::{Modifier, TermKind};
use super::syntax_error::{SyntaxError, SyntaxErrorKind as Kind};
use super::terms::term;
use crate::records::Span;

/// Longer terms are not searched for a missing blank.
const MAX_SEARCHED: usize = 512;

/// So many places where a blank may be missing are tried.
const MAX_JOINTS: usize = 16;

/// What commonly stands between terms, or around them, and does not belong there.
pub(super) const SEPARATORS: [char; 6] = [',', ';', '"', '\'', '|', '`'];

/// Whether its author hardly meant what it says.
pub(super) fn is_doubtful(part: Part<'_>, kind: &TermKind) -> bool {
    doubt(part, kind).is_some()
}

pub(super) fn doubt(part: Part<'_>, kind: &TermKind) -> Option<Box<SyntaxError>> {
    if let Some(missing) = missing_blank(part, false) {
        return Some(missing);
    }
    let domain = match kind {
        TermKind::Directive { mechanism, .. } => mechanism.domain()?,
        TermKind::Modifier(Modifier::Redirect(domain) | Modifier::Explanation(domain)) => domain,
        TermKind::Modifier(Modifier::Unknown { .. }) | TermKind::Invalid(_) => return None,
    };
    let literal = literals(domain);
    if let Some(odd) = address_of_something(part, part.span()).filter(|_| domain.is_literal()) {
        return Some(odd);
    }
    if let Some(one) = literal.chars().find(|one| SEPARATORS.contains(one)) {
        let message = format!("{one:?} became part of the domain: terms are separated by spaces only");
        return Some(error(Kind::Punctuation, place_of(part, one), message));
    }
    markup(part).or_else(|| named_twice(part))
}

/// `a:a:mail.example.com`: the second name became part of the domain.
pub(super) fn named_twice(part: Part<'_>) -> Option<Box<SyntaxError>> {
    let (_, argument) = part.text.split_once([':', '='])?;
    let (name, _) = argument.split_once([':', '='])?;
    is_mechanism(&name.to_ascii_lowercase()).then(|| {
        let message = format!("{name}: became part of the domain, where no name has a colon");
        part.error(Kind::DomainEnd, message)
    })
}

pub(super) fn literals(domain: &DomainSpec) -> String {
    let pieces = domain.string.pieces().iter().map(|piece| match piece {
        Piece::Literal(text) => text,
        _ => "",
    });
    pieces.collect()
}

pub(super) fn place_of(part: Part<'_>, character: char) -> Span {
    let at = part.at + part.text.find(character).unwrap_or_default();
    at..at + character.len_utf8()
}

/// Markup of a web page or document around or inside a term.
pub(super) fn markup(part: Part<'_>) -> Option<Box<SyntaxError>> {
    const MARKS: [&str; 11] = [
        "<", ">", "](", "**", "`", "&nbsp;", "&quot;", "&lt;", "&gt;", "&amp;", "&#",
    ];
    let lower = part.text.to_ascii_lowercase();
    let mark = MARKS.iter().find(|mark| lower.contains(**mark))?;
    let message = format!("{mark:?} is markup of a web page or document, and became part of the record");
    Some(part.error(Kind::Markup, message))
}

/// Two terms and no blank between them. `bare` lets a name alone begin the second one.
pub(super) fn missing_blank(part: Part<'_>, bare: bool) -> Option<Box<SyntaxError>> {
    let at = joint(part, bare)?;
    let (before, after) = (part.until(0, at), part.from(at));
    let message = format!(
        "a blank is missing between {:?} and {:?}",
        before.text, after.text
    );
    Some(after.error(Kind::MissingBlank, message))
}

/// The first place where a blank makes terms of the text that can all be read.
pub(super) fn joint(part: Part<'_>, bare: bool) -> Option<usize> {
    let text = part.text;
    if text.len() > MAX_SEARCHED {
        return None;
    }
    let joints: Vec<usize> = (1..text.len())
        .filter(|at| text.get(*at..).is_some_and(|rest| begins_term(rest, bare)))
        .take(MAX_JOINTS)
        .collect();
    let reads = |from: usize, to: usize| term(part.until(from, to)).is_ok();
    // From the last to the first: whether everything from there on can be read as terms.
    let mut good: Vec<usize> = Vec::new();
    for joint in joints.into_iter().rev() {
        if reads(joint, text.len()) || good.iter().any(|later| reads(joint, *later)) {
            good.push(joint);
        }
    }
    good.into_iter().rev().find(|joint| reads(0, *joint))
}

/// Whether a term begins here that is no part of a name by chance.
pub(super) fn begins_term(text: &str, bare: bool) -> bool {
    const NAMES: [&str; 8] = ["include", "exists", "all", "ip4", "ip6", "ptr", "mx", "a"];
    // It is asked at every letter of a term, and few letters begin one.
    const FIRST: &[u8] = b"+-~?aeimprvAEIMPRV";
    if !text.as_bytes().first().is_some_and(|first| FIRST.contains(first)) {
        return false;
    }
    let unsigned = text.strip_prefix(['+', '-', '~', '?']);
    let signed = unsigned.is_some();
    let rest = unsigned.unwrap_or(text);
    let behind = |name: &str| {
        let (head, behind) = rest.split_at_checked(name.len())?;
        head.eq_ignore_ascii_case(name).then_some(behind)
    };
    if !signed
        && ["redirect=", "exp=", "v=spf"]
            .iter()
            .any(|name| behind(name).is_some())
    {
        return true;
    }
    NAMES.iter().any(|name| {
        let Some(behind) = behind(name) else {
            return false;
        };
        match behind.chars().next() {
            Some(':') => true,
            Some('/') => signed,
            Some('+' | '-' | '~' | '?') | None => signed || (bare && *name != "a"),
            Some(_) => signed && begins_term(behind, false),
        }
    })
}

/// A URL or mail address where a domain belongs.
pub(super) fn address_of_something(part: Part<'_>, span: Span) -> Option<Box<SyntaxError>> {
    let (_, value) = part.text.split_once([':', '='])?;
    let value = value.to_ascii_lowercase();
    if value.contains("://") || value.starts_with("mailto:") {
        return Some(error(Kind::Url, span, "a URL where a domain name belongs"));
    }
    let message = "a mail address where a domain name belongs";
    value.contains('@').then(|| error(Kind::Url, span, message))
}
