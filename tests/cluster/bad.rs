//! Bad objects and hostile zones: they cost themselves, and nobody else.

use std::fmt::Write as _;

use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition;
use kube::api::{Api, DynamicObject, Patch, PatchParams, PostParams};
use serde_json::json;

use crate::kstatus::condition;
use crate::stage::{Stage, eventually, run, spec, spec_with};

#[test]
fn a_spec_that_can_be_no_record_is_invalid_until_it_is_mended() {
    run(async {
        let stage = Stage::new("invalid").await;
        let bad = json!({"spf": {"mechanisms": ["ip5:192.0.2.1"], "all": "Fail"}});
        stage.create("voorbeeld-nl", spec_with(bad)).await;
        let status = stage.ready("voorbeeld-nl", "False", "InvalidSpec").await;
        let message = &status.conditions[0].message;
        assert!(message.contains("spec.spf.mechanisms[0]"), "{message}");
        assert_eq!(stage.dns.seen().total(), 0);
        stage.told("voorbeeld-nl", &["InvalidSpec"]).await;
        stage
            .edit(
                "voorbeeld-nl",
                json!({"spf": {"mechanisms": ["ip4:192.0.2.1"], "all": "Fail"}}),
            )
            .await;
        stage.ready("voorbeeld-nl", "True", "InSync").await;
        stage.end().await;
    });
}

#[test]
fn an_object_that_does_not_parse_stops_nobody() {
    run(async {
        let mut stage = Stage::empty("undecodable").await;
        // An older CRD let it in.
        let crds: Api<CustomResourceDefinition> = Api::all(stage.plane.client());
        let mut lax = zegel::api::crd();
        for version in &mut lax.spec.versions {
            let schema = version
                .schema
                .as_mut()
                .and_then(|schema| schema.open_api_v3_schema.as_mut())
                .unwrap();
            let properties = schema.properties.as_mut().unwrap();
            let spec = properties.get_mut("spec").unwrap();
            spec.x_kubernetes_validations = None;
            spec.properties.as_mut().unwrap().get_mut("role").unwrap().enum_ = None;
        }
        let params = PatchParams::apply("zegel-tests").force();
        let name = "maildomains.zegel.dev";
        crds.patch(name, &params, &Patch::Apply(&lax)).await.unwrap();
        let resource = kube::api::ApiResource::erase::<zegel::api::MailDomain>(&());
        let objects: Api<DynamicObject> =
            Api::namespaced_with(stage.plane.client(), &stage.namespace, &resource);
        let bad: DynamicObject = serde_json::from_value(json!({
            "apiVersion": "zegel.dev/v1alpha1", "kind": "MailDomain",
            "metadata": {"name": "bad"},
            "spec": {"domain": "bad.nl", "role": "Fortress"},
        }))
        .unwrap();
        eventually("the older CRD is served", async || {
            objects.create(&PostParams::default(), &bad).await.is_ok()
        })
        .await;
        crds.patch(name, &params, &Patch::Apply(&zegel::api::crd()))
            .await
            .unwrap();
        stage.start().await;
        eventually("it is told to be invalid", async || {
            let bad = objects.get("bad").await.unwrap();
            bad.data["status"]["reason"] == "InvalidSpec"
        })
        .await;
        stage.told("bad", &["InvalidSpec"]).await;
        objects.delete("bad", &Default::default()).await.unwrap();
        stage.create("good", spec()).await;
        stage.ready("good", "True", "InSync").await;
        stage.end().await;
    });
}

#[test]
fn a_hostile_zone_costs_a_finding_and_never_the_status() {
    run(async {
        let stage = Stage::new("hostile").await;
        let mut zone = String::new();
        for number in 0..120 {
            let filler = r"\255\000\034".repeat(40);
            writeln!(
                zone,
                "voorbeeld.nl 1 TXT v=spf1 {number}{filler} {}",
                "x".repeat(300)
            )
            .unwrap();
            writeln!(
                zone,
                "_dmarc.voorbeeld.nl 1 TXT v=DMARC1; p={number}{filler}; {}",
                "y=".repeat(150)
            )
            .unwrap();
        }
        stage.dns.set(&zone);
        let selectors: Vec<_> = (0..40)
            .map(|n| json!({"name": format!("s{n}"), "anyKey": true}))
            .collect();
        stage
            .create(
                "voorbeeld-nl",
                spec_with(json!({"dkim": {"selectors": selectors}})),
            )
            .await;
        let status = stage.ready("voorbeeld-nl", "False", "Drifted").await;
        let octets = serde_json::to_vec(&status).unwrap().len();
        assert!(octets <= 64 * 1024, "{octets}");
        assert_eq!(status.records.len(), 42);
        for record in &status.records {
            assert!(record.state != "InSync" && record.since.is_some(), "{record:?}");
        }
        assert_eq!(condition(&status, "SPF").map(|(value, _)| value), Some("False"));
        stage.end().await;
    });
}
