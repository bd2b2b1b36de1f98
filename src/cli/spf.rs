//! `zegel spf`: one domain's SPF in depth: what a receiver decides about a client.

use std::net::IpAddr;

use super::dmarc::Format;
use super::inspect::domain;
use super::look::{Eyes, LookArgs};
use super::{Exit, Failure, output};
use crate::judge::spf::{Client, Outcome, evaluate};
use crate::name::Name;
use crate::report::spf;
use crate::world::Freshness;

/// The arguments of `zegel spf`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The domain
    #[arg(value_name = "DOMAIN", value_parser = domain)]
    pub domain: Name,
    /// The address mail comes from
    #[arg(long)]
    pub ip: IpAddr,
    /// The MAIL FROM address; an empty one is a bounce, and HELO is checked [default: postmaster@DOMAIN]
    #[arg(long, value_name = "ADDRESS")]
    pub sender: Option<String>,
    /// What the client says it is called [default: DOMAIN]
    #[arg(long, value_name = "NAME")]
    pub helo: Option<String>,
    /// How the result is written
    #[arg(long, short, value_enum, default_value_t = Format::Table, value_name = "FORMAT")]
    pub output: Format,
    /// How DNS is looked at.
    #[command(flatten)]
    pub look: LookArgs,
}

/// The receiver's name for `%{r}` where there is none (RFC 7208 7.3).
const NO_RECEIVER: &str = "unknown";

/// Checks one client. Fine means pass, unknown temperror; every other result lets the client not pass.
///
/// # Errors
/// When no resolver can be asked, or the output cannot be written.
pub async fn run(args: &Args) -> Result<Exit, Failure> {
    let eyes = Eyes::open(&args.look)?;
    let sender = args
        .sender
        .clone()
        .unwrap_or_else(|| format!("postmaster@{}", args.domain));
    let helo = args.helo.clone().unwrap_or_else(|| args.domain.to_string());
    let client = Client::new(args.ip, &sender, &helo, NO_RECEIVER, eyes.now()).at(args.domain.as_str());
    let fresh = Freshness::any();
    let evaluation = eyes.look(&fresh, |inquiry| evaluate(&client, inquiry)).await;
    output::print(&match args.output {
        Format::Json => output::json_line(&evaluation),
        Format::Table => spf::evaluation(&args.domain, &evaluation, output::style()),
    })?;
    Ok(match evaluation.result {
        Outcome::Pass => Exit::Fine,
        Outcome::TempError => Exit::Unknown,
        _ => Exit::Wrong,
    })
}
