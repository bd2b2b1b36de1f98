//! What every name server has dropped and the resolver still has: drift to come, unless it is doubtful that the resolver
//! has it from them.

use zegel::inquiry::Trouble;
use zegel::judge::authorities::ServerState;
use zegel::judge::{State, Verdict};

use super::facts::{findings, intent, name, record};
use super::net::{APEX, Net, Server, states};

const RIGHT: &str = "_dmarc.voorbeeld.nl 3600 TXT v=DMARC1; p=reject\nvoorbeeld.nl EXISTS";
const WEAKER: &str = "_dmarc.voorbeeld.nl 3600 TXT v=DMARC1; p=none";
const NODATA: &str = "_dmarc.voorbeeld.nl EXISTS";
const NOTHING: &str = "voorbeeld.nl EXISTS";

/// The resolver has what is meant; the servers have each of these zones.
fn net(zones: [&str; 3]) -> Net {
    let mut net = Net::new(RIGHT);
    for (last, zone) in (1..=3).zip(zones) {
        net.serve(&format!("127.0.0.{last}"), 8, zone);
    }
    net.serial_at_the_resolver(APEX, 8);
    net
}

fn judged(net: &Net, observe: &str) -> Verdict {
    let spec = format!("{{domain: voorbeeld.nl, role: Mail, observe: {observe}, dmarc: {{policy: Reject}}}}");
    net.judge_at(
        intent(&spec).depth(zegel::inquiry::Depth::Closely),
        &intent(&spec),
    )
    .0
}

#[test]
fn what_every_server_has_dropped_is_drift_though_the_resolver_still_has_it() {
    for (what, zones, state, says) in [
        (
            "NXDOMAIN",
            [NOTHING; 3],
            State::Missing,
            "no name server serves it any more",
        ),
        (
            "no data",
            [NODATA; 3],
            State::Missing,
            "no name server serves it any more",
        ),
        (
            "another value",
            [WEAKER; 3],
            State::Drifted,
            "every name server serves something else by now: \"v=DMARC1; p=none\"",
        ),
        (
            "one this, one that",
            [NOTHING, WEAKER, NOTHING],
            State::Drifted,
            "every name server serves something else by now",
        ),
    ] {
        let verdict = judged(&net(zones), "Both");
        let record = record(&verdict, "_dmarc.voorbeeld.nl");
        // One word for one world: what it is by the servers' word alone.
        assert_eq!(record.state, state, "{what}");
        let [difference] = record.differences.as_slice() else {
            panic!("{what}: {:?}", record.differences)
        };
        assert!(difference.starts_with(says), "{what}: {difference}");
        let forgets = record.expires_at.expect("the resolver's answer has an end");
        assert!(
            difference.contains(&format!("the one asked here by {forgets}")),
            "{what}: {difference}"
        );
        assert_eq!(
            record.resolver.as_ref().map(|says| says.state),
            Some(State::InSync),
            "{what}"
        );
        assert_eq!(
            findings(&verdict, "DNS-038").len(),
            1,
            "{what}: {:?}",
            verdict.findings
        );
        assert_eq!(findings(&verdict, "DNS-035").len(), 0, "{what}: said once");
    }
    assert!(
        record(&judged(&net([NOTHING; 3]), "Both"), "_dmarc.voorbeeld.nl")
            .observed
            .is_empty()
    );
}

#[test]
fn whose_word_counts_decides_what_that_is() {
    for (observe, zones, state, is_beside) in [
        ("Recursive", [NOTHING; 3], State::InSync, false),
        ("Authoritative", [NOTHING; 3], State::Missing, false),
        ("Authoritative", [WEAKER; 3], State::Drifted, false),
        ("Authoritative", [NOTHING, RIGHT, NOTHING], State::InSync, false),
        ("Both", [NOTHING; 3], State::Missing, true),
        ("Both", [WEAKER; 3], State::Drifted, true),
        ("Both", [NOTHING, RIGHT, NOTHING], State::InSync, false),
    ] {
        let verdict = judged(&net(zones), observe);
        let record = record(&verdict, "_dmarc.voorbeeld.nl");
        assert_eq!(record.state, state, "{observe} {zones:?}");
        assert_eq!(record.resolver.is_some(), is_beside, "{observe} {zones:?}");
    }
}

#[test]
fn what_is_published_where_nothing_is_wanted_is_drift_to_come_too() {
    let inherit = intent("{domain: a.voorbeeld.nl, role: Mail, dmarc: {inherit: true}}");
    let above = "_dmarc.voorbeeld.nl TXT v=DMARC1; p=reject; sp=reject\na.voorbeeld.nl EXISTS";
    let mut net = Net::new(above);
    for last in 1..=3 {
        let zone = format!("{above}\n_dmarc.a.voorbeeld.nl TXT v=DMARC1; p=none");
        net.serve(&format!("127.0.0.{last}"), 7, &zone);
    }
    let verdict = net.judge(&inherit);
    let record = record(&verdict, "_dmarc.a.voorbeeld.nl");
    assert_eq!(record.state, State::Unexpected);
    assert!(
        record.differences[0]
            .starts_with("every name server serves something else by now: \"v=DMARC1; p=none\""),
        "{:?}",
        record.differences
    );
}

#[test]
fn where_the_resolver_may_have_it_from_elsewhere_nothing_gets_worse() {
    type Change = fn(&mut Net);
    let doubts: [(&str, Change); 9] = [
        ("one server is silent", |net| {
            net.set("127.0.0.2", Server::Fails(Trouble::Timeout))
        }),
        ("no route leads to one", |net| {
            net.set("127.0.0.2", Server::Fails(Trouble::NoRoute))
        }),
        ("two are silent", |net| {
            net.set("127.0.0.2", Server::Fails(Trouble::Timeout));
            net.set("127.0.0.3", Server::Fails(Trouble::Timeout));
        }),
        ("port 53 is closed", |net| {
            for last in 1..=3 {
                net.set(&format!("127.0.0.{last}"), Server::Fails(Trouble::Timeout));
            }
        }),
        ("something on the way answers", |net| {
            for last in 1..=3 {
                net.set(&format!("127.0.0.{last}"), Server::Stranger { recurses: true });
            }
        }),
        ("all are lame", |net| {
            for last in 1..=3 {
                net.set(&format!("127.0.0.{last}"), Server::Fails(Trouble::Refused));
            }
        }),
        ("of a name in the list no address is known", |net| {
            net.know("voorbeeld.nl NS ns4.dns.example");
            net.know("ns4.dns.example A !SERVFAIL");
        }),
        ("the resolver has a newer version of the zone", |net| {
            net.serial_at_the_resolver(APEX, 9)
        }),
        ("the resolver serves the zone itself", Net::resolver_has_authority),
    ];
    for (what, change) in doubts {
        let mut net = net([NOTHING; 3]);
        change(&mut net);
        let verdict = judged(&net, "Both");
        let record = record(&verdict, "_dmarc.voorbeeld.nl");
        assert_eq!(record.state, State::InSync, "{what}: {:?}", record.differences);
        assert!(record.resolver.is_none(), "{what}");
        assert_eq!(findings(&verdict, "DNS-038").len(), 0, "{what}");
    }
}

#[test]
fn a_lame_server_and_a_name_that_leads_nowhere_serve_nobody_and_a_silent_address_may_have_a_twin_that_answers()
 {
    let mut lame = net([NOTHING; 3]);
    lame.set("127.0.0.2", Server::Fails(Trouble::Refused));
    let mut twin = net([NOTHING; 3]);
    twin.know("ns2.dns.example AAAA ::2");
    twin.set("::2", Server::Fails(Trouble::NoRoute));
    let mut nowhere = net([NOTHING; 3]);
    nowhere.know("voorbeeld.nl NS ns4.dns.example");
    for (what, net) in [("lame", lame), ("nowhere", nowhere), ("twin", twin)] {
        let verdict = judged(&net, "Both");
        assert_eq!(
            record(&verdict, "_dmarc.voorbeeld.nl").state,
            State::Missing,
            "{what}: {}",
            states(&verdict.servers[0])
        );
    }
}

#[test]
fn an_alias_that_leads_elsewhere_now_is_no_loss() {
    let mut net = Net::new("_dmarc.voorbeeld.nl CNAME oud.hosted.example");
    net.know("oud.hosted.example TXT v=DMARC1; p=reject");
    net.know("nieuw.hosted.example TXT v=DMARC1; p=reject");
    for last in 1..=3 {
        net.serve(
            &format!("127.0.0.{last}"),
            8,
            "_dmarc.voorbeeld.nl CNAME nieuw.hosted.example",
        );
    }
    let verdict = judged(&net, "Both");
    assert_eq!(verdict.servers[0].views[0].state, ServerState::Differs);
    assert_eq!(record(&verdict, "_dmarc.voorbeeld.nl").state, State::InSync);
}

#[test]
fn of_a_domain_nobody_manages_the_finding_is_all_that_is_said() {
    let observed = super::facts::observe(APEX);
    let mut net = Net::new(&format!("{RIGHT}\nvoorbeeld.nl TXT v=spf1 -all"));
    for last in 1..=3 {
        net.serve(&format!("127.0.0.{last}"), 7, RIGHT);
    }
    let verdict = net.judge(&observed);
    let [finding] = findings(&verdict, "DNS-038")[..] else {
        panic!("{:?}", verdict.findings)
    };
    assert_eq!(*finding.site.name(), name(APEX));
    assert!(finding.message.contains("v=spf1 -all"), "{}", finding.message);
    // Another text at the servers is the newer one, or the resolver's own: nobody wants the one rather than the other.
    for last in 1..=3 {
        net.serve(
            &format!("127.0.0.{last}"),
            7,
            &format!("{RIGHT}\nvoorbeeld.nl TXT v=spf1 mx -all"),
        );
    }
    let verdict = net.judge(&observed);
    assert_eq!(
        (
            findings(&verdict, "DNS-038").len(),
            findings(&verdict, "DNS-035").len()
        ),
        (0, 1)
    );
}

#[test]
fn a_serial_that_is_never_touched_makes_no_doubt() {
    let mut net = net([NOTHING; 3]);
    for last in 1..=3 {
        net.serve(&format!("127.0.0.{last}"), 1, NOTHING);
    }
    let verdict = judged(&net, "Both");
    assert_eq!(record(&verdict, "_dmarc.voorbeeld.nl").state, State::Missing);
}

#[test]
fn a_newer_version_of_the_zone_is_no_drift_of_what_is_proven() {
    let spec = "{domain: voorbeeld.nl, role: Mail, dnssec: {required: true}, dmarc: {policy: Reject}}";
    let mut net = net([RIGHT; 3]);
    net.prove();
    net.serial_at_the_resolver(APEX, 7);
    let verdict = net.judge(&intent(spec));
    for record in &verdict.records {
        assert_eq!(record.state, State::InSync, "{record:?}");
        assert!(record.resolver.is_none(), "{record:?}");
    }
    assert_eq!(verdict.records.len(), 2);
    for servers in &verdict.servers {
        assert_eq!(states(servers), "ns1 Right, ns2 Right, ns3 Right");
    }
    for rule in ["DNS-032", "DNS-035", "DNS-038"] {
        assert!(findings(&verdict, rule).is_empty(), "{rule}");
    }
}
