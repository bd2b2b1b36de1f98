//! A record as a manifest would ask for it, and what of it no manifest can say.

use std::collections::BTreeSet;

use super::compare::compare;
use super::effects::Application;
use super::parse::Record;
use super::tag::TagName;
use super::{DesiredRecord, Policy};

impl Record {
    /// What the record would be written as, and, a sentence each, what of it no manifest can say.
    ///
    /// `None` when what can be said has not the same effects: the record must then be mended before it can be managed.
    pub fn as_desired(&self) -> (Option<DesiredRecord>, Vec<String>) {
        let mut lost = Vec::new();
        let Some(effects) = self.effects() else {
            lost.push(
                "p is missing or invalid and rua holds no valid URI: receivers apply no DMARC".to_owned(),
            );
            return (None, lost);
        };
        if self.is_ambiguous() {
            // p=none would be what anybody may count on, and hardly what was meant.
            let twice = self.duplicates().filter(|tag| tag.tag.counts());
            lost.extend(twice.map(|tag| {
                let name = tag.tag.as_str();
                format!(
                    "{name} stands there twice, so nobody can tell what receivers make of it: keep one first"
                )
            }));
            return (None, lost);
        }
        if self.application() == Application::AsNone {
            lost.push("p, sp or np is missing or invalid: receivers act as if it said p=none".to_owned());
        }
        for tag in &self.tags {
            let text = crate::records::presentation(self.text.get(tag.span.clone()).unwrap_or_default());
            match tag.tag {
                TagName::Pct if self.partial().is_some() && effects.policy != Policy::None => lost.push(format!(
                    "{text} differs from what any manifest can say: receivers of RFC 7489 enforce on that share only"
                )),
                TagName::Unknown | TagName::Pct | TagName::Rf | TagName::Ri => {
                    lost.push(format!(
                        "{text} has no place in a manifest: receivers of RFC 9989 ignore it"
                    ));
                }
                _ => {}
            }
        }
        let mut list = |tag: TagName| {
            let mut seen = BTreeSet::new();
            let mut uris = Vec::new();
            for uri in self.uris(tag) {
                match uri.problem {
                    Some(problem) => {
                        lost.push(format!("{}: \"{}\" {}", tag.as_str(), uri.text, problem.as_str()))
                    }
                    None if uri.scheme != "mailto" => {
                        lost.push(format!(
                            "{}: {}: only mailto: can be said",
                            tag.as_str(),
                            uri.text
                        ));
                    }
                    None => {
                        if seen.insert(uri.canonical.clone()) {
                            uris.push(uri.without_final_dot().unwrap_or_else(|| uri.text.clone()));
                        }
                    }
                }
            }
            uris
        };
        let (aggregate_reports, failure_reports) = (list(TagName::Rua), list(TagName::Ruf));
        let written = |tag| self.policy_tag(tag).policy();
        let whole = self.application() == Application::AsWritten || self.only_misses_p();
        let options: Vec<String> = effects.options.iter().map(ToString::to_string).collect();
        let default = options == ["0"];
        let desired = DesiredRecord {
            policy: effects.policy,
            subdomain_policy: written(TagName::Sp).filter(|_| whole),
            nonexistent_subdomain_policy: written(TagName::Np).filter(|_| whole),
            testing: effects.testing,
            public_suffix: effects.public_suffix,
            strict_dkim: effects.strict_dkim,
            strict_spf: effects.strict_spf,
            failure_options: if failure_reports.is_empty() || default {
                Vec::new()
            } else {
                options
            },
            aggregate_reports,
            failure_reports,
        };
        let same = compare(&desired, self, None).differences;
        if same.is_empty() {
            return (Some(desired), lost);
        }
        lost.extend(same);
        (None, lost)
    }
}
