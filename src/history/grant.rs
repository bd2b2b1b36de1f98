//! What the status of a grant says: whether it is heeded, and how much it comes to. Pure.
//!
//! Nothing is under way with a grant: it is heeded, or a person must mend it. So kstatus reads Ready, and Stalled beside a
//! Ready that is False.

use jiff::Timestamp;

use super::conditions;
use super::message::counted;
use super::reason::Truth;
use crate::api::{GrantSummary, MailDomainGrantStatus};

/// How a grant stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GrantState<'a> {
    /// It is heeded.
    Accepted,
    /// It can be no grant; a sentence says why.
    InvalidSpec(&'a str),
    /// It selects namespaces by labels, which nobody watches; so many namespaces it names.
    SelectorsNotHeeded {
        /// How many namespaces it names.
        names: usize,
    },
}

impl GrantState<'_> {
    /// Ready's status and reason.
    pub fn ready(&self) -> (&'static str, &'static str) {
        let (truth, reason) = self.statement();
        (truth.as_str(), reason)
    }

    fn statement(&self) -> (Truth, &'static str) {
        match self {
            Self::Accepted => (Truth::True, "Accepted"),
            Self::InvalidSpec(_) => (Truth::False, "InvalidSpec"),
            Self::SelectorsNotHeeded { .. } => (Truth::False, "SelectorsNotHeeded"),
        }
    }

    fn message(&self, summary: Option<GrantSummary>) -> String {
        match (self, summary) {
            (Self::InvalidSpec(why), _) => format!("it allows nothing until it is mended: {why}"),
            (Self::SelectorsNotHeeded { names }, _) => {
                let names = match names {
                    0 => "it names no namespace, so it allows nothing",
                    _ => "the namespaces it names are heeded",
                };
                format!(
                    "namespaces.selector is not heeded, for the controller runs without --grant-selectors (chart: \
                     grants.selectors=true); {names}"
                )
            }
            (Self::Accepted, None) => "heeded".to_owned(),
            (Self::Accepted, Some(GrantSummary { domains: 0, .. })) => {
                "heeded; no MailDomain claims a domain by it yet".to_owned()
            }
            (Self::Accepted, Some(summary)) => format!(
                "heeded; {} of {} {} claimed by it",
                counted(summary.domains, "domain"),
                counted(summary.namespaces, "namespace"),
                if summary.domains == 1 { "is" } else { "are" },
            ),
        }
    }
}

/// The status of a grant of this generation that stands so; `summary` where somebody sees all MailDomains.
pub fn grant_status(
    before: Option<&MailDomainGrantStatus>,
    generation: i64,
    state: &GrantState<'_>,
    summary: Option<GrantSummary>,
    now: Timestamp,
) -> MailDomainGrantStatus {
    let previous = before
        .map(|status| status.conditions.as_slice())
        .unwrap_or_default();
    let (truth, reason) = state.statement();
    let message = state.message(summary);
    let mut said = vec![("Ready", truth)];
    if truth == Truth::False {
        said.push(("Stalled", Truth::True));
    }
    MailDomainGrantStatus {
        observed_generation: Some(generation),
        conditions: conditions::said(previous, generation, &said, reason, &message, now),
        summary,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    /// The condition types with their status, Ready's reason, and what kstatus makes of it.
    #[test]
    fn a_grant_is_heeded_or_waits_for_a_person() {
        for (state, conditions, reason, says) in [
            (GrantState::Accepted, &["Ready=True"][..], "Accepted", "heeded"),
            (
                GrantState::InvalidSpec("spec.domains[0]: write a.nl"),
                &["Ready=False", "Stalled=True"],
                "InvalidSpec",
                "write a.nl",
            ),
            (
                GrantState::SelectorsNotHeeded { names: 0 },
                &["Ready=False", "Stalled=True"],
                "SelectorsNotHeeded",
                "--grant-selectors (chart: grants.selectors=true); it names no namespace, so it allows nothing",
            ),
            (
                GrantState::SelectorsNotHeeded { names: 2 },
                &["Ready=False", "Stalled=True"],
                "SelectorsNotHeeded",
                "the namespaces it names are heeded",
            ),
        ] {
            let status = grant_status(None, 3, &state, None, at(9));
            assert_eq!(status.observed_generation, Some(3));
            let all: Vec<String> = status
                .conditions
                .iter()
                .map(|condition| format!("{}={}", condition.type_, condition.status))
                .collect();
            assert_eq!(all, conditions);
            for condition in &status.conditions {
                assert_eq!(
                    (condition.reason.as_str(), condition.observed_generation),
                    (reason, Some(3))
                );
                assert!(condition.message.contains(says), "{}", condition.message);
            }
        }
    }

    #[test]
    fn a_transition_is_dated_and_what_stays_keeps_its_date() {
        let first = grant_status(None, 1, &GrantState::Accepted, None, at(10));
        let same = grant_status(Some(&first), 2, &GrantState::Accepted, None, at(20));
        assert_eq!(same.conditions[0].last_transition_time.0, at(10));
        let broken = grant_status(Some(&same), 3, &GrantState::InvalidSpec("no"), None, at(30));
        assert_eq!(broken.conditions[0].last_transition_time.0, at(30));
    }

    #[test]
    fn how_much_it_comes_to_is_said_in_numbers_and_names_nobody() {
        for (namespaces, domains, says) in [
            (0, 0, "no MailDomain claims a domain by it yet"),
            (1, 1, "heeded; 1 domain of 1 namespace is claimed by it"),
            (1, 2, "heeded; 2 domains of 1 namespace are claimed by it"),
            (2, 5, "heeded; 5 domains of 2 namespaces are claimed by it"),
        ] {
            let summary = Some(GrantSummary { namespaces, domains });
            let status = grant_status(None, 1, &GrantState::Accepted, summary, at(1));
            assert!(status.conditions[0].message.contains(says), "{status:?}");
        }
    }
}
