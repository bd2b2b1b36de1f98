//! DKIM key records (RFC 6376 3.6.1, RFC 8301, RFC 8463): read without losing anything, written canonically, compared
//! by what a verifier does with them.
//!
//! [`parse`] splits a value into tags with spans and refuses nothing; what is wrong with it is asked of the
//! [`Record`]. [`PublicKey`] is the decoded key: SubjectPublicKeyInfo and PKCS#1 forms of one RSA key are the same
//! key, and every way in which `p=` can fail to hold one has its own reason. Pure: octets in, values out.

mod compare;
mod key;
mod parse;
mod weakness;

pub use self::compare::compare;
pub use self::key::{KeyError, KeyForm, KeyKind, PublicKey};
pub use self::parse::{Fault, FaultKind, Material, Record, Tag, parse};
pub use self::weakness::{Published, Weakness};

/// What a TXT value at a selector is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Likeness {
    /// A key record: verifiers read it, whatever they then think of the key.
    Key,
    /// Meant as one, but verifiers discard it; says why.
    NearMiss(&'static str),
    /// Something else.
    Other,
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
            _ => Likeness::NearMiss("the value holds literal quotes"),
        };
    }
    let record = parse(text);
    if let Some(version) = record.tag("v") {
        let first = record.tags().next().is_some_and(|tag| tag.span == version.span);
        let starts = version.value.get(..4).unwrap_or(version.value);
        return match version.value {
            b"DKIM1" if first => Likeness::Key,
            b"DKIM1" => Likeness::NearMiss("v=DKIM1 must be the first tag"),
            value if value.eq_ignore_ascii_case(b"DKIM1") => {
                Likeness::NearMiss("the version must be exactly DKIM1, letter case included")
            }
            _ if starts.eq_ignore_ascii_case(b"DKIM") => {
                Likeness::NearMiss("the version must be exactly DKIM1, ended by a semicolon")
            }
            _ => Likeness::Other,
        };
    }
    if record.tag("p").is_some() {
        return Likeness::Key;
    }
    undeclared(text, &record)
}

/// What a value with neither `v` nor `p` is.
fn undeclared(text: &[u8], record: &Record) -> Likeness {
    let bare = text.trim_ascii_start();
    let starts = |prefix: &[u8]| {
        bare.get(..prefix.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(prefix))
    };
    if bare.starts_with(b"-----BEGIN ") {
        return Likeness::NearMiss("a PEM file is no key record: write v=DKIM1; p= and the base64 alone");
    }
    if starts(b"MI") && bare.len() > 80 && !bare.contains(&b';') {
        return Likeness::NearMiss("the bare base64 is no key record: write v=DKIM1; p= before it");
    }
    if record
        .tags()
        .any(|tag| tag.name.len() == 1 && matches!(tag.name, b"V" | b"P"))
    {
        return Likeness::NearMiss("tag names are written in lower case");
    }
    if starts(b"v DKIM1") || starts(b"v:DKIM1") || starts(b"DKIM1") {
        return Likeness::NearMiss("the record must start with v=DKIM1;");
    }
    if record.tag("k").is_some() {
        return Likeness::Key;
    }
    Likeness::Other
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
