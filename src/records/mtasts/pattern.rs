//! What a line `mx:` of a policy covers (RFC 8461 3.2, 4.1): a host, or any host exactly one label below a name.

use std::fmt;
use std::net::Ipv6Addr;

use crate::name::{Name, NameError, is_ldh};

/// A host, or `*.` and the name right above the hosts that are meant.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Pattern {
    /// The host; without the asterisk where there is one.
    name: Name,
    /// Whether it stands for the hosts one label below the name, and not for the name.
    wildcard: bool,
}

/// Why a text is no pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PatternFault {
    /// Nothing.
    Empty,
    /// `.example.nl`, as an early draft had it.
    LeadingDot,
    /// An asterisk that is not the whole first label.
    Asterisk,
    /// Characters outside ASCII: A-labels are written.
    NonAscii,
    /// An IP address.
    Address,
    /// A host with a port behind it.
    Port,
    /// No host name.
    Name,
}

impl PatternFault {
    /// What is wrong, to follow the text.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Empty => "is empty",
            Self::LeadingDot => "begins with a dot, as an early draft had it: write *. before the name",
            Self::Asterisk => "has an asterisk elsewhere than as the whole first label",
            Self::NonAscii => "has characters outside ASCII: write A-labels (xn--…)",
            Self::Address => "is an address, where a host's name belongs",
            Self::Port => "names a port: write the host alone",
            Self::Name => "is no host name",
        }
    }
}

impl Pattern {
    /// This host alone.
    pub fn host(name: Name) -> Self {
        Self {
            name,
            wildcard: false,
        }
    }

    /// Reads a pattern; letter case and a dot at the end mean nothing.
    ///
    /// # Errors
    /// When it is none.
    pub fn parse(text: &str) -> Result<Self, PatternFault> {
        let (wildcard, rest) = match text.strip_prefix("*.") {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        if text.is_empty() || text == "." {
            return Err(PatternFault::Empty);
        }
        if rest.starts_with('.') {
            return Err(PatternFault::LeadingDot);
        }
        if rest.contains('*') || rest.is_empty() {
            return Err(PatternFault::Asterisk);
        }
        let name: Name = rest.parse().map_err(|error| match error {
            NameError::NonAscii => PatternFault::NonAscii,
            _ => PatternFault::Name,
        })?;
        let labels = name.labels();
        if is_address(text) {
            return Err(PatternFault::Address);
        }
        if has_port(rest) {
            return Err(PatternFault::Port);
        }
        // One label is a domain to the grammar (RFC 5321 4.1.2): it is read, though it covers no host there is.
        if labels.is_empty() || !labels.iter().all(is_ldh) {
            return Err(PatternFault::Name);
        }
        Ok(Self { name, wildcard })
    }

    /// Whether a host is covered: `*.` stands for exactly one label, never for none (RFC 8461 4.1).
    pub fn covers(&self, host: &Name) -> bool {
        match self.wildcard {
            true => host.parent().is_some_and(|above| above == self.name),
            false => *host == self.name,
        }
    }

    /// Whether it stands for every host one label below a name.
    pub fn is_wildcard(&self) -> bool {
        self.wildcard
    }

    /// The name, without the asterisk.
    pub fn name(&self) -> &Name {
        &self.name
    }
}

/// Whether a text is an IP address, or a name that every program takes for one: its last label is a number.
fn is_address(text: &str) -> bool {
    let bare = text.split_once("]:").map_or(text, |(address, _)| address);
    let bare = bare.trim_start_matches('[').trim_end_matches(']');
    if bare.parse::<Ipv6Addr>().is_ok() {
        return true;
    }
    let host = text.split(':').next().unwrap_or_default();
    let last = host.strip_suffix('.').unwrap_or(host).rsplit('.').next();
    last.is_some_and(|last| !last.is_empty() && last.bytes().all(|octet| octet.is_ascii_digit()))
}

/// Whether a colon and a number stand behind a name.
fn has_port(text: &str) -> bool {
    text.split_once(':').is_some_and(|(host, port)| {
        let is_number = !port.is_empty() && port.bytes().all(|octet| octet.is_ascii_digit());
        let is_host = |name: &Name| !name.labels().is_empty() && name.labels().iter().all(is_ldh);
        is_number && host.parse().is_ok_and(|name| is_host(&name))
    })
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.wildcard {
            true => write!(f, "*.{}", self.name),
            false => self.name.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_asterisk_is_exactly_one_label() {
        for (pattern, host, covered) in [
            ("mx1.a.nl", "mx1.a.nl", true),
            ("MX1.a.nl.", "mx1.A.nl", true),
            ("mx1.a.nl", "mx2.a.nl", false),
            ("*.a.nl", "mx1.a.nl", true),
            ("*.a.nl", "a.nl", false),
            ("*.a.nl", "b.mx1.a.nl", false),
            ("*.a.nl", "mx1.ba.nl", false),
            ("*.nl", "a.nl", true),
            ("*.nl", "mx1.a.nl", false),
            ("mail", "mail.a.nl", false),
        ] {
            let pattern = Pattern::parse(pattern).unwrap();
            assert_eq!(
                pattern.covers(&host.parse().unwrap()),
                covered,
                "{pattern} {host}"
            );
        }
    }

    #[test]
    fn what_is_no_pattern_says_why() {
        for (text, want) in [
            ("", PatternFault::Empty),
            (".", PatternFault::Empty),
            (".a.nl", PatternFault::LeadingDot),
            ("mx*.a.nl", PatternFault::Asterisk),
            ("*", PatternFault::Asterisk),
            ("*.", PatternFault::Asterisk),
            ("*.*.nl", PatternFault::Asterisk),
            ("mx.*.a.nl", PatternFault::Asterisk),
            ("mål.a.nl", PatternFault::NonAscii),
            ("192.0.2.1", PatternFault::Address),
            ("192.0.2.1.", PatternFault::Address),
            ("192.0.2.1:25", PatternFault::Address),
            ("2001:db8::1", PatternFault::Address),
            ("[2001:db8::1]", PatternFault::Address),
            ("[2001:db8::1]:25", PatternFault::Address),
            ("mx1.a.nl:25", PatternFault::Port),
            ("*.a.nl:587", PatternFault::Port),
            ("mx1.a.nl.:25", PatternFault::Port),
            ("mx1.a.nl:", PatternFault::Name),
            ("mx1.a.nl:smtp", PatternFault::Name),
            ("smtp:mx1.a.nl", PatternFault::Name),
            (":25", PatternFault::Name),
            ("mail_", PatternFault::Name),
            ("-mail", PatternFault::Name),
            ("*.n_l", PatternFault::Name),
            ("mx_1.a.nl", PatternFault::Name),
            ("mx 1.a.nl", PatternFault::Name),
            ("a..nl", PatternFault::Name),
        ] {
            assert_eq!(Pattern::parse(text), Err(want), "{text:?}");
        }
    }
}
