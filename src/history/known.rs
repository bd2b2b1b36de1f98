//! What is known of an object: its status, parsed once into types that cannot say nonsense, and written once. Pure.
//!
//! Everything else here works on [`History`]. A word of another version is read as the mildest this one knows, and a
//! time that lies ahead of now as now: a clock that was wrong keeps nobody green, and keeps nothing waiting.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{Condition, Time};

use super::clock::{LONGEST_SETTLE, ceil, happened, minus, plus};
use super::conditions;
use super::finding::{Identity, Known};
use super::observed::{Observed, Written};
use super::policies::Policies;
use super::reason::Reason;
use super::record::{Answer, Cause, Key, Record, Silence};
use super::servers;
use super::versions::{Content, Published, Version, Versions};
use crate::api::{
    AlternateStatus, FindingStatus, MailDomainStatus, PublishedStatus, RecordStatus, Summary,
    UnansweredStatus, VersionStatus,
};
use crate::intent::Intent;
use crate::judge::State;
use crate::rules::Severity;

/// A status, parsed.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct History {
    pub(super) observed_generation: Option<i64>,
    pub(super) intent_digest: Option<String>,
    pub(super) reason_since: Option<Timestamp>,
    pub(super) observed: Observed,
    /// The controller's own conditions; of others' nothing is known.
    pub(super) conditions: Vec<Condition>,
    pub(super) summary: Option<Summary>,
    pub(super) records: Vec<Record>,
    pub(super) findings: Vec<Known>,
    /// The last request for a look that was handled.
    pub(super) handled: Option<String>,
    /// The MTA-STS policies senders may keep.
    pub(super) policies: Policies,
    /// How much was cut of what is not here.
    pub(super) truncated: Option<i32>,
}

impl History {
    /// Whether it is about this intent.
    pub(super) fn is_of(&self, intent: &Intent) -> bool {
        // A new object has nothing to compare with: nothing is digested for it.
        let digest = self.intent_digest.as_ref();
        digest.is_some_and(|digest| *digest == intent.digest())
    }

    /// When answers were had, and of which intent.
    pub(super) fn written(&self) -> Written<'_> {
        Written {
            intent_digest: self.intent_digest.as_deref(),
            observed: self.observed,
        }
    }

    /// Reads a status; none is an empty one.
    pub(super) fn read(status: Option<&MailDomainStatus>, now: Timestamp) -> Self {
        let Some(status) = status else {
            return Self::default();
        };
        Self {
            observed_generation: status.observed_generation,
            intent_digest: status.intent_digest.clone(),
            // Not brought back to now: it may not move before Ready changes.
            reason_since: status.reason_since.as_ref().map(|time| time.0),
            observed: observed_of(status, now),
            conditions: conditions::own(&status.conditions).cloned().collect(),
            summary: status.summary.clone(),
            records: status
                .records
                .iter()
                .map(|record| read_record(record, now))
                .collect(),
            findings: status
                .findings
                .iter()
                .map(|finding| read_finding(finding, now))
                .collect(),
            handled: status.last_handled_reconcile_at.clone(),
            policies: Policies::read(&status.policies, now),
            truncated: status.truncated,
        }
    }

    /// Writes it.
    pub(super) fn write(self) -> MailDomainStatus {
        let reason = ready_of(&self.conditions).map(|(_, reason)| reason.to_owned());
        MailDomainStatus {
            observed_generation: self.observed_generation,
            intent_digest: self.intent_digest,
            reason,
            reason_since: self.reason_since.map(Time),
            last_observation: self.observed.essential.map(Time),
            last_compliance_observation: self.observed.compliance.map(Time),
            last_handled_reconcile_at: self.handled,
            conditions: self.conditions,
            summary: self.summary,
            records: self.records.into_iter().map(write_record).collect(),
            findings: self.findings.into_iter().map(write_finding).collect(),
            policies: self.policies.write(),
            truncated: self.truncated,
        }
    }

    /// Ready's reason.
    pub(super) fn reason(&self) -> Option<Reason> {
        ready_of(&self.conditions).and_then(|(_, reason)| Reason::parse(reason))
    }
}

/// When answers were had.
pub(super) fn observed_of(status: &MailDomainStatus, now: Timestamp) -> Observed {
    let past = |time: &Option<Time>| time.as_ref().map(|time| happened(time.0, now));
    Observed {
        essential: past(&status.last_observation),
        compliance: past(&status.last_compliance_observation),
    }
}

/// What is known of name servers' versions of the records of a status, by what each is known; of most it is nothing.
pub(super) fn versions_of(status: &MailDomainStatus, now: Timestamp) -> BTreeMap<Key, Versions> {
    let records = status.records.iter();
    let told = records.filter(|record| !record.versions.is_empty() || record.published.is_some());
    told.map(|record| (key_of(record), read_versions(record, now)))
        .collect()
}

/// Ready's (status, reason).
pub(super) fn ready_of(conditions: &[Condition]) -> Option<(&str, &str)> {
    conditions
        .iter()
        .find(|condition| condition.type_ == "Ready")
        .map(|condition| (condition.status.as_str(), condition.reason.as_str()))
}

/// The state a status names; a word of another version counts as Unknown.
pub(super) fn read_state(word: &str) -> State {
    [State::InSync, State::Unexpected, State::Drifted, State::Missing]
        .into_iter()
        .find(|state| state.as_str() == word)
        .unwrap_or(State::Unknown)
}

/// The severity a status names; a word of another version counts as the mildest.
pub(super) fn read_severity(word: &str) -> Severity {
    [Severity::Error, Severity::Warning]
        .into_iter()
        .find(|severity| severity.as_str() == word)
        .unwrap_or(Severity::Info)
}

/// Since when, and until when: a length of time that a wrong clock wrote ahead of now is kept, and begins now.
fn span(
    since: Option<&Time>,
    until: Option<&Time>,
    now: Timestamp,
) -> (Option<Timestamp>, Option<Timestamp>) {
    let written = since.map(|time| time.0);
    let since = written.map(|at| happened(at, now));
    let ahead = written
        .zip(since)
        .map(|(written, since)| written.duration_since(since));
    let latest = plus(now, LONGEST_SETTLE + SignedDuration::from_secs(1));
    let until = until.map(|time| {
        let back = time.0.checked_sub(ahead.unwrap_or(SignedDuration::ZERO));
        back.unwrap_or(now).min(latest)
    });
    (since, until)
}

fn key_of(status: &RecordStatus) -> Key {
    Key {
        name: status.name.clone(),
        type_: status.type_.clone(),
        standard: status.standard.clone(),
    }
}

fn read_record(status: &RecordStatus, now: Timestamp) -> Record {
    let (since, settle_until) = span(status.since.as_ref(), status.settle_until.as_ref(), now);
    Record {
        key: key_of(status),
        desired: status.desired.clone(),
        answer: Answer {
            state: read_state(&status.state),
            observed: status.observed.clone(),
        },
        differences: status.differences.clone(),
        since,
        cause: match status.cause.as_deref() {
            None => None,
            Some("Spec") => Some(Cause::Spec),
            Some(_) => Some(Cause::World),
        },
        settle_until,
        ttl: status.ttl,
        silence: status.unanswered.as_ref().map(|unanswered| Silence {
            reason: unanswered.reason.clone(),
            since: happened(unanswered.since.as_ref().map_or(now, |time| time.0), now),
        }),
        alternates: status
            .alternates
            .iter()
            .map(|other| Answer {
                state: read_state(&other.state),
                observed: other.observed.clone(),
            })
            .collect(),
        versions: read_versions(status, now),
        servers: servers::read(&status.servers, now),
    }
}

/// Whether what is known of name servers' versions says more than what was written `before`.
pub(super) fn is_news(record: &RecordStatus, before: &RecordStatus, now: Timestamp) -> bool {
    read_versions(record, now).is_news_to(&read_versions(before, now))
}

fn read_versions(status: &RecordStatus, now: Timestamp) -> Versions {
    let seconds = |ttl: Option<i64>| ttl.and_then(|ttl| u32::try_from(ttl).ok());
    // A whole second is written that is not over yet.
    let past = |time: &Time| time.0.min(ceil(now));
    let seen = status.versions.iter().map(|version| Version {
        content: match version.digest.as_str() {
            "Absent" => Content::Absent,
            "Several" => Content::Several,
            digest => Content::Values(digest.to_owned()),
        },
        ttl: seconds(version.ttl),
        right: version.right == Some(true),
        gone_at: version.gone_at.as_ref().map(past),
    });
    let published = status.published.as_ref().and_then(|published| {
        let since = published.since.as_ref()?;
        // What lies too far ahead was written by a clock that was wrong.
        let ahead = since.0.duration_since(happened(since.0, now));
        let visible_by = published.visible_by.as_ref().map(|time| minus(time.0, ahead));
        Some(Published {
            since: happened(since.0, now),
            servers: usize::try_from(published.servers).unwrap_or(0),
            unheard: published.unheard.clone(),
            visible_by,
        })
    });
    Versions {
        seen: seen.collect(),
        published,
    }
}

fn write_version(version: Version) -> VersionStatus {
    VersionStatus {
        digest: match version.content {
            Content::Absent => "Absent".to_owned(),
            Content::Several => "Several".to_owned(),
            Content::Values(digest) => digest,
        },
        ttl: version.ttl.map(i64::from),
        right: version.right.then_some(true),
        gone_at: version.gone_at.map(Time),
    }
}

fn write_published(published: Published) -> PublishedStatus {
    PublishedStatus {
        since: Some(Time(published.since)),
        servers: i32::try_from(published.servers).unwrap_or(i32::MAX),
        unheard: published.unheard,
        visible_by: published.visible_by.map(Time),
    }
}

fn write_record(record: Record) -> RecordStatus {
    RecordStatus {
        name: record.key.name,
        type_: record.key.type_,
        standard: record.key.standard,
        state: record.answer.state.as_str().to_owned(),
        desired: record.desired,
        observed: record.answer.observed,
        differences: record.differences,
        since: record.since.map(Time),
        cause: record.cause.map(|cause| {
            let word = match cause {
                Cause::Spec => "Spec",
                Cause::World => "World",
            };
            word.to_owned()
        }),
        settle_until: record.settle_until.map(Time),
        ttl: record.ttl,
        unanswered: record.silence.map(|silence| UnansweredStatus {
            reason: silence.reason,
            since: Some(Time(silence.since)),
        }),
        alternates: record
            .alternates
            .into_iter()
            .map(|other| AlternateStatus {
                state: other.state.as_str().to_owned(),
                observed: other.observed,
            })
            .collect(),
        published: record.versions.published.map(write_published),
        versions: record.versions.seen.into_iter().map(write_version).collect(),
        servers: servers::write(record.servers),
    }
}

fn read_finding(status: &FindingStatus, now: Timestamp) -> Known {
    let (since, settle_until) = span(status.since.as_ref(), status.settle_until.as_ref(), now);
    Known {
        identity: Identity {
            rule: status.rule.clone(),
            record: status.record.clone(),
            subject: status.subject.clone(),
        },
        severity: read_severity(&status.severity),
        managed: status.managed == Some(true),
        since: since.unwrap_or_else(|| happened(now, now)),
        settle_until,
        alternates_since: status.alternates_since.as_ref().map(|time| happened(time.0, now)),
        message: status.message.clone(),
        fix: status.fix.clone(),
    }
}

fn write_finding(finding: Known) -> FindingStatus {
    FindingStatus {
        rule: finding.identity.rule,
        severity: finding.severity.as_str().to_owned(),
        record: finding.identity.record,
        subject: finding.identity.subject,
        managed: Some(finding.managed),
        since: Some(Time(finding.since)),
        settle_until: finding.settle_until.map(Time),
        alternates_since: finding.alternates_since.map(Time),
        message: finding.message,
        fix: finding.fix,
    }
}
