//! What must be published for a managed RRset, in presentation format. Needs no answer from DNS. Pure.

use serde::Serialize;

use crate::inquiry::Kind;
use crate::name::Name;

/// What must be published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Desired {
    /// The record type.
    pub kind: Kind,
    /// The values, joined and unquoted; empty where nothing is to be published, or the provider chooses.
    pub values: Vec<String>,
    /// What decides whether, or which, where the spec alone does not: a sentence.
    pub condition: Option<String>,
    /// A file that must be served beside them.
    pub file: Option<PolicyFile>,
}

/// A file that must be served.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PolicyFile {
    /// Where.
    pub url: String,
    /// What, to the octet.
    pub body: String,
}

impl Desired {
    /// These values of TXT.
    pub(super) fn txt(values: impl IntoIterator<Item = String>) -> Self {
        Self {
            kind: Kind::Txt,
            values: values.into_iter().collect(),
            condition: None,
            file: None,
        }
    }

    /// A CNAME to this name.
    pub(super) fn cname(target: &Name) -> Self {
        Self {
            kind: Kind::Cname,
            values: vec![target.to_string()],
            condition: None,
            file: None,
        }
    }

    /// The same, with what decides whether, or which.
    pub(super) fn when(self, condition: impl Into<String>) -> Self {
        Self {
            condition: Some(condition.into()),
            ..self
        }
    }
}
