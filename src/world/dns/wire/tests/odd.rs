//! What a record of odd data does to the message it comes in: nothing.

use hickory_proto::op::{Edns, Message, OpCode, Query};
use hickory_proto::rr::rdata::TXT;
use hickory_proto::rr::{Name, RData, Record, RecordType};
use hickory_proto::serialize::binary::{BinEncodable, BinEncoder};
use proptest::prelude::*;

use crate::inquiry::{Answer, Kind, Rdata, Trouble, Txt};
use crate::world::dns::reading::Trail;
use crate::world::dns::wire::message::{Incoming, read as take, usable};
use crate::world::dns::wire::odd::{HEADER, after_name};

fn query() -> Message {
    let mut query = Message::query();
    query.metadata.id = 7;
    query.metadata.recursion_desired = true;
    query.add_query(Query::query(
        Name::from_ascii("a.example.").unwrap(),
        RecordType::TXT,
    ));
    query
}

/// An answer whose one good record is a text at `a.example`, behind a record of `kind` with `data` at `owner`, which is the
/// name itself or, where not, one beside it.
fn answer(owner_is_asked: bool, kind: u16, data: &[u8]) -> Vec<u8> {
    let mut message = Message::response(7, OpCode::Query);
    message.metadata.recursion_available = true;
    message.add_queries(query().queries);
    let text = TXT::new(vec!["v=spf1 -all".to_owned()]);
    let owner = Name::from_ascii("a.example.").unwrap();
    message.add_answer(Record::from_rdata(owner, 60, RData::TXT(text)));
    message.set_edns(Edns::new());
    let octets = message.to_vec().unwrap();
    let at = after_name(&octets, HEADER).unwrap() + 4;
    let mut odd: Vec<u8> = match owner_is_asked {
        true => vec![0xc0, 12],
        false => vec![1, b'b', 0xc0, 14],
    };
    odd.extend(kind.to_be_bytes());
    odd.extend([0, 1, 0, 0, 0, 60]);
    odd.extend(u16::try_from(data.len()).unwrap().to_be_bytes());
    odd.extend(data);
    let mut all = octets[..at].to_vec();
    all.extend(odd);
    all.extend(&octets[at..]);
    all[7] = 2;
    all
}

fn told(octets: &[u8]) -> Result<Answer, Trouble> {
    let Incoming::Answer(message) = take(octets, &query())? else {
        return Err(Trouble::Malformed);
    };
    let mut trail = Trail::new("a.example".parse().unwrap());
    let answer = trail.follow(Kind::Txt, &usable(message, &query())?)?;
    answer.ok_or(Trouble::Lame)
}

fn text() -> Result<Answer, Trouble> {
    let strings = vec![b"v=spf1 -all".to_vec()];
    Ok(Answer::Records(vec![Rdata::Txt(Txt { strings })]))
}

/// A bitmap of windows, as it comes.
fn nsec(bitmap: &[u8]) -> Vec<u8> {
    [
        &[1, b'c', 7, b'e', b'x', b'a', b'm', b'p', b'l', b'e', 0][..],
        bitmap,
    ]
    .concat()
}

#[test]
fn data_of_no_known_form_spoil_their_own_record_and_no_other() {
    let key = |protocol: u8, algorithm: u8| [&[1, 0, protocol, algorithm][..], &[9; 64]].concat();
    let nsec3 =
        |hash: u8, flags: u8, salt: u8| [&[hash, flags, 0, 1, salt, 1, 2][..], &[20], &[7; 20]].concat();
    let rrsig = |algorithm: u8| {
        let fixed = [0, 16, algorithm, 2, 0, 0, 0, 60, 0, 0, 0, 2, 0, 0, 0, 1, 3, 47];
        [&fixed[..], &[0], &[5; 10]].concat()
    };
    let table: Vec<(&str, u16, Vec<u8>)> = vec![
        ("a DNSKEY of protocol 2", 48, key(2, 13)),
        ("a DNSKEY of protocol 3", 48, key(3, 13)),
        ("a DNSKEY of an unknown algorithm", 48, key(3, 200)),
        ("a DNSKEY without key", 48, vec![1, 0, 3, 13]),
        ("a DNSKEY of one octet", 48, vec![1]),
        ("a CDNSKEY of protocol 0", 60, vec![0, 0, 0, 0, 0]),
        ("a DS without digest", 43, vec![3, 47, 13, 2]),
        ("a DS of three octets", 43, vec![3, 47, 13]),
        ("a DS of an unknown digest", 43, vec![3, 47, 13, 99, 1, 2]),
        ("an NSEC without types", 47, nsec(&[])),
        ("an NSEC with an empty window", 47, nsec(&[0, 0])),
        ("an NSEC with a window too long", 47, nsec(&[0, 33, 1])),
        ("an NSEC whose windows go back", 47, nsec(&[1, 1, 64, 0, 1, 64])),
        ("an NSEC cut off", 47, vec![1, b'c']),
        ("an NSEC3 of an unknown hash", 50, nsec3(2, 0, 2)),
        ("an NSEC3 of unknown flags", 50, nsec3(1, 0x82, 2)),
        ("an NSEC3 whose salt is longer than all", 50, nsec3(1, 0, 255)),
        ("an NSEC3PARAM of an unknown hash", 51, vec![2, 0, 0, 1, 0]),
        ("an RRSIG of an unknown algorithm", 46, rrsig(200)),
        ("an RRSIG cut off", 46, rrsig(13)[..10].to_vec()),
        ("a TLSA of unknown fields", 52, vec![9, 9, 9, 1]),
        ("a TLSA without data", 52, vec![3, 1, 1]),
        ("a TLSA of one octet", 52, vec![3]),
        ("a CAA whose tag is longer than all", 257, vec![0, 200, b'i']),
        ("a CAA without tag", 257, vec![0, 0]),
        (
            "a CAA of a tag with odd letters",
            257,
            vec![0, 2, 0xff, b'-', b'x'],
        ),
        (
            "a CAA of unknown flags",
            257,
            vec![0x7f, 5, b'i', b's', b's', b'u', b'e', b';'],
        ),
        ("an SRV cut off", 33, vec![0, 1, 0]),
        ("an A of three octets", 1, vec![192, 0, 2]),
        ("an AAAA of four octets", 28, vec![1, 2, 3, 4]),
        ("an MX without exchange", 15, vec![0, 10]),
        ("an SOA cut off", 6, vec![0, 0, 1]),
        ("an HTTPS of odd parameters", 65, vec![0, 1, 0, 0, 9, 0, 200]),
        ("an SVCB of nothing", 64, Vec::new()),
        ("an HINFO of one string", 13, vec![1, b'x']),
        ("a CERT of nothing", 37, Vec::new()),
        ("a NAPTR cut off", 35, vec![0, 1]),
        ("an SSHFP of one octet", 44, vec![1]),
        ("a CSYNC cut off", 62, vec![0]),
        ("a question's type", 255, vec![1]),
        ("a type of nobody", 65280, vec![1, 2]),
    ];
    for (what, kind, data) in table {
        for asked in [true, false] {
            let octets = answer(asked, kind, &data);
            assert_eq!(told(&octets), text(), "{what}");
            let Ok(Incoming::Answer(message)) = take(&octets, &query()) else {
                panic!("{what}");
            };
            assert!(message.edns.is_some(), "{what}");
            let odd = &message.answers[0];
            assert_eq!(u16::from(odd.record_type()), kind, "{what}");
            if let RData::Unknown { .. } = odd.data {
                // Whoever signed it, signed these octets.
                let mut written = Vec::new();
                odd.data.emit(&mut BinEncoder::new(&mut written)).unwrap();
                assert_eq!(written, data, "{what}");
            }
        }
    }
}

#[test]
fn of_the_type_that_was_asked_for_what_can_be_read_counts_and_what_cannot_is_no_absence() {
    let beside = answer(true, 16, &[200, b'x']);
    assert_eq!(told(&beside), text(), "a text beside one that is cut off");
    let alone = {
        let mut octets = answer(true, 16, &[200, b'x']);
        // The good one becomes another's.
        let at = octets.iter().rposition(|octet| *octet == 16).unwrap();
        octets[at] = 99;
        octets
    };
    assert_eq!(told(&alone), Err(Trouble::Malformed));
    // An alias that cannot be read leads nowhere; nor is the name known to have none.
    let mut octets = answer(true, 5, &[9, b'x']);
    let at = octets.iter().rposition(|octet| *octet == 16).unwrap();
    octets[at] = 99;
    assert_eq!(told(&octets), Err(Trouble::Malformed));
}

#[test]
fn what_is_only_shown_is_shown_in_its_octets() {
    for (kind, name, data, shown) in [
        (RecordType::TLSA, Kind::Tlsa, &[3_u8][..], "\\# 1 03"),
        (RecordType::DS, Kind::Ds, &[3, 47, 13], "\\# 3 032F0D"),
        (RecordType::CAA, Kind::Caa, &[], "\\# 0"),
        (
            RecordType::CAA,
            Kind::Caa,
            b"\0\x05issueca.nl",
            "0 issue \"ca.nl\"",
        ),
        (
            RecordType::CAA,
            Kind::Caa,
            b"\0\x05issue\"a\\b\xff\"",
            "0 issue \"\\\"a\\\\b\\255\\\"\"",
        ),
        (
            RecordType::CAA,
            Kind::Caa,
            b"\x80\x10aTagOfSixteenLetx",
            "128 aTagOfSixteenLet \"x\"",
        ),
        (RecordType::CAA, Kind::Caa, b"\x80\x02a-x", "\\# 5 8002612D78"),
    ] {
        let octets = answer(true, kind.into(), data);
        let mut query = query();
        query.queries[0].set_query_type(kind);
        let mut octets = octets;
        let at = after_name(&octets, HEADER).unwrap();
        octets[at..at + 2].copy_from_slice(&u16::from(kind).to_be_bytes());
        let Ok(Incoming::Answer(message)) = take(&octets, &query) else {
            panic!("{kind}");
        };
        let answer = Trail::new("a.example".parse().unwrap()).follow(name, &message);
        let want = Answer::Records(vec![Rdata::Shown(shown.into())]);
        assert_eq!(answer, Ok(Some(want)), "{kind}");
    }
}

#[test]
fn what_is_framed_wrongly_is_no_message() {
    let whole = answer(true, 48, &[1]);
    assert!(take(&whole, &query()).is_ok());
    for (what, change) in [
        (
            "a record more than there is",
            (|octets: &mut Vec<u8>| octets[7] = 9) as fn(&mut Vec<u8>),
        ),
        ("cut off", |octets| octets.truncate(octets.len() - 1)),
        ("two sets of options", |octets| {
            let opt = octets[octets.len() - 11..].to_vec();
            octets.extend(opt);
            octets[11] = 2;
        }),
    ] {
        let mut octets = whole.clone();
        change(&mut octets);
        assert_eq!(take(&octets, &query()).err(), Some(Trouble::Malformed), "{what}");
    }
}

proptest! {
    #[test]
    fn whatever_a_record_beside_holds_the_answer_is_read(
        kind in any::<u16>().prop_filter("parts of the message itself", |kind| ![24, 41, 250].contains(kind)),
        data in prop::collection::vec(any::<u8>(), 0..40),
    ) {
        prop_assert_eq!(told(&answer(false, kind, &data)), text());
    }
}
