//! Whose word counts: the resolver's, the name servers', or both.

use zegel::inquiry::{Depth, Trouble};
use zegel::judge::State;

use super::facts::{intent, record};
use super::net::{Net, Server, states};

const RIGHT: &str = "_dmarc.voorbeeld.nl 3600 TXT v=DMARC1; p=reject\n_dmarc.voorbeeld.nl EXISTS";

#[test]
fn published_at_the_servers_and_old_at_the_resolver_is_read_as_the_spec_says() {
    for (observe, state, waits_for_the_resolver) in [
        ("Recursive", State::Missing, false),
        ("Authoritative", State::InSync, false),
        ("Both", State::InSync, true),
    ] {
        let spec =
            format!("{{domain: voorbeeld.nl, role: Mail, observe: {observe}, dmarc: {{policy: Reject}}}}");
        let intent = intent(&spec);
        let mut net = Net::new(RIGHT);
        net.resolve("voorbeeld.nl EXISTS");
        let (verdict, facts) = net.judge_at(intent.depth(Depth::Closely), &intent);
        let record = record(&verdict, "_dmarc.voorbeeld.nl");
        assert_eq!(record.state, state, "{observe}");
        assert_eq!(record.resolver.is_some(), waits_for_the_resolver, "{observe}");
        assert_eq!(facts.views() == 0, observe == "Recursive", "{observe}");
    }
}

/// Where the servers' word alone counts and none of those that were asked answers, the resolver's is no stand-in for it.
#[test]
fn where_no_name_server_answers_nothing_is_known_though_the_resolver_says_something() {
    const OLD: &str = "_dmarc.voorbeeld.nl 3600 TXT v=DMARC1; p=none\n_dmarc.voorbeeld.nl EXISTS";
    const NOTHING: &str = "voorbeeld.nl EXISTS";
    for (trouble, said) in [
        (Trouble::Refused, Trouble::Refused),
        (Trouble::ServFail, Trouble::ServFail),
        (Trouble::Timeout, Trouble::Timeout),
        (Trouble::Lame, Trouble::Lame),
    ] {
        for (resolver, by_its_word) in [
            (NOTHING, State::Missing),
            (OLD, State::Drifted),
            (RIGHT, State::InSync),
        ] {
            for (observe, state) in [
                ("Authoritative", State::Unknown),
                ("Both", by_its_word),
                ("Recursive", by_its_word),
            ] {
                let spec = format!(
                    "{{domain: voorbeeld.nl, role: Mail, observe: {observe}, dmarc: {{policy: Reject}}}}"
                );
                let intent = intent(&spec);
                let mut net = Net::new(RIGHT);
                net.resolve(resolver);
                for last in 1..=3 {
                    net.set(&format!("127.0.0.{last}"), Server::Fails(trouble));
                }
                let (verdict, _) = net.judge_at(intent.depth(Depth::Closely), &intent);
                let record = record(&verdict, "_dmarc.voorbeeld.nl");
                let row = format!("{trouble:?} {resolver:?} {observe}");
                assert_eq!(record.state, state, "{row}: {record:?}");
                if observe == "Authoritative" {
                    assert_eq!(record.unanswered, Some(said), "{row}");
                    assert!(!verdict.is_complete(), "{row}");
                    let rules: Vec<&str> = verdict.findings.iter().map(|one| one.rule.id).collect();
                    assert!(
                        !rules.contains(&"DMARC-042"),
                        "{row}: what nobody said lacks nothing: {rules:?}"
                    );
                }
            }
        }
    }
    // Where none can be reached from here the resolver's word is all there is.
    let intent =
        intent("{domain: voorbeeld.nl, role: Mail, observe: Authoritative, dmarc: {policy: Reject}}");
    let mut net = Net::new(RIGHT);
    net.resolve(NOTHING);
    for last in 1..=3 {
        net.set(&format!("127.0.0.{last}"), Server::Fails(Trouble::NoRoute));
    }
    let (verdict, _) = net.judge_at(intent.depth(Depth::Closely), &intent);
    assert_eq!(record(&verdict, "_dmarc.voorbeeld.nl").state, State::Missing);
}

/// What every server has dropped is one word, whoever's word counts: who asks the resolver may still get it, and what follows
/// from its absence is said only where that does not count.
#[test]
fn what_every_server_has_dropped_is_missing_by_whoevers_word() {
    for (observe, findings) in [("Authoritative", "DMARC-042"), ("Both", "DNS-038")] {
        let spec =
            format!("{{domain: voorbeeld.nl, role: Mail, observe: {observe}, dmarc: {{policy: Reject}}}}");
        let intent = intent(&spec);
        let mut net = Net::new(RIGHT);
        for last in 1..=3 {
            net.serve(&format!("127.0.0.{last}"), 7, "voorbeeld.nl EXISTS");
        }
        let (verdict, _) = net.judge_at(intent.depth(Depth::Closely), &intent);
        let record = record(&verdict, "_dmarc.voorbeeld.nl");
        assert_eq!(record.state, State::Missing, "{observe}: {record:?}");
        let rules: Vec<&str> = verdict.findings.iter().map(|one| one.rule.id).collect();
        assert!(rules.contains(&findings), "{observe}: {rules:?}");
    }
}

/// By their word alone the resolver makes nothing right that no server publishes any more, though some were not heard, and
/// a version that another has left behind is published by nobody. With both a server that was not heard may have it.
#[test]
fn by_the_servers_word_alone_what_the_newest_version_holds_counts() {
    const OLD: &str = "_dmarc.voorbeeld.nl 3600 TXT v=DMARC1; p=none\n_dmarc.voorbeeld.nl EXISTS";
    const NOTHING: &str = "voorbeeld.nl EXISTS";
    let silent = || Server::Fails(Trouble::Timeout);
    let refuses = || Server::Fails(Trouble::Refused);
    // What the resolver has, the servers each with a serial, what comes of it by their word alone, and by both.
    type Servers = [Result<(u32, &'static str), fn() -> Server>; 3];
    let rows: [(&str, Servers, State, State); 9] = [
        (
            RIGHT,
            [Err(silent), Ok((9, OLD)), Ok((9, OLD))],
            State::Drifted,
            State::InSync,
        ),
        (
            RIGHT,
            [Err(silent), Ok((9, NOTHING)), Ok((9, NOTHING))],
            State::Missing,
            State::InSync,
        ),
        (
            RIGHT,
            [Err(silent), Err(refuses), Ok((9, OLD))],
            State::Drifted,
            State::InSync,
        ),
        (
            RIGHT,
            [Err(silent), Err(silent), Ok((9, RIGHT))],
            State::InSync,
            State::InSync,
        ),
        (
            RIGHT,
            [Ok((8, OLD)), Ok((9, RIGHT)), Ok((8, OLD))],
            State::InSync,
            State::InSync,
        ),
        (
            RIGHT,
            [Ok((9, OLD)), Ok((9, OLD)), Ok((8, RIGHT))],
            State::Drifted,
            State::InSync,
        ),
        (
            OLD,
            [Ok((9, OLD)), Ok((9, OLD)), Ok((8, RIGHT))],
            State::Drifted,
            State::Drifted,
        ),
        // Serials that are never touched, or are the same, leave nobody behind.
        (
            RIGHT,
            [Ok((9, OLD)), Ok((9, OLD)), Ok((1, RIGHT))],
            State::InSync,
            State::InSync,
        ),
        (
            OLD,
            [Ok((8, OLD)), Ok((8, OLD)), Ok((8, RIGHT))],
            State::InSync,
            State::Drifted,
        ),
    ];
    for (resolver, servers, alone, both) in rows {
        for (observe, state) in [("Authoritative", alone), ("Both", both)] {
            let spec = format!(
                "{{domain: voorbeeld.nl, role: Mail, observe: {observe}, dmarc: {{policy: Reject}}}}"
            );
            let intent = intent(&spec);
            let mut net = Net::new(RIGHT);
            net.resolve(resolver);
            for (last, server) in (1..=3).zip(&servers) {
                let address = format!("127.0.0.{last}");
                match server {
                    Ok((serial, zone)) => net.serve(&address, *serial, zone),
                    Err(server) => net.set(&address, server()),
                }
            }
            let (verdict, _) = net.judge_at(intent.depth(Depth::Closely), &intent);
            let record = record(&verdict, "_dmarc.voorbeeld.nl");
            let said: Vec<String> = verdict.servers.iter().map(states).collect();
            assert_eq!(record.state, state, "{observe}: {resolver}: {said:?}");
        }
    }
}
