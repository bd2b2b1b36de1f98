//! The manifest by which krew installs `kubectl zegel`: its shape, by krew's own rules, over tarballs made here.

use std::process::Command;

use aws_lc_rs::digest;
use serde_json::Value;

use super::harness::folder;

const URL: &str = "https://example.com/releases/v1.2.3";

fn krew(files: &[(&str, &str)], url: &str) -> (bool, String, Option<String>) {
    let folder = folder(files);
    let output = Command::new(concat!(env!("CARGO_MANIFEST_DIR"), "/dev/dist/krew"))
        .arg(url)
        .env("OUTPUT", folder.path())
        .output()
        .expect("python3 runs it");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let written = std::fs::read_to_string(folder.path().join("zegel.yaml")).ok();
    (output.status.success(), said, written)
}

#[test]
fn the_manifest_of_krew_is_what_krew_takes() {
    let (amd64, arm64) = ("zegel-1.2.3-linux-amd64.tar.gz", "zegel-1.2.3-linux-arm64.tar.gz");
    let files = [
        (amd64, "one"),
        (arm64, "two"),
        ("zegel-1.2.3-source.tar.gz", "sources"),
        ("SHA256SUMS", ""),
    ];
    let (fine, said, written) = krew(&files, URL);
    assert!(fine, "{said}");
    let manifest: Value = serde_saphyr::from_str(&written.expect("it is written")).expect("it is YAML");
    // krew's validation: internal/index/validation, v0.4.
    assert_eq!(
        manifest["apiVersion"],
        "krew.googlecontainertools.github.com/v1alpha2"
    );
    assert_eq!(manifest["kind"], "Plugin");
    assert_eq!(manifest["metadata"]["name"], "zegel");
    let spec = &manifest["spec"];
    assert_eq!(spec["version"], "v1.2.3");
    let short = spec["shortDescription"].as_str().expect("a text");
    assert!(
        !short.is_empty() && short.len() <= 50 && !short.ends_with('.') && !short.contains('\n'),
        "{short}"
    );
    for text in ["description", "caveats"] {
        let text = spec[text].as_str().expect("a text");
        assert!(text.lines().all(|line| line.len() <= 80), "{text}");
    }
    let platforms = spec["platforms"].as_array().expect("a list");
    assert_eq!(platforms.len(), 2, "sources are no platform");
    for (platform, (arch, file, text)) in platforms
        .iter()
        .zip([("amd64", amd64, "one"), ("arm64", arm64, "two")])
    {
        assert_eq!(
            platform["selector"]["matchLabels"],
            serde_json::json!({"os": "linux", "arch": arch})
        );
        assert_eq!(platform["uri"], format!("{URL}/{file}"));
        let sum = digest::digest(&digest::SHA256, text.as_bytes());
        let sum: String = sum.as_ref().iter().map(|octet| format!("{octet:02x}")).collect();
        assert_eq!(platform["sha256"], sum);
        // The name by which the program knows that it is a plugin, among the files that are put there.
        assert_eq!(platform["bin"], "kubectl-zegel");
        let files = platform["files"].as_array().expect("a list");
        let from = file.trim_end_matches(".tar.gz");
        assert_eq!(
            files,
            &[
                serde_json::json!({"from": format!("{from}/zegel"), "to": "kubectl-zegel"}),
                serde_json::json!({"from": format!("{from}/LICENSE"), "to": "."}),
            ]
        );
    }
}

#[test]
fn what_is_no_release_makes_no_manifest() {
    let one = ("zegel-1.2.3-linux-amd64.tar.gz", "one");
    for (files, url, says) in [
        (&[][..], URL, "0 versions"),
        (
            &[one, ("zegel-1.2.4-linux-amd64.tar.gz", "two")],
            URL,
            "2 versions",
        ),
        (&[one], "http://example.com", "https://"),
        (&[one], "", "https://"),
    ] {
        let (fine, said, written) = krew(files, url);
        assert!(!fine && said.contains(says), "{url}: {said}");
        assert_eq!(written, None);
    }
}
