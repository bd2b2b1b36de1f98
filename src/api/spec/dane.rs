//! The dane block: what mail hosts show senders, or that every one must show something. Types and schema rules only.

#![allow(
    unreachable_pub,
    reason = "the schema derive copies each type into a function, where pub reaches nobody"
)]

use kube::KubeSchema;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// DANE for SMTP (RFC 7672): the TLSA records of mail hosts.
#[derive(KubeSchema, Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[x_kube(validation = Rule::new("has(self.hosts) && self.hosts.size() > 0 || has(self.required) && self.required")
    .message("dane needs hosts with their records, or required: true"))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DaneSpec {
    /// Hosts and the TLSA records at each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 32))]
    #[schemars(extend("x-kubernetes-list-type" = "map", "x-kubernetes-list-map-keys" = ["name"]))]
    pub hosts: Vec<DaneHost>,
    /// Every host of the domain's MX must have TLSA records senders can use, whoever publishes them. False counts as if it
    /// were not there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub required: Option<bool>,
}

/// The TLSA records of one mail host.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DaneHost {
    /// The host, as the MX names it: the records stand at `_25._tcp.` before it.
    #[schemars(length(min = 1, max = 253))]
    pub name: String,
    /// The records: usage, selector, matching type and hexadecimal data, `3 1 1 9f86d0…`. While a key is rolled over,
    /// those of the current and of the next.
    #[schemars(length(min = 1, max = 16), inner(length(min = 1, max = 8192)))]
    pub records: Vec<String>,
}
