//! What to do next for the most points: one step for each thing that is wrong, with the finding that says how.
//!
//! What a step gives is reckoned alone, from the most the score can be now, and not cut: two steps give together what each
//! gives, within a point.

use super::criteria::{self, Criterion, Group};
use super::mark::{Category, Counts, Mark, Status};
use crate::judge::{Finding, Verdict};
use crate::name::Name;

/// Something to do.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// How many points of the score it gives, to a tenth.
    pub points: f64,
    /// The tests it mends, by their names in Internet.nl's API.
    pub tests: Vec<&'static str>,
    /// What is wrong, in a clause.
    pub seen: String,
    /// What to do, in a sentence.
    pub fix: String,
    /// The finding that tells of it: its rule, and where it is.
    pub finding: Option<(&'static str, Name)>,
}

/// What belongs together: the first is what the step is called by.
const STEPS: &[&[&Criterion]] = &[
    &[&criteria::NS_REACH, &criteria::NS_ADDRESS],
    &[&criteria::MX_REACH, &criteria::MX_ADDRESS],
    &[
        &criteria::DOMAIN_VALID,
        &criteria::DOMAIN_SIGNED,
        &criteria::MX_SIGNED,
        &criteria::MX_VALID,
    ],
    &[&criteria::DMARC, &criteria::DMARC_POLICY],
    &[&criteria::DKIM],
    &[&criteria::SPF, &criteria::SPF_POLICY],
    &[&criteria::STARTTLS],
    &[&criteria::VERSION],
    &[&criteria::CIPHERS],
    &[&criteria::ORDER],
    &[&criteria::EXCHANGE],
    &[&criteria::EXCHANGE_HASH],
    &[&criteria::COMPRESSION],
    &[&criteria::RENEGOTIATION],
    &[&criteria::MASTER_SECRET],
    &[&criteria::KEY],
    &[&criteria::SIGNATURE],
    &[&criteria::DANE, &criteria::DANE_VALID],
];

/// All steps, that which gives most first.
pub(super) fn all(categories: &[Category], verdict: &Verdict) -> Vec<Step> {
    let counting = categories
        .iter()
        .filter(|category| category.counts != Counts::No)
        .count();
    let mut steps: Vec<Step> = categories
        .iter()
        .filter(|category| category.counts != Counts::No)
        .flat_map(|category| {
            STEPS
                .iter()
                .filter_map(move |tests| step(category, tests, verdict))
        })
        .map(|step| Step {
            points: tenths(step.points / counting.max(1) as f64),
            ..step
        })
        .filter(|step| step.points > 0.0)
        .collect();
    // Stable: what gives the same stands in Internet.nl's order.
    steps.sort_by(|one, other| other.points.total_cmp(&one.points));
    steps
}

/// To a tenth.
pub(super) fn tenths(points: f64) -> f64 {
    (points * 10.0).round() / 10.0
}

/// One step of one category, with what it gives there.
fn step(category: &Category, tests: &[&'static Criterion], verdict: &Verdict) -> Option<Step> {
    let of = |test: &&Criterion| category.marks.iter().find(|mark| mark.criterion.id == test.id);
    let marks: Vec<&Mark> = tests.iter().filter_map(of).collect();
    let lacks = |mark: &&&Mark| mark.counts != Counts::No && mark.points.highest < mark.criterion.points;
    if !marks.iter().any(|mark| lacks(&mark)) {
        return None;
    }
    let wrong: Vec<&&Mark> = marks
        .iter()
        .filter(|mark| matches!(mark.status, Status::Failed | Status::Error) || lacks(mark))
        .collect();
    let failed = wrong
        .iter()
        .filter(|mark| matches!(mark.status, Status::Failed | Status::Error));
    let mut seen: Vec<&str> = failed.map(|mark| mark.seen.as_str()).collect();
    seen.dedup();
    let finding = wrong.iter().find_map(|mark| finding(mark, verdict));
    let first = wrong.first()?.criterion;
    // A finding about one host, or one tag, may leave the test where it was.
    let more = match (
        wrong.first().map(|mark| (mark.criterion.id, mark.verdict)),
        finding,
    ) {
        (Some((id, "bad")), Some(_)) if id == criteria::DMARC_POLICY.id => {
            " The policy must be quarantine or reject as well."
        }
        (Some((id, _)), Some(finding)) if id == criteria::MX_REACH.id && finding.rule.id == "MX-015" => {
            " Internet.nl asks for one at every host, and that it takes mail there."
        }
        _ => "",
    };
    let own_words = wrong
        .iter()
        .find(|mark| matches!(mark.status, Status::Failed | Status::Error));
    let own_words = own_words.map_or(first.fix, |mark| mark.criterion.fix);
    Some(Step {
        points: gain(category, tests, &marks),
        tests: wrong.iter().map(|mark| mark.criterion.id).collect(),
        seen: seen.join("; "),
        fix: finding.map_or_else(
            || own_words.to_owned(),
            |finding| format!("{}{more}", finding.fix),
        ),
        finding: finding.map(|finding| (finding.rule.id, finding.site.name().clone())),
    })
}

/// The finding that tells of what a test found.
fn finding<'v>(mark: &Mark, verdict: &'v Verdict) -> Option<&'v Finding> {
    if !matches!(mark.status, Status::Failed | Status::Error) {
        return None;
    }
    let of = |id: &&str| verdict.findings.iter().find(|finding| finding.rule.id == *id);
    mark.criterion.rules.iter().find_map(of)
}

/// What the category has more once these tests pass, in percent.
fn gain(category: &Category, tests: &[&'static Criterion], marks: &[&Mark]) -> f64 {
    let counts = |mark: &&Mark| mark.counts != Counts::No;
    let (mut have, mut most) = (0_u32, 0_u32);
    for mark in category.marks.iter().filter(counts) {
        have += mark.points.highest.min(mark.criterion.points);
        most += mark.criterion.points;
    }
    let percent = |have: u32, most: u32| match most {
        0 => 0.0,
        most => f64::from(have) * 100.0 / f64::from(most),
    };
    // A host without TLS has nothing, and everything may be right once it has it.
    if category.group == Group::Starttls && tests.iter().any(|test| test.id == criteria::STARTTLS.id) {
        return 100.0 - f64::from(category.score.highest);
    }
    let before = percent(have, most);
    for test in tests {
        match marks
            .iter()
            .find(|mark| mark.criterion.id == test.id)
            .filter(|mark| counts(mark))
        {
            Some(mark) => have += test.points - mark.points.highest.min(test.points),
            // Once there are records, whether they match counts too.
            None if test.id == criteria::DANE_VALID.id => {
                have += test.points;
                most += test.points;
            }
            None => {}
        }
    }
    percent(have, most) - before
}
