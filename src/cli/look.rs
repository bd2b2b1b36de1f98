//! What `inspect` and `check` share: many domains looked at, some at a time, reported as they come.

use std::time::Duration;

use futures::StreamExt;
use futures::stream;

use super::args::{ReportFormat, duration};
use super::output::{self, Progress};
use super::{Exit, Failure};
use crate::inquiry::Inquiry;
use crate::report::sarif::{self, Invalid};
use crate::report::{Report, Style, junit, table};
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

/// The eyes of one run.
#[derive(Debug, Clone)]
pub struct Eyes {
    world: World,
    timeout: Duration,
    at_once: usize,
}

impl Eyes {
    /// Opens them.
    ///
    /// # Errors
    /// When no resolver can be asked.
    pub fn open(args: &LookArgs) -> Result<Self, Failure> {
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

    /// Does every job, some at a time; `done` gets each result as it comes and says what to print.
    ///
    /// # Errors
    /// When the output cannot be written.
    pub async fn each<J, F, T>(
        &self,
        jobs: impl IntoIterator<Item = J>,
        look: impl Fn(J) -> F,
        mut done: impl FnMut(T) -> String,
    ) -> Result<(), Failure>
    where
        F: Future<Output = T>,
    {
        let jobs: Vec<J> = jobs.into_iter().collect();
        let mut progress = Progress::new(jobs.len());
        let mut looks = stream::iter(jobs).map(look).buffer_unordered(self.at_once);
        let mut tick = tokio::time::interval(Duration::from_millis(200));
        loop {
            tokio::select! {
                look = looks.next() => match look {
                    Some(result) => progress.done(&done(result))?,
                    None => return Ok(()),
                },
                _ = tick.tick() => progress.tick(),
            }
        }
    }
}

/// Reports on their way out: printed as they come, or kept for the end where the format needs all of them.
#[derive(Debug)]
pub struct Reports {
    format: ReportFormat,
    style: Style,
    kept: Vec<Report>,
    exit: Exit,
}

impl Reports {
    /// Nothing reported yet.
    pub fn new(format: ReportFormat) -> Self {
        Self {
            format,
            style: output::style(),
            kept: Vec::new(),
            exit: Exit::Fine,
        }
    }

    /// What to print now for one more report.
    pub fn add(&mut self, report: Report) -> String {
        self.exit = self.exit.max(report.outcome().into());
        match self.format {
            ReportFormat::Json => report.to_json() + "\n",
            ReportFormat::Table => table::domain(&report, self.style),
            ReportFormat::Junit | ReportFormat::Sarif => {
                self.kept.push(report);
                String::new()
            }
        }
    }

    /// Prints what is printed at the end; the exit code of all reports.
    ///
    /// # Errors
    /// When the output cannot be written.
    pub fn finish(mut self, invalid: &[Invalid]) -> Result<Exit, Failure> {
        // Whatever came first: the same input gives the same report.
        self.kept.sort_by_cached_key(|report| {
            let place = report
                .place
                .as_ref()
                .map(|place| (place.file.clone(), place.line));
            (place, report.verdict.domain.clone())
        });
        match self.format {
            ReportFormat::Junit => output::print(&junit::suites(&self.kept, invalid))?,
            ReportFormat::Sarif => output::print(&sarif::log(&self.kept, invalid))?,
            ReportFormat::Json | ReportFormat::Table => {}
        }
        Ok(self.exit)
    }
}
