//! What a person writes: the spec of a `MailDomain`. Types and schema rules only.

use kube::CustomResource;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::MailDomainStatus;

/// What a domain's e-mail DNS must be.
#[derive(CustomResource, Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[kube(
    group = "zegel.dev",
    version = "v1alpha1",
    kind = "MailDomain",
    namespaced,
    shortname = "maildom",
    category = "mail",
    status = "MailDomainStatus",
    derive = "PartialEq"
)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct MailDomainSpec {
    /// The domain: A-labels, lower case, no trailing dot. Immutable.
    pub domain: String,
    /// What the domain is used for; decides which records are derived.
    pub role: Role,
    /// How often DNS is looked at, at least 10s. Default 1h.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interval: Option<String>,
    /// How long a difference may be on its way before it counts. Default 15m.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settle_window: Option<String>,
    /// How old a complete observation may be before Ready is Unknown. Default the larger of 6h and twice the interval.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stale_after: Option<String>,
    /// What Ready means here. Default Compliant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ready_when: Option<ReadyWhen>,
    /// Stops looking and judging; the status stays as it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suspend: Option<bool>,
    /// The SPF record (RFC 7208). Left out: observed, never drift.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spf: Option<SpfSpec>,
    /// The DKIM key records (RFC 6376). Left out: observed, never drift.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dkim: Option<DkimSpec>,
    /// The DMARC record (RFC 9989). Left out: observed, never drift.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dmarc: Option<DmarcSpec>,
}

/// What a domain is used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub enum Role {
    /// Sends and receives.
    Mail,
    /// Receives only: nobody may send in its name.
    ReceiveOnly,
    /// Sends only.
    SendOnly,
    /// Neither sends nor receives.
    Parked,
}

/// What Ready=True promises.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, JsonSchema)]
pub enum ReadyWhen {
    /// DNS was looked at, completely and recently.
    Observed,
    /// And every managed record is in sync.
    InSync,
    /// And no managed standard has an Error finding.
    #[default]
    Compliant,
}

/// The SPF record at the domain, and at other names of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SpfSpec {
    /// Mechanisms in SPF's own syntax, in order, macros kept: `mx`, `ip4:192.0.2.0/24`, `~include:x.example`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mechanisms: Vec<String>,
    /// What the record says of everybody else. Exactly one of all and redirect.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub all: Option<SpfAll>,
    /// The domain whose record goes on where this one matched nothing (RFC 7208 6.1).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub redirect: Option<String>,
    /// Where the explanation for rejected senders stands (exp=, RFC 7208 6.2).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub explanation: Option<String>,
    /// SPF at other names of this domain: helpers, HELO names, `*`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub also_at: Vec<SpfAlsoAt>,
}

/// SPF at another name of the domain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SpfAlsoAt {
    /// The name below the domain, without the domain: `_spf1`, `mail`, `*`.
    pub name: String,
    /// Mechanisms in SPF's own syntax, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mechanisms: Vec<String>,
    /// What the record says of everybody else. Exactly one of all and redirect.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub all: Option<SpfAll>,
    /// The domain whose record goes on where this one matched nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub redirect: Option<String>,
    /// Where the explanation for rejected senders stands (exp=).
    #[serde(default, skip_serializing_if = "Option::is_none")]
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

/// The DKIM key records.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DkimSpec {
    /// One entry a selector.
    #[schemars(extend("x-kubernetes-list-type" = "map", "x-kubernetes-list-map-keys" = ["name"]))]
    pub selectors: Vec<DkimSelector>,
}

/// One selector: `<name>._domainkey.<domain>`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DkimSelector {
    /// The selector.
    pub name: String,
    /// Published (default) or Revoked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<SelectorState>,
    /// The public key: PEM SubjectPublicKeyInfo, or a `p=` value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub public_key: Option<String>,
    /// The provider's name that holds the key: the selector is a CNAME to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cname: Option<String>,
    /// Exactly one valid key, whichever: the provider rotates it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub any_key: Option<bool>,
    /// Flags of the key record (t=, RFC 6376 3.6.1).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
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

/// The DMARC record: exactly one of policy, inherit, cname.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DmarcSpec {
    /// The policy for mail that fails (p).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy: Option<DmarcPolicy>,
    /// The policy for existing sub-domains (sp).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subdomain_policy: Option<DmarcPolicy>,
    /// The policy for sub-domains that do not exist (np, RFC 9989).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nonexistent_subdomain_policy: Option<DmarcPolicy>,
    /// Testing (t=y, RFC 9989): receivers apply the policy one level below.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub testing: Option<bool>,
    /// Whether this is a public suffix (psd, RFC 9989).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub public_suffix: Option<PublicSuffix>,
    /// How exactly the authenticated domains must match.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alignment: Option<Alignments>,
    /// Where aggregate reports go (rua): `mailto:` URIs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aggregate_reports: Vec<String>,
    /// Where failure reports go (ruf): `mailto:` URIs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub failure_reports: Vec<String>,
    /// When failure reports are wanted (fo): `0`, `1`, `d`, `s`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub failure_options: Vec<String>,
    /// No record here: the organizational domain's applies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inherit: Option<bool>,
    /// The provider's name that holds the record: `_dmarc` is a CNAME to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cname: Option<String>,
    /// With cname or inherit: the weakest policy that is acceptable at its end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
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
    pub dkim: Option<Alignment>,
    /// aspf. Default Relaxed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
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
