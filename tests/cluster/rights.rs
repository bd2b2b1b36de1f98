//! Least privilege, proven: each right of the chart taken away from a controller at work, by itself, and what no longer
//! works then; and by the API server's audit log, that no right is there which is not used. `docs/rights.md` is the table.

use std::collections::BTreeSet;
use std::path::PathBuf;

use k8s_openapi::api::coordination::v1::Lease;
use k8s_openapi::api::rbac::v1::{ClusterRole, ClusterRoleBinding, Role, RoleBinding};
use kube::api::{Api, DeleteParams, Patch, PatchParams, PostParams};
use serde_json::{Value, json};

use crate::control_plane::render_chart;
use crate::dns::Fault;
use crate::issued;
use crate::process::Program;
use crate::stage::{Stage, eventually, run, spec};

/// One right: a verb on a resource of a group.
pub type Right = (String, String, String);

pub fn right(verb: &str, group: &str, resource: &str) -> Right {
    (verb.to_owned(), group.to_owned(), resource.to_owned())
}

/// The rules of the chart's roles for the controller: those in every namespace, and those where its Lease is.
pub fn rules() -> (Vec<Value>, Vec<Value>) {
    let text = render_chart("zegel-system", &["certManager.enabled=true"]).unwrap();
    (
        of_role(&text, "ClusterRole", "zegel"),
        of_role(&text, "Role", "zegel"),
    )
}

/// Those it has in a closed cluster beside these.
pub fn rules_of_grants() -> Vec<Value> {
    let text = render_chart("zegel-system", &["tenancy=Closed", "grants.selectors=true"]).unwrap();
    of_role(&text, "ClusterRole", "zegel-grants")
}

fn of_role(chart: &str, kind: &str, name: &str) -> Vec<Value> {
    let objects: Vec<Value> = serde_saphyr::from_multiple(chart).unwrap();
    let mut roles = objects
        .iter()
        .filter(|object| object["kind"] == kind && object["metadata"]["name"] == name);
    let rules = roles.next().unwrap()["rules"].as_array().unwrap();
    // One rule a verb, so that one can be left out.
    rules.iter().flat_map(one_by_one).collect()
}

fn one_by_one(rule: &Value) -> Vec<Value> {
    let list = |field: &str| rule[field].as_array().cloned().unwrap();
    let mut all = Vec::new();
    for group in list("apiGroups") {
        for resource in list("resources") {
            for verb in list("verbs") {
                let mut one = json!({"apiGroups": [group], "resources": [resource], "verbs": [verb]});
                if rule["resourceNames"].is_array() {
                    one["resourceNames"] = rule["resourceNames"].clone();
                }
                all.push(one);
            }
        }
    }
    all
}

pub fn right_of(rule: &Value) -> Right {
    let first = |field: &str| rule[field][0].as_str().unwrap();
    right(first("verbs"), first("apiGroups"), first("resources"))
}

/// Every right of the chart's roles for the controller.
fn rights() -> BTreeSet<Right> {
    let (everywhere, lease) = rules();
    everywhere.iter().chain(&lease).map(right_of).collect()
}

/// The same in a closed cluster whose grants select by labels.
pub fn rights_of_closed() -> BTreeSet<Right> {
    let of_grants = rules_of_grants();
    let mut all = rights();
    all.extend(of_grants.iter().map(right_of));
    all
}

/// The ServiceAccount all programs of this file run as.
pub const ACCOUNT: &str = "least";

/// An account with the rights of the chart but one, whose Lease is in the stage's own namespace.
pub async fn account(stage: &Stage, without: Option<&Right>) -> PathBuf {
    let (everywhere, lease) = rules();
    account_with(stage, without, everywhere, lease).await
}

pub async fn account_with(
    stage: &Stage,
    without: Option<&Right>,
    everywhere: Vec<Value>,
    lease: Vec<Value>,
) -> PathBuf {
    issued::install(stage).await;
    let (client, namespace) = (stage.plane.client(), stage.namespace.as_str());
    let kept = |rules: Vec<Value>| -> Vec<Value> {
        rules
            .into_iter()
            .filter(|rule| Some(&right_of(rule)) != without)
            .collect()
    };
    if let Some(without) = without {
        assert!(
            rights_of_closed().contains(without),
            "the chart grants no {without:?}"
        );
    }
    let name = format!("{namespace}-{ACCOUNT}");
    let reference = |kind: &str| json!({"apiGroup": "rbac.authorization.k8s.io", "kind": kind, "name": name});
    let subjects = json!([{"kind": "ServiceAccount", "name": ACCOUNT, "namespace": namespace}]);
    let params = PostParams::default();
    let role: ClusterRole =
        serde_json::from_value(json!({"metadata": {"name": name}, "rules": kept(everywhere)})).unwrap();
    Api::all(client.clone()).create(&params, &role).await.unwrap();
    let binding: ClusterRoleBinding = serde_json::from_value(
        json!({"metadata": {"name": name}, "roleRef": reference("ClusterRole"), "subjects": subjects}),
    )
    .unwrap();
    Api::all(client.clone()).create(&params, &binding).await.unwrap();
    let role: Role =
        serde_json::from_value(json!({"metadata": {"name": name}, "rules": kept(lease)})).unwrap();
    Api::namespaced(client.clone(), namespace)
        .create(&params, &role)
        .await
        .unwrap();
    let binding: RoleBinding = serde_json::from_value(
        json!({"metadata": {"name": name}, "roleRef": reference("Role"), "subjects": subjects}),
    )
    .unwrap();
    Api::namespaced(client, namespace)
        .create(&params, &binding)
        .await
        .unwrap();
    stage
        .plane
        .create_service_account(namespace, ACCOUNT)
        .await
        .unwrap();
    stage.plane.kubeconfig_of(namespace, ACCOUNT).await.unwrap()
}

/// A stage, and a program on it that lacks one right.
async fn lacking(namespace: &str, without: &Right) -> (Stage, Program) {
    let stage = Stage::empty(namespace).await;
    let kubeconfig = account(&stage, Some(without)).await;
    let program = start(&stage, &kubeconfig);
    (stage, program)
}

fn start(stage: &Stage, kubeconfig: &std::path::Path) -> Program {
    start_with(stage, kubeconfig, &[])
}

pub fn start_with(stage: &Stage, kubeconfig: &std::path::Path, more: &[&str]) -> Program {
    let lease = [
        "--leader-elect",
        "--lease-namespace",
        &stage.namespace,
        "--lease-duration",
        "3s",
        "--certificate-requests",
    ];
    Program::start_as(stage, "zegel-0", kubeconfig, &[&lease[..], more].concat())
}

/// How often the account was refused this.
pub fn refused(stage: &Stage, (verb, group, resource): &Right) -> usize {
    let asked = stage.plane.asked_by(&stage.namespace, ACCOUNT).unwrap();
    let mine = asked
        .iter()
        .filter(|it| it.code == 403 && (&it.verb, &it.group, &it.resource) == (verb, group, resource));
    mine.count()
}

/// Waits until the account was refused this, and nothing else.
pub async fn until_refused(stage: &Stage, right: &Right) {
    eventually("it asks, and is refused", async || refused(stage, right) > 0).await;
    let asked = stage.plane.asked_by(&stage.namespace, ACCOUNT).unwrap();
    let others: Vec<_> = asked
        .iter()
        .filter(|it| it.code == 403 && (&it.verb, &it.group, &it.resource) != (&right.0, &right.1, &right.2))
        .collect();
    assert!(others.is_empty(), "{others:?}");
}

#[test]
fn without_list_maildomains_it_is_never_ready() {
    run(async {
        let right = right("list", "zegel.dev", "maildomains");
        let (stage, program) = lacking("no-list", &right).await;
        until_refused(&stage, &right).await;
        program.says("cannot watch MailDomains").await;
        let (code, why) = program.readiness().await;
        assert_eq!((code, why.as_str()), (503, "the caches are not filled yet"));
        stage.end().await;
    });
}

#[test]
fn without_watch_maildomains_it_hears_of_no_new_object() {
    run(async {
        let right = right("watch", "zegel.dev", "maildomains");
        let (stage, mut program) = lacking("no-watch", &right).await;
        program.says("cannot watch MailDomains").await;
        program.ready().await;
        eventually("it leads", async || program.leads().await).await;
        stage.create("voorbeeld-nl", spec()).await;
        let before = refused(&stage, &right);
        eventually("it asks again", async || refused(&stage, &right) > before).await;
        until_refused(&stage, &right).await;
        assert_eq!(stage.writes("voorbeeld-nl").await, 0);
        stage.end().await;
    });
}

async fn a_pass_ends_in_an_error(program: &Program) {
    eventually("the pass ends in an error", async || {
        let metrics = program.metrics().await;
        metrics.contains(r#"zegel_reconciles_total{reason="APIError"}"#)
    })
    .await;
}

#[test]
fn without_get_maildomains_a_write_that_met_another_is_not_made_again() {
    run(async {
        let right = right("get", "zegel.dev", "maildomains");
        let (stage, mut program) = lacking("no-get", &right).await;
        program.ready().await;
        changed_while_it_is_judged(&stage).await;
        until_refused(&stage, &right).await;
        a_pass_ends_in_an_error(&program).await;
        stage.end().await;
    });
}

/// An object that somebody labels while DNS is asked about it: the pass then writes over another resource version.
async fn changed_while_it_is_judged(stage: &Stage) {
    stage.dns.fail_type("_dmarc.voorbeeld.nl", "TXT", Fault::Held);
    stage.create("voorbeeld-nl", spec()).await;
    stage.dns.until(|seen| seen.in_flight > 0).await;
    let label = Patch::Merge(json!({"metadata": {"labels": {"team": "mail"}}}));
    stage
        .api()
        .patch("voorbeeld-nl", &PatchParams::default(), &label)
        .await
        .unwrap();
    stage.dns.heal();
}

#[test]
fn without_patch_maildomains_status_no_verdict_is_written() {
    run(async {
        let right = right("patch", "zegel.dev", "maildomains/status");
        let (stage, mut program) = lacking("no-status", &right).await;
        program.ready().await;
        stage.create("voorbeeld-nl", spec()).await;
        until_refused(&stage, &right).await;
        a_pass_ends_in_an_error(&program).await;
        assert_eq!(stage.writes("voorbeeld-nl").await, 0);
        assert!(
            stage.events("voorbeeld-nl").await.is_empty(),
            "status first, then the event"
        );
        stage.end().await;
    });
}

#[test]
fn without_create_events_transitions_go_untold() {
    run(async {
        let right = right("create", "events.k8s.io", "events");
        let (stage, mut program) = lacking("no-events", &right).await;
        program.ready().await;
        stage.create("voorbeeld-nl", spec()).await;
        stage.ready("voorbeeld-nl", "True", "InSync").await;
        until_refused(&stage, &right).await;
        program.says("cannot tell an event").await;
        assert!(stage.events("voorbeeld-nl").await.is_empty());
        stage.end().await;
    });
}

#[test]
fn without_get_leases_it_never_leads() {
    run(async {
        let right = right("get", "coordination.k8s.io", "leases");
        never_leads("no-lease-get", &right).await;
    });
}

#[test]
fn without_create_leases_the_first_replica_never_leads() {
    run(async {
        let right = right("create", "coordination.k8s.io", "leases");
        never_leads("no-lease-create", &right).await;
    });
}

async fn never_leads(namespace: &str, right: &Right) {
    let (stage, mut program) = lacking(namespace, right).await;
    program.ready().await;
    until_refused(&stage, right).await;
    program.says("cannot read the Lease").await;
    assert!(!program.leads().await);
    let leases: Api<Lease> = Api::namespaced(stage.plane.client(), &stage.namespace);
    assert!(leases.get_opt("zegel").await.unwrap().is_none());
    stage.end().await;
}

#[test]
fn without_update_leases_it_leads_no_longer_than_a_lease_lasts() {
    run(async {
        let right = right("update", "coordination.k8s.io", "leases");
        let (stage, mut program) = lacking("no-lease-update", &right).await;
        until_refused(&stage, &right).await;
        program.ended().await;
        let words = program.last_words();
        assert!(
            words.contains("the Lease no-lease-update/zegel was lost"),
            "{words}"
        );
        stage.end().await;
    });
}

#[test]
fn without_list_certificaterequests_it_says_that_it_may_not_read_them() {
    run(async {
        let right = right("list", "cert-manager.io", "certificaterequests");
        let (stage, mut program) = lacking("no-list-certs", &right).await;
        program.ready().await;
        stage.create("voorbeeld-nl", issued::spec_of(&["mx1"])).await;
        until_refused(&stage, &right).await;
        program.says("cannot watch CertificateRequests").await;
        let status = stage.ready("voorbeeld-nl", "Unknown", "DNSUnavailable").await;
        let finding = issued::finding(&status, "DANE-040").unwrap();
        assert!(
            finding.contains("may not be read: the right is missing"),
            "{finding}"
        );
        stage.end().await;
    });
}

#[test]
fn without_watch_certificaterequests_it_complains_and_knows_what_it_listed() {
    run(async {
        let right = right("watch", "cert-manager.io", "certificaterequests");
        let (stage, mut program) = lacking("no-watch-certs", &right).await;
        program.ready().await;
        until_refused(&stage, &right).await;
        program.says("cannot watch CertificateRequests").await;
        stage.end().await;
    });
}

/// From taking a free Lease to giving it back, with a write that meets another: what is asked is what is granted.
#[test]
fn with_all_of_them_everything_works_and_each_is_used() {
    run(async {
        let stage = Stage::empty("all-rights").await;
        let kubeconfig = account(&stage, None).await;
        let mut program = start(&stage, &kubeconfig);
        program.ready().await;
        changed_while_it_is_judged(&stage).await;
        stage.ready("voorbeeld-nl", "True", "InSync").await;
        stage.told("voorbeeld-nl", &["InSync"]).await;
        let asked = || stage.plane.asked_by("all-rights", ACCOUNT).unwrap();
        let watches = || {
            asked()
                .iter()
                .any(|it| it.verb == "watch" && it.resource == "certificaterequests")
        };
        eventually("certificates are watched", async || watches()).await;
        let renewals = || asked().iter().filter(|it| it.verb == "update").count();
        eventually("the Lease is renewed", async || renewals() > 0).await;
        program.terminate();
        program.ended().await;
        let asked = asked();
        let refused: Vec<_> = asked.iter().filter(|it| it.code == 403).collect();
        assert!(refused.is_empty(), "{refused:?}");
        let used: BTreeSet<Right> = asked
            .iter()
            .map(|it| (it.verb.clone(), it.group.clone(), it.resource.clone()))
            .collect();
        assert_eq!(
            used,
            rights(),
            "left: what was asked, right: what the chart grants"
        );
        let names: BTreeSet<&str> = asked
            .iter()
            .filter(|it| it.resource == "leases" && it.verb != "create")
            .map(|it| it.name.as_str())
            .collect();
        assert_eq!(names, BTreeSet::from(["zegel"]), "no Lease but its own");
        let leases: Api<Lease> = Api::namespaced(stage.plane.client(), "all-rights");
        leases.delete("zegel", &DeleteParams::default()).await.unwrap();
        stage.end().await;
    });
}

/// The table says of each right what it is for, and which of these tests fails without it.
#[test]
fn the_table_of_rights_is_that_of_the_chart_and_names_a_test_for_each() {
    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/rights.md")).unwrap();
    let source = [include_str!("rights.rs"), include_str!("rights_closed.rs")].concat();
    let rows = page.lines().filter(|line| line.starts_with("| `"));
    let mut listed = BTreeSet::new();
    for row in rows {
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        let [_, what, _, purpose, test, _] = cells[..] else {
            panic!("{row}")
        };
        let what = what.trim_matches('`');
        let (verb, resource) = what.split_once(' ').unwrap();
        let (resource, group) = resource.split_once(" of ").unwrap();
        let group = if group == "core" { "" } else { group };
        assert!(listed.insert(right(verb, group, resource)), "{what} twice");
        assert!(!purpose.is_empty());
        let test = test.trim_matches('`');
        assert!(
            source.contains(&format!("fn {test}()")),
            "no test is called {test}"
        );
        assert!(test.starts_with("without_"), "{test}");
    }
    assert_eq!(
        listed,
        rights_of_closed(),
        "left: docs/rights.md, right: the chart"
    );
}
