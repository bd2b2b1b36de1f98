//! What a certificate says of itself (RFC 5280 4): key, signature, names, dates. Nothing is verified here.
//!
//! The order of its fields is read and no more than is asked of it, so that a certificate that is odd elsewhere is
//! still told of. Whether somebody's chain leads to a root is the world's to find out, with the rest of TLS.

#[cfg(test)]
mod tests;

use der::asn1::{AnyRef, BitStringRef, ObjectIdentifier};
use der::{Decode, Encode, Reader, SliceReader, Tag, Tagged};
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use super::code_points::Group;
use super::flight::bits;
use crate::name::Name;

/// A certificate, as far as it is asked about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificate {
    /// The public key.
    pub key: Key,
    /// The whole SubjectPublicKeyInfo in DER: what `3 1 1` is the digest of (RFC 7671 5.1).
    pub public_key_info: Vec<u8>,
    /// The issuer's name, the contents of the sequence in DER.
    pub issuer: Vec<u8>,
    /// What its issuer signed it with.
    pub signature: Signature,
    /// The DNS names of subjectAltName (RFC 6125 DNS-ID), as they stand there, printable ASCII.
    pub dns_names: Vec<String>,
    /// The common name of the subject; most senders do not look at it.
    pub common_name: Option<String>,
    /// From when on it is valid.
    pub not_before: Timestamp,
    /// Until when it is valid.
    pub not_after: Timestamp,
    /// Whether issuer and subject are the same, as with a root and with whoever issues for himself.
    pub is_self_issued: bool,
}

/// A public key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Key {
    /// On a curve with a name; `None` for one that is not known here, or spelled out.
    Ec(Option<Group>),
    /// Ed25519 (RFC 8410).
    Ed25519,
    /// Ed448 (RFC 8410).
    Ed448,
    /// Another algorithm, by its object identifier.
    Other(String),
    /// RSA, with the size of the modulus in bits.
    Rsa(usize),
}

impl std::fmt::Display for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Ec(Some(group)) => write!(f, "EC {group}"),
            Self::Ec(None) => f.write_str("EC on an unknown curve"),
            Self::Ed25519 => f.write_str("Ed25519"),
            Self::Ed448 => f.write_str("Ed448"),
            Self::Other(oid) => write!(f, "algorithm {oid}"),
            Self::Rsa(bits) => write!(f, "RSA {bits}"),
        }
    }
}

/// A hash function.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Hash {
    /// MD5, broken.
    Md5,
    /// SHA-1, broken.
    Sha1,
    /// SHA-224.
    Sha224,
    /// SHA-256.
    Sha256,
    /// SHA-384.
    Sha384,
    /// SHA-512.
    Sha512,
}

impl std::fmt::Display for Hash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Md5 => "MD5",
            Self::Sha1 => "SHA-1",
            Self::Sha224 => "SHA-224",
            Self::Sha256 => "SHA-256",
            Self::Sha384 => "SHA-384",
            Self::Sha512 => "SHA-512",
        })
    }
}

/// What a certificate is signed with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Signature {
    /// ECDSA (RFC 5758).
    Ecdsa(Hash),
    /// Ed25519.
    Ed25519,
    /// Ed448.
    Ed448,
    /// Another algorithm, by its object identifier.
    Other(String),
    /// RSA with PKCS #1 1.5 (RFC 4055).
    Rsa(Hash),
    /// RSASSA-PSS (RFC 4055), whatever its hash.
    RsaPss,
}

impl std::fmt::Display for Signature {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Ecdsa(hash) => write!(f, "ECDSA with {hash}"),
            Self::Ed25519 => f.write_str("Ed25519"),
            Self::Ed448 => f.write_str("Ed448"),
            Self::Other(oid) => write!(f, "algorithm {oid}"),
            Self::Rsa(hash) => write!(f, "RSA with {hash}"),
            Self::RsaPss => f.write_str("RSASSA-PSS"),
        }
    }
}

/// What was sent as a certificate cannot be read as one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("it cannot be read as a certificate (RFC 5280 4.1)")]
pub struct Unreadable;

impl From<der::Error> for Unreadable {
    fn from(_: der::Error) -> Self {
        Self
    }
}

impl Certificate {
    /// Reads one in DER.
    ///
    /// # Errors
    /// When it is none.
    pub fn from_der(octets: &[u8]) -> Result<Self, Unreadable> {
        let outer = sequence(octets)?;
        let mut outer = SliceReader::new(outer.value())?;
        let inner = AnyRef::decode(&mut outer)?;
        let algorithm = AnyRef::decode(&mut outer)?;
        let mut fields = SliceReader::new(inner.value())?;
        // The version, absent in the first (RFC 5280 4.1.2.1); then the serial number.
        if context(AnyRef::decode(&mut fields)?) == Some(0) {
            AnyRef::decode(&mut fields)?;
        }
        let _inner_algorithm = AnyRef::decode(&mut fields)?;
        let issuer = AnyRef::decode(&mut fields)?;
        let validity = AnyRef::decode(&mut fields)?;
        let subject = AnyRef::decode(&mut fields)?;
        let info = AnyRef::decode(&mut fields)?;
        let mut dates = SliceReader::new(validity.value())?;
        let (not_before, not_after) = (AnyRef::decode(&mut dates)?, AnyRef::decode(&mut dates)?);
        let mut dns_names = Vec::new();
        while !fields.is_finished() {
            let field = AnyRef::decode(&mut fields)?;
            if context(field) == Some(3) {
                dns_names = names(field).unwrap_or_default();
            }
        }
        Ok(Self {
            key: key(info)?,
            public_key_info: info.to_der()?,
            issuer: issuer.value().to_vec(),
            signature: signature(algorithm)?,
            dns_names,
            common_name: common_name(subject).unwrap_or_default(),
            not_before: time(not_before).ok_or(Unreadable)?,
            not_after: time(not_after).ok_or(Unreadable)?,
            is_self_issued: issuer.value() == subject.value(),
        })
    }

    /// Whether it is for this host: a DNS name of it is the host's, or `*` in place of its first label (RFC 6125 6.4).
    pub fn is_for(&self, host: &Name) -> bool {
        self.dns_names.iter().any(|name| is_for(name, host))
    }

    /// Whether it has no DNS name and its common name is the host's, which some go by then (RFC 6125 6.4.4).
    pub fn is_commonly_for(&self, host: &Name) -> bool {
        let common = self.common_name.as_ref();
        self.dns_names.is_empty() && common.is_some_and(|name| is_for(name, host))
    }

    /// Whether OpenSSL takes it for this host's: by its common name where there is no DNS name, and by a `*` that is a part of the
    /// first label too.
    pub fn is_loosely_for(&self, host: &Name) -> bool {
        let in_part = self.dns_names.iter().any(|name| is_for_in_part(name, host));
        self.is_for(host) || self.is_commonly_for(host) || in_part
    }

    /// Whether it is valid at this time by its dates.
    pub fn is_valid_at(&self, now: Timestamp) -> bool {
        self.not_before <= now && now <= self.not_after
    }
}

fn is_for(name: &str, host: &Name) -> bool {
    let name = name.strip_suffix('.').unwrap_or(name);
    match name.strip_prefix("*.") {
        None => name.eq_ignore_ascii_case(host.as_str()),
        Some(rest) => {
            let parent = host.as_str().split_once('.').map(|(_, parent)| parent);
            parent.is_some_and(|parent| parent.eq_ignore_ascii_case(rest) && parent.contains('.'))
        }
    }
}

/// Whether a name with a `*` somewhere in its first label is the host's (`m*.voorbeeld.nl`).
fn is_for_in_part(name: &str, host: &Name) -> bool {
    let name = name.to_ascii_lowercase();
    let halves = (name.split_once('.'), host.as_str().split_once('.'));
    let (Some((label, rest)), Some((own, parent))) = halves else {
        return false;
    };
    let Some((before, behind)) = label.split_once('*') else {
        return false;
    };
    let is_plain = !behind.contains('*') && !label.starts_with("xn--");
    let left = own
        .strip_prefix(before)
        .and_then(|left| left.strip_suffix(behind));
    is_plain && left.is_some_and(|left| !left.is_empty()) && rest == parent && rest.contains('.')
}

fn sequence(octets: &[u8]) -> Result<AnyRef<'_>, Unreadable> {
    // What may stand behind it is nobody's concern.
    let any = AnyRef::decode(&mut SliceReader::new(octets)?)?;
    match any.tag() {
        Tag::Sequence => Ok(any),
        _ => Err(Unreadable),
    }
}

/// The number of a context-specific field.
fn context(any: AnyRef<'_>) -> Option<u32> {
    match any.tag() {
        Tag::ContextSpecific { number, .. } => Some(number.value()),
        _ => None,
    }
}

/// The next object identifier, as people write it.
fn identifier(fields: &mut SliceReader<'_>) -> Result<String, Unreadable> {
    dotted(AnyRef::decode(fields)?)
}

fn dotted(any: AnyRef<'_>) -> Result<String, Unreadable> {
    if any.tag() != Tag::ObjectIdentifier {
        return Err(Unreadable);
    }
    let oid: Result<ObjectIdentifier, _> = any.decode_as();
    // One too long to be written is none that is known here.
    Ok(oid.map_or_else(|_| "unknown".to_owned(), |oid| oid.to_string()))
}

/// The object identifier an AlgorithmIdentifier opens with, and its parameters.
fn algorithm(any: AnyRef<'_>) -> Result<(String, Option<AnyRef<'_>>), Unreadable> {
    let mut fields = SliceReader::new(any.value())?;
    let oid = identifier(&mut fields)?;
    let parameters = match fields.is_finished() {
        true => None,
        false => Some(AnyRef::decode(&mut fields)?),
    };
    Ok((oid, parameters))
}

fn signature(any: AnyRef<'_>) -> Result<Signature, Unreadable> {
    let (oid, _) = algorithm(any)?;
    Ok(match oid.as_str() {
        "1.2.840.113549.1.1.4" => Signature::Rsa(Hash::Md5),
        "1.2.840.113549.1.1.5" => Signature::Rsa(Hash::Sha1),
        "1.2.840.113549.1.1.10" => Signature::RsaPss,
        "1.2.840.113549.1.1.11" => Signature::Rsa(Hash::Sha256),
        "1.2.840.113549.1.1.12" => Signature::Rsa(Hash::Sha384),
        "1.2.840.113549.1.1.13" => Signature::Rsa(Hash::Sha512),
        "1.2.840.113549.1.1.14" => Signature::Rsa(Hash::Sha224),
        "1.2.840.10045.4.1" => Signature::Ecdsa(Hash::Sha1),
        "1.2.840.10045.4.3.1" => Signature::Ecdsa(Hash::Sha224),
        "1.2.840.10045.4.3.2" => Signature::Ecdsa(Hash::Sha256),
        "1.2.840.10045.4.3.3" => Signature::Ecdsa(Hash::Sha384),
        "1.2.840.10045.4.3.4" => Signature::Ecdsa(Hash::Sha512),
        "1.3.101.112" => Signature::Ed25519,
        "1.3.101.113" => Signature::Ed448,
        _ => Signature::Other(oid),
    })
}

fn key(info: AnyRef<'_>) -> Result<Key, Unreadable> {
    let mut fields = SliceReader::new(info.value())?;
    let (oid, parameters) = algorithm(AnyRef::decode(&mut fields)?)?;
    let octets = BitStringRef::decode(&mut fields)?;
    Ok(match oid.as_str() {
        // The second is a key for RSASSA-PSS alone (RFC 4055 1.2).
        "1.2.840.113549.1.1.1" | "1.2.840.113549.1.1.10" => {
            let inner = sequence(octets.raw_bytes())?;
            let modulus = AnyRef::decode(&mut SliceReader::new(inner.value())?)?.value();
            let zeros = modulus.iter().take_while(|octet| **octet == 0).count();
            Key::Rsa(bits(modulus.get(zeros..).unwrap_or_default()))
        }
        "1.2.840.10045.2.1" => {
            let curve = parameters.and_then(|any| dotted(any).ok());
            Key::Ec(curve.as_deref().and_then(named_curve))
        }
        "1.3.101.112" => Key::Ed25519,
        "1.3.101.113" => Key::Ed448,
        _ => Key::Other(oid),
    })
}

/// The curves certificates name, as the groups of TLS (RFC 8422 5.1.1, RFC 7027).
fn named_curve(oid: &str) -> Option<Group> {
    Some(Group(match oid {
        "1.2.840.10045.3.1.1" => 19,
        "1.3.132.0.33" => 21,
        "1.3.132.0.10" => 22,
        "1.2.840.10045.3.1.7" => 23,
        "1.3.132.0.34" => 24,
        "1.3.132.0.35" => 25,
        "1.3.36.3.3.2.8.1.1.7" => 26,
        "1.3.36.3.3.2.8.1.1.11" => 27,
        "1.3.36.3.3.2.8.1.1.13" => 28,
        _ => return None,
    }))
}

/// The DNS names among the extensions (RFC 5280 4.2.1.6).
fn names(extensions: AnyRef<'_>) -> Result<Vec<String>, Unreadable> {
    let mut found = Vec::new();
    let list = sequence(extensions.value())?;
    let mut list = SliceReader::new(list.value())?;
    while !list.is_finished() {
        let extension = AnyRef::decode(&mut list)?;
        let mut fields = SliceReader::new(extension.value())?;
        let oid = identifier(&mut fields)?;
        let mut content = AnyRef::decode(&mut fields)?;
        if content.tag() == Tag::Boolean {
            content = AnyRef::decode(&mut fields)?;
        }
        if oid != "2.5.29.17" {
            continue;
        }
        let names = sequence(content.value())?;
        let mut names = SliceReader::new(names.value())?;
        while !names.is_finished() {
            let name = AnyRef::decode(&mut names)?;
            if context(name) == Some(2) {
                found.push(text(name.value()));
            }
        }
    }
    Ok(found)
}

/// The last common name of a subject: the most particular one (RFC 6125 B.2).
fn common_name(subject: AnyRef<'_>) -> Result<Option<String>, Unreadable> {
    let mut found = None;
    let mut sets = SliceReader::new(subject.value())?;
    while !sets.is_finished() {
        let set = AnyRef::decode(&mut sets)?;
        let mut pairs = SliceReader::new(set.value())?;
        while !pairs.is_finished() {
            let pair = AnyRef::decode(&mut pairs)?;
            let mut fields = SliceReader::new(pair.value())?;
            if identifier(&mut fields)? == "2.5.4.3" {
                found = Some(text(AnyRef::decode(&mut fields)?.value()));
            }
        }
    }
    Ok(found)
}

/// Octets as people may be shown them.
fn text(octets: &[u8]) -> String {
    let shown = |octet: &u8| match octet {
        0x20..=0x7e => char::from(*octet),
        _ => '?',
    };
    octets.iter().take(255).map(shown).collect()
}

/// UTCTime or GeneralizedTime (RFC 5280 4.1.2.5).
fn time(any: AnyRef<'_>) -> Option<Timestamp> {
    let digits = any.value().strip_suffix(b"Z")?;
    let mut numbers = Vec::new();
    for pair in digits.chunks(2) {
        let &[tens @ b'0'..=b'9', ones @ b'0'..=b'9'] = pair else {
            return None;
        };
        numbers.push(i16::from(tens - b'0') * 10 + i16::from(ones - b'0'));
    }
    let (year, rest) = match (any.tag(), numbers.as_slice()) {
        (Tag::UtcTime, [year, rest @ ..]) => (year + if *year < 50 { 2000 } else { 1900 }, rest),
        (Tag::GeneralizedTime, [century, year, rest @ ..]) => (century * 100 + year, rest),
        _ => return None,
    };
    let &[month, day, hour, minute, second] = rest else {
        return None;
    };
    let small = |number: i16| i8::try_from(number).ok();
    let (month, day, hour, minute) = (small(month)?, small(day)?, small(hour)?, small(minute)?);
    let time = DateTime::new(year, month, day, hour, minute, small(second)?, 0).ok()?;
    Some(time.to_zoned(TimeZone::UTC).ok()?.timestamp())
}
