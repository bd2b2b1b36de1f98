//! All that is wrong with one object, in one go: what a cluster would refuse, and what the intent cannot be made of.
//! Pure.
//!
//! Both look at the same spec and partly at the same mistakes; where they speak of one, the better words win. A value of
//! the wrong kind hides what else is wrong with the spec, so it is taken out and the rest is judged without it; what
//! could be wrong only because something was taken out is not said.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::paths::{Last, find, is_within, last, next_entry, parent, sortable};
use super::renamed::Renamed;
use crate::api::{Fault, MailDomainGrantSpec, MailDomainSpec, Violation};
use crate::intent::{Grant, Intent, SpecError};

/// The field of the domain.
const DOMAIN: &str = "spec.domain";

/// What an object came to.
pub(super) struct Judged<S, I> {
    /// Its spec; where something is wrong with it, what could be read all the same, if its domain could.
    pub(super) spec: Option<S>,
    /// What it says made certain, where nothing is wrong with it.
    pub(super) intent: Option<I>,
    /// All that is wrong with it, in the order of its fields.
    pub(super) mistakes: Vec<SpecError>,
}

/// Judges `object`, a whole `MailDomain`.
pub(super) fn judge(object: &Value) -> Judged<MailDomainSpec, Intent> {
    judge_as(object, Intent::from_spec)
}

/// Judges `object`, a whole `MailDomainGrant`.
pub(super) fn judge_grant(object: &Value) -> Judged<MailDomainGrantSpec, Grant> {
    judge_as(object, Grant::from_spec)
}

/// Judges `object`, whose spec is made certain by `make`.
fn judge_as<S: DeserializeOwned, I>(
    object: &Value,
    make: fn(&S) -> Result<I, Vec<SpecError>>,
) -> Judged<S, I> {
    let mut renamed = Renamed::new(object);
    let whole = renamed.judged.object.take();
    let judged = &renamed.judged;
    let mut repaired = Repaired::new(whole, &judged.violations);
    let read = serde_json::from_value::<S>(repaired.spec.take());
    let mut intent = None;
    let beyond = match &read {
        Ok(spec) => match make(spec) {
            Ok(made) => {
                intent = Some(made);
                Vec::new()
            }
            Err(errors) => errors,
        },
        // The schema takes what our own types do not: no such value is known.
        Err(error) if judged.violations.is_empty() => vec![SpecError::new("spec", error.to_string())],
        Err(_) => Vec::new(),
    };
    let beyond: Vec<SpecError> = beyond
        .into_iter()
        .filter_map(|error| repaired.original(error))
        .filter(|error| {
            !judged
                .violations
                .iter()
                .any(|violation| is_said_by(violation, error))
        })
        .collect();
    let mut mistakes: Vec<SpecError> = (judged.violations.iter())
        .filter(|violation| !is_said_better(violation, &beyond))
        .map(|violation| SpecError::new(&violation.path, &violation.message))
        .collect();
    mistakes.extend(beyond);
    for mistake in &mut mistakes {
        mistake.path = renamed.as_written(&mistake.path);
    }
    let unknown = renamed.fields.iter();
    mistakes.extend(unknown.map(|(violation, _)| SpecError::new(&violation.path, &violation.message)));
    let stands_in = repaired.touched.iter().any(|path| path == DOMAIN);
    Judged {
        intent: intent.filter(|_| mistakes.is_empty()),
        spec: read.ok().filter(|_| !stands_in),
        mistakes,
    }
}

/// Whether a violation already says what the intent has to say.
fn is_said_by(violation: &Violation, error: &SpecError) -> bool {
    match violation.fault {
        Fault::Rule => false,
        // The intent names the field of the entry that is there twice.
        Fault::Duplicate => is_within(&error.path, &violation.path),
        _ => error.path == violation.path,
    }
}

/// Whether the intent says in more words, or of a field nearer by, which rule is broken.
fn is_said_better(violation: &Violation, beyond: &[SpecError]) -> bool {
    let same = |error: &SpecError| is_within(&error.path, &violation.path);
    violation.fault == Fault::Rule && beyond.iter().any(same)
}

/// A spec without what could not be read.
struct Repaired {
    spec: Value,
    /// The paths of what was taken out or replaced.
    touched: Vec<String>,
    /// The entries that were taken out of a list, by the list's path, in order.
    gone: BTreeMap<String, Vec<usize>>,
}

impl Repaired {
    fn new(mut object: Value, violations: &[Violation]) -> Self {
        let mut repaired = Self {
            spec: object.get_mut("spec").map_or(Value::Null, Value::take),
            touched: Vec::new(),
            gone: BTreeMap::new(),
        };
        let unreadable = violations.iter().filter(|violation| {
            matches!(
                violation.fault,
                Fault::Type | Fault::NotSupported | Fault::Required
            )
        });
        // From the end, so that earlier indices stay what they are.
        let mut paths: Vec<&Violation> = unreadable.collect();
        paths.sort_by_cached_key(|violation| sortable(&violation.path));
        for violation in paths.into_iter().rev() {
            let path = match violation.fault {
                // What lacks a field it must have goes as a whole; a spec without domain or role gets one.
                Fault::Required if parent(&violation.path) != "spec" => parent(&violation.path),
                _ => violation.path.as_str(),
            };
            repaired.take_out(path);
        }
        repaired
    }

    fn take_out(&mut self, path: &str) {
        if self.touched.iter().any(|touched| touched == path) {
            return;
        }
        self.touched.push(path.to_owned());
        let stand_in = match path {
            DOMAIN => Some(json!("stand-in.example")),
            "spec.role" => Some(json!("Mail")),
            "spec.namespaces" => Some(json!({"names": ["stand-in"]})),
            "spec.domains" => Some(json!(["stand-in.example"])),
            "spec.may" => Some(json!(["Claim"])),
            _ => None,
        };
        if let (Some(stand_in), Some(spec)) = (stand_in, self.spec.as_object_mut()) {
            let name = path.trim_start_matches("spec.");
            spec.insert(name.to_owned(), stand_in);
            return;
        }
        let Some(within) = path
            .strip_prefix("spec")
            .and_then(|within| find(&mut self.spec, parent(within)))
        else {
            return;
        };
        match (within, last(path)) {
            (Value::Object(fields), Last::Field(name)) => {
                fields.remove(name);
            }
            (Value::Array(items), Last::Entry(index)) if index < items.len() => {
                items.remove(index);
                self.gone
                    .entry(parent(path).to_owned())
                    .or_default()
                    .insert(0, index);
            }
            _ => {}
        }
    }

    /// An error about the repaired spec as one about the original; `None` when it may come of the repair.
    fn original(&self, error: SpecError) -> Option<SpecError> {
        let mut path = String::new();
        let mut rest = error.path.as_str();
        while let Some((before, index, after)) = next_entry(rest) {
            path.push_str(before);
            let mut index = index;
            for gone in self.gone.get(&path).into_iter().flatten() {
                index += usize::from(*gone <= index);
            }
            path.push_str(&format!("[{index}]"));
            rest = after;
        }
        path.push_str(rest);
        let doubtful = self.touched.iter().any(|touched| {
            is_within(touched, &path)
                || parent(touched) == parent(&path) && matches!(last(touched), Last::Field(_))
        });
        (!doubtful).then(|| SpecError::new(path, error.message))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mistakes(spec: &str) -> Vec<String> {
        let spec: Value = serde_saphyr::from_str(spec).unwrap();
        let object = json!({
            "apiVersion": "zegel.dev/v1alpha1", "kind": "MailDomain", "metadata": {"name": "a"}, "spec": spec,
        });
        let mistakes = judge(&object).mistakes;
        let mut said: Vec<String> = mistakes.iter().map(ToString::to_string).collect();
        said.sort();
        said
    }

    /// Each mistake once, in the words that say most, whatever else is wrong.
    #[test]
    fn one_mistake_is_one_sentence_and_none_hides_another() {
        for (spec, says) in [
            ("{domain: a.nl, role: Mail, spf: {all: Fail}}", &[][..]),
            // The schema and the intent mean the same.
            (
                "{domain: a.nl, role: Mail, spf: {mechanisms: [mx]}}",
                &["spec.spf: exactly one of all and redirect"],
            ),
            (
                "{domain: a.nl, role: Mail, dkim: {selectors: [{name: a, anyKey: true}, {name: a, anyKey: true}]}}",
                &["spec.dkim.selectors[1]: its name is that of"],
            ),
            ("{domain: A.nl, role: Mail}", &["spec.domain: write a.nl"]),
            // Syntax behind values of the wrong kind, at the places where they stand.
            (
                "{domain: a.nl, role: Mail, spf: {mechanisms: [5, 'ip4:1', true, 'a:'], all: Fail}}",
                &[
                    "spec.spf.mechanisms[0]: want a text, found the number 5",
                    "spec.spf.mechanisms[1]: no IPv4",
                    "spec.spf.mechanisms[2]: want a text, found the boolean true",
                    "spec.spf.mechanisms[3]: ",
                ],
            ),
            // What only seems wrong because something was taken out is not said.
            (
                "{domain: a.nl, role: Mail, dmarc: {policy: Rejekt, aggregateReports: [a@a.nl]}}",
                &[
                    "spec.dmarc.aggregateReports[0]: \"a@a.nl\" has no scheme",
                    "spec.dmarc.policy: want one of None, Quarantine, Reject, found the text \"Rejekt\": write Reject",
                ],
            ),
            (
                "{role: mail, interval: 9s, spf: {all: Fail, alsoAt: [{all: Fail}, {name: 'b.', all: Fail}]}}",
                &[
                    "spec.domain: must be there",
                    "spec.interval: interval must be at least 10s",
                    "spec.role: want one of Mail",
                    "spec.spf.alsoAt[0].name: must be there",
                    "spec.spf.alsoAt[1].name: \"b.\" ends in a dot",
                ],
            ),
            (
                "{domain: a.nl, role: Mail, spf: x, dmarc: [], dkim: {selectors: {}}}",
                &[
                    "spec.dkim.selectors: want a list, found an object",
                    "spec.dmarc: want an object",
                    "spec.spf: want an object",
                ],
            ),
        ] {
            let said = mistakes(spec);
            assert_eq!(said.len(), says.len(), "{spec}: {said:#?}");
            for (said, part) in said.iter().zip(says) {
                assert!(said.starts_with(part), "{spec}: want {part}, found {said}");
            }
        }
    }

    /// A grant is read as a MailDomain is: each slip once, and none hides another.
    #[test]
    fn all_that_is_wrong_with_a_grant_is_said_at_once() {
        for (spec, says) in [
            (
                "{namespaces: {names: [a]}, domains: [a.nl], may: [Claim]}",
                &[][..],
            ),
            (
                "{}",
                &[
                    "spec.domains: must be there",
                    "spec.may: must be there",
                    "spec.namespaces: must be there",
                ],
            ),
            (
                "{namespaces: {names: [a]}, domains: [A.nl, 5, 'mail.*.nl'], may: [claim]}",
                &[
                    "spec.domains[0]: write a.nl",
                    "spec.domains[1]: want a text, found the number 5",
                    "spec.domains[2]: \"mail.*.nl\": a * stands for all labels in front",
                    "spec.may[0]: want one of Claim, found the text \"claim\": write Claim",
                ],
            ),
            (
                "{namespaces: [a], domain: [a.nl], may: [Claim]}",
                &[
                    "spec.domain: there is no field",
                    "spec.namespaces: want an object",
                ],
            ),
            (
                "{namespaces: {selector: {matchLabels: {team: 5}}}, domains: [a.nl], may: [Claim]}",
                &[
                    "spec.namespaces.selector.matchLabels.team: want a text, found the number 5: put it in quotes",
                ],
            ),
            (
                "{namespaces: {selector: {matchExpressions: [{key: team, operator: In}]}}, domains: [a.nl], may: [Claim]}",
                &["spec.namespaces.selector.matchExpressions[0]: operators In and NotIn need values"],
            ),
            (
                "{namespaces: {}, domains: ['*'], may: [Claim]}",
                &["spec.namespaces: namespaces needs names, a selector, or both"],
            ),
        ] {
            let spec_json: Value = serde_saphyr::from_str(spec).unwrap();
            let object = json!({
                "apiVersion": "zegel.dev/v1alpha1", "kind": "MailDomainGrant", "metadata": {"name": "a"}, "spec": spec_json,
            });
            let mut said: Vec<String> = judge_grant(&object)
                .mistakes
                .iter()
                .map(ToString::to_string)
                .collect();
            said.sort();
            assert_eq!(said.len(), says.len(), "{spec}: {said:#?}");
            for (said, part) in said.iter().zip(says) {
                assert!(said.starts_with(part), "{spec}: want {part}, found {said}");
            }
        }
    }

    /// A misspelt field is one mistake, and what stands below it is read.
    #[test]
    fn a_slip_in_a_name_is_one_mistake() {
        for (spec, says) in [
            (
                "{domian: a.nl, role: Mail}",
                &["spec.domian: there is no field \"domian\": did you mean domain?"][..],
            ),
            (
                "{domain: a.nl, Rol: mail}",
                &["spec.Rol: there is no field", "spec.Rol: want one of Mail"],
            ),
            (
                "{domain: a.nl, role: Mail, dmarc: {polcy: Reject}}",
                &["spec.dmarc.polcy: there is no field"],
            ),
            (
                "{domain: a.nl, role: Mail, dmrac: {polcy: Rejekt}}",
                &[
                    "spec.dmrac.polcy: there is no field",
                    "spec.dmrac.polcy: want one of None, Quarantine, Reject",
                    "spec.dmrac: there is no field",
                ],
            ),
            (
                "{domain: a.nl, role: Mail, spf: {mechanism: [mx], al: Fail}}",
                &[
                    "spec.spf.al: there is no field",
                    "spec.spf.mechanism: there is no field",
                ],
            ),
            (
                "{domain: a.nl, role: Mail, dkim: {selectors: [{nam: s, anyKey: true}]}}",
                &["spec.dkim.selectors[0].nam: there is no field"],
            ),
            // Both stand there: nothing is taken for the other.
            (
                "{domain: a.nl, domian: b.nl, role: Mail}",
                &["spec.domian: there is no field"],
            ),
        ] {
            let said = mistakes(spec);
            assert_eq!(said.len(), says.len(), "{spec}: {said:#?}");
            for (said, part) in said.iter().zip(says) {
                assert!(said.starts_with(part), "{spec}: want {part}, found {said}");
            }
        }
    }

    /// Only what is right once it is in quotes is to be put in quotes.
    #[test]
    fn a_value_of_another_type_is_told_what_to_become() {
        for (spec, says) in [
            (
                "{domain: a.nl, role: true}",
                "spec.role: want one of Mail, ReceiveOnly, SendOnly, Parked, found the boolean",
            ),
            (
                "{domain: a.nl, role: Mail, readyWhen: 5}",
                "spec.readyWhen: want one of Observed",
            ),
            (
                "{domain: a.nl, role: Mail, spf: {all: -1}}",
                "spec.spf.all: want one of Fail",
            ),
            (
                "{domain: a.nl, role: Mail, interval: 5}",
                "spec.interval: want a text, found the number 5: write a duration as",
            ),
            (
                "{domain: 5, role: Mail}",
                "spec.domain: want a text, found the number 5: an IP address, or",
            ),
            (
                "{domain: a.nl, role: Mail, dmarc: {policy: Reject, failureOptions: [1]}}",
                "spec.dmarc.failureOptions[0]: want a text, found the number 1: put it in quotes",
            ),
            (
                "{domain: a.nl, role: Mail, dkim: {selectors: [{name: 2024, anyKey: true}]}}",
                "spec.dkim.selectors[0].name: want a text, found the number 2024: put it in quotes",
            ),
        ] {
            let said = mistakes(spec);
            assert!(
                said.len() == 1 && said[0].starts_with(says),
                "{spec}: want {says}, found {said:#?}"
            );
        }
    }

    /// Whatever the API server refuses is refused, whatever becomes of the words.
    #[test]
    fn nothing_the_schema_refuses_is_lost() {
        for spec in [
            "{}",
            "5",
            "[]",
            "{domain: a.nl, role: SendOnly}",
            "{domain: a.nl, role: Parked, dmarc: {testing: true}}",
            "{domain: a.nl, role: Mail, dkim: {selectors: [{name: s, state: Revoked, anyKey: true}]}}",
            "{domain: a.nl, role: Mail, staleAfter: 1m}",
            "{domain: a.nl, role: Mail, x: 1}",
        ] {
            assert!(!mistakes(spec).is_empty(), "{spec}");
        }
    }
}
