//! What a look saw of a domain's MTA-STS (RFC 8461), for who remembers what was seen before. Types only.
//!
//! Senders keep a policy for its max_age, so what is served now is not all that counts. One look knows nothing of
//! earlier ones; the history of an object does.

use std::collections::BTreeSet;

use crate::name::Name;
use crate::records::mtasts::{Mode, Policy};

/// What a look saw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicySeen {
    /// The mode the spec wants; `None` where it manages no MTA-STS.
    pub wanted: Option<Mode>,
    /// Whether the id it wants is the policy's digest, and so never that of another one.
    pub id_is_digest: bool,
    /// The record at `_mta-sts`.
    pub record: RecordSeen,
    /// The policy that is served.
    pub served: ServedPolicy,
    /// Whether the policy was fetched no earlier than the record was seen: only then it is known to be the one of that id.
    pub follows: bool,
    /// The hosts of the MX that stands there; `None` where it is not known.
    pub hosts: Option<BTreeSet<Name>>,
}

/// The record, as senders look at it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RecordSeen {
    /// Not answered, or nothing senders agree on: several records, or one that cannot be read.
    Unknown,
    /// There is none.
    Absent,
    /// One, with this id.
    Id(String),
}

/// What is served behind it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ServedPolicy {
    /// Not asked, or not answered.
    Unknown,
    /// No policy: senders that come for one get none.
    Nothing,
    /// This one.
    Policy(Policy),
}
