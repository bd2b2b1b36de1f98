//! What a domain's SPF costs and reaches, without a sender: the whole tree of includes and redirects.
//!
//! Every term is counted as if nothing matched before it, which is the worst a receiver meets. A record is expanded
//! once, however often it is included; its cost counts each time. A record nobody can read is the end of its branch:
//! receivers stop there, so nothing behind it counts. Where macros hide a branch, where an answer is missing and where
//! the bounds of this walk are reached, the count is a lower bound and says so. The walk goes no deeper than
//! [`MAX_DEPTH`] and reads no more than [`MAX_RECORDS`] records, far beyond the ten terms receivers allow, so a hostile
//! zone costs little. An Error can hang on every branch, so every branch is asked with [`Need::Compliance`].

mod analysis;
mod cost;
mod obstacle;
mod probe;
mod referral;
mod scout;
mod walk;

use std::sync::Arc;

pub(super) use self::analysis::Reached;
pub use self::analysis::{Analysis, Lookups, Node, TermCost};
pub(super) use self::obstacle::Obstacle;
pub(super) use self::probe::Probe;
pub(super) use self::referral::Via;
pub use self::walk::{MAX_DEPTH, MAX_PROBES, MAX_RECORDS, of_no_domain};
use super::published::{Published, gather};
use crate::inquiry::{Inquiry, Need};
use crate::name::Name;

/// Walks the tree of `domain`; its own record is asked for with `need`.
pub fn analyse(domain: &Name, inquiry: &mut Inquiry<'_>, need: Need) -> Arc<Analysis> {
    // Until the domain's own record is there, there is nothing to walk; a walk over half a tree would be thrown away.
    if matches!(gather(inquiry, domain, need), Published::Open) || scout::is_open(domain, inquiry) {
        return Arc::new(walk::of_open(domain));
    }
    inquiry.once(domain, Need::Compliance, |inquiry| walk::walk(domain, inquiry))
}
