//! What `inspect` shows of a domain beside its verdict: what it is, what stands in its DNS, which policy applies, which
//! selectors were looked at. Pure.

use serde::Serialize;

use super::profile::Profile;
use crate::adopt::live::Live;
use crate::api::RecordStatus;
use crate::judge::Verdict;
use crate::judge::dmarc::{Discovery, DiscoveryOutcome};
use crate::name::Name;
use crate::records::dmarc::Policy;

/// What stands in DNS for a domain somebody named.
#[derive(Debug, Clone, PartialEq)]
pub struct Inspected {
    /// What the domain is.
    pub profile: Profile,
    /// What stands there: `state` is `Observed`, or `Unknown` when not answered.
    pub records: Vec<RecordStatus>,
    /// The DMARC policy for its mail.
    pub policy: AppliedPolicy,
    /// The DKIM selectors that were looked at.
    pub selectors: Selectors,
}

/// The DMARC policy that applies to mail from a domain, as `zegel dmarc` tells it in full.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AppliedPolicy {
    /// `policy`, `none`, `invalid` or `unknown`.
    pub outcome: &'static str,
    /// Where the record stands, without `_dmarc.`; another name than the domain's when it is inherited.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub policy_domain: Option<Name>,
    /// What receivers do, `t=y` counted in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub effective_policy: Option<Policy>,
    /// The tag it was read from: `p`, `sp` or `np`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub policy_tag: Option<&'static str>,
}

impl From<&Discovery> for AppliedPolicy {
    fn from(discovery: &Discovery) -> Self {
        Self {
            outcome: match discovery.outcome {
                DiscoveryOutcome::Policy => "policy",
                DiscoveryOutcome::None => "none",
                DiscoveryOutcome::Invalid => "invalid",
                DiscoveryOutcome::Unknown => "unknown",
            },
            policy_domain: discovery.policy_domain.clone(),
            effective_policy: discovery.policy.map(|effective| effective.policy),
            policy_tag: discovery.policy.map(|effective| effective.tag.as_str()),
        }
    }
}

impl AppliedPolicy {
    /// The policy as a table's column says it.
    pub fn word(&self) -> String {
        match (&self.effective_policy, self.outcome) {
            (Some(policy), _) => policy.to_string(),
            (None, "unknown") => "?".to_owned(),
            (None, outcome) => outcome.to_owned(),
        }
    }

    /// What applies to `domain` although it stands elsewhere, in a few words.
    pub fn inherited(&self, domain: &Name) -> Option<String> {
        let at = self.policy_domain.as_ref().filter(|at| *at != domain)?;
        let (policy, tag) = (self.effective_policy?, self.policy_tag?);
        Some(format!("{policy} applies ({tag} of _dmarc.{at})"))
    }
}

/// The DKIM selectors that were looked at. DNS cannot list them: what was not named and not tried is not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Selectors {
    /// How many were looked at.
    pub probed: usize,
    /// At how many a key record stands, usable or not.
    pub keys: usize,
    /// How many were not answered.
    pub unanswered: usize,
}

impl Inspected {
    /// What `live` holds.
    pub fn new(live: &Live, discovery: &Discovery, verdict: &Verdict) -> Self {
        Self {
            profile: Profile::of(live, !verdict.domain_is_missing()),
            records: live.observed(),
            policy: AppliedPolicy::from(discovery),
            selectors: Selectors {
                probed: live.selectors.len(),
                keys: live.keys(),
                unanswered: live
                    .selectors
                    .iter()
                    .filter(|(_, rrset)| rrset.trouble.is_some())
                    .count(),
            },
        }
    }
}
