//! Report destinations (RFC 9989 4.6, 4.8): comma-separated URIs, with the `!size` of RFC 7489 still to be seen, and
//! what of an address RFC 6068 wants %-encoded.

use super::tag::WHITE;
use crate::name::Name;
use crate::records::{Span, presentation};

/// One entry of rua or ruf.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Uri {
    /// Where it stands in the record, `!size` included.
    pub span: Span,
    /// As receivers use it: without `!size`, in presentation format.
    pub text: String,
    /// For comparing: scheme and host in lower case, no dot behind the host of an address.
    pub canonical: String,
    /// The scheme in lower case; empty when there is none.
    pub scheme: String,
    /// Where a `!10m` stands (RFC 7489 6.2; gone since RFC 9989).
    pub size: Option<Span>,
    /// The host part of its authority: the destination host of RFC 9990 4.
    pub host: Option<Name>,
    /// A `?subject=…` follows.
    pub query: bool,
    /// The octets in it that must be %-encoded, each once: with a [`problem`](Self::problem) receivers skip the URI
    /// for them, without one they break only what RFC 6068 2 says of an address.
    pub to_encode: Vec<u8>,
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
    /// `mailto://`: slashes where the address begins (RFC 6068 2).
    Slashes,
    /// `mailto:` before `mailto:`.
    Twice,
    /// Two addresses with no comma between them.
    Run,
    /// A `!` behind the host, with something that was no size limit even while there were any (RFC 7489 6.2).
    Size,
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
            Self::Slashes => "has slashes after mailto:, where the address begins",
            Self::Twice => "has mailto: twice",
            Self::Run => "holds more than one address: a comma belongs between them",
            Self::Size => {
                "ends in what reads as a size limit and is none: RFC 7489 had ! with digits and k, m, g or t, and RFC \
                 9989 dropped it"
            }
        }
    }
}

/// Reads the value of rua or ruf at `span` of `text`: every entry, broken ones too.
pub fn parse_list(text: &[u8], span: Span) -> Vec<Uri> {
    let value = text.get(span.clone()).unwrap_or_default();
    let mut uris = Vec::new();
    let mut start = span.start;
    for piece in value.split(|&octet| octet == b',') {
        let entry = WHITE.trim(text, start..start + piece.len());
        uris.push(parse_uri(
            text.get(entry.clone()).unwrap_or_default(),
            entry.start,
        ));
        start += piece.len() + 1;
    }
    uris
}

/// Reads one URI that stands at `offset` of its record.
pub fn parse_uri(octets: &[u8], offset: usize) -> Uri {
    let size = size_suffix(octets);
    let body = octets.get(..size.unwrap_or(octets.len())).unwrap_or_default();
    let text = presentation(body);
    let (scheme, rest) = match text.split_once(':').filter(|(scheme, _)| is_scheme(scheme)) {
        Some((scheme, rest)) => (scheme.to_ascii_lowercase(), rest),
        None => (String::new(), ""),
    };
    let host = match scheme.as_str() {
        "mailto" => addressed_host(rest),
        _ => authority_host(rest),
    };
    let to_encode = to_encode(body, &scheme);
    let problem = problem(body, &scheme, rest, host.is_some());
    Uri {
        span: offset..offset + octets.len(),
        canonical: canonical(&scheme, rest, &text),
        host: host.filter(|_| problem.is_none()),
        query: rest.contains('?'),
        size: size.map(|at| offset + at..offset + octets.len()),
        text,
        scheme,
        to_encode,
        problem,
    }
}

impl Uri {
    /// The same `mailto:` URI without the dot that stands behind its host, as zone files write names: an address has
    /// none (RFC 5321 4.1.2, `Domain`). `None` where there is no such dot.
    pub fn without_final_dot(&self) -> Option<String> {
        self.host.as_ref().filter(|_| self.scheme == "mailto")?;
        let end = self.text.find(['?', '#']).unwrap_or(self.text.len());
        let (address, fields) = self.text.split_at_checked(end)?;
        Some(format!("{}{fields}", address.strip_suffix('.')?))
    }

    /// The `mailto:` URI that was meant, where a slip at the scheme is all that keeps this from being one: it is
    /// missing, misspelled, or followed by blanks or slashes, or the address stands in angle brackets. A dot behind the
    /// host is not handed on.
    pub fn meant(&self) -> Option<String> {
        let text = match bad_size(self.text.as_bytes(), &self.scheme) {
            Some(bang) => self.text.get(..bang)?.trim_end(),
            None => &self.text,
        };
        let text = std::str::from_utf8(without_repeated_scheme(text.as_bytes())).ok()?;
        let (before, host) = text.rsplit_once('@')?;
        let local = before
            .rsplit([':', '/', '=', ' ', '<', '>', '"', '\''])
            .next()
            .filter(|local| !local.is_empty())?;
        let lead = before.get(..before.len() - local.len())?;
        let host = host.trim_end_matches(['>', '"', '\'', ' ', '.']);
        let meant = format!("mailto:{local}@{host}");
        let sound = parse_uri(meant.as_bytes(), 0);
        (reads_as_scheme(lead) && sound.problem.is_none() && sound.to_encode.is_empty() && meant != self.text)
            .then_some(meant)
    }
}

/// Whether what stands before an address is a scheme someone tried to write, and no path, name or other address.
fn reads_as_scheme(lead: &str) -> bool {
    let mut words = lead
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty());
    let (word, more) = (words.next().unwrap_or_default(), words.next());
    let others = ["mail", "email", "http", "https", "smtp", "to"];
    let known = word.is_empty() || others.iter().any(|other| word.eq_ignore_ascii_case(other));
    more.is_none() && !lead.contains('@') && (known || is_nearly(word, "mailto"))
}

/// Whether a word has at most two letters more, fewer or other than `want`.
fn is_nearly(word: &str, want: &str) -> bool {
    let word = word.to_ascii_lowercase().into_bytes();
    let want = want.as_bytes();
    let same = word
        .iter()
        .zip(want)
        .take_while(|(one, other)| one == other)
        .count();
    let left = word.len().min(want.len()) - same;
    let ends = word.iter().rev().zip(want.iter().rev());
    let tail = ends.take(left).take_while(|(one, other)| one == other).count();
    word.len().max(want.len()) - same - tail <= 2
}

/// The octets that must be %-encoded where they stand: distinct, in order.
///
/// No URI holds white space, quotes, brackets and the like (RFC 3986 2); a report URI also no `!` (RFC 9989 4.8). The
/// address of a `mailto:` holds, besides, none of `/ # [ ] & ; = %` (RFC 6068 2, rule 1), though a URI may.
fn to_encode(body: &[u8], scheme: &str) -> Vec<u8> {
    let mut found = Vec::new();
    let start = if scheme == "mailto" { "mailto:".len() } else { 0 };
    // Header fields follow an address; a `?` before any `@` is meant as a part of the address itself.
    let addressed = body.iter().position(|octet| *octet == b'@').unwrap_or(0);
    let fields = body.iter().skip(addressed).position(|octet| *octet == b'?');
    let query = fields.map_or(body.len(), |at| addressed + at);
    for (at, &octet) in body.iter().enumerate() {
        let in_address = scheme == "mailto" && (start..query).contains(&at);
        let allowed = match octet {
            b'%' => escape_is_whole(body, at),
            b'?' if addressed > 0 => !in_address,
            b'/' | b'#' | b'[' | b']' | b'&' | b'=' => !in_address,
            _ => is_uri_octet(octet),
        };
        if !allowed && octet.is_ascii() && !found.contains(&octet) {
            found.push(octet);
        }
    }
    found
}

/// Whether a URI may hold this octet (RFC 3986 2.2, 2.3), `!` and what ends a URI in a list left out.
fn is_uri_octet(octet: u8) -> bool {
    octet.is_ascii_alphanumeric() || b"-._~:/?#[]@$&'()*+=%".contains(&octet)
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

/// Where a `!` stands behind the `@` of an address: no host holds one, so a size limit was meant.
fn bad_size(body: &[u8], scheme: &str) -> Option<usize> {
    let at = body
        .iter()
        .position(|octet| *octet == b'@')
        .filter(|_| scheme == "mailto")?;
    let host = body
        .get(at..)?
        .split(|octet| matches!(octet, b'?' | b'#'))
        .next()?;
    host.iter().position(|octet| *octet == b'!').map(|bang| at + bang)
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
    if is_run(without_repeated_scheme(body)) {
        return Some(UriProblem::Run);
    }
    if without_repeated_scheme(body).len() < body.len() {
        return Some(UriProblem::Twice);
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
    if scheme == "mailto" && rest.starts_with("//") {
        return Some(UriProblem::Slashes);
    }
    let escaped = |(at, octet): (usize, &u8)| *octet != b'%' || escape_is_whole(body, at);
    // Square brackets are of a URI only where an authority holds an IPv6 address (RFC 3986 3.2.2).
    if bad_size(body, scheme).is_some() {
        return Some(UriProblem::Size);
    }
    let bracket = scheme == "mailto" && body.iter().any(|octet| matches!(octet, b'[' | b']'));
    if bracket || !body.iter().all(|octet| is_uri_octet(*octet)) || !body.iter().enumerate().all(escaped) {
        return Some(UriProblem::Character);
    }
    if rest.is_empty() || (scheme == "mailto" && !addressed) {
        return Some(UriProblem::Address);
    }
    None
}

/// What begins at the last of several `mailto:` with nothing but blanks between them.
fn without_repeated_scheme(body: &[u8]) -> &[u8] {
    let is_scheme = |text: &[u8]| {
        text.get(..7)
            .is_some_and(|head| head.eq_ignore_ascii_case(b"mailto:"))
    };
    let mut body = body;
    while is_scheme(body) {
        let rest = body.get(7..).unwrap_or_default().trim_ascii_start();
        if !is_scheme(rest) {
            break;
        }
        body = rest;
    }
    body
}

/// Whether two addresses stand there with no comma between: a second `mailto:`, or blanks between two `@`.
fn is_run(body: &[u8]) -> bool {
    let lower = body.to_ascii_lowercase();
    let schemes = lower.windows(7).filter(|window| window == b"mailto:").count();
    let words = body.split(|octet| matches!(octet, b' ' | b'\t'));
    schemes > 1 || words.filter(|word| word.contains(&b'@')).count() > 1
}

/// Whether the `%` at `at` is followed by two hexadecimal digits (RFC 3986 2.1).
fn escape_is_whole(body: &[u8], at: usize) -> bool {
    body.get(at + 1..at + 3)
        .is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
}

/// The host after the one `@` of a `mailto:`.
fn addressed_host(rest: &str) -> Option<Name> {
    // What follows a `#` is a fragment, as little of the address as the header fields after a `?` (RFC 3986 3.5).
    let address = rest.split(['?', '#']).next().unwrap_or_default();
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
    // What is escaped is not plain.
    let plain = |octet: u8| octet.is_ascii_alphanumeric() || matches!(octet, b'-' | b'_' | b'.');
    (!name.is_root() && name.as_str().bytes().all(plain)).then_some(name)
}

fn canonical(scheme: &str, rest: &str, text: &str) -> String {
    if scheme.is_empty() {
        return text.to_owned();
    }
    let (before, host, after) = if scheme == "mailto" {
        let end = rest.find(['?', '#']).unwrap_or(rest.len());
        let at = rest[..end].rfind('@').map_or(end, |at| at + 1);
        (&rest[..at], &rest[at..end], &rest[end..])
    } else if let Some(authority) = rest.strip_prefix("//") {
        let end = authority.find(['/', '?', '#']).unwrap_or(authority.len());
        ("//", &authority[..end], &authority[end..])
    } else {
        (rest, "", "")
    };
    let host = match scheme {
        "mailto" => host.strip_suffix('.').unwrap_or(host),
        _ => host,
    };
    let mut canonical = String::with_capacity(text.len());
    for part in [scheme, ":", before] {
        canonical.push_str(part);
    }
    canonical.extend(host.chars().map(|letter| letter.to_ascii_lowercase()));
    canonical.push_str(after);
    canonical
}
