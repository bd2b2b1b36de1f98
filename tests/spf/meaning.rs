//! When two SPF records mean the same: every row of the table, through the record's state, both ways.

use crate::facts::{World, findings, intent, name, now, record};
use zegel::judge::State;
use zegel::records::Class::{self, Different, Equal, Equivalent};
use zegel::records::spf::{compare, parse};

/// At voorbeeld.nl.
const ROWS: &[(Class, &str, &str, &str)] = &[
    (
        Equal,
        "letter case outside macros",
        "v=spf1 mx include:a.example -all",
        "V=SPF1 MX Include:A.Example -ALL",
    ),
    (
        Equal,
        "letter case of macro transformers",
        "v=spf1 exists:%{ir}.a.example -all",
        "v=spf1 exists:%{iR}.A.example -all",
    ),
    (
        Equal,
        "explicit +",
        "v=spf1 mx ip4:192.0.2.1 -all",
        "v=spf1 +mx +ip4:192.0.2.1 -all",
    ),
    (Equal, "spaces", "v=spf1 mx -all", "v=spf1   mx  -all  "),
    (
        Equal,
        "trailing dot",
        "v=spf1 include:a.example redirect=b.example",
        "v=spf1 include:a.example. redirect=b.example.",
    ),
    (
        Equal,
        "/32",
        "v=spf1 ip4:192.0.2.1 a:h.example -all",
        "v=spf1 ip4:192.0.2.1/32 a:h.example/32 -all",
    ),
    (
        Equal,
        "/128",
        "v=spf1 ip6:2001:db8::1 mx -all",
        "v=spf1 ip6:2001:db8::1/128 mx//128 -all",
    ),
    (
        Equal,
        "host bits below the prefix",
        "v=spf1 ip4:192.0.2.0/24 ip6:2001:db8::/32 -all",
        "v=spf1 ip4:192.0.2.77/24 ip6:2001:db8:7::1/32 -all",
    ),
    (
        Equal,
        "IPv6 spelling",
        "v=spf1 ip6:2001:db8::1 -all",
        "v=spf1 ip6:2001:0DB8:0:0::0:0001 -all",
    ),
    (
        Equal,
        "a of its own name",
        "v=spf1 a -all",
        "v=spf1 a:voorbeeld.nl -all",
    ),
    (
        Equal,
        "mx of its own name",
        "v=spf1 mx/24 -all",
        "v=spf1 mx:Voorbeeld.NL./24 -all",
    ),
    (
        Equal,
        "valid terms after all",
        "v=spf1 mx -all",
        "v=spf1 mx -all include:a.example ip4:192.0.2.1",
    ),
    (
        Equal,
        "redirect where all stands",
        "v=spf1 mx -all",
        "v=spf1 mx redirect=a.example -all",
    ),
    (Equal, "absent all and redirect", "v=spf1 mx ?all", "v=spf1 mx"),
    (
        Equal,
        "ip terms of one run as sets",
        "v=spf1 ip4:192.0.2.0/24 ip6:2001:db8::1 -all",
        "v=spf1 ip6:2001:db8::1 ip4:192.0.2.128/25 ip4:192.0.2.0/25 ip4:192.0.2.7 -all",
    ),
    (
        Equal,
        "ip terms between querying ones",
        "v=spf1 mx ip4:192.0.2.0 ip4:192.0.2.1 a -all",
        "v=spf1 mx ip4:192.0.2.0/31 a -all",
    ),
    (
        Equivalent,
        "order of terms that query",
        "v=spf1 mx include:a.example -all",
        "v=spf1 include:a.example mx -all",
    ),
    (
        Equivalent,
        "order across terms that query",
        "v=spf1 ip4:192.0.2.1 include:a.example -all",
        "v=spf1 include:a.example ip4:192.0.2.1 -all",
    ),
    (
        Equivalent,
        "ip terms on both sides of a querying one",
        "v=spf1 ip4:192.0.2.0/31 mx -all",
        "v=spf1 ip4:192.0.2.0 mx ip4:192.0.2.1 -all",
    ),
    (
        Equivalent,
        "a querying term twice",
        "v=spf1 mx a -all",
        "v=spf1 mx a mx -all",
    ),
    (
        Equivalent,
        "unknown modifiers",
        "v=spf1 mx -all",
        "v=spf1 mx ra=postmaster -all",
    ),
    (
        Different,
        "order across qualifiers",
        "v=spf1 ip4:192.0.2.0/24 -ip4:192.0.2.4 -all",
        "v=spf1 -ip4:192.0.2.4 ip4:192.0.2.0/24 -all",
    ),
    (
        Different,
        "an include for a redirect",
        "v=spf1 redirect=x.example",
        "v=spf1 include:x.example -all",
    ),
    (
        Different,
        "an escaped macro",
        "v=spf1 exists:%{s}.a.example -all",
        "v=spf1 exists:%{S}.a.example -all",
    ),
    (
        Different,
        "a transformer",
        "v=spf1 exists:%{i}.a.example -all",
        "v=spf1 exists:%{ir}.a.example -all",
    ),
    (
        Different,
        "another address",
        "v=spf1 ip4:192.0.2.1 -all",
        "v=spf1 ip4:192.0.2.2 -all",
    ),
    (
        Different,
        "a wider network",
        "v=spf1 ip4:192.0.2.0/25 -all",
        "v=spf1 ip4:192.0.2.0/24 -all",
    ),
    (
        Different,
        "another include",
        "v=spf1 include:a.example -all",
        "v=spf1 include:b.example -all",
    ),
    (
        Different,
        "a further include",
        "v=spf1 include:a.example -all",
        "v=spf1 include:a.example include:b.example -all",
    ),
    (
        Different,
        "another qualifier",
        "v=spf1 include:a.example -all",
        "v=spf1 ~include:a.example -all",
    ),
    (Different, "another all", "v=spf1 mx -all", "v=spf1 mx ~all"),
    (Different, "no all", "v=spf1 mx -all", "v=spf1 mx"),
    (
        Different,
        "another redirect",
        "v=spf1 redirect=a.example",
        "v=spf1 redirect=b.example",
    ),
    (
        Different,
        "another explanation",
        "v=spf1 mx -all exp=a.example",
        "v=spf1 mx -all",
    ),
    (
        Different,
        "a of another name",
        "v=spf1 a -all",
        "v=spf1 a:h.voorbeeld.nl -all",
    ),
    (
        Different,
        "another prefix of a",
        "v=spf1 a/24 -all",
        "v=spf1 a -all",
    ),
    (
        Different,
        "a syntax error",
        "v=spf1 mx -all",
        "v=spf1 mx -all foo",
    ),
    (Different, "everybody", "v=spf1 -all", "v=spf1 +all"),
];

#[test]
fn every_row_both_ways() {
    for (class, row, one, other) in ROWS {
        for (want, found) in [(one, other), (other, one)] {
            let comparison = compare(
                &parse(want.as_bytes()),
                &parse(found.as_bytes()),
                &name("voorbeeld.nl"),
            );
            assert_eq!(
                comparison.class, *class,
                "{row}: {want} / {found}: {comparison:?}"
            );
            assert_eq!(
                comparison.differences.is_empty(),
                *class != Different,
                "{row}: {comparison:?}"
            );
            assert_eq!(
                !comparison.notes.is_empty(),
                *class == Equivalent,
                "{row}: {comparison:?}"
            );
        }
    }
}

#[test]
fn how_txt_is_split_means_nothing() {
    for strings in [
        r#""v=spf1 mx -all""#,
        r#""v=spf1 " "mx -" "all""#,
        r#""v" "" "=spf1 mx -all""#,
    ] {
        let verdict = World::new(&format!("voorbeeld.nl TXT {strings}")).judge(&intent(MX));
        assert_eq!(record(&verdict, "voorbeeld.nl").state, State::InSync, "{strings}");
    }
    let verdict = World::new(r#"voorbeeld.nl TXT "v=spf1" "mx -all""#).judge(&intent(MX));
    assert_eq!(
        record(&verdict, "voorbeeld.nl").state,
        State::Missing,
        "strings are joined without a space"
    );
}

const MX: &str = "{domain: voorbeeld.nl, role: Mail, spf: {mechanisms: [mx], all: Fail}}";

#[test]
fn differences_name_the_terms() {
    for (want, found, differences) in [
        (
            "v=spf1 mx include:a.example ip4:192.0.2.0/24 -all exp=e.example",
            "v=spf1 mx ~include:a.example ip4:192.0.2.0/25 ip4:198.51.100.7 a:x.example ~all",
            &[
                "want include:a.example, found ~include:a.example",
                "found a:x.example that is not wanted",
                "want ip4:192.0.2.128/25, absent",
                "found ip4:198.51.100.7 that is not wanted",
                "all: want -all, found ~all",
                "exp: want e.example, found absent",
            ][..],
        ),
        (
            "v=spf1 ip4:192.0.2.0/24 -ip4:192.0.2.4 -all",
            "v=spf1 -ip4:192.0.2.4 ip4:192.0.2.0/24 -all",
            &[
                "order across qualifiers: want ip4:192.0.2.0/24 -ip4:192.0.2.4, found -ip4:192.0.2.4 ip4:192.0.2.0/24",
            ],
        ),
        (
            "v=spf1 mx -all",
            "v=spf1 mx -all foo",
            &["syntax error: there is no mechanism \"foo\""],
        ),
        (
            "v=spf1 mx -all",
            "v=spf1 mx",
            &["all: want -all, in effect ?all (neither all nor redirect)"],
        ),
        (
            "v=spf1 redirect=a.example",
            "v=spf1 include:a.example -all",
            &[
                "found include:a.example that is not wanted",
                "redirect: want a.example, found -all instead",
            ],
        ),
        (
            "v=spf1 mx -all",
            "v=spf1 mx redirect=a.example",
            &["all: want -all, found redirect=a.example instead"],
        ),
        (
            "v=spf1 redirect=a.example",
            "v=spf1",
            &["redirect: want a.example, absent"],
        ),
    ] {
        let comparison = compare(
            &parse(want.as_bytes()),
            &parse(found.as_bytes()),
            &name("voorbeeld.nl"),
        );
        assert_eq!(comparison.differences, differences, "{want} / {found}");
    }
}

#[test]
fn states() {
    for (zone, state, observed) in [
        (
            "voorbeeld.nl TXT v=spf1 mx -all",
            State::InSync,
            vec!["v=spf1 mx -all"],
        ),
        (
            "voorbeeld.nl TXT v=spf1 mx -all\nvoorbeeld.nl TXT google-site-verification=x",
            State::InSync,
            vec!["v=spf1 mx -all"],
        ),
        (
            "voorbeeld.nl TXT v=spf1 a -all",
            State::Drifted,
            vec!["v=spf1 a -all"],
        ),
        (
            "voorbeeld.nl TXT v=spf1 mx -all\nvoorbeeld.nl TXT v=spf1 a -all",
            State::Drifted,
            vec!["v=spf1 mx -all", "v=spf1 a -all"],
        ),
        ("voorbeeld.nl TXT hello", State::Missing, vec![]),
        ("voorbeeld.nl MX 10 mail.voorbeeld.nl", State::Missing, vec![]),
        ("other.nl EXISTS", State::Missing, vec![]),
        (
            "voorbeeld.nl TXT v=spf1; mx -all",
            State::Missing,
            vec!["v=spf1; mx -all"],
        ),
        ("voorbeeld.nl TXT !SERVFAIL", State::Unknown, vec![]),
        ("voorbeeld.nl TXT !TIMEOUT", State::Unknown, vec![]),
        (
            "voorbeeld.nl CNAME x.example\nx.example TXT v=spf1 mx -all",
            State::InSync,
            vec!["CNAME x.example", "v=spf1 mx -all"],
        ),
        (
            "voorbeeld.nl CNAME x.example",
            State::Missing,
            vec!["CNAME x.example"],
        ),
        (
            "voorbeeld.nl TXT v=spf1\\255mx -all",
            State::Missing,
            vec!["v=spf1\\255mx -all"],
        ),
    ] {
        let verdict = World::new(zone).judge(&intent(MX));
        let verdict = record(&verdict, "voorbeeld.nl");
        assert_eq!(
            (verdict.state, &verdict.observed),
            (state, &observed.into_iter().map(str::to_owned).collect()),
            "{zone}"
        );
        assert_eq!(verdict.unanswered.is_some(), state == State::Unknown, "{zone}");
        assert_eq!(
            verdict.differences.is_empty(),
            !state.differs(),
            "{zone}: {:?}",
            verdict.differences
        );
        assert_eq!(
            (verdict.questions.len(), verdict.desired.as_slice()),
            (1, &["v=spf1 mx -all".to_owned()][..])
        );
        assert_eq!(
            verdict.seen_at.is_some() && verdict.expires_at > Some(now()),
            state != State::Unknown,
            "{zone}"
        );
    }
}

#[test]
fn a_wildcard_is_asked_by_its_name_and_tried_out() {
    let wanted = intent(
        "{domain: voorbeeld.nl, role: Mail, spf: {mechanisms: [mx], all: Fail, alsoAt: [{name: '*', all: Fail}]}}",
    );
    let apex = "voorbeeld.nl TXT v=spf1 mx -all\n";
    for (zone, state) in [
        ("*.voorbeeld.nl TXT v=spf1 -all", State::InSync),
        ("*.voorbeeld.nl TXT v=spf1 ~all", State::Drifted),
        ("*.voorbeeld.nl TXT hello", State::Missing),
        ("mail.voorbeeld.nl A 192.0.2.1", State::Missing),
        (
            "*.voorbeeld.nl TXT v=spf1 -all\nzegel-wildcard-probe.voorbeeld.nl TXT v=spf1 mx -all",
            State::Drifted,
        ),
        (
            "*.voorbeeld.nl TXT v=spf1 -all\nzegel-wildcard-probe.voorbeeld.nl TXT !SERVFAIL",
            State::Unknown,
        ),
        (
            "*.voorbeeld.nl TXT v=spf1 ~all\nzegel-wildcard-probe.voorbeeld.nl TXT !SERVFAIL",
            State::Drifted,
        ),
    ] {
        let verdict = World::new(&format!("{apex}{zone}")).judge(&wanted);
        assert_eq!(record(&verdict, "*.voorbeeld.nl").state, state, "{zone}");
        assert_eq!(record(&verdict, "*.voorbeeld.nl").questions.len(), 2);
        assert_eq!(record(&verdict, "voorbeeld.nl").state, State::InSync, "{zone}");
    }
}

#[test]
fn what_a_parked_domain_must_say() {
    let parked = intent("{domain: voorbeeld.nl, role: Parked}");
    for (text, state) in [
        ("v=spf1 -all", State::InSync),
        ("v=spf1 ~all", State::Drifted),
        ("v=spf1 mx -all", State::Drifted),
    ] {
        let verdict = World::new(&format!("voorbeeld.nl TXT {text}")).judge(&parked);
        let found = verdict
            .records
            .iter()
            .find(|record| record.standard == zegel::records::Standard::Spf);
        assert_eq!(found.map(|record| record.state), Some(state), "{text}");
    }
}

#[test]
fn equivalent_is_in_sync_and_said() {
    let wanted =
        intent("{domain: voorbeeld.nl, role: Mail, spf: {mechanisms: [mx, 'include:a.example'], all: Fail}}");
    let judged = |text: &str| {
        World::new(&format!("voorbeeld.nl TXT {text}\na.example TXT v=spf1 -all")).judge(&wanted)
    };
    let verdict = judged("v=spf1 include:a.example mx -all");
    assert_eq!(record(&verdict, "voorbeeld.nl").state, State::InSync);
    assert_eq!(findings(&verdict, "SPF-102").len(), 1);
    assert!(findings(&judged("v=spf1 mx include:a.example -all"), "SPF-102").is_empty());
}
