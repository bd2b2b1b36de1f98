//! Reading macro strings and domain-specs (RFC 7208 7.1).

use std::net::Ipv4Addr;

use super::domain_spec::{DomainSpec, Macro, MacroString, Piece};
use super::parse::{Parsed, Reader, ascii, error, is_digits};
use super::{Span, SyntaxError, SyntaxErrorKind as Kind};

/// Reads a macro string, as an explanation holds it: blanks and the letters c, r and t are allowed there (7.2).
///
/// # Errors
/// What is wrong with it, with its place in `text`.
pub fn parse_macro_string(text: &[u8]) -> Result<MacroString, SyntaxError> {
    let whole = 0..text.len();
    let Some(string) = ascii(text) else {
        return Err(error(Kind::NonAscii, whole, "an explanation is plain ASCII"));
    };
    let reader = Reader { text: string, at: 0 };
    reader.macro_string(0, string, Letters::Explanation)
}

/// Where a macro string stands decides which letters it may use.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Letters {
    Domain,
    Explanation,
}

impl Reader<'_> {
    /// A domain-spec that begins at `at` in the term.
    pub(super) fn domain_spec(self, at: usize, value: &str) -> Parsed<DomainSpec> {
        let span = self.span(at, value.len());
        if value.is_empty() {
            return Err(self.error(Kind::DomainEnd, "the domain is missing"));
        }
        let lower = value.to_ascii_lowercase();
        if lower.contains("://") || lower.starts_with("mailto:") {
            return Err(error(Kind::Url, span, "a URL where a domain name belongs"));
        }
        let string = self.macro_string(at, value, Letters::Domain)?;
        if string.is_literal() && value.contains('@') {
            return Err(error(
                Kind::Url,
                span,
                "a mail address where a domain name belongs",
            ));
        }
        if let Some(last) = value
            .chars()
            .last()
            .filter(|last| matches!(last, ',' | ';' | '"' | '\''))
        {
            let message = format!("{last:?} became part of the domain: terms are separated by spaces only");
            return Err(error(
                Kind::Punctuation,
                self.span(at + value.len() - 1, 1),
                message,
            ));
        }
        match domain_end(&string) {
            Ok(()) => Ok(DomainSpec { string }),
            Err(message) => Err(error(Kind::DomainEnd, span, message)),
        }
    }

    /// A macro string that begins at `at` in the term.
    pub(super) fn macro_string(self, at: usize, value: &str, letters: Letters) -> Parsed<MacroString> {
        let mut pieces = Vec::new();
        let mut rest = value;
        while let Some(percent) = rest.find('%') {
            if percent > 0 {
                pieces.push(Piece::Literal(rest[..percent].to_owned()));
            }
            let from = at + value.len() - rest.len() + percent;
            let tail = &rest[percent + 1..];
            let (piece, used) = match tail.as_bytes().first() {
                Some(b'%') => (Piece::Percent, 1),
                Some(b'_') => (Piece::Space, 1),
                Some(b'-') => (Piece::UrlSpace, 1),
                Some(b'{') => {
                    let Some(close) = tail.find('}') else {
                        return Err(error(
                            Kind::Percent,
                            self.span(from, tail.len() + 1),
                            "the macro has no closing brace",
                        ));
                    };
                    let span = self.span(from, close + 2);
                    (
                        Piece::Macro(macro_expand(&tail[1..close], span, letters)?),
                        close + 1,
                    )
                }
                next => {
                    let length = 1 + usize::from(next.is_some());
                    let message = "% must be followed by {, %, _ or -";
                    return Err(error(Kind::Percent, self.span(from, length), message));
                }
            };
            pieces.push(piece);
            rest = &tail[used..];
        }
        if !rest.is_empty() {
            pieces.push(Piece::Literal(rest.to_owned()));
        }
        Ok(MacroString { pieces })
    }
}

/// What stands between the braces of `%{…}`.
fn macro_expand(text: &str, span: Span, letters: Letters) -> Parsed<Macro> {
    let wrong = |kind, message: String| {
        Err(SyntaxError {
            kind,
            span: span.clone(),
            message,
        })
    };
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
        delimiters: rest.to_owned(),
    })
}

/// Whether it ends in a macro, or in a dot and a top-level label (and perhaps one more dot).
fn domain_end(string: &MacroString) -> Result<(), String> {
    let Some(Piece::Literal(text)) = string.pieces.last() else {
        return Ok(());
    };
    let text = text.strip_suffix('.').unwrap_or(text);
    let Some((_, label)) = text.rsplit_once('.') else {
        return Err("a domain has at least two labels, or ends in a macro".to_owned());
    };
    let inner = |octet: u8| octet.is_ascii_alphanumeric() || octet == b'-';
    if label.is_empty() {
        return Err("the last label is empty".to_owned());
    }
    if is_digits(label) {
        return Err(match text.parse::<Ipv4Addr>() {
            Ok(address) => format!("an address is no domain: write ip4:{address}"),
            Err(_) => format!("the last label may not be all digits: {label}"),
        });
    }
    if !label.bytes().all(inner) || label.starts_with('-') || label.ends_with('-') {
        return Err(format!(
            "{label:?} is no top-level label: letters, digits and inner hyphens"
        ));
    }
    Ok(())
}
