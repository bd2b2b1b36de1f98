//! The dmarc block of a manifest that is begun: what DNS has, else a policy that only asks for reports. Pure.

use super::Draft;
use crate::api::{DmarcPolicy, DmarcSpec};
use crate::records::Standard;

/// What of a block stays where nobody sends: the role derives the policy, and has room for what is said of sub-domains
/// and of reports. A record that stands elsewhere says neither.
pub(super) fn of_the_silent(was: &DmarcSpec) -> Option<DmarcSpec> {
    let stays = DmarcSpec {
        subdomain_policy: was.subdomain_policy,
        nonexistent_subdomain_policy: was.nonexistent_subdomain_policy,
        aggregate_reports: was.aggregate_reports.clone(),
        failure_reports: was.failure_reports.clone(),
        failure_options: was.failure_options.clone(),
        ..DmarcSpec::default()
    };
    (stays != DmarcSpec::default()).then_some(stays)
}

impl Draft<'_> {
    pub(super) fn dmarc(&mut self) {
        let inherits = self
            .begun
            .spec
            .dmarc
            .as_ref()
            .is_some_and(|dmarc| dmarc.inherit == Some(true));
        let answered = self.answers.policy.is_some() || !self.answers.reports.is_empty();
        let is_new = self.begun.spec.dmarc.is_none() && self.live.dmarc_is_known();
        if is_new || inherits && answered {
            self.begun.spec.dmarc = Some(DmarcSpec {
                policy: Some(self.answers.policy.unwrap_or(DmarcPolicy::None)),
                ..DmarcSpec::default()
            });
            self.forget(Standard::Dmarc);
            if self.answers.policy.is_none() {
                let stands = match self.live.dmarc_texts().is_empty() {
                    true => "Not in DNS yet",
                    false => "What DNS has does not count, and this one replaces it",
                };
                let text = format!(
                    "{stands}. Policy None asks receivers for nothing but reports; once those show that all mail is \
                     aligned: Quarantine with testing: true, Quarantine, Reject with testing: true, Reject"
                );
                self.note("dmarc", text);
            }
        } else if let Some(dmarc) = &mut self.begun.spec.dmarc {
            if let Some(policy) = self.answers.policy {
                dmarc.policy = Some(policy);
                dmarc.cname = None;
            }
            // What was parked left it to its role.
            if dmarc.policy.is_none() && dmarc.cname.is_none() && dmarc.inherit != Some(true) {
                dmarc.policy = Some(DmarcPolicy::Reject);
            }
        }
    }

    pub(super) fn reports(&mut self) {
        if self.answers.reports.is_empty() {
            let goes_nowhere = |dmarc: &DmarcSpec| {
                dmarc.aggregate_reports.is_empty() && dmarc.cname.is_none() && dmarc.inherit != Some(true)
            };
            if self.begun.spec.dmarc.as_ref().is_some_and(goes_nowhere) {
                self.note(
                    "dmarc",
                    "Nobody gets reports: add aggregateReports: [\"mailto:…\"] (or run zegel init with --reports)",
                );
            }
            return;
        }
        let dmarc = self.begun.spec.dmarc.get_or_insert_with(DmarcSpec::default);
        for uri in &self.answers.reports {
            if !dmarc.aggregate_reports.contains(uri) {
                dmarc.aggregate_reports.push(uri.clone());
            }
        }
    }
}
