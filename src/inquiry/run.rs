//! One run of the judgement: what is asked, what is answered, what stays open.

use std::any::{Any, TypeId};
use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;

use foldhash::fast::RandomState;

use super::facts::{Asking, Known, MemoKey, Remembered};
use super::noted::{Asked, Noted, Row};
use super::stand_in::{About, Detour, StandIn, StandIns};
use super::working::Working;
use super::{
    Answered, AnyQuestion, Depth, Dns, Fact, Facts, Kind, Lane, MAX_QUESTIONS, MAX_VIEWS, Need, Passes,
    Reply, Trouble,
};
use crate::name::Name;
use crate::records::{Standard, Standards};

/// So many things are worked out for most domains: room for them is made at once.
const USUAL: usize = 24;

/// One run of the judgement over the facts: answers what is known, notes what is not.
pub struct Inquiry<'f> {
    facts: &'f Facts,
    noted: Noted<'f>,
    /// The first question beyond the bounds, and what hangs on it and on those after it.
    beyond: Option<Row<'f>>,
    /// For which standard the judgement is asking just now.
    standard: Standard,
    /// Why no further question may be opened: what is not known is that.
    closed: Option<Trouble>,
    over_limit: bool,
    /// Whether a question was left open.
    has_open: bool,
    /// What is being worked out just now.
    working: Working,
    /// What this run has worked out, whether or not a question of it is open.
    worked_out: HashMap<MemoKey, Remembered, RandomState>,
    /// Who answers in the resolver's place.
    stand_ins: StandIns,
    /// The questions that were answered so.
    detoured: BTreeSet<AnyQuestion>,
}

impl fmt::Debug for Inquiry<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Inquiry")
            .field("noted", &self.noted)
            .field("closed", &self.closed)
            .finish_non_exhaustive()
    }
}

impl<'f> Inquiry<'f> {
    /// A run over `facts` in which missing facts become open questions.
    pub fn new(facts: &'f Facts) -> Self {
        Self {
            facts,
            noted: Noted::default(),
            beyond: None,
            standard: Standard::Dns,
            closed: None,
            over_limit: false,
            has_open: false,
            working: Working::default(),
            worked_out: HashMap::with_capacity_and_hasher(USUAL, RandomState::default()),
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

    /// Whether mail servers are asked for all their TLS, beside their certificates.
    pub fn profiles(&self) -> bool {
        self.facts.approach().profile
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

    /// Whether the resolver does not answer this question for itself: an authority answers it, is waited for, or nobody does.
    pub fn is_stood_in<L: Lane>(&self, question: &L) -> bool {
        !matches!(self.stand_ins.detour(question), Detour::None)
    }

    /// Asks. The same question may be asked often; the strongest need counts.
    pub fn ask<L: Lane>(&mut self, question: L, need: Need) -> Reply<'f, L> {
        self.ask_about(&question, need)
    }

    /// The same of a question that is kept.
    pub fn ask_about<L: Lane>(&mut self, question: &L, need: Need) -> Reply<'f, L> {
        let (fact, has_room) = match self.stand_ins.detour(question) {
            Detour::Waits => return self.closed.map_or(Reply::Open, Reply::Unanswered),
            Detour::Silence(trouble) => {
                let question: AnyQuestion = question.clone().into();
                self.note(&question, need);
                self.became(question, Err(trouble));
                return Reply::Unanswered(trouble);
            }
            Detour::None => {
                let hash = self.facts.hash(question);
                let known = self.facts.known(hash, question);
                let fact = known.and_then(|known| known.fact.of::<L>());
                let has_room = match self.noted.place(hash, question) {
                    Some(place) => self.note_again(place, need),
                    None => {
                        let is_of_a_stranger = question.destination().is_some();
                        let anew = || question.clone().into();
                        self.note_anew((hash, known), anew, is_of_a_stranger, need)
                    }
                };
                (fact, has_room)
            }
            Detour::To(there) => (
                self.facts.get(&there),
                self.note_detour(question.clone().into(), there.into(), need),
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
                None => {
                    self.has_open = true;
                    Reply::Open
                }
            },
        }
    }

    /// Notes that a question was asked, and that its answer is had `there`.
    fn note_detour(&mut self, question: AnyQuestion, there: AnyQuestion, need: Need) -> bool {
        let outcome = self.facts.times(&there).unwrap_or(Err(self.absent()));
        let has_room = self.note(&there, Need::Detail) && self.note(&question, need);
        self.became(question, outcome);
        has_room
    }

    /// What became of a question is what became of another in its place.
    fn became(&mut self, question: AnyQuestion, outcome: Result<Answered, Trouble>) {
        let place = self.noted.place(self.facts.hash(&question), &question);
        if let Some(noted) = place.and_then(|place| self.noted.row_mut(place)) {
            noted.became = Some(Box::new(outcome));
        }
        self.detoured.insert(question);
    }

    /// Notes that a question was asked; `false` when there is no room for it in this pass.
    fn note(&mut self, question: &AnyQuestion, need: Need) -> bool {
        self.note_hashed(self.facts.hash(question), question, need)
    }

    /// The same of one whose hash is known.
    fn note_hashed(&mut self, hash: u64, question: &AnyQuestion, need: Need) -> bool {
        match self.noted.place(hash, question) {
            Some(place) => self.note_again(place, need),
            None => {
                let known = self.facts.known(hash, question);
                let anew = || question.clone();
                self.note_anew((hash, known), anew, question.is_of_a_stranger(), need)
            }
        }
    }

    /// Notes a question that stands there already.
    fn note_again(&mut self, place: usize, need: Need) -> bool {
        self.working.ask(place, need);
        if let Some(row) = self.noted.row_mut(place) {
            row.asked(need, self.standard);
        }
        true
    }

    /// Notes one that does not. What is known already is not copied.
    fn note_anew(
        &mut self,
        (hash, known): (u64, Option<&'f Known>),
        question: impl FnOnce() -> AnyQuestion,
        is_of_a_stranger: bool,
        need: Need,
    ) -> bool {
        let lent = known.map(|known| Cow::Borrowed(&known.question));
        let mut row = Row {
            hash,
            question: lent.unwrap_or_else(|| Cow::Owned(question())),
            is_of_a_stranger,
            fact: known.map(|known| &*known.fact),
            need,
            standards: Standards::default(),
            weighs: Standards::default(),
            trouble: self.absent(),
            became: None,
        };
        row.asked(need, self.standard);
        let is_full = match is_of_a_stranger {
            true => self.noted.views() >= MAX_VIEWS,
            false => self.noted.len() - self.noted.views() >= MAX_QUESTIONS,
        };
        if is_full {
            // Nothing but details hangs on what strangers say.
            if !is_of_a_stranger {
                self.over_limit = true;
                row.became = Some(Box::new(Err(Trouble::Limit)));
                let first = self.beyond.get_or_insert(row);
                first.asked(need, self.standard);
            }
            return false;
        }
        let place = self.noted.push(row);
        self.working.ask(place, need);
        true
    }

    /// What keeps a question without an answer that nothing answers.
    fn absent(&self) -> Trouble {
        self.closed.unwrap_or(Trouble::Limit)
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
            for asked in known.asked.iter() {
                self.note_hashed(asked.hash, &asked.question, asked.need);
            }
            return value;
        }
        self.working.begin();
        let value = Arc::new(work(self));
        let rows = self.noted.rows();
        let (asked, is_answered) = self.working.end(|asked| {
            let asking = |(place, need): &(usize, Need)| Asking {
                hash: rows[*place].hash,
                question: AnyQuestion::clone(&rows[*place].question),
                need: *need,
            };
            let is_answered = asked.iter().all(|(place, _)| rows[*place].fact.is_some());
            (asked.iter().map(asking).collect(), is_answered)
        });
        let remembered = Remembered {
            value: value.clone(),
            asked,
        };
        let is_done = shared && is_answered;
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

    /// The questions of this run that no fact answers yet, in their order.
    pub fn open(&self) -> Vec<AnyQuestion> {
        let mut open: Vec<AnyQuestion> = self.left_open().cloned().collect();
        open.sort();
        open
    }

    /// Whether such a question is left: what this run says will be thrown away.
    pub fn has_open(&self) -> bool {
        // Of those that were left open, others may have answered since in the resolver's place.
        self.has_open && (self.detoured.is_empty() || self.left_open().next().is_some())
    }

    fn left_open(&self) -> impl Iterator<Item = &AnyQuestion> {
        let rows = self.noted.rows().iter().filter(|_| self.closed.is_none());
        let asked = rows.filter(|row| row.fact.is_none()).map(|row| &*row.question);
        asked.filter(|question| !self.detoured.contains(*question))
    }

    /// Whether the bounds of a pass kept a question from being asked.
    pub fn hit_limit(&self) -> bool {
        self.over_limit
    }

    /// Every question to DNS of this run that is answered, in whatever order, with what [`Inquiry::fact`] gives.
    pub fn answered(&self) -> impl Iterator<Item = (&Dns, &'f Arc<Fact>)> {
        let rows = self.noted.rows().iter();
        rows.filter_map(|row| {
            let question = row.question.dns()?;
            let fact = match self.stand_ins.is_empty() {
                true => row.fact.and_then(|fact| fact.of()),
                false => self.fact(question),
            };
            Some((question, fact?))
        })
    }

    /// The same in their order, with what is noted of each.
    pub fn asked(&self) -> impl Iterator<Item = (&AnyQuestion, Asked)> {
        let rows = self.noted.in_order().into_iter();
        rows.map(|row| (&*row.question, row.told()))
    }

    /// Whether an Error of any of these standards could hang on a question, as far as it was asked for them.
    pub fn weighs<L: Lane>(&self, question: &L, is_one: impl Fn(Standard) -> bool) -> bool {
        let place = self.noted.place(self.facts.hash(question), question);
        let row = place.and_then(|place| self.noted.row(place));
        row.is_some_and(|row| row.weighs.iter().any(is_one))
    }

    /// Every question of this run without a usable answer; of those beyond the bounds the first stands for all.
    pub fn unanswered(&self) -> impl Iterator<Item = (&AnyQuestion, Asked, Trouble)> {
        let rows = self.noted.in_order().into_iter().chain(&self.beyond);
        rows.filter_map(|row| row.outcome().err().map(|why| (&*row.question, row.told(), why)))
    }
}
