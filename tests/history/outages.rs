//! DNS does not answer: nothing gets better or worse by it, and what is known grows old.

use zegel::inquiry::Trouble;
use zegel::judge::State;

use crate::kstatus::Kstatus;
use crate::world::*;

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
fn an_outage_keeps_states_and_turns_ready_unknown_only_after_stale_after() {
    let mut object = Object::in_sync();
    object.look(0, &object.all_in_sync(0));
    object.look(HOUR, &[SERVFAIL, SERVFAIL, Says::Nothing(Trouble::Timeout)]);
    assert_eq!(object.ready(), ("True", "Compliant"));
    assert_eq!(
        object.message(),
        "3 of 3 records in sync; 3 could not be asked (ServFail, Timeout)"
    );
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

/// The look is over: what the record follows from is missing, and neither waiting nor resolvers bring it.
#[test]
fn what_was_answered_and_cannot_be_judged_is_no_first_look_that_goes_on() {
    for trouble in [
        Trouble::NoCertificate,
        Trouble::NotValidated,
        Trouble::Stripped,
        Trouble::Unproven,
    ] {
        let says = |now| Says::Unjudged(trouble, now);
        let why = trouble.reason();
        let mut object = Object::new();
        object.intent.wanted.truncate(1);
        for now in [0, 30, HOUR] {
            object.look(now, &[says(now)]);
            for condition in ["Ready", "InSync", "Compliant"] {
                assert_eq!(object.condition(condition), ("Unknown", "DNSUnavailable"));
            }
            assert_eq!(
                object.message(),
                format!("1 of 1 record could not be judged: s._domainkey.voorbeeld.nl ({why})")
            );
        }
        object.look(2 * HOUR, &object.all_in_sync(2 * HOUR));
        assert_eq!(object.ready(), ("True", "Compliant"));

        // Not answered before, and once more after: each is told as what it is.
        let mut object = Object::new();
        object.intent.wanted.truncate(1);
        for now in [0, 60] {
            object.look(now, &[SERVFAIL]);
            assert_eq!(
                object.message(),
                "1 of 1 record could not be asked: s._domainkey.voorbeeld.nl (ServFail)"
            );
            object.look(now + 30, &[says(now + 30)]);
            assert_eq!(
                object.message(),
                format!("1 of 1 record could not be judged: s._domainkey.voorbeeld.nl ({why})")
            );
        }

        // Beside others that are known, that differ, that are not answered; after an intent that was.
        let mut object = Object::in_sync();
        object.change_dmarc("new.provider.example");
        object.look(0, &object.with_dmarc(0, says(0)));
        assert_eq!(object.ready(), ("Unknown", "DNSUnavailable"));
        assert_eq!(
            object.message(),
            format!("1 of 3 records could not be judged: _dmarc.voorbeeld.nl ({why})")
        );
        object.look(30, &[SERVFAIL, says(30), SERVFAIL]);
        assert_eq!(
            object.message(),
            format!(
                "3 of 3 records could not be asked: s._domainkey.voorbeeld.nl, _dmarc.voorbeeld.nl, voorbeeld.nl \
                 ({})",
                if why < "ServFail" {
                    format!("{why}, ServFail")
                } else {
                    format!("ServFail, {why}")
                }
            )
        );
        let mut object = Object::new();
        object.look(0, &[drifted(0, 300), says(0), Says::State(State::InSync, 0, 300)]);
        assert_eq!(object.ready(), ("False", "Propagating"));
        let message = object.message();
        assert!(
            message.contains(&format!("; 1 could not be judged ({why})")),
            "{message}"
        );
    }
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
