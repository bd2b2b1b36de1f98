//! Domain names as DNS compares them: absolute, without case, octet by octet.
//!
//! A [`Name`] is always absolute (search lists and `ndots` cannot apply to it) and is kept in lower case, because no
//! DNS comparison sees case (RFC 4343). Labels may hold any octet: what is not printable is shown as `\DDD`
//! (RFC 1035 5.1), so a hostile answer stays visible and harmless. Pure: text and octets only.

pub mod mail;

use std::fmt;
use std::str::FromStr;

/// An absolute domain name in lower case; its text carries no trailing dot (the root is `.`).
///
/// At most 255 octets on the wire and 63 a label (RFC 1035 2.3.4): a longer one cannot be made.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Name {
    /// Presentation format, lower case, no trailing dot; the root is `.`.
    text: Box<str>,
}

/// Why a text is no domain name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NameError {
    /// `a..b`, a leading dot, or nothing at all.
    #[error("a label is empty")]
    EmptyLabel,
    /// `\` not followed by three digits up to 255 or by one printable character.
    #[error("a backslash escapes nothing")]
    Escape,
    /// A label of more than 63 octets.
    #[error("a label is longer than 63 octets")]
    LabelTooLong,
    /// More than 255 octets on the wire.
    #[error("the name is longer than 255 octets")]
    TooLong,
    /// A character outside ASCII: DNS names are written as A-labels.
    #[error("a character is outside ASCII (write A-labels: xn--…)")]
    NonAscii,
}

impl Name {
    /// The root of the tree, `.`.
    pub fn root() -> Self {
        Self { text: ".".into() }
    }

    /// Makes a name of labels from left to right; each label's octets are taken as they are.
    ///
    /// # Errors
    /// When a label is empty or over 63 octets, or the whole over 255.
    pub fn from_labels<L: AsRef<[u8]>>(labels: impl IntoIterator<Item = L>) -> Result<Self, NameError> {
        let mut text = String::new();
        let mut wire = 1;
        for label in labels {
            let label = label.as_ref();
            match label.len() {
                0 => return Err(NameError::EmptyLabel),
                1..=63 => wire += label.len() + 1,
                _ => return Err(NameError::LabelTooLong),
            }
            if wire > 255 {
                return Err(NameError::TooLong);
            }
            if !text.is_empty() {
                text.push('.');
            }
            push_label(&mut text, label);
        }
        if text.is_empty() {
            return Ok(Self::root());
        }
        Ok(Self { text: text.into() })
    }

    /// `prefix` (one or more labels, as text) in front of this name: `_dmarc` before `voorbeeld.nl`.
    ///
    /// # Errors
    /// When the prefix is no name, or the result is too long.
    pub fn prepend(&self, prefix: &str) -> Result<Self, NameError> {
        let mut labels = labels_of(prefix)?;
        labels.extend(self.labels());
        Self::from_labels(labels)
    }

    /// The name's text: presentation format, lower case, no trailing dot (the root is `.`).
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether this is the root.
    pub fn is_root(&self) -> bool {
        &*self.text == "."
    }

    /// The labels from left to right, unescaped; the root has none.
    pub fn labels(&self) -> Vec<Vec<u8>> {
        // The text was made from labels, so it splits into labels again.
        if self.is_root() {
            Vec::new()
        } else {
            labels_of(&self.text).unwrap_or_default()
        }
    }

    /// How many labels; the root has none.
    pub fn label_count(&self) -> usize {
        self.labels().len()
    }

    /// The name without its leftmost label; the root has no parent.
    pub fn parent(&self) -> Option<Self> {
        let mut labels = self.labels();
        if labels.is_empty() {
            return None;
        }
        labels.remove(0);
        Self::from_labels(labels).ok()
    }

    /// The rightmost `count` labels (the whole name when it has no more).
    pub fn suffix(&self, count: usize) -> Self {
        let labels = self.labels();
        let skip = labels.len().saturating_sub(count);
        Self::from_labels(&labels[skip..]).unwrap_or_else(|_| self.clone())
    }

    /// Whether this name is `other` or lies below it.
    pub fn is_at_or_below(&self, other: &Self) -> bool {
        let (mine, theirs) = (self.labels(), other.labels());
        mine.ends_with(&theirs)
    }

    /// Whether this name lies below `other`, and is not that name itself.
    pub fn is_strictly_below(&self, other: &Self) -> bool {
        self != other && self.is_at_or_below(other)
    }

    /// Length on the wire, in octets, the root's length octet included (RFC 1035 3.1).
    pub fn wire_len(&self) -> usize {
        1 + self.labels().iter().map(|label| label.len() + 1).sum::<usize>()
    }
}

/// A number that is the same for one text each time, on every machine and in every version, and different between texts.
///
/// FNV-1a: spreads well enough, and needs no key.
pub fn spread(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, octet| {
        (hash ^ u64::from(octet)).wrapping_mul(0x0100_0000_01b3)
    })
}

impl FromStr for Name {
    type Err = NameError;

    /// Reads presentation format; one trailing dot is allowed and means nothing, for every name is absolute.
    fn from_str(text: &str) -> Result<Self, NameError> {
        if text == "." {
            return Ok(Self::root());
        }
        Self::from_labels(labels_of(text)?)
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text)
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.text)
    }
}

impl serde::Serialize for Name {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

fn push_label(text: &mut String, label: &[u8]) {
    for &octet in label {
        match octet.to_ascii_lowercase() {
            b'.' | b'\\' | b'"' | b';' | b'(' | b')' | b'@' | b'$' => {
                text.push('\\');
                text.push(char::from(octet));
            }
            lower @ 0x21..=0x7e => text.push(char::from(lower)),
            other => text.push_str(&format!("\\{other:03}")),
        }
    }
}

fn labels_of(text: &str) -> Result<Vec<Vec<u8>>, NameError> {
    let text = match text.strip_suffix('.') {
        // Behind an odd number of backslashes the dot is escaped, and belongs to the last label.
        Some(rest) if (rest.len() - rest.trim_end_matches('\\').len()).is_multiple_of(2) => rest,
        _ => text,
    };
    let mut labels = vec![Vec::new()];
    let mut octets = text.bytes();
    while let Some(octet) = octets.next() {
        match octet {
            b'.' => labels.push(Vec::new()),
            b'\\' => {
                let value = match octets.next().ok_or(NameError::Escape)? {
                    hundreds @ b'0'..=b'9' => {
                        let mut value = u32::from(hundreds - b'0');
                        for _ in 0..2 {
                            match octets.next() {
                                Some(digit @ b'0'..=b'9') => value = value * 10 + u32::from(digit - b'0'),
                                _ => return Err(NameError::Escape),
                            }
                        }
                        u8::try_from(value).map_err(|_| NameError::Escape)?
                    }
                    printable @ 0x21..=0x7e => printable,
                    _ => return Err(NameError::Escape),
                };
                if let Some(label) = labels.last_mut() {
                    label.push(value);
                }
            }
            octet if octet.is_ascii() => {
                if let Some(label) = labels.last_mut() {
                    label.push(octet);
                }
            }
            _ => return Err(NameError::NonAscii),
        }
    }
    if labels.iter().any(Vec::is_empty) {
        return Err(NameError::EmptyLabel);
    }
    Ok(labels)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn name(text: &str) -> Name {
        text.parse().unwrap()
    }

    #[test]
    fn names_compare_without_case_and_trailing_dot() {
        assert_eq!(name("Voorbeeld.NL."), name("voorbeeld.nl"));
        assert_eq!(name(".").as_str(), ".");
        assert_eq!(
            name("voorbeeld.nl").prepend("_DMARC").unwrap().as_str(),
            "_dmarc.voorbeeld.nl"
        );
    }

    #[test]
    fn an_escaped_dot_at_the_end_belongs_to_the_label() {
        for (text, label) in [
            (r"a\.", r"a."),
            (r"a\\.", r"a\"),
            (r"a\\\.", r"a\."),
            (r"\\\..", r"\."),
        ] {
            let read = name(text);
            assert_eq!(read.labels(), [label.as_bytes()], "{text}");
            assert_eq!(name(read.as_str()), read, "{text}");
        }
    }

    #[test]
    fn what_is_no_name_is_refused_with_the_reason() {
        for (text, why) in [
            ("", NameError::EmptyLabel),
            ("a..b", NameError::EmptyLabel),
            (".a", NameError::EmptyLabel),
            ("é.nl", NameError::NonAscii),
            ("a\\", NameError::Escape),
            ("a\\25x", NameError::Escape),
            ("a\\256", NameError::Escape),
        ] {
            assert_eq!(text.parse::<Name>(), Err(why), "{text:?}");
        }
        assert_eq!("a".repeat(64).parse::<Name>(), Err(NameError::LabelTooLong));
        assert_eq!(
            vec!["a".repeat(63); 4].join(".").parse::<Name>(),
            Err(NameError::TooLong)
        );
    }

    #[test]
    fn suffix_parent_and_below() {
        let deep = name("a.b.c.nl");
        assert_eq!(deep.suffix(2), name("c.nl"));
        assert_eq!(deep.suffix(9), deep);
        assert_eq!(deep.parent(), Some(name("b.c.nl")));
        assert_eq!(Name::root().parent(), None);
        assert!(deep.is_at_or_below(&name("c.nl")) && !name("xc.nl").is_at_or_below(&name("c.nl")));
    }

    /// Any octet, and often one that has a meaning in presentation format.
    fn octet() -> impl Strategy<Value = u8> {
        prop_oneof![any::<u8>(), prop::sample::select(br"\.0".to_vec())]
    }

    proptest! {
        #[test]
        fn any_labels_survive_print_and_parse(labels in prop::collection::vec(prop::collection::vec(octet(), 1..20), 1..8)) {
            let made = Name::from_labels(&labels).unwrap();
            prop_assert_eq!(&made, &name(made.as_str()));
            let lower: Vec<Vec<u8>> = labels.iter().map(|l| l.to_ascii_lowercase()).collect();
            prop_assert_eq!(made.labels(), lower);
        }

        #[test]
        fn any_text_parses_or_is_refused(text in ".*") {
            let _ = text.parse::<Name>();
        }
    }
}
