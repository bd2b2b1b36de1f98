//! DMARC policy records (RFC 9989): stub.

use super::Comparison;

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

/// Tells DMARC records from near misses and from other text.
pub fn likeness(_text: &[u8]) -> Likeness {
    Likeness::Other
}

/// What receivers are asked to do; ordered from weak to strong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Policy {
    /// Nothing.
    None,
    /// Treat as suspicious.
    Quarantine,
    /// Reject.
    Reject,
}

/// What a record must say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
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
    /// fo
    pub failure_options: Vec<String>,
}

impl Wanted {
    /// The canonical record: v, p, sp, np, t, psd, adkim, aspf, rua, ruf, fo; defaults are not written.
    pub fn to_text(&self) -> String {
        "v=DMARC1".to_owned()
    }
}

/// A DMARC record with everything that stood in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// The joined text.
    pub text: Vec<u8>,
}

/// Reads a record; everything in `text` is kept.
pub fn parse(text: &[u8]) -> Record {
    Record { text: text.to_vec() }
}

/// Compares by effect. `organizational`: whether the owner is the organizational domain, as far as known; sp and np
/// matter only there.
pub fn compare(_wanted: &Wanted, _observed: &Record, _organizational: Option<bool>) -> Comparison {
    Comparison::equal()
}
