//! A grant, made certain: for which namespaces, and about which domains. Pure.
//!
//! `*.voorbeeld.nl` stands for every domain below `voorbeeld.nl`, at any depth, and not for `voorbeeld.nl` itself: so
//! does a wildcard in DNS (RFC 4592), in a hostname of Gateway API, and so whoever wrote it expects. `*` alone stands
//! for all.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use super::SpecError;
use crate::api::form::{MAX_LABEL, is_label, is_label_key, is_label_value};
use crate::api::{LabelOperator, LabelRequirement, MailDomainGrantSpec, NamespaceSelector, Permission};
use crate::name::mail;

/// The labels of a namespace.
pub type Labels = BTreeMap<String, String>;

/// Which namespaces may claim which domains.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Grant {
    names: BTreeSet<String>,
    selector: Option<NamespaceSelector>,
    domains: HashSet<String>,
    /// Every domain below one of these.
    below: HashSet<String>,
    /// Every domain there is.
    all: bool,
}

impl Grant {
    /// Makes a spec certain.
    ///
    /// # Errors
    /// All that is wrong with it, in the order of its fields.
    pub fn from_spec(spec: &MailDomainGrantSpec) -> Result<Self, Vec<SpecError>> {
        let mut errors = Vec::new();
        let mut grant = Self {
            selector: spec.namespaces.selector.clone(),
            ..Self::default()
        };
        for (number, name) in spec.namespaces.names.iter().enumerate() {
            if !is_label(name) {
                let message = format!(
                    "{name:?} is no namespace's name: lower case letters, digits and inner hyphens, at most {MAX_LABEL} \
                     characters; to mean several at once, label them and use selector"
                );
                errors.push(SpecError::new(
                    format!("spec.namespaces.names[{number}]"),
                    message,
                ));
            }
            grant.names.insert(name.clone());
        }
        if let Some(selector) = &spec.namespaces.selector {
            errors.extend(wrong_labels(selector));
        } else if spec.namespaces.names.is_empty() {
            let message =
                "namespaces needs names, a selector, or both: a grant for no namespace grants nothing";
            errors.push(SpecError::new("spec.namespaces", message));
        }
        for (number, text) in spec.domains.iter().enumerate() {
            match Pattern::read(text) {
                Ok(Pattern::All) => grant.all = true,
                Ok(Pattern::Below(domain)) => {
                    grant.below.insert(domain);
                }
                Ok(Pattern::One(domain)) => {
                    grant.domains.insert(domain);
                }
                Err(message) => errors.push(SpecError::new(format!("spec.domains[{number}]"), message)),
            }
        }
        if !spec.may.contains(&Permission::Claim) {
            errors.push(SpecError::new(
                "spec.may",
                "write [Claim]: that is what can be granted",
            ));
        }
        match errors.is_empty() {
            true => Ok(grant),
            false => Err(errors),
        }
    }

    /// Whether it is for this namespace, whose labels are these; `None` where nobody knows them.
    pub fn is_for(&self, namespace: &str, labels: Option<&Labels>) -> bool {
        let selected = |selector: &NamespaceSelector| match labels {
            Some(labels) => selects(selector, labels),
            None => is_empty(selector),
        };
        self.names.contains(namespace) || self.selector.as_ref().is_some_and(selected)
    }

    /// Whether it is about this domain: lower case, without a trailing dot.
    pub fn is_about(&self, domain: &str) -> bool {
        let mut above = domain
            .match_indices('.')
            .filter_map(|(dot, _)| domain.get(dot + 1..));
        self.all || self.domains.contains(domain) || above.any(|above| self.below.contains(above))
    }

    /// Whether it is about every domain below this one.
    pub fn is_about_all_below(&self, domain: &str) -> bool {
        self.below.contains(domain)
    }

    /// Whether the labels of namespaces must be known to say for whom it is.
    pub fn asks_for_labels(&self) -> bool {
        self.selector.as_ref().is_some_and(|selector| !is_empty(selector))
    }

    /// How many namespaces it names.
    pub fn names(&self) -> usize {
        self.names.len()
    }
}

/// Whether a selector asks for nothing, and so selects every namespace.
fn is_empty(selector: &NamespaceSelector) -> bool {
    selector.match_labels.is_empty() && selector.match_expressions.is_empty()
}

/// Whether a namespace with these labels is selected.
fn selects(selector: &NamespaceSelector, labels: &Labels) -> bool {
    let has = |(key, value): (&String, &String)| labels.get(key) == Some(value);
    let holds = |requirement: &LabelRequirement| {
        let value = labels.get(&requirement.key);
        let is_listed = value.is_some_and(|value| requirement.values.contains(value));
        match requirement.operator {
            LabelOperator::In => is_listed,
            LabelOperator::NotIn => !is_listed,
            LabelOperator::Exists => value.is_some(),
            LabelOperator::DoesNotExist => value.is_none(),
        }
    };
    selector.match_labels.iter().all(has) && selector.match_expressions.iter().all(holds)
}

/// What an entry of `domains` stands for.
enum Pattern {
    All,
    Below(String),
    One(String),
}

impl Pattern {
    /// Reads an entry; what is wrong with it and what to write instead, in a sentence.
    fn read(text: &str) -> Result<Self, String> {
        if text == "*" {
            return Ok(Self::All);
        }
        let (is_wildcard, base) = match text.strip_prefix("*.") {
            Some(base) => (true, base),
            None => (false, text),
        };
        if base.contains('*') {
            return Err(format!(
                "{text:?}: a * stands for all labels in front and so only there: *.voorbeeld.nl is every domain below \
                 voorbeeld.nl, at any depth"
            ));
        }
        let name = match mail::read(base) {
            Ok(name) => name,
            Err(why) => return Err(format!("{text:?} is no domain: {why}")),
        };
        if name.is_root() {
            return Err(format!(
                "{text:?} is no domain: *.nl is every domain below nl, and * every domain there is"
            ));
        }
        let stars = if is_wildcard { "*." } else { "" };
        let written = name.as_str().trim_end_matches('.').to_ascii_lowercase();
        if written != base {
            return Err(format!(
                "write {stars}{written}: A-labels, lower case, without a trailing dot"
            ));
        }
        // What no MailDomain can have is granted to nobody, however it is written.
        if let Some(why) = mail::nor_below(&name) {
            let what = if is_wildcard { "a domain below " } else { "" };
            return Err(format!("no MailDomain can have {what}{written}: {why}"));
        }
        match (is_wildcard, name.has_several_labels()) {
            (true, _) => Ok(Self::Below(written)),
            (false, true) => Ok(Self::One(written)),
            (false, false) => Err(format!(
                "{text:?} is one label, and no domain that could be claimed: *.{text} is every domain below it, and * \
                 every domain there is"
            )),
        }
    }
}

/// What is wrong with the labels a selector asks for: none of a namespace could ever be so.
fn wrong_labels(selector: &NamespaceSelector) -> Vec<SpecError> {
    const AT: &str = "spec.namespaces.selector";
    let mut errors = Vec::new();
    let mut say = |path: String, what: String| {
        let message = format!(
            "{what}: letters, digits, inner hyphens, dots and underscores, at most {MAX_LABEL} characters"
        );
        errors.push(SpecError::new(path, message));
    };
    for (key, value) in &selector.match_labels {
        let path = format!("{AT}.matchLabels.{key}");
        if !is_label_key(key) {
            say(path.clone(), format!("{key:?} is no label's name"));
        }
        if !is_label_value(value) {
            say(path, format!("{value:?} is no label's value"));
        }
    }
    for (number, requirement) in selector.match_expressions.iter().enumerate() {
        let path = format!("{AT}.matchExpressions[{number}]");
        if !is_label_key(&requirement.key) {
            say(
                format!("{path}.key"),
                format!("{:?} is no label's name", requirement.key),
            );
        }
        for (number, value) in requirement.values.iter().enumerate() {
            if !is_label_value(value) {
                say(
                    format!("{path}.values[{number}]"),
                    format!("{value:?} is no label's value"),
                );
            }
        }
    }
    errors
}

#[cfg(test)]
mod tests;
