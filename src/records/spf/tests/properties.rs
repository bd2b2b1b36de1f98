//! What holds of any text, and of any record a zone may hold.

use proptest::prelude::*;

use super::*;

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

/// A network as a zone may hold it, with or without a prefix length and what else somebody may have put there.
fn network() -> impl Strategy<Value = String> {
    let address = prop_oneof![
        any::<[u8; 4]>().prop_map(|ip| format!("ip4:{}", std::net::Ipv4Addr::from(ip))),
        any::<[u8; 16]>().prop_map(|ip| format!("ip6:{}", std::net::Ipv6Addr::from(ip))),
        "ip4:[0-9]{1,3}([.][0-9]{1,3}){2,4}",
        "ip6:([0-9a-f]{1,5}::?){1,8}",
    ];
    (address, "(/{1,2}[0-9]{0,3})?", "|||[,.a/]")
        .prop_map(|(address, length, more)| address + &length + &more)
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

    /// A network is read where it stands, and one with a sign by the way of all terms: they are one grammar.
    #[test]
    fn a_sign_makes_a_network_no_other(network in network()) {
        let plain = record(&format!("v=spf1 {network} mx"));
        let signed = record(&format!("v=spf1 +{network} mx"));
        prop_assert_eq!(plain.terms.len(), 2);
        prop_assert_eq!(plain.terms[0].span.len() + 1, signed.terms[0].span.len());
        match (&plain.terms[0].kind, &signed.terms[0].kind) {
            (TermKind::Invalid(_), TermKind::Invalid(_)) => {}
            (plain, signed) => prop_assert_eq!(plain, signed),
        }
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
