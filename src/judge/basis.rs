//! What a record's state rests on: the essential questions asked for it, their answers and their times.
//!
//! A [`Basis`] asks and remembers, so that every standard fills its [`RecordVerdict`] the same way: a difference that
//! was seen counts although something else got no answer; without one, an unanswered question makes the state
//! unknown.

use std::collections::HashSet;
use std::sync::Arc;

use jiff::Timestamp;

use super::{RecordVerdict, Site, State};
use crate::inquiry::{AnyQuestion, Dns, Fact, Inquiry, Kind, Need, Rdata, Reply, Trouble};
use crate::intent::ManagedRrset;
use crate::name::Name;

/// A usable answer: records, or their proven absence.
#[derive(Debug, Clone, Copy)]
pub(super) struct UsableAnswer<'f> {
    /// The records; empty for a proven absence.
    pub(super) records: &'f [Rdata],
    /// The CNAME targets followed, in order.
    pub(super) chain: &'f [Name],
    /// Whether the name at the end of the chain does not exist.
    pub(super) nxdomain: bool,
    /// The fact itself.
    pub(super) fact: &'f Arc<Fact>,
}

impl<'f> UsableAnswer<'f> {
    /// What a reply says; `None` while open, or without a usable answer.
    pub(super) fn from_reply(reply: Reply<'f>) -> Option<Self> {
        let fact = reply.fact()?;
        Some(Self {
            records: reply.records()?,
            chain: fact.chain(),
            nxdomain: reply.is_nxdomain(),
            fact,
        })
    }

    /// The same as [`UsableAnswer::texts`]. However many rooms look at them, in however many waves and for however many domains,
    /// they are read once.
    pub(super) fn shared_texts(&self) -> &'f Texts {
        self.fact.once(|_| Texts(self.texts()))
    }

    /// The TXT records' strings, each joined; the same record twice is one.
    pub(super) fn texts(&self) -> Vec<Vec<u8>> {
        let mut known = HashSet::new();
        let joined = |rdata: &Rdata| match rdata {
            Rdata::Txt(txt) => Some(txt.joined()),
            _ => None,
        };
        let distinct = self.records.iter().filter(|rdata| known.insert(*rdata));
        distinct.filter_map(joined).collect()
    }
}

/// Asks as evidence: whether a rule fires hangs on it, no state does.
pub(super) fn evidence<'f>(inquiry: &mut Inquiry<'f>, name: &Name, kind: Kind) -> Option<UsableAnswer<'f>> {
    UsableAnswer::from_reply(inquiry.ask(Dns::new(name.clone(), kind), Need::Evidence))
}

/// The TXT values of an answer.
#[derive(Debug)]
pub(super) struct Texts(Vec<Vec<u8>>);

impl Texts {
    /// Each of them.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Vec<u8>> {
        self.0.iter()
    }
}

/// What was judged of a record from what could be seen.
#[derive(Debug)]
pub(super) struct Judged {
    /// The state, as far as it was seen.
    pub(super) state: State,
    /// What was seen, in presentation format.
    pub(super) observed: Vec<String>,
    /// One sentence a difference.
    pub(super) differences: Vec<String>,
}

impl Judged {
    /// Of a record of which nothing could be seen.
    pub(super) fn unknown() -> Self {
        Self {
            state: State::Unknown,
            observed: Vec::new(),
            differences: Vec::new(),
        }
    }
}

/// The essential questions of one record.
#[derive(Debug, Default)]
pub(super) struct Basis {
    questions: Vec<AnyQuestion>,
    ttl: Option<u32>,
    seen_at: Option<Timestamp>,
    expires_at: Option<Timestamp>,
    trouble: Option<Trouble>,
    open: bool,
}

impl Basis {
    /// Asks, for the state hangs on it; `None` while open, or without a usable answer.
    pub(super) fn ask<'f>(
        &mut self,
        inquiry: &mut Inquiry<'f>,
        name: &Name,
        kind: Kind,
    ) -> Option<UsableAnswer<'f>> {
        let question = Dns::new(name.clone(), kind);
        let reply = inquiry.ask(question.clone(), Need::Essential);
        self.rests_on(question, reply);
        UsableAnswer::from_reply(reply)
    }

    /// The state rests on this reply, had to an essential question that was asked elsewhere.
    pub(super) fn rests_on(&mut self, question: Dns, reply: Reply<'_>) {
        let question = question.into();
        if self.questions.contains(&question) {
            return;
        }
        self.questions.push(question);
        match reply {
            Reply::Open => self.lacks(None),
            Reply::Unanswered(trouble) => self.lacks(Some(trouble)),
            Reply::Answered(..) => {}
        }
        if let Some(fact) = reply.fact() {
            self.ttl = self.ttl.max(Some(fact.ttl()));
            self.expires_at = self.expires_at.max(Some(fact.expires_at));
            self.seen_at = Some(self.seen_at.map_or(fact.seen_at, |at| at.min(fact.seen_at)));
        }
    }

    /// The state rests on this too: an answer that is as good as new while it is kept, so no TTL says when it is another.
    pub(super) fn rests_on_lasting(&mut self, question: AnyQuestion, seen_at: Timestamp) {
        if !self.questions.contains(&question) {
            self.questions.push(question);
            self.seen_at = Some(self.seen_at.map_or(seen_at, |at| at.min(seen_at)));
        }
    }

    /// Something the state rests on got no answer, wherever it was asked; or none yet.
    pub(super) fn lacks(&mut self, trouble: Option<Trouble>) {
        match trouble {
            Some(trouble) => self.trouble = self.trouble.or(Some(trouble)),
            None => self.open = true,
        }
    }

    /// The verdict: a difference that was seen counts; else what got no answer makes it unknown.
    pub(super) fn verdict(self, wanted: &ManagedRrset, judged: Judged) -> RecordVerdict {
        let desired = wanted.desired();
        let blind = self.open || self.trouble.is_some();
        RecordVerdict {
            site: Site::rrset(wanted.name.clone(), desired.kind),
            standard: wanted.standard(),
            state: if blind && !judged.state.differs() {
                State::Unknown
            } else {
                judged.state
            },
            desired: desired.values,
            condition: desired.condition,
            observed: judged.observed,
            differences: judged.differences,
            unanswered: self.trouble,
            ttl: self.ttl,
            seen_at: self.seen_at,
            expires_at: self.expires_at,
            questions: self.questions,
            resolver: None,
        }
    }
}
