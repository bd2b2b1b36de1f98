//! Comparing by effect: what no receiver can tell apart is the same.

use std::collections::BTreeSet;

use super::effects::{Application, Effects, PolicyTag};
use super::parse::Record;
use super::tag::TagName;
use super::{DesiredRecord, Policy, parse};
use crate::records::{Comparison, presentation};

/// Compares by effect. `organizational`: whether the owner is the organizational domain, as far as known; sp and np
/// matter only there. Where it is not known they are compared as if it were.
pub fn compare(wanted: &DesiredRecord, observed: &Record, organizational: Option<bool>) -> Comparison {
    let desired = parse(wanted.to_text().as_bytes());
    let Some(want) = desired.effects() else {
        return Comparison::equal(); // A wanted record always has a policy.
    };
    let Some(have) = observed.effects() else {
        return Comparison::from_parts(vec![not_applied(observed, want.policy)], Vec::new());
    };
    let inherited = organizational != Some(false);
    let mut differences = Vec::new();
    differences.extend(policy(observed, want.policy, have.policy));
    if inherited {
        let sp = (TagName::Sp, want.subdomain, have.subdomain);
        let np = (TagName::Np, want.nonexistent, have.nonexistent);
        for (tag, want, have) in [sp, np] {
            if want != have {
                differences.push(subdomains(observed, tag, want, have));
            }
        }
    }
    let idle = |effects: &Effects| {
        effects.policy == Policy::None
            && (!inherited || effects.subdomain == Policy::None && effects.nonexistent == Policy::None)
    };
    if want.testing != have.testing && !(idle(&want) && idle(&have)) {
        differences.push(flag(
            observed,
            TagName::T,
            yes_no(want.testing),
            yes_no(have.testing),
        ));
    }
    let psd = |said: Option<bool>| said.map_or("u", yes_no);
    let relaxed = |strict: bool| if strict { "s" } else { "r" };
    for (tag, want, have) in [
        (TagName::Psd, psd(want.public_suffix), psd(have.public_suffix)),
        (
            TagName::Adkim,
            relaxed(want.strict_dkim),
            relaxed(have.strict_dkim),
        ),
        (TagName::Aspf, relaxed(want.strict_spf), relaxed(have.strict_spf)),
    ] {
        if want != have {
            differences.push(flag(observed, tag, want, have));
        }
    }
    differences.extend(sets("rua", &want.aggregate, &have.aggregate));
    differences.extend(sets("ruf", &want.failure, &have.failure));
    if !want.failure.is_empty() && !have.failure.is_empty() && want.options != have.options {
        let list = |options: &BTreeSet<&str>| options.iter().copied().collect::<Vec<_>>().join(":");
        differences.push(flag(
            observed,
            TagName::Fo,
            &list(&want.options),
            &list(&have.options),
        ));
    }
    if let Some(percentage) = observed.partial()
        && !idle(&have)
    {
        differences.push(format!("pct: want absent, found {percentage}"));
    }
    Comparison::from_parts(differences, Vec::new())
}

fn yes_no(yes: bool) -> &'static str {
    if yes { "y" } else { "n" }
}

/// The record is there, and receivers apply no DMARC because of it.
fn not_applied(observed: &Record, want: Policy) -> String {
    let broken = [TagName::P, TagName::Sp, TagName::Np]
        .into_iter()
        .find(|tag| observed.policy_tag(*tag) == PolicyTag::Invalid);
    let (tag, found) = match broken {
        Some(tag) => (tag, format!("found {}", found(observed, tag))),
        None => (TagName::P, "absent".to_owned()),
    };
    let why = "and no usable rua: receivers apply no DMARC";
    match tag {
        TagName::P => format!("p: want {want}, {found} {why}"),
        _ => format!("{}: {found}, no policy, {why}", tag.as_str()),
    }
}

/// The difference in p, if there is one.
fn policy(observed: &Record, want: Policy, have: Policy) -> Option<String> {
    if want == have {
        return None;
    }
    if observed.application() == Application::AsWritten {
        return Some(format!("p: want {want}, found {have}"));
    }
    let written = match observed.policy_tag(TagName::P) {
        PolicyTag::Absent => "absent".to_owned(),
        PolicyTag::Invalid => format!("found {}, which is no policy", found(observed, TagName::P)),
        PolicyTag::Is(policy) => match observed.duplicates().find(|tag| tag.tag.counts()) {
            Some(tag) => format!("{} stands there twice", tag.tag.as_str()),
            None => format!("found {policy}, beside an sp or np that is no policy"),
        },
    };
    Some(format!("p: want {want}, in effect {have} ({written})"))
}

/// The difference in sp or np.
fn subdomains(observed: &Record, tag: TagName, want: Policy, have: Policy) -> String {
    let name = tag.as_str();
    let whole = observed.application() == Application::AsWritten || observed.only_misses_p();
    match observed.policy_tag(tag) {
        PolicyTag::Is(_) if whole => format!("{name}: want {want}, found {have}"),
        PolicyTag::Absent => {
            let follows = match observed.policy_tag(TagName::Sp) {
                PolicyTag::Is(_) if tag == TagName::Np && whole => "sp",
                _ => "p",
            };
            format!("{name}: want {want}, in effect {have} (absent, follows {follows})")
        }
        _ => {
            let found = found(observed, tag);
            format!("{name}: want {want}, in effect {have} (found {found}; the record counts as p=none)")
        }
    }
}

/// A difference in a tag with a default.
fn flag(observed: &Record, tag: TagName, want: &str, have: &str) -> String {
    let name = tag.as_str();
    match observed.first(tag) {
        None => format!("{name}: want {want}, in effect {have} (absent)"),
        Some(one) if observed.value(one).eq_ignore_ascii_case(have.as_bytes()) => {
            format!("{name}: want {want}, found {have}")
        }
        Some(_) => format!(
            "{name}: want {want}, in effect {have} (found {})",
            found(observed, tag)
        ),
    }
}

/// The values of a tag as they stand there, in quotes.
fn found(observed: &Record, tag: TagName) -> String {
    let values: Vec<String> = observed
        .all(tag)
        .map(|one| format!("\"{}\"", presentation(observed.value(one))))
        .collect();
    values.join(" and ")
}

fn sets(name: &str, want: &BTreeSet<String>, have: &BTreeSet<String>) -> Option<String> {
    let list = |set: &BTreeSet<String>| match set.is_empty() {
        true => "absent".to_owned(),
        false => set.iter().cloned().collect::<Vec<_>>().join(","),
    };
    (want != have).then(|| format!("{name}: want {}, found {}", list(want), list(have)))
}
