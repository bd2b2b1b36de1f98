//! What a resolver says, from one octet to 64 KiB.

use std::sync::Arc;

use zegel::inquiry::{Answer, Fact, Kind, Rdata, StartOfAuthority, Trouble, Txt};
use zegel::name::Name;

use super::dns::{DnsServer, Fault};
use super::{name, patient, question, records, text, world};

async fn ask(server: &DnsServer, owner: &str, kind: Kind) -> Arc<Fact> {
    world(patient(&[server])).ask(&question(owner, kind), None).await
}

#[tokio::test]
async fn what_was_published_is_answered() {
    let server = DnsServer::start(
        r#"
        voorbeeld.nl       300 TXT   v=spf1 mx -all
        voorbeeld.nl           MX    10 mail.voorbeeld.nl
        voorbeeld.nl           NS    ns1.voorbeeld.nl
        voorbeeld.nl       600 SOA   120
        voorbeeld.nl           SPF   "v=spf1" " -all"
        mail.voorbeeld.nl      A     192.0.2.1
        mail.voorbeeld.nl      AAAA  2001:db8::1
        1.2.0.192.in-addr.arpa PTR   mail.voorbeeld.nl
        leeg.example           MX    0 .
        bestaat.example        EXISTS
        "#,
    );
    let mail = || name("mail.voorbeeld.nl");
    let mx = |preference, exchange| Rdata::Mx { preference, exchange };
    let split = Rdata::Txt(Txt {
        strings: vec![b"v=spf1".to_vec(), b" -all".to_vec()],
    });
    let one = |data| records(vec![data]);
    let start = || {
        Rdata::Soa(Some(Box::new(StartOfAuthority {
            mname: Name::root(),
            rname: Name::root(),
            serial: 1,
            refresh: 3600,
            retry: 600,
            expire: 86400,
            minimum: 120,
        })))
    };
    let v6 = "2001:db8::1".parse().unwrap();
    let table = [
        ("voorbeeld.nl", Kind::Txt, text("v=spf1 mx -all"), 300),
        ("VOORBEELD.nl", Kind::Mx, one(mx(10, mail())), 3600),
        (
            "voorbeeld.nl",
            Kind::Ns,
            one(Rdata::Ns(name("ns1.voorbeeld.nl"))),
            3600,
        ),
        ("voorbeeld.nl", Kind::Soa, one(start()), 600),
        ("voorbeeld.nl", Kind::Spf, one(split), 3600),
        (
            "mail.voorbeeld.nl",
            Kind::A,
            one(Rdata::A([192, 0, 2, 1].into())),
            3600,
        ),
        ("mail.voorbeeld.nl", Kind::Aaaa, one(Rdata::Aaaa(v6)), 3600),
        ("1.2.0.192.in-addr.arpa", Kind::Ptr, one(Rdata::Ptr(mail())), 3600),
        ("leeg.example", Kind::Mx, one(mx(0, Name::root())), 3600),
        // An absence holds for the smaller of the SOA's TTL and its minimum (RFC 2308 5).
        ("voorbeeld.nl", Kind::A, Ok(Answer::NoData), 120),
        ("weg.voorbeeld.nl", Kind::A, Ok(Answer::NxDomain), 120),
        ("bestaat.example", Kind::A, Ok(Answer::NoData), 60),
        ("nl", Kind::Txt, Ok(Answer::NoData), 60),
        ("localhost", Kind::A, Ok(Answer::NxDomain), 60),
        ("x.invalid", Kind::Txt, Ok(Answer::NxDomain), 60),
    ];
    for (owner, kind, answer, ttl) in table {
        let fact = ask(&server, owner, kind).await;
        assert_eq!((&fact.outcome, fact.ttl()), (&answer, ttl), "{owner} {kind}");
        assert_eq!(fact.chain(), [], "{owner} {kind}");
    }
    for local in ["localhost", "nl"] {
        let kind = if local == "nl" { "TXT" } else { "A" };
        assert_eq!(server.asked(local, kind), 1, "{local} is a name like any other");
    }
    assert_eq!(server.seen().over_tcp, 0);
}

#[tokio::test]
async fn aliases_are_followed_and_shown() {
    let server = DnsServer::start(
        "
        a.example      900 CNAME b.example
        b.example       90 CNAME c.example
        c.example      300 TXT   aan het einde
        leeg.example       CNAME niets.example
        niets.example      EXISTS
        wees.example       CNAME nergens.example
        ",
    );
    let table = [
        (
            "a.example",
            Kind::Txt,
            text("aan het einde"),
            vec!["b.example", "c.example"],
            90,
        ),
        (
            "a.example",
            Kind::Cname,
            records(vec![Rdata::Cname(name("b.example"))]),
            vec![],
            900,
        ),
        ("c.example", Kind::Cname, Ok(Answer::NoData), vec![], 60),
        (
            "leeg.example",
            Kind::Txt,
            Ok(Answer::NoData),
            vec!["niets.example"],
            60,
        ),
        // The code of an answer with aliases is that of the last name (RFC 6604 3).
        (
            "wees.example",
            Kind::Txt,
            Ok(Answer::NxDomain),
            vec!["nergens.example"],
            60,
        ),
    ];
    for cut in [false, true] {
        if cut {
            server.fail_all(Fault::OneLink);
        }
        for (owner, kind, answer, chain, ttl) in table.clone() {
            server.forget();
            let fact = ask(&server, owner, kind).await;
            let targets: Vec<&str> = fact.chain().iter().map(Name::as_str).collect();
            assert_eq!(
                (&fact.outcome, &targets, fact.ttl()),
                (&answer, &chain, ttl),
                "{owner} {kind}"
            );
            let questions = if cut { 1 + chain.len() } else { 1 };
            assert_eq!(
                server.seen().total(),
                questions,
                "{owner} {kind}, cut short: {cut}"
            );
        }
    }
}

#[tokio::test]
async fn aliases_that_do_not_end_are_given_up() {
    let mut zone = String::from("zelf.example CNAME zelf.example\nping.example CNAME pong.example\n");
    zone += "pong.example CNAME ping.example\n";
    for n in 0..16 {
        zone += &format!("lang{n}.example CNAME lang{}.example\n", n + 1);
        zone += &format!("telang{n}.example CNAME telang{}.example\n", n + 1);
    }
    zone += "lang16.example TXT gehaald\ntelang16.example CNAME telang17.example\ntelang17.example TXT x\n";
    let server = DnsServer::start(&zone);
    for fault in [None, Some(Fault::OneLink)] {
        if let Some(fault) = fault {
            server.fail_all(fault);
        }
        for owner in ["zelf.example", "ping.example", "telang0.example"] {
            let fact = ask(&server, owner, Kind::Txt).await;
            assert_eq!(fact.outcome, Err(Trouble::CnameLoop), "{owner}");
        }
        let fact = ask(&server, "lang0.example", Kind::Txt).await;
        assert_eq!((&fact.outcome, fact.chain().len()), (&text("gehaald"), 16));
    }
}

#[tokio::test]
async fn a_truncated_answer_is_asked_again_over_tcp() {
    let server = DnsServer::start("voorbeeld.nl TXT v=spf1 -all");
    server.fail_all(Fault::Truncated);
    let fact = ask(&server, "voorbeeld.nl", Kind::Txt).await;
    assert_eq!(fact.outcome, text("v=spf1 -all"));
    assert_eq!(
        (server.asked("voorbeeld.nl", "TXT"), server.seen().over_tcp),
        (2, 1)
    );
}

#[tokio::test]
async fn large_answers_come_whole() {
    let many: String = (0..500)
        .map(|n| format!("veel.example A 10.0.{}.{}\n", n / 256, n % 256))
        .collect();
    let doubled = "dubbel.example A 192.0.2.1\ndubbel.example A 192.0.2.1\n";
    let server = DnsServer::start(&format!("{many}{doubled}"));
    for length in [1_000, 4_000, 64_000] {
        let value = "x".repeat(length);
        server.set(&format!("groot.example TXT {value}"));
        let fact = ask(&server, "groot.example", Kind::Txt).await;
        let Ok(Answer::Records(records)) = &fact.outcome else {
            panic!("{length}: {:?}", fact.outcome);
        };
        let [Rdata::Txt(txt)] = records.as_slice() else {
            panic!("{length}: {} records", records.len());
        };
        assert_eq!(txt.joined().len(), length);
        assert!(txt.strings.iter().all(|string| string.len() <= 255));
    }
    assert_eq!(server.seen().over_tcp, 2, "1,000 octets fit a datagram");
    for (owner, count) in [("veel.example", 500), ("dubbel.example", 1)] {
        let fact = ask(&server, owner, Kind::A).await;
        assert!(
            matches!(&fact.outcome, Ok(Answer::Records(found)) if found.len() == count),
            "{owner}"
        );
    }
}

#[tokio::test]
async fn names_go_out_and_come_back_octet_by_octet() {
    let longest = [&"a".repeat(63), &"b".repeat(63), &"c".repeat(63), &"d".repeat(61)]
        .map(String::as_str)
        .join(".");
    assert_eq!(name(&longest).wire_len(), 255);
    let odd = r#"\000\255\032\.\"\\.example"#;
    let server = DnsServer::start(&format!(
        "{longest} TXT ver weg\n{odd} TXT \\000\\255\nalias.example CNAME {odd}\nver.example CNAME {longest}"
    ));
    assert_eq!(ask(&server, &longest, Kind::Txt).await.outcome, text("ver weg"));
    let octets = records(vec![Rdata::Txt(Txt {
        strings: vec![vec![0, 255]],
    })]);
    assert_eq!(ask(&server, odd, Kind::Txt).await.outcome, octets);
    let by_alias = ask(&server, "alias.example", Kind::Txt).await;
    assert_eq!((&by_alias.outcome, by_alias.chain()), (&octets, &[name(odd)][..]));
    assert_eq!(
        ask(&server, "ver.example", Kind::Txt).await.chain(),
        [name(&longest)]
    );
}
