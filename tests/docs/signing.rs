//! The commands of cosign that are documented, held to cosign's own pages of its commands: none is run, for signing without a key
//! takes an identity and a transparency log.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::{ROOT, documents};

/// The folder with a page a command; `None`, said aloud, where Go is not installed.
fn pages() -> Option<PathBuf> {
    if Command::new("go").arg("version").output().is_err() {
        println!("SKIPPED: the documented commands of cosign (Go is not installed)");
        return None;
    }
    let script = Path::new(ROOT).join("dev/file-of");
    let output = Command::new(script).arg("cosign").output().unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    Some(PathBuf::from(String::from_utf8(output.stdout).unwrap().trim()))
}

/// Every documented command, its lines joined.
fn commands() -> Vec<String> {
    let mut found = Vec::new();
    for path in documents() {
        let text = fs::read_to_string(path).unwrap().replace("\\\n", " ");
        let lines = text.lines().map(str::trim);
        found.extend(
            lines
                .filter(|line| line.starts_with("cosign "))
                .map(str::to_owned),
        );
    }
    found
}

/// The flags on the page of a command, each with whether it takes a value.
fn flags(page: &str) -> Vec<(&str, bool)> {
    let options = page.lines().filter(|line| line.starts_with("  "));
    let flag = |line| {
        let (_, rest) = str::split_once(line, "--")?;
        let name = rest.split([' ', '=']).next()?;
        // Behind the name of a flag with a value stands its type, and behind that, or the name, at least two blanks.
        let has_value = !rest.strip_prefix(name)?.starts_with("  ");
        Some((name, has_value))
    };
    options.filter_map(flag).collect()
}

/// What is not as cosign has it.
fn faults(command: &str, pages: &Path) -> Vec<String> {
    let mut words = command.split_whitespace().skip(1);
    let name = words.next().unwrap_or_default();
    let Ok(page) = fs::read_to_string(pages.join(format!("cosign_{name}.md"))) else {
        return vec![format!("{name} is no command of cosign")];
    };
    let flags = flags(&page);
    let mut faults = Vec::new();
    let (mut given, mut operands) = (Vec::new(), 0);
    while let Some(word) = words.next() {
        let Some(flag) = word.strip_prefix("--") else {
            operands += 1;
            continue;
        };
        given.push(flag);
        let Some((_, has_value)) = flags.iter().find(|(known, _)| *known == flag) else {
            faults.push(format!("{name} has no --{flag}"));
            continue;
        };
        let value = if *has_value { words.next() } else { None };
        if *has_value && value.is_none_or(|value| value.starts_with("--")) {
            faults.push(format!("{name}: --{flag} takes a value"));
        }
        let listed = page
            .split_once("specify a predicate type (")
            .and_then(|(_, rest)| rest.split_once(')'));
        if let ("type", Some((listed, _)), Some(value)) = (flag, listed, value)
            && !listed.split('|').any(|kind| kind == value)
        {
            faults.push(format!("{name}: {value} is no type"));
        }
    }
    if operands != 1 {
        faults.push(format!(
            "{name}: one image or file is signed or verified at a time"
        ));
    }
    // Of who signed without a key both halves are to be said, else anybody's signature would do.
    if name.starts_with("verify") && !given.contains(&"key") {
        for half in ["certificate-identity", "certificate-oidc-issuer"] {
            if !given.contains(&half) {
                faults.push(format!("{name}: nothing is said of --{half}"));
            }
        }
    }
    faults
}

#[test]
fn the_documented_commands_of_cosign_are_as_cosign_has_them() {
    let Some(pages) = pages() else { return };
    let commands = commands();
    let names: Vec<&str> = commands
        .iter()
        .filter_map(|command| command.split_whitespace().nth(1))
        .collect();
    for name in [
        "sign",
        "attest",
        "verify",
        "verify-attestation",
        "sign-blob",
        "verify-blob",
    ] {
        assert!(names.contains(&name), "{name} is not documented: {commands:#?}");
    }
    for command in &commands {
        assert_eq!(faults(command, &pages), [""; 0], "{command}");
    }

    // It would see a slip.
    for (command, fault) in [
        ("cosign sing --yes a@sha256:b", "no command"),
        ("cosign sign --yess a@sha256:b", "has no --yess"),
        ("cosign sign a@sha256:b --key", "takes a value"),
        (
            "cosign attest --type cyclonedxx --predicate c a@sha256:b",
            "is no type",
        ),
        (
            "cosign verify a@sha256:b --certificate-identity c",
            "--certificate-oidc-issuer",
        ),
        ("cosign sign-blob --yes", "one image or file"),
    ] {
        let found = faults(command, &pages).join("\n");
        assert!(found.contains(fault), "{command}: {found}");
    }
}
