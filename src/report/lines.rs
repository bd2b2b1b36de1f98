//! Many domains, a line each, worst last: what a person reads first of a fleet, its totals below. Pure.
//!
//! A line is one line however narrow the terminal is: its end is left out where it must be. The order is that of the
//! outcomes, then that in which the domains were named, so that the same input gives the same output.

use super::differing;
use super::on_its_way::{self, PROPAGATING};
use super::score::in_a_word;
use super::text::{harmless, width};
use super::view::{Origin, Outcome, Report};
use super::{Colour, Style};
use crate::inquiry::whole_second;
use crate::rules::Severity;

/// The lines of `reports`, worst last, with a headline and, unless `quiet`, totals.
pub fn many(reports: &[Report], style: Style, quiet: bool) -> String {
    let mut sorted: Vec<&Report> = reports.iter().collect();
    // Stable: within an outcome, as they were named.
    sorted.sort_by_key(|report| report.outcome());
    let rows: Vec<Row> = sorted.iter().map(|report| Row::of(report)).collect();
    let mut widths = Row::titles(reports).widths();
    for row in &rows {
        for (width, other) in widths.iter_mut().zip(row.widths()) {
            *width = (*width).max(other);
        }
    }
    let mut out = Row::titles(reports).line(&widths, style, |_, cell| style.paint(Colour::Dim, cell));
    for (row, report) in rows.iter().zip(&sorted) {
        out.push_str(&row.painted(report, &widths, style));
    }
    if !quiet {
        out.push('\n');
        out.push_str(&totals(reports));
    }
    out
}

/// The line of one domain by itself, for output as it comes: the columns have widths that fit most names.
pub fn one(report: &Report, style: Style) -> String {
    Row::of(report).painted(report, &[11, 32, 12, 10], style)
}

/// How many domains came to what.
pub fn totals(reports: &[Report]) -> String {
    let count = |outcome: Outcome| {
        reports
            .iter()
            .filter(|report| report.outcome() == outcome)
            .count()
    };
    let parts: Vec<String> = [
        (Outcome::Fine, "ok"),
        (Outcome::Unknown, "unknown"),
        (Outcome::Wrong, "wrong"),
        (Outcome::Nonexistent, "nonexistent"),
    ]
    .into_iter()
    .map(|(outcome, word)| (count(outcome), word))
    .filter(|(count, _)| *count > 0)
    .map(|(count, word)| format!("{count} {word}"))
    .collect();
    let sum = |field: fn(&Report) -> i32| reports.iter().map(field).map(i64::from).sum::<i64>();
    let errors = sum(|report| report.summary().errors);
    let warnings = sum(|report| report.summary().warnings);
    format!(
        "{}: {}; {}, {}. --details says all of each.\n",
        counted(reports.len() as i64, "domain"),
        parts.join(", "),
        counted(errors, "error"),
        counted(warnings, "warning"),
    )
}

/// `1 error`, `2 errors`.
pub(super) fn counted(count: i64, what: &str) -> String {
    if count == 1 {
        format!("1 {what}")
    } else {
        format!("{count} {what}s")
    }
}

/// The cells of one line; the last is cut to what is left.
struct Row([String; 5]);

impl Row {
    fn titles(reports: &[Report]) -> Self {
        let manifests = reports.iter().any(|report| report.origin() == Origin::Manifest);
        let (third, fourth) = if manifests {
            ("IN SYNC", "AT")
        } else {
            ("IS", "DMARC")
        };
        Self(["OUTCOME", "DOMAIN", third, fourth, "WHAT"].map(str::to_owned))
    }

    fn of(report: &Report) -> Self {
        let summary = report.summary();
        let (third, fourth) = match &report.inspected {
            Some(inspected) => (inspected.profile.word().to_owned(), inspected.policy.word()),
            None if summary.records == 0 => ("-".to_owned(), at(report)),
            None => (summary.ratio.clone(), at(report)),
        };
        Self([
            report.outcome().as_str().to_owned(),
            harmless(report.verdict.domain.as_str()),
            third,
            fourth,
            scored(report) + &what(report),
        ])
    }

    fn widths(&self) -> Vec<usize> {
        self.0.iter().take(4).map(|cell| width(cell)).collect()
    }

    fn painted(&self, report: &Report, widths: &[usize], style: Style) -> String {
        let colour = Colour::from(report.outcome());
        self.line(widths, style, |column, cell| match column {
            0 => style.paint(colour, cell),
            _ => cell,
        })
    }

    fn line(&self, widths: &[usize], style: Style, paint: impl Fn(usize, String) -> String) -> String {
        let mut out = String::new();
        let mut used = 0;
        for (column, (cell, room)) in self.0.iter().zip(widths).enumerate() {
            let padding = room.saturating_sub(width(cell)) + 2;
            used += width(cell) + padding;
            out.push_str(&paint(column, cell.clone()));
            out.push_str(&" ".repeat(padding));
        }
        let left = style.columns().saturating_sub(used);
        out.push_str(&cut(&self.0[4], left));
        format!("{}\n", out.trim_end())
    }
}

/// Where a domain's manifest stands.
fn at(report: &Report) -> String {
    let at = report.manifest.as_ref();
    at.map_or_else(String::new, |manifest| harmless(&manifest.place()))
}

/// The score, where somebody asked for it.
fn scored(report: &Report) -> String {
    let score = report.score();
    score.map_or(String::new(), |score| format!("{}; ", in_a_word(score)))
}

/// What is said first of a domain: what differs, the worst finding, what could not be asked; then how much more.
fn what(report: &Report) -> String {
    let mut said = Vec::new();
    let verdict = &report.verdict;
    let counting = || verdict.findings.iter().filter(|finding| report.counts(finding));
    if report.outcome() == Outcome::Nonexistent {
        let first = verdict.findings.first();
        said.extend(first.map(|finding| format!("{} {}", finding.rule.id, finding.message)));
        return harmless(&said.concat());
    }
    for record in verdict.records.iter().filter(|record| record.state.differs()) {
        let first = record.differences.first().cloned();
        said.push(format!(
            "{} {} {}: {}",
            record.name(),
            record.site.type_word(),
            record.state.as_str(),
            first.unwrap_or_else(|| differing::sentence(record))
        ));
    }
    said.extend(
        on_its_way::all(&report.verdict)
            .into_iter()
            .map(|one| match one.by {
                Some(by) => format!("{} {PROPAGATING} until {}", one.site, whole_second(by)),
                None => format!("{} {PROPAGATING}", one.site),
            }),
    );
    let worst = counting().filter(|finding| finding.severity <= Severity::Warning.min(report.reading.least));
    said.extend(worst.map(|finding| format!("{} {}", finding.rule.id, finding.message)));
    let open: Vec<_> = verdict.unanswered.iter().collect();
    if let Some(first) = open
        .iter()
        .max_by_key(|unanswered| (unanswered.holds, unanswered.need))
    {
        let first = format!(
            "{} not answered: {}, {}",
            counted(open.len() as i64, "question"),
            first.question,
            first.sentence()
        );
        said.push(first);
    }
    match said.as_slice() {
        [] => String::new(),
        [one] => harmless(one),
        [first, rest @ ..] => harmless(&format!("(+{}) {first}", rest.len())),
    }
}

/// `text` in at most `columns` columns: whole words, and `...` for what is left out.
fn cut(text: &str, columns: usize) -> String {
    if width(text) <= columns {
        return text.to_owned();
    }
    let mut out = String::new();
    for word in text.split(' ') {
        if width(&out) + width(word) + 4 > columns {
            break;
        }
        out.push_str(word);
        out.push(' ');
    }
    if width(&out) + 3 <= columns {
        out + "..."
    } else {
        String::new()
    }
}
