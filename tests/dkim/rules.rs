//! Every rule of DKIM and DNS plumbing: a world that makes it fire and one that keeps it quiet.

use std::collections::BTreeMap;

use zegel::inquiry::{Answer, Dns, settle_from};
use zegel::intent::Intent;
use zegel::judge::{Finding, Verdict, judge};
use zegel::name::Name;
use zegel::rules;

use crate::facts::{self, World, findings, name};
use crate::{rules_dkim, rules_dns};

/// What is judged: a manifest's spec, or a domain that is only looked at.
#[derive(Debug, Clone)]
pub(crate) enum Subject {
    Spec(String),
    Probes(Vec<&'static str>),
    Named(Vec<&'static str>),
}

/// One world for one rule.
#[derive(Debug, Clone)]
pub(crate) struct Case {
    pub(crate) rule: &'static str,
    pub(crate) fires: bool,
    pub(crate) subject: Subject,
    pub(crate) zone: String,
}

impl Case {
    pub(crate) fn intent(&self) -> Intent {
        match &self.subject {
            Subject::Spec(spec) => facts::intent(spec),
            Subject::Named(named) => {
                let named = named.iter().map(ToString::to_string).collect();
                Intent::observe(name("a.nl"), named, Vec::new())
            }
            Subject::Probes(probes) => {
                let probes = probes.iter().map(ToString::to_string).collect();
                Intent::observe(name("a.nl"), Vec::new(), probes)
            }
        }
    }

    /// Settles it; a line `DENY name` makes the server say NXDOMAIN for that name, whatever stands below it.
    fn verdict(&self) -> Verdict {
        let (denials, zone): (Vec<&str>, Vec<&str>) = self
            .zone
            .lines()
            .partition(|line| line.trim().starts_with("DENY "));
        let denied: Vec<Name> = denials
            .iter()
            .map(|line| name(line.trim().trim_start_matches("DENY ")))
            .collect();
        let (world, intent) = (World::new(&zone.join("\n")), self.intent());
        let answer = |question: &Dns| {
            let mut fact = world.answer(question);
            if denied.contains(&question.name) {
                fact.outcome = Ok(Answer::NxDomain);
            }
            fact
        };
        settle_from(answer, |inquiry| judge(&intent, inquiry, facts::now())).0
    }
}

/// A world in which the rule fires, and one in which it does not.
pub(crate) fn pair(
    rule: &'static str,
    subject: impl Into<Subject>,
    fires: impl Into<String>,
    quiet: impl Into<String>,
) -> Vec<Case> {
    let subject = subject.into();
    vec![
        case(rule, true, subject.clone(), fires),
        case(rule, false, subject, quiet),
    ]
}

pub(crate) fn case(
    rule: &'static str,
    fires: bool,
    subject: impl Into<Subject>,
    zone: impl Into<String>,
) -> Case {
    Case {
        rule,
        fires,
        subject: subject.into(),
        zone: zone.into(),
    }
}

impl From<&str> for Subject {
    fn from(spec: &str) -> Self {
        Self::Spec(spec.to_owned())
    }
}

impl From<String> for Subject {
    fn from(spec: String) -> Self {
        Self::Spec(spec)
    }
}

/// Looked at, with these selectors probed.
pub(crate) fn probe<const N: usize>(selectors: [&'static str; N]) -> Subject {
    Subject::Probes(selectors.to_vec())
}

/// Looked at, with these selectors asked for by name.
pub(crate) fn named<const N: usize>(selectors: [&'static str; N]) -> Subject {
    Subject::Named(selectors.to_vec())
}

/// Rules that no judgement of one domain at one time can break: `fleet` has the worlds of several domains, what
/// name servers say is in `tests/authorities`, and what only time tells in `tests/history/when.rs`.
const NOT_OF_ONE_LOOK: &[&str] = &[
    "DKIM-051", "DNS-030", "DNS-031", "DNS-032", "DNS-033", "DNS-034", "DNS-035", "DNS-036", "DNS-037",
    "DNS-038", "DNS-039", "DNS-040",
];

fn cases() -> Vec<Case> {
    [rules_dkim::cases(), rules_dns::cases()].concat()
}

#[test]
fn every_case_fires_or_keeps_quiet() {
    let mut wrong = Vec::new();
    for case in cases() {
        let verdict = case.verdict();
        let found = findings(&verdict, case.rule);
        if found.is_empty() == case.fires {
            wrong.push(format!("{case:#?}\nfound {:#?}", facts::rule_ids(&verdict)));
        }
        for finding in &verdict.findings {
            well_formed(finding);
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

fn well_formed(finding: &Finding) {
    assert!(
        finding.severity >= finding.rule.severity,
        "{finding:#?}: milder, never worse"
    );
    assert!(
        !finding.message.is_empty() && !finding.fix.is_empty(),
        "{finding:#?}"
    );
    assert!(finding.message.len() <= 512, "{finding:#?}");
    if let Some(excerpt) = &finding.excerpt {
        assert!(excerpt.span.end <= excerpt.text.len(), "{finding:#?}");
    }
}

#[test]
fn every_rule_has_a_case_that_fires_and_one_that_does_not() {
    let mut counts: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for case in cases() {
        let count = counts.entry(case.rule).or_default();
        if case.fires {
            count.0 += 1;
        } else {
            count.1 += 1;
        }
    }
    let lists = [rules::dkim::RULES, rules::dns::RULES];
    let alone = |rule: &&&rules::Rule| !NOT_OF_ONE_LOOK.contains(&rule.id);
    for rule in lists.into_iter().flatten().filter(alone) {
        let (fires, quiet) = counts.remove(rule.id).unwrap_or_default();
        assert!(
            fires > 0 && quiet > 0,
            "{}: fires {fires}, quiet {quiet}",
            rule.id
        );
    }
    assert!(counts.is_empty(), "cases of no rule: {counts:?}");
}
