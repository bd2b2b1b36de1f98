//! What of a status is looked at between passes, by metrics and by whoever wakes objects: words and counts.
//!
//! Most objects of a fleet say the same, so what they say is kept once.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, LazyLock};

use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time;
use serde::Deserialize;

use super::pool::Pool;
use crate::api::Summary;
use crate::rules;

/// What a status comes to.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub(super) struct Shape {
    /// Ready's reason.
    pub(super) reason: Option<Box<str>>,
    /// The conditions.
    pub(super) conditions: Box<[Condition]>,
    /// Managed records by standard and state.
    pub(super) records: Box<[Records]>,
    /// Findings by rule, severity, and whether they are on what is managed.
    pub(super) findings: Box<[Findings]>,
    /// Managed records by state, those without an answer apart.
    pub(super) states: Box<[(&'static str, i32)]>,
}

/// A condition without its prose.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Condition {
    pub(super) kind: Box<str>,
    pub(super) status: Box<str>,
    pub(super) reason: Box<str>,
}

/// So many records of a standard in a state.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Records {
    pub(super) standard: Box<str>,
    pub(super) state: Box<str>,
    pub(super) count: u32,
}

/// So many findings.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Findings {
    /// The rule's id; `None` of a rule this version does not know.
    pub(super) rule: Option<&'static str>,
    pub(super) severity: Box<str>,
    pub(super) managed: bool,
    pub(super) count: u32,
}

/// A status as much as is looked at, lent by its text: a twentieth of it.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Gist<'s> {
    #[serde(borrow)]
    reason: Option<Cow<'s, str>>,
    #[serde(borrow)]
    conditions: Vec<GistOfCondition<'s>>,
    summary: Option<Summary>,
    #[serde(borrow)]
    records: Vec<GistOfRecord<'s>>,
    #[serde(borrow)]
    findings: Vec<GistOfFinding<'s>>,
    /// When the last complete observation was made.
    pub(super) last_observation: Option<Time>,
}

#[derive(Debug, Deserialize)]
struct GistOfCondition<'s> {
    #[serde(borrow, rename = "type")]
    kind: Cow<'s, str>,
    #[serde(borrow)]
    status: Cow<'s, str>,
    #[serde(borrow)]
    reason: Cow<'s, str>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct GistOfRecord<'s> {
    #[serde(borrow)]
    standard: Cow<'s, str>,
    #[serde(borrow)]
    state: Cow<'s, str>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct GistOfFinding<'s> {
    #[serde(borrow)]
    rule: Cow<'s, str>,
    #[serde(borrow)]
    severity: Cow<'s, str>,
    managed: Option<bool>,
}

/// The rules by which findings are counted: words of somebody else's would be series without a bound.
static RULES: LazyLock<BTreeSet<&'static str>> = LazyLock::new(|| rules::all().map(|rule| rule.id).collect());

static SHAPES: LazyLock<Pool<Shape>> = LazyLock::new(Pool::default);

impl Shape {
    /// The shape of a status, shared with all that have the same.
    pub(super) fn of(status: &Gist<'_>) -> Arc<Self> {
        SHAPES.shared(Self::read(status))
    }

    fn read(status: &Gist<'_>) -> Self {
        let conditions = status.conditions.iter().map(|condition| Condition {
            kind: (*condition.kind).into(),
            status: (*condition.status).into(),
            reason: (*condition.reason).into(),
        });
        let mut records: BTreeMap<(&str, &str), u32> = BTreeMap::new();
        for record in &status.records {
            *records.entry((&record.standard, &record.state)).or_default() += 1;
        }
        let records = records.into_iter().map(|((standard, state), count)| Records {
            standard: standard.into(),
            state: state.into(),
            count,
        });
        let mut findings: BTreeMap<(Option<&'static str>, &str, bool), u32> = BTreeMap::new();
        for finding in &status.findings {
            let rule = RULES.get(&*finding.rule).copied();
            let kind = (rule, &*finding.severity, finding.managed == Some(true));
            *findings.entry(kind).or_default() += 1;
        }
        let findings = findings
            .into_iter()
            .map(|((rule, severity, managed), count)| Findings {
                rule,
                severity: severity.into(),
                managed,
                count,
            });
        Self {
            reason: status.reason.as_deref().map(Box::from),
            conditions: conditions.collect(),
            records: records.collect(),
            findings: findings.collect(),
            states: status.summary.iter().flat_map(states).collect(),
        }
    }
}

/// The states that any record is in.
fn states(summary: &Summary) -> impl Iterator<Item = (&'static str, i32)> {
    let states = [
        ("InSync", summary.in_sync),
        ("Drifted", summary.drifted),
        ("Missing", summary.missing),
        ("Unexpected", summary.unexpected),
        ("Unknown", summary.unknown),
        ("Unanswered", summary.unanswered),
    ];
    states.into_iter().filter(|(_, count)| *count != 0)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::api::MailDomainStatus;

    fn status(reason: &str) -> String {
        json!({"reason": reason, "summary": {"inSync": 2, "missing": 1}, "records": [
            {"standard": "SPF", "state": "InSync"}, {"standard": "DKIM", "state": "Missing"}, {"standard": "SPF", "state": "InSync"},
        ]})
        .to_string()
    }

    fn shape(status: &str) -> Arc<Shape> {
        Shape::of(&serde_json::from_str(status).unwrap())
    }

    #[test]
    fn all_that_say_the_same_share_it() {
        let (one, same, other) = (status("Alike"), status("Alike"), status("Unlike"));
        assert!(Arc::ptr_eq(&shape(&one), &shape(&same)));
        assert_ne!(shape(&one), shape(&other));
        let shape = shape(&one);
        assert_eq!(*shape.states, [("InSync", 2), ("Missing", 1)]);
        let counts: Vec<_> = shape
            .records
            .iter()
            .map(|records| (&*records.standard, records.count))
            .collect();
        assert_eq!(counts, [("DKIM", 1), ("SPF", 2)]);
    }

    #[test]
    fn a_status_that_was_written_is_read_to_its_gist() {
        let mut whole: MailDomainStatus = serde_json::from_str(&status("A \"quoted\" reason")).unwrap();
        whole.last_observation = Some(Time(jiff::Timestamp::UNIX_EPOCH));
        whole.findings = vec![
            serde_json::from_value(json!({"rule": "SPF-001", "severity": "Error", "managed": true})).unwrap(),
        ];
        let text = serde_json::to_string(&whole).unwrap();
        let gist: Gist<'_> = serde_json::from_str(&text).unwrap();
        assert_eq!(gist.last_observation, whole.last_observation);
        let shape = Shape::of(&gist);
        assert_eq!(shape.reason.as_deref(), whole.reason.as_deref());
        let found: Vec<_> = shape
            .findings
            .iter()
            .map(|one| (one.rule, &*one.severity, one.managed))
            .collect();
        assert_eq!(found, [(Some("SPF-001"), "Error", true)]);
    }

    #[test]
    fn what_nobody_has_any_more_is_not_kept() {
        for number in 0..5000 {
            shape(&status(&format!("Passing{number}")));
        }
        let kept = SHAPES.len();
        assert!(kept < 2500, "{kept}");
    }
}
