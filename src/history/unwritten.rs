//! What a process knows of name servers' versions of records beyond what is written of them: a TTL that went down causes no
//! write, and counts all the same. Pure.

use std::collections::BTreeMap;

use jiff::SignedDuration;

use super::record::Key;
use super::versions::Versions;

/// What is known of records beyond what their status says, each with what that is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Unwritten(BTreeMap<Key, (Versions, Versions)>);

impl Unwritten {
    /// What is `known` of records after a look, where something else is `written`.
    pub(super) fn of(known: BTreeMap<Key, Versions>, mut written: BTreeMap<Key, Versions>) -> Self {
        let beyond = known.into_iter().filter_map(|(key, known)| {
            let written = written.remove(&key).unwrap_or_default();
            (known != written).then_some((key, (written, known)))
        });
        let mut all: BTreeMap<_, _> = beyond.collect();
        // What is known of the others is nothing.
        let others = written.into_iter();
        all.extend(others.map(|(key, written)| (key, (written, Versions::default()))));
        Self(all)
    }

    /// What is known of a record: what is remembered, unless somebody has written something else since.
    pub(super) fn or_written(&self, key: &Key, written: &Versions) -> Versions {
        let remembered = self.0.get(key).filter(|(before, _)| before == written);
        remembered.map_or(written, |(_, known)| known).clone()
    }

    /// The same by a clock that was put back by so much.
    pub(super) fn put_back(&mut self, by: SignedDuration) {
        for (_, known) in self.0.values_mut() {
            known.put_back(by);
        }
    }
}
