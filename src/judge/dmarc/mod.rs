//! DMARC (RFC 9989, RFC 9990, RFC 9991): the state of a wanted record, the policy that applies, who gets its reports.
//!
//! [`walk`] is the tree walk and its organizational domain; [`discover`] the policy for mail from a domain and from
//! names below it, with what receivers of RFC 7489 would do instead; `reports` the destinations and their agreement;
//! `state` compares what is wanted with what is there; `checks` makes findings. Pure: all answers come from the
//! inquiry.

mod checks;
mod discovery;
mod legacy;
mod reports;
mod state;
mod walk;

pub use self::discovery::{Discovery, Effective, Outcome, Subdomains, discover};
pub use self::legacy::{Legacy, PUBLIC_SUFFIX_LIST};
pub use self::reports::Destination;
pub use self::walk::{Found, Step, applicable, organizational_domain, targets, walk};

pub(super) use self::checks::check;
pub(super) use self::state::state;
