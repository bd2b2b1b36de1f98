//! Several replicas share a fleet: who writes what, by the API server's own audit log.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use k8s_openapi::api::rbac::v1::ClusterRoleBinding;
use kube::api::{Api, Patch, PatchParams, PostParams};
use serde_json::{Value, json};

use crate::fleet::name;
use crate::process::Program;
use crate::stage::{Stage, eventually, run};

const FLEET: usize = 60;
/// Long enough for a machine that does much else.
const LEASE: Duration = Duration::from_secs(10);

/// A replica with an account of its own, so that the audit log tells it from the others.
async fn replica(stage: &Stage, account: &str, shards: usize) -> Program {
    let namespace = &stage.namespace;
    stage
        .plane
        .create_service_account(namespace, account)
        .await
        .unwrap();
    let binding: ClusterRoleBinding = serde_json::from_value(json!({
        "metadata": {"name": format!("{namespace}-{account}")},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "cluster-admin"},
        "subjects": [{"kind": "ServiceAccount", "name": account, "namespace": namespace}],
    }))
    .unwrap();
    let bindings: Api<ClusterRoleBinding> = Api::all(stage.plane.client());
    bindings.create(&PostParams::default(), &binding).await.unwrap();
    let kubeconfig = stage.plane.kubeconfig_of(namespace, account).await.unwrap();
    let shards = shards.to_string();
    let more = [
        "--leader-elect",
        "--lease-name",
        "shared",
        "--lease-namespace",
        namespace,
        "--lease-duration",
        "10s",
        "--concurrency",
        "4",
        "--shards",
        &shards,
    ];
    let mut program = Program::start_as(stage, account, &kubeconfig, &more);
    program.ready().await;
    program
}

/// How many shards it holds.
async fn held(program: &Program) -> usize {
    let metrics = program.metrics().await;
    let line = metrics
        .lines()
        .find_map(|line| line.strip_prefix("zegel_shards_held "));
    line.and_then(|number| number.parse().ok()).unwrap_or(0)
}

/// Waits until each of these holds no more than that, and all together all.
async fn balanced(programs: &[&Program], shards: usize, most: usize) {
    eventually("the shards are shared", async || {
        let mut all = 0;
        for program in programs {
            let held = held(program).await;
            if held > most {
                return false;
            }
            all += held;
        }
        all == shards
    })
    .await;
}

/// Gives every object a new generation, and waits until each is judged anew; how long the last took.
async fn edit_all(stage: &Stage, policy: &str) -> Duration {
    let mut generations = BTreeMap::new();
    for number in 0..FLEET {
        let patch = Patch::Merge(json!({"spec": {"dmarc": {"policy": policy}}}));
        let edited = stage
            .api()
            .patch(&name(number), &PatchParams::default(), &patch)
            .await
            .unwrap();
        generations.insert(name(number), edited.metadata.generation);
    }
    let began = Instant::now();
    eventually("every new generation is judged", async || {
        let seen = stage.seen.borrow();
        generations.iter().all(|(name, generation)| {
            let status = seen.objects.get(name).and_then(|object| object.status.as_ref());
            status.is_some_and(|status| status.observed_generation == *generation)
        })
    })
    .await;
    began.elapsed()
}

/// Who wrote each object's status with success, in order, each change of the writer once.
fn writers(stage: &Stage) -> BTreeMap<String, Vec<String>> {
    let mut writes: Vec<(String, String, String)> = Vec::new();
    for line in stage.plane.audit_log().lines() {
        let event: Value = serde_json::from_str(line).unwrap_or_default();
        let object = &event["objectRef"];
        let code = event["responseStatus"]["code"].as_u64().unwrap_or_default();
        let is_status = object["resource"] == "maildomains" && object["subresource"] == "status";
        if !is_status || object["namespace"] != json!(stage.namespace) || code != 200 {
            continue;
        }
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let writer = text(&event["user"]["username"]);
        let writer = writer.rsplit(':').next().unwrap_or_default().to_owned();
        writes.push((text(&event["stageTimestamp"]), text(&object["name"]), writer));
    }
    writes.sort();
    let mut of_objects: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (_, object, writer) in writes {
        let writers = of_objects.entry(object).or_default();
        if writers.last() != Some(&writer) {
            writers.push(writer);
        }
    }
    of_objects
}

#[test]
fn three_replicas_share_eight_shards_through_a_death_and_a_change_of_their_number() {
    run(async {
        let stage = Stage::empty("shards").await;
        stage.create_fleet(FLEET, json!({"settleWindow": "10m"})).await;
        let a = replica(&stage, "a", 8).await;
        balanced(&[&a], 8, 8).await;
        stage.reasons("InSync", FLEET).await;
        let b = replica(&stage, "b", 8).await;
        let c = replica(&stage, "c", 8).await;
        balanced(&[&a, &b, &c], 8, 3).await;
        edit_all(&stage, "Quarantine").await;
        let parts = writers(&stage);
        let last: BTreeSet<&String> = parts.values().filter_map(|writers| writers.last()).collect();
        assert_eq!(last.len(), 3, "each does its part: {last:?}");

        // One dies without a word, in the middle of its work.
        drop(b);
        let took = edit_all(&stage, "None").await;
        assert!(took < LEASE * 2 + Duration::from_secs(4), "{took:?}");
        balanced(&[&a, &c], 8, 4).await;

        // Others come that count differently: they wait for the last of these, and then do it all.
        let d = replica(&stage, "d", 5).await;
        let e = replica(&stage, "e", 5).await;
        assert_eq!((held(&d).await, held(&e).await), (0, 0));
        edit_all(&stage, "Reject").await;
        let before = writers(&stage);
        let early = |writers: &Vec<String>| writers.iter().any(|writer| writer == "d" || writer == "e");
        assert!(!before.values().any(early), "{before:?}");
        a.terminate();
        edit_all(&stage, "Quarantine").await;
        c.terminate();
        balanced(&[&d, &e], 5, 3).await;
        edit_all(&stage, "Reject").await;

        // Nobody wrote an object that another had begun to write, but for shards that came back in between.
        for (object, writers) in writers(&stage) {
            let order = ["a", "b", "c"];
            let (old, new): (Vec<&String>, Vec<&String>) = writers
                .iter()
                .partition(|writer| order.contains(&writer.as_str()));
            assert!(
                writers.starts_with(&old.iter().copied().cloned().collect::<Vec<_>>()),
                "{object}: {writers:?}"
            );
            assert!(!new.is_empty() && new.len() <= 3, "{object}: {writers:?}");
            // a, then b or c when the work was shared, then whoever was left.
            assert!(old.len() <= 4, "{object}: {writers:?}");
            let died = writers.iter().filter(|writer| *writer == "b").count();
            assert!(died <= 1, "{object}: {writers:?}");
        }
        stage.end().await;
    });
}

#[test]
fn two_releases_that_share_by_labels_agree_whose_a_domain_is() {
    run(async {
        let stage = Stage::empty("selectors").await;
        let labelled = async |name: &str, team: &str| {
            let object = json!({
                "apiVersion": "zegel.dev/v1alpha1", "kind": "MailDomain",
                "metadata": {"name": name, "labels": {"team": team}},
                "spec": crate::stage::spec(),
            });
            let object = serde_json::from_value(object).unwrap();
            stage.api().create(&PostParams::default(), &object).await.unwrap();
        };
        labelled("elder", "a").await;
        // Times of creation are whole seconds, and then names decide.
        labelled("younger", "b").await;
        let start = |name: &'static str, selector: &'static str| {
            let namespace = stage.namespace.clone();
            let more = [
                "--leader-elect",
                "--lease-name",
                "parts",
                "--lease-namespace",
                &namespace,
                "--shard-selector",
                selector,
            ];
            Program::start_as(&stage, name, stage.plane.kubeconfig(), &more)
        };
        // Each leads, for each has a Lease of its own.
        let mut one = start("one", "team=a");
        one.ready().await;
        let mut other = start("other", "team==b");
        other.ready().await;
        eventually("both lead", async || one.leads().await && other.leads().await).await;
        stage.ready("elder", "True", "InSync").await;
        stage.ready("younger", "False", "DomainConflict").await;
        stage.delete("elder").await;
        // Who waits for another part's object is not woken: a change of its own does.
        stage.annotate("younger").await;
        stage.ready("younger", "True", "InSync").await;
        stage.end().await;
    });
}
