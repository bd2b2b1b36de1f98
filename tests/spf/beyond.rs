//! Kinds met in the field that show beyond the record itself: its hosts, its tree, and every command that looks.

use crate::facts::{World, findings, name};
use crate::kinds::{apex, judged, received, with_hosts};
use zegel::inquiry::Need;
use zegel::judge::spf::analyse;
use zegel::report::Style;
use zegel::rules::Severity;

/// RFC 7208 2.3: a host that has no address sends no mail, so nobody misses its SPF record.
#[test]
fn a_mail_host_without_an_address_needs_no_record() {
    for (zone, wanted) in [
        ("a.example MX 5 gone.a.example", &[][..]),
        ("a.example MX 5 gone.a.example\ngone.a.example EXISTS", &[]),
        ("a.example MX 5 gone.a.example\ngone.a.example TXT hello", &[]),
        ("a.example MX 5 gone.a.example\ngone.a.example ANY !SERVFAIL", &[]),
        (
            "a.example MX 5 in.a.example\nin.a.example A 192.0.2.26",
            &["in.a.example"],
        ),
        (
            "a.example MX 5 in.a.example\nin.a.example AAAA 2001:db8::26",
            &["in.a.example"],
        ),
    ] {
        for (own, rule) in [("v=spf1 mx -all", "SPF-092"), ("v=spf1 a -all", "SPF-093")] {
            let verdict = judged(&format!("{}\n{zone}", apex(own)));
            let hosts: Vec<String> = findings(&verdict, rule)
                .iter()
                .map(|finding| finding.site.name().to_string())
                .collect();
            assert_eq!(hosts, wanted, "{zone} {own}: {:#?}", verdict.findings);
        }
    }
}

/// RFC 7208 4.6.4 to the letter: no exchange has more than ten address records.
#[test]
fn more_than_ten_addresses_of_one_exchange_are_said() {
    let addresses = |host: &str, v4: u8, v6: u8| {
        let v4 = (1..=v4).map(|last| format!("{host} A 203.0.113.{last}"));
        let v6 = (1..=v6).map(|last| format!("{host} AAAA 2001:db8::{last}"));
        v4.chain(v6).collect::<Vec<_>>().join("\n")
    };
    for (term, zone, said) in [
        ("mx", addresses("mx.a.example", 15, 0), Some("16 IPv4")),
        ("mx", addresses("mx.a.example", 10, 0), Some("11 IPv4")),
        ("mx", addresses("mx.a.example", 9, 0), None),
        ("mx", addresses("mx.a.example", 0, 11), Some("11 IPv6")),
        ("mx", addresses("mx.a.example", 6, 8), None),
        ("?mx/24", addresses("mx.a.example", 15, 0), Some("16 IPv4")),
        (
            "mx:b.example",
            format!(
                "b.example MX 0 in.b.example\n{}",
                addresses("in.b.example", 12, 3)
            ),
            Some("12 IPv4"),
        ),
        ("a:many.example", addresses("many.example", 15, 0), None),
    ] {
        let verdict = judged(&format!("{}\n{zone}", apex(&format!("v=spf1 {term} -all"))));
        let found = findings(&verdict, "SPF-106");
        let messages: Vec<&str> = found.iter().map(|finding| finding.message.as_str()).collect();
        assert_eq!(
            messages.len(),
            usize::from(said.is_some()),
            "{term} {zone}: {messages:?}"
        );
        if let (Some(said), Some(finding)) = (said, found.first()) {
            assert!(finding.message.contains(said), "{messages:?}");
            assert_eq!(
                (finding.severity, finding.subject.as_deref()),
                (Severity::Warning, Some(term))
            );
        }
    }
}

/// RFC 7208 6.1: the record a redirect leads to decides, so its end is this domain's end.
#[test]
fn a_weak_end_behind_a_redirect_gets_its_finding() {
    for (text, zone, rule) in [
        (
            "v=spf1 redirect=p.example",
            "p.example TXT v=spf1 mx ?all",
            Some("SPF-025"),
        ),
        (
            "v=spf1 redirect=p.example",
            "p.example TXT v=spf1 ip4:192.0.2.1",
            Some("SPF-023"),
        ),
        (
            "v=spf1 mx redirect=p.example",
            "p.example TXT v=spf1 a +all",
            Some("SPF-024"),
        ),
        (
            "v=spf1 redirect=p.example",
            "p.example TXT v=spf1 redirect=q.example\nq.example TXT v=spf1 ?all",
            Some("SPF-025"),
        ),
        (
            "v=spf1 redirect=p.example",
            "p.example TXT v=spf1 ip4:192.0.2.1 ~all",
            None,
        ),
        (
            "v=spf1 redirect=p.example",
            "p.example TXT v=spf1 include:q.example -all\nq.example TXT v=spf1 ?all",
            None,
        ),
        (
            "v=spf1 include:p.example -all",
            "p.example TXT v=spf1 ip4:192.0.2.1 ?all",
            None,
        ),
        (
            "v=spf1 include:p.example -all",
            "p.example TXT v=spf1 redirect=q.example\nq.example TXT v=spf1 ?all",
            None,
        ),
        (
            "v=spf1 redirect=p.example -all",
            "p.example TXT v=spf1 ?all",
            None,
        ),
    ] {
        let verdict = judged(&format!("{}\n{zone}", apex(text)));
        let weak: Vec<&str> = ["SPF-023", "SPF-024", "SPF-025", "SPF-034"]
            .into_iter()
            .filter(|rule| !findings(&verdict, rule).is_empty())
            .collect();
        assert_eq!(weak, rule.into_iter().collect::<Vec<_>>(), "{text} {zone}");
        if let Some(rule) = rule {
            let finding = findings(&verdict, rule)[0];
            let excerpt = finding.excerpt.as_ref().expect("the record");
            assert_eq!(&excerpt.text[excerpt.span.clone()], b"redirect=p.example");
        }
    }
}

/// Who reads a permerror sees which terms found nothing.
#[test]
fn terms_that_find_nothing_are_listed_with_their_permerror() {
    let zone = apex("v=spf1 a:gone1.example include:p.example exists:gone3.example -all");
    let zone = format!("{zone}\np.example TXT v=spf1 mx:gone2.example ~all");
    let verdict = judged(&zone);
    let terms = "a:gone1.example, mx:gone2.example in the record of p.example, exists:gone3.example";
    let message = &findings(&verdict, "SPF-044")[0].message;
    assert!(message.contains(terms), "{message}");
    let evaluation = received(&zone, "198.51.100.1");
    let why = evaluation.problem.expect("a permerror").why;
    assert_eq!(evaluation.result.as_str(), "permerror");
    assert!(why.ends_with(terms), "{why}");
}

/// Every command shows the text that was meant.
#[test]
fn what_was_meant_is_shown_by_every_look() {
    for text in [
        "xxxv=spf1 mx -all",
        "\u{201c}v=spf1 mx -all\u{201d}",
        "v=spf10 mx -all",
        "spf1 mx -all",
    ] {
        let zone = apex(text);
        let evaluation = received(&zone, "192.0.2.25");
        assert_eq!(evaluation.near_misses.len(), 1, "{text}");
        let shown = zegel::report::spf::evaluation("a.example", &evaluation, None, Style::PLAIN);
        assert!(
            shown.contains("meant") && shown.contains("no record: "),
            "{shown}"
        );
        let tree = World::new(&with_hosts(&zone))
            .settle(|inquiry| analyse(&name("a.example"), inquiry, Need::Essential));
        assert_eq!(tree.near_misses, evaluation.near_misses);
        let shown = zegel::report::spf::analysis(&tree, Style::PLAIN);
        assert!(
            shown.starts_with("a.example: none: no SPF record there\n"),
            "{shown}"
        );
        assert!(shown.contains("meant: "), "{shown}");
    }
}

/// The whole tree of a record nobody evaluates: the cause, and no count.
#[test]
fn the_tree_of_a_record_nobody_evaluates_is_its_cause() {
    for (text, head) in [
        ("v=spf1 mx a ~all;", "permerror for every sender: syntax error: "),
        (
            "v=spf1 ip4:192.0.2.0/24 ip4:192.0.2.81~all",
            "permerror for every sender: syntax error: a blank",
        ),
        ("hello", "none: no SPF record there"),
        ("!SERVFAIL", "temperror: not checked: "),
    ] {
        let world = World::new(&with_hosts(&format!("a.example TXT {text}")));
        let tree = world.settle(|inquiry| analyse(&name("a.example"), inquiry, Need::Essential));
        let shown = zegel::report::spf::analysis(
            &tree,
            Style {
                width: 400,
                ..Style::PLAIN
            },
        );
        assert!(shown.starts_with(&format!("a.example: {head}")), "{shown}");
        assert!(!shown.contains("of 10") && !shown.contains("pass"), "{shown}");
        assert_eq!((tree.lookups.worst, tree.ipv4_addresses), (0, 0), "{text}");
    }
    // Behind a broken include nothing counts either.
    let zone = "a.example TXT v=spf1 include:p.example -all\np.example TXT v=spf1 a mx include:x.example foo";
    let world = World::new(&with_hosts(zone));
    let tree = world.settle(|inquiry| analyse(&name("a.example"), inquiry, Need::Essential));
    assert_eq!(tree.lookups.worst, 1, "{tree:#?}");
}
