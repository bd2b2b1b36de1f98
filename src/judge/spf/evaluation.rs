//! What an evaluation says: types only, serialized as `zegel spf --output json` prints them.

use std::fmt;

use serde::Serialize;

use crate::inquiry::Kind;

/// The results of check_host() (RFC 7208 2.6).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum SpfResult {
    /// The domain says nothing.
    None,
    /// The domain says that it says nothing.
    Neutral,
    /// The client may send.
    Pass,
    /// The client may not send.
    Fail,
    /// The client probably may not send.
    SoftFail,
    /// DNS trouble: try again later.
    TempError,
    /// The records cannot be interpreted.
    PermError,
}

impl SpfResult {
    /// The word of RFC 7208 2.6, in lower case.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Neutral => "neutral",
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::SoftFail => "softfail",
            Self::TempError => "temperror",
            Self::PermError => "permerror",
        }
    }
}

impl fmt::Display for SpfResult {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Whose domain was checked (RFC 7208 2.3, 2.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Identity {
    /// The domain of MAIL FROM.
    MailFrom,
    /// The HELO name: there was no sender.
    Helo,
}

/// A text that was meant as an SPF record, and why receivers discard it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NearMissText {
    /// In presentation format.
    pub text: String,
    /// What is wrong with it.
    pub why: String,
}

/// Why an evaluation ended in an error, or could not begin.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// The name it is about.
    pub name: String,
    /// The record type that was asked for, if any.
    #[serde(rename = "type")]
    pub kind: Option<Kind>,
    /// What was wrong, in a sentence.
    pub why: String,
}

/// The outcome of one evaluation, and how it came about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Evaluation {
    /// The result.
    pub result: SpfResult,
    /// Whose domain was checked.
    pub identity: Identity,
    /// The term that decided: the innermost that matched, or the one that failed; absent where none did.
    pub mechanism: Option<String>,
    /// The domains whose records lead to that term, the checked one first.
    pub path: Vec<String>,
    /// What the domain says to those it rejects; only where the result is fail.
    pub explanation: Option<String>,
    /// How many terms that query DNS were reached, of at most 10.
    pub lookups: u32,
    /// How many of them found nothing, of at most 2.
    pub voids: u32,
    /// Why the result is temperror or permerror, or none where the domain can be no domain.
    pub problem: Option<Problem>,
    /// What was published at the checked domain, was meant as a record and is none.
    #[serde(rename = "nearMisses", skip_serializing_if = "Vec::is_empty")]
    pub near_misses: Vec<NearMissText>,
}
