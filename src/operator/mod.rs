//! The Kubernetes side: the only Kubernetes client.
//!
//! ```text
//! watch ─▶ store, claims ─▶ which objects need a pass ─▶ reconcile: read → intent → settle(judge) → status → requeue
//!                                                                                   world            │
//!                                                            events ◀── write ◀── history (pure) ◀────┘
//! ```
//!
//! [`run`] is the whole controller. Every replica follows the watch; the one that holds the Lease works. What a verdict
//! means for an object with a history is not decided here: [`crate::history`] does, and the operator carries.

mod aging;
mod apply;
mod claims;
mod clocks;
mod complaint;
mod context;
mod control;
mod elsewhere;
mod error;
mod events;
mod granting;
mod grants;
mod installation;
mod issuance;
mod labels;
mod leadership;
mod lease;
mod link;
mod looks;
mod members;
mod metrics;
mod object;
mod outage;
mod pace;
mod packed;
mod pool;
mod pulse;
mod reconcile;
mod recovery;
mod roster;
mod seats;
mod shape;
mod shards;
mod suspicion;
mod text;
mod tracker;
mod visit;
mod watch;
mod words;
mod work;
mod write;

use std::future::Future;
use std::num::NonZeroU16;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt;
use kube::runtime::reflector::{self, Store};
use kube::runtime::{WatchStreamExt, watcher};
use kube::{Api, Config};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinSet;

use self::claims::Elsewhere;
use self::clocks::Clocks;
use self::complaint::Complaints;
use self::context::{Context, Stop};
pub use self::error::Error;
use self::grants::Grants;
pub use self::grants::Tenancy;
pub use self::installation::{Holder, Installation, leases_of};
pub use self::labels::ObjectLabels;
use self::leadership::Leadership;
use self::lease::Lease;
pub use self::lease::LeaseOptions;
use self::link::Link;
pub use self::link::Patience;
use self::looks::Looks;
pub use self::looks::try_folder;
pub use self::metrics::MetricsObjects;
use self::metrics::{Metrics, Objects};
pub use self::object::Watched;
use self::outage::Outage;
use self::pace::Pace;
use self::pulse::Pulse;
use self::roster::Roster;
use self::shards::Shards;
use self::suspicion::Suspicion;
use self::tracker::Tracker;
pub use self::visit::{KeptEvent, Visit};
use self::work::Sharing;
pub use crate::history::{FLUX_REQUESTED_AT, REQUESTED_AT};
use crate::serve::{self, Served};
use crate::world::World;

/// What the controller is told.
#[derive(Debug)]
pub struct Options {
    /// Only this namespace; `None` means all.
    pub namespace: Option<String>,
    /// Only objects with these labels, as kubectl's `--selector`.
    pub label_selector: Option<String>,
    /// The same, where others look after the rest: the Lease has a name of its own, and claims are seen across.
    pub shard_selector: Option<String>,
    /// Over how many shards replicas share the objects; 1 means that one works and the others wait. Of no meaning
    /// without leader election.
    pub shards: NonZeroU16,
    /// Who may claim a domain.
    pub tenancy: Tenancy,
    /// Whether grants may select namespaces by labels, which are watched then. Of no meaning in an open cluster.
    pub grant_selectors: bool,
    /// How many objects are looked at at once.
    pub concurrency: u16,
    /// Leader election; `None` means that this is the only replica.
    pub lease: Option<LeaseOptions>,
    /// Where health and metrics are served.
    pub listener: Option<TcpListener>,
    /// Who this replica is: in the Lease and in events.
    pub identity: String,
    /// How long all questions of one look may take.
    pub deadline: Duration,
    /// How long the API server is waited for.
    pub patience: Patience,
    /// Whether the CertificateRequests of cert-manager are read, for TLSA records that follow from certificates.
    pub certificate_requests: bool,
    /// Where the last look at each object is kept, to be judged again; `None`: nowhere.
    pub record_folder: Option<PathBuf>,
    /// Which objects have series of their own in `/metrics`.
    pub metrics_objects: MetricsObjects,
    /// Which of their labels those series carry.
    pub object_labels: ObjectLabels,
}

/// So many objects a page of a list: a page is in memory as a whole.
const PAGE: u32 = 200;

/// Runs the controller against the cluster `config` names until `stop` is done, and then ends in order.
///
/// The watch, the passes, the Lease and the server of health and metrics are tasks of their own: none of them waits
/// for another, but they may share one thread, so none of them keeps it for long. The first that ends, ends all.
///
/// # Errors
/// When the Lease is lost, or something it cannot go on without ends. The process must exit then: another replica is
/// at work.
pub async fn run(
    config: Config,
    world: World,
    mut options: Options,
    stop: impl Future<Output = ()> + Send + 'static,
) -> Result<(), Error> {
    if let (Some(selector), Some(lease)) = (&options.shard_selector, &mut options.lease) {
        lease.name = shards::lease_of_selector(&lease.name, selector);
    }
    let count = match &options.lease {
        Some(_) => options.shards.get(),
        None => 1,
    };
    let stop: Stop = stop.boxed().shared();
    let patience = options.patience;
    let link = Link::new(&config, &patience)?;
    let (store, writer) = reflector::store();
    let tracker = Arc::new(Tracker::default());
    let looks = Arc::new(Looks::in_folder(options.record_folder.clone()));
    let mut roster = Roster::new(store.clone(), tracker.clone()).with(looks.clone());
    let is_closed = options.tenancy == Tenancy::Closed;
    if is_closed {
        roster = roster.closed(Grants::new(options.grant_selectors));
    }
    let roster = Arc::new(roster);
    let sees_all =
        options.namespace.is_none() && options.label_selector.is_none() && options.shard_selector.is_none();
    let leadership = Arc::new(Leadership::default());
    let pulse = Arc::new(Pulse::new(
        link.heard.clone(),
        tracker.clone(),
        leadership.clone(),
        patience,
        options.deadline,
    ));
    let clocks = Clocks::new(world.now());
    // In a closed cluster nobody is judged before it is known who may claim.
    let (grants_known, grants) = oneshot::channel();
    let (namespaces_known, namespaces) = oneshot::channel();
    let heeds_labels = is_closed && options.grant_selectors;
    let known = [is_closed.then_some(grants), heeds_labels.then_some(namespaces)];
    let known = known.into_iter().flatten().collect();
    let context = Arc::new(Context {
        client: link.passes,
        world,
        filled: filled(store.clone(), known).boxed().shared(),
        store,
        roster: roster.clone(),
        tracker,
        leadership: leadership.clone(),
        shards: Arc::new(Shards::new(count)),
        elsewhere: options.shard_selector.as_ref().map(|_| Elsewhere {
            namespace: options.namespace.clone(),
        }),
        is_closed,
        sees_all,
        issuance: options.certificate_requests.then(Arc::default),
        metrics: Metrics::default(),
        outage: Outage::default(),
        pulse,
        pace: Pace::default(),
        suspicion: Arc::new(Suspicion::default()),
        complaints: Complaints::default(),
        clocks,
        stop: stop.clone(),
        instance: options.identity.clone(),
        lease: options.lease.as_ref().map(LeaseOptions::key),
        looks,
        deadline: options.deadline,
    });

    let api: Api<Watched> = match &options.namespace {
        Some(namespace) => Api::namespaced(link.watch, namespace),
        None => Api::all(link.watch),
    };
    let round = u32::try_from(patience.round.as_secs()).unwrap_or(u32::MAX);
    let config = watcher::Config {
        label_selector: options
            .shard_selector
            .clone()
            .or_else(|| options.label_selector.clone()),
        page_size: Some(PAGE),
        timeout: Some(round),
        ..watcher::Config::default()
    };

    let flags = flags(&options);

    // All end with this function, whatever ends it.
    let mut tasks = JoinSet::new();
    let of_all = watcher::Config {
        label_selector: None,
        ..config.clone()
    };
    let labels = Arc::new(options.object_labels);
    let carried = labels.clone();
    let events = watcher(api, config).modify(move |object: &mut Watched| object.carry(&carried));
    if is_closed {
        let (client, config, roster) = (link.grants.clone(), of_all.clone(), roster.clone());
        tasks.spawn(async move { Err(granting::follow_grants(client, config, &roster, grants_known).await) });
    }
    if heeds_labels {
        let (client, roster) = (link.grants.clone(), roster.clone());
        tasks.spawn(async move {
            Err(granting::follow_namespaces(client, of_all, &roster, namespaces_known).await)
        });
    }
    tasks.spawn(async move { Err(watch::follow_maildomains(flags, &roster, writer, events).await) });
    if let Some(issuance) = context.issuance.clone() {
        let events = issuance::events(link.grants, options.namespace.as_deref(), round);
        let context = context.clone();
        tasks.spawn(async move { Err(issuance.follow(events, &context.store, &context.roster).await) });
    }
    if let Some(listener) = options.listener {
        tasks.spawn(serve(listener, context.clone(), options.metrics_objects, labels));
    }
    let concurrency = options.concurrency;
    match options.lease {
        Some(lease) if count > 1 => {
            let sharing = Sharing::new(&link.lease, lease, &options.identity, &context);
            tasks.spawn(async move { work::together(&context, sharing, concurrency, stop).await });
        }
        lease => {
            let lease = lease.map(|lease| Lease::new(link.lease, lease, options.identity, leadership));
            tasks.spawn(async move { work::alone(&context, lease, concurrency, stop).await });
        }
    }
    match tasks.join_next().await {
        Some(Ok(ended)) => ended,
        Some(Err(_)) | None => Err(Error::Ended("a task")),
    }
}

/// The flags that say which MailDomains are looked after.
fn flags(options: &Options) -> String {
    let given = [
        ("--namespace", &options.namespace),
        ("--label-selector", &options.label_selector),
        ("--shard-selector", &options.shard_selector),
    ];
    let given = given
        .iter()
        .filter_map(|(flag, value)| Some(format!("{flag} {:?}", value.as_ref()?)));
    let given: Vec<String> = given.collect();
    match given.is_empty() {
        true => "no --namespace and no --label-selector".to_owned(),
        false => given.join(" and "),
    }
}

/// Serves health and metrics.
async fn serve(
    listener: TcpListener,
    context: Arc<Context>,
    which: MetricsObjects,
    labels: Arc<ObjectLabels>,
) -> Result<(), Error> {
    let objects = Objects {
        store: context.store.clone(),
        tracker: context.tracker.clone(),
        leadership: context.leadership.clone(),
        shards: context.shards.clone(),
        world: context.world.clone(),
        suspicion: context.suspicion.clone(),
        roster: context.roster.clone(),
        which,
        labels,
    };
    let all = metrics::registry(&context.metrics, &context.world, objects);
    let filled = context.filled.clone();
    let live = {
        let pulse = context.pulse.clone();
        Box::new(move || pulse.standstill())
    };
    let ready = {
        let filled = filled.clone();
        Box::new(move || match filled.peek() {
            None => Err("the caches are not filled yet".to_owned()),
            Some(()) => context.pulse.unheard(),
        })
    };
    let served = Arc::new(Served::new(all, live, ready));
    tokio::join!(filled, async {
        if let Err(error) = serve::serve(listener, served).await {
            tracing::error!(%error, "cannot serve health and metrics");
        }
    });
    Err(Error::Ended("the server of health and metrics"))
}

/// Done once the watches have listed all there is.
async fn filled(store: Store<Watched>, known: Vec<oneshot::Receiver<()>>) {
    for known in known {
        // Whoever was to tell has stopped: the process is ending.
        if known.await.is_err() {
            return std::future::pending().await;
        }
    }
    if store.wait_until_ready().await.is_ok() {
        tracing::info!(objects = store.len(), "the caches are filled");
    }
}
