//! Whether TLS comes about: only a handshake that was finished shows it, or a choice beyond what our own client speaks.

use zegel::inquiry::{Closeness, Halt, Session, Trouble};
use zegel::judge::{RecordVerdict, State, Verdict};
use zegel::records::Standard;
use zegel::transport::{Flight, Group, KeyExchange, Probe, Reaction, Scheme, Step, Version};

use crate::facts::{findings, intent};
use crate::seen::{Servers, ZONE, about, accepted, certificate, refused, sound, with, with_handshake};

fn failed(halt: Option<Halt>, steps: &[Step]) -> Session {
    with(|session| {
        session.handshake = Some(Err("its words".to_owned()));
        (session.halt, session.steps) = (halt, steps.to_vec());
    })
}

fn judged(session: &Session, level: &str) -> Verdict {
    let spec = format!("{{domain: a.nl, role: Mail, tls: {{level: {level}}}}}");
    Servers::all(session).judge(ZONE, &intent(&spec))
}

fn of_tls(verdict: &Verdict) -> &RecordVerdict {
    let mut records = verdict.records.iter();
    records.find(|record| record.standard == Standard::Tls).unwrap()
}

fn chose(version: Version, suite: u16, change: impl FnOnce(&mut Flight)) -> Vec<Step> {
    vec![accepted(Probe::Version(version), version, suite, change)]
}

fn tls13(group: u16) -> Vec<Step> {
    chose(Version::TLS13, 0x1302, |flight| {
        flight.exchange = None;
        if let Some(hello) = &mut flight.hello {
            hello.group = Some(Group(group));
        }
    })
}

fn signed(scheme: u16) -> Vec<Step> {
    chose(Version::TLS12, 0xc030, |flight| {
        flight.exchange = Some(KeyExchange::Ecdhe {
            group: Some(Group(29)),
            scheme: Some(Scheme(scheme)),
        });
    })
}

/// The same, with a request for a certificate.
fn asking(steps: Vec<Step>) -> Vec<Step> {
    let ask = |mut step: Step| {
        if let Reaction::Hello(flight) = &mut step.reaction {
            flight.asks_for_certificate = true;
        }
        step
    };
    steps.into_iter().map(ask).collect()
}

/// A policy of MTA-STS is broken by what was seen, and by nothing that our client alone could not see.
#[test]
fn what_our_client_does_not_speak_breaks_no_policy() {
    let spec = "{domain: a.nl, role: Mail, tls: {level: Any}, mtaSts: {mode: Enforce, mx: [mx1.a.nl], maxAge: 30d}}";
    let (apart, broken) = (Some(Halt::Apart), Some(Halt::Broken));
    let shows = |names: &[&str]| {
        let leaf = certificate(names, (2026, 2027));
        chose(Version::TLS12, 0x009f, |flight| flight.certificates = vec![leaf])
    };
    for (name, session, says) in [
        ("a group of TLS 1.3", failed(apart, &tls13(25)), None),
        ("another", failed(apart, &tls13(30)), None),
        ("a signature", failed(apart, &signed(0x0201)), None),
        ("a suite, and its certificate in the clear", failed(apart, &shows(&["mx1.a.nl"])), None),
        ("one for another host", failed(apart, &shows(&["www.a.nl"])), Some("another host")),
        ("a message that is too long", failed(Some(Halt::TooLong), &tls13(29)), None),
        ("a client's certificate", failed(Some(Halt::ClientCertificate), &tls13(29)), None),
        ("no answer in time", failed(Some(Halt::Silent), &tls13(29)), None),
        ("a look that was cut short", with(|it| (it.handshake, it.steps) = (None, Vec::new())), None),
        // Who keeps to a policy speaks TLS 1.2 at least.
        ("TLS 1.0 alone", failed(apart, &chose(Version::TLS10, 0xc013, |_| {})), Some("no TLS of today")),
        ("nothing", failed(apart, &[refused(Probe::Version(Version::TLS13))]), Some("no TLS of today")),
        ("damaged", failed(broken, &tls13(29)), Some("no TLS of today")),
    ] {
        let verdict = Servers::all(&session).judge(ZONE, &intent(spec));
        let found = findings(&verdict, "STS-029");
        let told: Vec<bool> = found.iter().map(|one| one.message.contains(says.unwrap_or("-"))).collect();
        assert_eq!(told, says.map(|_| true).into_iter().collect::<Vec<_>>(), "{name}: {found:?}");
    }
}

/// What a server chose in answer to a hello is no handshake: not where it broke off what our client speaks as well.
#[test]
fn a_choice_is_no_handshake() {
    let (ours, none) = (tls13(29), vec![refused(Probe::Version(Version::TLS13))]);
    let usual = chose(Version::TLS12, 0xc030, |_| {});
    let old = || chose(Version::TLS10, 0xc013, |_| {});
    let ssl = || chose(Version::SSL30, 0x000a, |_| {});
    let rc4 = || chose(Version::TLS12, 0x0005, |_| {});
    let dhe = || {
        chose(Version::TLS12, 0x009f, |flight| {
            flight.exchange = Some(KeyExchange::Dhe {
                group: None,
                bits: 3072,
                scheme: Some(Scheme(0x0804)),
            });
        })
    };
    let (broken, apart) = (Some(Halt::Broken), Some(Halt::Apart));
    use State::{Drifted as D, InSync as I, Unknown as U};
    /// What it is, what was seen, the state with why it is not known, and the rule.
    type Row = (&'static str, Session, State, Option<Trouble>, Option<&'static str>);
    let rows: [Row; 21] = [
        // What it promised it does not keep.
        ("TLS 1.3 that is damaged", failed(broken, &ours), D, None, Some("TLS-002")),
        ("TLS 1.2 that ends behind the key", failed(broken, &usual), D, None, Some("TLS-002")),
        ("a suite that was not offered", failed(broken, &rc4()), D, None, Some("TLS-002")),
        ("an old version, and rules broken", failed(broken, &old()), D, None, Some("TLS-002")),
        ("nothing", failed(apart, &none), D, None, Some("TLS-002")),
        ("SSL 3.0 alone", failed(apart, &ssl()), D, None, Some("TLS-002")),
        ("nothing, in a recording of before", failed(None, &none), D, None, Some("TLS-002")),
        // What our client has not, others may have.
        ("TLS 1.0 alone", failed(apart, &old()), I, None, None),
        ("TLS 1.0 alone, in a recording of before", failed(None, &old()), I, None, None),
        ("a suite our client has not", failed(apart, &dhe()), I, None, None),
        ("a group our client has not", failed(apart, &tls13(25)), I, None, None),
        ("a signature our client does not take", failed(apart, &signed(0x0201)), I, None, None),
        // It asks for a certificate there, and may insist.
        ("a suite our client has not, and a request", failed(apart, &asking(dhe())), U, Some(Trouble::Refused), Some("TLS-020")),
        ("TLS 1.0 alone, and a request", failed(apart, &asking(old())), U, Some(Trouble::Refused), Some("TLS-020")),
        ("a request, in a recording of before", failed(None, &asking(old())), U, Some(Trouble::Refused), Some("TLS-020")),
        // Whose doing it is cannot be known.
        ("too long", failed(Some(Halt::TooLong), &ours), U, Some(Trouble::Limit), Some("TLS-020")),
        ("a client's certificate", failed(Some(Halt::ClientCertificate), &usual), U, Some(Trouble::Refused), Some("TLS-020")),
        ("its own doing", failed(Some(Halt::Ours), &ours), U, Some(Trouble::Limit), Some("TLS-020")),
        ("silence", failed(Some(Halt::Silent), &ours), U, Some(Trouble::Timeout), Some("TLS-020")),
        ("our hello alone is refused", failed(apart, &usual), U, Some(Trouble::Refused), Some("TLS-020")),
        ("the same in a recording of before", failed(None, &ours), U, Some(Trouble::Refused), Some("TLS-020")),
    ];
    for (name, session, state, why, rule) in rows {
        // A closer look that shows the same changes nothing.
        let closer = with(|closer| (closer.handshake, closer.steps) = (None, session.steps.clone()));
        for servers in [Servers::all(&session), Servers::all(&session).profile(&closer)] {
            let verdict = servers.judge(ZONE, &intent("{domain: a.nl, role: Mail, tls: {level: Any}}"));
            let record = of_tls(&verdict);
            assert_eq!((record.state, record.unanswered), (state, why), "{name}");
            for id in ["TLS-002", "TLS-020"] {
                let found = findings(&verdict, id);
                assert_eq!(found.len(), usize::from(rule == Some(id)), "{name}: {found:?}");
                let says = if name.contains("request") { "a certificate of whoever delivers" } else { "its words" };
                assert!(found.iter().all(|one| one.message.contains(says)), "{name}: {found:?}");
            }
        }
    }
}

/// Who cannot read a certificate cannot tell whether the server holds its key; who can, and has a key our library does not
/// check, is told apart.
#[test]
fn a_certificate_that_cannot_be_read_is_none() {
    let with_leaf = |leaf: Vec<u8>, proven: Result<(), String>| {
        with_handshake(|seen| (seen.chain, seen.proven) = (vec![leaf], proven))
    };
    let wrong = || Err("invalid peer certificate: BadEncoding".to_owned());
    for (session, state) in [
        (with_leaf(b"junk".to_vec(), wrong()), State::Unknown),
        (with_leaf(vec![0x30, 0x03, 1, 1, 0], wrong()), State::Unknown),
        (with_leaf(certificate(&["mx1.a.nl"], (2026, 2027)), wrong()), State::InSync),
    ] {
        let verdict = judged(&session, "Any");
        assert_eq!(of_tls(&verdict).state, state);
        assert_eq!(findings(&verdict, "TLS-020").len(), usize::from(state == State::Unknown));
    }
}

/// One address where it is not known leaves the host unknown, and hides no fault of the others.
#[test]
fn what_is_not_known_at_one_address_is_not_good() {
    let open = || failed(Some(Halt::TooLong), &tls13(29));
    let broken = || failed(Some(Halt::Broken), &tls13(29));
    for (first, second, state, told) in [
        (sound(), open(), State::Unknown, ": its words at 2001:db8::25"),
        (open(), sound(), State::Unknown, ": its words at 192.0.2.25"),
        (open(), open(), State::Unknown, "from here: its words"),
        (broken(), open(), State::Drifted, ": its words at 2001:db8::25"),
    ] {
        let servers = Servers::default()
            .at("192.0.2.25", Closeness::Chain, Ok(first))
            .at("2001:db8::25", Closeness::Chain, Ok(second));
        let verdict = servers.judge(ZONE, &intent("{domain: a.nl, role: Mail, tls: {level: Any}}"));
        assert_eq!(of_tls(&verdict).state, state);
        let [finding] = &findings(&verdict, "TLS-020")[..] else {
            panic!("{:?}", verdict.findings);
        };
        assert!(finding.message.ends_with(told), "{}", finding.message);
    }
}

/// A level is more than that TLS comes about: where no address was seen to the end, nothing shows that it is kept.
#[test]
fn what_was_cut_short_everywhere_proves_no_level() {
    let cut = || {
        with(|session| {
            session.steps = Vec::new();
            session.cut_short = Some("421 enough".to_owned());
        })
    };
    for (second, states) in [
        (cut(), [State::InSync, State::Unknown, State::Unknown]),
        // Nor is it shown by a look at the certificates that came to its end.
        (sound(), [State::InSync, State::Unknown, State::Unknown]),
    ] {
        for (level, state) in ["Any", "Sufficient", "Good"].into_iter().zip(states) {
            let servers = Servers::default()
                .at("192.0.2.25", Closeness::Chain, Ok(cut()))
                .at("2001:db8::25", Closeness::Chain, Ok(second.clone()));
            let spec = format!("{{domain: a.nl, role: Mail, tls: {{level: {level}}}}}");
            let verdict = servers.judge(ZONE, &intent(&spec));
            assert_eq!(of_tls(&verdict).state, state, "{level}");
        }
    }
}

/// TLSA records promise TLS: where none comes about senders with DANE do not deliver, and where it is not known nobody is accused.
#[test]
fn records_of_dane_promise_what_does_not_come_about() {
    let spec = "{domain: a.nl, role: Mail, tls: {level: Any}, dane: {required: true}}";
    let leaf = certificate(&["mx1.a.nl"], (2026, 2027));
    let zone = format!("{ZONE}\n_25._tcp.mx1.a.nl TLSA {}", about(&leaf, 3, 1, 1));
    let sound = || with_handshake(|seen| seen.chain = vec![leaf.clone()]);
    let broken = || failed(Some(Halt::Broken), &tls13(29));
    let long = || failed(Some(Halt::TooLong), &tls13(29));
    /// What two addresses show, and what is said.
    type Row<'a> = (Session, Session, &'a [(&'a str, &'a str)]);
    let rows: [Row<'_>; 5] = [
        (sound(), sound(), &[]),
        (broken(), broken(), &[("DANE-028", "found that none comes about")]),
        (sound(), broken(), &[("DANE-023", "want TLS at every address")]),
        (long(), long(), &[]),
        (sound(), long(), &[]),
    ];
    for (first, second, told) in rows {
        let servers = Servers::default()
            .at("192.0.2.25", Closeness::Chain, Ok(first))
            .at("2001:db8::25", Closeness::Chain, Ok(second));
        let verdict = servers.judge(&zone, &intent(spec));
        let found = ["DANE-012", "DANE-023", "DANE-028"].map(|id| findings(&verdict, id)).concat();
        let ids: Vec<&str> = found.iter().map(|one| one.rule.id).collect();
        assert_eq!(ids, told.iter().map(|(id, _)| *id).collect::<Vec<_>>(), "{found:?}");
        for (finding, (_, says)) in found.iter().zip(told) {
            assert!(finding.message.contains(says), "{}", finding.message);
        }
    }
}
