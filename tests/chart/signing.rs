//! The chart packed and signed with a throw-away key, and verified; a package that somebody changed is refused.

use std::path::Path;
use std::process::Command;

use crate::control_plane::{chart_dir, helm, run};

/// `gpg` with a home of its own.
fn gpg(home: &Path, args: &[&str]) -> Vec<u8> {
    let output = Command::new("gpg")
        .env("GNUPGHOME", home)
        .args(["--batch", "--quiet"])
        .args(args)
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{args:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    output.stdout
}

#[test]
fn a_signed_package_is_verified_and_a_changed_one_refused() {
    if Command::new("gpg").arg("--version").output().is_err() {
        println!("SKIPPED: signing the chart (gpg is not installed)");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let home = path("home");
    std::fs::create_dir(&home).unwrap();
    std::fs::set_permissions(&home, std::os::unix::fs::PermissionsExt::from_mode(0o700)).unwrap();
    let user = "Chart Signer <chart@example.org>";
    gpg(
        &home,
        &[
            "--passphrase",
            "",
            "--quick-gen-key",
            user,
            "rsa3072",
            "sign",
            "never",
        ],
    );
    std::fs::write(path("secring.gpg"), gpg(&home, &["--export-secret-keys"])).unwrap();
    std::fs::write(path("pubring.gpg"), gpg(&home, &["--export"])).unwrap();
    // The agent would hold the folder.
    let _ = Command::new("gpgconf")
        .env("GNUPGHOME", &home)
        .args(["--kill", "gpg-agent"])
        .status();

    let mut package = helm().unwrap();
    package
        .args([
            "package",
            chart_dir(),
            "--sign",
            "--key",
            "Chart Signer",
            "--keyring",
        ])
        .arg(path("secring.gpg"));
    package.arg("--destination").arg(folder.path());
    run(package).unwrap();
    let packed = path(&format!("zegel-{}.tgz", env!("CARGO_PKG_VERSION")));
    let verify = || {
        let mut verify = helm().unwrap();
        verify
            .arg("verify")
            .arg(&packed)
            .arg("--keyring")
            .arg(path("pubring.gpg"));
        run(verify)
    };
    assert!(verify().unwrap().contains("Chart Hash Verified"));
    let mut octets = std::fs::read(&packed).unwrap();
    octets.push(0);
    std::fs::write(&packed, octets).unwrap();
    assert!(verify().is_err(), "a package that was changed");
}
