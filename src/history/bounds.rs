//! The bounds on a status: a hostile zone or a huge spec can cost texts, never the status itself. Pure.
//!
//! Cut first are texts, then findings below Error, then entries that are in sync, then the rest of the findings;
//! never state, since or settleUntil of a record that differs.

use super::known::{read_severity, read_state};
use super::text::{MAX_VALUE_OCTETS, cut_octets, is_cut, shorter};
use crate::api::{FindingStatus, MailDomainStatus, RecordStatus};
use crate::judge::State;
use crate::rules::Severity;

/// A status' JSON is never longer.
pub const MAX_STATUS_OCTETS: usize = 64 * 1024;
/// Most are not longer: room for them is made at once.
const USUAL_OCTETS: usize = 8 * 1024;
const MAX_RECORDS: usize = 128;
const MAX_DIFFERENCES: usize = 16;
const MAX_DIFFERENCE_OCTETS: usize = 256;
const MAX_FINDINGS: usize = 32;
const MAX_MESSAGE_OCTETS: usize = 1024;
const SHORTEST_SENTENCE_OCTETS: usize = 128;

/// Keeps `status` within its bounds and counts what was cut; gives its JSON.
pub(super) fn cut(status: &mut MailDomainStatus) -> String {
    let mut cut = 0;
    for record in &mut status.records {
        cut += cut_record(record, MAX_DIFFERENCES, MAX_DIFFERENCE_OCTETS, MAX_VALUE_OCTETS);
    }
    cut += drop_findings(status, MAX_FINDINGS);
    for finding in &mut status.findings {
        cut += cut_finding(finding, MAX_MESSAGE_OCTETS);
    }
    cut += drop_in_sync(status, MAX_RECORDS);
    let steps: [fn(&mut MailDomainStatus) -> usize; 13] = [
        |status| shorten(status, 1024),
        |status| shorten(status, 256),
        |status| shorten(status, 64),
        drop_versions,
        drop_policy_hosts,
        drop_servers,
        drop_mild_findings,
        |status| drop_in_sync(status, 0),
        |status| drop_findings(status, 8),
        |status| shorten(status, 0),
        drop_observed,
        |status| drop_findings(status, 0),
        shorten_conditions,
    ];
    for step in steps {
        set_truncated(status, cut);
        let json = json_of(status);
        if json.len() <= MAX_STATUS_OCTETS {
            return json;
        }
        cut += step(status);
    }
    set_truncated(status, cut);
    json_of(status)
}

/// Cuts a status that was within its bounds before something was added to it, if it must be; gives its JSON.
pub(super) fn cut_further(status: &mut MailDomainStatus) -> String {
    let json = json_of(status);
    if json.len() <= MAX_STATUS_OCTETS {
        return json;
    }
    let before = status.truncated;
    let json = cut(status);
    // What was cut before cannot be told from what is cut again; the same pass again must say the same.
    if before <= status.truncated {
        return json;
    }
    status.truncated = before;
    json_of(status)
}

/// Its JSON: nothing in a status is none, and one that had none could not be written.
fn json_of(status: &MailDomainStatus) -> String {
    let mut json = Vec::with_capacity(USUAL_OCTETS);
    match serde_json::to_writer(&mut json, status) {
        Ok(()) => String::from_utf8(json).unwrap_or_default(),
        Err(_) => String::new(),
    }
}

fn set_truncated(status: &mut MailDomainStatus, cut: usize) {
    status.truncated = (cut > 0).then(|| i32::try_from(cut).unwrap_or(i32::MAX));
}

fn cut_record(record: &mut RecordStatus, differences: usize, difference: usize, value: usize) -> usize {
    let mut cut = record.differences.len().saturating_sub(differences);
    record.differences.truncate(differences);
    for text in &mut record.differences {
        cut += cut_sentence(text, difference);
    }
    let alternates = record.alternates.iter_mut().flat_map(|other| &mut other.observed);
    let servers = record.servers.iter_mut().flat_map(|group| &mut group.observed);
    for text in record
        .desired
        .iter_mut()
        .chain(&mut record.observed)
        .chain(alternates)
        .chain(servers)
    {
        if let Some(shorter) = shorter(text, value) {
            *text = shorter;
        }
        cut += usize::from(is_cut(text));
    }
    cut
}

fn cut_finding(finding: &mut FindingStatus, octets: usize) -> usize {
    cut_sentence(&mut finding.message, octets) + cut_sentence(&mut finding.fix, octets)
}

/// Nearly none is too long, and stays as it is.
fn cut_sentence(text: &mut String, octets: usize) -> usize {
    if text.len() <= octets {
        return 0;
    }
    *text = cut_octets(text, octets);
    1
}

fn shorten(status: &mut MailDomainStatus, octets: usize) -> usize {
    let records: usize = status
        .records
        .iter_mut()
        .map(|record| cut_record(record, octets / 16, octets, octets))
        .sum();
    let findings: usize = status
        .findings
        .iter_mut()
        .map(|finding| cut_finding(finding, octets.max(64)))
        .sum();
    records + findings
}

fn drop_findings(status: &mut MailDomainStatus, keep: usize) -> usize {
    let cut = status.findings.len().saturating_sub(keep);
    status.findings.truncate(keep);
    cut
}

fn drop_mild_findings(status: &mut MailDomainStatus) -> usize {
    let all = status.findings.len();
    status
        .findings
        .retain(|finding| read_severity(&finding.severity) == Severity::Error);
    all - status.findings.len()
}

/// Shortens what conditions say to a sentence.
fn shorten_conditions(status: &mut MailDomainStatus) -> usize {
    let mut cut = 0;
    for condition in &mut status.conditions {
        cut += cut_sentence(&mut condition.message, SHORTEST_SENTENCE_OCTETS);
    }
    cut
}

/// Drops what was observed: of a record that differs, what decides and what is desired are left.
fn drop_observed(status: &mut MailDomainStatus) -> usize {
    status
        .records
        .iter_mut()
        .map(|record| {
            let others = record.alternates.iter_mut();
            let others: usize = others
                .map(|other| std::mem::take(&mut other.observed).len())
                .sum();
            others + std::mem::take(&mut record.observed).len()
        })
        .sum()
}

/// Drops what name servers held before: no time is promised then.
fn drop_versions(status: &mut MailDomainStatus) -> usize {
    let all = status.records.iter_mut();
    all.map(|record| std::mem::take(&mut record.versions).len()).sum()
}

/// Drops which hosts policies cover: whether one that senders keep shuts a host out is not known then.
fn drop_policy_hosts(status: &mut MailDomainStatus) -> usize {
    let all = status.policies.iter_mut();
    all.map(|policy| std::mem::take(&mut policy.mx).len()).sum()
}

/// Drops what single name servers say.
fn drop_servers(status: &mut MailDomainStatus) -> usize {
    let all = status.records.iter_mut();
    all.map(|record| std::mem::take(&mut record.servers).len()).sum()
}

/// Drops entries that are in sync, the last first, until at most `keep` entries are left or none is in sync.
fn drop_in_sync(status: &mut MailDomainStatus, keep: usize) -> usize {
    let mut surplus = status.records.len().saturating_sub(keep);
    let all = status.records.len();
    let mut kept: Vec<RecordStatus> = Vec::with_capacity(all);
    for record in status.records.drain(..).rev() {
        let idle = read_state(&record.state) == State::InSync && record.unanswered.is_none();
        if surplus > 0 && idle {
            surplus -= 1;
        } else {
            kept.push(record);
        }
    }
    kept.reverse();
    status.records = kept;
    all - status.records.len()
}
