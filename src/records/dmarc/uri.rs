//! Report destinations (RFC 9989 4.6, 4.8): comma-separated URIs, with the `!size` of RFC 7489 still to be seen.

use crate::name::Name;
use crate::records::{Span, presentation};

/// One entry of rua or ruf.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Uri {
    /// Where it stands in the record, `!size` included.
    pub span: Span,
    /// As receivers use it: without `!size`, in presentation format.
    pub text: String,
    /// For comparing: scheme and host in lower case.
    pub canonical: String,
    /// The scheme in lower case; empty when there is none.
    pub scheme: String,
    /// Where a `!10m` stands (RFC 7489 6.2; gone since RFC 9989).
    pub size: Option<Span>,
    /// The host part of its authority: the destination host of RFC 9990 4.
    pub host: Option<Name>,
    /// A `?subject=…` follows.
    pub query: bool,
    /// Why it is no URI receivers can use.
    pub problem: Option<UriProblem>,
}

/// Why something is no URI receivers can use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum UriProblem {
    /// Nothing between two commas, or no value at all.
    Empty,
    /// An address without `mailto:`.
    BareAddress,
    /// No scheme at its start.
    NoScheme,
    /// An octet outside ASCII: addresses must be ASCII (RFC 8616 6).
    NonAscii,
    /// A character no URI holds, or a `!` that is not %-encoded.
    Character,
    /// A `mailto:` without exactly one `local@host`.
    Address,
}

impl UriProblem {
    /// What is wrong, to follow "it …".
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Empty => "is empty",
            Self::BareAddress => "has no scheme: write mailto: before the address",
            Self::NoScheme => "has no scheme: write a mailto: URI",
            Self::NonAscii => "has characters outside ASCII",
            Self::Character => {
                "has a character that must be %-encoded (`,` %2C, `!` %21, `;` %3B, space %20)"
            }
            Self::Address => "has no address of the form local@host after mailto:",
        }
    }
}

/// Reads the value of rua or ruf at `span` of `text`: every entry, broken ones too.
pub fn parse_list(text: &[u8], span: Span) -> Vec<Uri> {
    let value = text.get(span.clone()).unwrap_or_default();
    let mut uris = Vec::new();
    let mut start = span.start;
    for piece in value.split(|&octet| octet == b',') {
        let lead = piece
            .iter()
            .take_while(|octet| octet.is_ascii_whitespace())
            .count();
        let trimmed = piece.trim_ascii();
        uris.push(parse_uri(trimmed, start + lead));
        start += piece.len() + 1;
    }
    uris
}

/// Reads one URI that stands at `offset` of its record.
pub fn parse_uri(octets: &[u8], offset: usize) -> Uri {
    let size = size_suffix(octets);
    let body = octets.get(..size.unwrap_or(octets.len())).unwrap_or_default();
    let text = presentation(body);
    let colon = text.find(':').filter(|&at| is_scheme(&text[..at]));
    let scheme = colon
        .map(|at| text[..at].to_ascii_lowercase())
        .unwrap_or_default();
    let rest = colon.map_or("", |at| &text[at + 1..]);
    let host = match scheme.as_str() {
        "mailto" => addressed_host(rest),
        _ => authority_host(rest),
    };
    let problem = problem(body, &scheme, rest, host.is_some());
    Uri {
        span: offset..offset + octets.len(),
        canonical: canonical(&scheme, rest, &text),
        host: host.filter(|_| problem.is_none()),
        query: rest.contains('?'),
        size: size.map(|at| offset + at..offset + octets.len()),
        text,
        scheme,
        problem,
    }
}

/// Where a `!` with digits and an optional unit ends the URI (RFC 7489 6.4, `dmarc-uri`).
fn size_suffix(octets: &[u8]) -> Option<usize> {
    let bang = octets.iter().rposition(|&octet| octet == b'!')?;
    let tail = octets.get(bang + 1..)?;
    let digits = match tail.split_last() {
        Some((b'k' | b'K' | b'm' | b'M' | b'g' | b'G' | b't' | b'T', digits)) => digits,
        _ => tail,
    };
    (!digits.is_empty() && digits.iter().all(u8::is_ascii_digit)).then_some(bang)
}

fn is_scheme(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'))
}

fn problem(body: &[u8], scheme: &str, rest: &str, addressed: bool) -> Option<UriProblem> {
    if body.is_empty() {
        return Some(UriProblem::Empty);
    }
    if !body.is_ascii() {
        return Some(UriProblem::NonAscii);
    }
    if scheme.is_empty() {
        let bare = body.contains(&b'@');
        return Some(if bare {
            UriProblem::BareAddress
        } else {
            UriProblem::NoScheme
        });
    }
    let allowed = |octet: &u8| octet.is_ascii_alphanumeric() || b"-._~:/?#[]@$&'()*+=%".contains(octet);
    if !body.iter().all(allowed) || !escapes_are_whole(body) {
        return Some(UriProblem::Character);
    }
    if rest.is_empty() || (scheme == "mailto" && !addressed) {
        return Some(UriProblem::Address);
    }
    None
}

/// Whether every `%` is followed by two hexadecimal digits (RFC 3986 2.1).
fn escapes_are_whole(body: &[u8]) -> bool {
    body.iter()
        .enumerate()
        .filter(|(_, octet)| **octet == b'%')
        .all(|(at, _)| {
            body.get(at + 1..at + 3)
                .is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
        })
}

/// The host after the one `@` of a `mailto:`.
fn addressed_host(rest: &str) -> Option<Name> {
    let address = rest.split('?').next().unwrap_or_default();
    let (local, host) = address.split_once('@')?;
    if local.is_empty() { None } else { plain_host(host) }
}

/// The host of `//user@host:port/path`.
fn authority_host(rest: &str) -> Option<Name> {
    let authority = rest.strip_prefix("//")?.split(['/', '?', '#']).next()?;
    let host = authority.rsplit('@').next()?;
    plain_host(host.split(':').next()?)
}

fn plain_host(host: &str) -> Option<Name> {
    let name: Name = host.parse().ok()?;
    let labels = name.labels();
    let plain = |octet: &u8| octet.is_ascii_alphanumeric() || matches!(octet, b'-' | b'_');
    (!name.is_root() && labels.iter().flatten().all(plain)).then_some(name)
}

fn canonical(scheme: &str, rest: &str, text: &str) -> String {
    if scheme.is_empty() {
        return text.to_owned();
    }
    let (before, host, after) = if scheme == "mailto" {
        let end = rest.find('?').unwrap_or(rest.len());
        let at = rest[..end].rfind('@').map_or(end, |at| at + 1);
        (&rest[..at], &rest[at..end], &rest[end..])
    } else if let Some(authority) = rest.strip_prefix("//") {
        let end = authority.find(['/', '?', '#']).unwrap_or(authority.len());
        ("//", &authority[..end], &authority[end..])
    } else {
        (rest, "", "")
    };
    format!("{scheme}:{before}{}{after}", host.to_ascii_lowercase())
}
