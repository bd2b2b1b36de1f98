//! Names that are another machine to everybody (RFC 6761, RFC 6762, RFC 7686, RFC 8375): whatever term speaks of one, nobody is
//! asked for it, and it is as if it had never been there. To a domain below the same name they are names like any other.

use std::net::IpAddr;

use zegel::inquiry::{AnyQuestion, Facts, Inquiry, settle_with};
use zegel::judge::judge;
use zegel::judge::spf::{Client, evaluate};

use crate::facts::{World, findings, name, now, observe};

/// What such names end in.
const NOWHERE: [&str; 6] = [
    "mail.localhost",
    "printer.local",
    "mx.test",
    "spf.invalid",
    "abc.onion",
    "nas.home.arpa",
];

/// Runs over a zone in which every such name has whatever somebody could want of it; which of them were asked for beside.
fn settle<T>(zone: &str, run: impl FnMut(&mut Inquiry<'_>) -> T) -> (T, Vec<String>) {
    let beyond: String = NOWHERE
        .iter()
        .map(|host| {
            format!("\n{host} A 192.0.2.7\n{host} MX 10 {host}\n{host} TXT v=spf1 ip4:192.0.2.7 -all")
        })
        .collect();
    let world = World::new(&format!("{zone}{beyond}"));
    let mut leaked = Vec::new();
    let answer = |question: &AnyQuestion, facts: &mut Facts| {
        if let Some(dns) = question.dns() {
            if NOWHERE.iter().any(|host| dns.name.is_at_or_below(&name(host))) {
                leaked.push(dns.to_string());
            }
            facts.insert(dns.clone(), world.answer(dns));
        }
    };
    let out = settle_with(answer, run).0;
    (out, leaked)
}

/// What an evaluation comes to for a sender at 192.0.2.7.
fn result(zone: &str, domain: &str) -> (String, u32, u32, Vec<String>) {
    let ip: IpAddr = "192.0.2.7".parse().expect("an address");
    let client = Client::new(
        ip,
        &format!("x@{domain}"),
        "mail.b.nl",
        "mx.receiver.example",
        now(),
    );
    let (done, leaked) = settle(zone, |inquiry| evaluate(&client, inquiry));
    (done.result.to_string(), done.lookups, done.voids, leaked)
}

#[test]
fn no_term_has_anybody_asked_for_one() {
    for host in NOWHERE {
        for (term, expected, voids, rule, says) in [
            (
                "a:HOST",
                "fail",
                1,
                Some("SPF-050"),
                "HOST is another machine to everybody",
            ),
            (
                "mx:HOST",
                "fail",
                1,
                Some("SPF-050"),
                "HOST is another machine to everybody",
            ),
            (
                "exists:HOST",
                "fail",
                1,
                Some("SPF-050"),
                "exists:HOST matches nobody",
            ),
            ("exists:%{i}.HOST", "fail", 1, None, ""),
            ("a:%{l}.HOST", "fail", 1, None, ""),
            (
                "include:HOST",
                "permerror",
                0,
                Some("SPF-031"),
                "another machine to everybody",
            ),
            (
                "include:%{d}.HOST",
                "permerror",
                0,
                Some("SPF-031"),
                "another machine to everybody",
            ),
            (
                "redirect=HOST",
                "permerror",
                0,
                Some("SPF-073"),
                "another machine to everybody",
            ),
            ("ptr:HOST", "fail", 0, None, ""),
            (
                "exp=HOST",
                "fail",
                0,
                Some("SPF-076"),
                "another machine to everybody",
            ),
        ] {
            let term = term.replace("HOST", host);
            let (term, says) = (term.as_str(), says.replace("HOST", host));
            let end = if term.starts_with("redirect") { "" } else { " -all" };
            let zone = format!("a.nl TXT v=spf1 {term}{end}\n7.2.0.192.in-addr.arpa PTR {host}");
            let (found, lookups, void, leaked) = result(&zone, "a.nl");
            let counts = u32::from(!term.starts_with("exp"));
            assert_eq!(
                (found.as_str(), lookups, void),
                (expected, counts, voids),
                "{term}"
            );
            assert_eq!(leaked, Vec::<String>::new(), "{term}");
            let observed = observe("a.nl");
            let (verdict, leaked) = settle(&zone, |inquiry| judge(&observed, inquiry, now()));
            assert_eq!(leaked, Vec::<String>::new(), "{term}");
            if let Some(rule) = rule {
                let told = findings(&verdict, rule);
                assert!(
                    told.iter().any(|one| one.message.contains(&says)),
                    "{term}: {:#?}",
                    verdict.findings
                );
            }
            // Nobody may register it.
            assert_eq!(findings(&verdict, "SPF-039").len(), 0, "{term}");
        }
    }
}

#[test]
fn one_in_a_record_further_down_is_none_either() {
    let zone = "a.nl TXT v=spf1 include:b.nl -all\nb.nl TXT v=spf1 a:printer.local include:mx.test -all";
    let (found, lookups, voids, leaked) = result(zone, "a.nl");
    assert_eq!(
        (found.as_str(), lookups, voids, leaked),
        ("permerror", 3, 1, vec![])
    );
    let (verdict, leaked) = settle(zone, |inquiry| judge(&observe("a.nl"), inquiry, now()));
    assert_eq!(leaked, Vec::<String>::new());
    assert_eq!(findings(&verdict, "SPF-031").len(), 1, "{:#?}", verdict.findings);
}

#[test]
fn to_a_domain_below_the_same_name_it_is_a_name_like_any_other() {
    let zone = "a.test TXT v=spf1 a:mx.test -all\na.local TXT v=spf1 a:mx.test include:printer.local -all";
    for (domain, expected, asked) in [
        ("a.test", "pass", "mx.test A"),
        ("a.local", "pass", "printer.local TXT"),
    ] {
        let (found, _, _, leaked) = result(zone, domain);
        assert_eq!(
            (found.as_str(), leaked),
            (expected, vec![asked.to_owned()]),
            "{domain}"
        );
    }
}
