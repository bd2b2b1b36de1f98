//! The image at work: built from nothing, run by a real container runtime as the chart's Deployment says, with the token of
//! the chart's ServiceAccount and nothing else.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use k8s_openapi::api::coordination::v1::Lease;
use kube::api::{Api, Patch, PatchParams, PostParams};
use serde_json::{Value, json};
use zegel::api::MailDomain;

use crate::container::{Container, Pod, build, lacking, stripped};
use crate::control_plane::ControlPlane;
use crate::dns::DnsServer;
use crate::template::{rendered, strings};
use crate::throw_away_key::Key;

const ZONE: &str = "
nl                  1 SOA 1
voorbeeld.nl        1 TXT v=spf1 ip4:192.0.2.1 -all
voorbeeld.nl        1 MX  10 mail.voorbeeld.nl
mail.voorbeeld.nl   1 A   192.0.2.1
_dmarc.voorbeeld.nl 1 TXT v=DMARC1; p=reject
";

/// Waits until something is so.
async fn eventually(what: &str, container: &Container, mut so: impl AsyncFnMut() -> bool) {
    let began = Instant::now();
    while !so().await {
        assert!(
            began.elapsed() < Duration::from_secs(90),
            "{what}: never; the container's last words:\n{}",
            container.process.last_words()
        );
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[tokio::test]
async fn the_image_does_its_work_under_the_security_settings_of_the_chart() {
    if let Some(why) = lacking() {
        println!("SKIPPED: the image was not run: {why}");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    build(&stripped(folder.path()).unwrap(), folder.path()).unwrap();
    let plane = ControlPlane::start().await.unwrap();
    let dns = DnsServer::start(ZONE);
    plane.create_namespace("mail").await.unwrap();
    plane.install_chart("zegel-system", &[]).await.unwrap();
    let chart = rendered(json!({
        "resolvers": [dns.address().to_string()], "dns": {"dnssec": "off", "authorities": "off"},
        "selfcheck": {"wait": "1m"}, "extraArgs": ["--bind=127.0.0.1:0"],
    }));
    let token = plane.token("zegel-system", "zegel").await.unwrap();
    let (host, port) = plane
        .server()
        .strip_prefix("https://")
        .unwrap()
        .split_once(':')
        .unwrap();
    let mut container = Container::start(
        folder.path(),
        &Pod {
            spec: chart.pod(),
            name: "zegel-0",
            namespace: "zegel-system",
            token: &token,
            authority: &plane.dir().join("ca.crt"),
            api_server: (host, port),
        },
    )
    .unwrap();

    // What helm test asks, asked from inside; the API server by a name too, which libraries of the image look up.
    let check = strings(&chart.one("Pod")["spec"]["containers"][0]["args"]);
    eventually("the container runs", &container, async || container.pid().is_ok()).await;
    for env in [&[][..], &["KUBERNETES_SERVICE_HOST=localhost"]] {
        let (code, said) = container.exec(env, &check).unwrap();
        assert_eq!(
            code,
            Some(0),
            "{env:?} {said}\n{}",
            container.process.last_words()
        );
        assert!(said.contains("zegel-0 holds zegel-system/zegel"), "{said}");
    }
    confined(container.pid().unwrap());

    // A domain is judged, drifts, is told, and mended.
    let objects: Api<MailDomain> = Api::namespaced(plane.client(), "mail");
    let object: MailDomain = serde_json::from_value(json!({
        "apiVersion": "zegel.dev/v1alpha1", "kind": "MailDomain", "metadata": {"name": "voorbeeld-nl"},
        "spec": {
            "domain": "voorbeeld.nl", "role": "Mail", "readyWhen": "InSync", "settleWindow": "2s",
            "spf": {"mechanisms": ["ip4:192.0.2.1"], "all": "Fail"}, "dmarc": {"policy": "Reject"},
        },
    }))
    .unwrap();
    objects.create(&PostParams::default(), &object).await.unwrap();
    let reason = async |wanted: &str| {
        eventually(wanted, &container, async || {
            let status = objects.get("voorbeeld-nl").await.unwrap().status;
            status.and_then(|status| status.reason).as_deref() == Some(wanted)
        })
        .await;
    };
    reason("InSync").await;
    for (record, wanted) in [("none", "Drifted"), ("reject", "InSync")] {
        dns.set(&format!("_dmarc.voorbeeld.nl 1 TXT v=DMARC1; p={record}"));
        let asked = json!({"metadata": {"annotations": {"reconcile.fluxcd.io/requestedAt": wanted}}});
        objects
            .patch("voorbeeld-nl", &PatchParams::default(), &Patch::Merge(asked))
            .await
            .unwrap();
        reason(wanted).await;
    }
    let handled = objects.get("voorbeeld-nl").await.unwrap().status.unwrap();
    assert_eq!(handled.last_handled_reconcile_at.as_deref(), Some("InSync"));
    let mut events = plane.kubectl();
    events.args(["get", "events.events.k8s.io", "--namespace", "mail"]);
    events.args(["--output", "jsonpath={.items[*].reason}"]);
    let told = crate::run(events).unwrap();
    assert!(told.contains("Drifted") && told.contains("InSync"), "{told}");

    // Told to stop, it stops in order and gives its Lease back.
    container.terminate().unwrap();
    let began = Instant::now();
    while !container.process.has_ended() {
        assert!(began.elapsed() < Duration::from_secs(30), "it does not stop");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let leases: Api<Lease> = Api::namespaced(plane.client(), "zegel-system");
    let holder = leases.get("zegel").await.unwrap().spec.unwrap().holder_identity;
    assert!(
        holder.unwrap_or_default().is_empty(),
        "{}",
        container.process.last_words()
    );
    let refused = plane.asked_by("zegel-system", "zegel").unwrap();
    let refused: Vec<_> = refused.iter().filter(|it| it.code == 403).collect();
    assert!(refused.is_empty(), "{refused:?}");
    // Where the runtime mounts something it has made a place for it; nothing else was added.
    let made = ["etc/hosts", "etc/resolv.conf"].map(PathBuf::from);
    let expected: BTreeSet<PathBuf> = expected().into_iter().chain(made).collect();
    assert_eq!(files(&container.root()), expected);
}

/// The kernel's own words on what a process may do.
fn confined(pid: u64) {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let field = |name: &str| {
        let line = status
            .lines()
            .find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
        line.unwrap_or_default()
            .split_whitespace()
            .next()
            .unwrap_or_default()
            .to_owned()
    };
    for (name, want) in [
        ("Uid", "65532"),
        ("Gid", "65532"),
        ("NoNewPrivs", "1"),
        // A filter of system calls is on.
        ("Seccomp", "2"),
        ("CapEff", "0000000000000000"),
        ("CapPrm", "0000000000000000"),
        ("CapBnd", "0000000000000000"),
    ] {
        assert_eq!(field(name), want, "{name}\n{status}");
    }
    let mounts = std::fs::read_to_string(format!("/proc/{pid}/mounts")).unwrap();
    let root = mounts
        .lines()
        .find(|line| line.split(' ').nth(1) == Some("/"))
        .unwrap();
    let options = root.split(' ').nth(3).unwrap_or_default();
    assert!(options.split(',').any(|option| option == "ro"), "{root}");
}

#[test]
fn built_twice_it_has_one_digest_and_holds_what_it_should() {
    if let Some(why) = lacking() {
        println!("SKIPPED: the image was not built: {why}");
        return;
    }
    let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let program = stripped(one.path()).unwrap();
    let digest = build(&program, one.path()).unwrap();
    assert!(digest.starts_with("sha256:") && digest.len() == 71, "{digest}");
    assert_eq!(build(&program, other.path()).unwrap(), digest);

    let blob = |digest: &Value| {
        let name = digest.as_str().unwrap().replace(':', "/");
        let text = std::fs::read_to_string(one.path().join("image/blobs").join(name)).unwrap();
        serde_json::from_str::<Value>(&text).unwrap()
    };
    let manifest = blob(&json!(digest));
    let config = blob(&manifest["config"]["digest"]);
    assert_eq!(config["config"]["User"], "65532:65532");
    assert_eq!(config["config"]["Entrypoint"], json!(["/usr/local/bin/zegel"]));
    let labels = &config["config"]["Labels"];
    for (label, want) in [
        ("title", "Zegel"),
        ("licenses", "Apache-2.0"),
        ("version", env!("CARGO_PKG_VERSION")),
    ] {
        assert_eq!(labels[format!("org.opencontainers.image.{label}")], want);
    }
    let revision = labels["org.opencontainers.image.revision"].as_str().unwrap();
    assert!(revision.len() >= 7, "{revision}");
    assert_eq!(config["created"], labels["org.opencontainers.image.created"]);
    let names: Vec<&String> = labels.as_object().unwrap().keys().collect();
    assert!(
        names
            .iter()
            .all(|name| name.starts_with("org.opencontainers.image.")),
        "nothing tells what built it: {names:?}"
    );
    signed(
        one.path(),
        &one.path().join("image/blobs").join(digest.replace(':', "/")),
    );
}

/// The signature of an image is one of its manifest, and of the name it is pulled by.
fn signed(folder: &Path, manifest: &Path) {
    let Some(key) = Key::made() else { return };
    let text = |path: &Path| path.to_str().unwrap().to_owned();
    let reference = format!("registry.example/zegel:{}", env!("CARGO_PKG_VERSION"));
    let signature = text(&folder.join("zegel.sig"));
    let by = &key.fingerprint;
    let mut sign = key.skopeo(&[
        "standalone-sign",
        &text(manifest),
        &reference,
        by,
        "--output",
        &signature,
    ]);
    assert!(sign.output().unwrap().status.success());
    let verifies = |manifest: &Path, reference: &str| {
        let mut verify = key.skopeo(&["standalone-verify", &text(manifest), reference, by, &signature]);
        verify.output().unwrap().status.success()
    };
    assert!(verifies(manifest, &reference));
    assert!(
        !verifies(manifest, "registry.example/another:1"),
        "the name is signed too"
    );
    let other = folder.join("manifest.json");
    let changed = std::fs::read_to_string(manifest)
        .unwrap()
        .replacen("sha256:", "sha256:0", 1);
    std::fs::write(&other, changed).unwrap();
    assert!(!verifies(&other, &reference), "another manifest");
}

/// What is in the image: the program, what it is linked to, certificates, and what says where that comes from.
fn expected() -> Vec<PathBuf> {
    let (folder, loader) = if cfg!(target_arch = "x86_64") {
        ("lib/x86_64-linux-gnu", "lib64/ld-linux-x86-64.so.2")
    } else {
        ("lib/aarch64-linux-gnu", "lib/ld-linux-aarch64.so.1")
    };
    let mut files: Vec<String> = [
        "etc/os-release",
        "etc/ssl/certs/ca-certificates.crt",
        "usr/local/bin/zegel",
        "usr/share/doc/libc6/copyright",
        "usr/share/doc/libgcc-s1/copyright",
        "usr/share/doc/zegel/LICENSE",
        "var/lib/dpkg/status.d/libc6",
        "var/lib/dpkg/status.d/libgcc-s1",
        loader,
    ]
    .map(str::to_owned)
    .into();
    files.extend(["libc.so.6", "libgcc_s.so.1", "libm.so.6"].map(|library| format!("{folder}/{library}")));
    files.into_iter().map(PathBuf::from).collect()
}

/// The files under a folder, by their paths from there.
fn files(root: &Path) -> BTreeSet<PathBuf> {
    let mut found = BTreeSet::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() && !path.is_symlink() {
                folders.push(path);
            } else {
                found.insert(path.strip_prefix(root).unwrap().to_owned());
            }
        }
    }
    found
}
