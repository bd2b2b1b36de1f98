//! Kinds of zones met in the field: what is said of each, and how often.

use zegel::intent::Intent;
use zegel::judge::{Finding, Verdict};
use zegel::rules::Severity;

use crate::facts::{World, name, rule_ids};
use crate::keys::*;

const MAIL: &str = "a.example TXT v=spf1 mx -all
    a.example MX 10 mx.a.example
    mx.a.example A 192.0.2.25
    _dmarc.a.example TXT v=DMARC1; p=reject; rua=mailto:d@a.example
    ";

/// What `zegel inspect a.example --selector …` judges.
pub(crate) fn inspect(zone: &str, named: &[&str], tried: &[&str]) -> Verdict {
    let owned = |labels: &[&str]| labels.iter().map(ToString::to_string).collect();
    let intent = Intent::observe(name("a.example"), owned(named), owned(tried));
    World::new(&format!("{MAIL}{zone}")).judge(&intent)
}

/// The findings about selectors.
pub(crate) fn of_dkim(verdict: &Verdict) -> Vec<&Finding> {
    let findings = verdict.findings.iter();
    findings
        .filter(|finding| finding.site.name().as_str().contains("_domainkey"))
        .collect()
}

pub(crate) fn s1(text: &str) -> String {
    format!("s1._domainkey.a.example TXT {text}")
}

#[test]
fn a_selector_asked_for_by_name_is_always_spoken_of() {
    let whole = format!("v=DKIM1; k=rsa; p={RSA_2048}");
    for (zone, rule, severity, says) in [
        (
            s1("s1.a-example.dkim.provider.example."),
            "DKIM-047",
            Severity::Error,
            "want a CNAME to s1.a-example.dkim.provider.example",
        ),
        (String::new(), "DKIM-048", Severity::Error, "does not exist"),
        (
            "x.s1._domainkey.a.example TXT x".to_owned(),
            "DKIM-048",
            Severity::Error,
            "no TXT record",
        ),
        (s1("hello"), "DKIM-048", Severity::Error, "other text"),
        (s1("v=DKIM1; p="), "DKIM-048", Severity::Warning, "a revoked key"),
        (
            "s1._domainkey.a.example CNAME s1.provider.example\nprovider.example SOA x".to_owned(),
            "DKIM-048",
            Severity::Error,
            "leads to s1.provider.example, which does not exist",
        ),
        (
            "s1._domainkey.a.example CNAME s1.provider.example\ns1.provider.example A 192.0.2.1".to_owned(),
            "DKIM-048",
            Severity::Error,
            "leads to s1.provider.example, which holds no TXT record",
        ),
        (
            "*.a.example CNAME www.host.example\nwww.host.example A 198.51.100.1".to_owned(),
            "DKIM-048",
            Severity::Error,
            "the CNAME of a wildcard",
        ),
        (
            "*.a.example TXT hello".to_owned(),
            "DKIM-048",
            Severity::Error,
            "the text of a wildcard",
        ),
        (
            s1(&whole[..255]),
            "DKIM-009",
            Severity::Error,
            "cut at 255 octets",
        ),
        (s1("v=dkim1; p=AAAA"), "DKIM-005", Severity::Error, "letter case"),
    ] {
        let verdict = inspect(&zone, &["s1"], &["selector1"]);
        let found: Vec<&Finding> = verdict
            .findings
            .iter()
            .filter(|finding| finding.rule.id == rule)
            .collect();
        assert_eq!(found.len(), 1, "{zone}: {:#?}", rule_ids(&verdict));
        assert_eq!(found[0].severity, severity, "{zone}: {found:#?}");
        assert!(found[0].message.contains(says), "{zone}: {}", found[0].message);
        assert_eq!(found[0].site.name(), &name("s1._domainkey.a.example"));
    }
    let verdict = inspect(&s1(&whole), &["s1"], &[]);
    assert!(of_dkim(&verdict).is_empty(), "{:#?}", of_dkim(&verdict));
    // Nobody named it: nothing there is "not known".
    let verdict = inspect("", &[], &["s1"]);
    assert!(
        of_dkim(&verdict)
            .iter()
            .all(|finding| finding.rule.id == "DKIM-049")
    );
}

#[test]
fn a_named_selector_that_cannot_be_asked_leaves_compliance_unknown() {
    let verdict = inspect("s1._domainkey.a.example TXT !SERVFAIL", &["s1"], &["s2"]);
    assert!(verdict.is_complete());
    assert!(
        of_dkim(&verdict)
            .iter()
            .all(|finding| finding.severity != Severity::Error)
    );
    let open: Vec<String> = verdict
        .unanswered
        .iter()
        .map(|one| format!("{} {:?}", one.question, one.need))
        .collect();
    assert_eq!(open, ["s1._domainkey.a.example TXT Compliance"]);
}

#[test]
fn what_a_wildcard_answers_is_no_selector() {
    let tried = ["s1", "s2", "google"];
    for zone in [
        "*.a.example CNAME www.host.example\nwww.host.example A 198.51.100.1",
        "*.a.example CNAME gone.host.example\nhost.example SOA x",
        "*.a.example TXT v=spf1 -all",
        "*.a.example TXT s1.provider.example",
        "*._domainkey.a.example CNAME k.provider.example\nk.provider.example A 198.51.100.1",
    ] {
        let verdict = inspect(zone, &[], &tried);
        assert!(
            of_dkim(&verdict)
                .iter()
                .all(|finding| finding.rule.id == "DNS-017"),
            "{zone}: {:#?}",
            of_dkim(&verdict)
        );
    }
    // An empty key behind a wildcard is said once.
    let verdict = inspect("*._domainkey.a.example TXT v=DKIM1; p=", &[], &tried);
    let said: Vec<&str> = of_dkim(&verdict).iter().map(|finding| finding.rule.id).collect();
    assert_eq!(said, ["DKIM-041"]);
    // A selector of its own stands out.
    let verdict = inspect(
        &format!(
            "*._domainkey.a.example TXT v=DKIM1; p=\n{}",
            s1("v=DKIM1; p=AAAA")
        ),
        &[],
        &tried,
    );
    let said: Vec<&str> = of_dkim(&verdict).iter().map(|finding| finding.rule.id).collect();
    assert_eq!(said, ["DKIM-010", "DKIM-041"]);
}

#[test]
fn one_slip_is_said_once() {
    let whole = format!("v=DKIM1; k=rsa; p={RSA_2048}");
    let (left, right) = RSA_2048.split_at(64);
    for (zone, rule) in [
        (s1(&whole[..255]), "DKIM-009"),
        (
            s1(&format!(
                "v=DKIM1; k=rsa; p=-----BEGIN PUBLIC KEY-----{RSA_2048}-----END PUBLIC KEY-----"
            )),
            "DKIM-033",
        ),
        (s1(&format!("v=DKIM1; k=rsa; p={left};{right}")), "DKIM-010"),
        (s1(&format!("v=DKIM1; k=rsa; p={left}\\010{right}")), "DKIM-009"),
        (
            s1(&format!("v=DKIM1; k=rsa; p=v=DKIM1; k=rsa; p={RSA_2048}")),
            "DKIM-009",
        ),
        (s1(&format!("v=DKIM1; k=rsa; p=p={RSA_2048}")), "DKIM-009"),
        (s1(&format!("v=DKIM1; k=rsa p={RSA_2048}")), "DKIM-002"),
        (
            s1(&format!("v=DKIM1; k=rsa; p={left}\\\"\\032\\\"{right}")),
            "DKIM-009",
        ),
        (s1(&format!("\\\"v=DKIM1; k=rsa; p={RSA_2048}\\\"")), "DKIM-005"),
        (s1(&format!("v=DKIM1\\\\; k=rsa\\\\; p={RSA_2048}")), "DKIM-005"),
        (s1(&format!("v=DKIM1; k=rsa; p={left}\u{a0}{right}")), "DNS-012"),
        (
            s1(&format!("\u{201c}v=DKIM1; k=rsa; p={RSA_2048}\u{201d}")),
            "DNS-012",
        ),
        (
            s1(&format!("\u{e2}\u{20ac}\u{153}v=DKIM1; k=rsa; p={RSA_2048}")),
            "DNS-012",
        ),
        (
            format!("{}\n{}", s1(&whole[..255]), s1(&whole[255..])),
            "DKIM-022",
        ),
    ] {
        let verdict = inspect(&zone, &["s1"], &[]);
        let said: Vec<(&str, &str)> = of_dkim(&verdict)
            .iter()
            .filter(|finding| finding.severity != Severity::Info)
            .map(|finding| (finding.rule.id, finding.message.as_str()))
            .collect();
        assert_eq!(
            said.iter().map(|(id, _)| *id).collect::<Vec<_>>(),
            [rule],
            "{zone}\n{said:#?}"
        );
    }
}
