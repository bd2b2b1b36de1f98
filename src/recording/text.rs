//! Names and troubles of a recording as text, and back. Pure.

use crate::inquiry::Trouble;
use crate::name::{Name, NameError};

/// A name, or what is wrong with it.
pub(super) fn name(text: &str) -> Result<Name, String> {
    text.parse().map_err(|why: NameError| format!("{text:?}: {why}"))
}

/// A trouble by its word.
pub(super) fn trouble(word: &str) -> Result<Trouble, String> {
    let known = Trouble::ALL.into_iter().find(|trouble| trouble.reason() == word);
    known.ok_or_else(|| format!("{word:?} is no reason for an answer to be missing"))
}
