//! SPF: whether the wanted records are there, what they come to for a sender, and what is wrong with them.
//!
//! `state` compares what a manifest wants with what DNS answers; [`evaluate`] is RFC 7208's check_host() for one
//! sender; [`analyse`] walks the whole tree of includes without one; `check` says which rules are broken. All are pure
//! walks over the inquiry: what is not known yet is asked, and the walk is run again. What stands at a name is parsed
//! once a pass, and read by every room through [`gather`].

mod checks;
mod client;
mod evaluate;
mod evaluation;
mod expand;
mod mechanisms;
mod policy;
mod published;
mod state;
mod tree;

pub(super) use self::checks::check;
pub use self::client::Client;
pub use self::evaluate::{MAX_LOOKUPS, MAX_VOIDS, evaluate};
pub use self::evaluation::{Evaluation, Identity, NearMissText, Problem, SpfResult};
pub use self::published::{Meant, Published, Values, checkable, gather};
pub(super) use self::state::state;
pub use self::tree::{
    Analysis, Lookups, MAX_DEPTH, MAX_PROBES, MAX_RECORDS, Node, TermCost, analyse, of_no_domain,
};
use super::TextsAt;
use crate::inquiry::{Inquiry, Need};
use crate::intent::Intent;
use crate::records::Standard;

/// Where SPF records are looked for, managed or not: at the domain.
pub(super) fn texts(intent: &Intent, _: &mut Inquiry<'_>) -> Vec<TextsAt> {
    vec![TextsAt {
        name: intent.domain.clone(),
        expected: true,
    }]
}

/// Terms of the domain's SPF that query DNS, for a sender nothing matches; `None` where no record, or no answer, was had.
pub(super) fn lookups(intent: &Intent, inquiry: &mut Inquiry<'_>) -> Option<u32> {
    inquiry.on_behalf_of(Standard::Spf);
    gather(inquiry, &intent.domain, Need::Compliance).values()?;
    let analysis = analyse(&intent.domain, inquiry, Need::Compliance);
    analysis.record.is_some().then_some(analysis.lookups.worst)
}
