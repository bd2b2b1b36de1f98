//! What a text at `_dmarc` was meant to say: the record it becomes when its slips of letter are mended.
//!
//! Slips of letter are those at which nobody can doubt what was meant: a misspelled version, something before it, line
//! ends and no-break spaces, quotes, a wrong separator, another record behind this one. One such slip spoils tags that
//! have nothing else wrong with them; by the mended text the judgement tells the slip from what follows of it, and the
//! fix is a text that can be copied. What a value should have been is not guessed here.

use super::likeness::{alias_meant, is_record, near_miss, spelled_version};
use super::parse::{Record, parse};
use super::separator::Separator;
use super::tag::{TagName, WHITE};
use crate::records::Span;
use crate::records::odd::{Oddity, Typography, odd_characters};
use crate::records::tags::{Part, PartKind};

/// At most so many separators are mended: a text with more was not meant as a record.
const MAX_EDITS: usize = 32;

/// The versions by which a text of another standard, or a second policy, is known (RFC 7208 4.5, RFC 6376 3.6.1,
/// RFC 8461 3.1, RFC 8460 3).
const VERSIONS: [(&[u8], &str); 6] = [
    (b"v=spf1", "an SPF record"),
    (b"v=dkim1", "a DKIM key record"),
    (b"v=dmarc1", "a second DMARC record"),
    (b"v=stsv1", "an MTA-STS record"),
    (b"v=tlsrptv1", "a TLS-RPT record"),
    (b"v=bimi1", "a BIMI record"),
];

/// Where another record begins within this text, and which, with an article.
pub fn foreign(text: &[u8]) -> Option<(usize, &'static str)> {
    let lower = text.to_ascii_lowercase();
    let start = lower.iter().position(|octet| *octet == b'=')? + 1;
    let found = VERSIONS.iter().filter_map(|(version, what)| {
        let rest = lower.get(start..)?;
        let at = rest
            .windows(version.len())
            .position(|window| window == *version)?;
        Some((start + at, *what))
    });
    found.min()
}

impl Record {
    /// The text of the record that was meant; `None` where nothing is to be mended, or it cannot be told.
    pub fn mended(&self) -> Option<&[u8]> {
        self.followed.mended.get(|| mended(&self.text)).as_deref()
    }
}

/// The record that was meant; `None` where nothing is to be mended, or it cannot be told.
pub fn mended(text: &[u8]) -> Option<Vec<u8>> {
    if alias_meant(text).is_some() {
        return None; // No record at all was meant to stand here.
    }
    let plain = plain(text);
    let whole = versioned(&plain)?;
    let whole = match foreign(&whole) {
        // The first says nothing but its version: the second is the record.
        Some((at, _)) if is_record(&parse(whole.get(at..)?)) && parse(whole.get(..at)?).tags.len() < 2 => {
            whole.get(at..)?.to_vec()
        }
        _ => whole,
    };
    let cut = foreign(&whole).map_or(whole.len(), |(at, _)| at);
    let cut = whole.get(..cut).unwrap_or_default();
    let end = cut.iter().rposition(|octet| !b" \t;,\"'\\".contains(octet));
    let whole = match cut.len() == whole.len() {
        true => whole,
        false => cut.get(..=end?).unwrap_or_default().to_vec(),
    };
    let mut record = parse(&whole);
    for _ in 0..MAX_EDITS {
        let Some(edited) = separated(&record) else { break };
        record = parse(&edited);
    }
    let sound = is_record(&record) && record.wrong_separators().is_empty();
    (sound && record.text != text).then_some(record.text)
}

/// The text that is to be written: the record that was meant, its report addresses with their scheme; `None` where
/// nothing is to be mended, it cannot be told, or something else in it is to be mended as well, so that it is none to
/// copy.
pub fn whole(text: &[u8]) -> Option<Vec<u8>> {
    let mut record = parse(&mended(text)?);
    for _ in 0..MAX_EDITS {
        let lists = [TagName::Rua, TagName::Ruf].into_iter();
        let mut uris = lists.flat_map(|tag| record.uris(tag));
        let Some((span, meant)) =
            uris.find_map(|uri| Some((uri.span.clone(), uri.meant().filter(|_| uri.problem.is_some())?)))
        else {
            break;
        };
        let before = record.text.get(..span.start)?;
        let behind = record.text.get(span.end..)?;
        record = parse(&[before, meant.as_bytes(), behind].concat());
    }
    let lists = [TagName::Rua, TagName::Ruf].into_iter();
    let usable = lists
        .flat_map(|tag| record.uris(tag))
        .all(|uri| uri.problem.is_none());
    let is_tag = |part: &Part| match &part.kind {
        PartKind::Tag { name, .. } => !name.is_empty(),
        PartKind::Trailing => true,
        PartKind::Empty | PartKind::Malformed => false,
    };
    let sound = usable && record.parts.iter().all(is_tag) && near_miss(&record.text).is_none();
    sound.then_some(record.text)
}

/// The record as it reads once its line ends, quotes and odd blanks are mended and another record behind it is cut off:
/// what is wrong in that is another slip.
pub fn spelled_plainly(record: &Record) -> Record {
    let plain = plain(&record.text);
    let end = foreign(&plain).map_or(plain.len(), |(at, _)| at);
    match end == record.text.len() && plain == record.text {
        true => record.clone(),
        false => parse(plain.get(..end).unwrap_or_default()),
    }
}

/// The text with its first wrong separator mended; `None` where none is wrong.
pub fn separated(record: &Record) -> Option<Vec<u8>> {
    let wrong = record.wrong_separators().iter().next()?;
    // White space around the sign goes with it.
    let mut span: Span = wrong.found.clone();
    let white = |at: usize| record.text.get(at).is_some_and(|octet| WHITE.holds(*octet));
    while span.start > 0 && white(span.start - 1) {
        span.start -= 1;
    }
    while white(span.end) {
        span.end += 1;
    }
    let sign: &[u8] = match wrong.belongs {
        Separator::Semicolon => b"; ",
        Separator::Comma => b",",
        Separator::Colon | Separator::Scheme => b":",
        Separator::Equals => b"=",
    };
    let before = record.text.get(..span.start)?;
    Some([before, sign, record.text.get(span.end..)?].concat())
}

/// The text without quotes, line ends and characters that only look like a blank.
fn plain(text: &[u8]) -> Vec<u8> {
    let mut bare: Vec<u8> = Vec::with_capacity(text.len());
    let odd = odd_characters(text);
    let mut at = 0;
    while let Some(&octet) = text.get(at) {
        if let Some(one) = odd.iter().find(|one| one.span.start == at) {
            match one.what {
                Oddity::Control('\r' | '\n')
                | Oddity::Typographic(Typography::Space)
                | Oddity::Spoilt(Typography::Space) => bare.push(b'\n'),
                Oddity::Control(_)
                | Oddity::Typographic(Typography::Invisible | Typography::Quote)
                | Oddity::Spoilt(Typography::Invisible | Typography::Quote | Typography::Unknown) => {}
                _ => bare.extend(text.get(one.span.clone()).unwrap_or_default()),
            }
            at = one.span.end.max(at + 1);
            continue;
        }
        let escapes = matches!(text.get(at + 1), None | Some(b'"' | b';' | b'\\'));
        if octet != b'"' && !(octet == b'\\' && (escapes || at == 0)) {
            bare.push(octet);
        }
        at += 1;
    }
    let outer = |octet: &u8| octet.is_ascii_whitespace() || *octet == b'\'';
    let (Some(start), Some(end)) = (
        bare.iter().position(|octet| !outer(octet)),
        bare.iter().rposition(|octet| !outer(octet)),
    ) else {
        return Vec::new();
    };
    unbroken(bare.get(start..=end).unwrap_or_default())
}

/// Each run of white space with a line end in it becomes what belongs there.
fn unbroken(text: &[u8]) -> Vec<u8> {
    let mut whole: Vec<u8> = Vec::with_capacity(text.len());
    let mut at = 0;
    while let Some(&octet) = text.get(at) {
        let run = text.get(at..).unwrap_or_default();
        let run = run.iter().take_while(|octet| octet.is_ascii_whitespace()).count();
        let white = text.get(at..at + run).unwrap_or_default();
        if !white.contains(&b'\n') {
            whole.push(octet);
            at += 1;
            continue;
        }
        at += run;
        let next = text.get(at..).unwrap_or_default();
        let between: &[u8] = match whole.last() {
            Some(b';') => b" ",
            Some(b',' | b'=' | b':') => b"",
            _ if matches!(next.first(), Some(b';' | b',' | b'=' | b':')) => b"",
            _ if starts_tag(next) => b"; ",
            _ if starts_with(next, b"mailto:") => b",",
            _ => b"",
        };
        whole.extend(between);
    }
    whole
}

/// Whether a known tag, name and `=`, stands at the start.
fn starts_tag(text: &[u8]) -> bool {
    let letters = text
        .iter()
        .take_while(|octet| octet.is_ascii_alphabetic())
        .count();
    let name = text.get(..letters).unwrap_or_default();
    let rest = text.get(letters..).unwrap_or_default();
    let next = rest.iter().find(|octet| !octet.is_ascii_whitespace());
    TagName::parse(name) != TagName::Unknown && next == Some(&b'=')
}

fn starts_with(text: &[u8], lower: &[u8]) -> bool {
    text.get(..lower.len())
        .is_some_and(|head| head.eq_ignore_ascii_case(lower))
}

/// The text with `v=DMARC1;` at its start, however it was spelled and wherever it stood.
fn versioned(text: &[u8]) -> Option<Vec<u8>> {
    let record = parse(text);
    if is_record(&record) {
        return Some(text.to_vec());
    }
    let octets = |span: &Span| text.get(span.clone()).unwrap_or_default();
    // A version in a tag of its own behind other tags goes to the front.
    let misplaced = record.first(TagName::V).filter(|tag| {
        let starts_first = record.tags.first() != Some(*tag);
        starts_first && octets(&tag.value).eq_ignore_ascii_case(b"DMARC1")
    });
    let spelled = spelled_version(text).map(|spelled| spelled.end);
    let rest = match (misplaced, spelled.or_else(|| version(text))) {
        (Some(tag), _) => {
            let sign = |octet: &u8| octet.is_ascii_whitespace() || *octet == b';';
            let before = octets(&(0..tag.span.start));
            let end = before
                .iter()
                .rposition(|octet| !sign(octet))
                .map_or(0, |end| end + 1);
            let behind = text.get(tag.span.end..).unwrap_or_default();
            let start = behind
                .iter()
                .position(|octet| !sign(octet))
                .unwrap_or(behind.len());
            let behind = behind.get(start..).unwrap_or_default();
            let between: &[u8] = if behind.is_empty() || end == 0 { b"" } else { b"; " };
            [before.get(..end).unwrap_or_default(), between, behind].concat()
        }
        (None, Some(end)) => text.get(end..).unwrap_or_default().to_vec(),
        // Without a version at all the first tag must be p.
        (None, None) if starts_tag(text) && text.first().is_some_and(|first| b"pP".contains(first)) => {
            text.to_vec()
        }
        (None, None) => return None,
    };
    let sign = |octet: &u8| octet.is_ascii_whitespace() || b";:,.|\\/&+-".contains(octet);
    let dark = rest.iter().position(|octet| !sign(octet));
    let rest = dark.map_or(&[][..], |at| rest.get(at..).unwrap_or_default());
    // What goes on as a word belongs to the version.
    let rest = match rest.iter().position(|octet| *octet == b';') {
        _ if starts_tag(rest) || rest.is_empty() => rest,
        Some(at)
            if !rest.get(..at).unwrap_or_default().contains(&b'=')
                && (dark == Some(0) || rest.get(..at).unwrap_or_default().iter().all(u8::is_ascii_digit)) =>
        {
            rest.get(at + 1..).unwrap_or_default().trim_ascii_start()
        }
        _ => rest,
    };
    let end = rest.iter().rposition(|octet| !octet.is_ascii_whitespace());
    let rest = end.map_or(&[][..], |end| rest.get(..=end).unwrap_or_default());
    Some(match rest.is_empty() {
        true => b"v=DMARC1".to_vec(),
        false => [b"v=DMARC1; ", rest].concat(),
    })
}

/// Where the first thing ends that reads as a version: `v=DMARC1`, `v:dmarc1`, `DMARC2`, `vDMARC`.
fn version(text: &[u8]) -> Option<usize> {
    let lower = text.to_ascii_lowercase();
    let dmarc = lower.windows(5).position(|window| window == b"dmarc")?;
    let before = lower.get(..dmarc)?;
    let signs = |octet: &&u8| octet.is_ascii_whitespace() || b"=:.-".contains(octet);
    let spelled = before.iter().rev().find(|octet| !signs(octet)) == Some(&b'v');
    if !spelled && before.iter().any(u8::is_ascii_alphanumeric) {
        return None;
    }
    let behind = lower.get(dmarc + 5..)?;
    let odd = behind.iter().take_while(|octet| b" .-_".contains(octet)).count();
    let digits = behind
        .get(odd..)?
        .iter()
        .take_while(|octet| octet.is_ascii_digit())
        .count();
    Some(dmarc + 5 + if digits > 0 { odd + digits } else { 0 })
}
