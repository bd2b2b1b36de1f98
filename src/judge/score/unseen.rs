//! What was not seen: the reason for the width of the range, each with what would show it.

use super::criteria::{Criterion, Group, Level};
use super::mark::{Category, Counts, Mark, Why};
use super::next::tenths;
use crate::inquiry::{Inquiry, Trouble};

/// Something that was not seen.
#[derive(Debug, Clone, PartialEq)]
pub struct Unseen {
    /// The category.
    pub group: Group,
    /// The tests that are not known for it.
    pub tests: Vec<&'static str>,
    /// The names it is about; none where it is about the domain as a whole.
    pub names: Vec<String>,
    /// Why, in a clause.
    pub why: String,
    /// How much of the score hangs on it at most, to a tenth.
    pub points: f64,
    /// What would show it; `None`: nothing from here.
    pub how: Option<&'static str>,
}

/// All of it, that which weighs most first.
pub(super) fn all(categories: &[Category], are_looked_at: bool, inquiry: &Inquiry<'_>) -> Vec<Unseen> {
    let counting = categories
        .iter()
        .filter(|category| category.counts != Counts::No)
        .count();
    let mut all: Vec<Unseen> = Vec::new();
    for category in categories {
        let most: u32 = category
            .marks
            .iter()
            .filter(|mark| mark.counts != Counts::No)
            .map(|mark| mark.criterion.points)
            .sum();
        for mark in &category.marks {
            let points = f64::from(width(mark)) * 100.0 / f64::from(most.max(1)) / counting.max(1) as f64;
            // A mark hangs whole on each reason for which it is open, however many names share one.
            let mut reasons: Vec<&Why> = Vec::new();
            for gap in &mark.gaps {
                let is_first = !reasons.contains(&&gap.why);
                reasons.push(&gap.why);
                let why = gap.why.to_string();
                let known = all
                    .iter()
                    .position(|unseen| unseen.group == category.group && unseen.why == why);
                let at = known.unwrap_or_else(|| {
                    all.push(Unseen {
                        group: category.group,
                        tests: Vec::new(),
                        names: Vec::new(),
                        how: how(mark.criterion, &gap.why, are_looked_at, inquiry),
                        why,
                        points: 0.0,
                    });
                    all.len() - 1
                });
                let Some(unseen) = all.get_mut(at) else { continue };
                if is_first {
                    unseen.tests.push(mark.criterion.id);
                    unseen.points += points;
                }
                for name in &gap.names {
                    if !unseen.names.contains(name) {
                        unseen.names.push(name.clone());
                    }
                }
            }
        }
    }
    for unseen in &mut all {
        unseen.points = tenths(unseen.points);
    }
    all.sort_by(|one, other| other.points.total_cmp(&one.points));
    all
}

/// How many of its points are open.
fn width(mark: &Mark) -> u32 {
    match mark.counts {
        Counts::No => 0,
        Counts::Perhaps => mark.criterion.points,
        Counts::Yes => mark.points.highest - mark.points.lowest,
    }
}

/// What would show it.
fn how(criterion: &Criterion, why: &Why, are_looked_at: bool, inquiry: &Inquiry<'_>) -> Option<&'static str> {
    match (criterion.group, why) {
        (Group::Starttls, _) if criterion.level != Level::Required => None,
        (Group::Starttls, _) if !are_looked_at => {
            Some("--starttls chain, or --starttls profile for all of it")
        }
        (Group::Starttls, Why::Unanswered(_, Trouble::PortBlocked)) => {
            Some("--probe or --smtp-proxy, or a look from where port 25 is open")
        }
        (Group::Starttls, Why::Unanswered(_, Trouble::Private)) => Some("--allow-private-targets"),
        (Group::Starttls, Why::Closer) if !inquiry.profiles() => Some("--starttls profile"),
        (Group::Dnssec, Why::Said(_)) => Some("--dnssec auto, and with --resolver one that passes DNSSEC on"),
        (Group::Ipv6, Why::Unanswered(_, Trouble::Limit)) => {
            Some("fewer domains in one run, or a higher --authority-rate")
        }
        (Group::Ipv6, Why::Unasked) => Some("--starttls chain"),
        (Group::Ipv6, Why::NoAuthorities) => Some("--authorities auto, from where port 53 is open to all"),
        (Group::Ipv6, Why::SilentAmongOthers(_)) => Some("another look, or Internet.nl's own test"),
        (Group::Ipv6, Why::Said(_)) => Some("a look from where there is IPv6, or Internet.nl's own test"),
        (Group::Rpki, _) => Some("Internet.nl's own test"),
        (Group::Starttls | Group::Auth | Group::Dnssec | Group::Ipv6, _) => None,
    }
}
