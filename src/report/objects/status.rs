//! One MailDomain in full: what it comes to and since when, its records and what differs, its name servers, its findings,
//! its conditions, the events told of it, and what to do next. Pure.

use std::fmt::Write;

use jiff::Timestamp;
use serde::Serialize;

use super::fleet::InShort;
use super::next::{Step, next};
use super::{Object, Standing, Told, span, span_of};
use crate::api::{FindingStatus, MailDomainStatus, RecordStatus, ServersStatus};
use crate::report::differing::listed;
use crate::report::text::{hanging, harmless, table};
use crate::report::{CalledAs, Colour, Style, json};

/// One object for a person, ended by what to do next.
///
/// `events` are those told of it, the oldest first, or why they cannot be had.
pub fn status(object: &Object, events: &Result<Vec<Told>, String>, style: Style, now: Timestamp) -> String {
    let columns = style.columns();
    let mut out = headline(object, style, now);
    if let Some(ready) = object
        .condition("Ready")
        .filter(|ready| !ready.message.is_empty())
    {
        out.push_str(&hanging("  ", &harmless(&ready.message), columns));
    }
    out.push_str(&hanging("  ", &looked(object, now), columns));
    if let Some(status) = &object.status {
        out.push_str(&records(status, style, now));
        for finding in &status.findings {
            out.push('\n');
            out.push_str(&self::finding(finding, style, now));
        }
        if let Some(cut) = status.truncated.filter(|cut| *cut > 0) {
            let _ = write!(
                out,
                "\n{cut} entries and texts were left out to keep the status small.\n"
            );
        }
        out.push_str(&conditions(object, style, now));
    }
    out.push_str(&self::events(events, style, now));
    out.push_str("\nWhat to do next\n");
    for step in next(object, style.me, now) {
        out.push_str(&hanging("  - ", &harmless(&step.text), columns));
        if let Some(command) = &step.command {
            let _ = writeln!(out, "      {}", harmless(command));
        }
    }
    out
}

/// The same as one line of JSON, with its line end: the status as it is, behind what is made of it.
pub fn status_json(
    object: &Object,
    events: &Result<Vec<Told>, String>,
    me: CalledAs,
    now: Timestamp,
) -> String {
    let judged = json::Judged {
        outcome: object.outcome(now).as_str(),
        body: InFull {
            short: InShort::of(object, now),
            status: object.status.as_ref(),
            events: events.as_ref().ok(),
            next: next(object, me, now),
        },
    };
    json::line(now, &judged) + "\n"
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct InFull<'o> {
    #[serde(flatten)]
    short: InShort<'o>,
    status: Option<&'o MailDomainStatus>,
    events: Option<&'o Vec<Told>>,
    next: Vec<Step>,
}

fn headline(object: &Object, style: Style, now: Timestamp) -> String {
    let outcome = object.outcome(now);
    let mut why = harmless(object.word(now));
    if let Some(since) = object
        .since()
        .filter(|_| object.standing(now) == Standing::Current)
    {
        why.push_str(&format!(" for {}", span(since, now)));
    }
    if object.is_suspended() {
        why.push_str(", suspended");
    }
    format!(
        "{}: {}: {why} ({})\n",
        style.paint(Colour::Bold, harmless(&object.domain)),
        style.paint(Colour::from(outcome), outcome.as_str().to_owned()),
        harmless(&object.key())
    )
}

/// What the spec says of looking, and when that was done last.
fn looked(object: &Object, now: Timestamp) -> String {
    let role = match &object.spec {
        Ok(spec) => format!(
            "Role {}, ready when {}, looked at every {}; ",
            crate::intent::Role::from(spec.role),
            ready_when(spec.ready_when.unwrap_or_default()),
            harmless(spec.interval.as_deref().unwrap_or("1h")),
        ),
        Err(_) => String::new(),
    };
    let last = object
        .status
        .as_ref()
        .and_then(|status| status.last_observation.as_ref());
    match last {
        // The time is written anew only once it is half of staleAfter old: it may have been looked at since.
        Some(last) => format!("{role}last whole look at most {} ago.", span(last.0, now)),
        None => format!("{role}no whole look yet."),
    }
}

fn ready_when(ready_when: crate::api::ReadyWhen) -> &'static str {
    match ready_when {
        crate::api::ReadyWhen::Observed => "Observed",
        crate::api::ReadyWhen::InSync => "InSync",
        crate::api::ReadyWhen::Compliant => "Compliant",
    }
}

/// The table of records, and below it all there is to say of each.
fn records(status: &MailDomainStatus, style: Style, now: Timestamp) -> String {
    if status.records.is_empty() {
        return String::new();
    }
    let mut rows = vec![
        ["NAME", "TYPE", "STANDARD", "FOR", "STATE"]
            .map(str::to_owned)
            .to_vec(),
    ];
    for record in &status.records {
        let state = match &record.unanswered {
            Some(open) => format!("{} ({})", record.state, open.reason),
            None => record.state.clone(),
        };
        rows.push(vec![
            harmless(&record.name),
            harmless(&record.type_),
            harmless(&record.standard),
            span_of(record.since.as_ref(), now),
            harmless(&state),
        ]);
    }
    let mut out = String::from("\n");
    out.push_str(&table(&rows, style.columns(), |row, column, cell| {
        match (row, column) {
            (0, _) => style.paint(Colour::Dim, cell),
            (_, 4) => {
                let colour = match cell.split(' ').next() {
                    Some("InSync") => Colour::Green,
                    Some("Unknown") => Colour::Yellow,
                    _ => Colour::Red,
                };
                style.paint(colour, cell)
            }
            _ => cell,
        }
    }));
    for record in &status.records {
        let about = about(record, style, now);
        if !about.is_empty() {
            let _ = write!(
                out,
                "\n{} {}\n{about}",
                harmless(&record.name),
                harmless(&record.type_)
            );
        }
    }
    out
}

/// What there is to say of one record beside its state: values and differences, why and until when, its name servers.
/// Empty where it is in sync and nothing is under way.
fn about(record: &RecordStatus, style: Style, now: Timestamp) -> String {
    let columns = style.columns();
    let mut out = String::new();
    let mut say = |label: &str, text: &str| out.push_str(&hanging(label, &style.value(text), columns));
    if record.state != "InSync" {
        // Where no value is wanted, but something all the same, the differences say what.
        let is_none_wanted = record.state == "Unexpected" || record.differences.is_empty();
        for (label, values, is_told) in [
            ("  want   ", &record.desired, is_none_wanted),
            ("  found  ", &record.observed, true),
        ] {
            for value in values {
                say(label, value);
            }
            if values.is_empty() && record.state != "Unknown" && is_told {
                say(label, "nothing");
            }
        }
        for difference in &record.differences {
            say("  - ", difference);
        }
        match record.cause.as_deref() {
            Some("Spec") => say("  cause  ", "the spec was changed"),
            Some("World") => say(
                "  cause  ",
                "DNS was changed, or never was right; the spec was not changed",
            ),
            _ => {}
        }
    }
    if let Some(until) = &record.settle_until {
        let when = match until.0 > now {
            true => format!(
                "until {} (in {}) it may still be on its way",
                until.0,
                span(until.0, now)
            ),
            false => format!(
                "since {} it may no longer be on its way: the next answer decides",
                until.0
            ),
        };
        say("  wait   ", &when);
    }
    if let Some(open) = &record.unanswered {
        let text = format!("{} for {}", open.reason, span_of(open.since.as_ref(), now));
        say("  not answered  ", &text);
    }
    for other in &record.alternates {
        let text = format!("{}: {}", other.state, listed(&other.observed));
        say("  in turn  ", &text);
    }
    if let Some(visible) = record
        .published
        .as_ref()
        .and_then(|published| published.visible_by.as_ref())
        && visible.0 > now
    {
        let text = format!(
            "every name server that answers holds it; resolvers have it by {} (in {})",
            visible.0,
            span(visible.0, now)
        );
        say("  published  ", &text);
    }
    if record.servers.iter().any(|servers| servers.state != "Right") {
        for servers in &record.servers {
            say("  servers  ", &of_servers(servers, now));
        }
    }
    out
}

fn of_servers(servers: &ServersStatus, now: Timestamp) -> String {
    let mut text = servers.state.clone();
    if let Some(lame) = &servers.lame {
        text.push_str(&format!(" ({lame})"));
    }
    text.push_str(&format!(": {}", servers.names.join(", ")));
    let addresses = if servers.addresses == 1 {
        "address"
    } else {
        "addresses"
    };
    text.push_str(&format!(", {} {addresses}", servers.addresses));
    if !servers.observed.is_empty() {
        text.push_str(&format!(", found {}", listed(&servers.observed)));
    }
    if let Some(since) = &servers.since {
        text.push_str(&format!(", for {}", span(since.0, now)));
    }
    text
}

fn finding(finding: &FindingStatus, style: Style, now: Timestamp) -> String {
    let columns = style.columns();
    let colour = match finding.severity.as_str() {
        "Error" => Colour::Red,
        "Warning" => Colour::Yellow,
        _ => Colour::Dim,
    };
    let title = format!("{}[{}]", finding.severity.to_ascii_lowercase(), finding.rule);
    let title = harmless(&title);
    let text = hanging(&format!("{title}: "), &harmless(&finding.message), columns);
    let rest = text.strip_prefix(&title).unwrap_or_default().to_owned();
    let mut out = style.paint(colour, title) + &rest;
    let mut place = finding.record.clone().unwrap_or_else(|| "the domain".to_owned());
    if let Some(since) = &finding.since {
        place.push_str(&format!(", for {}", span(since.0, now)));
    }
    if finding.managed == Some(false) {
        place.push_str(", not managed: it does not lower Ready");
    }
    out.push_str(&hanging("--> ", &harmless(&place), columns));
    if let Some(since) = &finding.alternates_since {
        let text = format!("found in one look and not in the next for {}", span(since.0, now));
        out.push_str(&hanging(" = note: ", &text, columns));
    } else if let Some(until) = &finding.settle_until {
        let text = format!("it counts once a look at or after {} finds it again", until.0);
        out.push_str(&hanging(" = note: ", &text, columns));
    }
    out.push_str(&hanging(" = help: ", &harmless(&finding.fix), columns));
    let (me, rule) = (style.me.in_cluster(), harmless(&finding.rule));
    let _ = writeln!(out, " = more: {me} explain {rule}");
    out
}

/// Ready stands above already, with its message.
fn conditions(object: &Object, style: Style, now: Timestamp) -> String {
    let conditions = object.status.iter().flat_map(|status| &status.conditions);
    let others: Vec<_> = conditions
        .filter(|condition| condition.type_ != "Ready")
        .collect();
    if others.is_empty() {
        return String::new();
    }
    let mut rows = vec![
        ["CONDITION", "STATUS", "FOR", "REASON"]
            .map(str::to_owned)
            .to_vec(),
    ];
    rows.extend(others.iter().map(|condition| {
        vec![
            harmless(&condition.type_),
            harmless(&condition.status),
            span(condition.last_transition_time.0, now),
            harmless(&condition.reason),
        ]
    }));
    let dim = |row: usize, _: usize, cell: String| match row {
        0 => style.paint(Colour::Dim, cell),
        _ => cell,
    };
    format!("\n{}", table(&rows, style.columns(), dim))
}

/// At most this many events are shown, the latest ones.
const MOST_EVENTS: usize = 10;

fn events(events: &Result<Vec<Told>, String>, style: Style, now: Timestamp) -> String {
    let events = match events {
        Ok(events) => events,
        Err(why) => return format!("\n{}", hanging("events: ", &harmless(why), style.columns())),
    };
    if events.is_empty() {
        return "\nNo event is kept of it.\n".to_owned();
    }
    let mut rows = vec![["AGO", "TYPE", "EVENT", "NOTE"].map(str::to_owned).to_vec()];
    let skipped = events.len().saturating_sub(MOST_EVENTS);
    rows.extend(events.iter().skip(skipped).map(|event| {
        vec![
            event.at.map_or_else(|| "-".to_owned(), |at| span(at, now)),
            harmless(&event.type_),
            harmless(&event.reason),
            harmless(&event.note),
        ]
    }));
    let painted = table(&rows, style.columns(), |row, _, cell| match row {
        0 => style.paint(Colour::Dim, cell),
        _ => cell,
    });
    format!("\n{painted}")
}
