//! What one answer at a selector holds: key records, near misses, and text that is neither.

use crate::judge::basis::Seen;
use crate::name::Name;
use crate::records::dkim::{self, Likeness, PublicKey, Record};
use crate::records::presentation;

/// The TXT values at a selector, told apart.
#[derive(Debug)]
pub(super) struct Selector {
    /// The key records.
    pub(super) keys: Vec<Record>,
    /// What was meant as one, and why verifiers discard it.
    pub(super) near_misses: Vec<(Vec<u8>, &'static str)>,
    /// Other text.
    pub(super) others: Vec<Vec<u8>>,
    /// The CNAME targets followed, in order.
    pub(super) chain: Vec<Name>,
    /// Whether the end of the chain does not exist.
    pub(super) nxdomain: bool,
}

impl Selector {
    /// Reads an answer.
    pub(super) fn read(seen: &Seen<'_>) -> Self {
        let mut selector = Self {
            keys: Vec::new(),
            near_misses: Vec::new(),
            others: Vec::new(),
            chain: seen.chain.to_vec(),
            nxdomain: seen.nxdomain,
        };
        for text in seen.texts() {
            match dkim::likeness(&text) {
                Likeness::Key => selector.keys.push(dkim::parse(&text)),
                Likeness::NearMiss(why) => selector.near_misses.push((text, why.as_str())),
                Likeness::Other => selector.others.push(text),
            }
        }
        selector
    }

    /// How many TXT records stand there, whatever they are.
    pub(super) fn count(&self) -> usize {
        self.keys.len() + self.near_misses.len() + self.others.len()
    }

    /// The key a verifier would use, where exactly one record stands there.
    pub(super) fn usable_key(&self) -> Option<PublicKey> {
        match self.keys.as_slice() {
            [key] if self.count() == 1 => key.usable_key(),
            _ => None,
        }
    }

    /// Whether a verifier could find a key here: something not empty stands in a `p`.
    pub(super) fn is_live(&self) -> bool {
        self.keys.iter().any(has_key)
    }

    /// What is shown as observed: the CNAMEs in the way, key records, near misses.
    pub(super) fn observed(&self) -> Vec<String> {
        let aliases = self.chain.iter().map(|target| format!("CNAME {target}"));
        let keys = self.keys.iter().map(|key| presentation(&key.text));
        let near_misses = self.near_misses.iter().map(|(text, _)| presentation(text));
        aliases.chain(keys).chain(near_misses).collect()
    }
}

/// Whether a record holds a key, well-formed or not.
pub(super) fn has_key(record: &Record) -> bool {
    record.tag("p").is_some_and(|tag| !tag.value.is_empty())
}
