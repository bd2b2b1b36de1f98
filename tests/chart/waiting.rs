//! `helm --wait` and what it waits for, where Deployments are run: one replica whose node is drained, two that are disrupted one
//! at a time, an upgrade without a gap, one that cannot become ready and its rollback, and what is left after an uninstall.
//!
//! The API server, the controller manager, the scheduler and Helm are the real ones, and the namespace enforces restricted pod
//! security. Nodes are kwok's: a pod that is placed is ready, and no program runs in it.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use futures::TryStreamExt;
use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::core::v1::Pod;
use k8s_openapi::api::policy::v1::PodDisruptionBudget;
use kube::api::{Api, ListParams};
use kube::runtime::{WatchStreamExt, watcher};
use kube::{Client, ResourceExt};
use serde_json::json;

use crate::control_plane::{Error, IMAGE, chart_dir, run, run_with_input};
use crate::nodes::Cluster;

const NAMESPACE: &str = "zegel-system";

/// Helm with `--wait`, its words on success.
fn helm(cluster: &Cluster, args: &[&str]) -> Result<String, Error> {
    let mut command = cluster.plane.helm()?;
    command.args(args).args(["--namespace", NAMESPACE, "--wait"]);
    run(command)
}

/// Waits for a condition that nothing but time brings about.
async fn eventually(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let began = Instant::now();
    while !holds().await {
        assert!(began.elapsed() < Duration::from_secs(120), "in vain: {what}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

async fn names(client: &Client) -> BTreeSet<String> {
    pods(client).await.iter().map(ResourceExt::name_any).collect()
}

async fn pods(client: &Client) -> Vec<Pod> {
    let pods: Api<Pod> = Api::namespaced(client.clone(), NAMESPACE);
    let list = pods.list(&ListParams::default()).await.unwrap();
    list.items
}

/// The nodes the pods are on.
fn nodes(pods: &[Pod]) -> BTreeSet<&str> {
    let nodes = pods
        .iter()
        .filter_map(|pod| pod.spec.as_ref()?.node_name.as_deref());
    nodes.collect()
}

async fn allowed(client: &Client) -> (i32, i32) {
    let budgets: Api<PodDisruptionBudget> = Api::namespaced(client.clone(), NAMESPACE);
    let status = budgets.get("zegel").await.unwrap().status;
    status.map_or((0, -1), |status| {
        (status.current_healthy, status.disruptions_allowed)
    })
}

/// Asks that a pod makes room, as whoever empties a node does.
fn evict(cluster: &Cluster, pod: &str) -> Result<String, Error> {
    let mut create = cluster.plane.kubectl();
    let path = format!("/api/v1/namespaces/{NAMESPACE}/pods/{pod}/eviction");
    create.args(["create", "--raw", &path, "-f", "-"]);
    let metadata = json!({"name": pod, "namespace": NAMESPACE});
    let eviction = json!({"apiVersion": "policy/v1", "kind": "Eviction", "metadata": metadata});
    run_with_input(create, &eviction.to_string())
}

/// How many pods served, at every moment that the API server told of.
#[derive(Clone, Default)]
struct Served(Arc<Mutex<Vec<i32>>>);

impl Served {
    async fn watch(self, client: Client) {
        let deployments: Api<Deployment> = Api::namespaced(client, NAMESPACE);
        let stream = watcher(deployments, watcher::Config::default()).applied_objects();
        let note = |deployment: Deployment| {
            let available = deployment.status.and_then(|status| status.available_replicas);
            self.0.lock().unwrap().push(available.unwrap_or(0));
            std::future::ready(Ok(()))
        };
        stream.try_for_each(note).await.unwrap();
    }

    fn least(&self) -> Option<i32> {
        self.0.lock().unwrap().iter().min().copied()
    }
}

/// One replica, which the chart makes unless told otherwise: its budget blocks nobody who empties a node.
async fn one_replica_is_in_nobodys_way(cluster: &Cluster) {
    let client = cluster.plane.client();
    let budget = "podDisruptionBudget.enabled=true";
    let chart = [
        "install",
        "zegel",
        chart_dir(),
        "--timeout",
        "120s",
        "--set",
        IMAGE,
        "--set",
        budget,
    ];
    helm(cluster, &chart).unwrap();
    let before = pods(&client).await;
    assert_eq!(before.len(), 1);
    eventually("the budget knows the pod", async || {
        allowed(&client).await == (1, 1)
    })
    .await;

    let node = nodes(&before).into_iter().next().unwrap();
    let said = cluster.kubectl(&["drain", node, "--timeout=120s"]).unwrap();
    assert!(said.contains(&format!("node/{node} drained")), "{said}");
    eventually("the pod is elsewhere", async || {
        let now = pods(&client).await;
        now.len() == 1 && !nodes(&now).is_empty() && !nodes(&now).contains(node)
    })
    .await;
    cluster.kubectl(&["uncordon", node]).unwrap();
}

/// Two replicas: on a node each, and one of them may go at a time.
async fn two_replicas_go_one_at_a_time(cluster: &mut Cluster) {
    let client = cluster.plane.client();
    let chart = [
        "upgrade",
        "zegel",
        chart_dir(),
        "--timeout",
        "120s",
        "--reset-then-reuse-values",
        "--set",
        "replicas=2",
    ];
    helm(cluster, &chart).unwrap();
    eventually("one of two may go", async || allowed(&client).await == (2, 1)).await;
    let both = pods(&client).await;
    assert_eq!(both.len(), 2);
    assert_eq!(nodes(&both).len(), 2, "on two nodes where there are two");

    // What takes the place of the first cannot become ready before the second is tried.
    cluster.stop_kubelets();
    let [first, second] = [&both[0], &both[1]].map(ResourceExt::name_any);
    evict(cluster, &first).unwrap();
    eventually("none may go", async || allowed(&client).await == (1, 0)).await;
    // By kubectl, for the client of kube tries a 429 again until it is none.
    let refused = evict(cluster, &second).unwrap_err().to_string();
    assert!(refused.contains("TooManyRequests"), "{refused}");
    assert!(
        refused.contains("would violate the pod's disruption budget"),
        "{refused}"
    );
    cluster.start_kubelets().unwrap();
    eventually("one may go again", async || allowed(&client).await == (2, 1)).await;
}

/// The arguments of the container, as the Deployment has them.
async fn args(client: &Client) -> Vec<String> {
    let deployments: Api<Deployment> = Api::namespaced(client.clone(), NAMESPACE);
    let spec = deployments.get("zegel").await.unwrap().spec.unwrap();
    let container = spec.template.spec.unwrap().containers.remove(0);
    container.args.unwrap_or_default()
}

/// A new version takes over pod by pod; one that cannot run replaces nothing, and is rolled back.
async fn an_upgrade_leaves_no_gap(cluster: &Cluster) {
    let client = cluster.plane.client();
    // That both are ready again is seen in the budget before it is in the Deployment.
    let both = "--for=jsonpath={.status.availableReplicas}=2";
    let rest = ["deployment/zegel", "-n", NAMESPACE, "--timeout=120s"];
    cluster.kubectl(&[&["wait", both], &rest[..]].concat()).unwrap();
    let served = Served::default();
    let watch = tokio::spawn(served.clone().watch(client.clone()));
    eventually("the Deployment is watched", async || served.least().is_some()).await;
    let was = names(&client).await;
    let upgrade = |set: &'static str, timeout: &'static str| {
        [
            "upgrade",
            "zegel",
            chart_dir(),
            "--timeout",
            timeout,
            "--reset-then-reuse-values",
            "--set",
            set,
        ]
    };
    helm(cluster, &upgrade("logFormat=text", "120s")).unwrap();
    eventually("the old pods are gone", async || {
        let now = names(&client).await;
        now.len() == 2 && now.is_disjoint(&was)
    })
    .await;
    let good = args(&client).await;
    assert!(good.iter().any(|arg| arg.contains("text")), "{good:?}");
    let is = names(&client).await;

    // No node has that much. Helm says what it waited for; nobody was put out of work for it.
    let failed = helm(cluster, &upgrade("resources.requests.cpu=100", "10s"))
        .unwrap_err()
        .to_string();
    assert!(
        failed.contains("Deployment/zegel-system/zegel not ready"),
        "{failed}"
    );
    let now = names(&client).await;
    assert!(now.is_superset(&is), "{now:?} {is:?}");
    helm(cluster, &["rollback", "zegel", "--timeout", "120s"]).unwrap();
    eventually("all is as before", async || names(&client).await == is).await;
    assert_eq!(args(&client).await, good);
    assert_eq!(served.least(), Some(2), "there were two at every moment");
    watch.abort();
}

/// Nothing runs, the MailDomains are there, and the namespace can go.
async fn an_uninstall_leaves_what_it_says(cluster: &Cluster) {
    let client = cluster.plane.client();
    helm(cluster, &["uninstall", "zegel", "--timeout", "120s"]).unwrap();
    eventually("the pods are collected", async || pods(&client).await.is_empty()).await;
    let kinds = "deployments,replicasets,services,serviceaccounts,poddisruptionbudgets,roles,rolebindings";
    let left = cluster
        .kubectl(&["get", kinds, "-n", NAMESPACE, "-o", "name"])
        .unwrap();
    assert_eq!(left.trim(), "serviceaccount/default", "Kubernetes' own");
    let domains = cluster
        .kubectl(&["get", "maildomains", "-n", "mail", "-o", "name"])
        .unwrap();
    assert_eq!(domains.trim(), "maildomain.zegel.dev/voorbeeld-nl");
    for namespace in [NAMESPACE, "mail"] {
        let gone = ["delete", "namespace", namespace, "--timeout=120s"];
        cluster.kubectl(&gone).unwrap();
    }
}

#[tokio::test]
async fn helm_waits_for_replicas_that_are_disrupted_upgraded_and_rolled_back() {
    let mut cluster = Cluster::start(2).await.unwrap();
    for namespace in [NAMESPACE, "mail"] {
        cluster.plane.create_namespace(namespace).await.unwrap();
    }
    let restricted = "pod-security.kubernetes.io/enforce=restricted";
    cluster
        .kubectl(&["label", "namespace", NAMESPACE, restricted])
        .unwrap();
    one_replica_is_in_nobodys_way(&cluster).await;

    let mut create = cluster.plane.kubectl();
    create.args(["create", "-f", "-"]);
    let domain = "apiVersion: zegel.dev/v1alpha1\nkind: MailDomain\nmetadata: {name: voorbeeld-nl, namespace: mail}\n\
                  spec: {domain: voorbeeld.nl, role: Mail}\n";
    run_with_input(create, domain).unwrap();
    two_replicas_go_one_at_a_time(&mut cluster).await;
    an_upgrade_leaves_no_gap(&cluster).await;
    an_uninstall_leaves_what_it_says(&cluster).await;
}
