//! SARIF: what the standard asks of a log, held over logs of everything; and that one finding is one fingerprint.

use std::collections::BTreeSet;

use serde_json::Value;
use zegel::inquiry::Kind;
use zegel::judge::{Finding, Site, State};
use zegel::records::Standard;
use zegel::report::{Report, sarif};
use zegel::rules::{Severity, dns};

use super::formats::invalid;
use super::made_up::{everything, finding, inspected, name, noon, record, verdict};

fn log(reports: &[Report], invalid: &[sarif::Invalid]) -> Value {
    serde_json::from_str(&sarif::log(reports, invalid, None)).expect("it is JSON")
}

fn results(log: &Value) -> &Vec<Value> {
    log["runs"][0]["results"].as_array().expect("results")
}

#[test]
fn sarif_points_at_the_manifest() {
    let log = log(&[everything()], &[invalid()]);
    insta::assert_snapshot!(format!("{:#}", log["runs"][0]["results"]));
    let rules = log["runs"][0]["tool"]["driver"]["rules"]
        .as_array()
        .expect("rules");
    for result in log["runs"][0]["results"].as_array().expect("results") {
        let index = result["ruleIndex"]
            .as_u64()
            .and_then(|index| usize::try_from(index).ok())
            .expect("an index");
        assert_eq!(rules[index]["id"], result["ruleId"]);
        assert!(
            rules[index]["help"]["text"]
                .as_str()
                .is_some_and(|help| !help.is_empty())
        );
    }
    let invocation = &log["runs"][0]["invocations"][0];
    assert_eq!(invocation["executionSuccessful"], false);
    assert!(
        invocation["toolExecutionNotifications"][0]["message"]["text"]
            .as_str()
            .is_some_and(|text| text.contains("SERVFAIL"))
    );
}

/// What SARIF 2.1.0 requires of the part that is used: objects with their required properties and no unknown ones,
/// enumerations, indices that point somewhere. Sections are the standard's.
#[derive(Default)]
struct Validator {
    wrong: Vec<String>,
}

impl Validator {
    fn object(&mut self, at: &str, value: &Value, required: &[&str], optional: &[&str]) {
        let Some(object) = value.as_object() else {
            self.wrong.push(format!("{at} is no object: {value}"));
            return;
        };
        for name in required.iter().filter(|name| !object.contains_key(**name)) {
            self.wrong.push(format!("{at} lacks {name}"));
        }
        for name in object
            .keys()
            .filter(|name| !required.contains(&name.as_str()) && !optional.contains(&name.as_str()))
        {
            self.wrong.push(format!("{at} has {name}, which is not known"));
        }
    }

    fn text(&mut self, at: &str, value: &Value) {
        if !value.as_str().is_some_and(|text| {
            !text.is_empty() && !text.contains(char::is_control) || at.ends_with("help.text")
        }) {
            self.wrong.push(format!("{at} is no text: {value}"));
        }
    }

    fn one_of(&mut self, at: &str, value: &Value, allowed: &[&str]) {
        if !value.as_str().is_some_and(|text| allowed.contains(&text)) {
            self.wrong.push(format!("{at} is none of {allowed:?}: {value}"));
        }
    }

    fn each<'v>(
        &mut self,
        at: &str,
        value: &'v Value,
    ) -> impl Iterator<Item = (String, &'v Value)> + use<'v> {
        let items = value.as_array().map(Vec::as_slice).unwrap_or_default();
        if !value.is_array() {
            self.wrong.push(format!("{at} is no list: {value}"));
        }
        let at = at.to_owned();
        items
            .iter()
            .enumerate()
            .map(move |(index, item)| (format!("{at}[{index}]"), item))
    }

    /// 3.13 to 3.58.
    fn log(&mut self, log: &Value) {
        self.object("log", log, &["version", "runs"], &["$schema"]);
        self.one_of("version", &log["version"], &["2.1.0"]);
        for (at, run) in self.each("runs", &log["runs"]) {
            self.object(&at, run, &["tool", "results"], &["invocations", "columnKind"]);
            self.one_of(
                &format!("{at}.columnKind"),
                &run["columnKind"],
                &["utf16CodeUnits", "unicodeCodePoints"],
            );
            self.object(&format!("{at}.tool"), &run["tool"], &["driver"], &[]);
            let driver = &run["tool"]["driver"];
            self.object(
                &format!("{at}.driver"),
                driver,
                &["name"],
                &["version", "semanticVersion", "rules"],
            );
            self.rules(&driver["rules"]);
            for (at, invocation) in self.each(&format!("{at}.invocations"), &run["invocations"]) {
                self.object(
                    &at,
                    invocation,
                    &["executionSuccessful"],
                    &["toolExecutionNotifications"],
                );
                for (at, notification) in self.each(&at, &invocation["toolExecutionNotifications"]) {
                    self.object(&at, notification, &["message"], &["level"]);
                    self.one_of(&at, &notification["level"], LEVELS);
                    self.text(&at, &notification["message"]["text"]);
                }
            }
            self.results(&run["results"], &driver["rules"]);
        }
    }

    fn rules(&mut self, rules: &Value) {
        let mut ids = BTreeSet::new();
        for (at, rule) in self.each("rules", rules) {
            self.object(
                &at,
                rule,
                &["id"],
                &[
                    "shortDescription",
                    "fullDescription",
                    "help",
                    "defaultConfiguration",
                    "properties",
                ],
            );
            for text in ["shortDescription", "fullDescription", "help"] {
                self.object(&format!("{at}.{text}"), &rule[text], &["text"], &[]);
                self.text(&format!("{at}.{text}.text"), &rule[text]["text"]);
            }
            self.one_of(&at, &rule["defaultConfiguration"]["level"], LEVELS);
            if !ids.insert(rule["id"].as_str()) {
                self.wrong.push(format!("{at}: {} is there twice", rule["id"]));
            }
        }
    }

    fn results(&mut self, results: &Value, rules: &Value) {
        let mut prints = BTreeSet::new();
        for (at, result) in self.each("results", results) {
            self.object(
                &at,
                result,
                &["message"],
                &["ruleId", "ruleIndex", "level", "locations", "partialFingerprints"],
            );
            self.object(&at, &result["message"], &["text"], &[]);
            self.text(&at, &result["message"]["text"]);
            self.one_of(&at, &result["level"], LEVELS);
            let rule = result["ruleIndex"]
                .as_u64()
                .and_then(|index| usize::try_from(index).ok());
            if rule.is_none_or(|index| rules[index]["id"] != result["ruleId"]) {
                self.wrong
                    .push(format!("{at}: its rule is not that of its index"));
            }
            for (at, location) in self.each(&at, &result["locations"]) {
                self.object(&at, location, &[], &["physicalLocation", "logicalLocations"]);
                for (at, logical) in self.each(&at, &location["logicalLocations"]) {
                    self.object(&at, logical, &["fullyQualifiedName"], &["kind"]);
                    self.text(&at, &logical["fullyQualifiedName"]);
                }
                let Some(physical) = location.get("physicalLocation") else {
                    continue;
                };
                self.object(&at, physical, &["artifactLocation"], &["region"]);
                let uri = physical["artifactLocation"]["uri"].as_str().unwrap_or_default();
                if uri.is_empty() || uri.contains(|octet: char| octet.is_whitespace() || !octet.is_ascii()) {
                    self.wrong
                        .push(format!("{at}: {uri:?} is no URI reference (RFC 3986)"));
                }
                if physical["region"]["startLine"]
                    .as_u64()
                    .is_none_or(|line| line == 0)
                {
                    self.wrong.push(format!("{at}: lines are counted from 1"));
                }
            }
            for print in result["partialFingerprints"].as_object().into_iter().flatten() {
                if !prints.insert((print.0.clone(), print.1.to_string())) {
                    self.wrong
                        .push(format!("{at}: its fingerprint is another result's: {}", print.1));
                }
            }
        }
    }
}

const LEVELS: &[&str] = &["none", "note", "warning", "error"];

/// Two findings of one rule at one record, told apart by their subject alone.
fn twice() -> Report {
    let about = |subject: &str| Finding {
        subject: Some(subject.to_owned()),
        ..finding(Severity::Error, true)
    };
    Report::of_domain(
        verdict(
            Vec::new(),
            vec![about("include:a.example"), about("include:b.example")],
        ),
        noon(),
        inspected(),
    )
}

#[test]
fn a_log_is_what_the_standard_asks_for() {
    // Of one domain, a rule speaks once of a subject: what made_up repeats is made apart.
    let mut everything = everything();
    for (index, finding) in everything.verdict.findings.iter_mut().enumerate() {
        finding.subject = Some(index.to_string());
    }
    let none = sarif::log(&[], &[], None);
    let other = Report::of_domain(verdict(Vec::new(), Vec::new()), noon(), inspected());
    for text in [
        none,
        sarif::log(&[everything.clone(), other.clone()], &[invalid()], None),
        sarif::log(&[twice(), other], &[], None),
    ] {
        let mut validator = Validator::default();
        validator.log(&serde_json::from_str(&text).expect("it is JSON"));
        assert!(validator.wrong.is_empty(), "{:#?}\n{text}", validator.wrong);
    }
}

#[test]
fn a_fingerprint_is_the_findings_identity_and_not_its_prose() {
    let log_of = |message: &str| {
        let mut report = twice();
        for finding in &mut report.verdict.findings {
            finding.message = message.to_owned();
        }
        log(&[report], &[])
    };
    let prints = |log: &Value| -> Vec<String> {
        let prints = results(log)
            .iter()
            .map(|result| result["partialFingerprints"]["zegel/v1"].to_string());
        prints.collect()
    };
    let (before, after) = (prints(&log_of("14 terms")), prints(&log_of("15 terms")));
    assert_eq!(before, after, "prose makes no other finding");
    assert_ne!(before[0], before[1], "another subject is another finding");
    // The TXT and the MX of one name are two places.
    let mut report = twice();
    let other = Finding {
        site: Site::rrset(name("voorbeeld.nl"), Kind::Mx),
        ..report.verdict.findings[0].clone()
    };
    report.verdict.findings = vec![report.verdict.findings[0].clone(), other];
    let prints = prints(&log(&[report], &[]));
    assert_ne!(prints[0], prints[1]);
}

#[test]
fn a_domain_that_does_not_exist_comes_first() {
    let missing = record("voorbeeld.nl", Standard::Spf, State::Missing);
    let none = Finding {
        rule: &dns::NO_DOMAIN,
        site: Site::Domain(name("voorbeeld.nl")),
        ..finding(Severity::Error, true)
    };
    let report = Report::of_manifest(
        verdict(vec![missing], vec![none]),
        noon(),
        Default::default(),
        Vec::new(),
    );
    let log = log(&[report], &[]);
    let rules: Vec<&str> = results(&log)
        .iter()
        .filter_map(|result| result["ruleId"].as_str())
        .collect();
    assert_eq!(rules, ["DNS-024", "DRIFT"]);
}
