//! Real records: what they say can be said in a manifest, and is then in sync.

use std::io::Write as _;
use std::sync::Arc;

use serde_json::Value;

use crate::facts::{World, name, now};
use zegel::inquiry::{Kind, Need, Rdata, Txt};
use zegel::intent::{Intent, ManagedRrset, What};
use zegel::judge::spf::{Analysis, Node, analyse};
use zegel::judge::{State, judge};
use zegel::name::Name;
use zegel::records::Class;
use zegel::records::spf::{build, compare, parse};

const FLEET: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/data/fleet");

fn data(file: &str) -> Option<Value> {
    let path = format!("{FLEET}/{file}");
    let Ok(text) = std::fs::read_to_string(&path) else {
        // Not eprintln!, which a passing test keeps to itself.
        let _ = writeln!(std::io::stderr(), "SKIPPED: no fleet at {path}");
        return None;
    };
    Some(serde_json::from_str(&text).unwrap_or_else(|error| panic!("{path}: {error}")))
}

fn txt(text: &str) -> Rdata {
    Rdata::Txt(Txt::split(text.as_bytes()))
}

/// A municipality and what it publishes.
struct Recorded {
    domain: Name,
    spf: String,
}

/// All that publish SPF, and the world they are in: what was not recorded does not exist.
fn recorded() -> Option<(Vec<Recorded>, World)> {
    let (fleet, targets) = (data("nl-municipalities.json")?, data("spf-include-targets.json")?);
    let mut world = World::default();
    for (owner, target) in targets.as_object().into_iter().flatten() {
        if let (Ok(owner), Some(text)) = (owner.parse(), target["txt"].as_str()) {
            world.push(owner, Kind::Txt, 3600, txt(text));
        }
    }
    let mut published = Vec::new();
    for one in fleet.as_array().into_iter().flatten() {
        let domain = name(one["domain"].as_str().unwrap_or_default());
        for host in one["mx"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
        {
            let exchange = name(host);
            world.push(
                domain.clone(),
                Kind::Mx,
                3600,
                Rdata::Mx {
                    preference: 10,
                    exchange,
                },
            );
        }
        if let Some(spf) = one["spf"].as_str().filter(|text| !text.is_empty()) {
            world.push(domain.clone(), Kind::Txt, 3600, txt(spf));
            published.push(Recorded {
                domain,
                spf: spf.to_owned(),
            });
        }
    }
    Some((published, world))
}

#[test]
fn what_a_municipality_publishes_can_be_wanted() {
    let Some((fleet, world)) = recorded() else {
        return;
    };
    let mut in_sync = 0;
    for Recorded { domain, spf } in &fleet {
        let spec = parse(spf.as_bytes()).as_spec();
        let built = build(
            &spec.mechanisms,
            spec.all,
            spec.redirect.as_deref(),
            spec.explanation.as_deref(),
        );
        let record = built.unwrap_or_else(|errors| panic!("{domain}: {errors:?}"));
        let mut intent = Intent::observe(domain.clone(), Vec::new(), Vec::new());
        intent.wanted.push(ManagedRrset {
            name: domain.clone(),
            kind: Kind::Txt,
            what: What::Spf(record),
            path: String::new(),
        });
        let verdict = world.judge(&intent);
        let found = &verdict.records[0];
        if found.state == State::InSync {
            in_sync += 1;
        } else {
            eprintln!("{domain}: {:?} {:?}", found.differences, spec.lost);
        }
        assert!(
            verdict.asked.len() < 400,
            "{domain}: {} questions",
            verdict.asked.len()
        );
    }
    assert_eq!((fleet.len(), in_sync), (341, 341));
}

/// With `ZEGEL_SPF_TERMS=FILE` the counts are also written there, for comparing them with another implementation.
#[test]
fn term_counts_of_the_fleet() {
    let Some((fleet, world)) = recorded() else {
        return;
    };
    let mut counts = serde_json::Map::new();
    let mut over = 0;
    for one in &fleet {
        let analysis = world.settle(|inquiry| analyse(&one.domain, inquiry, Need::Essential));
        let mut problems = Vec::new();
        collect(&analysis.tree, &mut problems);
        over += usize::from(analysis.lookups.worst > 10);
        let entry = serde_json::json!({
            "worst": analysis.lookups.worst, "lowerBound": analysis.lookups.lower_bound, "problems": problems,
        });
        counts.insert(one.domain.to_string(), entry);
    }
    assert!(
        counts.len() == 341 && over > 0,
        "{} domains, {over} over the limit",
        counts.len()
    );
    if let Ok(path) = std::env::var("ZEGEL_SPF_TERMS") {
        let text = serde_json::to_string(&counts).unwrap_or_default();
        std::fs::write(&path, text).unwrap_or_else(|error| panic!("{path}: {error}"));
    }
}

/// What a pass costs: each record is walked once, however many waves it takes until the last of them is known.
#[test]
fn every_record_of_a_municipality_is_walked_once_a_pass() {
    let Some((fleet, world)) = recorded() else {
        return;
    };
    let (mut walked, mut records, mut waves) = (0, 0, 0);
    let began = std::time::Instant::now();
    for one in &fleet {
        let intent = Intent::observe(one.domain.clone(), Vec::new(), Vec::new());
        // Kept alive, so that no later tree takes the place of an earlier one.
        let mut trees: Vec<Arc<Analysis>> = Vec::new();
        world.settle(|inquiry| {
            waves += 1;
            judge(&intent, inquiry, now());
            let tree = analyse(&one.domain, inquiry, Need::Compliance);
            if !trees.iter().any(|known| Arc::ptr_eq(known, &tree)) {
                trees.push(tree);
            }
        });
        walked += trees.iter().map(|tree| read(&tree.tree)).sum::<usize>();
        records += trees.last().map_or(0, |tree| read(&tree.tree));
    }
    let took = began.elapsed();
    eprintln!(
        "{} domains, {records} records, walked {walked} times in {waves} waves, {took:?}",
        fleet.len()
    );
    assert_eq!(walked, records);
}

/// How many records of a tree were read.
fn read(node: &Node) -> usize {
    let below = node.terms.iter().filter_map(|term| term.target.as_ref());
    usize::from(node.record.is_some()) + below.map(read).sum::<usize>()
}

fn collect(node: &Node, problems: &mut Vec<String>) {
    problems.extend(
        node.problem
            .iter()
            .map(|problem| format!("{}: {problem}", node.name)),
    );
    for target in node.terms.iter().filter_map(|term| term.target.as_ref()) {
        collect(target, problems);
    }
}

#[test]
fn what_an_include_target_says_survives_writing() {
    let Some(targets) = data("spf-include-targets.json") else {
        return;
    };
    let mut valid = 0;
    for (owner, target) in targets.as_object().into_iter().flatten() {
        let text = target["txt"].as_str().unwrap_or_default();
        let record = parse(text.as_bytes());
        let Ok(owner) = owner.parse() else { continue };
        let again = parse(record.to_text().as_bytes());
        assert_eq!(compare(&record, &again, &owner).class, Class::Equal, "{text}");
        valid += usize::from(record.is_valid());
    }
    assert!(valid > 5000, "{valid}");
}
