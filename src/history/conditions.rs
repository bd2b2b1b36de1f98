//! The condition list: order, polarity, transition times. Pure.
//!
//! Ready is always there. Reconciling, Stalled and Suspended are there only when True. InSync and Compliant say the
//! two halves of Ready, and one condition per managed standard says how its records are and whether it has an Error.

use jiff::Timestamp;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{Condition, Time};

use super::clock::floor;
use super::reason::{Activity, Statement, Truth};
use super::text::cut_octets;
use crate::intent::Intent;
use crate::records::Standard;

/// The condition types that are no standard's, in the order they are shown.
const GENERAL: [&str; 6] = [
    "Ready",
    "Reconciling",
    "Stalled",
    "Suspended",
    "InSync",
    "Compliant",
];

/// Every condition type the controller owns, in the order they are shown; others in a status are somebody else's.
fn own_types() -> impl Iterator<Item = &'static str> {
    let standards = Standard::ALL.iter().map(|standard| standard.condition());
    GENERAL.into_iter().chain(standards)
}

/// What a pass that judged says.
pub(super) struct Statements {
    pub(super) ready: Statement,
    pub(super) in_sync: Statement,
    pub(super) compliant: Statement,
    /// How each managed standard is: truth, reason, message.
    pub(super) standards: Vec<(Standard, Truth, &'static str, String)>,
}

/// The conditions of a pass that judged: Ready, its halves, and the standards.
pub(super) fn judged(
    previous: &[Condition],
    generation: i64,
    statements: &Statements,
    now: Timestamp,
) -> Vec<Condition> {
    let mut list = List::new(previous, generation, now);
    list.ready(&statements.ready);
    list.statement("InSync", &statements.in_sync);
    list.statement("Compliant", &statements.compliant);
    for (standard, truth, reason, message) in &statements.standards {
        list.push(standard.condition(), *truth, reason, message);
    }
    list.conditions
}

/// The conditions when only time went by: Ready and its halves anew, the standards as they were.
pub(super) fn aged(
    previous: &[Condition],
    generation: i64,
    statements: &Statements,
    now: Timestamp,
) -> Vec<Condition> {
    let mut list = List::new(previous, generation, now);
    list.ready(&statements.ready);
    list.statement("InSync", &statements.in_sync);
    list.statement("Compliant", &statements.compliant);
    let standards = previous.iter().filter(|condition| is_standard(condition));
    list.conditions.extend(standards.cloned());
    list.conditions
}

/// The conditions of a pass that could not judge: Ready as `statement` says, all else Unknown for the same reason.
pub(super) fn unjudged(
    previous: &[Condition],
    generation: i64,
    statement: &Statement,
    standards: &[&str],
    now: Timestamp,
) -> Vec<Condition> {
    let mut list = List::new(previous, generation, now);
    list.ready(statement);
    for type_ in ["InSync", "Compliant"].iter().chain(standards) {
        list.push(type_, Truth::Unknown, statement.reason.as_str(), "not judged");
    }
    list.conditions
}

/// Conditions that all say the same of an object of another kind.
pub(super) fn said(
    previous: &[Condition],
    generation: i64,
    types: &[(&str, Truth)],
    reason: &str,
    message: &str,
    now: Timestamp,
) -> Vec<Condition> {
    let mut list = List::new(previous, generation, now);
    for (type_, truth) in types {
        list.push(type_, *truth, reason, message);
    }
    list.conditions
}

/// `conditions` as they were, for a newer generation.
pub(super) fn moved(previous: &[Condition], generation: i64) -> Vec<Condition> {
    previous
        .iter()
        .filter(|condition| condition.type_ != "Suspended")
        .map(|condition| Condition {
            observed_generation: Some(generation),
            ..condition.clone()
        })
        .collect()
}

/// `conditions` and Suspended=True.
pub(super) fn with_suspended(
    conditions: Vec<Condition>,
    previous: &[Condition],
    generation: i64,
    now: Timestamp,
) -> Vec<Condition> {
    let mut list = List::new(previous, generation, now);
    list.conditions = conditions;
    let message = "spec.suspend is true: DNS is not looked at, the rest stays as it was";
    list.push("Suspended", Truth::True, "Suspended", message);
    list.conditions.sort_by_key(|condition| place(&condition.type_));
    list.conditions
}

/// The controller's own conditions of a status.
pub(super) fn own(conditions: &[Condition]) -> impl Iterator<Item = &Condition> {
    conditions
        .iter()
        .filter(|condition| own_types().any(|own| own == condition.type_))
}

/// The standards an intent manages records of, in the order they are shown.
pub(super) fn standards_of_intent(intent: &Intent) -> Vec<&'static str> {
    let wanted = |standard: Standard| intent.wanted.iter().any(|wanted| wanted.standard() == standard);
    let standards = Standard::ALL.iter().filter(|standard| wanted(**standard));
    standards.map(|standard| standard.condition()).collect()
}

/// The standards that have conditions.
pub(super) fn standards_of(conditions: &[Condition]) -> Vec<&'static str> {
    let known = |standard: &str| conditions.iter().any(|condition| condition.type_ == standard);
    let standards = Standard::ALL.iter().map(|standard| standard.condition());
    standards.filter(|standard| known(standard)).collect()
}

fn is_standard(condition: &Condition) -> bool {
    let mut standards = Standard::ALL.iter();
    standards.any(|standard| standard.condition() == condition.type_)
}

fn place(type_: &str) -> usize {
    own_types().position(|own| own == type_).unwrap_or(usize::MAX)
}

/// A list in the making: keeps the time of the last change of each status.
struct List<'a> {
    previous: &'a [Condition],
    generation: i64,
    now: Timestamp,
    conditions: Vec<Condition>,
}

impl<'a> List<'a> {
    fn new(previous: &'a [Condition], generation: i64, now: Timestamp) -> Self {
        Self {
            previous,
            generation,
            now,
            conditions: Vec::new(),
        }
    }

    fn ready(&mut self, statement: &Statement) {
        self.statement("Ready", statement);
        let beside = match statement.activity {
            Activity::Settled => return,
            Activity::Reconciling => "Reconciling",
            Activity::Stalled => "Stalled",
        };
        self.push(beside, Truth::True, statement.reason.as_str(), &statement.message);
    }

    fn statement(&mut self, type_: &str, statement: &Statement) {
        self.push(
            type_,
            statement.truth,
            statement.reason.as_str(),
            &statement.message,
        );
    }

    fn push(&mut self, type_: &str, truth: Truth, reason: &str, message: &str) {
        let since = self
            .previous
            .iter()
            .find(|condition| condition.type_ == type_ && condition.status == truth.as_str())
            .map(|condition| condition.last_transition_time.clone());
        self.conditions.push(Condition {
            type_: type_.to_owned(),
            status: truth.as_str().to_owned(),
            reason: reason.to_owned(),
            message: cut_octets(message, 1024),
            observed_generation: Some(self.generation),
            last_transition_time: since.unwrap_or_else(|| Time(floor(self.now))),
        });
    }
}
