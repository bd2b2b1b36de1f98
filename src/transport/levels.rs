//! What versions, suites, groups, hashes, keys and signatures are worth: an edition of the guidelines, as data.
//!
//! The Dutch National Cyber Security Centre says it in four levels, in an edition with a date. A newer edition is one
//! more table here; nothing else changes. What no table names is of the lowest level, as the guidelines have it.

use std::fmt;

use super::certificate::{Hash, Key, Signature};
use super::code_points::{Group, Scheme, Suite, Version};
use super::flight::KeyExchange;

/// A level of the guidelines; ordered so that the worst comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Level {
    /// Not to be used: it is broken, or known to break.
    Insufficient,
    /// Used only until it can be replaced, and with a date by which it will be.
    PhaseOut,
    /// Safe as things stand.
    Sufficient,
    /// Safe for the time to come.
    Good,
}

impl Level {
    /// Every level, the worst first.
    pub const ALL: [Self; 4] = [Self::Insufficient, Self::PhaseOut, Self::Sufficient, Self::Good];

    /// The word people know it by.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Insufficient => "insufficient",
            Self::PhaseOut => "phase out",
            Self::Sufficient => "sufficient",
            Self::Good => "good",
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// One edition of the guidelines.
#[derive(Debug, PartialEq, Eq)]
pub struct Baseline {
    /// Who says so, and when: `NCSC-NL 2025-05`.
    pub name: &'static str,
    versions: &'static [(Version, Level)],
    suites: [(&'static [Suite], Level); 3],
    groups: &'static [(Group, Level)],
    hashes: &'static [(Hash, Level)],
    /// From how many bits of an RSA modulus on; the largest first.
    rsa: &'static [(usize, Level)],
    curves: &'static [(Group, Level)],
}

impl Baseline {
    /// Of a protocol version.
    pub fn version(&self, version: Version) -> Level {
        of(self.versions, version)
    }

    /// Of a cipher suite.
    pub fn suite(&self, suite: Suite) -> Level {
        let table = self.suites.iter().find(|(suites, _)| suites.contains(&suite));
        table.map_or(Level::Insufficient, |(_, level)| *level)
    }

    /// Of a group a key is agreed in.
    pub fn group(&self, group: Group) -> Level {
        of(self.groups, group)
    }

    /// Of what a key was agreed with.
    pub fn exchange(&self, exchange: &KeyExchange) -> Level {
        match exchange {
            KeyExchange::Dhe { group, .. } | KeyExchange::Ecdhe { group, .. } => {
                group.map_or(Level::Insufficient, |group| self.group(group))
            }
        }
    }

    /// Of the hash in the signature of a key exchange.
    pub fn scheme(&self, scheme: Scheme) -> Level {
        // Up to TLS 1.2 the first octet is the hash (RFC 5246 7.4.1.4.1); from 8 on a scheme stands for itself.
        let hash = match scheme.0 >> 8 {
            1 => Hash::Md5,
            2 => Hash::Sha1,
            3 => Hash::Sha224,
            4 => Hash::Sha256,
            5 => Hash::Sha384,
            6 => Hash::Sha512,
            8 => return Level::Sufficient,
            _ => return Level::Insufficient,
        };
        of(self.hashes, hash)
    }

    /// Of a certificate's key.
    pub fn key(&self, key: &Key) -> Level {
        match key {
            Key::Ed25519 | Key::Ed448 => Level::Good,
            Key::Ec(Some(group)) => of(self.curves, *group),
            Key::Rsa(bits) => {
                let row = self.rsa.iter().find(|(least, _)| bits >= least);
                row.map_or(Level::Insufficient, |(_, level)| *level)
            }
            Key::Ec(None) | Key::Other(_) => Level::Insufficient,
        }
    }

    /// Of a certificate's signature.
    pub fn signature(&self, signature: &Signature) -> Level {
        match signature {
            Signature::Ed25519 | Signature::Ed448 => Level::Good,
            Signature::Rsa(hash) | Signature::Ecdsa(hash) => of(self.hashes, *hash),
            // The guidelines name no other.
            Signature::RsaPss | Signature::Other(_) => Level::Insufficient,
        }
    }
}

fn of<T: PartialEq + Copy>(table: &[(T, Level)], what: T) -> Level {
    let row = table.iter().find(|(known, _)| *known == what);
    row.map_or(Level::Insufficient, |(_, level)| *level)
}

/// Suites of the level good.
const GOOD_SUITES: &[Suite] = &[
    Suite(0x1302), // TLS_AES_256_GCM_SHA384
    Suite(0x1303), // TLS_CHACHA20_POLY1305_SHA256
];

/// Suites of the level sufficient.
const SUFFICIENT_SUITES: &[Suite] = &[
    Suite(0x1301), // TLS_AES_128_GCM_SHA256
    Suite(0x1304), // TLS_AES_128_CCM_SHA256
    Suite(0xc02b), // TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256
    Suite(0xc02c), // TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384
    Suite(0xc02f), // TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256
    Suite(0xc030), // TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384
    Suite(0xc0ac), // TLS_ECDHE_ECDSA_WITH_AES_128_CCM
    Suite(0xc0ad), // TLS_ECDHE_ECDSA_WITH_AES_256_CCM
    Suite(0xcca8), // TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256
    Suite(0xcca9), // TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256
];

/// Suites to be phased out.
const PHASE_OUT_SUITES: &[Suite] = &[
    Suite(0x0067), // TLS_DHE_RSA_WITH_AES_128_CBC_SHA256
    Suite(0x006b), // TLS_DHE_RSA_WITH_AES_256_CBC_SHA256
    Suite(0x009e), // TLS_DHE_RSA_WITH_AES_128_GCM_SHA256
    Suite(0x009f), // TLS_DHE_RSA_WITH_AES_256_GCM_SHA384
    Suite(0x00be), // TLS_DHE_RSA_WITH_CAMELLIA_128_CBC_SHA256
    Suite(0x00c4), // TLS_DHE_RSA_WITH_CAMELLIA_256_CBC_SHA256
    Suite(0xc023), // TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256
    Suite(0xc024), // TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384
    Suite(0xc027), // TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256
    Suite(0xc028), // TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384
    Suite(0xc044), // TLS_DHE_RSA_WITH_ARIA_128_CBC_SHA256
    Suite(0xc045), // TLS_DHE_RSA_WITH_ARIA_256_CBC_SHA384
    Suite(0xc048), // TLS_ECDHE_ECDSA_WITH_ARIA_128_CBC_SHA256
    Suite(0xc049), // TLS_ECDHE_ECDSA_WITH_ARIA_256_CBC_SHA384
    Suite(0xc04c), // TLS_ECDHE_RSA_WITH_ARIA_128_CBC_SHA256
    Suite(0xc04d), // TLS_ECDHE_RSA_WITH_ARIA_256_CBC_SHA384
    Suite(0xc052), // TLS_DHE_RSA_WITH_ARIA_128_GCM_SHA256
    Suite(0xc053), // TLS_DHE_RSA_WITH_ARIA_256_GCM_SHA384
    Suite(0xc05c), // TLS_ECDHE_ECDSA_WITH_ARIA_128_GCM_SHA256
    Suite(0xc05d), // TLS_ECDHE_ECDSA_WITH_ARIA_256_GCM_SHA384
    Suite(0xc060), // TLS_ECDHE_RSA_WITH_ARIA_128_GCM_SHA256
    Suite(0xc061), // TLS_ECDHE_RSA_WITH_ARIA_256_GCM_SHA384
    Suite(0xc072), // TLS_ECDHE_ECDSA_WITH_CAMELLIA_128_CBC_SHA256
    Suite(0xc073), // TLS_ECDHE_ECDSA_WITH_CAMELLIA_256_CBC_SHA384
    Suite(0xc076), // TLS_ECDHE_RSA_WITH_CAMELLIA_128_CBC_SHA256
    Suite(0xc077), // TLS_ECDHE_RSA_WITH_CAMELLIA_256_CBC_SHA384
    Suite(0xc07c), // TLS_DHE_RSA_WITH_CAMELLIA_128_GCM_SHA256
    Suite(0xc07d), // TLS_DHE_RSA_WITH_CAMELLIA_256_GCM_SHA384
    Suite(0xc086), // TLS_ECDHE_ECDSA_WITH_CAMELLIA_128_GCM_SHA256
    Suite(0xc087), // TLS_ECDHE_ECDSA_WITH_CAMELLIA_256_GCM_SHA384
    Suite(0xc08a), // TLS_ECDHE_RSA_WITH_CAMELLIA_128_GCM_SHA256
    Suite(0xc08b), // TLS_ECDHE_RSA_WITH_CAMELLIA_256_GCM_SHA384
    Suite(0xc09e), // TLS_DHE_RSA_WITH_AES_128_CCM
    Suite(0xc09f), // TLS_DHE_RSA_WITH_AES_256_CCM
    Suite(0xccaa), // TLS_DHE_RSA_WITH_CHACHA20_POLY1305_SHA256
];

/// The guidelines of May 2025, as the tests of Internet.nl read them.
pub const NCSC_2025_05: Baseline = Baseline {
    name: "NCSC-NL 2025-05",
    versions: &[(Version::TLS13, Level::Good), (Version::TLS12, Level::Sufficient)],
    suites: [
        (GOOD_SUITES, Level::Good),
        (SUFFICIENT_SUITES, Level::Sufficient),
        (PHASE_OUT_SUITES, Level::PhaseOut),
    ],
    groups: &[
        (Group(23), Level::Sufficient),
        (Group(24), Level::Sufficient),
        (Group(25), Level::Sufficient),
        (Group(26), Level::Sufficient),
        (Group(27), Level::Sufficient),
        (Group(28), Level::Sufficient),
        (Group(29), Level::Sufficient),
        (Group(30), Level::Sufficient),
        (Group(31), Level::Sufficient),
        (Group(32), Level::Sufficient),
        (Group(33), Level::Sufficient),
        (Group(21), Level::PhaseOut),
        (Group(257), Level::PhaseOut),
        (Group(258), Level::PhaseOut),
        (Group(259), Level::PhaseOut),
        (Group(260), Level::PhaseOut),
    ],
    hashes: &[
        (Hash::Sha256, Level::Good),
        (Hash::Sha384, Level::Good),
        (Hash::Sha512, Level::Good),
        (Hash::Sha224, Level::PhaseOut),
    ],
    rsa: &[(3072, Level::Good), (2048, Level::PhaseOut)],
    curves: &[
        (Group(23), Level::Good),
        (Group(24), Level::Good),
        (Group(25), Level::Good),
        (Group(26), Level::Good),
        (Group(27), Level::Good),
        (Group(28), Level::Good),
        (Group(21), Level::PhaseOut),
    ],
};

#[cfg(test)]
mod tests {
    use super::*;

    const EDITION: &Baseline = &NCSC_2025_05;

    #[test]
    fn an_edition_names_as_many_suites_as_its_text() {
        let count = |level| {
            Suite::all()
                .filter(|suite| EDITION.suite(*suite) == level)
                .count()
        };
        assert_eq!(
            [Level::Good, Level::Sufficient, Level::PhaseOut].map(count),
            [2, 10, 35]
        );
        for table in [GOOD_SUITES, SUFFICIENT_SUITES, PHASE_OUT_SUITES] {
            assert!(table.iter().all(|suite| suite.name().is_some()));
        }
    }

    #[test]
    fn what_is_named_has_its_level_and_everything_else_none() {
        for (version, level) in [
            (Version::TLS13, Level::Good),
            (Version::TLS12, Level::Sufficient),
            (Version::TLS11, Level::Insufficient),
            (Version(0x7f1c), Level::Insufficient),
        ] {
            assert_eq!(EDITION.version(version), level, "{version}");
        }
        for (suite, level) in [
            (0x1302, Level::Good),
            (0x1301, Level::Sufficient),
            (0x1305, Level::Insufficient),
            (0xc02f, Level::Sufficient),
            (0xc027, Level::PhaseOut),
            (0xc013, Level::Insufficient),
            (0x009f, Level::PhaseOut),
            (0x0039, Level::Insufficient),
            (0x009d, Level::Insufficient),
            (0x000a, Level::Insufficient),
            (0xfafa, Level::Insufficient),
        ] {
            assert_eq!(EDITION.suite(Suite(suite)), level, "{}", Suite(suite));
        }
        for (group, level) in [
            (29, Level::Sufficient),
            (21, Level::PhaseOut),
            (257, Level::PhaseOut),
            (256, Level::Insufficient),
            (22, Level::Insufficient),
        ] {
            assert_eq!(EDITION.group(Group(group)), level, "{}", Group(group));
        }
        for (key, level) in [
            (Key::Rsa(4096), Level::Good),
            (Key::Rsa(3072), Level::Good),
            (Key::Rsa(3071), Level::PhaseOut),
            (Key::Rsa(2048), Level::PhaseOut),
            (Key::Rsa(2047), Level::Insufficient),
            (Key::Ec(Some(Group(23))), Level::Good),
            (Key::Ec(Some(Group(21))), Level::PhaseOut),
            (Key::Ec(Some(Group(22))), Level::Insufficient),
            (Key::Ec(None), Level::Insufficient),
            (Key::Ed25519, Level::Good),
        ] {
            assert_eq!(EDITION.key(&key), level, "{key}");
        }
        for (signature, level) in [
            (Signature::Rsa(Hash::Sha256), Level::Good),
            (Signature::Ecdsa(Hash::Sha224), Level::PhaseOut),
            (Signature::Rsa(Hash::Sha1), Level::Insufficient),
            (Signature::RsaPss, Level::Insufficient),
        ] {
            assert_eq!(EDITION.signature(&signature), level, "{signature}");
        }
        for (scheme, level) in [
            (0x0804, Level::Sufficient),
            (0x0401, Level::Good),
            (0x0301, Level::PhaseOut),
            (0x0201, Level::Insufficient),
        ] {
            assert_eq!(EDITION.scheme(Scheme(scheme)), level, "{}", Scheme(scheme));
        }
    }
}
