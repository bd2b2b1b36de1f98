//! Random histories: what holds after every pass, whatever happened before.

use jiff::SignedDuration;
use proptest::prelude::*;
use zegel::api::ReadyWhen;
use zegel::history::Pass;
use zegel::inquiry::Trouble;
use zegel::judge::State;

use crate::world::*;

#[derive(Debug, Clone)]
enum Step {
    /// A look: what each record says (had this many seconds ago), and whether an Error is found.
    Look([Option<(State, i64, i64)>; 3], bool),
    ChangeDesired(u8),
    ReadyWhen(ReadyWhen),
    Suspended,
    Invalid,
    Conflict,
    Waiting,
    Restart,
}

fn state() -> impl Strategy<Value = State> + Clone {
    prop::sample::select(vec![
        State::InSync,
        State::InSync,
        State::Drifted,
        State::Missing,
        State::Unexpected,
    ])
}

fn step() -> impl Strategy<Value = Step> {
    let says = prop::option::weighted(0.7, (state(), 0_i64..2000, 0_i64..200_000));
    let look = ([says.clone(), says.clone(), says], any::<bool>());
    prop_oneof![
        12 => look.prop_map(|(says, error)| Step::Look(says, error)),
        2 => (0_u8..3).prop_map(Step::ChangeDesired),
        1 => prop::sample::select(vec![ReadyWhen::Observed, ReadyWhen::InSync, ReadyWhen::Compliant])
            .prop_map(Step::ReadyWhen),
        1 => Just(Step::Suspended),
        1 => Just(Step::Invalid),
        1 => Just(Step::Conflict),
        1 => Just(Step::Waiting),
        1 => Just(Step::Restart),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    // `Object::pass` itself holds every status against kstatus and asks each pass twice.
    #[test]
    fn what_always_holds(steps in prop::collection::vec((0_i64..8 * HOUR, step()), 1..24)) {
        let mut object = Object::new();
        let mut now = 0;
        // The intent of the last complete look, and when its oldest answer was had.
        let mut complete: Option<(String, i64)> = None;
        for (wait, step) in steps {
            now += wait;
            let before = object.status.clone();
            match step {
                Step::Look(says, error) => {
                    let says = says.map(|says| match says {
                        Some((state, age, ttl)) => Says::State(state, now - age, ttl),
                        None if now % 2 == 0 => Says::Nothing(Trouble::Timeout),
                        None => Says::Unjudged(Trouble::NoCertificate, now),
                    });
                    let seen = says.iter().map(|says| match says {
                        Says::State(_, seen, _) => Some(*seen),
                        Says::Nothing(_) | Says::Unjudged(..) => None,
                    });
                    if let Some(seen) = seen.collect::<Option<Vec<i64>>>() {
                        complete = seen.into_iter().min().map(|oldest| (object.intent.digest(), oldest));
                    }
                    let findings = if error { vec![finding(true)] } else { Vec::new() };
                    let next = object.look_with(now, &says, findings);
                    let status = object.status.as_ref().unwrap();
                    for (record, says) in status.records.iter().zip(&says) {
                        let old = before.iter().flat_map(|before| &before.records)
                            .find(|old| old.name == record.name && old.desired == record.desired);
                        match says {
                            Says::Nothing(_) | Says::Unjudged(..) => {
                                let known = old.map_or("Unknown", |old| old.state.as_str());
                                prop_assert_eq!(&record.state, known, "an outage changes no state");
                                prop_assert_eq!(old.and_then(|old| old.settle_until.clone()), record.settle_until.clone());
                            }
                            // Of answers that take turns one that differs is shown, and what this look says beside it.
                            Says::State(state, ..) if !record.alternates.is_empty() => {
                                let shown: Vec<&str> = std::iter::once(record.state.as_str())
                                    .chain(record.alternates.iter().map(|answer| answer.state.as_str()))
                                    .collect();
                                prop_assert!(shown.contains(&state.as_str()), "{state:?} in {shown:?}");
                                prop_assert!(!["InSync", "Unknown"].contains(&record.state.as_str()));
                            }
                            Says::State(state, seen, _) => {
                                prop_assert_eq!(&record.state, state.as_str());
                                let confirmed = state.differs() && record.settle_until.is_none();
                                let was_confirmed = old.is_some_and(|old| old.settle_until.is_none()
                                    && !["InSync", "Unknown"].contains(&old.state.as_str()));
                                if confirmed && !was_confirmed {
                                    // A record that could not be asked until then settled meanwhile.
                                    let window_end = |old: &zegel::api::RecordStatus| {
                                        old.since.as_ref().map(|since| since.0 + object.schedule.settle_window)
                                    };
                                    let deadline = old.and_then(|old| match &old.settle_until {
                                        Some(deadline) => Some(deadline.0),
                                        None => window_end(old),
                                    });
                                    prop_assert!(
                                        deadline.is_some_and(|deadline| at(*seen) >= deadline),
                                        "confirmed only by an answer had after its deadline"
                                    );
                                }
                            }
                        }
                        if let (Some(since), Some(until)) = (&record.since, &record.settle_until) {
                            let longest = SignedDuration::from_hours(48) + SignedDuration::from_secs(1);
                            prop_assert!(until.0.duration_since(since.0) <= longest);
                        }
                    }
                    let requeue = next.requeue.unwrap();
                    prop_assert!(requeue >= SignedDuration::from_secs(1));
                    prop_assert!(requeue <= SignedDuration::from_mins(66));
                }
                Step::ChangeDesired(number) => {
                    object.change_dmarc(&format!("d{number}.provider.example"));
                    continue;
                }
                Step::ReadyWhen(ready_when) => {
                    object.schedule.ready_when = ready_when;
                    object.generation += 1;
                    continue;
                }
                Step::Suspended => {
                    let intent = object.intent.clone();
                    object.pass(now, Pass::Suspended(&intent));
                    if let Some(before) = before {
                        prop_assert_eq!(before.records, object.status.clone().unwrap().records);
                    }
                    continue;
                }
                Step::Invalid => { object.pass(now, Pass::InvalidSpec("no")); }
                Step::Conflict => { object.pass(now, Pass::DomainConflict("claimed")); }
                Step::Waiting => {
                    let intent = object.intent.clone();
                    object.pass(now, Pass::Waiting(&intent));
                }
                Step::Restart => {
                    object.restart();
                    continue;
                }
            }
            if object.ready().0 == "True" {
                let (digest, seen) = complete.clone().expect("Ready because somebody looked");
                prop_assert_eq!(digest, object.intent.digest());
                prop_assert!(at(now).duration_since(at(seen)) < object.schedule.stale_after);
            }
        }
    }
}
