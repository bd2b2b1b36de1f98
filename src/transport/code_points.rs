//! The numbers of TLS: versions, suites, groups, signature schemes. Each shows itself by the name IANA's registry has.
//!
//! A number nobody knows stays what it is, and shows itself as one: a server says what it likes.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::suites::SUITES;

/// A protocol version, as it stands on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Version(pub u16);

impl Version {
    /// SSL 3.0 (RFC 6101), forbidden by RFC 7568.
    pub const SSL30: Self = Self(0x0300);
    /// TLS 1.0 (RFC 2246), deprecated by RFC 8996.
    pub const TLS10: Self = Self(0x0301);
    /// TLS 1.1 (RFC 4346), deprecated by RFC 8996.
    pub const TLS11: Self = Self(0x0302);
    /// TLS 1.2 (RFC 5246).
    pub const TLS12: Self = Self(0x0303);
    /// TLS 1.3 (RFC 8446).
    pub const TLS13: Self = Self(0x0304);
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::SSL30 => f.write_str("SSL 3.0"),
            Self::TLS10 => f.write_str("TLS 1.0"),
            Self::TLS11 => f.write_str("TLS 1.1"),
            Self::TLS12 => f.write_str("TLS 1.2"),
            Self::TLS13 => f.write_str("TLS 1.3"),
            Self(other) => write!(f, "version 0x{other:04x}"),
        }
    }
}

/// A cipher suite.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Suite(pub u16);

/// How the key of a connection is come by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Exchange {
    /// Ephemeral Diffie-Hellman over a prime field.
    Dhe,
    /// Ephemeral Diffie-Hellman over an elliptic curve.
    Ecdhe,
    /// Said apart from the suite, as TLS 1.3 does (RFC 8446 4.1.1).
    Apart,
    /// Without forward secrecy: RSA, or keys that stay.
    Static,
}

impl Suite {
    /// Every suite that is offered, by number.
    pub fn all() -> impl Iterator<Item = Self> {
        SUITES.iter().map(|(number, _)| Self(*number))
    }

    /// The name in IANA's registry, where it is known here.
    pub fn name(self) -> Option<&'static str> {
        let at = SUITES.binary_search_by_key(&self.0, |(number, _)| *number).ok()?;
        SUITES.get(at).map(|(_, name)| *name)
    }

    /// How the key is come by; `None` for a suite nobody knows.
    pub fn exchange(self) -> Option<Exchange> {
        let name = self.name()?.strip_prefix("TLS_")?;
        Some(match name {
            _ if self.is_of_tls13() => Exchange::Apart,
            _ if name.starts_with("ECDHE_") || name.starts_with("ECDH_anon_") => Exchange::Ecdhe,
            _ if name.starts_with("DHE_") || name.starts_with("DH_anon_") => Exchange::Dhe,
            _ => Exchange::Static,
        })
    }

    /// Whether nobody is authenticated by it: whoever stands between is not noticed.
    pub fn is_anonymous(self) -> bool {
        self.name().is_some_and(|name| name.contains("_anon_"))
    }

    /// Whether it is one of TLS 1.3 (RFC 8446 B.4).
    pub fn is_of_tls13(self) -> bool {
        self.0 >> 8 == 0x13
    }
}

impl fmt::Display for Suite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.write_str(name),
            None => write!(f, "suite 0x{:04x}", self.0),
        }
    }
}

/// A group a key is agreed in: a curve, or a prime field (RFC 8446 4.2.7).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Group(pub u16);

/// Number and name, by number.
const GROUPS: &[(u16, &str)] = &[
    (1, "sect163k1"),
    (3, "sect163r2"),
    (6, "sect233k1"),
    (7, "sect233r1"),
    (9, "sect283k1"),
    (10, "sect283r1"),
    (15, "secp160k1"),
    (16, "secp160r1"),
    (17, "secp160r2"),
    (18, "secp192k1"),
    (19, "secp192r1"),
    (20, "secp224k1"),
    (21, "secp224r1"),
    (22, "secp256k1"),
    (23, "secp256r1"),
    (24, "secp384r1"),
    (25, "secp521r1"),
    (26, "brainpoolP256r1"),
    (27, "brainpoolP384r1"),
    (28, "brainpoolP512r1"),
    (29, "x25519"),
    (30, "x448"),
    (31, "brainpoolP256r1tls13"),
    (32, "brainpoolP384r1tls13"),
    (33, "brainpoolP512r1tls13"),
    (256, "ffdhe2048"),
    (257, "ffdhe3072"),
    (258, "ffdhe4096"),
    (259, "ffdhe6144"),
    (260, "ffdhe8192"),
    (4587, "SecP256r1MLKEM768"),
    (4588, "X25519MLKEM768"),
    (4589, "SecP384r1MLKEM1024"),
];

impl Group {
    /// The name in IANA's registry, where it is known here.
    pub fn name(self) -> Option<&'static str> {
        let at = GROUPS.binary_search_by_key(&self.0, |(number, _)| *number).ok()?;
        GROUPS.get(at).map(|(_, name)| *name)
    }
}

impl fmt::Display for Group {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.write_str(name),
            None => write!(f, "group {}", self.0),
        }
    }
}

/// A signature scheme (RFC 8446 4.2.3), or the hash and signature of TLS 1.2 (RFC 5246 7.4.1.4.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Scheme(pub u16);

/// Number and name, by number.
const SCHEMES: &[(u16, &str)] = &[
    (0x0101, "rsa_pkcs1_md5"),
    (0x0201, "rsa_pkcs1_sha1"),
    (0x0202, "dsa_sha1"),
    (0x0203, "ecdsa_sha1"),
    (0x0301, "rsa_pkcs1_sha224"),
    (0x0302, "dsa_sha224"),
    (0x0303, "ecdsa_sha224"),
    (0x0401, "rsa_pkcs1_sha256"),
    (0x0402, "dsa_sha256"),
    (0x0403, "ecdsa_secp256r1_sha256"),
    (0x0501, "rsa_pkcs1_sha384"),
    (0x0503, "ecdsa_secp384r1_sha384"),
    (0x0601, "rsa_pkcs1_sha512"),
    (0x0603, "ecdsa_secp521r1_sha512"),
    (0x0804, "rsa_pss_rsae_sha256"),
    (0x0805, "rsa_pss_rsae_sha384"),
    (0x0806, "rsa_pss_rsae_sha512"),
    (0x0807, "ed25519"),
    (0x0808, "ed448"),
    (0x0809, "rsa_pss_pss_sha256"),
    (0x080a, "rsa_pss_pss_sha384"),
    (0x080b, "rsa_pss_pss_sha512"),
    (0x081a, "ecdsa_brainpoolP256r1tls13_sha256"),
    (0x081b, "ecdsa_brainpoolP384r1tls13_sha384"),
    (0x081c, "ecdsa_brainpoolP512r1tls13_sha512"),
];

impl Scheme {
    /// The name in IANA's registry, where it is known here.
    pub fn name(self) -> Option<&'static str> {
        let at = SCHEMES
            .binary_search_by_key(&self.0, |(number, _)| *number)
            .ok()?;
        SCHEMES.get(at).map(|(_, name)| *name)
    }
}

impl fmt::Display for Scheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.write_str(name),
            None => write!(f, "scheme 0x{:04x}", self.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// They are searched by halves.
    #[test]
    fn the_tables_are_sorted_and_name_nothing_twice() {
        for table in [SUITES, GROUPS, SCHEMES] {
            assert!(table.windows(2).all(|pair| pair[0].0 < pair[1].0));
            let names: std::collections::BTreeSet<_> = table.iter().map(|(_, name)| name).collect();
            assert_eq!(names.len(), table.len());
        }
    }

    #[test]
    fn a_suite_tells_how_the_key_is_come_by() {
        for (number, exchange, is_anonymous) in [
            (0x1301, Exchange::Apart, false),
            (0xc02f, Exchange::Ecdhe, false),
            (0xc018, Exchange::Ecdhe, true),
            (0x009e, Exchange::Dhe, false),
            (0x0034, Exchange::Dhe, true),
            (0x002f, Exchange::Static, false),
            (0xc005, Exchange::Static, false),
        ] {
            let suite = Suite(number);
            assert_eq!(suite.exchange(), Some(exchange), "{suite}");
            assert_eq!(suite.is_anonymous(), is_anonymous, "{suite}");
        }
        assert_eq!(Suite(0xfafa).exchange(), None);
        assert_eq!(Suite(0xfafa).to_string(), "suite 0xfafa");
    }
}
