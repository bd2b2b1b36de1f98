//! A plan as a zone of octoDNS's YAML: names below the zone, a record set an entry. Pure.
//!
//! octoDNS splits long texts and quotes them by itself; a semicolon in a text has to be escaped. It has whole record sets, so
//! where other texts may stand beside ours they have to be known: a plan that was not held against DNS leaves such a set
//! out, and says so. And its sources are the whole zone to it: what is in none of them it takes away. A plan holds only the
//! records of e-mail, so it is never a zone's file by itself: it says so above them, and where it has no record it has no document.

use std::collections::BTreeMap;
use std::fmt::Write;

use serde::Serialize;
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

/// The zone's YAML for one manifest; names are below `zone`.
///
/// # Errors
/// When it cannot be written as YAML; none is known.
pub fn zone(
    manifest: &ManifestRef,
    domain: &Name,
    zone: &Name,
    rows: &[Row],
) -> Result<String, serde_saphyr::SerializeError> {
    let mut out = format!("# {}\n{}", title(manifest, domain), merge(zone));
    // octoDNS wants the names in order, and of a name the types.
    let mut entries: BTreeMap<String, BTreeMap<String, Entry>> = BTreeMap::new();
    for row in rows {
        out.push_str(&before(row, "#"));
        match entry(row, zone) {
            Ok(Some((label, entry))) => {
                entries
                    .entry(label)
                    .or_default()
                    .insert(entry.kind.clone(), entry);
            }
            Ok(None) => {}
            Err(why) => {
                let _ = writeln!(out, "# {} {} is left out: {why}", row.name, row.kind);
            }
        }
    }
    let by_name: BTreeMap<&String, Vec<&Entry>> = entries
        .iter()
        .map(|(label, entries)| (label, entries.values().collect()))
        .collect();
    // An empty zone is a zone too: octoDNS would take everything away for it.
    if by_name.is_empty() {
        out.push_str("# Here is no record to merge.\n");
        return Ok(out);
    }
    out.push_str("---\n");
    out.push_str(&serde_saphyr::to_string(&by_name)?);
    if !out.ends_with('\n') {
        out.push('\n');
    }
    Ok(out)
}

/// How what follows is used, as comments. octoDNS wants one mapping of all names, so where a name is there already its list
/// takes the types; or it reads a second folder, whose records then stand for those of the same name and type.
fn merge(zone: &Name) -> String {
    format!(
        "# NOT A WHOLE ZONE. Loaded alone it takes every other record of {zone} away: octoDNS removes what is in none of\n\
         # its sources. Merge it into the zone's own {zone}.yaml: a name that is there already takes these types into\n\
         # its list, each in place of the same type. Or keep it in a folder of its own, as a second source beside that\n\
         # file: a YamlProvider with populate_should_replace: true. What is to be removed goes from the zone's own file.\n"
    )
}

/// The entry of a row; `None` where nothing is to stand there, and why where it cannot be said.
fn entry(row: &Row, zone: &Name) -> Result<Option<(String, Entry)>, String> {
    let label = below(&row.name, zone).ok_or_else(|| format!("it does not lie in {zone}"))?;
    if !row.is_certain() {
        return Err("it depends on DNS: --diff tells".to_owned());
    }
    if row.others_are_unknown() && !row.values.is_empty() {
        return Err(
            "other texts may stand here, and octoDNS has a record set as a whole: --diff takes them in"
                .to_owned(),
        );
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
    Ok(Some((label, entry)))
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
