//! What the status keeps of single name servers: groups, each since when, and no more writes or events than something new.

use std::time::Duration;

use zegel::inquiry::{Depth, Kind};
use zegel::judge::authorities::{Lame, LeftOut, ServerState, ServerView, Servers};
use zegel::judge::{Site, Verdict};

use crate::world::*;

const RIGHT: ServerState = ServerState::Right;
const STALE: ServerState = ServerState::Stale;
const REFUSES: ServerState = ServerState::Lame(Lame::Refused);

/// What `ns1`, `ns2`, … say of the DMARC record.
fn servers(states: &[ServerState], serial: u32) -> Servers {
    let view = |(index, state): (usize, &ServerState)| {
        let last = u8::try_from(index + 1).unwrap();
        let held = state.counts();
        ServerView {
            name: name(&format!("ns{last}.dns.example")),
            address: [127, 0, 0, last].into(),
            state: *state,
            values: match state {
                ServerState::Right => vec!["d.provider.example".to_owned()],
                ServerState::Stale | ServerState::Differs => vec!["old.example".to_owned()],
                _ => Vec::new(),
            },
            ttl: held.then_some(300),
            serial: held.then(|| serial - u32::from(*state == STALE)),
            nsid: None,
            rtt: held.then_some(Duration::from_millis(3)),
            seen_at: None,
            why: None,
        }
    };
    Servers {
        site: Site::rrset(name("_dmarc.voorbeeld.nl"), Kind::Cname),
        zone: name("voorbeeld.nl"),
        views: states.iter().enumerate().map(view).collect(),
        nowhere: Vec::new(),
        left_out: LeftOut::default(),
        absence: None,
        resolver: None,
    }
}

/// Everything in sync at this second, and what the servers say.
fn seen(object: &Object, now: i64, states: &[ServerState]) -> Verdict {
    Verdict {
        depth: Depth::Closely,
        servers: vec![servers(states, 7)],
        ..verdict(&object.intent, &object.all_in_sync(now), Vec::new())
    }
}

/// `Stale ns2 since 300`: the groups of the DMARC record.
fn told(object: &Object) -> Vec<String> {
    let groups = object.dmarc().servers.iter().map(|group| {
        let names: Vec<&str> = group
            .names
            .iter()
            .map(|name| name.trim_end_matches(".dns.example"))
            .collect();
        let since = group
            .since
            .as_ref()
            .map(|time| time.0.duration_since(at(0)).as_secs());
        let lame = group
            .lame
            .as_ref()
            .map(|how| format!("({how})"))
            .unwrap_or_default();
        format!(
            "{}{lame} {} since {}",
            group.state,
            names.join(" "),
            since.unwrap()
        )
    });
    groups.collect()
}

#[test]
fn one_stale_server_is_a_state_of_its_own_told_once_and_no_event() {
    let mut object = Object::in_sync();
    object.judged(0, &seen(&object, 0, &[RIGHT, RIGHT, RIGHT]));
    assert_eq!(told(&object), ["Right ns1 ns2 ns3 since 0"]);
    assert!(!object.message().contains("name server"), "{}", object.message());
    let writes = object.writes;
    for look in 1..20 {
        let now = look * 5 * MINUTE;
        let next = object.judged(now, &seen(&object, now, &[RIGHT, STALE, RIGHT]));
        assert_eq!(
            (next.write.is_some(), next.event.is_some()),
            (look == 1, false),
            "look {look}"
        );
    }
    assert_eq!(object.writes, writes + 1);
    assert_eq!(told(&object), ["Right ns1 ns3 since 0", "Stale ns2 since 300"]);
    assert_eq!(object.dmarc().servers[1].observed, ["old.example"]);
    assert_eq!(object.ready(), ("True", "Compliant"));
    let line = "_dmarc.voorbeeld.nl CNAME: 2 of 3 name servers right; ns2.dns.example still serves an older version \
                (serial 6) since 2027-01-15T08:05:00Z";
    assert!(object.message().contains(line), "{}", object.message());
    // And right again: told once more.
    let next = object.judged(2 * HOUR, &seen(&object, 2 * HOUR, &[RIGHT, RIGHT, RIGHT]));
    assert_eq!((next.write.is_some(), next.event.is_some()), (true, false));
    assert_eq!(
        told(&object),
        ["Right ns1 ns2 ns3 since 7200"],
        "all of them, since then"
    );
}

#[test]
fn what_was_known_stays_until_a_look_knows_better() {
    let mut object = Object::in_sync();
    object.judged(0, &seen(&object, 0, &[RIGHT, REFUSES]));
    let known = ["Right ns1 since 0", "Lame(Refused) ns2 since 0"];
    assert_eq!(told(&object), known);
    // A look that asks no servers, and one that did not get to all of them.
    let far = Verdict {
        depth: Depth::Troubled,
        servers: Vec::new(),
        ..seen(&object, MINUTE, &[])
    };
    object.judged(MINUTE, &far);
    assert_eq!(told(&object), known);
    object.judged(
        2 * MINUTE,
        &seen(&object, 2 * MINUTE, &[RIGHT, ServerState::NotAsked]),
    );
    assert_eq!(told(&object), known);
    object.restart();
    object.judged(3 * MINUTE, &seen(&object, 3 * MINUTE, &[RIGHT, REFUSES]));
    assert_eq!(told(&object), known, "a restart forgets nothing");
    // Where they cannot be asked any more nothing is known of them.
    let off = Verdict {
        depth: Depth::Off,
        servers: Vec::new(),
        ..seen(&object, 4 * MINUTE, &[])
    };
    object.judged(4 * MINUTE, &off);
    assert_eq!(told(&object), [""; 0]);
}

#[test]
fn a_server_that_comes_and_goes_is_told_and_then_left_in_peace() {
    let mut object = Object::in_sync();
    object.judged(0, &seen(&object, 0, &[RIGHT, RIGHT]));
    let writes = object.writes;
    for look in 1..60 {
        let now = look * MINUTE;
        let states = [RIGHT, if look % 2 == 0 { RIGHT } else { ServerState::Silent }];
        let next = object.judged(now, &seen(&object, now, &states));
        assert!(next.event.is_none(), "look {look}");
    }
    assert!(
        object.writes - writes <= 4,
        "{} writes in 59 looks",
        object.writes - writes
    );
}

#[test]
fn a_serial_that_moves_everywhere_alike_causes_no_write() {
    let mut object = Object::in_sync();
    object.judged(0, &seen(&object, 0, &[RIGHT, RIGHT]));
    let writes = object.writes;
    for look in 1..10 {
        let now = look * MINUTE;
        let moved = Verdict {
            servers: vec![servers(&[RIGHT, RIGHT], 7 + u32::try_from(look).unwrap())],
            ..seen(&object, now, &[])
        };
        object.judged(now, &moved);
    }
    assert_eq!(object.writes, writes);
}

#[test]
fn a_status_names_eight_groups_at_most_and_a_word_of_another_version_is_none() {
    let mut object = Object::in_sync();
    let many: Vec<ServerState> = Lame::ALL.into_iter().map(ServerState::Lame).collect();
    let all = [
        &many[..],
        &[
            RIGHT,
            STALE,
            ServerState::Differs,
            ServerState::Silent,
            ServerState::NoRoute,
        ],
    ]
    .concat();
    object.judged(0, &seen(&object, 0, &all));
    assert_eq!(object.dmarc().servers.len(), 8);
    assert_eq!(object.dmarc().servers[0].state, "Right");
    let status = object.status.as_mut().unwrap();
    status.records[1].servers[0].state = "Wonderful".to_owned();
    object.look(MINUTE, &object.all_in_sync(MINUTE));
}

#[test]
fn where_answers_take_turns_the_server_that_makes_them_is_named() {
    let mut object = Object::in_sync();
    for look in 1..12 {
        let now = look * 2 * MINUTE;
        let says = match look % 2 {
            0 => object.all_in_sync(now),
            _ => object.with_dmarc(now, drifted(now, 5)),
        };
        let verdict = Verdict {
            depth: Depth::Closely,
            servers: vec![servers(&[RIGHT, STALE], 7)],
            ..verdict(&object.intent, &says, Vec::new())
        };
        object.judged(now, &verdict);
    }
    assert_eq!(object.ready(), ("False", "Alternating"), "{}", object.message());
    let line = "1 of 2 name servers right; ns2.dns.example still serves an older version (serial 6)";
    assert!(object.message().contains(line), "{}", object.message());
}
