//! What goes into a pass, and what comes out of it. Types only.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::budget::Writes;
use super::event::Event;
use super::observed::Observed;
use super::request::Requests;
use super::rounds::Rounds;
use super::turns::Turns;
use super::unwritten::Unwritten;
use crate::api::MailDomainStatus;
use crate::intent::{Intent, Schedule};
use crate::judge::Verdict;

/// The object and what was known of it before this pass.
#[derive(Debug, Clone, Copy)]
pub struct Before<'a> {
    /// The object's uid: spreads the looks of many objects.
    pub uid: &'a str,
    /// The generation this pass read.
    pub generation: i64,
    /// The annotations that ask for a look, as this pass read them.
    pub requests: &'a Requests,
    /// The status this pass read; an undecodable one counts as none.
    pub status: Option<&'a MailDomainStatus>,
    /// What this process remembers.
    pub remembered: &'a Remembered,
}

impl Before<'_> {
    /// The request for a look that this pass answers: what it asks must not come from memory.
    pub fn request(&self) -> Option<&str> {
        self.requests
            .unhandled(self.status, self.remembered.requests.as_ref())
    }
}

/// What a process remembers of one object between two passes: what a status is too coarse for. Losing it costs at most
/// an early retry and a few writes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Remembered {
    /// The intent the rest speaks of.
    pub(super) intent_digest: String,
    /// When the answers were had: exact where the status' own may lag by half of staleAfter.
    pub(super) observed: Observed,
    /// How many looks in a row left open what Ready hangs on.
    pub(super) failures: u32,
    /// The largest TTL of each record, which causes no write by itself.
    pub(super) ttls: Vec<Option<i64>>,
    /// What takes turns.
    pub(super) turns: Turns,
    /// What is known of name servers' versions beyond what is written: a TTL that went down causes no write.
    pub(super) versions: Unwritten,
    /// When name servers were looked at.
    pub(super) rounds: Rounds,
    /// The status writes of the last hour.
    pub(super) writes: Writes,
    /// The requests for a look that were handled.
    pub(super) requests: Option<Requests>,
}

impl Remembered {
    /// When the oldest essential answer of the last complete look was had.
    pub fn last_observation(&self) -> Option<Timestamp> {
        self.observed.essential
    }

    /// Whether the last look left open what Ready hangs on.
    pub fn is_open(&self) -> bool {
        self.failures > 0
    }

    /// The clock was put back by so much since: by it, what is remembered happened earlier, and is no younger for it.
    pub fn put_back(&mut self, by: SignedDuration) {
        self.observed = self.observed.put_back(by);
        self.versions.put_back(by);
    }
}

/// What a pass came to.
#[derive(Debug, Clone, Copy)]
pub enum Pass<'a> {
    /// An older MailDomain claims the domain; a sentence says so.
    DomainConflict(&'a str),
    /// No grant lets its namespace claim the domain, in a closed cluster; a sentence says so.
    NotGranted(&'a str),
    /// The object does not parse, or its spec can be no record; a sentence says why.
    InvalidSpec(&'a str),
    /// DNS was asked.
    Judged {
        /// What was judged.
        intent: &'a Intent,
        /// When and how strictly.
        schedule: &'a Schedule,
        /// What was found.
        verdict: &'a Verdict,
    },
    /// Nobody asked DNS; time went by. Says so as soon as what is known is too old, and says nothing before.
    Aged {
        /// What the object wants now.
        intent: &'a Intent,
        /// When it is too old.
        schedule: &'a Schedule,
    },
    /// The spec says to stop looking.
    Suspended(&'a Intent),
    /// The same, and the spec makes no intent, for this reason.
    SuspendedInvalid(&'a str),
    /// The first look takes long: nothing is known yet.
    Waiting(&'a Intent),
}

/// What follows from a pass.
#[derive(Debug, Clone, PartialEq)]
pub struct Next {
    /// The status after this pass.
    pub status: MailDomainStatus,
    /// Its JSON, where it must be written: something changed that is worth a write.
    pub write: Option<Arc<str>>,
    /// What to tell people, once the status is written.
    pub event: Option<Event>,
    /// When to look again; `None` means when the object changes.
    pub requeue: Option<SignedDuration>,
    /// When what is known turns stale after a pass that judged, if DNS says nothing more; `None` when it cannot, or already
    /// has. After other passes [`stale_at`](super::stale_at) says so.
    pub stale_at: Option<Timestamp>,
    /// How many changes were left unsaid: answers that only took turns, and writes over the bound of an hour.
    pub suppressed: u32,
    /// What to remember.
    pub remembered: Remembered,
}
