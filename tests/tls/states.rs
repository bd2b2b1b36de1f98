//! The state of TLS by what a spec wants, what is not known, and who is asked at all.

use zegel::inquiry::{Closeness, Offered, Session, Trouble};
use zegel::intent::Intent;
use zegel::judge::{Finding, RecordVerdict, State, Verdict};
use zegel::records::Standard;
use zegel::transport::{Probe, Step, Suite, Version, Worth};

use crate::facts::{intent, observe};
use crate::seen::{Servers, ZONE, accepted, old_certificate, profile, refused, sound, with, with_handshake};

const LEVELS: [&str; 3] = ["Any", "Sufficient", "Good"];

fn spec(level: &str) -> Intent {
    intent(&format!("{{domain: a.nl, role: Mail, tls: {{level: {level}}}}}"))
}

fn of_tls(verdict: &Verdict) -> &RecordVerdict {
    let mut records = verdict.records.iter();
    records.find(|record| record.standard == Standard::Tls).unwrap()
}

#[test]
fn each_level_wants_what_its_name_says() {
    let old_version = with(|session| {
        session.steps = vec![accepted(
            Probe::Version(Version::TLS11),
            Version::TLS10,
            0xc013,
            |_| {},
        )];
    });
    let tls12 = with_handshake(|seen| (seen.version, seen.suite) = (Version::TLS12, Suite(0xc02f)));
    let phase_out = with_handshake(|seen| (seen.version, seen.suite) = (Version::TLS12, Suite(0xc027)));
    let weak = with_handshake(|seen| seen.chain = vec![old_certificate()]);
    let untrusted = with_handshake(|seen| seen.trusted = Err("it leads to no public root".to_owned()));
    let absent = with(|session| (session.offered, session.handshake) = (Offered::Absent, None));
    let never = with(|session| session.handshake = Some(Err("the server closed the connection".to_owned())));
    use State::{Drifted as D, InSync as I, Missing as M, Unknown as U};
    for (name, session, states) in [
        ("sound", sound(), [I, I, I]),
        ("TLS 1.2", tls12, [I, I, D]),
        ("to be phased out", phase_out, [I, I, D]),
        ("an old version", old_version, [I, D, D]),
        ("a weak certificate", weak, [I, D, D]),
        ("a certificate of nobody", untrusted, [I, I, I]),
        ("no STARTTLS", absent, [M, M, M]),
        ("no TLS that comes about", never, [D, D, D]),
    ] {
        let refuses_old = refused(Probe::Version(Version::TLS11));
        let whole = with(|closer| {
            closer.offered = session.offered.clone();
            let takes = match session.handshake {
                Some(Err(_)) => refused(Probe::Version(Version::TLS13)),
                _ => tls13(),
            };
            (closer.handshake, closer.steps) = (None, vec![takes, refuses_old]);
        });
        let cut = || Some("421 enough".to_owned());
        let cut_short = with(|closer| (closer.handshake, closer.cut_short) = (None, cut()));
        let both = Servers::all(&session);
        let open = match session.offered {
            Offered::Yes => Some(Trouble::Busy),
            Offered::Absent | Offered::Refused(_) => None,
        };
        // By the certificates alone it is told that there is TLS, and no more.
        for (servers, why) in [
            (both.clone().profile(&whole), None),
            (both.clone(), Some(Trouble::NoProfile)),
            (both.clone().profile(&cut_short), open),
            (both.clone().looking_closely(), Some(Trouble::Busy)),
            (
                both.profile(&whole)
                    .at("2001:db8::25", Closeness::Profile, Err(Trouble::Timeout)),
                Some(Trouble::Timeout),
            ),
        ] {
            for (level, state) in LEVELS.into_iter().zip(states) {
                let verdict = servers.judge(ZONE, &spec(level));
                let record = of_tls(&verdict);
                let is_open = state == I && level != "Any" && why.is_some();
                let state = if is_open { U } else { state };
                assert_eq!(
                    record.state, state,
                    "{name} {level} {why:?}: {:?}",
                    record.differences
                );
                assert_eq!(
                    record.differences.is_empty(),
                    matches!(state, I | U),
                    "{name} {level}"
                );
                assert_eq!(
                    record.unanswered.filter(|_| is_open),
                    why.filter(|_| is_open),
                    "{name} {level}"
                );
            }
        }
    }
}

/// A hello of TLS 1.3 that was taken.
fn tls13() -> Step {
    let probe = Probe::Version(Version::TLS13);
    accepted(probe, Version::TLS13, 0x1302, |flight| flight.exchange = None)
}

/// What all of the TLS shows counts once it was seen.
#[test]
fn what_only_a_closer_look_shows_counts_too() {
    let weak = accepted(
        Probe::Suites(Worth::Insufficient),
        Version::TLS12,
        0x002f,
        |flight| {
            flight.exchange = None;
        },
    );
    let servers = Servers::all(&sound()).profile(&profile(&[weak]));
    let verdict = servers.judge(ZONE, &spec("Sufficient"));
    let record = of_tls(&verdict);
    assert_eq!(record.state, State::Drifted);
    let [difference] = &record.differences[..] else {
        panic!("{:?}", record.differences);
    };
    assert_eq!(
        difference,
        "mx1.a.nl: want nothing insufficient, found TLS_RSA_WITH_AES_128_CBC_SHA (insufficient)"
    );
    // A second answer is had of the certificates alone.
    let asked_anew = record
        .questions
        .iter()
        .filter_map(|question| question.of::<zegel::inquiry::Starttls>());
    assert!(
        asked_anew.clone().count() == 2 && asked_anew.clone().all(|one| one.closeness == Closeness::Chain)
    );
}

#[test]
fn what_could_not_be_seen_is_unknown_and_accuses_nobody() {
    for trouble in [
        Trouble::Busy,
        Trouble::Refused,
        Trouble::PortBlocked,
        Trouble::Private,
        Trouble::Timeout,
    ] {
        let servers = Servers::default()
            .at("192.0.2.25", Closeness::Chain, Err(trouble))
            .at("2001:db8::25", Closeness::Chain, Err(trouble));
        let verdict = servers.judge(ZONE, &spec("Sufficient"));
        let record = of_tls(&verdict);
        assert_eq!((record.state, record.unanswered), (State::Unknown, Some(trouble)));
        let of_tls = verdict
            .findings
            .iter()
            .filter(|finding| finding.rule.standard == Standard::Tls);
        assert_eq!(of_tls.count(), 0, "{:?}", verdict.findings);
        // And every other verdict is as if nobody had asked.
        let plain = Servers::default().judge(ZONE, &intent("{domain: a.nl, role: Mail}"));
        let others = |verdict: &Verdict| -> Vec<String> {
            let findings = verdict
                .findings
                .iter()
                .filter(|finding| finding.subject.as_deref() != Some("TLS"));
            findings
                .map(|finding| format!("{} {}", finding.rule.id, finding.message))
                .collect()
        };
        assert_eq!(others(&verdict), others(&plain));
    }
}

/// Where no IPv6 leads out, the other address speaks for the host.
#[test]
fn one_address_that_answers_stands_for_its_host() {
    let servers = Servers::default()
        .at("192.0.2.25", Closeness::Chain, Ok(sound()))
        .at("2001:db8::25", Closeness::Chain, Err(Trouble::NoRoute))
        .at(
            "192.0.2.25",
            Closeness::Profile,
            Ok(with(|it| (it.handshake, it.steps) = (None, vec![tls13()]))),
        )
        .looking_closely();
    let verdict = servers.judge(ZONE, &spec("Good"));
    assert_eq!(of_tls(&verdict).state, State::InSync);
    assert_eq!(
        of_tls(&verdict).observed,
        ["mx1.a.nl at 192.0.2.25: TLS 1.3, TLS_AES_256_GCM_SHA384, EC secp256r1"]
    );
}

/// Each address may be another machine: a fault at any of them is one, told with where it is, and hides nothing of the others.
#[test]
fn a_fault_at_one_address_is_a_fault_of_the_host() {
    let absent = || with(|session| (session.offered, session.handshake) = (Offered::Absent, None));
    let refused = || {
        with(|session| (session.offered, session.handshake) = (Offered::Refused("501 no".to_owned()), None))
    };
    let broken = || with(|session| session.handshake = Some(Err("closed".to_owned())));
    let old = || {
        with(|session| {
            session.steps = vec![accepted(
                Probe::Version(Version::TLS11),
                Version::TLS10,
                0xc013,
                |_| {},
            )]
        })
    };
    let nothing = || {
        with(|session| {
            (session.handshake, session.steps) = (None, Vec::new());
            session.cut_short = Some("421 enough".to_owned());
        })
    };
    let (v4, v6) = (" at 192.0.2.25", " at 2001:db8::25");
    let no = |at: &str| format!("mx1.a.nl: want STARTTLS, found none{at}");
    let none = |at: &str| format!("mx1.a.nl: want TLS, found that no version of it comes about{at}");
    let low = || "mx1.a.nl: want nothing insufficient, found TLS 1.0 (insufficient)".to_owned();
    /// What two addresses show; the state and its differences; the rules that are broken, with what is told.
    type Row<'a> = (Session, Session, State, Vec<String>, &'a [(&'a str, &'a str)]);
    #[rustfmt::skip] // A row is a line.
    let rows: [Row<'_>; 9] = [
        (sound(), sound(), State::Unknown, vec![], &[]),
        (absent(), absent(), State::Missing, vec![no("")], &[("TLS-001", "found none in its answer to EHLO")]),
        (sound(), absent(), State::Missing, vec![no(v6)], &[("TLS-001", "EHLO at 2001:db8::25")]),
        (absent(), refused(), State::Missing, vec![no("")], &[("TLS-001", "EHLO at 192.0.2.25 and it refused: 501 no at 2001:db8::25")]),
        (broken(), broken(), State::Drifted, vec![none("")], &[("TLS-002", "none comes about: closed")]),
        (broken(), sound(), State::Drifted, vec![none(v4)], &[("TLS-002", "closed at 192.0.2.25")]),
        (broken(), absent(), State::Missing, vec![no(v6), none(v4)], &[("TLS-001", "at 2001:db8::25"), ("TLS-002", "at 192.0.2.25")]),
        (absent(), old(), State::Missing, vec![no(v4), low()], &[("TLS-001", "at 192.0.2.25"), ("TLS-003", "found TLS 1.0")]),
        (sound(), nothing(), State::Unknown, vec![], &[("TLS-017", "421 enough")]),
    ];
    for (first, second, state, differences, broken) in rows {
        let servers = Servers::default()
            .at("192.0.2.25", Closeness::Chain, Ok(first))
            .at("2001:db8::25", Closeness::Chain, Ok(second));
        let verdict = servers.judge(ZONE, &spec("Sufficient"));
        let record = of_tls(&verdict);
        let found: Vec<&str> = record
            .differences
            .iter()
            .map(|one| one.split(", TLS_").next().unwrap())
            .collect();
        assert_eq!(
            (record.state, found),
            (state, differences.iter().map(String::as_str).collect())
        );
        let of_tls = verdict.findings.iter().filter(|finding| {
            finding.rule.id.starts_with("TLS-") && !["TLS-004", "TLS-023"].contains(&finding.rule.id)
        });
        let said: Vec<&Finding> = of_tls.collect();
        let ids: Vec<&str> = said.iter().map(|finding| finding.rule.id).collect();
        assert_eq!(
            ids,
            broken.iter().map(|(rule, _)| *rule).collect::<Vec<_>>(),
            "{said:#?}"
        );
        for (finding, (_, says)) in said.iter().zip(broken) {
            assert!(
                finding.message.contains(says),
                "want {says}, found {}",
                finding.message
            );
        }
    }
}

/// A look at all of a server's TLS takes minutes of its turns: what the state hangs on is asked before, and of who does not
/// answer that nothing more is asked.
#[test]
fn the_certificates_are_asked_for_before_all_of_the_tls() {
    let servers = Servers::all(&sound()).profile(&profile(&[])).at(
        "2001:db8::25",
        Closeness::Chain,
        Err(Trouble::Busy),
    );
    let verdict = servers.judge(ZONE, &spec("Any"));
    assert_eq!(of_tls(&verdict).state, State::InSync);
    let asked = servers.asked.lock().unwrap();
    let asked: Vec<(bool, Closeness)> = asked
        .iter()
        .map(|one| (one.address.is_ipv4(), one.closeness))
        .collect();
    let (first, rest) = asked.split_at(2);
    assert!(
        first.iter().all(|(_, closeness)| *closeness == Closeness::Chain),
        "{asked:?}"
    );
    assert_eq!(rest, [(true, Closeness::Profile)]);
}

#[test]
fn nobody_is_asked_where_nobody_asked_for_it() {
    let servers = Servers::all(&sound());
    for intent in [
        observe("a.nl"),
        intent("{domain: a.nl, role: Mail, mx: {hosts: [{preference: 10, host: mx1.a.nl}]}}"),
    ] {
        servers.judge(ZONE, &intent);
    }
    assert!(servers.asked.lock().unwrap().is_empty());
    let looked = Intent {
        looks_at_tls: true,
        ..observe("a.nl")
    };
    servers.judge(ZONE, &looked);
    assert_eq!(servers.asked.lock().unwrap().len(), 2);
}

#[test]
fn who_takes_the_mail_is_who_is_asked() {
    for (zone, state, hosts) in [
        (ZONE, State::InSync, &["mx1.a.nl", "mx1.a.nl"][..]),
        // Without an MX the domain's own address takes it (RFC 5321 5.1).
        ("a.nl A 192.0.2.25", State::InSync, &["a.nl"]),
        ("a.nl TXT x", State::InSync, &[]),
        ("a.nl MX 0 .", State::InSync, &[]),
        // Nor does a domain that does not exist, and that is not what was wanted.
        ("b.nl TXT x", State::Missing, &[]),
        ("a.nl MX 10 mx1.a.nl", State::Missing, &[]),
        ("a.nl MX 10 192.0.2.25", State::Missing, &[]),
        ("a.nl MX !SERVFAIL", State::Unknown, &[]),
        ("a.nl MX 10 mx1.a.nl\nmx1.a.nl ANY !TIMEOUT", State::Unknown, &[]),
    ] {
        let servers = Servers::all(&sound());
        let verdict = servers.judge(zone, &spec("Any"));
        let asked = servers.asked.lock().unwrap();
        let asked: Vec<&str> = asked.iter().map(|one| one.host.as_str()).collect();
        assert_eq!((of_tls(&verdict).state, &asked[..]), (state, hosts), "{zone}");
    }
}

/// Why a server takes nobody is told in its own words, on one line; of what kept us from it no words are its own.
#[test]
fn what_a_server_says_that_takes_nobody_is_told() {
    for (trouble, words, told) in [
        (
            Trouble::Busy,
            "421 4.7.0 busy, try later",
            Some(": 421 4.7.0 busy, try later"),
        ),
        (
            Trouble::Refused,
            "554 no\u{1b}[31m service",
            Some(": 554 no[31m service"),
        ),
        (Trouble::Busy, "", None),
        (Trouble::Timeout, "421 4.7.0 busy, try later", None),
    ] {
        let servers = ["192.0.2.25", "2001:db8::25"]
            .into_iter()
            .fold(Servers::default().saying(words), |servers, at| {
                servers.at(at, Closeness::Chain, Err(trouble))
            });
        let subject = Intent {
            looks_at_tls: true,
            ..observe("a.nl")
        };
        let verdict = servers.judge(ZONE, &subject);
        let mut messages = verdict.findings.iter().map(|finding| finding.message.as_str());
        let message = messages.find(|message| message.contains("not checked in full"));
        let message = message.unwrap_or_else(|| panic!("{:#?}", verdict.findings));
        assert!(message.contains(&trouble.to_string()), "{message}");
        match told {
            Some(told) => assert!(message.contains(told), "{message}"),
            None => assert!(!message.contains("421"), "{message}"),
        }
    }
}

/// The state hangs on the one look there is, whatever it was asked for, and the server's words go with it.
#[test]
fn a_mail_server_nobody_saw_is_what_the_state_hangs_on() {
    let words = "454 4.7.0 TLS not available";
    let (silent, observed) = (Servers::default().saying(words), observe("a.nl"));
    let one_is_seen = Servers::default()
        .at("192.0.2.25", Closeness::Chain, Ok(sound()))
        .saying(words);
    let looks = Intent {
        looks_at_tls: true,
        ..observed
    };
    for (servers, intent, holds) in [
        (&silent, spec("Sufficient"), true),
        (&silent, spec("Any"), true),
        // One that was seen in part is as good, until all of its TLS is wanted.
        (&one_is_seen, spec("Any"), false),
        (&one_is_seen, spec("Sufficient"), true),
        (&silent, looks, false),
    ] {
        let verdict = servers.judge(ZONE, &intent);
        let of_mail = verdict
            .unanswered
            .iter()
            .filter(|one| one.question.of::<zegel::inquiry::Starttls>().is_some());
        let of_mail: Vec<_> = of_mail.collect();
        assert!(!of_mail.is_empty());
        for one in of_mail {
            assert_eq!(one.holds, holds, "{intent:?}");
            assert!(one.sentence().ends_with(words), "{}", one.sentence());
        }
    }
}
