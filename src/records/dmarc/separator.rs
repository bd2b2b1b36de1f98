//! What separates the parts of a record, and a place where that is wrong (RFC 9989 4.6, 4.8). Values only: who finds such
//! places is `separators`.

use super::tag::TagName;
use crate::records::Span;

/// A sign that separates two things of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Separator {
    /// Between two tags.
    Semicolon,
    /// Between two report addresses.
    Comma,
    /// Between two failure options.
    Colon,
    /// Between a tag's name and its value.
    Equals,
    /// Between `mailto` and the address.
    Scheme,
}

impl Separator {
    /// What it is called, with an article.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Semicolon => "a semicolon",
            Self::Comma => "a comma",
            Self::Colon | Self::Scheme => "a colon",
            Self::Equals => "an equals sign",
        }
    }

    /// What it stands between.
    pub fn between(self) -> &'static str {
        match self {
            Self::Semicolon => "tags",
            Self::Comma => "addresses",
            Self::Colon => "options",
            Self::Equals => "a name and its value",
            Self::Scheme => "mailto and the address",
        }
    }
}

/// A place where a separator is wrong or missing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrongSeparator {
    /// What belongs there.
    pub belongs: Separator,
    /// What stands there; empty where nothing does.
    pub found: Span,
    /// What follows it and is lost, or misread.
    pub after: Span,
    /// The tag that follows, where one does.
    pub hidden: Option<TagName>,
}
