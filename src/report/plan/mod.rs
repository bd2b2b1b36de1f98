//! The desired records of a manifest: as a zone file, JSON, a table, or in the words of a program that publishes them; and
//! the files that are served beside them. Asks DNS nothing by itself; [`seen`] holds them against what was seen. Pure.
//!
//! Whatever is loaded as it is must never do harm. So a record that stands or falls with what DNS says (a parked domain's
//! null MX) is a comment with its condition, and where other texts may stand at a name (verifications beside SPF), a format
//! that owns a whole record set says so and leaves it out, unless the plan is held against DNS and takes them in.

pub mod dnscontrol;
pub mod dnsendpoint;
pub mod nsupdate;
pub mod octodns;
pub mod seen;
pub mod shared;

use std::fmt::Write;

use jiff::Timestamp;
use serde::Serialize;

use self::seen::Seen;
use super::text::{harmless, table};
use super::{ManifestRef, Style, json};
use crate::inquiry::{Kind, Txt};
use crate::intent::{Intent, ManagedRrset, PolicyFile, What};
use crate::name::Name;
use crate::records::quoted;

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
    /// What stands in DNS there, where the plan was held against it.
    #[serde(flatten)]
    pub seen: Option<Seen>,
    /// Why a script that writes each record once leaves it out: another manifest wants it too.
    #[serde(skip)]
    pub written: Option<String>,
}

impl Row {
    /// The values that are to be added: all of them, or those that do not stand in DNS.
    pub fn to_add(&self) -> &[String] {
        match &self.seen {
            Some(seen) => &seen.add,
            None => &self.values,
        }
    }

    /// Whether it can be published as it is: what decides was seen in DNS, or nothing has to be.
    fn is_certain(&self) -> bool {
        self.seen.is_some() || !self.depends_on_dns
    }

    /// Whether texts of others may stand at the same name and type: everywhere but below a label with an underscore, which
    /// one standard has for itself (RFC 8552).
    fn may_be_shared(&self) -> bool {
        let labels = self.name.labels();
        self.kind == Kind::Txt && !labels.iter().any(|label| label.starts_with(b"_"))
    }

    /// Values of others stand there, or may.
    fn others_are_unknown(&self) -> bool {
        self.seen.is_none() && self.may_be_shared()
    }

    /// What is to be taken away, each with its type, in presentation format with names absolute and texts quoted.
    fn to_remove(&self) -> Vec<(Kind, String)> {
        let removed = self.seen.iter().flat_map(|seen| &seen.remove);
        removed
            .map(|old| (old.kind, absolute(old.kind, old.data.to_string())))
            .collect()
    }

    /// What stays as it is, as the data of a zone file.
    fn to_keep(&self) -> impl Iterator<Item = String> {
        let kept = self.seen.iter().flat_map(|seen| &seen.keep);
        kept.map(|rdata| absolute(self.kind, rdata.to_string()))
    }

    /// Why it is left out of a script of the records of `zone`; of whatever zone where none is said.
    fn left_out(&self, zone: Option<&Name>) -> Option<String> {
        let elsewhere = zone.and_then(|zone| below(&self.name, zone).err());
        elsewhere.or_else(|| self.written.clone())
    }

    /// The whole record set as it is to be, each value in presentation format with the strings of a text quoted.
    fn whole(&self) -> Vec<String> {
        let added = self.to_add().iter().map(|value| data(self.kind, value));
        self.to_keep().chain(added).collect()
    }
}

/// What `intent` wants, in its order, with `ttl` in seconds.
pub fn rows(intent: &Intent, ttl: u32) -> Vec<Row> {
    intent.wanted.iter().map(|wanted| row(wanted, ttl)).collect()
}

fn row(wanted: &ManagedRrset, ttl: u32) -> Row {
    let desired = wanted.desired();
    Row {
        name: wanted.name.clone(),
        kind: desired.kind,
        ttl,
        values: desired.values,
        condition: desired.condition,
        file: desired.file,
        seen: None,
        written: None,
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

/// A zone file (RFC 1035 5.1): absolute names, TXT in strings of at most 255 octets. What is to be taken away is a comment:
/// a zone file cannot say it.
pub fn zone(manifest: &ManifestRef, domain: &Name, rows: &[Row]) -> String {
    let mut out = format!("; {}\n", title(manifest, domain));
    for row in rows {
        if let Some(condition) = &row.condition {
            let _ = writeln!(out, "; {} {}: {condition}", row.name, row.kind);
        }
        for (kind, data) in row.to_remove() {
            let _ = writeln!(out, "; remove: {}. IN {kind} {data}", row.name);
        }
        for value in row.to_add() {
            let comment = if row.is_certain() { "" } else { ";" };
            let data = data(row.kind, value);
            let _ = writeln!(out, "{comment}{}. {} IN {} {data}", row.name, row.ttl, row.kind);
        }
        out.push_str(&served(row, ";"));
    }
    out
}

/// What is served beside the records of a row, as comments that begin with `mark`.
fn served(row: &Row, mark: &str) -> String {
    let mut out = String::new();
    if let Some(file) = &row.file {
        let _ = writeln!(out, "{mark} {} serves:", file.url);
        for line in file.body.lines() {
            let _ = writeln!(out, "{mark}   {line}");
        }
    }
    out
}

/// What is to be known of a row before its records, as comments that begin with `mark`: what they hang on, what is served
/// beside them, what is to be removed.
fn before(row: &Row, mark: &str) -> String {
    let mut out = String::new();
    if let Some(condition) = &row.condition {
        let _ = writeln!(out, "{mark} {} {}: {condition}", row.name, row.kind);
    }
    out.push_str(&served(row, mark));
    for (kind, data) in row.to_remove() {
        let _ = writeln!(out, "{mark} remove: {} {kind} {data}", row.name);
    }
    out
}

/// Whose records follow: the domain, the object, and where it stands.
fn title(manifest: &ManifestRef, domain: &Name) -> String {
    format!(
        "{domain}: MailDomain {}, {}",
        harmless(&manifest.title()),
        harmless(&manifest.place())
    )
}

/// A name's labels before `zone`, empty for the zone itself.
///
/// # Errors
/// Where it does not lie in it: why it is left out.
fn below(name: &Name, zone: &Name) -> Result<String, String> {
    if name == zone {
        return Ok(String::new());
    }
    // Every name lies in the root, whose own has no label to take off.
    if zone.is_root() {
        return Ok(name.to_string());
    }
    let labels = name.as_str().strip_suffix(zone.as_str());
    let labels = labels.and_then(|labels| labels.strip_suffix('.'));
    labels
        .map(str::to_owned)
        .ok_or_else(|| format!("it does not lie in {zone}"))
}

/// The fields of a TLSA record (RFC 6698 2.2): usage, selector, matching type, data.
fn tlsa(value: &str) -> Result<[String; 4], String> {
    let mut words = value.split_whitespace().map(str::to_owned);
    match (words.next(), words.next(), words.next()) {
        (Some(usage), Some(selector), Some(matching)) => {
            Ok([usage, selector, matching, words.collect::<Vec<_>>().concat()])
        }
        _ => Err(format!("{value:?} is no TLSA record")),
    }
}

/// A value (presentation format, a text joined and unquoted) as the data of a zone file: names absolute, texts in quotes.
fn data(kind: Kind, value: &str) -> String {
    match kind {
        Kind::Txt | Kind::Spf => txt_data(value),
        _ => absolute(kind, value.to_owned()),
    }
}

/// The same of data whose texts are quoted already.
fn absolute(kind: Kind, data: String) -> String {
    match kind {
        // The host ends the data of an MX, and is absolute as every name here.
        Kind::Cname | Kind::Mx => format!("{}.", data.trim_end_matches('.')),
        _ => data,
    }
}

/// A table for people; of a plan that was held against DNS what is to be added, removed and kept.
pub fn people(domain: &Name, rows: &[Row], style: Style) -> String {
    let mut cells = vec![vec!["NAME".to_owned(), "TYPE".to_owned(), "VALUE".to_owned()]];
    for row in rows {
        for (index, (kind, value)) in lines(row).into_iter().enumerate() {
            let (name, kind) = match index {
                0 => (row.name.to_string(), kind.to_string()),
                _ if kind == row.kind => (String::new(), String::new()),
                _ => (String::new(), kind.to_string()),
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
    let held = rows.iter().any(|row| row.seen.is_some());
    if rows.is_empty() {
        return format!("{domain}: nothing is managed\n");
    }
    let note = if held { ": - remove, + add, = keep" } else { "" };
    format!(
        "{domain}{note}\n{}",
        table(&cells, style.columns(), |_, _, cell| cell)
    )
}

/// The lines of one row in a table, each with its type.
fn lines(row: &Row) -> Vec<(Kind, String)> {
    let mark = |mark: &str, value: &str| match row.seen {
        Some(_) => format!("{mark} {}", harmless(value)),
        None => harmless(value),
    };
    let mut lines: Vec<(Kind, String)> = Vec::new();
    if let Some(seen) = &row.seen {
        let removed = seen.remove.iter();
        lines.extend(removed.map(|old| (old.kind, mark("-", &old.data.shown()))));
    }
    lines.extend(row.to_add().iter().map(|value| (row.kind, mark("+", value))));
    let kept = row.seen.iter().flat_map(|seen| &seen.keep);
    lines.extend(kept.map(|rdata| (row.kind, mark("=", &rdata.shown()))));
    let condition = row.condition.iter();
    lines.extend(condition.map(|condition| (row.kind, format!("({condition})"))));
    lines
}

/// A TXT value (presentation format, unquoted) as the quoted strings of a zone file.
fn txt_data(value: &str) -> String {
    let strings = Txt::split(&octets(value)).strings;
    let quoted: Vec<String> = strings.iter().map(|string| quoted(string)).collect();
    quoted.join(" ")
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
