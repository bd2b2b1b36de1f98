//! Runs the built program and keeps what it said.

use std::io::Write;
use std::net::SocketAddr;
use std::process::{Command, Stdio};

use crate::json_page::{Page, section};

/// What a run came to.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

/// Runs `zegel` with `args` and nothing on standard input.
pub(crate) fn zegel(args: &[&str]) -> Run {
    zegel_with(args, "")
}

/// Runs `zegel` with `args` and `stdin`.
pub(crate) fn zegel_with(args: &[&str], stdin: &str) -> Run {
    zegel_in(&[("NO_COLOR", "1")], args, stdin)
}

/// Runs `zegel` with `stdin` at this resolver, and at name servers of this port that get `patience` a try.
pub(crate) fn zegel_at(resolver: SocketAddr, port: u16, patience: &str, args: &[&str], stdin: &str) -> Run {
    let (resolver, port) = (resolver.to_string(), port.to_string());
    let how = [
        "--resolver",
        &resolver,
        "--authority-port",
        &port,
        "--authority-rate",
        "1000",
        "--dns-timeout",
        patience,
    ];
    zegel_with(&[args, &how].concat(), stdin)
}

/// Runs `zegel` with `args` and `stdin`, and of what speaks of colour only these variables.
///
/// Whatever is printed as JSON stands on the page on JSON. Whatever looks at DNS is recorded on the way and judged again
/// from the recording, without DNS: it must say the same, to the byte.
pub(crate) fn zegel_in(environment: &[(&str, &str)], args: &[&str], stdin: &str) -> Run {
    let looks = args
        .first()
        .is_some_and(|command| ["inspect", "check", "spf", "dmarc", "lookup"].contains(command));
    let by_itself = ["--wait", "--record", "--replay", "--help", "-h"];
    if !looks || args.iter().any(|arg| by_itself.contains(arg)) {
        return once(environment, args, stdin);
    }
    let folder = tempfile::tempdir().expect("a folder can be made");
    let file = folder.path().join("look.json");
    let path = file.to_str().expect("the path is UTF-8");
    let run = once(environment, &[args, &["--record", path]].concat(), stdin);
    if file.exists() {
        let replayed = once(
            environment,
            &[&without_dns(args), &["--replay", path][..]].concat(),
            stdin,
        );
        let said = |run: &Run| {
            let mut lines: Vec<String> = run.out.lines().map(str::to_owned).collect();
            if args.contains(&"--as-they-come") {
                lines.sort();
            }
            // A line of the log begins with its own time, and tells of the network: what is replayed has none.
            let is_log = |line: &&str| line.starts_with(|first: char| first.is_ascii_digit());
            let notes: Vec<String> = run
                .err
                .lines()
                .filter(|line| !is_log(line))
                .map(str::to_owned)
                .collect();
            (run.code, lines, notes)
        };
        assert_eq!(said(&run), said(&replayed), "{args:?}\n{}", replayed.err);
    }
    run
}

/// The same without what says how DNS is asked, which a recording is not.
fn without_dns<'a>(args: &[&'a str]) -> Vec<&'a str> {
    let of_dns = [
        "--resolver",
        "--dnssec",
        "--trust-anchor",
        "--dnssec-control",
        "--dnssec-bogus-control",
        "--policy-ca",
        "--policy-port",
        "--authorities",
        "--authority-rate",
        "--authority-port",
        "--dns-timeout",
        "--dns-attempts",
        "--dns-concurrency",
    ];
    let mut left = Vec::new();
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        match of_dns.contains(arg) {
            true => drop(args.next()),
            false => left.push(*arg),
        }
    }
    left
}

fn once(environment: &[(&str, &str)], args: &[&str], stdin: &str) -> Run {
    let mut child = Command::new(env!("CARGO_BIN_EXE_zegel"))
        .args(args)
        .env_remove("NO_COLOR")
        .env_remove("CLICOLOR")
        .env_remove("CLICOLOR_FORCE")
        .envs(environment.iter().copied())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    // A program that reads no input may be gone already.
    let _ = child
        .stdin
        .take()
        .map(|mut pipe| pipe.write_all(stdin.as_bytes()));
    let output = child.wait_with_output().expect("the program ends");
    let out = String::from_utf8(output.stdout).expect("output is UTF-8");
    if let Some(section) = section(args) {
        Page::read().hold(section, &out);
    }
    Run {
        code: output.status.code().expect("the program ends by itself"),
        out,
        err: String::from_utf8(output.stderr).expect("messages are UTF-8"),
    }
}

/// A folder with these files, which goes when the value goes.
pub(crate) fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder can be made");
    for (name, text) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().expect("a file has a folder")).expect("the folder can be made");
        std::fs::write(path, text).expect("the file can be written");
    }
    folder
}
