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
