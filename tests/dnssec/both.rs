//! A zone that is broken behind a resolver that does harm: what is told is what the zone's own servers show, for whoever mends
//! by what is told must not change what is good.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use hickory_proto::op::{Message, ResponseCode};
use hickory_proto::rr::RecordType;
use zegel::inquiry::Kind;
use zegel::world::{Config, Dnssec, Passes, World};

use super::harmful::{
    DENIALS, Spoil, bare, covers, is_any, labels, question, unsigned_texts, without, world,
};
use super::live::{asks_for, forwarder, tree};
use super::witnesses::{ended, is_key_of_ds, other_digest};

fn is_of_a_domain(asked: &Message, kind: RecordType) -> bool {
    asks_for(asked, kind) && labels(asked) > 1
}

pub(super) const HARMS: [(&str, Spoil); 15] = [
    ("keeps the key of the DS back", |asked, answer| {
        match is_of_a_domain(asked, RecordType::DNSKEY) {
            // Where it is the only one, that leaves signatures over nothing.
            true => without(answer, is_key_of_ds),
            false => Some(answer),
        }
    }),
    (
        "keeps the other keys back",
        |asked, answer| match is_of_a_domain(asked, RecordType::DNSKEY) {
            true => without(answer, |record| {
                record.record_type() == RecordType::DNSKEY && !is_key_of_ds(record)
            }),
            false => Some(answer),
        },
    ),
    ("keeps all keys back", |asked, answer| {
        match is_of_a_domain(asked, RecordType::DNSKEY) {
            true => without(answer, |_| true),
            false => Some(answer),
        }
    }),
    (
        "leaves of keys nothing but their signatures",
        |asked, answer| match is_of_a_domain(asked, RecordType::DNSKEY) {
            true => without(answer, |record| record.record_type() == RecordType::DNSKEY),
            false => Some(answer),
        },
    ),
    ("leaves of texts nothing but their signatures", |_, answer| {
        without(answer, |record| record.record_type() == RecordType::TXT)
    }),
    (
        "gives ended signatures over keys",
        |asked, answer| match is_of_a_domain(asked, RecordType::DNSKEY) {
            true => Some(ended(answer)),
            false => Some(answer),
        },
    ),
    (
        "takes the keys' signatures away",
        |asked, answer| match is_of_a_domain(asked, RecordType::DNSKEY) {
            true => without(answer, |record| covers(record, RecordType::DNSKEY)),
            false => Some(answer),
        },
    ),
    ("takes DS away", |asked, answer| {
        match is_of_a_domain(asked, RecordType::DS) {
            true => without(answer, |record| {
                record.record_type() == RecordType::DS || covers(record, RecordType::DS)
            }),
            false => Some(answer),
        }
    }),
    (
        "gives empty answers to DS",
        |asked, answer| match is_of_a_domain(asked, RecordType::DS) {
            true => bare(answer, ResponseCode::NoError, Vec::new()),
            false => Some(answer),
        },
    ),
    ("gives another digest in DS", other_digest),
    (
        "leaves of DS nothing but their signatures",
        |asked, answer| match is_of_a_domain(asked, RecordType::DS) {
            true => without(answer, |record| record.record_type() == RecordType::DS),
            false => Some(answer),
        },
    ),
    (
        "takes all signatures of domains away, and those over their DS",
        |asked, answer| match labels(asked) > 1 {
            true => without(answer, |record| record.record_type() == RecordType::RRSIG),
            false => Some(answer),
        },
    ),
    ("takes texts' signatures away", unsigned_texts),
    ("takes the proofs' signatures away", |asked, answer| {
        match labels(asked) > 1 {
            true => without(answer, |record| covers(record, RecordType::NSEC)),
            false => Some(answer),
        }
    }),
    ("gives ended signatures", |asked, answer| {
        match is_of_a_domain(asked, RecordType::TXT) {
            true => Some(ended(answer)),
            false => Some(answer),
        }
    }),
];

const FAULTS: [(&str, &str); 12] = [
    ("expired", "Expired"),
    ("future", "NotYetValid"),
    ("altered", "BadSignature"),
    ("nosig", "NoSignature"),
    ("lostkey", "NoMatchingKey"),
    ("wrongds", "DsMatchesNoKey"),
    ("wrongdigest", "DigestDiffers"),
    ("idlekey", "KeyDoesNotSign"),
    ("nosigkeys", "KeyDoesNotSign"),
    ("nokeys", "NoDnskey"),
    ("signer", "WrongSigner"),
    // Two delegations down.
    ("bad.good", "BadSignature"),
];

/// Ways to take away so much, the top-level domain's too, that nothing can be validated.
const STRIPPED: [(&str, Spoil); 2] = [
    ("takes proofs of absence away", |asked, answer| {
        match labels(asked) {
            0 => Some(answer),
            _ => without(answer, |record| is_any(record, &DENIALS)),
        }
    }),
    (
        "takes the signatures of proofs of absence away",
        |asked, answer| match labels(asked) {
            0 => Some(answer),
            _ => without(answer, |record| DENIALS.iter().any(|kind| covers(record, *kind))),
        },
    ),
];

/// Whoever asks for a proof gets no answer through such a resolver, and is told all the same which of his zones are broken; where
/// none is asked for, nothing is validated.
#[tokio::test(flavor = "multi_thread")]
async fn through_a_resolver_that_strips_a_broken_zone_is_told_where_a_proof_is_asked_for() {
    let Some(tree) = tree() else { return };
    let mut wrong = Vec::new();
    let strips = question(("nothing.good.nl", Kind::Txt));
    for (harm, spoil) in STRIPPED {
        let (resolver, _) = forwarder(tree.unbound, spoil).await;
        for (zone, why) in FAULTS {
            let asked = question((&format!("_dmarc.{zone}.nl"), Kind::Txt));
            for known in [false, true] {
                let world = world(&tree, resolver, Dnssec::Require, true);
                if known {
                    let fact = world.ask(&strips, None).await;
                    assert_eq!(
                        fact.security.state(),
                        "Indeterminate",
                        "{harm}: {:?}",
                        fact.security
                    );
                    assert_eq!(world.dnssec(), Some(Passes::Strips), "{harm}");
                }
                let fact = world.ask(&asked, None).await;
                let at = fact.security.at().map(|at| at.as_str().to_owned());
                let got = (fact.security.state(), fact.security.reason(), at.as_deref());
                if got != ("Bogus", Some(why), Some(&*format!("{zone}.nl"))) {
                    wrong.push(format!(
                        "{harm}: {zone}, {known}: want {why}, got {:?}",
                        fact.security
                    ));
                }
                let healthy = question(("_dmarc.hashed.nl", Kind::Mx));
                let fact = world.ask(&healthy, None).await;
                assert_eq!(
                    fact.security.state(),
                    "Indeterminate",
                    "{harm}: {:?}",
                    fact.security
                );
            }
        }
        let world = world(&tree, resolver, Dnssec::Auto, true);
        world.ask(&strips, None).await;
        for (zone, _) in FAULTS {
            let asked = question((&format!("_dmarc.{zone}.nl"), Kind::Txt));
            let fact = world.ask(&asked, None).await;
            assert_eq!(fact.security.state(), "NotAsked", "{harm}: {zone}");
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_zone_is_told_by_its_own_fault_whatever_a_resolver_does_to_it() {
    let Some(tree) = tree() else { return };
    let mut wrong = Vec::new();
    for (harm, spoil) in HARMS {
        let (resolver, _) = forwarder(tree.unbound, spoil).await;
        for (zone, why) in FAULTS {
            // By itself, and when it is known what the resolver does.
            let world = world(&tree, resolver, Dnssec::Auto, true);
            let name = format!("_dmarc.{zone}.nl");
            let asked = question((&name, Kind::Txt));
            for known in [false, true] {
                if known {
                    world.ask(&question(("_dmarc.good.nl", Kind::Txt)), None).await;
                }
                let fact = world.ask(&asked, None).await;
                let at = fact.security.at().map(|at| at.as_str().to_owned());
                let got = (fact.security.state(), fact.security.reason(), at.as_deref());
                if got != ("Bogus", Some(why), Some(&*format!("{zone}.nl"))) {
                    wrong.push(format!("{harm}: {zone}: want {why}, got {:?}", fact.security));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

/// The servers of the zone above are asked for a DS that the resolver has not, and may say nothing: then they are left alone for a
/// minute, however much is asked of the domain.
#[tokio::test(flavor = "multi_thread")]
async fn who_says_nothing_of_a_ds_is_not_asked_for_it_again_at_once() {
    let Some(tree) = tree() else { return };
    for says in [ResponseCode::Refused, ResponseCode::ServFail] {
        let counts = Arc::new(Mutex::new(BTreeMap::<String, usize>::new()));
        let counted = counts.clone();
        let above = ([127, 0, 0, 1], tree.knot).into();
        let (servers, _) = forwarder(above, move |asked, answered| {
            if !is_of_a_domain(asked, RecordType::DS) {
                return Some(answered);
            }
            let name = asked.queries[0].name().to_string();
            *counted.lock().unwrap().entry(name).or_default() += 1;
            bare(answered, says, Vec::new())
        })
        .await;
        let (resolver, _) = forwarder(tree.unbound, |asked, answer| {
            match is_of_a_domain(asked, RecordType::DS) {
                true => bare(answer, ResponseCode::NoError, Vec::new()),
                false => Some(answer),
            }
        })
        .await;
        let world = World::new(Config {
            resolvers: vec![resolver],
            dnssec: Some(Dnssec::Require),
            trust_anchor: Some(tree.anchor.parse().unwrap()),
            authority_port: servers.port(),
            ask_authorities: true,
            ..Config::default()
        })
        .unwrap();
        for zone in ["expired.nl", "altered.nl", "good.nl"] {
            for label in ["_dmarc", "a", "b", "c", "d"] {
                let asked = question((&format!("{label}.{zone}"), Kind::Txt));
                let fact = world.ask(&asked, None).await;
                assert!(fact.outcome.is_err(), "{says}: {fact:?}");
            }
        }
        let counts = counts.lock().unwrap();
        assert!(
            counts.len() == 3 && counts.values().all(|count| (1..=2).contains(count)),
            "{says}: {counts:?}"
        );
    }
}
