//! CSV (RFC 4180) for a spreadsheet: one line a domain, the same columns for every command. A standard's column
//! is there as soon as its records are listed. Pure.
//!
//! Values come from anybody's DNS: what a spreadsheet would take for a formula gets an apostrophe before it, and what
//! moves a cursor is shown as `\DDD`.

use super::text::harmless;
use super::view::Report;
use crate::adopt::listed;
use crate::records::Standard;
use crate::rules::Severity;

/// The columns before those of the standards, which are one each with what was seen of it.
const BEFORE: &[&str] = &[
    "domain",
    "outcome",
    "profile",
    "errors",
    "warnings",
    "unanswered",
    "records",
    "in_sync",
];

/// The columns behind those.
const BEHIND: &[&str] = &[
    "dmarc_policy",
    "dmarc_policy_domain",
    "dkim_keys",
    "rules",
    "first",
    "at",
    "file",
    "line",
    "namespace",
    "name",
];

/// The columns, a standard's by its name.
pub fn columns() -> impl Iterator<Item = String> {
    let fixed = |columns: &'static [&'static str]| columns.iter().map(|column| (*column).to_owned());
    let standards = listed().map(|standard| standard.as_str().to_ascii_lowercase());
    fixed(BEFORE).chain(standards).chain(fixed(BEHIND))
}

/// The headline, with its line end.
pub fn headline() -> String {
    line(columns())
}

/// One domain's line, with its line end.
pub fn row(report: &Report) -> String {
    let summary = report.summary();
    let records = report.records();
    let of = |standard: Standard| {
        let values = records
            .iter()
            .filter(|record| record.standard == standard.as_str());
        let values: Vec<&str> = values
            .flat_map(|record| &record.observed)
            .map(String::as_str)
            .collect();
        values.join(" | ")
    };
    let inspected = report.inspected.as_ref();
    let policy = inspected.map(|inspected| &inspected.policy);
    let manifest = report.manifest.as_ref();
    let bad: Vec<_> = report
        .shown()
        .filter(|finding| report.counts(finding) && finding.severity <= Severity::Warning)
        .collect();
    let mut rules: Vec<&str> = bad.iter().map(|finding| finding.rule.id).collect();
    rules.dedup();
    let differs = report
        .verdict
        .records
        .iter()
        .find(|record| record.state.differs());
    let first = differs
        .map(|record| record.differences.join("; "))
        .or_else(|| bad.first().map(|finding| finding.message.clone()));
    let before = [
        report.verdict.domain.to_string(),
        report.outcome().as_str().to_owned(),
        inspected.map_or(String::new(), |inspected| inspected.profile.as_str().to_owned()),
        summary.errors.to_string(),
        summary.warnings.to_string(),
        report.verdict.unanswered.len().to_string(),
        summary.records.to_string(),
        summary.in_sync.to_string(),
    ];
    let behind = [
        policy.map_or(String::new(), |policy| policy.word()),
        policy
            .and_then(|policy| policy.policy_domain.as_ref())
            .map(ToString::to_string)
            .unwrap_or_default(),
        inspected.map_or(String::new(), |inspected| inspected.selectors.keys.to_string()),
        rules.join(" "),
        first.unwrap_or_default(),
        report.at.to_string(),
        manifest.map_or(String::new(), |manifest| manifest.file.clone()),
        manifest.map_or(String::new(), |manifest| manifest.line.to_string()),
        manifest
            .and_then(|manifest| manifest.namespace.clone())
            .unwrap_or_default(),
        manifest.map_or(String::new(), |manifest| manifest.name.clone()),
    ];
    line(before.into_iter().chain(listed().map(of)).chain(behind))
}

fn line(cells: impl IntoIterator<Item = String>) -> String {
    let cells: Vec<String> = cells.into_iter().map(|cell| escaped(&cell)).collect();
    cells.join(",") + "\r\n"
}

/// A cell: quoted where it must be, and never a formula.
fn escaped(cell: &str) -> String {
    let mut text = harmless(cell);
    if text.starts_with(['=', '+', '-', '@']) {
        text.insert(0, '\'');
    }
    if text.contains(['"', ',', ';', '\n', '\r']) || text != text.trim() {
        return format!("\"{}\"", text.replace('"', "\"\""));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_quoted_and_no_formula() {
        for (cell, written) in [
            ("a", "a"),
            ("a,b", "\"a,b\""),
            ("a;b", "\"a;b\""),
            ("say \"no\"", "\"say \"\"no\"\"\""),
            ("=cmd()", "'=cmd()"),
            ("-all", "'-all"),
            ("a\nb", "a\\010b"),
            ("", ""),
        ] {
            assert_eq!(escaped(cell), written);
        }
    }
}
