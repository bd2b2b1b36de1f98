//! From a manifest's words to a record and back, and sets of addresses.

use super::*;

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
