//! Hosts of the MX that are an alias: at which name a sender with DANE looks for TLSA records, and which name it asks the server
//! for (RFC 7672 2.2.2, 2.2.3, 8.1). Many servers show another certificate to whoever asks for another name.

use std::collections::BTreeSet;

use zegel::inquiry::Security;
use zegel::judge::{State, Verdict};
use zegel::records::Standard;
use zegel::rules::Severity;

use crate::facts::{World, intent};
use crate::seen::{Servers, about, chain};
use crate::senders::{EVERYWHERE, Said, said, showing, unsigned};

const E: Severity = Severity::Error;
const W: Severity = Severity::Warning;

/// `nl` is signed, `u.nl` is not; m is an alias in a signed zone, of a host in one or out of one; u.nl's is one the other way.
const HOSTS: &str = "
    m.a.nl CNAME mx1.a.nl
    mx1.a.nl A 192.0.2.25
    out.a.nl CNAME x.u.nl
    x.u.nl A 192.0.2.25
    in.u.nl CNAME mx1.a.nl
";

/// Of a zone with this host in its MX and this beside, whose server shows these to whoever asks for each of these names.
fn judged(host: &str, zone: &str, shown: &[(&str, &[Vec<u8>])]) -> (Verdict, BTreeSet<String>) {
    let world = World::new(&format!("a.nl MX 10 {host}\n{HOSTS}\n{zone}"))
        .worth("nl", Security::Secure)
        .worth("u.nl", unsigned("u.nl"));
    let servers = shown.iter().fold(Servers::default(), |servers, (host, sent)| {
        servers.showing_for(host, &showing(sent))
    });
    let verdict = servers.judge_in(&world, &intent(EVERYWHERE));
    let asked = servers.asked.lock().unwrap();
    let asked = asked.iter().map(|question| question.host.to_string()).collect();
    (verdict, asked)
}

#[test]
fn the_name_that_is_asked_for_is_the_one_with_the_records() {
    let (one, other) = (
        chain(&["m.a.nl"], (2026, 2027)),
        chain(&["mx1.a.nl"], (2026, 2027)),
    );
    let next = chain(&["mx1.a.nl"], (2026, 2027));
    let key = |chain: &[Vec<u8>]| about(&chain[0], 3, 1, 1).to_string();
    let (first, second, spare) = (key(&one), key(&other), key(&next));
    let both = |host: &'static str, end: &'static str| [(host, &one[..]), (end, &other[..])];
    /// What is tried, the host, what stands beside, who shows what, who is asked, what is said, and the state.
    type Row<'a> = (
        &'a str,
        &'a str,
        String,
        [(&'a str, &'a [Vec<u8>]); 2],
        &'a [&'a str],
        &'a [Said],
        State,
    );
    let rows: Vec<Row<'_>> = vec![
        (
            "records at the end: the end is asked for",
            "m.a.nl",
            format!("_25._tcp.mx1.a.nl TLSA {second}\n_25._tcp.mx1.a.nl TLSA {spare}"),
            both("m.a.nl", "mx1.a.nl"),
            &["m.a.nl", "mx1.a.nl"],
            &[],
            State::InSync,
        ),
        (
            "what is shown to those who ask for the alias counts nothing there",
            "m.a.nl",
            format!("_25._tcp.mx1.a.nl TLSA {first}\n_25._tcp.mx1.a.nl TLSA {spare}"),
            both("m.a.nl", "mx1.a.nl"),
            &["m.a.nl", "mx1.a.nl"],
            &[("DANE-012", E)],
            State::InSync,
        ),
        (
            "records at the alias alone: it is asked for",
            "m.a.nl",
            format!("_25._tcp.m.a.nl TLSA {first}\n_25._tcp.m.a.nl TLSA {spare}"),
            both("m.a.nl", "mx1.a.nl"),
            &["m.a.nl"],
            &[("DANE-021", W)],
            State::InSync,
        ),
        (
            "records at the end that nobody can prove: those at the alias are taken",
            "m.a.nl",
            format!(
                "_25._tcp.mx1.a.nl CNAME t.u.nl\nt.u.nl TLSA {second}\n_25._tcp.m.a.nl TLSA {first}\n_25._tcp.m.a.nl TLSA {spare}"
            ),
            both("m.a.nl", "mx1.a.nl"),
            &["m.a.nl"],
            &[("DANE-021", W)],
            State::InSync,
        ),
        (
            "an alias out of what is signed: its own name is what is left",
            "out.a.nl",
            format!(
                "_25._tcp.out.a.nl TLSA {first}\n_25._tcp.out.a.nl TLSA {spare}\n_25._tcp.x.u.nl TLSA {second}"
            ),
            both("out.a.nl", "x.u.nl"),
            &["out.a.nl"],
            &[],
            State::InSync,
        ),
        (
            "and records at its end are none",
            "out.a.nl",
            format!("_25._tcp.x.u.nl TLSA {second}"),
            both("out.a.nl", "x.u.nl"),
            &["out.a.nl"],
            &[],
            State::Missing,
        ),
        (
            "an alias that nobody can prove leads nowhere that senders would go",
            "in.u.nl",
            format!("_25._tcp.mx1.a.nl TLSA {second}\n_25._tcp.mx1.a.nl TLSA {spare}"),
            both("in.u.nl", "mx1.a.nl"),
            &["in.u.nl"],
            &[("DANE-008", E)],
            State::Missing,
        ),
        (
            "records at the end that nobody can prove, and none at the alias: there are some, and they are worth nothing",
            "m.a.nl",
            format!("_25._tcp.mx1.a.nl CNAME t.u.nl\nt.u.nl TLSA {second}"),
            both("m.a.nl", "mx1.a.nl"),
            &["m.a.nl"],
            &[("DANE-008", E)],
            State::Missing,
        ),
        (
            "no records: nobody asks for another name",
            "m.a.nl",
            String::new(),
            both("m.a.nl", "mx1.a.nl"),
            &["m.a.nl"],
            &[],
            State::Missing,
        ),
    ];
    for (what, host, zone, shown, asked, expected, state) in rows {
        let (verdict, found) = judged(host, &zone, &shown);
        assert_eq!(said(&verdict), expected, "{what}\n{:#?}", verdict.findings);
        assert_eq!(
            found.iter().map(String::as_str).collect::<Vec<_>>(),
            asked,
            "{what}"
        );
        let everywhere = verdict
            .records
            .iter()
            .find(|record| record.standard == Standard::Dane);
        assert_eq!(everywhere.map(|record| record.state), Some(state), "{what}");
    }
}

/// Of every way to lay aliases and records: what is required is met where senders check the host by its records, and nowhere else;
/// and what senders check it by stands where the walk says.
#[test]
fn one_walk_tells_what_is_required_and_what_senders_find() {
    let [key, other] = [1, 2].map(|octet: u8| format!("3 1 1 {}", format!("{octet:02x}").repeat(32)));
    let ends = ["mx1.a.nl", "x.u.nl"];
    let mut met = 0;
    for host in ["m.a.nl", "out.a.nl", "in.u.nl", "mx1.a.nl", "x.u.nl", "gone.a.nl"] {
        for (at_end, at_own) in [0, 1, 2]
            .into_iter()
            .flat_map(|one| [0, 1, 2].map(|two| (one, two)))
        {
            let stands = |name: &str, how: i32| match how {
                0 => String::new(),
                1 => format!("_25._tcp.{name} TLSA {key}\n"),
                // Behind an alias out of what is signed.
                _ => format!("_25._tcp.{name} CNAME t.u.nl\nt.u.nl TLSA {other}\n"),
            };
            let mut zone = format!("a.nl MX 10 {host}\ngone.a.nl CNAME nowhere.a.nl\n{HOSTS}\n");
            zone.extend(
                ends.iter()
                    .filter(|end| **end != host)
                    .map(|end| stands(end, at_end)),
            );
            zone.push_str(&stands(host, at_own));
            let world = World::new(&zone)
                .worth("nl", Security::Secure)
                .worth("u.nl", unsigned("u.nl"));
            let wanted = intent("{domain: a.nl, role: Mail, dane: {required: true}}");
            let (verdict, hosts) = world.settle(|inquiry| {
                let verdict = zegel::judge::judge(&wanted, inquiry, crate::facts::now());
                let need = zegel::inquiry::Need::Evidence;
                (
                    verdict,
                    zegel::judge::dane::gather(&wanted.domain, need, inquiry).hosts,
                )
            });
            let [found] = &hosts[..] else { panic!("{hosts:?}") };
            let record = &verdict.records[0];
            let (is_met, is_checked) = (record.state == State::InSync, !found.effective().is_empty());
            assert_eq!(is_met, is_checked, "{record:#?}\n{zone}");
            // That there is none is said where there is none, and not of what nobody can prove.
            let says_none = record.differences.iter().any(|one| one.contains("found none"));
            assert_eq!(says_none, found.has_none(), "{record:#?}\n{zone}");
            // Nobody asks at a name that is not on the way.
            let is_on_the_way =
                |base: &str| base == host || [ends[0], ends[1], "nowhere.a.nl"].contains(&base);
            let mut bases = found.places.iter().map(|place| place.base.as_str());
            assert!(bases.all(is_on_the_way), "{:?}", found.places);
            met += usize::from(is_met);
        }
    }
    assert!(met > 10, "{met}");
}

/// What a certificate may be for under usage 2: the end of an alias only where it is proven (RFC 7672 3.2.2).
#[test]
fn the_end_of_an_alias_is_a_name_of_the_host_where_it_is_proven() {
    for (host, at, named, expected) in [
        ("m.a.nl", "mx1.a.nl", "mx1.a.nl", &[][..]),
        ("m.a.nl", "mx1.a.nl", "m.a.nl", &[]),
        ("out.a.nl", "out.a.nl", "out.a.nl", &[]),
        ("out.a.nl", "out.a.nl", "x.u.nl", &[("DANE-018", E)]),
    ] {
        let sent = chain(&[named], (2026, 2027));
        let other = chain(&[named], (2026, 2027));
        let records =
            [&sent, &other].map(|chain| format!("_25._tcp.{at} TLSA {}", about(&chain[1], 2, 1, 1)));
        let (verdict, _) = judged(host, &records.join("\n"), &[(host, &sent), (at, &sent)]);
        assert_eq!(
            said(&verdict),
            expected,
            "{named} at {host}\n{:#?}",
            verdict.findings
        );
    }
}
