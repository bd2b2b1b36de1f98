//! The house's rules, held: what the pure modules may touch, which arrows there are, that every file opens with an essay.
//!
//! Source is read as text, comments left out. That is coarse, and enough: nobody hides a clock from a grep by accident.

#![allow(clippy::unwrap_used, reason = "a test stops where it cannot go on")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// The modules that wait, talk and look at clocks. Everything else is pure.
const SHELL: &[&str] = &["cli", "main", "operator", "serve", "world"];

/// What no pure module may name, and why.
const FORBIDDEN: &[(&str, &str)] = &[
    ("tokio", "waits"),
    ("async fn", "waits"),
    (".await", "waits"),
    ("kube::api", "talks to a cluster"),
    ("kube::client", "talks to a cluster"),
    ("kube::config", "talks to a cluster"),
    ("kube::runtime", "talks to a cluster"),
    ("kube::Api", "talks to a cluster"),
    ("kube::Client", "talks to a cluster"),
    ("kube_lease_manager", "talks to a cluster"),
    ("hickory", "asks DNS"),
    ("axum", "serves"),
    ("TcpListener", "is a socket"),
    ("TcpStream", "is a socket"),
    ("UdpSocket", "is a socket"),
    ("ToSocketAddrs", "asks DNS"),
    ("Timestamp::now", "is a clock: take `now` as an argument"),
    ("Zoned::now", "is a clock: take `now` as an argument"),
    ("SystemTime", "is a clock: take `now` as an argument"),
    ("Instant", "is a clock: take `now` as an argument"),
    ("std::env", "depends on who runs it"),
    ("std::fs", "reads files"),
    ("std::process", "starts programs"),
    ("std::thread", "waits"),
    ("rand::", "is no function of its arguments"),
    ("println!", "prints"),
    ("eprintln!", "prints"),
];

/// Which module may name which; what is not here is not allowed.
const ARROWS: &[(&str, &[&str])] = &[
    ("duration", &[]),
    ("api", &["duration"]),
    ("name", &[]),
    ("records", &["name"]),
    ("inquiry", &["name", "records"]),
    ("rules", &["records"]),
    ("intent", &["api", "duration", "inquiry", "name", "records"]),
    ("judge", &["inquiry", "intent", "name", "records", "rules"]),
    (
        "adopt",
        &["api", "inquiry", "intent", "judge", "name", "records", "rules"],
    ),
    (
        "report",
        &[
            "adopt", "api", "inquiry", "intent", "judge", "name", "records", "rules",
        ],
    ),
    (
        "world",
        &["duration", "inquiry", "name", "records", "intent", "judge"],
    ),
    (
        "history",
        &["api", "inquiry", "intent", "judge", "name", "records", "rules"],
    ),
    ("serve", &[]),
    (
        "operator",
        &[
            "api", "history", "inquiry", "intent", "judge", "name", "records", "rules", "serve", "world",
        ],
    ),
    (
        "cli",
        &[
            "adopt", "api", "duration", "inquiry", "intent", "judge", "name", "operator", "records",
            "report", "rules", "serve", "world",
        ],
    ),
];

#[test]
fn pure_modules_touch_neither_cluster_nor_dns_nor_clock() {
    let mut wrong = Vec::new();
    for (path, text) in sources()
        .iter()
        .filter(|(path, _)| !SHELL.contains(&module(path).as_str()))
    {
        for (number, line) in code(text) {
            for (word, why) in FORBIDDEN.iter().filter(|(word, _)| names(line, word)) {
                wrong.push(format!("{}:{number}: {word} {why}", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "in pure modules:\n{}", wrong.join("\n"));
}

#[test]
fn arrows_point_one_way() {
    let allowed: BTreeMap<&str, &[&str]> = ARROWS.iter().copied().collect();
    let mut wrong = BTreeSet::new();
    for (path, text) in sources() {
        let from = module(&path);
        if from == "main" || from == "lib" {
            continue;
        }
        let allowed = allowed.get(from.as_str()).unwrap_or_else(|| {
            panic!("{from} is a new module: say in ARROWS which others it may name");
        });
        for (number, line) in code(&text) {
            for target in crate_paths(line) {
                let top = target.split("::").next().unwrap_or_default();
                let fine = top == from || allowed.iter().any(|it| *it == top || *it == target);
                if !fine {
                    wrong.insert(format!("{}:{number}: {from} → {target}", path.display()));
                }
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "arrows that are not in the plan:\n{}",
        wrong.into_iter().collect::<Vec<_>>().join("\n")
    );
}

#[test]
fn every_file_opens_with_an_essay() {
    for (path, text) in sources() {
        assert!(
            text.starts_with("//! "),
            "{} does not open with `//!`",
            path.display()
        );
    }
}

/// Only the world opens sockets to DNS, only the operator talks to a cluster, only `serve` serves.
#[test]
fn each_part_of_the_shell_keeps_to_its_own() {
    for (word, homes) in [
        ("hickory_resolver", &["world"][..]),
        ("UdpSocket", &["world"]),
        ("kube::Client", &["operator", "cli"]),
        ("axum", &["serve"]),
    ] {
        for (path, text) in sources() {
            let found = code(&text).find(|(_, line)| names(line, word));
            if let Some((number, _)) = found {
                let module = module(&path);
                assert!(
                    homes.contains(&module.as_str()),
                    "{}:{number}: {word} belongs to {homes:?}",
                    path.display()
                );
            }
        }
    }
}

/// The checks above find what they are for.
#[test]
fn the_checks_see_what_they_look_for() {
    let text = "use tokio::time; // tokio\n//! tokio\n    /// tokio\nlet x = crate::world::dns::ask();\n";
    let hits: Vec<usize> = code(text)
        .filter(|(_, line)| names(line, "tokio"))
        .map(|(n, _)| n)
        .collect();
    assert_eq!(hits, [1]);
    assert!(!names("let instantly = 1; Instantly", "Instant") && names("x: Instant,", "Instant"));
    let paths: Vec<String> = code(text).flat_map(|(_, line)| crate_paths(line)).collect();
    assert_eq!(paths, ["world::dns"]);
    assert_eq!(
        crate_paths("use crate::{api, judge::Verdict};"),
        ["api", "judge::Verdict"]
    );
    assert_eq!(module(Path::new("src/records/spf/mod.rs")), "records");
    assert_eq!(module(Path::new("src/name.rs")), "name");
}

/// Every source file with its text; paths from the project's root.
fn sources() -> Vec<(PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    collect(&root.join("src"), &mut files);
    assert!(files.len() > 20, "the source is not where it was");
    files.sort();
    files
        .into_iter()
        .map(|path| {
            let text = fs::read_to_string(&path).unwrap();
            (path.strip_prefix(root).unwrap().to_owned(), text)
        })
        .collect()
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

/// The module right below the crate's root.
fn module(path: &Path) -> String {
    let first = path
        .components()
        .nth(1)
        .unwrap()
        .as_os_str()
        .to_string_lossy()
        .into_owned();
    first.trim_end_matches(".rs").to_owned()
}

/// The lines that are code, with their numbers: no comments, and no module of tests at the end.
fn code(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let end = text.find("\n#[cfg(test)]\nmod tests {").unwrap_or(text.len());
    text[..end]
        .lines()
        .enumerate()
        .map(|(index, line)| (index + 1, line.split("//").next().unwrap_or_default()))
        .filter(|(_, line)| !line.trim().is_empty())
}

/// Whether `line` holds `word` as a word of its own.
fn names(line: &str, word: &str) -> bool {
    let inner = |character: char| character.is_alphanumeric() || character == '_';
    line.match_indices(word).any(|(start, _)| {
        let before = line[..start].chars().next_back();
        let after = line[start + word.len()..].chars().next();
        let open = word.chars().next().is_some_and(inner) && before.is_some_and(inner);
        let close = word.chars().next_back().is_some_and(inner) && after.is_some_and(inner);
        // `hickory` stands for hickory_resolver, hickory_proto and the like.
        !open && (!close || after == Some('_'))
    })
}

/// The paths below `crate::` that a line names, two parts deep.
fn crate_paths(line: &str) -> Vec<String> {
    let two_parts = |text: &str| {
        let path: String = text
            .chars()
            .take_while(|character| character.is_alphanumeric() || matches!(character, '_' | ':'))
            .collect();
        let parts: Vec<&str> = path.split("::").filter(|part| !part.is_empty()).take(2).collect();
        parts.join("::")
    };
    let mut paths = Vec::new();
    for (start, _) in line.match_indices("crate::") {
        let rest = &line[start + "crate::".len()..];
        match rest.strip_prefix('{') {
            Some(group) => paths.extend(group.split(',').map(str::trim).map(two_parts)),
            None => paths.push(two_parts(rest)),
        }
    }
    paths.retain(|path| !path.is_empty());
    paths
}
