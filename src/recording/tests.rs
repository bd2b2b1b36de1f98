//! What is written is read again, whatever it is; what cannot be read is refused in words.

mod refused;
mod sources;

use std::sync::Arc;

use proptest::prelude::*;

use self::sources::sources;
use super::*;
use crate::inquiry::{
    Answer, Approach, Bogus, Broken, Depth, Direct, Disbelieved, Doubt, Ds, Ends, ExtendedError, Hashing,
    Key, Kind, Made, Rdata, RecordType, Referral, Security, Soa, Source, StartOfAuthority, Trust, Txt,
    Unproven, Zone,
};

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

fn name(text: &str) -> Name {
    text.parse().unwrap()
}

fn names() -> impl Strategy<Value = Name> {
    let label = prop::collection::vec(any::<u8>(), 1..12);
    prop::collection::vec(label, 0..5).prop_map(|labels| Name::from_labels(labels).unwrap())
}

fn data(kind: Kind) -> BoxedStrategy<Rdata> {
    match kind {
        Kind::A => any::<u32>().prop_map(|bits| Rdata::A(bits.into())).boxed(),
        Kind::Aaaa => any::<u128>().prop_map(|bits| Rdata::Aaaa(bits.into())).boxed(),
        Kind::Cname => names().prop_map(Rdata::Cname).boxed(),
        Kind::Ns => names().prop_map(Rdata::Ns).boxed(),
        Kind::Ptr => names().prop_map(Rdata::Ptr).boxed(),
        Kind::Soa => prop_oneof![
            Just(Rdata::Soa(None)),
            (names(), names(), any::<[u32; 5]>()).prop_map(|(mname, rname, numbers)| {
                let [serial, refresh, retry, expire, minimum] = numbers;
                Rdata::Soa(Some(Box::new(StartOfAuthority {
                    mname,
                    rname,
                    serial,
                    refresh,
                    retry,
                    expire,
                    minimum,
                })))
            }),
        ]
        .boxed(),
        Kind::Mx => (any::<u16>(), names())
            .prop_map(|(preference, exchange)| Rdata::Mx { preference, exchange })
            .boxed(),
        Kind::Caa | Kind::Cdnskey | Kind::Cds | Kind::Dnskey | Kind::Ds | Kind::Srv | Kind::Tlsa => {
            "[ -~]+".prop_map(|text| Rdata::Shown(text.into())).boxed()
        }
        Kind::Spf | Kind::Txt => {
            let string = prop::collection::vec(any::<u8>(), 0..40);
            prop::collection::vec(string, 1..4)
                .prop_map(|strings| Rdata::Txt(Txt { strings }))
                .boxed()
        }
    }
}

fn outcomes(kind: Kind) -> impl Strategy<Value = Result<Answer, Trouble>> {
    prop_oneof![
        prop::collection::vec(data(kind), 1..4).prop_map(|records| Ok(Answer::Records(records))),
        Just(Ok(Answer::NoData)),
        Just(Ok(Answer::NxDomain)),
        prop::sample::select(Trouble::ALL.to_vec()).prop_map(Err),
    ]
}

fn tags() -> impl Strategy<Value = Box<[u16]>> {
    prop::collection::vec(any::<u16>(), 0..3).prop_map(Vec::into_boxed_slice)
}

fn securities() -> impl Strategy<Value = Security> {
    let unproven = prop_oneof![
        Just(Unproven::Unsigned),
        Just(Unproven::UnsupportedAlgorithm),
        Just(Unproven::OptOut),
        any::<u16>().prop_map(Unproven::Iterations),
    ];
    let broken = prop_oneof![
        (times(), any::<bool>()).prop_map(|(at, tolerated)| Broken::Expired { at, tolerated }),
        times().prop_map(Broken::NotYetValid),
        Just(Broken::BadSignature),
        Just(Broken::NoSignature),
        names().prop_map(Broken::WrongSigner),
        tags().prop_map(Broken::NoMatchingKey),
        Just(Broken::NoDnskey),
        (tags(), tags()).prop_map(|(ds, keys)| Broken::DsMatchesNoKey { ds, keys }),
        tags().prop_map(Broken::DigestDiffers),
        (tags(), tags()).prop_map(|(anchored, signers)| Broken::KeyDoesNotSign { anchored, signers }),
        "[a-z ]*".prop_map(|what| Broken::NoProof(what.into())),
        Just(Broken::TooMuchWork),
    ];
    let doubt = prop_oneof![
        prop::sample::select(Trouble::ALL.to_vec()).prop_map(Doubt::Unanswered),
        Just(Doubt::NoAnchor),
        Just(Doubt::WrongSide),
        Just(Doubt::Clock),
        Just(Doubt::Resolver),
        Just(Doubt::Outdated),
        Just(Doubt::Limit),
    ];
    prop_oneof![
        Just(Security::NotAsked),
        Just(Security::Secure),
        (names(), unproven).prop_map(|(at, why)| Security::Insecure { at, why }),
        (names(), any::<u16>(), broken).prop_map(|(at, kind, why)| {
            let kind = RecordType(kind);
            Security::Bogus(Box::new(Bogus { at, kind, why }))
        }),
        (names(), doubt).prop_map(|(at, why)| Security::Indeterminate { at, why }),
    ]
}

fn times() -> impl Strategy<Value = Timestamp> {
    (0_i64..1 << 33).prop_map(at)
}

fn ends() -> impl Strategy<Value = Option<Ends>> {
    let ends = (times(), times(), any::<u32>(), any::<u16>()).prop_map(|(at, since, ttl, kind)| Ends {
        at,
        since,
        ttl,
        kind: RecordType(kind),
    });
    prop::option::of(ends)
}

/// A chain of zones, the last of which the answer lies in, perhaps with the first.
fn trusts() -> impl Strategy<Value = Trust> {
    let ds = (any::<u16>(), any::<u8>(), any::<u8>()).prop_map(|(tag, algorithm, digest)| Ds {
        tag,
        algorithm,
        digest,
    });
    let key = (
        any::<u16>(),
        any::<u8>(),
        any::<u16>(),
        any::<u16>(),
        any::<bool>(),
    )
        .prop_map(|(tag, algorithm, flags, bits, anchored)| Key {
            tag,
            algorithm,
            flags,
            bits,
            anchored,
        });
    let zone = (
        names(),
        prop::collection::vec(ds, 0..3),
        prop::collection::vec(key, 0..3),
        securities(),
        ends(),
    );
    let hashing = (names(), any::<u16>(), any::<u8>()).prop_map(|(zone, iterations, salt)| Hashing {
        zone,
        iterations,
        salt,
    });
    let hashing = prop::collection::vec(hashing, 0..2);
    let parts = (prop::collection::vec(zone, 1..4), ends(), any::<bool>(), hashing);
    parts.prop_map(|(zones, ends, both, hashing)| {
        let mut chain: Vec<Arc<Zone>> = Vec::new();
        for (name, ds, keys, security, ends) in zones {
            let parent = chain.last().cloned();
            chain.push(Arc::new(Zone {
                name,
                parent,
                ds,
                keys,
                security,
                ends,
            }));
        }
        let last = chain.last().cloned();
        let first = chain.first().cloned().filter(|_| both);
        Trust {
            zones: first.into_iter().chain(last).collect(),
            ends,
            hashing,
        }
    })
}

fn questions() -> impl Strategy<Value = (Dns, Fact)> {
    let question = (
        names(),
        prop::sample::select(Kind::ALL.to_vec()),
        any::<Option<u32>>(),
    );
    question.prop_flat_map(|(name, kind, authority)| {
        let question = Dns::new(name, kind);
        let question = match authority {
            Some(bits) => question.at(std::net::Ipv4Addr::from(bits).into()),
            None => question,
        };
        (
            Just(question),
            outcomes(kind),
            sources(kind),
            0_i64..1 << 33,
            0_i64..1 << 33,
        )
            .prop_map(|(question, outcome, source, seen_at, expires_at)| {
                let fact = Fact {
                    outcome,
                    security: Security::NotAsked,
                    source,
                    seen_at: at(seen_at),
                    expires_at: at(expires_at),
                    made: Made::default(),
                };
                (question, fact)
            })
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn what_is_written_is_read_again(
        questions in prop::collection::vec(questions(), 0..6),
        hit_limit: bool,
        turn: usize,
        depth in prop::sample::select(vec![Depth::Off, Depth::Troubled, Depth::Serials, Depth::Closely]),
        passes in prop::option::of(prop::sample::select(Passes::ALL.to_vec())),
        domain in names(),
        held_back in prop::collection::btree_set((names(), prop::sample::select(Kind::ALL.to_vec())), 0..3),
    ) {
        let look = Look {
            domain: domain.clone(),
            at: at(1_795_700_000),
            turn,
            selectors: vec!["s1".to_owned()],
            questions: 7,
            hit_limit,
            facts: questions
                .into_iter()
                .fold(Facts::new().approaching(Approach { depth, held_back, ..Approach::default() }).through(passes), |mut facts, (question, fact)| {
                    facts.insert(question, fact);
                    facts
                }),
        };
        let read = Recording::read(&whole(&look).unwrap()).unwrap();
        prop_assert_eq!(read.look(&domain), Some(&look));
    }

    #[test]
    fn no_text_is_too_much(text in "\\PC*") {
        let _ = Recording::read(&text);
        for kind in Kind::ALL {
            let _ = Rdata::parse(kind, &text);
        }
    }
}

#[test]
fn looks_are_told_in_the_order_they_were_named_and_not_in_the_order_they_ended() {
    let look = |domain: &str, turn, second| Look {
        domain: domain.parse().unwrap(),
        at: at(second),
        turn,
        selectors: Vec::new(),
        questions: 0,
        hit_limit: false,
        facts: Facts::new(),
    };
    let order = |looks: [Look; 2]| {
        let lines = looks.iter().enumerate();
        let lines: String = lines
            .map(|(number, look)| line(look, number == 0).unwrap())
            .collect();
        let text = format!("{}{lines}{}", head(at(1)), tail(&[]).unwrap());
        let recording = Recording::read(&text).unwrap();
        let domains = recording.domains().iter();
        domains.map(ToString::to_string).collect::<Vec<_>>()
    };
    let (first, second) = ("b.example", "a.example");
    assert_eq!(order([look(second, 1, 1), look(first, 0, 2)]), [first, second]);
    // One of before has no turns: by when each began.
    assert_eq!(order([look(second, 0, 2), look(first, 0, 1)]), [first, second]);
}

#[test]
fn a_recording_reads_well() {
    let spf = Fact {
        outcome: Ok(Answer::Records(vec![Rdata::Txt(Txt {
            strings: vec![b"v=spf1 ".to_vec(), b"-all \xff\"".to_vec()],
        })])),
        security: Security::NotAsked,
        source: Source {
            server: Some("127.0.0.1:53".parse().unwrap()),
            ttl: 300,
            ..Source::default()
        },
        seen_at: at(1_795_700_000),
        expires_at: at(1_795_700_300),
        made: Made::default(),
    };
    let silent = Fact {
        outcome: Err(Trouble::Timeout),
        source: Source::default(),
        expires_at: at(1_795_700_020),
        ..spf.clone()
    };
    let domain = name("voorbeeld.nl");
    let look = Look {
        domain: domain.clone(),
        at: at(1_795_700_001),
        turn: 0,
        selectors: Vec::new(),
        questions: 7,
        hit_limit: false,
        facts: [
            (Dns::new(domain.clone(), Kind::Txt), spf),
            (
                Dns::new(domain, Kind::Mx).at("192.0.2.1".parse().unwrap()),
                silent,
            ),
        ]
        .into_iter()
        .collect(),
    };
    let want = r#"{"recording": 1, "zegel": "VERSION", "beganAt": "2026-11-26T13:33:21Z", "looks": [
{"domain":"voorbeeld.nl","at":"2026-11-26T13:33:21Z","questions":7,"validation":"Off","facts":[{"name":"voorbeeld.nl","type":"MX","authority":"192.0.2.1","trouble":"Timeout","ttl":0,"seenAt":"2026-11-26T13:33:20Z","expiresAt":"2026-11-26T13:33:40Z"},{"name":"voorbeeld.nl","type":"TXT","values":["\"v=spf1 \" \"-all \\255\\\"\""],"server":"127.0.0.1:53","ttl":300,"seenAt":"2026-11-26T13:33:20Z","expiresAt":"2026-11-26T13:38:20Z"}]}
]}
"#;
    let text = whole(&look).unwrap();
    assert_eq!(text.replace(env!("CARGO_PKG_VERSION"), "VERSION"), want);
}

#[test]
fn what_is_not_in_the_recording_is_unanswered_for_that_reason() {
    let look = Look {
        domain: name("voorbeeld.nl"),
        at: at(0),
        turn: 0,
        selectors: Vec::new(),
        questions: 7,
        hit_limit: false,
        facts: Facts::new(),
    };
    let ask = |look: &Look| {
        let mut inquiry = look.inquiry();
        let reply = inquiry.ask(
            Dns::new(name("a.example"), Kind::A),
            crate::inquiry::Need::Essential,
        );
        let trouble = match reply {
            crate::inquiry::Reply::Unanswered(trouble) => Some(trouble),
            _ => None,
        };
        (trouble, inquiry.open().len(), inquiry.hit_limit())
    };
    assert_eq!(ask(&look), (Some(Trouble::NotRecorded), 0, false));
    let limited = Look {
        hit_limit: true,
        ..look
    };
    assert_eq!(ask(&limited), (Some(Trouble::Limit), 0, true));
}

#[test]
fn what_was_said_of_the_run_is_said_again() {
    let notes = ["note: one".to_owned(), "error: \"two\"".to_owned()];
    for notes in [&notes[..], &[]] {
        let text = head(at(1)) + &tail(notes).unwrap();
        assert_eq!(Recording::read(&text).unwrap().notes(), notes);
    }
}
