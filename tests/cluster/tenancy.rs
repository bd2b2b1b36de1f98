//! A closed cluster: who has no grant claims nothing and asks no DNS; grants come, go, add up and are chosen by labels.

use jiff::Timestamp;
use k8s_openapi::api::core::v1::Namespace;
use kube::api::{Api, DeleteParams, Patch, PatchParams, PostParams};
use serde_json::{Value, json};
use zegel::api::{MailDomainGrant, MailDomainStatus};
use zegel::operator::Tenancy;

use crate::control_plane::{render_chart, run_with_input};
use crate::kstatus::condition;
use crate::stage::{RELEASE, Stage, eventually, run, spec};

const DOMAIN: &str = "voorbeeld.nl";

/// A stage whose controllers are told to keep to grants, with the rights the chart gives them then.
pub async fn closed(namespace: &str) -> Stage {
    let mut stage = Stage::empty(namespace).await;
    stage.tenancy = Tenancy::Closed;
    allow(&stage);
    stage
}

/// Gives the ServiceAccount of the chart what it has with `tenancy=Closed`.
fn allow(stage: &Stage) {
    let text = render_chart(RELEASE, &["tenancy=Closed", "grants.selectors=true"]).unwrap();
    let objects: Vec<Value> = serde_saphyr::from_multiple(&text).unwrap();
    let of_grants = objects
        .iter()
        .filter(|object| object["metadata"]["name"] == "zegel-grants");
    let of_grants: Vec<String> = of_grants.map(Value::to_string).collect();
    assert_eq!(of_grants.len(), 2);
    let mut apply = stage.plane.kubectl();
    apply.args(["apply", "--server-side", "-f", "-"]);
    run_with_input(apply, &of_grants.join("\n---\n")).unwrap();
}

fn grants(stage: &Stage) -> Api<MailDomainGrant> {
    Api::all(stage.plane.client())
}

pub async fn grant(stage: &Stage, name: &str, namespaces: Value, domains: &[&str]) {
    let spec = json!({"namespaces": namespaces, "domains": domains, "may": ["Claim"]});
    let grant = MailDomainGrant::new(name, serde_json::from_value(spec).unwrap());
    grants(stage)
        .create(&PostParams::default(), &grant)
        .await
        .unwrap();
}

pub async fn revoke(stage: &Stage, name: &str) {
    grants(stage)
        .delete(name, &DeleteParams::default())
        .await
        .unwrap();
}

fn named(stage: &Stage) -> Value {
    json!({"names": [stage.namespace]})
}

async fn label(stage: &Stage, labels: Value) {
    let namespaces: Api<Namespace> = Api::all(stage.plane.client());
    let patch = Patch::Merge(json!({"metadata": {"labels": labels}}));
    namespaces
        .patch(&stage.namespace, &PatchParams::default(), &patch)
        .await
        .unwrap();
}

#[test]
fn who_has_no_grant_asks_no_dns_and_is_told_once_whom_to_ask() {
    run(async {
        let mut stage = closed("ungranted").await;
        stage.start().await;
        stage.create("voorbeeld-nl", spec()).await;
        let status = stage.ready("voorbeeld-nl", "False", "NotGranted").await;
        assert_eq!(condition(&status, "Stalled"), Some(("True", "NotGranted")));
        let ready = &status.conditions[0];
        let whom = "MailDomainGrant that names namespace \"ungranted\" and domain \"voorbeeld.nl\"";
        assert!(ready.message.contains(whom), "{}", ready.message);
        assert_eq!(stage.dns.asked(DOMAIN, "TXT"), 0, "DNS is not asked");
        assert!(status.records.is_empty());
        stage.told("voorbeeld-nl", &["NotGranted"]).await;

        // Looked at again and asked for, it says the same: nothing is written twice, nothing told twice.
        let writes = stage.writes("voorbeeld-nl").await;
        stage.look_by_itself("voorbeeld-nl").await;
        assert_eq!(stage.writes("voorbeeld-nl").await, writes);
        stage.told("voorbeeld-nl", &["NotGranted"]).await;

        // A transition is told once by its reason and its second: the next one to NotGranted is to be in another.
        let second = Timestamp::now().as_second();
        eventually("another second", async || Timestamp::now().as_second() > second).await;
        grant(&stage, "ungranted", named(&stage), &[DOMAIN]).await;
        stage.ready("voorbeeld-nl", "True", "InSync").await;
        revoke(&stage, "ungranted").await;
        let status = stage.ready("voorbeeld-nl", "False", "NotGranted").await;
        assert_eq!(condition(&status, "SPF"), Some(("Unknown", "NotGranted")));
        stage
            .told("voorbeeld-nl", &["NotGranted", "InSync", "NotGranted"])
            .await;
        let asked = stage.dns.asked(DOMAIN, "TXT");
        stage.look_by_itself("voorbeeld-nl").await;
        assert_eq!(stage.dns.asked(DOMAIN, "TXT"), asked, "revoked, it asks no more");
        stage.end().await;
    });
}

#[test]
fn who_only_looks_needs_no_grant() {
    run(async {
        let mut stage = closed("onlooker").await;
        stage.start().await;
        stage
            .create("watcher", json!({"domain": DOMAIN, "role": "Mail"}))
            .await;
        stage.ready("watcher", "True", "Observed").await;
        stage.end().await;
    });
}

#[test]
fn grants_add_up_and_a_wildcard_is_all_below() {
    run(async {
        let mut stage = closed("adding").await;
        grant(&stage, "adding-below", named(&stage), &["*.voorbeeld.nl"]).await;
        stage.start().await;
        stage.create("voorbeeld-nl", spec()).await;
        let status = stage.ready("voorbeeld-nl", "False", "NotGranted").await;
        let message = &status.conditions[0].message;
        assert!(
            message.contains("*.voorbeeld.nl, and that is every domain below"),
            "{message}"
        );

        grant(&stage, "adding-all", named(&stage), &["*.nl"]).await;
        stage.ready("voorbeeld-nl", "True", "InSync").await;
        grant(&stage, "adding-it", named(&stage), &[DOMAIN]).await;
        accepted(&stage, "adding-it").await;
        let writes = stage.writes("voorbeeld-nl").await;
        revoke(&stage, "adding-all").await;
        stage.look_by_itself("voorbeeld-nl").await;
        assert_eq!(
            stage.writes("voorbeeld-nl").await,
            writes,
            "the other grant still lets it"
        );
        revoke(&stage, "adding-it").await;
        stage.ready("voorbeeld-nl", "False", "NotGranted").await;
        revoke(&stage, "adding-below").await;
        stage.end().await;
    });
}

/// Waits until a grant says that it is heeded.
async fn accepted(stage: &Stage, name: &str) {
    says(stage, name, "True", "Accepted").await;
}

/// Waits until it says this.
pub async fn says(stage: &Stage, name: &str, status: &str, reason: &str) {
    eventually(&format!("{name} says {reason}"), async || {
        let grant = grants(stage).get(name).await.unwrap();
        let generation = grant.metadata.generation;
        let said = grant
            .status
            .filter(|status| status.observed_generation == generation);
        said.is_some_and(|said| {
            let mut ready = said
                .conditions
                .iter()
                .filter(|condition| condition.type_ == "Ready");
            ready.any(|ready| ready.status == status && ready.reason == reason)
        })
    })
    .await;
}

#[test]
fn a_label_of_the_namespace_grants_and_revokes() {
    run(async {
        let mut stage = closed("chosen-by-label").await;
        let selector = json!({"selector": {"matchLabels": {"tenancy-test": "labelled"}}});
        grant(&stage, "chosen-by-label", selector, &[DOMAIN]).await;
        stage.start().await;
        stage.create("voorbeeld-nl", spec()).await;
        stage.ready("voorbeeld-nl", "False", "NotGranted").await;
        label(&stage, json!({"tenancy-test": "labelled"})).await;
        stage.ready("voorbeeld-nl", "True", "InSync").await;
        label(&stage, json!({"tenancy-test": "other"})).await;
        stage.ready("voorbeeld-nl", "False", "NotGranted").await;
        label(&stage, json!({"tenancy-test": "labelled"})).await;
        stage.ready("voorbeeld-nl", "True", "InSync").await;
        label(&stage, json!({"tenancy-test": null})).await;
        stage.ready("voorbeeld-nl", "False", "NotGranted").await;
        revoke(&stage, "chosen-by-label").await;
        stage.end().await;
    });
}

#[test]
fn closing_a_cluster_in_use_takes_from_who_has_no_grant_and_a_restart_writes_nothing() {
    run(async {
        let mut stage = closed("closing").await;
        stage.tenancy = Tenancy::Open;
        stage.start().await;
        let mail = json!({"domain": "parked.example", "role": "Parked"});
        stage.create("granted", spec()).await;
        stage.create("ungranted", mail).await;
        stage.ready("granted", "True", "InSync").await;
        stage
            .until("ungranted", |status| condition(status, "Ready").is_some())
            .await;
        grant(&stage, "closing", named(&stage), &[DOMAIN]).await;
        stage.stop().await;

        let writes = stage.writes("granted").await;
        stage.tenancy = Tenancy::Closed;
        stage.start().await;
        stage.ready("ungranted", "False", "NotGranted").await;
        accepted(&stage, "closing").await;
        assert_eq!(
            stage.writes("granted").await,
            writes,
            "who has a grant does not notice"
        );
        stage.stop().await;

        let (granted, ungranted) = (stage.writes("granted").await, stage.writes("ungranted").await);
        let events = stage.events("ungranted").await;
        let version = grants(&stage)
            .get("closing")
            .await
            .unwrap()
            .metadata
            .resource_version;
        stage.start().await;
        eventually("both had their pass", async || stage.passes().await >= 2).await;
        assert_eq!(stage.writes("granted").await, granted);
        assert_eq!(stage.writes("ungranted").await, ungranted);
        assert_eq!(stage.events("ungranted").await, events);
        let now = grants(&stage)
            .get("closing")
            .await
            .unwrap()
            .metadata
            .resource_version;
        assert_eq!(now, version, "nor is the status of a grant written again");
        stage.stop().await;

        // And open again.
        stage.tenancy = Tenancy::Open;
        stage.start().await;
        stage
            .until("ungranted", |status| {
                condition(status, "Ready").is_some_and(|(_, reason)| reason != "NotGranted")
            })
            .await;
        revoke(&stage, "closing").await;
        stage.end().await;
    });
}

#[test]
fn a_grant_says_whether_it_is_heeded() {
    run(async {
        let mut stage = closed("said").await;
        stage.start().await;
        grant(&stage, "said", named(&stage), &[DOMAIN]).await;
        accepted(&stage, "said").await;
        // The schema does not know which labels there can be.
        let spec = json!({"spec": {"namespaces": {"selector": {"matchLabels": {"a b": "c"}}}}});
        let patch = Patch::Merge(spec);
        grants(&stage)
            .patch("said", &PatchParams::default(), &patch)
            .await
            .unwrap();
        says(&stage, "said", "False", "InvalidSpec").await;
        let broken = grants(&stage).get("said").await.unwrap().status.unwrap();
        assert!(
            broken.conditions[0]
                .message
                .contains("\"a b\" is no label's name"),
            "{broken:?}"
        );
        let mended = json!({"spec": {"namespaces": {"selector": null}}});
        let patch = Patch::Merge(mended);
        grants(&stage)
            .patch("said", &PatchParams::default(), &patch)
            .await
            .unwrap();
        accepted(&stage, "said").await;
        revoke(&stage, "said").await;
        stage.end().await;
    });
}

#[test]
fn a_suspended_one_keeps_what_was_known_whatever_becomes_of_its_grant() {
    run(async {
        let mut stage = closed("suspended-grant").await;
        stage.start().await;
        grant(&stage, "suspended-grant", named(&stage), &[DOMAIN, "andere.nl"]).await;
        stage.create("voorbeeld-nl", spec()).await;
        stage.ready("voorbeeld-nl", "True", "InSync").await;
        stage
            .create("andere-nl", json!({"domain": "andere.nl", "role": "Parked"}))
            .await;
        stage.edit("voorbeeld-nl", json!({"suspend": true})).await;
        let is_suspended = |status: &MailDomainStatus| condition(status, "Suspended").is_some();
        stage.until("voorbeeld-nl", is_suspended).await;
        revoke(&stage, "suspended-grant").await;
        stage.ready("andere-nl", "False", "NotGranted").await;
        stage.look_by_itself("voorbeeld-nl").await;
        let status = stage.ready("voorbeeld-nl", "True", "InSync").await;
        assert_eq!(condition(&status, "Suspended"), Some(("True", "Suspended")));
        assert_eq!(condition(&status, "Stalled"), None);

        // Whoever goes on needs a grant again, and then is told of it.
        stage.edit("voorbeeld-nl", json!({"suspend": false})).await;
        stage.ready("voorbeeld-nl", "False", "NotGranted").await;

        // A spec that is wrong is that all the same.
        let wrong = json!({"suspend": true, "spf": {"mechanisms": ["ip5:x"]}});
        stage.edit("voorbeeld-nl", wrong).await;
        let status = stage.ready("voorbeeld-nl", "False", "InvalidSpec").await;
        assert_eq!(condition(&status, "Suspended"), Some(("True", "Suspended")));
        stage.end().await;
    });
}
