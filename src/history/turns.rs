//! Answers that take turns: which of the things looked at do not hold still. Pure.
//!
//! What was seen is replaced by something else, and comes back: that is a mistake which was mended. It goes and comes
//! back again, and that is two answers in turn: several servers that disagree, or caches that do. From then on it
//! alternates, until one answer has held for a while. So nothing swings with every look, and what DNS does is said once.
//!
//! This is memory of the process. A restart loses at most the first turns of something that only begins to alternate:
//! what was found to alternate stands in the status.

use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash, Hasher};

use jiff::{SignedDuration, Timestamp};

use super::clock::is_within;

/// So often must something come back before it alternates.
const RETURNS: u32 = 2;
/// So many answers that were replaced are remembered of one thing.
const REMEMBERED: usize = 4;

/// What is remembered of everything that was looked at, in the order of the things. They are a handful for each of thousands of
/// objects: a tree would take places for a dozen, and their names more than all the rest.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Turns(Vec<(Thing, Turn)>);

/// Something that was looked at: of which kind, and which it is in a short form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Thing {
    kind: Kind,
    print: u64,
}

/// What is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    /// A record, as the resolver has it.
    Record,
    /// The same, as its name servers have it.
    Servers,
    /// Whether a finding is there.
    Finding,
}

impl Kind {
    /// The thing of this kind that `identity` tells from all others.
    pub(super) fn thing(self, identity: &impl Hash) -> Thing {
        Thing {
            kind: self,
            print: print(identity),
        }
    }
}

/// What a thing says, and what it said before.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Turn {
    now_says: u64,
    /// Since when it says so, and when it was last heard to.
    since: Timestamp,
    heard: Timestamp,
    /// Of most things nothing.
    past: Option<Box<Past>>,
}

/// What a thing said before, and how often it came back to it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Past {
    /// Each with when it was last heard.
    said: Vec<(u64, Timestamp)>,
    returns: u32,
}

/// What a look added.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Heard {
    /// Whether it says something in one look and something else in the next.
    pub(super) alternates: bool,
    /// Whether it says something else than at the last look.
    pub(super) changed: bool,
}

/// A short form of what was said: equal only when that is equal, but for an accident.
pub(super) fn print(said: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    said.hash(&mut hasher);
    hasher.finish()
}

impl Turns {
    /// Takes note that `thing` was heard to say `says` at `at`; whatever holds for `hold` does not alternate.
    pub(super) fn note(&mut self, thing: Thing, says: u64, at: Timestamp, hold: SignedDuration) -> Heard {
        let turn = match self.place(thing) {
            Ok(turn) => turn,
            Err(place) => {
                self.0.insert(place, (thing, Turn::new(says, at)));
                return Heard {
                    alternates: false,
                    changed: false,
                };
            }
        };
        let changed = turn.now_says != says;
        if changed {
            turn.replace(says, at, hold);
        } else if at < turn.since {
            // The clock was set back: counted from here on.
            turn.since = at;
        } else if at.duration_since(turn.since) >= hold {
            turn.past = None;
        }
        turn.heard = at;
        let returns = turn.past.as_ref().map_or(0, |past| past.returns);
        Heard {
            alternates: returns >= RETURNS,
            changed,
        }
    }

    /// What a status says alternates, and this process does not know: it said all of `says`, the last at `at`.
    pub(super) fn resume(&mut self, thing: Thing, says: &[u64], at: Timestamp) {
        let (Some((first, others)), Err(place)) = (says.split_first(), self.place(thing)) else {
            return;
        };
        let mut turn = Turn::new(*first, at);
        turn.past = Some(Box::new(Past {
            said: others.iter().take(REMEMBERED).map(|says| (*says, at)).collect(),
            returns: RETURNS,
        }));
        self.0.insert(place, (thing, turn));
    }

    /// What stands in a status, and this process has not met: that is what it said last.
    pub(super) fn resume_still(&mut self, thing: Thing, says: u64, at: Timestamp) {
        if let Err(place) = self.place(thing) {
            self.0.insert(place, (thing, Turn::new(says, at)));
        }
    }

    /// Forgets what was said of `thing`.
    pub(super) fn forget(&mut self, thing: Thing) {
        self.0.retain(|(known, _)| *known != thing);
    }

    /// Forgets all of a kind that is not among `things`.
    pub(super) fn keep_only(&mut self, kind: Kind, things: impl Iterator<Item = Thing>) {
        let things: BTreeSet<Thing> = things.collect();
        self.0
            .retain(|(known, _)| known.kind != kind || things.contains(known));
    }

    /// The things of a kind.
    pub(super) fn of(&self, kind: Kind) -> Vec<Thing> {
        let things = self.0.iter().map(|(thing, _)| *thing);
        things.filter(|thing| thing.kind == kind).collect()
    }

    /// Whether nothing but what it says now is known of `thing`.
    pub(super) fn is_still(&self, thing: Thing) -> bool {
        let known = self.0.iter().find(|(known, _)| *known == thing);
        let past = known.and_then(|(_, turn)| turn.past.as_ref());
        past.is_none_or(|past| past.said.is_empty())
    }

    /// What is remembered of `thing`, or the place where it belongs.
    fn place(&mut self, thing: Thing) -> Result<&mut Turn, usize> {
        let place = self.0.partition_point(|(known, _)| *known < thing);
        match self.0.get_mut(place) {
            Some((known, turn)) if *known == thing => Ok(turn),
            _ => Err(place),
        }
    }
}

impl Turn {
    fn new(says: u64, at: Timestamp) -> Self {
        Self {
            now_says: says,
            since: at,
            heard: at,
            past: None,
        }
    }

    fn replace(&mut self, says: u64, at: Timestamp, hold: SignedDuration) {
        let past = self.past.get_or_insert_default();
        past.said.retain(|(_, heard)| is_within(*heard, hold, at));
        if past.said.is_empty() {
            past.returns = 0;
        }
        let returned = past.said.iter().any(|(known, _)| *known == says);
        past.said.retain(|(known, _)| *known != says);
        if is_within(self.heard, hold, at) {
            past.said.insert(0, (self.now_says, self.heard));
        }
        past.said.truncate(REMEMBERED);
        past.returns = past.returns.saturating_add(u32::from(returned));
        self.now_says = says;
        self.since = at;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is heard each minute, and from which minute on it alternates.
    fn alternates(says: &str, hold: i64) -> Vec<bool> {
        let mut turns = Turns::default();
        let at = |minute: usize| Timestamp::from_second(60 * i64::try_from(minute).unwrap()).unwrap();
        let hold = SignedDuration::from_mins(hold);
        let heard = says.chars().enumerate().map(|(minute, says)| {
            let heard = turns.note(Kind::Record.thing(&"x"), print(&says), at(minute), hold);
            heard.alternates
        });
        heard.collect()
    }

    #[test]
    fn what_comes_back_twice_alternates_until_it_has_held_for_a_while() {
        for (says, expected) in [
            ("aaaaaa", "......"),
            ("aabbbb", "......"),
            // Broken and mended.
            ("abaaaa", "......"),
            ("ababab", "...***"),
            ("abbabb", "....**"),
            // Something new each time never comes back.
            ("abcdef", "......"),
            ("abcabc", "....**"),
            // It holds for five minutes.
            ("abababbbbbbb", "...*******.."),
            ("abababaaaaaaab", "...********..."),
        ] {
            let expected: Vec<bool> = expected.chars().map(|mark| mark == '*').collect();
            assert_eq!(alternates(says, 5), expected, "{says}");
        }
    }

    #[test]
    fn what_was_said_long_ago_is_forgotten() {
        assert_eq!(alternates("aaaabbbbaaaabbbb", 3), vec![false; 16]);
    }

    #[test]
    fn a_clock_that_steps_back_delays_and_breaks_nothing() {
        let mut turns = Turns::default();
        let at = |second| Timestamp::from_second(second).unwrap();
        let hold = SignedDuration::from_secs(10);
        let x = Kind::Record.thing(&"x");
        turns.resume(x, &[1, 2], at(1000));
        assert!(turns.note(x, 1, at(1000), hold).alternates);
        assert!(turns.note(x, 1, at(10), hold).alternates);
        assert!(!turns.note(x, 1, at(20), hold).alternates);
        for second in [5, -5, i64::from(i32::MIN)] {
            turns.note(x, u64::try_from(second.rem_euclid(2)).unwrap(), at(second), hold);
        }
    }
}
