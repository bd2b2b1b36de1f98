//! What a look says beside what was known: the fleet is judged by it before the object is. Pure.
//!
//! One object of which something is gone has changed; a thousand at once may be a resolver that lies. To tell them
//! apart takes two things of each object: whether its news are bad, and what of it was known to be there.

use jiff::Timestamp;

use super::finding::{Known, identity};
use super::known::History;
use super::pass::Before;
use super::reason::Reason;
use crate::api::MailDomainStatus;
use crate::inquiry::Kind;
use crate::intent::Intent;
use crate::judge::{State, Verdict};
use crate::name::Name;
use crate::rules::Severity;

/// What a look says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum News {
    /// Nothing that is managed differs or is an Error, as far as was answered.
    Good,
    /// Something does, and nothing says that it was right before.
    Bad,
    /// Something does that was right before, and the spec did not change.
    Worse,
}

/// What `verdict` says of an object of which `before` was known.
pub fn news(before: &Before<'_>, intent: &Intent, verdict: &Verdict, now: Timestamp) -> News {
    let errors = || {
        let managed = verdict.findings.iter().filter(|finding| finding.managed);
        managed.filter(|finding| finding.severity == Severity::Error)
    };
    let differing = || verdict.records.iter().filter(|record| record.state.differs());
    if errors().next().is_none() && differing().next().is_none() {
        return News::Good;
    }
    let past = History::read(before.status, now);
    if !past.is_of(intent) {
        return News::Bad;
    }
    let was_right = differing().any(|record| {
        let known = past.records.iter().find(|known| known.is_about(record));
        match known {
            Some(known) => known.wants(record) && known.answer.state == State::InSync,
            // Those in sync are the first to be cut.
            None => past.truncated.is_some(),
        }
    });
    let is_new = |identity| {
        !past
            .findings
            .iter()
            .any(|known: &Known| known.counts() && known.identity == identity)
    };
    match was_right || errors().any(|finding| is_new(identity(finding))) {
        true => News::Worse,
        false => News::Bad,
    }
}

/// A record set that was there when it was last seen: who asks for it again sees whether the resolver tells the truth.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    /// The owner name.
    pub name: Name,
    /// The record type.
    pub kind: Kind,
}

/// Something of this object that was in sync and there.
pub fn proof(status: &MailDomainStatus) -> Option<Proof> {
    // What stays of a look at a domain that is not its own any more asks nothing of DNS.
    let reason = status.reason.as_deref().and_then(Reason::parse);
    if matches!(reason, Some(Reason::DomainConflict | Reason::NotGranted)) {
        return None;
    }
    let records = status.records.iter();
    let there = records.filter(|record| {
        record.state == State::InSync.as_str() && record.unanswered.is_none() && !record.observed.is_empty()
    });
    there
        .filter_map(|record| {
            Some(Proof {
                name: record.name.parse().ok()?,
                kind: record.type_.parse().ok()?,
            })
        })
        .next()
}
