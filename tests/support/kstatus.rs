//! What kstatus and Flux's condition checks ask of a status, as sentences about what is broken.
//!
//! After the FAIL rules of Flux' runtime/conditions/check, with two differences: Ready may be Unknown beside
//! Reconciling, and Reconciling may be of the root's own generation, for here it means waiting for DNS.

#![allow(dead_code)]

use zegel::api::MailDomainStatus;

/// How kstatus reads an object with this status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kstatus {
    Current,
    Failed,
    InProgress,
}

/// How kstatus reads it (status/generic.go): generation first, then Stalled and Reconciling, then Ready.
pub fn kstatus(generation: i64, status: &MailDomainStatus) -> Kstatus {
    let is = |type_: &str| condition(status, type_).is_some_and(|(value, _)| value == "True");
    if status.observed_generation != Some(generation) || is("Reconciling") {
        Kstatus::InProgress
    } else if is("Stalled") {
        Kstatus::Failed
    } else if is("Ready") {
        Kstatus::Current
    } else {
        Kstatus::InProgress
    }
}

/// What is broken in a status the controller wrote for an object of this generation.
pub fn violations(generation: i64, status: &MailDomainStatus) -> Vec<String> {
    let mut broken = Vec::new();
    let mut rule = |holds: bool, sentence: &str| {
        if !holds {
            broken.push(sentence.to_owned());
        }
    };
    let ready = condition(status, "Ready");
    let reconciling = condition(status, "Reconciling");
    let stalled = condition(status, "Stalled");
    let value = ready.map(|(value, _)| value);
    rule(ready.is_some(), "Ready is always present");
    rule(
        !(reconciling.is_some() && stalled.is_some()),
        "never Reconciling and Stalled together",
    );
    rule(
        !(reconciling.is_some() || stalled.is_some()) || value != Some("True"),
        "Ready is not True while Reconciling or Stalled",
    );
    rule(
        stalled.is_none() || value == Some("False"),
        "Ready is False while Stalled",
    );
    rule(
        value != Some("Unknown") || reconciling.is_some(),
        "Ready is Unknown only while Reconciling",
    );
    rule(
        value != Some("False") || reconciling.is_some() || stalled.is_some(),
        "Ready is False only while Reconciling or Stalled: nothing waits for ever",
    );
    for beside in [reconciling, stalled].into_iter().flatten() {
        rule(
            ready.map(|(_, reason)| reason) == Some(beside.1),
            "Reconciling and Stalled share Ready's reason",
        );
    }
    for type_ in ["Reconciling", "Stalled", "Suspended"] {
        rule(
            condition(status, type_).is_none_or(|(value, _)| value == "True"),
            "Reconciling, Stalled and Suspended are present only when True",
        );
    }
    rule(
        status.reason.as_deref() == ready.map(|(_, reason)| reason),
        "status.reason is Ready's reason",
    );
    let observed = status.observed_generation;
    rule(
        observed.is_some_and(|observed| observed <= generation),
        "observedGeneration is at most the generation",
    );
    for condition in &status.conditions {
        rule(
            condition.observed_generation == observed,
            "every condition speaks of observedGeneration",
        );
        let first = condition.reason.chars().next();
        rule(
            first.is_some_and(|first| first.is_ascii_alphabetic())
                && condition.reason.chars().all(|c| c.is_ascii_alphanumeric()),
            "a reason is one CamelCase word",
        );
        rule(condition.message.len() <= 32768, "a message fits the API's bound");
        rule(
            ["True", "False", "Unknown"].contains(&condition.status.as_str()),
            "a status is True, False or Unknown",
        );
    }
    let mut types: Vec<&str> = status.conditions.iter().map(|c| c.type_.as_str()).collect();
    types.sort_unstable();
    let all = types.len();
    types.dedup();
    rule(types.len() == all, "no condition type stands twice");
    broken
}

/// What is broken in the step from one written status to the next.
pub fn step_violations(before: &MailDomainStatus, after: &MailDomainStatus) -> Vec<String> {
    let mut broken = Vec::new();
    for new in &after.conditions {
        let Some(old) = before.conditions.iter().find(|old| old.type_ == new.type_) else {
            continue;
        };
        if old.status == new.status && old.last_transition_time != new.last_transition_time {
            broken.push(format!(
                "{}: lastTransitionTime moved without the status",
                new.type_
            ));
        }
        if old.status != new.status && new.last_transition_time < old.last_transition_time {
            broken.push(format!("{}: lastTransitionTime went back", new.type_));
        }
    }
    let changed = condition(before, "Ready") != condition(after, "Ready");
    if !changed && before.reason_since != after.reason_since {
        broken.push("reasonSince moved without Ready's (status, reason)".to_owned());
    }
    if before.observed_generation > after.observed_generation {
        broken.push("observedGeneration went back".to_owned());
    }
    broken
}

/// A condition's (status, reason).
pub fn condition<'a>(status: &'a MailDomainStatus, type_: &str) -> Option<(&'a str, &'a str)> {
    status
        .conditions
        .iter()
        .find(|condition| condition.type_ == type_)
        .map(|condition| (condition.status.as_str(), condition.reason.as_str()))
}
