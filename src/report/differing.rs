//! What is wanted and what is found at a record that differs, in one line: for formats that have no room for both lists. Pure.
//!
//! The judgement says difference by difference in what two records part. Of a record that is not there it has none to say, and
//! of one that is somebody else's to choose no value is wanted: here each says all the same what would be right.

use crate::judge::{RecordVerdict, State};

/// What is wanted there: values, what decides where they alone do not, or nothing.
pub fn wanted(record: &RecordVerdict) -> String {
    match (record.desired.as_slice(), &record.condition) {
        ([], Some(condition)) => condition.clone(),
        (values, Some(condition)) => format!("{} ({condition})", listed(values)),
        (values, None) => listed(values),
    }
}

/// What is found there.
pub fn found(record: &RecordVerdict) -> String {
    listed(&record.observed)
}

/// The differences; where none of them says what is wanted, that and what is found come first. Whoever prints it has said of
/// which name and type it is, so neither is said again.
pub fn sentence(record: &RecordVerdict) -> String {
    let of_the_type = format!("{}: ", record.site.type_word());
    let said: Vec<&str> = record
        .differences
        .iter()
        .map(|said| said.strip_prefix(&of_the_type).unwrap_or(said))
        .collect();
    let said = said.join("; ");
    let says_all = |difference: &String| {
        let begins = difference
            .split_once("want ")
            .is_some_and(|(head, _)| head.is_empty() || head.ends_with(": "));
        begins && difference.contains(" found ")
    };
    // A key that somebody else chooses is wanted by its condition, which no difference says.
    let is_named = record.state != State::Missing || record.condition.is_none();
    if is_named && record.differences.iter().any(says_all) {
        return said;
    }
    let both = format!("want {}, found {}", wanted(record), found(record));
    // Where nothing is found, a difference that says that has no more to tell.
    let is_told = said.is_empty() || record.observed.is_empty() && record.differences.iter().all(says_all);
    match is_told {
        true => both,
        false => format!("{both}: {said}"),
    }
}

/// Values in one line; where there are none, that.
pub(super) fn listed(values: &[String]) -> String {
    match values {
        [] => "nothing".to_owned(),
        values => values.join(" | "),
    }
}
