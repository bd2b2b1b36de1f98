//! The domain's mail exchanges, gathered once: the record set, and the addresses of the hosts it names.

use std::net::IpAddr;
use std::sync::Arc;

use crate::inquiry::{Dns, Inquiry, Kind, Need, Rdata};
use crate::judge::basis::UsableAnswer;
use crate::name::Name;
use crate::records::mx::{self, HostFault};

/// The addresses of at most this many hosts are asked for.
pub const MAX_HOSTS: usize = 32;

/// What a domain's MX says, and what it leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailExchanges {
    /// Preference and host, by preference; empty when there is none; `None` when that is not known.
    pub exchanges: Option<Vec<(u16, Name)>>,
    /// The hosts, each once, the null MX left out: the first [`MAX_HOSTS`].
    pub hosts: Vec<ExchangeHost>,
    /// The hosts beyond those.
    pub beyond: Vec<Name>,
}

/// One host of an MX.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExchangeHost {
    /// As the MX names it.
    pub name: Name,
    /// What is wrong with the name itself: then nothing is asked about it.
    pub fault: Option<HostFault>,
    /// Its IPv4 addresses; `None` when they are not known.
    pub v4: Option<HostAddresses>,
    /// Its IPv6 addresses; `None` when they are not known.
    pub v6: Option<HostAddresses>,
}

/// What one type of address brought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostAddresses {
    /// The addresses; empty when there is none.
    pub addresses: Vec<IpAddr>,
    /// The end of the CNAME chain that led there.
    pub alias: Option<Name>,
    /// Whether that name does not exist.
    pub nxdomain: bool,
}

impl MailExchanges {
    /// How many hosts there are.
    pub fn count(&self) -> usize {
        self.hosts.len() + self.beyond.len()
    }

    /// Whether the domain says that it takes no mail (RFC 7505).
    pub fn is_null(&self) -> bool {
        matches!(self.exchanges.as_deref(), Some([(_, host)]) if host.is_root())
    }
}

impl ExchangeHost {
    /// Whether it has no address at all, as far as everything was answered.
    pub fn is_dead(&self) -> bool {
        let none = |found: &Option<HostAddresses>| found.as_ref().is_some_and(|one| one.addresses.is_empty());
        self.fault.is_none() && none(&self.v4) && none(&self.v6)
    }

    /// What both types brought.
    pub fn found(&self) -> impl Iterator<Item = &HostAddresses> {
        [&self.v4, &self.v6].into_iter().flatten()
    }
}

/// The domain's exchanges and their hosts, worked out once a run: whoever wants to know of them reads this.
pub fn gather(domain: &Name, inquiry: &mut Inquiry<'_>) -> Arc<MailExchanges> {
    inquiry.once(domain, Need::Compliance, |inquiry| look(domain, inquiry))
}

fn look(domain: &Name, inquiry: &mut Inquiry<'_>) -> MailExchanges {
    let question = Dns::new(domain.clone(), Kind::Mx);
    let reply = inquiry.ask(question, Need::Compliance);
    let exchanges = UsableAnswer::from_reply(reply).map(|seen| exchanges(&seen));
    let mut names: Vec<&Name> = Vec::new();
    for (_, host) in exchanges.iter().flatten().filter(|(_, host)| !host.is_root()) {
        if !names.contains(&host) {
            names.push(host);
        }
    }
    let looked_at = names.iter().take(MAX_HOSTS);
    MailExchanges {
        hosts: looked_at.map(|name| host(name, inquiry)).collect(),
        beyond: names.iter().skip(MAX_HOSTS).copied().cloned().collect(),
        exchanges,
    }
}

fn host(name: &Name, inquiry: &mut Inquiry<'_>) -> ExchangeHost {
    let fault = mx::fault(name);
    let mut ask = |kind| match fault {
        Some(_) => None,
        None => addresses(name, kind, inquiry),
    };
    let (v4, v6) = (ask(Kind::A), ask(Kind::Aaaa));
    ExchangeHost {
        name: name.clone(),
        fault,
        v4,
        v6,
    }
}

fn addresses(name: &Name, kind: Kind, inquiry: &mut Inquiry<'_>) -> Option<HostAddresses> {
    let reply = inquiry.ask(Dns::new(name.clone(), kind), Need::Compliance);
    let seen = UsableAnswer::from_reply(reply)?;
    Some(HostAddresses {
        addresses: seen.records.iter().filter_map(Rdata::address).collect(),
        alias: seen.chain.last().cloned(),
        nxdomain: seen.nxdomain,
    })
}

/// The hosts an answer names, each once, by preference; the null MX left out.
pub(in crate::judge) fn hosts_of(seen: &UsableAnswer<'_>) -> Vec<Name> {
    let mut names: Vec<Name> = Vec::new();
    for (_, host) in exchanges(seen) {
        if !host.is_root() && !names.contains(&host) {
            names.push(host);
        }
    }
    names
}

/// The exchanges, by preference.
pub(super) fn exchanges(seen: &UsableAnswer<'_>) -> Vec<(u16, Name)> {
    let mut exchanges: Vec<(u16, Name)> = seen
        .records
        .iter()
        .filter_map(|rdata| match rdata {
            Rdata::Mx { preference, exchange } => Some((*preference, exchange.clone())),
            _ => None,
        })
        .collect();
    exchanges.sort();
    exchanges.dedup();
    exchanges
}
