//! The verdict: all that is known of one domain at one time. Types only; [`super::judge`] fills them.
//!
//! A verdict has no history. Whether a difference is new, settling or confirmed is the operator's reading of this
//! verdict and the status before it; the command line prints the verdict as it is. Pure.

use jiff::Timestamp;
use serde::Serialize;

use super::finding::{Finding, Findings, Site};
use super::measures::Measures;
use super::seen_policy::PolicySeen;
use super::servers::Servers;
use crate::inquiry::{AnyQuestion, Depth, Kind, Need, Passes, Trouble};
use crate::intent::is_tlsa_name;

pub use crate::inquiry::Answered;
use crate::name::Name;
use crate::records::{Standard, Standards};
use crate::rules;

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
    /// The RRset: the owner name and the record type that is desired there.
    pub site: Site,
    /// The standard it serves.
    pub standard: Standard,
    /// What this look says; [`State::Unknown`] when an essential question of this record got no answer.
    pub state: State,
    /// The desired values in presentation format, joined and unquoted; empty when none is wanted.
    pub desired: Vec<String>,
    /// What else decides whether, or which, is wanted, where the values alone do not: somebody else's key, whichever.
    pub condition: Option<String>,
    /// The observed values of that standard and its near misses, in presentation format; a CNAME in the way is shown
    /// as `CNAME target`.
    pub observed: Vec<String>,
    /// One sentence a difference.
    pub differences: Vec<String>,
    /// Why an essential question of this record got no answer; the state may be known all the same, for a difference
    /// that was seen counts.
    pub unanswered: Option<Trouble>,
    /// The largest remaining TTL (or negative TTL) of the answers the state rests on, in seconds.
    pub ttl: Option<u32>,
    /// When the oldest answer the state rests on was had.
    pub seen_at: Option<Timestamp>,
    /// When the last of the answers the state rests on runs out of its TTL.
    pub expires_at: Option<Timestamp>,
    /// The questions the state rests on: asked anew to confirm it.
    pub questions: Vec<AnyQuestion>,
    /// What the resolver says instead, where the state is by what name servers hold: they have what is desired and it has
    /// not, or it has what none of them holds any more.
    pub resolver: Option<ResolverSays>,
}

/// What the resolver says of a record where the name servers say something else: an older answer, or a view of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResolverSays {
    /// What the state would be by its answer.
    pub state: State,
    /// As [`RecordVerdict::observed`].
    pub observed: Vec<String>,
    /// As [`RecordVerdict::differences`].
    pub differences: Vec<String>,
    /// As [`RecordVerdict::ttl`].
    pub ttl: Option<u32>,
    /// As [`RecordVerdict::seen_at`].
    pub seen_at: Option<Timestamp>,
    /// As [`RecordVerdict::expires_at`].
    pub expires_at: Option<Timestamp>,
}

impl ResolverSays {
    /// What `record` is by its answer.
    pub fn of(record: &RecordVerdict) -> Self {
        Self {
            state: record.state,
            observed: record.observed.clone(),
            differences: record.differences.clone(),
            ttl: record.ttl,
            seen_at: record.seen_at,
            expires_at: record.expires_at,
        }
    }
}

impl RecordVerdict {
    /// Whether it stands for what is no record: as a start of authority for the proof of a zone or the TLS of mail servers, as a TLSA
    /// record at the domain itself for records at every host. No server holds it, and none could drop it.
    pub(super) fn is_no_record(&self) -> bool {
        match self.site.kind() {
            Some(Kind::Soa) => true,
            Some(Kind::Tlsa) => !is_tlsa_name(self.name()),
            _ => false,
        }
    }

    /// The owner name.
    pub fn name(&self) -> &Name {
        self.site.name()
    }
}

/// A question that got no usable answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unanswered {
    /// What was asked.
    pub question: AnyQuestion,
    /// What hangs on it.
    pub need: Need,
    /// The standards it was asked for.
    pub standards: Standards,
    /// Those of them for which it weighs that much: all where no Error could hang on it.
    pub weighs: Standards,
    /// Whether one of these is managed: only then can it keep *Compliant* from
    /// being known.
    pub managed: bool,
    /// Why there is no answer.
    pub why: Trouble,
    /// What a mail server said in its place, on one line.
    pub words: Option<String>,
    /// Whether a record's state hangs on it, for whatever it was asked: one that is [`Need::Essential`], or about the one way to what
    /// another look decides, as TLS at mail servers is, of which any address tells.
    pub holds: bool,
}

impl Unanswered {
    /// Why there is no answer, with the words of who gave none.
    pub fn sentence(&self) -> String {
        match &self.words {
            // What came was more than is read, or something else: that says it better than that nobody could read it.
            Some(words) if self.why == Trouble::Malformed => {
                format!("the mail server's answer was not read on: {words}")
            }
            Some(words) => format!("{}: {words}", self.why),
            None => self.why.to_string(),
        }
    }
}

/// A question of this pass, and when it was answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consulted {
    /// What was asked.
    pub question: AnyQuestion,
    /// What hangs on it.
    pub need: Need,
    /// The standards it was asked for.
    pub standards: Standards,
    /// When a usable answer was had, and until when it may be used; `None` without one.
    pub answered: Option<Answered>,
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
    /// Every question of this pass that something hangs on.
    pub asked: Vec<Consulted>,
    /// How closely name servers were looked at.
    pub depth: Depth,
    /// What single name servers say of the record sets that were looked at so closely; one entry a record set.
    pub servers: Vec<Servers>,
    /// What the resolver makes of DNSSEC; `None` where nothing is validated by choice.
    pub validation: Option<Passes>,
    /// What was seen of MTA-STS, for who remembers the policies of before; `None` where the name leaves no room for it.
    pub policy: Option<PolicySeen>,
    /// How much of a bound is used, and what ends when.
    pub measures: Measures,
    /// The judgement's own deadline, never a mere TTL; `None` when it has none.
    pub valid_until: Option<Timestamp>,
}

impl Verdict {
    /// What single name servers say of the record set at `site`; `None` where they were not asked.
    pub fn servers_of(&self, site: &Site) -> Option<&Servers> {
        self.servers.iter().find(|servers| servers.site == *site)
    }

    /// Adds what was found beyond this domain alone, in its place.
    #[must_use]
    pub fn with_findings(mut self, more: impl IntoIterator<Item = Finding>) -> Self {
        let all: Findings = self.findings.drain(..).chain(more).collect();
        self.findings = all.in_order();
        self
    }

    /// Whether every essential question got an answer: a complete observation.
    pub fn is_complete(&self) -> bool {
        !self
            .unanswered
            .iter()
            .any(|unanswered| unanswered.need == Need::Essential)
    }

    /// Whether every question was answered that an Error of a managed standard could hang on.
    pub fn compliance_is_known(&self) -> bool {
        !self
            .unanswered
            .iter()
            .any(|unanswered| unanswered.managed && unanswered.need >= Need::Compliance)
    }

    /// When the oldest of the essential answers was had, those aside that are as good as new while they are kept; `None` while the observation is not complete.
    pub fn observed_at(&self) -> Option<Timestamp> {
        let essential = self.asked.iter().filter(|one| one.need == Need::Essential);
        let essential = essential.filter(|one| !(one.question.lasts() && one.answered.is_some()));
        let times: Option<Vec<Timestamp>> = essential
            .map(|one| one.answered.map(|answered| answered.seen_at))
            .collect();
        times?.into_iter().min()
    }

    /// Whether the domain is known not to exist.
    pub fn domain_is_missing(&self) -> bool {
        self.findings
            .iter()
            .any(|finding| finding.rule.id == rules::dns::NO_DOMAIN.id)
    }
}
