//! SPF records (RFC 7208): stub.

use super::{Comparison, Span};
use crate::name::Name;

/// What a TXT value is, as far as SPF is concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Likeness {
    /// An SPF record: it starts with `v=spf1` and a space or its end (RFC 7208 4.5).
    Spf,
    /// Meant as one, but receivers discard it; says why.
    NearMiss(&'static str),
    /// Something else.
    Other,
}

/// Tells SPF records from near misses and from other text.
pub fn likeness(_text: &[u8]) -> Likeness {
    Likeness::Other
}

/// The result a directive asks for (RFC 7208 4.6.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Qualifier {
    /// `+`
    Pass,
    /// `-`
    Fail,
    /// `~`
    SoftFail,
    /// `?`
    Neutral,
}

/// An SPF record with everything that stood in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// The joined text it was read from (or written to).
    pub text: Vec<u8>,
}

/// What is wrong with one part of a record that is to be built.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BuildError {
    /// The part, as the manifest names it: `mechanisms[3]`, `redirect`.
    pub part: String,
    /// What is wrong and what to write instead.
    pub message: String,
}

/// A record said in the words of the manifest.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AsSpec {
    /// The mechanisms before `all`, in order, in SPF's own syntax.
    pub mechanisms: Vec<String>,
    /// The qualifier of `all`; Neutral where the record has neither `all` nor `redirect`.
    pub all: Option<Qualifier>,
    /// redirect=
    pub redirect: Option<String>,
    /// exp=
    pub explanation: Option<String>,
    /// What the manifest cannot say, one sentence each: syntax errors, `+all`.
    pub lost: Vec<String>,
}

/// Reads a record; everything in `text` is kept. `text` should be [`Likeness::Spf`].
pub fn parse(text: &[u8]) -> Record {
    Record { text: text.to_vec() }
}

/// Builds the canonical record of a manifest's block. Exactly one of `all` and `redirect` is given.
///
/// # Errors
/// Every part that is no valid SPF.
pub fn build(
    _mechanisms: &[String],
    _all: Option<Qualifier>,
    _redirect: Option<&str>,
    _explanation: Option<&str>,
) -> Result<Record, Vec<BuildError>> {
    Ok(Record {
        text: b"v=spf1 -all".to_vec(),
    })
}

impl Record {
    /// The canonical text.
    pub fn to_text(&self) -> String {
        super::presentation(&self.text)
    }

    /// Every syntax error with its place: any one makes the whole record a permerror (RFC 7208 4.6).
    pub fn syntax_errors(&self) -> Vec<(Span, String)> {
        Vec::new()
    }

    /// The record in the words of the manifest.
    pub fn as_spec(&self) -> AsSpec {
        AsSpec::default()
    }
}

/// Compares by effect at the name `owner`.
pub fn compare(_desired: &Record, _observed: &Record, _owner: &Name) -> Comparison {
    Comparison::equal()
}
