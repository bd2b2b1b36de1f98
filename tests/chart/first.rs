//! What a newcomer types: the commands of the README and of docs/first-domain.md, as they stand there, on a fresh cluster with
//! a controller that has the rights of the chart. What the second page prints is what is printed.
//!
//! With `UPDATE` set the page is written anew; look at the difference before committing it.

use std::path::Path;

use crate::control_plane::ControlPlane;
use crate::dns::DnsServer;
use crate::pages::Place;
use crate::upgrade::{controller, served};

const PROGRAM: &str = env!("CARGO_BIN_EXE_zegel");

fn page(name: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).unwrap()
}

/// The lines of the first block of a section.
fn block(text: &str, section: &str) -> Vec<String> {
    let section = text
        .split(&format!("\n## {section}\n"))
        .nth(1)
        .expect("a section");
    let block = section.split("```").nth(1).expect("a block");
    let lines = block.lines().skip(1).filter(|line| !line.is_empty());
    lines.map(str::to_owned).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_commands_of_the_readme_work_on_a_fresh_cluster() {
    let plane = ControlPlane::start().await.unwrap();
    let place = Place::new(&plane);
    let dns = DnsServer::start(include_str!("../../dev/demo/zone.txt"));
    let readme = page("README.md");
    let typed = block(&readme, "In a cluster");
    let (install, rest) = typed.split_at(1);
    assert!(install[0].starts_with("helm install "), "{typed:?}");
    place.run(install);
    served(&plane).await;
    let _controller = controller(&plane, PROGRAM, &dns).await;
    let waits = rest
        .iter()
        .filter(|line| line.starts_with("kubectl wait "))
        .count();
    assert!(waits == 1 && rest.len() > 1, "{rest:?}");
    place.run(rest);

    // What the demo is said to type, in a namespace that is not there yet.
    let shown: Vec<String> = readme
        .lines()
        .filter_map(|line| line.strip_prefix("$ kubectl "))
        .map(|rest| format!("kubectl {rest}"))
        .collect();
    assert!(
        shown.iter().any(|line| line == "kubectl apply -f examples/"),
        "{shown:?}"
    );
    let other = ControlPlane::start().await.unwrap();
    let place = Place::new(&other);
    place.run(install);
    served(&other).await;
    let _other = controller(&other, PROGRAM, &dns).await;
    place.run(&shown);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_domain_goes_as_the_page_says_and_prints_what_it_prints() {
    const PAGE: &str = "docs/first-domain.md";
    let plane = ControlPlane::start().await.unwrap();
    let place = Place::new(&plane);
    let dns = DnsServer::start(include_str!("../cli/examples.txt"));
    let resolver = dns.address().to_string();
    place.run(&block(&page("README.md"), "In a cluster")[..1]);
    served(&plane).await;
    let _controller = controller(&plane, PROGRAM, &dns).await;

    let text = page(PAGE);
    let mut fresh = String::new();
    let mut is_shown = false;
    for line in text.lines() {
        // The manifests are made by the commands that come before.
        if let Some(command) = line
            .strip_prefix("$ zegel init ")
            .filter(|rest| rest.contains(" > "))
        {
            let (args, file) = command.split_once(" > ").unwrap();
            let how = format!("--resolver {resolver} --dnssec off --authorities off");
            place.run(&[format!("zegel init {args} {how} > {file}")]);
        }
        if line.starts_with("```console cluster") {
            is_shown = true;
            if line.ends_with(" published") {
                dns.set("_dmarc.winkel.nl 60 TXT v=DMARC1; p=none; rua=mailto:dmarc@winkel.nl");
            }
        } else if line == "```" {
            is_shown = false;
        } else if is_shown && !line.starts_with("$ ") {
            // The output as it was when the page was written.
            continue;
        }
        if let Some(command) = line.strip_prefix("$ ").filter(|_| is_shown) {
            if !fresh.ends_with('`') && !fresh.lines().last().unwrap_or_default().starts_with("```") {
                fresh.push('\n');
            }
            fresh.push_str(line);
            fresh.push('\n');
            fresh.push_str(&printed(&place, command));
            continue;
        }
        fresh.push_str(line);
        fresh.push('\n');
    }
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(Path::new(env!("CARGO_MANIFEST_DIR")).join(PAGE), &fresh).unwrap();
        return;
    }
    for (stored, fresh) in text.lines().zip(fresh.lines()) {
        assert_eq!(
            stored, fresh,
            "an example of {PAGE} is stale: run with UPDATE=1 and read the difference"
        );
    }
    assert_eq!(text.len(), fresh.len(), "an example of {PAGE} is stale");
}

/// What a command prints, with times that do not change from run to run, and an exit code that is not 0.
fn printed(place: &Place<'_>, command: &str) -> String {
    let output = place.shell(command).output().unwrap();
    let mut text = String::from_utf8(output.stdout).unwrap();
    text.push_str(&String::from_utf8(output.stderr).unwrap());
    let mut lines: Vec<String> = text
        .lines()
        .map(|line| steady(line).trim_end().to_owned())
        .collect();
    while lines.last().is_some_and(String::is_empty) {
        lines.pop();
    }
    match output.status.code() {
        Some(0) => {}
        code => lines.push(format!("(exit code {})", code.unwrap_or(-1))),
    }
    lines.iter().map(|line| format!("{line}\n")).collect()
}

/// A line with every moment the same, and every span of one unit as long; columns keep their width.
fn steady(line: &str) -> String {
    let is_table = line.trim_start().contains("  ");
    let mut out = String::new();
    for word in line.split_inclusive(' ') {
        let bare = word.trim_matches([' ', ':', '.', ',', '(', ')']);
        let is_moment =
            bare.len() >= 20 && bare.starts_with("20") && bare.ends_with('Z') && bare.contains('T');
        let number = bare.strip_suffix(['s', 'm']).unwrap_or_default();
        let is_span = (1..=2).contains(&number.len()) && number.bytes().all(|it| it.is_ascii_digit());
        let same = match (is_moment, is_span) {
            (true, _) => "2026-11-26T12:00:00Z".to_owned(),
            (_, true) if bare.ends_with('m') => "15m".to_owned(),
            (_, true) if is_table => format!("{:<width$}", "5s", width = bare.len()),
            (_, true) => "5s".to_owned(),
            (false, false) => bare.to_owned(),
        };
        match bare.is_empty() {
            true => out.push_str(word),
            false => out.push_str(&word.replacen(bare, &same, 1)),
        }
    }
    out
}

#[test]
fn what_changes_from_run_to_run_is_made_the_same() {
    for (line, same) in [
        (
            "a.nl: wrong: Drifted for 12s (mail/a)",
            "a.nl: wrong: Drifted for 5s (mail/a)",
        ),
        ("DMARC  False  12s  Missing", "DMARC  False  5s   Missing"),
        (
            "until 2027-01-01T10:11:12.5Z (in 14m) it",
            "until 2026-11-26T12:00:00Z (in 15m) it",
        ),
        ("$ x --wait=2m", "$ x --wait=2m"),
        ("v=spf1 ip4:192.0.2.1", "v=spf1 ip4:192.0.2.1"),
    ] {
        assert_eq!(steady(line), same);
    }
}
