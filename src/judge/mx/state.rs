//! The state of a wanted MX record set: hosts, or the null MX.

use super::exchanges::exchanges;
use crate::inquiry::{Inquiry, Kind, Rdata};
use crate::intent::{ManagedRrset, MxWant, What};
use crate::judge::basis::{Basis, Judged, UsableAnswer};
use crate::judge::{RecordVerdict, State};
use crate::records::mx::{self, Exchange};

/// The state of a wanted record set.
pub(in crate::judge) fn state(wanted: &ManagedRrset, inquiry: &mut Inquiry<'_>) -> RecordVerdict {
    let mut basis = Basis::default();
    let judged = match &wanted.what {
        What::Mx(MxWant::Hosts(hosts)) => named(hosts, wanted, &mut basis, inquiry),
        _ => null_mx(wanted, &mut basis, inquiry),
    };
    let judged = judged.unwrap_or_else(Judged::unknown);
    basis.verdict(wanted, judged)
}

/// What stands there, as it is shown.
fn observed(seen: &UsableAnswer<'_>, exchanges: &[Exchange]) -> Vec<String> {
    let aliases = seen.chain.iter().map(|target| format!("CNAME {target}"));
    aliases.chain(mx::shown(exchanges)).collect()
}

/// These hosts, in this order.
fn named(
    wanted: &[Exchange],
    rrset: &ManagedRrset,
    basis: &mut Basis,
    inquiry: &mut Inquiry<'_>,
) -> Option<Judged> {
    let seen = basis.ask(inquiry, &rrset.name, Kind::Mx)?;
    let exchanges = exchanges(&seen);
    let comparison = mx::compare(wanted, &exchanges);
    let state = match (exchanges.is_empty(), comparison.differences.is_empty()) {
        (_, true) => State::InSync,
        (true, false) => State::Missing,
        (false, false) => State::Drifted,
    };
    let differences = match state {
        // That nothing is there says it all.
        State::Missing => Vec::new(),
        _ => comparison.differences,
    };
    Some(Judged {
        state,
        observed: observed(&seen, &exchanges),
        differences,
    })
}

/// `0 .` alone; where the name has no address, no MX at all is the same.
fn null_mx(wanted: &ManagedRrset, basis: &mut Basis, inquiry: &mut Inquiry<'_>) -> Option<Judged> {
    let seen = basis.ask(inquiry, &wanted.name, Kind::Mx)?;
    let exchanges = exchanges(&seen);
    let observed = observed(&seen, &exchanges);
    let judged = |state, difference: Option<String>| {
        Some(Judged {
            state,
            observed: observed.clone(),
            differences: difference.into_iter().collect(),
        })
    };
    match exchanges.as_slice() {
        [(0, host)] if host.is_root() => return judged(State::InSync, None),
        [] if seen.nxdomain => return judged(State::InSync, None),
        [] => {}
        several => {
            let difference = format!("MX: want 0 ., found {}", mx::shown(several).join(", "));
            return judged(State::Drifted, Some(difference));
        }
    }
    // No MX: senders would deliver to the name's own addresses (RFC 5321 5.1).
    let addresses = [Kind::A, Kind::Aaaa].map(|kind| basis.ask(inquiry, &wanted.name, kind));
    let mut records = addresses.iter().flatten().flat_map(|seen| seen.records);
    if let Some(address) = records.next() {
        let difference = format!(
            "MX: want 0 ., found none, and mail goes to the name's address {}",
            shown_address(address)
        );
        return judged(State::Missing, Some(difference));
    }
    judged(State::InSync, None)
}

fn shown_address(rdata: &Rdata) -> String {
    let address = rdata.address().map(|address| address.to_string());
    address.unwrap_or_else(|| "of another kind".to_owned())
}
