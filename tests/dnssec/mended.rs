//! A zone that did not prove what is not there, just mended, while a cache still holds what it gave before: nobody is accused,
//! whatever was missing, whatever is asked first, and however often.

use std::net::SocketAddr;
use std::time::Duration;

use hickory_proto::op::{Message, Query};
use hickory_proto::rr::{Name, RecordType};
use jiff::SignedDuration;
use zegel::inquiry::{Dns, Fact, Kind};
use zegel::world::{Dnssec, Passes, World};

use super::copies::reload;
use super::harmful::{question, world};
use super::live::{Tree, say, tree};
use super::witnesses::with_clock;

/// What a zone lacked: its name, and whether a line of its file was not there.
struct Lack {
    what: &'static str,
    zone: &'static str,
    is_gone: fn(&str) -> bool,
    /// Whether the set that is held is another than is given now, so that its TTL tells its age.
    tells: Option<RecordType>,
}

fn is_set(line: &str, kind: &str) -> bool {
    line.split_whitespace().nth(3) == Some(kind)
}

fn is_signature(line: &str, kind: &str) -> bool {
    is_set(line, "RRSIG") && line.split_whitespace().nth(4) == Some(kind)
}

const LACKS: [Lack; 5] = [
    Lack {
        what: "NSEC",
        zone: "ed25519.nl",
        is_gone: |line| is_set(line, "NSEC") || is_signature(line, "NSEC"),
        tells: None,
    },
    Lack {
        what: "signatures over NSEC",
        zone: "p384.nl",
        is_gone: |line| is_signature(line, "NSEC"),
        tells: None,
    },
    Lack {
        // By its SOA knot sees that a zone is signed: without, it gives no signatures at all.
        what: "all signatures",
        zone: "rsa512.nl",
        is_gone: |line| is_signature(line, "SOA"),
        tells: Some(RecordType::SOA),
    },
    Lack {
        what: "NSEC3",
        zone: "it50.nl",
        // Where there is to be one knot gives no answer without.
        is_gone: |line| {
            let kinds = ["NSEC3", "NSEC3PARAM"];
            kinds
                .iter()
                .any(|kind| is_set(line, kind) || is_signature(line, kind))
        },
        tells: None,
    },
    Lack {
        what: "signatures over NSEC3",
        zone: "hashed.nl",
        is_gone: |line| is_signature(line, "NSEC3"),
        tells: None,
    },
];

/// Questions whose answers a zone proves by what is not there, others in each round: a name that is not, one without records
/// of the type, one that is there for those below it alone, one that a wildcard answers for, with records and without.
fn absences(zone: &str, round: usize) -> Vec<Dns> {
    let kinds = [Kind::Mx, Kind::Aaaa, Kind::Tlsa, Kind::A];
    let kind = kinds[round % kinds.len()];
    [
        (format!("nothing{round}.{zone}"), Kind::Txt),
        (format!("_dmarc.{zone}"), kind),
        (format!("w.{zone}"), kind),
        (format!("any{round}.w.{zone}"), Kind::Txt),
        (format!("none{round}.w.{zone}"), Kind::Mx),
    ]
    .iter()
    .map(|(name, kind)| question((name, *kind)))
    .collect()
}

/// What the resolver has of a question, whatever it is worth.
pub(super) async fn held(resolver: SocketAddr, question: &Dns) -> Message {
    let mut query = Message::query();
    let name = Name::from_ascii(format!("{}.", question.name)).unwrap();
    query.add_query(Query::query(name, question.kind.to_string().parse().unwrap()));
    query.metadata.recursion_desired = true;
    query.metadata.checking_disabled = true;
    let mut edns = hickory_proto::op::Edns::new();
    edns.set_dnssec_ok(true).set_max_payload(4096);
    query.edns = Some(edns);
    say(resolver, &query).await
}

async fn ttl(resolver: SocketAddr, question: &Dns, kind: RecordType) -> Option<u32> {
    let held = held(resolver, question).await;
    let mut records = held.authorities.iter();
    records
        .find(|record| record.record_type() == kind)
        .map(|record| record.ttl)
}

fn said(fact: &Fact) -> (&'static str, Option<&'static str>) {
    (fact.security.state(), fact.security.reason())
}

/// Asks, and says how many answers are copies of before; the others are what the zone gives now.
async fn outdated(world: &World, questions: &[Dns], what: &str) -> usize {
    let mut old = 0;
    for question in questions {
        let fact = world.ask(question, None).await;
        match said(&fact) {
            ("Indeterminate", Some("Outdated")) => old += 1,
            ("Secure", None) => {}
            _ => panic!("{what}: {question}: {:?}", fact.security),
        }
        assert_eq!(world.dnssec(), Some(Passes::Validates), "{what}: {question}");
    }
    old
}

/// In which order it is looked at.
const ORDERS: [&str; 4] = [
    "as it was",
    "the other way round",
    "after what nobody asked before",
    "when a cache has counted it down",
];

async fn mend(tree: &Tree, lack: &Lack) -> usize {
    let Lack {
        what,
        zone,
        is_gone,
        tells,
    } = lack;
    let file = tree
        .folder
        .path()
        .join(format!("{}.signed", zone.replace('.', "_")));
    let sound = std::fs::read_to_string(file).unwrap();
    let broken: Vec<&str> = sound.lines().filter(|line| !is_gone(line)).collect();
    assert!(broken.len() < sound.lines().count(), "{what}: {sound}");
    let broken = broken.join("\n") + "\n";
    let mut old = 0;
    for (round, order) in ORDERS.into_iter().enumerate() {
        let what = format!("{what}, {order}");
        let mut asked = absences(zone, round);
        reload(tree, zone, &broken);
        // A broken zone is broken, whatever was found of it or of the resolver before.
        let before = world(tree, tree.unbound, Dnssec::Auto, true);
        for question in &asked {
            let fact = before.ask(question, None).await;
            assert_eq!(
                fact.security.state(),
                "Bogus",
                "{what}: {question}: {:?}, {:?}",
                fact.security,
                before.dnssec()
            );
        }
        reload(tree, zone, &sound);
        let (after, later) = with_clock(tree, tree.unbound);
        match order {
            "the other way round" => asked.reverse(),
            "after what nobody asked before" => {
                let fresh = [format!("fresh.{zone}"), format!("fresh.w.{zone}")];
                let fresh = fresh.map(|name| question((&name, Kind::A)));
                outdated(&after, &fresh, &what).await;
            }
            _ => {}
        }
        // What differs from what is given now tells its age, in whole seconds: what is not counted down yet is new.
        let waits = tells.or((order == ORDERS[3]).then_some(RecordType::SOA));
        if let Some(kind) = waits {
            for question in &asked {
                let first = ttl(tree.unbound, question, kind).await;
                while first.is_some() && ttl(tree.unbound, question, kind).await == first {
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
            }
        }
        old += outdated(&after, &asked, &what).await;
        // Once more, when what was found is forgotten, and by one that never looked before.
        if tells.is_none() {
            later.set(SignedDuration::from_secs(61));
        }
        outdated(&after, &asked, &what).await;
        asked.reverse();
        let anew = world(tree, tree.unbound, Dnssec::Auto, true);
        outdated(&anew, &asked, &what).await;
    }
    old
}

#[tokio::test(flavor = "multi_thread")]
async fn a_zone_that_proves_its_absences_again_is_not_accused_and_neither_is_the_resolver() {
    let Some(tree) = tree() else { return };
    for lack in &LACKS {
        let old = mend(&tree, lack).await;
        println!("{}: {old} copies of before", lack.what);
        assert!(old > 0, "{}: the resolver held nothing", lack.what);
    }
}
