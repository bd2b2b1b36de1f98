//! What a resolver holds, beside what a server of the zone gives: a copy of before, or something that was changed on the
//! way. No socket here.
//!
//! A cache gives what it has with the TTL that is left of it (RFC 2181 8), and an absence with that of the SOA beside it
//! (RFC 2308 5: without one it keeps none). So what carries its whole TTL was fetched just now, when the servers gave another
//! thing already. What was counted down may be from before; but somebody who changes answers may stand in front of a cache
//! too. He does it by name or by kind, and to whatever he passes on: so a question that nobody can have asked before, another
//! name with records of the same type, and the signatures by themselves tell him from a cache. He cannot sign, either: another
//! record set under the very signature that the servers give is his.
//!
//! A set tells its age only where the servers give another one now. One that they still give may have been fetched with
//! another answer, and caches keep it once for all: the SOA of a zone stands beside every absence that it proves, and each
//! that is asked for makes it new; so does an NSEC. So what proves an absence, or lacks for that, is as old as it may be, and
//! only a fresh question of the same kind tells who took it away.

mod part;

use hickory_proto::op::Message;
use hickory_proto::rr::{Name, RecordType};

use self::part::{End, Part, Set};

/// One answer, or the proof that there is none: as the resolver has it, and as a server of the zone gives it.
pub(super) struct Pair<'m> {
    held: Part<'m>,
    given: Part<'m>,
    /// What the zone proved just now of names that nobody asked for before.
    beside: Vec<Part<'m>>,
}

/// What was seen through the resolver beside what it holds.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Signs {
    /// What becomes of a question of the zone that nobody can have asked before.
    pub(super) fresh: Seen,
    /// What became of the records of this type that another name of the zone has.
    pub(super) sibling: Seen,
    /// The signatures that are missing are missing too when they are asked for by themselves.
    pub(super) signatures_are_kept_back: bool,
    /// The answer that was judged first was fetched just then.
    pub(super) was_new: bool,
}

/// What the resolver makes of another answer of the zone.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Seen {
    /// It is proven.
    Proven,
    /// It is not, and was fetched just now, while the servers prove it.
    Broken,
    /// There is none, or it cannot be told.
    #[default]
    Unknown,
}

/// What its TTLs tell of when something was fetched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Age {
    /// Just now: no cache has had it for a second.
    New,
    /// It was counted down.
    Old,
    /// Nothing.
    Untold,
}

/// For how long a copy of before lasts: how much is left of it, where that can be told, and how long any cache may have it,
/// in seconds.
pub(super) type Lasts = (u32, u32);

/// What the resolver holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Holds {
    /// What can be a copy of before.
    Old(Lasts),
    /// What was changed, or lacks what was left out.
    Changed,
    /// It cannot be told.
    Untold,
}

/// What the resolver holds by all that was seen.
pub(super) fn holds(pairs: &[Pair<'_>], signs: Signs) -> Holds {
    let differing: Vec<_> = pairs.iter().filter(|pair| pair.differs()).collect();
    let mut lasts: Option<Lasts> = None;
    for pair in &differing {
        // What no cache may keep is no copy.
        let Some((left, whole)) = pair.lasts() else {
            return Holds::Changed;
        };
        lasts = Some(lasts.map_or((left, whole), |(a, b)| (a.max(left), b.max(whole))));
    }
    let Some(lasts) = lasts else {
        return Holds::Changed;
    };
    if signs.fresh == Seen::Broken || signs.signatures_are_kept_back || signs.sibling == Seen::Broken {
        return Holds::Changed;
    }
    if signs.sibling == Seen::Proven {
        return Holds::Old(lasts);
    }
    let ages = || differing.iter().map(|pair| pair.age());
    let looks_new =
        || signs.was_new || (ages().any(|age| age == Age::New) && ages().all(|age| age != Age::Old));
    if differing.iter().any(|pair| pair.is_changed_under_its_signature()) || looks_new() {
        return Holds::Changed;
    }
    // That the zone's proofs come whole, where it must ask for them, is what a cache shows whose TTLs tell nothing.
    match signs.fresh == Seen::Proven || ages().any(|age| age == Age::Old) {
        true => Holds::Old(lasts),
        false => Holds::Untold,
    }
}

impl<'m> Pair<'m> {
    pub(super) fn new(
        question: (&Name, RecordType),
        zone: &Name,
        held: &'m Message,
        given: &'m Message,
    ) -> Self {
        let (mut held, mut given) = (Part::of(question, zone, held), Part::of(question, zone, given));
        held.cut_like(&given);
        given.cut_like(&held);
        Self {
            held,
            given,
            beside: Vec::new(),
        }
    }

    /// The same beside what `zone` proved in other answers just now.
    pub(super) fn beside(mut self, zone: &Name, others: &'m [Message]) -> Self {
        self.beside = others.iter().map(|other| Part::proofs(zone, other)).collect();
        self
    }

    /// When what is held was fetched, by the sets that the servers do not give.
    pub(super) fn age(&self) -> Age {
        let is_new = |set: &Set<'_>| set.ttl() == self.whole(set);
        match self.telling().next() {
            None => Age::Untold,
            Some(_) if self.telling().all(is_new) => Age::New,
            Some(_) => Age::Old,
        }
    }

    /// The sets that are held and that nobody can have fetched from the servers as they are now. Proofs are none, unless they
    /// stand for another end than the servers give.
    fn telling(&self) -> impl Iterator<Item = &Set<'m>> {
        let is_given = |set: &Set<'_>| {
            let mut now = std::iter::once(&self.given).chain(&self.beside);
            now.any(|part| part.has(set))
        };
        let is_of_this_end = self.held.end == self.given.end;
        let sets = self.held.sets.iter();
        sets.filter(move |set| !(is_given(set) || is_of_this_end && set.is_proof()))
    }

    /// The TTL that a held set had when it was new: its signature tells, else that of what is given in its place now. What
    /// came through the resolver may be counted down.
    fn whole(&self, set: &Set<'_>) -> Option<u32> {
        let mut now = std::iter::once(&self.given).chain(&self.beside);
        let given = || {
            let twin = now.find_map(|part| part.twin(set))?;
            twin.original_ttl().or_else(|| twin.ttl())
        };
        set.original_ttl().or_else(given).or_else(|| self.given.ttl())
    }

    /// For how long what is held lasts; `None` where no cache may keep it.
    fn lasts(&self) -> Option<Lasts> {
        let all = self.held.ttl()?;
        let left = self.telling().filter_map(Set::ttl).min();
        let whole = match left {
            Some(_) => self.telling().filter_map(|set| self.whole(set)).min(),
            // It ends with the first of its sets, and what made one of them new since makes it last no longer.
            None => self.held.sets.iter().filter_map(|set| self.whole(set)).min(),
        };
        let left = left.unwrap_or(0);
        Some((left, whole.unwrap_or(all).max(left)))
    }

    fn differs(&self) -> bool {
        let lacks = |these: &Part<'_>, those: &Part<'_>| these.sets.iter().any(|set| !those.has(set));
        lacks(&self.held, &self.given) || lacks(&self.given, &self.held)
    }

    /// Whether the records are there and not what is signed, while the servers give both.
    pub(super) fn lacks_signatures(&self) -> bool {
        let has_data = |part: &Part<'_>| part.data().next().is_some();
        let is_signed = |part: &Part<'_>| part.data().any(Set::is_signed);
        has_data(&self.held) && !is_signed(&self.held) && is_signed(&self.given)
    }

    /// Where what is held has nothing of the type at a name that has other records, and the servers say so too: that name.
    pub(super) fn has_nothing_at(&self) -> Option<&Name> {
        match &self.held.end {
            End::Absent(name) if self.held.end == self.given.end => Some(name),
            _ => None,
        }
    }

    /// The name below which a wildcard made what is held, or given.
    pub(super) fn wildcards_parent(&self) -> Option<Name> {
        self.held
            .wildcards_parent()
            .or_else(|| self.given.wildcards_parent())
    }

    fn is_changed_under_its_signature(&self) -> bool {
        self.held.sets.iter().any(|set| {
            let given = self.given.twin(set);
            given.is_some_and(|given| given.is_changed_under_the_signature_of(set))
        })
    }
}

#[cfg(test)]
mod tests;
