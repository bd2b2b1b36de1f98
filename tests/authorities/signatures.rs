//! Servers whose signatures were not renewed: told once, with their names, and only where others give newer ones.

use jiff::SignedDuration;
use zegel::inquiry::{Ends, RecordType};
use zegel::rules::Severity;

use super::facts::{findings, now, observe, rule_ids};
use super::net::{APEX, Net};

const ZONE: &str = "voorbeeld.nl TXT v=spf1 -all\n_dmarc.voorbeeld.nl TXT v=DMARC1; p=reject";

/// A signature of 30 days that ends in so many.
fn left(days: i64) -> Ends {
    let at = now() + SignedDuration::from_hours(24 * days);
    Ends {
        at,
        since: at - SignedDuration::from_hours(24 * 30),
        ttl: 3600,
        kind: RecordType(6),
    }
}

/// The net in which the three servers sign so.
fn net(signed: [Option<Ends>; 3]) -> Net {
    let mut net = Net::new(ZONE);
    for (last, ends) in (1..).zip(signed) {
        if let Some(ends) = ends {
            net.sign(&format!("127.0.0.{last}"), ends);
        }
    }
    net
}

#[test]
fn one_server_with_old_signatures_is_named_with_when_they_end() {
    let fresh = Some(left(20));
    for (odd, says) in [
        (
            Some(left(-1)),
            "at ns2.dns.example (127.0.0.2) it ended 2026-11-21T12:00:00Z",
        ),
        (
            Some(left(1)),
            "at ns2.dns.example (127.0.0.2) it ends 2026-11-23T12:00:00Z and was not renewed",
        ),
        (None, "at ns2.dns.example (127.0.0.2) it is missing"),
    ] {
        let verdict = net([fresh, odd, fresh]).judge(&observe(APEX));
        let found = findings(&verdict, "SEC-017");
        let [one] = found.as_slice() else {
            panic!("{says}: {found:?}");
        };
        assert!(one.message.contains(says), "{}", one.message);
        assert!(
            one.message
                .ends_with("elsewhere it lasts until 2026-12-12T12:00:00Z"),
            "{}",
            one.message
        );
        assert_eq!(
            (one.severity, one.subject.as_deref()),
            (Severity::Warning, Some("ns2.dns.example"))
        );
        assert_eq!(one.site.name().as_str(), APEX);
    }
    let verdict = net([Some(left(-1)), fresh, None]).judge(&observe(APEX));
    let found = findings(&verdict, "SEC-017");
    let subjects: Vec<_> = found.iter().map(|one| one.subject.as_deref()).collect();
    assert_eq!(
        subjects,
        [Some("ns1.dns.example, ns3.dns.example")],
        "one slip, one finding"
    );
}

#[test]
fn servers_that_sign_alike_or_not_at_all_are_not_told_of() {
    for signed in [
        [None, None, None],
        [Some(left(20)), Some(left(20)), Some(left(20))],
        // Each signs by itself, and renews in time.
        [Some(left(20)), Some(left(12)), Some(left(28))],
        // All of them are late: that is said of the zone, by what the resolver has.
        [Some(left(1)), Some(left(1)), Some(left(1))],
    ] {
        let verdict = net(signed).judge(&observe(APEX));
        assert!(!rule_ids(&verdict).contains(&"SEC-017"), "{signed:?}");
    }
}
