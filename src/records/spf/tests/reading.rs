//! What every term says, and the slip behind one that says nothing.

use super::*;

#[test]
fn every_slip_has_its_kind_and_place() {
    use SyntaxErrorKind as Kind;
    for (text, kind, marked) in [
        ("v=spf1 -all:x", Kind::AllArgument, "-all:x"),
        ("v=spf1 -all.", Kind::UnknownMechanism, "-all."),
        ("v=spf1 a\tmx -all", Kind::Control, "\t"),
        ("v=spf1 include:a.example\u{a0}-all", Kind::NonAscii, "\u{a0}"),
        (
            "v=spf1 exists:%{i}.%{l2r&}.example -all",
            Kind::Delimiter,
            "%{l2r&}",
        ),
        ("v=spf1 a: -all", Kind::DomainEnd, "a:"),
        ("v=spf1 a:museum -all", Kind::DomainEnd, "museum"),
        ("v=spf1 a:192.0.2.1 -all", Kind::DomainEnd, "192.0.2.1"),
        ("v=spf1 a/24/64 -all", Kind::DualCidr, "/24/64"),
        ("v=spf1 ptr/24 -all", Kind::DualCidr, "ptr/24"),
        (
            "v=spf1 exp=a.example exp=b.example -all",
            Kind::DuplicateExplanation,
            "exp=b.example",
        ),
        (
            "v=spf1 redirect=a.example REDIRECT=b.example",
            Kind::DuplicateRedirect,
            "REDIRECT=b.example",
        ),
        ("v=spf1 exists -all", Kind::Exists, "exists"),
        (
            "v=spf1 exists:a.example/24 -all",
            Kind::Exists,
            "exists:a.example/24",
        ),
        ("v=spf1 include -all", Kind::Include, "include"),
        ("v=spf1 include: -all", Kind::Include, "include:"),
        ("v=spf1 ip4:192.0.2 -all", Kind::Ip4, "192.0.2"),
        ("v=spf1 ip4:192.0.2.01 -all", Kind::Ip4, "192.0.2.01"),
        ("v=spf1 ip4:192.0.2.1:25 -all", Kind::Ip4, "192.0.2.1:25"),
        ("v=spf1 ip6:[2001:db8::1] -all", Kind::Ip6, "[2001:db8::1]"),
        ("v=spf1 ip6:fe80::1%eth0 -all", Kind::Ip6, "fe80::1%eth0"),
        ("v=spf1 a:%{a}.example -all", Kind::MacroLetter, "%{a}"),
        ("v=spf1 a:%{c}.example -all", Kind::MacroLetter, "%{c}"),
        ("v=spf1 -exp=a.example -all", Kind::Modifier, "-exp=a.example"),
        ("v=spf1 1x=y -all", Kind::Modifier, "1x=y"),
        ("v=spf1 exists:%(i).example -all", Kind::Percent, "%("),
        ("v=spf1 exists:%{i.example -all", Kind::Percent, "%{i.example"),
        ("v=spf1 x=% -all", Kind::Percent, "%"),
        ("v=spf1 ip4:192.0.2.0/33 -all", Kind::Prefix, "/33"),
        ("v=spf1 ip4:192.0.2.0/08 -all", Kind::Prefix, "/08"),
        ("v=spf1 a//129 -all", Kind::Prefix, "//129"),
        ("v=spf1 mx, a -all", Kind::Punctuation, ","),
        ("v=spf1 ip4:192.0.2.1; -all", Kind::Punctuation, ";"),
        ("v=spf1 ip4:192.0.2.1,ip4:192.0.2.2 -all", Kind::Punctuation, ","),
        ("v=spf1 \"mx -all", Kind::Punctuation, "\""),
        ("v=spf1 mx , -all", Kind::Punctuation, ","),
        ("v=spf1 <b>mx</b> -all", Kind::Markup, "<b>mx</b>"),
        (
            "v=spf1 include:[a.example](http://a.example) -all",
            Kind::Markup,
            "include:[a.example](http://a.example)",
        ),
        ("v=spf1 mx&nbsp;-all", Kind::Markup, "mx&nbsp;-all"),
        ("v=spf1 include:a.example; -all", Kind::Punctuation, ";"),
        ("v=spf1 --all", Kind::Qualifier, "--all"),
        ("v=spf1 - all", Kind::Qualifier, "- all"),
        ("v=spf1 mx -", Kind::Qualifier, "-"),
        ("v=spf1 mx -allv=spf1 a -all", Kind::Joined, "v=spf1"),
        ("v=spf1 mx -all;v=DMARC1; p=none", Kind::Joined, "v=DMARC1;"),
        ("v=spf1 mx -all,a", Kind::Punctuation, ","),
        ("v=spf1 mx -allexp=b.example", Kind::MissingBlank, "exp=b.example"),
        ("v=spf1 exists:%{d0}.example -all", Kind::Transformer, "%{d0}"),
        ("v=spf1 foo:bar -all", Kind::UnknownMechanism, "foo:bar"),
        (
            "v=spf1 redirect:a.example",
            Kind::UnknownMechanism,
            "redirect:a.example",
        ),
        (
            "v=spf1 include:https://a.example/spf -all",
            Kind::Url,
            "https://a.example/spf",
        ),
        ("v=spf1 a:mailto:spf@a -all", Kind::Url, "mailto:spf@a"),
        ("v=spf1 include:spf@a -all", Kind::Url, "spf@a"),
        ("v=spf1 ip4:2001:db8::1 -all", Kind::WrongFamily, "2001:db8::1"),
        ("v=spf1 ip6:192.0.2.1 -all", Kind::WrongFamily, "192.0.2.1"),
        ("v=spf10 mx", Kind::Other, "v=spf10"),
    ] {
        let errors = record(text).errors();
        let found: Vec<_> = errors
            .iter()
            .map(|error| (error.kind, &text[error.span.clone()]))
            .collect();
        assert_eq!(found, [(kind, marked)], "{text:?}");
    }
}

/// Where one blank more makes terms that can be read, the place it belongs is named.
#[test]
fn a_missing_blank_is_named_with_its_place() {
    for (text, before, after) in [
        ("ip4:192.0.2.81~all", "ip4:192.0.2.81", "~all"),
        ("a-all", "a", "-all"),
        ("mx~all", "mx", "~all"),
        ("MX-ALL", "MX", "-ALL"),
        ("ptr?all", "ptr", "?all"),
        ("mxall", "mx", "all"),
        ("amx", "a", "mx"),
        ("include:x.example?all", "include:x.example", "?all"),
        ("include:x.example+all", "include:x.example", "+all"),
        ("redirect=x.example~all", "redirect=x.example", "~all"),
        ("ip4:192.0.2.0/24-all", "ip4:192.0.2.0/24", "-all"),
        ("ip4:192.0.2.1ip4:192.0.2.2", "ip4:192.0.2.1", "ip4:192.0.2.2"),
        (
            "ip4:192.0.2.1include:x.example",
            "ip4:192.0.2.1",
            "include:x.example",
        ),
        ("ip6:2001:db8::1-all", "ip6:2001:db8::1", "-all"),
        ("mx/24-all", "mx/24", "-all"),
        ("mx/24//64ip4:192.0.2.1-all", "mx/24//64", "ip4:192.0.2.1-all"),
        ("-allexp=x.example", "-all", "exp=x.example"),
        ("~all~all", "~all", "~all"),
        ("a:%{d}~all", "a:%{d}", "~all"),
        ("-allinclude:x.example", "-all", "include:x.example"),
    ] {
        let text = format!("v=spf1 {text} ?all");
        let errors = record(&text).errors();
        let found: Vec<_> = errors
            .iter()
            .map(|error| (error.kind, error.message.as_str(), &text[error.span.clone()]))
            .collect();
        let message = format!("a blank is missing between {before:?} and {after:?}");
        assert_eq!(
            found,
            [(SyntaxErrorKind::MissingBlank, message.as_str(), after)],
            "{text:?}"
        );
    }
    for text in [
        "v=spf1 ipv4:192.0.2.1 -all",
        "v=spf1 foo-all",
        "v=spf1 ip4:mail-all",
    ] {
        let errors = record(text).errors();
        assert!(
            errors
                .iter()
                .all(|error| error.kind != SyntaxErrorKind::MissingBlank),
            "{text}: {errors:?}"
        );
    }
    // However often, it is found in a moment.
    let glued = format!("v=spf1 {}%", "a:x.example-".repeat(4000));
    assert_eq!(record(&glued).errors().len(), 1);
}

/// One blank too many makes two pieces of one term, and one error.
#[test]
fn a_blank_too_many_is_one_error() {
    for (text, kind, marked) in [
        (
            "v=spf1 include: a.example -all",
            SyntaxErrorKind::Include,
            "include: a.example",
        ),
        ("v=spf1 mx - all", SyntaxErrorKind::Qualifier, "- all"),
        (
            "v=spf1 ip4:192.0.2.0 /24 -all",
            SyntaxErrorKind::Prefix,
            "ip4:192.0.2.0 /24",
        ),
        (
            "v=spf1 ip4: 192.0.2.1 -all",
            SyntaxErrorKind::Ip4,
            "ip4: 192.0.2.1",
        ),
        (
            "v=spf1 include:spf .a.example -all",
            SyntaxErrorKind::DomainEnd,
            "include:spf .a.example",
        ),
        (
            "v=spf1 redirect= a.example",
            SyntaxErrorKind::DomainEnd,
            "redirect= a.example",
        ),
    ] {
        let errors = record(text).errors();
        let found: Vec<_> = errors
            .iter()
            .map(|error| (error.kind, &text[error.span.clone()]))
            .collect();
        assert_eq!(found, [(kind, marked)], "{text}: {errors:?}");
        assert!(errors[0].message.starts_with("a blank too many"), "{errors:?}");
    }
    assert_eq!(record("v=spf1 foo bar -all").errors().len(), 2);
}

/// Every visible character stands for itself in a domain-spec (RFC 7208 7.1): the name is asked for as it stands.
#[test]
fn what_can_be_read_and_is_hardly_meant_is_a_slip() {
    use SyntaxErrorKind as Kind;
    for (term, kind, marked) in [
        (
            "include:https://a.example",
            Kind::Url,
            "include:https://a.example",
        ),
        (
            "include:mailto:spf@a.example",
            Kind::Url,
            "include:mailto:spf@a.example",
        ),
        ("include:spf@a.example", Kind::Url, "include:spf@a.example"),
        (
            "a:http://mail.a.example/24",
            Kind::Url,
            "a:http://mail.a.example/24",
        ),
        (
            "redirect=https://a.example",
            Kind::Url,
            "redirect=https://a.example",
        ),
        ("include:a.example,b.example", Kind::Punctuation, ","),
        ("include:\"a.example", Kind::Punctuation, "\""),
        ("include:<a.example", Kind::Markup, "include:<a.example"),
        // No name has a colon.
        ("a:mx:x.example", Kind::DomainEnd, "a:mx:x.example"),
        ("include:x.example-all", Kind::MissingBlank, "-all"),
        ("redirect=x.example-all", Kind::MissingBlank, "-all"),
        (
            "a:m.exampleinclude:x.example",
            Kind::MissingBlank,
            "include:x.example",
        ),
        ("ra=postmaster~all", Kind::MissingBlank, "~all"),
        ("allredirect=a.example", Kind::MissingBlank, "redirect=a.example"),
    ] {
        let text = format!("v=spf1 {term}");
        let record = record(&text);
        assert_eq!(record.errors(), [], "{text}");
        let slips = record.slips();
        let found: Vec<_> = slips
            .iter()
            .map(|slip| (slip.kind, &text[slip.span.clone()]))
            .collect();
        assert_eq!(found, [(kind, marked)], "{text}");
    }
    for text in [
        "v=spf1 include:_spf.x-all.example a:my-mx.example/24 exists:%{l}@%{o}.x.example -all",
        "v=spf1 include:spf.empresa.mx include:_spf.provider.com.mx. redirect=spf.all ra=postmaster",
        "v=spf1 a:mx.x.example foo=bar -all",
    ] {
        assert_eq!(record(text).slips(), [], "{text}");
    }
}

/// The ABNF of RFC 7208 12 makes `v=spf1` inside a record a modifier like any other.
#[test]
fn a_second_version_is_an_unknown_modifier() {
    for text in [
        "v=spf1 v=spf1 ip4:192.0.2.10 -all",
        "v=spf1 mx v=spf1 -all",
        "v=spf1 mx -all v=SPF1 a -all",
        "v=spf1 mx v=spf2 v=spfoo -all",
        "v=spf1 allv=spf1 mx -all",
    ] {
        let record = record(text);
        assert_eq!(record.errors(), [], "{text}");
        let unknown = record
            .terms
            .iter()
            .filter(|term| matches!(term.kind, TermKind::Modifier(Modifier::Unknown { .. })));
        assert!(unknown.count() > 0, "{text}");
    }
    assert_eq!(
        class("v=spf1 mx -all", "v=spf1 v=spf1 mx -all"),
        Class::Equivalent
    );
}

#[test]
fn what_is_valid_has_no_error() {
    for text in [
        "v=spf1",
        "v=spf1 ",
        "v=spf1 a//64 a/24//64 mx:b.example/0 ptr:c.example -all",
        "v=spf1 moo.cow-far_out=man:dog/cat -all",
        "v=spf1 exists:%{ir}.%{l1r+-}._spf.%{d} redirect=%{d2}",
        "v=spf1 a:foo:bar/baz.example.com",
        "v=spf1 ip6:::1.1.1.1/0 ?all",
        "v=spf1 include:o.spf.example.com. ~all",
        "v=spf1 a:foo.example.xn--zckzah -all",
        "v=spf1 x= -all",
        "v=spf1 x=%{c} exp=%{d} -all",
    ] {
        assert_eq!(record(text).errors(), [], "{text:?}");
    }
}
