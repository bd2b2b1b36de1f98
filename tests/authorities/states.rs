//! What a server is: each state, how it shows, and what it does not change.

use zegel::inquiry::{Depth, Referral, Trouble};
use zegel::intent::Intent;
use zegel::judge::State;
use zegel::judge::authorities::{ServerState, Servers};

use super::facts::{findings, intent, name, record, rule_ids};
use super::net::{APEX, Net, Server, states};

const RIGHT: &str = "_dmarc.voorbeeld.nl 3600 TXT v=DMARC1; p=reject\n_dmarc.voorbeeld.nl EXISTS";
const OLD: &str = "_dmarc.voorbeeld.nl 3600 TXT v=DMARC1; p=none";

fn wants_reject() -> Intent {
    intent("{domain: voorbeeld.nl, role: Mail, dmarc: {policy: Reject}}")
}

fn servers(net: &Net) -> Servers {
    let verdict = net.judge(&wants_reject());
    let [servers] = verdict.servers.as_slice() else {
        panic!("{:?}", verdict.servers)
    };
    servers.clone()
}

#[test]
fn servers_that_hold_what_is_meant_are_right_however_it_is_spelt() {
    let mut net = Net::new(RIGHT);
    net.serve(
        "127.0.0.2",
        7,
        "_dmarc.voorbeeld.nl TXT v=DMARC1;p=reject;sp=reject;adkim=r",
    );
    let servers = servers(&net);
    assert_eq!(states(&servers), "ns1 Right, ns2 Right, ns3 Right");
    assert_eq!(servers.line().as_deref(), Some("all 3 name servers are right"));
    assert_eq!(servers.zone, name(APEX));
    let one = &servers.views[0];
    assert_eq!(
        (one.serial, one.ttl, one.nsid.as_deref()),
        (Some(7), Some(3600), Some("127.0.0.1"))
    );
    assert!(one.seen_at.is_some() && one.rtt.is_some() && one.why.is_none());
    assert_eq!(one.values, ["v=DMARC1; p=reject"]);
}

#[test]
fn each_way_not_to_be_right_is_told_apart_and_makes_no_verdict_worse() {
    let upward = |owner: &str| {
        Server::Refers(Referral {
            owner: name(owner),
            servers: vec![name("a.root.example")],
            glue: Vec::new(),
        })
    };
    let zone = |apex: &str| Server::Zone {
        apex: name(apex),
        serial: 9,
        world: super::facts::World::new("nl EXISTS"),
        signed: None,
    };
    let cases: [(&str, Server, &str, &str); 12] = [
        (
            "stranger",
            Server::Stranger { recurses: false },
            "Lame(NotAuthoritative)",
            "DNS-030",
        ),
        (
            "recursor",
            Server::Stranger { recurses: true },
            "Lame(NotAuthoritative)",
            "DNS-030",
        ),
        ("root", upward("."), "Lame(UpwardReferral)", "DNS-030"),
        ("registry", upward("nl"), "Lame(UpwardReferral)", "DNS-030"),
        ("sideways", upward(APEX), "Lame(Referral)", "DNS-030"),
        (
            "refused",
            Server::Fails(Trouble::Refused),
            "Lame(Refused)",
            "DNS-030",
        ),
        (
            "expired",
            Server::Fails(Trouble::ServFail),
            "Lame(ServFail)",
            "DNS-030",
        ),
        (
            "garbage",
            Server::Fails(Trouble::Malformed),
            "Lame(Unusable)",
            "DNS-030",
        ),
        ("wrong zone", zone("nl"), "Lame(WrongZone)", "DNS-030"),
        ("silent", Server::Fails(Trouble::Timeout), "Silent", "DNS-036"),
        (
            "refusing connections",
            Server::Fails(Trouble::Network),
            "Silent",
            "DNS-036",
        ),
        ("unroutable", Server::Fails(Trouble::NoRoute), "NoRoute", ""),
    ];
    let fine = Net::new(RIGHT).judge(&wants_reject());
    for (what, server, state, rule) in cases {
        let mut net = Net::new(RIGHT);
        net.set("127.0.0.2", server);
        let verdict = net.judge(&wants_reject());
        let servers = &verdict.servers[0];
        assert_eq!(
            states(servers),
            format!("ns1 Right, ns2 {state}, ns3 Right"),
            "{what}"
        );
        assert!(servers.are_right(), "{what}: who answers is right");
        assert!(servers.views[1].why.is_some(), "{what}");
        let new: Vec<&str> = rule_ids(&verdict).difference(&rule_ids(&fine)).copied().collect();
        assert_eq!(new.join(" "), rule, "{what}");
        assert_eq!(
            record(&verdict, "_dmarc.voorbeeld.nl").state,
            State::InSync,
            "{what}"
        );
        assert_eq!(verdict.unanswered, fine.unanswered, "{what}");
        assert!(verdict.is_complete() && verdict.compliance_is_known(), "{what}");
        if !rule.is_empty() {
            let [finding] = findings(&verdict, rule)[..] else {
                panic!("{what}: one finding a server")
            };
            assert!(
                finding.message.contains("ns2.dns.example (127.0.0.2)"),
                "{what}: {}",
                finding.message
            );
        }
    }
}

#[test]
fn a_server_behind_the_others_is_stale_and_told_with_its_serial() {
    let mut net = Net::new(RIGHT);
    net.serve("127.0.0.2", 6, OLD);
    let verdict = net.judge(&wants_reject());
    let servers = &verdict.servers[0];
    assert_eq!(states(servers), "ns1 Right, ns2 Stale, ns3 Right");
    assert_eq!(
        servers.line().as_deref(),
        Some("2 of 3 name servers right; ns2.dns.example still serves an older version (serial 6)")
    );
    let [finding] = findings(&verdict, "DNS-031")[..] else {
        panic!("{:?}", verdict.findings)
    };
    assert!(
        finding.message.contains("serial 6 is behind 7"),
        "{}",
        finding.message
    );
    assert!(finding.message.contains("p=none"), "{}", finding.message);
}

#[test]
fn a_serial_behind_with_the_same_record_is_no_fault_and_a_serial_that_lies_hides_none() {
    let mut net = Net::new(RIGHT);
    net.serve("127.0.0.2", 6, RIGHT);
    assert_eq!(states(&servers(&net)), "ns1 Right, ns2 Right, ns3 Right");
    // The same serial, or one ahead, and another record.
    for (serial, what) in [
        (7, "found something else at ns2"),
        (8, "found something else in a newer version (serial 8) at ns2"),
    ] {
        net.serve("127.0.0.2", serial, OLD);
        let verdict = net.judge(&wants_reject());
        assert_eq!(
            states(&verdict.servers[0]),
            "ns1 Right, ns2 Differs, ns3 Right",
            "{serial}"
        );
        let [finding] = findings(&verdict, "DNS-032")[..] else {
            panic!("{serial}: {:?}", verdict.findings)
        };
        assert!(finding.message.contains(what), "{serial}: {}", finding.message);
    }
    // Around the circle (RFC 1982).
    net = Net::new(RIGHT);
    for last in [1, 3] {
        net.serve(&format!("127.0.0.{last}"), 3, RIGHT);
    }
    net.serve("127.0.0.2", u32::MAX - 3, OLD);
    assert_eq!(states(&servers(&net)), "ns1 Right, ns2 Stale, ns3 Right");
}

#[test]
fn where_all_hold_something_else_nothing_is_said_of_the_servers() {
    let net = Net::new(OLD);
    let verdict = net.judge(&wants_reject());
    assert_eq!(
        states(&verdict.servers[0]),
        "ns1 Differs, ns2 Differs, ns3 Differs"
    );
    assert!(verdict.servers[0].none_is_right());
    assert_eq!(
        findings(&verdict, "DNS-032").len() + findings(&verdict, "DNS-031").len(),
        0
    );
    assert_eq!(record(&verdict, "_dmarc.voorbeeld.nl").state, State::Drifted);
}

#[test]
fn what_the_resolver_still_holds_is_told_from_what_the_servers_hold() {
    for (seen, state) in [(OLD, State::Drifted), ("voorbeeld.nl EXISTS", State::Missing)] {
        let mut net = Net::new(RIGHT);
        net.resolve(seen);
        let verdict = net.judge(&wants_reject());
        let servers = &verdict.servers[0];
        assert!(servers.are_right(), "{}", states(servers));
        let record = record(&verdict, "_dmarc.voorbeeld.nl");
        assert_eq!(
            record.state,
            State::InSync,
            "what stands at all name servers is published"
        );
        assert_eq!(
            record.resolver.as_ref().map(|says| says.state),
            Some(state),
            "as the resolver has it"
        );
        // Nor is anything said of a record that is not the one that stands there.
        let of_policy = |finding: &&zegel::judge::Finding| {
            finding.rule.standard == zegel::records::Standard::Dmarc
                && finding.severity == zegel::rules::Severity::Error
        };
        assert_eq!(verdict.findings.iter().find(of_policy), None);
        assert_eq!(findings(&verdict, "DNS-035").len(), 1, "{:?}", verdict.findings);
    }
    let agreeing = Net::new(RIGHT).judge(&wants_reject());
    assert_eq!(findings(&agreeing, "DNS-035").len(), 0);
}

#[test]
fn an_unanswered_resolver_leaves_the_record_unknown_and_the_servers_are_told_all_the_same() {
    let mut net = Net::new(RIGHT);
    net.know("_dmarc.voorbeeld.nl TXT !SERVFAIL");
    let verdict = net.judge(&wants_reject());
    assert_eq!(states(&verdict.servers[0]), "ns1 Right, ns2 Right, ns3 Right");
    assert_eq!(record(&verdict, "_dmarc.voorbeeld.nl").state, State::Unknown);
}

#[test]
fn what_answers_everywhere_and_has_no_authority_is_on_the_way_and_none_of_the_servers() {
    let mut net = Net::new(RIGHT);
    for last in 1..=3 {
        net.set(&format!("127.0.0.{last}"), Server::Stranger { recurses: true });
    }
    let verdict = net.judge(&wants_reject());
    assert_eq!(
        states(&verdict.servers[0]),
        "ns1 NoRoute, ns2 NoRoute, ns3 NoRoute"
    );
    assert_eq!(findings(&verdict, "DNS-030").len(), 0, "nobody is accused");
    assert!(
        verdict.servers[0].views[0]
            .why
            .as_deref()
            .is_some_and(|why| why.contains("on the way"))
    );
}

#[test]
fn an_alias_is_right_where_it_leads_as_the_resolver_was_led() {
    const ALIASED: &str = "_dmarc.voorbeeld.nl CNAME voorbeeld.hosted.example";
    const END: &str = "voorbeeld.hosted.example TXT v=DMARC1; p=reject";
    let mut net = Net::new(ALIASED);
    net.know(END);
    assert_eq!(states(&servers(&net)), "ns1 Right, ns2 Right, ns3 Right");
    net.serve("127.0.0.2", 7, "_dmarc.voorbeeld.nl CNAME elders.hosted.example");
    let servers = servers(&net);
    assert_eq!(states(&servers), "ns1 Right, ns2 Differs, ns3 Right");
    assert_eq!(servers.views[1].values, ["CNAME elders.hosted.example"]);
}

#[test]
fn a_record_nobody_should_publish_is_right_where_it_is_not() {
    let inherit = intent("{domain: a.voorbeeld.nl, role: Mail, dmarc: {inherit: true}}");
    let mut net = Net::new("_dmarc.voorbeeld.nl TXT v=DMARC1; p=reject; sp=reject\na.voorbeeld.nl EXISTS");
    let verdict = net.judge(&inherit);
    assert_eq!(
        states(&verdict.servers[0]),
        "ns1 Right, ns2 Right, ns3 Right",
        "{:?}",
        verdict.servers
    );
    net.serve(
        "127.0.0.2",
        7,
        "_dmarc.a.voorbeeld.nl TXT v=DMARC1; p=none\na.voorbeeld.nl EXISTS",
    );
    let verdict = net.judge(&inherit);
    assert_eq!(states(&verdict.servers[0]), "ns1 Right, ns2 Differs, ns3 Right");
    assert_eq!(
        verdict.servers[0].views[0].ttl,
        Some(300),
        "how long the absence may be remembered"
    );
}

#[test]
fn with_nothing_wanted_a_server_is_right_when_it_says_what_the_resolver_says() {
    let observed = super::facts::observe(APEX);
    let mut net = Net::new(&format!("{RIGHT}\nvoorbeeld.nl TXT v=spf1 -all"));
    net.serve("127.0.0.3", 7, RIGHT);
    let verdict = net.judge(&observed);
    let told: Vec<(String, String)> = verdict
        .servers
        .iter()
        .map(|servers| {
            (
                format!("{} {}", servers.site.name(), servers.site.type_word()),
                states(servers),
            )
        })
        .collect();
    let told: Vec<(&str, &str)> = told
        .iter()
        .map(|(site, states)| (site.as_str(), states.as_str()))
        .collect();
    assert_eq!(
        told,
        [
            ("_dmarc.voorbeeld.nl TXT", "ns1 Right, ns2 Right, ns3 Right"),
            ("voorbeeld.nl MX", "ns1 Right, ns2 Right, ns3 Right"),
            ("voorbeeld.nl TXT", "ns1 Right, ns2 Right, ns3 Differs"),
        ]
    );
    assert_eq!(verdict.servers[2].views[2].state, ServerState::Differs);
    assert_eq!(findings(&verdict, "DNS-032").len(), 1);
    let far = net.judge_at(Depth::Serials, &observed).0;
    assert!(far.servers.is_empty());
}

/// What is required of a domain is no record of its zone: no server holds it, and none is asked for it.
#[test]
fn what_is_required_of_every_host_is_asked_of_no_server() {
    let net = Net::new(RIGHT);
    for (block, count) in [
        ("dane: {required: true}", 0),
        ("tls: {level: Any}", 0),
        ("dnssec: {required: true}", 0),
        (
            "dane: {required: true}, tls: {level: Good}, dmarc: {policy: Reject}",
            1,
        ),
        (
            "dane: {hosts: [{name: mx1.voorbeeld.nl, records: ['3 1 1 abababababababababababababababababababababababababababababababab']}]}",
            1,
        ),
    ] {
        let verdict = net.judge(&intent(&format!("{{domain: voorbeeld.nl, role: Mail, {block}}}")));
        assert_eq!(verdict.servers.len(), count, "{block}: {:?}", verdict.servers);
    }
}
