//! DANE for SMTP (RFC 7672), as far as DNS and its proofs tell: what a sender would find at each host of the MX.
//!
//! Senders use TLSA records only where the host's addresses and the records are proven; a question for TLSA that fails
//! makes them wait, which is worse than no record. Files: `gather` (what stands at each host), `state`
//! (what is wanted beside it), `check` (what is wrong at each host, and with all of them together), `records` (what is
//! wrong with the records themselves), `certified` (with certificates they follow from). What a host shows in TLS is not looked at.

mod certified;
mod check;
mod gather;
mod records;
mod state;

pub(super) use self::check::check;
pub use self::gather::{MailHost, MailHosts, Proof, TlsaAt, gather};
pub(super) use self::state::state;
