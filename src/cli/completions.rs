//! `zegel completions` and `zegel man`: what a shell and `man` want to know of the command line, made from the arguments
//! themselves. `man` is hidden: packagers call it.

use std::path::PathBuf;

use clap::{CommandFactory, ValueHint};
use clap_complete::Shell;
use clap_mangen::Man;

use super::{Cli, Exit, Failure, output};

/// The arguments of `zegel completions`.
#[derive(Debug, clap::Args)]
pub struct CompletionsArgs {
    /// The shell the script is for
    #[arg(value_enum, value_name = "SHELL")]
    pub shell: Shell,
}

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
    let mut command = Cli::command();
    let name = command.get_name().to_owned();
    clap_complete::generate(args.shell, &mut command, name, &mut script);
    output::print(&String::from_utf8_lossy(&script))?;
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
