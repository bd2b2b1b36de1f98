//! Who may issue certificates for the host that serves a policy, by CAA.

use zegel::rules::Severity;

use super::judged::{BODY, SPEC, ZONE, file, judged_in, of_policy};
use crate::facts::findings;

/// The host's certificate is a public authority's, whoever serves the policy: by CAA one may issue it, and not all.
#[test]
fn who_may_issue_for_the_host_of_a_policy_is_told_by_caa() {
    let alias = "mta-sts.a.nl CNAME p.b.nl\np.b.nl A 192.0.2.1";
    let any = |says: &'static str| Some(("STS-042", Severity::Info, says));
    let nobody = |says: &'static str| Some(("STS-043", Severity::Warning, says));
    for (caa, told) in [
        ("a.nl CAA 0 issue \"ca.example\"", None),
        (
            "mta-sts.a.nl CAA 0 issue \"ca.example\"\na.nl CAA 0 issue \";\"",
            None,
        ),
        (
            "a.nl CAA 0 issue \";\"\na.nl CAA 0 issuewild \"ca.example\"",
            None,
        ),
        ("nl CAA 0 issue \"ca.example\"", None),
        ("mta-sts.a.nl CAA !SERVFAIL\na.nl CAA 0 issue \";\"", None),
        ("", any("found none at its name or above")),
        (
            "mx1.a.nl CAA 0 issue \"ca.example\"",
            any("found none at its name or above"),
        ),
        (
            "a.nl CAA 0 iodef \"mailto:x@a.nl\"",
            any("found those of a.nl without the tag issue"),
        ),
        (
            "a.nl CAA 0 issuewild \"ca.example\"",
            any("found those of a.nl without the tag issue"),
        ),
        (
            "a.nl CAA 0 issue \";\"",
            nobody("found at a.nl issue \";\" alone"),
        ),
        (
            "mta-sts.a.nl CAA 0 issue \";\"\na.nl CAA 0 issue \"ca.example\"",
            nobody("found at mta-sts.a.nl"),
        ),
        (
            "a.nl CAA 0 issue \"\\\"ca.example\\\"\"",
            nobody("which names no authority"),
        ),
        (
            "a.nl CAA 0 issue \"ca.example; account = 1\"",
            nobody("which names no authority"),
        ),
        (
            "a.nl CAA 128 tbs \"x\"\na.nl CAA 0 issue \"ca.example\"",
            nobody("the tag tbs"),
        ),
        // An alias is followed to its end, and not climbed from (RFC 8659 3).
        (
            &format!("{alias}\np.b.nl CAA 0 issue \";\"\na.nl CAA 0 issue \"ca.example\""),
            nobody("found at mta-sts.a.nl"),
        ),
        (
            &format!("{alias}\nb.nl CAA 0 issue \";\"\na.nl CAA 0 issue \"ca.example\""),
            None,
        ),
    ] {
        let mut zone = ZONE.replace("a.nl CAA 0 issue \"ca.example\"", caa);
        if caa.contains("CNAME") {
            zone = zone.replace("mta-sts.a.nl A 192.0.2.1\n", "");
        }
        for (spec, managed) in [(SPEC, true), ("", false)] {
            let verdict = judged_in(&zone, spec, file(BODY));
            let expected: Vec<_> = told
                .iter()
                .map(|(rule, severity, _)| (*rule, *severity))
                .collect();
            assert_eq!(of_policy(&verdict), expected, "{zone}");
            if let Some((rule, _, says)) = told {
                let found = findings(&verdict, rule)[0];
                assert!(
                    found.managed == managed && found.message.contains(says),
                    "{}",
                    found.message
                );
                assert!(found.message.contains("mta-sts.a.nl"), "{}", found.message);
            }
        }
        // Nobody's server is looked at without a block, and nobody asks who may issue for it.
        let verdict = judged_in(&zone, "{domain: a.nl, role: Mail}", file(BODY));
        assert_eq!(of_policy(&verdict), [], "{zone}");
    }
}

/// What authorities cannot read is told of the policy's host as it is of a mail server.
#[test]
fn a_caa_record_that_is_none_is_told_of_the_host_of_a_policy() {
    for (record, is_odd) in [
        ("\\# 2 0000", true),
        ("\\# 4 00096973", true),
        ("\\# 4 00022020", true),
        ("0 tbs \"x\"", false),
    ] {
        let zone = format!("{ZONE}\na.nl CAA {record}");
        let told: &[_] = match is_odd {
            true => &[("STS-044", Severity::Info)],
            false => &[],
        };
        for spec in [SPEC, ""] {
            assert_eq!(of_policy(&judged_in(&zone, spec, file(BODY))), told, "{record}");
        }
    }
}
