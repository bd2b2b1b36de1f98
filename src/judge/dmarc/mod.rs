//! DMARC (RFC 9989, RFC 9990, RFC 9991): the state of a wanted record, the policy that applies, who gets its reports.
//!
//! [`walk`] is the tree walk and its organizational domain; [`gather`] the policy for mail from a domain and from
//! names below it, with what receivers of RFC 7489 would do instead; `reports` the destinations and their agreement;
//! `state` compares what is wanted with what is there; `checks` makes findings. Pure: all answers come from the
//! inquiry.

mod checks;
mod discovery;
mod legacy;
mod outcome;
mod reports;
mod state;
mod walk;

pub use self::discovery::{Discovery, Effective, Subdomains, gather};
pub use self::legacy::{Legacy, PUBLIC_SUFFIX_LIST};
pub use self::outcome::DiscoveryOutcome;
pub use self::reports::Destination;
pub use self::walk::{StepAnswer, TreeStep, WalkNeeds, applicable, organizational_domain, targets, walk};

pub(super) use self::checks::check;
pub(super) use self::state::state;
