//! Who shares a Lease: each of its holders signs it with every renewal, and is there as long as its signature changes.
//!
//! Clocks of others are not trusted: a signature is as old as our own clock says since we saw it change.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::name::spread;

/// Annotations of this kind are signatures.
const PREFIX: &str = "member.zegel.dev/";

/// The members, as far as one of them knows.
#[derive(Debug)]
pub(super) struct Members {
    own: String,
    signed: AtomicU64,
    /// The signatures of the others, and when each was last seen to change.
    seen: Mutex<BTreeMap<String, (String, Instant)>>,
}

impl Members {
    /// Only this one so far.
    pub(super) fn new(identity: &str) -> Self {
        Self {
            // An identity may be longer than a key, and hold what a key cannot.
            own: format!("{PREFIX}{:016x}", spread(identity)),
            signed: AtomicU64::new(0),
            seen: Mutex::default(),
        }
    }

    /// How many there are, this one included: those that have signed within this time.
    pub(super) fn live(&self, within: Duration) -> usize {
        let now = Instant::now();
        let seen = self.seen();
        1 + seen
            .values()
            .filter(|(_, at)| now.duration_since(*at) < within)
            .count()
    }

    /// Reads the signatures.
    pub(super) fn see(&self, annotations: &BTreeMap<String, String>) {
        let now = Instant::now();
        let mut seen = self.seen();
        seen.retain(|key, _| annotations.contains_key(key));
        for (key, value) in annotations {
            if !key.starts_with(PREFIX) || *key == self.own {
                continue;
            }
            match seen.get_mut(key) {
                Some((last, _)) if last == value => {}
                Some(last) => *last = (value.clone(), now),
                None => {
                    seen.insert(key.clone(), (value.clone(), now));
                }
            }
        }
    }

    /// Signs, and strikes out who has not signed for so long.
    pub(super) fn sign(&self, annotations: &mut BTreeMap<String, String>, gone_after: Duration) {
        self.see(annotations);
        let now = Instant::now();
        let seen = self.seen();
        annotations.retain(|key, _| {
            seen.get(key)
                .is_none_or(|(_, at)| now.duration_since(*at) < gone_after)
        });
        let number = self.signed.fetch_add(1, Ordering::Relaxed);
        // A process that starts anew under the same name must not sign as the one before did.
        let text = format!("{}-{number}", std::process::id());
        annotations.insert(self.own.clone(), text);
    }

    /// Takes its own signature away.
    pub(super) fn strike_out(&self, annotations: &mut BTreeMap<String, String>) {
        annotations.remove(&self.own);
    }

    fn seen(&self) -> MutexGuard<'_, BTreeMap<String, (String, Instant)>> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::advance;

    use super::*;

    const LIFE: Duration = Duration::from_secs(15);

    #[tokio::test(start_paused = true)]
    async fn who_signs_is_there_and_who_stops_is_gone_after_a_while() {
        let (a, b, c) = (Members::new("a"), Members::new("b"), Members::new("c"));
        let mut lease = BTreeMap::from([("note".to_owned(), "kept".to_owned())]);
        for _ in 0..10 {
            for member in [&a, &b, &c] {
                member.sign(&mut lease, LIFE * 2);
                advance(Duration::from_secs(1)).await;
            }
        }
        assert_eq!([&a, &b, &c].map(|member| member.live(LIFE)), [3, 3, 3]);
        // `c` is killed.
        for _ in 0..8 {
            for member in [&a, &b] {
                member.sign(&mut lease, LIFE * 2);
                advance(Duration::from_secs(1)).await;
            }
        }
        assert_eq!([a.live(LIFE), b.live(LIFE)], [2, 2]);
        assert_eq!(lease.len(), 4, "its signature is kept a little longer");
        for _ in 0..10 {
            for member in [&a, &b] {
                member.sign(&mut lease, LIFE * 2);
                advance(Duration::from_secs(1)).await;
            }
        }
        assert_eq!(lease.len(), 3, "{lease:?}");
        // `b` stops in order.
        let mut left = lease.clone();
        b.strike_out(&mut left);
        let other = Members::new("a");
        other.see(&lease);
        assert_eq!(other.live(LIFE), 2);
        other.see(&left);
        assert_eq!(other.live(LIFE), 1, "at once");
        assert_eq!(lease["note"], "kept");
        assert_eq!([a.live(LIFE), b.live(LIFE)], [2, 2]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_signature_of_long_ago_counts_until_it_is_known_to_be_old() {
        let mut lease = BTreeMap::new();
        Members::new("gone").sign(&mut lease, LIFE);
        let new = Members::new("new");
        new.see(&lease);
        assert_eq!(new.live(LIFE), 2);
        advance(LIFE).await;
        new.see(&lease);
        assert_eq!(new.live(LIFE), 1);
    }
}
