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

/// What matches everybody gives everybody its result: what stands behind it is never reached.
#[test]
fn a_term_that_gives_everybody_its_result_is_said() {
    let all = "q.nl TXT v=spf1 +all";
    for (zone, result, rule, says, fix) in [
        (
            apex("v=spf1 mx ?ip4:0.0.0.0/0 -all"),
            "neutral",
            "SPF-025",
            "in effect ?all",
            "Remove ?ip4:0.0.0.0/0.",
        ),
        (
            apex("v=spf1 mx ?ip4:0.0.0.0/1 ?ip4:128.0.0.0/1 ~all"),
            "neutral",
            "SPF-025",
            "in effect ?all",
            "Remove ?ip4:0.0.0.0/1.",
        ),
        (
            apex(&format!("v=spf1 mx ?include:q.nl -all\n{all}")),
            "neutral",
            "SPF-025",
            "in effect ?all",
            "Remove ?include:q.nl.",
        ),
        (
            apex(&format!(
                "v=spf1 mx ?include:p.nl -all\np.nl TXT v=spf1 include:q.nl -all\n{all}"
            )),
            "neutral",
            "SPF-025",
            "p.nl lets everybody pass",
            "Remove ?include:p.nl.",
        ),
        (
            apex(&format!(
                "v=spf1 mx ?include:p.nl -all\np.nl TXT v=spf1 redirect=q.nl\n{all}"
            )),
            "neutral",
            "SPF-025",
            "in effect ?all",
            "Remove ?include:p.nl.",
        ),
        (
            apex("v=spf1 mx ?include:q.nl -all\nq.nl TXT v=spf1 exists:h.q.nl -all\nh.q.nl A 192.0.2.7"),
            "neutral",
            "SPF-025",
            "in effect ?all",
            "Remove ?include:q.nl.",
        ),
        (
            apex(&format!("v=spf1 mx -include:q.nl ~all\n{all}")),
            "fail",
            "SPF-034",
            "in effect -all, and nothing behind it is reached",
            "end the record in -all",
        ),
        (
            apex(&format!("v=spf1 mx ~include:q.nl -all\n{all}")),
            "softfail",
            "SPF-034",
            "in effect ~all",
            "end the record in ~all",
        ),
        (
            apex(
                "v=spf1 -include:p.example exists:h.p.example -all\np.example TXT v=spf1 exists:h.p.example -all\nh.p.example A 192.0.2.7",
            ),
            "fail",
            "SPF-034",
            "in effect -all",
            "Remove -include:p.example",
        ),
    ] {
        assert_eq!(received(&zone, STRANGER).result.as_str(), result, "{zone}");
        let verdict = judged(&zone);
        let spoken = |severity| {
            verdict
                .findings
                .iter()
                .filter(move |one| one.severity == severity)
        };
        assert_eq!(
            spoken(Severity::Error).count(),
            0,
            "{zone}: {:#?}",
            verdict.findings
        );
        let found = findings(&verdict, rule);
        assert_eq!(found.len(), 1, "{zone}: {:#?}", verdict.findings);
        assert_eq!(found[0].severity, Severity::Warning, "{zone}: {found:#?}");
        assert!(found[0].message.contains(says), "{zone}: {}", found[0].message);
        assert!(found[0].fix.contains(fix), "{zone}: {}", found[0].fix);
        // Nobody is rejected on an -all that nobody reaches.
        if rule == "SPF-025" {
            assert!(findings(&verdict, "SPF-026").is_empty(), "{zone}");
        }
    }
}
