//! What receivers of RFC 7489 make of a domain: the public suffix list, no walk, pct.

use crate::facts::{World, name};
use zegel::report::dmarc::DmarcReport;

fn look(zone: &str, domain: &str) -> DmarcReport {
    World::new(zone).settle(|inquiry| DmarcReport::look(&name(domain), inquiry))
}

#[test]
fn receivers_of_rfc_7489_go_by_the_public_suffix_list() {
    let rows: &[(&str, &str, &str, &str)] = &[
        (
            "own record",
            "_dmarc.a.example.com TXT v=DMARC1; p=quarantine",
            "a.example.com",
            "example.com a.example.com quarantine",
        ),
        (
            "organizational domain, sp",
            "_dmarc.example.com TXT v=DMARC1; p=reject; sp=none; np=reject",
            "a.b.example.com",
            "example.com example.com none",
        ),
        (
            "a suffix of two labels",
            "_dmarc.example.co.uk TXT v=DMARC1; p=reject\n_dmarc.co.uk TXT v=DMARC1; p=none",
            "a.example.co.uk",
            "example.co.uk example.co.uk reject",
        ),
        (
            "never the suffix itself",
            "_dmarc.co.uk TXT v=DMARC1; p=none; psd=y",
            "example.co.uk",
            "example.co.uk - -",
        ),
        (
            "never what lies between",
            "_dmarc.b.example.com TXT v=DMARC1; p=reject; psd=n",
            "a.b.example.com",
            "example.com - -",
        ),
        (
            "t is not known to them",
            "_dmarc.example.com TXT v=DMARC1; p=reject; t=y",
            "example.com",
            "example.com example.com reject",
        ),
        (
            "several records end it",
            "_dmarc.a.example.com TXT v=DMARC1; p=none\n_dmarc.a.example.com TXT v=DMARC1; p=reject\n_dmarc.example.com TXT v=DMARC1; p=reject",
            "a.example.com",
            "example.com - -",
        ),
        (
            "a suffix of a private owner",
            "_dmarc.me.github.io TXT v=DMARC1; p=none",
            "x.me.github.io",
            "me.github.io me.github.io none",
        ),
        (
            "no answer",
            "_dmarc.example.com TXT !SERVFAIL",
            "example.com",
            "example.com - -",
        ),
    ];
    for (what, zone, domain, expected) in rows {
        let legacy = look(zone, domain).rfc7489;
        let from = legacy
            .policy_domain
            .map_or("-".to_owned(), |from| from.to_string());
        let policy = legacy
            .effective_policy
            .map_or("-", zegel::records::dmarc::Policy::as_str);
        assert_eq!(
            format!("{} {from} {policy}", legacy.organizational_domain),
            *expected,
            "{what}"
        );
    }
}

#[test]
fn the_public_suffix_list_is_the_one_that_is_printed() {
    let lock = include_str!("../../Cargo.lock");
    let at = lock.find("name = \"psl\"\nversion = \"").expect("psl is locked");
    let version = lock[at..].split('"').nth(3).expect("a version");
    assert!(
        zegel::judge::dmarc::PUBLIC_SUFFIX_LIST.starts_with(&format!("psl {version} ")),
        "{version}"
    );
}

#[test]
fn receivers_of_rfc_7489_enforce_in_part_and_with_pct_0_one_level_down() {
    for (text, policy, percent) in [
        ("v=DMARC1; p=reject", "reject", None),
        ("v=DMARC1; p=reject; pct=100", "reject", None),
        ("v=DMARC1; p=reject; pct=20", "reject", Some(20)),
        ("v=DMARC1; p=reject; pct=1", "reject", Some(1)),
        ("v=DMARC1; p=reject; pct=0", "quarantine", None),
        ("v=DMARC1; p=quarantine; pct=0", "none", None),
        ("v=DMARC1; p=none; pct=0", "none", None),
        ("v=DMARC1; p=none; pct=50", "none", None),
        ("v=DMARC1; p=reject; pct=x", "reject", None),
        (
            "v=DMARC1; p=reject; pct=0; rua=mailto:a@voorbeeld.nl",
            "quarantine",
            None,
        ),
        ("v=DMARC1; p=reject; p=reject", "none", None),
    ] {
        let report = look(&format!("_dmarc.voorbeeld.nl TXT {text}"), "voorbeeld.nl");
        let json = serde_json::to_value(&report).expect("JSON");
        assert_eq!(json["rfc7489"]["effectivePolicy"], policy, "{text}");
        assert_eq!(json["rfc7489"]["percent"], serde_json::json!(percent), "{text}");
    }
    let inherited = look(
        "_dmarc.voorbeeld.nl TXT v=DMARC1; p=none; sp=reject; pct=0",
        "a.voorbeeld.nl",
    );
    assert_eq!(
        inherited.rfc7489.effective_policy,
        Some(zegel::records::dmarc::Policy::Quarantine)
    );
}

#[test]
fn what_nobody_answered_is_not_known_to_receivers_of_rfc_7489_either() {
    for (zone, domain, outcome) in [
        (
            "voorbeeld.nl ANY !SERVFAIL\n_dmarc.voorbeeld.nl ANY !SERVFAIL",
            "voorbeeld.nl",
            "unknown",
        ),
        ("_dmarc.voorbeeld.nl TXT !TIMEOUT", "voorbeeld.nl", "unknown"),
        ("_dmarc.voorbeeld.nl TXT !REFUSED", "a.b.voorbeeld.nl", "unknown"),
        (
            "_dmarc.a.voorbeeld.nl TXT !SERVFAIL\n_dmarc.voorbeeld.nl TXT v=DMARC1; p=none",
            "a.voorbeeld.nl",
            "unknown",
        ),
        ("_dmarc.nl TXT !SERVFAIL", "voorbeeld.nl", "none"),
        ("_dmarc.voorbeeld.nl TXT v=DMARC1; p=x", "voorbeeld.nl", "invalid"),
        (
            "_dmarc.voorbeeld.nl TXT v=DMARC1; p=none\n_dmarc.a.voorbeeld.nl TXT x",
            "a.voorbeeld.nl",
            "policy",
        ),
        (
            "_dmarc.voorbeeld.nl TXT v=DMARC1; p=none\n_dmarc.voorbeeld.nl TXT v=DMARC1; p=none;",
            "voorbeeld.nl",
            "none",
        ),
    ] {
        let report = look(zone, domain);
        assert_eq!(report.rfc7489.outcome, outcome, "{zone}");
        let text = report.text();
        let legacy = &text[text.find("RFC 7489").expect("a part of its own")..];
        assert_eq!(
            legacy.contains("not known"),
            outcome == "unknown",
            "{zone}\n{text}"
        );
        assert_eq!(
            legacy.contains("none applied"),
            matches!(outcome, "none" | "invalid"),
            "{zone}\n{text}"
        );
        assert_eq!(
            report.rfc7489.effective_policy.is_some(),
            outcome == "policy",
            "{zone}"
        );
    }
}
