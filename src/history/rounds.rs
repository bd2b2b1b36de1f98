//! When name servers were looked at, and which version of a zone they held then. Pure.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};

use crate::inquiry::Depth;
use crate::judge::Verdict;
use crate::name::{Name, spread};

/// The zones' versions are asked for once in so long.
pub(super) const ROUND: SignedDuration = SignedDuration::from_hours(6);
/// Servers that told nothing are tried again once in so long.
pub(super) const RETRY: SignedDuration = SignedDuration::from_hours(1);

/// What is remembered of looks at name servers.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Rounds {
    /// The round of the last look at the zones' versions.
    pub(super) serials: Option<i64>,
    /// When all records were last looked at, in retries.
    pub(super) closely: Option<i64>,
    /// The version of each zone when all its records were last looked at.
    versions: BTreeMap<Name, Option<u32>>,
    /// Whether a zone has another version since.
    pub(super) moved: bool,
}

impl Rounds {
    /// Takes note of a look.
    pub(super) fn note(&mut self, verdict: &Verdict, uid: &str, now: Timestamp) {
        if verdict.depth < Depth::Serials {
            // A process that begins looks at the versions in its turn.
            self.serials = self.serials.or(Some(round(ROUND, uid, now)));
            return;
        }
        self.serials = Some(round(ROUND, uid, now));
        let versions: BTreeMap<Name, Option<u32>> = verdict
            .servers
            .iter()
            .map(|servers| {
                let serials: BTreeSet<u32> = servers.counting().filter_map(|view| view.serial).collect();
                let only = serials.first().copied().filter(|_| serials.len() == 1);
                (servers.zone.clone(), only)
            })
            .collect();
        if verdict.depth == Depth::Closely {
            self.closely = Some(round(RETRY, uid, now));
            self.versions = versions;
            self.moved = false;
        } else {
            self.moved = versions
                .iter()
                .any(|(zone, version)| self.versions.get(zone) != Some(version));
        }
    }
}

/// Which round of this length it is: each object's begin at another time.
pub(super) fn round(length: SignedDuration, uid: &str, now: Timestamp) -> i64 {
    let length = length.as_secs().max(1);
    let offset = spread(uid).rem_euclid(length.unsigned_abs());
    let at = now.as_second().saturating_add(i64::try_from(offset).unwrap_or(0));
    at.div_euclid(length)
}
