//! What all TXT-based standards share (RFC 1034, RFC 1035): stub.

use super::Finding;
use crate::inquiry::Inquiry;
use crate::intent::Intent;

/// What is wrong with the names and values themselves.
pub(super) fn check(_intent: &Intent, _inquiry: &mut Inquiry<'_>, _findings: &mut Vec<Finding>) {}
