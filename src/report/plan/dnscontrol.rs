//! A plan as a piece of a `dnsconfig.js` for DNSControl: records that are added to a domain that is declared elsewhere.
//! Pure.
//!
//! DNSControl splits long texts and quotes them by itself, so a value is the joined text as a JavaScript string. It has the
//! whole zone in its hands: what is to be taken away has to go from where it is declared, and what stays has to stay there, so
//! both are comments here. A record that is declared twice is a mistake to it, so one that several manifests want is
//! declared for the first.

use std::fmt::Write;

use super::{Row, before, octets, title};
use crate::inquiry::Kind;
use crate::name::Name;
use crate::report::ManifestRef;

/// The piece of one manifest; names are below `zone`.
pub fn extension(manifest: &ManifestRef, domain: &Name, zone: &Name, rows: &[Row]) -> String {
    let mut out = format!("// {}\n", title(manifest, domain));
    if rows.iter().any(|row| row.seen.is_some()) {
        out.push_str(
            "// What differs from DNS today, and no more: a file that is written anew each time is planned without --diff, for\n\
             // DNSControl takes away what is declared nowhere.\n",
        );
    }
    let mut records = Vec::new();
    for row in rows {
        if let Some(why) = row.left_out(Some(zone)) {
            let _ = writeln!(out, "// {} {} is left out: {why}", row.name, row.kind);
            continue;
        }
        out.push_str(&before(row, "//"));
        let changes = !(row.to_add().is_empty() && row.to_remove().is_empty());
        for data in row.to_keep().filter(|_| changes) {
            let _ = writeln!(out, "// keep: {} {} {data}", row.name, row.kind);
        }
        for value in row.to_add() {
            match record(row, zone, value) {
                Ok(record) if row.is_certain() => records.push(record),
                Ok(record) => {
                    let _ = writeln!(out, "// {record}");
                }
                Err(why) => {
                    let _ = writeln!(out, "// {} {} is left out: {why}", row.name, row.kind);
                }
            }
        }
    }
    if records.is_empty() {
        return out;
    }
    let _ = writeln!(out, "D_EXTEND({},", string(zone.as_str()));
    let lines: Vec<String> = records.iter().map(|record| format!("  {record}")).collect();
    let _ = writeln!(out, "{}\n);", lines.join(",\n"));
    out
}

fn record(row: &Row, zone: &Name, value: &str) -> Result<String, String> {
    let label = super::below(&row.name, zone)?;
    let label = string(if label.is_empty() { "@" } else { &label });
    let ttl = row.ttl;
    let absolute = |host: &str| string(&format!("{}.", host.trim_end_matches('.')));
    match row.kind {
        Kind::Txt => {
            let text = String::from_utf8(octets(value)).map_err(|_| "a text that is no UTF-8".to_owned())?;
            Ok(format!("TXT({label}, {}, TTL({ttl}))", string(&text)))
        }
        Kind::Cname => Ok(format!("CNAME({label}, {}, TTL({ttl}))", absolute(value))),
        Kind::Mx => {
            let (preference, host) = value.split_once(' ').unwrap_or(("0", value));
            Ok(format!(
                "MX({label}, {preference}, {}, TTL({ttl}))",
                absolute(host)
            ))
        }
        Kind::Tlsa => {
            let [usage, selector, matching, data] = super::tlsa(value)?;
            Ok(format!(
                "TLSA({label}, {usage}, {selector}, {matching}, {}, TTL({ttl}))",
                string(&data)
            ))
        }
        other => Err(format!("records of type {other} are not written for DNSControl")),
    }
}

/// A JavaScript string: JSON is one.
fn string(text: &str) -> String {
    serde_json::to_string(text).unwrap_or_default()
}
