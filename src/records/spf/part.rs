//! A stretch of a record with its place in it: what every reader here takes and points at.

use super::syntax_error::{SyntaxError, SyntaxErrorKind as Kind};
use crate::records::Span;

/// A stretch of a record, and where it begins.
#[derive(Debug, Clone, Copy)]
pub(super) struct Part<'t> {
    pub(super) text: &'t str,
    pub(super) at: usize,
}

/// A value, or what is wrong with the text.
/// The wrong is rare and told at length, so it stands in a box: what is right stays small.
pub(super) type Parsed<T> = Result<T, Box<SyntaxError>>;

impl<'t> Part<'t> {
    /// What stands from `offset` on; nothing past the end, or inside a character.
    pub(super) fn from(self, offset: usize) -> Self {
        self.until(offset, self.text.len())
    }

    /// What stands from `offset` up to `end`.
    pub(super) fn until(self, offset: usize, end: usize) -> Self {
        Self {
            text: self.text.get(offset..end).unwrap_or_default(),
            at: self.at + offset,
        }
    }

    /// Without `prefix`, where it begins with it.
    pub(super) fn strip_prefix(self, prefix: char) -> Option<Self> {
        self.text
            .starts_with(prefix)
            .then(|| self.from(prefix.len_utf8()))
    }

    /// Its place in the record.
    pub(super) fn span(self) -> Span {
        self.at..self.at + self.text.len()
    }

    /// That all of it is wrong.
    pub(super) fn error(self, kind: Kind, message: impl Into<String>) -> Box<SyntaxError> {
        error(kind, self.span(), message)
    }
}

/// What is wrong with a stretch of the record.
#[cold]
pub(super) fn error(kind: Kind, span: Span, message: impl Into<String>) -> Box<SyntaxError> {
    Box::new(SyntaxError {
        kind,
        span,
        message: message.into(),
        mend: None,
    })
}

/// Where the first such octet stands: terms are short, and one after the other is quicker than to search.
pub(super) fn place(part: Part<'_>, wanted: u8) -> Option<usize> {
    part.text.bytes().position(|octet| octet == wanted)
}

/// Whether it is a number without a sign.
pub(super) fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|octet| octet.is_ascii_digit())
}

/// Whether a mechanism has this name, in small letters.
pub(super) fn is_mechanism(name: &str) -> bool {
    ["a", "mx", "ptr", "ip4", "ip6", "include", "exists", "all"].contains(&name)
}
