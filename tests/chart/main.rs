//! The Helm chart: in step with the CRD, clean to `helm lint`, accepted by the API server, and granting just enough.

#![allow(
    unreachable_pub,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test stops where it cannot go on"
)]

#[path = "../support/container.rs"]
mod container;
#[path = "../support/control_plane.rs"]
mod control_plane;
#[path = "../support/dns.rs"]
mod dns;
#[path = "../support/nodes.rs"]
mod nodes;
#[path = "../support/throw_away_key.rs"]
mod throw_away_key;

mod first;
mod flags;
mod image;
mod inline;
mod kustomize;
mod monitors;
mod network;
mod pages;
mod readme;
mod render;
mod schema;
mod selfcheck;
mod shards;
mod signing;
mod suites;
mod template;
mod together;
mod typed;
mod upgrade;
mod waiting;

use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition;
use serde_json::{Value, json};
use zegel::api;

use self::control_plane::{ControlPlane, IMAGE, chart_dir, helm, render_chart, run, run_with_input};

/// Every value set the tests render.
const VALUES: &[&[&str]] = &[
    &[],
    &["replicas=2", "podDisruptionBudget.enabled=true"],
    &[
        "resolvers={192.0.2.53,192.0.2.54:5353}",
        "logFormat=text",
        "extraArgs={--concurrency=4}",
        "networkPolicy.enabled=true",
    ],
    &["crds.keep=false", "rbac.aggregate=false", "service.enabled=false"],
    &[
        "image.repository=registry.example/zegel",
        "image.tag=1.2.3",
        "nodeSelector.kubernetes\\.io/os=linux",
    ],
    &[
        "dns.trustAnchor.configMap=anchors",
        "recording.enabled=true",
        "hostUsers=false",
        "hostAliases[0].ip=192.0.2.1",
        "hostAliases[0].hostnames={a.example}",
        "dnsPolicy=None",
        "dnsConfig.nameservers={192.0.2.53}",
        "topologySpreadConstraints[0].maxSkew=1",
        "topologySpreadConstraints[0].topologyKey=kubernetes.io/hostname",
        "topologySpreadConstraints[0].whenUnsatisfiable=ScheduleAnyway",
        "strategy.type=Recreate",
        "monitoring.dashboards.configMap.enabled=true",
        "service.ipFamilyPolicy=SingleStack",
        "service.ipFamilies={IPv4}",
    ],
    // OpenShift gives out user ids itself.
    &[
        "podSecurityContext.runAsUser=null",
        "podSecurityContext.runAsGroup=null",
    ],
    &[
        "replicas=2",
        "podDisruptionBudget.enabled=true",
        "podDisruptionBudget.minAvailable=1",
        "networkPolicy.enabled=true",
        "networkPolicy.egress.apiServer.cidrs={192.0.2.0/24}",
        "resolvers={[2001:db8::1]:5353}",
    ],
];

/// A CRD as a template: what `crds/` holds, switchable, and kept on uninstall unless told otherwise.
fn crd_template(text: &str) -> String {
    let keep = "metadata:\n  {{- if .Values.crds.keep }}\n  annotations:\n    helm.sh/resource-policy: keep\n  {{- end }}\n";
    let body = text.replacen("metadata:\n", keep, 1);
    format!("{{{{- if .Values.crds.enabled }}}}\n{body}{{{{- end }}}}\n")
}

#[test]
fn the_crd_template_is_what_the_types_say() {
    for (file, crd) in [
        ("crd.yaml", api::crd_yaml()),
        ("crd-grant.yaml", api::grant_crd_yaml()),
    ] {
        let path = format!("{}/templates/{file}", chart_dir());
        let fresh = crd_template(&crd);
        if std::env::var_os("UPDATE").is_some() {
            std::fs::write(&path, &fresh).unwrap();
        }
        let stored = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(
            stored == fresh,
            "charts/zegel/templates/{file} is stale: run `make crd` and commit what it writes"
        );
    }
}

#[test]
fn the_version_is_the_programs() {
    let chart = std::fs::read_to_string(format!("{}/Chart.yaml", chart_dir())).unwrap();
    let chart: Value = serde_saphyr::from_str(&chart).unwrap();
    assert_eq!(chart["version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(chart["appVersion"], env!("CARGO_PKG_VERSION"));
}

#[test]
fn helm_lint_has_nothing_to_say() {
    for values in VALUES {
        let mut lint = helm().unwrap();
        lint.args(["lint", "--strict", chart_dir(), "--set", IMAGE]);
        for value in *values {
            lint.args(["--set", value]);
        }
        run(lint).unwrap();
    }
    let all = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(all.path(), render::everything().to_string()).unwrap();
    let mut lint = helm().unwrap();
    lint.args(["lint", "--strict", chart_dir(), "--values"])
        .arg(all.path());
    run(lint).unwrap();
}

#[test]
fn the_crd_is_rendered_as_generated_kept_unless_told_and_left_out_when_told() {
    for (values, keep) in [(&[][..], Some("keep")), (&["crds.keep=false"][..], None)] {
        let objects = rendered(values);
        let is_crd = |object: &&Value| object["kind"] == "CustomResourceDefinition";
        let mut crds: Vec<CustomResourceDefinition> = objects
            .iter()
            .filter(is_crd)
            .map(|crd| serde_json::from_value(crd.clone()).unwrap())
            .collect();
        for crd in &mut crds {
            let annotations = crd.metadata.annotations.take().unwrap_or_default();
            assert_eq!(
                annotations.get("helm.sh/resource-policy").map(String::as_str),
                keep
            );
        }
        crds.sort_by_key(|crd| crd.metadata.name.clone());
        let mut wanted = api::crds();
        wanted.sort_by_key(|crd| crd.metadata.name.clone());
        assert_eq!(crds, wanted);
    }
    let without = rendered(&["crds.enabled=false"]);
    assert!(
        without
            .iter()
            .all(|object| object["kind"] != "CustomResourceDefinition")
    );
}

fn rendered(values: &[&str]) -> Vec<Value> {
    let text = render_chart("zegel-system", values).unwrap();
    serde_saphyr::from_multiple(&text).unwrap()
}

#[tokio::test]
async fn the_api_server_takes_every_object_and_grants_what_is_needed_and_no_more() {
    let plane = ControlPlane::start().await.unwrap();
    restricted_namespace(&plane, "zegel-system");
    for values in VALUES {
        let text = render_chart("zegel-system", values).unwrap();
        let mut apply = plane.kubectl();
        apply.args([
            "--namespace",
            "zegel-system",
            "apply",
            "--server-side",
            "--validate=strict",
            "-f",
            "-",
        ]);
        let said = run_with_input(apply, &text).unwrap_or_else(|error| panic!("{values:?}: {error}"));
        assert!(!said.contains("Warning"), "{values:?}: {said}");
        the_pod_is_restricted(&plane, values);
    }

    let account = "system:serviceaccount:zegel-system:zegel";
    for question in [
        "list maildomains.zegel.dev --all-namespaces",
        "watch maildomains.zegel.dev --all-namespaces",
        "get maildomains.zegel.dev --namespace mail",
        "patch maildomains.zegel.dev --subresource status --namespace mail",
        "create events.events.k8s.io --namespace mail",
        "create leases.coordination.k8s.io --namespace zegel-system",
        "get leases.coordination.k8s.io/zegel --namespace zegel-system",
        "update leases.coordination.k8s.io/zegel --namespace zegel-system",
    ] {
        assert!(may(&plane, account, question), "must be granted: {question}");
    }
    for question in [
        "update maildomains.zegel.dev --namespace mail",
        "patch maildomains.zegel.dev --namespace mail",
        "delete maildomains.zegel.dev --namespace mail",
        "create maildomains.zegel.dev --namespace mail",
        "update maildomains.zegel.dev --subresource status --namespace mail",
        "get secrets --namespace zegel-system",
        "list secrets --all-namespaces",
        "get configmaps --namespace zegel-system",
        "list pods --all-namespaces",
        "list events.events.k8s.io --namespace mail",
        "get leases.coordination.k8s.io/zegel --namespace mail",
        "patch leases.coordination.k8s.io/zegel --namespace zegel-system",
        "delete leases.coordination.k8s.io/zegel --namespace zegel-system",
        "patch events.events.k8s.io --namespace mail",
        "get leases.coordination.k8s.io/other --namespace zegel-system",
        "list customresourcedefinitions.apiextensions.k8s.io",
    ] {
        assert!(!may(&plane, account, question), "must not be granted: {question}");
    }
}

/// The roles for people are bound here by hand: aggregating them is done by a controller of Kubernetes.
#[tokio::test]
async fn who_may_view_a_namespace_may_view_its_maildomains_and_who_may_edit_it_may_edit_them() {
    let plane = ControlPlane::start().await.unwrap();
    plane.install_chart("zegel-system", &[]).await.unwrap();
    plane.create_namespace("mail").await.unwrap();
    for (user, roles) in [
        ("viewer", &["zegel-view"][..]),
        ("editor", &["zegel-view", "zegel-edit"]),
    ] {
        for role in roles {
            let mut bind = plane.kubectl();
            bind.args([
                "create",
                "rolebinding",
                &format!("{user}-{role}"),
                "--namespace",
                "mail",
            ]);
            bind.args(["--user", user, "--clusterrole", role]);
            run(bind).unwrap();
        }
    }
    let verbs = [
        "get",
        "list",
        "watch",
        "create",
        "update",
        "patch",
        "delete",
        "deletecollection",
    ];
    for (place, verb) in verbs.into_iter().enumerate() {
        let question = format!("{verb} maildomains.zegel.dev --namespace mail");
        assert_eq!(may(&plane, "viewer", &question), place < 3, "viewer: {question}");
        assert!(may(&plane, "editor", &question), "editor: {question}");
        let status = format!("{question} --subresource status");
        for user in ["viewer", "editor"] {
            assert_eq!(may(&plane, user, &status), place < 3, "{user}: {status}");
            assert!(
                !may(
                    &plane,
                    user,
                    &question.replace("namespace mail", "namespace other")
                ),
                "{user}"
            );
        }
    }
}

#[tokio::test]
async fn helm_installs_upgrades_and_uninstalls_and_maildomains_stay() {
    let plane = ControlPlane::start().await.unwrap();
    let release = |verb: &[&str]| {
        let mut command = plane.helm().unwrap();
        command.args(verb).args(["--namespace", "mail"]);
        run(command).unwrap()
    };
    let notes = release(&[
        "install",
        "zegel",
        chart_dir(),
        "--create-namespace",
        "--set",
        IMAGE,
    ]);
    assert!(notes.contains("kubectl get maildomains"), "{notes}");
    let domain = json!({
        "apiVersion": "zegel.dev/v1alpha1", "kind": "MailDomain",
        "metadata": {"name": "voorbeeld-nl", "namespace": "mail"},
        "spec": {"domain": "voorbeeld.nl", "role": "Mail"},
    });
    plane.install_crd().await.unwrap();
    let mut apply = plane.kubectl();
    apply.args(["apply", "-f", "-"]);
    run_with_input(apply, &domain.to_string()).unwrap();
    release(&[
        "upgrade",
        "zegel",
        chart_dir(),
        "--set",
        IMAGE,
        "--set",
        "replicas=2",
        "--force-conflicts",
    ]);
    release(&["uninstall", "zegel"]);
    let mut get = plane.kubectl();
    get.args(["get", "maildomains", "--namespace", "mail", "--output", "name"]);
    assert_eq!(run(get).unwrap(), "maildomain.zegel.dev/voorbeeld-nl\n");
}

fn restricted_namespace(plane: &ControlPlane, name: &str) {
    let namespace = json!({
        "apiVersion": "v1", "kind": "Namespace",
        "metadata": {"name": name, "labels": {"pod-security.kubernetes.io/enforce": "restricted"}},
    });
    let mut apply = plane.kubectl();
    apply.args(["apply", "-f", "-"]);
    run_with_input(apply, &namespace.to_string()).unwrap();
}

/// The Deployment's pod, created for nothing but the API server's opinion, in a namespace that enforces `restricted`.
fn the_pod_is_restricted(plane: &ControlPlane, values: &[&str]) {
    let objects = rendered(values);
    let deployment = objects
        .iter()
        .find(|object| object["kind"] == "Deployment")
        .unwrap();
    let template = &deployment["spec"]["template"];
    let mut metadata = template["metadata"].clone();
    metadata["name"] = json!("zegel-0");
    metadata["namespace"] = json!("zegel-system");
    let pod = json!({"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": template["spec"]});
    for pod in [pod, selfcheck_pod(values)] {
        let mut create = plane.kubectl();
        create.args(["create", "--dry-run=server", "-f", "-"]);
        run_with_input(create, &pod.to_string()).unwrap_or_else(|error| panic!("{values:?}: {error}"));
    }

    let selector = &deployment["spec"]["selector"]["matchLabels"];
    for (label, value) in selector.as_object().unwrap() {
        assert_eq!(
            &metadata["labels"][label], value,
            "{values:?}: the selector misses its pods"
        );
    }
}

/// The pod of `helm test`.
fn selfcheck_pod(values: &[&str]) -> Value {
    let mut command = helm().unwrap();
    command.args([
        "template",
        "zegel",
        chart_dir(),
        "--namespace",
        "zegel-system",
        "--set",
        IMAGE,
    ]);
    command.args(["--show-only", "templates/tests/selfcheck.yaml"]);
    for value in values {
        command.args(["--set", value]);
    }
    serde_saphyr::from_str(&run(command).unwrap()).unwrap()
}

fn may(plane: &ControlPlane, account: &str, question: &str) -> bool {
    let mut kubectl = plane.kubectl();
    kubectl
        .args(["auth", "can-i", "--as", account])
        .args(question.split(' '));
    let output = kubectl.output().unwrap();
    let answer = String::from_utf8_lossy(&output.stdout);
    match answer.trim() {
        "yes" => true,
        answer if answer.starts_with("no") => false,
        _ => panic!("{question}: {output:?}"),
    }
}
