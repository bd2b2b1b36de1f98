//! Findings: since when each holds, and which stay because their evidence could not be had. Pure.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time;

use super::clock::{floor, plus};
use crate::api::{FindingStatus, MailDomainStatus};
use crate::intent::Intent;
use crate::judge::{Finding, Verdict};
use crate::records::Standard;
use crate::rules::{self, Severity};

/// This look's findings with their age, and the earlier ones this look could not judge anew; errors first.
pub(super) fn carry(
    previous: &MailDomainStatus,
    intent: &Intent,
    verdict: &Verdict,
    now: Timestamp,
) -> Vec<FindingStatus> {
    let mut findings: Vec<FindingStatus> = verdict
        .findings
        .iter()
        .map(|finding| dated(finding, since(previous, finding, now)))
        .collect();
    let unheard: BTreeSet<Standard> = verdict
        .unanswered
        .iter()
        .flat_map(|one| one.standards.iter().copied())
        .collect();
    let kept: Vec<FindingStatus> = previous
        .findings
        .iter()
        .filter(|old| stays(old, previous, verdict, &unheard))
        .filter(|old| !findings.iter().any(|new| is_same(old, new)))
        .map(|old| managed_as(old, intent))
        .collect();
    findings.extend(kept);
    findings.sort_by_key(|finding| (severity_of(finding), finding.managed != Some(true)));
    findings
}

/// Whether this is an Error about what the spec manages: only these can lower Ready.
pub(super) fn counts(finding: &FindingStatus) -> bool {
    finding.managed == Some(true) && severity_of(finding) == Severity::Error
}

/// Whether the finding is older than `window` at `now`.
pub(super) fn is_older(finding: &FindingStatus, window: SignedDuration, now: Timestamp) -> bool {
    until(finding, window).is_none_or(|end| end <= now)
}

/// Whether this look saw it, rather than an earlier one whose evidence is missing now.
pub(super) fn is_fresh(finding: &FindingStatus, verdict: &Verdict) -> bool {
    verdict.findings.iter().any(|seen| {
        seen.rule.id == finding.rule && Some(seen.site.name().as_str()) == finding.record.as_deref()
    })
}

/// When the finding will be older than `window`.
pub(super) fn until(finding: &FindingStatus, window: SignedDuration) -> Option<Timestamp> {
    finding.since.as_ref().map(|since| plus(since.0, window))
}

/// The severity a status names; a word of another version counts as the mildest.
pub(super) fn severity_of(finding: &FindingStatus) -> Severity {
    [Severity::Error, Severity::Warning]
        .into_iter()
        .find(|severity| severity.as_str() == finding.severity)
        .unwrap_or(Severity::Info)
}

fn dated(finding: &Finding, since: Timestamp) -> FindingStatus {
    FindingStatus {
        rule: finding.rule.id.to_owned(),
        severity: finding.severity.as_str().to_owned(),
        record: Some(finding.site.name().to_string()),
        managed: Some(finding.managed),
        since: Some(Time(since)),
        message: finding.message.clone(),
        fix: finding.fix.clone(),
    }
}

/// Since when: as before when the same was said before, of the same record by the same rule at least.
fn since(previous: &MailDomainStatus, finding: &Finding, now: Timestamp) -> Timestamp {
    let record = Some(finding.site.name().to_string());
    let same_rule = previous
        .findings
        .iter()
        .filter(|old| old.rule == finding.rule.id && old.record == record);
    let exact = same_rule.clone().find(|old| old.message == finding.message);
    exact
        .into_iter()
        .chain(same_rule)
        .find_map(|old| old.since.as_ref())
        .map_or(floor(now), |since| since.0)
}

/// Whether an earlier finding outlives a look that does not repeat it: evidence of its standard is missing, and the
/// record it speaks of is still one of this intent.
fn stays(
    old: &FindingStatus,
    previous: &MailDomainStatus,
    verdict: &Verdict,
    unheard: &BTreeSet<Standard>,
) -> bool {
    if old.rule == rules::dns::NOT_CHECKED.id {
        return false;
    }
    let evidence_is_missing = match rules::find(&old.rule) {
        Some(rule) => unheard.contains(&rule.standard),
        None => !unheard.is_empty(),
    };
    let was_managed = previous
        .records
        .iter()
        .any(|record| Some(&record.name) == old.record.as_ref());
    let is_managed = verdict
        .records
        .iter()
        .any(|record| Some(record.name().as_str()) == old.record.as_deref());
    evidence_is_missing && (is_managed || !was_managed)
}

fn managed_as(old: &FindingStatus, intent: &Intent) -> FindingStatus {
    let managed = rules::find(&old.rule).is_none_or(|rule| intent.manages(rule.standard));
    FindingStatus {
        managed: old.managed.map(|was| was && managed),
        ..old.clone()
    }
}

fn is_same(old: &FindingStatus, new: &FindingStatus) -> bool {
    old.rule == new.rule && old.record == new.record
}
