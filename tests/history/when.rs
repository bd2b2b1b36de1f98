//! When a change is seen everywhere: what name servers were seen to hold, what the resolver still says, and what people
//! are told of it.

use std::net::Ipv4Addr;

use zegel::history::{Requests, depth, held_back};
use zegel::inquiry::{Depth, Kind};
use zegel::judge::authorities::{LeftOut, ServerState, ServerView, Servers};
use zegel::judge::{ResolverSays, State, Verdict};

use crate::world::*;

/// What one name server holds of the DMARC record: the text, for how long, or nothing to be had from it.
#[derive(Clone, Copy)]
pub enum Holds {
    Right(u32),
    Old(u32),
    Absent(u32),
    Silent,
}
use Holds::{Absent, Old, Right, Silent};

const OLD: &str = "old.provider.example";

/// What the name servers say of the DMARC record, and what the resolver does.
pub fn at_servers(object: &Object, now: i64, holds: &[Holds], resolver: Says) -> Verdict {
    let mut verdict = verdict(
        &object.intent,
        &object.with_dmarc(now, resolver.clone()),
        Vec::new(),
    );
    let record = &mut verdict.records[1];
    if record.state == State::Drifted {
        record.observed = vec![OLD.to_owned()];
    }
    let view = |(index, holds): (usize, &Holds)| {
        let (state, values, ttl) = match holds {
            Right(ttl) => (ServerState::Right, record.desired.clone(), Some(*ttl)),
            Old(ttl) => (ServerState::Differs, vec![OLD.to_owned()], Some(*ttl)),
            Absent(ttl) => (ServerState::Differs, Vec::new(), Some(*ttl)),
            Silent => (ServerState::Silent, Vec::new(), None),
        };
        ServerView {
            name: name(&format!("ns{}.voorbeeld.nl", index + 1)),
            address: Ipv4Addr::new(127, 0, 0, u8::try_from(index + 1).unwrap()).into(),
            state,
            values,
            ttl,
            serial: None,
            nsid: None,
            rtt: None,
            seen_at: ttl.map(|_| at(now)),
            why: None,
        }
    };
    let servers = Servers {
        site: record.site.clone(),
        zone: name("voorbeeld.nl"),
        views: holds.iter().enumerate().map(view).collect(),
        nowhere: Vec::new(),
        left_out: LeftOut::default(),
        absence: None,
        resolver: None,
    };
    if servers.are_right() && record.state.differs() {
        record.resolver = Some(ResolverSays {
            state: record.state,
            observed: std::mem::take(&mut record.observed),
            differences: std::mem::take(&mut record.differences),
            ttl: record.ttl,
            seen_at: record.seen_at,
            expires_at: record.expires_at,
        });
        record.state = State::InSync;
        record.observed.clone_from(&record.desired);
    }
    verdict.servers = vec![servers];
    verdict
}

pub fn look(object: &mut Object, now: i64, holds: &[Holds], resolver: Says) {
    let verdict = at_servers(object, now, holds, resolver);
    object.judged(now, &verdict);
}

pub fn right(now: i64, ttl: i64) -> Says {
    Says::State(State::InSync, now, ttl)
}

/// In sync at two name servers, and then another text is meant.
fn changed(ttl: u32) -> Object {
    let mut object = Object::in_sync();
    look(&mut object, -600, &[Right(ttl), Right(ttl)], right(-600, 300));
    object.change_dmarc("new.provider.example");
    object
}

/// As [`changed`], with the old text as its servers hold it.
fn old_at_both(ttl: u32) -> Object {
    let mut object = changed(ttl);
    look(&mut object, 0, &[Old(ttl), Old(ttl)], drifted(0, 300));
    assert_eq!(object.ready(), ("False", "Propagating"));
    object
}

fn visible_by(object: &Object) -> Option<i64> {
    let published = object.dmarc().published.as_ref()?;
    let by = published.visible_by.as_ref()?;
    Some(by.0.duration_since(at(0)).as_secs())
}

fn late_resolvers(object: &Object) -> Vec<(String, String)> {
    let findings = object.status.as_ref().unwrap().findings.iter();
    let of_resolvers = findings.filter(|finding| finding.rule == "DNS-037");
    of_resolvers
        .map(|finding| (finding.severity.clone(), finding.message.clone()))
        .collect()
}

#[test]
fn a_change_is_followed_from_server_to_server_and_told_by_when_all_see_it() {
    let mut object = old_at_both(3600);
    let mut events = Vec::new();
    for (now, holds, resolver) in [
        (60, [Right(60), Old(3600)], drifted(60, 240)),
        (180, [Right(60), Old(3600)], drifted(180, 120)),
        (480, [Right(60), Right(60)], drifted(480, 3000)),
    ] {
        look(&mut object, now, &holds, resolver);
        assert_eq!(object.ready(), ("False", "Propagating"), "{now}");
        events.extend(object.event());
    }
    assert_eq!(visible_by(&object), Some(480 + 3600));
    insta::assert_snapshot!(object.message());
    // The answer the resolver has runs out before that.
    assert_eq!(object.requeue(), 3001);
    // It turns; whoever asks another one may still see the old answer.
    look(&mut object, 3481, &[Right(60), Right(60)], right(3481, 60));
    assert_eq!(object.ready(), ("True", "Compliant"));
    events.extend(object.event());
    insta::assert_snapshot!(object.message());
    let writes = object.writes;
    look(&mut object, 4000, &[Right(60), Right(60)], right(4000, 60));
    assert_eq!(object.writes, writes, "the same again is no news");
    look(&mut object, 7081, &[Right(60), Right(60)], right(7081, 60));
    assert_eq!(object.message(), "3 of 3 records in sync", "and then it is over");
    events.extend(object.event());
    assert_eq!(events, [("InSync", false)], "one event a transition");
    assert!(late_resolvers(&object).is_empty());
}

#[test]
fn a_resolver_that_keeps_an_answer_beyond_its_ttl_is_named_and_believed_no_more() {
    let mut object = old_at_both(3600);
    look(&mut object, 300, &[Right(60), Right(60)], drifted(300, 30));
    assert_eq!(visible_by(&object), Some(3900));
    for now in [400, 3000, 3959] {
        look(&mut object, now, &[Right(60), Right(60)], drifted(now, 30));
        assert_eq!(object.ready(), ("False", "Propagating"), "{now}");
        assert!(late_resolvers(&object).is_empty());
    }
    look(&mut object, 3960, &[Right(60), Right(60)], drifted(3960, 30));
    assert_eq!(
        object.ready(),
        ("True", "Compliant"),
        "what stands at the name servers is published"
    );
    let (severity, message) = late_resolvers(&object).remove(0);
    assert_eq!(severity, "Warning");
    insta::assert_snapshot!(message);
    let writes = object.writes;
    for now in [4000, 8000, 12_000] {
        let before = object.status.clone();
        look(&mut object, now, &[Right(60), Right(60)], drifted(now, 30));
        assert_eq!(object.status, before, "said once, {now}");
    }
    assert_eq!(object.writes, writes);
    object.restart();
    look(&mut object, 14_000, &[Right(60), Right(60)], drifted(14_000, 30));
    assert_eq!(object.writes, writes);
    look(&mut object, 20_000, &[Right(60), Right(60)], right(20_000, 30));
    assert!(late_resolvers(&object).is_empty(), "and gone when it turns");
}

#[test]
fn of_an_older_answer_no_server_was_seen_to_hold_no_time_is_promised() {
    // Nobody looked at the servers before they had what is meant.
    let mut object = Object::in_sync();
    object.change_dmarc("new.provider.example");
    look(&mut object, 0, &[Right(60), Right(60)], drifted(0, 1500));
    assert_eq!(object.ready(), ("False", "Propagating"));
    assert_eq!(visible_by(&object), None);
    insta::assert_snapshot!(object.message());
    assert_eq!(object.requeue(), 1501);
    // As long as the answer it had may be kept, and a minute more.
    for (now, ready) in [
        (1501, ("False", "Propagating")),
        (1560, ("True", "Compliant")),
        (1700, ("True", "Compliant")),
    ] {
        look(&mut object, now, &[Right(60), Right(60)], drifted(now, 1500));
        assert_eq!(object.ready(), ready, "{now}");
    }
    insta::assert_snapshot!(late_resolvers(&object).remove(0).1);
}

#[test]
fn an_absence_is_remembered_as_the_zone_says() {
    let mut object = Object::new();
    let absent = |now, ttl| Says::State(State::Missing, now, ttl);
    look(&mut object, 0, &[Absent(300), Absent(300)], absent(0, 300));
    look(&mut object, 60, &[Right(60), Right(60)], absent(60, 240));
    assert_eq!(
        (object.ready(), visible_by(&object)),
        (("False", "Propagating"), Some(360))
    );
    look(&mut object, 420, &[Right(60), Right(60)], absent(420, 3000));
    assert_eq!(object.ready(), ("True", "Compliant"), "it is not missing");
    assert_eq!(late_resolvers(&object).len(), 1);
}

#[test]
fn what_stands_at_all_name_servers_is_no_drift() {
    // Out of the blue the resolver says something else.
    let mut object = Object::in_sync();
    look(&mut object, 0, &[Right(60), Right(60)], right(0, 60));
    let mut events = Vec::new();
    for now in (600..6000).step_by(600) {
        look(&mut object, now, &[Right(60), Right(60)], drifted(now, 300));
        assert_ne!(object.ready().1, "Drifted");
        events.extend(object.event());
    }
    assert_eq!(object.ready(), ("True", "Compliant"));
    assert_eq!(events, [("InSync", false)]);
    assert_eq!(late_resolvers(&object).len(), 1);
}

#[test]
fn silence_of_the_name_servers_takes_no_promise_back_and_confirms_nothing_early() {
    let mut object = old_at_both(3600);
    look(&mut object, 300, &[Right(60), Right(60)], drifted(300, 3000));
    for now in [600, 2000, 3959] {
        look(&mut object, now, &[Silent, Silent], drifted(now, 3000));
        assert_eq!(object.ready(), ("False", "Propagating"), "{now}");
    }
    look(&mut object, 3961, &[Silent, Silent], drifted(3961, 3000));
    assert_eq!(
        object.ready(),
        ("False", "Drifted"),
        "nobody says that it is published"
    );
}

#[test]
fn resolvers_that_turn_one_after_another_swing_nothing_for_long() {
    let mut object = old_at_both(3600);
    object.schedule.interval = secs(60);
    let mut reasons: Vec<String> = Vec::new();
    let mut events = Vec::new();
    for number in 0..40 {
        let now = 300 + 60 * number;
        let resolver = match number % 2 {
            0 => drifted(now, 3000),
            _ => right(now, 60),
        };
        look(&mut object, now, &[Right(60), Right(60)], resolver);
        events.extend(object.event());
        if reasons.last().is_none_or(|last| last != object.ready().1) {
            reasons.push(object.ready().1.to_owned());
        }
    }
    assert_eq!(
        reasons,
        ["Propagating", "Compliant", "Propagating"],
        "on its way until the promise"
    );
    assert_eq!(events, [("InSync", false)]);
}

#[test]
fn servers_that_do_not_follow_are_asked_less_and_less_often() {
    let mut object = changed(3600);
    object.schedule.settle_window = secs(3 * HOUR);
    look(&mut object, 0, &[Old(3600), Old(3600)], drifted(0, 300));
    let mut pauses = Vec::new();
    let mut now = 0;
    for _ in 0..6 {
        pauses.push(object.requeue());
        now += object.requeue();
        look(&mut object, now, &[Right(60), Old(3600)], drifted(now, 600));
    }
    assert_eq!(pauses, [60, 120, 300, 600, 1800, 1800]);
}

#[test]
fn a_clock_that_was_put_back_promises_nothing_earlier() {
    let mut object = old_at_both(3600);
    look(&mut object, 300, &[Right(60), Right(60)], drifted(300, 3000));
    // What was written by the clock of before lies ahead.
    object.restart();
    let verdict = at_servers(&object, -7200, &[Right(60), Right(60)], drifted(-7200, 3000));
    object.judged_as_it_is(-7200, &verdict);
    assert_eq!(visible_by(&object), Some(-7200 + 3600));
}

/// How closely the next look goes, and whether the resolver is asked first for the DMARC record.
fn next_look(object: &Object, now: i64) -> (Depth, bool) {
    let requests = Requests::of(&object.annotations);
    let before = object.before(&requests);
    let held_back = held_back(&before, &object.intent, &object.schedule, at(now));
    let first = !held_back.contains(&(name("_dmarc.voorbeeld.nl"), Kind::Cname));
    (depth(&before, &object.intent, at(now)), first)
}

#[test]
fn the_resolver_is_not_asked_before_the_name_servers_have_what_is_meant() {
    let mut object = Object::new();
    assert_eq!(next_look(&object, 0), (Depth::Closely, false), "a new object");
    let absent = |now| Says::State(State::Missing, now, 300);
    look(&mut object, 0, &[Absent(300)], absent(0));
    assert!(!next_look(&object, 600).1, "it is about to be published");
    assert!(next_look(&object, 900).1, "not for longer than settleWindow");
    look(&mut object, 700, &[Right(60)], right(700, 60));
    assert!(next_look(&object, 800).1, "it stands");
    object.change_dmarc("new.provider.example");
    assert_eq!(
        next_look(&object, 7200),
        (Depth::Closely, false),
        "another text is meant"
    );
    look(&mut object, 7200, &[Right(60)], right(7200, 60));
    assert!(next_look(&object, 8000).1);
    // It drifts.
    look(&mut object, 8000, &[Old(60)], drifted(8000, 60));
    assert!(!next_look(&object, 8100).1);
    assert!(next_look(&object, 8900).1);
}

#[test]
fn name_servers_are_looked_at_closely_where_it_matters_and_now_and_then_for_their_version() {
    let mut object = Object::in_sync();
    // All three records, at one server each.
    let all = |object: &Object, now: i64, holds: Holds, serial: u32| {
        let mut verdict = at_servers(object, now, &[holds], right(now, 60));
        let servers = verdict.servers.remove(0);
        verdict.servers = verdict
            .records
            .iter()
            .map(|record| {
                let mut servers = servers.clone();
                servers.site = record.site.clone();
                servers.views[0].serial = Some(serial);
                servers
            })
            .collect();
        verdict
    };
    let see = |object: &mut Object, now: i64, holds: Holds, serial: u32| {
        let mut verdict = all(object, now, holds, serial);
        verdict.depth = next_look(object, now).0;
        object.judged(now, &verdict);
    };
    assert_eq!(next_look(&object, 0).0, Depth::Closely, "never seen at a server");
    see(&mut object, 0, Right(60), 7);
    assert_eq!(next_look(&object, 60).0, Depth::Troubled);
    // Within six hours the versions are due.
    let due = |object: &Object, from: i64| {
        (from..from + 6 * HOUR + 60)
            .step_by(60)
            .find(|now| next_look(object, *now).0 != Depth::Troubled)
    };
    let first = due(&object, 60).unwrap();
    assert_eq!(next_look(&object, first).0, Depth::Serials);
    see(&mut object, first, Right(60), 7);
    let second = due(&object, first).unwrap();
    assert!((second - first - 6 * HOUR).abs() <= 60, "{first} {second}");
    see(&mut object, second, Right(60), 8);
    assert_eq!(
        next_look(&object, second + 60).0,
        Depth::Closely,
        "the zone has another version"
    );
    see(&mut object, second + 60, Right(60), 8);
    assert_eq!(next_look(&object, second + 120).0, Depth::Troubled);
    // One server holds something else.
    see(&mut object, second + 120, Old(60), 8);
    assert_eq!(next_look(&object, second + 180).0, Depth::Closely);
    see(&mut object, second + 180, Right(60), 8);
    // A person asks, a process begins.
    object.request("now");
    assert_eq!(next_look(&object, second + 240).0, Depth::Closely);
    object.annotations.clear();
    object.restart();
    assert_eq!(
        next_look(&object, second + 240).0,
        Depth::Troubled,
        "what was seen stands in the status"
    );
}
