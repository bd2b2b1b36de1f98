//! What the controller counts, for `/metrics`; [`objects`] beside it says what it knows of the objects, [`process`] what the
//! process takes.

mod objects;
mod process;
mod tally;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

pub use self::objects::MetricsObjects;
pub(super) use self::objects::Objects;
pub(super) use self::process::Process;

/// What the passes count.
#[derive(Debug, Clone)]
pub(super) struct Metrics {
    /// Passes, by how they ended: Ready's reason, or the error's.
    pub(super) reconciles: Family<ByReason, Counter>,
    /// How long they took, in seconds.
    pub(super) durations: Histogram,
    /// Status writes.
    pub(super) writes: Counter,
    /// Events told, by reason.
    pub(super) events: Family<ByReason, Counter>,
    /// Changes that were left unsaid.
    pub(super) suppressed: Counter,
}

/// How something ended, in one word.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct ByReason {
    pub(super) reason: String,
}

impl ByReason {
    pub(super) fn new(reason: &str) -> Self {
        Self {
            reason: reason.to_owned(),
        }
    }
}

impl Default for Metrics {
    fn default() -> Self {
        Self {
            reconciles: Family::default(),
            durations: Histogram::new([0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0]),
            writes: Counter::default(),
            events: Family::default(),
            suppressed: Counter::default(),
        }
    }
}

impl Metrics {
    pub(super) fn register(&self, registry: &mut Registry) {
        process::register_build(registry);
        registry.register(
            "reconciles",
            "Passes over a MailDomain, by Ready's reason or the error that stopped it",
            self.reconciles.clone(),
        );
        registry.register(
            "reconcile_duration_seconds",
            "How long a pass took",
            self.durations.clone(),
        );
        registry.register("status_writes", "Status writes", self.writes.clone());
        registry.register("events", "Events told, by reason", self.events.clone());
        registry.register(
            "suppressed_changes",
            "Changes left unsaid: answers that take turns, and writes over the bound of an hour",
            self.suppressed.clone(),
        );
    }
}
