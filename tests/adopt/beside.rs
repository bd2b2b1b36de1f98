//! What stands beside an adopted manifest: selectors that were not answered, and what a check of it comes to.

use zegel::adopt::{Adopted, Checked, adopt, live};
use zegel::intent::SelectorList;

use crate::facts::{World, name, now};

fn adopted(zone: &str, named: &[&str], tried: &[&str]) -> Adopted {
    let listed = |labels: &[&str]| SelectorList::of(&name("a.nl"), labels);
    let (named, tried) = (listed(named), listed(tried));
    World::new(zone).settle(|inquiry| {
        let live = live::look(&name("a.nl"), &named, &tried, inquiry);
        adopt(&live, inquiry, now())
    })
}

const KEY: &str = "v=DKIM1; k=ed25519; p=M+WOVwWymPU8WoZZc83jsOpPmnYTX1StMQsXDDeBEBE=";

#[test]
fn a_selector_that_was_not_answered_is_not_dropped_in_silence() {
    let mail = format!(
        "a.nl TXT v=spf1 mx -all\na.nl MX 10 mx.a.nl\nmx.a.nl A 192.0.2.1\ns2._domainkey.a.nl TXT {KEY}"
    );
    let alias = "s1._domainkey.a.nl CNAME s1.p.example\ns1.p.example TXT !SERVFAIL";
    let own = "s1._domainkey.a.nl TXT !TIMEOUT";
    let circle = "s1._domainkey.a.nl CNAME x.p.example\nx.p.example CNAME s1._domainkey.a.nl";
    for (zone, named, tried, says) in [
        (
            alias,
            &[][..],
            &["s1", "s2"][..],
            "selector s1 is not managed: a CNAME to s1.p.example, at whose end nothing was answered",
        ),
        (
            alias,
            &["s1"],
            &["s2"],
            "selector s1 is not managed: a CNAME to s1.p.example",
        ),
        (own, &["s1"], &["s2"], "selector s1 is not managed: not answered"),
        (
            own,
            &[],
            &["s1", "s2"],
            "1 of the selectors that were tried were not answered",
        ),
        (circle, &[], &["s1", "s2"], "lead round in a circle"),
    ] {
        let adopted = adopted(&format!("{mail}\n{zone}"), named, tried);
        let of_selectors = adopted
            .remarks
            .iter()
            .filter(|remark| remark.starts_with("DKIM: ") && remark.contains("not managed"));
        let of_selectors: Vec<&String> = of_selectors.filter(|remark| !remark.contains("Error ")).collect();
        assert_eq!(of_selectors.len(), 1, "{zone}: {:#?}", adopted.remarks);
        assert!(of_selectors[0].contains(says), "{zone}: {of_selectors:?}");
        // The other one is adopted all the same.
        let found = adopted
            .spec
            .dkim
            .iter()
            .flat_map(|dkim| &dkim.selectors)
            .map(|one| one.name.as_str());
        assert_eq!(found.collect::<Vec<_>>(), ["s2"], "{zone}");
    }
}

/// The parked domain too.
#[test]
fn a_parked_domain_says_so_as_well() {
    let zone = "a.nl TXT v=spf1 -all\na.nl MX 0 .\n_dmarc.a.nl TXT v=DMARC1; p=reject\n*._domainkey.a.nl TXT v=DKIM1; p=\n\
                s1._domainkey.a.nl CNAME s1.p.example\ns1.p.example TXT !SERVFAIL";
    let adopted = adopted(zone, &[], &["s1"]);
    let says = |remark: &String| remark.contains("selector s1 is not managed: a CNAME to s1.p.example");
    assert!(adopted.remarks.iter().any(says), "{adopted:#?}");
}

const FINE: Checked = Checked {
    wrong: false,
    unknown: false,
};
const WRONG: Checked = Checked { wrong: true, ..FINE };
const UNKNOWN: Checked = Checked {
    unknown: true,
    ..FINE
};

#[test]
fn what_a_check_of_it_comes_to_is_known() {
    let good = format!(
        "a.nl MX 10 mx.a.nl\nmx.a.nl A 192.0.2.1\n_dmarc.a.nl TXT v=DMARC1; p=reject; rua=mailto:d@a.nl\ns2._domainkey.a.nl TXT {KEY}"
    );
    for (zone, checked) in [
        ("a.nl TXT v=spf1 mx -all", FINE),
        // Every include is missing: a permerror of what the manifest wants.
        ("a.nl TXT v=spf1 include:none.nl -all", WRONG),
        // The one alias leads to no key.
        ("a.nl TXT v=spf1 exists:mx.a.nl -all", WRONG),
        ("a.nl TXT v=spf1 include:x.nl -all\nx.nl TXT !SERVFAIL", UNKNOWN),
        // What is wrong hides no outage.
        (
            "a.nl TXT v=spf1 include:none.nl include:x.nl -all\nx.nl TXT !SERVFAIL",
            Checked {
                wrong: true,
                unknown: true,
            },
        ),
    ] {
        let adopted = adopted(&format!("{good}\n{zone}"), &[], &["s1", "s2"]);
        assert_eq!(adopted.checked, checked, "{zone}: {adopted:#?}");
    }
    let dark = "a.nl TXT v=spf1 mx -all\na.nl MX 10 mx.a.nl\nmx.a.nl A 192.0.2.1\n_dmarc.a.nl TXT v=DMARC1; p=reject; rua=mailto:d@a.nl\n\
                s1._domainkey.a.nl CNAME s1.p.example\np.example TXT x";
    assert_eq!(adopted(dark, &[], &["s1"]).checked, WRONG);
}

/// RFC 4592 2.2.1: what any name gets is no hosted DMARC.
#[test]
fn what_a_wildcard_answers_at_dmarc_is_not_adopted() {
    let base = "a.nl TXT v=spf1 mx -all\na.nl MX 10 mx.a.nl\nmx.a.nl A 192.0.2.1\nwww.a.nl A 192.0.2.9\nd.example TXT v=DMARC1; p=reject";
    for (zone, cname) in [
        ("*.a.nl CNAME www.a.nl", None),
        ("*.a.nl CNAME gone.b.nl", None),
        ("*.a.nl CNAME d.example", None),
        ("_dmarc.a.nl CNAME d.example", Some("d.example")),
        (
            "*.a.nl CNAME www.a.nl\n_dmarc.a.nl CNAME d.example",
            Some("d.example"),
        ),
    ] {
        let adopted = adopted(&format!("{base}\n{zone}"), &[], &[]);
        let dmarc = adopted
            .spec
            .dmarc
            .as_ref()
            .and_then(|dmarc| dmarc.cname.as_deref());
        assert_eq!(dmarc, cname, "{zone}: {adopted:#?}");
        let says = |remark: &String| remark.contains("a wildcard or DNAME leads every name here on");
        assert_eq!(
            adopted.remarks.iter().any(says),
            cname.is_none(),
            "{zone}: {adopted:#?}"
        );
    }
}

/// RFC 7505 3, RFC 7208 5.4: an `mx` behind a null MX lets nobody pass, so nobody's mail is refused for it.
#[test]
fn a_null_mx_with_an_mx_in_spf_is_no_error_to_remark() {
    let zone = "a.nl MX 0 .\na.nl TXT v=spf1 mx -all\n_dmarc.a.nl TXT v=DMARC1; p=reject; rua=mailto:d@b.nl";
    let adopted = adopted(zone, &[], &[]);
    assert!(
        !adopted.remarks.iter().any(|remark| remark.contains("MX-004")),
        "{adopted:#?}"
    );
}

/// What any selector gets stands at the wildcard: a look shows it there, once, and adopts nothing of it.
#[test]
fn what_a_wildcard_says_for_every_selector_is_listed_at_the_wildcard() {
    let of_key = [KEY.to_owned()];
    for (zone, want) in [
        (
            "*._domainkey.a.nl TXT v=DKIM1; p=".to_owned(),
            &["v=DKIM1; p=".to_owned()][..],
        ),
        (format!("*._domainkey.a.nl TXT {KEY}"), &of_key[..]),
        (
            format!("*._domainkey.a.nl CNAME k.p.example\nk.p.example TXT {KEY}"),
            &["CNAME k.p.example".to_owned(), KEY.to_owned()],
        ),
        (
            format!("*._domainkey.a.nl TXT v=DKIM1; p=\ns2._domainkey.a.nl TXT {KEY}"),
            &["v=DKIM1; p=".to_owned()],
        ),
        // No record of DKIM's.
        ("*.a.nl TXT v=spf1 -all".to_owned(), &[]),
        ("*.a.nl CNAME www.a.nl\nwww.a.nl A 192.0.2.9".to_owned(), &[]),
        (format!("s2._domainkey.a.nl TXT {KEY}"), &[]),
    ] {
        let world = World::new(&format!("a.nl TXT v=spf1 -all\na.nl MX 0 .\n{zone}"));
        let (domain, none) = (name("a.nl"), SelectorList::none());
        let selectors = SelectorList::of(&domain, ["s1", "s2"]);
        let observed = world.settle(|inquiry| live::look(&domain, &none, &selectors, inquiry).observed());
        let at_wildcard: Vec<_> = observed
            .iter()
            .filter(|record| record.name == "*._domainkey.a.nl")
            .collect();
        let found: Vec<&String> = at_wildcard.iter().flat_map(|record| &record.observed).collect();
        assert_eq!(found, want.iter().collect::<Vec<_>>(), "{zone}");
        assert!(at_wildcard.len() <= 1, "{zone}");
        for record in at_wildcard {
            assert_eq!(
                (record.type_.as_str(), record.standard.as_str()),
                ("TXT", "DKIM"),
                "{zone}"
            );
        }
    }
}
