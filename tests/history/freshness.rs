//! What may come from memory, what is asked anew, and turning stale without asking.

use zegel::history::{Pass, oldest_answer, questions_to_repeat, stale_at};
use zegel::inquiry::Need;
use zegel::judge::{State, Verdict};
use zegel::records::Standard;

use crate::world::*;

#[test]
fn no_answer_from_memory_turns_stale_before_the_next_look() {
    for (interval, stale_after, oldest) in [
        (HOUR, 6 * HOUR, -6 * HOUR + 72 * MINUTE),
        (6 * HOUR, 12 * HOUR, -12 * HOUR + 432 * MINUTE),
        (10, 6 * HOUR, -6 * HOUR + 12),
        // As short as it may be: every look asks anew.
        (HOUR, HOUR, 0),
    ] {
        let mut object = Object::in_sync();
        object.schedule.interval = secs(interval);
        object.schedule.stale_after = secs(stale_after);
        assert_eq!(
            oldest_answer(&object.schedule, at(0)),
            at(oldest),
            "{interval} {stale_after}"
        );
        // And the next look comes in time.
        object.look(0, &object.all_in_sync(oldest));
        assert!(oldest + stale_after > object.requeue());
        assert_eq!(object.ready(), ("True", "Compliant"));
    }
}

/// What is asked anew although memory has an answer.
fn repeated(object: &Object, verdict: &Verdict, now: i64) -> Vec<(String, i64)> {
    questions_to_repeat(object.status.as_ref(), verdict, &object.schedule, at(now))
        .into_iter()
        .map(|(question, earliest)| (question.to_string(), earliest.as_second() - at(0).as_second()))
        .collect()
}

#[test]
fn what_differs_is_asked_again_each_interval_whatever_its_ttl() {
    let mut object = Object::in_sync();
    object.schedule.interval = secs(600);
    let says = object.with_dmarc(0, drifted(0, 86_400));
    object.look(0, &says);
    let cached = verdict(&object.intent, &says, Vec::new());
    assert_eq!(repeated(&object, &cached, 400), []);
    assert_eq!(
        repeated(&object, &cached, 540),
        [("_dmarc.voorbeeld.nl CNAME".to_owned(), 60)],
        "a look a tenth early still is the next one"
    );
    let fine = verdict(&object.intent, &object.all_in_sync(0), Vec::new());
    assert_eq!(
        repeated(&object, &fine, 5000),
        [],
        "what is in sync may come from memory"
    );
}

#[test]
fn an_error_is_asked_again_each_interval_and_when_its_second_answer_is_due() {
    let mut object = Object::in_sync();
    let mut found = finding(true);
    found.rule = spf_rule();
    let verdict = |object: &Object, seen: i64| {
        let mut verdict = verdict(&object.intent, &object.all_in_sync(0), vec![found.clone()]);
        ask(
            &mut verdict,
            Need::Compliance,
            Standard::Spf,
            answered(seen, 1200),
        );
        verdict
    };
    object.judged(0, &verdict(&object, 0));
    let of_spf = |earliest| vec![("spf.provider.example TXT".to_owned(), earliest)];
    assert_eq!(repeated(&object, &verdict(&object, 0), 899), []);
    assert_eq!(
        repeated(&object, &verdict(&object, 0), 900),
        of_spf(900),
        "of its own standard alone"
    );
    assert_eq!(repeated(&object, &verdict(&object, 900), 900), []);
    object.judged(900, &verdict(&object, 900));
    assert_eq!(object.ready(), ("False", "Noncompliant"));
    assert_eq!(repeated(&object, &verdict(&object, 900), 901), []);
    assert_eq!(
        repeated(&object, &verdict(&object, 900), 900 + HOUR),
        of_spf(900 + HOUR - 48 * MINUTE)
    );
}

#[test]
fn turning_stale_needs_no_dns() {
    let mut object = Object::in_sync();
    object.look(0, &object.with_dmarc(0, Says::State(State::InSync, 0, 300)));
    let writes = object.writes;
    let next = object.aged(6 * HOUR - 1);
    assert_eq!((object.writes, next.requeue), (writes, Some(secs(1))), "not yet");
    assert_eq!(object.stale_at(), Some(6 * HOUR));
    object.aged(6 * HOUR);
    assert_eq!(object.ready(), ("Unknown", "DNSUnavailable"));
    assert_eq!(object.event(), Some(("DNSUnavailable", true)));
    assert_eq!(object.condition("DMARC"), ("True", "InSync"));
    assert_eq!(object.dmarc().state, "InSync");
    assert_eq!(object.stale_at(), None, "said once");
    object.aged(7 * HOUR);
    assert_eq!(object.writes, writes + 1);
    object.look(8 * HOUR, &object.all_in_sync(8 * HOUR));
    assert_eq!(object.event(), Some(("DNSRecovered", false)));
}

#[test]
fn only_what_rests_on_a_look_turns_stale() {
    let mut object = Object::new();
    for now in [0, 100 * HOUR] {
        assert_eq!(object.stale_at(), None, "never looked at");
        let intent = object.intent.clone();
        object.pass(now, Pass::Waiting(&intent));
    }
    let mut object = Object::in_sync();
    for now in [0, 300] {
        object.look(now, &object.with_dmarc(now, drifted(now, 300)));
    }
    object.aged(100 * HOUR);
    assert_eq!(
        object.ready(),
        ("False", "Drifted"),
        "a confirmed difference outlives an outage"
    );
    let mut object = Object::in_sync();
    object.change_dmarc("new.provider.example");
    let writes = object.writes;
    object.aged(100 * HOUR);
    assert_eq!(object.writes, writes, "another intent waits for its first look");
    let mut object = Object::in_sync();
    object.schedule.suspend = true;
    let intent = object.intent.clone();
    object.pass(0, Pass::Suspended(&intent));
    assert_eq!(object.stale_at(), None, "suspended: nothing turns stale");
    object.aged(100 * HOUR);
    assert_eq!(object.ready(), ("True", "Compliant"));
}

impl Object {
    /// When Ready turns Unknown by itself.
    fn stale_at(&self) -> Option<i64> {
        let requests = zegel::history::Requests::of(&self.annotations);
        let at_second = stale_at(
            &self.before(&requests),
            &self.intent,
            &self.schedule,
            at(100 * HOUR),
        )?;
        Some(at_second.as_second() - at(0).as_second())
    }
}
