//! What the resolver makes of DNSSEC: whether anything could be validated through it at all.
//!
//! It is found out of the resolver, once for the installation, and says nothing of any domain. It goes with the facts of a
//! pass, so that whoever reads a verdict can tell an answer that is not proven from one that nobody could prove. Pure.

use std::fmt;

/// What the resolver makes of DNSSEC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Passes {
    /// It validates itself, and passes signatures on.
    Validates,
    /// It passes signatures on.
    PassesOn,
    /// It passes some of DNSSEC on and leaves out or changes the rest: what misses its proof accuses nobody.
    Partly,
    /// It strips signatures or proofs of absence, or its root is not the world's: nothing can be validated through it.
    Strips,
    /// It was not asked, or gave no answer.
    Unknown,
}

impl Passes {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Validates,
        Self::PassesOn,
        Self::Partly,
        Self::Strips,
        Self::Unknown,
    ];

    /// What stands for "nobody wants to know": validation is off.
    pub const OFF: &str = "Off";

    /// The word used in JSON, logs and metric labels.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Validates => "Validates",
            Self::PassesOn => "PassesOn",
            Self::Partly => "Partly",
            Self::Strips => "Strips",
            Self::Unknown => "Unknown",
        }
    }

    /// The word for what is known, [`Passes::OFF`] where nobody wants to know.
    pub fn word(found: Option<Self>) -> &'static str {
        found.map_or(Self::OFF, Self::as_str)
    }

    /// What a word stands for: `None` where it is none of [`Passes::word`]'s.
    pub fn of_word(word: &str) -> Option<Option<Self>> {
        if word == Self::OFF {
            return Some(None);
        }
        Self::ALL
            .into_iter()
            .find(|passes| passes.as_str() == word)
            .map(Some)
    }

    /// Whether it passes on all that a proof takes: only then does a broken one accuse a domain.
    pub fn is_enough(self) -> bool {
        matches!(self, Self::Validates | Self::PassesOn)
    }

    /// Whether answers are validated through it: what some of them lack takes nothing from the others.
    pub fn is_some(self) -> bool {
        self.is_enough() || self == Self::Partly
    }
}

impl fmt::Display for Passes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_is_read_back() {
        for found in Passes::ALL.map(Some).into_iter().chain([None]) {
            assert_eq!(Passes::of_word(Passes::word(found)), Some(found));
        }
        assert_eq!(Passes::of_word("off"), None);
    }
}
