//! How old what is known is: when the oldest answers were had, and when they turn stale. Pure.
//!
//! Two times count. The *essential* answers are those the records' states hang on, or, where nothing is managed, those
//! without which nobody has looked; *Compliant* hangs on more of them: every answer that an Error of a managed standard
//! could hang on. Each time is that of the oldest of these answers, not of the look that used them.

use jiff::{SignedDuration, Timestamp};

use super::clock::{floor, minus, plus};
use crate::api::ReadyWhen;
use crate::inquiry::Need;
use crate::intent::{Intent, Schedule};
use crate::judge::{State, Verdict};
use crate::records::Standard;

/// When the oldest answers were had that the last whole look rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Observed {
    /// Of the essential ones; `None` when no look at this intent ever was complete.
    pub(super) essential: Option<Timestamp>,
    /// Of those that Compliant hangs on; `None` when they were never all had for this intent.
    pub(super) compliance: Option<Timestamp>,
}

/// What a status says of when answers were had, and of which intent.
#[derive(Debug, Clone, Copy)]
pub(super) struct Written<'s> {
    pub(super) intent_digest: Option<&'s str>,
    pub(super) observed: Observed,
}

impl Observed {
    /// These times, or where there is none the other's.
    pub(super) fn or(self, other: Self) -> Self {
        Self {
            essential: self.essential.or(other.essential),
            compliance: self.compliance.or(other.compliance),
        }
    }

    /// The same times by a clock that was put back by so much.
    pub(super) fn put_back(self, by: SignedDuration) -> Self {
        Self {
            essential: self.essential.map(|at| minus(at, by)),
            compliance: self.compliance.map(|at| minus(at, by)),
        }
    }

    /// What was written or remembered, brought back to now where it lies ahead.
    pub(super) fn happened(self, now: Timestamp) -> Self {
        let past = |at: Option<Timestamp>| at.map(|at| at.min(now));
        Self {
            essential: past(self.essential),
            compliance: past(self.compliance),
        }
    }

    /// When Ready turns Unknown if DNS says nothing more.
    pub(super) fn stale_at(self, schedule: &Schedule, manages: bool) -> Option<Timestamp> {
        let compliance = self.compliance.filter(|_| compliance_counts(schedule, manages));
        let times = [self.essential, compliance].into_iter().flatten();
        times.map(|at| plus(at, schedule.stale_after)).min()
    }
}

/// Whether Ready hangs on more than records.
pub(super) fn compliance_counts(schedule: &Schedule, manages: bool) -> bool {
    manages && schedule.ready_when == ReadyWhen::Compliant
}

/// Whether the spec or the role asks anything of the domain.
pub(super) fn manages(intent: &Intent) -> bool {
    Standard::ALL.iter().any(|standard| intent.manages(*standard))
}

/// Whether everything was answered that the state of a record, or having looked at all, hangs on.
pub(super) fn is_complete(verdict: &Verdict, now: Timestamp) -> bool {
    observed_at(verdict, now).is_some()
}

fn observed_at(verdict: &Verdict, now: Timestamp) -> Option<Timestamp> {
    let known = verdict
        .records
        .iter()
        .all(|record| record.state != State::Unknown);
    let at = verdict.observed_at().filter(|_| known && verdict.is_complete())?;
    // An answer of the future is one of a clock that was wrong: nobody knows how old it is.
    (at <= now).then_some(floor(at))
}

/// What `verdict` adds to what was `known` of the same intent.
pub(super) fn carry(known: Observed, intent: &Intent, verdict: &Verdict, now: Timestamp) -> Observed {
    let essential = observed_at(verdict, now);
    let compliance = essential
        .filter(|_| manages(intent) && verdict.compliance_is_known())
        .and_then(|_| {
            let needed = verdict
                .asked
                .iter()
                .filter(|asked| asked.need >= Need::Compliance && !asked.question.lasts());
            let oldest = needed
                .filter_map(|asked| asked.answered)
                .map(|it| it.seen_at)
                .min();
            oldest.map(floor)
        });
    Observed {
        essential: essential.or(known.essential),
        compliance: compliance.or(known.compliance),
    }
}
