//! The catalogue of rules, as data: what is checked, how bad it is, where it is written, why it matters, how to mend it.
//!
//! A rule is a constant; a finding points at one. Ids are stable: a rule that goes leaves its id unused. Severities:
//! Error means receivers discard, permerror or bounce because of it, or anyone may send in the domain's name; Warning
//! means a SHOULD is broken or interoperation is known to suffer; Info is advice. Pure data, no logic.

pub mod dkim;
pub mod dmarc;
pub mod dns;
pub mod mx;
pub mod reporting;
pub mod spf;

use serde::Serialize;

use crate::records::Standard;

/// How bad a finding is; ordered so that the worst comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub enum Severity {
    /// Receivers discard, permerror or bounce because of it, or anyone may send in the domain's name.
    Error,
    /// A SHOULD is broken, or interoperation is known to suffer.
    Warning,
    /// Advice.
    Info,
}

impl Severity {
    /// The word used in status, JSON and tables.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Error => "Error",
            Self::Warning => "Warning",
            Self::Info => "Info",
        }
    }
}

/// One rule of the catalogue.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Rule {
    /// Stable id, `SPF-040`.
    pub id: &'static str,
    /// The severity a finding of this rule has unless the situation makes it milder.
    pub severity: Severity,
    /// The standard it belongs to.
    pub standard: Standard,
    /// What is wrong when it fires, in a few words.
    pub title: &'static str,
    /// Where it is written: `RFC 7208 4.6.4`.
    pub section: &'static str,
    /// Why it matters to the owner of the domain.
    pub why: &'static str,
    /// How to mend it.
    pub fix: &'static str,
    /// An example that breaks the rule.
    pub bad: &'static str,
    /// The same, mended.
    pub good: &'static str,
}

/// Every rule, by family and id.
pub fn all() -> impl Iterator<Item = &'static Rule> {
    [
        dns::RULES,
        spf::RULES,
        dkim::RULES,
        dmarc::RULES,
        reporting::RULES,
        mx::RULES,
    ]
    .into_iter()
    .flatten()
    .copied()
}

/// The rule with this id, letter case aside.
pub fn find(id: &str) -> Option<&'static Rule> {
    all().find(|rule| rule.id.eq_ignore_ascii_case(id))
}
