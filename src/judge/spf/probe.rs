//! What `a`, `mx` and `exists` terms find, without a sender.

use crate::inquiry::{Inquiry, Kind, Need, Question, Rdata, Reply};
use crate::name::Name;
use crate::records::spf::{Mechanism, Network4};

use super::evaluate::MAX_MX;
use super::expand::without_sender;
use super::lookup::name_of;

/// What one term finds.
#[derive(Debug, Clone, Default)]
pub(super) struct Probe {
    /// The name it speaks of.
    pub(super) target: String,
    /// The record it stands in.
    pub(super) at: String,
    /// The term of the apex record that leads here.
    pub(super) top: Option<usize>,
    /// As it stands.
    pub(super) term: String,
    /// Whether what matches it passes.
    pub(super) passes: bool,
    /// Whether it is `mx`.
    pub(super) is_mx: bool,
    /// Whether it is `exists`.
    pub(super) is_exists: bool,
    /// Nothing is there for an IPv4 sender.
    pub(super) void_v4: bool,
    /// Nothing is there for an IPv6 sender.
    pub(super) void_v6: bool,
    /// There is an IPv6 address and no IPv4 address.
    pub(super) only_v6: bool,
    /// Where the target is an alias: what of.
    pub(super) alias: Option<Name>,
    /// The mail exchanges, a null MX left out.
    pub(super) exchanges: Vec<Name>,
    /// How many MX records.
    pub(super) mx_count: usize,
    /// A null MX.
    pub(super) null_mx: bool,
    /// An `mx` without MX, whose target has an IPv4 address of its own.
    pub(super) address_without_mx: bool,
    /// Something of it was not answered: it may find nothing.
    pub(super) unsure: bool,
    /// The IPv4 networks it lets pass.
    pub(super) networks: Vec<Network4>,
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

/// Looks into a term of the record at `domain` that speaks of `target`; `None` where that is no name to ask for.
pub(super) fn probe(
    mechanism: &Mechanism,
    target: String,
    domain: &str,
    top: Option<usize>,
    term: &str,
    inquiry: &mut Inquiry<'_>,
) -> Option<Probe> {
    let name = name_of(&target)?;
    let mut probe = Probe {
        target,
        at: domain.to_owned(),
        top,
        term: term.to_owned(),
        ..Probe::default()
    };
    match mechanism {
        Mechanism::Mx { cidr, .. } => {
            probe.is_mx = true;
            probe.mx(&name, cidr.v4, inquiry);
        }
        Mechanism::A { cidr, .. } => probe.a(&name, cidr.v4, inquiry),
        _ => {
            probe.is_exists = true;
            probe.a(&name, 32, inquiry);
            probe.networks.clear(); // Any address there means a match, none is let pass.
        }
    }
    Some(probe)
}

impl Probe {
    fn a(&mut self, name: &Name, prefix: u8, inquiry: &mut Inquiry<'_>) {
        let v4 = ask(inquiry, name, Kind::A);
        let v6 = ask(inquiry, name, Kind::Aaaa);
        self.unsure = v4.records().is_none() || (!self.is_exists && v6.records().is_none());
        self.alias = v4.fact().and_then(|fact| fact.chain.first()).cloned();
        self.void_v4 = v4.records().is_some_and(<[Rdata]>::is_empty);
        self.void_v6 = match self.is_exists {
            true => self.void_v4,
            false => v6.records().is_some_and(<[Rdata]>::is_empty),
        };
        self.only_v6 = self.void_v4 && v6.records().is_some_and(|records| !records.is_empty());
        self.take(v4, prefix);
    }

    fn mx(&mut self, name: &Name, prefix: u8, inquiry: &mut Inquiry<'_>) {
        let Some(records) = ask(inquiry, name, Kind::Mx).records() else {
            self.unsure = true;
            return;
        };
        self.mx_count = records.len();
        for record in records {
            match record {
                Rdata::Mx { exchange, .. } if exchange.is_root() => self.null_mx = true,
                Rdata::Mx { exchange, .. } => self.exchanges.push(exchange.clone()),
                _ => {}
            }
        }
        if records.is_empty() {
            (self.void_v4, self.void_v6) = (true, true);
            let own = ask(inquiry, name, Kind::A);
            self.address_without_mx = own.records().is_some_and(|records| !records.is_empty());
        }
        let mut all_empty = !self.exchanges.is_empty();
        for exchange in self.exchanges.clone().iter().take(MAX_MX) {
            let reply = ask(inquiry, exchange, Kind::A);
            self.unsure |= reply.records().is_none();
            all_empty &= reply.records().is_some_and(<[Rdata]>::is_empty);
            self.take(reply, prefix);
        }
        self.void_v4 |= all_empty;
    }

    fn take(&mut self, reply: Reply<'_>, prefix: u8) {
        let addresses = reply
            .records()
            .unwrap_or_default()
            .iter()
            .filter_map(|record| match record {
                Rdata::A(address) => Some(Network4 {
                    address: *address,
                    prefix,
                }),
                _ => None,
            });
        self.networks.extend(addresses);
    }
}

fn ask<'f>(inquiry: &mut Inquiry<'f>, name: &Name, kind: Kind) -> Reply<'f> {
    inquiry.ask(Question::new(name.clone(), kind), Need::Evidence)
}
