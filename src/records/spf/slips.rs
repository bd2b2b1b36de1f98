//! The likeliest slip behind a term that is none, or that says what hardly anybody means.
//!
//! The grammar separates terms by spaces alone, so a comma, a tab or a missing blank makes one term of what should be
//! two. What a receiver stumbles over is then far from the slip: here the slip is looked for. A guess counts only where
//! mending it leaves terms that can be read.

use std::net::Ipv4Addr;

use super::domain_spec::{DomainSpec, Piece};
use super::mended::{is_mechanism, mended};
use super::part::{Part, error};
use super::record::{Modifier, TermKind};
use super::syntax_error::{Mend, SyntaxError, SyntaxErrorKind as Kind};
use super::terms::term;
use crate::records::Span;

/// Longer terms are not searched for a missing blank.
const MAX_SEARCHED: usize = 512;

/// So many places where a blank may be missing are tried.
const MAX_JOINTS: usize = 16;

/// What commonly stands between terms, or around them, and does not belong there.
const SEPARATORS: [char; 6] = [',', ';', '"', '\'', '|', '`'];

/// A better word for `error`, if there is one, and what to write instead, if that can be told.
pub(super) fn behind(part: Part<'_>, error: SyntaxError) -> SyntaxError {
    let better = named(part, error);
    let mend = match better.kind {
        Kind::Joined => None,
        _ => mend_of(part),
    };
    SyntaxError { mend, ..better }
}

fn mend_of(part: Part<'_>) -> Option<Mend> {
    let span = part.span();
    mended(part.text).map(|text| Mend { span, text })
}

fn named(part: Part<'_>, error: SyntaxError) -> SyntaxError {
    markup(part)
        .or_else(|| joined(part))
        .or_else(|| separator(part))
        .or_else(|| missing_blank(part, true))
        .or_else(|| wrong_joint(part))
        .unwrap_or_else(|| match error.kind {
            Kind::DomainEnd => address_of_something(part, error.span.clone()).unwrap_or(error),
            Kind::UnknownMechanism => unknown(part, error),
            _ => error,
        })
}

/// What a term that can be read says although its author hardly meant it.
pub(super) fn doubtful(part: Part<'_>, kind: &TermKind) -> Option<SyntaxError> {
    let slip = doubt(part, kind)?;
    let mend = mend_of(part);
    Some(SyntaxError { mend, ..slip })
}

/// Whether its author hardly meant what it says.
pub(super) fn is_doubtful(part: Part<'_>, kind: &TermKind) -> bool {
    doubt(part, kind).is_some()
}

fn doubt(part: Part<'_>, kind: &TermKind) -> Option<SyntaxError> {
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
fn named_twice(part: Part<'_>) -> Option<SyntaxError> {
    let (_, argument) = part.text.split_once([':', '='])?;
    let (name, _) = argument.split_once([':', '='])?;
    is_mechanism(&name.to_ascii_lowercase()).then(|| {
        let message = format!("{name}: became part of the domain, where no name has a colon");
        part.error(Kind::DomainEnd, message)
    })
}

/// A mechanism with another sign than a colon between its name and what it names.
fn wrong_joint(part: Part<'_>) -> Option<SyntaxError> {
    let text = part.text.trim_start_matches(['+', '-', '~', '?']);
    let end = text.find(|one: char| !one.is_ascii_alphanumeric())?;
    let (name, rest) = text.split_at_checked(end)?;
    let sign = rest.chars().next()?;
    let is_signed = text.len() < part.text.len();
    let lower = name.to_ascii_lowercase();
    if !is_mechanism(&lower) || mended(part.text).is_none() {
        return None;
    }
    let at = part.at + part.text.len() - rest.len();
    let (kind, message) = match sign {
        ';' | ',' => (
            Kind::Punctuation,
            format!("a colon belongs between {name} and what it names, found {sign:?}"),
        ),
        '=' if is_signed && lower == "all" => (Kind::AllArgument, "all takes no argument".to_owned()),
        '=' if is_signed => (
            Kind::Modifier,
            format!("{name} is a mechanism: a colon belongs behind its name, found {sign:?}"),
        ),
        ':' if rest.starts_with("::") && lower != "ip6" => (
            kind_of(&lower),
            format!("one colon belongs behind {name}, found two"),
        ),
        ':' if named_twice(part).is_some() => {
            let message = format!("the name of a mechanism stands behind {name}:, where what it names belongs");
            (kind_of(&lower), message)
        }
        ':' if rest.contains(SEPARATORS) => (
            Kind::Punctuation,
            "terms are separated by spaces only, without commas, semicolons or quotes, and each begins with its own mechanism".to_owned(),
        ),
        _ => return None,
    };
    Some(error(kind, at..at + 1, message))
}

/// What is wrong with a mechanism of this name whose argument cannot be read.
fn kind_of(name: &str) -> Kind {
    match name {
        "ip4" => Kind::Ip4,
        "ip6" => Kind::Ip6,
        _ => Kind::DomainEnd,
    }
}

/// Another record without a blank before it: `-allv=spf1`, `-all;v=DMARC1;`.
fn joined(part: Part<'_>) -> Option<SyntaxError> {
    const VERSIONS: [&str; 6] = ["v=spf", "v=dmarc", "v=dkim", "v=sts", "v=tlsrpt", "v=bimi"];
    let lower = part.text.to_ascii_lowercase();
    let at = VERSIONS.iter().filter_map(|version| lower.find(version)).min()?;
    let before = part
        .until(0, at)
        .text
        .trim_end_matches(SEPARATORS)
        .trim_end_matches('.');
    let reads = term(Part { text: before, ..part }).is_ok();
    (at > 0 && reads).then(|| {
        let rest = part.from(at);
        let message = format!("another record begins at {:?}, in the same text", rest.text);
        rest.error(Kind::Joined, message)
    })
}

fn literals(domain: &DomainSpec) -> String {
    let pieces = domain.string.pieces.iter().map(|piece| match piece {
        Piece::Literal(text) => text.as_str(),
        _ => "",
    });
    pieces.collect()
}

fn place_of(part: Part<'_>, character: char) -> Span {
    let at = part.at + part.text.find(character).unwrap_or_default();
    at..at + character.len_utf8()
}

/// Markup of a web page or document around or inside a term.
fn markup(part: Part<'_>) -> Option<SyntaxError> {
    const MARKS: [&str; 11] = [
        "<", ">", "](", "**", "`", "&nbsp;", "&quot;", "&lt;", "&gt;", "&amp;", "&#",
    ];
    let lower = part.text.to_ascii_lowercase();
    let mark = MARKS.iter().find(|mark| lower.contains(**mark))?;
    let message = format!("{mark:?} is markup of a web page or document, and became part of the record");
    Some(part.error(Kind::Markup, message))
}

/// A comma, semicolon or quote between or around terms.
fn separator(part: Part<'_>) -> Option<SyntaxError> {
    let first = part.text.chars().find(|one| SEPARATORS.contains(one))?;
    let readable = part
        .text
        .split(SEPARATORS)
        .filter(|piece| !piece.is_empty())
        .all(|piece| {
            let at = part.at;
            term(Part { text: piece, at }).is_ok()
        });
    readable.then(|| {
        let message = "terms are separated by spaces only, without commas, semicolons or quotes";
        error(Kind::Punctuation, place_of(part, first), message)
    })
}

/// Two terms and no blank between them. `bare` lets a name alone begin the second one.
fn missing_blank(part: Part<'_>, bare: bool) -> Option<SyntaxError> {
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
fn begins_term(text: &str, bare: bool) -> bool {
    const NAMES: [&str; 8] = ["include", "exists", "all", "ip4", "ip6", "ptr", "mx", "a"];
    let unsigned = text.strip_prefix(['+', '-', '~', '?']);
    let signed = unsigned.is_some();
    let rest = unsigned.unwrap_or(text).to_ascii_lowercase();
    if !signed
        && ["redirect=", "exp=", "v=spf"]
            .iter()
            .any(|name| rest.starts_with(name))
    {
        return true;
    }
    NAMES.iter().any(|name| {
        let Some(behind) = rest.strip_prefix(name) else {
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
fn address_of_something(part: Part<'_>, span: Span) -> Option<SyntaxError> {
    let (_, value) = part.text.split_once([':', '='])?;
    let value = value.to_ascii_lowercase();
    if value.contains("://") || value.starts_with("mailto:") {
        return Some(error(Kind::Url, span, "a URL where a domain name belongs"));
    }
    let message = "a mail address where a domain name belongs";
    value.contains('@').then(|| error(Kind::Url, span, message))
}

/// How a term is written that names this address or host.
fn by_what_it_names(argument: &str) -> String {
    let reads = |text: &String| term(Part { text, at: 0 }).is_ok();
    let mut written = ["ip4", "ip6", "a"]
        .into_iter()
        .map(|name| format!("{name}:{argument}"));
    match written.find(reads) {
        Some(written) => format!("; meant is {written}"),
        None => "; meant is ip4: or ip6: and an address".to_owned(),
    }
}

/// Behind a term that names no mechanism.
fn unknown(part: Part<'_>, error: SyntaxError) -> SyntaxError {
    let text = part.text;
    let unsigned = text.strip_prefix(['+', '-', '~', '?']).unwrap_or(text);
    let name = unsigned
        .split([':', '/'])
        .next()
        .unwrap_or_default()
        .to_ascii_lowercase();
    if name.is_empty() || name.starts_with(['+', '-', '~', '?']) {
        return part.error(
            Kind::Qualifier,
            "a qualifier stands directly before one mechanism",
        );
    }
    if text.contains(SEPARATORS) {
        let message = "terms are separated by spaces only, without commas, semicolons or quotes";
        return part.error(Kind::Punctuation, message);
    }
    if let Some((modifier, _)) = unsigned.split_once('=') {
        let message = if unsigned.len() < text.len() {
            "a modifier has no qualifier".to_owned()
        } else {
            format!(
                "{modifier:?} is no modifier name: it begins with a letter and holds letters, digits, -, _ and ."
            )
        };
        return part.error(Kind::Modifier, message);
    }
    let argument = unsigned.split_once(':').map_or("", |(_, argument)| argument);
    let hint = match name.as_str() {
        "redirect" | "exp" => format!("; the modifier is written {name}="),
        "ip" | "ipv4" | "ip-4" | "ipv6" | "ip-6" => by_what_it_names(argument),
        "inc" | "includes" | "inlcude" | "incude" => "; meant is include:".to_owned(),
        _ if name.parse::<Ipv4Addr>().is_ok() => "; an address is written ip4:".to_owned(),
        _ => String::new(),
    };
    let message = format!("{}{hint}", error.message);
    SyntaxError { message, ..error }
}
