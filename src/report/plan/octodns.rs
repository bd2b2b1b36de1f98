//! A plan as a zone of octoDNS's YAML: names below the zone, a record set an entry. Pure.
//!
//! octoDNS splits long texts and quotes them by itself; a semicolon in a text has to be escaped. It has whole record sets, so
//! where other texts may stand beside ours they have to be known: a plan that was not held against DNS leaves such a set
//! out, and says so. And its sources are the whole zone to it: what is in none of them it takes away. A plan holds only the
//! records of e-mail, so it is never a zone's file by itself: it says so above them, and where it has no record it has no document.
//!
//! A second source that is written anew gives what it no longer names back to the zone's own file. So a plan that was held
//! against DNS holds what is right as well, as it stands.
//!
//! A file of octoDNS is one document, so what several manifests have of one zone is one: see [`zone`].

use std::collections::BTreeMap;
use std::fmt::Write;

use serde::{Serialize, Serializer};
use serde_json::{Value, json};

use super::{Row, before, below, octets, title};
use crate::inquiry::{Kind, Rdata};
use crate::name::Name;
use crate::report::ManifestRef;

/// An entry of a zone.
#[derive(Debug, Serialize)]
struct Entry {
    ttl: u32,
    #[serde(rename = "type")]
    kind: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<Value>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    values: Vec<Value>,
}

/// A name below its zone, in the order octoDNS insists on: a row of digits counts as a number, so `s2` is before `s10`.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Label {
    /// What stands before a number, how many digits it has, and these.
    order: Vec<(String, usize, String)>,
    text: String,
}

impl Label {
    fn new(text: String) -> Self {
        let mut order = Vec::new();
        let mut rest = text.as_str();
        while !rest.is_empty() {
            let (before, from) = rest.split_at(rest.find(|c: char| c.is_ascii_digit()).unwrap_or(rest.len()));
            let end = from.find(|c: char| !c.is_ascii_digit()).unwrap_or(from.len());
            let (number, after) = from.split_at(end);
            let significant = number.trim_start_matches('0');
            let digits = if significant.is_empty() {
                number.len().min(1)
            } else {
                significant.len()
            };
            order.push((before.to_owned(), digits, significant.to_owned()));
            rest = after;
        }
        Self { order, text }
    }
}

impl Serialize for Label {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

/// What one manifest has of a zone.
#[derive(Debug)]
pub struct Part<'a> {
    /// The object, and where it stands.
    pub manifest: &'a ManifestRef,
    /// Its domain.
    pub domain: &'a Name,
    /// Its records.
    pub rows: &'a [Row],
    /// What is said of a plan that was held against DNS, where nothing is to change.
    pub nothing: Option<&'static str>,
}

impl Part<'_> {
    fn heading(&self) -> String {
        let mut out = String::new();
        if let Some(nothing) = self.nothing {
            let _ = writeln!(out, "# {}: {nothing}", self.domain);
        }
        if self.nothing.is_none() || !self.rows.is_empty() {
            let _ = writeln!(out, "# {}", title(self.manifest, self.domain));
        }
        out
    }
}

/// A zone's YAML of all that manifests have of it; names are below `zone`. A set that several want is there once.
///
/// # Errors
/// When it cannot be written as YAML; none is known.
pub fn zone(zone: &Name, parts: &[Part<'_>]) -> Result<String, String> {
    let mut out: String = parts.iter().map(Part::heading).collect();
    if parts
        .iter()
        .all(|part| part.nothing.is_some() && part.rows.is_empty())
    {
        return Ok(out);
    }
    out.push_str(&merge(zone));
    // octoDNS wants the names in order, and of a name the types.
    let mut entries: BTreeMap<Label, BTreeMap<String, Entry>> = BTreeMap::new();
    for row in parts.iter().flat_map(|part| part.rows) {
        out.push_str(&before(row, "#"));
        match entry(row, zone) {
            Ok(Some((label, entry))) => {
                let types = entries.entry(label).or_default();
                types.entry(entry.kind.clone()).or_insert(entry);
            }
            Ok(None) => {}
            Err(why) => {
                let _ = writeln!(out, "# {} {} is left out: {why}", row.name, row.kind);
            }
        }
    }
    // An empty zone is a zone too: octoDNS would take everything away for it.
    if entries.is_empty() {
        out.push_str("# Here is no record to merge.\n");
        return Ok(out);
    }
    let by_name: BTreeMap<&Label, Vec<&Entry>> = entries
        .iter()
        .map(|(label, types)| (label, types.values().collect()))
        .collect();
    out.push_str("---\n");
    out.push_str(&serde_saphyr::to_string(&by_name).map_err(|error| error.to_string())?);
    if !out.ends_with('\n') {
        out.push('\n');
    }
    Ok(out)
}

/// How what follows is used, as comments. octoDNS wants one mapping of all names, so where a name is there already its list
/// takes the types; or it reads a second folder, whose records then stand for those of the same name and type.
fn merge(zone: &Name) -> String {
    // The file of a zone is its absolute name and yaml, so that of the root is .yaml.
    let file = format!("{}.yaml", zone.as_str().trim_end_matches('.'));
    format!(
        "# NOT A WHOLE ZONE. Loaded alone it takes every other record of {zone} away: octoDNS removes what is in none of\n\
         # its sources. Merge it into the zone's own {file}: a name that is there already takes these types into\n\
         # its list, each in place of the same type. Or keep it in a folder of its own, as a second source beside that\n\
         # file: a YamlProvider with populate_should_replace: true. What is to be removed goes from the zone's own file.\n"
    )
}

/// The entry of a row; `None` where nothing is to stand there, and why where it cannot be said.
fn entry(row: &Row, zone: &Name) -> Result<Option<(Label, Entry)>, String> {
    let label = below(&row.name, zone)?;
    if !row.is_certain() {
        return Err("it depends on DNS: --diff tells".to_owned());
    }
    if row.others_are_unknown() && !row.values.is_empty() {
        return Err(
            "other texts may stand here, and octoDNS has a record set as a whole: --diff takes them in"
                .to_owned(),
        );
    }
    // What somebody else chooses is right as it is, and no part of the plan.
    if row.values.is_empty() && row.seen.as_ref().is_some_and(|seen| !seen.differs) {
        return Ok(None);
    }
    let kept = row.seen.iter().flat_map(|seen| &seen.keep);
    let kept = kept.map(|rdata| match rdata {
        Rdata::Txt(txt) => text(&txt.joined()),
        other => value(row.kind, &other.to_string()),
    });
    let added = row.to_add().iter().map(|added| match row.kind {
        Kind::Txt => text(&octets(added)),
        kind => value(kind, added),
    });
    let mut values = kept.chain(added).collect::<Result<Vec<Value>, String>>()?;
    if values.is_empty() {
        return Ok(None);
    }
    let single = (row.kind == Kind::Cname).then(|| values.swap_remove(0));
    let entry = Entry {
        ttl: row.ttl,
        kind: row.kind.to_string(),
        values: if single.is_some() { Vec::new() } else { values },
        value: single,
    };
    Ok(Some((Label::new(label), entry)))
}

/// A text as octoDNS reads it.
fn text(octets: &[u8]) -> Result<Value, String> {
    let text =
        std::str::from_utf8(octets).map_err(|_| "octoDNS takes no text that is no UTF-8".to_owned())?;
    if text.contains('\\') {
        return Err("octoDNS reads a backslash in a text in a way of its own".to_owned());
    }
    Ok(Value::String(text.replace(';', "\\;")))
}

/// A value that is no text. octoDNS wants the fields in the order of their names.
fn value(kind: Kind, value: &str) -> Result<Value, String> {
    let absolute = |host: &str| format!("{}.", host.trim_end_matches('.'));
    match kind {
        Kind::Cname => Ok(Value::String(absolute(value))),
        Kind::Mx => {
            let (preference, host) = value.split_once(' ').unwrap_or(("0", value));
            let preference: u16 = preference.parse().unwrap_or_default();
            Ok(json!({"exchange": absolute(host), "preference": preference}))
        }
        Kind::Tlsa => {
            let [usage, selector, matching, data] = super::tlsa(value)?;
            let number = |text: String| text.parse::<u8>().unwrap_or_default();
            Ok(json!({
                "certificate_association_data": data,
                "certificate_usage": number(usage),
                "matching_type": number(matching),
                "selector": number(selector),
            }))
        }
        other => Err(format!("records of type {other} are not written for octoDNS")),
    }
}
