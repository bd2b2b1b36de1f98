//! No standard can be forgotten: what is said of each is a table the compiler holds, or stands in the standard's room.

use std::path::Path;

use super::source::{code, sources};

/// The files with a table over the standards: a row each.
const TABLES: &[&str] = &[
    "src/adopt/mod.rs",
    "src/intent/mod.rs",
    "src/judge/mod.rs",
    "src/records/mod.rs",
    "src/rules/mod.rs",
];

/// The rooms: a folder or a file of one standard.
const ROOMS: &[&str] = &[
    "dane",
    "dkim",
    "dmarc",
    "dns",
    "dnssec",
    "mtasts",
    "mx",
    "reporting",
    "shown",
    "spf",
    "tls",
    "tlsrpt",
];

/// Files that speak of one standard and are no room of it, by how they begin, each with why.
const SPEAK_OF_ONE: &[(&str, &str)] = &[
    ("src/adopt/live.rs", "selectors alone somebody has to name"),
    (
        "src/adopt/parked.rs",
        "a parked domain may still have a DMARC block",
    ),
    ("src/cli/inspect.rs", "asks which policy applies, for the summary"),
    ("src/history/mod.rs", "what all share is always looked at"),
    ("src/report/table.rs", "says that no selector was found"),
    ("src/inquiry", "what nobody asks for by name is what all share"),
    (
        "src/judge/score",
        "the tests of somebody else, who tests some of them",
    ),
];

/// A match over the standards names each: with `_` a new one would be silently as the others.
#[test]
fn no_match_over_the_standards_has_a_rest() {
    let mut wrong = Vec::new();
    for (path, text) in sources() {
        for arms in matches(&plain(&text)) {
            let over_standards = arms.iter().any(|arm| arm.starts_with("Standard::"));
            if let Some(rest) = arms.iter().find(|arm| over_standards && is_rest(arm)) {
                wrong.push(format!(
                    "{}: `{rest} =>` beside {}",
                    path.display(),
                    arms.join(", ")
                ));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "a match over Standard names each:\n{}",
        wrong.join("\n")
    );
}

/// Whoever lists standards by hand forgets the next one: outside the tables and the rooms nobody names one.
#[test]
fn standards_are_named_in_tables_and_rooms_only() {
    let mut wrong = Vec::new();
    for (path, text) in sources() {
        let shown = path.display().to_string();
        let found = code(&text).find(|(_, line)| {
            line.match_indices("Standard::").any(|(at, word)| {
                let next = line[at + word.len()..].chars().next();
                next.is_some_and(|next| next.is_ascii_uppercase())
                    && !line[at + word.len()..].starts_with("ALL")
            })
        });
        let excused = SPEAK_OF_ONE.iter().any(|(start, _)| shown.starts_with(start));
        if let Some((number, line)) =
            found.filter(|_| !excused && !TABLES.contains(&shown.as_str()) && !is_room(&path))
        {
            wrong.push(format!("{shown}:{number}: {}", line.trim()));
        }
    }
    assert!(
        wrong.is_empty(),
        "ask Standard::ALL and a table instead:\n{}",
        wrong.join("\n")
    );
}

#[test]
fn the_check_sees_what_it_looks_for() {
    let found = |text: &str| {
        let arms = matches(text);
        arms.iter().any(|arms| arms.iter().any(|arm| is_rest(arm)))
    };
    assert!(found("match x { Standard::Spf => f(|a| a), _ => 1 }"));
    assert!(found(
        "match x { Standard::Spf => { match y { 1 => 2 } } standard => g(standard) }"
    ));
    assert!(!found(
        "match x { Standard::Spf => 1, Standard::Dkim | Standard::Dns => 2 }"
    ));
    let arms = matches("match x { Standard::Spf => match y { A => 1, _ => 2 }, Standard::Dns => 3 }");
    assert!(
        arms.contains(&vec!["Standard::Spf".to_owned(), "Standard::Dns".to_owned()]),
        "{arms:?}"
    );
}

fn is_room(path: &Path) -> bool {
    path.components().any(|part| {
        let part = part.as_os_str().to_string_lossy();
        ROOMS.contains(&part.trim_end_matches(".rs"))
    })
}

/// `_`, or a name for whatever is left.
fn is_rest(arm: &str) -> bool {
    let pattern = arm.split(" if ").next().unwrap_or_default().trim();
    pattern
        .chars()
        .all(|character| character.is_ascii_lowercase() || character == '_')
        && !pattern.is_empty()
}

/// The code alone, without texts, whose braces are no blocks.
fn plain(text: &str) -> String {
    let lines: Vec<&str> = code(text).map(|(_, line)| line).collect();
    let joined = lines.join("\n");
    let mut out = String::with_capacity(joined.len());
    let mut rest = joined.chars().peekable();
    let mut in_text = false;
    while let Some(character) = rest.next() {
        match character {
            '\\' if in_text => {
                rest.next();
            }
            '"' => in_text = !in_text,
            '\'' if !in_text => {
                // A character; a lifetime has no quote two or three characters on.
                let ahead: String = rest.clone().take(3).collect();
                let length = match ahead.chars().collect::<Vec<_>>().as_slice() {
                    ['\\', _, '\''] => 3,
                    [_, '\'', ..] => 2,
                    _ => 0,
                };
                (0..length).for_each(|_| {
                    rest.next();
                });
            }
            _ if in_text => {}
            other => out.push(other),
        }
    }
    out
}

/// The patterns of the arms of each block that has any.
fn matches(text: &str) -> Vec<Vec<String>> {
    let mut found = Vec::new();
    // Each open bracket: the arms of its block, and where the next pattern may begin.
    let mut open: Vec<(Vec<String>, usize)> = vec![(Vec::new(), 0)];
    for (at, character) in text.char_indices() {
        match character {
            '{' | '(' | '[' => open.push((Vec::new(), at + 1)),
            '}' | ')' | ']' => {
                if let Some((arms, _)) = open.pop().filter(|(arms, _)| !arms.is_empty()) {
                    found.push(arms);
                }
                // A block ends an arm; a call or an index may stand in a pattern.
                if let Some((_, start)) = open.last_mut().filter(|_| character == '}') {
                    *start = at + 1;
                }
            }
            ',' | ';' => {
                if let Some((_, start)) = open.last_mut() {
                    *start = at + 1;
                }
            }
            '=' if text[at..].starts_with("=>") => {
                if let Some((arms, start)) = open.last_mut() {
                    arms.push(text[*start..at].split_whitespace().collect::<Vec<_>>().join(" "));
                }
            }
            _ => {}
        }
    }
    found
}
