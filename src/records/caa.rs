//! CAA records (RFC 8659): which authorities may issue certificates for a name. Read, written, and what a set of them lets.
//!
//! A record is flags, a tag and a value. Who may issue follows from the set as a whole: without the tag `issue` anybody may,
//! a value that is none names nobody (RFC 8659 4.2), and a critical tag that is not known stops everybody (4.1). A value is
//! octets of any kind; what the presentation format has no place for, a tag of other than letters and digits, is kept and
//! written as RFC 3597 has it. Pure.

use std::fmt;

use super::{escaped, quoted};
use crate::name::is_ldh;

/// One record.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Caa {
    /// 128: an authority that does not know the tag must not issue. The others mean nothing yet.
    pub flags: u8,
    /// What it is about: `issue`, letter case aside.
    pub tag: Vec<u8>,
    /// The value, as it stands on the wire.
    pub value: Vec<u8>,
}

/// What `issue` says: an authority, and what it is told beside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issue<'c> {
    /// The authority's domain; empty where nobody is named.
    pub issuer: &'c str,
    /// Tags and values that authority understands.
    pub parameters: Vec<(&'c str, &'c str)>,
}

/// Who may issue certificates by a set of records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Leave {
    /// Any authority: no record has the tag `issue`.
    Anybody,
    /// None of them: why, to follow "found".
    Nobody(String),
    /// Those that are named.
    Some,
}

/// What is wrong with a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Flags other than 0 and 128.
    Flags,
    /// A tag that is not registered.
    Tag,
    /// A value that its tag's grammar does not allow.
    Value,
}

/// The tags that are registered: RFC 8659 4, RFC 9495, and others at IANA.
const KNOWN: [&str; 7] = [
    "issue",
    "issuewild",
    "iodef",
    "issuemail",
    "issuevmc",
    "contactemail",
    "contactphone",
];

impl Caa {
    /// Reads the presentation format (RFC 8659 4.1.1), and the one of records nobody knows (RFC 3597 5).
    ///
    /// # Errors
    /// A sentence that says what is wrong.
    pub fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim_matches(BLANK);
        let broken = || {
            format!("{text:?} is no CAA record: write flags, a tag and a value, as 0 issue \"ca.example\"")
        };
        if let Some(rest) = text.strip_prefix("\\#") {
            return generic(rest)
                .and_then(|octets| Self::from_wire(&octets))
                .ok_or_else(broken);
        }
        let (flags, rest) = text.split_once(BLANK).ok_or_else(broken)?;
        let (tag, rest) = rest
            .trim_start_matches(BLANK)
            .split_once(BLANK)
            .ok_or_else(broken)?;
        let is_number = flags.bytes().all(|octet| octet.is_ascii_digit());
        let flags = flags.parse().ok().filter(|_| is_number).ok_or_else(broken)?;
        if !is_tag(tag.as_bytes()) {
            return Err(broken());
        }
        Ok(Self {
            flags,
            tag: tag.into(),
            value: string(rest.trim_start_matches(BLANK)).ok_or_else(broken)?,
        })
    }

    /// Reads the octets of a record (RFC 8659 4.1); `None` where they are none.
    pub fn from_wire(octets: &[u8]) -> Option<Self> {
        let (&flags, rest) = octets.split_first()?;
        let (&length, rest) = rest.split_first()?;
        let (tag, value) = rest.split_at_checked(usize::from(length))?;
        (!tag.is_empty()).then(|| Self {
            flags,
            tag: tag.to_vec(),
            value: value.to_vec(),
        })
    }

    /// Whether its tag is of letters and digits alone, as every tag is (RFC 8659 4.1).
    pub fn has_a_sound_tag(&self) -> bool {
        is_tag(&self.tag)
    }

    /// Whether it has this tag (RFC 8659 4.1: letter case means nothing).
    pub fn is(&self, tag: &str) -> bool {
        self.tag.eq_ignore_ascii_case(tag.as_bytes())
    }

    /// What a value of `issue` and its like says; `None` where it is none (RFC 8659 4.2).
    pub fn issue(&self) -> Option<Issue<'_>> {
        let value = std::str::from_utf8(&self.value).ok()?;
        let (issuer, rest) = value.split_once(';').unwrap_or((value, ""));
        let issuer = issuer.trim_matches(BLANK);
        if !issuer.is_empty() && !issuer.split('.').all(is_ldh) {
            return None;
        }
        let rest = rest.trim_matches(BLANK);
        let parameters: Option<Vec<_>> = match rest.is_empty() {
            true => Some(Vec::new()),
            false => rest.split(';').map(parameter).collect(),
        };
        Some(Issue {
            issuer,
            parameters: parameters?,
        })
    }

    /// Whether it lets somebody issue: it names an authority.
    fn names_somebody(&self) -> bool {
        self.issue().is_some_and(|issue| !issue.issuer.is_empty())
    }

    /// Whether an authority that does not know its tag may issue nothing (RFC 8659 4.1).
    fn stops_all(&self) -> bool {
        self.flags & 0x80 != 0 && !KNOWN.iter().any(|known| self.is(known))
    }

    /// What is wrong with it, where something is.
    pub fn fault(&self) -> Option<Fault> {
        if !matches!(self.flags, 0 | 0x80) {
            return Some(Fault::Flags);
        }
        let text = std::str::from_utf8(&self.value).ok();
        let holds = |grammar: fn(&str) -> bool| text.is_some_and(grammar);
        let sound = match self.tag.to_ascii_lowercase().as_slice() {
            b"issue" | b"issuewild" => self.issue().is_some_and(|issue| names_methods(&issue)),
            b"issuevmc" | b"issuemail" => self.issue().is_some(),
            b"iodef" => holds(is_iodef),
            b"contactemail" => holds(is_mailbox),
            b"contactphone" => holds(is_phone),
            _ => return Some(Fault::Tag),
        };
        (!sound).then_some(Fault::Value)
    }
}

/// The presentation format; a record that has none as RFC 3597 5 writes one.
impl fmt::Display for Caa {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { flags, tag, value } = self;
        if is_tag(tag) {
            return write!(f, "{flags} {} {}", String::from_utf8_lossy(tag), quoted(value));
        }
        let length = u8::try_from(tag.len()).unwrap_or(u8::MAX);
        let tag = tag.iter().take(usize::from(length));
        let octets = [*flags, length].into_iter().chain(tag.chain(value).copied());
        let hex: String = octets.clone().map(|octet| format!("{octet:02X}")).collect();
        write!(f, "\\# {} {hex}", octets.count())
    }
}

/// Who may issue a certificate for the names a set of records stands for. One for all names below, with an asterisk, counts
/// as one: a host is shown by it as well (RFC 8659 4.3).
pub fn leave(records: &[Caa]) -> Leave {
    if let Some(record) = records.iter().find(|record| record.stops_all()) {
        let tag = match record.has_a_sound_tag() {
            true => super::presentation(&record.tag),
            // Blanks show nothing without.
            false => quoted(&record.tag),
        };
        return Leave::Nobody(format!("the tag {tag}, which is critical and nobody knows"));
    }
    let mut issue = records.iter().filter(|record| record.is("issue")).peekable();
    let Some(first) = issue.peek().copied() else {
        return Leave::Anybody;
    };
    let wild = records.iter().filter(|record| record.is("issuewild"));
    if issue.chain(wild).any(Caa::names_somebody) {
        return Leave::Some;
    }
    Leave::Nobody(match first.issue() {
        Some(_) => "issue \";\" alone".to_owned(),
        None => format!("issue {}, which names no authority", quoted(&first.value)),
    })
}

/// What stands between words.
const BLANK: [char; 2] = [' ', '\t'];

/// Letters and digits (RFC 8659 4.1).
fn is_tag(tag: &[u8]) -> bool {
    (1..=255).contains(&tag.len()) && tag.iter().all(u8::is_ascii_alphanumeric)
}

/// Octets in hexadecimal behind their number.
fn generic(text: &str) -> Option<Vec<u8>> {
    let (length, digits) = text
        .strip_prefix(BLANK)?
        .trim()
        .split_once(BLANK)
        .unwrap_or((text.trim(), ""));
    let digits: Vec<u8> = digits
        .bytes()
        .filter(|octet| !matches!(octet, b' ' | b'\t'))
        .collect();
    let octet = |pair: &[u8]| {
        let [high, low] = pair else { return None };
        let digit = |octet: u8| char::from(octet).to_digit(16);
        u8::try_from(digit(*high)? * 16 + digit(*low)?).ok()
    };
    let octets: Option<Vec<u8>> = digits.chunks(2).map(octet).collect();
    octets.filter(|octets| length.parse() == Ok(octets.len()))
}

/// A value in quotes, or one that needs none (RFC 1035 5.1), with nothing behind it.
fn string(text: &str) -> Option<Vec<u8>> {
    let is_quoted = text.starts_with('"');
    let mut octets = text.bytes().skip(usize::from(is_quoted)).peekable();
    let mut value = Vec::new();
    loop {
        match octets.next() {
            None if is_quoted || value.is_empty() => return None,
            None => return Some(value),
            Some(b'"') if is_quoted => return octets.next().is_none().then_some(value),
            Some(b'"' | b' ' | b'\t' | b';' | b'(' | b')') if !is_quoted => return None,
            Some(b'\\') => value.push(escaped(&mut octets)?),
            Some(octet) => value.push(octet),
        }
    }
}

/// `tag=value`: blanks may stand around the whole of it, and none around `=` (RFC 8659 4.2).
fn parameter(text: &str) -> Option<(&str, &str)> {
    let plain = |octet: u8| matches!(octet, 0x21..=0x3a | 0x3c..=0x7e);
    let (tag, value) = text.trim_matches(BLANK).split_once('=')?;
    (is_ldh(tag) && value.bytes().all(plain)).then_some((tag, value))
}

/// Whether the methods of validation it names are ones that are registered, or an authority's own (RFC 8657 4).
fn names_methods(issue: &Issue<'_>) -> bool {
    const KNOWN: [&str; 5] = ["http-01", "dns-01", "tls-alpn-01", "email-reply-00", "tkauth-01"];
    let mut methods = issue
        .parameters
        .iter()
        .filter(|(tag, _)| *tag == "validationmethods");
    methods.all(|(_, list)| {
        let one = |method: &str| KNOWN.contains(&method) || (method.starts_with("ca-") && is_ldh(method));
        list.split(',').all(one)
    })
}

/// A URL to report to (RFC 8659 4.4).
fn is_iodef(value: &str) -> bool {
    match value.split_once(':') {
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("mailto") => {
            is_mailbox(rest.split(['?', '#']).next().unwrap_or_default())
        }
        Some((scheme, rest))
            if ["http", "https"]
                .iter()
                .any(|one| scheme.eq_ignore_ascii_case(one)) =>
        {
            let host = rest.strip_prefix("//").unwrap_or_default();
            !host.is_empty() && !host.starts_with(['/', '?', '#'])
        }
        _ => false,
    }
}

fn is_mailbox(text: &str) -> bool {
    let holds = |(local, domain): (&str, &str)| {
        !local.is_empty() && domain.contains('.') && domain.split('.').all(is_ldh)
    };
    text.len() <= 320 && !text.contains([' ', '"']) && text.rsplit_once('@').is_some_and(holds)
}

/// A global number (RFC 3966 3).
fn is_phone(text: &str) -> bool {
    let number = text.split(';').next().unwrap_or_default();
    let rest = number.strip_prefix('+').unwrap_or_default();
    let plain = |one: char| one.is_ascii_digit() || "-.()".contains(one);
    rest.chars().all(plain) && rest.contains(|one: char| one.is_ascii_digit())
}

#[cfg(test)]
mod tests;
