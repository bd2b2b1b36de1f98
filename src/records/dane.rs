//! TLSA records of mail hosts (RFC 6698 2, RFC 7671, RFC 7672): read, written, compared, and which of them senders use.
//!
//! A record says which certificate or key a host shows. Senders of mail use only usages 2 and 3, and of digests over the
//! same thing only the strongest (RFC 7671 9). A digest that is nobody's is one like all others to them: it matches nothing,
//! and keeps the weaker ones beside it from being looked at. The set is compared as a set: every record counts, for each may
//! be the one a sender takes. Pure.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use aws_lc_rs::digest;

use super::Comparison;

/// Matching type 1, SHA-256: octets of its digest.
const SHA256: usize = 32;

/// Matching type 2, SHA-512: octets of its digest.
const SHA512: usize = 64;

/// Digests of nothing at all, in SHA-256 and in SHA-512 (their first octets): what a broken pipe in a script publishes.
const OF_NOTHING: [&[u8]; 2] = [
    &[0xe3, 0xb0, 0xc4, 0x42, 0x98, 0xfc, 0x1c, 0x14],
    &[0xcf, 0x83, 0xe1, 0x35, 0x7e, 0xef, 0xb8, 0xbd],
];

/// A digest that stands as the example in RFC 6698 2.3 and in many manuals (its first octets).
const EXAMPLE: &[u8] = &[0xd2, 0xab, 0xde, 0x24, 0x0d, 0x7c, 0xd3, 0xee];

/// One record.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Tlsa {
    /// What the data is about: 0 and 1 bind to public authorities, 2 is an authority of one's own choice, 3 the host itself.
    pub usage: u8,
    /// 0: the whole certificate; 1: its public key.
    pub selector: u8,
    /// 0: the thing itself; 1: its SHA-256; 2: its SHA-512.
    pub matching: u8,
    /// The thing, or its digest.
    pub data: Vec<u8>,
}

/// Why a record is no use: senders of mail do not use it, or nothing can match it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unusable {
    /// Usage 0 or 1: binds to public authorities, which SMTP does not (RFC 7672 3.1.3).
    PublicAuthority,
    /// A usage nobody knows.
    Usage,
    /// A selector nobody knows.
    Selector,
    /// A matching type nobody knows.
    Matching,
    /// A digest of another length than its type has: the octets found, and those wanted.
    Length(usize, usize),
    /// No data.
    Empty,
    /// The digest of nothing, or of an example: senders use it, and nobody's key is ever found by it.
    Placeholder,
}

impl Tlsa {
    /// Reads the presentation format (RFC 6698 2.2): three numbers, and hexadecimal digits with blanks anywhere.
    ///
    /// # Errors
    /// A sentence that says what is wrong.
    pub fn parse(text: &str) -> Result<Self, String> {
        let shape = || {
            format!(
                "{text:?} is no TLSA record: write usage, selector, matching type and hexadecimal data, as 3 1 1 9f86d0…"
            )
        };
        let mut words = text.split_ascii_whitespace();
        let mut number = || {
            words
                .next()
                .and_then(|word| word.parse::<u8>().ok())
                .ok_or_else(shape)
        };
        let (usage, selector, matching) = (number()?, number()?, number()?);
        let digits: Vec<u8> = words.flat_map(str::bytes).collect();
        if let Some(odd) = digits.iter().find(|digit| !digit.is_ascii_hexdigit()) {
            return Err(format!(
                "{text:?} is no TLSA record: the data holds {:?}, which is no hexadecimal digit",
                char::from(*odd)
            ));
        }
        if !digits.len().is_multiple_of(2) {
            return Err(format!(
                "{text:?} is no TLSA record: {} hexadecimal digits are no whole number of octets",
                digits.len()
            ));
        }
        let octet = |pair: &[u8]| {
            let text = std::str::from_utf8(pair).ok()?;
            u8::from_str_radix(text, 16).ok()
        };
        let data: Option<Vec<u8>> = digits.chunks(2).map(octet).collect();
        Ok(Self {
            usage,
            selector,
            matching,
            data: data.ok_or_else(shape)?,
        })
    }

    /// Why senders do not use it; `None` where they do.
    pub fn unusable(&self) -> Option<Unusable> {
        let length = self.data.len();
        let wanted = match self.matching {
            1 => Some(SHA256),
            2 => Some(SHA512),
            _ => None,
        };
        match (self.usage, self.selector, self.matching) {
            (0 | 1, ..) => Some(Unusable::PublicAuthority),
            (4.., ..) => Some(Unusable::Usage),
            (_, 2.., _) => Some(Unusable::Selector),
            (_, _, 3..) => Some(Unusable::Matching),
            _ if length == 0 => Some(Unusable::Empty),
            _ if wanted.is_some_and(|wanted| wanted != length) => {
                Some(Unusable::Length(length, wanted.unwrap_or_default()))
            }
            _ => None,
        }
    }

    /// Why it is better not published: senders do not use it, or do and find nothing by it.
    pub fn useless(&self) -> Option<Unusable> {
        let placeholder = || self.is_placeholder().then_some(Unusable::Placeholder);
        self.unusable().or_else(placeholder)
    }

    /// Whether it is the digest of nothing, or of an example.
    pub fn is_placeholder(&self) -> bool {
        let mut samples = OF_NOTHING.iter().chain(std::iter::once(&EXAMPLE));
        let is_digest = self.unusable().is_none() && self.matching > 0;
        is_digest && samples.any(|sample| self.data.starts_with(sample))
    }

    /// The record most people publish for a key, given as SubjectPublicKeyInfo: `3 1 1` (RFC 7672 3.1.1).
    pub fn of_key(public_key_info: &[u8]) -> Self {
        Self {
            usage: 3,
            selector: 1,
            matching: 1,
            data: digest::digest(&digest::SHA256, public_key_info).as_ref().to_vec(),
        }
    }

    /// Whether it is about this certificate, whatever its usage says of where that must stand (RFC 6698 2.1.2, 2.1.3).
    pub fn matches(&self, certificate: &[u8], public_key_info: &[u8]) -> bool {
        let thing = match self.selector {
            0 => certificate,
            1 => public_key_info,
            _ => return false,
        };
        match self.matching {
            0 => self.data == thing,
            1 => self.data == digest::digest(&digest::SHA256, thing).as_ref(),
            2 => self.data == digest::digest(&digest::SHA512, thing).as_ref(),
            _ => false,
        }
    }

    /// Its three numbers, as people say them: `3 1 1`.
    pub fn kind(&self) -> String {
        format!("{} {} {}", self.usage, self.selector, self.matching)
    }
}

impl fmt::Display for Tlsa {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {} ", self.usage, self.selector, self.matching)?;
        self.data.iter().try_for_each(|octet| write!(f, "{octet:02x}"))
    }
}

impl Unusable {
    /// What is wrong, to follow "found".
    pub fn say(&self, record: &Tlsa) -> String {
        let kind = record.kind();
        match self {
            Self::PublicAuthority => format!("{kind}: usage {} is for public authorities", record.usage),
            Self::Usage => format!("{kind}: nobody knows usage {}", record.usage),
            Self::Selector => format!("{kind}: nobody knows selector {}", record.selector),
            Self::Matching => format!("{kind}: nobody knows matching type {}", record.matching),
            Self::Length(found, wanted) => {
                format!("{kind} with {found} octets, where its digest has {wanted}")
            }
            Self::Empty => format!("{kind} without data"),
            Self::Placeholder => format!("{record}: the digest of nothing, or of a manual's example"),
        }
    }
}

/// The records senders use, of those they find: without the unusable, and of digests of one usage and selector only the
/// strongest that is published (RFC 7671 9), whatever it is of; a thing itself always counts.
pub fn effective(records: &BTreeSet<Tlsa>) -> BTreeSet<Tlsa> {
    let usable: Vec<&Tlsa> = records
        .iter()
        .filter(|record| record.unusable().is_none())
        .collect();
    let mut strongest: BTreeMap<(u8, u8), u8> = BTreeMap::new();
    for record in &usable {
        let best = strongest.entry((record.usage, record.selector)).or_default();
        *best = (*best).max(record.matching);
    }
    let counts = |record: &&&Tlsa| {
        record.matching == 0 || strongest.get(&(record.usage, record.selector)) == Some(&record.matching)
    };
    usable
        .iter()
        .filter(counts)
        .map(|record| (*record).clone())
        .collect()
}

/// The same without those that nothing can match: by these a host can be checked.
pub fn telling(records: &BTreeSet<Tlsa>) -> BTreeSet<Tlsa> {
    let mut used = effective(records);
    used.retain(|record| !record.is_placeholder());
    used
}

/// Compares the records that are wanted with those that were found.
pub fn compare(wanted: &BTreeSet<Tlsa>, found: &BTreeSet<Tlsa>) -> Comparison {
    let missing = wanted
        .difference(found)
        .map(|one| format!("TLSA: want {one}, found none"));
    let beyond = found
        .difference(wanted)
        .map(|one| format!("TLSA: want no other, found {one}"));
    Comparison::from_parts(missing.chain(beyond).collect(), Vec::new())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::records::Class;
    use proptest::prelude::*;

    /// A record of these numbers and this many octets of one value.
    fn of(kind: &str, octet: u8, length: usize) -> String {
        format!("{kind} {}", format!("{octet:02x}").repeat(length))
    }

    #[test]
    fn a_record_is_read_however_its_digits_are_written() {
        let want = Tlsa {
            usage: 3,
            selector: 1,
            matching: 1,
            data: vec![0xab; 32],
        };
        for text in [
            of("3 1 1", 0xab, 32),
            of("3 1 1", 0xab, 32).to_uppercase(),
            format!("  3  1\t1 {} {}", "ab".repeat(20), "AB".repeat(12)),
        ] {
            assert_eq!(Tlsa::parse(&text).as_ref(), Ok(&want), "{text}");
        }
        for (text, says) in [
            ("", "usage, selector"),
            ("3 1", "usage, selector"),
            ("3 1 x ab", "usage, selector"),
            ("256 1 1 ab", "usage, selector"),
            ("3 1 1 abc", "3 hexadecimal digits"),
            ("3 1 1 zz", "'z'"),
        ] {
            let error = Tlsa::parse(text).unwrap_err();
            assert!(error.contains(says), "{text}: {error}");
        }
    }

    #[test]
    fn senders_use_two_usages_and_whole_digests() {
        for (text, want) in [
            (of("3 1 1", 1, 32), None),
            (of("3 0 2", 1, 64), None),
            (of("2 1 1", 1, 32), None),
            (of("3 1 0", 1, 5), None),
            (of("0 1 1", 1, 32), Some(Unusable::PublicAuthority)),
            (of("1 1 1", 1, 32), Some(Unusable::PublicAuthority)),
            (of("4 1 1", 1, 32), Some(Unusable::Usage)),
            (of("3 2 1", 1, 32), Some(Unusable::Selector)),
            (of("3 1 3", 1, 32), Some(Unusable::Matching)),
            (of("3 1 1", 1, 64), Some(Unusable::Length(64, 32))),
            (of("3 1 2", 1, 32), Some(Unusable::Length(32, 64))),
            ("3 1 0".to_owned(), Some(Unusable::Empty)),
        ] {
            let record = Tlsa::parse(&text).unwrap();
            assert_eq!(
                (record.unusable(), record.useless()),
                (want.clone(), want),
                "{text}"
            );
        }
    }

    const NOTHING_256: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    const NOTHING_512: &str = "cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce\
                               47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e";
    const EXAMPLE_256: &str = "d2abde240d7cd3ee6b4b28c54df034b97983a1d16e8a410e4561cb106618e971";

    #[test]
    fn a_digest_that_is_nobody_s_is_used_and_of_no_use() {
        for (text, is) in [
            (format!("3 1 1 {NOTHING_256}"), true),
            (format!("2 0 1 {NOTHING_256}"), true),
            (format!("3 1 2 {NOTHING_512}"), true),
            (format!("3 1 1 {EXAMPLE_256}"), true),
            (of("3 1 1", 1, 32), false),
            // A thing itself may begin with whatever it likes, and what is no digest is not used at all.
            (format!("3 1 0 {NOTHING_256}"), false),
            (format!("1 1 1 {NOTHING_256}"), false),
            (format!("3 1 2 {NOTHING_256}"), false),
        ] {
            let record = Tlsa::parse(&text).unwrap();
            assert_eq!(record.is_placeholder(), is, "{text}");
            assert_eq!(record.useless() == Some(Unusable::Placeholder), is, "{text}");
            assert!(!is || record.unusable().is_none(), "{text}");
        }
    }

    fn set(texts: &[String]) -> BTreeSet<Tlsa> {
        texts.iter().map(|text| Tlsa::parse(text).unwrap()).collect()
    }

    #[test]
    fn of_digests_over_one_thing_only_the_strongest_counts() {
        let all = set(&[
            of("3 1 1", 1, 32),
            of("3 1 2", 2, 64),
            of("3 1 0", 3, 9),
            of("3 0 1", 4, 32),
            of("2 1 1", 5, 32),
            of("1 1 1", 6, 32),
            of("3 1 2", 7, 3),
        ]);
        let kinds: Vec<String> = effective(&all).iter().map(Tlsa::kind).collect();
        assert_eq!(kinds, ["2 1 1", "3 0 1", "3 1 0", "3 1 2"]);
        // One of a wrong length is no digest that could push out another.
        let kinds: Vec<String> = effective(&set(&[of("3 1 1", 1, 32), of("3 1 2", 7, 3)]))
            .iter()
            .map(Tlsa::kind)
            .collect();
        assert_eq!(kinds, ["3 1 1"]);
    }

    /// RFC 7671 9, to the letter: what cannot be used goes first, then of each usage and selector what is weaker than the
    /// strongest digest that is there. What a digest is of, no sender can tell.
    #[test]
    fn a_digest_of_nothing_keeps_the_weaker_ones_from_being_used() {
        let (right, strong) = (of("3 1 1", 1, 32), of("3 1 2", 1, 64));
        let (nothing, strong_nothing) = (format!("3 1 1 {NOTHING_256}"), format!("3 1 2 {NOTHING_512}"));
        for (published, used, tell) in [
            (vec![&right, &strong_nothing], vec!["3 1 2"], vec![]),
            (
                vec![&right, &strong, &strong_nothing],
                vec!["3 1 2", "3 1 2"],
                vec!["3 1 2"],
            ),
            (vec![&strong, &nothing], vec!["3 1 2"], vec!["3 1 2"]),
            (vec![&right, &nothing], vec!["3 1 1", "3 1 1"], vec!["3 1 1"]),
            (vec![&nothing], vec!["3 1 1"], vec![]),
            // Of another selector, or another usage, it is no digest over the same thing.
            (
                vec![&right, &format!("3 0 2 {NOTHING_512}")],
                vec!["3 0 2", "3 1 1"],
                vec!["3 1 1"],
            ),
            (
                vec![&right, &format!("2 1 2 {NOTHING_512}")],
                vec!["2 1 2", "3 1 1"],
                vec!["3 1 1"],
            ),
            // The thing itself always counts, and is stronger than nothing.
            (
                vec![&of("3 1 0", 9, 9), &right, &strong_nothing],
                vec!["3 1 0", "3 1 2"],
                vec!["3 1 0"],
            ),
            // What cannot be used is not there.
            (
                vec![&right, &format!("3 1 2 {NOTHING_256}")],
                vec!["3 1 1"],
                vec!["3 1 1"],
            ),
            (vec![&right, &of("3 1 3", 1, 64)], vec!["3 1 1"], vec!["3 1 1"]),
            (
                vec![&right, &format!("1 1 2 {NOTHING_512}")],
                vec!["3 1 1"],
                vec!["3 1 1"],
            ),
        ] {
            let all: Vec<String> = published.iter().map(|one| (*one).clone()).collect();
            let kinds = |records: BTreeSet<Tlsa>| records.iter().map(Tlsa::kind).collect::<Vec<_>>();
            assert_eq!(kinds(effective(&set(&all))), used, "{all:?}");
            assert_eq!(kinds(telling(&set(&all))), tell, "{all:?}");
        }
    }

    #[test]
    fn each_record_counts() {
        let (one, other) = (of("3 1 1", 1, 32), of("3 1 1", 2, 32));
        assert_eq!(
            compare(&set(std::slice::from_ref(&one)), &set(&[one.to_uppercase()])).class,
            Class::Equal
        );
        let comparison = compare(
            &set(std::slice::from_ref(&one)),
            &set(std::slice::from_ref(&other)),
        );
        assert_eq!(
            comparison.differences,
            [
                format!("TLSA: want {one}, found none"),
                format!("TLSA: want no other, found {other}")
            ]
        );
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(usage: u8, selector: u8, matching: u8, data in prop::collection::vec(any::<u8>(), 0..80)) {
            let record = Tlsa { usage, selector, matching, data };
            prop_assert_eq!(Tlsa::parse(&record.to_string()), Ok(record));
        }

        #[test]
        fn any_text_is_read_or_refused(text in "\\PC{0,80}") {
            if let Ok(record) = Tlsa::parse(&text) {
                prop_assert_eq!(Tlsa::parse(&record.to_string()), Ok(record));
            }
        }

        #[test]
        fn what_is_effective_is_usable(kinds in prop::collection::vec((0_u8..5, 0_u8..3, 0_u8..4, 0_usize..70), 0..8)) {
            let all: BTreeSet<Tlsa> = kinds.into_iter().map(|(usage, selector, matching, length)| Tlsa {
                usage, selector, matching, data: vec![9; length],
            }).collect();
            let left = effective(&all);
            prop_assert!(left.is_subset(&all));
            prop_assert!(left.iter().all(|record| record.unusable().is_none()));
            // Some record is used wherever one can be.
            prop_assert_eq!(left.is_empty(), all.iter().all(|record| record.unusable().is_some()));
        }
    }
}
