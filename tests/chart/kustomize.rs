//! The base for Kustomize: what the chart renders with its default values, kept where `kubectl apply -k`, Flux and Argo CD find
//! it without Helm.

use std::path::Path;

use serde_json::{Value, json};
use zegel::api;

use crate::control_plane::{ControlPlane, run};
use crate::template::{Rendered, rendered};

/// Nobody serves it: an image must be chosen.
const NOWHERE: &str = "registry.invalid/zegel";

fn folder(name: &str) -> String {
    format!("{}/gitops/kustomize/{name}", env!("CARGO_MANIFEST_DIR"))
}

/// What stands in `base/zegel.yaml`: the objects of the chart, without what says that Helm made them.
fn objects() -> Vec<Value> {
    let chart = rendered(json!({"image": {"repository": NOWHERE}}));
    let kept = chart
        .objects()
        .iter()
        .filter(|object| object["kind"] != "CustomResourceDefinition")
        .filter(|object| object["metadata"]["annotations"].get("helm.sh/hook").is_none());
    let mut objects: Vec<Value> = kept.cloned().collect();
    for object in &mut objects {
        without_helm(object);
    }
    objects
}

fn without_helm(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.retain(|key, value| {
                key != "helm.sh/chart" && !(key == "app.kubernetes.io/managed-by" && value == "Helm")
            });
            fields.values_mut().for_each(without_helm);
        }
        Value::Array(items) => items.iter_mut().for_each(without_helm),
        _ => {}
    }
}

#[test]
fn the_base_is_what_the_types_say_and_the_chart_renders() {
    let header = "# Generated from charts/zegel by `make crd`: change the chart.\n";
    let documents = objects()
        .into_iter()
        .map(|object| format!("---\n{}", serde_saphyr::to_string(&object).unwrap()));
    let zegel = format!("{header}{}", documents.collect::<String>());
    for (file, fresh) in [("crd.yaml", api::crds_yaml()), ("zegel.yaml", zegel)] {
        let path = Path::new(&folder("base")).join(file);
        if std::env::var_os("UPDATE").is_some() {
            std::fs::write(&path, &fresh).unwrap();
        }
        let stored = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(
            stored == fresh,
            "gitops/kustomize/base/{file} is stale: run `make crd` and commit what it writes"
        );
    }
}

#[tokio::test]
async fn the_example_is_applied_and_is_what_it_says() {
    let plane = ControlPlane::start().await.unwrap();
    let mut kustomize = plane.kubectl();
    kustomize.args(["kustomize", &folder("example")]);
    let text = run(kustomize).unwrap();
    let all = Rendered::of(serde_saphyr::from_multiple(&text).unwrap());
    let container = all.container();
    let image = format!("registry.example/zegel:{}", env!("CARGO_PKG_VERSION"));
    assert_eq!(container["image"], json!(image));
    let args = all.args();
    assert!(
        args.contains(&"controller".to_owned()) && args.contains(&"--leader-elect".to_owned()),
        "{args:?}"
    );
    assert!(
        args.ends_with(&[
            "--resolver=192.0.2.53".to_owned(),
            "--resolver=192.0.2.54".to_owned()
        ]),
        "{args:?}"
    );
    assert_eq!(all.one("Deployment")["spec"]["replicas"], 2);
    assert!(!text.contains(NOWHERE) && !text.contains("helm.sh"), "{text}");
    // Neither Flux nor Argo CD deletes the MailDomains with the operator.
    let crds = all.all("CustomResourceDefinition");
    assert_eq!(crds.len(), api::crds().len());
    for crd in crds {
        let kept = &crd["metadata"]["annotations"];
        assert_eq!(kept["kustomize.toolkit.fluxcd.io/prune"], "disabled", "{crd}");
        assert_eq!(
            kept["argocd.argoproj.io/sync-options"],
            "Prune=false,Delete=false"
        );
    }

    for _ in 0..2 {
        let mut apply = plane.kubectl();
        apply.args(["apply", "--server-side", "--kustomize", &folder("example")]);
        run(apply).unwrap();
    }
    let mut get = plane.kubectl();
    get.args([
        "get",
        "deployment/zegel",
        "crd/maildomains.zegel.dev",
        "crd/maildomaingrants.zegel.dev",
        "--namespace",
        "zegel-system",
        "--output",
        "name",
    ]);
    assert_eq!(run(get).unwrap().lines().count(), 3);
}
