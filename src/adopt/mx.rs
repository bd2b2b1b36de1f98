//! The mx block that live DNS satisfies: the hosts that take a domain's mail. Pure.

use super::{Adopted, Live};
use crate::api::{MailDomainSpec, MxHost, MxSpec, RecordStatus};
use crate::inquiry::{Inquiry, Rdata, Trouble};
use crate::name::Name;
use crate::records::Standard;

/// What is said beside it of a domain that is adopted as one that may send.
pub(super) const NOT_PARKED: &str = ", and is not parked: see role SendOnly";

/// Proposes the hosts; says of a domain that takes no mail which role may fit it.
pub(super) fn propose(live: &Live, _: &mut Inquiry<'_>, adopted: &mut Adopted) {
    if let Some(trouble) = live.mx_trouble() {
        return adopted.remark(Standard::Mx, format!("not answered: {trouble}"));
    }
    if live.has_null_mx() {
        return adopted.remark(
            Standard::Mx,
            format!("the domain accepts no mail (null MX){NOT_PARKED}"),
        );
    }
    let mut hosts: Vec<MxHost> = Vec::new();
    let mut exchanges = live.sorted_exchanges();
    exchanges.retain(|(_, host)| !host.is_root());
    for (preference, host) in exchanges {
        let host = host.to_string();
        // Named again it is tried once, where its preference is lowest.
        if hosts.iter().all(|known| known.host != host) {
            let preference = i32::from(preference);
            hosts.push(MxHost { preference, host });
        }
    }
    if !hosts.is_empty() {
        adopted.spec.mx = Some(MxSpec { hosts, none: None });
    }
}

/// Takes the block out: hosts are wanted together, or not at all.
pub(super) fn take_out(spec: &mut MailDomainSpec, _: &str) -> Option<String> {
    spec.mx = None;
    None
}

/// The MX records in the order they are tried.
pub(super) fn list(live: &Live) -> Vec<RecordStatus> {
    let exchanges = live.sorted_exchanges();
    let shown = exchanges
        .into_iter()
        .map(|(preference, exchange)| format!("{preference} {exchange}"))
        .collect();
    let seen = live.at(Standard::Mx);
    seen.map(|seen| seen.status(Standard::Mx, shown))
        .into_iter()
        .collect()
}

impl Live {
    /// Why the MX is not known.
    pub fn mx_trouble(&self) -> Option<Trouble> {
        self.trouble(Standard::Mx)
    }

    /// The MX records.
    fn exchanges(&self) -> &[Rdata] {
        self.at(Standard::Mx).map_or(&[], |seen| seen.records())
    }

    /// The MX records by preference.
    fn sorted_exchanges(&self) -> Vec<(u16, &Name)> {
        let exchanges = self.exchanges().iter().filter_map(|rdata| match rdata {
            Rdata::Mx { preference, exchange } => Some((*preference, exchange)),
            _ => None,
        });
        let mut exchanges: Vec<(u16, &Name)> = exchanges.collect();
        exchanges.sort();
        exchanges
    }

    /// The hosts mail is taken by.
    pub fn exchange_hosts(&self) -> impl Iterator<Item = &Name> {
        self.sorted_exchanges().into_iter().map(|(_, host)| host)
    }

    /// Whether there is any MX, the null MX included.
    pub fn has_mx(&self) -> bool {
        !self.exchanges().is_empty()
    }

    /// Whether the only MX is the null MX (RFC 7505).
    pub fn has_null_mx(&self) -> bool {
        matches!(self.exchanges(), [Rdata::Mx { exchange, .. }] if exchange.is_root())
    }
}
