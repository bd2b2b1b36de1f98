//! What MX says of a domain that is not parked. Pure.

use super::{Adopted, Live};
use crate::api::RecordStatus;
use crate::inquiry::{Inquiry, Rdata, Trouble};
use crate::name::Name;
use crate::records::Standard;

/// Says of a domain that takes no mail which role may fit it.
pub(super) fn propose(live: &Live, _: &mut Inquiry<'_>, adopted: &mut Adopted) {
    if let Some(trouble) = live.mx_trouble() {
        return adopted.remark(Standard::Mx, format!("not answered: {trouble}"));
    }
    if live.has_null_mx() {
        adopted.remark(
            Standard::Mx,
            "the domain accepts no mail (null MX), and is not parked: see role SendOnly",
        );
    }
}

/// The MX records in the order they are tried.
pub(super) fn list(live: &Live) -> Vec<RecordStatus> {
    let exchanges = live.exchanges().iter().filter_map(|rdata| match rdata {
        Rdata::Mx { preference, exchange } => Some((*preference, exchange)),
        _ => None,
    });
    let mut exchanges: Vec<(u16, &Name)> = exchanges.collect();
    exchanges.sort();
    let exchanges = exchanges.into_iter();
    let shown = exchanges
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
        self.at(Standard::Mx).map_or(&[], |seen| &seen.records)
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
