//! The policy that applies, and where it comes from.

use super::Examination;
use crate::inquiry::{Answer, Dns, Inquiry, Kind, Need, Reply, Trouble};
use crate::intent::{DkimWant, Role, What};
use crate::judge::dmarc::discovery::{Discovery, Effective, effective};
use crate::judge::dmarc::legacy::{is_public_suffix, is_registry_suffix};
use crate::judge::dmarc::outcome::DiscoveryOutcome;
use crate::judge::dmarc::walk::{StepAnswer, TreeStep, UNLIKELY_LABEL, texts};
use crate::judge::dns;
use crate::records::dmarc::{Application, Policy, Record, TagName};
use crate::records::foreign::Foreign;
use crate::records::spf::{Senders, senders};
use crate::rules::Severity;
use crate::rules::dmarc::tree as rules;

pub(super) fn check(examination: &mut Examination<'_>, inquiry: &mut Inquiry<'_>) {
    let gone = takeover(examination, inquiry);
    applies(examination, gone);
    silent(examination, inquiry);
    organization(examination);
    let discovery = examination.discovery.clone();
    if let Some(record) = discovery.own_record() {
        public_suffix(examination, record);
        match &discovery.organizational_domain {
            Some(organizational) if *organizational == examination.intent.domain => {
                below(examination, record, inquiry)
            }
            Some(_) => own_beside_organization(examination, record, inquiry),
            None => {}
        }
    }
}

/// An alias into a domain nobody has: whoever registers it writes this domain's policy. Whether it is one.
fn takeover(examination: &mut Examination<'_>, inquiry: &mut Inquiry<'_>) -> bool {
    let discovery = examination.discovery.clone();
    let own = discovery
        .own()
        .filter(|step| matches!(step.found, StepAnswer::Nothing));
    let Some(end) = own.and_then(|step| step.chain.last()) else {
        return false;
    };
    let Some(gone) = dns::gone(end, inquiry) else {
        return false;
    };
    let message = format!(
        "the CNAME leads to {end}, but {gone} does not exist: whoever registers it writes the policy and reads the \
         reports"
    );
    examination.say(&rules::TAKEOVER, message);
    true
}

/// Whether the domain's own alias leads to no record, where nobody else says why; whether that is said.
fn alias_end(examination: &mut Examination<'_>) -> bool {
    let discovery = examination.discovery.clone();
    let Some(step) = discovery.own() else { return false };
    if matches!(step.found, StepAnswer::Unanswered(Some(Trouble::CnameLoop))) {
        let message = format!(
            "the CNAME at {} leads in a circle, or on without an end: no receiver finds a record there",
            step.asked
        );
        let said = examination.say(&rules::ALIAS_END, message);
        said.at_most(Severity::Warning).fix(
            "Point the CNAME at a name that holds a DMARC record, or remove it and publish the record itself.",
        );
        return true;
    }
    let Some(end) = step.chain.last() else {
        return false;
    };
    // What a wildcard answers was not placed here: what is missed is a record.
    if step.of_any_name || step.found != StepAnswer::Nothing {
        return false;
    }
    let message = format!("the CNAME leads to {end}, where no DMARC record stands: want one");
    let severity = match discovery.outcome {
        DiscoveryOutcome::None => Severity::Error,
        _ => Severity::Warning,
    };
    let said = examination.say(&rules::ALIAS_END, message);
    said.at_most(severity);
    true
}

/// Whether a policy applies, and whether it asks for anything; `gone` says that the alias leads to a domain nobody has.
fn applies(examination: &mut Examination<'_>, gone: bool) {
    let discovery = examination.discovery.clone();
    let domain = &examination.intent.domain.clone();
    // A text of its own that was meant as a record says itself that it is none, and so do several records.
    let own_miss = discovery.near_misses().any(|(step, ..)| step.domain == *domain);
    let several = discovery
        .own()
        .is_some_and(|step| matches!(step.found, StepAnswer::Several(_)));
    let told = gone || own_miss || several || alias_end(examination);
    if discovery.outcome == DiscoveryOutcome::None && !told {
        let above = discovery.near_misses().next();
        let above = above.map_or(String::new(), |(step, _, miss)| {
            format!("; a text at {} was meant as one: {}", step.asked, miss.why)
        });
        let foreign = discovery.own().and_then(|step| Foreign::first(&step.texts));
        let remark = foreign.map_or(above, |one| one.remark(domain));
        let message = format!(
            "no DMARC record at {} or at any name above that applies to it{remark}",
            examination.topic.site.name()
        );
        let said = examination.say(&rules::NO_RECORD, message);
        if let Some(foreign) = foreign {
            said.fix(foreign.fix(domain, rules::NO_RECORD.fix));
        }
    }
    if domain.label_count() > 8 && discovery.own_record().is_none() {
        let message = format!(
            "{domain} has {} labels: after its own record receivers ask from seven labels on",
            domain.label_count()
        );
        examination.say(&rules::LONG_NAME, message);
    }
    let Some(policy) = discovery.policy else { return };
    let inherited = match &discovery.policy_domain {
        Some(place) if place != domain => format!(" ({} of _dmarc.{place})", policy.tag.as_str()),
        _ => String::new(),
    };
    policy_none(examination, policy, &inherited);
    let sends = matches!(examination.intent.role, Some(Role::Mail | Role::SendOnly));
    if sends && policy.policy != Policy::None && only_revoked_keys(examination) {
        let message = format!(
            "policy {} while every listed DKIM selector is revoked",
            policy.policy
        );
        examination.say(&rules::NO_DKIM, message);
    }
    if examination.intent.role == Some(Role::Mail) && policy.policy == Policy::Reject {
        let message = "p=reject: mail its users send through mailing lists can be rejected".to_owned();
        examination.say(&rules::REJECT_WITH_LISTS, message);
    }
}

/// A policy that asks for nothing. Where that is only for t=y, or for a fault of the record, this is said elsewhere of
/// the domain's own record; of one that is inherited nobody else speaks.
fn policy_none(examination: &mut Examination<'_>, policy: Effective, inherited: &str) {
    let discovery = examination.discovery.clone();
    let Some(record) = &discovery.record else { return };
    let own = !discovery.is_inherited();
    let meant = meant(&discovery, policy);
    let lowered = policy.testing && meant.is_some_and(|meant| meant != Policy::None);
    let faulty = record.application() != Application::AsWritten;
    if policy.policy != Policy::None || own && (lowered || faulty) {
        return;
    }
    let why = match lowered {
        true => ", for t=y",
        false => "",
    };
    let message = format!("receivers are asked to do nothing about forged mail{inherited}{why}");
    match record.first(TagName::P).filter(|_| own) {
        Some(p) => examination.tag(&rules::POLICY_NONE, record, p, message),
        None => examination.say(&rules::POLICY_NONE, message),
    };
}

/// DKIM is managed, and no selector of it is to be used.
fn only_revoked_keys(examination: &Examination<'_>) -> bool {
    let mut wants = examination
        .intent
        .wanted
        .iter()
        .filter_map(|wanted| match &wanted.what {
            What::Dkim(want) => Some(matches!(want, DkimWant::Revoked | DkimWant::WildcardRevoked)),
            _ => None,
        });
    match wants.next() {
        None => false,
        Some(first) => first && wants.all(|revoked| revoked),
    }
}

/// A domain that sends nothing can have everything rejected.
fn silent(examination: &mut Examination<'_>, inquiry: &mut Inquiry<'_>) {
    let domain = &examination.intent.domain.clone();
    let reply = inquiry.ask(Dns::new(domain.clone(), Kind::Txt), Need::Evidence);
    // A policy that only a fault of the record makes weak is mended with it.
    let own = examination.discovery.own_record();
    if own.is_some_and(|record| record.application() != Application::AsWritten) {
        return;
    }
    let why = match senders(&texts(reply)) {
        _ if examination.is_silent_by_role() => "by its role",
        Senders::Closed => "by its SPF record",
        _ => return,
    };
    let discovery = examination.discovery.clone();
    let Some(policy) = discovery.policy.filter(|policy| policy.policy != Policy::Reject) else {
        return;
    };
    // What only t=y makes weak is asked for as it should be: of the domain's own record that is said already.
    let asked = meant(&discovery, policy).filter(|_| policy.testing);
    let above = discovery
        .policy_domain
        .as_ref()
        .filter(|_| discovery.is_inherited());
    let fix = match (asked, above) {
        (Some(Policy::Reject), None) => return,
        (Some(Policy::Reject), Some(place)) => format!(
            "Remove t=y from the record of _dmarc.{place}, or publish a record with p=reject for this domain."
        ),
        (_, Some(place)) => format!(
            "Publish a record with p=reject for this domain, or ask for reject by {} of _dmarc.{place}.",
            policy.tag.as_str()
        ),
        (Some(_), None) => "Write p=reject, and remove t=y.".to_owned(),
        (None, None) => rules::SILENT_NOT_REJECT.fix.to_owned(),
    };
    let message = format!(
        "the domain sends no mail ({why}), and receivers are asked for {} only",
        policy.policy
    );
    examination.say(&rules::SILENT_NOT_REJECT, message).fix(fix);
}

/// The policy that the tag asks for, t=y left out.
fn meant(discovery: &Discovery, policy: Effective) -> Option<Policy> {
    let effects = discovery.record.as_ref()?.effects()?;
    Some(match policy.tag {
        TagName::Np => effects.nonexistent,
        TagName::Sp => effects.subdomain,
        _ => effects.policy,
    })
}

/// Which name counts as the organization, for whom.
fn organization(examination: &mut Examination<'_>) {
    let discovery = examination.discovery.clone();
    let domain = &examination.intent.domain.clone();
    if discovery.is_inherited()
        && let (Some(place), Some(record)) = (&discovery.policy_domain, &discovery.record)
        && record.public_suffix() == Some(true)
    {
        let message =
            format!("the policy of the public suffix {place} applies, and reports go to its operator");
        examination.say(&rules::SUFFIX_POLICY, message);
    }
    let Some(organizational) = &discovery.organizational_domain else {
        return;
    };
    if !matches!(
        discovery.outcome,
        DiscoveryOutcome::Policy | DiscoveryOutcome::Invalid
    ) {
        return;
    }
    if organizational != domain && is_registry_suffix(organizational) {
        let message =
            format!("{organizational} counts as the organization of {domain} and of all others below it");
        examination.say(&rules::SUFFIX_TAKES_OVER, message);
    } else if *organizational != discovery.legacy.organizational_domain {
        let message = format!(
            "the organizational domain is {organizational} by RFC 9989 and {} by the public suffix list",
            discovery.legacy.organizational_domain
        );
        examination.say(&rules::LISTS_DISAGREE, message);
    }
}

/// psd of the domain's own record.
fn public_suffix(examination: &mut Examination<'_>, record: &Record) {
    let domain = &examination.intent.domain.clone();
    let psd = record.first(TagName::Psd);
    match (record.public_suffix(), psd) {
        (Some(true), Some(tag)) if !is_public_suffix(domain) => {
            let message =
                format!("psd=y, but {domain} is no public suffix: names below no longer align with it");
            examination.tag(&rules::PSD_YES, record, tag, message);
        }
        (Some(true), _) => {}
        (Some(false), Some(tag)) => {
            let message = format!("psd=n: {domain} is the organizational domain of all names below it");
            examination.tag(&rules::PSD_NO, record, tag, message);
            if domain.label_count() >= 8 {
                let message = format!(
                    "{domain} has {} labels: no walk from below asks here",
                    domain.label_count()
                );
                examination.tag(&rules::PSD_NO_TOO_DEEP, record, tag, message);
            }
        }
        _ if is_registry_suffix(domain) => {
            let message = format!("{domain} is a public suffix and its record does not say psd=y");
            examination.whole(&rules::PSO_WITHOUT_PSD, record, message);
        }
        _ => {}
    }
}

/// The policies for names below an organizational domain.
fn below(examination: &mut Examination<'_>, record: &Record, inquiry: &mut Inquiry<'_>) {
    // Where receivers act as if it said p=none, sp and np say nothing either.
    if record.application() != Application::AsWritten && !record.only_misses_p() {
        return;
    }
    let Some(effects) = record.effects() else { return };
    if let Some(sp) = record.first(TagName::Sp)
        && effects.subdomain < effects.policy
    {
        let message = format!("sp={} is weaker than p={}", effects.subdomain, effects.policy);
        examination.tag(&rules::SP_WEAKER, record, sp, message);
    }
    let Some(np) = record.first(TagName::Np) else {
        if effects.nonexistent != Policy::Reject {
            let message = format!(
                "no np: for names that do not exist receivers are asked for {}",
                effects.nonexistent
            );
            examination.whole(&rules::NO_NP, record, message);
        }
        return;
    };
    if effects.nonexistent < effects.subdomain {
        let message = format!(
            "np={} is weaker than what names that exist get: {}",
            effects.nonexistent, effects.subdomain
        );
        examination.tag(&rules::NP_WEAKER, record, np, message);
    }
    if effects.nonexistent == effects.subdomain {
        return; // Which of them counts makes no difference.
    }
    let (rule, why) = match invented_names_exist(examination, inquiry) {
        Some(true) => (&rules::NP_WILDCARD, "a wildcard makes every name below exist"),
        Some(false) => (
            &rules::NP_COMPACT_DENIAL,
            "names that do not exist answer NOERROR",
        ),
        None => return,
    };
    let message = format!(
        "np={} never applies: {why}, so sp counts ({})",
        effects.nonexistent, effects.subdomain
    );
    examination.tag(rule, record, np, message);
}

/// Whether a name nobody made exists: by a wildcard (true) or by the name servers' way to deny (false); `None` when it
/// does not, or that is not known.
fn invented_names_exist(examination: &Examination<'_>, inquiry: &mut Inquiry<'_>) -> Option<bool> {
    let domain = &examination.intent.domain.clone();
    let invented = domain.prepend(UNLIKELY_LABEL).ok()?;
    match inquiry.ask(Dns::new(invented, Kind::A), Need::Evidence) {
        Reply::Open | Reply::Unanswered(_) => return None,
        Reply::Answered(Answer::NxDomain, fact) if fact.chain().is_empty() => return None,
        Reply::Answered(Answer::Records(_) | Answer::NxDomain, _) => return Some(true),
        Reply::Answered(Answer::NoData, _) => {}
    }
    let wildcard = domain.prepend("*").ok()?;
    let mut found = Some(false);
    for kind in [Kind::A, Kind::Aaaa, Kind::Mx, Kind::Txt] {
        match inquiry
            .ask(Dns::new(wildcard.clone(), kind), Need::Evidence)
            .records()
        {
            Some([]) => {}
            Some(_) => return Some(true),
            None => found = None,
        }
    }
    found
}

/// A record at a name whose organizational domain stands above.
fn own_beside_organization(examination: &mut Examination<'_>, record: &Record, inquiry: &mut Inquiry<'_>) {
    let discovery = examination.discovery.clone();
    let domain = &examination.intent.domain.clone();
    let Some(organizational) = &discovery.organizational_domain else {
        return;
    };
    for name in [TagName::Sp, TagName::Np] {
        if let Some(tag) = record.first(name) {
            let message = format!(
                "{} counts only at {organizational}, the organizational domain",
                name.as_str()
            );
            examination.tag(&rules::SUBPOLICY_IGNORED, record, tag, message);
        }
    }
    if record.public_suffix().is_none() {
        let message = format!("names below {domain} take the record of {organizational}, not this one");
        examination.whole(&rules::INTERMEDIATE, record, message);
    }
    let above = discovery.steps.iter().find(|step| step.domain == *organizational);
    let theirs = above
        .and_then(TreeStep::record)
        .and_then(|record| effective(record, TagName::Sp));
    if let (Some(own), Some(theirs)) = (discovery.policy, theirs)
        && own.policy < theirs.policy
    {
        let message = format!(
            "receivers are asked for {}; without this record it would be {} ({} of _dmarc.{organizational})",
            own.policy,
            theirs.policy,
            theirs.tag.as_str()
        );
        examination.whole(&rules::WEAKER_THAN_ABOVE, record, message);
    }
    let empty = [Kind::Mx, Kind::A, Kind::Aaaa, Kind::Txt, Kind::Ns]
        .into_iter()
        .map(|kind| inquiry.ask(Dns::new(domain.clone(), kind), Need::Evidence))
        .all(|reply| matches!(reply, Reply::Answered(Answer::NoData, fact) if fact.chain().is_empty()));
    if empty {
        let message =
            format!("nothing stands at {domain} itself: without this record the name might not exist");
        examination.whole(&rules::RECORD_MAKES_NAME, record, message);
    }
}
