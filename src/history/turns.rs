//! Answers that take turns: which of the things looked at do not hold still. Pure.
//!
//! What was seen is replaced by something else, and comes back: that is a mistake which was mended. It goes and comes
//! back again, and that is two answers in turn: several servers that disagree, or caches that do. From then on it
//! alternates, until one answer has held for a while. So nothing swings with every look, and what DNS does is said once.
//!
//! This is memory of the process. A restart loses at most the first turns of something that only begins to alternate:
//! what was found to alternate stands in the status.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hash, Hasher};

use jiff::{SignedDuration, Timestamp};

use super::clock::is_within;

/// So often must something come back before it alternates.
const RETURNS: u32 = 2;
/// So many answers that were replaced are remembered of one thing.
const REMEMBERED: usize = 4;

/// What is remembered of everything that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Turns(BTreeMap<String, Turn>);

/// One thing that was looked at: what it says, and what it said before.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Turn {
    now_says: u64,
    /// Since when it says so, and when it was last heard to.
    since: Timestamp,
    heard: Timestamp,
    /// What it said before, and when each was last heard.
    before: Vec<(u64, Timestamp)>,
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
    /// Takes note that `key` was heard to say `says` at `at`; whatever holds for `hold` does not alternate.
    pub(super) fn note(&mut self, key: &str, says: u64, at: Timestamp, hold: SignedDuration) -> Heard {
        let Some(turn) = self.0.get_mut(key) else {
            self.0.insert(key.to_owned(), Turn::new(says, at));
            return Heard {
                alternates: false,
                changed: false,
            };
        };
        let changed = turn.now_says != says;
        if changed {
            turn.replace(says, at, hold);
        } else if at < turn.since {
            // The clock was set back: counted from here on.
            turn.since = at;
        } else if at.duration_since(turn.since) >= hold {
            turn.before.clear();
            turn.returns = 0;
        }
        turn.heard = at;
        Heard {
            alternates: turn.returns >= RETURNS,
            changed,
        }
    }

    /// What a status says alternates, and this process does not know: it said all of `says`, the last at `at`.
    pub(super) fn resume(&mut self, key: &str, says: &[u64], at: Timestamp) {
        let Some((first, others)) = says.split_first().filter(|_| !self.0.contains_key(key)) else {
            return;
        };
        let mut turn = Turn::new(*first, at);
        turn.returns = RETURNS;
        turn.before = others.iter().take(REMEMBERED).map(|says| (*says, at)).collect();
        self.0.insert(key.to_owned(), turn);
    }

    /// What stands in a status, and this process has not met: that is what it said last.
    pub(super) fn resume_still(&mut self, key: &str, says: u64, at: Timestamp) {
        self.0
            .entry(key.to_owned())
            .or_insert_with(|| Turn::new(says, at));
    }

    /// Forgets what was said of `key`.
    pub(super) fn forget(&mut self, key: &str) {
        self.0.remove(key);
    }

    /// Forgets all that starts with `prefix` and is not among `keys`.
    pub(super) fn keep_only(&mut self, prefix: &str, keys: impl Iterator<Item = String>) {
        let keys: BTreeSet<String> = keys.collect();
        self.0
            .retain(|key, _| !key.starts_with(prefix) || keys.contains(key));
    }

    /// The keys that start with `prefix`.
    pub(super) fn keys(&self, prefix: &str) -> Vec<String> {
        let mine = self.0.keys().filter(|key| key.starts_with(prefix));
        mine.cloned().collect()
    }

    /// Whether nothing but what it says now is known of `key`.
    pub(super) fn is_still(&self, key: &str) -> bool {
        self.0.get(key).is_none_or(|turn| turn.before.is_empty())
    }
}

impl Turn {
    fn new(says: u64, at: Timestamp) -> Self {
        Self {
            now_says: says,
            since: at,
            heard: at,
            before: Vec::new(),
            returns: 0,
        }
    }

    fn replace(&mut self, says: u64, at: Timestamp, hold: SignedDuration) {
        self.before.retain(|(_, heard)| is_within(*heard, hold, at));
        if self.before.is_empty() {
            self.returns = 0;
        }
        let returned = self.before.iter().any(|(known, _)| *known == says);
        self.before.retain(|(known, _)| *known != says);
        if is_within(self.heard, hold, at) {
            self.before.insert(0, (self.now_says, self.heard));
        }
        self.before.truncate(REMEMBERED);
        self.returns = self.returns.saturating_add(u32::from(returned));
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
            let heard = turns.note("x", print(&says), at(minute), hold);
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
        turns.resume("x", &[1, 2], at(1000));
        assert!(turns.note("x", 1, at(1000), hold).alternates);
        assert!(turns.note("x", 1, at(10), hold).alternates);
        assert!(!turns.note("x", 1, at(20), hold).alternates);
        for second in [5, -5, i64::from(i32::MIN)] {
            turns.note(
                "x",
                u64::try_from(second.rem_euclid(2)).unwrap(),
                at(second),
                hold,
            );
        }
    }
}
