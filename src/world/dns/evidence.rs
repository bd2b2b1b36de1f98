//! What shows of a resolver that it leaves out a part of DNSSEC, and what was found of zones lately. No socket here.

use std::collections::{BTreeSet, HashMap};
use std::net::IpAddr;

use hickory_proto::op::Message;
use hickory_proto::rr::{Name, RData, RecordType};
use jiff::{SignedDuration, Timestamp};

use crate::dnssec::{Proven, Replies};
use crate::inquiry::{Bogus, Broken, Security};
use crate::world::is_within;

/// Nobody asks of its own accord for this at a name that has an apex: what is said of it is an absence.
pub(super) const ABSENT: RecordType = RecordType::PTR;

/// What was found about a zone or a top-level domain is not looked for again within this.
const REMEMBERED: SignedDuration = SignedDuration::from_mins(1);

/// A copy that should have run out is told from a new one for so long after that.
const KEPT_AFTER: SignedDuration = SignedDuration::from_hours(24);

/// Clocks of two machines tick at different moments, and an answer is on its way for a while.
const SLACK: SignedDuration = SignedDuration::from_secs(5);

/// Of so many zones something is remembered at most.
const MOST_REMEMBERED: usize = 1024;

/// A question whose answer lacked its proof, or whose proof does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Evidence {
    pub(super) name: Name,
    pub(super) kind: RecordType,
    /// The zone that should have proven it.
    pub(super) zone: Name,
    /// The zone above that one, where the chain leads through it.
    pub(super) parent: Option<Name>,
}

impl Evidence {
    /// Whether it is about the keys of its zone, on which all its answers rest.
    pub(super) fn is_of_keys(&self) -> bool {
        self.name == self.zone && matches!(self.kind, RecordType::DNSKEY | RecordType::DS)
    }

    /// The question itself, as what is looked into.
    pub(super) fn itself(&self) -> Matter {
        Matter {
            name: self.name.clone(),
            kind: self.kind,
            evidence: self.clone(),
        }
    }
}

/// What is looked into: a question of a zone, and the evidence that its answer came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Matter {
    pub(super) name: Name,
    pub(super) kind: RecordType,
    pub(super) evidence: Evidence,
}

/// The question whose answer shows the fault: the one that was asked, or that for the keys or the DS of a zone above it.
pub(super) fn evidence(
    (message, asked, kind): (&Message, &Name, RecordType),
    proven: &Proven,
    bogus: &Bogus,
) -> Option<Evidence> {
    let zone = super::reading::wire_name(&bogus.at)?;
    let walked = || proven.trust.zones.iter().flat_map(|zone| zone.chain());
    let parent = walked()
        .find(|walked| walked.name == bogus.at)
        .and_then(|walked| super::reading::wire_name(&walked.parent.as_ref()?.name));
    let of = |name, kind| Evidence {
        name,
        kind,
        zone: zone.clone(),
        parent: parent.clone(),
    };
    let broken = walked().find(|zone| matches!(&zone.security, Security::Bogus(own) if **own == *bogus));
    if let Some(broken) = broken {
        let kind = match broken.name == bogus.at {
            true => RecordType::DNSKEY,
            false => RecordType::DS,
        };
        return Some(of(super::reading::wire_name(&broken.name)?, kind));
    }
    Some(of(name_within(&zone, asked, message)?.clone(), kind))
}

/// Where the answer to a question comes into a zone: at the name that was asked for, or where an alias leads into it.
pub(super) fn name_within<'m>(zone: &Name, asked: &'m Name, message: &'m Message) -> Option<&'m Name> {
    let targets = message.answers.iter().filter_map(|record| match &record.data {
        RData::CNAME(target) => Some(&target.0),
        _ => None,
    });
    std::iter::once(asked)
        .chain(targets)
        .find(|name| zone.zone_of(name))
}

/// Whether it looks as if something had been taken away.
pub(super) fn is_missing(why: &Broken) -> bool {
    match why {
        Broken::NoSignature | Broken::NoProof(_) | Broken::NoDnskey => true,
        Broken::KeyDoesNotSign { signers, .. } => signers.is_empty(),
        _ => false,
    }
}

/// Whether anything in an answer is signed.
pub(super) fn shows_signatures(message: &Message) -> bool {
    let mut records = message.answers.iter().chain(&message.authorities);
    records.any(|record| record.record_type() == RecordType::RRSIG)
}

/// Whether something is proven; `None` where the proof could not be had.
pub(super) fn is_proven(security: &Security) -> Option<bool> {
    match security {
        Security::Secure | Security::Insecure { .. } => Some(true),
        Security::Bogus(_) => Some(false),
        _ => None,
    }
}

/// What was found of a fault of a zone.
#[derive(Debug, Clone)]
pub(super) struct Found {
    /// Who is to blame for it.
    pub(super) blame: Blame,
    /// What is wrong by the word of the zone's servers, where that is another thing than what shows through the resolver.
    pub(super) word: Option<Box<Proven>>,
    /// What its servers gave of the evidence, where they prove it: other answers are judged by that.
    pub(super) given: Replies,
}

impl Found {
    /// Put down to this one, and nothing beside.
    pub(super) fn to(blame: Blame) -> Self {
        Self {
            blame,
            word: None,
            given: Replies::new(),
        }
    }

    /// Put down to the zone, which this is wrong with.
    pub(super) fn told(word: Box<Proven>) -> Self {
        Self {
            word: Some(word),
            ..Self::to(Blame::Zone)
        }
    }
}

/// To whom a fault was put down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Blame {
    /// The zone.
    Zone,
    /// The resolver.
    Resolver,
    /// The resolver, which answers for this name by itself: that says nothing of what else it passes on.
    House,
    /// Nobody: the resolver holds what the zone gave before.
    Nobody,
    /// Nobody could be asked.
    Unknown,
}

/// The servers of a zone, as the resolver has them.
#[derive(Debug, Clone, Default)]
pub(super) struct Hosts {
    pub(super) names: BTreeSet<Name>,
    pub(super) addresses: BTreeSet<IpAddr>,
    /// No address could be had, and what was said instead is not proven.
    pub(super) hidden: bool,
}

/// A zone, and what shows of it through the resolver.
type Shown = (crate::name::Name, &'static str);

/// What was found of zones and top-level domains, for a while.
#[derive(Debug, Default)]
pub(super) struct Remembered {
    /// By zone and fault: who is to blame by what its own servers say.
    zones: HashMap<Shown, (Found, Matter, Timestamp)>,
    /// The same of single answers, where that is another thing than of their zone.
    answers: HashMap<(Name, RecordType), (Shown, Found, Matter, Timestamp)>,
    fine: HashMap<Name, Timestamp>,
    hosts: HashMap<Name, (Hosts, Timestamp)>,
    /// The DS of zones by the word of the zone above, where the resolver has none that is good; `None` where that says nothing.
    ds: HashMap<Name, (Option<Message>, Timestamp)>,
    /// By question: when the last copy of before must have run out everywhere.
    copies: HashMap<(Name, RecordType), Timestamp>,
}

impl Remembered {
    /// Who is to blame for this fault of a zone, and what it was found of, where that was found lately: that it is broken itself
    /// holds for all of it, all else for the evidence it was found of.
    pub(super) fn blame(&self, shown: &Shown, matter: &Matter, now: Timestamp) -> Option<(Found, Matter)> {
        let (found, of, at) = self.zones.get(shown)?;
        let fits = found.blame == Blame::Zone || of.evidence == matter.evidence;
        (fits && is_fresh(*at, now)).then(|| (found.clone(), of.clone()))
    }

    /// Who is to blame for this one answer, where that was found of it by itself.
    pub(super) fn answer(&self, shown: &Shown, matter: &Matter, now: Timestamp) -> Option<Found> {
        let key = (matter.name.to_lowercase(), matter.kind);
        let (of, found, at_that, at) = self.answers.get(&key)?;
        (of == shown && at_that == matter && is_fresh(*at, now)).then(|| found.clone())
    }

    /// Takes note of what was found of a fault; where the zone is known to be broken in another thing, for this answer alone.
    pub(super) fn note_blame(&mut self, shown: Shown, (found, matter): (Found, Matter), now: Timestamp) {
        let known = self.zones.get(&shown);
        let is_another = known
            .is_some_and(|(known, of, at)| known.blame == Blame::Zone && *of != matter && is_fresh(*at, now));
        if is_another && found.blame != Blame::Zone {
            return self.note_answer(shown, (found, matter), now);
        }
        make_room(&mut self.zones);
        self.zones.insert(shown, (found, matter, now));
    }

    /// The same of one answer.
    pub(super) fn note_answer(&mut self, shown: Shown, (found, matter): (Found, Matter), now: Timestamp) {
        make_room(&mut self.answers);
        let key = (matter.name.to_lowercase(), matter.kind);
        self.answers.insert(key, (shown, found, matter, now));
    }

    pub(super) fn is_fine(&self, top: &Name, now: Timestamp) -> bool {
        self.fine.get(top).is_some_and(|at| is_fresh(*at, now))
    }

    pub(super) fn note_fine(&mut self, top: &Name, now: Timestamp) {
        make_room(&mut self.fine);
        self.fine.insert(top.to_lowercase(), now);
    }

    pub(super) fn hosts(&self, zone: &Name, now: Timestamp) -> Option<Hosts> {
        let (hosts, at) = self.hosts.get(&zone.to_lowercase())?;
        is_fresh(*at, now).then(|| hosts.clone())
    }

    pub(super) fn note_hosts(&mut self, zone: &Name, hosts: Hosts, now: Timestamp) {
        make_room(&mut self.hosts);
        self.hosts.insert(zone.to_lowercase(), (hosts, now));
    }

    /// What became of asking for it lately; `None` where nobody did.
    #[allow(
        clippy::option_option,
        reason = "that nobody asked, that nobody answered, and what was said"
    )]
    pub(super) fn ds(&self, zone: &Name, now: Timestamp) -> Option<Option<Message>> {
        let (ds, at) = self.ds.get(&zone.to_lowercase())?;
        is_fresh(*at, now).then(|| ds.clone())
    }

    pub(super) fn note_ds(&mut self, zone: &Name, ds: Option<Message>, now: Timestamp) {
        make_room(&mut self.ds);
        self.ds.insert(zone.to_lowercase(), (ds, now));
    }

    /// Whether what the resolver holds, for `left` seconds more, can be a copy of before: the zone's servers were first seen to
    /// give another when this was first asked, and no cache keeps one for longer than `whole` seconds from then on.
    pub(super) fn can_be_old(
        &mut self,
        evidence: &Evidence,
        (left, whole): (u32, u32),
        now: Timestamp,
    ) -> bool {
        let after = |seconds: u32| now.saturating_add(SignedDuration::from_secs(seconds.into()));
        let Ok(of_this) = after(left) else { return false };
        let key = (evidence.name.to_lowercase(), evidence.kind);
        let forgotten = |end: Timestamp| end.saturating_add(KEPT_AFTER).is_ok_and(|end| end < now);
        if let Some(end) = self.copies.get(&key).copied().filter(|end| !forgotten(*end)) {
            return end
                .saturating_add(SLACK)
                .is_ok_and(|end| of_this <= end && now <= end);
        }
        let Ok(end) = after(whole) else { return false };
        make_room(&mut self.copies);
        self.copies.insert(key, end);
        true
    }

    /// The zone is broken itself, again or still: what is mended later is mended anew.
    pub(super) fn forget_copies(&mut self, zone: &Name) {
        self.copies.retain(|(name, _), _| !zone.zone_of(name));
    }
}

fn is_fresh(at: Timestamp, now: Timestamp) -> bool {
    is_within(REMEMBERED, at, now)
}

fn make_room<K, V>(map: &mut HashMap<K, V>) {
    if map.len() >= MOST_REMEMBERED {
        map.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + second).unwrap()
    }

    fn text(name: &str) -> Evidence {
        Evidence {
            name: Name::from_ascii(name).unwrap(),
            kind: RecordType::TXT,
            zone: Name::from_ascii("a.nl.").unwrap(),
            parent: None,
        }
    }

    /// A cache that had it before the zone was mended counts down to nothing; one that has it for longer got it since.
    #[test]
    fn a_copy_of_before_runs_out_and_does_not_come_back() {
        for (what, looks) in [
            (
                "counted down",
                &[(0, 200, true), (100, 100, true), (199, 1, true), (200, 0, true)][..],
            ),
            (
                "several caches behind one address",
                &[(0, 10, true), (5, 290, true), (100, 195, true)],
            ),
            ("it should have run out", &[(0, 200, true), (310, 20, false)]),
            ("it was had anew since", &[(0, 200, true), (100, 300, false)]),
            (
                "long after it is another story",
                &[(0, 200, true), (90_000, 200, true)],
            ),
        ] {
            let mut remembered = Remembered::default();
            for &(second, left, can) in looks {
                let found = remembered.can_be_old(&text("_dmarc.a.nl."), (left, 300), at(second));
                assert_eq!(found, can, "{what}: {second}");
            }
        }
    }

    #[test]
    fn a_zone_that_breaks_again_may_be_held_as_it_was_again() {
        let mut remembered = Remembered::default();
        assert!(remembered.can_be_old(&text("a.nl."), (300, 300), at(0)));
        assert!(!remembered.can_be_old(&text("a.nl."), (300, 300), at(1000)));
        remembered.forget_copies(&Name::from_ascii("a.nl.").unwrap());
        assert!(remembered.can_be_old(&text("a.nl."), (300, 300), at(1000)));
    }

    #[test]
    fn what_was_found_lasts_a_minute_and_takes_no_more_room_than_there_is() {
        let shown = |why| -> Shown { ("a.nl".parse().unwrap(), why) };
        let of = |name: &str, evidence: &str| Matter {
            name: Name::from_ascii(name).unwrap(),
            kind: RecordType::TXT,
            evidence: text(evidence),
        };
        let (one, other) = (of("a.nl.", "a.nl."), of("_dmarc.a.nl.", "_dmarc.a.nl."));
        let by_the_same = of("_dmarc.a.nl.", "a.nl.");
        for (blame, of_the_same, of_another) in [
            (Blame::Zone, Some(Blame::Zone), Some(Blame::Zone)),
            (Blame::Resolver, Some(Blame::Resolver), None),
            (Blame::Nobody, Some(Blame::Nobody), None),
        ] {
            let mut remembered = Remembered::default();
            remembered.note_blame(shown("Expired"), (Found::to(blame), one.clone()), at(0));
            let found = |why, matter: &Matter, second| {
                let found = remembered.blame(&shown(why), matter, at(second));
                found.map(|(found, _)| found.blame)
            };
            assert_eq!(found("Expired", &one, 59), Some(blame));
            assert_eq!(found("Expired", &by_the_same, 59), of_the_same, "{blame:?}");
            assert_eq!(found("Expired", &other, 59), of_another, "{blame:?}");
            assert_eq!(found("NoProof", &one, 59), None);
            assert_eq!(found("Expired", &one, 60), None);
            assert_eq!(found("Expired", &one, -1), None, "a clock that was set back");
        }
        // Of an answer by itself nothing is told of another, nor of another fault; and a broken zone stays one for all others.
        let mut remembered = Remembered::default();
        remembered.note_blame(shown("Expired"), (Found::to(Blame::Zone), one.clone()), at(0));
        remembered.note_blame(shown("Expired"), (Found::to(Blame::Nobody), other.clone()), at(0));
        for (matter, why, second, of_it) in [
            (&other, "Expired", 59, Some(Blame::Nobody)),
            (&other, "Expired", 60, None),
            (&other, "NoProof", 0, None),
            (&by_the_same, "Expired", 0, None),
            (&one, "Expired", 0, None),
        ] {
            let found = remembered.answer(&shown(why), matter, at(second));
            assert_eq!(
                found.map(|found| found.blame),
                of_it,
                "{matter:?}, {why}, {second}"
            );
        }
        let of_the_zone = remembered.blame(&shown("Expired"), &one, at(0));
        assert_eq!(of_the_zone.map(|(found, _)| found.blame), Some(Blame::Zone));
        for number in 0..3 * MOST_REMEMBERED {
            remembered.can_be_old(&text(&format!("n{number}.a.nl.")), (1, 1), at(0));
            assert!(remembered.copies.len() <= MOST_REMEMBERED);
        }
    }
}
