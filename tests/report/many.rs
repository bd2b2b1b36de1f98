//! Many domains: a line each, worst last, totals; and the same for a spreadsheet.

use zegel::adopt::profile::Profile;
use zegel::inquiry::Need;
use zegel::judge::{Finding, Site, State};
use zegel::name::Name;
use zegel::records::Standard;
use zegel::report::inspected::Inspected;
use zegel::report::{Outcome, Report, Style, csv, lines};
use zegel::rules::{Severity, dns};

use super::made_up::{everything, finding, inspected, name, noon, record, unanswered, verdict};

fn named(domain: &str, findings: Vec<Finding>, profile: Profile) -> Report {
    let mut report = Report::of_domain(
        verdict(Vec::new(), findings),
        noon(),
        Inspected {
            profile,
            ..inspected()
        },
    );
    report.verdict.domain = name(domain);
    report
}

fn fleet() -> Vec<Report> {
    let none = Finding {
        rule: &dns::NO_DOMAIN,
        site: Site::Domain(name("weg.nl")),
        message: "want a domain, found that weg.nl does not exist (NXDOMAIN)".to_owned(),
        ..finding(Severity::Error, true)
    };
    let mut open = named("stil.nl", Vec::new(), Profile::NotAnswered);
    open.verdict.unanswered = vec![unanswered(Need::Essential), unanswered(Need::Evidence)];
    vec![
        named("weg.nl", vec![none], Profile::Nonexistent),
        named(
            "zwaar.gemeente-voorbeeld.nl",
            vec![finding(Severity::Error, true), finding(Severity::Warning, true)],
            Profile::Mail,
        ),
        named("goed.nl", Vec::new(), Profile::Mail),
        open,
        named("leeg.nl", vec![finding(Severity::Info, true)], Profile::Parked),
    ]
}

#[test]
fn many_domains_are_a_line_each_and_the_worst_comes_last() {
    insta::assert_snapshot!(lines::many(&fleet(), Style::PLAIN, false));
}

#[test]
fn many_domains_on_a_narrow_terminal_are_a_line_each() {
    let narrow = Style {
        width: 80,
        ..Style::PLAIN
    };
    let text = lines::many(&fleet(), narrow, true);
    assert_eq!(text.lines().count(), 6, "{text}");
    for line in text.lines() {
        assert!(line.len() <= 80, "{line}");
    }
    insta::assert_snapshot!(text);
}

#[test]
fn manifests_are_a_line_each_too() {
    let mut in_sync = Report::of_manifest(
        verdict(vec![record("goed.nl", Standard::Spf, State::InSync)], Vec::new()),
        noon(),
        Default::default(),
        Vec::new(),
    );
    in_sync.verdict.domain = name("goed.nl");
    insta::assert_snapshot!(lines::many(&[everything(), in_sync], Style::PLAIN, false));
}

#[test]
fn the_same_domains_give_the_same_lines_within_an_outcome() {
    let mut reports = fleet();
    let outcomes = |reports: &[Report]| -> Vec<(Outcome, Name)> {
        let mut outcomes: Vec<_> = reports
            .iter()
            .map(|report| (report.outcome(), report.verdict.domain.clone()))
            .collect();
        outcomes.sort_by_key(|(outcome, _)| *outcome);
        outcomes
    };
    let listed = |reports: &[Report]| -> Vec<String> {
        let text = lines::many(reports, Style::PLAIN, true);
        text.lines()
            .skip(1)
            .filter_map(|line| line.split_whitespace().nth(1).map(str::to_owned))
            .collect()
    };
    for _ in 0..reports.len() {
        let expected: Vec<String> = outcomes(&reports)
            .into_iter()
            .map(|(_, name)| name.to_string())
            .collect();
        assert_eq!(listed(&reports), expected);
        reports.rotate_left(1);
    }
}

#[test]
fn a_spreadsheet_gets_a_line_a_domain_and_no_formula() {
    let mut text = csv::headline();
    for report in fleet().iter().chain([&everything()]) {
        text.push_str(&csv::row(report));
    }
    insta::assert_snapshot!(text.replace("\r\n", "\n"));
    let columns = csv::columns().count();
    for line in text.lines() {
        let mut quoted = false;
        let commas = line.chars().filter(|character| {
            quoted ^= *character == '"';
            *character == ',' && !quoted
        });
        assert_eq!(commas.count() + 1, columns, "{line}");
    }
}
