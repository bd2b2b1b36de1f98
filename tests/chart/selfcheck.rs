//! `zegel selfcheck` as `helm test` runs it: with the arguments of the rendered pod and the token of the chart's
//! ServiceAccount, beside a controller with those of the rendered Deployment.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition;
use kube::api::{Api, DeleteParams, Patch, PatchParams, PostParams};
use serde_json::{Value, json};
use zegel::api;

use crate::control_plane::{ControlPlane, IMAGE, Process, chart_dir, render_chart, run, run_with_input};
use crate::dns::DnsServer;
use crate::template::{rendered, strings};

/// What a check says: its outcome and message.
fn of(report: &Value, check: &str) -> (String, String) {
    let checks = report["checks"].as_array().unwrap();
    let found = checks.iter().find(|it| it["check"] == check).unwrap();
    let text = |field: &str| found[field].as_str().unwrap().to_owned();
    if found["outcome"] == "wrong" || found["outcome"] == "unknown" {
        assert!(!text("fix").is_empty(), "{found}");
    }
    (text("outcome"), text("message"))
}

/// Runs the check; its exit code and report.
fn selfcheck(kubeconfig: &Path, args: &[String]) -> (i32, Value) {
    let output = Command::new(env!("CARGO_BIN_EXE_zegel"))
        .env("KUBECONFIG", kubeconfig)
        .args(args)
        .args(["--output", "json"])
        .output()
        .unwrap();
    let report = serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {output:?}"));
    (output.status.code().unwrap(), report)
}

/// Runs the check until a check says this; what is changed on the API server is not served at once.
fn until(kubeconfig: &Path, args: &[String], check: &str, says: &str) -> (i32, Value) {
    let began = Instant::now();
    loop {
        let (code, report) = selfcheck(kubeconfig, args);
        if of(&report, check).1.contains(says) {
            return (code, report);
        }
        assert!(
            began.elapsed() < Duration::from_secs(60),
            "{check} never said {says:?}: {report}"
        );
    }
}

fn outcomes(report: &Value) -> Vec<String> {
    let checks = report["checks"].as_array().unwrap();
    checks
        .iter()
        .map(|it| it["outcome"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn helm_test_says_what_is_wrong_and_that_all_is_well() {
    let plane = ControlPlane::start().await.unwrap();
    let mut dns = DnsServer::start("nl 60 SOA 1\n");
    let resolver = dns.address().to_string();
    let values = |dnssec: &str| {
        json!({
            "resolvers": [resolver], "dns": {"dnssec": dnssec, "authorities": "off"},
            "selfcheck": {"wait": "1s"}, "extraArgs": ["--bind=127.0.0.1:0"],
        })
    };
    let account = plane.install_chart("zegel-system", &[]).await.unwrap();
    let chart = rendered(values("off"));
    let check = strings(&chart.one("Pod")["spec"]["containers"][0]["args"]);

    let (code, report) = until(&account, &check, "CRD", "as this version knows it");
    assert_eq!(
        (code, outcomes(&report)),
        (
            1,
            ["ok", "ok", "wrong", "ok", "skipped"].map(str::to_owned).to_vec()
        )
    );
    assert_eq!(
        of(&report, "Lease").1,
        "nobody holds zegel-system/zegel: no MailDomain is judged that belongs to it"
    );
    assert_eq!(report["outcome"], "wrong");

    let mut controller = Command::new(env!("CARGO_BIN_EXE_zegel"));
    controller
        .env("KUBECONFIG", &account)
        .env("POD_NAME", "zegel-0")
        .args(chart.args());
    let controller = Process::spawn(controller, plane.dir().join("controller.log")).unwrap();
    let (code, report) = until(&account, &check, "Lease", "zegel-0 holds zegel-system/zegel");
    assert_eq!(
        (code, &report["outcome"]),
        (0, &json!("ok")),
        "{report}\n{}",
        controller.last_words()
    );

    // The same for people.
    let text = Command::new(env!("CARGO_BIN_EXE_zegel"))
        .env("KUBECONFIG", &account)
        .args(&check)
        .output()
        .unwrap();
    let text = String::from_utf8(text.stdout).unwrap();
    assert!(
        text.starts_with("ok       CRD     maildomains.zegel.dev is served"),
        "{text}"
    );

    // A closed cluster: grants are served, and this account has no right to them yet.
    let closed = |selectors: bool| {
        let mut values = values("off");
        values["tenancy"] = json!("Closed");
        values["grants"] = json!({"selectors": selectors});
        let pod = rendered(values);
        strings(&pod.one("Pod")["spec"]["containers"][0]["args"])
    };
    let (code, report) = selfcheck(&account, &closed(false));
    let (outcome, message) = of(&report, "Rights");
    assert!(
        code == 1 && outcome == "wrong" && message.contains("list MailDomainGrants"),
        "{report}"
    );
    assert!(
        of(&report, "CRD")
            .1
            .contains("maildomaingrants.zegel.dev are served"),
        "{report}"
    );
    let granted = render_chart("zegel-system", &["tenancy=Closed", "grants.selectors=true"]).unwrap();
    let mut apply = plane.kubectl();
    apply.args([
        "--namespace",
        "zegel-system",
        "apply",
        "--server-side",
        "--force-conflicts",
        "-f",
        "-",
    ]);
    run_with_input(apply, &granted).unwrap();
    let all = "MailDomains of all namespaces, MailDomainGrants, Namespaces can be listed";
    until(&account, &closed(true), "Rights", all);

    // This resolver knows nothing of DNSSEC.
    let strips = rendered(values("auto"));
    let strips = strings(&strips.one("Pod")["spec"]["containers"][0]["args"]);
    let (code, report) = selfcheck(&account, &strips);
    assert_eq!((code, of(&report, "DNSSEC").0.as_str()), (1, "wrong"), "{report}");

    // No resolver at all.
    dns.stop();
    let (code, report) = selfcheck(&account, &check);
    assert_eq!((code, of(&report, "DNS").0.as_str()), (1, "wrong"), "{report}");
    assert_eq!(of(&report, "DNSSEC").0, "unknown");

    // An account without rights, and no API server.
    plane
        .create_service_account("zegel-system", "nobody")
        .await
        .unwrap();
    let nobody = plane.kubeconfig_of("zegel-system", "nobody").await.unwrap();
    let (code, report) = selfcheck(&nobody, &check);
    assert_eq!(code, 1);
    for name in ["Rights", "Lease"] {
        let (outcome, message) = of(&report, name);
        assert!(
            outcome == "wrong" && message.contains("not allowed to"),
            "{message}"
        );
    }
    let gone = plane.dir().join("kubeconfig-gone");
    let text = std::fs::read_to_string(&account).unwrap();
    std::fs::write(&gone, text.replace(plane.server(), "https://127.0.0.1:1")).unwrap();
    let (_, report) = selfcheck(&gone, &check);
    for name in ["CRD", "Rights", "Lease"] {
        assert_eq!(of(&report, name).0, "unknown", "{report}");
    }

    // An older CRD, a newer one, none.
    let definitions: Api<CustomResourceDefinition> = Api::all(plane.client());
    let name = "maildomains.zegel.dev";
    let edit = async |change: fn(&mut Value)| {
        let mut crd = serde_json::to_value(api::crd()).unwrap();
        change(
            &mut crd["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["properties"]["spec"]["properties"],
        );
        let patch = json!({"spec": {"versions": crd["spec"]["versions"]}});
        definitions
            .patch(name, &PatchParams::default(), &Patch::Merge(patch))
            .await
            .unwrap();
    };
    edit(|spec| {
        spec.as_object_mut().unwrap().remove("dnssec");
    })
    .await;
    let (code, report) = until(&account, &check, "CRD", "it lacks spec.dnssec");
    assert_eq!((code, of(&report, "CRD").0.as_str()), (1, "wrong"));
    edit(|spec| spec["coming"] = json!({"type": "string"})).await;
    until(&account, &check, "CRD", "which heeds no spec.coming");
    definitions.delete(name, &DeleteParams::default()).await.unwrap();
    until(&account, &check, "CRD", "serves no zegel.dev/v1alpha1 MailDomain");
}

/// Watching one namespace takes rights in that namespace, and no other.
#[tokio::test]
async fn a_controller_of_one_namespace_works_with_the_rights_of_that_namespace() {
    let plane = ControlPlane::start().await.unwrap();
    let dns = DnsServer::start("nl 60 SOA 1\nvoorbeeld.nl TXT v=spf1 -all\n");
    plane.create_namespace("mail").await.unwrap();
    let set = ["watch.namespace=mail", "rbac.aggregate=false"];
    let mut install = plane.helm().unwrap();
    install.args([
        "install",
        "zegel",
        chart_dir(),
        "--namespace",
        "zegel-system",
        "--create-namespace",
    ]);
    for value in [IMAGE].into_iter().chain(set) {
        install.args(["--set", value]);
    }
    run(install).unwrap();
    let account = plane.kubeconfig_of("zegel-system", "zegel").await.unwrap();
    let chart = rendered(json!({
        "watch": {"namespace": "mail"}, "rbac": {"aggregate": false}, "selfcheck": {"wait": "1m"},
        "resolvers": [dns.address().to_string()], "dns": {"dnssec": "off", "authorities": "off"},
        "extraArgs": ["--bind=127.0.0.1:0"],
    }));
    let object: api::MailDomain = serde_json::from_value(json!({
        "apiVersion": "zegel.dev/v1alpha1", "kind": "MailDomain", "metadata": {"name": "voorbeeld-nl"},
        "spec": {"domain": "voorbeeld.nl", "role": "Mail"},
    }))
    .unwrap();
    let objects: Api<api::MailDomain> = Api::namespaced(plane.client(), "mail");
    let began = Instant::now();
    while objects.create(&PostParams::default(), &object).await.is_err() {
        assert!(began.elapsed() < Duration::from_secs(60), "the CRD is not served");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let mut controller = Command::new(env!("CARGO_BIN_EXE_zegel"));
    controller.env("KUBECONFIG", &account).args(chart.args());
    let _controller = Process::spawn(controller, plane.dir().join("controller.log")).unwrap();
    let check = strings(&chart.one("Pod")["spec"]["containers"][0]["args"]);
    let (code, report) = selfcheck(&account, &check);
    assert_eq!(code, 0, "{report}");
    let began = Instant::now();
    while objects
        .get("voorbeeld-nl")
        .await
        .unwrap()
        .status
        .and_then(|it| it.reason)
        .as_deref()
        != Some("Observed")
    {
        assert!(began.elapsed() < Duration::from_secs(60), "never judged");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let account = "system:serviceaccount:zegel-system:zegel";
    for (question, granted) in [
        ("create events.events.k8s.io --namespace mail", true),
        ("create events.events.k8s.io --namespace zegel-system", true),
        ("create events.events.k8s.io --namespace default", false),
        ("list maildomains.zegel.dev --namespace default", false),
        ("list maildomains.zegel.dev --all-namespaces", false),
    ] {
        assert_eq!(crate::may(&plane, account, question), granted, "{question}");
    }
    let refused = plane.asked_by("zegel-system", "zegel").unwrap();
    let refused: Vec<_> = refused.iter().filter(|it| it.code == 403).collect();
    assert!(refused.is_empty(), "{refused:?}");
}

/// With shards there is a Lease each, and all are looked at.
#[tokio::test]
async fn with_shards_each_lease_is_looked_at() {
    let plane = ControlPlane::start().await.unwrap();
    let dns = DnsServer::start("nl 60 SOA 1\n");
    let account = plane
        .install_chart("zegel-system", &["leaderElection.shards=2"])
        .await
        .unwrap();
    let chart = rendered(json!({
        "leaderElection": {"shards": 2}, "selfcheck": {"wait": "1m"},
        "resolvers": [dns.address().to_string()], "dns": {"dnssec": "off", "authorities": "off"},
        "extraArgs": ["--bind=127.0.0.1:0"],
    }));
    let mut controller = Command::new(env!("CARGO_BIN_EXE_zegel"));
    controller
        .env("KUBECONFIG", &account)
        .env("POD_NAME", "zegel-0")
        .args(chart.args());
    let controller = Process::spawn(controller, plane.dir().join("controller.log")).unwrap();
    let check = strings(&chart.one("Pod")["spec"]["containers"][0]["args"]);
    let (code, report) = selfcheck(&account, &check);
    assert_eq!(code, 0, "{report}\n{}", controller.last_words());
    assert_eq!(
        of(&report, "Lease").1,
        "2 shards holds zegel-system/zegel, zegel-0 holds zegel-system/zegel-0-of-2, zegel-0 holds zegel-system/zegel-1-of-2"
    );
    drop(controller);
    let gone = until(&account, &check[..1], "Lease", "").1;
    assert_eq!(of(&gone, "Lease").0, "skipped");
    let check: Vec<String> = check
        .into_iter()
        .map(|arg| arg.replace("--wait=1m", "--wait=1s"))
        .collect();
    let (code, _) = until(&account, &check, "Lease", "has not renewed it");
    assert_eq!(code, 1);
}
