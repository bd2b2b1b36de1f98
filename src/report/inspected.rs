//! What `inspect` shows of a domain beside its verdict: what it is, what stands in its DNS, which policy applies, which
//! selectors were looked at. Pure.

use serde::Serialize;

use crate::adopt::live::Live;
use crate::adopt::profile::Profile;
use crate::api::RecordStatus;
use crate::judge::Verdict;
use crate::judge::dmarc::{Discovery, DiscoveryOutcome};
use crate::judge::score::Score;
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
    /// What was agreed on with each mail server that was looked at, in a line each.
    pub tls: Vec<String>,
    /// The score of a test, where somebody asked for it.
    pub score: Option<Score>,
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

    /// What applies to `domain` although it stands elsewhere, or that this is not known, in a few words.
    pub fn inherited(&self, domain: &Name) -> Option<String> {
        if self.outcome == "unknown" {
            return Some("whether a policy from above applies is not known: no usable answer".to_owned());
        }
        let at = self.policy_domain.as_ref().filter(|at| *at != domain)?;
        if self.outcome == "invalid" {
            return Some(format!(
                "the record of _dmarc.{at} would apply, but receivers apply none of it"
            ));
        }
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
            tls: Vec::new(),
            score: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_applies_from_above_is_never_none_because_nobody_answered() {
        let domain: Name = "b.a.nl".parse().expect("a name");
        let applied = |outcome, place: Option<&str>, effective_policy| AppliedPolicy {
            outcome,
            policy_domain: place.map(|place| place.parse().expect("a name")),
            effective_policy,
            policy_tag: effective_policy.map(|_| "sp"),
        };
        for (policy, want) in [
            (applied("none", None, None), None),
            (applied("policy", Some("b.a.nl"), Some(Policy::Reject)), None),
            (
                applied("policy", Some("a.nl"), Some(Policy::Reject)),
                Some("reject applies (sp of _dmarc.a.nl)"),
            ),
            (applied("unknown", None, None), Some("not known")),
            (applied("unknown", Some("a.nl"), None), Some("not known")),
            (applied("invalid", Some("a.nl"), None), Some("none of it")),
        ] {
            let said = policy.inherited(&domain);
            match want {
                Some(want) => assert!(said.as_ref().is_some_and(|said| said.contains(want)), "{said:?}"),
                None => assert_eq!(said, None),
            }
        }
    }
}
