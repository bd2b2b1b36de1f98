//! Names that a resolver answers by itself, `localhost` (RFC 6761, 6.3) and those of a house's own, which the root denies or a signed
//! domain does: they are not proven, and that says nothing of the resolver. Anybody may name such a host in a record, so nothing else may hang
//! on it.

use std::net::Ipv4Addr;

use hickory_proto::op::{Message, ResponseCode};
use hickory_proto::rr::rdata::{A, SOA};
use hickory_proto::rr::{Name, RData, Record, RecordType};
use zegel::inquiry::{Kind, Security, Trouble};
use zegel::world::{Dnssec, Passes};

use super::harmful::{bare, doubted_throughout, question, unsigned_texts, world};
use super::live::{asks_for, forwarder, tree};

type Answer = fn(&Message, Message) -> Option<Message>;

fn is_of(asked: &Message, top: &str) -> bool {
    let name = asked.queries[0].name().to_string();
    name == format!("{top}.") || name.ends_with(&format!(".{top}."))
}

/// What a resolver gives that has a zone of its own: addresses, the start of authority, and no proof of anything.
fn of_its_own(asked: &Message, answer: Message) -> Option<Message> {
    let name = asked.queries[0].name().clone();
    let record = |data| vec![Record::from_rdata(name.clone(), 3600, data)];
    let server = || Name::from_ascii("lan.").unwrap();
    let records = match asked.queries[0].query_type() {
        RecordType::A => record(RData::A(A(Ipv4Addr::LOCALHOST))),
        RecordType::SOA if name.num_labels() == 1 => record(RData::SOA(SOA::new(
            server(),
            server(),
            1,
            3600,
            1200,
            604_800,
            10_800,
        ))),
        _ => Vec::new(),
    };
    bare(answer, ResponseCode::NoError, records)
}

/// How resolvers answer by themselves, and a name that is asked for.
const RESOLVERS: [(&str, &str, Answer); 6] = [
    ("unbound's own localhost", "localhost", |_, answer| Some(answer)),
    ("unbound's own localhost", "mail.localhost", |_, answer| {
        Some(answer)
    }),
    (
        "a zone, and the root is asked for its DS",
        "mail.lan",
        |asked, answer| match is_of(asked, "lan") && !asks_for(asked, RecordType::DS) {
            true => of_its_own(asked, answer),
            false => Some(answer),
        },
    ),
    (
        "a zone, and its DS too",
        "mail.lan",
        |asked, answer| match is_of(asked, "lan") {
            true => of_its_own(asked, answer),
            false => Some(answer),
        },
    ),
    (
        "a zone that has nothing but addresses",
        "mail.lan",
        |asked, answer| match is_of(asked, "lan") {
            true if asks_for(asked, RecordType::A) => of_its_own(asked, answer),
            true => bare(answer, ResponseCode::NXDomain, Vec::new()),
            false => Some(answer),
        },
    ),
    ("addresses alone", "mail.lan", |asked, answer| {
        match is_of(asked, "lan") && asks_for(asked, RecordType::A) {
            true => of_its_own(asked, answer),
            false => Some(answer),
        }
    }),
];

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_the_resolver_answers_by_itself_says_nothing_of_it() {
    let Some(tree) = tree() else { return };
    for (how, name, answer) in RESOLVERS {
        let (resolver, _) = forwarder(tree.unbound, answer).await;
        for (dnssec, source) in [
            (Dnssec::Auto, false),
            (Dnssec::Auto, true),
            (Dnssec::Require, true),
        ] {
            let what = format!("{how}: {name}, {dnssec:?}, servers asked: {source}");
            let world = world(&tree, resolver, dnssec, source);
            for _ in 0..2 {
                let fact = world.ask(&question((name, Kind::A)), None).await;
                let doubted = matches!(&fact.security, Security::Indeterminate { .. });
                assert!(doubted, "{what}: {:?}", fact.security);
                doubted_throughout(&fact);
                assert_eq!(fact.outcome, Err(Trouble::Stripped), "{what}");
                assert_eq!(world.dnssec(), Some(Passes::Validates), "{what}");
            }
            let fact = world.ask(&question(("_dmarc.good.nl", Kind::Txt)), None).await;
            assert_eq!(fact.security, Security::Secure, "{what}");
            let fact = world.ask(&question(("_dmarc.expired.nl", Kind::Txt)), None).await;
            assert_eq!(fact.security.state(), "Bogus", "{what}: {:?}", fact.security);
        }
    }
}

/// A host that a resolver knows of itself, as such resolvers give it: addresses of its own and nothing of any other type.
fn pinned(asked: &Message, answer: Message, host: &str) -> Option<Message> {
    match asked.queries[0].name().to_string() == host {
        true => of_its_own(asked, answer),
        false => Some(answer),
    }
}

/// Names below domains and top-level domains that are signed, which a resolver answers by itself.
const BELOW: [(&str, &str, Answer); 6] = [
    (
        "a host that is nowhere else",
        "mail.intern.good.nl",
        |asked, answer| pinned(asked, answer, "mail.intern.good.nl."),
    ),
    (
        "the same in a zone of NSEC3",
        "mail.intern.hashed.nl",
        |asked, answer| pinned(asked, answer, "mail.intern.hashed.nl."),
    ),
    (
        "a host with another address",
        "mail.good.nl",
        |asked, answer| match asked.queries[0].name().to_string() == "mail.good.nl."
            && asks_for(asked, RecordType::A)
        {
            true => of_its_own(asked, answer),
            false => Some(answer),
        },
    ),
    (
        "the same, and nothing else of it",
        "mail.hashed.nl",
        |asked, answer| pinned(asked, answer, "mail.hashed.nl."),
    ),
    ("a host that is blocked", "mail.good.nl", |asked, answer| {
        match asked.queries[0].name().to_string() == "mail.good.nl." {
            true => bare(answer, ResponseCode::NXDomain, Vec::new()),
            false => Some(answer),
        }
    }),
    (
        "a domain that is nowhere else",
        "intern.lab",
        |asked, answer| match asked.queries[0].name().to_string() == "intern.lab."
            && !asks_for(asked, RecordType::DS)
        {
            true => of_its_own(asked, answer),
            false => Some(answer),
        },
    ),
];

/// One such name says nothing of the installation, while all else that is asked comes whole.
#[tokio::test(flavor = "multi_thread")]
async fn a_name_of_its_own_below_a_signed_domain_says_nothing_of_the_resolver_either() {
    let Some(tree) = tree() else { return };
    for (how, name, answer) in BELOW {
        let (resolver, _) = forwarder(tree.unbound, answer).await;
        for dnssec in [Dnssec::Auto, Dnssec::Require] {
            let what = format!("{how}: {name}, {dnssec:?}");
            let world = world(&tree, resolver, dnssec, true);
            for round in 0..2 {
                for kind in [Kind::A, Kind::Aaaa] {
                    let fact = world.ask(&question((name, kind)), None).await;
                    // Of the other type a resolver may have what everybody has.
                    if kind == Kind::A || fact.outcome.is_err() {
                        let (state, why) = (fact.security.state(), fact.security.reason());
                        // By its TTL it may be from before, where the zone has such a host too.
                        let is_doubted = why == Some("Resolver")
                            || (name.starts_with("mail.")
                                && !name.contains("intern")
                                && why == Some("Outdated"));
                        assert!(
                            state == "Indeterminate" && is_doubted,
                            "{what} {kind}: {:?}",
                            fact.security
                        );
                        doubted_throughout(&fact);
                        assert!(fact.outcome.is_err(), "{what} {kind}");
                    }
                    assert_eq!(world.dnssec(), Some(Passes::Validates), "{what} {kind}, {round}");
                }
            }
            let fact = world.ask(&question(("_dmarc.good.nl", Kind::Txt)), None).await;
            assert_eq!(fact.security, Security::Secure, "{what}");
        }
    }
}

/// What else is wrong with it is found out all the same.
#[tokio::test(flavor = "multi_thread")]
async fn a_resolver_with_names_of_its_own_that_strips_beside_is_found_out() {
    let Some(tree) = tree() else { return };
    let (resolver, _) = forwarder(tree.unbound, |asked, answer| {
        unsigned_texts(asked, pinned(asked, answer, "mail.good.nl.")?)
    })
    .await;
    let world = world(&tree, resolver, Dnssec::Auto, true);
    let fact = world.ask(&question(("mail.good.nl", Kind::A)), None).await;
    assert_eq!(fact.outcome, Err(Trouble::Stripped), "{fact:?}");
    assert_eq!(world.dnssec(), Some(Passes::Validates));
    let fact = world.ask(&question(("_dmarc.good.nl", Kind::Txt)), None).await;
    assert_eq!(fact.outcome, Err(Trouble::Stripped), "{fact:?}");
    assert_eq!(world.dnssec(), Some(Passes::Partly));
}
