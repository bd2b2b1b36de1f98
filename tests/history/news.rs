//! What a look says beside what was known, for who judges the fleet before the object.

use zegel::history::{Before, News, Requests, news, proof};
use zegel::inquiry::Kind;
use zegel::judge::{Finding, State};

use crate::world::*;

fn said(object: &Object, says: &[Says], findings: Vec<Finding>) -> News {
    let requests = Requests::of(&object.annotations);
    let before = Before {
        uid: "uid",
        generation: object.generation,
        requests: &requests,
        status: object.status.as_ref(),
        remembered: &object.remembered,
    };
    news(
        &before,
        &object.intent,
        &verdict(&object.intent, says, findings),
        at(0),
    )
}

#[test]
fn only_what_was_right_and_is_not_any_more_is_worse() {
    let right = Object::in_sync();
    let missing = |object: &Object| object.with_dmarc(0, Says::State(State::Missing, 0, 300));
    assert_eq!(said(&right, &right.all_in_sync(0), Vec::new()), News::Good);
    assert_eq!(
        said(&right, &right.with_dmarc(0, SERVFAIL), Vec::new()),
        News::Good,
        "nothing was said"
    );
    assert_eq!(
        said(&right, &right.with_dmarc(0, drifted(0, 300)), Vec::new()),
        News::Worse
    );
    assert_eq!(said(&right, &missing(&right), Vec::new()), News::Worse);
    assert_eq!(
        said(&right, &right.all_in_sync(0), vec![finding(true)]),
        News::Worse,
        "an Error that was not there"
    );
    assert_eq!(
        said(&right, &right.all_in_sync(0), vec![finding(false)]),
        News::Good,
        "of what nobody manages"
    );

    let new = Object::new();
    assert_eq!(
        said(&new, &missing(&new), Vec::new()),
        News::Bad,
        "nobody knows how it was"
    );

    let mut edited = Object::in_sync();
    edited.change_dmarc("other.provider.example");
    assert_eq!(
        said(&edited, &edited.with_dmarc(0, drifted(0, 300)), Vec::new()),
        News::Bad,
        "the spec changed"
    );

    let mut known = Object::in_sync();
    let says = known.with_dmarc(0, drifted(0, 300));
    known.look_with(0, &says, vec![finding(true)]);
    assert_eq!(
        said(&known, &says, vec![finding(true)]),
        News::Bad,
        "it was so before"
    );
}

#[test]
fn a_record_that_was_there_proves_who_tells_the_truth() {
    let mut object = Object::in_sync();
    let record = proof(object.status.as_ref().unwrap()).map(|proof| (proof.name.to_string(), proof.kind));
    let first = &object.status.as_ref().unwrap().records[0];
    assert!(!first.observed.is_empty());
    assert_eq!(
        record,
        Some(("s._domainkey.voorbeeld.nl".to_owned(), Kind::Cname))
    );
    // What differs, what was not answered, and what is in sync because nothing is there prove nothing.
    let status = object.status.as_mut().unwrap();
    status.records[0].state = State::Drifted.as_str().to_owned();
    status.records[1].unanswered = Some(zegel::api::UnansweredStatus::default());
    status.records[2].observed.clear();
    assert_eq!(proof(status), None);
}
