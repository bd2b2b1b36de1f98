//! The first look of a process that finds objects judged before.

use jiff::SignedDuration;
use zegel::history::{Before, REQUESTED_AT, Remembered, Requests, first_look};

use crate::world::*;

/// How long the first look of a new process waits, for an object with this uid.
fn waits_as(object: &Object, uid: &str, now: i64) -> SignedDuration {
    let requests = Requests::of(&object.annotations);
    let before = Before {
        uid,
        generation: object.generation,
        requests: &requests,
        status: object.status.as_ref(),
        remembered: &Remembered::default(),
    };
    first_look(&before, &object.intent, &object.schedule, at(now))
}

/// The longest and the shortest wait of a fleet of objects like this one, in seconds.
fn range(object: &Object, now: i64) -> (i64, i64) {
    let waits = (0..1000).map(|number| waits_as(object, &format!("5bdf-{number}-4c3a"), now).as_secs());
    (waits.clone().min().unwrap(), waits.max().unwrap())
}

fn at_once(object: &Object, now: i64) -> bool {
    range(object, now) == (0, 0)
}

#[test]
fn what_stands_is_spread_over_a_tenth_of_the_interval_and_five_minutes_at_most() {
    for (interval, longest) in [(600, 60), (HOUR, 300), (24 * HOUR, 300), (10, 1)] {
        let mut object = Object::in_sync();
        object.schedule.interval = secs(interval);
        object.schedule.stale_after = secs((2 * interval).max(6 * HOUR));
        let (shortest, found) = range(&object, 0);
        assert!(shortest <= longest / 50, "{interval}: {shortest}");
        assert!(
            found < longest && found >= longest * 9 / 10 - 1,
            "{interval}: {found}"
        );
    }
}

#[test]
fn each_part_of_the_time_gets_its_share_and_each_object_always_the_same_moment() {
    let object = Object::in_sync();
    let mut thirds = [0; 3];
    for number in 0..3000 {
        let uid = format!("{number:08x}-77aa-4c3a-9d1b-{number:012x}");
        let wait = waits_as(&object, &uid, 0);
        assert_eq!(wait, waits_as(&object, &uid, 0));
        thirds[usize::try_from(wait.as_secs() / 100).unwrap()] += 1;
    }
    assert!(
        thirds.iter().all(|third| (900..1100).contains(third)),
        "{thirds:?}"
    );
}

#[test]
fn who_waits_for_a_verdict_is_looked_at_at_once() {
    assert!(at_once(&Object::new(), 0), "nobody looked yet");

    let mut edited = Object::in_sync();
    edited.generation += 1;
    assert!(at_once(&edited, 0), "a new generation");

    let mut changed = Object::in_sync();
    changed.change_dmarc("other.provider.example");
    changed.generation -= 1;
    assert!(at_once(&changed, 0), "another intent");

    let mut requested = Object::in_sync();
    requested
        .annotations
        .insert(REQUESTED_AT.to_owned(), "now".to_owned());
    assert!(at_once(&requested, 0), "a request");

    let stale = Object::in_sync();
    assert!(!at_once(&stale, 4 * HOUR), "looked at five hours ago: it stands");
    assert!(at_once(&stale, 5 * HOUR), "stale");
    assert!(at_once(&stale, 50 * HOUR), "stale for long");
}

#[test]
fn what_is_about_to_turn_stale_or_to_be_confirmed_is_looked_at_in_time() {
    // Observed at -1 h: stale after 6 h, and looked at again when nine tenths of that are over.
    let object = Object::in_sync();
    let refresh = 5 * HOUR - 36 * MINUTE;
    let (_, longest) = range(&object, refresh - 20);
    assert_eq!(longest, 20);

    // A difference seen once, to be confirmed a quarter of an hour later.
    let mut object = Object::in_sync();
    let says = object.with_dmarc(0, drifted(0, 300));
    object.look(0, &says);
    assert_eq!(object.ready(), ("False", "Unconfirmed"));
    let (_, longest) = range(&object, 10);
    assert!((25..30).contains(&longest), "{longest}");
    let deadline = object.status.as_ref().unwrap().records[1]
        .settle_until
        .as_ref()
        .unwrap()
        .0;
    let deadline = deadline.as_second() - at(0).as_second();
    assert_eq!(range(&object, deadline - 7).1, 7);
    assert!(at_once(&object, deadline));
}

#[test]
fn what_was_not_answered_is_asked_again_within_half_a_minute() {
    let mut object = Object::in_sync();
    let says = object.with_dmarc(0, SERVFAIL);
    object.look(0, &says);
    let (_, longest) = range(&object, 10);
    assert!((25..30).contains(&longest), "{longest}");
}
