//! What is remembered of zones: whether one begins at a name, its keys, and why it has none.
//!
//! One entry a name, bounded in number and in time: no longer than the records it rests on, their signatures, and an
//! hour; half a minute where nothing could be proven. Answers leave nothing here.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use hickory_proto::rr::Name;
use jiff::{SignedDuration, Timestamp};

use super::sets::labels;
use super::signature::ZoneKey;
use crate::inquiry::Zone;

/// At most so many names.
const MAX_NAMES: usize = 32_768;

/// Nothing is believed for longer without being looked at again.
const LONGEST: SignedDuration = SignedDuration::from_hours(1);

/// What could not be proven is tried again after this.
const FAILED: SignedDuration = SignedDuration::from_secs(30);

/// What lies at a name.
#[derive(Debug, Clone)]
pub(super) enum Node {
    /// No zone begins there: it belongs to the zone above.
    SameZone,
    /// A zone begins there, or the chain of trust breaks.
    Zone(Arc<Keyed>),
}

/// A zone and its keys; without keys unless it is secure.
#[derive(Debug)]
pub(super) struct Keyed {
    pub(super) apex: Name,
    pub(super) zone: Arc<Zone>,
    pub(super) keys: Vec<ZoneKey>,
}

/// The zones that are known. Shared by all questions.
#[derive(Debug, Default)]
pub struct Zones(Mutex<HashMap<Name, Known>>);

#[derive(Debug, Clone)]
struct Known {
    node: Node,
    until: Timestamp,
}

impl Zones {
    /// How many names are remembered.
    pub fn len(&self) -> usize {
        self.known().len()
    }

    /// Whether nothing is remembered.
    pub fn is_empty(&self) -> bool {
        self.known().is_empty()
    }

    /// What is known above `name`, and nothing of `name` itself nor of what lies below it.
    #[must_use]
    pub fn above(&self, name: &Name) -> Self {
        let known = self.known();
        let above = (0..labels(name)).filter_map(|count| {
            let above = name.trim_to(count).to_lowercase();
            let node = known.get(&above)?.clone();
            Some((above, node))
        });
        Self(Mutex::new(above.collect()))
    }

    /// Forgets what lies at `name`.
    pub fn forget(&self, name: &Name) {
        self.known().remove(&name.to_lowercase());
    }

    pub(super) fn get(&self, name: &Name, now: Timestamp) -> Option<Node> {
        let known = self.known();
        let found = known.get(name).filter(|known| now < known.until)?;
        Some(found.node.clone())
    }

    /// Remembers what lies at `name` for `ttl` seconds; a failure for less.
    pub(super) fn keep(&self, name: &Name, node: &Node, ttl: Option<u32>, now: Timestamp) {
        let keep = ttl.map_or(FAILED, |ttl| SignedDuration::from_secs(ttl.into()).min(LONGEST));
        let Ok(until) = now.checked_add(keep) else {
            return;
        };
        let mut known = self.known();
        if known.len() >= MAX_NAMES {
            known.retain(|_, known| now < known.until);
        }
        if known.len() >= MAX_NAMES {
            // All of it can be had again; half is enough to begin with.
            let mut keep = false;
            known.retain(|_, _| {
                keep = !keep;
                keep
            });
        }
        let node = node.clone();
        known.insert(name.to_lowercase(), Known { node, until });
    }

    fn known(&self) -> MutexGuard<'_, HashMap<Name, Known>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_remembered_is_bounded_in_number_and_in_time() {
        let zones = Zones::default();
        let now = Timestamp::UNIX_EPOCH;
        let name = |n: usize| Name::from_ascii(format!("n{n}.nl.")).expect("a name");
        for n in 0..2 * MAX_NAMES {
            zones.keep(&name(n), &Node::SameZone, Some(86_400), now);
            assert!(zones.len() <= MAX_NAMES);
        }
        let last = name(2 * MAX_NAMES - 1);
        assert!(zones.get(&last, now + SignedDuration::from_mins(59)).is_some());
        assert!(zones.get(&last, now + SignedDuration::from_mins(60)).is_none());
        zones.keep(&last, &Node::SameZone, None, now);
        assert!(zones.get(&last, now + SignedDuration::from_secs(30)).is_none());
    }

    #[test]
    fn what_lies_above_a_name_is_told_from_what_lies_there_and_below() {
        let name = |text: &str| Name::from_ascii(text).expect("a name");
        let (zones, now) = (Zones::default(), Timestamp::UNIX_EPOCH);
        for text in [".", "nl.", "a.nl.", "b.a.nl.", "c.nl."] {
            zones.keep(&name(text), &Node::SameZone, Some(60), now);
        }
        let above = zones.above(&name("A.nl."));
        let known = |text: &str| above.get(&name(text), now).is_some();
        assert_eq!(
            [".", "nl.", "a.nl.", "b.a.nl.", "c.nl."].map(known),
            [true, true, false, false, false]
        );
        zones.forget(&name("A.NL."));
        assert!(zones.get(&name("a.nl."), now).is_none());
    }
}
