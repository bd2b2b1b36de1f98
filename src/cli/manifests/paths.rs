//! Paths of fields, `spec.dkim.selectors[2].name`: what lies around, at the end of and at such a path. Pure.

use serde_json::Value;

/// Whether `path` is `around`, or lies in it.
pub(super) fn is_within(path: &str, around: &str) -> bool {
    path.strip_prefix(around)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
}

/// The path around the last field or entry.
pub(super) fn parent(path: &str) -> &str {
    let end = path.rfind(['.', '[']).unwrap_or_default();
    path.get(..end).unwrap_or_default()
}

/// What stands at a path's end.
pub(super) enum Last<'p> {
    /// A field.
    Field(&'p str),
    /// An entry of a list.
    Entry(usize),
}

/// The last field or entry of a path.
pub(super) fn last(path: &str) -> Last<'_> {
    let name = path.get(parent(path).len()..).unwrap_or_default();
    let index = name
        .strip_prefix('[')
        .and_then(|index| index.strip_suffix(']'))
        .and_then(|index| index.parse().ok());
    match index {
        Some(index) => Last::Entry(index),
        None => Last::Field(name.trim_start_matches('.')),
    }
}

/// A path up to its first index, the index, and what follows.
pub(super) fn next_entry(path: &str) -> Option<(&str, usize, &str)> {
    let (before, rest) = path.split_once('[')?;
    let (index, after) = rest.split_once(']')?;
    Some((before, index.parse().ok()?, after))
}

/// A path in whose order entries stand as numbers do: `[10]` behind `[9]`.
pub(super) fn sortable(path: &str) -> Vec<(String, usize)> {
    let mut parts = Vec::new();
    let mut rest = path;
    while let Some((before, index, after)) = next_entry(rest) {
        parts.push((before.to_owned(), index));
        rest = after;
    }
    parts.push((rest.to_owned(), 0));
    parts
}

/// What stands at a path below `value`: `.spf.mechanisms[1]`.
pub(super) fn find<'v>(value: &'v mut Value, path: &str) -> Option<&'v mut Value> {
    if path.is_empty() {
        return Some(value);
    }
    let within = find(value, parent(path))?;
    match last(path) {
        Last::Field(name) => within.get_mut(name),
        Last::Entry(index) => within.get_mut(index),
    }
}
