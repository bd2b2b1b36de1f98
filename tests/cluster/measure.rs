//! What a fleet costs the controller and the API server: measured, not judged. Run by hand, with a release build:
//!
//! ```sh
//! cargo build --release
//! ZEGEL=target/release/zegel OBJECTS=10000 cargo test --test cluster -- --ignored --nocapture measure
//! ```
//!
//! Seconds depend on the machine and on what else it does; octets and processor time less so.

use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::control_plane::Process;
use crate::stage::{Stage, run_for};

/// Memory in KiB (now, and the most so far) and processor time in milliseconds of a process.
fn usage(pid: &str) -> Option<(u64, u64, u64)> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let field = |word: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(word))?;
        line.split_whitespace().next()?.parse().ok()
    };
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace().skip(11);
    let mut ticks = || fields.next()?.parse::<u64>().ok();
    // A tick is a hundredth of a second wherever this runs.
    Some((field("VmRSS:")?, field("VmHWM:")?, (ticks()? + ticks()?) * 10))
}

/// The processes below the one whose command line holds this.
fn pids_of(word: &str) -> Vec<String> {
    let found = Command::new("pgrep").args(["-f", word]).output().unwrap();
    String::from_utf8_lossy(&found.stdout)
        .split_whitespace()
        .map(str::to_owned)
        .collect()
}

/// The largest of these processes, by memory: the others are shells that hold a leash.
fn largest(word: &str) -> Option<(u64, u64, u64)> {
    pids_of(word).iter().filter_map(|pid| usage(pid)).max()
}

#[test]
#[ignore = "takes minutes, and asserts nothing"]
fn measure_a_fleet() {
    let objects: usize = std::env::var("OBJECTS")
        .ok()
        .and_then(|number| number.parse().ok())
        .unwrap_or(1000);
    let program =
        std::env::var_os("ZEGEL").map_or_else(|| PathBuf::from(env!("CARGO_BIN_EXE_zegel")), PathBuf::from);
    run_for(Duration::from_secs(3600), async move {
        let stage = Stage::empty("measured").await;
        let api_server = stage.plane.dir().join("kube-apiserver.log");
        let api_server = format!("kube-apiserver.*{}", api_server.parent().unwrap().display());
        stage.create_fleet(objects, json!({})).await;
        let start = |name: &str| {
            let mut command = Command::new(&program);
            command
                .env("KUBECONFIG", &stage.plane.account)
                .args(["controller", "--bind", "127.0.0.1:0", "--identity", name])
                .args(["--namespace", &stage.namespace])
                .args(["--resolver", &stage.dns.address().to_string()])
                .args(["--authorities", "off", "--dnssec", "off"]);
            Process::spawn(command, stage.plane.dir().join(format!("measured-{name}.log"))).unwrap()
        };
        for name in ["first", "restarted"] {
            let (_, _, before) = largest(&api_server).unwrap_or_default();
            let began = Instant::now();
            let process = start(name);
            while stage.with_reason("InSync") < objects {
                tokio::time::sleep(Duration::from_millis(200)).await;
            }
            let took = began.elapsed();
            // What is put off until later is looked at within five minutes; the list is read at once.
            tokio::time::sleep(Duration::from_secs(20)).await;
            let (rss, peak, cpu) = largest(&format!("identity {name}")).unwrap_or_default();
            let (_, _, after) = largest(&api_server).unwrap_or_default();
            println!(
                "{name}: {objects} objects: RSS {rss} KiB, peak {peak} KiB, processor {cpu} ms, API server {} ms, {took:?}",
                after - before
            );
            drop(process);
        }
        stage.end().await;
    });
}
