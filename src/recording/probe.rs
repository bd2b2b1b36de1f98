//! What a probe is asked and what it answers, in writing: lines of JSON, of the same facts as a recording. Pure.
//!
//! ```json
//! {"probe": 1, "zegel": "0.1.0", "starttls": {"host": "mx1.voorbeeld.nl", "address": "192.0.2.25", "closeness": "Chain"}}
//! {"probe": 1, "waiting": true}
//! {"probe": 1, "zegel": "0.1.0", "now": "2026-11-26T20:10:00Z", "fact": {"host": "mx1.voorbeeld.nl", "session": …}}
//! ```
//!
//! A connection has one question, lines that say no more than that the probe is still at it, and one answer. Two clocks
//! may differ, so times are told beside the time of whoever tells them. The number behind `probe` counts up when a reader
//! of before would misunderstand; who meets a number he does not know says so, and nothing is guessed. Fields that are
//! not known are passed over.

use std::net::IpAddr;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::session::SessionLine;
use super::text::name;
use crate::inquiry::{Closeness, Fact, Starttls};

/// The version of the lines that are written.
pub const VERSION: u32 = 1;

/// The longest line of a question, in octets.
pub const MAX_ASKED: usize = 4 * 1024;

/// The longest line of an answer, in octets: nineteen flights of certificates fit.
pub const MAX_TOLD: usize = 8 << 20;

/// A question to a probe.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// What is asked.
    pub question: Starttls,
    /// How old an answer that is remembered may be; `None`: as old as the probe keeps it.
    pub max_age: Option<SignedDuration>,
}

/// What a probe says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told {
    /// It is still at it.
    Waiting,
    /// It answers.
    Answer(Box<Answer>),
    /// It does not, and why.
    Refused(Refused),
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// What was asked.
    pub question: Starttls,
    /// What became of it, by the probe's clock.
    pub fact: Fact<Starttls>,
    /// How long ago that was.
    pub age: SignedDuration,
    /// For how long it may be kept.
    pub left: SignedDuration,
}

/// Why a probe does not answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refused {
    /// The kind.
    pub reason: Reason,
    /// In words, for whoever reads the log of the one who asked.
    pub words: String,
}

/// The kinds of refusals; one that is not known here is one of a later version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Reason {
    /// The question is of a form that came later.
    Version,
    /// The question cannot be read.
    Malformed,
    /// Too many ask at once.
    Full,
    /// Another reason.
    #[serde(other)]
    Other,
}

/// Why a line cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LineError {
    /// It is of a form that came later.
    #[error("want a line of probe version {VERSION}, found version {0}: use the same zegel on both sides")]
    Version(u32),
    /// It is no JSON, or not of the form.
    #[error("want a line of a zegel probe, found one that cannot be read: {0}")]
    Form(String),
}

#[derive(Deserialize)]
struct Head {
    probe: u32,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct AskedLine {
    probe: u32,
    zegel: String,
    starttls: StarttlsLine,
    /// In seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    max_age: Option<u32>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct StarttlsLine {
    host: String,
    address: IpAddr,
    closeness: Closeness,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct ToldLine {
    probe: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    zegel: Option<String>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    waiting: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    now: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    fact: Option<SessionLine>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    refused: Option<Refused>,
}

/// A line's version, before anything else of it is read.
fn version(line: &str) -> Result<(), LineError> {
    let head: Head = serde_json::from_str(line).map_err(form)?;
    match head.probe {
        VERSION => Ok(()),
        other => Err(LineError::Version(other)),
    }
}

fn form(error: serde_json::Error) -> LineError {
    LineError::Form(error.to_string())
}

fn written(line: &impl Serialize) -> String {
    // Names, numbers and texts alone: they can always be written.
    serde_json::to_string(line).unwrap_or_default() + "\n"
}

impl Asked {
    /// The question as a line, its end included.
    pub fn to_line(&self) -> String {
        written(&AskedLine {
            probe: VERSION,
            zegel: env!("CARGO_PKG_VERSION").to_owned(),
            starttls: StarttlsLine {
                host: self.question.host.to_string(),
                address: self.question.address,
                closeness: self.question.closeness,
            },
            max_age: self
                .max_age
                .map(|age| u32::try_from(age.as_secs().max(0)).unwrap_or(u32::MAX)),
        })
    }

    /// Reads a question.
    ///
    /// # Errors
    /// When it is of a later version, or none.
    pub fn read(line: &str) -> Result<Self, LineError> {
        version(line)?;
        let line: AskedLine = serde_json::from_str(line).map_err(form)?;
        Ok(Self {
            question: Starttls {
                host: name(&line.starttls.host).map_err(LineError::Form)?,
                address: line.starttls.address,
                closeness: line.starttls.closeness,
            },
            max_age: line.max_age.map(|age| SignedDuration::from_secs(age.into())),
        })
    }
}

impl Told {
    /// The line of an answer, had by the clock that shows `now`.
    pub fn answer(question: &Starttls, fact: &Fact<Starttls>, now: Timestamp) -> String {
        written(&ToldLine {
            zegel: Some(env!("CARGO_PKG_VERSION").to_owned()),
            now: Some(now),
            fact: Some(SessionLine::of(question, fact)),
            ..ToldLine::nothing()
        })
    }

    /// The line that says that the probe is still at it.
    pub fn waiting() -> String {
        written(&ToldLine {
            waiting: true,
            ..ToldLine::nothing()
        })
    }

    /// The line of a refusal.
    pub fn refused(reason: Reason, words: String) -> String {
        written(&ToldLine {
            zegel: Some(env!("CARGO_PKG_VERSION").to_owned()),
            refused: Some(Refused { reason, words }),
            ..ToldLine::nothing()
        })
    }

    /// Reads what a probe says.
    ///
    /// # Errors
    /// When it is of a later version, or no such line.
    pub fn read(line: &str) -> Result<Self, LineError> {
        version(line)?;
        let line: ToldLine = serde_json::from_str(line).map_err(form)?;
        match (line.waiting, line.now, line.fact, line.refused) {
            (true, None, None, None) => Ok(Self::Waiting),
            (false, _, None, Some(refused)) => Ok(Self::Refused(refused)),
            (false, Some(now), Some(fact), None) => {
                let (question, fact) = fact.read().map_err(LineError::Form)?;
                Ok(Self::Answer(Box::new(Answer {
                    age: now.duration_since(fact.seen_at).max(SignedDuration::ZERO),
                    left: fact.expires_at.duration_since(now).max(SignedDuration::ZERO),
                    question,
                    fact,
                })))
            }
            _ => {
                let wanted = "want exactly one of waiting, refused, and a fact with now";
                Err(LineError::Form(wanted.to_owned()))
            }
        }
    }
}

impl ToldLine {
    fn nothing() -> Self {
        Self {
            probe: VERSION,
            zegel: None,
            waiting: false,
            now: None,
            fact: None,
            refused: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::inquiry::{Made, Offered, Security, Session, Spoke, Trouble};

    fn question() -> Starttls {
        Starttls {
            host: "mx1.voorbeeld.nl".parse().unwrap(),
            address: [192, 0, 2, 25].into(),
            closeness: Closeness::Chain,
        }
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + second).unwrap()
    }

    fn fact(outcome: Result<Session, Trouble>) -> Fact<Starttls> {
        Fact {
            outcome,
            security: Security::NotAsked,
            source: Spoke {
                heard_at: None,
                words: "421 later".to_owned(),
            },
            seen_at: at(0),
            expires_at: at(100),
            made: Made::default(),
        }
    }

    #[test]
    fn a_question_is_read_as_it_was_written() {
        for max_age in [
            None,
            Some(SignedDuration::ZERO),
            Some(SignedDuration::from_hours(30)),
        ] {
            let asked = Asked {
                question: question(),
                max_age,
            };
            let line = asked.to_line();
            assert!(line.ends_with('\n') && line.len() <= MAX_ASKED, "{line}");
            assert_eq!(Asked::read(&line), Ok(asked));
        }
    }

    #[test]
    fn an_answer_is_read_as_it_was_written_and_its_age_hangs_on_one_clock() {
        let session = Session {
            banner: "220 mx1".to_owned(),
            offered: Offered::Absent,
            injected: false,
            handshake: None,
            halt: None,
            steps: Vec::new(),
            cut_short: None,
        };
        for outcome in [Ok(session), Err(Trouble::Busy), Err(Trouble::PortBlocked)] {
            let fact = fact(outcome);
            let told = Told::read(&Told::answer(&question(), &fact, at(40))).unwrap();
            let seconds = SignedDuration::from_secs;
            let answer = Answer {
                question: question(),
                fact,
                age: seconds(40),
                left: seconds(60),
            };
            assert_eq!(told, Told::Answer(Box::new(answer)));
        }
        assert_eq!(Told::read(&Told::waiting()), Ok(Told::Waiting));
        let refused = Told::refused(Reason::Full, "later".to_owned());
        assert!(matches!(Told::read(&refused), Ok(Told::Refused(refused)) if refused.reason == Reason::Full));
    }

    /// Another version says so of itself, whatever else it holds; what a later one of the same version adds is passed over.
    #[test]
    fn another_version_is_said_and_nothing_is_guessed() {
        for (line, version) in [
            (r#"{"probe": 2, "dane": {"host": "mx1.voorbeeld.nl"}}"#, 2),
            (r#"{"probe": 0}"#, 0),
            (r#"{"probe": 7, "waiting": true}"#, 7),
        ] {
            assert_eq!(Asked::read(line), Err(LineError::Version(version)), "{line}");
            assert_eq!(Told::read(line), Err(LineError::Version(version)), "{line}");
        }
        let more = r#"{"probe": 1, "waiting": true, "since": 12}"#;
        assert_eq!(Told::read(more), Ok(Told::Waiting));
        let reason = r#"{"probe": 1, "refused": {"reason": "Asleep", "words": "at night"}}"#;
        assert!(matches!(Told::read(reason), Ok(Told::Refused(refused)) if refused.reason == Reason::Other));
    }

    #[test]
    fn what_is_no_line_of_a_probe_is_told_as_that() {
        for line in [
            "",
            "GET / HTTP/1.1",
            "{}",
            r#"{"probe": "1"}"#,
            r#"{"probe": 1}"#,
            r#"{"probe": 1, "waiting": true, "refused": {"reason": "Full", "words": ""}}"#,
            r#"{"probe": 1, "fact": {}}"#,
            r#"{"probe": 1, "now": "2026-11-26T20:10:00Z", "fact": {"host": "x"}}"#,
        ] {
            assert!(matches!(Told::read(line), Err(LineError::Form(_))), "{line}");
            assert!(matches!(Asked::read(line), Err(LineError::Form(_))), "{line}");
        }
    }

    proptest! {
        #[test]
        fn no_text_brings_a_reader_down(line in ".{0,200}") {
            let _ = (Asked::read(&line), Told::read(&line));
        }

        #[test]
        fn no_cut_of_a_line_is_taken_for_another_answer(cut in 0usize..300) {
            let line = Told::answer(&question(), &fact(Err(Trouble::Busy)), at(1));
            let cut = line.trim_end().get(..cut).unwrap_or_default();
            prop_assert!(cut.len() == line.trim_end().len() || Told::read(cut).is_err());
        }
    }
}
