//! CSV (RFC 4180) for a spreadsheet: one line a domain, the same columns for every command. A standard's column
//! is there as soon as its records are listed. Pure.
//!
//! Values come from anybody's DNS: what a spreadsheet would take for a formula gets an apostrophe before it, and what
//! moves a cursor is shown as `\DDD`.

use super::differing;
use super::inspected::Inspected;
use super::text::harmless;
use super::view::{ManifestRef, Report};
use crate::adopt::listed;
use crate::api::Summary;
use crate::judge::score::Range;
use crate::judge::{Finding, managed_tls};
use crate::records::Standard;
use crate::rules::Severity;

/// A column: its title, and what stands in it.
type Column = (&'static str, fn(&Shown<'_>) -> String);

/// The columns before those of the standards, which are one each with what was seen of it.
const BEFORE: &[Column] = &[
    ("domain", |of| of.report.verdict.domain.to_string()),
    ("outcome", |of| of.report.outcome().as_str().to_owned()),
    ("profile", |of| {
        of.inspected(|seen| seen.profile.as_str().to_owned())
    }),
    ("errors", |of| of.summary.errors.to_string()),
    ("warnings", |of| of.summary.warnings.to_string()),
    ("unanswered", |of| of.report.verdict.unanswered.len().to_string()),
    ("records", |of| of.summary.records.to_string()),
    ("in_sync", |of| of.summary.in_sync.to_string()),
];

/// The columns behind those.
const BEHIND: &[Column] = &[
    ("dmarc_policy", |of| of.inspected(|seen| seen.policy.word())),
    ("dmarc_policy_domain", |of| {
        of.inspected(|seen| {
            let domain = seen.policy.policy_domain.as_ref();
            domain.map(ToString::to_string).unwrap_or_default()
        })
    }),
    ("dkim_keys", |of| {
        of.inspected(|seen| seen.selectors.keys.to_string())
    }),
    ("rules", |of| of.rules()),
    ("first", |of| of.first()),
    ("at", |of| of.report.at.to_string()),
    ("file", |of| of.manifest(|manifest| manifest.file.clone())),
    ("line", |of| of.manifest(|manifest| line_number(manifest.line))),
    ("namespace", |of| {
        of.manifest(|manifest| manifest.namespace.clone().unwrap_or_default())
    }),
    ("name", |of| of.manifest(|manifest| manifest.name.clone())),
    ("internet_nl_lowest", |of| of.scored(|score| score.lowest)),
    ("internet_nl_highest", |of| of.scored(|score| score.highest)),
    ("tls", |of| of.tls()),
];

/// What the columns show of one domain.
struct Shown<'r> {
    report: &'r Report,
    summary: Summary,
    /// The findings that count, from Warning on.
    bad: Vec<&'r Finding>,
}

impl Shown<'_> {
    /// Of what `inspect` saw; nothing where it was not that which looked.
    fn inspected(&self, read: impl Fn(&Inspected) -> String) -> String {
        self.report.inspected.as_ref().map(read).unwrap_or_default()
    }

    /// Of the score, where somebody asked for it.
    fn scored(&self, read: impl Fn(Range) -> u32) -> String {
        let score = self.report.score().map(|score| read(score.total).to_string());
        score.unwrap_or_default()
    }

    /// Of each mail server that was looked at, whoever asked for it.
    fn tls(&self) -> String {
        let managed = managed_tls(&self.report.verdict.records);
        let looked = self.report.inspected.iter().flat_map(|seen| &seen.tls);
        let all: Vec<&str> = managed.chain(looked).map(String::as_str).collect();
        all.join(" | ")
    }

    /// Of the manifest, where there is one.
    fn manifest(&self, read: impl Fn(&ManifestRef) -> String) -> String {
        self.report.manifest.as_ref().map(read).unwrap_or_default()
    }

    fn rules(&self) -> String {
        let mut rules: Vec<&str> = self.bad.iter().map(|finding| finding.rule.id).collect();
        rules.dedup();
        rules.join(" ")
    }

    /// The first difference, else the first finding.
    fn first(&self) -> String {
        let mut records = self.report.verdict.records.iter();
        let differs = records.find(|record| record.state.differs());
        let first = differs.map(differing::sentence);
        let found = || self.bad.first().map(|finding| finding.message.clone());
        first.or_else(found).unwrap_or_default()
    }
}

/// The columns, a standard's by its name.
pub fn columns() -> impl Iterator<Item = String> {
    let titles = |columns: &'static [Column]| columns.iter().map(|(title, _)| (*title).to_owned());
    let standards = listed().map(|standard| standard.as_str().to_ascii_lowercase());
    titles(BEFORE).chain(standards).chain(titles(BEHIND))
}

/// The headline, with its line end.
pub fn headline() -> String {
    line(columns())
}

/// One domain's line, with its line end.
pub fn row(report: &Report) -> String {
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
    let counts = |finding: &&Finding| report.counts(finding) && finding.severity <= Severity::Warning;
    let shown = Shown {
        report,
        summary: report.summary(),
        bad: report.shown().filter(counts).collect(),
    };
    let cells = |columns: &'static [Column]| columns.iter().map(|(_, cell)| cell(&shown));
    line(cells(BEFORE).chain(listed().map(of)).chain(cells(BEHIND)))
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

/// A line's number; empty where there is none.
fn line_number(number: u64) -> String {
    match number {
        0 => String::new(),
        number => number.to_string(),
    }
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
