//! `zegel plan`: the desired records of manifests, as a zone file, JSON or a table. Asks DNS nothing.

use clap::ValueEnum;

use super::{Exit, Failure, manifests, output};
use crate::intent::Intent;
use crate::report::plan;

/// The arguments of `zegel plan`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Manifests: files, folders (every *.yaml and *.yml below), or - for standard input
    #[arg(required = true, value_name = "PATH")]
    pub paths: Vec<String>,
    /// How the records are written
    #[arg(long, short, value_enum, default_value_t = Format::Table, value_name = "FORMAT")]
    pub output: Format,
}

/// How a plan is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// One JSON object a line and RRset.
    Json,
    /// For people.
    Table,
    /// A zone file (RFC 1035).
    Zone,
}

/// Prints the desired records.
///
/// # Errors
/// When the output cannot be written.
pub fn run(args: &Args) -> Result<Exit, Failure> {
    let mut loaded = manifests::load(&args.paths)?;
    let style = output::style();
    for manifest in &loaded.manifests {
        let intent = match Intent::from_spec(&manifest.spec) {
            Ok(intent) => intent,
            Err(errors) => {
                loaded
                    .invalid
                    .extend(errors.into_iter().map(|error| manifest.invalid(error)));
                continue;
            }
        };
        let rows = plan::rows(&intent);
        output::print(&match args.output {
            Format::Json => plan::json(&rows),
            Format::Table => plan::people(&intent.domain, &rows, style) + "\n",
            Format::Zone => plan::zone(&manifest.place, &intent.domain, &rows) + "\n",
        })?;
    }
    Ok(if loaded.complain() {
        Exit::Usage
    } else {
        Exit::Fine
    })
}
