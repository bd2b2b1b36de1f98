//! Reading one term by the letter of the grammar (RFC 7208 4.6.1, 5, 6, 12).
//!
//! Nothing is guessed here: what slip may stand behind a term that is none is for `slips`.

use std::net::{Ipv4Addr, Ipv6Addr};

use super::addresses::{Network4, Network6};
use super::domain_spec::DomainSpec;
use super::macros::{Letters, domain_spec, macro_string};
use super::part::{Parsed, Part, error, is_digits, place};
use super::record::{DualCidr, Mechanism, Modifier, Qualifier, TermKind};
use super::syntax_error::SyntaxErrorKind as Kind;

/// Reads a term.
pub(super) fn term(term: Part<'_>) -> Parsed<TermKind> {
    if let Some(name) = modifier_name(term.text) {
        return modifier(term, name).map(TermKind::Modifier);
    }
    let (qualifier, sign) = match term.text.as_bytes().first() {
        Some(b'+') => (Qualifier::Pass, 1),
        Some(b'-') => (Qualifier::Fail, 1),
        Some(b'~') => (Qualifier::SoftFail, 1),
        Some(b'?') => (Qualifier::Neutral, 1),
        _ => (Qualifier::Pass, 0),
    };
    let unsigned = term.from(sign);
    let mut octets = unsigned.text.bytes();
    let end = octets.position(|octet| matches!(octet, b':' | b'/'));
    let end = end.unwrap_or(unsigned.text.len());
    let mechanism = mechanism(term, unsigned.until(0, end).text, unsigned.from(end))?;
    Ok(TermKind::Directive { qualifier, mechanism })
}

fn modifier(term: Part<'_>, name: &str) -> Parsed<Modifier> {
    let value = term.from(name.len() + 1);
    let name = name.to_ascii_lowercase();
    match name.as_str() {
        "redirect" | "exp" if value.text.is_empty() => {
            Err(term.error(Kind::DomainEnd, "the domain is missing"))
        }
        "redirect" => domain_spec(value).map(Modifier::Redirect),
        "exp" => domain_spec(value).map(Modifier::Explanation),
        _ => {
            macro_string(value, Letters::Explanation)?;
            let value = value.text.to_owned();
            Ok(Modifier::Unknown { name, value })
        }
    }
}

/// The mechanism `name`, in whatever letters; `rest` follows it.
fn mechanism(term: Part<'_>, name: &str, rest: Part<'_>) -> Parsed<Mechanism> {
    // What is longer than the longest mechanism is none.
    let mut letters = [0; 8];
    let lower = letters.get_mut(..name.len()).and_then(|letters| {
        letters.copy_from_slice(name.as_bytes());
        letters.make_ascii_lowercase();
        std::str::from_utf8(letters).ok()
    });
    let argument = rest.strip_prefix(':');
    let given = argument.filter(|argument| !argument.text.is_empty());
    match lower.unwrap_or(name) {
        "all" if rest.text.is_empty() => Ok(Mechanism::All),
        "all" => Err(term.error(Kind::AllArgument, "all takes no argument")),
        "include" => match given {
            Some(given) => domain_spec(given).map(Mechanism::Include),
            None => Err(term.error(Kind::Include, "include needs a domain: include:spf.example.com")),
        },
        "exists" => match given {
            Some(given) if DualCidrText::split(given).is_written() => {
                Err(term.error(Kind::Exists, "exists takes no prefix length"))
            }
            Some(given) => domain_spec(given).map(Mechanism::Exists),
            None => Err(term.error(Kind::Exists, "exists needs a domain: exists:%{i}.example.com")),
        },
        "ptr" => match (given, argument) {
            (Some(given), _) => domain_spec(given).map(|domain| Mechanism::Ptr(Some(domain))),
            (None, Some(_)) => Err(term.error(Kind::DomainEnd, "the domain is missing")),
            (None, None) if rest.text.is_empty() => Ok(Mechanism::Ptr(None)),
            (None, None) => Err(term.error(Kind::DualCidr, "ptr takes no prefix length")),
        },
        "a" => host(term, rest).map(|(domain, cidr)| Mechanism::A { domain, cidr }),
        "mx" => host(term, rest).map(|(domain, cidr)| Mechanism::Mx { domain, cidr }),
        "ip4" => match given {
            Some(given) => ip4(term, given).map(Mechanism::Ip4),
            None => Err(term.error(Kind::Ip4, "ip4 needs an address: ip4:192.0.2.1")),
        },
        "ip6" => match given {
            Some(given) => ip6(term, given).map(Mechanism::Ip6),
            None => Err(term.error(Kind::Ip6, "ip6 needs an address: ip6:2001:db8::1")),
        },
        _ => {
            let name = name.to_ascii_lowercase();
            Err(term.error(Kind::UnknownMechanism, format!("there is no mechanism {name:?}")))
        }
    }
}

/// `[":" domain-spec] [dual-cidr-length]`
fn host(term: Part<'_>, rest: Part<'_>) -> Parsed<(Option<DomainSpec>, DualCidr)> {
    let split = DualCidrText::split(rest);
    let domain = match split.head.strip_prefix(':') {
        Some(given) if given.text.is_empty() => {
            return Err(term.error(Kind::DomainEnd, "the domain is missing"));
        }
        Some(given) => Some(domain_spec(given)?),
        None if split.head.text.is_empty() => None,
        None => {
            let message = "prefix lengths are written /24, //64 or /24//64";
            return Err(rest.error(Kind::DualCidr, message));
        }
    };
    let v4 = split.v4.map_or(Ok(32), |digits| prefix(digits, 1, 32))?;
    let v6 = split.v6.map_or(Ok(128), |digits| prefix(digits, 2, 128))?;
    Ok((domain, DualCidr { v4, v6 }))
}

/// A prefix length of at most `most`, behind its slashes.
fn prefix(digits: Part<'_>, slashes: usize, most: u8) -> Parsed<u8> {
    let span = digits.at.saturating_sub(slashes)..digits.span().end;
    let digits = digits.text;
    if digits.len() > 1 && digits.starts_with('0') {
        return Err(error(Kind::Prefix, span, "a prefix length has no leading zero"));
    }
    if !is_digits(digits) {
        let message = format!("a prefix length is a number from 0 to {most}");
        return Err(error(Kind::Prefix, span, message));
    }
    match digits.parse::<u8>() {
        Ok(prefix) if prefix <= most => Ok(prefix),
        _ => {
            let message = format!("the prefix length may be at most {most}");
            Err(error(Kind::Prefix, span, message))
        }
    }
}

/// The name before the equals sign, where it is that of a modifier.
fn modifier_name(term: &str) -> Option<&str> {
    let mut octets = term.bytes();
    let end = octets.position(|octet| !is_name_octet(octet))?;
    let name = term
        .get(..end)
        .filter(|_| term.as_bytes().get(end) == Some(&b'='))?;
    is_modifier_name(name).then_some(name)
}

/// Four numbers up to 255, without leading zeros, with dots between them: what the standard library reads as well, and
/// takes five times as long for. Most terms are such an address.
pub(super) fn address4(text: &str) -> Option<Ipv4Addr> {
    let mut numbers = [0_u8; 4];
    let mut octets = text.bytes();
    for (index, number) in numbers.iter_mut().enumerate() {
        let (mut value, mut length) = (0_u16, 0);
        let ended = loop {
            match octets.next() {
                Some(digit @ b'0'..=b'9') if length < 3 && (length == 0 || value > 0) => {
                    value = value * 10 + u16::from(digit - b'0');
                    length += 1;
                }
                Some(b'.') => break false,
                Some(_) => return None,
                None => break true,
            }
        };
        if length == 0 || ended != (index == 3) {
            return None;
        }
        *number = u8::try_from(value).ok()?;
    }
    Some(Ipv4Addr::from(numbers))
}

fn ip4(term: Part<'_>, given: Part<'_>) -> Parsed<Network4> {
    let (written, digits) = split_slash(given);
    let Some(address) = address4(written.text) else {
        return Err(match written.text.parse::<Ipv6Addr>() {
            Ok(_) => written.error(Kind::WrongFamily, "an IPv6 address in ip4: write ip6:"),
            Err(_) => written.error(Kind::Ip4, bad_ip4(given.text)),
        });
    };
    if digits.is_some_and(|digits| digits.text.starts_with('/')) {
        return Err(term.error(Kind::DualCidr, "ip4 takes one prefix length behind one slash"));
    }
    let prefix = digits.map_or(Ok(32), |digits| prefix(digits, 1, 32))?;
    Ok(Network4 { address, prefix })
}

fn ip6(term: Part<'_>, given: Part<'_>) -> Parsed<Network6> {
    let (written, digits) = split_slash(given);
    let Ok(address) = written.text.parse::<Ipv6Addr>() else {
        return Err(match written.text.parse::<Ipv4Addr>() {
            Ok(_) => written.error(Kind::WrongFamily, "an IPv4 address in ip6: write ip4:"),
            Err(_) => {
                let message = "no IPv6 address: eight groups or ::, without brackets or zone";
                written.error(Kind::Ip6, message)
            }
        });
    };
    if digits.is_some_and(|digits| digits.text.starts_with('/')) {
        return Err(term.error(Kind::DualCidr, "ip6 takes one prefix length behind one slash"));
    }
    let prefix = digits.map_or(Ok(128), |digits| prefix(digits, 1, 128))?;
    Ok(Network6 { address, prefix })
}

/// A text with what may be a dual-cidr-length cut off its end.
struct DualCidrText<'t> {
    head: Part<'t>,
    v4: Option<Part<'t>>,
    v6: Option<Part<'t>>,
}

impl<'t> DualCidrText<'t> {
    fn split(whole: Part<'t>) -> Self {
        let (rest, v6) = cut_digits(whole, "//");
        let (head, v4) = cut_digits(rest, "/");
        Self { head, v4, v6 }
    }

    fn is_written(&self) -> bool {
        self.v4.is_some() || self.v6.is_some()
    }
}

/// What stands before the last `slashes`, and the digits behind them; all of it where there are none.
fn cut_digits<'t>(whole: Part<'t>, slashes: &str) -> (Part<'t>, Option<Part<'t>>) {
    match whole.text.rsplit_once(slashes) {
        Some((head, digits)) if is_digits(digits) => {
            let digits = whole.from(head.len() + slashes.len());
            (whole.until(0, head.len()), Some(digits))
        }
        _ => (whole, None),
    }
}

/// What stands before the first slash, and behind it.
fn split_slash(whole: Part<'_>) -> (Part<'_>, Option<Part<'_>>) {
    match place(whole, b'/') {
        Some(at) => (whole.until(0, at), Some(whole.from(at + 1))),
        None => (whole, None),
    }
}

/// The likeliest slip in an IPv4 address.
fn bad_ip4(text: &str) -> String {
    if let Some((_, behind)) = text.split_once("://") {
        let host = behind.split(['/', ':', '?', '#']).next().unwrap_or_default();
        let mechanism = if host.parse::<Ipv4Addr>().is_ok() {
            "ip4"
        } else {
            "a"
        };
        return format!("no IPv4 address but a URL: write {mechanism}:{host}");
    }
    let text = text.split('/').next().unwrap_or(text);
    let parts: Vec<&str> = text.split('.').collect();
    if parts.len() == 4 && parts.iter().all(|part| is_digits(part)) {
        if parts.iter().any(|part| part.len() > 1 && part.starts_with('0')) {
            return "no IPv4 address: a number has no leading zero".to_owned();
        }
        return "no IPv4 address: each number is at most 255".to_owned();
    }
    if text.contains(':') {
        return "no IPv4 address: a port has no place here".to_owned();
    }
    if text.chars().any(|letter| letter.is_ascii_alphabetic()) {
        return "no IPv4 address: a host name is written a:name".to_owned();
    }
    "no IPv4 address: four numbers with dots between them".to_owned()
}

/// `ALPHA *( ALPHA / DIGIT / "-" / "_" / "." )`
pub(super) fn is_modifier_name(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphabetic()) && text.bytes().all(is_name_octet)
}

fn is_name_octet(octet: u8) -> bool {
    octet.is_ascii_alphanumeric() || matches!(octet, b'-' | b'_' | b'.')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::address4;

    proptest! {
        /// What is an address here is one to the standard library, and the other way round.
        #[test]
        fn an_address_is_read_as_the_standard_library_reads_it(
            text in r"[0-9]{0,4}(\.[0-9]{0,4}){2,4}[ .a]?",
            numbers in prop::array::uniform4(0_u16..300),
        ) {
            let [a, b, c, d] = numbers;
            for text in [text, format!("{a}.{b}.{c}.{d}"), format!("{a}.{b}.0{c}.{d}")] {
                prop_assert_eq!(address4(&text), text.parse().ok(), "{}", text);
            }
        }
    }
}
