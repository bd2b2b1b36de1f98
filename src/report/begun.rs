//! A manifest that is begun, as YAML with comments: above each block what it rests on and what is still to be found out,
//! beside an include whose it is, at the end what differs from DNS. Pure.
//!
//! The comments are set between the lines of the same YAML that adoption writes, so that what is read back is the spec.

use std::fmt::Write;

use jiff::Timestamp;

use super::manifest;
use super::text::{harmless, wrap};
use crate::adopt::init::presets::Preset;
use crate::adopt::init::{Begun, By};

/// Comments are wrapped so that a line of the file has at most so many columns.
const COLUMNS: usize = 100;

/// The manifest: a YAML document that starts with `---`.
///
/// # Errors
/// When the spec cannot be written as YAML; none is known.
pub fn yaml(
    begun: &Begun,
    namespace: Option<&str>,
    now: Timestamp,
) -> Result<String, serde_saphyr::SerializeError> {
    let plain = manifest::document(&begun.spec, namespace)?;
    let mut out = String::new();
    for line in plain.lines() {
        let field = line
            .strip_prefix("  ")
            .and_then(|rest| rest.split_once(':'))
            .map(|(field, _)| field);
        for (block, note) in &begun.notes {
            if field == Some(*block) {
                comment(&mut out, "  ", note);
            }
        }
        match whose(line, begun) {
            Some(preset) => {
                let _ = writeln!(out, "{line} # {}", preset.name);
            }
            None => {
                let _ = writeln!(out, "{line}");
            }
        }
        if line == "---" {
            head(&mut out, begun, now);
        }
    }
    let has_block = |block: &str| {
        let field = format!("  {block}:");
        plain.lines().any(|line| line.starts_with(&field))
    };
    // What is to be said of a block that is not there yet stands where it would.
    for (block, note) in begun.notes.iter().filter(|(block, _)| !has_block(block)) {
        comment(&mut out, "  ", &format!("{block}: {note}"));
    }
    for remark in &begun.remarks {
        comment(&mut out, "", remark);
    }
    if !begun.to_do.is_empty() {
        comment(
            &mut out,
            "",
            "What differs from DNS, and is to be published (zegel plan --diff):",
        );
        for line in &begun.to_do {
            comment(&mut out, "", &format!("  {line}"));
        }
    }
    Ok(out)
}

/// What the whole rests on.
fn head(out: &mut String, begun: &Begun, now: Timestamp) {
    let day = now.to_string();
    let day = day.split_once('T').map_or("", |(day, _)| day);
    let text = format!(
        "Begun by zegel init on {day}, from what DNS says of {} and what was answered. Read it, complete it, and hold it to \
         DNS with zegel check.",
        begun.spec.domain
    );
    comment(out, "", &text);
    for (preset, by) in &begun.providers {
        let how = match by {
            By::Dns => "its records stand in DNS",
            By::Exchange => "its MX stands in DNS",
            By::Answer => "it was named",
        };
        comment(out, "", &format!("- {}: {how}; {}", preset.name, preset.page));
    }
}

/// The provider an include in a line of YAML belongs to.
fn whose(line: &str, begun: &Begun) -> Option<&'static Preset> {
    let item = line.trim_start().strip_prefix("- ")?.trim_matches(['"', '\'']);
    let mut providers = begun.providers.iter();
    providers
        .find(|(preset, _)| preset.is_included_by(item))
        .map(|(preset, _)| *preset)
}

/// A comment, wrapped; what is quoted of DNS can end none.
fn comment(out: &mut String, indent: &str, text: &str) {
    let text = harmless(text);
    let hang = text.len() - text.trim_start().len();
    for (number, line) in wrap(text.trim_start(), COLUMNS - indent.len() - 2 - hang)
        .iter()
        .enumerate()
    {
        let more = if number > 0 { "  " } else { "" };
        let _ = writeln!(out, "{indent}# {}{more}{line}", " ".repeat(hang));
    }
}
