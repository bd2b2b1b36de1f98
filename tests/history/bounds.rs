//! A hostile zone, a huge spec: the status stays small, and what decides is never cut.

use proptest::prelude::*;
use zegel::api::MailDomainStatus;
use zegel::history::{MAX_STATUS_OCTETS, Pass, same_text};
use zegel::inquiry::Kind;
use zegel::intent::{DkimWant, ManagedRrset, What};
use zegel::judge::State;

use crate::world::*;

fn octets(status: &MailDomainStatus) -> usize {
    serde_json::to_vec(status).unwrap().len()
}

/// An object with as many selectors as a spec allows, whose answers are `octets` long each.
fn hostile(now: i64, state: State, value: &str, findings: usize) -> (Object, zegel::judge::Verdict) {
    let mut object = Object::new();
    for number in 0..97 {
        object.intent.wanted.push(ManagedRrset {
            name: name(&format!("s{number}._domainkey.voorbeeld.nl")),
            kind: Kind::Cname,
            what: What::Dkim(DkimWant::Cname(name("s.provider.example"))),
            path: String::new(),
        });
    }
    let says = vec![Says::State(state, now, 300); object.intent.wanted.len()];
    let findings = (0..findings)
        .map(|number| {
            let mut finding = finding(true);
            finding.message = format!("{number}: {value}");
            finding
        })
        .collect();
    let mut verdict = verdict(&object.intent, &says, findings);
    for record in &mut verdict.records {
        record.observed = vec![value.to_owned(); 20];
        if state.differs() {
            record.differences = vec![value.to_owned(); 40];
        }
    }
    (object, verdict)
}

#[test]
fn a_hostile_zone_costs_texts_and_nothing_that_decides() {
    for (state, text) in [
        (State::Drifted, "\\255".repeat(16_384)),
        (State::Drifted, "\"\\".repeat(30_000)),
        (State::InSync, "é".repeat(30_000)),
        (State::Missing, String::new()),
    ] {
        let (mut object, verdict) = hostile(0, state, &text, 200);
        let (intent, schedule) = (object.intent.clone(), object.schedule);
        let pass = Pass::Judged {
            intent: &intent,
            schedule: &schedule,
            verdict: &verdict,
        };
        let status = object.pass(0, pass).status;
        assert!(octets(&status) <= MAX_STATUS_OCTETS, "{}", octets(&status));
        assert!(status.truncated.is_some_and(|cut| cut > 0));
        assert_eq!(
            status.summary.as_ref().unwrap().records,
            100,
            "the counts are of all"
        );
        if state.differs() {
            assert_eq!(status.records.len(), 100, "what differs is never dropped");
            for record in &status.records {
                assert_eq!(record.state, state.as_str());
                assert!(record.since.is_some() && record.settle_until.is_some());
            }
        }
    }
}

#[test]
fn the_largest_spec_with_the_longest_names_still_fits() {
    let mut object = Object::new();
    let label = "x".repeat(60);
    for number in 0..97 {
        object.intent.wanted.push(ManagedRrset {
            name: name(&format!(
                "s{number:02}{}.{label}.{label}.{label}.voorbeeld.nl",
                "y".repeat(54)
            )),
            kind: Kind::Cname,
            what: What::Dkim(DkimWant::Cname(name("s.provider.example"))),
            path: String::new(),
        });
    }
    let judge = |object: &mut Object, now, verdict: &_| {
        let (intent, schedule) = (object.intent.clone(), object.schedule);
        let pass = Pass::Judged {
            intent: &intent,
            schedule: &schedule,
            verdict,
        };
        object.pass(now, pass).status
    };
    let says = vec![Says::State(State::Unexpected, 0, 2_000_000_000); object.intent.wanted.len()];
    let mut differing = verdict(&object.intent, &says, vec![finding(true); 40]);
    for record in &mut differing.records {
        record.desired = vec!["\u{1}\"\\".repeat(300); 2];
        record.observed = (0..20)
            .map(|n| format!("{n}{}", "\u{1}".repeat(30_000)))
            .collect();
        record.differences = vec!["\u{1}".repeat(9000); 40];
    }
    let status = judge(&mut object, 0, &differing);
    assert!(octets(&status) <= MAX_STATUS_OCTETS, "{}", octets(&status));
    let mut silent = differing.clone();
    for record in &mut silent.records {
        record.state = State::Unknown;
        record.unanswered = Some(zegel::inquiry::Trouble::OtherRcode);
    }
    let status = judge(&mut object, 10, &silent);
    assert!(octets(&status) <= MAX_STATUS_OCTETS, "{}", octets(&status));
    assert_eq!(status.records.len(), 100);
    for record in &status.records {
        assert!(record.state == "Unexpected" && record.since.is_some() && record.settle_until.is_some());
    }
    let status = judge(&mut object, 3_000_000, &differing);
    assert!(
        status
            .records
            .iter()
            .all(|record| record.cause.as_deref() == Some("Spec")),
        "what was cut is still known to be the same"
    );
    object.generation += 1;
    // `pass` holds every status against the bound.
    let status = object
        .pass(3_000_001, Pass::InvalidSpec(&"\u{1}".repeat(2000)))
        .status;
    assert_eq!(status.records.len(), 100);
}

#[test]
fn an_entry_that_was_cut_in_sync_did_not_have_its_intent_changed() {
    let (mut object, verdict) = hostile(0, State::InSync, &"\"\\".repeat(30_000), 200);
    let (intent, schedule) = (object.intent.clone(), object.schedule);
    let pass = |object: &mut Object, now, verdict: &_| {
        let pass = Pass::Judged {
            intent: &intent,
            schedule: &schedule,
            verdict,
        };
        object.pass(now, pass).status
    };
    let first = pass(&mut object, 0, &verdict);
    assert!(first.records.len() < 100);
    let mut drifting = verdict.clone();
    for record in &mut drifting.records {
        record.state = State::Drifted;
    }
    let second = pass(&mut object, 10, &drifting);
    assert_eq!(second.records.len(), 100);
    assert!(
        second
            .records
            .iter()
            .all(|record| record.cause.as_deref() == Some("World"))
    );
}

#[test]
fn a_change_behind_the_cut_is_still_a_change_of_the_intent() {
    let long = "x".repeat(5000);
    let mut object = Object::new();
    let says = |object: &Object, now| object.with_dmarc(now, Says::State(State::Drifted, now, 60));
    let judge = |object: &mut Object, now: i64, desired: String| {
        let mut verdict = verdict(&object.intent, &says(object, now), Vec::new());
        verdict.records[1].desired = vec![desired];
        let (intent, schedule) = (object.intent.clone(), object.schedule);
        let pass = Pass::Judged {
            intent: &intent,
            schedule: &schedule,
            verdict: &verdict,
        };
        object.pass(now, pass);
    };
    judge(&mut object, 0, format!("{long}a"));
    judge(&mut object, 900, format!("{long}a"));
    assert_eq!(object.ready(), ("False", "Drifted"));
    judge(&mut object, 901, format!("{long}b"));
    assert_eq!(object.ready(), ("False", "Propagating"));
}

proptest! {
    #[test]
    fn any_text_in_a_note_is_cut_on_a_character(text in "\\PC{0,3000}") {
        let mut object = Object::new();
        let next = object.pass(0, Pass::InvalidSpec(&text));
        let note = next.event.unwrap().note;
        prop_assert!(note.len() <= 1024);
        prop_assert!(text.starts_with(note.trim_end_matches('…')) || text.len() <= 1024);
    }

    #[test]
    fn texts_are_the_same_only_when_they_are(one in "[ab]{0,6}", other in "[ab]{0,6}") {
        prop_assert_eq!(same_text(&one, &other), one == other);
    }
}
