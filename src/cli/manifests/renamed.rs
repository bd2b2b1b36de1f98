//! Misspelt fields under the names that were meant, so that one slip is one mistake. Pure.

use serde_json::Value;

use super::paths::{Last, find, is_within, last, parent};
use crate::api::{self, Violation};

/// An object whose misspelt fields have the names that were meant: a slip is one mistake, not also the lack of the field
/// it was meant to be, and what stands below it is judged too.
pub(super) struct Renamed {
    /// What the object is judged to be with those names.
    pub(super) judged: api::Validated,
    /// What is said of each field, and its path as it was meant; both as the fields around it were written.
    pub(super) fields: Vec<(Violation, String)>,
}

/// So many times a field below a misspelt one can be misspelt itself.
const MOST_ROUNDS: usize = 8;

impl Renamed {
    /// Gives the fields of `object`, a whole object of ours, the names that were meant.
    pub(super) fn new(object: &Value) -> Self {
        let mut renamed = Self {
            judged: api::validate(object),
            fields: Vec::new(),
        };
        let is_misspelt = |violation: &Violation| violation.meant.is_some();
        if !renamed.judged.violations.iter().any(is_misspelt) {
            return renamed;
        }
        let mut object = object.clone();
        for _ in 0..MOST_ROUNDS {
            let mut found = false;
            for violation in &renamed.judged.violations {
                let Some(meant) = rename(&mut object, violation) else {
                    continue;
                };
                found = true;
                let mut violation = violation.clone();
                let meant = format!("{}{meant}", around(&violation.path));
                violation.path = as_written(&renamed.fields, &violation.path);
                renamed.fields.push((violation, meant));
            }
            if !found {
                break;
            }
            renamed.judged = api::validate(&object);
        }
        renamed
    }

    /// A path as the manifest has it.
    pub(super) fn as_written(&self, path: &str) -> String {
        as_written(&self.fields, path)
    }
}

/// A path as the manifest has it.
fn as_written(fields: &[(Violation, String)], path: &str) -> String {
    // The innermost field that was renamed knows how those around it were written.
    let field = fields.iter().rev().find(|(_, meant)| is_within(path, meant));
    match field.and_then(|(violation, meant)| Some((violation, path.strip_prefix(meant.as_str())?))) {
        Some((violation, rest)) => format!("{}{rest}", violation.path),
        None => path.to_owned(),
    }
}

/// Gives a field that is not known the name that was meant, where no such field stands yet.
fn rename(object: &mut Value, violation: &Violation) -> Option<String> {
    let meant = violation.meant.as_ref()?;
    let fields = find(object, parent(&violation.path))?.as_object_mut()?;
    let Last::Field(name) = last(&violation.path) else {
        return None;
    };
    if fields.contains_key(meant) {
        return None;
    }
    let value = fields.remove(name)?;
    fields.insert(meant.clone(), value);
    Some(meant.clone())
}

/// A path up to its last field, with the dot between.
fn around(path: &str) -> &str {
    path.get(..path.len() - path.rsplit('.').next().map_or(0, str::len))
        .unwrap_or_default()
}
