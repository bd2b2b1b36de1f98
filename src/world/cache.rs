//! What was answered and still holds: bounded, and never older than its TTL.
//!
//! A failure is kept beside the last good answer, not over it: an outage makes nobody forget what still holds. The
//! clock is an argument, so that time passes in tests without waiting.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::sync::Arc;

use foldhash::fast::RandomState;
use jiff::{SignedDuration, Timestamp};

use crate::inquiry::{Fact, Lane};

/// Below this many entries nothing is swept.
const SMALL: usize = 1024;

/// The bounds of the answers that are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CacheBounds {
    /// At most this many questions.
    pub entries: usize,
    /// At most about this many octets of answers.
    pub octets: usize,
    /// No answer is used for longer, whatever its TTL (RFC 2181 8, RFC 8767 4 advise such a cap).
    pub longest: SignedDuration,
    /// A failure is shared for this long, and never for longer than [`CacheBounds::LONGEST_FAILURE`].
    pub failures: SignedDuration,
}

impl CacheBounds {
    /// A failed question is asked again after this time at the latest.
    pub const LONGEST_FAILURE: SignedDuration = SignedDuration::from_secs(30);

    /// Whether so many entries and octets are more than this part of what may be kept.
    fn are_exceeded(&self, entries: usize, octets: usize, (numerator, denominator): (usize, usize)) -> bool {
        entries > self.entries / denominator * numerator || octets > self.octets / denominator * numerator
    }
}

impl Default for CacheBounds {
    fn default() -> Self {
        Self {
            entries: 100_000,
            octets: 32 << 20,
            longest: SignedDuration::from_hours(24),
            failures: SignedDuration::from_secs(20),
        }
    }
}

pub(super) struct Cache<L: Lane> {
    bounds: CacheBounds,
    entries: HashMap<L, Entry<L>, RandomState>,
    octets: usize,
    /// At this many entries what has expired is thrown out.
    sweep_at: usize,
}

struct Entry<L: Lane> {
    answered: Option<Arc<Fact<L>>>,
    failed: Option<Arc<Fact<L>>>,
    /// How many octets both take: worked out once, for all entries are summed up whenever some go.
    octets: usize,
    /// How often it was found.
    found: u32,
}

impl<L: Lane> Default for Entry<L> {
    fn default() -> Self {
        Self {
            answered: None,
            failed: None,
            octets: 0,
            found: 0,
        }
    }
}

impl<L: Lane> Cache<L> {
    pub(super) fn new(bounds: CacheBounds) -> Self {
        Self {
            bounds,
            entries: HashMap::default(),
            octets: 0,
            sweep_at: SMALL,
        }
    }

    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    /// A fact that holds at `now` and was not seen before `floor`; an answer rather than a failure.
    pub(super) fn find(
        &mut self,
        question: &L,
        floor: Option<Timestamp>,
        now: Timestamp,
    ) -> Option<&Arc<Fact<L>>> {
        let entry = self.entries.get_mut(question)?;
        let usable =
            |fact: &&Arc<Fact<L>>| now < fact.expires_at && floor.is_none_or(|floor| fact.seen_at >= floor);
        let answered = entry.answered.as_ref().filter(usable);
        let found = answered.or_else(|| entry.failed.as_ref().filter(usable))?;
        entry.found = entry.found.saturating_add(1);
        Some(found)
    }

    /// Forgets all failures: what they rested on is over.
    pub(super) fn forget_failures(&mut self) {
        self.entries.retain(|_, entry| {
            if entry.failed.take().is_some() {
                entry.weigh();
            }
            entry.answered.is_some()
        });
        self.count();
    }

    /// Keeps what may be kept.
    pub(super) fn keep(&mut self, question: L, fact: Arc<Fact<L>>, now: Timestamp) {
        if fact.expires_at <= now {
            return;
        }
        let entry = self.entries.entry(question).or_default();
        if fact.outcome.is_err() {
            entry.failed = Some(fact);
        } else {
            entry.failed = None;
            entry.answered = Some(fact);
        }
        self.octets -= entry.octets;
        entry.weigh();
        self.octets += entry.octets;
        if self.entries.len() >= self.sweep_at || self.is_over() {
            self.sweep(now);
        }
    }

    fn is_over(&self) -> bool {
        self.bounds.are_exceeded(self.entries.len(), self.octets, (1, 1))
    }

    /// Throws out what has expired; when that is not enough, what was found least, down to three quarters: what many share
    /// stays. Of those found as often, what expires soonest goes first.
    fn sweep(&mut self, now: Timestamp) {
        self.entries.retain(|_, entry| entry.until() > Some(now));
        self.count();
        if self.is_over() {
            self.throw_out_what_was_found_least();
        }
        self.sweep_at = (self.entries.len() * 2).max(SMALL);
        self.entries.shrink_to(self.sweep_at);
    }

    fn throw_out_what_was_found_least(&mut self) {
        let entries = self.entries.values();
        let mut ranks: Vec<_> = entries.map(|entry| (entry.rank(), entry.octets)).collect();
        ranks.sort_unstable();
        let (mut entries, mut octets) = (self.entries.len(), self.octets);
        let thrown_out = ranks.iter().take_while(|(_, size)| {
            let goes = self.bounds.are_exceeded(entries, octets, (3, 4));
            entries -= 1;
            octets -= size;
            goes
        });
        let thrown_out = thrown_out.count();
        let Some((last, _)) = thrown_out.checked_sub(1).and_then(|last| ranks.get(last)) else {
            return;
        };
        // Of those that rank alike not all need go.
        let mut alike = ranks
            .iter()
            .take(thrown_out)
            .filter(|(rank, _)| rank == last)
            .count();
        self.entries.retain(|_, entry| match entry.rank().cmp(last) {
            Ordering::Less => false,
            Ordering::Greater => true,
            Ordering::Equal => {
                let goes = alike > 0;
                alike = alike.saturating_sub(1);
                !goes
            }
        });
        self.count();
    }

    fn count(&mut self) {
        self.octets = self.entries.values().map(|entry| entry.octets).sum();
    }
}

impl<L: Lane> Entry<L> {
    fn until(&self) -> Option<Timestamp> {
        let facts = self.answered.iter().chain(&self.failed);
        facts.map(|fact| fact.expires_at).max()
    }

    /// What is kept rather than what: what was found more often, of those what expires later.
    fn rank(&self) -> (u32, Option<Timestamp>) {
        (self.found, self.until())
    }

    /// Works out anew how many octets it takes.
    fn weigh(&mut self) {
        let facts = self.answered.iter().chain(&self.failed);
        self.octets = facts.map(|fact| size(fact)).sum();
    }
}

/// About how many octets a fact takes in memory, its question and its place among the others included.
fn size<L: Lane>(fact: &Fact<L>) -> usize {
    640 + L::size(fact.outcome.as_ref().ok(), &fact.source)
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;
    use crate::inquiry::{Answer, Dns, Kind, Rdata, Security, Source, Trouble, Txt};

    const START: Timestamp = Timestamp::UNIX_EPOCH;

    fn at(seconds: i64) -> Timestamp {
        START + SignedDuration::from_secs(seconds)
    }

    fn question(label: &str) -> Dns {
        Dns::new(format!("{label}.example").parse().unwrap(), Kind::Txt)
    }

    fn fact(outcome: impl Into<Outcome>, seen: i64, ttl: u32) -> Arc<Fact> {
        Arc::new(Fact {
            outcome: outcome.into().0,
            security: Security::NotAsked,
            source: Source::default(),
            seen_at: at(seen),
            expires_at: at(seen + i64::from(ttl)),
            made: crate::inquiry::Made::default(),
        })
    }

    /// An answer or a trouble.
    struct Outcome(Result<Answer, Trouble>);

    impl From<Answer> for Outcome {
        fn from(answer: Answer) -> Self {
            Self(Ok(answer))
        }
    }

    impl From<Trouble> for Outcome {
        fn from(trouble: Trouble) -> Self {
            Self(Err(trouble))
        }
    }

    fn cache(entries: usize, octets: usize) -> Cache<Dns> {
        Cache::new(CacheBounds {
            entries,
            octets,
            ..CacheBounds::default()
        })
    }

    #[test]
    fn a_fact_is_found_until_its_ttl_runs_out_and_not_by_those_who_want_a_later_one() {
        let mut cache = cache(10, 100_000);
        cache.keep(question("a"), fact(Answer::NoData, 100, 60), at(100));
        for (now, floor, found) in [
            (100, None, true),
            (159, None, true),
            (160, None, false),
            (110, Some(100), true),
            (110, Some(101), false),
        ] {
            let hit = cache.find(&question("a"), floor.map(at), at(now));
            assert_eq!(hit.is_some(), found, "at {now}, not before {floor:?}");
        }
        assert_eq!(cache.find(&question("b"), None, at(100)), None);
    }

    #[test]
    fn nothing_is_kept_of_an_answer_without_ttl() {
        let mut cache = cache(10, 100_000);
        cache.keep(question("a"), fact(Answer::NoData, 100, 0), at(100));
        assert_eq!(cache.len(), 0);
    }

    #[test]
    fn a_failure_hides_no_answer_that_still_holds() {
        let failure = Trouble::ServFail;
        let mut cache = cache(10, 100_000);
        cache.keep(question("a"), fact(Answer::NxDomain, 100, 60), at(100));
        cache.keep(question("a"), fact(failure, 110, 20), at(110));
        let mut found = |floor: Option<i64>, now| {
            let fact = cache.find(&question("a"), floor.map(at), at(now));
            fact.map(|fact| fact.outcome.clone())
        };
        assert_eq!(found(None, 111), Some(Ok(Answer::NxDomain)));
        assert_eq!(
            found(Some(105), 111),
            Some(Err(failure)),
            "who wants a later one shares the failure"
        );
        assert_eq!(found(Some(105), 130), None, "for its 20 s");
    }

    #[test]
    fn a_new_answer_ends_a_failure() {
        let mut cache = cache(10, 100_000);
        let failure = Trouble::Timeout;
        cache.keep(question("a"), fact(failure, 100, 20), at(100));
        cache.keep(question("a"), fact(Answer::NoData, 101, 5), at(101));
        assert_eq!(cache.find(&question("a"), None, at(110)), None);
    }

    #[test]
    fn entries_and_octets_stay_within_their_bounds_and_what_expires_last_stays() {
        let mut few = cache(100, usize::MAX);
        for n in 0..5_000_u32 {
            few.keep(question(&n.to_string()), fact(Answer::NoData, 0, n + 1), at(0));
            assert!(few.len() <= 101, "{}", few.len());
        }
        assert!(few.find(&question("4999"), None, at(0)).is_some());
        assert!(few.find(&question("0"), None, at(0)).is_none());

        let large = Answer::Records(vec![Rdata::Txt(Txt::split(&[b'x'; 60_000]))]);
        let mut heavy = cache(usize::MAX, 1 << 20);
        for n in 0..200_u32 {
            heavy.keep(question(&n.to_string()), fact(large.clone(), 0, 60), at(0));
            assert!(heavy.octets <= 1 << 20, "{}", heavy.octets);
        }
        let counted = heavy.octets;
        heavy.count();
        assert_eq!(counted, heavy.octets, "the running sum is the sum");
    }

    #[test]
    fn what_many_share_stays_though_it_expires_first() {
        let mut cache = cache(100, usize::MAX);
        cache.keep(question("shared"), fact(Answer::NoData, 0, 30), at(0));
        for n in 0..5_000_u32 {
            cache.keep(question(&n.to_string()), fact(Answer::NoData, 0, 60), at(0));
            assert!(cache.find(&question("shared"), None, at(0)).is_some(), "{n}");
        }
        assert!(
            cache.find(&question("shared"), None, at(30)).is_none(),
            "for its TTL"
        );
    }

    #[test]
    fn failures_are_forgotten_and_answers_stay() {
        let mut cache = cache(10, 100_000);
        cache.keep(question("a"), fact(Answer::NxDomain, 100, 60), at(100));
        cache.keep(question("a"), fact(Trouble::Timeout, 110, 20), at(110));
        cache.keep(question("b"), fact(Trouble::Timeout, 110, 20), at(110));
        cache.forget_failures();
        assert!(cache.find(&question("a"), None, at(111)).is_some());
        assert!(cache.find(&question("a"), Some(at(105)), at(111)).is_none());
        assert_eq!(cache.find(&question("b"), None, at(111)), None);
        assert_eq!(cache.len(), 1);
        let counted = cache.octets;
        cache.count();
        assert_eq!(counted, cache.octets, "the running sum is the sum");
    }

    #[test]
    fn what_has_expired_goes_even_when_there_is_room() {
        let mut cache = cache(1_000_000, usize::MAX);
        for n in 0..100_000_i64 {
            cache.keep(question(&n.to_string()), fact(Answer::NoData, n, 10), at(n));
            assert!(cache.len() <= SMALL, "{}", cache.len());
        }
    }
}
