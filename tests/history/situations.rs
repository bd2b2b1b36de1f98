//! Every row of the table of situations.

use zegel::api::{MailDomainStatus, ReadyWhen};
use zegel::history::Pass;
use zegel::judge::State;

use crate::kstatus::Kstatus;
use crate::world::*;

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
        Pass::InvalidSpec("spec.spf.mechanisms[0]: ip5 is no mechanism"),
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
    object.pass(0, Pass::DomainConflict("another MailDomain claims voorbeeld.nl"));
    assert_eq!(object.ready(), ("False", "DomainConflict"));
    assert_eq!(object.kstatus(), Kstatus::Failed);
    assert_eq!(object.event(), Some(("DomainConflict", true)));
}

/// Revoked, nothing is said of DNS any more, and what is known of it stays; granted again, it is looked at as before.
#[test]
fn without_a_grant_it_is_stalled_and_with_one_it_goes_on() {
    let mut object = Object::in_sync();
    let records = object.status.clone().unwrap().records;
    object.pass(10, Pass::NotGranted("ask for a MailDomainGrant"));
    assert_eq!(object.ready(), ("False", "NotGranted"));
    assert_eq!(object.kstatus(), Kstatus::Failed);
    assert_eq!(object.event(), Some(("NotGranted", true)));
    for condition in ["InSync", "Compliant", "DKIM", "DMARC"] {
        assert_eq!(
            object.condition(condition),
            ("Unknown", "NotGranted"),
            "{condition}"
        );
    }
    assert_eq!(object.status.clone().unwrap().records, records);
    assert_eq!(
        zegel::history::proof(&object.status.clone().unwrap()),
        None,
        "nor does a control question ask about it"
    );
    let next = object.pass(20, Pass::NotGranted("ask for a MailDomainGrant"));
    assert!(
        next.write.is_none() && next.event.is_none() && next.requeue.is_none(),
        "{next:?}"
    );
    object.look(30, &object.all_in_sync(30));
    assert_eq!(object.ready(), ("True", "Compliant"));
}

#[test]
fn suspended_after_a_verdict_leaves_it_as_it_was() {
    let mut object = Object::in_sync();
    object.generation += 1;
    let intent = object.intent.clone();
    let next = object.pass(7 * HOUR, Pass::Suspended(&intent));
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
        object.pass(0, Pass::Suspended(&intent));
        assert_eq!(object.ready(), ("Unknown", "Suspended"));
        assert_eq!(object.condition("Suspended"), ("True", "Suspended"));
        assert_eq!(object.kstatus(), Kstatus::InProgress);
        assert_eq!(object.condition("DMARC"), ("Unknown", "Suspended"));
        assert_eq!(object.event(), None);
    }
}

#[test]
fn an_invalid_spec_is_that_although_it_is_suspended() {
    for mut object in [Object::new(), Object::in_sync()] {
        object.generation += 1;
        object.pass(0, Pass::SuspendedInvalid("spec.domain: missing"));
        assert_eq!(object.ready(), ("False", "InvalidSpec"));
        assert_eq!(object.condition("Suspended"), ("True", "Suspended"));
        assert_eq!(object.condition("Stalled"), ("True", "InvalidSpec"));
        let intent = object.intent.clone();
        object.generation += 1;
        object.look(30, &object.all_in_sync(30));
        object.pass(60, Pass::Suspended(&intent));
        assert_eq!(object.ready(), ("True", "Compliant"));
    }
}

#[test]
fn suspended_after_an_invalid_spec_does_not_keep_saying_invalid() {
    let mut object = Object::in_sync();
    object.pass(0, Pass::InvalidSpec("no"));
    object.generation += 1;
    let intent = object.intent.clone();
    object.pass(1, Pass::Suspended(&intent));
    assert_eq!(object.ready(), ("Unknown", "Suspended"));
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
fn the_first_look_that_takes_long_is_in_progress() {
    let mut object = Object::new();
    let intent = object.intent.clone();
    object.pass(10, Pass::Waiting(&intent));
    assert_eq!(object.ready(), ("Unknown", "Progressing"));
    assert_eq!(object.condition("DMARC"), ("Unknown", "Progressing"));
    assert_eq!(object.event(), None);
    object.look(12, &object.all_in_sync(12));
    assert_eq!(object.event(), Some(("InSync", false)));
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
