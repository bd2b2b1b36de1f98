//! DMARC policy records (RFC 9989 4.7, 4.8).
//!
//! [`likeness`] tells a record from what was meant as one, [`mended`] what it was meant to say; [`parse`] keeps all that stands in it, each tag with its
//! span; [`Record::effects`] says what a receiver makes of it, errors included (RFC 9989 4.7, 4.10.1); [`compare`]
//! asks whether two records have the same effects; [`DesiredRecord::to_text`] writes the one canonical form. White space
//! is blanks and tabs, everywhere: a line end belongs to the name or value it stands in. The same format
//! serves the records by which a report receiver agrees to get reports (RFC 9990 4). Pure: octets in, values out.

mod compare;
mod effects;
mod likeness;
mod mended;
mod parse;
mod sayable;
mod separator;
mod separators;
mod tag;
mod uri;
mod write;

use std::fmt;

use serde::Serialize;

pub use self::compare::compare;
pub use self::effects::{Application, Effects, PolicyTag};
pub use self::likeness::{NearMiss, VersionFault, alias_meant, likeness, near_miss};
pub use self::mended::{foreign, mended, separated, spelled_plainly, whole};
pub use self::parse::{Record, parse};
pub use self::separator::{Separator, WrongSeparator};
pub use self::tag::{Tag, TagName};
pub use self::uri::{Uri, UriProblem, parse_list, parse_uri};

/// What a TXT value at `_dmarc` is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Likeness {
    /// A DMARC record: its first tag is v with the value DMARC1 (RFC 9989 4.7).
    Dmarc,
    /// Meant as one, but receivers discard it; says why.
    NearMiss(&'static str),
    /// Something else.
    Other,
}

/// What receivers are asked to do; ordered from weak to strong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Policy {
    /// Nothing.
    None,
    /// Treat as suspicious.
    Quarantine,
    /// Reject.
    Reject,
}

impl Policy {
    /// The word in a record.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Quarantine => "quarantine",
            Self::Reject => "reject",
        }
    }

    /// Reads a value of p, sp or np; letter case means nothing (RFC 9989 4.8).
    pub fn parse(value: &[u8]) -> Option<Self> {
        [Self::None, Self::Quarantine, Self::Reject]
            .into_iter()
            .find(|policy| value.eq_ignore_ascii_case(policy.as_str().as_bytes()))
    }

    /// One level down, as `t=y` asks (RFC 9989 4.7): reject becomes quarantine, quarantine none.
    pub fn lowered(self) -> Self {
        match self {
            Self::Reject => Self::Quarantine,
            Self::Quarantine | Self::None => Self::None,
        }
    }
}

impl fmt::Display for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// What a record must say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DesiredRecord {
    /// p
    pub policy: Policy,
    /// sp
    pub subdomain_policy: Option<Policy>,
    /// np
    pub nonexistent_subdomain_policy: Option<Policy>,
    /// t=y
    pub testing: bool,
    /// psd: `Some(true)` for y, `Some(false)` for n.
    pub public_suffix: Option<bool>,
    /// adkim=s
    pub strict_dkim: bool,
    /// aspf=s
    pub strict_spf: bool,
    /// rua, in order
    pub aggregate_reports: Vec<String>,
    /// ruf, in order
    pub failure_reports: Vec<String>,
    /// fo; written only where there is a ruf, for without one receivers ignore it.
    pub failure_options: Vec<String>,
}

impl DesiredRecord {
    /// A record that says nothing but its policy.
    pub fn new(policy: Policy) -> Self {
        Self {
            policy,
            subdomain_policy: None,
            nonexistent_subdomain_policy: None,
            testing: false,
            public_suffix: None,
            strict_dkim: false,
            strict_spf: false,
            aggregate_reports: Vec::new(),
            failure_reports: Vec::new(),
            failure_options: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests;
