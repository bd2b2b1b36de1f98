//! Groups, counts and the line, over views written as lines.

use super::*;
use crate::inquiry::Kind;

/// `ns1 192.0.2.1 Right 7 x`: a view a line; name, address, state, serial, value.
fn servers(views: &str) -> Servers {
    let view = |line: &str| {
        let mut words = line.split_whitespace();
        let mut next = || words.next().unwrap_or_default();
        let (name, address, state, serial) = (next(), next(), next(), next());
        let state = match state {
            "Right" => ServerState::Right,
            "Stale" => ServerState::Stale,
            "Differs" => ServerState::Differs,
            "Silent" => ServerState::Silent,
            "NoRoute" => ServerState::NoRoute,
            "NotAsked" => ServerState::NotAsked,
            "Refused" => ServerState::Lame(Lame::Refused),
            other => panic!("{other}"),
        };
        ServerView {
            name: format!("{name}.example.net").parse().unwrap(),
            address: address.parse().unwrap(),
            state,
            values: words.map(str::to_owned).collect(),
            ttl: None,
            serial: serial.parse().ok(),
            nsid: None,
            rtt: None,
            seen_at: None,
            why: None,
        }
    };
    Servers {
        site: Site::rrset("_dmarc.a.nl".parse::<Name>().unwrap(), Kind::Txt),
        zone: "a.nl".parse().unwrap(),
        views: views
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty())
            .map(view)
            .collect(),
        nowhere: Vec::new(),
        left_out: LeftOut::default(),
        absence: None,
        resolver: None,
    }
}

#[test]
fn the_line_names_groups_and_not_each_server() {
    for (views, line) in [
        ("ns1 192.0.2.1 Right 7 x", "the name server is right"),
        (
            "ns1 192.0.2.1 Right 7 x\n ns1 2001:db8::1 Right 7 x\n ns2 192.0.2.2 Right 7 x",
            "all 2 name servers are right",
        ),
        (
            "ns1 192.0.2.1 Right 8 x\n ns2 192.0.2.2 Stale 7 y\n ns2 2001:db8::2 Stale 7 y\n ns3 192.0.2.3 Right 8 x",
            "2 of 3 name servers right; ns2.example.net still serves an older version (2 addresses, serial 7)",
        ),
        (
            "ns1 192.0.2.1 Right 8 x\n ns2 192.0.2.2 Refused\n ns3 192.0.2.3 Silent",
            "1 of 3 name servers right; ns2.example.net refuses (REFUSED); ns3.example.net does not answer from here",
        ),
        (
            "ns1 192.0.2.1 Differs 8 y\n ns2 192.0.2.2 Differs 8 y",
            "0 of 2 name servers right; ns1.example.net, ns2.example.net hold something else",
        ),
        (
            "ns1 192.0.2.1 Silent\n ns2 192.0.2.2 Silent",
            "none of 2 name servers answers as an authority; ns1.example.net, ns2.example.net do not answer from here",
        ),
        (
            "ns1 192.0.2.1 Right 8 x\n ns1 2001:db8::1 NoRoute",
            "the name server is right; one address of ns1.example.net cannot be reached from here",
        ),
        (
            "ns1 192.0.2.1 Right 8 x\n ns1 2001:db8::1 NoRoute\n ns2 192.0.2.2 Right 8 x\n ns2 2001:db8::2 NoRoute",
            "all 2 name servers are right; 2 addresses of ns1.example.net, ns2.example.net cannot be reached from here",
        ),
        (
            "ns1 192.0.2.1 Right 8 x\n ns2 192.0.2.2 Right 8 x\n ns2 2001:db8::2 Stale 7 y",
            "1 of 2 name servers right; one address of ns2.example.net still serves an older version (serial 7)",
        ),
        (
            "ns1 192.0.2.1 Right 8 x\n ns2 2001:db8::2 NoRoute\n ns2 2001:db8::3 NoRoute",
            "1 of 2 name servers right; ns2.example.net cannot be reached from here (2 addresses)",
        ),
    ] {
        assert_eq!(servers(views).line().as_deref(), Some(line), "{views}");
    }
    assert_eq!(servers("ns1 192.0.2.1 NotAsked").line(), None);
}

#[test]
fn a_name_is_right_when_all_its_addresses_that_answer_are() {
    let mixed = servers(
        "ns1 192.0.2.1 Right 8 x\n ns1 2001:db8::1 Stale 7 y\n ns2 192.0.2.2 Right 8 x\n ns2 2001:db8::2 Silent",
    );
    assert_eq!(mixed.names_right(), (1, 2));
    assert!(!mixed.are_right() && !mixed.none_is_right());
    let silent = servers("ns1 192.0.2.1 Silent");
    assert!(!silent.are_right() && !silent.none_is_right(), "nobody spoke");
}

#[test]
fn no_more_than_three_groups_are_told_and_no_more_than_three_names_of_each() {
    let views: Vec<String> = (1..=9)
        .map(|n| format!("ns{n} 192.0.2.{n} Differs 1 v{}", n / 2))
        .chain((10..=16).map(|n| format!("ns{n} 192.0.2.{n} Silent")))
        .collect();
    let line = servers(&views.join("\n")).line().unwrap();
    assert!(line.contains("and 4 more do not answer"), "{line}");
    assert!(
        line.ends_with("; 3 more groups of servers say something else"),
        "{line}"
    );
}

#[test]
fn names_without_an_address_and_names_that_were_left_out_are_counted_and_told() {
    let name = |label: &str| -> Name { format!("{label}.example.net").parse().unwrap() };
    let mut all = servers("ns1 192.0.2.1 Right 8 x\n ns2 192.0.2.2 Stale 7 y");
    all.nowhere = vec![Nowhere {
        name: name("ns3"),
        trouble: None,
    }];
    assert_eq!(
        all.line().as_deref(),
        Some(
            "1 of 3 name servers right; ns2.example.net still serves an older version (serial 7); ns3.example.net has no \
             address"
        )
    );
    for (names, addresses, says) in [
        (&["ns4"][..], 0, "ns4.example.net was not asked (no more than 13"),
        (
            &["ns4", "ns5"],
            0,
            "ns4.example.net, ns5.example.net were not asked",
        ),
        (&[], 1, "one more address was not asked"),
        (&["ns4"], 2, "ns4.example.net and 2 more addresses were not asked"),
    ] {
        all.left_out = LeftOut {
            names: names.iter().map(|label| name(label)).collect(),
            addresses,
        };
        let line = all.line().unwrap();
        let count = 3 + names.len();
        assert!(
            line.starts_with(&format!("1 of {count} name servers right")),
            "{line}"
        );
        assert!(line.contains(says), "{line}");
        // The bounds hide no group that says something.
        assert!(line.contains("still serves an older version"), "{line}");
        assert_eq!(all.names(), count);
        assert_eq!(
            line,
            super::line(&all.groups()).unwrap(),
            "by the groups a status holds"
        );
    }
}
