//! What the judgement makes of what answers are worth: the state where DNSSEC is required, and what is found.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use zegel::inquiry::{
    Bogus, Broken, Dns, Doubt, Ds, Ends, Fact, Key, Kind, RecordType, Security, Trouble, Trust, Unproven,
    Zone, settle_from,
};
use zegel::judge::{State, Verdict, judge};
use zegel::records::Standard;
use zegel::rules::Severity;

use crate::facts::{World, findings, intent, name, now, observe, rule_ids};

pub(super) const ZONE: &str = "a.nl TXT v=spf1 mx -all\na.nl MX 10 mail.b.nl\na.nl SOA x\n_dmarc.a.nl TXT v=DMARC1; p=reject\n\
                    mail.b.nl A 192.0.2.25\nmail.b.nl AAAA 2001:db8::25";
pub(super) const REQUIRED: &str = "{domain: a.nl, role: Mail, spf: {mechanisms: [mx], all: Fail}, dmarc: {policy: Reject}, \
                        dnssec: {required: true}}";
const OBSERVED: &str =
    "{domain: a.nl, role: Mail, spf: {mechanisms: [mx], all: Fail}, dmarc: {policy: Reject}}";

pub(super) fn insecure(at: &str, why: Unproven) -> Security {
    Security::Insecure { at: name(at), why }
}

fn bogus(at: &str, why: Broken) -> Security {
    Security::Bogus(Box::new(Bogus {
        at: name(at),
        kind: RecordType(16),
        why,
    }))
}

fn expired(tolerated: bool) -> Broken {
    let at = Timestamp::UNIX_EPOCH;
    Broken::Expired { at, tolerated }
}

/// A sound zone `a.nl` below `nl`.
pub(super) fn sound() -> Zone {
    let zone = |text: &str, parent, ds, keys| Zone {
        name: name(text),
        parent,
        ds,
        keys,
        security: Security::Secure,
        ends: None,
    };
    let key = Key {
        tag: 815,
        algorithm: 13,
        flags: 257,
        bits: 256,
        anchored: true,
    };
    let ds = Ds {
        tag: 815,
        algorithm: 13,
        digest: 2,
    };
    let weak = Key {
        algorithm: 5,
        bits: 1024,
        ..key
    };
    let root = Arc::new(zone(".", None, vec![], vec![weak]));
    let nl = Arc::new(zone("nl", Some(root), vec![ds], vec![weak]));
    zone("a.nl", Some(nl), vec![ds], vec![key])
}

fn ends(left: SignedDuration, lifetime: SignedDuration) -> Ends {
    let at = now() + left;
    Ends {
        at,
        since: at - lifetime,
        ttl: 3600,
        kind: RecordType(16),
    }
}

/// The verdict over a world in which each answer is worth what `worth` says, by the zones that `trust` gives.
fn verdict(spec: &str, worth: impl Fn(&Dns) -> Security, trust: Option<&Trust>) -> Verdict {
    let world = World::new(ZONE);
    let intent = if spec.is_empty() {
        observe("a.nl")
    } else {
        intent(spec)
    };
    let answer = |question: &Dns| -> Fact {
        let mut fact = world.answer(question);
        fact.security = worth(question);
        fact.source.trust = trust.cloned().map(Box::new);
        if matches!(fact.security, Security::Bogus(_)) {
            fact.outcome = Err(Trouble::Bogus);
        }
        fact
    };
    settle_from(answer, |inquiry| judge(&intent, inquiry, now())).0
}

fn secure(_: &Dns) -> Security {
    Security::Secure
}

/// The state of the chain of trust, with what differs.
fn state(verdict: &Verdict) -> (State, Vec<String>, Option<Trouble>) {
    let mut records = verdict.records.iter();
    let record = records
        .find(|record| record.standard == Standard::Dnssec)
        .expect("it is managed");
    (record.state, record.differences.clone(), record.unanswered)
}

#[test]
fn what_is_required_is_judged_over_every_managed_name() {
    assert_eq!(
        state(&verdict(REQUIRED, secure, None)),
        (State::InSync, vec![], None)
    );
    let only = |owner: &'static str, security: Security| {
        move |question: &Dns| match question.name == name(owner) {
            true => security.clone(),
            false => Security::Secure,
        }
    };
    for (owner, security, wanted, line) in [
        (
            "a.nl",
            insecure("a.nl", Unproven::Unsigned),
            State::Missing,
            "a.nl SOA: want secure, found insecure at a.nl: the zone is not signed",
        ),
        (
            "_dmarc.a.nl",
            insecure("p.example", Unproven::OptOut),
            State::Missing,
            "_dmarc.a.nl TXT: want secure, found insecure at p.example",
        ),
        (
            "_dmarc.a.nl",
            bogus("a.nl", Broken::BadSignature),
            State::Drifted,
            "_dmarc.a.nl TXT: want secure, found bogus at a.nl (TXT): the signature does not fit",
        ),
    ] {
        let (state, differences, _) = state(&verdict(REQUIRED, only(owner, security), None));
        assert_eq!(state, wanted, "{owner}");
        assert!(
            differences.iter().any(|one| one.starts_with(line)),
            "{line}: {differences:?}"
        );
    }
}

#[test]
fn what_could_not_be_proven_is_unknown_and_accuses_nobody() {
    let doubt = |at, why| Security::Indeterminate { at: name(at), why };
    for (security, trouble) in [
        // Here nothing is validated by choice.
        (Security::NotAsked, Trouble::NotValidated),
        (doubt(".", Doubt::Clock), Trouble::Unproven),
        (doubt("a.nl", Doubt::Resolver), Trouble::Unproven),
    ] {
        let verdict = verdict(REQUIRED, |_| security.clone(), None);
        assert_eq!(
            state(&verdict),
            (State::Unknown, vec![], Some(trouble)),
            "{security:?}"
        );
        assert!(
            !rule_ids(&verdict).iter().any(|id| id.starts_with("SEC-")),
            "{security:?}"
        );
    }
}

/// Whoever breaks the chain above all domains, a resolver that strips or a clock, it is no domain's doing.
#[test]
fn what_breaks_at_the_root_or_a_top_level_domain_is_unknown() {
    for (at, why) in [
        (".", Broken::NoDnskey),
        (".", Broken::NoSignature),
        ("nl", Broken::BadSignature),
    ] {
        let verdict = verdict(REQUIRED, |_| bogus(at, why.clone()), None);
        assert_eq!(state(&verdict).0, State::Unknown, "{at} {why:?}");
        let errors = findings(&verdict, "SEC-002");
        assert!(errors.is_empty(), "{errors:?}");
    }
}

#[test]
fn a_broken_chain_is_an_error_that_names_zone_and_cause() {
    for (why, rule, severity) in [
        (Broken::NoDnskey, "SEC-002", Severity::Error),
        (
            Broken::DsMatchesNoKey {
                ds: [1].into(),
                keys: [2].into(),
            },
            "SEC-002",
            Severity::Error,
        ),
        (Broken::DigestDiffers([1].into()), "SEC-002", Severity::Error),
        (
            Broken::KeyDoesNotSign {
                anchored: [1].into(),
                signers: [2].into(),
            },
            "SEC-015",
            Severity::Error,
        ),
        (expired(false), "SEC-008", Severity::Error),
        (expired(true), "SEC-008", Severity::Warning),
        (Broken::NotYetValid(now()), "SEC-015", Severity::Error),
        (Broken::BadSignature, "SEC-015", Severity::Error),
        (Broken::NoSignature, "SEC-015", Severity::Error),
        (Broken::NoMatchingKey([3].into()), "SEC-015", Severity::Error),
        (Broken::no_proof("nothing says so"), "SEC-015", Severity::Error),
    ] {
        for (spec, managed) in [(OBSERVED, true), (REQUIRED, true), ("", false)] {
            let verdict = verdict(spec, |_| bogus("a.nl", why.clone()), None);
            let found = findings(&verdict, rule);
            let [finding] = found.as_slice() else {
                panic!("{rule} once: {found:?}");
            };
            assert_eq!(
                (finding.severity, finding.managed),
                (severity, managed),
                "{why:?} {spec}"
            );
            assert_eq!(finding.site.name(), &name("a.nl"));
            assert_eq!(finding.subject.as_deref(), Some(why.reason()));
            assert!(finding.message.contains(&why.to_string()), "{}", finding.message);
        }
    }
}

/// A signature that ended so short ago that some still take it is a Warning, and makes nothing wrong for all: what it covers
/// has no answer here, and nothing more is known.
#[test]
fn what_is_tolerated_is_a_warning_and_no_drift() {
    for (tolerated, wanted, severity) in [
        (true, State::Unknown, Severity::Warning),
        (false, State::Drifted, Severity::Error),
    ] {
        let verdict = verdict(REQUIRED, |_| bogus("a.nl", expired(tolerated)), None);
        let (state, _, unanswered) = state(&verdict);
        assert_eq!((state, unanswered), (wanted, Some(Trouble::Bogus)), "{tolerated}");
        let said: Vec<_> = findings(&verdict, "SEC-008")
            .iter()
            .map(|one| one.severity)
            .collect();
        assert_eq!(said, [severity]);
        let worse: Vec<_> = verdict
            .findings
            .iter()
            .filter(|one| tolerated && one.severity == Severity::Error)
            .map(|one| one.rule.id)
            .collect();
        assert_eq!(worse, [""; 0]);
    }
}

#[test]
fn at_the_root_and_the_top_level_nobody_is_accused() {
    for at in [".", "nl"] {
        let verdict = verdict(OBSERVED, |_| bogus(at, Broken::NoSignature), None);
        assert!(
            !rule_ids(&verdict).iter().any(|id| id.starts_with("SEC-")),
            "{at}"
        );
        assert!(!verdict.is_complete(), "it is unanswered all the same");
    }
}

#[test]
fn an_unsigned_zone_is_advice_unless_dnssec_is_required() {
    for why in [Unproven::Unsigned, Unproven::OptOut] {
        for (spec, severity, managed) in [
            ("", Severity::Info, false),
            (OBSERVED, Severity::Info, false),
            (REQUIRED, Severity::Error, true),
        ] {
            let verdict = verdict(spec, |_| insecure("a.nl", why), None);
            let found = findings(&verdict, "SEC-001");
            let said: Vec<_> = found.iter().map(|one| (one.severity, one.managed)).collect();
            assert_eq!(said, [(severity, managed)], "{spec}");
        }
    }
    let quiet = verdict(REQUIRED, secure, None);
    assert!(
        !rule_ids(&quiet).iter().any(|id| id.starts_with("SEC-")),
        "{:?}",
        rule_ids(&quiet)
    );
}

#[test]
fn what_validators_cannot_use_is_told() {
    for (why, rule) in [
        (Unproven::UnsupportedAlgorithm, "SEC-004"),
        (Unproven::Iterations(150), "SEC-007"),
    ] {
        let verdict = verdict(OBSERVED, |_| insecure("a.nl", why), None);
        let severities: Vec<_> = findings(&verdict, rule).iter().map(|one| one.severity).collect();
        assert_eq!(severities, [Severity::Warning], "{rule}");
    }
}

#[test]
fn an_alias_into_an_unsigned_zone_and_an_unsigned_mail_host_are_lines_of_their_own() {
    let leads_away = |question: &Dns| match question.name.as_str() {
        "_dmarc.a.nl" => insecure("p.example", Unproven::Unsigned),
        "mail.b.nl" => insecure("b.nl", Unproven::OptOut),
        _ => Security::Secure,
    };
    let strict = verdict(REQUIRED, leads_away, None);
    let said = |verdict: &Verdict, rule| -> Vec<(Severity, String)> {
        let found = findings(verdict, rule);
        found
            .iter()
            .map(|one| (one.severity, one.site.name().to_string()))
            .collect()
    };
    assert_eq!(
        said(&strict, "SEC-011"),
        [(Severity::Error, "_dmarc.a.nl".to_owned())]
    );
    assert_eq!(
        said(&strict, "SEC-016"),
        [(Severity::Info, "mail.b.nl".to_owned())]
    );
    let mild = verdict(OBSERVED, leads_away, None);
    assert_eq!(
        said(&mild, "SEC-011"),
        [(Severity::Info, "_dmarc.a.nl".to_owned())]
    );
    assert_eq!(said(&mild, "SEC-016"), []);
}

#[test]
fn signatures_that_were_not_renewed_in_time_are_told_before_they_end() {
    let days = |days: i64| SignedDuration::from_hours(24 * days);
    for (left, lifetime, late) in [
        (days(2), days(30), true),
        (SignedDuration::from_mins(90), days(14), true),
        (days(4), days(30), false),
        // Signed anew all the time, and always short.
        (SignedDuration::from_hours(25), days(2), false),
    ] {
        for of_keys in [false, true] {
            let mut zone = sound();
            let mut last = Some(ends(left, lifetime));
            if of_keys {
                zone.ends = last.take().map(|ends| Ends {
                    kind: RecordType(48),
                    ..ends
                });
            }
            let trust = Trust {
                zones: vec![Arc::new(zone)],
                ends: last,
                hashing: vec![],
            };
            let verdict = verdict(OBSERVED, secure, Some(&trust));
            let measured = verdict.measures.signature.unwrap();
            assert_eq!(
                (measured.at, measured.is_soon(now())),
                (now() + left, late),
                "{left:?} of {lifetime:?}"
            );
            let found = findings(&verdict, "SEC-014");
            assert_eq!(
                found.len(),
                usize::from(late),
                "{left:?} of {lifetime:?}: {found:?}"
            );
            assert!(
                found
                    .iter()
                    .all(|one| one.severity == Severity::Warning && one.site.name() == &name("a.nl"))
            );
        }
    }
}

#[test]
fn keys_and_digests_nobody_should_use_are_told_of_the_domains_own_zones() {
    let of = |change: fn(&mut Zone)| {
        let mut zone = sound();
        change(&mut zone);
        let trust = Trust {
            zones: vec![Arc::new(zone)],
            ends: None,
            hashing: vec![],
        };
        let verdict = verdict(OBSERVED, secure, Some(&trust));
        let ids = rule_ids(&verdict).into_iter().filter(|id| id.starts_with("SEC-"));
        ids.collect::<Vec<_>>()
    };
    assert_eq!(of(|_| {}), [""; 0], "what is above the domain is not its fault");
    assert_eq!(of(|zone| zone.keys[0].algorithm = 7), ["SEC-004", "SEC-006"]);
    assert_eq!(
        of(|zone| zone.keys[0] = Key {
            algorithm: 8,
            bits: 1024,
            ..zone.keys[0]
        }),
        ["SEC-006"]
    );
    assert_eq!(
        of(|zone| zone.keys[0] = Key {
            algorithm: 8,
            bits: 2048,
            ..zone.keys[0]
        }),
        [""; 0]
    );
    assert_eq!(of(|zone| zone.ds[0].digest = 1), ["SEC-005"]);
    assert_eq!(
        of(|zone| zone.ds.push(Ds {
            digest: 1,
            ..zone.ds[0]
        })),
        [""; 0]
    );
}

#[test]
fn false_counts_as_no_block() {
    let spec = REQUIRED.replace("required: true", "required: false");
    let verdict = verdict(&spec, |_| insecure("a.nl", Unproven::Unsigned), None);
    assert!(
        verdict
            .records
            .iter()
            .all(|record| record.standard != Standard::Dnssec)
    );
    assert_eq!(findings(&verdict, "SEC-001")[0].severity, Severity::Info);
    assert_eq!(
        verdict
            .records
            .iter()
            .filter(|record| record.site.kind() == Some(Kind::Soa))
            .count(),
        0
    );
}
