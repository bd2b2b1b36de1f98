//! What a record does, as specification: its effects, and every row of what makes two records the same.

mod properties;
mod reading;
mod uris;

use super::*;
use crate::records::Class;

fn record(text: &str) -> Record {
    parse(text.as_bytes())
}

#[test]
fn errors_are_handled_as_section_4_10_1_says() {
    let rua = "rua=mailto:a@b.example";
    for (text, application) in [
        ("v=DMARC1; p=reject".to_owned(), Application::AsWritten),
        ("v=DMARC1; p=REJECT; sp=None".to_owned(), Application::AsWritten),
        ("v=DMARC1".to_owned(), Application::Not),
        ("v=DMARC1; p=".to_owned(), Application::Not),
        ("v=DMARC1; p=foo".to_owned(), Application::Not),
        ("v=DMARC1; p=foo; rua=a@b.example".to_owned(), Application::Not),
        ("v=DMARC1; p=reject; sp=foo".to_owned(), Application::Not),
        ("v=DMARC1; p=reject; np=foo".to_owned(), Application::Not),
        (format!("v=DMARC1; {rua}"), Application::AsNone),
        (format!("v=DMARC1; p=foo; {rua}"), Application::AsNone),
        (format!("v=DMARC1; p=reject; sp=foo; {rua}"), Application::AsNone),
        (format!("v=DMARC1; p=reject; np=; {rua}"), Application::AsNone),
        (format!("v=DMARC1; p=reject; p=foo; {rua}"), Application::AsNone),
    ] {
        assert_eq!(record(&text).application(), application, "{text}");
    }
    let policies = |text: &str| {
        let effects = record(text).effects().unwrap();
        (effects.policy, effects.subdomain, effects.nonexistent)
    };
    use Policy::{None, Quarantine, Reject};
    assert_eq!(
        policies(&format!("v=DMARC1; p=reject; sp=foo; {rua}")),
        (None, None, None)
    );
    assert_eq!(
        policies(&format!("v=DMARC1; sp=reject; {rua}")),
        (None, Reject, Reject)
    );
    assert_eq!(policies("v=DMARC1; p=none; np=reject"), (None, None, Reject));
    assert_eq!(
        policies("v=DMARC1; p=none; sp=quarantine"),
        (None, Quarantine, Quarantine)
    );
}

#[test]
fn other_invalid_values_are_the_default() {
    let plain = record("v=DMARC1; p=reject").effects();
    for text in [
        "v=DMARC1; p=reject; adkim=x; aspf=strict; t=yes; psd=maybe; fo=7",
        "v=DMARC1; p=reject; adkim=; fo=1:x",
        "v=DMARC1; p=reject; rua=; ruf=nobody",
    ] {
        assert_eq!(record(text).effects(), plain, "{text}");
    }
}

#[test]
fn a_tag_that_stands_there_twice_is_read_as_weakly_as_any_receiver_might() {
    use Policy::{None, Reject};
    for text in [
        "v=DMARC1; p=reject; p=reject",
        "v=DMARC1; p=reject; P=quarantine",
        "v=DMARC1; p=reject; p=quarantine; sp=none; sp=reject",
        "v=DMARC1; p=reject; sp=reject; sp=reject",
        "v=DMARC1; p=reject; np=reject; rua=mailto:a@b.example; NP=none",
        "v=DMARC1; p=reject; adkim=s; adkim=r",
        "v=DMARC1; p=reject; rua=mailto:a@b.example; rua=mailto:c@d.example",
        "v=DMARC1; v=DMARC1; p=reject",
        "v=DMARC1; p=reject; t=n; t=y",
    ] {
        let record = record(text);
        assert_eq!(record.application(), Application::AsNone, "{text}");
        let effects = record.effects().unwrap();
        let policies = (effects.policy, effects.subdomain, effects.nonexistent);
        assert_eq!(policies, (None, None, None), "{text}");
        let wanted = DesiredRecord::new(Reject);
        let comparison = compare(&wanted, &record, Some(true));
        assert_eq!(comparison.class, Class::Different, "{text}");
    }
    // What receivers ignore they may ignore twice.
    for text in [
        "v=DMARC1; p=reject; x=1; x=2",
        "v=DMARC1; p=reject; ri=1; ri=1; pct=100; pct=100",
    ] {
        assert_eq!(record(text).application(), Application::AsWritten, "{text}");
    }
    let none = "v=DMARC1; p=none; p=none; rua=foo; p=bar";
    assert_eq!(
        record(none).application(),
        Application::Not,
        "an invalid p stays invalid"
    );
    let twice = compare(
        &DesiredRecord::new(Reject),
        &record("v=DMARC1; p=reject; p=reject"),
        Some(true),
    );
    assert_eq!(
        twice.differences.first().map(String::as_str),
        Some("p: want reject, in effect none (p stands there twice)")
    );
}

fn wanted() -> DesiredRecord {
    DesiredRecord {
        aggregate_reports: vec!["mailto:dmarc@voorbeeld.nl".to_owned()],
        ..DesiredRecord::new(Policy::Reject)
    }
}

#[test]
fn the_canonical_form() {
    let all = DesiredRecord {
        policy: Policy::Reject,
        subdomain_policy: Some(Policy::Quarantine),
        nonexistent_subdomain_policy: Some(Policy::Reject),
        testing: true,
        public_suffix: Some(false),
        strict_dkim: true,
        strict_spf: true,
        aggregate_reports: vec!["mailto:a@b.example".to_owned(), "mailto:c@d.example".to_owned()],
        failure_reports: vec!["mailto:e@f.example".to_owned()],
        failure_options: vec!["1".to_owned(), "d".to_owned()],
    };
    assert_eq!(
        all.to_text(),
        "v=DMARC1; p=reject; sp=quarantine; np=reject; t=y; psd=n; adkim=s; aspf=s; \
         rua=mailto:a@b.example,mailto:c@d.example; ruf=mailto:e@f.example; fo=1:d"
    );
    let without_ruf = DesiredRecord {
        failure_reports: Vec::new(),
        ..all
    };
    assert!(
        !without_ruf.to_text().contains("fo="),
        "fo means nothing without ruf"
    );
}

#[test]
fn what_no_receiver_can_tell_is_equal() {
    for text in [
        "v=DMARC1; p=reject; rua=mailto:dmarc@voorbeeld.nl",
        // Defaults written out.
        "v=DMARC1; p=reject; adkim=r; aspf=r; t=n; psd=u; fo=0; rua=mailto:dmarc@voorbeeld.nl",
        "v=DMARC1; p=reject; sp=reject; rua=mailto:dmarc@voorbeeld.nl",
        "v=DMARC1; p=reject; np=reject; rua=mailto:dmarc@voorbeeld.nl",
        // Order, letter case, white space, the end.
        "v=DMARC1; rua=mailto:dmarc@voorbeeld.nl; p=reject;",
        "V = DMARC1;P=REJECT ;RUA=MAILTO:dmarc@VOORBEELD.nl ; ",
        // Tags RFC 9989 does not know.
        "v=DMARC1; p=reject; pct=100; ri=86400; rf=afrf; x=y; rua=mailto:dmarc@voorbeeld.nl",
        // The size of RFC 7489.
        "v=DMARC1; p=reject; rua=mailto:dmarc@voorbeeld.nl!10m",
        // fo without ruf.
        "v=DMARC1; p=reject; rua=mailto:dmarc@voorbeeld.nl; fo=1:d",
        // The same URI twice, and one no receiver can use.
        "v=DMARC1; p=reject; rua=mailto:dmarc@voorbeeld.nl, mailto:dmarc@voorbeeld.nl, nobody",
    ] {
        let comparison = compare(&wanted(), &record(text), Some(true));
        assert_eq!(comparison, crate::records::Comparison::equal(), "{text}");
    }
    let two = DesiredRecord {
        aggregate_reports: vec!["mailto:a@b.nl".to_owned(), "mailto:c@d.nl".to_owned()],
        ..wanted()
    };
    let swapped = record("v=DMARC1; p=reject; rua=mailto:c@d.nl,mailto:a@b.nl");
    assert_eq!(
        compare(&two, &swapped, Some(true)).class,
        Class::Equal,
        "rua is a set"
    );
    let idle = record("v=DMARC1; p=none; t=y");
    assert_eq!(
        compare(&DesiredRecord::new(Policy::None), &idle, Some(true)).class,
        Class::Equal,
        "t=y of none"
    );
    let idle = DesiredRecord {
        testing: true,
        ..DesiredRecord::new(Policy::None)
    };
    assert_eq!(
        compare(&idle, &record("v=DMARC1; p=none"), Some(true)).class,
        Class::Equal
    );
    let idle = record("v=DMARC1; p=none; pct=10");
    assert_eq!(
        compare(&DesiredRecord::new(Policy::None), &idle, Some(true)).class,
        Class::Equal,
        "pct of none"
    );
    for text in ["v=DMARC1; p=reject; sp=none; np=none", "v=DMARC1; p=reject"] {
        let strict = DesiredRecord {
            subdomain_policy: Some(Policy::Reject),
            ..DesiredRecord::new(Policy::Reject)
        };
        assert_eq!(
            compare(&strict, &record(text), Some(false)).class,
            Class::Equal,
            "{text}"
        );
    }
}

#[test]
fn what_a_receiver_can_tell_is_named() {
    let full = DesiredRecord {
        subdomain_policy: Some(Policy::Reject),
        nonexistent_subdomain_policy: Some(Policy::Reject),
        ..wanted()
    };
    let rua = "rua=mailto:dmarc@voorbeeld.nl";
    let cases: &[(String, &[&str])] = &[
        (
            format!("v=DMARC1; p=none; {rua}"),
            &[
                "p: want reject, found none",
                "sp: want reject, in effect none (absent, follows p)",
                "np: want reject, in effect none (absent, follows p)",
            ],
        ),
        (
            format!("v=DMARC1; p=reject; sp=none; {rua}"),
            &[
                "sp: want reject, found none",
                "np: want reject, in effect none (absent, follows sp)",
            ],
        ),
        (
            format!("v=DMARC1; p=reject; np=none; {rua}"),
            &["np: want reject, found none"],
        ),
        (
            format!("v=DMARC1; p=reject; pct=10; {rua}"),
            &["pct: want absent, found 10"],
        ),
        (
            format!("v=DMARC1; p=reject; pct=0; {rua}"),
            &["pct: want absent, found 0"],
        ),
        (format!("v=DMARC1; p=reject; t=y; {rua}"), &["t: want n, found y"]),
        (
            format!("v=DMARC1; p=reject; psd=y; {rua}"),
            &["psd: want u, found y"],
        ),
        (
            format!("v=DMARC1; p=reject; adkim=s; aspf=S; {rua}"),
            &["adkim: want r, found s", "aspf: want r, found s"],
        ),
        (
            "v=DMARC1; p=reject".to_owned(),
            &["rua: want mailto:dmarc@voorbeeld.nl, found absent"],
        ),
        (
            format!("v=DMARC1; p=reject; {rua}; ruf=mailto:x@y.nl"),
            &["ruf: want absent, found mailto:x@y.nl"],
        ),
        (
            "v=DMARC1; p=reject; rua=mailto:Dmarc@voorbeeld.nl".to_owned(),
            &["rua: want mailto:dmarc@voorbeeld.nl, found mailto:Dmarc@voorbeeld.nl"],
        ),
        (
            format!("v=DMARC1; {rua}"),
            &[
                "p: want reject, in effect none (absent)",
                "sp: want reject, in effect none (absent, follows p)",
                "np: want reject, in effect none (absent, follows p)",
            ],
        ),
        (
            "v=DMARC1; p=rejct".to_owned(),
            &["p: want reject, found \"rejct\" and no usable rua: receivers apply no DMARC"],
        ),
    ];
    for (text, differences) in cases {
        let comparison = compare(&full, &record(text), Some(true));
        assert_eq!(comparison.differences, *differences, "{text}");
        assert_eq!(comparison.class, Class::Different);
        // And the other way round: what is wanted there, and found here, differs too.
        if let (Some(other), _) = record(text).as_desired() {
            let back = compare(&other, &record(&full.to_text()), Some(true));
            assert_eq!(back.class, Class::Different, "{text} the other way");
        }
    }
    let reporting = DesiredRecord {
        failure_reports: vec!["mailto:f@voorbeeld.nl".to_owned()],
        failure_options: vec!["1".to_owned()],
        ..wanted()
    };
    let observed = format!("v=DMARC1; p=reject; {rua}; ruf=mailto:f@voorbeeld.nl");
    let comparison = compare(&reporting, &record(&observed), Some(true));
    assert_eq!(comparison.differences, ["fo: want 1, in effect 0 (absent)"]);
    let strict = DesiredRecord {
        testing: true,
        public_suffix: Some(false),
        strict_dkim: true,
        ..wanted()
    };
    let comparison = compare(&strict, &record(&wanted().to_text()), None);
    assert_eq!(
        comparison.differences,
        [
            "t: want y, in effect n (absent)",
            "psd: want n, in effect u (absent)",
            "adkim: want s, in effect r (absent)"
        ]
    );
}

#[test]
fn a_record_becomes_what_a_manifest_can_say() {
    let (said, lost) = record("v=DMARC1; p=quarantine; pct=100; x=1; rua=mailto:a@b.nl!5m").as_desired();
    assert_eq!(
        said.unwrap().to_text(),
        "v=DMARC1; p=quarantine; rua=mailto:a@b.nl"
    );
    assert_eq!(lost.len(), 2, "{lost:?}");
    for text in [
        "v=DMARC1; p=reject; pct=20",
        "v=DMARC1",
        "v=DMARC1; p=reject; rua=https://a.example/x",
        "v=DMARC1; p=reject; p=reject",
        "v=DMARC1; p=reject; adkim=s; adkim=s",
        "v=DMARC1;\np=reject",
    ] {
        let (said, lost) = record(text).as_desired();
        assert!(said.is_none() && !lost.is_empty(), "{text}: {said:?} {lost:?}");
    }
}
