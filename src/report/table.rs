//! What a person reads: one domain after the other, a table of its records, what differs, what is wrong. Pure.

use std::fmt::Write;

use super::text::{hanging, harmless, table};
use super::view::{Open, Outcome};
use super::{Origin, Report, Style, snippet};
use crate::api::RecordStatus;
use crate::rules;

/// One domain, ended by an empty line.
pub fn domain(report: &Report, style: Style) -> String {
    let columns = style.columns();
    let records = report.records();
    let mut out = headline(report, style);
    if !records.is_empty() {
        out.push_str(&records_table(report.origin, &records, style));
    }
    for record in records.iter().filter(|record| !record.differences.is_empty()) {
        out.push_str(&differences(record, columns));
    }
    out.push_str(&findings(report, style));
    for open in essential(report) {
        let line = format!("{} {}: {}", open.name, open.type_, open.why);
        out.push_str(&hanging("not answered: ", &line, columns));
    }
    out.push('\n');
    out
}

/// The essential questions without an answer.
fn essential(report: &Report) -> impl Iterator<Item = Open> {
    let open = report.verdict.unanswered.iter().map(Open::from);
    open.filter(|open| open.essential)
}

fn differences(record: &RecordStatus, columns: usize) -> String {
    let mut out = format!("{} {}\n", record.name, record.type_);
    for (label, values) in [("  want   ", &record.desired), ("  found  ", &record.observed)] {
        for value in values {
            out.push_str(&hanging(label, &harmless(value), columns));
        }
        if values.is_empty() {
            let _ = writeln!(out, "{label}nothing");
        }
    }
    for difference in &record.differences {
        out.push_str(&hanging("  - ", &harmless(difference), columns));
    }
    out
}

/// At most this many unanswered evidence questions are named: an outage leaves dozens, which say the same.
const MOST_NOT_CHECKED: usize = 3;

fn findings(report: &Report, style: Style) -> String {
    let mut out = String::new();
    let all = report.verdict.findings.iter();
    let (not_checked, said): (Vec<_>, Vec<_>) =
        all.partition(|finding| finding.rule == &rules::dns::NOT_CHECKED);
    for finding in said {
        let place = report.place.as_ref().zip(report.line_of(finding));
        let place = place.map(|(place, line)| format!("{}:{line}", place.file));
        out.push('\n');
        out.push_str(&snippet::render(
            finding,
            place.as_deref(),
            report.counts(finding),
            style,
        ));
    }
    if !not_checked.is_empty() {
        out.push('\n');
    }
    for finding in not_checked.iter().take(MOST_NOT_CHECKED) {
        out.push_str(&hanging("", &harmless(&finding.message), style.columns()));
    }
    if let Some(more @ 1..) = not_checked.len().checked_sub(MOST_NOT_CHECKED) {
        let _ = writeln!(out, "not checked: {more} more (--output json names them)");
    }
    out
}

fn headline(report: &Report, style: Style) -> String {
    let summary = report.summary();
    let mut parts = Vec::new();
    if report.origin == Origin::Manifest {
        parts.push(match summary.records {
            0 => "nothing is managed".to_owned(),
            1 => format!("{} of 1 record in sync", summary.in_sync),
            records => format!("{} of {records} records in sync", summary.in_sync),
        });
    }
    for (count, one, many) in [
        (summary.errors, "error", "errors"),
        (summary.warnings, "warning", "warnings"),
    ] {
        match count {
            0 => {}
            1 => parts.push(format!("1 {one}")),
            _ => parts.push(format!("{count} {many}")),
        }
    }
    let open = essential(report).count();
    if open > 0 {
        parts.push(format!("{open} not answered"));
    }
    if parts.is_empty() {
        parts.push("nothing wrong".to_owned());
    }
    let (word, colour) = match report.outcome() {
        Outcome::Fine => ("ok", GREEN),
        Outcome::Unknown => ("unknown", YELLOW),
        Outcome::Wrong => ("wrong", RED),
    };
    let place = report
        .place
        .as_ref()
        .map(|place| format!(" ({}:{})", harmless(&place.file), place.line));
    let domain = report.verdict.domain.to_string();
    let line = format!("{word}: {}{}", parts.join(", "), place.unwrap_or_default());
    // Wrapped first, painted then: colours have no width.
    let text = hanging(&format!("{domain}: "), &line, style.columns());
    let rest = text.get(domain.len() + 2 + word.len()..).unwrap_or_default();
    let (domain, word) = (paint(style, BOLD, domain), paint(style, colour, word.to_owned()));
    format!("{domain}: {word}{rest}")
}

fn records_table(origin: Origin, records: &[RecordStatus], style: Style) -> String {
    let titles: &[&str] = match origin {
        Origin::Manifest => &["NAME", "TYPE", "STANDARD", "STATE"],
        Origin::Domain => &["NAME", "TYPE", "STANDARD", "VALUE"],
    };
    let mut rows = vec![titles.iter().map(|title| (*title).to_owned()).collect::<Vec<_>>()];
    for record in records {
        let about = [record.name.clone(), record.type_.clone(), record.standard.clone()];
        let state = match &record.unanswered {
            Some(open) => format!("{} ({})", record.state, open.reason),
            None => record.state.clone(),
        };
        if origin == Origin::Manifest {
            rows.push(about.into_iter().chain([state]).collect());
            continue;
        }
        let mut values: Vec<String> = record.observed.iter().map(|value| harmless(value)).collect();
        if values.is_empty() {
            values.push(if record.unanswered.is_some() {
                state
            } else {
                "none".to_owned()
            });
        }
        for (index, value) in values.into_iter().enumerate() {
            let about = if index == 0 {
                about.clone()
            } else {
                [const { String::new() }; 3]
            };
            rows.push(about.into_iter().chain([value]).collect());
        }
    }
    table(&rows, style.columns(), |row, column, cell| match (row, column) {
        (0, _) => paint(style, DIM, cell),
        (_, 3) if origin == Origin::Manifest => {
            let colour = match cell.split(' ').next() {
                Some("InSync") => GREEN,
                Some("Unknown") => YELLOW,
                _ => RED,
            };
            paint(style, colour, cell)
        }
        _ => cell,
    })
}

const BOLD: &str = "1";
const DIM: &str = "2";
const GREEN: &str = "32";
const RED: &str = "31";
const YELLOW: &str = "33";

fn paint(style: Style, code: &str, text: String) -> String {
    if style.colour {
        format!("\x1b[{code}m{text}\x1b[0m")
    } else {
        text
    }
}
