//! A clock that was wrong and was set right: nobody is kept green by it, nothing waits for it, nothing breaks.

use jiff::SignedDuration;
use proptest::prelude::*;
use zegel::judge::State;

use crate::world::*;

#[test]
fn an_observation_of_a_clock_that_was_wrong_keeps_nobody_green() {
    let mut object = Object::in_sync();
    object.look(1000 * HOUR, &object.all_in_sync(1000 * HOUR));
    object.restart();
    // The clock is set right, and DNS is out.
    object.look(0, &[SERVFAIL, SERVFAIL, SERVFAIL]);
    assert_eq!(object.ready(), ("True", "Compliant"));
    object.look(6 * HOUR, &[SERVFAIL, SERVFAIL, SERVFAIL]);
    assert_eq!(object.ready(), ("Unknown", "DNSUnavailable"));
    let mut object = Object::in_sync();
    object.look(1000 * HOUR, &object.all_in_sync(1000 * HOUR));
    object.look(0, &object.all_in_sync(0));
    let last = object.status.as_ref().unwrap().last_observation.clone();
    assert_eq!(last.unwrap().0, at(0), "what cannot be is written anew");
}

#[test]
fn what_this_process_remembers_of_the_future_keeps_nobody_green() {
    let mut object = Object::in_sync();
    object.look(1000 * HOUR, &object.all_in_sync(1000 * HOUR));
    // No restart: the process itself remembers.
    object.look(0, &[SERVFAIL, SERVFAIL, SERVFAIL]);
    object.look(6 * HOUR, &[SERVFAIL, SERVFAIL, SERVFAIL]);
    assert_eq!(object.ready(), ("Unknown", "DNSUnavailable"));
}

#[test]
fn an_answer_of_the_future_is_of_unknown_age_and_completes_no_look() {
    let mut object = Object::in_sync();
    object.look(0, &object.all_in_sync(1000 * HOUR));
    object.look(5 * HOUR, &object.all_in_sync(1000 * HOUR));
    assert_eq!(
        object.ready(),
        ("Unknown", "DNSUnavailable"),
        "six hours after the look at -1 h"
    );
}

#[test]
fn a_deadline_that_a_wrong_clock_wrote_is_brought_back_with_its_length() {
    for cause in ["World", "Spec"] {
        let mut object = Object::in_sync();
        let future = 1000 * HOUR;
        if cause == "Spec" {
            object.change_dmarc("new.provider.example");
        }
        object.look(future, &object.with_dmarc(future, drifted(future, 300)));
        assert_eq!(object.dmarc().cause.as_deref(), Some(cause));
        let until = object.dmarc().settle_until.clone().unwrap().0;
        let length = until.duration_since(at(future));
        object.look_as_it_is(0, &object.with_dmarc(0, drifted(0, 300)));
        assert_eq!(object.dmarc().since.clone().unwrap().0, at(0));
        let until = object.dmarc().settle_until.clone().unwrap().0;
        assert_eq!(until.duration_since(at(0)), length, "{cause}");
        let due = length.as_secs();
        object.look_as_it_is(due, &object.with_dmarc(due, drifted(due, 300)));
        assert_eq!(object.ready(), ("False", "Drifted"));
    }
}

#[test]
fn news_of_the_future_is_not_told_again() {
    let mut object = Object::in_sync();
    object.look(
        1000 * HOUR,
        &object.with_dmarc(1000 * HOUR, Says::State(State::InSync, 0, 300)),
    );
    let status = object.status.clone().unwrap();
    let since = status.reason_since.clone().unwrap().0;
    let told = |now| zegel::history::recent_event(&status, now).is_some();
    assert!(told(since) && told(since + SignedDuration::from_mins(9)));
    assert!(
        !told(since - SignedDuration::from_secs(1)),
        "it has not happened yet"
    );
}

/// An answer: the state, how old it is, and its TTL.
type Aged = Option<(State, i64, i64)>;

/// A look by a clock that says anything: the time, what each record says, and whether there is an Error.
fn look_at_any_time() -> impl Strategy<Value = (i64, [Aged; 3], bool)> {
    let states = vec![State::InSync, State::InSync, State::Drifted, State::Missing];
    let says = prop::option::weighted(
        0.8,
        (
            prop::sample::select(states),
            -100_000_i64..100_000,
            0_i64..200_000,
        ),
    );
    let time = prop_oneof![
        4 => -20_i64 * HOUR..20 * HOUR,
        1 => Just(-1_800_000_000 - 62_135_596_800),
        1 => Just(251_000_000_000),
        1 => -50_000 * HOUR..50_000 * HOUR,
    ];
    (time, [says.clone(), says.clone(), says], any::<bool>())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn whatever_the_clock_says_nothing_panics_and_nobody_is_green_past_stale_after(
        looks in prop::collection::vec(look_at_any_time(), 1..20),
        restarts in prop::collection::vec(any::<bool>(), 20),
    ) {
        let mut object = Object::new();
        for ((now, says, error), restart) in looks.into_iter().zip(restarts) {
            let now = now.clamp(-63_000_000_000, 251_000_000_000);
            let all = says.map(|says| match says {
                Some((state, age, ttl)) => Says::State(state, (now - age).clamp(-63_000_000_000, 251_000_000_000), ttl),
                None => SERVFAIL,
            });
            let findings = if error { vec![finding(true)] } else { Vec::new() };
            let verdict = verdict(&object.intent, &all, findings);
            let next = object.judged_as_it_is(now, &verdict);
            let requeue = next.requeue.unwrap();
            prop_assert!(requeue >= secs(1) && requeue <= secs(66 * MINUTE), "{requeue}");
            let status = object.status.clone().unwrap();
            if object.ready().0 == "True" {
                let written = status.last_observation.map(|at| at.0.min(crate::world::at(now)));
                let last = written.max(object.remembered.last_observation()).unwrap();
                prop_assert!(last <= at(now));
                prop_assert!(at(now).duration_since(last) < object.schedule.stale_after);
            }
            for record in &status.records {
                if let (true, Some(until)) = (next.write.is_some(), &record.settle_until) {
                    prop_assert!(until.0.duration_since(at(now)) <= SignedDuration::from_hours(48) + secs(1));
                }
            }
            object.aged_as_it_is(now.saturating_add(7 * HOUR).min(251_000_000_000));
            if restart {
                object.restart();
            }
        }
    }
}
