//! What happened to a key on its way into DNS: forms, editors and copies spoil keys in few ways, and each has a name.
//!
//! A decoder only knows that octet 217 is no base64. Here the spoilt value is looked at once more, for the cause a
//! person can mend: the string that was cut at 255 octets, the lines of a PEM file, quotes, the escapes of a zone
//! file. A cause is named where its trace stands in the value, or where taking it back gives a key. Pure.

use super::key::{decode_base64, der_length};
use super::{Cause, Damage, KeyError, KeyKind, Likeness, Material, PublicKey, Record, likeness};
use crate::records::Span;

impl Record {
    /// The key a verifier would use for mail; `None` when it is discarded, revoked, malformed, too short or for
    /// something else.
    pub fn usable_key(&self) -> Option<&PublicKey> {
        let is_usable = *self.made.is_usable.get(|| {
            likeness(&self.text) == Likeness::Key
                && self.faults().is_empty()
                && self.damage().is_none()
                && self.allows_sha256()
                && self.allows_email()
        });
        match is_usable.then(|| self.material()) {
            Some(Material::Key(key)) if key.is_acceptable() => Some(key),
            _ => None,
        }
    }

    /// What spoilt the key on its way into DNS, where that can be told.
    pub fn damage(&self) -> Option<&Damage> {
        self.made.damage.get(|| cause_of(self)).as_ref()
    }
}

/// The cause, where the record's key is spoilt and the cause can be named.
fn cause_of(record: &Record) -> Option<Damage> {
    let text = record.text.as_slice();
    if let Some(span) = second_record(text) {
        let cause = Cause::Glued;
        return Some(Damage { cause, span });
    }
    let Some(tag) = record.tag("p") else {
        // `k=rsa p=MII…`: the tag before has swallowed it.
        return swallowed(record, b"p=");
    };
    let value = tag.value_span.clone();
    let at = |cause, span: Span| Some(Damage { cause, span });
    if let Some(span) = find(text, value.clone(), b"PRIVATE KEY").or(find(text, value.clone(), b"PRIVATEKEY"))
    {
        return at(Cause::Private, span);
    }
    if let Some(span) = bare_line_end(text, value.clone())
        && !has(tag.value, b"-----")
    {
        return at(Cause::LineEnd, span);
    }
    let kind = match record.material() {
        Material::Malformed(KeyError::Private) => return at(Cause::Private, value),
        Material::Malformed(_) if record.tag("k").is_some_and(|kind| kind.value == b"ed25519") => {
            KeyKind::Ed25519
        }
        Material::Malformed(_) => KeyKind::Rsa,
        Material::Key(_) | Material::Missing | Material::Revoked | Material::UnknownKind(_) => return None,
    };
    traces(text, tag.value, &value)
        .or_else(|| swallowing(tag.value, &value))
        .or_else(|| semicolon(record, kind, &value))
        .or_else(|| taken_back(tag.value, kind, &value))
        .or_else(|| forms(tag.value, &value))
        .or_else(|| cut(text, tag.value, &value))
}

/// Octets that have no business in a key, each with the one way they come there.
fn traces(text: &[u8], value: &[u8], span: &Span) -> Option<Damage> {
    let at = |cause, span: Span| Some(Damage { cause, span });
    let first = |word: &[u8]| find(text, span.clone(), word);
    if has(value, b"-----") {
        let certificate = has(value, b"CERTIFICATE");
        let cause = if certificate {
            Cause::Certificate
        } else {
            Cause::Pem
        };
        return at(cause, first(b"-----")?);
    }
    let open_ssh = [b"ssh-".as_slice(), b"AAAAB3NzaC1yc2E", b"AAAAC3NzaC1lZDI1"];
    if open_ssh.into_iter().any(|start| value.starts_with(start)) {
        return at(Cause::Ssh, span.clone());
    }
    let bare = value
        .iter()
        .take_while(|octet| matches!(octet, b'"' | b'\\' | b' '))
        .count();
    let inner = value.get(bare..).unwrap_or_default();
    if inner.starts_with(b"p=") {
        return at(Cause::DoubledTag, span.start + bare..span.start + bare + 2);
    }
    if inner
        .get(..2)
        .is_some_and(|start| start.eq_ignore_ascii_case(b"v="))
        || inner.starts_with(b"k=")
    {
        return at(Cause::WholeRecord, span.start + bare..span.start + bare + 2);
    }
    let seam = [b"\" \"".as_slice(), b"\"\"", b"\\\" \\\""];
    if let Some(span) = seam.into_iter().find_map(first) {
        return at(Cause::QuotedSeam, span);
    }
    for (word, cause) in [
        (b"\\n".as_slice(), Cause::EscapedLineEnd),
        (b"\\r", Cause::EscapedLineEnd),
        (b"\\010", Cause::EscapedLineEnd),
        (b"\\013", Cause::EscapedLineEnd),
        (b"\"", Cause::Quotes),
        (b"'", Cause::Quotes),
        (b"`", Cause::Quotes),
        (b"\\", Cause::Backslash),
        (b"...", Cause::Ellipsis),
        ("…".as_bytes(), Cause::Ellipsis),
        (b"%2B", Cause::PercentEncoded),
        (b"%2F", Cause::PercentEncoded),
        (b"%3D", Cause::PercentEncoded),
        (b"%2b", Cause::PercentEncoded),
        (b"%2f", Cause::PercentEncoded),
        (b"%3d", Cause::PercentEncoded),
        (b"<", Cause::Markup),
        (b"&", Cause::Markup),
    ] {
        if let Some(span) = first(word) {
            return at(cause, span);
        }
    }
    let odd = value.iter().position(|octet| !octet.is_ascii())?;
    let length = value
        .get(odd..)?
        .iter()
        .take_while(|octet| !octet.is_ascii())
        .count();
    at(Cause::NonAscii, span.start + odd..span.start + odd + length)
}

/// Where a second record begins, `v=DKIM1` with a `p` before and behind it. Directly behind `p=` it is the record written
/// into its own `p`.
fn second_record(text: &[u8]) -> Option<Span> {
    let start = b"v=DKIM1";
    let from = text.len().min(start.len());
    let span = find(text, from..text.len(), start)?;
    let (before, behind) = (text.get(..span.start)?, text.get(span.end..)?);
    let quotes = |octet: &&u8| matches!(octet, b'"' | b'\\' | b' ');
    let bare = before.len() - before.iter().rev().take_while(quotes).count();
    let of_tag = |lead: &[u8]| lead.last().is_none_or(|octet| b"; \t".contains(octet));
    let into_itself = before.get(..bare)?.strip_suffix(b"p=").is_some_and(of_tag);
    (!into_itself && has(before, b"p=") && has(behind, b"p=")).then_some(span)
}

/// `p=MII… k=rsa`: the key swallows the tag behind it.
fn swallowing(value: &[u8], span: &Span) -> Option<Damage> {
    let known = [b" v=".as_slice(), b" k=", b" t=", b" h=", b" s=", b" n=", b" g="];
    let at = known.into_iter().filter_map(|tag| position(value, tag)).min()?;
    Some(Damage {
        cause: Cause::MissingSemicolon,
        span: span.start + at..span.start + at + 1,
    })
}

/// `k=rsa p=MII…`: another tag swallows this one.
fn swallowed(record: &Record, wanted: &[u8]) -> Option<Damage> {
    record.tags().find_map(|tag| {
        let at = position(tag.value, wanted)?;
        let joint = |octet: &&u8| octet.is_ascii_whitespace() || matches!(octet, b',' | b':' | b'|');
        let stretch = tag.value.get(..at)?.iter().rev().take_while(joint).count();
        let before = at - stretch;
        let blank = before < at;
        blank.then_some(Damage {
            cause: Cause::MissingSemicolon,
            span: tag.value_span.start + before..tag.value_span.start + at,
        })
    })
}

/// `p=MIIB;IjAN…`: what stands behind the semicolon is the rest of the key.
fn semicolon(record: &Record, kind: KeyKind, value: &Span) -> Option<Damage> {
    let rest = record.text.get(value.end..)?;
    let at = rest.iter().position(|&octet| octet == b';')?;
    let rest = rest.get(at + 1..)?;
    if rest.trim_ascii().is_empty() {
        return None;
    }
    let mut whole = record.text.get(value.clone())?.to_vec();
    whole.extend(rest.iter().filter(|&&octet| octet != b';'));
    PublicKey::from_p(kind, &whole).ok()?;
    Some(Damage {
        cause: Cause::Semicolon,
        span: value.end + at..value.end + at + 1,
    })
}

/// Changes that are taken back to see whether a key comes out.
fn taken_back(value: &[u8], kind: KeyKind, span: &Span) -> Option<Damage> {
    let is_key = |value: &[u8]| PublicKey::from_p(kind, value).is_ok();
    let at = |cause, octet: Option<usize>, length| {
        let start = span.start + octet.unwrap_or_default();
        Some(Damage {
            cause,
            span: start..start + length,
        })
    };
    let url = |octet: &u8| matches!(octet, b'-' | b'_');
    if value.iter().any(url) {
        let plain: Vec<u8> = value.iter().map(|&octet| standard_letter(octet)).collect();
        let foreign = |octet: &u8| !(octet.is_ascii_alphanumeric() || url(octet) || b"= \t".contains(octet));
        if is_key(&padded(&plain)) || !value.iter().any(foreign) {
            return at(Cause::Base64Url, value.iter().position(url), 1);
        }
    }
    if value.contains(&b' ') {
        let plus: Vec<u8> = value
            .iter()
            .map(|&octet| if octet == b' ' { b'+' } else { octet })
            .collect();
        if is_key(&plus) {
            return at(Cause::PlusLost, value.iter().position(|&octet| octet == b' '), 1);
        }
    }
    let kept = value.len() - value.iter().rev().take_while(|&&octet| !is_base64(octet)).count();
    if kept < value.len() && is_key(value.get(..kept)?) {
        return at(Cause::Tail, Some(kept), value.len() - kept);
    }
    let letters = |octet: &u8| is_base64(*octet) || octet.is_ascii_whitespace();
    if value.iter().all(letters) && is_key(&padded(value)) {
        return at(Cause::Padding, Some(value.len().saturating_sub(1)), 1);
    }
    None
}

/// Keys in another form than DKIM's.
fn forms(value: &[u8], span: &Span) -> Option<Damage> {
    let at = |cause| {
        Some(Damage {
            cause,
            span: span.clone(),
        })
    };
    let octets = decode_base64(&whole_groups(value)).ok()?;
    if octets.starts_with(b"-----BEGIN") {
        return at(Cause::EncodedTwice);
    }
    // SEQUENCE { SEQUENCE { [0] { INTEGER 2 } …: TBSCertificate, version 3 (RFC 5280 4.1).
    let version = [0xa0, 0x03, 0x02, 0x01, 0x02];
    let head = octets.get(..16.min(octets.len())).unwrap_or_default();
    if head.windows(version.len()).any(|window| window == version) {
        return at(Cause::Certificate);
    }
    None
}

/// A key whose DER says that it is longer.
fn cut(text: &[u8], value: &[u8], span: &Span) -> Option<Damage> {
    let octets = decode_base64(&whole_groups(value)).ok()?;
    let expected = der_length(&octets)?;
    if expected <= octets.len() {
        return None;
    }
    let full = |length: usize| length > 0 && length.is_multiple_of(255);
    Some(Damage {
        cause: Cause::Cut {
            expected,
            found: octets.len(),
            at_255: full(text.len()) || full(value.len()),
        },
        span: span.end.saturating_sub(8).max(span.start)..span.end,
    })
}

/// A line end that is no folding white space (RFC 6376 2.8: CRLF, then a blank), with more of the value behind it.
fn bare_line_end(text: &[u8], span: Span) -> Option<Span> {
    let value = text.get(span.clone())?;
    let mut at = 0;
    while let Some(&octet) = value.get(at) {
        match (octet, value.get(at + 1), value.get(at + 2)) {
            (b'\r', Some(b'\n'), Some(b' ' | b'\t')) => at += 3,
            (b'\r', Some(b'\n'), _) => return Some(span.start + at..span.start + at + 2),
            (b'\r' | b'\n', ..) => return Some(span.start + at..span.start + at + 1),
            _ => at += 1,
        }
    }
    None
}

fn standard_letter(octet: u8) -> u8 {
    match octet {
        b'-' => b'+',
        b'_' => b'/',
        other => other,
    }
}

fn is_base64(octet: u8) -> bool {
    octet.is_ascii_alphanumeric() || matches!(octet, b'+' | b'/' | b'=')
}

/// The letters alone, with the padding their number asks for.
fn padded(value: &[u8]) -> Vec<u8> {
    let mut letters: Vec<u8> = value
        .iter()
        .copied()
        .filter(|&octet| is_base64(octet) && octet != b'=')
        .collect();
    while !letters.len().is_multiple_of(4) {
        letters.push(b'=');
    }
    letters
}

/// The letters up to the last whole group of four.
fn whole_groups(value: &[u8]) -> Vec<u8> {
    let mut letters: Vec<u8> = value
        .iter()
        .copied()
        .filter(|octet| !octet.is_ascii_whitespace())
        .collect();
    letters.truncate(letters.len() / 4 * 4);
    letters
}

fn position(text: &[u8], word: &[u8]) -> Option<usize> {
    text.windows(word.len()).position(|window| window == word)
}

fn has(text: &[u8], word: &[u8]) -> bool {
    position(text, word).is_some()
}

/// The first `word` within `span` of `text`.
fn find(text: &[u8], span: Span, word: &[u8]) -> Option<Span> {
    let at = span.start + position(text.get(span)?, word)?;
    Some(at..at + word.len())
}
