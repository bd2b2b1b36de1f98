//! What the tags of the domain's own record say, and whether receivers apply it at all.

use super::Examination;
use crate::intent::What;
use crate::name::Name;
use crate::records::dmarc::{Application, Policy, PolicyTag, Record, Tag, TagName};
use crate::records::presentation;
use crate::rules::dmarc::record as rules;
use crate::rules::{Rule, Severity};

pub(super) fn check(examination: &mut Examination<'_>, record: &Record) {
    policies(examination, record, None);
    old_tags(examination, record);
    // Of a record that nobody applies, why is all there is to say.
    if record.application() != Application::Not {
        values(examination, record);
        testing(examination, record);
        strict_spf(examination, record);
    }
}

/// Another name's record decides as well, when it is inherited.
pub(super) fn inherited(examination: &mut Examination<'_>) {
    let discovery = examination.discovery.clone();
    if discovery.is_inherited()
        && let (Some(record), Some(place)) = (&discovery.record, &discovery.policy_domain)
    {
        policies(examination, record, Some(place));
    }
}

/// The strongest policy the record asks for where it counts: sp and np do so at an organizational domain only.
fn strongest(examination: &Examination<'_>, record: &Record) -> Policy {
    let Some(effects) = record.effects() else {
        return Policy::None;
    };
    match examination.discovery.is_organizational() {
        true => effects.policy.max(effects.subdomain).max(effects.nonexistent),
        false => effects.policy,
    }
}

/// pct, rf, ri: gone since RFC 9989.
fn old_tags(examination: &mut Examination<'_>, record: &Record) {
    for tag in record.tags.iter().filter(|tag| !tag.duplicate) {
        let shown = presentation(record.text.get(tag.span.clone()).unwrap_or_default());
        match tag.tag {
            TagName::Rf | TagName::Ri => {
                let message = format!("{shown}: gone since RFC 9989, ignored");
                examination.tag(&rules::OLD_TAGS, record, tag, message);
            }
            TagName::Pct => {
                let in_use = strongest(examination, record) != Policy::None;
                let (severity, effect) = match record.partial().filter(|_| in_use) {
                    Some(0) => (
                        Severity::Warning,
                        "receivers of RFC 7489 apply the next weaker policy to all mail, those of RFC 9989 this one"
                            .to_owned(),
                    ),
                    Some(part) => (
                        Severity::Warning,
                        format!("receivers of RFC 7489 enforce on {part} %, those of RFC 9989 on all mail"),
                    ),
                    None => (Severity::Info, "gone since RFC 9989, without effect".to_owned()),
                };
                let message = format!("{shown}: {effect}");
                examination
                    .tag(&rules::PCT, record, tag, message)
                    .at_most(severity);
            }
            _ => {}
        }
    }
}

/// p, sp and np, as far as they decide whether the record applies at all.
fn policies(examination: &mut Examination<'_>, record: &Record, above: Option<&Name>) {
    let own = above.is_none();
    let place = match above {
        Some(domain) => format!(" in the inherited record of _dmarc.{domain}"),
        None => String::new(),
    };
    let effect = match record.application() {
        Application::AsWritten => "",
        Application::AsNone => "receivers act as if it said p=none",
        Application::Not => "as rua holds no valid URI either, receivers apply no DMARC at all",
    };
    for (tag, rule) in [
        (TagName::P, &rules::POLICY_INVALID),
        (TagName::Sp, &rules::SUBPOLICY_INVALID),
        (TagName::Np, &rules::SUBPOLICY_INVALID),
    ] {
        let no_policy = |one: &&Tag| Policy::parse(record.value(one)).is_none();
        // Of several of one name the first is enough: that there are several is said too.
        let Some(one) = record.all(tag).find(no_policy) else {
            continue;
        };
        let (name, value) = (tag.as_str(), presentation(record.value(one)));
        let message = format!("{name} is \"{value}\", which is no policy{place}: {effect}");
        let fix = policy_fix(record, one);
        examination.tag(rule, record, one, message).fix(fix);
    }
    if record.policy_tag(TagName::P) == PolicyTag::Absent {
        // With a valid rua it is as weak as p=none, which is no error.
        let severity = match record.application() {
            Application::Not => Severity::Error,
            _ => Severity::Warning,
        };
        let message = format!("p is missing{place}: {effect}");
        // A tag of another name that holds a policy: `policy=reject`.
        let misnamed = record.tags.iter().find_map(|tag| {
            let policy = Policy::parse(record.value(tag)).filter(|_| tag.tag == TagName::Unknown)?;
            let name = presentation(record.text.get(tag.name.clone())?);
            Some((name, policy))
        });
        let finding = examination.whole(&rules::NO_POLICY, record, message);
        finding.at_most(severity).label("no p");
        if let Some((name, policy)) = misnamed {
            finding.fix(format!("Write p={policy} instead of {name}={policy}."));
        }
    } else if let Some(p) = record.first(TagName::P)
        && own
        && record.application() == Application::AsWritten
        && record.tags.get(1) != Some(p)
    {
        let message = "p does not stand right after v=DMARC1";
        examination.tag(&rules::POLICY_NOT_SECOND, record, p, message);
    }
}

/// What to write instead of a value that is no policy.
fn policy_fix(record: &Record, tag: &Tag) -> String {
    let name = tag.tag.as_str();
    let value = record.value(tag).to_ascii_lowercase();
    if value.is_empty() && tag.tag != TagName::P {
        return format!("Remove the empty {name}=, or write none, quarantine or reject after it.");
    }
    let letters: Vec<u8> = value.iter().copied().filter(u8::is_ascii_alphabetic).collect();
    let policies = [Policy::None, Policy::Quarantine, Policy::Reject];
    let near = policies.into_iter().find(|policy| {
        let word = policy.as_str().as_bytes();
        letters.len() >= 3 && (letters.get(..3) == word.get(..3) || letters.ends_with(word))
    });
    match near {
        Some(policy) => format!("Write {name}={policy}."),
        None => format!("Write {name}=none, {name}=quarantine or {name}=reject."),
    }
}

/// Values that receivers replace by the default.
fn values(examination: &mut Examination<'_>, record: &Record) {
    let known: [(TagName, &'static Rule, &[&str]); 4] = [
        (TagName::T, &rules::TESTING_INVALID, &["y", "n"]),
        (TagName::Adkim, &rules::ALIGNMENT_INVALID, &["r", "s"]),
        (TagName::Aspf, &rules::ALIGNMENT_INVALID, &["r", "s"]),
        (TagName::Psd, &rules::PSD_INVALID, &["y", "n", "u"]),
    ];
    for (tag, rule, allowed) in known {
        let valid = |one: &&Tag| {
            let value = record.value(one);
            let same = |allowed: &&str| value.eq_ignore_ascii_case(allowed.as_bytes());
            !allowed.iter().any(same)
        };
        let Some(one) = record.all(tag).find(valid) else {
            continue;
        };
        let (name, value) = (tag.as_str(), presentation(record.value(one)));
        let choice = allowed.join(" or ");
        let message = format!("{name} is \"{value}\", want {choice}: the default counts");
        let first = value.chars().next().map(|first| first.to_ascii_lowercase());
        let meant = allowed.iter().find(|allowed| allowed.chars().next() == first);
        let fix = match meant {
            Some(meant) => format!("Write {name}={meant}, or remove the tag."),
            None if value.is_empty() => format!("Remove the empty {name}=, or write {choice} after it."),
            None => format!("Write {choice} after {name}=, or remove the tag."),
        };
        examination.tag(rule, record, one, message).fix(fix);
    }
}

/// t=y; only advice where the manifest asks for it.
fn testing(examination: &mut Examination<'_>, record: &Record) {
    let Some(effects) = record.effects().filter(|effects| effects.testing) else {
        return;
    };
    let (rule, message) = match (effects.policy, strongest(examination, record)) {
        (_, Policy::None) => return,
        (Policy::Reject, _) | (_, Policy::Reject) => {
            (&rules::TESTING, "t=y: what should be rejected is quarantined")
        }
        _ => (
            &rules::TESTING_QUARANTINE,
            "t=y: what should be quarantined is delivered",
        ),
    };
    let asked = examination.wanted().is_some_and(|wanted| wanted.testing);
    let Some(tag) = record.first(TagName::T) else {
        return;
    };
    let severity = if asked { Severity::Info } else { Severity::Warning };
    examination.tag(rule, record, tag, message).at_most(severity);
}

/// aspf=s, where bounces and names below cannot align.
fn strict_spf(examination: &mut Examination<'_>, record: &Record) {
    let strict = record.effects().is_some_and(|effects| effects.strict_spf);
    let Some(tag) = record.first(TagName::Aspf).filter(|_| strict) else {
        return;
    };
    let message = "aspf=s: SPF of mail with an empty envelope sender is about a host's name and never aligns";
    examination.tag(&rules::STRICT_BOUNCES, record, tag, message);
    let domain = &examination.intent.domain;
    let senders: Vec<String> = examination
        .intent
        .wanted
        .iter()
        .filter_map(|wanted| match &wanted.what {
            What::Spf(spf) if wanted.name != *domain && spf.to_text() != "v=spf1 -all" => Some(&wanted.name),
            _ => None,
        })
        .filter(|name| !name.as_str().starts_with(['_', '*']))
        .map(ToString::to_string)
        .collect();
    if !senders.is_empty() {
        let message = format!(
            "aspf=s: mail with {} as envelope sender does not align by SPF",
            senders.join(", ")
        );
        examination.tag(&rules::STRICT_SUBDOMAINS, record, tag, message);
    }
}
