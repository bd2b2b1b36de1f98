//! MTA-STS (RFC 8461): the record at `_mta-sts`, the host that serves the policy, and
//! the policies that are desired and served, beside the MX that stands there. `state` is the record's, `check` its findings,
//! `hosts` the cross of a policy and the MX, `coming` the same of an MX that is wanted, `policy` what is served, `missing` what
//! a missing record means, `issuers` who may issue the certificate under which a policy is served, `seen` what is told to who
//! remembers. It is asked for where it is managed, by who inspects a domain, and where a spec has hosts of its MX or something
//! of its mail servers' TLS.

mod check;
mod coming;
mod hosts;
mod issuers;
mod missing;
mod policy;
mod seen;

pub(super) use self::check::check;
pub(super) use self::seen::seen;
use super::RecordVerdict;
use super::basis::{Basis, Judged};
use super::versioned::state as state_of;
use crate::inquiry::Inquiry;
use crate::intent::ManagedRrset;
use crate::records::mtasts;

/// What a record is called.
const WHAT: &str = "an MTA-STS record";

/// The state of the wanted record.
pub(super) fn state(wanted: &ManagedRrset, id: &str, inquiry: &mut Inquiry<'_>) -> RecordVerdict {
    let mut basis = Basis::default();
    let compare = |text: &[u8]| mtasts::compare(id, &mtasts::parse(text));
    let judged = state_of(WHAT, &wanted.name, mtasts::likeness, compare, &mut basis, inquiry);
    let judged = judged.unwrap_or_else(Judged::unknown);
    basis.verdict(wanted, judged)
}
