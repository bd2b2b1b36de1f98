//! Which TXT values are SPF records, and which were meant to be.
//!
//! Receivers discard whatever does not begin with exactly `v=spf1` and a blank or the end (RFC 7208 4.5): no error,
//! just no record. So the near misses are worth telling, with what stands before the text that was meant.

use super::anew;
use super::part::Part;
use super::record::{Modifier, TermKind};
use super::terms::term;
use crate::records::odd::odd_characters;
use crate::records::presentation;

/// What a TXT value is, as far as SPF is concerned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Likeness {
    /// An SPF record: it starts with `v=spf1` and a space or its end (RFC 7208 4.5).
    Spf,
    /// Meant as one, but receivers discard it.
    NearMiss(NearMiss),
    /// Something else.
    Other,
}

/// A text that was meant as a record and is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NearMiss {
    /// Why receivers discard it.
    pub why: String,
    /// So many octets stand before what was meant.
    pub before: usize,
    /// The whole record as it was meant, where that can be told.
    pub whole: Option<String>,
}

const VERSION: &[u8] = b"v=spf1";

/// So much may stand before a record for it to be taken for one.
const MAX_BEFORE: usize = 120;

/// Begins of records of other standards, whatever they mention further on.
const OTHERS: [&[u8]; 5] = [b"v=dmarc", b"v=dkim", b"v=sts", b"v=tlsrpt", b"v=bimi"];

/// Tells SPF records from near misses and from other text.
pub fn likeness(text: &[u8]) -> Likeness {
    match told(text) {
        Likeness::NearMiss(miss) => {
            let whole = anew::whole(text.get(miss.before..).unwrap_or_default());
            Likeness::NearMiss(NearMiss { whole, ..miss })
        }
        other => other,
    }
}

fn told(text: &[u8]) -> Likeness {
    if starts_with(text, VERSION) {
        return match wrong_after_version(text.get(VERSION.len()).copied()) {
            None => Likeness::Spf,
            Some(why) => near_miss(0, why),
        };
    }
    let start = text
        .iter()
        .position(u8::is_ascii_alphanumeric)
        .unwrap_or(text.len());
    let (junk, rest) = text.split_at(start);
    if starts_with(rest, VERSION) {
        return near_miss(start, before(junk));
    }
    if let Some(at) = further_on(text) {
        return near_miss(at, before(text.get(..at).unwrap_or_default()));
    }
    if is_misspelt(rest) {
        return near_miss(start, "the version is misspelt: it must be exactly v=spf1");
    }
    let unversioned: [&[u8]; 4] = [b"spf1 ", b"spf=spf1", b"spf1:", b"spf1="];
    if unversioned.iter().any(|prefix| starts_with(rest, prefix)) {
        return near_miss(start, "v= is missing before spf1");
    }
    Likeness::Other
}

fn near_miss(before: usize, why: impl Into<String>) -> Likeness {
    let why = why.into();
    Likeness::NearMiss(NearMiss {
        why,
        before,
        whole: None,
    })
}

/// What is wrong with the octet behind the version.
fn wrong_after_version(next: Option<u8>) -> Option<&'static str> {
    Some(match next {
        None | Some(b' ') => return None,
        Some(b'0'..=b'9' | b'.') => "it names another version than v=spf1",
        Some(b'\t' | b'\r' | b'\n') => "v=spf1 must be followed by a space, not by a tab or line end",
        Some(b';' | b',' | b':') => "v=spf1 must be followed by a space, not by punctuation",
        Some(0x80..) => "v=spf1 must be followed by a plain space, not by a character outside ASCII",
        Some(_) => "the space after v=spf1 is missing",
    })
}

/// What stands before the version.
fn before(junk: &[u8]) -> String {
    let shown = presentation(junk);
    if let Some(odd) = odd_characters(junk).first() {
        return format!("{} stands before v=spf1 ({shown})", odd.what);
    }
    if junk.iter().all(u8::is_ascii_whitespace) {
        return "white space stands before v=spf1".to_owned();
    }
    match junk {
        [b'"' | b'\'' | b'\\' | b'`', rest @ ..] if !rest.iter().any(u8::is_ascii_alphanumeric) => {
            format!("a quote stands before v=spf1 ({shown}): it became part of the value")
        }
        _ => format!("{shown:?} stands before v=spf1"),
    }
}

/// Where `v=spf1` and terms of a record stand behind something else.
fn further_on(text: &[u8]) -> Option<usize> {
    if OTHERS.iter().any(|other| starts_with(text, other)) {
        return None;
    }
    let searched = text.get(..text.len().min(MAX_BEFORE + VERSION.len()))?;
    let at = searched
        .windows(VERSION.len())
        .position(|window| window.eq_ignore_ascii_case(VERSION))?;
    let behind = text.get(at + VERSION.len()..)?;
    let separated = behind.first().is_none_or(u8::is_ascii_whitespace);
    let terms = behind.split(u8::is_ascii_whitespace).take(MAX_BEFORE);
    (separated && terms.into_iter().any(is_term)).then_some(at)
}

/// Whether it is a term of SPF and no word of a sentence: `a` alone is one too often.
fn is_term(piece: &[u8]) -> bool {
    let unquoted = piece.strip_suffix(b"\"").unwrap_or(piece);
    let Ok(text) = std::str::from_utf8(unquoted) else {
        return false;
    };
    let is_plain = text.is_ascii() && !text.eq_ignore_ascii_case("a");
    let meant = |kind| match kind {
        TermKind::Directive { .. } | TermKind::Modifier(Modifier::Redirect(_)) => true,
        TermKind::Modifier(_) | TermKind::Invalid(_) => false,
    };
    is_plain && term(Part { text, at: 0 }).is_ok_and(meant)
}

fn starts_with(text: &[u8], prefix: &[u8]) -> bool {
    text.get(..prefix.len())
        .is_some_and(|start| start.eq_ignore_ascii_case(prefix))
}

/// `v`, then blanks, `=`, `:` and quotes in any mixture, then `spf` (or `sfp`, `fps`) and one more character or the end;
/// or `vspf1` and a blank.
fn is_misspelt(text: &[u8]) -> bool {
    let Some((b'v' | b'V', rest)) = text.split_first() else {
        return false;
    };
    if starts_with(rest, b"spf1 ") {
        return true;
    }
    let joint = |octet: &u8| b" \t=:\"'-_+;.".contains(octet);
    let length = rest.iter().take_while(|octet| joint(octet)).count();
    let word = rest.get(length..).unwrap_or_default();
    length > 0
        && [&b"spf"[..], b"sfp", b"pfs", b"psf"]
            .iter()
            .any(|name| starts_with(word, name))
        && word
            .get(3)
            .is_none_or(|next| !next.is_ascii_alphabetic() || matches!(next, b'l' | b'L' | b'I' | b'i'))
}
