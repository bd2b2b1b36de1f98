//! Schema and value, walked side by side: first what the API server drops, then what it refuses. Pure.

use kube::core::cel::Validator;
use serde_json::{Map, Value};

use super::schema::{Identity, Node};
use super::{Fault, Violation, words};

/// Takes out of `value` what the API server drops: fields it does not know, which are said, and nulls, which are no
/// value; fills defaults.
pub(super) fn prune(node: &Node, value: &mut Value, path: &str, found: &mut Vec<Violation>) {
    match value {
        Value::Object(fields) if !node.open && node.kind == "object" => {
            prune_fields(node, fields, path, found);
        }
        Value::Array(items) => {
            let Some(node) = node.items.as_deref() else { return };
            for (index, item) in items.iter_mut().enumerate() {
                prune(node, item, &format!("{path}[{index}]"), found);
            }
        }
        _ => {}
    }
}

fn prune_fields(node: &Node, fields: &mut Map<String, Value>, path: &str, found: &mut Vec<Violation>) {
    if let Some(values) = node.values.as_deref() {
        fields.retain(|_, value| !value.is_null() || values.nullable);
        for (name, value) in fields {
            prune(values, value, &below(path, name), found);
        }
        return;
    }
    fields.retain(|name, value| match node.field(name) {
        Some(field) => !value.is_null() || field.nullable,
        None => {
            let names = node.fields.iter().map(|(name, _)| name.as_str());
            found.push(words::unknown(below(path, name), name, names));
            false
        }
    });
    for (name, field) in &node.fields {
        match (fields.get_mut(name), &field.default) {
            (Some(value), _) => prune(field, value, &below(path, name), found),
            (None, Some(default)) => {
                fields.insert(name.clone(), default.clone());
            }
            (None, None) => {}
        }
    }
}

/// Says all that is wrong with `value`, which is pruned.
pub(super) fn judge(node: &Node, value: &Value, old: Option<&Value>, found: &mut Vec<Violation>) {
    thread_local! {
        /// CEL's functions are the same for every object.
        static VALIDATOR: Validator = Validator::new();
    }
    VALIDATOR.with(|validator| Walk { validator, found }.node(node, value, old, ""));
}

struct Walk<'w> {
    validator: &'w Validator,
    found: &'w mut Vec<Violation>,
}

impl Walk<'_> {
    fn say(&mut self, path: &str, fault: Fault, message: String) -> bool {
        self.found.push(Violation {
            path: path.to_owned(),
            fault,
            message,
            meant: None,
        });
        !fault.blocks_rules()
    }

    /// Whether the rules around this value may be evaluated.
    fn node(&mut self, node: &Node, value: &Value, old: Option<&Value>, path: &str) -> bool {
        if value.is_null() && node.nullable {
            return true;
        }
        if !is_of(&node.kind, value) {
            let refused = self.refused_in_quotes(node, value);
            return self.say(
                path,
                Fault::Type,
                words::other_type(node, value, refused.as_deref()),
            );
        }
        let mut sound = true;
        if !node.allowed.is_empty() && !node.allowed.contains(value) {
            sound &= self.say(path, Fault::NotSupported, words::not_supported(node, value));
        }
        sound &= self.bounds(node, value, path);
        match value {
            Value::Object(fields) => sound &= self.fields(node, fields, old, path),
            Value::Array(items) => sound &= self.items(node, items, path),
            _ => {}
        }
        if sound {
            self.rules(node, value, old, path);
        }
        sound
    }

    fn fields(&mut self, node: &Node, fields: &Map<String, Value>, old: Option<&Value>, path: &str) -> bool {
        let mut sound = true;
        for (name, field) in &node.fields {
            match fields.get(name) {
                Some(value) => {
                    let old = old.and_then(|old| old.get(name));
                    sound &= self.node(field, value, old, &below(path, name));
                }
                None if node.required.contains(name) => {
                    let what = field.description.split('\n').next().unwrap_or_default();
                    let message = match what {
                        "" => "must be there".to_owned(),
                        what => format!("must be there: {what}"),
                    };
                    sound &= self.say(&below(path, name), Fault::Required, message);
                }
                None => {}
            }
        }
        if let Some(values) = node.values.as_deref() {
            for (name, value) in fields {
                sound &= self.node(values, value, None, &below(path, name));
            }
        }
        sound
    }

    fn items(&mut self, node: &Node, items: &[Value], path: &str) -> bool {
        let mut sound = true;
        for (index, item) in items.iter().enumerate() {
            let path = format!("{path}[{index}]");
            let mut fitting = true;
            if let Some(node) = node.items.as_deref() {
                sound &= self.node(node, item, None, &path);
                fitting = is_of(&node.kind, item);
            }
            let mut earlier = items.iter().take(index);
            let same = earlier.position(|other| fitting && node.identity.is_one(other, item));
            if let Some(first) = same {
                let message = match &node.identity {
                    Identity::Map(keys) => format!(
                        "its {} is that of entry [{first}] again: one entry each",
                        keys.join(" and ")
                    ),
                    Identity::Set | Identity::Atomic => {
                        format!("{} stands in the list before", words::found(item))
                    }
                };
                sound &= self.say(&path, Fault::Duplicate, message);
            }
        }
        sound
    }

    fn bounds(&mut self, node: &Node, value: &Value, path: &str) -> bool {
        let (size, what, least, most, fault) = match value {
            Value::String(text) => (
                text.chars().count(),
                "characters",
                "minLength",
                "maxLength",
                Fault::TooLong,
            ),
            Value::Array(items) => (items.len(), "entries", "minItems", "maxItems", Fault::TooMany),
            Value::Object(fields) => (
                fields.len(),
                "fields",
                "minProperties",
                "maxProperties",
                Fault::TooMany,
            ),
            Value::Number(number) => return self.range(node, number.as_f64().unwrap_or_default(), path),
            Value::Null | Value::Bool(_) => return true,
        };
        // Bounds are whole numbers far below the point where a float is not exact.
        #[allow(clippy::cast_precision_loss, reason = "no text or list has 2^53 parts")]
        let measured = size as f64;
        let mut sound = true;
        if let Some(most) = node.bound(most).filter(|most| measured > *most) {
            sound &= self.say(
                path,
                fault,
                format!("has {size} {what}, at most {most} are allowed"),
            );
        }
        if let Some(least) = node.bound(least).filter(|least| measured < *least) {
            let message = match size {
                // A list that must be there cannot be left out.
                0 if least <= 1.0 && fault == Fault::TooLong => {
                    "may not be empty: write something there, or leave it out".to_owned()
                }
                0 if least <= 1.0 => "may not be empty: at least 1 entry is needed".to_owned(),
                _ => format!("has {size} {what}, at least {least} are needed"),
            };
            sound &= self.say(path, Fault::Invalid, message);
        }
        sound
    }

    fn range(&mut self, node: &Node, number: f64, path: &str) -> bool {
        let mut sound = true;
        if let Some(most) = node.bound("maximum").filter(|most| number > *most) {
            sound &= self.say(
                path,
                Fault::Invalid,
                format!("is {number}, at most {most} is allowed"),
            );
        }
        if let Some(least) = node.bound("minimum").filter(|least| number < *least) {
            sound &= self.say(
                path,
                Fault::Invalid,
                format!("is {number}, at least {least} is needed"),
            );
        }
        sound
    }

    /// Why a number or a boolean would not do as a text either.
    fn refused_in_quotes(&self, node: &Node, value: &Value) -> Option<String> {
        let rules = node.rules.as_ref()?;
        let quoted = Value::String(value.to_string());
        let broken = self
            .validator
            .validate_compiled(rules.all(), &quoted, None)
            .err()?;
        broken.into_iter().next().map(|error| error.message)
    }

    fn rules(&mut self, node: &Node, value: &Value, old: Option<&Value>, path: &str) {
        let rules = node.rules.as_ref();
        let Some(rules) = rules.and_then(|rules| rules.beyond_plain(value, old)) else {
            return;
        };
        let Err(broken) = self.validator.validate_compiled(rules, value, old) else {
            return;
        };
        for error in broken {
            let field = error.field_path.trim_start_matches('.');
            let path = match field {
                "" => path.to_owned(),
                field => below(path, field),
            };
            self.say(&path, Fault::Rule, error.message);
        }
    }
}

impl Identity {
    /// Whether two entries are one and the same.
    fn is_one(&self, left: &Value, right: &Value) -> bool {
        match self {
            Self::Atomic => false,
            Self::Set => left == right,
            Self::Map(keys) => keys
                .iter()
                .all(|key| left.get(key).is_some_and(|value| right.get(key) == Some(value))),
        }
    }
}

/// Whether a value is of a type of JSON schema; a whole number is one however it is written.
fn is_of(kind: &str, value: &Value) -> bool {
    match kind {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "integer" => value.as_f64().is_some_and(|number| number.fract() == 0.0),
        "number" => value.is_number(),
        _ => true,
    }
}

/// The path of a field.
fn below(path: &str, name: &str) -> String {
    match path {
        "" => name.to_owned(),
        path => format!("{path}.{name}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// What our own schema has no example of.
    #[test]
    fn numbers_patterns_defaults_and_open_objects() {
        let schema = Node::new(&json!({
            "type": "object",
            "properties": {
                "count": {"type": "integer", "minimum": 1, "maximum": 5, "default": 3},
                "code": {"type": "string", "pattern": "^[a-z]+$"},
                "may": {"type": "string", "nullable": true},
                "any": {"type": "object", "x-kubernetes-preserve-unknown-fields": true},
            },
        }));
        for (value, kept, says) in [
            (json!({}), json!({"count": 3}), &[][..]),
            (
                json!({"count": null, "may": null}),
                json!({"may": null, "count": 3}),
                &[],
            ),
            (
                json!({"count": 0}),
                json!({"count": 0}),
                &["count: is 0, at least 1"],
            ),
            (
                json!({"count": 6.0}),
                json!({"count": 6.0}),
                &["count: is 6, at most 5"],
            ),
            (
                json!({"count": 1.5}),
                json!({"count": 1.5}),
                &["count: want a whole number"],
            ),
            (
                json!({"count": 1, "code": "A"}),
                json!({"count": 1, "code": "A"}),
                &["code: must match"],
            ),
            (
                json!({"count": 1, "any": {"x": null}}),
                json!({"count": 1, "any": {"x": null}}),
                &[],
            ),
        ] {
            let mut found = Vec::new();
            let mut pruned = value.clone();
            prune(&schema, &mut pruned, "", &mut found);
            assert_eq!(pruned, kept, "{value}");
            judge(&schema, &pruned, None, &mut found);
            let said: Vec<String> = found.iter().map(ToString::to_string).collect();
            assert_eq!(said.len(), says.len(), "{value}: {said:?}");
            for (said, part) in said.iter().zip(says) {
                assert!(said.starts_with(part), "{value}: {said}");
            }
        }
    }
}
