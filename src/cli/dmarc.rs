//! `zegel dmarc`: one domain's DMARC in depth: the walk, the policy, who gets the reports.

use super::args::{Format, one_of};
use super::domain::domain;
use super::look::{LookArgs, Observer};
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
    #[arg(long, short, value_name = "FORMAT", default_value = "table", value_parser = one_of(&[Format::Json, Format::Table]))]
    pub output: Format,
    /// How DNS is looked at.
    #[command(flatten)]
    pub look: LookArgs,
}

/// Looks at one domain.
///
/// # Errors
/// When no resolver can be asked, or the output cannot be written.
pub async fn run(args: &Args) -> Result<Exit, Failure> {
    let observer = Observer::new(&args.look)?;
    observer.can_look_at(&args.domain)?;
    let fresh = Freshness::any();
    let (report, now) = observer
        .look(&args.domain, &fresh, |inquiry, _| {
            DmarcReport::look(&args.domain, inquiry)
        })
        .await;
    observer.finish(false)?;
    output::print(&match args.output {
        Format::Json => output::json_line(now, &report),
        _ => report.text().lines().map(|line| harmless(line) + "\n").collect(),
    })?;
    Ok(match report.outcome {
        "policy" => Exit::Fine,
        "unknown" => Exit::Unknown,
        _ => Exit::Wrong,
    })
}
