//! Quiet: what takes turns causes no write, and whatever DNS does, few writes are made in an hour.

use proptest::prelude::*;
use zegel::api::MailDomainStatus;
use zegel::history::WRITES_AN_HOUR;
use zegel::inquiry::Trouble;
use zegel::judge::{Finding, State};
use zegel::rules;

use crate::world::*;

/// What could not be asked of SPF, in these words.
fn not_checked(words: &str) -> Finding {
    let mut finding = finding(false);
    finding.rule = &rules::dns::NOT_CHECKED;
    finding.severity = finding.rule.severity;
    finding.subject = Some("SPF".to_owned());
    words.clone_into(&mut finding.message);
    finding
}

#[test]
fn what_could_not_be_asked_takes_turns_without_a_write() {
    let mut object = Object::in_sync();
    object.look_with(
        0,
        &object.all_in_sync(0),
        vec![not_checked("a.example TXT, SERVFAIL")],
    );
    let writes = object.writes;
    for now in 1..20 {
        let findings = match now % 3 {
            0 => vec![not_checked("a.example TXT, SERVFAIL")],
            1 => vec![not_checked("b.example TXT, no answer came in time")],
            _ => Vec::new(),
        };
        object.look_with(now * MINUTE, &object.all_in_sync(now * MINUTE), findings);
        assert_eq!(object.writes, writes, "{now}");
    }
    let status = object.status.clone().unwrap();
    assert_eq!(
        status.findings[0].message, "a.example TXT, SERVFAIL",
        "the first of its kind is shown"
    );
}

#[test]
fn why_a_record_got_no_answer_takes_turns_without_a_write() {
    let mut object = Object::in_sync();
    object.look(0, &object.with_dmarc(0, SERVFAIL));
    let writes = object.writes;
    for (now, why) in (1..).zip([
        Trouble::Timeout,
        Trouble::Refused,
        Trouble::ServFail,
        Trouble::Lame,
    ]) {
        object.look(now * MINUTE, &object.with_dmarc(now * MINUTE, Says::Nothing(why)));
    }
    assert_eq!(object.writes, writes);
    let unanswered = object.dmarc().unanswered.clone().unwrap();
    assert_eq!(
        (unanswered.reason.as_str(), unanswered.since.unwrap().0),
        ("ServFail", at(0))
    );
}

#[test]
fn a_record_whose_text_changes_with_every_look_is_written_a_few_times_an_hour() {
    let mut object = Object::in_sync();
    object.schedule.interval = secs(10);
    let writes = object.writes;
    let mut suppressed = 0;
    for number in 0..360 {
        let now = 10 * number;
        let mut verdict = verdict(
            &object.intent,
            &object.with_dmarc(now, drifted(now, 5)),
            Vec::new(),
        );
        verdict.records[1].observed = vec![format!("v=DMARC1; p=none; x={number}")];
        suppressed += object.judged(now, &verdict).suppressed;
    }
    assert_eq!(
        object.ready(),
        ("False", "Drifted"),
        "bad news is written whatever was written before"
    );
    assert!(
        object.writes - writes <= WRITES_AN_HOUR,
        "{}",
        object.writes - writes
    );
    assert!(suppressed > 300, "and what was not is counted: {suppressed}");
    let last = object.last.clone().unwrap().requeue.unwrap();
    assert!(last <= secs(11), "{last}");
    // An hour later what was held back is written.
    let mut verdict = verdict(
        &object.intent,
        &object.with_dmarc(2 * HOUR, drifted(2 * HOUR, 5)),
        Vec::new(),
    );
    verdict.records[1].observed = vec!["v=DMARC1; p=none; x=last".to_owned()];
    object.judged(2 * HOUR, &verdict);
    assert_eq!(object.dmarc().observed, ["v=DMARC1; p=none; x=last"]);
}

#[test]
fn what_people_do_is_never_held_back() {
    let mut object = Object::in_sync();
    object.schedule.interval = secs(10);
    for number in 0..200 {
        let now = 10 * number;
        object.request(&number.to_string());
        object.look(now, &object.all_in_sync(now));
        assert_eq!(
            object.status.as_ref().unwrap().last_handled_reconcile_at,
            Some(number.to_string())
        );
    }
    let says = object.with_dmarc(2000, drifted(2000, 5));
    object.look(2000, &says);
    assert_eq!(object.ready(), ("False", "Unconfirmed"));
}

/// What one look may find, whatever DNS does: each record, and two Errors.
fn look() -> impl Strategy<Value = (Vec<Option<(State, u8)>>, bool, bool)> {
    let states = vec![State::InSync, State::Drifted, State::Missing, State::Unexpected];
    let says = prop::option::weighted(0.8, (prop::sample::select(states), 0_u8..4));
    (prop::collection::vec(says, 3), any::<bool>(), any::<bool>())
}

/// A status without the times of observation, and without what never causes a write by itself.
fn but_for_times(status: &MailDomainStatus) -> MailDomainStatus {
    let mut same = status.clone();
    same.last_observation = None;
    same.last_compliance_observation = None;
    for record in &mut same.records {
        record.ttl = None;
    }
    same
}

/// A short `staleAfter` asks for many writes, and they leave no news unsaid.
#[test]
fn after_an_outage_all_is_well_again_at_once_however_often_it_was_said_before() {
    let mut object = Object::in_sync();
    object.schedule.interval = secs(60);
    object.schedule.stale_after = secs(120);
    let writes = object.writes;
    for minute in 1..=60 {
        object.look(60 * minute, &object.all_in_sync(60 * minute));
    }
    let said = object.writes - writes;
    assert!(said >= 30, "it is said to be young: {said}");
    object.look(HOUR + 60, &vec![SERVFAIL; 3]);
    object.look(HOUR + 240, &vec![SERVFAIL; 3]);
    assert_eq!(object.ready().0, "Unknown");
    let now = HOUR + 300;
    object.look(now, &object.all_in_sync(now));
    assert_eq!(object.ready().0, "True", "{:?}", object.ready());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn whatever_dns_does_an_hour_holds_few_writes_and_events(
        looks in prop::collection::vec(look(), 120),
        stale_after in prop::sample::select(vec![10_i64, 60, 6 * HOUR]),
        settle in prop::sample::select(vec![0_i64, 10, 900]),
    ) {
        let mut object = Object::in_sync();
        object.schedule.interval = secs(10);
        object.schedule.settle_window = secs(settle);
        object.schedule.stale_after = secs(stale_after);
        let (mut writes, mut events): (Vec<i64>, Vec<i64>) = (Vec::new(), Vec::new());
        let mut refreshes: Vec<i64> = Vec::new();
        for (number, (says, one, other)) in (0_i64..).zip(looks) {
            let now = 30 * number;
            let all: Vec<Says> = says.iter().map(|says| match says {
                Some((state, _)) => Says::State(*state, now, 5),
                None => SERVFAIL,
            }).collect();
            let mut findings = Vec::new();
            for (there, subject) in [(one, "a"), (other, "b")] {
                if there {
                    let mut finding = finding(true);
                    finding.subject = Some(subject.to_owned());
                    findings.push(finding);
                }
            }
            let mut verdict = verdict(&object.intent, &all, findings);
            for (record, says) in verdict.records.iter_mut().zip(&says) {
                if let Some((State::Drifted, text)) = says {
                    record.observed = vec![format!("{text}")];
                }
            }
            let before = object.status.clone();
            let next = object.judged(now, &verdict);
            // Only that it was looked at: that is asked for by the schedule, and as often as that says.
            let is_refresh = before.is_some_and(|before| but_for_times(&before) == but_for_times(&next.status));
            match next.write {
                Some(_) if is_refresh => refreshes.push(now),
                Some(_) => writes.push(now),
                None => {}
            }
            if next.event.is_some() { events.push(now); }
            for log in [&writes, &events] {
                let hour = log.iter().filter(|at| **at > now - HOUR).count();
                prop_assert!(hour <= WRITES_AN_HOUR, "{hour} at {now}");
            }
            let half = stale_after / 2;
            prop_assert!(refreshes.windows(2).all(|two| two[1] - two[0] >= half), "{refreshes:?}");
        }
    }
}
