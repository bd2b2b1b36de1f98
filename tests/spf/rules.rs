//! Every SPF rule: a world in which it fires, and one like it in which it keeps quiet.
//!
//! `@` is voorbeeld.nl. The domain is only looked at, except where a row brings its own manifest.

use std::collections::BTreeSet;

use crate::facts::{findings, intent, judge_in, observe};
use zegel::judge::Verdict;
use zegel::rules::Severity;
use zegel::rules::spf::RULES;

/// Rule, a world in which it fires, one in which it does not.
const ROWS: &[(&str, &str, &str)] = &[
    (
        "SPF-001",
        "@ TXT v=spf1 mx -all\n@ TXT v=spf1 a -all",
        "@ TXT v=spf1 mx -all\n@ TXT x=y",
    ),
    ("SPF-002", "@ TXT v=spf1; mx -all", "@ TXT v=spf1 mx -all"),
    ("SPF-003", "@ TXT V=SPF1 mx -all", "@ TXT v=spf1 mx -all"),
    (
        "SPF-004",
        "@ TXT v=spf1 mx -all\n@ SPF v=spf1 mx -all",
        "@ TXT v=spf1 mx -all",
    ),
    ("SPF-005", "@ TXT v=spf1 mx\\194\\160-all", "@ TXT v=spf1 mx -all"),
    ("SPF-006", "@ TXT v=spf1 mx\\009-all", "@ TXT v=spf1 mx -all"),
    ("SPF-007", "@ TXT v=spf1 mx  -all", "@ TXT v=spf1 mx -all"),
    ("SPF-008", "@ TXT v=spf1 mx -all foo", "@ TXT v=spf1 foo mx -all"),
    (
        "SPF-009",
        "@ TXT v=spf1 ipv4:192.0.2.1 -all",
        "@ TXT v=spf1 ip4:192.0.2.1 foo=bar -all",
    ),
    (
        "SPF-010",
        "@ TXT v=spf1 -redirect=a.example",
        "@ TXT v=spf1 redirect=a.example",
    ),
    (
        "SPF-011",
        "@ TXT v=spf1 include=a.example -all",
        "@ TXT v=spf1 include:a.example foo=bar -all",
    ),
    ("SPF-012", "@ TXT v=spf1 mx - all", "@ TXT v=spf1 mx -all"),
    (
        "SPF-013",
        "@ TXT v=spf1 MX -all",
        "@ TXT v=spf1 mx:MAIL.voorbeeld.nl -all",
    ),
    ("SPF-020", "@ TXT v=spf1 mx -all/8", "@ TXT v=spf1 mx/8 -all"),
    ("SPF-021", "@ TXT v=spf1 -all mx", "@ TXT v=spf1 mx -all"),
    (
        "SPF-022",
        "@ TXT v=spf1 redirect=a.example -all",
        "@ TXT v=spf1 redirect=a.example",
    ),
    ("SPF-023", "@ TXT v=spf1 mx", "@ TXT v=spf1 redirect=a.example"),
    ("SPF-024", "@ TXT v=spf1 mx all", "@ TXT v=spf1 mx -all"),
    ("SPF-025", "@ TXT v=spf1 mx ?all", "@ TXT v=spf1 ?mx ~all"),
    (
        "SPF-026",
        "@ TXT v=spf1 mx -all\n_dmarc.voorbeeld.nl TXT v=DMARC1; p=reject",
        "@ TXT v=spf1 -all\n_dmarc.voorbeeld.nl TXT v=DMARC1; p=reject",
    ),
    ("SPF-027", "@ TXT v=spf1 mx ~all -all", "@ TXT v=spf1 mx -all"),
    (
        "SPF-030",
        "@ TXT v=spf1 include: -all",
        "@ TXT v=spf1 include:a.example -all",
    ),
    (
        "SPF-031",
        "@ TXT v=spf1 include:a.example -all\na.example TXT hello",
        "@ TXT v=spf1 include:a.example -all\na.example TXT v=spf1 -all",
    ),
    (
        "SPF-032",
        "@ TXT v=spf1 include:a.example -all\na.example TXT v=spf1 foo -all",
        "@ TXT v=spf1 include:a.example -all\na.example TXT !SERVFAIL",
    ),
    (
        "SPF-033",
        "@ TXT v=spf1 include:a.example",
        "@ TXT v=spf1 include:a.example ~all",
    ),
    (
        "SPF-034",
        "@ TXT v=spf1 include:a.example -all\na.example TXT v=spf1 +all",
        "@ TXT v=spf1 -include:a.example -all\na.example TXT v=spf1 ip4:198.51.100.9 -all",
    ),
    (
        "SPF-035",
        "@ TXT v=spf1 include:a.example -all\na.example TXT v=spf1 include:voorbeeld.nl -all",
        "@ TXT v=spf1 include:a.example include:b.example -all\na.example TXT v=spf1 include:b.example -all\nb.example TXT v=spf1 -all",
    ),
    (
        "SPF-036",
        "@ TXT v=spf1 include:a.example mx include:A.example. -all",
        "@ TXT v=spf1 include:a.example mx -all include:a.example",
    ),
    (
        "SPF-037",
        "@ TXT v=spf1 include:https://a.example -all",
        "@ TXT v=spf1 include:a.example -all",
    ),
    (
        "SPF-038",
        "@ TXT v=spf1 include:x.mail.example -all\n*.mail.example TXT v=spf1 -all",
        "@ TXT v=spf1 include:x.mail.example -all\nx.mail.example TXT v=spf1 -all",
    ),
    (
        "SPF-039",
        "@ TXT v=spf1 include:spf.gone.example -all\nb.example EXISTS",
        "@ TXT v=spf1 include:spf.here.example -all\nhere.example NS ns.here.example",
    ),
    ("SPF-040", ELEVEN, TEN),
    ("SPF-041", BEHIND_REDIRECT, ELEVEN),
    (
        "SPF-042",
        "@ TXT v=spf1 ip4:192.0.2.1 a a a a a a a a a a a -all",
        "@ TXT v=spf1 ip4:192.0.2.1 a a a -all",
    ),
    ("SPF-043", TEN, "@ TXT v=spf1 a a a a a a a a -all"),
    (
        "SPF-044",
        "@ TXT v=spf1 a:x.nl a:y.nl exists:z.nl -all",
        "@ TXT v=spf1 a:x.nl a:y.nl exists:z.nl -all\nz.nl A 192.0.2.1",
    ),
    (
        "SPF-045",
        "@ TXT v=spf1 a:x.nl a:y.nl a:z.nl -all\nx.nl A 192.0.2.1\ny.nl A 192.0.2.1\nz.nl A 192.0.2.1",
        "@ TXT v=spf1 a:x.nl a:y.nl a:z.nl -all\nx.nl A 192.0.2.1\ny.nl A 192.0.2.1\nz.nl AAAA 2001:db8::1",
    ),
    (
        "SPF-046",
        "@ TXT v=spf1 mx -all\n{11}",
        "@ TXT v=spf1 mx -all\n{10}",
    ),
    (
        "SPF-047",
        "@ TXT v=spf1 mx -all\n{6}",
        "@ TXT v=spf1 mx -all\n{5}",
    ),
    (
        "SPF-049",
        "@ TXT v=spf1 include:1.x.nl -all\n1.x.nl TXT v=spf1 include:2.x.nl -all\n2.x.nl TXT v=spf1 include:3.x.nl -all\n3.x.nl TXT v=spf1 include:4.x.nl -all\n4.x.nl TXT v=spf1 include:5.x.nl -all\n5.x.nl TXT v=spf1 -all",
        "@ TXT v=spf1 include:1.x.nl -all\n1.x.nl TXT v=spf1 include:2.x.nl -all\n2.x.nl TXT v=spf1 include:3.x.nl -all\n3.x.nl TXT v=spf1 include:4.x.nl -all\n4.x.nl TXT v=spf1 -all",
    ),
    (
        "SPF-050",
        "@ TXT v=spf1 a -all",
        "@ TXT v=spf1 a -all\n@ A 192.0.2.1",
    ),
    (
        "SPF-051",
        "@ TXT v=spf1 mx -all\n@ MX 0 .",
        "@ TXT v=spf1 mx -all\n@ MX 0 mail.voorbeeld.nl",
    ),
    (
        "SPF-052",
        "@ TXT v=spf1 a:m.voorbeeld.nl -all\nm.voorbeeld.nl CNAME h.example\nh.example A 192.0.2.1",
        "@ TXT v=spf1 a:m.voorbeeld.nl -all\nm.voorbeeld.nl A 192.0.2.1",
    ),
    (
        "SPF-053",
        "@ TXT v=spf1 mx:m.voorbeeld.nl -all\nm.voorbeeld.nl A 192.0.2.1",
        "@ TXT v=spf1 a:m.voorbeeld.nl -all\nm.voorbeeld.nl A 192.0.2.1",
    ),
    (
        "SPF-054",
        "@ TXT v=spf1 a:m.voorbeeld.nl -all\nm.voorbeeld.nl AAAA 2001:db8::1",
        "@ TXT v=spf1 a:m.voorbeeld.nl -all\nm.voorbeeld.nl AAAA 2001:db8::1\nm.voorbeeld.nl A 192.0.2.1",
    ),
    (
        "SPF-055",
        "@ TXT v=spf1 a mx -all\n@ A 192.0.2.1\nwww.voorbeeld.nl CNAME voorbeeld.nl",
        "@ TXT v=spf1 a mx -all\n@ A 192.0.2.1\nwww.voorbeeld.nl CNAME voorbeeld.nl\n@ MX 1 m.voorbeeld.nl\nm.voorbeeld.nl A 192.0.2.1",
    ),
    ("SPF-056", "@ TXT v=spf1 ptr -all", "@ TXT v=spf1 mx -all"),
    (
        "SPF-057",
        "@ TXT v=spf1 exists:%{p}.a.example -all",
        "@ TXT v=spf1 exists:%{i}.a.example -all",
    ),
    (
        "SPF-058",
        "@ TXT v=spf1 exists:a.example/24 -all",
        "@ TXT v=spf1 exists:a.example -all",
    ),
    (
        "SPF-059",
        "@ TXT v=spf1 exists:a.example -all\na.example AAAA 2001:db8::1",
        "@ TXT v=spf1 exists:a.example -all\na.example A 127.0.0.2",
    ),
    (
        "SPF-107",
        "@ TXT v=spf1 exists:a.example -all\na.example A 127.0.0.2",
        "@ TXT v=spf1 exists:%{i}.a.example -all\na.example A 127.0.0.2",
    ),
    (
        "SPF-108",
        "@ TXT v=spf1 -ip4:0.0.0.0/0 mx -all",
        "@ TXT v=spf1 mx -ip4:10.0.0.0/8 -all",
    ),
    (
        "SPF-060",
        "@ TXT v=spf1 ip4:mail.voorbeeld.nl -all",
        "@ TXT v=spf1 a:mail.voorbeeld.nl -all",
    ),
    (
        "SPF-061",
        "@ TXT v=spf1 ip4:192.0.2.0/33 -all",
        "@ TXT v=spf1 ip4:192.0.2.0/32 -all",
    ),
    (
        "SPF-062",
        "@ TXT v=spf1 ip4:2001:db8::1 -all",
        "@ TXT v=spf1 ip6:2001:db8::1 -all",
    ),
    (
        "SPF-063",
        "@ TXT v=spf1 ip6:[2001:db8::1] -all",
        "@ TXT v=spf1 ip6:2001:db8::192.0.2.1 -all",
    ),
    (
        "SPF-064",
        "@ TXT v=spf1 a/24/64 -all",
        "@ TXT v=spf1 a/24//64 -all",
    ),
    (
        "SPF-065",
        "@ TXT v=spf1 ip4:11.0.0.0/15 -all",
        "@ TXT v=spf1 ip4:11.0.0.0/16 -all",
    ),
    (
        "SPF-066",
        "@ TXT v=spf1 ip4:11.0.0.1/24 -all",
        "@ TXT v=spf1 ip4:11.0.0.0/24 -all",
    ),
    (
        "SPF-067",
        "@ TXT v=spf1 ip4:192.168.1.1 -all",
        "@ TXT v=spf1 ip4:192.169.1.1 -all",
    ),
    (
        "SPF-068",
        "@ TXT v=spf1 ip4:11.0.0.0/24 ip4:11.0.0.1 -all",
        "@ TXT v=spf1 ip4:11.0.0.0/24 -ip4:11.0.0.1 -all",
    ),
    (
        "SPF-069",
        "@ TXT v=spf1 ip4:0.0.0.0/1 ip4:128.0.0.0/1 -all",
        "@ TXT v=spf1 ip4:0.0.0.0/1 ip4:128.0.0.0/2 -all",
    ),
    (
        "SPF-070",
        "@ TXT v=spf1 redirect=a.example redirect=b.example",
        "@ TXT v=spf1 redirect=a.example",
    ),
    (
        "SPF-071",
        "@ TXT v=spf1 -all exp=a.example exp=a.example",
        "@ TXT v=spf1 -all exp=a.example",
    ),
    (
        "SPF-072",
        "@ TXT v=spf1 Redirect=a.example",
        "@ TXT v=spf1 redirect=A.example",
    ),
    (
        "SPF-073",
        "@ TXT v=spf1 redirect=a.example\nb.example EXISTS\na.example TXT x",
        "@ TXT v=spf1 redirect=a.example\na.example TXT v=spf1 -all",
    ),
    (
        "SPF-074",
        "@ TXT v=spf1 redirect=a.example\na.example TXT v=spf1 mx -all",
        "@ TXT v=spf1 redirect=a.example\na.example TXT v=spf1 mx:voorbeeld.nl -all",
    ),
    (
        "SPF-075",
        "@ TXT v=spf1 exp=e.example redirect=a.example",
        "@ TXT v=spf1 exp=e.example -all",
    ),
    (
        "SPF-076",
        "@ TXT v=spf1 -all exp=e.example\ne.example TXT a\ne.example TXT b",
        "@ TXT v=spf1 -all exp=e.example\ne.example TXT see https://e.example/%{i}",
    ),
    (
        "SPF-077",
        "@ TXT v=spf1 mx ~all exp=e.example",
        "@ TXT v=spf1 mx -all exp=e.example",
    ),
    (
        "SPF-080",
        "@ TXT v=spf1 exists:%{c}.a.example -all",
        "@ TXT v=spf1 exists:%{i}.a.example -all",
    ),
    (
        "SPF-081",
        "@ TXT v=spf1 exists:%(i).a.example -all",
        "@ TXT v=spf1 exists:%{i}.a.example -all",
    ),
    (
        "SPF-082",
        "@ TXT v=spf1 exists:%{d0}.a.example -all",
        "@ TXT v=spf1 exists:%{d1}.a.example -all",
    ),
    (
        "SPF-083",
        "@ TXT v=spf1 exists:%{d&}.a.example -all",
        "@ TXT v=spf1 exists:%{d-}.a.example -all",
    ),
    (
        "SPF-084",
        "@ TXT v=spf1 exists:%{D}.a.example -all",
        "@ TXT v=spf1 exists:%{d}.a.example -all",
    ),
    (
        "SPF-085",
        "@ TXT v=spf1 a:mail -all",
        "@ TXT v=spf1 a:mail.voorbeeld.nl -all",
    ),
    (
        "SPF-086",
        "@ TXT v=spf1 a:mail..voorbeeld.nl -all",
        "@ TXT v=spf1 a:mail.voorbeeld.nl. -all",
    ),
    (
        "SPF-087",
        "@ TXT v=spf1 exists:%{l}.a.example -all",
        "@ TXT v=spf1 exists:%{d}.a.example -all",
    ),
    ("SPF-088", "@ TXT v=spf1 a:%{h} -all", "@ TXT v=spf1 a:%{d} -all"),
    (
        "SPF-089",
        "@ TXT v=spf1 include:%{l}.a.example -all",
        "@ TXT v=spf1 include:_spf.%{d} redirect=%{d1r}.a.example",
    ),
    (
        "SPF-090",
        "@ TXT v=spf1 mx -all\n@ TXT {long}",
        "@ TXT v=spf1 mx -all\n@ TXT short",
    ),
    (
        "SPF-092",
        "@ TXT v=spf1 mx -all\n@ MX 1 m.voorbeeld.nl\nm.voorbeeld.nl A 192.0.2.1",
        "@ TXT v=spf1 mx -all\n@ MX 1 m.voorbeeld.nl\nm.voorbeeld.nl TXT v=spf1 a -all",
    ),
    (
        "SPF-093",
        "@ TXT v=spf1 a -all\n@ MX 1 m.voorbeeld.nl\nm.voorbeeld.nl A 192.0.2.1",
        "@ TXT v=spf1 a -all\n@ MX 1 m.provider.example",
    ),
    (
        "SPF-094",
        "_spf.voorbeeld.nl TXT v=spf1 mx -all",
        "_spf.voorbeeld.nl TXT v=spf1 mx -all\n@ TXT v=spf1 include:_spf.voorbeeld.nl -all",
    ),
    (
        "SPF-095",
        "@ TXT v=spf1 mx -all\n@ TXT v=DMARC1; p=none",
        "@ TXT v=spf1 mx -all\n_dmarc.voorbeeld.nl TXT v=DMARC1; p=none",
    ),
    ("SPF-096", "@ TXT spf2.0/pra mx -all", "@ TXT v=spf1 mx -all"),
    (
        "SPF-097",
        "@ TXT v=spf1 mx -all rp=150",
        "@ TXT v=spf1 mx -all ra=postmaster rp=100 rr=e:f",
    ),
    (
        "SPF-098",
        "@ TXT v=spf1 mx -all v=spf1 a -all",
        "@ TXT v=spf1 mx -all",
    ),
    ("SPF-099", "@ TXT v=spf1 mx, a -all", "@ TXT v=spf1 mx a -all"),
    ("SPF-101", "@ MX 0 m.voorbeeld.nl", "@ TXT v=spf1 -all"),
    (
        "SPF-103",
        "@ TXT v=spf1 include:1.x.nl -all\n{chain}",
        "@ TXT v=spf1 include:1.x.nl -all\n1.x.nl TXT v=spf1 -all",
    ),
    ("SPF-104", "@ TXT v=spf1 mx~all", "@ TXT v=spf1 mx ~all"),
    (
        "SPF-105",
        "@ TXT v=spf1 include:<b>a.example</b> -all",
        "@ TXT v=spf1 include:a.example -all",
    ),
    (
        "SPF-106",
        "@ TXT v=spf1 mx -all\n@ MX 1 m.voorbeeld.nl\n{m 15}",
        "@ TXT v=spf1 mx -all\n@ MX 1 m.voorbeeld.nl\n{m 10}",
    ),
];

const ELEVEN: &str = "@ TXT v=spf1 a:1.x.nl a:2.x.nl a:3.x.nl a:4.x.nl include:b.x.nl -all\nb.x.nl TXT v=spf1 mx a:5.x.nl a:6.x.nl a:7.x.nl a:8.x.nl a:9.x.nl -all";
const TEN: &str = "@ TXT v=spf1 a:1.x.nl a:2.x.nl a:3.x.nl a:4.x.nl include:b.x.nl -all\nb.x.nl TXT v=spf1 mx a:5.x.nl a:6.x.nl a:7.x.nl a:8.x.nl -all";
const BEHIND_REDIRECT: &str = "@ TXT v=spf1 a:1.x.nl a:2.x.nl a:3.x.nl a:4.x.nl redirect=b.x.nl\nb.x.nl TXT v=spf1 mx a:5.x.nl a:6.x.nl a:7.x.nl a:8.x.nl a:9.x.nl -all";

/// Rules that need a manifest: rule, spec, fires, quiet.
const MANAGED: &[(&str, &str, &str, &str)] = &[
    (
        "SPF-091",
        "{domain: voorbeeld.nl, role: Mail, spf: {mechanisms: [mx], all: Fail, alsoAt: [{name: '*', all: Fail}]}}",
        "@ TXT v=spf1 mx -all\n*.voorbeeld.nl TXT v=spf1 -all\n@ MX 1 m.voorbeeld.nl\nm.voorbeeld.nl A 192.0.2.1",
        "@ TXT v=spf1 mx -all\n*.voorbeeld.nl TXT v=spf1 -all\n@ MX 1 m.voorbeeld.nl",
    ),
    (
        "SPF-102",
        "{domain: voorbeeld.nl, role: Mail, spf: {mechanisms: [mx, 'include:a.example'], all: Fail}}",
        "@ TXT v=spf1 include:a.example mx -all",
        "@ TXT v=spf1 mx include:a.example -all",
    ),
];

fn zone(text: &str) -> String {
    let mx = |count: u32| {
        let lines = (1..=count).map(|number| {
            format!("@ MX {number} m{number}.example.net\nm{number}.example.net A 192.0.2.{number}\n")
        });
        lines.collect::<String>()
    };
    let addresses = |count: u32| {
        let lines = (1..=count).map(|number| format!("m.voorbeeld.nl A 192.0.2.{number}\n"));
        lines.collect::<String>()
    };
    let chain: String = (1..20)
        .map(|number| format!("{number}.x.nl TXT v=spf1 include:{}.x.nl -all\n", number + 1))
        .collect();
    let text = text
        .replace("{11}", &mx(11))
        .replace("{10}", &mx(10))
        .replace("{6}", &mx(6))
        .replace("{5}", &mx(5))
        .replace("{m 15}", &addresses(15))
        .replace("{m 10}", &addresses(10));
    let text = text
        .replace("{chain}", &chain)
        .replace("{long}", &"x".repeat(600));
    text.lines()
        .map(|line| line.replacen("@ ", "voorbeeld.nl ", usize::from(line.starts_with("@ "))) + "\n")
        .collect()
}

fn judged(text: &str, spec: Option<&str>) -> Verdict {
    let intent = spec.map_or_else(|| observe("voorbeeld.nl"), intent);
    judge_in(&zone(text), &intent)
}

#[test]
fn each_rule_fires_and_keeps_quiet() {
    let plain = ROWS
        .iter()
        .map(|(rule, fires, quiet)| (*rule, None, *fires, *quiet));
    let managed = MANAGED
        .iter()
        .map(|(rule, spec, fires, quiet)| (*rule, Some(*spec), *fires, *quiet));
    let mut wrong = Vec::new();
    for (rule, spec, fires, quiet) in plain.chain(managed) {
        let verdict = judged(fires, spec);
        let found = findings(&verdict, rule);
        if found.is_empty() {
            wrong.push(format!(
                "{rule} does not fire in\n{fires}\n{:#?}",
                verdict.findings
            ));
        }
        for finding in found {
            assert_eq!(finding.managed, spec.is_some(), "{rule}");
            assert!(!finding.message.is_empty() && !finding.fix.is_empty(), "{rule}");
            if let Some(excerpt) = &finding.excerpt {
                assert!(
                    excerpt.span.start <= excerpt.span.end && excerpt.span.end <= excerpt.text.len(),
                    "{rule}"
                );
            }
        }
        if let Some(finding) = findings(&judged(quiet, spec), rule).first() {
            wrong.push(format!("{rule} fires in\n{quiet}\n{finding:#?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn every_rule_has_both_tests() {
    let tested: Vec<&str> = ROWS
        .iter()
        .map(|row| row.0)
        .chain(MANAGED.iter().map(|row| row.0))
        .collect();
    let tested_once: BTreeSet<&str> = tested.iter().copied().collect();
    let rules: BTreeSet<&str> = RULES.iter().map(|rule| rule.id).collect();
    assert_eq!(tested_once, rules);
    assert_eq!(tested.len(), tested_once.len(), "one row a rule");
    assert_eq!(RULES.len(), rules.len(), "ids are unique");
    assert!(RULES.is_sorted_by_key(|rule| rule.id));
    for rule in RULES {
        for text in [rule.title, rule.section, rule.why, rule.fix, rule.bad, rule.good] {
            assert!(!text.is_empty() && !text.ends_with(' '), "{}", rule.id);
        }
    }
}

#[test]
fn a_sound_domain_has_no_error_and_no_warning() {
    let verdict = judged(
        "@ TXT v=spf1 mx ip4:11.1.2.0/24 include:_spf.provider.nl -all\n@ MX 10 mail.voorbeeld.nl\nmail.voorbeeld.nl A 11.1.1.1
         mail.voorbeeld.nl AAAA 2a00::1\nmail.voorbeeld.nl TXT v=spf1 a -all\n_spf.provider.nl TXT v=spf1 ip4:11.1.3.0/24 ~all",
        None,
    );
    let bad: Vec<_> = verdict
        .findings
        .iter()
        .filter(|one| one.rule.id.starts_with("SPF") && one.severity < Severity::Info)
        .collect();
    assert!(bad.is_empty(), "{bad:#?}");
}

/// What may be registered lies below the public suffix, not below the last label.
#[test]
fn a_take_over_is_told_by_the_public_suffix_list() {
    for (target, others, free) in [
        ("_spf.gone.co.uk", "co.uk NS ns.nic.uk", true),
        ("_spf.here.co.uk", "here.co.uk NS ns.here.co.uk", false),
        (
            "gone.azurewebsites.net",
            "azurewebsites.net NS ns.microsoft.com",
            true,
        ),
        ("_spf.a.here.nl", "here.nl NS ns.here.nl", false),
    ] {
        let verdict = judged(&format!("@ TXT v=spf1 include:{target} -all\n{others}"), None);
        let rule = if free { "SPF-039" } else { "SPF-031" };
        assert_eq!(
            findings(&verdict, rule).len(),
            1,
            "{target}: {:#?}",
            verdict.findings
        );
    }
}

/// Hosts of a domain nobody has are as good as an include of it.
#[test]
fn a_host_of_a_free_domain_is_a_take_over() {
    for (terms, free) in [
        ("a:mail.gone.nl", 1),
        ("mx:gone.nl", 1),
        ("exists:list.gone.nl", 1),
        ("-a:mail.gone.nl", 0),
        ("a:mail.here.nl", 0),
        ("a:mail.voorbeeld.nl a mx", 0),
    ] {
        let verdict = judged(&format!("@ TXT v=spf1 {terms} -all\nhere.nl NS ns.here.nl"), None);
        let found = findings(&verdict, "SPF-039").len();
        assert_eq!(found, free, "{terms}: {:#?}", verdict.findings);
    }
}

/// Terms nobody looked into are said, once; those a sender decides about are nobody's error.
#[test]
fn what_was_not_looked_into_is_said() {
    let terms = |term: &str, count: usize| format!("@ TXT v=spf1 {}-all", format!("{term} ").repeat(count));
    for (term, count, not_explored) in [
        ("mx:y.nl", 24, 0),
        ("mx:y.nl", 40, 1),
        ("exists:%{i}.y.nl", 40, 0),
    ] {
        let verdict = judged(&terms(term, count), None);
        let found = findings(&verdict, "SPF-103").len();
        assert_eq!(found, not_explored, "{count} {term}: {:#?}", verdict.findings);
    }
    let listed = judged(&terms("exists:%{i}.y.nl", 5), None);
    assert!(findings(&listed, "SPF-044").is_empty(), "{:#?}", listed.findings);
}

/// A wildcard answers for `_dmarc` as well; that is no SPF record somebody put there.
#[test]
fn a_wildcard_is_not_swapped_with_dmarc() {
    let wildcard = "@ TXT v=spf1 -all\n*.voorbeeld.nl TXT v=spf1 -all";
    assert!(findings(&judged(wildcard, None), "SPF-095").is_empty());
    let swapped = "@ TXT v=spf1 -all\n_dmarc.voorbeeld.nl TXT v=spf1 -all";
    assert_eq!(findings(&judged(swapped, None), "SPF-095").len(), 1);
}

#[test]
fn an_outage_breaks_no_rule() {
    for zone in [
        "@ TXT !SERVFAIL",
        "@ TXT v=spf1 include:a.example a:b.example mx -all\na.example TXT !TIMEOUT\nb.example ANY !TIMEOUT\n@ MX !REFUSED",
    ] {
        let verdict = judged(zone, None);
        let bad: Vec<_> = verdict
            .findings
            .iter()
            .filter(|one| one.rule.id.starts_with("SPF") && one.severity == Severity::Error)
            .collect();
        assert!(bad.is_empty(), "{bad:#?}");
        assert!(
            !findings(&verdict, "DNS-050").is_empty() || !verdict.is_complete(),
            "{zone}"
        );
    }
}
