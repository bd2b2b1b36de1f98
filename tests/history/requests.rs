//! Requests for a look: answered once, and leaving a trace.

use zegel::history::Pass;

use crate::world::*;

/// The echo in the status.
fn handled(object: &Object) -> Option<&str> {
    object.status.as_ref()?.last_handled_reconcile_at.as_deref()
}

#[test]
fn a_request_is_answered_once_and_leaves_a_trace() {
    let mut object = Object::in_sync();
    let writes = object.writes;
    assert!(!object.is_requested());
    object.request("2026-11-26T10:00:00Z");
    assert!(object.is_requested());
    object.look(0, &object.all_in_sync(0));
    assert_eq!(handled(&object), Some("2026-11-26T10:00:00Z"));
    assert_eq!(object.writes, writes + 1, "the trace is worth a write");
    assert!(!object.is_requested());
    object.restart();
    assert!(!object.is_requested(), "nor is it asked again after a restart");
    object.look(10, &object.all_in_sync(10));
    assert_eq!(object.writes, writes + 1);
    // Any new value is a request, whatever it is.
    object.request("now, please");
    assert!(object.is_requested());
}

#[test]
fn flux_asks_with_its_own_annotation_and_the_one_that_changed_counts() {
    let mut object = Object::in_sync();
    object.request("2026-11-26T10:00:00Z");
    object.look(0, &object.all_in_sync(0));
    object.request_by_flux("2026-11-26T09:00:00Z");
    assert!(object.is_requested());
    object.look(1, &object.all_in_sync(1));
    assert_eq!(
        handled(&object),
        Some("2026-11-26T09:00:00Z"),
        "it is the one that changed"
    );
    assert!(!object.is_requested());
    object.restart();
    object.look(2, &object.all_in_sync(2));
    assert_eq!(
        handled(&object),
        Some("2026-11-26T10:00:00Z"),
        "after a restart the newer one counts"
    );
    for _ in 0..3 {
        object.restart();
        assert!(!object.is_requested(), "and two of them never take turns");
        object.look(3, &object.all_in_sync(3));
    }
    object.restart();
    object.request_by_flux("2026-11-26T12:00:00+01:00");
    assert!(
        object.is_requested(),
        "an hour later than the other, in another zone"
    );
}

#[test]
fn a_request_confirms_an_error_at_once() {
    let mut object = Object::in_sync();
    object.look_with(0, &object.all_in_sync(0), vec![finding(true)]);
    assert_eq!(object.ready(), ("False", "Unconfirmed"));
    object.request("1");
    object.look_with(5, &object.all_in_sync(5), vec![finding(true)]);
    assert_eq!(object.ready(), ("False", "Noncompliant"));
    let mut object = Object::in_sync();
    object.request("1");
    object.look_with(5, &object.all_in_sync(5), vec![finding(true)]);
    assert_eq!(
        object.ready(),
        ("False", "Unconfirmed"),
        "one answer is no second one"
    );
}

#[test]
fn an_object_that_cannot_be_judged_answers_a_request_and_a_suspended_one_keeps_it() {
    let mut object = Object::in_sync();
    object.request("1");
    let intent = object.intent.clone();
    object.pass(0, Pass::Suspended(&intent));
    assert_eq!(handled(&object), None, "nobody looked");
    object.aged(1);
    assert!(object.is_requested());
    object.pass(2, Pass::InvalidSpec("no"));
    assert_eq!(handled(&object), Some("1"));
    object.request("2");
    object.pass(3, Pass::DomainConflict("no"));
    assert_eq!(handled(&object), Some("2"));
}

#[test]
fn of_two_requests_nobody_answered_the_later_counts() {
    let (early, late) = ("2026-01-01T00:00:00Z", "2026-01-02T00:00:00+01:00");
    for (own, flux, heard) in [
        (None, None, None),
        (Some(early), None, Some(early)),
        (None, Some(early), Some(early)),
        (Some(early), Some(late), Some(late)),
        (Some(late), Some(early), Some(late)),
        (Some("now"), Some(early), Some(early)),
        (Some(early), Some("now"), Some(early)),
        (Some("again"), Some("now"), Some("again")),
    ] {
        let mut object = Object::new();
        if let Some(own) = own {
            object.request(own);
        }
        if let Some(flux) = flux {
            object.request_by_flux(flux);
        }
        object.look(0, &object.all_in_sync(0));
        assert_eq!(handled(&object), heard, "{own:?} and {flux:?}");
    }
}
