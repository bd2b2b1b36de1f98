//! What pages tell a person to type in passing: each such line is run as it stands, by the tests of its page or by this one, or
//! stands below with the reason why nothing here can run it. What stands inside a sentence: `inline.rs`.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::control_plane::ControlPlane;
use crate::dns::DnsServer;
use crate::pages::Place;
use crate::upgrade::{controller, served};

const PROGRAM: &str = env!("CARGO_BIN_EXE_zegel");

/// Pages whose commands other tests run: by section in `first.rs` and `pages.rs`, by example in `tests/cli/examples.rs`.
const HELD_ELSEWHERE: [&str; 4] = [
    "docs/first-domain.md",
    "docs/install.md",
    "docs/internet-nl.md",
    "docs/upgrade.md",
];

/// Lines that are not run here, by page (empty: any) and how they begin, and why.
const NOT_RUN: [(&str, &str, &str); 7] = [
    (
        "",
        "helm test ",
        "it needs a kubelet; its pod's arguments are run by selfcheck.rs",
    ),
    ("", "kubectl logs ", "there is no kubelet to ask for them"),
    (
        "docs/gitops.md",
        "kubectl apply --server-side --kustomize gitops/kustomize/example",
        "it is another way to install; kustomize.rs runs it",
    ),
    (
        "docs/probe.md",
        "zegel inspect voorbeeld.nl --starttls chain --probe ",
        "it takes a probe with its certificates; tests/smtp has one",
    ),
    (
        "docs/tenancy.md",
        "kubectl ",
        "tests/cluster/tenants.rs runs them, one after another",
    ),
    ("README.md", "helm install ", "first.rs runs it"),
    (
        "README.md",
        "kubectl ",
        "first.rs runs them, on clusters of their own",
    ),
];

/// What a page leaves to its reader.
const FILLED_IN: [(&str, &str); 2] = [("NAME", "voorbeeld-nl"), ("NAMESPACE", "mail")];

/// Every page a user reads.
pub fn pages() -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let docs = std::fs::read_dir(root.join("docs")).unwrap();
    let mut pages: Vec<PathBuf> = docs.map(|entry| entry.unwrap().path()).collect();
    pages.extend(["README.md", "CONTRIBUTING.md", "charts/zegel/README.md"].map(|page| root.join(page)));
    pages.sort();
    let relative = |path: PathBuf| path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
    pages.into_iter().map(relative).collect()
}

/// The lines of a page, each with the kind of block it stands in: what its fence says, nothing where it is indented. `None`: a
/// sentence.
pub fn lines(page: &str) -> Vec<(Option<String>, String)> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(page);
    let text = std::fs::read_to_string(path).unwrap().replace("\\\n", " ");
    let mut lines = Vec::new();
    let mut fence: Option<String> = None;
    for line in text.lines() {
        match (&fence, line.strip_prefix("```")) {
            (None, Some(kind)) => fence = Some(kind.to_owned()),
            (Some(_), Some(_)) => fence = None,
            (Some(_), None) => lines.push((fence.clone(), line.to_owned())),
            (None, None) => {
                let kind = line.starts_with("    ").then(String::new);
                lines.push((kind, line.to_owned()));
            }
        }
    }
    lines
}

/// The lines of a page's blocks that call the program, kubectl or helm.
fn typed(page: &str) -> Vec<String> {
    // What is shown with what it prints is run by tests/cli/examples.rs.
    let is_typed = |kind: &str| !kind.starts_with("console") && kind != "yaml";
    let plain = |line: String| {
        let line = line.split(" #").next().unwrap_or_default();
        let words: Vec<&str> = line.split_whitespace().skip_while(|word| *word == "$").collect();
        words.join(" ")
    };
    lines(page)
        .into_iter()
        .filter(|(kind, _)| kind.as_deref().is_some_and(is_typed))
        .map(|(_, line)| plain(line))
        .filter(|line| is_ours(line))
        .collect()
}

/// Whether it calls the program, kubectl or helm.
pub fn is_ours(line: &str) -> bool {
    ["kubectl ", "helm ", "zegel "]
        .iter()
        .any(|start| line.starts_with(start))
}

#[tokio::test(flavor = "multi_thread")]
async fn what_pages_tell_to_type_is_what_works() {
    let plane = ControlPlane::start().await.unwrap();
    let place = Place::new(&plane);
    let dns = DnsServer::start(include_str!("../../dev/demo/zone.txt"));
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    std::os::unix::fs::symlink(root.join("gitops"), plane.dir().join("gitops")).unwrap();
    // Argo CD's own, as far as its line needs it.
    let made = [
        "kubectl create namespace argocd",
        "kubectl create configmap argocd-cm --namespace argocd",
    ];
    place.run(&made.map(str::to_owned));

    let resolver = format!("--resolver {} --dnssec off --authorities off", dns.address());
    let mut installed = None;
    let mut unused: BTreeSet<_> = NOT_RUN.into_iter().collect();
    let mut ran = 0;
    // The installation first: what else is typed needs one.
    let mut pages = pages();
    pages.sort_by_key(|page| page != "charts/zegel/README.md");
    for page in &pages {
        if HELD_ELSEWHERE.contains(&page.as_str()) {
            continue;
        }
        for line in typed(page) {
            let left = |(at, start, _): &&(&str, &str, &str)| {
                (at.is_empty() || at == page) && line.starts_with(start)
            };
            if let Some(row) = NOT_RUN.iter().find(left) {
                unused.remove(row);
                continue;
            }
            let mut words: Vec<&str> = line.split(' ').collect();
            for word in &mut words {
                if let Some((_, value)) = FILLED_IN.iter().find(|(name, _)| word == name) {
                    *word = value;
                }
            }
            let mut command = words.join(" ");
            let asks = ["inspect", "check", "init"].map(|asks| format!("zegel {asks} "));
            if asks.iter().any(|asks| command.starts_with(asks.as_str())) {
                command = format!("{command} {resolver}");
            }
            let output = place.shell(&command).output().unwrap();
            let said = String::from_utf8_lossy(&output.stderr);
            // What the program found is no fault of the line that called it.
            let allowed: &[i32] = if command.starts_with("zegel ") {
                &[0, 1]
            } else {
                &[0]
            };
            let code = output.status.code().unwrap_or(-1);
            assert!(allowed.contains(&code), "{page}: {line}\n{code}: {said}");
            ran += 1;
            if command.starts_with("helm install ") && installed.is_none() {
                served(&plane).await;
                installed = Some(controller(&plane, PROGRAM, &dns).await);
                // The domain that pages speak of.
                place.run(&["kubectl apply -f examples/".to_owned()]);
            }
        }
    }
    assert!(unused.is_empty(), "no page has these any more: {unused:?}");
    assert!(ran >= 15, "the pages lost their commands: {ran}");
}
