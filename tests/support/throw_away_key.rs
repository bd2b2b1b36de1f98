//! A key that is thrown away, and what is signed with it.

#![allow(dead_code, unreachable_pub, reason = "each test program uses its own part")]

use std::process::Command;

use tempfile::TempDir;

/// A key of nobody's, in a key ring that goes with it.
pub struct Key {
    home: TempDir,
    pub fingerprint: String,
}

impl Key {
    /// Makes one; `None`, said aloud, where gpg or skopeo is not installed.
    pub fn made() -> Option<Self> {
        for program in ["gpg", "skopeo"] {
            if Command::new(program).arg("--version").output().is_err() {
                println!("SKIPPED: {program} is not installed (dev/release-tools): nothing was signed");
                return None;
            }
        }
        // The path of gpg-agent's socket has to be short.
        let home = tempfile::Builder::new().prefix("z").tempdir_in("/tmp").unwrap();
        let mut key = Self {
            home,
            fingerprint: String::new(),
        };
        let made = key
            .gpg(&[
                "--quick-generate-key",
                "test@example.com",
                "ed25519",
                "sign",
                "1d",
            ])
            .output();
        assert!(made.as_ref().is_ok_and(|made| made.status.success()), "{made:?}");
        let keys = key.gpg(&["--list-keys", "--with-colons"]).output().unwrap();
        let keys = String::from_utf8(keys.stdout).unwrap();
        let fingerprint = keys.lines().find_map(|line| line.strip_prefix("fpr:"));
        key.fingerprint = fingerprint.unwrap().trim_matches(':').to_owned();
        Some(key)
    }

    /// `gpg` with this key.
    pub fn gpg(&self, args: &[&str]) -> Command {
        let mut gpg = Command::new("gpg");
        gpg.args([
            "--batch",
            "--quiet",
            "--pinentry-mode",
            "loopback",
            "--passphrase",
            "",
        ])
        .args(args)
        .env("GNUPGHOME", self.home.path());
        gpg
    }

    /// `skopeo` with this key.
    pub fn skopeo(&self, args: &[&str]) -> Command {
        let mut skopeo = Command::new("skopeo");
        skopeo.args(args).env("GNUPGHOME", self.home.path());
        skopeo
    }
}

impl Drop for Key {
    fn drop(&mut self) {
        let _ = Command::new("gpgconf")
            .args(["--kill", "all"])
            .env("GNUPGHOME", self.home.path())
            .output();
    }
}
