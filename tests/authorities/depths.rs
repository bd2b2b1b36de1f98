//! How closely is looked, and what each depth costs.

use zegel::inquiry::{Depth, Dns, Kind};
use zegel::intent::Intent;
use zegel::judge::State;

use super::facts::{intent, name, record};
use super::net::{APEX, Net, counts, states};

const ZONE: &str =
    "voorbeeld.nl TXT v=spf1 mx -all\nvoorbeeld.nl MX 10 mx.voorbeeld.nl\nmx.voorbeeld.nl A 127.9.9.9
                    _dmarc.voorbeeld.nl TXT v=DMARC1; p=reject";

fn both() -> Intent {
    intent("{domain: voorbeeld.nl, role: Mail, spf: {mechanisms: [mx], all: Fail}, dmarc: {policy: Reject}}")
}

#[test]
fn each_depth_asks_what_it_says_and_no_more() {
    let net = Net::new(ZONE);
    // Two records at three servers; the registry is asked once.
    for (depth, views) in [
        (Depth::Off, 0),
        (Depth::Troubled, 0),
        (Depth::Serials, 1 + 3),
        (Depth::Closely, 1 + 3 + 2 * 3),
    ] {
        let (verdict, facts) = net.judge_at(depth, &both());
        assert_eq!(counts(&facts).0, views, "{depth:?}");
        assert!(
            verdict.records.iter().all(|record| record.state == State::InSync),
            "{depth:?}"
        );
        assert_eq!(verdict.servers.len(), if views == 0 { 0 } else { 2 }, "{depth:?}");
    }
    let off = counts(&net.judge_at(Depth::Off, &both()).1).1;
    let troubled = counts(&net.judge_at(Depth::Troubled, &both()).1).1;
    assert_eq!(
        off, troubled,
        "nothing more is asked of the resolver where nothing is wrong"
    );
}

#[test]
fn what_is_wrong_is_looked_at_closely_even_where_the_rest_is_not() {
    let mut net = Net::new(ZONE);
    net.serve("127.0.0.2", 6, &ZONE.replace("p=reject", "p=none"));
    net.resolve(&ZONE.replace("p=reject", "p=none"));
    let (verdict, facts) = net.judge_at(Depth::Troubled, &both());
    let [servers] = verdict.servers.as_slice() else {
        panic!("{:?}", verdict.servers)
    };
    assert_eq!(*servers.site.name(), name("_dmarc.voorbeeld.nl"));
    assert_eq!(states(servers), "ns1 Right, ns2 Stale, ns3 Right");
    assert_eq!(counts(&facts).0, 3 + 3);
    assert_eq!(record(&verdict, "_dmarc.voorbeeld.nl").state, State::Drifted);
}

#[test]
fn equal_serials_are_believed_unless_they_are_never_touched() {
    let mut net = Net::new(ZONE);
    for (serials, record_is_asked) in [([7, 7, 7], false), ([7, 6, 7], true), ([1, 1, 1], true)] {
        for (last, serial) in (1..=3).zip(serials) {
            net.serve(&format!("127.0.0.{last}"), serial, ZONE);
        }
        let (verdict, facts) = net.judge_at(Depth::Serials, &both());
        let question = Dns::new(name(APEX), Kind::Txt).at("127.0.0.1".parse().expect("an address"));
        assert_eq!(facts.contains(&question), record_is_asked, "{serials:?}");
        for servers in &verdict.servers {
            assert_eq!(states(servers), "ns1 Right, ns2 Right, ns3 Right", "{serials:?}");
            assert!(servers.views.iter().all(|view| view.serial.is_some()));
        }
    }
}

#[test]
fn what_each_depth_costs_a_domain_in_questions() {
    let net = Net::new(ZONE);
    // To name servers; and to the resolver beyond what a look without them asks: where each record's zone begins, the NS of
    // the zone and of the one above, the addresses of each server. Of these most are shared by all who hang on the same
    // servers.
    let cost = |depth| counts(&net.judge_at(depth, &both()).1);
    let (_, before) = cost(Depth::Off);
    let told: Vec<(Depth, usize, usize)> = [Depth::Off, Depth::Troubled, Depth::Serials, Depth::Closely]
        .into_iter()
        .map(|depth| {
            let (strangers, resolver) = cost(depth);
            (depth, strangers, resolver - before)
        })
        .collect();
    assert_eq!(
        told,
        [
            (Depth::Off, 0, 0),
            // Nearly every pass of a controller.
            (Depth::Troubled, 0, 0),
            // Once in six hours.
            (Depth::Serials, 4, 12),
            // At first sight, and where something is wrong or changed.
            (Depth::Closely, 10, 12),
        ]
    );
}
