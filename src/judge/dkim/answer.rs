//! What one answer at a selector holds: key records, near misses, and text that is neither. Read once an answer.

use std::sync::Arc;

use crate::inquiry::{Dns, Inquiry, Kind, Need};
use crate::judge::basis::UsableAnswer;
use crate::name::Name;
use crate::records::dkim::{self, Likeness, NearMiss, PublicKey, Record};
use crate::records::presentation;

/// The TXT values at a selector, told apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SelectorAnswer {
    /// The key records.
    pub(crate) keys: Vec<Record>,
    /// What was meant as one, and why verifiers discard it.
    pub(crate) near_misses: Vec<(Vec<u8>, NearMiss)>,
    /// Other text.
    pub(crate) others: Vec<Vec<u8>>,
    /// The CNAME targets followed, in order.
    pub(crate) chain: Vec<Name>,
    /// Whether the end of the chain does not exist.
    pub(crate) nxdomain: bool,
    /// The remaining TTL in seconds.
    pub(crate) ttl: u32,
}

/// Asks for the TXT records at `name` and reads them; `None` without a usable answer. What was read stays with the answer,
/// whoever asks for it.
pub(crate) fn gather<'f>(
    name: &Name,
    need: Need,
    inquiry: &mut Inquiry<'f>,
) -> Option<&'f Arc<SelectorAnswer>> {
    let reply = inquiry.ask(Dns::new(name.clone(), Kind::Txt), need);
    let seen = UsableAnswer::from_reply(reply)?;
    Some(seen.fact.once(|_| Arc::new(SelectorAnswer::read(&seen))))
}

impl SelectorAnswer {
    /// Reads an answer.
    fn read(seen: &UsableAnswer<'_>) -> Self {
        let mut answer = Self {
            keys: Vec::new(),
            near_misses: Vec::new(),
            others: Vec::new(),
            chain: seen.chain.to_vec(),
            nxdomain: seen.nxdomain,
            ttl: seen.fact.ttl(),
        };
        for text in seen.shared_texts().iter() {
            match dkim::likeness(text) {
                Likeness::Key => answer.keys.push(dkim::parse(text)),
                Likeness::NearMiss(why) => answer.near_misses.push((text.clone(), why)),
                Likeness::Other => answer.others.push(text.clone()),
            }
        }
        // It is kept beside the answer, and mostly there is one key.
        answer.keys.shrink_to_fit();
        answer
    }

    /// How many TXT records stand there, whatever they are.
    pub(crate) fn count(&self) -> usize {
        self.keys.len() + self.near_misses.len() + self.others.len()
    }

    /// Whether anything stands there: a record, or an alias.
    pub(crate) fn exists(&self) -> bool {
        self.count() > 0 || !self.chain.is_empty()
    }

    /// The key records and what was meant as one, in that order.
    pub(crate) fn meant(&self) -> impl Iterator<Item = &[u8]> {
        let keys = self.keys.iter().map(|key| key.text.as_slice());
        keys.chain(self.near_misses.iter().map(|(text, _)| text.as_slice()))
    }

    /// The key a verifier would use, where exactly one record stands there.
    pub(super) fn usable_key(&self) -> Option<&PublicKey> {
        match self.keys.as_slice() {
            [key] if self.count() == 1 => key.usable_key(),
            _ => None,
        }
    }

    /// Whether a verifier could find a key here: something not empty stands in a `p`.
    pub(crate) fn is_live(&self) -> bool {
        self.keys.iter().any(has_key)
    }

    /// What is shown as observed: the CNAMEs in the way, key records, near misses.
    pub(crate) fn observed(&self) -> Vec<String> {
        let aliases = self.chain.iter().map(|target| format!("CNAME {target}"));
        aliases.chain(self.meant().map(presentation)).collect()
    }

    /// The one key that the TXT records make when they are put together, where it was spread over several of them as
    /// if they were the strings of one record.
    pub(super) fn spread_key(&self) -> Option<PublicKey> {
        let [key] = self.keys.as_slice() else { return None };
        let spare = self.near_misses.iter().map(|(text, _)| text).chain(&self.others);
        let mut spare: Vec<&Vec<u8>> = spare.collect();
        if spare.is_empty() || key.usable_key().is_some() {
            return None;
        }
        let joined = |spare: &[&Vec<u8>]| {
            let rest = spare.iter().flat_map(|text| text.iter().copied());
            let whole: Vec<u8> = key.text.iter().copied().chain(rest).collect();
            dkim::parse(&whole).usable_key().cloned()
        };
        joined(&spare).or_else(|| {
            spare.reverse();
            joined(&spare)
        })
    }
}

/// Whether a record holds a key, well-formed or not.
pub(super) fn has_key(record: &Record) -> bool {
    record.tag("p").is_some_and(|tag| !tag.value.is_empty())
}
