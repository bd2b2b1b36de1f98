//! How the schema an API server serves differs from ours: what it lacks is an older CRD, what only it has a newer one. Pure.

use std::collections::BTreeSet;

use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition;
use serde_json::Value;

/// Where a served schema differs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SchemaDifference {
    /// Fields and values we know and it does not: `spec.dnssec`, `spec.role=Parked`.
    pub lacking: Vec<String>,
    /// The same of what it knows and we do not.
    pub unknown: Vec<String>,
}

impl SchemaDifference {
    /// Whether there is none.
    pub fn is_none(&self) -> bool {
        self.lacking.is_empty() && self.unknown.is_empty()
    }
}

/// Compares the schema of the kind that `crd` defines in a document of `/openapi/v3/apis/zegel.dev/v1alpha1` with ours;
/// `None` when there is none in it. Fields and enumerated values are compared, descriptions and rules are not: the API server publishes
/// neither as they were written.
pub fn served_difference(document: &Value, crd: &CustomResourceDefinition) -> Option<SchemaDifference> {
    let schemas = document["components"]["schemas"].as_object()?;
    let name = format!(".{}", crd.spec.names.kind);
    let (_, served) = schemas.iter().find(|(other, _)| other.ends_with(&name))?;
    let ours = serde_json::to_value(crd).unwrap_or_default();
    let ours = ours
        .pointer("/spec/versions/0/schema/openAPIV3Schema")
        .map(parts)
        .unwrap_or_default();
    let served = parts(served);
    let only = |one: &BTreeSet<String>, other: &BTreeSet<String>| -> Vec<String> {
        let only = one.difference(other);
        // A block that is new is said once, not with each field in it.
        only.filter(|part| !one_above(part, |above| one.contains(above) && !other.contains(above)))
            .cloned()
            .collect()
    };
    Some(SchemaDifference {
        lacking: only(&ours, &served),
        unknown: only(&served, &ours),
    })
}

/// Whether something above a part of a schema is so.
fn one_above(part: &str, is_so: impl Fn(&str) -> bool) -> bool {
    let ends = part
        .char_indices()
        .filter(|(_, sign)| matches!(sign, '.' | '=' | '['));
    ends.filter_map(|(end, _)| part.get(..end)).any(is_so)
}

/// The paths of all fields below `spec` and `status`, and of all enumerated values.
fn parts(schema: &Value) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for name in ["spec", "status"] {
        gather(&schema["properties"][name], name, &mut found);
    }
    found
}

fn gather(schema: &Value, path: &str, found: &mut BTreeSet<String>) {
    found.insert(path.to_owned());
    for value in schema["enum"].as_array().into_iter().flatten() {
        if let Some(value) = value.as_str() {
            found.insert(format!("{path}={value}"));
        }
    }
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        gather(property, &format!("{path}.{name}"), found);
    }
    if schema["items"].is_object() {
        gather(&schema["items"], &format!("{path}[]"), found);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::api::crd;

    fn document() -> Value {
        let crd = serde_json::to_value(crd()).unwrap();
        let schema = &crd["spec"]["versions"][0]["schema"]["openAPIV3Schema"];
        json!({"components": {"schemas": {"dev.zegel.v1alpha1.MailDomain": schema, "io.k8s.Other": {}}}})
    }

    const SPEC: &str = "/components/schemas/dev.zegel.v1alpha1.MailDomain/properties/spec/properties";

    #[test]
    fn our_own_schema_differs_in_nothing() {
        let difference = served_difference(&document(), &crd()).unwrap();
        assert!(difference.is_none(), "{difference:?}");
        assert_eq!(
            served_difference(&json!({"components": {"schemas": {}}}), &crd()),
            None
        );
        assert_eq!(served_difference(&json!({}), &crd()), None);
    }

    #[test]
    fn an_older_one_lacks_fields_and_values_each_block_said_once() {
        let mut older = document();
        let spec = older.pointer_mut(SPEC).unwrap().as_object_mut().unwrap();
        spec.remove("dnssec");
        spec["role"]["enum"].as_array_mut().unwrap().pop();
        let difference = served_difference(&older, &crd()).unwrap();
        assert_eq!(difference.unknown, Vec::<String>::new());
        assert_eq!(difference.lacking.len(), 2, "{difference:?}");
        assert_eq!(difference.lacking[0], "spec.dnssec");
        assert!(difference.lacking[1].starts_with("spec.role="), "{difference:?}");
    }

    #[test]
    fn a_newer_one_has_fields_we_do_not_know() {
        let mut newer = document();
        let spec = newer.pointer_mut(SPEC).unwrap().as_object_mut().unwrap();
        let block = json!({"type": "object", "properties": {"level": {"type": "string", "enum": ["a"]}}});
        spec.insert("coming".to_owned(), block);
        let difference = served_difference(&newer, &crd()).unwrap();
        assert_eq!(
            (difference.lacking.len(), difference.unknown),
            (0, vec!["spec.coming".to_owned()])
        );
    }
}
