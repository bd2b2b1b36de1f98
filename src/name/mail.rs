//! Which names mail is sent for, and why a text can be none: one answer for the manifest and the command line.
//!
//! Letter case and a trailing dot mean nothing, U-labels become A-labels (UTS #46). What no organization sends mail
//! from, an address, a reverse zone, a top-level domain, the name of a service's record, is told apart from what is
//! merely misspelt: each is refused with its own sentence. Pure: text only.

use std::net::IpAddr;

use super::{Name, NameError};

/// Why no mail is sent from what a text says.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoMailDomain {
    /// `192.0.2.1`, `2001:db8::/32`.
    #[error("an IP address has no mail records of its own: name the domain its mail is sent for")]
    Address,
    /// `user@a.nl`.
    #[error("write the part behind the @")]
    Mailbox,
    /// `3.14`, `1.2.3`.
    #[error("it ends in a number: no top-level domain is one")]
    Number,
    /// `2.0.192.in-addr.arpa`.
    #[error("{0} is a reverse zone: it names addresses, and no mail is sent from it")]
    ReverseZone(Name),
    /// `_dmarc.a.nl`, and the domain it stands below, if that is one.
    #[error(
        "a label that begins with an underscore names a record of a service (RFC 8552), and no mail is sent from \
         it{}",
        instead(.0)
    )]
    Service(Option<Name>),
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

impl From<NameError> for NoMailDomain {
    fn from(error: NameError) -> Self {
        Self::Spelling(error.to_string())
    }
}

/// Reads one domain as a person writes it.
///
/// # Errors
/// When it can be none. A top-level domain, a reverse zone and `_dmarc.a.nl` are domains: see [`not_for_mail`].
pub fn read(text: &str) -> Result<Name, NoMailDomain> {
    if is_address(text) {
        return Err(NoMailDomain::Address);
    }
    if text.contains("://") || text.contains('/') {
        return Err(NoMailDomain::Url);
    }
    if text.contains('@') {
        return Err(NoMailDomain::Mailbox);
    }
    if text.starts_with("*.") {
        return Err(NoMailDomain::Wildcard);
    }
    let ascii = if text.is_ascii() {
        text.to_owned()
    } else {
        idna::domain_to_ascii(text).map_err(|_| {
            NoMailDomain::Spelling("its letters make no internationalised name (UTS #46)".to_owned())
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
        return Err(NoMailDomain::Spelling(
            "labels hold letters, digits and inner hyphens".to_owned(),
        ));
    }
    if labels
        .last()
        .is_some_and(|label| label.iter().all(u8::is_ascii_digit))
    {
        return Err(NoMailDomain::Number);
    }
    Ok(name)
}

/// Why no organization sends mail from a name, whatever DNS says of it: it is one label or none, a reverse zone, or the name of
/// a service's record.
pub fn not_for_mail(name: &Name) -> Option<NoMailDomain> {
    match name.has_several_labels() {
        true => nor_below(name),
        false => Some(NoMailDomain::TopLevel(name.to_string())),
    }
}

/// Why no organization sends mail from a name that has these last labels, nor from any below it: it lies in a reverse zone, or a
/// label names a service's record. One label alone may have domains below it.
pub fn nor_below(name: &Name) -> Option<NoMailDomain> {
    let labels = name.labels();
    if let [.., zone, arpa] = labels.as_slice()
        && arpa == b"arpa"
        && (zone == b"in-addr" || zone == b"ip6")
    {
        return Some(NoMailDomain::ReverseZone(name.clone()));
    }
    let service = labels.iter().rposition(|label| label.starts_with(b"_"))?;
    let below = name.suffix(labels.len() - service - 1);
    Some(NoMailDomain::Service(below.has_several_labels().then_some(below)))
}

fn instead(domain: &Option<Name>) -> String {
    match domain {
        Some(domain) => format!(": name {domain}"),
        None => String::new(),
    }
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
            assert_eq!(read(text).map(|name| name.to_string()), Ok(name.to_owned()));
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
            let why = read(text).expect_err(text).to_string();
            assert!(why.contains(says), "{text:?}: {why}");
        }
    }

    /// What has no mail domain below it either; below one label there may be some.
    #[test]
    fn what_no_organization_sends_from_below_is_told() {
        for (text, says) in [
            ("_domainkey.voorbeeld.nl", "name voorbeeld.nl"),
            ("_tcp", "is sent from it"),
            ("_tcp.nl", "is sent from it"),
            ("in-addr.arpa", "reverse zone"),
            ("2.0.192.in-addr.arpa", "reverse zone"),
            ("ip6.arpa", "reverse zone"),
        ] {
            let name = read(text).expect(text);
            let why = nor_below(&name).map(|why| why.to_string());
            assert!(
                why.as_ref().is_some_and(|why| why.contains(says)),
                "{text}: {why:?}"
            );
        }
        for text in ["nl", "arpa", "voorbeeld.nl", "my_host.a.nl", "home.arpa"] {
            let name = read(text).expect(text);
            assert_eq!(nor_below(&name), None, "{text}");
        }
    }

    #[test]
    fn what_no_organization_sends_from_is_told() {
        for (text, says) in [
            ("nl", "one label"),
            ("localhost", "one label"),
            ("_dmarc", "one label"),
            ("arpa", "one label"),
            ("in-addr.arpa", "reverse zone"),
            ("2.0.192.in-addr.arpa", "reverse zone"),
            ("8.b.d.0.1.0.0.2.IP6.ARPA.", "reverse zone"),
            ("_dmarc.voorbeeld.nl", "name voorbeeld.nl"),
            ("s1._domainkey.post.voorbeeld.nl", "name post.voorbeeld.nl"),
            ("a.nl._report._dmarc.b.nl", "name b.nl"),
            ("_25._tcp.mx.voorbeeld.nl", "name mx.voorbeeld.nl"),
            ("_smtp._tls.voorbeeld.nl", "name voorbeeld.nl"),
            ("_spf.voorbeeld.nl", "name voorbeeld.nl"),
            ("_dmarc.nl", "is sent from it"),
            ("a._tcp", "is sent from it"),
        ] {
            let name = read(text).expect(text);
            let why = not_for_mail(&name).map(|why| why.to_string());
            assert!(
                why.as_ref().is_some_and(|why| why.contains(says)),
                "{text}: {why:?}"
            );
        }
        for text in [
            "voorbeeld.nl",
            "a.example",
            "co.uk",
            "my_host.a.nl",
            "1.nl",
            "arpa.nl",
            "in-addr.arpa.nl",
        ] {
            let name = read(text).expect(text);
            assert_eq!(not_for_mail(&name), None, "{text}");
        }
    }
}
