//! A verdict in the words of the status: what JSON, SARIF, JUnit, tables and the controller's status share.
//!
//! Nothing is cut here (the controller cuts for its status, a terminal for its width), and nothing has a history:
//! `since`, `cause` and `settleUntil` are the controller's to fill. Pure.

use serde::Serialize;

use super::text::escaped_json;
use crate::api::{FindingStatus, RecordStatus, Summary, UnansweredStatus};
use crate::inquiry::Need;
use crate::judge::{Finding, RecordVerdict, Site, State, Unanswered, Verdict};
use crate::name::Name;
use crate::rules::Severity;

/// One managed RRset as the status names it; `since`, `cause`, `settleUntil` are left empty.
pub fn record(verdict: &RecordVerdict) -> RecordStatus {
    RecordStatus {
        name: verdict.name().to_string(),
        type_: verdict.site.type_word(),
        standard: verdict.standard.to_string(),
        state: verdict.state.as_str().to_owned(),
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
    let (records, in_sync) = (count(verdict.records.iter()), states(State::InSync));
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
    /// Nothing is wrong, and everything essential was answered.
    Fine,
    /// Nothing is known to be wrong, but something essential could not be asked.
    Unknown,
    /// A record differs, or an Error finding counts.
    Wrong,
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

/// Where a manifest stands, and the object it makes.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Place {
    /// The file; `-` is standard input.
    pub file: String,
    /// The line of the document's domain, from 1.
    pub line: u64,
    /// `metadata.namespace`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// `metadata.name`.
    pub name: String,
}

/// One domain's verdict with what reports need to know about it.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// What is known.
    pub verdict: Verdict,
    /// Why it was looked at.
    pub origin: Origin,
    /// The manifest, when there is one.
    pub place: Option<Place>,
    /// What stands in DNS, for a domain without a manifest: `state` is `Observed`, or `Unknown` when not answered.
    pub observed: Vec<RecordStatus>,
    /// The line of each record's field in the manifest, in the order of the verdict's records; may be shorter.
    pub record_lines: Vec<u64>,
}

impl Report {
    /// The report of a domain somebody named, with what stands in DNS there.
    pub fn of_domain(verdict: Verdict, observed: Vec<RecordStatus>) -> Self {
        Self {
            verdict,
            origin: Origin::Domain,
            place: None,
            observed,
            record_lines: Vec::new(),
        }
    }

    /// The report of a manifest; `record_lines` are the lines of the fields that ask for the verdict's records.
    pub fn of_manifest(verdict: Verdict, place: Place, record_lines: Vec<u64>) -> Self {
        Self {
            verdict,
            origin: Origin::Manifest,
            place: Some(place),
            observed: Vec::new(),
            record_lines,
        }
    }

    /// Whether a finding has a say in the outcome.
    pub fn counts(&self, finding: &Finding) -> bool {
        self.origin == Origin::Domain || finding.managed
    }

    /// What the look comes to.
    pub fn outcome(&self) -> Outcome {
        let differs = self.verdict.records.iter().any(|record| record.state.differs());
        let mut errors = self.verdict.findings.iter();
        if differs || errors.any(|finding| finding.severity == Severity::Error && self.counts(finding)) {
            return Outcome::Wrong;
        }
        let unknown = self
            .verdict
            .records
            .iter()
            .any(|record| record.state == State::Unknown);
        if unknown || !self.verdict.is_complete() {
            return Outcome::Unknown;
        }
        Outcome::Fine
    }

    /// The counts.
    pub fn summary(&self) -> Summary {
        summary_where(&self.verdict, |finding| self.counts(finding))
    }

    /// The records as the status names them: the managed ones, or what stands in DNS where nothing is managed.
    pub fn records(&self) -> Vec<RecordStatus> {
        match self.origin {
            Origin::Manifest => self.verdict.records.iter().map(record).collect(),
            Origin::Domain => self.observed.clone(),
        }
    }

    /// One JSON object on one line, without the line end.
    pub fn to_json(&self) -> String {
        let line = Line {
            domain: &self.verdict.domain,
            source: self.origin,
            place: self.place.as_ref(),
            summary: self.summary(),
            records: self.records(),
            findings: self.verdict.findings.iter().map(finding).collect(),
            unanswered: self.verdict.unanswered.iter().map(Open::from).collect(),
        };
        escaped_json(&serde_json::to_string(&line).unwrap_or_default())
    }

    /// The line of the manifest that `finding` is about: its record's, or the domain's.
    pub fn line_of(&self, finding: &Finding) -> Option<u64> {
        let place = self.place.as_ref()?;
        if matches!(finding.site, Site::Domain(_)) {
            return Some(place.line);
        }
        let records = self.verdict.records.iter().zip(&self.record_lines);
        let about = records
            .filter(|(record, _)| record.name() == finding.site.name())
            .min_by_key(|(record, _)| record.standard != finding.rule.standard);
        Some(about.map_or(place.line, |(_, line)| *line))
    }
}

/// The JSON line of one domain.
#[derive(Serialize)]
struct Line<'a> {
    domain: &'a Name,
    source: Origin,
    #[serde(flatten)]
    place: Option<&'a Place>,
    summary: Summary,
    records: Vec<RecordStatus>,
    findings: Vec<FindingStatus>,
    unanswered: Vec<Open>,
}

/// A question without a usable answer, in JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Open {
    /// The owner name.
    pub name: String,
    /// The record type.
    #[serde(rename = "type")]
    pub type_: String,
    /// Why, in one word: ServFail, Timeout, …
    pub reason: &'static str,
    /// Why, in a sentence.
    pub why: String,
    /// Whether a record's state hangs on it.
    pub essential: bool,
    /// The standards it was asked for.
    pub standards: Vec<&'static str>,
}

impl From<&Unanswered> for Open {
    fn from(unanswered: &Unanswered) -> Self {
        Self {
            name: unanswered.question.name.to_string(),
            type_: unanswered.question.kind.to_string(),
            reason: unanswered.why.reason(),
            why: unanswered.why.to_string(),
            essential: unanswered.need == Need::Essential,
            standards: unanswered
                .standards
                .iter()
                .map(|standard| standard.as_str())
                .collect(),
        }
    }
}
