//! A zone that was broken and is mended, while the resolver still holds what it gave before: nobody is accused, and not for
//! longer than a cache may hold it.

use std::net::SocketAddr;
use std::process::Command;
use std::time::Duration;

use hickory_proto::dnssec::rdata::{DNSSECRData, RRSIG};
use hickory_proto::op::{Message, Query};
use hickory_proto::rr::rdata::TXT;
use hickory_proto::rr::{Name, RData, Record, RecordType};
use jiff::SignedDuration;
use zegel::inquiry::{Fact, Kind, Security, Trouble};
use zegel::world::{Dnssec, Passes};

use super::harmful::{covers, doubted_throughout, question, world};
use super::live::{Tree, asks_for, forwarder, say, tree};
use super::witnesses::with_clock;

/// What is left of the copies' TTL, in seconds.
const LEFT: u32 = 120;

fn is_about(asked: &Message, at: &str, kind: RecordType) -> bool {
    let is_name = |text: String| text.trim_end_matches('.') == at;
    asks_for(asked, kind)
        && asked
            .queries
            .iter()
            .any(|query| is_name(query.name().to_string()))
}

/// The records, as a cache that had them long ago gives them.
fn held(mut answer: Message, gone: impl Fn(&Record) -> bool, change: impl Fn(&mut Record)) -> Message {
    for section in [&mut answer.answers, &mut answer.authorities] {
        section.retain(|record| !gone(record));
        for record in section {
            record.ttl = LEFT;
            change(record);
        }
    }
    answer
}

fn another_text(record: &mut Record) {
    if record.record_type() == RecordType::TXT {
        record.data = RData::TXT(TXT::new(vec!["v=DMARC1; p=none".to_owned()]));
    }
}

/// Another signature than the servers give.
fn another_signature(record: &mut Record) {
    if let RData::DNSSEC(DNSSECRData::RRSIG(signature)) = &record.data {
        let signature = RRSIG::from_sig(signature.input().clone(), vec![7; 64]);
        record.data = RData::DNSSEC(DNSSECRData::RRSIG(signature));
    }
}

fn is_outdated(fact: &Fact, what: &str) {
    doubted_throughout(fact);
    let said = (fact.security.state(), fact.security.reason());
    assert_eq!(
        said,
        ("Indeterminate", Some("Outdated")),
        "{what}: {:?}",
        fact.security
    );
    assert_eq!(fact.outcome, Err(Trouble::Bogus), "{what}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_of_before_accuses_nobody_until_no_cache_may_hold_it() {
    type Hold = fn(&Message, Message) -> Message;
    let Some(tree) = tree() else { return };
    let text = "_dmarc.good.nl";
    let copies: [(&str, &str, Hold); 8] = [
        ("it was not signed", text, |asked, answer| {
            match is_about(asked, "_dmarc.good.nl", RecordType::TXT) {
                true => held(answer, |record| covers(record, RecordType::TXT), |_| {}),
                false => answer,
            }
        }),
        (
            "it was changed after it was signed",
            text,
            |asked, answer| match is_about(asked, "_dmarc.good.nl", RecordType::TXT) {
                true => held(answer, |_| false, another_text),
                false => answer,
            },
        ),
        (
            "it was another text, badly signed",
            text,
            |asked, answer| match is_about(asked, "_dmarc.good.nl", RecordType::TXT) {
                true => held(
                    answer,
                    |_| false,
                    |record| {
                        another_text(record);
                        another_signature(record);
                    },
                ),
                false => answer,
            },
        ),
        ("its keys were not signed", text, |asked, answer| {
            match is_about(asked, "good.nl", RecordType::DNSKEY) {
                true => held(answer, |record| covers(record, RecordType::DNSKEY), |_| {}),
                false => answer,
            }
        }),
        (
            "its keys were badly signed",
            text,
            |asked, answer| match is_about(asked, "good.nl", RecordType::DNSKEY) {
                true => held(answer, |_| false, another_signature),
                false => answer,
            },
        ),
        (
            "its absences were not proven",
            "nothing.good.nl",
            |asked, answer| match is_about(asked, "nothing.good.nl", RecordType::TXT) {
                true => held(
                    answer,
                    |record| record.record_type() == RecordType::NSEC || covers(record, RecordType::NSEC),
                    |_| {},
                ),
                false => answer,
            },
        ),
        (
            "the SOA of its absences was not signed",
            "nothing.good.nl",
            |asked, answer| match is_about(asked, "nothing.good.nl", RecordType::TXT) {
                true => held(answer, |record| covers(record, RecordType::SOA), |_| {}),
                false => answer,
            },
        ),
        (
            "nothing said that its wildcard may answer",
            "any.w.good.nl",
            |asked, answer| match is_about(asked, "any.w.good.nl", RecordType::TXT) {
                true => held(
                    answer,
                    |record| record.record_type() == RecordType::NSEC || covers(record, RecordType::NSEC),
                    |_| {},
                ),
                false => answer,
            },
        ),
    ];
    for (what, asked, hold) in copies {
        let (resolver, _) = forwarder(tree.unbound, move |asked, answer| Some(hold(asked, answer))).await;
        let (world, later) = with_clock(&tree, resolver);
        let question = question((asked, Kind::Txt));
        for second in [0, 30, 100] {
            later.set(SignedDuration::from_secs(second));
            is_outdated(&*world.ask(&question, None).await, what);
            assert_eq!(world.dnssec(), Some(Passes::Validates), "{what}: {second}");
        }
        // It comes again and again, for longer than any cache may hold what it had before.
        later.set(SignedDuration::from_secs(2 * 3600));
        let fact = world.ask(&question, None).await;
        assert_eq!(
            fact.outcome,
            Err(Trouble::Stripped),
            "{what}: {:?}",
            fact.security
        );
        assert_eq!(world.dnssec(), Some(Passes::Partly), "{what}");
    }
}

/// Rewrites the file of a zone, and has knot read it.
pub(super) fn reload(tree: &Tree, zone: &str, text: &str) {
    let folder = tree.folder.path();
    std::fs::write(folder.join(format!("{}.signed", zone.replace('.', "_"))), text).unwrap();
    let path = std::env::var("PATH").unwrap_or_default();
    let told = Command::new("knotc")
        .env("PATH", format!("{path}:/usr/sbin"))
        .arg("-s")
        .arg(folder.join("run/knot.sock"))
        .args(["-b", "zone-reload", zone])
        .output()
        .expect("knotc comes with knotd");
    assert!(told.status.success(), "{told:?}");
}

/// The TTL that is left of what a resolver holds.
async fn left(resolver: SocketAddr, name: &str, kind: RecordType) -> Option<u32> {
    let mut query = Message::query();
    query.add_query(Query::query(Name::from_ascii(name).unwrap(), kind));
    query.metadata.recursion_desired = true;
    query.metadata.checking_disabled = true;
    let answer = say(resolver, &query).await;
    answer.answers.iter().map(|record| record.ttl).min()
}

/// The whole of it on real servers: broken, fetched, mended, and looked at again.
#[tokio::test(flavor = "multi_thread")]
async fn a_zone_just_mended_is_not_accused_and_neither_is_the_resolver() {
    let Some(tree) = tree() else { return };
    for (zone, is_gone) in [
        ("ed25519.nl", ["RRSIG\tTXT", "RRSIG TXT"]),
        ("p384.nl", ["RRSIG\tDNSKEY", "RRSIG DNSKEY"]),
    ] {
        let file = tree
            .folder
            .path()
            .join(format!("{}.signed", zone.replace('.', "_")));
        let sound = std::fs::read_to_string(file).unwrap();
        let is_gone = |line: &&str| !is_gone.iter().any(|gone| line.contains(gone));
        let broken: Vec<&str> = sound.lines().filter(is_gone).collect();
        assert!(broken.len() < sound.lines().count(), "{zone}: {sound}");
        let question = question((&format!("_dmarc.{zone}"), Kind::Txt));
        reload(&tree, zone, &(broken.join("\n") + "\n"));
        let fact = world(&tree, tree.unbound, Dnssec::Auto, true)
            .ask(&question, None)
            .await;
        assert_eq!(fact.security.state(), "Bogus", "{zone}: {:?}", fact.security);
        reload(&tree, zone, &sound);
        // A cache counts whole seconds: what is not counted down yet could have been fetched since.
        for (name, kind) in [
            (format!("_dmarc.{zone}."), RecordType::TXT),
            (format!("{zone}."), RecordType::DNSKEY),
        ] {
            let first = left(tree.unbound, &name, kind).await;
            while left(tree.unbound, &name, kind).await == first {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
        let after = world(&tree, tree.unbound, Dnssec::Auto, true);
        is_outdated(&*after.ask(&question, None).await, zone);
        assert_eq!(after.dnssec(), Some(Passes::Validates), "{zone}");
        if !zone.starts_with("p384") {
            let fresh = super::harmful::question((&format!("nobody.asked.{zone}"), Kind::Txt));
            assert_eq!(after.ask(&fresh, None).await.security, Security::Secure, "{zone}");
        }
    }
}
