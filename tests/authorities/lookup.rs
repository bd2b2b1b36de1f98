//! `zegel lookup` over facts: which server is right where nobody says what is meant, and by when that is seen.

use zegel::inquiry::{Depth, Kind, Trouble};
use zegel::report::lookup::LookupReport;

use super::facts::name;
use super::net::{Net, Server};

const OLD: &str = "_dmarc.voorbeeld.nl 3600 TXT v=DMARC1; p=none";
const NEW: &str = "_dmarc.voorbeeld.nl 60 TXT v=DMARC1; p=reject";
const NOTHING: &str = "voorbeeld.nl EXISTS";

fn look(net: &Net) -> LookupReport {
    let at = name("_dmarc.voorbeeld.nl");
    net.settle(Depth::Closely, |inquiry| {
        LookupReport::look(&at, Kind::Txt, inquiry)
    })
    .0
}

fn states(report: &LookupReport) -> String {
    let state = |server: &zegel::report::servers::ServerReport| {
        let label = server
            .name
            .as_str()
            .split('.')
            .next()
            .unwrap_or_default()
            .to_owned();
        format!("{label} {}", server.state)
    };
    report.servers.iter().map(state).collect::<Vec<_>>().join(", ")
}

/// The resolver has this; the servers each a zone under a serial.
fn net(resolver: &str, zones: [(&str, u32); 3]) -> Net {
    let mut net = Net::new(resolver);
    for (last, (zone, serial)) in (1..=3).zip(zones) {
        net.serve(&format!("127.0.0.{last}"), serial, zone);
    }
    net
}

#[test]
fn the_newest_version_of_the_zone_is_right_as_far_as_serials_tell() {
    const MAX: u32 = u32::MAX;
    for (what, resolver, zones, says) in [
        (
            "one has followed",
            OLD,
            [(NEW, 8), (OLD, 7), (OLD, 7)],
            "ns1 Right, ns2 Stale, ns3 Stale",
        ),
        (
            "one is behind",
            OLD,
            [(NEW, 8), (NEW, 8), (OLD, 7)],
            "ns1 Right, ns2 Right, ns3 Stale",
        ),
        (
            "all have followed",
            OLD,
            [(NEW, 8), (NEW, 8), (NEW, 8)],
            "ns1 Right, ns2 Right, ns3 Right",
        ),
        (
            "a record is new",
            NOTHING,
            [(NEW, 8), (NOTHING, 7), (NOTHING, 7)],
            "ns1 Right, ns2 Stale, ns3 Stale",
        ),
        (
            "a record is gone",
            OLD,
            [(NOTHING, 8), (OLD, 7), (OLD, 7)],
            "ns1 Right, ns2 Stale, ns3 Stale",
        ),
        (
            "around the circle",
            OLD,
            [(NEW, 3), (OLD, MAX - 3), (OLD, MAX - 3)],
            "ns1 Right, ns2 Stale, ns3 Stale",
        ),
        (
            "another part of the zone moved",
            OLD,
            [(OLD, 8), (OLD, 7), (OLD, 6)],
            "ns1 Right, ns2 Right, ns3 Right",
        ),
        // What serials do not tell the resolver does.
        (
            "serials that are never touched",
            OLD,
            [(NEW, 1), (OLD, 1), (OLD, 1)],
            "ns1 Differs, ns2 Right, ns3 Right",
        ),
        (
            "one that is not",
            OLD,
            [(NEW, 1), (OLD, 7), (OLD, 7)],
            "ns1 Stale, ns2 Right, ns3 Right",
        ),
        (
            "two texts under one serial",
            NEW,
            [(NEW, 7), (OLD, 7), (OLD, 7)],
            "ns1 Right, ns2 Differs, ns3 Differs",
        ),
        (
            "half the circle away",
            OLD,
            [(NEW, (1 << 31) + 7), (OLD, 7), (OLD, 7)],
            "ns1 Differs, ns2 Right, ns3 Right",
        ),
    ] {
        assert_eq!(states(&look(&net(resolver, zones))), says, "{what}");
    }
}

#[test]
fn where_every_server_has_followed_the_resolvers_answer_tells_by_when_it_does() {
    for (what, resolver) in [("another text", OLD), ("an absence", NOTHING)] {
        let report = look(&net(resolver, [(NEW, 8); 3]));
        let by = report
            .visible_by
            .unwrap_or_else(|| panic!("{what}: {}", report.visible_why));
        let ttl = jiff::SignedDuration::from_secs(report.recursive.ttl.unwrap_or_default().into());
        assert!(report.recursive.ttl.is_some_and(|ttl| ttl > 0));
        assert_eq!(by, super::facts::now() + ttl, "{what}");
        assert!(
            report
                .visible_why
                .contains("how long others may keep it is not known"),
            "{}",
            report.visible_why
        );
    }
}

#[test]
fn no_time_is_said_where_none_can_be_known_and_the_reason_is() {
    type Change = fn(&mut Net);
    let unchanged: Change = |_| {};
    type Case<'a> = (&'a str, &'a str, [(&'a str, u32); 3], Change, &'a str);
    let cases: [Case<'_>; 7] = [
        (
            "nothing changes",
            NEW,
            [(NEW, 8); 3],
            unchanged,
            "nothing older was seen",
        ),
        (
            "one is behind",
            OLD,
            [(NEW, 8), (NEW, 8), (OLD, 7)],
            unchanged,
            "not before the servers that hold something else have followed, and resolvers may keep what they get there for \
             3600 s from then",
        ),
        (
            "the resolver has followed, one server has not",
            NEW,
            [(NEW, 8), (NEW, 8), (OLD, 7)],
            unchanged,
            "not before the servers that hold something else have followed",
        ),
        (
            "nobody answers",
            OLD,
            [(NEW, 8); 3],
            |net| {
                for last in 1..=3 {
                    net.set(&format!("127.0.0.{last}"), Server::Fails(Trouble::Timeout));
                }
            },
            "no name server answered as an authority",
        ),
        (
            "the resolver fails",
            OLD,
            [(NEW, 8); 3],
            |net| net.know("_dmarc.voorbeeld.nl TXT !SERVFAIL"),
            "the resolver gave no usable answer",
        ),
        (
            "three texts, and no serial that tells",
            NOTHING,
            [
                (OLD, 7),
                (NEW, 7),
                ("_dmarc.voorbeeld.nl TXT v=DMARC1; p=quarantine", 7),
            ],
            unchanged,
            "their serials do not tell which is newer",
        ),
        (
            "one is silent",
            NEW,
            [(NEW, 8); 3],
            |net| net.set("127.0.0.3", Server::Fails(Trouble::Timeout)),
            "unless ns3.dns.example, which did not answer, holds something else",
        ),
    ];
    for (what, resolver, zones, change, says) in cases {
        let mut net = net(resolver, zones);
        change(&mut net);
        let report = look(&net);
        assert_eq!(report.visible_by, None, "{what}: {}", report.visible_why);
        assert!(
            report.visible_why.contains(says),
            "{what}: {}",
            report.visible_why
        );
    }
}

#[test]
fn every_name_of_the_list_has_an_entry() {
    let mut net = net(NEW, [(NEW, 8); 3]);
    net.know("voorbeeld.nl NS ns4.dns.example");
    net.know("voorbeeld.nl NS ns5.dns.example");
    net.know("ns5.dns.example A !SERVFAIL");
    let report = look(&net);
    assert_eq!(
        states(&report),
        "ns1 Right, ns2 Right, ns3 Right, ns4 NoAddress, ns5 Unresolved"
    );
    let why = |index: usize| report.servers[index].why.clone().unwrap_or_default();
    assert_eq!(why(3), "neither A nor AAAA stands at this name");
    assert!(
        why(4).contains("not known: the server answered SERVFAIL"),
        "{}",
        why(4)
    );
    assert_eq!(
        report.summary.as_deref(),
        Some(
            "3 of 5 name servers right; ns4.dns.example has no address; ns5.dns.example has an address that is not known"
        )
    );
    assert!(
        report
            .visible_why
            .ends_with("; unless ns5.dns.example, whose address is not known, holds something else"),
        "{}",
        report.visible_why
    );
    for number in 6..=20 {
        net.know(&format!("voorbeeld.nl NS m{number:02}.dns.example"));
    }
    let report = look(&net);
    assert_eq!(report.servers.len(), 20);
    let not_asked = report.servers.iter().filter(|server| server.state == "NotAsked");
    assert_eq!(not_asked.count(), 7);
}

#[test]
fn of_a_start_of_authority_the_serial_is_what_is_looked_at() {
    let mut net = net(NEW, [(NEW, 8), (NEW, 7), (NEW, 8)]);
    let soa = |net: &Net| {
        let at = name("voorbeeld.nl");
        net.settle(Depth::Closely, |inquiry| {
            LookupReport::look(&at, Kind::Soa, inquiry)
        })
        .0
    };
    let report = soa(&net);
    assert_eq!(states(&report), "ns1 Right, ns2 Stale, ns3 Right");
    assert_eq!(
        report.servers[1].values,
        ["ns1.dns.example hostmaster.voorbeeld.nl 7 3600 600 86400 900"]
    );
    assert_eq!(report.recursive.soa.map(|soa| soa.serial), Some(7));
    net.serve("127.0.0.2", 8, NEW);
    assert!(
        soa(&net).visible_by.is_some(),
        "the resolver has the version before"
    );
}

#[test]
fn where_the_resolver_has_nothing_it_is_said_that_the_servers_are_held_against_each_other_alone() {
    let mut net = net(NEW, [(NEW, 8); 3]);
    net.know("_dmarc.voorbeeld.nl TXT !SERVFAIL");
    assert_eq!(
        look(&net).summary.as_deref(),
        Some("all 3 name servers say the same, and there is nothing else to hold it against")
    );
    net.set("127.0.0.3", Server::Stranger { recurses: true });
    net.set("127.0.0.2", Server::Fails(Trouble::Refused));
    assert_eq!(
        look(&net).summary.as_deref(),
        Some(
            "1 of 3 name servers says something, and there is nothing to hold it against; ns3.dns.example answers \
             without authority; ns2.dns.example refuses (REFUSED)"
        )
    );
    for last in 1..=3 {
        net.set(&format!("127.0.0.{last}"), Server::Stranger { recurses: true });
    }
    assert_eq!(
        look(&net).summary.as_deref(),
        Some(
            "none of 3 name servers answers as an authority; ns1.dns.example, ns2.dns.example, ns3.dns.example cannot be asked \
             from here: something on the way answers instead"
        )
    );
}

/// That nobody is asked on purpose is another thing than that nobody was found.
#[test]
fn why_there_is_no_zone_is_told() {
    let off = "name servers are not asked (--authorities off), or cannot be reached from here";
    let left_alone =
        "the name lies in the zone of a top-level domain or of the root, whose name servers are left alone";
    let unfound = "the zone that the name lies in, or its name servers, could not be found";
    for (at, resolver, depth, why) in [
        ("_dmarc.voorbeeld.nl", NEW, Depth::Off, off),
        ("nergens.nl", NEW, Depth::Closely, left_alone),
        ("nl", NEW, Depth::Closely, left_alone),
        (
            "stuk.elders",
            "stuk.elders ANY !SERVFAIL",
            Depth::Closely,
            unfound,
        ),
    ] {
        let net = Net::new(resolver);
        let at = name(at);
        let report = net
            .settle(depth, |inquiry| LookupReport::look(&at, Kind::Txt, inquiry))
            .0;
        assert_eq!(report.zone, None, "{at}");
        assert_eq!(report.visible_why, format!("not known: {why}"), "{at}");
        let table = report.text(zegel::report::Style::PLAIN);
        let flat = table.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(flat.contains(&format!("servers not known: {why}")), "{table}");
    }
}
