//! What was made of a fact: read once, beside the fact, for everybody who holds it.
//!
//! A provider's record is one fact for thousands of domains. What follows from an answer alone (its texts told apart and
//! parsed) is made by the first who wants it and shared by all others, over waves, passes and domains, for as long as the
//! fact is remembered. It is no part of what the fact says: facts are equal by their answers.

use std::any::Any;
use std::fmt;
use std::sync::OnceLock;

/// What was made of a fact, one value a type. There are few types, so they stand in a chain; no one waits for another
/// longer than its own value takes.
#[derive(Default)]
pub struct Made(OnceLock<Box<Link<dyn Any + Send + Sync>>>);

struct Link<T: ?Sized> {
    next: Made,
    value: T,
}

impl Made {
    /// The value of type `T`; `make` makes it where there is none yet, and must hang on nothing but the fact.
    pub(super) fn once<T: Any + Send + Sync>(&self, make: impl FnOnce() -> T) -> &T {
        let mut made = self;
        while let Some(link) = made.0.get() {
            if let Some(value) = link.value.downcast_ref() {
                return value;
            }
            made = &link.next;
        }
        let mut ours: Option<Box<Link<dyn Any + Send + Sync>>> = Some(Box::new(Link {
            next: Self::default(),
            value: make(),
        }));
        loop {
            ours = ours.take().and_then(|link| made.0.set(link).err());
            let Some(link) = made.0.get() else { continue };
            // Ours, or what somebody else has made of it meanwhile.
            if let Some(value) = link.value.downcast_ref() {
                return value;
            }
            made = &link.next;
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
            let number: &i32 = made.once(|| {
                times += 1;
                times
            });
            assert_eq!(*number, 1);
            assert_eq!(*made.once(|| "text"), "text");
            assert!(std::ptr::eq(number, made.once(|| 9_i32)));
        }
        assert_eq!(times, 1);
        assert_eq!(*made.clone().once(|| 9_i32), 9, "a copy has nothing made of it");
    }
}
