//! How closely the authorities are looked at in a pass.
//!
//! Whoever runs the judgement says so, beside the facts: what is asked must not depend on who judges, so it is pinned
//! for a pass as facts are, and goes with them where they are recorded.

use serde::{Deserialize, Serialize};

/// How closely a domain's authorities are looked at. Each includes what stands before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub enum Depth {
    /// They are not asked: nothing is known of single servers.
    #[default]
    Off,
    /// About records that are not in sync, as the resolver has it.
    Troubled,
    /// And which version of each zone they hold (its serial); about every record where the versions tell nothing.
    Serials,
    /// And about every record.
    Closely,
}
