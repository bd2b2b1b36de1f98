//! Reading a record (RFC 7208 4.6.1, 7.1, 12): every term becomes a value or an error that says what is wrong with it.
//!
//! The grammar separates terms by spaces alone, so a tab, a comma or a smart quote becomes part of a term; the errors
//! here look for the slip behind the syntax before they call a term unknown.

use std::net::{Ipv4Addr, Ipv6Addr};

use super::domain_spec::DomainSpec;
use super::parse_macros::Letters;
use super::{
    DualCidr, Mechanism, Modifier, Network4, Network6, Qualifier, Record, SyntaxError, Term, TermKind,
};
use super::{Span, SyntaxErrorKind as Kind};
use crate::records::presentation;

/// Reads a record; everything in `text` is kept. `text` should be [`Likeness::Spf`](super::Likeness::Spf).
pub fn parse(text: &[u8]) -> Record {
    let mut terms = Vec::new();
    let mut start = 0;
    for piece in text.split(|&octet| octet == b' ') {
        let span = start..start + piece.len();
        start = span.end + 1;
        if piece.is_empty() || span.start == 0 && piece.eq_ignore_ascii_case(b"v=spf1") {
            continue;
        }
        let read = match span.start {
            0 => Err(error(
                Kind::Other,
                span.clone(),
                "the record does not begin with v=spf1 and a space",
            )),
            _ => Reader::new(piece, &span).and_then(Reader::term),
        };
        let kind = read.unwrap_or_else(TermKind::Invalid);
        terms.push(Term { span, kind });
    }
    Record {
        text: text.to_vec(),
        terms,
    }
}

/// One term, and where it begins in the record.
#[derive(Clone, Copy)]
pub(super) struct Reader<'t> {
    pub(super) text: &'t str,
    pub(super) at: usize,
}

/// A value, or what is wrong with the text.
pub(super) type Parsed<T> = Result<T, SyntaxError>;

impl<'t> Reader<'t> {
    fn new(piece: &'t [u8], span: &Span) -> Parsed<Self> {
        for (offset, octet) in piece.iter().enumerate() {
            let place = span.start + offset..span.start + offset + 1;
            match octet {
                0x80.. => {
                    let end = piece[offset..]
                        .iter()
                        .take_while(|octet| !octet.is_ascii())
                        .count();
                    let place = place.start..place.start + end;
                    return Err(error(
                        Kind::NonAscii,
                        place,
                        "a character outside ASCII: names are written as A-labels (xn--…), quotes and spaces plain",
                    ));
                }
                b'\t' | b'\r' | b'\n' => {
                    return Err(error(
                        Kind::Control,
                        place,
                        "a tab or line end: terms are separated by spaces only",
                    ));
                }
                0..=0x1f | 0x7f => return Err(error(Kind::Control, place, "a control character")),
                _ => {}
            }
        }
        let text = ascii(piece).unwrap_or_default();
        Ok(Self { text, at: span.start })
    }

    /// The span of `len` octets from `offset` in the term.
    pub(super) fn span(self, offset: usize, len: usize) -> Span {
        self.at + offset..self.at + offset + len
    }

    fn whole(self) -> Span {
        self.span(0, self.text.len())
    }

    pub(super) fn error(self, kind: Kind, message: impl Into<String>) -> SyntaxError {
        error(kind, self.whole(), message)
    }

    fn term(self) -> Parsed<TermKind> {
        if let Some((name, value)) = self.text.split_once('=')
            && is_modifier_name(name)
        {
            return self.modifier(name, value).map(TermKind::Modifier);
        }
        let (qualifier, rest) = match self.text.as_bytes().first() {
            Some(b'+') => (Qualifier::Pass, 1),
            Some(b'-') => (Qualifier::Fail, 1),
            Some(b'~') => (Qualifier::SoftFail, 1),
            Some(b'?') => (Qualifier::Neutral, 1),
            _ => (Qualifier::Pass, 0),
        };
        let end = self.text[rest..]
            .find([':', '/'])
            .map_or(self.text.len(), |found| rest + found);
        let name = self.text[rest..end].to_ascii_lowercase();
        let mechanism = self.mechanism(&name, rest, end)?;
        Ok(TermKind::Directive { qualifier, mechanism })
    }

    fn modifier(self, name: &str, value: &str) -> Parsed<Modifier> {
        let at = name.len() + 1;
        let name = name.to_ascii_lowercase();
        match name.as_str() {
            "redirect" => self.domain_spec(at, value).map(Modifier::Redirect),
            "exp" => self.domain_spec(at, value).map(Modifier::Explanation),
            "v" if value.to_ascii_lowercase().starts_with("spf") => Err(self.error(
                Kind::SecondVersion,
                "a second version inside one record: two records were merged",
            )),
            _ => {
                self.macro_string(at, value, Letters::Explanation)?;
                let value = value.to_owned();
                Ok(Modifier::Unknown { name, value })
            }
        }
    }

    /// The mechanism `name`; what follows it begins at `end`.
    fn mechanism(self, name: &str, start: usize, end: usize) -> Parsed<Mechanism> {
        let rest = &self.text[end..];
        match name {
            "all" if rest.is_empty() => Ok(Mechanism::All),
            "all" => Err(self.error(Kind::AllArgument, "all takes no argument")),
            "include" => match self.argument(end) {
                Some((at, value)) if !value.is_empty() => self.domain_spec(at, value).map(Mechanism::Include),
                _ => Err(self.error(Kind::Include, "include needs a domain: include:spf.example.com")),
            },
            "exists" => match self.argument(end) {
                Some((_, value)) if value.contains('/') && DualCidrText::split(value).cidr_written() => {
                    Err(self.error(Kind::Exists, "exists takes no prefix length"))
                }
                Some((at, value)) if !value.is_empty() => self.domain_spec(at, value).map(Mechanism::Exists),
                _ => Err(self.error(Kind::Exists, "exists needs a domain: exists:%{i}.example.com")),
            },
            "ptr" => match self.argument(end) {
                Some((at, value)) => self
                    .domain_spec(at, value)
                    .map(|domain| Mechanism::Ptr(Some(domain))),
                None if rest.is_empty() => Ok(Mechanism::Ptr(None)),
                None => Err(self.error(Kind::DualCidr, "ptr takes no prefix length")),
            },
            "a" | "mx" => {
                let (domain, cidr) = self.host(end)?;
                Ok(if name == "a" {
                    Mechanism::A { domain, cidr }
                } else {
                    Mechanism::Mx { domain, cidr }
                })
            }
            "ip4" => self.ip4(end).map(Mechanism::Ip4),
            "ip6" => self.ip6(end).map(Mechanism::Ip6),
            _ => Err(self.unknown(name, start)),
        }
    }

    /// What follows `:` at `end`, with its offset.
    fn argument(self, end: usize) -> Option<(usize, &'t str)> {
        self.text[end..].strip_prefix(':').map(|value| (end + 1, value))
    }

    /// `[":" domain-spec] [dual-cidr-length]`
    fn host(self, end: usize) -> Parsed<(Option<DomainSpec>, DualCidr)> {
        let text = DualCidrText::split(&self.text[end..]);
        let domain = match text.head.strip_prefix(':') {
            Some(value) => Some(self.domain_spec(end + 1, value)?),
            None if text.head.is_empty() => None,
            None => {
                let message = "prefix lengths are written /24, //64 or /24//64";
                return Err(error(
                    Kind::DualCidr,
                    self.span(end, self.text.len() - end),
                    message,
                ));
            }
        };
        let v4_at = end + text.head.len();
        let v6_at = v4_at + text.v4.map_or(0, |digits| digits.len() + 1);
        let v4 = text
            .v4
            .map_or(Ok(32), |digits| self.prefix(digits, 32, v4_at, 1))?;
        let v6 = text
            .v6
            .map_or(Ok(128), |digits| self.prefix(digits, 128, v6_at, 2))?;
        Ok((domain, DualCidr { v4, v6 }))
    }

    /// A prefix length of at most `most`; `at` is where its `slashes` stand.
    fn prefix(self, digits: &str, most: u8, at: usize, slashes: usize) -> Parsed<u8> {
        let span = self.span(at, slashes + digits.len());
        if digits.len() > 1 && digits.starts_with('0') {
            return Err(error(Kind::Prefix, span, "a prefix length has no leading zero"));
        }
        if !is_digits(digits) {
            return Err(error(
                Kind::Prefix,
                span,
                format!("a prefix length is a number from 0 to {most}"),
            ));
        }
        match digits.parse::<u8>() {
            Ok(prefix) if prefix <= most => Ok(prefix),
            _ => Err(error(
                Kind::Prefix,
                span,
                format!("the prefix length may be at most {most}"),
            )),
        }
    }

    fn ip4(self, end: usize) -> Parsed<Network4> {
        let Some((at, value)) = self.argument(end).filter(|(_, value)| !value.is_empty()) else {
            return Err(self.error(Kind::Ip4, "ip4 needs an address: ip4:192.0.2.1"));
        };
        let (address, digits) = split_slash(value);
        let span = self.span(at, address.len());
        let Ok(parsed) = address.parse::<Ipv4Addr>() else {
            if address.parse::<Ipv6Addr>().is_ok() {
                return Err(error(
                    Kind::WrongFamily,
                    span,
                    "an IPv6 address in ip4: write ip6:",
                ));
            }
            return Err(error(Kind::Ip4, span, bad_ip4(address)));
        };
        if digits.is_some_and(|digits| digits.starts_with('/')) {
            return Err(self.error(Kind::DualCidr, "ip4 takes one prefix length behind one slash"));
        }
        let prefix = digits.map_or(Ok(32), |digits| self.prefix(digits, 32, at + address.len(), 1))?;
        Ok(Network4 {
            address: parsed,
            prefix,
        })
    }

    fn ip6(self, end: usize) -> Parsed<Network6> {
        let Some((at, value)) = self.argument(end).filter(|(_, value)| !value.is_empty()) else {
            return Err(self.error(Kind::Ip6, "ip6 needs an address: ip6:2001:db8::1"));
        };
        let (address, digits) = split_slash(value);
        let span = self.span(at, address.len());
        let Ok(parsed) = address.parse::<Ipv6Addr>() else {
            if address.parse::<Ipv4Addr>().is_ok() {
                return Err(error(
                    Kind::WrongFamily,
                    span,
                    "an IPv4 address in ip6: write ip4:",
                ));
            }
            let message = "no IPv6 address: eight groups or ::, without brackets or zone";
            return Err(error(Kind::Ip6, span, message));
        };
        if digits.is_some_and(|digits| digits.starts_with('/')) {
            return Err(self.error(Kind::DualCidr, "ip6 takes one prefix length behind one slash"));
        }
        let prefix = digits.map_or(Ok(128), |digits| self.prefix(digits, 128, at + address.len(), 1))?;
        Ok(Network6 {
            address: parsed,
            prefix,
        })
    }

    /// The likeliest slip behind a term nobody knows.
    fn unknown(self, name: &str, start: usize) -> SyntaxError {
        let text = self.text;
        if text.contains("v=spf1") {
            return self.error(
                Kind::SecondVersion,
                "a second v=spf1 inside one record: two records were merged",
            );
        }
        if name.is_empty() || name.starts_with(['+', '-', '~', '?']) {
            return self.error(
                Kind::Qualifier,
                "a qualifier stands directly before one mechanism",
            );
        }
        if text.contains([',', ';', '"', '\'']) {
            return self.error(
                Kind::Punctuation,
                "terms are separated by spaces only, without commas, semicolons or quotes",
            );
        }
        if let Some((modifier, _)) = text[start..].split_once('=') {
            let message = match start {
                0 => format!(
                    "{modifier:?} is no modifier name: it begins with a letter and holds letters, digits, -, _ and ."
                ),
                _ => "a modifier has no qualifier".to_owned(),
            };
            return self.error(Kind::Modifier, message);
        }
        let hint = match name {
            "redirect" | "exp" => format!("; the modifier is written {name}="),
            "ip" | "ipv4" | "ip-4" => "; meant is ip4:".to_owned(),
            "ipv6" => "; meant is ip6:".to_owned(),
            "inc" | "includes" | "inlcude" | "incude" => "; meant is include:".to_owned(),
            _ if name.parse::<Ipv4Addr>().is_ok() => "; an address is written ip4:".to_owned(),
            _ => String::new(),
        };
        let name = presentation(name.as_bytes());
        self.error(
            Kind::UnknownMechanism,
            format!("there is no mechanism {name:?}{hint}"),
        )
    }
}

/// A text with what may be a dual-cidr-length cut off its end.
struct DualCidrText<'t> {
    head: &'t str,
    v4: Option<&'t str>,
    v6: Option<&'t str>,
}

impl<'t> DualCidrText<'t> {
    fn split(text: &'t str) -> Self {
        let (rest, v6) = match text.rsplit_once("//") {
            Some((rest, digits)) if is_digits(digits) => (rest, Some(digits)),
            _ => (text, None),
        };
        let (head, v4) = match rest.rsplit_once('/') {
            Some((head, digits)) if is_digits(digits) => (head, Some(digits)),
            _ => (rest, None),
        };
        Self { head, v4, v6 }
    }

    fn cidr_written(&self) -> bool {
        self.v4.is_some() || self.v6.is_some()
    }
}

/// The likeliest slip in an IPv4 address.
fn bad_ip4(text: &str) -> String {
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

fn split_slash(text: &str) -> (&str, Option<&str>) {
    match text.split_once('/') {
        Some((head, tail)) => (head, Some(tail)),
        None => (text, None),
    }
}

pub(super) fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|octet| octet.is_ascii_digit())
}

fn is_modifier_name(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text
            .bytes()
            .all(|octet| octet.is_ascii_alphanumeric() || matches!(octet, b'-' | b'_' | b'.'))
}

pub(super) fn ascii(text: &[u8]) -> Option<&str> {
    std::str::from_utf8(text).ok().filter(|text| text.is_ascii())
}

pub(super) fn error(kind: Kind, span: Span, message: impl Into<String>) -> SyntaxError {
    let message = message.into();
    SyntaxError { kind, span, message }
}
