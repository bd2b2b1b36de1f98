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

mod claims;
mod error;
mod events;
mod lease;
mod memory;
mod metrics;
mod object;
mod outage;
mod reconcile;
mod watch;
mod write;

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures::{FutureExt, StreamExt};
use kube::runtime::controller::Config;
use kube::runtime::reflector::{self, ObjectRef, Store};
use kube::runtime::{Controller, watcher};
use kube::{Api, Client};
use prometheus_client::registry::Registry;
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio::time::timeout;

pub use self::error::Error;
use self::lease::Lease;
pub use self::lease::LeaseOptions;
use self::memory::Memories;
use self::metrics::{Metrics, Objects};
pub use self::object::Watched;
use self::reconcile::Context;
pub use self::reconcile::REQUESTED_AT;
use self::watch::Desk;
use crate::serve::{self, Served};
use crate::world::World;

/// After a stop was asked for, passes get this long to end.
const GRACE: Duration = Duration::from_secs(15);

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
}

/// Runs the controller until `stop` is done, and then ends in order.
///
/// # Errors
/// When the Lease is lost, or something it cannot go on without ends. The process must exit then: another replica is
/// at work.
pub async fn run(
    client: Client,
    world: World,
    options: Options,
    stop: impl Future<Output = ()> + Send + 'static,
) -> Result<(), Error> {
    let stop = stop.boxed().shared();
    let (store, writer) = reflector::store();
    let memories = Arc::new(Memories::default());
    let desk = Arc::new(Desk::new(store.clone(), memories.clone()));
    let leading = Arc::new(AtomicBool::new(false));
    let context = Arc::new(Context {
        client: client.clone(),
        world,
        store: store.clone(),
        desk: desk.clone(),
        memories: memories.clone(),
        metrics: Metrics::default(),
        outage: Arc::default(),
        instance: options.identity.clone(),
        deadline: options.deadline,
    });

    let api: Api<Watched> = match &options.namespace {
        Some(namespace) => Api::namespaced(client.clone(), namespace),
        None => Api::all(client.clone()),
    };
    let config = watcher::Config {
        label_selector: options.label_selector.clone(),
        ..watcher::Config::default()
    };
    let follow = desk.follow(writer, watcher(api, config));
    let serve = serve_until_dropped(options.listener, &context, &leading);
    let work = work(
        client,
        &context,
        options.lease,
        options.identity,
        options.concurrency,
        &leading,
        stop,
    );

    tokio::select! {
        ended = work => ended,
        () = follow => Err(Error::Ended("the watch")),
        () = serve => Err(Error::Ended("the server of health and metrics")),
    }
}

/// Waits for the Lease, works, and gives the Lease back.
async fn work(
    client: Client,
    context: &Arc<Context>,
    lease: Option<LeaseOptions>,
    identity: String,
    concurrency: u16,
    leading: &AtomicBool,
    stop: impl Future<Output = ()> + Clone + Send + Sync + 'static,
) -> Result<(), Error> {
    let Some(lease) = lease else {
        leading.store(true, Ordering::Relaxed);
        control(context, concurrency, stop).await;
        return Ok(());
    };
    let lease = Lease::new(client, lease, identity);
    tokio::select! {
        () = lease.acquire() => {}
        () = stop.clone() => return Ok(()),
    }
    tracing::info!("leading");
    leading.store(true, Ordering::Relaxed);
    let outcome = tokio::select! {
        () = control(context, concurrency, stop) => Ok(()),
        lost = lease.keep() => Err(lost),
    };
    leading.store(false, Ordering::Relaxed);
    if outcome.is_ok()
        && let Err(error) = lease.release().await
    {
        tracing::warn!(%error, "cannot give the Lease back; the others wait until it runs out");
    }
    outcome
}

/// Passes over all objects until told to stop; then those under way get a while to end.
async fn control(
    context: &Arc<Context>,
    concurrency: u16,
    stop: impl Future<Output = ()> + Clone + Send + Sync + 'static,
) {
    let asked = context.desk.lead();
    let passes = Controller::for_stream(futures::stream::pending(), context.store.clone())
        .with_config(Config::default().concurrency(concurrency))
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
        tracing::warn!("stopping although a pass is still under way");
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

/// Serves health and metrics, if anywhere.
async fn serve_until_dropped(listener: Option<TcpListener>, context: &Context, leading: &Arc<AtomicBool>) {
    let Some(listener) = listener else {
        return std::future::pending().await;
    };
    let mut registry = Registry::with_prefix("zegel");
    context.metrics.register(&mut registry);
    context.world.metrics().register(&mut registry);
    registry.register_collector(Box::new(Objects {
        store: context.store.clone(),
        memories: context.memories.clone(),
        leading: leading.clone(),
        outage: context.outage.clone(),
    }));
    let served = Arc::new(Served::new(registry));
    let ready = become_ready(context.store.clone(), &served);
    let serve = serve::serve(listener, served.clone());
    tokio::select! {
        ended = serve => if let Err(error) = ended {
            tracing::error!(%error, "cannot serve health and metrics");
        },
        () = ready => {}
    }
}

/// Ready once the caches are filled; then never ends.
async fn become_ready(store: Store<Watched>, served: &Served) {
    if store.wait_until_ready().await.is_ok() {
        tracing::info!(objects = store.len(), "the caches are filled");
        served.set_ready();
        std::future::pending::<()>().await;
    }
}
