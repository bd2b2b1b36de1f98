//! `kubectl zegel status`: how MailDomains stand, those that are named in full, or all of a namespace or cluster in a line each.

use jiff::Timestamp;

use super::ClusterArgs;
use super::cluster::Cluster;
use crate::cli::args::{Format, one_of};
use crate::cli::{Exit, Failure, output};
use crate::operator::KeptEvent;
use crate::report::objects::{self, Object, Told};
use crate::report::{Outcome, Style};

/// The arguments of `kubectl zegel status`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The MailDomains, each in full; without one, all of the namespace in a line each, the worst first
    #[arg(value_name = "NAME")]
    pub names: Vec<String>,
    /// Of all, those with such labels alone: team=mail, as kubectl takes it
    #[arg(long, short = 'l', value_name = "SELECTOR", conflicts_with = "names")]
    pub selector: Option<String>,
    /// All MailDomains of all namespaces, whatever --namespace says
    #[arg(long, short = 'A', conflicts_with = "names")]
    pub all_namespaces: bool,
    /// Of many, show those alone that are not ready; the totals tell of all
    #[arg(long, short)]
    pub quiet: bool,
    /// Show keys whole
    #[arg(long)]
    pub full: bool,
    /// How the result is written; json is one object a line
    #[arg(long, short, value_name = "FORMAT", default_value = "table", value_parser = one_of(&[Format::Json, Format::Table]))]
    pub output: Format,
    /// Which cluster.
    #[command(flatten)]
    pub cluster: ClusterArgs,
}

/// Prints how it stands. The exit code is that of the worst; of nobody nothing is known.
///
/// # Errors
/// When no cluster can be asked, there is no such object, or the output cannot be written.
pub(super) async fn run(args: &Args, style: Style) -> Result<Exit, Failure> {
    let style = Style {
        full: args.full,
        ..style
    };
    let cluster = args.cluster.connect().await?;
    let is_json = args.output == Format::Json;
    if args.names.is_empty() {
        let objects = cluster
            .objects(args.all_namespaces, args.selector.as_deref())
            .await?;
        let now = Timestamp::now();
        let worst = objects.iter().map(|object| object.outcome(now)).max();
        if objects.is_empty() {
            output::note(&cluster.nobody(args.all_namespaces, args.selector.as_deref()));
        }
        output::print(&if is_json {
            let shown = objects
                .iter()
                .filter(|object| !args.quiet || object.outcome(now) != Outcome::Fine);
            shown.map(|object| objects::fleet_line(object, now)).collect()
        } else {
            objects::fleet(&objects, args.quiet, style, now)
        })?;
        return Ok(worst.map_or(Exit::Unknown, Exit::from));
    }
    let mut exit = Exit::Fine;
    for (number, object) in cluster.named(&args.names).await?.iter().enumerate() {
        if number > 0 && !is_json {
            output::print("\n")?;
        }
        exit = exit.max(one(object, &cluster, is_json, style).await?);
    }
    Ok(exit)
}

/// Prints how one stands, in full.
async fn one(object: &Object, cluster: &Cluster, is_json: bool, style: Style) -> Result<Exit, Failure> {
    // The object's own namespace: whoever may see an object need not be allowed to see events.
    let events = cluster.visit.events(&object.namespace, &object.uid).await;
    let events = events
        .map(|events| events.into_iter().map(told).collect::<Vec<Told>>())
        .map_err(|error| format!("cannot be listed: {error}"));
    let now = Timestamp::now();
    output::print(&if is_json {
        objects::status_json(object, &events, style.me, now)
    } else {
        objects::status(object, &events, style, now)
    })?;
    Ok(object.outcome(now).into())
}

fn told(event: KeptEvent) -> Told {
    Told {
        at: event.at,
        type_: event.type_,
        reason: event.reason,
        note: event.note,
    }
}
