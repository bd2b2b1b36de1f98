//! Copies of before, told from what was changed or left out on the way.

use hickory_proto::dnssec::Algorithm;
use hickory_proto::dnssec::rdata::{RRSIG, SigInput};
use hickory_proto::rr::SerialNumber;
use hickory_proto::rr::rdata::{NULL, SOA, TXT};

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

fn found(held: &Message, given: &Message, signs: Signs) -> Option<Lasts> {
    old(&[Pair::new(&name(NAME), RecordType::TXT, held, given)], signs)
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
    let given = absence(Some(3600), true);
    let held = absence(Some(299), false);
    assert_eq!(
        found(&held, &given, Signs::default()),
        Some((299, 300)),
        "the SOA's minimum counts"
    );
}

#[test]
fn who_harms_a_kind_of_answers_shows_it_elsewhere_and_who_does_not_shows_that() {
    let counted_down = answer(&[text("before", 120), signature(RecordType::TXT, 300, 120, 2)]);
    let under_the_same = answer(&[text("before", 120), signature(RecordType::TXT, 300, 120, 1)]);
    let whole = answer(&[text("now", 300)]);
    let nothing = Signs::default();
    let of = |sibling| Signs { sibling, ..nothing };
    let fresh_is_broken = Signs {
        fresh_is_broken: true,
        ..of(Sibling::Proven)
    };
    let signatures_are_kept_back = Signs {
        signatures_are_kept_back: true,
        ..of(Sibling::Proven)
    };
    let was_new = Signs {
        was_new: true,
        ..nothing
    };
    for (held, signs, lasts) in [
        (&counted_down, fresh_is_broken, None),
        (&counted_down, signatures_are_kept_back, None),
        (&counted_down, of(Sibling::Broken), None),
        (&counted_down, was_new, None),
        (&counted_down, of(Sibling::Unknown), Some((120, 300))),
        (&under_the_same, of(Sibling::Proven), Some((120, 300))),
        (&whole, of(Sibling::Proven), Some((300, 300))),
        (&whole, of(Sibling::Unknown), None),
    ] {
        assert_eq!(found(held, &now(), signs), lasts, "{signs:?}");
    }
}

#[test]
fn the_keys_beside_an_answer_may_be_what_is_old() {
    let same = now();
    let keys = |ttl, octet| answer(&[text("keys", ttl), signature(RecordType::TXT, 3600, ttl, octet)]);
    let (held, given) = (keys(1000, 2), keys(3600, 1));
    let pairs = [
        Pair::new(&name(NAME), RecordType::TXT, &same, &same),
        Pair::new(&name(NAME), RecordType::TXT, &held, &given),
    ];
    assert_eq!(old(&pairs, Signs::default()), Some((1000, 3600)));
}

#[test]
fn signatures_are_missed_only_where_the_records_are_there_on_both_sides() {
    let lacks = |held: &Message, given: &Message| {
        Pair::new(&name(NAME), RecordType::TXT, held, given).lacks_signatures()
    };
    let bare = answer(&[text("now", 120)]);
    assert!(lacks(&bare, &now()));
    assert!(!lacks(&bare, &bare));
    assert!(!lacks(&now(), &now()));
    assert!(!lacks(&absence(Some(1), false), &now()));
}
