//! Telling DMARC records from texts that were meant as one, and those from any other (RFC 9989 4.7, 4.8).
//!
//! A record is known by its first tag alone: v, with exactly the value DMARC1. Everything else at the name is discarded
//! by receivers, and most of it was never meant for them. What was meant says so by a version somewhere in it, or by
//! starting with p; then [`near_miss`] tells what keeps it from being a record, and where.

use super::parse::{Record, parse};
use super::tag::{TagName, WHITE};
use super::{Likeness, Policy};
use crate::name::Name;
use crate::records::Span;

/// What keeps a text that was meant as a record from being one.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct NearMiss {
    /// The kind of fault.
    pub fault: VersionFault,
    /// What is wrong, in a few words.
    pub why: &'static str,
    /// Where it is wrong.
    pub span: Span,
}

/// The kinds of faults of a version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum VersionFault {
    /// Something stands before v.
    Before,
    /// No semicolon follows the version.
    Separator,
    /// v is missing, misplaced or not exactly DMARC1.
    Version,
    /// A host name stands there: a CNAME was meant, and text was written.
    Alias,
}

/// Tells DMARC records from near misses and from other text.
pub fn likeness(text: &[u8]) -> Likeness {
    if is_record(&parse(text)) {
        return Likeness::Dmarc;
    }
    near_miss(text).map_or(Likeness::Other, |miss| Likeness::NearMiss(miss.why))
}

/// Whether receivers take it for a record: its first tag is v, at the very start, with exactly the value DMARC1.
pub(super) fn is_record(record: &Record) -> bool {
    let (Some(part), Some(first)) = (record.parts.first(), record.tags.first()) else {
        return false;
    };
    first.span.start == 0
        && part.span == first.span
        && first.tag == TagName::V
        && record.value(first) == b"DMARC1"
}

/// Why a text that is no DMARC record was meant as one; `None` when it is one, or nothing says so.
pub fn near_miss(text: &[u8]) -> Option<NearMiss> {
    let record = parse(text);
    if is_record(&record) {
        return None;
    }
    let miss = |fault, why, span| Some(NearMiss { fault, why, span });
    let version = record.first(TagName::V);
    // A version in a tag of its own that is not the first.
    if let Some(tag) = version
        && record.value(tag).eq_ignore_ascii_case(b"DMARC1")
        && record.tags.first() != Some(tag)
    {
        return miss(VersionFault::Version, "v is not the first tag", tag.span.clone());
    }
    if let Some(spelled) = spelled_version(text) {
        if spelled.start > 0 {
            let before = text.get(..spelled.start).unwrap_or_default();
            return miss(VersionFault::Before, what_stands_before(before), 0..spelled.start);
        }
        return Some(misspelled(text, spelled));
    }
    // Another number, another spelling.
    if let Some(tag) = version.filter(|tag| tag.span.start == 0)
        && starts_with(record.value(tag), b"dmarc")
    {
        return miss(
            VersionFault::Version,
            "the version is not DMARC1",
            tag.value.clone(),
        );
    }
    let start = text.iter().position(u8::is_ascii_alphanumeric);
    let core = squeezed(text.get(start.unwrap_or(text.len())..).unwrap_or_default());
    let forms: [&[u8]; 5] = [b"dmarc1;", b"v:dmarc1", b"vdmarc1", b"v==dmarc1", b"v=dmarc1"];
    if forms.iter().any(|form| starts_with(&core, form)) {
        let span = 0..text.len().min(10);
        return miss(
            VersionFault::Version,
            "the text does not start with v=DMARC1",
            span,
        );
    }
    if alias_meant(text).is_some() {
        let why = "a host name stands in the text, where a CNAME to it was meant";
        return miss(VersionFault::Alias, why, 0..text.len());
    }
    let policy = record.tags.first().filter(|tag| tag.tag == TagName::P)?;
    if version.is_some() || Policy::parse(record.value(policy)).is_none() {
        return None;
    }
    miss(VersionFault::Version, "v=DMARC1 is missing", policy.span.clone())
}

/// Where `v=DMARC1` is spelled out in a text, in whatever letters and with whatever white space around its `=`.
///
/// What follows must not go on as a word would: `v=DMARC10` is another version.
pub(super) fn spelled_version(text: &[u8]) -> Option<Span> {
    let white = |octet: Option<&u8>| octet.is_some_and(|octet| is_blank(*octet));
    let past_white = |mut at: usize| {
        while white(text.get(at)) {
            at += 1;
        }
        at
    };
    let starts = text
        .iter()
        .enumerate()
        .filter(|(_, octet)| octet.eq_ignore_ascii_case(&b'v'));
    starts.map(|(start, _)| start).find_map(|start| {
        let equals = past_white(start + 1);
        let value = past_white(equals + 1);
        let end = value + b"DMARC1".len();
        let spelled = text.get(equals) == Some(&b'=') && starts_with(text.get(value..)?, b"dmarc1");
        let goes_on = text.get(end).is_some_and(u8::is_ascii_alphanumeric);
        (spelled && !goes_on).then_some(start..end)
    })
}

/// What is wrong with a version that stands at the start.
fn misspelled(text: &[u8], spelled: Span) -> NearMiss {
    let version = text.get(spelled.clone()).unwrap_or_default();
    let miss = |fault, why, span| NearMiss { fault, why, span };
    let mut odd = version
        .iter()
        .filter(|octet| is_blank(**octet) && !WHITE.holds(**octet));
    if let Some(octet) = odd.next() {
        let why = match octet {
            b'\r' | b'\n' => "a line end stands within v=DMARC1, where only blanks and tabs may",
            _ => "a character that does not print stands within v=DMARC1, where only blanks and tabs may",
        };
        return miss(VersionFault::Version, why, spelled);
    }
    let rest = text.get(spelled.end..).unwrap_or_default();
    let dark = rest.iter().position(|octet| !WHITE.holds(*octet));
    let next = spelled.end + dark.unwrap_or(rest.len());
    let at_next = next..text.len().min(next + 1);
    match text.get(next) {
        None | Some(b';') => {
            let why = "v must be exactly DMARC1, in capitals";
            miss(VersionFault::Version, why, spelled)
        }
        Some(b'\\') => miss(
            VersionFault::Separator,
            "a backslash stands after v=DMARC1",
            at_next,
        ),
        Some(b'\r' | b'\n') => miss(
            VersionFault::Separator,
            "a line end stands after v=DMARC1, where only blanks and tabs may before the semicolon",
            at_next,
        ),
        Some(sign) => {
            let why = match sign {
                b':' => "no semicolon follows v=DMARC1, but a colon",
                b',' => "no semicolon follows v=DMARC1, but a comma",
                b'.' => "no semicolon follows v=DMARC1, but a full stop",
                b'|' | b'/' | b'&' | b'+' | b'-' | b'=' => "no semicolon follows v=DMARC1, but another sign",
                _ => "no semicolon follows v=DMARC1",
            };
            miss(VersionFault::Separator, why, at_next)
        }
    }
}

/// The host a text names, where it holds nothing else but what people write around one when they mean a CNAME:
/// `CNAME`, `IN`, a TTL or preference, quotes, `http://`.
pub fn alias_meant(text: &[u8]) -> Option<Name> {
    let text = std::str::from_utf8(text).ok()?;
    let separator = |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '=' | '<' | '>' | ';' | ',');
    let around = |word: &&str| {
        let word = word.trim_end_matches(':');
        let plain = ["in", "cname", "txt", "host", "target", "value", "@"];
        !word.is_empty()
            && !word.bytes().all(|octet| octet.is_ascii_digit())
            && !plain.iter().any(|known| word.eq_ignore_ascii_case(known))
    };
    let mut words = text.split(separator).filter(around);
    let (word, None) = (words.next()?, words.next()) else {
        return None;
    };
    let bare = ["https://", "http://", "cname://", "cname:", "//"];
    let lower = word.to_ascii_lowercase();
    let bare = bare.iter().find_map(|scheme| lower.strip_prefix(scheme));
    let host = bare.unwrap_or(&lower).split('/').next()?;
    let name: Name = host.parse().ok()?;
    let labels = name.labels();
    let plain = |octet: &u8| octet.is_ascii_alphanumeric() || matches!(octet, b'-' | b'_');
    let top = labels.last()?;
    let is_host = labels.len() > 1
        && labels.iter().flatten().all(plain)
        && (top.iter().all(u8::is_ascii_alphabetic) || top.starts_with(b"xn--"));
    is_host.then_some(name)
}

/// Whether nothing is seen where this octet stands: white space, control characters, what is no ASCII.
fn is_blank(octet: u8) -> bool {
    octet == b' ' || !octet.is_ascii_graphic()
}

/// What stands before the version, in a few words.
fn what_stands_before(before: &[u8]) -> &'static str {
    // The first two are typographic quotes; the others what a conversion makes of their UTF-8.
    const SPOILT: [&[u8]; 5] = [
        "\u{201c}".as_bytes(),
        "\u{2018}".as_bytes(),
        "\u{e2}\u{20ac}".as_bytes(),
        "\u{e2}\u{80}".as_bytes(),
        b"\x93",
    ];
    match before {
        b"\xef\xbb\xbf" => "a byte order mark stands before v=DMARC1",
        _ if SPOILT.iter().any(|quote| before.starts_with(quote)) => {
            "typographic quotes stand in the text itself, before v=DMARC1"
        }
        [b'"' | b'\'', ..] => "quotes stand in the text itself, before v=DMARC1",
        _ if before.iter().all(u8::is_ascii_whitespace) => "white space stands before v=DMARC1",
        _ => "something stands before v=DMARC1",
    }
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
