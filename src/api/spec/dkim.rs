//! The dkim block: one entry a selector. Types and schema rules only.

#![allow(
    unreachable_pub,
    reason = "the schema derive copies each type into a function, where pub reaches nobody"
)]

use kube::KubeSchema;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::api::facts::Facts;

/// The DKIM key records.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DkimSpec {
    /// One entry a selector.
    #[schemars(length(min = 1, max = 64))]
    #[schemars(extend("x-kubernetes-list-type" = "map", "x-kubernetes-list-map-keys" = ["name"]))]
    pub selectors: Vec<DkimSelector>,
}

/// One selector: `<name>._domainkey.<domain>`.
#[derive(KubeSchema, Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
// A key or an alias and nothing beside it, as nearly all are.
#[x_kube(validation = Facts::unless(
        "!has(self.state) && !has(self.anyKey) && !has(self.flags) && has(self.cname) != has(self.publicKey)")
    .fact("has(self.state) && self.state == 'Revoked' \
        || [has(self.publicKey), has(self.cname), has(self.anyKey) && self.anyKey].filter(set, set).size() == 1",
        "a selector needs exactly one of publicKey, cname and anyKey: true, or state: Revoked")
    .fact("!has(self.state) || self.state != 'Revoked' || !has(self.publicKey) && !has(self.cname) \
        && (!has(self.anyKey) || !self.anyKey) && (!has(self.flags) || self.flags.size() == 0)",
        "a Revoked selector takes no publicKey, cname, anyKey or flags: no key may stand there")
    .fact("!has(self.cname) || !has(self.flags) || self.flags.size() == 0",
        "flags have no place beside cname: the provider writes the key record")
    .rule())]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DkimSelector {
    /// The selector.
    #[schemars(length(min = 1, max = 240))]
    pub name: String,
    /// Published (a key stands there) or Revoked (no key may stand there). Default Published.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "SelectorState")]
    pub state: Option<SelectorState>,
    /// The public key: PEM SubjectPublicKeyInfo, or a `p=` value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 8192))]
    pub public_key: Option<String>,
    /// The provider's name that holds the key: the selector is a CNAME to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 253))]
    pub cname: Option<String>,
    /// Exactly one valid key, whichever: the provider rotates it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub any_key: Option<bool>,
    /// Flags of the key record (t=, RFC 6376 3.6.1). StrictIdentity: t=s. Testing: t=y.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 2))]
    #[schemars(extend("x-kubernetes-list-type" = "set"))]
    pub flags: Vec<DkimFlag>,
}

/// Whether a selector's key is to be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, JsonSchema)]
pub enum SelectorState {
    /// A key stands there.
    #[default]
    Published,
    /// No key may stand there.
    Revoked,
}

/// A flag of a key record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub enum DkimFlag {
    /// `t=s`: the signing identity may not be a sub-domain of the signing domain.
    StrictIdentity,
    /// `t=y`: the domain is testing DKIM.
    Testing,
}
