//! ServiceMonitor, PodMonitor and PrometheusRule as the chart renders them, held by the API server to the schemas of the
//! Prometheus operator, strictly: an unknown field is refused.

use std::path::Path;

use serde_json::{Value, json};

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

#[tokio::test]
async fn the_prometheus_operators_schemas_take_what_is_rendered() {
    assert!(Path::new(CRDS).exists());
    let plane = ControlPlane::start().await.unwrap();
    let mut crds = plane.kubectl();
    crds.args(["apply", "--server-side", "-f", CRDS]);
    run(crds).unwrap();
    let mut established = plane.kubectl();
    established.args([
        "wait",
        "--for=condition=Established",
        "crd",
        "--all",
        "--timeout=30s",
    ]);
    run(established).unwrap();
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
