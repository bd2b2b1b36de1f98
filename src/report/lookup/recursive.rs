//! What the resolver says to the question of a lookup: what counts, and apart from that what does not, because it is not proven.
//! Pure.

use serde::Serialize;

use crate::inquiry::{Answer, Dns, Fact, Lane, Rdata, StartOfAuthority, Trouble};
use crate::name::Name;

/// What the resolver says.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RecursiveReport {
    /// `Records`, `NoData`, `NxDomain`, or why there is no usable answer: `ServFail`, `Timeout`, `Bogus`, …
    pub outcome: &'static str,
    /// The values, in presentation format.
    pub values: Vec<String>,
    /// The fields of a start of authority, where one was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub soa: Option<StartOfAuthority>,
    /// What was said that does not count, because it is not proven; left out where there is no such thing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unproven: Option<UnprovenReport>,
    /// The remaining TTL in seconds, or how long the absence may be remembered; null where there is no answer.
    pub ttl: Option<u32>,
    /// The aliases followed, in order; of an answer that does not count, where it leads.
    pub chain: Vec<Name>,
    /// Who said it; null when nobody did.
    pub server: Option<String>,
    /// How the resolver explains an error itself (RFC 8914).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub explained: Option<ExplainedReport>,
}

/// What was said at the end of the aliases, and does not count.
#[derive(Debug, Clone, Serialize)]
pub struct UnprovenReport {
    /// `Records`, `NoData` or `NxDomain`.
    pub outcome: &'static str,
    /// The values, in presentation format: nobody knows whether the zone says so.
    pub values: Vec<String>,
}

/// An extended DNS error.
#[derive(Debug, Clone, Serialize)]
pub struct ExplainedReport {
    /// Its code.
    pub code: u16,
    /// What the code is registered for.
    pub meaning: Option<&'static str>,
    /// What the resolver says beside.
    pub text: String,
}

impl RecursiveReport {
    pub(super) fn of(fact: Option<&Fact>, unanswered: Trouble) -> Self {
        let outcome = fact.map_or(Err(unanswered), |fact| fact.outcome.as_ref().map_err(|why| *why));
        let values = |answer: &Answer| -> Vec<String> { answer.records().iter().map(Rdata::shown).collect() };
        let disbelieved = fact.and_then(|fact| fact.source.disbelieved.as_deref());
        let chain = match disbelieved {
            Some(disbelieved) => Some(&*disbelieved.chain),
            None => fact.map(|fact| fact.chain()),
        };
        Self {
            outcome: outcome.map_or_else(Trouble::reason, Dns::outcome),
            values: outcome.map(values).unwrap_or_default(),
            unproven: disbelieved
                .and_then(|disbelieved| disbelieved.answer.as_ref())
                .map(|answer| UnprovenReport {
                    outcome: Dns::outcome(answer),
                    values: values(answer),
                }),
            soa: match outcome.map(Answer::records) {
                Ok([Rdata::Soa(Some(start))]) => Some((**start).clone()),
                _ => None,
            },
            ttl: fact.filter(|fact| fact.outcome.is_ok()).map(Fact::ttl),
            chain: chain.unwrap_or_default().to_vec(),
            server: fact
                .and_then(|fact| fact.source.server)
                .map(|server| server.to_string()),
            explained: fact
                .and_then(|fact| fact.source.explained.as_deref())
                .map(|explained| ExplainedReport {
                    code: explained.code,
                    meaning: explained.meaning(),
                    text: explained.text.clone(),
                }),
        }
    }

    pub(super) fn line(&self) -> String {
        let what = match (self.outcome, &self.soa) {
            ("Records", Some(soa)) => labelled(soa),
            (outcome, _) => in_words(outcome, &self.values),
        };
        let what = match &self.unproven {
            Some(unproven) => format!(
                "{what}; not proven: {}",
                in_words(unproven.outcome, &unproven.values)
            ),
            None => what,
        };
        let ttl = self.ttl.map(|ttl| format!("ttl {ttl}"));
        let by = self.server.as_ref().map(|server| format!("by {server}"));
        let notes: Vec<String> = ttl.into_iter().chain(by).collect();
        match notes.is_empty() {
            true => what,
            false => format!("{what} ({})", notes.join(", ")),
        }
    }
}

/// What was said, for people.
fn in_words(outcome: &str, values: &[String]) -> String {
    match outcome {
        "Records" => values.join(", "),
        "NoData" => "no record of this type".to_owned(),
        "NxDomain" => "the name does not exist (NXDOMAIN)".to_owned(),
        trouble => format!("no usable answer ({trouble})"),
    }
}

/// The fields of a start of authority by their names.
fn labelled(soa: &StartOfAuthority) -> String {
    let StartOfAuthority {
        mname,
        rname,
        serial,
        refresh,
        retry,
        expire,
        minimum,
    } = soa;
    format!(
        "mname {mname}, rname {rname}, serial {serial}, refresh {refresh}, retry {retry}, expire {expire}, minimum {minimum}"
    )
}
