//! What hangs on a question.

use serde::Serialize;

/// What hangs on a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub enum Need {
    /// Nothing hangs on it but what is told of single servers: unanswered, that is told, and nothing else is said.
    Detail,
    /// A Warning or an Info hangs on it: unanswered, it is an Info finding and nothing else.
    Evidence,
    /// An Error finding could hang on it: never answered, whether the domain is compliant is not known.
    Compliance,
    /// A record's state hangs on it: unanswered, Ready can become Unknown.
    Essential,
}
