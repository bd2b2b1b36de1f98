//! What is taken for an answer, of honest and of hostile octets.

mod odd;

use hickory_proto::op::{Edns, Message, OpCode, Query, ResponseCode};
use hickory_proto::rr::rdata::{CNAME, MX, SOA, TXT};
use hickory_proto::rr::{DNSClass, Name, RData, Record, RecordType};
use proptest::prelude::*;

use super::message::*;
use crate::inquiry::{Kind, Trouble};
use crate::world::dns::reading::Trail;
use crate::world::dns::reading::tests::signature;

fn name(text: &str) -> Name {
    Name::from_ascii(text).unwrap()
}

fn query() -> Message {
    let mut query = Message::query();
    query.metadata.id = 7;
    query.metadata.recursion_desired = true;
    query.add_query(Query::query(name("a.example."), RecordType::TXT));
    query
}

/// An answer with something of everything.
fn answer() -> Vec<u8> {
    let mut message = Message::response(7, OpCode::Query);
    message.metadata.recursion_available = true;
    message.add_queries(query().queries);
    let root = Name::root();
    for (owner, data) in [
        ("a.example.", RData::CNAME(CNAME(name("b.example.")))),
        (
            "b.example.",
            RData::TXT(TXT::new(vec!["v=spf1 -all".to_owned(), String::new()])),
        ),
        ("b.example.", RData::MX(MX::new(10, name("c.example.")))),
    ] {
        message.add_answer(Record::from_rdata(name(owner), 60, data));
    }
    let soa = SOA::new(root.clone(), root.clone(), 1, 1, 1, 1, 60);
    message.add_authority(Record::from_rdata(root, 60, RData::SOA(soa)));
    message.set_edns(Edns::new());
    message.to_vec().unwrap()
}

/// All that is done with what a server sends.
fn take(octets: &[u8]) {
    let query = query();
    is_truncated(octets, &query);
    if let Ok(Incoming::Answer(answer)) = read(octets, &query)
        && let Ok(answer) = usable(answer, &query)
    {
        for kind in [Kind::Txt, Kind::Mx, Kind::Spf, Kind::Cname, Kind::Soa] {
            Trail::new("a.example".parse().unwrap())
                .follow(kind, &answer)
                .ok();
        }
    }
}

/// Whether octets are an answer, another's, or an answer to another question.
fn kind_of(octets: &[u8]) -> Result<&'static str, Trouble> {
    read(octets, &query()).map(|incoming| match incoming {
        Incoming::Answer(_) => "answer",
        Incoming::OtherQuestion => "other question",
        Incoming::Unrelated => "unrelated",
    })
}

#[test]
fn what_belongs_to_another_question_is_no_answer() {
    let ours = answer();
    assert_eq!(kind_of(&ours), Ok("answer"));
    let (mut other_id, mut other_name, mut question) = (ours.clone(), ours.clone(), ours.clone());
    other_id[1] = 8;
    other_name[13] = b'x';
    question[2] &= 0x7f;
    for (what, octets, want) in [
        ("id", other_id, "unrelated"),
        ("name", other_name, "other question"),
        ("a query", question, "unrelated"),
    ] {
        assert_eq!(kind_of(&octets), Ok(want), "{what}");
    }
    let mut other_case = ours.clone();
    other_case[13] = b'A';
    assert_eq!(kind_of(&other_case), Ok("answer"));
    assert_eq!(kind_of(&ours[..ours.len() - 1]), Err(Trouble::Malformed));
    assert_eq!(kind_of(&[]), Ok("unrelated"));
}

#[test]
fn an_error_without_question_is_an_answer_and_an_answer_without_question_is_none() {
    for (code, want) in [
        (ResponseCode::FormErr, "answer"),
        (ResponseCode::ServFail, "answer"),
        (ResponseCode::NoError, "other question"),
        (ResponseCode::NXDomain, "other question"),
    ] {
        let octets = Message::error_msg(7, OpCode::Query, code).to_vec().unwrap();
        assert_eq!(kind_of(&octets), Ok(want), "{code}");
    }
}

#[test]
fn a_header_that_counts_what_does_not_follow_is_read_when_it_says_that_ours_could_not_be() {
    for (code, want) in [
        (ResponseCode::FormErr, Ok("answer")),
        (ResponseCode::NotImp, Ok("answer")),
        (ResponseCode::NoError, Err(Trouble::Malformed)),
        (ResponseCode::NXDomain, Err(Trouble::Malformed)),
    ] {
        let mut octets = answer();
        octets[3] = octets[3] & 0xf0 | code.low();
        assert_eq!(kind_of(&octets[..12]), want, "{code}");
    }
}

#[test]
fn records_of_which_none_was_asked_for_are_no_answer_and_no_absence() {
    let txt = |owner: &str| Record::from_rdata(name(owner), 60, RData::TXT(TXT::new(vec!["x".to_owned()])));
    let mx = |owner: &str| Record::from_rdata(name(owner), 60, RData::MX(MX::new(10, name("c.example."))));
    let alias = |owner: &str| Record::from_rdata(name(owner), 60, RData::CNAME(CNAME(name("b.example."))));
    let mut chaos = txt("a.example.");
    chaos.dns_class = DNSClass::CH;
    for (what, answers, counts) in [
        ("nothing", vec![], true),
        ("what was asked for", vec![txt("a.example.")], true),
        ("in other letters", vec![txt("A.EXAMPLE.")], true),
        (
            "beside another's",
            vec![txt("b.example."), txt("a.example.")],
            true,
        ),
        ("an alias", vec![alias("a.example.")], true),
        (
            "an alias and its end",
            vec![txt("b.example."), alias("a.example.")],
            true,
        ),
        ("another owner", vec![txt("b.example.")], false),
        ("the name above", vec![txt("example.")], false),
        (
            "another's alias",
            vec![alias("b.example."), txt("b.example.")],
            false,
        ),
        ("another type", vec![mx("a.example.")], false),
        ("another class", vec![chaos], false),
    ] {
        for code in [ResponseCode::NoError, ResponseCode::NXDomain] {
            let mut message = Message::response(7, OpCode::Query);
            message.add_queries(query().queries);
            message.metadata.recursion_available = true;
            message.metadata.response_code = code;
            message.add_answers(answers.clone());
            let want = if counts { None } else { Some(Trouble::Malformed) };
            assert_eq!(usable(message, &query()).err(), want, "{what}, {code}");
        }
    }
}

/// Whoever asked for signatures gets them as a part of what they are over; who did not has no use for them.
#[test]
fn signatures_over_what_was_asked_for_are_about_it_where_they_were_asked_for() {
    let [text, alias, mail] = [RecordType::TXT, RecordType::CNAME, RecordType::MX];
    for (what, asked, record, wanted, counts) in [
        (
            "over what was asked for",
            text,
            signature("a.example", text),
            true,
            true,
        ),
        ("over an alias", text, signature("a.example", alias), true, true),
        ("not wanted", text, signature("a.example", text), false, false),
        (
            "over another type",
            text,
            signature("a.example", mail),
            true,
            false,
        ),
        ("of another name", text, signature("b.example", text), true, false),
        (
            "signatures themselves",
            RecordType::RRSIG,
            signature("a.example", text),
            false,
            true,
        ),
    ] {
        let mut query = query();
        query.queries[0].set_query_type(asked);
        let mut edns = Edns::new();
        edns.set_dnssec_ok(wanted);
        query.set_edns(edns);
        let mut message = Message::response(7, OpCode::Query);
        message.add_queries(query.queries.clone());
        message.metadata.recursion_available = true;
        message.add_answer(record);
        let want = if counts { None } else { Some(Trouble::Malformed) };
        assert_eq!(usable(message, &query).err(), want, "{what}");
    }
}

#[test]
fn who_neither_recurses_nor_is_responsible_or_sends_us_upward_is_lame() {
    let ns = |owner: &str| Record::from_rdata(name(owner), 60, RData::NS(rr_ns()));
    let soa = || {
        let soa = SOA::new(Name::root(), Name::root(), 1, 1, 1, 1, 60);
        Record::from_rdata(name("example."), 60, RData::SOA(soa))
    };
    let table = [
        ("neither RA nor AA", false, false, vec![], true),
        ("no data, from a resolver without SOA", true, false, vec![], false),
        ("no data", true, false, vec![ns("example."), soa()], false),
        (
            "no data, by the zone itself",
            false,
            true,
            vec![ns("example.")],
            false,
        ),
        ("a referral", true, false, vec![ns("example.")], true),
        ("a referral to the root", false, true, vec![ns(".")], true),
    ];
    for (what, recursive, authoritative, authorities, lame) in table {
        let mut message = Message::response(7, OpCode::Query);
        message.add_queries(query().queries);
        message.metadata.recursion_available = recursive;
        message.metadata.authoritative = authoritative;
        message.add_authorities(authorities);
        assert_eq!(usable(message, &query()).is_err(), lame, "{what}");
    }
}

fn rr_ns() -> hickory_proto::rr::rdata::NS {
    hickory_proto::rr::rdata::NS(name("ns.example."))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2048))]

    #[test]
    fn no_octets_make_us_fall(changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..8), cut in any::<prop::sample::Index>()) {
        let mut octets = answer();
        for (at, value) in changes {
            let at = at.index(octets.len());
            octets[at] = value;
        }
        take(&octets);
        octets.truncate(cut.index(octets.len()));
        take(&octets);
    }

    #[test]
    fn no_noise_makes_us_fall(noise in prop::collection::vec(any::<u8>(), 0..600)) {
        take(&[&7_u16.to_be_bytes()[..], &noise].concat());
    }
}
