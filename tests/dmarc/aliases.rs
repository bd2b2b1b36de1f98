//! Aliases at `_dmarc` that are written as text, exclude what else stands there, or lead nowhere: the findings, and what
//! `zegel dmarc` says.

use zegel::report::dmarc::DmarcReport;
use zegel::rules::Severity;

use super::slips::{look, said};
use crate::facts::{World, findings, judge_in, name, observe};

fn report(zone: &str, domain: &str) -> DmarcReport {
    World::new(zone).settle(|inquiry| DmarcReport::look(&name(domain), inquiry))
}

#[test]
fn a_cname_that_excludes_what_stands_beside_it_is_named() {
    let end = "x.dmarc.example TXT v=DMARC1; p=reject";
    for (zone, other, spoken) in [
        (
            "_dmarc.a.nl CNAME x.dmarc.example\n_dmarc.a.nl TXT v=DMARC1; p=none",
            "x.dmarc.example",
            "found TXT records and a CNAME to x.dmarc.example",
        ),
        (
            "_dmarc.a.nl CNAME x.dmarc.example\n_dmarc.a.nl CNAME y.dmarc.example",
            "y.dmarc.example",
            "want one CNAME, found 2, to x.dmarc.example and y.dmarc.example",
        ),
        (
            "_dmarc.a.nl CNAME gone.example\n_dmarc.a.nl CNAME y.dmarc.example",
            "y.dmarc.example",
            "want one CNAME, found 2, to gone.example and y.dmarc.example",
        ),
    ] {
        let zone = format!("{zone}\n{end}");
        let verdict = judge_in(&zone, &observe("a.nl"));
        let rule = if zone.contains("TXT v=DMARC1; p=none") {
            "DNS-022"
        } else {
            "DNS-025"
        };
        let found = findings(&verdict, rule);
        let [one] = found[..] else {
            panic!("{zone}: {:#?}", verdict.findings)
        };
        assert!(one.message.contains(spoken), "{zone}: {}", one.message);
        let report = report(&zone, "a.nl");
        let text = report.text();
        let said = format!("a CNAME to {other} stands there too");
        assert!(text.contains(&said) && text.contains(rule), "{text}");
        let json = serde_json::to_value(&report).expect("JSON");
        assert_eq!(
            json["cnameConflicts"],
            serde_json::json!([{"name": "_dmarc.a.nl", "target": other}])
        );
    }
    let one = format!("_dmarc.a.nl CNAME x.dmarc.example\n{end}");
    for rule in ["DNS-022", "DNS-025"] {
        assert!(
            findings(&judge_in(&one, &observe("a.nl")), rule).is_empty(),
            "{rule}"
        );
    }
    let json = serde_json::to_value(report(&one, "a.nl")).expect("JSON");
    assert!(json.get("cnameConflicts").is_none(), "{json}");
}

#[test]
fn a_cname_that_leads_in_a_circle_is_named() {
    for zone in [
        "_dmarc.a.nl CNAME l.a.nl\nl.a.nl CNAME m.a.nl\nm.a.nl CNAME l.a.nl",
        "_dmarc.a.nl TXT !CNAMELOOP",
    ] {
        let verdict = judge_in(zone, &observe("a.nl"));
        let [one] = findings(&verdict, "DMARC-039")[..] else {
            panic!("{zone}: {:#?}", verdict.findings)
        };
        assert_eq!(one.severity, Severity::Warning);
        assert!(one.message.contains("in a circle"), "{}", one.message);
        assert!(findings(&verdict, "DMARC-042").is_empty(), "{zone}");
        let report = report(zone, "a.nl");
        assert_eq!(report.outcome, "unknown", "{zone}");
        assert_eq!(report.text().matches("circle").count(), 2, "{}", report.text());
    }
    let text = report("_dmarc.a.nl TXT !SERVFAIL", "a.nl").text();
    assert!(!text.contains("circle"), "{text}");
}

#[test]
fn a_host_name_where_a_cname_was_meant() {
    for text in [
        "a.nl.dmarc.example",
        "a.nl.dmarc.example.",
        "10 a.nl.dmarc.example",
        "cname=a.nl.dmarc.example",
        "CNAME:a.nl.dmarc.example",
        "CNAME a.nl.dmarc.example",
        "IN CNAME a.nl.dmarc.example.",
        "3600 IN CNAME a.nl.dmarc.example.",
        "http://a.nl.dmarc.example",
        "https://a.nl.dmarc.example/",
        "\"\\\"a.nl.dmarc.example\\\"\"",
        "\" a.nl.dmarc.example \"",
    ] {
        let verdict = look(text);
        let [one] = said(&verdict)[..] else {
            panic!("{text}: {:#?}", said(&verdict))
        };
        assert_eq!(
            (one.rule.id, one.severity),
            ("DMARC-052", Severity::Error),
            "{text}"
        );
        assert!(
            one.fix
                .ends_with("place a CNAME instead: _dmarc.a.nl. IN CNAME a.nl.dmarc.example."),
            "{text}: {}",
            one.fix
        );
    }
    let verdict = look("\"\\\"_dmarc.x.example\\\"\"");
    assert!(
        findings(&verdict, "DMARC-052")[0]
            .fix
            .ends_with("IN CNAME _dmarc.x.example.")
    );
    for text in [
        "hello",
        "192.0.2.1",
        "MS=a.nl",
        "d@a.nl",
        "a.nl b.nl",
        "v=a.nl",
        "a",
    ] {
        assert!(findings(&look(text), "DMARC-052").is_empty(), "{text}");
    }
}
