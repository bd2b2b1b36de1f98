//! The watch: fills the store and the index of claims on every replica, and says which objects need a pass.
//!
//! A pass is needed when an object is new, when its spec or its annotations changed, and when a domain became free.
//! That its status changed is no reason: it is our own doing. A standby keeps everything filled and asks for no pass.

use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures::{Stream, StreamExt};
use jiff::Timestamp;
use kube::Resource;
use kube::runtime::reflector::store::Writer;
use kube::runtime::reflector::{ObjectRef, Store};
use kube::runtime::{WatchStreamExt, watcher};
use tokio::sync::mpsc;

use super::claims::{Claims, Key};
use super::memory::Memories;
use super::object::Watched;

/// What the watch has come to know.
pub(super) struct Desk {
    store: Store<Watched>,
    memories: Arc<Memories>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    claims: Claims,
    seen: HashMap<Key, Seen>,
    /// While the watch lists anew: what it has listed so far.
    listed: Option<HashSet<Key>>,
    /// Who needs a pass once the list is whole: the store shows nothing of it before.
    waiting: Vec<Key>,
    /// Where to ask for passes; none on a standby.
    passes: Option<mpsc::UnboundedSender<ObjectRef<Watched>>>,
}

/// What of an object must change to be worth a pass.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Seen {
    uid: String,
    generation: i64,
    annotations: u64,
}

impl Desk {
    pub(super) fn new(store: Store<Watched>, memories: Arc<Memories>) -> Self {
        Self {
            store,
            memories,
            state: Mutex::default(),
        }
    }

    /// Why this object may not have its domain.
    pub(super) fn conflict(&self, object: &Watched) -> Option<String> {
        self.lock().claims.conflict(&key_of(object))
    }

    /// Whether the object is still there, and still this one.
    pub(super) fn is_current(&self, object: &Watched) -> bool {
        let state = self.lock();
        state
            .seen
            .get(&key_of(object))
            .is_some_and(|seen| seen.uid == object.uid())
    }

    /// From now on passes are asked for: first one for every object there is.
    pub(super) fn lead(&self) -> mpsc::UnboundedReceiver<ObjectRef<Watched>> {
        let (passes, asked) = mpsc::unbounded_channel();
        let mut state = self.lock();
        for object in self.store.state() {
            let _ = passes.send(object.reference());
        }
        state.passes = Some(passes);
        asked
    }

    /// Follows the watch for ever; errors are retried, and said once.
    pub(super) async fn follow(
        &self,
        writer: Writer<Watched>,
        events: impl Stream<Item = watcher::Result<watcher::Event<Watched>>>,
    ) {
        let events = events.default_backoff().reflect(writer);
        let mut events = std::pin::pin!(events);
        let mut troubled = false;
        while let Some(event) = events.next().await {
            match event {
                Ok(event) => {
                    if std::mem::take(&mut troubled) {
                        tracing::info!("the watch on MailDomains works again");
                    }
                    self.note(&event);
                }
                Err(error) if !troubled => {
                    troubled = true;
                    tracing::warn!(%error, "cannot watch MailDomains (is the CRD installed, is RBAC granted?); trying on");
                }
                Err(error) => tracing::debug!(%error, "still cannot watch MailDomains"),
            }
        }
    }

    fn note(&self, event: &watcher::Event<Watched>) {
        let mut state = self.lock();
        let state = &mut *state;
        match event {
            watcher::Event::Init => state.listed = Some(HashSet::new()),
            watcher::Event::InitApply(object) => {
                if let Some(listed) = &mut state.listed {
                    listed.insert(key_of(object));
                }
                self.apply(state, object);
            }
            watcher::Event::Apply(object) => self.apply(state, object),
            watcher::Event::Delete(object) => self.remove(state, &key_of(object)),
            watcher::Event::InitDone => {
                let listed = state.listed.take().unwrap_or_default();
                let gone: Vec<Key> = state
                    .seen
                    .keys()
                    .filter(|key| !listed.contains(*key))
                    .cloned()
                    .collect();
                for key in gone {
                    self.remove(state, &key);
                }
                let waiting = std::mem::take(&mut state.waiting);
                state.wake(waiting);
            }
        }
    }

    fn apply(&self, state: &mut State, object: &Watched) {
        let key = key_of(object);
        let created = object.meta().creation_timestamp.as_ref();
        let created = created.map_or(Timestamp::MAX, |created| created.0);
        let seen = Seen {
            uid: object.uid().to_owned(),
            generation: object.generation(),
            annotations: digest(object),
        };
        let before = state.seen.insert(key.clone(), seen.clone());
        let mut wake = Vec::new();
        if let Some(before) = before.as_ref().filter(|before| before.uid != seen.uid) {
            // Deleted and made anew, and the watch showed only the outcome.
            self.memories.forget(&before.uid);
            wake.extend(state.claims.remove(&key));
        }
        wake.extend(state.claims.apply(&key, created, object.spec.as_ref().ok()));
        if before.as_ref() != Some(&seen) {
            wake.push(key);
        }
        if state.listed.is_none() {
            self.memories.shown(object);
        }
        state.wake(wake);
    }

    fn remove(&self, state: &mut State, key: &Key) {
        if let Some(seen) = state.seen.remove(key) {
            self.memories.forget(&seen.uid);
        }
        let wake = state.claims.remove(key);
        state.wake(wake);
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn wake(&mut self, keys: Vec<Key>) {
        let Some(passes) = &self.passes else { return };
        if self.listed.is_some() {
            self.waiting.extend(keys);
            return;
        }
        for (namespace, name) in keys {
            // Whoever listened has stopped: the process is ending.
            let _ = passes.send(ObjectRef::new(&name).within(&namespace));
        }
    }
}

fn key_of(object: &Watched) -> Key {
    let (namespace, name) = object.key();
    (namespace.to_owned(), name.to_owned())
}

fn digest(object: &Watched) -> u64 {
    let mut hasher = DefaultHasher::new();
    object.meta().annotations.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use kube::runtime::reflector;
    use serde_json::json;

    use super::*;

    fn object(name: &str, generation: i64) -> Watched {
        serde_json::from_value(json!({
            "metadata": {"namespace": "n", "name": name, "uid": name, "generation": generation},
            "spec": {"domain": "a.nl", "role": "Mail"},
        }))
        .unwrap()
    }

    #[test]
    fn what_a_new_list_brings_is_woken_when_the_store_shows_it() {
        let (store, mut writer) = reflector::store();
        let desk = Desk::new(store.clone(), Arc::default());
        let mut asked = desk.lead();
        let mut woken = |event: watcher::Event<Watched>| {
            writer.apply_watcher_event(&event);
            desk.note(&event);
            let mut woken = Vec::new();
            while let Ok(reference) = asked.try_recv() {
                let shown = store.get(&reference).map(|object| object.generation());
                woken.push((reference.name, shown));
            }
            woken.sort();
            woken
        };
        let none: Vec<(String, Option<i64>)> = Vec::new();
        assert_eq!(woken(watcher::Event::Init), none);
        assert_eq!(woken(watcher::Event::InitApply(object("a", 1))), none);
        assert_eq!(woken(watcher::Event::InitDone), [("a".to_owned(), Some(1))]);
        // The watch was lost, and while it was, `a` was edited and `b` created; the first new list breaks off.
        for _ in 0..2 {
            assert_eq!(woken(watcher::Event::Init), none);
            assert_eq!(woken(watcher::Event::InitApply(object("a", 2))), none);
            assert_eq!(woken(watcher::Event::InitApply(object("b", 1))), none);
        }
        let both = [("a".to_owned(), Some(2)), ("b".to_owned(), Some(1))];
        assert_eq!(woken(watcher::Event::InitDone), both);
        assert_eq!(woken(watcher::Event::Apply(object("b", 1))), none);
        assert_eq!(
            woken(watcher::Event::Apply(object("b", 2))),
            [("b".to_owned(), Some(2))]
        );
    }
}
