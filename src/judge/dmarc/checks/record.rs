//! The text of the domain's own record.

use super::Case;
use crate::intent::What;
use crate::judge::dmarc::walk::Found;
use crate::records::dmarc::{
    Application, Likeness, Policy, PolicyTag, Record, Tag, TagName, VersionFault, likeness, near_miss, parse,
};
use crate::records::presentation;
use crate::records::tags::PartKind;
use crate::rules::Severity;
use crate::rules::dmarc::record as rules;

/// A record longer than this is cut by some older programs, in octets.
const LONG: usize = 450;

pub(super) fn check(case: &mut Case<'_>) {
    let discovery = case.discovery;
    if let Some(step) = discovery.own() {
        near_misses(case, &step.texts);
        if let Found::Several(count) = step.found {
            let message = format!("want one DMARC record, found {count}: receivers discard all of them");
            let finding = case.finding(&rules::SEVERAL_RECORDS, message);
            case.say(finding);
        }
        for text in step.texts.iter().filter(|text| likeness(text) == Likeness::Dmarc) {
            let record = parse(text);
            syntax(case, &record);
            unknown_tags(case, &record);
            policies(case, &record);
            values(case, &record);
            testing(case, &record);
            strict_spf(case, &record);
        }
    }
    // Another name's record decides as well, when it is inherited.
    if discovery.is_inherited()
        && let Some(record) = &discovery.record
    {
        policies(case, record);
    }
}

fn near_misses(case: &mut Case<'_>, texts: &[Vec<u8>]) {
    for text in texts {
        let Some(miss) = near_miss(text) else { continue };
        let rule = match miss.fault {
            VersionFault::Before => &rules::BEFORE_VERSION,
            VersionFault::Separator => &rules::SEPARATOR,
            VersionFault::Version => &rules::VERSION,
        };
        let shown = match miss.fault {
            VersionFault::Before => {
                let before = presentation(text.get(miss.span.clone()).unwrap_or_default());
                format!(": found {before:?}")
            }
            _ => String::new(),
        };
        let message = format!(
            "receivers do not take this for a DMARC record: {}{shown}",
            miss.why
        );
        let finding = case.finding(rule, message).marking(text, miss.span, miss.why);
        case.say(finding);
    }
}

/// What is no tag, and what stands there twice.
fn syntax(case: &mut Case<'_>, record: &Record) {
    for part in &record.parts {
        let why = match &part.kind {
            PartKind::Malformed => "has no =",
            PartKind::Empty => "holds nothing",
            PartKind::Trailing => continue,
            PartKind::Tag { name, value } => {
                let (name, value) = (&record.text[name.clone()], &record.text[value.clone()]);
                let printing = value.iter().all(|octet| matches!(octet, 0x20..=0x7e));
                match (name.iter().all(u8::is_ascii_alphabetic), printing) {
                    _ if name.is_empty() => "has no name",
                    (false, _) => "has a name with other characters than letters",
                    (_, false) => "has a value with octets that do not print",
                    _ if value.is_empty() => "has no value",
                    _ => continue,
                }
            }
        };
        // Of a part that holds nothing, the semicolon before it is marked.
        let mark = match part.span.is_empty() {
            true => part.span.start.saturating_sub(1)..part.span.start.max(1),
            false => part.span.clone(),
        };
        let shown = presentation(record.text.get(part.span.clone()).unwrap_or_default());
        let message = format!("\"{shown}\" between two semicolons {why}");
        let finding = case
            .finding(&rules::SYNTAX, message)
            .marking(&record.text, mark, why);
        case.say(finding);
    }
    for tag in record.tags.iter().filter(|tag| tag.duplicate) {
        let name = presentation(record.text.get(tag.name.clone()).unwrap_or_default());
        let message =
            format!("{name} stands there twice: which one counts is not defined; the weakest is shown");
        let finding =
            case.finding(&rules::DUPLICATE_TAG, message)
                .marking(&record.text, tag.span.clone(), "again");
        case.say(finding);
    }
    if record.text.len() > LONG {
        let message = format!("the record has {} octets", record.text.len());
        case.whole(&rules::LONG, record, message);
    }
}

fn unknown_tags(case: &mut Case<'_>, record: &Record) {
    for tag in &record.tags {
        let shown = presentation(record.text.get(tag.span.clone()).unwrap_or_default());
        match tag.tag {
            TagName::Unknown => {
                case.tag(
                    &rules::UNKNOWN_TAG,
                    record,
                    tag,
                    format!("{shown}: no such tag, ignored"),
                );
            }
            TagName::Rf | TagName::Ri => {
                case.tag(
                    &rules::OLD_TAGS,
                    record,
                    tag,
                    format!("{shown}: gone since RFC 9989, ignored"),
                );
            }
            TagName::Pct => {
                let (severity, effect) = match record.partial() {
                    Some(part) => (
                        Severity::Warning,
                        format!("receivers of RFC 7489 enforce on {part} %, those of RFC 9989 on all mail"),
                    ),
                    None => (Severity::Info, "gone since RFC 9989, without effect".to_owned()),
                };
                let finding = case
                    .finding(&rules::PCT, format!("{shown}: {effect}"))
                    .milder(severity)
                    .marking(&record.text, tag.span.clone(), "");
                case.say(finding);
            }
            _ => {}
        }
    }
}

/// p, sp and np, as far as they decide whether the record applies at all.
fn policies(case: &mut Case<'_>, record: &Record) {
    let own = !case.discovery.is_inherited();
    let place = match &case.discovery.policy_domain {
        Some(domain) if !own => format!(" in the inherited record of _dmarc.{domain}"),
        _ => String::new(),
    };
    let effect = match record.application() {
        Application::AsWritten => "",
        Application::AsNone => "receivers act as if it said p=none",
        Application::Not => "and rua holds no valid URI: receivers apply no DMARC at all",
    };
    let invalid = |case: &mut Case<'_>, rule, tag: TagName| {
        for one in record
            .all(tag)
            .filter(|one| Policy::parse(record.value(one)).is_none())
        {
            let (name, value) = (tag.as_str(), presentation(record.value(one)));
            let message = format!("{name} is \"{value}\", which is no policy{place}: {effect}");
            case.tag(rule, record, one, message);
        }
    };
    invalid(case, &rules::POLICY_INVALID, TagName::P);
    invalid(case, &rules::SUBPOLICY_INVALID, TagName::Sp);
    invalid(case, &rules::SUBPOLICY_INVALID, TagName::Np);
    if record.policy_tag(TagName::P) == PolicyTag::Absent {
        // With a valid rua it is as weak as p=none, which is no error.
        let severity = match record.application() {
            Application::Not => Severity::Error,
            _ => Severity::Warning,
        };
        let finding = case
            .finding(&rules::NO_POLICY, format!("p is missing{place}: {effect}"))
            .milder(severity)
            .marking(&record.text, 0..record.text.len(), "no p");
        case.say(finding);
    } else if let Some(p) = record.first(TagName::P)
        && own
        && record.tags.get(1) != Some(p)
    {
        case.tag(
            &rules::POLICY_NOT_SECOND,
            record,
            p,
            "p does not stand right after v=DMARC1",
        );
    }
}

/// Values that receivers replace by the default.
fn values(case: &mut Case<'_>, record: &Record) {
    let known: [(TagName, &'static crate::rules::Rule, &[&str]); 4] = [
        (TagName::T, &rules::TESTING_INVALID, &["y", "n"]),
        (TagName::Adkim, &rules::ALIGNMENT_INVALID, &["r", "s"]),
        (TagName::Aspf, &rules::ALIGNMENT_INVALID, &["r", "s"]),
        (TagName::Psd, &rules::PSD_INVALID, &["y", "n", "u"]),
    ];
    for (tag, rule, allowed) in known {
        let valid = |one: &Tag| {
            let value = record.value(one);
            allowed
                .iter()
                .any(|allowed| value.eq_ignore_ascii_case(allowed.as_bytes()))
        };
        for one in record.all(tag).filter(|one| !valid(one)) {
            let value = presentation(record.value(one));
            let message = format!(
                "{} is \"{value}\", want {}: the default counts",
                tag.as_str(),
                allowed.join(" or ")
            );
            case.tag(rule, record, one, message);
        }
    }
}

/// t=y; only advice where the manifest asks for it.
fn testing(case: &mut Case<'_>, record: &Record) {
    let Some(effects) = record.effects().filter(|effects| effects.testing) else {
        return;
    };
    let strongest = effects.policy.max(effects.subdomain).max(effects.nonexistent);
    let (rule, message) = match (effects.policy, strongest) {
        (_, Policy::None) => return,
        (Policy::Reject, _) | (_, Policy::Reject) => (
            &rules::TESTING,
            "t=y: what should be rejected is quarantined".to_owned(),
        ),
        _ => (
            &rules::TESTING_QUARANTINE,
            "t=y: what should be quarantined is delivered".to_owned(),
        ),
    };
    let asked = case.wanted().is_some_and(|wanted| wanted.testing);
    let Some(tag) = record.first(TagName::T) else {
        return;
    };
    let severity = if asked { Severity::Info } else { Severity::Warning };
    let finding = case
        .finding(rule, message)
        .milder(severity)
        .marking(&record.text, tag.span.clone(), "");
    case.say(finding);
}

/// aspf=s, where bounces and names below cannot align.
fn strict_spf(case: &mut Case<'_>, record: &Record) {
    let strict = record.effects().is_some_and(|effects| effects.strict_spf);
    let Some(tag) = record.first(TagName::Aspf).filter(|_| strict) else {
        return;
    };
    case.tag(
        &rules::STRICT_BOUNCES,
        record,
        tag,
        "aspf=s: SPF of mail with an empty envelope sender is about a host's name and never aligns",
    );
    let domain = &case.intent.domain;
    let senders: Vec<String> = case
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
        case.tag(&rules::STRICT_SUBDOMAINS, record, tag, message);
    }
}
