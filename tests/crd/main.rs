//! The CRD: fresh on disk; and what it refuses, refused offline with the same words as by the API server.

#![allow(clippy::unwrap_used, reason = "a test stops where it cannot go on")]

#[path = "../support/control_plane.rs"]
mod control_plane;

mod cases;
mod cluster;
mod mutations;
mod verdicts;

use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition;
use serde_json::json;
use zegel::api;

const CRD: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/crds/maildomains.zegel.dev.yaml");

const CHART: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/charts/zegel/templates/crd.yaml");

/// What the chart adds to the CRD.
const KEPT: [&str; 2] = ["  annotations:", "    helm.sh/resource-policy: keep"];

#[test]
fn the_crd_on_disk_is_what_the_types_say() {
    let fresh = api::crd_yaml();
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(CRD, &fresh).unwrap();
    }
    let stored = std::fs::read_to_string(CRD).unwrap_or_default();
    assert!(
        stored == fresh,
        "crds/maildomains.zegel.dev.yaml is stale: run `make crd` and commit what it writes"
    );
    let read: CustomResourceDefinition = serde_saphyr::from_str(&stored).unwrap();
    assert_eq!(
        read,
        api::crd(),
        "the YAML does not read back as what was written"
    );
}

/// Whoever installs from the program, from the file or with the chart gets the same: with another default of status,
/// `helm install --wait` would succeed without a controller.
#[test]
fn the_program_the_file_and_the_chart_hold_the_same_bytes() {
    let printed = std::process::Command::new(env!("CARGO_BIN_EXE_zegel"))
        .arg("crd")
        .output()
        .unwrap();
    assert!(printed.status.success(), "{printed:?}");
    let printed = String::from_utf8(printed.stdout).unwrap();
    assert!(
        printed == std::fs::read_to_string(CRD).unwrap(),
        "`zegel crd` prints another CRD than crds/ holds"
    );
    // The chart's template adds switches, each on lines of its own, and the annotation they switch.
    let template = std::fs::read_to_string(CHART).unwrap();
    let plain: String = template
        .split_inclusive('\n')
        .filter(|line| !line.contains("{{") && !KEPT.contains(&line.trim_end()))
        .collect();
    assert!(
        printed == plain,
        "charts/zegel/templates/crd.yaml holds another CRD than `zegel crd` prints"
    );
    assert!(printed.contains("observedGeneration: -1"));
}

/// The schema keeps its promises to older and newer controllers and to the API server.
#[test]
fn the_schema_has_no_defaults_in_spec_no_enums_in_status_and_no_odd_formats() {
    let schema = serde_json::to_value(api::crd()).unwrap();
    let properties = &schema["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["properties"];
    let spec = properties["spec"].to_string();
    assert!(!spec.contains("\"default\""), "a default stands under spec");
    assert!(!spec.contains("\"nullable\""), "null is a value under spec");
    let status = properties["status"].to_string();
    for bound in [
        "\"enum\"",
        "\"maxItems\"",
        "\"maxLength\"",
        "\"pattern\"",
        "x-kubernetes-validations",
    ] {
        assert!(!status.contains(bound), "status is bounded by {bound}");
    }
    assert_eq!(properties["status"]["default"], json!({"observedGeneration": -1}));
    for format in ["uint8", "uint16", "uint32", "uint64", "\"int8\"", "\"int16\""] {
        assert!(
            !properties.to_string().contains(format),
            "{format} draws a warning"
        );
    }
}
