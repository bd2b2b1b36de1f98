//! The mx block: the hosts a manifest names, beside what stands in DNS.

use zegel::inquiry::Trouble;
use zegel::judge::{State, Verdict};
use zegel::records::Standard;
use zegel::rules::Severity;

use crate::facts::{findings, intent, judge_in, record};

const TWO: &str = "{domain: a.nl, role: Mail, mx: {hosts: [{preference: 10, host: mx1.a.nl}, {preference: 20, host: mx2.b.nl}]}}";

const HOSTS: &str =
    "mx1.a.nl A 192.0.2.1\nmx1.a.nl AAAA 2001:db8::1\nmx2.b.nl A 192.0.2.2\nmx2.b.nl AAAA 2001:db8::2";

fn judged(spec: &str, zone: &str) -> Verdict {
    judge_in(&format!("{zone}\n{HOSTS}"), &intent(spec))
}

#[test]
fn hosts_are_compared_by_the_order_in_which_senders_try_them() {
    for (zone, want, differences) in [
        (
            "a.nl MX 10 mx1.a.nl\na.nl MX 20 mx2.b.nl",
            State::InSync,
            &[] as &[&str],
        ),
        // The numbers mean nothing by themselves, nor does the case of a name.
        ("a.nl MX 2 MX2.b.nl\na.nl MX 1 mx1.a.nl", State::InSync, &[]),
        // Named again it was tried by then.
        (
            "a.nl MX 10 mx1.a.nl\na.nl MX 20 mx2.b.nl\na.nl MX 30 mx1.a.nl",
            State::InSync,
            &[],
        ),
        ("", State::Missing, &[]),
        ("a.nl TXT x", State::Missing, &[]),
        (
            "a.nl MX 10 mx1.a.nl",
            State::Drifted,
            &["MX: want 20 mx2.b.nl, found none"],
        ),
        (
            "a.nl MX 10 mx1.a.nl\na.nl MX 20 mx2.b.nl\na.nl MX 5 old.a.nl\nold.a.nl A 192.0.2.9",
            State::Drifted,
            &["MX: want no old.a.nl, found 5 old.a.nl"],
        ),
        (
            "a.nl MX 20 mx1.a.nl\na.nl MX 10 mx2.b.nl",
            State::Drifted,
            &["MX: want senders to try mx1.a.nl, then mx2.b.nl, found that they try mx2.b.nl, then mx1.a.nl"],
        ),
        (
            "a.nl MX 10 mx1.a.nl\na.nl MX 10 mx2.b.nl",
            State::Drifted,
            &["MX: want senders to try mx1.a.nl, then mx2.b.nl, found that they try mx1.a.nl and mx2.b.nl"],
        ),
        (
            "a.nl MX 0 .",
            State::Drifted,
            &[
                "MX: want 10 mx1.a.nl, found none",
                "MX: want 20 mx2.b.nl, found none",
                "MX: want no null MX, found 0 .",
            ],
        ),
        (
            "a.nl CNAME c.nl\nc.nl MX 10 mx1.a.nl\nc.nl MX 20 mx2.b.nl",
            State::InSync,
            &[],
        ),
        ("a.nl MX !SERVFAIL", State::Unknown, &[]),
    ] {
        let verdict = judged(TWO, zone);
        let found = record(&verdict, "a.nl");
        assert_eq!(found.standard, Standard::Mx);
        assert_eq!(found.state, want, "{zone}\n{found:#?}");
        assert_eq!(found.differences, differences, "{zone}");
        assert_eq!(found.desired, ["10 mx1.a.nl", "20 mx2.b.nl"]);
    }
    let verdict = judged(TWO, "a.nl MX !SERVFAIL");
    assert_eq!(record(&verdict, "a.nl").unanswered, Some(Trouble::ServFail));
}

#[test]
fn a_null_mx_that_is_asked_for_is_the_one_of_a_parked_domain() {
    let spec = "{domain: a.nl, role: Parked, mx: {none: true}}";
    for (zone, want) in [
        ("a.nl MX 0 .", State::InSync),
        // Where nothing could be delivered anyway no sender can tell.
        ("", State::InSync),
        ("a.nl A 192.0.2.80", State::Missing),
        ("a.nl MX 10 mx1.a.nl", State::Drifted),
    ] {
        assert_eq!(record_of_mx(&judged(spec, zone)), want, "{zone}");
    }
}

fn record_of_mx(verdict: &Verdict) -> State {
    let mut records = verdict.records.iter();
    let found = records.find(|record| record.standard == Standard::Mx);
    found.expect("an MX is wanted").state
}

#[test]
fn what_is_wrong_with_the_mx_counts_where_the_block_manages_it() {
    let zone = "a.nl MX 10 mx1.a.nl\na.nl MX 20 gone.a.nl";
    let spec = "{domain: a.nl, role: Mail, mx: {hosts: [{preference: 10, host: gone.a.nl}]}}";
    for (spec, managed) in [("{domain: a.nl, role: Mail}", false), (spec, true)] {
        let verdict = judged(spec, zone);
        let found = findings(&verdict, "MX-009");
        assert_eq!(found.len(), 1, "{spec}");
        assert_eq!(found[0].managed, managed, "{spec}");
    }
    let verdict = judge_in("a.nl MX 10 gone.a.nl", &intent(spec));
    let found = findings(&verdict, "MX-009");
    assert_eq!((found[0].severity, found[0].managed), (Severity::Error, true));
    assert_eq!(
        record_of_mx(&verdict),
        State::InSync,
        "the record is as it was asked for"
    );
}

#[test]
fn a_manifest_without_the_block_wants_what_it_wanted() {
    for role in ["Mail", "ReceiveOnly"] {
        let intent = intent(&format!("{{domain: a.nl, role: {role}}}"));
        assert!(
            intent.wanted.iter().all(|one| one.standard() != Standard::Mx),
            "{role}"
        );
    }
}
