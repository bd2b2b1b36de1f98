//! What only several verdicts show together: one DKIM key behind several domains.
//!
//! A verdict knows its own domain alone; whoever has many (`check` over a folder, a report over a fleet) asks here.
//! Pure: verdicts in, findings out.

use std::collections::BTreeMap;

use super::{Finding, Verdict};
use crate::inquiry::Kind;
use crate::name::Name;
use crate::records::{Standard, dkim};
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
        Some(Finding::new(&rules::dkim::SHARED_KEY, true, own.clone(), message))
    }
}

/// At most this many other names stand in a message.
const MAX_NAMES: usize = 5;

/// The usable keys that managed TXT selectors of more than one domain hold, by fingerprint.
///
/// Selectors that are CNAMEs do not count: which key stands at their end is the provider's choice, and some providers
/// use one for all their customers.
pub fn shared_keys(verdicts: &[&Verdict]) -> Vec<SharedKey> {
    let mut places: BTreeMap<Vec<u8>, SharedKey> = BTreeMap::new();
    for verdict in verdicts {
        for record in &verdict.records {
            let by_alias = record.observed.iter().any(|value| value.starts_with("CNAME "));
            if record.standard != Standard::Dkim || record.kind != Kind::Txt || by_alias {
                continue;
            }
            for value in &record.observed {
                let Some(key) = dkim::parse(value.as_bytes()).usable_key() else {
                    continue;
                };
                let shared = places.entry(key.octets.clone()).or_insert_with(|| SharedKey {
                    key: key.describe(),
                    at: Vec::new(),
                });
                let place = (verdict.domain.clone(), record.name.clone());
                if !shared.at.contains(&place) {
                    shared.at.push(place);
                }
            }
        }
    }
    let mut shared: Vec<SharedKey> = places.into_values().collect();
    for one in &mut shared {
        one.at.sort();
    }
    shared.retain(|one| one.at.iter().any(|(domain, _)| *domain != one.at[0].0));
    shared
}
