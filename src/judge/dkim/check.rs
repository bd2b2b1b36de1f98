//! The rules about a domain's selectors together; each by itself is for `single`, `_domainkey` for `node`.
//!
//! Whoever is managed, named or tried is asked for once; nothing at a tried one is "not known", never a finding.

use super::gather::{Selector, Selectors, selectors};
use super::{node, single};
use crate::inquiry::{Inquiry, Kind};
use crate::intent::{DkimWant, Intent};
use crate::judge::{Finding, Findings, Site, Topic};
use crate::name::Name;
use crate::records::dkim::{KeyKind, PublicKey};
use crate::rules::Severity;
use crate::rules::dkim::selector as rules;

/// What is wrong with the domain's DKIM.
pub(in crate::judge) fn check(intent: &Intent, inquiry: &mut Inquiry<'_>, findings: &mut Findings) {
    let gathered = selectors(intent, inquiry);
    nameless(intent, &gathered, findings);
    for selector in &gathered.all {
        single::check(selector, inquiry, findings);
    }
    dark(&gathered.all, findings);
    together(intent, &gathered.all, findings);
    shared(&gathered.all, findings);
    node::check(intent, &gathered.all, inquiry, findings);
}

/// Selectors that make no name.
fn nameless(intent: &Intent, gathered: &Selectors<'_>, findings: &mut Findings) {
    for (label, error) in &gathered.nameless {
        let topic = Topic::new(node_of(intent), false);
        let message = format!("want a selector, found {label:?}: {error}");
        findings.say(&rules::SELECTOR, &topic, message).about(*label);
    }
}

fn node_of(intent: &Intent) -> Site {
    let node = intent.domain.prepend("_domainkey");
    Site::rrset(node.unwrap_or_else(|_| intent.domain.clone()), Kind::Txt)
}

/// CNAMEs at whose end no key stands: normal for a standby, fatal when it is so everywhere.
fn dark(selectors: &[Selector<'_>], findings: &mut Findings) {
    let mut published = selectors.iter().filter(|selector| selector.is_published());
    let all_known = published.clone().all(|selector| selector.answer.is_some());
    let any_key = published.any(|selector| selector.usable_key().is_some());
    for selector in selectors {
        let (Some(DkimWant::Cname(target)), Some(answer)) = (selector.want(), &selector.answer) else {
            continue;
        };
        if answer.chain.first() != Some(target) || answer.usable_key().is_some() {
            continue;
        }
        // Why nothing stands there, and what is worse, was said.
        let is_lost = |said: &Finding| said.rule == &rules::TAKEOVER && *said.site.name() == selector.name;
        if findings.iter().any(is_lost) {
            continue;
        }
        let found = match (answer.is_live(), answer.keys.is_empty()) {
            (true, _) => "a record no verifier can use",
            (false, false) => "a revoked key",
            (false, true) => "no key record",
        };
        let topic = Topic::new(Site::rrset(selector.name.clone(), Kind::Cname), true);
        let message = format!("want a key at the end of the CNAME to {target}, found {found}");
        let finding = findings.say(&rules::DARK, &topic, message);
        finding.about(target.to_string());
        if !all_known || any_key {
            finding.at_most(Severity::Warning).fix(
                "Nothing while the provider keeps it as a standby and another selector of the domain signs.",
            );
        }
    }
}

/// The rules about all published selectors.
fn together(intent: &Intent, selectors: &[Selector<'_>], findings: &mut Findings) {
    let published: Vec<&Selector<'_>> = selectors
        .iter()
        .filter(|selector| selector.is_published())
        .collect();
    let topic = Topic::new(node_of(intent), true);
    let sends = intent.role.is_some_and(|role| role.sends());
    if sends && published.is_empty() && selectors.iter().any(Selector::is_managed) {
        let message = "want a published selector, found only revoked ones in the spec";
        findings.say(&rules::NO_SELECTOR, &topic, message);
    }
    let keys: Vec<&PublicKey> = published
        .iter()
        .filter_map(|selector| selector.usable_key())
        .collect();
    let all_known = published.iter().all(|selector| selector.answer.is_some());
    if all_known && !keys.is_empty() && keys.iter().all(|key| key.kind == KeyKind::Ed25519) {
        let message = format!(
            "want an RSA key besides Ed25519, found none at {} selectors",
            published.len()
        );
        findings.say(&rules::ED25519_ALONE, &topic, message);
    }
}

/// One key under several selectors of this domain.
fn shared(selectors: &[Selector<'_>], findings: &mut Findings) {
    let keys: Vec<(&Selector<'_>, &PublicKey)> = selectors
        .iter()
        .filter_map(|selector| Some((selector, selector.usable_key()?)))
        .collect();
    for (index, (selector, key)) in keys.iter().enumerate() {
        // Two aliases of one name are one key by the provider's choice, and a wildcard is said to be one.
        let alias = |selector: &Selector<'_>| -> Option<Name> {
            selector
                .answer
                .as_ref()
                .and_then(|answer| answer.chain.last().cloned())
        };
        let before = keys.iter().take(index).find(|(other, other_key)| {
            other_key.is_same_key(key)
                && (alias(other).is_none() || alias(other) != alias(selector))
                && !(other.is_of_wildcard && selector.is_of_wildcard)
        });
        if let Some((other, _)) = before {
            let site = Site::rrset(selector.name.clone(), Kind::Txt);
            let message = format!(
                "want a key of its own, found that of {}: {}",
                other.name,
                key.describe()
            );
            let topic = Topic::new(site, selector.is_managed());
            findings
                .say(&rules::SHARED_KEY, &topic, message)
                .about(key.fingerprint());
        }
    }
}
