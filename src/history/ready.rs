//! What Ready says, and why: the table of situations, the first that matches wins. Pure.
//!
//! kstatus reads the outcome: Reconciling is "in progress", Stalled is "failed, a person is needed", neither with
//! Ready True is "current". Ready is never Unknown without Reconciling, and never True with either.

use jiff::Timestamp;

use super::clock::plus;
use super::records::{Phase, phase, state_of};
use super::{findings, message};
use crate::api::{MailDomainStatus, ReadyWhen};
use crate::intent::Schedule;
use crate::judge::{State, Verdict};

/// Ready's reason, also the status' own `reason`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reason {
    /// In sync, and no Error finding on what is managed.
    Compliant,
    /// DNS could not be asked for too long, or never.
    DnsUnavailable,
    /// An older MailDomain claims the domain.
    DomainConflict,
    /// A difference was confirmed.
    Drifted,
    /// Every managed record is in sync.
    InSync,
    /// The object does not parse, or its spec can be no record.
    InvalidSpec,
    /// Error findings on what is managed.
    Noncompliant,
    /// DNS was looked at, completely and recently.
    Observed,
    /// The first look is not over yet.
    Progressing,
    /// A difference may be on its way: the intent changed.
    Propagating,
    /// Looking is switched off.
    Suspended,
    /// A difference or an Error was seen, and must be seen again.
    Unconfirmed,
}

impl Reason {
    const ALL: [Self; 12] = [
        Self::Compliant,
        Self::DnsUnavailable,
        Self::DomainConflict,
        Self::Drifted,
        Self::InSync,
        Self::InvalidSpec,
        Self::Noncompliant,
        Self::Observed,
        Self::Progressing,
        Self::Propagating,
        Self::Suspended,
        Self::Unconfirmed,
    ];

    /// The word used in conditions, events and metric labels.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Compliant => "Compliant",
            Self::DnsUnavailable => "DNSUnavailable",
            Self::DomainConflict => "DomainConflict",
            Self::Drifted => "Drifted",
            Self::InSync => "InSync",
            Self::InvalidSpec => "InvalidSpec",
            Self::Noncompliant => "Noncompliant",
            Self::Observed => "Observed",
            Self::Progressing => "Progressing",
            Self::Propagating => "Propagating",
            Self::Suspended => "Suspended",
            Self::Unconfirmed => "Unconfirmed",
        }
    }

    /// The reason a status names, if this version knows it.
    pub(super) fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.as_str() == text)
    }

    /// Whether a verdict stands behind it.
    pub(super) fn is_judged(self) -> bool {
        !matches!(self, Self::DomainConflict | Self::InvalidSpec | Self::Suspended)
    }
}

/// True, False or Unknown, as a condition's status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Truth {
    /// Known to be so.
    True,
    /// Known not to be so.
    False,
    /// Not known.
    Unknown,
}

impl Truth {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::True => "True",
            Self::False => "False",
            Self::Unknown => "Unknown",
        }
    }
}

/// What goes with Ready.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Activity {
    /// Nothing is under way.
    Settled,
    /// Waiting for DNS, for caches, for a second answer.
    Reconciling,
    /// Waiting for a person.
    Stalled,
}

/// One condition's status, reason and message; for Ready with what goes with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reading {
    pub(super) truth: Truth,
    pub(super) reason: Reason,
    pub(super) message: String,
    pub(super) activity: Activity,
}

impl Reading {
    fn new(truth: Truth, reason: Reason, activity: Activity, message: impl Into<String>) -> Self {
        Self {
            truth,
            reason,
            message: message.into(),
            activity,
        }
    }

    pub(super) fn invalid(why: &str) -> Self {
        Self::new(Truth::False, Reason::InvalidSpec, Activity::Stalled, why)
    }

    pub(super) fn conflict(why: &str) -> Self {
        Self::new(Truth::False, Reason::DomainConflict, Activity::Stalled, why)
    }

    pub(super) fn suspended() -> Self {
        let message = "suspended before this spec was ever judged: set spec.suspend to false";
        Self::new(Truth::Unknown, Reason::Suspended, Activity::Reconciling, message)
    }

    pub(super) fn progressing() -> Self {
        let message = "the first look at DNS is not over yet";
        Self::new(
            Truth::Unknown,
            Reason::Progressing,
            Activity::Reconciling,
            message,
        )
    }
}

/// The readings of one judged pass.
pub(super) struct Readings {
    pub(super) ready: Reading,
    pub(super) in_sync: Reading,
    pub(super) compliant: Reading,
}

/// Reads `status` (records, findings and last observation filled in) as Ready, InSync and Compliant.
pub(super) fn read(
    previous: &MailDomainStatus,
    status: &MailDomainStatus,
    verdict: &Verdict,
    schedule: &Schedule,
    now: Timestamp,
) -> Readings {
    let difference = difference(status);
    let noncompliance = noncompliance(previous, status, verdict, schedule, now);
    let ignorance = ignorance(status, verdict, schedule, now);
    let fine = |reason| {
        let message = message::records(status);
        Reading::new(Truth::True, reason, Activity::Settled, message)
    };
    let (difference_counts, noncompliance_counts, reason) = match schedule.ready_when {
        ReadyWhen::Observed => (false, false, Reason::Observed),
        ReadyWhen::InSync => (true, false, Reason::InSync),
        ReadyWhen::Compliant => (true, true, Reason::Compliant),
    };
    let ready = difference
        .clone()
        .filter(|_| difference_counts)
        .or_else(|| noncompliance.clone().filter(|_| noncompliance_counts))
        .or_else(|| ignorance.clone())
        .unwrap_or_else(|| fine(reason));
    let in_sync = difference.or_else(|| ignorance.clone());
    let compliant = noncompliance.or(ignorance);
    Readings {
        ready,
        in_sync: in_sync.unwrap_or_else(|| fine(Reason::InSync)),
        compliant: compliant.unwrap_or_else(|| Reading {
            message: "no Error findings on what is managed".to_owned(),
            ..fine(Reason::Compliant)
        }),
    }
}

/// A known difference: the phase that weighs most decides.
fn difference(status: &MailDomainStatus) -> Option<Reading> {
    let worst = status.records.iter().filter_map(phase).max()?;
    let (reason, activity) = match worst {
        Phase::Confirmed => (Reason::Drifted, Activity::Stalled),
        Phase::Unconfirmed => (Reason::Unconfirmed, Activity::Reconciling),
        Phase::Propagating => (Reason::Propagating, Activity::Reconciling),
    };
    Some(Reading::new(
        Truth::False,
        reason,
        activity,
        message::records(status),
    ))
}

/// Error findings on what is managed: one that was seen, not merely remembered, past settleWindow condemns.
fn noncompliance(
    previous: &MailDomainStatus,
    status: &MailDomainStatus,
    verdict: &Verdict,
    schedule: &Schedule,
    now: Timestamp,
) -> Option<Reading> {
    let errors = || status.findings.iter().filter(|finding| findings::counts(finding));
    errors().next()?;
    let condemned_before = previous
        .conditions
        .iter()
        .any(|condition| condition.type_ == "Compliant" && condition.reason == Reason::Noncompliant.as_str());
    let condemned = errors().any(|finding| {
        findings::is_older(finding, schedule.settle_window, now)
            && (condemned_before || findings::is_fresh(finding, verdict))
    });
    let (reason, activity) = match condemned {
        true => (Reason::Noncompliant, Activity::Stalled),
        false => (Reason::Unconfirmed, Activity::Reconciling),
    };
    Some(Reading::new(
        Truth::False,
        reason,
        activity,
        message::errors(status),
    ))
}

/// No complete observation of this intent, or none that is recent enough.
fn ignorance(
    status: &MailDomainStatus,
    verdict: &Verdict,
    schedule: &Schedule,
    now: Timestamp,
) -> Option<Reading> {
    let unknown = |reason, message| {
        Some(Reading::new(
            Truth::Unknown,
            reason,
            Activity::Reconciling,
            message,
        ))
    };
    let Some(last) = &status.last_observation else {
        return match verdict.unanswered.is_empty() {
            true => unknown(Reason::Progressing, Reading::progressing().message),
            false => unknown(Reason::DnsUnavailable, message::never_observed(status)),
        };
    };
    if now >= plus(last.0, schedule.stale_after) {
        return unknown(Reason::DnsUnavailable, message::stale(status));
    }
    None
}

/// Ready's reason as a status names it.
pub(super) fn reason_of(status: &MailDomainStatus) -> Option<Reason> {
    ready_of(status).and_then(|(_, reason)| Reason::parse(reason))
}

/// Whether Ready's (status, reason) changed.
pub(super) fn changed(previous: Option<&MailDomainStatus>, status: &MailDomainStatus) -> bool {
    previous.and_then(ready_of) != ready_of(status)
}

/// Ready's (status, reason).
pub(super) fn ready_of(status: &MailDomainStatus) -> Option<(&str, &str)> {
    status
        .conditions
        .iter()
        .find(|condition| condition.type_ == "Ready")
        .map(|condition| (condition.status.as_str(), condition.reason.as_str()))
}

/// The worst state among records of one standard, as a condition reads it: what differs weighs more than what is not
/// known.
pub(super) fn worst_state<'a>(records: impl Iterator<Item = &'a crate::api::RecordStatus>) -> Option<State> {
    let weight = |state: &State| match state {
        State::InSync => 0,
        State::Unknown => 1,
        State::Unexpected => 2,
        State::Drifted => 3,
        State::Missing => 4,
    };
    records.map(state_of).max_by_key(weight)
}
