//! What stands in DNS for a domain nobody wrote a manifest for: the records `zegel inspect` shows and adopts.
//!
//! A walk like the judgement's: it asks through the same [`Inquiry`], so it runs beside [`crate::judge::judge`] over
//! the same facts. The apex's TXT and MX and `_dmarc`'s TXT are essential; selectors are evidence, for DKIM selectors
//! cannot be listed by asking DNS: nothing found is "not known", never missing. Pure.

use std::sync::Arc;

use crate::api::{RecordStatus, UnansweredStatus};
use crate::inquiry::{Inquiry, Kind, Need, Question, Rdata, Reply, Trouble};
use crate::judge::dkim::{self, SelectorAnswer};
use crate::name::Name;
use crate::records::{self, Standard, presentation};

/// What one question brought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RrsetSeen {
    /// The owner name that was asked.
    pub name: Name,
    /// The record type that was asked.
    pub kind: Kind,
    /// The records; empty when there are none.
    pub records: Vec<Rdata>,
    /// The aliases followed from the name, in order.
    pub chain: Vec<Name>,
    /// The remaining TTL in seconds; `None` when not answered.
    pub ttl: Option<u32>,
    /// Why there is no answer.
    pub trouble: Option<Trouble>,
}

impl RrsetSeen {
    /// Asks, and keeps what came; an open question is one without records yet.
    pub fn ask(name: Name, kind: Kind, need: Need, inquiry: &mut Inquiry<'_>) -> Self {
        let reply = inquiry.ask(Question::new(name.clone(), kind), need);
        Self {
            name,
            kind,
            records: reply.records().unwrap_or_default().to_vec(),
            chain: reply.fact().map(|fact| fact.chain().to_vec()).unwrap_or_default(),
            ttl: reply.fact().map(|fact| fact.ttl()),
            trouble: match reply {
                Reply::Unanswered(trouble) => Some(trouble),
                _ => None,
            },
        }
    }

    /// The joined texts of the TXT records `keep` picks.
    pub fn texts(&self, keep: impl Fn(&[u8]) -> bool) -> Vec<Vec<u8>> {
        let joined = self.records.iter().filter_map(|rdata| match rdata {
            Rdata::Txt(txt) => Some(txt.joined()),
            _ => None,
        });
        joined.filter(|text| keep(text)).collect()
    }

    fn status(&self, standard: Standard, mut observed: Vec<String>) -> RecordStatus {
        if let Some(target) = self.chain.first() {
            observed.insert(0, format!("CNAME {target}"));
        }
        RecordStatus {
            name: self.name.to_string(),
            type_: self.kind.to_string(),
            standard: standard.to_string(),
            state: if self.trouble.is_some() {
                "Unknown"
            } else {
                "Observed"
            }
            .to_owned(),
            observed,
            ttl: self.ttl.map(i64::from),
            unanswered: self.trouble.map(|trouble| UnansweredStatus {
                reason: trouble.reason().to_owned(),
                since: None,
            }),
            ..RecordStatus::default()
        }
    }
}

/// What stands in DNS for one domain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Live {
    /// The domain.
    pub domain: Name,
    /// The apex's TXT.
    pub apex: RrsetSeen,
    /// The apex's MX.
    pub mx: RrsetSeen,
    /// `_dmarc`'s TXT.
    pub dmarc: RrsetSeen,
    /// The selectors that were asked for, in the order asked.
    pub selectors: Vec<(String, RrsetSeen)>,
    /// Those at which something of their own stands.
    found: Vec<FoundSelector>,
}

/// A selector at which a key record, a near miss or an alias stands, and none of a wildcard or DNAME.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct FoundSelector {
    /// The selector alone.
    pub(super) label: String,
    /// `selector._domainkey.domain`.
    name: Name,
    /// What stands there.
    pub(super) answer: Arc<SelectorAnswer>,
}

/// Looks at `domain`, at the selectors somebody named and at those merely tried.
pub fn look(domain: &Name, named: &[String], tried: &[String], inquiry: &mut Inquiry<'_>) -> Live {
    inquiry.on_behalf_of(Standard::Spf);
    let apex = RrsetSeen::ask(domain.clone(), Kind::Txt, Need::Essential, inquiry);
    inquiry.on_behalf_of(Standard::Mx);
    let mx = RrsetSeen::ask(domain.clone(), Kind::Mx, Need::Essential, inquiry);
    inquiry.on_behalf_of(Standard::Dmarc);
    // A domain so long that nothing fits before it has no record there; the apex stands in, and holds no DMARC.
    let at = domain.prepend("_dmarc").unwrap_or_else(|_| domain.clone());
    let dmarc = RrsetSeen::ask(at, Kind::Txt, Need::Essential, inquiry);
    inquiry.on_behalf_of(Standard::Dkim);
    let gathered = dkim::of_list(domain, named, tried, inquiry);
    let found = gathered.all.into_iter().filter_map(|selector| {
        let answer = selector.answer.filter(|answer| {
            let something = answer.meant().next().is_some() || !answer.chain.is_empty();
            something && !selector.is_of_wildcard
        })?;
        Some(FoundSelector {
            label: selector.label?.to_owned(),
            name: selector.name,
            answer,
        })
    });
    let found = found.collect();
    let looked_at = named.iter().chain(tried).filter_map(|label| {
        let name = domain.prepend(&format!("{label}._domainkey")).ok()?;
        let seen = RrsetSeen::ask(name, Kind::Txt, Need::Evidence, inquiry);
        Some((label.clone(), seen))
    });
    let selectors = looked_at.collect();
    Live {
        domain: domain.clone(),
        apex,
        mx,
        dmarc,
        selectors,
        found,
    }
}

impl Live {
    /// The SPF records and near misses at the apex.
    pub fn spf_texts(&self) -> Vec<Vec<u8>> {
        self.apex
            .texts(|text| records::spf::likeness(text) != records::spf::Likeness::Other)
    }

    /// The DMARC records and near misses at `_dmarc`.
    pub fn dmarc_texts(&self) -> Vec<Vec<u8>> {
        self.dmarc
            .texts(|text| records::dmarc::likeness(text) != records::dmarc::Likeness::Other)
    }

    /// The selectors at which something stands: a key record, a near miss or an alias.
    pub(super) fn found_selectors(&self) -> &[FoundSelector] {
        &self.found
    }

    /// At how many selectors a key record, or what was meant as one, stands.
    pub fn keys(&self) -> usize {
        let keys = |found: &&FoundSelector| found.answer.meant().next().is_some();
        self.found.iter().filter(keys).count()
    }

    /// What was seen, as the status names records; `state` is `Observed`, or `Unknown` where no answer came.
    pub fn observed(&self) -> Vec<RecordStatus> {
        let shown = |texts: Vec<Vec<u8>>| texts.iter().map(|text| presentation(text)).collect::<Vec<_>>();
        let mut out = vec![
            self.apex.status(Standard::Spf, shown(self.spf_texts())),
            self.dmarc.status(Standard::Dmarc, shown(self.dmarc_texts())),
        ];
        out.extend(self.found.iter().map(FoundSelector::status));
        out.push(self.mx.status(Standard::Mx, self.exchanges()));
        out
    }

    /// The MX records in the order they are tried.
    fn exchanges(&self) -> Vec<String> {
        let mut exchanges: Vec<(u16, &Name)> = self
            .mx
            .records
            .iter()
            .filter_map(|rdata| match rdata {
                Rdata::Mx { preference, exchange } => Some((*preference, exchange)),
                _ => None,
            })
            .collect();
        exchanges.sort();
        exchanges
            .into_iter()
            .map(|(preference, exchange)| format!("{preference} {exchange}"))
            .collect()
    }

    /// Whether the only MX is the null MX (RFC 7505).
    pub fn has_null_mx(&self) -> bool {
        matches!(self.mx.records.as_slice(), [Rdata::Mx { exchange, .. }] if exchange.is_root())
    }
}

impl FoundSelector {
    fn status(&self) -> RecordStatus {
        RecordStatus {
            name: self.name.to_string(),
            type_: Kind::Txt.to_string(),
            standard: Standard::Dkim.to_string(),
            state: "Observed".to_owned(),
            observed: self.answer.observed(),
            ttl: Some(i64::from(self.answer.ttl)),
            ..RecordStatus::default()
        }
    }
}
