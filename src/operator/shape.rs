//! What of a status is looked at between passes, by metrics and by whoever wakes objects: words and counts.
//!
//! Most objects of a fleet say the same, so what they say is kept once.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, LazyLock};

use super::pool::Pool;
use crate::api::{MailDomainStatus, Summary};
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

/// The rules by which findings are counted: words of somebody else's would be series without a bound.
static RULES: LazyLock<BTreeSet<&'static str>> = LazyLock::new(|| rules::all().map(|rule| rule.id).collect());

static SHAPES: LazyLock<Pool<Shape>> = LazyLock::new(Pool::default);

impl Shape {
    /// The shape of a status, shared with all that have the same.
    pub(super) fn of(status: &MailDomainStatus) -> Arc<Self> {
        SHAPES.shared(Self::read(status))
    }

    fn read(status: &MailDomainStatus) -> Self {
        let conditions = status.conditions.iter().map(|condition| Condition {
            kind: condition.type_.as_str().into(),
            status: condition.status.as_str().into(),
            reason: condition.reason.as_str().into(),
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
            let rule = RULES.get(finding.rule.as_str()).copied();
            let kind = (rule, finding.severity.as_str(), finding.managed == Some(true));
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

    fn status(reason: &str) -> MailDomainStatus {
        serde_json::from_value(json!({"reason": reason, "summary": {"inSync": 2, "missing": 1}, "records": [
            {"standard": "SPF", "state": "InSync"}, {"standard": "DKIM", "state": "Missing"}, {"standard": "SPF", "state": "InSync"},
        ]}))
        .unwrap()
    }

    #[test]
    fn all_that_say_the_same_share_it() {
        let (one, same, other) = (status("Alike"), status("Alike"), status("Unlike"));
        assert!(Arc::ptr_eq(&Shape::of(&one), &Shape::of(&same)));
        assert_ne!(Shape::of(&one), Shape::of(&other));
        let shape = Shape::of(&one);
        assert_eq!(*shape.states, [("InSync", 2), ("Missing", 1)]);
        let counts: Vec<_> = shape
            .records
            .iter()
            .map(|records| (&*records.standard, records.count))
            .collect();
        assert_eq!(counts, [("DKIM", 1), ("SPF", 2)]);
    }

    #[test]
    fn what_nobody_has_any_more_is_not_kept() {
        for number in 0..5000 {
            Shape::of(&status(&format!("Passing{number}")));
        }
        let kept = SHAPES.len();
        assert!(kept < 2500, "{kept}");
    }
}
