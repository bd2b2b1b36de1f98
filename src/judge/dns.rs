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

/// The name one level below the public suffix, by the embedded list; private suffixes (`github.io`) count, for below
/// them too anybody may take a name.
fn registrable(name: &Name) -> Name {
    let plain = |label: &Vec<u8>| label.iter().all(|octet| !matches!(octet, b'.' | b'\\'));
    let text = name.as_str();
    match psl::domain_str(text) {
        // The text splits into labels only where no label holds a dot itself.
        Some(domain) if name.labels().iter().all(plain) => domain.parse().unwrap_or_else(|_| name.suffix(2)),
        _ => name.suffix(2),
    }
}
