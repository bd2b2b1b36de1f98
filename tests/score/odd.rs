//! Odd zones: what Internet.nl's rules come to where few look. The expectations are worked out from the rules, not from this
//! program.

use zegel::inquiry::{Security, Session};
use zegel::judge::score::{MxStatus, Range, Status, criteria};
use zegel::records::dane::Tlsa;

use crate::seen::{about, chain, profile, sound};
use crate::world::{Seen, bogus, category, insecure, mark, tlsa};

/// Another sound host of the MX, with its own record; what it lacks is left out by its line.
fn host(seen: Seen, name: &str, number: u8, with_dane: bool) -> Seen {
    let (chain, all) = (sound(), profile(&[]));
    let mut seen = seen
        .with(&format!("a.nl MX 20 {name}"))
        .with(&format!("{name} A 9.9.9.{number}"))
        .with(&format!("{name} AAAA 2a00:1::{number}"));
    if with_dane {
        seen = seen.with(&format!("_25._tcp.{name} TLSA {}", tlsa(&chain)));
    }
    seen.hosts.insert(name.to_owned(), (chain, all));
    seen
}

/// What a host shows, and TLSA records of mx1 in place of its own.
fn records(shown: &Session, all: &[String]) -> Seen {
    let mut seen = Seen::perfect().without("_25._tcp");
    seen.hosts
        .insert("mx1.b.nl".to_owned(), (shown.clone(), profile(&[])));
    all.iter().fold(seen, |seen, one| {
        seen.with(&format!("_25._tcp.mx1.b.nl TLSA {one}"))
    })
}

fn totals(rows: Vec<(&str, Seen, [u32; 4], u32)>) {
    for (what, seen, [ipv6, dnssec, auth, starttls], total) in rows {
        let (score, _) = seen.score();
        let found = ["mail_ipv6", "mail_dnssec", "mail_auth", "mail_starttls"].map(|id| category(&score, id));
        let wanted = [ipv6, dnssec, auth, starttls].map(Range::just);
        assert_eq!(found, wanted, "{what}\n{}", seen.zone);
        assert_eq!(score.total.highest, total, "{what}");
    }
}

#[test]
fn hosts_of_the_mx_are_tested_by_name_and_the_worst_counts() {
    let many = || {
        let none = Seen::perfect().without("a.nl MX");
        (0..10).fold(none, |seen, at| host(seen, &format!("m{at}.b.nl"), 30 + at, true))
    };
    let eleven = many().with("a.nl MX 30 z.b.nl");
    let rows = vec![
        (
            "one of two hosts without IPv6",
            host(Seen::perfect(), "mx2.b.nl", 26, true).without("mx2.b.nl AAAA"),
            [75, 100, 100, 100],
            95,
        ),
        (
            "one of three hosts without IPv6",
            host(host(Seen::perfect(), "mx2.b.nl", 26, true), "mx3.b.nl", 27, true).without("mx3.b.nl AAAA"),
            [80, 100, 100, 100],
            96,
        ),
        (
            "an IPv4 address in IPv6's clothes",
            Seen::perfect()
                .without("mx1.b.nl AAAA")
                .with("mx1.b.nl AAAA ::ffff:9.9.9.25"),
            [50, 100, 100, 100],
            90,
        ),
        (
            "one host twice",
            Seen::perfect().with("a.nl MX 20 mx1.b.nl"),
            [100, 100, 100, 100],
            100,
        ),
        (
            "the eleventh by name is not looked at",
            eleven,
            [100, 100, 100, 100],
            100,
        ),
        (
            "one of two hosts in an unsigned zone, without DANE",
            host(Seen::perfect(), "mx2.c.nl", 26, false).worth("c.nl", insecure("c.nl")),
            [100, 20, 100, 85],
            81,
        ),
        (
            "the same the other way round: no DANE anywhere",
            host(Seen::perfect().without("_25._tcp"), "mx2.c.nl", 26, false).worth("c.nl", insecure("c.nl")),
            [100, 20, 100, 92],
            82,
        ),
        (
            "one of two hosts in a zone that is broken",
            host(Seen::perfect(), "mx2.c.nl", 26, false).worth("c.nl", bogus("c.nl")),
            [100, 0, 100, 85],
            77,
        ),
        (
            "the domain signed, its host's zone not, and TLSA there",
            Seen::perfect().worth("b.nl", insecure("b.nl")),
            [100, 20, 100, 92],
            82,
        ),
    ];
    totals(rows);
    // Zegel looks at ten by preference: of the tenth by name it then knows nothing, and says so.
    let (score, _) = many().with("a.nl MX 5 z.b.nl").with("z.b.nl A 9.9.9.99").score();
    assert_eq!(category(&score, "mail_starttls"), Range::new(0, 100));
    let names: Vec<_> = score
        .unseen
        .iter()
        .filter(|one| one.points > 0.0)
        .flat_map(|one| &one.names)
        .collect();
    assert!(
        names.iter().all(|name| *name == "m9.b.nl") && !names.is_empty(),
        "{names:?}"
    );
}

#[test]
fn a_domain_without_mail_servers_is_left_in_peace() {
    let silent = || {
        Seen::perfect()
            .without("a.nl MX")
            .without("a.nl TXT")
            .without("_dmarc")
            .without("s1._domainkey")
            .with("a.nl TXT v=spf1 -all")
            .with("_dmarc.a.nl TXT v=DMARC1; p=reject")
    };
    for (what, seen, status, total) in [
        (
            "localhost is no host",
            silent().with("a.nl MX 10 localhost"),
            MxStatus::NoMx,
            100,
        ),
        (
            "a null MX at a name without address",
            silent().without("a.nl A").with("a.nl MX 0 ."),
            MxStatus::NullMxWithoutAddress,
            100,
        ),
        (
            "two null MX are one",
            silent().with("a.nl MX 0 .\na.nl MX 0 ."),
            MxStatus::NullMx,
            100,
        ),
        (
            "a null MX beside one of another preference",
            silent().with("a.nl MX 0 .\na.nl MX 10 ."),
            MxStatus::NullMxWithOtherMx,
            100,
        ),
        (
            "an explanation is no other record",
            silent()
                .without("a.nl TXT")
                .with("a.nl TXT v=spf1 -all exp=x.a.nl"),
            MxStatus::NoMx,
            100,
        ),
        (
            "a softer end is, and then DKIM is asked for",
            silent().without("a.nl TXT").with("a.nl TXT v=spf1 ~all"),
            MxStatus::NoMx,
            95,
        ),
        (
            "so is a semicolon, which is no SPF either",
            silent().without("a.nl TXT").with("a.nl TXT v=spf1 -all;"),
            MxStatus::NoMx,
            90,
        ),
        (
            "a softer policy too",
            silent()
                .without("_dmarc")
                .with("_dmarc.a.nl TXT v=DMARC1; p=quarantine"),
            MxStatus::NoMx,
            95,
        ),
        (
            "unsigned and parked",
            silent().worth("a.nl", insecure("a.nl")),
            MxStatus::NoMx,
            80,
        ),
    ] {
        let (score, _) = seen.score();
        assert_eq!(score.mx, Ok(status), "{what}");
        assert_eq!(
            score.total.highest,
            total,
            "{what}: {:?}",
            score
                .categories
                .iter()
                .map(|one| (one.group.id(), one.score))
                .collect::<Vec<_>>()
        );
    }
    // An MX named by the root, and not as a null MX, is a host like any other.
    let seen = Seen::perfect()
        .without("a.nl MX")
        .with("a.nl MX 10 .")
        .worth(".", Security::Secure)
        .worth("b.nl", Security::Secure);
    let (score, _) = seen.score();
    assert_eq!(score.mx, Ok(MxStatus::HasMx));
    assert_eq!(category(&score, "mail_ipv6"), Range::just(50));
    assert_eq!(category(&score, "mail_dnssec"), Range::just(100));
    assert_eq!(category(&score, "mail_starttls").lowest, 0);
}

#[test]
fn one_record_of_usage_2_or_3_that_matches_is_enough() {
    let sound = sound();
    let sent = sound.handshake.as_ref().unwrap().as_ref().unwrap().chain.clone();
    let other = chain(&["mx1.b.nl"], (2026, 2027));
    let (own, foreign) = (about(&sent[0], 3, 1, 1), about(&other[0], 3, 1, 1));
    let text = |records: &[&Tlsa]| records.iter().map(ToString::to_string).collect::<Vec<_>>();
    for (what, seen, starttls, rollover) in [
        (
            "the present key and a next one",
            records(&sound, &text(&[&own, &foreign])),
            100,
            Status::Passed,
        ),
        (
            "one that matches, and one of a public authority",
            records(&sound, &text(&[&own, &about(&other[0], 1, 1, 1)])),
            100,
            Status::Info,
        ),
        (
            "of public authorities alone",
            records(
                &sound,
                &text(&[&about(&sent[0], 0, 1, 1), &about(&sent[0], 1, 1, 1)]),
            ),
            92,
            Status::NotTested,
        ),
        (
            "the stronger digest is another key's, and the weaker matches",
            records(&sound, &text(&[&own, &about(&other[0], 3, 1, 2)])),
            85,
            Status::Passed,
        ),
        (
            "the whole certificate",
            records(&sound, &text(&[&about(&sent[0], 3, 0, 0)])),
            100,
            Status::Info,
        ),
        (
            "SHA-512",
            records(&sound, &text(&[&about(&sent[0], 3, 1, 2)])),
            100,
            Status::Info,
        ),
        (
            "none matches",
            records(&sound, &text(&[&foreign, &about(&other[1], 2, 1, 1)])),
            85,
            Status::Passed,
        ),
        (
            "two of an authority are no rollover",
            records(
                &sound,
                &text(&[&about(&other[1], 2, 1, 1), &about(&other[2], 2, 1, 1)]),
            ),
            85,
            Status::Info,
        ),
        (
            "a digest of another length",
            records(&sound, &["3 1 1 abab".to_owned()]),
            85,
            Status::Info,
        ),
        (
            "the proof is broken",
            records(&sound, &text(&[&own])).worth("_tcp.mx1.b.nl", bogus("b.nl")),
            92,
            Status::NotTested,
        ),
    ] {
        let (score, _) = seen.score();
        assert_eq!(category(&score, "mail_starttls"), Range::just(starttls), "{what}");
        let told = score
            .categories
            .iter()
            .flat_map(|one| &one.marks)
            .find(|one| one.criterion.id == criteria::DANE_ROLLOVER.id);
        match rollover {
            Status::NotTested => assert!(told.is_none(), "{what}: {told:?}"),
            status => assert_eq!(told.map(|one| one.status), Some(status), "{what}"),
        }
    }
    // Records at the end of an alias are not looked for: it asks at the name in the MX.
    let alias = Seen::perfect()
        .without("a.nl MX")
        .without("_25._tcp")
        .with("a.nl MX 10 mail.b.nl")
        .with("mail.b.nl CNAME mx1.b.nl")
        .with(&format!("_25._tcp.mx1.b.nl TLSA {own}"));
    assert_eq!(mark(&alias.score().0, &criteria::DANE).verdict, "bad");
}

/// What Internet.nl does not test changes no points, however broken it is.
#[test]
fn what_is_not_tested_costs_nothing() {
    for line in [
        "_mta-sts.a.nl TXT v=STSv1 id=1",
        "_mta-sts.a.nl TXT v=STSv1; id=1\n_mta-sts.a.nl TXT v=STSv1; id=2",
        "mta-sts.a.nl CNAME gone.c.nl",
        "_smtp._tls.a.nl TXT v=TLSRPTv1; rua=nobody",
        "default._bimi.a.nl TXT v=BIMI1; l=; a=",
        "s2._domainkey.a.nl TXT v=DKIM1; k=rsa; p=!!!",
        "a.nl CAA 0 issue \";\"",
    ] {
        let seen = line.lines().fold(Seen::perfect(), Seen::with);
        assert_eq!(seen.score().0.total, Range::new(80, 100), "{line}");
    }
}
