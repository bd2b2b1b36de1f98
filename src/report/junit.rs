//! JUnit XML, which every pipeline reads: a suite a domain, a case a record and a counting finding. Pure.
//!
//! What differs is a failure. What could not be asked is an error, JUnit's third thing: neither passed nor failed.

use std::fmt::Write;

use super::json::Open;
use super::sarif::Invalid;
use super::text::harmless;
use super::{Report, differing, on_its_way};
use crate::judge::{Finding, RecordVerdict, State};
use crate::rules;

/// The whole report of one run.
pub fn suites(reports: &[Report], invalid: &[Invalid]) -> String {
    let mut all: Vec<Suite> = reports.iter().map(Suite::of).collect();
    all.extend(invalid.iter().map(Suite::invalid));
    let total = |count: fn(&Suite) -> usize| all.iter().map(count).sum::<usize>();
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let _ = writeln!(
        out,
        "<testsuites name=\"zegel\" tests=\"{}\" failures=\"{}\" errors=\"{}\">",
        total(|suite| suite.cases.len()),
        total(Suite::failures),
        total(Suite::errors)
    );
    for suite in &all {
        suite.write(&mut out);
    }
    out.push_str("</testsuites>\n");
    out
}

struct Suite {
    name: String,
    /// What is told of it as a whole.
    properties: Vec<(&'static str, String)>,
    file: Option<String>,
    cases: Vec<TestCase>,
}

struct TestCase {
    name: String,
    class: String,
    line: Option<u64>,
    result: TestResult,
    /// What is to be known of it besides.
    note: Option<String>,
}

enum TestResult {
    Passed,
    Failed {
        kind: String,
        message: String,
        text: String,
    },
    Errored {
        kind: String,
        message: String,
    },
}

fn is_no_domain(finding: &Finding) -> bool {
    finding.rule == &rules::dns::NO_DOMAIN
}

impl TestCase {
    fn of_record(record: &RecordVerdict) -> Self {
        let result = match record.state {
            State::InSync => TestResult::Passed,
            State::Unknown => TestResult::Errored {
                kind: record
                    .unanswered
                    .map_or("Unknown", |trouble| trouble.reason())
                    .to_owned(),
                message: record
                    .unanswered
                    .map_or_else(|| "never answered".to_owned(), |why| why.to_string()),
            },
            state => TestResult::Failed {
                kind: state.as_str().to_owned(),
                message: differing::sentence(record),
                text: format!(
                    "want: {}\nfound: {}",
                    differing::wanted(record),
                    differing::found(record)
                ),
            },
        };
        Self {
            name: format!("{} {}", record.name(), record.site.type_word()),
            class: record.standard.to_string(),
            line: None,
            result,
            note: None,
        }
    }

    /// The subject belongs to the name: two findings of one rule at one record are two cases.
    fn broken(report: &Report, finding: &Finding) -> Self {
        let about = finding.subject.as_ref().map(|subject| format!(" {subject}"));
        Self {
            name: format!(
                "{} {}{}",
                finding.rule.id,
                finding.site.name(),
                about.unwrap_or_default()
            ),
            class: finding.rule.standard.to_string(),
            line: report.line_of(finding),
            result: TestResult::Failed {
                kind: finding.rule.id.to_owned(),
                message: finding.message.clone(),
                text: format!("{}\nFix: {}", finding.rule.section, finding.fix),
            },
            note: None,
        }
    }
}

impl Suite {
    fn of(report: &Report) -> Self {
        let fails = |finding: &&Finding| {
            report.counts(finding) && finding.severity <= report.reading.fail_at || is_no_domain(finding)
        };
        let (first, others): (Vec<&Finding>, Vec<&Finding>) = report
            .verdict
            .findings
            .iter()
            .filter(fails)
            .partition(|finding| is_no_domain(finding));
        // A domain that does not exist is said before its records.
        let mut cases: Vec<TestCase> = first
            .iter()
            .map(|finding| TestCase::broken(report, finding))
            .collect();
        let mut on_their_way = on_its_way::all(&report.verdict);
        for (number, record) in report.verdict.records.iter().enumerate() {
            let case = TestCase::of_record(record);
            let told = on_their_way.iter().position(|one| one.site == case.name);
            cases.push(TestCase {
                line: report.record_lines.get(number).copied(),
                note: told.map(|told| on_their_way.remove(told).sentence),
                ..case
            });
        }
        // Of what nobody manages, and the name servers have otherwise than the resolver.
        cases.extend(on_their_way.into_iter().map(|one| TestCase {
            name: one.site,
            class: "DNS".to_owned(),
            line: None,
            result: TestResult::Passed,
            note: Some(one.sentence),
        }));
        cases.extend(others.iter().map(|finding| TestCase::broken(report, finding)));
        // A look that could not be made must not read as a suite that passed.
        let unknown_shown = cases
            .iter()
            .any(|case| matches!(case.result, TestResult::Errored { .. }));
        if !unknown_shown {
            let open = report.verdict.unanswered.iter();
            let deciding = open.filter(|open| report.decides(open)).map(Open::from);
            cases.extend(deciding.map(|open| TestCase {
                name: format!("{} {}", open.name, open.type_),
                class: open.standards.join(","),
                line: None,
                result: TestResult::Errored {
                    kind: open.reason.to_owned(),
                    message: open.why,
                },
                note: None,
            }));
        }
        if cases.is_empty() {
            cases.push(TestCase {
                name: "looked at".to_owned(),
                class: "DNS".to_owned(),
                line: None,
                result: TestResult::Passed,
                note: None,
            });
        }
        let properties = report.score().map_or(Vec::new(), |score| {
            vec![
                ("internet.nl.lowest", score.total.lowest.to_string()),
                ("internet.nl.highest", score.total.highest.to_string()),
            ]
        });
        Self {
            name: report.verdict.domain.to_string(),
            properties,
            file: report.manifest.as_ref().map(|manifest| manifest.file.clone()),
            cases,
        }
    }

    fn invalid(invalid: &Invalid) -> Self {
        let case = TestCase {
            name: invalid.error.path.clone(),
            class: "manifest".to_owned(),
            line: Some(invalid.line),
            result: TestResult::Errored {
                kind: "InvalidSpec".to_owned(),
                message: invalid.error.message.clone(),
            },
            note: None,
        };
        Self {
            name: invalid.file.clone(),
            properties: Vec::new(),
            file: Some(invalid.file.clone()),
            cases: vec![case],
        }
    }

    fn failures(&self) -> usize {
        self.cases
            .iter()
            .filter(|case| matches!(case.result, TestResult::Failed { .. }))
            .count()
    }

    fn errors(&self) -> usize {
        self.cases
            .iter()
            .filter(|case| matches!(case.result, TestResult::Errored { .. }))
            .count()
    }

    fn write(&self, out: &mut String) {
        let file = self
            .file
            .as_deref()
            .map(|file| format!(" file=\"{}\"", escaped(file)))
            .unwrap_or_default();
        let _ = writeln!(
            out,
            "  <testsuite name=\"{}\"{file} tests=\"{}\" failures=\"{}\" errors=\"{}\">",
            escaped(&self.name),
            self.cases.len(),
            self.failures(),
            self.errors()
        );
        if !self.properties.is_empty() {
            out.push_str("    <properties>\n");
            for (name, value) in &self.properties {
                let _ = writeln!(
                    out,
                    "      <property name=\"{name}\" value=\"{}\"/>",
                    escaped(value)
                );
            }
            out.push_str("    </properties>\n");
        }
        for case in &self.cases {
            let line = case
                .line
                .map(|line| format!(" line=\"{line}\""))
                .unwrap_or_default();
            let head = format!(
                "    <testcase classname=\"{}\" name=\"{}\"{line}",
                escaped(&case.class),
                escaped(&case.name)
            );
            let _ = match &case.result {
                TestResult::Passed => match &case.note {
                    None => writeln!(out, "{head}/>"),
                    Some(note) => writeln!(
                        out,
                        "{head}>\n      <system-out>{}</system-out>\n    </testcase>",
                        escaped(note)
                    ),
                },
                TestResult::Failed { kind, message, text } => writeln!(
                    out,
                    "{head}>\n      <failure type=\"{}\" message=\"{}\">{}</failure>\n    </testcase>",
                    escaped(kind),
                    escaped(message),
                    escaped(text)
                ),
                TestResult::Errored { kind, message } => writeln!(
                    out,
                    "{head}>\n      <error type=\"{}\" message=\"{}\"/>\n    </testcase>",
                    escaped(kind),
                    escaped(message)
                ),
            };
        }
        out.push_str("  </testsuite>\n");
    }
}

/// Text for XML 1.0, in attributes and between tags: what XML has no character for is shown as `\DDD`.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' => out.push_str("&#10;"),
            '\t' => out.push_str("&#9;"),
            '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            other => out.push_str(&harmless(other.encode_utf8(&mut [0; 4]))),
        }
    }
    out
}
