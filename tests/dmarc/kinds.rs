//! Slips people make in a DMARC record, each with what must be said of it: the fix fits the fault, one slip is named as
//! one, and of a policy nobody applies nothing is said but why.

use zegel::judge::{Finding, Verdict};
use zegel::rules::Severity;

use crate::facts::{findings, intent, judge_in, observe, rule_ids};

pub(crate) fn look(text: &str) -> Verdict {
    judge_in(&format!("_dmarc.a.nl TXT {text}"), &observe("a.nl"))
}

/// The one finding of a rule.
pub(crate) fn only<'v>(verdict: &'v Verdict, rule: &str) -> &'v Finding {
    let found = findings(verdict, rule);
    assert_eq!(found.len(), 1, "{rule} in {:#?}", verdict.findings);
    found[0]
}

#[test]
fn the_fix_fits_the_fault() {
    for (tags, rule, fix) in [
        // Report addresses.
        ("p=none; rua=", "DRPT-001", "Remove the empty rua="),
        (
            "p=reject; rua=mailto:d@a.nl; ruf=;",
            "DRPT-001",
            "Remove the empty ruf=",
        ),
        ("p=none; rua=mailto:d@a.nl,", "DRPT-001", "Remove the comma"),
        ("p=none; rua=,mailto:d@a.nl", "DRPT-001", "Remove the comma"),
        ("p=none; rua=d@a.nl", "DRPT-001", "Write mailto:d@a.nl."),
        ("p=none; rua=mailto: d@a.nl", "DRPT-003", "Write mailto:d@a.nl."),
        ("p=none; rua=mailto//d@a.nl", "DRPT-001", "Write mailto:d@a.nl."),
        ("p=none; rua=mailto://d@a.nl", "DRPT-001", "Write mailto:d@a.nl."),
        ("p=none; rua=mailto=d@a.nl", "DRPT-001", "Write mailto:d@a.nl."),
        ("p=none; rua=<d@a.nl>", "DRPT-001", "Write mailto:d@a.nl."),
        ("p=none; rua=maito:d@a.nl", "DRPT-002", "Write mailto:d@a.nl."),
        (
            "p=none; rua=https://a.nl/in",
            "DRPT-002",
            "Add or use a mailto: URI",
        ),
        ("p=none; rua=a.nl", "DRPT-001", "Write a mailto: URI"),
        ("p=none; rua=mailto:", "DRPT-001", "Write one address"),
        ("p=none; rua=mailto:d!x@a.nl", "DRPT-003", "! as %21"),
        (
            "p=none; rua=mailto:d@a.nl; ruf=mailto:d@a.nl; fo=",
            "DRPT-022",
            "Remove the empty fo=",
        ),
        (
            "p=none; rua=mailto:d@a.nl; ruf=mailto:d@a.nl; fo=0:1",
            "DRPT-022",
            "Keep one of 0 and 1",
        ),
        (
            "p=none; rua=mailto:d@a.nl; fo=1",
            "DRPT-022",
            "Remove fo, or add ruf",
        ),
        // Policies.
        ("p=rejected; rua=mailto:d@a.nl", "DMARC-012", "Write p=reject."),
        (
            "p=quarantaine; rua=mailto:d@a.nl",
            "DMARC-012",
            "Write p=quarantine.",
        ),
        (
            "p=; rua=mailto:d@a.nl",
            "DMARC-012",
            "Write p=none, p=quarantine or p=reject.",
        ),
        (
            "p=monitor; rua=mailto:d@a.nl",
            "DMARC-012",
            "Write p=none, p=quarantine or p=reject.",
        ),
        (
            "p=reject; sp=; rua=mailto:d@a.nl",
            "DMARC-013",
            "Remove the empty sp=",
        ),
        ("p=reject; np=noone; rua=mailto:d@a.nl", "DMARC-013", "np=none"),
        (
            "p=reject, sp=none; rua=mailto:d@a.nl",
            "DMARC-050",
            "Write a semicolon instead of a comma before sp=none",
        ),
        // Values with a default.
        ("p=reject; t=yes", "DMARC-014", "Write t=y,"),
        ("p=reject; adkim=strict", "DMARC-015", "Write adkim=s,"),
        ("p=reject; aspf=", "DMARC-015", "Remove the empty aspf="),
        ("p=reject; psd=maybe", "DMARC-019", "Write y or n or u"),
        // Parts that are no tags.
        (
            "p=reject;; sp=none",
            "DMARC-005",
            "Remove one of the two semicolons.",
        ),
        ("p=reject; =x", "DMARC-005", "Write the tag's name"),
        ("p=reject; x1=y", "DMARC-005", "letters alone"),
        ("p=reject; adkim=", "DMARC-015", "Remove the empty adkim="),
        ("adkim=", "DMARC-005", "Remove the empty adkim="),
        ("p=reject; hello", "DMARC-005", "write it as name=value"),
        ("p=reject; p=none", "DMARC-006", "Keep one p"),
    ] {
        let verdict = look(&format!("v=DMARC1; {tags}"));
        let found = only(&verdict, rule);
        assert!(found.fix.contains(fix), "{tags}: {}", found.fix);
    }
}

#[test]
fn characters_that_must_be_encoded_are_named() {
    for (address, names, severity) in [
        ("postmaster=reports@a.nl", &["= as %3D"][..], Severity::Warning),
        ("a&b@a.nl", &["& as %26"], Severity::Warning),
        ("a/b=c@a.nl", &["/ as %2F", "= as %3D"], Severity::Warning),
        ("a!b@a.nl", &["! as %21"], Severity::Warning),
        ("a#b@a.nl", &["# as %23"], Severity::Warning),
        ("a?b@a.nl", &["? as %3F"], Severity::Warning),
        ("a{b}@a.nl", &["{ as %7B", "} as %7D"], Severity::Warning),
        ("50%@a.nl", &["% as %25"], Severity::Warning),
    ] {
        for tag in ["rua", "ruf"] {
            let verdict = look(&format!("v=DMARC1; p=none; {tag}=mailto:{address}"));
            let found = only(&verdict, "DRPT-003");
            assert_eq!(found.severity, severity, "{address}: {}", found.message);
            for name in names {
                assert!(found.fix.contains(name), "{address}: {}", found.fix);
            }
            assert_eq!(
                found.subject.as_deref(),
                Some(&*format!("{tag}=mailto:{address}"))
            );
        }
    }
}

#[test]
fn a_wrong_separator_is_one_warning_that_names_the_right_one() {
    for (tags, belongs, silent) in [
        (
            "rua=mailto:d@a.nl;mailto:e@a.nl",
            "a comma",
            &["DMARC-005", "DMARC-007"][..],
        ),
        ("rua=mailto:d@a.nl; e@a.nl", "a comma", &["DMARC-005"]),
        (
            "rua=mailto:d@a.nl mailto:e@a.nl",
            "a comma",
            &["DRPT-001", "DRPT-003"],
        ),
        (
            "rua=mailto:d@a.nlmailto:e@a.nl",
            "a comma",
            &["DRPT-001", "DRPT-003"],
        ),
        (
            "rua=mailto:d@a.nl; ruf=mailto:d@a.nl; fo=0,d,s",
            "a colon",
            &["DRPT-022"],
        ),
        (
            "rua=mailto:d@a.nl; ruf=mailto:d@a.nl; fo=0;d;s",
            "a colon",
            &["DMARC-005"],
        ),
        (
            "rua=mailto:d@a.nl, ruf=mailto:d@a.nl",
            "a semicolon",
            &["DRPT-001"],
        ),
        ("rua=mailto:d@a.nl fo=1", "a semicolon", &["DRPT-003"]),
        ("adkim=s, rua=mailto:d@a.nl", "a semicolon", &["DRPT-006"]),
        ("rua=mailto:d@a.nl; sp:reject", "an equals sign", &["DMARC-005"]),
    ] {
        let verdict = look(&format!("v=DMARC1; p=reject; {tags}"));
        let found = findings(&verdict, "DMARC-050");
        assert!(!found.is_empty(), "{tags}: {:?}", rule_ids(&verdict));
        for one in found {
            assert_eq!(one.severity, Severity::Warning, "{tags}");
            assert!(
                one.message.contains(belongs) && one.fix.contains(belongs),
                "{tags}: {one:#?}"
            );
        }
        for rule in silent {
            assert!(
                findings(&verdict, rule).is_empty(),
                "{tags}: {rule} speaks of the same slip"
            );
        }
    }
}

#[test]
fn a_line_end_is_an_error_wherever_it_stands() {
    for text in [
        "\"v=DMARC1;\\010p=reject; rua=mailto:d@a.nl\"",
        "\"v=DMARC1; p=reject;\\013\\010 rua=mailto:d@a.nl\"",
        "\"v=DMARC1; p=reject; rua=mailto:d@a.nl\\010\"",
        "\"v=DMARC1; p=reject; rua=mailto:d@a.nl;\\010\"",
        "\"v=DMARC1; p=reject; rua=mailto:d@a.nl,\\010mailto:e@a.nl\"",
    ] {
        let verdict = look(text);
        assert_eq!(only(&verdict, "DMARC-049").severity, Severity::Error, "{text}");
        for rule in ["DMARC-005", "DMARC-007", "DRPT-006"] {
            assert!(
                findings(&verdict, rule).is_empty(),
                "{text}: {rule} speaks of the same slip"
            );
        }
    }
    let verdict = look("\"v\\010=DMARC1; p=reject\"");
    assert!(
        findings(&verdict, "DMARC-049").is_empty(),
        "it is no record at all"
    );
    let found = only(&verdict, "DMARC-002");
    assert!(found.message.contains("a line end"));
    assert!(found.message.contains("receivers apply no DMARC at all"));
    assert!(findings(&verdict, "DMARC-042").is_empty(), "it is said already");
}

#[test]
fn what_stands_before_the_version_is_shown() {
    for (text, before) in [
        ("xxxv=DMARC1; p=reject", "\"xxx\""),
        ("xv=DMARC1;p=reject", "\"x\""),
        ("\"TXT v=DMARC1; p=reject\"", "\"TXT \""),
        ("\" v=DMARC1; p=reject\"", "\" \""),
    ] {
        let verdict = look(text);
        let found = only(&verdict, "DMARC-003");
        assert!(found.message.contains(before), "{text}: {}", found.message);
        let excerpt = found.excerpt.as_ref().expect("the text that was meant");
        assert_eq!(excerpt.span.start, 0, "{text}");
        assert!(excerpt.text.ends_with(b"p=reject"), "{text}");
    }
}

#[test]
fn a_record_of_another_version_is_none() {
    for text in ["v=DMARC10; p=reject", "v=DMARC1x; p=reject", "v=DMARC11"] {
        let verdict = look(text);
        only(&verdict, "DMARC-002");
        assert!(findings(&verdict, "DMARC-042").is_empty(), "{text}: said already");
        // Beside a record it is only text.
        let zone = format!("_dmarc.a.nl TXT {text}\n_dmarc.a.nl TXT v=DMARC1; p=reject");
        let verdict = judge_in(&zone, &observe("a.nl"));
        for rule in ["DMARC-001", "DMARC-042"] {
            assert!(findings(&verdict, rule).is_empty(), "{text}: {rule}");
        }
    }
}

#[test]
fn checks_of_the_text_look_at_every_record_however_its_version_is_spelled() {
    for version in ["v=DMARC1", "v = DMARC1", "V=DMARC1", "v\\009=\\009DMARC1 "] {
        for (text, rule) in [
            // Two strings that meet without a separator; quotes; what is no ASCII.
            (format!("\"{version}; p=none\" \"rua=mailto:d@a.nl\""), "DNS-002"),
            (format!("\"{version}; p=none; x=\\\"y\\\"\""), "DNS-011"),
            (format!("\"{version}; p=none; x=\u{2013}\""), "DNS-012"),
        ] {
            let verdict = look(&text);
            assert!(
                !findings(&verdict, rule).is_empty(),
                "{text}: {rule} not in {:?}",
                rule_ids(&verdict)
            );
        }
    }
    let verdict = look("\"v=DMARC10; p=none\" \"rua=mailto:d@a.nl\"");
    only(&verdict, "DMARC-002");
}

#[test]
fn a_policy_that_is_not_used_is_not_spoken_of() {
    // Nobody applies any of these: why is all there is to say.
    for zone in [
        "_dmarc.a.nl TXT v=DMARC1; p=x; sp=none; np=none; t=y; pct=10; adkim=foo; aspf=s; ruf=mailto:f@b.nl",
        "_dmarc.a.nl TXT v=DMARC1; t=y; pct=10; aspf=s; psd=maybe; fo=1",
        "_dmarc.a.nl TXT v=DMARC1; p=reject; sp=none; t=y; pct=10; aspf=s\n_dmarc.a.nl TXT v=DMARC1; p=none",
    ] {
        let verdict = judge_in(zone, &observe("a.nl"));
        for finding in &verdict.findings {
            let rule = finding.rule.id;
            let why = ["DMARC-001", "DMARC-010", "DMARC-012", "DMARC-042"].contains(&rule);
            let of_ours = rule.starts_with("DMARC") || rule.starts_with("DRPT");
            let of_no_effect =
                finding.message.contains("without effect") || finding.message.contains("ignored");
            assert!(
                why || !of_ours || of_no_effect,
                "{zone}: {rule} {}",
                finding.message
            );
        }
    }
    // Here it counts as p=none: sp, np, t and pct say nothing.
    let verdict = look("v=DMARC1; p=x; sp=none; np=none; t=y; pct=10; rua=mailto:d@a.nl");
    for rule in [
        "DMARC-017",
        "DMARC-018",
        "DMARC-024",
        "DMARC-026",
        "DMARC-027",
        "DMARC-029",
    ] {
        assert!(findings(&verdict, rule).is_empty(), "{rule}");
    }
    assert!(!findings(&verdict, "DMARC-008")[0].message.contains("enforce"));
}

#[test]
fn a_tag_that_stands_there_twice_leaves_no_policy_to_count_on() {
    for text in [
        "v=DMARC1; p=reject; p=reject",
        "v=DMARC1; p=reject; P=quarantine",
        "v=DMARC1; p=reject; adkim=s; adkim=r",
    ] {
        let zone = format!("_dmarc.a.nl TXT {text}");
        let report = crate::facts::World::new(&zone)
            .settle(|inquiry| zegel::report::dmarc::DmarcReport::look(&crate::facts::name("a.nl"), inquiry));
        assert_eq!(report.outcome, "policy", "{text}");
        assert_eq!(
            report.effective_policy,
            Some(zegel::records::dmarc::Policy::None),
            "{text}"
        );
        assert_eq!(only(&look(text), "DMARC-006").severity, Severity::Error, "{text}");
    }
}

#[test]
fn p_none_without_reports_is_at_least_a_warning() {
    let specs = [
        observe("a.nl"),
        intent("{domain: a.nl, role: Mail}"),
        intent("{domain: a.nl, role: Mail, dmarc: {policy: None}}"),
        intent("{domain: a.nl, role: SendOnly, spf: {mechanisms: [mx], all: Fail}}"),
        intent("{domain: a.nl, role: ReceiveOnly}"),
        intent("{domain: a.nl, role: Parked}"),
    ];
    for text in [
        "v=DMARC1; p=none",
        "v=DMARC1; p=none; t=y",
        "v=DMARC1; p=none; sp=reject; np=reject",
        "v=DMARC1; p=none; ruf=mailto:f@a.nl",
        "v=DMARC1; p=none; rua=",
        "v = DMARC1 ; p = None",
        "v=DMARC1; p=quarantine; t=y",
    ] {
        for intent in &specs {
            let verdict = judge_in(&format!("_dmarc.a.nl TXT {text}"), intent);
            let ours = verdict.findings.iter().filter(|one| one.rule.id.starts_with('D'));
            let worst = ours
                .filter(|one| !one.rule.id.starts_with("DNS"))
                .map(|one| one.severity)
                .min();
            assert!(
                worst.is_some_and(|worst| worst <= Severity::Warning),
                "{text}: {:?}",
                rule_ids(&verdict)
            );
        }
        // And where it is inherited, by a name that exists.
        let text = text.replace("sp=reject; ", "sp=none; ");
        let zone = format!("_dmarc.a.nl TXT {text}\nb.a.nl EXISTS");
        let verdict = judge_in(&zone, &observe("b.a.nl"));
        let found = verdict
            .findings
            .iter()
            .filter(|one| one.rule.id.starts_with("DMARC"));
        let worst = found.map(|one| one.severity).min();
        assert!(
            worst.is_some_and(|worst| worst <= Severity::Warning),
            "{text}: {:?}",
            rule_ids(&verdict)
        );
    }
}

#[test]
fn two_findings_of_a_rule_have_two_subjects() {
    for text in [
        "v=DMARC1; p=none; rua=d@a.nl,e@a.nl",
        "v=DMARC1; p=x; sp=y; np=z; rua=mailto:d@a.nl; rua=mailto:e@a.nl; p=q",
        "v=DMARC1; p=none; rua=mailto:d@a.nl,mailto:d@a.nl; ruf=mailto:d@a.nl,mailto:d@a.nl",
        "v=DMARC1; p=none; adkim=x; aspf=x; a=b; c=d; ri=1; rf=1",
        "v=DMARC1; p=none; hello; world; x1=y; x2=y",
        "v=DMARC1; p=none; rua=mailto:d@b.nl,mailto:e@b.nl,mailto:f@c.nl",
    ] {
        let verdict = look(text);
        let mut seen = std::collections::BTreeSet::new();
        for finding in &verdict.findings {
            let identity = format!("{:?}", finding.identity());
            assert!(seen.insert(identity), "{text}: {:#?}", finding);
        }
    }
}

#[test]
fn compliance_hangs_on_the_steps_that_could_make_an_error() {
    use zegel::inquiry::Need;
    let spec = intent("{domain: b.a.nl, role: Mail, dmarc: {inherit: true}}");
    let unmanaged = intent("{domain: b.a.nl, role: Mail, spf: {mechanisms: [mx], all: Fail}}");
    let need = |zone: &str, intent: &zegel::intent::Intent, owner: &str| {
        let verdict = judge_in(zone, intent);
        let asked = verdict
            .asked
            .iter()
            .find(|one| one.question.label() == "TXT" && one.question.name().as_str() == owner);
        asked.map(|one| one.need)
    };
    // Without a record of its own the policy hangs on what stands above.
    assert_eq!(need("", &unmanaged, "_dmarc.b.a.nl"), Some(Need::Compliance));
    assert_eq!(need("", &unmanaged, "_dmarc.a.nl"), Some(Need::Compliance));
    assert_eq!(need("", &spec, "_dmarc.a.nl"), Some(Need::Essential));
    // With one, what stands above is advice.
    let own = "_dmarc.b.a.nl TXT v=DMARC1; p=reject";
    assert_eq!(need(own, &unmanaged, "_dmarc.a.nl"), Some(Need::Evidence));
    let managed = intent("{domain: b.a.nl, role: Mail, dmarc: {policy: Reject}}");
    let verdict = judge_in(&format!("{own}\n_dmarc.a.nl TXT !SERVFAIL"), &managed);
    assert!(verdict.is_complete() && verdict.compliance_is_known());
}
