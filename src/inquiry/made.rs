//! What was made of a fact: read once, beside the fact, for everybody who holds it.
//!
//! A provider's record is one fact for thousands of domains. What follows from an answer alone (its texts told apart and
//! parsed) is made by the first who wants it and shared by all others, over waves, passes and domains, for as long as the
//! fact is remembered. It is no part of what the fact says: facts are equal by their answers.

use std::any::Any;
use std::fmt;
use std::sync::{Arc, OnceLock};

/// What was made of a fact, one value a type. There are few types, so they stand in a chain; no one waits for another
/// longer than its own value takes.
#[derive(Default)]
pub struct Made(OnceLock<Box<Link>>);

struct Link {
    value: Arc<dyn Any + Send + Sync>,
    next: Made,
}

impl Made {
    /// The value of type `T`; `make` makes it where there is none yet, and must hang on nothing but the fact.
    pub(super) fn once<T: Any + Send + Sync>(&self, make: impl FnOnce() -> T) -> Arc<T> {
        let mut made = self;
        while let Some(link) = made.0.get() {
            if let Some(value) = link.value() {
                return value;
            }
            made = &link.next;
        }
        let value = Arc::new(make());
        loop {
            let link = made.0.get_or_init(|| {
                Box::new(Link {
                    value: value.clone(),
                    next: Self::default(),
                })
            });
            // Ours, or what somebody else has made of it meanwhile.
            if let Some(value) = link.value() {
                return value;
            }
            made = &link.next;
        }
    }
}

impl Link {
    fn value<T: Any + Send + Sync>(&self) -> Option<Arc<T>> {
        match self.value.is::<T>() {
            true => Arc::clone(&self.value).downcast().ok(),
            false => None,
        }
    }
}

/// A copy of a fact has nothing made of it yet.
impl Clone for Made {
    fn clone(&self) -> Self {
        Self::default()
    }
}

/// What was made of a fact makes it no other.
impl PartialEq for Made {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Made {}

impl fmt::Debug for Made {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Made")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_type_is_made_once_and_shared() {
        let made = Made::default();
        let mut times = 0;
        for _ in 0..3 {
            let number = made.once(|| {
                times += 1;
                times
            });
            assert_eq!(*number, 1);
            assert_eq!(*made.once(|| "text"), "text");
            assert!(Arc::ptr_eq(&number, &made.once(|| 9_i32)));
        }
        assert_eq!(times, 1);
        assert_eq!(*made.clone().once(|| 9_i32), 9, "a copy has nothing made of it");
    }
}
