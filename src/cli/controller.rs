//! `zegel controller`: the operator's arguments, turned into a client, a world and a listener.

use std::net::SocketAddr;
use std::num::NonZeroU16;
use std::path::PathBuf;
use std::time::Duration;

use kube::Config;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

use super::args::{duration, lease_duration};
use super::{Exit, Failure};
use crate::operator::{self, LeaseOptions, MetricsObjects, ObjectLabels, Options, Patience, Tenancy};
use crate::world::{DnsArgs, SmtpArgs, World};

/// The arguments of `zegel controller`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Look after MailDomains of this namespace only [default: all]
    #[arg(long, value_name = "NAMESPACE")]
    pub namespace: Option<String>,
    /// Look after MailDomains with these labels only: key=value,…
    #[arg(long, value_name = "SELECTOR")]
    pub label_selector: Option<String>,
    /// As --label-selector, where others look after the rest: the Lease has a name of its own, and claims are seen across
    #[arg(long, value_name = "SELECTOR", conflicts_with_all = ["label_selector", "shards"])]
    pub shard_selector: Option<String>,
    /// Who may manage a domain: Open, whoever creates a MailDomain of it first; Closed, only a namespace that a
    /// MailDomainGrant lets
    #[arg(long, value_name = "WHO", value_enum, ignore_case = true, default_value_t)]
    pub tenancy: Tenancy,
    /// Let grants select namespaces by labels, which are watched then; with --tenancy Closed only
    #[arg(long)]
    pub grant_selectors: bool,
    /// How many MailDomains are looked at at once
    #[arg(long, value_name = "N", default_value_t = 32, value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub concurrency: u16,
    /// How long one look at one domain may take; what is not answered by then is unknown
    #[arg(long, value_name = "DURATION", default_value = "20s", value_parser = duration)]
    pub timeout: Duration,
    /// Where /livez, /readyz and /metrics are served
    #[arg(long, value_name = "ADDRESS", default_value = "0.0.0.0:8080")]
    pub bind: SocketAddr,
    /// Read the CertificateRequests of cert-manager, for MailDomains whose dane block names certificates; no Secret is read
    #[arg(long)]
    pub certificate_requests: bool,
    /// Keep the last look at each object in this folder, as NAMESPACE_NAME.json: zegel check --replay judges it again
    #[arg(long, value_name = "FOLDER")]
    pub record_folder: Option<PathBuf>,
    /// Which MailDomains have series of their own in /metrics; counts over all are always there
    #[arg(long, value_name = "WHICH", value_enum, ignore_case = true, default_value_t)]
    pub metrics_objects: MetricsObjects,
    /// Labels of those MailDomains that zegel_maildomain_labels carries, to join by: team,app.kubernetes.io/part-of
    #[arg(long, value_name = "KEY,…", default_value_t, hide_default_value = true)]
    pub metrics_object_labels: ObjectLabels,
    /// How several replicas agree on which one works.
    #[command(flatten)]
    pub election: ElectionArgs,
    /// How DNS is asked.
    #[command(flatten)]
    pub dns: DnsArgs,
    /// How mail servers are looked at.
    #[command(flatten)]
    pub smtp: SmtpArgs,
}

/// How several replicas agree on which one works.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Leader election")]
pub struct ElectionArgs {
    /// Work only while holding a Lease: needed as soon as there is more than one replica
    #[arg(long)]
    pub leader_elect: bool,
    /// Share the MailDomains over so many shards, each with a Lease of its own: every replica takes its part
    #[arg(long, value_name = "N", default_value = "1", requires = "leader_elect")]
    pub shards: NonZeroU16,
    /// The Lease's name
    #[arg(long, value_name = "NAME", default_value = "zegel")]
    pub lease_name: String,
    /// The Lease's namespace [default: the pod's own]
    #[arg(long, value_name = "NAMESPACE", env = "POD_NAMESPACE")]
    pub lease_namespace: Option<String>,
    /// How long a replica that falls silent keeps the others out
    #[arg(long, value_name = "DURATION", default_value = "15s", value_parser = lease_duration)]
    pub lease_duration: Duration,
    /// Who this replica is, in the Lease and in events [default: host name and process]
    #[arg(long, value_name = "NAME", env = "POD_NAME")]
    pub identity: Option<String>,
}

/// Runs the operator until SIGTERM or SIGINT.
///
/// # Errors
/// When it cannot start, or stops by itself: the Lease was lost.
pub async fn run(args: Args) -> Result<Exit, Failure> {
    let usage = |error: &dyn std::fmt::Display| Failure::Usage(error.to_string());
    selectors_go_with(args.tenancy, args.grant_selectors)?;
    if let Some(folder) = &args.record_folder {
        let cannot = |error| Failure::Usage(format!("cannot keep looks in {}: {error}", folder.display()));
        operator::try_folder(folder).map_err(cannot)?;
    }
    let mut config = args.dns.config().map_err(|error| usage(&error))?;
    config.smtp = args.smtp.config();
    // It looks again by itself: in an outage thousands need not wait one by one.
    config.spare_the_silent = true;
    // What many share stays, and the answers about one domain have mostly expired when it is looked at again: memory for
    // thousands of domains' own would be held in vain.
    config.cache.octets = 8 << 20;
    let world = World::new(config).map_err(|error| usage(&error))?;
    let cluster = Config::infer()
        .await
        .map_err(|error| Failure::Usage(format!("no cluster to talk to: {error}")))?;
    let listener = listen(args.bind).await?;
    let election = args.election;
    let namespace = election.lease_namespace.clone();
    let lease = election.leader_elect.then(|| LeaseOptions {
        namespace: namespace.unwrap_or_else(|| cluster.default_namespace.clone()),
        name: election.lease_name.clone(),
        duration: election.lease_duration,
    });
    // A Lease held by nobody is free: an empty name would let every replica in.
    let given = election.identity.filter(|name| !name.trim().is_empty());
    let identity = given.unwrap_or_else(identity);
    let listening = listener.local_addr().unwrap_or(args.bind);
    let pid = std::process::id();
    tracing::info!(%listening, identity, pid, version = crate::version::VERSION, "zegel controller");
    let options = Options {
        namespace: args.namespace,
        label_selector: args.label_selector,
        shard_selector: args.shard_selector,
        shards: election.shards,
        tenancy: args.tenancy,
        grant_selectors: args.grant_selectors,
        concurrency: args.concurrency,
        lease,
        listener: Some(listener),
        identity,
        deadline: args.timeout,
        patience: Patience::default(),
        certificate_requests: args.certificate_requests,
        record_folder: args.record_folder,
        metrics_objects: args.metrics_objects,
        object_labels: args.metrics_object_labels,
    };
    let stop = stop_signal().map_err(|error| Failure::Usage(format!("cannot hear signals: {error}")))?;
    operator::run(cluster, world, options, stop)
        .await
        .map_err(|error| Failure::Controller(error.to_string()))?;
    tracing::info!("stopped");
    Ok(Exit::Fine)
}

/// Whether grants may select namespaces at all; the check of an installation asks for what the controller would.
///
/// # Errors
/// Where nobody heeds a grant.
pub(super) fn selectors_go_with(tenancy: Tenancy, selectors: bool) -> Result<(), Failure> {
    if selectors && tenancy == Tenancy::Open {
        let why = "--grant-selectors is for --tenancy Closed: in an open cluster grants are not heeded";
        return Err(Failure::Usage(why.to_owned()));
    }
    Ok(())
}

/// Takes an address.
pub(super) async fn listen(address: SocketAddr) -> Result<TcpListener, Failure> {
    let bound = TcpListener::bind(address).await;
    bound.map_err(|error| Failure::Usage(format!("cannot listen on {address}: {error}")))
}

/// Done at the first SIGTERM or SIGINT.
pub(super) fn stop_signal() -> std::io::Result<impl Future<Output = ()> + Send + 'static> {
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        tracing::info!("stopping");
    })
}

/// A name no other process has, outside a pod.
fn identity() -> String {
    let host = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let host = host.trim();
    let host = if host.is_empty() { "zegel" } else { host };
    format!("{host}-{}", std::process::id())
}
