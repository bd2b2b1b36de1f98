//! The mtaSts block: the policy senders keep to, and the record that says there is one. Types and schema rules only.

#![allow(
    unreachable_pub,
    reason = "the schema derive copies each type into a function, where pub reaches nobody"
)]

use kube::KubeSchema;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// MTA-STS (RFC 8461): the record at `_mta-sts`, and the policy that is served at `mta-sts.<domain>`.
#[derive(KubeSchema, Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct MtaStsSpec {
    /// What senders do with a host that is not as the policy says. Enforce: they do not deliver. Testing: they deliver and
    /// report. None: the policy is taken back.
    pub mode: MtaStsMode,
    /// The hosts mail may go to: `mx1.voorbeeld.nl`, or `*.voorbeeld.nl` for all exactly one label below. Default the
    /// hosts of the mx block.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 32), inner(length(min = 1, max = 255)))]
    pub mx: Vec<String>,
    /// How long senders keep the policy: a whole number and a unit, `30d`, `2w`, `12h`; at most a year. Default 30d, and 1d
    /// with mode None.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 2, max = 16))]
    #[x_kube(validation = Rule::new("self.matches('^[0-9]{1,8}[smhdw]$')")
        .message("write maxAge as one number and one unit: 30d, 2w, 12h"))]
    pub max_age: Option<String>,
    /// The id in the record, where it is to be another than the digest of the policy: as it stood there when the domain was
    /// adopted. Take it out, or write another, with the first change of the policy: under the same id senders keep the old one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 32))]
    #[x_kube(validation = Rule::new("self.matches('^[A-Za-z0-9]{1,32}$')")
        .message("write id as 1 to 32 letters and digits"))]
    pub id: Option<String>,
}

/// What senders do with a host that is not as the policy says (RFC 8461 5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub enum MtaStsMode {
    /// They do not deliver to it.
    Enforce,
    /// They deliver, and report it.
    Testing,
    /// The policy is taken back.
    None,
}
