//! One slip of the user is one finding, and its fix, followed to the letter, gives a record without it.

use std::collections::BTreeSet;

use proptest::prelude::*;
use zegel::judge::{Finding, Verdict};
use zegel::rules::Severity;

use crate::facts::{World, findings, judge_in, observe};

/// A domain in order but for its DMARC record, and report receivers that agree.
pub(super) const AROUND: &str = "
    a.nl MX 10 mail.a.nl
    mail.a.nl A 192.0.2.25
    a.nl TXT v=spf1 mx -all
    c.example MX 10 mail.a.nl
    a.nl._report._dmarc.c.example TXT v=DMARC1;
    empty.example TXT x
    a.nl._report._dmarc.empty.example TXT x
";

pub(super) fn look(text: &str) -> Verdict {
    judge_in(&format!("{AROUND}\n_dmarc.a.nl TXT {text}"), &observe("a.nl"))
}

fn look_at(octets: &[u8]) -> Verdict {
    let escaped: String = octets.iter().map(|octet| format!("\\{octet:03}")).collect();
    look(&format!("\"{escaped}\""))
}

/// What is said of DMARC and of the text at `_dmarc` as an Error or Warning, a policy of none aside.
pub(super) fn said(verdict: &Verdict) -> Vec<&Finding> {
    let here = |one: &&Finding| one.site.name().as_str() == "_dmarc.a.nl" && one.rule.id != "DMARC-029";
    let all = verdict.findings.iter().filter(here);
    all.filter(|one| one.severity <= Severity::Warning).collect()
}

/// The whole text a fix gives.
pub(super) fn whole(fix: &str) -> Option<&str> {
    let at = fix.find(": v=DMARC1")?;
    fix.get(at + 2..)
}

const REST: &str = "rua=mailto:d@a.nl";

#[test]
fn a_slip_of_letter_is_one_finding_whose_fix_is_the_whole_record() {
    let good = format!("v=DMARC1; p=reject; {REST}");
    for (text, rule) in [
        // Line ends.
        ("\"v=DMARC1;\\010p=reject;\\010rua=mailto:d@a.nl\"", "DMARC-049"),
        ("\"v=DMARC1; p=reject\\010; rua=mailto:d@a.nl\"", "DMARC-049"),
        ("\"v=DMARC1; p=reject\\013\\010rua=mailto:d@a.nl\"", "DMARC-049"),
        ("\"v=DMARC1; p=reject; rua=mailto:d@a.nl\\010\"", "DMARC-049"),
        ("\"v=DMARC1; p=reject; rua=mailto:d@\\010a.nl\"", "DMARC-049"),
        ("\"v=DMARC1; p=reject; rua=\\010mailto:d@a.nl\"", "DMARC-049"),
        ("\"v\\010=DMARC1; p=reject; rua=mailto:d@a.nl\"", "DMARC-002"),
        // No-break spaces, zero-width ones.
        (
            "\"v=DMARC1;\\194\\160p=reject;\\194\\160rua=mailto:d@a.nl\"",
            "DNS-012",
        ),
        ("\"v=DMARC1; p=reject;\\160rua=mailto:d@a.nl\"", "DNS-012"),
        (
            "\"v=DMARC1; p=reject\\226\\128\\139; rua=mailto:d@a.nl\"",
            "DNS-012",
        ),
        // Separators.
        ("v=DMARC1; p:reject; rua=mailto:d@a.nl", "DMARC-050"),
        ("v=DMARC1; p reject; rua=mailto:d@a.nl", "DMARC-050"),
        ("v=DMARC1; p=reject; rua:mailto:d@a.nl", "DMARC-050"),
        ("v=DMARC1; p=reject, rua=mailto:d@a.nl", "DMARC-050"),
        ("v=DMARC1; p=reject rua=mailto:d@a.nl", "DMARC-050"),
        ("v=DMARC1; p=rejectrua=mailto:d@a.nl", "DMARC-050"),
        ("v=DMARC1: p=reject; rua=mailto:d@a.nl", "DMARC-004"),
        ("v=DMARC1, p=reject; rua=mailto:d@a.nl", "DMARC-004"),
        ("v=DMARC1. p=reject; rua=mailto:d@a.nl", "DMARC-004"),
        ("v=DMARC1 p=reject; rua=mailto:d@a.nl", "DMARC-004"),
        // Versions.
        ("v=DMARC2; p=reject; rua=mailto:d@a.nl", "DMARC-002"),
        ("v=dmarc1; p=reject; rua=mailto:d@a.nl", "DMARC-002"),
        ("v=DMARC10; p=reject; rua=mailto:d@a.nl", "DMARC-002"),
        ("v=DMARC1x; p=reject; rua=mailto:d@a.nl", "DMARC-002"),
        ("v=DMARC; p=reject; rua=mailto:d@a.nl", "DMARC-002"),
        ("v:DMARC1; p=reject; rua=mailto:d@a.nl", "DMARC-002"),
        ("v=DMARC 1; p=reject; rua=mailto:d@a.nl", "DMARC-002"),
        ("v=DMARC-1; p=reject; rua=mailto:d@a.nl", "DMARC-002"),
        (
            "\"_dmarc.a.nl. IN TXT \\\"v=DMARC1; p=reject; rua=mailto:d@a.nl\\\"\"",
            "DMARC-003",
        ),
        ("v=DMARC1; v=DMARC1; p=reject; rua=mailto:d@a.nl", "DMARC-051"),
        ("v==DMARC1; p=reject; rua=mailto:d@a.nl", "DMARC-002"),
        ("DMARC1; p=reject; rua=mailto:d@a.nl", "DMARC-002"),
        ("p=reject; rua=mailto:d@a.nl", "DMARC-002"),
        ("p=reject; v=DMARC1; rua=mailto:d@a.nl", "DMARC-002"),
        ("TXT v=DMARC1; p=reject; rua=mailto:d@a.nl", "DMARC-003"),
        ("\" v=DMARC1; p=reject; rua=mailto:d@a.nl\"", "DMARC-003"),
        // Another record behind it.
        (
            "v=DMARC1; p=reject; rua=mailto:d@a.nl v=spf1 mx -all",
            "DMARC-051",
        ),
        (
            "v=DMARC1; p=reject; rua=mailto:d@a.nl; v=spf1 mx -all",
            "DMARC-051",
        ),
        ("v=DMARC1; p=reject; rua=mailto:d@a.nlv=spf1 mx -all", "DMARC-051"),
        (
            "v=DMARC1; p=reject; rua=mailto:d@a.nl; v=DKIM1; k=rsa; p=MIGf",
            "DMARC-051",
        ),
        (
            "v=DMARC1; p=reject; rua=mailto:d@a.nl v=DMARC1; p=none",
            "DMARC-051",
        ),
    ] {
        let verdict = look(text);
        let [one] = said(&verdict)[..] else {
            panic!("{text}: {:#?}", said(&verdict))
        };
        assert_eq!(
            (one.rule.id, one.severity),
            (rule, one.rule.severity.max(one.severity)),
            "{text}"
        );
        let fixed = whole(&one.fix).unwrap_or_else(|| panic!("{text}: {}", one.fix));
        let plain = fixed.trim_end_matches(';').replace("DMARC1;p", "DMARC1; p");
        assert_eq!(plain, good, "{text}");
        let after = look(fixed);
        assert!(said(&after).is_empty(), "{text} -> {fixed}: {:#?}", said(&after));
    }
}

#[test]
fn a_slip_that_costs_the_policy_is_an_error_and_says_so() {
    for (text, severity, effect) in [
        ("v=DMARC1; p:reject", Severity::Error, "apply no DMARC at all"),
        (
            "v=DMARC1; p:reject; rua=mailto:d@a.nl",
            Severity::Error,
            "act as if it said p=none",
        ),
        (
            "v=DMARC1; p=reject, rua=mailto:d@a.nl",
            Severity::Error,
            "apply no DMARC at all",
        ),
        (
            "v=DMARC1; p=reject; adkim:s; rua=mailto:d@a.nl",
            Severity::Warning,
            "skip the tag",
        ),
        (
            "v=DMARC1; p=reject; adkim=s, rua=mailto:d@a.nl",
            Severity::Warning,
            "part of the tag before",
        ),
    ] {
        let verdict = look(text);
        let found = findings(&verdict, "DMARC-050");
        let [one] = found[..] else {
            panic!("{text}: {found:#?}")
        };
        assert_eq!(one.severity, severity, "{text}");
        assert!(one.message.contains(effect), "{text}: {}", one.message);
        for rule in ["DMARC-010", "DMARC-012", "DMARC-015", "DRPT-006"] {
            assert!(findings(&verdict, rule).is_empty(), "{text}: {rule}");
        }
    }
    let verdict = look("\"v=DMARC1;\\010p=reject\"");
    assert!(
        findings(&verdict, "DMARC-049")[0]
            .message
            .contains("apply no DMARC at all")
    );
}

#[test]
fn the_same_sign_often_is_one_slip_and_another_is_another() {
    let verdict = look("v=DMARC1; p=reject, sp=reject, np=reject, rua=mailto:d@a.nl");
    let [one] = said(&verdict)[..] else {
        panic!("{:#?}", said(&verdict))
    };
    assert_eq!(one.rule.id, "DMARC-050");
    assert!(one.message.contains("2 more"), "{}", one.message);
    assert_eq!(one.excerpt.as_ref().map(|excerpt| excerpt.also.len()), Some(2));
    for (text, rules) in [
        (
            "v=DMARC1; p=reject, rua=mailto:d@a.nl;mailto:e@a.nl",
            &["DMARC-050", "DMARC-050"][..],
        ),
        (
            "\"v=DMARC1;\\010p=reject, rua=mailto:d@a.nl\"",
            &["DMARC-049", "DMARC-050"],
        ),
        (
            "\"v=DMARC1;\\010p=rejct; rua=mailto:d@a.nl\"",
            &["DMARC-012", "DMARC-049"],
        ),
        (
            "v=dmarc1; p=rejct; rua=mailto:d@a.nl",
            &["DMARC-002", "DMARC-012"],
        ),
        ("v=DMARC2; p=reject; rua=d@a.nl", &["DMARC-002", "DRPT-001"]),
        ("v=DMARC1; p=reject, rua=d@a.nl", &["DMARC-050", "DRPT-001"]),
        (
            "v=DMARC1; p=reject; p=none, rua=mailto:d@a.nl",
            &["DMARC-006", "DMARC-050"],
        ),
    ] {
        let verdict = look(text);
        let mut ids: Vec<&str> = said(&verdict).iter().map(|one| one.rule.id).collect();
        ids.sort_unstable();
        assert_eq!(ids, rules, "{text}: {:#?}", said(&verdict));
    }
}

#[test]
fn a_policy_under_another_name_is_told_its_own() {
    for name in ["policy", "pol", "dp"] {
        let verdict = look(&format!("v=DMARC1; {name}=reject; {REST}"));
        let [one] = findings(&verdict, "DMARC-010")[..] else {
            panic!("{name}")
        };
        assert_eq!(one.fix, format!("Write p=reject instead of {name}=reject."));
    }
}

#[test]
fn a_character_outside_ascii_is_said_once() {
    for text in [
        "\"v=DMARC1; p=reject\\226\\128\\147; rua=mailto:d@a.nl\"",
        "\"v=DMARC1; p=reject; rua=mailto:d@a\\226\\128\\147b.nl\"",
    ] {
        let verdict = look(text);
        assert_eq!(said(&verdict).len(), 1, "{text}: {:#?}", said(&verdict));
    }
}

#[test]
fn an_empty_tag_is_said_once() {
    for (tag, rule) in [
        ("adkim", "DMARC-015"),
        ("aspf", "DMARC-015"),
        ("t", "DMARC-014"),
        ("psd", "DMARC-019"),
        ("fo", "DRPT-022"),
        ("x", "DMARC-005"),
        ("sp", "DMARC-013"),
        ("ruf", "DRPT-001"),
    ] {
        let verdict = look(&format!("v=DMARC1; p=reject; {tag}=; {REST}"));
        let ids: Vec<&str> = said(&verdict).iter().map(|one| one.rule.id).collect();
        assert_eq!(ids, [rule], "{tag}");
    }
}

#[test]
fn a_sign_behind_the_host_was_meant_as_a_size() {
    for size in ["!10q", "!10mb", "!", "!10 m", "!m10", "!10m!", "!1.5m", "!ten"] {
        let verdict = look(&format!("v=DMARC1; p=reject; rua=mailto:d@a.nl{size}"));
        let [one] = said(&verdict)[..] else {
            panic!("{size}: {:#?}", said(&verdict))
        };
        assert_eq!(
            (one.rule.id, one.severity),
            ("DRPT-004", Severity::Warning),
            "{size}"
        );
        assert!(
            one.message.contains("RFC 9989 dropped"),
            "{size}: {}",
            one.message
        );
        assert_eq!(one.fix, "Write mailto:d@a.nl.", "{size}");
    }
    // What was one is only gone; before the @ it is a part of the mailbox.
    let verdict = look("v=DMARC1; p=reject; rua=mailto:d@a.nl!10m");
    assert_eq!(findings(&verdict, "DRPT-004")[0].severity, Severity::Warning);
    let verdict = look("v=DMARC1; p=reject; rua=mailto:d!10q@a.nl");
    assert!(findings(&verdict, "DRPT-003")[0].fix.contains("! as %21"));
}

#[test]
fn a_fix_never_names_another_mailbox() {
    for (uri, fix) in [
        ("mailto:a b@c.example", "a blank as %20"),
        ("mailto:john doe@c.example", "a blank as %20"),
        ("mailto:the dmarc box@c.example", "a blank as %20"),
        ("mailto:a@c .example", "Write a host name alone after the @"),
        ("mailto:a@c.example?subject=x y", "Remove the question mark"),
        ("mailto:a@c{}.example", "Write a host name alone after the @"),
        ("mailto: a@c.example", "Write mailto:a@c.example."),
        ("malto:a@c.example", "Write mailto:a@c.example."),
        ("mail:a@c.example", "Write mailto:a@c.example."),
        ("mailto:<a@c.example>", "Write mailto:a@c.example."),
    ] {
        let verdict = look(&format!("v=DMARC1; p=reject; rua={uri}"));
        let [one] = said(&verdict)[..] else {
            panic!("{uri}: {:#?}", said(&verdict))
        };
        assert!(one.fix.contains(fix), "{uri}: {}", one.fix);
        assert!(
            !one.fix.contains("b@c") && !one.fix.contains("doe@c") && !one.fix.contains("box@c"),
            "{uri}"
        );
    }
}

#[test]
fn a_destination_that_does_not_exist_is_an_address_to_correct() {
    for host in ["nowhere.example", "c.exmaple", "reports.c.exampel"] {
        for tag in ["rua", "ruf"] {
            let verdict = look(
                &format!("v=DMARC1; p=reject; {REST}; {tag}=mailto:d@{host}")
                    .replace(&format!("{REST}; rua"), "rua"),
            );
            let found = findings(&verdict, "DRPT-018");
            let [one] = found[..] else {
                panic!("{host}: {:#?}", said(&verdict))
            };
            assert!(
                one.message.contains("does not exist (NXDOMAIN)"),
                "{}",
                one.message
            );
            assert!(one.fix.starts_with("Correct the address"), "{}", one.fix);
            assert!(findings(&verdict, "DRPT-009").is_empty(), "{host}");
        }
    }
    // It exists, but accepts no mail: nobody need agree to what cannot arrive.
    let verdict = look("v=DMARC1; p=reject; rua=mailto:d@empty.example");
    assert_eq!(said(&verdict).len(), 1, "{:#?}", said(&verdict));
    let zone = format!("{AROUND}\n_dmarc.a.nl TXT v=DMARC1; p=reject; rua=mailto:d@nowhere.example");
    let report = World::new(&zone)
        .settle(|inquiry| zegel::report::dmarc::DmarcReport::look(&crate::facts::name("a.nl"), inquiry));
    assert!(
        report.text().contains("the host does not exist"),
        "{}",
        report.text()
    );
    assert_eq!(report.report_destinations[0].publish, None);
}

#[test]
fn a_near_miss_above_is_named_where_nothing_applies() {
    let verdict = judge_in(
        "_dmarc.a.nl TXT v=dmarc1; p=reject\nx.a.nl A 192.0.2.1",
        &observe("x.a.nl"),
    );
    let [one] = findings(&verdict, "DMARC-042")[..] else {
        panic!("{:#?}", verdict.findings)
    };
    assert!(
        one.message.contains("a text at _dmarc.a.nl was meant as one"),
        "{}",
        one.message
    );
}

/// A slip put into a good record at some place.
fn spoilt() -> impl Strategy<Value = Vec<u8>> {
    let tags = prop::sample::subsequence(
        vec![
            "sp=reject",
            "np=reject",
            "adkim=s",
            "rua=mailto:d@a.nl",
            "ruf=mailto:e@a.nl",
        ],
        0..5,
    );
    let slip = prop::sample::select(vec![
        &b"\n"[..],
        b"\r\n",
        b"\xa0",
        b"\xc2\xa0",
        b"; \n",
        b", ",
        b" ",
        b":",
        b"; v=spf1 ",
    ]);
    (tags, slip, any::<prop::sample::Index>()).prop_map(|(tags, slip, at)| {
        let record = std::iter::once("v=DMARC1; p=reject")
            .chain(tags)
            .collect::<Vec<_>>()
            .join("; ");
        let seams: Vec<usize> = record.match_indices("; ").map(|(at, _)| at).collect();
        let seam = seams[at.index(seams.len())];
        [&record.as_bytes()[..seam], slip, &record.as_bytes()[seam + 2..]].concat()
    })
}

proptest! {
    #[test]
    fn a_whole_text_in_a_fix_has_no_slip_of_its_rule_left(text in spoilt()) {
        let verdict = look_at(&text);
        for one in said(&verdict) {
            if let Some(fixed) = whole(&one.fix) {
                let after = look_at(fixed.as_bytes());
                let left: BTreeSet<&str> = said(&after).iter().map(|one| one.rule.id).collect();
                prop_assert!(!left.contains(one.rule.id), "{:?} -> {}: {:?}", String::from_utf8_lossy(&text), fixed, left);
            }
        }
    }
}

/// A host as zone files end it is no address (RFC 5321 4.1.2), nor may a fix hand the dot on.
#[test]
fn a_dot_behind_the_host_of_a_report_address_is_one_finding() {
    const WITHOUT: &str = "Write mailto:x@a.nl, without a dot at its end.";
    for (rua, rule, fix) in [
        ("mailto:x@a.nl.", "DRPT-026", WITHOUT),
        (
            "MAILTO:x@A.nl.",
            "DRPT-026",
            "Write MAILTO:x@A.nl, without a dot at its end.",
        ),
        (
            "mailto:y@a.nl,mailto:x@c.example.",
            "DRPT-026",
            "Write mailto:x@c.example, without a dot at its end.",
        ),
        ("x@a.nl.", "DRPT-001", WITHOUT),
        ("mailto://x@a.nl.", "DRPT-001", WITHOUT),
        ("mailto:<x@a.nl.>", "DRPT-003", WITHOUT),
    ] {
        let verdict = look(&format!("v=DMARC1; p=reject; rua={rua}"));
        let found = said(&verdict);
        let [one] = found[..] else {
            panic!("{rua}: {found:#?}")
        };
        assert_eq!((one.rule.id, one.fix.as_str()), (rule, fix), "{rua}");
    }
}
