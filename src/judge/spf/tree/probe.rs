//! What `a`, `mx` and `exists` terms find, without a sender.
//!
//! An Error can hang on it (a third term that finds nothing, a domain anybody may register), so it is asked with
//! [`Need::Compliance`]; whatever only a Warning hangs on is evidence.

use super::referral::Referral;
use crate::inquiry::{Dns, Inquiry, Kind, Need, Rdata, Reply};
use crate::judge::spf::evaluate::MAX_MX;
use crate::judge::spf::expand::without_sender;
use crate::judge::spf::policy::name_of;
use crate::name::Name;
use crate::records::mx::is_nowhere;
use crate::records::spf::{Mechanism, Network4, Qualifier};

/// What one term finds.
#[derive(Debug, Clone)]
pub(in crate::judge::spf) struct Probe {
    /// The name it speaks of.
    pub(in crate::judge::spf) target: String,
    /// The record it stands in.
    pub(in crate::judge::spf) at: String,
    /// The term of the apex record that leads here.
    pub(in crate::judge::spf) top: Option<usize>,
    /// As it stands.
    pub(in crate::judge::spf) term: String,
    /// What becomes of whoever matches it in its own record.
    pub(in crate::judge::spf) qualifier: Qualifier,
    /// Whether what matches it passes.
    pub(in crate::judge::spf) passes: bool,
    /// Whether only redirects lead to its record: what it decides, it decides for the domain.
    pub(in crate::judge::spf) decides: bool,
    /// An `exists` whose name is the same for every sender, and has an A record: it matches whoever sends.
    pub(in crate::judge::spf) everybody: bool,
    /// Whether it is `mx`.
    pub(in crate::judge::spf) is_mx: bool,
    /// Whether it is `exists`.
    pub(in crate::judge::spf) is_exists: bool,
    /// Nothing is there for an IPv4 sender.
    pub(in crate::judge::spf) void_v4: bool,
    /// Nothing is there for an IPv6 sender.
    pub(in crate::judge::spf) void_v6: bool,
    /// There is an IPv6 address and no IPv4 address.
    pub(in crate::judge::spf) only_v6: bool,
    /// Where the target is an alias: what of.
    pub(in crate::judge::spf) alias: Option<Name>,
    /// The mail exchanges, a null MX left out.
    pub(in crate::judge::spf) exchanges: Vec<Exchange>,
    /// How many MX records.
    pub(in crate::judge::spf) mx_count: usize,
    /// A null MX.
    pub(in crate::judge::spf) null_mx: bool,
    /// An `mx` without MX, whose target has an IPv4 address of its own.
    pub(in crate::judge::spf) address_without_mx: bool,
    /// Its target is another machine to everybody, and was not asked for.
    pub(in crate::judge::spf) nowhere: bool,
    /// Something of it was not answered: it may find nothing.
    pub(in crate::judge::spf) unsure: bool,
    /// A question of it is open.
    pub(super) open: bool,
    /// The IPv4 networks it lets pass.
    pub(in crate::judge::spf) networks: Vec<Network4>,
}

/// A mail exchange, and how many addresses it has.
#[derive(Debug, Clone)]
pub(in crate::judge::spf) struct Exchange {
    /// The host.
    pub(in crate::judge::spf) host: Name,
    /// How many IPv4 addresses.
    pub(in crate::judge::spf) v4: usize,
    /// How many IPv6 addresses.
    pub(in crate::judge::spf) v6: usize,
}

/// The name a term of the record at `domain` speaks of; `None` where it is another one for every sender.
pub(super) fn target(mechanism: &Mechanism, domain: &str) -> Option<String> {
    match mechanism {
        Mechanism::A { domain: written, .. } | Mechanism::Mx { domain: written, .. } => match written {
            Some(written) => without_sender(written, domain),
            None => Some(domain.to_owned()),
        },
        Mechanism::Exists(written) => without_sender(written, domain),
        _ => None,
    }
}

/// A term as it stands in a record.
#[derive(Debug, Clone, Copy)]
pub(super) struct Term<'t> {
    pub(super) qualifier: Qualifier,
    pub(super) mechanism: &'t Mechanism,
    pub(super) text: &'t str,
    /// Whether the record is the domain's own.
    pub(super) is_own: bool,
}

/// Looks into a term that speaks of `target`; `None` where that is no name to ask for.
pub(super) fn probe(
    term: Term<'_>,
    target: String,
    onward: &Referral,
    inquiry: &mut Inquiry<'_>,
) -> Option<Probe> {
    let name = name_of(&target)?;
    Some(at(term, &name, target, onward, inquiry))
}

/// Looks into a term that speaks of `name`, which is written as `target`.
pub(super) fn at(
    term: Term<'_>,
    name: &Name,
    target: String,
    onward: &Referral,
    inquiry: &mut Inquiry<'_>,
) -> Probe {
    let mut probe = Probe {
        target,
        at: onward.parent.clone(),
        top: onward.top,
        term: term.text.to_owned(),
        qualifier: term.qualifier,
        passes: onward.passes,
        decides: onward.decides,
        everybody: false,
        is_mx: matches!(term.mechanism, Mechanism::Mx { .. }),
        is_exists: matches!(term.mechanism, Mechanism::Exists(_)),
        void_v4: false,
        void_v6: false,
        only_v6: false,
        alias: None,
        exchanges: Vec::new(),
        mx_count: 0,
        null_mx: false,
        address_without_mx: false,
        nowhere: false,
        unsure: false,
        open: false,
        networks: Vec::new(),
    };
    if onward.leads_nowhere(name) {
        (probe.nowhere, probe.void_v4, probe.void_v6) = (true, true, true);
        return probe;
    }
    match term.mechanism {
        Mechanism::Mx { cidr, .. } => {
            probe.mx(name, cidr.v4, term.is_own, inquiry);
        }
        Mechanism::A { cidr, .. } => probe.a(name, cidr.v4, inquiry),
        _ => {
            probe.a(name, 32, inquiry);
            // Any address there means a match (RFC 7208 5.7), whatever address it is.
            probe.everybody = !probe.networks.is_empty();
            probe.networks.clear();
        }
    }
    probe
}

impl Probe {
    fn a(&mut self, name: &Name, prefix: u8, inquiry: &mut Inquiry<'_>) {
        let v4 = self.ask(inquiry, name, Kind::A, Need::Compliance);
        // A name that has an address is there, whatever other addresses it has.
        let need = if v4.records().is_some_and(<[Rdata]>::is_empty) && !self.is_exists {
            Need::Compliance
        } else {
            Need::Evidence
        };
        let v6 = self.ask(inquiry, name, Kind::Aaaa, need);
        self.unsure = v4.records().is_none() || (!self.is_exists && v6.records().is_none());
        self.alias = v4.fact().and_then(|fact| fact.chain().first()).cloned();
        self.void_v4 = v4.records().is_some_and(<[Rdata]>::is_empty);
        self.void_v6 = match self.is_exists {
            true => self.void_v4,
            false => v6.records().is_some_and(<[Rdata]>::is_empty),
        };
        self.only_v6 = self.void_v4 && v6.records().is_some_and(|records| !records.is_empty());
        self.take(v4, prefix);
    }

    fn mx(&mut self, name: &Name, prefix: u8, is_own: bool, inquiry: &mut Inquiry<'_>) {
        let Some(records) = self.ask(inquiry, name, Kind::Mx, Need::Compliance).records() else {
            self.unsure = true;
            return;
        };
        self.mx_count = records.len();
        let mut hosts = Vec::new();
        for record in records {
            match record {
                Rdata::Mx { exchange, .. } if exchange.is_root() => {}
                Rdata::Mx { exchange, .. } => hosts.push(exchange),
                _ => {}
            }
        }
        // Beside other hosts it is no null MX (RFC 7505 3), and they are evaluated.
        self.null_mx = hosts.is_empty() && !records.is_empty();
        if records.is_empty() {
            (self.void_v4, self.void_v6) = (true, true);
            let own = self.ask(inquiry, name, Kind::A, Need::Evidence);
            self.address_without_mx = own.records().is_some_and(|records| !records.is_empty());
        }
        let mut all_empty = !hosts.is_empty();
        for host in hosts.into_iter().take(MAX_MX) {
            if is_nowhere(host, name) {
                self.exchanges.push(Exchange {
                    host: host.clone(),
                    v4: 0,
                    v6: 0,
                });
                continue;
            }
            let v4 = self.ask(inquiry, host, Kind::A, Need::Compliance);
            self.unsure |= v4.records().is_none();
            all_empty &= v4.records().is_some_and(<[Rdata]>::is_empty);
            let mut exchange = Exchange {
                host: host.clone(),
                v4: v4.records().unwrap_or_default().len(),
                v6: 0,
            };
            // How many there are is for whoever wrote the record.
            if is_own {
                let v6 = self.ask(inquiry, host, Kind::Aaaa, Need::Evidence);
                exchange.v6 = v6.records().unwrap_or_default().len();
            }
            self.exchanges.push(exchange);
            self.take(v4, prefix);
        }
        self.void_v4 |= all_empty;
    }

    fn ask<'f>(&mut self, inquiry: &mut Inquiry<'f>, name: &Name, kind: Kind, need: Need) -> Reply<'f> {
        let reply = inquiry.ask(Dns::new(name.clone(), kind), need);
        self.open |= matches!(reply, Reply::Open);
        reply
    }

    fn take(&mut self, reply: Reply<'_>, prefix: u8) {
        let addresses = reply.records().unwrap_or_default().iter();
        self.networks.extend(addresses.filter_map(|record| match record {
            Rdata::A(address) => Some(Network4 {
                address: *address,
                prefix,
            }),
            _ => None,
        }));
    }
}
