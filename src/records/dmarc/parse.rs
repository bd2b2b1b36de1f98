//! Reading a record without losing anything of it.

use super::Likeness;
use crate::records::Span;
use crate::records::tags::{self, Part, PartKind};

/// A tag as its name says; letter case means nothing (RFC 9989 4.8).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum TagName {
    /// adkim: how exactly the DKIM domain must match.
    Adkim,
    /// aspf: how exactly the SPF domain must match.
    Aspf,
    /// fo: when failure reports are wanted.
    Fo,
    /// np: the policy for sub-domains that do not exist.
    Np,
    /// p: the policy.
    P,
    /// pct: gone since RFC 9989; receivers that follow RFC 7489 still enforce in part by it.
    Pct,
    /// psd: whether the domain is a public suffix.
    Psd,
    /// rf: gone since RFC 9989.
    Rf,
    /// ri: gone since RFC 9989.
    Ri,
    /// rua: where aggregate reports go.
    Rua,
    /// ruf: where failure reports go.
    Ruf,
    /// sp: the policy for sub-domains.
    Sp,
    /// t: testing.
    T,
    /// v: the version.
    V,
    /// A name no RFC gives a meaning.
    Unknown,
}

impl TagName {
    /// The tag with this name.
    pub fn parse(name: &[u8]) -> Self {
        let known = [
            (&b"adkim"[..], Self::Adkim),
            (b"aspf", Self::Aspf),
            (b"fo", Self::Fo),
            (b"np", Self::Np),
            (b"p", Self::P),
            (b"pct", Self::Pct),
            (b"psd", Self::Psd),
            (b"rf", Self::Rf),
            (b"ri", Self::Ri),
            (b"rua", Self::Rua),
            (b"ruf", Self::Ruf),
            (b"sp", Self::Sp),
            (b"t", Self::T),
            (b"v", Self::V),
        ];
        let found = known.iter().find(|(text, _)| name.eq_ignore_ascii_case(text));
        found.map_or(Self::Unknown, |(_, tag)| *tag)
    }

    /// The name as the RFCs write it; `?` for an unknown one.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Adkim => "adkim",
            Self::Aspf => "aspf",
            Self::Fo => "fo",
            Self::Np => "np",
            Self::P => "p",
            Self::Pct => "pct",
            Self::Psd => "psd",
            Self::Rf => "rf",
            Self::Ri => "ri",
            Self::Rua => "rua",
            Self::Ruf => "ruf",
            Self::Sp => "sp",
            Self::T => "t",
            Self::V => "v",
            Self::Unknown => "?",
        }
    }
}

/// One `name=value` of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tag {
    /// Which tag.
    pub tag: TagName,
    /// The whole of it, without the white space around.
    pub span: Span,
    /// The name.
    pub name: Span,
    /// The value; may be empty, which no tag allows.
    pub value: Span,
    /// A tag of this name stands before it.
    pub duplicate: bool,
}

/// A DMARC record with everything that stood in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// The joined text.
    pub text: Vec<u8>,
    /// What stands between the semicolons: tags, nothing, and what is no tag.
    pub parts: Vec<Part>,
    /// The tags in order, unknown and duplicate ones too.
    pub tags: Vec<Tag>,
}

/// Reads a record; everything in `text` is kept.
pub fn parse(text: &[u8]) -> Record {
    let parts = tags::split(text);
    let mut tags: Vec<Tag> = Vec::new();
    for part in &parts {
        if let PartKind::Tag { name, value } = &part.kind {
            let duplicate = tags
                .iter()
                .any(|earlier| text[earlier.name.clone()].eq_ignore_ascii_case(&text[name.clone()]));
            tags.push(Tag {
                tag: TagName::parse(&text[name.clone()]),
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

    /// A tag's value, octets as they came.
    pub fn value(&self, tag: &Tag) -> &[u8] {
        self.text.get(tag.value.clone()).unwrap_or_default()
    }
}

/// What keeps a text that was meant as a record from being one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NearMiss {
    /// Something stands before v.
    Before(&'static str),
    /// No semicolon follows the version.
    Separator(&'static str),
    /// v is missing, misplaced or not exactly DMARC1.
    Version(&'static str),
}

impl NearMiss {
    /// What is wrong, in a few words.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Before(why) | Self::Separator(why) | Self::Version(why) => why,
        }
    }
}

/// Tells DMARC records from near misses and from other text.
pub fn likeness(text: &[u8]) -> Likeness {
    let record = parse(text);
    if let Some(first) = record.tags.first() {
        let starts =
            first.span.start == 0 && record.parts.first().is_some_and(|part| part.span == first.span);
        if starts && first.tag == TagName::V && record.value(first) == b"DMARC1" {
            return Likeness::Dmarc;
        }
    }
    near_miss(text).map_or(Likeness::Other, |miss| Likeness::NearMiss(miss.as_str()))
}

/// Why a text that is no DMARC record was meant as one; `None` when nothing says so.
///
/// To be asked only of what [`likeness`] does not call a record.
pub fn near_miss(text: &[u8]) -> Option<NearMiss> {
    let record = parse(text);
    // White space, quotes and what other programs put in front of a text; none of it may stand before v.
    let start = text
        .iter()
        .position(u8::is_ascii_alphanumeric)
        .unwrap_or(text.len());
    let core = squeezed(text.get(start..).unwrap_or_default());
    if start > 0 && starts_with(&core, b"v=dmarc1") {
        return Some(NearMiss::Before(match text.first() {
            Some(b'"' | b'\'') => "quotes stand in the text itself, before v=DMARC1",
            Some(octet) if octet.is_ascii_whitespace() => "white space stands before v=DMARC1",
            _ => "something stands before v=DMARC1",
        }));
    }
    let version = record.first(TagName::V);
    let value = version.map(|tag| record.value(tag)).unwrap_or_default();
    if starts_with(value, b"dmarc") {
        let first = version.is_some_and(|tag| tag.span.start == 0);
        let exact = value.eq_ignore_ascii_case(b"dmarc1");
        return match value.get(6..).and_then(|rest| rest.first()) {
            _ if exact && first => Some(NearMiss::Version("v must be exactly DMARC1, in capitals")),
            _ if exact => Some(NearMiss::Version("v is not the first tag")),
            _ if !first => None,
            Some(b'\\') => Some(NearMiss::Separator("a backslash stands after v=DMARC1")),
            Some(octet) if !octet.is_ascii_alphanumeric() && starts_with(value, b"dmarc1") => {
                Some(NearMiss::Separator("no semicolon follows v=DMARC1"))
            }
            _ => Some(NearMiss::Version("the version is not DMARC1")),
        };
    }
    let forms: [&[u8]; 4] = [b"dmarc1;", b"v:dmarc1", b"vdmarc1", b"v==dmarc1"];
    if forms.iter().any(|form| starts_with(&core, form)) {
        return Some(NearMiss::Version("the text does not start with v=DMARC1"));
    }
    let policy = record.tags.first().filter(|tag| tag.tag == TagName::P)?;
    let missing = version.is_none() && super::Policy::parse(record.value(policy)).is_some();
    missing.then_some(NearMiss::Version("v=DMARC1 is missing"))
}

fn starts_with(text: &[u8], lower: &[u8]) -> bool {
    text.get(..lower.len())
        .is_some_and(|head| head.eq_ignore_ascii_case(lower))
}

/// The first octets without white space: enough to know a version by.
fn squeezed(text: &[u8]) -> Vec<u8> {
    let visible = text.iter().filter(|octet| !octet.is_ascii_whitespace());
    visible.take(16).copied().collect()
}
