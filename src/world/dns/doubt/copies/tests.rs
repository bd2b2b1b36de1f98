//! Copies of before, told from what was changed or left out on the way.

use hickory_proto::dnssec::Algorithm;
use hickory_proto::dnssec::rdata::{DNSSECRData, RRSIG, SigInput};
use hickory_proto::op::Message;
use hickory_proto::rr::rdata::{CNAME, NULL, SOA, TXT};
use hickory_proto::rr::{Name, RData, Record, RecordType, SerialNumber};

use super::*;

const NAME: &str = "_dmarc.a.nl.";

fn name(text: &str) -> Name {
    Name::from_ascii(text).unwrap()
}

fn text(text: &str, ttl: u32) -> Record {
    Record::from_rdata(name(NAME), ttl, RData::TXT(TXT::new(vec![text.to_owned()])))
}

/// A signature that was made with this TTL, and told from others by its octets.
fn signature(kind: RecordType, original_ttl: u32, ttl: u32, octet: u8) -> Record {
    let input = SigInput {
        type_covered: kind,
        algorithm: Algorithm::ECDSAP256SHA256,
        num_labels: 3,
        original_ttl,
        sig_expiration: SerialNumber::new(2),
        sig_inception: SerialNumber::new(1),
        key_tag: 7,
        signer_name: name("a.nl."),
    };
    let signature = RRSIG::from_sig(input, vec![octet; 4]);
    Record::from_rdata(name(NAME), ttl, RData::DNSSEC(DNSSECRData::RRSIG(signature)))
}

fn answer(records: &[Record]) -> Message {
    let mut message = Message::query();
    message.answers = records.to_vec();
    message
}

fn absence(ttl: Option<u32>, proven: bool) -> Message {
    let mut message = Message::query();
    if let Some(ttl) = ttl {
        let soa = SOA::new(name("ns.a.nl."), name("root.a.nl."), 1, 1, 1, 1, 300);
        message
            .authorities
            .push(Record::from_rdata(name("a.nl."), ttl, RData::SOA(soa)));
    }
    if proven {
        let data = RData::Unknown {
            code: RecordType::NSEC,
            rdata: NULL::new(),
        };
        message
            .authorities
            .push(Record::from_rdata(name("a.nl."), 300, data));
    }
    message
}

fn pair<'m>(held: &'m Message, given: &'m Message) -> Pair<'m> {
    Pair::new((&name(NAME), RecordType::TXT), &name("a.nl."), held, given)
}

fn found(held: &Message, given: &Message, signs: Signs) -> Option<Lasts> {
    match holds(&[pair(held, given)], signs) {
        Holds::Old(lasts) => Some(lasts),
        Holds::Changed => None,
        Holds::Untold => panic!("{signs:?} tell"),
    }
}

/// What the servers give now: a text with its whole TTL, and its signature.
fn now() -> Message {
    answer(&[text("now", 300), signature(RecordType::TXT, 300, 300, 1)])
}

#[test]
fn what_was_counted_down_may_be_a_copy_of_before_and_what_is_whole_is_not() {
    for (what, held, lasts) in [
        (
            "another text under another signature",
            answer(&[text("before", 120), signature(RecordType::TXT, 300, 120, 2)]),
            Some((120, 300)),
        ),
        ("the same without", answer(&[text("now", 120)]), Some((120, 300))),
        (
            "the same, had just now",
            answer(&[text("before", 300), signature(RecordType::TXT, 300, 300, 2)]),
            None,
        ),
        ("without, had just now", answer(&[text("now", 300)]), None),
        (
            "it had another TTL before, as its signature tells",
            answer(&[text("before", 300), signature(RecordType::TXT, 3600, 300, 2)]),
            Some((300, 3600)),
        ),
        (
            "another text under the very same signature",
            answer(&[text("before", 120), signature(RecordType::TXT, 300, 120, 1)]),
            None,
        ),
        (
            "an absence without its proof",
            absence(Some(120), false),
            Some((120, 300)),
        ),
        ("an absence that no cache may keep", absence(None, false), None),
        ("the same as the servers", now(), None),
    ] {
        assert_eq!(found(&held, &now(), Signs::default()), lasts, "{what}");
    }
}

/// The zone calls itself the same before and after, and caches keep that once for all of its absences.
#[test]
fn an_absence_that_lacks_its_proof_is_as_old_as_it_may_be_where_the_rest_is_what_the_servers_give() {
    let given = absence(Some(3600), true);
    let of = |fresh| Signs {
        fresh,
        ..Signs::default()
    };
    for left in [1, 299, 300, 3600] {
        let held = absence(Some(left), false);
        let held = [pair(&held, &given)];
        assert_eq!(held[0].age(), Age::Untold, "{left}");
        for (fresh, found) in [
            (Seen::Proven, Holds::Old((0, 300))),
            (Seen::Broken, Holds::Changed),
            (Seen::Unknown, Holds::Untold),
        ] {
            assert_eq!(holds(&held, of(fresh)), found, "{left}: {fresh:?}");
        }
    }
    // In place of a text the SOA is told to be the zone's by another absence.
    let (text, held) = (now(), absence(Some(300), false));
    assert_eq!(pair(&held, &text).age(), Age::New);
    let beside = [absence(Some(300), true)];
    assert_eq!(
        pair(&held, &text).beside(&name("a.nl."), &beside).age(),
        Age::Untold
    );
}

/// A proof that was not signed is as old as one that was not there.
#[test]
fn what_proves_an_absence_tells_no_age_whatever_is_wrong_with_it() {
    let nsec = |ttl, signed: bool| {
        let mut message = absence(Some(300), true);
        message.authorities[1].ttl = ttl;
        if signed {
            let mut signature = signature(RecordType::NSEC, 300, ttl, 1);
            signature.name = name("a.nl.");
            message.authorities.push(signature);
        }
        message
    };
    let given = nsec(300, true);
    for left in [120, 300] {
        let held = nsec(left, false);
        assert!(pair(&held, &given).differs());
        assert_eq!(pair(&held, &given).age(), Age::Untold, "{left}");
    }
    for (left, age) in [(120, Age::Old), (300, Age::New)] {
        let held = absence(Some(left), true);
        assert_eq!(pair(&held, &now()).age(), age, "in place of a text: {left}");
    }
}

/// The proofs that belong to records: that a wildcard may answer, and that an alias leads to nothing.
#[test]
fn what_proves_an_answer_is_a_part_of_it() {
    let alias = Record::from_rdata(name(NAME), 300, RData::CNAME(CNAME(name("x.a.nl."))));
    for records in [
        vec![text("now", 300), signature(RecordType::TXT, 300, 300, 1)],
        vec![alias],
    ] {
        let with = |mut message: Message| {
            message.answers.clone_from(&records);
            message
        };
        let (held, given) = (with(absence(Some(300), false)), with(absence(Some(300), true)));
        assert!(pair(&held, &given).differs());
        assert!(!pair(&given, &given).differs());
        assert_eq!(pair(&held, &given).age(), Age::Untold);
    }
    // Of what stands behind an alias that leads out of the zone it says nothing.
    let out = Record::from_rdata(name(NAME), 300, RData::CNAME(CNAME(name("x.b.nl."))));
    let mut far = answer(std::slice::from_ref(&out));
    far.answers.push(Record::from_rdata(
        name("x.b.nl."),
        60,
        RData::TXT(TXT::new(vec!["far".to_owned()])),
    ));
    assert!(!pair(&far, &answer(&[out])).differs());
}

#[test]
fn another_of_the_kind_is_asked_for_below_the_wildcard_or_at_the_name() {
    let mut made = now();
    for record in &mut made.answers {
        if let RData::DNSSEC(DNSSECRData::RRSIG(signature)) = &record.data {
            let mut input = signature.input().clone();
            input.num_labels = 2;
            record.data = RData::DNSSEC(DNSSECRData::RRSIG(RRSIG::from_sig(input, vec![1; 4])));
        }
    }
    assert_eq!(pair(&made, &made).wildcards_parent(), Some(name("a.nl.")));
    assert_eq!(pair(&now(), &now()).wildcards_parent(), None);
    let nothing = absence(Some(300), true);
    assert_eq!(pair(&nothing, &nothing).has_nothing_at(), Some(&name(NAME)));
    assert_eq!(pair(&nothing, &now()).has_nothing_at(), None);
}

#[test]
fn who_harms_a_kind_of_answers_shows_it_elsewhere_and_who_does_not_shows_that() {
    let counted_down = answer(&[text("before", 120), signature(RecordType::TXT, 300, 120, 2)]);
    let under_the_same = answer(&[text("before", 120), signature(RecordType::TXT, 300, 120, 1)]);
    let whole = answer(&[text("now", 300)]);
    let nothing = Signs::default();
    let of = |sibling| Signs { sibling, ..nothing };
    let fresh_is_broken = Signs {
        fresh: Seen::Broken,
        ..of(Seen::Proven)
    };
    let signatures_are_kept_back = Signs {
        signatures_are_kept_back: true,
        ..of(Seen::Proven)
    };
    let was_new = Signs {
        was_new: true,
        ..nothing
    };
    for (held, signs, lasts) in [
        (&counted_down, fresh_is_broken, None),
        (&counted_down, signatures_are_kept_back, None),
        (&counted_down, of(Seen::Broken), None),
        (&counted_down, was_new, None),
        (&counted_down, of(Seen::Unknown), Some((120, 300))),
        (&under_the_same, of(Seen::Proven), Some((120, 300))),
        (&whole, of(Seen::Proven), Some((300, 300))),
        (&whole, of(Seen::Unknown), None),
    ] {
        assert_eq!(found(held, &now(), signs), lasts, "{signs:?}");
    }
}

#[test]
fn the_keys_beside_an_answer_may_be_what_is_old() {
    let same = now();
    let keys = |ttl, octet| answer(&[text("keys", ttl), signature(RecordType::TXT, 3600, ttl, octet)]);
    let (held, given) = (keys(1000, 2), keys(3600, 1));
    let pairs = [pair(&same, &same), pair(&held, &given)];
    assert_eq!(holds(&pairs, Signs::default()), Holds::Old((1000, 3600)));
}

#[test]
fn signatures_are_missed_only_where_the_records_are_there_on_both_sides() {
    let lacks = |held: &Message, given: &Message| pair(held, given).lacks_signatures();
    let bare = answer(&[text("now", 120)]);
    assert!(lacks(&bare, &now()));
    assert!(!lacks(&bare, &bare));
    assert!(!lacks(&now(), &now()));
    assert!(!lacks(&absence(Some(1), false), &now()));
}
