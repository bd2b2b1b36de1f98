//! Every manifest a person may copy, from `examples/` and from the documentation, is a good one.

#![allow(clippy::unwrap_used, reason = "a test stops where it cannot go on")]

#[path = "support/dns.rs"]
mod dns;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use zegel::api::{self, MailDomain, MailDomainGrant};
use zegel::intent::{Grant, Intent};

use self::dns::DnsServer;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

#[test]
fn every_example_is_a_maildomain_that_can_be_judged() {
    let mut roles = std::collections::HashSet::new();
    let mut domains = std::collections::HashSet::new();
    for path in files("examples", "yaml") {
        let text = fs::read_to_string(&path).unwrap();
        for domain in maildomains(&text, &path) {
            roles.insert(domain.spec.role);
            assert!(
                domains.insert(domain.spec.domain.clone()),
                "{} twice",
                domain.spec.domain
            );
            let name = domain.metadata.name.unwrap();
            assert!(
                name.len() <= 14 && domain.spec.domain.len() <= 14,
                "{name} makes the table too wide"
            );
        }
    }
    assert_eq!(roles.len(), 4, "there is an example of every role");
}

#[test]
fn every_manifest_in_the_documentation_is_a_maildomain_that_can_be_judged() {
    let mut seen = 0;
    let mut paths = files("docs", "md");
    paths.push(Path::new(ROOT).join("README.md"));
    for path in paths {
        let text = fs::read_to_string(&path).unwrap();
        for block in yaml_blocks(&text) {
            seen += maildomains(&block, &path).len();
        }
    }
    assert!(seen >= 5, "the documentation has lost its manifests: {seen}");
}

/// The demo's zone is what the examples ask for: else the demo could not begin in sync.
#[test]
fn the_demos_zone_is_what_the_examples_ask_for() {
    let server = DnsServer::start(include_str!("../dev/demo/zone.txt"));
    let output = Command::new(env!("CARGO_BIN_EXE_zegel"))
        .args(["check", "examples", "--resolver", &server.address().to_string()])
        .current_dir(ROOT)
        .output()
        .unwrap();
    let (out, err) = (
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    assert_eq!(output.status.code(), Some(0), "{out}\n{err}");
}

#[test]
fn every_grant_that_is_shown_is_one() {
    let text = fs::read_to_string(Path::new(ROOT).join("examples/tenancy/grants.yaml")).unwrap();
    let page = fs::read_to_string(Path::new(ROOT).join("docs/tenancy.md")).unwrap();
    let mut seen = 0;
    for text in yaml_blocks(&page).into_iter().chain([text]) {
        let values: Vec<Value> = serde_saphyr::from_multiple(&text).unwrap();
        for value in values.iter().filter(|value| value["kind"] == "MailDomainGrant") {
            assert_eq!(api::validate(value).violations, [], "{value}");
            let grant: MailDomainGrant = serde_json::from_value(value.clone()).unwrap();
            Grant::from_spec(&grant.spec).unwrap();
            seen += 1;
        }
    }
    assert_eq!(seen, 4);
}

/// The MailDomains of a YAML text, each held to schema, rules and intent.
fn maildomains(text: &str, path: &Path) -> Vec<MailDomain> {
    let values: Vec<Value> = serde_saphyr::from_multiple(text)
        .unwrap_or_else(|error| panic!("{}: {error}\n{text}", path.display()));
    let is_ours = |value: &&Value| value["kind"] == "MailDomain";
    let mut domains = Vec::new();
    for value in values.iter().filter(is_ours) {
        let domain: MailDomain = serde_json::from_value(value.clone())
            .unwrap_or_else(|error| panic!("{}: {error}\n{text}", path.display()));
        let object = serde_json::to_value(&domain).unwrap();
        assert_eq!(
            api::validate(&object).violations,
            [],
            "{}\n{text}",
            path.display()
        );
        if let Err(errors) = Intent::from_spec(&domain.spec) {
            panic!("{}: {errors:?}\n{text}", path.display());
        }
        domains.push(domain);
    }
    domains
}

/// The fenced blocks of a Markdown text that say they are YAML.
fn yaml_blocks(text: &str) -> Vec<String> {
    let mut blocks = Vec::new();
    let mut block: Option<String> = None;
    for line in text.lines() {
        match &mut block {
            None if line.trim() == "```yaml" => block = Some(String::new()),
            None => {}
            Some(_) if line.trim() == "```" => blocks.extend(block.take()),
            Some(block) => {
                block.push_str(line);
                block.push('\n');
            }
        }
    }
    blocks
}

fn files(folder: &str, extension: &str) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = fs::read_dir(Path::new(ROOT).join(folder))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|it| it == extension))
        .collect();
    paths.sort();
    assert!(!paths.is_empty(), "no .{extension} in {folder}");
    paths
}
