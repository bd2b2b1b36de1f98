//! All MailDomains: a line each, the worst first, with totals above them. Pure.
//!
//! The worst come first, for whoever looks at a fleet looks for what is wrong; the totals stand before them all, so that a
//! screen that is cut shows what matters.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;

use super::{Asked, Object, span};
use crate::api::Summary;
use crate::report::lines::counted;
use crate::report::text::{harmless, table};
use crate::report::{Colour, Outcome, Style, json};

/// Ready's reasons from the worst on; what is not here stands behind them, before what is fine.
const WORST_FIRST: &[&str] = &[
    "InvalidSpec",
    "NotGranted",
    "DomainConflict",
    "Drifted",
    "Noncompliant",
    "Alternating",
    "Unconfirmed",
    "Propagating",
];

/// The objects' lines below their totals; with `quiet` what is fine is counted and not shown.
pub fn fleet(objects: &[Object], quiet: bool, style: Style, now: Timestamp) -> String {
    let mut out = totals(objects, now);
    let mut sorted: Vec<&Object> = objects.iter().collect();
    sorted.sort_by_key(|object| (rank(object, now), object.namespace.clone(), object.name.clone()));
    sorted.retain(|object| !quiet || object.outcome(now) != Outcome::Fine);
    if sorted.is_empty() {
        return out;
    }
    let titles = [
        "NAMESPACE",
        "NAME",
        "DOMAIN",
        "READY",
        "REASON",
        "RECORDS",
        "ERRORS",
        "FOR",
    ];
    let mut rows = vec![titles.map(str::to_owned).to_vec()];
    rows.extend(sorted.iter().map(|object| row(object, now)));
    out.push('\n');
    out.push_str(&table(&rows, style.columns(), |number, column, cell| {
        let object = number.checked_sub(1).and_then(|number| sorted.get(number));
        match (object, column) {
            (None, _) => style.paint(Colour::Dim, cell),
            (Some(object), 3 | 4) => style.paint(Colour::from(object.outcome(now)), cell),
            _ => cell,
        }
    }));
    out
}

/// How many there are, and why Ready is what it is, the worst first.
fn totals(objects: &[Object], now: Timestamp) -> String {
    let parts: Vec<String> = counted_by_reason(objects, now)
        .into_iter()
        .map(|(word, count)| format!("{count} {word}"))
        .collect();
    let with_errors = objects.iter().filter(|object| errors(object) > 0).count();
    let errors: i64 = objects.iter().map(errors).sum();
    let mut line = counted(i64::try_from(objects.len()).unwrap_or(i64::MAX), "MailDomain");
    if !parts.is_empty() {
        line.push_str(&format!(": {}", parts.join(", ")));
    }
    if errors > 0 {
        line.push_str(&format!(
            "; {} in {with_errors} of them",
            counted(errors, "error")
        ));
    }
    line + "\n"
}

/// How many objects there are of each word, the worst first.
fn counted_by_reason(objects: &[Object], now: Timestamp) -> Vec<(String, usize)> {
    let mut counts: BTreeMap<_, usize> = BTreeMap::new();
    for object in objects {
        *counts.entry((rank(object, now), object.word(now))).or_default() += 1;
    }
    let named = |((_, word), count): ((_, &str), usize)| (harmless(word), count);
    counts.into_iter().map(named).collect()
}

/// What sorts the worst first.
fn rank(object: &Object, now: Timestamp) -> (std::cmp::Reverse<Outcome>, usize) {
    let place = WORST_FIRST.iter().position(|reason| *reason == object.reason());
    (
        std::cmp::Reverse(object.outcome(now)),
        place.unwrap_or(WORST_FIRST.len()),
    )
}

fn errors(object: &Object) -> i64 {
    summary(object).map_or(0, |summary| summary.errors.into())
}

fn summary(object: &Object) -> Option<&Summary> {
    object.status.as_ref()?.summary.as_ref()
}

fn row(object: &Object, now: Timestamp) -> Vec<String> {
    let ready = object
        .condition("Ready")
        .map_or("-", |ready| ready.status.as_str());
    let suspended = if object.is_suspended() { " (suspended)" } else { "" };
    let summary = summary(object);
    let errors = summary.map_or_else(|| "-".to_owned(), |summary| summary.errors.to_string());
    vec![
        harmless(&object.namespace),
        harmless(&object.name),
        harmless(&object.domain),
        harmless(ready),
        harmless(object.word(now)) + suspended,
        summary.map_or_else(|| "-".to_owned(), |summary| harmless(&summary.ratio)),
        errors,
        object
            .since()
            .map_or_else(|| "-".to_owned(), |since| span(since, now)),
    ]
}

/// One object of many as a line of JSON, with its line end: what the table says of it.
pub fn fleet_line(object: &Object, now: Timestamp) -> String {
    line_of(object, object.outcome(now), now)
}

/// The same of an object that somebody asked a look for: its outcome is what came of that look.
pub fn asked_line(object: &Object, asked: Asked, now: Timestamp) -> String {
    line_of(object, asked.outcome(), now)
}

fn line_of(object: &Object, outcome: Outcome, now: Timestamp) -> String {
    let judged = json::Judged {
        outcome: outcome.as_str(),
        body: InShort::of(object, now),
    };
    json::line(now, &judged) + "\n"
}

/// What is said of an object in JSON, whether alone or as one of many.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct InShort<'o> {
    namespace: &'o str,
    name: &'o str,
    domain: &'o str,
    generation: i64,
    standing: &'static str,
    suspended: bool,
    ready: Option<&'o str>,
    reason: Option<&'o str>,
    message: Option<&'o str>,
    since: Option<Timestamp>,
    summary: Option<&'o Summary>,
}

impl<'o> InShort<'o> {
    pub(super) fn of(object: &'o Object, now: Timestamp) -> Self {
        let ready = object.condition("Ready");
        Self {
            namespace: &object.namespace,
            name: &object.name,
            domain: &object.domain,
            generation: object.generation,
            standing: object.standing(now).as_str(),
            suspended: object.is_suspended(),
            ready: ready.map(|ready| ready.status.as_str()),
            reason: ready.map(|ready| ready.reason.as_str()),
            message: ready.map(|ready| ready.message.as_str()),
            since: object.since(),
            summary: summary(object),
        }
    }
}
