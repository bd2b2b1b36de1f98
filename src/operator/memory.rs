//! What this process knows of each object beyond the watch: kept by uid, gone with the object.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;

use super::object::Watched;
use crate::api::MailDomainStatus;
use crate::history::{self, Event};

/// What is remembered of one object.
#[derive(Debug, Clone, Default)]
pub(super) struct Memory {
    /// What the next status depends on.
    pub(super) status: history::Memory,
    /// What we wrote last: the watch may not have shown it yet.
    pub(super) written: Option<Written>,
    /// The last request for a look that was heard.
    pub(super) requested_at: Option<String>,
    /// An event that could not be told yet.
    pub(super) untold: Option<Event>,
    /// Whether a pass of this process came to its end.
    pub(super) passed: bool,
    /// How often in a row a pass was stopped by an error.
    pub(super) errors: u32,
    /// When DNS is looked at next.
    pub(super) next_look: Option<Timestamp>,
}

/// A status as the API server returned it to us.
#[derive(Debug, Clone)]
pub(super) struct Written {
    pub(super) resource_version: String,
    pub(super) status: MailDomainStatus,
}

/// Everything remembered.
#[derive(Debug, Default)]
pub(super) struct Memories(Mutex<HashMap<String, Memory>>);

impl Memories {
    /// What is known of an object; nothing of a new one.
    pub(super) fn of(&self, object: &Watched) -> Memory {
        self.lock().get(object.uid()).cloned().unwrap_or_default()
    }

    /// Remembers.
    pub(super) fn change(&self, object: &Watched, change: impl FnOnce(&mut Memory)) {
        change(self.lock().entry(object.uid().to_owned()).or_default());
    }

    /// Forgets an object that is gone.
    pub(super) fn forget(&self, uid: &str) {
        self.lock().remove(uid);
    }

    /// The watch shows this object: a write of ours that is not newer need not be remembered.
    pub(super) fn shown(&self, object: &Watched) {
        if let Some(memory) = self.lock().get_mut(object.uid()) {
            memory.written = memory
                .written
                .take()
                .filter(|written| written.is_newer_than(object));
        }
    }

    /// When an object was last looked at completely.
    pub(super) fn last_observation(&self, uid: &str) -> Option<Timestamp> {
        self.lock()
            .get(uid)
            .and_then(|memory| memory.status.last_observation)
    }

    /// When an object is looked at next.
    pub(super) fn next_look(&self, uid: &str) -> Option<Timestamp> {
        self.lock().get(uid).and_then(|memory| memory.next_look)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Memory>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Written {
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
