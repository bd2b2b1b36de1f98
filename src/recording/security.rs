//! What an answer is worth, as it stands in a recording: the state and, by name, everything that belongs to it. Pure.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::text::{name, trouble};
use crate::inquiry::{Bogus, Broken, Doubt, RecordType, Security, Unproven};

/// A [`Security`] in words; left out where nothing was validated.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Worth {
    state: State,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    at: Option<String>,
    /// The number of the record type that is not proven.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    kind: Option<u16>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    why: Option<Why>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
enum State {
    Secure,
    Insecure,
    Bogus,
    Indeterminate,
    #[default]
    NotAsked,
}

/// Every reason there is, with what belongs to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
enum Why {
    Unsigned,
    UnsupportedAlgorithm,
    OptOut,
    Iterations(u16),
    Expired { at: Timestamp, tolerated: bool },
    NotYetValid(Timestamp),
    BadSignature,
    NoSignature,
    WrongSigner(String),
    NoMatchingKey(Vec<u16>),
    NoDnskey,
    DsMatchesNoKey { ds: Vec<u16>, keys: Vec<u16> },
    DigestDiffers(Vec<u16>),
    KeyDoesNotSign { anchored: Vec<u16>, signers: Vec<u16> },
    NoProof(String),
    TooMuchWork,
    Unanswered(String),
    NoAnchor,
    WrongSide,
    Clock,
    Resolver,
    Outdated,
    Limit,
}

impl Worth {
    pub(super) fn is_not_asked(&self) -> bool {
        self.state == State::NotAsked
    }

    pub(super) fn of(security: &Security) -> Self {
        let (state, why) = match security {
            Security::Secure => (State::Secure, None),
            Security::Insecure { why, .. } => (State::Insecure, Some(unproven(*why))),
            Security::Bogus(bogus) => (State::Bogus, Some(broken(&bogus.why))),
            Security::Indeterminate { why, .. } => (State::Indeterminate, Some(doubt(*why))),
            Security::NotAsked => (State::NotAsked, None),
        };
        Self {
            state,
            at: security.at().map(ToString::to_string),
            kind: security.kind().map(|kind| kind.0),
            why,
        }
    }

    pub(super) fn read(self) -> Result<Security, String> {
        let broken_off = || format!("a security {:?} without its at, kind or why", self.state);
        let at = || name(self.at.as_deref().ok_or_else(broken_off)?);
        let why = || self.why.clone().ok_or_else(broken_off);
        Ok(match self.state {
            State::Secure => Security::Secure,
            State::NotAsked => Security::NotAsked,
            State::Insecure => Security::Insecure {
                at: at()?,
                why: read_unproven(&why()?).ok_or_else(broken_off)?,
            },
            State::Bogus => Security::Bogus(Box::new(Bogus {
                at: at()?,
                kind: RecordType(self.kind.ok_or_else(broken_off)?),
                why: read_broken(why()?).ok_or_else(broken_off)?,
            })),
            State::Indeterminate => Security::Indeterminate {
                at: at()?,
                why: match why()? {
                    Why::Unanswered(word) => Doubt::Unanswered(trouble(&word)?),
                    why => read_doubt(&why).ok_or_else(broken_off)?,
                },
            },
        })
    }
}

fn unproven(why: Unproven) -> Why {
    match why {
        Unproven::Unsigned => Why::Unsigned,
        Unproven::UnsupportedAlgorithm => Why::UnsupportedAlgorithm,
        Unproven::OptOut => Why::OptOut,
        Unproven::Iterations(count) => Why::Iterations(count),
    }
}

fn read_unproven(why: &Why) -> Option<Unproven> {
    Some(match why {
        Why::Unsigned => Unproven::Unsigned,
        Why::UnsupportedAlgorithm => Unproven::UnsupportedAlgorithm,
        Why::OptOut => Unproven::OptOut,
        Why::Iterations(count) => Unproven::Iterations(*count),
        _ => return None,
    })
}

fn broken(why: &Broken) -> Why {
    match why {
        Broken::Expired { at, tolerated } => Why::Expired {
            at: *at,
            tolerated: *tolerated,
        },
        Broken::NotYetValid(at) => Why::NotYetValid(*at),
        Broken::BadSignature => Why::BadSignature,
        Broken::NoSignature => Why::NoSignature,
        Broken::WrongSigner(signer) => Why::WrongSigner(signer.to_string()),
        Broken::NoMatchingKey(tags) => Why::NoMatchingKey(tags.to_vec()),
        Broken::NoDnskey => Why::NoDnskey,
        Broken::DsMatchesNoKey { ds, keys } => Why::DsMatchesNoKey {
            ds: ds.to_vec(),
            keys: keys.to_vec(),
        },
        Broken::DigestDiffers(tags) => Why::DigestDiffers(tags.to_vec()),
        Broken::KeyDoesNotSign { anchored, signers } => Why::KeyDoesNotSign {
            anchored: anchored.to_vec(),
            signers: signers.to_vec(),
        },
        Broken::NoProof(what) => Why::NoProof(what.to_string()),
        Broken::TooMuchWork => Why::TooMuchWork,
    }
}

fn read_broken(why: Why) -> Option<Broken> {
    Some(match why {
        Why::Expired { at, tolerated } => Broken::Expired { at, tolerated },
        Why::NotYetValid(at) => Broken::NotYetValid(at),
        Why::BadSignature => Broken::BadSignature,
        Why::NoSignature => Broken::NoSignature,
        Why::WrongSigner(signer) => Broken::WrongSigner(name(&signer).ok()?),
        Why::NoMatchingKey(tags) => Broken::NoMatchingKey(tags.into()),
        Why::NoDnskey => Broken::NoDnskey,
        Why::DsMatchesNoKey { ds, keys } => Broken::DsMatchesNoKey {
            ds: ds.into(),
            keys: keys.into(),
        },
        Why::DigestDiffers(tags) => Broken::DigestDiffers(tags.into()),
        Why::KeyDoesNotSign { anchored, signers } => Broken::KeyDoesNotSign {
            anchored: anchored.into(),
            signers: signers.into(),
        },
        Why::NoProof(what) => Broken::NoProof(what.into()),
        Why::TooMuchWork => Broken::TooMuchWork,
        _ => return None,
    })
}

fn doubt(why: Doubt) -> Why {
    match why {
        Doubt::Unanswered(trouble) => Why::Unanswered(trouble.reason().to_owned()),
        Doubt::NoAnchor => Why::NoAnchor,
        Doubt::WrongSide => Why::WrongSide,
        Doubt::Clock => Why::Clock,
        Doubt::Resolver => Why::Resolver,
        Doubt::Outdated => Why::Outdated,
        Doubt::Limit => Why::Limit,
    }
}

fn read_doubt(why: &Why) -> Option<Doubt> {
    Some(match why {
        Why::NoAnchor => Doubt::NoAnchor,
        Why::WrongSide => Doubt::WrongSide,
        Why::Clock => Doubt::Clock,
        Why::Resolver => Doubt::Resolver,
        Why::Outdated => Doubt::Outdated,
        Why::Limit => Doubt::Limit,
        _ => return None,
    })
}
