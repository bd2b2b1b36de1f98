//! DKIM key records (RFC 6376 3.6.1, RFC 8301, RFC 8463): stub.

use super::Comparison;

/// What a TXT value at a selector is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Likeness {
    /// A key record.
    Key,
    /// Meant as one, but verifiers discard it; says why.
    NearMiss(&'static str),
    /// Something else.
    Other,
}

/// Tells key records from near misses and from other text.
pub fn likeness(_text: &[u8]) -> Likeness {
    Likeness::Other
}

/// The kind of a key (k=).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum KeyKind {
    /// RSA (RFC 6376).
    Rsa,
    /// Ed25519 (RFC 8463).
    Ed25519,
}

/// A public key that could be decoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicKey {
    /// Its kind.
    pub kind: KeyKind,
    /// What stands in p=, decoded: SubjectPublicKeyInfo DER for RSA, 32 octets for Ed25519.
    pub octets: Vec<u8>,
    /// Size in bits: the modulus for RSA, 256 for Ed25519.
    pub bits: usize,
}

impl PublicKey {
    /// Reads what a manifest says: PEM SubjectPublicKeyInfo, or the base64 of a p= value.
    ///
    /// # Errors
    /// A sentence that says what is wrong and what to write instead.
    pub fn from_manifest(_text: &str) -> Result<Self, String> {
        Err("not yet".to_owned())
    }
}

/// What a key record must be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// This key; `None` for any.
    pub key: Option<PublicKey>,
    /// `t=y`.
    pub testing: bool,
    /// `t=s`.
    pub strict_identity: bool,
}

impl Wanted {
    /// The canonical record; `None` where any key will do.
    pub fn to_text(&self) -> Option<String> {
        None
    }
}

/// A key record with everything that stood in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// The joined text.
    pub text: Vec<u8>,
}

/// Reads a record; everything in `text` is kept.
pub fn parse(text: &[u8]) -> Record {
    Record { text: text.to_vec() }
}

/// Compares by effect.
pub fn compare(_wanted: &Wanted, _observed: &Record) -> Comparison {
    Comparison::equal()
}
