//! The record standards, one file each: parse with spans, write canonically, compare by effect.
//!
//! A parser here loses nothing: unknown, duplicate and misplaced terms stay in the parsed value with their span, so a
//! rule can point at them. Writers write one canonical form; `parse(write(x))` means `x`. Comparison asks what a
//! receiver can tell apart, not how a record is spelled. Pure: octets in, values out.

pub mod caa;
pub mod dane;
pub mod dkim;
pub mod dmarc;
pub mod fields;
pub mod foreign;
mod kept;
pub mod mtasts;
pub mod mx;
pub mod odd;
pub mod spf;
mod standards;
pub mod tags;
pub mod tlsrpt;

use std::ops::Range;

use serde::Serialize;

/// A stretch of a record's joined text, in octets.
pub type Span = Range<usize>;

pub use self::standards::Standards;

/// Makes the enumeration, the list of all and their names from the one list below: nothing can be forgotten in another.
macro_rules! standards {
    ($($(#[$doc:meta])* $standard:ident = $name:literal $(as $condition:literal)?,)*) => {
        /// The standards Zegel knows, as status, JSON and conditions name them.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
        pub enum Standard {
            $($(#[$doc])* #[serde(rename = $name)] $standard,)*
        }

        impl Standard {
            /// Every standard, in the order they are shown.
            pub const ALL: &'static [Self] = &[$(Self::$standard,)*];

            /// The name people know it by.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$standard => $name,)*
                }
            }

            /// The condition type in status: the same in letters and digits alone.
            pub const fn condition(self) -> &'static str {
                match self {
                    $(Self::$standard => standards!(@condition $name $(as $condition)?),)*
                }
            }
        }
    };
    (@condition $name:literal as $condition:literal) => {
        $condition
    };
    (@condition $name:literal) => {
        $name
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
    /// SMTP MTA Strict Transport Security, RFC 8461.
    MtaSts = "MTA-STS" as "MTASTS",
    /// SMTP TLS Reporting, RFC 8460.
    TlsRpt = "TLS-RPT" as "TLSRPT",
    /// TLSA records of mail hosts, RFC 7672.
    Dane = "DANE",
    /// TLS at the mail exchanges, RFC 3207.
    Tls = "TLS",
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
        Standard::MtaSts => mtasts::likeness(text) != fields::Likeness::Other,
        Standard::TlsRpt => tlsrpt::likeness(text) != fields::Likeness::Other,
        Standard::Mx | Standard::Dane | Standard::Tls | Standard::Dnssec | Standard::Dns => false,
    }
}

/// The names of a standard's tags, where its records are lists of them.
pub fn tag_names(standard: Standard) -> &'static [&'static str] {
    match standard {
        Standard::Dkim => &["v", "k", "p", "t", "s", "h", "n", "g"],
        Standard::Dmarc => &[
            "p", "sp", "np", "rua", "ruf", "fo", "adkim", "aspf", "pct", "t", "ri", "psd",
        ],
        Standard::MtaSts => &["id"],
        Standard::TlsRpt => &["rua"],
        Standard::Spf | Standard::Mx | Standard::Dane | Standard::Tls | Standard::Dnssec | Standard::Dns => {
            &[]
        }
    }
}

/// The whole text that was meant where one is spoilt by quotes, blanks or odd characters, for standards that can tell.
pub fn whole(standard: Standard, text: &[u8]) -> Option<Vec<u8>> {
    match standard {
        Standard::Dmarc => dmarc::whole(text),
        Standard::Spf
        | Standard::Dkim
        | Standard::Mx
        | Standard::MtaSts
        | Standard::TlsRpt
        | Standard::Dane
        | Standard::Dnssec
        | Standard::Tls
        | Standard::Dns => None,
    }
}

/// Whether what is said of a standard rests on the answers that all others asked for.
pub fn rests_on_all(standard: Standard) -> bool {
    match standard {
        // It says what their answers are worth.
        Standard::Dnssec => true,
        Standard::Spf
        | Standard::Dkim
        | Standard::Dmarc
        | Standard::Mx
        | Standard::MtaSts
        | Standard::TlsRpt
        | Standard::Dane
        | Standard::Tls
        | Standard::Dns => false,
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
    let is_plain = |octet: &u8| matches!(octet, b' '..=b'[' | b']'..=b'~');
    // To look at all octets is quicker than to stop at one.
    if octets.iter().fold(true, |plain, octet| plain & is_plain(octet))
        && let Ok(text) = str::from_utf8(octets)
    {
        return text.to_owned();
    }
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

/// Octets as a character string in quotes (RFC 1035 5.1).
pub fn quoted(string: &[u8]) -> String {
    let mut text = String::with_capacity(string.len() + 2);
    text.push('"');
    for &octet in string {
        match octet {
            b'"' | b'\\' => {
                text.push('\\');
                text.push(char::from(octet));
            }
            b' '..=b'~' => text.push(char::from(octet)),
            _ => text.push_str(&format!("\\{octet:03}")),
        }
    }
    text.push('"');
    text
}

/// The octet behind a backslash: itself, or one in three digits (RFC 1035 5.1); `None` where there is none.
pub fn escaped(octets: &mut impl Iterator<Item = u8>) -> Option<u8> {
    let first = octets.next()?;
    if !first.is_ascii_digit() {
        return Some(first);
    }
    let mut number = u32::from(first - b'0');
    for _ in 0..2 {
        let digit = octets.next().filter(u8::is_ascii_digit)?;
        number = number * 10 + u32::from(digit - b'0');
    }
    u8::try_from(number).ok()
}
