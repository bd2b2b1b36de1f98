//! Looks that can be judged again: all facts of a look as JSON, with the time it was judged at, and back.
//!
//! An auditor, a bug report and a regression test use the same file: what was asked and answered, no more than that,
//! in the words of DNS' presentation format. Judged again from it, without a network, a look gives the same verdict to
//! the byte. Pure: text and facts only; whoever writes the file to a disk is not here.
//!
//! ```json
//! {"recording": 1, "zegel": "0.1.0", "beganAt": "2026-11-26T20:10:00Z", "looks": [
//! {"domain": "voorbeeld.nl", "at": "2026-11-26T20:10:00Z", "facts": [
//!   {"name": "voorbeeld.nl", "type": "TXT", "values": ["\"v=spf1 -all\""], "ttl": 300, "seenAt": …, "expiresAt": …}]}
//! ]}
//! ```
//!
//! The number after `recording` counts up when a reader of before would misunderstand; every number from 1 on is read.

mod fact;
mod policy;
pub mod probe;
mod security;
mod session;
#[cfg(test)]
mod tests;
mod text;
mod trust;

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use self::fact::Recorded;
use self::policy::PolicyLine;
use self::session::SessionLine;
use self::trust::{ZoneLine, Zones};
use crate::inquiry::{Approach, Depth, Dns, Fact, Facts, Inquiry, Kind, Passes, PolicyFile, Trouble};
use crate::name::Name;

/// The version of the form that is written.
pub const VERSION: u32 = 1;

/// One look: at which domain, when, and what was answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Look {
    /// The domain that was looked at.
    pub domain: Name,
    /// The time it was judged at.
    pub at: Timestamp,
    /// Its place among the looks of its run, from zero: several are made at once, and end in any order.
    pub turn: usize,
    /// DKIM selectors that were asked for by name, beside those that are always tried.
    pub selectors: Vec<String>,
    /// How many questions were put for it, those of validation included; by a controller, whose looks share them, how many
    /// facts it rests on.
    pub questions: u64,
    /// Whether the bounds of a pass kept a question from being asked.
    pub hit_limit: bool,
    /// Every question that was asked, and what became of it.
    pub facts: Facts,
}

impl Look {
    /// A run of the judgement over what was recorded; a question that is not in the recording is unanswered.
    pub fn inquiry(&self) -> Inquiry<'_> {
        Inquiry::closed_with(
            &self.facts,
            match self.hit_limit {
                true => Trouble::Limit,
                false => Trouble::NotRecorded,
            },
        )
    }
}

/// Why a text is no recording that can be judged.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RecordingError {
    /// It is no JSON, or not of the form.
    #[error("it is no recording of zegel: {0}")]
    Form(String),
    /// It is of a form that came later.
    #[error(
        "it is recording version {0}, and this zegel reads up to {VERSION}: use the zegel that wrote it, or a newer one"
    )]
    Newer(u32),
    /// One of its facts cannot be read.
    #[error("its look at {domain} cannot be read: {name} {kind}: {why}")]
    Fact {
        /// The domain of the look.
        domain: String,
        /// The name asked for.
        name: String,
        /// The type asked for.
        kind: String,
        /// What is wrong.
        why: String,
    },
    /// A name or selector of a look is none.
    #[error("a look at {domain:?} cannot be read: {why}")]
    Look {
        /// The domain as it stands there.
        domain: String,
        /// What is wrong.
        why: String,
    },
}

/// Looks to be judged again, by domain. Of several looks at one domain the last one counts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Recording {
    began_at: Timestamp,
    looks: BTreeMap<Name, Look>,
    order: Vec<Name>,
    notes: Vec<String>,
}

impl Recording {
    /// Reads a recording.
    ///
    /// # Errors
    /// When it is none, comes from a newer zegel, or one of its facts cannot be read.
    pub fn read(text: &str) -> Result<Self, RecordingError> {
        let form = |error: serde_json::Error| RecordingError::Form(error.to_string());
        let Head { recording } = serde_json::from_str(text).map_err(form)?;
        if recording > VERSION || recording == 0 {
            return Err(RecordingError::Newer(recording));
        }
        let document: Document = serde_json::from_str(text).map_err(form)?;
        let mut read = Self {
            began_at: document.began_at,
            notes: document.notes,
            ..Self::default()
        };
        for look in document.looks {
            let look = look.read()?;
            read.looks.insert(look.domain.clone(), look);
        }
        read.order = read.looks.keys().cloned().collect();
        read.order
            .sort_by_key(|domain| read.looks.get(domain).map(|look| (look.turn, look.at)));
        Ok(read)
    }

    /// The look at a domain.
    pub fn look(&self, domain: &Name) -> Option<&Look> {
        self.looks.get(domain)
    }

    /// The domains looked at, in the order in which they were named.
    pub fn domains(&self) -> &[Name] {
        &self.order
    }

    /// What was said of the run itself, such as that the resolver passes only a part of DNSSEC on.
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// When the recording was begun.
    pub fn began_at(&self) -> Timestamp {
        self.began_at
    }
}

/// What a recording that was begun at `began_at` begins with, before its first look.
pub fn head(began_at: Timestamp) -> String {
    let zegel = env!("CARGO_PKG_VERSION");
    format!("{{\"recording\": {VERSION}, \"zegel\": \"{zegel}\", \"beganAt\": \"{began_at}\", \"looks\": [")
}

/// One look on a line of its own; `first` of a recording has no comma before it.
///
/// # Errors
/// Never in practice: when a value cannot be written as JSON.
pub fn line(look: &Look, first: bool) -> Result<String, serde_json::Error> {
    let comma = if first { "" } else { "," };
    Ok(format!(
        "{comma}\n{}",
        serde_json::to_string(&LookLine::of(look))?
    ))
}

/// What a recording ends with: what was said of the run.
///
/// # Errors
/// Never in practice: when a text cannot be written as JSON.
pub fn tail(notes: &[String]) -> Result<String, serde_json::Error> {
    Ok(match notes {
        [] => "\n]}\n".to_owned(),
        notes => format!("\n], \"notes\": {}}}\n", serde_json::to_string(notes)?),
    })
}

/// A recording of one look, whole.
///
/// # Errors
/// As [`line`].
pub fn whole(look: &Look) -> Result<String, serde_json::Error> {
    Ok(head(look.at) + &line(look, true)? + &tail(&[])?)
}

#[derive(Deserialize)]
struct Head {
    recording: u32,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Document {
    began_at: Timestamp,
    looks: Vec<LookLine>,
    /// What was said of the run; a recording of before does not say.
    #[serde(default)]
    notes: Vec<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct LookLine {
    domain: String,
    at: Timestamp,
    #[serde(default, skip_serializing_if = "is_first")]
    turn: usize,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    selectors: Vec<String>,
    #[serde(default)]
    questions: u64,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    hit_limit: bool,
    /// What the resolver made of DNSSEC; a recording of before does not say.
    #[serde(default = "not_said")]
    validation: String,
    /// The zones of the chains of trust.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    zones: Vec<ZoneLine>,
    facts: Vec<Recorded>,
    /// The policies of MTA-STS that were fetched.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    policies: Vec<PolicyLine>,
    /// How closely authorities were looked at.
    #[serde(default, skip_serializing_if = "is_off")]
    depth: Depth,
    /// The record sets of which the resolver was not asked first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    held_back: Vec<HeldBack>,
    /// Whether mail servers were asked for all their TLS.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    profile: bool,
    /// What mail servers said.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    sessions: Vec<SessionLine>,
}

#[derive(Serialize, Deserialize)]
struct HeldBack {
    name: String,
    #[serde(rename = "type")]
    kind: String,
}

impl HeldBack {
    fn of((name, kind): &(Name, Kind)) -> Self {
        Self {
            name: name.to_string(),
            kind: kind.to_string(),
        }
    }

    fn read(&self) -> Result<(Name, Kind), String> {
        let kind = self.kind.parse();
        let kind = kind.map_err(|()| format!("{:?} is no record type", self.kind))?;
        Ok((text::name(&self.name)?, kind))
    }
}

fn not_said() -> String {
    Passes::Unknown.to_string()
}

fn is_first(turn: &usize) -> bool {
    *turn == 0
}

fn is_off(depth: &Depth) -> bool {
    *depth == Depth::Off
}

/// The policies that were fetched, in writing.
fn policies(facts: &Facts) -> Vec<PolicyLine> {
    let mut fetched: Vec<_> = facts.of::<PolicyFile>().collect();
    fetched.sort_by_key(|(question, _)| *question);
    let lines = fetched.into_iter();
    lines
        .map(|(question, fact)| PolicyLine::of(question, fact))
        .collect()
}

impl LookLine {
    fn of(look: &Look) -> Self {
        let mut facts: Vec<(&Dns, &Fact)> = look.facts.iter().map(|(dns, fact)| (dns, &**fact)).collect();
        facts.sort_by_key(|(question, _)| *question);
        let mut zones = Zones::default();
        let facts = facts
            .into_iter()
            .map(|(question, fact)| Recorded::of(question, fact, &mut zones))
            .collect();
        Self {
            domain: look.domain.to_string(),
            at: look.at,
            turn: look.turn,
            selectors: look.selectors.clone(),
            questions: look.questions,
            hit_limit: look.hit_limit,
            validation: Passes::word(look.facts.passes()).to_owned(),
            zones: zones.into_lines(),
            facts,
            policies: policies(&look.facts),
            depth: look.facts.approach().depth,
            held_back: look.facts.approach().held_back.iter().map(HeldBack::of).collect(),
            profile: look.facts.approach().profile,
            sessions: SessionLine::all_of(&look.facts),
        }
    }

    fn read(self) -> Result<Look, RecordingError> {
        let broken = |why| RecordingError::Look {
            domain: self.domain.clone(),
            why,
        };
        let domain = text::name(&self.domain).map_err(broken)?;
        let zones = Zones::read(self.zones).map_err(broken)?;
        let held_back = self.held_back.iter().map(HeldBack::read);
        let held_back = held_back.collect::<Result<_, _>>().map_err(broken)?;
        let passes = Passes::of_word(&self.validation).ok_or_else(|| {
            let words = Passes::ALL.map(Passes::as_str).join(", ");
            broken(format!(
                "want as validation one of {}, {words}, found {:?}",
                Passes::OFF,
                self.validation
            ))
        })?;
        let approach = Approach {
            depth: self.depth,
            held_back,
            profile: self.profile,
        };
        let mut facts = Facts::new().approaching(approach).through(passes);
        for recorded in self.facts {
            let (name, kind) = recorded.about();
            let (question, fact) = recorded.read(&zones).map_err(|why| RecordingError::Fact {
                domain: self.domain.clone(),
                name,
                kind,
                why,
            })?;
            facts.insert(question, fact);
        }
        for line in self.sessions {
            let (host, address) = (line.host.clone(), line.address.to_string());
            let (question, fact) = line.read().map_err(|why| RecordingError::Fact {
                domain: self.domain.clone(),
                name: host,
                kind: address,
                why,
            })?;
            facts.insert(question, fact);
        }
        for line in self.policies {
            let (question, fact) = line.read().map_err(|why| RecordingError::Look {
                domain: self.domain.clone(),
                why: format!("a policy: {why}"),
            })?;
            facts.insert(question, fact);
        }
        Ok(Look {
            domain,
            at: self.at,
            turn: self.turn,
            selectors: self.selectors,
            questions: self.questions,
            hit_limit: self.hit_limit,
            facts,
        })
    }
}
