//! The page of metrics: its tables are made from the catalogue, and no page, alert or panel asks for a metric that is in none.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use zegel::series::{self, Kind, Metric};

use crate::{ROOT, assert_marked_part, cell, documents};

const BEGIN: &str = "<!-- The metrics: generated from the catalogue by `make crd`. -->\n";
const END: &str = "<!-- End of the metrics. -->\n";

#[test]
fn the_page_of_metrics_is_what_the_types_say() {
    assert_marked_part("docs/metrics.md", (BEGIN, END), &tables());
}

fn tables() -> String {
    let mut out = String::new();
    for group in series::ALL {
        write!(out, "\n## {}\n\n", group.title).unwrap();
        if !group.intro.is_empty() {
            write!(out, "{}\n\n", group.intro).unwrap();
        }
        out.push_str("| metric | type | labels | what it says | since |\n|---|---|---|---|---|\n");
        for metric in group.metrics {
            let labels: Vec<String> = metric.labels.iter().map(|label| format!("`{label}`")).collect();
            let more = match metric.more {
                "" => String::new(),
                more => format!(" {more}"),
            };
            writeln!(
                out,
                "| `{}` | {} | {} | {}.{} | {} |",
                metric.full_name(),
                metric.kind.as_str(),
                labels.join(", "),
                cell(metric.help),
                cell(&more),
                metric.since,
            )
            .unwrap();
        }
    }
    out.push('\n');
    out
}

/// Else nobody could look up what it was.
#[test]
fn since_is_a_version_of_the_changelog() {
    let changelog = fs::read_to_string(Path::new(ROOT).join("CHANGELOG.md")).unwrap();
    for metric in all() {
        let heading = format!("\n## [{}]", metric.since);
        assert!(changelog.contains(&heading), "{}: {}", metric.name, metric.since);
    }
}

#[test]
fn what_is_asked_for_anywhere_is_served() {
    let mut paths: Vec<PathBuf> = documents();
    let files =
        ["alerts.yaml", "dashboard.json"].map(|name| Path::new(ROOT).join("charts/zegel/files").join(name));
    paths.extend(files);
    let mut seen = 0;
    for path in paths {
        let text = fs::read_to_string(&path).unwrap();
        for name in names(&text) {
            assert!(
                is_served(name),
                "{}: {name} is in no catalogue of metrics",
                path.display()
            );
            seen += 1;
        }
    }
    assert!(seen > 100, "{seen}");
    assert_eq!(
        names("`zegel_a{x}`, (zegel_b_total) /tmp/zegel_"),
        ["zegel_a", "zegel_b_total"]
    );
    assert!(is_served("zegel_reconciles_total") && is_served("zegel_dns_question_duration_seconds_bucket"));
    assert!(!is_served("zegel_reconciles") && !is_served("zegel_leader_bucket"));
}

fn all() -> impl Iterator<Item = &'static Metric> {
    series::ALL.iter().flat_map(|group| group.metrics.iter().copied())
}

fn is_served(name: &str) -> bool {
    all().any(|metric| {
        let full = metric.full_name();
        let parts = ["", "_bucket", "_sum", "_count"].iter();
        let parts = parts.filter(|part| part.is_empty() || metric.kind == Kind::Histogram);
        parts
            .into_iter()
            .any(|part| name.strip_suffix(part) == Some(&full))
    })
}

/// The names of metrics in a text.
fn names(text: &str) -> Vec<&str> {
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    text.split(|c| !word(c))
        .filter(|name| name.starts_with("zegel_") && name.len() > "zegel_".len())
        .collect()
}
