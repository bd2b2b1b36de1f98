//! SPF records as specification: tables of texts, and properties over any text.

use proptest::prelude::*;

use super::*;
use crate::name::Name;
use crate::records::Class;

fn owner() -> Name {
    "voorbeeld.nl".parse().unwrap()
}

fn record(text: &str) -> Record {
    parse(text.as_bytes())
}

fn class(one: &str, other: &str) -> Class {
    compare(&record(one), &record(other), &owner()).class
}

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
        assert_eq!(found, Likeness::NearMiss(NearMiss { why, before }), "{text:?}");
    }
}

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
        ("v=spf1 mx -allv=spf1 a -all", Kind::MissingBlank, "v=spf1"),
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
            SyntaxErrorKind::Qualifier,
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
        "v=spf1 a:mx:x.example foo=bar -all",
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

#[test]
fn all_and_redirect_belong_to_other_fields() {
    let built = |mechanisms: &[&str]| {
        let mechanisms: Vec<String> = mechanisms.iter().map(|text| (*text).to_owned()).collect();
        build(
            &mechanisms,
            Some(Qualifier::SoftFail),
            None,
            Some("Exp.Voorbeeld.nl."),
        )
    };
    let record = built(&[
        "MX",
        "ip4:192.0.2.1/24",
        "+include:SPF.example.",
        "~a:%{D2}.X/32//64",
        "ip6:2001:DB8:0::1/128",
    ])
    .unwrap();
    assert_eq!(
        record.to_text(),
        "v=spf1 mx ip4:192.0.2.0/24 include:spf.example ~a:%{D2}.x//64 ip6:2001:db8::1 ~all exp=exp.voorbeeld.nl"
    );
    let errors = built(&[
        "all",
        "redirect=a.example",
        "exp=a.example",
        "include=a.example",
        "x=y",
        "mx a",
        "",
        "v=spf1",
        "ip4:1",
        "mx",
    ]);
    let messages: Vec<String> = errors
        .unwrap_err()
        .into_iter()
        .map(|error| format!("{}: {}", error.part, error.message))
        .collect();
    insta::assert_snapshot!(messages.join("\n"), @r#"
    mechanisms[0]: all is a field of its own: write all: Fail, SoftFail or Neutral
    mechanisms[1]: redirect is a field of its own: write redirect: a.example
    mechanisms[2]: exp is a field of its own: write explanation: a.example
    mechanisms[3]: include= is a modifier nobody knows; the mechanism is written include:a.example
    mechanisms[4]: x= is a modifier receivers ignore; only mechanisms stand here
    mechanisms[5]: "mx a" holds a blank: one mechanism an entry
    mechanisms[6]: the mechanism is empty
    mechanisms[7]: leave v=spf1 out: list the mechanisms one by one, without version and all
    mechanisms[8]: no IPv4 address: four numbers with dots between them
    "#);
    assert_eq!(
        build(&[], Some(Qualifier::Pass), None, None).unwrap_err()[0].part,
        "all"
    );
    assert_eq!(build(&[], None, Some("nl"), Some("x")).unwrap_err().len(), 2);
}

#[test]
fn a_record_said_in_the_words_of_a_manifest() {
    let spec = record("v=spf1 mx include:A.example x=y +all ip4:192.0.2.1 foo").as_spec();
    assert_eq!(spec.mechanisms, ["mx", "include:a.example"]);
    assert_eq!((spec.all, &spec.redirect), (None, &None));
    assert_eq!(spec.lost.len(), 3, "{:?}", spec.lost);
    assert_eq!(record("v=spf1 mx").as_spec().all, Some(Qualifier::Neutral));
    assert_eq!(
        record("v=spf1 redirect=A.example").as_spec().redirect.as_deref(),
        Some("a.example")
    );
    assert_eq!(record("v=spf1 redirect=A.example -all").as_spec().redirect, None);
}

#[test]
fn sets_of_addresses() {
    let set = |text: &str| {
        let record = record(text);
        let (mut v4, mut v6) = (Vec::new(), Vec::new());
        for (_, _, mechanism) in record.directives() {
            match mechanism {
                Mechanism::Ip4(network) => v4.push(*network),
                Mechanism::Ip6(network) => v6.push(*network),
                other => panic!("{other}"),
            }
        }
        Addresses::new(v4, v6)
    };
    let list = |set: &Addresses| set.mechanisms().collect::<Vec<_>>().join(" ");
    assert_eq!(
        list(&set("v=spf1 ip4:192.0.2.0/25 ip4:192.0.2.128/25 ip4:192.0.2.7")),
        "ip4:192.0.2.0/24"
    );
    let all = set("v=spf1 ip4:0.0.0.0/0 ip6:::/0");
    assert!(all.is_all_v4() && all.is_all_v6() && all.count_v4() == 1 << 32);
    assert_eq!(list(&all), "ip4:0.0.0.0/0 ip6:::/0");
    assert_eq!(
        list(&all.without(&set("v=spf1 ip4:128.0.0.0/1 ip6:::/1"))),
        "ip4:0.0.0.0/1 ip6:8000::/1"
    );
    assert!(set("v=spf1 ip4:1.2.3.4").without(&all).is_empty());
    assert_eq!(
        list(&set("v=spf1 ip4:10.0.0.0/29").without(&set("v=spf1 ip4:10.0.0.3 ip4:10.0.0.6"))),
        "ip4:10.0.0.0/31 ip4:10.0.0.2 ip4:10.0.0.4/31 ip4:10.0.0.7"
    );
    let last = set("v=spf1 ip4:255.255.255.255 ip6:ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff");
    assert_eq!(
        list(&last),
        "ip4:255.255.255.255 ip6:ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"
    );
}

/// A term as a zone may hold it: mostly valid, sometimes not.
fn term() -> impl Strategy<Value = String> {
    let domain = prop_oneof![
        Just("a.example".to_owned()),
        Just("B.example.".to_owned()),
        Just("voorbeeld.nl".to_owned()),
        Just("%{d}".to_owned()),
        Just("%{I1R}.%{l2r+-}.x.example".to_owned()),
        Just("bad".to_owned()),
        Just("%{z}".to_owned()),
    ];
    let cidr = prop_oneof![
        Just(String::new()),
        (0_u8..34).prop_map(|n| format!("/{n}")),
        (0_u8..34, 0_u8..130).prop_map(|(a, b)| format!("/{a}//{b}"))
    ];
    let mechanism = prop_oneof![
        Just("all".to_owned()),
        domain.clone().prop_map(|domain| format!("include:{domain}")),
        domain.clone().prop_map(|domain| format!("exists:{domain}")),
        domain.clone().prop_map(|domain| format!("redirect={domain}")),
        domain.clone().prop_map(|domain| format!("exp={domain}")),
        (domain.clone(), cidr.clone()).prop_map(|(domain, cidr)| format!("a:{domain}{cidr}")),
        cidr.prop_map(|cidr| format!("MX{cidr}")),
        Just("ptr".to_owned()),
        Just("x=y".to_owned()),
        (any::<[u8; 4]>(), 0_u8..34).prop_map(|(ip, n)| format!("ip4:{}/{n}", std::net::Ipv4Addr::from(ip))),
        (any::<[u8; 16]>(), 0_u8..130)
            .prop_map(|(ip, n)| format!("ip6:{}/{n}", std::net::Ipv6Addr::from(ip))),
    ];
    (
        prop_oneof![4 => Just(""), 1 => Just("-"), 1 => Just("~"), 1 => Just("+")],
        mechanism,
    )
        .prop_map(|(sign, text)| format!("{sign}{text}"))
}

fn text() -> impl Strategy<Value = String> {
    prop::collection::vec(term(), 0..8).prop_map(|terms| format!("v=spf1 {}", terms.join("  ")))
}

proptest! {
    #[test]
    fn any_octets_are_read_without_a_panic(text in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = (likeness(&text), parse_macro_string(&text).is_ok());
        let octets = [b"v=spf1 ", &text[..]].concat();
        let record = parse(&octets);
        prop_assert_eq!(&record.text, &octets);
        for (span, _) in record.syntax_errors() {
            prop_assert!(span.start <= span.end && span.end <= octets.len());
        }
        let _ = (record.to_text(), record.as_spec());
        prop_assert_eq!(compare(&record, &record, &owner()).class, Class::Equal);
    }

    #[test]
    fn nothing_is_lost(text in text()) {
        let record = record(&text);
        let kept: Vec<&str> = record.terms.iter().map(|term| &text[term.span.clone()]).collect();
        let written: Vec<&str> = text.split(' ').filter(|term| !term.is_empty()).skip(1).collect();
        prop_assert_eq!(kept, written);
    }

    #[test]
    fn what_is_written_means_what_was_read(text in text()) {
        let read = record(&text);
        let written = record(&read.to_text());
        prop_assert_eq!(compare(&read, &written, &owner()).class, Class::Equal);
        prop_assert_eq!(written.to_text(), read.to_text());
        prop_assert_eq!(written.is_valid(), read.is_valid());
    }

    #[test]
    fn a_comparison_has_no_sides(one in text(), other in text()) {
        let (there, back) = (class(&one, &other), class(&other, &one));
        prop_assert_eq!(there, back);
        prop_assert_eq!(class(&one, &one), Class::Equal);
        let comparison = compare(&record(&one), &record(&other), &owner());
        prop_assert_eq!(comparison.differences.is_empty(), there != Class::Different);
    }

    #[test]
    fn a_manifest_says_what_the_record_said(text in text()) {
        let read = record(&text);
        let spec = read.as_spec();
        prop_assume!(read.is_valid() && (spec.all.is_some() || spec.redirect.is_some()));
        let built = build(&spec.mechanisms, spec.all, spec.redirect.as_deref(), spec.explanation.as_deref()).unwrap();
        let comparison = compare(&built, &read, &owner());
        prop_assert!(comparison.class < Class::Different, "{:?}", comparison);
        prop_assert_eq!(comparison.class == Class::Equal, spec.lost.is_empty());
    }

    #[test]
    fn address_sets_subtract_to_what_is_left(one in prop::collection::vec((any::<u8>(), 24_u8..33), 0..6), other in prop::collection::vec((any::<u8>(), 24_u8..33), 0..6)) {
        let network = |(last, prefix): &(u8, u8)| Network4 { address: [192, 0, 2, *last].into(), prefix: *prefix };
        let (ones, others): (Vec<_>, Vec<_>) = (one.iter().map(network).collect(), other.iter().map(network).collect());
        let left = Addresses::new(ones.clone(), []).without(&Addresses::new(others.clone(), []));
        let listed = left.mechanisms().map(|text| record(&format!("v=spf1 {text}"))).collect::<Vec<_>>();
        for last in 0..=255_u8 {
            let address = [192, 0, 2, last].into();
            let inside = ones.iter().any(|network| network.contains(address)) && !others.iter().any(|network| network.contains(address));
            let said = listed.iter().any(|record| record.directives().any(|(_, _, mechanism)| matches!(mechanism, Mechanism::Ip4(network) if network.contains(address))));
            prop_assert_eq!(inside, said, "{}", last);
        }
    }
}
