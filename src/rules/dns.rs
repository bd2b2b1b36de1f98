//! Rules about what all TXT-based records share.

use super::{Rule, Severity};
use crate::records::Standard;

/// Something a rule wanted to know got no answer.
pub const NOT_CHECKED: Rule = Rule {
    id: "DNS-050",
    severity: Severity::Info,
    standard: Standard::Dns,
    title: "not checked: no usable answer",
    section: "RFC 2308 7",
    why: "What was not seen is neither right nor wrong: rules that needed this answer were not judged in this look.",
    fix: "Nothing, if it passes by itself; otherwise see why the name's servers do not answer.",
    bad: "spf.provider.example TXT -> SERVFAIL",
    good: "spf.provider.example TXT -> \"v=spf1 ip4:192.0.2.0/24 -all\"",
};

/// Every rule of this file, by id.
pub const RULES: &[&Rule] = &[&NOT_CHECKED];
