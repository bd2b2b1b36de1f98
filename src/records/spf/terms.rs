//! Reading one term by the letter of the grammar (RFC 7208 4.6.1, 5, 6, 12).
//!
//! Nothing is guessed here: what slip may stand behind a term that is none is for `slips`.

use std::net::{Ipv4Addr, Ipv6Addr};

use super::addresses::{Network4, Network6};
use super::domain_spec::DomainSpec;
use super::macros::{Letters, domain_spec, macro_string};
use super::numbers::{Read, address4, address6, number, whole};
use super::part::{Parsed, Part, error, is_digits, place};
use super::record::{DualCidr, Mechanism, Modifier, Qualifier, TermKind};
use super::syntax_error::{SyntaxError, SyntaxErrorKind as Kind};

/// The term at the begin of a text where it is a network without a qualifier, as five of six terms are: reading it tells
/// where it ends. `None` where it is anything else; that is for [`term`] to read.
#[inline]
pub(super) fn network(text: &[u8]) -> Read<'_, Mechanism> {
    let (mechanism, behind) = match text {
        [b'i', b'p', b'4', b':', given @ ..] => {
            let (network, behind) = network4(given)?;
            (Mechanism::Ip4(network), behind)
        }
        [b'i', b'p', b'6', b':', given @ ..] => {
            let (network, behind) = network6(given)?;
            (Mechanism::Ip6(network), behind)
        }
        _ => return None,
    };
    match behind {
        [] | [b' ', ..] => Some((mechanism, behind)),
        _ => None,
    }
}

/// Reads a term.
pub(super) fn term(term: Part<'_>) -> Parsed<TermKind> {
    let (qualifier, sign) = match term.text.as_bytes().first() {
        Some(b'+') => (Qualifier::Pass, 1),
        Some(b'-') => (Qualifier::Fail, 1),
        Some(b'~') => (Qualifier::SoftFail, 1),
        Some(b'?') => (Qualifier::Neutral, 1),
        _ => (Qualifier::Pass, 0),
    };
    let unsigned = term.from(sign);
    let mut octets = unsigned.text.bytes();
    let end = octets.position(|octet| !is_name_octet(octet));
    let end = end.unwrap_or(unsigned.text.len());
    let name = unsigned.until(0, end).text;
    let rest = unsigned.from(end);
    match rest.text.as_bytes().first() {
        Some(b'=') if sign == 0 && is_modifier_name(name) => {
            modifier(name, rest.from(1), term).map(TermKind::Modifier)
        }
        None | Some(b':' | b'/') => {
            let mechanism = mechanism(term, name, rest)?;
            Ok(TermKind::Directive { qualifier, mechanism })
        }
        Some(_) => Err(unknown(term, unsigned.text)),
    }
}

/// No mechanism begins so.
#[cold]
fn unknown(term: Part<'_>, unsigned: &str) -> Box<SyntaxError> {
    let name = unsigned.split([':', '/']).next().unwrap_or_default();
    let name = name.to_ascii_lowercase();
    term.error(Kind::UnknownMechanism, format!("there is no mechanism {name:?}"))
}

fn modifier(name: &str, value: Part<'_>, term: Part<'_>) -> Parsed<Modifier> {
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
    for (letter, octet) in letters.iter_mut().zip(name.bytes()) {
        *letter = octet.to_ascii_lowercase();
    }
    let lower = letters.get(..name.len()).unwrap_or_default();
    let argument = rest.strip_prefix(':');
    let given = argument.filter(|argument| !argument.text.is_empty());
    match lower {
        b"all" if rest.text.is_empty() => Ok(Mechanism::All),
        b"all" => Err(term.error(Kind::AllArgument, "all takes no argument")),
        b"include" => match given {
            Some(given) => domain_spec(given).map(Mechanism::Include),
            None => Err(term.error(Kind::Include, "include needs a domain: include:spf.example.com")),
        },
        b"exists" => match given {
            Some(given) if DualCidrText::split(given).is_written() => {
                Err(term.error(Kind::Exists, "exists takes no prefix length"))
            }
            Some(given) => domain_spec(given).map(Mechanism::Exists),
            None => Err(term.error(Kind::Exists, "exists needs a domain: exists:%{i}.example.com")),
        },
        b"ptr" => match (given, argument) {
            (Some(given), _) => domain_spec(given).map(|domain| Mechanism::Ptr(Some(domain))),
            (None, Some(_)) => Err(term.error(Kind::DomainEnd, "the domain is missing")),
            (None, None) if rest.text.is_empty() => Ok(Mechanism::Ptr(None)),
            (None, None) => Err(term.error(Kind::DualCidr, "ptr takes no prefix length")),
        },
        b"a" => host(term, rest).map(|(domain, cidr)| Mechanism::A { domain, cidr }),
        b"mx" => host(term, rest).map(|(domain, cidr)| Mechanism::Mx { domain, cidr }),
        b"ip4" => match given {
            Some(given) => match whole(network4(given.text.as_bytes())) {
                Some(network) => Ok(Mechanism::Ip4(network)),
                None => Err(no_network4(term, given)),
            },
            None => Err(term.error(Kind::Ip4, "ip4 needs an address: ip4:192.0.2.1")),
        },
        b"ip6" => match given {
            Some(given) => match whole(network6(given.text.as_bytes())) {
                Some(network) => Ok(Mechanism::Ip6(network)),
                None => Err(no_network6(term, given)),
            },
            None => Err(term.error(Kind::Ip6, "ip6 needs an address: ip6:2001:db8::1")),
        },
        _ => Err(unknown(term, name)),
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
    match number(digits.text.as_bytes()) {
        Some((prefix, [])) if prefix <= most => Ok(prefix),
        _ => Err(no_prefix(digits, slashes, most)),
    }
}

#[cold]
fn no_prefix(digits: Part<'_>, slashes: usize, most: u8) -> Box<SyntaxError> {
    let span = digits.at.saturating_sub(slashes)..digits.span().end;
    let digits = digits.text;
    let message = if digits.len() > 1 && digits.starts_with('0') {
        "a prefix length has no leading zero".to_owned()
    } else if is_digits(digits) {
        format!("the prefix length may be at most {most}")
    } else {
        format!("a prefix length is a number from 0 to {most}")
    };
    error(Kind::Prefix, span, message)
}

/// An IPv4 address, with or without a prefix length.
#[inline]
fn network4(text: &[u8]) -> Read<'_, Network4> {
    let (address, behind) = address4(text)?;
    let (prefix, behind) = length(behind, 32)?;
    Some((Network4 { address, prefix }, behind))
}

/// The same of IPv6.
#[inline]
fn network6(text: &[u8]) -> Read<'_, Network6> {
    let (address, behind) = address6(text)?;
    let (prefix, behind) = length(behind, 128)?;
    Some((Network6 { address, prefix }, behind))
}

/// The prefix length that stands behind an address; the greatest where none does.
#[inline]
fn length(behind: &[u8], most: u8) -> Read<'_, u8> {
    match behind {
        [b'/', digits @ ..] => number(digits).filter(|(length, _)| *length <= most),
        _ => Some((most, behind)),
    }
}

/// What is wrong with what `ip4` names.
#[cold]
fn no_network4(term: Part<'_>, given: Part<'_>) -> Box<SyntaxError> {
    let (written, digits) = split_slash(given);
    if written.text.parse::<Ipv4Addr>().is_ok() {
        return no_length(term, digits, "ip4", 32);
    }
    match written.text.parse::<Ipv6Addr>() {
        Ok(_) => written.error(Kind::WrongFamily, "an IPv6 address in ip4: write ip6:"),
        Err(_) => written.error(Kind::Ip4, bad_ip4(given.text)),
    }
}

/// What is wrong with what `ip6` names.
#[cold]
fn no_network6(term: Part<'_>, given: Part<'_>) -> Box<SyntaxError> {
    let (written, digits) = split_slash(given);
    if written.text.parse::<Ipv6Addr>().is_ok() {
        return no_length(term, digits, "ip6", 128);
    }
    match written.text.parse::<Ipv4Addr>() {
        Ok(_) => written.error(Kind::WrongFamily, "an IPv4 address in ip6: write ip4:"),
        Err(_) => {
            let message = "no IPv6 address: eight groups or ::, without brackets or zone";
            written.error(Kind::Ip6, message)
        }
    }
}

/// What is wrong with the prefix length behind an address.
fn no_length(term: Part<'_>, digits: Part<'_>, name: &str, most: u8) -> Box<SyntaxError> {
    if digits.text.starts_with('/') {
        let message = format!("{name} takes one prefix length behind one slash");
        return term.error(Kind::DualCidr, message);
    }
    no_prefix(digits, 1, most)
}

/// What stands before the first slash, and behind it.
fn split_slash(whole: Part<'_>) -> (Part<'_>, Part<'_>) {
    let at = place(whole, b'/').unwrap_or(whole.text.len());
    (whole.until(0, at), whole.from(at + 1))
}

/// A text with what may be a dual-cidr-length cut off its end.
struct DualCidrText<'t> {
    head: Part<'t>,
    v4: Option<Part<'t>>,
    v6: Option<Part<'t>>,
}

impl<'t> DualCidrText<'t> {
    fn split(whole: Part<'t>) -> Self {
        // Nearly always there is none.
        if place(whole, b'/').is_none() {
            return Self {
                head: whole,
                v4: None,
                v6: None,
            };
        }
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
