//! The rights of a closed cluster, held as those of an open one are: each taken away by itself, and none that is not used.

use std::collections::BTreeSet;
use std::path::PathBuf;

use kube::api::{Api, DeleteParams, Patch, PatchParams, PostParams};
use serde_json::json;
use zegel::api::MailDomainGrant;

use crate::process::Program;
use crate::rights::{
    ACCOUNT, Right, account_with, refused, right, right_of, rights_of_closed, rules, rules_of_grants,
    start_with, until_refused,
};
use crate::stage::{Stage, eventually, run, spec};

/// An account with the rights of the chart for a closed cluster, but one.
async fn account_of_closed(stage: &Stage, without: Option<&Right>) -> PathBuf {
    let (mut everywhere, lease) = rules();
    everywhere.extend(rules_of_grants());
    account_with(stage, without, everywhere, lease).await
}

/// What a closed cluster is made of.
const CLOSED: [&str; 3] = ["--tenancy", "Closed", "--grant-selectors"];

/// A stage of a closed cluster, and a program on it that lacks one right.
async fn lacking_in_closed(namespace: &str, without: &Right) -> (Stage, Program) {
    let stage = Stage::empty(namespace).await;
    let kubeconfig = account_of_closed(&stage, Some(without)).await;
    let program = start_with(&stage, &kubeconfig, &CLOSED);
    (stage, program)
}

/// A grant that names the stage's own namespace, and selects by a label that none has.
async fn grant_with_selector(stage: &Stage) {
    let spec = json!({
        "namespaces": {"names": [stage.namespace], "selector": {"matchLabels": {"rights-test": stage.namespace}}},
        "domains": ["voorbeeld.nl"], "may": ["Claim"],
    });
    let grant = MailDomainGrant::new(&stage.namespace, serde_json::from_value(spec).unwrap());
    let grants: Api<MailDomainGrant> = Api::all(stage.plane.client());
    grants.create(&PostParams::default(), &grant).await.unwrap();
}

/// Changes the grant until `holds`. The controllers of the tests beside this one heed it as well, and whoever is quickest writes
/// its status: then nothing is left to write for the others.
async fn changing_the_grant(stage: &Stage, what: &str, holds: impl AsyncFn() -> bool) {
    let grants: Api<MailDomainGrant> = Api::all(stage.plane.client());
    for turn in 0..200 {
        let domains = json!({"spec": {"domains": ["voorbeeld.nl", format!("turn{turn}.nl")]}});
        let changed = grants
            .patch(&stage.namespace, &PatchParams::default(), &Patch::Merge(&domains))
            .await
            .unwrap();
        eventually(what, async || {
            let grant = grants.get_status(&stage.namespace).await.unwrap();
            let said = grant.status.and_then(|status| status.observed_generation);
            said == changed.metadata.generation || holds().await
        })
        .await;
        if holds().await {
            return;
        }
    }
    panic!("others were quicker 200 times: {what}");
}

async fn revoke(stage: &Stage) {
    let grants: Api<MailDomainGrant> = Api::all(stage.plane.client());
    grants
        .delete(&stage.namespace, &DeleteParams::default())
        .await
        .unwrap();
}

async fn nobody_is_judged(namespace: &str, right: &Right, what: &str) {
    let (stage, program) = lacking_in_closed(namespace, right).await;
    until_refused(&stage, right).await;
    program.says(&format!("cannot watch {what}")).await;
    stage.create("voorbeeld-nl", spec()).await;
    let (code, why) = program.readiness().await;
    assert_eq!((code, why.as_str()), (503, "the caches are not filled yet"));
    assert_eq!(
        stage.writes("voorbeeld-nl").await,
        0,
        "nor told that it has no grant"
    );
    stage.end().await;
}

#[test]
fn without_list_maildomaingrants_nobody_is_judged() {
    run(async {
        let right = right("list", "zegel.dev", "maildomaingrants");
        nobody_is_judged("no-grant-list", &right, "MailDomainGrants").await;
    });
}

#[test]
fn without_list_namespaces_nobody_is_judged() {
    run(async {
        let right = right("list", "", "namespaces");
        nobody_is_judged("no-namespace-list", &right, "Namespaces").await;
    });
}

#[test]
fn without_watch_maildomaingrants_it_hears_of_no_new_grant() {
    run(async {
        let right = right("watch", "zegel.dev", "maildomaingrants");
        let (stage, mut program) = lacking_in_closed("no-grant-watch", &right).await;
        program.ready().await;
        stage.create("voorbeeld-nl", spec()).await;
        stage.ready("voorbeeld-nl", "False", "NotGranted").await;
        until_refused(&stage, &right).await;
        program.says("cannot watch MailDomainGrants").await;
        stage.end().await;
    });
}

#[test]
fn without_watch_namespaces_it_hears_of_no_new_label() {
    run(async {
        let right = right("watch", "", "namespaces");
        let (stage, mut program) = lacking_in_closed("no-namespace-watch", &right).await;
        program.ready().await;
        until_refused(&stage, &right).await;
        program.says("cannot watch Namespaces").await;
        stage.end().await;
    });
}

#[test]
fn without_patch_maildomaingrants_status_a_grant_says_nothing() {
    run(async {
        let right = right("patch", "zegel.dev", "maildomaingrants/status");
        let (stage, mut program) = lacking_in_closed("no-grant-status", &right).await;
        program.ready().await;
        grant_with_selector(&stage).await;
        stage.create("voorbeeld-nl", spec()).await;
        stage.ready("voorbeeld-nl", "True", "InSync").await;
        changing_the_grant(&stage, "it asks, and is refused", async || {
            refused(&stage, &right) > 0
        })
        .await;
        until_refused(&stage, &right).await;
        program.says("cannot write the status of a grant").await;
        revoke(&stage).await;
        stage.end().await;
    });
}

#[test]
fn in_a_closed_cluster_each_of_them_is_used_and_no_other() {
    run(async {
        let stage = Stage::empty("closed-rights").await;
        let kubeconfig = account_of_closed(&stage, None).await;
        let mut program = start_with(&stage, &kubeconfig, &CLOSED);
        program.ready().await;
        grant_with_selector(&stage).await;
        stage.create("voorbeeld-nl", spec()).await;
        stage.ready("voorbeeld-nl", "True", "InSync").await;
        let asked = || stage.plane.asked_by("closed-rights", ACCOUNT).unwrap();
        let used = || -> BTreeSet<Right> {
            let used = asked();
            let used = used
                .iter()
                .map(|it| (it.verb.clone(), it.group.clone(), it.resource.clone()));
            used.collect()
        };
        let of_grants = rules_of_grants();
        let wanted: BTreeSet<Right> = of_grants.iter().map(right_of).collect();
        changing_the_grant(&stage, "each right of grants is used", async || {
            wanted.is_subset(&used())
        })
        .await;
        let beyond: Vec<Right> = used().difference(&rights_of_closed()).cloned().collect();
        assert!(beyond.is_empty(), "{beyond:?}");
        let refused: Vec<_> = asked().into_iter().filter(|it| it.code == 403).collect();
        assert!(refused.is_empty(), "{refused:?}");
        revoke(&stage).await;
        program.terminate();
        program.ended().await;
        stage.end().await;
    });
}
