//! Every zone that stands in a test of any room: what is adopted of it is in sync, and what a check would still call an
//! Error is said in a comment.
//!
//! The zones are read from the tests' own sources, as text: a new test adds its zones by being written.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use zegel::name::Name;
use zegel::name::mail::not_for_mail;

use crate::facts::World;
use crate::{adopted, checked};

#[test]
fn every_zone_of_every_test_is_adopted_in_sync() {
    let mut sources = Vec::new();
    collect(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests"), &mut sources);
    let mut zones = BTreeSet::new();
    for path in sources {
        let text = std::fs::read_to_string(&path).expect("a source of a test");
        zones.extend(literals(&text).iter().filter_map(|text| zone(text)));
    }
    let mut count = 0;
    for zone in &zones {
        // What a test's own words do to the format is for that test.
        let Ok(world) = std::panic::catch_unwind(|| World::new(zone)) else {
            continue;
        };
        for domain in domains(zone) {
            checked(&world, &adopted(&world, domain.as_str()));
            count += 1;
        }
    }
    assert!(
        zones.len() > 300 && count > 400,
        "{} zones, {count} domains",
        zones.len()
    );
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a folder of tests") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

/// The string literals of a source, escapes read; comments and characters are passed over.
fn literals(source: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = source;
    while let Some(at) = rest.find(['"', '/', '\'']) {
        let (before, from) = rest.split_at(at);
        if from.starts_with("//") {
            rest = from.find('\n').map_or("", |end| &from[end..]);
        } else if let Some(quoted) = from.strip_prefix('"') {
            let hashes = before.len() - before.trim_end_matches('#').len();
            let raw = before.trim_end_matches('#').ends_with('r');
            let (text, after) = if raw {
                let end = format!("\"{}", "#".repeat(hashes));
                let (text, after) = quoted.split_once(&end).unwrap_or(("", ""));
                (text.to_owned(), after)
            } else {
                cooked(quoted)
            };
            found.push(text);
            rest = after;
        } else if let Some(character) = from.strip_prefix('\'') {
            // `'"'` is a character, `'a` a lifetime.
            let length = match character.strip_prefix('\\') {
                Some(_) => character[1..].find('\'').map(|end| end + 3),
                None => character
                    .chars()
                    .next()
                    .filter(|one| character[one.len_utf8()..].starts_with('\''))
                    .map(|one| one.len_utf8() + 2),
            };
            rest = &from[length.unwrap_or(1).min(from.len())..];
        } else {
            rest = &from[1..];
        }
    }
    found
}

/// A literal up to its closing quote, and what follows.
fn cooked(text: &str) -> (String, &str) {
    let mut out = String::new();
    let mut characters = text.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return (out, &text[at + 1..]),
            '\\' => match characters.next().map(|(_, escaped)| escaped) {
                Some('n') => out.push('\n'),
                Some('t') => out.push('\t'),
                Some('r') => out.push('\r'),
                Some('u') => {
                    let code: String = characters
                        .by_ref()
                        .map(|(_, one)| one)
                        .take_while(|one| *one != '}')
                        .collect();
                    let code = u32::from_str_radix(code.trim_start_matches('{'), 16).ok();
                    out.extend(code.and_then(char::from_u32));
                }
                Some('\n') => {
                    let rest = characters.as_str();
                    let skipped = rest.len() - rest.trim_start().len();
                    for _ in rest[..skipped].chars() {
                        characters.next();
                    }
                }
                Some(other) => out.push(other),
                None => {}
            },
            other => out.push(other),
        }
    }
    (out, "")
}

/// A key for whatever a format string puts in.
const KEY: &str = "M+WOVwWymPU8WoZZc83jsOpPmnYTX1StMQsXDDeBEBE=";

/// The literal as a zone, where every line of it is one.
fn zone(text: &str) -> Option<String> {
    let mut filled = text
        .replace("{S1}", "s1._domainkey.a.nl")
        .replace("{{", "{")
        .replace("}}", "}");
    for key in [
        "RSA_512",
        "RSA_1024",
        "RSA_2048",
        "OTHER_RSA_2048",
        "ED25519",
        "KEY",
    ] {
        filled = filled.replace(&format!("{{{key}}}"), KEY);
    }
    let types = [
        "A", "AAAA", "CNAME", "MX", "NS", "PTR", "SOA", "SPF", "TXT", "EXISTS",
    ];
    let is_record = |line: &str| {
        let mut words = line.split_whitespace();
        let owner = words.next().unwrap_or_default();
        let first = words.next().unwrap_or_default();
        let kind = if first.parse::<u32>().is_ok() {
            words.next().unwrap_or_default()
        } else {
            first
        };
        owner.contains('.') && owner.parse::<Name>().is_ok() && types.contains(&kind)
    };
    let mut lines = filled
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with(['#', ';']))
        .peekable();
    (lines.peek().is_some() && !filled.contains('{') && lines.all(is_record)).then_some(filled)
}

/// The mail domains a zone speaks of: what stands before service labels left out.
fn domains(zone: &str) -> BTreeSet<Name> {
    let owners = zone.lines().filter_map(|line| line.split_whitespace().next());
    let bare = owners.filter_map(|owner| {
        let labels: Vec<&str> = owner.split('.').collect();
        let service = labels
            .iter()
            .rposition(|label| label.starts_with('_') || *label == "*");
        let domain = labels.get(service.map_or(0, |at| at + 1)..)?.join(".");
        let host = |octet: u8| octet.is_ascii_alphanumeric() || matches!(octet, b'.' | b'-');
        let name: Name = domain.to_ascii_lowercase().parse().ok()?;
        // What inspect refuses is never adopted.
        let for_mail = not_for_mail(&name).is_none();
        (for_mail && domain.bytes().all(host) && !domain.starts_with('-')).then_some(name)
    });
    bare.take(8).collect()
}
