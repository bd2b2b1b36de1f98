//! A verdict as reports read it: in the words of the status, counted, with its outcome.
//!
//! Nothing is cut here (the controller cuts for its status, a terminal for its width), and nothing has a history:
//! `since`, `cause` and `settleUntil` are the controller's to fill. Pure.

use jiff::Timestamp;
use serde::Serialize;

use super::inspected::Inspected;
use super::on_its_way::{self, is_on_its_way};
use crate::api::{FindingStatus, RecordStatus, Summary, UnansweredStatus};
use crate::inquiry::{Need, Trouble};
use crate::judge::score::Score;
use crate::judge::{Finding, RecordVerdict, Site, State, Unanswered, Verdict};
use crate::rules::{self, Severity};

/// One managed RRset as the status names it; `since`, `cause`, `settleUntil` are left empty.
pub fn record(verdict: &RecordVerdict) -> RecordStatus {
    RecordStatus {
        name: verdict.name().to_string(),
        type_: verdict.site.type_word(),
        standard: verdict.standard.to_string(),
        state: on_its_way::state(verdict).to_owned(),
        desired: verdict.desired.clone(),
        observed: verdict.observed.clone(),
        differences: verdict.differences.clone(),
        since: None,
        cause: None,
        settle_until: None,
        ttl: verdict.ttl.map(i64::from),
        unanswered: verdict.unanswered.map(|trouble| UnansweredStatus {
            reason: trouble.reason().to_owned(),
            since: None,
        }),
        alternates: Vec::new(),
        published: None,
        versions: Vec::new(),
        servers: Vec::new(),
    }
}

/// A finding as the status names it; `since` is left empty.
pub fn finding(finding: &Finding) -> FindingStatus {
    FindingStatus {
        rule: finding.rule.id.to_owned(),
        severity: finding.severity.as_str().to_owned(),
        record: Some(finding.site.name().to_string()),
        subject: finding.subject.clone(),
        managed: Some(finding.managed),
        since: None,
        settle_until: None,
        alternates_since: None,
        message: finding.message.clone(),
        fix: finding.fix.clone(),
    }
}

/// Counts over `verdict`; findings count when `counts` says so.
fn summary_where(verdict: &Verdict, counts: impl Fn(&Finding) -> bool) -> Summary {
    let states = |state: State| count(verdict.records.iter().filter(|record| record.state == state));
    let findings = |severity: Severity| {
        let of_severity = verdict
            .findings
            .iter()
            .filter(|finding| finding.severity == severity);
        count(of_severity.filter(|finding| counts(finding)))
    };
    // What is on its way is not there yet for who asks the resolver.
    let here = |record: &&RecordVerdict| record.state == State::InSync && !is_on_its_way(record);
    let in_sync = count(verdict.records.iter().filter(here));
    let records = count(verdict.records.iter());
    Summary {
        records,
        in_sync,
        drifted: states(State::Drifted),
        missing: states(State::Missing),
        unexpected: states(State::Unexpected),
        unknown: states(State::Unknown),
        unanswered: count(
            verdict
                .records
                .iter()
                .filter(|record| record.unanswered.is_some()),
        ),
        errors: findings(Severity::Error),
        managed_errors: count(
            verdict
                .findings
                .iter()
                .filter(|finding| finding.managed && finding.severity == Severity::Error),
        ),
        warnings: findings(Severity::Warning),
        ratio: format!("{in_sync}/{records}"),
    }
}

/// Counts over records and the findings on what is managed.
pub fn summary(verdict: &Verdict) -> Summary {
    summary_where(verdict, |finding| finding.managed)
}

fn count(items: impl Iterator) -> i32 {
    i32::try_from(items.count()).unwrap_or(i32::MAX)
}

/// What a look comes to, worst last; several looks come to the worst of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// Nothing that counts is wrong, and everything that decides it was answered.
    Fine,
    /// Nothing is known to be wrong, but something that decides it could not be asked.
    Unknown,
    /// A record differs, or a finding counts.
    Wrong,
    /// The domain does not exist.
    Nonexistent,
}

impl Outcome {
    /// The word of JSON and CSV.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Fine => "ok",
            Self::Unknown => "unknown",
            Self::Wrong => "wrong",
            Self::Nonexistent => "nonexistent",
        }
    }
}

/// Why a domain was looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Origin {
    /// A manifest says what must be there: `zegel check`. Only findings on what it manages count.
    Manifest,
    /// Somebody named the domain: `zegel inspect`. Every finding counts.
    Domain,
}

/// A manifest: where it stands, and the object it makes.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct ManifestRef {
    /// The file; `-` is standard input.
    pub file: String,
    /// The line of the document's domain, from 1; 0 where it stands in no file.
    #[serde(skip_serializing_if = "is_no_line")]
    pub line: u64,
    /// `metadata.namespace`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// `metadata.name`.
    pub name: String,
}

fn is_no_line(line: &u64) -> bool {
    *line == 0
}

impl ManifestRef {
    /// Where it stands: `file:line`, or what it is called where it stands in no file.
    pub fn place(&self) -> String {
        self.place_of(self.line)
    }

    /// Its namespace and name, for people; a name that the server will make has none yet (`generateName`).
    pub fn title(&self) -> String {
        let name = match self.name.as_str() {
            "" => "(name yet to be made)",
            name => name,
        };
        match &self.namespace {
            Some(namespace) => format!("{namespace}/{name}"),
            None => name.to_owned(),
        }
    }

    /// The same of a line of it.
    pub fn place_of(&self, line: u64) -> String {
        match line {
            0 => self.file.clone(),
            line => format!("{}:{line}", self.file),
        }
    }

    /// Whether the other one may be the same object in another form, for a place of its own: of its name, in another folder, without a
    /// namespace. Two of one name in one folder are a mistake, and the second is never read as a manifest.
    pub fn is_form_of(&self, other: &Self) -> bool {
        let is_placed = self.namespace.is_some() || other.namespace.is_some();
        !is_placed && !self.name.is_empty() && self.name == other.name
    }
}

/// How findings are read: which are wrong, and which are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reading {
    /// A finding at least this bad makes the outcome wrong.
    pub fail_at: Severity,
    /// Findings at least this bad are shown.
    pub least: Severity,
    /// Whether advice whose fix is to do nothing is shown too.
    pub quiet_rules: bool,
}

impl Default for Reading {
    /// Errors fail, all but quiet advice is shown.
    fn default() -> Self {
        Self {
            fail_at: Severity::Error,
            least: Severity::Info,
            quiet_rules: false,
        }
    }
}

/// One domain's verdict with what reports need to know about it.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// What is known.
    pub verdict: Verdict,
    /// When the look was made.
    pub at: Timestamp,
    /// The manifest, when there is one.
    pub manifest: Option<ManifestRef>,
    /// The line of each record's field in the manifest, in the order of the verdict's records; may be shorter.
    pub record_lines: Vec<u64>,
    /// What stands in DNS, for a domain somebody named.
    pub inspected: Option<Inspected>,
    /// How the findings are read.
    pub reading: Reading,
}

impl Report {
    /// The report of a domain somebody named, with what stands in DNS there.
    pub fn of_domain(verdict: Verdict, at: Timestamp, inspected: Inspected) -> Self {
        Self {
            verdict,
            at,
            manifest: None,
            record_lines: Vec::new(),
            inspected: Some(inspected),
            reading: Reading::default(),
        }
    }

    /// The report of a manifest; `record_lines` are the lines of the fields that ask for the verdict's records.
    pub fn of_manifest(
        verdict: Verdict,
        at: Timestamp,
        manifest: ManifestRef,
        record_lines: Vec<u64>,
    ) -> Self {
        Self {
            verdict,
            at,
            manifest: Some(manifest),
            record_lines,
            inspected: None,
            reading: Reading::default(),
        }
    }

    /// The same, read in another way.
    #[must_use]
    pub fn read_as(self, reading: Reading) -> Self {
        Self { reading, ..self }
    }

    /// Why the domain was looked at.
    pub fn origin(&self) -> Origin {
        if self.manifest.is_some() {
            Origin::Manifest
        } else {
            Origin::Domain
        }
    }

    /// Whether a finding has a say in the outcome.
    pub fn counts(&self, finding: &Finding) -> bool {
        self.origin() == Origin::Domain || finding.managed || self.is_of_the_domain(finding)
    }

    /// Whether a finding is about the domain as such: that it does not exist; or, where nothing else is asked of it, that its chain of
    /// trust is broken and so nobody who validates has an answer.
    fn is_of_the_domain(&self, finding: &Finding) -> bool {
        use rules::dnssec::{BOGUS, EXPIRED, NO_KEY_FOR_DS};
        let is_lost = |one: &Unanswered| one.need == Need::Essential && one.why == Trouble::Bogus;
        let is_broken = || {
            [&BOGUS, &EXPIRED, &NO_KEY_FOR_DS].contains(&finding.rule)
                && self.verdict.domain.is_at_or_below(finding.site.name())
                && self.verdict.records.is_empty()
                && self.verdict.unanswered.iter().any(is_lost)
        };
        finding.rule == &rules::dns::NO_DOMAIN || is_broken()
    }

    /// Whether a question without an answer keeps the outcome from being known: a record's state hangs on it, or an
    /// Error finding that counts could.
    pub fn decides(&self, unanswered: &Unanswered) -> bool {
        match unanswered.need {
            _ if unanswered.holds => true,
            Need::Essential => true,
            Need::Compliance => self.origin() == Origin::Domain || unanswered.managed,
            Need::Evidence | Need::Detail => false,
        }
    }

    /// What the look comes to.
    pub fn outcome(&self) -> Outcome {
        let differs = self.verdict.records.iter().any(|record| record.state.differs());
        let mut counting = self
            .verdict
            .findings
            .iter()
            .filter(|finding| self.counts(finding));
        if self.verdict.domain_is_missing() {
            return Outcome::Nonexistent;
        }
        if differs || counting.any(|finding| finding.severity <= self.reading.fail_at) {
            return Outcome::Wrong;
        }
        match self.is_unknown() {
            true => Outcome::Unknown,
            false => Outcome::Fine,
        }
    }

    /// Whether something that decides the outcome was not answered, whatever else is wrong.
    pub fn is_unknown(&self) -> bool {
        let mut records = self.verdict.records.iter();
        records.any(|record| record.state == State::Unknown)
            || self
                .verdict
                .unanswered
                .iter()
                .any(|unanswered| self.decides(unanswered))
    }

    /// How many records every name server has and the resolver has not.
    pub fn propagating(&self) -> usize {
        let records = self.verdict.records.iter();
        records.filter(|record| is_on_its_way(record)).count()
    }

    /// The counts, as in the status: errors and warnings whether or not they are about what is managed.
    pub fn summary(&self) -> Summary {
        summary_where(&self.verdict, |_| true)
    }

    /// The findings that are shown, in their order; that something was not answered is said beside them.
    pub fn shown(&self) -> impl Iterator<Item = &Finding> {
        self.verdict.findings.iter().filter(|finding| {
            finding.severity <= self.reading.least
                && finding.rule != &rules::dns::NOT_CHECKED
                && (self.reading.quiet_rules || !is_quiet(finding))
        })
    }

    /// How many pieces of advice there are to show.
    pub fn hints(&self) -> usize {
        let asked = self.verdict.findings.iter().filter(|finding| {
            finding.severity == Severity::Info
                && finding.rule != &rules::dns::NOT_CHECKED
                && !is_quiet(finding)
        });
        asked.count()
    }

    /// The score of a test, where somebody asked for it.
    pub fn score(&self) -> Option<&Score> {
        self.inspected.as_ref()?.score.as_ref()
    }

    /// The records as the status names them: the managed ones, or what stands in DNS where nothing is managed.
    pub fn records(&self) -> Vec<RecordStatus> {
        match &self.inspected {
            None => self.verdict.records.iter().map(record).collect(),
            Some(inspected) => inspected.records.clone(),
        }
    }

    /// The line of the manifest that `finding` is about: its record's, or the domain's.
    pub fn line_of(&self, finding: &Finding) -> Option<u64> {
        let manifest = self.manifest.as_ref()?;
        if matches!(finding.site, Site::Domain(_)) {
            return Some(manifest.line);
        }
        let records = self.verdict.records.iter().zip(&self.record_lines);
        let about = records
            .filter(|(record, _)| record.name() == finding.site.name())
            .min_by_key(|(record, _)| record.standard != finding.rule.standard);
        Some(about.map_or(manifest.line, |(_, line)| *line))
    }
}

/// Whether a finding asks for nothing to be done: advice that speaks only when it is asked.
pub fn is_quiet(finding: &Finding) -> bool {
    finding.severity == Severity::Info && finding.fix.starts_with("Nothing")
}
