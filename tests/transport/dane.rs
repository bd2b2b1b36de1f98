//! DANE for SMTP (RFC 7672), as far as DNS and its proofs tell.

use zegel::inquiry::{Security, Trouble, Unproven};
use zegel::judge::State;
use zegel::records::Standard;
use zegel::rules;

use crate::facts::{World, findings, intent, name, observe, record, rule_ids};
use crate::rows::{E, I, Row, W, hold};

const KEY: &str = "abababababababababababababababababababababababababababababababab";

/// A spec that wants records at one host.
const ONE: &str = "{domain: a.nl, role: Mail, dane: {hosts: [{name: mx1.a.nl, records: \
                   ['3 1 1 abababababababababababababababababababababababababababababababab']}]}}";
const EVERYWHERE: &str = "{domain: a.nl, role: Mail, dane: {required: true}}";
const LOOK: &str = "";

/// `KEY` for `K`, a second one for `L`, and 64 octets for `M`; the MX and its hosts are there. `nl` is signed, and `u.nl`
/// below it is not.
fn world(zone: &str) -> World {
    let (other, long) = (KEY.replace("ab", "cd"), KEY.repeat(2));
    let hosts = match zone.contains("a.nl MX") {
        true => "",
        false => "a.nl MX 10 mx1.a.nl\n",
    };
    let line = |line: &str| {
        let data = [(" K", KEY), (" L", &other), (" M", &long)];
        let found = data
            .iter()
            .find_map(|(letter, data)| Some(format!("{} {data}", line.strip_suffix(letter)?)));
        found.unwrap_or(line.to_owned())
    };
    let zone: Vec<String> = zone.lines().map(line).collect();
    let zone = zone.join("\n");
    let addresses = "mx1.a.nl A 192.0.2.1\nmx2.a.nl A 192.0.2.2\nmx.u.nl A 192.0.2.3";
    World::new(&format!("{hosts}{zone}\n{addresses}"))
        .worth("nl", Security::Secure)
        .worth("u.nl", unsigned("u.nl"))
}

fn unsigned(at: &str) -> Security {
    Security::Insecure {
        at: name(at),
        why: Unproven::Unsigned,
    }
}

const GOOD: &str = "_25._tcp.mx1.a.nl TLSA 3 1 1 K\n_25._tcp.mx1.a.nl TLSA 3 1 1 L";

#[rustfmt::skip] // A row is a line.
const ROWS: &[Row] = &[
    ("DANE-001", E, ONE, "_25._tcp.a.nl TLSA 3 1 1 K", GOOD),
    ("DANE-001", E, EVERYWHERE, "a.nl MX 10 mx1.a.nl\na.nl MX 20 mx2.a.nl\n_25._tcp.mx1.a.nl TLSA 3 1 1 K\n_25._tcp.a.nl TLSA 3 1 1 L", "a.nl MX 10 a.nl\na.nl A 192.0.2.1\n_25._tcp.a.nl TLSA 3 1 1 K"),
    ("DANE-001", W, ONE, "_25._tcp.a.nl TLSA 3 1 1 K\n_25._tcp.mx1.a.nl TLSA 3 1 1 K", GOOD),
    ("DANE-001", W, LOOK, "_25._tcp.a.nl TLSA 3 1 1 K", GOOD),
    ("DANE-001", W, LOOK, "_25._tcp.a.nl TLSA 3 1 1 K\n_25._tcp.mx1.a.nl TLSA 3 1 1 K", "a.nl MX 10 a.nl\na.nl A 192.0.2.1\n_25._tcp.a.nl TLSA 3 1 1 K"),
    ("DANE-001", W, LOOK, "_25._tcp.a.nl TLSA 3 1 1 K", "_25._tcp.a.nl TLSA !TIMEOUT"),
    ("DANE-002", W, ONE, "_25._tcp.mx1.a.nl TLSA 1 1 1 K", GOOD),
    ("DANE-002", W, LOOK, "_25._tcp.mx1.a.nl TLSA 0 1 1 K", GOOD),
    ("DANE-003", I, ONE, "_25._tcp.mx1.a.nl TLSA 3 1 2 M", GOOD),
    ("DANE-004", E, ONE, "_25._tcp.mx1.a.nl TLSA 3 1 3 K", GOOD),
    ("DANE-004", W, ONE, "_25._tcp.mx1.a.nl TLSA 3 2 1 K\n_25._tcp.mx1.a.nl TLSA 3 1 1 K", GOOD),
    ("DANE-004", W, LOOK, "_25._tcp.mx1.a.nl TLSA 4 1 1 K", GOOD),
    ("DANE-005", E, ONE, "_25._tcp.mx1.a.nl TLSA 3 1 1 abab", GOOD),
    ("DANE-005", E, ONE, "_25._tcp.mx1.a.nl TLSA 3 1 2 K", "_25._tcp.mx1.a.nl TLSA 3 1 2 M"),
    ("DANE-006", W, ONE, "_25._tcp.mx1.a.nl TLSA 3 1 0 abab", GOOD),
    ("DANE-007", I, ONE, "_25._tcp.mx1.a.nl TLSA 2 1 1 K\n_25._tcp.mx1.a.nl TLSA 2 1 1 L", "_25._tcp.mx1.a.nl TLSA 2 1 1 K\n_25._tcp.mx1.a.nl TLSA 3 1 1 L"),
    ("DANE-008", E, ONE, "a.nl MX 10 mx.u.nl\n_25._tcp.mx.u.nl TLSA 3 1 1 K", GOOD),
    ("DANE-008", W, LOOK, "a.nl MX 10 mx.u.nl\n_25._tcp.mx.u.nl TLSA 3 1 1 K", GOOD),
    ("DANE-008", E, ONE, "_25._tcp.mx1.a.nl CNAME t.u.nl\nt.u.nl TLSA 3 1 1 K", GOOD),
    ("DANE-010", E, ONE, "_25._tcp.mx1.a.nl TLSA !SERVFAIL", GOOD),
    ("DANE-010", W, LOOK, "_25._tcp.mx1.a.nl TLSA !REFUSED", "a.nl MX 10 mx.u.nl\n_25._tcp.mx.u.nl TLSA !SERVFAIL"),
    ("DANE-010", E, ONE, "_25._tcp.mx1.a.nl TLSA !SERVFAIL", "_25._tcp.mx1.a.nl TLSA !TIMEOUT"),
    ("DANE-011", W, ONE, "a.nl MX 10 mx1.a.nl\na.nl MX 20 mx2.a.nl\n_25._tcp.mx1.a.nl TLSA 3 1 1 K", GOOD),
    ("DANE-014", W, ONE, "_25._tcp.mx1.a.nl TLSA 3 1 1 K\n_25._tcp.mx1.a.nl TLSA 3 1 1 L\n_25._tcp.mx1.a.nl TLSA 3 1 2 M", "_25._tcp.mx1.a.nl TLSA 3 1 1 K\n_25._tcp.mx1.a.nl TLSA 3 1 2 M"),
    ("DANE-016", I, ONE, "_25._tcp.mx1.a.nl TLSA 3 1 1 K", GOOD),
    ("DANE-019", W, ONE, "_25._tcp.mx1.a.nl TLSA 3 0 1 K", GOOD),
    ("DANE-020", W, ONE, "_25._tcp.mx1.a.nl TLSA 2 1 1 K", "_25._tcp.mx1.a.nl TLSA 2 1 1 K\n_25._tcp.mx1.a.nl TLSA 2 1 1 L"),
    ("DANE-021", W, ONE, "a.nl MX 10 mail.a.nl\nmail.a.nl CNAME mx1.a.nl\n_25._tcp.mail.a.nl TLSA 3 1 1 K", "a.nl MX 10 mail.a.nl\nmail.a.nl CNAME mx1.a.nl\n_25._tcp.mx1.a.nl TLSA 3 1 1 K"),
    ("DANE-022", W, ONE, "_25._tcp.mx1.a.nl CNAME gone.a.nl", "_25._tcp.mx1.a.nl CNAME t.a.nl\nt.a.nl TLSA 3 1 1 K"),
    ("DANE-022", W, LOOK, "_25._tcp.mx1.a.nl CNAME t.a.nl\nt.a.nl EXISTS", "_25._tcp.mx1.a.nl CNAME t.a.nl\nt.a.nl TLSA !SERVFAIL"),
    ("DANE-024", I, ONE, "_25._tcp.mx1.a.nl 86400 TLSA 3 1 1 K\n_25._tcp.mx1.a.nl 86400 TLSA 3 1 1 L", GOOD),
    ("DANE-024", I, EVERYWHERE, "_25._tcp.mx1.a.nl 3601 TLSA 3 1 1 K", "_25._tcp.mx1.a.nl 300 TLSA 3 1 1 K"),
    ("DANE-025", W, EVERYWHERE, "a.nl MX 10 mx.u.nl", GOOD),
    ("DANE-025", W, ONE, "a.nl MX 10 mx1.a.nl\na.nl MX 20 mx.u.nl\n_25._tcp.mx1.a.nl TLSA 3 1 1 K", "a.nl MX 10 mx.u.nl\n_25._tcp.mx.u.nl TLSA 3 1 1 K"),
    ("DANE-026", W, ONE, "*._tcp.mx1.a.nl TLSA 3 1 1 K", GOOD),
    ("DANE-027", E, ONE, "_25._tcp.mx1.a.nl TLSA 3 1 1 e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", GOOD),
    ("DANE-029", W, ONE, "a.nl MX 10 a-nl.mail.protection.outlook.com\na-nl.mail.protection.outlook.com A 192.0.2.9", GOOD),
];

#[test]
fn each_rule_fires_where_it_should_and_nowhere_else() {
    let rules: Vec<&rules::Rule> = rules::dane::RULES
        .iter()
        .copied()
        .filter(|rule| rule.id != "DANE-009")
        .collect();
    hold(ROWS, &rules, world);
}

#[test]
fn an_mx_nobody_can_prove_lets_only_a_part_of_the_protection_through() {
    for (spec, worth, severity) in [
        (ONE, unsigned("a.nl"), Some(W)),
        (LOOK, unsigned("a.nl"), Some(I)),
        (ONE, Security::Secure, None),
        (ONE, Security::NotAsked, None),
    ] {
        let subject = match spec {
            LOOK => observe("a.nl"),
            spec => intent(spec),
        };
        let world = World::new(&format!(
            "a.nl MX 10 mx1.b.nl\nmx1.b.nl A 192.0.2.1\n_25._tcp.mx1.b.nl TLSA 3 1 1 {KEY}"
        ));
        let world = world.worth("b.nl", Security::Secure).worth("a.nl", worth.clone());
        let verdict = world.judge(&subject);
        let found: Vec<_> = findings(&verdict, "DANE-009")
            .iter()
            .map(|one| one.severity)
            .collect();
        assert_eq!(found.first().copied(), severity, "{spec} {worth:?}");
    }
}

#[test]
fn the_records_of_a_host_are_compared_as_a_set() {
    for (zone, want, differences) in [
        ("_25._tcp.mx1.a.nl TLSA 3 1 1 K", State::InSync, 0),
        ("_25._tcp.mx1.a.nl TLSA 3 1 1 L", State::Drifted, 2),
        (
            "_25._tcp.mx1.a.nl TLSA 3 1 1 K\n_25._tcp.mx1.a.nl TLSA 3 1 1 L",
            State::Drifted,
            1,
        ),
        (
            "_25._tcp.mx1.a.nl CNAME t.a.nl\nt.a.nl TLSA 3 1 1 K",
            State::InSync,
            0,
        ),
        ("", State::Missing, 0),
        ("_25._tcp.mx1.a.nl TLSA !SERVFAIL", State::Unknown, 0),
    ] {
        let verdict = world(zone).judge(&intent(ONE));
        let found = record(&verdict, "_25._tcp.mx1.a.nl");
        assert_eq!(
            (found.state, found.standard),
            (want, Standard::Dane),
            "{zone}\n{found:#?}"
        );
        assert_eq!(found.differences.len(), differences, "{zone}\n{found:#?}");
        assert_eq!(found.desired, [format!("3 1 1 {KEY}")]);
    }
    let upper = world(&format!("_25._tcp.mx1.a.nl TLSA 3 1 1 {}", KEY.to_uppercase()));
    assert_eq!(
        record(&upper.judge(&intent(ONE)), "_25._tcp.mx1.a.nl").state,
        State::InSync
    );
}

#[test]
fn every_host_must_have_records_that_are_proven() {
    const TWO: &str = "a.nl MX 10 mx1.a.nl\na.nl MX 20 mx2.a.nl\n_25._tcp.mx1.a.nl TLSA 3 1 1 K";
    for (zone, want, says) in [
        (GOOD, State::InSync, ""),
        (
            TWO,
            State::Drifted,
            "mx2.a.nl: want TLSA records at _25._tcp.mx2.a.nl, found none",
        ),
        ("", State::Missing, "mx1.a.nl: want TLSA records"),
        (
            "_25._tcp.mx1.a.nl TLSA 1 1 1 K",
            State::Missing,
            "found only 1 1 1",
        ),
        (
            "a.nl MX 10 mx.u.nl\n_25._tcp.mx.u.nl TLSA 3 1 1 K",
            State::Missing,
            "want secure, found insecure",
        ),
        ("_25._tcp.mx1.a.nl TLSA !SERVFAIL", State::Unknown, ""),
        ("a.nl MX !SERVFAIL", State::Unknown, ""),
        ("a.nl MX 0 .", State::Missing, "found no host"),
        (
            "a.nl MX 10 mail.a.nl\nmail.a.nl CNAME mx1.a.nl\n_25._tcp.mx1.a.nl TLSA 3 1 1 K",
            State::InSync,
            "",
        ),
    ] {
        let verdict = world(zone).judge(&intent(EVERYWHERE));
        let found = record(&verdict, "a.nl");
        assert_eq!(found.state, want, "{zone}\n{found:#?}");
        let said = found.differences.join("; ");
        assert!(
            said.contains(says) && said.is_empty() == says.is_empty(),
            "{zone}: {said}"
        );
    }
}

#[test]
fn where_nothing_was_validated_it_is_not_known_whether_every_host_has_dane() {
    let zone = format!("a.nl MX 10 mx1.a.nl\nmx1.a.nl A 192.0.2.1\n_25._tcp.mx1.a.nl TLSA 3 1 1 {KEY}");
    let verdict = World::new(&zone).judge(&intent(EVERYWHERE));
    let found = record(&verdict, "a.nl");
    assert_eq!(found.state, State::Unknown);
    assert_eq!(found.unanswered, Some(Trouble::NotValidated));
    // That there is none at all is seen without a proof.
    let verdict = World::new("a.nl MX 10 mx1.a.nl\nmx1.a.nl A 192.0.2.1").judge(&intent(EVERYWHERE));
    assert_eq!(record(&verdict, "a.nl").state, State::Missing);
}

#[test]
fn an_outage_accuses_nobody() {
    for zone in [
        "a.nl MX !SERVFAIL",
        "a.nl MX 10 mx9.a.nl\nmx9.a.nl ANY !SERVFAIL\n_25._tcp.mx9.a.nl TLSA !SERVFAIL",
        "_25._tcp.mx1.a.nl TLSA !TIMEOUT",
        "_25._tcp.mx1.a.nl TLSA !NETWORK",
    ] {
        let verdict = world(zone).judge(&intent(ONE));
        let own: Vec<&str> = rule_ids(&verdict)
            .into_iter()
            .filter(|id| id.starts_with("DANE"))
            .collect();
        assert!(own.is_empty(), "{zone}: {own:?}");
    }
}
