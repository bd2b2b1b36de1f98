//! The state of every kind of wanted selector.

use zegel::inquiry::{Kind, Trouble};
use zegel::intent::SelectorList;
use zegel::judge::{State, Verdict};

use crate::facts::{self, findings, judge_in, record};
use crate::keys::*;

const S1: &str = "s1._domainkey.a.nl";

/// Judges one selector entry in a world.
fn verdict(selector: &str, zone: &str) -> Verdict {
    let spec = format!("{{domain: a.nl, role: Mail, dkim: {{selectors: [{{name: s1, {selector}}}]}}}}");
    judge_in(zone, &facts::intent(&spec))
}

fn check(rows: &[(&str, &str, State, &str)]) {
    for (selector, zone, want, difference) in rows {
        let verdict = verdict(selector, zone);
        let record = record(&verdict, S1);
        assert_eq!(record.state, *want, "{selector}\n{zone}\n{record:#?}");
        assert_eq!(
            record.differences.is_empty(),
            difference.is_empty(),
            "{record:#?}"
        );
        assert!(
            record.differences.iter().any(|one| one.contains(difference)) || difference.is_empty(),
            "{record:#?}"
        );
    }
}

fn txt(text: &str) -> String {
    format!("{S1} TXT {text}")
}

#[test]
fn a_public_key() {
    let key = format!("publicKey: '{RSA_2048}'");
    let right = txt(&format!("v=DKIM1; k=rsa; p={RSA_2048}"));
    let wrong = txt(&format!("v=DKIM1; p={OTHER_RSA_2048}"));
    let near = txt(&format!("v=dkim1; p={RSA_2048}"));
    let alias = format!("{S1} CNAME s1.p.example\ns1.p.example TXT v=DKIM1; p={RSA_2048}");
    check(&[
        (&key, &right, State::InSync, ""),
        (&key, &format!("{right}\n{wrong}"), State::Drifted, "found 2"),
        (&key, &format!("{right}\n{near}"), State::Drifted, "found 2"),
        (
            &key,
            &format!("{right}\n{}", txt("hello")),
            State::Drifted,
            "found 2",
        ),
        (&key, &format!("{right}\n{right}"), State::InSync, ""),
        (&key, &wrong, State::Drifted, "p: want RSA 2048"),
        (&key, &txt("v=DKIM1; p="), State::Drifted, "revoked"),
        (&key, &near, State::Missing, "near miss"),
        (&key, &txt("v=spf1 -all"), State::Missing, "found other text"),
        (&key, "", State::Missing, "found none"),
        (&key, "x.s1._domainkey.a.nl TXT x", State::Missing, "found none"),
        (&key, &format!("{S1} TXT !SERVFAIL"), State::Unknown, ""),
        (&key, &alias, State::InSync, ""),
        (
            &key,
            &format!("{S1} CNAME gone.p.example\np.example TXT x"),
            State::Missing,
            "found none",
        ),
    ]);
    let verdict = verdict(&key, &alias);
    assert_eq!(record(&verdict, S1).observed[0], "CNAME s1.p.example");
}

#[test]
fn any_key() {
    check(&[
        (
            "anyKey: true",
            &txt(&format!("v=DKIM1; p={RSA_2048}")),
            State::InSync,
            "",
        ),
        (
            "anyKey: true",
            &txt(&format!("k=ed25519; p={ED25519}")),
            State::InSync,
            "",
        ),
        (
            "anyKey: true",
            &txt("v=DKIM1; p="),
            State::Drifted,
            "want a key, found it empty",
        ),
        (
            "anyKey: true",
            &txt("v=DKIM1; p=AAAA"),
            State::Drifted,
            "want a key, found",
        ),
        (
            "anyKey: true",
            &format!(
                "{}\n{}",
                txt(&format!("p={RSA_2048}")),
                txt(&format!("p={OTHER_RSA_2048}"))
            ),
            State::Drifted,
            "found 2",
        ),
        ("anyKey: true", "", State::Missing, "found none"),
        (
            "anyKey: true",
            &format!("{S1} CNAME s1.p.example\ns1.p.example TXT p={RSA_2048}"),
            State::InSync,
            "",
        ),
        (
            "anyKey: true, flags: [Testing]",
            &txt(&format!("p={RSA_2048}")),
            State::Drifted,
            "t: want y",
        ),
    ]);
}

#[test]
fn a_cname_is_judged_by_its_first_hop() {
    let want = "cname: s1.p.example";
    check(&[
        (
            want,
            &format!("{S1} CNAME s1.p.example\ns1.p.example TXT p={RSA_2048}"),
            State::InSync,
            "",
        ),
        (want, &format!("{S1} CNAME s1.p.example"), State::InSync, ""),
        (
            want,
            &format!("{S1} CNAME s1.p.example\ns1.p.example TXT !SERVFAIL"),
            State::InSync,
            "",
        ),
        (
            want,
            &format!("{S1} CNAME s1.p.example\ns1.p.example CNAME {S1}"),
            State::InSync,
            "",
        ),
        (
            want,
            &format!("{S1} CNAME other.p.example"),
            State::Drifted,
            "want s1.p.example, found other.p.example",
        ),
        (
            want,
            &txt(&format!("v=DKIM1; p={RSA_2048}")),
            State::Drifted,
            "copied or flattened; will not follow",
        ),
        (want, &txt("v=DKIM1; p="), State::Drifted, "copied or flattened"),
        (want, &txt("hello"), State::Missing, "found none"),
        (want, "", State::Missing, "found none"),
        (want, &format!("{S1} CNAME !TIMEOUT"), State::Unknown, ""),
        (want, &format!("{S1} TXT !TIMEOUT"), State::Unknown, ""),
    ]);
    let verdict = verdict(
        want,
        &format!("{S1} CNAME s1.p.example\ns1.p.example TXT !SERVFAIL"),
    );
    assert!(
        verdict.is_complete(),
        "what stands at the end of the chain is evidence"
    );
    assert_eq!(record(&verdict, S1).site.kind(), Some(Kind::Cname));
}

#[test]
fn a_revoked_selector() {
    let revoked = "state: Revoked";
    check(&[
        (revoked, "", State::InSync, ""),
        (revoked, &txt("v=DKIM1; p="), State::InSync, ""),
        (revoked, &txt("p="), State::InSync, ""),
        (revoked, &txt("v=DKIM1; k=rsa"), State::InSync, ""),
        (revoked, &txt("v=spf1 -all"), State::InSync, ""),
        (
            revoked,
            &format!("{}\n{}", txt("p="), txt("v=DKIM1; p=")),
            State::InSync,
            "",
        ),
        (
            revoked,
            &txt(&format!("v=DKIM1; p={RSA_2048}")),
            State::Drifted,
            "a live key",
        ),
        (revoked, &txt("v=DKIM1; p=AAAA"), State::Drifted, "want it empty"),
        (
            revoked,
            &format!("{}\n{}", txt("p="), txt(&format!("p={RSA_2048}"))),
            State::Drifted,
            "a live key",
        ),
        (
            revoked,
            &format!("{S1} CNAME s1.p.example\ns1.p.example TXT p={RSA_2048}"),
            State::Drifted,
            "a live key",
        ),
        (revoked, &format!("{S1} TXT !REFUSED"), State::Unknown, ""),
    ]);
}

#[test]
fn a_parked_domain_has_no_key_behind_any_selector() {
    let intent = facts::intent("{domain: a.nl, role: Parked}");
    let wildcard = "*._domainkey.a.nl";
    for (zone, want) in [
        ("*._domainkey.a.nl TXT v=DKIM1; p=".to_owned(), State::InSync),
        (String::new(), State::InSync),
        ("*.a.nl TXT v=spf1 -all".to_owned(), State::InSync),
        (
            format!("*._domainkey.a.nl TXT v=DKIM1; p={RSA_2048}"),
            State::Drifted,
        ),
        (format!("*.a.nl TXT v=DKIM1; p={RSA_2048}"), State::Drifted),
        // The literal owner says one thing, the synthesised answer another.
        (
            format!("*._domainkey.a.nl TXT p=\nzegel-no-such-selector._domainkey.a.nl TXT p={RSA_2048}"),
            State::Drifted,
        ),
        ("*._domainkey.a.nl TXT !SERVFAIL".to_owned(), State::Unknown),
        (
            format!(
                "*._domainkey.a.nl TXT !SERVFAIL\nzegel-no-such-selector._domainkey.a.nl TXT p={RSA_2048}"
            ),
            State::Drifted,
        ),
    ] {
        let verdict = judge_in(&zone, &intent);
        assert_eq!(
            record(&verdict, wildcard).state,
            want,
            "{zone}: {:#?}",
            record(&verdict, wildcard)
        );
    }
    assert_eq!(
        findings(&judge_in("", &intent), "DKIM-041").len(),
        1,
        "absent is equivalent, and said"
    );
    assert!(findings(&judge_in("*._domainkey.a.nl TXT p=", &intent), "DKIM-041").is_empty());
}

#[test]
fn an_explicit_selector_beats_the_wildcard() {
    let intent =
        facts::intent("{domain: a.nl, role: Parked, dkim: {selectors: [{name: s1, state: Revoked}]}}");
    let zone = format!("*._domainkey.a.nl TXT p=\n{}", txt(&format!("p={RSA_2048}")));
    let verdict = judge_in(&zone, &intent);
    assert_eq!(record(&verdict, "*._domainkey.a.nl").state, State::InSync);
    assert_eq!(record(&verdict, S1).state, State::Drifted);
}

#[test]
fn a_verdict_says_what_it_rests_on() {
    let verdict = verdict("cname: s1.p.example", &format!("{S1} 300 TXT v=DKIM1; p="));
    let record = record(&verdict, S1);
    let asked: Vec<String> = record.questions.iter().map(ToString::to_string).collect();
    assert_eq!(asked, ["s1._domainkey.a.nl CNAME", "s1._domainkey.a.nl TXT"]);
    assert_eq!(record.ttl, Some(facts::NEGATIVE_TTL), "the longest of both");
    assert_eq!(record.seen_at, Some(facts::now()));
    assert!(record.expires_at > record.seen_at);
    assert_eq!(record.desired, ["s1.p.example"]);
}

#[test]
fn unanswered_is_a_third_thing() {
    let verdict = verdict("anyKey: true", &format!("{S1} TXT !TIMEOUT"));
    let record = record(&verdict, S1);
    assert_eq!(
        (record.state, record.unanswered),
        (State::Unknown, Some(Trouble::Timeout))
    );
    assert!(!verdict.is_complete());
}

#[test]
fn a_dark_standby_is_a_warning_while_another_selector_has_a_key() {
    use zegel::rules::Severity;
    let intent = facts::intent(
        "{domain: a.nl, role: Mail, dkim: {selectors: [{name: s1, cname: s1.p.example}, {name: s2, cname: \
         s2.p.example}]}}",
    );
    let aliases =
        "s1._domainkey.a.nl CNAME s1.p.example\ns2._domainkey.a.nl CNAME s2.p.example\np.example SOA x";
    let key = format!("s2.p.example TXT v=DKIM1; p={RSA_2048}");
    for (more, want) in [
        (key.clone(), Some(Severity::Warning)),
        (
            format!("s1.p.example TXT v=DKIM1; p=\n{key}"),
            Some(Severity::Warning),
        ),
        // Whether the other has one could not be asked: nobody knows that all are dark.
        ("s2.p.example TXT !SERVFAIL".to_owned(), Some(Severity::Warning)),
        (String::new(), Some(Severity::Error)),
        ("s1.p.example TXT v=DKIM1; p=".to_owned(), Some(Severity::Error)),
        (format!("s1.p.example TXT p={OTHER_RSA_2048}\n{key}"), None),
    ] {
        let verdict = judge_in(&format!("{aliases}\n{more}"), &intent);
        let found = findings(&verdict, "DKIM-037")
            .first()
            .map(|finding| finding.severity);
        assert_eq!(found, want, "{more}");
        assert!(
            verdict.records.iter().all(|record| record.state == State::InSync),
            "{more}"
        );
    }
}

#[test]
fn nothing_at_a_probe_is_not_known_and_no_finding() {
    let mut intent = facts::observe("a.nl");
    intent.probes = SelectorList::of(&intent.domain, ["s1", "s2"]);
    let verdict = judge_in("a.nl TXT v=spf1 -all", &intent);
    let dkim: Vec<_> = verdict
        .findings
        .iter()
        .filter(|finding| finding.rule.id.starts_with("DKIM"))
        .collect();
    assert!(dkim.is_empty(), "{dkim:#?}");
    let verdict = judge_in("s2._domainkey.a.nl TXT v=DKIM1; k=rsa", &intent);
    assert!(
        findings(&verdict, "DKIM-007")
            .iter()
            .all(|finding| !finding.managed)
    );
    assert_eq!(findings(&verdict, "DKIM-007").len(), 1);
}

#[test]
fn a_hostile_selector_ends_in_few_findings() {
    let mut zone = String::new();
    for n in 0..2000 {
        zone.push_str(&format!("{S1} TXT v=DKIM1; x{n}=1;; k=\\255; p=%\n"));
    }
    let verdict = verdict("anyKey: true", &zone);
    assert_eq!(record(&verdict, S1).state, State::Drifted);
    assert!(verdict.findings.len() < 40, "{}", verdict.findings.len());
    assert!(record(&verdict, S1).differences.len() <= 16);
}

#[test]
fn what_a_provider_keeps_as_a_standby_is_no_error() {
    use zegel::rules::Severity;
    let intent = facts::intent(
        "{domain: a.nl, role: Mail, dkim: {selectors: [{name: s1, cname: s1.p.example}, {name: s2, anyKey: true}]}}",
    );
    let zone = format!("s1._domainkey.a.nl CNAME s1.p.example\ns2._domainkey.a.nl TXT v=DKIM1; p={RSA_2048}");
    for (standby, rule, want) in [
        ("v=DKIM1; p=AAAA", "DKIM-010", Severity::Warning),
        ("v=DKIM1; k=rsa", "DKIM-007", Severity::Warning),
        ("v=dkim1; p=AAAA", "DKIM-005", Severity::Warning),
        (
            &format!("v=DKIM1; p={RFC_6376_EXAMPLE}"),
            "DKIM-019",
            Severity::Error,
        ),
    ] {
        let verdict = judge_in(&format!("{zone}\ns1.p.example TXT {standby}"), &intent);
        assert_eq!(findings(&verdict, rule)[0].severity, want, "{standby}");
        let errors = verdict
            .findings
            .iter()
            .filter(|finding| finding.managed && finding.severity == Severity::Error);
        assert_eq!(
            errors.count(),
            usize::from(want == Severity::Error),
            "{:#?}",
            verdict.findings
        );
    }
}

#[test]
fn how_findings_read() {
    let intent = facts::intent("{domain: a.nl, role: Mail, dkim: {selectors: [{name: s1, anyKey: true}]}}");
    let zone = format!(
        "{S1} TXT v=DKIM1; h=sha1:sha256; t=y; p={RSA_1024}\n{S1} TXT v=DKIM1; k=ed25519; p={ED25519_SPKI}"
    );
    let verdict = judge_in(&zone, &intent);
    let lines: Vec<String> = verdict
        .findings
        .iter()
        .filter(|finding| *finding.site.name() == facts::name(S1))
        .map(|finding| {
            let marked = finding.excerpt.as_ref().map_or(String::new(), |excerpt| {
                let piece = &excerpt.text[excerpt.span.clone()];
                let shown = String::from_utf8_lossy(&piece[..piece.len().min(24)]).into_owned();
                format!(" [{shown}: {}]", excerpt.label)
            });
            format!(
                "{} {}: {}{marked}",
                finding.severity.as_str(),
                finding.rule.id,
                finding.message
            )
        })
        .collect();
    insta::assert_snapshot!(lines.join("\n"), @r"
    Error DKIM-011: want a public key in p, found an Ed25519 key wrapped in SubjectPublicKeyInfo; p= takes its last 32 octets alone [MCowBQYDK2VwAyEAKkZhUknn: verifies nothing]
    Error DKIM-022: want one TXT record at a selector, found 2 [v=DKIM1; k=ed25519; p=MC: one too many]
    Warning DKIM-015: want at least 2048 bits, found RSA 1024 [MIGfMA0GCSqGSIb3DQEBAQUA: this key]
    Warning DKIM-024: want h without sha1, found it listed [sha1: not accepted any more]
    Warning DKIM-027: want no t=y, found it: verifiers may treat signed mail as unsigned [y: testing]
    ");
    insta::assert_snapshot!(record(&verdict, S1).differences.join("\n"), @r"
    want one TXT record, found 2: verifiers may take any of them
    t: want no y, found y
    ");
}
