//! Reading a record without losing anything of it.

use super::separator::WrongSeparator;
use super::tag::{Tag, TagName, WHITE};
use super::uri::Uri;
use crate::records::Span;
use crate::records::kept::Kept;
use crate::records::tags::{self, Part, PartKind};

/// A DMARC record with everything that stood in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// The joined text.
    pub text: Vec<u8>,
    /// What stands between the semicolons: tags, nothing, and what is no tag.
    pub parts: Vec<Part>,
    /// The tags in order, unknown and duplicate ones too.
    pub tags: Vec<Tag>,
    pub(super) followed: Followed,
}

/// What follows from a record's text and is asked for often.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Followed {
    pub(super) aggregate: Kept<Vec<Uri>>,
    pub(super) failure: Kept<Vec<Uri>>,
    pub(super) separators: Kept<Vec<WrongSeparator>>,
    pub(super) mended: Kept<Option<Vec<u8>>>,
}

/// Reads a record; everything in `text` is kept.
pub fn parse(text: &[u8]) -> Record {
    let parts = tags::split(text, WHITE);
    let mut tags: Vec<Tag> = Vec::new();
    for part in &parts {
        if let PartKind::Tag { name, value } = &part.kind {
            let octets = |span: &Span| text.get(span.clone()).unwrap_or_default();
            let same = |earlier: &Tag| octets(&earlier.name).eq_ignore_ascii_case(octets(name));
            let duplicate = tags.iter().any(same);
            tags.push(Tag {
                tag: TagName::parse(octets(name)),
                span: part.span.clone(),
                name: name.clone(),
                value: value.clone(),
                duplicate,
            });
        }
    }
    Record {
        text: text.to_vec(),
        parts,
        tags,
        followed: Followed::default(),
    }
}

impl Record {
    /// Every tag of this name, in order; more than one is an error of the record.
    pub fn all(&self, tag: TagName) -> impl Iterator<Item = &Tag> {
        self.tags.iter().filter(move |one| one.tag == tag)
    }

    /// The first tag of this name.
    pub fn first(&self, tag: TagName) -> Option<&Tag> {
        self.all(tag).next()
    }

    /// The tags that stand there again; every one of them is an error of the record.
    pub fn duplicates(&self) -> impl Iterator<Item = &Tag> {
        self.tags.iter().filter(|tag| tag.duplicate)
    }

    /// Where a line ends in the text. DMARC knows no such white space: what stands there belongs to a name or a value.
    pub fn line_ends(&self) -> impl Iterator<Item = usize> {
        let octets = self.text.iter().enumerate();
        octets
            .filter(|(_, octet)| matches!(octet, b'\r' | b'\n'))
            .map(|(at, _)| at)
    }

    /// A tag's value, octets as they came.
    pub fn value(&self, tag: &Tag) -> &[u8] {
        self.text.get(tag.value.clone()).unwrap_or_default()
    }
}
