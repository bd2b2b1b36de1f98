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

/// A network of every address that fails is an all in the middle of the record: who stands behind it does not pass. It is
/// said once, with who that is; behind it nothing is lost where nobody stands there.
#[test]
fn a_network_of_every_address_that_fails_is_said_with_whom_it_shuts_out() {
    let (warning, info) = (Severity::Warning, Severity::Info);
    for (text, severity, says, fix) in [
        (
            "v=spf1 -ip4:0.0.0.0/0 ip4:198.51.100.0/24 -all",
            warning,
            "-ip4:0.0.0.0/0 fails every IPv4 address that nothing before it names: over IPv4 nobody passes by \
             ip4:198.51.100.0/24",
            "Remove -ip4:0.0.0.0/0.",
        ),
        (
            "v=spf1 ~ip4:0.0.0.0/0 mx a ~all",
            warning,
            "nobody passes by mx, a,",
            "Remove ~ip4:0.0.0.0/0.",
        ),
        (
            "v=spf1 -ip4:0.0.0.0/1 mx -ip4:128.0.0.0/1 a -all",
            warning,
            "nobody passes by a,",
            "Remove -ip4:128.0.0.0/1.",
        ),
        (
            "v=spf1 -ip6:::/0 mx -all",
            warning,
            "over IPv6 nobody passes by mx,",
            "Remove -ip6:::/0.",
        ),
        (
            "v=spf1 ip4:192.0.2.0/24 -ip4:0.0.0.0/0 mx",
            warning,
            "by mx,",
            "and end the record in -all.",
        ),
        (
            "v=spf1 -ip4:0.0.0.0/0 redirect=q.example",
            warning,
            "nobody passes by redirect=q.example",
            "redirect says it of everybody else",
        ),
        (
            "v=spf1 mx -ip4:0.0.0.0/0 -all",
            info,
            "says of every IPv4 address what all is there for",
            "Remove -ip4:0.0.0.0/0.",
        ),
        (
            "v=spf1 mx -ip4:0.0.0.0/0 ?a -all",
            info,
            "what all is there for",
            "Remove -ip4:0.0.0.0/0.",
        ),
    ] {
        let verdict = judged(&apex(text));
        let found = findings(&verdict, "SPF-108");
        let [one] = found.as_slice() else {
            panic!("{text}: {:#?}", verdict.findings);
        };
        assert_eq!(one.severity, severity, "{text}");
        assert!(one.message.contains(says), "{text}: {}", one.message);
        assert!(one.fix.contains(fix), "{text}: {}", one.fix);
    }
    for text in [
        "v=spf1 mx -ip4:10.0.0.0/8 a -all",
        "v=spf1 -ip4:0.0.0.0/1 mx -all",
        "v=spf1 ?ip4:0.0.0.0/0 mx -all",
        "v=spf1 ip4:0.0.0.0/0 -all",
        "v=spf1 mx -all -ip4:0.0.0.0/0",
    ] {
        let verdict = judged(&apex(text));
        assert!(
            findings(&verdict, "SPF-108").is_empty(),
            "{text}: {:#?}",
            verdict.findings
        );
    }
    let shut_out = received(&apex("v=spf1 -ip4:0.0.0.0/0 ip4:198.51.100.0/24 -all"), STRANGER);
    assert_eq!(shut_out.result.as_str(), "fail");
}
