//! The chart's README: its table of values is generated from the comments of `values.yaml`, and Chart.yaml says to Artifact
//! Hub what is so.

use std::fmt::Write as _;
use std::fs;

use serde_json::Value;
use zegel::api;

use crate::control_plane::chart_dir;

const BEGIN: &str = "<!-- The values: generated from values.yaml by `make crd`. -->\n";
const END: &str = "<!-- End of the values. -->\n";

#[test]
fn the_charts_readme_is_what_the_types_say() {
    let path = format!("{}/README.md", chart_dir());
    let stored = fs::read_to_string(&path).unwrap();
    let (head, rest) = stored.split_once(BEGIN).expect("a mark where the values begin");
    let (_, tail) = rest.split_once(END).expect("a mark where the values end");
    let values = fs::read_to_string(format!("{}/values.yaml", chart_dir())).unwrap();
    let fresh = format!("{head}{BEGIN}{}{END}{tail}", table(&values));
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&path, &fresh).unwrap();
        return;
    }
    assert!(
        stored == fresh,
        "charts/zegel/README.md is stale: run `make crd` and commit what it writes"
    );
}

/// A table a section, a row a value. What it needs of YAML is what `values.yaml` is written in: two blanks a level, a
/// value or a list on one line.
fn table(values: &str) -> String {
    let mut out = String::new();
    let mut path: Vec<&str> = Vec::new();
    let mut said: Vec<&str> = Vec::new();
    for line in values.lines().skip_while(|line| !line.starts_with("## ")) {
        let text = line.trim_start();
        if let Some(title) = line.strip_prefix("## ") {
            write!(
                out,
                "\n### {title}\n\n| value | what it is | default |\n|---|---|---|\n"
            )
            .unwrap();
        } else if let Some(comment) = text.strip_prefix("# ") {
            said.push(comment);
        } else if let Some((name, default)) = text.split_once(':') {
            path.truncate((line.len() - text.len()) / 2);
            path.push(name);
            let (name, default, said) = (
                path.join("."),
                default.trim(),
                std::mem::take(&mut said).join(" "),
            );
            match (default, said.as_str()) {
                ("", "") => {}
                ("", said) => writeln!(out, "| `{name}` | {} | |", cell(said)).unwrap(),
                (_, "") => panic!("values.yaml says nothing of {name}"),
                (default, said) => writeln!(out, "| `{name}` | {} | `{default}` |", cell(said)).unwrap(),
            }
        }
    }
    out.push('\n');
    out
}

fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

#[test]
fn the_table_knows_sections_levels_and_comments_of_several_lines() {
    let values = "# Head.\n\n## One\n\n# First,\n# and more.\na: 1\nb:\n  # Inner.\n  c: [x]\n# Whole.\nd:\n  # Below.\n  e:\n    # Deep.\n    f: \"\"\n";
    assert_eq!(
        table(values),
        "\n### One\n\n| value | what it is | default |\n|---|---|---|\n| `a` | First, and more. | `1` |\n\
         | `b.c` | Inner. | `[x]` |\n| `d` | Whole. | |\n| `d.e` | Below. | |\n| `d.e.f` | Deep. | `\"\"` |\n\n"
    );
}

#[test]
fn what_artifact_hub_is_told_is_so() {
    let chart = fs::read_to_string(format!("{}/Chart.yaml", chart_dir())).unwrap();
    let chart: Value = serde_saphyr::from_str(&chart).unwrap();
    let annotation = |name: &str| -> String {
        let text = &chart["annotations"][format!("artifacthub.io/{name}")];
        text.as_str()
            .unwrap_or_else(|| panic!("no artifacthub.io/{name}"))
            .to_owned()
    };
    let list = |name: &str| -> Vec<Value> { serde_saphyr::from_str(&annotation(name)).unwrap() };
    assert_eq!(annotation("license"), "Apache-2.0");
    assert_eq!(
        (annotation("operator"), annotation("prerelease")),
        ("true".to_owned(), "true".to_owned())
    );
    let told: Vec<(String, String, String)> = list("crds")
        .iter()
        .map(|told| {
            let text = |field: &str| told[field].as_str().unwrap().to_owned();
            (text("kind"), text("name"), text("version"))
        })
        .collect();
    let wanted = api::crds().map(|crd| {
        let version = crd.spec.versions[0].name.clone();
        (crd.spec.names.kind, crd.metadata.name.unwrap(), version)
    });
    assert_eq!(told, wanted);
    for example in list("crdsExamples") {
        assert_eq!(api::validate(&example).violations, [], "{example}");
    }
    for change in list("changes") {
        let kind = change["kind"].as_str().unwrap();
        assert!(
            matches!(
                kind,
                "added" | "changed" | "deprecated" | "removed" | "fixed" | "security"
            ),
            "{kind}"
        );
        assert!(change["description"].is_string());
    }
    for link in list("links") {
        assert!(
            link["name"].is_string() && link["url"].as_str().unwrap().starts_with("https://"),
            "{link}"
        );
    }
}
