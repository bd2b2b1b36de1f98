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
use super::TextsAt;
use crate::inquiry::Inquiry;
use crate::intent::{DmarcWant, Intent, ManagedRrset, What};

/// Where DMARC records are looked for, managed or not: at `_dmarc`, where the spec does not want an alias.
pub(super) fn texts(intent: &Intent, _: &mut Inquiry<'_>) -> Vec<TextsAt> {
    let is_alias = |wanted: &ManagedRrset| matches!(wanted.what, What::Dmarc(DmarcWant::Cname { .. }));
    if intent.wanted.iter().any(is_alias) {
        return Vec::new();
    }
    let name = intent.domain.prepend("_dmarc").ok();
    name.map(|name| TextsAt { name, expected: true })
        .into_iter()
        .collect()
}
