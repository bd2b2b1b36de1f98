//! Some of the standards: a set that is copied, for every question carries one. Pure.

use std::fmt;

use super::Standard;

/// A set of standards; they come out in the order of [`Standard::ALL`].
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub struct Standards(u32);

impl Standards {
    /// Puts one in.
    pub fn insert(&mut self, standard: Standard) {
        self.0 |= bit(standard);
    }

    /// Whether one is in it.
    pub fn contains(self, standard: Standard) -> bool {
        self.0 & bit(standard) != 0
    }

    /// Those that are in it.
    pub fn iter(self) -> impl Iterator<Item = Standard> {
        let all = Standard::ALL.iter().copied();
        all.filter(move |&standard| self.contains(standard))
    }
}

const _: () = assert!(
    Standard::ALL.len() <= u32::BITS as usize,
    "each standard has a bit of its own"
);

fn bit(standard: Standard) -> u32 {
    1 << standard as u32
}

impl FromIterator<Standard> for Standards {
    fn from_iter<T: IntoIterator<Item = Standard>>(standards: T) -> Self {
        let mut set = Self::default();
        for standard in standards {
            set.insert(standard);
        }
        set
    }
}

impl<const N: usize> From<[Standard; N]> for Standards {
    fn from(standards: [Standard; N]) -> Self {
        standards.into_iter().collect()
    }
}

impl fmt::Debug for Standards {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_put_in_is_in_it_and_nothing_else() {
        for &one in Standard::ALL {
            let set = Standards::from([one, one]);
            for &other in Standard::ALL {
                assert_eq!(set.contains(other), one == other);
            }
            assert_eq!(set.iter().collect::<Vec<_>>(), [one]);
        }
        let all: Standards = Standard::ALL.iter().rev().copied().collect();
        assert_eq!(all.iter().collect::<Vec<_>>(), Standard::ALL);
        assert_eq!(Standards::default().iter().count(), 0);
    }
}
