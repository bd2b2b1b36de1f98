//! What a sender with DANE does, step by step (RFC 7672 2 and 3, RFC 7671 8 and 9): each row a world, and what is said of it.

use std::collections::BTreeSet;

use zegel::inquiry::{Closeness, Offered, Security, Session, Unproven};
use zegel::judge::Verdict;
use zegel::records::dane::Tlsa;
use zegel::rules::{self, Severity};

use crate::beside::judged;
use crate::facts::{World, findings, intent, name};
use crate::seen::{Servers, about, certificate, chain, nothing, with, with_handshake};

const E: Severity = Severity::Error;
const W: Severity = Severity::Warning;
pub(crate) const EVERYWHERE: &str = "{domain: a.nl, role: Mail, tls: {level: Any}, dane: {required: true}}";

/// Rules about what addresses show.
const OF_ADDRESSES: [&str; 4] = ["DANE-012", "DANE-018", "DANE-023", "DANE-028"];

/// A rule that is broken, and how badly.
pub(crate) type Said = (&'static str, Severity);

/// What is tried, the certificates that are sent, the records, and what is said.
type Row<'a> = (&'a str, &'a [Vec<u8>], Vec<Tlsa>, &'a [Said]);

/// The rules of DANE that are broken, advice aside.
pub(crate) fn said(verdict: &Verdict) -> Vec<Said> {
    let own = verdict
        .findings
        .iter()
        .filter(|one| one.rule.id.starts_with("DANE"));
    let own = own.filter(|one| one.severity < Severity::Info);
    own.map(|one| (one.rule.id, one.severity)).collect()
}

pub(crate) fn unsigned(at: &str) -> Security {
    Security::Insecure {
        at: name(at),
        why: Unproven::Unsigned,
    }
}

/// A server with these certificates.
pub(crate) fn showing(certificates: &[Vec<u8>]) -> Session {
    with_handshake(|seen| seen.chain = certificates.to_vec())
}

/// The name servers' part: the MX, the addresses, the records and their proofs. `nl` is signed, `u.nl` is not; the key of each
/// record is the one that is shown.
#[test]
fn the_way_to_the_records_is_proven_at_each_step() {
    let sent = chain(&["mx1.a.nl"], (2026, 2027));
    let key = about(&sent[0], 3, 1, 1).to_string();
    let other = about(&certificate(&["x.nl"], (2026, 2027)), 3, 1, 1).to_string();
    let mx1 = "mx1.a.nl A 192.0.2.25\nmx1.a.nl AAAA 2001:db8::25";
    #[rustfmt::skip] // A row is a line.
    let rows: &[(&str, String, &[Said])] = &[
        ("all is proven", format!("a.nl MX 10 mx1.a.nl\n{mx1}\n_25._tcp.mx1.a.nl TLSA {key}\n_25._tcp.mx1.a.nl TLSA {other}"), &[]),
        ("no record, proven to be so", format!("a.nl MX 10 mx1.a.nl\n{mx1}"), &[]),
        ("the records are not answered: mail is deferred", format!("a.nl MX 10 mx1.a.nl\n{mx1}\n_25._tcp.mx1.a.nl TLSA !SERVFAIL"), &[("DANE-010", E)]),
        ("the addresses are not proven: no record is asked for", "a.nl MX 10 mx.u.nl\nmx.u.nl A 192.0.2.25\n_25._tcp.mx.u.nl TLSA !SERVFAIL".to_owned(), &[]),
        ("records nobody can prove are none", format!("a.nl MX 10 mx.u.nl\nmx.u.nl A 192.0.2.25\n_25._tcp.mx.u.nl TLSA {key}"), &[("DANE-008", E)]),
        ("an alias of the records leaves the signed zones", format!("a.nl MX 10 mx1.a.nl\n{mx1}\n_25._tcp.mx1.a.nl CNAME t.u.nl\nt.u.nl TLSA {key}"), &[("DANE-008", E)]),
        ("an alias of the records stays in them", format!("a.nl MX 10 mx1.a.nl\n{mx1}\n_25._tcp.mx1.a.nl CNAME t.a.nl\nt.a.nl TLSA {key}\nt.a.nl TLSA {other}"), &[]),
        ("the host is an alias: the records at its end count", format!("a.nl MX 10 m.a.nl\nm.a.nl CNAME mx1.a.nl\n{mx1}\n_25._tcp.mx1.a.nl TLSA {key}\n_25._tcp.m.a.nl TLSA {other}"), &[]),
        ("those at the alias only where none is at its end", format!("a.nl MX 10 m.a.nl\nm.a.nl CNAME mx1.a.nl\n{mx1}\n_25._tcp.m.a.nl TLSA {key}"), &[("DANE-021", W)]),
        ("no record that is used: TLS without a check", format!("a.nl MX 10 mx1.a.nl\n{mx1}\n_25._tcp.mx1.a.nl TLSA 1{}", &key[1..]), &[("DANE-002", W)]),
        ("one that is used, and one that is not", format!("a.nl MX 10 mx1.a.nl\n{mx1}\n_25._tcp.mx1.a.nl TLSA {key}\n_25._tcp.mx1.a.nl TLSA 3 1 1 abab"), &[("DANE-005", W)]),
        ("one host of two", format!("a.nl MX 10 mx1.a.nl\na.nl MX 20 mx2.a.nl\n{mx1}\nmx2.a.nl A 192.0.2.25\n_25._tcp.mx1.a.nl TLSA {key}"), &[("DANE-011", W)]),
        ("an outage says nothing", format!("a.nl MX 10 mx1.a.nl\n{mx1}\n_25._tcp.mx1.a.nl TLSA !TIMEOUT"), &[]),
        ("no MX, no verdict", "a.nl MX !SERVFAIL".to_owned(), &[]),
    ];
    for (what, zone, expected) in rows {
        let world = World::new(zone)
            .worth("nl", Security::Secure)
            .worth("u.nl", unsigned("u.nl"));
        let verdict = Servers::all(&showing(&sent)).judge_in(&world, &intent(EVERYWHERE));
        assert_eq!(
            said(&verdict),
            *expected,
            "{what}\n{zone}\n{:#?}",
            verdict.findings
        );
    }
    // An MX nobody can prove keeps the hosts' protection from those who cannot forge it.
    let zone = format!("a.nl MX 10 mx1.b.nl\nmx1.b.nl A 192.0.2.25\n_25._tcp.mx1.b.nl TLSA {key}");
    let world = World::new(&zone)
        .worth("b.nl", Security::Secure)
        .worth("a.nl", unsigned("a.nl"));
    let verdict = Servers::all(&showing(&sent)).judge_in(&world, &intent(EVERYWHERE));
    assert_eq!(said(&verdict), [("DANE-009", W)]);
}

/// The server's part, with usage 3 and usage 2.
#[test]
fn what_is_shown_is_taken_by_one_record_that_matches() {
    let sound = chain(&["mx1.a.nl"], (2026, 2027));
    let other = chain(&["mx1.a.nl"], (2026, 2027));
    let elsewhere = chain(&["www.a.nl"], (2026, 2027));
    let ended = chain(&["mx1.a.nl"], (2024, 2025));
    let domain = chain(&["a.nl"], (2026, 2027));
    // One that its issuer's certificate does not fit.
    let foreign = vec![sound[0].clone(), other[1].clone(), other[2].clone()];
    let (own, between, root) = (0, 1, 2);
    let of = |chain: &[Vec<u8>], place: usize, usage: u8, selector: u8, matching: u8| {
        about(&chain[place], usage, selector, matching)
    };
    let none: &[Said] = &[];
    let nowhere: &[Said] = &[("DANE-012", E)];
    let astray: &[Said] = &[("DANE-018", E)];
    #[rustfmt::skip] // A row is a line.
    let rows: &[Row<'_>] = &[
        ("usage 3, the key", &sound, vec![of(&sound, own, 3, 1, 1), of(&other, own, 3, 1, 1)], none),
        ("usage 3, an issuer's key", &sound, vec![of(&sound, between, 3, 1, 1)], nowhere),
        ("usage 3 does not look at names", &elsewhere, vec![of(&elsewhere, own, 3, 1, 1)], none),
        ("usage 3 does not look at dates", &ended, vec![of(&ended, own, 3, 1, 1)], none),
        ("usage 3 does not look at signatures", &foreign, vec![of(&sound, own, 3, 1, 1)], none),
        ("usage 2, the next authority", &sound[..2], vec![of(&sound, between, 2, 1, 1), of(&other, between, 2, 1, 1)], none),
        ("usage 2, the root, sent", &sound, vec![of(&sound, root, 2, 0, 1), of(&other, root, 2, 0, 1)], none),
        ("usage 2, in another order", &[sound[0].clone(), sound[2].clone(), sound[1].clone()], vec![of(&sound, root, 2, 1, 1), of(&other, root, 2, 1, 1)], none),
        ("usage 2, the root's digest, not sent", &sound[..2], vec![of(&sound, root, 2, 1, 1), of(&other, root, 2, 1, 1)], nowhere),
        ("usage 2, a certificate between is not sent", &[sound[0].clone(), sound[2].clone()], vec![of(&sound, root, 2, 1, 1), of(&other, root, 2, 1, 1)], astray),
        ("usage 2, somebody else's signature", &foreign, vec![of(&other, between, 2, 1, 1), of(&sound, between, 2, 1, 1)], astray),
        ("usage 2, the host's own key", &sound, vec![of(&sound, own, 2, 1, 1), of(&other, own, 2, 1, 1)], nowhere),
        ("usage 2, another name", &elsewhere, vec![of(&elsewhere, between, 2, 1, 1), of(&other, between, 2, 1, 1)], astray),
        ("usage 2, the mail domain's name", &domain, vec![of(&domain, between, 2, 1, 1), of(&other, between, 2, 1, 1)], none),
        ("usage 2, out of date", &ended, vec![of(&ended, between, 2, 1, 1), of(&other, between, 2, 1, 1)], astray),
        ("beside it, usage 3 of the key", &ended, vec![of(&ended, between, 2, 1, 1), of(&ended, own, 3, 1, 1)], none),
        ("the strongest digest alone counts", &sound, vec![of(&sound, own, 3, 1, 1), of(&other, own, 3, 1, 2)], nowhere),
        ("of nothing, and stronger than the right one", &sound, vec![of(&sound, own, 3, 1, 1), nothing(3, 1, 2)], &[("DANE-027", E), ("DANE-012", E)]),
        ("of nothing, and as strong", &sound, vec![of(&sound, own, 3, 1, 1), nothing(3, 1, 1)], &[("DANE-027", W)]),
        ("of nothing, and weaker", &sound, vec![of(&sound, own, 3, 1, 2), nothing(3, 1, 1)], &[("DANE-027", W)]),
        ("of nothing, of another selector", &sound, vec![of(&sound, own, 3, 1, 1), nothing(3, 0, 2)], &[("DANE-027", W)]),
        ("of nothing alone", &sound, vec![nothing(3, 1, 1)], &[("DANE-027", E), ("DANE-012", E)]),
        ("a digest of another length pushes out none", &sound, vec![of(&sound, own, 3, 1, 1), Tlsa { matching: 2, ..of(&other, own, 3, 1, 1) }], &[("DANE-005", W)]),
        ("of another selector each for itself", &sound, vec![of(&sound, own, 3, 1, 1), of(&sound, own, 3, 0, 2)], &[("DANE-019", W)]),
        ("nothing matches", &sound, vec![of(&other, own, 3, 1, 1), of(&other, between, 2, 1, 1)], nowhere),
    ];
    for (what, sent, records, expected) in rows {
        let verdict = judged(&showing(sent), records, EVERYWHERE);
        assert_eq!(said(&verdict), *expected, "{what}\n{:#?}", verdict.findings);
    }
    // A whole certificate or key in the record need not be sent; that it is a whole one is advice of its own.
    for (sent, record, is_taken) in [
        (&sound[..2], of(&sound, root, 2, 0, 0), true),
        (&sound[..2], of(&sound, root, 2, 1, 0), true),
        (&sound[..1], of(&sound, between, 2, 1, 0), true),
        (&sound[..1], of(&sound, root, 2, 1, 0), false),
        (&sound[..2], of(&other, root, 2, 1, 0), false),
    ] {
        let verdict = judged(&showing(sent), std::slice::from_ref(&record), EVERYWHERE);
        assert_eq!(findings(&verdict, "DANE-012").is_empty(), is_taken, "{record}");
    }
    // No TLS at all.
    let absent = with(|session| (session.offered, session.handshake) = (Offered::Absent, None));
    let verdict = judged(
        &absent,
        &[of(&sound, own, 3, 1, 1), of(&other, own, 3, 1, 1)],
        EVERYWHERE,
    );
    assert_eq!(said(&verdict), [("DANE-028", E)]);
}

#[test]
fn what_keeps_an_authority_from_being_enough_is_told() {
    let (sound, ended) = (
        chain(&["mx1.a.nl"], (2026, 2027)),
        chain(&["mx1.a.nl"], (2024, 2025)),
    );
    let elsewhere = chain(&["www.a.nl"], (2026, 2027));
    for (sent, place, says) in [
        (
            vec![sound[0].clone(), sound[2].clone()],
            &sound[2],
            "a certificate between the two is not sent",
        ),
        (
            ended.clone(),
            &ended[1],
            "it is valid from 2024-01-01T00:00:00Z to 2025-01-01T00:00:00Z",
        ),
        (elsewhere.clone(), &elsewhere[1], "it is for another host"),
    ] {
        let verdict = judged(&showing(&sent), &[about(place, 2, 1, 1)], EVERYWHERE);
        let [finding] = findings(&verdict, "DANE-018")[..] else {
            panic!("{says}: {:#?}", verdict.findings);
        };
        assert!(finding.message.contains(says), "{}", finding.message);
    }
}

/// By each kind alone a sender must be let through (RFC 7671 8).
#[test]
fn each_kind_has_a_record_that_matches() {
    let (sent, other) = (
        chain(&["mx1.a.nl"], (2026, 2027)),
        chain(&["mx1.a.nl"], (2026, 2027)),
    );
    let key = about(&sent[0], 3, 1, 1);
    for (beside, fires) in [
        (about(&other[0], 3, 1, 1), None),
        (about(&sent[1], 2, 1, 1), None),
        (about(&other[1], 2, 1, 1), Some("2 1 1")),
        (about(&other[0], 3, 0, 1), Some("3 0 1")),
    ] {
        let verdict = judged(&showing(&sent), &[key.clone(), beside], EVERYWHERE);
        let found: Vec<_> = findings(&verdict, "DANE-013")
            .iter()
            .map(|one| (one.severity, one.subject.clone()))
            .collect();
        let expected: Vec<_> = fires.map(|kind| (W, Some(kind.to_owned()))).into_iter().collect();
        assert_eq!(found, expected);
    }
}

/// Each address may be another machine: none is judged by the first.
#[test]
fn every_address_is_held_to_the_records() {
    let (sent, other) = (
        chain(&["mx1.a.nl"], (2026, 2027)),
        chain(&["mx1.a.nl"], (2026, 2027)),
    );
    let judged = |first: &Session, second: &Session, records: &[Tlsa]| {
        let lines = records
            .iter()
            .map(|record| format!("\n_25._tcp.mx1.a.nl TLSA {record}"));
        let servers = Servers::default()
            .at("192.0.2.25", Closeness::Chain, Ok(first.clone()))
            .at("2001:db8::25", Closeness::Chain, Ok(second.clone()));
        servers.judge(
            &format!("{}{}", crate::seen::ZONE, lines.collect::<String>()),
            &intent(EVERYWHERE),
        )
    };
    // The authority of one machine is not that of the other; the keys of both are there.
    let records = [
        about(&sent[0], 3, 1, 1),
        about(&other[0], 3, 1, 1),
        about(&sent[1], 2, 1, 1),
    ];
    for (first, second, at) in [
        (&sent, &other, "at 2001:db8::25"),
        (&other, &sent, "at 192.0.2.25"),
    ] {
        let verdict = judged(&showing(first), &showing(second), &records);
        let [finding] = findings(&verdict, "DANE-013")[..] else {
            panic!("{:#?}", verdict.findings)
        };
        assert_eq!(finding.subject.as_deref(), Some("2 1 1"));
        assert!(finding.message.contains(at), "{}", finding.message);
    }
    // What is so at all of them needs no address, and is one finding.
    let verdict = judged(&showing(&other), &showing(&other), &records);
    let [finding] = findings(&verdict, "DANE-013")[..] else {
        panic!("{:#?}", verdict.findings)
    };
    assert!(!finding.message.contains(" at "), "{}", finding.message);
    assert!(findings(&judged(&showing(&sent), &showing(&sent), &records), "DANE-013").is_empty());
    // What each address shows by itself, and what of both is said.
    let absent = || with(|session| (session.offered, session.handshake) = (Offered::Absent, None));
    let (good, key) = (showing(&sent), &records[..1]);
    let by_authority = [about(&sent[1], 2, 1, 1)];
    let foreign = chain(&["www.a.nl"], (2026, 2027));
    let anchored = [about(&foreign[1], 2, 1, 1), about(&sent[0], 3, 1, 1)];
    let shown = |of: &[Vec<u8>]| about(&of[0], 3, 1, 1).to_string();
    /// What two addresses show, the records, what is broken and what is told of it.
    type Row<'a> = (Session, Session, &'a [Tlsa], &'a [Said], Vec<String>);
    let rows: [Row<'_>; 10] = [
        (good.clone(), good.clone(), key, &[], vec![]),
        (
            good.clone(),
            absent(),
            key,
            &[("DANE-023", E)],
            vec!["found it at 192.0.2.25 and none at 2001:db8::25".into()],
        ),
        (
            absent(),
            good.clone(),
            key,
            &[("DANE-023", E)],
            vec!["found it at 2001:db8::25 and none at 192.0.2.25".into()],
        ),
        (
            absent(),
            absent(),
            key,
            &[("DANE-028", E)],
            vec!["found no STARTTLS".into()],
        ),
        // The first that fails hides nothing of the next, whichever way round.
        (
            showing(&other),
            absent(),
            key,
            &[("DANE-012", E), ("DANE-023", E)],
            vec![format!("{}, found", shown(&other)), "none at 2001:db8::25".into()],
        ),
        (
            absent(),
            showing(&other),
            key,
            &[("DANE-012", E), ("DANE-023", E)],
            vec![format!("{}, found", shown(&other)), "none at 192.0.2.25".into()],
        ),
        (
            good.clone(),
            showing(&other),
            key,
            &[("DANE-012", E)],
            vec![format!("{} at 2001:db8::25", shown(&other))],
        ),
        (
            showing(&other),
            showing(&foreign),
            key,
            &[("DANE-012", E)],
            vec![format!(
                "{} at 192.0.2.25 and {} at 2001:db8::25",
                shown(&other),
                shown(&foreign)
            )],
        ),
        (
            showing(&foreign),
            good.clone(),
            &anchored,
            &[("DANE-018", E)],
            vec!["it is for another host at 192.0.2.25".into()],
        ),
        (
            showing(&other),
            good.clone(),
            &by_authority,
            &[("DANE-012", E)],
            vec![format!("{} at 192.0.2.25", shown(&other))],
        ),
    ];
    for (first, second, records, broken, says) in rows {
        let verdict = judged(&first, &second, records);
        let found: Vec<Said> = said(&verdict)
            .into_iter()
            .filter(|(rule, _)| OF_ADDRESSES.contains(rule))
            .collect();
        assert_eq!(found, broken, "{:#?}", verdict.findings);
        for ((rule, _), says) in broken.iter().zip(says) {
            let message = &findings(&verdict, rule)[0].message;
            assert!(message.contains(&says), "want {says}, found {message}");
        }
    }
    // One that is busy is no machine without it.
    let servers = Servers::default().at("192.0.2.25", Closeness::Chain, Ok(showing(&sent)));
    let zone = format!(
        "{}\n_25._tcp.mx1.a.nl TLSA {}\n_25._tcp.mx1.a.nl TLSA {}",
        crate::seen::ZONE,
        records[0],
        records[1]
    );
    assert_eq!(said(&servers.judge(&zone, &intent(EVERYWHERE))), []);
}

/// Names and dates are no fault of DANE with usage 3; that the others look at them is told as advice.
#[test]
fn a_certificate_that_dane_alone_takes_is_told_without_blame() {
    let of = |names: &[&str], years| chain(names, years);
    let other = about(&certificate(&["x.nl"], (2026, 2027)), 3, 1, 1);
    for (sent, usage, says) in [
        (of(&["mx1.a.nl"], (2024, 2025)), 3, Some("it ended at 2025-01-01")),
        (
            of(&["mx1.a.nl"], (2027, 2028)),
            3,
            Some("it begins at 2027-01-01"),
        ),
        (of(&["www.a.nl"], (2026, 2027)), 3, Some("it is for another host")),
        (of(&["mx1.a.nl"], (2026, 2027)), 3, None),
        // With usage 2 they count, which is said by a rule of its own.
        (of(&["mx1.a.nl"], (2024, 2025)), 2, None),
    ] {
        let record = match usage {
            3 => about(&sent[0], 3, 1, 1),
            _ => about(&sent[1], 2, 1, 1),
        };
        let verdict = judged(&showing(&sent), &[record, other.clone()], EVERYWHERE);
        let found = findings(&verdict, "DANE-017");
        let said: Vec<_> = found
            .iter()
            .map(|one| (one.severity, one.message.contains(says.unwrap_or("-"))))
            .collect();
        let expected: Vec<_> = says.map(|_| (Severity::Info, true)).into_iter().collect();
        assert_eq!(said, expected, "{says:?} {found:#?}");
    }
}

/// A manifest that runs ahead of the server is told before it is published.
#[test]
fn the_record_of_the_key_that_is_shown_is_not_taken_out() {
    let (sent, next) = (
        chain(&["mx1.a.nl"], (2026, 2027)),
        chain(&["mx1.a.nl"], (2026, 2027)),
    );
    let (now, then) = (about(&sent[0], 3, 1, 1), about(&next[0], 3, 1, 1));
    let spec = |records: &[&Tlsa]| {
        let list: Vec<String> = records.iter().map(|record| format!("'{record}'")).collect();
        format!(
            "{{domain: a.nl, role: Mail, tls: {{level: Any}}, dane: {{hosts: [{{name: mx1.a.nl, records: [{}]}}]}}}}",
            list.join(", ")
        )
    };
    for (wanted, live, expected) in [
        (vec![&now], vec![now.clone()], None),
        (vec![&now, &then], vec![now.clone()], None),
        (vec![&then], vec![now.clone()], Some("DANE-015")),
        (vec![&then], vec![now.clone(), then.clone()], Some("DANE-015")),
        // Where what stands there does not match either, that says it all.
        (vec![&then], vec![then.clone()], Some("DANE-012")),
    ] {
        let verdict = judged(&showing(&sent), &live, &spec(&wanted));
        let found: Vec<_> = ["DANE-012", "DANE-015"]
            .into_iter()
            .flat_map(|rule| findings(&verdict, rule))
            .map(|one| (one.rule.id, one.severity))
            .collect();
        let expected: Vec<_> = expected.map(|rule| (rule, E)).into_iter().collect();
        assert_eq!(found, expected, "{wanted:?} {live:?}");
        for finding in findings(&verdict, "DANE-015") {
            let record = now.to_string();
            assert!(
                finding.message.contains(&record) && finding.fix.contains(&record),
                "{}",
                finding.message
            );
        }
    }
}

#[test]
fn every_rule_of_what_is_shown_is_met() {
    let sources = [include_str!("senders.rs"), include_str!("beside.rs")];
    let ids: BTreeSet<&str> = rules::shown::DANE.iter().map(|rule| rule.id).collect();
    for id in ids {
        assert!(
            sources.iter().any(|source| source.contains(&format!("\"{id}\""))),
            "{id}"
        );
    }
}
