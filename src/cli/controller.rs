//! `zegel controller`: the operator's arguments.

use super::{Exit, Failure};

/// The arguments of `zegel controller`.
#[derive(Debug, clap::Args)]
pub struct Args {}

/// Runs the operator until it is told to stop.
///
/// # Errors
/// When it stops by itself.
pub async fn run(_args: Args) -> Result<Exit, Failure> {
    Err(Failure::Controller("this build holds no operator".to_owned()))
}
