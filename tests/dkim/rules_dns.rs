//! Worlds for the rules about names, strings, aliases and sizes.

use crate::facts::{findings, judge_in, observe};
use crate::keys::RSA_2048;
use crate::rules::{Case, Subject, case, named, pair, probe};

const DMARC: &str = "_dmarc.a.nl TXT v=DMARC1; p=reject";

fn looked(rule: &'static str, fires: impl Into<String>, quiet: impl Into<String>) -> Vec<Case> {
    pair(rule, probe(["s1"]), fires, quiet)
}

/// A spec that only its own text makes wrong.
fn spec_alone(rule: &'static str, fires: impl Into<Subject>, quiet: impl Into<Subject>) -> Vec<Case> {
    vec![case(rule, true, fires, ""), case(rule, false, quiet, "")]
}

pub(crate) fn cases() -> Vec<Case> {
    [
        of_values(),
        of_names(),
        of_aliases(),
        of_wildcards(),
        of_the_spec(),
    ]
    .concat()
}

fn of_values() -> Vec<Case> {
    let spf = |text: &str| format!("a.nl TXT {text}");
    let many = |count: usize| {
        let lines = (0..count).map(|n| format!("a.nl TXT verification-{n}={}", "x".repeat(80)));
        lines.collect::<Vec<_>>().join("\n")
    };
    let good = "v=spf1 mx -all";
    [
        looked(
            "DNS-002",
            spf("\"v=spf1 include:a.example\" \"include:b.example -all\""),
            spf("\"v=spf1 include:a.example \" \"include:b.example -all\""),
        ),
        looked(
            "DNS-002",
            spf("\"v=spf1 mx\" \"-all\""),
            spf("\"v=spf1 mx -\" \"all\""),
        ),
        looked(
            "DNS-002",
            "_dmarc.a.nl TXT \"v=DMARC1; p=none\" \"rua=mailto:x@a.nl\"",
            "_dmarc.a.nl TXT \"v=DMARC1; p=none;\" \"rua=mailto:x@a.nl\"",
        ),
        looked(
            "DNS-002",
            format!("s1._domainkey.a.nl TXT \"v=DKIM1\" \"p={RSA_2048}\""),
            format!("s1._domainkey.a.nl TXT v=DKIM1; p={RSA_2048}"),
        ),
        looked("DNS-006", many(6), many(2)),
        looked(
            "DNS-050",
            "a.nl TXT v=spf1 include:b.nl -all\nb.nl TXT !SERVFAIL",
            "a.nl TXT v=spf1 include:b.nl -all\nb.nl TXT v=spf1 ip4:192.0.2.1 -all",
        ),
        looked("DNS-007", many(14), many(6)),
        looked(
            "DNS-009",
            "a.nl 604800 TXT v=spf1 -all",
            "a.nl 86400 TXT v=spf1 -all",
        ),
        looked("DNS-009", "a.nl 604800 TXT v=spf1 -all", "a.nl 604800 TXT hello"),
        // Where another standard says what the slip breaks, it alone speaks: `tests/judge.rs`.
        looked(
            "DNS-011",
            "_dmarc.a.nl TXT v=DMARC1; p=reject; note=\\\"x\\\"",
            DMARC,
        ),
        looked(
            "DNS-011",
            "_dmarc.a.nl TXT v=DMARC1; p=reject; note=\\\"x\\\"",
            spf("\\\"hello\\\""),
        ),
        looked("DNS-012", "_dmarc.a.nl TXT v=DMARC1; p=reject; note=–", DMARC),
        looked(
            "DNS-012",
            "_dmarc.a.nl TXT v=DMARC1; p=reject; note=\\255",
            spf(good),
        ),
        looked(
            "DNS-013",
            format!("s1._domainkey.a.nl TXT \" v=DKIM1; p={RSA_2048}\""),
            format!("s1._domainkey.a.nl TXT \"v=DKIM1; p={RSA_2048} \""),
        ),
        looked(
            // Of a record that is evaluated SPF says it; of two at one name it only says that there are two.
            "DNS-020",
            [spf("v=spf1 mx -all"), spf("v=spf1 include:münchen.example -all")].join("\n"),
            [
                spf("v=spf1 mx -all"),
                spf("v=spf1 include:xn--mnchen-3ya.example -all"),
            ]
            .join("\n"),
        ),
        looked(
            "DNS-021",
            spf("v=spf1 include:xn--zzzzzzzz999.example -all"),
            spf("v=spf1 include:xn--mnchen-3ya.example -all"),
        ),
        looked("DNS-024", "nl EXISTS", "a.nl EXISTS"),
        pair(
            "DNS-025",
            named(["s1"]),
            "s1._domainkey.a.nl CNAME old.example\ns1._domainkey.a.nl CNAME s1.p.example\nold.example TXT x",
            "s1._domainkey.a.nl CNAME s1.p.example\ns1.p.example TXT x",
        ),
        spec_alone(
            "DNS-021",
            "{domain: xn--zzzzzzzz999.nl, role: Mail}",
            "{domain: xn--mnchen-3ya.nl, role: Mail}",
        ),
    ]
    .concat()
}

fn of_names() -> Vec<Case> {
    let dkim = "{domain: a.nl, role: Mail, dkim: {selectors: [{name: s1, anyKey: true}]}}";
    let key = format!("TXT v=DKIM1; p={RSA_2048}");
    [
        pair(
            "DNS-005",
            dkim,
            format!("s1._domainkey.a.nl CNAME k.p.example\nk.p.example {key}"),
            format!("s1._domainkey.a.nl {key}"),
        ),
        looked(
            "DNS-005",
            "a.nl CNAME b.nl\nb.nl TXT v=spf1 -all",
            "a.nl TXT v=spf1 -all",
        ),
        looked(
            "DNS-005",
            "_dmarc.a.nl CNAME a.d.example\na.d.example TXT v=DMARC1; p=none",
            DMARC,
        ),
        // A probed selector behind an alias is what providers ask for.
        vec![case(
            "DNS-005",
            false,
            probe(["s1"]),
            format!("s1._domainkey.a.nl CNAME k.p.example\nk.p.example {key}"),
        )],
        vec![case(
            "DNS-005",
            false,
            "{domain: a.nl, role: Mail, dkim: {selectors: [{name: s1, cname: k.p.example}]}}",
            format!("s1._domainkey.a.nl CNAME k.p.example\nk.p.example {key}"),
        )],
        looked("DNS-014", "_dmarc.a.nl.a.nl TXT v=DMARC1; p=none", DMARC),
        looked("DNS-014", "a.nl.a.nl TXT v=spf1 -all", "a.nl.a.nl TXT hello"),
        pair(
            "DNS-014",
            dkim,
            format!("s1._domainkey.a.nl.a.nl {key}"),
            format!("s1._domainkey.a.nl {key}"),
        ),
        // A wildcard answers for every name, one with the domain twice too.
        vec![case("DNS-014", false, probe([]), "*.a.nl TXT v=spf1 -all")],
        looked("DNS-018", format!("{DMARC}\nDENY a.nl"), DMARC),
        spec_alone(
            "DNS-019",
            "{domain: post_1.a.nl, role: Mail}",
            "{domain: post-1.a.nl, role: Mail}",
        ),
    ]
    .concat()
}

/// A CNAME and data at one name: at the domain, at `_dmarc`, at selectors, and where the CNAME is what is wanted.
fn of_aliases() -> Vec<Case> {
    let key = format!("TXT v=DKIM1; p={RSA_2048}");
    let both = |name: &str, data: &str| format!("{name} {data}\n{name} CNAME x.example\nx.example EXISTS");
    let also =
        "{domain: a.nl, role: Mail, spf: {mechanisms: [mx], all: Fail, alsoAt: [{name: news, all: Fail}]}}";
    let selector =
        |want: &str| format!("{{domain: a.nl, role: Mail, dkim: {{selectors: [{{name: s1, {want}}}]}}}}");
    let dmarc = |want: &str| format!("{{domain: a.nl, role: Mail, dmarc: {{{want}}}}}");
    let s1 = "s1._domainkey.a.nl";
    [
        looked(
            "DNS-022",
            both("a.nl", "TXT v=spf1 mx -all"),
            "a.nl TXT v=spf1 mx -all",
        ),
        looked("DNS-022", both("a.nl", "MX 10 mx.b.nl"), "a.nl MX 10 mx.b.nl"),
        looked("DNS-022", both("_dmarc.a.nl", "TXT v=DMARC1; p=reject"), DMARC),
        looked("DNS-022", both(s1, &key), format!("{s1} {key}")),
        pair(
            "DNS-022",
            named(["s1"]),
            both(s1, &key),
            format!("{s1} CNAME x.example\nx.example {key}"),
        ),
        pair(
            "DNS-022",
            also,
            both("news.a.nl", "TXT v=spf1 -all"),
            "news.a.nl TXT v=spf1 -all",
        ),
        pair(
            "DNS-022",
            selector("anyKey: true"),
            both(s1, &key),
            format!("{s1} {key}"),
        ),
        pair(
            "DNS-022",
            selector("cname: x.example"),
            both(s1, &key),
            format!("{s1} CNAME x.example\nx.example {key}"),
        ),
        pair(
            "DNS-022",
            dmarc("policy: Reject"),
            both("_dmarc.a.nl", "TXT v=DMARC1; p=reject"),
            DMARC,
        ),
        pair(
            "DNS-022",
            dmarc("cname: x.example"),
            both("_dmarc.a.nl", "TXT v=DMARC1; p=reject"),
            "_dmarc.a.nl CNAME x.example\nx.example TXT v=DMARC1; p=reject",
        ),
        // At the end of an alias, where a resolver may go on or stop.
        looked(
            "DNS-022",
            format!(
                "_dmarc.a.nl CNAME d.p.example\n{}",
                both("d.p.example", "TXT v=DMARC1; p=none")
            ),
            "_dmarc.a.nl CNAME d.p.example\nd.p.example TXT v=DMARC1; p=none",
        ),
    ]
    .concat()
}

#[test]
fn a_cname_beside_data_is_said_once_a_site_with_its_target() {
    let zone = "a.nl TXT v=spf1 mx -all\na.nl MX 10 mx.b.nl\na.nl CNAME x.example\n\
                _dmarc.a.nl TXT v=DMARC1; p=quarantine\n_dmarc.a.nl CNAME y.example";
    let verdict = judge_in(zone, &observe("a.nl"));
    let said: Vec<String> = findings(&verdict, "DNS-022")
        .iter()
        .map(|finding| {
            let subject = finding.subject.as_deref().unwrap_or_default();
            format!("{} {} {subject}", finding.site.name(), finding.site.type_word())
        })
        .collect();
    assert_eq!(
        said,
        [
            "_dmarc.a.nl TXT y.example",
            "a.nl MX x.example",
            "a.nl TXT x.example"
        ]
    );
}

fn of_wildcards() -> Vec<Case> {
    let spf =
        "{domain: a.nl, role: Mail, spf: {mechanisms: [mx], all: Fail, alsoAt: [{name: '*', all: Fail}]}}";
    let zone =
        "*.a.nl TXT v=spf1 -all\na.nl TXT v=spf1 mx -all\na.nl MX 10 mail.a.nl\nmail.a.nl A 192.0.2.25";
    [
        pair(
            "DNS-016",
            spf,
            zone,
            format!("{zone}\nmail.a.nl TXT v=spf1 a -all"),
        ),
        looked(
            "DNS-017",
            "*.a.nl TXT verification=1",
            format!("*.a.nl TXT verification=1\n{DMARC}\n_domainkey.a.nl EXISTS"),
        ),
        looked(
            "DNS-017",
            "*.a.nl TXT verification=1",
            "_dmarc.a.nl TXT verification=1",
        ),
    ]
    .concat()
}

fn of_the_spec() -> Vec<Case> {
    let both = |name: &str| {
        format!(
            "{{domain: a.nl, role: Mail, spf: {{mechanisms: [mx], all: Fail, alsoAt: [{{name: {name}, all: Fail}}]}}, \
             dkim: {{selectors: [{{name: s1, cname: k.p.example}}]}}}}"
        )
    };
    spec_alone("DNS-010", both("s1._domainkey"), both("s2._domainkey"))
}
