//! The policy that applies, and where it comes from.

use super::Case;
use crate::inquiry::{Inquiry, Kind, Need, Question, Reply};
use crate::intent::{DkimWant, Role, What};
use crate::judge::dmarc::discovery::{Outcome, effective};
use crate::judge::dmarc::legacy::{is_public_suffix, is_registry_suffix};
use crate::judge::dmarc::walk::{Found, Step, texts};
use crate::judge::dns;
use crate::records::dmarc::{Policy, Record, TagName};
use crate::rules::dmarc::tree as rules;

/// The label asked to see what a name that nobody made answers.
const UNLIKELY_LABEL: &str = "zegel-no-such-name";

pub(super) fn check(case: &mut Case<'_>, inquiry: &mut Inquiry<'_>) {
    applies(case);
    takeover(case, inquiry);
    silent(case, inquiry);
    organization(case);
    if let Some(record) = case.discovery.own_record() {
        public_suffix(case, record);
        match &case.discovery.organizational_domain {
            Some(organizational) if *organizational == case.intent.domain => below(case, record, inquiry),
            Some(_) => own_beside_organization(case, record, inquiry),
            None => {}
        }
    }
}

/// An alias into a domain nobody has: whoever registers it writes this domain's policy.
fn takeover(case: &mut Case<'_>, inquiry: &mut Inquiry<'_>) {
    let own = case
        .discovery
        .own()
        .filter(|step| matches!(step.found, Found::Nothing));
    let Some(end) = own.and_then(|step| step.chain.last()) else {
        return;
    };
    if let Some(gone) = dns::gone(end, inquiry) {
        let message = format!(
            "the CNAME leads to {end}, but {gone} does not exist: whoever registers it writes the policy and reads the \
             reports"
        );
        let finding = case.finding(&rules::TAKEOVER, message);
        case.say(finding);
    }
}

/// Whether a policy applies, and whether it asks for anything.
fn applies(case: &mut Case<'_>) {
    let discovery = case.discovery;
    let domain = &case.intent.domain;
    if let Some(step) = discovery.own()
        && let Some(end) = step.chain.last()
        && !matches!(step.found, Found::Record(_) | Found::Unanswered(_))
    {
        let count = if let Found::Several(count) = step.found {
            count
        } else {
            0
        };
        let message = format!("the CNAME leads to {end}, where {count} DMARC records stand: want one");
        let finding = case.finding(&rules::ALIAS_END, message);
        case.say(finding);
    }
    if discovery.outcome == Outcome::None {
        let message = format!(
            "no DMARC record at {} or at any name above that applies to it",
            case.name
        );
        let finding = case.finding(&rules::NO_RECORD, message);
        case.say(finding);
    }
    if domain.label_count() > 8 && discovery.own_record().is_none() {
        let message = format!(
            "{domain} has {} labels: after its own record receivers ask from seven labels on",
            domain.label_count()
        );
        let finding = case.finding(&rules::LONG_NAME, message);
        case.say(finding);
    }
    let Some(policy) = discovery.policy else { return };
    let inherited = match &discovery.policy_domain {
        Some(place) if place != domain => format!(" ({} of _dmarc.{place})", policy.tag.as_str()),
        _ => String::new(),
    };
    if policy.policy == Policy::None && !policy.testing {
        let message = format!("receivers are asked to do nothing about forged mail{inherited}");
        let mut finding = case.finding(&rules::POLICY_NONE, message);
        if let (Some(record), true) = (&discovery.record, inherited.is_empty())
            && let Some(p) = record.first(TagName::P)
        {
            finding = finding.marking(&record.text, p.span.clone(), "");
        }
        case.say(finding);
    }
    let sends = matches!(case.intent.role, Some(Role::Mail | Role::SendOnly));
    if sends && policy.policy != Policy::None && only_revoked_keys(case) {
        let message = format!(
            "policy {} while every listed DKIM selector is revoked",
            policy.policy
        );
        let finding = case.finding(&rules::NO_DKIM, message);
        case.say(finding);
    }
    if case.intent.role == Some(Role::Mail) && policy.policy == Policy::Reject {
        let message = "p=reject: mail its users send through mailing lists can be rejected".to_owned();
        let finding = case.finding(&rules::REJECT_WITH_LISTS, message);
        case.say(finding);
    }
}

/// DKIM is managed, and no selector of it is to be used.
fn only_revoked_keys(case: &Case<'_>) -> bool {
    let mut wants = case.intent.wanted.iter().filter_map(|wanted| match &wanted.what {
        What::Dkim(want) => Some(matches!(want, DkimWant::Revoked | DkimWant::WildcardRevoked)),
        _ => None,
    });
    match wants.next() {
        None => false,
        Some(first) => first && wants.all(|revoked| revoked),
    }
}

/// A domain that sends nothing can have everything rejected.
fn silent(case: &mut Case<'_>, inquiry: &mut Inquiry<'_>) {
    let domain = &case.intent.domain;
    let reply = inquiry.ask(Question::new(domain.clone(), Kind::Txt), Need::Evidence);
    let spf: Vec<Vec<u8>> = texts(reply)
        .into_iter()
        .filter(|text| text.to_ascii_lowercase().starts_with(b"v=spf1"))
        .collect();
    let nobody = |text: &Vec<u8>| {
        let words: Vec<&[u8]> = text
            .split(|octet| *octet == b' ')
            .filter(|word| !word.is_empty())
            .collect();
        matches!(words.as_slice(), [_, all] if all.eq_ignore_ascii_case(b"-all"))
    };
    let why = match spf.as_slice() {
        _ if case.is_silent_by_role() => "by its role",
        [one] if nobody(one) => "by its SPF record",
        _ => return,
    };
    let Some(policy) = case
        .discovery
        .policy
        .filter(|policy| policy.policy != Policy::Reject)
    else {
        return;
    };
    let message = format!(
        "the domain sends no mail ({why}), and receivers are asked for {} only",
        policy.policy
    );
    let finding = case.finding(&rules::SILENT_NOT_REJECT, message);
    case.say(finding);
}

/// Which name counts as the organization, for whom.
fn organization(case: &mut Case<'_>) {
    let discovery = case.discovery;
    let domain = &case.intent.domain;
    if discovery.is_inherited()
        && let (Some(place), Some(record)) = (&discovery.policy_domain, &discovery.record)
        && record.public_suffix() == Some(true)
    {
        let message =
            format!("the policy of the public suffix {place} applies, and reports go to its operator");
        let finding = case.finding(&rules::SUFFIX_POLICY, message);
        case.say(finding);
    }
    let Some(organizational) = &discovery.organizational_domain else {
        return;
    };
    if !matches!(discovery.outcome, Outcome::Policy | Outcome::Invalid) {
        return;
    }
    if organizational != domain && is_registry_suffix(organizational) {
        let message =
            format!("{organizational} counts as the organization of {domain} and of all others below it");
        let finding = case.finding(&rules::SUFFIX_TAKES_OVER, message);
        case.say(finding);
    } else if *organizational != discovery.legacy.organizational_domain {
        let message = format!(
            "the organizational domain is {organizational} by RFC 9989 and {} by the public suffix list",
            discovery.legacy.organizational_domain
        );
        let finding = case.finding(&rules::LISTS_DISAGREE, message);
        case.say(finding);
    }
}

/// psd of the domain's own record.
fn public_suffix(case: &mut Case<'_>, record: &Record) {
    let domain = &case.intent.domain;
    let psd = record.first(TagName::Psd);
    match (record.public_suffix(), psd) {
        (Some(true), Some(tag)) if !is_public_suffix(domain) => {
            let message =
                format!("psd=y, but {domain} is no public suffix: names below no longer align with it");
            case.tag(&rules::PSD_YES, record, tag, message);
        }
        (Some(true), _) => {}
        (Some(false), Some(tag)) => {
            let message = format!("psd=n: {domain} is the organizational domain of all names below it");
            case.tag(&rules::PSD_NO, record, tag, message);
            if domain.label_count() >= 8 {
                let message = format!(
                    "{domain} has {} labels: no walk from below asks here",
                    domain.label_count()
                );
                case.tag(&rules::PSD_NO_TOO_DEEP, record, tag, message);
            }
        }
        _ if is_registry_suffix(domain) => {
            let message = format!("{domain} is a public suffix and its record does not say psd=y");
            case.whole(&rules::PSO_WITHOUT_PSD, record, message);
        }
        _ => {}
    }
}

/// The policies for names below an organizational domain.
fn below(case: &mut Case<'_>, record: &Record, inquiry: &mut Inquiry<'_>) {
    let Some(effects) = record.effects() else { return };
    if let Some(sp) = record.first(TagName::Sp)
        && effects.subdomain < effects.policy
    {
        let message = format!("sp={} is weaker than p={}", effects.subdomain, effects.policy);
        case.tag(&rules::SP_WEAKER, record, sp, message);
    }
    let Some(np) = record.first(TagName::Np) else {
        if effects.nonexistent != Policy::Reject {
            let message = format!(
                "no np: for names that do not exist receivers are asked for {}",
                effects.nonexistent
            );
            case.whole(&rules::NO_NP, record, message);
        }
        return;
    };
    if effects.nonexistent < effects.subdomain {
        let message = format!(
            "np={} is weaker than what names that exist get: {}",
            effects.nonexistent, effects.subdomain
        );
        case.tag(&rules::NP_WEAKER, record, np, message);
    }
    if effects.nonexistent == effects.subdomain {
        return; // Which of them counts makes no difference.
    }
    let (rule, why) = match invented_names_exist(case, inquiry) {
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
    case.tag(rule, record, np, message);
}

/// Whether a name nobody made exists: by a wildcard (true) or by the name servers' way to deny (false); `None` when it
/// does not, or that is not known.
fn invented_names_exist(case: &Case<'_>, inquiry: &mut Inquiry<'_>) -> Option<bool> {
    let domain = &case.intent.domain;
    let invented = domain.prepend(UNLIKELY_LABEL).ok()?;
    match inquiry.ask(Question::new(invented, Kind::A), Need::Evidence) {
        Reply::Open | Reply::Unanswered(_) => return None,
        Reply::NxDomain(fact) if fact.chain.is_empty() => return None,
        Reply::Records(..) | Reply::NxDomain(_) => return Some(true),
        Reply::NoData(_) => {}
    }
    let wildcard = domain.prepend("*").ok()?;
    let mut found = Some(false);
    for kind in [Kind::A, Kind::Aaaa, Kind::Mx, Kind::Txt] {
        match inquiry
            .ask(Question::new(wildcard.clone(), kind), Need::Evidence)
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
fn own_beside_organization(case: &mut Case<'_>, record: &Record, inquiry: &mut Inquiry<'_>) {
    let discovery = case.discovery;
    let domain = &case.intent.domain;
    let Some(organizational) = &discovery.organizational_domain else {
        return;
    };
    for name in [TagName::Sp, TagName::Np] {
        if let Some(tag) = record.first(name) {
            let message = format!(
                "{} counts only at {organizational}, the organizational domain",
                name.as_str()
            );
            case.tag(&rules::SUBPOLICY_IGNORED, record, tag, message);
        }
    }
    if record.public_suffix().is_none() {
        let message = format!("names below {domain} take the record of {organizational}, not this one");
        case.whole(&rules::INTERMEDIATE, record, message);
    }
    let above = discovery.steps.iter().find(|step| step.domain == *organizational);
    let theirs = above
        .and_then(Step::record)
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
        case.whole(&rules::WEAKER_THAN_ABOVE, record, message);
    }
    let empty = [Kind::Mx, Kind::A, Kind::Aaaa, Kind::Txt, Kind::Ns]
        .into_iter()
        .map(|kind| inquiry.ask(Question::new(domain.clone(), kind), Need::Evidence))
        .all(|reply| matches!(reply, Reply::NoData(fact) if fact.chain.is_empty()));
    if empty {
        let message =
            format!("nothing stands at {domain} itself: without this record the name might not exist");
        case.whole(&rules::RECORD_MAKES_NAME, record, message);
    }
}
