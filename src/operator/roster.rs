//! The roster: which objects there are, whose their domains are, and which of them need a pass.
//!
//! A pass is needed when an object is new, when its spec or its annotations changed, and when a domain became free.
//! That its status changed is no reason: it is our own doing. A standby keeps everything filled and asks for no pass;
//! whoever begins to lead asks for one for every object, those of a list still under way included.
//!
//! Waits for nothing: [`watch`](super::watch) feeds it event by event.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use kube::Resource;
use kube::runtime::reflector::{ObjectRef, Store};
use kube::runtime::watcher;
use tokio::sync::{Notify, mpsc};

use super::claims::{Claims, Key};
use super::grants::{Due, Grants};
use super::looks::Looks;
use super::object::Watched;
use super::tracker::Tracker;

/// What the watch has told so far.
pub(super) struct Roster {
    store: Store<Watched>,
    tracker: Arc<Tracker>,
    state: Mutex<State>,
    looks: Arc<Looks>,
    grants_changed: Notify,
}

#[derive(Default)]
struct State {
    claims: Claims,
    revisions: HashMap<Key, Revision>,
    /// While the watch lists anew: what it has listed so far.
    listed: Option<HashSet<Key>>,
    /// Who needs a pass once the list is whole: the store shows nothing of it before.
    waiting: Vec<Key>,
    /// Where to ask for passes; none on a standby.
    passes: Option<mpsc::UnboundedSender<ObjectRef<Watched>>>,
}

/// What of an object must change to be worth a pass.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Revision {
    uid: String,
    generation: i64,
    annotations: u64,
}

impl Roster {
    pub(super) fn new(store: Store<Watched>, tracker: Arc<Tracker>) -> Self {
        Self {
            store,
            tracker,
            state: Mutex::default(),
            looks: Arc::default(),
            grants_changed: Notify::new(),
        }
    }

    /// The same, that has the kept look of an object go with it.
    pub(super) fn with(self, looks: Arc<Looks>) -> Self {
        Self { looks, ..self }
    }

    /// The same in a closed cluster, where only who is granted it may claim.
    pub(super) fn closed(self, grants: Grants) -> Self {
        self.lock().claims = Claims::closed(grants);
        self
    }

    /// Grants or labels of namespaces change: who may claim now, or no more, is woken.
    pub(super) fn change_grants(&self, change: impl FnOnce(&mut Grants) -> bool) {
        let mut state = self.lock();
        let turned = state.claims.change_grants(change);
        state.wake(turned);
        drop(state);
        self.grants_changed.notify_one();
    }

    /// Done when grants, or what they come to, may have changed.
    pub(super) async fn grants_changed(&self) {
        self.grants_changed.notified().await;
    }

    /// The statuses of grants that are to be written; with `counted` what each comes to is said.
    pub(super) fn grants_due(&self, counted: bool, now: Timestamp) -> Vec<Due> {
        let state = self.lock();
        let Some(grants) = state.claims.grants() else {
            return Vec::new();
        };
        let met = counted.then(|| state.claims.met());
        grants.due(met.as_ref(), now)
    }

    /// How many grants stand how: by Ready's status and reason; `None` in an open cluster.
    pub(super) fn grants_standing(&self) -> Option<BTreeMap<(&'static str, &'static str), i64>> {
        self.lock().claims.grants().map(Grants::standing)
    }

    /// Whether objects of this namespace may claim this domain.
    pub(super) fn may(&self, namespace: &str, domain: &str) -> bool {
        self.lock().claims.may(namespace, domain)
    }

    /// Why this object may not claim its domain at all.
    pub(super) fn refusal(&self, object: &Watched) -> Option<String> {
        self.lock().claims.refusal(&object.owned_key())
    }

    /// Why this object may not have its domain.
    pub(super) fn conflict(&self, object: &Watched) -> Option<String> {
        self.lock().claims.conflict(&object.owned_key())
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

    /// Asks for a pass of each of these, if it leads.
    pub(super) fn wake<'a>(&self, objects: impl Iterator<Item = &'a Watched>) {
        self.wake_keys(objects.map(Watched::owned_key).collect());
    }

    /// The same by their names.
    pub(super) fn wake_keys(&self, keys: Vec<Key>) {
        self.lock().wake(keys);
    }

    /// Takes note of what the watch shows; the store shows it already.
    pub(super) fn note(&self, event: &watcher::Event<Watched>) {
        let mut state = self.lock();
        let state = &mut *state;
        let changed = match event {
            watcher::Event::Init => {
                state.listed = Some(HashSet::new());
                false
            }
            watcher::Event::InitApply(object) => {
                if let Some(listed) = &mut state.listed {
                    listed.insert(object.owned_key());
                }
                self.apply(state, object)
            }
            watcher::Event::Apply(object) => self.apply(state, object),
            watcher::Event::Delete(object) => self.remove(state, &object.owned_key()),
            watcher::Event::InitDone => {
                let listed = state.listed.take().unwrap_or_default();
                let gone: Vec<Key> = state
                    .revisions
                    .keys()
                    .filter(|key| !listed.contains(*key))
                    .cloned()
                    .collect();
                let mut changed = false;
                for key in gone {
                    changed |= self.remove(state, &key);
                }
                let waiting = std::mem::take(&mut state.waiting);
                state.wake(waiting);
                changed
            }
        };
        if changed {
            self.grants_changed.notify_one();
        }
    }

    /// An object is there; gives whether it is another one than was there. That its status changed is not looked into.
    fn apply(&self, state: &mut State, object: &Watched) -> bool {
        if state.listed.is_none() {
            self.tracker.shown(object);
        }
        let key = object.owned_key();
        let revision = Revision {
            uid: object.uid().to_owned(),
            generation: object.generation(),
            annotations: object.notes(),
        };
        let before = state.revisions.get(&key);
        if before == Some(&revision) {
            return false;
        }
        let mut wake = Vec::new();
        let before = before.map(|before| before.uid.clone());
        if let Some(before) = before.filter(|before| *before != revision.uid) {
            // Deleted and made anew, and the watch showed only the outcome.
            self.tracker.end(&before);
            wake.extend(state.claims.remove(&key));
        }
        self.tracker.begin(&revision.uid);
        state.revisions.insert(key.clone(), revision);
        let created = object.meta().creation_timestamp.as_ref();
        let created = created.map_or(Timestamp::MAX, |created| created.0);
        wake.extend(state.claims.apply(&key, created, object.claimed()));
        wake.push(key);
        state.wake(wake);
        true
    }

    fn remove(&self, state: &mut State, key: &Key) -> bool {
        let revision = state.revisions.remove(key);
        if let Some(revision) = &revision {
            self.tracker.end(&revision.uid);
            self.looks.forget((&key.0, &key.1));
        }
        let wake = state.claims.remove(key);
        state.wake(wake);
        revision.is_some()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Asks for passes; during a list they wait for its end, on a standby too: it may lead by then.
    fn wake(&mut self, keys: Vec<Key>) {
        if self.listed.is_some() {
            self.waiting.extend(keys);
            return;
        }
        let Some(passes) = &self.passes else { return };
        for (namespace, name) in keys {
            // Whoever listened has stopped: the process is ending.
            let _ = passes.send(ObjectRef::new(&name).within(&namespace));
        }
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;
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

    /// A roster behind a store that is fed with it, as the watch does.
    struct Fed {
        roster: Roster,
        store: Store<Watched>,
        writer: reflector::store::Writer<Watched>,
        tracker: Arc<Tracker>,
    }

    impl Fed {
        fn new() -> Self {
            let (store, writer) = reflector::store();
            let tracker = Arc::<Tracker>::default();
            Self {
                roster: Roster::new(store.clone(), tracker.clone()),
                store,
                writer,
                tracker,
            }
        }

        fn see(&mut self, event: watcher::Event<Watched>) {
            self.writer.apply_watcher_event(&event);
            self.roster.note(&event);
        }

        /// Who was asked for, and at which generation the store shows each.
        fn asked(
            &self,
            asked: &mut mpsc::UnboundedReceiver<ObjectRef<Watched>>,
        ) -> Vec<(String, Option<i64>)> {
            let mut names = Vec::new();
            while let Ok(reference) = asked.try_recv() {
                let shown = self.store.get(&reference).map(|object| object.generation());
                names.push((reference.name, shown));
            }
            names.sort();
            names.dedup();
            names
        }
    }

    fn shown(name: &str, generation: i64) -> (String, Option<i64>) {
        (name.to_owned(), Some(generation))
    }

    #[test]
    fn leading_in_the_middle_of_a_first_list_of_several_pages_misses_nobody() {
        let mut fed = Fed::new();
        fed.see(watcher::Event::Init);
        fed.see(watcher::Event::InitApply(object("page-1", 1)));
        let mut asked = fed.roster.lead();
        fed.see(watcher::Event::InitApply(object("page-2", 1)));
        assert_eq!(fed.asked(&mut asked), [], "the store shows nothing yet");
        fed.see(watcher::Event::InitDone);
        assert_eq!(fed.asked(&mut asked), [shown("page-1", 1), shown("page-2", 1)]);
    }

    #[test]
    fn leading_in_the_middle_of_a_relist_misses_no_change() {
        let mut fed = Fed::new();
        fed.see(watcher::Event::Init);
        fed.see(watcher::Event::InitApply(object("old", 1)));
        fed.see(watcher::Event::InitDone);
        // While it stood by the watch broke off; the new list shows `old` edited and `new` created.
        fed.see(watcher::Event::Init);
        fed.see(watcher::Event::InitApply(object("old", 2)));
        fed.see(watcher::Event::InitApply(object("new", 1)));
        let mut asked = fed.roster.lead();
        assert_eq!(fed.asked(&mut asked), [shown("old", 1)]);
        fed.see(watcher::Event::InitDone);
        assert_eq!(fed.asked(&mut asked), [shown("new", 1), shown("old", 2)]);
    }

    #[test]
    fn a_list_seen_while_standing_by_is_asked_for_once_when_it_leads() {
        let mut fed = Fed::new();
        fed.see(watcher::Event::Init);
        fed.see(watcher::Event::InitApply(object("a", 1)));
        fed.see(watcher::Event::InitDone);
        let mut asked = fed.roster.lead();
        assert_eq!(fed.asked(&mut asked), [shown("a", 1)]);
        fed.see(watcher::Event::Apply(object("a", 1)));
        assert_eq!(fed.asked(&mut asked), []);
    }

    #[test]
    fn a_pass_that_ends_after_its_object_is_gone_leaves_nothing_behind() {
        let mut fed = Fed::new();
        let gone = object("a", 1);
        fed.see(watcher::Event::Apply(gone.clone()));
        fed.tracker.change(&gone, |tracked| tracked.errors = 7);
        assert_eq!(fed.tracker.of(&gone).errors, 7);
        fed.see(watcher::Event::Delete(gone.clone()));
        fed.tracker.change(&gone, |tracked| tracked.errors = 8);
        assert_eq!(fed.tracker.of(&gone).errors, 0);
        assert_eq!(fed.tracker.len(), 0);
        // Deleted and made anew under the same name, and only the outcome was shown.
        fed.see(watcher::Event::Apply(gone.clone()));
        let mut anew = object("a", 1);
        anew.meta_mut().uid = Some("another".to_owned());
        fed.see(watcher::Event::Apply(anew));
        fed.tracker.change(&gone, |tracked| tracked.errors = 9);
        assert_eq!((fed.tracker.of(&gone).errors, fed.tracker.len()), (0, 1));
        // Gone while the watch was blind, and so are those only a list that broke off had shown.
        fed.see(watcher::Event::Init);
        fed.see(watcher::Event::InitApply(object("b", 1)));
        fed.see(watcher::Event::Init);
        fed.see(watcher::Event::InitDone);
        assert_eq!(fed.tracker.len(), 0);
    }

    #[test]
    fn that_a_status_changes_is_no_reason_for_a_pass_nor_to_count_grants_anew() {
        let mut fed = Fed::new();
        let mut asked = fed.roster.lead();
        let mut sees = |event: watcher::Event<Watched>| {
            fed.see(event);
            let counted = fed.roster.grants_changed().now_or_never().is_some();
            (fed.asked(&mut asked).len(), counted)
        };
        assert_eq!(sees(watcher::Event::Apply(object("a", 1))), (1, true));
        let mut written = object("a", 1);
        written.change_status(|status| status.reason = Some("InSync".to_owned()));
        assert_eq!(sees(watcher::Event::Apply(written)), (0, false));
        assert_eq!(sees(watcher::Event::Apply(object("a", 2))), (1, true));
        assert_eq!(sees(watcher::Event::Delete(object("a", 2))), (0, true));
    }

    #[test]
    fn what_a_new_list_brings_is_woken_when_the_store_shows_it() {
        let (store, mut writer) = reflector::store();
        let roster = Roster::new(store.clone(), Arc::default());
        let mut asked = roster.lead();
        let mut woken = |event: watcher::Event<Watched>| {
            writer.apply_watcher_event(&event);
            roster.note(&event);
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
