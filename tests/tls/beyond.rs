//! More hosts and addresses than are looked at: what was not seen is neither fine nor wrong, and of how many is said.

use zegel::inquiry::{Closeness, Offered, Starttls, Trouble};
use zegel::judge::{RecordVerdict, State, Verdict};
use zegel::records::Standard;

use crate::facts::{World, findings, intent};
use crate::seen::{Servers, about, certificate, sound, with, with_handshake};

fn record(verdict: &Verdict, standard: Standard) -> &RecordVerdict {
    let mut records = verdict.records.iter();
    records.find(|record| record.standard == standard).unwrap()
}

/// So many hosts, the first the most preferred, each with so many addresses and with TLSA records but for one.
fn zone(hosts: u8, addresses: u8, bare: Option<u8>) -> String {
    let tlsa = about(&certificate(&["mx1.a.nl"], (2026, 2027)), 3, 1, 1);
    let of_host = |host: u8| {
        // By name the last is the first.
        let name = format!("m{}.a.nl", 99 - host);
        let at = (1..=addresses).map(|at| format!("{name} A 203.0.{host}.{at}\n"));
        let records = match bare == Some(host) {
            true => String::new(),
            false => format!("_25._tcp.{name} TLSA {tlsa}\n"),
        };
        format!("a.nl MX {host} {name}\n{}{records}", at.collect::<String>())
    };
    (1..=hosts).map(of_host).collect()
}

/// Every address shows something sound, but for one.
fn servers(hosts: u8, addresses: u8, without: Option<(u8, u8)>) -> Servers {
    let mut all = Servers::default();
    for (host, at) in (1..=hosts).flat_map(|host| (1..=addresses).map(move |at| (host, at))) {
        let session = match without == Some((host, at)) {
            true => with(|it| (it.offered, it.handshake) = (Offered::Absent, None)),
            false => sound(),
        };
        all = all.at(&format!("203.0.{host}.{at}"), Closeness::Chain, Ok(session));
    }
    all
}

#[test]
fn tls_is_in_sync_only_where_every_server_was_seen() {
    let spec = intent("{domain: a.nl, role: Mail, tls: {level: Any}}");
    for (hosts, addresses, without, state, told) in [
        (10, 1, None, State::InSync, None),
        (11, 1, None, State::Unknown, Some("looked at 10 of 11, the first by preference, and not at m88.a.nl")),
        (20, 1, None, State::Unknown, Some("m88.a.nl, m87.a.nl, m86.a.nl, m85.a.nl, m84.a.nl, m83.a.nl and 4 more")),
        (40, 1, None, State::Unknown, Some("looked at 10 of 40")),
        // The least preferred is the one that was not seen, and what is wrong with the others is as wrong as ever.
        (11, 1, Some((11, 1)), State::Unknown, Some("and not at m88.a.nl")),
        (11, 1, Some((1, 1)), State::Missing, Some("and not at m88.a.nl")),
        (1, 4, None, State::InSync, None),
        (1, 5, None, State::Unknown, Some("looked at 4 of 5, and not at 203.0.1.5")),
        (1, 5, Some((1, 5)), State::Unknown, Some("looked at 4 of 5, and not at 203.0.1.5")),
        (1, 5, Some((1, 4)), State::Missing, Some("looked at 4 of 5, and not at 203.0.1.5")),
        (1, 9, None, State::Unknown, Some("203.0.1.5, 203.0.1.6, 203.0.1.7, 203.0.1.8, 203.0.1.9")),
    ] {
        let servers = servers(hosts, addresses, without);
        let verdict = servers.judge(&zone(hosts, addresses, None), &spec);
        let of_tls = record(&verdict, Standard::Tls);
        let why = (told.is_some()).then_some(Trouble::Limit);
        assert_eq!((of_tls.state, of_tls.unanswered), (state, why), "{hosts} {addresses} {without:?}");
        let found = findings(&verdict, "TLS-021");
        assert_eq!(found.len(), usize::from(told.is_some()), "{found:?}");
        assert!(found.iter().all(|one| one.message.contains(told.unwrap())), "{found:?}");
        let asked = servers.asked.lock().unwrap();
        let in_bounds = |one: &Starttls| one.host.as_str() >= "m89.a.nl";
        assert!(asked.len() <= 40 && asked.iter().all(in_bounds), "{asked:?}");
    }
}

#[test]
fn dane_is_required_of_every_host() {
    let spec = intent("{domain: a.nl, role: Mail, dane: {required: true}}");
    for (hosts, bare, state, told) in [
        (11, None, State::InSync, None),
        (11, Some(11), State::Drifted, None),
        (32, None, State::InSync, None),
        (33, None, State::Unknown, Some("the first 32 by preference were looked at, and nothing is known of 1 more")),
        (33, Some(33), State::Unknown, Some("of 1 more")),
        (33, Some(1), State::Drifted, Some("of 1 more")),
    ] {
        let world = World::new(&zone(hosts, 1, bare)).worth("nl", zegel::inquiry::Security::Secure);
        let verdict = Servers::default().judge_in(&world, &spec);
        let of_dane = record(&verdict, Standard::Dane);
        assert_eq!(of_dane.state, state, "{hosts} {bare:?}: {of_dane:#?}");
        assert_eq!(of_dane.unanswered, told.map(|_| Trouble::Limit));
        let found = findings(&verdict, "MX-021");
        assert_eq!(found.len(), usize::from(told.is_some()), "{found:?}");
        assert!(found.iter().all(|one| one.message.contains(told.unwrap())), "{found:?}");
    }
}

/// A sound host beside ten whose names are none is one of one.
#[test]
fn hosts_whose_names_are_none_take_no_place() {
    let none: String = (1..=12).map(|at| format!("a.nl MX {at} 192.0.2.{at}\n")).collect();
    let zone = format!("{none}{}", "a.nl MX 50 mx1.a.nl\nmx1.a.nl A 203.0.1.1\n");
    let servers = Servers::default().at("203.0.1.1", Closeness::Chain, Ok(with_handshake(|_| {})));
    let verdict = servers.judge(&zone, &intent("{domain: a.nl, role: Mail, tls: {level: Any}}"));
    assert_eq!(record(&verdict, Standard::Tls).state, State::InSync);
    assert_eq!(findings(&verdict, "TLS-021").len(), 0);
}
