//! Compliant hangs on every answer an Error could hang on: never had is Unknown, had before is kept until staleAfter.

use zegel::api::ReadyWhen;
use zegel::inquiry::Need;
use zegel::judge::{State, Verdict};
use zegel::records::Standard;

use crate::kstatus::Kstatus;
use crate::world::*;

/// Everything in sync, and one more question of DKIM, answered at this second or not at all.
fn with_question(object: &Object, now: i64, need: Need, answer: Option<(i64, i64)>) -> Verdict {
    let mut verdict = verdict(&object.intent, &object.all_in_sync(now), Vec::new());
    let answered = answer.and_then(|(seen, ttl)| answered(seen, ttl));
    ask(&mut verdict, need, Standard::Dkim, answered);
    verdict
}

#[test]
fn what_was_never_answered_for_this_intent_is_not_compliant() {
    let mut object = Object::new();
    let blind = with_question(&object, 0, Need::Compliance, None);
    object.judged(0, &blind);
    assert_eq!(object.ready(), ("Unknown", "DNSUnavailable"));
    assert_eq!(object.kstatus(), Kstatus::InProgress);
    assert_eq!(object.condition("Compliant"), ("Unknown", "DNSUnavailable"));
    assert_eq!(object.condition("InSync"), ("True", "InSync"));
    assert_eq!(object.condition("DKIM"), ("Unknown", "DNSUnavailable"));
    assert_eq!(object.condition("DMARC"), ("True", "InSync"));
    assert_eq!(object.event(), Some(("DNSUnavailable", true)));
    assert_eq!(object.requeue(), 30, "asked again soon");
    insta::assert_snapshot!(object.message());
    let status = object.status.clone().unwrap();
    assert!(status.last_observation.is_some() && status.last_compliance_observation.is_none());

    object.restart();
    object.judged(30, &with_question(&object, 30, Need::Compliance, None));
    assert_eq!(
        object.ready(),
        ("Unknown", "DNSUnavailable"),
        "a restart changes nothing"
    );
    object.judged(90, &with_question(&object, 90, Need::Compliance, Some((90, 60))));
    assert_eq!(object.ready(), ("True", "Compliant"));
    assert_eq!(object.event(), Some(("DNSRecovered", false)));
}

#[test]
fn ready_hangs_on_it_only_where_ready_when_asks() {
    for (ready_when, ready) in [
        (ReadyWhen::Observed, ("True", "Observed")),
        (ReadyWhen::InSync, ("True", "InSync")),
        (ReadyWhen::Compliant, ("Unknown", "DNSUnavailable")),
    ] {
        let mut object = Object::new();
        object.schedule.ready_when = ready_when;
        object.judged(0, &with_question(&object, 0, Need::Compliance, None));
        assert_eq!(object.ready(), ready);
        assert_eq!(object.condition("Compliant"), ("Unknown", "DNSUnavailable"));
    }
}

#[test]
fn evidence_that_is_missing_makes_nothing_unknown() {
    let mut object = Object::new();
    object.judged(0, &with_question(&object, 0, Need::Evidence, None));
    assert_eq!(object.ready(), ("True", "Compliant"));
}

#[test]
fn what_was_answered_before_is_kept_until_stale_after_through_a_restart() {
    for restart in [false, true] {
        let mut object = Object::new();
        object.judged(0, &with_question(&object, 0, Need::Compliance, Some((0, 300))));
        assert_eq!(object.ready(), ("True", "Compliant"));
        for now in [HOUR, 3 * HOUR, 6 * HOUR - 1] {
            if restart {
                object.restart();
            }
            object.judged(now, &with_question(&object, now, Need::Compliance, None));
            assert_eq!(object.ready(), ("True", "Compliant"), "{now}, restart: {restart}");
            assert_eq!(object.condition("DKIM"), ("True", "InSync"));
        }
        assert_eq!(object.requeue(), 1, "exactly at staleAfter");
        object.judged(
            6 * HOUR,
            &with_question(&object, 6 * HOUR, Need::Compliance, None),
        );
        assert_eq!(object.ready(), ("Unknown", "DNSUnavailable"));
        assert_eq!(object.condition("InSync"), ("True", "InSync"));
        assert_eq!(
            object.condition("DKIM"),
            ("True", "InSync"),
            "what was known stays known"
        );
    }
}

#[test]
fn another_intent_is_another_question() {
    let mut object = Object::new();
    object.judged(0, &with_question(&object, 0, Need::Compliance, Some((0, 300))));
    object.change_dmarc("new.provider.example");
    object.judged(10, &with_question(&object, 10, Need::Compliance, None));
    assert_eq!(object.ready(), ("Unknown", "DNSUnavailable"));
}

#[test]
fn a_known_error_counts_although_others_could_hide() {
    let mut object = Object::new();
    for now in [0, 900] {
        let mut verdict = with_question(&object, now, Need::Compliance, None);
        verdict.findings = vec![finding(true)];
        object.judged(now, &verdict);
    }
    assert_eq!(object.ready(), ("False", "Noncompliant"));
    object.judged(
        1000,
        &with_question(&object, 1000, Need::Evidence, Some((1000, 300))),
    );
    assert_eq!(object.ready(), ("True", "Compliant"));
    let mut object = Object::new();
    let mut verdict = with_question(&object, 0, Need::Compliance, None);
    verdict.findings = vec![finding(true)];
    verdict.findings[0].rule = spf_rule();
    object.judged(0, &verdict);
    verdict.findings.clear();
    verdict.unanswered[0].standards = [Standard::Dmarc].into();
    verdict.unanswered[0].weighs = [Standard::Dmarc].into();
    object.judged(10, &verdict);
    assert_eq!(
        object.ready(),
        ("Unknown", "DNSUnavailable"),
        "that an Error went does not mean that all is known"
    );
}

#[test]
fn the_times_are_those_of_the_oldest_answers_not_of_the_look() {
    let mut object = Object::new();
    // Answers from memory: the DMARC record an hour old, a branch two hours.
    let mut verdict = verdict(
        &object.intent,
        &object.with_dmarc(0, Says::State(State::InSync, -HOUR, 86_400)),
        Vec::new(),
    );
    ask(
        &mut verdict,
        Need::Compliance,
        Standard::Dkim,
        answered(-2 * HOUR, 86_400),
    );
    object.judged(0, &verdict);
    let status = object.status.clone().unwrap();
    assert_eq!(status.last_observation.unwrap().0, at(-HOUR));
    assert_eq!(status.last_compliance_observation.unwrap().0, at(-2 * HOUR));
    assert_eq!(object.remembered.last_observation(), Some(at(-HOUR)));
    // DNS is dead from here on, and memory goes on answering.
    object.judged(4 * HOUR - 1, &verdict);
    assert_eq!(object.ready(), ("True", "Compliant"));
    object.judged(4 * HOUR, &verdict);
    assert_eq!(object.ready(), ("Unknown", "DNSUnavailable"));
    assert_eq!(object.condition("InSync"), ("True", "InSync"));
    object.judged(5 * HOUR, &verdict);
    assert_eq!(object.condition("InSync"), ("Unknown", "DNSUnavailable"));
}

#[test]
fn with_nothing_managed_the_best_reason_is_observed() {
    for ready_when in [ReadyWhen::Observed, ReadyWhen::InSync, ReadyWhen::Compliant] {
        let mut object = Object::observing();
        object.schedule.ready_when = ready_when;
        let mut blind = verdict(&object.intent, &[], Vec::new());
        blind.unanswered.push(zegel::judge::Unanswered {
            need: Need::Essential,
            managed: false,
            ..evidence_unanswered(Standard::Spf)
        });
        object.judged(0, &blind);
        assert_eq!(
            object.ready(),
            ("Unknown", "DNSUnavailable"),
            "nobody answered anything"
        );
        object.look(30, &[]);
        assert_eq!(object.ready(), ("True", "Observed"), "{ready_when:?}");
        assert_eq!(object.kstatus(), Kstatus::Current);
        assert_eq!(object.message(), "DNS was looked at; no record is managed");
        for half in ["InSync", "Compliant"] {
            assert_eq!(
                object.condition(half),
                ("Unknown", "Observed"),
                "nothing was asked of it"
            );
        }
        object.look_with(60, &[], vec![finding(false)]);
        assert_eq!(object.ready(), ("True", "Observed"));
        assert_eq!(
            object.message(),
            "DNS was looked at; no record is managed; 1 error on what is not managed: SPF-T01 at voorbeeld.nl"
        );
        object.judged(7 * HOUR, &blind);
        assert_eq!(object.ready(), ("Unknown", "DNSUnavailable"));
    }
}
