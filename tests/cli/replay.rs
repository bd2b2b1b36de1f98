//! Looks that are recorded and judged again. That every look of the other tests is judged the same from its recording is
//! seen to by the harness.

use std::fs;
use std::path::Path;

use super::harness::{Run, folder, zegel};
use crate::dns::{DnsServer, SERVFAIL};

const ZONE: &str = "
    zwak.nl         TXT  v=spf1 mx ~all
    zwak.nl         MX   10 mx.zwak.nl
    mx.zwak.nl      A    192.0.2.1
    _dmarc.zwak.nl  TXT  v=DMARC1; p=none
    s1._domainkey.zwak.nl TXT v=DKIM1; p=
    ander.nl        TXT  v=spf1 -all
";

fn look(dns: &DnsServer, args: &[&str]) -> Run {
    let server = dns.address().to_string();
    zegel(&[args, &["--resolver", &server, "--dns-timeout", "1s"]].concat())
}

fn text(path: &Path) -> &str {
    path.to_str().expect("the path is UTF-8")
}

#[test]
fn a_recording_is_judged_again_without_dns_and_without_naming_anything() {
    let dns = DnsServer::start(ZONE);
    let folder = folder(&[]);
    let file = folder.path().join("look.json");
    let record = ["--record", text(&file)];
    let looked = look(
        &dns,
        &[
            &["inspect", "zwak.nl", "ander.nl", "--selector", "s1", "-o", "json"],
            &record[..],
        ]
        .concat(),
    );
    dns.fail_all(SERVFAIL);
    let replayed = zegel(&["inspect", "--replay", text(&file), "-o", "json"]);
    assert_eq!((looked.code, looked.out), (replayed.code, replayed.out));
    // One of them, in another form, and by another command that needs no more than was asked.
    let one = zegel(&["inspect", "zwak.nl", "--replay", text(&file)]);
    assert!(
        one.out.contains("zwak.nl") && !one.out.contains("ander.nl"),
        "{one:?}"
    );
    let dmarc = zegel(&["dmarc", "zwak.nl", "--replay", text(&file)]);
    assert!(dmarc.code == 0 && dmarc.out.contains("policy none"), "{dmarc:?}");
}

#[test]
fn what_was_not_asked_then_is_unknown_now() {
    let dns = DnsServer::start(ZONE);
    let folder = folder(&[]);
    let file = folder.path().join("look.json");
    look(&dns, &["dmarc", "zwak.nl", "--record", text(&file)]);
    let replayed = zegel(&["spf", "zwak.nl", "--ip", "192.0.2.1", "--replay", text(&file)]);
    assert_eq!(replayed.code, 3, "{replayed:?}");
    assert!(
        replayed.out.contains("the recording does not hold it"),
        "{replayed:?}"
    );
}

#[test]
fn what_did_not_answer_then_does_not_now() {
    let dns = DnsServer::start(ZONE);
    dns.fail_all(SERVFAIL);
    let folder = folder(&[]);
    let file = folder.path().join("look.json");
    let looked = look(&dns, &["inspect", "zwak.nl", "--record", text(&file)]);
    let replayed = zegel(&["inspect", "--replay", text(&file)]);
    assert_eq!((looked.code, &looked.out), (3, &replayed.out));
}

#[test]
fn a_recording_that_cannot_be_used_is_refused_in_words() {
    let dns = DnsServer::start(ZONE);
    let folder = folder(&[
        ("newer.json", r#"{"recording": 99, "looks": "?"}"#),
        ("no.json", "v=spf1 -all"),
    ]);
    let path = |name: &str| folder.path().join(name);
    look(
        &dns,
        &["inspect", "ander.nl", "--record", text(&path("ander.json"))],
    );
    for (args, says) in [
        (
            ["inspect", "zwak.nl", "--replay", "ander.json"],
            "the recording holds no look at zwak.nl: it holds ander.nl",
        ),
        (
            ["dmarc", "zwak.nl", "--replay", "ander.json"],
            "the recording holds no look at zwak.nl",
        ),
        (
            ["inspect", "zwak.nl", "--replay", "newer.json"],
            "recording version 99",
        ),
        (
            ["inspect", "zwak.nl", "--replay", "no.json"],
            "it is no recording of zegel",
        ),
        (["inspect", "zwak.nl", "--replay", "absent.json"], "absent.json"),
        (
            ["inspect", "zwak.nl", "--record", "absent/look.json"],
            "cannot record to",
        ),
    ] {
        let mut args = args.map(str::to_owned);
        args[3] = text(&path(&args[3])).to_owned();
        let run = zegel(&args.each_ref().map(String::as_str));
        assert!(run.code == 2 && run.err.contains(says), "{args:?}: {run:?}");
        assert!(run.out.is_empty(), "{run:?}");
    }
}

#[test]
fn a_lookup_is_replayed_for_its_own_name_and_type_and_for_no_other() {
    let dns = DnsServer::start(ZONE);
    let folder = folder(&[]);
    let file = folder.path().join("look.json");
    look(&dns, &["lookup", "zwak.nl", "TXT", "--record", text(&file)]);
    let again = zegel(&["lookup", "zwak.nl", "txt", "--replay", text(&file)]);
    assert!(
        again.code == 0 && again.out.contains("v=spf1 mx ~all"),
        "{again:?}"
    );
    for (args, says) in [
        (
            ["zwak.nl", "MX"],
            "the recording holds no answer to zwak.nl MX: it holds its ",
        ),
        (
            ["ander.nl", "TXT"],
            "the recording holds no look at ander.nl: it holds zwak.nl",
        ),
    ] {
        let run = zegel(&[&["lookup"], &args[..], &["--replay", text(&file)]].concat());
        assert!(
            run.code == 2 && run.err.contains(says) && run.out.is_empty(),
            "{args:?}: {run:?}"
        );
    }
}

#[test]
fn how_dns_and_mail_servers_are_asked_cannot_be_said_of_a_recording() {
    let dns = DnsServer::start(ZONE);
    let folder = folder(&[]);
    let file = folder.path().join("look.json");
    look(&dns, &["inspect", "zwak.nl", "--record", text(&file)]);
    for flag in [
        ["--resolver", "127.0.0.1:53"],
        ["--dnssec", "off"],
        ["--trust-anchor", "root.key"],
        ["--authorities", "off"],
        ["--dns-timeout", "1s"],
        ["--dns-attempts", "2"],
        ["--dns-concurrency", "4"],
        ["--authority-rate", "5"],
        ["--authority-port", "5353"],
        ["--dnssec-control", "a.nl"],
        ["--dnssec-bogus-control", "b.nl"],
        ["--policy-port", "8443"],
        ["--policy-ca", "ca.pem"],
        ["--smtp-ehlo", "look.a.nl"],
        ["--smtp-pause", "1s"],
        ["--smtp-proxy", "socks5://127.0.0.1:1080"],
        ["--smtp-port", "2525"],
        ["--probe", "localhost:8625"],
        ["--probe-ca", "ca.pem"],
        ["--probe-cert", "cert.pem"],
        ["--probe-key", "key.pem"],
    ] {
        let run = zegel(&[&["inspect", "zwak.nl", "--replay", text(&file)], &flag[..]].concat());
        let says = format!("'--replay <FILE>' cannot be used with '{}", flag[0]);
        assert!(run.code == 2 && run.err.contains(&says), "{run:?}");
    }
    let flag = "--allow-private-targets";
    let run = zegel(&["inspect", "zwak.nl", "--replay", text(&file), flag]);
    assert!(run.code == 2 && run.err.contains(flag), "{run:?}");
}

#[test]
fn a_recording_is_whole_after_every_look() {
    let dns = DnsServer::start(ZONE);
    let folder = folder(&[]);
    let file = folder.path().join("look.json");
    look(&dns, &["inspect", "zwak.nl", "ander.nl", "--record", text(&file)]);
    let written = fs::read_to_string(&file).expect("it is there");
    let value: serde_json::Value = serde_json::from_str(&written).expect("it is JSON");
    assert_eq!(
        (
            value["recording"].as_u64(),
            value["looks"].as_array().map(Vec::len)
        ),
        (Some(1), Some(2))
    );
    // A line a look: a person can cut one out.
    assert_eq!(
        written.lines().filter(|line| line.contains("\"facts\"")).count(),
        2
    );
}

/// The form of version 1 as it was written: whatever version is written today, this one is read.
#[test]
fn a_recording_of_version_1_is_read() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cli/recording-1.json");
    let run = zegel(&["inspect", "--replay", text(&file), "-o", "json"]);
    assert_eq!(run.code, 0, "{run:?}");
    let report: serde_json::Value = serde_json::from_str(&run.out).expect("one line of JSON");
    assert_eq!(report["at"], "2026-11-26T12:00:00Z", "{}", run.out);
    assert_eq!(report["domain"], "zwak.nl");
    let rules: Vec<&str> = report["findings"]
        .as_array()
        .expect("findings")
        .iter()
        .filter_map(|finding| finding["rule"].as_str())
        .collect();
    for rule in ["DMARC-029", "DRPT-006", "DKIM-049"] {
        assert!(rules.contains(&rule), "{rule} is not among {rules:?}");
    }
}
