//! The MTA-STS policies senders may still keep (RFC 8461 3.3, 8): what was served, for how long it is kept, and what must
//! not be done before it has run out. Pure.
//!
//! A sender keeps a policy for its max_age from when it fetched it, and looks for another where the record has another
//! id. So of a policy that is not served any more the last sender forgets when its max_age has passed since; until then
//! it counts. When it was last served is known to the look that found another: that it comes late makes the time later,
//! never earlier. Where a look cannot see what is served, what was served before stands.

use std::borrow::Cow;
use std::cmp::Reverse;

use jiff::{SignedDuration, Timestamp};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time;

use super::clock::{ceil, plus};
use crate::api::PolicyStatus;
use crate::inquiry::{AnyQuestion, Dns, Kind, PolicyFile};
use crate::intent::MTA_STS;
use crate::judge::{Finding, PolicySeen, RecordSeen, ServedPolicy, Site, Topic, Verdict};
use crate::name::Name;
use crate::records::mtasts::{MAX_AGE, Mode, Pattern, Policy, shown_age};
use crate::rules::{Severity, mtasts::kept as rules};

/// So many policies that are not served any more are kept.
const MOST: usize = 4;

/// The hosts of a policy are kept where they have no more octets together: else they count as not known.
const MAX_HOSTS_OCTETS: usize = 1024;

/// One policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Kept {
    /// A digest of it: [`Policy::id`].
    digest: String,
    /// The id in the record that led to it.
    id: String,
    mode: Mode,
    /// For how many seconds a sender keeps it.
    max_age: u32,
    /// The hosts it covers; empty where they are not known.
    mx: Vec<Pattern>,
    /// Since when it is known not to be served any more; `None` while it is.
    gone_at: Option<Timestamp>,
}

impl Kept {
    fn of(policy: &Policy, id: &str) -> Self {
        let mx: Vec<Pattern> = policy.mx.iter().cloned().collect();
        let octets: usize = mx.iter().map(|pattern| pattern.to_string().len()).sum();
        Self {
            digest: policy.id(),
            id: id.to_owned(),
            mode: policy.mode,
            max_age: policy.max_age,
            mx: if octets <= MAX_HOSTS_OCTETS {
                mx
            } else {
                Vec::new()
            },
            gone_at: None,
        }
    }

    /// When the last sender has forgotten it; `None` while it is served.
    fn ends(&self) -> Option<Timestamp> {
        let age = SignedDuration::from_secs(i64::from(self.max_age));
        self.gone_at.map(|at| plus(at, age))
    }

    /// Whether it is not served any more, and a sender may keep it.
    fn lingers(&self, now: Timestamp) -> bool {
        self.mode != Mode::None && self.ends().is_some_and(|end| now < end)
    }

    /// Whether senders that keep it deliver nothing to this host.
    fn shuts_out(&self, host: &Name) -> bool {
        self.mode == Mode::Enforce
            && !self.mx.is_empty()
            && !self.mx.iter().any(|pattern| pattern.covers(host))
    }

    /// `the policy that was served until …, mode enforce, kept for 30 days`.
    fn shown(&self) -> String {
        let until = self.gone_at.map_or_else(String::new, |at| format!(" until {at}"));
        format!(
            "the policy that was served{until}, mode {}, kept for {}",
            self.mode.as_str(),
            shown_age(self.max_age)
        )
    }
}

/// All of a domain.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Policies(Vec<Kept>);

impl Policies {
    /// Takes note of what a look saw.
    pub(super) fn look(&mut self, seen: &PolicySeen, now: Timestamp) {
        match (&seen.record, &seen.served) {
            // Nobody knows whether senders come for a policy, or for which.
            (RecordSeen::Unknown, _) | (RecordSeen::Id(_), ServedPolicy::Unknown) => {}
            (RecordSeen::Absent, _) | (RecordSeen::Id(_), ServedPolicy::Nothing) => self.all_gone(now),
            // A file that was fetched before another id was seen may be the one of the id before.
            (RecordSeen::Id(id), ServedPolicy::Policy(policy)) if seen.follows || self.stands_under(id) => {
                self.stands(Kept::of(policy, id), now);
            }
            (RecordSeen::Id(_), ServedPolicy::Policy(_)) => {}
        }
        self.forget(now);
    }

    /// Whether the policy that is served was known under this id already.
    fn stands_under(&self, id: &str) -> bool {
        self.standing().is_some_and(|known| known.id == id)
    }

    /// The question for the file, and from when its answer must be, where what is known of the file is from before the id
    /// that stands there now, and was never known to be of that id: a sender that sees the id comes for the file.
    pub(super) fn to_fetch(&self, verdict: &Verdict) -> Option<(AnyQuestion, Timestamp)> {
        let seen = verdict.policy.as_ref()?;
        let RecordSeen::Id(id) = &seen.record else {
            return None;
        };
        if seen.follows || seen.served == ServedPolicy::Unknown || self.stands_under(id) {
            return None;
        }
        let name = verdict.domain.prepend(MTA_STS).ok()?;
        let record = AnyQuestion::from(Dns::new(name, Kind::Txt));
        let record = verdict.asked.iter().find(|asked| asked.question == record)?;
        let domain = verdict.domain.clone();
        Some((PolicyFile { domain }.into(), record.answered?.seen_at))
    }

    fn stands(&mut self, policy: Kept, now: Timestamp) {
        self.0.retain(|known| known.digest != policy.digest);
        self.all_gone(now);
        self.0.push(policy);
    }

    fn all_gone(&mut self, now: Timestamp) {
        for known in self.0.iter_mut().filter(|known| known.gone_at.is_none()) {
            known.gone_at = Some(ceil(now));
        }
    }

    /// Keeps those that count, the last to end first where they are too many. While MTA-STS is taken back the last that
    /// ended is kept too: without it nobody could tell that all have.
    fn forget(&mut self, now: Timestamp) {
        let taken_back = self.standing().is_some_and(|known| known.mode == Mode::None);
        let all = std::mem::take(&mut self.0).into_iter();
        let (standing, mut gone): (Vec<Kept>, Vec<Kept>) = all.partition(|known| known.gone_at.is_none());
        gone.retain(|known| known.mode != Mode::None);
        gone.sort_by_key(|known| Reverse(known.ends()));
        let last = usize::from(taken_back);
        let mut number = 0;
        gone.retain(|known| {
            number += 1;
            known.lingers(now) || number <= last
        });
        gone.truncate(MOST);
        self.0 = standing.into_iter().chain(gone).collect();
    }

    /// The one that is served.
    fn standing(&self) -> Option<&Kept> {
        self.0.iter().find(|known| known.gone_at.is_none())
    }

    /// The one of these that is kept longest.
    fn longest(&self, counts: impl Fn(&Kept) -> bool) -> Option<&Kept> {
        let gone = self.0.iter().filter(|known| known.gone_at.is_some());
        gone.filter(|known| counts(known))
            .max_by_key(|known| known.ends())
    }

    /// What is to be said of what senders keep.
    fn findings(&self, domain: &Name, seen: &PolicySeen, now: Timestamp) -> Vec<Finding> {
        let Ok(name) = domain.prepend(MTA_STS) else {
            return Vec::new();
        };
        let topic = Topic::new(Site::rrset(name, Kind::Txt), seen.wanted.is_some());
        let mut said = Vec::new();
        said.extend(self.same_id(seen, &topic, now));
        said.extend(self.apart(seen, &topic, now));
        let is_apart = said.iter().any(|finding| finding.rule == &rules::APART);
        said.extend(match seen.record {
            // A host that is shut out already is what it comes to.
            RecordSeen::Absent if !is_apart => self.left(seen, &topic, now),
            RecordSeen::Id(_) => self.leaving(&topic, now),
            RecordSeen::Absent | RecordSeen::Unknown => None,
        });
        for finding in &mut said {
            // These rules are new: what nobody manages is a Warning at most.
            if !finding.managed {
                finding.at_most(Severity::Warning);
            }
        }
        said
    }

    /// Another file under the id of before.
    fn same_id(&self, seen: &PolicySeen, topic: &Topic, now: Timestamp) -> Option<Finding> {
        // Where the id that is wanted is the file's digest, that one of them is not as it must be is said already.
        let (false, RecordSeen::Id(id), Some(standing)) = (seen.id_is_digest, &seen.record, self.standing())
        else {
            return None;
        };
        let old = self.longest(|known| known.lingers(now) && known.id == *id)?;
        if standing.id != *id {
            return None;
        }
        let message = format!(
            "want another id for another policy, found id {id} as before: senders that have {} do not come for the new one \
             before {}",
            old.shown(),
            old.ends()?
        );
        Some(Finding::on(&rules::SAME_ID, topic, message))
    }

    /// Hosts that take mail, and that a policy senders may keep does not cover.
    fn apart(&self, seen: &PolicySeen, topic: &Topic, now: Timestamp) -> Vec<Finding> {
        let standing = self.standing();
        let hosts = seen.hosts.iter().flatten();
        // That the policy of today shuts it out is said where that one is judged.
        let hosts = hosts.filter(|host| !standing.is_some_and(|known| known.shuts_out(host)));
        let mut said = Vec::new();
        for host in hosts {
            let Some(old) = self.longest(|known| known.lingers(now) && known.shuts_out(host)) else {
                continue;
            };
            let Some(end) = old.ends() else { continue };
            let is_replaced = standing.is_some_and(|known| known.id != old.id);
            let who = match is_replaced {
                true => "senders that keep it and cannot fetch the new one",
                false => "senders that keep it",
            };
            let message = format!(
                "want every host of the MX in each policy senders may keep, found {host} outside of {}: {who} deliver nothing \
                 there before {end}",
                old.shown()
            );
            let mut finding = Finding::on(&rules::APART, topic, message);
            finding.about(host.as_str()).fix(format!(
                "Let the hosts of before take mail beside {host} until {end}, and have the record lead to a policy with {host} under \
                 an id of its own; or wait: from then on no sender keeps the old one."
            ));
            if is_replaced {
                finding.at_most(Severity::Warning);
            }
            said.push(finding);
        }
        said
    }

    /// The record went while senders keep a policy.
    fn left(&self, seen: &PolicySeen, topic: &Topic, now: Timestamp) -> Option<Finding> {
        // Where a record is wanted, that there is none says more.
        if matches!(seen.wanted, Some(Mode::Enforce | Mode::Testing)) {
            return None;
        }
        let old = self.longest(|known| known.lingers(now))?;
        let message = format!(
            "want a policy with mode none until no sender keeps another, found no record: senders that have {} hold to it \
             until {}, and nothing tells them that it is over",
            old.shown(),
            old.ends()?
        );
        let mut finding = Finding::on(&rules::LEAVING, topic, message);
        if self
            .longest(|known| known.lingers(now) && known.mode == Mode::Enforce)
            .is_none()
        {
            finding.at_most(Severity::Info);
        }
        Some(finding)
    }

    /// It is being taken back in its order: until when, or that it is over.
    fn leaving(&self, topic: &Topic, now: Timestamp) -> Option<Finding> {
        self.standing().filter(|known| known.mode == Mode::None)?;
        let old = self.longest(|_| true)?;
        let end = old.ends()?;
        let (message, fix) = match now < end {
            true => (
                format!(
                    "want mode none served until no sender keeps a policy of before, found that {} is kept until {end} at the \
                     latest",
                    old.shown()
                ),
                format!("Leave the record and the file as they are until {end}."),
            ),
            false => (
                format!(
                    "want mode none served no longer than needed, found that no sender keeps a policy of before since {end}"
                ),
                "Remove the record at _mta-sts, and the file after it; or leave them: they do no harm."
                    .to_owned(),
            ),
        };
        let mut finding = Finding::on(&rules::LEAVING, topic, message);
        finding.at_most(Severity::Info).fix(fix);
        Some(finding)
    }

    /// Reads what a status says; a policy of a mode nobody knows here is none.
    pub(super) fn read(status: &[PolicyStatus], now: Timestamp) -> Self {
        let policy = |one: &PolicyStatus| {
            let mx: Option<Vec<Pattern>> = one.mx.iter().map(|text| Pattern::parse(text).ok()).collect();
            Some(Kept {
                digest: one.digest.clone(),
                id: one.id.clone(),
                mode: Mode::parse(&one.mode)?,
                max_age: u32::try_from(one.max_age).unwrap_or(MAX_AGE).min(MAX_AGE),
                mx: mx.unwrap_or_default(),
                // A whole second is written that is not over yet.
                gone_at: one.gone_at.as_ref().map(|time| time.0.min(ceil(now))),
            })
        };
        Self(status.iter().filter_map(policy).collect())
    }

    /// Writes it.
    pub(super) fn write(self) -> Vec<PolicyStatus> {
        let policy = |known: Kept| PolicyStatus {
            digest: known.digest,
            id: known.id,
            mode: known.mode.as_str().to_owned(),
            max_age: i64::from(known.max_age),
            mx: known.mx.iter().map(Pattern::to_string).collect(),
            gone_at: known.gone_at.map(Time),
        };
        self.0.into_iter().map(policy).collect()
    }
}

/// `verdict` with what is to be said of the policies senders may keep, in the place of what one look says of them; and
/// those policies after it.
pub(super) fn after<'v>(
    verdict: &'v Verdict,
    past: &Policies,
    now: Timestamp,
) -> (Cow<'v, Verdict>, Policies) {
    let mut policies = past.clone();
    let Some(seen) = &verdict.policy else {
        return (Cow::Borrowed(verdict), policies);
    };
    policies.look(seen, now);
    let said = policies.findings(&verdict.domain, seen, now);
    if said.is_empty() {
        return (Cow::Borrowed(verdict), policies);
    }
    let mut verdict = verdict.clone();
    let knows_better = |finding: &Finding| {
        finding.rule == &rules::LEAVING && said.iter().any(|said| said.rule == &rules::LEAVING)
    };
    verdict.findings.retain(|finding| !knows_better(finding));
    (Cow::Owned(verdict.with_findings(said)), policies)
}
