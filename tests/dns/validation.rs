//! DNSSEC, when told to validate from a given key down: what is signed, what is forged, what could not be proven.

use std::sync::Arc;
use std::time::Duration;

use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::proto::dnssec::crypto::Ed25519SigningKey;
use hickory_resolver::proto::dnssec::rdata::DNSKEY;
use hickory_resolver::proto::dnssec::{DnssecSigner, SigningKey};
use hickory_resolver::proto::rr::rdata::{A, SOA, TXT};
use hickory_resolver::proto::rr::{self, RData, Record};
use hickory_server::dnssec::NxProofKind;
use hickory_server::server::Server;
use hickory_server::store::in_memory::InMemoryZoneHandler;
use hickory_server::zone_handler::{AxfrPolicy, Catalog, ZoneType};
use tokio::net::{TcpListener, UdpSocket};
use zegel::inquiry::{Answer, Doubt, Kind, Security, Trouble};
use zegel::world::{Config, Dnssec, Passes, TrustAnchor};

use super::dns::{DnsServer, Fault, REFUSED, SERVFAIL};
use super::{hasty, question, text, world};

/// A signed zone `ondertekend.example` and the server that has it.
struct Signed {
    address: std::net::SocketAddr,
    anchor: TrustAnchor,
    _server: Server<Catalog>,
}

fn new_key() -> Ed25519SigningKey {
    let pkcs8 = Ed25519SigningKey::generate_pkcs8().expect("a key");
    Ed25519SigningKey::from_pkcs8(&pkcs8).expect("the key just made")
}

fn anchor(key: &dyn SigningKey) -> TrustAnchor {
    let dnskey = DNSKEY::from_key(&key.to_public_key().expect("its public half"));
    format!("ondertekend.example. 3600 IN DNSKEY {dnskey}\n")
        .parse()
        .expect("a trust anchor")
}

async fn signed() -> Signed {
    let apex = rr::Name::from_ascii("ondertekend.example.").expect("a name");
    let nsec = Some(NxProofKind::Nsec);
    let mut zone = InMemoryZoneHandler::<TokioRuntimeProvider>::empty(
        apex.clone(),
        ZoneType::Primary,
        AxfrPolicy::Deny,
        nsec,
    );
    let soa = SOA::new(apex.clone(), apex.clone(), 1, 3600, 600, 86400, 60);
    zone.upsert_mut(Record::from_rdata(apex.clone(), 3600, RData::SOA(soa)), 1);
    let txt = TXT::new(vec!["v=spf1 -all".to_owned()]);
    zone.upsert_mut(Record::from_rdata(apex.clone(), 300, RData::TXT(txt)), 1);
    let host = apex.prepend_label("www").expect("a name");
    zone.upsert_mut(Record::from_rdata(host, 300, RData::A(A::new(192, 0, 2, 1))), 1);
    let key = new_key();
    let anchor = anchor(&key);
    let dnskey = DNSKEY::from_key(&key.to_public_key().expect("its public half"));
    let signer = DnssecSigner::new(dnskey, Box::new(key), apex.clone(), Duration::from_secs(86400));
    zone.add_zone_signing_key_mut(signer).expect("a key for the zone");
    zone.secure_zone_mut().expect("the zone can be signed");
    let mut catalog = Catalog::new();
    catalog.upsert(apex.into(), vec![Arc::new(zone)]);
    catalog.upsert(rr::Name::root().into(), vec![Arc::new(unsigned_root())]);
    let mut server = Server::new(catalog);
    // A port that is free for one may be taken for the other.
    let (udp, tcp, address) = loop {
        let udp = UdpSocket::bind("127.0.0.1:0").await.expect("a free port");
        let address = udp.local_addr().expect("bound");
        if let Ok(tcp) = TcpListener::bind(address).await {
            break (udp, tcp, address);
        }
    };
    server.register_socket(udp);
    server.register_listener(tcp, Duration::from_secs(5), 64);
    Signed {
        address,
        anchor,
        _server: server,
    }
}

/// Above the signed zone nothing is signed and nothing refused: as a resolver would have it.
fn unsigned_root() -> InMemoryZoneHandler<TokioRuntimeProvider> {
    let root = rr::Name::root();
    let mut zone = InMemoryZoneHandler::empty(root.clone(), ZoneType::Primary, AxfrPolicy::Deny, None);
    let soa = SOA::new(root.clone(), root.clone(), 1, 3600, 600, 86400, 60);
    zone.upsert_mut(Record::from_rdata(root, 3600, RData::SOA(soa)), 1);
    zone
}

#[tokio::test]
async fn what_is_signed_is_answered_its_absences_too() {
    let zone = signed().await;
    let world = world(Config {
        resolvers: vec![zone.address],
        dnssec: None,
        trust_anchor: Some(zone.anchor.clone()),
        ..Config::default()
    });
    for (owner, kind, answer) in [
        ("ondertekend.example", Kind::Txt, text("v=spf1 -all")),
        ("ondertekend.example", Kind::Mx, Ok(Answer::NoData)),
        ("weg.ondertekend.example", Kind::A, Ok(Answer::NxDomain)),
    ] {
        assert_eq!(
            world.ask(&question(owner, kind), None).await.outcome,
            answer,
            "{owner} {kind}"
        );
    }
}

#[tokio::test]
async fn what_another_key_signed_is_bogus_and_only_for_those_who_validate() {
    let zone = signed().await;
    let config = Config {
        resolvers: vec![zone.address],
        dnssec: None,
        trust_anchor: Some(anchor(&new_key())),
        ..Config::default()
    };
    let trusting = Config {
        dnssec: Some(Dnssec::Off),
        trust_anchor: None,
        ..config.clone()
    };
    let (validating, trusting) = (world(config), world(trusting));
    for (owner, kind, answer) in [
        ("ondertekend.example", Kind::Txt, text("v=spf1 -all")),
        ("weg.ondertekend.example", Kind::A, Ok(Answer::NxDomain)),
    ] {
        let asked = question(owner, kind);
        let bogus = Err(Trouble::Bogus);
        assert_eq!(validating.ask(&asked, None).await.outcome, bogus, "{asked}");
        assert_eq!(trusting.ask(&asked, None).await.outcome, answer, "{asked}");
    }
}

#[tokio::test]
async fn an_unsigned_answer_where_a_key_is_trusted_is_none_and_nobody_is_called_bogus() {
    let forger = DnsServer::start("ondertekend.example TXT v=spf1 +all");
    let world = world(Config {
        dnssec: None,
        trust_anchor: Some(anchor(&new_key())),
        ..hasty(&[&forger])
    });
    let fact = world.ask(&question("ondertekend.example", Kind::Txt), None).await;
    // No signature at all: that is the resolver's doing, and shows nothing of the zone.
    assert_eq!(fact.outcome, Err(Trouble::Stripped));
    assert_eq!(fact.security.reason(), Some("Resolver"), "{:?}", fact.security);
    // A resolver that validates too must not keep the evidence from us.
    let seen = forger.seen();
    assert_eq!((seen.checking_disabled, seen.total() > 1), (seen.total(), true));
}

#[tokio::test]
async fn who_validates_tells_failures_apart_as_well() {
    let server = DnsServer::start("ondertekend.example TXT v=spf1 -all");
    for (fault, trouble) in [
        (SERVFAIL, Trouble::ServFail),
        (REFUSED, Trouble::Refused),
        (Fault::Lame, Trouble::Lame),
        (Fault::Garbage, Trouble::Malformed),
        (Fault::Silent, Trouble::Timeout),
        (Fault::TruncatedForGood, Trouble::Truncated),
    ] {
        server.fail_all(fault);
        let world = world(Config {
            dnssec: None,
            trust_anchor: Some(anchor(&new_key())),
            ..hasty(&[&server])
        });
        let fact = world.ask(&question("ondertekend.example", Kind::Txt), None).await;
        assert_eq!(fact.outcome, Err(trouble), "{fault:?}");
    }
}

#[tokio::test]
async fn where_the_proof_could_not_be_fetched_nothing_is_called_bogus() {
    for (fault, trouble) in [(Fault::Silent, Trouble::Timeout), (SERVFAIL, Trouble::ServFail)] {
        let server = DnsServer::start("ondertekend.example TXT v=spf1 -all");
        for kind in ["DNSKEY", "DS", "NS"] {
            server.fail_type("ondertekend.example", kind, fault);
            server.fail_type("example", kind, fault);
            server.fail_type(".", kind, fault);
        }
        let world = world(Config {
            dnssec: None,
            trust_anchor: Some(anchor(&new_key())),
            ..hasty(&[&server])
        });
        let fact = world.ask(&question("ondertekend.example", Kind::Txt), None).await;
        assert_eq!(fact.outcome, Err(trouble), "{fault:?}");
    }
}

#[tokio::test]
async fn a_resolver_that_strips_signatures_is_asked_once_and_then_believed_as_ever() {
    let server = DnsServer::start("voorbeeld.nl TXT v=spf1 -all\nvoorbeeld.nl MX 10 mail.voorbeeld.nl");
    let world = world(Config {
        dnssec: None,
        ..hasty(&[&server])
    });
    assert_eq!(world.dnssec(), Some(Passes::Unknown));
    for (kind, questions) in [(Kind::Txt, 2), (Kind::Mx, 3), (Kind::A, 4)] {
        let fact = world.ask(&question("voorbeeld.nl", kind), None).await;
        assert!(fact.outcome.is_ok());
        assert_eq!(
            (&fact.security, fact.source.trust.is_none()),
            (&Security::NotAsked, true)
        );
        assert_eq!(
            server.seen().total(),
            questions,
            "one more than was asked, and that once"
        );
    }
    assert_eq!(
        (world.dnssec(), world.validation_questions()),
        (Some(Passes::Strips), 1)
    );
    // What it says of its own validation is left to it.
    assert_eq!(server.seen().checking_disabled, 1);
}

#[tokio::test]
async fn whoever_requires_validation_gets_no_answer_through_a_resolver_that_strips_signatures() {
    let server = DnsServer::start("voorbeeld.nl TXT v=spf1 -all");
    let world = world(Config {
        dnssec: Some(Dnssec::Require),
        ..hasty(&[&server])
    });
    let fact = world.ask(&question("voorbeeld.nl", Kind::Txt), None).await;
    assert_eq!(fact.outcome, Err(Trouble::Stripped));
    let at = zegel::name::Name::root();
    let why = Doubt::Resolver;
    assert_eq!(fact.security, Security::Indeterminate { at, why });
}

#[tokio::test]
async fn what_is_off_asks_nothing_and_says_so() {
    let server = DnsServer::start("voorbeeld.nl TXT v=spf1 -all");
    let world = world(hasty(&[&server]));
    let fact = world.ask(&question("voorbeeld.nl", Kind::Txt), None).await;
    assert_eq!(
        (fact.security.clone(), world.dnssec()),
        (Security::NotAsked, None)
    );
    assert_eq!((server.seen().total(), world.validation_questions()), (1, 0));
}

#[tokio::test]
async fn what_is_proven_is_shown_and_by_itself_too() {
    let zone = signed().await;
    for dnssec in [None, Some(Dnssec::Auto)] {
        let world = world(Config {
            resolvers: vec![zone.address],
            dnssec,
            trust_anchor: Some(zone.anchor.clone()),
            ..Config::default()
        });
        let fact = world.ask(&question("ondertekend.example", Kind::Txt), None).await;
        assert_eq!(fact.security, Security::Secure, "{dnssec:?}");
        let trust = fact.source.trust.as_ref().expect("the zones");
        assert_eq!((trust.zones.len(), trust.zones[0].keys.len()), (1, 1));
        assert!(fact.ttl() > 0 && trust.ends.is_some());
        // Outside of the island no key was given, so nothing is known either way (RFC 4033 5).
        let fact = world.ask(&question("nl", Kind::Soa), None).await;
        assert_eq!(
            (fact.security.state(), fact.security.reason()),
            ("Indeterminate", Some("NoAnchor"))
        );
    }
}

#[tokio::test]
async fn keys_that_cannot_be_had_keep_no_answer_back_unless_validation_is_required() {
    let server = DnsServer::start("ondertekend.example TXT v=spf1 -all");
    server.fail_type("ondertekend.example", "DNSKEY", SERVFAIL);
    for (dnssec, outcome) in [
        (Dnssec::Require, Err(Trouble::ServFail)),
        // Nothing is known of the resolver, so it is not validated through it.
        (Dnssec::Auto, text("v=spf1 -all")),
    ] {
        let world = world(Config {
            dnssec: Some(dnssec),
            trust_anchor: Some(anchor(&new_key())),
            ..hasty(&[&server])
        });
        let fact = world.ask(&question("ondertekend.example", Kind::Txt), None).await;
        assert_eq!(fact.outcome, outcome, "{dnssec:?}");
        if dnssec == Dnssec::Require {
            let at = "ondertekend.example".parse().expect("a name");
            let why = Doubt::Unanswered(Trouble::ServFail);
            assert_eq!(fact.security, Security::Indeterminate { at, why });
        }
    }
}
