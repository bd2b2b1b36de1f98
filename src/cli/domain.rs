//! One domain as a person writes it, and why a text can be none.
//!
//! Letter case and a trailing dot mean nothing, U-labels become A-labels (UTS #46). What mail cannot be sent from, an
//! address, a reverse zone, a top-level domain, is told apart from what is merely misspelt: each is refused with its
//! own sentence. Pure.

use std::net::IpAddr;

use psl::{Psl, Type};

use crate::name::{Name, NameError};

/// Why a text is no domain to look at.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoDomain {
    /// `192.0.2.1`, `2001:db8::/32`.
    #[error("an IP address has no mail records of its own: name the domain its mail is sent for")]
    Address,
    /// `user@a.nl`.
    #[error("write the part behind the @")]
    Mailbox,
    /// `3.14`, `1.2.3`.
    #[error("it ends in a number: no top-level domain is one")]
    Number,
    /// `co.uk`: names are registered below it, and it is no organization's own.
    #[error(
        "{0} is a public suffix: organizations register names below it (--public-suffixes looks at it all \
         the same)"
    )]
    PublicSuffix(Name),
    /// `2.0.192.in-addr.arpa`.
    #[error("{0} is a reverse zone: it names addresses, and no mail is sent from it")]
    ReverseZone(Name),
    /// What DNS or host names do not allow.
    #[error("{0}")]
    Spelling(String),
    /// `nl`, `localhost`.
    #[error("{0:?} is one label: a top-level domain or a host's own name, and no domain mail is sent from")]
    TopLevel(String),
    /// `https://a.nl/`.
    #[error("write the domain alone, not a URL")]
    Url,
    /// `*.a.nl`.
    #[error("write the domain itself, not a wildcard")]
    Wildcard,
}

impl From<NameError> for NoDomain {
    fn from(error: NameError) -> Self {
        Self::Spelling(error.to_string())
    }
}

/// Reads one domain.
///
/// # Errors
/// When it can be none. A top-level domain, a public suffix and a reverse zone are domains: see [`sends_no_mail`].
pub fn domain(text: &str) -> Result<Name, NoDomain> {
    if is_address(text) {
        return Err(NoDomain::Address);
    }
    if text.contains("://") || text.contains('/') {
        return Err(NoDomain::Url);
    }
    if text.contains('@') {
        return Err(NoDomain::Mailbox);
    }
    if text.starts_with("*.") {
        return Err(NoDomain::Wildcard);
    }
    let ascii = if text.is_ascii() {
        text.to_owned()
    } else {
        idna::domain_to_ascii(text).map_err(|_| {
            NoDomain::Spelling("its letters make no internationalised name (UTS #46)".to_owned())
        })?
    };
    let name: Name = ascii.parse()?;
    let labels = name.labels();
    let host = |label: &Vec<u8>| {
        label
            .iter()
            .all(|octet| octet.is_ascii_alphanumeric() || matches!(octet, b'-' | b'_'))
            && !label.starts_with(b"-")
            && !label.ends_with(b"-")
    };
    if name.is_root() || !labels.iter().all(host) {
        return Err(NoDomain::Spelling(
            "labels hold letters, digits and inner hyphens".to_owned(),
        ));
    }
    if labels
        .last()
        .is_some_and(|label| label.iter().all(u8::is_ascii_digit))
    {
        return Err(NoDomain::Number);
    }
    Ok(name)
}

/// Why no organization sends mail from a name: it is one label, a reverse zone or, unless `suffixes` are asked for, a
/// public suffix. The private part of the public suffix list (a provider's customers) is an organization's own.
pub fn sends_no_mail(name: &Name, suffixes: bool) -> Option<NoDomain> {
    let labels = name.labels();
    if let [_] = labels.as_slice() {
        return Some(NoDomain::TopLevel(name.to_string()));
    }
    if matches!(labels.as_slice(), [.., zone, arpa] if arpa == b"arpa" && (zone == b"in-addr" || zone == b"ip6"))
    {
        return Some(NoDomain::ReverseZone(name.clone()));
    }
    let suffix = psl::List.suffix(name.as_str().as_bytes())?;
    let public = suffix.typ() == Some(Type::Icann) && suffix.as_bytes() == name.as_str().as_bytes();
    (public && !suffixes).then(|| NoDomain::PublicSuffix(name.clone()))
}

/// Whether a text is an IP address, with or without brackets and a prefix length.
pub fn is_address(text: &str) -> bool {
    let text = text.strip_suffix('.').unwrap_or(text);
    let (address, prefix) = text.split_once('/').unwrap_or((text, "0"));
    let address = address
        .strip_prefix('[')
        .and_then(|inner| inner.strip_suffix(']'))
        .unwrap_or(address);
    // A zone index (RFC 4007 11) belongs to an address too.
    let address = address.split('%').next().unwrap_or_default();
    address.parse::<IpAddr>().is_ok() && prefix.parse::<u8>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn domains_are_read_as_people_write_them() {
        for (text, name) in [
            ("Voorbeeld.NL.", "voorbeeld.nl"),
            ("bücher.example", "xn--bcher-kva.example"),
            ("例え。テスト", "xn--r8jz45g.xn--zckzah"),
            ("_spf.a.nl", "_spf.a.nl"),
            ("1.nl", "1.nl"),
        ] {
            assert_eq!(domain(text).map(|name| name.to_string()), Ok(name.to_owned()));
        }
    }

    #[test]
    fn what_can_be_no_domain_is_refused_with_its_own_sentence() {
        let long = "a".repeat(70);
        for (text, says) in [
            ("", "label is empty"),
            (".", "labels hold"),
            ("a..b", "label is empty"),
            ("a b.nl", "labels hold"),
            ("-a.nl", "labels hold"),
            ("https://a.nl/", "not a URL"),
            ("a.nl/index.html", "not a URL"),
            ("x@a.nl", "behind the @"),
            ("*.a.nl", "wildcard"),
            ("a.nl\u{202e}", "internationalised"),
            (&long, "longer than 63"),
            ("192.0.2.1", "IP address"),
            ("192.0.2.0/24", "IP address"),
            ("2001:db8::1", "IP address"),
            ("[2001:db8::1]", "IP address"),
            ("fe80::1%eth0", "IP address"),
            ("1.2.3", "ends in a number"),
            ("a.nl:25", "labels hold"),
        ] {
            let why = domain(text).expect_err(text).to_string();
            assert!(why.contains(says), "{text:?}: {why}");
        }
    }

    #[test]
    fn what_no_organization_sends_from_is_told() {
        for (text, says) in [
            ("nl", "one label"),
            ("localhost", "one label"),
            ("co.uk", "public suffix"),
            ("gov.uk", "public suffix"),
            ("2.0.192.in-addr.arpa", "reverse zone"),
            ("8.b.d.0.1.0.0.2.ip6.arpa", "reverse zone"),
        ] {
            let name = domain(text).expect(text);
            let why = sends_no_mail(&name, false).map(|why| why.to_string());
            assert!(
                why.as_ref().is_some_and(|why| why.contains(says)),
                "{text}: {why:?}"
            );
        }
        // A provider's customers stand on the private part of the list; unknown top-level domains are nobody's.
        for text in ["github.io", "blogspot.com", "voorbeeld.nl", "a.example", "uk.com"] {
            let name = domain(text).expect(text);
            assert_eq!(sends_no_mail(&name, false), None, "{text}");
        }
        let asked_for = domain("gov.uk").expect("it is a name");
        assert_eq!(sends_no_mail(&asked_for, true), None);
    }
}
