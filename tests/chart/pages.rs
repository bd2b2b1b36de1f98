//! The commands of docs/install.md and docs/upgrade.md, run as they stand on a fresh cluster.

use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;

use crate::control_plane::{ControlPlane, IMAGE, run, tools};

/// Commands nothing here can run, and why.
const NOT_RUN: [(&str, &str); 2] = [
    (
        "helm test ",
        "it needs a kubelet; its pod's arguments are run by selfcheck.rs",
    ),
    (
        "zegel controller",
        "it runs until it is stopped; selfcheck.rs runs it with the chart's arguments",
    ),
];

/// The commands in the blocks of a section that are run.
fn commands(page: &str, section: &str) -> Vec<String> {
    let text = std::fs::read_to_string(format!("{}/docs/{page}", env!("CARGO_MANIFEST_DIR"))).unwrap();
    let section = text
        .split(&format!("\n## {section}\n"))
        .nth(1)
        .unwrap_or_else(|| panic!("{page} has no section {section}"));
    let section = section.split("\n## ").next().unwrap();
    let blocks = section.split("```text\n").skip(1);
    let blocks = blocks.map(|rest| rest.split("\n```").next().unwrap());
    let text = blocks.collect::<Vec<_>>().join("\n").replace("\\\n", " ");
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let run = lines.filter(|line| !NOT_RUN.iter().any(|(start, _)| line.starts_with(start)));
    run.map(str::to_owned).collect()
}

/// A place where `helm`, `kubectl` and `zegel` are the ones under test, and the chart lies as in the project.
pub struct Place<'p> {
    plane: &'p ControlPlane,
}

impl<'p> Place<'p> {
    pub fn new(plane: &'p ControlPlane) -> Self {
        let bin = plane.dir().join("bin");
        std::fs::create_dir_all(&bin).unwrap();
        for (name, path) in tools(&["helm", "kubectl"]).unwrap() {
            symlink(path, bin.join(name)).unwrap();
        }
        for name in ["zegel", "kubectl-zegel"] {
            symlink(env!("CARGO_BIN_EXE_zegel"), bin.join(name)).unwrap();
        }
        for folder in ["charts", "examples"] {
            let there = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
            symlink(there, plane.dir().join(folder)).unwrap();
        }
        Self { plane }
    }

    pub fn run(&self, commands: &[String]) {
        assert!(!commands.is_empty());
        for line in commands {
            if let Err(error) = run(self.shell(line)) {
                panic!("{line}\n{error}");
            }
        }
    }

    /// A line of a page, as somebody types it.
    pub fn shell(&self, line: &str) -> Command {
        let mut shell = Command::new("bash");
        let path = std::env::var("PATH").unwrap();
        shell
            .args(["-euo", "pipefail", "-c", line])
            .current_dir(self.plane.dir())
            .env(
                "PATH",
                format!("{}:{path}", self.plane.dir().join("bin").display()),
            )
            .env("KUBECONFIG", self.plane.kubeconfig())
            .env("NO_COLOR", "1")
            .env("HOME", self.plane.dir());
        shell
    }

    fn has(&self, what: &str) -> bool {
        let mut get = self.plane.kubectl();
        get.args(["get", "--namespace", "zegel-system"])
            .args(what.split(' '));
        run(get).is_ok()
    }
}

#[tokio::test]
async fn installing_with_the_chart_and_uninstalling_go_as_the_page_says() {
    let plane = ControlPlane::start().await.unwrap();
    let place = Place::new(&plane);
    place.run(&commands("install.md", "With the chart"));
    assert!(place.has("deployment zegel"));
    place.run(&commands("install.md", "Uninstall"));
    assert!(!place.has("deployment zegel") && place.has("crd maildomains.zegel.dev"));
}

#[tokio::test]
async fn installing_with_kubectl_and_the_crd_alone_go_as_the_page_says() {
    let plane = ControlPlane::start().await.unwrap();
    let place = Place::new(&plane);
    place.run(&commands("install.md", "With kubectl"));
    assert!(place.has("deployment zegel") && place.has("crd maildomains.zegel.dev"));
    assert!(
        !place.has("pod zegel-selfcheck"),
        "the pod of helm test is Helm's"
    );
    let alone = commands("install.md", "The program alone");
    let crd: Vec<String> = alone
        .into_iter()
        .filter(|line| line.starts_with("zegel crd"))
        .collect();
    place.run(&crd);
}

#[tokio::test]
async fn upgrading_and_going_back_go_as_the_page_says() {
    let plane = ControlPlane::start().await.unwrap();
    let place = Place::new(&plane);
    let mut install = plane.helm().unwrap();
    install.args([
        "install",
        "zegel",
        crate::upgrade::CHART_0_1_0,
        "--create-namespace",
    ]);
    install.args(["--namespace", "zegel-system", "--set", IMAGE]);
    run(install).unwrap();
    place.run(&commands("upgrade.md", "With the chart"));
    place.run(&commands("upgrade.md", "Back"));
}

/// Values named in the pages are values of the chart.
#[test]
fn values_in_the_pages_are_values_of_the_chart() {
    let defaults = crate::template::defaults();
    for page in [
        "install.md",
        "upgrade.md",
        "alerts.md",
        "rights.md",
        "operations.md",
        "security.md",
        "troubleshooting.md",
        "metrics.md",
        "chart.md",
    ] {
        let text = std::fs::read_to_string(format!("{}/docs/{page}", env!("CARGO_MANIFEST_DIR"))).unwrap();
        for code in text.split('`').skip(1).step_by(2) {
            let Some((path, _)) = code.split_once('=') else {
                continue;
            };
            let path = path.trim_start_matches("--set ");
            let first = path.split('.').next().unwrap();
            // A sentence is quoted, and no value.
            if !path.contains('.') || path.contains(' ') || defaults[first].is_null() {
                continue;
            }
            let mut place = &defaults;
            for step in path.split('.') {
                // Below an empty object anything may be.
                if place.as_object().is_some_and(|fields| fields.is_empty()) {
                    break;
                }
                place = &place[step];
                assert!(
                    !place.is_null(),
                    "docs/{page} speaks of {path}, which is no value"
                );
            }
        }
    }
}
