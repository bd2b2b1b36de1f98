//! `zegel dmarc`: one domain's DMARC in depth: the walk, the policy, who gets the reports.

use clap::ValueEnum;

use super::domain::domain;
use super::look::{Eyes, LookArgs};
use super::{Exit, Failure, output};
use crate::name::Name;
use crate::report::dmarc::DmarcReport;
use crate::report::text::harmless;
use crate::world::Freshness;

/// The arguments of `zegel dmarc`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The domain
    #[arg(value_name = "DOMAIN", value_parser = domain)]
    pub domain: Name,
    /// How the result is written
    #[arg(long, short, value_enum, default_value_t = Format::Table, value_name = "FORMAT")]
    pub output: Format,
    /// How DNS is looked at.
    #[command(flatten)]
    pub look: LookArgs,
}

/// How one standard in depth is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// One JSON object on one line.
    Json,
    /// For people.
    Table,
}

/// Looks at one domain.
///
/// # Errors
/// When no resolver can be asked, or the output cannot be written.
pub async fn run(args: &Args) -> Result<Exit, Failure> {
    let eyes = Eyes::open(&args.look)?;
    let fresh = Freshness::any();
    let report = eyes
        .look(&fresh, |inquiry| DmarcReport::look(&args.domain, inquiry))
        .await;
    output::print(&match args.output {
        Format::Json => output::json_line(&report),
        Format::Table => report.text().lines().map(|line| harmless(line) + "\n").collect(),
    })?;
    Ok(match report.outcome {
        "policy" => Exit::Fine,
        "unknown" => Exit::Unknown,
        _ => Exit::Wrong,
    })
}
