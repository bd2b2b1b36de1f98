//! SARIF 2.1.0, the format code hosts read: one result a difference and a finding, at the manifest's file and line.
//!
//! Only the part of the format that is used stands here, as plain serde types. Questions without an answer are no
//! results (nothing is known to be wrong): they are notifications of the run. Pure.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Value, json};

use super::text::harmless;
use super::view::{Open, Report};
use crate::intent::SpecError;
use crate::rules::{self, Rule, Severity};

/// A manifest that could not be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invalid {
    /// The file; `-` is standard input.
    pub file: String,
    /// The line, from 1.
    pub line: u64,
    /// What is wrong, and with which field.
    pub error: SpecError,
}

/// The whole log of one run, with a line end.
pub fn log(reports: &[Report], invalid: &[Invalid]) -> String {
    let mut run = Run::default();
    for report in reports {
        run.add(report);
    }
    for invalid in invalid {
        let message = invalid.error.to_string();
        let place = Some((invalid.file.as_str(), invalid.line));
        run.result(
            &INVALID_SPEC,
            Severity::Error,
            message,
            place,
            None,
            &invalid.error.path,
        );
    }
    let log = json!({
        "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "zegel",
                "version": env!("CARGO_PKG_VERSION"),
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": run.rules.iter().copied().map(Descriptor::to_json).collect::<Vec<_>>(),
            }},
            "columnKind": "unicodeCodePoints",
            "invocations": [{
                "executionSuccessful": invalid.is_empty(),
                "toolExecutionNotifications": run.notifications,
            }],
            "results": run.results,
        }],
    });
    format!("{log:#}\n")
}

#[derive(Default)]
struct Run {
    rules: Vec<Descriptor>,
    index: BTreeMap<&'static str, usize>,
    results: Vec<Value>,
    notifications: Vec<Value>,
}

impl Run {
    fn add(&mut self, report: &Report) {
        let domain = report.verdict.domain.as_str();
        let file = report.place.as_ref().map(|place| place.file.as_str());
        for (number, record) in report.verdict.records.iter().enumerate() {
            if !record.state.differs() {
                continue;
            }
            let differences = record.differences.join("; ");
            let message = format!(
                "{} {} {}: {differences}",
                record.name(),
                record.site.type_word(),
                record.state.as_str()
            );
            let line = report.record_lines.get(number).copied();
            let line = line.or(report.place.as_ref().map(|place| place.line));
            self.result(
                &DRIFT,
                Severity::Error,
                message,
                file.zip(line),
                Some(domain),
                record.name().as_str(),
            );
        }
        for finding in &report.verdict.findings {
            let rule = Descriptor::of(finding.rule);
            let message = format!(
                "{}. Fix: {}",
                finding.message.trim_end_matches(['.', ' ']),
                finding.fix
            );
            // What is not managed is told, and never fails a build.
            let severity = if report.counts(finding) {
                finding.severity
            } else {
                Severity::Info
            };
            let name = finding.site.name();
            let place = file.zip(report.line_of(finding));
            self.result(&rule, severity, message, place, Some(domain), name.as_str());
        }
        for open in report.verdict.unanswered.iter().map(Open::from) {
            let level = if open.essential { "warning" } else { "note" };
            let text = format!(
                "{domain}: {} {} not answered: {}",
                open.name, open.type_, open.why
            );
            self.notifications
                .push(json!({"level": level, "message": {"text": text}}));
        }
    }

    /// `place` is where the manifest asks for it; without a manifest the domain itself is the artifact.
    fn result(
        &mut self,
        rule: &Descriptor,
        severity: Severity,
        message: String,
        place: Option<(&str, u64)>,
        domain: Option<&str>,
        name: &str,
    ) {
        let index = *self.index.entry(rule.id).or_insert_with(|| {
            self.rules.push(*rule);
            self.rules.len() - 1
        });
        let mut location = json!({"logicalLocations": [{"fullyQualifiedName": name, "kind": "resource"}]});
        if let (Some((file, line)), Some(fields)) = (place, location.as_object_mut()) {
            let physical =
                json!({"artifactLocation": {"uri": uri(file)}, "region": {"startLine": line.max(1)}});
            fields.insert("physicalLocation".to_owned(), physical);
        }
        let fingerprint = format!("{}/{name}/{}", domain.unwrap_or_default(), rule.id);
        self.results.push(json!({
            "ruleId": rule.id,
            "ruleIndex": index,
            "level": level(severity),
            "message": {"text": harmless(&message)},
            "locations": [location],
            "partialFingerprints": {"zegel/v1": fingerprint},
        }));
    }
}

/// What a rule is, in SARIF's words.
#[derive(Debug, Clone, Copy, Serialize)]
struct Descriptor {
    id: &'static str,
    title: &'static str,
    why: &'static str,
    fix: &'static str,
    section: &'static str,
    severity: Severity,
}

impl Descriptor {
    fn of(rule: &'static Rule) -> Self {
        Self {
            id: rule.id,
            title: rule.title,
            why: rule.why,
            fix: rule.fix,
            section: rule.section,
            severity: rule.severity,
        }
    }

    fn to_json(self) -> Value {
        let mut help = format!("{}\n\nFix: {}\n\nSection: {}", self.why, self.fix, self.section);
        if let Some(rule) = rules::find(self.id) {
            help.push_str(&format!("\n\nBad:\n{}\n\nGood:\n{}", rule.bad, rule.good));
        }
        json!({
            "id": self.id,
            "shortDescription": {"text": self.title},
            "fullDescription": {"text": self.why},
            "help": {"text": help},
            "defaultConfiguration": {"level": level(self.severity)},
            "properties": {"section": self.section},
        })
    }
}

const DRIFT: Descriptor = Descriptor {
    id: "DRIFT",
    title: "DNS differs from the manifest",
    why: "What DNS answers has another effect than what the manifest asks for.",
    fix: "Publish the desired record (zegel plan prints it), or change the manifest.",
    section: "the manifest",
    severity: Severity::Error,
};

const INVALID_SPEC: Descriptor = Descriptor {
    id: "INVALID-SPEC",
    title: "the manifest can be no record",
    why: "A cluster would refuse it, or the controller would say InvalidSpec.",
    fix: "Change the field that is named.",
    section: "the manifest",
    severity: Severity::Error,
};

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "note",
    }
}

/// A path as a relative or absolute URI reference (RFC 3986 2.1): everything unusual percent-encoded.
fn uri(path: &str) -> String {
    let mut out = String::new();
    for octet in path.bytes() {
        match octet {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                out.push(char::from(octet))
            }
            other => out.push_str(&format!("%{other:02X}")),
        }
    }
    out
}
