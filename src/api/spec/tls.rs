//! The tls block: how safe the way to the domain's mail servers must be. Types and schema rules only.

#![allow(
    unreachable_pub,
    reason = "the schema derive copies each type into a function, where pub reaches nobody"
)]

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How safe the way to the domain's mail servers must be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TlsSpec {
    /// What every mail server must offer. Any: TLS, of whatever kind. Sufficient: TLS with nothing insufficient by the
    /// guidelines of NCSC-NL (May 2025); what is to be phased out is a warning. Good: only what they call good.
    pub level: TlsLevel,
}

/// What every mail server must offer; ordered from weak to strong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub enum TlsLevel {
    /// TLS, of whatever kind.
    Any,
    /// TLS, with nothing that is insufficient.
    Sufficient,
    /// TLS, with nothing that is less than good.
    Good,
}
