//! Texts as a status holds them: shortened, and still told apart. Pure.
//!
//! A value that was cut says how long it was and carries a digest, so that a change behind the cut is still seen.

use aws_lc_rs::digest;

/// So many values of one RRset are shown.
const MAX_VALUES: usize = 4;
/// A value is never longer.
pub(super) const MAX_VALUE_OCTETS: usize = 4096;
/// What a finding is about is not longer: cut, it still tells one finding from another.
pub(super) const MAX_SUBJECT_OCTETS: usize = 256;
/// A value in a sentence is not longer than this.
const SHOWN_OCTETS: usize = 160;
/// Between a text and what is said of its cut.
const MARK: &str = "… [cut: ";

/// The values of an RRset as a status holds them.
pub(super) fn cut_values(values: &[String]) -> Vec<String> {
    values
        .iter()
        .take(MAX_VALUES)
        .map(|value| cut_text(value, MAX_VALUE_OCTETS))
        .collect()
}

/// Whether two texts, cut or not, are the same text.
pub fn same_text(one: &str, other: &str) -> bool {
    one == other || (is_cut(one) || is_cut(other)) && identity(one) == identity(other)
}

/// Whether a status holds the values of an RRset so.
pub(super) fn same_values(held: &[String], values: &[String]) -> bool {
    held.len() == values.len().min(MAX_VALUES)
        && held
            .iter()
            .zip(values)
            .all(|(held, value)| same_text(held, value))
}

/// `text` with at most `octets` octets, an ellipsis included, cut on a character.
pub(super) fn cut_octets(text: &str, octets: usize) -> String {
    if text.len() <= octets {
        return text.to_owned();
    }
    let mut cut = cut_octets_bare(text, octets.saturating_sub("…".len()));
    cut.push('…');
    cut
}

/// The first `octets` octets of `text`, cut on a character.
pub(super) fn cut_octets_bare(text: &str, octets: usize) -> String {
    text[..text.floor_char_boundary(octets)].to_owned()
}

/// A text shortened to `limit` octets and a mark; one that was cut already keeps what its mark says.
pub(super) fn cut_text(text: &str, limit: usize) -> String {
    shorter(text, limit).unwrap_or_else(|| text.to_owned())
}

/// The same of one that is longer; `None` of any other, which stays as it is.
pub(super) fn shorter(text: &str, limit: usize) -> Option<String> {
    if text.len() <= limit {
        return None;
    }
    let (head, mark) = match split_mark(text) {
        Some((head, mark)) => (head, Some(mark)),
        None => (text, None),
    };
    if head.len() <= limit {
        return None;
    }
    let mark = mark.map_or_else(|| mark_of(text), str::to_owned);
    Some(format!("{}{mark}", cut_octets_bare(head, limit)))
}

fn mark_of(text: &str) -> String {
    let digest = digest::digest(&digest::SHA256, text.as_bytes());
    let hex: String = digest
        .as_ref()
        .iter()
        .take(8)
        .map(|octet| format!("{octet:02x}"))
        .collect();
    format!("{MARK}{} octets, sha256 {hex}]", text.len())
}

fn split_mark(text: &str) -> Option<(&str, &str)> {
    if !text.ends_with(']') {
        return None;
    }
    text.rfind(MARK).map(|at| text.split_at(at))
}

fn identity(text: &str) -> String {
    split_mark(text).map_or_else(|| mark_of(text), |(_, mark)| mark.to_owned())
}

/// Values in a sentence.
pub(super) fn shown_values(values: &[String]) -> String {
    match values {
        [] => "no such record".to_owned(),
        [one] => format!("{:?}", cut_octets(one, SHOWN_OCTETS)),
        [first, more @ ..] => format!("{:?} and {} more", cut_octets(first, SHOWN_OCTETS), more.len()),
    }
}

/// Whether a text was cut.
pub(super) fn is_cut(text: &str) -> bool {
    split_mark(text).is_some()
}
