//! `zegel check`: `MailDomain` manifests against live DNS, as the controller would judge them, without its history.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::args::{Format, ShowArgs, Starttls, duration, one_of};
use super::look::{LookArgs, Observer, Reports, Subject};
use super::manifests::{self, Manifest};
use super::{Exit, Failure, look, output};
use crate::inquiry::{Approach, Closeness, Depth};
use crate::judge::fleet::{SharedKey, shared_keys};
use crate::judge::judge;
use crate::report::{Outcome, Reading, Report, Style, json};
use crate::world::Freshness;

/// The arguments of `zegel check`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Manifests: files, folders (every *.yaml and *.yml below), or - for standard input
    #[arg(required = true, value_name = "PATH")]
    pub paths: Vec<String>,
    /// Keep looking until all is in sync, at most this long
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    pub wait: Option<Duration>,
    /// How closely mail servers are looked at where a manifest asks for tls: chain, whether they offer it and with which
    /// certificates; profile, all of it, which takes many connections with long pauses [default: chain]
    #[arg(long, value_name = "HOW", value_parser = one_of(&[Starttls::Chain, Starttls::Profile]))]
    pub starttls: Option<Starttls>,
    /// How the result is written
    #[arg(long, short, value_name = "FORMAT", default_value = "table", value_parser = one_of(&[Format::Csv, Format::Json, Format::Junit, Format::Sarif, Format::Table]))]
    pub output: Format,
    /// What is shown.
    #[command(flatten)]
    pub show: ShowArgs,
    /// How domains are looked at.
    #[command(flatten)]
    pub look: LookArgs,
}

/// The first pause between two looks; each is twice as long as the one before, up to [`LONGEST_PAUSE`].
const FIRST_PAUSE: Duration = Duration::from_secs(1);

/// The longest pause between two looks.
const LONGEST_PAUSE: Duration = Duration::from_secs(15);

/// Checks every manifest.
///
/// # Errors
/// When a path cannot be read, no resolver can be asked, or the output cannot be written.
pub async fn run(args: &Args, style: Style) -> Result<Exit, Failure> {
    let mut loaded = manifests::load(&args.paths)?;
    if let Some(said) = loaded.of_grants_alone().filter(|_| !args.show.quiet) {
        output::note(&said);
    }
    let failed = loaded.complain();
    let jobs = std::mem::take(&mut loaded.manifests);
    let observer = Observer::new(&args.look)?;
    for manifest in &jobs {
        observer.can_look_at(&manifest.intent.domain)?;
    }
    // What was recorded does not change.
    let wait = args.wait.filter(|_| observer.recording().is_none());
    let until = wait.map(|wait| Instant::now() + wait);
    let mut reports = Reports::new(args.output, &args.show, style, jobs.len());
    output::print(&reports.headline())?;
    if args.output == Format::Json {
        output::print(&json::mistakes(observer.began_at(), &loaded.invalid))?;
    }
    let shared = shared_keys(jobs.iter().map(|manifest| &manifest.intent));
    let depth = look::depth(jobs.len());
    let watch = Watch {
        observer: observer.clone(),
        starttls: args
            .starttls
            .and_then(Starttls::closeness)
            .unwrap_or(Closeness::Chain),
        reading: args.show.reading(args.output),
        quiet: args.show.quiet,
        depth,
        shared: shared.into(),
        until,
    };
    let look = |manifest: Manifest| watch.clone().look(manifest);
    let done = |number, report| reports.add(number, report, None);
    observer.each(jobs, args.show.quiet, look, done).await?;
    let exit = reports.finish(&loaded.invalid)?;
    observer.finish(args.show.quiet)?;
    Ok(if failed { Exit::Usage } else { exit })
}

/// How one manifest's domain is looked at.
#[derive(Clone)]
struct Watch {
    observer: Observer,
    starttls: Closeness,
    reading: Reading,
    quiet: bool,
    depth: Depth,
    shared: Arc<[SharedKey]>,
    until: Option<Instant>,
}

impl Watch {
    /// Looks at the domain, again and again until it is in sync or the time is up.
    async fn look(self, manifest: Manifest) -> Report {
        let intent = &manifest.intent;
        let approach = Approach {
            depth: intent.depth(self.depth),
            profile: self.starttls == Closeness::Profile,
            ..Approach::default()
        };
        let mut fresh = Freshness::any().approaching(approach.clone());
        let subject = Subject {
            domain: &intent.domain,
            selectors: &[],
            mail_servers: intent.looks_at_mail_servers().then_some(self.starttls),
        };
        let mut pause = FIRST_PAUSE;
        loop {
            let (verdict, now) = self
                .observer
                .look(subject, &fresh, |inquiry, now| judge(intent, inquiry, now))
                .await;
            let verdict =
                verdict.with_findings(self.shared.iter().filter_map(|key| key.finding(&intent.domain)));
            let report = Report::of_manifest(verdict, now, manifest.source.clone(), manifest.lines.clone())
                .read_as(self.reading);
            let left = self.until.map_or(Duration::ZERO, |until| {
                until.saturating_duration_since(Instant::now())
            });
            if report.outcome() == Outcome::Fine || left.is_zero() {
                return report;
            }
            if pause == FIRST_PAUSE && !self.quiet {
                output::note(&format!(
                    "{}: not in sync yet, looking again",
                    report.verdict.domain
                ));
            }
            tokio::time::sleep(pause.min(left)).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
            // Past our own memory: only what is answered from now on can show the change.
            fresh = Freshness::not_before(self.observer.now())
                .approaching(approach.clone())
                .requested(true);
        }
    }
}
