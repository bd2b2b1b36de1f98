//! MailDomains as a person who asks the cluster sees them: one in full, many in short, what to do next.

#[path = "../support/json_page.rs"]
mod json_page;

use jiff::Timestamp;
use serde_json::{Value, json};
use zegel::report::objects::{Object, REASONS, Told, fleet, fleet_line, status, status_json};
use zegel::report::selfcheck::{Check, SelfcheckReport};
use zegel::report::{CalledAs, Style};

fn now() -> Timestamp {
    "2026-11-26T12:00:00Z".parse().expect("a time")
}

/// An object of which everything is said that can be.
fn everything() -> Value {
    json!({
        "metadata": {"namespace": "mail", "name": "voorbeeld-nl", "generation": 3, "uid": "u"},
        "spec": {"domain": "voorbeeld.nl", "role": "Mail", "interval": "30m"},
        "status": {
            "observedGeneration": 3,
            "reason": "Drifted",
            "reasonSince": "2026-11-26T09:00:00Z",
            "lastObservation": "2026-11-26T11:48:00Z",
            "conditions": [
                condition("Ready", "False", "Drifted", "1 of 3 records differs: _dmarc.voorbeeld.nl"),
                condition("Stalled", "True", "Drifted", ""),
                condition("SPF", "True", "InSync", ""),
                condition("DMARC", "False", "Drifted", ""),
            ],
            "summary": {"records": 3, "inSync": 1, "drifted": 1, "errors": 2, "managedErrors": 1, "ratio": "1/3"},
            "records": [
                {"name": "voorbeeld.nl", "type": "TXT", "standard": "SPF", "state": "InSync",
                 "desired": ["v=spf1 mx -all"], "observed": ["v=spf1 mx -all"],
                 "published": {"servers": 4, "visibleBy": "2026-11-26T12:30:00Z"}},
                {"name": "s1._domainkey.voorbeeld.nl", "type": "TXT", "standard": "DKIM", "state": "Unknown",
                 "unanswered": {"reason": "ServFail", "since": "2026-11-26T11:00:00Z"}},
                {"name": "_dmarc.voorbeeld.nl", "type": "TXT", "standard": "DMARC", "state": "Drifted",
                 "desired": ["v=DMARC1; p=reject; rua=mailto:dmarc@voorbeeld.nl"],
                 "observed": ["v=DMARC1; p=none; rua=mailto:dmarc@voorbeeld.nl"],
                 "differences": ["p: want reject, found none"],
                 "since": "2026-11-26T08:45:00Z", "cause": "World",
                 "servers": [
                    {"state": "Right", "names": ["ns1.voorbeeld.nl"], "addresses": 2},
                    {"state": "Differs", "names": ["ns2.voorbeeld.nl"], "addresses": 1,
                     "observed": ["v=DMARC1; p=none"], "since": "2026-11-26T08:45:00Z"},
                    {"state": "Lame", "lame": "Refused", "names": ["ns3.voorbeeld.nl"], "addresses": 1},
                 ]},
            ],
            "findings": [
                {"rule": "DMARC-029", "severity": "Error", "record": "_dmarc.voorbeeld.nl", "managed": true,
                 "since": "2026-11-26T08:45:00Z", "message": "receivers are asked to do nothing about forged mail",
                 "fix": "Write p=reject."},
                {"rule": "MX-004", "severity": "Error", "record": "voorbeeld.nl", "managed": false,
                 "message": "a hostile\u{1b}[2J name", "fix": "Mend it."},
                {"rule": "SPF-001", "severity": "Warning", "record": "voorbeeld.nl", "managed": true,
                 "settleUntil": "2026-11-26T12:05:00Z", "message": "seen once", "fix": "Wait."},
            ],
            "truncated": 2,
        },
    })
}

fn condition(kind: &str, status: &str, reason: &str, message: &str) -> Value {
    json!({"type": kind, "status": status, "reason": reason, "message": message,
           "lastTransitionTime": "2026-11-26T09:00:00Z"})
}

fn told() -> Vec<Told> {
    vec![
        Told {
            at: Some("2026-11-25T12:00:00Z".parse().expect("a time")),
            type_: "Normal".to_owned(),
            reason: "InSync".to_owned(),
            note: "3 of 3 records are in sync".to_owned(),
        },
        Told {
            at: Some("2026-11-26T09:00:00Z".parse().expect("a time")),
            type_: "Warning".to_owned(),
            reason: "Drifted".to_owned(),
            note: "1 of 3 records differs: _dmarc.voorbeeld.nl".to_owned(),
        },
    ]
}

/// What the plugin prints.
const PLUGIN: Style = Style {
    me: CalledAs::Plugin,
    ..Style::PLAIN
};

fn shown(value: &Value) -> String {
    status(&Object::read(value), &Ok(told()), PLUGIN, now())
}

#[test]
fn one_object_is_told_in_full() {
    insta::assert_snapshot!(shown(&everything()));
}

#[test]
fn one_object_fits_a_narrow_terminal_and_moves_no_cursor() {
    let narrow = Style { width: 60, ..PLUGIN };
    let object = Object::read(&everything());
    let text = status(&object, &Err("cannot be listed: no".to_owned()), narrow, now());
    for line in text.lines() {
        // A word that is longer than the line stands whole, and so does a command, to be copied.
        let has_room = line.len() <= 60
            || line.split_whitespace().any(|word| word.len() > 20)
            || line.starts_with("      ");
        assert!(has_room, "{line}");
        assert!(!line.contains('\u{1b}'), "{line:?}");
    }
    assert!(text.contains("events: cannot be listed: no\n"), "{text}");
}

/// What a cluster's objects are as JSON stands on the page on it, and the other way round.
#[test]
fn json_is_what_the_page_says() {
    let mut page = json_page::Page::read();
    let unseen =
        json!({"metadata": {"namespace": "mail", "name": "a", "generation": 1}, "spec": {"role": "Mail"}});
    for value in [everything(), unseen] {
        let object = Object::read(&value);
        for events in [Ok(told()), Err("forbidden".to_owned())] {
            page.hold(
                "kubectl-status-and-refresh",
                &status_json(&object, &events, CalledAs::Plugin, now()),
            );
        }
        page.hold("kubectl-status-and-refresh", &fleet_line(&object, now()));
    }
    let checks = SelfcheckReport {
        checks: vec![
            Check::fine("CRD", "served"),
            Check::wrong("DNS", "silent", "ask another"),
        ],
    };
    let judged = zegel::report::json::Judged {
        outcome: "wrong",
        body: checks,
    };
    page.hold("selfcheck", &zegel::report::json::line(now(), &judged));
    let here = [
        "selfcheck",
        "check",
        "every-object",
        "kubectl-status-and-refresh",
        "event",
        "step",
        "summary",
    ];
    let unseen = page.unseen(|section| here.contains(&section));
    assert_eq!(unseen, ["summary: propagating"], "of the command line alone");
}

#[test]
fn json_holds_the_status_and_what_is_made_of_it() {
    let object = Object::read(&everything());
    let line = status_json(&object, &Ok(told()), CalledAs::Plugin, now());
    let value: Value = serde_json::from_str(&line).expect("one object");
    for (pointer, want) in [
        ("/schemaVersion", json!(1)),
        ("/outcome", json!("wrong")),
        ("/namespace", json!("mail")),
        ("/name", json!("voorbeeld-nl")),
        ("/domain", json!("voorbeeld.nl")),
        ("/standing", json!("Current")),
        ("/ready", json!("False")),
        ("/reason", json!("Drifted")),
        ("/suspended", json!(false)),
        ("/summary/ratio", json!("1/3")),
        ("/status/records/2/state", json!("Drifted")),
        ("/events/1/reason", json!("Drifted")),
        ("/events/1/type", json!("Warning")),
    ] {
        assert_eq!(value.pointer(pointer), Some(&want), "{pointer}");
    }
    assert!(value["next"].as_array().is_some_and(|next| !next.is_empty()));
    let short: Value = serde_json::from_str(&fleet_line(&object, now())).expect("one object");
    assert_eq!(short.get("status"), None);
    assert_eq!(short["since"], "2026-11-26T09:00:00Z");
}

/// The object with another reason.
fn with_reason(name: &str, status: &str, reason: &str) -> Object {
    let mut value = everything();
    value["metadata"]["name"] = json!(name);
    value["spec"]["domain"] = json!(format!("{name}.nl"));
    value["status"]["conditions"] = json!([condition("Ready", status, reason, "because")]);
    value["status"]["summary"]["errors"] = json!(0);
    value["status"]["findings"] = json!([]);
    Object::read(&value)
}

#[test]
fn many_objects_are_a_line_each_the_worst_first_below_their_totals() {
    let mut behind = with_reason("b-behind", "True", "Compliant");
    behind.generation = 4;
    let objects = [
        with_reason("a-fine", "True", "Compliant"),
        behind,
        with_reason("c-drifted", "False", "Drifted"),
        with_reason("d-invalid", "False", "InvalidSpec"),
        with_reason("e-silent", "Unknown", "DNSUnavailable"),
        with_reason("f-moving", "False", "Propagating"),
        Object::read(&everything()),
        Object::read(
            &json!({"metadata": {"namespace": "mail", "name": "g-new"}, "spec": {"domain": "g.nl", "role": "Mail"}}),
        ),
        with_reason("h-newer-word", "False", "Wobbly"),
    ];
    insta::assert_snapshot!(fleet(&objects, false, Style::PLAIN, now()));
    let quiet = fleet(&objects, true, Style::PLAIN, now());
    assert!(
        !quiet.contains("a-fine") && quiet.contains("1 Compliant"),
        "{quiet}"
    );
    assert_eq!(fleet(&[], false, Style::PLAIN, now()), "0 MailDomains\n");
}

/// What to do next, in one line each, joined.
fn next(object: &Object) -> String {
    let wide = Style {
        width: 4000,
        ..PLUGIN
    };
    let text = status(object, &Ok(Vec::new()), wide, now());
    let (_, next) = text.split_once("What to do next\n").expect("it is always said");
    next.to_owned()
}

#[test]
fn what_to_do_next_follows_from_the_reason_and_can_be_copied() {
    for (status, reason, says) in [
        ("False", "InvalidSpec", "kubectl edit maildomain a -n mail"),
        ("False", "DomainConflict", "--field-selector spec.domain=a.nl"),
        (
            "False",
            "NotGranted",
            "MailDomainGrant that names namespace mail and domain a.nl",
        ),
        (
            "False",
            "Drifted",
            "kubectl get maildomain a -n mail -o yaml | kubectl zegel plan --diff -o zone -",
        ),
        ("False", "Drifted", "kubectl zegel inspect a.nl -o manifest"),
        ("False", "Alternating", "name servers or resolvers disagree"),
        ("False", "Noncompliant", "kubectl zegel explain RULE"),
        ("False", "Unconfirmed", "kubectl zegel refresh a -n mail --wait"),
        (
            "False",
            "Propagating",
            "Nothing, where the records were published",
        ),
        ("Unknown", "Progressing", "the first look is under way"),
        ("Unknown", "DNSUnavailable", "kubectl zegel check a -n mail"),
        ("True", "Compliant", "- Nothing.\n"),
        ("True", "InSync", "- Nothing.\n"),
        ("True", "Observed", "- Nothing.\n"),
    ] {
        let text = next(&with_reason("a", status, reason));
        assert!(text.contains(says), "{reason}: {text}");
    }
}

/// Where it is a certificate that is not known, nobody is sent to his resolvers.
#[test]
fn what_is_not_known_for_want_of_a_certificate_is_no_matter_of_resolvers() {
    let with = |whys: &[&str]| {
        let mut value = everything();
        value["metadata"]["name"] = json!("a");
        value["status"]["conditions"] = json!([condition("Ready", "Unknown", "DNSUnavailable", "because")]);
        let record = |why: &&str| {
            json!({
                "name": "_25._tcp.mx1.a.nl", "type": "TLSA", "standard": "DANE", "state": "Unknown",
                "unanswered": {"reason": why, "since": "2026-11-27T08:00:00Z"},
            })
        };
        value["status"]["records"] = whys.iter().map(record).collect();
        next(&Object::read(&value))
    };
    for whys in [&["NoCertificate"][..], &["NoCertificate", "NoCertificate"]] {
        let text = with(whys);
        assert!(text.contains("kubectl get certificaterequests -n mail"), "{text}");
        assert!(!text.contains("resolvers"), "{text}");
    }
    for whys in [&["Timeout"][..], &["NoCertificate", "ServFail"], &[]] {
        let text = with(whys);
        assert!(
            text.contains("resolvers") && !text.contains("certificaterequests"),
            "{text}"
        );
    }
}

/// Without the plugin the commands about a cluster stand below `kubectl`, and the others beside it.
#[test]
fn what_is_to_be_typed_begins_as_the_program_was_called() {
    let object = with_reason("a", "False", "Drifted");
    let text = status(&object, &Ok(Vec::new()), Style::PLAIN, now());
    for command in [
        "      kubectl get maildomain a -n mail -o yaml | zegel plan --diff -o zone -\n",
        "      zegel inspect a.nl -o manifest\n",
        "      zegel kubectl refresh a -n mail --wait\n",
    ] {
        assert!(text.contains(command), "{command}{text}");
    }
}

#[test]
fn every_reason_is_known_by_its_word() {
    assert_eq!(REASONS, zegel::history::Reason::ALL.map(|reason| reason.as_str()));
}

#[test]
fn what_the_status_is_no_longer_worth_goes_before_the_reason() {
    let mut value = everything();
    value["spec"]["suspend"] = json!(true);
    let suspended = next(&Object::read(&value));
    assert!(
        suspended.contains(r#"-p '{"spec":{"suspend":false}}'"#),
        "{suspended}"
    );
    let mut behind = Object::read(&everything());
    behind.generation = 4;
    let text = next(&behind);
    assert!(
        text.contains("is of the one before") && text.contains("refresh voorbeeld-nl -n mail --wait"),
        "{text}"
    );
    let mut stale = with_reason("a", "True", "Compliant");
    if let Some(status) = &mut stale.status {
        status.last_observation = None;
    }
    assert!(next(&stale).contains("- Nothing.\n"));
    let unread = Object::read(&json!({
        "metadata": {"namespace": "mail", "name": "a"}, "spec": {"domain": "a.nl", "role": "Postbode"}
    }));
    assert!(next(&unread).contains("cannot read the spec"));
}

/// What a requirement wants is told by what differs from it, and never as a want of nothing.
#[test]
fn a_requirement_is_no_want_of_nothing() {
    let everywhere = "m1.voorbeeld.nl: want TLSA records at _25._tcp.m1.voorbeeld.nl, found none";
    let level = "m1.voorbeeld.nl: want nothing insufficient, found TLS 1.0 (insufficient)";
    for (standard, kind, state, observed, differences, wants_nothing) in [
        ("DANE", "TLSA", "Missing", vec![], vec![everywhere], false),
        (
            "DANE",
            "TLSA",
            "Drifted",
            vec!["m2.voorbeeld.nl: 3 1 1"],
            vec![everywhere],
            false,
        ),
        (
            "TLS",
            "SOA",
            "Drifted",
            vec!["m1.voorbeeld.nl: TLS 1.3"],
            vec![level],
            false,
        ),
        (
            "DMARC",
            "TXT",
            "Unexpected",
            vec!["v=DMARC1; p=none"],
            vec!["want no record, found one"],
            true,
        ),
        (
            "DMARC",
            "TXT",
            "Unexpected",
            vec!["v=DMARC1; p=none"],
            vec![],
            true,
        ),
    ] {
        let mut value = everything();
        value["status"]["records"] = json!([
            {"name": "voorbeeld.nl", "type": kind, "standard": standard, "state": state,
             "observed": observed, "differences": differences},
        ]);
        let text = shown(&value);
        assert_eq!(text.contains("want   nothing"), wants_nothing, "{text}");
        for says in differences {
            // The line is folded where the terminal ends.
            let first = says.split_once(", ").map_or(says, |(first, _)| first);
            assert!(text.contains(first), "{says}\n{text}");
        }
    }
}
