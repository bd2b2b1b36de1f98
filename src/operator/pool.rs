//! What many objects say alike, kept once.

use std::borrow::Borrow;
use std::collections::HashSet;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};

/// Values that are shared by all who have the same.
#[derive(Debug)]
pub(super) struct Pool<T: ?Sized>(Mutex<HashSet<Arc<T>>>);

impl<T: ?Sized> Default for Pool<T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<T: ?Sized + Eq + Hash> Pool<T> {
    /// The one that is kept already, where there is one.
    pub(super) fn shared<V: Borrow<T> + Into<Arc<T>>>(&self, value: V) -> Arc<T> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = all.get(value.borrow()) {
            return known.clone();
        }
        // Before the table grows, what nobody has any more goes.
        if all.len() == all.capacity() {
            all.retain(|kept| Arc::strong_count(kept) > 1);
        }
        let value = value.into();
        all.insert(value.clone());
        value
    }

    /// How many there are.
    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).len()
    }
}
