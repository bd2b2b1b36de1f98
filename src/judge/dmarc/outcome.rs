//! How a discovery ends, by whichever RFC: the word that status, JSON and exit codes are made of.

/// How a discovery ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DiscoveryOutcome {
    /// A policy applies.
    Policy,
    /// No record: receivers apply no DMARC.
    None,
    /// A record that starts no DMARC processing (RFC 9989 4.10.1).
    Invalid,
    /// It could not be asked.
    Unknown,
}

impl DiscoveryOutcome {
    /// The word in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Policy => "policy",
            Self::None => "none",
            Self::Invalid => "invalid",
            Self::Unknown => "unknown",
        }
    }
}
