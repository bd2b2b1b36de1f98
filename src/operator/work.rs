//! What a replica does once it leads, alone or with others: the passes, and beside them what goes by the clock.

use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt;
use kube::Client;
use kube::runtime::Controller;
use kube::runtime::controller::Config as ControllerConfig;
use kube::runtime::reflector::ObjectRef;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::timeout;

use super::context::{Context, Stop};
use super::error::Error;
use super::lease::{Lease, LeaseOptions};
use super::members::Members;
use super::object::Watched;
use super::shards::lease_of_shard;
use super::words::in_words;
use super::{aging, control, granting, reconcile, recovery, seats};
use crate::world::{Passes, World};

/// After a stop was asked for, passes that are writing get this long to end.
const GRACE: Duration = Duration::from_secs(5);

/// So often is it seen whether the resolver must be asked again what it makes of DNSSEC.
const DNSSEC_LOOK: Duration = Duration::from_mins(1);

/// Waits for the Lease, works, and gives the Lease back.
pub(super) async fn alone(
    context: &Arc<Context>,
    lease: Option<Lease>,
    concurrency: u16,
    stop: Stop,
) -> Result<(), Error> {
    if context.is_closed {
        // Who does not know the grants yet would take every claim away.
        tokio::select! {
            () = context.filled.clone() => {}
            () = stop.clone() => return Ok(()),
        }
    }
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
    // Tasks of their own: nothing a pass waits for keeps the Lease from being renewed.
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
        tracing::warn!(
            error = in_words(&error),
            "cannot give the Lease back; the others wait until it runs out"
        );
    }
    outcome
}

/// What several replicas that work at once need beside a Lease.
pub(super) struct Sharing {
    /// The common one.
    group: Lease,
    members: Arc<Members>,
    /// Those of the shards.
    leases: Vec<Arc<Lease>>,
    duration: Duration,
}

impl Sharing {
    pub(super) fn new(client: &Client, options: LeaseOptions, identity: &str, context: &Context) -> Self {
        let (count, members) = (context.shards.count(), Arc::new(Members::new(identity)));
        let leases = context.shards.terms().enumerate().map(|(number, term)| {
            let options = LeaseOptions {
                name: lease_of_shard(&options.name, number, count),
                ..options.clone()
            };
            Arc::new(Lease::new(client.clone(), options, identity.to_owned(), term))
        });
        let leases = leases.collect();
        let duration = options.duration;
        // Whoever counts otherwise is somebody else.
        let identity = format!("{count} shards");
        let group = Lease::new(client.clone(), options, identity, context.leadership.clone());
        Self {
            group: group.shared_by(members.clone()),
            members,
            leases,
            duration,
        }
    }
}

/// Waits until replicas that count shards otherwise are gone, works on this replica's share, and gives it back.
pub(super) async fn together(
    context: &Arc<Context>,
    sharing: Sharing,
    concurrency: u16,
    stop: Stop,
) -> Result<(), Error> {
    let ready = async {
        // A shard in the hands of who knows no objects yet is looked after by nobody.
        context.filled.clone().await;
        sharing.group.acquire().await
    };
    let taken = tokio::select! {
        taken = ready => taken,
        () = stop.clone() => return Ok(()),
    };
    tracing::info!(shards = context.shards.count(), "sharing the work");
    let mut passes = passes(context, concurrency, stop);
    let outcome = tokio::select! {
        _ = passes.join_next() => Ok(()),
        lost = sharing.group.keep(taken) => Err(lost),
        () = seats::run(context, &sharing.leases, &sharing.members, sharing.duration) => Ok(()),
    };
    context.leadership.end();
    passes.shutdown().await;
    if outcome.is_ok() {
        // The common Lease is the others' too: the last of them lets it run out.
        if let Err(error) = sharing.group.leave().await {
            tracing::debug!(%error, "cannot take our signature from the Lease; the others see it grow old");
        }
        let released = sharing.leases.iter().map(|lease| lease.release());
        for error in futures::future::join_all(released)
            .await
            .into_iter()
            .filter_map(Result::err)
        {
            tracing::warn!(
                error = in_words(&error),
                "cannot give a shard's Lease back; the others wait until it runs out"
            );
        }
    }
    outcome
}

/// The passes, which end when told to stop, and beside them what goes by the clock alone, which never ends.
fn passes(context: &Arc<Context>, concurrency: u16, stop: Stop) -> JoinSet<()> {
    let mut tasks = JoinSet::new();
    let (passes, clock) = (context.clone(), context.clone());
    let (dns, resolver) = (context.clone(), context.clone());
    tasks.spawn(async move { run_passes(&passes, concurrency, stop).await });
    tasks.spawn(async move { aging::run(&clock).await });
    tasks.spawn(async move { recovery::watch(&dns).await });
    tasks.spawn(async move { control::watch(&resolver).await });
    if context.is_closed {
        let grants = context.clone();
        tasks.spawn(async move { granting::run(&grants).await });
    }
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
        (Passes::Partly, _) => tracing::warn!(
            resolver,
            "the resolver passes a part of DNSSEC on, and leaves out or changes what proves the rest: answers that miss \
             their proof do not count, and no domain is judged by them; name one that passes all of it on with --resolver"
        ),
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
async fn run_passes(context: &Arc<Context>, concurrency: u16, stop: Stop) {
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
