//! The documentation: the references are what the program says, commands and rules are all spoken of, links lead somewhere.

#![allow(clippy::unwrap_used, reason = "a test stops where it cannot go on")]

mod chart;
mod metrics;
mod providers;
mod reasons;
mod signing;

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use zegel::judge::dkim::probes::PROBE_SELECTORS;
use zegel::{api, rules};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

#[test]
fn the_api_reference_is_what_the_types_say() {
    let path = Path::new(ROOT).join("docs/api.md");
    let fresh = api_reference();
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&path, &fresh).unwrap();
    }
    let stored = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        stored == fresh,
        "docs/api.md is stale: run `make crd` and commit what it writes"
    );
}

#[test]
fn the_catalogue_of_rules_is_what_the_types_say() {
    let path = Path::new(ROOT).join("docs/rules.md");
    let fresh = catalogue();
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&path, &fresh).unwrap();
    }
    let stored = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        stored == fresh,
        "docs/rules.md is stale: run `make crd` and commit what it writes"
    );
}

#[test]
fn every_command_and_option_is_spoken_of() {
    let text = fs::read_to_string(Path::new(ROOT).join("docs/cli.md")).unwrap();
    let mut missing = Vec::new();
    for command in commands(&help(&[])) {
        if !text.contains(&format!("`zegel {command}")) {
            missing.push(format!("zegel {command}"));
        }
        for option in options(&help(&[&command])) {
            if !text.contains(&format!("`{option}")) {
                missing.push(format!("zegel {command} {option}"));
            }
        }
    }
    assert!(missing.is_empty(), "docs/cli.md does not speak of {missing:#?}");
}

#[test]
fn the_probed_selectors_are_the_listed_ones() {
    let text = fs::read_to_string(Path::new(ROOT).join("docs/cli.md")).unwrap();
    let section = text
        .split("\n### Probed selectors\n")
        .nth(1)
        .expect("a section on probed selectors");
    let section = section.split("\n#").next().unwrap();
    let listed: Vec<&str> = section.split('`').skip(1).step_by(2).collect();
    assert_eq!(
        listed, PROBE_SELECTORS,
        "docs/cli.md lists other selectors than are probed"
    );
}

/// What the guide for contributors names is there, and a new standard touches no more than six files.
#[test]
fn the_guide_to_adding_names_files_that_are_there() {
    let text = fs::read_to_string(Path::new(ROOT).join("docs/adding.md")).unwrap();
    let names = text.split('`').skip(1).step_by(2);
    for name in names.filter(|name| name.starts_with("src/") || name.starts_with("tests/")) {
        let there = name.split('<').next().unwrap();
        assert!(Path::new(ROOT).join(there).exists(), "{name} is not there");
    }
    let touched: Vec<&str> = text
        .lines()
        .filter_map(|line| line.strip_prefix("| ")?.split('`').nth(1))
        .filter(|name| name.starts_with("src/"))
        .collect();
    assert_eq!(touched.len(), 6, "{touched:?}");
    for name in touched {
        let text = fs::read_to_string(Path::new(ROOT).join(name)).unwrap();
        let is_table = text.contains("fn row(standard: Standard)") || text.contains("fn is_meant(");
        assert!(is_table || text.contains("fn blocks("), "{name} holds no table");
    }
}

#[test]
fn links_between_documents_lead_somewhere() {
    for path in documents() {
        let text = fs::read_to_string(&path).unwrap();
        for target in links(&text) {
            if target.contains("://") || target.starts_with('#') {
                continue;
            }
            let file = target.split('#').next().unwrap();
            let there = path.parent().unwrap().join(file);
            assert!(there.exists(), "{}: {target} leads nowhere", path.display());
        }
    }
}

/// The rules as Markdown, one section each.
fn catalogue() -> String {
    let rules: Vec<_> = rules::all().collect();
    let mut out = format!(
        "# Rules\n\nGenerated from the catalogue by `make crd`; `zegel explain ID` says the same. {} rules. Error: receivers \
         discard, permerror or bounce because of it, or anyone may send in the domain's name. Warning: a SHOULD is broken, \
         or interoperation is known to suffer. Info: advice. It is the worst that a finding of the rule is: where the \
         situation is milder, the finding says its own. What is wrong with MTA-STS, TLS-RPT or DANE is a Warning at most where \
         nobody manages it: no block of a manifest, and so in `zegel inspect`.\n\n\
         | rule | severity | what is wrong | section |\n|---|---|---|---|\n",
        rules.len()
    );
    for rule in &rules {
        let (id, anchor) = (rule.id, rule.id.to_lowercase());
        let (severity, title, section) = (rule.severity.as_str(), cell(rule.title), cell(rule.section));
        writeln!(out, "| [{id}](#{anchor}) | {severity} | {title} | {section} |").unwrap();
    }
    out.push_str(
        "\n## Not rules, and why\n\nNumbers that are left free. `zegel explain` does not know them.\n\n\
         | number | why |\n|---|---|\n",
    );
    for (id, reason) in rules::NOT_RULES {
        writeln!(out, "| {id} | {} |", cell(reason)).unwrap();
    }
    for rule in rules {
        write!(
            out,
            "\n## {}\n\n**{}** ({}, {})\n\n{}\n\n*Fix:* {}\n\n```text\nbad:  {}\ngood: {}\n```\n",
            rule.id,
            rule.title,
            rule.severities(),
            rule.section,
            rule.why,
            rule.fix,
            rule.bad.replace('\n', "\n      "),
            rule.good.replace('\n', "\n      "),
        )
        .unwrap();
    }
    out
}

/// What stands between two marks of a page is this, which follows from the types; or, with `UPDATE`, is made this.
fn assert_marked_part(page: &str, (begin, end): (&str, &str), part: &str) {
    let path = Path::new(ROOT).join(page);
    let stored = fs::read_to_string(&path).unwrap();
    let (head, rest) = stored.split_once(begin).expect("a mark where it begins");
    let (_, tail) = rest.split_once(end).expect("a mark where it ends");
    let fresh = format!("{head}{begin}{part}{end}{tail}");
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&path, &fresh).unwrap();
        return;
    }
    assert!(
        stored == fresh,
        "{page} is stale: run `make crd` and commit what it writes"
    );
}

/// Text that may stand in a table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}

/// What a person gets from `zegel … --help`.
fn help(args: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_zegel"))
        .args(args)
        .arg("--help")
        .output()
        .unwrap();
    assert!(output.status.success(), "{args:?}: {output:?}");
    String::from_utf8(output.stdout).unwrap()
}

fn commands(help: &str) -> Vec<String> {
    let listed = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    listed
        .take_while(|line| !line.is_empty())
        .filter(|line| line.starts_with("  ") && !line.starts_with("   "))
        .filter_map(|line| line.split_whitespace().next().map(str::to_owned))
        .filter(|command| command != "help")
        .collect()
}

fn options(help: &str) -> Vec<String> {
    help.lines()
        .map(str::trim_start)
        .filter(|line| line.starts_with('-'))
        .filter_map(|line| {
            let start = line.find("--")?;
            let name = line[start..].split([' ', '=', ',', '<', '[', '.']).next()?;
            (!matches!(name, "--help" | "--version")).then(|| name.to_owned())
        })
        .collect()
}

fn documents() -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"]
        .iter()
        .map(|name| Path::new(ROOT).join(name))
        .collect();
    for entry in fs::read_dir(Path::new(ROOT).join("docs")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|it| it == "md") {
            paths.push(path);
        }
    }
    paths
}

/// The targets of `[text](target)`.
fn links(text: &str) -> Vec<&str> {
    text.match_indices("](")
        .filter_map(|(start, _)| text[start + 2..].split(')').next())
        .collect()
}

/// The reference as Markdown, from the schema alone.
fn api_reference() -> String {
    let mut out = String::from(
        "# API reference\n\n\
         Generated from the CRDs by `make crd`. What the fields mean together: [concepts](concepts.md), of grants \
         [tenancy](tenancy.md).\n\n\
         ```\napiVersion: zegel.dev/v1alpha1\nkind: MailDomain      # namespaced; short name maildom, category mail\n```\n",
    );
    of_kind(&mut out, &serde_json::to_value(api::crd()).unwrap(), "");
    out.push_str(
        "\n# MailDomainGrant\n\n\
         ```\napiVersion: zegel.dev/v1alpha1\nkind: MailDomainGrant      # of the cluster; short name maildomgrant\n```\n",
    );
    of_kind(
        &mut out,
        &serde_json::to_value(api::grant_crd()).unwrap(),
        "MailDomainGrant ",
    );
    out
}

/// What one kind has; `of` stands before the titles.
fn of_kind(out: &mut String, crd: &Value, of: &str) {
    let version = &crd["spec"]["versions"][0];
    let schema = &version["schema"]["openAPIV3Schema"];
    section(out, &format!("{of}spec"), &schema["properties"]["spec"]);
    section(out, &format!("{of}status"), &schema["properties"]["status"]);

    write!(
        out,
        "\n## {of}Columns\n\n| column | from | shown |\n|---|---|---|\n"
    )
    .unwrap();
    for column in version["additionalPrinterColumns"].as_array().unwrap() {
        let shown = match column["priority"].as_i64() {
            Some(1) => "with `-o wide`",
            _ => "always",
        };
        let (name, path) = (text(&column["name"]), text(&column["jsonPath"]));
        writeln!(out, "| {name} | `{path}` | {shown} |").unwrap();
    }
    let Some(fields) = version["selectableFields"].as_array() else {
        return;
    };
    write!(out, "\n## {of}Field selectors\n\n").unwrap();
    for field in fields {
        let path = text(&field["jsonPath"]).trim_start_matches('.');
        writeln!(out, "- `--field-selector {path}=…`").unwrap();
    }
}

/// One object: its rules, its fields, then the objects below it.
fn section(out: &mut String, path: &str, schema: &Value) {
    write!(out, "\n## {path}\n\n{}\n", text(&schema["description"])).unwrap();
    let rules = schema["x-kubernetes-validations"].as_array();
    if let Some(rules) = rules {
        out.push('\n');
        for rule in rules {
            for sentence in api::sentences(rule) {
                writeln!(out, "- {sentence}").unwrap();
            }
        }
    }
    out.push_str("\n| field | type | what it is |\n|---|---|---|\n");
    let required: Vec<&str> = schema["required"]
        .as_array()
        .into_iter()
        .flatten()
        .map(text)
        .collect();
    let properties = schema["properties"].as_object().unwrap();
    for (name, property) in properties {
        let needed = if required.contains(&name.as_str()) {
            " (required)"
        } else {
            ""
        };
        let mut what = text(&property["description"])
            .replace('\n', " ")
            .replace('|', "\\|");
        for rule in property["x-kubernetes-validations"]
            .as_array()
            .into_iter()
            .flatten()
        {
            if property["type"] == "string" || property["items"]["type"] == "string" {
                for sentence in api::sentences(rule) {
                    write!(what, " *{sentence}.*").unwrap();
                }
            }
        }
        writeln!(out, "| `{name}`{needed} | {} | {what} |", kind(property)).unwrap();
    }
    for (name, property) in properties {
        let below = match property["type"].as_str() {
            Some("object") if property["properties"].is_object() => {
                Some((format!("{path}.{name}"), property))
            }
            Some("array") if property["items"]["type"] == "object" => {
                Some((format!("{path}.{name}[]"), &property["items"]))
            }
            _ => None,
        };
        // Conditions are Kubernetes' own and documented there.
        if let Some((path, schema)) = below.filter(|(path, _)| !path.ends_with("status.conditions[]")) {
            section(out, &path, schema);
        }
    }
}

fn kind(schema: &Value) -> String {
    if let Some(values) = schema["enum"].as_array() {
        let values: Vec<String> = values.iter().map(|value| format!("`{}`", text(value))).collect();
        return values.join(", ");
    }
    let limit = |keyword: &str| schema[keyword].as_u64();
    match schema["type"].as_str() {
        Some("array") => {
            let most = limit("maxItems")
                .map(|most| format!(", at most {most}"))
                .unwrap_or_default();
            format!("list of {}{most}", kind(&schema["items"]))
        }
        Some("object") if schema["additionalProperties"].is_object() => {
            "names, each with a string".to_owned()
        }
        Some("string") if schema["format"] == "date-time" => "time".to_owned(),
        Some("string") => {
            let most = limit("maxLength")
                .map(|most| format!(" up to {most}"))
                .unwrap_or_default();
            format!("string{most}")
        }
        Some(other) => other.to_owned(),
        None => String::new(),
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// A rule that is said and not listed could not be explained.
#[test]
fn every_rule_that_is_written_is_in_the_catalogue() {
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src/rules")];
    let mut written = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = fs::read_to_string(&path).unwrap();
            let ids = text
                .split(": Rule = Rule {")
                .skip(1)
                .filter_map(|rule| Some(rule.split_once("id: \"")?.1.split_once('"')?.0.to_owned()));
            written.extend(ids);
        }
    }
    assert!(written.len() > 200, "{}", written.len());
    for id in written {
        assert!(rules::find(&id).is_some(), "{id} is in no list");
    }
}
