//! The zone a name lies in, and the servers named for it: by the zone above (the delegation) and by the zone itself.
//!
//! Asked in such a way that nothing is spoilt: only names that exist are put to the resolver. A record that is about to
//! be published is looked for at the servers, which say themselves where a zone of its own begins (a referral); our own
//! question must not plant the absence we would then wait for (RFC 2308, RFC 8020).

use std::collections::BTreeMap;
use std::net::IpAddr;

use super::Unasked;
use crate::inquiry::{Answer, Depth, Dns, Fact, Inquiry, Kind, Need, Rdata, Referral, Reply, Trouble};
use crate::judge::dns::registrable;
use crate::judge::servers::{LeftOut, Nowhere};
use crate::name::{Name, spread};

/// So many names of servers are looked at in one zone: as many as the root has.
const MAX_NAMES: usize = 13;

/// So many addresses of theirs.
const MAX_ADDRESSES: usize = 26;

/// So many more names are remembered: no list that works is as long.
const MAX_LEFT_OUT: usize = 64;

/// An alias at a name sends us to the name above it, this often at most.
const MAX_CLIMB: usize = 4;

/// So many servers of the zone above are asked for its delegation, one after the other.
const MAX_PARENTS: usize = 3;

/// A zone and the servers named for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Zone {
    pub(super) apex: Name,
    /// By name.
    pub(super) hosts: Vec<Host>,
    /// What lies beyond the bounds.
    pub(super) left_out: LeftOut,
    /// Names that only the delegation holds; known where the zone above was asked.
    pub(super) only_above: Vec<Name>,
    /// Names that only the zone itself holds.
    pub(super) only_here: Vec<Name>,
}

/// A name server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Host {
    pub(super) name: Name,
    /// Sorted; none where its name leads nowhere.
    pub(super) addresses: Vec<IpAddr>,
    /// Why not all of its addresses are known.
    pub(super) trouble: Option<Trouble>,
    /// Where its name leads, when it is an alias (which RFC 2181 10.3 forbids).
    pub(super) alias: Option<Name>,
}

impl Zone {
    /// Every name and address, by name and address.
    pub(super) fn addresses(&self) -> impl Iterator<Item = (&Name, IpAddr)> {
        let of = |host: &'_ Host| host.addresses.clone();
        self.hosts
            .iter()
            .flat_map(move |host| of(host).into_iter().map(move |address| (&host.name, address)))
    }

    /// The names that lead to no address.
    pub(super) fn nowhere(&self) -> impl Iterator<Item = Nowhere> {
        let hosts = self.hosts.iter().filter(|host| host.addresses.is_empty());
        hosts.map(|host| Nowhere {
            name: host.name.clone(),
            trouble: host.trouble,
        })
    }
}

/// The zone `domain` lies in, with its servers; not while something is open, nor where it cannot be found or is a
/// registry's, which has no word in a domain that does not exist.
pub(super) fn of(domain: &Name, inquiry: &mut Inquiry<'_>) -> Result<Zone, Unasked> {
    let question = Dns::new(domain.clone(), Kind::Soa);
    if let Reply::Unanswered(trouble) = inquiry.ask(question.clone(), Need::Detail) {
        return unresolved(domain, trouble, inquiry).ok_or(Unasked::Unfound);
    }
    let Some(apex) = above(domain, inquiry) else {
        let soa = inquiry.fact(&question).and_then(|fact| fact.source.soa.as_ref());
        return Err(match soa.is_some_and(|soa| soa.owner.is_root()) {
            true => Unasked::Registrys,
            false => Unasked::Unfound,
        });
    };
    let gone = inquiry
        .fact(&question)
        .is_some_and(|fact| fact.outcome == Ok(Answer::NxDomain));
    let is_registrys = apex.label_count() < 2 || (gone && registrable(domain).is_strictly_below(&apex));
    match is_registrys {
        true => Err(Unasked::Registrys),
        false => gather(apex, None, inquiry).ok_or(Unasked::Unfound),
    }
}

/// The resolver has no answer, as where every server is lame: the delegation tells whom it asked.
fn unresolved(domain: &Name, trouble: Trouble, inquiry: &mut Inquiry<'_>) -> Option<Zone> {
    if matches!(trouble, Trouble::Limit | Trouble::Network) {
        return None;
    }
    let registrable = registrable(domain);
    for cut in told_cuts(domain, &registrable, inquiry)
        .into_iter()
        .chain([registrable])
    {
        let referral = delegation(&cut, true, inquiry);
        if inquiry.has_open() {
            return None;
        }
        if let Some(referral) = referral {
            return gather(referral.owner.clone(), Some(referral), inquiry);
        }
    }
    None
}

/// Where a zone of its own begins below `top`, as an answer tells that does not count: its start of authority, and the zone
/// whose keys were looked at last. Nothing of it is proven; the zone above is asked whether it is so.
fn told_cuts(domain: &Name, top: &Name, inquiry: &Inquiry<'_>) -> Vec<Name> {
    let Some(fact) = inquiry.fact(&Dns::new(domain.clone(), Kind::Soa)) else {
        return Vec::new();
    };
    let soa = fact.source.soa.iter().map(|soa| soa.owner.clone());
    let trust = fact.source.trust.iter().flat_map(|trust| &trust.zones);
    let mut cuts: Vec<Name> = soa.chain(trust.map(|zone| zone.name.clone())).collect();
    cuts.retain(|cut| domain.is_at_or_below(cut) && cut.is_strictly_below(top));
    cuts.sort_by_key(|cut| std::cmp::Reverse(cut.label_count()));
    cuts.dedup();
    cuts
}

/// The apex of the zone that holds `name`, as the resolver's SOA tells (RFC 2308 2); only for names that exist.
pub(super) fn above(name: &Name, inquiry: &mut Inquiry<'_>) -> Option<Name> {
    let mut at = name.clone();
    for _ in 0..MAX_CLIMB {
        let question = Dns::new(at.clone(), Kind::Soa);
        let fact = inquiry.ask(question, Need::Detail).fact()?;
        if fact.chain().is_empty() {
            let soa = fact.source.soa.as_ref()?;
            let fits = name.is_at_or_below(&soa.owner) && !soa.owner.is_root();
            return fits.then(|| soa.owner.clone());
        }
        // What an alias' SOA says, it says of another zone.
        at = at.parent()?;
    }
    None
}

/// The zone of this apex with its servers; `referral` is what is known already of its delegation.
pub(super) fn gather(apex: Name, referral: Option<Referral>, inquiry: &mut Inquiry<'_>) -> Option<Zone> {
    let reply = inquiry.ask(Dns::new(apex.clone(), Kind::Ns), Need::Detail);
    let is_open = matches!(reply, Reply::Open);
    let here = names(reply);
    let referral = match referral {
        Some(referral) => Some(referral),
        None if inquiry.depth() < Depth::Serials => None,
        None => {
            let spoken = has_spoken(&apex, &here, inquiry);
            delegation(&apex, spoken, inquiry).filter(|referral| referral.owner == apex)
        }
    };
    let there: Vec<Name> = referral
        .iter()
        .flat_map(|referral| referral.servers.clone())
        .collect();
    let mut all: Vec<Name> = here.iter().chain(&there).cloned().collect();
    all.sort();
    all.dedup();
    if is_open || all.is_empty() {
        return None;
    }
    let only = |these: &[Name], those: &[Name]| -> Vec<Name> {
        let both_known = !here.is_empty() && !there.is_empty();
        let only = these.iter().filter(|name| both_known && !those.contains(name));
        only.cloned().collect()
    };
    let (only_above, only_here) = (only(&there, &here), only(&here, &there));
    let beyond = all.split_off(all.len().min(MAX_NAMES));
    let mut left_out = LeftOut {
        names: beyond.into_iter().take(MAX_LEFT_OUT).collect(),
        addresses: 0,
    };
    let mut hosts = Vec::new();
    let mut count = 0;
    for name in all {
        let mut host = host(name, inquiry);
        if host.addresses.is_empty() && host.name.is_at_or_below(&apex) {
            let glue = referral.iter().flat_map(|referral| &referral.glue);
            let own = glue.filter(|(of, _)| *of == host.name);
            host.addresses = own.map(|(_, address)| *address).collect();
        }
        let room = MAX_ADDRESSES - count;
        let beyond = host.addresses.len().saturating_sub(room);
        host.addresses.truncate(room);
        count += host.addresses.len();
        match host.addresses.is_empty() && beyond > 0 {
            true => left_out.names.push(host.name),
            false => {
                left_out.addresses += beyond;
                hosts.push(host);
            }
        }
    }
    left_out.names.sort();
    Some(Zone {
        apex,
        hosts,
        left_out,
        only_above,
        only_here,
    })
}

/// The names of an NS answer, sorted.
fn names(reply: Reply<'_>) -> Vec<Name> {
    let servers = reply.records().unwrap_or_default().iter();
    let mut names: Vec<Name> = servers
        .filter_map(|record| match record {
            Rdata::Ns(server) => Some(server.clone()),
            _ => None,
        })
        .collect();
    names.sort();
    names.dedup();
    names
}

fn host(name: Name, inquiry: &mut Inquiry<'_>) -> Host {
    let mut addresses = Vec::new();
    let (mut alias, mut trouble) = (None, None);
    for kind in [Kind::A, Kind::Aaaa] {
        let reply = inquiry.ask(Dns::new(name.clone(), kind), Need::Detail);
        let found = reply.records().unwrap_or_default().iter();
        addresses.extend(found.filter_map(Rdata::address));
        if let Reply::Unanswered(why) = reply {
            trouble = trouble.or(Some(why));
        }
        let chain = reply.fact().map(|fact| fact.chain()).unwrap_or_default();
        alias = alias.or_else(|| chain.first().cloned());
    }
    addresses.sort();
    addresses.dedup();
    Host {
        name,
        addresses,
        trouble,
        alias,
    }
}

/// Whether one of the zone's own servers was heard in this pass: where none was, no more strangers are tried in vain.
fn has_spoken(apex: &Name, hosts: &[Name], inquiry: &Inquiry<'_>) -> bool {
    let addresses = hosts.iter().flat_map(|host| {
        let of_kind = |kind| inquiry.fact(&Dns::new(host.clone(), kind));
        let facts = [Kind::A, Kind::Aaaa].into_iter().filter_map(of_kind);
        facts
            .filter_map(|fact| fact.outcome.as_ref().ok())
            .flat_map(|answer| answer.records().iter().filter_map(Rdata::address))
    });
    let heard = |address: IpAddr| {
        let question = Dns::new(apex.clone(), Kind::Soa).at(address);
        inquiry
            .fact(&question)
            .is_some_and(|fact| fact.source.direct.is_some())
    };
    addresses.into_iter().any(heard)
}

/// What the zone above says of `child`: one of its servers is asked, the next where that one does not answer and `on`.
fn delegation(child: &Name, on: bool, inquiry: &mut Inquiry<'_>) -> Option<Referral> {
    let parent = child.parent().filter(|parent| !parent.is_root())?;
    let zone = above(&parent, inquiry)?;
    let mut servers = names(inquiry.ask(Dns::new(zone, Kind::Ns), Need::Detail));
    if servers.is_empty() {
        return None;
    }
    // A registry's servers share the work.
    let first = usize::try_from(spread(child.as_str()) >> 33).unwrap_or(0) % servers.len();
    servers.rotate_left(first);
    for server in servers.into_iter().take(MAX_PARENTS) {
        let mut address = None;
        for kind in [Kind::A, Kind::Aaaa] {
            if address.is_none() {
                let reply = inquiry.ask(Dns::new(server.clone(), kind), Need::Detail);
                if matches!(reply, Reply::Open) {
                    return None;
                }
                address = reply
                    .records()
                    .unwrap_or_default()
                    .iter()
                    .find_map(Rdata::address);
            }
        }
        let Some(address) = address else { continue };
        let question = Dns::new(child.clone(), Kind::Ns).at(address);
        match inquiry.ask(question.clone(), Need::Detail) {
            Reply::Open | Reply::Unanswered(Trouble::Limit) => return None,
            // An answer instead of a referral: it serves the child too, and the child has spoken. That is all there is to
            // know its servers by where the resolver has nothing.
            reply @ Reply::Answered(..) => {
                return on
                    .then(|| served_too(child, names(reply), address, inquiry))
                    .flatten();
            }
            Reply::Unanswered(_) => {}
        }
        let referral = inquiry.fact(&question).and_then(|fact| referral(fact));
        if let Some(referral) = referral.filter(|referral| child.is_at_or_below(&referral.owner)) {
            return Some(referral.clone()).filter(|referral| referral.owner.is_strictly_below(&parent));
        }
        if !on {
            return None;
        }
    }
    None
}

/// The delegation of `child` by the word of a server of the zone above, at `address`, that serves the child too.
fn served_too(
    child: &Name,
    servers: Vec<Name>,
    address: IpAddr,
    inquiry: &mut Inquiry<'_>,
) -> Option<Referral> {
    let mut glue = Vec::new();
    for server in servers.iter().filter(|server| server.is_at_or_below(child)) {
        for kind in [Kind::A, Kind::Aaaa] {
            let reply = inquiry.ask(Dns::new(server.clone(), kind).at(address), Need::Detail);
            let found = reply.records().unwrap_or_default().iter();
            glue.extend(
                found
                    .filter_map(Rdata::address)
                    .map(|found| (server.clone(), found)),
            );
        }
    }
    (!servers.is_empty()).then(|| Referral {
        owner: child.clone(),
        servers,
        glue,
    })
}

/// Where an authority sends us instead of answering.
pub(super) fn referral(fact: &Fact) -> Option<&Referral> {
    fact.source.direct.as_ref()?.referral.as_ref()
}

/// Zones met in one run, each gathered once.
#[derive(Debug, Default)]
pub(super) struct Zones(BTreeMap<Name, Option<Zone>>);

impl Zones {
    /// The zone of this apex.
    pub(super) fn at(
        &mut self,
        apex: &Name,
        referral: Option<&Referral>,
        inquiry: &mut Inquiry<'_>,
    ) -> Option<&Zone> {
        let gathered = self
            .0
            .entry(apex.clone())
            .or_insert_with(|| gather(apex.clone(), referral.cloned(), inquiry));
        gathered.as_ref()
    }

    /// Takes in one that was gathered elsewhere.
    pub(super) fn insert(&mut self, zone: Zone) {
        self.0.insert(zone.apex.clone(), Some(zone));
    }

    /// All that could be gathered.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Zone> {
        self.0.values().flatten()
    }
}
