//! Tells the program which commit it was built from: the environment variable `ZEGEL_COMMIT_LINE` of its compilation.
//!
//! In this order: what `ZEGEL_COMMIT` says (whoever packs knows best); what `git archive` wrote into
//! `dev/dist/commit.txt` (a tarball of the sources has no history); what git says of this very folder, in release builds
//! only, because a debug build would be compiled anew after each commit. It depends on nothing, may run git, and writes
//! nothing. A program built twice from one commit says the same: no clock, no host and no user is in it.

use std::path::{Path, PathBuf};
use std::process::Command;

/// How many digits of a commit are told: enough for every repository of this size, short enough to be read out.
const DIGITS: usize = 12;

fn main() {
    let folder = PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let release = std::env::var("PROFILE").is_ok_and(|profile| profile == "release");
    let archived = std::fs::read_to_string(folder.join("dev/dist/commit.txt")).unwrap_or_default();
    println!("cargo::rerun-if-env-changed=ZEGEL_COMMIT");
    for watched in watched(&folder, release) {
        println!("cargo::rerun-if-changed={}", watched.display());
    }
    let given = std::env::var("ZEGEL_COMMIT").ok();
    let line = commit(given.as_deref(), &archived, || {
        release.then(|| said_by_git(&folder)).flatten()
    });
    let line = line.unwrap_or_else(|| {
        if release {
            "commit unknown"
        } else {
            "not a release"
        }
        .to_owned()
    });
    println!("cargo::rustc-env=ZEGEL_COMMIT_LINE={line}");
}

/// `commit 0123456789ab`, from whoever knows it first.
pub(crate) fn commit(
    given: Option<&str>,
    archived: &str,
    git: impl FnOnce() -> Option<String>,
) -> Option<String> {
    let hash = |text: &str| {
        let text = text.trim();
        let (hash, dirty) = text
            .strip_suffix("-dirty")
            .map_or((text, ""), |hash| (hash, "-dirty"));
        let digits = hash.len() >= DIGITS && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
        digits.then(|| format!("commit {}{dirty}", hash.get(..DIGITS).unwrap_or(hash)))
    };
    // The first line of two. What git archive did not fill in still reads `$Format:%H$`, which is no hash.
    given
        .and_then(hash)
        .or_else(|| hash(archived.lines().next().unwrap_or_default()))
        .or_else(|| git().as_deref().and_then(hash))
}

/// The commit of this folder, `-dirty` where a file that git knows differs from it; nothing where the folder is not the
/// top of a repository: sources unpacked inside somebody else's say nothing of theirs.
pub(crate) fn said_by_git(folder: &Path) -> Option<String> {
    let top = PathBuf::from(git(folder, &["rev-parse", "--show-toplevel"])?);
    if top.canonicalize().ok()? != folder.canonicalize().ok()? {
        return None;
    }
    let hash = git(folder, &["rev-parse", "HEAD"])?;
    let changed = git(folder, &["status", "--porcelain", "--untracked-files=no"])?;
    Some(if changed.is_empty() {
        hash
    } else {
        format!("{hash}-dirty")
    })
}

/// What git answers, without the end of the line.
pub(crate) fn git(folder: &Path, args: &[&str]) -> Option<String> {
    let output = Command::new("git")
        .arg("-C")
        .arg(folder)
        .args(args)
        .output()
        .ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| text.trim_end().to_owned())
}

/// What makes the answer another one. A file that is not there would have cargo ask each time.
fn watched(folder: &Path, release: bool) -> Vec<PathBuf> {
    let mut watched: Vec<PathBuf> = ["build.rs", "dev/dist/commit.txt"].map(PathBuf::from).into();
    if release {
        watched.extend(["src", "Cargo.toml", "Cargo.lock"].map(PathBuf::from));
        // Where these stand differs between a clone and a worktree.
        for file in ["HEAD", "logs/HEAD"] {
            watched.extend(git(folder, &["rev-parse", "--git-path", file]).map(PathBuf::from));
        }
    }
    watched.retain(|path| folder.join(path).exists());
    watched
}
