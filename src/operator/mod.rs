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
mod claims;
mod clocks;
mod complaint;
mod context;
mod error;
mod events;
mod installation;
mod lease;
mod link;
mod looks;
mod metrics;
mod object;
mod outage;
mod pace;
mod pulse;
mod reconcile;
mod roster;
mod suspicion;
mod tracker;
mod watch;
mod write;

use std::future::Future;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use futures::{FutureExt, StreamExt};
use kube::runtime::controller::Config as ControllerConfig;
use kube::runtime::reflector::{self, ObjectRef, Store};
use kube::runtime::{Controller, watcher};
use kube::{Api, Config};
use prometheus_client::registry::Registry;
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::timeout;

use self::clocks::Clocks;
use self::complaint::Complaints;
use self::context::{Context, Stop};
pub use self::error::Error;
pub use self::installation::{Holder, Installation};
pub use self::lease::LeaseOptions;
use self::lease::{Leadership, Lease};
use self::link::Link;
pub use self::link::Patience;
use self::looks::Looks;
pub use self::metrics::MetricsObjects;
use self::metrics::{Metrics, Objects};
pub use self::object::Watched;
use self::outage::Outage;
use self::pace::Pace;
use self::pulse::Pulse;
use self::roster::Roster;
use self::suspicion::Suspicion;
use self::tracker::Tracker;
pub use crate::history::{FLUX_REQUESTED_AT, REQUESTED_AT};
use crate::serve::{self, Served};
use crate::world::{Passes, World};

/// After a stop was asked for, passes that are writing get this long to end.
const GRACE: Duration = Duration::from_secs(5);

/// What the controller is told.
#[derive(Debug)]
pub struct Options {
    /// Only this namespace; `None` means all.
    pub namespace: Option<String>,
    /// Only objects with these labels, as kubectl's `--selector`.
    pub label_selector: Option<String>,
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
    /// Where the last look at each object is kept, to be judged again; `None`: nowhere.
    pub record_folder: Option<PathBuf>,
    /// Which objects have series of their own in `/metrics`.
    pub metrics_objects: MetricsObjects,
}

/// Runs the controller against the cluster `config` names until `stop` is done, and then ends in order.
///
/// The watch, the passes, the Lease and the server of health and metrics are tasks of their own: none of them is held
/// up by another. The first that ends, ends all.
///
/// # Errors
/// When the Lease is lost, or something it cannot go on without ends. The process must exit then: another replica is
/// at work.
pub async fn run(
    config: Config,
    world: World,
    options: Options,
    stop: impl Future<Output = ()> + Send + 'static,
) -> Result<(), Error> {
    let stop: Stop = stop.boxed().shared();
    let patience = options.patience;
    let link = Link::new(&config, &patience)?;
    let (store, writer) = reflector::store();
    let tracker = Arc::new(Tracker::default());
    let looks = Arc::new(Looks::in_folder(options.record_folder.clone()));
    let roster = Arc::new(Roster::new(store.clone(), tracker.clone()).with(looks.clone()));
    let leadership = Arc::new(Leadership::default());
    let pulse = Arc::new(Pulse::new(
        link.heard.clone(),
        tracker.clone(),
        leadership.clone(),
        patience,
        options.deadline,
    ));
    let clocks = Clocks::new(world.now());
    let context = Arc::new(Context {
        client: link.passes,
        world,
        store,
        roster: roster.clone(),
        tracker,
        leadership: leadership.clone(),
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
    let config = watcher::Config {
        label_selector: options.label_selector.clone(),
        timeout: Some(u32::try_from(patience.round.as_secs()).unwrap_or(u32::MAX)),
        ..watcher::Config::default()
    };

    let flags = flags(&options);

    // All end with this function, whatever ends it.
    let mut tasks = JoinSet::new();
    tasks.spawn(async move { Err(watch::follow(flags, &roster, writer, watcher(api, config)).await) });
    if let Some(listener) = options.listener {
        tasks.spawn(serve(listener, context.clone(), options.metrics_objects));
    }
    let lease = options
        .lease
        .map(|lease| Lease::new(link.lease, lease, options.identity, leadership));
    let concurrency = options.concurrency;
    tasks.spawn(async move { work(&context, lease, concurrency, stop).await });
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

/// So often is it seen whether the resolver must be asked again what it makes of DNSSEC.
const DNSSEC_LOOK: Duration = Duration::from_mins(1);

/// Waits for the Lease, works, and gives the Lease back.
async fn work(
    context: &Arc<Context>,
    lease: Option<Lease>,
    concurrency: u16,
    stop: Stop,
) -> Result<(), Error> {
    let Some(lease) = lease else {
        context.leadership.hold_for_ever();
        passes(context, concurrency, stop).join_next().await;
        return Ok(());
    };
    let taken = tokio::select! {
        taken = lease.acquire() => taken,
        () = stop.clone() => return Ok(()),
    };
    tracing::info!("leading");
    // Tasks of their own: nothing a pass does keeps the Lease from being renewed.
    let mut passes = passes(context, concurrency, stop);
    let outcome = tokio::select! {
        _ = passes.join_next() => Ok(()),
        lost = lease.keep(taken) => Err(lost),
    };
    context.leadership.end();
    passes.shutdown().await;
    if outcome.is_ok()
        && let Err(error) = lease.release().await
    {
        tracing::warn!(%error, "cannot give the Lease back; the others wait until it runs out");
    }
    outcome
}

/// The passes, which end when told to stop, and beside them what goes by the clock alone, which never ends.
fn passes(context: &Arc<Context>, concurrency: u16, stop: Stop) -> JoinSet<()> {
    let mut tasks = JoinSet::new();
    let (passes, clock) = (context.clone(), context.clone());
    let (dns, resolver) = (context.clone(), context.clone());
    tasks.spawn(async move { control(&passes, concurrency, stop).await });
    tasks.spawn(async move { aging::run(&clock).await });
    tasks.spawn(async move { outage::watch(&dns).await });
    tasks.spawn(async move { suspicion::control::watch(&resolver).await });
    let world = context.world.clone();
    tasks.spawn(async move { watch_dnssec(&world).await });
    tasks
}

/// Knows what the resolver makes of DNSSEC before anything is judged, and however quiet it is. It is asked every hour, and
/// sooner where it gave no answer: the world keeps count. What is found is said once for the installation, and again when
/// it changes.
async fn watch_dnssec(world: &World) {
    let mut before = Passes::Unknown;
    while let Some(passes) = world.look_for_dnssec().await {
        if passes != before {
            tell_dnssec(passes, world.requires_dnssec());
            before = passes;
        }
        tokio::time::sleep(DNSSEC_LOOK).await;
    }
    // Nothing is validated by choice.
    std::future::pending::<()>().await;
}

fn tell_dnssec(passes: Passes, required: bool) {
    let resolver = passes.as_str();
    match (passes, required) {
        (Passes::Validates | Passes::PassesOn, _) => tracing::info!(resolver, "DNSSEC is validated"),
        (Passes::Strips, false) => tracing::warn!(
            resolver,
            "the resolver does not pass DNSSEC on: nothing is validated, and no condition DNSSEC can be True; name one \
             that does with --resolver, or say --dnssec off"
        ),
        (Passes::Strips, true) => tracing::warn!(
            resolver,
            "the resolver does not pass DNSSEC on, and validation is required: no answer counts; name one that does \
             with --resolver"
        ),
        (_, _) => tracing::info!(resolver, "the resolver did not say whether it passes DNSSEC on"),
    }
}

/// Passes over all objects until told to stop; then those under way get a while to end.
async fn control(context: &Arc<Context>, concurrency: u16, stop: Stop) {
    let asked = context.roster.lead();
    let passes = Controller::for_stream(futures::stream::pending(), context.store.clone())
        .with_config(ControllerConfig::default().concurrency(concurrency))
        .reconcile_on(stream_of(asked))
        .graceful_shutdown_on(stop.clone())
        .run(reconcile::reconcile, reconcile::after_error, context.clone())
        .for_each(|ended| async move {
            if let Err(error) = ended {
                tracing::debug!(%error, "a pass ended early");
            }
        });
    let mut passes = std::pin::pin!(passes);
    tokio::select! {
        () = &mut passes => return,
        () = stop => {}
    }
    if timeout(GRACE, passes).await.is_err() {
        tracing::warn!("stopping although a pass is still writing");
    }
}

fn stream_of(
    asked: mpsc::UnboundedReceiver<ObjectRef<Watched>>,
) -> impl futures::Stream<Item = ObjectRef<Watched>> + Send + 'static {
    futures::stream::unfold(asked, |mut asked| async move {
        let reference = asked.recv().await?;
        Some((reference, asked))
    })
}

/// Serves health and metrics.
async fn serve(listener: TcpListener, context: Arc<Context>, which: MetricsObjects) -> Result<(), Error> {
    let mut registry = Registry::with_prefix("zegel");
    context.metrics.register(&mut registry);
    context.world.metrics().register(&mut registry);
    registry.register_collector(Box::new(Objects {
        store: context.store.clone(),
        tracker: context.tracker.clone(),
        leadership: context.leadership.clone(),
        world: context.world.clone(),
        suspicion: context.suspicion.clone(),
        which,
    }));
    let filled = filled(context.store.clone()).boxed().shared();
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
    let served = Arc::new(Served::new(registry, live, ready));
    tokio::join!(filled, async {
        if let Err(error) = serve::serve(listener, served).await {
            tracing::error!(%error, "cannot serve health and metrics");
        }
    });
    Err(Error::Ended("the server of health and metrics"))
}

/// Done once the watch has listed all there is.
async fn filled(store: Store<Watched>) {
    if store.wait_until_ready().await.is_ok() {
        tracing::info!(objects = store.len(), "the caches are filled");
    }
}
