//! The table of the chart's features: what it names as a value is one, and what it names as a test is there.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::ROOT;

#[test]
fn every_row_of_the_charts_table_names_values_and_a_test_that_are_there() {
    let page = fs::read_to_string(Path::new(ROOT).join("docs/chart.md")).unwrap();
    let values = fs::read_to_string(Path::new(ROOT).join("charts/zegel/values.yaml")).unwrap();
    let values: Value = serde_saphyr::from_str(&values).unwrap();
    let tests = tests();
    let mut named = BTreeSet::new();
    let mut rows = 0;
    for row in page
        .lines()
        .filter(|line| line.starts_with("| ") && line.contains('`'))
    {
        let cells: Vec<&str> = row.trim_matches('|').split(" | ").map(str::trim).collect();
        let [_, _, _, value, test] = cells[..] else {
            panic!("a row of another shape: {row}");
        };
        for path in value.split('`').skip(1).step_by(2) {
            let is_elsewhere =
                path.contains(['/', ' ']) || path.starts_with(['-', 'C']) || path.starts_with("zegel.");
            if is_elsewhere || path == "additionalProperties: false" {
                continue;
            }
            let mut place = &values;
            for step in path.split('.') {
                place = &place[step];
            }
            assert!(!place.is_null(), "docs/chart.md: {path} is no value");
        }
        let test = test.trim_matches('`');
        assert!(tests.contains(test), "docs/chart.md: {test} is no test");
        assert!(named.insert(test), "docs/chart.md: {test} twice");
        rows += 1;
    }
    assert!(rows > 30, "{rows}");
}

/// The names of all tests.
fn tests() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut folders = vec![Path::new(ROOT).join("tests"), Path::new(ROOT).join("src")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|it| it == "rs") {
                let text = fs::read_to_string(&path).unwrap();
                for part in text.split("fn ").skip(1) {
                    found.extend(part.split_once("()").map(|(name, _)| name.to_owned()));
                }
            }
        }
    }
    found
}
