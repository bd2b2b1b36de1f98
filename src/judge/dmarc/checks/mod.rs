//! What is wrong with a domain's DMARC, managed or observed.

use crate::inquiry::Inquiry;
use crate::intent::Intent;
use crate::judge::Finding;

pub(in crate::judge) fn check(_intent: &Intent, _inquiry: &mut Inquiry<'_>, _findings: &mut Vec<Finding>) {}
