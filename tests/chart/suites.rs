//! The suites of helm-unittest in `charts/zegel/tests`: for whoever changes the chart and knows that tool.

use std::process::Command;

use crate::control_plane::{chart_dir, run, tools};

#[test]
fn the_suites_of_helm_unittest_pass() {
    let mut suites = Command::new(&tools(&["helm-unittest"]).unwrap()["helm-unittest"]);
    suites.args(["--strict", chart_dir()]);
    let said = run(suites).unwrap();
    assert!(said.contains(" passed") && !said.contains("FAIL"), "{said}");
}
