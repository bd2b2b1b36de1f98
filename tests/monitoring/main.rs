//! Alerts and dashboard, by Prometheus' own tools: the rules are tested, each alert firing and quiet; a real Prometheus
//! scrapes a real controller over a fleet, and every query of the dashboard has an answer.
//!
//! Where Prometheus is not installed (`dev/prometheus` does) what needs it is skipped, and says so.

#![allow(
    unreachable_pub,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test stops where it cannot go on"
)]

#[path = "../support/control_plane.rs"]
mod control_plane;
#[path = "../support/dns.rs"]
mod dns;

mod fleet;
mod prometheus;

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

use serde_json::Value;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

fn read(path: &str) -> String {
    fs::read_to_string(format!("{ROOT}/{path}")).unwrap()
}

fn alerts() -> Vec<Value> {
    let file: Value = serde_saphyr::from_str(&read("charts/zegel/files/alerts.yaml")).unwrap();
    file["groups"][0]["rules"].as_array().unwrap().clone()
}

#[test]
fn promtool_takes_the_rules_and_their_tests_pass() {
    if !prometheus::is_installed() {
        return;
    }
    for (verb, path) in [
        ("check", "charts/zegel/files/alerts.yaml"),
        ("test", "tests/monitoring/alerts.yaml"),
    ] {
        let output = Command::new("promtool")
            .args([verb, "rules", &format!("{ROOT}/{path}")])
            .output()
            .unwrap();
        let said =
            String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        assert!(
            output.status.success() && said.contains("SUCCESS"),
            "{path}: {said}"
        );
    }
}

/// The rules a page offers to be copied are rules.
#[test]
fn promtool_takes_the_rules_in_the_page() {
    if !prometheus::is_installed() {
        return;
    }
    let page = read("docs/alerts.md");
    let blocks = page
        .split("```text\n")
        .skip(1)
        .map(|rest| rest.split("```").next().unwrap());
    let rules: String = blocks.filter(|block| block.contains("- alert: ")).collect();
    let file = tempfile::NamedTempFile::with_suffix(".yaml").unwrap();
    fs::write(file.path(), format!("groups:\n- name: page\n  rules:\n{rules}")).unwrap();
    let output = Command::new("promtool")
        .args(["check", "rules"])
        .arg(file.path())
        .output()
        .unwrap();
    let said =
        String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success() && said.contains("1 rules found"),
        "{said}"
    );
}

#[test]
fn every_alert_is_tested_firing_and_quiet() {
    let file: Value = serde_saphyr::from_str(&read("tests/monitoring/alerts.yaml")).unwrap();
    let mut seen = BTreeSet::new();
    for test in file["tests"].as_array().unwrap() {
        for case in test["alert_rule_test"].as_array().unwrap() {
            let fires = case["exp_alerts"]
                .as_array()
                .is_some_and(|alerts| !alerts.is_empty());
            seen.insert((case["alertname"].as_str().unwrap().to_owned(), fires));
        }
    }
    for alert in alerts() {
        let name = alert["alert"].as_str().unwrap();
        for fires in [true, false] {
            assert!(
                seen.contains(&(name.to_owned(), fires)),
                "{name} is never tested with fires={fires}"
            );
        }
    }
}

/// A reason in the labels would begin `for:` anew with every change of it.
#[test]
fn no_alert_has_the_reason_among_its_labels_and_each_has_a_runbook() {
    let page = read("docs/alerts.md");
    for alert in alerts() {
        let (name, expr) = (alert["alert"].as_str().unwrap(), alert["expr"].as_str().unwrap());
        if expr.contains("zegel_maildomain_condition") {
            assert!(
                expr.contains("max by (namespace, name, domain)"),
                "{name}: {expr}"
            );
        }
        for part in expr.split(" by (").skip(1) {
            let labels = part.split(')').next().unwrap();
            assert!(!labels.contains("reason"), "{name} groups by {labels}");
        }
        let section = page.split(&format!("\n## {name}\n")).nth(1);
        let section = section.unwrap_or_else(|| panic!("docs/alerts.md has no section {name}"));
        let section = section.split("\n## ").next().unwrap();
        for part in ["*Means:*", "*Not:*", "*Do:*"] {
            assert!(section.contains(part), "docs/alerts.md says no {part} of {name}");
        }
        let severity = alert["labels"]["severity"].as_str().unwrap();
        let after = alert["for"].as_str().unwrap();
        assert!(
            section.contains(&format!("{severity}, after {after}")),
            "docs/alerts.md does not say that {name} is {severity}, after {after}"
        );
    }
    let named = page.lines().filter(|line| line.starts_with("## Zegel")).count();
    assert_eq!(named, alerts().len(), "docs/alerts.md has a runbook of no alert");
}

#[test]
fn the_dashboard_is_laid_out_without_gaps_and_every_panel_says_what_it_is() {
    let dashboard: Value = serde_json::from_str(&read("charts/zegel/files/dashboard.json")).unwrap();
    let panels = dashboard["panels"].as_array().unwrap();
    let mut ids = BTreeSet::new();
    let mut taken = BTreeSet::new();
    for panel in panels {
        assert!(
            ids.insert(panel["id"].as_u64().unwrap()),
            "an id twice: {}",
            panel["id"]
        );
        let place = |field: &str| panel["gridPos"][field].as_u64().unwrap();
        assert!(place("x") + place("w") <= 24, "{panel}");
        for x in place("x")..place("x") + place("w") {
            for y in place("y")..place("y") + place("h") {
                assert!(taken.insert((x, y)), "{} lies over another", panel["title"]);
            }
        }
        if panel["type"] != "row" {
            assert!(
                !panel["description"].as_str().unwrap().is_empty(),
                "{}",
                panel["title"]
            );
            assert_eq!(panel["datasource"]["uid"], "${datasource}");
        }
    }
    assert_eq!(
        dashboard["uid"], "zegel",
        "a uid that changes makes a second dashboard"
    );
}
