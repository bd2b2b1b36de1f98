//! One domain as a person reads it: wide, narrow, coloured, with advice, with what could not be asked.

use zegel::adopt::profile::Profile;
use zegel::api::RecordStatus;
use zegel::inquiry::Need;
use zegel::judge::{Finding, Site};
use zegel::records::dmarc::Policy;
use zegel::report::inspected::{AppliedPolicy, Inspected, Selectors};
use zegel::report::{Reading, Report, Style, table};
use zegel::rules::{Severity, dns};

use super::made_up::{finding, inspected, name, noon, unanswered, verdict};

/// How a table reads findings unless it is asked for more.
const USUAL: Reading = Reading {
    fail_at: Severity::Error,
    least: Severity::Warning,
    quiet_rules: false,
};

fn of(findings: Vec<Finding>, inspected: Inspected) -> Report {
    Report::of_domain(verdict(Vec::new(), findings), noon(), inspected).read_as(USUAL)
}

fn quiet_advice() -> Finding {
    Finding {
        fix: "Nothing, where that is meant.".to_owned(),
        message: "the key is meant for sub-domains too".to_owned(),
        ..finding(Severity::Info, false)
    }
}

#[test]
fn a_domain_with_advice() {
    let report = of(
        vec![
            finding(Severity::Warning, false),
            finding(Severity::Info, false),
            quiet_advice(),
        ],
        inspected(),
    );
    insta::assert_snapshot!(table::domain(&report, Style::PLAIN));
}

#[test]
fn a_domain_on_a_narrow_terminal_breaks_no_word() {
    let narrow = Style {
        width: 50,
        ..Style::PLAIN
    };
    let text = table::domain(&of(vec![finding(Severity::Info, false)], inspected()), narrow);
    insta::assert_snapshot!(text);
}

#[test]
fn a_domain_in_colour() {
    let colour = Style {
        colour: true,
        ..Style::PLAIN
    };
    let text = table::domain(&of(Vec::new(), inspected()), colour);
    insta::assert_snapshot!(text.replace('\u{1b}', "ESC"));
}

#[test]
fn keys_are_whole_when_that_is_asked_for() {
    let full = Style {
        full: true,
        ..Style::PLAIN
    };
    let text = table::domain(&of(Vec::new(), inspected()), full);
    assert!(text.contains(&"x".repeat(369)), "{text}");
}

#[test]
fn advice_that_asks_for_nothing_speaks_only_when_asked() {
    let said = |reading: Reading| {
        let report = of(vec![quiet_advice()], inspected()).read_as(reading);
        table::domain(&report, Style::PLAIN)
    };
    let usual = said(USUAL);
    assert!(
        usual.contains("nothing wrong") && !usual.contains("hint"),
        "{usual}"
    );
    assert!(
        !said(Reading {
            least: Severity::Info,
            ..USUAL
        })
        .contains("sub-domains too")
    );
    let asked = said(Reading {
        least: Severity::Info,
        quiet_rules: true,
        ..USUAL
    });
    assert!(asked.contains("sub-domains too"), "{asked}");
    // A Warning always speaks, whatever its fix.
    let warned = of(
        vec![Finding {
            severity: Severity::Warning,
            ..quiet_advice()
        }],
        inspected(),
    );
    assert!(table::domain(&warned, Style::PLAIN).contains("sub-domains too"));
}

#[test]
fn a_domain_without_keys_and_with_an_inherited_policy() {
    let mut inspected = inspected();
    inspected.profile = Profile::SendOnly;
    inspected.records.retain(|record| record.standard != "DKIM");
    for record in inspected
        .records
        .iter_mut()
        .filter(|record| record.standard == "DMARC")
    {
        record.observed.clear();
    }
    let asked = RecordStatus {
        name: "zegel._domainkey.voorbeeld.nl".to_owned(),
        type_: "TXT".to_owned(),
        standard: "DKIM".to_owned(),
        state: "Observed".to_owned(),
        ..RecordStatus::default()
    };
    inspected.records.insert(1, asked);
    inspected.policy = AppliedPolicy {
        outcome: "policy",
        policy_domain: Some(name("nl")),
        effective_policy: Some(Policy::Quarantine),
        policy_tag: Some("sp"),
    };
    inspected.selectors = Selectors {
        probed: 33,
        keys: 0,
        unanswered: 2,
    };
    insta::assert_snapshot!(table::domain(&of(Vec::new(), inspected), Style::PLAIN));
}

#[test]
fn a_domain_that_does_not_exist_is_said_first() {
    let none = Finding {
        rule: &dns::NO_DOMAIN,
        site: Site::Domain(name("voorbeeld.nl")),
        message: "want a domain, found that voorbeeld.nl does not exist (NXDOMAIN)".to_owned(),
        ..finding(Severity::Error, false)
    };
    let inspected = Inspected {
        profile: Profile::Nonexistent,
        records: Vec::new(),
        ..inspected()
    };
    insta::assert_snapshot!(table::domain(&of(vec![none], inspected), Style::PLAIN));
}

#[test]
fn what_could_not_be_asked_is_never_nothing_wrong() {
    for need in [Need::Evidence, Need::Compliance, Need::Essential] {
        let mut report = of(Vec::new(), inspected());
        report.verdict.unanswered = vec![unanswered(need); 12];
        let text = table::domain(&report, Style::PLAIN);
        assert!(!text.contains("nothing wrong"), "{text}");
        assert!(text.contains("12 not answered"), "{text}");
        assert!(
            text.contains("not answered: s1._domainkey.voorbeeld.nl TXT"),
            "{text}"
        );
        assert!(text.contains(" more"), "{text}");
    }
}

/// The row that says that no key was found never stands in the way of the record at the same name.
#[test]
fn a_wildcard_of_dkim_is_shown_with_its_value() {
    for (value, keys) in [
        ("v=DKIM1; p=", 0),
        ("v=DKIM1; k=ed25519; p=AAAA", 0),
        ("v=DKIM1; p=", 1),
    ] {
        let mut inspected = inspected();
        if keys == 0 {
            inspected.records.retain(|record| record.standard != "DKIM");
        }
        let wildcard = RecordStatus {
            name: "*._domainkey.voorbeeld.nl".to_owned(),
            type_: "TXT".to_owned(),
            standard: "DKIM".to_owned(),
            state: "Observed".to_owned(),
            observed: vec![value.to_owned()],
            ..RecordStatus::default()
        };
        inspected.records.insert(1, wildcard);
        inspected.selectors.keys = keys;
        let text = table::domain(&of(Vec::new(), inspected), Style::PLAIN);
        let rows: Vec<&str> = text
            .lines()
            .filter(|line| line.starts_with("*._domainkey"))
            .collect();
        assert_eq!(rows.len(), 1, "{text}");
        assert!(rows[0].ends_with(value), "{text}");
        assert!(!text.contains("no DKIM key found"), "{text}");
        assert_eq!(
            text.contains("no selector with a record of its own"),
            keys == 0,
            "{text}"
        );
    }
}
