//! DKIM: stub.

use super::{Finding, RecordVerdict, State, desired};
use crate::inquiry::Inquiry;
use crate::intent::{DkimWant, Intent, Wanted};

/// The state of a wanted record.
pub(super) fn state(
    _intent: &Intent,
    wanted: &Wanted,
    _want: &DkimWant,
    _inquiry: &mut Inquiry<'_>,
    _findings: &mut Vec<Finding>,
) -> RecordVerdict {
    RecordVerdict {
        name: wanted.name.clone(),
        kind: desired(wanted).kind,
        standard: wanted.standard(),
        state: State::Unknown,
        desired: desired(wanted).values,
        observed: Vec::new(),
        differences: Vec::new(),
        unanswered: None,
        ttl: None,
        seen_at: None,
        expires_at: None,
        questions: Vec::new(),
    }
}

/// What is wrong with the domain's DKIM.
pub(super) fn check(_intent: &Intent, _inquiry: &mut Inquiry<'_>, _findings: &mut Vec<Finding>) {}
