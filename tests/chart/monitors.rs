//! ServiceMonitor, PodMonitor and PrometheusRule as the chart renders them, held by the API server to the schemas of the
//! Prometheus operator, strictly: an unknown field is refused. So is GrafanaDashboard, to the schema of the Grafana operator.

use std::path::Path;

use serde_json::{Value, json};

use crate::control_plane::programs::file_of;
use crate::control_plane::{ControlPlane, run, run_with_input};
use crate::render::everything;
use crate::template::rendered;

const CRDS: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/tests/chart/fixtures/prometheus-operator-crds.yaml"
);

fn apply(plane: &ControlPlane, object: &Value) -> Result<String, String> {
    let mut apply = plane.kubectl();
    apply.args([
        "apply",
        "--server-side",
        "--validate=strict",
        "--dry-run=server",
        "-f",
        "-",
    ]);
    run_with_input(apply, &object.to_string()).map_err(|error| error.to_string())
}

/// Has the API server serve these CRDs.
fn serve(plane: &ControlPlane, crds: &str) {
    let mut apply = plane.kubectl();
    apply.args(["apply", "--server-side", "-f", crds]);
    run(apply).unwrap();
    let mut established = plane.kubectl();
    established.args([
        "wait",
        "--for=condition=Established",
        "crd",
        "--all",
        "--timeout=30s",
    ]);
    run(established).unwrap();
}

#[tokio::test]
async fn the_prometheus_operators_schemas_take_what_is_rendered() {
    assert!(Path::new(CRDS).exists());
    let plane = ControlPlane::start().await.unwrap();
    serve(&plane, CRDS);
    for namespace in ["zegel-system", "monitoring"] {
        plane.create_namespace(namespace).await.unwrap();
    }
    let pods = json!({"monitoring": {"podMonitor": {
        "enabled": true, "labels": {"release": "prometheus"}, "interval": "15s", "namespace": "monitoring",
        "endpointAdditionalProperties": {"honorTimestamps": false},
        "relabelings": [{"action": "labeldrop", "regex": "pod_template_hash"}],
        "metricRelabelings": [{"action": "drop", "sourceLabels": ["__name__"], "regex": "process_.*"}],
    }}});
    let plain =
        json!({"monitoring": {"serviceMonitor": {"enabled": true}, "prometheusRule": {"enabled": true}}});
    let mut taken = Vec::new();
    for values in [everything(), pods, plain] {
        let all = rendered(values);
        for kind in ["ServiceMonitor", "PodMonitor", "PrometheusRule"] {
            for object in all.all(kind) {
                let said = apply(&plane, object).unwrap_or_else(|error| panic!("{kind}: {error}\n{object}"));
                assert!(said.contains("serverside-applied"), "{said}");
                taken.push(kind);
            }
        }
    }
    taken.sort_unstable();
    let want = [
        "PodMonitor",
        "PrometheusRule",
        "PrometheusRule",
        "ServiceMonitor",
        "ServiceMonitor",
    ];
    assert_eq!(taken, want);

    // It would see a slip.
    let all = rendered(json!({"monitoring": {"serviceMonitor": {"enabled": true}}}));
    for (pointer, wrong) in [
        ("/spec/selektor", json!({})),
        ("/spec/endpoints/0/interval", json!("often")),
    ] {
        let mut object = all.one("ServiceMonitor").clone();
        let (parent, name) = pointer.rsplit_once('/').unwrap();
        object.pointer_mut(parent).unwrap()[name] = wrong;
        assert!(apply(&plane, &object).is_err(), "{pointer} is taken");
    }
}

#[tokio::test]
async fn the_grafana_operators_schema_takes_what_is_rendered() {
    let crd = file_of("grafana-operator").unwrap();
    let plane = ControlPlane::start().await.unwrap();
    serve(&plane, &crd);
    for namespace in ["zegel-system", "monitoring"] {
        plane.create_namespace(namespace).await.unwrap();
    }
    let dashboard = |settings: Value| json!({"monitoring": {"dashboards": {"grafanaDashboard": settings}}});
    let labels = json!({"matchLabels": {"dashboards": "grafana"}});
    let expressions =
        json!({"matchExpressions": [{"key": "team", "operator": "In", "values": ["mail", "sre"]}]});
    let all = [
        everything(),
        dashboard(json!({"enabled": true, "instanceSelector": labels})),
        dashboard(json!({
            "enabled": true, "instanceSelector": expressions, "namespace": "monitoring", "folder": "Mail",
            "allowCrossNamespaceImport": true, "labels": {"team": "mail"}, "annotations": {"example.com/a": "b"},
        })),
    ];
    for values in all {
        let all = rendered(values);
        let object = all.one("GrafanaDashboard");
        let said = apply(&plane, object).unwrap_or_else(|error| panic!("{error}\n{object}"));
        assert!(said.contains("serverside-applied"), "{said}");
    }

    // It would see a slip.
    let all = rendered(dashboard(json!({"enabled": true, "instanceSelector": labels})));
    for (name, wrong) in [
        ("instanceSelecter", json!({})),
        ("json", json!({})),
        ("allowCrossNamespaceImport", json!("yes")),
        ("instanceSelector", json!({"matchLabels": ["grafana"]})),
    ] {
        let mut object = all.one("GrafanaDashboard").clone();
        object["spec"][name] = wrong;
        assert!(apply(&plane, &object).is_err(), "{name} is taken");
    }
}
