//! A look that somebody asked for: how far it has come, and what that comes to. One place decides it, so that what is printed, what
//! JSON says and the exit code are the same word. Pure.

use jiff::Timestamp;

use super::{Object, Standing};
use crate::report::Outcome;

/// How far a look has come that was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// Nobody looks at what is suspended.
    Suspended,
    /// It is not over: what the status says is of before.
    NotYet,
    /// It found a difference that a second one has yet to find: nothing is known for certain, and seconds tell.
    Unconfirmed,
    /// It is over, and this came of it.
    Over(Outcome),
}

impl Asked {
    /// Of the look at `object` that was asked for by `value`, a time.
    pub fn of(object: &Object, value: &str, now: Timestamp) -> Self {
        if object.is_suspended() {
            Self::Suspended
        } else if !has_handled(object, value) {
            Self::NotYet
        } else if object.standing(now) == Standing::Current && object.reason() == "Unconfirmed" {
            Self::Unconfirmed
        } else {
            Self::Over(object.outcome(now))
        }
    }

    /// What is known by it; of what is not over, nothing.
    pub fn outcome(self) -> Outcome {
        match self {
            Self::Suspended | Self::NotYet | Self::Unconfirmed => Outcome::Unknown,
            Self::Over(outcome) => outcome,
        }
    }
}

/// Whether the status echoes `value`, or a later one.
fn has_handled(object: &Object, value: &str) -> bool {
    let status = object.status.as_ref();
    let echo = status.and_then(|status| status.last_handled_reconcile_at.as_deref());
    let time = |text: &str| text.parse::<Timestamp>().ok();
    echo.is_some_and(|echo| {
        echo == value || matches!((time(echo), time(value)), (Some(echo), Some(asked)) if echo > asked)
    })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::asked_line;
    use super::*;

    const VALUE: &str = "2026-11-26T12:00:00.5Z";

    /// Looked at a second ago, and asked for at `VALUE`.
    fn object(ready: &str, reason: &str, echo: Option<&str>, more: Value) -> Object {
        let mut spec = json!({"domain": "a.nl", "role": "Mail"});
        for (key, field) in more.as_object().unwrap() {
            spec[key] = field.clone();
        }
        Object::read(&json!({
            "metadata": {"namespace": "mail", "name": "a-nl", "generation": 2},
            "spec": spec,
            "status": {
                "observedGeneration": 2,
                "lastObservation": "2026-11-26T12:00:01Z",
                "lastHandledReconcileAt": echo,
                "conditions": [{"type": "Ready", "status": ready, "reason": reason, "message": "",
                                "lastTransitionTime": "2026-11-26T00:00:00Z"}],
            },
        }))
    }

    fn now() -> Timestamp {
        "2026-11-26T12:00:02Z".parse().unwrap()
    }

    #[test]
    fn a_request_is_handled_once_it_or_a_later_one_is_echoed() {
        for (echo, handled) in [
            (Some(VALUE), true),
            (Some("2026-11-26T12:00:01Z"), true),
            (Some("2026-11-26T11:59:59Z"), false),
            (Some("now"), false),
            (None, false),
        ] {
            let object = object("True", "InSync", echo, json!({}));
            let asked = Asked::of(&object, VALUE, now());
            assert_eq!(asked == Asked::Over(Outcome::Fine), handled, "{echo:?}");
            assert_eq!(asked == Asked::NotYet, !handled, "{echo:?}");
        }
    }

    /// The exit code is made of the same outcome.
    #[test]
    fn json_says_what_came_of_the_look_and_not_what_was_known_before_it() {
        for (ready, reason, echo, more, asked, outcome) in [
            (
                "True",
                "InSync",
                Some(VALUE),
                json!({}),
                Asked::Over(Outcome::Fine),
                "ok",
            ),
            (
                "False",
                "Drifted",
                Some(VALUE),
                json!({}),
                Asked::Over(Outcome::Wrong),
                "wrong",
            ),
            (
                "False",
                "Propagating",
                Some(VALUE),
                json!({}),
                Asked::Over(Outcome::Wrong),
                "wrong",
            ),
            (
                "False",
                "Unconfirmed",
                Some(VALUE),
                json!({}),
                Asked::Unconfirmed,
                "unknown",
            ),
            (
                "Unknown",
                "DNSUnavailable",
                Some(VALUE),
                json!({}),
                Asked::Over(Outcome::Unknown),
                "unknown",
            ),
            ("True", "InSync", None, json!({}), Asked::NotYet, "unknown"),
            ("False", "Drifted", None, json!({}), Asked::NotYet, "unknown"),
            (
                "True",
                "InSync",
                None,
                json!({"suspend": true}),
                Asked::Suspended,
                "unknown",
            ),
        ] {
            let object = object(ready, reason, echo, more);
            assert_eq!(Asked::of(&object, VALUE, now()), asked, "{reason} {echo:?}");
            let line: Value = serde_json::from_str(&asked_line(&object, asked, now())).unwrap();
            assert_eq!(line["outcome"], outcome, "{reason} {echo:?}");
            assert_eq!(line["reason"], reason);
        }
    }
}
