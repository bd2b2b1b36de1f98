//! DKIM key records (RFC 6376 3.6.1, RFC 8301, RFC 8463): read without losing anything, written canonically, compared
//! by what a verifier does with them.
//!
//! [`parse`] splits a value into tags with spans and refuses nothing; what is wrong with it is asked of the
//! [`Record`]. [`PublicKey`] is the decoded key: SubjectPublicKeyInfo and PKCS#1 forms of one RSA key are the same
//! key, and every way in which `p=` can fail to hold one has its own reason. Pure: octets in, values out.

mod cause;
mod compare;
mod damage;
mod key;
mod parse;
mod weakness;

use crate::name::Name;

pub use self::cause::Cause;
pub use self::compare::compare;
pub use self::damage::Damage;
pub use self::key::{KeyError, KeyForm, KeyKind, PublicKey};
pub use self::parse::{Fault, FaultKind, Material, Record, Tag, parse};
pub use self::weakness::{Published, Weakness};

/// What a TXT value at a selector is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Likeness {
    /// A key record: verifiers read it, whatever they then think of the key.
    Key,
    /// Meant as one, but verifiers discard it.
    NearMiss(NearMiss),
    /// Something else.
    Other,
}

/// Why what was meant as a key record is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum NearMiss {
    /// Base64 without a tag before it.
    BareBase64,
    /// The semicolons stand behind backslashes.
    Escaped,
    /// The name of a host: a CNAME was meant.
    HostName,
    /// A PEM file.
    Pem,
    /// A PEM file of a private key.
    PrivatePem,
    /// Quotes around the value.
    Quoted,
    /// `V=`, `P=`: tag names are case-sensitive.
    UpperCase,
    /// `v:DKIM1` and the like.
    VersionForm,
    /// `v=dkim1`.
    VersionCase,
    /// `v=DKIM1` behind another tag.
    VersionNotFirst,
    /// `v=DKIM2`, `v=DKIM1 k=rsa`.
    VersionValue,
}

impl NearMiss {
    /// What is wrong with it, in a few words.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::BareBase64 => "the bare base64 is no key record: write v=DKIM1; p= before it",
            Self::Escaped => "the value holds literal backslashes before its semicolons",
            Self::HostName => "a host name in a TXT record is no key: a CNAME was meant",
            Self::Pem => "a PEM file is no key record: write v=DKIM1; p= and the base64 alone",
            Self::PrivatePem => "a private key is no key record, and anybody can sign with it",
            Self::Quoted => "the value holds literal quotes",
            Self::UpperCase => "tag names are written in lower case",
            Self::VersionForm => "the record must start with v=DKIM1;",
            Self::VersionCase => "the version must be exactly DKIM1, letter case included",
            Self::VersionNotFirst => "v=DKIM1 must be the first tag",
            Self::VersionValue => "the version must be exactly DKIM1, ended by a semicolon",
        }
    }
}

impl std::fmt::Display for NearMiss {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Tells key records from near misses and from other text.
///
/// `v` is optional (RFC 6376 3.6.1), so a list with a `p` tag and no `v` is a key record. Where `v` stands it must
/// be the first tag and exactly `DKIM1`.
pub fn likeness(text: &[u8]) -> Likeness {
    let quoted = text.trim_ascii_start();
    if quoted.starts_with(b"\"") || quoted.starts_with(b"\\\"") {
        let inner = quoted
            .iter()
            .take_while(|octet| matches!(octet, b'"' | b'\\'))
            .count();
        return match likeness(quoted.get(inner..).unwrap_or_default()) {
            Likeness::Other => Likeness::Other,
            // The graver of two faults is the one that is named.
            Likeness::NearMiss(graver @ (NearMiss::PrivatePem | NearMiss::HostName)) => {
                Likeness::NearMiss(graver)
            }
            Likeness::NearMiss(_) | Likeness::Key => Likeness::NearMiss(NearMiss::Quoted),
        };
    }
    let record = parse(text);
    let near_miss = if let Some(version) = record.tag("v") {
        let first = record.tags().next().is_some_and(|tag| tag.span == version.span);
        let starts = version.value.get(..4).unwrap_or(version.value);
        match version.value {
            b"DKIM1" if first => return Likeness::Key,
            b"DKIM1" => NearMiss::VersionNotFirst,
            value if value.eq_ignore_ascii_case(b"DKIM1") => NearMiss::VersionCase,
            b"DKIM1\\" => NearMiss::Escaped,
            _ if starts.eq_ignore_ascii_case(b"DKIM") => NearMiss::VersionValue,
            _ => return Likeness::Other,
        }
    } else if record.tag("p").is_some() {
        return Likeness::Key;
    } else {
        return undeclared(text, &record);
    };
    Likeness::NearMiss(near_miss)
}

/// What a value with neither `v` nor `p` is.
fn undeclared(text: &[u8], record: &Record) -> Likeness {
    let bare = text.trim_ascii_start();
    let starts = |prefix: &[u8]| {
        bare.get(..prefix.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(prefix))
    };
    if bare.starts_with(b"-----BEGIN ") {
        let private = bare.windows(11).any(|window| window == b"PRIVATE KEY");
        return Likeness::NearMiss(if private {
            NearMiss::PrivatePem
        } else {
            NearMiss::Pem
        });
    }
    if starts(b"MI") && bare.len() > 80 && !bare.contains(&b';') {
        return Likeness::NearMiss(NearMiss::BareBase64);
    }
    let upper = |name: &[u8]| matches!(name, b"V" | b"P");
    if record.tags().any(|tag| upper(tag.name)) {
        return Likeness::NearMiss(NearMiss::UpperCase);
    }
    if starts(b"v DKIM1") || starts(b"v:DKIM1") || starts(b"DKIM1") {
        return Likeness::NearMiss(NearMiss::VersionForm);
    }
    if record.tag("k").is_some() {
        return Likeness::Key;
    }
    if host_name(text).is_some() {
        return Likeness::NearMiss(NearMiss::HostName);
    }
    Likeness::Other
}

/// The host a text names and nothing else, as a CNAME's target would be: labels of letters, digits, hyphens and
/// underscores, the last of letters. Quotes, white space and the word CNAME around it mean nothing.
pub fn host_name(text: &[u8]) -> Option<Name> {
    let text = std::str::from_utf8(text).ok()?;
    let noise = |character: char| character.is_ascii_whitespace() || matches!(character, '"' | '\'' | '\\');
    let text = text.trim_matches(noise);
    let text = text
        .strip_prefix("CNAME")
        .map_or(text, |rest| rest.trim_matches(noise));
    let name: Name = text.parse().ok()?;
    let plain = |label: &Vec<u8>| {
        label
            .iter()
            .all(|octet| octet.is_ascii_alphanumeric() || matches!(octet, b'-' | b'_'))
    };
    let labels = name.labels();
    let top = labels.last()?;
    let letters = top.len() > 1 && (top.iter().all(u8::is_ascii_alphabetic) || top.starts_with(b"xn--"));
    (labels.len() > 1 && labels.iter().all(plain) && letters).then_some(name)
}

/// What a key record must be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DesiredKey {
    /// This key; `None` for any.
    pub key: Option<PublicKey>,
    /// `t=y`.
    pub testing: bool,
    /// `t=s`.
    pub strict_identity: bool,
}

impl DesiredKey {
    /// The canonical record, `v=DKIM1; k=ed25519; t=y:s; p=…` (`k=rsa` is the default and not written); `None` where
    /// any key will do.
    pub fn to_text(&self) -> Option<String> {
        let key = self.key.as_ref()?;
        let mut text = String::from("v=DKIM1; ");
        if key.kind == KeyKind::Ed25519 {
            text.push_str("k=ed25519; ");
        }
        match (self.testing, self.strict_identity) {
            (true, true) => text.push_str("t=y:s; "),
            (true, false) => text.push_str("t=y; "),
            (false, true) => text.push_str("t=s; "),
            (false, false) => {}
        }
        text.push_str("p=");
        text.push_str(&key.to_base64());
        Some(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn likeness_tells_what_verifiers_read() {
        let bare = format!("MIIB{}", "A".repeat(100));
        for (text, want) in [
            ("v=DKIM1; p=AAAA", "key"),
            ("v=DKIM1;p=", "key"),
            (" v = DKIM1 ; p=", "key"),
            ("p=AAAA", "key"),
            ("k=rsa; p=AAAA", "key"),
            ("v=DKIM1; k=rsa", "key"),
            ("k=rsa", "key"),
            ("v=dkim1; p=AAAA", "near miss"),
            ("v=DKIM1 k=rsa; p=AAAA", "near miss"),
            ("v=DKIM2; p=AAAA", "near miss"),
            ("k=rsa; v=DKIM1; p=AAAA", "near miss"),
            ("V=DKIM1; P=AAAA", "near miss"),
            ("P=AAAA", "near miss"),
            ("\"v=DKIM1; p=AAAA\"", "near miss"),
            ("\\\"v=DKIM1; p=AAAA\\\"", "near miss"),
            ("-----BEGIN PUBLIC KEY-----", "near miss"),
            ("v:DKIM1; k:rsa", "near miss"),
            ("v=DKIM1\\; k=rsa\\; p=AAAA", "near miss"),
            ("s1.a-example.dkim.provider.example.", "near miss"),
            ("\"s1._domainkey.provider.example\"", "near miss"),
            ("CNAME s1.provider.example", "near miss"),
            ("1.2.3.4", "other"),
            ("hello.", "other"),
            ("two words.example", "other"),
            (&bare, "near miss"),
            ("v=spf1 -all", "other"),
            ("v=DMARC1; p=none", "other"),
            ("google-site-verification=AAAA", "other"),
            ("\"hello\"", "other"),
            ("", "other"),
        ] {
            let found = match likeness(text.as_bytes()) {
                Likeness::Key => "key",
                Likeness::NearMiss(_) => "near miss",
                Likeness::Other => "other",
            };
            assert_eq!(found, want, "{text:?}");
        }
    }
}
