//! The dmarc block: a record, an inherited one, or an alias. Types and schema rules only.

#![allow(
    unreachable_pub,
    reason = "the schema derive copies each type into a function, where pub reaches nobody"
)]

use kube::KubeSchema;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::ONE_OF_DMARC;
use crate::api::facts::Facts;

/// The DMARC record: exactly one of policy, inherit, cname.
#[derive(KubeSchema, Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[x_kube(validation = Facts::unless("!has(self.cname) && !has(self.inherit) && !has(self.atLeast)")
    .fact("[has(self.policy), has(self.inherit) && self.inherit, has(self.cname)].filter(set, set).size() in [0, 1]",
        ONE_OF_DMARC)
    .fact("!has(self.cname) && (!has(self.inherit) || !self.inherit) \
        || !has(self.subdomainPolicy) && !has(self.nonexistentSubdomainPolicy) && (!has(self.testing) || !self.testing) \
        && !has(self.publicSuffix) && !has(self.alignment) \
        && (!has(self.aggregateReports) || self.aggregateReports.size() == 0) \
        && (!has(self.failureReports) || self.failureReports.size() == 0) \
        && (!has(self.failureOptions) || self.failureOptions.size() == 0)",
        "a record's fields have no place beside inherit or cname: the record stands elsewhere")
    .fact("!has(self.atLeast) || has(self.cname)",
        "atLeast goes with cname only: it judges the policy at its end")
    .rule())]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DmarcSpec {
    /// The policy for mail that fails (p).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "DmarcPolicy")]
    pub policy: Option<DmarcPolicy>,
    /// The policy for existing sub-domains (sp).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "DmarcPolicy")]
    pub subdomain_policy: Option<DmarcPolicy>,
    /// The policy for sub-domains that do not exist (np, RFC 9989).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "DmarcPolicy")]
    pub nonexistent_subdomain_policy: Option<DmarcPolicy>,
    /// Testing (t=y, RFC 9989): receivers apply the policy one level below.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub testing: Option<bool>,
    /// Whether this is a public suffix (psd, RFC 9989). Default Undetermined: the tree walk decides.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "PublicSuffix")]
    pub public_suffix: Option<PublicSuffix>,
    /// How exactly the authenticated domains must match.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alignment: Option<Alignments>,
    /// Where aggregate reports go (rua): `mailto:` URIs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 32), inner(length(min = 1, max = 512)))]
    pub aggregate_reports: Vec<String>,
    /// Where failure reports go (ruf): `mailto:` URIs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 32), inner(length(min = 1, max = 512)))]
    pub failure_reports: Vec<String>,
    /// When failure reports are wanted (fo): `0`, `1`, `d`, `s`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 4), inner(length(min = 1, max = 1)))]
    pub failure_options: Vec<String>,
    /// No record here: the organizational domain's applies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inherit: Option<bool>,
    /// The provider's name that holds the record: `_dmarc` is a CNAME to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 253))]
    pub cname: Option<String>,
    /// With cname: the weakest policy that is acceptable at its end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "DmarcPolicy")]
    pub at_least: Option<DmarcPolicy>,
}

/// What receivers are asked to do; ordered from weak to strong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub enum DmarcPolicy {
    /// Nothing.
    None,
    /// Treat as suspicious.
    Quarantine,
    /// Reject.
    Reject,
}

/// psd: whether the domain is a public suffix.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, JsonSchema)]
pub enum PublicSuffix {
    /// `psd=n`: it is an organizational domain.
    No,
    /// `psd=y`: it is a public suffix domain.
    Yes,
    /// `psd=u`, the default: the tree walk decides.
    #[default]
    Undetermined,
}

/// Alignment of both mechanisms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Alignments {
    /// adkim. Default Relaxed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Alignment")]
    pub dkim: Option<Alignment>,
    /// aspf. Default Relaxed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Alignment")]
    pub spf: Option<Alignment>,
}

/// How exactly two domains must match (RFC 9989 4.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, JsonSchema)]
pub enum Alignment {
    /// The same organizational domain.
    #[default]
    Relaxed,
    /// The same domain.
    Strict,
}
