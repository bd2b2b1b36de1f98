//! Every rule about TLS: what a server does when it fires, and that a sound one breaks none.

use std::collections::BTreeSet;

use zegel::inquiry::{Halt, Offered, Session};
use zegel::rules::{self, Severity};
use zegel::transport::{Group, KeyExchange, Probe, Scheme, Version, Worth};

use crate::facts::{findings, intent};
use crate::seen::{Servers, ZONE, accepted, certificate, old_certificate, profile, sound, with, with_handshake};

const W: Severity = Severity::Warning;
const I: Severity = Severity::Info;
const TLS12: Version = Version::TLS12;
const SPEC: &str = "{domain: a.nl, role: Mail, tls: {level: Any}}";

/// All of the TLS of a server that took one more hello.
fn also(probe: Probe, suite: u16, change: impl FnOnce(&mut zegel::transport::Flight)) -> Session {
    profile(&[accepted(probe, TLS12, suite, change)])
}

fn dhe(bits: usize, group: Option<u16>) -> Option<KeyExchange> {
    Some(KeyExchange::Dhe {
        group: group.map(Group),
        bits,
        scheme: Some(Scheme(0x0804)),
    })
}

fn signed(scheme: u16) -> Option<KeyExchange> {
    Some(KeyExchange::Ecdhe {
        group: Some(Group(29)),
        scheme: Some(Scheme(scheme)),
    })
}

/// rule, severity, what the message says, and what a look at the certificates or at all of the TLS shows.
fn rows() -> Vec<(&'static str, Severity, &'static str, Session)> {
    let weak = Probe::Suites(Worth::Insufficient);
    let version = Probe::Version(TLS12);
    vec![
        ("TLS-001", W, "found none in its answer", with(|it| (it.offered, it.handshake) = (Offered::Absent, None))),
        ("TLS-001", W, "refused: 501 no", with(|it| (it.offered, it.handshake) = (Offered::Refused("501 no".into()), None))),
        ("TLS-002", W, "none comes about: closed", with(|it| it.handshake = Some(Err("closed".into())))),
        ("TLS-003", W, "found TLS 1.0 (insufficient)", with(|it| it.steps = vec![accepted(Probe::Version(Version::TLS11), Version::TLS10, 0xc013, |_| {})])),
        ("TLS-003", W, "found SSL 3.0 (insufficient)", with(|it| it.steps = vec![accepted(Probe::Version(Version::SSL30), Version::SSL30, 0x000a, |_| {})])),
        ("TLS-004", W, "TLS_RSA_WITH_AES_128_CBC_SHA (insufficient)", also(weak, 0x002f, |it| it.exchange = None)),
        ("TLS-004", W, "TLS_ECDH_anon_WITH_AES_256_CBC_SHA (insufficient)", also(weak, 0xc019, |_| {})),
        ("TLS-004", I, "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256 (phase out)", also(Probe::Suites(Worth::PhaseOut), 0xc027, |_| {})),
        ("TLS-005", W, "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256, although it takes TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", also(Probe::Order, 0xc027, |_| {})),
        ("TLS-006", W, "DHE of 1024 bits in a field that is none of RFC 7919 (insufficient)", also(Probe::Prime, 0x009e, |it| it.exchange = dhe(1024, None))),
        ("TLS-006", W, "ffdhe2048 (insufficient)", also(Probe::Prime, 0x009e, |it| it.exchange = dhe(2048, Some(256)))),
        ("TLS-006", I, "ffdhe3072 (phase out)", also(Probe::Prime, 0x009e, |it| it.exchange = dhe(3072, Some(257)))),
        ("TLS-006", I, "secp224r1 (phase out)", also(Probe::Curves, 0xc02f, |it| it.exchange = Some(KeyExchange::Ecdhe { group: Some(Group(21)), scheme: Some(Scheme(0x0804)) }))),
        ("TLS-007", W, "rsa_pkcs1_sha1 (insufficient)", also(Probe::Sha1, 0xc02f, |it| it.exchange = signed(0x0201))),
        ("TLS-007", I, "rsa_pkcs1_sha224 (phase out)", also(Probe::Sha224, 0xc02f, |it| it.exchange = signed(0x0301))),
        ("TLS-008", W, "found DEFLATE", also(version, 0xc02f, |it| it.hello.as_mut().unwrap().compresses = true)),
        ("TLS-009", W, "want secure renegotiation", also(version, 0xc02f, |it| it.hello.as_mut().unwrap().secure_renegotiation = false)),
        ("TLS-010", W, "want the extended master secret", also(version, 0xc02f, |it| it.hello.as_mut().unwrap().extended_master_secret = false)),
        ("TLS-011", W, "RSA 1024, its own (insufficient)", with_handshake(|it| it.chain = vec![old_certificate()])),
        ("TLS-012", W, "RSA with SHA-1, its own (insufficient)", with_handshake(|it| it.chain = vec![old_certificate()])),
        ("TLS-013", W, "ended at 2025-01-01T00:00:00Z", with_handshake(|it| it.chain = vec![certificate(&["mx1.a.nl"], (2024, 2025))])),
        ("TLS-013", W, "begins at 2027-01-01T00:00:00Z", with_handshake(|it| it.chain = vec![certificate(&["mx1.a.nl"], (2027, 2028))])),
        ("TLS-014", W, "found one for www.a.nl", with_handshake(|it| it.chain = vec![certificate(&["www.a.nl"], (2026, 2027))])),
        ("TLS-014", W, "found one with no DNS name, and the common name mx1.a.nl", with_handshake(|it| it.chain = vec![certificate(&[], (2026, 2027))])),
        ("TLS-015", I, "found that it leads to no public root", with_handshake(|it| it.trusted = Err("it leads to no public root".into()))),
        ("TLS-016", W, "found something", with(|it| it.injected = true)),
        ("TLS-020", W, "none comes about from here: too long", with(|it| (it.handshake, it.halt) = (Some(Err("too long".into())), Some(Halt::TooLong)))),
        ("TLS-017", I, "no more connections: 421 enough", with(|it| it.cut_short = Some("421 enough".into()))),
    ]
}

#[test]
fn every_rule_fires_where_it_should() {
    let mut met = BTreeSet::new();
    for (rule, severity, says, session) in rows() {
        let servers = match session.handshake.is_none() && session.offered == Offered::Yes {
            true => Servers::all(&sound()).profile(&session),
            false => Servers::all(&session),
        };
        let verdict = servers.judge(ZONE, &intent(SPEC));
        let found = findings(&verdict, rule);
        // Two addresses with one fault are one finding.
        let [finding] = &found[..] else {
            panic!("{rule}: {found:?} of {:?}", verdict.findings);
        };
        assert_eq!(finding.severity, severity, "{rule}: {}", finding.message);
        assert!(finding.message.contains(says) && finding.message.contains("mx1.a.nl"), "{rule}: {}", finding.message);
        assert!(finding.managed, "{rule}");
        met.insert(rule);
    }
    // Who may issue is said by DNS.
    for (lines, says) in [("", "found none at its name or above"), ("\na.nl CAA 0 iodef \"mailto:x@a.nl\"", "found those of a.nl without the tag issue")] {
        let zone = format!("{}{lines}", ZONE.replace("a.nl CAA 0 issue \"ca.example\"", ""));
        let verdict = Servers::all(&sound()).judge(&zone, &intent(SPEC));
        let [finding] = &findings(&verdict, "TLS-018")[..] else {
            panic!("{:?}", verdict.findings);
        };
        assert!(finding.severity == I && finding.message.contains(says), "{finding:?}");
        met.insert("TLS-018");
    }
    // And that nobody may, which matters where a public authority did.
    let private = with_handshake(|it| it.trusted = Err("it leads to no public root".into()));
    for (set, session, says) in [
        ("a.nl CAA 0 issue \";\"", sound(), Some("issue \";\" alone")),
        ("a.nl CAA 0 issue \"; policy=x\"", sound(), Some("issue \";\" alone")),
        ("mx1.a.nl CAA 0 issue \";\"\na.nl CAA 0 issue \"ca.example\"", sound(), Some("found at mx1.a.nl")),
        ("a.nl CAA 128 tbs \"x\"\na.nl CAA 0 issue \"ca.example\"", sound(), Some("the tag tbs")),
        ("a.nl CAA 0 tbs \"x\"\na.nl CAA 0 issue \"ca.example\"", sound(), None),
        ("a.nl CAA 128 issue \"ca.example\"", sound(), None),
        ("a.nl CAA 0 issue \";\"\na.nl CAA 0 issue \"ca.example; policy=x\"", sound(), None),
        ("mx1.a.nl CAA 0 issue \"ca.example\"\na.nl CAA 0 issue \";\"", sound(), None),
        ("a.nl CAA 0 issue \";\"\na.nl CAA 0 issuewild \"ca.example\"", sound(), None),
        ("a.nl CAA 0 issue \"%%%%%\"", sound(), Some("issue \"%%%%%\", which names no authority")),
        ("a.nl CAA 0 issue \"\\\"ca.example\\\"\"", sound(), Some("which names no authority")),
        ("a.nl CAA \\# 6 80036162632D", sound(), Some("the tag abc, which is critical")),
        ("a.nl CAA \\# 4 80022020\na.nl CAA 0 issue \"ca.example\"", sound(), Some("the tag \"  \", which is critical")),
        ("a.nl CAA 0 issue \";\"", private, None),
    ] {
        let zone = ZONE.replace("a.nl CAA 0 issue \"ca.example\"", set);
        let verdict = Servers::all(&session).judge(&zone, &intent(SPEC));
        let found: Vec<_> = findings(&verdict, "TLS-019").iter().map(|one| (one.severity, one.message.contains(says.unwrap_or("-")))).collect();
        assert_eq!(found, says.map(|_| (W, true)).into_iter().collect::<Vec<_>>(), "{set}");
        met.insert("TLS-019");
    }
    // And records that are none, whoever issued the certificate.
    for (record, is_odd) in [
        // No tag at all, one that goes past the end, no octet of it, and an odd number of digits.
        ("\\# 2 0000", true),
        ("\\# 4 00096973", true),
        ("\\# 1 00", true),
        ("\\# 0", true),
        // A critical tag of blanks, and one with a hyphen.
        ("\\# 4 80022020", true),
        ("\\# 6 80036162632D", false),
        ("\\# 6 0003612D632D", true),
        ("0 issue \"%%%%%\"", false),
        ("0 tbs \"x\"", false),
        ("64 issue \"ca.example\"", false),
    ] {
        for session in [sound(), with_handshake(|it| it.trusted = Err("it leads to no public root".into()))] {
            let set = format!("a.nl CAA 0 issue \"ca.example\"\na.nl CAA {record}");
            let verdict = Servers::all(&session).judge(&ZONE.replace("a.nl CAA 0 issue \"ca.example\"", &set), &intent(SPEC));
            let found: Vec<_> = findings(&verdict, "TLS-022").iter().map(|one| (one.severity, one.message.contains(&format!("found at a.nl {record}: it has")))).collect();
            assert_eq!(found, is_odd.then_some((I, true)).into_iter().collect::<Vec<_>>(), "{record}");
        }
        met.insert("TLS-022");
    }
    let two = ZONE.replace("a.nl CAA 0 issue \"ca.example\"", "a.nl CAA \\# 2 0000\na.nl CAA \\# 1 00");
    let verdict = Servers::all(&sound()).judge(&two, &intent(SPEC));
    let found = &findings(&verdict, "TLS-022")[0].message;
    assert!(found.contains(", and 1 more like it"), "{found}");
    // And that a level is wanted that was not looked for.
    for (level, servers, is_told) in [
        ("Any", Servers::all(&sound()), false),
        ("Sufficient", Servers::all(&sound()), true),
        ("Good", Servers::all(&sound()), true),
        ("Good", Servers::all(&sound()).profile(&profile(&[])), false),
        // Why it was not seen is told otherwise where it was asked for.
        ("Good", Servers::all(&sound()).looking_closely(), false),
    ] {
        let spec = SPEC.replace("Any", level);
        let verdict = servers.judge(ZONE, &intent(&spec));
        let found: Vec<_> = findings(&verdict, "TLS-023").iter().map(|one| (one.severity, one.fix.contains("--starttls profile"))).collect();
        assert_eq!(found, is_told.then_some((W, true)).into_iter().collect::<Vec<_>>(), "{level}");
        met.insert("TLS-023");
    }
    // And that there are more than are looked at.
    let five: String = (1..=5).map(|at| format!("\nmx1.a.nl A 192.0.2.{at}")).collect();
    let verdict = Servers::all(&sound()).judge(&format!("a.nl MX 10 mx1.a.nl{five}"), &intent(SPEC));
    let [finding] = &findings(&verdict, "TLS-021")[..] else {
        panic!("{:?}", verdict.findings);
    };
    assert!(finding.severity == W && finding.message.contains("looked at 4 of 5, and not at 192.0.2.5"), "{finding:?}");
    met.insert("TLS-021");
    let known: BTreeSet<&str> = rules::tls::RULES.iter().map(|rule| rule.id).collect();
    assert_eq!(met, known);
}

#[test]
fn a_sound_server_breaks_no_rule() {
    let servers = Servers::all(&sound()).profile(&profile(&[]));
    let verdict = servers.judge(ZONE, &intent(SPEC));
    let of_tls = |finding: &&zegel::judge::Finding| finding.rule.id.starts_with("TLS-");
    let found: Vec<_> = verdict.findings.iter().filter(of_tls).collect();
    assert!(found.is_empty(), "{found:?}");
}

/// A certificate that has ended leads to no root either: that is said once, as what it is.
#[test]
fn one_fault_of_a_certificate_is_one_finding() {
    for (names, years) in [(["mx1.a.nl"], (2024, 2025)), (["www.a.nl"], (2026, 2027))] {
        let session = with_handshake(|it| {
            it.chain = vec![certificate(&names, years)];
            it.trusted = Err("as webpki has it".to_owned());
        });
        let verdict = Servers::all(&session).judge(ZONE, &intent(SPEC));
        let of_tls = verdict.findings.iter().filter(|finding| finding.rule.id.starts_with("TLS-"));
        assert_eq!(of_tls.count(), 1, "{:?}", verdict.findings);
        let measured = verdict.measures.certificate.unwrap();
        assert_eq!(measured.at.to_string(), format!("{}-01-01T00:00:00Z", years.1));
    }
}
