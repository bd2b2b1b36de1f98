//! A record where nobody looks for it, and a text beside a record that works: no fix makes a second record.

use crate::facts::{findings, judge_in, observe};
use crate::kinds::{apex, judged};
use zegel::rules::Severity;

#[test]
fn a_near_miss_beside_a_good_record_is_to_go() {
    for miss in [
        "v=spf1; a",
        "v=spf10 a -all",
        "\\\"v=spf1 a -all\\\"",
        "spf1 a -all",
    ] {
        let verdict = judged(&format!("{}\na.example TXT {miss}", apex("v=spf1 mx -all")));
        let found = findings(&verdict, "SPF-002");
        let [one] = found[..] else {
            panic!("{miss}: {verdict:#?}")
        };
        assert_eq!(one.severity, Severity::Warning, "{miss}");
        assert_eq!(
            one.fix, "Remove it, or merge its terms into the record that counts: v=spf1 mx -all",
            "{miss}"
        );
    }
    // Of two near misses only one can become the record.
    let verdict = judged(&format!(
        "{}\na.example TXT v=spf1; a -all",
        apex("v=spf1; mx -all")
    ));
    let fixes: Vec<&str> = findings(&verdict, "SPF-002")
        .iter()
        .map(|one| one.fix.as_str())
        .collect();
    let merged = fixes.iter().filter(|fix| fix.starts_with("Remove it, or merge"));
    assert_eq!((fixes.len(), merged.count()), (2, 1), "{fixes:?}");
}

#[test]
fn a_record_is_moved_only_to_where_none_stands() {
    const DMARC: &str = "_dmarc.a.example TXT v=DMARC1; p=reject";
    for (zone, severity, fix) in [
        (
            format!("a.example TXT v=spf1 mx -all\na.example TXT v=DMARC1; p=none\n{DMARC}"),
            Severity::Warning,
            "Remove it from a.example: _dmarc.a.example has its record.",
        ),
        (
            format!("a.example TXT v=spf1 mx -all\n_dmarc.a.example TXT v=spf1 -all\n{DMARC}"),
            Severity::Warning,
            "Remove it from _dmarc.a.example: a.example has its record.",
        ),
        (
            "a.example TXT v=spf1 mx -all\na.example TXT v=DMARC1; p=none".to_owned(),
            Severity::Error,
            "Move it from a.example to _dmarc.a.example.",
        ),
        (
            format!("_dmarc.a.example TXT v=spf1 mx -all\n{DMARC}"),
            Severity::Error,
            "Move it from _dmarc.a.example to a.example.",
        ),
    ] {
        let zone = format!("{zone}\na.example MX 10 mx.a.example\nmx.a.example A 192.0.2.25");
        let verdict = judge_in(&zone, &observe("a.example"));
        let found = findings(&verdict, "SPF-095");
        let [one] = found[..] else {
            panic!("{zone}: {verdict:#?}")
        };
        assert_eq!((one.severity, one.fix.as_str()), (severity, fix), "{zone}");
    }
}

#[test]
fn what_is_wrong_at_a_target_is_shown() {
    for (zone, rule, says, fix) in [
        (
            "a.example TXT v=spf1 include:_spf.a.example -all\n_spf.a.example TXT v=spf1; mx ?all",
            "SPF-031",
            "v=spf1; mx ?all stands there, which receivers do not take for an SPF record: v=spf1 must be followed by a space",
            "Write the whole record at _spf.a.example anew: v=spf1 mx ?all",
        ),
        (
            "a.example TXT v=spf1 redirect=_spf.a.example\n_spf.a.example TXT spf1 mx -all",
            "SPF-073",
            "spf1 mx -all stands there",
            "Write the whole record at _spf.a.example anew: v=spf1 mx -all",
        ),
        (
            "a.example TXT v=spf1 redirect=_spf.a.example\n_spf.a.example TXT v=spf1 mx -all\n_spf.a.example TXT v=spf1 a -all",
            "SPF-073",
            "2 SPF records there",
            "Merge the records at _spf.a.example into one",
        ),
        (
            "a.example TXT v=spf1 include:_spf.a.example -all\n_spf.a.example TXT v=spf1 mx -all\n_spf.a.example TXT v=spf1 a -all",
            "SPF-032",
            "2 SPF records there",
            "Merge the records at _spf.a.example into one",
        ),
        (
            "a.example TXT v=spf1 redirect=_spf.a.example\n_spf.a.example TXT v=spf1 foo -all",
            "SPF-073",
            "syntax error",
            "Mend the record at _spf.a.example",
        ),
        (
            "a.example TXT v=spf1 include:_spf.a.example -all",
            "SPF-031",
            "the name does not exist",
            "Remove the include, or correct its name.",
        ),
    ] {
        let verdict = judged(zone);
        let found = findings(&verdict, rule);
        let [one] = found[..] else {
            panic!("{zone}: {verdict:#?}")
        };
        assert!(one.message.contains(says), "{zone}: {}", one.message);
        assert!(one.fix.starts_with(fix), "{zone}: {}", one.fix);
    }
}

#[test]
fn a_host_that_finds_nothing_and_a_wide_ring_around_one_are_said() {
    for (text, rule, says) in [
        (
            "v=spf1 a:missing.x.example -all",
            "SPF-050",
            "missing.x.example has no address: a:missing.x.example matches nobody",
        ),
        ("v=spf1 mx:missing.x.example -all", "SPF-050", "has no MX record"),
        (
            "v=spf1 a:mx.a.example/8 -all",
            "SPF-065",
            "a very wide network around each address",
        ),
        ("v=spf1 mx/8 -all", "SPF-065", "mx/8 is a very wide network"),
        ("v=spf1 a//16 -all", "SPF-065", "a//16"),
    ] {
        let verdict = judged(&format!("{}\nexample SOA x", apex(text)));
        let found = findings(&verdict, rule);
        let [one] = found[..] else {
            panic!("{text}: {verdict:#?}")
        };
        assert!(one.message.contains(says), "{text}: {}", one.message);
    }
    for text in [
        "v=spf1 a:mx.a.example/24 -all",
        "v=spf1 ?a/8 -all",
        "v=spf1 a//48 -all",
    ] {
        assert!(findings(&judged(&apex(text)), "SPF-065").is_empty(), "{text}");
    }
}
