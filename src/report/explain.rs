//! A rule as a page: what `zegel explain` prints. Pure.

use std::fmt::Write;

use super::Style;
use super::text::{hanging, wrap};
use crate::rules::Rule;

/// One rule: what, why, section, fix, a bad and a good example.
pub fn page(rule: &Rule, style: Style) -> String {
    let columns = style.columns().min(100);
    let mut out = String::new();
    let severity = rule.severities();
    let _ = writeln!(out, "{}: {}", rule.id, rule.title);
    let _ = writeln!(out, "{severity}, {}, {}", rule.standard, rule.section);
    out.push('\n');
    for line in wrap(rule.why, columns) {
        out.push_str(&line);
        out.push('\n');
    }
    out.push('\n');
    out.push_str(&hanging("Fix:  ", rule.fix, columns));
    for (label, example) in [("Bad:  ", rule.bad), ("Good: ", rule.good)] {
        for (index, line) in example.lines().enumerate() {
            let label = if index == 0 { label } else { "      " };
            let _ = writeln!(out, "{label}{line}");
        }
    }
    out
}

/// Every rule, one after the other.
pub fn pages(rules: impl IntoIterator<Item = &'static Rule>, style: Style) -> String {
    let pages: Vec<String> = rules.into_iter().map(|rule| page(rule, style)).collect();
    pages.join("\n")
}

/// The id a person means by a shorter or longer one: of the same family and number, `DKIM-37` and `dkim037` for `DKIM-037`.
pub fn meant(id: &str, rules: impl IntoIterator<Item = &'static Rule>) -> Option<&'static str> {
    let parts = |id: &str| {
        let family = id.trim_end_matches(|c: char| c.is_ascii_digit());
        let number: u32 = id.get(family.len()..)?.parse().ok()?;
        let family = family.trim_end_matches(['-', '_', ' ']);
        Some((family.to_ascii_uppercase(), number))
    };
    let wanted = parts(id)?;
    let mut rules = rules.into_iter();
    rules
        .find(|rule| parts(rule.id).as_ref() == Some(&wanted))
        .map(|rule| rule.id)
}

/// The ids nearest to one that does not exist: those of its family, none where that is none either. Numbers that follow each other
/// are told by the first and the last, for a family may have a hundred.
pub fn near(id: &str, rules: impl IntoIterator<Item = &'static Rule>) -> Vec<String> {
    let family = |id: &str| id.split('-').next().unwrap_or_default().to_ascii_uppercase();
    let number = |id: &str| -> Option<u32> { id.rsplit('-').next()?.parse().ok() };
    let wanted = family(id);
    let known = rules.into_iter().map(|rule| rule.id);
    let ids: Vec<&str> = known.filter(|known| family(known) == wanted).collect();
    let follows = |one: &&str, two: &&str| number(two) == number(one).and_then(|one| one.checked_add(1));
    let runs = ids.chunk_by(follows).flat_map(|run| match run {
        [first, _, .., last] => vec![format!("{first} to {last}")],
        few => few.iter().map(|id| (*id).to_owned()).collect(),
    });
    runs.collect()
}
