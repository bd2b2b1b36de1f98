//! What is said of a text that is no manifest: what stops it from being read, and what to write. Pure.

use serde_json::Value;
use serde_saphyr::Error;
use serde_saphyr::budget::BudgetBreach;

/// What to do with a template.
const RENDER: &str = "looks like an unrendered template: render it first (helm template, kustomize build, envsubst), and \
                      look at what comes out";

/// What stands in a template that is YAML only once it is rendered.
const BRACES: [&str; 3] = ["{{", "{%", "<%"];

/// What stands for a value in text that is YAML already.
const DOLLARS: [&str; 2] = ["${", "$("];

/// The first line of a text, from 0, that a template engine has yet to fill in; comments aside.
pub(super) fn template(text: &str) -> Option<u64> {
    let holds = |line: &str| BRACES.iter().any(|mark| line.contains(mark));
    let mut lines = (0..).zip(text.lines());
    lines
        .find(|(_, line)| !line.trim_start().starts_with('#') && holds(line))
        .map(|(number, _)| number)
}

/// What is said of a document that is a template.
pub(super) fn of_template() -> String {
    format!("this {RENDER}")
}

/// What is said of a field whose value a template engine has yet to fill in.
pub(super) fn of_value(value: &Value) -> Option<String> {
    let text = value.as_str()?;
    // $DOMAIN stands for all of a value; a key or an address may hold a dollar.
    let mut marks = BRACES.iter().chain(&DOLLARS);
    let is_one = marks.any(|mark| text.contains(mark)) || text.starts_with('$');
    is_one.then(|| format!("{text:?} {RENDER}"))
}

/// Why a text that is YAML can be no object, in words about the text.
pub(super) fn unreadable(error: &Error, text: &str) -> String {
    let aliases = || match text.contains('*') {
        true => {
            "its aliases (*name) stand for more than is read of one document: write out what they stand for"
        }
        false => "it is larger than what is read of one document: split it",
    };
    let said = match error {
        Error::WithSnippet { error, .. } | Error::AliasError { error, .. } => return unreadable(error, text),
        Error::NullIntoString { .. } => "a field has no name here (null or ~): give it one, or take it out",
        Error::Unexpected { expected, .. } if expected.contains("string") => {
            "the name of a field is a text, and a list or an object stands in its place here"
        }
        Error::AliasReplayCounterOverflow { .. }
        | Error::AliasReplayLimitExceeded { .. }
        | Error::AliasExpansionLimitExceeded { .. }
        | Error::AliasReplayStackDepthExceeded { .. } => aliases(),
        Error::Budget { breach, .. } => match breach {
            BudgetBreach::Depth { .. } => "it is nested deeper than any manifest is",
            _ => aliases(),
        },
        Error::RecursiveReferencesRequireWeakTypes { .. } => {
            "an alias (*name) stands within what it stands for: write out what is meant"
        }
        Error::UnknownAnchor { .. } => "no anchor (&name) stands before this alias (*name)",
        Error::MergeValueNotMapOrSeqOfMaps { .. } => "what << merges must be an object, or a list of objects",
        Error::NonFiniteFloat { .. } => {
            "a number without end (.inf, .nan) stands here: in quotes it is a text"
        }
        Error::InvalidBinaryBase64 { .. }
        | Error::BinaryNotUtf8 { .. }
        | Error::TaggedScalarCannotDeserializeIntoString { .. } => {
            "the tag before this value (!!binary, !!int, …) does not fit it: write the value without a tag"
        }
        other => return format!("this can be no object: {}", bare(other)),
    };
    said.to_owned()
}

/// The reader's own words, without the place, which is named beside them.
fn bare(error: &Error) -> String {
    let message = error.without_snippet().to_string();
    let message = message.lines().next().unwrap_or_default();
    message.split(" at line ").next().unwrap_or_default().to_owned()
}
