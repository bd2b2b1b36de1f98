//! The selectors of a domain that are looked at, gathered once: those the spec wants, those somebody named, and those
//! that were merely tried.
//!
//! DNS cannot list selectors, and some zones answer for every name: a wildcard (RFC 4592 2.2.1), a DNAME
//! (RFC 6672). So a selector nobody has is asked as well, the decoy, and what answers a tried selector as it answers
//! the decoy is no selector. Below a DNAME every alias is its doing, so there only what holds a key counts.
//!
//! Nothing exists below a name that does not (RFC 8020), so where `_domainkey` is denied selectors are not tried. Some
//! servers deny it although selectors stand below it: a few of the usual ones are asked all the same, as a control, and
//! where one of them is there, or one that was named, nothing is taken for impossible.

use std::sync::Arc;

use super::UNLIKELY_SELECTOR;
use super::answer::{SelectorAnswer, gather};
use crate::inquiry::{Answer, Dns, Inquiry, Kind, Need, Reply};
use crate::intent::{DkimWant, Intent, ListedSelector, SelectorList, What};
use crate::name::{Name, NameError};
use crate::records::dkim::PublicKey;

/// Why a selector is looked at.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Origin<'i> {
    /// Somebody asked for it by name.
    Named,
    /// It stands in a list of usual ones.
    Tried,
    /// The spec manages it.
    Wanted(&'i DkimWant),
}

impl Origin<'_> {
    /// What hangs on its answer.
    fn need(self) -> Need {
        match self {
            // Whether it holds a key at all is asked for, and is an Error where it does not.
            Self::Named | Self::Wanted(_) => Need::Compliance,
            Self::Tried => Need::Evidence,
        }
    }
}

/// One selector, with what its answer holds.
#[derive(Debug, Clone)]
pub(crate) struct Selector<'i> {
    /// The selector as it was named; for a managed one its owner name stands alone.
    pub(crate) label: Option<&'i str>,
    /// `selector._domainkey.domain`.
    pub(crate) name: Name,
    /// Why it is looked at.
    pub(crate) origin: Origin<'i>,
    /// What DNS answered; `None` without a usable answer.
    pub(crate) answer: Option<Arc<SelectorAnswer>>,
    /// Whether a name nobody has is answered in the same way.
    pub(crate) is_of_wildcard: bool,
}

impl Selector<'_> {
    /// What the spec wants there.
    pub(super) fn want(&self) -> Option<&DkimWant> {
        match self.origin {
            Origin::Wanted(want) => Some(want),
            Origin::Named | Origin::Tried => None,
        }
    }

    /// Whether the spec manages it.
    pub(super) fn is_managed(&self) -> bool {
        self.want().is_some()
    }

    /// Whether the spec says that it is revoked.
    pub(super) fn is_revoked(&self) -> bool {
        matches!(self.want(), Some(DkimWant::Revoked))
    }

    /// Whether the spec wants a key there, its own or a provider's.
    pub(super) fn is_published(&self) -> bool {
        self.is_managed() && !self.is_revoked()
    }

    /// Whether anything stands there: a record, or an alias.
    pub(super) fn exists(&self) -> bool {
        self.answer.as_ref().is_some_and(|answer| answer.exists())
    }

    /// The key a verifier would use.
    pub(super) fn usable_key(&self) -> Option<&PublicKey> {
        self.answer.as_ref().and_then(|answer| answer.usable_key())
    }
}

/// The selectors that are looked at, each once.
#[derive(Debug)]
pub(crate) struct Selectors<'i> {
    /// Wanted ones first, then named ones, then those tried at which something of their own stands.
    pub(crate) all: Vec<Selector<'i>>,
    /// What was named or tried and makes no name.
    pub(crate) nameless: Vec<(&'i str, NameError)>,
    /// What a selector nobody has gets, where any was named or tried; `None` without a usable answer.
    pub(crate) of_any_name: Option<Arc<SelectorAnswer>>,
}

/// Asks for every selector of the intent; what a wildcard or DNAME answers at a tried one is left out.
pub(crate) fn selectors<'i>(intent: &'i Intent, inquiry: &mut Inquiry<'_>) -> Selectors<'i> {
    let mut gathered = Selectors {
        all: Vec::new(),
        nameless: Vec::new(),
        of_any_name: None,
    };
    for wanted in &intent.wanted {
        if let What::Dkim(want) = &wanted.what
            && *want != DkimWant::WildcardRevoked
        {
            gathered.look(None, wanted.name.clone(), Origin::Wanted(want), inquiry);
        }
    }
    let unmanaged = of_list(&intent.domain, &intent.asked, &intent.probes, inquiry);
    for selector in unmanaged.all {
        if gathered.all.iter().all(|one| one.name != selector.name) {
            gathered.all.push(selector);
        }
    }
    gathered.nameless = unmanaged.nameless;
    gathered
}

/// Asks for selectors by name: those somebody named, and those merely tried.
pub(crate) fn of_list<'i>(
    domain: &Name,
    named: &'i SelectorList,
    tried: &'i SelectorList,
    inquiry: &mut Inquiry<'_>,
) -> Selectors<'i> {
    let mut gathered = Selectors {
        all: Vec::new(),
        nameless: Vec::new(),
        of_any_name: None,
    };
    if named.is_empty() && tried.is_empty() {
        return gathered;
    }
    let listed = inquiry.once(domain, Need::Evidence, |inquiry| {
        Listed::look(domain, named, tried, inquiry)
    });
    // One pass may look at two lists of one domain: what is kept is of the first.
    let listed = match listed.named == *named && listed.tried == *tried {
        true => listed,
        false => Arc::new(Listed::look(domain, named, tried, inquiry)),
    };
    let at = |origin, at: usize| match origin {
        Origin::Tried => tried.get(at),
        Origin::Named | Origin::Wanted(_) => named.get(at),
    };
    gathered.nameless = listed
        .nameless
        .iter()
        .filter_map(|(origin, place, error)| Some((&*at(*origin, *place)?.label, *error)))
        .collect();
    gathered.all = listed
        .all
        .iter()
        .filter_map(|selector| {
            Some(Selector {
                label: Some(&at(selector.origin, selector.at)?.label),
                name: selector.name.clone(),
                origin: selector.origin,
                answer: selector.answer.clone(),
                is_of_wildcard: selector.is_of_wildcard,
            })
        })
        .collect();
    gathered.of_any_name.clone_from(&listed.of_any_name);
    gathered
}

/// What the selectors of two lists came to, kept from wave to wave.
struct Listed {
    named: SelectorList,
    tried: SelectorList,
    all: Vec<Gathered>,
    nameless: Vec<(Origin<'static>, usize, NameError)>,
    of_any_name: Option<Arc<SelectorAnswer>>,
}

/// One of them.
struct Gathered {
    /// Its place in its list.
    at: usize,
    name: Name,
    /// Which list.
    origin: Origin<'static>,
    answer: Option<Arc<SelectorAnswer>>,
    is_of_wildcard: bool,
}

impl Listed {
    fn look(domain: &Name, named: &SelectorList, tried: &SelectorList, inquiry: &mut Inquiry<'_>) -> Self {
        let mut listed = Self {
            named: named.clone(),
            tried: tried.clone(),
            all: Vec::new(),
            nameless: Vec::new(),
            of_any_name: None,
        };
        let decoy = Decoy::ask(domain, inquiry);
        let tried = possible(domain, named, tried, inquiry);
        let named = named.iter().enumerate().map(|one| (one, Origin::Named));
        let tried = tried.iter().enumerate().map(|one| (one, Origin::Tried));
        for ((at, selector), origin) in named.chain(tried) {
            let name = match &selector.name {
                Ok(name) => name,
                Err(error) => {
                    listed.nameless.push((origin, at, *error));
                    continue;
                }
            };
            if listed.all.iter().any(|selector| selector.name == *name) {
                continue;
            }
            let answer = gather(name, origin.need(), inquiry).cloned();
            let is_of_wildcard = answer.as_ref().is_some_and(|answer| decoy.explains(answer));
            listed.all.push(Gathered {
                at,
                name: name.clone(),
                origin,
                answer,
                is_of_wildcard,
            });
        }
        listed.of_any_name = decoy.answer;
        listed
            .all
            .retain(|selector| selector.origin != Origin::Tried || !selector.is_of_wildcard);
        listed
    }
}

/// So many of the selectors to try are asked whatever `_domainkey` answers.
const CONTROLS: usize = 4;

/// Those of the selectors to try that can be there. Whoever tries selectors asks for these and no others.
///
/// Until `_domainkey` has answered, and where it does not exist, these are the first few alone: see [`CONTROLS`].
pub(crate) fn possible<'i>(
    domain: &Name,
    named: &SelectorList,
    tried: &'i SelectorList,
    inquiry: &mut Inquiry<'_>,
) -> &'i [ListedSelector] {
    let controls = tried.get(..CONTROLS).unwrap_or(tried);
    let Ok(node) = domain.prepend("_domainkey") else {
        return tried;
    };
    if controls.len() == tried.len() {
        return tried;
    }
    let denied = match inquiry.ask(Dns::new(node.clone(), Kind::Txt), Need::Evidence) {
        Reply::Open => true,
        Reply::Answered(Answer::NxDomain, fact) => fact.chain().is_empty(),
        Reply::Answered(..) | Reply::Unanswered(_) => false,
    };
    // Whatever is asked here is asked as a selector as well.
    let decoy = node.prepend(UNLIKELY_SELECTOR).ok();
    let mut asked = controls
        .iter()
        .chain(&**named)
        .filter_map(|selector| selector.name.as_ref().ok())
        .chain(&decoy);
    let below_denied = |name: &Name| {
        let answer = gather(name, Need::Evidence, inquiry);
        answer.is_some_and(|answer| answer.exists())
    };
    match denied && !asked.any(below_denied) {
        true => controls,
        false => tried,
    }
}

impl<'i> Selectors<'i> {
    fn look(&mut self, label: Option<&'i str>, name: Name, origin: Origin<'i>, inquiry: &mut Inquiry<'_>) {
        if self.all.iter().any(|selector| selector.name == name) {
            return;
        }
        let answer = gather(&name, origin.need(), inquiry).cloned();
        self.all.push(Selector {
            label,
            name,
            origin,
            answer,
            is_of_wildcard: false,
        });
    }
}

/// What answers at a selector nobody has.
#[derive(Debug)]
pub(super) struct Decoy {
    /// What it holds; `None` without a usable answer.
    pub(super) answer: Option<Arc<SelectorAnswer>>,
}

impl Decoy {
    /// Asks for it.
    pub(super) fn ask(domain: &Name, inquiry: &mut Inquiry<'_>) -> Self {
        let node = domain.prepend("_domainkey");
        let name = node.and_then(|node| node.prepend(UNLIKELY_SELECTOR)).ok();
        let answer = name.and_then(|name| gather(&name, Need::Evidence, inquiry));
        Self {
            answer: answer.cloned(),
        }
    }

    /// Whether this answer is what any name gets.
    fn explains(&self, answer: &SelectorAnswer) -> bool {
        let Some(decoy) = &self.answer else {
            // What any name gets is not known: only a key speaks for itself.
            return answer.meant().next().is_none();
        };
        if !decoy.exists() {
            return false;
        }
        if answer.meant().next().is_some() {
            return texts(answer) == texts(decoy);
        }
        // An alias of its own leads elsewhere, and not by a DNAME, which carries the label along.
        let by_dname = decoy
            .chain
            .first()
            .is_some_and(|target| target.label_texts().next() == Some(UNLIKELY_SELECTOR));
        by_dname || answer.chain.is_empty() || answer.chain.first() == decoy.chain.first()
    }
}

/// The texts in an order of their own: servers turn them.
fn texts(answer: &SelectorAnswer) -> Vec<&[u8]> {
    let mut texts: Vec<&[u8]> = answer
        .meant()
        .chain(answer.others.iter().map(Vec::as_slice))
        .collect();
    texts.sort_unstable();
    texts
}
