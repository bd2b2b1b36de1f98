//! What Ready says, and why: the table of situations, the first that matches wins. Pure.
//!
//! kstatus reads the outcome: Reconciling is "in progress", Stalled is "failed, a person is needed", neither with
//! Ready True is "current". Ready is never Unknown without Reconciling, and never True with either.

use jiff::Timestamp;

use super::clock::plus;
use super::conditions::Statements;
use super::finding::Known;
use super::known::History;
use super::message;
use super::observed::compliance_counts;
use super::reason::{Activity, Phase, Reason, Statement, Truth};
use super::record::{Record, hold};
use crate::api::ReadyWhen;
use crate::intent::Schedule;
use crate::judge::State;
use crate::records::Standard;
use crate::rules::Severity;

/// What a reading needs to know beside the history.
pub(super) struct Reading<'a> {
    pub(super) schedule: &'a Schedule,
    /// Whether the spec or the role asks anything of the domain.
    pub(super) manages: bool,
    /// Whether this look left a question without an answer.
    pub(super) silent: bool,
    /// The managed standards of which this look left open what an Error could hang on.
    pub(super) open: &'a [Standard],
    pub(super) now: Timestamp,
}

impl Reading<'_> {
    /// Reads `history` (records, findings, counts and times filled in) as Ready, InSync, Compliant, and how each
    /// managed standard is.
    pub(super) fn read(&self, history: &History) -> Statements {
        let difference = self.difference(history);
        let noncompliance = self.noncompliance(history);
        let ignorance = self.ignorance(history);
        let blindness = self.blindness(history);
        let (differences_count, reason) = match self.schedule.ready_when {
            _ if !self.manages => (false, Reason::Observed),
            ReadyWhen::Observed => (false, Reason::Observed),
            ReadyWhen::InSync => (true, Reason::InSync),
            ReadyWhen::Compliant => (true, Reason::Compliant),
        };
        let errors_count = compliance_counts(self.schedule, self.manages);
        let ready = difference
            .clone()
            .filter(|_| differences_count)
            .or_else(|| noncompliance.clone().filter(|_| errors_count))
            .or_else(|| ignorance.clone())
            .or_else(|| blindness.clone().filter(|_| errors_count))
            .unwrap_or_else(|| fine(reason, message::ready(history, self.now)));
        let nothing = (!self.manages).then(|| {
            let message = "nothing is managed, so nothing is asked of the domain";
            Statement::unknown(Reason::Observed, message)
        });
        let in_sync = difference
            .or_else(|| ignorance.clone())
            .or_else(|| nothing.clone())
            .unwrap_or_else(|| fine(Reason::InSync, message::records(history, self.now)));
        let compliant = noncompliance
            .or(ignorance)
            .or(blindness)
            .or(nothing)
            .unwrap_or_else(|| fine(Reason::Compliant, "no Error findings on what is managed"));
        Statements {
            ready,
            in_sync,
            compliant,
            standards: self.standards(history),
        }
    }

    /// A known difference: the phase that weighs most decides.
    fn difference(&self, history: &History) -> Option<Statement> {
        let worst = history.records.iter().filter_map(Record::phase).max()?;
        let mut message = message::records(history, self.now);
        if worst == Phase::Alternating {
            message.push_str(&message::hold(hold(self.schedule)));
        }
        Some(of_phase(worst, Reason::Drifted, message))
    }

    /// Error findings on what is managed: the phase that weighs most decides.
    fn noncompliance(&self, history: &History) -> Option<Statement> {
        let worst = history.findings.iter().filter_map(Known::phase).max()?;
        let mut message = message::errors(history, worst);
        if worst == Phase::Alternating {
            message.push_str(&message::hold(hold(self.schedule)));
        }
        Some(of_phase(worst, Reason::Noncompliant, message))
    }

    /// No complete observation of this intent, or none that is recent enough.
    fn ignorance(&self, history: &History) -> Option<Statement> {
        let Some(last) = history.observed.essential else {
            // A record can be unknown though DNS answered all: what it is judged by is missing, as a certificate is.
            let is_unknown = |record: &Record| record.answer.state == State::Unknown;
            return Some(match self.silent || history.records.iter().any(is_unknown) {
                true => Statement::unknown(Reason::DnsUnavailable, message::never_observed(history)),
                false => Statement::progressing(),
            });
        };
        let is_stale = self.now >= plus(last, self.schedule.stale_after);
        is_stale.then(|| Statement::unknown(Reason::DnsUnavailable, message::stale(history, last)))
    }

    /// What an Error could hang on was never answered for this intent, or too long ago.
    fn blindness(&self, history: &History) -> Option<Statement> {
        if !self.manages {
            return None;
        }
        let Some(last) = history.observed.compliance else {
            let message = message::never_judged(self.open);
            return Some(Statement::unknown(Reason::DnsUnavailable, message));
        };
        let is_stale = self.now >= plus(last, self.schedule.stale_after);
        is_stale
            .then(|| Statement::unknown(Reason::DnsUnavailable, message::stale_judgement(last, self.open)))
    }

    /// How each standard with managed records is: True only when in sync, without Error, and judged.
    fn standards(&self, history: &History) -> Vec<(Standard, Truth, &'static str, String)> {
        let of = |standard: Standard| {
            let mine = || {
                let mut all = history.records.iter();
                std::iter::from_fn(move || all.find(|record| record.key.standard == standard.as_str()))
            };
            let worst = worst_state(mine())?;
            let errors: Vec<&Known> = history
                .findings
                .iter()
                .filter(|finding| finding.severity == Severity::Error)
                .filter(|finding| finding.standard() == Some(standard))
                .collect();
            let never_judged = history.observed.compliance.is_none() && self.open.contains(&standard);
            let (truth, reason) = match worst {
                State::Drifted | State::Missing | State::Unexpected => (Truth::False, worst.as_str()),
                State::InSync | State::Unknown if !errors.is_empty() => {
                    let phase = errors.iter().filter_map(|finding| finding.phase()).max();
                    (Truth::False, error_word(phase))
                }
                State::Unknown => (Truth::Unknown, worst.as_str()),
                State::InSync if never_judged => (Truth::Unknown, Reason::DnsUnavailable.as_str()),
                State::InSync => (Truth::True, worst.as_str()),
            };
            let message = message::standard(mine(), &errors, never_judged);
            Some((standard, truth, reason, message))
        };
        Standard::ALL
            .iter()
            .filter_map(|standard| of(*standard))
            .collect()
    }
}

fn fine(reason: Reason, message: impl Into<String>) -> Statement {
    Statement::new(Truth::True, reason, Activity::Settled, message)
}

fn of_phase(phase: Phase, confirmed: Reason, message: String) -> Statement {
    let (reason, activity) = match phase {
        Phase::Confirmed => (confirmed, Activity::Stalled),
        Phase::Alternating => (Reason::Alternating, Activity::Reconciling),
        Phase::Unconfirmed => (Reason::Unconfirmed, Activity::Reconciling),
        Phase::Propagating => (Reason::Propagating, Activity::Reconciling),
    };
    Statement::new(Truth::False, reason, activity, message)
}

/// A standard's reason when its records are in sync and it has Errors.
fn error_word(phase: Option<Phase>) -> &'static str {
    let reason = match phase {
        Some(Phase::Unconfirmed | Phase::Propagating) => Reason::Unconfirmed,
        Some(Phase::Alternating) => Reason::Alternating,
        Some(Phase::Confirmed) | None => Reason::Noncompliant,
    };
    reason.as_str()
}

/// The worst state among records of one standard, as a condition reads it: what differs weighs more than what is not
/// known.
fn worst_state<'a>(records: impl Iterator<Item = &'a Record>) -> Option<State> {
    let weight = |state: &State| match state {
        State::InSync => 0,
        State::Unknown => 1,
        State::Unexpected => 2,
        State::Drifted => 3,
        State::Missing => 4,
    };
    records.map(|record| record.answer.state).max_by_key(weight)
}
