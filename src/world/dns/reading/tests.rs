//! What is read of hostile and of honest messages, record by record.

use hickory_proto::dnssec::Algorithm;
use hickory_proto::dnssec::rdata::{RRSIG, SigInput};
use hickory_proto::op::OpCode;
use hickory_proto::rr::rdata::{A, CNAME, NULL, SOA, TXT};
use hickory_proto::rr::{Record, SerialNumber};

use super::*;

fn ours(text: &str) -> Name {
    text.parse().unwrap()
}

fn record(owner: &str, ttl: u32, data: RData) -> Record {
    Record::from_rdata(wire_name(&ours(owner)).unwrap(), ttl, data)
}

fn a(owner: &str, last: u8) -> Record {
    record(owner, 300, RData::A(A::new(192, 0, 2, last)))
}

fn cname(owner: &str, target: &str) -> Record {
    record(owner, 300, RData::CNAME(CNAME(wire_name(&ours(target)).unwrap())))
}

fn soa(owner: &str, ttl: u32, minimum: u32) -> Record {
    let root = rr::Name::root();
    record(
        owner,
        ttl,
        RData::SOA(SOA::new(root.clone(), root, 1, 1, 1, 1, minimum)),
    )
}

/// A signature over records of this type, by nobody in particular.
pub(in crate::world::dns) fn signature(owner: &str, covers: RecordType) -> Record {
    let input = SigInput {
        type_covered: covers,
        algorithm: Algorithm::ECDSAP256SHA256,
        num_labels: 2,
        original_ttl: 60,
        sig_expiration: SerialNumber::new(2),
        sig_inception: SerialNumber::new(1),
        key_tag: 7,
        signer_name: rr::Name::root(),
    };
    let signature = DNSSECRData::RRSIG(RRSIG::from_sig(input, vec![1; 64]));
    record(owner, 60, RData::DNSSEC(signature))
}

fn message(code: ResponseCode, answers: Vec<Record>, authorities: Vec<Record>) -> Message {
    let mut message = Message::response(1, OpCode::Query);
    message.metadata.response_code = code;
    message.add_answers(answers);
    message.add_authorities(authorities);
    message
}

/// What a message says: an answer, nothing yet, or why there is none.
type Said = Result<Option<Answer>, Trouble>;

/// What a message says about the addresses of `a.example`, the chain and the TTL.
fn read(code: ResponseCode, answers: Vec<Record>, authorities: Vec<Record>) -> (Said, Vec<Name>, u32) {
    let mut trail = Trail::new(ours("a.example"));
    let said = trail.follow(Kind::A, &message(code, answers, authorities));
    (said, trail.source.chain, trail.source.ttl)
}

fn addresses(last: &[u8]) -> Said {
    let records = last.iter().map(|&last| Rdata::A([192, 0, 2, last].into()));
    Ok(Some(Answer::Records(records.collect())))
}

fn failed(trouble: Trouble) -> Said {
    Err(trouble)
}

#[test]
fn only_what_hangs_on_the_name_is_read() {
    let answers = vec![
        a("elders.example", 9),
        a("A.Example", 1),
        cname("elders.example", "x.example"),
    ];
    assert_eq!(
        read(ResponseCode::NoError, answers, vec![]),
        (addresses(&[1]), vec![], 300)
    );
    let answers = vec![a("elders.example", 9)];
    let absent = Ok(Some(Answer::NoData));
    assert_eq!(read(ResponseCode::NoError, answers, vec![]), (absent, vec![], 0));
    let mut chaos = a("a.example", 1);
    chaos.dns_class = DNSClass::CH;
    let absent = Ok(Some(Answer::NoData));
    assert_eq!(read(ResponseCode::NoError, vec![chaos], vec![]).0, absent);
}

#[test]
fn neither_order_nor_doubles_of_records_count() {
    let straight = vec![
        cname("a.example", "b.example"),
        a("b.example", 1),
        a("b.example", 2),
    ];
    let crooked = vec![
        a("b.example", 2),
        a("b.example", 1),
        a("b.example", 2),
        cname("a.example", "b.example"),
    ];
    let read = |answers| read(ResponseCode::NoError, answers, vec![]);
    assert_eq!(read(straight), (addresses(&[1, 2]), vec![ours("b.example")], 300));
    assert_eq!(read(crooked), (addresses(&[1, 2]), vec![ours("b.example")], 300));
}

#[test]
fn records_at_the_name_come_before_an_alias_there_and_of_two_aliases_always_the_same_is_followed() {
    let both = vec![
        cname("a.example", "b.example"),
        a("a.example", 1),
        a("b.example", 2),
    ];
    assert_eq!(
        read(ResponseCode::NoError, both, vec![]),
        (addresses(&[1]), vec![], 300)
    );
    let mut two = vec![
        cname("a.example", "c.example"),
        cname("a.example", "b.example"),
        a("b.example", 2),
    ];
    for _ in 0..2 {
        two.reverse();
        assert_eq!(
            read(ResponseCode::NoError, two.clone(), vec![]).0,
            addresses(&[2])
        );
    }
}

#[test]
fn an_absence_holds_as_long_as_the_soa_of_its_own_zone_says() {
    for (owner, ttl, minimum, want) in [
        ("example", 600, 60, 60),
        ("example", 30, 60, 30),
        (".", 600, 60, 60),
        // A zone the name cannot be in, and TTLs with their highest bit set (RFC 2181 8).
        ("b.example", 600, 60, 0),
        ("example", u32::MAX, 60, 0),
        ("example", 600, 1 << 31, 0),
    ] {
        let (said, _, found) = read(ResponseCode::NXDomain, vec![], vec![soa(owner, ttl, minimum)]);
        assert_eq!(
            (said, found),
            (Ok(Some(Answer::NxDomain)), want),
            "{owner} {ttl} {minimum}"
        );
    }
}

#[test]
fn the_shortest_ttl_of_chain_and_records_counts() {
    let mut link = cname("a.example", "b.example");
    let mut end = a("b.example", 1);
    (link.ttl, end.ttl) = (20, 30);
    assert_eq!(
        read(ResponseCode::NoError, vec![link.clone(), end.clone()], vec![]).2,
        20
    );
    (link.ttl, end.ttl) = (40, 30);
    assert_eq!(read(ResponseCode::NoError, vec![link, end], vec![]).2, 30);
    let gone = vec![cname("a.example", "b.example")];
    assert_eq!(
        read(ResponseCode::NXDomain, gone, vec![soa("example", 60, 60)]).2,
        60
    );
}

#[test]
fn an_alias_out_of_the_message_is_asked_for_and_one_to_nothing_is_not() {
    let alias = || vec![cname("a.example", "b.elders")];
    assert_eq!(read(ResponseCode::NoError, alias(), vec![]).0, Ok(None));
    assert_eq!(
        read(ResponseCode::NoError, alias(), vec![soa("example", 60, 60)]).0,
        Ok(None)
    );
    let absent = Ok(Some(Answer::NoData));
    assert_eq!(
        read(ResponseCode::NoError, alias(), vec![soa("elders", 60, 60)]).0,
        absent
    );
    let gone = Ok(Some(Answer::NxDomain));
    assert_eq!(read(ResponseCode::NXDomain, alias(), vec![]).0, gone);
}

#[test]
fn circles_and_long_chains_end() {
    for (from, to) in [
        ("a.example", "a.example"),
        ("b.example", "a.example"),
        ("b.example", "b.example"),
    ] {
        let circle = vec![cname("a.example", "b.example"), cname(from, to)];
        assert_eq!(
            read(ResponseCode::NoError, circle, vec![]).0,
            failed(Trouble::CnameLoop),
            "{from}"
        );
    }
    for (length, reached) in [(16, true), (17, false), (5_000, false)] {
        let owner = |n: usize| {
            if n == 0 {
                "a.example".to_owned()
            } else {
                format!("n{n}.example")
            }
        };
        let mut chain: Vec<_> = (0..length).map(|n| cname(&owner(n), &owner(n + 1))).collect();
        chain.push(a(&owner(length), 1));
        let said = read(ResponseCode::NoError, chain, vec![]).0;
        let want = if reached {
            addresses(&[1])
        } else {
            failed(Trouble::CnameLoop)
        };
        assert_eq!(said, want, "{length}");
    }
}

#[test]
fn a_message_that_gives_and_denies_is_no_answer() {
    let said = read(ResponseCode::NXDomain, vec![a("a.example", 1)], vec![]).0;
    assert_eq!(said, failed(Trouble::Malformed));
}

/// Somebody has signed what is not there: no absence is read into that, at the name nor behind an alias.
#[test]
fn signatures_without_what_they_are_over_are_no_answer_and_no_absence() {
    let at = |owner| signature(owner, RecordType::A);
    let zone = || vec![soa("example", 60, 60)];
    for (what, answers, authorities, want) in [
        ("alone", vec![at("a.example")], vec![], failed(Trouble::Malformed)),
        (
            "with a start of authority",
            vec![at("a.example")],
            zone(),
            failed(Trouble::Malformed),
        ),
        (
            "over an alias",
            vec![signature("a.example", RecordType::CNAME)],
            vec![],
            failed(Trouble::Malformed),
        ),
        (
            "behind an alias, by the zone itself",
            vec![cname("a.example", "b.example"), at("b.example")],
            zone(),
            failed(Trouble::Malformed),
        ),
        (
            "behind an alias, which is asked for",
            vec![cname("a.example", "b.example"), at("b.example")],
            vec![],
            Ok(None),
        ),
        (
            "beside records",
            vec![a("a.example", 1), at("a.example")],
            vec![],
            addresses(&[1]),
        ),
        (
            "over another type",
            vec![signature("a.example", RecordType::TXT)],
            zone(),
            Ok(Some(Answer::NoData)),
        ),
        (
            "of another name",
            vec![at("b.example")],
            zone(),
            Ok(Some(Answer::NoData)),
        ),
    ] {
        assert_eq!(
            read(ResponseCode::NoError, answers, authorities).0,
            want,
            "{what}"
        );
    }
}

#[test]
fn the_retired_type_is_read_as_text_where_it_is_text() {
    for (octets, strings) in [
        (
            &b"\x02v=\x00\x01x"[..],
            Some(vec![b"v=".to_vec(), vec![], b"x".to_vec()]),
        ),
        (b"", Some(vec![])),
        (b"\x05v=", None),
    ] {
        let mut trail = Trail::new(ours("a.example"));
        let code = RecordType::Unknown(99);
        let data = RData::Unknown {
            code,
            rdata: if octets.is_empty() {
                NULL::new()
            } else {
                NULL::with(octets.to_vec())
            },
        };
        let txt = record(
            "a.example",
            60,
            RData::TXT(TXT::new(vec!["other type".to_owned()])),
        );
        let said = trail.follow(
            Kind::Spf,
            &message(
                ResponseCode::NoError,
                vec![txt, record("a.example", 60, data), signature("a.example", code)],
                vec![],
            ),
        );
        let want = strings.map_or(Answer::NoData, |strings| {
            Answer::Records(vec![Rdata::Txt(Txt { strings })])
        });
        assert_eq!(said, Ok(Some(want)), "{octets:?}");
    }
}

#[test]
fn an_alias_beside_records_is_told_wherever_it_is_met() {
    let target = |answers: Vec<Record>, kind: Kind| {
        let mut trail = Trail::new(ours("a.example"));
        trail
            .follow(kind, &message(ResponseCode::NoError, answers, vec![]))
            .unwrap();
        trail.source.beside
    };
    for (what, answers, kind, beside) in [
        ("records alone", vec![a("a.example", 1)], Kind::A, None),
        (
            "both",
            vec![cname("a.example", "b.example"), a("a.example", 1)],
            Kind::A,
            Some("b.example"),
        ),
        (
            "both, and two aliases",
            vec![
                cname("a.example", "c.example"),
                a("a.example", 1),
                cname("a.example", "b.example"),
            ],
            Kind::A,
            Some("b.example"),
        ),
        (
            "both at the end of an alias",
            vec![
                cname("a.example", "b.example"),
                a("b.example", 1),
                cname("b.example", "c.example"),
            ],
            Kind::A,
            Some("c.example"),
        ),
        (
            "an alias, followed",
            vec![cname("a.example", "b.example"), a("b.example", 1)],
            Kind::A,
            None,
        ),
        (
            "the alias itself, asked for",
            vec![cname("a.example", "b.example")],
            Kind::Cname,
            None,
        ),
    ] {
        assert_eq!(target(answers, kind), beside.map(ours), "{what}");
    }
}

#[test]
fn who_spoke_is_remembered_with_the_version_of_its_zone() {
    let mut denial = message(ResponseCode::NXDomain, vec![], vec![soa("example", 600, 60)]);
    denial.metadata.authoritative = true;
    let mut trail = Trail::new(ours("a.example"));
    trail.follow(Kind::A, &denial).unwrap();
    let zone = Soa {
        owner: ours("example"),
        serial: 1,
        minimum: 60,
        ttl: 600,
    };
    assert_eq!(
        (trail.source.authoritative, trail.source.soa),
        (true, Some(zone.clone()))
    );
    let answer = message(ResponseCode::NoError, vec![soa("example", 600, 60)], vec![]);
    let mut trail = Trail::new(ours("example"));
    assert_eq!(
        trail.follow(Kind::Soa, &answer),
        Ok(Some(Answer::Records(vec![Rdata::Soa(Some(Box::new(
            StartOfAuthority {
                mname: Name::root(),
                rname: Name::root(),
                serial: 1,
                refresh: 1,
                retry: 1,
                expire: 1,
                minimum: 60,
            }
        )))])))
    );
    assert_eq!(
        (trail.source.authoritative, trail.source.soa),
        (false, Some(zone))
    );
}
