//! A mail server's key changes: what the name servers hold of its TLSA records, what the resolver still has, and what is shown.

use std::net::IpAddr;

use jiff::SignedDuration;
use zegel::inquiry::{Closeness, Depth, Fact, Facts, Made, Security, Spoke, Starttls, Trouble};
use zegel::intent::Intent;
use zegel::judge::{Verdict, judge};
use zegel::records::dane::Tlsa;
use zegel::rules::Severity;
use zegel::transport::Certificate;

use super::facts::{findings, intent, name, now, observe};
use super::net::{APEX, Net, Server};
use crate::seen::{chain, with_handshake};

const ADDRESS: &str = "192.0.2.25";

fn record(chain: &[Vec<u8>]) -> Tlsa {
    Tlsa::of_key(
        &Certificate::from_der(&chain[0])
            .expect("a certificate")
            .public_key_info,
    )
}

/// The zone with these records for its mail server.
fn zone(records: &[&Tlsa]) -> String {
    let lines = records
        .iter()
        .map(|record| format!("\n_25._tcp.mx1.voorbeeld.nl 3600 TLSA {record}"));
    format!(
        "voorbeeld.nl MX 10 mx1.voorbeeld.nl\nmx1.voorbeeld.nl A {ADDRESS}{}",
        lines.collect::<String>()
    )
}

/// A manifest that wants these records.
fn wants(records: &[&Tlsa]) -> Intent {
    let list: Vec<String> = records.iter().map(|record| format!("'{record}'")).collect();
    intent(&format!(
        "{{domain: voorbeeld.nl, role: Mail, tls: {{level: Any}}, \
         dane: {{hosts: [{{name: mx1.voorbeeld.nl, records: [{}]}}]}}}}",
        list.join(", ")
    ))
}

/// What is judged where the mail server shows this chain, and name servers are looked at so closely.
fn judged(net: &Net, spec: &Intent, shown: &[Vec<u8>], depth: Depth) -> Verdict {
    let address: IpAddr = ADDRESS.parse().expect("an address");
    let question = Starttls {
        host: name("mx1.voorbeeld.nl"),
        address,
        closeness: Closeness::Chain,
    };
    let mut facts = Facts::new().approaching(depth);
    let said: Fact<Starttls> = Fact {
        outcome: Ok(with_handshake(|seen| seen.chain = shown.to_vec())),
        security: Security::NotAsked,
        source: Spoke::default(),
        seen_at: now(),
        expires_at: now() + SignedDuration::from_hours(24),
        made: Made::default(),
    };
    facts.insert(question, said);
    net.settle_from(facts, |inquiry| judge(spec, inquiry, now())).0
}

/// What is said of keys and records that do not go together.
fn told(verdict: &Verdict) -> Vec<(&'static str, Severity, bool)> {
    let found = ["DANE-012", "DANE-015"]
        .into_iter()
        .flat_map(|rule| findings(verdict, rule));
    let mut told: Vec<_> = found
        .map(|one| (one.rule.id, one.severity, one.managed))
        .collect();
    // A manifest may leave out what a server has dropped already: each is a row of its own.
    told.dedup();
    told
}

#[test]
fn a_key_that_is_shown_before_its_record_is_seen_everywhere_is_told() {
    let (blue, green) = (
        chain(&["mx1.voorbeeld.nl"], (2026, 2027)),
        chain(&["mx1.voorbeeld.nl"], (2026, 2027)),
    );
    let (of_blue, of_green) = (&record(&blue), &record(&green));
    let both: &[&Tlsa] = &[of_blue, of_green];
    for (shown, wanted, at_servers, at_resolver, expected) in [
        // The record and the key at once: whoever has the old record delivers nothing.
        (
            &green,
            &[of_green][..],
            &[of_green][..],
            &[of_blue][..],
            Some("DANE-015"),
        ),
        // The next record is published and not seen everywhere, and the key is shown already.
        (&green, both, both, &[of_blue], Some("DANE-015")),
        // In its order: the old key is shown while the next record is on its way,
        (&blue, both, both, &[of_blue], None),
        // the next key once it is there,
        (&green, both, both, both, None),
        // and the old record goes when the old key is not shown any more.
        (&green, &[of_green], &[of_green], both, None),
    ] {
        let mut net = Net::new(&zone(at_servers));
        net.resolve(&zone(at_resolver));
        let verdict = judged(&net, &wants(wanted), shown, Depth::Closely);
        let found = told(&verdict);
        let expected: Vec<_> = expected
            .map(|rule| (rule, Severity::Error, true))
            .into_iter()
            .collect();
        assert_eq!(found, expected, "{wanted:?} {at_servers:?} {at_resolver:?}");
        for finding in findings(&verdict, "DANE-015") {
            // The time by which the resolver must have forgotten it.
            assert!(
                finding.message.contains("until 2026-11-22T13:00:00Z"),
                "{}",
                finding.message
            );
        }
    }
}

#[test]
fn one_world_is_one_verdict_whoever_asks_for_what() {
    let key = || chain(&["mx1.voorbeeld.nl"], (2026, 2027));
    let (blue, green) = (key(), key());
    let (of_blue, of_green) = (&record(&blue), &record(&green));
    let unused: &Tlsa = &Tlsa::parse(&of_green.to_string().replacen('3', "1", 1)).expect("a record");
    let required = intent("{domain: voorbeeld.nl, role: Mail, tls: {level: Any}, dane: {required: true}}");
    let observed = Intent {
        looks_at_tls: true,
        ..observe(APEX)
    };
    let both: &[&Tlsa] = &[of_blue, of_green];
    let (nomatch, out_of_step) = (Some("DANE-012"), Some("DANE-015"));
    // What the servers hold; what is said to who wants blue, green and both, requires some, and only looks.
    for (what, shown, at_servers, expected) in [
        (
            "the record of the key that is shown was taken out, and the resolver still has it",
            &blue,
            [&[of_green][..]; 3],
            [out_of_step, nomatch, out_of_step, out_of_step, out_of_step],
        ),
        (
            "the next key is shown, whose record is at no server, and the resolver has it",
            &green,
            [&[of_blue]; 3],
            [nomatch, out_of_step, out_of_step, out_of_step, out_of_step],
        ),
        (
            "one server has dropped it",
            &blue,
            [both, &[of_green], both],
            [out_of_step; 5],
        ),
        (
            "in its order: the old record is gone, as its key is",
            &green,
            [&[of_green]; 3],
            [out_of_step, None, None, None, None],
        ),
        (
            "there is none any more, and senders deliver without",
            &blue,
            [&[]; 3],
            [None, out_of_step, None, None, None],
        ),
        (
            "none that senders use is left, and they deliver without",
            &blue,
            [&[unused]; 3],
            [None, out_of_step, None, None, None],
        ),
    ] {
        let mut net = Net::new(&zone(both));
        for (last, records) in (1..=3).zip(at_servers) {
            net.serve(&format!("127.0.0.{last}"), 8, &zone(records));
        }
        for (spec, expected) in [
            &wants(&[of_blue]),
            &wants(&[of_green]),
            &wants(both),
            &required,
            &observed,
        ]
        .into_iter()
        .zip(expected)
        {
            let verdict = judged(&net, spec, shown, Depth::Closely);
            let is_managed = spec.role.is_some();
            let severity = match is_managed {
                true => Severity::Error,
                false => Severity::Warning,
            };
            let expected: Vec<_> = expected
                .map(|rule| (rule, severity, is_managed))
                .into_iter()
                .collect();
            assert_eq!(told(&verdict), expected, "{what}: {:?}", spec.wanted);
        }
    }
}

#[test]
fn a_name_server_is_named_and_one_that_was_not_heard_accuses_nobody() {
    let key = || chain(&["mx1.voorbeeld.nl"], (2026, 2027));
    let (blue, green) = (key(), key());
    let (of_blue, of_green) = (&record(&blue), &record(&green));
    let both: &[&Tlsa] = &[of_blue, of_green];
    let mut net = Net::new(&zone(both));
    net.serve("127.0.0.2", 6, &zone(&[of_green]));
    net.set("127.0.0.3", Server::Fails(Trouble::Timeout));
    let verdict = judged(&net, &wants(both), &blue, Depth::Closely);
    let [finding] = findings(&verdict, "DANE-015")[..] else {
        panic!("{:?}", verdict.findings)
    };
    let (message, fix) = (&finding.message, &finding.fix);
    assert!(
        message.contains("some name servers do not hold it")
            && message.contains(&format!("{of_green} at ns2.dns.example;"))
            && !message.contains("ns3"),
        "{message}"
    );
    assert!(
        fix.contains(&format!("Publish {of_blue} at _25._tcp.mx1.voorbeeld.nl")),
        "{fix}"
    );
    // None is heard, or none is asked: by what the resolver has all is well.
    net.set("127.0.0.2", Server::Fails(Trouble::Refused));
    assert_eq!(told(&judged(&net, &wants(both), &blue, Depth::Closely)), []);
    let mut net = Net::new(&zone(both));
    for last in 1..=3 {
        net.serve(&format!("127.0.0.{last}"), 8, &zone(&[of_green]));
    }
    for depth in [Depth::Off, Depth::Troubled] {
        assert_eq!(told(&judged(&net, &wants(both), &blue, depth)), [], "{depth:?}");
    }
}
