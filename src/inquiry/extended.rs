//! Why a resolver says that it has no answer, in its own words: extended DNS errors (RFC 8914). Pure.
//!
//! It is a hint for people and nothing is judged by it: nobody vouches for it.

use std::fmt;

/// So many characters of a resolver's own text are kept.
const MOST_TEXT: usize = 120;

/// What a resolver adds to an error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExtendedError {
    /// The code (IANA's Extended DNS Error Codes).
    pub code: u16,
    /// What it says beside, without control characters and cut; mostly empty.
    pub text: String,
}

/// The registered codes, by their numbers.
const MEANINGS: [&str; 30] = [
    "Other",
    "Unsupported DNSKEY Algorithm",
    "Unsupported DS Digest Type",
    "Stale Answer",
    "Forged Answer",
    "DNSSEC Indeterminate",
    "DNSSEC Bogus",
    "Signature Expired",
    "Signature Not Yet Valid",
    "DNSKEY Missing",
    "RRSIGs Missing",
    "No Zone Key Bit Set",
    "NSEC Missing",
    "Cached Error",
    "Not Ready",
    "Blocked",
    "Censored",
    "Filtered",
    "Prohibited",
    "Stale NXDOMAIN Answer",
    "Not Authoritative",
    "Not Supported",
    "No Reachable Authority",
    "Network Error",
    "Invalid Data",
    "Signature Expired before Valid",
    "Too Early",
    "Unsupported NSEC3 Iterations Value",
    "Unable to conform to policy",
    "Synthesized",
];

impl ExtendedError {
    /// From the code and the octets of the text as they came (UTF-8, RFC 8914 2).
    pub fn new(code: u16, text: &[u8]) -> Self {
        let text = String::from_utf8_lossy(text);
        let plain = text.chars().map(|one| if one.is_control() { ' ' } else { one });
        let mut text: String = plain.take(MOST_TEXT).collect();
        text.truncate(text.trim_end().len());
        Self { code, text }
    }

    /// What the code is registered for.
    pub fn meaning(&self) -> Option<&'static str> {
        MEANINGS.get(usize::from(self.code)).copied()
    }
}

/// `EDE 7, Signature Expired: "for TXT a.nl"`.
impl fmt::Display for ExtendedError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EDE {}", self.code)?;
        if let Some(meaning) = self.meaning() {
            write!(f, ", {meaning}")?;
        }
        match self.text.is_empty() {
            true => Ok(()),
            false => write!(f, ": {:?}", self.text),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_have_names_and_texts_are_bounded_and_without_control_characters() {
        let long = "x".repeat(500);
        for (code, text, shown) in [
            (7, &b""[..], "EDE 7, Signature Expired".to_owned()),
            (
                22,
                b"at delegation a.nl",
                "EDE 22, No Reachable Authority: \"at delegation a.nl\"".to_owned(),
            ),
            (29, b"", "EDE 29, Synthesized".to_owned()),
            (
                6,
                b"a\x1b[31mb\n\0",
                "EDE 6, DNSSEC Bogus: \"a [31mb\"".to_owned(),
            ),
            (
                49152,
                "caf\u{e9}\u{85}".as_bytes(),
                "EDE 49152: \"caf\u{e9}\"".to_owned(),
            ),
            (0, b"\xff", "EDE 0, Other: \"\u{fffd}\"".to_owned()),
            (
                9,
                long.as_bytes(),
                format!("EDE 9, DNSKEY Missing: {:?}", &long[..MOST_TEXT]),
            ),
        ] {
            assert_eq!(ExtendedError::new(code, text).to_string(), shown);
        }
    }
}
