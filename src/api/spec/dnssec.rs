//! The dnssec block: that the domain's names must be signed. Types and schema rules only.

#![allow(
    unreachable_pub,
    reason = "the schema derive copies each type into a function, where pub reaches nobody"
)]

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Whether the domain's names must be signed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DnssecSpec {
    /// A chain of trust must lead from the root to every name of the domain that is managed. False counts as if the block
    /// were not there.
    pub required: bool,
}
