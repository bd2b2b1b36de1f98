//! What is a record, and what was only meant as one.

use super::*;

#[test]
fn records_near_misses_and_other_text() {
    for text in ["v=spf1", "v=spf1 ", "V=SpF1 mx -all", "v=spf1  a"] {
        assert_eq!(likeness(text.as_bytes()), Likeness::Spf, "{text:?}");
    }
    for text in [
        "v=spf1;",
        "v=spf10",
        "v=spf1-all",
        "v=spf1,",
        "v=spf1include:a.example -all",
        "v=spf1\tmx -all",
        " v=spf1 -all",
        "\"v=spf1 -all\"",
        "\\\"v=spf1 -all",
        "“v=spf1 -all”",
        "\u{feff}v=spf1 -all",
        "v=spf1\u{a0}-all",
        "v = spf1 -all",
        "v=spf -all",
        "v=spf2 -all",
        "v:spf1 -all",
        "v=sfp1 -all",
        "v=spfl -all",
        "spf1 mx -all",
        "v= spf1 -all",
        "(v=spf1 -all)",
        "xxxv=spf1 include:spf.provider.example -all",
        "TXT \"v=spf1 mx -all\"",
        "a.example. 3600 IN TXT \"v=spf1 -all\"",
        "@ v=spf1 ip4:192.0.2.1 ~all",
        "spf1 v=spf1 -all",
        "v=v=spf1 -all",
        "<p>v=spf1 a mx ~all</p>",
        "&quot;v=spf1 redirect=a.example",
        "SPF=v=spf1\tmx\t-all",
        "ms=1234 v=spf1 include:a.example -all",
        "\u{e2}\u{20ac}\u{153}v=spf1 mx ~all\u{e2}\u{20ac}\u{9d}",
        "vspf1 mx -all",
        "v-spf1 -all",
    ] {
        assert!(
            matches!(likeness(text.as_bytes()), Likeness::NearMiss(_)),
            "{text:?}"
        );
    }
    for text in [
        "",
        "v=DMARC1; p=none",
        "spf2.0/pra -all",
        "spf-verification=abc",
        "google-site-verification=v=spf1",
        "our policy is v=spf1 a word",
        "v=DMARC1; p=none; rua=mailto:v=spf1 -all",
        "v=spfoo",
        "hello",
    ] {
        assert_eq!(likeness(text.as_bytes()), Likeness::Other, "{text:?}");
    }
}

/// Whoever looks for a record sees the text that was meant, and what stands before it.
#[test]
fn what_stands_before_the_version_is_said() {
    for (text, before, why) in [
        ("xxxv=spf1 mx -all", "xxx", "\"xxx\" stands before v=spf1"),
        (" v=spf1 mx -all", " ", "white space stands before v=spf1"),
        (
            "\"v=spf1 mx -all\"",
            "\"",
            "a quote stands before v=spf1 (\"): it became part of the value",
        ),
        (
            "TXT \"v=spf1 mx -all\"",
            "TXT \"",
            "\"TXT \\\"\" stands before v=spf1",
        ),
        (
            "\u{feff}v=spf1 mx -all",
            "\u{feff}",
            "a character without width stands before v=spf1 (\\239\\187\\191)",
        ),
        (
            "\u{e2}\u{20ac}\u{153}v=spf1 mx",
            "\u{e2}\u{20ac}\u{153}",
            "a curly quote that a conversion spoilt stands before v=spf1 (\\195\\162\\226\\130\\172\\197\\147)",
        ),
        ("v=spf10 mx -all", "", "it names another version than v=spf1"),
    ] {
        let found = likeness(text.as_bytes());
        let (before, why) = (before.len(), why.to_owned());
        let Likeness::NearMiss(miss) = found else {
            panic!("{text:?}: {found:?}")
        };
        let whole = miss.whole.clone();
        assert_eq!(miss, NearMiss { why, before, whole }, "{text:?}");
    }
}
