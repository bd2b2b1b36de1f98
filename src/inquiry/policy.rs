//! The policy lane: the file an MTA-STS policy stands in, as it is served (RFC 8461 3.3).
//!
//! What a server says counts as an answer, also that it serves none: senders find the same. That nobody could be reached
//! is none, a third thing.

use std::fmt;
use std::net::SocketAddr;

use super::Lane;
use crate::name::Name;

/// The question what is served as the MTA-STS policy of a domain.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PolicyFile {
    /// The domain whose policy it is.
    pub domain: Name,
}

/// What is served as a policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Served {
    /// A file, with status 200.
    File {
        /// Its media type, as the server says it; `None` where it says none.
        media_type: Option<String>,
        /// Its octets: at most [`MAX_POLICY`].
        body: Vec<u8>,
    },
    /// Another status: no policy (RFC 8461 3.3).
    Status {
        /// The status.
        code: u16,
        /// Where it sends us, which no sender may follow.
        location: Option<String>,
    },
    /// More than a policy may hold.
    TooLarge,
    /// A certificate senders do not accept, and why.
    Untrusted(String),
}

/// The most octets of a policy that are read (RFC 8461 3.3 suggests this bound).
pub const MAX_POLICY: usize = 64 * 1024;

/// Who served it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PolicySource {
    /// The address that answered; `None` when none did.
    pub server: Option<SocketAddr>,
}

impl fmt::Display for PolicyFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the MTA-STS policy of {}", self.domain)
    }
}

impl Lane for PolicyFile {
    type Answer = Served;
    type Source = PolicySource;

    const NAME: &'static str = "policy";

    fn name(&self) -> &Name {
        &self.domain
    }

    fn label(&self) -> &'static str {
        "policy"
    }

    fn outcome(answer: &Served) -> &'static str {
        match answer {
            Served::File { .. } => "File",
            Served::Status { .. } => "Status",
            Served::TooLarge => "TooLarge",
            Served::Untrusted(_) => "Untrusted",
        }
    }

    fn size(answer: Option<&Served>, _: &PolicySource) -> usize {
        match answer {
            Some(Served::File { media_type, body }) => {
                body.len() + media_type.as_ref().map_or(0, String::len)
            }
            Some(Served::Status { location, .. }) => location.as_ref().map_or(0, String::len),
            Some(Served::Untrusted(why)) => why.len(),
            Some(Served::TooLarge) | None => 0,
        }
    }
}
