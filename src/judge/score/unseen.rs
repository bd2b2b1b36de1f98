//! What was not seen: the reason for the width of the range, each with what would show it.

use super::criteria::{Criterion, Group, Level};
use super::mark::{Category, Counts, Mark, Status};
use super::next::tenths;
use super::starttls::CLOSER;
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
        for mark in category.marks.iter().filter(|mark| is_open(mark)) {
            let width = match mark.counts {
                Counts::No => 0,
                Counts::Perhaps => mark.criterion.points,
                Counts::Yes => mark.points.highest - mark.points.lowest,
            };
            let points = f64::from(width) * 100.0 / f64::from(most.max(1)) / counting.max(1) as f64;
            let (name, why) = about(&mark.seen);
            let known = all
                .iter_mut()
                .find(|unseen| unseen.group == category.group && unseen.why == why);
            match known {
                Some(known) => {
                    known.tests.push(mark.criterion.id);
                    known.points += points;
                    let is_new = name.filter(|name| !known.names.iter().any(|known| known == name));
                    known.names.extend(is_new.map(str::to_owned));
                }
                None => all.push(Unseen {
                    group: category.group,
                    tests: vec![mark.criterion.id],
                    names: name.map(str::to_owned).into_iter().collect(),
                    why: why.to_owned(),
                    points,
                    how: how(mark.criterion, why, are_looked_at, inquiry),
                }),
            }
        }
    }
    for unseen in &mut all {
        unseen.points = tenths(unseen.points);
    }
    all.sort_by(|one, other| other.points.total_cmp(&one.points));
    all
}

fn is_open(mark: &Mark) -> bool {
    mark.status == Status::Unknown || (mark.counts != Counts::No && !mark.points.is_certain())
}

/// The name a clause begins with, and the rest.
fn about(seen: &str) -> (Option<&str>, &str) {
    match seen.split_once(": ") {
        Some((name, why)) if !name.contains(' ') => (Some(name), why),
        _ => (None, seen),
    }
}

/// What would show it.
fn how(criterion: &Criterion, why: &str, are_looked_at: bool, inquiry: &Inquiry<'_>) -> Option<&'static str> {
    let says = |trouble: Trouble| why.contains(&trouble.to_string());
    match criterion.group {
        Group::Starttls if criterion.level != Level::Required => None,
        Group::Starttls if !are_looked_at => Some("--starttls chain, or --starttls profile for all of it"),
        Group::Starttls if says(Trouble::PortBlocked) => {
            Some("--probe or --smtp-proxy, or a look from where port 25 is open")
        }
        Group::Starttls if says(Trouble::Private) => Some("--allow-private-targets"),
        Group::Starttls if why == CLOSER && !inquiry.profiles() => Some("--starttls profile"),
        Group::Dnssec => Some("--dnssec auto, and with --resolver one that passes DNSSEC on"),
        Group::Ipv6 => Some("a look from where there is IPv6, or Internet.nl's own test"),
        Group::Rpki => Some("Internet.nl's own test"),
        Group::Starttls | Group::Auth => None,
    }
}
