//! Internet.nl's totals: what each situation comes to, once its routes are authorised.

use zegel::inquiry::{Offered, Session};
use zegel::judge::score::{MxStatus, Range, criteria};
use zegel::records::dane::Tlsa;
use zegel::transport::{Probe, Reaction, Step, Suite, Version, Worth};

use crate::seen::{about, accepted, chain, chain_of, nothing, old_certificate, profile, refused, signed_by_itself, sound};
use crate::world::{Seen, bogus, category, insecure, mark, tlsa};

/// A hello of this kind is taken, by all of the TLS.
fn takes(probe: Probe, version: Version, suite: u16) -> impl Fn(&mut Session) {
    move |session| {
        if session.handshake.is_none() {
            session.steps.push(accepted(probe, version, suite, |_| {}));
            // Its best suite was chosen over this one, and it takes no other that is sufficient.
            if matches!(probe, Probe::Suites(_)) {
                session.steps.extend(ordered(suite, &[0xc030, suite]));
                session.steps.push(refused(Probe::Order));
            }
        }
    }
}

/// Hellos that offer a suite first and the usual one behind it, and what is chosen.
fn ordered(suite: u16, chosen: &[u16]) -> Vec<Step> {
    let step = |chosen: &u16| Step {
        suites: vec![Suite(suite), Suite(0xc030)],
        ..accepted(Probe::Order, Version::TLS12, *chosen, |_| {})
    };
    chosen.iter().map(step).collect()
}

/// What every hello's flight has.
fn flights(session: &mut Session, change: impl Fn(&mut zegel::transport::Flight)) {
    for step in &mut session.steps {
        if let Reaction::Hello(flight) = &mut step.reaction {
            change(flight);
        }
    }
}

fn perfect() -> Seen {
    Seen::perfect()
}

/// mx2.b.nl beside, as sound, with or without a TLSA record of its own.
fn two(with_dane: bool) -> Seen {
    let (chain, all) = (sound(), profile(&[]));
    let tlsa = tlsa(&chain);
    let mut seen = perfect().with("a.nl MX 20 mx2.b.nl").with("mx2.b.nl A 9.9.9.26").with("mx2.b.nl AAAA 2a00:1::26");
    if with_dane {
        seen = seen.with(&format!("_25._tcp.mx2.b.nl TLSA {tlsa}"));
    }
    seen.hosts.insert("mx2.b.nl".to_owned(), (chain, all));
    seen
}

/// Neither MX nor mail: SPF and DMARC say so.
fn parked() -> Seen {
    perfect().without("a.nl MX").without("a.nl TXT").without("_dmarc").without("s1._domainkey")
        .with("a.nl TXT v=spf1 -all").with("_dmarc.a.nl TXT v=DMARC1; p=reject")
}

#[test]
fn each_situation_has_internet_nls_total() {
    let rows: Vec<(&str, Seen, u32)> = vec![
        ("perfect", perfect(), 100),
        ("suites to be phased out", perfect().shows(takes(Probe::Suites(Worth::PhaseOut), Version::TLS12, 0xc027)), 100),
        ("no CAA", perfect().without("b.nl CAA"), 100),
        ("a certificate of nobody", perfect().shows(|session| { if let Some(Ok(seen)) = &mut session.handshake { seen.trusted = Err("it leads to no public root".to_owned()); } }), 100),
        ("no rollover", perfect().without("_25._tcp.mx1.b.nl TLSA 3 1 1 abab"), 100),
        ("reports to who has not agreed", perfect().without("_dmarc").with("_dmarc.a.nl TXT v=DMARC1; p=reject; rua=mailto:x@c.nl"), 100),
        ("~all", perfect().without("a.nl TXT").with("a.nl TXT v=spf1 mx ~all"), 100),
        ("TLS 1.0", perfect().shows(takes(Probe::Version(Version::TLS11), Version::TLS10, 0xc02f)), 98),
        ("a bad suite", perfect().shows(takes(Probe::Suites(Worth::Insufficient), Version::TLS12, 0x002f)), 98),
        ("no extended master secret", perfect().shows(|session| flights(session, |flight| { if let Some(hello) = &mut flight.hello { hello.extended_master_secret = false; } })), 98),
        ("compression", perfect().shows(|session| flights(session, |flight| { if let Some(hello) = &mut flight.hello { hello.compresses = true; } })), 98),
        ("no DANE", perfect().without("_25._tcp"), 98),
        ("usage 1 alone", perfect().without("_25._tcp").with(&format!("_25._tcp.mx1.b.nl TLSA 1 1 1 {}", "cd".repeat(32))), 98),
        ("DANE invalid", perfect().without("_25._tcp").with(&format!("_25._tcp.mx1.b.nl TLSA 3 1 1 {}", "cd".repeat(32))), 97),
        ("p=none", perfect().without("_dmarc").with("_dmarc.a.nl TXT v=DMARC1; p=none"), 96),
        ("?all", perfect().without("a.nl TXT").with("a.nl TXT v=spf1 mx ?all"), 96),
        ("no DKIM", perfect().without("s1._domainkey"), 96),
        ("no DMARC", perfect().without("_dmarc"), 92),
        ("no SPF", perfect().without("a.nl TXT"), 92),
        ("two SPF records", perfect().with("a.nl TXT v=spf1 -all"), 92),
        ("no IPv6 on MX", perfect().without("mx1.b.nl AAAA"), 90),
        ("domain insecure", perfect().worth("a.nl", insecure("a.nl")), 84),
        ("MX zone insecure", perfect().worth("b.nl", insecure("b.nl")), 82),
        ("no STARTTLS", perfect().shows(|session| (session.offered, session.handshake) = (Offered::Absent, None)), 80),
        ("domain bogus", perfect().worth("a.nl", bogus("a.nl")), 80),
        ("parked, no MX", parked(), 100),
        ("parked, null MX", parked().with("a.nl MX 0 ."), 100),
        ("a null MX beside an MX", perfect().with("a.nl MX 0 ."), 100),
        ("nothing, no MX", parked().without("a.nl TXT").without("_dmarc").worth("a.nl", insecure("a.nl")), 55),
        ("DANE at both of two", two(true), 100),
        ("DANE at one of two", two(false), 97),
        ("DANE at none of two", two(false).without("_25._tcp"), 98),
        ("no STARTTLS at one of two", two(true).shows(|session| (session.offered, session.handshake) = (Offered::Absent, None)), 80),
        ("an MX that does not exist", perfect().with("a.nl MX 20 gone.b.nl"), 55),
        ("an MX without address", perfect().with("a.nl MX 20 gone.b.nl").with("gone.b.nl EXISTS"), 75),
        ("an old key and signature", perfect().shows(|session| { if let Some(Ok(seen)) = &mut session.handshake { seen.chain.push(old_certificate()); } }), 97),
    ];
    for (situation, seen, total) in rows {
        let (score, _) = seen.score();
        let shown: Vec<_> = score.categories.iter().map(|category| (category.group.id(), category.score)).collect();
        assert_eq!(score.total.highest, total, "{situation}: {shown:?}\n{:#?}", score.unseen);
        // Nothing but the routes is not known.
        for (id, score) in shown {
            assert!(id == "mail_rpki" || score.is_certain(), "{situation}: {id} {score}");
        }
    }
}

/// Under usage 2 the signatures must lead to the authority, as ldns-dane has it. Whether the name counts is not known: Internet.nl
/// asks for no comparison, and ldns-dane 1.8.3 compares it under this usage all the same.
#[test]
fn an_authority_in_tlsa_counts_where_the_signatures_lead_to_it() {
    let (sound, other) = (chain(&["mx1.b.nl"], (2026, 2027)), chain(&["mx1.b.nl"], (2026, 2027)));
    let (domain, itself) = (chain(&["a.nl"], (2026, 2027)), [signed_by_itself("mx1.b.nl", false)]);
    let (elsewhere, ended) = (chain(&["www.b.nl"], (2026, 2027)), chain(&["mx1.b.nl"], (2024, 2025)));
    let foreign = vec![sound[0].clone(), other[1].clone(), other[2].clone()];
    let skipped = vec![sound[0].clone(), sound[2].clone()];
    let now = [(2026, 2027), (2020, 2040), (2020, 2040)];
    let stale = chain_of(&["mx1.b.nl"], None, [now[0], (2024, 2025), now[2]]);
    let old_root = chain_of(&["mx1.b.nl"], None, [now[0], now[1], (2024, 2025)]);
    let (common, in_part) = (chain_of(&[], Some("mx1.b.nl"), now), chain_of(&["m*.b.nl"], None, now));
    let good = Range::just(100);
    /// What is tried, the certificates that are sent, the one a record names, and what that comes to.
    type Row<'a> = (&'a str, &'a [Vec<u8>], &'a [u8], Range);
    let rows: Vec<Row<'_>> = vec![
        ("the next authority", &sound[..2], &sound[1], good),
        ("the root", &sound, &sound[2], good),
        ("whether it takes another name is not known", &elsewhere, &elsewhere[1], Range::new(85, 100)),
        ("the mail domain's name is another", &domain, &domain[1], Range::new(85, 100)),
        ("one that signed itself stands below no authority", &itself, &itself[0], Range::just(85)),
        ("the host's own, signed by another", &sound, &sound[0], Range::just(85)),
        ("somebody else's signature", &foreign, &other[1], Range::just(85)),
        ("one between is not sent", &skipped, &sound[2], Range::just(85)),
        ("the authority is not sent", &sound[..1], &sound[1], Range::just(85)),
        ("what has ended is taken by nobody", &ended, &ended[1], Range::just(85)),
        ("an authority in between has ended", &stale, &stale[2], Range::just(85)),
        ("the one that is named has ended, and is no root", &stale, &stale[1], good),
        ("a root that is named has ended", &old_root, &old_root[2], Range::just(85)),
        ("a common name alone", &common, &common[1], good),
        ("a part of the first label", &in_part, &in_part[1], good),
    ];
    for (what, sent, named, points) in rows {
        assert_eq!(starttls(sent, &[about(named, 2, 1, 1)]), points, "{what}");
    }
    // An authority that stands in the record as a whole need not be sent, and a key as a whole is tried on what is sent last.
    for (sent, record, points) in [
        (&sound[..1], about(&sound[1], 2, 1, 0), good),
        // ldns-dane finds a whole certificate nowhere but among those that are sent; OpenSSL takes it from the record.
        (&sound[..2], about(&sound[2], 2, 0, 0), Range::new(85, 100)),
        (&sound[..], about(&sound[2], 2, 0, 0), good),
        (&sound[..1], about(&other[1], 2, 1, 0), Range::just(85)),
        (&itself[..], about(&itself[0], 2, 1, 0), good),
        (&itself[..], about(&itself[0], 2, 0, 0), Range::just(85)),
    ] {
        assert_eq!(starttls(sent, std::slice::from_ref(&record)), points, "{}", record.kind());
    }
    // Of digests the strongest alone counts, of each usage and selector for itself (RFC 7671 9).
    for (records, points) in [
        ([about(&sound[1], 2, 1, 1), about(&other[1], 2, 1, 2)], Range::just(85)),
        ([about(&sound[1], 2, 1, 1), about(&other[1], 2, 0, 2)], good),
        ([about(&sound[1], 2, 1, 1), about(&other[0], 3, 1, 2)], good),
        ([about(&elsewhere[1], 2, 1, 1), about(&sound[0], 3, 1, 1)], good),
        // One of nothing is a digest as well as any.
        ([about(&sound[0], 3, 1, 1), nothing(3, 1, 2)], Range::just(85)),
        ([about(&sound[0], 3, 1, 1), nothing(3, 1, 1)], good),
        ([about(&sound[0], 3, 1, 2), nothing(3, 1, 1)], good),
        ([about(&sound[0], 3, 1, 1), nothing(3, 0, 2)], good),
        ([about(&sound[1], 2, 1, 1), nothing(2, 1, 2)], Range::just(85)),
        // One of another length is none.
        ([about(&sound[0], 3, 1, 1), Tlsa { matching: 2, ..nothing(3, 1, 1) }], good),
    ] {
        let kinds: Vec<String> = records.iter().map(Tlsa::kind).collect();
        assert_eq!(starttls(&sound, &records), points, "{kinds:?}");
    }
}

/// What the category comes to with these certificates and records.
fn starttls(sent: &[Vec<u8>], records: &[Tlsa]) -> Range {
    let shows = |session: &mut Session| if let Some(Ok(seen)) = &mut session.handshake { seen.chain = sent.to_vec(); };
    let seen = records.iter().fold(perfect().without("_25._tcp").shows(shows), |seen, record| {
        seen.with(&format!("_25._tcp.mx1.b.nl TLSA {record}"))
    });
    category(&seen.score().0, "mail_starttls")
}

/// Each sufficient suite is to be chosen over all that is to be phased out: the one that is preferred may be another's better.
#[test]
fn the_order_of_suites_counts_where_it_was_seen() {
    let all = |orders: Vec<Step>| perfect().shows(move |session: &mut Session| if session.handshake.is_none() {
        session.steps.push(accepted(Probe::Suites(Worth::PhaseOut), Version::TLS12, 0xc061, |_| {}));
        session.steps.extend(orders.iter().cloned());
    });
    let end = [refused(Probe::Order)];
    let better = accepted(Probe::Order, Version::TLS12, 0xc02f, |_| {});
    for (what, orders, points, says) in [
        ("all are kept", [&ordered(0xc061, &[0xc030, 0xc061])[..], &end].concat(), Range::just(100), "each sufficient suite"),
        ("the best is kept, and another is not", [&ordered(0xc061, &[0xc030, 0xc061])[..], &[better]].concat(), Range::just(92), "ARIA_256_GCM_SHA384, although it takes TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"),
        ("the worse is preferred to the best", ordered(0xc061, &[0xc061]), Range::just(92), "although it takes TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"),
        ("the best alone was compared", ordered(0xc061, &[0xc030]), Range::new(92, 100), "not every suite"),
        ("nothing was compared", Vec::new(), Range::new(92, 100), "not every suite"),
    ] {
        let (score, _) = all(orders).score();
        assert_eq!(category(&score, "mail_starttls"), points, "{what}");
        let seen = &mark(&score, &criteria::ORDER).seen;
        assert!(seen.contains(says), "{what}: {seen}");
    }
}

/// What is insufficient fails the suites, and is held against nothing in their order, whoever prefers it (TLS-005 says so all the
/// same); beside it what is to be phased out counts by itself.
#[test]
fn an_insufficient_suite_that_is_preferred_is_not_held_against_the_order() {
    let rows = [
        ("the server prefers it", vec![ordered(0x009c, &[0x009c])], "good"),
        ("another of them", vec![ordered(0x009d, &[0xc030, 0x009d]), vec![accepted(Probe::Order, Version::TLS12, 0xc02f, |_| {})]], "good"),
        ("triple DES", vec![ordered(0x000a, &[0x000a])], "good"),
        ("what is to be phased out is not preferred", vec![ordered(0x009c, &[0x009c]), ordered(0xc061, &[0xc030, 0xc061]), vec![refused(Probe::Order)]], "good"),
        ("what is to be phased out is preferred too", vec![ordered(0x009c, &[0x009c]), ordered(0xc061, &[0xc061])], "bad"),
        ("that was not asked", vec![ordered(0x009c, &[0x009c]), vec![accepted(Probe::Suites(Worth::PhaseOut), Version::TLS12, 0xc061, |_| {})]], "unknown"),
    ];
    for (what, orders, wanted) in rows {
        let (score, verdict) = perfect().shows(move |session: &mut Session| if session.handshake.is_none() {
            session.steps.extend(orders.iter().flatten().cloned());
        }).score();
        let order = mark(&score, &criteria::ORDER);
        let found = match (order.verdict, order.points.is_certain()) {
            ("bad", true) => "bad",
            (_, true) => "good",
            (_, false) => "unknown",
        };
        assert_eq!(found, wanted, "{what}: {order:#?}");
        let points = match wanted { "good" => Range::just(10), "bad" => Range::just(0), _ => Range::new(0, 10) };
        assert_eq!(order.points, points, "{what}");
        assert_eq!(mark(&score, &criteria::CIPHERS).verdict, "bad", "{what}");
        assert!(verdict.findings.iter().any(|finding| finding.rule.id == "TLS-005"), "{what}");
    }
}

/// Whose best suite is to be phased out has nothing to choose: the look at its certificates shows that suite, and compares none.
#[test]
fn where_nothing_sufficient_is_taken_there_is_no_order_to_keep() {
    for suites in [&[0xc061][..], &[0xc027], &[0xc027, 0xc028]] {
        let mut seen = perfect();
        let (chain, all) = seen.hosts.get_mut("mx1.b.nl").unwrap();
        chain.steps.insert(0, accepted(Probe::Version(Version::TLS12), Version::TLS12, suites[0], |_| {}));
        all.steps = suites.iter().flat_map(|suite| [
            accepted(Probe::Version(Version::TLS12), Version::TLS12, *suite, |_| {}),
            accepted(Probe::Suites(Worth::PhaseOut), Version::TLS12, *suite, |_| {}),
        ]).collect();
        all.steps.extend([ordered(suites[0], &[suites[0]]), vec![refused(Probe::Order)]].concat());
        let (score, _) = seen.score();
        assert_eq!(mark(&score, &criteria::ORDER).points, Range::just(10), "{suites:?}: {:#?}", mark(&score, &criteria::ORDER));
        assert_eq!(category(&score, "mail_starttls"), Range::just(100), "{suites:?}");
    }
}

#[test]
fn the_routes_are_the_only_doubt_of_who_is_seen_whole() {
    let (score, _) = Seen::perfect().score();
    assert_eq!(score.total, Range::new(80, 100));
    assert_eq!(score.mx, Ok(MxStatus::HasMx));
    let doubt: Vec<(&str, f64)> = score.unseen.iter().map(|unseen| (unseen.group.id(), unseen.points)).collect();
    assert_eq!(doubt, [("mail_rpki", 20.0), ("mail_starttls", 0.0)]);
    assert!(score.next.is_empty(), "{:?}", score.next);
    // Without mail servers there are no routes to them.
    let (score, _) = parked().score();
    assert_eq!(category(&score, "mail_rpki"), Range::new(66, 100));
}

#[test]
fn what_was_not_looked_at_widens_the_range() {
    let mut seen = Seen::perfect();
    seen.looks_at_tls = false;
    let (score, _) = seen.score();
    assert_eq!(category(&score, "mail_starttls"), Range::new(0, 100));
    let how: Vec<&str> = score.unseen.iter().filter_map(|unseen| unseen.how).collect();
    assert!(how.iter().any(|how| how.contains("--starttls")), "{how:?}");
    // A look at the certificates tells versions, keys, signatures and DANE.
    let mut seen = Seen::perfect();
    seen.profile = false;
    let (score, _) = seen.score();
    let starttls = category(&score, "mail_starttls");
    assert!(starttls.lowest >= 40 && starttls.highest == 100, "{starttls}");
    // A server that is busy is neither good nor bad.
    let mut seen = Seen::perfect();
    seen.hosts.clear();
    assert_eq!(category(&seen.score().0, "mail_starttls"), Range::new(0, 100));
    // Nothing validated: neither signed nor unsigned.
    let mut seen = Seen::perfect();
    seen.worth.clear();
    assert_eq!(category(&seen.score().0, "mail_dnssec"), Range::new(0, 100));
    // Name servers that nobody asked.
    let mut seen = Seen::perfect();
    seen.depth = zegel::inquiry::Depth::Off;
    assert_eq!(category(&seen.score().0, "mail_ipv6"), Range::new(50, 100));
    // An MX nobody answered for.
    let (score, _) = Seen::perfect().without("a.nl MX").with("a.nl MX !SERVFAIL").score();
    assert!(score.mx.is_err());
    assert!(score.total.lowest < 60 && score.total.highest == 100, "{}", score.total);
}

#[test]
fn name_servers_have_half_their_points_where_one_has_ipv6() {
    for (seen, points) in [
        (Seen::perfect().without("ns2.a.nl AAAA").with("ns2.a.nl A 9.9.9.2"), Range::just(75)),
        (Seen::perfect().without("ns1.a.nl AAAA").without("ns2.a.nl AAAA"), Range::just(50)),
        (Seen::perfect().without("a.nl NS ns2"), Range::just(75)),
        (Seen::perfect().with("a.nl NS ns3.a.nl").with("ns3.a.nl A 9.9.9.3"), Range::just(100)),
    ] {
        assert_eq!(category(&seen.score().0, "mail_ipv6"), points, "{}", seen.zone);
    }
}
