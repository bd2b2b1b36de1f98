//! Tag lists, `name=value; name=value`, as DKIM and DMARC share them (RFC 6376 3.2, RFC 9989 4.8).
//!
//! Splitting loses nothing: empty and malformed parts, duplicates and order stay visible, each with its span. What a
//! name or value must look like is for each standard to say.

use super::Span;

/// One part between semicolons.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// The part without the white space around it.
    pub span: Span,
    /// What it is.
    pub kind: PartKind,
}

/// What a part between semicolons is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PartKind {
    /// `name=value`, both without the white space around them; either may be empty.
    Tag {
        /// Where the name stands.
        name: Span,
        /// Where the value stands.
        value: Span,
    },
    /// Nothing but white space between two semicolons.
    Empty,
    /// White space (or nothing) after the last semicolon.
    Trailing,
    /// No `=` in it.
    Malformed,
}

/// Splits `text` at its semicolons.
pub fn split(text: &[u8]) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut start = 0;
    for (index, piece) in text.split(|&octet| octet == b';').enumerate() {
        let span = trimmed(text, start..start + piece.len());
        let last = start + piece.len() == text.len();
        let kind = match text[span.clone()].iter().position(|&octet| octet == b'=') {
            _ if span.is_empty() && last && index > 0 => PartKind::Trailing,
            _ if span.is_empty() => PartKind::Empty,
            None => PartKind::Malformed,
            Some(equals) => {
                let equals = span.start + equals;
                PartKind::Tag {
                    name: trimmed(text, span.start..equals),
                    value: trimmed(text, equals + 1..span.end),
                }
            }
        };
        parts.push(Part { span, kind });
        start += piece.len() + 1;
    }
    parts
}

/// `span` without the white space at its ends (folding white space of RFC 6376 3.2: blanks, tabs, line ends).
fn trimmed(text: &[u8], span: Span) -> Span {
    let white = |octet: &u8| matches!(octet, b' ' | b'\t' | b'\r' | b'\n');
    let piece = &text[span.clone()];
    let Some(first) = piece.iter().position(|octet| !white(octet)) else {
        return span.start..span.start;
    };
    let last = piece.iter().rposition(|octet| !white(octet)).unwrap_or(first);
    span.start + first..span.start + last + 1
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn shown(text: &str) -> Vec<String> {
        split(text.as_bytes())
            .into_iter()
            .map(|part| match part.kind {
                PartKind::Tag { name, value } => format!("{}={}", &text[name], &text[value]),
                other => format!("{other:?}"),
            })
            .collect()
    }

    #[test]
    fn nothing_is_lost() {
        assert_eq!(shown("v=DKIM1; p=AB=="), ["v=DKIM1", "p=AB=="]);
        assert_eq!(
            shown("v = DKIM1 ;; p;a=;"),
            ["v=DKIM1", "Empty", "Malformed", "a=", "Trailing"]
        );
        assert_eq!(shown(""), ["Empty"]);
        assert_eq!(shown("a=b; "), ["a=b", "Trailing"]);
    }

    proptest! {
        #[test]
        fn spans_lie_in_the_text_in_order(text in prop::collection::vec(any::<u8>(), 0..200)) {
            let mut end = 0;
            for part in split(&text) {
                prop_assert!(part.span.start >= end && part.span.end <= text.len());
                end = part.span.end;
            }
        }
    }
}
