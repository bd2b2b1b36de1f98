//! Comparing two records by effect: what can a receiver tell apart, evaluating them at one name?
//!
//! A record is cut into runs of one qualifier. Inside a run the order of terms decides nothing but which query is made
//! first: address terms side by side are one set, and terms that query may change places as long as none of them
//! fails. Across qualifiers order is meaning. What follows `all` is never evaluated.

use std::collections::BTreeSet;

use super::addresses::{Addresses, Network4, Network6};
use super::domain_spec::DomainSpec;
use super::record::{Mechanism, Modifier, Qualifier, Record, TermKind};
use crate::name::Name;
use crate::records::Comparison;

/// So many sentences about terms; what is left is counted.
const MAX_SENTENCES: usize = 12;

/// Compares by effect at the name `owner`.
pub fn compare(desired: &Record, observed: &Record, owner: &Name) -> Comparison {
    let (wanted_errors, found_errors) = (desired.errors(), observed.errors());
    match (wanted_errors.is_empty(), found_errors.is_empty()) {
        (false, false) => return Comparison::equal(), // Both are a permerror for every sender.
        (true, false) => {
            let sentences = found_errors
                .iter()
                .map(|error| format!("syntax error: {}", error.message));
            return Comparison::from_parts(cut(sentences.collect()), Vec::new());
        }
        (false, true) => {
            let sentences = wanted_errors
                .iter()
                .map(|error| format!("want a syntax error: {}", error.message));
            return Comparison::from_parts(cut(sentences.collect()), Vec::new());
        }
        (true, true) => {}
    }
    let (want, found) = (Effect::new(desired, owner), Effect::new(observed, owner));
    let mut differences = Vec::new();
    let mut notes = Vec::new();
    compare_terms(&want, &found, &mut differences, &mut notes);
    differences.extend(want.end.difference(&found.end));
    if want.explanation != found.explanation {
        let said = |one: &Option<DomainSpec>| one.as_ref().map_or("absent".to_owned(), DomainSpec::to_string);
        let (want, found) = (said(&want.explanation), said(&found.explanation));
        differences.push(format!("exp: want {want}, found {found}"));
    }
    for (one, other, verb) in [(&want, &found, "is absent"), (&found, &want, "was added")] {
        for modifier in one.ignored.difference(&other.ignored) {
            notes.push(format!("{modifier} {verb}: receivers ignore it"));
        }
    }
    Comparison::from_parts(cut(differences), notes)
}

/// What a record amounts to.
struct Effect {
    runs: Vec<Run>,
    end: End,
    explanation: Option<DomainSpec>,
    /// Unknown modifiers as they are written.
    ignored: BTreeSet<String>,
}

/// Directives of one qualifier, side by side.
struct Run {
    qualifier: Qualifier,
    segments: Vec<Segment>,
}

/// Part of a run.
#[derive(PartialEq)]
enum Segment {
    /// Address terms side by side.
    Addresses(Addresses),
    /// A term that queries, in canonical writing.
    Query(String),
}

/// What becomes of everybody no term matched.
#[derive(PartialEq)]
enum End {
    All(Qualifier, bool),
    Redirect(DomainSpec),
}

impl Effect {
    fn new(record: &Record, owner: &Name) -> Self {
        let mut runs: Vec<Run> = Vec::new();
        let mut pending: Vec<&Mechanism> = Vec::new();
        let mut directives = record.directives().peekable();
        while let Some((_, qualifier, mechanism)) = directives.next() {
            if matches!(mechanism, Mechanism::All) {
                break;
            }
            pending.push(mechanism);
            let goes_on = directives.peek().is_some_and(|(_, next, mechanism)| {
                *next == qualifier && !matches!(mechanism, Mechanism::All)
            });
            if !goes_on {
                let segments = segments(&pending, owner);
                runs.push(Run { qualifier, segments });
                pending.clear();
            }
        }
        let end = match (record.all(), record.redirect()) {
            (Some((_, qualifier)), _) => End::All(qualifier, true),
            (None, Some((_, domain))) => End::Redirect(domain.canonical()),
            (None, None) => End::All(Qualifier::Neutral, false),
        };
        let ignored = record.terms.iter().filter_map(|term| match &term.kind {
            TermKind::Modifier(modifier @ Modifier::Unknown { .. }) => Some(modifier.to_string()),
            _ => None,
        });
        Self {
            runs,
            end,
            explanation: record.explanation().map(|(_, domain)| domain.canonical()),
            ignored: ignored.collect(),
        }
    }

    /// All addresses named with a qualifier.
    fn addresses(&self, qualifier: Qualifier) -> Addresses {
        let runs = self.runs.iter().filter(|run| run.qualifier == qualifier);
        runs.fold(Addresses::default(), |sum, run| sum.union(&run.addresses()))
    }

    /// All querying terms, with their qualifier, in order of appearance and each once.
    fn queries(&self) -> Vec<(Qualifier, &str)> {
        let mut queries = Vec::new();
        for run in &self.runs {
            for query in run.queries() {
                if !queries.contains(&(run.qualifier, query)) {
                    queries.push((run.qualifier, query));
                }
            }
        }
        queries
    }
}

impl Run {
    fn queries(&self) -> impl Iterator<Item = &str> {
        self.segments.iter().filter_map(|segment| match segment {
            Segment::Query(text) => Some(text.as_str()),
            Segment::Addresses(_) => None,
        })
    }

    fn addresses(&self) -> Addresses {
        let sets = self.segments.iter().filter_map(|segment| match segment {
            Segment::Addresses(set) => Some(set),
            Segment::Query(_) => None,
        });
        sets.fold(Addresses::default(), |sum, set| sum.union(set))
    }

    /// Whether the same senders match, when no query fails.
    fn is_equivalent(&self, other: &Self) -> bool {
        let queries = |run: &Self| run.queries().map(str::to_owned).collect::<BTreeSet<_>>();
        self.qualifier == other.qualifier
            && self.addresses() == other.addresses()
            && queries(self) == queries(other)
    }

    fn text(&self) -> String {
        let sign = self.qualifier.sign();
        let mut terms: Vec<String> = Vec::new();
        for segment in &self.segments {
            match segment {
                Segment::Query(text) => terms.push(format!("{sign}{text}")),
                Segment::Addresses(set) => {
                    terms.extend(set.mechanisms().take(3).map(|text| format!("{sign}{text}")));
                    if set.mechanisms().nth(3).is_some() {
                        terms.push("…".to_owned());
                    }
                }
            }
        }
        terms.join(" ")
    }
}

impl End {
    fn difference(&self, found: &Self) -> Option<String> {
        let same = match (self, found) {
            (Self::All(want, _), Self::All(found, _)) => want == found,
            (want, found) => want == found,
        };
        if same {
            return None;
        }
        Some(match (self, found) {
            (Self::All(want, _), Self::All(found, true)) => {
                format!("all: want {}, found {}", want.all(), found.all())
            }
            (Self::All(want, _), Self::All(found, false)) => {
                format!(
                    "all: want {}, in effect {} (neither all nor redirect)",
                    want.all(),
                    found.all()
                )
            }
            (Self::Redirect(want), Self::Redirect(found)) => format!("redirect: want {want}, found {found}"),
            (Self::Redirect(want), Self::All(found, written)) => match written {
                true => format!("redirect: want {want}, found {} instead", found.all()),
                false => format!("redirect: want {want}, absent"),
            },
            (Self::All(want, _), Self::Redirect(found)) => {
                format!("all: want {}, found redirect={found} instead", want.all())
            }
        })
    }
}

fn segments(mechanisms: &[&Mechanism], owner: &Name) -> Vec<Segment> {
    let mut segments = Vec::new();
    let (mut v4, mut v6): (Vec<Network4>, Vec<Network6>) = (Vec::new(), Vec::new());
    for mechanism in mechanisms {
        match mechanism {
            Mechanism::Ip4(network) => v4.push(*network),
            Mechanism::Ip6(network) => v6.push(*network),
            query => {
                if !(v4.is_empty() && v6.is_empty()) {
                    segments.push(Segment::Addresses(Addresses::new(v4.drain(..), v6.drain(..))));
                }
                segments.push(Segment::Query(at_owner(query, owner)));
            }
        }
    }
    if !(v4.is_empty() && v6.is_empty()) {
        segments.push(Segment::Addresses(Addresses::new(v4, v6)));
    }
    segments
}

/// The canonical text of a term that queries, its domain left out where it is the record's own name.
fn at_owner(mechanism: &Mechanism, owner: &Name) -> String {
    // A wildcard's record is evaluated at other names than its own.
    let own = |domain: &Option<DomainSpec>| {
        let literal = domain.as_ref().and_then(DomainSpec::literal);
        !owner.as_str().starts_with("*.") && literal.is_some_and(|text| text == owner.as_str())
    };
    match mechanism {
        Mechanism::A { domain, cidr } if own(domain) => Mechanism::A {
            domain: None,
            cidr: *cidr,
        }
        .to_string(),
        Mechanism::Mx { domain, cidr } if own(domain) => Mechanism::Mx {
            domain: None,
            cidr: *cidr,
        }
        .to_string(),
        Mechanism::Ptr(domain) if own(domain) => Mechanism::Ptr(None).to_string(),
        other => other.to_string(),
    }
}

fn compare_terms(want: &Effect, found: &Effect, differences: &mut Vec<String>, notes: &mut Vec<String>) {
    let aligned = want.runs.len() == found.runs.len();
    let pairs = || want.runs.iter().zip(&found.runs);
    let same_qualifiers = pairs().all(|(want, found)| want.qualifier == found.qualifier);
    if aligned && same_qualifiers && pairs().all(|(want, found)| want.segments == found.segments) {
        return;
    }
    if aligned && pairs().all(|(want, found)| want.is_equivalent(found)) {
        notes.extend(pairs().filter_map(|(want, found)| reordered(want, found)));
        return;
    }
    let before = differences.len();
    let (wanted, present) = (want.queries(), found.queries());
    let signed = |(qualifier, text): &(Qualifier, &str)| format!("{}{text}", qualifier.sign());
    for query in wanted.iter().filter(|query| !present.contains(query)) {
        let other = present
            .iter()
            .find(|one| one.1 == query.1 && !wanted.contains(one));
        differences.push(match other {
            Some(other) => format!("want {}, found {}", signed(query), signed(other)),
            None => format!("want {}, absent", signed(query)),
        });
    }
    for query in present.iter().filter(|query| !wanted.contains(query)) {
        let told = wanted
            .iter()
            .any(|one| one.1 == query.1 && !present.contains(one));
        if !told {
            differences.push(format!("found {} that is not wanted", signed(query)));
        }
    }
    for qualifier in [
        Qualifier::Pass,
        Qualifier::Fail,
        Qualifier::SoftFail,
        Qualifier::Neutral,
    ] {
        let (wanted, present) = (want.addresses(qualifier), found.addresses(qualifier));
        let sign = qualifier.sign();
        for (set, before, after) in [
            (wanted.without(&present), "want", ", absent"),
            (present.without(&wanted), "found", " that is not wanted"),
        ] {
            let sentences = set.mechanisms().take(MAX_SENTENCES + 1);
            differences.extend(sentences.map(|text| format!("{before} {sign}{text}{after}")));
        }
    }
    if differences.len() == before {
        let text = |effect: &Effect| effect.runs.iter().map(Run::text).collect::<Vec<_>>().join(" ");
        let (want, found) = (text(want), text(found));
        differences.push(format!("order across qualifiers: want {want}, found {found}"));
    }
}

/// What makes two runs equivalent and not equal.
fn reordered(want: &Run, found: &Run) -> Option<String> {
    if want.segments == found.segments {
        return None;
    }
    let (wanted, present): (Vec<_>, Vec<_>) = (want.queries().collect(), found.queries().collect());
    let sign = want.qualifier.sign();
    for (one, other, verb) in [
        (&wanted, &present, "stands fewer times than wanted"),
        (&present, &wanted, "stands more than once"),
    ] {
        let count = |list: &Vec<&str>, text: &str| list.iter().filter(|query| **query == text).count();
        if let Some(text) = one.iter().find(|text| count(one, text) > count(other, text)) {
            return Some(format!(
                "{sign}{text} {verb}: each time counts towards the ten terms that query"
            ));
        }
    }
    Some(format!(
        "the order differs (want {}, found {}): the same as long as none of these queries fails",
        want.text(),
        found.text()
    ))
}

/// At most [`MAX_SENTENCES`], and a count of the rest.
fn cut(mut sentences: Vec<String>) -> Vec<String> {
    if sentences.len() > MAX_SENTENCES {
        // The last ones are about all, redirect and exp: they stay.
        let ends = sentences
            .iter()
            .filter(|text| is_about_end(text))
            .cloned()
            .collect::<Vec<_>>();
        sentences.retain(|text| !is_about_end(text));
        let left = sentences.len().saturating_sub(MAX_SENTENCES);
        sentences.truncate(MAX_SENTENCES);
        if left > 0 {
            sentences.push(format!("and more: {left} further differences"));
        }
        sentences.extend(ends);
    }
    sentences
}

fn is_about_end(text: &str) -> bool {
    ["all: ", "redirect: ", "exp: "]
        .iter()
        .any(|start| text.starts_with(start))
}
