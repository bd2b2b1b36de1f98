//! MX: where mail for the domain goes (RFC 5321 5.1), and whether a domain that takes none says so (RFC 7505).
//!
//! Only a parked domain wants an MX record, the null one. What the other roles require of it are findings: a domain
//! that sends may not have a null MX, one that receives must have a host. Everybody's MX is linted. Files: `exchanges`
//! (what is there, gathered once), `check` (the RRset as a whole, and the role), `parked` (what belongs to a null MX),
//! `hosts` and `host_name` (the hosts it names).

mod check;
mod exchanges;
mod host_name;
mod hosts;
mod parked;

pub use self::exchanges::{ExchangeHost, HostAddresses, MAX_HOSTS, MailExchanges, gather};
pub use self::host_name::HostFault;

pub(super) use self::check::check;
use self::exchanges::exchanges;
use super::basis::{Basis, Judged};
use super::{Findings, RecordVerdict, State};
use crate::inquiry::{Inquiry, Kind, Rdata};
use crate::intent::{Intent, ManagedRrset};

/// The state of a wanted null MX.
pub(super) fn state(
    _intent: &Intent,
    wanted: &ManagedRrset,
    inquiry: &mut Inquiry<'_>,
    _findings: &mut Findings,
) -> RecordVerdict {
    let mut basis = Basis::default();
    let judged = null_mx(wanted, &mut basis, inquiry).unwrap_or(Judged {
        state: State::Unknown,
        observed: Vec::new(),
        differences: Vec::new(),
    });
    basis.verdict(wanted, judged)
}

/// `0 .` alone; where the name has no address, no MX at all is the same.
fn null_mx(wanted: &ManagedRrset, basis: &mut Basis, inquiry: &mut Inquiry<'_>) -> Option<Judged> {
    let seen = basis.ask(inquiry, &wanted.name, Kind::Mx)?;
    let exchanges = exchanges(&seen);
    let aliases = seen.chain.iter().map(|target| format!("CNAME {target}"));
    let shown = exchanges
        .iter()
        .map(|(preference, host)| format!("{preference} {host}"));
    let observed: Vec<String> = aliases.chain(shown).collect();
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
            let found: Vec<String> = several
                .iter()
                .map(|(preference, host)| format!("{preference} {host}"))
                .collect();
            let difference = format!("MX: want 0 ., found {}", found.join(", "));
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
    match rdata {
        Rdata::A(address) => address.to_string(),
        Rdata::Aaaa(address) => address.to_string(),
        _ => "of another kind".to_owned(),
    }
}
