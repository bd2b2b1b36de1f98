//! The words: Ready's reasons, truth values, and what stands beside Ready. Pure.

/// Ready's reason, also the status' own `reason`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reason {
    /// DNS says one thing in one look and another in the next.
    Alternating,
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
    /// No grant lets its namespace claim the domain, in a closed cluster.
    NotGranted,
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
    /// Every reason, in the order of their words.
    pub const ALL: [Self; 14] = [
        Self::Alternating,
        Self::Compliant,
        Self::DnsUnavailable,
        Self::DomainConflict,
        Self::Drifted,
        Self::InSync,
        Self::InvalidSpec,
        Self::Noncompliant,
        Self::NotGranted,
        Self::Observed,
        Self::Progressing,
        Self::Propagating,
        Self::Suspended,
        Self::Unconfirmed,
    ];

    /// The word used in conditions, events and metric labels.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Alternating => "Alternating",
            Self::Compliant => "Compliant",
            Self::DnsUnavailable => "DNSUnavailable",
            Self::DomainConflict => "DomainConflict",
            Self::Drifted => "Drifted",
            Self::InSync => "InSync",
            Self::InvalidSpec => "InvalidSpec",
            Self::Noncompliant => "Noncompliant",
            Self::NotGranted => "NotGranted",
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
        !matches!(
            self,
            Self::DomainConflict | Self::InvalidSpec | Self::NotGranted | Self::Suspended
        )
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

/// What one condition says: status, reason and message; for Ready with what goes with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Statement {
    pub(super) truth: Truth,
    pub(super) reason: Reason,
    pub(super) message: String,
    pub(super) activity: Activity,
}

impl Statement {
    pub(super) fn new(truth: Truth, reason: Reason, activity: Activity, message: impl Into<String>) -> Self {
        Self {
            truth,
            reason,
            message: message.into(),
            activity,
        }
    }

    /// Not known, and being looked into.
    pub(super) fn unknown(reason: Reason, message: impl Into<String>) -> Self {
        Self::new(Truth::Unknown, reason, Activity::Reconciling, message)
    }

    pub(super) fn invalid(why: &str) -> Self {
        Self::new(Truth::False, Reason::InvalidSpec, Activity::Stalled, why)
    }

    pub(super) fn conflict(why: &str) -> Self {
        Self::new(Truth::False, Reason::DomainConflict, Activity::Stalled, why)
    }

    pub(super) fn not_granted(why: &str) -> Self {
        Self::new(Truth::False, Reason::NotGranted, Activity::Stalled, why)
    }

    pub(super) fn suspended() -> Self {
        let message =
            "suspended, and no verdict of this spec stands: set spec.suspend to false to have it judged";
        Self::unknown(Reason::Suspended, message)
    }

    pub(super) fn progressing() -> Self {
        Self::unknown(Reason::Progressing, "the first look at DNS is not over yet")
    }
}

/// How much a known difference, or a known Error, counts by now: the later ones weigh more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Phase {
    /// On its way after the intent changed.
    Propagating,
    /// Seen, not yet repeated by a second answer.
    Unconfirmed,
    /// There in one look and not in the next.
    Alternating,
    /// Confirmed.
    Confirmed,
}
