//! `zegel spf`: one domain's SPF in depth.

use super::harness::{Run, zegel};
use crate::dns::{DnsServer, SERVFAIL};

const ZONE: &str = "
    a.nl              TXT  v=spf1 include:_spf.a.nl exists:%{l}.users.a.nl exp=why.a.nl -all
    _spf.a.nl         TXT  v=spf1 ip4:192.0.2.0/24 ?all
    jan.users.a.nl    A    127.0.0.2
    why.a.nl          TXT  %{c} is not one of ours
    soft.nl           TXT  v=spf1 ~all
";

fn spf(dns: &DnsServer, args: &[&str]) -> Run {
    let server = dns.address().to_string();
    zegel(&[&["spf", "--resolver", &server, "--dns-timeout", "1s"], args].concat())
}

#[test]
fn a_client_is_judged_as_a_receiver_would() {
    let dns = DnsServer::start(ZONE);
    for (args, result, code) in [
        (&["a.nl", "--ip", "192.0.2.7"][..], "pass", 0),
        (
            &["a.nl", "--ip", "198.51.100.1", "--sender", "jan@a.nl"],
            "pass",
            0,
        ),
        (
            &["a.nl", "--ip", "198.51.100.1", "--sender", "piet@a.nl"],
            "fail",
            1,
        ),
        (&["soft.nl", "--ip", "198.51.100.1"], "softfail", 1),
        (&["none.nl", "--ip", "198.51.100.1"], "none", 1),
    ] {
        let run = spf(&dns, &[args, &["-o", "json"]].concat());
        let said: serde_json::Value = serde_json::from_str(&run.out).expect("one line of JSON");
        assert_eq!(
            (said["result"].as_str(), run.code),
            (Some(result), code),
            "{args:?}: {run:?}"
        );
        let run = spf(&dns, args);
        assert!(run.out.contains(&format!(": {result}\n")), "{run:?}");
    }
}

#[test]
fn it_says_what_decided_and_how_it_came_there() {
    let dns = DnsServer::start(ZONE);
    let run = spf(&dns, &["a.nl", "--ip", "192.0.2.7", "-o", "json"]);
    let said: serde_json::Value = serde_json::from_str(&run.out).expect("one line of JSON");
    assert_eq!(said["mechanism"], "ip4:192.0.2.0/24");
    assert_eq!(said["path"], serde_json::json!(["a.nl", "_spf.a.nl"]));
    assert_eq!(said["identity"], "mailfrom");
    let run = spf(&dns, &["a.nl", "--ip", "2001:db8::1", "-o", "json"]);
    let said: serde_json::Value = serde_json::from_str(&run.out).expect("one line of JSON");
    assert_eq!(
        said["explanation"], "2001:db8::1 is not one of ours",
        "{}",
        run.out
    );
    let run = spf(
        &dns,
        &[
            "a.nl",
            "--ip",
            "192.0.2.7",
            "--sender",
            "",
            "--helo",
            "a.nl",
            "-o",
            "json",
        ],
    );
    assert!(run.out.contains("\"identity\":\"helo\""), "{}", run.out);
}

#[test]
fn a_bounce_is_checked_at_the_helo_name() {
    let dns = DnsServer::start(ZONE);
    let bounce = ["a.nl", "--ip", "192.0.2.7", "--sender", "", "--helo", "soft.nl"];
    let run = spf(&dns, &[&bounce[..], &["-o", "json"]].concat());
    let said: serde_json::Value = serde_json::from_str(&run.out).expect("one line of JSON");
    assert_eq!(
        (&said["result"], &said["identity"], &said["path"]),
        (
            &serde_json::json!("softfail"),
            &serde_json::json!("helo"),
            &serde_json::json!(["soft.nl"])
        ),
    );
    let run = spf(&dns, &bounce);
    assert!(run.out.starts_with("soft.nl: softfail"), "{}", run.out);
}

/// The domain that was asked about is checked, and it is said that receivers do otherwise.
#[test]
fn a_sender_of_another_domain_gets_a_note() {
    let dns = DnsServer::start(ZONE);
    let note = "a receiver checks other.nl for this sender, not a.nl";
    for (sender, noted) in [("x@other.nl", true), ("<x@other.nl>", true), ("<x@A.nl>", false)] {
        let client = ["a.nl", "--ip", "192.0.2.7", "--sender", sender];
        let run = spf(&dns, &client);
        assert!(run.out.starts_with("a.nl: pass"), "{sender}: {run:?}");
        assert_eq!(
            (
                run.err.contains(note),
                run.out.contains("a receiver checks other.nl")
            ),
            (noted, noted),
            "{sender}: {run:?}"
        );
        let run = spf(&dns, &[&client[..], &["-o", "json"]].concat());
        assert_eq!(run.err.contains(note), noted, "{sender}: {run:?}");
        assert!(run.out.starts_with('{') && !run.out.contains(note), "{run:?}");
    }
    let run = spf(
        &dns,
        &["a.nl", "--ip", "192.0.2.7", "--sender", "<>", "--helo", "a.nl"],
    );
    assert!(run.out.contains("helo: there was no sender"), "{run:?}");
}

/// RFC 7208 4.3 and 2.3: whatever a client says of itself has a result; what can be no domain has none.
#[test]
fn what_mail_brings_is_taken() {
    let dns = DnsServer::start(ZONE);
    let long = format!("{}.nl", "x".repeat(70));
    for (domain, sender, helo, result) in [
        ("a.nl", None, Some("[192.0.2.1]"), "pass"),
        ("a.nl", None, Some("my computer"), "pass"),
        ("a.nl", None, Some(""), "pass"),
        ("a.nl", None, Some("a\tb"), "pass"),
        ("a.nl", Some("\"jan smit\"@a.nl"), None, "pass"),
        ("a.nl", Some("<\"jan@home\"@a.nl>"), None, "pass"),
        ("a.nl", Some("a b@a.nl"), None, "pass"),
        ("a.nl", Some("<@relay.example:jan@a.nl>"), None, "pass"),
        ("a.nl", Some(""), Some("[192.0.2.1]"), "none"),
        ("a.nl", Some("<>"), Some(""), "none"),
        ("a.nl", Some("<>"), Some("my computer"), "none"),
        ("a..nl", None, None, "none"),
        (&long, None, None, "none"),
        ("[192.0.2.1]", None, None, "none"),
        ("192.0.2.1", None, None, "none"),
        ("localhost", None, None, "none"),
        ("nl", None, None, "none"),
        ("", None, None, "none"),
        ("a b.nl", None, None, "none"),
        ("jan@a.nl", None, None, "none"),
    ] {
        let mut args = vec![domain, "--ip", "192.0.2.7", "-o", "json"];
        args.extend(sender.iter().flat_map(|sender| ["--sender", sender]));
        args.extend(helo.iter().flat_map(|helo| ["--helo", helo]));
        let run = spf(&dns, &args);
        let said: serde_json::Value = serde_json::from_str(&run.out).unwrap_or_default();
        assert_eq!(
            (said["result"].as_str(), run.code),
            (Some(result), i32::from(result == "none")),
            "{args:?}: {run:?}"
        );
    }
    // The macro of the local part takes it as it is.
    let run = spf(
        &dns,
        &[
            "a.nl",
            "--ip",
            "198.51.100.1",
            "--sender",
            "<@relay.example:jan@a.nl>",
        ],
    );
    assert!(run.out.starts_with("a.nl: pass"), "{run:?}");
    // The whole tree of what can be no domain is that.
    for domain in ["a..nl", "[192.0.2.1]", "nl", "", &long] {
        let run = spf(&dns, &[domain]);
        assert_eq!(run.code, 1, "{domain}: {run:?}");
        assert!(run.out.contains(": none: no domain name"), "{run:?}");
        let run = spf(&dns, &[domain, "-o", "json"]);
        let said: serde_json::Value = serde_json::from_str(&run.out).unwrap_or_default();
        assert_eq!(said["problem"], "none: no domain name", "{run:?}");
    }
}

/// Both ways of looking show what was meant as the record.
#[test]
fn a_text_that_was_meant_as_the_record_is_shown() {
    let dns = DnsServer::start("a.nl TXT xxxv=spf1 mx -all\nb.nl TXT v=spf1 mx ~all;");
    let why = "\"xxx\" stands before v=spf1";
    for args in [&["a.nl"][..], &["a.nl", "--ip", "192.0.2.7"]] {
        let run = spf(&dns, args);
        assert!(run.code == 1 && run.out.contains("xxxv=spf1 mx -all"), "{run:?}");
        assert!(run.out.contains(why), "{run:?}");
        let run = spf(&dns, &[args, &["-o", "json"]].concat());
        let said: serde_json::Value = serde_json::from_str(&run.out).unwrap_or_default();
        assert_eq!(said["nearMisses"][0]["text"], "xxxv=spf1 mx -all", "{run:?}");
        assert_eq!(said["nearMisses"][0]["why"], why, "{run:?}");
    }
    let run = spf(&dns, &["b.nl"]);
    assert!(
        run.code == 1
            && run
                .out
                .starts_with("b.nl: permerror for every sender: syntax error"),
        "{run:?}"
    );
    assert!(
        !run.out.contains("SPF-023") && !run.out.contains("of 10"),
        "{run:?}"
    );
}

#[test]
fn dns_trouble_is_a_temperror_with_the_name() {
    let dns = DnsServer::start(ZONE);
    dns.fail("_spf.a.nl", SERVFAIL);
    let run = spf(&dns, &["a.nl", "--ip", "192.0.2.7", "-o", "json"]);
    let said: serde_json::Value = serde_json::from_str(&run.out).expect("one line of JSON");
    assert_eq!(
        (run.code, said["result"].as_str()),
        (3, Some("temperror")),
        "{run:?}"
    );
    assert_eq!(
        (said["problem"]["name"].as_str(), said["problem"]["type"].as_str()),
        (Some("_spf.a.nl"), Some("TXT"))
    );
    for args in [
        &["a.nl", "--sender", "jan@a.nl"][..],
        &["a.nl", "--ip", "here"],
        &[],
    ] {
        assert_eq!(spf(&dns, args).code, 2, "{args:?}");
    }
}

/// The web server's address is asked for too, and is no part of the tree.
#[test]
fn only_an_outage_inside_the_tree_makes_it_unknown() {
    let dns = DnsServer::start("b.nl TXT v=spf1 a -all\nb.nl A 11.0.0.1\nb.nl AAAA 2a00::1");
    dns.fail("www.b.nl", SERVFAIL);
    let run = spf(&dns, &["b.nl", "-o", "json"]);
    assert!(run.out.contains("www.b.nl"), "{run:?}");
    assert_eq!(run.code, 0, "{run:?}");
    let dns = DnsServer::start(ZONE);
    dns.fail("_spf.a.nl", SERVFAIL);
    assert_eq!(spf(&dns, &["a.nl"]).code, 3);
}

#[test]
fn the_tree_says_what_every_term_costs() {
    let dns = DnsServer::start(ZONE);
    let run = spf(&dns, &["a.nl", "-o", "json"]);
    let tree: serde_json::Value = serde_json::from_str(&run.out).expect("one line of JSON");
    assert_eq!(run.code, 0, "{run:?}");
    assert_eq!(
        (&tree["lookups"]["worst"], &tree["lookups"]["lowerBound"]),
        (&2.into(), &false.into()),
        "{}",
        run.out
    );
    assert_eq!(tree["tree"]["terms"][0]["target"]["name"], "_spf.a.nl");
    let run = spf(&dns, &["a.nl"]);
    for part in [
        "a.nl: 2 of 10 terms that query DNS at worst",
        "  1  include:_spf.a.nl",
        "v=spf1 ip4:192.0.2.0/24 ?all",
    ] {
        assert!(run.out.contains(part), "{part}\n{}", run.out);
    }
}

#[test]
fn a_tree_that_breaks_is_wrong_and_one_that_cannot_be_asked_is_unknown() {
    let dns =
        DnsServer::start("a.nl TXT v=spf1 include:none.nl -all\nb.nl TXT v=spf1 include:a.example -all");
    let run = spf(&dns, &["a.nl"]);
    assert!(run.code == 1 && run.out.contains("error[SPF-"), "{run:?}");
    dns.fail("a.example", SERVFAIL);
    assert_eq!(spf(&dns, &["b.nl"]).code, 3);
}

#[test]
fn a_name_of_which_nothing_would_be_seen_stands_in_quotes() {
    let dns = DnsServer::start(ZONE);
    for name in [".", "", " "] {
        for ip in [&[][..], &["--ip", "192.0.2.1"]] {
            let run = spf(&dns, &[&[name], ip].concat());
            let first = run.out.lines().next().unwrap_or_default();
            assert!(first.contains("none"), "{name:?}: {run:?}");
            assert!(!first.trim_start().starts_with(':'), "{name:?}: {run:?}");
            assert!(
                !run.err.lines().any(|line| line.trim_start().starts_with(':')),
                "{name:?}: {run:?}"
            );
            assert!(!run.out.contains("a receiver checks"), "{name:?}: {run:?}");
        }
    }
}

#[test]
fn an_error_decides_by_itself_and_the_term_is_where_it_was_met() {
    let dns = DnsServer::start("b.nl TXT v=spf1 mx foo:bar -all\na.nl TXT v=spf1 ip4:192.0.2.1 -all");
    let run = spf(&dns, &["b.nl", "--ip", "192.0.2.1"]);
    assert!(
        run.out.contains("stopped at  foo:bar") && !run.out.contains("decided by"),
        "{run:?}"
    );
    let run = spf(&dns, &["a.nl", "--ip", "192.0.2.1"]);
    assert!(run.out.contains("decided by  ip4:192.0.2.1"), "{run:?}");
}

/// A domain that does not exist is an Error of its own, whichever command meets it.
#[test]
fn a_domain_that_does_not_exist_is_said() {
    let dns = DnsServer::start("a.nl A 192.0.2.1");
    for args in [
        &["weg.nl"][..],
        &["x.weg.nl"],
        &["x.a.nl"],
        &["weg.nl", "--ip", "192.0.2.7"],
        &["a.nl", "--ip", "192.0.2.7", "--sender", "<>", "--helo", "weg.nl"],
    ] {
        let run = spf(&dns, args);
        assert_eq!(run.code, 1, "{args:?}: {run:?}");
        assert!(run.out.contains("error[DNS-024]"), "{args:?}: {run:?}");
        let run = spf(&dns, &[args, &["-o", "json"]].concat());
        let said: serde_json::Value = serde_json::from_str(&run.out).expect("one line of JSON");
        assert_eq!(said["outcome"], "nonexistent", "{args:?}: {run:?}");
        assert_eq!(said["findings"][0]["rule"], "DNS-024", "{args:?}: {run:?}");
        assert_eq!(run.code, 1, "{args:?}: {run:?}");
    }
    // One that exists and has no record is none of these.
    let run = spf(&dns, &["a.nl", "-o", "json"]);
    assert!(
        run.code == 1 && run.out.contains("\"outcome\":\"wrong\""),
        "{run:?}"
    );
}

/// Who reads the JSON of one command reads that of all: what was looked at, what is wrong, what was not answered.
#[test]
fn what_was_not_answered_has_one_shape_everywhere() {
    let dns = DnsServer::start(
        "a.nl TXT v=spf1 include:q.nl -all\na.nl MX 10 mx.a.nl\nmx.a.nl A 192.0.2.1\nd.nl TXT v=spf1 -all\nd.nl MX 0 .",
    );
    dns.fail("q.nl", SERVFAIL);
    dns.fail("_dmarc.d.nl", SERVFAIL);
    dns.fail("c.nl", SERVFAIL);
    let server = dns.address().to_string();
    for (args, domain, name, standard, need) in [
        (
            &["spf", "a.nl", "--ip", "8.8.8.8"][..],
            "a.nl",
            "q.nl",
            "SPF",
            "Essential",
        ),
        // No state hangs on an include, but an Error does.
        (&["spf", "a.nl"], "a.nl", "q.nl", "SPF", "Compliance"),
        (
            &["spf", "c.nl", "--ip", "8.8.8.8"],
            "c.nl",
            "c.nl",
            "SPF",
            "Essential",
        ),
        (&["dmarc", "d.nl"], "d.nl", "_dmarc.d.nl", "DMARC", "Essential"),
        (&["inspect", "d.nl"], "d.nl", "_dmarc.d.nl", "DMARC", "Essential"),
    ] {
        let run = zegel(
            &[
                args,
                &["--resolver", &server, "--dns-timeout", "1s", "-o", "json"],
            ]
            .concat(),
        );
        let said: serde_json::Value = serde_json::from_str(&run.out).expect("one line of JSON");
        assert_eq!(
            (run.code, &said["outcome"], &said["domain"]),
            (3, &"unknown".into(), &domain.into()),
            "{args:?}: {run:?}"
        );
        let open = said["unanswered"].as_array().expect("a list");
        let mut open = open.iter();
        let one = open.find(|one| one["name"] == name && one["type"] == "TXT");
        let one = one.unwrap_or_else(|| panic!("{args:?}: {run:?}"));
        assert_eq!(
            (&one["need"], &one["essential"]),
            (&need.into(), &(need == "Essential").into()),
            "{args:?}: {one}"
        );
        let standards = one["standards"].as_array().expect("a list");
        assert!(standards.contains(&standard.into()), "{args:?}: {one}");
    }
    // What can be no domain has nothing of it, in the same fields.
    for domain in ["a.nl", "a..nl"] {
        let run = spf(&dns, &[domain, "--ip", "8.8.8.8", "-o", "json"]);
        let said: serde_json::Value = serde_json::from_str(&run.out).expect("one line of JSON");
        assert!(
            said["domain"] == domain && said["findings"].is_array() && said["unanswered"].is_array(),
            "{run:?}"
        );
    }
}
