//! What all records share, by kind: a wildcard that is the cause of an Error.

use std::collections::BTreeSet;

use zegel::intent::Intent;
use zegel::judge::{Finding, Verdict};
use zegel::rules::Severity;

use crate::facts::{judge_in, name, observe};

fn inspect(domain: &str, selectors: &[&str], zone: &str) -> Verdict {
    let named = selectors.iter().map(ToString::to_string).collect();
    judge_in(zone, &Intent::observe(name(domain), named, Vec::new()))
}

fn errors_at<'v>(verdict: &'v Verdict, owner: &str) -> Vec<&'v Finding> {
    let here = |finding: &&Finding| *finding.site.name() == name(owner);
    let errors = verdict
        .findings
        .iter()
        .filter(|one| one.severity == Severity::Error);
    errors.filter(here).collect()
}

#[test]
fn a_wildcard_that_is_the_cause_is_named_by_the_error() {
    for (domain, owner, rule, wildcard, zone) in [
        // No record, for what answers is the wildcard's text, or where its CNAME leads.
        (
            "a.nl",
            "_dmarc.a.nl",
            "DMARC-042",
            "*.a.nl",
            "*.a.nl TXT v=spf1 -all",
        ),
        (
            "a.nl",
            "_dmarc.a.nl",
            "DMARC-042",
            "*.a.nl",
            "*.a.nl TXT verification=1",
        ),
        (
            "a.nl",
            "_dmarc.a.nl",
            "DMARC-042",
            "*.a.nl",
            "*.a.nl CNAME w.b.nl\nw.b.nl A 192.0.2.1",
        ),
        // A near miss, several records.
        (
            "a.nl",
            "_dmarc.a.nl",
            "DMARC-002",
            "*.a.nl",
            "*.a.nl TXT v=DMARC10; p=reject",
        ),
        (
            "a.nl",
            "_dmarc.a.nl",
            "DMARC-001",
            "*.a.nl",
            "*.a.nl TXT v=DMARC1; p=none\n*.a.nl TXT v=DMARC1; p=reject",
        ),
        (
            "news.a.nl",
            "news.a.nl",
            "SPF-001",
            "*.a.nl",
            "*.a.nl TXT v=spf1 mx -all\n*.a.nl TXT v=spf1 -all",
        ),
        // A selector somebody named.
        (
            "a.nl",
            "s1._domainkey.a.nl",
            "DKIM-048",
            "*.a.nl",
            "*.a.nl TXT hello",
        ),
        (
            "a.nl",
            "s1._domainkey.a.nl",
            "DKIM-048",
            "*._domainkey.a.nl",
            "*._domainkey.a.nl CNAME k.b.nl\nk.b.nl A 192.0.2.1",
        ),
    ] {
        let verdict = inspect(domain, &["s1"], zone);
        let found = errors_at(&verdict, owner);
        let rules: BTreeSet<&str> = found.iter().map(|one| one.rule.id).collect();
        assert!(rules.contains(rule), "{zone}: {rules:?}");
        for finding in found {
            let named = format!("is the wildcard {wildcard}");
            assert!(finding.message.ends_with(&named), "{zone}: {finding:#?}");
            assert!(finding.fix.contains(wildcard), "{zone}: {finding:#?}");
        }
    }
}

#[test]
fn a_wildcard_that_does_not_answer_is_not_the_cause() {
    for zone in [
        // Records of its own, an absence, and a wildcard nobody could ask.
        "*.a.nl TXT verification=1\n_dmarc.a.nl TXT v=DMARC1; p=x",
        "*.a.nl TXT verification=1\n_dmarc.a.nl EXISTS",
        "*.a.nl TXT !SERVFAIL\n_dmarc.a.nl TXT v=DMARC1; p=x",
        "a.nl TXT v=spf1 -all",
    ] {
        let verdict = judge_in(zone, &observe("a.nl"));
        let found = errors_at(&verdict, "_dmarc.a.nl");
        assert!(!found.is_empty(), "{zone}");
        for finding in found {
            assert!(!finding.message.contains("wildcard"), "{zone}: {finding:#?}");
        }
    }
}

/// Whoever names a selector is told where its record went, not only that it is not there.
#[test]
fn a_named_selector_with_the_domain_twice_is_found_where_it_landed() {
    let key = format!("v=DKIM1; k=rsa; p={}", crate::keys::RSA_2048);
    let around = "a.nl TXT v=spf1 mx -all\na.nl MX 10 mx.a.nl\nmx.a.nl A 192.0.2.25";
    for zone in [
        format!("s1._domainkey.a.nl.a.nl TXT {key}"),
        format!("s1._domainkey.a.nl.a.nl TXT {key}\ns2._domainkey.a.nl TXT {key}"),
        format!("s1._domainkey.a.nl.a.nl CNAME s1.p.example\ns1.p.example TXT {key}"),
        "s1._domainkey.a.nl.a.nl TXT v=dkim1; p=".to_owned(),
    ] {
        let verdict = inspect("a.nl", &["s1"], &format!("{around}\n{zone}"));
        let of_dkim = |one: &&Finding| one.site.name().as_str().contains("_domainkey");
        let said: Vec<&Finding> = verdict.findings.iter().filter(of_dkim).collect();
        let [one] = said[..] else {
            panic!("{zone}: {said:#?}")
        };
        assert_eq!(one.rule.id, "DNS-014", "{zone}");
        assert!(one.message.contains("s1._domainkey.a.nl.a.nl"), "{}", one.message);
        assert_eq!(*one.site.name(), name("s1._domainkey.a.nl"));
    }
    for (zone, rule) in [
        // Nothing there either, or what any name gets, or something in the way at the right name.
        ("x.a.nl.a.nl TXT x".to_owned(), "DKIM-048"),
        (format!("*.a.nl TXT {key}"), ""),
        (
            format!("s1._domainkey.a.nl TXT hello\ns1._domainkey.a.nl.a.nl TXT {key}"),
            "DKIM-048",
        ),
    ] {
        let verdict = inspect("a.nl", &["s1"], &format!("{around}\n{zone}"));
        let ids: BTreeSet<&str> = verdict.findings.iter().map(|one| one.rule.id).collect();
        assert!(!ids.contains("DNS-014"), "{zone}: {ids:?}");
        assert!(rule.is_empty() || ids.contains(rule), "{zone}: {ids:?}");
    }
}
