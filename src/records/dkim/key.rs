//! Public keys: what `p=` holds, decoded, and every way in which it may hold none (RFC 6376 3.6.1, RFC 8463 4.2).
//!
//! RSA keys stand in `p=` as SubjectPublicKeyInfo (RFC 5280 4.1.2.7); the text of RFC 6376 says RSAPublicKey (PKCS#1),
//! its errata and all signers SubjectPublicKeyInfo. Both are read, the first is written. Ed25519 keys are their 32
//! octets. Pure.

use aws_lc_rs::digest;
use base64::Engine;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
use der::asn1::{AnyRef, BitStringRef, ObjectIdentifier};
use der::{Decode, Encode, ErrorKind};
use pkcs1::RsaPublicKeyRef;
use spki::{AlgorithmIdentifier, SubjectPublicKeyInfo, SubjectPublicKeyInfoRef};

/// The kind of a key (k=).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum KeyKind {
    /// RSA (RFC 6376).
    Rsa,
    /// Ed25519 (RFC 8463).
    Ed25519,
}

impl KeyKind {
    /// As `k=` names it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Rsa => "rsa",
            Self::Ed25519 => "ed25519",
        }
    }
}

/// The form in which a key stood there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KeyForm {
    /// RSAPublicKey, as the text of RFC 6376 3.6.1 says; some verifiers cannot read it.
    Pkcs1,
    /// The 32 octets of an Ed25519 key (RFC 8463 4.2).
    Raw,
    /// SubjectPublicKeyInfo.
    Spki,
}

/// A public key that could be decoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicKey {
    /// Its kind.
    pub kind: KeyKind,
    /// What must stand in p=, decoded: SubjectPublicKeyInfo DER for RSA, 32 octets for Ed25519.
    pub octets: Vec<u8>,
    /// Size in bits: the modulus for RSA, 256 for Ed25519.
    pub bits: usize,
    /// The form it was found in.
    pub form: KeyForm,
    /// RSA's modulus, big-endian, without leading zeros; empty for Ed25519.
    pub modulus: Vec<u8>,
    /// RSA's public exponent, big-endian, without leading zeros; empty for Ed25519.
    pub exponent: Vec<u8>,
}

/// Why there is no key in a text that should hold one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// A key of another algorithm.
    #[error("a {0} key, which DKIM does not know")]
    Algorithm(String),
    /// An octet that base64 does not have, counted from the start of the value.
    #[error("octet {} of the value, {}, is no base64", .at + 1, crate::records::presentation(&[*.octet]))]
    Base64 {
        /// Its place in the value, from 0.
        at: usize,
        /// The octet.
        octet: u8,
    },
    /// Not DER of a key at all.
    #[error("no DER of a public key ({0})")]
    Der(String),
    /// Neither 32 octets nor SubjectPublicKeyInfo where an Ed25519 key should be.
    #[error("{0} octets, an Ed25519 key has 32")]
    Ed25519Length(usize),
    /// SubjectPublicKeyInfo of an Ed25519 key, of which `p=` takes the last 32 octets only.
    #[error("an Ed25519 key wrapped in SubjectPublicKeyInfo; p= takes its last 32 octets alone")]
    Ed25519Spki,
    /// An Ed25519 key where `k=` says (or defaults to) RSA.
    #[error("an Ed25519 key, but k=ed25519 is missing")]
    Ed25519UnderRsa,
    /// Padding missing, or in the wrong place.
    #[error("base64 of a wrong length or with wrong padding (=)")]
    Padding,
    /// A private key.
    #[error("a private key, with which anybody can sign")]
    Private,
    /// An RSA key where `k=` says Ed25519.
    #[error("an RSA key under k=ed25519")]
    RsaUnderEd25519,
    /// Octets behind the key.
    #[error("{0} octets too many behind the key")]
    Trailing(usize),
    /// The key ends before its DER says it does.
    #[error("a key that was cut short: {found} octets of {expected}")]
    Truncated {
        /// How long its DER says it is.
        expected: usize,
        /// How many octets are there.
        found: usize,
    },
}

/// RSA keys shorter than this are not accepted (RFC 8301 3.2).
const MIN_RSA_BITS: usize = 1024;

const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
const ED25519: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.112");

/// Base64 with canonical padding; stray bits in the last symbol are ignored, as verifiers do.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true),
);

impl PublicKey {
    /// Reads what a manifest says: PEM SubjectPublicKeyInfo, or the base64 of a p= value, white space allowed.
    ///
    /// # Errors
    /// A sentence that says what is wrong and what to write instead.
    pub fn from_manifest(text: &str) -> Result<Self, String> {
        let text = text.trim();
        if text.contains("PRIVATE KEY-----") {
            return Err(
                "this is a private key: it never belongs in a manifest; write what `openssl pkey -pubout` prints"
                    .to_owned(),
            );
        }
        let (pem, body) = match text.strip_prefix("-----BEGIN ") {
            None => (false, text),
            Some(rest) => (true, pem_body(rest)?),
        };
        if body.contains(';') || ["p=", "v=", "k="].iter().any(|tag| body.starts_with(tag)) {
            return Err(
                "write the key alone: the value of p=, without the tags of the record around it".to_owned(),
            );
        }
        let octets = decode_base64(body.as_bytes()).map_err(|error| format!("the key holds {error}"))?;
        if octets.is_empty() {
            return Err("the key is empty; for a revoked selector write state: Revoked".to_owned());
        }
        if octets.len() == 32 && !pem {
            return Ok(Self::ed25519(octets, KeyForm::Raw));
        }
        match Self::rsa(&octets) {
            Err(KeyError::Ed25519UnderRsa) => {
                let raw = octets.get(octets.len().saturating_sub(32)..).unwrap_or_default();
                Ok(Self::ed25519(raw.to_vec(), KeyForm::Spki))
            }
            Err(KeyError::Private) => Err("this is a private key: it never belongs in a manifest".to_owned()),
            Err(error) => Err(format!(
                "the key holds {error}; write PEM SubjectPublicKeyInfo (what `openssl pkey -pubout` prints) or the \
                 value of p="
            )),
            Ok(key) => Ok(key),
        }
    }

    /// Reads a p= value as a key of this kind; folding white space is ignored.
    ///
    /// # Errors
    /// Why there is no such key in it.
    pub fn from_p(kind: KeyKind, value: &[u8]) -> Result<Self, KeyError> {
        let octets = decode_base64(value)?;
        match kind {
            KeyKind::Rsa => Self::rsa(&octets),
            KeyKind::Ed25519 if octets.len() == 32 => Ok(Self::ed25519(octets, KeyForm::Raw)),
            KeyKind::Ed25519 => Err(match Self::rsa(&octets) {
                Ok(_) => KeyError::RsaUnderEd25519,
                Err(KeyError::Ed25519UnderRsa) => KeyError::Ed25519Spki,
                Err(_) => KeyError::Ed25519Length(octets.len()),
            }),
        }
    }

    /// The Ed25519 key in a p= value, raw or wrapped in SubjectPublicKeyInfo; `None` where there is none.
    pub fn ed25519_of(value: &[u8]) -> Option<Self> {
        let octets = decode_base64(value).ok()?;
        match Self::rsa(&octets) {
            Err(KeyError::Ed25519UnderRsa) => {
                let raw = octets.get(octets.len().checked_sub(32)?..)?;
                Some(Self::ed25519(raw.to_vec(), KeyForm::Raw))
            }
            _ => None,
        }
    }

    /// The value of p=.
    pub fn to_base64(&self) -> String {
        BASE64.encode(&self.octets)
    }

    /// Whether both are the same key, whatever form they stood in.
    pub fn is_same_key(&self, other: &Self) -> bool {
        self.kind == other.kind && self.octets == other.octets
    }

    /// Whether verifiers may accept signatures made with it: RSA needs 1024 bits (RFC 8301 3.2).
    pub fn is_acceptable(&self) -> bool {
        self.kind == KeyKind::Ed25519 || self.bits >= MIN_RSA_BITS
    }

    /// The first eight hexadecimal digits of the SHA-256 of [`PublicKey::octets`]: tells keys apart in a sentence.
    pub fn fingerprint(&self) -> String {
        let hash = digest::digest(&digest::SHA256, &self.octets);
        hash.as_ref()
            .iter()
            .take(4)
            .map(|octet| format!("{octet:02x}"))
            .collect()
    }

    /// Kind, size and fingerprint, `RSA 2048 (sha256 1f2e3d4c)`.
    pub fn describe(&self) -> String {
        match self.kind {
            KeyKind::Rsa => format!("RSA {} (sha256 {})", self.bits, self.fingerprint()),
            KeyKind::Ed25519 => format!("Ed25519 (sha256 {})", self.fingerprint()),
        }
    }

    fn ed25519(octets: Vec<u8>, form: KeyForm) -> Self {
        Self {
            kind: KeyKind::Ed25519,
            octets,
            bits: 256,
            form,
            modulus: Vec::new(),
            exponent: Vec::new(),
        }
    }

    /// An RSA key in either form; an Ed25519 key in either form is told as such.
    fn rsa(octets: &[u8]) -> Result<Self, KeyError> {
        if octets.len() == 32 {
            return Err(KeyError::Ed25519UnderRsa);
        }
        if is_private(octets) {
            return Err(KeyError::Private);
        }
        if is_pkcs1(octets) {
            let key = RsaPublicKeyRef::from_der(octets).map_err(|error| der_error(&error, octets.len()))?;
            return Self::from_numbers(&key, KeyForm::Pkcs1);
        }
        let info =
            SubjectPublicKeyInfoRef::from_der(octets).map_err(|error| der_error(&error, octets.len()))?;
        let bits = info
            .subject_public_key
            .as_bytes()
            .ok_or_else(|| KeyError::Der("its bit string is not whole octets".to_owned()))?;
        match info.algorithm.oid {
            RSA => {
                let key = RsaPublicKeyRef::from_der(bits).map_err(|error| der_error(&error, bits.len()))?;
                Self::from_numbers(&key, KeyForm::Spki)
            }
            ED25519 if bits.len() == 32 => Err(KeyError::Ed25519UnderRsa),
            ED25519 => Err(KeyError::Ed25519Length(bits.len())),
            other => Err(KeyError::Algorithm(algorithm_name(other))),
        }
    }

    fn from_numbers(key: &RsaPublicKeyRef<'_>, form: KeyForm) -> Result<Self, KeyError> {
        let unpadded = |octets: &[u8]| {
            let zeros = octets.iter().take_while(|&&octet| octet == 0).count();
            octets.get(zeros..).unwrap_or_default().to_vec()
        };
        let modulus = unpadded(key.modulus.as_bytes());
        let exponent = unpadded(key.public_exponent.as_bytes());
        let octets = spki(key).map_err(|error| KeyError::Der(error.to_string()))?;
        let spare = modulus
            .first()
            .map_or(0, |&first| usize::try_from(first.leading_zeros()).unwrap_or(0));
        Ok(Self {
            kind: KeyKind::Rsa,
            octets,
            bits: modulus.len() * 8 - spare,
            form,
            modulus,
            exponent,
        })
    }
}

/// SubjectPublicKeyInfo of an RSA key, the one way it is written (RFC 3279 2.3.1: NULL parameters).
fn spki(key: &RsaPublicKeyRef<'_>) -> der::Result<Vec<u8>> {
    let inner = key.to_der()?;
    SubjectPublicKeyInfo {
        algorithm: AlgorithmIdentifier {
            oid: RSA,
            parameters: Some(AnyRef::NULL),
        },
        subject_public_key: BitStringRef::from_bytes(&inner)?,
    }
    .to_der()
}

/// What stands in the outer SEQUENCE.
fn inside(octets: &[u8]) -> Option<&[u8]> {
    let header = match octets {
        [0x30, short, ..] if *short < 0x80 => 2,
        [0x30, long, ..] => 2 + usize::from(long & 0x7f),
        _ => return None,
    };
    octets.get(header..)
}

/// Whether it starts with an INTEGER: a modulus, where SubjectPublicKeyInfo has its algorithm.
fn is_pkcs1(octets: &[u8]) -> bool {
    inside(octets).is_some_and(|inside| inside.first() == Some(&0x02))
}

/// Whether it starts with the version of PKCS#8 or of a PKCS#1 private key, 0 or 1.
fn is_private(octets: &[u8]) -> bool {
    inside(octets).is_some_and(|inside| matches!(inside, [0x02, 0x01, 0x00 | 0x01, ..]))
}

fn der_error(error: &der::Error, found: usize) -> KeyError {
    match error.kind() {
        ErrorKind::Incomplete { expected_len, .. } => KeyError::Truncated {
            expected: usize::try_from(u32::from(expected_len)).unwrap_or(usize::MAX),
            found,
        },
        ErrorKind::TrailingData { remaining, .. } => {
            KeyError::Trailing(usize::try_from(u32::from(remaining)).unwrap_or(usize::MAX))
        }
        other => KeyError::Der(other.to_string()),
    }
}

fn algorithm_name(oid: ObjectIdentifier) -> String {
    match oid.to_string().as_str() {
        "1.2.840.10045.2.1" => "elliptic curve (EC)".to_owned(),
        "1.2.840.10040.4.1" => "DSA".to_owned(),
        "1.2.840.113549.1.1.10" => "RSASSA-PSS".to_owned(),
        "1.3.101.113" => "Ed448".to_owned(),
        "1.3.101.110" => "X25519".to_owned(),
        other => other.to_owned(),
    }
}

/// How long a DER SEQUENCE says it is, in octets with its header; `None` where none begins.
pub(super) fn der_length(octets: &[u8]) -> Option<usize> {
    let (&length, rest) = match octets {
        [0x30, length, rest @ ..] => (length, rest),
        _ => return None,
    };
    if length < 0x80 {
        return Some(2 + usize::from(length));
    }
    let count = usize::from(length & 0x7f);
    let digits = rest
        .get(..count)
        .filter(|digits| (1..=3).contains(&digits.len()))?;
    let length = digits
        .iter()
        .fold(0, |length, &digit| length * 256 + usize::from(digit));
    Some(2 + count + length)
}

/// Decodes base64 with folding white space anywhere in it.
pub(super) fn decode_base64(value: &[u8]) -> Result<Vec<u8>, KeyError> {
    let mut compact = Vec::with_capacity(value.len());
    for (at, &octet) in value.iter().enumerate() {
        match octet {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'+' | b'/' | b'=' => compact.push(octet),
            b' ' | b'\t' | b'\r' | b'\n' => {}
            _ => return Err(KeyError::Base64 { at, octet }),
        }
    }
    BASE64.decode(compact).map_err(|_| KeyError::Padding)
}

/// What stands between the lines of `BEGIN PUBLIC KEY` and `END PUBLIC KEY`; `rest` follows `-----BEGIN `.
fn pem_body(rest: &str) -> Result<&str, String> {
    let (label, rest) = rest.split_once("-----").ok_or("the PEM header is cut short")?;
    if !matches!(label, "PUBLIC KEY" | "RSA PUBLIC KEY") {
        return Err(format!(
            "this is PEM of a {}, not of a PUBLIC KEY: write what `openssl pkey -pubout` prints",
            label.escape_debug()
        ));
    }
    let (body, tail) = rest
        .split_once("-----END ")
        .ok_or("the PEM has no END line: the key was cut short")?;
    let ended = tail
        .strip_prefix(label)
        .and_then(|tail| tail.strip_prefix("-----"));
    match ended {
        Some(after) if after.trim().is_empty() => Ok(body),
        Some(_) => Err("something follows the PEM: write one key alone".to_owned()),
        None => Err("the END line of the PEM does not match its BEGIN line".to_owned()),
    }
}
