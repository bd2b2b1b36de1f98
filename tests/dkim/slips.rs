//! One slip, one finding, with a fix after which nothing is wrong.

use zegel::judge::Finding;
use zegel::rules::Severity;

use crate::facts::{intent, judge_in, name};
use crate::keys::*;
use crate::kinds::{inspect, of_dkim, s1};

/// What is said of selector s1 and is more than advice.
fn said(verdict: &zegel::judge::Verdict) -> Vec<&Finding> {
    let findings = of_dkim(verdict).into_iter();
    findings
        .filter(|finding| finding.severity != Severity::Info)
        .collect()
}

/// RFC 6376 3.2: values are compared letter by letter.
#[test]
fn a_value_in_other_letters_is_another_value() {
    for (text, rule, severity, found, fix) in [
        (
            format!("v=DKIM1; k=RSA; p={RSA_2048}"),
            "DKIM-013",
            Severity::Error,
            "k=RSA",
            "Write k=rsa",
        ),
        (
            format!("k=Rsa; p={RSA_2048}"),
            "DKIM-013",
            Severity::Error,
            "k=Rsa",
            "Write k=rsa",
        ),
        (
            format!("v=DKIM1; k=Ed25519; p={ED25519}"),
            "DKIM-013",
            Severity::Error,
            "k=Ed25519",
            "Write k=ed25519",
        ),
        (
            format!("v=DKIM1; h=SHA256; p={RSA_2048}"),
            "DKIM-023",
            Severity::Error,
            "h=SHA256",
            "Write sha256",
        ),
        (
            format!("v=DKIM1; h=Sha256; p={RSA_2048}"),
            "DKIM-023",
            Severity::Error,
            "h=Sha256",
            "Write sha256",
        ),
        (
            format!("v=DKIM1; s=Email; p={RSA_2048}"),
            "DKIM-025",
            Severity::Error,
            "s=Email",
            "Write email",
        ),
        (
            format!("v=DKIM1; s=EMAIL; p={RSA_2048}"),
            "DKIM-025",
            Severity::Error,
            "s=EMAIL",
            "Write email",
        ),
        (
            format!("v=DKIM1; t=Y; p={RSA_2048}"),
            "DKIM-029",
            Severity::Warning,
            "t=Y",
            "Write t=y",
        ),
        (
            format!("v=DKIM1; t=S; p={RSA_2048}"),
            "DKIM-029",
            Severity::Warning,
            "t=S",
            "Write t=s",
        ),
        (
            format!("v=dkim1; p={RSA_2048}"),
            "DKIM-005",
            Severity::Error,
            "letter case",
            "in exactly these letters",
        ),
        (
            format!("v=Dkim1; k=rsa; p={RSA_2048}"),
            "DKIM-005",
            Severity::Error,
            "letter case",
            "in exactly these letters",
        ),
    ] {
        let zone = s1(&text);
        let wanted = intent("{domain: a.example, role: Mail, dkim: {selectors: [{name: s1, anyKey: true}]}}");
        for verdict in [inspect(&zone, &["s1"], &[]), judge_in(&zone, &wanted)] {
            let said: Vec<_> = said(&verdict)
                .into_iter()
                .filter(|one| one.rule.id != "DKIM-020")
                .collect();
            assert_eq!(said.len(), 1, "{text}: {said:#?}");
            assert_eq!((said[0].rule.id, said[0].severity), (rule, severity), "{text}");
            assert!(said[0].message.contains(found), "{text}: {}", said[0].message);
            assert!(said[0].fix.contains(fix), "{text}: {}", said[0].fix);
        }
    }
    // A type nobody knows is an Error where mail is signed with it, and else only a Warning.
    let zone = s1(&format!("v=DKIM1; k=dsa; p={RSA_2048}"));
    for (named, tried, severity) in [
        (&["s1"][..], &[][..], Severity::Error),
        (&[], &["s1"], Severity::Warning),
    ] {
        let verdict = inspect(&zone, named, tried);
        let found = said(&verdict);
        assert_eq!(
            (found[0].rule.id, found[0].severity),
            ("DKIM-013", severity),
            "{found:#?}"
        );
    }
}

/// The fix of each leads to a record of which nothing is said any more.
#[test]
fn what_a_fix_says_leads_to_no_next_finding() {
    let spki = ED25519_SPKI;
    let raw = ED25519;
    let kind = format!("p={raw}");
    for (text, rule, fix) in [
        (
            format!("v=DKIM1; k=rsa; p={raw}"),
            "DKIM-012",
            format!("Write k=ed25519 in place of k=rsa, and {kind}."),
        ),
        (
            format!("v=DKIM1; p={raw}"),
            "DKIM-012",
            format!("Write k=ed25519; {kind}."),
        ),
        (
            format!("v=DKIM1; k=rsa; p={spki}"),
            "DKIM-012",
            format!("Write k=ed25519 in place of k=rsa, and {kind}."),
        ),
        (
            format!("v=DKIM1; k=ed25519; p={spki}"),
            "DKIM-011",
            format!("Write {kind}."),
        ),
        (
            format!("v=DKIM1; k=ed25519; p={RSA_2048}"),
            "DKIM-011",
            "Write k=rsa in place of k=ed25519".to_owned(),
        ),
        (RSA_2048.to_owned(), "DKIM-005", "v=DKIM1; k=rsa; p=…".to_owned()),
        (raw.to_owned(), "DKIM-005", "v=DKIM1; k=ed25519; p=…".to_owned()),
        (
            format!("v=DKIM1 k=rsa; p={RSA_2048}"),
            "DKIM-005",
            "the semicolon included".to_owned(),
        ),
        (
            format!("V=DKIM1; P={RSA_2048}"),
            "DKIM-005",
            "small letters".to_owned(),
        ),
        (
            format!("v=DKIM1\\\\; p={RSA_2048}"),
            "DKIM-005",
            "without backslashes".to_owned(),
        ),
        (
            format!("\\\"v=DKIM1; p={RSA_2048}\\\""),
            "DKIM-005",
            "without quotes".to_owned(),
        ),
        (
            format!("k=rsa; v=DKIM1; p={RSA_2048}"),
            "DKIM-005",
            "to the start".to_owned(),
        ),
    ] {
        let verdict = inspect(&s1(&text), &["s1"], &[]);
        let found = said(&verdict);
        assert_eq!(found.len(), 1, "{text}: {found:#?}");
        assert_eq!(found[0].rule.id, rule, "{text}");
        assert!(found[0].fix.contains(&fix), "{text}: {}", found[0].fix);
    }
    // Two slips are two findings at once: the key is looked at as if k were right.
    let verdict = inspect(&s1("v=DKIM1; k=RSA; p=AAAA%"), &["s1"], &[]);
    let found: Vec<&str> = said(&verdict).iter().map(|one| one.rule.id).collect();
    assert_eq!(found, ["DKIM-009", "DKIM-013"]);
}

#[test]
fn a_pasted_line_is_one_slip() {
    for (text, says) in [
        (
            format!("s1._domainkey IN TXT \\\"v=DKIM1; k=rsa; p={RSA_2048}\\\""),
            "line of a zone file",
        ),
        (
            format!("s1._domainkey.a.example. 3600 IN TXT ( \\\"v=DKIM1; k=rsa; p={RSA_2048}\\\" )"),
            "line of a zone file",
        ),
        (format!("IN TXT v=DKIM1; p={RSA_2048}"), "line of a zone file"),
        (
            format!("s1._domainkey TXT \\\"k=rsa; p={RSA_2048}\\\""),
            "line of a zone file",
        ),
        (
            format!("s1._domainkey v=DKIM1; k=rsa; p={RSA_2048}"),
            "something stands before",
        ),
        (
            format!("Value: v=DKIM1; k=rsa; p={RSA_2048}"),
            "something stands before",
        ),
    ] {
        let verdict = inspect(&s1(&text), &["s1"], &[]);
        let found = said(&verdict);
        assert_eq!(found.len(), 1, "{text}: {found:#?}");
        assert_eq!(
            (found[0].rule.id, found[0].severity),
            ("DKIM-005", Severity::Error),
            "{text}"
        );
        assert!(found[0].message.contains(says), "{text}: {}", found[0].message);
    }
}

#[test]
fn a_host_name_is_known_by_what_forms_write_around_it() {
    for text in [
        "s1.p.example",
        "10 s1.p.example",
        "3600 s1.p.example.",
        "cname=s1.p.example",
        "CNAME: s1.p.example",
        "target=s1.p.example",
        "http://s1.p.example",
        "https://s1.p.example/",
        "IN CNAME s1.p.example.",
        "s1._domainkey 300 IN CNAME s1.p.example.",
        "<s1.p.example>",
    ] {
        let verdict = inspect(&s1(text), &["s1"], &[]);
        let found = said(&verdict);
        assert_eq!(found.len(), 1, "{text}: {found:#?}");
        assert_eq!(
            (found[0].rule.id, found[0].severity),
            ("DKIM-047", Severity::Error),
            "{text}"
        );
        assert!(
            found[0].message.contains("want a CNAME to s1.p.example,"),
            "{}",
            found[0].message
        );
    }
}

#[test]
fn a_no_break_space_is_said_once() {
    for text in [
        format!("v=DKIM1;\\194\\160k=rsa; p={RSA_2048}"),
        format!("v=DKIM1; k=rsa;\\194\\160p={RSA_2048}"),
        format!("v=DKIM1\\194\\160; p={RSA_2048}"),
        format!("\\194\\160v=DKIM1; p={RSA_2048}"),
        format!("v=DKIM1; p={RSA_2048}\\194\\160"),
        format!("v=DKIM1;\\226\\128\\139 p={RSA_2048}"),
    ] {
        let verdict = inspect(&s1(&text), &["s1"], &[]);
        let found = said(&verdict);
        assert_eq!(found.len(), 1, "{text:?}: {found:#?}");
        assert_eq!(found[0].rule.id, "DNS-012", "{text:?}");
    }
}

#[test]
fn a_lost_alias_is_said_once() {
    let zone = "s1._domainkey.a.example CNAME s1.gone.example\nexample SOA x";
    let wanted = "{domain: a.example, role: Mail, dkim: {selectors: [{name: s1, cname: s1.gone.example}]}}";
    for verdict in [inspect(zone, &["s1"], &[]), judge_in(zone, &intent(wanted))] {
        let found = said(&verdict);
        assert_eq!(found.len(), 1, "{found:#?}");
        assert_eq!(
            (found[0].rule.id, found[0].severity),
            ("DKIM-038", Severity::Error)
        );
    }
}

#[test]
fn aliases_that_lead_nowhere_in_particular_are_said() {
    let circle = "s1._domainkey.a.example CNAME x.p.example\nx.p.example CNAME s1._domainkey.a.example";
    let itself = "s1._domainkey.a.example CNAME s1._domainkey.a.example";
    for zone in [circle, itself] {
        let verdict = inspect(zone, &["s1"], &[]);
        let found = said(&verdict);
        assert_eq!(found.len(), 1, "{found:#?}");
        assert_eq!(
            (found[0].rule.id, found[0].severity),
            ("DKIM-048", Severity::Error)
        );
        assert!(found[0].message.contains("in a circle"), "{}", found[0].message);
        // Nobody named it.
        assert!(said(&inspect(zone, &[], &["s1"])).is_empty());
    }
    let two = format!(
        "s1._domainkey.a.example CNAME s1.old.example\ns1._domainkey.a.example CNAME s1.p.example\n\
         s1.old.example TXT v=DKIM1; p={RSA_2048}\ns1.p.example TXT v=DKIM1; p={OTHER_RSA_2048}"
    );
    let verdict = inspect(&two, &["s1"], &[]);
    let found = said(&verdict);
    assert_eq!(found.len(), 1, "{found:#?}");
    assert_eq!(
        (found[0].rule.id, found[0].severity),
        ("DNS-025", Severity::Warning)
    );
    assert_eq!(found[0].site.name(), &name("s1._domainkey.a.example"));
    assert!(
        found[0].message.contains("s1.old.example and s1.p.example"),
        "{}",
        found[0].message
    );
}

/// Of wrong separators all are told at once: the whole record is written out, and it reads.
#[test]
fn of_wrong_separators_the_whole_record_is_told() {
    let good = format!("v=DKIM1; k=rsa; p={RSA_2048}");
    for text in [
        format!("v=DKIM1, k=rsa, p={RSA_2048}"),
        format!("v=DKIM1: k=rsa: p={RSA_2048}"),
        format!("v=DKIM1\\\\; k=rsa\\\\; p={RSA_2048}"),
        format!("DKIM1; k=rsa; p={RSA_2048}"),
        format!("v=DKIM1 k=rsa p={RSA_2048}"),
        format!("v:DKIM1; k:rsa; p:{RSA_2048}"),
    ] {
        let verdict = inspect(&s1(&text), &["s1"], &[]);
        let found = of_dkim(&verdict);
        assert_eq!(found.len(), 1, "{text}: {found:#?}");
        assert_eq!(found[0].rule.id, "DKIM-005", "{text}");
        let whole = found[0].fix.split_once(" The whole record: ");
        assert_eq!(
            whole.map(|(_, whole)| whole),
            Some(good.as_str()),
            "{text}: {}",
            found[0].fix
        );
    }
    assert!(said(&inspect(&s1(&good), &["s1"], &[])).is_empty());
    // A tag that swallowed the next one.
    let verdict = inspect(&s1(&format!("k=rsa, p={RSA_2048}")), &["s1"], &[]);
    let found = said(&verdict);
    assert_eq!(found.len(), 1, "{found:#?}");
    assert!(
        found[0].fix.starts_with("Write a semicolon between the two tags"),
        "{found:#?}"
    );
}

#[test]
fn a_hash_nobody_knows_is_said_once() {
    for value in ["sha-256", "sha512", "SHA2"] {
        let verdict = inspect(&s1(&format!("v=DKIM1; h={value}; p={RSA_2048}")), &["s1"], &[]);
        let found: Vec<_> = of_dkim(&verdict);
        assert_eq!(found.len(), 1, "{value}: {found:#?}");
        assert_eq!(
            found[0].fix,
            format!("Write h=sha256 in place of h={value}, or remove h.")
        );
    }
}

#[test]
fn a_service_nobody_knows_is_said_once() {
    for value in ["mail", "web", "smtp:mail", "e-mail"] {
        let verdict = inspect(&s1(&format!("v=DKIM1; s={value}; p={RSA_2048}")), &["s1"], &[]);
        let found: Vec<_> = of_dkim(&verdict);
        assert_eq!(found.len(), 1, "{value}: {found:#?}");
        assert_eq!(
            (found[0].rule.id, found[0].fix.as_str()),
            (
                "DKIM-025",
                format!("Write s=email in place of s={value}, or remove s.").as_str()
            )
        );
    }
}

/// Two values were pasted into one field: each mark of that would be mended alone, and the next be the next finding.
#[test]
fn two_key_records_in_one_text_are_one_finding() {
    let (one, two) = (RSA_2048, OTHER_RSA_2048);
    for text in [
        format!("v=DKIM1; k=rsa; p={one}v=DKIM1; k=rsa; p={two}"),
        format!("v=DKIM1; k=rsa; p={one}v=DKIM1; k=rsa; p={one}"),
        format!("v=DKIM1; k=rsa; p={one} v=DKIM1; k=rsa; p={two}"),
        format!("v=DKIM1; k=rsa; p={one};v=DKIM1; k=rsa; p={two};"),
        format!("v=DKIM1; p={one}, v=DKIM1; p={two}"),
        format!("v=DKIM1; k=ed25519; p={ED25519}v=DKIM1; k=rsa; p={one}"),
        format!("v=DKIM1; p=; v=DKIM1; p={one}"),
    ] {
        let verdict = inspect(&s1(&text), &["s1"], &[]);
        let found = said(&verdict);
        assert_eq!(found.len(), 1, "{text}: {found:#?}");
        assert_eq!(
            (found[0].rule.id, found[0].severity),
            ("DKIM-003", Severity::Error)
        );
        assert!(
            found[0].message.contains("two key records in one text"),
            "{found:#?}"
        );
        assert!(
            found[0].fix.starts_with("Keep one of the two records"),
            "{found:#?}"
        );
    }
    // A record written into its own p is one record.
    let inner = format!("v=DKIM1; k=rsa; p=v=DKIM1; k=rsa; p={one}");
    let verdict = inspect(&s1(&inner), &["s1"], &[]);
    let found = said(&verdict);
    assert!(
        found
            .iter()
            .any(|one| one.message.contains("the whole record written into p=")),
        "{found:#?}"
    );
}
