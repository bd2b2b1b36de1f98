//! Manifests wrong in one place: every field the schema has, and at each every kind of slip that can be made there.
//!
//! Made from the schema, so that a new field is tried without anybody thinking of it. Some of them are right after
//! all (a null is no value, a bound just kept): the API server decides.

use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition;
use serde_json::{Map, Value, json};
use zegel::api;

/// Each mutation with a word on what was done.
pub(crate) fn mutations() -> Vec<(String, Value)> {
    mutations_of(api::crd(), &bases())
}

/// Each mutation of these specs, in which between them every field of the kind stands.
pub(crate) fn mutations_of(crd: CustomResourceDefinition, bases: &[Value]) -> Vec<(String, Value)> {
    let crd = serde_json::to_value(crd).unwrap();
    let schema = &crd["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["properties"]["spec"];
    let mut all = Vec::new();
    for base in bases {
        all.push(("as it is".to_owned(), base.clone()));
        mutate(schema, base, &mut Vec::new(), base, &mut all);
    }
    let mut seen = Vec::new();
    all.retain(|(_, spec)| match seen.contains(spec) {
        true => false,
        false => {
            seen.push(spec.clone());
            true
        }
    });
    all
}

/// Between them every field stands once in a manifest that is right.
fn bases() -> [Value; 3] {
    [
        json!({
            "domain": "voorbeeld.nl", "role": "Mail",
            "interval": "1h", "settleWindow": "15m", "staleAfter": "6h", "readyWhen": "InSync", "suspend": false,
            "spf": {
                "mechanisms": ["mx", "ip4:192.0.2.0/24"], "all": "SoftFail", "explanation": "exp.voorbeeld.nl",
                "alsoAt": [
                    {"name": "_spf1", "mechanisms": ["mx"], "all": "Neutral", "explanation": "exp.voorbeeld.nl"},
                    {"name": "_spf2", "redirect": "voorbeeld.nl"},
                ],
            },
            "dkim": {"selectors": [
                {"name": "s1", "publicKey": "MIIB", "flags": ["Testing", "StrictIdentity"], "state": "Published"},
                {"name": "s2", "cname": "s2.provider.example"},
                {"name": "s3", "anyKey": true},
                {"name": "s4", "state": "Revoked"},
            ]},
            "dmarc": {
                "policy": "Reject", "subdomainPolicy": "Reject", "nonexistentSubdomainPolicy": "Reject",
                "testing": false, "publicSuffix": "No", "alignment": {"dkim": "Strict", "spf": "Relaxed"},
                "aggregateReports": ["mailto:a@voorbeeld.nl"], "failureReports": ["mailto:b@voorbeeld.nl"],
                "failureOptions": ["1"],
            },
            "mx": {"hosts": [{"preference": 10, "host": "mx1.voorbeeld.nl"}, {"preference": 20, "host": "mx2.voorbeeld.nl"}]},
            "mtaSts": {"mode": "Enforce", "mx": ["mx1.voorbeeld.nl", "*.voorbeeld.nl"], "maxAge": "30d", "id": "20260101"},
            "tlsRpt": {"reports": ["mailto:tls@voorbeeld.nl"]},
            "dane": {
                "hosts": [
                    {"name": "mx1.voorbeeld.nl", "records": ["3 1 1 ab"]},
                    {"name": "mx2.voorbeeld.nl", "certificateRefs": [{"name": "mx2"}]},
                    {"name": "mx3.voorbeeld.nl"},
                ],
                "certificateRefs": [{"name": "mx-blue"}, {"name": "mx-green"}], "scheme": "CurrentAndNext", "required": true,
            },
        }),
        json!({
            "domain": "voorbeeld.nl", "role": "SendOnly",
            "spf": {"redirect": "_spf.voorbeeld.nl"},
            "dmarc": {"cname": "voorbeeld.nl.provider.example", "atLeast": "Quarantine"},
        }),
        json!({
            "domain": "voorbeeld.nl", "role": "Parked", "mx": {"none": true}, "mtaSts": {"mode": "None"},
            "dkim": {"selectors": [{"name": "s4", "state": "Revoked"}]},
            "dmarc": {"policy": "Reject", "inherit": false},
        }),
    ]
}

/// A step into a value.
#[derive(Clone)]
enum Step {
    Field(String),
    Entry(usize),
}

fn mutate(schema: &Value, value: &Value, way: &mut Vec<Step>, base: &Value, all: &mut Vec<(String, Value)>) {
    for (what, wrong) in slips(schema, value) {
        all.push((format!("{} {what}", shown(way)), with(base, way, wrong)));
    }
    match value {
        Value::Object(fields) => {
            for (name, below) in fields {
                way.push(Step::Field(name.clone()));
                all.push((format!("{} left out", shown(way)), without(base, way)));
                let property = match schema["properties"].get(name) {
                    Some(property) => property,
                    None => &schema["additionalProperties"],
                };
                mutate(property, below, way, base, all);
                way.pop();
            }
        }
        Value::Array(items) => {
            for (index, below) in items.iter().enumerate() {
                way.push(Step::Entry(index));
                mutate(&schema["items"], below, way, base, all);
                way.pop();
            }
        }
        _ => {}
    }
}

/// The slips that can be made at a value of this schema.
fn slips(schema: &Value, value: &Value) -> Vec<(&'static str, Value)> {
    let mut slips = vec![
        ("null", Value::Null),
        ("a number", json!(5)),
        ("a list of lists", json!([[]])),
        ("an object", json!({"x": 1})),
    ];
    let limit = |keyword: &str| {
        schema[keyword]
            .as_u64()
            .and_then(|limit| usize::try_from(limit).ok())
    };
    match schema["type"].as_str().unwrap() {
        "string" => {
            slips.extend([
                ("a boolean", json!(true)),
                ("empty", json!("")),
                ("odd", json!("é b\u{0}.")),
            ]);
            let text = value.as_str().unwrap();
            slips.push(("in another case", json!(swapped(text))));
            slips.push(("with blanks", json!(format!(" {text} "))));
            if let Some(most) = limit("maxLength") {
                slips.push(("as long as allowed", json!("a".repeat(most))));
                slips.push(("too long", json!("a".repeat(most + 1))));
                slips.push(("too long in octets only", json!("é".repeat(most))));
            }
        }
        "boolean" => slips.extend([
            ("quoted", json!("true")),
            ("negated", json!(!value.as_bool().unwrap())),
        ]),
        "integer" => {
            slips.extend([
                ("quoted", json!(value.to_string())),
                ("a boolean", json!(true)),
                ("a fraction", json!(1.5)),
                ("below nothing", json!(-1)),
            ]);
            if let Some(most) = schema["maximum"].as_f64() {
                let most = most as i64;
                slips.push(("as large as allowed", json!(most)));
                slips.push(("too large", json!(most + 1)));
            }
        }
        "array" => {
            let items = value.as_array().unwrap();
            let first = items.first().unwrap().clone();
            slips.extend([
                ("a text", json!("x")),
                ("empty", json!([])),
                ("of nulls", json!([null])),
                ("with a null", json!([first.clone(), null])),
                ("doubled", json!([first.clone(), first.clone()])),
                ("tripled", json!([first.clone(), first.clone(), first.clone()])),
                ("of empty objects", json!([{}, {}])),
            ]);
            if let Some(most) = limit("maxItems") {
                slips.push(("with too many", Value::Array(vec![first; most + 1])));
            }
        }
        "object" => {
            let mut unknown: Map<String, Value> = value.as_object().unwrap().clone();
            unknown.insert("polcy".to_owned(), json!({"deep": [1]}));
            slips.extend([
                ("a text", json!("x")),
                ("empty", json!({})),
                ("with an unknown field", Value::Object(unknown)),
            ]);
        }
        other => panic!("a field of type {other}: say which slips can be made there"),
    }
    slips
}

fn swapped(text: &str) -> String {
    text.chars()
        .map(|character| match character.is_lowercase() {
            true => character.to_ascii_uppercase(),
            false => character.to_ascii_lowercase(),
        })
        .collect()
}

fn with(base: &Value, way: &[Step], wrong: Value) -> Value {
    let mut spec = base.clone();
    *at(&mut spec, way) = wrong;
    spec
}

fn without(base: &Value, way: &[Step]) -> Value {
    let mut spec = base.clone();
    if let Some((Step::Field(name), around)) = way.split_last() {
        at(&mut spec, around).as_object_mut().unwrap().remove(name);
    }
    spec
}

fn at<'v>(value: &'v mut Value, way: &[Step]) -> &'v mut Value {
    way.iter().fold(value, |value, step| match step {
        Step::Field(name) => &mut value[name],
        Step::Entry(index) => &mut value[index],
    })
}

fn shown(way: &[Step]) -> String {
    let mut text = "spec".to_owned();
    for step in way {
        text.push_str(&match step {
            Step::Field(name) => format!(".{name}"),
            Step::Entry(index) => format!("[{index}]"),
        });
    }
    text
}
