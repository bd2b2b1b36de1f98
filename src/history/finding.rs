//! Findings: since when each holds, whether a second answer repeated it, and which stay because their evidence could
//! not be had. Pure.
//!
//! A finding is known by its rule, its record and its subject, never by its prose. An Error about what the spec manages
//! counts, and it counts as a difference does: it must be seen again by answers had after `settleUntil`, and one that
//! comes and goes is kept, with `alternatesSince`, until it has held still for a while.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::clock::{ceil, floor, plus};
use super::going;
use super::reason::Phase;
use super::record::{SHORTEST_CONFIRM, hold};
use super::text::{MAX_SUBJECT_OCTETS, cut_text};
use super::turns::{Kind, Thing, Turns, print};
use crate::intent::{Intent, Schedule};
use crate::judge::{Finding, Verdict};
use crate::records::{Standard, rests_on_all};
use crate::rules::{self, Rule, Severity};

/// What makes a finding the same one in the next look.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub(super) struct Identity {
    pub(super) rule: String,
    pub(super) record: Option<String>,
    pub(super) subject: Option<String>,
}

/// A finding with its history.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Known {
    pub(super) identity: Identity,
    pub(super) severity: Severity,
    pub(super) managed: bool,
    pub(super) since: Timestamp,
    /// Until when a second answer is waited for; only of one that counts.
    pub(super) settle_until: Option<Timestamp>,
    /// Since when it is there in one look and not in the next.
    pub(super) alternates_since: Option<Timestamp>,
    pub(super) message: String,
    pub(super) fix: String,
}

impl Known {
    /// Whether this is an Error about what the spec manages: only these can lower Ready.
    pub(super) fn counts(&self) -> bool {
        self.managed && self.severity == Severity::Error
    }

    /// How much it counts by now.
    pub(super) fn phase(&self) -> Option<Phase> {
        if !self.counts() {
            return None;
        }
        Some(match (self.alternates_since, self.settle_until) {
            (Some(_), _) => Phase::Alternating,
            (None, Some(_)) => Phase::Unconfirmed,
            (None, None) => Phase::Confirmed,
        })
    }

    /// The standard its rule belongs to, if this version knows the rule.
    pub(super) fn standard(&self) -> Option<Standard> {
        rules::find(&self.identity.rule).map(|rule| rule.standard)
    }

    /// Whether it only says that something could not be asked.
    pub(super) fn is_not_checked(&self) -> bool {
        self.identity.rule == rules::dns::NOT_CHECKED.id
    }
}

/// The names at which `findings` say that `rule` is broken.
pub(super) fn names_of<'a>(rule: &Rule, findings: &'a [Known]) -> BTreeSet<&'a str> {
    let of_rule = findings.iter().filter(|known| known.identity.rule == rule.id);
    of_rule
        .filter_map(|known| known.identity.record.as_deref())
        .collect()
}

/// By what findings are put in order.
fn order(finding: &Known) -> (bool, Severity, bool, Option<&str>, &str, Option<&str>) {
    let Identity {
        rule,
        record,
        subject,
    } = &finding.identity;
    let exists = rule != rules::dns::NO_DOMAIN.id;
    let (record, subject) = (record.as_deref(), subject.as_deref());
    (exists, finding.severity, !finding.managed, record, rule, subject)
}

/// What of the past a look's findings are read with.
pub(super) struct Carry<'a> {
    pub(super) past: &'a [Known],
    /// The names of the records that were managed.
    pub(super) managed_names: BTreeSet<&'a str>,
    pub(super) intent: &'a Intent,
    pub(super) schedule: &'a Schedule,
    /// Whether there was a look before this one: what is new was not there then.
    pub(super) looked_before: bool,
    /// Whether somebody asked for this look.
    pub(super) requested: bool,
    pub(super) now: Timestamp,
}

impl Carry<'_> {
    /// This look's findings with their age, the earlier ones this look could not judge anew, and those that come and
    /// go; errors first. And how many comings and goings were left unsaid.
    pub(super) fn findings(&self, verdict: &Verdict, turns: &mut Turns) -> (Vec<Known>, u32) {
        let mut found: Vec<Known> = Vec::new();
        for finding in &verdict.findings {
            found.push(self.dated(finding, verdict));
        }
        let kept: Vec<Known> = self
            .past
            .iter()
            .filter(|old| !found.iter().any(|new| new.identity == old.identity))
            .filter(|old| self.stays(old, verdict))
            .map(|old| self.managed_as(old))
            .collect();
        let unsaid = self.in_turn(&mut found, &kept, verdict, turns);
        found.extend(kept);
        // One order whatever this look found and what is kept from others: by what people look for.
        found.sort_by(|one, other| order(one).cmp(&order(other)));
        (found, unsaid)
    }

    /// Keeps those that come and go; gives how many came or went unsaid.
    fn in_turn(&self, found: &mut Vec<Known>, kept: &[Known], verdict: &Verdict, turns: &mut Turns) -> u32 {
        let mut unsaid = 0;
        let hold = hold(self.schedule);
        // What could not be asked takes turns by its nature, and is quiet already.
        for finding in found.iter_mut().filter(|finding| !finding.is_not_checked()) {
            let before = self.before(&finding.identity);
            let thing = Kind::Finding.thing(&finding.identity);
            let at = self.newest(finding, verdict);
            if before.is_none() && self.looked_before {
                turns.resume_still(thing, print(&false), at);
            }
            if before.is_some_and(|old| old.alternates_since.is_some()) {
                turns.resume(thing, &[print(&true), print(&false)], at);
            }
            let heard = turns.note(thing, print(&true), at, hold);
            if !heard.alternates {
                continue;
            }
            unsaid += u32::from(heard.changed && before.is_some());
            let since = before.and_then(|old| old.alternates_since);
            finding.alternates_since = Some(since.unwrap_or_else(|| floor(self.now)));
            finding.settle_until = None;
            if let Some(old) = before {
                finding.message.clone_from(&old.message);
                finding.fix.clone_from(&old.fix);
            }
        }
        let mut gone: Vec<Known> = Vec::new();
        for old in self.past.iter().filter(|old| !old.is_not_checked()) {
            let is_there = |all: &[Known]| all.iter().any(|known| known.identity == old.identity);
            if is_there(found) || is_there(kept) {
                continue;
            }
            let thing = Kind::Finding.thing(&old.identity);
            let at = self.newest(old, verdict);
            if old.alternates_since.is_some() {
                turns.resume(thing, &[print(&false), print(&true)], at);
            }
            // One that this process has not met was there at its last look.
            turns.resume_still(thing, print(&true), at);
            let heard = turns.note(thing, print(&false), at, hold);
            if heard.alternates {
                unsaid += u32::from(heard.changed);
                let since = old.alternates_since.unwrap_or_else(|| floor(self.now));
                gone.push(Known {
                    alternates_since: Some(since),
                    settle_until: None,
                    ..self.managed_as(old)
                });
            }
        }
        self.note_absent(found, kept, turns);
        found.extend(gone);
        unsaid
    }

    /// Those that went before this look, and are not in the status any more.
    fn note_absent(&self, found: &[Known], kept: &[Known], turns: &mut Turns) {
        let hold = hold(self.schedule);
        let present: BTreeSet<Thing> = found
            .iter()
            .chain(kept)
            .chain(self.past)
            .map(|known| Kind::Finding.thing(&known.identity))
            .collect();
        let things = turns.of(Kind::Finding).into_iter();
        for thing in things.filter(|thing| !present.contains(thing)) {
            turns.note(thing, print(&false), self.now, hold);
            if turns.is_still(thing) {
                turns.forget(thing);
            }
        }
    }

    fn before(&self, identity: &Identity) -> Option<&Known> {
        self.past.iter().find(|old| old.identity == *identity)
    }

    fn dated(&self, finding: &Finding, verdict: &Verdict) -> Known {
        let identity = identity(finding);
        let before = self.before(&identity);
        let mut known = Known {
            identity,
            severity: finding.severity,
            managed: finding.managed,
            since: before.map_or_else(|| floor(self.now), |old| old.since),
            settle_until: None,
            alternates_since: None,
            message: finding.message.clone(),
            fix: finding.fix.clone(),
        };
        if known.counts() {
            known.settle_until = self.settle_until(&known, before, verdict);
        }
        let is_same = |old: &&Known| {
            let is_going = old.identity.rule == rules::dns::GOING.id;
            old.is_not_checked() || (is_going && going::is_same_text(&old.message, &known.message))
        };
        if let Some(old) = before.filter(is_same) {
            // What could not be asked, and why, takes turns: the first of its kind is shown.
            known.message.clone_from(&old.message);
            known.fix.clone_from(&old.fix);
        }
        known
    }

    /// Until when a second answer is waited for; `None` once one was had.
    fn settle_until(&self, known: &Known, before: Option<&Known>, verdict: &Verdict) -> Option<Timestamp> {
        let answers = Answers::of(known, verdict);
        match before.filter(|old| old.counts()) {
            None => {
                // Nothing that was answered can run out: it is looked at again in its time.
                let window = plus(self.now, self.schedule.settle_window);
                let expires = answers.last_expiry.unwrap_or(window);
                let deadline = expires
                    .min(plus(self.now, self.schedule.settle_window))
                    .max(plus(self.now, SHORTEST_CONFIRM));
                Some(ceil(deadline))
            }
            Some(_) if self.requested => None,
            Some(old) => {
                let oldest = answers.oldest.unwrap_or(self.now);
                old.settle_until.filter(|deadline| oldest < *deadline)
            }
        }
    }

    /// When the newest of the answers was had that a finding may rest on.
    fn newest(&self, known: &Known, verdict: &Verdict) -> Timestamp {
        let newest = Answers::of(known, verdict).newest;
        newest.map_or(self.now, |at| at.min(self.now))
    }

    /// Whether an earlier finding outlives a look that does not repeat it: evidence of its standard is missing, and the
    /// record it speaks of is still one of this intent.
    fn stays(&self, old: &Known, verdict: &Verdict) -> bool {
        if old.is_not_checked() {
            return false;
        }
        let unheard = || verdict.unanswered.iter().flat_map(|one| one.standards.iter());
        let evidence_is_missing = match old.standard() {
            Some(standard) if !rests_on_all(standard) => unheard().any(|unheard| unheard == standard),
            Some(_) | None => unheard().next().is_some(),
        };
        let record = old.identity.record.as_deref();
        let was_managed = record.is_some_and(|name| self.managed_names.contains(name));
        let is_managed = verdict
            .records
            .iter()
            .any(|managed| Some(managed.name().as_str()) == record);
        evidence_is_missing && (is_managed || !was_managed)
    }

    fn managed_as(&self, old: &Known) -> Known {
        let managed = old
            .standard()
            .is_none_or(|standard| self.intent.manages(standard) || rests_on_all(standard));
        Known {
            managed: old.managed && managed,
            ..old.clone()
        }
    }
}

/// The answers a finding may rest on: all that were had for its standard.
struct Answers {
    oldest: Option<Timestamp>,
    newest: Option<Timestamp>,
    last_expiry: Option<Timestamp>,
}

impl Answers {
    fn of(known: &Known, verdict: &Verdict) -> Self {
        let standard = known.standard();
        let mine = || asked_for(standard, verdict).filter_map(|asked| asked.answered);
        Self {
            oldest: mine().map(|answered| answered.seen_at).min(),
            newest: mine().map(|answered| answered.seen_at).max(),
            last_expiry: mine().map(|answered| answered.expires_at).max(),
        }
    }
}

/// The questions that were asked for a standard; all of them where none was.
pub(super) fn asked_for(
    standard: Option<Standard>,
    verdict: &Verdict,
) -> impl Iterator<Item = &crate::judge::Consulted> {
    let is_mine = move |asked: &crate::judge::Consulted| {
        standard.is_some_and(|standard| asked.standards.contains(standard))
    };
    let any = verdict.asked.iter().any(is_mine);
    verdict.asked.iter().filter(move |asked| !any || is_mine(asked))
}

/// What identifies a finding of a verdict.
pub(super) fn identity(finding: &Finding) -> Identity {
    Identity {
        rule: finding.rule.id.to_owned(),
        record: Some(finding.site.name().to_string()),
        subject: finding
            .subject
            .as_ref()
            .map(|subject| cut_text(subject, MAX_SUBJECT_OCTETS)),
    }
}
