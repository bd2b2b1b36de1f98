//! The mx block: the hosts that take the domain's mail, or that none does. Types and schema rules only.

#![allow(
    unreachable_pub,
    reason = "the schema derive copies each type into a function, where pub reaches nobody"
)]

use kube::KubeSchema;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The hosts that take the domain's mail (RFC 5321 5), or that none does (RFC 7505).
#[derive(KubeSchema, Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[x_kube(validation = Rule::new(
    "(has(self.hosts) && self.hosts.size() > 0) != (has(self.none) && self.none)")
    .message("mx needs exactly one of hosts and none: true"))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct MxSpec {
    /// The hosts, in any order: what counts is their preference. Exactly one of hosts and none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 32))]
    #[schemars(extend("x-kubernetes-list-type" = "map", "x-kubernetes-list-map-keys" = ["host"]))]
    pub hosts: Vec<MxHost>,
    /// The domain takes no mail: the null MX, `0 .` (RFC 7505). False counts as if it were not there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub none: Option<bool>,
}

/// A host that takes the domain's mail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct MxHost {
    /// Lower is tried first; hosts with the same number share the mail.
    #[schemars(range(min = 0, max = 65535))]
    pub preference: i32,
    /// The host's name, whole and in A-labels: a name with addresses of its own, no alias.
    #[schemars(length(min = 1, max = 253))]
    pub host: String,
}
