//! A list of domains as people keep them: one a line, a CSV from a spreadsheet, an export of web or mail addresses.
//!
//! Lines are cut into cells (comma, semicolon, tab; quotes as RFC 4180 has them), cells into words. Of a URL the host is
//! taken, of a mail address what stands behind the @. A first line without a domain is a table's header; where it names
//! a column of domains, only that column is read. What cannot be a domain is kept with its line and the reason, so
//! that nothing is left out in silence. Pure.

mod rows;

use std::collections::BTreeSet;

use super::domain::{self, NoDomain};
use crate::name::Name;
use crate::name::mail::NoMailDomain;
use rows::{Row, rows};

/// What a list holds.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct List {
    /// The domains in their order, each once.
    pub domains: Vec<Name>,
    /// Names that were written in their own letters, as written and as asked.
    pub spelt: Vec<(String, Name)>,
    /// What is no domain.
    pub skipped: Vec<Skipped>,
}

/// What stands in a list and is no domain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skipped {
    /// The line, from 1.
    pub line: u64,
    /// As it is written; several words where none of them can be a domain.
    pub text: String,
    /// Why it is none.
    pub why: Why,
    /// Whether a domain may be missing because of it: a misspelt one, or a line that gives none.
    pub matters: bool,
}

/// Why something in a list is skipped.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Why {
    /// A table's first line.
    #[error("taken as the table's header")]
    Header,
    /// The cell of the domain's column is empty.
    #[error("the column of domains is empty here")]
    Missing,
    /// It can be no domain.
    #[error(transparent)]
    NoDomain(#[from] NoDomain),
    /// The cell says itself that there is no domain.
    #[error("it says that there is no domain")]
    Nothing,
    /// Words without a dot beside a domain.
    #[error("no domain")]
    Words,
}

/// The names of columns that hold domains, the best first; then those from which one can be taken.
const COLUMNS: &[&str] = &[
    "domain",
    "domein",
    "domain name",
    "domain_name",
    "domainname",
    "domeinnaam",
    "domains",
    "domeinen",
    "maildomain",
    "mail domain",
    "fqdn",
    "zone",
    "hostname",
    "host",
    "url",
    "website",
    "site",
    "email",
    "e-mail",
    "mail",
];

/// Reads a list; `suffixes` says whether public suffixes are looked at too.
pub fn read(text: &str, suffixes: bool) -> List {
    let rows = rows(text);
    let mut list = List::default();
    let mut seen = BTreeSet::new();
    let (header, column) = header(&rows);
    for (index, row) in rows.iter().enumerate() {
        if index == 0 && header {
            list.skip(row.line, &row.cells.join(" "), Why::Header, false);
            continue;
        }
        let cells = match column {
            Some(column) => row.cells.get(column..=column).unwrap_or_default(),
            None => &row.cells,
        };
        list.read_cells(row.line, cells, suffixes, &mut seen);
    }
    list
}

/// Whether the first row is a header, and which column it names as that of the domains.
fn header(rows: &[Row]) -> (bool, Option<usize>) {
    let Some(first) = rows.first() else {
        return (false, None);
    };
    let titles: Vec<String> = first
        .cells
        .iter()
        .map(|cell| cell.trim().to_lowercase())
        .collect();
    let column = COLUMNS
        .iter()
        .find_map(|known| titles.iter().position(|title| title == known));
    let words = first
        .cells
        .iter()
        .flat_map(|cell| cell.split_whitespace())
        .all(|word| matches!(entry(word, true), Entry::Word));
    let header = rows.len() > 1 && words && (column.is_some() || first.cells.len() > 1);
    (header, column.filter(|_| header && first.cells.len() > 1))
}

impl List {
    fn skip(&mut self, line: u64, text: &str, why: impl Into<Why>, matters: bool) {
        self.skipped.push(Skipped {
            line,
            text: text.to_owned(),
            why: why.into(),
            matters,
        });
    }

    fn read_cells(&mut self, line: u64, cells: &[String], suffixes: bool, seen: &mut BTreeSet<Name>) {
        let (mut words, mut found) = (Vec::new(), false);
        let mut refused = Vec::new();
        let (nothing, cells): (Vec<&String>, Vec<&String>) =
            cells.iter().partition(|cell| says_nothing(cell));
        for word in cells.iter().flat_map(|cell| cell.split_whitespace()) {
            match entry(word, suffixes) {
                Entry::Domain(name) => {
                    found = true;
                    let word = host(bare(word));
                    if !word.is_ascii() {
                        self.spelt.push((word.to_owned(), name.clone()));
                    }
                    if seen.insert(name.clone()) {
                        self.domains.push(name);
                    }
                }
                Entry::Refused(why) => refused.push((word, why)),
                Entry::Word => words.push(word),
                Entry::Mark => {}
            }
        }
        let nothing_refused = refused.is_empty();
        // A lone dash beside words may stand for anything.
        let mut in_words = nothing.iter().filter(|cell| cell.contains(char::is_alphabetic));
        let said = match words.is_empty() {
            true => nothing.first(),
            false => in_words.next(),
        };
        if let (Some(cell), false, true) = (said, found, nothing_refused) {
            return self.skip(line, cell, Why::Nothing, false);
        }
        for (word, why) in refused {
            let matters = !found || matches!(why, NoDomain::Mail(NoMailDomain::Spelling(_)));
            self.skip(line, word, why, matters);
        }
        match words.as_slice() {
            [] if !found && nothing_refused => self.skip(line, "", Why::Missing, true),
            [] => {}
            [word] if !found && nothing_refused => {
                let bare = bare(word).to_lowercase();
                self.skip(line, word, NoDomain::from(NoMailDomain::TopLevel(bare)), true);
            }
            words => self.skip(line, &words.join(" "), Why::Words, !found && nothing_refused),
        }
    }
}

/// What stands in a cell where there is no domain, without what is written between the letters.
const NOTHING: &[&str] = &[
    "aucun",
    "empty",
    "geen",
    "geendomein",
    "geenwebsite",
    "keine",
    "leeg",
    "na",
    "nan",
    "nb",
    "nee",
    "nietbekend",
    "nietbeschikbaar",
    "nietvantoepassing",
    "nihil",
    "nil",
    "no",
    "nodomain",
    "none",
    "notapplicable",
    "notavailable",
    "nowebsite",
    "null",
    "nvt",
    "onbekend",
    "tba",
    "tbc",
    "tbd",
    "undefined",
    "unknown",
];

/// Whether a whole cell says that there is nothing: `n.v.t.`, `n/a`, `(geen)`, `-`.
fn says_nothing(cell: &str) -> bool {
    let letters = cell.chars().filter(|letter| letter.is_alphanumeric());
    let letters: String = letters.flat_map(char::to_lowercase).take(32).collect();
    // A dot between longer words makes a name of them.
    let is_name = cell.contains('@')
        || cell.trim_matches('.').split('.').any(|part| part.len() > 1)
            && cell.trim_matches('.').contains('.');
    match letters.is_empty() {
        true => !cell.is_empty(),
        false => !is_name && NOTHING.contains(&letters.as_str()),
    }
}

/// What one word of a list is.
#[derive(Debug, PartialEq, Eq)]
enum Entry {
    Domain(Name),
    /// Meant as a name, and no domain.
    Refused(NoDomain),
    /// A word or a number, never meant as a domain.
    Word,
    /// A bullet, a number of a list, a lone dash.
    Mark,
}

fn entry(word: &str, suffixes: bool) -> Entry {
    let word = bare(word);
    if !word.chars().any(char::is_alphanumeric) {
        return Entry::Mark;
    }
    if domain::is_address(word) {
        return Entry::Refused(NoMailDomain::Address.into());
    }
    let addressed = word.contains(['@', '/', ':']);
    let host = host(word);
    if domain::is_address(host) {
        return Entry::Refused(NoMailDomain::Address.into());
    }
    let name = match domain::domain(host) {
        Ok(name) => name,
        // 3.14, 01.02.2024 and the 1. before a list's entry are numbers, and no names.
        Err(NoMailDomain::Number) => {
            return if word.contains('.') || word.len() > 3 {
                Entry::Word
            } else {
                Entry::Mark
            };
        }
        // A sentence's word has no dot inside; whoever writes one means a name.
        Err(_) if !addressed && !host.contains('.') => return Entry::Word,
        Err(why) => return Entry::Refused(why.into()),
    };
    let labels = name.labels();
    // B.V. and e.g. are abbreviations: no top-level domain is one letter.
    if !addressed && labels.last().is_some_and(|label| label.len() == 1) {
        return Entry::Word;
    }
    match domain::sends_no_mail(&name, suffixes) {
        Some(NoDomain::Mail(NoMailDomain::TopLevel(_))) if !addressed => Entry::Word,
        Some(why) => Entry::Refused(why),
        None => Entry::Domain(name),
    }
}

/// The word without what people put around one.
fn bare(word: &str) -> &str {
    let around = |character: char| {
        matches!(
            character,
            '<' | '>' | '(' | ')' | '{' | '}' | '"' | '\'' | '`' | '|' | '!' | ',' | ';'
        ) || matches!(
            character,
            '\u{2018}'..='\u{201f}' | '\u{ab}' | '\u{bb}' | '\u{feff}'
        )
    };
    let word = word.trim_matches(around);
    // [voorbeeld.nl] but not [2001:db8::1].
    if word.contains(':') {
        return word;
    }
    word.trim_matches(|character| around(character) || matches!(character, '[' | ']'))
}

/// The host of a URL, the domain of a mail address, or the word itself; a port, a path and a fragment are cut off.
fn host(word: &str) -> &str {
    let lower = word.get(..7).map(str::to_ascii_lowercase);
    let word = match lower.as_deref() {
        Some("mailto:") => word.get(7..).unwrap_or_default(),
        _ => word,
    };
    let rest = word.split_once("//").map_or(word, |(before, rest)| {
        let scheme = before.strip_suffix(':').unwrap_or(before);
        if scheme
            .chars()
            .all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '+' | '-' | '.'))
        {
            rest
        } else {
            word
        }
    });
    let authority = rest.split(['/', '?', '#', '\\']).next().unwrap_or_default();
    let host = authority.rsplit('@').next().unwrap_or_default();
    let host = host.trim_end_matches('>');
    match host.rsplit_once(':') {
        Some((name, _)) if name.ends_with(']') => name,
        Some((name, port)) if !name.contains(':') && port.chars().all(|digit| digit.is_ascii_digit()) => name,
        _ => host,
    }
}

#[cfg(test)]
mod tests;
