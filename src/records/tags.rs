//! Tag lists, `name=value; name=value`, as DKIM and DMARC share them (RFC 6376 3.2, RFC 9989 4.8).
//!
//! Splitting loses nothing: empty and malformed parts, duplicates and order stay visible, each with its span. What a
//! name or value must look like is for each standard to say, and so is what may stand around them: DKIM folds its
//! lines, DMARC knows blanks and tabs alone. Pure: octets in, spans out.

use super::Span;

/// What may stand around a name, a value and a part without belonging to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WhiteSpace {
    /// Blanks and tabs: WSP of RFC 5234, as RFC 9989 4.8 has it.
    Plain,
    /// Line ends too: folding white space, as RFC 6376 3.2 has it.
    Folding,
}

impl WhiteSpace {
    /// Whether this octet is white space here.
    pub fn holds(self, octet: u8) -> bool {
        match octet {
            b' ' | b'\t' => true,
            b'\r' | b'\n' => self == Self::Folding,
            _ => false,
        }
    }

    /// `span` of `text` without the white space at its ends; where nothing else stands there, an empty span at its
    /// start.
    pub fn trim(self, text: &[u8], span: Span) -> Span {
        let piece = text.get(span.clone()).unwrap_or_default();
        let dark = |octet: &u8| !self.holds(*octet);
        let (Some(first), Some(last)) = (piece.iter().position(dark), piece.iter().rposition(dark)) else {
            return span.start..span.start;
        };
        span.start + first..span.start + last + 1
    }

    /// `piece` without the white space at its ends.
    pub fn trimmed(self, piece: &[u8]) -> &[u8] {
        piece.get(self.trim(piece, 0..piece.len())).unwrap_or_default()
    }
}

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

/// Splits `text` at its semicolons; `white` is what may stand around names, values and parts.
pub fn split(text: &[u8], white: WhiteSpace) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut start = 0;
    for (index, piece) in text.split(|&octet| octet == b';').enumerate() {
        let span = white.trim(text, start..start + piece.len());
        let last = start + piece.len() == text.len();
        let dark = text.get(span.clone()).unwrap_or_default();
        let kind = match dark.iter().position(|&octet| octet == b'=') {
            _ if span.is_empty() && last && index > 0 => PartKind::Trailing,
            _ if span.is_empty() => PartKind::Empty,
            None => PartKind::Malformed,
            Some(equals) => {
                let equals = span.start + equals;
                PartKind::Tag {
                    name: white.trim(text, span.start..equals),
                    value: white.trim(text, equals + 1..span.end),
                }
            }
        };
        parts.push(Part { span, kind });
        start += piece.len() + 1;
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn shown(text: &str, white: WhiteSpace) -> Vec<String> {
        split(text.as_bytes(), white)
            .into_iter()
            .map(|part| match part.kind {
                PartKind::Tag { name, value } => format!("{}={}", &text[name], &text[value]),
                other => format!("{other:?}"),
            })
            .collect()
    }

    #[test]
    fn nothing_is_lost() {
        for white in [WhiteSpace::Plain, WhiteSpace::Folding] {
            assert_eq!(shown("v=DKIM1; p=AB==", white), ["v=DKIM1", "p=AB=="]);
            assert_eq!(
                shown("v = DKIM1 ;; p;a=;", white),
                ["v=DKIM1", "Empty", "Malformed", "a=", "Trailing"]
            );
            assert_eq!(shown("", white), ["Empty"]);
            assert_eq!(shown("a=b; ", white), ["a=b", "Trailing"]);
        }
    }

    #[test]
    fn a_line_end_is_white_space_only_where_lines_are_folded() {
        let text = "a=b;\r\n c\n=\td\r";
        assert_eq!(shown(text, WhiteSpace::Folding), ["a=b", "c=d"]);
        assert_eq!(shown(text, WhiteSpace::Plain), ["a=b", "\r\n c\n=d\r"]);
        assert_eq!(shown("a=b;\n", WhiteSpace::Folding), ["a=b", "Trailing"]);
        assert_eq!(shown("a=b;\n", WhiteSpace::Plain), ["a=b", "Malformed"]);
        for octet in [0x0b, 0x0c, 0xa0] {
            assert!(!WhiteSpace::Folding.holds(octet), "{octet:#x}");
        }
    }

    /// White space of one kind, none included.
    fn blanks(white: WhiteSpace) -> impl Strategy<Value = String> {
        match white {
            WhiteSpace::Plain => "[ \t]{0,3}",
            WhiteSpace::Folding => "[ \t\r\n]{0,3}",
        }
    }

    /// A part's name and value, where it has them, and the white space before the name, around `=` and after the value.
    type Piece = (Option<(String, String)>, [String; 4]);

    /// What a part may be: a tag whose name and value hold no separator, or nothing at all.
    fn piece() -> impl Strategy<Value = Option<(String, String)>> {
        let value = "([!-:<-~]([ -:<-~]{0,10}[!-:<-~])?)?";
        prop_oneof![
            6 => ("[a-zA-Z0-9_-]{1,6}", value).prop_map(Some),
            1 => Just(None),
        ]
    }

    /// Parts, each with the white space before the name, around `=` and after the value.
    fn pieces(white: WhiteSpace) -> impl Strategy<Value = Vec<Piece>> {
        let around = [blanks(white), blanks(white), blanks(white), blanks(white)];
        prop::collection::vec((piece(), around), 1..8)
    }

    fn printed(pieces: &[Piece]) -> String {
        let one = |(piece, [before, left, right, after]): &Piece| match piece {
            Some((name, value)) => format!("{before}{name}{left}={right}{value}{after}"),
            None => format!("{before}{after}"),
        };
        pieces.iter().map(one).collect::<Vec<_>>().join(";")
    }

    fn expected(pieces: &[Piece]) -> Vec<String> {
        let last = pieces.len() - 1;
        let one = |(index, (piece, _)): (usize, &Piece)| match piece {
            Some((name, value)) => format!("{name}={value}"),
            None if index == last && index > 0 => "Trailing".to_owned(),
            None => "Empty".to_owned(),
        };
        pieces.iter().enumerate().map(one).collect()
    }

    proptest! {
        #[test]
        fn spans_lie_in_the_text_in_order(text in prop::collection::vec(any::<u8>(), 0..200), folding: bool) {
            let white = if folding { WhiteSpace::Folding } else { WhiteSpace::Plain };
            let mut end = 0;
            for part in split(&text, white) {
                prop_assert!(part.span.start >= end && part.span.end <= text.len());
                // What lies between two parts is one semicolon and white space: nothing else is ever left out.
                let between = &text[end..part.span.start];
                prop_assert!(between.iter().all(|octet| *octet == b';' || white.holds(*octet)));
                end = part.span.end;
                if let PartKind::Tag { name, value } = part.kind {
                    prop_assert!(part.span.start == name.start && name.end <= value.start && value.end <= end);
                }
            }
            prop_assert!(text[end..].iter().all(|octet| *octet == b';' || white.holds(*octet)));
        }

        #[test]
        fn what_is_printed_is_read_whatever_stands_around_it(plain in pieces(WhiteSpace::Plain), folded in pieces(WhiteSpace::Folding)) {
            prop_assert_eq!(shown(&printed(&plain), WhiteSpace::Plain), expected(&plain));
            prop_assert_eq!(shown(&printed(&plain), WhiteSpace::Folding), expected(&plain));
            prop_assert_eq!(shown(&printed(&folded), WhiteSpace::Folding), expected(&folded));
        }
    }
}
