//! Chains of trust that are broken, and such as are not there.
//!
//! A cause is said once a zone, with the first name that suffers. At the root and the top-level domains nothing is said: that
//! is the resolver's doing, or everybody's trouble, never the domain's fault.

use std::collections::BTreeSet;

use super::chain::{self, is_ours};
use super::zones;
use crate::inquiry::{Broken, Dns, Inquiry, Kind, Security, Unproven};
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
    for (question, fact) in chain::all(inquiry) {
        let (Some(at), Some(reason)) = (fact.security.at(), fact.security.reason()) else {
            continue;
        };
        let first =
            |said: &mut BTreeSet<_>| fact.security.is_of_a_domain() && said.insert((at.clone(), reason));
        match &fact.security {
            Security::Bogus(bogus) if first(&mut said) => {
                broken(intent, &question, &bogus.why, &fact.security, findings);
            }
            Security::Insecure { at, why }
                if question.name.is_at_or_below(&intent.domain) && first(&mut said) =>
            {
                unproven(intent, required, &question, (at, *why), findings);
            }
            _ => {}
        }
    }
    zones::check(intent, inquiry, findings);
    if required {
        hosts(intent, inquiry, findings);
    }
}

/// A chain that should be there and is broken: nobody who validates gets an answer.
fn broken(intent: &Intent, question: &Dns, why: &Broken, security: &Security, findings: &mut Findings) {
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
    let managed = intent.wanted.iter().any(|wanted| wanted.name == question.name);
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

/// It is proven that no chain leads there.
fn unproven(
    intent: &Intent,
    required: bool,
    question: &Dns,
    (at, why): (&Name, Unproven),
    findings: &mut Findings,
) {
    let Dns { name, kind, .. } = question;
    let severity = if required { Severity::Error } else { Severity::Info };
    if !is_ours(at, &intent.domain) {
        let topic = Topic::new(Site::rrset(name.clone(), *kind), required);
        let message = format!(
            "want a chain of trust to all of {name} {kind}, found that its alias leads to {at}, which is insecure: {why}"
        );
        let finding = findings.say(&rules::ALIAS_UNSIGNED, &topic, message);
        finding.about(at.as_str()).at_most(severity);
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
        // Of a name that is not there it is only not known whether an unsigned zone begins there.
        Unproven::OptOut if at != &intent.domain && at.is_at_or_below(&intent.domain) => {}
        _ => {
            let message = format!("want {at} signed, and a DS for it at its parent, found none: {why}");
            findings.say(&rules::UNSIGNED, &topic, message).at_most(severity);
        }
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
