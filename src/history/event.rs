//! Which event a change of Ready is worth, if any. Pure.

use std::fmt::Write as _;

use aws_lc_rs::digest;
use jiff::{SignedDuration, Timestamp};

use super::clock::is_within;
use super::known::{read_state, ready_of};
use super::reason::Reason;
use crate::api::MailDomainStatus;
use crate::judge::State;

/// A note of the Events API holds no more octets.
const MAX_NOTE: usize = 1024;
/// After a start, only a transition younger than this is told again.
const RECENT: SignedDuration = SignedDuration::from_mins(10);

/// Something to tell people about an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// `Drifted`, `RecordMissing`, `InSync`, `DNSRecovered`, …
    pub reason: &'static str,
    /// Whether a person is needed: type Warning, else Normal.
    pub warning: bool,
    /// What happened: at most 1024 octets.
    pub note: String,
    /// Which transition it tells of: two tellings of one transition share it, whichever of two words they use.
    transition: String,
}

impl Event {
    /// A name the same event of the same object always has: a second telling is refused as already there.
    ///
    /// `object` is the MailDomain's name, `uid` its uid.
    pub fn name(&self, object: &str, uid: &str) -> String {
        let hash = digest::digest(&digest::SHA256, format!("{uid} {}", self.transition).as_bytes());
        let mut name = super::text::cut_octets_bare(object, 230);
        // Object names end in a letter or digit; a cut one may not.
        name.truncate(name.trim_end_matches(['-', '.']).len());
        name.push('.');
        for octet in hash.as_ref().iter().take(8) {
            let _ = write!(name, "{octet:02x}");
        }
        name
    }
}

/// The event of this change, when Ready's (status, reason) changed and the change is worth one.
pub(super) fn of_change(previous: Option<&MailDomainStatus>, status: &MailDomainStatus) -> Option<Event> {
    let before = previous.and_then(|status| ready_of(&status.conditions));
    let after = ready_of(&status.conditions);
    if before == after {
        return None;
    }
    if is_fine(before) && is_fine(after) {
        // Only the question changed: readyWhen was edited.
        return None;
    }
    event(before.and_then(|(_, reason)| Reason::parse(reason)), status)
}

/// The event of the last change, when that was a short time before `now`: sent again after a start, in case the
/// process before had no time left to.
pub fn recent_event(status: &MailDomainStatus, now: Timestamp) -> Option<Event> {
    let since = status.reason_since.as_ref()?;
    is_within(since.0, RECENT, now)
        .then(|| event(None, status))
        .flatten()
}

fn is_fine(ready: Option<(&str, &str)>) -> bool {
    ready.is_some_and(|(status, _)| status == "True")
}

fn event(before: Option<Reason>, status: &MailDomainStatus) -> Option<Event> {
    let reason = ready_of(&status.conditions).and_then(|(_, reason)| Reason::parse(reason))?;
    let differing = || {
        status
            .records
            .iter()
            .map(|record| read_state(&record.state))
            .filter(|state| state.differs())
    };
    let (word, warning) = match reason {
        Reason::Drifted if differing().all(|state| state == State::Missing) => ("RecordMissing", true),
        Reason::Drifted => ("Drifted", true),
        Reason::Alternating => ("Alternating", true),
        Reason::Noncompliant => ("Noncompliant", true),
        Reason::DnsUnavailable => ("DNSUnavailable", true),
        Reason::InvalidSpec => ("InvalidSpec", true),
        Reason::DomainConflict => ("DomainConflict", true),
        Reason::NotGranted => ("NotGranted", true),
        Reason::Compliant | Reason::InSync | Reason::Observed if before == Some(Reason::DnsUnavailable) => {
            ("DNSRecovered", false)
        }
        Reason::Compliant | Reason::InSync | Reason::Observed if differing().next().is_none() => {
            ("InSync", false)
        }
        Reason::Compliant
        | Reason::InSync
        | Reason::Observed
        | Reason::Progressing
        | Reason::Propagating
        | Reason::Suspended
        | Reason::Unconfirmed => return None,
    };
    let ready = status
        .conditions
        .iter()
        .find(|condition| condition.type_ == "Ready")?;
    let since = status.reason_since.as_ref()?;
    Some(Event {
        reason: word,
        warning,
        note: super::text::cut_octets(&ready.message, MAX_NOTE),
        transition: format!("{} {} {}", ready.status, ready.reason, since.0.as_second()),
    })
}
