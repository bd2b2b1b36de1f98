//! The record standards, one file each: parse with spans, write canonically, compare by effect.
//!
//! A parser here loses nothing: unknown, duplicate and misplaced terms stay in the parsed value with their span, so a
//! rule can point at them. Writers write one canonical form; `parse(write(x))` means `x`. Comparison asks what a
//! receiver can tell apart, not how a record is spelled. Pure: octets in, values out.

pub mod dkim;
pub mod dmarc;
pub mod foreign;
pub mod mx;
pub mod odd;
pub mod spf;
pub mod tags;

use std::ops::Range;

use serde::Serialize;

/// A stretch of a record's joined text, in octets.
pub type Span = Range<usize>;

/// Makes the enumeration, the list of all and their names from the one list below: nothing can be forgotten in another.
macro_rules! standards {
    ($($(#[$doc:meta])* $standard:ident = $name:literal,)*) => {
        /// The standards Zegel knows, as status, JSON and conditions name them.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
        pub enum Standard {
            $($(#[$doc])* #[serde(rename = $name)] $standard,)*
        }

        impl Standard {
            /// Every standard, in the order they are shown.
            pub const ALL: &'static [Self] = &[$(Self::$standard,)*];

            /// The name people know it by; also the condition type in status.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$standard => $name,)*
                }
            }
        }
    };
}

standards! {
    /// Sender Policy Framework, RFC 7208.
    Spf = "SPF",
    /// DomainKeys Identified Mail, RFC 6376.
    Dkim = "DKIM",
    /// RFC 9989, with the reports of RFC 9990 and RFC 9991.
    Dmarc = "DMARC",
    /// Mail exchanges, RFC 5321 5 and RFC 7505.
    Mx = "MX",
    /// DNS Security Extensions, RFC 4033 to 4035.
    Dnssec = "DNSSEC",
    /// What all of them share: names, TXT strings, CNAMEs.
    Dns = "DNS",
}

impl std::fmt::Display for Standard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

/// Whether a value was meant as a record of this standard: what stands before the version is overlooked.
pub fn is_meant(standard: Standard, text: &[u8]) -> bool {
    let noise = |octet: &u8| matches!(octet, b' ' | b'\t' | b'"' | b'\'' | b'\\') || !octet.is_ascii();
    let skip = text.iter().take_while(|octet| noise(octet)).count();
    let bare = text.get(skip..).unwrap_or_default();
    let starts = |version: &[u8]| {
        bare.get(..version.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(version))
    };
    match standard {
        Standard::Spf => starts(b"v=spf1"),
        Standard::Dkim => dkim::likeness(bare) != dkim::Likeness::Other,
        Standard::Dmarc => dmarc::likeness(text) != dmarc::Likeness::Other,
        Standard::Mx | Standard::Dnssec | Standard::Dns => false,
    }
}

/// The names of a standard's tags, where its records are lists of them.
pub fn tag_names(standard: Standard) -> &'static [&'static str] {
    match standard {
        Standard::Dkim => &["v", "k", "p", "t", "s", "h", "n", "g"],
        Standard::Dmarc => &[
            "p", "sp", "np", "rua", "ruf", "fo", "adkim", "aspf", "pct", "t", "ri", "psd",
        ],
        Standard::Spf | Standard::Mx | Standard::Dnssec | Standard::Dns => &[],
    }
}

/// Whether what is said of a standard rests on the answers that all others asked for.
pub fn rests_on_all(standard: Standard) -> bool {
    match standard {
        // It says what their answers are worth.
        Standard::Dnssec => true,
        Standard::Spf | Standard::Dkim | Standard::Dmarc | Standard::Mx | Standard::Dns => false,
    }
}

/// How two records relate in effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// No receiver can tell them apart: nothing is said.
    Equal,
    /// The same result for every sender as things stand: in sync, with an Info finding.
    Equivalent,
    /// A receiver can tell: drift.
    Different,
}

/// The outcome of comparing a desired record with an observed one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comparison {
    /// The worst of all that was compared.
    pub class: Class,
    /// One sentence a difference, `p: want reject, found none`; empty unless [`Class::Different`].
    pub differences: Vec<String>,
    /// What makes the records merely equivalent, one sentence each.
    pub notes: Vec<String>,
}

impl Comparison {
    /// Two records no receiver can tell apart.
    pub fn equal() -> Self {
        Self {
            class: Class::Equal,
            differences: Vec::new(),
            notes: Vec::new(),
        }
    }

    /// A comparison from what was found: differences outweigh notes.
    pub fn from_parts(differences: Vec<String>, notes: Vec<String>) -> Self {
        let class = match (differences.is_empty(), notes.is_empty()) {
            (false, _) => Class::Different,
            (true, false) => Class::Equivalent,
            (true, true) => Class::Equal,
        };
        Self {
            class,
            differences,
            notes,
        }
    }
}

/// Octets as text in presentation format: printable ASCII as it is, everything else as `\DDD` (RFC 1035 5.1).
///
/// A backslash becomes `\\`; quotes are left alone, for the result stands without quotes around it.
pub fn presentation(octets: &[u8]) -> String {
    let mut text = String::with_capacity(octets.len());
    for &octet in octets {
        match octet {
            b'\\' => text.push_str("\\\\"),
            0x20..=0x7e => text.push(char::from(octet)),
            other => text.push_str(&format!("\\{other:03}")),
        }
    }
    text
}
