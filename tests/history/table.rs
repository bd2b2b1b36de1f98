//! Every row of the table of situations, and every rule under it.

use jiff::SignedDuration;
use zegel::api::{MailDomainStatus, ReadyWhen};
use zegel::history::{Outcome, recent_event, unconfirmed_questions};
use zegel::inquiry::Trouble;
use zegel::judge::State;
use zegel::records::Standard;

use crate::kstatus::Kstatus;
use crate::world::*;

const SERVFAIL: Says = Says::Nothing(Trouble::ServFail);

fn drifted(seen: i64, ttl: i64) -> Says {
    Says::State(State::Drifted, seen, ttl)
}

fn secs(seconds: i64) -> SignedDuration {
    SignedDuration::from_secs(seconds)
}

#[test]
fn in_sync_is_ready_with_one_write_and_then_none() {
    let mut object = Object::new();
    let next = object.look(0, &object.all_in_sync(0));
    assert_eq!(object.ready(), ("True", "Compliant"));
    assert_eq!(object.kstatus(), Kstatus::Current);
    assert_eq!(object.message(), "3 of 3 records in sync");
    assert_eq!(object.event(), Some(("InSync", false)));
    assert_eq!(object.condition("DMARC"), ("True", "InSync"));
    assert_eq!(object.condition("MX"), ("True", "InSync"));
    assert_eq!(object.condition("SPF"), ("-", "-"), "no SPF is managed");
    let summary = next.status.summary.unwrap();
    assert_eq!(
        (summary.records, summary.in_sync, summary.ratio.as_str()),
        (3, 3, "3/3")
    );
    for hour in 1..=3 {
        object.look(hour * HOUR, &object.all_in_sync(hour * HOUR));
    }
    assert_eq!(object.writes, 1, "within half of staleAfter nothing is rewritten");
    object.look(3 * HOUR + 1, &object.all_in_sync(3 * HOUR + 1));
    assert_eq!(object.writes, 2, "then lastObservation is");
    assert_eq!(object.event(), None);
}

#[test]
fn the_regular_look_comes_after_the_interval_a_tenth_more_or_less() {
    let object = Object::in_sync();
    let requeue = object.requeue();
    assert!((54 * MINUTE..=66 * MINUTE).contains(&requeue), "{requeue}");
}

#[test]
fn what_can_be_no_record_is_stalled_until_the_object_changes() {
    let mut object = Object::in_sync();
    object.generation += 1;
    let next = object.pass(
        0,
        Outcome::InvalidSpec("spec.spf.mechanisms[0]: ip5 is no mechanism"),
    );
    assert_eq!(object.ready(), ("False", "InvalidSpec"));
    assert_eq!(object.kstatus(), Kstatus::Failed);
    assert_eq!(object.message(), "spec.spf.mechanisms[0]: ip5 is no mechanism");
    assert_eq!(object.event(), Some(("InvalidSpec", true)));
    assert_eq!(next.requeue, None);
    for condition in ["InSync", "Compliant", "DKIM", "DMARC"] {
        assert_eq!(
            object.condition(condition),
            ("Unknown", "InvalidSpec"),
            "{condition}"
        );
    }
    object.generation += 1;
    object.look(10, &object.all_in_sync(10));
    assert_eq!(object.ready(), ("True", "Compliant"));
}

#[test]
fn a_second_claim_on_a_domain_is_stalled() {
    let mut object = Object::new();
    object.pass(
        0,
        Outcome::DomainConflict("another MailDomain claims voorbeeld.nl"),
    );
    assert_eq!(object.ready(), ("False", "DomainConflict"));
    assert_eq!(object.kstatus(), Kstatus::Failed);
    assert_eq!(object.event(), Some(("DomainConflict", true)));
}

#[test]
fn suspended_after_a_verdict_leaves_it_as_it_was() {
    let mut object = Object::in_sync();
    object.generation += 1;
    let intent = object.intent.clone();
    let next = object.pass(7 * HOUR, Outcome::Suspended(&intent));
    assert_eq!(
        object.ready(),
        ("True", "Compliant"),
        "staleness does not count while suspended"
    );
    assert_eq!(object.condition("Suspended"), ("True", "Suspended"));
    assert_eq!(object.kstatus(), Kstatus::Current);
    assert_eq!(object.status.as_ref().unwrap().observed_generation, Some(2));
    assert_eq!((object.event(), next.requeue), (None, None));
    object.generation += 1;
    object.look(8 * HOUR, &object.all_in_sync(8 * HOUR));
    assert_eq!(object.condition("Suspended"), ("-", "-"));
}

#[test]
fn suspended_before_a_verdict_is_in_progress() {
    for mut object in [Object::new(), Object::in_sync()] {
        object.change_dmarc("new.provider.example");
        let intent = object.intent.clone();
        object.pass(0, Outcome::Suspended(&intent));
        assert_eq!(object.ready(), ("Unknown", "Suspended"));
        assert_eq!(object.condition("Suspended"), ("True", "Suspended"));
        assert_eq!(object.kstatus(), Kstatus::InProgress);
        assert_eq!(object.condition("DMARC"), ("Unknown", "Suspended"));
        assert_eq!(object.event(), None);
    }
}

#[test]
fn suspended_after_an_invalid_spec_does_not_keep_saying_invalid() {
    let mut object = Object::in_sync();
    object.pass(0, Outcome::InvalidSpec("no"));
    object.generation += 1;
    let intent = object.intent.clone();
    object.pass(1, Outcome::Suspended(&intent));
    assert_eq!(object.ready(), ("Unknown", "Suspended"));
}

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
        let questions = unconfirmed_questions(object.status.as_ref(), &cached, at(now));
        questions.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    assert!(due(899).is_empty());
    assert_eq!(due(900), ["_dmarc.voorbeeld.nl CNAME"]);
    let fresh = verdict(
        &object.intent,
        &object.with_dmarc(900, drifted(900, 86_400)),
        Vec::new(),
    );
    assert!(unconfirmed_questions(object.status.as_ref(), &fresh, at(900)).is_empty());
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
fn an_outage_condemns_nobody() {
    let mut object = Object::in_sync();
    object.look(0, &object.with_dmarc(0, drifted(0, 300)));
    for now in [300, 900, 5 * HOUR, 50 * HOUR] {
        object.look(now, &[SERVFAIL, SERVFAIL, SERVFAIL]);
        assert_eq!(object.ready(), ("False", "Unconfirmed"));
    }
    object.look(51 * HOUR, &object.all_in_sync(51 * HOUR));
    assert_eq!(object.ready(), ("True", "Compliant"));
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
    let (intent, schedule) = (object.intent.clone(), object.schedule);
    let outcome = Outcome::Judged {
        intent: &intent,
        schedule: &schedule,
        verdict: &verdict,
    };
    object.pass(120, outcome);
    assert_eq!(object.dmarc().settle_until.as_ref().unwrap().0, at(120 + 7200));
}

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
fn editing_when_to_look_resets_no_verdict() {
    let mut object = Object::in_sync();
    object.look(0, &object.with_dmarc(0, drifted(0, 300)));
    object.look(300, &object.with_dmarc(300, drifted(300, 300)));
    let before = object.status.clone().unwrap();
    object.generation += 1;
    object.schedule.interval = secs(60);
    object.schedule.settle_window = secs(60);
    object.look(310, &object.with_dmarc(310, drifted(310, 300)));
    let after = object.status.clone().unwrap();
    assert_eq!(object.ready(), ("False", "Drifted"));
    assert_eq!(
        (after.records, after.reason_since),
        (before.records, before.reason_since)
    );
    assert_eq!(object.event(), None);
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
fn an_outage_keeps_states_and_turns_ready_unknown_only_after_stale_after() {
    let mut object = Object::in_sync();
    object.look(0, &object.all_in_sync(0));
    object.look(HOUR, &[SERVFAIL, SERVFAIL, Says::Nothing(Trouble::Timeout)]);
    assert_eq!(object.ready(), ("True", "Compliant"));
    assert_eq!(object.message(), "3 of 3 records in sync; 3 could not be asked");
    assert_eq!(object.dmarc().state, "InSync");
    let unanswered = object.dmarc().unanswered.clone().unwrap();
    assert_eq!(
        (unanswered.reason.as_str(), unanswered.since.unwrap().0),
        ("ServFail", at(HOUR))
    );
    assert_eq!(
        object
            .status
            .as_ref()
            .unwrap()
            .last_observation
            .as_ref()
            .unwrap()
            .0,
        at(0),
        "written exactly once it matters, though no write was due for it then"
    );
    let writes = object.writes;
    object.look(2 * HOUR, &[SERVFAIL, SERVFAIL, Says::Nothing(Trouble::Timeout)]);
    object.look(
        6 * HOUR - 1,
        &[SERVFAIL, SERVFAIL, Says::Nothing(Trouble::Timeout)],
    );
    assert_eq!(object.writes, writes, "an outage is written once");
    assert_eq!(object.requeue(), 1, "exactly at staleAfter");
    object.look(6 * HOUR, &[SERVFAIL, SERVFAIL, Says::Nothing(Trouble::Timeout)]);
    assert_eq!(object.ready(), ("Unknown", "DNSUnavailable"));
    assert_eq!(object.kstatus(), Kstatus::InProgress);
    assert_eq!(object.event(), Some(("DNSUnavailable", true)));
    assert_eq!(
        object.condition("DMARC"),
        ("True", "InSync"),
        "what was known stays known"
    );
    object.look(7 * HOUR, &object.all_in_sync(7 * HOUR));
    assert_eq!(object.ready(), ("True", "Compliant"));
    assert_eq!(object.event(), Some(("DNSRecovered", false)));
    assert_eq!(object.dmarc().unanswered, None);
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
        "1 of 3 records differs: _dmarc.voorbeeld.nl; 1 could not be asked"
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

#[test]
fn nothing_is_known_of_an_intent_that_was_never_answered() {
    let mut object = Object::new();
    object.look(0, &[SERVFAIL, SERVFAIL, SERVFAIL]);
    assert_eq!(object.ready(), ("Unknown", "DNSUnavailable"));
    assert_eq!(object.event(), Some(("DNSUnavailable", true)));
    assert_eq!(object.dmarc().state, "Unknown");
    assert_eq!(object.condition("DMARC"), ("Unknown", "Unknown"));
    assert_eq!(object.status.as_ref().unwrap().last_observation, None);
    object.look(30, &object.with_dmarc(30, SERVFAIL));
    assert_eq!(object.ready(), ("Unknown", "DNSUnavailable"));
    assert_eq!(
        object.message(),
        "1 of 3 records could not be asked: _dmarc.voorbeeld.nl (ServFail)"
    );
    object.look(90, &object.with_dmarc(90, drifted(90, 300)));
    assert_eq!(object.ready(), ("False", "Propagating"));
    assert_eq!(
        object.dmarc().since.as_ref().unwrap().0,
        at(0),
        "Unknown does not reset it"
    );
}

#[test]
fn a_changed_intent_is_unknown_until_it_was_answered_and_the_rest_is_kept() {
    let mut object = Object::in_sync();
    object.look(0, &object.all_in_sync(0));
    object.change_dmarc("new.provider.example");
    object.look(10, &[SERVFAIL, SERVFAIL, SERVFAIL]);
    assert_eq!(object.ready(), ("Unknown", "DNSUnavailable"));
    assert_eq!(object.condition("DMARC"), ("Unknown", "Unknown"));
    assert_eq!(
        object.condition("DKIM"),
        ("True", "InSync"),
        "its intent is the same"
    );
}

#[test]
fn unanswered_is_asked_again_after_half_a_minute_doubling_up_to_the_interval() {
    let mut object = Object::in_sync();
    let mut now = 0;
    let mut waits = Vec::new();
    for _ in 0..9 {
        object.look(now, &[SERVFAIL, SERVFAIL, SERVFAIL]);
        waits.push(object.requeue());
        now += object.requeue();
    }
    assert_eq!(waits[..7], [30, 60, 120, 240, 480, 960, 1920]);
    assert!(
        waits[7..]
            .iter()
            .all(|wait| (54 * MINUTE..=66 * MINUTE).contains(wait)),
        "{waits:?}"
    );
    object.look(now, &object.all_in_sync(now));
    object.look(now + 1, &[SERVFAIL, SERVFAIL, SERVFAIL]);
    assert_eq!(object.requeue(), 30, "an answer starts it anew");
}

#[test]
fn errors_on_what_is_managed_count_once_they_are_older_than_settle_window() {
    let mut object = Object::in_sync();
    object.look_with(0, &object.all_in_sync(0), vec![finding(true)]);
    assert_eq!(object.ready(), ("False", "Unconfirmed"));
    assert_eq!(object.condition("Compliant"), ("False", "Unconfirmed"));
    assert_eq!(object.condition("InSync"), ("True", "InSync"));
    assert_eq!(object.requeue(), 900);
    assert_eq!(object.event(), None);
    assert_eq!(object.message(), "1 error: SPF-T01 at voorbeeld.nl");
    object.look_with(899, &object.all_in_sync(899), vec![finding(true)]);
    assert_eq!(object.ready(), ("False", "Unconfirmed"));
    object.look_with(900, &object.all_in_sync(900), vec![finding(true)]);
    assert_eq!(object.ready(), ("False", "Noncompliant"));
    assert_eq!(object.kstatus(), Kstatus::Failed);
    assert_eq!(object.event(), Some(("Noncompliant", true)));
    object.look(1000, &object.all_in_sync(1000));
    assert_eq!(object.ready(), ("True", "Compliant"));
}

#[test]
fn errors_on_what_is_not_managed_lower_nothing() {
    let mut object = Object::in_sync();
    for now in [0, HOUR] {
        let next = object.look_with(now, &object.all_in_sync(now), vec![finding(false)]);
        assert_eq!(object.ready(), ("True", "Compliant"));
        assert_eq!(next.status.findings.len(), 1);
        assert_eq!(next.status.summary.unwrap().errors, 0);
    }
}

#[test]
fn ready_means_what_ready_when_asks() {
    let error = vec![finding(true)];
    for (ready_when, drift, ready) in [
        (ReadyWhen::Observed, true, ("True", "Observed")),
        (ReadyWhen::InSync, true, ("False", "Drifted")),
        (ReadyWhen::InSync, false, ("True", "InSync")),
        (ReadyWhen::Compliant, false, ("False", "Noncompliant")),
    ] {
        let mut object = Object::in_sync();
        object.schedule.ready_when = ready_when;
        for now in [0, 900] {
            let says = match drift {
                true => object.with_dmarc(now, drifted(now, 300)),
                false => object.all_in_sync(now),
            };
            object.look_with(now, &says, error.clone());
        }
        assert_eq!(object.ready(), ready, "{ready_when:?}");
        assert_eq!(object.condition("Compliant"), ("False", "Noncompliant"));
        let in_sync = if drift {
            ("False", "Drifted")
        } else {
            ("True", "InSync")
        };
        assert_eq!(object.condition("InSync"), in_sync);
    }
}

#[test]
fn a_finding_whose_evidence_is_missing_stays_and_does_not_age_into_an_error() {
    let mut object = Object::in_sync();
    object.look_with(0, &object.all_in_sync(0), vec![finding(true)]);
    let blind = |object: &mut Object, now: i64| {
        let mut verdict = verdict(&object.intent, &object.all_in_sync(now), Vec::new());
        verdict.unanswered.push(evidence_unanswered(Standard::Spf));
        let (intent, schedule) = (object.intent.clone(), object.schedule);
        object.pass(
            now,
            Outcome::Judged {
                intent: &intent,
                schedule: &schedule,
                verdict: &verdict,
            },
        );
    };
    blind(&mut object, 1000);
    assert_eq!(
        object.ready(),
        ("False", "Unconfirmed"),
        "the clock alone condemns nobody"
    );
    object.look_with(1100, &object.all_in_sync(1100), vec![finding(true)]);
    assert_eq!(object.ready(), ("False", "Noncompliant"));
    blind(&mut object, 1200);
    assert_eq!(
        object.ready(),
        ("False", "Noncompliant"),
        "and blindness clears nothing"
    );
    let mut says = object.all_in_sync(1250);
    says[2] = SERVFAIL;
    object.look_with(1250, &says, vec![finding(true)]);
    assert_eq!(
        object.message(),
        "1 error: SPF-T01 at voorbeeld.nl; 1 could not be asked"
    );
    assert_eq!(
        object.status.as_ref().unwrap().findings[0]
            .since
            .as_ref()
            .unwrap()
            .0,
        at(0)
    );
    object.look(1300, &object.all_in_sync(1300));
    assert_eq!(object.ready(), ("True", "Compliant"));
}

#[test]
fn only_missing_evidence_of_its_own_standard_keeps_a_finding() {
    let of_spf = zegel::rules::all()
        .find(|rule| rule.standard == Standard::Spf)
        .unwrap();
    for (unheard, stays) in [(Standard::Spf, true), (Standard::Dmarc, false)] {
        let mut object = Object::in_sync();
        let mut found = finding(true);
        found.rule = of_spf;
        object.look_with(0, &object.all_in_sync(0), vec![found]);
        let mut verdict = verdict(&object.intent, &object.all_in_sync(10), Vec::new());
        verdict.unanswered.push(evidence_unanswered(unheard));
        let (intent, schedule) = (object.intent.clone(), object.schedule);
        let outcome = Outcome::Judged {
            intent: &intent,
            schedule: &schedule,
            verdict: &verdict,
        };
        let status = object.pass(10, outcome).status;
        assert_eq!(
            !status.findings.is_empty(),
            stays,
            "{unheard:?} could not be asked"
        );
    }
}

#[test]
fn with_nothing_managed_ready_is_true_once_something_was_observed() {
    let mut object = Object::new();
    object.intent.wanted.clear();
    let mut blind = verdict(&object.intent, &[], Vec::new());
    blind.unanswered.push(evidence_unanswered(Standard::Spf));
    let (intent, schedule) = (object.intent.clone(), object.schedule);
    let outcome = Outcome::Judged {
        intent: &intent,
        schedule: &schedule,
        verdict: &blind,
    };
    object.pass(0, outcome);
    assert_eq!(
        object.ready(),
        ("Unknown", "DNSUnavailable"),
        "nobody answered anything"
    );
    object.look(30, &[]);
    assert_eq!(object.ready(), ("True", "Compliant"));
    assert_eq!(object.message(), "DNS was looked at; no record is managed");
}

#[test]
fn a_ttl_alone_is_no_news() {
    let mut object = Object::in_sync();
    let writes = object.writes;
    object.look(0, &object.with_dmarc(0, Says::State(State::InSync, 0, 86_400)));
    assert_eq!(object.writes, writes);
    object.look(10, &object.with_dmarc(10, drifted(10, 60)));
    assert_eq!(
        object.dmarc().ttl,
        Some(60),
        "the RRset changed: its TTL is counted anew"
    );
}

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

#[test]
fn an_event_name_is_a_name_whatever_the_object_is_called() {
    let mut object = Object::in_sync();
    let event = object.last.take().unwrap().event.unwrap();
    let longest = format!("{}.{}", "a".repeat(229), "b".repeat(23));
    let name = event.name(&longest, "uid");
    assert!(name.len() <= 253 && name.ends_with(|last: char| last.is_ascii_hexdigit()));
    assert!(!name.contains(".."));
}

#[test]
fn another_managers_condition_is_neither_copied_nor_a_reason_to_write() {
    let mut object = Object::in_sync();
    let writes = object.writes;
    let status = object.status.as_mut().unwrap();
    let mut foreign = status.conditions[0].clone();
    foreign.type_ = "example.com/Audited".to_owned();
    status.conditions.push(foreign);
    object.look(0, &object.all_in_sync(0));
    assert_eq!(object.writes, writes);
    object.look(10, &object.with_dmarc(10, drifted(10, 300)));
    assert_eq!(
        object.condition("example.com/Audited"),
        ("-", "-"),
        "not ours to apply"
    );
}

#[test]
fn a_status_of_another_version_is_read_as_far_as_it_goes() {
    let mut object = Object::in_sync();
    let status = object.status.as_mut().unwrap();
    status.records[1].state = "Shadowed".to_owned();
    object.look(0, &object.with_dmarc(0, SERVFAIL));
    object.look(10, &object.with_dmarc(10, drifted(10, 300)));
    assert_eq!(object.dmarc().state, "Drifted");
    let odd: MailDomainStatus = serde_json::from_str(r#"{"observedGeneration":-1}"#).unwrap();
    object.status = Some(odd);
    object.look(20, &object.all_in_sync(20));
    assert_eq!(object.ready(), ("True", "Compliant"));
}

#[test]
fn the_first_look_that_takes_long_is_in_progress() {
    let mut object = Object::new();
    let intent = object.intent.clone();
    object.pass(10, Outcome::Waiting(&intent));
    assert_eq!(object.ready(), ("Unknown", "Progressing"));
    assert_eq!(object.condition("DMARC"), ("Unknown", "Progressing"));
    assert_eq!(object.event(), None);
    object.look(12, &object.all_in_sync(12));
    assert_eq!(object.event(), Some(("InSync", false)));
}
