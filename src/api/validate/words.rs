//! The words of a refusal: what was found, what is allowed, and what was probably meant. Pure.

use serde_json::Value;

use super::schema::Node;
use super::{Fault, Violation};

/// At most so many characters of what was found are shown.
const SHOWN: usize = 64;

/// A value in a few words: `the text "a"`, `the number 5`, `a list`.
pub(super) fn found(value: &Value) -> String {
    match value {
        Value::Null => "nothing (null)".to_owned(),
        Value::Bool(yes) => format!("the boolean {yes}"),
        Value::Number(number) => format!("the number {number}"),
        Value::String(text) => format!("the text {}", quoted(text)),
        Value::Array(_) => "a list".to_owned(),
        Value::Object(_) => "an object".to_owned(),
    }
}

/// A text in quotes, its end cut off where it is long.
pub(super) fn quoted(text: &str) -> String {
    match text.char_indices().nth(SHOWN) {
        None => format!("{text:?}"),
        Some((end, _)) => format!("{:?}…", text.get(..end).unwrap_or_default()),
    }
}

/// What to write where another type stands; `refused` is why the same value in quotes would not do either.
pub(super) fn other_type(node: &Node, value: &Value, refused: Option<&str>) -> String {
    let is_scalar = matches!(value, Value::Bool(_) | Value::Number(_));
    if node.kind == "string" && is_scalar {
        let quoted = Value::String(value.to_string());
        return match refused {
            _ if !node.allowed.is_empty() && !node.allowed.contains(&quoted) => not_supported(node, value),
            Some(why) => format!("want a text, found {}: {why}", found(value)),
            None => format!("want a text, found {}: put it in quotes", found(value)),
        };
    }
    let (want, write) = match (node.kind.as_str(), value) {
        ("string", Value::Array(_)) => ("one text", ", not a list of them"),
        ("string", _) => ("a text", ""),
        ("boolean", Value::String(_)) => ("a boolean", ": write true or false, without quotes"),
        ("boolean", _) => ("a boolean", ": write true or false"),
        ("array", Value::Object(_)) => ("a list", ": start each entry with a hyphen"),
        ("array", Value::Null) => ("a list", ": leave the field out, or write []"),
        ("array", _) => (
            "a list",
            ": put it in brackets, or after a hyphen on its own line",
        ),
        ("object", Value::Null) => ("an object", ": leave it out, or give it fields"),
        ("object", _) => ("an object: fields, each with its value", ""),
        ("integer", _) => ("a whole number", ", without quotes"),
        (_, _) => ("another type", ""),
    };
    format!("want {want}, found {}{write}", found(value))
}

/// What to write where none of the values that are listed stands.
pub(super) fn not_supported(node: &Node, value: &Value) -> String {
    let names: Vec<&str> = node.allowed.iter().filter_map(Value::as_str).collect();
    let near = value
        .as_str()
        .and_then(|text| nearest(text, names.iter().copied()));
    let write = match near {
        Some(near) => format!(": write {near}"),
        None => String::new(),
    };
    format!("want one of {}, found {}{write}", names.join(", "), found(value))
}

/// The violation of a field that is not there, with the name that was probably meant.
pub(super) fn unknown<'n>(
    path: String,
    name: &str,
    fields: impl Iterator<Item = &'n str> + Clone,
) -> Violation {
    let near = nearest(name, fields.clone());
    let message = match near {
        Some(near) => format!("there is no field {}: did you mean {near}?", quoted(name)),
        None => format!(
            "there is no field {} here; there are {}",
            quoted(name),
            fields.collect::<Vec<_>>().join(", ")
        ),
    };
    Violation {
        path,
        fault: Fault::Unknown,
        message,
        meant: near.map(str::to_owned),
    }
}

/// The name that was probably meant: the same but for letter case, hyphens and underscores, or nearly.
pub(super) fn nearest<'n>(word: &str, names: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    let plain = |text: &str| -> Vec<char> {
        text.chars()
            .filter(|character| !matches!(character, '-' | '_' | ' '))
            .flat_map(char::to_lowercase)
            .take(SHOWN)
            .collect()
    };
    let word = plain(word);
    names
        .map(|name| (distance(&word, &plain(name)), name))
        .filter(|(distance, name)| *distance <= name.len() / 3)
        .min()
        .map(|(_, name)| name)
}

/// How many characters must be changed, added, left out or swapped with the next to make one of the other (Levenshtein,
/// with swaps).
fn distance(left: &[char], right: &[char]) -> usize {
    let mut row: Vec<usize> = (0..=right.len()).collect();
    // The row before, and the character it is about: a swap reaches back two.
    let mut before: Option<(Vec<usize>, char)> = None;
    for (above, one) in left.iter().enumerate() {
        let mut next = vec![above + 1];
        for (at, ((other, diagonal), up)) in right.iter().zip(&row).zip(row.iter().skip(1)).enumerate() {
            let left = next.last().copied().unwrap_or_default();
            let swapped = before.as_ref().and_then(|(row, last)| {
                let at = at.checked_sub(1)?;
                let is_swap = last == other && right.get(at) == Some(one);
                row.get(at).filter(|_| is_swap)
            });
            let cheapest = (diagonal + usize::from(one != other)).min(left + 1).min(up + 1);
            next.push(swapped.map_or(cheapest, |swapped| cheapest.min(swapped + 1)));
        }
        before = Some((row, *one));
        row = next;
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_the_one_that_was_meant() {
        let names = ["policy", "subdomainPolicy", "aggregateReports", "inherit"];
        for (word, near) in [
            ("polcy", Some("policy")),
            ("Policy", Some("policy")),
            ("sub-domain-policy", Some("subdomainPolicy")),
            ("aggregate_report", Some("aggregateReports")),
            ("plocy", Some("policy")),
            ("inehrit", Some("inherit")),
            ("rua", None),
            ("", None),
        ] {
            assert_eq!(nearest(word, names.into_iter()), near, "{word}");
        }
    }

    #[test]
    fn a_long_text_is_cut() {
        let shown = quoted(&"é".repeat(1000));
        assert_eq!(shown.chars().count(), SHOWN + 3, "{shown}");
    }
}
