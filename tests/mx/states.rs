//! The null MX of a parked domain, and what hangs on the MX of every role.

use zegel::inquiry::{Dns, Kind, Need, Trouble};
use zegel::intent::Intent;
use zegel::judge::{State, Verdict};
use zegel::rules::Severity;

use crate::facts::{self, findings, judge_in, name, observe};

fn mx(verdict: &Verdict) -> &zegel::judge::RecordVerdict {
    let found = verdict
        .records
        .iter()
        .find(|record| record.site.kind() == Some(Kind::Mx));
    found.expect("a parked domain wants an MX")
}

#[test]
fn a_parked_domain_takes_no_mail() {
    let intent = facts::intent("{domain: a.nl, role: Parked}");
    for (zone, want, difference) in [
        ("a.nl MX 0 .", State::InSync, ""),
        ("a.nl MX 0 .\na.nl A 192.0.2.80", State::InSync, ""),
        ("", State::InSync, ""),
        ("a.nl TXT v=spf1 -all", State::InSync, ""),
        ("a.nl A 192.0.2.80", State::Missing, "192.0.2.80"),
        ("a.nl AAAA 2001:db8::80", State::Missing, "2001:db8::80"),
        (
            "a.nl A 192.0.2.80\na.nl AAAA !SERVFAIL",
            State::Missing,
            "192.0.2.80",
        ),
        ("a.nl TXT x\na.nl AAAA !SERVFAIL", State::Unknown, ""),
        ("a.nl MX !SERVFAIL", State::Unknown, ""),
        ("a.nl MX 10 .", State::Drifted, "found 10 ."),
        ("a.nl MX 10 mail.a.nl", State::Drifted, "found 10 mail.a.nl"),
        (
            "a.nl MX 0 .\na.nl MX 10 mail.a.nl",
            State::Drifted,
            "found 0 ., 10 mail.a.nl",
        ),
        ("a.nl CNAME b.nl\nb.nl MX 0 .", State::InSync, ""),
    ] {
        let verdict = judge_in(zone, &intent);
        let record = mx(&verdict);
        assert_eq!(record.state, want, "{zone}\n{record:#?}");
        assert!(record.differences.iter().any(|one| one.contains(difference)) || difference.is_empty());
        assert_eq!(
            record.differences.is_empty(),
            difference.is_empty(),
            "{zone}\n{record:#?}"
        );
    }
    let verdict = judge_in("a.nl TXT x\na.nl AAAA !SERVFAIL", &intent);
    assert_eq!(mx(&verdict).unanswered, Some(Trouble::ServFail));
}

#[test]
fn looking_is_not_complete_without_the_mx_a_role_hangs_on() {
    let role = |role: &str| match role {
        "" => observe("a.nl"),
        "SendOnly" => facts::intent("{domain: a.nl, role: SendOnly, spf: {mechanisms: [mx], all: Fail}}"),
        "Mail with DMARC" => facts::intent("{domain: a.nl, role: Mail, dmarc: {policy: Reject}}"),
        role => facts::intent(&format!("{{domain: a.nl, role: {role}}}")),
    };
    for (one, need) in [
        ("", Need::Essential),
        ("Parked", Need::Essential),
        ("ReceiveOnly", Need::Essential),
        ("SendOnly", Need::Essential),
        // Nothing is managed: without the MX nobody has looked at the domain.
        ("Mail", Need::Essential),
        // A host nobody reaches is an error, whatever the role asks of the record itself.
        ("Mail with DMARC", Need::Compliance),
    ] {
        let intent: Intent = role(one);
        let verdict = judge_in("a.nl MX !TIMEOUT", &intent);
        let found = verdict
            .unanswered
            .iter()
            .find(|unanswered| unanswered.question == Dns::new(name("a.nl"), Kind::Mx));
        assert_eq!(found.map(|unanswered| unanswered.need), Some(need), "{one:?}");
    }
}

#[test]
fn a_role_that_the_mx_defeats_is_a_managed_error() {
    for (spec, zone, rule) in [
        (
            "{domain: a.nl, role: SendOnly, spf: {mechanisms: [mx], all: Fail}}",
            "a.nl MX 0 .",
            "MX-004",
        ),
        ("{domain: a.nl, role: ReceiveOnly}", "a.nl MX 0 .", "MX-019"),
        ("{domain: a.nl, role: ReceiveOnly}", "a.nl TXT x", "MX-019"),
    ] {
        let verdict = judge_in(zone, &facts::intent(spec));
        let found = findings(&verdict, rule);
        assert_eq!(found.len(), 1, "{spec} {zone}");
        assert!(
            found[0].managed && found[0].severity == Severity::Error,
            "{found:#?}"
        );
    }
    let verdict = judge_in("a.nl MX 0 .", &facts::intent("{domain: a.nl, role: Mail}"));
    assert!(
        !findings(&verdict, "MX-004")[0].managed,
        "the MX of a Mail domain is only observed"
    );
}

#[test]
fn one_dead_host_of_two_is_a_warning_both_are_an_error() {
    let severity = |zone: &str| {
        let verdict = judge_in(zone, &observe("a.nl"));
        findings(&verdict, "MX-009")[0].severity
    };
    let two = "a.nl MX 10 m1.a.nl\na.nl MX 20 m2.a.nl";
    assert_eq!(
        severity(&format!("{two}\nm1.a.nl A 192.0.2.1")),
        Severity::Warning
    );
    assert_eq!(severity(two), Severity::Error);
}
