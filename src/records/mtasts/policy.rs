//! The policy file (RFC 8461 3.2): read line by line, written in one form, and its digest.
//!
//! Lines may end in LF or in CRLF: the prose of the RFC says CRLF, its grammar both (erratum 6253), and both are read. Of
//! a key that stands there twice the first counts, `mx` aside; keys nobody knows are ignored.

use std::collections::BTreeSet;

use aws_lc_rs::digest;

use super::pattern::{Pattern, PatternFault};
use crate::records::presentation;

/// The largest `max_age` there is, in seconds: a year (RFC 8461 3.2).
pub const MAX_AGE: u32 = 31_557_600;

/// What a sender does where a host is not as the policy says (RFC 8461 5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Mode {
    /// Nothing: there is no policy any more.
    None,
    /// It says so in its report, and delivers.
    Testing,
    /// It does not deliver.
    Enforce,
}

impl Mode {
    /// As a policy writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Testing => "testing",
            Self::Enforce => "enforce",
        }
    }

    /// The mode of this word; `None` where there is none.
    pub fn parse(word: &str) -> Option<Self> {
        let all = [Self::None, Self::Testing, Self::Enforce];
        all.into_iter().find(|mode| mode.as_str() == word)
    }
}

/// A policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// What senders do.
    pub mode: Mode,
    /// The hosts mail may go to; a set, for their order means nothing.
    pub mx: BTreeSet<Pattern>,
    /// How long senders keep it, in seconds.
    pub max_age: u32,
}

/// A policy file as it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyText {
    /// The policy; `None` where senders find none in it.
    pub policy: Option<Policy>,
    /// What is wrong with it, by line.
    pub faults: Vec<PolicyFault>,
}

/// Something in a policy file that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PolicyFault {
    /// The file is no UTF-8, or begins with a byte order mark.
    Encoding,
    /// Nothing but blank lines, if any.
    Empty,
    /// A line that ends in CR alone.
    LineEnd(usize),
    /// A line that is no `key: value`.
    Line(usize, String),
    /// A blank before a key, or between it and its colon.
    Spaced(usize, String),
    /// A blank line before the end.
    Blank(usize),
    /// A key that stood there before, where one alone counts.
    Twice(usize, String),
    /// A required key that is missing.
    Missing(&'static str),
    /// A value that is none for its key.
    Value(usize, &'static str, String),
    /// A value that is none whatever its key, which nobody knows: nothing, or a control character.
    Unreadable(usize, String),
    /// A pattern that is none.
    Mx(usize, String, PatternFault),
    /// A pattern that ends in a dot.
    TrailingDot(usize, String),
    /// No `mx` at all, and mode is not none.
    NoMx,
}

impl PolicyFault {
    /// Whether senders find no policy because of it.
    pub fn is_fatal(&self) -> bool {
        !matches!(self, Self::Blank(_) | Self::Twice(..) | Self::TrailingDot(..))
    }

    /// Whether a line with this key was meant where this is wrong: it begins with the key and lacks its colon, or the line
    /// before it did not end.
    pub fn swallows(&self, key: &str) -> bool {
        let is_apart = |one: Option<char>| one.is_none_or(|one| !one.is_ascii_alphanumeric() && one != '_');
        match self {
            Self::Line(_, text) => {
                let text = text.replace("\\009", " ");
                let rest = text.trim_start().strip_prefix(key);
                rest.is_some_and(|rest| is_apart(rest.chars().next()))
            }
            Self::Value(_, _, value) | Self::Mx(_, value, _) | Self::Unreadable(_, value) => {
                value.match_indices(key).any(|(at, _)| {
                    let (before, behind) = (value.get(..at), value.get(at + key.len()..));
                    let behind = behind.unwrap_or_default().trim_start_matches(BLANKS);
                    is_apart(before.and_then(|before| before.chars().next_back()))
                        && behind.starts_with([':', '='])
                })
            }
            _ => false,
        }
    }
}

impl Policy {
    /// The file, lines ended by LF.
    pub fn body(&self) -> String {
        let mut lines = vec![
            "version: STSv1".to_owned(),
            format!("mode: {}", self.mode.as_str()),
        ];
        lines.extend(self.mx.iter().map(|pattern| format!("mx: {pattern}")));
        lines.push(format!("max_age: {}", self.max_age));
        lines.join("\n") + "\n"
    }

    /// The id of the policy: the first 20 characters of the SHA-256 of its body in base 32 (RFC 4648 6), in lower case.
    /// The same policy always has the same, and nothing else goes into it.
    pub fn id(&self) -> String {
        let hash = digest::digest(&digest::SHA256, self.body().as_bytes());
        base32(hash.as_ref()).chars().take(20).collect()
    }
}

/// Octets in base 32, without padding, in lower case.
fn base32(octets: &[u8]) -> String {
    const LETTERS: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
    let mut text = String::new();
    for chunk in octets.chunks(5) {
        let octet = |at: usize| u64::from(chunk.get(at).copied().unwrap_or_default());
        let number = (0..5).fold(0, |number, at| number << 8 | octet(at));
        let digits = (chunk.len() * 8).div_ceil(5);
        for digit in 0..digits {
            let five = number >> (35 - 5 * digit) & 31;
            let letter = usize::try_from(five).ok().and_then(|at| LETTERS.get(at));
            text.extend(letter.map(|letter| char::from(*letter)));
        }
    }
    text
}

/// Reads a policy file.
pub fn parse_policy(octets: &[u8]) -> PolicyText {
    let mut faults = Vec::new();
    let text = match std::str::from_utf8(octets) {
        Ok(text) if !text.starts_with('\u{feff}') => text,
        _ => {
            return PolicyText {
                policy: None,
                faults: vec![PolicyFault::Encoding],
            };
        }
    };
    let (mut version, mut mode, mut max_age) = (None, None, None);
    let mut seen = BTreeSet::new();
    let mut mx = BTreeSet::new();
    let mut lines: Vec<&str> = text.split('\n').collect();
    if lines.last() == Some(&"") {
        lines.pop();
    }
    for line in &mut lines {
        *line = line.strip_suffix('\r').unwrap_or(line);
    }
    // What else is wrong with such a file is wrong because of that.
    if let Some(why) = without_lines(&lines) {
        return PolicyText {
            policy: None,
            faults: vec![why],
        };
    }
    for (index, line) in lines.iter().enumerate() {
        let number = index + 1;
        if line.trim().is_empty() {
            faults.push(PolicyFault::Blank(number));
            continue;
        }
        let parts = line
            .split_once(':')
            .map(|(key, value)| (key, key.trim_matches(BLANKS), value));
        let Some((whole, key, value)) = parts.filter(|(_, key, _)| is_key(key)) else {
            faults.push(PolicyFault::Line(number, presentation(line.as_bytes())));
            continue;
        };
        if whole != key {
            faults.push(PolicyFault::Spaced(number, presentation(line.as_bytes())));
        }
        let value = value.trim_matches(BLANKS);
        if key == "mx" {
            match Pattern::parse(value) {
                Ok(pattern) => {
                    if value.ends_with('.') {
                        faults.push(PolicyFault::TrailingDot(number, presentation(value.as_bytes())));
                    }
                    mx.insert(pattern);
                }
                Err(fault) => faults.push(PolicyFault::Mx(number, presentation(value.as_bytes()), fault)),
            }
            continue;
        }
        if !seen.insert(key) {
            if matches!(key, "version" | "mode" | "max_age") {
                faults.push(PolicyFault::Twice(number, key.to_owned()));
            }
            continue;
        }
        let mut wrong = |key| faults.push(PolicyFault::Value(number, key, presentation(value.as_bytes())));
        match key {
            "version" if value == "STSv1" => version = Some(()),
            "version" => wrong("version"),
            "mode" => match Mode::parse(value) {
                Some(word) => mode = Some(word),
                None => wrong("mode"),
            },
            "max_age" => match seconds(value) {
                Some(age) => max_age = Some(age),
                None => wrong("max_age"),
            },
            _ if !is_value(value) => {
                faults.push(PolicyFault::Unreadable(number, presentation(line.as_bytes())));
            }
            _ => {}
        }
    }
    for key in ["version", "mode", "max_age"] {
        if !seen.contains(key) {
            faults.push(PolicyFault::Missing(key));
        }
    }
    // A line that cannot be read may be the one that is missing.
    let broken_mx = faults
        .iter()
        .any(|fault| matches!(fault, PolicyFault::Mx(..) | PolicyFault::Line(..)));
    if mx.is_empty() && !broken_mx && mode.is_some_and(|mode| mode != Mode::None) {
        faults.push(PolicyFault::NoMx);
    }
    let fatal = faults.iter().any(PolicyFault::is_fatal);
    let policy = match (version, mode, max_age) {
        (Some(()), Some(mode), Some(max_age)) if !fatal => Some(Policy { mode, mx, max_age }),
        _ => None,
    };
    PolicyText { policy, faults }
}

/// What may stand around a value (RFC 8461 3.2).
const BLANKS: [char; 2] = [' ', '\t'];

/// What keeps a text from being lines at all, of lines without the CR before their LF.
fn without_lines(lines: &[&str]) -> Option<PolicyFault> {
    if lines.iter().all(|line| line.trim().is_empty()) {
        return Some(PolicyFault::Empty);
    }
    let inner = lines.iter().position(|line| line.contains('\r'));
    inner.map(|index| PolicyFault::LineEnd(index + 1))
}

/// One to ten digits, a year at most.
fn seconds(text: &str) -> Option<u32> {
    let digits = (1..=10).contains(&text.len()) && text.bytes().all(|octet| octet.is_ascii_digit());
    text.parse().ok().filter(|age| digits && *age <= MAX_AGE)
}

/// A `max_age` as people say it.
pub fn shown_age(seconds: u32) -> String {
    match (seconds / 86_400, seconds % 86_400) {
        (1, 0) => "a day".to_owned(),
        (days, 0) if days > 0 => format!("{days} days"),
        _ => format!("{seconds} seconds"),
    }
}

/// What the value of a key nobody knows may be (RFC 8461 3.2, `sts-policy-ext-value`): a character at least, none of them a
/// control character.
fn is_value(value: &str) -> bool {
    !value.is_empty() && !value.contains(|one: char| one.is_ascii_control())
}

fn is_key(key: &str) -> bool {
    let inner = |octet: u8| octet.is_ascii_alphanumeric() || matches!(octet, b'_' | b'-' | b'.');
    (1..=32).contains(&key.len())
        && key.as_bytes().first().is_some_and(u8::is_ascii_alphanumeric)
        && key.bytes().all(inner)
}

#[cfg(test)]
mod tests;
