//! Records of which the resolver is not asked before the name servers have them: our own question plants nothing.

use std::collections::BTreeSet;

use zegel::inquiry::{Approach, Depth, Dns, Facts, Kind, Trouble, View};
use zegel::intent::Intent;
use zegel::judge::{State, Verdict, judge};
use zegel::name::Name;

use super::facts::{intent, name, now, record};
use super::net::{Net, Server};

const SPEC: &str = r#"{"domain": "voorbeeld.nl", "role": "Mail",
    "spf": {"mechanisms": ["mx"], "all": "Fail"},
    "dkim": {"selectors": [{"name": "s1", "cname": "s1.provider.example"}]},
    "dmarc": {"policy": "Reject"}}"#;
const WITHOUT: &str =
    "voorbeeld.nl TXT v=spf1 mx -all\nvoorbeeld.nl MX 10 mail.voorbeeld.nl\nmail.voorbeeld.nl A 127.0.1.1\n";
const DMARC: &str = "_dmarc.voorbeeld.nl TXT v=DMARC1; p=reject\n";
const DKIM: &str = "s1._domainkey.voorbeeld.nl CNAME s1.provider.example\n";

const PARKED: &str = r#"{"domain": "voorbeeld.nl", "role": "Parked"}"#;

/// Judges with everything wanted held back; what was asked besides.
fn judged(net: &Net, depth: Depth) -> (Verdict, Facts) {
    judged_by(SPEC, net, depth)
}

/// The same by a spec.
fn judged_by(spec: &str, net: &Net, depth: Depth) -> (Verdict, Facts) {
    let intent: Intent = intent(spec);
    let held_back: BTreeSet<(Name, Kind)> = intent
        .wanted
        .iter()
        .map(|wanted| (wanted.name.clone(), wanted.desired().kind))
        .collect();
    let facts = Facts::new().approaching(Approach {
        depth,
        held_back,
        ..Approach::default()
    });
    net.settle_from(facts, |inquiry| judge(&intent, inquiry, now()))
}

/// The names the resolver was asked of below the domain.
fn asked_below(facts: &Facts) -> BTreeSet<String> {
    let apex = name("voorbeeld.nl");
    let of_resolver = facts
        .iter()
        .filter(|(question, _)| question.view == View::Recursive);
    let names = of_resolver.map(|(question, _)| question.name.clone());
    names
        .filter(|asked| *asked != apex && asked.is_at_or_below(&apex))
        .map(|asked| asked.to_string())
        .collect()
}

fn was_asked(facts: &Facts, at: &str, kind: Kind) -> bool {
    facts.contains(&Dns::new(name(at), kind))
}

#[test]
fn what_no_server_has_is_not_asked_of_the_resolver_nor_is_any_name_above_it() {
    let net = Net::new(WITHOUT);
    let (verdict, facts) = judged(&net, Depth::Troubled);
    for (at, state) in [
        ("voorbeeld.nl", State::InSync),
        ("s1._domainkey.voorbeeld.nl", State::Missing),
        ("_dmarc.voorbeeld.nl", State::Missing),
    ] {
        assert_eq!(record(&verdict, at).state, state, "{at}");
    }
    let asked = asked_below(&facts);
    for unasked in [
        "_dmarc.voorbeeld.nl",
        "_domainkey.voorbeeld.nl",
        "s1._domainkey.voorbeeld.nl",
    ] {
        assert!(!asked.contains(unasked), "{unasked} in {asked:?}");
    }
    // To answer for a name below, a resolver asks whether the one above is there, and keeps that it is not (RFC 8020).
    let below: Vec<_> = asked.iter().filter(|name| name.contains("_domainkey")).collect();
    assert!(below.is_empty(), "{below:?}");
    assert!(was_asked(&facts, "voorbeeld.nl", Kind::Txt), "that one stands");
    // The answers have times all the same: the observation is complete.
    assert!(verdict.is_complete() && verdict.observed_at().is_some());
}

#[test]
fn a_wildcard_that_no_server_has_is_not_looked_for_by_a_name_it_would_answer() {
    let decoy = "zegel-no-such-selector._domainkey.voorbeeld.nl";
    let without = "voorbeeld.nl TXT v=spf1 -all\n";
    let (verdict, facts) = judged_by(PARKED, &Net::new(without), Depth::Troubled);
    assert!(verdict.is_complete());
    let asked = asked_below(&facts);
    let below: Vec<_> = asked.iter().filter(|name| name.contains("_domainkey")).collect();
    assert!(below.is_empty(), "{below:?}");
    // Where all have it, what verifiers see is looked at.
    let with = format!("{without}*._domainkey.voorbeeld.nl TXT v=DKIM1; p=\n");
    let (_, facts) = judged_by(PARKED, &Net::new(&with), Depth::Troubled);
    assert!(was_asked(&facts, decoy, Kind::Txt));
}

#[test]
fn what_every_server_has_is_asked_of_the_resolver_and_what_one_has_not_is_not() {
    let all = format!("{WITHOUT}{DMARC}{DKIM}");
    let mut net = Net::new(&all);
    let (verdict, facts) = judged(&net, Depth::Troubled);
    assert!(verdict.records.iter().all(|record| record.state == State::InSync));
    assert!(was_asked(&facts, "_dmarc.voorbeeld.nl", Kind::Txt));
    net.serve("127.0.0.2", 6, WITHOUT);
    let (verdict, facts) = judged(&net, Depth::Troubled);
    assert_eq!(record(&verdict, "_dmarc.voorbeeld.nl").state, State::Missing);
    assert!(!was_asked(&facts, "_dmarc.voorbeeld.nl", Kind::Txt));
}

#[test]
fn where_the_servers_cannot_be_asked_the_resolver_is() {
    let (_, facts) = judged(&Net::new(WITHOUT), Depth::Off);
    assert!(was_asked(&facts, "_dmarc.voorbeeld.nl", Kind::Txt));
    for trouble in [
        Trouble::Timeout,
        Trouble::Refused,
        Trouble::ServFail,
        Trouble::NoRoute,
    ] {
        let mut net = Net::new(WITHOUT);
        for last in 1..=3 {
            net.set(&format!("127.0.0.{last}"), Server::Fails(trouble));
        }
        let (verdict, facts) = judged(&net, Depth::Troubled);
        assert!(was_asked(&facts, "_dmarc.voorbeeld.nl", Kind::Txt), "{trouble:?}");
        assert_eq!(record(&verdict, "_dmarc.voorbeeld.nl").state, State::Missing);
    }
    // Nobody knows whose zone it is.
    let mut net = Net::new(WITHOUT);
    net.know("voorbeeld.nl SOA !SERVFAIL");
    net.know("voorbeeld.nl NS !SERVFAIL");
    net.set("127.0.0.200", Server::Fails(Trouble::Timeout));
    let (_, facts) = judged(&net, Depth::Troubled);
    assert!(was_asked(&facts, "_dmarc.voorbeeld.nl", Kind::Txt));
}

#[test]
fn the_older_record_of_the_domain_itself_is_not_planted_either() {
    let mut net = Net::new(WITHOUT);
    for last in 1..=3 {
        net.serve(&format!("127.0.0.{last}"), 6, "voorbeeld.nl TXT v=spf1 -all\n");
    }
    let (verdict, facts) = judged(&net, Depth::Troubled);
    assert_eq!(record(&verdict, "voorbeeld.nl").state, State::Drifted);
    assert!(!was_asked(&facts, "voorbeeld.nl", Kind::Txt));
    assert!(
        was_asked(&facts, "voorbeeld.nl", Kind::Mx),
        "another type spoils nothing"
    );
}
