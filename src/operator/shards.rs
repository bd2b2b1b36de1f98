//! Shards: several replicas work at once, each on the objects of the shards it holds.
//!
//! ```text
//! Lease zegel          held by "8 shards", renewed by every replica that counts eight: who counts otherwise stands by
//! Lease zegel-0-of-8   held by one replica: it alone writes what belongs to shard 0
//! …
//! Lease zegel-7-of-8
//! ```
//!
//! An object belongs to the shard its domain's hash says, so all that claim one domain are in one shard. A replica may
//! write an object while it holds the Lease of its shard *and* the common one counts for it. The common Lease changes
//! hands like any other, when nobody renews it any more: replicas of another count begin when the last of the ones before
//! is gone, and never beside them. Each replica signs the common Lease when it renews it, so each knows how many
//! there are, and takes its share of the shards and no more. Before it gives a shard back it stops writing and waits for what is
//! on its way.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use super::leadership::Leadership;
use super::object::Watched;
use crate::name::spread;

/// The shards, and which of them this replica holds.
#[derive(Debug)]
pub(super) struct Shards(Vec<Shard>);

#[derive(Debug, Default)]
struct Shard {
    term: Arc<Leadership>,
    /// It is being given back.
    paused: AtomicBool,
    writing: AtomicUsize,
}

/// A write on its way; its end is noted when this is dropped.
#[derive(Debug)]
pub(super) struct Writing<'a>(&'a AtomicUsize);

impl Shards {
    /// So many; this replica holds none. A single one is no shard: it is held whenever this replica leads.
    pub(super) fn new(count: u16) -> Self {
        let shards: Vec<Shard> = (0..count.max(1)).map(|_| Shard::default()).collect();
        if let [only] = shards.as_slice() {
            only.term.hold_for_ever();
        }
        Self(shards)
    }

    /// How many there are.
    pub(super) fn count(&self) -> usize {
        self.0.len()
    }

    /// Until when this replica holds each of them.
    pub(super) fn terms(&self) -> impl Iterator<Item = Arc<Leadership>> {
        self.0.iter().map(|shard| shard.term.clone())
    }

    /// Which shard an object belongs to.
    pub(super) fn of(&self, object: &Watched) -> usize {
        // The one most controllers have is everybody's, and asked for at each scrape.
        if self.count() == 1 {
            return 0;
        }
        match object.domain() {
            "" => shard_of(object.uid(), self.count()),
            domain => shard_of(domain, self.count()),
        }
    }

    /// Whether this replica holds an object's shard.
    pub(super) fn hold(&self, object: &Watched) -> bool {
        self.0.get(self.of(object)).is_some_and(Shard::is_held)
    }

    /// Whether this replica holds the first one: what is done once for all is done by whoever does.
    pub(super) fn hold_first(&self) -> bool {
        self.0.first().is_some_and(Shard::is_held)
    }

    /// How many of them this replica holds.
    pub(super) fn held(&self) -> usize {
        self.0.iter().filter(|shard| shard.is_held()).count()
    }

    /// Begins a write of an object; `None` where it is not ours.
    pub(super) fn begin_write(&self, object: &Watched) -> Option<Writing<'_>> {
        let shard = self.0.get(self.of(object))?;
        // Counted before it is asked whose it is: who gives the shard back asks in the other order.
        let writing = Writing::begin(&shard.writing);
        shard.is_held().then_some(writing)
    }

    /// No write of a shard begins from now on.
    pub(super) fn pause(&self, shard: usize) {
        if let Some(shard) = self.0.get(shard) {
            shard.paused.store(true, Ordering::SeqCst);
        }
    }

    /// Whether no write of a shard is on its way.
    pub(super) fn is_drained(&self, shard: usize) -> bool {
        let writing = self
            .0
            .get(shard)
            .map(|shard| shard.writing.load(Ordering::SeqCst));
        writing.is_none_or(|writing| writing == 0)
    }

    /// This replica holds a shard no more.
    pub(super) fn end(&self, shard: usize) {
        if let Some(shard) = self.0.get(shard) {
            shard.term.end();
        }
    }

    /// This replica holds a shard, as long as its term says.
    pub(super) fn begin(&self, shard: usize) {
        if let Some(shard) = self.0.get(shard) {
            shard.paused.store(false, Ordering::SeqCst);
        }
    }
}

impl Shard {
    fn is_held(&self) -> bool {
        !self.paused.load(Ordering::SeqCst) && self.term.holds()
    }
}

impl<'a> Writing<'a> {
    fn begin(count: &'a AtomicUsize) -> Self {
        count.fetch_add(1, Ordering::SeqCst);
        Self(count)
    }
}

impl Drop for Writing<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

/// The shard of a domain, of so many: the same on every machine and in every version.
fn shard_of(domain: &str, count: usize) -> usize {
    let hash = spread(&domain.to_ascii_lowercase());
    // FNV-1a's lower bits depend on little.
    let mixed = hash ^ (hash >> 32);
    let count = u64::try_from(count.max(1)).unwrap_or(1);
    usize::try_from(mixed % count).unwrap_or(0)
}

/// How many shards are a replica's share: no more than it must be for all to be held.
pub(super) fn share(shards: usize, replicas: usize) -> usize {
    shards.div_ceil(replicas.max(1))
}

/// The name of the Lease of one of `count` shards, where the common one is called `lease`.
pub(super) fn lease_of_shard(lease: &str, number: usize, count: usize) -> String {
    format!("{lease}-{number}-of-{count}")
}

/// The name of the Lease for the objects of a selector: one for each, however it is spelt.
pub(super) fn lease_of_selector(lease: &str, selector: &str) -> String {
    let mut terms = Vec::new();
    let mut term = String::new();
    let mut depth = 0_usize;
    for character in selector.chars() {
        match character {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        match character {
            ',' if depth == 0 => terms.push(std::mem::take(&mut term)),
            _ => term.push(character),
        }
    }
    terms.push(term);
    let mut terms: Vec<String> = terms
        .iter()
        .map(|term| normal(term))
        .filter(|term| !term.is_empty())
        .collect();
    terms.sort();
    terms.dedup();
    let hash = spread(&terms.join(","));
    format!("{lease}-{:08x}", (hash ^ (hash >> 32)) & 0xffff_ffff)
}

/// A requirement of a selector in one spelling.
fn normal(term: &str) -> String {
    let spaced = term.replace("==", "=").replace('(', " ( ").replace(')', " ) ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    match words.as_slice() {
        [key, word @ ("in" | "notin"), "(", values @ .., ")"] => {
            let values = values.concat();
            let mut values: Vec<&str> = values.split(',').collect();
            values.sort_unstable();
            format!("{key} {word} {}", values.join(","))
        }
        words => words.concat(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn object(domain: &str) -> Watched {
        serde_json::from_value(json!({
            "metadata": {"namespace": "n", "name": "a", "uid": "u"},
            "spec": {"domain": domain, "role": "Mail"},
        }))
        .unwrap()
    }

    #[test]
    fn every_shard_gets_its_part_of_the_domains() {
        for count in [2, 3, 8, 16] {
            let mut parts = vec![0_usize; count];
            for number in 0..8000 {
                parts[shard_of(&format!("gemeente-{number}.nl"), count)] += 1;
            }
            let even = 8000 / count;
            assert!(
                parts
                    .iter()
                    .all(|part| (even * 4 / 5..even * 6 / 5).contains(part)),
                "{parts:?}"
            );
        }
    }

    #[test]
    fn a_domain_belongs_to_one_shard_whoever_asks_and_however_it_is_written() {
        // Another number here would have two releases write the same object.
        let shards = ["voorbeeld.nl", "amsterdam.nl", "utrecht.nl"].map(|domain| shard_of(domain, 8));
        assert_eq!(shards, [3, 4, 2]);
        assert_eq!(shard_of("Voorbeeld.NL", 8), shards[0]);
        assert_eq!(shard_of("voorbeeld.nl", 1), 0);
        assert_eq!(shard_of("voorbeeld.nl", 0), 0, "never out of bounds");
    }

    #[test]
    fn a_share_is_as_small_as_it_can_be() {
        for (shards, replicas, wanted) in [(8, 1, 8), (8, 2, 4), (8, 3, 3), (8, 8, 1), (8, 20, 1), (8, 0, 8)]
        {
            assert_eq!(share(shards, replicas), wanted, "{shards} {replicas}");
            assert!(share(shards, replicas) * replicas.max(1) >= shards);
        }
    }

    #[test]
    fn only_the_objects_of_a_shard_that_is_held_are_written() {
        let shards = Shards::new(8);
        let object = object("voorbeeld.nl");
        assert!(!shards.hold(&object) && shards.begin_write(&object).is_none());
        assert_eq!(
            shards.0[3].writing.load(Ordering::SeqCst),
            0,
            "what was refused is not on its way"
        );
        shards.0[3].term.hold_for_ever();
        assert_eq!((shards.hold(&object), shards.held()), (true, 1));
        let writing = shards.begin_write(&object);
        assert!(writing.is_some());
        shards.pause(3);
        assert!(!shards.is_drained(3), "a write is on its way");
        assert!(shards.begin_write(&object).is_none(), "and no other begins");
        drop(writing);
        assert!(shards.is_drained(3));
        shards.begin(3);
        assert!(shards.hold(&object), "taken again");
        shards.end(3);
        assert_eq!(shards.held(), 0);
    }

    #[test]
    fn one_shard_is_held_by_who_leads() {
        let shards = Shards::new(1);
        assert!(shards.hold(&object("voorbeeld.nl")) && shards.begin_write(&object("")).is_some());
    }

    #[test]
    fn each_selector_has_a_lease_of_its_own_however_it_is_spelt() {
        let name = |selector| lease_of_selector("zegel", selector);
        assert_eq!(name("team=a"), "zegel-a3f92897");
        for same in ["team==a", " team = a ", "team=a,", "team=a,team=a"] {
            assert_eq!(name(same), name("team=a"), "{same:?}");
        }
        assert_eq!(name("a=1,b in (x, y)"), name("b  in  (y,x) , a==1"));
        let all = [
            "team=a",
            "team=b",
            "team!=a",
            "!team",
            "team",
            "team in (a)",
            "team notin (a)",
            "team in (a,b)",
        ];
        let names: std::collections::BTreeSet<String> = all.into_iter().map(name).collect();
        assert_eq!(names.len(), all.len());
    }
}
