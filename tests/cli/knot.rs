//! What the commands say of real name servers: three of knot, each with a fault of its own; and of one that no route leads
//! to. Where knot is not installed, or no network of its own can be had, that is said and skipped.

use std::net::{TcpListener, UdpSocket};
use std::process::Command;

use serde_json::Value;

use super::harness::{Run, zegel_at, zegel_with};
use crate::dns::DnsServer;
use crate::knot::Knots;
use crate::unbound::Unbound;

const REST: &str = "@ TXT \"v=spf1 mx -all\"\n@ MX 10 mail\nmail A 192.0.2.25\n";
const RIGHT: &str = "_dmarc TXT \"v=DMARC1; p=reject\"";
const OLD: &str = "_dmarc TXT \"v=DMARC1; p=none\"";

const MANIFEST: &str = "\
apiVersion: zegel.dev/v1alpha1
kind: MailDomain
metadata: {name: voorbeeld-nl}
spec: {domain: voorbeeld.nl, role: Mail, spf: {mechanisms: [mx], all: Fail}, dmarc: {policy: Reject}}
";

/// Three servers, and a resolver that remembers what it is told.
struct Stage {
    knots: Knots,
    resolver: DnsServer,
}

impl Stage {
    fn new(dmarc: &str) -> Option<Self> {
        let knots = Knots::room(3)?;
        let resolver = DnsServer::start(
            "voorbeeld.nl 300 SOA 300 7\nvoorbeeld.nl TXT v=spf1 mx -all\nvoorbeeld.nl MX 10 mail.voorbeeld.nl\n\
             mail.voorbeeld.nl A 192.0.2.25",
        );
        for number in 1..=3 {
            let address = Knots::address(number);
            resolver.set(&format!("ns{number}.dns.example A {address}"));
        }
        resolver.set(
            "voorbeeld.nl NS ns1.dns.example\nvoorbeeld.nl NS ns2.dns.example\nvoorbeeld.nl NS ns3.dns.example",
        );
        let mut stage = Self { knots, resolver };
        stage.remember(dmarc);
        for number in 1..=3 {
            stage.serve(number, 7, dmarc);
        }
        Some(stage)
    }

    /// The resolver has this DMARC record.
    fn remember(&self, dmarc: &str) {
        let text = dmarc.split('"').nth(1).expect("a text in quotes");
        self.resolver.set(&format!("_dmarc.voorbeeld.nl 1200 TXT {text}"));
    }

    fn serve(&mut self, number: usize, serial: u32, dmarc: &str) {
        self.knots.serve(number, serial, Some(&format!("{REST}{dmarc}")));
    }

    fn run(&self, args: &[&str], stdin: &str) -> Run {
        zegel_at(self.resolver.address(), self.knots.port, "500ms", args, stdin)
    }

    fn check(&self) -> Run {
        self.run(&["check", "-"], MANIFEST)
    }

    fn lookup(&self) -> Value {
        let run = self.run(&["lookup", "_dmarc.voorbeeld.nl", "-o", "json"], "");
        serde_json::from_str(&run.out).unwrap_or_else(|error| panic!("{error}: {run:?}"))
    }

    fn states(&self) -> String {
        states(&self.lookup())
    }
}

fn states(report: &Value) -> String {
    let servers = report["servers"].as_array().expect("a list");
    let word = |server: &Value| {
        let (state, lame) = (server["state"].as_str().unwrap_or("-"), server["lame"].as_str());
        lame.map_or(state.to_owned(), |lame| format!("{state}({lame})"))
    };
    servers.iter().map(word).collect::<Vec<_>>().join(" ")
}

#[test]
fn one_is_behind_one_is_lame_one_is_silent_and_no_check_gets_worse() {
    let Some(mut stage) = Stage::new(RIGHT) else {
        return;
    };
    assert_eq!(stage.states(), "Right Right Right");
    let fine = stage.check();
    assert_eq!(fine.code, 0, "{fine:?}");
    stage.serve(1, 8, RIGHT);
    stage.serve(2, 7, OLD);
    stage.knots.serve(3, 0, None);
    assert_eq!(stage.states(), "Right Stale Lame(Refused)");
    // A black hole: what comes is never read.
    stage.knots.stop(3);
    let hole = (Knots::address(3), stage.knots.port);
    let _hole = (UdpSocket::bind(hole).unwrap(), TcpListener::bind(hole).unwrap());
    let report = stage.lookup();
    assert_eq!(states(&report), "Right Stale Silent");
    assert_eq!(
        report["summary"],
        "1 of 3 name servers right; ns2.dns.example still serves an older version (serial 7); ns3.dns.example does not \
         answer from here"
    );
    let run = stage.check();
    let out = run.out.split_whitespace().collect::<Vec<_>>().join(" ");
    assert_eq!(run.code, 0, "{run:?}");
    assert!(
        out.contains("2 of 2 records in sync") && out.contains("serial 7 is behind 8"),
        "{out}"
    );
}

#[test]
fn a_change_is_followed_from_server_to_server() {
    let Some(mut stage) = Stage::new(OLD) else { return };
    // Where all have it and the resolver not yet it is on its way: not in sync for who asks the resolver, and no drift.
    for (number, says, told) in [
        (1, "Right Stale Stale", "wrong: 1 of 2 records in sync"),
        (2, "Right Right Stale", "wrong: 1 of 2 records in sync"),
        (3, "Right Right Right", "ok: 1 of 2 records in sync, 1 on its way"),
    ] {
        assert_eq!(stage.check().code, 1, "before {number}");
        stage.serve(number, 8, RIGHT);
        let report = stage.lookup();
        assert_eq!(states(&report), says);
        assert_eq!(report["visibleBy"].is_null(), number < 3, "{report}");
        let run = stage.check();
        let out = run.out.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(out.contains(told), "{out}");
    }
    // The resolver follows when its answer runs out.
    stage.remember(RIGHT);
    let report = stage.lookup();
    assert!(
        report["visibleBy"].is_null()
            && report["visibleWhy"]
                .as_str()
                .is_some_and(|why| why.contains("nothing older"))
    );
    assert_eq!(stage.check().code, 0);
}

#[test]
fn serials_that_lie_hide_nothing() {
    let Some(mut stage) = Stage::new(RIGHT) else {
        return;
    };
    // Never touched; and touched without a change.
    for (serials, dmarcs, says, code) in [
        ([1, 1, 1], [RIGHT, OLD, RIGHT], "Right Differs Right", 0),
        ([7, 7, 7], [RIGHT, OLD, RIGHT], "Right Differs Right", 0),
        ([9, 8, 7], [RIGHT, RIGHT, RIGHT], "Right Right Right", 0),
        // Ahead with an older record: by the serial it is the newest.
        ([7, 8, 7], [RIGHT, OLD, RIGHT], "Stale Right Stale", 0),
        // All of them dropped what the resolver has: it is going.
        ([1, 1, 1], [OLD, OLD, OLD], "Right Right Right", 1),
    ] {
        for (number, (serial, dmarc)) in (1..=3).zip(serials.into_iter().zip(dmarcs)) {
            stage.serve(number, serial, dmarc);
        }
        assert_eq!(stage.states(), says, "{serials:?}");
        let run = stage.check();
        assert_eq!(run.code, code, "{serials:?}: {run:?}");
    }
}

#[test]
fn what_all_three_drop_is_told_until_the_resolver_forgets_it() {
    let Some(mut stage) = Stage::new(RIGHT) else {
        return;
    };
    for (number, code) in [(1, 0), (2, 0), (3, 1)] {
        stage.serve(number, 8, "");
        let run = stage.check();
        assert_eq!(run.code, code, "after {number}: {run:?}");
    }
    let out = stage.check().out.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        out.contains("no name server serves it any more; resolvers forget it, the one asked here by 20"),
        "{out}"
    );
    // One of three that cannot be heard may have it yet.
    stage.knots.stop(2);
    let hole = (Knots::address(2), stage.knots.port);
    let _hole = (UdpSocket::bind(hole).unwrap(), TcpListener::bind(hole).unwrap());
    assert_eq!(stage.check().code, 0);
}

/// The alias' own TTL, for it is the alias that caches keep; and of a name where an alias was asked for and is not, nothing is
/// told of what may stand there in its place.
#[test]
fn for_how_long_an_alias_that_leads_away_is_kept_is_told_and_no_text_is_made_up() {
    const ALIAS: &str = "_dmarc 3600 CNAME x.other.example.";
    let Some(mut stage) = Stage::new(OLD) else {
        return;
    };
    let held = |report: &Value| -> Vec<(Value, Value, Value)> {
        let servers = report["servers"].as_array().expect("a list");
        let of = |server: &Value| {
            (
                server["state"].clone(),
                server["ttl"].clone(),
                server["values"].clone(),
            )
        };
        servers.iter().map(of).collect()
    };
    for number in 1..=2 {
        stage.serve(number, 9, RIGHT);
    }
    stage.serve(3, 8, ALIAS);
    let report = stage.lookup();
    assert_eq!(
        held(&report)[2],
        (
            "Stale".into(),
            3600.into(),
            serde_json::json!(["CNAME x.other.example"])
        ),
        "{report}"
    );
    let why = report["visibleWhy"].as_str().unwrap_or_default();
    assert!(!why.contains("for 0 s"), "{why}");

    for number in 1..=2 {
        stage.serve(number, 9, ALIAS);
    }
    stage.serve(3, 8, RIGHT);
    let manifest = MANIFEST.replace("dmarc: {policy: Reject}", "dmarc: {cname: x.other.example}");
    let run = stage.run(&["check", "-", "-o", "json"], &manifest);
    let report: Value = serde_json::from_str(&run.out).unwrap_or_else(|error| panic!("{error}: {run:?}"));
    let all = report["servers"].as_array().expect("a list");
    let alias = all
        .iter()
        .find(|servers| servers["name"] == "_dmarc.voorbeeld.nl" && servers["type"] == "CNAME");
    let third = &held(alias.expect("the alias was looked at"))[2];
    assert_eq!(
        third,
        &("Stale".into(), Value::Null, serde_json::json!([])),
        "{report}"
    );
}

#[test]
fn a_zone_that_loses_its_signatures_is_unanswered_and_no_drift() {
    let Some(mut knots) = Knots::room(1) else { return };
    let lines = format!("{REST}{RIGHT}");
    knots.sign(1, 7, &lines);
    let Some(ds) = knots.ds(1) else {
        println!("SKIPPED: a zone that loses its signatures (knot's keymgr is not installed)");
        return;
    };
    let (server, address) = ((Knots::address(1), knots.port).into(), Knots::address(1));
    let beside = format!("ns1.dns.example. A {address}");
    let check = || {
        // A resolver that remembers nothing of before.
        let resolver = Unbound::start("voorbeeld.nl", server, &ds, &[&beside])?;
        let (resolver, port) = (resolver.address.to_string(), server.port().to_string());
        let args = [
            "check",
            "-",
            "--resolver",
            &resolver,
            "--authority-port",
            &port,
            "--dnssec",
            "off",
        ];
        Some(zegel_with(&args, MANIFEST))
    };
    let Some(signed) = check() else { return };
    assert!(
        signed.code == 0 && signed.out.contains("2 of 2 records in sync"),
        "{signed:?}"
    );
    knots.serve(1, 8, Some(&lines));
    let Some(lost) = check() else { return };
    // The resolver refuses what is not signed; the server has what is meant, and nobody calls it drift.
    assert_eq!(lost.code, 3, "{lost:?}");
    let out = lost.out.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(out.contains("SERVFAIL") && !out.contains("want"), "{out}");
    assert!(!out.contains("DNS-038") && !out.contains("DNS-030"), "{out}");
    knots.sign(1, 9, &lines);
    let Some(again) = check() else { return };
    assert_eq!(again.code, 0, "{again:?}");
}

/// Says to this very program that it runs in a network of its own.
const ALONE: &str = "ZEGEL_TEST_IN_A_NETWORK_OF_ITS_OWN";

#[test]
fn a_server_that_no_route_leads_to_counts_for_nothing() {
    if std::env::var_os(ALONE).is_none() {
        return in_a_network_of_its_own("cli::knot::a_server_that_no_route_leads_to_counts_for_nothing");
    }
    let Some(mut stage) = Stage::new(RIGHT) else {
        return;
    };
    // Of these two one has a twin that can be reached, and one has not.
    stage.resolver.set("ns2.dns.example AAAA 2600::53");
    stage.resolver.remove("ns3.dns.example", "A");
    stage.resolver.set("ns3.dns.example AAAA 2600::54");
    let report = stage.lookup();
    assert_eq!(states(&report), "Right Right NoRoute NoRoute", "{report}");
    assert_eq!(
        report["summary"],
        "2 of 3 name servers right; 2 addresses of ns2.dns.example, ns3.dns.example cannot be reached from here"
    );
    assert_eq!(report["servers"][3]["why"], "no IPv6 route leads there from here");
    let run = stage.check();
    assert!(run.code == 0 && !run.out.contains("DNS-036"), "{run:?}");
    // It may have what the others dropped.
    for number in 1..=2 {
        stage.serve(number, 8, "");
    }
    assert_eq!(stage.check().code, 0);
    println!("RAN in a network of its own");
}

/// Runs one test of this program where there is a loopback and nothing else.
fn in_a_network_of_its_own(test: &str) {
    let alone = |script: &str, args: &[&str]| {
        let mut command = Command::new("unshare");
        command
            .args(["--map-root-user", "--net", "--", "sh", "-c", script])
            .args(args);
        command.env(ALONE, "1").output()
    };
    let is_possible = alone("PATH=$PATH:/usr/sbin:/sbin; ip link set lo up", &[]);
    if !is_possible.is_ok_and(|output| output.status.success()) {
        println!(
            "SKIPPED: a network without an IPv6 route (unshare --net is not allowed here, or ip is not installed)"
        );
        return;
    }
    let program = std::env::current_exe().expect("this program has a path");
    let script = "PATH=$PATH:/usr/sbin:/sbin; ip link set lo up && exec \"$0\" \"$@\"";
    let program = program.to_str().expect("the path is UTF-8");
    let output = alone(script, &[program, "--exact", test, "--nocapture"]).expect("unshare runs");
    let said =
        String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.contains("1 passed"), "{said}");
    print!("{said}");
}
