//! Real records: what they say can be said in a manifest, and is then in sync.

use serde_json::Value;

use crate::facts::{World, name, now};
use zegel::inquiry::{Kind, Need, Rdata, Txt};
use zegel::intent::{Intent, Wanted, What};
use zegel::judge::State;
use zegel::judge::spf::analyse;
use zegel::records::Class;
use zegel::records::spf::{build, compare, parse};

const FLEET: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/data/fleet");

fn data(file: &str) -> Option<Value> {
    let path = format!("{FLEET}/{file}");
    let Ok(text) = std::fs::read_to_string(&path) else {
        eprintln!("SKIPPED: no fleet at {path}");
        return None;
    };
    Some(serde_json::from_str(&text).unwrap_or_else(|error| panic!("{path}: {error}")))
}

fn txt(text: &str) -> Rdata {
    Rdata::Txt(Txt::split(text.as_bytes()))
}

#[test]
fn what_a_municipality_publishes_can_be_wanted() {
    let (Some(fleet), Some(targets)) = (data("nl-municipalities.json"), data("spf-include-targets.json"))
    else {
        return;
    };
    let mut world = World::default();
    for (owner, target) in targets.as_object().into_iter().flatten() {
        if let (Ok(owner), Some(text)) = (owner.parse(), target["txt"].as_str()) {
            world.push(owner, Kind::Txt, 3600, txt(text));
        }
    }
    let mut published = 0;
    let mut in_sync = 0;
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
        let Some(text) = one["spf"].as_str().filter(|text| !text.is_empty()) else {
            continue;
        };
        published += 1;
        world.push(domain.clone(), Kind::Txt, 3600, txt(text));
        let spec = parse(text.as_bytes()).as_spec();
        let built = build(
            &spec.mechanisms,
            spec.all,
            spec.redirect.as_deref(),
            spec.explanation.as_deref(),
        );
        let record = built.unwrap_or_else(|errors| panic!("{domain}: {errors:?}"));
        let mut intent = Intent::observe(domain.clone(), Vec::new());
        intent.wanted.push(Wanted {
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
            verdict.questions < 400,
            "{domain}: {} questions",
            verdict.questions
        );
    }
    assert_eq!((published, in_sync), (341, 341), "at {}", now());
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

#[test]
fn a_tree_is_walked_within_its_bounds() {
    let Some(targets) = data("spf-include-targets.json") else {
        return;
    };
    let mut world = World::default();
    for (owner, target) in targets.as_object().into_iter().flatten() {
        if let (Ok(owner), Some(text)) = (owner.parse(), target["txt"].as_str()) {
            world.push(owner, Kind::Txt, 3600, txt(text));
        }
    }
    let analysis =
        world.settle(|inquiry| analyse(&name("spf.protection.outlook.com"), inquiry, Need::Essential));
    assert!(
        analysis.ipv4_addresses > 0 && analysis.lookups.worst <= 10,
        "{:?}",
        analysis.lookups
    );
}
