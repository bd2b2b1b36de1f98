//! Troubleshooting: every reason and every sentence of installing and starting is on the page, and the page quotes nothing
//! that nobody says.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use zegel::history::Reason;
use zegel::inquiry::Trouble;

use crate::ROOT;

/// The files whose sentences a person meets who installs and starts.
const STARTING: [&str; 5] = [
    "src/cli/controller.rs",
    "src/cli/selfcheck.rs",
    "src/cli/kubectl/cluster.rs",
    "src/operator/error.rs",
    "src/world/config.rs",
];

/// What a pass ends by, and no start: the page has their words.
const OF_PASSES: [&str; 6] = [
    "the object was changed since it was read",
    "the status was changed under every one of",
    "attempts to write it",
    "the object is gone",
    "the process was told to stop",
    "the object changed while DNS was asked",
];

#[test]
fn every_reason_is_on_the_page_and_no_other() {
    let page = page();
    let mut known: BTreeSet<String> = Reason::ALL
        .iter()
        .map(|reason| reason.as_str().to_owned())
        .collect();
    assert_eq!(words_of(&page, "By reason"), known);
    let troubles = Trouble::ALL.iter().map(|trouble| trouble.reason().to_owned());
    assert_eq!(words_of(&page, "Why there is no answer"), troubles.collect());

    let mut told = BTreeSet::new();
    for path in ["src/history/event.rs", "src/operator/control.rs"] {
        let text = read(path);
        let text = text.split("#[cfg(test)]").next().unwrap().to_owned();
        told.extend(literals(&text).into_iter().filter(|literal| is_word(literal)));
    }
    assert!(told.len() >= 8, "{told:?}");
    let of_events = words_of(&page, "By event");
    for word in told.difference(&known) {
        assert!(of_events.contains(word), "the page has no event {word}");
    }
    assert_eq!(of_events.difference(&told).count(), 0, "{of_events:?}");

    known.extend(words_of(&page, "By what stopped a pass"));
    for word in literals(&read("src/operator/error.rs"))
        .iter()
        .filter(|literal| is_word(literal))
    {
        assert!(known.contains(word), "the page does not say what {word} is");
    }
}

#[test]
fn every_sentence_of_a_start_is_on_the_page() {
    let page = page().replace("\\|", "|");
    let mut missing = Vec::new();
    let mut said = 0;
    let helpers = read("charts/zegel/templates/_helpers.tpl");
    let refusals = helpers
        .split("{{- fail ")
        .skip(1)
        .filter_map(|rest| rest.split('"').nth(1));
    let mut sentences: Vec<String> = refusals
        .map(|text| text.replace("%s", "{}").replace("%v", "{}"))
        .collect();
    for path in STARTING {
        let text = read(path);
        let text = text.split("#[cfg(test)]").next().unwrap();
        sentences.extend(literals(text).into_iter().filter(|literal| is_sentence(literal)));
    }
    for path in sources(Path::new("src/operator"))
        .into_iter()
        .chain(sources(Path::new("src/world")))
    {
        let text = read(path.to_str().unwrap());
        let text = text.split("#[cfg(test)]").next().unwrap().to_owned();
        for macros in ["tracing::warn!(", "tracing::error!("] {
            for call in text.split(macros).skip(1) {
                let call = call.split(";\n").next().unwrap();
                sentences.extend(literals(call).into_iter().filter(|literal| is_sentence(literal)));
            }
        }
    }
    for sentence in sentences {
        for piece in pieces(&sentence) {
            said += 1;
            let is_known = page.contains(piece) || OF_PASSES.contains(&piece);
            if !is_known {
                missing.push(piece.to_owned());
            }
        }
    }
    assert!(said > 60, "{said}");
    assert!(missing.is_empty(), "docs/troubleshooting.md lacks {missing:#?}");
}

#[test]
fn no_sentence_is_on_the_page_that_nobody_says() {
    // Kubernetes' and Helm's own.
    const OTHERS: [&str; 3] = [
        "no matches for kind",
        "strict decoding error",
        "The MailDomain \"",
    ];
    let mut all = read("charts/zegel/templates/_helpers.tpl")
        .replace("%s", "…")
        .replace("%v", "…");
    for path in sources(Path::new("src")) {
        for literal in literals(&read(path.to_str().unwrap())) {
            all.push('\n');
            all.push_str(&literal);
        }
    }
    let page = page();
    let mut seen = 0;
    for (_, section) in sections(&page).filter(|(title, _)| title.starts_with("Sentences")) {
        for row in section.lines().filter_map(|line| line.strip_prefix("| `")) {
            let cell = row.split(" | ").next().unwrap();
            for quoted in format!("`{cell}").split('`').skip(1).step_by(2) {
                if OTHERS.iter().any(|other| quoted.starts_with(other)) {
                    continue;
                }
                for piece in quoted.split('…').map(|piece| piece.trim_matches([' ', ':', ';'])) {
                    assert!(all.contains(piece), "nobody says {piece:?}, of {quoted:?}");
                    seen += 1;
                }
            }
        }
    }
    assert!(seen > 60, "{seen}");
}

fn page() -> String {
    read("docs/troubleshooting.md")
}

fn read(path: &str) -> String {
    fs::read_to_string(Path::new(ROOT).join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn sections(page: &str) -> impl Iterator<Item = (&str, &str)> {
    page.split("\n## ")
        .skip(1)
        .filter_map(|section| section.split_once('\n'))
}

/// The words in the first column of a section's table.
fn words_of(page: &str, title: &str) -> BTreeSet<String> {
    let (_, section) = sections(page)
        .find(|(found, _)| *found == title)
        .expect("a section");
    let rows = section.lines().filter_map(|line| line.strip_prefix("| `"));
    let cells = rows.filter_map(|row| row.split(" | ").next());
    let words = cells.flat_map(|cell| cell.split('`').step_by(2));
    words.map(str::to_owned).filter(|word| is_word(word)).collect()
}

fn is_word(text: &str) -> bool {
    let mut letters = text.chars();
    letters.next().is_some_and(|first| first.is_ascii_uppercase())
        && text.len() > 2
        && letters.all(|letter| letter.is_ascii_alphanumeric())
        && !["Ready", "True", "False"].contains(&text)
}

fn is_sentence(text: &str) -> bool {
    text.split(' ').count() > 2
}

/// What stands between the variables of a sentence, where it is long enough to be known again.
fn pieces(sentence: &str) -> impl Iterator<Item = &str> {
    sentence
        .split(['{', '}'])
        .step_by(2)
        .map(|piece| piece.trim_matches([' ', ':', ';', '.', '"']))
        .filter(|piece| piece.len() > 12)
}

/// The string literals of Rust, comments left out.
fn literals(text: &str) -> Vec<String> {
    let code: String = text
        .lines()
        .filter(|line| !line.trim_start().starts_with("//") && !line.trim_start().starts_with("#[arg"))
        .map(|line| format!("{line}\n"))
        .collect();
    let mut found = Vec::new();
    let mut literal: Option<String> = None;
    let mut letters = code.chars().peekable();
    while let Some(letter) = letters.next() {
        match (&mut literal, letter) {
            (None, '"') => literal = Some(String::new()),
            (None, '\'') => {
                // A quote as a character begins no text.
                if letters.peek() == Some(&'"') {
                    letters.next();
                }
            }
            (None, _) => {}
            (Some(text), '\\') => match letters.next() {
                Some('\n') => while letters.next_if(|next| next.is_whitespace()).is_some() {},
                Some('n') => text.push('\n'),
                Some(other) => text.push(other),
                None => {}
            },
            (Some(text), '"') => {
                found.push(std::mem::take(text));
                literal = None;
            }
            (Some(text), letter) => text.push(letter),
        }
    }
    found
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(Path::new(ROOT).join(folder)).unwrap() {
        let path = entry.unwrap().path();
        let below = folder.join(path.file_name().unwrap());
        match path.is_dir() {
            true => found.extend(sources(&below)),
            false => found.push(below),
        }
    }
    found.sort();
    found
}

#[test]
fn literals_are_found_as_rust_has_them() {
    let text = "// \"not\"\nlet a = \"one {x} two\"; let b = '\"'; let c = \"a \\\n    b \\\"c\\\"\";\n";
    assert_eq!(literals(text), ["one {x} two", "a b \"c\""]);
    assert_eq!(
        pieces("cannot listen on {}: {why}; try again later").collect::<Vec<_>>(),
        ["cannot listen on", "try again later"]
    );
}
