//! What this process keeps track of for each object beyond the watch: by uid, from when the watch first shows the
//! object until it shows that the object is gone.
//!
//! Only the roster begins and ends an entry. A pass that comes to its end after its object was deleted finds none and
//! leaves none: nothing can stay behind that nobody would ever take away.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use foldhash::fast::RandomState;
use jiff::{SignedDuration, Timestamp};
use tokio::time::Instant;

use super::object::Watched;
use crate::api::MailDomainStatus;
use crate::history::{self, Event};
use crate::judge::Measures;

/// What is kept of one object.
#[derive(Debug, Clone, Default)]
pub(super) struct Tracked {
    /// What the next status depends on.
    pub(super) status: history::Remembered,
    /// What we wrote last: the watch may not have shown it yet.
    pub(super) written: Option<Written>,
    /// An event that could not be told yet.
    pub(super) untold: Option<Event>,
    /// Whether a pass of this process came to its end.
    pub(super) passed: bool,
    /// How often in a row a pass was stopped by an error.
    pub(super) errors: u32,
    /// Of which generation it was seen that no MailDomain this process does not watch has an older claim, and when.
    pub(super) alone: Option<(i64, Instant)>,
    /// When what is known turns stale if DNS says nothing more; the outer `None` before anybody has worked it out.
    pub(super) stale_at: Option<Option<Timestamp>>,
    /// What the last look measured, and where it had no answer those before it.
    pub(super) measures: Measures,
    /// When DNS is looked at next, as people read it.
    pub(super) next_look: Option<Timestamp>,
    /// The same by the clock that never steps.
    pub(super) due: Option<Instant>,
}

/// What is known of an object beside its status, for whoever counts.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Seen {
    /// When it was last looked at completely; a look that changed nothing is remembered and not written.
    pub(super) last_observation: Option<Timestamp>,
    /// When it is looked at next.
    pub(super) next_look: Option<Timestamp>,
    /// What looks at it measured.
    pub(super) measures: Measures,
}

/// A status as we wrote it, and which version of the object it made.
#[derive(Debug, Clone)]
pub(super) struct Written {
    pub(super) resource_version: String,
    status: Arc<str>,
}

/// What is kept of each, by uid. Up to half of a table's places are free, and each is as large as what would stand there: so a box does.
type All = HashMap<String, Box<Tracked>, RandomState>;

/// Everything kept track of.
#[derive(Debug, Default)]
pub(super) struct Tracker(Mutex<All>);

impl Tracker {
    /// From now on an object is kept track of; what is known of it already stays.
    pub(super) fn begin(&self, uid: &str) {
        let mut all = self.lock();
        if !all.contains_key(uid) {
            all.insert(uid.to_owned(), Box::default());
        }
    }

    /// Somebody else looked after the object meanwhile: what is known of it is old.
    pub(super) fn begin_anew(&self, uid: &str) {
        if let Some(tracked) = self.lock().get_mut(uid) {
            **tracked = Tracked::default();
        }
    }

    /// The object is gone.
    pub(super) fn end(&self, uid: &str) {
        self.lock().remove(uid);
    }

    /// What is known of an object; nothing of a new one, nor of one that is gone.
    pub(super) fn of(&self, object: &Watched) -> Tracked {
        let all = self.lock();
        all.get(object.uid())
            .map_or_else(Tracked::default, |tracked| Tracked::clone(tracked))
    }

    /// Notes something of an object; nothing of one that is gone.
    pub(super) fn change(&self, object: &Watched, change: impl FnOnce(&mut Tracked)) {
        if let Some(tracked) = self.lock().get_mut(object.uid()) {
            change(tracked);
        }
    }

    /// The watch shows this object: a write of ours that is not newer need not be kept.
    pub(super) fn shown(&self, object: &Watched) {
        self.change(object, |tracked| {
            tracked.written = tracked
                .written
                .take()
                .filter(|written| written.is_newer_than(object));
        });
    }

    /// Whether an object is still there, and still this one.
    pub(super) fn has(&self, object: &Watched) -> bool {
        self.lock().contains_key(object.uid())
    }

    /// How many objects are kept track of.
    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.lock().len()
    }

    /// When what is known of an object turns stale, when that was worked out.
    pub(super) fn stale_at(&self, uid: &str) -> Option<Option<Timestamp>> {
        self.lock().get(uid).and_then(|tracked| tracked.stale_at)
    }

    /// Whether the last look at an object left open what Ready hangs on.
    pub(super) fn is_open(&self, uid: &str) -> bool {
        self.lock()
            .get(uid)
            .is_some_and(|tracked| tracked.status.is_open())
    }

    /// The clock of the wall was put back: by it, all that is remembered happened so much earlier.
    pub(super) fn put_back(&self, by: SignedDuration) {
        for tracked in self.lock().values_mut() {
            tracked.status.put_back(by);
            // Worked out again from what is remembered now.
            tracked.stale_at = None;
        }
    }

    /// What a scrape wants to know of an object.
    pub(super) fn seen(&self, uid: &str) -> Seen {
        let all = self.lock();
        all.get(uid).map_or_else(Seen::default, |tracked| Seen {
            last_observation: tracked.status.last_observation(),
            next_look: tracked.next_look,
            measures: tracked.measures,
        })
    }

    /// When the pass that has waited longest was, or will be, due.
    pub(super) fn earliest_due(&self) -> Option<Instant> {
        self.lock().values().filter_map(|tracked| tracked.due).min()
    }

    fn lock(&self) -> MutexGuard<'_, All> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Written {
    /// What was written, as JSON: seldom is it read, for mostly the watch shows it first.
    pub(super) fn new(resource_version: String, status: Arc<str>) -> Self {
        Self {
            resource_version,
            status,
        }
    }

    /// The status, as whoever reads it from the API server sees it.
    pub(super) fn status(&self) -> Option<MailDomainStatus> {
        serde_json::from_str(&self.status).ok()
    }

    /// Whether this is newer than what the watch has shown: resource versions of one resource count upwards.
    pub(super) fn is_newer_than(&self, object: &Watched) -> bool {
        let shown = kube::Resource::meta(object).resource_version.as_deref();
        match (
            self.resource_version.parse::<u128>(),
            shown.map(str::parse::<u128>),
        ) {
            (Ok(ours), Some(Ok(shown))) => ours > shown,
            _ => false,
        }
    }
}
