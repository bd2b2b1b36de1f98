//! A domain that says it takes no mail: whether it needs to, and whether it is closed for senders too.

use crate::inquiry::{Inquiry, Kind};
use crate::intent::Intent;
use crate::judge::basis::evidence;
use crate::judge::dmarc::{self, Discovery};
use crate::judge::{Findings, Topic};
use crate::name::Name;
use crate::records::Standard;
use crate::records::dmarc::{Policy, TagName};
use crate::records::spf::{Senders, senders};
use crate::rules::{Severity, mx as rules};

/// What is wrong around a null MX.
pub(super) fn check(intent: &Intent, topic: &Topic, inquiry: &mut Inquiry<'_>, findings: &mut Findings) {
    let domain = &intent.domain;
    let seen = [Kind::A, Kind::Aaaa].map(|kind| evidence(inquiry, domain, kind));
    let mut seen = seen.iter();
    if seen.all(|seen| seen.is_some_and(|seen| seen.records.is_empty())) {
        let message = "a null MX where no A or AAAA could be taken for one";
        findings.say(&rules::NULL_WITHOUT_ADDRESS, topic, message);
    }
    // What is asked for the policy is DMARC's to hang on.
    inquiry.on_behalf_of(Standard::Dmarc);
    let discovery = dmarc::gather(domain, inquiry);
    inquiry.on_behalf_of(Standard::Mx);
    if let Some(address) = report_address_at(&discovery, domain) {
        let message = format!("want reports sent to a domain that takes mail, found {address}");
        findings.say(&rules::REPORTS_TO_NULL, topic, message);
    }
    if intent.role.is_none()
        && let Some(seen) = evidence(inquiry, domain, Kind::Txt)
    {
        closed_for_senders(&seen.texts(), &discovery, topic, findings);
    }
}

/// What a domain without mail needs besides.
fn closed_for_senders(texts: &[Vec<u8>], discovery: &Discovery, topic: &Topic, findings: &mut Findings) {
    let mut missing = Vec::new();
    match senders(texts) {
        Senders::Closed | Senders::Elsewhere => {}
        Senders::NobodyPasses => missing.push("v=spf1 -all"),
        Senders::Somebody => {
            let message = "a null MX, but SPF lets others send: replies and bounces cannot be delivered";
            findings
                .say(&rules::NULL_BUT_SENDS, topic, message)
                .at_most(Severity::Warning);
        }
    }
    let rejects = |policy: dmarc::Effective| policy.policy == Policy::Reject;
    if discovery.outcome != dmarc::DiscoveryOutcome::Unknown && !discovery.policy.is_some_and(rejects) {
        missing.push("v=DMARC1; p=reject");
    }
    if !missing.is_empty() {
        let missing = missing.join(" and ");
        let finding = findings.say(
            &rules::PARKED_INCOMPLETE,
            topic,
            format!("a null MX without {missing}"),
        );
        finding.fix(format!("Publish {missing}."));
    }
}

/// A report address of this very domain.
fn report_address_at(discovery: &Discovery, domain: &Name) -> Option<String> {
    let record = discovery.own_record()?;
    let uris = [TagName::Rua, TagName::Ruf].into_iter();
    uris.flat_map(|tag| record.uris(tag))
        .find(|uri| uri.host.as_ref() == Some(domain))
        .map(|uri| uri.text)
}
