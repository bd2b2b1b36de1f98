//! SARIF 2.1.0, the format code hosts read: one result a difference and a finding, at the manifest's file and line.
//!
//! Only the part of the format that is used stands here, as plain serde types. Questions without an answer are no
//! results (nothing is known to be wrong): they are notifications of the run. Pure.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Value, json};

use super::text::harmless;
use super::{Report, differing, on_its_way};
use crate::inquiry::Need;
use crate::intent::SpecError;
use crate::judge::{Finding, Site};
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

/// The whole log of one run, with a line end. What lies below `folder`, the one the run was started in, is named relative to it:
/// a code host finds only what it can take for a file of the repository.
pub fn log(reports: &[Report], invalid: &[Invalid], folder: Option<&str>) -> String {
    let mut run = Run {
        folder: folder.map(str::to_owned),
        ..Run::default()
    };
    for report in reports {
        run.add(report);
    }
    for invalid in invalid {
        run.result(Found {
            rule: &INVALID_SPEC,
            severity: Severity::Error,
            message: invalid.error.to_string(),
            place: Some((invalid.file.as_str(), invalid.line)),
            name: &invalid.error.path,
            identity: &[&invalid.file, &invalid.error.path, &invalid.error.message],
        });
    }
    let mut log = json!({
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
    let scored = |report: &Report| {
        let score = report.score()?;
        let (lowest, highest) = (score.total.lowest, score.total.highest);
        let domain = report.verdict.domain.to_string();
        Some((domain, json!({"lowest": lowest, "highest": highest})))
    };
    let scores: serde_json::Map<String, Value> = reports.iter().filter_map(scored).collect();
    if !scores.is_empty()
        && let Some(run) = log.pointer_mut("/runs/0").and_then(Value::as_object_mut)
    {
        run.insert("properties".to_owned(), json!({"internetNl": scores}));
    }
    format!("{log:#}\n")
}

#[derive(Default)]
struct Run {
    rules: Vec<Descriptor>,
    index: BTreeMap<&'static str, usize>,
    results: Vec<Value>,
    notifications: Vec<Value>,
    folder: Option<String>,
}

impl Run {
    fn add(&mut self, report: &Report) {
        let domain = report.verdict.domain.as_str();
        let file = report.manifest.as_ref().map(|manifest| manifest.file.as_str());
        let shown: Vec<&Finding> = report.shown().collect();
        // A domain that does not exist is said before its records.
        let (first, others): (Vec<_>, Vec<_>) = shown
            .into_iter()
            .partition(|finding| finding.rule == &rules::dns::NO_DOMAIN);
        for finding in first {
            self.finding(report, finding);
        }
        for (number, record) in report.verdict.records.iter().enumerate() {
            if !record.state.differs() {
                continue;
            }
            let differences = differing::sentence(record);
            let name = record.name().as_str();
            let kind = record.site.type_word();
            let line = report.record_lines.get(number).copied();
            let line = line.or(report.manifest.as_ref().map(|manifest| manifest.line));
            self.result(Found {
                rule: &DRIFT,
                severity: Severity::Error,
                message: format!("{name} {kind} {}: {differences}", record.state.as_str()),
                place: file.zip(line),
                name,
                identity: &[domain, name, &kind, record.standard.as_str()],
            });
        }
        for finding in others {
            self.finding(report, finding);
        }
        for one in on_its_way::all(&report.verdict) {
            let text = harmless(&format!("{domain}: {}: {}", one.site, one.sentence));
            self.notifications
                .push(json!({"level": "note", "message": {"text": text}}));
        }
        for open in &report.verdict.unanswered {
            let level = if report.decides(open) || open.need == Need::Essential {
                "warning"
            } else {
                "note"
            };
            let text = harmless(&format!(
                "{domain}: {} not answered: {}",
                open.question,
                open.sentence()
            ));
            self.notifications
                .push(json!({"level": level, "message": {"text": text}}));
        }
    }

    fn finding(&mut self, report: &Report, finding: &Finding) {
        let file = report.manifest.as_ref().map(|manifest| manifest.file.as_str());
        // What is not managed is told, and never fails a build.
        let severity = if report.counts(finding) {
            finding.severity
        } else {
            Severity::Info
        };
        let name = finding.site.name().as_str();
        let what = match &finding.site {
            Site::Domain(_) => "domain".to_owned(),
            Site::Host(_) => "host".to_owned(),
            site => site.type_word(),
        };
        let subject = finding.subject.as_deref().unwrap_or_default();
        self.result(Found {
            rule: &Descriptor::of(finding.rule),
            severity,
            message: format!(
                "{}. Fix: {}",
                finding.message.trim_end_matches(['.', ' ']),
                finding.fix
            ),
            place: file.zip(report.line_of(finding)),
            name,
            identity: &[report.verdict.domain.as_str(), name, &what, subject],
        });
    }

    fn result(&mut self, found: Found<'_>) {
        let index = *self.index.entry(found.rule.id).or_insert_with(|| {
            self.rules.push(*found.rule);
            self.rules.len() - 1
        });
        let mut location =
            json!({"logicalLocations": [{"fullyQualifiedName": found.name, "kind": "resource"}]});
        let place = found
            .place
            .and_then(|(file, line)| Some((artifact(file, self.folder.as_deref())?, line)));
        if let (Some((uri, line)), Some(fields)) = (place, location.as_object_mut()) {
            let physical = json!({"artifactLocation": {"uri": uri}, "region": {"startLine": line.max(1)}});
            fields.insert("physicalLocation".to_owned(), physical);
        }
        // Each part escaped, so that no two identities are one text.
        let identity: Vec<String> = [found.rule.id]
            .iter()
            .chain(found.identity)
            .map(|part| uri(part).replace('/', "%2F"))
            .collect();
        self.results.push(json!({
            "ruleId": found.rule.id,
            "ruleIndex": index,
            "level": level(found.severity),
            "message": {"text": harmless(&found.message)},
            "locations": [location],
            "partialFingerprints": {"zegel/v1": identity.join("/")},
        }));
    }
}

/// What becomes one result.
struct Found<'a> {
    rule: &'a Descriptor,
    severity: Severity,
    message: String,
    /// Where the manifest asks for it; without a manifest the domain itself is the artifact.
    place: Option<(&'a str, u64)>,
    /// The owner name it is about.
    name: &'a str,
    /// What makes it the same result in the next run, beside the rule.
    identity: &'a [&'a str],
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

/// The URI of a manifest's file (3.4.3): relative to the folder of the run where it lies below it, else with its scheme; none of
/// what came from standard input, which is no file.
fn artifact(file: &str, folder: Option<&str>) -> Option<String> {
    if file == "-" {
        return None;
    }
    let below = folder.and_then(|folder| file.strip_prefix(folder.trim_end_matches('/'))?.strip_prefix('/'));
    let path = below.unwrap_or(file);
    let mut plain = path;
    while let Some(rest) = plain.strip_prefix("./") {
        plain = rest.trim_start_matches('/');
    }
    Some(match plain.starts_with('/') {
        true => format!("file://{}", uri(plain)),
        false => uri(plain),
    })
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_named_as_a_code_host_finds_it() {
        for (file, folder, uri) in [
            ("mail/a.yaml", Some("/src"), Some("mail/a.yaml")),
            ("./mail/a.yaml", Some("/src"), Some("mail/a.yaml")),
            ("/src/mail/a b.yaml", Some("/src"), Some("mail/a%20b.yaml")),
            ("/src/mail/a.yaml", Some("/src/"), Some("mail/a.yaml")),
            ("/srcs/a.yaml", Some("/src"), Some("file:///srcs/a.yaml")),
            ("/src/a.yaml", None, Some("file:///src/a.yaml")),
            ("/a.yaml", Some("/"), Some("a.yaml")),
            ("../a.yaml", Some("/src"), Some("../a.yaml")),
            ("-", Some("/src"), None),
        ] {
            assert_eq!(artifact(file, folder).as_deref(), uri, "{file} in {folder:?}");
        }
    }
}
