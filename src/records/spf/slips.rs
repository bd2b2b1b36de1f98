//! The likeliest slip behind a term that is none, or that says what hardly anybody means.
//!
//! The grammar separates terms by spaces alone, so a comma, a tab or a missing blank makes one term of what should be
//! two. What a receiver stumbles over is then far from the slip: here the slip is looked for. A guess counts only where
//! mending it leaves terms that can be read.

use std::net::Ipv4Addr;

use super::doubts::{SEPARATORS, address_of_something, doubt, markup, missing_blank, named_twice, place_of};
use super::mended::mended;
use super::part::{Part, error, is_mechanism};
use super::record::TermKind;
use super::syntax_error::{Mend, SyntaxError, SyntaxErrorKind as Kind};
use super::terms::term;

/// A better word for `error`, if there is one, and what to write instead, if that can be told.
#[cold]
pub(super) fn behind(part: Part<'_>, error: Box<SyntaxError>) -> Box<SyntaxError> {
    let mut better = named(part, error);
    better.mend = match better.kind {
        Kind::Joined => None,
        _ => mend_of(part),
    };
    better
}

fn mend_of(part: Part<'_>) -> Option<Mend> {
    let span = part.span();
    mended(part.text).map(|text| Mend { span, text })
}

fn named(part: Part<'_>, error: Box<SyntaxError>) -> Box<SyntaxError> {
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
    let mut slip = doubt(part, kind)?;
    slip.mend = mend_of(part);
    Some(*slip)
}

/// A mechanism with another sign than a colon between its name and what it names.
fn wrong_joint(part: Part<'_>) -> Option<Box<SyntaxError>> {
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
fn joined(part: Part<'_>) -> Option<Box<SyntaxError>> {
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

/// A comma, semicolon or quote between or around terms.
fn separator(part: Part<'_>) -> Option<Box<SyntaxError>> {
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
fn unknown(part: Part<'_>, mut error: Box<SyntaxError>) -> Box<SyntaxError> {
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
    error.message.push_str(&hint);
    error
}
