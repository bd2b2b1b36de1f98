//! What a zone publishes for its parent, and how it hashes: each rule where it is broken, and where it is not.

use std::sync::Arc;

use zegel::inquiry::{Dns, Fact, Hashing, Kind, Rdata, Security, Trust, Unproven, settle_from};
use zegel::judge::{Verdict, judge};
use zegel::rules::Severity;

use crate::facts::{World, findings, intent, name, now, observe, rule_ids};
use crate::room::{REQUIRED, ZONE, insecure, sound};

/// `l02W…`: the key of RFC 8080 6.1, tag 3613; `sound` has key 815.
const OTHER_CDNSKEY: &str = "257 3 15 l02Woi0iS8Aa25FQkUd9RMzZHJpBoRQwAQEX1SxZJA4=";

/// A zone in which these are published too, at the apex; each answer is worth `security`.
fn look(
    published: &[(Kind, &str)],
    required: bool,
    security: &Security,
    trust: &Trust,
) -> (Verdict, Vec<Dns>) {
    let mut world = World::new(ZONE);
    for (kind, text) in published {
        world.push(name("a.nl"), *kind, 3600, Rdata::Shown((*text).into()));
    }
    let intent = if required {
        intent(REQUIRED)
    } else {
        observe("a.nl")
    };
    let answer = |question: &Dns| -> Fact {
        let mut fact = world.answer(question);
        fact.security = security.clone();
        fact.source.trust = Some(Box::new(trust.clone()));
        fact
    };
    let (verdict, facts) = settle_from(answer, |inquiry| judge(&intent, inquiry, now()));
    let asked = facts.iter().map(|(question, _)| question.clone()).collect();
    (verdict, asked)
}

fn signed() -> Trust {
    Trust {
        zones: vec![Arc::new(sound())],
        ends: None,
        hashing: vec![],
    }
}

fn unsigned() -> Trust {
    let mut zone = sound();
    zone.security = insecure("a.nl", Unproven::Unsigned);
    zone.ds.clear();
    zone.keys.clear();
    Trust {
        zones: vec![Arc::new(zone)],
        ends: None,
        hashing: vec![],
    }
}

/// Rule, severity and message of what is found about DNSSEC.
fn said(verdict: &Verdict) -> Vec<(&'static str, Severity, String)> {
    let own = verdict
        .findings
        .iter()
        .filter(|one| one.rule.id.starts_with("SEC-"));
    own.map(|one| (one.rule.id, one.severity, one.message.clone()))
        .collect()
}

#[test]
fn a_zone_that_is_signed_for_nobody_is_an_island_and_not_unsigned_as_well() {
    let keys = [(Kind::Dnskey, OTHER_CDNSKEY), (Kind::Dnskey, "256 3 15 AAAA")];
    for why in [Unproven::Unsigned, Unproven::OptOut] {
        let security = insecure("a.nl", why);
        for (required, severity) in [(false, Severity::Warning), (true, Severity::Error)] {
            let (verdict, _) = look(&keys, required, &security, &unsigned());
            let found = said(&verdict);
            let [(rule, worst, message)] = found.as_slice() else {
                panic!("one slip, one finding: {found:?}");
            };
            assert_eq!((*rule, *worst), ("SEC-003", severity));
            assert!(
                message.contains("although the zone has keys (") && message.contains("3613"),
                "{message}"
            );
            let fix = &findings(&verdict, "SEC-003")[0].fix;
            assert!(
                fix.starts_with("Give the DS of key 3613 to the parent"),
                "the key that is meant for it: {fix}"
            );
        }
    }
    let (verdict, _) = look(&[], false, &insecure("a.nl", Unproven::Unsigned), &unsigned());
    let rules: Vec<_> = said(&verdict).into_iter().map(|(rule, ..)| rule).collect();
    assert_eq!(rules, ["SEC-001"], "a zone without keys is unsigned");
}

#[test]
fn what_is_asked_of_the_parent_is_held_against_the_keys_of_the_zone() {
    for (published, subject, says) in [
        (
            &[(Kind::Cds, "0 0 0 00")][..],
            "delete",
            "found the order to remove its DS (algorithm 0 in CDS): a parent",
        ),
        (
            &[(Kind::Cds, "0 0 0 00"), (Kind::Cdnskey, "0 3 0 AA==")],
            "delete",
            "(algorithm 0 in CDS and CDNSKEY): a parent",
        ),
        (
            &[(Kind::Cds, "0 0 0 00"), (Kind::Cds, "815 13 2 AB")],
            "delete",
            "beside keys that contradict it",
        ),
        (
            &[(Kind::Cds, "3613 15 2 AB")],
            "no key",
            "found CDS for key 3613 alone, which it does not have",
        ),
        // The tag of a key, and another algorithm.
        (
            &[(Kind::Cds, "815 8 2 AB")],
            "no key",
            "found CDS for key 815 alone",
        ),
        (
            &[(Kind::Cdnskey, OTHER_CDNSKEY)],
            "no key",
            "found CDNSKEY for key 3613 alone",
        ),
        (
            &[
                (Kind::Cds, "815 13 2 AB"),
                (Kind::Cds, "3613 15 2 AB"),
                (Kind::Cdnskey, OTHER_CDNSKEY),
            ],
            "no key",
            "found CDNSKEY for key 3613 alone",
        ),
    ] {
        for required in [false, true] {
            let (verdict, _) = look(published, required, &Security::Secure, &signed());
            let found = findings(&verdict, "SEC-010");
            let [one] = found.as_slice() else {
                panic!("{published:?}: {found:?}");
            };
            assert_eq!(
                (one.severity, one.subject.as_deref()),
                (Severity::Warning, Some(subject))
            );
            assert!(one.message.contains(says), "{published:?}: {}", one.message);
        }
    }
}

#[test]
fn what_the_parent_may_well_do_is_not_told() {
    for published in [
        &[][..],
        &[(Kind::Cds, "815 13 2 AB")],
        &[(Kind::Cds, "815 13 2 AB"), (Kind::Cds, "815 13 4 CD")],
        // A key that comes later stands there beside the one that signs.
        &[(Kind::Cds, "815 13 2 AB"), (Kind::Cds, "3613 15 2 AB")],
        // What cannot be read is no order.
        &[(Kind::Cds, "")],
    ] {
        let (verdict, _) = look(published, true, &Security::Secure, &signed());
        assert_eq!(said(&verdict), [], "{published:?}");
    }
}

/// What nobody needs is not asked for: keys where a DS vouches for them, the rest where there is no DS.
#[test]
fn only_what_can_matter_is_asked() {
    let kinds = |security: &Security, trust: &Trust| -> Vec<Kind> {
        let (_, mut asked) = look(&[], false, security, trust);
        asked.sort();
        let of = |kind: &Kind| matches!(kind, Kind::Cdnskey | Kind::Cds | Kind::Dnskey);
        asked
            .into_iter()
            .map(|question| question.kind)
            .filter(of)
            .collect()
    };
    assert_eq!(kinds(&Security::Secure, &signed()), [Kind::Cdnskey, Kind::Cds]);
    assert_eq!(
        kinds(&insecure("a.nl", Unproven::Unsigned), &unsigned()),
        [Kind::Dnskey]
    );
    let nothing = Trust {
        zones: vec![],
        ends: None,
        hashing: vec![],
    };
    assert_eq!(kinds(&Security::NotAsked, &nothing), []);
}

#[test]
fn iterations_and_salt_are_told_of_the_domains_own_zones() {
    let with = |zone: &str, iterations, salt| Trust {
        hashing: vec![Hashing {
            zone: name(zone),
            iterations,
            salt,
        }],
        ..signed()
    };
    for (zone, iterations, salt, severity, says) in [
        ("a.nl", 1, 0, Some(Severity::Warning), "found 1"),
        (
            "a.nl",
            10,
            4,
            Some(Severity::Warning),
            "found 10 and a salt of 4 octets",
        ),
        ("a.nl", 0, 8, Some(Severity::Info), "found a salt of 8 octets"),
        ("a.nl", 0, 0, None, ""),
        ("nl", 10, 4, None, ""),
        ("b.example", 10, 4, None, ""),
    ] {
        let (verdict, _) = look(&[], false, &Security::Secure, &with(zone, iterations, salt));
        let found = findings(&verdict, "SEC-007");
        assert_eq!(
            found.iter().map(|one| one.severity).next(),
            severity,
            "{zone} {iterations} {salt}: {found:?}"
        );
        assert!(
            found.len() < 2 && found.iter().all(|one| one.message.ends_with(says)),
            "{found:?}"
        );
    }
}

/// In a signed zone it is its NSEC3 that leave something unproven; that it has no DS would be no truth.
#[test]
fn opt_out_in_a_signed_zone_is_told_as_what_it_is() {
    let (verdict, _) = look(&[], false, &insecure("a.nl", Unproven::OptOut), &signed());
    let found = said(&verdict);
    let [(rule, severity, message)] = found.as_slice() else {
        panic!("{found:?}");
    };
    assert_eq!((*rule, *severity), ("SEC-009", Severity::Warning));
    assert!(
        message.contains("want every answer of a.nl proven, found that its NSEC3 opt out"),
        "{message}"
    );
    let (verdict, _) = look(&[], false, &insecure("a.nl", Unproven::OptOut), &unsigned());
    assert!(
        !rule_ids(&verdict).contains(&"SEC-009"),
        "{:?}",
        rule_ids(&verdict)
    );
}
