//! What is a record, what was meant as one, and what stands in it.

use super::super::*;
use super::record;

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
        // A line end elsewhere leaves a record, and is an error in it.
        "v=DMARC1;\np=none",
        "v=DMARC1; p=none\r\n",
    ] {
        assert_eq!(likeness(text.as_bytes()), Likeness::Dmarc, "{text:?}");
    }
    for text in [
        "",
        "v=spf1 -all",
        "v=DKIM1; p=",
        "google-site-verification=abc",
        "hello",
        "p=",
        "v",
        "v=DMAR",
        "rev=DMARC10",
    ] {
        assert_eq!(likeness(text.as_bytes()), Likeness::Other, "{text:?}");
    }
}

#[test]
fn what_was_meant_as_a_record_says_why_it_is_none_and_where() {
    use VersionFault::{Before, Separator, Version};
    let rows: &[(&str, VersionFault, &str, &str)] = &[
        // The version is not written as it must be.
        ("v=dmarc1; p=none", Version, "v=dmarc1", "in capitals"),
        ("v=Dmarc1", Version, "v=Dmarc1", "in capitals"),
        ("v=DMARC10; p=none", Version, "DMARC10", "not DMARC1"),
        ("v=DMARC1x; p=none", Version, "DMARC1x", "not DMARC1"),
        ("v=DMARC2; p=none", Version, "DMARC2", "not DMARC1"),
        ("v=DMARC; p=none", Version, "DMARC", "not DMARC1"),
        (
            "DMARC1; p=none",
            Version,
            "DMARC1; p=",
            "does not start with v=DMARC1",
        ),
        (
            "v=DM ARC1; p=none",
            Version,
            "v=DM ARC1;",
            "does not start with v=DMARC1",
        ),
        (
            "v==DMARC1; p=none",
            Version,
            "v==DMARC1;",
            "does not start with v=DMARC1",
        ),
        // White space is blanks and tabs alone.
        (
            "v\n=DMARC1; p=none",
            Version,
            "v\n=DMARC1",
            "a line end stands within",
        ),
        (
            "v=\r\nDMARC1; p=none",
            Version,
            "v=\r\nDMARC1",
            "a line end stands within",
        ),
        ("v\x0b=DMARC1; p=none", Version, "v\x0b=DMARC1", "does not print"),
        (
            "v\u{a0}=DMARC1; p=none",
            Version,
            "v\u{a0}=DMARC1",
            "does not print",
        ),
        ("v=DMARC1\n; p=none", Separator, "\n", "a line end stands after"),
        ("v=DMARC1\r\np=none", Separator, "\r", "a line end stands after"),
        // No semicolon behind it.
        ("v=DMARC1 p=none", Separator, "p", "no semicolon follows"),
        ("v=DMARC1, p=none", Separator, ",", "no semicolon follows"),
        ("v=dmarc1: p=none", Separator, ":", "no semicolon follows"),
        ("v=DMARC1\\; p=none", Separator, "\\", "a backslash"),
        // It is not first.
        ("p=none; v=DMARC1", Version, "v=DMARC1", "not the first tag"),
        ("; v=DMARC1; p=none", Before, "; ", "something stands before"),
        (
            "p=none; rua=mailto:a@b.example",
            Version,
            "p=none",
            "v=DMARC1 is missing",
        ),
        (" v=DMARC1; p=none", Before, " ", "white space"),
        ("\tv = DMARC1; p=none", Before, "\t", "white space"),
        ("\r\nv=DMARC1; p=none", Before, "\r\n", "white space"),
        ("\"v=DMARC1; p=none\"", Before, "\"", "quotes"),
        ("'v=DMARC1; p=none'", Before, "'", "quotes"),
        ("\u{feff}v=DMARC1; p=none", Before, "\u{feff}", "byte order mark"),
        (
            "\u{201c}v=DMARC1; p=none\u{201d}",
            Before,
            "\u{201c}",
            "typographic quotes",
        ),
        (
            "\u{e2}\u{20ac}\u{153}v=DMARC1",
            Before,
            "\u{e2}\u{20ac}\u{153}",
            "typographic quotes",
        ),
        ("xxxv=DMARC1; p=none", Before, "xxx", "something stands before"),
        ("xv = dmarc1 ; p=none", Before, "x", "something stands before"),
        ("1v=DMARC1;p=none", Before, "1", "something stands before"),
        ("TXT v=DMARC1; p=none", Before, "TXT ", "something stands before"),
        (
            "_dmarc IN TXT \"v=DMARC1; p=none\"",
            Before,
            "_dmarc IN TXT \"",
            "something stands before",
        ),
        (
            "dmarc=v=DMARC1; p=none",
            Before,
            "dmarc=",
            "something stands before",
        ),
    ];
    for (text, fault, marked, why) in rows {
        let miss = near_miss(text.as_bytes()).unwrap_or_else(|| panic!("{text:?} is no near miss"));
        assert_eq!(miss.fault, *fault, "{text:?}: {}", miss.why);
        assert!(miss.why.contains(why), "{text:?}: {}", miss.why);
        assert_eq!(&text.as_bytes()[miss.span], marked.as_bytes(), "{text:?}");
        assert_eq!(
            likeness(text.as_bytes()),
            Likeness::NearMiss(miss.why),
            "{text:?}"
        );
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
fn a_line_end_belongs_to_what_it_stands_in() {
    let rows: &[(&str, PolicyTag, usize)] = &[
        ("v=DMARC1;\np=reject", PolicyTag::Absent, 1),
        ("v=DMARC1; p\n=reject", PolicyTag::Absent, 1),
        ("v=DMARC1; p=\r\nreject", PolicyTag::Invalid, 2),
        ("v=DMARC1; p=reject\n", PolicyTag::Invalid, 1),
        ("v=DMARC1; p=reject;\n", PolicyTag::Is(Policy::Reject), 1),
        (
            "v=DMARC1; p=reject; \r\n sp=none",
            PolicyTag::Is(Policy::Reject),
            2,
        ),
        ("v=DMARC1; p=reject", PolicyTag::Is(Policy::Reject), 0),
    ];
    for (text, policy, ends) in rows {
        let record = record(text);
        assert_eq!(record.policy_tag(TagName::P), *policy, "{text:?}");
        assert_eq!(record.line_ends().count(), *ends, "{text:?}");
    }
    let record = record("v=DMARC1; p=none; rua=mailto:a@b.example,\nmailto:c@d.example\n; fo=1\n");
    let usable: Vec<_> = record
        .uris(TagName::Rua)
        .iter()
        .map(|uri| uri.problem.is_none())
        .collect();
    assert_eq!(usable, [true, false], "a URI holds no line end");
    assert!(
        record.failure_options().contains("0"),
        "nor does a failure option"
    );
}

#[test]
fn a_wrong_separator_is_named_with_the_one_that_belongs() {
    use Separator::{Colon, Comma, Equals, Semicolon};
    // The tags of a record, and what is wrong: what belongs there, what stands there, what follows.
    type Row = (&'static str, &'static [(Separator, &'static str, &'static str)]);
    let rows: &[Row] = &[
        // Between addresses.
        (
            "rua=mailto:a@b.nl;mailto:c@d.nl",
            &[(Comma, ";", "mailto:c@d.nl")],
        ),
        ("rua=mailto:a@b.nl; c@d.nl", &[(Comma, ";", "c@d.nl")]),
        (
            "ruf=mailto:a@b.nl ; mailto:c@d.nl;mailto:e@f.nl?subject=x",
            &[
                (Comma, ";", "mailto:c@d.nl"),
                (Comma, ";", "mailto:e@f.nl?subject=x"),
            ],
        ),
        (
            "rua=mailto:a@b.nl mailto:c@d.nl",
            &[(Comma, " ", "mailto:c@d.nl")],
        ),
        ("rua=mailto:a@b.nl \t c@d.nl", &[(Comma, " \t ", "c@d.nl")]),
        ("rua=mailto:a@b.nlmailto:c@d.nl", &[(Comma, "", "mailto:c@d.nl")]),
        (
            "rua=mailto:a@b.nl|mailto:c@d.nl",
            &[(Comma, "|", "mailto:c@d.nl")],
        ),
        (
            "rua=mailto:a@b.nl:mailto:c@d.nl",
            &[(Comma, ":", "mailto:c@d.nl")],
        ),
        // Between options.
        ("fo=0,d,s", &[(Colon, ",", "d,s")]),
        ("fo=1 d", &[(Colon, " ", "d")]),
        ("fo=1;d;s", &[(Colon, ";", "d"), (Colon, ";", "s")]),
        ("fo=ds", &[(Colon, "", "s")]),
        ("fo=1::d", &[(Colon, "::", "d")]),
        // Between tags.
        (
            "p=reject, rua=mailto:a@b.nl",
            &[(Semicolon, ",", "rua=mailto:a@b.nl")],
        ),
        (
            "p=reject rua=mailto:a@b.nl",
            &[(Semicolon, " ", "rua=mailto:a@b.nl")],
        ),
        ("p=reject: sp=none", &[(Semicolon, ":", "sp=none")]),
        ("p=rejectsp=none", &[(Semicolon, "", "sp=none")]),
        (
            "p=none,sp=none|np = none",
            &[
                (Semicolon, ",", "sp=none|np = none"),
                (Semicolon, "|", "np = none"),
            ],
        ),
        (
            "rua=mailto:a@b.nl, ruf=mailto:c@d.nl",
            &[(Semicolon, ",", "ruf=mailto:c@d.nl")],
        ),
        ("rua=mailto:a@b.nl fo=1", &[(Semicolon, " ", "fo=1")]),
        ("adkim=r aspf=r", &[(Semicolon, " ", "aspf=r")]),
        // Between a name and its value.
        ("p:reject", &[(Equals, ":", "reject")]),
        ("sp none", &[(Equals, " ", "none")]),
        ("rua : mailto:a@b.nl", &[(Equals, ":", "mailto:a@b.nl")]),
        // All in order.
        (
            "p=reject ;\tsp = none;; rua=mailto:a@b.nl , mailto:c@d.nl; fo=1 : d:s",
            &[],
        ),
        ("rua=https://r.example/x?p=1&t=2,mailto:a@b.nl?subject=p=1", &[]),
        ("fo=x,y; x=1, y=2; rua=a@b.nl,c@d.nl", &[]),
        ("rua=mailto:a@b.nl; x=c@d.nl; hello; p", &[]),
        ("fo=0; s=1; rua=mailto:p=x@b.nl", &[]),
    ];
    for (tags, wrong) in rows {
        let text = format!("v=DMARC1; {tags}");
        let record = record(&text);
        let found: Vec<_> = record
            .wrong_separators()
            .iter()
            .map(|one| {
                (
                    one.belongs,
                    text[one.found.clone()].to_owned(),
                    text[one.after.clone()].to_owned(),
                )
            })
            .collect();
        let want: Vec<_> = wrong
            .iter()
            .map(|(one, found, after)| (*one, (*found).to_owned(), (*after).to_owned()))
            .collect();
        assert_eq!(found, want, "{text:?}");
    }
}

#[test]
fn what_stands_behind_a_wrong_separator_is_not_read() {
    let one = record("v=DMARC1; p=reject; rua=mailto:a@b.nl;mailto:c@d.nl; fo=0,d,s");
    assert_eq!(one.effects().unwrap().aggregate.len(), 1);
    assert!(!one.hides(TagName::Rua));
    let behind = record("v=DMARC1; p=reject, rua=mailto:a@b.nl");
    assert!(behind.hides(TagName::Rua) && behind.uris(TagName::Rua).is_empty());
    assert_eq!(behind.policy_tag(TagName::P), PolicyTag::Invalid);
    assert!(record("v=DMARC1; p=none;\nrua=mailto:a@b.nl").hides(TagName::Rua));
}
