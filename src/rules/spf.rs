//! Rules about SPF (RFC 7208).

use super::{Rule, Severity};
use crate::records::Standard;

/// The published record is not the wanted one, and comes to the same.
pub const EQUIVALENT: Rule = Rule {
    id: "SPF-102",
    severity: Severity::Info,
    standard: Standard::Spf,
    title: "written differently, with the same result for every sender",
    section: "RFC 7208 4.6",
    why: "The order of terms that query, or one of them standing twice, changes no result as long as every query is answered. When one fails, it decides whether a later term is still reached.",
    fix: "Nothing need be done; publish the desired text to have both the same.",
    bad: "\"v=spf1 include:a.example mx -all\" where \"v=spf1 mx include:a.example -all\" is desired",
    good: "\"v=spf1 mx include:a.example -all\"",
};

/// Every rule of this file, by id.
pub const RULES: &[&Rule] = &[&EQUIVALENT];
