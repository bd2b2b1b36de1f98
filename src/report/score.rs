//! The score of Internet.nl's test as people and machines read it: categories, what was not seen, what to do next. Pure.

use serde::Serialize;

use super::text::{hanging, harmless, table};
use super::{Colour, Style};
use crate::judge::score::{Category, Counts, Difference, Level, Mark, Range, Score, Status, Step, Unseen};

/// The score as JSON.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ScoreReport<'s> {
    release: &'static str,
    revision: &'static str,
    date: &'static str,
    guidelines: &'static str,
    /// What the test makes of the MX: `has_mx`, `no_mx`, …
    #[serde(skip_serializing_if = "Option::is_none")]
    mx_status: Option<&'static str>,
    /// Why that is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    mx_unanswered: Option<&'static str>,
    score: Bounds,
    categories: Vec<CategoryReport<'s>>,
    unseen: Vec<UnseenReport<'s>>,
    next: Vec<StepReport<'s>>,
    differences: Vec<DifferenceReport<'s>>,
}

/// A range as JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
struct Bounds {
    lowest: u32,
    highest: u32,
}

impl From<Range> for Bounds {
    fn from(range: Range) -> Self {
        Self {
            lowest: range.lowest,
            highest: range.highest,
        }
    }
}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
struct CategoryReport<'s> {
    name: &'static str,
    /// Whether it counts in the mean; absent where that hangs on what is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    counts: Option<bool>,
    score: Bounds,
    tests: Vec<MarkReport<'s>>,
}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
struct MarkReport<'s> {
    name: &'static str,
    requirement: &'static str,
    status: &'static str,
    /// Internet.nl's own word.
    #[serde(skip_serializing_if = "str::is_empty")]
    verdict: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    points: Option<Points>,
    seen: &'s str,
}

#[derive(Debug, Clone, Copy, Serialize)]
struct Points {
    lowest: u32,
    highest: u32,
    of: u32,
}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
struct UnseenReport<'s> {
    category: &'static str,
    tests: &'s [&'static str],
    names: &'s [String],
    why: &'s str,
    points: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    how: Option<&'static str>,
}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
struct StepReport<'s> {
    points: f64,
    tests: &'s [&'static str],
    seen: &'s str,
    fix: &'s str,
    #[serde(skip_serializing_if = "Option::is_none")]
    rule: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    record: Option<String>,
}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
struct DifferenceReport<'s> {
    name: &'static str,
    internet_nl: &'s str,
    instead: &'s str,
}

impl<'s> From<&'s Score> for ScoreReport<'s> {
    fn from(score: &'s Score) -> Self {
        Self {
            release: score.edition.release,
            revision: score.edition.revision,
            date: score.edition.date,
            guidelines: score.edition.guidelines,
            mx_status: score.mx.ok().map(|status| status.as_str()),
            mx_unanswered: score.mx.err().map(|why| why.reason()),
            score: score.total.into(),
            categories: score.categories.iter().map(CategoryReport::from).collect(),
            unseen: score.unseen.iter().map(UnseenReport::from).collect(),
            next: score.next.iter().map(StepReport::from).collect(),
            differences: score.differences.iter().map(DifferenceReport::from).collect(),
        }
    }
}

impl<'s> From<&'s Category> for CategoryReport<'s> {
    fn from(category: &'s Category) -> Self {
        Self {
            name: category.group.id(),
            counts: match category.counts {
                Counts::Yes => Some(true),
                Counts::No => Some(false),
                Counts::Perhaps => None,
            },
            score: category.score.into(),
            tests: category.marks.iter().map(MarkReport::from).collect(),
        }
    }
}

impl<'s> From<&'s Mark> for MarkReport<'s> {
    fn from(mark: &'s Mark) -> Self {
        let counts = mark.counts != Counts::No;
        Self {
            name: mark.criterion.id,
            requirement: match mark.criterion.level {
                Level::Required => "required",
                Level::Recommended => "recommended",
                Level::Optional => "optional",
            },
            status: mark.status.as_str(),
            verdict: mark.verdict,
            points: counts.then_some(Points {
                lowest: mark.points.lowest,
                highest: mark.points.highest,
                of: mark.criterion.points,
            }),
            seen: &mark.seen,
        }
    }
}

impl<'s> From<&'s Unseen> for UnseenReport<'s> {
    fn from(unseen: &'s Unseen) -> Self {
        Self {
            category: unseen.group.id(),
            tests: &unseen.tests,
            names: &unseen.names,
            why: &unseen.why,
            points: unseen.points,
            how: unseen.how,
        }
    }
}

impl<'s> From<&'s Step> for StepReport<'s> {
    fn from(step: &'s Step) -> Self {
        let finding = step.finding.as_ref();
        Self {
            points: step.points,
            tests: &step.tests,
            seen: &step.seen,
            fix: &step.fix,
            rule: finding.map(|(rule, _)| *rule),
            record: finding.map(|(_, record)| record.to_string()),
        }
    }
}

impl<'s> From<&'s Difference> for DifferenceReport<'s> {
    fn from(difference: &'s Difference) -> Self {
        Self {
            name: difference.name,
            internet_nl: &difference.internet_nl,
            instead: &difference.instead,
        }
    }
}

/// The score in a few words: `internet.nl 63 to 82`.
pub fn in_a_word(score: &Score) -> String {
    format!("internet.nl {}", score.total)
}

/// The score as a person reads it, behind all else of a domain.
pub fn text(score: &Score, style: Style) -> String {
    let columns = style.columns();
    let mut out = hanging(
        "Internet.nl's mail test: ",
        &format!(
            "{} of 100 (by its release {} of {})",
            score.total, score.edition.release, score.edition.date
        ),
        columns,
    );
    let mut rows = vec![["CATEGORY", "SCORE", "WHAT IS WRONG"].map(str::to_owned).to_vec()];
    rows.extend(score.categories.iter().map(row));
    out.push_str(&table(&rows, columns, |row, _, cell| match row {
        0 => style.paint(Colour::Dim, cell),
        _ => cell,
    }));
    for step in &score.next {
        let finding = step
            .finding
            .as_ref()
            .map(|(rule, record)| format!(" ({rule}, {record})"));
        let seen = match step.seen.is_empty() {
            true => String::new(),
            false => format!("{}. ", step.seen),
        };
        let line = format!("{seen}{}{}", step.fix, finding.unwrap_or_default());
        out.push_str(&hanging(
            &format!("+{:.1}: ", step.points),
            &harmless(&line),
            columns,
        ));
    }
    for unseen in &score.unseen {
        let points = match unseen.points > 0.0 {
            true => format!(" ({:.1} points hang on it)", unseen.points),
            false => " (it does not count)".to_owned(),
        };
        let how = unseen.how.map(|how| format!("; what would show it: {how}"));
        let names = match unseen.names.as_slice() {
            [] => String::new(),
            names => format!("{}: ", names.join(", ")),
        };
        let line = format!(
            "{}: {names}{}{points}{}",
            unseen.group,
            unseen.why,
            how.unwrap_or_default()
        );
        out.push_str(&hanging("not seen: ", &harmless(&line), columns));
    }
    for difference in &score.differences {
        let line = format!("{} {}", difference.internet_nl, difference.instead);
        out.push_str(&hanging(
            &format!("{}: ", difference.name),
            &harmless(&line),
            columns,
        ));
    }
    out
}

/// A category's line: what failed there, or that it does not count.
fn row(category: &Category) -> Vec<String> {
    let score = match category.counts {
        Counts::No => "-".to_owned(),
        _ => category.score.to_string(),
    };
    let wrong = |status: Status| {
        let marks = category.marks.iter().filter(move |mark| mark.status == status);
        marks.map(|mark| mark.seen.as_str())
    };
    let mut seen: Vec<&str> = [Status::Error, Status::Failed, Status::Warning]
        .into_iter()
        .flat_map(wrong)
        .collect();
    seen.dedup();
    let what = match (seen.as_slice(), category.counts) {
        ([], Counts::No) => {
            let first = category.marks.first().map(|mark| mark.seen.as_str());
            format!("does not count: {}", first.unwrap_or_default())
        }
        ([], _) => String::new(),
        (some, _) => some.join("; "),
    };
    vec![category.group.to_string(), score, harmless(&what)]
}
