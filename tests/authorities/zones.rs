//! Finding the zone and its servers: by the resolver where names exist, by referrals where they may not yet.

use zegel::inquiry::{Depth, Dns, Kind, Trouble};
use zegel::intent::Intent;
use zegel::report::lookup::LookupReport;

use super::facts::{findings, intent, name};
use super::net::{APEX, Net, states};

const ZONE: &str = "_dmarc.voorbeeld.nl TXT v=DMARC1; p=reject";

fn wants_reject() -> Intent {
    intent("{domain: voorbeeld.nl, role: Mail, dmarc: {policy: Reject}}")
}

#[test]
fn the_names_of_both_lists_are_asked_and_their_difference_is_said() {
    let mut net = Net::new(ZONE);
    net.delegate(&["ns1.dns.example", "ns4.dns.example"]);
    net.know("ns4.dns.example A 127.0.0.4");
    net.serve("127.0.0.4", 7, ZONE);
    let verdict = net.judge(&wants_reject());
    assert_eq!(
        states(&verdict.servers[0]),
        "ns1 Right, ns2 Right, ns3 Right, ns4 Right"
    );
    let messages: Vec<&str> = findings(&verdict, "DNS-033")
        .iter()
        .map(|it| it.message.as_str())
        .collect();
    let wanted = [
        "found ns2.dns.example, ns3.dns.example in the zone itself and not in the zone above",
        "found ns4.dns.example in the zone above and not in the zone itself",
    ];
    assert_eq!(messages.len(), 2, "{messages:?}");
    for (message, wanted) in messages.iter().zip(wanted) {
        assert!(message.ends_with(wanted), "{message}");
    }
    assert!(findings(&Net::new(ZONE).judge(&wants_reject()), "DNS-033").is_empty());
}

#[test]
fn a_zone_whose_every_server_is_lame_is_found_by_its_delegation() {
    let mut net = Net::new(ZONE);
    net.break_zone(APEX, Trouble::ServFail);
    net.know("_dmarc.voorbeeld.nl TXT !SERVFAIL");
    for last in 1..=3 {
        net.set(
            &format!("127.0.0.{last}"),
            super::net::Server::Fails(Trouble::Refused),
        );
    }
    let verdict = net.judge(&wants_reject());
    assert_eq!(
        states(&verdict.servers[0]),
        "ns1 Lame(Refused), ns2 Lame(Refused), ns3 Lame(Refused)"
    );
    assert_eq!(
        verdict.servers[0].line().as_deref(),
        Some(
            "none of 3 name servers answers as an authority; ns1.dns.example, ns2.dns.example, ns3.dns.example (each of \
              them) refuses (REFUSED)"
        )
    );
}

#[test]
fn a_record_in_a_zone_of_its_own_is_looked_for_there() {
    let mut net = Net::new("_dmarc.voorbeeld.nl TXT v=DMARC1; p=reject\n_dmarc.voorbeeld.nl EXISTS");
    net.cut("_dmarc.voorbeeld.nl", "ns.hosted.example", "127.0.0.9", 3, ZONE);
    let verdict = net.judge(&wants_reject());
    assert_eq!(states(&verdict.servers[0]), "ns Right");
    assert_eq!(verdict.servers[0].zone, name("_dmarc.voorbeeld.nl"));
    // Not there yet, through the resolver: the servers themselves say where the zone begins.
    net.resolve("voorbeeld.nl EXISTS");
    net.cut("_dmarc.voorbeeld.nl", "ns.hosted.example", "127.0.0.9", 3, ZONE);
    let (verdict, facts) = net.judge_at(Depth::Closely, &wants_reject());
    assert_eq!(states(&verdict.servers[0]), "ns Right", "{:?}", verdict.servers);
    assert!(
        !facts.contains(&Dns::new(name("_dmarc.voorbeeld.nl"), Kind::Soa)),
        "a name that may not exist is put to the resolver for the record alone"
    );
}

#[test]
fn a_domain_inside_a_zone_is_looked_for_at_that_zones_servers() {
    let net = Net::new("_dmarc.post.voorbeeld.nl TXT v=DMARC1; p=reject");
    let verdict = net.judge(&intent(
        "{domain: post.voorbeeld.nl, role: Mail, dmarc: {policy: Reject}}",
    ));
    assert_eq!(verdict.servers[0].zone, name(APEX));
    assert_eq!(states(&verdict.servers[0]), "ns1 Right, ns2 Right, ns3 Right");
}

#[test]
fn a_registrys_servers_are_not_asked_about_a_domain_that_is_not_there() {
    let net = Net::new(ZONE);
    for domain in ["weg.nl", "a.weg.nl"] {
        let spec = format!("{{domain: {domain}, role: Mail, dmarc: {{policy: Reject}}}}");
        let (verdict, facts) = net.judge_at(Depth::Closely, &intent(&spec));
        assert!(verdict.servers.is_empty(), "{domain}: {:?}", verdict.servers);
        assert_eq!(facts.views(), 0, "{domain}");
    }
}

#[test]
fn a_server_with_an_aliased_name_is_asked_and_the_alias_is_a_finding() {
    let mut net = Net::new(ZONE);
    net.know("voorbeeld.nl NS alias.dns.example");
    net.know("alias.dns.example CNAME host.dns.example");
    net.know("host.dns.example A 127.0.0.4");
    net.serve("127.0.0.4", 7, ZONE);
    let verdict = net.judge(&wants_reject());
    assert_eq!(
        states(&verdict.servers[0]),
        "alias Right, ns1 Right, ns2 Right, ns3 Right"
    );
    let [finding] = findings(&verdict, "DNS-034")[..] else {
        panic!("{:?}", verdict.findings)
    };
    assert!(
        finding
            .message
            .contains("alias.dns.example, an alias of host.dns.example"),
        "{}",
        finding.message
    );
}

#[test]
fn no_more_than_thirteen_names_and_twenty_six_addresses_are_asked_and_the_rest_is_counted() {
    let mut net = Net::new(ZONE);
    for n in 0..20_u8 {
        net.know(&format!("voorbeeld.nl NS m{n:02}.dns.example"));
        for m in 0..3 {
            net.know(&format!("m{n:02}.dns.example A 127.1.{n}.{m}"));
            net.serve(&format!("127.1.{n}.{m}"), 7, ZONE);
        }
    }
    let verdict = net.judge(&wants_reject());
    let servers = &verdict.servers[0];
    assert_eq!((servers.views.len(), servers.names()), (26, 23));
    // Ten names of twenty-three, and four for whose addresses there was no room; one address of the last that was asked.
    assert_eq!(
        (servers.left_out.names.len(), servers.left_out.addresses),
        (14, 1)
    );
    assert_eq!(
        servers.line().as_deref(),
        Some(
            "9 of 23 name servers right; m09.dns.example, m10.dns.example, m11.dns.example and 11 more and one more address \
             were not asked (no more than 13 names and 26 addresses of a zone are)"
        )
    );
}

#[test]
fn nothing_is_sent_to_addresses_that_are_nobodys() {
    let mut net = Net::new(ZONE);
    net.know("ns2.dns.example A 192.0.2.53");
    net.know("ns2.dns.example AAAA 2001:db8::53");
    let (verdict, facts) = net.judge_at(Depth::Closely, &wants_reject());
    assert_eq!(
        states(&verdict.servers[0]),
        "ns1 Right, ns2 Right, ns2 NoRoute, ns2 NoRoute, ns3 Right"
    );
    let why: Vec<_> = verdict.servers[0]
        .views
        .iter()
        .filter_map(|view| view.why.as_deref())
        .collect();
    assert!(why.iter().all(|why| why.contains("documentation")), "{why:?}");
    for address in ["192.0.2.53", "2001:db8::53"] {
        let question = Dns::new(name(APEX), Kind::Soa).at(address.parse().expect("an address"));
        assert!(!facts.contains(&question), "{address}");
    }
}

#[test]
fn a_name_that_leads_nowhere_is_a_finding_and_one_whose_addresses_are_not_known_is_none() {
    let mut net = Net::new(ZONE);
    net.know("voorbeeld.nl NS ns4.dns.example");
    net.know("voorbeeld.nl NS ns5.dns.example");
    net.know("ns5.dns.example AAAA !SERVFAIL");
    let verdict = net.judge(&wants_reject());
    let [finding] = findings(&verdict, "DNS-039")[..] else {
        panic!("{:?}", verdict.findings)
    };
    assert!(
        finding
            .message
            .contains("found ns4.dns.example of voorbeeld.nl: neither A nor AAAA"),
        "{}",
        finding.message
    );
    assert_eq!(
        verdict.servers[0].line().as_deref(),
        Some(
            "3 of 5 name servers right; ns4.dns.example has no address; ns5.dns.example has an address that is not known"
        )
    );
}

/// Who has IPv6 alone asks a server that has it too; networks of one's own are nobody else's to ask.
#[test]
fn two_servers_of_a_zone_have_ipv6() {
    for (lines, says) in [
        (&[][..], None),
        (&["ns1.dns.example A 9.9.9.1"][..], Some("found none")),
        (
            &["ns1.dns.example A 9.9.9.1", "ns1.dns.example AAAA 2a00:1::1"],
            Some("found one, at ns1.dns.example"),
        ),
        (
            &["ns1.dns.example AAAA 2a00:1::1"],
            Some("found one, at ns1.dns.example"),
        ),
        (
            &["ns1.dns.example AAAA 2a00:1::1", "ns2.dns.example AAAA 2a00:1::2"],
            None,
        ),
        // Of an address nobody can be at it is as if it were not there.
        (
            &[
                "ns1.dns.example AAAA 2a00:1::1",
                "ns2.dns.example AAAA 2001:db8::2",
            ],
            Some("found one, at ns1.dns.example"),
        ),
        // What is not known may be the second.
        (
            &["ns1.dns.example AAAA 2a00:1::1", "ns3.dns.example AAAA !SERVFAIL"],
            None,
        ),
    ] {
        let mut net = Net::new(ZONE);
        for line in lines {
            net.know(line);
        }
        for address in ["9.9.9.1", "2a00:1::1", "2a00:1::2"] {
            net.serve(address, 7, ZONE);
        }
        let verdict = net.judge(&wants_reject());
        let found: Vec<_> = findings(&verdict, "DNS-040")
            .iter()
            .map(|one| (one.severity, one.message.contains(says.unwrap_or("-"))))
            .collect();
        let expected: Vec<_> = says
            .map(|_| (zegel::rules::Severity::Info, true))
            .into_iter()
            .collect();
        assert_eq!(found, expected, "{lines:?}\n{:#?}", verdict.findings);
        // Where name servers are not asked nothing is said of them.
        let (verdict, _) = net.judge_at(Depth::Off, &wants_reject());
        assert!(findings(&verdict, "DNS-040").is_empty());
    }
}

#[test]
fn servers_that_are_lame_in_one_way_are_one_finding() {
    let mut net = Net::new(ZONE);
    for last in [1, 3] {
        net.set(
            &format!("127.0.0.{last}"),
            super::net::Server::Fails(Trouble::Refused),
        );
    }
    net.set("127.0.0.2", super::net::Server::Fails(Trouble::ServFail));
    let verdict = net.judge(&wants_reject());
    let messages: Vec<&str> = findings(&verdict, "DNS-030")
        .iter()
        .map(|it| it.message.as_str())
        .collect();
    let [both, one] = messages.as_slice() else {
        panic!("{messages:?}")
    };
    assert!(
        both.contains(
            "from ns1.dns.example (127.0.0.1), ns3.dns.example (127.0.0.3), found that each of them refuses (REFUSED)"
        ),
        "{both}"
    );
    assert!(
        one.contains("ns2.dns.example (127.0.0.2), found that it fails (SERVFAIL)"),
        "{one}"
    );
}

/// What an answer that does not count says of its zone, its servers can be asked about; nobody need believe it.
#[test]
fn a_bogus_name_below_a_delegation_is_looked_for_in_its_own_zone() {
    let mut net = Net::new(ZONE);
    net.cut(
        "sub.voorbeeld.nl",
        "ns.hosted.example",
        "127.0.0.9",
        3,
        "_dmarc.sub.voorbeeld.nl TXT v=DMARC1; p=none",
    );
    net.break_zone("sub.voorbeeld.nl", Trouble::Bogus);
    net.know("_dmarc.sub.voorbeeld.nl TXT !BOGUS");
    net.know("_dmarc.sub.voorbeeld.nl SOA !BOGUS");
    for at in ["_dmarc.sub.voorbeeld.nl", "sub.voorbeeld.nl"] {
        let at = name(at);
        let report = net
            .settle(Depth::Closely, |inquiry| {
                LookupReport::look(&at, Kind::Txt, inquiry)
            })
            .0;
        assert_eq!(report.zone, Some(name("sub.voorbeeld.nl")), "{at}");
        let [server] = report.servers.as_slice() else {
            panic!("{at}: {:?}", report.servers)
        };
        assert_eq!(
            (server.name.as_str(), server.state),
            ("ns.hosted.example", "Right"),
            "{at}"
        );
    }
}
