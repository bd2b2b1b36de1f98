//! A stage for one test: a namespace, a DNS server, a controller in this process, and a watch that remembers all.
//!
//! All tests of the program share one API server and one runtime. The controller's clock can be put forward, so that
//! hours pass at once; nothing here sleeps for longer than it takes to look again.

#[path = "look.rs"]
mod look;
#[path = "net.rs"]
mod net;
#[path = "seen.rs"]
mod seen;
#[path = "specs.rs"]
mod specs;

use std::collections::BTreeMap;
use std::future::Future;
use std::ops::Deref;
use std::path::PathBuf;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, LazyLock, Weak};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use kube::ResourceExt;
use kube::api::{Api, DeleteParams, ObjectMeta, Patch, PatchParams, PostParams};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio::sync::{Mutex, oneshot, watch};
use tokio::task::JoinHandle;
use tokio::time::timeout;
use zegel::api::{MailDomain, MailDomainStatus};
use zegel::operator::{self, MetricsObjects, Options, Patience, REQUESTED_AT, Tenancy};
use zegel::world::{Config, Dnssec, World};

pub use self::look::{events, eventually, http};
pub use self::net::Net;
use self::net::clock;
pub use self::seen::Seen;
use self::seen::follow;
pub use self::specs::{RIGHT, WEAKER, ZONE, spec, spec_with};
use crate::control_plane::{ControlPlane, config_from};
use crate::dns::DnsServer;
use crate::kstatus;

/// How long anything may take to come about.
pub const PATIENCE: Duration = Duration::from_secs(60);

static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| Runtime::new().unwrap());
/// The namespace the chart is installed in.
pub const RELEASE: &str = "zegel-system";

static PLANE: Mutex<Weak<Cluster>> = Mutex::const_new(Weak::new());

/// Runs a test on the runtime all tests share, with a bound on its time.
pub fn run(test: impl Future<Output = ()>) {
    run_for(Duration::from_secs(180), test);
}

/// The same with another bound.
pub fn run_for(bound: Duration, test: impl Future<Output = ()>) {
    RUNTIME.block_on(async { timeout(bound, test).await.expect("the test ends in time") });
}

/// A control plane with the chart applied, and what its ServiceAccount signs in with.
pub struct Cluster {
    plane: ControlPlane,
    /// A kubeconfig with the ServiceAccount's token: every controller here has the chart's rights and no more.
    pub account: PathBuf,
}

impl Deref for Cluster {
    type Target = ControlPlane;

    fn deref(&self) -> &ControlPlane {
        &self.plane
    }
}

/// The control plane all tests share; gone with the last of them.
pub async fn plane() -> Arc<Cluster> {
    let mut shared = PLANE.lock().await;
    if let Some(plane) = shared.upgrade() {
        return plane;
    }
    let plane = ControlPlane::start().await.unwrap();
    let account = plane.install_chart(RELEASE, &[]).await.unwrap();
    let plane = Arc::new(Cluster { plane, account });
    *shared = Arc::downgrade(&plane);
    plane
}

/// The stage.
pub struct Stage {
    pub plane: Arc<Cluster>,
    pub namespace: String,
    pub dns: DnsServer,
    ahead: Arc<AtomicI64>,
    world: World,
    pub seen: watch::Receiver<Seen>,
    watching: JoinHandle<()>,
    controller: Option<Running>,
    net: Option<Net>,
    /// Who may claim, for the next controller that is started.
    pub tenancy: Tenancy,
    /// The labels of the objects it looks after, in every namespace; none: all of the stage's own namespace.
    pub everywhere: Option<String>,
}

/// A controller in this process.
struct Running {
    stop: oneshot::Sender<()>,
    done: JoinHandle<Result<(), operator::Error>>,
    metrics: std::net::SocketAddr,
}

impl Stage {
    /// A stage with a controller at work.
    pub async fn new(namespace: &str) -> Self {
        let mut stage = Self::empty(namespace).await;
        stage.start().await;
        stage
    }

    /// The same without controller.
    pub async fn empty(namespace: &str) -> Self {
        Self::empty_with(namespace, |_| {}).await
    }

    /// The same, whose controller asks DNS in another way.
    pub async fn empty_with(namespace: &str, change: impl FnOnce(&mut Config)) -> Self {
        let plane = plane().await;
        plane.create_namespace(namespace).await.unwrap();
        let dns = DnsServer::start(ZONE);
        let ahead = Arc::new(AtomicI64::new(0));
        let mut config = Config {
            resolvers: vec![dns.address()],
            timeout: Duration::from_secs(20),
            dnssec: Some(Dnssec::Off),
            ask_authorities: false,
            ..Config::default()
        };
        change(&mut config);
        Self::with(namespace, plane, dns, ahead, config)
    }

    fn with(
        namespace: &str,
        plane: Arc<Cluster>,
        dns: DnsServer,
        ahead: Arc<AtomicI64>,
        config: Config,
    ) -> Self {
        let world = World::with_clock(config, clock(&ahead)).unwrap();
        let (seen, watching) = follow(plane.client(), namespace);
        Self {
            plane,
            namespace: namespace.to_owned(),
            dns,
            ahead,
            world,
            seen,
            watching,
            controller: None,
            net: None,
            tenancy: Tenancy::Open,
            everywhere: None,
        }
    }

    /// Starts a controller.
    pub async fn start(&mut self) {
        let config = config_from(&self.plane.account).await.unwrap();
        self.start_with(config, Patience::default()).await;
    }

    /// Starts a controller that reaches the API server as `config` says, and waits for it so long.
    pub async fn start_with(&mut self, config: kube::Config, patience: Patience) {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let metrics = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel::<()>();
        let options = Options {
            namespace: match self.everywhere {
                Some(_) => None,
                None => Some(self.namespace.clone()),
            },
            label_selector: None,
            shard_selector: self.everywhere.clone(),
            shards: std::num::NonZeroU16::MIN,
            tenancy: self.tenancy,
            grant_selectors: self.tenancy == Tenancy::Closed,
            concurrency: 16,
            lease: None,
            listener: Some(listener),
            identity: "test".to_owned(),
            deadline: Duration::from_secs(25),
            patience,
            certificate_requests: false,
            record_folder: None,
            metrics_objects: MetricsObjects::All,
            object_labels: "team,app.kubernetes.io/part-of".parse().unwrap(),
        };
        let stopped = async {
            let _ = stopped.await;
        };
        let done = tokio::spawn(operator::run(config, self.world.clone(), options, stopped));
        self.controller = Some(Running { stop, done, metrics });
        eventually("the controller is ready", async || {
            http(metrics, "/readyz")
                .await
                .is_some_and(|(status, _)| status == 200)
        })
        .await;
    }

    /// Stops the controller in order.
    pub async fn stop(&mut self) {
        let running = self.controller.take().unwrap();
        drop(running.stop);
        timeout(PATIENCE, running.done).await.unwrap().unwrap().unwrap();
    }

    pub fn api(&self) -> Api<MailDomain> {
        Api::namespaced(self.plane.client(), &self.namespace)
    }

    pub async fn create(&self, name: &str, spec: Value) -> MailDomain {
        let object: MailDomain = serde_json::from_value(json!({
            "apiVersion": "zegel.dev/v1alpha1",
            "kind": "MailDomain",
            "metadata": ObjectMeta { name: Some(name.to_owned()), ..ObjectMeta::default() },
            "spec": spec,
        }))
        .unwrap();
        self.api().create(&PostParams::default(), &object).await.unwrap()
    }

    /// Changes fields of a spec, and waits until the watch has seen it.
    pub async fn edit(&self, name: &str, spec: Value) {
        let patch = Patch::Merge(json!({"spec": spec}));
        let edited = self
            .api()
            .patch(name, &PatchParams::default(), &patch)
            .await
            .unwrap();
        self.until_object(name, |object| {
            object.metadata.generation >= edited.metadata.generation
        })
        .await;
    }

    pub async fn delete(&self, name: &str) {
        self.api().delete(name, &DeleteParams::default()).await.unwrap();
    }

    /// Puts the controller's clock forward.
    pub fn pass_time(&self, duration: SignedDuration) {
        self.ahead.fetch_add(duration.as_secs(), Ordering::Relaxed);
    }

    /// Asks for a look past the cache and waits until it is over: until the status echoes this very request, for the
    /// end of a pass may be that of the pass before, which has written its status but not come to its end.
    pub async fn look(&self, name: &str) {
        let before = self.passes().await;
        let value = self.annotate(name).await;
        self.until(name, |status| {
            status.last_handled_reconcile_at.as_deref() == Some(&value)
        })
        .await;
        eventually("a pass ends", async || self.passes().await > before).await;
    }

    /// Has the controller look again, as its interval would, and waits until that is over: an annotation that is no
    /// request.
    pub async fn look_by_itself(&self, name: &str) {
        let before = self.passes().await;
        let value = Timestamp::now().to_string();
        let patch = Patch::Merge(json!({"metadata": {"annotations": {"example.com/note": value}}}));
        self.api()
            .patch(name, &PatchParams::default(), &patch)
            .await
            .unwrap();
        eventually("a pass ends", async || self.passes().await > before).await;
    }

    /// Asks for a look past the cache; by which value.
    pub async fn annotate(&self, name: &str) -> String {
        self.annotate_with(name, REQUESTED_AT).await
    }

    /// The same, by another annotation.
    pub async fn annotate_with(&self, name: &str, annotation: &str) -> String {
        let value = Timestamp::now().to_string();
        let patch = Patch::Merge(json!({"metadata": {"annotations": {annotation: value}}}));
        self.api()
            .patch(name, &PatchParams::default(), &patch)
            .await
            .unwrap();
        value
    }

    /// Waits until the object's status is as wished.
    pub async fn until(&self, name: &str, wished: impl Fn(&MailDomainStatus) -> bool) -> MailDomainStatus {
        self.until_object(name, |object| object.status.as_ref().is_some_and(&wished))
            .await
            .status
            .unwrap()
    }

    /// Waits until Ready is this.
    pub async fn ready(&self, name: &str, status: &str, reason: &str) -> MailDomainStatus {
        self.until_object(name, |object| {
            let generation = object.metadata.generation;
            let current = object
                .status
                .as_ref()
                .filter(|status| status.observed_generation == generation);
            current.is_some_and(|current| kstatus::condition(current, "Ready") == Some((status, reason)))
        })
        .await
        .status
        .unwrap()
    }

    async fn until_object(&self, name: &str, wished: impl Fn(&MailDomain) -> bool) -> MailDomain {
        let mut seen = self.seen.clone();
        let found = timeout(
            PATIENCE,
            seen.wait_for(|seen| seen.objects.get(name).is_some_and(&wished)),
        )
        .await;
        match found {
            Ok(seen) => seen.unwrap().objects[name].clone(),
            Err(_) => {
                let last = self.seen.borrow().objects.get(name).cloned();
                panic!("{name} never came to be as wished; it is {last:#?}");
            }
        }
    }

    /// Every status of an object that anybody could see.
    pub fn statuses(&self, name: &str) -> Vec<MailDomainStatus> {
        let seen = self.seen.borrow();
        let mine = seen.statuses.iter().filter(|(other, ..)| other == name);
        mine.map(|(.., status)| status.clone()).collect()
    }

    /// Ready's (status, reason) of every status of an object, repetitions left out.
    pub fn story(&self, name: &str) -> Vec<String> {
        let mut story: Vec<String> = self
            .statuses(name)
            .iter()
            .filter_map(|status| {
                kstatus::condition(status, "Ready").map(|(value, reason)| format!("{value} {reason}"))
            })
            .collect();
        story.dedup();
        story
    }

    /// Waits until the watch has shown what the API server has now, then counts the statuses that were written.
    pub async fn writes(&self, name: &str) -> usize {
        let now = self.api().get(name).await.unwrap();
        let version = now.resource_version();
        self.until_object(name, |object| object.resource_version() == version)
            .await;
        let statuses = self.statuses(name);
        statuses
            .iter()
            .filter(|status| !status.conditions.is_empty())
            .count()
    }

    /// The events told of an object: reason and type, in order of their time.
    pub async fn events(&self, name: &str) -> Vec<(String, String)> {
        events(&self.plane.client(), &self.namespace, name).await
    }

    /// Waits until so many events were told, and gives them.
    pub async fn told(&self, name: &str, reasons: &[&str]) {
        eventually(&format!("events of {name}: {reasons:?}"), async || {
            let events = self.events(name).await;
            events
                .iter()
                .map(|(reason, _)| reason.as_str())
                .eq(reasons.iter().copied())
        })
        .await;
    }

    /// How many passes were made.
    pub async fn passes(&self) -> u64 {
        let metrics = self.metrics().await;
        let lines = metrics
            .lines()
            .filter(|line| line.starts_with("zegel_reconciles_total"));
        lines
            .filter_map(|line| line.rsplit(' ').next()?.parse::<u64>().ok())
            .sum()
    }

    /// Waits until exactly so many passes were made.
    pub async fn passed(&self, passes: u64) {
        eventually("passes", async || self.passes().await >= passes).await;
        assert_eq!(self.passes().await, passes);
    }

    /// Where the controller serves health and metrics.
    pub fn metrics_address(&self) -> std::net::SocketAddr {
        self.controller.as_ref().unwrap().metrics
    }

    /// What `/metrics` says.
    pub async fn metrics(&self) -> String {
        http(self.metrics_address(), "/metrics").await.unwrap().1
    }

    /// Holds all that was seen against kstatus, and ends.
    pub async fn end(mut self) {
        if self.controller.is_some() {
            self.stop().await;
        }
        self.watching.abort();
        let seen = self.seen.borrow().clone();
        let mut before: BTreeMap<&str, &MailDomainStatus> = BTreeMap::new();
        for (name, uid, generation, status) in &seen.statuses {
            if status.conditions.is_empty() {
                continue;
            }
            let broken = kstatus::violations(*generation, status);
            assert!(broken.is_empty(), "{name}: {broken:?}\n{status:#?}");
            if let Some(before) = before.insert(uid, status) {
                let broken = kstatus::step_violations(before, status);
                assert!(broken.is_empty(), "{name}: {broken:?}\n{before:#?}\n{status:#?}");
            }
        }
    }
}
