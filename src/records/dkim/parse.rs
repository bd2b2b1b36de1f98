//! Reading a key record: every tag with its span, in order, and what is wrong with the list (RFC 6376 3.2, 3.6.1).

use super::{Damage, KeyError, KeyKind, PublicKey};
use crate::records::Span;
use crate::records::kept::Kept;
use crate::records::tags::{self, Part, PartKind, WhiteSpace};

/// A key record with everything that stood in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// The joined text.
    pub text: Vec<u8>,
    /// What stands between its semicolons, in order.
    pub parts: Vec<Part>,
    /// What was made of it already.
    pub(super) made: Made,
}

/// What follows from a record's text, worked out when somebody first wants to know, and not again: a key is looked at from
/// many sides.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Made {
    pub(super) material: Kept<Material>,
    pub(super) damage: Kept<Option<Damage>>,
    pub(super) is_usable: Kept<bool>,
}

/// One `name=value` of a record, without the white space around either.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tag<'r> {
    /// The name, letter case kept: tag names are case-sensitive.
    pub name: &'r [u8],
    /// The value; may be empty.
    pub value: &'r [u8],
    /// Where name and value stand.
    pub span: Span,
    /// Where the value stands.
    pub value_span: Span,
}

/// What breaks the tag list itself: a verifier discards the record (RFC 6376 3.2, 6.1.2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// What is wrong.
    pub kind: FaultKind,
    /// Where.
    pub span: Span,
}

/// What breaks a tag list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FaultKind {
    /// The same tag name twice.
    Duplicate,
    /// Nothing between two semicolons.
    Empty,
    /// No `=`.
    Malformed,
    /// A tag name that does not start with a letter, or holds more than letters, digits and `_`.
    Name,
    /// An octet outside printable ASCII and white space.
    Octet,
}

impl FaultKind {
    /// What is wrong, in a few words.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Duplicate => "the tag stands there twice",
            Self::Empty => "nothing stands between two semicolons",
            Self::Malformed => "a part has no =",
            Self::Name => "a tag name must be a letter, then letters, digits or _",
            Self::Octet => "an octet is not printable ASCII",
        }
    }
}

/// The tags that have a meaning (RFC 6376 3.6.1): where one of them stands before a colon, an equals sign was meant.
const KNOWN: [&[u8]; 7] = [b"v", b"k", b"p", b"t", b"s", b"h", b"n"];

/// The text with equals signs where colons stand behind the names of tags, and where those are; `None` where none is so.
/// The length stays as it is.
pub fn with_equals_signs(text: &[u8]) -> Option<(Vec<u8>, Vec<Span>)> {
    let mut mended = text.to_vec();
    let mut places = Vec::new();
    for part in tags::split(text, WhiteSpace::Folding) {
        let octets = text.get(part.span.clone()).unwrap_or_default();
        let Some(colon) = octets.iter().position(|octet| matches!(octet, b':' | b'=')) else {
            continue;
        };
        let name = octets.get(..colon).unwrap_or_default().trim_ascii();
        let at = part.span.start + colon;
        if let Some(sign) = mended
            .get_mut(at)
            .filter(|sign| **sign == b':' && KNOWN.contains(&name))
        {
            *sign = b'=';
            places.push(at..at + 1);
        }
    }
    (!places.is_empty()).then_some((mended, places))
}

/// What `p=` holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Material {
    /// A key.
    Key(PublicKey),
    /// Something that should be one and is not.
    Malformed(KeyError),
    /// There is no `p` tag: a syntax error (RFC 6376 3.6.1).
    Missing,
    /// Empty: the key is revoked (RFC 6376 3.6.1).
    Revoked,
    /// A key of a type Zegel does not know, named as `k=` names it; verifiers ignore it.
    UnknownKind(Vec<u8>),
}

/// Reads a record; everything in `text` is kept.
pub fn parse(text: &[u8]) -> Record {
    Record {
        text: text.to_vec(),
        parts: tags::split(text, WhiteSpace::Folding),
        made: Made::default(),
    }
}

/// The text with a blank in place of every octet outside ASCII, each where it stood: what the record would say without
/// them.
pub fn in_ascii(text: &[u8]) -> Vec<u8> {
    let plain = |octet: &u8| if octet.is_ascii() { *octet } else { b' ' };
    text.iter().map(plain).collect()
}

impl Record {
    /// The tags in order, duplicates included.
    pub fn tags(&self) -> impl Iterator<Item = Tag<'_>> {
        self.parts.iter().filter_map(|part| match &part.kind {
            PartKind::Tag { name, value } => Some(Tag {
                name: self.text.get(name.clone())?,
                value: self.text.get(value.clone())?,
                span: part.span.clone(),
                value_span: value.clone(),
            }),
            PartKind::Empty | PartKind::Malformed | PartKind::Trailing => None,
        })
    }

    /// The first tag of this name.
    pub fn tag(&self, name: &str) -> Option<Tag<'_>> {
        self.tags().find(|tag| tag.name == name.as_bytes())
    }

    /// The colon-separated items of a tag (h, s, t), each with its span; `None` where the tag is absent.
    pub fn items(&self, name: &str) -> Option<Vec<(&[u8], Span)>> {
        let tag = self.tag(name)?;
        let mut start = tag.value_span.start;
        let mut items = Vec::new();
        for piece in tag.value.split(|&octet| octet == b':') {
            let lead = piece.len() - piece.trim_ascii_start().len();
            let item = piece.trim_ascii();
            items.push((item, start + lead..start + lead + item.len()));
            start += piece.len() + 1;
        }
        Some(items)
    }

    /// Whether `t=` holds this flag.
    pub fn has_flag(&self, flag: &str) -> bool {
        self.items("t")
            .is_some_and(|items| items.iter().any(|(item, _)| *item == flag.as_bytes()))
    }

    /// Whether signatures over SHA-256 may be made with the key: `h` is absent or names it (RFC 8301 3.1).
    pub fn allows_sha256(&self) -> bool {
        self.items("h")
            .is_none_or(|items| items.iter().any(|(item, _)| *item == b"sha256"))
    }

    /// Whether the key is meant for mail: `s` is absent, or names `*` or `email` (RFC 6376 3.6.1).
    pub fn allows_email(&self) -> bool {
        self.items("s")
            .is_none_or(|items| items.iter().any(|(item, _)| matches!(*item, b"*" | b"email")))
    }

    /// What `p=` holds, read as the type `k=` names.
    pub fn material(&self) -> &Material {
        self.made.material.get(|| self.read_material())
    }

    fn read_material(&self) -> Material {
        let Some(tag) = self.tag("p") else {
            return Material::Missing;
        };
        if tag.value.is_empty() {
            return Material::Revoked;
        }
        let kind = match self.tag("k").map(|kind| kind.value) {
            None | Some(b"rsa") => KeyKind::Rsa,
            Some(b"ed25519") => KeyKind::Ed25519,
            Some(other) => return Material::UnknownKind(other.to_vec()),
        };
        match PublicKey::from_p(kind, tag.value) {
            Ok(key) => Material::Key(key),
            Err(error) => Material::Malformed(error),
        }
    }

    /// What breaks the tag list, in order.
    pub fn faults(&self) -> Vec<Fault> {
        let mut faults = Vec::new();
        let mut seen: Vec<&[u8]> = Vec::new();
        for part in &self.parts {
            let kind = match &part.kind {
                PartKind::Empty => FaultKind::Empty,
                PartKind::Malformed => FaultKind::Malformed,
                PartKind::Trailing => continue,
                PartKind::Tag { name, .. } => match self.text.get(name.clone()) {
                    Some(name) if !is_tag_name(name) => FaultKind::Name,
                    Some(name) if seen.contains(&name) => FaultKind::Duplicate,
                    Some(name) => {
                        seen.push(name);
                        continue;
                    }
                    None => continue,
                },
            };
            let span = part.span.clone();
            faults.push(Fault { kind, span });
        }
        let odd = |octet: &u8| !matches!(octet, 0x20..=0x7e | b'\t' | b'\r' | b'\n');
        if let Some(at) = self.text.iter().position(odd) {
            faults.push(Fault {
                kind: FaultKind::Octet,
                span: at..at + 1,
            });
        }
        faults.sort_by_key(|fault| fault.span.start);
        faults
    }

    /// White space after the last semicolon, which the strict grammar does not have (RFC 6376 3.2).
    pub fn trailing_white_space(&self) -> Option<Span> {
        let end = self.text.len();
        let last = self.text.iter().rposition(|&octet| octet == b';')? + 1;
        let rest = self.text.get(last..)?;
        (!rest.is_empty() && rest.trim_ascii().is_empty()).then_some(last..end)
    }
}

fn is_tag_name(name: &[u8]) -> bool {
    name.first().is_some_and(u8::is_ascii_alphabetic)
        && name
            .iter()
            .all(|octet| octet.is_ascii_alphanumeric() || *octet == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn tags_items_and_flags() {
        let record = parse(b"v=DKIM1; h = sha1 : sha256 ;t=y: s; p=");
        assert_eq!(record.tags().count(), 4);
        let items = record.items("h").unwrap();
        assert_eq!(
            items.iter().map(|(item, _)| *item).collect::<Vec<_>>(),
            [b"sha1".as_slice(), b"sha256"]
        );
        assert!(
            items
                .iter()
                .all(|(item, span)| &record.text[span.clone()] == *item)
        );
        assert!(record.has_flag("y") && record.has_flag("s") && !record.has_flag("S"));
        assert_eq!(*record.material(), Material::Revoked);
    }

    #[test]
    fn faults_of_the_list() {
        for (text, want) in [
            ("v=DKIM1; p=", &[][..]),
            ("v=DKIM1; p=; ", &[]),
            ("v=DKIM1;; p=", &[FaultKind::Empty]),
            ("v=DKIM1; p=; p=", &[FaultKind::Duplicate]),
            ("v=DKIM1; rsa; p=", &[FaultKind::Malformed]),
            ("v=DKIM1; 2k=rsa; p=", &[FaultKind::Name]),
            ("v=DKIM1; k-t=rsa; p=", &[FaultKind::Name]),
            ("v=DKIM1; n=\u{e9}; p=", &[FaultKind::Octet]),
        ] {
            let kinds: Vec<_> = parse(text.as_bytes())
                .faults()
                .iter()
                .map(|fault| fault.kind)
                .collect();
            assert_eq!(kinds, want, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn any_octets_are_read_and_kept(text in prop::collection::vec(any::<u8>(), 0..300)) {
            let record = parse(&text);
            prop_assert_eq!(&record.text, &text);
            for tag in record.tags() {
                prop_assert_eq!(&text[tag.value_span.clone()], tag.value);
            }
            for fault in record.faults() {
                prop_assert!(fault.span.end <= text.len());
            }
            for name in ["h", "s", "t"] {
                for (item, span) in record.items(name).into_iter().flatten() {
                    prop_assert_eq!(&text[span], item);
                }
            }
            if let Some(damage) = record.damage() {
                prop_assert!(damage.span.start <= damage.span.end && damage.span.end <= text.len());
            }
            let _ = (record.material(), record.usable_key(), record.trailing_white_space(), super::super::likeness(&text));
        }

        #[test]
        fn any_tag_list_is_read(text in "(v=DKIM1)?(; ?[a-z]{1,2} ?= ?[A-Za-z0-9+/=: ]{0,60}){0,6};? ?") {
            let record = parse(text.as_bytes());
            let _ = (record.material(), record.usable_key(), record.faults(), record.damage());
        }
    }
}
