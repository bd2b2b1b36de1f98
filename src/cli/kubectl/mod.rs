//! `kubectl zegel`, and the same as `zegel kubectl`: MailDomains in a cluster, for a person, with that person's own rights.
//!
//! The program is a kubectl plugin when it is called `kubectl-zegel`, by a copy or a link of that name in the PATH:
//! kubectl then runs it for `kubectl zegel`. Which cluster is meant is said as to kubectl: `KUBECONFIG`, `--kubeconfig`,
//! `--context`, `--namespace`.

mod check;
mod cluster;
mod refresh;
mod status;

use clap::{Parser, Subcommand};

pub use self::cluster::ClusterArgs;
use super::{Exit, Failure, args, explain, init, inspect, lookup, plan};
use crate::report::Style;

/// What is asked of the MailDomains in a cluster.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Say how one MailDomain stands: records, name servers, findings, events, what to do next; or how all do
    Status(status::Args),
    /// Have MailDomains looked at now, past the cache; --wait tells what came of it
    Refresh(refresh::Args),
    /// Judge MailDomains as they are in the cluster against DNS as it is seen from here
    Check(Box<check::Args>),
    /// Explain a rule: why, section, fix, a bad and a good example
    Explain(explain::Args),
}

/// The arguments of `zegel kubectl`.
#[derive(Debug, clap::Args)]
#[command(arg_required_else_help = true)]
pub struct Args {
    /// What is asked.
    #[command(subcommand)]
    pub command: Command,
}

/// Looks after MailDomains in a cluster.
#[derive(Debug, Parser)]
#[command(
    name = "kubectl zegel",
    bin_name = "kubectl zegel",
    version = crate::version::VERSION,
    about,
    max_term_width = 100,
    arg_required_else_help = true
)]
pub struct Plugin {
    /// How the program speaks of itself.
    #[command(flatten)]
    pub log: args::LogArgs,
    /// What to do.
    #[command(subcommand)]
    pub command: PluginCommand,
}

/// The commands of the plugin: those about the cluster, and of the others what goes with them.
#[derive(Debug, Subcommand)]
pub enum PluginCommand {
    /// About the cluster.
    #[command(flatten)]
    Cluster(Command),
    /// Say what DNS says about any domain, and what is wrong with it; needs no manifest
    Inspect(inspect::Args),
    /// Begin a MailDomain manifest from live DNS and a few answers
    Init(init::Args),
    /// Print the desired records of MailDomain manifests, or with --diff what of them differs from DNS
    Plan(plan::Args),
    /// Look one record set up: what the resolver says, whether it is proven, what each name server says
    Lookup(lookup::Args),
}

/// Does what is asked.
///
/// # Errors
/// What stopped it; a MailDomain that is wrong is none.
pub async fn run(command: &Command, style: Style) -> Result<Exit, Failure> {
    match command {
        Command::Status(args) => status::run(args, style).await,
        Command::Refresh(args) => refresh::run(args, style).await,
        Command::Check(args) => check::run(args, style).await,
        Command::Explain(args) => explain::run(args, style),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_plugin_tells_version_and_commit_as_the_program_does() {
        let version = Plugin::command().render_version();
        assert_eq!(version, format!("kubectl zegel {}\n", crate::version::VERSION));
        assert!(version.contains(crate::version::COMMIT), "{version}");
    }

    #[test]
    fn the_plugin_s_commands_are_well_formed() {
        Plugin::command().debug_assert();
    }
}
