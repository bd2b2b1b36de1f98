//! The record as specification: likeness, spans, effects, and every row of what makes two records the same.

use proptest::prelude::*;

use super::*;
use crate::records::Class;

fn record(text: &str) -> Record {
    parse(text.as_bytes())
}

#[test]
fn a_record_is_known_by_its_first_tag() {
    for text in [
        "v=DMARC1",
        "v=DMARC1;",
        "V=DMARC1; p=none",
        "v = DMARC1 ; p=none",
        "v\t=\tDMARC1;p=none",
        "v=DMARC1; p=none;",
        "v=DMARC1;; junk; p=none",
    ] {
        assert_eq!(likeness(text.as_bytes()), Likeness::Dmarc, "{text:?}");
    }
    for text in [
        "v=dmarc1; p=none",
        "v=Dmarc1",
        " v=DMARC1; p=none",
        "\tv=DMARC1; p=none",
        "\"v=DMARC1; p=none\"",
        "v=DMARC1 p=none",
        "v=DMARC1, p=none",
        "v=DMARC1: p=none",
        "v=DMARC1\\; p=none",
        "v=DMARC10; p=none",
        "v=DMARC2; p=none",
        "p=none; v=DMARC1",
        "; v=DMARC1; p=none",
        "p=none; rua=mailto:a@b.example",
        "DMARC1; p=none",
        "\u{feff}v=DMARC1; p=none",
    ] {
        assert!(
            matches!(likeness(text.as_bytes()), Likeness::NearMiss(_)),
            "{text:?}: {:?}",
            likeness(text.as_bytes())
        );
    }
    for text in [
        "",
        "v=spf1 -all",
        "v=DKIM1; p=",
        "google-site-verification=abc",
        "hello",
        "p=",
        "v",
    ] {
        assert_eq!(likeness(text.as_bytes()), Likeness::Other, "{text:?}");
    }
}

#[test]
fn nothing_of_a_record_is_lost() {
    let text = "v=DMARC1; P = Reject ;x-y=z; p=none;; junk; rua=mailto:a@b.example,c@d!10m";
    let record = record(text);
    let shown: Vec<(TagName, &str, bool)> = record
        .tags
        .iter()
        .map(|tag| (tag.tag, &text[tag.span.clone()], tag.duplicate))
        .collect();
    assert_eq!(
        shown,
        [
            (TagName::V, "v=DMARC1", false),
            (TagName::P, "P = Reject", false),
            (TagName::Unknown, "x-y=z", false),
            (TagName::P, "p=none", true),
            (TagName::Rua, "rua=mailto:a@b.example,c@d!10m", false),
        ]
    );
    let uris = record.uris(TagName::Rua);
    assert_eq!(&text[uris[1].span.clone()], "c@d!10m");
    assert_eq!(uris[1].text, "c@d");
    assert_eq!(uris[1].problem, Some(UriProblem::BareAddress));
}

#[test]
fn uris_are_read_as_receivers_must() {
    let cases: &[(&str, Option<UriProblem>, &str)] = &[
        ("mailto:a@b.example", None, "mailto:a@b.example"),
        ("MAILTO:A@B.Example", None, "mailto:A@b.example"),
        ("mailto:a@b.example!10m", None, "mailto:a@b.example"),
        ("mailto:a@b.example!50", None, "mailto:a@b.example"),
        ("mailto:a%21b@c.example", None, "mailto:a%21b@c.example"),
        (
            "mailto:a@b.example?subject=X@Y",
            None,
            "mailto:a@b.example?subject=X@Y",
        ),
        ("https://R.example/In", None, "https://r.example/In"),
        ("a@b.example", Some(UriProblem::BareAddress), "a@b.example"),
        ("b.example", Some(UriProblem::NoScheme), "b.example"),
        ("mailto:", Some(UriProblem::Address), "mailto:"),
        ("mailto:nobody", Some(UriProblem::Address), "mailto:nobody"),
        (
            "mailto:@b.example",
            Some(UriProblem::Address),
            "mailto:@b.example",
        ),
        (
            "mailto:a@b@c.example",
            Some(UriProblem::Address),
            "mailto:a@b@c.example",
        ),
        (
            "mailto:a!b@c.example",
            Some(UriProblem::Character),
            "mailto:a!b@c.example",
        ),
        (
            "mailto: a@b.example",
            Some(UriProblem::Character),
            "mailto: a@b.example",
        ),
        (
            "mailto:a%2@b.example",
            Some(UriProblem::Character),
            "mailto:a%2@b.example",
        ),
        (
            "mailto:é@b.example",
            Some(UriProblem::NonAscii),
            "mailto:\\195\\169@b.example",
        ),
        ("", Some(UriProblem::Empty), ""),
    ];
    for (text, problem, canonical) in cases {
        let uri = parse_uri(text.as_bytes(), 0);
        assert_eq!(
            (uri.problem, uri.canonical.as_str()),
            (*problem, *canonical),
            "{text:?}"
        );
    }
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
    assert_eq!(
        policies("v=DMARC1; p=reject; p=quarantine; sp=none; sp=reject"),
        (Quarantine, None, None)
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
        "v=DMARC1; p=reject; adkim=s; adkim=r",
    ] {
        assert_eq!(record(text).effects(), plain, "{text}");
    }
}

fn wanted() -> Wanted {
    Wanted {
        aggregate_reports: vec!["mailto:dmarc@voorbeeld.nl".to_owned()],
        ..Wanted::new(Policy::Reject)
    }
}

#[test]
fn the_canonical_form() {
    let all = Wanted {
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
    let without_ruf = Wanted {
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
    let two = Wanted {
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
        compare(&Wanted::new(Policy::None), &idle, Some(true)).class,
        Class::Equal,
        "t=y of none"
    );
    let idle = Wanted {
        testing: true,
        ..Wanted::new(Policy::None)
    };
    assert_eq!(
        compare(&idle, &record("v=DMARC1; p=none"), Some(true)).class,
        Class::Equal
    );
    let idle = record("v=DMARC1; p=none; pct=10");
    assert_eq!(
        compare(&Wanted::new(Policy::None), &idle, Some(true)).class,
        Class::Equal,
        "pct of none"
    );
    for text in ["v=DMARC1; p=reject; sp=none; np=none", "v=DMARC1; p=reject"] {
        let strict = Wanted {
            subdomain_policy: Some(Policy::Reject),
            ..Wanted::new(Policy::Reject)
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
    let full = Wanted {
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
        if let (Some(other), _) = record(text).as_wanted() {
            let back = compare(&other, &record(&full.to_text()), Some(true));
            assert_eq!(back.class, Class::Different, "{text} the other way");
        }
    }
    let reporting = Wanted {
        failure_reports: vec!["mailto:f@voorbeeld.nl".to_owned()],
        failure_options: vec!["1".to_owned()],
        ..wanted()
    };
    let observed = format!("v=DMARC1; p=reject; {rua}; ruf=mailto:f@voorbeeld.nl");
    let comparison = compare(&reporting, &record(&observed), Some(true));
    assert_eq!(comparison.differences, ["fo: want 1, in effect 0 (absent)"]);
    let strict = Wanted {
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
    let (said, lost) = record("v=DMARC1; p=quarantine; pct=100; x=1; rua=mailto:a@b.nl!5m").as_wanted();
    assert_eq!(
        said.unwrap().to_text(),
        "v=DMARC1; p=quarantine; rua=mailto:a@b.nl"
    );
    assert_eq!(lost.len(), 2, "{lost:?}");
    for text in [
        "v=DMARC1; p=reject; pct=20",
        "v=DMARC1",
        "v=DMARC1; p=reject; rua=https://a.example/x",
    ] {
        let (said, lost) = record(text).as_wanted();
        assert!(said.is_none() && !lost.is_empty(), "{text}: {said:?} {lost:?}");
    }
}

fn policy() -> impl Strategy<Value = Policy> {
    prop_oneof![Just(Policy::None), Just(Policy::Quarantine), Just(Policy::Reject)]
}

fn uri() -> impl Strategy<Value = String> {
    ("[a-z0-9]{1,8}", "[a-z]{1,8}", "[a-z]{2,4}")
        .prop_map(|(local, host, top)| format!("mailto:{local}@{host}.{top}"))
}

prop_compose! {
    fn any_wanted()(
        policy in policy(),
        subdomain_policy in proptest::option::of(policy()),
        nonexistent_subdomain_policy in proptest::option::of(policy()),
        testing: bool,
        public_suffix: Option<bool>,
        strict_dkim: bool,
        strict_spf: bool,
        aggregate in prop::collection::btree_set(uri(), 0..3),
        failure in prop::collection::btree_set(uri(), 0..3),
        options in prop::sample::subsequence(vec!["1", "d", "s"], 0..3),
    ) -> Wanted {
        let options = if failure.is_empty() { Vec::new() } else { options };
        Wanted {
            policy,
            subdomain_policy,
            nonexistent_subdomain_policy,
            testing,
            public_suffix,
            strict_dkim,
            strict_spf,
            aggregate_reports: aggregate.into_iter().collect(),
            failure_reports: failure.into_iter().collect(),
            failure_options: options.into_iter().map(str::to_owned).collect(),
        }
    }
}

proptest! {
    #[test]
    fn what_is_written_reads_as_what_was_wanted(wanted in any_wanted()) {
        let text = wanted.to_text();
        prop_assert_eq!(likeness(text.as_bytes()), Likeness::Dmarc);
        let (read, lost) = record(&text).as_wanted();
        prop_assert_eq!(read, Some(wanted.clone()));
        prop_assert!(lost.is_empty(), "{:?}", lost);
        prop_assert_eq!(compare(&wanted, &record(&text), Some(true)).class, Class::Equal);
    }

    #[test]
    fn comparing_is_symmetric(one in any_wanted(), other in any_wanted(), organizational: bool) {
        let there = compare(&one, &record(&other.to_text()), Some(organizational)).class;
        let back = compare(&other, &record(&one.to_text()), Some(organizational)).class;
        prop_assert_eq!(there, back);
    }

    #[test]
    fn any_octets_are_read(text in prop::collection::vec(any::<u8>(), 0..200)) {
        let record = parse(&text);
        for tag in &record.tags {
            prop_assert!(tag.span.end <= text.len() && tag.value.end <= tag.span.end);
        }
        likeness(&text);
        record.effects();
        let (said, lost) = record.as_wanted();
        prop_assert!(said.is_some() || !lost.is_empty());
        compare(&Wanted::new(Policy::Reject), &record, None);
    }

    #[test]
    fn anything_like_a_record_is_read(text in "v=DMARC1(; ?(p|sp|np|t|psd|rua|ruf|fo|pct|x)=[ -~é]{0,12}){0,6}") {
        prop_assert_eq!(likeness(text.as_bytes()), Likeness::Dmarc);
        let record = parse(text.as_bytes());
        if let (Some(wanted), _) = record.as_wanted() {
            prop_assert!(compare(&wanted, &record, None).differences.is_empty());
        }
    }
}
