//! TLSA records that follow from certificates, as far as the judgement is concerned: what is wanted of them, and what is said.

use std::collections::BTreeSet;

use zegel::intent::{Intent, Issued, Keys};
use zegel::judge::{State, Verdict};
use zegel::records::dane::Tlsa;
use zegel::rules::{self, Severity};

use crate::facts::{World, findings, intent, rule_ids};

const SPEC: &str =
    "{domain: a.nl, role: Mail, dane: {certificateRefs: [REFS], SCHEME hosts: [{name: mx1.a.nl}]}}";

fn spec(refs: &str, scheme: &str) -> Intent {
    intent(&SPEC.replace("REFS", refs).replace("SCHEME", scheme))
}

fn tlsa(usage: u8, octet: u8) -> Tlsa {
    Tlsa {
        usage,
        selector: 1,
        matching: 1,
        data: vec![octet; 32],
    }
}

/// A certificate whose key is `octet`; its authority's is one more.
fn keys(octet: u8) -> Keys {
    Keys {
        revision: 3,
        current: tlsa(3, octet),
        next: None,
        issuer: Some(tlsa(2, octet + 1)),
        issuer_before: None,
        rotates: None,
    }
}

/// The verdict over a zone with these records at the host.
fn judged(intent: &Intent, records: &[Tlsa]) -> Verdict {
    let lines = records
        .iter()
        .map(|record| format!("_25._tcp.mx1.a.nl TLSA {record}"));
    let lines: Vec<String> = lines.collect();
    let zone = format!("a.nl MX 10 mx1.a.nl\nmx1.a.nl A 192.0.2.1\n{}", lines.join("\n"));
    World::new(&zone)
        .worth("nl", zegel::inquiry::Security::Secure)
        .judge(intent)
}

#[test]
fn what_is_known_of_certificates_decides_what_is_wanted_and_what_is_said() {
    let (blue, both) = ("{name: blue}", "{name: blue}, {name: green}");
    let (next, issuer) = ("", "scheme: CurrentAndIssuer,");
    let changed = |rotates: Option<bool>| Issued::Keys(Keys { rotates, ..keys(1) });
    let renewing = Issued::Keys(Keys {
        next: Some(tlsa(3, 7)),
        ..keys(1)
    });
    let alone = Issued::Keys(Keys {
        issuer: None,
        ..keys(1)
    });
    let exchanged = Issued::Keys(Keys {
        issuer_before: Some(tlsa(2, 9)),
        ..keys(1)
    });
    let absent = Issued::Absent("no CertificateRequest of it is there".to_owned());
    let published = [tlsa(3, 1)];
    for (refs, scheme, blue, zone, state, rule, says) in [
        (
            blue,
            next,
            Issued::NotRead,
            &published[..],
            State::Unknown,
            "DANE-040",
            "--certificate-requests",
        ),
        (
            blue,
            next,
            Issued::NotRead,
            &[],
            State::Unknown,
            "DANE-040",
            "not read here",
        ),
        (
            blue,
            next,
            absent.clone(),
            &published,
            State::Unknown,
            "DANE-040",
            "no CertificateRequest",
        ),
        (
            blue,
            issuer,
            alone,
            &published,
            State::Unknown,
            "DANE-042",
            "no certificate of an authority",
        ),
        (
            blue,
            next,
            changed(None),
            &published,
            State::InSync,
            "DANE-041",
            "unless its rotationPolicy is Never",
        ),
        (
            blue,
            next,
            changed(Some(true)),
            &published,
            State::InSync,
            "DANE-041",
            "gets a new one at its renewal",
        ),
        (
            blue,
            next,
            renewing,
            &published,
            State::Drifted,
            "DANE-041",
            "publish 3 1 1 0707",
        ),
        (
            blue,
            next,
            changed(Some(false)),
            &published,
            State::InSync,
            "",
            "",
        ),
        (blue, next, changed(Some(false)), &[], State::Missing, "", ""),
        (
            blue,
            issuer,
            changed(None),
            &[tlsa(3, 1), tlsa(2, 2)],
            State::InSync,
            "",
            "",
        ),
        (blue, issuer, changed(None), &published, State::Drifted, "", ""),
        (
            blue,
            issuer,
            exchanged.clone(),
            &[tlsa(3, 1), tlsa(2, 2)],
            State::InSync,
            "DANE-044",
            "found revision 3 issued by another: 2 1 1 0202",
        ),
        (
            blue,
            issuer,
            exchanged.clone(),
            &[tlsa(3, 1), tlsa(2, 9)],
            State::Drifted,
            "DANE-044",
            "where it was 2 1 1 0909",
        ),
        // Where the authority has no record, it is no matter.
        (
            both,
            next,
            exchanged,
            &[tlsa(3, 1), tlsa(3, 5)],
            State::InSync,
            "",
            "",
        ),
        (
            both,
            next,
            changed(None),
            &[tlsa(3, 1), tlsa(3, 5)],
            State::InSync,
            "",
            "",
        ),
        (both, next, changed(None), &published, State::Drifted, "", ""),
        (
            both,
            next,
            absent,
            &[tlsa(3, 1), tlsa(3, 5)],
            State::Unknown,
            "DANE-040",
            "blue",
        ),
    ] {
        let intent = spec(refs, scheme).with_certificates(|name| match name {
            "blue" => blue.clone(),
            _ => Issued::Keys(keys(5)),
        });
        let verdict = judged(&intent, zone);
        let of_certificates = rules::dane::issued::RULES.iter().map(|rule| rule.id);
        let said: Vec<_> = of_certificates.flat_map(|id| findings(&verdict, id)).collect();
        assert_eq!(
            verdict.records[0].state, state,
            "{refs} {scheme} {blue:?}: {said:?}"
        );
        match rule {
            "" => assert!(said.is_empty(), "{said:?}"),
            rule => {
                let [only] = said[..] else { panic!("{said:?}") };
                assert_eq!(only.rule.id, rule);
                assert!(
                    only.message.contains(says) && only.message.contains("found"),
                    "{}",
                    only.message
                );
                let is_elsewhere = blue == Issued::NotRead;
                assert_eq!(only.severity == Severity::Info, is_elsewhere, "{}", only.message);
            }
        }
        assert!(!rule_ids(&verdict).contains(&"DANE-016"), "one slip, one finding");
    }
    // The last hangs on what the server shows: it is held beside that.
    let tested = BTreeSet::from(["DANE-040", "DANE-041", "DANE-042", "DANE-043", "DANE-044"]);
    assert_eq!(
        rules::dane::issued::RULES
            .iter()
            .map(|rule| rule.id)
            .collect::<BTreeSet<_>>(),
        tested
    );
}

/// Offline what is wanted is a condition, and another key is another intent.
#[test]
fn until_they_are_known_the_records_are_a_condition() {
    let unread = spec("{name: blue}", "");
    let desired = unread.wanted[0].desired();
    assert!(desired.values.is_empty());
    let condition = desired.condition.unwrap();
    assert!(
        condition.contains("blue") && condition.contains("--certificate-requests"),
        "{condition}"
    );
    let of = |octet: u8| spec("{name: blue}", "").with_certificates(|_| Issued::Keys(keys(octet)));
    assert_eq!(of(1).wanted[0].desired().values, [tlsa(3, 1).to_string()]);
    let digests = BTreeSet::from([unread.digest(), of(1).digest(), of(2).digest()]);
    assert_eq!(digests.len(), 3);
    assert_eq!(unread.certificates().collect::<Vec<_>>(), ["blue"]);
}
