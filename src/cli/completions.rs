//! `zegel completions` and `zegel man`: what a shell, kubectl and `man` want to know of the command line, made from the
//! arguments themselves. `man` is hidden: packagers call it.
//!
//! kubectl asks a program of its own, `kubectl_complete-zegel` in the PATH, what goes on behind `kubectl zegel`: the script for
//! bash with an end that answers it.

use std::path::PathBuf;

use clap::builder::PossibleValue;
use clap::{CommandFactory, ValueEnum, ValueHint};
use clap_complete::Shell;
use clap_mangen::Man;

use super::kubectl::Plugin;
use super::{Cli, Exit, Failure, output};

/// The arguments of `zegel completions`.
#[derive(Debug, clap::Args)]
pub struct CompletionsArgs {
    /// The shell the script is for, or kubectl
    #[arg(value_enum, value_name = "SHELL")]
    pub shell: Reader,
}

/// Who reads a script.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reader {
    /// A shell, for `zegel`.
    Shell(Shell),
    /// kubectl, for `kubectl zegel`.
    Kubectl,
}

impl ValueEnum for Reader {
    fn value_variants<'a>() -> &'a [Self] {
        &[
            Self::Shell(Shell::Bash),
            Self::Shell(Shell::Elvish),
            Self::Shell(Shell::Fish),
            Self::Kubectl,
            Self::Shell(Shell::PowerShell),
            Self::Shell(Shell::Zsh),
        ]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        match self {
            Self::Shell(shell) => shell.to_possible_value(),
            Self::Kubectl => Some(
                PossibleValue::new("kubectl").help("The program kubectl_complete-zegel, which kubectl asks"),
            ),
        }
    }
}

/// What the plugin is called in the script: a name in which nothing is to be replaced.
const PLUGIN: &str = "kubectl_zegel";

/// The end of kubectl's script: what bash would offer behind these words, and the MailDomains where names stand.
const FOR_KUBECTL: &str = include_str!("completions/kubectl.bash");

/// The arguments of `zegel man`.
#[derive(Debug, clap::Args)]
pub struct ManArgs {
    /// The folder the pages are written to, one file a command; it must be there
    #[arg(value_name = "FOLDER", value_hint = ValueHint::DirPath)]
    pub folder: PathBuf,
}

/// Prints the script.
///
/// # Errors
/// When the output cannot be written.
pub fn completions(args: &CompletionsArgs) -> Result<Exit, Failure> {
    let mut script = Vec::new();
    let (shell, mut command, name) = match args.shell {
        Reader::Shell(shell) => (shell, Cli::command(), "zegel"),
        Reader::Kubectl => {
            let plugin = Plugin::command().name(PLUGIN).bin_name(PLUGIN);
            (Shell::Bash, plugin, PLUGIN)
        }
    };
    clap_complete::generate(shell, &mut command, name, &mut script);
    let script = String::from_utf8_lossy(&script);
    output::print(&match args.shell {
        Reader::Shell(_) => script.into_owned(),
        Reader::Kubectl => format!("#!/usr/bin/env bash\n{script}{FOR_KUBECTL}"),
    })?;
    Ok(Exit::Fine)
}

/// Writes the pages.
///
/// # Errors
/// When the folder is not there or cannot be written to.
pub fn man(args: &ManArgs) -> Result<Exit, Failure> {
    let mut command = Cli::command().disable_help_subcommand(true);
    // Gives each command its whole name, `zegel check`, and the options all of them have.
    command.build();
    let of_commands = command.get_subcommands().filter(|command| !command.is_hide_set());
    for command in of_commands.chain([&command]) {
        Man::new(command.clone())
            .source(format!("zegel {}", env!("CARGO_PKG_VERSION")))
            .manual("Zegel")
            .generate_to(&args.folder)
            .map_err(|error| {
                let folder = args.folder.display();
                Failure::Usage(format!("cannot write the manual pages to {folder}: {error}"))
            })?;
    }
    Ok(Exit::Fine)
}
