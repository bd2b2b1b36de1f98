//! What a mail server said in a look, as it stands in a recording. Pure.

use std::net::IpAddr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::text::{name, trouble};
use crate::inquiry::{Closeness, Fact, Facts, Made, Security, Session, Spoke, Starttls};

/// A question to a mail server and what became of it. Exactly one of `session` and `trouble` is there.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct SessionLine {
    pub(super) host: String,
    pub(super) address: IpAddr,
    closeness: Closeness,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    session: Option<Session>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    trouble: Option<String>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    words: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    heard_at: Option<Timestamp>,
    seen_at: Timestamp,
    expires_at: Timestamp,
}

impl SessionLine {
    /// All that was asked of mail servers, in order.
    pub(super) fn all_of(facts: &Facts) -> Vec<Self> {
        let mut all: Vec<_> = facts.of::<Starttls>().collect();
        all.sort_by_key(|(question, _)| *question);
        let lines = all.into_iter();
        lines.map(|(question, fact)| Self::of(question, fact)).collect()
    }

    /// One of them.
    pub(super) fn of(question: &Starttls, fact: &Fact<Starttls>) -> Self {
        Self {
            host: question.host.to_string(),
            address: question.address,
            closeness: question.closeness,
            session: fact.outcome.as_ref().ok().cloned(),
            trouble: fact.trouble().map(|trouble| trouble.reason().to_owned()),
            words: fact.source.words.clone(),
            heard_at: fact.source.heard_at,
            seen_at: fact.seen_at,
            expires_at: fact.expires_at,
        }
    }

    pub(super) fn read(self) -> Result<(Starttls, Fact<Starttls>), String> {
        let question = Starttls {
            host: name(&self.host)?,
            address: self.address,
            closeness: self.closeness,
        };
        let outcome = match (self.session, self.trouble) {
            (Some(session), None) => Ok(session),
            (None, Some(word)) => Err(trouble(&word)?),
            _ => return Err("want exactly one of session and trouble".to_owned()),
        };
        let fact = Fact {
            outcome,
            security: Security::NotAsked,
            source: Spoke {
                words: self.words,
                heard_at: self.heard_at,
            },
            seen_at: self.seen_at,
            expires_at: self.expires_at,
            made: Made::default(),
        };
        Ok((question, fact))
    }
}
