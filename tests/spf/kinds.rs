//! Kinds of records met in the field, and what is right to say of each.

use crate::facts::{World, findings, intent, judge_in, name, now, observe};
use zegel::inquiry::Need;
use zegel::judge::spf::{Client, Evaluation, evaluate};
use zegel::judge::{State, Verdict};
use zegel::records::Standard;
use zegel::rules::Severity;

/// a.example, looked at in a zone that holds its hosts besides.
pub(crate) fn judged(zone: &str) -> Verdict {
    judge_in(&with_hosts(zone), &observe("a.example"))
}

pub(crate) fn with_hosts(zone: &str) -> String {
    format!(
        "{zone}\na.example MX 10 mx.a.example\na.example A 192.0.2.80\nmx.a.example A 192.0.2.25\n\
         mx.a.example TXT v=spf1 a -all\nx.example TXT v=spf1 ip4:203.0.113.9 -all\n\
         _dmarc.a.example TXT v=DMARC1; p=reject"
    )
}

pub(crate) fn apex(text: &str) -> String {
    format!("a.example TXT {}", text.replace('"', "\\\""))
}

pub(crate) fn received(zone: &str, ip: &str) -> Evaluation {
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

/// Letters a conversion spoilt are named as what they were, all of them; no name in another script is meant.
#[test]
fn letters_a_conversion_spoilt_are_named() {
    for (text, rule, said) in [
        (
            "v=spf1 include:\u{e2}\u{20ac}\u{153}x.example\u{e2}\u{20ac}\u{9d} -all",
            "SPF-005",
            "a curly quote that a conversion spoilt (2 times)",
        ),
        (
            "v=spf1 mx \u{e2}\u{20ac}\u{201c}all",
            "SPF-005",
            "a typographic dash that a conversion spoilt",
        ),
        (
            "v=spf1 mx\u{c2}\u{a0}-all",
            "SPF-005",
            "a no-break space that a conversion spoilt",
        ),
        (
            "v=spf1 mx \\150all",
            "SPF-005",
            "a typographic dash that a conversion spoilt",
        ),
        (
            "\u{e2}\u{20ac}\u{153}v=spf1 mx ~all\u{e2}\u{20ac}\u{9d}",
            "SPF-002",
            "a curly quote that a conversion spoilt stands before v=spf1",
        ),
        ("v=spf1 mx \u{2013}all", "SPF-005", "a dash that is no hyphen"),
        (
            "v=spf1 include:b\u{fc}cher.example -all",
            "SPF-005",
            "the letter \u{fc} (U+00FC)",
        ),
    ] {
        let verdict = judged(&format!("a.example TXT {text}"));
        let found = findings(&verdict, rule);
        assert_eq!(found.len(), 1, "{text}: {:#?}", verdict.findings);
        assert!(found[0].message.contains(said), "{text}: {}", found[0].message);
        let names = findings(&verdict, "DNS-020");
        assert!(names.is_empty(), "SPF says it of its record: {text}: {names:#?}");
    }
}

/// A name with letters outside ASCII is told in A-labels; where that is not all that is odd, the text is typed again.
#[test]
fn a_name_with_letters_is_told_in_a_labels() {
    for (text, fix) in [
        (
            "v=spf1 include:m\u{fc}nchen.example -all",
            "Write names as A-labels: xn--mnchen-3ya.example for m\u{fc}nchen.example.",
        ),
        (
            "v=spf1 a:b\u{fc}cher.example/24 redirect=\u{e9}.example",
            "Write names as A-labels: xn--9ca.example for \u{e9}.example, xn--bcher-kva.example for b\u{fc}cher.example.",
        ),
        (
            "v=spf1 include:m\u{fc}nchen.example \u{2013}all",
            "Type the record again in plain characters; write internationalized names as A-labels (xn--\u{2026}).",
        ),
        (
            "v=spf1 \u{e9}=x -all",
            "Type the record again in plain characters; write internationalized names as A-labels (xn--\u{2026}).",
        ),
    ] {
        let verdict = judged(&apex(text));
        let found = findings(&verdict, "SPF-005");
        assert!(
            found.len() == 1 && found[0].fix == fix,
            "{text}: {:#?}",
            verdict.findings
        );
        let odd: Vec<_> = verdict
            .findings
            .iter()
            .filter(|one| one.rule.standard == Standard::Dns)
            .collect();
        assert!(odd.is_empty(), "{text}: {odd:#?}");
    }
}

/// However many there are, each is marked.
#[test]
fn every_odd_character_is_marked() {
    for (text, rules, marked) in [
        (
            "v=spf1 \u{201c}mx\u{201d} a\u{a0}\u{2013}all",
            &["SPF-005"][..],
            &["\u{201c}", "\u{201d}", "\u{a0}", "\u{2013}"][..],
        ),
        (
            "v=spf1 mx\u{e2}\u{20ac}\u{9d} \u{e2}\u{20ac}\u{201c}all",
            &["SPF-005"],
            &["\u{e2}\u{20ac}\u{9d}", "\u{e2}\u{20ac}\u{201c}"],
        ),
        (
            "v=spf1 mx, a; include:x.example, -all",
            &["SPF-099"],
            &[",", ";", ","],
        ),
        (
            "v=spf1 <b>mx</b> -all</b>",
            &["SPF-105"],
            &["<b>mx</b>", "-all</b>"],
        ),
        ("\"v=spf1 mx -all\"", &["SPF-002"], &["\"", "\""]),
        (
            "v=spf1 include:b\u{fc}cher.\u{e9}xample -all",
            &["SPF-005"],
            &["\u{fc}", "\u{e9}"],
        ),
    ] {
        let verdict = judged(&apex(text));
        for rule in rules {
            let found = findings(&verdict, rule);
            assert_eq!(found.len(), 1, "{text} {rule}: {:#?}", verdict.findings);
            let excerpt = found[0].excerpt.as_ref().expect("the record");
            let spans = [&excerpt.span].into_iter().chain(&excerpt.also);
            let texts: Vec<_> = spans
                .map(|span| String::from_utf8_lossy(&excerpt.text[span.clone()]).into_owned())
                .collect();
            assert_eq!(texts, marked, "{text} {rule}");
        }
    }
}

/// An Error hangs on every branch of the tree: while one was never answered, nobody knows that all is well.
#[test]
fn a_branch_that_cannot_be_asked_leaves_compliance_unknown() {
    for (text, zone, open) in [
        (
            "v=spf1 include:p.example -all",
            "p.example TXT !SERVFAIL",
            "p.example",
        ),
        ("v=spf1 redirect=p.example", "p.example TXT !TIMEOUT", "p.example"),
        (
            "v=spf1 include:q.example -all",
            "q.example TXT v=spf1 include:p.example -all\np.example TXT !REFUSED",
            "p.example",
        ),
        ("v=spf1 a:p.example -all", "p.example ANY !SERVFAIL", "p.example"),
        ("v=spf1 mx:p.example -all", "p.example MX !SERVFAIL", "p.example"),
        (
            "v=spf1 exists:p.example -all",
            "p.example A !SERVFAIL",
            "p.example",
        ),
    ] {
        let spec = match text {
            "v=spf1 redirect=p.example" => "{redirect: p.example}".to_owned(),
            _ => {
                let mechanism = text.split(' ').nth(1).expect("a term");
                format!("{{mechanisms: ['{mechanism}'], all: Fail}}")
            }
        };
        let intent = intent(&format!("{{domain: a.example, role: Mail, spf: {spec}}}"));
        let verdict = judge_in(&with_hosts(&format!("{}\n{zone}", apex(text))), &intent);
        assert_eq!(verdict.records[0].state, State::InSync, "{text}");
        assert!(verdict.is_complete(), "{text}");
        assert!(
            !verdict.compliance_is_known(),
            "{text}: {:#?}",
            verdict.unanswered
        );
        let needs: Vec<Need> = verdict
            .unanswered
            .iter()
            .filter(|one| *one.question.name() == name(open))
            .map(|one| one.need)
            .collect();
        assert!(
            needs.contains(&Need::Compliance),
            "{text}: {:#?}",
            verdict.unanswered
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
