//! What was worked out of a record once, kept with it: the same text comes to the same thing however often it is asked. Pure.

use std::fmt;
use std::sync::OnceLock;

/// Something that follows from the record it stands in, worked out when it is first asked for. It makes the record no other.
pub(super) struct Kept<T>(OnceLock<T>);

impl<T> Kept<T> {
    /// What it is; `work` depends on nothing but the record.
    pub(super) fn get(&self, work: impl FnOnce() -> T) -> &T {
        self.0.get_or_init(work)
    }
}

impl<T> Default for Kept<T> {
    fn default() -> Self {
        Self(OnceLock::new())
    }
}

/// A copy works it out for itself: it may be changed.
impl<T> Clone for Kept<T> {
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl<T> PartialEq for Kept<T> {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl<T> Eq for Kept<T> {}

impl<T> fmt::Debug for Kept<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Kept")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_worked_out_once_and_anew_for_a_copy() {
        let kept = Kept::default();
        let mut times = 0;
        for _ in 0..3 {
            let worked_out = kept.get(|| {
                times += 1;
                times
            });
            assert_eq!(*worked_out, 1);
        }
        assert_eq!(*kept.clone().get(|| 7), 7);
        assert_eq!(kept, Kept::default());
    }
}
