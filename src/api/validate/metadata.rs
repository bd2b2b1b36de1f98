//! What every object must have: apiVersion, kind, and metadata with a name. Pure.
//!
//! The API server judges metadata by rules of its own, not by the CRD's schema; of these the ones a manifest meets.

use serde_json::{Map, Value};

use super::{Fault, Violation, words};
use crate::api::form::{is_label, is_subdomain};

/// The fields of metadata a manifest, or what a server gave back, may hold.
const FIELDS: [&str; 15] = [
    "annotations",
    "creationTimestamp",
    "deletionGracePeriodSeconds",
    "deletionTimestamp",
    "finalizers",
    "generateName",
    "generation",
    "labels",
    "managedFields",
    "name",
    "namespace",
    "ownerReferences",
    "resourceVersion",
    "selfLink",
    "uid",
];

/// How an object's name is written.
const NAME_FORM: &str = "lower case letters, digits, inner hyphens and dots, at most 253 characters";

/// How a namespace's name is written.
const NAMESPACE_FORM: &str = "lower case letters, digits and inner hyphens, at most 63 characters";

/// Says all that is wrong with the metadata of `object`.
pub(super) fn judge(object: &Value, found: &mut Vec<Violation>) {
    if let Some(fields) = object.get("metadata").and_then(Value::as_object) {
        let unknown = fields.keys().filter(|field| !FIELDS.contains(&field.as_str()));
        found.extend(
            unknown.map(|field| words::unknown(format!("metadata.{field}"), field, FIELDS.into_iter())),
        );
    }
    let mut say = |path: String, fault: Fault, message: String| {
        found.push(Violation {
            path,
            fault,
            message,
            meant: None,
        });
    };
    let none = Map::new();
    let metadata = match object.get("metadata") {
        None | Some(Value::Null) => &none,
        Some(Value::Object(fields)) => fields,
        Some(other) => {
            let message = format!("want an object with a name, found {}", words::found(other));
            return say("metadata".to_owned(), Fault::Type, message);
        }
    };
    for (field, value) in metadata {
        let path = format!("metadata.{field}");
        match (field.as_str(), value) {
            ("labels" | "annotations", Value::Object(texts)) => {
                for (key, value) in texts
                    .iter()
                    .filter(|(_, value)| !value.is_string() && !value.is_null())
                {
                    let message = format!("want a text, found {}: put it in quotes", words::found(value));
                    say(format!("{path}.{key}"), Fault::Type, message);
                }
            }
            ("labels" | "annotations", Value::Null) => {}
            ("labels" | "annotations", other) => {
                let message = format!("want names and texts, found {}", words::found(other));
                say(path, Fault::Type, message);
            }
            ("name" | "namespace" | "generateName", value) if !value.is_string() && !value.is_null() => {
                let (fits, form) = match field.as_str() {
                    "namespace" => (is_label(&value.to_string()), NAMESPACE_FORM),
                    _ => (is_subdomain(&value.to_string()), NAME_FORM),
                };
                // What is no name in quotes either is not to be put in quotes.
                let write = match fits {
                    true => "put it in quotes".to_owned(),
                    false => format!("write {form}"),
                };
                let message = format!("want a text, found {}: {write}", words::found(value));
                say(path, Fault::Type, message);
            }
            _ => {}
        }
    }
    let text = |field: &str| metadata.get(field).and_then(Value::as_str).unwrap_or_default();
    let is_text = |field: &str| {
        metadata
            .get(field)
            .is_none_or(|value| value.is_string() || value.is_null())
    };
    if text("name").is_empty() && text("generateName").is_empty() && is_text("name") {
        let message = "must be there: the object's name, such as the domain with hyphens for dots";
        say("metadata.name".to_owned(), Fault::Required, message.to_owned());
    }
    if !text("name").is_empty() && !is_subdomain(text("name")) {
        let message = format!("{} is no object's name: {NAME_FORM}", words::quoted(text("name")));
        say("metadata.name".to_owned(), Fault::Invalid, message);
    }
    if !text("namespace").is_empty() && !is_label(text("namespace")) {
        let message = format!(
            "{} is no namespace: {NAMESPACE_FORM}",
            words::quoted(text("namespace"))
        );
        say("metadata.namespace".to_owned(), Fault::Invalid, message);
    }
}
