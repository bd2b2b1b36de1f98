//! `zegel plan`: the desired records of manifests, as a zone file, JSON or a table. Asks DNS nothing.

use jiff::Timestamp;

use super::args::{Format, one_of};
use super::{Exit, Failure, manifests, output};
use crate::report::{Style, json, plan};

/// The arguments of `zegel plan`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Manifests: files, folders (every *.yaml and *.yml below), or - for standard input
    #[arg(required = true, value_name = "PATH")]
    pub paths: Vec<String>,
    /// How the records are written
    #[arg(long, short, value_name = "FORMAT", default_value = "table", value_parser = one_of(&[Format::Json, Format::Table, Format::Zone]))]
    pub output: Format,
}

/// Prints the desired records.
///
/// # Errors
/// When the output cannot be written.
pub fn run(args: &Args, style: Style) -> Result<Exit, Failure> {
    let mut loaded = manifests::load(&args.paths)?;
    let at = Timestamp::now();
    for manifest in &loaded.manifests {
        let intent = &manifest.intent;
        let rows = plan::rows(intent);
        output::print(&match args.output {
            Format::Json => plan::json(at, &manifest.source, &intent.domain, &rows),
            Format::Zone => plan::zone(&manifest.source, &intent.domain, &rows) + "\n",
            _ => plan::people(&intent.domain, &rows, style) + "\n",
        })?;
    }
    if args.output == Format::Json {
        output::print(&json::mistakes(at, &loaded.invalid))?;
    }
    Ok(if loaded.complain() {
        Exit::Usage
    } else {
        Exit::Fine
    })
}
