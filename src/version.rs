//! Which program this is. Pure; it may touch nothing: the build has told it.

/// The version, and the commit where it is known: `0.1.0 (commit 0123456789ab)`. A debug build does not ask for it.
pub const VERSION: &str = concat!(env!("CARGO_PKG_VERSION"), " (", env!("ZEGEL_COMMIT_LINE"), ")");

/// The commit alone, or that it is not known: `commit 0123456789ab`, `not a release`.
pub const COMMIT: &str = env!("ZEGEL_COMMIT_LINE");
