//! A difference: seen once, on its way, confirmed.

use zegel::history::questions_to_repeat;
use zegel::judge::State;

use crate::kstatus::Kstatus;
use crate::world::*;

#[test]
fn a_difference_seen_once_is_unconfirmed_and_confirmed_by_a_second_answer() {
    let mut object = Object::in_sync();
    object.look(0, &object.with_dmarc(0, drifted(0, 300)));
    assert_eq!(object.ready(), ("False", "Unconfirmed"));
    assert_eq!(object.kstatus(), Kstatus::InProgress);
    assert_eq!(object.event(), None);
    assert_eq!(object.requeue(), 300, "when the first answer's TTL runs out");
    assert_eq!(object.dmarc().cause.as_deref(), Some("World"));
    assert_eq!(object.dmarc().since.as_ref().unwrap().0, at(0));
    assert_eq!(object.dmarc().settle_until.as_ref().unwrap().0, at(300));
    assert_eq!(
        object.message(),
        "1 of 3 records differs: _dmarc.voorbeeld.nl; looked at again by 2027-01-15T08:05:00Z"
    );

    object.look(300, &object.with_dmarc(300, drifted(300, 300)));
    assert_eq!(object.ready(), ("False", "Drifted"));
    assert_eq!(object.kstatus(), Kstatus::Failed);
    assert_eq!(object.event(), Some(("Drifted", true)));
    assert_eq!(object.message(), "1 of 3 records differs: _dmarc.voorbeeld.nl");
    assert_eq!(object.condition("DMARC"), ("False", "Drifted"));
    assert_eq!(object.condition("InSync"), ("False", "Drifted"));
    assert_eq!(object.condition("Compliant"), ("True", "Compliant"));
    assert_eq!(object.dmarc().since.as_ref().unwrap().0, at(0));
    assert_eq!(object.dmarc().settle_until, None);
    assert_eq!(object.dmarc().differences, ["want this, found that"]);

    object.look(400, &object.all_in_sync(400));
    assert_eq!(object.ready(), ("True", "Compliant"));
    assert_eq!(object.event(), Some(("InSync", false)));
    assert_eq!((&object.dmarc().since, &object.dmarc().cause), (&None, &None));
}

#[test]
fn the_second_answer_comes_after_settle_window_at_the_latest() {
    for (ttl, window, due) in [(300, 900, 300), (86_400, 900, 900), (0, 900, 1), (300, 0, 1)] {
        let mut object = Object::in_sync();
        object.schedule.settle_window = secs(window);
        object.look(0, &object.with_dmarc(0, drifted(0, ttl)));
        assert_eq!(object.ready(), ("False", "Unconfirmed"));
        assert_eq!(object.requeue(), due, "ttl {ttl}, window {window}");
    }
}

#[test]
fn the_same_answer_from_the_cache_confirms_nothing_and_is_asked_anew() {
    let mut object = Object::in_sync();
    object.look(0, &object.with_dmarc(0, drifted(0, 86_400)));
    let cached = verdict(
        &object.intent,
        &object.with_dmarc(900, drifted(0, 86_400)),
        Vec::new(),
    );
    let due = |now| {
        let questions = questions_to_repeat(object.status.as_ref(), &cached, &object.schedule, at(now));
        let questions = questions.into_iter().map(|(question, _)| question.to_string());
        questions.collect::<Vec<_>>()
    };
    assert!(due(899).is_empty());
    assert_eq!(due(900), ["_dmarc.voorbeeld.nl CNAME"]);
    let fresh = verdict(
        &object.intent,
        &object.with_dmarc(900, drifted(900, 86_400)),
        Vec::new(),
    );
    assert!(questions_to_repeat(object.status.as_ref(), &fresh, &object.schedule, at(900)).is_empty());
    object.look(1000, &object.with_dmarc(1000, drifted(0, 86_400)));
    assert_eq!(
        object.ready(),
        ("False", "Unconfirmed"),
        "the clock alone condemns nobody"
    );
}

#[test]
fn a_second_answer_that_is_due_already_is_asked_for_at_once() {
    // The cache still holds an answer that somebody else had long ago.
    let mut object = Object::in_sync();
    object.look(2000, &object.with_dmarc(2000, drifted(0, 7200)));
    assert_eq!(object.ready(), ("False", "Unconfirmed"));
    assert_eq!(object.requeue(), 1, "not at the next interval");
    object.look(2001, &object.with_dmarc(2001, SERVFAIL));
    assert_eq!(
        object.requeue(),
        30,
        "an outage is no reason to ask without pause"
    );
    object.look(2031, &object.with_dmarc(2031, drifted(2031, 7200)));
    assert_eq!(object.ready(), ("False", "Drifted"));
}

#[test]
fn a_new_intent_propagates_until_caches_let_go_of_the_old_answer() {
    for (ttl, until) in [(300, 900), (3600, 3600), (400_000, 48 * HOUR)] {
        let mut object = Object::in_sync();
        object.change_dmarc("new.provider.example");
        object.look(0, &object.with_dmarc(0, drifted(0, ttl)));
        assert_eq!(object.ready(), ("False", "Propagating"));
        assert_eq!(object.kstatus(), Kstatus::InProgress);
        assert_eq!(object.event(), None);
        assert_eq!(object.dmarc().cause.as_deref(), Some("Spec"));
        assert_eq!(
            object.dmarc().settle_until.as_ref().unwrap().0,
            at(until),
            "ttl {ttl}"
        );
        assert!(object.requeue() <= until);
        object.look(until - 1, &object.with_dmarc(until - 1, drifted(until - 1, ttl)));
        assert_eq!(object.ready(), ("False", "Propagating"));
        assert_eq!(object.requeue(), 1, "exactly at the deadline");
        object.look(until, &object.with_dmarc(until, drifted(until, ttl)));
        assert_eq!(
            object.ready(),
            ("False", "Drifted"),
            "by an answer had after the deadline"
        );
        assert_eq!(object.dmarc().since.as_ref().unwrap().0, at(0));
        assert_eq!(object.dmarc().cause.as_deref(), Some("Spec"));
    }
}

#[test]
fn the_old_answers_largest_ttl_counts() {
    let mut object = Object::in_sync();
    object.look(0, &object.with_dmarc(0, drifted(0, 7200)));
    object.change_dmarc("new.provider.example");
    object.look(60, &object.with_dmarc(60, drifted(0, 100)));
    assert_eq!(object.dmarc().ttl, Some(7200));
    assert_eq!(object.dmarc().settle_until.as_ref().unwrap().0, at(60 + 7200));
}

#[test]
fn the_largest_ttl_counts_although_it_was_never_worth_a_write() {
    let mut object = Object::in_sync();
    let writes = object.writes;
    object.look(0, &object.with_dmarc(0, Says::State(State::InSync, 0, 7200)));
    object.look(60, &object.with_dmarc(60, Says::State(State::InSync, 60, 100)));
    assert_eq!(object.writes, writes);
    object.change_dmarc("new.provider.example");
    let old = object.dmarc().observed.clone();
    let mut verdict = verdict(
        &object.intent,
        &object.with_dmarc(120, drifted(120, 40)),
        Vec::new(),
    );
    verdict.records[1].observed = old;
    object.judged(120, &verdict);
    assert_eq!(object.dmarc().settle_until.as_ref().unwrap().0, at(120 + 7200));
}

#[test]
fn what_the_desired_text_does_not_say_is_part_of_the_intent() {
    use zegel::records::dmarc::Policy;
    let mut object = Object::in_sync();
    object.look(0, &object.all_in_sync(0));
    object.intent.wanted[1].what = zegel::intent::What::Dmarc(zegel::intent::DmarcWant::Cname {
        target: name("d.provider.example"),
        at_least: Some(Policy::Reject),
    });
    object.generation += 1;
    object.look(10, &[SERVFAIL, SERVFAIL, SERVFAIL]);
    assert_eq!(
        object.ready(),
        ("Unknown", "DNSUnavailable"),
        "nobody ever looked whether the policy is that strong"
    );
}

#[test]
fn settling_is_per_record() {
    let mut object = Object::in_sync();
    let both = |object: &Object, seen: i64| {
        let mut says = object.with_dmarc(seen, drifted(seen, 300));
        says[0] = Says::State(State::Missing, seen, 300);
        says
    };
    object.look(0, &object.with_dmarc(0, drifted(0, 300)));
    object.look(300, &object.with_dmarc(300, drifted(300, 300)));
    assert_eq!(object.ready(), ("False", "Drifted"));
    object.change_dmarc("new.provider.example");
    object.look(400, &both(&object, 400));
    assert_eq!(
        object.ready(),
        ("False", "Unconfirmed"),
        "weighs more than Propagating"
    );
    assert_eq!(object.condition("DKIM"), ("False", "Missing"));
    object.look(700, &both(&object, 700));
    assert_eq!(object.ready(), ("False", "Drifted"));
    assert_eq!(
        object.message(),
        "2 of 3 records differ: s._domainkey.voorbeeld.nl, _dmarc.voorbeeld.nl"
    );
}

#[test]
fn all_missing_is_told_as_missing() {
    let mut object = Object::in_sync();
    for now in [0, 300] {
        object.look(
            now,
            &object.with_dmarc(now, Says::State(State::Missing, now, 300)),
        );
    }
    assert_eq!(object.ready(), ("False", "Drifted"));
    assert_eq!(object.event(), Some(("RecordMissing", true)));
    assert_eq!(object.condition("DMARC"), ("False", "Missing"));
}

#[test]
fn what_differs_counts_although_another_record_could_not_be_asked() {
    let mut object = Object::in_sync();
    for now in [0, 300] {
        let mut says = object.with_dmarc(now, drifted(now, 300));
        says[0] = SERVFAIL;
        object.look(now, &says);
    }
    assert_eq!(object.ready(), ("False", "Drifted"));
    assert_eq!(
        object.message(),
        "1 of 3 records differs: _dmarc.voorbeeld.nl; 1 could not be asked (ServFail)"
    );
}

#[test]
fn a_confirmed_difference_outlives_an_outage() {
    let mut object = Object::in_sync();
    for now in [0, 300] {
        object.look(now, &object.with_dmarc(now, drifted(now, 300)));
    }
    let since = object.status.as_ref().unwrap().reason_since.clone();
    object.look(400, &[SERVFAIL, SERVFAIL, SERVFAIL]);
    object.look(20 * HOUR, &[SERVFAIL, SERVFAIL, SERVFAIL]);
    assert_eq!(object.ready(), ("False", "Drifted"));
    assert_eq!(object.dmarc().differences, ["want this, found that"]);
    assert_eq!(object.status.as_ref().unwrap().reason_since, since);
}
