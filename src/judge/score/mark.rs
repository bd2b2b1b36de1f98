//! What a test came to, and what that is worth: always from the least to the most it can be. Types, and the arithmetic
//! of Internet.nl.

use std::fmt;

use super::criteria::{Criterion, Group};
use crate::inquiry::Trouble;
use crate::name::Name;

/// The points of what is there and does not do enough.
pub(super) const LESS: u32 = 2;

/// From the least to the most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Range {
    /// The least it can be.
    pub lowest: u32,
    /// The most.
    pub highest: u32,
}

impl Range {
    /// Known to be this.
    pub const fn just(points: u32) -> Self {
        Self::new(points, points)
    }

    /// From `lowest` to `highest`.
    pub const fn new(lowest: u32, highest: u32) -> Self {
        Self { lowest, highest }
    }

    /// Whether it is one value.
    pub fn is_certain(self) -> bool {
        self.lowest == self.highest
    }

    /// What holds both.
    #[must_use]
    pub fn with(self, other: Self) -> Self {
        Self::new(self.lowest.min(other.lowest), self.highest.max(other.highest))
    }

    /// The smaller of each.
    #[must_use]
    pub fn least(self, other: Self) -> Self {
        Self::new(self.lowest.min(other.lowest), self.highest.min(other.highest))
    }
}

impl std::ops::Add for Range {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self::new(self.lowest + other.lowest, self.highest + other.highest)
    }
}

impl fmt::Display for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.is_certain() {
            true => f.pad(&self.lowest.to_string()),
            false => f.pad(&format!("{} to {}", self.lowest, self.highest)),
        }
    }
}

/// How a test ended, in the words of Internet.nl's API; `Unknown` is ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Status {
    /// Something stopped it.
    Error,
    /// What is required is not there.
    Failed,
    /// What is recommended is not there, or could be better.
    Warning,
    /// It could not be seen from here.
    Unknown,
    /// Told, and no more.
    Info,
    /// It does not apply.
    NotTested,
    /// As it should be.
    Passed,
}

impl Status {
    /// The word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Failed => "failed",
            Self::Warning => "warning",
            Self::Unknown => "unknown",
            Self::Info => "info",
            Self::NotTested => "not_tested",
            Self::Passed => "passed",
        }
    }
}

/// Whether something is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Counts {
    /// It is not.
    No,
    /// It hangs on what is not known.
    Perhaps,
    /// It is.
    Yes,
}

/// Why something was not seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Why {
    /// A question got no answer; empty before it, or what was asked.
    Unanswered(String, Trouble),
    /// Only a look at all of a host's TLS tells it.
    Closer,
    /// Mail servers were not looked at.
    Unasked,
    /// Name servers were not asked at all.
    NoAuthorities,
    /// Who it is about did not answer while others did: in a clause.
    SilentAmongOthers(String),
    /// In a clause.
    Said(String),
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unanswered(what, why) if what.is_empty() => why.fmt(f),
            Self::Unanswered(what, why) => write!(f, "{what}: {why}"),
            Self::Closer => f.write_str("only a look at all of the TLS tells it"),
            Self::Unasked => f.write_str("mail servers were not looked at"),
            Self::NoAuthorities => f.write_str("name servers are not asked, or cannot be from here"),
            Self::SilentAmongOthers(why) | Self::Said(why) => f.write_str(why),
        }
    }
}

/// What was not seen of a test.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gap {
    /// The names that were not seen; none where it is about the domain as a whole.
    pub names: Vec<String>,
    /// Why.
    pub why: Why,
}

impl Gap {
    /// Nothing was seen of these names.
    pub(super) fn of<'n>(names: impl IntoIterator<Item = &'n Name>, why: Why) -> Self {
        let names = names.into_iter().map(ToString::to_string).collect();
        Self { names, why }
    }

    /// Nothing was seen.
    pub(super) fn new(why: Why) -> Self {
        Self {
            names: Vec::new(),
            why,
        }
    }
}

/// What one test came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// The test.
    pub criterion: &'static Criterion,
    /// How it ended.
    pub status: Status,
    /// Internet.nl's own word for it; empty where it is not known.
    pub verdict: &'static str,
    /// The points that go in, of those the criterion has.
    pub points: Range,
    /// Whether its points count.
    pub counts: Counts,
    /// What was seen, or why nothing was, in a clause.
    pub seen: String,
    /// What was not seen of it; empty where nothing is left open.
    pub gaps: Vec<Gap>,
}

impl Mark {
    /// A test that ended so, with these points.
    pub(super) fn new(
        criterion: &'static Criterion,
        status: Status,
        verdict: &'static str,
        points: u32,
        seen: impl Into<String>,
    ) -> Self {
        Self {
            criterion,
            status,
            verdict,
            points: Range::just(points.min(criterion.points)),
            counts: if criterion.points > 0 {
                Counts::Yes
            } else {
                Counts::No
            },
            seen: seen.into(),
            gaps: Vec::new(),
        }
    }

    /// One that passed.
    pub(super) fn good(criterion: &'static Criterion, seen: impl Into<String>) -> Self {
        Self::new(criterion, Status::Passed, "good", criterion.points, seen)
    }

    /// One that failed, and has no points.
    pub(super) fn bad(criterion: &'static Criterion, verdict: &'static str, seen: impl Into<String>) -> Self {
        Self::new(criterion, Status::Failed, verdict, 0, seen)
    }

    /// One that nothing is known of, for this reason.
    pub(super) fn unknown(criterion: &'static Criterion, gap: Gap) -> Self {
        let seen = match gap.names.as_slice() {
            [] => gap.why.to_string(),
            names => format!("{}: {}", listed(names), gap.why),
        };
        Self {
            points: Range::new(0, criterion.points),
            gaps: vec![gap],
            ..Self::new(criterion, Status::Unknown, "", 0, seen)
        }
    }

    /// One that got no answer for this reason.
    pub(super) fn unanswered(criterion: &'static Criterion, what: &str, why: Trouble) -> Self {
        Self::unknown(criterion, Gap::new(Why::Unanswered(what.to_owned(), why)))
    }

    /// One that does not apply, and does not count.
    pub(super) fn not_tested(
        criterion: &'static Criterion,
        verdict: &'static str,
        seen: impl Into<String>,
    ) -> Self {
        Self {
            counts: Counts::No,
            ..Self::new(criterion, Status::NotTested, verdict, 0, seen)
        }
    }

    /// With other points, which are known, or left open by what the mark says itself that it lacks.
    pub(super) fn worth(self, points: Range) -> Self {
        Self { points, ..self }
    }

    /// With other points, which these leave open, where they do.
    pub(super) fn lacking(self, points: Range, gaps: Vec<Gap>) -> Self {
        let gaps = match points.is_certain() {
            true => self.gaps,
            false => gaps,
        };
        Self { points, gaps, ..self }
    }

    /// Counted so.
    pub(super) fn counting(self, counts: Counts) -> Self {
        Self { counts, ..self }
    }
}

/// At most so many names stand in a clause.
const MOST_LISTED: usize = 4;

/// Names in a clause.
pub(super) fn listed<S: AsRef<str>>(names: &[S]) -> String {
    let shown: Vec<&str> = names.iter().take(MOST_LISTED).map(AsRef::as_ref).collect();
    let shown = shown.join(", ");
    match names.len().saturating_sub(MOST_LISTED) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

/// What one category came to.
#[derive(Debug, Clone, PartialEq)]
pub struct Category {
    /// Which.
    pub group: Group,
    /// Its percentage.
    pub score: Range,
    /// Whether it counts: one without a test that counts is left out of the mean.
    pub counts: Counts,
    /// Its tests.
    pub marks: Vec<Mark>,
}

impl Category {
    /// The category of these tests, each of which counts for itself.
    pub(super) fn of(group: Group, marks: Vec<Mark>) -> Self {
        let score = score(&marks);
        Self {
            group,
            score,
            counts: Counts::Yes,
            marks,
        }
    }
}

/// The percentage of tests that each count for themselves, over all that is not known.
pub(super) fn score(marks: &[Mark]) -> Range {
    let (mut points, mut most) = (vec![Range::just(0)], vec![0]);
    for mark in marks.iter().filter(|mark| mark.counts != Counts::No) {
        let (with, with_most): (Vec<Range>, Vec<u32>) = points
            .iter()
            .zip(&most)
            .map(|(sum, most)| (*sum + mark.points, most + mark.criterion.points))
            .unzip();
        match mark.counts {
            Counts::Perhaps => {
                points.extend(with);
                most.extend(with_most);
            }
            _ => (points, most) = (with, with_most),
        }
    }
    let all = points
        .iter()
        .zip(&most)
        .map(|(points, most)| Range::new(percent(points.lowest, *most), percent(points.highest, *most)));
    all.reduce(Range::with).unwrap_or(Range::just(0))
}

/// Points of the most there are, as Internet.nl reckons: in floating point, and cut.
pub(super) fn percent(points: u32, most: u32) -> u32 {
    if most == 0 {
        return 0;
    }
    let percent = 100.0 / f64::from(most) * f64::from(points);
    // No more than a few hundred, and never below zero.
    percent as u32
}

/// The mean of the categories that count, cut to a whole number.
pub(super) fn total(categories: &[Category]) -> Range {
    let mut sums = vec![(Range::just(0), 0_u32)];
    for category in categories {
        let with = sums.iter().map(|(sum, count)| (*sum + category.score, count + 1));
        let with: Vec<_> = with.collect();
        match category.counts {
            Counts::No => {}
            Counts::Perhaps => sums.extend(with),
            Counts::Yes => sums = with,
        }
    }
    let mean = |(sum, count): &(Range, u32)| {
        let of = |sum: u32| sum.checked_div(*count).unwrap_or(0).min(100);
        Range::new(of(sum.lowest), of(sum.highest))
    };
    sums.iter()
        .map(mean)
        .reduce(Range::with)
        .unwrap_or(Range::just(0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::score::criteria;

    #[test]
    fn every_step_is_cut() {
        for (points, most, want) in [
            (120, 130, 92),
            (120, 140, 85),
            (42, 50, 84),
            (2, 10, 20),
            (140, 140, 100),
            (130, 130, 100),
            (0, 0, 0),
        ] {
            assert_eq!(percent(points, most), want, "{points} of {most}");
        }
    }

    #[test]
    fn what_may_not_count_widens_the_range() {
        let mark = |criterion| Mark::good(criterion, "");
        let dkim = Mark::bad(&criteria::DKIM, "bad", "");
        let spf = || mark(&criteria::SPF);
        assert_eq!(score(&[spf(), dkim.clone()]), Range::just(50));
        assert_eq!(
            score(&[spf(), dkim.clone().counting(Counts::No)]),
            Range::just(100)
        );
        assert_eq!(
            score(&[spf(), dkim.counting(Counts::Perhaps)]),
            Range::new(50, 100)
        );
    }
}
