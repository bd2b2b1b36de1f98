//! `kubectl zegel check`: MailDomains as they are in the cluster, judged against DNS as it is seen from here.
//!
//! The same engine as the controller's, from another place: what differs between the two is the place (split horizon, a
//! resolver that remembers, a firewall), or the time. So what the controller says is told beside it, where it says
//! something else.

use jiff::Timestamp;

use super::ClusterArgs;
use crate::cli::args::{Format, ShowArgs, one_of};
use crate::cli::look::{self, LookArgs, Observer, Reports};
use crate::cli::{Exit, Failure, output};
use crate::intent::{Intent, SpecError};
use crate::judge::fleet::shared_keys;
use crate::judge::judge;
use crate::report::objects::{Object, span};
use crate::report::sarif::Invalid;
use crate::report::text::harmless;
use crate::report::{ManifestRef, Outcome, Report, Style, json};
use crate::world::Freshness;

/// The arguments of `kubectl zegel check`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The MailDomains; without one, all of the namespace
    #[arg(value_name = "NAME")]
    pub names: Vec<String>,
    /// Of all, those with such labels alone: team=mail, as kubectl takes it
    #[arg(long, short = 'l', value_name = "SELECTOR", conflicts_with = "names")]
    pub selector: Option<String>,
    /// All MailDomains of all namespaces, whatever --namespace says
    #[arg(long, short = 'A', conflicts_with = "names")]
    pub all_namespaces: bool,
    /// How the result is written
    #[arg(long, short, value_name = "FORMAT", default_value = "table", value_parser = one_of(&[Format::Csv, Format::Json, Format::Table]))]
    pub output: Format,
    /// Which cluster.
    #[command(flatten)]
    pub cluster: ClusterArgs,
    /// What is shown.
    #[command(flatten)]
    pub show: ShowArgs,
    /// How domains are looked at.
    #[command(flatten)]
    pub look: LookArgs,
}

/// An object whose spec can be judged.
#[derive(Debug, Clone)]
struct Job {
    object: Object,
    intent: Intent,
}

/// Judges them.
///
/// # Errors
/// When no cluster or no resolver can be asked, there is no such object, or the output cannot be written.
pub(super) async fn run(args: &Args, style: Style) -> Result<Exit, Failure> {
    let cluster = args.cluster.connect().await?;
    let objects = if args.names.is_empty() {
        let selector = args.selector.as_deref();
        let objects = cluster.objects(args.all_namespaces, selector).await?;
        if objects.is_empty() {
            output::note(&cluster.nobody(args.all_namespaces, selector));
            return Ok(Exit::Unknown);
        }
        objects
    } else {
        cluster.named(&args.names).await?
    };
    let (jobs, invalid) = read(objects);
    for one in &invalid {
        output::note(&format!(
            "error: {}: {}",
            harmless(&one.file),
            harmless(&one.error.to_string())
        ));
    }
    let observer = Observer::new(&args.look)?;
    for job in &jobs {
        observer.can_look_at(&job.intent.domain)?;
    }
    let depth = look::depth(jobs.len());
    let shared = shared_keys(jobs.iter().map(|job| &job.intent));
    let mut reports = Reports::new(args.output, &args.show, style, jobs.len());
    output::print(&reports.headline())?;
    if args.output == Format::Json {
        output::print(&json::mistakes(observer.began_at(), &invalid))?;
    }
    let reading = args.show.reading(args.output);
    let look = |job: Job| {
        let (observer, shared) = (observer.clone(), shared.clone());
        async move {
            let depth = job.intent.depth(depth);
            let fresh = Freshness::any().approaching(depth);
            let intent = &job.intent;
            let (verdict, now) = observer
                .look(&intent.domain, &fresh, |inquiry, now| judge(intent, inquiry, now))
                .await;
            let findings = shared.iter().filter_map(|key| key.finding(&intent.domain));
            let report = Report::of_manifest(
                verdict.with_findings(findings),
                now,
                place(&job.object),
                Vec::new(),
            );
            (report.read_as(reading), job.object)
        }
    };
    let done = |number, (report, object): (Report, Object)| {
        let other = (args.output == Format::Table).then(|| other_word(&object, report.outcome(), report.at));
        let mut text = reports.add(number, report, None);
        if let Some(other) = other.flatten().filter(|_| !args.show.quiet) {
            // Behind the object's own lines where they are printed now, else beside them.
            match text.strip_suffix("\n\n") {
                Some(lines) => text = format!("{lines}\n{other}\n\n"),
                None => output::note(&other),
            }
        }
        text
    };
    observer.each(jobs, args.show.quiet, look, done).await?;
    let exit = reports.finish(&invalid)?;
    observer.finish(args.show.quiet)?;
    Ok(if invalid.is_empty() { exit } else { Exit::Usage })
}

/// Those that can be judged, and what keeps the others from it.
fn read(objects: Vec<Object>) -> (Vec<Job>, Vec<Invalid>) {
    let (mut jobs, mut invalid) = (Vec::new(), Vec::new());
    for object in objects {
        let intent = match (&object.spec, refusal(&object)) {
            (Ok(_), Some(refused)) => Err(vec![refused]),
            (Ok(spec), None) => Intent::from_spec(spec),
            (Err(why), _) => Err(vec![SpecError::new("spec", why.clone())]),
        };
        match intent {
            Ok(intent) => jobs.push(Job { object, intent }),
            Err(errors) => invalid.extend(errors.into_iter().map(|error| Invalid {
                file: place(&object).file,
                line: 0,
                error,
            })),
        }
    }
    (jobs, invalid)
}

/// Why the controller does not let it have its domain: what it wants is not asked of DNS, as `zegel check` does not ask for a
/// manifest that loses its domain to another.
fn refusal(object: &Object) -> Option<SpecError> {
    let ready = object
        .condition("Ready")
        .filter(|ready| ready.status == "False")?;
    let is_refused = ["DomainConflict", "NotGranted"].contains(&ready.reason.as_str());
    is_refused.then(|| SpecError::new("spec.domain", ready.message.clone()))
}

/// An object in place of a manifest: no file, and so no line.
fn place(object: &Object) -> ManifestRef {
    ManifestRef {
        file: object.key(),
        line: 0,
        namespace: Some(object.namespace.clone()),
        name: object.name.clone(),
    }
}

/// What the controller says, where that is something else than what is seen from here.
fn other_word(object: &Object, here: Outcome, now: Timestamp) -> Option<String> {
    let ready = object.condition("Ready")?;
    let there = object.outcome(now);
    let same = there == here || matches!((there, here), (Outcome::Wrong, Outcome::Nonexistent));
    if same {
        return None;
    }
    let since = object.status.as_ref()?.reason_since.as_ref();
    let since = since.map_or_else(String::new, |since| format!(", for {}", span(since.0, now)));
    Some(format!(
        "{}: the controller says otherwise: Ready is {} ({}{since}): {}",
        harmless(&object.key()),
        harmless(&ready.status),
        harmless(object.word(now)),
        harmless(&ready.message),
    ))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// What the controller refuses its domain is a mistake, in the controller's own words; everything else is judged from here.
    #[test]
    fn only_who_is_refused_the_domain_is_not_judged() {
        for (status, reason, is_refused) in [
            ("False", "DomainConflict", true),
            ("False", "NotGranted", true),
            ("False", "Drifted", false),
            ("False", "InvalidSpec", false),
            ("Unknown", "Suspended", false),
            ("True", "Compliant", false),
        ] {
            let object = Object::read(&json!({
                "metadata": {"namespace": "mail", "name": "a", "uid": "u", "generation": 1},
                "spec": {"domain": "a.nl", "role": "Parked"},
                "status": {"conditions": [{
                    "type": "Ready", "status": status, "reason": reason, "message": "so it is",
                    "lastTransitionTime": "2026-11-27T12:00:00Z", "observedGeneration": 1,
                }]},
            }));
            let refusal = refusal(&object).map(|error| error.to_string());
            let wanted = is_refused.then(|| "spec.domain: so it is".to_owned());
            assert_eq!(refusal, wanted, "{reason}");
        }
    }
}
