//! How long a resolver is given to see what every name server has, and what is said of it afterwards. Pure.
//!
//! Where an older version was seen at the name servers, the time is known at which the last cache must have dropped it.
//! Where none was, a resolver is given as long as the answer it has may be kept: what it says then it has from nowhere.

use std::borrow::Cow;

use jiff::{SignedDuration, Timestamp};

use super::clock::{LONGEST_SETTLE, plus};
use super::text::shown_values;
use super::versions::{Published, Versions};
use crate::intent::Schedule;
use crate::judge::{Finding, RecordVerdict, ResolverSays, Topic, Verdict};
use crate::rules;

/// So long a resolver takes to see what it may see.
pub(super) const GRACE: SignedDuration = SignedDuration::from_secs(60);

/// What is known of a record that every name server has.
pub(super) struct Wait<'a> {
    /// Until when it is waited for already.
    pub(super) set: Option<Timestamp>,
    pub(super) versions: &'a Versions,
    /// Whether the resolver was waited for in vain already.
    pub(super) was_late: bool,
    pub(super) schedule: &'a Schedule,
    pub(super) now: Timestamp,
}

impl Wait<'_> {
    /// Until when what the resolver says may be an older answer; `None` when it may not, by an answer had after that.
    pub(super) fn until(&self, says: &ResolverSays) -> Option<Timestamp> {
        let seen_at = says.seen_at.unwrap_or(self.now).min(self.now);
        let deadline = match self.known_end(says) {
            Some(by) => plus(by, GRACE),
            None => self.given(says, seen_at),
        };
        (seen_at < deadline).then_some(deadline)
    }

    /// When the last cache must have dropped what the resolver says: known where name servers were seen to hold it.
    fn known_end(&self, says: &ResolverSays) -> Option<Timestamp> {
        let published = self.versions.published.as_ref()?;
        published
            .visible_by
            .filter(|_| self.versions.held(&says.observed))
    }

    /// How long an answer is waited for of which nobody knows how long it lives: set once, and not put off.
    fn given(&self, says: &ResolverSays, seen_at: Timestamp) -> Timestamp {
        // Whoever was waited for to the end is not waited for again.
        if self.was_late {
            return seen_at;
        }
        if let Some(set) = self.set {
            return set;
        }
        let expires_at = says.expires_at.unwrap_or(seen_at);
        plus(expires_at, GRACE)
            .max(plus(seen_at, self.schedule.settle_window))
            .min(plus(seen_at, LONGEST_SETTLE))
    }

    /// What is said of a resolver that was waited for in vain.
    pub(super) fn over(&self, record: &RecordVerdict, says: &ResolverSays) -> Finding {
        let held = shown_values(&says.observed);
        let servers = self.versions.published.as_ref().map_or_else(String::new, servers);
        let message = match self.known_end(says) {
            Some(by) => format!(
                "want from the resolver what {servers}, found an older answer: {held}; no resolver that keeps to TTLs has \
                 it since {by}"
            ),
            None => format!(
                "want from the resolver what {servers}, found what none of them was seen to hold: {held}; what it may \
                 have remembered ran out since"
            ),
        };
        let topic = Topic::new(record.site.clone(), true);
        let mut finding = Finding::on(&rules::dns::RESOLVER_HOLDS_OLD, &topic, message);
        finding.about("resolver");
        finding
    }
}

/// `verdict` with what is to be said of resolvers that are late, or have a view of their own; in place of what is said of
/// them without a history.
pub(super) fn with_late_resolvers(verdict: &Verdict, late: Vec<Finding>) -> Cow<'_, Verdict> {
    if late.is_empty() {
        return Cow::Borrowed(verdict);
    }
    let mut verdict = verdict.clone();
    verdict.findings.retain(|finding| {
        let of_resolvers = [rules::dns::RESOLVER_ALONE.id, rules::dns::GOING.id];
        !(of_resolvers.contains(&finding.rule.id) && late.iter().any(|late| late.site == finding.site))
    });
    Cow::Owned(verdict.with_findings(late))
}

/// `all 4 name servers have since 2026-11-26T20:10:00Z`.
fn servers(published: &Published) -> String {
    let of = match published.servers {
        1 => "the name server has".to_owned(),
        number => format!("all {number} name servers have"),
    };
    format!("{of} since {}", published.since)
}
