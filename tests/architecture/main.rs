//! The house's rules, held: what the pure modules may touch, which arrows there are, that there is no circle, that every
//! file opens with an essay and fits the mind, and that no standard can be forgotten.
//!
//! Source is read as text, comments left out. That is coarse, and enough: nobody hides a clock from a grep by accident.

#![allow(clippy::unwrap_used, reason = "a test stops where it cannot go on")]

mod circles;
mod source;
mod standards;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use self::source::{code, crate_paths, module, names, sources, sources_of};

/// The modules that wait, talk and look at clocks. Everything else is pure.
const SHELL: &[&str] = &["cli", "main", "operator", "probe", "serve", "world"];

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
    ("hickory_resolver", "asks DNS"),
    ("hickory_net", "asks DNS"),
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
    ("version", &[]),
    ("records", &["name"]),
    ("transport", &["name"]),
    ("inquiry", &["name", "records", "transport"]),
    ("recording", &["inquiry", "name"]),
    ("dnssec", &["inquiry", "name"]),
    ("rules", &["records"]),
    ("series", &[]),
    ("issuance", &["intent", "records", "transport"]),
    ("intent", &["api", "duration", "inquiry", "name", "records"]),
    (
        "judge",
        &["inquiry", "intent", "name", "records", "rules", "transport"],
    ),
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
        &[
            "dnssec",
            "duration",
            "inquiry",
            "name",
            "records",
            "intent",
            "judge",
            "recording",
            "series",
            "transport",
        ],
    ),
    ("probe", &["recording", "world"]),
    (
        "history",
        &["api", "inquiry", "intent", "judge", "name", "records", "rules"],
    ),
    ("serve", &[]),
    (
        "operator",
        &[
            "api",
            "history",
            "inquiry",
            "intent",
            "issuance",
            "judge",
            "name",
            "records",
            "rules",
            "series",
            "serve",
            "world",
            "recording",
            "version",
        ],
    ),
    (
        "cli",
        &[
            "adopt",
            "api",
            "duration",
            "inquiry",
            "intent",
            "judge",
            "name",
            "operator",
            "probe",
            "records",
            "report",
            "rules",
            "serve",
            "world",
            "recording",
            "version",
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

/// More lines than this in one file are several files.
const MOST_LINES: usize = 450;

/// Tables of data, which are longer and may be: what is looked up in them is not read through.
const DATA: &[&str] = &["tests/spf/meaning.rs", "tests/spf/rules.rs"];

#[test]
fn every_file_fits_the_mind() {
    let mut wrong = Vec::new();
    for (path, text) in sources_of(&["src", "tests", "benches", "dev/bench", "dev/demo", "dev/peers"]) {
        let lines = text.lines().count();
        let shown = path.display().to_string();
        match (lines > MOST_LINES, DATA.contains(&shown.as_str())) {
            (true, false) => wrong.push(format!("{shown}: {lines} lines, at most {MOST_LINES}")),
            (false, true) => wrong.push(format!("{shown} fits: take it out of DATA")),
            _ => {}
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Only the world opens sockets to DNS, only the operator talks to a cluster, only `serve` serves.
#[test]
fn each_part_of_the_shell_keeps_to_its_own() {
    for (word, homes) in [
        ("hickory_resolver", &["world"][..]),
        // Its records and its cryptography, no sockets.
        ("hickory_proto", &["dnssec", "world"]),
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
