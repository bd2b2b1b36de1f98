//! The CRD: fresh on disk; and what it refuses, refused offline with the same words as by the API server.

#![allow(clippy::unwrap_used, reason = "a test stops where it cannot go on")]

#[path = "../support/control_plane.rs"]
mod control_plane;

mod cases;
mod cluster;
mod grants;
mod mutations;
mod owners;
mod verdicts;

use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition;
use serde_json::json;
use zegel::api;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// Of each kind: its file in `crds/`, its template in the chart, its definition and that as YAML.
fn kinds() -> [(&'static str, &'static str, CustomResourceDefinition, String); 2] {
    [
        (
            "crds/maildomains.zegel.dev.yaml",
            "charts/zegel/templates/crd.yaml",
            api::crd(),
            api::crd_yaml(),
        ),
        (
            "crds/maildomaingrants.zegel.dev.yaml",
            "charts/zegel/templates/crd-grant.yaml",
            api::grant_crd(),
            api::grant_crd_yaml(),
        ),
    ]
}

fn stored(file: &str) -> String {
    std::fs::read_to_string(format!("{ROOT}/{file}")).unwrap_or_default()
}

/// What the chart adds to the CRD.
const KEPT: [&str; 2] = ["  annotations:", "    helm.sh/resource-policy: keep"];

#[test]
fn the_crds_on_disk_are_what_the_types_say() {
    for (file, _, crd, fresh) in kinds() {
        if std::env::var_os("UPDATE").is_some() {
            std::fs::write(format!("{ROOT}/{file}"), &fresh).unwrap();
        }
        let stored = stored(file);
        assert!(
            stored == fresh,
            "{file} is stale: run `make crd` and commit what it writes"
        );
        let read: CustomResourceDefinition = serde_saphyr::from_str(&stored).unwrap();
        assert_eq!(read, crd, "the YAML does not read back as what was written");
    }
}

/// Whoever installs from the program, from the files or with the chart gets the same: with another default of status,
/// `helm install --wait` would succeed without a controller.
#[test]
fn the_program_the_files_and_the_chart_hold_the_same_bytes() {
    let printed = std::process::Command::new(env!("CARGO_BIN_EXE_zegel"))
        .arg("crd")
        .output()
        .unwrap();
    assert!(printed.status.success(), "{printed:?}");
    let printed = String::from_utf8(printed.stdout).unwrap();
    let files = kinds().map(|(file, ..)| stored(file));
    assert!(
        printed == files.join("---\n"),
        "`zegel crd` prints other CRDs than crds/ holds"
    );
    for (file, template, ..) in kinds() {
        // The chart's template adds switches, each on lines of its own, and the annotation they switch.
        let plain: String = stored(template)
            .split_inclusive('\n')
            .filter(|line| !line.contains("{{") && !KEPT.contains(&line.trim_end()))
            .collect();
        assert!(stored(file) == plain, "{template} holds another CRD than {file}");
    }
    assert!(printed.contains("observedGeneration: -1"));
}

/// The schema keeps its promises to older and newer controllers and to the API server.
#[test]
fn the_schema_has_no_defaults_in_spec_no_enums_in_status_and_no_odd_formats() {
    for crd in api::crds() {
        let schema = serde_json::to_value(crd).unwrap();
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
        // A permission waits for nobody: see docs/tenancy.md.
        let wanted = match schema["spec"]["names"]["kind"] == "MailDomain" {
            true => json!({"observedGeneration": -1}),
            false => json!(null),
        };
        assert_eq!(properties["status"]["default"], wanted);
        for format in ["uint8", "uint16", "uint32", "uint64", "\"int8\"", "\"int16\""] {
            assert!(
                !properties.to_string().contains(format),
                "{format} draws a warning"
            );
        }
    }
}
