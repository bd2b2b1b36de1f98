//! MX: where mail for the domain goes (RFC 5321 5.1), and whether a domain that takes none says so (RFC 7505).
//!
//! A record set is wanted where the spec has a block for it, and by a parked domain, the null one. What the other roles
//! require of it are findings: a domain that sends may not have a null MX, one that receives must have a host. Everybody's
//! MX is linted. Files: `state` (what is wanted beside what is there), `exchanges` (what is there, gathered once), `check`
//! (the RRset as a whole, and the role), `parked` (what belongs to a null MX), `hosts` (the hosts it names).

mod check;
mod exchanges;
mod hosts;
mod parked;
mod state;

pub(super) use self::check::check;
pub(super) use self::exchanges::hosts_of;
pub use self::exchanges::{ExchangeHost, HostAddresses, MAX_HOSTS, MailExchanges, gather};
pub(super) use self::state::state;
