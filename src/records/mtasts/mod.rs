//! MTA-STS (RFC 8461): the TXT record that says there is a policy, and the policy itself.
//!
//! `record` reads and writes the TXT record at `_mta-sts`, `policy` the file behind it, `pattern` what its `mx` lines
//! cover. The record's id is a digest of the policy's body, so that the same policy always has the same id, and another one
//! never. Pure.

mod pattern;
mod policy;
mod record;

pub use self::pattern::{Pattern, PatternFault};
pub use self::policy::{MAX_AGE, Mode, Policy, PolicyFault, PolicyText, parse_policy, shown_age};
pub use self::record::{Record, VERSION, compare, likeness, parse, write};

use crate::name::Name;

/// The host that serves the policy of a domain (RFC 8461 3.3); `None` where the domain leaves no room for it.
pub fn policy_host(domain: &Name) -> Option<Name> {
    domain.prepend("mta-sts").ok()
}

/// Where the policy of a domain is fetched (RFC 8461 3.3).
pub fn policy_url(domain: &Name) -> String {
    format!("https://mta-sts.{domain}/.well-known/mta-sts.txt")
}
