//! How a pass goes about the authorities: how closely they are looked at, and what they are asked first.
//!
//! Whoever runs the judgement says so, beside the facts: what is asked must not depend on who judges, so it is pinned
//! for a pass as facts are, and goes with them where they are recorded.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::Kind;
use crate::name::Name;

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

/// How a pass goes about the authorities; by default it leaves them alone.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Approach {
    /// How closely they are looked at.
    pub depth: Depth,
    /// The record sets of which the resolver is not asked before they have what is meant.
    pub held_back: BTreeSet<(Name, Kind)>,
    /// Whether mail servers are asked for all their TLS, beside their certificates, where the spec asks anything of it.
    pub profile: bool,
}

impl From<Depth> for Approach {
    /// Looked at so closely, with nothing held back.
    fn from(depth: Depth) -> Self {
        Self {
            depth,
            ..Self::default()
        }
    }
}
