//! A domain that says it takes no mail: whether it needs to, and whether it is closed for senders too.

use crate::inquiry::{Inquiry, Kind, Need};
use crate::intent::Intent;
use crate::judge::basis::evidence;
use crate::judge::dmarc::{self, Discovery};
use crate::judge::{Findings, Topic, spf};
use crate::name::Name;
use crate::records::Standard;
use crate::records::dmarc::{Application, Policy};
use crate::records::spf::{Likeness, Qualifier, Record, Senders, likeness, parse, senders};
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
    if let Some((place, address)) = report_address_at(&discovery, domain) {
        let message = format!(
            "want reports sent to a domain that takes mail, found {address} in the inherited record of _dmarc.{place}"
        );
        findings.say(&rules::REPORTS_TO_NULL, topic, message);
    }
    if intent.role.is_none()
        && let Some(seen) = evidence(inquiry, domain, Kind::Txt)
    {
        let nobody = nobody_passes(domain, inquiry);
        closed_for_senders(&seen.texts(), nobody, &discovery, topic, findings);
    }
}

/// What a domain without mail needs besides, where nobody else says it: that SPF or DMARC has no record at all, or that
/// a domain closed by SPF is not rejected, is their own to say.
fn closed_for_senders(
    texts: &[Vec<u8>],
    nobody: bool,
    discovery: &Discovery,
    topic: &Topic,
    findings: &mut Findings,
) {
    let mut missing = Vec::new();
    let senders = senders(texts);
    match senders {
        Senders::Closed | Senders::Elsewhere => {}
        // What finds nobody, SPF names: of a record that ends in -all it is all that is to be taken away.
        Senders::Somebody if nobody && fails_all(texts) => {}
        Senders::Somebody if nobody => missing.push("v=spf1 -all"),
        Senders::NobodyPasses | Senders::Refused if is_sound(texts) => {
            missing.push("v=spf1 -all");
        }
        Senders::NobodyPasses | Senders::Refused => {}
        Senders::Somebody => {
            let message = "a null MX, but SPF lets others send: replies and bounces cannot be delivered";
            findings
                .say(&rules::NULL_BUT_SENDS, topic, message)
                .at_most(Severity::Warning);
        }
    }
    let own = discovery.own_record();
    let is_spoilt = own.is_some_and(|record| record.application() != Application::AsWritten);
    let weak = discovery
        .policy
        .is_some_and(|policy| policy.policy != Policy::Reject);
    if weak && !is_spoilt && senders != Senders::Closed {
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

/// Whether SPF lets nobody pass, although it names some: an `mx` finds no host behind a null MX (RFC 7208 5.4).
pub(super) fn nobody_passes(domain: &Name, inquiry: &mut Inquiry<'_>) -> bool {
    inquiry.on_behalf_of(Standard::Spf);
    let analysis = spf::analyse(domain, inquiry, Need::Evidence);
    inquiry.on_behalf_of(Standard::Mx);
    analysis.nobody_passes()
}

/// The one SPF record, where there is one.
fn only(texts: &[Vec<u8>]) -> Option<Record> {
    let mut records = texts.iter().filter(|text| likeness(text) == Likeness::Spf);
    let (Some(record), None) = (records.next(), records.next()) else {
        return None;
    };
    Some(parse(record))
}

/// Whether there is one SPF record, and it can be read: else SPF says what is wrong.
fn is_sound(texts: &[Vec<u8>]) -> bool {
    only(texts).is_some_and(|record| record.is_valid())
}

/// Whether the one SPF record ends in `-all`.
fn fails_all(texts: &[Vec<u8>]) -> bool {
    only(texts).is_some_and(|record| matches!(record.all(), Some((_, Qualifier::Fail))))
}

/// A report address of this very domain in a record it inherits; of its own record DMARC says it.
fn report_address_at<'d>(discovery: &'d Discovery, domain: &Name) -> Option<(&'d Name, String)> {
    let place = discovery
        .policy_domain
        .as_ref()
        .filter(|_| discovery.is_inherited())?;
    let destinations = discovery.destinations.iter();
    destinations
        .filter(|one| one.uri.scheme == "mailto")
        .find(|one| one.host == *domain)
        .map(|one| (place, one.uri.text.clone()))
}
