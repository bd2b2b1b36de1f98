//! The examples of the README, docs/cli.md, docs/first-domain.md and docs/internet-nl.md: run against the zone below, each says what the page says it does.
//!
//! What a command writes to a file (`> FILE`) is there for those after it. With `UPDATE` set the pages are written anew; look
//! at the difference before committing it.

use std::fmt::Write as _;
use std::path::Path;

use super::harness::folder;
use crate::dns::DnsServer;

/// What the examples' domains have in DNS.
const ZONE: &str = include_str!("examples.txt");

const MANIFEST: &str = "\
apiVersion: zegel.dev/v1alpha1
kind: MailDomain
metadata: {name: voorbeeld-nl, namespace: mail}
spec:
  domain: voorbeeld.nl
  role: Mail
  spf: {mechanisms: [mx, 'ip4:192.0.2.0/24'], all: SoftFail}
  dmarc: {policy: Reject, subdomainPolicy: Quarantine, aggregateReports: ['mailto:dmarc@voorbeeld.nl']}
";

#[test]
fn every_example_says_what_the_page_says() {
    for name in [
        "README.md",
        "docs/cli.md",
        "docs/first-domain.md",
        "docs/internet-nl.md",
    ] {
        let page = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
        let text = std::fs::read_to_string(&page).expect("the page is there");
        let fresh = run_examples(&text);
        if std::env::var_os("UPDATE").is_some() {
            std::fs::write(&page, &fresh).expect("the page can be written");
            continue;
        }
        for (stored, fresh) in text.lines().zip(fresh.lines()) {
            assert_eq!(
                stored, fresh,
                "an example of {name} is stale: run with UPDATE=1 and read the difference"
            );
        }
        assert_eq!(text.len(), fresh.len(), "an example of {name} is stale");
    }
}

/// The page with the output of its examples as it is now.
fn run_examples(text: &str) -> String {
    let dns = DnsServer::start(ZONE);
    let wrong = MANIFEST
        .replace("SoftFail", "SoftFail, redirect: spf.voorbeeld.nl")
        .replace("ip4:192.0.2.0/24", "ip4:192.0.2.256");
    let folder = folder(&[("voorbeeld.yaml", MANIFEST), ("wrong.yaml", &wrong)]);
    let mut out = String::new();
    let mut examples = false;
    for line in text.lines() {
        match line {
            "```console" => examples = true,
            "```" => examples = false,
            _ => {}
        }
        let command = line.strip_prefix("$ zegel ").filter(|_| examples);
        if let Some(command) = command {
            let first = out.ends_with("```console\n");
            let _ = writeln!(out, "{}{line}", if first { "" } else { "\n" });
            out.push_str(&said(command, &dns, folder.path()));
        } else if !examples || line == "```console" {
            let _ = writeln!(out, "{line}");
        }
    }
    out
}

/// What a command says: both outputs as a terminal shows them, and an exit code that is not 0.
fn said(command: &str, dns: &DnsServer, folder: &Path) -> String {
    let (command, file) = match command.split_once(" > ") {
        Some((command, file)) => (command, Some(file)),
        None => (command, None),
    };
    let mut args: Vec<String> = command.split(' ').map(str::to_owned).collect();
    if !command.starts_with("plan") || command.contains("--diff") {
        // The stand-in signs nothing, which would be said of it every time.
        let how = ["--resolver", &dns.address().to_string(), "--dnssec", "off"];
        args.extend(how.map(str::to_owned));
    }
    let run = std::process::Command::new(env!("CARGO_BIN_EXE_zegel"))
        .args(&args)
        .current_dir(folder)
        .env("NO_COLOR", "1")
        .output()
        .expect("the program runs");
    let mut out = String::from_utf8(run.stdout).expect("output is UTF-8");
    if let Some(file) = file {
        std::fs::write(folder.join(file), std::mem::take(&mut out)).expect("a file can be written");
    }
    out.push_str(&String::from_utf8(run.stderr).expect("messages are UTF-8"));
    let code = run.status.code().expect("it ends by itself");
    let mut shown: Vec<String> = out.lines().map(without_time).collect();
    while shown.last().is_some_and(String::is_empty) {
        shown.pop();
    }
    if code != 0 {
        shown.push(format!("(exit code {code})"));
    }
    shown.iter().map(|line| format!("{line}\n")).collect()
}

/// The line with a time that does not change from run to run.
fn without_time(line: &str) -> String {
    const FIELD: &str = "\"at\":\"";
    const BEGUN: &str = "# Begun by zegel init on ";
    if let Some((_, rest)) = line.strip_prefix(BEGUN).and_then(|line| line.split_once(',')) {
        return format!("{BEGUN}2026-11-26,{rest}");
    }
    let Some((before, after)) = line.split_once(FIELD) else {
        return line.to_owned();
    };
    let after = after.split_once('"').map_or("", |(_, after)| after);
    format!("{before}{FIELD}2026-11-26T12:00:00Z\"{after}")
}
