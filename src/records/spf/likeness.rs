//! Which TXT values are SPF records, and which were meant to be.
//!
//! Receivers discard whatever does not begin with exactly `v=spf1` and a blank or the end (RFC 7208 4.5): no error,
//! just no record. So the near misses are worth telling.

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

const VERSION: &[u8] = b"v=spf1";

/// Tells SPF records from near misses and from other text.
pub fn likeness(text: &[u8]) -> Likeness {
    if starts_with(text, VERSION) {
        return match text.get(VERSION.len()) {
            None | Some(b' ') => Likeness::Spf,
            Some(b'0'..=b'9' | b'.') => Likeness::NearMiss("it names another version than v=spf1"),
            Some(b'\t' | b'\r' | b'\n') => {
                Likeness::NearMiss("v=spf1 must be followed by a space, not by a tab or line end")
            }
            Some(b';' | b',' | b':') => {
                Likeness::NearMiss("v=spf1 must be followed by a space, not by punctuation")
            }
            Some(0x80..) => Likeness::NearMiss(
                "v=spf1 must be followed by a plain space, not by a character outside ASCII",
            ),
            Some(_) => Likeness::NearMiss("the space after v=spf1 is missing"),
        };
    }
    let start = text
        .iter()
        .position(u8::is_ascii_alphanumeric)
        .unwrap_or(text.len());
    let (junk, rest) = text.split_at(start);
    if starts_with(rest, VERSION) {
        return Likeness::NearMiss(match junk.first() {
            Some(0x80..) => {
                "a character outside ASCII stands before v=spf1 (a smart quote, a no-break space or a byte order mark)"
            }
            Some(b'"' | b'\'' | b'\\' | b'`') => "a quote stands before v=spf1: it became part of the value",
            Some(octet) if octet.is_ascii_whitespace() => "white space stands before v=spf1",
            _ => "something stands before v=spf1",
        });
    }
    if is_misspelt(rest) {
        return Likeness::NearMiss("the version is misspelt: it must be exactly v=spf1");
    }
    if [&b"spf1 "[..], b"spf=spf1", b"spf1:"]
        .iter()
        .any(|prefix| starts_with(rest, prefix))
    {
        return Likeness::NearMiss("v= is missing before spf1");
    }
    Likeness::Other
}

fn starts_with(text: &[u8], prefix: &[u8]) -> bool {
    text.get(..prefix.len())
        .is_some_and(|start| start.eq_ignore_ascii_case(prefix))
}

/// `v`, then blanks, `=`, `:` and quotes in any mixture, then `spf` (or `sfp`, `fps`) and one more character or the end.
fn is_misspelt(text: &[u8]) -> bool {
    let Some((b'v' | b'V', rest)) = text.split_first() else {
        return false;
    };
    let joint = |octet: &u8| matches!(octet, b' ' | b'\t' | b'=' | b':' | b'"' | b'\'');
    let length = rest.iter().take_while(|octet| joint(octet)).count();
    let word = &rest[length..];
    length > 0
        && [&b"spf"[..], b"sfp", b"pfs", b"psf"]
            .iter()
            .any(|name| starts_with(word, name))
        && word
            .get(3)
            .is_none_or(|next| !next.is_ascii_alphabetic() || matches!(next, b'l' | b'L' | b'I' | b'i'))
}
