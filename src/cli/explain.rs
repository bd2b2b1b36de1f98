//! `zegel explain`: what a rule means.

use super::{Exit, Failure, output};
use crate::report::objects::REASONS;
use crate::report::{CalledAs, Style, explain};
use crate::rules;

/// The arguments of `zegel explain`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The rule's id, SPF-040
    #[arg(required_unless_present = "all", value_name = "RULE")]
    pub rules: Vec<String>,
    /// Every rule of the catalogue
    #[arg(long, conflicts_with = "rules")]
    pub all: bool,
}

/// Prints the pages.
///
/// # Errors
/// When a rule does not exist.
pub fn run(args: &Args, style: Style) -> Result<Exit, Failure> {
    if args.all {
        output::print(&explain::pages(rules::all(), style))?;
        return Ok(Exit::Fine);
    }
    let mut found = Vec::new();
    for id in &args.rules {
        found.push(rules::find(id).ok_or_else(|| unknown(id, style.me))?);
    }
    output::print(&explain::pages(found, style))?;
    Ok(Exit::Fine)
}

fn unknown(id: &str, me: CalledAs) -> Failure {
    if let Some(reason) = REASONS.iter().find(|reason| reason.eq_ignore_ascii_case(id)) {
        return Failure::Usage(format!(
            "{reason} is no rule but a reason of Ready: kubectl zegel status NAME says what it means for an object, \
             docs/troubleshooting.md of the release what to look at, by reason"
        ));
    }
    if let Some(meant) = explain::meant(id, rules::all()) {
        return Failure::Usage(format!("no rule has the id {id:?}: did you mean {meant}?"));
    }
    let near = explain::near(id, rules::all());
    let hint = match near.as_slice() {
        [] => format!("{} explain --all lists every rule", me.program()),
        near => format!("there are {}", near.join(", ")),
    };
    Failure::Usage(format!("no rule has the id {id:?}: {hint}"))
}
