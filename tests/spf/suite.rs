//! The openspf.org suite for RFC 7208, through the evaluation the command line uses.

#![allow(clippy::unwrap_used)] // A suite that cannot be read is a failed test.

use std::io::Write as _;
use std::net::IpAddr;

use serde_json::Value;

use crate::facts::{World, now};
use zegel::inquiry::{Kind, Rdata, Trouble, Txt};
use zegel::judge::spf::{Client, evaluate};
use zegel::name::Name;

const SUITE: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../shared/suites/openspf/rfc7208-tests.yml"
);

/// Where the suite itself allows several results: these, and what is given here.
const SEVERAL: &[(&str, &[&str], &str)] = &[
    ("invalid-domain-empty-label", &["fail", "permerror"], "fail"),
    ("invalid-domain-long", &["fail", "permerror"], "fail"),
    ("invalid-domain-long-via-macro", &["fail", "permerror"], "fail"),
    ("multispf1", &["permerror", "fail"], "permerror"),
    ("p-macro-multiple", &["pass", "softfail"], "pass"),
    ("ptr-limit", &["neutral", "pass"], "neutral"),
];

#[test]
fn the_whole_suite() {
    let Ok(text) = std::fs::read_to_string(SUITE) else {
        // Not eprintln!, which a passing test keeps to itself.
        let _ = writeln!(std::io::stderr(), "SKIPPED: no suite at {SUITE}");
        return;
    };
    let scenarios: Vec<Value> = serde_saphyr::from_multiple(&text).unwrap();
    let mut count = 0;
    let mut wrong = Vec::new();
    let mut several = Vec::new();
    for scenario in &scenarios {
        let world = world(&scenario["zonedata"]);
        for (id, test) in scenario["tests"].as_object().unwrap() {
            count += 1;
            let said = |key: &str| test[key].as_str().unwrap_or_else(|| panic!("{id}: {key}"));
            let ip: IpAddr = said("host").parse().unwrap();
            let client = Client::new(ip, said("mailfrom"), said("helo"), "receiver.example", now());
            let evaluation = world.settle(|inquiry| evaluate(&client, inquiry));
            let allowed: Vec<&str> = match &test["result"] {
                Value::Array(results) => results.iter().filter_map(Value::as_str).collect(),
                one => vec![one.as_str().unwrap()],
            };
            let result = evaluation.result.as_str();
            let explanation = evaluation.explanation.as_deref().unwrap_or("DEFAULT");
            let explained = test["explanation"]
                .as_str()
                .is_none_or(|wanted| wanted == explanation);
            if !allowed.contains(&result) || !explained {
                wrong.push(format!(
                    "{id}: want {allowed:?} {}, found {evaluation:#?}",
                    test["explanation"]
                ));
            }
            if allowed.len() > 1 {
                several.push((id.clone(), allowed.join(" "), result.to_owned()));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {count} wrong:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    assert_eq!(count, 203);
    several.sort();
    let known: Vec<_> = SEVERAL
        .iter()
        .map(|(id, all, one)| ((*id).to_owned(), all.join(" "), (*one).to_owned()))
        .collect();
    assert_eq!(several, known);
}

/// One scenario's zone data. Records of type SPF stand for TXT as well, unless the name has TXT of its own.
fn world(zone: &Value) -> World {
    let mut world = World::default();
    for (owner, entries) in zone.as_object().unwrap() {
        let owner = owner.strip_suffix('.').unwrap_or(owner);
        let Ok(owner) = Name::from_labels(owner.split('.')) else {
            continue; // No question can name it.
        };
        let entries = entries.as_array().unwrap();
        let own_txt = entries.iter().any(|entry| entry.get("TXT").is_some());
        for entry in entries {
            let Some((kind, value)) = entry.as_object().and_then(|entry| entry.iter().next()) else {
                assert_eq!(entry, "TIMEOUT");
                // Times out for every type that is not listed: a listed one is found first.
                for kind in [Kind::A, Kind::Aaaa, Kind::Mx, Kind::Ptr, Kind::Txt] {
                    let listed = |entry: &Value| {
                        entry.get(kind.to_string()).is_some_and(|value| value != "NONE")
                            || kind == Kind::Txt && !own_txt && entry.get("SPF").is_some()
                    };
                    if !entries.iter().any(listed) {
                        world.fail(owner.clone(), kind, Trouble::Timeout);
                    }
                }
                continue;
            };
            for (kind, rdata) in records(kind, value, own_txt) {
                world.push(owner.clone(), kind, 300, rdata);
            }
        }
    }
    world
}

fn records(kind: &str, value: &Value, own_txt: bool) -> Vec<(Kind, Rdata)> {
    let text = || value.as_str().unwrap();
    let host = |value: &Value| {
        let text = value.as_str().unwrap();
        let text = text.strip_suffix('.').unwrap_or(text);
        if text.is_empty() {
            Name::root()
        } else {
            Name::from_labels(text.split('.')).unwrap()
        }
    };
    let strings = || match value {
        Value::Array(strings) => strings
            .iter()
            .map(|one| one.as_str().unwrap().as_bytes().to_vec())
            .collect(),
        one => vec![one.as_str().unwrap().as_bytes().to_vec()],
    };
    if value == "NONE" {
        return Vec::new();
    }
    match kind {
        "A" => vec![(Kind::A, Rdata::A(text().parse().unwrap()))],
        "AAAA" => vec![(Kind::Aaaa, Rdata::Aaaa(text().parse().unwrap()))],
        "MX" => {
            let preference = u16::try_from(value[0].as_u64().unwrap()).unwrap();
            vec![(
                Kind::Mx,
                Rdata::Mx {
                    preference,
                    exchange: host(&value[1]),
                },
            )]
        }
        "PTR" => vec![(Kind::Ptr, Rdata::Ptr(host(value)))],
        "CNAME" => vec![(Kind::Cname, Rdata::Cname(host(value)))],
        "TXT" => vec![(Kind::Txt, Rdata::Txt(Txt { strings: strings() }))],
        "SPF" => {
            let mut records = vec![(Kind::Spf, Rdata::Txt(Txt { strings: strings() }))];
            if !own_txt {
                records.push((Kind::Txt, Rdata::Txt(Txt { strings: strings() })));
            }
            records
        }
        other => panic!("{other}"),
    }
}
