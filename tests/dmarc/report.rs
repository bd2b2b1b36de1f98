//! What `zegel dmarc` says.

use zegel::report::dmarc::DmarcReport;

use crate::facts::{World, name};

const ZONE: &str = "
    voorbeeld.nl MX 10 mail.voorbeeld.nl
    mail.voorbeeld.nl A 192.0.2.1
    _dmarc.voorbeeld.nl TXT v=DMARC1; p=reject; sp=quarantine; np=reject; rua=mailto:dmarc@voorbeeld.nl,mailto:v@in.reports.example!10m,mailto:v@no.example; ruf=mailto:f@in.reports.example
    voorbeeld.nl._report._dmarc.in.reports.example TXT v=DMARC1; rua=mailto:bulk@in.reports.example
";

fn look(zone: &str, domain: &str) -> DmarcReport {
    World::new(zone).settle(|inquiry| DmarcReport::look(&name(domain), inquiry))
}

#[test]
fn the_json_has_the_fields_that_are_promised() {
    let json = serde_json::to_value(look(ZONE, "mail.voorbeeld.nl")).expect("JSON");
    assert_eq!(
        json,
        serde_json::json!({
            "domain": "mail.voorbeeld.nl",
            "outcome": "policy",
            "organizationalDomain": "voorbeeld.nl",
            "policyDomain": "voorbeeld.nl",
            "record": "v=DMARC1; p=reject; sp=quarantine; np=reject; rua=mailto:dmarc@voorbeeld.nl,mailto:v@in.reports.example!10m,mailto:v@no.example; ruf=mailto:f@in.reports.example",
            "effectivePolicy": "quarantine",
            "policyTag": "sp",
            "testing": false,
            "exists": true,
            "nearMisses": [],
            "queries": ["_dmarc.mail.voorbeeld.nl", "_dmarc.voorbeeld.nl", "_dmarc.nl"],
            "subdomains": {"existing": "quarantine", "nonexistent": "reject"},
            "rfc7489": {"outcome": "policy", "organizationalDomain": "voorbeeld.nl", "policyDomain": "voorbeeld.nl", "effectivePolicy": "quarantine", "percent": null},
            "reportDestinations": [
                {"uri": "mailto:dmarc@voorbeeld.nl", "kind": "rua", "authorized": true, "ask": null, "override": null, "publish": null},
                {
                    "uri": "mailto:v@in.reports.example",
                    "kind": "rua",
                    "authorized": true,
                    "ask": "voorbeeld.nl._report._dmarc.in.reports.example",
                    "override": ["mailto:bulk@in.reports.example"],
                    "publish": "voorbeeld.nl._report._dmarc.in.reports.example. IN TXT \"v=DMARC1;\"",
                },
                {
                    "uri": "mailto:v@no.example",
                    "kind": "rua",
                    "authorized": false,
                    "ask": "voorbeeld.nl._report._dmarc.no.example",
                    "override": null,
                    "publish": "voorbeeld.nl._report._dmarc.no.example. IN TXT \"v=DMARC1;\"",
                },
                {
                    "uri": "mailto:f@in.reports.example",
                    "kind": "ruf",
                    "authorized": true,
                    "ask": "voorbeeld.nl._report._dmarc.in.reports.example",
                    "override": null,
                    "publish": "voorbeeld.nl._report._dmarc.in.reports.example. IN TXT \"v=DMARC1;\"",
                },
            ],
            "unanswered": [],
        })
    );
}

#[test]
fn report_destinations_are_asked_under_the_name_where_the_record_was_found() {
    let rows: &[(&str, &str, Option<bool>, Option<&str>)] = &[
        ("the domain itself", "mailto:a@voorbeeld.nl", Some(true), None),
        (
            "a name below, same organizational domain",
            "mailto:a@mail.voorbeeld.nl",
            Some(true),
            None,
        ),
        (
            "a name below with psd=n is another's",
            "mailto:a@own.voorbeeld.nl",
            Some(false),
            Some("voorbeeld.nl._report._dmarc.own.voorbeeld.nl"),
        ),
        (
            "agreed",
            "mailto:a@yes.example",
            Some(true),
            Some("voorbeeld.nl._report._dmarc.yes.example"),
        ),
        (
            "agreed without semicolon, by a wildcard",
            "mailto:a@wild.example",
            Some(true),
            Some("voorbeeld.nl._report._dmarc.wild.example"),
        ),
        (
            "agreed beside other text",
            "mailto:a@two.example",
            Some(true),
            Some("voorbeeld.nl._report._dmarc.two.example"),
        ),
        (
            "not agreed",
            "mailto:a@no.example",
            Some(false),
            Some("voorbeeld.nl._report._dmarc.no.example"),
        ),
        (
            "other text only",
            "mailto:a@text.example",
            Some(false),
            Some("voorbeeld.nl._report._dmarc.text.example"),
        ),
        (
            "an override to another host: nothing is sent",
            "mailto:a@away.example",
            Some(false),
            Some("voorbeeld.nl._report._dmarc.away.example"),
        ),
        (
            "no answer",
            "mailto:a@broken.example",
            None,
            Some("voorbeeld.nl._report._dmarc.broken.example"),
        ),
        (
            "the size is no part of the host",
            "mailto:a@yes.example!50m",
            Some(true),
            Some("voorbeeld.nl._report._dmarc.yes.example"),
        ),
    ];
    let zone = "
        _dmarc.own.voorbeeld.nl TXT v=DMARC1; p=none; psd=n
        voorbeeld.nl._report._dmarc.yes.example TXT v=DMARC1;
        *._report._dmarc.wild.example TXT v=DMARC1
        voorbeeld.nl._report._dmarc.two.example TXT v=DMARC1
        voorbeeld.nl._report._dmarc.two.example TXT hello
        voorbeeld.nl._report._dmarc.text.example TXT v=dmarc1
        voorbeeld.nl._report._dmarc.away.example TXT v=DMARC1; rua=mailto:x@other.example
        voorbeeld.nl._report._dmarc.broken.example TXT !SERVFAIL
    ";
    for (what, uri, authorized, ask) in rows {
        let zone = format!("{zone}\n_dmarc.voorbeeld.nl TXT v=DMARC1; p=none; rua={uri}");
        for domain in ["voorbeeld.nl", "sub.voorbeeld.nl"] {
            let report = look(&zone, domain);
            let [found] = report.report_destinations.as_slice() else {
                panic!("{what}: {report:?}")
            };
            assert_eq!(found.authorized, *authorized, "{what}");
            assert_eq!(found.ask.as_ref().map(|name| name.as_str()), *ask, "{what}");
        }
    }
}

#[test]
fn an_unknown_organizational_domain_agrees_to_nothing_by_itself() {
    let zone = "_dmarc.voorbeeld.nl TXT v=DMARC1; p=none; rua=mailto:a@voorbeeld.nl,mailto:a@mail.voorbeeld.nl\n_dmarc.nl TXT !SERVFAIL";
    let report = look(zone, "voorbeeld.nl");
    let authorized: Vec<_> = report
        .report_destinations
        .iter()
        .map(|one| one.authorized)
        .collect();
    assert_eq!(authorized, [Some(true), None]);
}

#[test]
fn the_text_a_person_reads() {
    insta::assert_snapshot!("inherited", look(ZONE, "mail.voorbeeld.nl").text());
    insta::assert_snapshot!("nothing", look("_dmarc.nl TXT !SERVFAIL", "voorbeeld.nl").text());
    insta::assert_snapshot!(
        "partial",
        look(
            "_dmarc.voorbeeld.nl TXT v=DMARC1; p=reject; pct=20; t=y",
            "voorbeeld.nl"
        )
        .text()
    );
}

#[test]
fn receivers_of_rfc_7489_enforce_in_part_and_with_pct_0_one_level_down() {
    for (text, policy, percent) in [
        ("v=DMARC1; p=reject", "reject", None),
        ("v=DMARC1; p=reject; pct=100", "reject", None),
        ("v=DMARC1; p=reject; pct=20", "reject", Some(20)),
        ("v=DMARC1; p=reject; pct=1", "reject", Some(1)),
        ("v=DMARC1; p=reject; pct=0", "quarantine", None),
        ("v=DMARC1; p=quarantine; pct=0", "none", None),
        ("v=DMARC1; p=none; pct=0", "none", None),
        ("v=DMARC1; p=none; pct=50", "none", None),
        ("v=DMARC1; p=reject; pct=x", "reject", None),
        (
            "v=DMARC1; p=reject; pct=0; rua=mailto:a@voorbeeld.nl",
            "quarantine",
            None,
        ),
        ("v=DMARC1; p=reject; p=reject", "none", None),
    ] {
        let report = look(&format!("_dmarc.voorbeeld.nl TXT {text}"), "voorbeeld.nl");
        let json = serde_json::to_value(&report).expect("JSON");
        assert_eq!(json["rfc7489"]["effectivePolicy"], policy, "{text}");
        assert_eq!(json["rfc7489"]["percent"], serde_json::json!(percent), "{text}");
    }
    let inherited = look(
        "_dmarc.voorbeeld.nl TXT v=DMARC1; p=none; sp=reject; pct=0",
        "a.voorbeeld.nl",
    );
    assert_eq!(
        inherited.rfc7489.effective_policy,
        Some(zegel::records::dmarc::Policy::Quarantine)
    );
}

#[test]
fn what_nobody_answered_is_not_known_to_receivers_of_rfc_7489_either() {
    for (zone, domain, outcome) in [
        (
            "voorbeeld.nl ANY !SERVFAIL\n_dmarc.voorbeeld.nl ANY !SERVFAIL",
            "voorbeeld.nl",
            "unknown",
        ),
        ("_dmarc.voorbeeld.nl TXT !TIMEOUT", "voorbeeld.nl", "unknown"),
        ("_dmarc.voorbeeld.nl TXT !REFUSED", "a.b.voorbeeld.nl", "unknown"),
        (
            "_dmarc.a.voorbeeld.nl TXT !SERVFAIL\n_dmarc.voorbeeld.nl TXT v=DMARC1; p=none",
            "a.voorbeeld.nl",
            "unknown",
        ),
        ("_dmarc.nl TXT !SERVFAIL", "voorbeeld.nl", "none"),
        ("_dmarc.voorbeeld.nl TXT v=DMARC1; p=x", "voorbeeld.nl", "invalid"),
        (
            "_dmarc.voorbeeld.nl TXT v=DMARC1; p=none\n_dmarc.a.voorbeeld.nl TXT x",
            "a.voorbeeld.nl",
            "policy",
        ),
        (
            "_dmarc.voorbeeld.nl TXT v=DMARC1; p=none\n_dmarc.voorbeeld.nl TXT v=DMARC1; p=none;",
            "voorbeeld.nl",
            "none",
        ),
    ] {
        let report = look(zone, domain);
        assert_eq!(report.rfc7489.outcome, outcome, "{zone}");
        let text = report.text();
        let legacy = &text[text.find("RFC 7489").expect("a part of its own")..];
        assert_eq!(
            legacy.contains("not known"),
            outcome == "unknown",
            "{zone}\n{text}"
        );
        assert_eq!(
            legacy.contains("none applied"),
            matches!(outcome, "none" | "invalid"),
            "{zone}\n{text}"
        );
        assert_eq!(
            report.rfc7489.effective_policy.is_some(),
            outcome == "policy",
            "{zone}"
        );
    }
}

#[test]
fn a_text_that_was_meant_as_the_record_is_shown() {
    for (text, why) in [
        (
            "\" v=DMARC1; p=reject; rua=mailto:d@a.nl\"",
            "white space stands before",
        ),
        ("xxxv=DMARC1; p=reject", "something stands before"),
        ("v=dmarc1; p=reject", "in capitals"),
        ("v=DMARC10; p=reject", "not DMARC1"),
        ("\"v\\010=DMARC1; p=reject\"", "a line end stands within"),
        ("v=DMARC1 p=reject", "no semicolon"),
    ] {
        for (place, domain) in [("a.nl", "a.nl"), ("a.nl", "b.a.nl")] {
            let report = look(&format!("_dmarc.{place} TXT {text}"), domain);
            assert_eq!(report.outcome, "none", "{text}");
            let [miss] = report.near_misses.as_slice() else {
                panic!("{text}: {:?}", report.near_misses)
            };
            assert!(miss.why.contains(why), "{text}: {}", miss.why);
            assert_eq!(miss.name, name(&format!("_dmarc.{place}")));
            let said = report.text();
            assert!(said.contains(&miss.text) && said.contains(why), "{said}");
        }
    }
    let sound = look(
        "_dmarc.a.nl TXT v=DMARC1; p=reject\n_dmarc.a.nl TXT hello",
        "a.nl",
    );
    assert!(sound.near_misses.is_empty());
}
