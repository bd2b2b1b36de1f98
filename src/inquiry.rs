//! The seam between the judgement and the world: questions, answers, and the list of what is still open.
//!
//! The judgement is a pure function over [`Facts`]. Where it needs an answer it calls [`Inquiry::ask`]: the fact is
//! there, or the question is noted as open and the judgement goes on with what it has. Whoever runs the judgement
//! answers the open questions and runs it again, until none is left. So this module knows no socket, no clock and no
//! task: it is the contract both sides keep. Facts are pinned for a pass; a TTL that runs out between two waves
//! changes nothing.

use std::any::{Any, TypeId};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

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
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
pub enum Need {
    /// A Warning or an Info hangs on it: unanswered, it is an Info finding and nothing else.
    Evidence,
    /// An Error finding could hang on it: never answered, whether the domain is compliant is not known.
    Compliance,
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

/// What is known so far in this pass, and what the judgement has made of it already.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    known: HashMap<Question, Arc<Fact>>,
    memo: Memo,
}

impl Facts {
    /// Nothing known yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// The fact that answers `question`.
    pub fn get(&self, question: &Question) -> Option<&Arc<Fact>> {
        self.known.get(question)
    }

    /// Whether `question` is answered.
    pub fn contains(&self, question: &Question) -> bool {
        self.known.contains_key(question)
    }

    /// Pins the answer to a question; the first one stays.
    pub fn insert(&mut self, question: Question, fact: impl Into<Arc<Fact>>) {
        self.known.entry(question).or_insert_with(|| fact.into());
    }

    /// How many questions are answered.
    pub fn len(&self) -> usize {
        self.known.len()
    }

    /// Whether no question is answered.
    pub fn is_empty(&self) -> bool {
        self.known.is_empty()
    }

    /// Every answered question.
    pub fn iter(&self) -> impl Iterator<Item = (&Question, &Arc<Fact>)> {
        self.known.iter()
    }
}

/// By what is known; what was made of it follows from that.
impl PartialEq for Facts {
    fn eq(&self, other: &Self) -> bool {
        self.known == other.known
    }
}

impl Eq for Facts {}

impl FromIterator<(Question, Fact)> for Facts {
    fn from_iter<T: IntoIterator<Item = (Question, Fact)>>(facts: T) -> Self {
        let mut known = Self::new();
        for (question, fact) in facts {
            known.insert(question, fact);
        }
        known
    }
}

impl std::ops::Index<&Question> for Facts {
    type Output = Fact;

    /// The answer to a question that is known to be answered.
    fn index(&self, question: &Question) -> &Fact {
        &self.known[question]
    }
}

/// What a wave has worked out to its end, for the next: see [`Inquiry::once`].
#[derive(Default)]
struct Memo(Mutex<HashMap<MemoKey, Remembered>>);

/// What was worked out, of which name, asked for with which need.
type MemoKey = (TypeId, Name, Need);

#[derive(Clone)]
struct Remembered {
    value: Arc<dyn Any + Send + Sync>,
    asked: Arc<BTreeMap<Question, Need>>,
}

impl Memo {
    fn lock(&self) -> MutexGuard<'_, HashMap<MemoKey, Remembered>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Clone for Memo {
    fn clone(&self) -> Self {
        Self(Mutex::new(self.lock().clone()))
    }
}

impl fmt::Debug for Memo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Memo").field("len", &self.lock().len()).finish()
    }
}

/// What [`Inquiry::ask`] says.
#[derive(Debug, Clone, Copy)]
pub enum Reply<'f> {
    /// The question is open: judge on with what is known; this run's verdict is thrown away.
    Open,
    /// The question was asked and no usable answer was had.
    Unanswered(Trouble),
    /// There are records: never an empty slice.
    Records(&'f [Rdata], &'f Arc<Fact>),
    /// The name exists without such a record.
    NoData(&'f Arc<Fact>),
    /// The name does not exist.
    NxDomain(&'f Arc<Fact>),
}

impl<'f> Reply<'f> {
    /// The fact behind an answer that could be used.
    pub fn fact(self) -> Option<&'f Arc<Fact>> {
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
pub struct Inquiry<'f> {
    facts: &'f Facts,
    asked: BTreeMap<Question, Asked>,
    /// For which standard the judgement is asking just now.
    standard: Standard,
    /// No further question may be opened: what is not known is [`Trouble::Limit`].
    closed: bool,
    over_limit: bool,
    /// What is being worked out just now, innermost last: the questions asked for it.
    working: Vec<BTreeMap<Question, Need>>,
    /// What this run has worked out, whether or not a question of it is open.
    worked_out: HashMap<MemoKey, Remembered>,
}

impl fmt::Debug for Inquiry<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Inquiry")
            .field("asked", &self.asked)
            .field("closed", &self.closed)
            .finish_non_exhaustive()
    }
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
            working: Vec::new(),
            worked_out: HashMap::new(),
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
        if let Some(working) = self.working.last_mut() {
            let noted = working.entry(question.clone()).or_insert(need);
            *noted = need.max(*noted);
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

    /// Works something out about `name` at most once a run, and not again in a later wave once every question it asked
    /// was answered: facts are pinned for a pass, so it would come out the same.
    ///
    /// What is worked out is known by its type `T`, `name` and `need`; `work` may depend on nothing else but facts. Its
    /// questions count as asked by every caller, for the standard that is asking then.
    pub fn once<T: Any + Send + Sync>(
        &mut self,
        name: &Name,
        need: Need,
        work: impl FnOnce(&mut Self) -> T,
    ) -> Arc<T> {
        let key = (TypeId::of::<T>(), name.clone(), need);
        let known = self.worked_out.get(&key).cloned();
        let known = known.or_else(|| self.facts.memo.lock().get(&key).cloned());
        if let Some(known) = known
            && let Ok(value) = Arc::clone(&known.value).downcast::<T>()
        {
            for (question, need) in known.asked.iter() {
                self.ask(question.clone(), *need);
            }
            return value;
        }
        self.working.push(BTreeMap::new());
        let value = Arc::new(work(self));
        let asked = self.working.pop().unwrap_or_default();
        if let Some(outer) = self.working.last_mut() {
            for (question, need) in &asked {
                let noted = outer.entry(question.clone()).or_insert(*need);
                *noted = (*need).max(*noted);
            }
        }
        let is_done = asked.keys().all(|question| self.facts.contains(question));
        let remembered = Remembered {
            value: value.clone(),
            asked: Arc::new(asked),
        };
        if is_done {
            self.facts.memo.lock().insert(key.clone(), remembered.clone());
        }
        self.worked_out.insert(key, remembered);
        value
    }

    /// What is known of a question, asked or not.
    pub fn fact(&self, question: &Question) -> Option<&'f Arc<Fact>> {
        self.facts.get(question)
    }

    /// The questions of this run that no fact answers yet.
    pub fn open(&self) -> Vec<Question> {
        if self.closed {
            return Vec::new();
        }
        self.asked
            .keys()
            .filter(|question| !self.facts.contains(question))
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

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> Name {
        text.parse().unwrap()
    }

    fn answer(question: &Question) -> Fact {
        let _ = question;
        Fact {
            answer: Answer::NoData,
            chain: Vec::new(),
            ttl: 60,
            seen_at: Timestamp::UNIX_EPOCH,
            expires_at: Timestamp::UNIX_EPOCH,
        }
    }

    /// Something that takes two waves: the second question is known only by the first answer.
    struct Walked(usize);

    fn walk(inquiry: &mut Inquiry<'_>, times: &mut usize) -> Arc<Walked> {
        inquiry.once(&name("a.nl"), Need::Compliance, |inquiry| {
            *times += 1;
            let mut heard = 0;
            for owner in ["a.nl", "b.nl"] {
                let question = Question::new(name(owner), Kind::Txt);
                match inquiry.ask(question, Need::Compliance) {
                    Reply::Open => break,
                    _ => heard += 1,
                }
            }
            Walked(heard)
        })
    }

    #[test]
    fn what_was_worked_out_to_its_end_is_not_worked_out_again_in_a_later_wave() {
        let (mut times, mut waves) = (0, 0);
        let ((first, second), facts) = settle_from(answer, |inquiry| {
            waves += 1;
            inquiry.on_behalf_of(Standard::Spf);
            let first = walk(inquiry, &mut times).0;
            inquiry.on_behalf_of(Standard::Dmarc);
            let second = walk(inquiry, &mut times).0;
            // A question of another kind goes on for two waves longer.
            for owner in ["c.nl", "d.nl", "e.nl", "f.nl"] {
                if let Reply::Open = inquiry.ask(Question::new(name(owner), Kind::Mx), Need::Evidence) {
                    break;
                }
            }
            (first, second)
        });
        assert_eq!((first, second), (2, 2));
        // Once a wave while a question of it was open, however many asked, and never after that.
        assert_eq!((waves, times), (5, 3));
        assert_eq!(facts.len(), 6);
    }

    #[test]
    fn who_reads_what_was_worked_out_has_asked_its_questions_too() {
        let facts: Facts = settle_from(answer, |inquiry| walk(inquiry, &mut 0)).1;
        let mut inquiry = Inquiry::new(&facts);
        for standard in [Standard::Spf, Standard::Dmarc] {
            inquiry.on_behalf_of(standard);
            walk(&mut inquiry, &mut 0);
        }
        let asked: Vec<_> = inquiry.asked().map(|(_, asked)| asked.clone()).collect();
        assert_eq!(asked.len(), 2);
        for one in asked {
            assert_eq!(one.need, Need::Compliance);
            assert_eq!(one.standards, BTreeSet::from([Standard::Spf, Standard::Dmarc]));
        }
    }

    #[test]
    fn needs_are_ordered_by_what_hangs_on_them() {
        assert!(Need::Evidence < Need::Compliance && Need::Compliance < Need::Essential);
    }
}
