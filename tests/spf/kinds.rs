//! Kinds of records met in the field, and what is right to say of each.

use crate::facts::{World, findings, judge_in, name, now, observe};
use zegel::judge::Verdict;
use zegel::judge::spf::{Client, Evaluation, evaluate};
use zegel::rules::Severity;

/// a.example, looked at in a zone that holds its hosts besides.
fn judged(zone: &str) -> Verdict {
    judge_in(&with_hosts(zone), &observe("a.example"))
}

fn with_hosts(zone: &str) -> String {
    format!(
        "{zone}\na.example MX 10 mx.a.example\na.example A 192.0.2.80\nmx.a.example A 192.0.2.25\n\
         mx.a.example TXT v=spf1 a -all\nx.example TXT v=spf1 ip4:203.0.113.9 -all\n\
         _dmarc.a.example TXT v=DMARC1; p=reject"
    )
}

fn apex(text: &str) -> String {
    format!("a.example TXT {}", text.replace('"', "\\\""))
}

fn received(zone: &str, ip: &str) -> Evaluation {
    let client = Client::new(
        ip.parse().expect("an address"),
        "jan@a.example",
        "mx.a.example",
        "",
        now(),
    );
    World::new(&with_hosts(zone)).settle(|inquiry| evaluate(&client, inquiry))
}

/// The ids of SPF's own findings, the worst first.
fn ids(verdict: &Verdict, at_least: Severity) -> Vec<&'static str> {
    let findings = verdict.findings.iter();
    findings
        .filter(|one| one.rule.id.starts_with("SPF") && one.severity <= at_least)
        .map(|one| one.rule.id)
        .collect()
}

/// RFC 7208 6 and the ABNF in 12: a modifier nobody knows.
#[test]
fn a_second_version_inside_a_record_is_ignored() {
    for text in [
        "v=spf1 v=spf1 ip4:192.0.2.10 -all",
        "v=spf1 ip4:192.0.2.10 v=spf1 -all",
        "v=spf1 ip4:192.0.2.10 -all v=spf1 ip4:198.51.100.1 -all",
        "v=spf1 V=SPF1 ip4:192.0.2.10 -all",
        "v=spf1 v=spf2 ip4:192.0.2.10 -all",
        "v=spf1 ip4:192.0.2.10 allv=spf1 -all",
    ] {
        let zone = apex(text);
        assert_eq!(received(&zone, "192.0.2.10").result.as_str(), "pass", "{text}");
        assert_eq!(received(&zone, "198.51.100.1").result.as_str(), "fail", "{text}");
        let verdict = judged(&zone);
        let found = findings(&verdict, "SPF-098");
        assert_eq!(found.len(), 1, "{text}: {:#?}", verdict.findings);
        assert_eq!(found[0].severity, Severity::Warning, "{text}");
        assert!(
            ids(&verdict, Severity::Error).is_empty(),
            "{text}: {:#?}",
            verdict.findings
        );
    }
}

/// RFC 7208 4.6: a record that cannot be read is evaluated by nobody.
#[test]
fn of_a_record_nobody_evaluates_only_the_cause_is_said() {
    for (text, cause) in [
        ("v=spf1 mx a ~all;", "SPF-099"),
        ("v=spf1 mx +all foo:bar", "SPF-008"),
        ("v=spf1 foo:bar +all", "SPF-009"),
        ("v=spf1 ip4:0.0.0.0/0 ip4:10.0.0.1 ip4:192.0.2.1/33", "SPF-061"),
        (
            "v=spf1 a:gone1.example a:gone2.example a:gone3.example mx,",
            "SPF-099",
        ),
        (
            "v=spf1 include:x.example include:x.example ptr a/24/64",
            "SPF-064",
        ),
        ("v=spf1 redirect=none.example redirect=x.example", "SPF-070"),
        ("v=spf1 MX include:none.example ip4:192.0.2.81~all", "SPF-104"),
    ] {
        let verdict = judged(&apex(text));
        assert_eq!(
            ids(&verdict, Severity::Info),
            [cause],
            "{text}: {:#?}",
            verdict.findings
        );
        let said = &findings(&verdict, cause)[0].message;
        assert!(said.starts_with("permerror for every sender: "), "{text}: {said}");
        assert_eq!(
            received(&apex(text), "192.0.2.80").result.as_str(),
            "permerror",
            "{text}"
        );
    }
}

/// RFC 7208 4.6.1: terms are separated by spaces.
#[test]
fn a_missing_blank_is_named_where_it_belongs() {
    for (term, before, after) in [
        ("ip4:192.0.2.81~all", "ip4:192.0.2.81", "~all"),
        ("a-all", "a", "-all"),
        ("include:x.example?all", "include:x.example", "?all"),
        ("mx~all", "mx", "~all"),
        ("redirect=x.example~all", "redirect=x.example", "~all"),
    ] {
        let verdict = judged(&apex(&format!("v=spf1 {term}")));
        assert_eq!(
            ids(&verdict, Severity::Info),
            ["SPF-104"],
            "{term}: {:#?}",
            verdict.findings
        );
        let finding = findings(&verdict, "SPF-104")[0];
        let between = format!("a blank is missing between {before:?} and {after:?}");
        assert!(finding.message.contains(&between), "{}", finding.message);
        let excerpt = finding.excerpt.as_ref().expect("the record");
        assert_eq!(&excerpt.text[excerpt.span.clone()], after.as_bytes(), "{term}");
    }
}

/// RFC 7208 4.5: no record; what was meant is shown, with what stands before it.
#[test]
fn letters_before_the_version_are_shown_with_what_was_meant() {
    for (text, before) in [
        ("xxxv=spf1 include:x.example -all", "xxx"),
        ("\u{feff}v=spf1 mx -all", "\u{feff}"),
        ("\"v=spf1 mx -all\"", "\""),
        ("TXT v=spf1 mx -all", "TXT "),
        ("a.example. IN TXT \"v=spf1 mx -all\"", "a.example. IN TXT \""),
        (
            "\u{e2}\u{20ac}\u{153}v=spf1 mx ~all\u{e2}\u{20ac}\u{9d}",
            "\u{e2}\u{20ac}\u{153}",
        ),
    ] {
        let verdict = judged(&apex(text));
        assert_eq!(
            received(&apex(text), "192.0.2.25").result.as_str(),
            "none",
            "{text}"
        );
        assert_eq!(
            ids(&verdict, Severity::Info),
            ["SPF-002"],
            "{text}: {:#?}",
            verdict.findings
        );
        let finding = findings(&verdict, "SPF-002")[0];
        assert!(finding.message.contains("before v=spf1"), "{}", finding.message);
        let excerpt = finding.excerpt.as_ref().expect("the text that was meant");
        assert_eq!(&excerpt.text[excerpt.span.clone()], before.as_bytes(), "{text}");
        assert!(!excerpt.text.is_empty());
    }
}

/// RFC 7208 7.1: a visible character stands for itself. The name is strange, and asked for only when it is reached.
#[test]
fn a_url_or_mail_address_fails_when_it_is_reached() {
    for (term, result) in [
        ("include:https://x.example", "permerror"),
        ("include:mailto:spf@x.example", "permerror"),
        ("include:spf@x.example", "permerror"),
        ("a:http://mx.a.example", "fail"),
        ("mx:jan@a.example", "fail"),
        ("exists:https://x.example", "fail"),
    ] {
        let zone = apex(&format!("v=spf1 ip4:192.0.2.10 {term} -all"));
        assert_eq!(received(&zone, "192.0.2.10").result.as_str(), "pass", "{term}");
        assert_eq!(received(&zone, "198.51.100.1").result.as_str(), result, "{term}");
        let verdict = judged(&zone);
        let found = findings(&verdict, "SPF-037");
        assert_eq!(found.len(), 1, "{term}: {:#?}", verdict.findings);
    }
    // With a path behind it no domain ends there: the record cannot be read.
    let verdict = judged(&apex("v=spf1 include:https://x.example/spf -all"));
    assert_eq!(
        ids(&verdict, Severity::Info),
        ["SPF-037"],
        "{:#?}",
        verdict.findings
    );
}

/// However often a comma, a quote or a tag stands in it, it came there once.
#[test]
fn one_slip_of_markup_is_one_finding() {
    for (text, rule) in [
        ("v=spf1 mx, a, include:x.example, ip4:192.0.2.1, -all", "SPF-099"),
        ("v=spf1 \"mx\" \"a\" \"-all\"", "SPF-099"),
        ("v=spf1 <b>mx</b> <b>a</b> <i>-all</i>", "SPF-105"),
        (
            "v=spf1 mx\u{a0}a\u{a0}\u{a0}-all include:x.example\u{a0}~all",
            "SPF-005",
        ),
        ("v=spf1 mx\ta\tinclude:x.example -all\t", "SPF-006"),
        ("v=spf1 mx -all;", "SPF-099"),
        ("v=spf1 mx -all ;", "SPF-008"),
        ("v=spf1 include: x.example -all", "SPF-030"),
    ] {
        let text = text.replace('\t', "\\009");
        let verdict = judged(&apex(&text));
        assert_eq!(
            ids(&verdict, Severity::Info),
            [rule],
            "{text}: {:#?}",
            verdict.findings
        );
    }
}

#[test]
fn the_world_of_these_tests_is_sound() {
    let verdict = judged(&apex("v=spf1 mx include:x.example -all"));
    assert!(
        ids(&verdict, Severity::Warning).is_empty(),
        "{:#?}",
        verdict.findings
    );
    assert_eq!(verdict.domain, name("a.example"));
}
