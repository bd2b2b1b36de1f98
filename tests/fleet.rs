//! A real fleet: 342 Dutch municipalities as they were recorded, adopted, checked, and kept by the controller.
//!
//! The recorded MX, SPF and DKIM CNAMEs and every recorded include target are served from a DNS server on loopback;
//! what was not recorded is answered "no data". So findings about addresses, keys and DMARC are artefacts here, and the
//! fleet is judged by the state of its SPF records. The data is not part of the project: without it this says so
//! loudly and passes.

#[path = "support/control_plane.rs"]
mod control_plane;
#[path = "support/dns.rs"]
mod dns;
#[path = "fleet/watched.rs"]
mod watched;

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use futures::StreamExt;
use kube::api::{Api, PostParams};
use kube::runtime::{WatchStreamExt, watcher};
use serde_json::Value;
use zegel::api::MailDomain;
use zegel::records::presentation;

use self::control_plane::{ControlPlane, Process};
use self::dns::DnsServer;
use self::watched::{Watched, until};

/// The one municipality without an SPF record.
const WITHOUT_SPF: &str = "wassenaar.nl";
/// Whose record is changed behind the controller's back.
const CHANGED: &str = "apeldoorn.nl";
/// Time for all verdicts, on a busy machine: a bound against hanging, not a measurement.
const WITHIN: Duration = Duration::from_mins(8);

/// Rules that hang on what was not recorded: addresses, keys, DMARC.
const ARTEFACTS: &[&str] = &[
    "DKIM-037",
    "DMARC-042",
    "MX-009",
    "SPF-044",
    "SPF-050",
    "SPF-092",
    "SPF-093",
];

struct Fleet {
    domains: Vec<String>,
    zone: String,
}

/// The recorded fleet as a zone; `None`, said loudly, where there is none.
fn fleet() -> Option<Fleet> {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/data/fleet"));
    let read = |file: &str| -> Option<Value> {
        let text = std::fs::read_to_string(folder.join(file)).ok()?;
        Some(serde_json::from_str(&text).expect("the fleet's data is JSON"))
    };
    let (Some(municipalities), Some(targets)) =
        (read("nl-municipalities.json"), read("spf-include-targets.json"))
    else {
        // Not eprintln!, which a passing test keeps to itself.
        let _ = writeln!(
            std::io::stderr(),
            "SKIPPED: no fleet data in {}: nothing was adopted or checked",
            folder.display()
        );
        return None;
    };
    let mut fleet = Fleet {
        domains: Vec::new(),
        zone: String::new(),
    };
    // A TTL shorter than the interval, so that every look asks DNS.
    let mut line = |owner: &str, rest: String| fleet.zone.push_str(&format!("{owner} 5 {rest}\n"));
    for entry in municipalities.as_array().expect("a list of municipalities") {
        let domain = entry["domain"].as_str().expect("a domain");
        for exchange in entry["mx"].as_array().expect("a list of MX hosts") {
            line(domain, format!("MX 10 {}", exchange.as_str().expect("a host")));
        }
        if let Some(spf) = entry["spf"].as_str().filter(|spf| !spf.is_empty()) {
            line(domain, format!("TXT {}", presentation(spf.as_bytes())));
        }
        for (selector, target) in entry["dkim_cname"].as_object().expect("selectors") {
            let owner = format!("{selector}._domainkey.{domain}");
            line(&owner, format!("CNAME {}", target.as_str().expect("a target")));
        }
        fleet.domains.push(domain.to_owned());
    }
    for (name, target) in targets.as_object().expect("include targets") {
        line(
            name,
            format!(
                "TXT {}",
                presentation(target["txt"].as_str().expect("a text").as_bytes())
            ),
        );
    }
    Some(fleet)
}

impl Fleet {
    fn serve(&self) -> DnsServer {
        let server = DnsServer::start(&self.zone);
        server.absent_is_nodata(true);
        server
    }
}

/// The program; `ZEGEL` names another build of it, to measure that one.
fn program() -> PathBuf {
    std::env::var_os("ZEGEL").map_or_else(|| PathBuf::from(env!("CARGO_BIN_EXE_zegel")), PathBuf::from)
}

/// Runs zegel; gives its standard output and exit code.
fn zegel(arguments: &[&str]) -> (String, i32) {
    let output = Command::new(program())
        .args(arguments)
        .output()
        .expect("zegel runs");
    let code = output.status.code().expect("zegel exits by itself");
    assert!(
        code != 2,
        "{arguments:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    (
        String::from_utf8(output.stdout).expect("zegel prints UTF-8"),
        code,
    )
}

/// Writes the MailDomains that the served fleet satisfies.
fn adopt(fleet: &Fleet, server: &DnsServer, folder: &Path) -> PathBuf {
    let list = folder.join("domains.txt");
    std::fs::write(&list, fleet.domains.join("\n")).expect("the list is written");
    let resolver = server.address().to_string();
    let list = list.to_str().expect("a path in UTF-8");
    let (manifests, _) = zegel(&[
        "inspect",
        "--from",
        list,
        "--output",
        "manifest",
        "--resolver",
        &resolver,
    ]);
    let path = folder.join("fleet.yaml");
    std::fs::write(&path, manifests).expect("the manifests are written");
    path
}

#[test]
fn every_municipality_is_adopted_and_its_spf_record_is_in_sync() {
    let Some(fleet) = fleet() else { return };
    let server = fleet.serve();
    let folder = tempfile::tempdir().expect("a folder");

    let began = Instant::now();
    let manifests = adopt(&fleet, &server, folder.path());
    let (adopting, asked) = (began.elapsed(), server.seen().total());
    server.forget();
    let began = Instant::now();
    let manifests = manifests.to_str().expect("a path in UTF-8");
    let resolver = server.address().to_string();
    let (report, _) = zegel(&["check", manifests, "--output", "json", "--resolver", &resolver]);
    let (checking, asked_again) = (began.elapsed(), server.seen().total());

    let mut states: BTreeMap<String, Option<String>> = BTreeMap::new();
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for line in report.lines() {
        let report: Value = serde_json::from_str(line).expect("one JSON object a line");
        let domain = report["domain"].as_str().expect("a domain").to_owned();
        for finding in report["findings"].as_array().expect("findings") {
            let rule = finding["rule"].as_str().expect("a rule").to_owned();
            found.entry(rule).or_default().insert(domain.clone());
        }
        let records = report["records"].as_array().expect("records");
        let spf = records
            .iter()
            .find(|record| record["standard"] == "SPF" && record["name"] == domain.as_str());
        states.insert(
            domain,
            spf.map(|record| record["state"].as_str().expect("a state").to_owned()),
        );
        assert!(
            records.iter().all(|record| record["state"] == "InSync"),
            "adopted and not in sync: {line}"
        );
    }
    let wanted: BTreeSet<&String> = fleet.domains.iter().collect();
    assert_eq!(
        states.keys().collect::<BTreeSet<_>>(),
        wanted,
        "every domain is reported once"
    );
    let in_sync = states
        .values()
        .flatten()
        .filter(|state| *state == "InSync")
        .count();
    let others: Vec<_> = states
        .iter()
        .filter(|(_, state)| state.as_deref() != Some("InSync"))
        .collect();
    assert_eq!(others, [(&WITHOUT_SPF.to_owned(), &None)], "the exceptions");
    assert_eq!(in_sync, fleet.domains.len() - 1);

    found.retain(|rule, _| !ARTEFACTS.contains(&rule.as_str()));
    let found: BTreeMap<String, usize> = found
        .into_iter()
        .map(|(rule, domains)| (rule, domains.len()))
        .collect();
    assert_eq!(found, documented(), "docs/fleet.md says otherwise");
    let each = |questions: usize| questions as f64 / fleet.domains.len() as f64;
    eprintln!(
        "fleet: {in_sync} of {} SPF records in sync; adopted in {adopting:.1?} ({:.1} questions a domain), \
         checked in {checking:.1?} ({:.1} questions a domain)",
        fleet.domains.len(),
        each(asked),
        each(asked_again)
    );
}

/// How many domains each rule was found at, as docs/fleet.md has it.
fn documented() -> BTreeMap<String, usize> {
    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/fleet.md"))
        .expect("docs/fleet.md");
    let row = |line: &str| {
        let mut cells = line.split('|').map(str::trim).skip(1);
        let (rule, count) = (cells.next()?, cells.next()?);
        zegel::rules::find(rule).map(|rule| (rule.id.to_owned(), count.parse().expect("a count")))
    };
    page.lines().filter_map(row).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_controller_gives_every_municipality_its_verdict_and_finds_the_one_that_changes() {
    let Some(fleet) = fleet() else { return };
    let server = fleet.serve();
    let folder = tempfile::tempdir().expect("a folder");
    let manifests = std::fs::read_to_string(adopt(&fleet, &server, folder.path())).expect("manifests");
    server.forget();

    let plane = ControlPlane::start().await.expect("a control plane");
    let account = plane
        .install_chart("zegel-system", &[])
        .await
        .expect("the chart is accepted");
    plane.create_namespace("fleet").await.expect("a namespace");
    let objects: Api<MailDomain> = Api::namespaced(plane.client(), "fleet");

    let stream = watcher(objects.clone(), watcher::Config::default()).applied_objects();
    let mut stream = std::pin::pin!(stream);
    let mut watched = Watched::default();
    let created = create(&objects, &manifests).await;
    assert_eq!(created, fleet.domains.len(), "every manifest is accepted");

    let began = Instant::now();
    let mut command = Command::new(program());
    command
        .args(["controller", "--resolver", &server.address().to_string()])
        .args(["--leader-elect", "--bind", "127.0.0.1:0"])
        .env("KUBECONFIG", &account)
        .env("POD_NAMESPACE", "zegel-system");
    let mut controller =
        Process::spawn(command, folder.path().join("controller.log")).expect("the controller starts");

    let all = |watched: &Watched| fleet.domains.iter().all(|domain| watched.has_verdict(domain));
    until(
        &mut stream,
        &mut watched,
        &mut controller,
        "every domain has its verdict",
        all,
    )
    .await;
    let (verdicts, asked) = (began.elapsed(), server.seen().total());
    assert!(
        watched.first.values().all(|&writes| writes == 1),
        "one status write in the first pass: {:?}",
        watched.first
    );
    for domain in &fleet.domains {
        let ready = watched.ready(domain).expect("a Ready condition");
        assert!(
            matches!(
                ready.reason.as_str(),
                "Compliant" | "Noncompliant" | "Unconfirmed"
            ),
            "{domain}: {ready:?}"
        );
    }

    // Findings that are errors count once they are older than settleWindow: one more write for those. Then silence.
    let settled = |watched: &Watched| {
        fleet.domains.iter().all(|domain| {
            watched
                .ready(domain)
                .is_some_and(|ready| ready.reason != "Unconfirmed")
        })
    };
    until(
        &mut stream,
        &mut watched,
        &mut controller,
        "findings are confirmed",
        settled,
    )
    .await;
    let (before, quiet) = (watched.total(), server.seen().total());
    let its_own = watched.writes(CHANGED);
    let looked_again = |_: &Watched| server.seen().total() > quiet + asked;
    until(
        &mut stream,
        &mut watched,
        &mut controller,
        "the fleet is looked at again",
        looked_again,
    )
    .await;
    assert_eq!(watched.total(), before, "no status write while nothing changes");

    server.set(&format!("{CHANGED} 5 TXT v=spf1 +all"));
    let drifted = |watched: &Watched| {
        watched
            .ready(CHANGED)
            .is_some_and(|ready| ready.reason == "Drifted")
    };
    let began = Instant::now();
    until(
        &mut stream,
        &mut watched,
        &mut controller,
        "the change is found",
        drifted,
    )
    .await;
    let found = began.elapsed();
    let others = (watched.total() - before) - (watched.writes(CHANGED) - its_own);
    let drifted: Vec<_> = fleet
        .domains
        .iter()
        .filter(|domain| {
            watched
                .ready(domain)
                .is_some_and(|ready| ready.reason == "Drifted")
        })
        .collect();
    assert_eq!(drifted, [CHANGED], "found there and only there");

    eprintln!(
        "fleet: {} verdicts {verdicts:.1?} after the controller's start, {:.1} questions a domain, 1 status write a \
         domain; {} kB resident (this build); the change found in {found:.1?}; {others} other writes meanwhile",
        fleet.domains.len(),
        asked as f64 / fleet.domains.len() as f64,
        resident(&server.address().to_string()).unwrap_or_default(),
    );
}

/// Creates every manifest, looked at often and confirmed soon; gives their number.
async fn create(objects: &Api<MailDomain>, manifests: &str) -> usize {
    let manifests: Vec<MailDomain> = serde_saphyr::from_multiple(manifests).expect("manifests parse");
    futures::stream::iter(&manifests)
        .map(|manifest| async move {
            let mut object = manifest.clone();
            object.spec.interval = Some("10s".to_owned());
            object.spec.settle_window = Some("1s".to_owned());
            objects
                .create(&PostParams::default(), &object)
                .await
                .expect("the API server accepts the manifest")
        })
        .buffer_unordered(8)
        .count()
        .await
}

/// The resident memory, in kB, of the process that was started with this argument.
fn resident(argument: &str) -> Option<u64> {
    let processes = std::fs::read_dir("/proc")
        .ok()?
        .flatten()
        .map(|entry| entry.path());
    let process = processes.filter(|path| path.join("exe").exists()).find(|path| {
        let command = std::fs::read(path.join("cmdline")).unwrap_or_default();
        let mut words = command.split(|&octet| octet == 0);
        words.next().is_some_and(|program| program.ends_with(b"zegel"))
            && words.any(|word| word == argument.as_bytes())
    })?;
    let status = std::fs::read_to_string(process.join("status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.trim().trim_end_matches(" kB").parse().ok()
}
