//! `zegel probe`: the arguments of a probe, turned into a world and a listener.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use prometheus_client::registry::Registry;

use super::controller::{listen, stop_signal};
use super::{Exit, Failure};
use crate::probe::Probe;
use crate::serve::{self, Served};
use crate::world::{Config, Identity, MailServerArgs, World};

/// The arguments of `zegel probe`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Where questions are taken
    #[arg(long, value_name = "ADDRESS", default_value = "0.0.0.0:8625")]
    pub listen: SocketAddr,
    /// The authority the certificates of those who ask must come from, in PEM: one that makes no others
    #[arg(long, value_name = "FILE")]
    pub ca: PathBuf,
    /// The certificate shown to them, in PEM
    #[arg(long, value_name = "FILE")]
    pub cert: PathBuf,
    /// Its private key, in PEM
    #[arg(long, value_name = "FILE")]
    pub key: PathBuf,
    /// Where /livez, /readyz and /metrics are served [default: nowhere]
    #[arg(long, value_name = "ADDRESS")]
    pub bind: Option<SocketAddr>,
    /// How mail servers are looked at.
    #[command(flatten)]
    pub look: MailServerArgs,
}

/// Answers until SIGTERM or SIGINT.
///
/// # Errors
/// When it cannot start.
pub async fn run(args: Args) -> Result<Exit, Failure> {
    let usage = |error: &dyn std::fmt::Display| Failure::Usage(error.to_string());
    let config = Config {
        // Addresses come with the question: DNS is never asked, whatever stands here.
        resolvers: vec![SocketAddr::from(([127, 0, 0, 1], 53))],
        smtp: args.look.config(),
        ..Config::default()
    };
    let world = World::new(config).map_err(|error| usage(&error))?;
    let identity = Identity {
        authority: args.ca,
        certificate: args.cert,
        key: args.key,
    };
    let probe = Probe::new(world.clone(), identity).map_err(|error| usage(&error))?;
    let listener = listen(args.listen).await?;
    let listening = listener.local_addr().unwrap_or(args.listen);
    if let Some(bind) = args.bind {
        let mut registry = Registry::with_prefix("zegel");
        world.register_metrics(&mut registry);
        let served = Served::new(registry, Box::new(|| Ok(())), Box::new(|| Ok(())));
        tokio::spawn(serve::serve(listen(bind).await?, Arc::new(served)));
    }
    let stop = stop_signal().map_err(|error| Failure::Usage(format!("cannot hear signals: {error}")))?;
    tracing::info!(%listening, version = crate::version::VERSION, "zegel probe");
    tokio::select! {
        () = stop => {}
        never = probe.serve(listener) => match never {},
    }
    tracing::info!("stopped");
    Ok(Exit::Fine)
}
