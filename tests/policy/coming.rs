//! The policy over time: hosts that are still to come into the MX, and how long it is kept, desired or served.

use crate::facts::findings;
use crate::judged::{BODY, ZONE, file, judged_in};

/// RFC 8461 8.1: the policy first, then the MX. What one rule asks for no other one scolds.
#[test]
fn a_host_that_is_to_come_stands_in_the_policy_in_good_time() {
    let sts = "mtaSts: {mode: Enforce, maxAge: 7d}";
    let both = "mx: {hosts: [{preference: 10, host: mx1.a.nl}, {preference: 20, host: mx2.b.nl}]}";
    let named = "mtaSts: {mode: Enforce, mx: [mx1.a.nl, '*.b.nl'], maxAge: 7d}";
    let served = BODY.replace("mx: mx1.a.nl", "mx: mx1.a.nl\nmx: mx2.b.nl");
    let old = "mtaSts: {mode: Enforce, mx: [mx1.a.nl, mx2.b.nl, old.a.nl], maxAge: 7d}";
    for (blocks, body, stale) in [
        // Of the block, desired by its pattern, and served where nobody manages the policy.
        (format!("{both}, {sts}"), BODY, None),
        (format!("{both}, {named}"), BODY, None),
        (both.to_owned(), served.as_str(), None),
        // What neither the MX nor the block has covers nobody.
        (format!("{both}, {old}"), BODY, Some("old.a.nl")),
        (named.to_owned(), BODY, Some("*.b.nl")),
        (
            "mx: {hosts: [{preference: 10, host: mx1.a.nl}]}".to_owned(),
            served.as_str(),
            Some("mx2.b.nl"),
        ),
    ] {
        let verdict = judged_in(
            ZONE,
            &format!("{{domain: a.nl, role: Mail, {blocks}}}"),
            file(body),
        );
        let found = findings(&verdict, "STS-027");
        let found: Vec<_> = found.iter().map(|one| one.subject.as_deref()).collect();
        let stale: Vec<_> = stale.iter().map(|name| Some(*name)).collect();
        assert_eq!(found, stale, "{blocks}");
    }
}

#[test]
fn an_enforced_policy_that_is_served_for_hours_is_told_whoever_manages_it() {
    for (mode, age, fires) in [
        ("enforce", "0", true),
        ("enforce", "60", true),
        ("enforce", "86399", true),
        ("enforce", "86400", false),
        ("testing", "60", false),
        ("none", "0", false),
    ] {
        let body = BODY.replace("enforce", mode).replace("604800", age);
        let verdict = judged_in(ZONE, "", file(&body));
        let found = findings(&verdict, "STS-018");
        assert_eq!(found.len(), usize::from(fires), "{body}");
        assert!(
            found
                .iter()
                .all(|one| one.site.name().as_str() == "mta-sts.a.nl" && !one.managed),
            "{body}"
        );
    }
    // Of a policy that is desired it is said once, of the manifest.
    let spec = "{domain: a.nl, role: Mail, mtaSts: {mode: Enforce, mx: [mx1.a.nl], maxAge: 60s}}";
    let verdict = judged_in(ZONE, spec, file(&BODY.replace("604800", "60")));
    assert_eq!(findings(&verdict, "STS-018").len(), 1);
}
