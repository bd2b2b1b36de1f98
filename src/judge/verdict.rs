//! The verdict: all that is known of one domain at one time. Types only; [`super::judge`] fills them.
//!
//! A verdict has no history. Whether a difference is new, settling or confirmed is the operator's reading of this
//! verdict and the status before it; the command line prints the verdict as it is. Pure.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::Serialize;

use crate::inquiry::{Kind, Need, Question, Trouble};
use crate::name::Name;
use crate::records::{Span, Standard};
use crate::rules::{Rule, Severity};

/// The state of one managed RRset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
pub enum State {
    /// There, and the same in effect.
    InSync,
    /// None wanted, one there.
    Unexpected,
    /// There, and different: a second record too.
    Drifted,
    /// Wanted, none there.
    Missing,
    /// Never answered.
    Unknown,
}

impl State {
    /// The word used in status, JSON, tables and metric labels.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::InSync => "InSync",
            Self::Unexpected => "Unexpected",
            Self::Drifted => "Drifted",
            Self::Missing => "Missing",
            Self::Unknown => "Unknown",
        }
    }

    /// Whether a difference was seen.
    pub fn differs(self) -> bool {
        matches!(self, Self::Drifted | Self::Missing | Self::Unexpected)
    }
}

/// What is known of one managed RRset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordVerdict {
    /// The owner name.
    pub name: Name,
    /// The record type that is desired there.
    pub kind: Kind,
    /// The standard it serves.
    pub standard: Standard,
    /// What this look says; [`State::Unknown`] when an essential question of this record got no answer.
    pub state: State,
    /// The desired values in presentation format, joined and unquoted; empty when none is wanted.
    pub desired: Vec<String>,
    /// The observed values of that standard and its near misses, in presentation format; a CNAME in the way is shown
    /// as `CNAME target`.
    pub observed: Vec<String>,
    /// One sentence a difference.
    pub differences: Vec<String>,
    /// Why the state is unknown.
    pub unanswered: Option<Trouble>,
    /// The remaining TTL (or negative TTL) of the answer the state rests on, in seconds.
    pub ttl: Option<u32>,
    /// When the oldest answer the state rests on was had.
    pub seen_at: Option<Timestamp>,
    /// When the last of the answers the state rests on runs out of its TTL.
    pub expires_at: Option<Timestamp>,
    /// The questions the state rests on: asked anew to confirm it.
    pub questions: Vec<Question>,
}

/// Text with the part that is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Excerpt {
    /// The record's joined text, octets as they came.
    pub text: Vec<u8>,
    /// The part that is meant, in octets of `text`; clamped by whoever shows it.
    pub span: Span,
    /// A word or two at the mark; may be empty.
    pub label: String,
}

/// A rule is broken, or something could not be checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The rule.
    pub rule: &'static Rule,
    /// The rule's severity, or a milder one where the situation asks for it.
    pub severity: Severity,
    /// Whether it is about what the spec manages: only then can it lower Ready or fail `check`.
    pub managed: bool,
    /// The record it is about.
    pub record: Option<Name>,
    /// What was expected and what was seen, in a sentence.
    pub message: String,
    /// What to do, in a sentence.
    pub fix: String,
    /// The offending text.
    pub excerpt: Option<Excerpt>,
}

impl Finding {
    /// A finding with its rule's severity and fix, and nothing marked.
    pub fn new(rule: &'static Rule, managed: bool, record: Name, message: impl Into<String>) -> Self {
        Self {
            rule,
            severity: rule.severity,
            managed,
            record: Some(record),
            message: message.into(),
            fix: rule.fix.to_owned(),
            excerpt: None,
        }
    }

    /// At most this bad: for a situation milder than the rule's worst.
    pub fn at_most(mut self, severity: Severity) -> Self {
        self.severity = self.severity.max(severity);
        self
    }

    /// With a fix that fits better than the rule's.
    pub fn with_fix(mut self, fix: impl Into<String>) -> Self {
        self.fix = fix.into();
        self
    }

    /// With the record's joined text and the part that is meant.
    pub fn marking(mut self, text: &[u8], span: Span, label: impl Into<String>) -> Self {
        self.excerpt = Some(Excerpt {
            text: text.to_vec(),
            span,
            label: label.into(),
        });
        self
    }
}

/// A question that got no usable answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unanswered {
    /// What was asked.
    pub question: Question,
    /// What hangs on it.
    pub need: Need,
    /// The standards it was asked for.
    pub standards: BTreeSet<Standard>,
    /// Why there is no answer.
    pub why: Trouble,
}

/// All that is known of one domain at one time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// The domain.
    pub domain: Name,
    /// One entry per managed RRset, in the order of the intent.
    pub records: Vec<RecordVerdict>,
    /// Errors first, then by record and rule; each said once.
    pub findings: Vec<Finding>,
    /// The questions of this pass without a usable answer.
    pub unanswered: Vec<Unanswered>,
    /// How many questions were asked in this pass.
    pub questions: usize,
    /// The judgement's own deadline, never a mere TTL; `None` when it has none.
    pub valid_until: Option<Timestamp>,
}

impl Verdict {
    /// Adds what was found beyond this domain alone, in its place.
    #[must_use]
    pub fn with_findings(mut self, findings: impl IntoIterator<Item = Finding>) -> Self {
        self.findings.extend(findings);
        super::order(&mut self.findings);
        self
    }

    /// Whether every essential question got an answer: a complete observation.
    pub fn is_complete(&self) -> bool {
        !self
            .unanswered
            .iter()
            .any(|unanswered| unanswered.need == Need::Essential)
    }
}
