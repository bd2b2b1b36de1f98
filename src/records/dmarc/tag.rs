//! The tags of a record: their names, where they stand, and what may stand around them (RFC 9989 4.7, 4.8). Values only.

use crate::records::Span;
use crate::records::tags::WhiteSpace;

/// What may stand around tags, names, values and the entries of a list: blanks and tabs alone (RFC 9989 4.8, WSP).
pub(super) const WHITE: WhiteSpace = WhiteSpace::Plain;

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

    /// Whether RFC 9989 gives it a meaning: receivers ignore any other (4.7).
    pub fn counts(self) -> bool {
        !matches!(self, Self::Pct | Self::Rf | Self::Ri | Self::Unknown)
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
