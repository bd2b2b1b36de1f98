//! What a person reads of one domain: what it is and what it comes to, a table of its records, what differs, what is
//! wrong, what could not be asked. Pure.

use super::inspected::Inspected;
use super::lines::counted;
use super::text::{hanging, harmless, table};
use super::{Colour, Origin, Outcome, Report, Style, on_its_way, score, snippet};
use crate::api::RecordStatus;
use crate::inquiry::Need;
use crate::judge::Unanswered;
use crate::judge::authorities::{ServerState, Servers};
use crate::records::Standard;
use crate::rules::Severity;

/// One domain, ended by an empty line.
pub fn domain(report: &Report, style: Style) -> String {
    let columns = style.columns();
    let mut records = report.records();
    if report.inspected.is_some() && report.outcome() == Outcome::Nonexistent {
        // That nothing stands below nothing needs no table.
        records.clear();
    }
    let mut out = headline(report, style);
    if !records.is_empty() {
        out.push_str(&records_table(report, &records, style));
    }
    let judged = match report.inspected {
        None => report.verdict.records.as_slice(),
        Some(_) => &[],
    };
    for (at, record) in records.iter().enumerate() {
        if record.differences.is_empty() {
            continue;
        }
        let condition = judged.get(at).and_then(|judged| judged.condition.as_deref());
        out.push_str(&differences(record, condition, style));
    }
    out.push_str(&servers(report, style));
    for one in on_its_way::all(&report.verdict) {
        let label = format!("{}: ", one.site);
        out.push_str(&hanging(&label, &style.value(&one.sentence), columns));
    }
    for finding in report.shown() {
        let place = report.manifest.as_ref().zip(report.line_of(finding));
        let place = place.map(|(manifest, line)| manifest.place_of(line));
        out.push('\n');
        out.push_str(&snippet::render(
            finding,
            place.as_deref(),
            report.counts(finding),
            style,
        ));
    }
    let open = unanswered(report);
    if !open.is_empty() && report.shown().next().is_some() {
        out.push('\n');
    }
    for line in open {
        out.push_str(&hanging("not answered: ", &line, columns));
    }
    if let Some(score) = report.score() {
        out.push('\n');
        out.push_str(&score::text(score, style));
    }
    out.push('\n');
    out
}

/// What name servers say, where they were asked: one line where all of them are right, else one for all record sets of
/// which they say the same.
fn servers(report: &Report, style: Style) -> String {
    let asked = || {
        report
            .verdict
            .servers
            .iter()
            .filter_map(|servers| Some((servers, servers.line()?)))
    };
    let wrong = |servers: &Servers| {
        servers
            .groups()
            .iter()
            .any(|group| group.state != ServerState::Right)
    };
    let mut out = String::new();
    let mut lines: Vec<(String, Vec<String>)> = Vec::new();
    for (servers, line) in asked().filter(|(servers, _)| wrong(servers)) {
        let site = format!("{} {}", servers.site.name(), servers.site.type_word());
        match lines.iter_mut().find(|(known, _)| *known == line) {
            Some((_, sites)) => sites.push(site),
            None => lines.push((line, vec![site])),
        }
    }
    for (line, sites) in lines {
        let label = format!("{}: ", sites.join(", "));
        out.push_str(&hanging(&label, &harmless(&line), style.columns()));
    }
    // What stands is told before what does not.
    let first = asked()
        .find(|(servers, _)| servers.absence.is_none())
        .or_else(|| asked().next());
    if out.is_empty()
        && let Some((servers, line)) = first
    {
        let line = format!("{line} (zone {})", servers.zone);
        out.push_str(&hanging("", &harmless(&line), style.columns()));
    }
    out
}

/// What is said first: the domain, what its look comes to, what it is, how much is wrong.
fn headline(report: &Report, style: Style) -> String {
    let outcome = report.outcome();
    let word = match outcome {
        Outcome::Nonexistent => "does not exist",
        other => other.as_str(),
    };
    let mut parts = Vec::new();
    match &report.inspected {
        Some(_) if outcome == Outcome::Nonexistent => {}
        Some(inspected) => parts.push(inspected.profile.words().to_owned()),
        None => parts.push(in_sync(report)),
    }
    let wrong = counts(report);
    if wrong.is_empty() && outcome == Outcome::Fine && report.propagating() == 0 {
        parts.push("nothing wrong".to_owned());
    }
    parts.extend(wrong);
    if report.reading.least < Severity::Info && report.hints() > 0 {
        parts.push(format!(
            "{} (--verbose shows {})",
            counted(report.hints() as i64, "hint"),
            if report.hints() == 1 { "it" } else { "them" }
        ));
    }
    let place = report
        .manifest
        .as_ref()
        .map(|manifest| format!(" ({})", harmless(&manifest.place())));
    let domain = report.verdict.domain.to_string();
    let line = format!("{word}: {}{}", parts.join(", "), place.unwrap_or_default());
    // Wrapped first, painted then: colours have no width.
    let text = hanging(&format!("{domain}: "), &line, style.columns());
    // A word of several parts may have been wrapped; then it stays as it is.
    let Some(rest) = text.strip_prefix(&format!("{domain}: {word}")) else {
        return text;
    };
    let (domain, word) = (
        style.paint(Colour::Bold, domain),
        style.paint(Colour::from(outcome), word.to_owned()),
    );
    format!("{domain}: {word}{rest}")
}

/// How many records of a manifest are in sync.
fn in_sync(report: &Report) -> String {
    let summary = report.summary();
    let on_their_way = match report.propagating() {
        0 => String::new(),
        count => format!(", {count} on {} way", if count == 1 { "its" } else { "their" }),
    };
    match summary.records {
        0 => "nothing is managed".to_owned(),
        1 => format!("{} of 1 record in sync{on_their_way}", summary.in_sync),
        records => format!("{} of {records} records in sync{on_their_way}", summary.in_sync),
    }
}

/// How much is wrong, or not known.
fn counts(report: &Report) -> Vec<String> {
    let summary = report.summary();
    let not_answered = report.verdict.unanswered.len();
    let mut parts = Vec::new();
    for (count, what) in [(summary.errors, "error"), (summary.warnings, "warning")] {
        if count > 0 {
            parts.push(counted(count.into(), what));
        }
    }
    let observed = report
        .verdict
        .findings
        .iter()
        .filter(|finding| finding.severity == Severity::Error && !report.counts(finding));
    let observed = observed.count();
    if observed > 0 {
        parts.push(format!("{observed} of them on what is not managed"));
    }
    if not_answered > 0 {
        parts.push(format!("{not_answered} not answered"));
    }
    parts
}

/// What is wanted, what is found, and in what they part. Where no value is wanted, but something all the same, it is said what.
fn differences(record: &RecordStatus, condition: Option<&str>, style: Style) -> String {
    let columns = style.columns();
    let mut out = format!("{} {}\n", record.name, record.type_);
    for (label, values, none) in [
        ("  want   ", &record.desired, condition.unwrap_or("nothing")),
        ("  found  ", &record.observed, "nothing"),
    ] {
        for value in values {
            out.push_str(&hanging(label, &style.value(value), columns));
        }
        if values.is_empty() {
            out.push_str(&hanging(label, &style.value(none), columns));
        }
    }
    for difference in &record.differences {
        out.push_str(&hanging("  - ", &style.value(difference), columns));
    }
    out
}

/// At most this many questions of each need are named: an outage leaves dozens, which say the same.
const MOST_NAMED: usize = 10;

/// The same for questions only advice hangs on.
const MOST_EVIDENCE: usize = 3;

/// The questions without an answer, those that decide first.
fn unanswered(report: &Report) -> Vec<String> {
    let mut lines = Vec::new();
    let hangs = |one: &Unanswered| if one.holds { Need::Essential } else { one.need };
    for (need, most, note) in [
        (Need::Essential, MOST_NAMED, ""),
        (Need::Compliance, MOST_NAMED, " (an error could hang on it)"),
        (Need::Evidence, MOST_EVIDENCE, " (only advice hangs on it)"),
    ] {
        let all = report.verdict.unanswered.iter();
        let open: Vec<&Unanswered> = all.filter(|unanswered| hangs(unanswered) == need).collect();
        for one in open.iter().take(most) {
            lines.push(harmless(&format!("{}: {}{note}", one.question, one.sentence())));
        }
        if let Some(more @ 1..) = open.len().checked_sub(most) {
            lines.push(format!("{more} more{note} (--output json names them)"));
        }
    }
    lines
}

fn records_table(report: &Report, records: &[RecordStatus], style: Style) -> String {
    let titles: &[&str] = match report.origin() {
        Origin::Manifest => &["NAME", "TYPE", "STANDARD", "STATE"],
        Origin::Domain => &["NAME", "TYPE", "STANDARD", "VALUE"],
    };
    let mut rows = vec![titles.iter().map(|title| (*title).to_owned()).collect::<Vec<_>>()];
    let mut no_key = report
        .inspected
        .as_ref()
        .and_then(|inspected| no_key(report, inspected));
    for record in records {
        if is_behind_dkim(record) {
            rows.extend(no_key.take());
        }
        let about = [record.name.clone(), record.type_.clone(), record.standard.clone()];
        let values = match &report.inspected {
            None => vec![state(record)],
            Some(inspected) => values(report, inspected, record, style),
        };
        for (index, value) in values.into_iter().enumerate() {
            let about = if index == 0 {
                about.clone()
            } else {
                [const { String::new() }; 3]
            };
            rows.push(about.into_iter().chain([value]).collect());
        }
    }
    rows.extend(no_key);
    table(&rows, style.columns(), |row, column, cell| match (row, column) {
        (0, _) => style.paint(Colour::Dim, cell),
        (_, 3) if report.origin() == Origin::Manifest => {
            let colour = match cell.split(' ').next() {
                Some("InSync") => Colour::Green,
                Some("Unknown" | on_its_way::PROPAGATING) => Colour::Yellow,
                _ => Colour::Red,
            };
            style.paint(colour, cell)
        }
        _ => cell,
    })
}

/// Whether it stands behind DKIM's records in the order they are shown.
fn is_behind_dkim(record: &RecordStatus) -> bool {
    let mut behind = Standard::ALL
        .iter()
        .filter(|standard| **standard > Standard::Dkim);
    behind.any(|standard| standard.as_str() == record.standard)
}

fn state(record: &RecordStatus) -> String {
    match &record.unanswered {
        Some(open) => format!("{} ({})", record.state, open.reason),
        None => record.state.clone(),
    }
}

/// What stands at a name, a line each.
fn values(report: &Report, inspected: &Inspected, record: &RecordStatus, style: Style) -> Vec<String> {
    let mut values: Vec<String> = record.observed.iter().map(|value| style.value(value)).collect();
    let only_alias = |values: &[String]| matches!(values, [alias] if alias.starts_with("CNAME "));
    if record.unanswered.is_some() {
        values.push(state(record));
    } else if record.standard == Standard::Dkim.as_str() && only_alias(&values) {
        values.push("no key record at its end".to_owned());
    } else if values.is_empty() {
        let inherited = inspected.policy.inherited(&report.verdict.domain);
        let inherited = inherited.filter(|_| record.standard == Standard::Dmarc.as_str());
        values.push(inherited.map_or("none".to_owned(), |inherited| format!("none here: {inherited}")));
    }
    values
}

/// That no key was found, which proves nothing. Behind the record of a wildcard, where one is listed, it is one more line
/// of that record: what stands there is not denied.
fn no_key(report: &Report, inspected: &Inspected) -> Option<Vec<String>> {
    let selectors = inspected.selectors;
    if selectors.keys > 0 || selectors.probed == 0 || report.outcome() == Outcome::Nonexistent {
        return None;
    }
    let open = match selectors.unanswered {
        0 => String::new(),
        open => format!(", {open} of which were not answered"),
    };
    let every = format!("*._domainkey.{}", report.verdict.domain);
    let has_wildcard = inspected
        .records
        .iter()
        .any(|record| record.name == every && record.standard == Standard::Dkim.as_str());
    let (about, what) = match has_wildcard {
        true => (
            [const { String::new() }; 3],
            "no selector with a record of its own found among the probed ones",
        ),
        false => (
            [every, "TXT".to_owned(), Standard::Dkim.to_string()],
            "no DKIM key found among the probed selectors",
        ),
    };
    let value = format!("{what}{open} (DNS cannot list selectors: --selector NAME looks at one)");
    Some(about.into_iter().chain([value]).collect())
}
