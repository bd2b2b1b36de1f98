//! The tlsRpt block: where senders report what became of TLS. Types and schema rules only.

#![allow(
    unreachable_pub,
    reason = "the schema derive copies each type into a function, where pub reaches nobody"
)]

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The TLS-RPT record at `_smtp._tls` (RFC 8460 3).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TlsRptSpec {
    /// Where senders send their reports (rua): `mailto:` and `https:` URIs, at least one.
    #[schemars(length(min = 1, max = 16), inner(length(min = 1, max = 255)))]
    pub reports: Vec<String>,
}
