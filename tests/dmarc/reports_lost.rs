//! Addresses that get no reports: one slip is one finding, and none is an Error, for no mail is lost by it.

use zegel::rules::Severity;

use crate::slips::{look, said, whole};

#[test]
fn a_colon_before_an_address_without_scheme_is_one_slip_with_one_fix() {
    for tag in ["rua", "ruf"] {
        for (value, meant) in [
            (":d@a.nl", "=mailto:d@a.nl"),
            (": d@a.nl", "=mailto:d@a.nl"),
            (":d@a.nl,e@a.nl", "=mailto:d@a.nl,mailto:e@a.nl"),
            (":mailto:d@a.nl", "=mailto:d@a.nl"),
        ] {
            let before = if tag == "ruf" { "rua=mailto:d@a.nl; " } else { "" };
            let verdict = look(&format!("v=DMARC1; p=reject; {before}{tag}{value}"));
            let found = said(&verdict);
            let of_slip: Vec<_> = found
                .iter()
                .filter(|one| !matches!(one.rule.id, "DRPT-020"))
                .collect();
            let [one] = of_slip.as_slice() else {
                panic!("{tag}{value}: {found:#?}");
            };
            assert_eq!(one.rule.id, "DMARC-050", "{tag}{value}");
            let text = whole(&one.fix).unwrap_or_else(|| panic!("{tag}{value}: {}", one.fix));
            assert_eq!(text, format!("v=DMARC1; p=reject; {before}{tag}{meant}"));
            let after = look(text);
            let left: Vec<_> = said(&after)
                .iter()
                .map(|one| one.rule.id)
                .filter(|id| *id != "DRPT-020")
                .collect();
            assert_eq!(left, [""; 0], "{text}");
        }
    }
    // Two slips at two tags are two findings.
    let verdict = look("v=DMARC1; p=reject; rua=d@a.nl; sp:reject");
    let rules: Vec<_> = said(&verdict).iter().map(|one| one.rule.id).collect();
    assert_eq!(rules, ["DMARC-050", "DRPT-001"]);
}

/// Receivers skip what they cannot use and apply the policy all the same: reports are lost, no mail is.
#[test]
fn a_lost_report_address_is_never_an_error() {
    for value in [
        "d@a.nl",
        "mailto:d!x@a.nl",
        "mailto:d@a.nl!10m",
        "mailto:d@a.nl!ten",
        "https://a.nl/dmarc",
        "mailto:d",
        "mailto:",
        "mailto:d@gone.example",
        "mailto:d@empty.example",
        "\"mailto:d@\\195\\169.nl\"",
    ] {
        let text = match value.strip_prefix('"') {
            Some(rest) => format!("\"v=DMARC1; p=reject; rua={rest}"),
            None => format!("v=DMARC1; p=reject; rua={value}"),
        };
        let verdict = look(&text);
        let of_reports = verdict
            .findings
            .iter()
            .filter(|one| one.rule.id.starts_with("DRPT-"));
        let severities: Vec<_> = of_reports.map(|one| (one.rule.id, one.severity)).collect();
        assert!(
            severities.iter().all(|(_, severity)| *severity > Severity::Error),
            "{value}: {severities:?}"
        );
        assert!(
            severities
                .iter()
                .any(|(_, severity)| *severity == Severity::Warning),
            "{value}: {severities:?}"
        );
    }
}
