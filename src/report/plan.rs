//! The desired records of a manifest: as a zone file, as JSON, as a table; and the files that are served beside them. Asks
//! DNS nothing. Pure.
//!
//! A record that stands or falls with what DNS says (a parked domain's null MX) is a commented line under its
//! condition: a zone file that is loaded as it is must never do harm.

use std::fmt::Write;

use jiff::Timestamp;
use serde::Serialize;

use super::text::{harmless, table};
use super::{ManifestRef, Style, json};
use crate::inquiry::{Kind, Txt};
use crate::intent::{Intent, ManagedRrset, PolicyFile, What};
use crate::name::Name;

/// The TTL a plan suggests, in seconds.
pub const TTL: u32 = 3600;

/// One RRset of a plan; its JSON is one line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Row {
    /// The owner name.
    pub name: Name,
    /// The record type.
    #[serde(rename = "type")]
    pub kind: Kind,
    /// The TTL that is suggested, in seconds.
    pub ttl: u32,
    /// The values in presentation format, joined and unquoted; empty where nothing is to be published, or somebody
    /// else chooses.
    pub values: Vec<String>,
    /// What decides where the spec alone does not.
    pub condition: Option<String>,
    /// What must be served beside the records.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<PolicyFile>,
    /// Whether the records are right only while the condition holds.
    #[serde(skip)]
    pub depends_on_dns: bool,
}

/// What `intent` wants, in its order.
pub fn rows(intent: &Intent) -> Vec<Row> {
    intent.wanted.iter().map(row).collect()
}

fn row(wanted: &ManagedRrset) -> Row {
    let desired = wanted.desired();
    Row {
        name: wanted.name.clone(),
        kind: desired.kind,
        ttl: TTL,
        values: desired.values,
        condition: desired.condition,
        file: desired.file,
        depends_on_dns: wanted.what == What::NullMx,
    }
}

/// One JSON object a line and RRset, with the object that asks for it.
pub fn json(at: Timestamp, manifest: &ManifestRef, domain: &Name, rows: &[Row]) -> String {
    let lines = rows.iter().map(|row| {
        let planned = Planned {
            object: manifest,
            domain,
            row,
        };
        json::line(at, &planned) + "\n"
    });
    lines.collect()
}

#[derive(Serialize)]
struct Planned<'a> {
    /// The manifest's own name and place: the row's name is the owner's.
    object: &'a ManifestRef,
    domain: &'a Name,
    #[serde(flatten)]
    row: &'a Row,
}

/// A zone file (RFC 1035 5.1): absolute names, TXT in strings of at most 255 octets.
pub fn zone(manifest: &ManifestRef, domain: &Name, rows: &[Row]) -> String {
    let mut out = String::new();
    let object = match &manifest.namespace {
        Some(namespace) => format!("{namespace}/{}", manifest.name),
        None => manifest.name.clone(),
    };
    let _ = writeln!(
        out,
        "; {domain}: MailDomain {}, {}:{}",
        harmless(&object),
        harmless(&manifest.file),
        manifest.line
    );
    for row in rows {
        if let Some(condition) = &row.condition {
            let _ = writeln!(out, "; {} {}: {condition}", row.name, row.kind);
        }
        for value in &row.values {
            let comment = if row.depends_on_dns { ";" } else { "" };
            let data = match row.kind {
                Kind::Txt | Kind::Spf => txt_data(value),
                Kind::Cname => format!("{}.", value.trim_end_matches('.')),
                // The host ends the data, and is absolute as every name here.
                Kind::Mx => format!("{}.", value.trim_end_matches('.')),
                _ => value.clone(),
            };
            let _ = writeln!(out, "{comment}{}. {} IN {} {data}", row.name, row.ttl, row.kind);
        }
        if let Some(file) = &row.file {
            let _ = writeln!(out, "; {} serves:", file.url);
            for line in file.body.lines() {
                let _ = writeln!(out, ";   {line}");
            }
        }
    }
    out
}

/// A table for people.
pub fn people(domain: &Name, rows: &[Row], style: Style) -> String {
    let mut cells = vec![vec!["NAME".to_owned(), "TYPE".to_owned(), "VALUE".to_owned()]];
    for row in rows {
        let mut lines: Vec<String> = row.values.iter().map(|value| harmless(value)).collect();
        lines.extend(row.condition.iter().map(|condition| format!("({condition})")));
        for (index, value) in lines.into_iter().enumerate() {
            let (name, kind) = match index {
                0 => (row.name.to_string(), row.kind.to_string()),
                _ => (String::new(), String::new()),
            };
            cells.push(vec![name, kind, value]);
        }
        if let Some(file) = &row.file {
            let lines = file.body.lines().map(harmless);
            for (index, line) in std::iter::once(file.url.clone()).chain(lines).enumerate() {
                let kind = if index == 0 { "serves" } else { "" };
                cells.push(vec![String::new(), kind.to_owned(), line]);
            }
        }
    }
    if rows.is_empty() {
        return format!("{domain}: nothing is managed\n");
    }
    format!("{domain}\n{}", table(&cells, style.columns(), |_, _, cell| cell))
}

/// A TXT value (presentation format, unquoted) as the quoted strings of a zone file.
fn txt_data(value: &str) -> String {
    let strings = Txt::split(&octets(value)).strings;
    let quoted: Vec<String> = strings.iter().map(|string| quoted(string)).collect();
    quoted.join(" ")
}

/// One character-string in quotes.
fn quoted(string: &[u8]) -> String {
    let mut out = String::from("\"");
    for &octet in string {
        match octet {
            b'"' | b'\\' => {
                out.push('\\');
                out.push(char::from(octet));
            }
            0x20..=0x7e => out.push(char::from(octet)),
            other => {
                let _ = write!(out, "\\{other:03}");
            }
        }
    }
    out.push('"');
    out
}

/// The octets behind presentation format: `\DDD` and `\x` undone.
pub fn octets(presentation: &str) -> Vec<u8> {
    let text = presentation.as_bytes();
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((&first, tail)) = rest.split_first() {
        rest = tail;
        if first != b'\\' {
            out.push(first);
            continue;
        }
        let number = tail
            .get(..3)
            .filter(|digits| digits.iter().all(u8::is_ascii_digit));
        let value = number
            .and_then(|digits| std::str::from_utf8(digits).ok())
            .and_then(|digits| digits.parse().ok());
        match (value, tail.split_first()) {
            (Some(octet), _) => {
                out.push(octet);
                rest = tail.get(3..).unwrap_or_default();
            }
            (None, Some((&escaped, tail))) => {
                out.push(escaped);
                rest = tail;
            }
            (None, None) => out.push(b'\\'),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::records::presentation;
    use proptest::prelude::*;

    #[test]
    fn long_text_is_split_and_quotes_are_escaped() {
        let data = txt_data(&format!("{}\"b\\\\c", "a".repeat(255)));
        assert_eq!(data, format!("\"{}\" \"\\\"b\\\\c\"", "a".repeat(255)));
    }

    proptest! {
        #[test]
        fn presentation_can_be_undone(text in prop::collection::vec(any::<u8>(), 0..600)) {
            prop_assert_eq!(octets(&presentation(&text)), text);
        }
    }
}
