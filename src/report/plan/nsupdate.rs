//! A plan as a script for `nsupdate` (RFC 2136): one transaction a record set, each with a prerequisite. Pure.
//!
//! The prerequisite is what makes it safe to run: it names the whole record set that was seen, those of others included, and
//! the server does nothing where it has changed since. Of a plan that was not held against DNS nothing is known, so each
//! record is only added where none stands.

use std::fmt::Write;

use super::{Row, data, served, title};
use crate::name::Name;
use crate::report::ManifestRef;

/// The script of one manifest. A record that another one has already is left out, for its prerequisite would fail.
///
/// `zone` is the zone the records are in, where somebody said so, and what lies elsewhere is left out: a server refuses an update
/// of a name that is not in the zone it is sent for (RFC 2136 3.4.1.3), and nsupdate goes on with the rest. Else nsupdate asks for
/// the zone of each name.
pub fn script(manifest: &ManifestRef, domain: &Name, zone: Option<&Name>, rows: &[Row]) -> String {
    let mut out = format!("; {}\n", title(manifest, domain));
    for row in rows {
        if let Some(why) = row.left_out(zone) {
            let _ = writeln!(out, "; {} {} is left out: {why}", row.name, row.kind);
            continue;
        }
        if let Some(condition) = &row.condition {
            let _ = writeln!(out, "; {} {}: {condition}", row.name, row.kind);
        }
        out.push_str(&served(row, ";"));
        let held_back = !row.is_certain() || row.others_are_unknown();
        if row.others_are_unknown() {
            let _ = writeln!(
                out,
                "; {} {}: other texts may stand here; --diff says what is to change",
                row.name, row.kind
            );
        }
        let lines = transaction(row);
        if lines.is_empty() {
            continue;
        }
        let comment = if held_back { ";" } else { "" };
        let zone = zone.map(|zone| format!("zone {}.", zone.as_str().trim_end_matches('.')));
        for line in zone.into_iter().chain(lines).chain(["send".to_owned()]) {
            let _ = writeln!(out, "{comment}{line}");
        }
    }
    out
}

/// One transaction, without its end; empty where nothing is to be done.
fn transaction(row: &Row) -> Vec<String> {
    let name = &row.name;
    let mut lines = Vec::new();
    let removed = row.to_remove();
    let added = row.to_add();
    if removed.is_empty() && added.is_empty() {
        return lines;
    }
    let kept: Vec<_> = row.to_keep().map(|data| (row.kind, data)).collect();
    let there: Vec<_> = removed.iter().chain(&kept).collect();
    if !there.iter().any(|(kind, _)| *kind == row.kind) {
        lines.push(format!("prereq nxrrset {name}. IN {}", row.kind));
    }
    for (kind, data) in there {
        lines.push(format!("prereq yxrrset {name}. IN {kind} {data}"));
    }
    for (kind, data) in &removed {
        lines.push(format!("update delete {name}. IN {kind} {data}"));
    }
    for value in added {
        let data = data(row.kind, value);
        lines.push(format!("update add {name}. {} IN {} {data}", row.ttl, row.kind));
    }
    lines
}
