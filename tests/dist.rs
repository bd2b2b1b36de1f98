//! What `make dist` packs: the files, what they are made of, and that whoever packs makes no difference.
#![allow(
    unreachable_pub,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test stops where it cannot go on"
)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use serde_json::Value;
use tempfile::TempDir;

use self::throw_away_key::Key;

#[path = "support/throw_away_key.rs"]
mod throw_away_key;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// What was packed, once for all tests; `None`, said aloud, where it cannot be.
static PACKED: LazyLock<Option<TempDir>> = LazyLock::new(|| {
    if !cfg!(target_os = "linux") || !has("objcopy") || !has("python3") {
        println!("SKIPPED: nothing was packed: it takes Linux, binutils and Python");
        return None;
    }
    let folder = tempfile::tempdir().unwrap();
    pack(folder.path(), &[]);
    Some(folder)
});

fn has(program: &str) -> bool {
    Command::new(program).arg("--version").output().is_ok()
}

fn machine() -> &'static str {
    if cfg!(target_arch = "x86_64") {
        "amd64"
    } else {
        "arm64"
    }
}

fn triple() -> String {
    format!("{}-unknown-linux-gnu", std::env::consts::ARCH)
}

/// Runs a command to its end, and gives what it printed.
fn run(command: &mut Command) -> String {
    let output = command
        .output()
        .unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {}\n{said}", output.status);
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Packs the program under test, without what only a debugger reads.
fn pack(folder: &Path, env: &[(&str, &str)]) {
    let program = folder.join("stripped");
    run(Command::new("objcopy")
        .args(["--strip-all", env!("CARGO_BIN_EXE_zegel")])
        .arg(&program));
    run(Command::new(format!("{ROOT}/dev/dist/run"))
        .arg("--program")
        .arg(&program)
        .env("OUTPUT", folder.join("dist"))
        .envs(env.iter().copied()));
}

fn name() -> String {
    format!("zegel-{VERSION}-linux-{}", machine())
}

/// The unpacked tarball.
fn unpacked(dist: &Path) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    run(Command::new("tar")
        .arg("-xzf")
        .arg(dist.join(format!("{}.tar.gz", name())))
        .arg("-C")
        .arg(folder.path()));
    let top = folder.path().join(name());
    (folder, top)
}

#[test]
fn the_tarball_holds_the_program_and_what_belongs_to_it() {
    let Some(packed) = &*PACKED else { return };
    let dist = packed.path().join("dist");
    let list = run(Command::new("tar")
        .arg("-tvzf")
        .arg(dist.join(format!("{}.tar.gz", name())))
        .env("TZ", "UTC"));
    let (folders, files): (Vec<&str>, Vec<&str>) = list.lines().partition(|line| line.ends_with('/'));
    assert!(
        folders.iter().all(|line| line.starts_with("drwxr-xr-x 0/0 ")),
        "{list}"
    );
    let times: BTreeSet<&str> = list
        .lines()
        .filter_map(|line| line.split_whitespace().nth(3))
        .collect();
    assert_eq!(times.len(), 1, "every file has the commit's time: {list}");
    let mut names = BTreeSet::new();
    for line in files {
        let name = line
            .rsplit(' ')
            .next()
            .unwrap()
            .strip_prefix(&format!("{}/", name()))
            .unwrap();
        let mode = if name == "zegel" {
            "-rwxr-xr-x 0/0 "
        } else {
            "-rw-r--r-- 0/0 "
        };
        assert!(line.starts_with(mode), "{line}");
        names.insert(name);
    }
    for wanted in [
        "zegel",
        "LICENSE",
        "README.md",
        "CHANGELOG.md",
        "THIRD-PARTY.txt",
        "completions/zegel.bash",
        "completions/_zegel",
        "completions/zegel.fish",
        "completions/kubectl_complete-zegel",
        "man/man1/zegel.1",
        "man/man1/zegel-check.1",
    ] {
        assert!(names.remove(wanted), "{wanted} is not in\n{list}");
    }
    assert!(
        names.iter().all(|name| name.starts_with("man/man1/zegel-")),
        "not asked for: {names:?}"
    );
    let (_folder, top) = unpacked(&dist);
    let said = run(Command::new(top.join("zegel")).arg("--version"));
    assert!(said.starts_with(&format!("zegel {VERSION} (")), "{said}");
    let script = fs::read_to_string(top.join("completions/zegel.bash")).unwrap();
    assert_eq!(
        script,
        run(Command::new(top.join("zegel")).args(["completions", "bash"]))
    );
}

#[test]
fn the_sums_are_right_and_name_every_file() {
    let Some(packed) = &*PACKED else { return };
    let dist = packed.path().join("dist");
    run(Command::new("sha256sum")
        .args(["--check", "--strict", "SHA256SUMS"])
        .current_dir(&dist));
    let sums = fs::read_to_string(dist.join("SHA256SUMS")).unwrap();
    let named: BTreeSet<&str> = sums.lines().filter_map(|line| line.split("  ").nth(1)).collect();
    let there: BTreeSet<String> = fs::read_dir(&dist)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name != "SHA256SUMS")
        .collect();
    assert_eq!(named, there.iter().map(String::as_str).collect());
    let notes = fs::read_to_string(dist.join("RELEASE-NOTES.md")).unwrap();
    assert!(
        notes.contains("### ") && !notes.contains("\n## "),
        "one version's part: {notes}"
    );
}

#[test]
fn what_is_packed_twice_is_the_same_whoever_packs_it() {
    let Some(packed) = &*PACKED else { return };
    let again = tempfile::tempdir().unwrap();
    pack(again.path(), &[("TZ", "Asia/Tokyo"), ("LC_ALL", "C")]);
    let sums = |folder: &Path| fs::read_to_string(folder.join("dist/SHA256SUMS")).unwrap();
    assert_eq!(sums(again.path()), sums(packed.path()));
}

/// The crates of a tree, by name and version.
fn tree(edges: &str) -> BTreeSet<(String, String)> {
    let text = run(Command::new(env!("CARGO"))
        .args([
            "tree",
            "--locked",
            "--offline",
            "--prefix",
            "none",
            "--no-dedupe",
            "--format",
            "{p}",
        ])
        .args(["--target", &triple(), "--edges", edges])
        .current_dir(ROOT));
    text.lines()
        .filter_map(|line| {
            let mut words = line.split_whitespace();
            Some((
                words.next()?.to_owned(),
                words.next()?.trim_start_matches('v').to_owned(),
            ))
        })
        .collect()
}

#[test]
fn the_list_beside_the_tarball_is_what_is_compiled_into_the_program() {
    let Some(packed) = &*PACKED else { return };
    let path = packed.path().join(format!("dist/{}.cdx.json", name()));
    let text = fs::read_to_string(path).unwrap();
    let bom: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(
        (&bom["bomFormat"], &bom["specVersion"]),
        (&"CycloneDX".into(), &"1.5".into())
    );
    let mut listed = BTreeSet::new();
    for component in bom["components"].as_array().unwrap() {
        let text = |field: &str| component[field].as_str().unwrap().to_owned();
        assert_eq!(
            text("purl"),
            format!(
                "pkg:cargo/{}@{}",
                text("name"),
                text("version").replace('+', "%2B")
            )
        );
        let license = component["licenses"][0]["expression"].as_str().unwrap();
        assert!(!license.contains('/'), "{license}");
        assert_eq!(component["hashes"][0]["content"].as_str().unwrap().len(), 64);
        listed.insert((text("name"), text("version")));
    }
    let mut compiled = tree("normal,no-proc-macro");
    assert!(compiled.remove(&("zegel".to_owned(), VERSION.to_owned())));
    assert_eq!(listed, compiled);
    assert!(
        !listed.iter().any(|(name, _)| name == "ring"),
        "one crypto provider"
    );
    assert!(!text.contains(ROOT), "nothing of this machine");
    let licences = {
        let (_folder, top) = unpacked(&packed.path().join("dist"));
        fs::read_to_string(top.join("THIRD-PARTY.txt")).unwrap()
    };
    for (name, version) in &compiled {
        assert!(licences.contains(&format!("\n{name} {version}: ")), "{name}");
    }
    assert!(licences.contains("Permission is hereby granted, free of charge") && !licences.contains(ROOT));
}

#[test]
fn the_list_in_the_program_is_read_as_scanners_read_it() {
    let Some(packed) = &*PACKED else { return };
    let (_folder, top) = unpacked(&packed.path().join("dist"));
    let info = auditable_info::audit_info_from_file(&top.join("zegel"), Default::default()).unwrap();
    let listed: BTreeSet<(String, String)> = info
        .packages
        .iter()
        .map(|package| (package.name.clone(), package.version.to_string()))
        .collect();
    assert_eq!(listed, tree("normal,build"));
    assert_eq!(listed.len(), info.packages.len());
    let root: Vec<&str> = info
        .packages
        .iter()
        .filter(|package| package.root)
        .map(|package| package.name.as_str())
        .collect();
    assert_eq!(root, ["zegel"]);
}

#[test]
fn the_sums_are_signed_with_a_throw_away_key_and_a_change_is_seen() {
    let Some(packed) = &*PACKED else { return };
    let Some(key) = Key::made() else { return };
    let file = |name: &str| packed.path().join(name).into_os_string().into_string().unwrap();
    let sums = file("dist/SHA256SUMS");
    let signature = file("SHA256SUMS.asc");
    run(&mut key.gpg(&["--detach-sign", "--armor", "--output", &signature, &sums]));
    run(&mut key.gpg(&["--verify", &signature, &sums]));
    let changed = file("SHA256SUMS.changed");
    fs::write(&changed, fs::read_to_string(&sums).unwrap().replace('0', "1")).unwrap();
    let verified = key.gpg(&["--verify", &signature, &changed]).output().unwrap();
    assert!(!verified.status.success());
}

/// On another system it would be another system's program that is packed as one for Linux: it is refused, and nothing written.
#[test]
fn on_another_system_than_linux_nothing_is_packed() {
    let folder = tempfile::tempdir().unwrap();
    let uname = folder.path().join("uname");
    fs::write(
        &uname,
        "#!/bin/sh\n[ \"$1\" = -m ] && echo arm64 || echo Darwin\n",
    )
    .unwrap();
    fs::set_permissions(&uname, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let path = std::env::var("PATH").unwrap();
    let output = Command::new(format!("{ROOT}/dev/dist/run"))
        .args(["--program", env!("CARGO_BIN_EXE_zegel")])
        .env("PATH", format!("{}:{path}", folder.path().display()))
        .env("OUTPUT", folder.path().join("dist"))
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success(), "{said}");
    assert!(
        said.contains("a release is packed on Linux, and this is Darwin")
            && said.contains("cargo install --locked --path ."),
        "{said}"
    );
    assert!(!folder.path().join("dist").exists(), "nothing is written");
}

/// What stands in the way of a program for the other machine is named, by the package that brings it; what was named by a
/// variable is not asked for twice.
#[test]
fn what_is_missing_for_another_machine_is_said_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let tool = |name: &str, words: &str| {
        let path = folder.path().join(name);
        fs::write(&path, format!("#!/bin/sh\n{words}\n")).unwrap();
        fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    };
    let lacking = |here: &str, other: &str, variables: &[(&str, &str)]| {
        // Only what the test puts there is found.
        let script = r#". dev/dist/facts; ln -sf "$(command -v tr)" "$2"; machine=$1 PATH=$2; lacking "$3""#;
        let path = folder.path().to_str().unwrap();
        run(Command::new("bash")
            .args(["-euo", "pipefail", "-c", script, "facts", here, path, other])
            .envs(variables.iter().copied())
            .current_dir(ROOT))
    };
    let [arm, amd] = ["AARCH64", "X86_64"].map(|cpu| format!("CARGO_TARGET_{cpu}_UNKNOWN_LINUX_GNU_LINKER"));
    tool("rustc", "false");
    assert_eq!(
        lacking("amd64", "arm64", &[]),
        "this compiler has no standard library for it (rustup target add aarch64-unknown-linux-gnu)\n"
    );
    tool("rustc", "echo /");
    assert_eq!(
        lacking("amd64", "amd64", &[]),
        "",
        "its own machine takes no other linker"
    );
    assert_eq!(
        lacking("amd64", "arm64", &[]),
        format!(
            "aarch64-linux-gnu-gcc is missing (Debian: apt install gcc-aarch64-linux-gnu), and {arm} names no other\n"
        )
    );
    assert_eq!(
        lacking("arm64", "amd64", &[]),
        format!(
            "x86_64-linux-gnu-gcc is missing (Debian: apt install gcc-x86-64-linux-gnu), and {amd} names no other\n"
        )
    );
    assert_eq!(
        lacking("amd64", "arm64", &[(&arm, "clang")]),
        format!("clang is missing, which {arm} names\n")
    );
    tool("clang", "true");
    assert_eq!(
        lacking("amd64", "arm64", &[(&arm, "clang")]),
        "aarch64-linux-gnu-gcc is missing (Debian: apt install gcc-aarch64-linux-gnu), and \
         CC_aarch64_unknown_linux_gnu names no other\n",
        "what is C in it takes a compiler too"
    );
    let named = [
        (arm.as_str(), "clang"),
        ("CC_aarch64_unknown_linux_gnu", "clang --target=aarch64-linux-gnu"),
    ];
    assert_eq!(
        lacking("amd64", "arm64", &named),
        "aarch64-linux-gnu-objcopy is missing (Debian: apt install binutils-aarch64-linux-gnu, or llvm)\n"
    );
    tool("llvm-objcopy", "true");
    assert_eq!(lacking("amd64", "arm64", &named), "");
    tool("aarch64-linux-gnu-gcc", "true");
    tool("aarch64-linux-gnu-objcopy", "true");
    assert_eq!(lacking("amd64", "arm64", &[]), "");
}
