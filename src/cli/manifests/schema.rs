//! What an API server would refuse: the CRD's limits and its CEL rules, run offline. Pure.
//!
//! Types, enums, required and unknown fields are already judged by reading the manifest into the API's own types.
//! Regular expressions (`pattern`) are left to [`crate::intent`], which judges the same syntax with better words.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use kube::CustomResourceExt;
use kube::core::cel::{CompiledSchema, compile_schema, validate_compiled};
use serde_json::Value;

use crate::api::MailDomain;
use crate::intent::SpecError;

/// The CRD's schema, made once.
static SCHEMA: LazyLock<Value> = LazyLock::new(|| {
    let crd = MailDomain::crd();
    let version = crd.spec.versions.into_iter().next();
    let schema = version
        .and_then(|version| version.schema)
        .and_then(|schema| schema.open_api_v3_schema);
    serde_json::to_value(schema).unwrap_or_default()
});

static COMPILED: LazyLock<CompiledSchema> = LazyLock::new(|| compile_schema(&SCHEMA));

/// All that is wrong with `object` (a whole `MailDomain`) by the schema.
pub(super) fn errors(object: &Value) -> Vec<SpecError> {
    let mut errors = Vec::new();
    limits(&SCHEMA, object, String::new(), &mut errors);
    if let Err(wrong) = validate_compiled(&COMPILED, object, None) {
        for error in wrong.into_vec() {
            errors.push(SpecError::new(
                error.field_path.trim_start_matches('.'),
                error.message,
            ));
        }
    }
    errors
}

/// Walks schema and value together; the schema is our own, so its depth bounds the walk.
fn limits(schema: &Value, value: &Value, path: String, errors: &mut Vec<SpecError>) {
    let limit = |name: &str| {
        schema
            .get(name)
            .and_then(Value::as_u64)
            .and_then(|limit| usize::try_from(limit).ok())
    };
    let mut wrong = |message: String| errors.push(SpecError::new(path.clone(), message));
    let mut within = |size: usize, least: &str, most: &str, what: &str| {
        if let Some(most) = limit(most).filter(|most| size > *most) {
            wrong(format!("has {size} {what}, at most {most} are allowed"));
        }
        if let Some(least) = limit(least).filter(|least| size < *least) {
            wrong(format!("has {size} {what}, at least {least} are needed"));
        }
    };
    match value {
        Value::String(text) => within(text.chars().count(), "minLength", "maxLength", "characters"),
        Value::Array(items) => {
            within(items.len(), "minItems", "maxItems", "entries");
            errors.extend(duplicates(schema, items, &path));
            let Some(schema) = schema.get("items") else { return };
            for (index, item) in items.iter().enumerate() {
                limits(schema, item, format!("{path}[{index}]"), errors);
            }
        }
        Value::Object(fields) => {
            within(fields.len(), "minProperties", "maxProperties", "fields");
            for (name, value) in fields {
                let Some(schema) = schema
                    .get("properties")
                    .and_then(|properties| properties.get(name))
                else {
                    continue;
                };
                let path = if path.is_empty() {
                    name.clone()
                } else {
                    format!("{path}.{name}")
                };
                limits(schema, value, path, errors);
            }
        }
        Value::Number(number) => {
            let bound = |name: &str| schema.get(name).and_then(Value::as_f64);
            let number = number.as_f64().unwrap_or_default();
            if let Some(most) = bound("maximum").filter(|most| number > *most) {
                wrong(format!("is {number}, at most {most} is allowed"));
            }
            if let Some(least) = bound("minimum").filter(|least| number < *least) {
                wrong(format!("is {number}, at least {least} is needed"));
            }
        }
        Value::Bool(_) | Value::Null => {}
    }
}

/// Entries of a list-map with a key that came before.
fn duplicates(schema: &Value, items: &[Value], path: &str) -> Vec<SpecError> {
    let keys = schema.get("x-kubernetes-list-map-keys").and_then(Value::as_array);
    let keys: Vec<&str> = keys.into_iter().flatten().filter_map(Value::as_str).collect();
    if keys.is_empty() {
        return Vec::new();
    }
    let mut seen = BTreeSet::new();
    let mut errors = Vec::new();
    for (index, item) in items.iter().enumerate() {
        let key: Vec<String> = keys
            .iter()
            .filter_map(|key| item.get(key))
            .map(Value::to_string)
            .collect();
        if !seen.insert(key.clone()) {
            let message = format!("{} {} is there twice", keys.join(", "), key.join(", "));
            errors.push(SpecError::new(format!("{path}[{index}]"), message));
        }
    }
    errors
}
