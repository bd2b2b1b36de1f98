//! `docs/json.md` as a reference: what the program prints is held to it, field by field, and it can be told which of its
//! fields nobody has seen.

#![allow(dead_code)] // Each user takes its part.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

/// One row of a table.
#[derive(Debug)]
struct Field {
    /// Whether it may be left out.
    optional: bool,
    /// The types it may have: `string`, `object[]`, `null`.
    types: Vec<String>,
    /// The section in which what it holds is described.
    link: Option<String>,
}

/// The page, by the anchors of its sections.
#[derive(Debug)]
pub(crate) struct Page {
    sections: BTreeMap<String, BTreeMap<String, Field>>,
    seen: BTreeSet<(String, String)>,
}

/// What every object opens with.
const ENVELOPE: &str = "every-object";

impl Page {
    pub(crate) fn read() -> Self {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/json.md");
        let text = std::fs::read_to_string(path).expect("the page is there");
        let mut sections: BTreeMap<String, BTreeMap<String, Field>> = BTreeMap::new();
        let mut section = String::new();
        for line in text.lines() {
            if let Some(title) = line.strip_prefix("## ").or_else(|| line.strip_prefix("### ")) {
                section = title.to_lowercase().replace(' ', "-");
                continue;
            }
            let Some(row) = line.strip_prefix("| `") else {
                continue;
            };
            let mut cells = row.split(" | ");
            let name = cells.next().unwrap_or_default();
            let types = cells.next().expect("a field has a type");
            let what = cells.next().expect("a field is described");
            let link = what
                .split("](#")
                .nth(1)
                .and_then(|rest| rest.split(')').next())
                .filter(|_| types.contains("object"));
            let field = Field {
                optional: name.ends_with('?'),
                types: types.split(" or ").map(str::to_owned).collect(),
                link: link.map(str::to_owned),
            };
            let name = name.trim_end_matches('?').trim_end_matches('`').to_owned();
            let before = sections
                .entry(section.clone())
                .or_default()
                .insert(name.clone(), field);
            assert!(before.is_none(), "docs/json.md has {name} twice in {section}");
        }
        let page = Self {
            sections,
            seen: BTreeSet::new(),
        };
        for (section, fields) in &page.sections {
            for (name, field) in fields {
                let leads = field
                    .link
                    .as_ref()
                    .is_none_or(|link| page.sections.contains_key(link));
                assert!(leads, "docs/json.md: {section}: {name} leads nowhere");
            }
        }
        page
    }

    /// Holds what a command printed to a section, line by line.
    pub(crate) fn hold(&mut self, section: &str, printed: &str) {
        for line in printed.lines().filter(|line| !line.is_empty()) {
            let value: Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
            let object = value.as_object().expect("a line is an object");
            let is_mistake = object.contains_key("path") && object["outcome"] == "invalid";
            let section = if is_mistake { "mistakes" } else { section };
            let mut body = object.clone();
            let envelope: Map<String, Value> = ["schemaVersion", "at"]
                .into_iter()
                .filter_map(|name| Some((name.to_owned(), body.remove(name)?)))
                .collect();
            self.object(ENVELOPE, &envelope, line);
            self.object(section, &body, line);
        }
    }

    fn object(&mut self, section: &str, object: &Map<String, Value>, line: &str) {
        let fields = self.sections.get(section);
        let fields = fields.unwrap_or_else(|| panic!("docs/json.md has no section {section}"));
        let mut below = Vec::new();
        for (name, value) in object {
            let field = fields
                .get(name)
                .unwrap_or_else(|| panic!("docs/json.md, {section}, does not speak of {name}: {line}"));
            let found = kind(value);
            let fits = field
                .types
                .iter()
                .any(|known| *known == found || (known.ends_with("[]") && found == "[]"));
            assert!(
                fits,
                "docs/json.md, {section}: {name} is {found}, not {:?}: {line}",
                field.types
            );
            if let Some(link) = &field.link {
                below.push((link.clone(), value.clone()));
            } else if found.starts_with("object") {
                // The status, which has a reference of its own.
                assert_eq!(
                    name, "status",
                    "docs/json.md, {section}, does not say what {name} holds"
                );
            }
            self.seen.insert((section.to_owned(), name.clone()));
        }
        for (name, field) in fields {
            let there = field.optional || object.contains_key(name);
            assert!(
                there,
                "docs/json.md, {section}: {name} is said to be always there: {line}"
            );
        }
        for (link, value) in below {
            match value {
                Value::Object(inner) => self.object(&link, &inner, line),
                Value::Array(all) => {
                    for inner in all.iter().filter_map(Value::as_object) {
                        self.object(&link, inner, line);
                    }
                }
                _ => {}
            }
        }
    }

    /// The fields nobody has seen, of the sections that `wanted` takes.
    pub(crate) fn unseen(&self, wanted: impl Fn(&str) -> bool) -> Vec<String> {
        let all = self.sections.iter().filter(|(section, _)| wanted(section));
        let all = all.flat_map(|(section, fields)| fields.keys().map(move |name| (section, name)));
        all.filter(|(section, name)| !self.seen.contains(&((*section).clone(), (*name).clone())))
            .map(|(section, name)| format!("{section}: {name}"))
            .collect()
    }
}

/// The type of a value, as the page names it; of an empty list nobody knows.
fn kind(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(_) => "boolean".to_owned(),
        Value::Number(_) => "number".to_owned(),
        Value::String(_) => "string".to_owned(),
        Value::Object(_) => "object".to_owned(),
        Value::Array(all) => format!("{}[]", all.first().map(kind).unwrap_or_default()),
    }
}

/// The section for what a command prints, where it prints JSON.
pub(crate) fn section(args: &[&str]) -> Option<&'static str> {
    let json = args
        .windows(2)
        .any(|pair| matches!(pair, ["-o" | "--output", "json"]))
        || args.iter().any(|arg| matches!(*arg, "-ojson" | "--output=json"));
    if !json {
        return None;
    }
    Some(match *args.first()? {
        "inspect" | "check" => "inspect-and-check",
        "plan" => "plan",
        "spf" if args.iter().any(|arg| arg.starts_with("--ip")) => "spf-for-a-client",
        "spf" => "spf",
        "dmarc" => "dmarc",
        "lookup" => "lookup",
        "selfcheck" => "selfcheck",
        _ => return None,
    })
}
