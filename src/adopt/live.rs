//! What stands in DNS for a domain nobody wrote a manifest for: the records `zegel inspect` shows and adopts.
//!
//! A walk like the judgement's: it asks through the same [`Inquiry`], so it runs beside [`crate::judge::judge`] over
//! the same facts. Where each standard's records stand, its row in the table says; selectors alone somebody has to name,
//! and they are evidence, for DKIM selectors cannot be listed by asking DNS: nothing found is "not known", never
//! missing. Pure.

use std::sync::Arc;

use super::row;
use crate::api::{RecordStatus, UnansweredStatus};
use crate::inquiry::{Answer, Dns, Fact, Inquiry, Kind, Need, Rdata, Reply, Trouble};
use crate::intent::{ListedSelector, SelectorList};
use crate::judge::dane::{self, MailHost};
use crate::judge::dkim::{self, SelectorAnswer};
use crate::name::Name;
use crate::records::{Standard, presentation};

/// What one question brought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RrsetSeen {
    /// The owner name that was asked.
    pub name: Name,
    /// The record type that was asked.
    pub kind: Kind,
    /// The answer; `None` while there is none, or none that could be used.
    fact: Option<Arc<Fact>>,
    /// Why there is no answer.
    pub trouble: Option<Trouble>,
}

impl RrsetSeen {
    /// Asks, and keeps what came; an open question is one without records yet.
    pub fn ask(name: Name, kind: Kind, need: Need, inquiry: &mut Inquiry<'_>) -> Self {
        let reply = inquiry.ask(Dns::new(name.clone(), kind), need);
        Self {
            name,
            kind,
            fact: reply.fact().cloned(),
            trouble: match reply {
                Reply::Unanswered(trouble) => Some(trouble),
                _ => None,
            },
        }
    }

    /// The records; empty when there are none.
    pub fn records(&self) -> &[Rdata] {
        let answer = self.fact.as_ref().and_then(|fact| fact.outcome.as_ref().ok());
        answer.map_or(&[], Answer::records)
    }

    /// The aliases followed from the name, in order.
    pub fn chain(&self) -> &[Name] {
        self.fact.as_ref().map_or(&[], |fact| fact.chain())
    }

    /// The joined texts of the TXT records `keep` picks.
    pub fn texts(&self, keep: impl Fn(&[u8]) -> bool) -> Vec<Vec<u8>> {
        let joined = self.records().iter().filter_map(|rdata| match rdata {
            Rdata::Txt(txt) => Some(txt.joined()),
            _ => None,
        });
        joined.filter(|text| keep(text)).collect()
    }

    /// The same as the status names records, with `observed` of it shown; `state` is `Observed`, or `Unknown` where no
    /// answer came.
    pub(super) fn status(&self, standard: Standard, mut observed: Vec<String>) -> RecordStatus {
        if let Some(target) = self.chain().first() {
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
            ttl: self.fact.as_ref().map(|fact| i64::from(fact.ttl())),
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
    /// What stands at each place of the table.
    places: Vec<(Standard, RrsetSeen)>,
    /// What stands for TLSA where senders take it for the mail hosts, where anything does.
    pub(super) tlsa: Vec<(Name, RrsetSeen)>,
    /// The selectors that were asked for, in the order asked: first those somebody named, then of those to try the ones
    /// that can be there.
    pub selectors: Vec<(Arc<str>, RrsetSeen)>,
    /// How many of them somebody named.
    named: usize,
    /// Those at which something of their own stands.
    found: Vec<FoundSelector>,
    /// What every selector gets that is not published by itself, where that is a key record or a near miss.
    wildcard: Option<Arc<SelectorAnswer>>,
}

/// A selector at which a key record, a near miss or an alias stands, and none of a wildcard or DNAME.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct FoundSelector {
    /// The selector alone.
    pub(super) label: String,
    /// `selector._domainkey.domain`.
    pub(super) name: Name,
    /// What stands there.
    pub(super) answer: Arc<SelectorAnswer>,
}

/// Looks at `domain`, at the selectors somebody named and at those merely tried.
pub fn look(domain: &Name, named: &SelectorList, tried: &SelectorList, inquiry: &mut Inquiry<'_>) -> Live {
    let mut places = Vec::new();
    for standard in Standard::ALL {
        inquiry.on_behalf_of(*standard);
        for place in row(*standard).places {
            // Where the domain is so long that nothing fits before it, nothing stands there.
            let Some(name) = place.of(domain) else { continue };
            let seen = RrsetSeen::ask(name, place.kind, place.need, inquiry);
            places.push((*standard, seen));
        }
    }
    inquiry.on_behalf_of(Standard::Dkim);
    let gathered = dkim::of_list(domain, named, tried, inquiry);
    let wildcard = gathered
        .of_any_name
        .filter(|answer| answer.meant().next().is_some());
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
    let possible = dkim::possible(domain, named, tried, inquiry);
    let mut looked_at = |listed: &[ListedSelector]| -> Vec<(Arc<str>, RrsetSeen)> {
        let seen = listed.iter().filter_map(|selector| {
            let name = selector.name.clone().ok()?;
            let seen = RrsetSeen::ask(name, Kind::Txt, Need::Evidence, inquiry);
            Some((selector.label.clone(), seen))
        });
        seen.collect()
    };
    let mut selectors = looked_at(named);
    let named = selectors.len();
    selectors.extend(looked_at(possible));
    Live {
        domain: domain.clone(),
        places,
        tlsa: at_mail_hosts(domain, inquiry),
        selectors,
        named,
        found,
        wildcard,
    }
}

/// What stands at the hosts of the domain's MX where senders take their records, by the name it is of: the end of an alias, or the
/// host's own.
fn at_mail_hosts(domain: &Name, inquiry: &mut Inquiry<'_>) -> Vec<(Name, RrsetSeen)> {
    let hosts = dane::gather(domain, Need::Evidence, inquiry).hosts;
    let mut all: Vec<(Name, RrsetSeen)> = Vec::new();
    for place in hosts.iter().flat_map(MailHost::meant) {
        // Several hosts may be aliases of one.
        if all.iter().all(|(base, _)| *base != place.base) {
            let seen = RrsetSeen::ask(place.name.clone(), Kind::Tlsa, Need::Evidence, inquiry);
            all.push((place.base.clone(), seen));
        }
    }
    all
}

impl Live {
    /// Whether everything was answered that stands where standards have their records.
    pub fn is_known(&self) -> bool {
        self.places.iter().all(|(_, seen)| seen.trouble.is_none())
    }

    /// What stands where a standard's records stand.
    pub(super) fn at(&self, standard: Standard) -> Option<&RrsetSeen> {
        let mut places = self.places.iter();
        places.find_map(|(of, seen)| (*of == standard).then_some(seen))
    }

    /// The texts there that were meant as records of a standard, by its own likeness.
    pub(super) fn meant(&self, standard: Standard, is_meant: impl Fn(&[u8]) -> bool) -> Vec<Vec<u8>> {
        let seen = self.at(standard);
        seen.map(|seen| seen.texts(is_meant)).unwrap_or_default()
    }

    /// What stands there as it is listed, of its texts those that were meant; nothing where the domain leaves no room for it.
    pub(super) fn listed(&self, standard: Standard, texts: &[Vec<u8>]) -> Vec<RecordStatus> {
        let shown = texts.iter().map(|text| presentation(text)).collect();
        let seen = self.at(standard).map(|seen| seen.status(standard, shown));
        seen.into_iter().collect()
    }

    /// Why it is not known what stands there.
    pub(super) fn trouble(&self, standard: Standard) -> Option<Trouble> {
        self.at(standard).and_then(|seen| seen.trouble)
    }

    /// The selectors somebody named, whatever stands at them.
    pub(super) fn named_selectors(&self) -> impl Iterator<Item = &RrsetSeen> {
        self.selectors.iter().take(self.named).map(|(_, seen)| seen)
    }

    /// The selectors at which it is not known what stands, and why; whether somebody named each.
    pub(super) fn unanswered_selectors(&self) -> impl Iterator<Item = (&str, &RrsetSeen, Trouble, bool)> {
        let numbered = self.selectors.iter().enumerate();
        numbered.filter_map(|(at, (label, seen))| Some((&**label, seen, seen.trouble?, at < self.named)))
    }

    /// The selectors at which something stands: a key record, a near miss or an alias.
    pub(super) fn found_selectors(&self) -> &[FoundSelector] {
        &self.found
    }

    /// What a wildcard or DNAME says of DKIM for every selector that is not published by itself.
    pub(super) fn wildcard(&self) -> Option<&SelectorAnswer> {
        self.wildcard.as_deref()
    }

    /// Whether a selector has a key that a verifier would find, one of those that were found or every one by a wildcard.
    pub(super) fn has_key(&self) -> bool {
        let found = self.found.iter().map(|found| &found.answer);
        found.chain(&self.wildcard).any(|answer| answer.is_live())
    }

    /// At how many selectors a key record, or what was meant as one, stands.
    pub fn keys(&self) -> usize {
        let keys = |found: &&FoundSelector| found.answer.meant().next().is_some();
        self.found.iter().filter(keys).count()
    }

    /// What was seen of each standard, as the status names records.
    pub fn observed(&self) -> Vec<RecordStatus> {
        let rows = Standard::ALL.iter().filter_map(|standard| row(*standard).list);
        rows.flat_map(|list| list(self)).collect()
    }
}
