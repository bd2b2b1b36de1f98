//! SPF: whether the wanted records are there, what they come to for a sender, and what is wrong with them.
//!
//! `state` compares what a manifest wants with what DNS answers; [`evaluate`] is RFC 7208's check_host() for one
//! sender; [`analyse`] walks the whole tree of includes without one; `check` says which rules are broken. All are pure
//! walks over the inquiry: what is not known yet is asked, and the walk is run again.

mod analyse;
mod checks;
mod client;
mod evaluate;
mod expand;
mod lookup;
mod mechanisms;
mod obstacle;
mod outcome;
mod probe;
mod state;

pub use self::analyse::{Analysis, Lookups, MAX_DEPTH, MAX_PROBES, MAX_RECORDS, Node, TermCost, analyse};
pub(super) use self::checks::check;
pub use self::client::Client;
pub use self::evaluate::{MAX_LOOKUPS, MAX_VOIDS, evaluate};
pub use self::outcome::{Evaluation, Identity, Outcome, Problem};
pub(super) use self::state::state;
