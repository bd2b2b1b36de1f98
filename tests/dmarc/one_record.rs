//! One record at `_dmarc`: what else stands there, what keeps it from being found, and what leads there by chance.

use zegel::rules::Severity;

use crate::facts::{World, findings, judge_in, observe};
use crate::slips::{AROUND, look, said, whole};

/// One record alone may stand at a name: what was meant as another has to go, and costs nothing while it stands there.
#[test]
fn a_near_miss_beside_a_record_is_to_be_removed() {
    for miss in [
        "v=DMARC2; p=none",
        "v=DMARC10; p=none",
        "v=dmarc1; p=reject",
        "DMARC1; p=reject",
        "v=DMARC1 p=reject",
        "\" v=DMARC1; p=none\"",
        "a.nl.dmarc.example",
    ] {
        for good in [
            "v=DMARC1; p=reject; rua=mailto:d@a.nl",
            "v=DMARC1; p=none; rua=mailto:d@a.nl",
        ] {
            let verdict = look(&format!("{good}\n_dmarc.a.nl TXT {miss}"));
            let [one] = said(&verdict)[..] else {
                panic!("{miss}: {:#?}", said(&verdict))
            };
            assert_eq!(one.severity, Severity::Warning, "{miss}");
            assert!(one.fix.starts_with("Remove this text"), "{miss}: {}", one.fix);
            assert!(whole(&one.fix).is_none(), "{miss}: {}", one.fix);
        }
    }
    // Of two near misses one is mended, and the other goes.
    let verdict = look("v=dmarc1; p=reject; rua=mailto:d@a.nl\n_dmarc.a.nl TXT v=DMARC2; p=none");
    let fixes: Vec<bool> = said(&verdict)
        .iter()
        .map(|one| whole(&one.fix).is_some())
        .collect();
    assert_eq!(fixes, [true, false], "{:#?}", said(&verdict));
}

/// Why no policy applies is said once, and as bad as it is.
#[test]
fn what_keeps_the_record_from_being_found_is_one_finding() {
    let good = "v=DMARC1; p=reject; rua=mailto:d@a.nl";
    for (zone, rule) in [
        (
            format!("_dmarc.a.nl TXT {good}\n_dmarc.a.nl TXT v=DMARC1; p=none"),
            "DMARC-001",
        ),
        (
            format!("_dmarc.a.nl CNAME two.a.nl\ntwo.a.nl TXT {good}\ntwo.a.nl TXT v=DMARC1; p=none"),
            "DMARC-001",
        ),
        ("_dmarc.a.nl CNAME x.gone.example".to_owned(), "DMARC-048"),
        ("_dmarc.a.nl CNAME none.a.nl".to_owned(), "DMARC-039"),
        ("_dmarc.a.nl CNAME mail.a.nl".to_owned(), "DMARC-039"),
        (
            "_dmarc.a.nl CNAME miss.a.nl\nmiss.a.nl TXT v=dmarc1; p=reject".to_owned(),
            "DMARC-002",
        ),
        (format!("_dmarc.a.nl.a.nl TXT {good}"), "DNS-014"),
        ("x.a.nl A 192.0.2.1".to_owned(), "DMARC-042"),
    ] {
        let verdict = judge_in(&format!("{AROUND}\n{zone}"), &observe("a.nl"));
        let [one] = said(&verdict)[..] else {
            panic!("{zone}: {:#?}", said(&verdict))
        };
        assert_eq!((one.rule.id, one.severity), (rule, Severity::Error), "{zone}");
    }
}

/// RFC 4592 2.2.1: what any name below the domain gets was not placed at `_dmarc`.
#[test]
fn an_alias_that_any_name_gets_is_none_of_the_record_s() {
    for zone in [
        "*.a.nl CNAME www.a.nl\nwww.a.nl A 192.0.2.9",
        "*.a.nl CNAME www.a.nl\nwww.a.nl MX 10 mx.b.nl",
    ] {
        let verdict = judge_in(
            &format!("a.nl TXT v=spf1 -all\na.nl MX 10 www.a.nl\n{zone}"),
            &observe("a.nl"),
        );
        let [one] = said(&verdict)[..] else {
            panic!("{zone}: {:#?}", said(&verdict))
        };
        assert_eq!(one.rule.id, "DMARC-042", "{zone}");
        assert!(
            one.fix.contains("The wildcard *.a.nl answers here"),
            "{}",
            one.fix
        );
        let report = World::new(zone)
            .settle(|inquiry| zegel::report::dmarc::DmarcReport::look(&crate::facts::name("a.nl"), inquiry));
        assert!(
            report.text().contains("any name here is an alias of www.a.nl"),
            "{}",
            report.text()
        );
    }
    let report = World::new("_dmarc.a.nl CNAME d.example\nd.example TXT v=DMARC1; p=reject")
        .settle(|inquiry| zegel::report::dmarc::DmarcReport::look(&crate::facts::name("a.nl"), inquiry));
    assert!(
        report.text().contains("(by CNAME to d.example)"),
        "{}",
        report.text()
    );
}

#[test]
fn an_empty_place_in_a_list_of_addresses_costs_no_address() {
    for list in [
        "rua=mailto:d@a.nl,",
        "rua=,mailto:d@a.nl",
        "rua=mailto:d@a.nl,,mailto:e@a.nl",
        "rua=mailto:d@a.nl; ruf=",
    ] {
        let verdict = look(&format!("v=DMARC1; p=reject; {list}"));
        let [one] = said(&verdict)[..] else {
            panic!("{list}: {:#?}", said(&verdict))
        };
        assert_eq!(
            (one.rule.id, one.severity),
            ("DRPT-001", Severity::Warning),
            "{list}"
        );
    }
}

/// A text to copy is one its own parser finds nothing wrong with; where that cannot be told, none is given.
#[test]
fn a_whole_text_in_a_fix_is_faultless() {
    for (text, rule, want) in [
        (
            "v=DMARC1; p=reject; rua=mailto:d@a.nl;e@a.nl",
            "DMARC-050",
            "v=DMARC1; p=reject; rua=mailto:d@a.nl,mailto:e@a.nl",
        ),
        (
            "v=DMARC1; p=reject; rua=mailto:d@a.nl;e@a.nl;f@a.nl",
            "DMARC-050",
            "v=DMARC1; p=reject; rua=mailto:d@a.nl,mailto:e@a.nl,mailto:f@a.nl",
        ),
        (
            "v=DMARC1; p=reject; rua=mailto:d@a.nl e@a.nl",
            "DMARC-050",
            "v=DMARC1; p=reject; rua=mailto:d@a.nl,mailto:e@a.nl",
        ),
        (
            "v=DMARC1; p=reject; rua=mailto;d@a.nl",
            "DMARC-050",
            "v=DMARC1; p=reject; rua=mailto:d@a.nl",
        ),
        (
            "v=DMARC1.0; p=reject; rua=mailto:d@a.nl",
            "DMARC-004",
            "v=DMARC1; p=reject; rua=mailto:d@a.nl",
        ),
        (
            "v=DMARC1-2; p=reject; rua=mailto:d@a.nl",
            "DMARC-004",
            "v=DMARC1; p=reject; rua=mailto:d@a.nl",
        ),
    ] {
        let verdict = look(text);
        // That an address has no scheme is another slip, which the text mends as well.
        let others = said(&verdict)
            .iter()
            .all(|one| [rule, "DRPT-001"].contains(&one.rule.id));
        assert!(others, "{text}: {:#?}", said(&verdict));
        let found = findings(&verdict, rule);
        let [one] = found[..] else {
            panic!("{text}: {:#?}", said(&verdict))
        };
        assert_eq!(
            (one.rule.id, whole(&one.fix)),
            (rule, Some(want)),
            "{text}: {}",
            one.fix
        );
        assert!(said(&look(want)).is_empty(), "{want}: {:#?}", said(&look(want)));
    }
    for text in [
        "v=DMARC1; p=reject; rua=mailto:mailto:d@a.nl",
        "v=DMARC1; p=reject; rua=mailto: MAILTO:d@a.nl",
    ] {
        let verdict = look(text);
        let [one] = said(&verdict)[..] else {
            panic!("{text}: {:#?}", said(&verdict))
        };
        assert_eq!(
            (one.rule.id, one.fix.as_str()),
            ("DRPT-001", "Write mailto:d@a.nl."),
            "{text}"
        );
    }
    // What is wrong besides is not copied along.
    for text in [
        "v=DMARC1; p=reject, rua=a.nl",
        "v=DMARC1; p=reject, foo; rua=mailto:d@a.nl",
        "v=DMARC1; p=reject; rua=mailto:d@a.nl;e f@a.nl",
    ] {
        let verdict = look(text);
        for one in said(&verdict) {
            if let Some(whole) = whole(&one.fix) {
                assert!(
                    said(&look(whole)).is_empty(),
                    "{text} -> {whole}: {:#?}",
                    said(&look(whole))
                );
            }
        }
    }
}
