//! A zone in which one thing is broken and another is not: an answer is told by what is wrong with it, and by nothing that stands
//! beside it, whatever was asked for before it, or at the same moment.

use std::net::SocketAddr;
use std::time::Duration;

use futures::future::join_all;
use hickory_proto::rr::{Record, RecordType};
use zegel::inquiry::{Dns, Fact, Kind};
use zegel::world::{Dnssec, Passes, World};

use super::both::HARMS;
use super::copies::reload;
use super::harmful::{Spoil, covers, doubted_throughout, labels, question, unsigned_texts, without, world};
use super::live::{Tree, asks_for, forwarder, tree};
use super::mended::held;

/// What is said of an answer: its state, of which type, and why.
type Said<'s> = (&'static str, Option<String>, Option<&'s str>);

fn said(fact: &Fact) -> Said<'static> {
    doubted_throughout(fact);
    let kind = fact.security.kind().map(|kind| kind.to_string());
    (fact.security.state(), kind, fact.security.reason())
}

fn bogus(kind: &str, why: &'static str) -> Said<'static> {
    ("Bogus", Some(kind.to_owned()), Some(why))
}

/// The resolver's, or what it may have had before: behind it stands a cache that counts down what it has.
const RESOLVERS: Said<'static> = ("Indeterminate", None, Some("Resolver"));
const OUTDATED: Said<'static> = ("Indeterminate", None, Some("Outdated"));

fn is_signature_of_data(record: &Record) -> bool {
    [RecordType::TXT, RecordType::A, RecordType::MX, RecordType::NS]
        .iter()
        .any(|kind| covers(record, *kind))
}

/// Ways to leave out what proves data, while other proofs come whole.
const UNSIGNED: [(&str, Spoil); 3] = [
    ("texts' signatures", unsigned_texts),
    ("signatures over data", |_, answer| {
        without(answer, is_signature_of_data)
    }),
    ("all signatures of domains", |asked, answer| {
        match labels(asked) > 1 && !asks_for(asked, RecordType::DS) && !asks_for(asked, RecordType::DNSKEY) {
            true => without(answer, |record| record.record_type() == RecordType::RRSIG),
            false => Some(answer),
        }
    }),
];

/// Asks all of them, one after the other or at once.
async fn ask_all(world: &World, questions: &[Dns], at_once: bool) -> Vec<std::sync::Arc<Fact>> {
    if at_once {
        return join_all(questions.iter().map(|question| world.ask(question, None))).await;
    }
    let mut facts = Vec::new();
    for question in questions {
        facts.push(world.ask(question, None).await);
    }
    facts
}

/// Holds what is said of each against what is to be said, by itself, in both orders and at once, twice each.
async fn hold(tree: &Tree, resolver: SocketAddr, what: &str, rows: &[(&str, Kind, Said<'_>)]) -> Vec<String> {
    let asked: Vec<Dns> = rows
        .iter()
        .map(|(name, kind, _)| question((name, *kind)))
        .collect();
    let mut runs: Vec<(&str, Vec<Dns>, bool)> = Vec::new();
    for one in &asked {
        runs.push(("by itself", vec![one.clone()], false));
    }
    let reversed: Vec<Dns> = asked.iter().rev().cloned().collect();
    runs.push(("in order", asked.clone(), false));
    runs.push(("in the other order", reversed.clone(), false));
    runs.push(("at once", asked.clone(), true));
    runs.push(("at once in the other order", reversed, true));
    let mut wrong = Vec::new();
    for (how, questions, at_once) in runs {
        let world = world(tree, resolver, Dnssec::Auto, true);
        for round in 0..2 {
            let facts = ask_all(&world, &questions, at_once).await;
            for (question, fact) in questions.iter().zip(facts) {
                let place = asked.iter().position(|one| one == question).unwrap();
                let (got, want) = (said(&fact), &rows[place].2);
                let is_right = got == *want || (*want == RESOLVERS && got == OUTDATED);
                if !is_right {
                    wrong.push(format!(
                        "{what}: {question} {how}, {round}: want {want:?}, got {:?}",
                        fact.security
                    ));
                }
            }
        }
    }
    wrong
}

/// The proof that there is no DS at a name is missing at the servers: who sees no signature there needs it, and nobody else.
#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_its_servers_prove_is_not_bogus_for_what_they_do_not() {
    let Some(tree) = tree() else { return };
    let mut wrong = Vec::new();
    for (what, spoil) in UNSIGNED {
        let (resolver, _) = forwarder(tree.unbound, spoil).await;
        let mut rows = vec![
            ("_dmarc.nonsec.nl", Kind::Txt, RESOLVERS),
            ("nonsec.nl", Kind::Txt, RESOLVERS),
            ("nothing.nonsec.nl", Kind::Txt, bogus("NSEC", "NoProof")),
        ];
        if what != "texts' signatures" {
            rows.push(("ns.nonsec.nl", Kind::A, RESOLVERS));
        }
        wrong.extend(hold(&tree, resolver, what, &rows).await);
        // What is wrong with the answer, where that is another thing than what is wrong with the proof.
        let rows = [
            ("_dmarc.lostkey.nl", Kind::Txt, bogus("TXT", "NoMatchingKey")),
            ("lostkey.nl", Kind::Txt, bogus("TXT", "NoMatchingKey")),
        ];
        wrong.extend(hold(&tree, resolver, what, &rows).await);
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

/// Two answers of a zone show the same fault: one is the zone's, the other the resolver's.
#[tokio::test(flavor = "multi_thread")]
async fn of_two_answers_that_show_the_same_each_is_put_down_to_whom_it_is() {
    let Some(tree) = tree() else { return };
    let (resolver, _) = forwarder(tree.unbound, |asked, mut answer| {
        let is_apex = labels(asked) == 2 && asks_for(asked, RecordType::TXT);
        for record in answer.answers.iter_mut().filter(|_| is_apex) {
            if record.record_type() == RecordType::TXT {
                let text = hickory_proto::rr::rdata::TXT::new(vec!["v=spf1 +all".to_owned()]);
                record.data = hickory_proto::rr::RData::TXT(text);
            }
        }
        Some(answer)
    })
    .await;
    let rows = [
        ("_dmarc.altered.nl", Kind::Txt, bogus("TXT", "BadSignature")),
        ("altered.nl", Kind::Txt, RESOLVERS),
        ("altered.nl", Kind::Ns, ("Secure", None, None)),
    ];
    let wrong = hold(&tree, resolver, "another text at the apex", &rows).await;
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

/// All of a zone's answers fail by the same keys or DS, which the resolver harms: each is looked at by itself beside.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_said_of_an_answer_does_not_hang_on_what_is_asked_beside_it() {
    let Some(tree) = tree() else { return };
    let mut wrong = Vec::new();
    let of_keys = HARMS
        .iter()
        .filter(|(what, _)| what.contains("key") || what.contains("DS"));
    let of_all = UNSIGNED.iter().filter(|(what, _)| what.contains("all"));
    for (what, spoil) in of_keys.chain(of_all) {
        let (resolver, _) = forwarder(tree.unbound, *spoil).await;
        for (zone, why) in [("altered.nl", "BadSignature"), ("nosig.nl", "NoSignature")] {
            let (text, host) = (format!("_dmarc.{zone}"), format!("ns.{zone}"));
            let world = || world(&tree, resolver, Dnssec::Auto, true);
            let questions = [
                question((&text, Kind::Txt)),
                question((zone, Kind::Ns)),
                question((zone, Kind::Soa)),
                question((&host, Kind::A)),
            ];
            let reversed: Vec<Dns> = questions.iter().rev().cloned().collect();
            for (how, asked, at_once) in [
                ("first", questions.to_vec(), false),
                ("last", reversed.clone(), false),
                ("at once", questions.to_vec(), true),
                ("at once, last", reversed, true),
            ] {
                let facts = ask_all(&world(), &asked, at_once).await;
                for (question, fact) in asked.iter().zip(facts) {
                    let (state, _, reason) = said(&fact);
                    let is_right = match question.kind {
                        Kind::Txt => (state, reason) == ("Bogus", Some(why)),
                        _ => state == "Indeterminate" && matches!(reason, Some("Resolver" | "Outdated")),
                    };
                    if !is_right {
                        wrong.push(format!("{what}: {question} {how}: {:?}", fact.security));
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

/// An answer is mended while its zone lacks other proofs still, and the resolver holds it as it was.
#[tokio::test(flavor = "multi_thread")]
async fn a_copy_of_before_accuses_nobody_where_the_zone_lacks_other_proofs_still() {
    let Some(tree) = tree() else { return };
    let file = tree.folder.path().join("nonsec_nl.signed");
    let sound = std::fs::read_to_string(file).unwrap();
    for (what, name, kind) in [
        // What is looked at beside one must not be looked at before it was broken.
        ("an address", "ns.nonsec.nl", Kind::A),
        ("a text", "_dmarc.nonsec.nl", Kind::Txt),
    ] {
        let owner = format!("{name}.");
        let is_gone = |line: &&str| {
            let mut words = line.split_whitespace();
            let is_owner = words.next() == Some(&owner);
            is_owner && words.nth(2) == Some("RRSIG") && words.next() == Some(&*kind.to_string())
        };
        let broken: Vec<&str> = sound.lines().filter(|line| !is_gone(line)).collect();
        assert!(broken.len() < sound.lines().count(), "{what}: {sound}");
        reload(&tree, "nonsec.nl", &(broken.join("\n") + "\n"));
        let asked = question((name, kind));
        let before = world(&tree, tree.unbound, Dnssec::Auto, true);
        let fact = before.ask(&asked, None).await;
        assert_eq!(said(&fact).0, "Bogus", "{what}: {:?}", fact.security);
        reload(&tree, "nonsec.nl", &sound);
        // What is not counted down yet is new.
        let ttl = || async { held(tree.unbound, &asked).await.answers[0].ttl };
        let first = ttl().await;
        while ttl().await == first {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        let after = world(&tree, tree.unbound, Dnssec::Auto, true);
        for round in 0..2 {
            let fact = after.ask(&asked, None).await;
            assert_eq!(said(&fact), OUTDATED, "{what}, {round}: {:?}", fact.security);
            assert_eq!(after.dnssec(), Some(Passes::Validates), "{what}, {round}");
        }
        let absent = after.ask(&question(("nothing.nonsec.nl", Kind::Txt)), None).await;
        assert_eq!(said(&absent), bogus("NSEC", "NoProof"), "{what}");
    }
}
