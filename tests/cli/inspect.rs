//! `zegel inspect`: any domain, no manifest.

use std::net::SocketAddr;

use super::harness::{Run, folder, zegel, zegel_with};
use crate::dns::{DnsServer, Fault, SERVFAIL};

/// A domain with nothing wrong, one that lets anyone send, one that accepts and sends no mail.
const ZONE: &str = "
    voorbeeld.nl                 TXT   v=spf1 mx ip4:192.0.2.0/24 -all
    voorbeeld.nl                 MX    10 mail.voorbeeld.nl
    mail.voorbeeld.nl            A     192.0.2.1
    _dmarc.voorbeeld.nl          TXT   v=DMARC1; p=reject; rua=mailto:dmarc@voorbeeld.nl
    selector1._domainkey.voorbeeld.nl CNAME s1.provider.example
    s1.provider.example          TXT   v=DKIM1; k=ed25519; p=M+WOVwWymPU8WoZZc83jsOpPmnYTX1StMQsXDDeBEBE=
    ed._domainkey.voorbeeld.nl   TXT   v=DKIM1; k=ed25519; p=M+WOVwWymPU8WoZZc83jsOpPmnYTX1StMQsXDDeBEBE=

    leeg.nl                      TXT   v=spf1 -all
    leeg.nl                      MX    0 .
    leeg.nl                      A     192.0.2.9
    _dmarc.leeg.nl               TXT   v=DMARC1; p=reject
";

fn inspect(server: SocketAddr, args: &[&str]) -> Run {
    let server = server.to_string();
    let always = ["inspect", "--resolver", &server, "--dns-timeout", "1s"];
    zegel(&[&always[..], args].concat())
}

fn objects(run: &Run) -> Vec<serde_json::Value> {
    let lines = run.out.lines();
    lines
        .map(|line| serde_json::from_str(line).expect("every line is JSON"))
        .collect()
}

#[test]
fn what_stands_in_dns_is_shown() {
    let dns = DnsServer::start(ZONE);
    let run = inspect(dns.address(), &["voorbeeld.nl"]);
    assert_eq!(run.code, 0, "{run:?}");
    for part in [
        "voorbeeld.nl: ok",
        "v=spf1 mx ip4:192.0.2.0/24 -all",
        "v=DMARC1; p=reject; rua=mailto:dmarc@voorbeeld.nl",
        "CNAME s1.provider.example",
        "10 mail.voorbeeld.nl",
    ] {
        assert!(run.out.contains(part), "{part}\n{}", run.out);
    }
}

#[test]
fn json_is_one_object_a_line_and_domain() {
    let dns = DnsServer::start(ZONE);
    let run = inspect(
        dns.address(),
        &["--output", "json", "voorbeeld.nl", "leeg.nl", "VOORBEELD.nl."],
    );
    assert_eq!(run.code, 0, "{run:?}");
    let mut objects = objects(&run);
    objects.sort_by_key(|object| object["domain"].as_str().map(str::to_owned));
    let domains: Vec<_> = objects
        .iter()
        .map(|object| object["domain"].as_str().expect("a domain"))
        .collect();
    assert_eq!(domains, ["leeg.nl", "voorbeeld.nl"]);
    let keys: Vec<&String> = objects[1].as_object().expect("an object").keys().collect();
    assert_eq!(
        keys,
        [
            "schemaVersion",
            "at",
            "outcome",
            "domain",
            "source",
            "profile",
            "dmarc",
            "selectors",
            "summary",
            "records",
            "findings",
            "unanswered",
            "validation"
        ]
    );
    assert_eq!(objects[0]["records"][0]["observed"][0], "v=spf1 -all");
    assert_eq!(objects[0]["records"][0]["state"], "Observed");
}

#[test]
fn a_list_is_read_from_a_file_and_from_standard_input() {
    let dns = DnsServer::start(ZONE);
    let folder = folder(&[("list", "# two\nvoorbeeld.nl # mine\n\nleeg.nl\n")]);
    let list = folder.path().join("list");
    let list = list.to_str().expect("the path is UTF-8");
    let run = inspect(dns.address(), &["-o", "json", "--from", list]);
    assert_eq!((run.code, objects(&run).len()), (0, 2), "{run:?}");
    let server = dns.address().to_string();
    let run = zegel_with(
        &["inspect", "--resolver", &server, "-o", "json", "--from", "-"],
        "leeg.nl\n",
    );
    assert_eq!((run.code, objects(&run).len()), (0, 1), "{run:?}");
}

#[test]
fn a_list_is_read_as_people_save_one() {
    let dns = DnsServer::start(ZONE);
    let server = dns.address().to_string();
    let table = "\u{feff}Gemeente;Website\r\nVoorbeeld;https://Voorbeeld.nl/contact\r\nLeeg;info@leeg.nl\r\n";
    let utf16 = |octets: fn(u16) -> [u8; 2]| table.encode_utf16().flat_map(octets).collect::<Vec<u8>>();
    let latin1 = b"G\xe9meente;Website\nS\xfadwest;voorbeeld.nl\n;leeg.nl\n".to_vec();
    for octets in [
        table.as_bytes().to_vec(),
        utf16(u16::to_le_bytes),
        utf16(u16::to_be_bytes),
        latin1,
    ] {
        let folder = folder(&[]);
        let list = folder.path().join("list.csv");
        std::fs::write(&list, &octets).expect("the file can be written");
        let list = list.to_str().expect("the path is UTF-8");
        let run = zegel(&["inspect", "--resolver", &server, "-o", "json", "--from", list]);
        assert_eq!((run.code, objects(&run).len()), (0, 2), "{octets:?}: {run:?}");
    }
}

#[test]
fn what_a_list_holds_beside_domains_is_named_and_a_missed_domain_is_two() {
    let dns = DnsServer::start(ZONE);
    let server = dns.address().to_string();
    for (text, code, says) in [
        (
            "192.0.2.1\nleeg.nl\n",
            2,
            "error: standard input:1: \"192.0.2.1\" skipped: an IP address",
        ),
        (
            "leeg.nl\n2.0.192.in-addr.arpa\n",
            2,
            "standard input:2: \"2.0.192.in-addr.arpa\" skipped: 2.0.192.in-addr.arpa is a reverse zone",
        ),
        ("leeg.nl nl\n", 0, "note: standard input:1: \"nl\" skipped"),
        ("co.uk\nleeg.nl", 2, "public suffix"),
        ("leeg.nl -a.nl", 2, "labels hold"),
    ] {
        let run = zegel_with(
            &["inspect", "--resolver", &server, "-o", "json", "--from", "-"],
            text,
        );
        assert_eq!((run.code, objects(&run).len()), (code, 1), "{text:?}: {run:?}");
        assert!(run.err.contains(says), "{text:?}: {}", run.err);
    }
    for octets in [&b"PK\x03\x04"[..], b"\xff\xfea"] {
        let folder = folder(&[]);
        let list = folder.path().join("list.xlsx");
        std::fs::write(&list, octets).expect("the file can be written");
        let run = zegel(&["inspect", "--from", list.to_str().expect("the path is UTF-8")]);
        assert!(
            run.code == 2 && run.out.is_empty() && run.err.contains("save it as"),
            "{run:?}"
        );
    }
}

#[test]
fn what_sends_no_mail_is_refused_with_a_sentence() {
    for (name, says) in [
        ("192.0.2.1", "an IP address has no mail records"),
        ("2001:db8::1", "an IP address has no mail records"),
        ("2.0.192.in-addr.arpa", "is a reverse zone"),
        ("nl", "is one label"),
        ("co.uk", "is a public suffix"),
    ] {
        let run = zegel(&["inspect", name]);
        assert_eq!((run.code, run.out.as_str()), (2, ""), "{name}");
        assert!(run.err.contains(says), "{name}: {}", run.err);
    }
    let dns = DnsServer::start("gov.uk TXT v=spf1 -all");
    let run = inspect(dns.address(), &["-o", "json", "--public-suffixes", "gov.uk"]);
    assert_eq!(objects(&run)[0]["domain"], "gov.uk", "{run:?}");
}

#[test]
fn a_named_selector_is_looked_at() {
    let dns = DnsServer::start(ZONE);
    let run = inspect(dns.address(), &["voorbeeld.nl"]);
    assert!(!run.out.contains("ed._domainkey"), "{}", run.out);
    let run = inspect(dns.address(), &["voorbeeld.nl", "--selector", "ed"]);
    assert!(run.out.contains("ed._domainkey.voorbeeld.nl"), "{}", run.out);
}

#[test]
fn a_name_in_its_own_letters_is_asked_in_dns_letters_and_that_is_said() {
    let dns = DnsServer::start("xn--bcher-kva.example TXT v=spf1 -all");
    let run = inspect(dns.address(), &["-o", "json", "bücher.example"]);
    assert_eq!(objects(&run)[0]["domain"], "xn--bcher-kva.example");
    assert!(
        run.err
            .contains("bücher.example is asked as xn--bcher-kva.example"),
        "{}",
        run.err
    );
}

#[test]
fn what_could_not_be_asked_is_unknown_and_never_wrong() {
    let dns = DnsServer::start(ZONE);
    dns.fail_all(SERVFAIL);
    let run = inspect(dns.address(), &["-o", "json", "voorbeeld.nl"]);
    assert_eq!(run.code, 3, "{run:?}");
    let object = &objects(&run)[0];
    assert_eq!(object["summary"]["errors"], 0);
    let open = object["unanswered"].as_array().expect("a list");
    for (name, kind) in [
        ("voorbeeld.nl", "TXT"),
        ("voorbeeld.nl", "MX"),
        ("_dmarc.voorbeeld.nl", "TXT"),
    ] {
        let found = open
            .iter()
            .find(|open| open["name"] == name && open["type"] == kind);
        let found = found.unwrap_or_else(|| panic!("{name} {kind}: {open:?}"));
        assert_eq!(
            (&found["essential"], &found["reason"]),
            (&true.into(), &"ServFail".into())
        );
    }
    let run = inspect(dns.address(), &["voorbeeld.nl"]);
    assert!(
        run.code == 3 && run.out.contains("voorbeeld.nl: unknown"),
        "{run:?}"
    );
}

#[test]
fn no_server_at_all_is_unknown_too() {
    let mut dns = DnsServer::start(ZONE);
    let address = dns.address();
    dns.stop();
    let run = inspect(address, &["--timeout", "2s", "voorbeeld.nl"]);
    assert_eq!(run.code, 3, "{run:?}");
}

#[test]
fn what_is_no_domain_is_a_usage_error_and_the_others_are_shown() {
    let dns = DnsServer::start(ZONE);
    for bad in ["https://voorbeeld.nl/", "info@voorbeeld.nl", "a..nl", "-a.nl", ""] {
        let run = inspect(dns.address(), &["-o", "json", "voorbeeld.nl", "--", bad]);
        assert_eq!((run.code, objects(&run).len()), (2, 1), "{bad}: {run:?}");
        assert!(run.err.contains("is no domain"), "{}", run.err);
    }
    for args in [
        &["inspect"][..],
        &["inspect", "--from", "/nonexistent/list"],
        &["inspect", "--resolver", "dns.example", "a.nl"],
        &["inspect", "--output", "zone", "a.nl"],
        &["inspect", "--timeout", "0s", "a.nl"],
        &["inspect", "--selector", "s1._domainkey.a.nl", "a.nl"],
    ] {
        let run = zegel(args);
        assert_eq!((run.code, run.out.as_str()), (2, ""), "{args:?}: {}", run.err);
    }
}

#[test]
fn reports_for_pipelines_come_whole() {
    let dns = DnsServer::start(ZONE);
    let run = inspect(dns.address(), &["-o", "sarif", "voorbeeld.nl", "leeg.nl"]);
    let log: serde_json::Value = serde_json::from_str(&run.out).expect("SARIF is JSON");
    assert_eq!((run.code, &log["version"]), (0, &"2.1.0".into()));
    let run = inspect(dns.address(), &["-o", "junit", "voorbeeld.nl", "leeg.nl"]);
    assert!(
        run.code == 0 && run.out.matches("<testsuite ").count() == 2,
        "{run:?}"
    );
}

#[test]
fn domains_are_printed_as_they_come_when_that_is_asked_for() {
    use std::io::{BufRead, BufReader};
    use std::process::{Command, Stdio};
    let dns = DnsServer::start(ZONE);
    dns.fail_type("voorbeeld.nl", "MX", Fault::Held);
    let mut child = Command::new(env!("CARGO_BIN_EXE_zegel"))
        .args([
            "inspect",
            "-o",
            "json",
            "voorbeeld.nl",
            "leeg.nl",
            "--dns-timeout",
            "60s",
        ])
        .args(["--timeout", "60s", "--as-they-come"])
        .args(["--resolver", &dns.address().to_string()])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut lines = BufReader::new(child.stdout.take().expect("its output is piped")).lines();
    let mut next = || lines.next().expect("a line comes").expect("it is UTF-8");
    // The first domain is still being waited for.
    assert!(next().contains("\"domain\":\"leeg.nl\""));
    dns.heal();
    assert!(next().contains("\"domain\":\"voorbeeld.nl\""));
    assert_eq!(child.wait().expect("the program ends").code(), Some(0));
}

#[test]
fn a_closed_pipe_ends_quietly() {
    use std::process::{Command, Stdio};
    let dns = DnsServer::start(ZONE);
    let mut child = Command::new(env!("CARGO_BIN_EXE_zegel"))
        .args([
            "inspect",
            "-o",
            "json",
            "voorbeeld.nl",
            "--resolver",
            &dns.address().to_string(),
        ])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("the program ends");
    assert_eq!(
        (output.status.code(), output.stderr.as_slice()),
        (Some(0), &b""[..])
    );
}

#[test]
fn what_is_written_as_a_manifest_is_in_sync() {
    let dns = DnsServer::start(ZONE);
    let written = inspect(
        dns.address(),
        &["-o", "manifest", "voorbeeld.nl", "leeg.nl", "--selector", "ed"],
    );
    // The selector was named, and leeg.nl has none: an Error of the look, and nothing of the manifests.
    assert_eq!(written.code, 1, "{written:?}");
    let parked = written
        .out
        .split("---\n")
        .find(|document| document.contains("domain: leeg.nl"));
    assert!(
        parked.is_some_and(|document| document.contains("role: Parked")),
        "{}",
        written.out
    );
    let server = dns.address().to_string();
    let run = zegel_with(&["check", "-o", "json", "--resolver", &server, "-"], &written.out);
    assert_eq!(run.code, 0, "{}\n{run:?}", written.out);
    let objects = objects(&run);
    let mail = objects
        .iter()
        .find(|object| object["domain"] == "voorbeeld.nl")
        .expect("the domain is checked");
    let managed: Vec<&str> = mail["records"]
        .as_array()
        .expect("records")
        .iter()
        .map(|record| record["name"].as_str().expect("a name"))
        .collect();
    for name in [
        "voorbeeld.nl",
        "selector1._domainkey.voorbeeld.nl",
        "ed._domainkey.voorbeeld.nl",
        "_dmarc.voorbeeld.nl",
    ] {
        assert!(managed.contains(&name), "{name}: {managed:?}\n{}", written.out);
    }
}

/// The look alone would be fine: nobody named the selector. Who takes the manifest wants it, and its check is an Error.
#[test]
fn a_manifest_whose_check_fails_is_printed_and_is_one() {
    let mail = "a.nl MX 10 mx.a.nl\nmx.a.nl A 192.0.2.1\na.nl TXT v=spf1 mx -all\n\
                _dmarc.a.nl TXT v=DMARC1; p=reject; rua=mailto:d@a.nl\n";
    let dark = "selector1._domainkey.a.nl CNAME s1.p.example\np.example TXT x";
    let dns = DnsServer::start(&format!("{mail}{dark}"));
    let run = inspect(dns.address(), &["-o", "manifest", "a.nl"]);
    assert!(run.out.contains("cname: s1.p.example"), "{run:?}");
    assert!(run.out.contains("# DKIM: Error DKIM-037"), "{run:?}");
    assert_eq!(run.code, 1, "{run:?}");
    let server = dns.address().to_string();
    let check = zegel_with(&["check", "--resolver", &server, "-"], &run.out);
    assert_eq!(check.code, 1, "{check:?}");
    let none = inspect(dns.address(), &["-o", "manifest", "--fail-on", "none", "a.nl"]);
    assert_eq!((none.code, none.out), (0, run.out));
}
