//! The seam between the judgement and the world: questions, answers, and the list of what is still open.
//!
//! The judgement is a pure function over [`Facts`]. Where it needs an answer it calls [`Inquiry::ask`]: the fact is
//! there, or the question is noted as open and the judgement goes on with what it has. Whoever runs the judgement
//! answers the open questions and runs it again, until none is left. So this module knows no socket, no clock and no
//! task: it is the contract both sides keep. Facts are pinned for a pass; a TTL that runs out between two waves
//! changes nothing.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};

use jiff::Timestamp;
use serde::Serialize;

use crate::name::Name;
use crate::records::Standard;

/// At most this many times is the judgement run in one pass before what is open counts as unanswered.
pub const MAX_WAVES: usize = 32;

/// At most this many questions are asked in one pass; a further one is answered [`Trouble::Limit`].
pub const MAX_QUESTIONS: usize = 512;

/// The kind of records a question asks for (RFC 1035 3.2.2 and later).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "UPPERCASE")]
#[non_exhaustive]
pub enum Kind {
    /// An IPv4 address.
    A,
    /// An IPv6 address.
    Aaaa,
    /// The alias itself, not followed.
    Cname,
    /// Mail exchanges.
    Mx,
    /// Name servers.
    Ns,
    /// The name of an address.
    Ptr,
    /// Start of authority.
    Soa,
    /// SPF's own record type of RFC 4408 (99), which RFC 7208 3.1 retired.
    Spf,
    /// Text.
    Txt,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::A => "A",
            Self::Aaaa => "AAAA",
            Self::Cname => "CNAME",
            Self::Mx => "MX",
            Self::Ns => "NS",
            Self::Ptr => "PTR",
            Self::Soa => "SOA",
            Self::Spf => "SPF",
            Self::Txt => "TXT",
        })
    }
}

/// From where a question is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
#[non_exhaustive]
pub enum View {
    /// As any receiver sees it: through a recursive resolver.
    #[default]
    Recursive,
}

/// One question to DNS.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Question {
    /// The owner name.
    pub name: Name,
    /// The record type.
    pub kind: Kind,
    /// Who is asked.
    pub view: View,
}

impl Question {
    /// A question as a receiver would ask it.
    pub fn new(name: Name, kind: Kind) -> Self {
        Self {
            name,
            kind,
            view: View::Recursive,
        }
    }
}

impl fmt::Display for Question {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.name, self.kind)
    }
}

/// What hangs on a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Need {
    /// A rule wants it: unanswered, it is an Info finding and nothing else.
    Evidence,
    /// A record's state hangs on it: unanswered, Ready can become Unknown.
    Essential,
}

/// A TXT record's character-strings (RFC 1035 3.3.14).
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Txt {
    /// The strings in order, octets as they came; none is over 255 when it came from DNS.
    pub strings: Vec<Vec<u8>>,
}

impl Txt {
    /// Splits `text` into strings of at most 255 octets (RFC 7208 3.3, RFC 6376 3.6.2.2).
    pub fn split(text: &[u8]) -> Self {
        if text.is_empty() {
            return Self {
                strings: vec![Vec::new()],
            };
        }
        Self {
            strings: text.chunks(255).map(<[u8]>::to_vec).collect(),
        }
    }

    /// All strings joined without anything between them, as every standard that uses TXT demands.
    pub fn joined(&self) -> Vec<u8> {
        self.strings.concat()
    }
}

/// One record's data.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Rdata {
    /// An IPv4 address.
    A(Ipv4Addr),
    /// An IPv6 address.
    Aaaa(Ipv6Addr),
    /// An alias' target.
    Cname(Name),
    /// A mail exchange.
    Mx {
        /// Lower is tried first.
        preference: u16,
        /// The host; the root in a null MX (RFC 7505).
        exchange: Name,
    },
    /// A name server.
    Ns(Name),
    /// The name of an address.
    Ptr(Name),
    /// Start of authority: only that there is one.
    Soa,
    /// Text, or the same in the retired type SPF.
    Txt(Txt),
}

/// Why a question got no usable answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[non_exhaustive]
pub enum Trouble {
    /// The answer failed DNSSEC validation (told only when Zegel validates itself).
    Bogus,
    /// A CNAME chain that loops or is too long to follow.
    CnameLoop,
    /// A server that is not responsible and does not recurse: neither RA nor AA, or an upward referral.
    Lame,
    /// The pass' bounds on waves, questions or time were reached before it was asked.
    Limit,
    /// An answer that is no DNS message, or not for this question.
    Malformed,
    /// No connection to the server could be made.
    Network,
    /// NOTIMP, FORMERR or another error code.
    OtherRcode,
    /// The server refused.
    Refused,
    /// The server could not get an answer either.
    ServFail,
    /// No answer in time.
    Timeout,
}

impl Trouble {
    /// The word used in status, JSON and metric labels.
    pub fn reason(self) -> &'static str {
        match self {
            Self::Bogus => "Bogus",
            Self::CnameLoop => "CnameLoop",
            Self::Lame => "Lame",
            Self::Limit => "Limit",
            Self::Malformed => "Malformed",
            Self::Network => "Network",
            Self::OtherRcode => "OtherRcode",
            Self::Refused => "Refused",
            Self::ServFail => "ServFail",
            Self::Timeout => "Timeout",
        }
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Bogus => "the answer failed DNSSEC validation",
            Self::CnameLoop => "its CNAME chain does not end",
            Self::Lame => "the server is not responsible for the name (lame)",
            Self::Limit => "the bounds of one look were reached",
            Self::Malformed => "the answer was no usable DNS message",
            Self::Network => "no DNS server could be reached",
            Self::OtherRcode => "the server answered with an error code",
            Self::Refused => "the server refused to answer",
            Self::ServFail => "the server answered SERVFAIL",
            Self::Timeout => "no answer came in time",
        })
    }
}

/// What an answered question says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// There are records of this kind at the end of the chain: never empty.
    Records(Vec<Rdata>),
    /// The name exists, but has no record of this kind.
    NoData,
    /// The name does not exist.
    NxDomain,
    /// No usable answer: a third thing, neither presence nor absence.
    Unanswered(Trouble),
}

/// An answer, with when it was had and how long it holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// What was said.
    pub answer: Answer,
    /// The CNAME targets followed from the question's name, in order; empty when there was no alias.
    pub chain: Vec<Name>,
    /// The remaining TTL when the answer came, in seconds: the smallest of the chain and the RRset, or the negative TTL
    /// (RFC 2308 5); 0 when unanswered.
    pub ttl: u32,
    /// When the answer came.
    pub seen_at: Timestamp,
    /// Until when it may be used without asking again.
    pub expires_at: Timestamp,
}

/// What is known so far in this pass.
pub type Facts = HashMap<Question, Fact>;

/// What [`Inquiry::ask`] says.
#[derive(Debug, Clone, Copy)]
pub enum Reply<'f> {
    /// The question is open: judge on with what is known; this run's verdict is thrown away.
    Open,
    /// The question was asked and no usable answer was had.
    Unanswered(Trouble),
    /// There are records: never an empty slice.
    Records(&'f [Rdata], &'f Fact),
    /// The name exists without such a record.
    NoData(&'f Fact),
    /// The name does not exist.
    NxDomain(&'f Fact),
}

impl<'f> Reply<'f> {
    /// The fact behind an answer that could be used.
    pub fn fact(self) -> Option<&'f Fact> {
        match self {
            Self::Records(_, fact) | Self::NoData(fact) | Self::NxDomain(fact) => Some(fact),
            Self::Open | Self::Unanswered(_) => None,
        }
    }

    /// The records; empty for a proven absence, `None` when nothing usable is known.
    pub fn records(self) -> Option<&'f [Rdata]> {
        match self {
            Self::Records(records, _) => Some(records),
            Self::NoData(_) | Self::NxDomain(_) => Some(&[]),
            Self::Open | Self::Unanswered(_) => None,
        }
    }
}

/// What is noted of a question that was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// The strongest need it was asked with.
    pub need: Need,
    /// The standards it was asked for.
    pub standards: BTreeSet<Standard>,
    /// Why there is no usable answer; `None` when there is one.
    pub trouble: Option<Trouble>,
}

/// One run of the judgement over the facts: answers what is known, notes what is not.
#[derive(Debug)]
pub struct Inquiry<'f> {
    facts: &'f Facts,
    asked: BTreeMap<Question, Asked>,
    /// For which standard the judgement is asking just now.
    standard: Standard,
    /// No further question may be opened: what is not known is [`Trouble::Limit`].
    closed: bool,
    over_limit: bool,
}

impl<'f> Inquiry<'f> {
    /// A run over `facts` in which missing facts become open questions.
    pub fn new(facts: &'f Facts) -> Self {
        Self {
            facts,
            asked: BTreeMap::new(),
            standard: Standard::Dns,
            closed: false,
            over_limit: false,
        }
    }

    /// A run over `facts` in which missing facts are unanswered: the last run of a pass that ran into its bounds.
    pub fn closed(facts: &'f Facts) -> Self {
        Self {
            closed: true,
            ..Self::new(facts)
        }
    }

    /// From here on questions are asked for `standard`: an unanswered one keeps that standard's earlier findings.
    pub fn on_behalf_of(&mut self, standard: Standard) {
        self.standard = standard;
    }

    /// Asks. The same question may be asked often; the strongest need counts.
    pub fn ask(&mut self, question: Question, need: Need) -> Reply<'f> {
        let known = self.asked.contains_key(&question);
        if !known && self.asked.len() >= MAX_QUESTIONS {
            self.over_limit = true;
            return Reply::Unanswered(Trouble::Limit);
        }
        let fact = self.facts.get(&question);
        let trouble = match fact.map(|fact| &fact.answer) {
            None => Some(Trouble::Limit),
            Some(Answer::Unanswered(trouble)) => Some(*trouble),
            Some(_) => None,
        };
        let noted = self.asked.entry(question).or_insert(Asked {
            need,
            standards: BTreeSet::new(),
            trouble,
        });
        noted.need = need.max(noted.need);
        noted.standards.insert(self.standard);
        match fact.map(|fact| (&fact.answer, fact)) {
            None if self.closed => {
                self.over_limit = true;
                Reply::Unanswered(Trouble::Limit)
            }
            None => Reply::Open,
            Some((Answer::Records(records), fact)) => Reply::Records(records, fact),
            Some((Answer::NoData, fact)) => Reply::NoData(fact),
            Some((Answer::NxDomain, fact)) => Reply::NxDomain(fact),
            Some((Answer::Unanswered(trouble), _)) => Reply::Unanswered(*trouble),
        }
    }

    /// The questions of this run that no fact answers yet.
    pub fn open(&self) -> Vec<Question> {
        if self.closed {
            return Vec::new();
        }
        self.asked
            .keys()
            .filter(|question| !self.facts.contains_key(question))
            .cloned()
            .collect()
    }

    /// Whether the bounds of a pass kept a question from being asked.
    pub fn hit_limit(&self) -> bool {
        self.over_limit
    }

    /// Every question of this run.
    pub fn asked(&self) -> impl Iterator<Item = (&Question, &Asked)> {
        self.asked.iter()
    }
}

/// Runs `judge` against a world that is a map: `answer` answers whatever is open.
///
/// The pure counterpart of the world's own settle, with the same bounds; tests and recorded answers use it.
pub fn settle_from<T>(
    mut answer: impl FnMut(&Question) -> Fact,
    mut judge: impl FnMut(&mut Inquiry<'_>) -> T,
) -> (T, Facts) {
    let mut facts = Facts::new();
    for _ in 0..MAX_WAVES {
        let mut inquiry = Inquiry::new(&facts);
        let verdict = judge(&mut inquiry);
        let open = inquiry.open();
        if open.is_empty() {
            return (verdict, facts);
        }
        for question in open {
            let fact = answer(&question);
            facts.insert(question, fact);
        }
    }
    let verdict = judge(&mut Inquiry::closed(&facts));
    (verdict, facts)
}
