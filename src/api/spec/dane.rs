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
#[x_kube(validation = Rule::new(
    "has(self.hosts) && self.hosts.size() > 0 || has(self.certificateRefs) && self.certificateRefs.size() > 0 || has(self.required) && self.required"
).message("dane needs hosts with their records, certificateRefs, or required: true"))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DaneSpec {
    /// Hosts and the TLSA records at each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 32))]
    #[schemars(extend("x-kubernetes-list-type" = "map", "x-kubernetes-list-map-keys" = ["name"]))]
    pub hosts: Vec<DaneHost>,
    /// Certificates of cert-manager, in the MailDomain's own namespace, whose keys the hosts show: hosts that name neither
    /// records nor certificates of their own get the records of these. Without hosts, those of the mx block are meant. Read by
    /// a controller with --certificate-requests; never from a Secret.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 8))]
    #[schemars(extend("x-kubernetes-list-type" = "map", "x-kubernetes-list-map-keys" = ["name"]))]
    pub certificate_refs: Vec<CertificateRef>,
    /// What makes room for the next key, where certificates are named. Default: CurrentAndNext.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scheme: Option<DaneScheme>,
    /// Every host of the domain's MX must have TLSA records senders can use, whoever publishes them. False counts as if it
    /// were not there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub required: Option<bool>,
}

/// The TLSA records of one mail host.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DaneHost {
    /// The host, as the MX names it: the records stand at `_25._tcp.` before it.
    #[schemars(length(min = 1, max = 253))]
    pub name: String,
    /// The records: usage, selector, matching type and hexadecimal data, `3 1 1 9f86d0…`. While a key is rolled over,
    /// those of the current and of the next.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(min = 1, max = 16), inner(length(min = 1, max = 8192)))]
    pub records: Vec<String>,
    /// The certificates of this host, in place of those of the block, and of records.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 8))]
    #[schemars(extend("x-kubernetes-list-type" = "map", "x-kubernetes-list-map-keys" = ["name"]))]
    pub certificate_refs: Vec<CertificateRef>,
}

/// A Certificate of cert-manager.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CertificateRef {
    /// Its name.
    #[schemars(length(min = 1, max = 253))]
    pub name: String,
}

/// What makes room for the next key (RFC 7671 8).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum DaneScheme {
    /// 3 1 1 of every certificate's current key, and of the one that is being issued: two certificates, of which one is in
    /// use and the other next.
    CurrentAndNext,
    /// 3 1 1 of the current key, and 2 1 1 of the authority that signed it: the next certificate of the same authority fits
    /// before its own record is there.
    CurrentAndIssuer,
}
