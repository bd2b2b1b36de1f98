//! The spf block: the record at the domain, and at other names of it. Types and schema rules only.

#![allow(
    unreachable_pub,
    reason = "the schema derive copies each type into a function, where pub reaches nobody"
)]

use kube::KubeSchema;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The SPF record at the domain, and at other names of it.
#[derive(KubeSchema, Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[x_kube(validation = Rule::new("has(self.all) != has(self.redirect)")
    .message("spf needs exactly one of all and redirect"))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SpfSpec {
    /// Mechanisms in SPF's own syntax, in order, macros kept: `mx`, `ip4:192.0.2.0/24`, `~include:x.example`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 256), inner(length(min = 1, max = 255)))]
    pub mechanisms: Vec<String>,
    /// What the record says of everybody else: Fail (-all), SoftFail (~all), Neutral (?all). Exactly one of all and
    /// redirect.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "SpfAll")]
    pub all: Option<SpfAll>,
    /// The domain whose record goes on where this one matched nothing (RFC 7208 6.1).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 253))]
    pub redirect: Option<String>,
    /// Where the explanation for rejected senders stands (exp=, RFC 7208 6.2).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 253))]
    pub explanation: Option<String>,
    /// SPF at other names of this domain: helpers, HELO names, `*`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 32))]
    #[schemars(extend("x-kubernetes-list-type" = "map", "x-kubernetes-list-map-keys" = ["name"]))]
    pub also_at: Vec<SpfAlsoAt>,
}

/// SPF at another name of the domain.
#[derive(KubeSchema, Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[x_kube(validation = Rule::new("has(self.all) != has(self.redirect)")
    .message("an entry of alsoAt needs exactly one of all and redirect"))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SpfAlsoAt {
    /// The name below the domain, without the domain: `_spf1`, `mail`, `*`.
    #[schemars(length(min = 1, max = 251))]
    pub name: String,
    /// Mechanisms in SPF's own syntax, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 256), inner(length(min = 1, max = 255)))]
    pub mechanisms: Vec<String>,
    /// What the record says of everybody else. Exactly one of all and redirect.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "SpfAll")]
    pub all: Option<SpfAll>,
    /// The domain whose record goes on where this one matched nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 253))]
    pub redirect: Option<String>,
    /// Where the explanation for rejected senders stands (exp=).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 253))]
    pub explanation: Option<String>,
}

/// The result for everybody no mechanism matched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub enum SpfAll {
    /// `-all`
    Fail,
    /// `~all`
    SoftFail,
    /// `?all`
    Neutral,
}
