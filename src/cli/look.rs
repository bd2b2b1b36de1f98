//! What `inspect` and `check` share: many domains looked at, some at a time, reported in the order they were named.

use std::collections::BTreeMap;
use std::panic::resume_unwind;
use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt;
use futures::stream;
use jiff::Timestamp;

use super::args::{Format, ShowArgs, duration};
use super::eyes::{self, Recorder, ReplayArgs};
use super::notes;
use super::output::{self, Progress};
use super::{Exit, Failure};
use crate::inquiry::{Closeness, Depth, Facts, Inquiry};
use crate::name::Name;
use crate::recording::{Look, Recording};
use crate::report::sarif::{self, Invalid};
use crate::report::{Outcome, Report, Style, csv, json, junit, lines, table};
use crate::world::{ConfigError, DnsArgs, Freshness, SmtpArgs, World};

/// How domains are looked at.
#[derive(Debug, Clone, clap::Args)]
pub struct LookArgs {
    /// How long one look at one domain may take; what is not answered by then is unknown
    #[arg(long, value_name = "DURATION", default_value = "30s", value_parser = duration)]
    pub timeout: Duration,
    /// How many domains are looked at at once
    #[arg(long, value_name = "N", default_value_t = 32, value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub domains_at_once: u16,
    /// How DNS is asked.
    #[command(flatten)]
    pub dns: DnsArgs,
    /// How mail servers are looked at.
    #[command(flatten)]
    pub smtp: SmtpArgs,
    /// Where looks are kept.
    #[command(flatten)]
    pub replay: ReplayArgs,
}

tokio::task_local! {
    /// The place of the domain that is looked at among those of the run.
    static TURN: usize;
}

/// Of so many domains the name servers are all asked; of more, only those of domains with something wrong, for a fleet
/// hangs on few servers, and each is asked politely.
const ASKED_CLOSELY: usize = 16;

/// How closely the name servers of each of `domains` domains are looked at.
pub fn depth(domains: usize) -> Depth {
    match domains <= ASKED_CLOSELY {
        true => Depth::Closely,
        false => Depth::Troubled,
    }
}

/// Looks at domains, each within the time one look may take; or at what was recorded of such looks.
#[derive(Debug, Clone)]
pub struct Observer {
    eyes: Eyes,
    began_at: Timestamp,
    recorder: Option<Recorder>,
    at_once: usize,
}

#[derive(Debug, Clone)]
enum Eyes {
    World { world: World, timeout: Duration },
    Recording(Arc<Recording>),
}

/// What is looked at: the domain, and what is remembered of it beside the facts.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'s> {
    /// The domain; a recording knows the look by it.
    pub domain: &'s Name,
    /// DKIM selectors that were asked for by name.
    pub selectors: &'s [String],
    /// How closely its mail servers are looked at, if they are: that takes its time.
    pub mail_servers: Option<Closeness>,
}

impl<'s> From<&'s Name> for Subject<'s> {
    fn from(domain: &'s Name) -> Self {
        Self {
            domain,
            selectors: &[],
            mail_servers: None,
        }
    }
}

/// What a look came to.
#[derive(Debug, Clone, Copy)]
pub struct Looked<T> {
    /// What the judgement said.
    pub said: T,
    /// When.
    pub at: Timestamp,
    /// How many questions were put for it.
    pub questions: u64,
}

impl Observer {
    /// Makes one that asks the resolvers of `args`, or judges the recording they name.
    ///
    /// # Errors
    /// When no resolver can be asked, or a recording cannot be read or begun.
    pub fn new(args: &LookArgs) -> Result<Self, Failure> {
        let at_once = usize::from(args.domains_at_once);
        if let Some(recording) = args.replay.recording()? {
            return Ok(Self {
                began_at: recording.began_at(),
                eyes: Eyes::Recording(Arc::new(recording)),
                recorder: None,
                at_once,
            });
        }
        let usage = |error: ConfigError| Failure::Usage(error.to_string());
        let mut config = args.dns.config().map_err(usage)?;
        config.smtp = args.smtp.config();
        let world = World::new(config).map_err(usage)?;
        let began_at = world.now();
        let record = args.replay.record.as_deref();
        Ok(Self {
            eyes: Eyes::World {
                world,
                timeout: args.timeout,
            },
            began_at,
            recorder: record.map(|path| Recorder::begin(path, began_at)).transpose()?,
            at_once,
        })
    }

    /// When the run began, or the recorded one.
    pub fn began_at(&self) -> Timestamp {
        self.began_at
    }

    /// The time now; of a recording when it was begun.
    pub fn now(&self) -> Timestamp {
        match &self.eyes {
            Eyes::World { world, .. } => world.now(),
            Eyes::Recording(recording) => recording.began_at(),
        }
    }

    /// The recording that is judged again, where one is.
    pub fn recording(&self) -> Option<&Recording> {
        match &self.eyes {
            Eyes::World { .. } => None,
            Eyes::Recording(recording) => Some(recording),
        }
    }

    /// What was recorded of a domain, where a recording is judged again.
    pub fn recorded(&self, domain: &Name) -> Option<&Look> {
        self.recording().and_then(|recording| recording.look(domain))
    }

    /// Whether a domain can be looked at: in a recording there may be no look at it.
    ///
    /// # Errors
    /// When there is none.
    pub fn can_look_at(&self, domain: &Name) -> Result<(), Failure> {
        match &self.eyes {
            Eyes::World { .. } => Ok(()),
            Eyes::Recording(recording) => eyes::look_of(recording, domain).map(|_| ()),
        }
    }

    /// One look: runs `judge` at one time until it has no open question left. Tells the time.
    ///
    /// What a recording holds no look at is judged with nothing answered: see [`Observer::can_look_at`].
    pub async fn look<T>(
        &self,
        subject: impl Into<Subject<'_>>,
        fresh: &Freshness,
        judge: impl FnMut(&mut Inquiry<'_>, Timestamp) -> T,
    ) -> (T, Timestamp) {
        let looked = self.look_and_count(subject, fresh, judge).await;
        (looked.said, looked.at)
    }

    /// The same, with what it cost.
    pub async fn look_and_count<T>(
        &self,
        subject: impl Into<Subject<'_>>,
        fresh: &Freshness,
        mut judge: impl FnMut(&mut Inquiry<'_>, Timestamp) -> T,
    ) -> Looked<T> {
        let subject = subject.into();
        let (world, timeout) = match &self.eyes {
            Eyes::World { world, timeout } => (world, *timeout),
            Eyes::Recording(recording) => {
                let nothing = Look {
                    domain: subject.domain.clone(),
                    at: recording.began_at(),
                    turn: 0,
                    selectors: Vec::new(),
                    questions: 0,
                    hit_limit: false,
                    facts: Facts::new(),
                };
                let look = recording.look(subject.domain).unwrap_or(&nothing);
                return Looked {
                    said: judge(&mut look.inquiry(), look.at),
                    at: look.at,
                    questions: look.questions,
                };
            }
        };
        let (at, before) = (world.now(), world.questions());
        let longer = subject
            .mail_servers
            .map(|closeness| world.patience_with_mail_servers(closeness));
        let timeout = timeout.saturating_add(longer.unwrap_or_default());
        let settled = world.settle(timeout, fresh, |inquiry| judge(inquiry, at)).await;
        // Where several looks are made at once, each counts what all of them asked meanwhile.
        let questions = world.questions().saturating_sub(before);
        if let Some(recorder) = &self.recorder {
            recorder.add(&Look {
                domain: subject.domain.clone(),
                at,
                turn: TURN.try_with(|turn| *turn).unwrap_or_default(),
                selectors: subject.selectors.to_vec(),
                questions,
                hit_limit: settled.hit_limit,
                facts: settled.facts,
            });
        }
        Looked {
            said: settled.verdict,
            at,
            questions,
        }
    }

    /// Says whether all looks were recorded that should be, and, once a run and unless `quiet`, what could not be done from
    /// here; of a recording, what was said of that when it was made.
    ///
    /// # Errors
    /// When one could not be written.
    pub fn finish(&self, quiet: bool) -> Result<(), Failure> {
        let notes = match &self.eyes {
            Eyes::World { world, .. } => notes::of(world),
            Eyes::Recording(recording) => recording.notes().to_vec(),
        };
        notes::tell(&notes, quiet);
        self.recorder
            .as_ref()
            .map_or(Ok(()), |recorder| recorder.finish(&notes))
    }

    /// Does every job, some at a time and on all cores; `done` gets each result as it comes, with the number of its job, and
    /// says what to print.
    ///
    /// # Errors
    /// When the output cannot be written.
    pub async fn each<J, F, T>(
        &self,
        jobs: impl IntoIterator<Item = J>,
        quiet: bool,
        look: impl Fn(J) -> F,
        mut done: impl FnMut(usize, T) -> String,
    ) -> Result<(), Failure>
    where
        F: Future<Output = T> + Send + 'static,
        T: Send + 'static,
    {
        let jobs: Vec<J> = jobs.into_iter().collect();
        let mut progress = Progress::new(jobs.len(), !quiet);
        let numbered = |(number, job)| {
            let look = tokio::spawn(TURN.scope(number, look(job)));
            async move {
                match look.await {
                    Ok(looked) => (number, looked),
                    // Nobody ends a look but itself.
                    Err(error) => resume_unwind(error.into_panic()),
                }
            }
        };
        let looks = stream::iter(jobs.into_iter().enumerate()).map(numbered);
        let mut looks = looks.buffer_unordered(self.at_once);
        let mut tick = tokio::time::interval(Duration::from_millis(200));
        loop {
            tokio::select! {
                look = looks.next() => match look {
                    Some((number, result)) => progress.done(&done(number, result))?,
                    None => break,
                },
                _ = tick.tick() => progress.tick(),
            }
        }
        Ok(())
    }
}

/// Reports on their way out: printed in the order of their jobs, as they come, or at the end where the format needs all
/// of them.
#[derive(Debug)]
pub struct Reports {
    format: Format,
    show: ShowArgs,
    style: Style,
    /// In a table: one line a domain.
    short: bool,
    /// What cannot be printed before all is known, by the number of the job.
    kept: BTreeMap<usize, Report>,
    /// Texts that wait for those of earlier jobs.
    waiting: BTreeMap<usize, String>,
    next: usize,
    exit: Exit,
}

impl Reports {
    /// Nothing reported yet of `jobs` jobs.
    pub fn new(format: Format, show: &ShowArgs, style: Style, jobs: usize) -> Self {
        Self {
            format,
            show: show.clone(),
            style: Style {
                full: show.full,
                ..style
            },
            short: jobs > 1 && !show.details,
            kept: BTreeMap::new(),
            waiting: BTreeMap::new(),
            next: 0,
            exit: Exit::Fine,
        }
    }

    /// What is printed before the first report.
    pub fn headline(&self) -> String {
        match self.format {
            Format::Csv => csv::headline(),
            _ => String::new(),
        }
    }

    /// What to print now for the report of a job; a `manifest` is printed in its place.
    pub fn add(&mut self, number: usize, report: Report, manifest: Option<String>) -> String {
        let report = report.read_as(self.show.reading(self.format));
        let wrong = matches!(report.outcome(), Outcome::Wrong | Outcome::Nonexistent);
        self.also(wrong, report.is_unknown());
        let text = match (self.format, manifest) {
            (_, Some(manifest)) => manifest,
            (Format::Csv, _) => csv::row(&report),
            (Format::Json, _) => json::report(&report) + "\n",
            (Format::Junit | Format::Sarif, _) => return self.keep(number, report),
            _ if self.show.quiet && report.outcome() == Outcome::Fine => String::new(),
            _ if self.short && !self.show.as_they_come => return self.keep(number, report),
            _ if self.short => lines::one(&report, self.style),
            _ => table::domain(&report, self.style),
        };
        if self.show.as_they_come {
            return text;
        }
        self.waiting.insert(number, text);
        let mut now = String::new();
        while let Some(text) = self.waiting.remove(&self.next) {
            now.push_str(&text);
            self.next += 1;
        }
        now
    }

    /// The exit code tells of this as well: that something is `wrong`, or that something could not be asked. What is
    /// wrong hides no outage where nothing that is wrong fails the run.
    pub fn also(&mut self, wrong: bool, unknown: bool) {
        let fails = self.show.fail_on.severity().is_some();
        let exit = match (wrong && fails, unknown) {
            (true, _) => Exit::Wrong,
            (false, true) => Exit::Unknown,
            (false, false) => Exit::Fine,
        };
        self.exit = self.exit.max(exit);
    }

    fn keep(&mut self, number: usize, report: Report) -> String {
        self.kept.insert(number, report);
        String::new()
    }

    /// Prints what is printed at the end; the exit code of all reports.
    ///
    /// # Errors
    /// When the output cannot be written.
    pub fn finish(self, invalid: &[Invalid]) -> Result<Exit, Failure> {
        let kept: Vec<Report> = self.kept.into_values().collect();
        match self.format {
            Format::Junit => output::print(&junit::suites(&kept, invalid))?,
            Format::Sarif => {
                let folder = std::env::current_dir().ok();
                let folder = folder.as_deref().and_then(std::path::Path::to_str);
                output::print(&sarif::log(&kept, invalid, folder))?;
            }
            _ if kept.is_empty() => {}
            _ => output::print(&lines::many(&kept, self.style, self.show.quiet))?,
        }
        Ok(self.exit)
    }
}
