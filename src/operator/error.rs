//! What stops a pass, or the whole controller. Each error has one word for events, conditions and metric labels.

use super::complaint::class_of;
use super::words::in_words;
use crate::history::Reason;

/// What stopped us.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The API server refused, or could not be reached.
    #[error("the API server: {}", in_words(.0))]
    Api(#[source] kube::Error),
    /// The object was changed since it was read.
    #[error("the object was changed since it was read")]
    Conflict,
    /// Somebody else writes this status all the time.
    #[error("the status was changed under every one of {0} attempts to write it")]
    Contended(usize),
    /// An older MailDomain claims the domain.
    #[error("{0}")]
    DomainConflict(String),
    /// The object was deleted.
    #[error("the object is gone")]
    Gone,
    /// No grant lets its namespace claim the domain, in a closed cluster.
    #[error("{0}")]
    NotGranted(String),
    /// The object does not parse, or its spec can be no record.
    #[error("{0}")]
    InvalidSpec(String),
    /// The Lease went to another replica, or could not be renewed in time.
    #[error("the Lease {name} was lost: {why}")]
    LeaseLost {
        /// `namespace/name`.
        name: String,
        /// What happened.
        why: String,
    },
    /// This replica's time as the leader is over.
    #[error("another replica may be at work by now")]
    NotLeading,
    /// The API server takes no such request, ever: a flag is wrong.
    #[error("the API server refuses to list {what} with {flags}: {why}")]
    Refused {
        /// What was to be listed.
        what: &'static str,
        /// The flags that say what is listed, as they were given.
        flags: String,
        /// The API server's words.
        why: String,
    },
    /// The process was told to stop.
    #[error("the process was told to stop")]
    Stopping,
    /// The object changed while it was looked at: what was judged is not what is there.
    #[error("the object changed while DNS was asked")]
    Superseded,
    /// Something the controller cannot go on without has ended.
    #[error("{0} ended")]
    Ended(&'static str),
}

impl Error {
    /// The word used in conditions, events and metric labels.
    pub fn reason(&self) -> &'static str {
        match self {
            Self::Api(_) => "APIError",
            Self::Conflict => "Conflict",
            Self::Contended(_) => "Contended",
            Self::DomainConflict(_) => Reason::DomainConflict.as_str(),
            Self::Gone => "Gone",
            Self::NotGranted(_) => Reason::NotGranted.as_str(),
            Self::InvalidSpec(_) => Reason::InvalidSpec.as_str(),
            Self::LeaseLost { .. } => "LeaseLost",
            Self::NotLeading => "NotLeading",
            Self::Refused { .. } => "Refused",
            Self::Stopping => "Stopping",
            Self::Superseded => "Superseded",
            Self::Ended(_) => "Ended",
        }
    }

    /// What of it says the same about many objects: one line of the log does for all.
    pub(super) fn class(&self) -> String {
        match self {
            Self::Api(error) => class_of(error),
            error => error.reason().to_owned(),
        }
    }
}

impl From<kube::Error> for Error {
    fn from(error: kube::Error) -> Self {
        match error {
            kube::Error::Api(status) if status.code == 404 => Self::Gone,
            kube::Error::Api(status) if status.code == 409 => Self::Conflict,
            error => Self::Api(error),
        }
    }
}
