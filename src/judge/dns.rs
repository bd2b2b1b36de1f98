//! What all TXT-based standards share (RFC 1034, RFC 1035).

use super::Finding;
use super::basis::evidence;
use crate::inquiry::{Inquiry, Kind};
use crate::intent::Intent;
use crate::name::Name;

/// What is wrong with the names and values themselves.
pub(super) fn check(_intent: &Intent, _inquiry: &mut Inquiry<'_>, _findings: &mut Vec<Finding>) {}

/// The registrable domain above a target that does not exist, where nobody has it: anyone may take it.
pub(super) fn gone(target: &Name, inquiry: &mut Inquiry<'_>) -> Option<Name> {
    let domain = registrable(target);
    let seen = evidence(inquiry, &domain, Kind::Soa)?;
    (seen.nxdomain && seen.chain.is_empty()).then_some(domain)
}

/// The name one level below the public suffix.
fn registrable(name: &Name) -> Name {
    name.suffix(2)
}
