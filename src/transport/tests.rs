//! Hellos and flights beside each other: what is written is read back, and nothing a stranger sends breaks the readers.

mod planned;

use proptest::prelude::*;

use super::code_points::{Group, Scheme, Suite, Version};
use super::flight::{Kind, MAX_OCTETS};
use super::levels::NCSC_2025_05;
use super::*;
use crate::name::Name;

fn host() -> Name {
    "mx1.voorbeeld.nl".parse().unwrap()
}

fn record(kind: u8, content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len()).unwrap().to_be_bytes();
    [&[kind, 3, 3], &length[..], content].concat()
}

fn message(kind: u8, body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len()).unwrap().to_be_bytes();
    [&[kind], &length[1..], body].concat()
}

fn hello(version: u16, suite: u16, compression: u8, extensions: &[u8]) -> Vec<u8> {
    let mut body = version.to_be_bytes().to_vec();
    body.extend([7; 32]);
    body.push(0);
    body.extend(suite.to_be_bytes());
    body.push(compression);
    if !extensions.is_empty() {
        body.extend(u16::try_from(extensions.len()).unwrap().to_be_bytes());
        body.extend(extensions);
    }
    message(2, &body)
}

fn certificate(octets: &[u8]) -> Vec<u8> {
    let field =
        |content: &[u8]| [&u32::try_from(content.len()).unwrap().to_be_bytes()[1..], content].concat();
    message(11, &field(&field(octets)))
}

fn ecdhe(group: u16, scheme: Option<u16>) -> Vec<u8> {
    let mut body = vec![3];
    body.extend(group.to_be_bytes());
    body.extend([2, 4, 4]);
    body.extend(scheme.into_iter().flat_map(u16::to_be_bytes));
    body.extend([0, 1, 9]);
    message(12, &body)
}

fn dhe(prime: &[u8], generator: u8, scheme: u16) -> Vec<u8> {
    let mut body = u16::try_from(prime.len()).unwrap().to_be_bytes().to_vec();
    body.extend(prime);
    body.extend([0, 1, generator, 0, 1, 5]);
    body.extend(scheme.to_be_bytes());
    body.extend([0, 1, 9]);
    message(12, &body)
}

fn read(octets: &[u8]) -> Result<Option<Flight>, Malformed> {
    FlightReader::new().push(octets)
}

/// A whole flight of TLS 1.2 in one record.
fn whole() -> Vec<u8> {
    let extensions = [0, 23, 0, 0, 0xff, 1, 0, 1, 0];
    let inside = [
        hello(0x0303, 0xc02f, 0, &extensions),
        certificate(b"leaf"),
        ecdhe(29, Some(0x0804)),
        message(14, &[]),
    ];
    record(22, &inside.concat())
}

#[test]
fn a_flight_up_to_tls_1_2_is_read() {
    let flight = read(&whole()).unwrap().unwrap();
    let hello = flight.hello.unwrap();
    assert_eq!((hello.version, hello.suite), (Version::TLS12, Suite(0xc02f)));
    assert!(hello.extended_master_secret && hello.secure_renegotiation && !hello.compresses);
    assert_eq!(flight.certificates, [b"leaf"]);
    let exchange = KeyExchange::Ecdhe {
        group: Some(Group(29)),
        scheme: Some(Scheme(0x0804)),
    };
    assert_eq!(flight.exchange, Some(exchange));
}

#[test]
fn a_request_for_a_certificate_is_noted_where_it_is_in_the_clear() {
    let flight = |asks: bool| {
        let request = if asks {
            message(13, &[1, 1, 0, 0, 0, 0])
        } else {
            Vec::new()
        };
        let messages = [
            hello(0x0303, 0xc02f, 0, &[0, 23, 0, 0]),
            certificate(b"leaf"),
            request,
            message(14, &[]),
        ];
        record(22, &messages.concat())
    };
    for asks in [true, false] {
        let read = read(&flight(asks)).expect("a flight").expect("a whole one");
        assert_eq!(read.asks_for_certificate, asks);
    }
}

#[test]
fn a_server_of_tls_1_3_ends_with_its_hello() {
    let extensions = [0, 43, 0, 2, 3, 4, 0, 51, 0, 2, 0, 29];
    let flight = read(&record(22, &hello(0x0303, 0x1302, 0, &extensions)))
        .unwrap()
        .unwrap();
    let hello = flight.hello.unwrap();
    assert_eq!(
        (hello.version, hello.suite, hello.group),
        (Version::TLS13, Suite(0x1302), Some(Group(29)))
    );
}

#[test]
fn before_tls_1_2_nothing_says_what_a_key_exchange_is_signed_with() {
    let inside = [hello(0x0301, 0xc013, 1, &[]), ecdhe(23, None), message(14, &[])].concat();
    let flight = read(&record(22, &inside)).unwrap().unwrap();
    let exchange = KeyExchange::Ecdhe {
        group: Some(Group(23)),
        scheme: None,
    };
    assert_eq!(flight.exchange, Some(exchange));
    assert!(flight.hello.unwrap().compresses);
}

#[test]
fn a_field_is_known_by_its_prime_and_generator() {
    let known = ffdhe2048();
    let mut own = known.clone();
    own[100] ^= 1;
    for (prime, generator, group, bits) in [
        (known.clone(), 2, Some(Group(256)), 2048),
        (known, 3, None, 2048),
        (own, 2, None, 2048),
        (vec![0, 0x7f, 1], 2, None, 15),
    ] {
        let inside = [
            hello(0x0303, 0x009e, 0, &[]),
            dhe(&prime, generator, 0x0401),
            message(14, &[]),
        ]
        .concat();
        let flight = read(&record(22, &inside)).unwrap().unwrap();
        let scheme = Some(Scheme(0x0401));
        assert_eq!(flight.exchange, Some(KeyExchange::Dhe { group, bits, scheme }));
    }
}

#[test]
fn an_alert_ends_a_flight_and_a_warning_does_not() {
    let fatal = read(&record(21, &[2, 70])).unwrap().unwrap();
    assert_eq!(fatal.alert, Some(Alert(70)));
    assert_eq!(fatal.alert.unwrap().to_string(), "protocol_version");
    let warned = [record(21, &[1, 112]), whole()].concat();
    assert!(read(&warned).unwrap().unwrap().hello.is_some());
}

#[test]
fn what_is_no_flight_is_told_by_what_it_is() {
    let cut = record(22, &message(2, &[3, 3]));
    let many = record(22, &[0; 16000]).repeat(5);
    for (octets, malformed) in [
        (&b"454 TLS not available\r\n"[..], Malformed::NotTls),
        (b"\x16\x02\x00", Malformed::NotTls),
        (b"\x16\x03\x03\xff\xff", Malformed::RecordTooLong),
        (&record(23, b"secret"), Malformed::OutOfTurn),
        (&record(22, &message(14, &[])), Malformed::OutOfTurn),
        (&cut, Malformed::Message(Kind::ServerHello)),
        (&many, Malformed::TooLong),
    ] {
        assert_eq!(read(octets), Err(malformed));
    }
}

#[test]
fn what_does_not_answer_the_offer_is_no_answer() {
    let plan = Plan {
        baseline: &NCSC_2025_05,
        scope: Scope::Full,
    };
    let (_, offer) = plan.next(&host(), &[]).unwrap();
    let flight = |octets: Vec<u8>| read(&octets).unwrap().unwrap();
    let tls13 = [0, 43, 0, 2, 3, 4];
    let later = [0, 43, 0, 2, 3, 5];
    for (extensions, suite, reaction) in [
        (tls13, 0x1301, None),
        (tls13, 0xc02f, Some(Malformed::Suite)),
        (later, 0x1301, Some(Malformed::Version)),
    ] {
        let seen = Reaction::to(&offer, flight(record(22, &hello(0x0303, suite, 0, &extensions))));
        match reaction {
            None => assert!(seen.flight().is_some()),
            Some(malformed) => assert_eq!(seen, Reaction::Malformed(malformed)),
        }
    }
}

/// Extensions, by their numbers.
type Extensions = Vec<(u16, Vec<u8>)>;

/// The reader of ClientHellos that the writer is held to: version, suites and extensions.
fn parsed(octets: &[u8]) -> (u16, Vec<u16>, Extensions) {
    let number = |at: &[u8]| u16::from_be_bytes([at[0], at[1]]);
    assert_eq!(usize::from(number(&octets[3..])), octets.len() - 5);
    assert_eq!(usize::from(number(&octets[7..])), octets.len() - 9);
    let body = &octets[9..];
    let mut at = 35 + usize::from(body[34]);
    let suites = usize::from(number(&body[at..]));
    let list = body[at + 2..at + 2 + suites].chunks(2).map(number).collect();
    at += 2 + suites;
    at += 1 + usize::from(body[at]);
    let mut extensions = Vec::new();
    if at < body.len() {
        assert_eq!(usize::from(number(&body[at..])), body.len() - at - 2);
        at += 2;
    }
    while at < body.len() {
        let length = usize::from(number(&body[at + 2..]));
        extensions.push((number(&body[at..]), body[at + 4..at + 4 + length].to_vec()));
        at += 4 + length;
    }
    (number(body), list, extensions)
}

#[test]
fn ssl_3_0_is_offered_without_extensions_and_tls_1_3_alone() {
    let offer = |version| Offer {
        version,
        suites: vec![Suite(0x1301)],
        groups: vec![Group(29)],
        schemes: vec![Scheme(0x0804)],
        deflate: false,
        server_name: Some(host()),
    };
    let extensions = |version| -> Vec<u16> {
        let (_, _, extensions) = parsed(&offer(version).to_octets([1; 32]));
        extensions.into_iter().map(|(kind, _)| kind).collect()
    };
    assert_eq!(extensions(Version::SSL30), Vec::<u16>::new());
    assert_eq!(extensions(Version::TLS11), [0, 10, 11, 23, 0xff01]);
    assert_eq!(extensions(Version::TLS12), [0, 10, 11, 13, 23, 0xff01]);
    assert_eq!(extensions(Version::TLS13), [0, 10, 11, 13, 43, 51]);
}

proptest! {
    #[test]
    fn a_hello_says_what_is_offered(
        suites in prop::collection::vec(any::<u16>(), 1..100),
        groups in prop::collection::vec(any::<u16>(), 0..20),
        random in any::<[u8; 32]>(),
    ) {
        let offer = Offer {
            version: Version::TLS12,
            suites: suites.iter().copied().map(Suite).collect(),
            groups: groups.iter().copied().map(Group).collect(),
            schemes: Vec::new(),
            deflate: true,
            server_name: Some(host()),
        };
        let (version, offered, extensions) = parsed(&offer.to_octets(random));
        prop_assert_eq!(version, 0x0303);
        prop_assert_eq!(&offered[..], &suites[..suites.len().min(64)]);
        let name = extensions.iter().find(|(kind, _)| *kind == 0).map(|(_, content)| &content[5..]);
        prop_assert_eq!(name, Some(&b"mx1.voorbeeld.nl"[..]));
        let of_groups = extensions.iter().find(|(kind, _)| *kind == 10);
        prop_assert_eq!(of_groups.is_some(), !groups.is_empty());
    }

    /// However the octets are cut, the flight is the same.
    #[test]
    fn a_flight_may_come_in_pieces_of_any_size(
        cuts in prop::collection::vec(1..40_usize, 1..200),
        fragment in 1..80_usize,
    ) {
        let whole = whole();
        let cut_into_records: Vec<u8> = whole[5..].chunks(fragment).flat_map(|part| record(22, part)).collect();
        for octets in [whole.clone(), cut_into_records] {
            let mut reader = FlightReader::new();
            let (mut rest, mut found) = (&octets[..], None);
            let mut sizes = cuts.iter().cycle();
            while found.is_none() && !rest.is_empty() {
                let (part, behind) = rest.split_at((*sizes.next().unwrap()).min(rest.len()));
                found = reader.push(part).unwrap();
                rest = behind;
            }
            prop_assert_eq!(found, read(&whole).unwrap());
        }
    }

    #[test]
    fn nothing_a_stranger_sends_breaks_a_reader(
        noise in prop::collection::vec(any::<u8>(), 0..400),
        at in any::<prop::sample::Index>(),
        octet in any::<u8>(),
    ) {
        let _ = read(&noise);
        let _ = ReplyReader::new().push(&noise);
        let _ = Certificate::from_der(&noise);
        let _ = read(&[&[22, 3, 3][..], &noise].concat());
        let mut bent = whole();
        let at = at.index(bent.len());
        bent[at] = octet;
        let _ = read(&bent);
    }

    #[test]
    fn a_flight_without_end_has_one(size in 1..2000_usize) {
        let part = record(22, &[0; 4].repeat(size));
        let mut reader = FlightReader::new();
        let mut pushed = 0;
        let end = loop {
            pushed += part.len();
            match reader.push(&part) {
                Ok(None) => prop_assert!(pushed <= MAX_OCTETS),
                other => break other,
            }
        };
        prop_assert_eq!(end, Err(Malformed::TooLong));
    }
}

/// The prime of ffdhe2048 (RFC 7919 A.1).
fn ffdhe2048() -> Vec<u8> {
    let hex = "\
        ffffffffffffffffadf85458a2bb4a9aafdc5620273d3cf1d8b9c583ce2d3695a9e13641146433fbcc939dce249b3ef9\
        7d2fe363630c75d8f681b202aec4617ad3df1ed5d5fd65612433f51f5f066ed0856365553ded1af3b557135e7f57c935\
        984f0c70e0e68b77e2a689daf3efe8721df158a136ade73530acca4f483a797abc0ab182b324fb61d108a94bb2c8e3fb\
        b96adab760d7f4681d4f42a3de394df4ae56ede76372bb190b07a7c8ee0a6d709e02fce1cdf7e2ecc03404cd28342f61\
        9172fe9ce98583ff8e4f1232eef28183c3fe3b1b4c6fad733bb5fcbc2ec22005c58ef1837d1683b2c6f34a26c1b2effa\
        886b423861285c97ffffffffffffffff";
    let digit = |at: usize| u8::from_str_radix(&hex[at..at + 2], 16).unwrap();
    (0..hex.len()).step_by(2).map(digit).collect()
}
