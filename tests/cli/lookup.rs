//! `zegel lookup`: one record set in depth.

use serde_json::{Value, json};

use super::harness::{Run, zegel};
use crate::dns::{DnsServer, SERVFAIL};

const ZONE: &str = "
    a.nl         TXT    \"v=spf1 -all\"
    a.nl         MX     10 mx.a.nl
    mx.a.nl      A      192.0.2.1
    alias.a.nl   CNAME  mx.a.nl
";

fn lookup(dns: &DnsServer, args: &[&str]) -> Run {
    let server = dns.address().to_string();
    zegel(&[&["lookup", "--resolver", &server, "--dns-timeout", "1s"], args].concat())
}

fn json(run: &Run) -> Value {
    serde_json::from_str(&run.out).expect("one line of JSON")
}

#[test]
fn values_absences_and_aliases_are_answers() {
    let dns = DnsServer::start(ZONE);
    for (name, kind, outcome, values, chain) in [
        ("a.nl", "TXT", "Records", json!(["v=spf1 -all"]), json!([])),
        ("A.nl.", "mx", "Records", json!(["10 mx.a.nl"]), json!([])),
        (
            "alias.a.nl",
            "A",
            "Records",
            json!(["192.0.2.1"]),
            json!(["mx.a.nl"]),
        ),
        ("alias.a.nl", "CNAME", "Records", json!(["mx.a.nl"]), json!([])),
        ("a.nl", "AAAA", "NoData", json!([]), json!([])),
        ("_dmarc.a.nl", "TXT", "NxDomain", json!([]), json!([])),
    ] {
        let run = lookup(&dns, &[name, kind, "-o", "json"]);
        let report = json(&run);
        let row = format!("{name} {kind}: {}", run.out);
        assert_eq!((run.code, &report["outcome"]), (0, &json!("ok")), "{row}");
        assert_eq!(report["recursive"]["outcome"], outcome, "{row}");
        assert_eq!(report["recursive"]["values"], values, "{row}");
        assert_eq!(report["recursive"]["chain"], chain, "{row}");
        assert_eq!(report["type"], kind.to_uppercase(), "{row}");
    }
    let run = lookup(&dns, &["a.nl"]);
    assert!(
        run.out
            .starts_with("a.nl TXT\n  resolver   v=spf1 -all (ttl 3600, by 127.0.0.1:"),
        "{run:?}"
    );
}

#[test]
fn a_start_of_authority_is_told_field_by_field() {
    let dns = DnsServer::start("a.nl 300 SOA 120 2026112601");
    let table = lookup(&dns, &["a.nl", "SOA"]);
    let says =
        "mname ., rname ., serial 2026112601, refresh 3600, retry 600, expire 86400, minimum 120 (ttl 300";
    let out = table.out.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(out.contains(says), "{table:?}");
    let report = json(&lookup(&dns, &["a.nl", "SOA", "-o", "json"]));
    let soa = &report["recursive"]["soa"];
    for (field, value) in [
        ("mname", json!(".")),
        ("rname", json!(".")),
        ("serial", json!(2_026_112_601_u32)),
        ("refresh", json!(3600)),
        ("retry", json!(600)),
        ("expire", json!(86400)),
        ("minimum", json!(120)),
    ] {
        assert_eq!(soa[field], value, "{field}");
    }
    assert_eq!(
        report["recursive"]["values"],
        json!([". . 2026112601 3600 600 86400 120"])
    );
    // Of the type that is asked for alone.
    assert!(json(&lookup(&dns, &["a.nl", "MX", "-o", "json"]))["recursive"]["soa"].is_null());
}

#[test]
fn what_is_not_answered_is_unknown_and_what_is_no_question_is_a_usage_error() {
    let dns = DnsServer::start(ZONE);
    dns.fail_all(SERVFAIL);
    let run = lookup(&dns, &["a.nl", "-o", "json"]);
    let report = json(&run);
    assert_eq!((run.code, &report["outcome"]), (3, &json!("unknown")), "{run:?}");
    assert_eq!(report["recursive"]["outcome"], "ServFail");
    assert!(
        report["recursive"]["ttl"].is_null(),
        "no answer has a TTL: {run:?}"
    );
    let security = &report["security"];
    assert_eq!(security["state"], "Indeterminate", "{run:?}");
    assert_eq!(security["why"], "ServFail", "{run:?}");
    let table = lookup(&dns, &["a.nl"]);
    let out = table.out.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        out.contains("resolver no usable answer (ServFail) security indeterminate: there is no answer that could be proven: the \
                      server answered SERVFAIL"),
        "{table:?}"
    );
    let off = json(&lookup(&dns, &["a.nl", "-o", "json", "--dnssec", "off"]));
    assert_eq!(off["security"]["state"], "NotAsked", "{off}");
    for (args, says) in [
        (&["a..nl"][..], "a label is empty"),
        (&["a.nl", "LOC"], "want one of A, AAAA"),
        (&[], "NAME"),
    ] {
        let run = lookup(&dns, args);
        assert!(run.code == 2 && run.err.contains(says), "{run:?}");
    }
}
