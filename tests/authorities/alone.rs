//! What the resolver says and no server does, and servers of which some are behind: whose word decides then.

use zegel::inquiry::{Depth, Trouble};
use zegel::judge::{State, Verdict};

use super::facts::{findings, intent, record};
use super::net::Net;

const OWNER: &str = "_dmarc.voorbeeld.nl";
const RIGHT: &str = "_dmarc.voorbeeld.nl 3600 TXT v=DMARC1; p=reject\n_dmarc.voorbeeld.nl EXISTS";
const OLD: &str = "_dmarc.voorbeeld.nl 3600 TXT v=DMARC1; p=none\n_dmarc.voorbeeld.nl EXISTS";
const OTHER: &str = "_dmarc.voorbeeld.nl 3600 TXT v=DMARC1; p=quarantine\n_dmarc.voorbeeld.nl EXISTS";
const NOTHING: &str = "voorbeeld.nl EXISTS";
const BROKEN: &str = "SERVFAIL";

fn judged(observe: &str, servers: [&str; 3], resolver: &str) -> Verdict {
    let mut net = Net::new(RIGHT);
    for (last, zone) in (1..=3).zip(servers) {
        let serial = if zone == RIGHT { 8 } else { 7 };
        net.serve(&format!("127.0.0.{last}"), serial, zone);
    }
    match resolver {
        BROKEN => net.break_zone(OWNER, Trouble::ServFail),
        zone => net.resolve(zone),
    }
    let spec = format!("{{domain: voorbeeld.nl, role: Mail, observe: {observe}, dmarc: {{policy: Reject}}}}");
    let intent = intent(&spec);
    net.judge_at(intent.depth(Depth::Closely), &intent).0
}

#[test]
fn nothing_is_missing_or_drifted_because_the_resolver_says_what_no_server_does() {
    for (what, servers, resolver, state) in [
        ("none is behind", [RIGHT, RIGHT, RIGHT], NOTHING, State::InSync),
        ("one is behind", [RIGHT, OLD, RIGHT], NOTHING, State::InSync),
        (
            "one has dropped it, another value",
            [RIGHT, NOTHING, RIGHT],
            OTHER,
            State::InSync,
        ),
        ("a value of nobody", [RIGHT, OLD, RIGHT], OTHER, State::InSync),
        // What the servers have is not what is meant; it is not missing all the same.
        ("none is right", [OLD, OLD, OLD], NOTHING, State::Drifted),
    ] {
        let verdict = judged("Both", servers, resolver);
        let record = record(&verdict, OWNER);
        assert_eq!(record.state, state, "{what}: {record:?}");
        assert_eq!(
            findings(&verdict, "DNS-035").len(),
            1,
            "{what}: {:?}",
            verdict.findings
        );
        assert_eq!(findings(&verdict, "DMARC-042").len(), 0, "{what}: it is there");
        assert_eq!(
            record.resolver.is_some(),
            state == State::InSync,
            "{what}: what the resolver says is told beside"
        );
    }
}

#[test]
fn what_some_server_says_is_believed_of_the_resolver() {
    for (what, servers, resolver, state) in [
        (
            "one is behind, and the resolver asked that",
            [RIGHT, OLD, RIGHT],
            OLD,
            State::Drifted,
        ),
        (
            "one has dropped it",
            [RIGHT, NOTHING, RIGHT],
            NOTHING,
            State::Missing,
        ),
        (
            "nobody has it",
            [NOTHING, NOTHING, NOTHING],
            NOTHING,
            State::Missing,
        ),
        (
            "the resolver says nothing at all",
            [RIGHT, RIGHT, RIGHT],
            BROKEN,
            State::Unknown,
        ),
    ] {
        let verdict = judged("Both", servers, resolver);
        assert_eq!(record(&verdict, OWNER).state, state, "{what}");
        assert_eq!(findings(&verdict, "DNS-035").len(), 0, "{what}");
    }
}

#[test]
fn where_the_servers_word_counts_the_resolver_changes_nothing() {
    for (servers, state) in [
        ([RIGHT, RIGHT, RIGHT], State::InSync),
        ([RIGHT, OLD, RIGHT], State::InSync),
        ([OLD, OLD, OLD], State::Drifted),
        ([NOTHING, NOTHING, NOTHING], State::Missing),
    ] {
        for resolver in [RIGHT, OLD, OTHER, NOTHING, BROKEN] {
            let verdict = judged("Authoritative", servers, resolver);
            let record = record(&verdict, OWNER);
            assert_eq!(record.state, state, "{servers:?} {resolver}: {record:?}");
            assert!(
                !verdict
                    .unanswered
                    .iter()
                    .any(|lacking| format!("{lacking:?}").contains(OWNER)),
                "{servers:?} {resolver}: {:?}",
                verdict.unanswered
            );
        }
    }
}
