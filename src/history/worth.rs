//! Whether a status is worth a write: who writes what nobody needs to know wakes everybody who watches. Pure.

use std::collections::BTreeSet;

use jiff::Timestamp;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time;

use super::clock::is_within;
use super::{conditions, known, servers};
use crate::api::MailDomainStatus;
use crate::intent::Schedule;
use crate::rules;

/// What a status is worth beside the one before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Worth {
    /// Nothing changed but what never causes a write by itself: a TTL, times of observation that are recent enough, and that
    /// what could not be checked was checked after all.
    Nothing,
    /// A write, so that what stands there does not grow too old. How often that is, the schedule says and not DNS, so it is
    /// neither counted nor held back: what DNS does would be left unsaid for it.
    Refresh,
    /// A write: something changed.
    News,
}

/// What `status` is worth where `previous` stands.
pub(super) fn worth_of(
    previous: &MailDomainStatus,
    status: &MailDomainStatus,
    schedule: Option<&Schedule>,
    now: Timestamp,
) -> Worth {
    if previous.records.len() != status.records.len() {
        return Worth::News;
    }
    let mut same = status.clone();
    for (record, before) in same.records.iter_mut().zip(&previous.records) {
        record.ttl = before.ttl;
        servers::keep_serials(&mut record.servers, &before.servers);
        if !known::is_news(record, before, now) {
            record.versions.clone_from(&before.versions);
        }
    }
    if let Some(schedule) = schedule.filter(|_| previous.intent_digest == status.intent_digest) {
        let half = schedule.stale_after / 2;
        for (new, old) in times(&mut same, previous) {
            let is_recent =
                |old: Timestamp| old <= now && (is_within(old, half, now) || now.duration_since(old) == half);
            if new.is_some() && old.as_ref().is_some_and(|old| is_recent(old.0)) {
                new.clone_from(old);
            }
        }
    }
    let mut previous = MailDomainStatus {
        conditions: conditions::own(&previous.conditions).cloned().collect(),
        ..previous.clone()
    };
    let not_checked = rules::dns::NOT_CHECKED.id;
    let still: BTreeSet<Option<String>> = same
        .findings
        .iter()
        .filter(|finding| finding.rule == not_checked)
        .map(|finding| finding.subject.clone())
        .collect();
    previous
        .findings
        .retain(|finding| finding.rule != not_checked || still.contains(&finding.subject));
    if same == previous {
        return Worth::Nothing;
    }
    // A time that was there, and is another.
    for (new, old) in times(&mut same, &previous) {
        if new.is_some() && old.is_some() {
            new.clone_from(old);
        }
    }
    match same == previous {
        true => Worth::Refresh,
        false => Worth::News,
    }
}

/// The times of observation, each beside the one before.
fn times<'s>(
    status: &'s mut MailDomainStatus,
    previous: &'s MailDomainStatus,
) -> [(&'s mut Option<Time>, &'s Option<Time>); 2] {
    [
        (&mut status.last_observation, &previous.last_observation),
        (
            &mut status.last_compliance_observation,
            &previous.last_compliance_observation,
        ),
    ]
}
