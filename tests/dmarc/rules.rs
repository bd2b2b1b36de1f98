//! Every rule about DMARC and its reports: a world in which it fires, and one in which it is quiet.

#[path = "rows/reports.rs"]
mod reports;
#[path = "rows/text.rs"]
mod text;
#[path = "rows/tree.rs"]
mod tree;

use std::collections::BTreeSet;

use zegel::intent::Intent;
use zegel::judge::Verdict;
use zegel::rules::{self, Severity};

use crate::facts::{findings, intent, judge_in, observe};

/// Who looks.
#[derive(Debug, Clone, Copy)]
enum Who {
    /// Nobody manages it: `zegel inspect`.
    Observer(&'static str),
    /// This spec, without domain and braces.
    Spec(&'static str, &'static str),
}
use Who::{Observer, Spec};

impl Who {
    fn intent(self) -> Intent {
        match self {
            Observer(domain) => observe(domain),
            Spec(domain, spec) => intent(&format!("{{domain: {domain}, {spec}}}")),
        }
    }

    fn judge(self, zone: &str) -> Verdict {
        judge_in(zone, &self.intent())
    }
}

/// The domain of most rows.
const NL: Who = Observer("voorbeeld.nl");
/// A name below one with a record of its own.
const SUB: Who = Observer("a.voorbeeld.nl");

/// rule, severity, who looks, a world where it fires, one where it is quiet.
type Row = (&'static str, Severity, Who, &'static str, &'static str);

const E: Severity = Severity::Error;
const W: Severity = Severity::Warning;
const I: Severity = Severity::Info;

fn rows() -> impl Iterator<Item = &'static Row> {
    text::TEXT.iter().chain(tree::TREE).chain(reports::REPORTS)
}

#[test]
fn each_rule_fires_where_it_should() {
    for (rule, severity, who, fires, _) in rows() {
        let verdict = who.judge(fires);
        let found = findings(&verdict, rule);
        assert!(
            !found.is_empty(),
            "{rule} is quiet in\n{fires}\n{:#?}",
            verdict.findings
        );
        for finding in found {
            assert_eq!(finding.severity, *severity, "{rule}: {}", finding.message);
            assert!(
                finding.severity >= finding.rule.severity,
                "{rule}: worse than its rule"
            );
            if let Some(excerpt) = &finding.excerpt {
                let marked = excerpt.text.get(excerpt.span.clone());
                assert!(
                    marked.is_some_and(|text| !text.is_empty()),
                    "{rule}: marks nothing"
                );
            }
        }
    }
}

#[test]
fn each_rule_is_quiet_where_it_should_be() {
    for (rule, _, who, _, quiet) in rows() {
        let verdict = who.judge(quiet);
        assert!(
            findings(&verdict, rule).is_empty(),
            "{rule} fires in\n{quiet}\n{:#?}",
            findings(&verdict, rule)
        );
    }
}

#[test]
fn every_rule_has_both() {
    let tested: BTreeSet<&str> = rows().map(|row| row.0).collect();
    let catalogue: BTreeSet<&str> = [rules::dmarc::RULES, rules::reporting::RULES]
        .into_iter()
        .flatten()
        .map(|rule| rule.id)
        .collect();
    assert_eq!(tested, catalogue);
    let listed = rules::dmarc::RULES.len() + rules::reporting::RULES.len();
    assert_eq!(listed, catalogue.len(), "an id is used twice");
}

#[test]
fn a_good_domain_has_nothing_to_mend() {
    let zone = "
        _dmarc.voorbeeld.nl TXT v=DMARC1; p=reject; sp=reject; np=reject; rua=mailto:dmarc@voorbeeld.nl
        voorbeeld.nl MX 10 mail.voorbeeld.nl
        voorbeeld.nl TXT v=spf1 mx -all
        mail.voorbeeld.nl A 192.0.2.1
    ";
    for who in [
        NL,
        Spec(
            "voorbeeld.nl",
            "role: SendOnly, spf: {mechanisms: [mx], all: Fail}",
        ),
    ] {
        let verdict = who.judge(zone);
        let of_ours: Vec<_> = verdict
            .findings
            .iter()
            .filter(|one| one.rule.id.starts_with("DMARC") || one.rule.id.starts_with("DRPT"))
            .collect();
        assert!(of_ours.is_empty(), "{of_ours:#?}");
    }
}

#[test]
fn findings_count_only_where_dmarc_is_managed() {
    let zone = "_dmarc.voorbeeld.nl TXT v=DMARC1; p=none; p=none";
    for (who, managed) in [
        (NL, false),
        (Spec("voorbeeld.nl", "role: Mail"), false),
        (Spec("voorbeeld.nl", "role: Mail, dmarc: {policy: None}"), true),
        (Spec("voorbeeld.nl", "role: Parked"), true),
    ] {
        let verdict = who.judge(zone);
        let [found] = findings(&verdict, "DMARC-006")[..] else {
            panic!("{who:?}")
        };
        assert_eq!(found.managed, managed, "{who:?}");
    }
}

#[test]
fn names_of_spf_alone_have_no_dmarc_judged() {
    let spec = "role: Mail, spf: {mechanisms: [mx], all: Fail, alsoAt: [{name: nieuws, mechanisms: [a], all: Fail}]}";
    let verdict = Spec("voorbeeld.nl", spec).judge("_dmarc.nieuws.voorbeeld.nl TXT v=dmarc1");
    let about = |name: &str| {
        let name = crate::facts::name(name);
        verdict
            .findings
            .iter()
            .filter(|one| *one.site.name() == name)
            .count()
    };
    assert_eq!(about("_dmarc.nieuws.voorbeeld.nl"), 0);
    assert!(about("_dmarc.voorbeeld.nl") > 0);
}
