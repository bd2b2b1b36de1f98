//! SPF: whether the wanted records are there, what they come to for a sender, and what is wrong with them.
//!
//! `state` compares what a manifest wants with what DNS answers; [`evaluate`] is RFC 7208's check_host() for one
//! sender. Both are pure walks over the inquiry: what is not known yet is asked, and the walk is run again.

mod client;
mod evaluate;
mod expand;
mod lookup;
mod mechanisms;
mod outcome;
mod state;

pub use self::client::Client;
pub use self::evaluate::evaluate;
pub use self::outcome::{Evaluation, Identity, Outcome, Problem};
pub(super) use self::state::state;
use super::Finding;
use crate::inquiry::Inquiry;
use crate::intent::Intent;

/// What is wrong with the domain's SPF.
pub(super) fn check(_intent: &Intent, _inquiry: &mut Inquiry<'_>, _findings: &mut Vec<Finding>) {}
