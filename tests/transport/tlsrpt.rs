//! TLS-RPT (RFC 8460).

use zegel::judge::State;
use zegel::records::Standard;
use zegel::rules;

use crate::facts::{World, intent, judge_in, record, rule_ids};
use crate::rows::{E, I, Row, W, hold};

const SPEC: &str = "{domain: a.nl, role: Mail, tlsRpt: {reports: ['mailto:tls@a.nl']}}";
const LOOK: &str = "";
const GOOD: &str = "_smtp._tls.a.nl TXT v=TLSRPTv1; rua=mailto:tls@a.nl";

#[rustfmt::skip] // A row is a line.
const ROWS: &[Row] = &[
    ("TRPT-001", E, SPEC, "_smtp._tls.a.nl TXT v=tlsrptv1; rua=mailto:tls@a.nl", GOOD),
    ("TRPT-001", E, SPEC, "_smtp._tls.a.nl TXT v=TLSRPTv1 rua=mailto:tls@a.nl", GOOD),
    ("TRPT-001", W, LOOK, "_smtp._tls.a.nl TXT v=TLSRPT1; rua=mailto:tls@a.nl", "_smtp._tls.a.nl TXT v=spf1 -all"),
    ("TRPT-001", W, SPEC, "_smtp._tls.a.nl TXT v=TLSRPTv1; rua=mailto:tls@a.nl\n_smtp._tls.a.nl TXT v=TLSRPTv1", GOOD),
    ("TRPT-002", E, SPEC, "_smtp._tls.a.nl TXT v=TLSRPTv1; rua=mailto:tls@a.nl\n_smtp._tls.a.nl TXT v=TLSRPTv1; rua=mailto:b@a.nl", GOOD),
    ("TRPT-002", W, LOOK, "_smtp._tls.a.nl TXT v=TLSRPTv1; rua=mailto:tls@a.nl\n_smtp._tls.a.nl TXT v=TLSRPTv1; rua=mailto:b@a.nl", GOOD),
    ("TRPT-003", E, SPEC, "_smtp._tls.a.nl TXT v=TLSRPTv1; RUA=mailto:tls@a.nl", GOOD),
    ("TRPT-003", E, SPEC, "_smtp._tls.a.nl TXT v=TLSRPTv1;; rua=mailto:tls@a.nl", "_smtp._tls.a.nl TXT v=TLSRPTv1;rua=mailto:tls@a.nl;"),
    ("TRPT-003", E, SPEC, "_smtp._tls.a.nl TXT v=TLSRPTv1; rua = mailto:tls@a.nl", "_smtp._tls.a.nl TXT v=TLSRPTv1; rua=mailto:tls@a.nl , mailto:b@a.nl"),
    ("TRPT-003", W, SPEC, "_smtp._tls.a.nl TXT v=TLSRPTv1 ; rua=mailto:tls@a.nl", GOOD),
    ("TRPT-003", E, SPEC, "_smtp._tls.a.nl TXT \"v=TLSRPTv1; rua=mailto:tls@a.nl \"", "_smtp._tls.a.nl TXT \"v=TLSRPTv1; rua=mailto:tls@a.nl ; \""),
    ("TRPT-003", W, SPEC, "_smtp._tls.a.nl TXT v=TLSRPTv1; rua=mailto:tls@a.nl; ext=a=b", GOOD),
    ("TRPT-003", E, SPEC, "_smtp._tls.a.nl TXT v=TLSRPTv1; rua=mailto:tls@a.nl; _x=b", GOOD),
    ("TRPT-001", E, SPEC, "_smtp._tls.a.nl TXT \";v=TLSRPTv1; rua=mailto:tls@a.nl\"", GOOD),
    ("TRPT-004", E, SPEC, "_smtp._tls.a.nl TXT v=TLSRPTv1; rua=https://[zz]/x", "_smtp._tls.a.nl TXT v=TLSRPTv1; rua=https://[2a00:1::53]/x"),
    ("TRPT-004", E, SPEC, "_smtp._tls.a.nl TXT v=TLSRPTv1; rua=tls@a.nl", GOOD),
    ("TRPT-004", E, SPEC, "_smtp._tls.a.nl TXT v=TLSRPTv1; rua=http://a.nl/tls", "_smtp._tls.a.nl TXT v=TLSRPTv1; rua=https://a.nl/tls"),
    ("TRPT-005", E, SPEC, "_smtp._tls.a.nl TXT v=TLSRPTv1; rua=mailto:tls@a.nl!10m", "_smtp._tls.a.nl TXT v=TLSRPTv1; rua=mailto:t%21s@a.nl"),
    ("TRPT-006", I, SPEC, "_smtp._tls.a.nl TXT v=TLSRPTv1; rua=mailto:tls@a.nl; fo=1", GOOD),
    ("TRPT-012", E, SPEC, "_tls._smtp.a.nl TXT v=TLSRPTv1; rua=mailto:tls@a.nl", GOOD),
    ("TRPT-012", E, SPEC, "_smtp-tlsrpt.a.nl TXT v=TLSRPTv1; rua=mailto:tls@a.nl", "_tls._smtp.a.nl TXT v=spf1 -all"),
];

#[test]
fn each_rule_fires_where_it_should_and_nowhere_else() {
    // What is about a domain below another is held beside MTA-STS.
    let rules = rules::tlsrpt::RULES.iter().copied();
    let rules: Vec<&rules::Rule> = rules.filter(|rule| rule.id != "TRPT-013").collect();
    hold(ROWS, &rules, World::new);
}

#[test]
fn the_record_is_compared_by_its_addresses() {
    for (zone, want, difference) in [
        (GOOD, State::InSync, ""),
        (
            "_smtp._tls.a.nl TXT \"v=TLSRPTv1;rua=\" \"MAILTO:tls@A.nl\"",
            State::InSync,
            "",
        ),
        (
            "_smtp._tls.a.nl TXT v=TLSRPTv1; x=y; rua=mailto:tls@a.nl;",
            State::InSync,
            "",
        ),
        (
            "_smtp._tls.a.nl CNAME r.b.nl\nr.b.nl TXT v=TLSRPTv1; rua=mailto:tls@a.nl",
            State::InSync,
            "",
        ),
        ("", State::Missing, ""),
        ("_smtp._tls.a.nl TXT v=spf1 -all", State::Missing, ""),
        (
            "_smtp._tls.a.nl TXT v=TLSRPTv1",
            State::Missing,
            "ends behind the version",
        ),
        (
            "_smtp._tls.a.nl TXT v=TLSRPTv1; rua=mailto:b@a.nl",
            State::Drifted,
            "rua: want mailto:tls@a.nl, found mailto:b@a.nl",
        ),
        (
            "_smtp._tls.a.nl TXT v=TLSRPTv1; rua=mailto:tls@a.nl,mailto:b@a.nl",
            State::Drifted,
            "found mailto:b@a.nl,mailto:tls@a.nl",
        ),
        (
            "_smtp._tls.a.nl TXT v=TLSRPTv1; rua=mailto:tls@a.nl\n_smtp._tls.a.nl TXT v=TLSRPTv1; rua=mailto:b@a.nl",
            State::Drifted,
            "records: want 1, found 2",
        ),
        ("_smtp._tls.a.nl TXT !SERVFAIL", State::Unknown, ""),
    ] {
        let verdict = judge_in(zone, &intent(SPEC));
        let found = record(&verdict, "_smtp._tls.a.nl");
        assert_eq!(
            (found.state, found.standard),
            (want, Standard::TlsRpt),
            "{zone}\n{found:#?}"
        );
        let said = found.differences.join("; ");
        assert!(
            said.contains(difference) && said.is_empty() == difference.is_empty(),
            "{zone}: {said}"
        );
    }
}

#[test]
fn one_slip_is_one_finding() {
    for text in [
        "v=tlsrptv1; rua=mailto:tls@a.nl",
        "v=TLSRPTv1; rua=tls@a.nl",
        "v=TLSRPTv1; rua=mailto:tls@a.nl!1m",
        "v=TLSRPTv1; RUA=mailto:tls@a.nl",
        "v=TLSRPTv1;; rua=mailto:tls@a.nl",
        "v=TLSRPTv1; rua=mailto:tls@a.nl; rua=mailto:tls@a.nl",
    ] {
        let verdict = judge_in(&format!("_smtp._tls.a.nl TXT {text}\na.nl EXISTS"), &intent(SPEC));
        let own: Vec<&str> = rule_ids(&verdict)
            .into_iter()
            .filter(|id| id.starts_with("TRPT"))
            .collect();
        assert_eq!(
            own.len(),
            if text.contains("RUA") { 2 } else { 1 },
            "{text}: {own:?}"
        );
    }
}
