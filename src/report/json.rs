//! JSON: one object a line, the same envelope for every command. Pure.
//!
//! Every object opens with `schemaVersion` (it grows only when a field goes or changes its meaning), `at` (when it was
//! looked at) and, where there is one, `outcome`. What the status has a name for has the same name here, and a
//! question without an answer has one shape everywhere: [`Open`].

use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;

use super::ManifestRef;
use super::inspected::{AppliedPolicy, Selectors};
use super::on_its_way::ResolverReport;
use super::sarif::Invalid;
use super::score::ScoreReport;
use super::servers::ServersReport;
use super::text::escaped_json;
use super::view::{Origin, Report, finding};
use crate::adopt::profile::Profile;
use crate::api::{FindingStatus, RecordStatus};
use crate::inquiry::{AnyQuestion, Need, Passes, Trouble};
use crate::judge::Unanswered;
use crate::name::Name;
use crate::records::Standard;

/// The version of what is written here.
pub const SCHEMA_VERSION: u32 = 1;

/// What every object opens with.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
struct Envelope<T> {
    schema_version: u32,
    at: Timestamp,
    #[serde(flatten)]
    body: T,
}

/// `body` behind the envelope, as one line that no terminal takes for anything else; without the line end.
pub fn line(at: Timestamp, body: &impl Serialize) -> String {
    let object = Envelope {
        schema_version: SCHEMA_VERSION,
        at,
        body,
    };
    escaped_json(&serde_json::to_string(&object).unwrap_or_default())
}

/// A body with the outcome the exit code is made of.
#[derive(Debug, Clone, Serialize)]
pub struct Judged<T> {
    /// `ok`, `wrong` or `unknown`.
    pub outcome: &'static str,
    /// All else.
    #[serde(flatten)]
    pub body: T,
}

/// The line of one domain.
pub fn report(report: &Report) -> String {
    let inspected = report.inspected.as_ref();
    let body = Body {
        outcome: report.outcome().as_str(),
        domain: &report.verdict.domain,
        source: report.origin(),
        manifest: report.manifest.as_ref(),
        profile: inspected.map(|inspected| inspected.profile),
        dmarc: inspected.map(|inspected| &inspected.policy),
        selectors: inspected.map(|inspected| inspected.selectors),
        internet_nl: report.score().map(ScoreReport::from),
        summary: summary(report),
        records: records(report),
        findings: findings(report),
        unanswered: report.verdict.unanswered.iter().map(Open::from).collect(),
        servers: report.verdict.servers.iter().map(ServersReport::from).collect(),
        validation: Passes::word(report.verdict.validation),
    };
    line(report.at, &body)
}

/// The findings that are bad enough to be shown; quiet advice is no noise in a file.
fn findings(report: &Report) -> Vec<FindingStatus> {
    let all = report.verdict.findings.iter();
    let shown = all.filter(|finding| finding.severity <= report.reading.least);
    shown.map(finding).collect()
}

/// The records, each of the verdict's with what the resolver says beside.
fn records(report: &Report) -> Vec<Record> {
    let beside: Vec<Option<ResolverReport>> = match &report.inspected {
        None => {
            let records = report.verdict.records.iter();
            records
                .map(|record| ResolverReport::of(&report.verdict, record))
                .collect()
        }
        Some(_) => Vec::new(),
    };
    let beside = beside.into_iter().chain(std::iter::repeat_with(|| None));
    let records = report.records().into_iter().zip(beside);
    records
        .map(|(status, resolver)| Record { status, resolver })
        .collect()
}

/// The counts; no ratio where nothing is managed.
fn summary(report: &Report) -> Value {
    let summary = report.summary();
    let nothing = summary.records == 0;
    let mut value = serde_json::to_value(summary).unwrap_or_default();
    if let Some(fields) = value.as_object_mut() {
        if nothing {
            fields.shift_remove("ratio");
        }
        if let propagating @ 1.. = report.propagating() {
            fields.insert("propagating".to_owned(), propagating.into());
        }
    }
    value
}

/// A record as the status names it, and what the resolver says where its state is by what the name servers hold.
#[derive(Serialize)]
struct Record {
    #[serde(flatten)]
    status: RecordStatus,
    #[serde(skip_serializing_if = "Option::is_none")]
    resolver: Option<ResolverReport>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Body<'a> {
    outcome: &'static str,
    domain: &'a Name,
    source: Origin,
    #[serde(flatten)]
    manifest: Option<&'a ManifestRef>,
    #[serde(skip_serializing_if = "Option::is_none")]
    profile: Option<Profile>,
    #[serde(skip_serializing_if = "Option::is_none")]
    dmarc: Option<&'a AppliedPolicy>,
    #[serde(skip_serializing_if = "Option::is_none")]
    selectors: Option<Selectors>,
    #[serde(skip_serializing_if = "Option::is_none")]
    internet_nl: Option<ScoreReport<'a>>,
    summary: Value,
    records: Vec<Record>,
    findings: Vec<FindingStatus>,
    unanswered: Vec<Open>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    servers: Vec<ServersReport>,
    validation: &'static str,
}

/// The lines of the mistakes in manifests, each with its line end.
pub fn mistakes(at: Timestamp, invalid: &[Invalid]) -> String {
    let lines = invalid.iter().map(|invalid| mistake(at, invalid) + "\n");
    lines.collect()
}

fn mistake(at: Timestamp, invalid: &Invalid) -> String {
    line(
        at,
        &Mistake {
            outcome: "invalid",
            source: Origin::Manifest,
            file: &invalid.file,
            line: invalid.line,
            path: &invalid.error.path,
            message: &invalid.error.message,
        },
    )
}

#[derive(Serialize)]
struct Mistake<'a> {
    outcome: &'static str,
    source: Origin,
    file: &'a str,
    line: u64,
    path: &'a str,
    message: &'a str,
}

/// A question without a usable answer.
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
    /// What hangs on it: Essential (a record's state), Compliance (an Error finding could), Evidence (advice).
    pub need: Need,
    /// Whether a record's state hangs on it.
    pub essential: bool,
    /// The standards it was asked for.
    pub standards: Vec<&'static str>,
}

impl Open {
    /// The question `question` that `standards` asked with `need`, and got no answer to.
    pub fn new(
        question: &AnyQuestion,
        need: Need,
        standards: impl IntoIterator<Item = Standard>,
        why: Trouble,
    ) -> Self {
        Self {
            name: question.name().to_string(),
            type_: question.label().to_owned(),
            reason: why.reason(),
            why: why.to_string(),
            need,
            essential: need == Need::Essential,
            standards: standards.into_iter().map(Standard::as_str).collect(),
        }
    }
}

impl From<&Unanswered> for Open {
    fn from(unanswered: &Unanswered) -> Self {
        let open = Self::new(
            &unanswered.question,
            unanswered.need,
            unanswered.standards.iter(),
            unanswered.why,
        );
        Self {
            why: unanswered.sentence(),
            essential: unanswered.holds || open.essential,
            ..open
        }
    }
}
