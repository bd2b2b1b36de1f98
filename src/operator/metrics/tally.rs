//! The fleet in counts: what stays small however many objects there are. Pure.

use std::collections::{BTreeMap, HashMap};

use foldhash::fast::RandomState;
use jiff::Timestamp;

use crate::history::Reason;
use crate::judge::Measures;
use crate::operator::object::Watched;
use crate::rules::Severity;

/// Counts over all objects. Each is made from the same look at the store.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Tally<'a> {
    /// By namespace, condition type, status and reason.
    pub(super) conditions: BTreeMap<[&'a str; 4], i64>,
    /// Managed records by namespace, standard and state.
    pub(super) records: BTreeMap<[&'a str; 3], i64>,
    /// Findings by severity, and whether they are on what is managed.
    pub(super) findings: BTreeMap<[&'a str; 2], i64>,
    /// Findings by rule, severity, and whether they are on what is managed: what anybody has.
    pub(super) rules: BTreeMap<[&'a str; 3], i64>,
    /// MailDomains by how many terms of their SPF query DNS.
    pub(super) lookups: BTreeMap<&'static str, i64>,
    /// What ends first, by namespace and kind.
    pub(super) ends: BTreeMap<[&'a str; 2], Timestamp>,
    /// By namespace: the oldest of the last observations of objects that are looked at.
    pub(super) oldest: BTreeMap<&'a str, Timestamp>,
    /// By namespace: when the next object is looked at.
    pub(super) next: BTreeMap<&'a str, Timestamp>,
}

/// More terms than are allowed.
const OVER: &str = "Over";

/// What a domain's SPF may have of terms that query DNS.
const LOOKUPS: [&str; 12] = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", OVER];

impl<'a> Tally<'a> {
    /// No object yet. Every kind of finding is there, those that nobody has too: an alert wants a series to be there.
    pub(super) fn new() -> Self {
        let mut tally = Self::default();
        for severity in [Severity::Error, Severity::Warning, Severity::Info] {
            for managed in ["true", "false"] {
                tally.findings.insert([severity.as_str(), managed], 0);
            }
        }
        tally.lookups = LOOKUPS.iter().map(|word| (*word, 0)).collect();
        tally
    }

    /// All objects, each with when it was last observed and is looked at next. Most of a fleet say the same, and what is said is
    /// counted once for all of them.
    pub(super) fn add(
        &mut self,
        objects: impl Iterator<Item = (&'a Watched, Option<Timestamp>, Option<Timestamp>)>,
    ) {
        let mut alike: HashMap<_, (&'a Watched, i64), RandomState> = HashMap::default();
        for (object, last, next) in objects {
            let said = (object.key().0, object.shape().map(std::ptr::from_ref));
            alike.entry(said).or_insert((object, 0)).1 += 1;
            self.time(object, last, next);
        }
        for (object, count) in alike.into_values() {
            self.count(object, count);
        }
    }

    /// So many objects of one namespace that all say this.
    fn count(&mut self, object: &'a Watched, number: i64) {
        let (namespace, _) = object.key();
        let shape = object.shape();
        let conditions = shape.map(|shape| &*shape.conditions).unwrap_or_default();
        for condition in conditions {
            let kind = [namespace, &condition.kind, &condition.status, &condition.reason];
            *self.conditions.entry(kind).or_default() += number;
        }
        if conditions.is_empty() {
            // Nobody looked yet: the counts of Ready are those of all objects.
            let unseen = [namespace, "Ready", "Unknown", Reason::Progressing.as_str()];
            *self.conditions.entry(unseen).or_default() += number;
        }
        for records in shape.map(|shape| &*shape.records).unwrap_or_default() {
            let kind = [namespace, &*records.standard, &*records.state];
            *self.records.entry(kind).or_default() += number * i64::from(records.count);
        }
        for findings in shape.map(|shape| &*shape.findings).unwrap_or_default() {
            let managed = match findings.managed {
                true => "true",
                false => "false",
            };
            // A severity of another version is none of ours.
            if let Some(count) = self.findings.get_mut(&[&*findings.severity, managed]) {
                *count += number * i64::from(findings.count);
                if let Some(rule) = findings.rule {
                    let kind = [rule, &*findings.severity, managed];
                    *self.rules.entry(kind).or_default() += number * i64::from(findings.count);
                }
            }
        }
    }

    /// When an object was last observed and is looked at next.
    fn time(&mut self, object: &'a Watched, last: Option<Timestamp>, next: Option<Timestamp>) {
        let (namespace, _) = object.key();
        let earliest = |of: &mut BTreeMap<&'a str, Timestamp>, time: Option<Timestamp>| {
            if let Some(time) = time {
                let known = of.entry(namespace).or_insert(time);
                *known = time.min(*known);
            }
        };
        if is_looked_at(object) {
            earliest(&mut self.oldest, last);
        }
        earliest(&mut self.next, next);
    }

    /// What looks at an object measured.
    pub(super) fn measure(&mut self, object: &'a Watched, measures: &Measures) {
        if let Some(lookups) = measures.spf_lookups {
            let place = usize::try_from(lookups).ok();
            let word = place.and_then(|place| LOOKUPS.get(place)).unwrap_or(&OVER);
            *self.lookups.entry(word).or_default() += 1;
        }
        let (namespace, _) = object.key();
        for (kind, ending) in measures.endings() {
            let known = self.ends.entry([namespace, kind]).or_insert(ending.at);
            *known = ending.at.min(*known);
        }
    }
}

/// Whether DNS is asked about this object at all: what rests grows old, and that is nobody's trouble.
fn is_looked_at(object: &Watched) -> bool {
    let reason = object.shape().and_then(|shape| shape.reason.as_deref());
    let barred = [Reason::InvalidSpec, Reason::DomainConflict, Reason::NotGranted].map(Reason::as_str);
    let is_barred = reason.is_some_and(|reason| barred.contains(&reason));
    object.is_readable() && !object.is_suspended() && !is_barred
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::judge::Ending;

    fn object(namespace: &str, spec: Value, status: Value) -> Watched {
        let mut whole = json!({"domain": "a.nl", "role": "Mail"});
        for (key, value) in spec.as_object().unwrap() {
            whole[key] = value.clone();
        }
        serde_json::from_value(json!({
            "metadata": {"namespace": namespace, "name": "a"}, "spec": whole, "status": status,
        }))
        .unwrap()
    }

    fn ready(status: &str, reason: &str) -> Value {
        json!({"reason": reason, "conditions": [
            {"type": "Ready", "status": status, "reason": reason, "message": "", "lastTransitionTime": "2026-11-21T20:12:00Z"},
        ]})
    }

    fn at(second: i64) -> Option<Timestamp> {
        Timestamp::from_second(second).ok()
    }

    fn tally(objects: &[(Watched, Option<Timestamp>, Option<Timestamp>)]) -> Tally<'_> {
        let mut tally = Tally::new();
        tally.add(objects.iter().map(|(object, last, next)| (object, *last, *next)));
        tally
    }

    #[test]
    fn each_object_counts_once_for_ready_whether_somebody_looked_or_not() {
        let objects = [
            (object("n", json!({}), ready("True", "InSync")), None, None),
            (object("n", json!({}), ready("True", "InSync")), None, None),
            (object("m", json!({}), ready("False", "Drifted")), None, None),
            (
                object("m", json!({}), json!({"observedGeneration": -1})),
                None,
                None,
            ),
            (
                object("m", json!({}), json!({"conditions": "undecodable"})),
                None,
                None,
            ),
        ];
        let counts: Vec<_> = tally(&objects).conditions.into_iter().collect();
        let wanted = [
            (["m", "Ready", "False", "Drifted"], 1),
            (["m", "Ready", "Unknown", "Progressing"], 2),
            (["n", "Ready", "True", "InSync"], 2),
        ];
        assert_eq!(counts, wanted);
    }

    #[test]
    fn records_are_counted_by_standard_and_state() {
        let record = |standard, state| json!({"standard": standard, "state": state});
        let status = json!({"records": [record("DKIM", "InSync"), record("DKIM", "InSync"), record("SPF", "Missing")]});
        let objects = [(object("n", json!({}), status), None, None)];
        let counts: Vec<_> = tally(&objects).records.into_iter().collect();
        assert_eq!(
            counts,
            [(["n", "DKIM", "InSync"], 2), (["n", "SPF", "Missing"], 1)]
        );
    }

    #[test]
    fn findings_are_summed_over_the_fleet_managed_or_not() {
        let status = |findings| json!({"findings": findings});
        let objects = [
            status(json!([
                {"severity": "Error", "managed": true}, {"severity": "Error", "managed": false},
                {"severity": "Error", "managed": false}, {"severity": "Warning"},
            ])),
            status(json!([{"severity": "Error", "managed": false}, {"severity": "Curious"}])),
            status(json!([])),
        ]
        .map(|status| (object("n", json!({}), status), None, None));
        let counts: Vec<_> = tally(&objects).findings.into_iter().collect();
        let wanted = [
            (["Error", "false"], 3),
            (["Error", "true"], 1),
            (["Info", "false"], 0),
            (["Info", "true"], 0),
            (["Warning", "false"], 1),
            (["Warning", "true"], 0),
        ];
        assert_eq!(counts, wanted);
    }

    #[test]
    fn findings_are_counted_by_the_rules_there_are() {
        let status = json!({"findings": [
            {"rule": "SPF-040", "severity": "Error", "managed": true}, {"rule": "SPF-040", "severity": "Error", "managed": true},
            {"rule": "SPF-040", "severity": "Warning", "managed": false}, {"rule": "DMARC-029", "severity": "Info"},
            {"rule": "SPF-999", "severity": "Error", "managed": true}, {"rule": "DMARC-029", "severity": "Curious"},
            {"severity": "Error", "managed": true},
        ]});
        let objects = [(object("n", json!({}), status), None, None)];
        let counts: Vec<_> = tally(&objects).rules.into_iter().collect();
        let wanted = [
            (["DMARC-029", "Info", "false"], 1),
            (["SPF-040", "Error", "true"], 2),
            (["SPF-040", "Warning", "false"], 1),
        ];
        assert_eq!(counts, wanted);
    }

    #[test]
    fn lookups_are_counted_up_to_the_bound_and_over_it_and_ends_by_the_first() {
        let ending = |second| {
            let at = at(second).unwrap();
            Some(Ending { at, soon_from: at })
        };
        let measured = [
            ("n", Some(10), ending(50), None),
            ("n", Some(11), ending(40), ending(90)),
            ("n", Some(4_000_000_000), None, None),
            ("m", Some(0), ending(60), None),
            ("m", None, None, None),
        ]
        .map(|(namespace, spf_lookups, certificate, signature)| {
            let measures = Measures {
                spf_lookups,
                certificate,
                signature,
            };
            (object(namespace, json!({}), json!({})), measures)
        });
        let mut tally = Tally::new();
        for (object, measures) in &measured {
            tally.measure(object, measures);
        }
        assert_eq!(tally.lookups.len(), 12);
        let some: Vec<_> = tally
            .lookups
            .into_iter()
            .filter(|(_, count)| *count > 0)
            .collect();
        assert_eq!(some, [("0", 1), ("10", 1), ("Over", 2)]);
        let ends: Vec<_> = tally
            .ends
            .into_iter()
            .map(|(kind, at)| (kind, at.as_second()))
            .collect();
        let wanted = [
            (["m", "Certificate"], 60),
            (["n", "Certificate"], 40),
            (["n", "Signature"], 90),
        ];
        assert_eq!(ends, wanted);
    }

    #[test]
    fn the_oldest_observation_is_that_of_an_object_that_is_looked_at() {
        let objects = [
            (object("n", json!({}), ready("True", "InSync")), at(500), at(900)),
            (
                object("n", json!({}), ready("Unknown", "DNSUnavailable")),
                at(400),
                at(950),
            ),
            (
                object("n", json!({"suspend": true}), ready("True", "InSync")),
                at(1),
                None,
            ),
            (object("n", json!({}), ready("False", "InvalidSpec")), at(2), None),
            (
                object("n", json!({}), ready("False", "DomainConflict")),
                at(3),
                None,
            ),
            (
                object("n", json!({"role": "Fortress"}), ready("True", "InSync")),
                at(4),
                None,
            ),
            (object("m", json!({}), json!({})), None, at(7)),
        ];
        let tally = tally(&objects);
        assert_eq!(
            tally.oldest.into_iter().collect::<Vec<_>>(),
            [("n", at(400).unwrap())]
        );
        let next: Vec<_> = tally.next.into_iter().collect();
        assert_eq!(next, [("m", at(7).unwrap()), ("n", at(900).unwrap())]);
    }
}
