//! MailDomains as the API server has them, for a person who asks about one or about all: what the controller says of
//! each, how much that is still worth, and what to do next.
//!
//! Nothing is judged here: the status is the controller's word. But a status is read with its age and with the
//! generation it speaks of, for one that nobody renews any more is no longer green. Pure; it takes the objects as JSON,
//! for one that does not parse is to be shown too.

mod asked;
mod fleet;
mod next;
mod status;

use jiff::{SignedDuration, Timestamp};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{Condition, Time};
use serde_json::Value;

pub use self::asked::Asked;
pub use self::fleet::{asked_line, fleet, fleet_line};
pub use self::status::{status, status_json};
use super::Outcome;
use crate::api::{MailDomainSpec, MailDomainStatus};
use crate::intent::Schedule;

/// Ready's reasons, as a status has them.
pub const REASONS: [&str; 14] = [
    "Alternating",
    "Compliant",
    "DNSUnavailable",
    "DomainConflict",
    "Drifted",
    "InSync",
    "InvalidSpec",
    "Noncompliant",
    "NotGranted",
    "Observed",
    "Progressing",
    "Propagating",
    "Suspended",
    "Unconfirmed",
];

/// A MailDomain as the API server has it.
#[derive(Debug, Clone, PartialEq)]
pub struct Object {
    /// `metadata.namespace`.
    pub namespace: String,
    /// `metadata.name`.
    pub name: String,
    /// `metadata.uid`.
    pub uid: String,
    /// `metadata.generation`: grows with each change of the spec.
    pub generation: i64,
    /// `spec.domain`, as it is written.
    pub domain: String,
    /// The spec, or why this version of Zegel cannot read it.
    pub spec: Result<MailDomainSpec, String>,
    /// What the controller wrote; `None` where it wrote nothing, or nothing this version can read.
    pub status: Option<MailDomainStatus>,
}

/// An event told of an object.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Told {
    /// When it was told last.
    pub at: Option<Timestamp>,
    /// Normal or Warning.
    #[serde(rename = "type")]
    pub type_: String,
    /// Why, in a word.
    pub reason: String,
    /// The same in a sentence.
    pub note: String,
}

/// How much what the status says is worth now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It speaks of this spec, and is as young as it must be.
    Current,
    /// No controller has looked at the object.
    NotSeen,
    /// It speaks of an earlier spec.
    Behind,
    /// It speaks of this spec, and the last whole look is older than `staleAfter`: nobody looks any more.
    Stale,
}

impl Standing {
    /// The word of JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Current => "Current",
            Self::NotSeen => "NotSeen",
            Self::Behind => "Behind",
            Self::Stale => "Stale",
        }
    }
}

impl Object {
    /// Reads an object of the API server; whatever is not as this version knows it is left out or said.
    pub fn read(value: &Value) -> Self {
        let text = |path: &str| {
            let found = value.pointer(path).and_then(Value::as_str);
            found.unwrap_or_default().to_owned()
        };
        let spec = value.get("spec").cloned().unwrap_or_default();
        let status = value.get("status").cloned();
        Self {
            namespace: text("/metadata/namespace"),
            name: text("/metadata/name"),
            uid: text("/metadata/uid"),
            generation: value
                .pointer("/metadata/generation")
                .and_then(Value::as_i64)
                .unwrap_or_default(),
            domain: text("/spec/domain"),
            spec: serde_json::from_value(spec).map_err(|error| error.to_string()),
            status: status.and_then(|status| serde_json::from_value(status).ok()),
        }
    }

    /// `namespace/name`.
    pub fn key(&self) -> String {
        format!("{}/{}", self.namespace, self.name)
    }

    /// A condition of the status.
    pub fn condition(&self, type_: &str) -> Option<&Condition> {
        let mut conditions = self.status.iter().flat_map(|status| &status.conditions);
        conditions.find(|condition| condition.type_ == type_)
    }

    /// Whether looking is switched off.
    pub fn is_suspended(&self) -> bool {
        self.spec.as_ref().is_ok_and(|spec| spec.suspend == Some(true))
    }

    /// How much the status is worth at `now`.
    pub fn standing(&self, now: Timestamp) -> Standing {
        let Some(status) = self.status.as_ref().filter(|_| self.condition("Ready").is_some()) else {
            return Standing::NotSeen;
        };
        if status.observed_generation != Some(self.generation) {
            return Standing::Behind;
        }
        let is_stale = self.stale_after().is_some_and(|stale_after| {
            let observed = status.last_observation.as_ref();
            observed.is_some_and(|observed| now.duration_since(observed.0) > stale_after)
        });
        // What is not True promises nothing that age could take away.
        let is_green = self
            .condition("Ready")
            .is_some_and(|ready| ready.status == "True");
        if is_stale && is_green && !self.is_suspended() {
            Standing::Stale
        } else {
            Standing::Current
        }
    }

    /// `staleAfter`, defaults filled.
    fn stale_after(&self) -> Option<SignedDuration> {
        let schedule = Schedule::from_spec(self.spec.as_ref().ok()?).ok()?;
        Some(schedule.stale_after)
    }

    /// What it comes to: Ready, where the status is still worth something.
    pub fn outcome(&self, now: Timestamp) -> Outcome {
        let ready = self.condition("Ready").map(|ready| ready.status.as_str());
        match (self.standing(now), ready) {
            (Standing::Current, Some("True")) => Outcome::Fine,
            (Standing::Current, Some("False")) => Outcome::Wrong,
            _ => Outcome::Unknown,
        }
    }

    /// Why, in a word or two: Ready's reason, or why that counts no longer.
    pub fn word(&self, now: Timestamp) -> &str {
        match self.standing(now) {
            Standing::Current => self.reason(),
            Standing::NotSeen => "not looked at",
            Standing::Behind => "spec is newer",
            Standing::Stale => "look is too old",
        }
    }

    /// Ready's reason; empty where there is none.
    fn reason(&self) -> &str {
        self.condition("Ready").map_or("", |ready| ready.reason.as_str())
    }

    /// When Ready's (status, reason) last changed.
    fn since(&self) -> Option<Timestamp> {
        self.status.as_ref()?.reason_since.as_ref().map(|Time(at)| *at)
    }
}

/// How long ago `then` was, or how far it is off, in the largest unit that is not 0: `45s`, `12m`, `3h`, `5d`.
pub fn span(then: Timestamp, now: Timestamp) -> String {
    let seconds = now.duration_since(then).as_secs().unsigned_abs();
    match seconds {
        0..60 => format!("{seconds}s"),
        60..3600 => format!("{}m", seconds / 60),
        3600..172_800 => format!("{}h", seconds / 3600),
        _ => format!("{}d", seconds / 86400),
    }
}

/// The same of a time that may be missing: `-`.
fn span_of(then: Option<&Time>, now: Timestamp) -> String {
    then.map_or_else(|| "-".to_owned(), |then| span(then.0, now))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const NOW: &str = "2026-11-26T12:00:00Z";

    fn now() -> Timestamp {
        NOW.parse().unwrap()
    }

    fn object(generation: i64, ready: &str, observed: &str, more: Value) -> Object {
        let mut value = json!({
            "metadata": {"namespace": "mail", "name": "a-nl", "generation": generation},
            "spec": {"domain": "a.nl", "role": "Mail"},
            "status": {
                "observedGeneration": 2,
                "lastObservation": observed,
                "conditions": [{"type": "Ready", "status": ready, "reason": "X", "message": "",
                                "lastTransitionTime": "2026-11-26T00:00:00Z"}],
            },
        });
        for (key, field) in more.as_object().unwrap() {
            value["spec"][key] = field.clone();
        }
        Object::read(&value)
    }

    #[test]
    fn a_status_is_worth_what_its_age_and_its_generation_leave_of_it() {
        let (young, old) = ("2026-11-26T11:00:00Z", "2026-11-26T05:59:59Z");
        for (object, standing, outcome) in [
            (
                object(2, "True", young, json!({})),
                Standing::Current,
                Outcome::Fine,
            ),
            (
                object(2, "False", young, json!({})),
                Standing::Current,
                Outcome::Wrong,
            ),
            (
                object(2, "Unknown", young, json!({})),
                Standing::Current,
                Outcome::Unknown,
            ),
            (
                object(3, "True", young, json!({})),
                Standing::Behind,
                Outcome::Unknown,
            ),
            (
                object(3, "False", young, json!({})),
                Standing::Behind,
                Outcome::Unknown,
            ),
            (
                object(2, "True", old, json!({})),
                Standing::Stale,
                Outcome::Unknown,
            ),
            (
                object(2, "False", old, json!({})),
                Standing::Current,
                Outcome::Wrong,
            ),
            (
                object(2, "True", old, json!({"staleAfter": "8h"})),
                Standing::Current,
                Outcome::Fine,
            ),
            (
                object(2, "True", old, json!({"suspend": true})),
                Standing::Current,
                Outcome::Fine,
            ),
            (
                Object::read(
                    &json!({"spec": {"domain": "a.nl", "role": "Mail"}, "status": {"observedGeneration": -1}}),
                ),
                Standing::NotSeen,
                Outcome::Unknown,
            ),
            (Object::read(&json!({})), Standing::NotSeen, Outcome::Unknown),
        ] {
            assert_eq!(object.standing(now()), standing, "{object:?}");
            assert_eq!(object.outcome(now()), outcome, "{object:?}");
        }
    }

    #[test]
    fn what_this_version_cannot_read_is_said_and_hides_nothing_else() {
        let object = Object::read(&json!({
            "metadata": {"namespace": "mail", "name": "a-nl", "generation": 1},
            "spec": {"domain": "a.nl", "role": "Postbode"},
            "status": {"conditions": "none"},
        }));
        assert_eq!(
            (object.key().as_str(), object.domain.as_str()),
            ("mail/a-nl", "a.nl")
        );
        assert!(object.spec.is_err_and(|why| why.contains("Postbode")));
        assert_eq!(object.status, None);
    }

    #[test]
    fn a_span_is_one_number_and_its_unit() {
        for (seconds, text) in [
            (0, "0s"),
            (59, "59s"),
            (60, "1m"),
            (3599, "59m"),
            (3600, "1h"),
            (172_799, "47h"),
            (172_800, "2d"),
        ] {
            let then = now() - SignedDuration::from_secs(seconds);
            assert_eq!(span(then, now()), text);
            assert_eq!(span(now(), then), text, "in the future");
        }
    }
}
