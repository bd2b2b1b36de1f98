//! Servers that cannot read EDNS (RFC 6891 6.2.2 and 7): a nuisance, no outage.

use hickory_resolver::proto::op::ResponseCode;
use zegel::inquiry::{Kind, Trouble};
use zegel::world::{Config, TrustAnchor};

use super::dns::{DnsServer, Fault, SERVFAIL, Shape};
use super::{hasty, patient, question, text, world};

const ZONE: &str = "voorbeeld.nl TXT v=spf1 -all\nander.example TXT x";

#[tokio::test]
async fn a_server_that_refuses_edns_is_asked_without_it() {
    let server = DnsServer::start(ZONE);
    for (code, shape) in [
        (ResponseCode::FormErr, Shape::Whole),
        (ResponseCode::FormErr, Shape::Question),
        (ResponseCode::FormErr, Shape::Header),
        (ResponseCode::FormErr, Shape::CutHeader),
        (ResponseCode::NotImp, Shape::Question),
        (ResponseCode::NotImp, Shape::Header),
        (ResponseCode::BADVERS, Shape::Whole),
    ] {
        server.forget();
        server.fail_all(Fault::NoEdns(code, shape));
        let world = world(patient(&[&server]));
        let fact = world.ask(&question("voorbeeld.nl", Kind::Txt), None).await;
        assert_eq!(fact.outcome, text("v=spf1 -all"), "{code} {shape:?}");
        let seen = server.seen();
        assert_eq!((seen.total(), seen.without_edns), (2, 1), "{code} {shape:?}");
        // It is remembered: the next question goes out without at once.
        let fact = world.ask(&question("ander.example", Kind::Txt), None).await;
        assert_eq!(fact.outcome, text("x"), "{code} {shape:?}");
        let seen = server.seen();
        assert_eq!((seen.total(), seen.without_edns), (3, 2), "{code} {shape:?}");
    }
}

#[tokio::test]
async fn what_is_remembered_of_one_server_is_not_held_against_another() {
    let (old, new) = (DnsServer::start(ZONE), DnsServer::start(ZONE));
    old.fail_all(Fault::NoEdns(ResponseCode::FormErr, Shape::Header));
    let world = world(patient(&[&old, &new]));
    world.ask(&question("voorbeeld.nl", Kind::Txt), None).await;
    old.fail_all(SERVFAIL);
    world.ask(&question("ander.example", Kind::Txt), None).await;
    assert_eq!((old.seen().without_edns, new.seen().without_edns), (2, 0));
}

#[tokio::test]
async fn an_error_that_stays_without_edns_is_no_matter_of_edns() {
    let server = DnsServer::start(ZONE);
    for code in [ResponseCode::FormErr, ResponseCode::NotImp] {
        server.fail_all(Fault::Rcode(code));
        server.forget();
        let world = world(patient(&[&server]));
        for owner in ["voorbeeld.nl", "ander.example"] {
            let fact = world.ask(&question(owner, Kind::Txt), None).await;
            assert_eq!(fact.outcome, Err(Trouble::OtherRcode), "{code}");
        }
        // With and without, each time: nothing is learnt from it.
        assert_eq!(
            (server.seen().total(), server.seen().without_edns),
            (4, 2),
            "{code}"
        );
    }
}

#[tokio::test]
async fn a_large_answer_without_edns_comes_over_tcp() {
    let value = "x".repeat(2_000);
    let server = DnsServer::start(&format!("voorbeeld.nl TXT {value}"));
    server.fail_all(Fault::NoEdns(ResponseCode::FormErr, Shape::Question));
    let world = world(patient(&[&server]));
    let fact = world.ask(&question("voorbeeld.nl", Kind::Txt), None).await;
    assert_eq!(fact.outcome, text(&value));
    assert_eq!((server.seen().total(), server.seen().over_tcp), (3, 1));
}

#[tokio::test]
async fn who_validates_cannot_do_without_edns_and_calls_nothing_bogus_for_it() {
    let server = DnsServer::start(ZONE);
    server.fail_all(Fault::NoEdns(ResponseCode::FormErr, Shape::Question));
    let key = "l9P2M6oMD9rb3ymLwUuiOyJdQhQWB7ghEgTVbkhW/Ps=";
    let anchor: TrustAnchor = format!("voorbeeld.nl. 3600 IN DNSKEY 257 3 15 {key}\n")
        .parse()
        .expect("a trust anchor");
    let world = world(Config {
        dnssec: None,
        trust_anchor: Some(anchor),
        ..hasty(&[&server])
    });
    let fact = world.ask(&question("voorbeeld.nl", Kind::Txt), None).await;
    assert_eq!(fact.outcome, Err(Trouble::OtherRcode));
    assert_eq!(server.seen().without_edns, 0);
}
