//! Findings: which count, when, and which stay.

use zegel::history::Pass;
use zegel::judge::State;
use zegel::records::Standard;
use zegel::rules::Severity;

use crate::kstatus::Kstatus;
use crate::world::*;

/// Everything in sync, seen at this second, and an Error.
fn an_error(object: &mut Object, now: i64, seen: i64) {
    object.look_with(now, &object.all_in_sync(seen), vec![finding(true)]);
}

#[test]
fn an_error_on_what_is_managed_counts_once_a_second_answer_repeats_it() {
    let mut object = Object::in_sync();
    an_error(&mut object, 0, 0);
    assert_eq!(object.ready(), ("False", "Unconfirmed"));
    assert_eq!(object.condition("Compliant"), ("False", "Unconfirmed"));
    assert_eq!(object.condition("InSync"), ("True", "InSync"));
    assert_eq!(object.requeue(), 300, "when the first answers' TTL runs out");
    assert_eq!(object.event(), None);
    assert_eq!(
        object.message(),
        "1 error: SPF-T01 at voorbeeld.nl; looked at again by 2027-01-15T08:05:00Z"
    );
    an_error(&mut object, 299, 299);
    assert_eq!(object.ready(), ("False", "Unconfirmed"));
    an_error(&mut object, 300, 300);
    assert_eq!(object.ready(), ("False", "Noncompliant"));
    assert_eq!(object.kstatus(), Kstatus::Failed);
    assert_eq!(object.event(), Some(("Noncompliant", true)));
    assert_eq!(object.message(), "1 error: SPF-T01 at voorbeeld.nl");
    let found = object.status.as_ref().unwrap().findings[0].clone();
    assert_eq!((found.since.unwrap().0, found.settle_until), (at(0), None));
    object.look(1000, &object.all_in_sync(1000));
    assert_eq!(object.ready(), ("True", "Compliant"));
}

#[test]
fn age_alone_makes_no_error() {
    let mut object = Object::in_sync();
    an_error(&mut object, 0, 0);
    for now in [300, 900, HOUR, 5 * HOUR] {
        // The same answers, from memory.
        an_error(&mut object, now, 0);
        assert_eq!(object.ready(), ("False", "Unconfirmed"), "{now}");
        assert_eq!(object.requeue(), 1, "its second answer is due");
    }
}

#[test]
fn the_second_answer_to_an_error_comes_after_settle_window_at_the_latest() {
    for (ttl, window, due) in [(300, 900, 300), (86_400, 900, 900), (0, 900, 1), (300, 0, 1)] {
        let mut object = Object::in_sync();
        object.schedule.settle_window = secs(window);
        let says = vec![Says::State(State::InSync, 0, ttl); 3];
        object.look_with(0, &says, vec![finding(true)]);
        assert_eq!(object.requeue(), due, "ttl {ttl}, window {window}");
        let until = object.status.as_ref().unwrap().findings[0].settle_until.clone();
        assert_eq!(until.unwrap().0, at(due));
    }
}

#[test]
fn an_error_that_becomes_managed_is_seen_again_before_it_counts() {
    let mut object = Object::in_sync();
    for now in [0, HOUR] {
        object.look_with(now, &object.all_in_sync(now), vec![finding(false)]);
        assert_eq!(object.status.as_ref().unwrap().findings[0].settle_until, None);
    }
    an_error(&mut object, 2 * HOUR, 2 * HOUR);
    assert_eq!(object.ready(), ("False", "Unconfirmed"));
    let found = object.status.as_ref().unwrap().findings[0].clone();
    assert_eq!(found.since.unwrap().0, at(0), "it has been there all along");
}

#[test]
fn a_finding_is_the_same_by_rule_record_and_subject_never_by_its_words() {
    let mut object = Object::in_sync();
    let about = |subject: &str, words: &str| {
        let mut finding = finding(true);
        finding.subject = Some(subject.to_owned());
        words.clone_into(&mut finding.message);
        finding
    };
    let one = about("include:a.example", "11 terms");
    object.look_with(0, &object.all_in_sync(0), vec![one]);
    let (same, new) = (
        about("include:a.example", "12 terms"),
        about("include:b.example", "11 terms"),
    );
    let next = object.look_with(10, &object.all_in_sync(10), vec![same, new]);
    let since: Vec<_> = next
        .status
        .findings
        .iter()
        .map(|finding| {
            (
                finding.subject.as_deref().unwrap(),
                finding.since.clone().unwrap().0,
            )
        })
        .collect();
    assert_eq!(
        since,
        [("include:a.example", at(0)), ("include:b.example", at(10))]
    );
    assert_eq!(next.status.findings[0].message, "12 terms");
}

#[test]
fn errors_on_what_is_not_managed_lower_nothing_and_are_counted() {
    let mut object = Object::in_sync();
    for now in [0, HOUR] {
        let next = object.look_with(now, &object.all_in_sync(now), vec![finding(false)]);
        assert_eq!(object.ready(), ("True", "Compliant"));
        assert_eq!(next.status.findings.len(), 1);
        let summary = next.status.summary.unwrap();
        assert_eq!((summary.errors, summary.managed_errors), (1, 0));
    }
    assert_eq!(
        object.message(),
        "3 of 3 records in sync; 1 error on what is not managed: SPF-T01 at voorbeeld.nl"
    );
    let next = object.look_with(2 * HOUR, &object.all_in_sync(2 * HOUR), vec![finding(true)]);
    let summary = next.status.summary.unwrap();
    assert_eq!((summary.errors, summary.managed_errors), (1, 1));
}

#[test]
fn a_standard_is_true_only_when_in_sync_and_without_an_error_of_its_own() {
    let dkim_rule = zegel::rules::all()
        .find(|rule| rule.standard == Standard::Dkim)
        .unwrap();
    for (managed, severity, dkim) in [
        (true, Severity::Error, ("False", "Unconfirmed")),
        (false, Severity::Error, ("False", "Noncompliant")),
        (true, Severity::Warning, ("True", "InSync")),
    ] {
        let mut object = Object::in_sync();
        let mut found = finding(managed);
        found.rule = dkim_rule;
        found.severity = severity;
        object.look_with(0, &object.all_in_sync(0), vec![found.clone()]);
        assert_eq!(object.condition("DKIM"), dkim);
        assert_eq!(
            object.condition("DMARC"),
            ("True", "InSync"),
            "it is none of DMARC's"
        );
        if managed && severity == Severity::Error {
            object.look_with(300, &object.all_in_sync(300), vec![found]);
            assert_eq!(object.condition("DKIM"), ("False", "Noncompliant"));
            let status = object.status.as_ref().unwrap();
            let dkim = status
                .conditions
                .iter()
                .find(|condition| condition.type_ == "DKIM")
                .unwrap();
            assert_eq!(
                dkim.message,
                format!("1 of 1 in sync; 1 error: {} at voorbeeld.nl", dkim_rule.id)
            );
        }
    }
}

#[test]
fn a_finding_whose_evidence_is_missing_stays_and_does_not_age_into_an_error() {
    let mut object = Object::in_sync();
    object.look_with(0, &object.all_in_sync(0), vec![finding(true)]);
    let blind = |object: &mut Object, now: i64| {
        let mut verdict = verdict(&object.intent, &object.all_in_sync(now), Vec::new());
        verdict.unanswered.push(evidence_unanswered(Standard::Spf));
        let (intent, schedule) = (object.intent.clone(), object.schedule);
        object.pass(
            now,
            Pass::Judged {
                intent: &intent,
                schedule: &schedule,
                verdict: &verdict,
            },
        );
    };
    blind(&mut object, 1000);
    assert_eq!(
        object.ready(),
        ("False", "Unconfirmed"),
        "the clock alone condemns nobody"
    );
    object.look_with(1100, &object.all_in_sync(1100), vec![finding(true)]);
    assert_eq!(object.ready(), ("False", "Noncompliant"));
    blind(&mut object, 1200);
    assert_eq!(
        object.ready(),
        ("False", "Noncompliant"),
        "and blindness clears nothing"
    );
    let mut says = object.all_in_sync(1250);
    says[2] = SERVFAIL;
    object.look_with(1250, &says, vec![finding(true)]);
    assert_eq!(
        object.message(),
        "1 error: SPF-T01 at voorbeeld.nl; 1 could not be asked (ServFail)"
    );
    assert_eq!(
        object.status.as_ref().unwrap().findings[0]
            .since
            .as_ref()
            .unwrap()
            .0,
        at(0)
    );
    object.look(1300, &object.all_in_sync(1300));
    assert_eq!(object.ready(), ("True", "Compliant"));
}

#[test]
fn only_missing_evidence_of_its_own_standard_keeps_a_finding() {
    let of_spf = zegel::rules::all()
        .find(|rule| rule.standard == Standard::Spf)
        .unwrap();
    for (unheard, stays) in [(Standard::Spf, true), (Standard::Dmarc, false)] {
        let mut object = Object::in_sync();
        let mut found = finding(true);
        found.rule = of_spf;
        object.look_with(0, &object.all_in_sync(0), vec![found]);
        let mut verdict = verdict(&object.intent, &object.all_in_sync(10), Vec::new());
        verdict.unanswered.push(evidence_unanswered(unheard));
        let status = object.judged(10, &verdict).status;
        assert_eq!(
            !status.findings.is_empty(),
            stays,
            "{unheard:?} could not be asked"
        );
    }
}

/// A broken chain of trust at the domain: nothing of it is answered, and it is known why.
fn a_broken_chain(object: &mut Object, now: i64) {
    let rule = zegel::rules::find("SEC-015").unwrap();
    let mut broken = finding(true);
    (broken.rule, broken.subject) = (rule, Some("BadSignature".to_owned()));
    let bogus = Says::Nothing(zegel::inquiry::Trouble::Bogus);
    object.look_with(now, &vec![bogus; object.intent.wanted.len()], vec![broken]);
}

#[test]
fn a_broken_chain_of_trust_counts_once_it_was_seen_over_the_settle_window() {
    let mut object = Object::in_sync();
    a_broken_chain(&mut object, 0);
    assert_eq!(object.ready(), ("False", "Unconfirmed"));
    a_broken_chain(&mut object, 899);
    assert_eq!(object.ready(), ("False", "Unconfirmed"));
    a_broken_chain(&mut object, 900);
    assert_eq!(object.ready(), ("False", "Noncompliant"));
    // An outage mends nothing.
    object.look(1000, &vec![SERVFAIL; object.intent.wanted.len()]);
    assert_eq!(object.ready(), ("False", "Noncompliant"));
    object.look(2000, &object.all_in_sync(2000));
    assert_eq!(object.ready(), ("True", "Compliant"));
}
