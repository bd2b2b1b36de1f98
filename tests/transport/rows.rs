//! Rules as rows: where each fires, and where it is quiet.

use std::collections::BTreeSet;

use zegel::rules::{Rule, Severity};

use crate::facts::{World, findings, intent, observe};

pub(crate) const E: Severity = Severity::Error;
pub(crate) const W: Severity = Severity::Warning;
pub(crate) const I: Severity = Severity::Info;

/// rule, severity, the spec, a world where it fires, one where it is quiet.
pub(crate) type Row = (&'static str, Severity, &'static str, &'static str, &'static str);

/// Tries each row, and that every rule of the catalogue has one.
pub(crate) fn hold(rows: &[Row], rules: &[&Rule], world: impl Fn(&str) -> World) {
    for (rule, severity, spec, fires, quiet) in rows {
        let subject = match *spec {
            "" => observe("a.nl"),
            spec => intent(spec),
        };
        let verdict = world(fires).judge(&subject);
        let found = findings(&verdict, rule);
        assert!(
            !found.is_empty(),
            "{rule} is quiet in\n{fires}\n{:#?}",
            verdict.findings
        );
        for finding in found {
            assert_eq!(
                finding.severity, *severity,
                "{rule}: {}\n{fires}",
                finding.message
            );
            assert!(
                finding.severity >= finding.rule.severity,
                "{rule}: worse than its rule"
            );
            assert_eq!(finding.managed, !spec.is_empty(), "{rule}: {spec}");
            assert!(
                finding.message.contains("found") || finding.message.contains("not checked"),
                "{}",
                finding.message
            );
            assert!(!finding.fix.is_empty(), "{rule}");
        }
        let verdict = world(quiet).judge(&subject);
        let found = findings(&verdict, rule);
        assert!(found.is_empty(), "{rule} fires in\n{quiet}\n{found:#?}");
    }
    let tested: BTreeSet<&str> = rows.iter().map(|row| row.0).collect();
    let catalogue: BTreeSet<&str> = rules.iter().map(|rule| rule.id).collect();
    assert_eq!(tested, catalogue, "every rule has a row");
    assert_eq!(rules.len(), catalogue.len(), "an id is used twice");
}
