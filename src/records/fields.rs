//! A version and fields behind semicolons, as MTA-STS and TLS-RPT share them (RFC 8461 3.1, RFC 8460 3).
//!
//! Both have one grammar: an exact version, then `name=value` with a semicolon before each, white space around semicolons
//! alone, and nothing empty. Senders discard what does not begin with the version and its semicolon at once, although the grammar
//! lets white space stand between the two (RFC 8461, erratum 6285). Reading loses nothing: what is wrong is a fault with
//! its place. Pure: octets in, spans out.

use std::collections::BTreeSet;

use super::Span;
use super::tags::{PartKind, WhiteSpace, split};

/// A record of a version and fields.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fields {
    /// The joined text, octets as they came.
    pub text: Vec<u8>,
    /// The fields behind the version, in order, doubles too.
    pub fields: Vec<Field>,
    /// What is wrong with the grammar, in order.
    pub faults: Vec<Fault>,
}

/// One field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// The whole of it.
    pub span: Span,
    /// Its name.
    pub name: Span,
    /// Its value; may be empty.
    pub value: Span,
}

/// Something the grammar does not allow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// What.
    pub kind: FaultKind,
    /// Where.
    pub span: Span,
}

/// The kinds of faults.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FaultKind {
    /// White space between the version and its semicolon.
    BlankBehindVersion,
    /// Two semicolons with nothing between them.
    Empty,
    /// A field without `=`.
    NoEquals,
    /// White space around `=`.
    BlankAroundEquals,
    /// A name that is none: letters, digits, `_`, `-` and `.`, 32 at most, a letter or digit first.
    Name,
    /// A value with nothing in it, or with characters no value holds.
    Value,
    /// White space at the end, with no semicolon before it.
    BlankAtEnd,
}

impl FaultKind {
    /// What is wrong, to follow "found".
    pub fn as_str(self) -> &'static str {
        match self {
            Self::BlankBehindVersion => "white space before the semicolon behind the version",
            Self::Empty => "two semicolons with nothing between them",
            Self::NoEquals => "a field without =",
            Self::BlankAroundEquals => "white space around =",
            Self::Name => "a field's name that is none",
            Self::Value => "a field's value that is none",
            Self::BlankAtEnd => "white space at its end, with no semicolon before it",
        }
    }
}

/// How near a text comes to a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Likeness {
    /// Senders take it for one.
    Record,
    /// It was meant as one, and senders do not take it for one; why, to follow "it".
    NearMiss(&'static str),
    /// Something else.
    Other,
}

/// How near `text` comes to a record of `version`: `v=STSv1`.
pub fn likeness(text: &[u8], version: &str) -> Likeness {
    let exact = version.as_bytes();
    if let Some(rest) = text.strip_prefix(exact) {
        let blanks = rest
            .iter()
            .take_while(|octet| WhiteSpace::Plain.holds(**octet))
            .count();
        match rest.get(blanks) {
            Some(b';') => return Likeness::Record,
            None => {
                return Likeness::NearMiss("ends behind the version, where a semicolon and a field belong");
            }
            Some(octet) if blanks == 0 && octet.is_ascii_alphanumeric() => {}
            Some(_) => return Likeness::NearMiss("has no semicolon right behind the version"),
        }
    }
    let noise = |octet: &u8| {
        octet.is_ascii_whitespace() || matches!(octet, b'"' | b'\'' | b'\\' | b';') || !octet.is_ascii()
    };
    let skip = text.iter().take_while(|octet| noise(octet)).count();
    let bare = text.get(skip..).unwrap_or_default();
    if starts_as(bare, exact, true) {
        return Likeness::NearMiss(match skip {
            0 => "writes the version in other letters",
            _ => "has something before the version",
        });
    }
    // Without blanks, and without the number: `v = STSv1`, `v=STSv2`, `v=STS1`, `STSv1`.
    let squeezed: Vec<u8> = bare
        .iter()
        .copied()
        .filter(|octet| !octet.is_ascii_whitespace())
        .collect();
    let numbered = exact.strip_suffix(b"1").unwrap_or(exact);
    let stem = numbered.strip_suffix(b"v").unwrap_or(numbered);
    let word = numbered.strip_prefix(b"v=").unwrap_or(numbered);
    if starts_as(&squeezed, stem, false) || starts_as(&squeezed, word, false) {
        return Likeness::NearMiss("does not begin with the version as it must be written");
    }
    Likeness::Other
}

/// Whether a text starts with `word` in whatever letters; `whole` where the word must end there.
fn starts_as(text: &[u8], word: &[u8], whole: bool) -> bool {
    let start = text.get(..word.len());
    let goes_on = text.get(word.len()).is_some_and(u8::is_ascii_alphanumeric);
    start.is_some_and(|start| start.eq_ignore_ascii_case(word)) && !(whole && goes_on)
}

/// Reads a text that is a record by [`likeness`].
pub fn parse(text: &[u8]) -> Fields {
    let mut fields = Vec::new();
    let mut faults = Vec::new();
    let parts = split(text, WhiteSpace::Plain);
    let mut parts = parts.into_iter();
    if let Some(version) = parts.next() {
        let end = text.iter().position(|octet| *octet == b';').unwrap_or(text.len());
        if version.span.end < end {
            faults.push(Fault {
                kind: FaultKind::BlankBehindVersion,
                span: version.span.end..end,
            });
        }
    }
    let mut end = 0;
    for part in parts {
        end = match part.kind {
            PartKind::Trailing => text.len(),
            _ => part.span.end,
        };
        let mut wrong = |kind| {
            faults.push(Fault {
                kind,
                span: part.span.clone(),
            });
        };
        match part.kind {
            PartKind::Trailing => {}
            PartKind::Empty => wrong(FaultKind::Empty),
            PartKind::Malformed => wrong(FaultKind::NoEquals),
            PartKind::Tag { name, value } => {
                let octets = |span: &Span| text.get(span.clone()).unwrap_or_default();
                match () {
                    () if !is_name(octets(&name)) => wrong(FaultKind::Name),
                    () if name.end + 1 != value.start && !value.is_empty() => {
                        wrong(FaultKind::BlankAroundEquals)
                    }
                    () if value.is_empty() => wrong(FaultKind::Value),
                    () => {}
                }
                fields.push(Field {
                    span: part.span,
                    name,
                    value,
                });
            }
        }
    }
    if (1..text.len()).contains(&end) {
        faults.push(Fault {
            kind: FaultKind::BlankAtEnd,
            span: end..text.len(),
        });
    }
    Fields {
        text: text.to_vec(),
        fields,
        faults,
    }
}

impl Fields {
    /// The octets of a span.
    pub fn octets(&self, span: &Span) -> &[u8] {
        self.text.get(span.clone()).unwrap_or_default()
    }

    /// The fields of this exact name, in order.
    pub fn named(&self, name: &str) -> impl Iterator<Item = &Field> {
        self.fields
            .iter()
            .filter(move |field| self.octets(&field.name) == name.as_bytes())
    }

    /// The well-formed fields with other names than this one, to which nobody gives a meaning, each with whether its value is one at
    /// all. Of a field that is none its fault is said.
    pub fn unknown<'f>(&'f self, known: &'f str) -> impl Iterator<Item = (&'f Field, bool)> {
        // There may be as many as fields.
        let faulty: BTreeSet<(usize, usize)> = self
            .faults
            .iter()
            .map(|fault| (fault.span.start, fault.span.end))
            .collect();
        let is_faulty = move |field: &Field| faulty.contains(&(field.span.start, field.span.end));
        let others = self.fields.iter();
        others
            .filter(move |field| self.octets(&field.name) != known.as_bytes() && !is_faulty(field))
            .map(|field| (field, is_plain_value(self.octets(&field.value))))
    }
}

/// A field's name (RFC 8461 3.1, `sts-ext-name`; RFC 8460 3, `tlsrpt-ext-name`).
fn is_name(name: &[u8]) -> bool {
    let inner = |octet: &u8| octet.is_ascii_alphanumeric() || matches!(octet, b'_' | b'-' | b'.');
    name.len() <= 32 && name.first().is_some_and(u8::is_ascii_alphanumeric) && name.iter().all(inner)
}

/// A value of a field no standard gives a meaning to (`sts-ext-value`): printable, without blank, `=` and `;`.
fn is_plain_value(value: &[u8]) -> bool {
    !value.is_empty()
        && value
            .iter()
            .all(|octet| octet.is_ascii_graphic() && !matches!(octet, b'=' | b';'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_record_is_known_by_its_version_and_the_semicolon() {
        for (text, want) in [
            ("v=STSv1; id=1", Some("")),
            ("v=STSv1;id=1;", Some("")),
            ("v=STSv1 ; id=1", Some("")),
            ("v=STSv1", Some("ends behind the version")),
            ("v=STSv1 id=1", Some("no semicolon")),
            ("v=STSv1, id=1", Some("no semicolon")),
            ("v=stsv1; id=1", Some("other letters")),
            (" v=STSv1; id=1", Some("before the version")),
            (";v=STSv1; id=1", Some("before the version")),
            (" ; v=STSv1; id=1", Some("before the version")),
            (";v=TLSRPTv1; rua=mailto:a@b.nl", None),
            ("\"v=STSv1; id=1\"", Some("before the version")),
            ("v = STSv1; id=1", Some("as it must be")),
            ("v=STSv2; id=1", Some("as it must be")),
            ("v=STSv10; id=1", Some("as it must be")),
            ("STSv1; id=1", Some("as it must be")),
            ("v=STS1; id=1", Some("as it must be")),
            ("v=TLSRPTv1; rua=mailto:a@b.nl", None),
            ("v=spf1 -all", None),
            ("", None),
        ] {
            match (likeness(text.as_bytes(), "v=STSv1"), want) {
                (Likeness::Record, Some("")) | (Likeness::Other, None) => {}
                (Likeness::NearMiss(why), Some(part)) => {
                    assert!(!part.is_empty() && why.contains(part), "{text}: {why}")
                }
                (found, want) => panic!("{text}: {found:?}, want {want:?}"),
            }
        }
    }

    #[test]
    fn what_the_grammar_does_not_allow_is_told_with_its_place() {
        for (text, faults) in [
            ("v=STSv1; id=1", &[] as &[(FaultKind, &str)]),
            ("v=STSv1;id=1; a.b_c-d=x ;", &[]),
            ("v=STSv1 ; id=1", &[(FaultKind::BlankBehindVersion, " ")]),
            ("v=STSv1;; id=1", &[(FaultKind::Empty, "")]),
            ("v=STSv1; id=1; ;", &[(FaultKind::Empty, "")]),
            ("v=STSv1; id", &[(FaultKind::NoEquals, "id")]),
            ("v=STSv1; id = 1", &[(FaultKind::BlankAroundEquals, "id = 1")]),
            ("v=STSv1; id=", &[(FaultKind::Value, "id=")]),
            ("v=STSv1; =1", &[(FaultKind::Name, "=1")]),
            ("v=STSv1; a b=1", &[(FaultKind::Name, "a b=1")]),
            // White space belongs to a semicolon.
            ("v=STSv1; id=1 ", &[(FaultKind::BlankAtEnd, " ")]),
            ("v=STSv1; id=1\t \t", &[(FaultKind::BlankAtEnd, "\t \t")]),
            ("v=STSv1; id=1; x=y ", &[(FaultKind::BlankAtEnd, " ")]),
            (
                "v=STSv1; id= ",
                &[(FaultKind::Value, "id="), (FaultKind::BlankAtEnd, " ")],
            ),
            ("v=STSv1; id=1; ", &[]),
            ("v=STSv1; id=1 ; ", &[]),
            ("v=STSv1 ; ", &[(FaultKind::BlankBehindVersion, " ")]),
        ] {
            let read = parse(text.as_bytes());
            let found: Vec<(FaultKind, &str)> = read
                .faults
                .iter()
                .map(|one| (one.kind, &text[one.span.clone()]))
                .collect();
            assert_eq!(found, faults, "{text}");
        }
    }

    #[test]
    fn a_field_is_faulty_or_nobody_knows_it_and_never_both() {
        let long = format!("{}=1", "a".repeat(33));
        for (field, want) in [
            ("x=y", Some(true)),
            ("x=a=b", Some(false)),
            ("x=\u{e9}", Some(false)),
            ("x=a b", Some(false)),
            ("id=2", None),
            ("_x=b", None),
            (".x=1", None),
            ("-x=1", None),
            ("x y=1", None),
            ("\nid=a", None),
            ("x = y", None),
            ("x=", None),
            ("x", None),
            (&long, None),
        ] {
            let read = parse(format!("v=STSv1; id=1; {field};").as_bytes());
            let unknown: Vec<bool> = read.unknown("id").map(|(_, sound)| sound).collect();
            assert_eq!(unknown, Vec::from_iter(want), "{field:?}");
            let is_sound = want.is_some() || field == "id=2";
            assert_eq!(read.faults.is_empty(), is_sound, "{field:?}: {:?}", read.faults);
        }
    }

    proptest! {
        #[test]
        fn nothing_is_read_beyond_the_text(text in prop::collection::vec(any::<u8>(), 0..120)) {
            let read = parse(&text);
            for field in &read.fields {
                prop_assert!(field.span.end <= text.len() && field.name.end <= field.value.start.max(field.name.end));
                prop_assert!(field.span.start <= field.name.start && field.value.end <= field.span.end);
            }
            let _ = likeness(&text, "v=STSv1");
        }

        #[test]
        fn what_is_written_by_the_grammar_is_read(
            fields in prop::collection::vec(("[A-Za-z0-9][A-Za-z0-9_.-]{0,31}", "[!-:<>-~]{1,20}"), 1..6),
            ends: bool,
        ) {
            let written: Vec<String> = fields.iter().map(|(name, value)| format!("{name}={value}")).collect();
            let text = format!("v=STSv1; {}{}", written.join(" ; "), if ends { ";" } else { "" });
            prop_assert_eq!(likeness(text.as_bytes(), "v=STSv1"), Likeness::Record);
            let read = parse(text.as_bytes());
            prop_assert_eq!(&read.faults, &Vec::new());
            let again: Vec<(String, String)> = read.fields.iter().map(|field| {
                let word = |span: &Span| String::from_utf8_lossy(read.octets(span)).into_owned();
                (word(&field.name), word(&field.value))
            }).collect();
            prop_assert_eq!(again, fields);
        }
    }
}
