//! Which commit a build tells: the build script's own functions, over repositories made here.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test stops where it cannot go on"
)]

#[allow(dead_code, reason = "its main is run by cargo")]
#[path = "../build.rs"]
mod build;

use std::path::Path;
use std::process::Command;

const HASH: &str = "0123456789abcdef0123456789abcdef01234567";

#[test]
fn whoever_knows_best_is_heard_first() {
    let git = |answer: &'static str| move || (!answer.is_empty()).then(|| answer.to_owned());
    let other = "fedcba9876543210fedcba9876543210fedcba98";
    for (given, archived, asked, want) in [
        (Some(HASH), other, other, Some("commit 0123456789ab")),
        (None, HASH, other, Some("commit 0123456789ab")),
        (None, "", HASH, Some("commit 0123456789ab")),
        // What git archive has not filled in, and what is no hash, is no answer.
        (None, "$Format:%H$", HASH, Some("commit 0123456789ab")),
        (Some(""), "$Format:%H$", HASH, Some("commit 0123456789ab")),
        (Some("v0.1.0"), "", "", None),
        (Some("0123"), "", "", None),
        (None, "", "", None),
        (
            None,
            "",
            "0123456789abcdef0123456789abcdef01234567-dirty",
            Some("commit 0123456789ab-dirty"),
        ),
    ] {
        let said = build::commit(given, archived, git(asked));
        assert_eq!(said.as_deref(), want, "{given:?} {archived:?} {asked:?}");
    }
}

#[test]
fn git_is_believed_of_its_own_top_folder_only() {
    let Some(folder) = repository() else { return };
    let top = folder.path();
    let head = build::git(top, &["rev-parse", "HEAD"]).unwrap();
    assert_eq!(build::said_by_git(top).as_deref(), Some(head.as_str()));

    std::fs::write(top.join("new"), "not known to git").unwrap();
    assert_eq!(build::said_by_git(top).as_deref(), Some(head.as_str()));
    std::fs::write(top.join("file"), "changed").unwrap();
    assert_eq!(build::said_by_git(top), Some(format!("{head}-dirty")));

    // Sources unpacked inside another repository are not that repository's.
    let inner = top.join("vendor");
    std::fs::create_dir(&inner).unwrap();
    assert_eq!(build::said_by_git(&inner), None);

    let elsewhere = tempfile::tempdir().unwrap();
    assert_eq!(build::said_by_git(elsewhere.path()), None);
}

#[test]
fn an_archive_of_the_sources_tells_its_commit_by_itself() {
    let Some(folder) = repository() else { return };
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let top = folder.path();
    std::fs::create_dir_all(top.join("dev/dist")).unwrap();
    for file in [".gitattributes", "dev/dist/commit.txt"] {
        std::fs::copy(root.join(file), top.join(file)).unwrap();
    }
    build::git(top, &["add", "."]).unwrap();
    commit(top);
    let archive = top.join("sources.tar");
    build::git(
        top,
        &[
            "archive",
            "--format",
            "tar",
            "--output",
            archive.to_str().unwrap(),
            "HEAD",
        ],
    )
    .unwrap();
    let unpacked = tempfile::tempdir().unwrap();
    let tar = Command::new("tar")
        .arg("-xf")
        .arg(&archive)
        .arg("-C")
        .arg(unpacked.path())
        .status();
    assert!(tar.unwrap().success());
    let archived = std::fs::read_to_string(unpacked.path().join("dev/dist/commit.txt")).unwrap();
    let head = build::git(top, &["rev-parse", "--short=12", "HEAD"]).unwrap();
    assert_eq!(
        build::commit(None, &archived, || None),
        Some(format!("commit {head}"))
    );
}

/// A repository with one commit; `None`, said aloud, where git is not installed.
fn repository() -> Option<tempfile::TempDir> {
    let folder = tempfile::tempdir().unwrap();
    let Some(_) = build::git(folder.path(), &["init", "--quiet"]) else {
        println!("SKIPPED: git is not installed: what a build says of its commit was not tried");
        return None;
    };
    std::fs::write(folder.path().join("file"), "first").unwrap();
    build::git(folder.path(), &["add", "file"]).unwrap();
    commit(folder.path());
    Some(folder)
}

fn commit(folder: &Path) {
    let who = ["-c", "user.name=Test", "-c", "user.email=test@example.com"];
    let what = ["commit", "--quiet", "--no-gpg-sign", "--message", "a commit"];
    build::git(folder, &[&who[..], &what[..]].concat()).expect("git commits");
}
