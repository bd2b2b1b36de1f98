//! Report addresses: what is one, what in it must be %-encoded, and what was meant by what is none.

use super::super::*;

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
        (
            "mailto://a@b.example",
            Some(UriProblem::Slashes),
            "mailto://a@b.example",
        ),
        (
            "mailto:a@b.example mailto:c@d.example",
            Some(UriProblem::Run),
            "mailto:a@b.example mailto:c@d.example",
        ),
        // A fragment and header fields are no part of an address.
        (
            "mailto:a#b@c.example",
            Some(UriProblem::Address),
            "mailto:a#b@c.example",
        ),
        (
            "mailto:a?b@c.example",
            Some(UriProblem::Address),
            "mailto:a?b@c.example",
        ),
        (
            "mailto:[a]@c.example",
            Some(UriProblem::Character),
            "mailto:[a]@c.example",
        ),
        (
            "mailto:a\n@c.example",
            Some(UriProblem::Character),
            "mailto:a\\010@c.example",
        ),
        // What an address may not hold, and a URI may.
        ("mailto:a=b@c.example", None, "mailto:a=b@c.example"),
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
fn the_characters_that_must_be_encoded_are_named() {
    let rows: &[(&str, &str, bool)] = &[
        // RFC 6068 2, rule 1: not in the address of a mailto: URI, though other URIs may hold them.
        ("mailto:postmaster=reports@a.example", "=", true),
        ("mailto:a&b@c.example", "&", true),
        ("mailto:a/b@c.example", "/", true),
        ("mailto:a=b&c=d/e@f.example", "=&/", true),
        ("mailto:a@b.example?subject=x&y/z", "", true),
        ("mailto:a+b-c_d~e.f'g*h$(i)@j.example", "", true),
        ("mailto:a%3Db@c.example", "", true),
        ("https://a.example/b?c=d&e#f", "", true),
        // No URI holds these.
        ("mailto:a b@c.example", " ", false),
        ("mailto:a\"b\"@c.example", "\"", false),
        ("mailto:<a>@c.example", "<>", false),
        ("mailto:a{b}|c^d`e\\@f.example", "{}|^`\\", false),
        ("mailto:a!b@c.example", "!", false),
        ("mailto:100%@c.example", "%", false),
        ("mailto:a%zz@c.example", "%", false),
        ("mailto:a#b@c.example", "#", false),
        ("mailto:a?b@c.example", "?", false),
        ("mailto:[a]@c.example", "[]", false),
    ];
    for (text, named, usable) in rows {
        let uri = parse_uri(text.as_bytes(), 0);
        assert_eq!(uri.to_encode, named.as_bytes(), "{text:?}");
        assert_eq!(uri.problem.is_none(), *usable, "{text:?}: {:?}", uri.problem);
    }
}

#[test]
fn a_slip_at_the_scheme_is_mended() {
    for text in [
        "a@b.example",
        "mailto: a@b.example",
        "mailto:/a@b.example",
        "mailto://a@b.example",
        "mailto:<a@b.example>",
        "<a@b.example>",
        "mailto=a@b.example",
        "mailto/a@b.example",
        "mailto a@b.example",
        "maito:a@b.example",
        "mail:a@b.example",
        "email:a@b.example",
        "http://a@b.example",
    ] {
        let meant = parse_uri(text.as_bytes(), 0).meant();
        assert_eq!(meant.as_deref(), Some("mailto:a@b.example"), "{text:?}");
    }
    for text in [
        "mailto:a@b.example",
        "",
        "mailto:",
        "b.example",
        "mailto:a@b@c.example",
        "https://reports.example/some/longer/path@x",
        "mailto:a@b.example mailto:c@d.example",
        "\u{e9}@b.example\u{e9}",
    ] {
        assert_eq!(parse_uri(text.as_bytes(), 0).meant(), None, "{text:?}");
    }
}
