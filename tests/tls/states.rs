//! The state of TLS by what a spec wants, what is not known, and who is asked at all.

use zegel::inquiry::{Closeness, Offered, Trouble};
use zegel::judge::{RecordVerdict, State, Verdict};
use zegel::records::Standard;
use zegel::transport::{Probe, Suite, Version};

use crate::facts::{intent, observe};
use crate::seen::{Servers, ZONE, accepted, old_certificate, profile, sound, with, with_handshake};

const LEVELS: [&str; 3] = ["Any", "Sufficient", "Good"];

fn spec(level: &str) -> zegel::intent::Intent {
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
    use State::{Drifted as D, InSync as I, Missing as M};
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
        for (level, state) in LEVELS.into_iter().zip(states) {
            let verdict = Servers::all(&session).judge(ZONE, &spec(level));
            let record = of_tls(&verdict);
            assert_eq!(record.state, state, "{name} {level}: {:?}", record.differences);
            assert_eq!(record.differences.is_empty(), state == I, "{name} {level}");
        }
    }
}

/// What all of the TLS shows counts once it was seen; until then the certificates' look stands.
#[test]
fn what_only_a_closer_look_shows_counts_too() {
    let weak = accepted(
        Probe::Suites(zegel::transport::plan::Worth::Insufficient),
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
        .at("2001:db8::25", Closeness::Chain, Err(Trouble::NoRoute));
    let verdict = servers.judge(ZONE, &spec("Good"));
    assert_eq!(of_tls(&verdict).state, State::InSync);
    assert_eq!(
        of_tls(&verdict).observed,
        ["mx1.a.nl at 192.0.2.25: TLS 1.3, TLS_AES_256_GCM_SHA384, EC secp256r1"]
    );
    // But a fault at any address is one.
    let absent = with(|session| (session.offered, session.handshake) = (Offered::Absent, None));
    let servers = Servers::all(&sound()).at("2001:db8::25", Closeness::Chain, Ok(absent));
    assert_eq!(of_tls(&servers.judge(ZONE, &spec("Any"))).state, State::Missing);
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
    let looked = zegel::intent::Intent {
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
