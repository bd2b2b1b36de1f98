//! Domain names as DNS compares them: absolute, without case, octet by octet.
//!
//! A [`Name`] is always absolute (search lists and `ndots` cannot apply to it) and is kept in lower case, because no
//! DNS comparison sees case (RFC 4343). Labels may hold any octet: what is not printable is shown as `\DDD`
//! (RFC 1035 5.1), so a hostile answer stays visible and harmless. Pure: text and octets only.

pub mod mail;
#[cfg(test)]
mod tests;

use std::cell::Cell;
use std::convert::Infallible;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

thread_local! {
    // A name is put together here and then kept in one piece as long as it is: names are made by the dozen for every look.
    static DRAFT: Cell<String> = const { Cell::new(String::new()) };
}

/// An absolute domain name in lower case; its text carries no trailing dot (the root is `.`).
///
/// At most 255 octets on the wire and 63 a label (RFC 1035 2.3.4): a longer one cannot be made.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Name {
    /// Presentation format, lower case, no trailing dot; the root is `.`. One name has one text, so that what can be told
    /// of names is told of texts; and it is shared, for a name stands in many places at once.
    text: Arc<str>,
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
        draft(|text| {
            let mut wire = 1;
            for label in labels {
                let label = label.as_ref();
                match label.len() {
                    0 => return Err(NameError::EmptyLabel),
                    1..=63 => wire += label.len() + 1,
                    _ => return Err(NameError::LabelTooLong),
                }
                if wire > MAX_WIRE {
                    return Err(NameError::TooLong);
                }
                if !text.is_empty() {
                    text.push('.');
                }
                push_label(text, label);
            }
            if text.is_empty() {
                text.push('.');
            }
            Ok(())
        })
    }

    /// `prefix` (one or more labels, as text) in front of this name: `_dmarc` before `voorbeeld.nl`.
    ///
    /// # Errors
    /// When the prefix is no name, or the result is too long.
    pub fn prepend(&self, prefix: &str) -> Result<Self, NameError> {
        // Nearly always the labels stand for themselves, and only the whole is made.
        let plain =
            Some(prefix.strip_suffix('.').unwrap_or(prefix)).filter(|prefix| Plain::of(prefix).is_some());
        if let Some(prefix) = plain.filter(|_| !self.is_root()) {
            if prefix.len() + 1 + self.wire_len() > MAX_WIRE {
                return Err(NameError::TooLong);
            }
            return Ok(self.below(prefix));
        }
        let prefix: Self = prefix.parse()?;
        match (prefix.is_root(), self.is_root()) {
            (true, _) => return Err(NameError::EmptyLabel),
            (false, true) => return Ok(prefix),
            (false, false) => {}
        }
        if prefix.wire_len() - 1 + self.wire_len() > MAX_WIRE {
            return Err(NameError::TooLong);
        }
        Ok(self.below(&prefix.text))
    }

    /// The name whose text this is, octet by octet, and which shares it; `None` where its text would be another, or where
    /// it is no name.
    pub fn sharing(text: &Arc<str>) -> Option<Self> {
        let stands = Plain::of(text).is_some_and(|plain| !plain.has_upper);
        stands.then(|| Self { text: text.clone() })
    }

    /// The text of `prefix` in front of this name, which is not the root.
    fn below(&self, prefix: &str) -> Self {
        let Ok(name) = draft(|text| {
            for part in [prefix, ".", &self.text] {
                text.push_str(part);
            }
            text.make_ascii_lowercase();
            Ok::<_, Infallible>(())
        });
        name
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

    /// The labels from left to right as they stand in the text, where what is no plain octet is escaped; the root has none.
    pub fn label_texts(&self) -> impl Iterator<Item = &str> {
        let ends = self
            .starts()
            .skip(1)
            .map(|start| start - 1)
            .chain([self.text.len()]);
        self.starts()
            .zip(ends)
            .map(|(start, end)| self.text.get(start..end).unwrap_or_default())
    }

    /// Where the labels begin in the text, from left to right; the root has none.
    fn starts(&self) -> impl Iterator<Item = usize> {
        let first = (!self.is_root()).then_some(0);
        let octets = self.text.as_bytes();
        let mut at = 0;
        let dots = std::iter::from_fn(move || {
            while let Some(octet) = octets.get(at) {
                at += 1;
                match octet {
                    // Digits behind a backslash are no dots, so one character is enough.
                    b'\\' => at += 1,
                    b'.' if at < octets.len() => return Some(at),
                    _ => {}
                }
            }
            None
        });
        first.into_iter().chain(dots)
    }

    /// The name whose text begins there.
    fn from(&self, start: usize) -> Self {
        let text = self.text.get(start..).unwrap_or_default();
        Self { text: text.into() }
    }

    /// How many labels; the root has none.
    pub fn label_count(&self) -> usize {
        self.starts().count()
    }

    /// Whether it has more than one label.
    pub fn has_several_labels(&self) -> bool {
        self.starts().nth(1).is_some()
    }

    /// The name without its leftmost label; the root has no parent.
    pub fn parent(&self) -> Option<Self> {
        let mut starts = self.starts();
        starts.next()?;
        Some(starts.next().map_or_else(Self::root, |start| self.from(start)))
    }

    /// The rightmost `count` labels (the whole name when it has no more).
    pub fn suffix(&self, count: usize) -> Self {
        let skip = self.label_count().saturating_sub(count);
        match (skip, count) {
            (0, _) => self.clone(),
            (_, 0) => Self::root(),
            (skip, _) => self
                .starts()
                .nth(skip)
                .map_or_else(Self::root, |start| self.from(start)),
        }
    }

    /// Whether this name is `other` or lies below it.
    pub fn is_at_or_below(&self, other: &Self) -> bool {
        if other.is_root() || self == other {
            return true;
        }
        let Some(before) = self.text.strip_suffix(&*other.text) else {
            return false;
        };
        // Behind an odd number of backslashes the dot belongs to a label.
        before.strip_suffix('.').is_some_and(|rest| {
            let escapes = rest.len() - rest.trim_end_matches('\\').len();
            escapes.is_multiple_of(2)
        })
    }

    /// Whether this name lies below `other`, and is not that name itself.
    pub fn is_strictly_below(&self, other: &Self) -> bool {
        self != other && self.is_at_or_below(other)
    }

    /// Length on the wire, in octets, the root's length octet included (RFC 1035 3.1).
    pub fn wire_len(&self) -> usize {
        match (self.is_root(), self.text.contains('\\')) {
            (true, _) => 1,
            // A length octet for each dot, one more for the first label, and the root's.
            (false, false) => self.text.len() + 2,
            (false, true) => 1 + self.labels().iter().map(|label| label.len() + 1).sum::<usize>(),
        }
    }
}

/// Whether a label is letters, digits and inner hyphens (RFC 5890 2.3.1), as octets or as it stands in the text of a name: what is
/// escaped there is none of them.
pub fn is_ldh(label: impl AsRef<[u8]>) -> bool {
    let label = label.as_ref();
    let inner = |octet: &u8| octet.is_ascii_alphanumeric() || *octet == b'-';
    !label.is_empty() && label.iter().all(inner) && !label.starts_with(b"-") && !label.ends_with(b"-")
}

/// More octets no name has on the wire (RFC 1035 2.3.4).
const MAX_WIRE: usize = 255;

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
        match plain(text) {
            Some(name) => Ok(name),
            None => Self::from_labels(labels_of(text)?),
        }
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

/// The name whose text `write` writes.
fn draft<E>(write: impl FnOnce(&mut String) -> Result<(), E>) -> Result<Name, E> {
    // Whoever makes another name meanwhile finds none and takes one of his own.
    let mut text = DRAFT.take();
    text.clear();
    let made = write(&mut text).map(|()| Name {
        text: text.as_str().into(),
    });
    DRAFT.set(text);
    made
}

/// Reads a name in whose text every octet stands for itself, as in nearly all; `None` for any other text.
fn plain(text: &str) -> Option<Name> {
    let text = text.strip_suffix('.').unwrap_or(text);
    Some(Name {
        text: match Plain::of(text)?.has_upper {
            true => text.to_ascii_lowercase().into(),
            false => text.into(),
        },
    })
}

/// A text without a trailing dot that is a name, and of which every octet stands for itself.
struct Plain {
    /// Whether a letter of it is a capital.
    has_upper: bool,
}

impl Plain {
    fn of(text: &str) -> Option<Self> {
        if text.len() + 2 > MAX_WIRE {
            return None;
        }
        let (mut has_upper, mut label) = (false, 0_usize);
        for octet in text.bytes() {
            match octet {
                b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' => label += 1,
                b'A'..=b'Z' => (has_upper, label) = (true, label + 1),
                b'.' if matches!(label, 1..=63) => label = 0,
                _ => return None,
            }
        }
        matches!(label, 1..=63).then_some(Self { has_upper })
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
