//! Chains of trust that are broken, and such as are not there.
//!
//! A cause is said once a zone, with the first name that suffers. At the root and the top-level domains nothing is said: that
//! is the resolver's doing, or everybody's trouble, never the domain's fault.

use std::collections::BTreeSet;

use super::chain::{self, is_ours};
use super::is_nobodys;
use super::signals::{self, PublishedKey};
use super::zones;
use crate::inquiry::{Broken, Dns, Fact, Inquiry, Kind, Security, Unproven};
use crate::intent::Intent;
use crate::judge::{Findings, Site, Topic, mx};
use crate::name::Name;
use crate::records::Standard;
use crate::rules::dnssec as rules;
use crate::rules::{Rule, Severity};

/// All that is wrong with the proofs.
pub(in crate::judge) fn check(intent: &Intent, inquiry: &mut Inquiry<'_>, findings: &mut Findings) {
    let required = intent.manages(Standard::Dnssec);
    let mut said: BTreeSet<(Name, &'static str)> = BTreeSet::new();
    let all = chain::all(inquiry);
    // Told once, with the first name that suffers: it is managed where any that does is, or where an Error of something managed could
    // hang on it: that is wrong then, and not merely unknown.
    let is_managed = |question: &Dns| {
        let is_wanted = intent.wanted.iter().any(|wanted| wanted.name == question.name);
        is_wanted || inquiry.weighs(question, |standard| intent.manages(standard))
    };
    let managed: BTreeSet<(&Name, &'static str)> = all
        .iter()
        .filter(|(question, fact)| matches!(fact.security, Security::Bogus(_)) && is_managed(question))
        .filter_map(|(_, fact)| Some((fact.security.at()?, fact.security.reason()?)))
        .collect();
    for (question, fact) in &all {
        let (Some(at), Some(reason)) = (fact.security.at(), fact.security.reason()) else {
            continue;
        };
        let first =
            |said: &mut BTreeSet<_>| fact.security.is_of_a_domain() && said.insert((at.clone(), reason));
        match &fact.security {
            Security::Bogus(_) if is_nobodys(question, &fact.security) => {}
            Security::Bogus(bogus) if first(&mut said) => {
                let managed = managed.contains(&(at, reason));
                broken(intent, question, managed, (&bogus.why, &fact.security), findings);
            }
            Security::Insecure { at, why }
                if question.name.is_at_or_below(&intent.domain) && first(&mut said) =>
            {
                let of_signed = is_signed(fact, at);
                unproven(
                    intent,
                    required,
                    question,
                    (at, *why, of_signed),
                    inquiry,
                    findings,
                );
            }
            _ => {}
        }
    }
    zones::check(intent, inquiry, findings);
    signals::check(intent, inquiry, findings);
    if required {
        hosts(intent, inquiry, findings);
    }
}

/// A chain that should be there and is broken: nobody who validates gets an answer.
fn broken(
    intent: &Intent,
    question: &Dns,
    managed: bool,
    (why, security): (&Broken, &Security),
    findings: &mut Findings,
) {
    let Some(at) = security.at() else { return };
    let (rule, severity): (&'static Rule, _) = match why {
        Broken::NoDnskey | Broken::DsMatchesNoKey { .. } | Broken::DigestDiffers(_) => {
            (&rules::NO_KEY_FOR_DS, Severity::Error)
        }
        // For some it still holds.
        why if why.is_tolerated() => (&rules::EXPIRED, Severity::Warning),
        Broken::Expired { .. } => (&rules::EXPIRED, Severity::Error),
        _ => (&rules::BOGUS, Severity::Error),
    };
    let topic = Topic::new(Site::Domain(at.clone()), managed);
    let Dns { name, kind, .. } = question;
    let message = format!("want a chain of trust to {name} {kind}, found it {security}");
    let finding = findings.say(rule, &topic, message);
    finding.about(why.reason()).at_most(severity);
    if let Broken::KeyDoesNotSign { .. } = why {
        finding.fix(format!(
            "Sign the DNSKEY of {at} with the key that the DS is for, or have the parent replace the DS by one for a key \
             that signs them."
        ));
    }
    if !is_ours(at, &intent.domain) {
        finding.fix(format!(
            "Whoever runs {at} has to mend its signatures; until then what leads there does not resolve for receivers \
             that validate."
        ));
    }
}

/// Whether a chain of trust leads to `zone`, though not to all that was answered.
fn is_signed(fact: &Fact, zone: &Name) -> bool {
    let trust = fact.source.trust.iter();
    let mut zones = trust.flat_map(|trust| &trust.zones).flat_map(|zone| zone.chain());
    zones.any(|walked| walked.name == *zone && walked.security == Security::Secure)
}

/// It is proven that no chain leads there.
fn unproven(
    intent: &Intent,
    required: bool,
    question: &Dns,
    (at, why, of_signed): (&Name, Unproven, bool),
    inquiry: &mut Inquiry<'_>,
    findings: &mut Findings,
) {
    let Dns { name, kind, .. } = question;
    let severity = |mild| if required { Severity::Error } else { mild };
    if !is_ours(at, &intent.domain) {
        let topic = Topic::new(Site::rrset(name.clone(), *kind), required);
        let message = format!(
            "want a chain of trust to all of {name} {kind}, found that its alias leads to {at}, which is insecure: {why}"
        );
        let finding = findings.say(&rules::ALIAS_UNSIGNED, &topic, message);
        finding.about(at.as_str()).at_most(severity(Severity::Info));
        return;
    }
    let topic = Topic::new(Site::Domain(at.clone()), required);
    match why {
        Unproven::UnsupportedAlgorithm => {
            let message = format!("want {at} signed with algorithm 13 or 15, found that {why}");
            findings.say(&rules::WEAK_ALGORITHM, &topic, message).about("DS");
        }
        Unproven::Iterations(count) => {
            let message =
                format!("want 0 iterations of NSEC3 in {at}, found {count}: its absences are not proven");
            findings.say(&rules::ITERATIONS, &topic, message);
        }
        Unproven::OptOut if of_signed => {
            let message = format!(
                "want every answer of {at} proven, found that its NSEC3 opt out: what it says of {name} {kind} can be \
                 forged"
            );
            findings.say(&rules::OPT_OUT, &topic, message);
        }
        // Of a name that is not there it is only not known whether an unsigned zone begins there.
        Unproven::OptOut if at != &intent.domain && at.is_at_or_below(&intent.domain) => {}
        _ => match signals::keys(at, inquiry) {
            keys if keys.is_empty() => {
                let message = format!("want {at} signed, and a DS for it at its parent, found none: {why}");
                let finding = findings.say(&rules::UNSIGNED, &topic, message);
                finding.at_most(severity(Severity::Info));
            }
            keys => island(at, &keys, &topic, severity(Severity::Warning), findings),
        },
    }
}

/// The zone is signed, and nobody is told.
fn island(at: &Name, keys: &[PublishedKey], topic: &Topic, severity: Severity, findings: &mut Findings) {
    let tags = |keys: &[&PublishedKey]| {
        let tags: Vec<String> = keys.iter().map(|key| key.tag.to_string()).collect();
        tags.join(", ")
    };
    let all: Vec<&PublishedKey> = keys.iter().collect();
    let entries: Vec<&PublishedKey> = keys.iter().filter(|key| key.is_entry()).collect();
    let message = format!(
        "want a DS for {at} at its parent, found none, although the zone has keys ({}): nobody checks its signatures",
        tags(&all)
    );
    let finding = findings.say(&rules::ISLAND, topic, message);
    finding.at_most(severity);
    if !entries.is_empty() {
        finding.fix(format!(
            "Give the DS of key {} to the parent, mostly through the registrar; or, where {at} shall not be signed, stop \
             signing it.",
            tags(&entries)
        ));
    }
}

/// The zones of the hosts that take the domain's mail, a line each.
fn hosts(intent: &Intent, inquiry: &mut Inquiry<'_>, findings: &mut Findings) {
    let exchanges = mx::gather(&intent.domain, inquiry);
    let mut said: BTreeSet<Name> = BTreeSet::new();
    for host in &exchanges.hosts {
        for kind in [Kind::A, Kind::Aaaa] {
            let fact = inquiry.fact(&Dns::new(host.name.clone(), kind));
            let Some(Security::Insecure { at, why }) = fact.map(|fact| &fact.security) else {
                continue;
            };
            if is_ours(at, &intent.domain) || !said.insert(at.clone()) {
                continue;
            }
            let topic = Topic::new(Site::Host(host.name.clone()), false);
            let message = format!(
                "want the zone of mail host {} signed, found it insecure at {at}: {why}",
                host.name
            );
            findings
                .say(&rules::HOST_UNSIGNED, &topic, message)
                .about(at.as_str());
        }
    }
}
