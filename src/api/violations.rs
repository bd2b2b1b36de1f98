//! What the API server would refuse, said offline: the schema's bounds and its CEL rules. Pure.
//!
//! `zegel check` asks this of a manifest that no cluster has seen; `tests/crd.rs` holds it to the API server's own
//! verdicts. Types, enumerations and unknown fields are not judged here: an object that breaks those never became a
//! [`MailDomain`].

use std::fmt;
use std::sync::LazyLock;

use kube::core::cel::{CompiledSchema, Validator, compile_schema};
use serde_json::Value;

use super::{MailDomain, crd};

/// One thing the API server refuses about an object.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Violation {
    /// The field, `spec.dkim.selectors[2]`.
    pub path: String,
    /// What is wrong, and what to write instead.
    pub message: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path, self.message)
    }
}

/// All that the API server would refuse about the spec of `object` on creation.
///
/// As there, no rule is evaluated where something is too long or too many: its cost is bounded by those bounds.
pub fn violations(object: &MailDomain) -> Vec<Violation> {
    let Ok(value) = serde_json::to_value(object) else {
        return vec![violation("", "cannot be written as JSON")];
    };
    judged(&value, None)
}

/// All that the API server would refuse about replacing `old` by `object`.
pub fn update_violations(object: &MailDomain, old: &MailDomain) -> Vec<Violation> {
    let (Ok(value), Ok(old)) = (serde_json::to_value(object), serde_json::to_value(old)) else {
        return vec![violation("", "cannot be written as JSON")];
    };
    judged(&value, Some(&old))
}

struct Schema {
    value: Value,
    compiled: CompiledSchema,
}

/// The schema without status: the controller writes that, and it has no bounds.
static SCHEMA: LazyLock<Schema> = LazyLock::new(|| {
    let definition = crd();
    let schema = definition
        .spec
        .versions
        .first()
        .and_then(|version| version.schema.as_ref()?.open_api_v3_schema.as_ref())
        .and_then(|schema| serde_json::to_value(schema).ok());
    let mut value = schema.unwrap_or_default();
    if let Some(properties) = value.get_mut("properties").and_then(Value::as_object_mut) {
        properties.remove("status");
    }
    let compiled = compile_schema(&value);
    Schema { value, compiled }
});

fn judged(object: &Value, old: Option<&Value>) -> Vec<Violation> {
    let mut found = Vec::new();
    let mut too_much = false;
    bounds(&SCHEMA.value, object, "", &mut |violation, excess| {
        found.push(violation);
        too_much |= excess;
    });
    if too_much {
        return found;
    }
    let Err(errors) = Validator::new().validate_compiled(&SCHEMA.compiled, object, old) else {
        return found;
    };
    found.extend(errors.into_iter().map(|error| Violation {
        path: error.field_path,
        message: error.message,
    }));
    found
}

fn violation(path: &str, message: impl Into<String>) -> Violation {
    Violation {
        path: path.to_owned(),
        message: message.into(),
    }
}

/// Walks schema and value together: lengths, sizes, doubled keys.
fn bounds(schema: &Value, value: &Value, path: &str, found: &mut dyn FnMut(Violation, bool)) {
    match value {
        Value::Object(fields) => {
            for (name, field) in fields {
                let Some(schema) = schema
                    .get("properties")
                    .and_then(|properties| properties.get(name))
                else {
                    continue;
                };
                let path = match path {
                    "" => name.clone(),
                    path => format!("{path}.{name}"),
                };
                bounds(schema, field, &path, found);
            }
        }
        Value::Array(items) => {
            list_bounds(schema, items, path, found);
            let Some(schema) = schema.get("items") else { return };
            for (index, item) in items.iter().enumerate() {
                bounds(schema, item, &format!("{path}[{index}]"), found);
            }
        }
        Value::String(text) => {
            let length = text.chars().count() as u64;
            if let Some(limit) = limit(schema, "minLength").filter(|limit| length < *limit) {
                found(
                    violation(path, format!("should be at least {limit} chars long")),
                    false,
                );
            }
            if let Some(limit) = limit(schema, "maxLength").filter(|limit| length > *limit) {
                found(
                    violation(path, format!("may not be more than {limit} bytes")),
                    true,
                );
            }
        }
        _ => {}
    }
}

fn list_bounds(schema: &Value, items: &[Value], path: &str, found: &mut dyn FnMut(Violation, bool)) {
    let size = items.len() as u64;
    if let Some(limit) = limit(schema, "minItems").filter(|limit| size < *limit) {
        found(
            violation(path, format!("should have at least {limit} items")),
            false,
        );
    }
    if let Some(limit) = limit(schema, "maxItems").filter(|limit| size > *limit) {
        found(violation(path, format!("must have at most {limit} items")), true);
    }
    let key = |item: &Value| match schema.get("x-kubernetes-list-type").and_then(Value::as_str) {
        Some("map") => item.get("name").cloned(),
        Some("set") => Some(item.clone()),
        _ => None,
    };
    for (index, item) in items.iter().enumerate() {
        let doubled = key(item).filter(|own| {
            items
                .iter()
                .take(index)
                .any(|other| key(other).as_ref() == Some(own))
        });
        if let Some(own) = doubled {
            let path = format!("{path}[{index}]");
            found(violation(&path, format!("Duplicate value: {own}")), false);
        }
    }
}

fn limit(schema: &Value, keyword: &str) -> Option<u64> {
    schema.get(keyword).and_then(Value::as_u64)
}
