//! The CRD's schema as a tree that can be walked beside a value. Pure.
//!
//! Only the keywords a structural schema may hold and ours does hold are known; a test says so of every other.

use std::collections::BTreeMap;
use std::sync::{LazyLock, OnceLock};

use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition;
use kube::core::cel::{CompiledSchema, compile_schema};
use serde_json::{Value, json};

use super::plain::Plain;
use crate::api;

/// One node of the schema.
#[derive(Debug, Default)]
pub(super) struct Node {
    /// `object`, `array`, `string`, `boolean`, `integer`, `number`; empty for any.
    pub(super) kind: String,
    /// What the field is, for whoever left it out.
    pub(super) description: String,
    /// The fields of an object, in the order they are documented.
    pub(super) fields: Vec<(String, Node)>,
    /// Whether fields that are not listed are kept.
    pub(super) open: bool,
    /// What each field is of an object whose fields are not listed: labels.
    pub(super) values: Option<Box<Node>>,
    /// The fields that must be there.
    pub(super) required: Vec<String>,
    /// The entries of a list.
    pub(super) items: Option<Box<Node>>,
    /// The values that may stand here; empty for any.
    pub(super) allowed: Vec<Value>,
    /// `null` is a value here.
    pub(super) nullable: bool,
    /// What stands here when nothing does.
    pub(super) default: Option<Value>,
    /// Bounds, by their keyword: `maxLength`.
    pub(super) bounds: BTreeMap<&'static str, f64>,
    /// How the entries of a list are told apart.
    pub(super) identity: Identity,
    /// The node's own rules, and its pattern as one more; those of what lies below are the nodes' there.
    pub(super) rules: Option<Rules>,
}

/// The rules of a node.
#[derive(Debug)]
pub(super) struct Rules {
    /// All of them, for CEL.
    all: ForCel,
    /// Those that are plain enough to be judged here.
    plain: Vec<Plain>,
    /// Where all of those hold, what is left to CEL of an object that is new.
    rest: Option<ForCel>,
}

/// Rules that are compiled once a value does not keep to what is plain, which most never see.
#[derive(Debug)]
struct ForCel {
    schema: Value,
    compiled: OnceLock<CompiledSchema>,
}

impl ForCel {
    fn compiled(&self) -> &CompiledSchema {
        self.compiled.get_or_init(|| compile_schema(&self.schema))
    }
}

impl Rules {
    /// All of them.
    pub(super) fn all(&self) -> &CompiledSchema {
        self.all.compiled()
    }

    /// What CEL must judge `value` by, which replaces `old`; `None` where it keeps to all rules.
    pub(super) fn beyond_plain(&self, value: &Value, old: Option<&Value>) -> Option<&CompiledSchema> {
        let is_plain = old.is_none() && self.plain.iter().all(|rule| rule.holds(value));
        match is_plain {
            true => self.rest.as_ref().map(ForCel::compiled),
            false => Some(self.all()),
        }
    }
}

/// How the entries of a list are told apart.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) enum Identity {
    /// They are not.
    #[default]
    Atomic,
    /// No value twice.
    Set,
    /// No two with the same values of these fields.
    Map(Vec<String>),
}

/// The keywords that bound a value.
const BOUNDS: [&str; 8] = [
    "minLength",
    "maxLength",
    "minItems",
    "maxItems",
    "minProperties",
    "maxProperties",
    "minimum",
    "maximum",
];

impl Node {
    /// The schema of a whole object of this kind, without status: the controller writes that, and it has no bounds. What
    /// says no kind of ours is judged as a `MailDomain`.
    pub(super) fn root(kind: &str) -> &'static Self {
        static MAIL_DOMAIN: LazyLock<Node> = LazyLock::new(|| Node::whole(api::crd()));
        static GRANT: LazyLock<Node> = LazyLock::new(|| Node::whole(api::grant_crd()));
        match kind {
            "MailDomainGrant" => &GRANT,
            _ => &MAIL_DOMAIN,
        }
    }

    fn whole(crd: CustomResourceDefinition) -> Self {
        let schema = crd
            .spec
            .versions
            .into_iter()
            .next()
            .and_then(|version| version.schema?.open_api_v3_schema)
            .and_then(|schema| serde_json::to_value(schema).ok());
        let mut root = Self::new(&schema.unwrap_or_default());
        root.fields.retain(|(name, _)| name != "status");
        // What every object has; metadata is judged by rules of its own.
        for name in ["apiVersion", "kind"] {
            let text = json!({"type": "string"});
            root.fields.push((name.to_owned(), Self::new(&text)));
        }
        let any = json!({"x-kubernetes-preserve-unknown-fields": true});
        root.fields.push(("metadata".to_owned(), Self::new(&any)));
        root
    }

    /// The tree of a schema.
    pub(super) fn new(schema: &Value) -> Self {
        let text = |keyword: &str| schema.get(keyword).and_then(Value::as_str).unwrap_or_default();
        let list = |keyword: &str| {
            schema
                .get(keyword)
                .and_then(Value::as_array)
                .cloned()
                .unwrap_or_default()
        };
        let yes = |keyword: &str| schema.get(keyword).and_then(Value::as_bool).unwrap_or_default();
        let texts = |keyword: &str| -> Vec<String> {
            list(keyword)
                .iter()
                .filter_map(Value::as_str)
                .map(str::to_owned)
                .collect()
        };
        let fields = schema.get("properties").and_then(Value::as_object);
        let kind = match yes("x-kubernetes-int-or-string") {
            true => "",
            false => text("type"),
        };
        Self {
            kind: kind.to_owned(),
            description: text("description").to_owned(),
            fields: fields
                .into_iter()
                .flatten()
                .map(|(name, schema)| (name.clone(), Self::new(schema)))
                .collect(),
            open: yes("x-kubernetes-preserve-unknown-fields"),
            values: schema
                .get("additionalProperties")
                .map(|values| Box::new(Self::new(values))),
            required: texts("required"),
            items: schema.get("items").map(|items| Box::new(Self::new(items))),
            allowed: list("enum"),
            nullable: yes("nullable"),
            default: schema.get("default").cloned(),
            bounds: BOUNDS
                .iter()
                .filter_map(|keyword| Some((*keyword, schema.get(*keyword)?.as_f64()?)))
                .collect(),
            identity: match text("x-kubernetes-list-type") {
                "set" => Identity::Set,
                "map" => Identity::Map(texts("x-kubernetes-list-map-keys")),
                _ => Identity::Atomic,
            },
            rules: rules(schema),
        }
    }

    /// The field of this name.
    pub(super) fn field(&self, name: &str) -> Option<&Self> {
        let found = self.fields.iter().find(|(field, _)| field == name);
        found.map(|(_, node)| node)
    }

    /// A bound by its keyword.
    pub(super) fn bound(&self, keyword: &str) -> Option<f64> {
        self.bounds.get(keyword).copied()
    }
}

/// The rules of this node alone, compiled; types below it are kept, for a rule looks into them.
fn rules(schema: &Value) -> Option<Rules> {
    let mut own: Vec<Value> = schema
        .get("x-kubernetes-validations")
        .and_then(Value::as_array)
        .cloned()
        .unwrap_or_default();
    if let Some(pattern) = schema.get("pattern").and_then(Value::as_str) {
        own.push(
            json!({"rule": format!("self.matches({pattern:?})"), "message": format!("must match {pattern}")}),
        );
    }
    let compiled = |rules: &[&Value]| {
        let mut alone = schema.clone();
        strip(&mut alone);
        let fields = alone.as_object_mut()?;
        fields.insert("x-kubernetes-validations".to_owned(), json!(rules));
        (!rules.is_empty()).then(|| ForCel {
            schema: alone,
            compiled: OnceLock::new(),
        })
    };
    let (mut plain, mut rest) = (Vec::new(), Vec::new());
    for rule in &own {
        let text = rule.get("rule").and_then(Value::as_str).unwrap_or_default();
        match Plain::read(text) {
            Some(read) => plain.push(read),
            // What holds between an object and the one before says nothing of one that is new.
            None if text.contains("oldSelf") => {}
            None => rest.push(rule),
        }
    }
    Some(Rules {
        all: compiled(&own.iter().collect::<Vec<_>>())?,
        plain,
        rest: compiled(&rest),
    })
}

/// Takes the rules out, here and below.
fn strip(schema: &mut Value) {
    let Some(fields) = schema.as_object_mut() else {
        return;
    };
    fields.remove("x-kubernetes-validations");
    if let Some(items) = fields.get_mut("items") {
        strip(items);
    }
    let properties = fields.get_mut("properties").and_then(Value::as_object_mut);
    for property in properties
        .into_iter()
        .flat_map(|properties| properties.values_mut())
    {
        strip(property);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Keywords with which no value is refused.
    const HARMLESS: [&str; 2] = ["description", "format"];

    /// Keywords the walk knows beside the bounds.
    const KNOWN: [&str; 13] = [
        "type",
        "properties",
        "additionalProperties",
        "required",
        "items",
        "enum",
        "nullable",
        "default",
        "pattern",
        "x-kubernetes-list-type",
        "x-kubernetes-list-map-keys",
        "x-kubernetes-validations",
        "x-kubernetes-preserve-unknown-fields",
    ];

    fn unknown(schema: &Value, found: &mut Vec<String>) {
        for (keyword, value) in schema.as_object().unwrap() {
            let keyword = keyword.as_str();
            if !KNOWN.contains(&keyword) && !BOUNDS.contains(&keyword) && !HARMLESS.contains(&keyword) {
                found.push(keyword.to_owned());
            }
            match keyword {
                "properties" => value
                    .as_object()
                    .unwrap()
                    .values()
                    .for_each(|below| unknown(below, found)),
                "items" | "additionalProperties" => unknown(value, found),
                _ => {}
            }
        }
    }

    #[test]
    fn every_keyword_of_the_spec_is_known() {
        let mut found = Vec::new();
        for crd in api::crds() {
            let crd = serde_json::to_value(crd).unwrap();
            let schema = &crd["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["properties"]["spec"];
            unknown(schema, &mut found);
        }
        assert_eq!(found, Vec::<String>::new(), "the walk does not judge by these");
    }

    #[test]
    fn every_rule_compiles() {
        fn rules(node: &Node) -> usize {
            let own = node.rules.as_ref().map_or(0, |rules| {
                let rules = rules.all();
                assert!(!rules.has_errors(), "{:?}", rules.compilation_errors());
                rules.validations.len()
            });
            let below = node.fields.iter().map(|(_, field)| rules(field)).sum::<usize>();
            own + below + node.items.as_deref().map_or(0, rules)
        }
        assert!(rules(Node::root("MailDomain")) > 20);
        assert!(rules(Node::root("MailDomainGrant")) > 6);
    }
}
