//! What a person writes: the spec of a `MailDomain`. Types and schema rules only.
//!
//! The rules are CEL, evaluated by the API server on every write and by [`super::violations`] offline. They judge
//! structure: what may stand beside what. Each message says what to write instead. Rules that look at each entry of a
//! long list stay free of regular expressions, for the API server refuses a schema whose rules could cost too much.

#![allow(
    clippy::duplicated_attributes,
    reason = "printer columns share their keys, and the lint takes that for a slip"
)]
#![allow(
    unreachable_pub,
    reason = "the schema derive copies each type into a function, where pub reaches nobody"
)]

use kube::core::Rule;
use kube::{CustomResource, KubeSchema};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::MailDomainStatus;

/// What a domain's e-mail DNS must be.
#[derive(CustomResource, KubeSchema, Debug, Clone, PartialEq, Serialize, Deserialize)]
#[kube(
    group = "zegel.dev",
    version = "v1alpha1",
    kind = "MailDomain",
    doc = "The e-mail DNS of one domain: what it must be, and what it is.",
    namespaced,
    shortname = "maildom",
    category = "mail",
    status = "MailDomainStatus",
    derive = "PartialEq",
    cel,
    selectable = ".spec.domain",
    selectable = ".status.reason",
    printcolumn(name = "Domain", type_ = "string", json_path = ".spec.domain"),
    printcolumn(
        name = "Ready",
        type_ = "string",
        json_path = ".status.conditions[?(@.type==\"Ready\")].status"
    ),
    printcolumn(
        name = "Status",
        type_ = "string",
        description = "Why Ready is what it is",
        json_path = ".status.reason"
    ),
    printcolumn(
        name = "Records",
        type_ = "string",
        description = "Records in sync, of all that are managed",
        json_path = ".status.summary.ratio"
    ),
    printcolumn(
        name = "SPF",
        type_ = "string",
        json_path = ".status.conditions[?(@.type==\"SPF\")].status"
    ),
    printcolumn(
        name = "DKIM",
        type_ = "string",
        json_path = ".status.conditions[?(@.type==\"DKIM\")].status"
    ),
    printcolumn(
        name = "DMARC",
        type_ = "string",
        json_path = ".status.conditions[?(@.type==\"DMARC\")].status"
    ),
    printcolumn(name = "Age", type_ = "date", json_path = ".metadata.creationTimestamp"),
    printcolumn(name = "Role", type_ = "string", priority = 1, json_path = ".spec.role"),
    printcolumn(
        name = "Errors",
        type_ = "integer",
        priority = 1,
        json_path = ".status.summary.errors"
    ),
    printcolumn(
        name = "Warnings",
        type_ = "integer",
        priority = 1,
        json_path = ".status.summary.warnings"
    ),
    printcolumn(
        name = "Since",
        type_ = "date",
        priority = 1,
        json_path = ".status.reasonSince"
    ),
    printcolumn(
        name = "Observed",
        type_ = "date",
        priority = 1,
        json_path = ".status.lastObservation"
    ),
    printcolumn(
        name = "Message",
        type_ = "string",
        priority = 1,
        json_path = ".status.conditions[?(@.type==\"Ready\")].message"
    )
)]
#[x_kube(validation = Rule::new("self.role != 'SendOnly' || has(self.spf)")
    .field_path(".spf").message("role SendOnly needs an spf block: it says who may send"))]
#[x_kube(validation = Rule::new("!(self.role in ['ReceiveOnly', 'Parked']) || !has(self.spf)")
    .field_path(".spf").message("roles ReceiveOnly and Parked take no spf block: their record is \"v=spf1 -all\", for nobody sends"))]
#[x_kube(validation = Rule::new(
    "!(self.role in ['ReceiveOnly', 'Parked']) || !has(self.dkim) \
     || self.dkim.selectors.all(s, has(s.state) && s.state == 'Revoked')")
    .field_path(".dkim").message("roles ReceiveOnly and Parked take only DKIM selectors with state Revoked: nobody signs"))]
#[x_kube(validation = Rule::new(
    "!(self.role in ['ReceiveOnly', 'Parked']) || !has(self.dmarc) \
     || (!has(self.dmarc.testing) || !self.dmarc.testing) && (!has(self.dmarc.inherit) || !self.dmarc.inherit) \
     && !has(self.dmarc.cname) && !has(self.dmarc.atLeast) && !has(self.dmarc.publicSuffix) && !has(self.dmarc.alignment) \
     && (!has(self.dmarc.policy) || self.dmarc.policy == 'Reject')")
    .field_path(".dmarc").message("roles ReceiveOnly and Parked take in dmarc only policy Reject, subdomainPolicy, \
     nonexistentSubdomainPolicy, aggregateReports, failureReports and failureOptions"))]
#[x_kube(validation = Rule::new(
    "self.role in ['ReceiveOnly', 'Parked'] || !has(self.dmarc) \
     || [has(self.dmarc.policy), has(self.dmarc.inherit) && self.dmarc.inherit, has(self.dmarc.cname)]\
     .filter(set, set).size() == 1")
    .field_path(".dmarc").message("dmarc needs exactly one of policy, inherit: true and cname"))]
#[x_kube(validation = Rule::new(format!(
    "!has(self.staleAfter) || !self.staleAfter.matches({DURATION:?}) \
     || has(self.interval) && !self.interval.matches({DURATION:?}) \
     || duration(self.staleAfter) >= duration(has(self.interval) ? self.interval : '1h')"))
    .field_path(".staleAfter").message("staleAfter must be at least interval (default 1h): an observation lasts until the next one"))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct MailDomainSpec {
    /// The domain: A-labels, lower case, no trailing dot. Immutable.
    #[schemars(length(min = 1, max = 253))]
    #[x_kube(validation = Rule::new("self == oldSelf")
        .message("domain is immutable: make another MailDomain for another domain"))]
    #[x_kube(validation = Rule::new("self == self.lowerAscii()")
        .message("write the domain in lower case"))]
    #[x_kube(validation = Rule::new("!self.endsWith('.')")
        .message("write the domain without a trailing dot: it is always absolute"))]
    #[x_kube(validation = Rule::new("self.matches('^[ -~]*$')")
        .message("write the domain in A-labels (xn--…), as DNS does"))]
    #[x_kube(validation = Rule::new(format!("!self.matches('^[ -~]*$') || self.matches('^{LABEL}([.]{LABEL})*[.]?$')"))
        .message("this is no domain name: labels of 1 to 63 letters, digits and inner hyphens, with dots between"))]
    pub domain: String,
    /// What the domain is used for; decides which records are derived. Mail: sends and receives. SendOnly: sends.
    /// ReceiveOnly: receives. Parked: neither.
    pub role: Role,
    /// How often DNS is looked at, at least 10s; answers within their TTL are not asked again. Default 1h.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 2, max = 16))]
    #[x_kube(validation = duration_rule())]
    #[x_kube(validation = year_rule())]
    #[x_kube(validation = Rule::new(format!(
        "!self.matches({DURATION:?}) || duration(self) >= duration('10s')"))
        .message("interval must be at least 10s"))]
    pub interval: Option<String>,
    /// How long a difference may be on its way before it counts. Default 15m.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 2, max = 16))]
    #[x_kube(validation = duration_rule())]
    #[x_kube(validation = year_rule())]
    pub settle_window: Option<String>,
    /// How old a complete observation may be before Ready is Unknown. Default the larger of 6h and twice the interval.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 2, max = 16))]
    #[x_kube(validation = duration_rule())]
    #[x_kube(validation = year_rule())]
    pub stale_after: Option<String>,
    /// What Ready=True promises. Observed: DNS was looked at, completely and recently. InSync: and every managed record
    /// is what it should be. Compliant: and no managed standard has an Error finding. Default Compliant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "ReadyWhen")]
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
#[x_kube(validation = Rule::new(
    "has(self.state) && self.state == 'Revoked' \
     || [has(self.publicKey), has(self.cname), has(self.anyKey) && self.anyKey].filter(set, set).size() == 1")
    .message("a selector needs exactly one of publicKey, cname and anyKey: true, or state: Revoked"))]
#[x_kube(validation = Rule::new(
    "!has(self.state) || self.state != 'Revoked' || !has(self.publicKey) && !has(self.cname) \
     && (!has(self.anyKey) || !self.anyKey) && (!has(self.flags) || self.flags.size() == 0)")
    .message("a Revoked selector takes no publicKey, cname, anyKey or flags: no key may stand there"))]
#[x_kube(validation = Rule::new("!has(self.cname) || !has(self.flags) || self.flags.size() == 0")
    .message("flags have no place beside cname: the provider writes the key record"))]
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

/// The DMARC record: exactly one of policy, inherit, cname.
#[derive(KubeSchema, Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[x_kube(validation = Rule::new(
    "!has(self.cname) && (!has(self.inherit) || !self.inherit) \
     || !has(self.subdomainPolicy) && !has(self.nonexistentSubdomainPolicy) && (!has(self.testing) || !self.testing) \
     && !has(self.publicSuffix) && !has(self.alignment) \
     && (!has(self.aggregateReports) || self.aggregateReports.size() == 0) \
     && (!has(self.failureReports) || self.failureReports.size() == 0) \
     && (!has(self.failureOptions) || self.failureOptions.size() == 0)")
    .message("a record's fields have no place beside inherit or cname: the record stands elsewhere"))]
#[x_kube(validation = Rule::new("!has(self.atLeast) || has(self.cname)")
    .message("atLeast goes with cname only: it judges the policy at its end"))]
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

/// A duration as the intent reads it: hours, minutes, seconds, in that order. As a CEL string literal.
const DURATION: &str = "^([0-9]{1,5}h)?([0-9]{1,6}m)?([0-9]{1,8}s)?$";

/// A label of letters, digits and inner hyphens (RFC 952, RFC 1123 2.1), and underscores, which real zones hold.
const LABEL: &str = "[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?";

fn duration_rule() -> Rule {
    Rule::new(format!("self.matches({DURATION:?})")).message("write a duration as 90s, 15m, 6h or 1h30m")
}

fn year_rule() -> Rule {
    Rule::new(format!(
        "!self.matches({DURATION:?}) || duration(self) <= duration('8760h')"
    ))
    .message("a duration is at most a year (8760h)")
}
