//! The command line: one file a command.
//!
//! Arguments are parsed purely (clap's derive, plus [`args`]), then turned into resources by the command that needs
//! them. A command returns an [`Exit`] or a [`Failure`]; nothing here calls `exit`. Output goes to standard output
//! through [`output`], everything said about the run itself to standard error.

pub mod args;
pub mod check;
pub mod completions;
pub mod controller;
pub mod crd;
pub mod dmarc;
pub mod domain;
pub mod explain;
pub mod eyes;
pub mod file;
pub mod init;
pub mod inspect;
pub mod kubectl;
pub mod list;
pub mod look;
pub mod lookup;
pub mod manifests;
mod notes;
pub mod output;
pub mod plan;
pub mod probe;
pub mod selfcheck;
pub mod spf;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use self::kubectl::{Plugin, PluginCommand};
use crate::report::{CalledAs, Outcome, Style};

/// Keeps the e-mail DNS of domains what it should be.
#[derive(Debug, Parser)]
#[command(
    name = "zegel",
    version = crate::version::VERSION,
    about,
    max_term_width = 100,
    arg_required_else_help = true
)]
pub struct Cli {
    /// How the program speaks of itself.
    #[command(flatten)]
    pub log: args::LogArgs,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Say what DNS says about any domain, and what is wrong with it; needs no manifest.
    Inspect(inspect::Args),
    /// Begin a MailDomain manifest, with comments, from live DNS and a few answers.
    Init(init::Args),
    /// Check MailDomain manifests against live DNS.
    Check(check::Args),
    /// Print the desired records of MailDomain manifests, or with --diff what of them differs from DNS.
    Plan(plan::Args),
    /// Show one domain's SPF in depth: what a receiver decides about a client, or what all of it costs.
    Spf(spf::Args),
    /// Show one domain's DMARC in depth: the walk, the policy, who gets the reports.
    Dmarc(dmarc::Args),
    /// Look one record set up: what the resolver says, whether it is proven, what each name server says.
    Lookup(lookup::Args),
    /// Explain a rule: why, section, fix, a bad and a good example.
    Explain(explain::Args),
    /// Ask about MailDomains in a cluster; the same as `kubectl zegel` where the program is installed as a plugin.
    Kubectl(kubectl::Args),
    /// Print the CustomResourceDefinition as YAML.
    Crd,
    /// Run the operator.
    Controller(controller::Args),
    /// Look at mail servers for a controller that cannot reach port 25 itself.
    Probe(probe::Args),
    /// See whether an installation works: CRD, rights, Lease, DNS, DNSSEC.
    Selfcheck(selfcheck::Args),
    /// Print a script that completes these commands in a shell.
    Completions(completions::CompletionsArgs),
    /// Write the manual pages.
    #[command(hide = true)]
    Man(completions::ManArgs),
}

impl Cli {
    /// Reads the command line, the program's own name first: by that it is a plugin of kubectl.
    pub fn read(line: impl IntoIterator<Item = OsString>) -> Self {
        let line: Vec<OsString> = line.into_iter().collect();
        match CalledAs::of(line.first()) {
            CalledAs::Zegel => Self::parse_from(line),
            CalledAs::Plugin => Plugin::parse_from(line).into(),
        }
    }
}

impl From<Plugin> for Cli {
    fn from(plugin: Plugin) -> Self {
        let command = match plugin.command {
            PluginCommand::Cluster(command) => Command::Kubectl(kubectl::Args { command }),
            PluginCommand::Inspect(args) => Command::Inspect(args),
            PluginCommand::Init(args) => Command::Init(args),
            PluginCommand::Plan(args) => Command::Plan(args),
            PluginCommand::Lookup(args) => Command::Lookup(args),
        };
        Self {
            log: plugin.log,
            command,
        }
    }
}

/// What the program says with its exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exit {
    /// 0: fine.
    Fine,
    /// 3: something essential could not be asked.
    Unknown,
    /// 1: a record differs, or an Error finding counts.
    Wrong,
    /// 2: the command line, a file or a manifest is unusable.
    Usage,
}

impl Exit {
    /// The word of JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Fine => Outcome::Fine.as_str(),
            Self::Unknown => Outcome::Unknown.as_str(),
            Self::Wrong => Outcome::Wrong.as_str(),
            Self::Usage => "invalid",
        }
    }
}

impl From<Outcome> for Exit {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Fine => Self::Fine,
            Outcome::Unknown => Self::Unknown,
            Outcome::Wrong | Outcome::Nonexistent => Self::Wrong,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Fine => 0,
            Exit::Wrong => 1,
            Exit::Usage => 2,
            Exit::Unknown => 3,
        })
    }
}

/// What stopped a command.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Failure {
    /// Whoever read our output has gone: nothing is left to say.
    #[error("the output was closed")]
    ClosedPipe,
    /// The controller stopped by itself.
    #[error("the controller stopped: {0}")]
    Controller(String),
    /// Standard output could not be written.
    #[error("cannot write the output: {0}")]
    Output(std::io::Error),
    /// Arguments that make no sense together, or a file that cannot be used.
    #[error("{0}")]
    Usage(String),
}

impl Failure {
    /// The exit code: 2, but 0 when the reader simply had enough, and 1 for a controller that gave up.
    pub fn exit_code(&self) -> ExitCode {
        match self {
            Self::ClosedPipe => ExitCode::SUCCESS,
            Self::Controller(_) => ExitCode::FAILURE,
            Self::Output(_) | Self::Usage(_) => ExitCode::from(2),
        }
    }
}

/// Runs one command; `color` says when its output is coloured.
///
/// # Errors
/// What stopped it; a domain that is wrong is no error but [`Exit::Wrong`].
pub async fn run(command: Command, color: args::When) -> Result<Exit, Failure> {
    let style = Style {
        me: CalledAs::of(std::env::args_os().next().as_ref()),
        ..output::style(color)
    };
    match command {
        Command::Inspect(args) => inspect::run(&args, style).await,
        Command::Init(args) => init::run(&args).await,
        Command::Check(args) => check::run(&args, style).await,
        Command::Plan(args) => plan::run(&args, style).await,
        Command::Spf(args) => spf::run(&args, style).await,
        Command::Dmarc(args) => dmarc::run(&args).await,
        Command::Lookup(args) => lookup::run(&args, style).await,
        Command::Explain(args) => explain::run(&args, style),
        Command::Kubectl(args) => kubectl::run(&args.command, style).await,
        Command::Crd => crd::run(),
        Command::Controller(args) => controller::run(args).await,
        Command::Probe(args) => probe::run(args).await,
        Command::Selfcheck(args) => selfcheck::run(&args, style).await,
        Command::Completions(args) => completions::completions(&args),
        Command::Man(args) => completions::man(&args),
    }
}
