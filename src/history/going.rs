//! What every name server has dropped and the resolver still has: since when that is drift, and when it is the resolver's
//! own view. Pure.
//!
//! Where the servers were seen to hold it before they dropped it, it is drift as any other, confirmed by a second look.
//! Where they never were, nobody knows whether the resolver has it from them: it is given until its answer must be
//! forgotten. Who still has it then has it from elsewhere (split horizon, a filter): that is told, and is no drift.

use jiff::Timestamp;

use super::clock::{LONGEST_SETTLE, ceil, plus};
use super::record::Record;
use super::text::shown_values;
use super::wait::GRACE;
use crate::judge::{Finding, RecordVerdict, ResolverSays, State, Topic};
use crate::rules;

/// What is known of a record that is going.
pub(super) struct Going<'a> {
    pub(super) before: Option<&'a Record>,
    /// Whether it was going at the look before.
    pub(super) was_going: bool,
    /// Whether the resolver was found to have a view of its own at the look before.
    pub(super) was_alone: bool,
    /// Whether name servers were seen to hold what the resolver has.
    pub(super) was_held: bool,
    pub(super) now: Timestamp,
}

impl Going<'_> {
    /// Whether the resolver has it from elsewhere.
    pub(super) fn is_alone(&self, says: &ResolverSays) -> bool {
        if self.was_held {
            return false;
        }
        let seen_at = says.seen_at.unwrap_or(self.now).min(self.now);
        self.before.is_some_and(|old| match old.answer.state {
            State::InSync => self.was_alone,
            _ => self.was_going && old.settle_until.is_some_and(|deadline| deadline <= seen_at),
        })
    }

    /// The record of this look, `fresh` as any that differs, given the time it is due.
    pub(super) fn given_time(&self, mut fresh: Record, says: &ResolverSays) -> Record {
        let before = self.before.filter(|_| self.was_going);
        if let Some(old) = before.filter(|old| old.answer == fresh.answer) {
            // The time at which one resolver forgets it is not the same to the second in each look.
            fresh.differences.clone_from(&old.differences);
        }
        let is_confirmed = self
            .before
            .is_some_and(|old| old.answer.state.differs() && old.settle_until.is_none());
        if !self.was_held && before.is_none() && !is_confirmed {
            let seen_at = says.seen_at.unwrap_or(self.now).min(self.now);
            let forgotten = plus(says.expires_at.unwrap_or(seen_at), GRACE);
            let deadline = forgotten.min(plus(self.now, LONGEST_SETTLE));
            fresh.settle_until = fresh.settle_until.max(Some(ceil(deadline)));
        }
        fresh
    }
}

/// What is said of a resolver that has from elsewhere what no name server has.
pub(super) fn alone(record: &RecordVerdict, says: &ResolverSays) -> Finding {
    let message = format!(
        "want what one of the name servers holds, found from the resolver what none of them was seen to hold: {}; it had \
         it anew after it should have forgotten it",
        shown_values(&says.observed)
    );
    let topic = Topic::new(record.site.clone(), true);
    let mut finding = Finding::on(&rules::dns::RESOLVER_ALONE, &topic, message);
    finding.about("resolver");
    finding
}

/// Whether two texts about what is going say the same, the time aside.
pub(super) fn is_same_text(one: &str, other: &str) -> bool {
    let without_time = |text: &str| text.rsplit_once(" by ").map(|(text, _)| text.to_owned());
    without_time(one) == without_time(other)
}
