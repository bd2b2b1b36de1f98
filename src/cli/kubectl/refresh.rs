//! `kubectl zegel refresh`: has MailDomains looked at now, and waits for what comes of it.
//!
//! The request is an annotation, and the status echoes it once the look is over: that is what is waited for. A look that found a
//! difference is held against a second one some seconds later, and until then nothing is known for certain: that one is waited
//! for too. What takes its time (an answer that caches still hold) is told at once, with the time it takes.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::time::{Instant, sleep};

use super::ClusterArgs;
use super::cluster::Cluster;
use crate::cli::args::{Format, duration, one_of};
use crate::cli::{Exit, Failure, output};
use crate::report::Style;
use crate::report::objects::{self, Asked, Object};
use crate::report::text::{hanging, harmless};

/// The arguments of `kubectl zegel refresh`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The MailDomains
    #[arg(required = true, value_name = "NAME")]
    pub names: Vec<String>,
    /// Wait until they were looked at and a difference was confirmed, at most this long (1m), and tell what came of it
    #[arg(long, value_name = "DURATION", num_args = 0..=1, require_equals = true, default_missing_value = "1m", value_parser = duration)]
    pub wait: Option<Duration>,
    /// How the result is written; json is one object a line
    #[arg(long, short, value_name = "FORMAT", default_value = "table", value_parser = one_of(&[Format::Json, Format::Table]))]
    pub output: Format,
    /// Which cluster.
    #[command(flatten)]
    pub cluster: ClusterArgs,
}

/// The first pause between two looks at the object; each is twice as long, up to [`LONGEST_PAUSE`].
const FIRST_PAUSE: Duration = Duration::from_millis(200);

/// The longest pause between two looks at the object.
const LONGEST_PAUSE: Duration = Duration::from_secs(2);

/// Asks, and waits where that is asked for. With `--wait` the exit code is that of the worst, else 0 once all are asked
/// for.
///
/// # Errors
/// When no cluster can be asked, there is no such object, or the output cannot be written.
pub(super) async fn run(args: &Args, style: Style) -> Result<Exit, Failure> {
    let cluster = args.cluster.connect().await?;
    let began = Instant::now();
    let mut exit = Exit::Fine;
    // All of them are there, or nobody is asked for a look at some.
    let objects = cluster.named(&args.names).await?;
    let mut asked: Vec<(Object, String)> = Vec::new();
    for object in objects {
        let name = &object.name;
        if object.is_suspended() {
            if args.output == Format::Json {
                output::print(&objects::asked_line(&object, Asked::Suspended, Timestamp::now()))?;
            }
            output::note(&suspended(&object));
            exit = exit.max(Asked::Suspended.outcome().into());
            continue;
        }
        let value = Timestamp::now().to_string();
        if let Err(error) = cluster.visit.request(&cluster.namespace, name, &value).await {
            let said = asked.iter().map(|(object, _)| object.name.as_str());
            let so_far = match asked.is_empty() {
                true => String::new(),
                false => format!(
                    " (looks were asked for at {})",
                    said.collect::<Vec<_>>().join(", ")
                ),
            };
            return Err(cluster
                .refused(&format!("annotate MailDomain {name}{so_far}"), false, &error)
                .await);
        }
        asked.push((object, value));
    }
    for (object, value) in asked {
        exit = exit.max(match args.wait {
            Some(wait) => told(args, &cluster, &object.name, &value, began + wait, style).await?,
            None => {
                let (key, name) = (harmless(&object.key()), &object.name);
                let namespace = &object.namespace;
                let me = style.me.in_cluster();
                match args.output {
                    Format::Json => output::print(&objects::fleet_line(&object, Timestamp::now()))?,
                    _ => output::print(&format!(
                        "{key}: a look was asked for; {me} status {name} -n {namespace} tells what comes of it\n"
                    ))?,
                }
                Exit::Fine
            }
        });
    }
    Ok(exit)
}

/// Waits until the look is over, and tells how the object stands then.
async fn told(
    args: &Args,
    cluster: &Cluster,
    name: &str,
    value: &str,
    until: Instant,
    style: Style,
) -> Result<Exit, Failure> {
    let mut pause = FIRST_PAUSE;
    loop {
        let object = cluster.object(name).await?;
        let now = Timestamp::now();
        let came = Asked::of(&object, value, now);
        let is_over = matches!(came, Asked::Over(_) | Asked::Suspended);
        let left = until.saturating_duration_since(Instant::now());
        if !is_over && !left.is_zero() {
            sleep(pause.min(left)).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
            continue;
        }
        if args.output == Format::Json {
            output::print(&objects::asked_line(&object, came, now))?;
        } else if matches!(came, Asked::Over(_) | Asked::Unconfirmed) {
            output::print(&line(&object, came, style, now))?;
        }
        let (key, waited) = (harmless(&object.key()), humane(args.wait.unwrap_or_default()));
        match came {
            Asked::Over(_) => {}
            Asked::Suspended => output::note(&suspended(&object)),
            Asked::Unconfirmed => output::note(&format!(
                "error: {key}: no second look confirmed within {waited} what the first one found: wait longer (--wait=5m)"
            )),
            Asked::NotYet => output::note(&format!(
                "error: {key} was not looked at within {waited}: see whether a controller runs that looks after this namespace \
                 (kubectl get pods -A -l app.kubernetes.io/name=zegel)"
            )),
        }
        return Ok(came.outcome().into());
    }
}

/// What came of the look, in a line and Ready's message.
fn line(object: &Object, came: Asked, style: Style, now: Timestamp) -> String {
    let word = came.outcome().as_str();
    let head = format!(
        "{}: {word}: {} ({})\n",
        harmless(&object.domain),
        harmless(object.word(now)),
        harmless(&object.key())
    );
    let message = object.condition("Ready").map(|ready| harmless(&ready.message));
    let message = message.filter(|message| !message.is_empty());
    head + &message.map_or_else(String::new, |message| {
        hanging("  ", &message, style.width.max(40))
    })
}

/// Why nobody looks.
fn suspended(object: &Object) -> String {
    format!(
        "error: {} is suspended, and nobody looks at it: set spec.suspend to false first",
        harmless(&object.key())
    )
}

/// A time as people say it: nothing of it is lost, however short it is.
fn humane(wait: Duration) -> String {
    let wait = SignedDuration::try_from(wait).unwrap_or(SignedDuration::MAX);
    format!("{wait:#}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_said_whole() {
        for (milliseconds, said) in [
            (500, "500ms"),
            (1_000, "1s"),
            (1_500, "1s 500ms"),
            (60_000, "1m"),
            (90_000, "1m 30s"),
            (3_600_000, "1h"),
        ] {
            assert_eq!(humane(Duration::from_millis(milliseconds)), said);
        }
    }
}
