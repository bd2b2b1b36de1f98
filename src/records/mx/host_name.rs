//! What is wrong with the name of a mail host, before anybody asks for its addresses: an address, a name that means
//! another machine to everybody, a null MX that was typed as a host, characters no host name holds.

use std::net::{Ipv4Addr, Ipv6Addr};

use crate::name::{Name, is_ldh};

/// Names that mean another machine to everybody, or nothing at all (RFC 6761, RFC 6762, RFC 7686, RFC 8375, RFC 9476).
const LOCAL: &[&str] = &[
    "localhost",
    "local",
    "localdomain",
    "internal",
    "home.arpa",
    "invalid",
    "lan",
    "test",
    "onion",
    "alt",
];

/// Words people write where they mean that there is no host.
const NOBODY: &[&str] = &[
    "null", "none", "nullmx", "null-mx", "nomail", "no-mail", "nomx", "no-mx", "dot", "root", "empty", "nil",
];

/// What is wrong with a host's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum HostFault {
    /// The null MX was meant, and a host was written (RFC 7505 3).
    Null,
    /// An IP address.
    Address,
    /// Another machine to everybody.
    Local,
    /// One label alone: a dot ends the name where the domain should go on.
    OneLabel,
    /// A port or a scheme stands with it.
    Endpoint,
    /// An e-mail address.
    Mailbox,
    /// A blank in it: a preference, or a second value.
    Blank,
    /// Other characters than letters, digits and inner hyphens.
    Characters,
}

/// What is wrong with the name alone.
pub fn fault(host: &Name) -> Option<HostFault> {
    let is_local = local(host).is_some();
    if is_sound(host) && !is_local {
        return None;
    }
    let labels = host.labels();
    if is_nobody(&labels) || matches!(labels.as_slice(), [one] if is_word_for_nobody(one)) {
        return Some(HostFault::Null);
    }
    if is_address(&labels.join(&b'.')) {
        return Some(HostFault::Address);
    }
    if is_local {
        return Some(HostFault::Local);
    }
    let holds = |octets: &[u8]| labels.iter().flatten().any(|octet| octets.contains(octet));
    // Dots and zeros in one label, with the domain behind them: a null MX that a form has completed.
    let dots = labels.first().filter(|first| !is_ldh(first));
    let dots = dots.is_some_and(|first| first.iter().all(|octet| b"0. \\\"'".contains(octet)));
    match () {
        () if dots => Some(HostFault::Null),
        () if holds(b"@") => Some(HostFault::Mailbox),
        () if holds(b":/") => Some(HostFault::Endpoint),
        () if holds(b" \t") => Some(HostFault::Blank),
        () if !labels.iter().all(is_ldh) => Some(HostFault::Characters),
        () if labels.len() == 1 => Some(HostFault::OneLabel),
        () => None,
    }
}

/// Whether a name that a record of `domain` speaks of (a host of its MX, a term of its SPF) is nowhere for whoever reads that:
/// resolvers answer for such names by themselves, or the root has none of them, so nobody need be asked. A domain below the same
/// name has resolvers of its own.
pub fn is_nowhere(host: &Name, domain: &Name) -> bool {
    let above = local(host);
    above.is_some() && above != local(domain)
}

/// Below which of these names it lies.
fn local(name: &Name) -> Option<&'static str> {
    let text = name.as_str();
    let lies_below = |local: &&&str| {
        let before = text.strip_suffix(**local);
        before.is_some_and(|before| before.is_empty() || before.ends_with('.'))
    };
    LOCAL.iter().find(lies_below).copied()
}

/// Several labels of letters, digits and inner hyphens, and the last begins with a letter: no address and no word for nobody.
fn is_sound(host: &Name) -> bool {
    let last = host.label_texts().last().unwrap_or_default();
    host.has_several_labels()
        && host.label_texts().all(is_ldh)
        && last.starts_with(|first: char| first.is_ascii_alphabetic())
}

/// Nothing but zeros, dots and the signs around them: `0.`, `..`, `0.0.0.0.`, `"0 ."`.
pub fn is_nobody(labels: &[Vec<u8>]) -> bool {
    let sign = |octet: &u8| b"0.: \"'\\@-*".contains(octet);
    !labels.is_empty() && labels.iter().flatten().all(sign)
}

fn is_word_for_nobody(label: &[u8]) -> bool {
    NOBODY
        .iter()
        .any(|word| label.eq_ignore_ascii_case(word.as_bytes()))
}

/// An IP address, in brackets or with a prefix of its own too; also what is all digits and dots, for no name ends so.
pub fn is_address(text: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(text) else {
        return false;
    };
    let bare = text.trim_start_matches('[').trim_end_matches(']');
    let bare = match bare.get(..5) {
        Some(prefix) if prefix.eq_ignore_ascii_case("ipv6:") => bare.get(5..).unwrap_or_default(),
        _ => bare,
    };
    let digits = !bare.is_empty() && bare.bytes().all(|octet| octet.is_ascii_digit() || octet == b'.');
    digits || bare.parse::<Ipv4Addr>().is_ok() || bare.parse::<Ipv6Addr>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_nowhere_for_one_domain_may_be_a_host_of_its_neighbour() {
        for (host, domain, nowhere) in [
            ("localhost", "a.nl", true),
            ("mail.localhost", "a.nl", true),
            ("mx.test", "a.nl", true),
            ("mail.home.arpa", "a.nl", true),
            ("x.onion", "a.nl", true),
            ("mx.test", "a.test", false),
            ("mx.test", "a.invalid", true),
            ("mx.a.nl", "a.nl", false),
            ("mx.a.nl", "a.test", false),
            ("mx.contest", "a.nl", false),
        ] {
            let found = is_nowhere(&host.parse().unwrap(), &domain.parse().unwrap());
            assert_eq!(found, nowhere, "{host} of {domain}");
        }
    }

    #[test]
    fn what_no_host_is_called() {
        use HostFault::*;
        for (text, want) in [
            ("0", Some(Null)),
            ("0.0.0.0", Some(Null)),
            ("\\.", Some(Null)),
            ("\\.\\.", Some(Null)),
            ("0\\032\\.", Some(Null)),
            ("::", Some(Null)),
            ("@", Some(Null)),
            ("\\..a.nl", Some(Null)),
            ("0\\032\\..a.nl", Some(Null)),
            ("null", Some(Null)),
            ("nullmx", Some(Null)),
            ("192.0.2.25", Some(Address)),
            ("[192.0.2.25]", Some(Address)),
            ("2001:db8::25", Some(Address)),
            ("[IPv6:2001:db8::25]", Some(Address)),
            ("25", Some(Address)),
            ("127.0.0.1", Some(Address)),
            ("localhost", Some(Local)),
            ("mail.localhost", Some(Local)),
            ("mail.office.local", Some(Local)),
            ("mail.home.arpa", Some(Local)),
            ("mx.test", Some(Local)),
            ("x.onion", Some(Local)),
            ("mail.mylocalhost", None),
            ("mail.contest", None),
            ("mail", Some(OneLabel)),
            ("nl", Some(OneLabel)),
            ("mail.a.nl:25", Some(Endpoint)),
            ("smtp://mail.a.nl", Some(Endpoint)),
            ("postmaster@a.nl", Some(Mailbox)),
            ("10\\032mail.a.nl", Some(Blank)),
            ("mail_1.a.nl", Some(Characters)),
            ("-mail.a.nl", Some(Characters)),
            ("mail-.a.nl", Some(Characters)),
            ("*.a.nl", Some(Characters)),
            ("m\\195\\169l.a.nl", Some(Characters)),
            ("mail.a.nl", None),
            ("0.a.nl", None),
            ("null.a.nl", None),
            ("1.2.3.4.a.nl", None),
            ("xn--ml-9ja.a.nl", None),
        ] {
            assert_eq!(fault(&text.parse().unwrap()), want, "{text}");
        }
    }
}
