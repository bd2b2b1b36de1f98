//! What `zegel dmarc` says.

use zegel::report::dmarc::DmarcReport;

use crate::facts::{World, name};

const ZONE: &str = "
    voorbeeld.nl MX 10 mail.voorbeeld.nl
    mail.voorbeeld.nl A 192.0.2.1
    no.example MX 10 mail.voorbeeld.nl
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
            "validation": "Off",
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
