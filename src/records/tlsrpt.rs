//! The TLS-RPT record (RFC 8460 3): where senders send their reports about TLS. Read, written, compared.
//!
//! What counts is the set of addresses; other fields are ignored by everybody. Its URIs are those of DMARC's reports in
//! all but two things: a size limit never was, and `https:` is as good as `mailto:`. Pure.

use std::collections::BTreeSet;
use std::net::Ipv6Addr;

use super::dmarc::{Uri, UriProblem, parse_list};
use super::fields::{self, Fields, Likeness};
use super::{Comparison, Span, presentation};

/// How every record begins.
pub const VERSION: &str = "v=TLSRPTv1";

/// A record as it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// Its fields and what is wrong with them.
    pub fields: Fields,
    /// The addresses of the first `rua`, broken ones too.
    pub uris: Vec<Uri>,
}

/// Why an address is of no use for TLS-RPT.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UriFault {
    /// Neither `mailto:` nor `https:`.
    Scheme,
    /// A `!` that is not %-encoded: a size limit, which TLS-RPT has not.
    Size,
    /// `,`, `!`, `;` or another octet no URI holds.
    NotEncoded,
    /// No URI; what is wrong, to follow "it".
    Broken(&'static str),
}

/// Whether a text is a record, was meant as one, or is something else.
pub fn likeness(text: &[u8]) -> Likeness {
    fields::likeness(text, VERSION)
}

/// Reads a text that is a record.
pub fn parse(text: &[u8]) -> Record {
    let fields = fields::parse(text);
    let rua = fields.named("rua").next().map(|field| field.value.clone());
    let uris = rua.filter(|value| !value.is_empty());
    let uris = uris.map(|value| parse_list(text, value)).unwrap_or_default();
    Record { fields, uris }
}

const NO_HOST: &str = "has no host after https://";

/// Whether the host of an `https:` URI is an address of IPv6 in brackets (RFC 3986 3.2.2), with a port behind it or not.
fn names_an_address(uri: &str) -> bool {
    let authority = uri.split_once("://").map(|(_, rest)| rest);
    let authority = authority.and_then(|rest| rest.split(['/', '?', '#']).next());
    let host = authority.and_then(|authority| authority.rsplit('@').next());
    let literal = host.and_then(|host| host.strip_prefix('[')?.split_once(']'));
    literal.is_some_and(|(address, behind)| {
        let port = behind.strip_prefix(':').unwrap_or(behind);
        let is_port = (behind.is_empty() || behind.starts_with(':'))
            && port.bytes().all(|octet| octet.is_ascii_digit());
        is_port && address.parse::<Ipv6Addr>().is_ok()
    })
}

/// What is wrong with an address; `None` of one that senders can use.
pub fn fault(uri: &Uri) -> Option<UriFault> {
    if uri.size.is_some() {
        return Some(UriFault::Size);
    }
    if uri.scheme == "https" && uri.problem == Some(UriProblem::Address) {
        return Some(UriFault::Broken(NO_HOST));
    }
    if let Some(problem) = uri.problem {
        return Some(match uri.to_encode.is_empty() {
            false if !uri.scheme.is_empty() => UriFault::NotEncoded,
            _ => UriFault::Broken(problem.as_str()),
        });
    }
    match uri.scheme.as_str() {
        "mailto" => None,
        "https" if uri.host.is_some() || names_an_address(&uri.text) => None,
        "https" => Some(UriFault::Broken(NO_HOST)),
        _ => Some(UriFault::Scheme),
    }
}

impl UriFault {
    /// What is wrong, to follow the address.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Scheme => "is neither a mailto: nor an https: URI",
            Self::Size => {
                "ends in a size limit, which TLS-RPT does not know: leave it out, or write ! as %21"
            }
            Self::NotEncoded => {
                "has a character that must be %-encoded (, as %2C, ! as %21, ; as %3B, a blank as %20)"
            }
            Self::Broken(why) => why,
        }
    }
}

impl Record {
    /// What keeps senders from reading the record at all, with its place.
    pub fn problems(&self) -> Vec<(String, Span)> {
        let mut problems: Vec<(String, Span)> = self
            .fields
            .faults
            .iter()
            .filter(|fault| fault.kind != fields::FaultKind::BlankBehindVersion)
            .map(|fault| (fault.kind.as_str().to_owned(), fault.span.clone()))
            .collect();
        let whole = 0..self.fields.text.len();
        let mut named = self.fields.named("rua");
        match (named.next(), named.next()) {
            (None, _) => problems.push(("no rua".to_owned(), whole)),
            (Some(_), Some(second)) => problems.push(("rua twice".to_owned(), second.span.clone())),
            (Some(_), None) => {}
        }
        problems
    }

    /// Fields nobody gives a meaning to, with whether their value is one at all.
    pub fn unknown(&self) -> impl Iterator<Item = (&fields::Field, bool)> {
        self.fields.unknown("rua")
    }

    /// The addresses senders can use, as they compare.
    pub fn usable(&self) -> BTreeSet<String> {
        let fine = self.uris.iter().filter(|uri| fault(uri).is_none());
        fine.map(|uri| uri.canonical.clone()).collect()
    }
}

/// The record that sends reports to these addresses.
pub fn write(reports: &[String]) -> String {
    format!("{VERSION}; rua={}", reports.join(","))
}

/// Compares the addresses that are wanted with a record that was found.
pub fn compare(wanted: &[String], found: &Record) -> Comparison {
    let wanted = parse(write(wanted).as_bytes()).usable();
    let have = found.usable();
    let mut differences: Vec<String> = found
        .problems()
        .into_iter()
        .map(|(what, span)| match found.fields.octets(&span) {
            text if text.is_empty() || span == (0..found.fields.text.len()) => {
                format!("record: want one senders can read, found {what}")
            }
            text => format!(
                "record: want one senders can read, found {what}: {}",
                presentation(text)
            ),
        })
        .collect();
    let list = |uris: &BTreeSet<String>| match uris.is_empty() {
        true => "none that can be used".to_owned(),
        false => uris.iter().map(String::as_str).collect::<Vec<_>>().join(","),
    };
    if wanted != have {
        differences.push(format!("rua: want {}, found {}", list(&wanted), list(&have)));
    }
    Comparison::from_parts(differences, Vec::new())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::records::Class;
    use proptest::prelude::*;

    #[test]
    fn what_senders_cannot_tell_apart_is_equal() {
        let wanted = ["mailto:tls@a.nl".to_owned(), "https://r.example/v1".to_owned()];
        for text in [
            "v=TLSRPTv1; rua=mailto:tls@a.nl,https://r.example/v1",
            "v=TLSRPTv1;rua=https://r.example/v1 , MAILTO:tls@A.nl;",
            "v=TLSRPTv1; x=y; rua=mailto:tls@a.nl,https://R.example/v1",
        ] {
            let comparison = compare(&wanted, &parse(text.as_bytes()));
            assert_eq!(comparison.class, Class::Equal, "{text}: {comparison:?}");
        }
    }

    #[test]
    fn what_they_can_is_a_difference_in_words() {
        let wanted = ["mailto:tls@a.nl".to_owned()];
        for (text, says) in [
            (
                "v=TLSRPTv1; rua=mailto:other@a.nl",
                "rua: want mailto:tls@a.nl, found mailto:other@a.nl",
            ),
            (
                "v=TLSRPTv1; rua=tls@a.nl",
                "rua: want mailto:tls@a.nl, found none that can be used",
            ),
            (
                "v=TLSRPTv1; rua=mailto:tls@a.nl;;",
                "record: want one senders can read, found two semicolons",
            ),
            (
                "v=TLSRPTv1; RUA=mailto:tls@a.nl",
                "record: want one senders can read, found no rua",
            ),
            (
                "v=TLSRPTv1; rua=mailto:tls@a.nl; rua=mailto:tls@a.nl",
                "rua twice: rua=mailto:tls@a.nl",
            ),
        ] {
            let comparison = compare(&wanted, &parse(text.as_bytes()));
            assert_eq!(comparison.class, Class::Different, "{text}");
            assert!(comparison.differences[0].contains(says), "{text}: {comparison:?}");
        }
    }

    #[test]
    fn an_address_is_of_use_or_it_is_said_why_not() {
        for (text, want) in [
            ("mailto:tls@a.nl", None),
            ("https://r.example/v1?x=1", None),
            ("mailto:a%2Cb@a.nl", None),
            ("https://192.0.2.1/x", None),
            ("https://[2001:db8::53]/x", None),
            ("https://[2001:DB8::53]", None),
            ("HTTPS://u@[::ffff:192.0.2.1]:8443?x=1", None),
            ("http://r.example/", Some(UriFault::Scheme)),
            ("ftp://r.example/", Some(UriFault::Scheme)),
            ("mailto:tls@a.nl!10m", Some(UriFault::Size)),
            ("mailto:t!s@a.nl", Some(UriFault::NotEncoded)),
        ] {
            let uris = parse_list(text.as_bytes(), 0..text.len());
            assert_eq!(uris.len(), 1, "{text}");
            assert_eq!(fault(&uris[0]), want, "{text}");
        }
        for text in [
            "tls@a.nl",
            "",
            "https:",
            "mailto:",
            "mailto:tls",
            "https://[]/x",
            "https://[2001:db8::53/x",
            "https://[2001:db8::53]x/",
            "https://[r.example]/",
            "https://[::1]:x/",
            "https:[::1]/",
        ] {
            let uris = parse_list(text.as_bytes(), 0..text.len());
            assert!(matches!(fault(&uris[0]), Some(UriFault::Broken(_))), "{text}");
        }
    }

    fn address() -> impl Strategy<Value = String> {
        prop_oneof![
            "mailto:[a-z0-9][a-z0-9.+-]{0,8}@[a-z]{1,8}\\.nl",
            "https://[a-z]{1,8}\\.example/[a-z0-9/]{0,12}",
        ]
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(reports in prop::collection::vec(address(), 1..5)) {
            let text = write(&reports);
            prop_assert_eq!(likeness(text.as_bytes()), Likeness::Record);
            let record = parse(text.as_bytes());
            prop_assert_eq!(record.problems(), Vec::new());
            let read: Vec<String> = record.uris.iter().map(|uri| uri.text.clone()).collect();
            prop_assert_eq!(&read, &reports);
            prop_assert_eq!(write(&read), text);
            prop_assert_eq!(compare(&reports, &record).class, Class::Equal);
        }

        #[test]
        fn what_is_of_use_is_written_and_read_again_as_it_was(
            list in "(mailto:|https://|HTTPS://|Mailto:)[-a-zA-Z0-9.@%!,/:\\[\\]?#=&+~_ ]{0,40}",
        ) {
            let usable = parse(format!("{VERSION}; rua={list}").as_bytes()).usable();
            let written = write(&usable.iter().cloned().collect::<Vec<_>>());
            let again = parse(written.as_bytes()).usable();
            prop_assert_eq!(again, usable, "{}", written);
        }

        #[test]
        fn anything_can_be_read(text in prop::collection::vec(any::<u8>(), 0..160)) {
            let record = parse(&text);
            let _ = (record.problems(), record.usable(), record.unknown().count());
        }
    }
}
