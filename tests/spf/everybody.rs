//! An `exists` whose name is the same for every sender, and is there, matches whoever sends (RFC 7208 5.7).

use crate::facts::findings;
use crate::kinds::{apex, judged, received, with_hosts};
use zegel::inquiry::Need;
use zegel::judge::spf::analyse;
use zegel::rules::Severity;

const STRANGER: &str = "198.51.100.77";

/// The zone, what a stranger gets, and what is said of it: rule, severity, and words of the message.
#[test]
fn an_exists_that_matches_everybody_is_said_by_its_effect() {
    let error = Severity::Error;
    let warning = Severity::Warning;
    for (zone, result, rule, severity, says) in [
        (
            apex("v=spf1 exists:mx.a.example -all"),
            "pass",
            "SPF-107",
            error,
            "anyone may send",
        ),
        (
            apex("v=spf1 +exists:%{d} ~all"),
            "pass",
            "SPF-107",
            error,
            "a.example has an A record",
        ),
        (
            apex("v=spf1 mx exists:list.x.example -all\nlist.x.example A 127.0.0.2"),
            "pass",
            "SPF-107",
            error,
            "anyone may send",
        ),
        (
            apex("v=spf1 -exists:mx.a.example include:x.example -all"),
            "fail",
            "SPF-107",
            warning,
            "every sender fails here",
        ),
        (
            apex("v=spf1 ~exists:mx.a.example -all"),
            "softfail",
            "SPF-107",
            warning,
            "softfail",
        ),
        (
            apex("v=spf1 ?exists:mx.a.example -all"),
            "neutral",
            "SPF-107",
            warning,
            "neutral",
        ),
        (
            apex(
                "v=spf1 include:p.example -all\np.example TXT v=spf1 exists:h.p.example -all\nh.p.example A 192.0.2.7",
            ),
            "pass",
            "SPF-034",
            error,
            "p.example lets everybody pass, and so does this record",
        ),
        (
            apex(
                "v=spf1 include:o.example -all\no.example TXT v=spf1 include:p.example -all\np.example TXT v=spf1 exists:h.p.example ?all\nh.p.example A 192.0.2.7",
            ),
            "pass",
            "SPF-034",
            error,
            "exists:h.p.example in the record of p.example",
        ),
        (
            apex(
                "v=spf1 redirect=p.example\np.example TXT v=spf1 exists:h.p.example -all\nh.p.example A 192.0.2.7",
            ),
            "pass",
            "SPF-107",
            error,
            "exists:h.p.example in the record of p.example",
        ),
        (
            apex(
                "v=spf1 redirect=p.example\np.example TXT v=spf1 ~exists:h.p.example -all\nh.p.example A 192.0.2.7",
            ),
            "softfail",
            "SPF-107",
            warning,
            "every sender gets softfail",
        ),
    ] {
        assert_eq!(received(&zone, STRANGER).result.as_str(), result, "{zone}");
        let verdict = judged(&zone);
        let found = findings(&verdict, rule);
        assert_eq!(found.len(), 1, "{zone}: {:#?}", verdict.findings);
        assert_eq!(found[0].severity, severity, "{zone}: {found:#?}");
        assert!(found[0].message.contains(says), "{zone}: {}", found[0].message);
        let errors = verdict
            .findings
            .iter()
            .filter(|one| one.severity == Severity::Error);
        assert_eq!(
            errors.count(),
            usize::from(severity == error),
            "{zone}: {:#?}",
            verdict.findings
        );
    }
}

#[test]
fn an_exists_that_lets_nobody_pass_by_itself_is_not_spoken_of() {
    for zone in [
        // Nothing there; another name for every sender; no A record; not reached; an include that passes nobody.
        apex("v=spf1 exists:nobody.x.example -all\nx.example A 192.0.2.9"),
        apex("v=spf1 exists:%{i}.list.x.example -all\n192.0.2.80.list.x.example A 127.0.0.2"),
        apex("v=spf1 exists:six.x.example -all\nsix.x.example AAAA 2001:db8::1"),
        apex("v=spf1 mx -all exists:mx.a.example"),
        apex(
            "v=spf1 include:p.example -all\np.example TXT v=spf1 -exists:h.p.example ip4:192.0.2.9 -all\nh.p.example A 192.0.2.7",
        ),
        apex(
            "v=spf1 ?include:p.example -all\np.example TXT v=spf1 exists:h.p.example -all\nh.p.example A 192.0.2.7",
        ),
        // What stands behind a term that matches everybody is never reached.
        apex(
            "v=spf1 -include:p.example exists:h.p.example -all\np.example TXT v=spf1 exists:h.p.example -all\nh.p.example A 192.0.2.7",
        ),
    ] {
        let verdict = judged(&zone);
        for rule in ["SPF-107", "SPF-034", "SPF-069"] {
            assert!(
                findings(&verdict, rule).is_empty(),
                "{zone}: {:#?}",
                verdict.findings
            );
        }
        assert_ne!(received(&zone, STRANGER).result.as_str(), "pass", "{zone}");
    }
}

#[test]
fn the_addresses_that_pass_are_all_of_them() {
    for (text, passing) in [
        ("v=spf1 exists:mx.a.example -all", 1_u64 << 32),
        ("v=spf1 ?exists:mx.a.example ip4:192.0.2.0/24 -all", 0),
        ("v=spf1 exists:nobody.x.example ip4:192.0.2.0/24 -all", 256),
    ] {
        let world = crate::facts::World::new(&with_hosts(&apex(text)));
        let analysis =
            world.settle(|inquiry| analyse(&crate::facts::name("a.example"), inquiry, Need::Evidence));
        assert_eq!(analysis.ipv4_addresses, passing, "{text}");
    }
}
