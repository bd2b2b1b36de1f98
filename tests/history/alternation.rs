//! Answers that take turns: said once, with both values, and Ready does not swing with them.

use zegel::api::RecordStatus;
use zegel::inquiry::Trouble;
use zegel::judge::State;

use crate::kstatus::Kstatus;
use crate::world::*;

/// Looks every ten seconds, the DMARC record in sync (`.`), different (`x`), different in another way (`y`), missing
/// (`-`) or unanswered (`?`); gives Ready's reasons as they change, and the events.
fn story(object: &mut Object, start: i64, says: &str) -> (Vec<String>, Vec<&'static str>) {
    let (mut reasons, mut events): (Vec<String>, Vec<&'static str>) = (Vec::new(), Vec::new());
    for (number, says) in (0_i64..).zip(says.chars()) {
        let now = start + 10 * number;
        let (says, observed) = match says {
            '.' => (Says::State(State::InSync, now, 5), None),
            'x' => (drifted(now, 5), Some("v=DMARC1; p=none")),
            'y' => (drifted(now, 5), Some("v=DMARC1; p=quarantine")),
            '-' => (Says::State(State::Missing, now, 5), None),
            _ => (Says::Nothing(Trouble::ServFail), None),
        };
        let mut verdict = verdict(&object.intent, &object.with_dmarc(now, says), Vec::new());
        if let Some(observed) = observed {
            verdict.records[1].observed = vec![observed.to_owned()];
        }
        let next = object.judged(now, &verdict);
        events.extend(next.event.map(|event| event.reason));
        let reason = object.ready().1.to_owned();
        if reasons.last() != Some(&reason) {
            reasons.push(reason);
        }
    }
    (reasons, events)
}

fn fast() -> Object {
    let mut object = Object::in_sync();
    object.schedule.interval = secs(10);
    object
}

#[test]
fn two_answers_in_turn_are_said_once_with_both_values() {
    let mut object = fast();
    let writes = object.writes;
    let (reasons, events) = story(&mut object, 0, &".x".repeat(60));
    assert_eq!(reasons, ["Compliant", "Unconfirmed", "Compliant", "Alternating"]);
    assert_eq!(events, ["InSync", "Alternating"]);
    assert_eq!(
        object.writes - writes,
        3,
        "and then nothing is written for twenty minutes"
    );
    assert_eq!(object.kstatus(), Kstatus::InProgress);
    insta::assert_snapshot!(object.message());
    let record: &RecordStatus = object.dmarc();
    assert_eq!(
        (record.state.as_str(), record.observed.as_slice()),
        ("Drifted", &["v=DMARC1; p=none".to_owned()][..])
    );
    assert_eq!(record.alternates.len(), 1);
    assert_eq!(
        (
            record.alternates[0].state.as_str(),
            record.alternates[0].observed.as_slice()
        ),
        ("InSync", &["d.provider.example".to_owned()][..])
    );
    assert_eq!(object.condition("DMARC"), ("False", "Drifted"));
    assert!(
        object.last.as_ref().unwrap().suppressed > 0,
        "what is left unsaid is counted"
    );
}

#[test]
fn whatever_the_turns_ready_does_not_swing() {
    for (says, reasons) in [
        // Random, as two caches behind one address answer.
        (
            ".xx.x.xx..x.x..xxx.x.xx",
            &["Compliant", "Unconfirmed", "Drifted", "Compliant", "Alternating"][..],
        ),
        // Present and gone.
        (
            ".-.-.-.-.-.-",
            &["Compliant", "Unconfirmed", "Compliant", "Alternating"],
        ),
        // Unanswered in between.
        (
            ".?x?.?x?.?x?.",
            &["Compliant", "Unconfirmed", "Compliant", "Alternating"],
        ),
        // Three answers.
        (
            ".xy.xy.xy.xy",
            &["Compliant", "Unconfirmed", "Drifted", "Compliant", "Alternating"],
        ),
        // Both differ: that is drift, whichever it is.
        (".xyxyxyxyxy", &["Compliant", "Unconfirmed", "Drifted"]),
        // Broken and mended, twice an hour apart, is no alternation.
        (".xxx.....", &["Compliant", "Unconfirmed", "Drifted", "Compliant"]),
    ] {
        let mut object = fast();
        assert_eq!(story(&mut object, 0, says).0, reasons, "{says}");
    }
}

#[test]
fn it_ends_when_one_answer_has_held_for_a_while() {
    for (holds, ready) in [(".", ("True", "Compliant")), ("x", ("False", "Drifted"))] {
        let mut object = fast();
        story(&mut object, 0, ".x.x.x.x");
        assert_eq!(object.ready(), ("False", "Alternating"));
        // The look at 80 s begins the row; settleWindow is a quarter of an hour.
        story(&mut object, 80, &holds.repeat(90));
        if holds == "." {
            assert_eq!(object.ready(), ("False", "Alternating"), "not yet");
        }
        story(&mut object, 980, holds);
        assert_eq!(object.ready(), ready);
        assert_eq!(object.dmarc().alternates, []);
    }
}

#[test]
fn a_restart_does_not_turn_it_green() {
    let mut object = fast();
    story(&mut object, 0, ".x.x.x.x");
    let writes = object.writes;
    object.restart();
    story(&mut object, 80, "...x..x");
    assert_eq!(object.ready(), ("False", "Alternating"));
    assert_eq!(object.writes, writes);
    object.restart();
    story(&mut object, 200, &".".repeat(91));
    assert_eq!(object.ready(), ("True", "Compliant"));
}

#[test]
fn another_desired_text_begins_anew() {
    let mut object = fast();
    story(&mut object, 0, ".x.x.x.x");
    object.change_dmarc("new.provider.example");
    story(&mut object, 80, "x");
    assert_eq!(object.ready(), ("False", "Propagating"));
    assert_eq!(object.dmarc().alternates, []);
}

#[test]
fn two_spellings_in_turn_of_what_is_in_sync_are_no_news() {
    let mut object = fast();
    let writes = object.writes;
    for number in 0..40 {
        let now = 10 * number;
        let mut verdict = verdict(&object.intent, &object.all_in_sync(now), Vec::new());
        verdict.records[1].observed = vec![format!(
            "v=DMARC1;{}p=reject",
            " ".repeat(usize::from(number % 2 == 0))
        )];
        object.judged(now, &verdict);
        assert_eq!(object.ready(), ("True", "Compliant"));
    }
    assert!(object.writes - writes <= 4, "{}", object.writes - writes);
}

#[test]
fn what_comes_and_goes_beside_what_stays_keeps_its_place() {
    let mut object = fast();
    let about = |subject: &str| {
        let mut finding = finding(false);
        finding.subject = Some(subject.to_owned());
        finding
    };
    for number in 0..10 {
        let mut findings = vec![about("b")];
        findings.extend((number % 2 == 0).then(|| about("a")));
        findings.extend((number % 2 == 1).then(|| about("c")));
        object.look_with(10 * number, &object.all_in_sync(10 * number), findings);
    }
    let writes = object.writes;
    for number in 10..40 {
        let mut findings = vec![about("b")];
        findings.extend((number % 2 == 0).then(|| about("a")));
        findings.extend((number % 2 == 1).then(|| about("c")));
        object.look_with(10 * number, &object.all_in_sync(10 * number), findings);
    }
    assert_eq!(object.writes, writes);
    let findings = &object.status.as_ref().unwrap().findings;
    let subjects: Vec<_> = findings
        .iter()
        .filter_map(|finding| finding.subject.as_deref())
        .collect();
    assert_eq!(subjects, ["a", "b", "c"]);
}

#[test]
fn an_error_that_comes_and_goes_is_said_once() {
    let mut object = fast();
    let writes = object.writes;
    let mut events = Vec::new();
    for number in 0..60 {
        let now = 10 * number;
        let findings = if number % 2 == 1 {
            vec![finding(true)]
        } else {
            Vec::new()
        };
        let next = object.look_with(now, &object.all_in_sync(now), findings);
        events.extend(next.event.map(|event| event.reason));
    }
    assert_eq!(object.ready(), ("False", "Alternating"));
    assert_eq!(object.condition("Compliant"), ("False", "Alternating"));
    assert_eq!(events, ["InSync", "Alternating"]);
    assert_eq!(object.writes - writes, 3);
    insta::assert_snapshot!(object.message());
    let status = object.status.clone().unwrap();
    assert_eq!(status.findings.len(), 1);
    assert!(status.findings[0].alternates_since.is_some());
    object.restart();
    for number in 60..155 {
        object.look(10 * number, &object.all_in_sync(10 * number));
    }
    assert_eq!(
        object.ready(),
        ("True", "Compliant"),
        "it has stayed away for a quarter of an hour"
    );
    assert!(object.status.as_ref().unwrap().findings.is_empty());
}
