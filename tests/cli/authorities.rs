//! What the commands say of single name servers, over real sockets.

use hickory_resolver::proto::op::ResponseCode;
use serde_json::Value;

use super::harness::{Run, zegel, zegel_at};
use crate::dns::{Fault, REFUSED, SERVFAIL};
use crate::name_servers::NameServers;

pub(crate) const ZONE: &str = "
    voorbeeld.nl         60 TXT   v=spf1 mx -all
    voorbeeld.nl            MX    10 mail.voorbeeld.nl
    mail.voorbeeld.nl       A     192.0.2.25
    _dmarc.voorbeeld.nl 600 TXT   v=DMARC1; p=reject
";

const MANIFEST: &str = "\
apiVersion: zegel.dev/v1alpha1
kind: MailDomain
metadata: {name: voorbeeld-nl}
spec: {domain: voorbeeld.nl, role: Mail, spf: {mechanisms: [mx], all: Fail}, dmarc: {policy: Reject}}
";

pub(crate) fn run(servers: &NameServers, args: &[&str], stdin: &str) -> Run {
    zegel_at(servers.resolver.address(), servers.port, "300ms", args, stdin)
}

fn json(run: &Run) -> Value {
    serde_json::from_str(&run.out).unwrap_or_else(|error| panic!("{error}: {run:?}"))
}

#[test]
fn lookup_tells_what_each_name_server_says() {
    let servers = NameServers::start(4, ZONE);
    servers.publish_at(2, &ZONE.replace("p=reject", "p=none"), 6);
    servers.servers[2].fail_all(REFUSED);
    servers.servers[3].fail_all(Fault::Silent);
    let run = run(&servers, &["lookup", "_dmarc.voorbeeld.nl", "-o", "json"], "");
    assert_eq!(run.code, 0, "{run:?}");
    let report = json(&run);
    assert_eq!(report["zone"], "voorbeeld.nl");
    assert_eq!(report["recursive"]["values"][0], "v=DMARC1; p=reject");
    let told: Vec<String> = report["servers"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|server| {
            let values = server["values"].as_array().expect("a list");
            let value = values.first().and_then(Value::as_str).unwrap_or("-");
            let text = |field: &str| server[field].as_str().unwrap_or("-").to_owned();
            let (name, address) = (text("name"), text("address"));
            format!(
                "{name} {address} {} {} {} {value}",
                text("state"),
                server["serial"],
                server["ttl"]
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            "ns1.dns.example 127.0.0.11 Right 7 600 v=DMARC1; p=reject",
            "ns2.dns.example 127.0.0.12 Stale 6 600 v=DMARC1; p=none",
            "ns3.dns.example 127.0.0.13 Lame null null -",
            "ns4.dns.example 127.0.0.14 Silent null null -",
        ]
    );
    assert_eq!(report["servers"][2]["lame"], "Refused");
    assert!(report["servers"][0]["rtt"].as_f64().is_some_and(|rtt| rtt > 0.0));
    assert!(
        report["servers"][1]["why"]
            .as_str()
            .is_some_and(|why| why.contains("serial 6 is behind 7"))
    );
    assert_eq!(
        report["summary"],
        "1 of 4 name servers right; ns2.dns.example still serves an older version (serial 6); ns3.dns.example refuses (REFUSED); \
         ns4.dns.example does not answer from here"
    );
    assert!(report["visibleBy"].is_null() && report["questions"].as_u64().is_some_and(|count| count > 8));
}

#[test]
fn inspect_says_in_one_line_that_all_are_right_and_a_line_a_record_set_where_they_are_not() {
    let servers = NameServers::start(3, ZONE);
    let fine = run(&servers, &["inspect", "voorbeeld.nl"], "");
    assert_eq!(fine.code, 0, "{fine:?}");
    assert!(
        fine.out
            .contains("all 3 name servers are right (zone voorbeeld.nl)"),
        "{}",
        fine.out
    );
    servers.publish_at(2, &ZONE.replace("p=reject", "p=none"), 6);
    let stale = run(&servers, &["inspect", "voorbeeld.nl"], "");
    assert_eq!(stale.code, 0, "a warning at most: {stale:?}");
    let line = "_dmarc.voorbeeld.nl TXT: 2 of 3 name servers right; ns2.dns.example still serves an older";
    assert!(stale.out.contains(line), "{}", stale.out);
    assert!(stale.out.contains("warning[DNS-031]"), "{}", stale.out);
    let report = json(&run(&servers, &["inspect", "voorbeeld.nl", "-o", "json"], ""));
    let sites: Vec<&str> = report["servers"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|one| one["name"].as_str())
        .collect();
    assert_eq!(sites, ["_dmarc.voorbeeld.nl", "voorbeeld.nl", "voorbeeld.nl"]);
    assert_eq!(report["servers"][0]["servers"][1]["state"], "Stale");
}

#[test]
fn no_fault_of_a_name_server_makes_a_check_worse() {
    for fault in [
        REFUSED,
        SERVFAIL,
        Fault::Silent,
        Fault::Lame,
        Fault::UpwardReferral,
        Fault::Garbage,
    ] {
        let servers = NameServers::start(3, ZONE);
        servers.servers[1].fail_all(fault);
        let run = run(&servers, &["check", "-"], MANIFEST);
        assert_eq!(run.code, 0, "{fault:?}: {run:?}");
        assert!(
            run.out.contains("2 of 2 records in sync"),
            "{fault:?}: {}",
            run.out
        );
        assert!(!run.out.contains("not answered"), "{fault:?}: {}", run.out);
        assert!(run.out.contains("ns2.dns.example"), "{fault:?}: {}", run.out);
    }
}

#[test]
fn what_every_name_server_has_dropped_fails_a_check_though_the_resolver_still_has_it() {
    let without = ZONE.replace("_dmarc.voorbeeld.nl 600 TXT   v=DMARC1; p=reject", "");
    for (zone, says) in [
        (
            without,
            "no name server serves it any more; resolvers forget it, the one asked here by 20",
        ),
        (
            ZONE.replace("p=reject", "p=none"),
            "every name server serves something else by now: \"v=DMARC1; p=none\"; resolvers follow",
        ),
    ] {
        let servers = NameServers::start(3, ZONE);
        servers.publish(&zone, 7);
        let run = run(&servers, &["check", "-"], MANIFEST);
        assert_eq!(run.code, 1, "{run:?}");
        let out = run.out.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(
            out.contains("1 of 2 records in sync") && out.contains(says),
            "{out}"
        );
        assert!(out.contains("warning[DNS-038]"), "{out}");
        // What one server of three has left, or one that was not heard may have, is no drift.
        servers.publish_at(2, ZONE, 7);
        let one_has_it = self::run(&servers, &["check", "-"], MANIFEST);
        servers.publish(&zone, 7);
        servers.servers[1].fail_all(Fault::Silent);
        let one_is_silent = self::run(&servers, &["check", "-"], MANIFEST);
        assert_eq!(
            (one_has_it.code, one_is_silent.code),
            (0, 0),
            "{one_has_it:?} {one_is_silent:?}"
        );
    }
}

#[test]
fn the_error_code_of_a_lame_server_is_named_and_servers_that_all_fail_alike_are_told_in_one_line() {
    for (code, lame, says) in [
        (1, "FormErr", "FORMERR"),
        (2, "ServFail", "SERVFAIL"),
        (4, "NotImp", "NOTIMP"),
        (5, "Refused", "REFUSED"),
        (9, "NotAuth", "NOTAUTH"),
        (10, "ErrorCode", "another error code"),
    ] {
        let servers = NameServers::start(3, ZONE);
        for server in &servers.servers {
            server.fail_all(Fault::Rcode(ResponseCode::from(0, code)));
        }
        let report = json(&run(&servers, &["lookup", "voorbeeld.nl", "-o", "json"], ""));
        assert_eq!(report["servers"][0]["lame"], lame, "{report}");
        let why = report["servers"][0]["why"]
            .as_str()
            .unwrap_or_default()
            .to_owned();
        assert!(why.contains(says), "{why}");
        assert!(
            report["summary"].as_str().is_some_and(|line| line.contains(says)),
            "{report}"
        );
        let table = run(&servers, &["inspect", "voorbeeld.nl"], "").out;
        let out = table.split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!(
            out.matches("none of 3 name servers answers as an authority")
                .count(),
            1,
            "{table}"
        );
        assert!(
            out.contains("_dmarc.voorbeeld.nl TXT, voorbeeld.nl MX, voorbeeld.nl TXT: none of 3"),
            "{table}"
        );
        assert_eq!(out.matches("warning[DNS-030]").count(), 1, "{table}");
    }
}

#[test]
fn inspect_warns_of_what_every_name_server_has_dropped() {
    let servers = NameServers::start(2, ZONE);
    servers.publish(
        &ZONE.replace("_dmarc.voorbeeld.nl 600 TXT   v=DMARC1; p=reject", ""),
        7,
    );
    let run = run(&servers, &["inspect", "voorbeeld.nl"], "");
    let out = run.out.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        out.contains("warning[DNS-038]") && out.contains("no name server serves it any more"),
        "{out}"
    );
}

#[test]
fn who_is_told_to_leave_them_alone_asks_none() {
    let servers = NameServers::start(2, ZONE);
    for command in [
        &["inspect", "voorbeeld.nl", "--authorities", "off"][..],
        &["lookup", "voorbeeld.nl", "--authorities", "off"],
    ] {
        let run = run(&servers, command, "");
        assert_eq!(run.code, 0, "{run:?}");
        let others: Vec<&str> = run
            .out
            .lines()
            .filter(|line| line.contains("name server"))
            .collect();
        // Whoever looks a name up is told why there is no word of them.
        match command[0] {
            "lookup" => assert!(
                matches!(others[..], [line] if line.contains("name servers are not asked (--authorities off)")),
                "{}",
                run.out
            ),
            _ => assert!(others.is_empty(), "{}", run.out),
        }
    }
    assert_eq!(servers.asked(), 0);
}

#[test]
fn of_many_domains_only_those_with_something_wrong_are_asked_for_at_their_servers() {
    let servers = NameServers::start(2, ZONE);
    let manifests: String = (0..17)
        .map(|n| {
            let one = MANIFEST.replace("name: voorbeeld-nl", &format!("name: v{n}"));
            format!(
                "---\n{}",
                one.replace("domain: voorbeeld.nl", &format!("domain: v{n}.voorbeeld.nl"))
            )
        })
        .collect();
    let zone: String = (0..17)
        .map(|n| ZONE.replace("voorbeeld.nl", &format!("v{n}.voorbeeld.nl")))
        .collect();
    servers.publish(&zone, 7);
    servers.resolve(&zone);
    let fine = run(&servers, &["check", "-"], &manifests);
    assert_eq!((fine.code, servers.asked()), (0, 0), "{fine:?}");
    servers
        .resolver
        .set("_dmarc.v3.voorbeeld.nl TXT v=DMARC1; p=none");
    run(&servers, &["check", "-"], &manifests);
    for server in &servers.servers {
        assert_eq!(server.asked("_dmarc.v3.voorbeeld.nl", "TXT"), 1);
        assert_eq!(
            server.seen().total(),
            2,
            "that record, and the version of its zone"
        );
    }
}

#[test]
fn a_zone_whose_servers_have_nobodys_addresses_is_judged_as_before() {
    let servers = NameServers::start(1, ZONE);
    servers
        .resolver
        .set("ns1.dns.example A 192.0.2.53\nns1.dns.example AAAA 2001:db8::53");
    let report = json(&run(&servers, &["lookup", "voorbeeld.nl", "-o", "json"], ""));
    let states: Vec<&str> = report["servers"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|one| one["state"].as_str())
        .collect();
    assert_eq!(states, ["NoRoute", "NoRoute"], "{report}");
    let help = zegel(&["lookup", "--help"]).out;
    assert!(!help.contains("--authority-port"), "for trials alone");
}

#[test]
fn what_is_gone_everywhere_is_said_to_be_gone_and_not_to_be_right() {
    let without = ZONE.replace("_dmarc.voorbeeld.nl 600 TXT   v=DMARC1; p=reject", "");
    let servers = NameServers::start(3, &without);
    for (name, kind, says) in [
        (
            "_dmarc.voorbeeld.nl",
            "TXT",
            "all 3 name servers say that it does not exist",
        ),
        (
            "mail.voorbeeld.nl",
            "TXT",
            "all 3 name servers say that there is no such record",
        ),
        ("mail.voorbeeld.nl", "A", "all 3 name servers are right"),
    ] {
        let report = json(&run(&servers, &["lookup", name, kind, "-o", "json"], ""));
        assert_eq!(report["summary"], says, "{name} {kind}");
    }
    servers.servers[2].fail_all(REFUSED);
    let report = json(&run(
        &servers,
        &["lookup", "_dmarc.voorbeeld.nl", "-o", "json"],
        "",
    ));
    assert_eq!(
        report["summary"],
        "2 of 3 name servers say that it does not exist; ns3.dns.example refuses (REFUSED)"
    );
    let inspected = run(&servers, &["inspect", "voorbeeld.nl"], "");
    assert!(
        inspected.out.contains("2 of 3 name servers right"),
        "the domain is there: {inspected:?}"
    );
}

#[test]
fn people_are_told_times_in_whole_seconds() {
    let servers = NameServers::start(2, ZONE);
    servers.publish(&ZONE.replace("p=reject", "p=none"), 8);
    let dropped = NameServers::start(2, ZONE);
    dropped.publish(
        &ZONE.replace("_dmarc.voorbeeld.nl 600 TXT   v=DMARC1; p=reject", ""),
        8,
    );
    for (servers, args) in [
        (&servers, &["lookup", "_dmarc.voorbeeld.nl"][..]),
        (&servers, &["inspect", "voorbeeld.nl"]),
        (&servers, &["check", "-"]),
        (&dropped, &["check", "-"]),
        (&dropped, &["inspect", "voorbeeld.nl"]),
    ] {
        let run = run(servers, args, MANIFEST);
        let words = run.out.split_whitespace();
        let times: Vec<&str> = words
            .filter(|word| word.starts_with("20") && word.contains('T'))
            .collect();
        assert!(!times.is_empty(), "{args:?}: {run:?}");
        assert!(
            times.iter().all(|time| !time.contains('.')),
            "{args:?}: {times:?}"
        );
    }
}

/// What the name servers have and the resolver has not: the record is not in sync for who asks the resolver, and no drift.
#[test]
fn what_every_name_server_has_and_the_resolver_not_yet_is_told_unasked_in_every_format() {
    let new = ZONE;
    let absent = ZONE.replace("_dmarc.voorbeeld.nl 600 TXT   v=DMARC1; p=reject", "");
    for (old, still, state) in [
        (
            ZONE.replace("p=reject", "p=none"),
            "\"v=DMARC1; p=none\"",
            "Drifted",
        ),
        (absent, "no such record", "Missing"),
    ] {
        let servers = NameServers::start(3, &old);
        servers.publish(new, 8);
        let table = run(&servers, &["check", "-"], MANIFEST);
        let out = table.out.split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!(table.code, 0, "no drift: {table:?}");
        assert!(out.contains("1 of 2 records in sync, 1 on its way"), "{out}");
        assert!(out.contains("_dmarc.voorbeeld.nl TXT DMARC Propagating"), "{out}");
        let says = format!(
            "_dmarc.voorbeeld.nl TXT: all 3 name servers serve what is meant; the resolver still says {still}, until 20"
        );
        assert!(out.contains(&says), "{out}");
        let until = out.split("until ").nth(1).unwrap_or_default();
        let until = until.split(' ').next().unwrap_or_default();
        assert_eq!(
            until.len(),
            "2026-11-26T12:00:00Z".len(),
            "whole seconds: {until}"
        );
        assert!(out.contains("how long others may keep it is not known"), "{out}");

        let report = json(&run(&servers, &["check", "-", "-o", "json"], MANIFEST));
        let record = &report["records"][1];
        assert_eq!(record["state"], "Propagating", "{report}");
        assert_eq!(report["summary"]["propagating"], 1, "{report}");
        assert_eq!(report["summary"]["ratio"], "1/2", "{report}");
        assert_eq!(record["resolver"]["state"], state, "{report}");
        assert!(record["resolver"]["visibleBy"].is_string(), "{report}");
        for format in ["junit", "sarif"] {
            let run = run(&servers, &["check", "-", "-o", format], MANIFEST);
            assert_eq!(run.code, 0, "{run:?}");
            assert!(
                run.out
                    .contains("all 3 name servers serve what is meant; the resolver still says"),
                "{format}: {}",
                run.out
            );
        }
        let two = format!("{MANIFEST}---\n{}", MANIFEST.replace("voorbeeld", "ander"));
        let list = run(&servers, &["check", "-"], &two);
        assert!(
            list.out.contains("_dmarc.voorbeeld.nl TXT Propagating until"),
            "{list:?}"
        );
        let inspected = run(&servers, &["inspect", "voorbeeld.nl"], "");
        let out = inspected.out.split_whitespace().collect::<Vec<_>>().join(" ");
        let says = format!(
            "_dmarc.voorbeeld.nl TXT: all 3 name servers serve \"v=DMARC1; p=reject\"; the resolver still says {still}, until 20"
        );
        assert!(out.contains(&says), "{out}");
    }
}
