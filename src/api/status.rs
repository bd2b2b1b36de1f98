//! What the controller writes: the status of a `MailDomain`. Types only.
//!
//! No enums and no closed bounds in the schema: an older CRD must not freeze a newer controller. Hence strings where
//! the code elsewhere has types.

use k8s_openapi::apimachinery::pkg::apis::meta::v1::{Condition, Time};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What was seen, and what it means.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct MailDomainStatus {
    /// The generation this status speaks of; -1 when nobody looked yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub observed_generation: Option<i64>,
    /// A digest of what is judged: editing interval, settleWindow or suspend does not change it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub intent_digest: Option<String>,
    /// Ready's reason again: selectable.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// When Ready's (status, reason) last changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason_since: Option<Time>,
    /// When the oldest answer was had that the last complete observation rests on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_observation: Option<Time>,
    /// The same of everything that Compliant hangs on; absent while it was never answered for this intent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_compliance_observation: Option<Time>,
    /// The value of the annotation that last asked for a look, once it was answered: zegel.dev/requestedAt, or
    /// reconcile.fluxcd.io/requestedAt.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_handled_reconcile_at: Option<String>,
    /// Ready always; Reconciling, Stalled, Suspended only when True; InSync, Compliant; one per managed standard.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(extend("x-kubernetes-list-type" = "map", "x-kubernetes-list-map-keys" = ["type"]))]
    pub conditions: Vec<Condition>,
    /// Counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub summary: Option<Summary>,
    /// One entry per managed RRset.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(extend("x-kubernetes-list-type" = "atomic"))]
    pub records: Vec<RecordStatus>,
    /// Errors first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(extend("x-kubernetes-list-type" = "atomic"))]
    pub findings: Vec<FindingStatus>,
    /// The MTA-STS policy that is served, and those that were and that senders may still keep.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(extend("x-kubernetes-list-type" = "atomic"))]
    pub policies: Vec<PolicyStatus>,
    /// How many entries and texts were cut to keep the status small.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub truncated: Option<i32>,
}

/// An MTA-STS policy that is served, or was: senders keep it for maxAge from when they fetched it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct PolicyStatus {
    /// A digest of it.
    pub digest: String,
    /// The id in the record that led to it.
    pub id: String,
    /// none, testing or enforce.
    pub mode: String,
    /// For how many seconds senders keep it.
    pub max_age: i64,
    /// The hosts it covers; empty where there are too many to be kept.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(extend("x-kubernetes-list-type" = "atomic"))]
    pub mx: Vec<String>,
    /// Since when it is known not to be served any more; absent while it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gone_at: Option<Time>,
}

/// Counts over records and findings.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct Summary {
    /// Managed RRsets.
    pub records: i32,
    /// Of these in sync.
    pub in_sync: i32,
    /// Of these drifted.
    pub drifted: i32,
    /// Of these missing.
    pub missing: i32,
    /// Of these unexpected.
    pub unexpected: i32,
    /// Of these never answered.
    pub unknown: i32,
    /// Of these without an answer in the last look.
    pub unanswered: i32,
    /// Error findings, whether on what is managed or not.
    pub errors: i32,
    /// Of these on what is managed: only these can lower Ready.
    pub managed_errors: i32,
    /// Warning findings, whether on what is managed or not.
    pub warnings: i32,
    /// In sync of all, `4/5`.
    pub ratio: String,
}

/// What is known of one managed RRset.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct RecordStatus {
    /// The owner name.
    pub name: String,
    /// The record type.
    #[serde(rename = "type")]
    pub type_: String,
    /// The standard it serves.
    pub standard: String,
    /// InSync, Drifted, Missing, Unexpected or Unknown: the last answer for this intent.
    pub state: String,
    /// What must be published.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(extend("x-kubernetes-list-type" = "atomic"))]
    pub desired: Vec<String>,
    /// What DNS answered.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(extend("x-kubernetes-list-type" = "atomic"))]
    pub observed: Vec<String>,
    /// One sentence a difference.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(extend("x-kubernetes-list-type" = "atomic"))]
    pub differences: Vec<String>,
    /// When it left InSync or its desired text changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<Time>,
    /// Spec or World: what changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cause: Option<String>,
    /// Until when the difference may be on its way; only while settling.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub settle_until: Option<Time>,
    /// The largest TTL seen since the RRset last changed, in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ttl: Option<i64>,
    /// Only while the last look got no answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unanswered: Option<UnansweredStatus>,
    /// The other answers of a record that DNS answers in two ways in turn.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(extend("x-kubernetes-list-type" = "atomic"))]
    pub alternates: Vec<AlternateStatus>,
    /// That every name server that answers holds what is desired; only where they were asked themselves.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub published: Option<PublishedStatus>,
    /// What name servers hold, and what they held before: from this follows by when a change is seen everywhere.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(extend("x-kubernetes-list-type" = "atomic"))]
    pub versions: Vec<VersionStatus>,
    /// What its name servers say: one entry for all that say the same; only where they were asked themselves.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(extend("x-kubernetes-list-type" = "atomic"))]
    pub servers: Vec<ServersStatus>,
}

/// Name servers that say the same of a record.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct ServersStatus {
    /// Right, Stale, Differs, Lame, Silent, NoRoute, NoAddress (the name leads to none), Unresolved (whether it does is not known), or
    /// NotAsked (beyond the bounds).
    pub state: String,
    /// How they are lame: NotAuthoritative, Referral, UpwardReferral, Refused, ServFail, WrongZone, FormErr, NotImp, NotAuth,
    /// ErrorCode or Unusable.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lame: Option<String>,
    /// Their names.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(extend("x-kubernetes-list-type" = "atomic"))]
    pub names: Vec<String>,
    /// How many addresses of theirs say so.
    pub addresses: i32,
    /// What they hold, where it is not what is desired.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(extend("x-kubernetes-list-type" = "atomic"))]
    pub observed: Vec<String>,
    /// The version of the zone they hold, where it is one; never causes a write by itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub serial: Option<i64>,
    /// Since when they were seen to say so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<Time>,
}

/// That every name server that answers holds what is desired.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct PublishedStatus {
    /// Since when they do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<Time>,
    /// How many of them answer.
    pub servers: i32,
    /// Name servers that were not heard since: they may hold something else.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(extend("x-kubernetes-list-type" = "atomic"))]
    pub unheard: Vec<String>,
    /// By when resolvers that keep to TTLs have it at the latest; absent when no older version was seen at a name
    /// server.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub visible_by: Option<Time>,
}

/// One version of a record set, as name servers hold or held it.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct VersionStatus {
    /// A digest of its values; Absent when there was no such record, Several for texts too many to be told apart.
    pub digest: String,
    /// For how many seconds it may be remembered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ttl: Option<i64>,
    /// Whether it is what is desired.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub right: Option<bool>,
    /// When the last name server had dropped it; absent while one holds it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gone_at: Option<Time>,
}

/// Another answer of a record that DNS answers in two ways in turn.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct AlternateStatus {
    /// The state by this answer.
    pub state: String,
    /// What it says.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(extend("x-kubernetes-list-type" = "atomic"))]
    pub observed: Vec<String>,
}

/// Why the last look got no answer.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct UnansweredStatus {
    /// ServFail, Timeout, Refused, …
    pub reason: String,
    /// Since when.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<Time>,
}

/// A rule is broken.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct FindingStatus {
    /// The rule's id: `zegel explain` tells more.
    pub rule: String,
    /// Error, Warning or Info.
    pub severity: String,
    /// The record it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub record: Option<String>,
    /// What of the record it is about: a term, a tag, a key, a host.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// Whether it is about what the spec manages.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub managed: Option<bool>,
    /// Since when.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<Time>,
    /// When an Error on what is managed is looked at again; only until a second answer repeated it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub settle_until: Option<Time>,
    /// Since when it is found in one look and not in the next; only while it does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alternates_since: Option<Time>,
    /// What was expected and what was seen.
    pub message: String,
    /// What to do.
    pub fix: String,
}
