//! The condition list: order, polarity, transition times. Pure.
//!
//! Ready is always there. Reconciling, Stalled and Suspended are there only when True. InSync and Compliant say the
//! two halves of Ready, and one condition per managed standard says how its records are.

use jiff::Timestamp;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{Condition, Time};

use super::clock::floor;
use super::ready::{Activity, Reading, Readings, Truth, worst_state};
use crate::api::{MailDomainStatus, RecordStatus};
use crate::intent::Intent;
use crate::judge::State;
use crate::records::Standard;

/// The condition types the controller owns beside one a standard, in the order they are shown before those; others in
/// a status are somebody else's.
const OWN: [&str; 6] = [
    "Ready",
    "Reconciling",
    "Stalled",
    "Suspended",
    "InSync",
    "Compliant",
];

/// Every condition type the controller owns, in the order they are shown.
fn own_types() -> impl Iterator<Item = &'static str> {
    let standards = Standard::ALL.iter().map(|standard| standard.as_str());
    OWN.into_iter().chain(standards)
}

/// The conditions of a pass that judged: Ready, its halves, and the standards of `records`.
pub(super) fn judged(
    previous: &[Condition],
    generation: i64,
    readings: &Readings,
    records: &[RecordStatus],
    now: Timestamp,
) -> Vec<Condition> {
    let mut list = List::new(previous, generation, now);
    list.ready(&readings.ready);
    list.reading("InSync", &readings.in_sync);
    list.reading("Compliant", &readings.compliant);
    for standard in standards_of(records) {
        let mine = || records.iter().filter(|record| record.standard == standard);
        let Some(worst) = worst_state(mine()) else {
            continue;
        };
        let truth = match worst {
            State::InSync => Truth::True,
            State::Unknown => Truth::Unknown,
            State::Drifted | State::Missing | State::Unexpected => Truth::False,
        };
        let in_sync = mine()
            .filter(|record| record.state == State::InSync.as_str())
            .count();
        let message = format!("{in_sync} of {} in sync", mine().count());
        list.push(standard, truth, worst.as_str(), &message);
    }
    list.conditions
}

/// The conditions of a pass that could not judge: Ready as `reading` says, all else Unknown for the same reason.
pub(super) fn unjudged(
    previous: &[Condition],
    generation: i64,
    reading: &Reading,
    standards: &[&str],
    now: Timestamp,
) -> Vec<Condition> {
    let mut list = List::new(previous, generation, now);
    list.ready(reading);
    for type_ in ["InSync", "Compliant"].iter().chain(standards) {
        list.push(type_, Truth::Unknown, reading.reason.as_str(), "not judged");
    }
    list.conditions
}

/// `conditions` as they were, for a newer generation.
pub(super) fn moved(previous: &[Condition], generation: i64) -> Vec<Condition> {
    own(previous)
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
    standards.map(|standard| standard.as_str()).collect()
}

/// The standards a status has conditions of.
pub(super) fn standards_of_status(status: &MailDomainStatus) -> Vec<&'static str> {
    let known = |standard: &str| {
        status
            .conditions
            .iter()
            .any(|condition| condition.type_ == standard)
    };
    Standard::ALL
        .iter()
        .map(|standard| standard.as_str())
        .filter(|standard| known(standard))
        .collect()
}

fn standards_of(records: &[RecordStatus]) -> impl Iterator<Item = &'static str> {
    Standard::ALL
        .iter()
        .map(|standard| standard.as_str())
        .filter(|standard| records.iter().any(|record| record.standard == *standard))
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

    fn ready(&mut self, reading: &Reading) {
        self.reading("Ready", reading);
        let beside = match reading.activity {
            Activity::Settled => return,
            Activity::Reconciling => "Reconciling",
            Activity::Stalled => "Stalled",
        };
        self.push(beside, Truth::True, reading.reason.as_str(), &reading.message);
    }

    fn reading(&mut self, type_: &str, reading: &Reading) {
        self.push(type_, reading.truth, reading.reason.as_str(), &reading.message);
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
            message: super::text::cut_octets(message, 1024),
            observed_generation: Some(self.generation),
            last_transition_time: since.unwrap_or_else(|| Time(floor(self.now))),
        });
    }
}
