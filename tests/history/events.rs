//! Events: once a transition, whoever tells it.

use zegel::history::{Pass, recent_event};

use crate::world::*;

#[test]
fn a_restart_forgets_nothing_and_tells_only_fresh_news_again() {
    let mut object = Object::in_sync();
    object.look(0, &object.with_dmarc(0, drifted(0, 300)));
    object.restart();
    object.look(300, &object.with_dmarc(300, drifted(300, 300)));
    assert_eq!(object.ready(), ("False", "Drifted"));
    let told = object.last.clone().unwrap().event.unwrap();
    let status = object.status.as_ref().unwrap();
    let again = recent_event(status, at(899)).unwrap();
    assert_eq!(
        told.name("voorbeeld-nl", "uid"),
        again.name("voorbeeld-nl", "uid")
    );
    assert_ne!(
        told.name("voorbeeld-nl", "uid"),
        again.name("voorbeeld-nl", "other")
    );
    assert!(recent_event(status, at(300 + 601)).is_none());
}

#[test]
fn a_recovery_told_twice_is_told_by_one_name() {
    let mut object = Object::new();
    object.look(0, &[SERVFAIL, SERVFAIL, SERVFAIL]);
    object.look(30, &object.all_in_sync(30));
    let told = object.last.clone().unwrap().event.unwrap();
    assert_eq!(told.reason, "DNSRecovered");
    let again = recent_event(object.status.as_ref().unwrap(), at(31)).unwrap();
    assert_eq!(
        told.name("voorbeeld-nl", "uid"),
        again.name("voorbeeld-nl", "uid")
    );
}

/// An event is known by the second of its transition; people edit faster than that, there and back.
#[test]
fn transitions_within_one_second_are_told_one_by_one() {
    let mut object = Object::in_sync();
    let mut names = std::collections::BTreeSet::new();
    for _ in 0..3 {
        for invalid in [true, false] {
            match invalid {
                true => object.pass(100, Pass::InvalidSpec("spec.domain: missing")),
                false => object.look(100, &object.all_in_sync(100)),
            };
            let event = object.last.clone().unwrap().event.unwrap();
            assert!(names.insert(event.name("voorbeeld-nl", "uid")), "{event:?}");
            let again = recent_event(object.status.as_ref().unwrap(), at(110)).unwrap();
            assert!(!names.insert(again.name("voorbeeld-nl", "uid")), "{again:?}");
        }
    }
    // Later it is the time again, and so it is by a clock that was an hour ahead and is set right.
    for second in [200, 200 - 3600] {
        object.pass_as_it_is(second, Pass::InvalidSpec("spec.domain: missing"));
        let since = object.status.as_ref().unwrap().reason_since.clone();
        assert_eq!(since.unwrap().0, at(second));
        object.look_as_it_is(second + 1, &object.all_in_sync(second + 1));
    }
}

#[test]
fn an_event_name_is_a_name_whatever_the_object_is_called() {
    let mut object = Object::in_sync();
    let event = object.last.take().unwrap().event.unwrap();
    let longest = format!("{}.{}", "a".repeat(229), "b".repeat(23));
    let name = event.name(&longest, "uid");
    assert!(name.len() <= 253 && name.ends_with(|last: char| last.is_ascii_hexdigit()));
    assert!(!name.contains(".."));
}
