//! One slip, one finding, with what to write after which nothing is wrong.

use crate::facts::findings;
use crate::kinds::{apex, judged, received};
use zegel::judge::{Finding, Verdict};
use zegel::rules::Severity;

/// What is said of the apex TXT and is more than advice.
fn said(verdict: &Verdict) -> Vec<&Finding> {
    let of_apex = |one: &&Finding| one.site.name().as_str() == "a.example" && one.severity != Severity::Info;
    verdict.findings.iter().filter(of_apex).collect()
}

/// The rule, words of the message, words of the fix.
fn only(text: &str, rule: &str, says: &str, fix: &str) {
    let verdict = judged(&apex(text));
    let found = said(&verdict);
    assert_eq!(found.len(), 1, "{text}: {found:#?}");
    assert_eq!(found[0].rule.id, rule, "{text}: {found:#?}");
    assert!(found[0].message.contains(says), "{text}: {}", found[0].message);
    assert!(found[0].fix.contains(fix), "{text}: {}", found[0].fix);
}

#[test]
fn an_address_written_in_another_way_is_told_how_it_is_written() {
    for (text, rule, says) in [
        (
            "v=spf1 ip4:http://192.0.2.1 -all",
            "SPF-060",
            "a URL: write ip4:192.0.2.1",
        ),
        (
            "v=spf1 ip4:https://mail.b.example/x -all",
            "SPF-060",
            "a URL: write a:mail.b.example",
        ),
        (
            "v=spf1 ip4: 192.0.2.1 -all",
            "SPF-060",
            "a blank too many between",
        ),
        (
            "v=spf1 ip4: mail.b.example -all",
            "SPF-060",
            "without it: no IPv4 address: a host name is written a:name",
        ),
        (
            "v=spf1 include: https://x.example/ -all",
            "SPF-030",
            "a blank too many between",
        ),
        (
            "v=spf1 ip6: 2001:db8::1 -all",
            "SPF-063",
            "a blank too many between",
        ),
        ("v=spf1 ip:192.0.2.1 -all", "SPF-009", "meant is ip4:192.0.2.1"),
        (
            "v=spf1 ip:192.0.2.0/24 -all",
            "SPF-009",
            "meant is ip4:192.0.2.0/24",
        ),
        (
            "v=spf1 ip:2001:db8::1 -all",
            "SPF-009",
            "meant is ip6:2001:db8::1",
        ),
        (
            "v=spf1 ipv4:2001:db8::1 -all",
            "SPF-009",
            "meant is ip6:2001:db8::1",
        ),
        (
            "v=spf1 ip:mail.b.example -all",
            "SPF-009",
            "meant is a:mail.b.example",
        ),
    ] {
        only(text, rule, says, "");
    }
}

#[test]
fn what_no_registry_takes_is_nobodys_to_register() {
    for text in [
        "v=spf1 a:foo@bar.example -all",
        "v=spf1 mx:postmaster@b.example -all",
        "v=spf1 exists:foo@bar.example -all",
        "v=spf1 include:foo@bar.example -all",
    ] {
        let zone = format!("{}\nexample SOA x", apex(text));
        let verdict = judged(&zone);
        assert!(
            findings(&verdict, "SPF-039").is_empty(),
            "{text}: {:#?}",
            verdict.findings
        );
        assert_eq!(
            findings(&verdict, "SPF-037").len(),
            1,
            "{text}: {:#?}",
            verdict.findings
        );
    }
    // What can be registered still is.
    let zone = format!("{}\nexample SOA x", apex("v=spf1 a:mail.bar.example -all"));
    assert_eq!(findings(&judged(&zone), "SPF-039").len(), 1);
}

#[test]
fn another_record_in_the_same_text_is_told() {
    // Behind a blank receivers ignore it.
    for (text, says, fix) in [
        (
            "v=spf1 mx -all v=DMARC1; p=reject",
            "begins a record of DMARC",
            "at _dmarc.",
        ),
        (
            "v=spf1 mx -all v=DKIM1; k=rsa; p=AAAA",
            "begins a record of DKIM",
            "at selector._domainkey.",
        ),
        (
            "v=spf1 mx -all v=TLSRPTv1; rua=mailto:a@a.example",
            "TLS reporting",
            "at _smtp._tls.",
        ),
        ("v=spf1 mx -all v=STSv1; id=1", "MTA-STS", "at _mta-sts."),
        ("v=spf1 mx v=dmarc1;p=none -all", "DMARC", "at _dmarc."),
    ] {
        only(text, "SPF-098", says, fix);
        assert_eq!(
            received(&apex(text), "198.51.100.9").result.as_str(),
            "fail",
            "{text}"
        );
    }
    // Glued to a term nobody can read that term.
    for text in [
        "v=spf1 mx -allv=spf1 a -all",
        "v=spf1 mx ~allv=spf1 include:x.example ~all",
        "v=spf1 mx -allv=DMARC1; p=reject",
        "v=spf1 mx -all;v=DMARC1;p=reject",
        "v=spf1 ip4:192.0.2.1v=spf1 a -all",
    ] {
        only(
            text,
            "SPF-104",
            "another record begins at",
            "Take the second record out of this text",
        );
        assert_eq!(
            received(&apex(text), "198.51.100.9").result.as_str(),
            "permerror",
            "{text}"
        );
    }
}

#[test]
fn a_no_break_space_is_said_once() {
    for (text, rule) in [
        ("v=spf1 mx\\194\\160-all", "SPF-005"),
        ("v=spf1\\194\\160mx -all", "SPF-002"),
        ("\\194\\160v=spf1 mx -all", "SPF-002"),
        ("v=spf1 include:x.example\\194\\160 -all", "SPF-005"),
        ("v=spf1 mx -all\\194\\160", "SPF-005"),
        ("v=spf1 mx -all include:x.example\\194\\160", "SPF-008"),
    ] {
        let verdict = judged(&apex(text));
        let found: Vec<&str> = said(&verdict)
            .iter()
            .map(|one| one.rule.id)
            .filter(|id| *id != "SPF-101")
            .collect();
        assert_eq!(found, [rule], "{text}: {:#?}", verdict.findings);
    }
}
