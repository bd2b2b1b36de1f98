//! Signs of a key record that are others than belong there: one slip, one finding, whose fix is the whole record.

use zegel::judge::Finding;
use zegel::rules::Severity;

use crate::keys::*;
use crate::kinds::{inspect, of_dkim, s1};

/// What is said at the selector, advice aside.
fn said(text: &str) -> Vec<(&'static str, Severity, String, String)> {
    let verdict = inspect(&s1(text), &["s1"], &[]);
    let at_selector = |one: &&Finding| one.site.name().as_str().starts_with("s1.");
    let all = of_dkim(&verdict).into_iter().filter(at_selector);
    all.map(|one| (one.rule.id, one.severity, one.message.clone(), one.fix.clone()))
        .collect()
}

#[test]
fn a_colon_where_an_equals_sign_belongs_is_one_slip() {
    let key = RSA_2048;
    let good = format!("v=DKIM1; k=rsa; p={key}");
    assert_eq!(said(&good), []);
    for (text, names) in [
        (format!("v=DKIM1; k=rsa; p:{key}"), "p"),
        (format!("v=DKIM1; k:rsa; p={key}"), "k"),
        (format!("v=DKIM1; k:rsa; p:{key}"), "k, p"),
        (format!("v:DKIM1; k=rsa; p={key}"), "v"),
        (format!("v=DKIM1; k=rsa; p :{key}"), "p"),
        (format!("v=DKIM1; k=ed25519; p:{ED25519}"), "p"),
    ] {
        let found = said(&text);
        let [(rule, severity, message, fix)] = found.as_slice() else {
            panic!("{text}: {found:#?}");
        };
        assert_eq!((*rule, *severity), ("DKIM-002", Severity::Error), "{text}");
        let says = format!("found a colon behind {names}: verifiers discard the record");
        assert!(message.contains(&says), "{text}: {message}");
        let (_, whole) = fix.split_once("The whole record: ").expect("it is written out");
        assert_eq!(said(whole), [], "a fix leads to no next finding: {whole}");
    }
    // Another slip behind it is another finding, at once.
    let found = said("v=DKIM1; k=rsa; p:AAAA%");
    let rules: Vec<_> = found.iter().map(|one| one.0).collect();
    assert_eq!(rules, ["DKIM-002", "DKIM-009"], "{found:#?}");
    // Without a version too; and where a colon belongs it stays.
    let found = said(&format!("p:{key}"));
    let [(rule, _, message, fix)] = found.as_slice() else {
        panic!("{found:#?}");
    };
    assert_eq!(*rule, "DKIM-005");
    assert!(
        message.contains("a colon stands where the equals sign behind p belongs"),
        "{message}"
    );
    assert!(
        fix.ends_with(&format!("The whole record: v=DKIM1; p={key}")),
        "{fix}"
    );
    assert!(
        !said(&format!("v=DKIM1; h=sha1:sha256; t=s; p={key}"))
            .iter()
            .any(|one| one.0 == "DKIM-002")
    );
    assert!(
        said("hello: this is no key")
            .iter()
            .all(|one| one.0 == "DKIM-048")
    );
}

#[test]
fn a_line_that_ends_where_a_semicolon_belongs_is_named() {
    let key = RSA_2048;
    for end in ["\\010", "\\013", "\\013\\010", " \\010", "\\010 "] {
        for text in [
            format!("\"v=DKIM1{end}k=rsa; \" \"p={key}\""),
            format!("\"v=DKIM1{end}k=rsa{end}\" \"p={key}\""),
            format!("\"v=DKIM1{end}\" \"p={key}\""),
        ] {
            let found = said(&text);
            let [(rule, severity, message, fix)] = found.as_slice() else {
                panic!("{text}: {found:#?}");
            };
            assert_eq!((*rule, *severity), ("DKIM-005", Severity::Error), "{text}");
            assert!(
                message.contains("a line ends where the semicolon behind v=DKIM1 belongs"),
                "{text}: {message}"
            );
            let (_, whole) = fix.split_once("The whole record: ").expect("it is written out");
            assert_eq!(said(whole), [], "{text}: {whole}");
        }
    }
}
