//! Reading macro strings and domain-specs (RFC 7208 7.1).
//!
//! A domain-spec is a macro string that ends as a domain name does. Every visible character but `%` stands for itself
//! in it, so `https://spf.example` and `spf@a.example` are read, and fail only when the name is asked for.

use std::net::Ipv4Addr;

use super::domain_spec::{DomainSpec, Macro, MacroString, Piece};
use super::part::{Parsed, Part, error, is_digits, place};
use super::syntax_error::{SyntaxError, SyntaxErrorKind as Kind};
use crate::name::is_ldh;
use crate::records::Span;

/// Reads a macro string, as an explanation holds it: blanks and the letters c, r and t are allowed there (7.2).
///
/// # Errors
/// What is wrong with it, with its place in `text`.
pub fn parse_macro_string(text: &[u8]) -> Result<MacroString, SyntaxError> {
    let ascii = std::str::from_utf8(text).ok().filter(|text| text.is_ascii());
    let Some(string) = ascii else {
        return Err(*error(
            Kind::NonAscii,
            0..text.len(),
            "an explanation is plain ASCII",
        ));
    };
    macro_string(Part { text: string, at: 0 }, Letters::Explanation).map_err(|error| *error)
}

/// Where a macro string stands decides which letters it may use.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Letters {
    Domain,
    Explanation,
}

/// Reads a domain-spec.
pub(super) fn domain_spec(part: Part<'_>) -> Parsed<DomainSpec> {
    let string = macro_string(part, Letters::Domain)?;
    match domain_end(&string) {
        Ok(()) => Ok(DomainSpec { string }),
        Err(message) => Err(part.error(Kind::DomainEnd, message)),
    }
}

/// Reads a macro string.
pub(super) fn macro_string(part: Part<'_>, letters: Letters) -> Parsed<MacroString> {
    let Some(percent) = place(part, b'%') else {
        return Ok(MacroString::of_literal(part.text));
    };
    let mut pieces = Vec::new();
    let mut rest = part;
    let mut next = Some(percent);
    while let Some(percent) = next {
        if percent > 0 {
            pieces.push(Piece::Literal(rest.until(0, percent).text.into()));
        }
        let at = rest.at + percent;
        let tail = rest.from(percent + 1);
        let (piece, used) = match tail.text.as_bytes().first() {
            Some(b'%') => (Piece::Percent, 1),
            Some(b'_') => (Piece::Space, 1),
            Some(b'-') => (Piece::UrlSpace, 1),
            Some(b'{') => {
                let Some(close) = tail.text.find('}') else {
                    let span = at..tail.span().end;
                    return Err(error(Kind::Percent, span, "the macro has no closing brace"));
                };
                let span = at..tail.at + close + 1;
                let one = macro_expand(tail.until(1, close).text, span, letters)?;
                (Piece::Macro(one), close + 1)
            }
            next => {
                let length = 1 + usize::from(next.is_some());
                let message = "% must be followed by {, %, _ or -";
                return Err(error(Kind::Percent, at..at + length, message));
            }
        };
        pieces.push(piece);
        rest = tail.from(used);
        next = place(rest, b'%');
    }
    if !rest.text.is_empty() {
        pieces.push(Piece::Literal(rest.text.into()));
    }
    Ok(MacroString::of(pieces))
}

/// What stands between the braces of `%{…}`.
fn macro_expand(text: &str, span: Span, letters: Letters) -> Parsed<Macro> {
    let wrong = |kind, message: String| Err(error(kind, span.clone(), message));
    let mut characters = text.chars();
    let Some(first) = characters.next() else {
        return wrong(Kind::MacroLetter, "the macro has no letter".to_owned());
    };
    let letter = first.to_ascii_lowercase();
    match letter {
        's' | 'l' | 'o' | 'd' | 'i' | 'p' | 'h' | 'v' => {}
        'c' | 'r' | 't' if letters == Letters::Explanation => {}
        'c' | 'r' | 't' => {
            return wrong(
                Kind::MacroLetter,
                format!("%{{{letter}}} is allowed in explanations only"),
            );
        }
        other => return wrong(Kind::MacroLetter, format!("there is no macro letter {other:?}")),
    }
    let rest = characters.as_str();
    let digits = rest.len()
        - rest
            .trim_start_matches(|digit: char| digit.is_ascii_digit())
            .len();
    let (digits, rest) = rest.split_at(digits);
    let keep = match digits.trim_start_matches('0') {
        _ if digits.is_empty() => None,
        "" => {
            return wrong(
                Kind::Transformer,
                "a macro keeps at least one part, not 0".to_owned(),
            );
        }
        number => Some(number.parse().unwrap_or(u32::MAX)),
    };
    let (reverse, rest) = match rest.strip_prefix(['r', 'R']) {
        Some(rest) => (true, rest),
        None => (false, rest),
    };
    if let Some(other) = rest.chars().find(|delimiter| !".-+,/_=".contains(*delimiter)) {
        return wrong(
            Kind::Delimiter,
            format!("{other:?} is no delimiter: . - + , / _ = are"),
        );
    }
    Ok(Macro {
        letter,
        escape: first.is_ascii_uppercase(),
        keep,
        reverse,
        delimiters: rest.into(),
    })
}

/// Whether it ends in a macro, or in a dot and a top-level label (and perhaps one more dot).
fn domain_end(string: &MacroString) -> Result<(), String> {
    let text = match string.pieces().last() {
        Some(Piece::Literal(text)) => text,
        Some(_) => return Ok(()),
        None => return Err("the domain is missing".to_owned()),
    };
    let text = text.strip_suffix('.').unwrap_or(text);
    let Some((_, label)) = text.rsplit_once('.') else {
        return Err("a domain has at least two labels, or ends in a macro".to_owned());
    };
    if label.is_empty() {
        return Err("the last label is empty".to_owned());
    }
    if is_digits(label) {
        return Err(match text.parse::<Ipv4Addr>() {
            Ok(_) => "an address is no domain: it belongs in ip4:".to_owned(),
            Err(_) => format!("the last label may not be all digits: {label}"),
        });
    }
    if !is_ldh(label) {
        return Err(format!(
            "{label:?} is no top-level label: letters, digits and inner hyphens"
        ));
    }
    Ok(())
}
