//! The servers of a zone as witnesses: whatever is wrong with an answer, they are heard before anybody is accused, all of
//! them, and politely.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use hickory_proto::dnssec::rdata::{DNSSECRData, DS};
use hickory_proto::op::{Message, ResponseCode};
use hickory_proto::rr::rdata::A;
use hickory_proto::rr::{Name, RData, Record, RecordType};
use jiff::{SignedDuration, Timestamp};
use zegel::inquiry::{Kind, Security, Trouble};
use zegel::world::{Config, Dnssec, Passes, World};

use super::harmful::{labels, question, unsigned_texts, without, world};
use super::live::{Tree, asks_for, forwarder, forwarder_at, tree};

fn name(text: &str) -> Name {
    Name::from_ascii(text).unwrap()
}

fn asks(asked: &Message, at: &str, kind: RecordType) -> bool {
    asks_for(asked, kind) && asked.queries.iter().any(|query| *query.name() == name(at))
}

fn server(last: u8, tree: &Tree) -> SocketAddr {
    (Ipv4Addr::new(127, 0, 0, last), tree.knot).into()
}

/// The answer, with this address in place of all others.
fn with_address(mut answer: Message, address: IpAddr) -> Message {
    let IpAddr::V4(address) = address else {
        return answer;
    };
    for record in &mut answer.answers {
        if record.record_type() == RecordType::A {
            record.data = RData::A(A(address));
        }
    }
    answer
}

pub(super) fn is_key_of_ds(record: &Record) -> bool {
    matches!(&record.data, RData::DNSSEC(DNSSECRData::DNSKEY(key)) if key.secure_entry_point())
}

/// The answer, with another digest in each DS of a domain.
pub(super) fn other_digest(asked: &Message, mut answer: Message) -> Option<Message> {
    if asks_for(asked, RecordType::DS) && labels(asked) > 1 {
        for record in &mut answer.answers {
            if let RData::DNSSEC(DNSSECRData::DS(ds)) = &record.data {
                let mut digest = ds.digest().to_vec();
                digest[0] ^= 1;
                let ds = DS::new(ds.key_tag(), ds.algorithm(), ds.digest_type(), digest);
                record.data = RData::DNSSEC(DNSSECRData::DS(ds));
            }
        }
    }
    Some(answer)
}

/// Ways to harm in which nothing is missing that would show: what is there is not the zone's.
#[tokio::test(flavor = "multi_thread")]
async fn what_no_server_gives_is_put_down_to_the_resolver_whatever_is_wrong_with_it() {
    type Spoil = fn(&Message, Message) -> Option<Message>;
    let Some(tree) = tree() else { return };
    let harms: [(&str, Spoil); 5] = [
        (
            "the key that its DS is for is kept back",
            |asked, answer| match asks_for(asked, RecordType::DNSKEY) && labels(asked) > 1 {
                true => without(answer, is_key_of_ds),
                false => Some(answer),
            },
        ),
        ("all other keys are kept back", |asked, answer| {
            match asks_for(asked, RecordType::DNSKEY) && labels(asked) > 1 {
                true => without(answer, |record| {
                    record.record_type() == RecordType::DNSKEY && !is_key_of_ds(record)
                }),
                false => Some(answer),
            }
        }),
        ("another digest in the DS", other_digest),
        ("no addresses and no texts", |asked, mut answer| {
            let kinds = [RecordType::A, RecordType::AAAA, RecordType::TXT];
            if labels(asked) > 2 && kinds.iter().any(|kind| asks_for(asked, *kind)) {
                answer.answers.clear();
            }
            Some(answer)
        }),
        (
            "texts under signatures that have ended",
            |asked, answer| match asks_for(asked, RecordType::TXT) {
                true => Some(ended(answer)),
                false => Some(answer),
            },
        ),
    ];
    for (what, spoil) in harms {
        let (resolver, count) = forwarder(tree.unbound, spoil).await;
        let world = world(&tree, resolver, Dnssec::Auto, true);
        // Of what a cache has for long, ended signatures are a copy of before: each zone is asked for once.
        let [one, other] = match what.contains("have ended") {
            true => ["p384.nl", "ed25519.nl"],
            false => ["good.nl", "hashed.nl"],
        };
        for zone in [one, one, other] {
            let fact = world
                .ask(&question((&format!("_dmarc.{zone}"), Kind::Txt)), None)
                .await;
            assert_eq!(
                fact.security.state(),
                "Indeterminate",
                "{what}: {:?}",
                fact.security
            );
            assert_eq!(
                fact.security.reason(),
                Some("Resolver"),
                "{what}: {:?}",
                fact.security
            );
            assert_eq!(fact.outcome, Err(Trouble::Stripped), "{what}");
        }
        assert_eq!(world.dnssec(), Some(Passes::Partly), "{what}");
        let asked = count.load(Ordering::SeqCst);
        assert!(asked <= 40, "{what}: {asked} questions");
    }
}

/// The answer with signatures that ended in 1970.
pub(super) fn ended(mut answer: Message) -> Message {
    for record in &mut answer.answers {
        if let RData::DNSSEC(DNSSECRData::RRSIG(signature)) = &record.data {
            let mut input = signature.input().clone();
            input.sig_inception = 1.into();
            input.sig_expiration = 2.into();
            let signature = hickory_proto::dnssec::rdata::RRSIG::from_sig(input, signature.sig().to_vec());
            record.data = RData::DNSSEC(DNSSECRData::RRSIG(signature));
        }
    }
    answer
}

/// A server that the delegation names and the zone does not is asked by others, so it counts; by its glue, too.
#[tokio::test(flavor = "multi_thread")]
async fn a_zone_that_is_broken_at_a_server_which_only_its_delegation_names_is_broken() {
    let Some(tree) = tree() else { return };
    let knot = SocketAddr::from(([127, 0, 0, 1], tree.knot));
    let _broken = forwarder_at(server(22, &tree), knot, unsigned_texts).await;
    // The parent's server delegates, as one does that does not have the child's zone too.
    let _above = forwarder_at(server(23, &tree), knot, |asked, mut answer| {
        if asks(asked, "good.nl.", RecordType::NS) {
            answer.metadata.authoritative = false;
            answer.authorities = std::mem::take(&mut answer.answers);
            let mut other = answer.authorities[0].clone();
            other.data = RData::NS(hickory_proto::rr::rdata::NS(name("ns2.good.nl.")));
            answer.authorities.push(other);
            let glue = RData::A(A::new(127, 0, 0, 22));
            answer.additionals = vec![Record::from_rdata(name("ns2.good.nl."), 300, glue)];
        }
        Some(answer)
    })
    .await;
    for (above, state) in [(23, "Bogus"), (1, "Indeterminate")] {
        let address = server(above, &tree).ip();
        let (resolver, _) = forwarder(tree.unbound, move |asked, answer| {
            match asks(asked, "ns.nl.", RecordType::A) {
                true => Some(with_address(answer, address)),
                false => unsigned_texts(asked, answer),
            }
        })
        .await;
        let world = world(&tree, resolver, Dnssec::Auto, true);
        let fact = world.ask(&question(("_dmarc.good.nl", Kind::Txt)), None).await;
        assert_eq!(fact.security.state(), state, "{above}: {:?}", fact.security);
        let found = match state {
            "Bogus" => Passes::Validates,
            _ => Passes::Partly,
        };
        assert_eq!(world.dnssec(), Some(found), "{above}");
    }
}

/// However many zones are broken at one address: one question at a time, and a pause between two.
#[tokio::test(flavor = "multi_thread")]
async fn the_servers_of_broken_zones_are_asked_as_politely_as_any() {
    let Some(tree) = tree() else { return };
    let knot = SocketAddr::from(([127, 0, 0, 1], tree.knot));
    let seen = Arc::new(Mutex::new(Vec::new()));
    let notes = seen.clone();
    let (address, _) = forwarder_at(server(24, &tree), knot, move |_, answer| {
        notes.lock().unwrap().push(Instant::now());
        Some(answer)
    })
    .await;
    let (resolver, _) = forwarder(tree.unbound, move |_, answer| {
        Some(with_address(answer, address.ip()))
    })
    .await;
    let world = world(&tree, resolver, Dnssec::Auto, true);
    let zones = ["nosig", "altered", "expired", "future", "wrongds", "lostkey"];
    let broken = zones.map(|zone| format!("_dmarc.{zone}.nl"));
    // What fails for one reason is looked at once, however much of it is asked for at once.
    let more = (0..10).map(|number| format!("n{number}.expired.nl"));
    let asked = broken.into_iter().chain(more);
    let asked: Vec<_> = asked.map(|name| question((&name, Kind::Txt))).collect();
    let facts = futures::future::join_all(asked.iter().map(|question| world.ask(question, None))).await;
    for fact in facts {
        assert_eq!(fact.outcome, Err(Trouble::Bogus), "{fact:?}");
    }
    let seen = seen.lock().unwrap();
    let questions = zones.len()..=3 * zones.len();
    assert!(questions.contains(&seen.len()), "{} questions", seen.len());
    for pair in seen.windows(2) {
        let pause = pair[1] - pair[0];
        assert!(pause >= Duration::from_millis(95), "{pause:?} of {seen:?}");
    }
}

/// A registry that said nothing has not been shown to pass anything on.
#[tokio::test(flavor = "multi_thread")]
async fn the_silence_of_a_top_level_domain_proves_nothing() {
    let Some(tree) = tree() else { return };
    let silent = Arc::new(AtomicBool::new(true));
    let is_silent = silent.clone();
    let (resolver, _) = forwarder(tree.unbound, move |asked, mut answer| {
        let of_registry = asks(asked, "nl.", RecordType::SOA) || asks(asked, "nl.", RecordType::PTR);
        if of_registry && is_silent.load(Ordering::SeqCst) {
            answer.answers.clear();
            answer.metadata.response_code = ResponseCode::ServFail;
        }
        if asks_for(asked, RecordType::DS) && labels(asked) > 1 {
            answer.answers.clear();
            answer.authorities.clear();
        }
        Some(answer)
    })
    .await;
    let world = world(&tree, resolver, Dnssec::Auto, false);
    let fact = world.ask(&question(("_dmarc.good.nl", Kind::Txt)), None).await;
    assert_eq!(fact.outcome, Err(Trouble::Bogus), "{fact:?}");
    assert_eq!(world.dnssec(), Some(Passes::Validates), "nobody is accused");
    silent.store(false, Ordering::SeqCst);
    let fact = world.ask(&question(("_dmarc.hashed.nl", Kind::Txt)), None).await;
    assert_eq!(fact.outcome, Err(Trouble::Stripped), "{fact:?}");
    assert_eq!(world.dnssec(), Some(Passes::Partly), "it is asked again at once");
}

/// What showed that the resolver leaves something out is asked for again every hour, and ends it when it comes whole.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_resolver_left_out_is_asked_for_again_every_hour() {
    let Some(tree) = tree() else { return };
    let harms = Arc::new(AtomicBool::new(true));
    let is_harmful = harms.clone();
    let (resolver, count) = forwarder(tree.unbound, move |asked, answer| {
        match is_harmful.load(Ordering::SeqCst) {
            true => unsigned_texts(asked, answer),
            false => Some(answer),
        }
    })
    .await;
    let (world, later) = with_clock(&tree, resolver);
    let fact = world.ask(&question(("_dmarc.good.nl", Kind::Txt)), None).await;
    assert_eq!(fact.security.state(), "Indeterminate", "{:?}", fact.security);
    assert_eq!(world.look_for_dnssec().await, Some(Passes::Partly));
    let minutes = |count| SignedDuration::from_mins(count);
    later.set(minutes(61));
    assert_eq!(
        world.look_for_dnssec().await,
        Some(Passes::Partly),
        "it still lacks it"
    );
    harms.store(false, Ordering::SeqCst);
    let before = count.load(Ordering::SeqCst);
    later.set(minutes(61 + 59));
    assert_eq!(world.look_for_dnssec().await, Some(Passes::Partly));
    assert_eq!(count.load(Ordering::SeqCst), before, "the hour is not over");
    later.set(minutes(61 + 61));
    assert_eq!(world.look_for_dnssec().await, Some(Passes::Validates));
    let fact = world.ask(&question(("_dmarc.good.nl", Kind::Txt)), None).await;
    assert_eq!(fact.security, Security::Secure);
}

/// How far the clock of a world is ahead.
pub(super) struct Later(Mutex<SignedDuration>);

impl Later {
    pub(super) fn set(&self, ahead: SignedDuration) {
        *self.0.lock().unwrap() = ahead;
    }
}

/// A world over the tree whose clock can be put forward.
pub(super) fn with_clock(tree: &Tree, resolver: SocketAddr) -> (World, Arc<Later>) {
    let later = Arc::new(Later(Mutex::default()));
    let ahead = later.clone();
    let config = Config {
        resolvers: vec![resolver],
        dnssec: Some(Dnssec::Auto),
        trust_anchor: Some(tree.anchor.parse().unwrap()),
        authority_port: tree.knot,
        ..Config::default()
    };
    let clock = Arc::new(move || Timestamp::now() + *ahead.0.lock().unwrap());
    (World::with_clock(config, clock).unwrap(), later)
}

/// What is said of the resolver is part of what is recorded: replayed, standard error is the same to the byte.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_said_of_the_resolver_is_replayed() {
    let Some(tree) = tree() else { return };
    let (resolver, _) = forwarder(tree.unbound, unsigned_texts).await;
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (anchor, file) = (path("root.key"), path("look.json"));
    std::fs::write(&anchor, format!("{}\n", tree.anchor)).unwrap();
    let zegel = |args: Vec<String>| async move {
        let run = move || {
            std::process::Command::new(env!("CARGO_BIN_EXE_zegel"))
                .args(args)
                .output()
        };
        tokio::task::spawn_blocking(run).await.unwrap().unwrap()
    };
    let (at, port) = (resolver.to_string(), tree.knot.to_string());
    let asked = ["lookup", "_dmarc.good.nl", "TXT"];
    let of_world = [
        "--resolver",
        &at,
        "--trust-anchor",
        &anchor,
        "--authority-port",
        &port,
        "--record",
        &file,
    ];
    let owned = |args: &[&str]| args.iter().map(|arg| (*arg).to_owned()).collect::<Vec<_>>();
    let looked = zegel(owned(&[&asked[..], &of_world[..]].concat())).await;
    let replayed = zegel(owned(&[&asked[..], &["--replay", &file]].concat())).await;
    let said = String::from_utf8(looked.stderr).unwrap();
    assert!(said.contains("the resolver passes a part of DNSSEC on"), "{said}");
    assert_eq!(said, String::from_utf8(replayed.stderr).unwrap());
    assert_eq!(
        (looked.status.code(), looked.stdout),
        (replayed.status.code(), replayed.stdout)
    );
}
