//! Macro expansion (RFC 7208 7).

use std::sync::Arc;

use crate::records::spf::{DomainSpec, Macro, MacroString, Piece};

use super::client::Client;

/// A name longer than this loses labels from the left (RFC 7208 7.3).
const MAX_NAME: usize = 253;

/// What a macro string is expanded for.
pub(super) struct Values<'c> {
    /// Who sends.
    pub(super) client: &'c Client,
    /// The domain whose record is evaluated, `%{d}`.
    pub(super) domain: &'c str,
    /// The client's validated name, `%{p}`; only wanted where the string uses it.
    pub(super) validated: &'c str,
}

/// Expands a domain-spec to a name of at most 253 characters.
pub(super) fn domain(string: &MacroString, values: &Values<'_>) -> String {
    shortened(&text(string, values))
}

/// A domain-spec that is the same for every sender, in whatever record it stands, as it is written.
pub(super) fn literal(spec: &DomainSpec) -> Option<Arc<str>> {
    // Nearly always it is so already, and shared.
    if let [Piece::Literal(text)] = spec.string.pieces()
        && text.len() <= MAX_NAME
        && !text.ends_with('.')
    {
        return Some(text.clone());
    }
    let text = || pieces(&spec.string, |_| String::new());
    spec.is_literal().then(|| shortened(&text()).into())
}

/// Expands a domain-spec that is the same for every sender, in the record of `domain`, to lower case; `None` where it
/// hangs on who sends. A wildcard's record is read at whatever name was asked for, so there `%{d}` hangs on it too.
pub(super) fn without_sender(spec: &DomainSpec, domain: &str) -> Option<String> {
    if spec.is_literal() {
        return spec.literal();
    }
    if domain.starts_with("*.") || spec.string.macros().any(|one| one.letter != 'd') {
        return None;
    }
    let expanded = pieces(&spec.string, |one| transformed(one, domain));
    Some(shortened(&expanded).to_ascii_lowercase())
}

/// Without a trailing dot, and without as many labels from the left as make it too long.
fn shortened(expanded: &str) -> String {
    let mut name = expanded.strip_suffix('.').unwrap_or(expanded);
    while name.len() > MAX_NAME {
        match name.split_once('.') {
            Some((_, rest)) => name = rest,
            None => break,
        }
    }
    name.to_owned()
}

/// Expands a macro string.
pub(super) fn text(string: &MacroString, values: &Values<'_>) -> String {
    pieces(string, |one| expand(one, values))
}

fn pieces(string: &MacroString, expand: impl Fn(&Macro) -> String) -> String {
    let mut text = String::new();
    for piece in string.pieces() {
        match piece {
            Piece::Literal(literal) => text.push_str(literal),
            Piece::Percent => text.push('%'),
            Piece::Space => text.push(' '),
            Piece::UrlSpace => text.push_str("%20"),
            Piece::Macro(one) => text.push_str(&expand(one)),
        }
    }
    text
}

/// Whether the string asks for the client's validated name.
pub(super) fn uses_validated_name(string: &MacroString) -> bool {
    string.macros().any(|one| one.letter == 'p')
}

fn expand(one: &Macro, values: &Values<'_>) -> String {
    let client = values.client;
    let value = match one.letter {
        's' => client.sender(),
        'l' => client.local.clone(),
        'o' => client.sender_domain.to_string(),
        'd' => values.domain.to_owned(),
        'i' => client.dotted_ip(),
        'p' => values.validated.to_owned(),
        'v' => if client.ip.is_ipv4() { "in-addr" } else { "ip6" }.to_owned(),
        'h' => client.helo.clone(),
        'c' => client.ip.to_string(),
        'r' => if client.receiver.is_empty() {
            "unknown"
        } else {
            &client.receiver
        }
        .to_owned(),
        't' => client.now.as_second().to_string(),
        _ => String::new(), // The parser lets no other letter through.
    };
    transformed(one, &value)
}

/// Cuts a value into parts and puts them together again (RFC 7208 7.3).
fn transformed(one: &Macro, value: &str) -> String {
    let delimiters = if one.delimiters.is_empty() {
        "."
    } else {
        &one.delimiters
    };
    let mut parts: Vec<&str> = value.split(|letter| delimiters.contains(letter)).collect();
    if one.reverse {
        parts.reverse();
    }
    let keep = one
        .keep
        .map_or(parts.len(), |keep| usize::try_from(keep).unwrap_or(usize::MAX));
    let skip = parts.len().saturating_sub(keep);
    let joined = parts.get(skip..).unwrap_or_default().join(".");
    if one.escape { escape(&joined) } else { joined }
}

/// Everything but unreserved characters in URL encoding (RFC 3986 2.3).
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for octet in text.bytes() {
        match octet {
            b'-' | b'.' | b'_' | b'~' => escaped.push(char::from(octet)),
            octet if octet.is_ascii_alphanumeric() => escaped.push(char::from(octet)),
            other => escaped.push_str(&format!("%{other:02X}")),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::records::spf::parse_macro_string;

    /// The examples of RFC 7208 7.4.
    #[test]
    fn examples_of_the_rfc() {
        let now = "2026-11-22T12:00:00Z".parse().unwrap();
        let client = |ip: &str| {
            Client::new(
                ip.parse().unwrap(),
                "strong-bad@email.example.com",
                "mail.example.com",
                "",
                now,
            )
        };
        let expanded = |ip: &str, string: &str| {
            let client = client(ip);
            let values = Values {
                client: &client,
                domain: "email.example.com",
                validated: "unknown",
            };
            text(&parse_macro_string(string.as_bytes()).unwrap(), &values)
        };
        for (string, text) in [
            ("%{s}", "strong-bad@email.example.com"),
            ("%{o}", "email.example.com"),
            ("%{d}", "email.example.com"),
            ("%{d4}", "email.example.com"),
            ("%{d3}", "email.example.com"),
            ("%{d2}", "example.com"),
            ("%{d1}", "com"),
            ("%{dr}", "com.example.email"),
            ("%{d2r}", "example.email"),
            ("%{l}", "strong-bad"),
            ("%{l-}", "strong.bad"),
            ("%{lr}", "strong-bad"),
            ("%{lr-}", "bad.strong"),
            ("%{l1r-}", "strong"),
            ("%{ir}.%{v}._spf.%{d2}", "3.2.0.192.in-addr._spf.example.com"),
            ("%{lr-}.lp._spf.%{d2}", "bad.strong.lp._spf.example.com"),
            (
                "%{lr-}.lp.%{ir}.%{v}._spf.%{d2}",
                "bad.strong.lp.3.2.0.192.in-addr._spf.example.com",
            ),
            (
                "%{ir}.%{v}.%{l1r-}.lp._spf.%{d2}",
                "3.2.0.192.in-addr.strong.lp._spf.example.com",
            ),
            (
                "%{d2}.trusted-domains.example.net",
                "example.com.trusted-domains.example.net",
            ),
            ("%{t} %{r} %{c} %%%_%-", "1795348800 unknown 192.0.2.3 % %20"),
        ] {
            assert_eq!(expanded("192.0.2.3", string), text, "{string}");
        }
        assert_eq!(
            expanded("2001:db8::cb01", "%{ir}.%{v}._spf.%{d2}"),
            "1.0.B.C.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.B.D.0.1.0.0.2.ip6._spf.example.com"
        );
    }
}
