//! What every name server has dropped and the resolver still has: drift to come, confirmed as any other; or the
//! resolver's own view.

use zegel::api::FindingStatus;
use zegel::history::{Requests, held_back};
use zegel::inquiry::Kind;
use zegel::judge::{Finding, ResolverSays, Site, State, Topic};
use zegel::rules;

use crate::when::Holds::{self, Absent, Old, Right, Silent};
use crate::when::{at_servers, look, right};
use crate::world::*;

/// Every server that answers holds something else than what the resolver has, which is as it is meant.
fn going(object: &mut Object, now: i64, holds: &[Holds], seen: i64, ttl: i64) {
    let mut verdict = at_servers(object, now, holds, right(seen, ttl));
    let record = &mut verdict.records[1];
    record.resolver = Some(ResolverSays::of(record));
    record.state = State::Drifted;
    record.observed.clear();
    let forgotten = at(seen + ttl);
    let sentence =
        format!("no name server serves it any more; resolvers forget it, the one asked here by {forgotten}");
    let topic = Topic::new(Site::rrset(name("_dmarc.voorbeeld.nl"), Kind::Cname), true);
    let mut finding = Finding::on(&rules::dns::GOING, &topic, format!("found that {sentence}"));
    finding.about("resolver");
    record.differences = vec![sentence];
    verdict.findings.push(finding);
    object.judged(now, &verdict);
}

fn findings(object: &Object) -> Vec<&FindingStatus> {
    object.status.as_ref().unwrap().findings.iter().collect()
}

fn rule_ids(object: &Object) -> Vec<&str> {
    findings(object)
        .iter()
        .map(|finding| finding.rule.as_str())
        .collect()
}

/// In sync at the resolver and at both servers.
fn published(ttl: u32) -> Object {
    let mut object = Object::in_sync();
    look(
        &mut object,
        -600,
        &[Right(ttl), Right(ttl)],
        right(-600, ttl.into()),
    );
    assert_eq!(object.ready(), ("True", "Compliant"));
    object
}

#[test]
fn what_the_servers_were_seen_to_hold_and_dropped_is_drift_confirmed_by_a_second_look() {
    let mut object = published(3600);
    let mut events = Vec::new();
    going(&mut object, 0, &[Absent(300), Absent(300)], 0, 3000);
    assert_eq!(object.ready(), ("False", "Unconfirmed"));
    events.extend(object.event());
    assert!(
        object
            .message()
            .contains("_dmarc.voorbeeld.nl; every name server dropped it, and the resolver still has it"),
        "{}",
        object.message()
    );
    assert!(object.dmarc().differences[0].starts_with("no name server serves it any more"));
    assert_eq!(rule_ids(&object), ["DNS-038"]);
    // The settle window, not the whole TTL.
    let due = object.dmarc().settle_until.as_ref().unwrap().0;
    assert_eq!(due, at(900));
    going(&mut object, 900, &[Absent(300), Absent(300)], 900, 2100);
    assert_eq!(object.ready(), ("False", "Drifted"));
    events.extend(object.event());
    // The resolver forgets it: nothing new is told.
    look(
        &mut object,
        3100,
        &[Absent(300), Absent(300)],
        Says::State(State::Missing, 3100, 300),
    );
    assert_eq!(object.ready(), ("False", "Drifted"));
    assert_eq!(object.dmarc().state, "Missing");
    events.extend(object.event());
    assert_eq!(events, [("Drifted", true)], "one event a transition");
}

#[test]
fn one_look_is_no_drift_and_a_server_that_has_it_ends_it() {
    let mut object = published(3600);
    going(&mut object, 0, &[Absent(300), Absent(300)], 0, 3000);
    look(&mut object, 900, &[Right(3600), Absent(300)], right(900, 2100));
    assert_eq!(object.ready(), ("True", "Compliant"));
    assert_eq!(object.event(), Some(("InSync", false)));
    // Nobody who answers any more says anything new.
    look(&mut object, 1800, &[Silent, Silent], right(1800, 1200));
    assert_eq!(object.ready(), ("True", "Compliant"));
}

#[test]
fn the_same_again_is_no_news_though_the_time_is_another_to_the_second() {
    let mut object = published(3600);
    for now in [0, 900] {
        going(&mut object, now, &[Old(300), Old(300)], now, 3000 - now);
    }
    let writes = object.writes;
    for (now, ttl) in [(1000, 2001), (1100, 1899), (1200, 1800)] {
        going(&mut object, now, &[Old(300), Old(300)], now, ttl);
    }
    assert_eq!(object.writes, writes);
    object.restart();
    going(&mut object, 1300, &[Old(300), Old(300)], 1300, 1699);
    assert_eq!(object.writes, writes);
}

#[test]
fn what_no_server_was_seen_to_hold_is_given_time_and_then_the_resolvers_own_view() {
    let mut fresh = Object::new();
    fresh.schedule.settle_window = secs(600);
    let mut known = Object::in_sync();
    known.schedule.settle_window = secs(600);
    for (what, object) in [("a new object", &mut fresh), ("seen in sync before", &mut known)] {
        going(object, 0, &[Absent(300), Absent(300)], 0, 1800);
        assert_eq!(object.ready().0, "False", "{what}");
        // Beyond the settle window nobody is condemned.
        for now in [700, 1500, 1801] {
            going(
                object,
                now,
                &[Absent(300), Absent(300)],
                now,
                1800 - now.min(1700),
            );
            assert_ne!(object.ready().1, "Drifted", "{what} {now}");
            assert_eq!(object.ready().0, "False", "{what} {now}");
        }
        // It had to forget it, and has it again.
        for now in [1870, 3000, 9000] {
            going(object, now, &[Absent(300), Absent(300)], now, 1800);
            assert_eq!(object.ready(), ("True", "Compliant"), "{what} {now}");
            assert_eq!(rule_ids(object), ["DNS-035"], "{what} {now}");
        }
        let writes = object.writes;
        object.restart();
        going(object, 12_000, &[Absent(300), Absent(300)], 12_000, 1700);
        assert_eq!(object.writes, writes, "{what}: said once");
    }
}

#[test]
fn a_resolver_that_forgets_in_time_leaves_a_drift_like_any_other() {
    let mut object = Object::in_sync();
    going(&mut object, 0, &[Absent(300), Absent(300)], 0, 1800);
    look(
        &mut object,
        1862,
        &[Absent(300), Absent(300)],
        Says::State(State::Missing, 1862, 300),
    );
    assert_eq!(object.ready(), ("False", "Drifted"));
    assert!(rule_ids(&object).is_empty());
}

#[test]
fn the_resolver_is_asked_again_about_what_is_going() {
    let mut object = Object::in_sync();
    going(&mut object, 0, &[Absent(300), Absent(300)], 0, 1800);
    let requests = Requests::of(&object.annotations);
    let held = held_back(
        &object.before(&requests),
        &object.intent,
        &object.schedule,
        at(60),
    );
    assert!(
        !held.contains(&(name("_dmarc.voorbeeld.nl"), Kind::Cname)),
        "its word tells whose it is"
    );
    assert!(object.requeue() <= 1861);
}
