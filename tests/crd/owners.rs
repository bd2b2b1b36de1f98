//! Who owns what of a status: a condition and the summary whole, which keeps the object and each write small; and that an
//! object whose status was applied by an older CRD, field by field, goes over to it and back.

use std::collections::BTreeSet;

use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::{
    CustomResourceDefinition, JSONSchemaPropsOrArray,
};
use kube::api::{Api, DynamicObject, Patch, PatchParams, PostParams};
use kube::core::ApiResource;
use serde_json::{Value, json};
use zegel::api::{self, MailDomain};

use super::control_plane::ControlPlane;

/// The CRD as it was: every field of a condition and of the summary had an owner.
fn older() -> CustomResourceDefinition {
    let mut crd = api::crd();
    let version = crd.spec.versions.first_mut().unwrap();
    let schema = version.schema.as_mut().unwrap().open_api_v3_schema.as_mut();
    let status = schema.unwrap().properties.as_mut().unwrap().get_mut("status");
    let parts = status.unwrap().properties.as_mut().unwrap();
    let summary = parts.get_mut("summary").unwrap();
    assert_eq!(summary.x_kubernetes_map_type.take().as_deref(), Some("atomic"));
    let Some(JSONSchemaPropsOrArray::Schema(condition)) = &mut parts.get_mut("conditions").unwrap().items
    else {
        panic!("conditions are a list");
    };
    assert_eq!(condition.x_kubernetes_map_type.take().as_deref(), Some("atomic"));
    crd
}

fn status(conditions: &[&str], in_sync: i32) -> Value {
    let condition = |kind: &&str| {
        json!({
            "type": kind, "status": "True", "reason": "InSync", "message": "", "observedGeneration": 1,
            "lastTransitionTime": "2026-11-21T20:57:00Z",
        })
    };
    let conditions: Vec<Value> = conditions.iter().map(condition).collect();
    json!({
        "apiVersion": "zegel.dev/v1alpha1", "kind": "MailDomain",
        "status": {"conditions": conditions, "summary": {"records": 4, "inSync": in_sync, "ratio": format!("{in_sync}/4")}},
    })
}

/// What this manager owns of the status: below the condition Ready, and below the summary.
fn owned(object: &DynamicObject, manager: &str) -> (Value, Value) {
    let fields = object.metadata.managed_fields.iter().flatten();
    let own = fields
        .filter(|entry| entry.manager.as_deref() == Some(manager))
        .find_map(|entry| entry.fields_v1.as_ref()?.0.get("f:status").cloned())
        .unwrap();
    (
        own["f:conditions"][r#"k:{"type":"Ready"}"#].clone(),
        own["f:summary"].clone(),
    )
}

fn kinds(object: &DynamicObject) -> BTreeSet<String> {
    let conditions = object.data["status"]["conditions"].as_array().unwrap();
    let kinds = conditions
        .iter()
        .map(|condition| condition["type"].as_str().unwrap().to_owned());
    kinds.collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_condition_and_the_summary_are_owned_whole_also_where_they_were_not() {
    let plane = ControlPlane::start().await.unwrap();
    let crds: Api<CustomResourceDefinition> = Api::all(plane.client());
    let objects: Api<DynamicObject> =
        Api::namespaced_with(plane.client(), "default", &ApiResource::erase::<MailDomain>(&()));
    let install = async |crd: &CustomResourceDefinition| {
        let params = PatchParams::apply("tests").force();
        crds.patch("maildomains.zegel.dev", &params, &Patch::Apply(crd))
            .await
            .unwrap();
    };
    // Applied until it is owned as is told: another CRD is not served at once.
    let apply = async |status: &Value, whole: bool| {
        let params = PatchParams::apply("zegel-controller").force();
        let began = std::time::Instant::now();
        loop {
            let object = objects
                .patch_status("a", &params, &Patch::Apply(status))
                .await
                .unwrap();
            let (condition, summary) = owned(&object, "zegel-controller");
            if (condition == json!({}), summary == json!({})) == (whole, whole) {
                return object;
            }
            assert!(began.elapsed().as_secs() < 60, "{condition} {summary}");
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
    };

    install(&older()).await;
    let spec = json!({"domain": "a.nl", "role": "Mail"});
    let object: DynamicObject = serde_json::from_value(json!({
        "apiVersion": "zegel.dev/v1alpha1", "kind": "MailDomain", "metadata": {"name": "a"}, "spec": spec,
    }))
    .unwrap();
    let began = std::time::Instant::now();
    while objects.create(&PostParams::default(), &object).await.is_err() {
        assert!(began.elapsed().as_secs() < 60, "the CRD is not served");
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    apply(&status(&["Ready", "InSync", "SPF"], 4), false).await;
    let params = PatchParams::apply("auditor");
    let audited = status(&["Audited"], 0);
    let audited = json!({
        "apiVersion": audited["apiVersion"], "kind": audited["kind"],
        "status": {"conditions": audited["status"]["conditions"]},
    });
    objects
        .patch_status("a", &params, &Patch::Apply(&audited))
        .await
        .unwrap();

    install(&api::crd()).await;
    let now = apply(&status(&["Ready", "InSync"], 3), true).await;
    // What was left out is gone, and what is somebody else's is not.
    assert_eq!(
        kinds(&now),
        BTreeSet::from(["Ready", "InSync", "Audited"].map(str::to_owned))
    );
    assert_eq!(
        now.data["status"]["summary"],
        json!({"records": 4, "inSync": 3, "ratio": "3/4"})
    );

    install(&older()).await;
    let back = apply(&status(&["Ready"], 2), false).await;
    assert_eq!(
        kinds(&back),
        BTreeSet::from(["Ready", "Audited"].map(str::to_owned))
    );
    assert_eq!(back.data["status"]["summary"]["ratio"], "2/4");
}
