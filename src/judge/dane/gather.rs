//! What a sender with DANE finds at each host of the MX: the one walk from a host's name to its TLSA records, whoever wants to know.

use std::collections::BTreeSet;

use crate::inquiry::{Dns, Inquiry, Kind, Need, Rdata, Reply, Security, Trouble};
use crate::intent::tlsa_name;
use crate::judge::basis::UsableAnswer;
use crate::judge::mx;
use crate::name::Name;
use crate::records::Standard;
use crate::records::dane::{Tlsa, effective};

/// What an answer is worth to a sender.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Proof {
    /// It is proven.
    Proven,
    /// It is not known whether it is: nothing was validated, or no proof could be had.
    Unknown,
    /// It is proven that it cannot be proven: the zone is not signed.
    Unsigned,
    /// Its proof is broken.
    Broken,
}

impl Proof {
    /// What a fact's security comes to.
    pub(super) fn of(security: &Security) -> Self {
        match security {
            Security::Secure => Self::Proven,
            Security::Insecure { .. } => Self::Unsigned,
            Security::Bogus(_) => Self::Broken,
            Security::Indeterminate { .. } | Security::NotAsked => Self::Unknown,
        }
    }
}

/// What stands at one name for TLSA.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsaAt {
    /// The name that was asked.
    pub name: Name,
    /// The host it is of: where senders take its records, the name they ask the server for (RFC 7672 8.1).
    pub base: Name,
    /// The records that could be read, or why none came; `None` while the question is open.
    pub records: Option<Result<BTreeSet<Tlsa>, Trouble>>,
    /// What the answer is worth.
    pub proof: Proof,
    /// The end of its alias, where it is one.
    pub alias: Option<Name>,
    /// For how many seconds more the answer may be kept; where it was had anew, for as long as the zone says.
    pub ttl: u32,
}

/// One host of the MX, as a sender with DANE sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailHost {
    /// As the MX names it.
    pub name: Name,
    /// What its addresses are worth, or its alias where that is all senders go by; `None` where there is none, or they are not
    /// known.
    pub addresses: Option<Proof>,
    /// The end of its alias, where it is one; not where it leads from a signed zone to addresses nobody can prove, for senders
    /// then stay with the host's own name (RFC 7672 2.2.2).
    pub alias: Option<Name>,
    /// Where TLSA was looked for, in order: at the end of the alias first.
    pub places: Vec<TlsaAt>,
    /// Every question that all this hangs on.
    pub questions: Vec<Dns>,
}

impl TlsaAt {
    /// Whether senders look no further, as far as is known: there are records, and nothing speaks against their proof.
    fn is_taken(&self) -> bool {
        let has_some = matches!(&self.records, Some(Ok(records)) if !records.is_empty());
        has_some && self.proof <= Proof::Unknown
    }
}

impl MailHost {
    /// The first place with records, as a sender takes it: those that nobody can prove only where there are no others.
    pub fn found(&self) -> Option<(&TlsaAt, &BTreeSet<Tlsa>)> {
        let mut all = self.places.iter().filter_map(|place| match &place.records {
            Some(Ok(records)) if !records.is_empty() => Some((place, records)),
            _ => None,
        });
        let taken = all.clone().find(|(place, _)| place.is_taken());
        taken.or_else(|| all.next())
    }

    /// The places at which something stands for senders to take, or may: the one with the records they take, else all.
    pub fn meant(&self) -> impl Iterator<Item = &TlsaAt> {
        let found = self.found().map(|(place, _)| &place.name);
        let is_it = move |place: &&TlsaAt| found.is_none_or(|name| *name == place.name);
        self.places.iter().filter(is_it)
    }

    /// The name senders ask the server for: that of the place whose records they take, else the host's own.
    pub fn base(&self) -> &Name {
        let found = self.found().filter(|_| !self.effective().is_empty());
        found.map_or(&self.name, |(place, _)| &place.base)
    }

    /// Whether it is known that no record stands at any of its places.
    pub fn has_none(&self) -> bool {
        let none = |place: &TlsaAt| matches!(&place.records, Some(Ok(records)) if records.is_empty());
        self.places.iter().all(none)
    }

    /// What the worse of addresses and records is worth.
    pub fn proof(&self) -> Proof {
        let records = self.found().map_or(Proof::Unknown, |(place, _)| place.proof);
        self.addresses.unwrap_or(Proof::Unknown).max(records)
    }

    /// The records a sender checks the host by: of those that are used, where nothing is known against their proof.
    pub fn effective(&self) -> BTreeSet<Tlsa> {
        match self.found() {
            Some((_, records)) if self.proof() <= Proof::Unknown => effective(records),
            _ => BTreeSet::new(),
        }
    }
}

/// The hosts of a domain's MX.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailHosts {
    /// The hosts whose names are sound, in the order of the MX.
    pub hosts: Vec<MailHost>,
    /// What the MX itself is worth.
    pub mx: Proof,
    /// Whether all hosts were looked at.
    pub whole: bool,
    /// How many there are beyond those that are looked at.
    pub beyond: usize,
}

/// What senders find at the hosts of the domain's MX.
pub fn gather(domain: &Name, need: Need, inquiry: &mut Inquiry<'_>) -> MailHosts {
    // The MX and its hosts are that room's questions.
    inquiry.on_behalf_of(Standard::Mx);
    let scene = mx::gather(domain, inquiry);
    inquiry.on_behalf_of(Standard::Dane);
    let security = inquiry
        .fact(&Dns::new(domain.clone(), Kind::Mx))
        .map(|fact| Proof::of(&fact.security));
    let sound = scene.hosts.iter().filter(|host| host.fault.is_none());
    let hosts: Vec<MailHost> = sound.map(|host| walk(host, need, inquiry)).collect();
    MailHosts {
        beyond: scene.beyond.len(),
        whole: scene.exchanges.is_some() && hosts.len() == scene.count(),
        hosts,
        mx: security.unwrap_or(Proof::Unknown),
    }
}

/// The walk from one host to where its records stand (RFC 7671 7, RFC 7672 2.2.2, 2.2.3): at the end of its alias first where all
/// of that is proven, then at its own name; there alone where the alias leads out of what is signed.
fn walk(host: &mx::ExchangeHost, need: Need, inquiry: &mut Inquiry<'_>) -> MailHost {
    let name = host.name.clone();
    let mut questions = [Kind::A, Kind::Aaaa]
        .map(|kind| Dns::new(name.clone(), kind))
        .to_vec();
    let mut alias = host.found().find_map(|found| found.alias.clone());
    let worth = |(kind, found): (Kind, &Option<mx::HostAddresses>)| {
        found.as_ref().filter(|one| !one.addresses.is_empty())?;
        let fact = inquiry.fact(&Dns::new(name.clone(), kind))?;
        Some(Proof::of(&fact.security))
    };
    let kinds = [(Kind::A, &host.v4), (Kind::Aaaa, &host.v6)];
    let mut addresses = kinds.into_iter().filter_map(worth).max();
    if alias.is_some() && addresses == Some(Proof::Unsigned) {
        let of_alias = Dns::new(name.clone(), Kind::Cname);
        questions.push(of_alias.clone());
        if is_proven(of_alias, need, inquiry) {
            (alias, addresses) = (None, Some(Proof::Proven));
        }
    }
    let mut places = Vec::new();
    for base in alias.iter().chain(std::iter::once(&name)) {
        let Some(place) = ask(base, need, inquiry) else {
            continue;
        };
        questions.push(Dns::new(place.name.clone(), Kind::Tlsa));
        let is_taken = place.is_taken();
        places.push(place);
        if is_taken {
            break;
        }
    }
    MailHost {
        name,
        addresses,
        alias,
        places,
        questions,
    }
}

/// Whether it is proven that a name is an alias, wherever that leads.
fn is_proven(question: Dns, need: Need, inquiry: &mut Inquiry<'_>) -> bool {
    let is_there = UsableAnswer::from_reply(inquiry.ask(question.clone(), need))
        .is_some_and(|seen| !seen.records.is_empty());
    let fact = inquiry.fact(&question);
    is_there && fact.is_some_and(|fact| Proof::of(&fact.security) == Proof::Proven)
}

/// What stands for TLSA at a host; `None` where its name leaves no room for that.
fn ask(base: &Name, need: Need, inquiry: &mut Inquiry<'_>) -> Option<TlsaAt> {
    let name = tlsa_name(base)?;
    let question = Dns::new(name.clone(), Kind::Tlsa);
    let reply = inquiry.ask(question.clone(), need);
    let records = match reply {
        Reply::Open => None,
        Reply::Unanswered(trouble) => Some(Err(trouble)),
        Reply::Answered(..) => UsableAnswer::from_reply(reply).map(|seen| Ok(tlsa(&seen))),
    };
    let fact = inquiry.fact(&question);
    Some(TlsaAt {
        name,
        base: base.clone(),
        records,
        proof: fact.map_or(Proof::Unknown, |fact| Proof::of(&fact.security)),
        alias: fact.and_then(|fact| fact.chain().last().cloned()),
        ttl: fact.map_or(0, |fact| fact.ttl()),
    })
}

/// The records of an answer, as far as they can be read.
pub(super) fn tlsa(seen: &UsableAnswer<'_>) -> BTreeSet<Tlsa> {
    let texts = seen.records.iter().filter_map(Rdata::text_only);
    texts.filter_map(|text| Tlsa::parse(text).ok()).collect()
}
