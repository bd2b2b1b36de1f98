//! Resolvers that take away or change a part of DNSSEC: each is found out, and no healthy domain is accused for it.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use hickory_proto::dnssec::rdata::DNSSECRData;
use hickory_proto::op::{Message, ResponseCode};
use hickory_proto::rr::rdata::TXT;
use hickory_proto::rr::{RData, Record, RecordType};
use zegel::inquiry::{Answer, Dns, Fact, Kind, Security, Trouble};
use zegel::world::{Config, Dnssec, Passes, World};

use super::live::{Tree, asks_for, forwarder, tree};

pub(super) type Spoil = fn(&Message, Message) -> Option<Message>;

/// How a resolver does harm, what is asked through it, and what it is found to do.
struct Harm {
    what: &'static str,
    spoil: Spoil,
    /// The name whose text is asked for.
    asked: &'static str,
    found: Passes,
    /// Whether it takes the zone's own servers to find out.
    takes_the_source: bool,
}

pub(super) fn without(mut answer: Message, gone: impl Fn(&Record) -> bool) -> Option<Message> {
    answer.answers.retain(|record| !gone(record));
    answer.authorities.retain(|record| !gone(record));
    Some(answer)
}

pub(super) fn is_any(record: &Record, kinds: &[RecordType]) -> bool {
    kinds.contains(&record.record_type())
}

pub(super) fn labels(asked: &Message) -> u8 {
    asked.queries.first().map_or(0, |query| query.name().num_labels())
}

/// Whether a record is a signature over this type.
pub(super) fn covers(record: &Record, kind: RecordType) -> bool {
    match &record.data {
        RData::DNSSEC(DNSSECRData::RRSIG(signature)) => signature.input().type_covered == kind,
        _ => false,
    }
}

/// The answer, empty but for this.
pub(super) fn bare(mut answer: Message, code: ResponseCode, records: Vec<Record>) -> Option<Message> {
    answer.metadata.response_code = code;
    answer.answers = records;
    answer.authorities.clear();
    Some(answer)
}

fn lie(asked: &Message) -> Record {
    let text = TXT::new(vec!["v=DMARC1; p=none".to_owned()]);
    Record::from_rdata(asked.queries[0].name().clone(), 60, RData::TXT(text))
}

pub(super) const DENIALS: [RecordType; 2] = [RecordType::NSEC, RecordType::NSEC3];
const ALL: [RecordType; 3] = [RecordType::RRSIG, RecordType::NSEC, RecordType::NSEC3];

/// The answer, or nothing where it is for this type at a name of so many labels or more.
fn emptied(asked: &Message, answer: Message, kind: RecordType, from_labels: u8) -> Option<Message> {
    match asks_for(asked, kind) && labels(asked) >= from_labels {
        false => Some(answer),
        true => bare(answer, ResponseCode::NoError, Vec::new()),
    }
}

/// The answer, or this in its place where a text is asked for.
fn in_place_of_texts(
    asked: &Message,
    answer: Message,
    code: ResponseCode,
    records: Vec<Record>,
) -> Option<Message> {
    match asks_for(asked, RecordType::TXT) {
        false => Some(answer),
        true => bare(answer, code, records),
    }
}

/// The answer, where a text is asked for without its signatures.
pub(super) fn unsigned_texts(asked: &Message, answer: Message) -> Option<Message> {
    match asks_for(asked, RecordType::TXT) {
        false => Some(answer),
        true => without(answer, |record| covers(record, RecordType::TXT)),
    }
}

const fn harm(
    what: &'static str,
    spoil: Spoil,
    asked: &'static str,
    found: Passes,
    takes_the_source: bool,
) -> Harm {
    Harm {
        what,
        spoil,
        asked,
        found,
        takes_the_source,
    }
}

const TEXT: &str = "_dmarc.good.nl";

const HARMS: &[Harm] = &[
    harm(
        "everything below the root",
        |asked, answer| match labels(asked) {
            0 => Some(answer),
            _ => without(answer, |record| is_any(record, &ALL)),
        },
        TEXT,
        Passes::Strips,
        false,
    ),
    harm(
        "every proof of absence",
        |_, answer| without(answer, |record| is_any(record, &DENIALS)),
        "nothing.good.nl",
        Passes::Strips,
        false,
    ),
    harm(
        "NSEC",
        |_, answer| without(answer, |record| is_any(record, &DENIALS[..1])),
        "nothing.good.nl",
        Passes::Strips,
        false,
    ),
    harm(
        "NSEC3",
        |_, answer| without(answer, |record| is_any(record, &DENIALS[1..])),
        "nothing.hashed.nl",
        Passes::Strips,
        false,
    ),
    harm(
        "every DS",
        |asked, answer| emptied(asked, answer, RecordType::DS, 0),
        TEXT,
        Passes::Strips,
        false,
    ),
    harm(
        "DS of domains",
        |asked, answer| emptied(asked, answer, RecordType::DS, 2),
        TEXT,
        Passes::Partly,
        false,
    ),
    harm(
        "signatures over DS",
        |_, answer| without(answer, |record| covers(record, RecordType::DS)),
        TEXT,
        Passes::Strips,
        false,
    ),
    harm(
        "keys below the root",
        |asked, answer| emptied(asked, answer, RecordType::DNSKEY, 1),
        TEXT,
        Passes::Strips,
        false,
    ),
    harm(
        "keys of domains",
        |asked, answer| emptied(asked, answer, RecordType::DNSKEY, 2),
        TEXT,
        Passes::Partly,
        true,
    ),
    harm(
        "signatures over TXT",
        |_, answer| without(answer, |record| covers(record, RecordType::TXT)),
        TEXT,
        Passes::Partly,
        true,
    ),
    harm(
        "another text under the signature",
        |asked, mut answer| {
            let is_text = |record: &Record| record.record_type() == RecordType::TXT;
            for record in answer.answers.iter_mut().filter(|record| is_text(record)) {
                record.data = lie(asked).data;
            }
            Some(answer)
        },
        TEXT,
        Passes::Partly,
        true,
    ),
    harm(
        "an unsigned text",
        |asked, answer| in_place_of_texts(asked, answer, ResponseCode::NoError, vec![lie(asked)]),
        TEXT,
        Passes::Partly,
        true,
    ),
    harm(
        "a text that is said not to be there",
        |asked, answer| in_place_of_texts(asked, answer, ResponseCode::NXDomain, Vec::new()),
        TEXT,
        Passes::Partly,
        true,
    ),
];

pub(super) fn world(tree: &Tree, resolver: std::net::SocketAddr, dnssec: Dnssec, source: bool) -> World {
    World::new(Config {
        resolvers: vec![resolver],
        dnssec: Some(dnssec),
        trust_anchor: Some(tree.anchor.parse().unwrap()),
        authority_port: tree.knot,
        ask_authorities: source,
        ..Config::default()
    })
    .unwrap()
}

/// Holds that no zone on the way to an answer is called bogus where nobody knows whose fault it is.
pub(super) fn doubted_throughout(fact: &Fact) {
    if !matches!(fact.security, Security::Indeterminate { .. }) {
        return;
    }
    let zones = fact.source.trust.iter().flat_map(|trust| &trust.zones);
    for zone in zones.flat_map(|zone| zone.chain()) {
        let is_bogus = matches!(zone.security, Security::Bogus(_));
        assert!(!is_bogus, "{:?}: {zone:?}", fact.security);
    }
}

pub(super) fn question((name, kind): (&str, Kind)) -> Dns {
    Dns::new(name.parse().unwrap(), kind)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_resolver_that_takes_a_part_away_is_found_out_and_no_domain_is_accused() {
    let Some(tree) = tree() else { return };
    for harm in HARMS {
        let (resolver, count) = forwarder(tree.unbound, harm.spoil).await;
        let what = harm.what;
        for dnssec in [Dnssec::Auto, Dnssec::Require] {
            count.store(0, Ordering::SeqCst);
            let world = world(&tree, resolver, dnssec, harm.takes_the_source);
            let fact = world.ask(&question((harm.asked, Kind::Txt)), None).await;
            assert_eq!(world.dnssec(), Some(harm.found), "{what}");
            let doubted = matches!(&fact.security, Security::Indeterminate { .. });
            doubted_throughout(&fact);
            match (harm.found, dnssec) {
                // As if nothing were validated.
                (Passes::Strips, Dnssec::Auto) => {
                    assert!(fact.outcome.is_ok(), "{what}: {fact:?}");
                    assert_eq!(fact.security, Security::NotAsked, "{what}");
                }
                // What is not proven may be a lie: it does not count.
                _ => {
                    assert_eq!(fact.outcome, Err(Trouble::Stripped), "{what}: {fact:?}");
                    assert!(doubted, "{what}: {:?}", fact.security);
                }
            }
            let asked = count.load(Ordering::SeqCst);
            assert!(asked <= 24, "{what}: {asked} questions");
            if harm.found == Passes::Partly && what != "DS of domains" && what != "keys of domains" {
                // What comes whole is worth as much as ever, and what does not costs nothing more to find out.
                let fact = world.ask(&question(("good.nl", Kind::Mx)), None).await;
                assert_eq!(fact.security, Security::Secure, "{what}");
                let before = count.load(Ordering::SeqCst);
                let fact = world.ask(&question(("hashed.nl", Kind::Txt)), None).await;
                assert_eq!(fact.outcome, Err(Trouble::Stripped), "{what}: {fact:?}");
                let more = count.load(Ordering::SeqCst) - before;
                assert!(more <= 16, "{what}: {more} more");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_zone_that_is_broken_itself_stays_bogus_whoever_is_asked() {
    let Some(tree) = tree() else { return };
    for source in [false, true] {
        let world = world(&tree, tree.unbound, Dnssec::Auto, source);
        for (name, kind, why) in [
            ("_dmarc.nosig.nl", Kind::Txt, "NoSignature"),
            ("nothing.nonsec.nl", Kind::Txt, "NoProof"),
            ("_dmarc.altered.nl", Kind::Txt, "BadSignature"),
            ("_dmarc.nokeys.nl", Kind::Txt, "NoDnskey"),
            ("_dmarc.nosigkeys.nl", Kind::Txt, "KeyDoesNotSign"),
            ("_dmarc.expired.nl", Kind::Txt, "Expired"),
            // A top-level domain of which others prove that the resolver passes theirs on.
            ("_dmarc.good.sick", Kind::Txt, "KeyDoesNotSign"),
            ("sick", Kind::Soa, "KeyDoesNotSign"),
        ] {
            let fact = world.ask(&question((name, kind)), None).await;
            let said = (fact.security.state(), fact.security.reason());
            assert_eq!(said, ("Bogus", Some(why)), "{name}: {:?}", fact.security);
            assert_eq!(fact.outcome, Err(Trouble::Bogus), "{name}");
        }
        assert_eq!(world.dnssec(), Some(Passes::Validates));
    }
}

/// That a resolver leaves something out excuses no zone that is broken by the word of its own servers.
#[tokio::test(flavor = "multi_thread")]
async fn a_zone_that_is_broken_itself_stays_bogus_when_the_resolver_is_known_to_leave_things_out() {
    let Some(tree) = tree() else { return };
    let (resolver, _) = forwarder(tree.unbound, unsigned_texts).await;
    let world = world(&tree, resolver, Dnssec::Auto, true);
    let healthy = question(("_dmarc.good.nl", Kind::Txt));
    for _ in 0..2 {
        let fact = world.ask(&healthy, None).await;
        assert_eq!(fact.security.state(), "Indeterminate", "{:?}", fact.security);
        assert_eq!(world.dnssec(), Some(Passes::Partly));
        for name in [
            "_dmarc.nosig.nl",
            "_dmarc.altered.nl",
            "_dmarc.nokeys.nl",
            "_dmarc.nosigkeys.nl",
            "_dmarc.expired.nl",
            "_dmarc.wrongds.nl",
            "_dmarc.idlekey.nl",
        ] {
            let fact = world.ask(&question((name, Kind::Txt)), None).await;
            assert_eq!(fact.security.state(), "Bogus", "{name}: {:?}", fact.security);
            assert_eq!(fact.outcome, Err(Trouble::Bogus), "{name}");
        }
    }
}

/// One answer that came without its signature, and with it the next time, accuses nobody.
#[tokio::test(flavor = "multi_thread")]
async fn an_accident_is_asked_about_once_more() {
    let Some(tree) = tree() else { return };
    let left = Arc::new(AtomicUsize::new(1));
    let (resolver, _) = forwarder(tree.unbound, move |asked, answer| {
        let now = asks_for(asked, RecordType::TXT)
            && left
                .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1))
                .is_ok();
        match now {
            false => Some(answer),
            true => unsigned_texts(asked, answer),
        }
    })
    .await;
    let world = world(&tree, resolver, Dnssec::Auto, true);
    let fact = world.ask(&question(("_dmarc.good.nl", Kind::Txt)), None).await;
    assert_eq!(fact.security, Security::Secure);
    assert!(matches!(fact.outcome, Ok(Answer::Records(_))));
    assert_eq!(world.dnssec(), Some(Passes::Validates));
}

/// The key alone is invalid (RFC 4034 2.1.2): it signs nothing, and is part of what is signed.
#[tokio::test(flavor = "multi_thread")]
async fn a_key_of_another_protocol_spoils_nothing_but_itself() {
    let Some(tree) = tree() else { return };
    let world = world(&tree, tree.unbound, Dnssec::Auto, true);
    let keys = world.ask(&question(("oddkey.nl", Kind::Dnskey)), None).await;
    assert_eq!(keys.security, Security::Secure, "{keys:?}");
    let records = keys.outcome.as_ref().unwrap().records();
    let shown: Vec<String> = records.iter().map(ToString::to_string).collect();
    assert_eq!(shown.len(), 3, "{shown:?}");
    assert!(
        shown.iter().any(|key| key.starts_with("\\# 36 0100020F")),
        "{shown:?}"
    );
    let fact = world.ask(&question(("_dmarc.oddkey.nl", Kind::Txt)), None).await;
    assert_eq!(fact.security, Security::Secure);
}
