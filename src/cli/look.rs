//! What `inspect` and `check` share: many domains looked at, some at a time, reported in the order they were named.

use std::collections::BTreeMap;
use std::time::Duration;

use futures::StreamExt;
use futures::stream;

use super::args::{Format, ShowArgs, duration};
use super::output::{self, Progress};
use super::{Exit, Failure};
use crate::inquiry::Inquiry;
use crate::report::sarif::{self, Invalid};
use crate::report::{Outcome, Report, Style, csv, json, junit, lines, table};
use crate::world::{DnsArgs, Freshness, World};

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
}

/// Looks at domains, each within the time one look may take.
#[derive(Debug, Clone)]
pub struct Observer {
    world: World,
    timeout: Duration,
    at_once: usize,
}

impl Observer {
    /// Makes one that asks the resolvers of `args`.
    ///
    /// # Errors
    /// When no resolver can be asked.
    pub fn new(args: &LookArgs) -> Result<Self, Failure> {
        let config = args
            .dns
            .config()
            .map_err(|error| Failure::Usage(error.to_string()))?;
        let world = World::new(config).map_err(|error| Failure::Usage(error.to_string()))?;
        Ok(Self {
            world,
            timeout: args.timeout,
            at_once: usize::from(args.domains_at_once),
        })
    }

    /// The time, for the judgement's `now`.
    pub fn now(&self) -> jiff::Timestamp {
        self.world.now()
    }

    /// One look: runs `judge` until it has no open question left.
    pub async fn look<T>(&self, fresh: &Freshness, judge: impl FnMut(&mut Inquiry<'_>) -> T) -> T {
        self.world.settle(self.timeout, fresh, judge).await.verdict
    }

    /// Does every job, some at a time; `done` gets each result as it comes, with the number of its job, and says what
    /// to print.
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
        F: Future<Output = T>,
    {
        let jobs: Vec<J> = jobs.into_iter().collect();
        let mut progress = Progress::new(jobs.len(), !quiet);
        let numbered = |(number, job)| {
            let look = look(job);
            async move { (number, look.await) }
        };
        let looks = stream::iter(jobs.into_iter().enumerate()).map(numbered);
        let mut looks = looks.buffer_unordered(self.at_once);
        let mut tick = tokio::time::interval(Duration::from_millis(200));
        loop {
            tokio::select! {
                look = looks.next() => match look {
                    Some((number, result)) => progress.done(&done(number, result))?,
                    None => return Ok(()),
                },
                _ = tick.tick() => progress.tick(),
            }
        }
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
        self.exit = self.exit.max(self.exit_of(report.outcome()));
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

    fn keep(&mut self, number: usize, report: Report) -> String {
        self.kept.insert(number, report);
        String::new()
    }

    fn exit_of(&self, outcome: Outcome) -> Exit {
        match (outcome, self.show.fail_on.severity()) {
            (Outcome::Wrong | Outcome::Nonexistent, None) => Exit::Fine,
            (outcome, _) => outcome.into(),
        }
    }

    /// Prints what is printed at the end; the exit code of all reports.
    ///
    /// # Errors
    /// When the output cannot be written.
    pub fn finish(self, invalid: &[Invalid]) -> Result<Exit, Failure> {
        let kept: Vec<Report> = self.kept.into_values().collect();
        match self.format {
            Format::Junit => output::print(&junit::suites(&kept, invalid))?,
            Format::Sarif => output::print(&sarif::log(&kept, invalid))?,
            _ if kept.is_empty() => {}
            _ => output::print(&lines::many(&kept, self.style, self.show.quiet))?,
        }
        Ok(self.exit)
    }
}
