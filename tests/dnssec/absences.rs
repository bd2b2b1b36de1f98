//! Resolvers that take away what proves absences, some of them or all, or say that something is not there which is.

use std::sync::atomic::Ordering;

use hickory_proto::op::{Message, ResponseCode};
use hickory_proto::rr::rdata::SOA;
use hickory_proto::rr::{Name, RData, Record, RecordType};
use zegel::inquiry::{Kind, Trouble};
use zegel::world::{Dnssec, Passes};

use super::harmful::{DENIALS, bare, covers, is_any, labels, question, without, world};
use super::live::{asks_for, forwarder, tree};
use super::mended::held;

type Spoil = dyn Fn(&Message, Message) -> Option<Message> + Send + Sync;

/// What is taken away, and what shows it.
type Harm = (&'static str, Box<Spoil>, &'static [(&'static str, Kind)]);

fn within(label: &str, zone: &Name) -> Name {
    zone.prepend_label(label).unwrap()
}

/// Resolvers that take away what proves an absence, in some answers alone; a cache that holds old ones is told from them by
/// questions of the same kind that it cannot have the answers of.
#[tokio::test(flavor = "multi_thread")]
async fn a_resolver_that_takes_away_proofs_of_a_kind_of_absences_is_found_out_at_the_first_of_them() {
    let Some(tree) = tree() else { return };
    let is_denial =
        |record: &Record| is_any(record, &DENIALS) || DENIALS.iter().any(|kind| covers(record, *kind));
    let of_domains = |asked: &Message| labels(asked) > 1;
    let is_nothing = |answer: &Message| answer.answers.is_empty();
    let mut signed = held(tree.unbound, &question(("nothing.p384.nl", Kind::Mx)))
        .await
        .authorities;
    signed.retain(|record| record.record_type() == RecordType::SOA || covers(record, RecordType::SOA));
    assert_eq!(signed.len(), 2, "{signed:?}");
    let harms: Vec<Harm> = vec![
        (
            "all proofs of domains",
            Box::new(move |asked, answer| match of_domains(asked) {
                true => without(answer, is_denial),
                false => Some(answer),
            }),
            &[
                ("nothing.good.nl", Kind::Txt),
                ("_dmarc.good.nl", Kind::Mx),
                ("ent.good.nl", Kind::Txt),
                ("any.w.good.nl", Kind::Txt),
                ("any.w.good.nl", Kind::Mx),
                ("to-nothing.good.nl", Kind::Txt),
                ("to-wild.good.nl", Kind::Txt),
                ("nothing.hashed.nl", Kind::Txt),
                ("ent.hashed.nl", Kind::Txt),
                ("any.w.hashed.nl", Kind::Txt),
            ],
        ),
        (
            "signatures over the proofs of domains",
            Box::new(move |asked, answer| match of_domains(asked) {
                true => without(answer, |record| DENIALS.iter().any(|kind| covers(record, *kind))),
                false => Some(answer),
            }),
            &[
                ("nothing.good.nl", Kind::Txt),
                ("_dmarc.hashed.nl", Kind::Mx),
                ("any.w.good.nl", Kind::Txt),
            ],
        ),
        (
            "signatures over the SOA of domains",
            Box::new(move |asked, answer| match of_domains(asked) {
                true => without(answer, |record| covers(record, RecordType::SOA)),
                false => Some(answer),
            }),
            &[("nothing.good.nl", Kind::Txt), ("_dmarc.hashed.nl", Kind::Mx)],
        ),
        (
            "the proofs that there is nothing of a type",
            Box::new(move |asked, answer| {
                let is_so = of_domains(asked)
                    && is_nothing(&answer)
                    && answer.metadata.response_code == ResponseCode::NoError;
                match is_so {
                    true => without(answer, is_denial),
                    false => Some(answer),
                }
            }),
            &[
                ("_dmarc.good.nl", Kind::Mx),
                ("ent.good.nl", Kind::Txt),
                ("_dmarc.hashed.nl", Kind::Mx),
            ],
        ),
        (
            "the proofs that there is no such name",
            Box::new(move |asked, answer| {
                match of_domains(asked) && answer.metadata.response_code == ResponseCode::NXDomain {
                    true => without(answer, is_denial),
                    false => Some(answer),
                }
            }),
            &[("nothing.good.nl", Kind::Txt), ("nothing.hashed.nl", Kind::Txt)],
        ),
        (
            "the proofs that a wildcard may answer",
            Box::new(move |_, answer| match is_nothing(&answer) {
                false => without(answer, is_denial),
                true => Some(answer),
            }),
            &[
                ("any.w.good.nl", Kind::Txt),
                ("any.w.hashed.nl", Kind::Txt),
                ("to-wild.good.nl", Kind::Txt),
            ],
        ),
        (
            "texts, under the zone's own SOA",
            Box::new(move |asked, mut answer| {
                if asks_for(asked, RecordType::TXT) && of_domains(asked) && !is_nothing(&answer) {
                    let zone = answer.answers[0].name.trim_to(2);
                    let soa = SOA::new(
                        within("ns", &zone),
                        within("root", &zone),
                        1,
                        3600,
                        600,
                        86400,
                        300,
                    );
                    let soa = Record::from_rdata(zone, 300, RData::SOA(soa));
                    answer = bare(answer, ResponseCode::NoError, Vec::new())?;
                    answer.authorities = vec![soa];
                }
                Some(answer)
            }),
            &[("_dmarc.good.nl", Kind::Txt), ("hashed.nl", Kind::Txt)],
        ),
        (
            "texts, under the zone's own SOA as it is signed",
            Box::new(move |asked, mut answer| {
                if asks_for(asked, RecordType::TXT) && of_domains(asked) && !is_nothing(&answer) {
                    answer = bare(answer, ResponseCode::NoError, Vec::new())?;
                    answer.authorities.clone_from(&signed);
                }
                Some(answer)
            }),
            &[("_dmarc.p384.nl", Kind::Txt), ("p384.nl", Kind::Txt)],
        ),
    ];
    for (what, spoil, asked) in harms {
        let (resolver, count) = forwarder(tree.unbound, spoil).await;
        for asked in asked {
            count.store(0, Ordering::SeqCst);
            let world = world(&tree, resolver, Dnssec::Auto, true);
            let fact = world.ask(&question(*asked), None).await;
            let said = (fact.security.state(), fact.security.reason());
            assert_eq!(
                said,
                ("Indeterminate", Some("Resolver")),
                "{what}: {asked:?}: {:?}",
                fact.security
            );
            assert_eq!(fact.outcome, Err(Trouble::Stripped), "{what}: {asked:?}");
            assert_eq!(world.dnssec(), Some(Passes::Partly), "{what}: {asked:?}");
            let asked_for = count.load(Ordering::SeqCst);
            println!("{what}: {asked:?}: {asked_for} questions");
            assert!(asked_for <= 24, "{what}: {asked:?}: {asked_for} questions");
        }
    }
}
