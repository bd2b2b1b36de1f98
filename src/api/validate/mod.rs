//! What the API server would refuse, said offline: the one validator of manifests. Pure.
//!
//! It judges JSON by the CRD's own schema: types, required and unknown fields, enumerations, bounds, list keys, and the
//! CEL rules. `zegel check` and `zegel plan` ask it of manifests that no cluster has seen; `tests/crd` holds it to the
//! API server's own verdicts, field by field and reason by reason. Where the server stops at the first kind of mistake
//! (unknown fields before everything else, rules only when everything else is right), this goes on as far as what is
//! found is certain, so that one run says all of it; and the words say what to write.

mod metadata;
mod plain;
mod schema;
mod walk;
mod words;

use std::fmt;

use serde_json::Value;

use self::schema::Node;

/// One thing the API server refuses about an object.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Violation {
    /// The field, `spec.dkim.selectors[2]`.
    pub path: String,
    /// What kind of mistake it is.
    pub fault: Fault,
    /// What is wrong, and what to write instead.
    pub message: String,
    /// The name that was probably meant, for a field that is not known.
    pub meant: Option<String>,
}

/// The kinds of mistakes the API server tells apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fault {
    /// A field the schema does not have. `kubectl` refuses it; without strict validation it is dropped.
    Unknown,
    /// A field that must be there and is not.
    Required,
    /// A value of another type.
    Type,
    /// A value that is none of those that are listed.
    NotSupported,
    /// A text that is too long.
    TooLong,
    /// A list with too many entries.
    TooMany,
    /// A text that is too short, a number out of its range, too few entries, another form.
    Invalid,
    /// A rule of the schema is broken.
    Rule,
    /// An entry whose key stands in the list before.
    Duplicate,
}

impl Fault {
    /// The reason the API server gives in the causes of a refusal; a field it does not know is no such cause.
    pub const fn reason(self) -> Option<&'static str> {
        match self {
            Self::Unknown => None,
            Self::Required => Some("FieldValueRequired"),
            Self::Type => Some("FieldValueTypeInvalid"),
            Self::NotSupported => Some("FieldValueNotSupported"),
            Self::TooLong => Some("FieldValueTooLong"),
            Self::TooMany => Some("FieldValueTooMany"),
            Self::Invalid | Self::Rule => Some("FieldValueInvalid"),
            Self::Duplicate => Some("FieldValueDuplicate"),
        }
    }

    /// Whether the rules around such a value are not evaluated: what they would say is not certain, or too dear.
    const fn blocks_rules(self) -> bool {
        match self {
            Self::Required | Self::Type | Self::NotSupported | Self::TooLong | Self::TooMany => true,
            Self::Unknown | Self::Invalid | Self::Rule | Self::Duplicate => false,
        }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path, self.message)
    }
}

/// An object as the API server would keep it, and all it would refuse.
#[derive(Debug, Clone, PartialEq)]
pub struct Validated {
    /// Without unknown fields, nulls and status.
    pub object: Value,
    /// All that is wrong, in the order of the schema.
    pub violations: Vec<Violation>,
}

/// Judges `object`, a whole object of one of our kinds, as on its creation.
pub fn validate(object: &Value) -> Validated {
    validated(object, None)
}

/// Judges replacing `old` by `object`.
pub fn validate_update(object: &Value, old: &Value) -> Validated {
    validated(object, Some(old))
}

fn validated(object: &Value, old: Option<&Value>) -> Validated {
    let root = Node::root(object.get("kind").and_then(Value::as_str).unwrap_or_default());
    let mut violations = Vec::new();
    metadata::judge(object, &mut violations);
    let mut object = object.clone();
    if let Some(fields) = object.as_object_mut() {
        // Only the controller writes it, and what is sent with an object is dropped.
        fields.remove("status");
    }
    walk::prune(root, &mut object, "", &mut violations);
    walk::judge(root, &object, old, &mut violations);
    Validated { object, violations }
}
