//! Files as people save them: octets in, text out, with the encoding told from the octets.
//!
//! Spreadsheets and Windows editors write a byte order mark, UTF-16 or Latin-1 where a terminal writes UTF-8. What can
//! be read for certain is read; what cannot is refused in words that say what to do. Telling encodings apart
//! ([`decode`]) is pure; only [`octets`], [`text`] and `lines` touch files, and the first two standard input.

use std::fs::File;
use std::io::{BufReader, Read};

use super::Failure;

/// The path that stands for standard input.
pub const STDIN: &str = "-";

/// How text was written as octets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8, with or without a byte order mark.
    Utf8,
    /// UTF-16, either octet first.
    Utf16,
    /// An octet a letter (ISO 8859-1): what is no UTF-8 is read so, which finds every ASCII name in it.
    Latin1,
}

/// Why octets are no text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoText {
    /// Zip, gzip, PDF, an old spreadsheet, …
    #[error("it is {0}, no text: save it as text or CSV (UTF-8)")]
    Format(&'static str),
    /// Four octets a letter.
    #[error("it is UTF-32: save it as UTF-8")]
    Utf32,
    /// A surrogate without its other half, or half a unit at the end.
    #[error("it begins as UTF-16 and does not go on so: save it as UTF-8")]
    Utf16,
    /// NUL octets that no encoding explains.
    #[error("it holds NUL octets: it is no text")]
    Nul,
}

/// What the first octets of files that are no text say.
const FORMATS: &[(&[u8], &str)] = &[
    (b"PK\x03\x04", "a zip archive or a spreadsheet (xlsx, ods)"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"%PDF-", "a PDF"),
    (b"\xd0\xcf\x11\xe0", "an old spreadsheet or document (xls, doc)"),
];

/// The text behind `octets`, without a byte order mark, and how it was written.
///
/// # Errors
/// When no encoding fits.
pub fn decode(octets: &[u8]) -> Result<(String, Encoding), NoText> {
    if let Some((_, what)) = FORMATS.iter().find(|(start, _)| octets.starts_with(start)) {
        return Err(NoText::Format(what));
    }
    if octets.starts_with(b"\xff\xfe\0\0") || octets.starts_with(b"\0\0\xfe\xff") {
        return Err(NoText::Utf32);
    }
    if let Some((unit, rest)) = utf16(octets) {
        return decode_utf16(rest, unit);
    }
    let octets = octets.strip_prefix(b"\xef\xbb\xbf").unwrap_or(octets);
    if octets.contains(&0) {
        return Err(NoText::Nul);
    }
    Ok(match std::str::from_utf8(octets) {
        Ok(text) => (text.to_owned(), Encoding::Utf8),
        Err(_) => (
            octets.iter().map(|octet| char::from(*octet)).collect(),
            Encoding::Latin1,
        ),
    })
}

/// How two octets make one unit of UTF-16.
type Unit = fn([u8; 2]) -> u16;

/// How to read `octets` as UTF-16, and what follows its byte order mark; `None` when it is not UTF-16.
fn utf16(octets: &[u8]) -> Option<(Unit, &[u8])> {
    if let Some(rest) = octets.strip_prefix(b"\xff\xfe") {
        return Some((u16::from_le_bytes, rest));
    }
    if let Some(rest) = octets.strip_prefix(b"\xfe\xff") {
        return Some((u16::from_be_bytes, rest));
    }
    // Without a mark: names are ASCII, so every other octet is NUL, and no UTF-8 text holds one.
    let start = octets.get(..octets.len().min(256)).unwrap_or_default();
    let nul = |parity: usize| {
        let octets = start.iter().skip(parity).step_by(2);
        octets.filter(|octet| **octet == 0).count()
    };
    let (first, second) = (nul(0), nul(1));
    let many = (start.len() / 4).max(1);
    match (first, second) {
        (0, second) if second >= many => Some((u16::from_le_bytes, octets)),
        (first, 0) if first >= many => Some((u16::from_be_bytes, octets)),
        _ => None,
    }
}

fn decode_utf16(octets: &[u8], unit: Unit) -> Result<(String, Encoding), NoText> {
    let (pairs, rest) = octets.as_chunks::<2>();
    let units = pairs.iter().map(|pair| unit(*pair));
    let text: Result<String, _> = char::decode_utf16(units).collect();
    match text {
        Ok(text) if rest.is_empty() => Ok((text, Encoding::Utf16)),
        _ => Err(NoText::Utf16),
    }
}

/// The octets of a file, or of standard input for [`STDIN`].
///
/// # Errors
/// When it cannot be read.
pub fn octets(path: &str) -> Result<Vec<u8>, Failure> {
    if path == STDIN {
        let mut octets = Vec::new();
        let read = std::io::stdin().lock().read_to_end(&mut octets);
        read.map_err(|error| Failure::Usage(format!("cannot read standard input: {error}")))?;
        return Ok(octets);
    }
    std::fs::read(path).map_err(|error| Failure::Usage(format!("cannot read {path}: {error}")))
}

/// Smaller files are read at once.
const LARGE: u64 = 1 << 20;

/// A large file, to be read line by line; `None` of any other, of standard input, which can be read once only, and where it
/// cannot be opened.
pub(super) fn lines(path: &str) -> Option<BufReader<File>> {
    let file = (path != STDIN).then(|| File::open(path))?.ok()?;
    let about = file.metadata().ok()?;
    (about.is_file() && about.len() >= LARGE).then(|| BufReader::new(file))
}

/// The text of a file that must be UTF-8 or UTF-16, as manifests are.
///
/// # Errors
/// When it cannot be read, or is in another encoding.
pub fn text(path: &str) -> Result<String, Failure> {
    let octets = match String::from_utf8(octets(path)?) {
        // Nearly every file: its octets are its text, however large, and are not copied.
        Ok(text) if is_plain(&text) => return Ok(text),
        Ok(text) => text.into_bytes(),
        Err(error) => error.into_bytes(),
    };
    let wrong = |why: &dyn std::fmt::Display| Failure::Usage(format!("cannot read {}: {why}", shown(path)));
    match decode(&octets).map_err(|why| wrong(&why))? {
        (_, Encoding::Latin1) => Err(wrong(&format!(
            "line {} is neither UTF-8 nor UTF-16: save it as UTF-8",
            first_line_that_is_no_utf8(&octets)
        ))),
        (text, _) => Ok(text),
    }
}

/// Whether what is UTF-8 can be nothing else: without a mark, without what other encodings and formats are told by.
pub(super) fn is_plain(text: &str) -> bool {
    let is_format = |(start, _): &(&[u8], &str)| text.as_bytes().starts_with(start);
    !text.starts_with('\u{feff}') && !text.contains('\0') && !FORMATS.iter().any(is_format)
}

/// The path as messages name it.
pub fn shown(path: &str) -> &str {
    if path == STDIN { "standard input" } else { path }
}

fn first_line_that_is_no_utf8(octets: &[u8]) -> usize {
    let lines = octets.split(|octet| *octet == b'\n');
    lines.take_while(|line| std::str::from_utf8(line).is_ok()).count() + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utf16_of(text: &str, octets: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(octets).collect()
    }

    #[test]
    fn every_encoding_gives_the_same_text() {
        let text = "voorbeeld.nl\r\nbücher.example\r\n";
        let marked = |text: &str| format!("\u{feff}{text}");
        for (octets, encoding) in [
            (text.as_bytes().to_vec(), Encoding::Utf8),
            (marked(text).into_bytes(), Encoding::Utf8),
            (utf16_of(&marked(text), u16::to_le_bytes), Encoding::Utf16),
            (utf16_of(&marked(text), u16::to_be_bytes), Encoding::Utf16),
            (utf16_of(text, u16::to_le_bytes), Encoding::Utf16),
            (utf16_of(text, u16::to_be_bytes), Encoding::Utf16),
            (
                text.chars().map(|letter| letter as u8).collect(),
                Encoding::Latin1,
            ),
        ] {
            assert_eq!(decode(&octets), Ok((text.to_owned(), encoding)), "{octets:?}");
        }
        assert_eq!(decode(b""), Ok((String::new(), Encoding::Utf8)));
        assert_eq!(decode(b"\xff\xfe"), Ok((String::new(), Encoding::Utf16)));
    }

    #[test]
    fn what_is_no_text_is_refused_in_words() {
        for (octets, says) in [
            (&b"PK\x03\x04\x14\0"[..], "spreadsheet"),
            (b"%PDF-1.7", "PDF"),
            (b"\x1f\x8b\x08", "gzip"),
            (b"\xff\xfe\0\0a\0\0\0", "UTF-32"),
            (b"\xff\xfea\0b", "UTF-16"),
            (b"\xff\xfe\x00\xd8a\0", "UTF-16"),
            (b"voorbeeld.nl\nand much more text\0", "NUL"),
        ] {
            let why = decode(octets).expect_err("it is no text").to_string();
            assert!(why.contains(says), "{octets:?}: {why}");
        }
    }
}
