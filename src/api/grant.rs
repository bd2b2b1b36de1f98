//! Who may claim which domain: the `MailDomainGrant` kind, its spec, its status. Types and schema rules only.
//!
//! In a closed cluster a namespace manages a domain only where a grant says so; in an open one nobody asks. Grants add
//! up: what one of them allows is allowed. As of a `MailDomain`, the schema judges structure and
//! [`crate::intent::Grant`] the rest; and nothing here depends on what other objects there are.

#![allow(
    clippy::duplicated_attributes,
    reason = "printer columns share their keys, and the lint takes that for a slip"
)]
#![allow(
    unreachable_pub,
    reason = "the schema derive copies each type into a function, where pub reaches nobody"
)]

use std::collections::BTreeMap;

use k8s_openapi::apimachinery::pkg::apis::meta::v1::Condition;
use kube::{CustomResource, KubeSchema};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::spec::LABEL;

/// Which namespaces may do what with which domains. Grants add up: what one of them allows is allowed.
#[derive(CustomResource, KubeSchema, Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[kube(
    group = "zegel.dev",
    version = "v1alpha1",
    kind = "MailDomainGrant",
    doc = "Which namespaces may manage which domains, in a cluster where the controller runs with --tenancy Closed.",
    shortname = "maildomgrant",
    status = "MailDomainGrantStatus",
    derive = "PartialEq",
    cel,
    printcolumn(
        name = "Ready",
        type_ = "string",
        json_path = ".status.conditions[?(@.type==\"Ready\")].status"
    ),
    printcolumn(
        name = "Status",
        type_ = "string",
        description = "Why Ready is what it is",
        json_path = ".status.conditions[?(@.type==\"Ready\")].reason"
    ),
    printcolumn(
        name = "Namespaces",
        type_ = "integer",
        description = "Namespaces that claim a domain by it",
        json_path = ".status.summary.namespaces"
    ),
    printcolumn(
        name = "Domains",
        type_ = "integer",
        description = "Domains that are claimed by it",
        json_path = ".status.summary.domains"
    ),
    printcolumn(name = "Age", type_ = "date", json_path = ".metadata.creationTimestamp"),
    printcolumn(
        name = "Names",
        type_ = "string",
        priority = 1,
        description = "The namespaces it names",
        json_path = ".spec.namespaces.names"
    ),
    printcolumn(
        name = "For",
        type_ = "string",
        priority = 1,
        description = "The domains it is about",
        json_path = ".spec.domains"
    ),
    printcolumn(
        name = "Message",
        type_ = "string",
        priority = 1,
        json_path = ".status.conditions[?(@.type==\"Ready\")].message"
    )
)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct MailDomainGrantSpec {
    /// The namespaces it is for: by name, by their labels, or both; either is enough.
    #[x_kube(validation = Rule::new("has(self.names) && self.names.size() > 0 || has(self.selector)")
        .message("namespaces needs names, a selector, or both: a grant for no namespace grants nothing"))]
    pub namespaces: GrantedNamespaces,
    /// The domains it is about: `voorbeeld.nl` is that domain alone, `*.voorbeeld.nl` every domain below it at any depth
    /// and not `voorbeeld.nl` itself, and `*` every domain. A-labels, lower case, no trailing dot.
    #[schemars(length(min = 1, max = 256), inner(length(min = 1, max = 253)))]
    #[schemars(extend("x-kubernetes-list-type" = "set"))]
    #[x_kube(validation = Rule::new("self.all(d, d == d.lowerAscii())")
        .message("write each domain in lower case"))]
    #[x_kube(validation = Rule::new("self.all(d, !d.endsWith('.'))")
        .message("write each domain without a trailing dot: it is always absolute"))]
    #[x_kube(validation = Rule::new("self.all(d, d.matches('^[ -~]*$'))")
        .message("write each domain in A-labels (xn--…), as DNS does"))]
    #[x_kube(validation = Rule::new(format!(
        "self.all(d, !d.matches('^[ -~]*$') || d == '*' || d.matches('^([*][.])?{LABEL}([.]{LABEL})*[.]?$'))"))
        .message("each entry is a domain (voorbeeld.nl), all below one (*.voorbeeld.nl), or all there are (*)"))]
    #[x_kube(validation = Rule::new(format!("self.all(d, !d.matches('^{LABEL}[.]?$'))"))
        .message("one label is no domain that could be claimed: *.nl is all below nl, and * is all there are"))]
    #[x_kube(validation = Rule::new("self.all(d, !d.matches('^([^.]+[.])*[0-9]+[.]?$'))")
        .message("an IP address, or what else ends in a number, is no mail domain"))]
    #[x_kube(validation = Rule::new("self.all(d, !d.matches('(?i)(^|[.])(in-addr|ip6)[.]arpa[.]?$'))")
        .message("a reverse zone names addresses, and no MailDomain can have it or a name below it"))]
    #[x_kube(validation = Rule::new("self.all(d, !d.matches('^_[^.]*[.][^.]|[.]_'))")
        .message("a label that begins with an underscore names a record of a service (_dmarc, _domainkey), and no MailDomain \
            can have it or a name below it: write the domain it stands below"))]
    pub domains: Vec<String>,
    /// What those namespaces may do. Claim: manage the domain by a MailDomain.
    #[schemars(length(min = 1, max = 1))]
    #[schemars(extend("x-kubernetes-list-type" = "set"))]
    pub may: Vec<Permission>,
}

/// The namespaces a grant is for.
#[derive(KubeSchema, Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GrantedNamespaces {
    /// Namespaces by name. One that is not there yet may be named.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 256), inner(length(min = 1, max = 63)))]
    #[schemars(extend("x-kubernetes-list-type" = "set"))]
    #[x_kube(validation = Rule::new("self.all(n, n.matches('^[a-z0-9]([-a-z0-9]*[a-z0-9])?$'))")
        .message("each entry is a namespace's whole name: lower case letters, digits and inner hyphens; to mean several at \
            once, label them and use selector"))]
    pub names: Vec<String>,
    /// Namespaces by their labels: all of matchLabels and matchExpressions must hold. An empty one selects every namespace.
    /// Labels are heeded only where the controller runs with --grant-selectors.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub selector: Option<NamespaceSelector>,
}

/// Labels a namespace must have, as in any Kubernetes label selector.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NamespaceSelector {
    /// Labels with the values they must have.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[schemars(extend("maxProperties" = 32))]
    pub match_labels: BTreeMap<String, String>,
    /// More that must hold of labels.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 32))]
    #[schemars(extend("x-kubernetes-list-type" = "atomic"))]
    pub match_expressions: Vec<LabelRequirement>,
}

/// What must hold of one label.
#[derive(KubeSchema, Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[x_kube(validation = Rule::new(
    "(self.operator in ['In', 'NotIn']) == (has(self.values) && self.values.size() > 0)")
    .message("operators In and NotIn need values, and Exists and DoesNotExist take none"))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LabelRequirement {
    /// The label.
    #[schemars(length(min = 1, max = 317))]
    pub key: String,
    /// In: it has one of the values. NotIn: it has none of them, or is not there. Exists: it is there. DoesNotExist: it is
    /// not.
    pub operator: LabelOperator,
    /// The values, for In and NotIn.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 64), inner(length(max = 63)))]
    #[schemars(extend("x-kubernetes-list-type" = "atomic"))]
    pub values: Vec<String>,
}

/// How a label is held against values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum LabelOperator {
    /// It has one of the values.
    In,
    /// It has none of them, or is not there.
    NotIn,
    /// It is there.
    Exists,
    /// It is not there.
    DoesNotExist,
}

/// What a namespace may do with a domain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Permission {
    /// Manage it by a MailDomain.
    Claim,
}

/// Whether a grant is heeded, and how much it comes to. It names no other object.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct MailDomainGrantStatus {
    /// The generation this status speaks of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub observed_generation: Option<i64>,
    /// Ready always; Stalled only when True. Reasons: Accepted, InvalidSpec, SelectorsNotHeeded.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(extend("x-kubernetes-list-type" = "map", "x-kubernetes-list-map-keys" = ["type"]))]
    pub conditions: Vec<Condition>,
    /// Counts; absent where the controllers each look after a part of the objects.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub summary: Option<GrantSummary>,
}

/// What a grant comes to: what is claimed by it, whether or not it is looked at. A MailDomain that is suspended, that has a spec
/// which can be no record, or that an older one stands in the way of claims its domain all the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct GrantSummary {
    /// Namespaces in which a MailDomain claims a domain by it.
    pub namespaces: i32,
    /// Domains so claimed.
    pub domains: i32,
}
