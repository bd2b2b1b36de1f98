//! Macro strings and domain-specs (RFC 7208 7.1): names that are partly computed from who sends.
//!
//! Parsing keeps literals and macros apart, so that letter case counts where it counts (`%{S}` is escaped, `%{s}` is
//! not) and nowhere else. Expanding them needs a sender and is for the judgement.

use std::fmt;
use std::sync::Arc;

/// Text with macros in it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct MacroString(Pieces);

/// Nearly every text is one literal: it stands here without a list around it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Pieces {
    One(Piece),
    /// None, or several.
    Many(Vec<Piece>),
}

impl Default for Pieces {
    fn default() -> Self {
        Self::Many(Vec::new())
    }
}

/// A stretch of a macro string.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Piece {
    /// Printable ASCII as it stands (blanks only in explanations).
    Literal(Arc<str>),
    /// `%{…}`
    Macro(Macro),
    /// `%%`, a percent sign.
    Percent,
    /// `%_`, a blank.
    Space,
    /// `%-`, a blank in URL encoding.
    UrlSpace,
}

/// `%{…}`: a value, cut into parts and put together again.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Macro {
    /// s l o d i p h c r t v, in lower case.
    pub letter: char,
    /// Written in upper case: the result is URL-escaped.
    pub escape: bool,
    /// How many parts are kept, from the right; all where absent. Never 0.
    pub keep: Option<u32>,
    /// `r`: the parts in reverse order.
    pub reverse: bool,
    /// Where the value is cut; at `.` where empty.
    pub delimiters: Box<str>,
}

impl MacroString {
    /// These in order.
    pub(super) fn of(mut pieces: Vec<Piece>) -> Self {
        if pieces.len() == 1
            && let Some(one) = pieces.pop()
        {
            return Self(Pieces::One(one));
        }
        Self(Pieces::Many(pieces))
    }

    /// A text without macros, which may be empty.
    pub(super) fn of_literal(text: &str) -> Self {
        match text.is_empty() {
            true => Self::default(),
            false => Self(Pieces::One(Piece::Literal(text.into()))),
        }
    }

    /// Literals and macros in order; two literals never stand side by side.
    pub fn pieces(&self) -> &[Piece] {
        match &self.0 {
            Pieces::One(one) => std::slice::from_ref(one),
            Pieces::Many(pieces) => pieces,
        }
    }

    /// Whether nothing in it depends on who sends (`%%` and its like do not).
    pub fn is_literal(&self) -> bool {
        !self.pieces().iter().any(|piece| matches!(piece, Piece::Macro(_)))
    }

    /// The macros in it.
    pub fn macros(&self) -> impl Iterator<Item = &Macro> {
        self.pieces().iter().filter_map(|piece| match piece {
            Piece::Macro(found) => Some(found),
            _ => None,
        })
    }
}

/// The name a mechanism or modifier speaks of (RFC 7208 7.1): a macro string that ends as a domain name does.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct DomainSpec {
    /// As it stands, a trailing dot included.
    pub string: MacroString,
}

impl DomainSpec {
    /// Written in one way for all that mean the same: literals in lower case, no trailing dot, delimiters sorted.
    pub fn canonical(&self) -> Self {
        // Nearly always it stands so.
        if let [Piece::Literal(text)] = self.string.pieces()
            && !text.ends_with('.')
            && !text.bytes().any(|octet| octet.is_ascii_uppercase())
        {
            return self.clone();
        }
        let mut pieces: Vec<Piece> = self.string.pieces().iter().map(canonical_piece).collect();
        if let Some(Piece::Literal(text)) = pieces.last_mut()
            && let Some(undotted) = text.strip_suffix('.')
        {
            *text = undotted.into();
        }
        Self {
            string: MacroString::of(pieces),
        }
    }

    /// Whether nothing in it depends on who sends.
    pub fn is_literal(&self) -> bool {
        self.string.is_literal()
    }

    /// The text where it holds no macro that depends on who sends, in lower case and without a trailing dot.
    pub fn literal(&self) -> Option<String> {
        if !self.is_literal() {
            return None;
        }
        let pieces = self.string.pieces();
        let texts = pieces.iter().map(|piece| match piece {
            Piece::Percent => "%",
            Piece::Space => " ",
            Piece::UrlSpace => "%20",
            Piece::Literal(text) => text,
            Piece::Macro(_) => "",
        });
        let mut text: String = texts.collect();
        text.make_ascii_lowercase();
        if text.ends_with('.') {
            text.pop();
        }
        Some(text)
    }
}

fn canonical_piece(piece: &Piece) -> Piece {
    match piece {
        Piece::Literal(text) => Piece::Literal(text.to_ascii_lowercase().into()),
        Piece::Macro(one) => {
            let mut delimiters: Vec<char> = one.delimiters.chars().collect();
            delimiters.sort_unstable();
            delimiters.dedup();
            if delimiters == ['.'] {
                delimiters.clear();
            }
            Piece::Macro(Macro {
                delimiters: delimiters.into_iter().collect(),
                ..one.clone()
            })
        }
        other => other.clone(),
    }
}

impl fmt::Display for DomainSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.string.fmt(f)
    }
}

impl fmt::Display for MacroString {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.pieces().iter().try_for_each(|piece| piece.fmt(f))
    }
}

impl fmt::Display for Piece {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Literal(text) => f.write_str(text),
            Self::Macro(one) => one.fmt(f),
            Self::Percent => f.write_str("%%"),
            Self::Space => f.write_str("%_"),
            Self::UrlSpace => f.write_str("%-"),
        }
    }
}

impl fmt::Display for Macro {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let letter = if self.escape {
            self.letter.to_ascii_uppercase()
        } else {
            self.letter
        };
        write!(f, "%{{{letter}")?;
        if let Some(keep) = self.keep {
            write!(f, "{keep}")?;
        }
        if self.reverse {
            f.write_str("r")?;
        }
        write!(f, "{}}}", self.delimiters)
    }
}
