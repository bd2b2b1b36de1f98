//! Rules about MTA-STS policies that senders have kept (RFC 8461 3.3, 8): what is known of them needs a memory of what was
//! served before.

use crate::records::Standard;
use crate::rules::{Rule, Severity};

/// A new policy under the id of an old one.
pub const SAME_ID: Rule = Rule {
    id: "STS-005",
    severity: Severity::Warning,
    standard: Standard::MtaSts,
    title: "a new policy under the id of an old one",
    section: "RFC 8461 3.1, 3.3",
    why: "Senders that keep a policy look at the id alone to see whether it changed. Under the same id they keep the old one until its max_age has passed.",
    fix: "Publish another id in the record at _mta-sts, now that the new policy is served.",
    bad: "v=STSv1; id=20260101, and another file than before",
    good: "v=STSv1; id=20260201, with the other file",
};

/// A mail host outside of a policy that senders keep.
pub const APART: Rule = Rule {
    id: "STS-033",
    severity: Severity::Error,
    standard: Standard::MtaSts,
    title: "a mail host outside of a policy that senders keep",
    section: "RFC 8461 8.1, 5",
    why: "Senders keep a policy for its max_age. A host that is not in the one they keep gets no mail from those that have not fetched a newer one.",
    fix: "Add the host to the policy first, under a new id; let it take mail once the policy of before has run out at the senders, and until then leave the hosts of before in the MX.",
    bad: "MX mx2.voorbeeld.nl from today, in the policy from today",
    good: "in the policy from today, in the MX when the old policy's max_age has passed",
};

/// MTA-STS that is being taken back.
pub const LEAVING: Rule = Rule {
    id: "STS-034",
    severity: Severity::Warning,
    standard: Standard::MtaSts,
    title: "MTA-STS that is taken back while senders keep a policy",
    section: "RFC 8461 8.3",
    why: "Without a record senders hold to the policy they keep until its max_age has passed, and nothing tells them that it is over: until then the domain cannot change its hosts or certificates freely.",
    fix: "Serve a policy with mode none and a short max_age under a new id; keep the file and the record until the longest max_age that was ever served has passed, and then remove the record, and the file after it.",
    bad: "the record removed while senders keep mode: enforce",
    good: "mode: none under a new id, until no sender keeps another policy",
};

/// Every rule of this file, by id.
pub const RULES: &[&Rule] = &[&SAME_ID, &APART, &LEAVING];
