//! What is said where nothing could be validated: once a run, of the resolver and of no domain.

use serde_json::Value;

use super::harness::{Run, folder, zegel};
use crate::dns::{DnsServer, SERVFAIL};

/// A resolver that knows nothing of DNSSEC answers with these.
const ZONE: &str = "
    a.nl         TXT    v=spf1 mx -all
    a.nl         MX     10 mx.a.nl
    mx.a.nl      A      192.0.2.1
    _dmarc.a.nl  TXT    v=DMARC1; p=reject
    b.nl         TXT    v=spf1 -all
";

const MANIFEST: &str = "\
apiVersion: zegel.dev/v1alpha1
kind: MailDomain
metadata: {name: a-nl, namespace: mail}
spec:
  domain: a.nl
  role: Mail
  dmarc: {policy: Reject}
";

const STRIPS: &str = "the resolver does not pass DNSSEC on";

fn run(dns: &DnsServer, args: &[&str], more: &[&str]) -> Run {
    let server = dns.address().to_string();
    let how = [
        "--resolver",
        &server,
        "--dns-timeout",
        "1s",
        "--authorities",
        "off",
    ];
    zegel(&[args, &how[..], more].concat())
}

/// How many lines of standard error say it.
fn said(run: &Run) -> usize {
    run.err.lines().filter(|line| line.contains(STRIPS)).count()
}

/// What every line of JSON says of validation.
fn validation(run: &Run) -> Vec<String> {
    let lines = run.out.lines().map(|line| {
        let object: Value = serde_json::from_str(line).expect("a line of JSON");
        object["validation"].as_str().expect("it is said").to_owned()
    });
    lines.collect()
}

#[test]
fn a_resolver_that_strips_signatures_is_told_of_once_a_run_and_json_tells_it_from_off() {
    let dns = DnsServer::start(ZONE);
    let folder = folder(&[("a.yaml", MANIFEST)]);
    let manifest = folder.path().join("a.yaml");
    let manifest = manifest.to_str().expect("a path");
    for args in [
        &["lookup", "a.nl", "MX"][..],
        &["inspect", "a.nl", "b.nl"],
        &["check", manifest],
        &["spf", "a.nl"],
        &["spf", "a.nl", "--ip", "192.0.2.1"],
        &["dmarc", "a.nl"],
    ] {
        let json = [args, &["-o", "json"]].concat();
        let auto = run(&dns, &json, &[]);
        assert_eq!(said(&auto), 1, "{args:?}: {auto:?}");
        assert!(auto.err.contains("note: no answer was validated"), "{auto:?}");
        let words = validation(&auto);
        assert!(
            !words.is_empty() && words.iter().all(|word| word == "Strips"),
            "{args:?}: {auto:?}"
        );
        let off = run(&dns, &json, &["--dnssec", "off"]);
        assert_eq!(
            said(&off),
            0,
            "whoever does not want to know is not told: {off:?}"
        );
        assert!(validation(&off).iter().all(|word| word == "Off"), "{off:?}");
        let table = run(&dns, args, &[]);
        assert_eq!((said(&table), auto.code), (1, table.code), "{args:?}: {table:?}");
        assert!(
            !table.err.contains("WARN"),
            "a person reads a sentence, no log: {table:?}"
        );
    }
    let quiet = run(&dns, &["inspect", "a.nl", "--quiet"], &[]);
    assert_eq!(said(&quiet), 0, "{quiet:?}");
}

#[test]
fn whoever_requires_validation_is_told_why_no_answer_counts() {
    let dns = DnsServer::start(ZONE);
    let run = run(&dns, &["lookup", "a.nl", "MX"], &["--dnssec", "require"]);
    assert_eq!((run.code, said(&run)), (3, 1), "{run:?}");
    assert!(
        run.err
            .contains("error: no answer counts: validation is required"),
        "{run:?}"
    );
    assert!(
        run.out.contains("security   indeterminate"),
        "nobody is called bogus: {run:?}"
    );
}

#[test]
fn a_resolver_that_strips_signatures_makes_nothing_bogus_whoever_asks_for_a_proof() {
    let dns = DnsServer::start(ZONE);
    let anchor = ". 3600 IN DNSKEY 257 3 15 l02Woi0iS8Aa25FQkUd9RMzZHJpBoRQwAQEX1SxZJA4=\n";
    let folder = folder(&[("anchor", anchor)]);
    let anchor = folder.path().join("anchor");
    let anchor = anchor.to_str().expect("a path");
    for (how, name, kind) in [
        (&["--dnssec", "require"][..], "a.nl", "MX"),
        (&["--trust-anchor", anchor], "a.nl", "MX"),
        (&["--dnssec", "require"], "gone.a.nl", "TXT"),
        (&["--trust-anchor", anchor], "nl", "SOA"),
    ] {
        let run = run(&dns, &["lookup", name, kind, "-o", "json"], how);
        let object: Value = serde_json::from_str(&run.out).expect("a line of JSON");
        let security = &object["security"];
        assert_eq!((run.code, said(&run)), (3, 1), "{run:?}");
        assert_eq!(security["state"], "Indeterminate", "{run:?}");
        assert_eq!(security["why"], "Resolver", "{run:?}");
        assert_eq!(
            security["message"],
            "the resolver does not pass DNSSEC on, or not all of it, or it answers for this name by itself",
            "{run:?}"
        );
        assert_eq!(object["recursive"]["outcome"], "Stripped", "{run:?}");
    }
}

#[test]
fn a_resolver_that_gives_no_answer_is_not_said_to_strip_signatures() {
    let dns = DnsServer::start(ZONE);
    dns.fail_all(SERVFAIL);
    let run = run(&dns, &["lookup", "a.nl", "MX", "-o", "json"], &[]);
    assert_eq!(
        (said(&run), validation(&run)),
        (0, vec!["Unknown".to_owned()]),
        "{run:?}"
    );
}

#[test]
fn where_a_proof_is_required_the_condition_says_whose_doing_it_is_that_there_is_none() {
    let dns = DnsServer::start(ZONE);
    let required = MANIFEST.to_owned() + "  dnssec: {required: true}\n";
    let folder = folder(&[("a.yaml", &required)]);
    let manifest = folder.path().join("a.yaml");
    let manifest = manifest.to_str().expect("a path");
    for (how, reason) in [(&[][..], "Stripped"), (&["--dnssec", "off"], "NotValidated")] {
        let run = run(&dns, &["check", manifest, "-o", "json"], how);
        let object: Value = serde_json::from_str(&run.out).expect("a line of JSON");
        let records = object["records"].as_array().expect("records");
        let own = records
            .iter()
            .find(|record| record["standard"] == "DNSSEC")
            .expect("it is managed");
        assert_eq!((run.code, &own["state"]), (3, &Value::from("Unknown")), "{run:?}");
        assert_eq!(own["unanswered"]["reason"], reason, "{run:?}");
    }
}
