//! The chain of trust that was walked for an answer: zones, their DS and keys, and when signatures end (RFC 4033 5). Pure.
//!
//! It is kept as people need it, without octets of keys and digests; zones are shared by all answers that lie in them.

use std::sync::Arc;

use jiff::Timestamp;

use super::{RecordType, Security};
use crate::name::Name;

/// The chain of trust of one answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trust {
    /// The zones that the parts of the answer lie in, in the order of its aliases, each once; above each its parents.
    pub zones: Vec<Arc<Zone>>,
    /// The signature of the answer itself that ends first; those over the keys on the way are with their zones.
    pub ends: Option<Ends>,
    /// How the zones whose NSEC3 prove an absence hash names, each once.
    pub hashing: Vec<Hashing>,
}

/// How a zone hashes its names for NSEC3 (RFC 5155 3).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hashing {
    /// The zone.
    pub zone: Name,
    /// How often a hash is hashed again: RFC 9276 3.1 wants 0.
    pub iterations: u16,
    /// The length of the salt in octets: RFC 9276 3.1 wants none.
    pub salt: u8,
}

/// A zone on the way from a trust anchor down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Zone {
    /// Its apex.
    pub name: Name,
    /// The signed zone above; `None` at a trust anchor.
    pub parent: Option<Arc<Zone>>,
    /// The DS its parent has for it; none at a trust anchor.
    pub ds: Vec<Ds>,
    /// Its keys; none where its delegation is insecure, for then nobody needs them.
    pub keys: Vec<Key>,
    /// What is known of it as a whole: [`Security::Secure`], or where and why the chain ends.
    pub security: Security,
    /// The signature over its keys that ends first of those that are needed.
    pub ends: Option<Ends>,
}

impl Zone {
    /// The zones from the trust anchor down to this one.
    pub fn chain(&self) -> Vec<&Zone> {
        let mut chain: Vec<&Zone> =
            std::iter::successors(Some(self), |zone| zone.parent.as_deref()).collect();
        chain.reverse();
        chain
    }
}

/// A delegation signer (RFC 4034 5), without its digest's octets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ds {
    /// The tag of the key it is for.
    pub tag: u16,
    /// That key's algorithm (IANA's DNS Security Algorithm Numbers).
    pub algorithm: u8,
    /// How the digest is made: 1 SHA-1, 2 SHA-256, 4 SHA-384.
    pub digest: u8,
}

/// A zone's key (RFC 4034 2), without its octets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Key {
    /// Its tag (RFC 4034 B).
    pub tag: u16,
    /// Its algorithm (IANA's DNS Security Algorithm Numbers).
    pub algorithm: u8,
    /// Its flags: 256 a zone key, 257 one that a DS may point at, 128 more when revoked (RFC 5011 7).
    pub flags: u16,
    /// The size of an RSA modulus; of the others, of the curve.
    pub bits: u16,
    /// Whether a DS or a trust anchor is for it.
    pub anchored: bool,
}

/// When a signature ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ends {
    /// When it ends.
    pub at: Timestamp,
    /// When it began.
    pub since: Timestamp,
    /// The TTL of what it signs, in seconds, as the zone has it.
    pub ttl: u32,
    /// The type of what it signs.
    pub kind: RecordType,
}

impl Ends {
    /// The one that ends first.
    #[must_use]
    pub fn first(one: Option<Self>, other: Option<Self>) -> Option<Self> {
        match (one, other) {
            (Some(one), Some(other)) => Some(if other.at < one.at { other } else { one }),
            (one, other) => one.or(other),
        }
    }
}
