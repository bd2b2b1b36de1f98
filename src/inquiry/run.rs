//! One run of the judgement: what is asked, what is answered, what stays open; and the runs of a pass over a map.

use std::any::{Any, TypeId};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;

use super::facts::{MemoKey, Remembered};
use super::stand_in::{About, Detour, StandIn, StandIns};
use super::{
    Answer, Answered, AnyQuestion, Depth, Dns, Fact, Facts, Kind, Lane, MAX_QUESTIONS, MAX_VIEWS, MAX_WAVES,
    Need, Passes, Rdata, Trouble,
};
use crate::name::Name;
use crate::records::Standard;

/// What [`Inquiry::ask`] says.
pub enum Reply<'f, L: Lane = Dns> {
    /// The question is open: judge on with what is known; this run's verdict is thrown away.
    Open,
    /// The question was asked and no usable answer was had.
    Unanswered(Trouble),
    /// What was answered, and the fact behind it.
    Answered(&'f L::Answer, &'f Arc<Fact<L>>),
}

impl<L: Lane> Clone for Reply<'_, L> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<L: Lane> Copy for Reply<'_, L> {}

impl<L: Lane> fmt::Debug for Reply<'_, L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Open => f.write_str("Open"),
            Self::Unanswered(trouble) => f.debug_tuple("Unanswered").field(trouble).finish(),
            Self::Answered(answer, _) => f.debug_tuple("Answered").field(answer).finish(),
        }
    }
}

impl<'f, L: Lane> Reply<'f, L> {
    fn to(fact: &'f Arc<Fact<L>>) -> Self {
        match &fact.outcome {
            Ok(answer) => Self::Answered(answer, fact),
            Err(trouble) => Self::Unanswered(*trouble),
        }
    }

    /// The fact behind an answer that could be used.
    pub fn fact(self) -> Option<&'f Arc<Fact<L>>> {
        match self {
            Self::Answered(_, fact) => Some(fact),
            Self::Open | Self::Unanswered(_) => None,
        }
    }

    /// The answer, when one could be used.
    pub fn answer(self) -> Option<&'f L::Answer> {
        match self {
            Self::Answered(answer, _) => Some(answer),
            Self::Open | Self::Unanswered(_) => None,
        }
    }
}

impl<'f> Reply<'f> {
    /// The records; empty for a proven absence, `None` when nothing usable is known.
    pub fn records(self) -> Option<&'f [Rdata]> {
        self.answer().map(Answer::records)
    }

    /// Whether it is known that the name at the end of the chain does not exist.
    pub fn is_nxdomain(self) -> bool {
        matches!(self, Self::Answered(Answer::NxDomain, _))
    }
}

/// What is noted of a question that was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// The strongest need it was asked with.
    pub need: Need,
    /// The standards it was asked for.
    pub standards: BTreeSet<Standard>,
    /// When a usable answer was had, or why there is none.
    pub outcome: Result<Answered, Trouble>,
}

/// One run of the judgement over the facts: answers what is known, notes what is not.
pub struct Inquiry<'f> {
    facts: &'f Facts,
    asked: BTreeMap<AnyQuestion, Asked>,
    /// How many of these strangers are asked.
    views: usize,
    /// The first question beyond the bounds, and what hangs on it and on those after it.
    beyond: Option<(AnyQuestion, Asked)>,
    /// For which standard the judgement is asking just now.
    standard: Standard,
    /// Why no further question may be opened: what is not known is that.
    closed: Option<Trouble>,
    over_limit: bool,
    /// What is being worked out just now, innermost last: the questions asked for it.
    working: Vec<BTreeMap<AnyQuestion, Need>>,
    /// What this run has worked out, whether or not a question of it is open.
    worked_out: HashMap<MemoKey, Remembered>,
    /// Who answers in the resolver's place.
    stand_ins: StandIns,
    /// The questions that were answered so.
    detoured: BTreeSet<AnyQuestion>,
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
            views: 0,
            beyond: None,
            standard: Standard::Dns,
            closed: None,
            over_limit: false,
            working: Vec::new(),
            worked_out: HashMap::new(),
            stand_ins: StandIns::default(),
            detoured: BTreeSet::new(),
        }
    }

    /// A run over `facts` in which missing facts are unanswered: the last run of a pass that ran into its bounds.
    pub fn closed(facts: &'f Facts) -> Self {
        Self::closed_with(facts, Trouble::Limit)
    }

    /// The same, where what is missing is missing for a reason of its own: the run over a recording.
    pub fn closed_with(facts: &'f Facts, why: Trouble) -> Self {
        Self {
            closed: Some(why),
            ..Self::new(facts)
        }
    }

    /// How closely authorities are looked at.
    pub fn depth(&self) -> Depth {
        self.facts.approach().depth
    }

    /// What the resolver makes of DNSSEC; `None` where nothing is validated by choice.
    pub fn passes(&self) -> Option<Passes> {
        self.facts.passes()
    }

    /// The record sets of which the resolver is not asked before the authorities have what is meant.
    pub fn held_back(&self) -> &'f BTreeSet<(Name, Kind)> {
        &self.facts.approach().held_back
    }

    /// From here on questions are asked for `standard`: an unanswered one keeps that standard's earlier findings.
    pub fn on_behalf_of(&mut self, standard: Standard) {
        self.standard = standard;
    }

    /// From here on no question of these goes to the resolver: an authority answers them, or while there is none they
    /// are open and nobody is asked.
    pub fn stand_in(&mut self, about: About, authority: Option<IpAddr>) {
        let who = authority.map_or(StandIn::Awaited, StandIn::Authority);
        self.stand_ins.add(about, who);
        self.worked_out.clear();
    }

    /// From here on none of these questions has an answer, whatever the resolver says: those whose word counts were asked,
    /// and this became of it.
    pub fn let_nobody_answer(&mut self, about: About, trouble: Trouble) {
        self.stand_ins.add(about, StandIn::Nobody(trouble));
        self.worked_out.clear();
    }

    /// From here on the resolver answers for itself.
    pub fn stand_back(&mut self, about: &About) {
        self.stand_ins.remove(about);
        self.worked_out.clear();
    }

    /// Asks. The same question may be asked often; the strongest need counts.
    pub fn ask<L: Lane>(&mut self, question: L, need: Need) -> Reply<'f, L> {
        let (fact, has_room) = match self.stand_ins.detour(&question) {
            Detour::Waits => return self.closed.map_or(Reply::Open, Reply::Unanswered),
            Detour::Silence(trouble) => {
                let question: AnyQuestion = question.into();
                self.note(question.clone(), need);
                if let Some(noted) = self.asked.get_mut(&question) {
                    noted.outcome = Err(trouble);
                }
                self.detoured.insert(question);
                return Reply::Unanswered(trouble);
            }
            Detour::None => (self.facts.get(&question), self.note(question.into(), need)),
            Detour::To(there) => (
                self.facts.get(&there),
                self.note_detour(question.into(), there.into(), need),
            ),
        };
        if !has_room {
            return Reply::Unanswered(Trouble::Limit);
        }
        match fact {
            Some(fact) => Reply::to(fact),
            None => match self.closed {
                Some(why) => {
                    self.over_limit |= why == Trouble::Limit;
                    Reply::Unanswered(why)
                }
                None => Reply::Open,
            },
        }
    }

    /// Notes that a question was asked, and that its answer is had `there`.
    fn note_detour(&mut self, question: AnyQuestion, there: AnyQuestion, need: Need) -> bool {
        let unknown = Err(self.closed.unwrap_or(Trouble::Limit));
        let outcome = self.facts.times(&there).unwrap_or(unknown);
        let has_room = self.note(there, Need::Detail) && self.note(question.clone(), need);
        if let Some(noted) = self.asked.get_mut(&question) {
            noted.outcome = outcome;
        }
        self.detoured.insert(question);
        has_room
    }

    /// Notes that a question was asked; `false` when there is no room for it in this pass.
    fn note(&mut self, question: AnyQuestion, need: Need) -> bool {
        let unknown = Err(self.closed.unwrap_or(Trouble::Limit));
        let outcome = self.facts.times(&question).unwrap_or(unknown);
        let new = || Asked {
            need,
            standards: BTreeSet::new(),
            outcome,
        };
        let is_of_a_stranger = question.is_of_a_stranger();
        let is_full = match is_of_a_stranger {
            true => self.views >= MAX_VIEWS,
            false => self.asked.len() - self.views >= MAX_QUESTIONS,
        };
        if is_full && !self.asked.contains_key(&question) {
            // Nothing but details hangs on what strangers say.
            if is_of_a_stranger {
                return false;
            }
            self.over_limit = true;
            let (_, noted) = self.beyond.get_or_insert_with(|| {
                let outcome = Err(Trouble::Limit);
                (question, Asked { outcome, ..new() })
            });
            noted.need = need.max(noted.need);
            noted.standards.insert(self.standard);
            return false;
        }
        if let Some(working) = self.working.last_mut() {
            let noted = working.entry(question.clone()).or_insert(need);
            *noted = need.max(*noted);
        }
        let known = self.asked.len();
        let noted = self.asked.entry(question).or_insert_with(new);
        noted.need = need.max(noted.need);
        noted.standards.insert(self.standard);
        if is_of_a_stranger && self.asked.len() > known {
            self.views += 1;
        }
        true
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
        // What the waves share is what the resolver's answers come to.
        let shared = self.stand_ins.is_empty();
        let known = known.or_else(|| {
            let memo = self.facts.memo.lock();
            memo.get(&key).filter(|_| shared).cloned()
        });
        if let Some(known) = known
            && let Ok(value) = Arc::clone(&known.value).downcast::<T>()
        {
            for (question, need) in known.asked.iter() {
                self.note(question.clone(), *need);
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
        let is_done = shared && asked.keys().all(|question| self.facts.answers(question));
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
    pub fn fact<L: Lane>(&self, question: &L) -> Option<&'f Arc<Fact<L>>> {
        match self.stand_ins.detour(question) {
            Detour::None => self.facts.get(question),
            Detour::Waits | Detour::Silence(_) => None,
            Detour::To(there) => self.facts.get(&there),
        }
    }

    /// The questions of this run that no fact answers yet.
    pub fn open(&self) -> Vec<AnyQuestion> {
        self.left_open().cloned().collect()
    }

    /// Whether such a question is left: what this run says will be thrown away.
    pub fn has_open(&self) -> bool {
        self.left_open().next().is_some()
    }

    fn left_open(&self) -> impl Iterator<Item = &AnyQuestion> {
        let asked = self.asked.keys().filter(|_| self.closed.is_none());
        asked.filter(|question| !self.facts.answers(question) && !self.detoured.contains(*question))
    }

    /// Whether the bounds of a pass kept a question from being asked.
    pub fn hit_limit(&self) -> bool {
        self.over_limit
    }

    /// Every question of this run.
    pub fn asked(&self) -> impl Iterator<Item = (&AnyQuestion, &Asked)> {
        self.asked.iter()
    }

    /// Every question of this run without a usable answer; of those beyond the bounds the first stands for all.
    pub fn unanswered(&self) -> impl Iterator<Item = (&AnyQuestion, &Asked, Trouble)> {
        let beyond = self.beyond.iter().map(|(question, asked)| (question, asked));
        self.asked
            .iter()
            .chain(beyond)
            .filter_map(|(question, asked)| asked.outcome.err().map(|why| (question, asked, why)))
    }
}

/// Runs `judge` against a world that is a map: `answer` answers whatever DNS is asked.
///
/// The pure counterpart of the world's own settle, with the same bounds; tests and recorded answers use it.
pub fn settle_from<T>(
    mut answer: impl FnMut(&Dns) -> Fact,
    judge: impl FnMut(&mut Inquiry<'_>) -> T,
) -> (T, Facts) {
    let answer = |question: &AnyQuestion, facts: &mut Facts| {
        if let Some(question) = question.dns() {
            facts.insert(question.clone(), answer(question));
        }
    };
    settle_with(answer, judge)
}

/// The same for all lanes: `answer` puts the fact that answers a question among those that are known. What it leaves
/// out is never answered.
pub fn settle_with<T>(
    answer: impl FnMut(&AnyQuestion, &mut Facts),
    judge: impl FnMut(&mut Inquiry<'_>) -> T,
) -> (T, Facts) {
    settle_facts(Facts::new(), answer, judge)
}

/// The same from what is known already, with the authorities looked at as closely as that says.
pub fn settle_facts<T>(
    mut facts: Facts,
    mut answer: impl FnMut(&AnyQuestion, &mut Facts),
    mut judge: impl FnMut(&mut Inquiry<'_>) -> T,
) -> (T, Facts) {
    for _ in 0..MAX_WAVES {
        let mut inquiry = Inquiry::new(&facts);
        let verdict = judge(&mut inquiry);
        let open = inquiry.open();
        if open.is_empty() {
            return (verdict, facts);
        }
        let known = facts.len();
        for question in open {
            answer(&question, &mut facts);
        }
        if facts.len() == known {
            break;
        }
    }
    let verdict = judge(&mut Inquiry::closed(&facts));
    (verdict, facts)
}
