//! What only several manifests show together: one DKIM key for several domains.
//!
//! A judgement knows its own domain alone, and so the controller's verdict and that of a check are the same. What the
//! manifests of one run show together is a rule of its own (DKIM-051), said by who has many intents (`check` over a
//! folder) beside the verdicts. Pure: intents in, findings out.

use std::collections::BTreeMap;

use super::{Finding, Site, Topic};
use crate::inquiry::Kind;
use crate::intent::{DkimWant, Intent, What};
use crate::name::Name;
use crate::rules;

/// One key under the names of several domains.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SharedKey {
    /// Kind, size and fingerprint.
    pub key: String,
    /// The domain and selector of each name it stands under, in order; at least two domains.
    pub at: Vec<(Name, Name)>,
}

impl SharedKey {
    /// What is to be said to the owner of `domain`; `None` when it does not have the key.
    pub fn finding(&self, domain: &Name) -> Option<Finding> {
        let (_, own) = self.at.iter().find(|(at, _)| at == domain)?;
        let others = self.at.iter().filter(|(at, _)| at != domain);
        let mut names: Vec<String> = others.map(|(_, selector)| selector.to_string()).collect();
        let more = names.len().saturating_sub(MAX_NAMES);
        names.truncate(MAX_NAMES);
        if more > 0 {
            names.push(format!("{more} more"));
        }
        let message = format!(
            "want a key of its own, found that of {}: {}",
            names.join(", "),
            self.key
        );
        let topic = Topic::new(Site::rrset(own.clone(), Kind::Txt), true);
        let mut finding = Finding::on(&rules::dkim::selector::SHARED_BY_DOMAINS, &topic, message);
        finding.about(self.key.as_str());
        Some(finding)
    }
}

/// At most this many other names stand in a message.
const MAX_NAMES: usize = 5;

/// The keys that the intents of more than one domain want, by the key's octets.
///
/// Selectors that are CNAMEs, or that may hold any key, do not count: which key stands there is the provider's choice,
/// and some providers use one for all their customers.
pub fn shared_keys<'i>(intents: impl IntoIterator<Item = &'i Intent>) -> Vec<SharedKey> {
    let mut places: BTreeMap<&[u8], SharedKey> = BTreeMap::new();
    for intent in intents {
        for wanted in &intent.wanted {
            let What::Dkim(DkimWant::Key(record)) = &wanted.what else {
                continue;
            };
            let Some(key) = &record.key else { continue };
            let shared = places.entry(&key.octets).or_insert_with(|| SharedKey {
                key: key.describe(),
                at: Vec::new(),
            });
            shared.at.push((intent.domain.clone(), wanted.name.clone()));
        }
    }
    let mut shared: Vec<SharedKey> = places.into_values().collect();
    for one in &mut shared {
        one.at.sort();
    }
    shared.retain(|one| one.at.iter().any(|(domain, _)| *domain != one.at[0].0));
    shared
}
