//! What a domain is used for, and what follows from it whatever the standard. Pure.

use std::fmt;

use crate::api;

/// What a domain is used for. The manifest's [`api::Role`] is how it is written; this is what is judged by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// Sends and receives.
    Mail,
    /// Receives only: nobody may send in its name.
    ReceiveOnly,
    /// Sends only.
    SendOnly,
    /// Neither sends nor receives.
    Parked,
}

impl Role {
    /// Whether the domain sends mail. One that does not derives records that say so.
    pub const fn sends(self) -> bool {
        match self {
            Self::Mail | Self::SendOnly => true,
            Self::ReceiveOnly | Self::Parked => false,
        }
    }

    /// Whether the domain receives mail.
    pub const fn receives(self) -> bool {
        match self {
            Self::Mail | Self::ReceiveOnly => true,
            Self::SendOnly | Self::Parked => false,
        }
    }

    /// The name as a manifest writes it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Mail => "Mail",
            Self::ReceiveOnly => "ReceiveOnly",
            Self::SendOnly => "SendOnly",
            Self::Parked => "Parked",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl From<api::Role> for Role {
    fn from(role: api::Role) -> Self {
        match role {
            api::Role::Mail => Self::Mail,
            api::Role::ReceiveOnly => Self::ReceiveOnly,
            api::Role::SendOnly => Self::SendOnly,
            api::Role::Parked => Self::Parked,
        }
    }
}
