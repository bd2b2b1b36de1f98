//! What the judgement of one domain costs, facts in memory: no socket, no wait.
//!
//! `cargo bench --bench judge [FOLDER]` (or `--profile dev`). FOLDER holds a recorded fleet, by default the one beside
//! the project; every domain of it is judged to its last wave again and again. Only the ratio of two builds on one
//! machine means anything: the median of several rounds is printed, with how many waves and questions a domain takes.

#[path = "../tests/support/facts.rs"]
mod facts;

use std::path::{Path, PathBuf};
use std::time::Instant;

use facts::{World, name};
use serde_json::Value;
use zegel::inquiry::{Kind, Rdata, Txt, settle_from};
use zegel::intent::Intent;
use zegel::judge::dkim::probes::PROBE_SELECTORS;
use zegel::judge::judge;

const ROUNDS: usize = 9;

fn main() {
    let given = std::env::args()
        .skip(1)
        .find(|argument| !argument.starts_with("--"));
    let folder = given.map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/data/fleet")),
        PathBuf::from,
    );
    let Some((domains, world)) = recorded(&folder) else {
        println!("SKIPPED: no fleet at {}", folder.display());
        return;
    };
    let probes: Vec<String> = PROBE_SELECTORS
        .iter()
        .map(|&selector| selector.to_owned())
        .collect();
    let intents: Vec<Intent> = domains
        .iter()
        .map(|domain| Intent::observe(name(domain), Vec::new(), probes.clone()))
        .collect();
    let mut rounds = Vec::new();
    let (mut waves, mut questions) = (0, 0);
    for _ in 0..ROUNDS {
        (waves, questions) = (0, 0);
        let began = Instant::now();
        for intent in &intents {
            let (verdict, _) = settle_from(
                |question| world.answer(question),
                |inquiry| {
                    waves += 1;
                    judge(intent, inquiry, facts::now())
                },
            );
            questions += verdict.asked.len();
        }
        rounds.push(began.elapsed().as_secs_f64() / intents.len() as f64);
    }
    rounds.sort_by(f64::total_cmp);
    println!(
        "{} domains: {:.3} ms a domain (median of {ROUNDS}; fastest {:.3}), {:.1} waves, {:.1} questions",
        intents.len(),
        rounds[ROUNDS / 2] * 1e3,
        rounds[0] * 1e3,
        waves as f64 / intents.len() as f64,
        questions as f64 / intents.len() as f64,
    );
}

/// The domains of a recorded fleet, and the world they are in: what was not recorded does not exist.
fn recorded(folder: &Path) -> Option<(Vec<String>, World)> {
    let read = |file: &str| -> Option<Value> {
        serde_json::from_str(&std::fs::read_to_string(folder.join(file)).ok()?).ok()
    };
    let (fleet, targets) = (read("nl-municipalities.json")?, read("spf-include-targets.json")?);
    let mut world = World::default();
    let txt = |text: &str| Rdata::Txt(Txt::split(text.as_bytes()));
    for (owner, target) in targets.as_object()? {
        if let (Ok(owner), Some(text)) = (owner.parse(), target["txt"].as_str()) {
            world.push(owner, Kind::Txt, 3600, txt(text));
        }
    }
    let mut domains = Vec::new();
    for one in fleet.as_array()? {
        let domain = one["domain"].as_str()?;
        for host in one["mx"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
        {
            let exchange = name(host);
            world.push(
                name(domain),
                Kind::Mx,
                3600,
                Rdata::Mx {
                    preference: 10,
                    exchange,
                },
            );
        }
        for (owner, field) in [(domain.to_owned(), "spf"), (format!("_dmarc.{domain}"), "dmarc")] {
            if let Some(text) = one[field].as_str().filter(|text| !text.is_empty()) {
                world.push(name(&owner), Kind::Txt, 3600, txt(text));
            }
        }
        domains.push(domain.to_owned());
    }
    Some((domains, world))
}
