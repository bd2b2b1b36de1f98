//! Every rule about MX: a world in which it fires, and one in which it is quiet.

use std::collections::BTreeSet;

use zegel::intent::Intent;
use zegel::judge::Verdict;
use zegel::rules::{self, Severity};

use crate::facts::{findings, intent, judge_in, observe};

const E: Severity = Severity::Error;
const W: Severity = Severity::Warning;
const I: Severity = Severity::Info;

/// Nobody manages it: `zegel inspect`.
const LOOK: &str = "";
/// The same, of a name below one with a record of its own.
const BELOW: &str = "x.a.nl";
const MAIL: &str = "{domain: a.nl, role: Mail}";
const RECEIVE: &str = "{domain: a.nl, role: ReceiveOnly}";
const PARKED: &str = "{domain: a.nl, role: Parked}";

const GOOD: &str = "a.nl MX 10 mail.a.nl\nmail.a.nl A 192.0.2.25\nmail.a.nl AAAA 2001:db8::25";
const CLOSED: &str = "a.nl MX 0 .\na.nl TXT v=spf1 -all\n_dmarc.a.nl TXT v=DMARC1; p=reject";

/// An MX of these hosts, by number.
macro_rules! hosts {
    ($($at:literal)*) => { concat!($("a.nl MX ", $at, " m", $at, ".a.nl\n"),*) };
}

/// 33 hosts, and 32.
const MANY: &str =
    hosts!(1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32 33);
const ENOUGH: &str =
    hosts!(1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32);

/// rule, severity, the spec, a world where it fires, one where it is quiet.
type Row = (&'static str, Severity, &'static str, &'static str, &'static str);

#[rustfmt::skip] // A row is a line.
const ROWS: &[Row] = &[
    ("MX-001", E, LOOK, "a.nl MX 0 .\na.nl MX 10 .", "a.nl MX 0 ."),
    ("MX-002", E, LOOK, "a.nl MX 0 .\na.nl MX 10 mail.a.nl", "a.nl MX 0 ."),
    ("MX-003", E, LOOK, "a.nl MX 10 .", "a.nl MX 0 ."),
    ("MX-004", E, MAIL, "a.nl MX 0 .", GOOD),
    ("MX-004", E, "{domain: a.nl, role: SendOnly, spf: {mechanisms: [mx], all: Fail}}", "a.nl MX 0 .", PARKED_QUIET),
    ("MX-004", W, LOOK, "a.nl MX 0 .\na.nl TXT v=spf1 ip4:192.0.2.1 -all", CLOSED),
    ("MX-004", W, LOOK, "a.nl MX 0 .\na.nl TXT v=spf1 +all", "a.nl MX 0 .\na.nl TXT v=spf1 ~all"),
    ("MX-004", W, LOOK, "a.nl MX 0 .\na.nl TXT v=spf1 include:b.nl ~all", "a.nl MX 0 .\na.nl TXT v=spf1 ?all"),
    ("MX-004", W, LOOK, "a.nl MX 0 .\na.nl A 192.0.2.1\na.nl TXT v=spf1 a", "a.nl MX 0 .\na.nl TXT v=spf1 a"),
    ("MX-004", W, LOOK, "a.nl MX 0 .\na.nl TXT v=spf1 mx ip4:192.0.2.1 ~all", "a.nl MX 0 .\na.nl TXT v=spf1 redirect=b.nl"),
    ("MX-004", W, LOOK, "a.nl MX 0 .\na.nl TXT v=spf1 mx ip4:192.0.2.1 ~all", "a.nl MX 0 .\na.nl TXT v=spf10 ip4:192.0.2.1 ~all"),
    ("MX-005", I, LOOK, "a.nl MX 0 .", "a.nl MX 0 .\na.nl A 192.0.2.80"),
    ("MX-005", I, LOOK, "a.nl MX 0 .", "a.nl MX 0 .\na.nl AAAA !SERVFAIL"),
    ("MX-006", W, LOOK, "a.nl A 192.0.2.80", "a.nl TXT x"),
    ("MX-007", E, LOOK, "a.nl MX 10 192.0.2.25", GOOD),
    ("MX-007", E, LOOK, "a.nl MX 10 2001:db8::25", GOOD),
    ("MX-007", E, LOOK, "a.nl MX 10 [192.0.2.25]", GOOD),
    ("MX-007", E, LOOK, "a.nl MX 10 192.0.2.25.a.nl", "a.nl MX 10 192.0.2.25.a.nl\n192.0.2.25.a.nl A 192.0.2.25"),
    ("MX-008", W, LOOK, "a.nl MX 10 mail.a.nl\nmail.a.nl CNAME m.p.example\nm.p.example A 192.0.2.25", GOOD),
    ("MX-009", E, LOOK, "a.nl MX 10 mail.a.nl", GOOD),
    ("MX-009", E, LOOK, "a.nl MX 10 mail.a.nl", "a.nl MX 10 mail.a.nl\nmail.a.nl A !SERVFAIL"),
    ("MX-009", W, LOOK, "a.nl MX 10 gone.a.nl\na.nl MX 20 mail.a.nl\nmail.a.nl A 192.0.2.25", GOOD),
    ("MX-010", E, LOOK, "a.nl MX 10 localhost", GOOD),
    ("MX-010", E, LOOK, "a.nl MX 10 mail.office.local", GOOD),
    ("MX-010", E, LOOK, "a.nl MX 10 mail", GOOD),
    ("MX-010", E, LOOK, "a.nl MX 10 mail.a.nl\nmail.a.nl A 10.0.0.1", GOOD),
    ("MX-010", E, LOOK, "a.nl MX 10 mail.a.nl\nmail.a.nl AAAA fd00::1", GOOD),
    ("MX-010", E, LOOK, "a.nl MX 10 mail.a.nl\nmail.a.nl A 100.64.0.1", GOOD),
    ("MX-011", E, LOOK, "a.nl MX 10 mail_1.a.nl", GOOD),
    ("MX-011", E, LOOK, "a.nl MX 10 -mail.a.nl", GOOD),
    ("MX-011", E, LOOK, "a.nl MX 10 mail.a.nl:25", GOOD),
    ("MX-013", W, LOOK, "a.nl MX 10 mail.a.nl\na.nl MX 20 mail.a.nl", GOOD),
    ("MX-014", I, LOOK, "a.nl MX 10 mail.a.nl\nmail.a.nl A 192.0.2.25", "a.nl MX 10 mail.a.nl\nmail.a.nl A 192.0.2.25\nmail.a.nl A 192.0.2.26"),
    ("MX-014", I, LOOK, "a.nl MX 10 mail.a.nl\nmail.a.nl A 192.0.2.25", "a.nl MX 10 mail.a.nl\nmail.a.nl A 192.0.2.25\na.nl MX 20 m2.a.nl\nm2.a.nl A 192.0.2.26"),
    ("MX-015", I, LOOK, "a.nl MX 10 mail.a.nl\nmail.a.nl A 192.0.2.25", GOOD),
    ("MX-016", E, LOOK, "a.nl MX 10 mx.gone.example\nexample SOA x", "a.nl MX 10 mail.a.nl"),
    ("MX-017", W, BELOW, "x.a.nl MX 0 .\n_dmarc.a.nl TXT v=DMARC1; p=reject; rua=mailto:x@b.nl,mailto:dmarc@X.a.nl!10m", "x.a.nl MX 0 .\n_dmarc.a.nl TXT v=DMARC1; p=reject; rua=mailto:x@b.nl"),
    ("MX-017", W, BELOW, "x.a.nl MX 0 .\n_dmarc.a.nl TXT v = DMARC1 ; p=reject; RUF = MAILTO:dmarc@x.a.nl", "x.a.nl MX 0 .\n_dmarc.a.nl TXT v=DMARC10; p=reject; rua=mailto:x@x.a.nl"),
    // Of a record of its own DMARC says it.
    ("MX-017", W, BELOW, "x.a.nl MX 0 .\n_dmarc.a.nl TXT v=DMARC1; p=reject; rua=mailto:d@x.a.nl", "x.a.nl MX 0 .\n_dmarc.x.a.nl TXT v=DMARC1; p=reject; rua=mailto:d@x.a.nl"),
    ("MX-018", W, LOOK, "a.nl MX 0 .\na.nl TXT v=spf1 ~all", CLOSED),
    ("MX-018", W, LOOK, "a.nl MX 0 .\na.nl TXT v=spf1 mx -all\n_dmarc.a.nl TXT v=DMARC1; p=quarantine", "a.nl MX 0 .\na.nl TXT v=spf1 mx -all\n_dmarc.a.nl TXT v = DMARC1; P = Reject"),
    ("MX-018", W, LOOK, "a.nl MX 0 .\na.nl TXT v=spf1 ?all\n_dmarc.a.nl TXT v=DMARC1; p=reject", "a.nl MX 0 .\na.nl TXT v=spf1 -all\n_dmarc.a.nl TXT v=DMARC10; p=reject"),
    ("MX-018", W, LOOK, "a.nl MX 0 .\na.nl TXT v=spf1 ~all\n_dmarc.a.nl TXT v=DMARC1; p=reject", CLOSED),
    ("MX-019", E, RECEIVE, "a.nl A 192.0.2.80", GOOD),
    ("MX-019", E, RECEIVE, "a.nl MX 0 .", "a.nl MX !SERVFAIL"),
    ("MX-019", W, MAIL, "a.nl TXT x", GOOD),
    ("MX-020", E, LOOK, "a.nl MX 10 0", CLOSED),
    ("MX-020", E, LOOK, "a.nl MX 0 0.0.0.0", "a.nl MX 10 0.a.nl\n0.a.nl A 192.0.2.25"),
    ("MX-021", W, LOOK, MANY, ENOUGH),
];

const PARKED_QUIET: &str = "a.nl MX !SERVFAIL";

fn subject(spec: &str) -> Intent {
    match spec {
        "" => observe("a.nl"),
        spec if spec.starts_with('{') => intent(spec),
        domain => observe(domain),
    }
}

fn judged(spec: &str, zone: &str) -> Verdict {
    judge_in(zone, &subject(spec))
}

#[test]
fn each_rule_fires_where_it_should() {
    for (rule, severity, spec, fires, _) in ROWS {
        let verdict = judged(spec, fires);
        let found = findings(&verdict, rule);
        assert!(
            !found.is_empty(),
            "{rule} is quiet in\n{fires}\n{:#?}",
            verdict.findings
        );
        for finding in found {
            assert_eq!(finding.severity, *severity, "{rule}: {}", finding.message);
            assert!(
                finding.severity >= finding.rule.severity,
                "{rule}: worse than its rule"
            );
            assert!(
                !finding.message.is_empty() && !finding.fix.is_empty(),
                "{finding:#?}"
            );
        }
    }
}

#[test]
fn each_rule_is_quiet_where_it_should_be() {
    let beside: [Row; 2] = [
        ("MX-004", W, PARKED, "", "a.nl MX 0 ."),
        ("MX-006", W, PARKED, "", "a.nl A 192.0.2.80"),
    ];
    for (rule, _, spec, _, quiet) in ROWS.iter().chain(&beside) {
        let verdict = judged(spec, quiet);
        let found = findings(&verdict, rule);
        assert!(found.is_empty(), "{rule} fires in\n{quiet}\n{found:#?}");
    }
}

#[test]
fn every_rule_has_both() {
    let tested: BTreeSet<&str> = ROWS.iter().map(|row| row.0).collect();
    let catalogue: BTreeSet<&str> = rules::mx::RULES.iter().map(|rule| rule.id).collect();
    assert_eq!(tested, catalogue);
    assert_eq!(rules::mx::RULES.len(), catalogue.len(), "an id is used twice");
}

#[test]
fn two_findings_of_a_rule_are_told_apart_by_the_host() {
    let verdict = judged(
        LOOK,
        "a.nl MX 10 m1.a.nl\na.nl MX 20 m2.a.nl\na.nl MX 30 192.0.2.1\na.nl MX 40 192.0.2.2",
    );
    for rule in ["MX-007", "MX-009"] {
        let subjects: BTreeSet<_> = findings(&verdict, rule)
            .iter()
            .map(|one| one.subject.clone())
            .collect();
        assert_eq!(subjects.len(), 2, "{rule}: {subjects:?}");
        assert!(!subjects.contains(&None), "{rule}");
    }
}

#[test]
fn a_single_host_is_told_by_its_addresses() {
    let v4 = "a.nl MX 10 mail.a.nl\nmail.a.nl A 192.0.2.25";
    for (zone, says) in [
        (v4.to_owned(), "with one address"),
        (
            format!("{v4}\nmail.a.nl AAAA 2001:db8::25"),
            "with one address of each family",
        ),
    ] {
        let verdict = judged(LOOK, &zone);
        let [finding] = findings(&verdict, "MX-014")[..] else {
            panic!("{zone}: {:#?}", verdict.findings);
        };
        assert!(finding.message.ends_with(says), "{}", finding.message);
    }
}
