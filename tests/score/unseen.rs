//! What was not seen is named by name, and nothing else is: a record that is sound is never given as what is missing.

use zegel::inquiry::{Depth, Halt, Kind, Security, Trouble};
use zegel::judge::score::{Counts, Range, Score, Status, criteria};
use zegel::transport::{Probe, Version, Worth};

use crate::seen::{accepted, profile, sound};
use crate::world::{Seen, category, insecure, mark, tlsa};

/// What was not seen of a category: the names, and why.
fn unseen(score: &Score, category: &str) -> Vec<(Vec<String>, String)> {
    let of = score.unseen.iter().filter(|unseen| unseen.group.id() == category);
    of.filter(|unseen| unseen.points > 0.0)
        .map(|unseen| (unseen.names.clone(), unseen.why.clone()))
        .collect()
}

/// mx2.b.nl beside; what it shows is seen, or it is busy.
fn two(is_seen: bool) -> Seen {
    let (chain, all) = (sound(), profile(&[]));
    let record = format!("_25._tcp.mx2.b.nl TLSA {}", tlsa(&chain));
    let mut seen = Seen::perfect()
        .with("a.nl MX 20 mx2.b.nl")
        .with("mx2.b.nl A 9.9.9.26")
        .with("mx2.b.nl AAAA 2a00:1::26")
        .with(&record);
    if is_seen {
        seen.hosts.insert("mx2.b.nl".to_owned(), (chain, all));
    }
    seen
}

fn third_name_server(address: &str) -> Seen {
    Seen::perfect()
        .with("a.nl NS ns3.a.nl")
        .with(&format!("ns3.a.nl AAAA {address}"))
}

/// The domain is proven; of a host it is not known.
#[test]
fn a_host_that_could_not_be_validated_is_named_and_the_proven_domain_is_not() {
    let host = |why: &str| vec![(vec!["mx1.b.nl".to_owned()], why.to_owned())];
    let unknown = Seen::perfect().worth("b.nl", Security::NotAsked);
    assert_eq!(
        unseen(&unknown.score().0, "mail_dnssec"),
        host("nothing was validated")
    );
    let unanswered = Seen::perfect().with("mx1.b.nl SOA !SERVFAIL");
    let (score, _) = unanswered.score();
    let [(names, why)] = &unseen(&score, "mail_dnssec")[..] else {
        panic!("{:#?}", score.unseen)
    };
    assert_eq!(names, &["mx1.b.nl"]);
    assert!(!why.contains("proven") && !why.contains("signed"), "{why}");
    // What an outage left open no other setting shows.
    assert!(
        score
            .unseen
            .iter()
            .all(|unseen| !unseen.why.contains("SERVFAIL") || unseen.how.is_none())
    );
    // The insecure domain is known, and has not more for what the host is.
    let known = Seen::perfect()
        .worth("b.nl", Security::NotAsked)
        .worth("a.nl", insecure("a.nl"));
    assert_eq!(
        unseen(&known.score().0, "mail_dnssec"),
        host("nothing was validated")
    );
    // Nobody knows the hosts.
    let (score, _) = Seen::perfect().without("a.nl MX").with("a.nl MX !SERVFAIL").score();
    let [(names, why)] = &unseen(&score, "mail_dnssec")[..] else {
        panic!("{:#?}", score.unseen)
    };
    assert!(names.is_empty() && why.starts_with("MX: "), "{names:?} {why}");
}

#[test]
fn tlsa_records_that_are_there_are_not_what_was_not_seen() {
    let (score, _) = two(false).score();
    let open = unseen(&score, "mail_starttls");
    assert!(!open.is_empty(), "{:#?}", score.unseen);
    for (names, why) in &open {
        assert_eq!(names, &["mx2.b.nl"], "{why}");
        assert!(!why.contains("3 1 1"), "{why}");
    }
    // Whether they are proven is not known: it is the host of which that is said.
    let (score, _) = Seen::perfect().worth("b.nl", Security::NotAsked).score();
    let open = unseen(&score, "mail_starttls");
    let of = open.iter().find(|(_, why)| why.contains("whether they are proven"));
    assert_eq!(
        of.map(|(names, _)| names.as_slice()),
        Some(&["mx1.b.nl".to_owned()][..]),
        "{open:?}"
    );
    assert_eq!(unseen(&two(true).score().0, "mail_starttls"), []);
}

/// A suite that was seen is no name of a host.
#[test]
fn what_is_to_be_phased_out_is_not_taken_for_a_name() {
    let mut seen = Seen::perfect().shows(|session| {
        let step = accepted(Probe::Suites(Worth::PhaseOut), Version::TLS12, 0xc027, |_| {});
        session.steps.push(step);
    });
    seen.profile = false;
    let (score, _) = seen.score();
    for (names, why) in unseen(&score, "mail_starttls") {
        assert_eq!((names, why.contains("phased out")), (vec!["mx1.b.nl".to_owned()], false));
    }
}

#[test]
fn of_three_name_servers_the_one_that_is_not_known_is_named() {
    let silent = third_name_server("!SERVFAIL");
    let (score, _) = silent.score();
    let open = unseen(&score, "mail_ipv6");
    let [(names, why)] = &open[..] else { panic!("{open:?}") };
    assert_eq!(names, &["ns3.a.nl"]);
    assert!(why.starts_with("AAAA: "), "{why}");
    let how: Vec<_> = score.unseen.iter().filter(|unseen| unseen.names.contains(&"ns3.a.nl".to_owned())).collect();
    assert!(how.iter().all(|unseen| unseen.how.is_none()), "{how:?}");
    // Many of them: that the first have none is no answer for the rest.
    let mut many = Seen::perfect().without("ns1.a.nl AAAA").without("ns2.a.nl AAAA");
    for number in 1..=14 {
        many = many.with(&format!("a.nl NS n{number}.a.nl")).with(&format!("n{number}.a.nl A 9.9.9.9"));
    }
    let open = unseen(&many.score().0, "mail_ipv6");
    assert_eq!(open, [(Vec::new(), "more name servers than are looked at".to_owned())]);
}

/// Nothing is open without a reason, and nothing has a reason that is not open.
#[test]
fn a_test_lacks_something_where_its_points_are_open_and_only_there() {
    let worlds = [
        Seen::perfect(),
        two(false),
        two(true),
        two(false).worth("b.nl", Security::NotAsked),
        Seen::perfect().without("a.nl MX").with("a.nl MX !SERVFAIL"),
        Seen::perfect().without("_dmarc").with("_dmarc.a.nl TXT !SERVFAIL"),
        Seen::perfect().without("a.nl TXT").with("a.nl TXT v=spf1 include:c.nl -all").with("c.nl TXT !TIMEOUT"),
        third_name_server("!TIMEOUT"),
        Seen::perfect().with("mx1.b.nl AAAA !TIMEOUT").without("mx1.b.nl AAAA 2a"),
        Seen { looks_at_tls: false, ..Seen::perfect() },
        Seen { profile: false, ..Seen::perfect() },
        Seen { depth: Depth::Off, ..Seen::perfect() },
    ];
    for seen in worlds {
        let (score, _) = seen.score();
        for mark in score.categories.iter().flat_map(|category| &category.marks) {
            let is_open = mark.counts != Counts::No && !mark.points.is_certain();
            assert!(!is_open || !mark.gaps.is_empty(), "{mark:#?}\n{}", seen.zone);
        }
        for unseen in &score.unseen {
            assert!(unseen.names.iter().all(|name| name.contains('.')), "{unseen:?}");
        }
    }
}

/// A name server whose turn did not come is none that is silent: the bound is our own, and there is a way out of it.
#[test]
fn a_name_server_that_was_not_asked_is_told_as_that() {
    let (score, _) = Seen { is_hurried: true, ..Seen::perfect() }.score();
    let servers = vec!["ns1.a.nl".to_owned(), "ns2.a.nl".to_owned()];
    assert_eq!(unseen(&score, "mail_ipv6"), [(servers, Trouble::Limit.to_string())]);
    let told: Vec<_> = score.unseen.iter().filter(|unseen| unseen.why == Trouble::Limit.to_string()).collect();
    assert!(told.iter().all(|unseen| unseen.how.is_some_and(|how| how.contains("--authority-rate"))), "{told:?}");
}

/// What nobody looked at is told from what did not answer, with the flag that keeps it from being looked at.
#[test]
fn what_was_not_looked_at_is_none_that_is_silent() {
    let told = |seen: &Seen| -> Vec<(Vec<String>, Option<&'static str>)> {
        let (score, _) = seen.score();
        let of = score.unseen.iter().filter(|unseen| unseen.group.id() == "mail_ipv6" && unseen.points > 0.0);
        of.map(|unseen| (unseen.names.clone(), unseen.how)).collect()
    };
    let servers = || vec!["ns1.a.nl".to_owned(), "ns2.a.nl".to_owned()];
    let off = Seen { looks_at_tls: false, ..Seen::perfect() };
    assert_eq!(told(&off), [(vec!["mx1.b.nl".to_owned()], Some("--starttls chain"))]);
    let alone = Seen { depth: Depth::Off, ..Seen::perfect() };
    let [(names, Some(how))] = &told(&alone)[..] else { panic!("{:?}", told(&alone)) };
    assert!(*names == servers() && how.contains("--authorities"), "{names:?} {how}");
    // Who does not answer is silent, whoever was asked.
    let silent = Seen { lost: &Kind::ALL, ..Seen::perfect() };
    let [(names, Some(how))] = &told(&silent)[..] else { panic!("{:?}", told(&silent)) };
    assert!(*names == servers() && how.contains("from where there is IPv6"), "{names:?} {how}");
    let mut busy = Seen::perfect();
    busy.hosts.clear();
    assert!(matches!(&told(&busy)[..], [(names, Some(how))] if names == &["mx1.b.nl"] && how.contains("IPv6")));
}

/// Where others were heard over IPv6 there is IPv6 here: it is these that did not answer, and no look from elsewhere is asked for.
#[test]
fn who_is_silent_where_others_answer_over_ipv6_is_told_as_that() {
    let third = third_name_server("2a00:1::3").zone;
    for (seen, name) in [
        (Seen { dead: &["2a00:1::3"], zone: third, ..Seen::perfect() }, "ns3.a.nl"),
        (Seen { dead: &["2a00:1::4"], ..Seen::perfect().with("ns1.a.nl AAAA 2a00:1::4") }, "ns1.a.nl"),
        (Seen { dead: &["2a00:1::2"], ..Seen::perfect() }, "ns2.a.nl"),
    ] {
        let (score, _) = seen.score();
        let told: Vec<_> = score.unseen.iter().filter(|unseen| unseen.group.id() == "mail_ipv6").collect();
        let [only] = &told[..] else { panic!("{told:?}") };
        assert_eq!(only.names, [name]);
        assert!(only.why.contains("while others did"), "{}", only.why);
        assert!(only.how.is_some_and(|how| how.contains("another look") && !how.contains("from where")), "{:?}", only.how);
    }
}

/// One answer that is lost makes no server silent that answered another question of the same look.
#[test]
fn a_name_server_that_answered_something_was_seen() {
    for lost in [&[Kind::Ns][..], &[Kind::Soa], &[Kind::Ns, Kind::Txt], &[Kind::Ns, Kind::Mx, Kind::Caa]] {
        let (score, _) = Seen { lost, ..Seen::perfect() }.score();
        assert_eq!(unseen(&score, "mail_ipv6"), [], "{lost:?}");
    }
}

/// Nor does one that answered for another domain of the run, whether the answer is lost or its turn did not come.
#[test]
fn a_name_server_that_answered_others_was_seen() {
    for seen in [Seen { lost: &Kind::ALL, ..Seen::perfect() }, Seen { is_hurried: true, ..Seen::perfect() }] {
        assert_ne!(unseen(&seen.score().0, "mail_ipv6"), []);
        let seen = Seen { are_heard: true, ..seen };
        assert_eq!(unseen(&seen.score().0, "mail_ipv6"), []);
    }
}

/// A mail server that says not now, or not to us, was reached where it said so, and one that took a connection of another question too.
#[test]
fn a_mail_server_that_puts_us_off_was_reached() {
    let mut busy = Seen::perfect();
    busy.hosts.clear();
    assert_ne!(unseen(&busy.score().0, "mail_ipv6"), []);
    busy.words = "421 4.7.0 busy, try later";
    assert_eq!(unseen(&busy.score().0, "mail_ipv6"), []);
    (busy.words, busy.are_heard) = ("", true);
    assert_eq!(unseen(&busy.score().0, "mail_ipv6"), []);
}

/// What a server chose in answer to hellos has no points where no handshake came about; where that may be our client's doing all of
/// them are open.
#[test]
fn tls_that_never_comes_about_has_no_points() {
    for (halt, status, points) in [
        (Halt::Broken, Status::Failed, Range::just(0)),
        (Halt::TooLong, Status::Unknown, Range::new(0, 10)),
        (Halt::ClientCertificate, Status::Unknown, Range::new(0, 10)),
    ] {
        let seen = Seen::perfect().shows(|session| {
            if session.handshake.is_some() {
                (session.handshake, session.halt) = (Some(Err("its words".to_owned())), Some(halt));
                session.steps.push(accepted(Probe::Version(Version::TLS12), Version::TLS12, 0xc030, |_| {}));
            }
        });
        let (score, _) = seen.score();
        let mark = mark(&score, &criteria::STARTTLS);
        assert_eq!((mark.status, mark.points), (status, points), "{halt:?}: {mark:?}");
        let of_all = category(&score, "mail_starttls");
        assert!(of_all.lowest == 0 && (of_all.highest == 0) == (halt == Halt::Broken), "{of_all:?}");
    }
}

/// What more than four addresses of a host have is not known.
#[test]
fn addresses_that_are_not_looked_at_leave_points_open() {
    let with = |count: u8| {
        let more = (2..count).map(|at| format!("mx1.b.nl A 9.9.9.{}", 40 + at));
        let seen = more.fold(Seen::perfect(), |seen, line| seen.with(&line));
        mark(&seen.score().0, &criteria::STARTTLS).points
    };
    assert_eq!([with(4), with(5)], [Range::just(10), Range::new(0, 10)]);
}
