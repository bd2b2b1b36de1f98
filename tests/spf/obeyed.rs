//! What a fix says leads to no next finding: it is done to the letter, and the record is judged again.

use crate::facts::findings;
use crate::kinds::{apex, judged};
use zegel::judge::{Finding, Verdict};
use zegel::rules::Severity;

/// What is said of the apex TXT and is more than advice.
fn said(verdict: &Verdict) -> Vec<&Finding> {
    let of_apex = |one: &&Finding| one.site.name().as_str() == "a.example" && one.severity != Severity::Info;
    verdict.findings.iter().filter(of_apex).collect()
}

/// The record after a fix of the form `Write A in place of B, and C in place of D.` or `Remove A`.
fn obeyed(text: &str, fix: &str) -> String {
    if let Some(whole) = fix.split_once("Write the whole record anew: ") {
        return whole.1.to_owned();
    }
    if let Some(rest) = fix.strip_prefix("Remove ") {
        let term = rest.split([',', ':']).next().expect("a term");
        let term = if text.contains(term) {
            term
        } else {
            rest.split([' ', ',']).next().expect("a term")
        };
        let term = term.trim_end_matches('.');
        let removed = text.replacen(&format!(" {term}"), "", 1);
        assert_ne!(removed, text, "{text}: {fix}");
        let ends = fix.contains("end the record in -all") && !removed.ends_with("-all");
        return if ends { format!("{removed} -all") } else { removed };
    }
    let list = fix
        .strip_prefix("Write ")
        .unwrap_or_else(|| panic!("{text}: {fix}"));
    let list = list.strip_suffix('.').unwrap_or(list);
    if let Some((new, rest)) = list.split_once(" before ") {
        let (place, old) = rest.split_once(", and remove ").expect("what goes");
        return text
            .replacen(&format!(" {old}"), "", 1)
            .replacen(place, &format!("{new} {place}"), 1);
    }
    list.split(", and ").fold(text.to_owned(), |text, one| {
        let (new, old) = one
            .split_once(" in place of ")
            .unwrap_or_else(|| panic!("{text}: {fix}"));
        let mended = text.replacen(old, new, 1);
        assert_ne!(mended, text, "{fix}");
        mended
    })
}

/// The record becomes `good` by one finding's fix, and nothing is said of it any more.
fn leads_to(text: &str, rule: &str, says: &str, good: &str) {
    let verdict = judged(&apex(text));
    let [one] = said(&verdict)[..] else {
        panic!("{text}: {:#?}", said(&verdict))
    };
    assert_eq!(one.rule.id, rule, "{text}: {one:#?}");
    assert!(one.message.contains(says), "{text}: {}", one.message);
    let mended = obeyed(text, &one.fix);
    assert_eq!(mended, good, "{text}: {}", one.fix);
    let after = judged(&apex(&mended));
    assert!(said(&after).is_empty(), "{text}: {mended}: {:#?}", said(&after));
}

#[test]
fn a_mechanism_written_with_an_equals_sign() {
    for (text, good) in [
        ("v=spf1 mx a=203.0.113.9 -all", "v=spf1 mx ip4:203.0.113.9 -all"),
        ("v=spf1 mx=10 -all", "v=spf1 mx -all"),
        ("v=spf1 mx mx=10 -all", "v=spf1 mx -all"),
        ("v=spf1 mx all=fail", "v=spf1 mx -all"),
        ("v=spf1 mx all=softfail", "v=spf1 mx ~all"),
        ("v=spf1 mx all=", "v=spf1 mx -all"),
        ("v=spf1 mx all=fail -all", "v=spf1 mx -all"),
        ("v=spf1 all=fail mx", "v=spf1 mx -all"),
        ("v=spf1 mx ptr= -all", "v=spf1 mx -all"),
        ("v=spf1 mx ptr=a.example -all", "v=spf1 mx -all"),
        (
            "v=spf1 mx ip6=198.51.100.1 -all",
            "v=spf1 mx ip4:198.51.100.1 -all",
        ),
        ("v=spf1 mx ip4=2001:db8::1 -all", "v=spf1 mx ip6:2001:db8::1 -all"),
        ("v=spf1 mx ip4=mx.a.example -all", "v=spf1 mx a:mx.a.example -all"),
        (
            "v=spf1 mx ip4=192.0.2.0/24 -all",
            "v=spf1 mx ip4:192.0.2.0/24 -all",
        ),
        (
            "v=spf1 mx include=x.example -all",
            "v=spf1 mx include:x.example -all",
        ),
        ("v=spf1 mx include= -all", "v=spf1 mx -all"),
        ("v=spf1 mx ip4=mailserver -all", "v=spf1 mx -all"),
        (
            "v=spf1 mx -all include=x.example",
            "v=spf1 mx include:x.example -all",
        ),
    ] {
        leads_to(text, "SPF-011", "a modifier that nobody knows", good);
    }
}

#[test]
fn a_signed_mechanism_written_with_an_equals_sign() {
    for (text, rule, good) in [
        (
            "v=spf1 mx -include=x.example -all",
            "SPF-010",
            "v=spf1 mx -include:x.example -all",
        ),
        (
            "v=spf1 mx +ip4=192.0.2.1 -all",
            "SPF-010",
            "v=spf1 mx +ip4:192.0.2.1 -all",
        ),
        (
            "v=spf1 mx ?a=mx.a.example -all",
            "SPF-010",
            "v=spf1 mx ?a:mx.a.example -all",
        ),
        ("v=spf1 mx -all=", "SPF-020", "v=spf1 mx -all"),
        ("v=spf1 mx ~all=fail", "SPF-020", "v=spf1 mx ~all"),
        ("v=spf1 mx -all:a.example", "SPF-020", "v=spf1 mx -all"),
        (
            "v=spf1 mx -redirect=x.example",
            "SPF-010",
            "v=spf1 mx redirect=x.example",
        ),
    ] {
        leads_to(text, rule, "", good);
    }
    let verdict = judged(&apex("v=spf1 mx -all.v=spf1"));
    assert!(
        said(&verdict)[0].fix.starts_with("Take the second record out"),
        "{verdict:#?}"
    );
}

#[test]
fn wrong_separators() {
    for (text, says, good) in [
        (
            "v=spf1 include;x.example -all",
            "a colon belongs between include and what it names",
            "v=spf1 include:x.example -all",
        ),
        (
            "v=spf1 ip4;198.51.100.1 -all",
            "a colon belongs between ip4 and",
            "v=spf1 ip4:198.51.100.1 -all",
        ),
        (
            "v=spf1 ip4,198.51.100.1 -all",
            "a colon belongs between ip4 and",
            "v=spf1 ip4:198.51.100.1 -all",
        ),
        (
            "v=spf1 a;mx.a.example -all",
            "a colon belongs",
            "v=spf1 a:mx.a.example -all",
        ),
        (
            "v=spf1 mx, ip4:198.51.100.1; -all",
            "without commas",
            "v=spf1 mx ip4:198.51.100.1 -all",
        ),
        (
            "v=spf1 mx,ip4:198.51.100.1,-all",
            "without commas",
            "v=spf1 mx ip4:198.51.100.1 -all",
        ),
        ("v=spf1 mx -all;", "without commas", "v=spf1 mx -all"),
        (
            "v=spf1 ip4:198.51.100.1,198.51.100.2 -all",
            "without commas",
            "v=spf1 ip4:198.51.100.1 ip4:198.51.100.2 -all",
        ),
        (
            "v=spf1 ip4:198.51.100.1;198.51.100.2 -all",
            "without commas",
            "v=spf1 ip4:198.51.100.1 ip4:198.51.100.2 -all",
        ),
        (
            "v=spf1 ip4:198.51.100.1,ip4:198.51.100.2 -all",
            "without commas",
            "v=spf1 ip4:198.51.100.1 ip4:198.51.100.2 -all",
        ),
        (
            "v=spf1 ip6:2001:db8::1,2001:db8::2 -all",
            "without commas",
            "v=spf1 ip6:2001:db8::1 ip6:2001:db8::2 -all",
        ),
    ] {
        leads_to(text, "SPF-099", says, good);
    }
    let two = "v=spf1 include:x.example,y.example -all";
    let verdict = judged(&format!(
        "{}\ny.example TXT v=spf1 ip4:203.0.113.77 -all",
        apex(two)
    ));
    let [one] = said(&verdict)[..] else {
        panic!("{verdict:#?}")
    };
    assert!(
        one.fix
            .contains("include:x.example include:y.example in place of include:x.example,y.example"),
        "{one:#?}"
    );
}

#[test]
fn an_address_keeps_its_prefix_wherever_it_is_written() {
    for (text, rule, good) in [
        (
            "v=spf1 a:198.51.100.0/24 -all",
            "SPF-085",
            "v=spf1 ip4:198.51.100.0/24 -all",
        ),
        (
            "v=spf1 mx:198.51.100.0/24 -all",
            "SPF-085",
            "v=spf1 ip4:198.51.100.0/24 -all",
        ),
        (
            "v=spf1 include:198.51.100.7 -all",
            "SPF-085",
            "v=spf1 ip4:198.51.100.7 -all",
        ),
        (
            "v=spf1 ?a:198.51.100.7 -all",
            "SPF-085",
            "v=spf1 ?ip4:198.51.100.7 -all",
        ),
        (
            "v=spf1 a:2001:db8::/48 -all",
            "SPF-085",
            "v=spf1 ip6:2001:db8::/48 -all",
        ),
        (
            "v=spf1 ip6:198.51.100.0/24 -all",
            "SPF-062",
            "v=spf1 ip4:198.51.100.0/24 -all",
        ),
        (
            "v=spf1 198.51.100.0/24 -all",
            "SPF-009",
            "v=spf1 ip4:198.51.100.0/24 -all",
        ),
    ] {
        leads_to(text, rule, "", good);
    }
}

#[test]
fn what_is_said_and_what_is_to_be_written_agree() {
    for (text, rule, says, good) in [
        (
            "v=spf1 ip4 :198.51.100.1 -all",
            "SPF-060",
            "a blank too many",
            "v=spf1 ip4:198.51.100.1 -all",
        ),
        (
            "v=spf1 ip4: 198.51.100.1 -all",
            "SPF-060",
            "a blank too many",
            "v=spf1 ip4:198.51.100.1 -all",
        ),
        (
            "v=spf1 ip4:198.51.100.0 /24 -all",
            "SPF-061",
            "a blank too many",
            "v=spf1 ip4:198.51.100.0/24 -all",
        ),
        (
            "v=spf1 ip4:198.51.100.0/24 /24 -all",
            "SPF-061",
            "a prefix stands there twice",
            "v=spf1 ip4:198.51.100.0/24 -all",
        ),
        (
            "v=spf1 ip4:198.51.100.0/24/24 -all",
            "SPF-061",
            "",
            "v=spf1 ip4:198.51.100.0/24 -all",
        ),
        (
            "v=spf1 ip4:ip4:198.51.100.1 -all",
            "SPF-060",
            "the name of a mechanism stands behind ip4:",
            "v=spf1 ip4:198.51.100.1 -all",
        ),
        (
            "v=spf1 ip4::198.51.100.1 -all",
            "SPF-060",
            "found two",
            "v=spf1 ip4:198.51.100.1 -all",
        ),
        (
            "v=spf1 ip4:198.51.100.1:25 -all",
            "SPF-060",
            "a port",
            "v=spf1 ip4:198.51.100.1 -all",
        ),
        (
            "v=spf1 redirect:x.example",
            "SPF-009",
            "written redirect=",
            "v=spf1 redirect=x.example",
        ),
        (
            "v=spf1 a:a:mx.a.example -all",
            "SPF-085",
            "a: became part of the domain",
            "v=spf1 a:mx.a.example -all",
        ),
        (
            "v=spf1 include:include:x.example -all",
            "SPF-085",
            "include: became part of the domain",
            "v=spf1 include:x.example -all",
        ),
        (
            "v=spf1 include x.example -all",
            "SPF-030",
            "a colon without blanks",
            "v=spf1 include:x.example -all",
        ),
        (
            "v=spf1 ip4 198.51.100.1 -all",
            "SPF-060",
            "a colon without blanks",
            "v=spf1 ip4:198.51.100.1 -all",
        ),
        (
            "v=spf1 a mx.a.example -all",
            "SPF-009",
            "a colon without blanks",
            "v=spf1 a:mx.a.example -all",
        ),
        (
            "v=spf1 redirect x.example",
            "SPF-009",
            "an equals sign without blanks",
            "v=spf1 redirect=x.example",
        ),
        ("v=spf1 - all", "SPF-012", "a blank too many", "v=spf1 -all"),
        ("v=spf1 mx --all", "SPF-012", "", "v=spf1 mx -all"),
        ("v=spf1 a/24/64 -all", "SPF-064", "", "v=spf1 a/24//64 -all"),
        (
            "v=spf1 include:https://x.example -all",
            "SPF-037",
            "",
            "v=spf1 include:x.example -all",
        ),
        (
            "v=spf1 include:x.example-all",
            "SPF-104",
            "a blank is missing",
            "v=spf1 include:x.example -all",
        ),
        (
            "v=spf1 include:x.example~all",
            "SPF-104",
            "a blank is missing",
            "v=spf1 include:x.example ~all",
        ),
        (
            "v=spf1 mx a:mx.a.example-all",
            "SPF-104",
            "a blank is missing",
            "v=spf1 mx a:mx.a.example -all",
        ),
        (
            "v=spf1 mx ip4:192.0.2.81~all",
            "SPF-104",
            "a blank is missing",
            "v=spf1 mx ip4:192.0.2.81 ~all",
        ),
    ] {
        leads_to(text, rule, says, good);
    }
}

#[test]
fn of_what_was_meant_as_a_record_the_whole_is_written_anew() {
    for (text, good) in [
        ("\\\"v=spf1 mx -all\\\"", "v=spf1 mx -all"),
        ("&quot;v=spf1 mx -all&quot;", "v=spf1 mx -all"),
        ("'v=spf1 mx -all'", "v=spf1 mx -all"),
        ("a.example. IN TXT \\\"v=spf1 mx -all\\\"", "v=spf1 mx -all"),
        ("a.example. 3600 IN TXT v=spf1 mx -all", "v=spf1 mx -all"),
        ("v=spf1; mx -all", "v=spf1 mx -all"),
        ("v=spf1, mx, -all", "v=spf1 mx -all"),
        ("v=spf10 mx -all", "v=spf1 mx -all"),
        ("v=spf2 mx -all", "v=spf1 mx -all"),
        ("v=spf1mx -all", "v=spf1 mx -all"),
        ("v=spf1-all", "v=spf1 -all"),
        ("v=spf mx -all", "v=spf1 mx -all"),
        ("v:spf1 mx -all", "v=spf1 mx -all"),
        ("v spf1 mx -all", "v=spf1 mx -all"),
        ("vspf1 mx -all", "v=spf1 mx -all"),
        ("spf1 mx -all", "v=spf1 mx -all"),
        ("v=spf1; include;x.example; -all", "v=spf1 include:x.example -all"),
        ("TXT v=spf1 mx -all", "v=spf1 mx -all"),
    ] {
        let verdict = judged(&format!("a.example TXT {text}"));
        let found = findings(&verdict, "SPF-002");
        let [one] = found[..] else {
            panic!("{text}: {verdict:#?}")
        };
        assert_eq!(one.fix, format!("Write the whole record anew: {good}"), "{text}");
        let after = judged(&apex(good));
        assert!(said(&after).is_empty(), "{text}: {:#?}", said(&after));
    }
}
